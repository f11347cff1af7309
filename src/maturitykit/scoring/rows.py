"""A result as a table: a row for each dimension, the outcome first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as Date
from typing import NamedTuple

from maturitykit.scoring.result import Result


class Row(NamedTuple):
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
COLUMNS = Row._fields


def rows_of(result: Result) -> Iterator[Row]:
    """The rows of a result."""
    about = result.model.id, result.model.version, result.subject, result.date
    for id, score in result.items():
        stages = [stage.id if stage else None for stage in score.stage or (None, None, None)]
        index, split = score.index or (None, None, None), score.disagreement
        agreement = (split.low.id, split.high.id, split.agreement) if split else (None, None, None)
        rest = score.coverage, score.respondents, *agreement, score.not_applicable
        yield Row._make((*about, id, *stages, *index, *rest))
