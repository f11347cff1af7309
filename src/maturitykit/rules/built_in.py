"""The six built-in rules: weakest, median, mean, sum, staged and profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from maturitykit.definition import Dimension, Gate, Scale, Scorer
from maturitykit.definition.issue import Issue
from maturitykit.definition.scorer import Bounds, Parts
from maturitykit.formula.algebra import (
    Condition,
    Formula,
    all_of,
    any_of,
    at_least,
    element,
    greatest,
    if_else,
    join,
    least,
    meet,
    negate,
    real_total,
    vector,
    weighted_median,
)
from maturitykit.formula.order import TOLERANCE
from maturitykit.rules.positions import numbers_of, position_of, shares_of
from maturitykit.words import Phrase, phrase


class Weakest(Scorer):
    """The meet of the children: on a chain, the lowest of them."""

    id = "weakest"
    ordinal = True

    def formula(self, parent: Dimension, parts: Parts) -> Formula:
        scale = _scale(parent)
        return meet(scale.order, if_else(parts.takes_part, parts.positions, scale.order.highest))

    def problems(self, parent: Dimension) -> Iterable[str]:
        return _foreign_scales(parent)


class Median(Scorer):
    """The join of the stages that more than half of the weight is at or above.

    On a chain that is the lower weighted median: of two, the lower one.
    """

    id = "median"
    ordinal = True

    def formula(self, parent: Dimension, parts: Parts) -> Formula:
        order, positions = _scale(parent).order, parts.positions
        if order.lowest < 0:
            # Where a child takes no part, its position is 0, which would not be the lowest here.
            positions = if_else(parts.takes_part, positions, order.lowest)
        return weighted_median(order, positions, parts.weights, parts.whole, parts.is_whole)

    def problems(self, parent: Dimension) -> Iterable[str]:
        return _foreign_scales(parent)


class Mean(Scorer):
    """The weighted mean of the children's shares, each from the worst to the best number of the child's scale.

    The number of the parent lies as far between its own worst and best. It assumes equal steps between stages, or
    those between the values that are stated for them; results say so.
    """

    id = "mean"
    ordinal = False

    def formula(self, parent: Dimension, parts: Parts) -> Formula:
        shares = shares_of([_scale(child) for child in parts.dimensions], parts.positions, parts.is_whole)
        counted = if_else(parts.takes_part, shares * parts.weights, 0.0)
        return position_of(_scale(parent), real_total(counted) / greatest(parts.whole, 1))

    def problems(self, parent: Dimension) -> Iterable[str]:
        return _partial_orders(parent, "a mean")

    def remarks(self, parent: Dimension, children: Mapping[str, Bounds | None]) -> Iterable[Issue]:
        steps = _steps_of(parent)
        text = phrase("a mean assumes {steps}; stages are ordered, not measured", steps=steps)
        yield Issue("equal-steps", "info", parent.id, text)


class Sum(Scorer):
    """The weighted sum of the numbers of the children, which is a number in the unit of the parent.

    Like a mean, it assumes the steps between the values of stages. A child that is not applicable adds nothing.
    """

    id = "sum"
    ordinal = False
    relative_weights = False

    def formula(self, parent: Dimension, parts: Parts) -> Formula:
        numbers = numbers_of([_scale(child) for child in parts.dimensions], parts.positions, parts.is_whole)
        counted = real_total(if_else(parts.takes_part, numbers * parts.weights, 0.0))
        worst, best = _scale(parent).ends
        return position_of(_scale(parent), (counted - worst) / (best - worst))

    def problems(self, parent: Dimension) -> Iterable[str]:
        orders = list(_partial_orders(parent, "a sum"))
        yield from orders
        if orders:
            return
        scale = _scale(parent)
        for child in parent.children:
            if _scale(child).falls != scale.falls:
                better = "lower" if _scale(child).falls else "higher"
                yield f"{better} numbers are better on the scale of {child.id}, but not on that of {parent.id}"
                return
        # Any child but one may be not applicable, and then adds nothing.
        weights = [
            sum(leaf.weight for leaf in child.scored_leaves()) if child.by_parts else child.weight
            for child in parent.children
        ]
        ends = [
            sorted(weight * Fraction(end) for end in _scale(child).ends)
            for weight, child in zip(weights, parent.children, strict=True)
        ]
        lows, highs = zip(*ends, strict=True)
        least = sum(low for low in lows if low < 0) or min(lows)
        most = sum(high for high in highs if high > 0) or max(highs)
        lowest, highest = sorted(scale.ends)
        if least < lowest - TOLERANCE or most > highest + TOLERANCE:
            possible = f"from {float(least):g} to {float(most):g}"
            numbers = f"the numbers {lowest:g} to {highest:g} of {parent.id}"
            yield f"a sum {possible} is possible, beyond {numbers}"

    def remarks(self, parent: Dimension, children: Mapping[str, Bounds | None]) -> Iterable[Issue]:
        text = phrase("a sum assumes {steps}; stages are ordered, not measured", steps=_steps_of(parent))
        yield Issue("equal-steps", "info", parent.id, text)


class Staged(Scorer):
    """The stages whose gates are all met, and those of all stages below them too.

    A gate on a child that is not applicable is passed over. A stage all of whose own gates
    are passed over is not itself reached, but does not hold back those above it.
    """

    id = "staged"
    ordinal = True
    reads_open_as_low = True

    def formula(self, parent: Dimension, parts: Parts) -> Formula:
        scale = _scale(parent)
        child_index = {child.id: i for i, child in enumerate(parts.dimensions)}
        stages = range(len(scale.stages))
        # For each stage: the conditions that one of its gates applies, and that all that apply are met.
        applies: list[list[Condition]] = [[] for _ in stages]
        met: list[list[Condition]] = [[] for _ in stages]
        for gate in parent.gates:
            stage, child = scale.positions[gate.stage], child_index[gate.dimension]
            child_scale = _scale(parts.dimensions[child])
            takes = parts.takes_part if isinstance(parts.takes_part, bool) else element(parts.takes_part, child)
            minimum = child_scale.positions[gate.minimum]
            is_there = at_least(child_scale.order, element(parts.positions, child), minimum, parts.is_whole)
            applies[stage].append(takes)
            met[stage].append(any_of(negate(takes), is_there))
        # A stage without gates is reached with all the stages directly below it.
        reachable: list[Condition] = [True]
        for stage in stages[1:]:
            below = (reachable[lower] for lower in scale.directly_below[stage])
            reachable.append(any_of(*applies[stage]) if applies[stage] else all_of(*below))
        all_met = [all_of(*conditions) for conditions in met]
        if scale.is_chain:
            lowest_unmet = least(*(if_else(met, scale.top + 1, stage) for stage, met in enumerate(all_met)))
            reached = [all_of(reachable[stage], lowest_unmet > stage) for stage in stages]
        else:
            reached = [
                all_of(reachable[stage], *(all_met[lower] for lower in sorted(scale.below[stage])))
                for stage in stages
            ]
        return join(scale.order, vector(if_else(condition, stage, 0) for stage, condition in enumerate(reached)))

    def problems(self, parent: Dimension) -> Iterable[str]:
        if not parent.gates:
            yield f"{parent.id} has no gates"

    def remarks(self, parent: Dimension, children: Mapping[str, Bounds | None]) -> Iterable[Issue]:
        scale = _scale(parent)
        scales = {child.id: _scale(child) for child in parent.children}
        child_name = {child.id: child.name for child in parent.children}
        gates: dict[int, list[Gate]] = {}
        for gate in parent.gates:
            gates.setdefault(scale.positions[gate.stage], []).append(gate)

        def is_met(gate: Gate) -> bool | None:
            """Tell whether a gate is met; None where its dimension is not known or not applicable."""
            _, likely, _ = children[gate.dimension] or (0, None, 0)
            minimum = scales[gate.dimension].positions[gate.minimum]
            return None if likely is None else scales[gate.dimension].at_least(likely, minimum)

        unmet = {stage for stage, required in gates.items() if any(is_met(gate) is False for gate in required)}
        for stage, required in sorted(gates.items()):
            for gate in required:
                if children[gate.dimension] is None:
                    names = {"stage": scale.stages[stage].name, "dimension": child_name[gate.dimension]}
                    text = phrase("{stage} requires {dimension}, which is not applicable: passed over", **names)
                    yield Issue("passed-over", "warning", parent.id, text)
            applicable = [gate for gate in required if children[gate.dimension] is not None]
            lacking = [scale.stages[lower].name for lower in sorted(scale.below[stage] & unmet - {stage})]
            if lacking and applicable and all(is_met(gate) for gate in applicable):
                below = ", ".join(lacking)
                names = {"stage": scale.stages[stage].name, "below": below}
                text = phrase("what {stage} requires is there, but not what {below} requires below it", **names)
                yield Issue("out-of-order", "warning", parent.id, text)


class Profile(Scorer):
    """No combination: the parent has no stage, only its children have."""

    id = "profile"
    ordinal = True

    def formula(self, parent: Dimension, parts: Parts) -> None:
        return None


def _scale(dimension: Dimension) -> Scale:
    assert dimension.scale is not None, "a rule is used only where there are scales"
    return dimension.scale


def _partial_orders(parent: Dimension, rule: str) -> Iterable[str]:
    for dimension in (parent, *parent.children):
        if dimension.scale is not None and not dimension.scale.is_chain:
            yield f"{rule} needs chains, and {dimension.id} is on a partial order"


def _steps_of(parent: Dimension) -> Phrase:
    """Return the steps between stages that a rule assumes which adds numbers."""
    stated = not all(_scale(child).has_equal_steps for child in parent.children)
    return phrase("the values stated for its stages") if stated else phrase("equal steps between stages")


def _foreign_scales(parent: Dimension) -> Iterable[str]:
    for child in parent.children:
        if child.scale != parent.scale:
            scale = parent.scale.id if parent.scale else "none"
            yield f"{child.id} is not on the scale of {parent.id} ({scale})"
