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
    """One score as a row, with stages by id; missing values are None."""

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
    value_low: float | None
    value_likely: float | None
    value_high: float | None
    coverage: float
    respondents: int
    disagreement_low: str | None
    disagreement_high: str | None
    agreement: float | None
    not_applicable: bool


#: The names of the columns.
COLUMNS = ScoreRow._fields


def rows_of(result: Result) -> Iterator[ScoreRow]:
    """Yield the rows of a result, one for each dimension, the outcome first."""
    about = result.model.id, result.model.version, result.subject, result.date
    for id, score in result.items():
        stages = [stage.id if stage else None for stage in score.stage or (None, None, None)]
        none, split = (None, None, None), score.disagreement
        index, value = score.index or none, score.value or none
        agreement = (split.low.id, split.high.id, split.agreement) if split else (None, None, None)
        rest = score.coverage, score.respondents, *agreement, score.not_applicable
        yield ScoreRow._make((*about, id, *stages, *index, *value, *rest))


#: Engines of data frames, with the data type of each kind of column.
_DATA_TYPES = {
    "pandas": {"text": "object", "date": "datetime64[s]", "real": "float64", "whole": "int64", "flag": "bool"},
    "polars": {"text": "String", "date": "Date", "real": "Float64", "whole": "Int64", "flag": "Boolean"},
}
_KIND_OF = {
    "date": "date",
    **dict.fromkeys(("index_low", "index_likely", "index_high", "coverage", "agreement"), "real"),
    **dict.fromkeys(("value_low", "value_likely", "value_high"), "real"),
    "respondents": "whole",
    "not_applicable": "flag",
}


def frame_of(rows: Iterable[Sequence[Any]], engine: str, names: Sequence[str] = COLUMNS) -> Any:
    """Return rows of scores as a data frame.

    Args:
        rows: The rows, in the order of the frame.
        engine: ``pandas`` or ``polars``.
        names: Names of the columns; those that `ScoreRow` does not have hold text.

    Raises:
        MaturityError: If the engine is unknown or not installed.
    """
    if engine not in _DATA_TYPES:
        finding = Finding("engine", f"{quoted(engine)} is not known", one_of([*_DATA_TYPES], engine))
        raise MaturityError("a data frame cannot be made", [finding])
    try:
        module = import_module(engine)
    except ImportError:
        raise MaturityError(install_hint(engine)) from None
    cells = list(zip(*rows, strict=True)) or [()] * len(names)
    columns = dict(zip(names, map(list, cells), strict=True))
    types = {name: _DATA_TYPES[engine][_KIND_OF.get(name, "text")] for name in names}
    if engine == "polars":
        return module.DataFrame(columns, schema={name: getattr(module, type) for name, type in types.items()})
    return module.DataFrame(columns, dtype=object).astype(types)
