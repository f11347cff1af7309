"""Scoring by hand: each rule as its definition reads, with sets, sorting and fractions, and no formula.

Slow, and written apart from the package, to hold the package against.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import maturitykit as mk
from maturitykit.assessment.ratings import ReadAnswer, read_answer

#: How a stage states where its numbers begin.
EDGES = ("at_least", "more_than", "at_most", "less_than")

#: Comparisons of positions allow so much.
SLACK = 1e-9

Position = float


class Found(NamedTuple):
    """What is found at one dimension; without a span where nothing is combined, or it is not applicable."""

    span: tuple[Position, Position | None, Position] | None
    coverage: float
    not_applicable: bool = False


def is_at_least(scale: mk.Scale, position: Position, stage: int) -> bool:
    if is_chain(scale):
        return (
            stage == 0 or position + SLACK >= stage if not has_bands(scale) else is_in_band(scale, position, stage)
        )
    below = {int(position)}
    for i in range(int(position), -1, -1):
        if i in below:
            below |= {scale.ids.index(id) for id in scale.stages[i].above}
    return stage in below


def has_bands(scale: mk.Scale) -> bool:
    return any(getattr(scale.stages[-1], how) is not None for how in EDGES)


def is_in_band(scale: mk.Scale, position: Position, stage: int) -> bool:
    """Whether a number is in the band of a stage or of a higher one, or as near as rounding explains."""
    if stage == 0:
        return True
    (how, edge) = next((how, e) for how in EDGES if (e := getattr(scale.stages[stage], how)) is not None)
    (_, worst), *_, (_, best) = number_line(scale)
    at = position_of(scale, (Fraction(edge) - worst) / (best - worst))
    return position >= at - SLACK if how in ("at_least", "at_most") else position > at + SLACK


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


def number_line(scale: mk.Scale) -> list[tuple[int, Fraction]]:
    """The numbers at whole positions: of each stage, and of the ends that go on beyond them."""
    stated = [s.value for s in scale.stages if s.value is not None]
    edges = [(how, e) for s in scale.stages for how in EDGES if (e := getattr(s, how)) is not None]
    falls = edges[0][0] in ("at_most", "less_than") if edges else stated[1:] and stated[0] > stated[1]
    top = len(scale.stages) - 1
    usual = stated or ([0, 1] if edges and not scale.unit else [0, top])
    low = Fraction(min(usual) if scale.lowest is None else scale.lowest)
    high = Fraction(max(usual) if scale.highest is None else scale.highest)
    worst, best = (high, low) if falls else (low, high)
    values = [Fraction(v) for v in stated] or [worst + (best - worst) * i / top for i in range(top + 1)]
    line = list(enumerate(values))
    return [(-1, worst)] * (worst != values[0]) + line + [(top + 1, best)] * (best != values[-1])


def number_at(scale: mk.Scale, position: Position) -> Fraction:
    line = number_line(scale)
    (low, a), (high, b) = next(
        (one, other) for one, other in pairwise(line) if position <= other[0] or other == line[-1]
    )
    return a + (b - a) * (Fraction(position) - low) / (high - low)


def share_of(scale: mk.Scale, position: Position) -> Fraction:
    """How far a number is from the worst one to the best."""
    (_, worst), *_, (_, best) = number_line(scale)
    return (number_at(scale, position) - worst) / (best - worst)


def position_of(scale: mk.Scale, share: Fraction | float) -> Position:
    (_, worst), *_, (_, best) = line = number_line(scale)
    shares = [(position, (number - worst) / (best - worst)) for position, number in line]
    (low, a), (high, b) = next(
        (one, other) for one, other in pairwise(shares) if share <= other[1] or other == shares[-1]
    )
    return float(low + (Fraction(share) - a) / (b - a) * (high - low))


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
    scales = {child.id: scale_of(child) for child in parent.children}
    if scorer == "sum":
        total = sum((weights[id] * number_at(scales[id], position) for id, position in at.items()), Fraction(0))
        (_, worst), *_, (_, best) = number_line(parent.scale)
        return position_of(parent.scale, (total - worst) / (best - worst))
    assert scorer == "mean"
    shares = [(weights[id], share_of(scales[id], position)) for id, position in at.items()]
    return position_of(parent.scale, sum(w * s for w, s in shares) / sum(w for w, _ in shares))


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
        line = number_line(scale) if is_chain(scale) else [(0, 0), (len(scale.stages) - 1, 0)]
        return Found((line[0][0], None, line[-1][0]), 0)

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
