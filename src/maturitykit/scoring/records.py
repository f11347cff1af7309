"""A result as a table: a row for each dimension, the outcome first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date as Date
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from maturitykit.errors import Finding, MaturityError, install_hint, one_of, quoted

if TYPE_CHECKING:
    from maturitykit.scoring.result import Result


class ScoreRow(NamedTuple):
    """One score, stages by id; what there is not is None."""

    model: str
    version: str
    subject: str
    date: Date | None
    dimension: str
    stage_low: str | None
    stage_likely: str | None
    stage_high: str | None
    index_low: float | None
    index_likely: float | None
    index_high: float | None
    coverage: float
    respondents: int
    disagreement_low: str | None
    disagreement_high: str | None
    agreement: float | None
    not_applicable: bool


#: The names of the columns.
COLUMNS = ScoreRow._fields


def rows_of(result: Result) -> Iterator[ScoreRow]:
    """The rows of a result."""
    about = result.model.id, result.model.version, result.subject, result.date
    for id, score in result.items():
        stages = [stage.id if stage else None for stage in score.stage or (None, None, None)]
        index, split = score.index or (None, None, None), score.disagreement
        agreement = (split.low.id, split.high.id, split.agreement) if split else (None, None, None)
        rest = score.coverage, score.respondents, *agreement, score.not_applicable
        yield ScoreRow._make((*about, id, *stages, *index, *rest))


#: The engines of data frames, and what a kind of column is called in each.
_KINDS = {
    "pandas": {"text": "object", "date": "datetime64[s]", "real": "float64", "whole": "int64", "flag": "bool"},
    "polars": {"text": "String", "date": "Date", "real": "Float64", "whole": "Int64", "flag": "Boolean"},
}
_KIND_OF = {
    "date": "date",
    **dict.fromkeys(("index_low", "index_likely", "index_high", "coverage", "agreement"), "real"),
    "respondents": "whole",
    "not_applicable": "flag",
}


def frame_of(rows: Iterable[Sequence[Any]], engine: str, names: Sequence[str] = COLUMNS) -> Any:
    """Return rows of scores as a data frame.

    Args:
        rows: In their order.
        engine: ``pandas`` or ``polars``.
        names: Of the columns; those that `ScoreRow` does not have are of texts.

    Raises:
        MaturityError: If there is no such engine here.
    """
    if engine not in _KINDS:
        finding = Finding("engine", f"{quoted(engine)} is not known", one_of([*_KINDS], engine))
        raise MaturityError("a data frame cannot be made", [finding])
    try:
        module = import_module(engine)
    except ImportError:
        raise MaturityError(install_hint(engine)) from None
    cells = list(zip(*rows, strict=True)) or [()] * len(names)
    columns = dict(zip(names, map(list, cells), strict=True))
    kinds = {name: _KINDS[engine][_KIND_OF.get(name, "text")] for name in names}
    if engine == "polars":
        return module.DataFrame(columns, schema={name: getattr(module, kind) for name, kind in kinds.items()})
    return module.DataFrame(columns, dtype=object).astype(kinds)
