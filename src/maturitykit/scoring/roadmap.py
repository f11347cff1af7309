"""What is needed for a stage: the raises without which it is not reached."""

from __future__ import annotations

from typing import NamedTuple

from maturitykit.definition import Dimension, Scale, Stage
from maturitykit.errors import Finding, ScoringError, one_of, quoted
from maturitykit.scoring.plan import Column
from maturitykit.scoring.result import Result, Score


class Raise(NamedTuple):
    """A dimension that has to reach a stage.

    Args:
        dimension: To raise, or to answer.
        start: The stage that it is likely at; None if it is open.
        to: The stage that is needed.
    """

    dimension: Dimension
    start: Stage | None
    to: Stage


class Roadmap(NamedTuple):
    """What reaches a stage of the outcome.

    Args:
        stage: The stage that is reached: the wanted one, or the one above it that comes with it.
        raises: None of them can be left out. None if no answer can reach the stage, as what
            it requires is not applicable.
    """

    stage: Stage
    raises: tuple[Raise, ...] | None


def roadmap(result: Result, to: str | None = None) -> tuple[Roadmap, ...]:
    """What is needed for a stage of the outcome, by default for the next one.

    On a partial order there may be several next stages. Open dimensions count as lowest, so
    that what the roadmap names is enough whatever they turn out to be. Nothing comes of it
    where the model has no outcome, the top is reached, or the overall stage was given.

    Raises:
        ScoringError: If the outcome has no such stage.
    """
    score = result.outcome
    scale, position = score.dimension.scale, score.position
    if scale is None or position is None or result.outcome_is_given:
        return ()
    if to is not None and to not in scale.positions:
        finding = Finding("to", f"{quoted(to)} is not a stage of {scale.id}", one_of(scale.ids, to))
        raise ScoringError("there is no road to it", [finding])
    now = scale.positions[scale.stage(position.low if position.likely is None else position.likely).id]
    wanted = [scale.positions[to]] if to else [i for i, low in enumerate(scale.directly_below) if now in low]
    return tuple(_roadmap(result, scale, stage) for stage in wanted)


def _roadmap(result: Result, scale: Scale, stage: int) -> Roadmap:
    plan = result.plan
    absent = {plan.index[id] for id, score in result.items() if score.not_applicable}
    start: dict[int, float] = {}
    column: Column = [None] * len(plan.nodes)
    for score in result.leaves:
        if score.position is not None and score.dimension.scale is not None:
            index, span = plan.index[score.dimension.id], score.position
            start[index] = span.low if span.likely is None else span.likely
            column[index] = score.dimension.scale.top

    def reaches() -> bool:
        plan.roll_up(column, absent)
        return scale.at_least(column[0], stage)

    if not reaches():
        return Roadmap(scale.stages[stage], None)
    # The farthest from their tops are spared first, so that the raises are small ones.
    for index in sorted(start, key=lambda i: (start[i] / column[i], -i)):
        for position in (start[index], *range(int(start[index]) + 1, column[index] + 1)):
            column[index] = position
            if reaches():
                break
    raises = tuple(
        Raise(score.dimension, _likely(score), _stage(score.dimension, column[index]))
        for score in result.leaves
        if (index := plan.index[score.dimension.id]) in start and column[index] > start[index]
    )
    # A stage may be passed on the way to the one above it, if it does not apply itself.
    reaches()
    return Roadmap(scale.stage(column[0]), raises)


def _likely(score: Score) -> Stage | None:
    return score.stage.likely if score.stage else None


def _stage(dimension: Dimension, position: float) -> Stage:
    assert dimension.scale is not None
    return dimension.scale.stage(position)
