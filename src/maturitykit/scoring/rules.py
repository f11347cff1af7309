"""The five rules: weakest, median, mean, staged and profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import accumulate
from math import fsum
from operator import itemgetter

from maturitykit.definition import Dimension, Gate, Rule, Scale, Scorer
from maturitykit.definition.formula import (
    Condition,
    Formula,
    Part,
    all_of,
    any_of,
    either,
    first,
    greatest,
    highest,
    least,
    majority,
    negate,
    position_of,
    total,
    value_of,
    weight_of,
)
from maturitykit.definition.issue import Issue
from maturitykit.definition.scale import Position
from maturitykit.definition.scorer import Bounds
from maturitykit.words import phrase

#: A sum of whole weights that a column of whole numbers still holds, doubled.
LARGEST_WHOLE = 2**61


class Weakest(Scorer):
    """The meet of the children: on a chain, the lowest of them."""

    id = "weakest"
    ordinal = True
    stays_within = True

    def bind(self, parent: Dimension, children: Sequence[Dimension], weights: Sequence[int]) -> Rule:
        scale = _scale(parent)
        return min if scale.is_chain else scale.meet

    def formula(self, parent: Dimension, parts: Sequence[Part]) -> Formula:
        scale = _scale(parent)
        if scale.is_chain:
            return least(*(either(part.takes_part, part.position, scale.top) for part in parts))
        return highest(
            scale, lambda stage: all_of(*(negate(part.takes_part) | part.at_least(stage) for part in parts))
        )

    def problems(self, parent: Dimension) -> Iterable[str]:
        return _foreign_scales(parent)


class Median(Scorer):
    """The join of the stages that more than half of the weight is at or above.

    On a chain that is the lower weighted median: of two, the lower one.
    """

    id = "median"
    ordinal = True
    stays_within = True

    def bind(self, parent: Dimension, children: Sequence[Dimension], weights: Sequence[int]) -> Rule:
        scale = _scale(parent)
        if not scale.is_chain:
            return lambda positions: scale.majority(list(zip(weights, positions, strict=True)))
        if len(set(weights)) == 1:
            middle = (len(weights) - 1) // 2
            return lambda positions: sorted(positions)[middle]
        return partial(_lower_weighted_median, weights)

    def formula(self, parent: Dimension, parts: Sequence[Part]) -> Formula | None:
        scale = _scale(parent)
        if sum(part.weight for part in parts) > LARGEST_WHOLE:
            return None
        whole = weight_of((part.weight, part.takes_part) for part in parts)
        is_whole = all(part.is_whole for part in parts)
        # Who takes no part is at the lowest stage, and so at or above no other.
        if scale.is_chain and is_whole:
            return majority(scale.top, [(part.weight, part.position) for part in parts], whole)

        def more_than_half(met: Callable[[Part], Condition]) -> Condition:
            return weight_of((part.weight, met(part)) for part in parts) * 2 > whole

        if is_whole:
            return highest(scale, lambda stage: more_than_half(lambda part: part.at_least(stage)))
        # Between stages, the highest of the positions that more than half of the weight is at or above.
        reached = []
        for part in parts:
            not_below = more_than_half(partial(_is_at_or_above, part))
            reached.append(either(part.takes_part & not_below, part.position, 0))
        return greatest(*reached)

    def problems(self, parent: Dimension) -> Iterable[str]:
        return _foreign_scales(parent)


class Mean(Scorer):
    """The weighted mean of what the stages of the children count, on the parent's scale.

    It takes the steps between stages for equal, or for what their values state: results
    say so.
    """

    id = "mean"
    ordinal = False

    def bind(self, parent: Dimension, children: Sequence[Dimension], weights: Sequence[int]) -> Rule:
        values = [_scale(child).value for child in children]
        whole, of_value = sum(weights), _scale(parent).of_value

        def mean(positions: Sequence[Position]) -> Position:
            # fsum rounds once, so the order of the children makes no difference.
            terms = (w * value(p) for w, value, p in zip(weights, values, positions, strict=True))
            return of_value(fsum(terms) / whole)

        return mean

    def formula(self, parent: Dimension, parts: Sequence[Part]) -> Formula:
        values = [value_of(_scale(part.dimension), part.position, part.is_whole) for part in parts]
        terms = [
            either(part.takes_part, value * float(part.weight), 0.0)
            for value, part in zip(values, parts, strict=True)
        ]
        weight = total(either(part.takes_part, float(part.weight), 0.0) for part in parts)
        return position_of(_scale(parent), total(terms) / greatest(weight, 1.0))

    def problems(self, parent: Dimension) -> Iterable[str]:
        for dimension in (parent, *parent.children):
            if dimension.scale is not None and not dimension.scale.is_chain:
                yield f"a mean needs chains, and {dimension.id} is on a partial order"

    def remarks(self, parent: Dimension, children: Mapping[str, Bounds | None]) -> Iterable[Issue]:
        stated = not all(_scale(child).has_equal_steps for child in parent.children)
        steps = phrase("the values stated for its stages") if stated else phrase("equal steps between stages")
        text = phrase("a mean assumes {steps}; stages are ordered, not measured", steps=steps)
        yield Issue("equal-steps", "info", parent.id, text)


class Staged(Scorer):
    """The stages whose gates are all met, and those of all stages below them too.

    A gate on a child that is not applicable is passed over. A stage all of whose own gates
    are passed over is not itself reached, but does not hold back those above it.
    """

    id = "staged"
    ordinal = True
    reads_open_as_low = True

    def bind(self, parent: Dimension, children: Sequence[Dimension], weights: Sequence[int]) -> Rule:
        scale = _scale(parent)
        place = {child.id: i for i, child in enumerate(children)}
        scales = [_scale(child) for child in children]
        # Of each stage: what it asks of which child, and whether it can be reached itself.
        own: list[list[tuple[int, int]]] = [[] for _ in scale.stages]
        gated: list[bool] = [False] * len(scale.stages)
        for gate in parent.gates:
            stage = scale.positions[gate.stage]
            gated[stage] = True
            if gate.dimension in place:
                child = place[gate.dimension]
                own[stage].append((child, scales[child].positions[gate.minimum]))
        can_be_reached = _can_be_reached(scale, own, gated)

        def staged(positions: Sequence[Position]) -> Position:
            met = [all(scales[c].at_least(positions[c], least) for c, least in gates) for gates in own]
            reached = [i for i in can_be_reached if all(met[below] for below in scale.below[i])]
            return scale.join(reached)

        return staged

    def formula(self, parent: Dimension, parts: Sequence[Part]) -> Formula:
        scale = _scale(parent)
        by_id = {part.dimension.id: part for part in parts}
        met: list[Condition] = [True] * len(scale.stages)
        asks: list[Condition | None] = [None] * len(scale.stages)
        for gate in parent.gates:
            stage, part = scale.positions[gate.stage], by_id[gate.dimension]
            minimum = _scale(part.dimension).positions[gate.minimum]
            met[stage] &= negate(part.takes_part) | part.at_least(minimum)
            asks[stage] = any_of(asks[stage] or False, part.takes_part)
        reachable: list[Condition] = [True]
        for stage, asked in enumerate(asks[1:], start=1):
            below = (reachable[lower] for lower in scale.directly_below[stage])
            reachable.append(all_of(*below) if asked is None else asked)
        reached = [
            all_of(reachable[stage], *(met[lower] for lower in sorted(scale.below[stage])))
            for stage in range(len(scale.stages))
        ]
        if scale.is_chain:
            return first(((reached[stage], stage) for stage in range(scale.top, 0, -1)), 0)
        return highest(scale, reached.__getitem__)

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
            """None where nothing is known, or where it does not apply."""
            _, likely, _ = children[gate.dimension] or (0, None, 0)
            minimum = scales[gate.dimension].positions[gate.minimum]
            return None if likely is None else scales[gate.dimension].at_least(likely, minimum)

        unmet = {stage for stage, own in gates.items() if any(is_met(gate) is False for gate in own)}
        for stage, own in sorted(gates.items()):
            for gate in own:
                if children[gate.dimension] is None:
                    names = {"stage": scale.stages[stage].name, "dimension": child_name[gate.dimension]}
                    text = phrase("{stage} requires {dimension}, which is not applicable: passed over", **names)
                    yield Issue("passed-over", "warning", parent.id, text)
            applicable = [gate for gate in own if children[gate.dimension] is not None]
            lacking = [scale.stages[lower].name for lower in sorted(scale.below[stage] & unmet - {stage})]
            if lacking and applicable and all(is_met(gate) for gate in applicable):
                below = ", ".join(lacking)
                names = {"stage": scale.stages[stage].name, "below": below}
                text = phrase("what {stage} requires is there, but not what {below} requires below it", **names)
                yield Issue("out-of-order", "warning", parent.id, text)


class Profile(Scorer):
    """No combination: the children speak for themselves."""

    id = "profile"
    ordinal = True

    def bind(self, parent: Dimension, children: Sequence[Dimension], weights: Sequence[int]) -> None:
        return None


def _scale(dimension: Dimension) -> Scale:
    assert dimension.scale is not None, "a rule is bound only where there are scales"
    return dimension.scale


def _foreign_scales(parent: Dimension) -> Iterable[str]:
    for child in parent.children:
        if child.scale != parent.scale:
            scale = parent.scale.id if parent.scale else "none"
            yield f"{child.id} is not on the scale of {parent.id} ({scale})"


def _is_at_or_above(one: Part, other: Part) -> Condition:
    return other.takes_part & (other.position >= one.position)


def _lower_weighted_median(weights: Sequence[int], positions: Sequence[Position]) -> Position:
    from_the_top = sorted(zip(positions, weights, strict=True), key=itemgetter(0), reverse=True)
    at_or_above = accumulate(weight for _, weight in from_the_top)
    held = zip(from_the_top, at_or_above, strict=True)
    return next(position for (position, _), weight in held if 2 * weight > sum(weights))


def _can_be_reached(scale: Scale, own: Sequence[Sequence[object]], gated: Sequence[bool]) -> list[int]:
    """The stages that can be reached themselves, as not all their gates are passed over.

    A stage without gates is reached with all the stages directly below it.
    """
    reachable: list[bool] = [True]
    for stage in range(1, len(scale.stages)):
        if gated[stage]:
            reachable.append(bool(own[stage]))
        else:
            reachable.append(all(reachable[lower] for lower in scale.directly_below[stage]))
    return [stage for stage, can in enumerate(reachable) if can]
