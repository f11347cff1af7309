"""Scoring by hand: each rule as its definition reads, with sets, sorting and fractions, and no formula.

Slow, and written apart from the package, to hold the package against.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

import maturitykit as mk
from maturitykit.assessment.ratings import ReadAnswer, read_answer

#: Comparisons of positions allow so much.
SLACK = 1e-9

Position = float


class Found(NamedTuple):
    """What is found at one dimension; without a span where nothing is combined, or it is not applicable."""

    span: tuple[Position, Position | None, Position] | None
    coverage: float
    not_applicable: bool = False


def is_at_least(scale: mk.Scale, position: Position, stage: int) -> bool:
    if not any(s.above for s in scale.stages):
        return position + SLACK >= stage
    below = {int(position)}
    for i in range(int(position), -1, -1):
        if i in below:
            below |= {scale.ids.index(id) for id in scale.stages[i].above}
    return stage in below


def is_chain(scale: mk.Scale) -> bool:
    return not any(stage.above for stage in scale.stages)


def everything(scale: mk.Scale) -> range:
    return range(len(scale.stages))


def meet(scale: mk.Scale, positions: Iterable[Position]) -> Position:
    """The stage below all of these that is above every other such stage; on a chain, the least position."""
    listed = list(positions)
    if is_chain(scale):
        return min(listed)
    below = [s for s in everything(scale) if all(is_at_least(scale, p, s) for p in listed)]
    (one,) = [s for s in below if all(is_at_least(scale, s, other) for other in below)]
    return one


def join(scale: mk.Scale, positions: Iterable[Position]) -> Position:
    listed = list(positions)
    if is_chain(scale):
        return max(listed)
    above = [s for s in everything(scale) if all(is_at_least(scale, s, int(p)) for p in listed)]
    (one,) = [s for s in above if all(is_at_least(scale, other, s) for other in above)]
    return one


def median(scale: mk.Scale, weighted: Sequence[tuple[Fraction, Position]]) -> Position:
    """The join of the stages, or on a chain of the positions, that more than half of the weight is at or above."""
    whole = sum(weight for weight, _ in weighted)
    if is_chain(scale):
        return max(
            (p for _, p in weighted if 2 * sum(w for w, other in weighted if other >= p) > whole), default=0
        )
    held = [s for s in everything(scale) if 2 * sum(w for w, p in weighted if is_at_least(scale, p, s)) > whole]
    return join(scale, held)


def value_of(scale: mk.Scale, position: Position) -> float:
    values = [s.value for s in scale.stages]
    top = len(values) - 1
    numbers = [i / top if value is None else value for i, value in enumerate(values)]
    i = min(int(position + SLACK), top - 1)
    return numbers[i] + (numbers[i + 1] - numbers[i]) * (position - i)


def position_of(scale: mk.Scale, value: float) -> Position:
    top = len(scale.stages) - 1
    numbers = [value_of(scale, i) for i in range(top + 1)]
    i = max(i for i in range(top) if i == 0 or numbers[i] <= value)
    return i + (value - numbers[i]) / (numbers[i + 1] - numbers[i])


def staged(parent: mk.Dimension, at: dict[str, Position]) -> Position:
    """The join of the stages that are themselves reached: all that they, and all stages below them, require."""
    scale = scale_of(parent)
    scales = {child.id: scale_of(child) for child in parent.children}
    gates = {
        s: [(g.dimension, scales[g.dimension].ids.index(g.minimum)) for g in parent.gates if g.stage == id]
        for s, id in enumerate(scale.ids)
    }

    def is_met(stage: int) -> bool:
        return all(id not in at or is_at_least(scales[id], at[id], least) for id, least in gates[stage])

    def can_be_reached(stage: int) -> bool:
        if stage == 0:
            return True
        if gates[stage]:
            return any(id in at for id, _ in gates[stage])
        return all(can_be_reached(lower) for lower in directly_below(scale, stage))

    reached = [
        s
        for s in everything(scale)
        if can_be_reached(s) and all(is_met(lower) for lower in everything(scale) if is_at_least(scale, s, lower))
    ]
    return join(scale, reached)


def directly_below(scale: mk.Scale, stage: int) -> list[int]:
    below = [s for s in everything(scale) if s != stage and is_at_least(scale, stage, s)]
    return [s for s in below if not any(t != s and is_at_least(scale, t, s) for t in below)]


def rule(parent: mk.Dimension, scorer: str, at: dict[str, Position]) -> Position | None:
    """The position of a parent from those of its children that take part; None where nothing is combined."""
    if parent.scale is None or scorer == "profile":
        return None
    weights = {child.id: child.weight for child in parent.children}
    if scorer == "weakest":
        return meet(parent.scale, at.values())
    if scorer == "median":
        return median(parent.scale, [(weights[id], position) for id, position in at.items()])
    if scorer == "staged":
        return staged(parent, at)
    assert scorer == "mean"
    scales = {child.id: scale_of(child) for child in parent.children}
    values = [(weights[id], Fraction(value_of(scales[id], position))) for id, position in at.items()]
    return position_of(parent.scale, float(sum(w * v for w, v in values) / sum(w for w, _ in values)))


def scale_of(dimension: mk.Dimension) -> mk.Scale:
    assert dimension.scale is not None
    return dimension.scale


def consensus(scale: mk.Scale, readings: Sequence[ReadAnswer], how: str) -> tuple[Position, Position, Position]:
    low, likely, high = zip(*readings, strict=True)

    def middle(ends: Sequence[Position]) -> Position:
        return median(scale, [(Fraction(1), position) for position in ends])

    if how == "envelope":
        return meet(scale, low), middle(likely), join(scale, high)
    if how == "weakest":
        return meet(scale, low), meet(scale, likely), meet(scale, high)
    if how == "mean":
        return sum(low) / len(low), sum(likely) / len(low), sum(high) / len(low)
    return middle(low), middle(likely), middle(high)


def score(
    model: mk.Model, ratings: Iterable[mk.Rating], how: str = "median", scorer: str = ""
) -> dict[str, Found]:
    """What is found at each dimension of a model; no rating may be of the outcome."""
    default = scorer or model.scorers[0]
    assert isinstance(default, str)
    listed = list(ratings)
    found: dict[str, Found] = {}

    def at(dimension: mk.Dimension) -> Found:
        if dimension.id not in found:
            found[dimension.id] = inner(dimension) if dimension.children else leaf(dimension)
        return found[dimension.id]

    def leaf(dimension: mk.Dimension) -> Found:
        scale = scale_of(dimension)
        answers = [read_answer(scale, r.answer) for r in listed if r.dimension == dimension.id]
        readings = [answer for answer in answers if isinstance(answer, ReadAnswer)]
        if readings:
            return Found(consensus(scale, readings, how), 1)
        if mk.NOT_APPLICABLE in answers:
            return Found(None, 1, not_applicable=True)
        return Found((0, None, len(scale.stages) - 1), 0)

    def inner(parent: mk.Dimension) -> Found:
        own = parent.scorer or default
        assert isinstance(own, str)
        below = {child.id: at(child) for child in parent.children}
        applicable = {id: one for id, one in below.items() if not one.not_applicable}
        if not applicable:
            return Found(None, 1, not_applicable=True)
        weights = {child.id: child.weight for child in parent.children if child.id in applicable}
        covered = float(sum(weights[id] * Fraction(one.coverage) for id, one in applicable.items()))
        covered /= float(sum(weights.values()))
        spans = {id: one.span for id, one in applicable.items() if one.span is not None}
        low = rule(parent, own, {id: span[0] for id, span in spans.items()}) if spans else None
        if low is None:
            return Found(None, covered)
        high = rule(parent, own, {id: span[2] for id, span in spans.items()})
        assert high is not None
        known = {id: span[1] for id, span in spans.items() if span[1] is not None}
        if not known:
            return Found((low, None, high), covered)
        if own == "staged":
            known |= {id: span[0] for id, span in spans.items() if span[1] is None}
        likely = rule(parent, own, known)
        assert likely is not None
        scale = scale_of(parent)
        return Found((low, join(scale, [low, meet(scale, [likely, high])]), high), covered)

    at(model.root)
    return found
