"""Scores under other distances between stages: shares of the weight at or above each stage.

A mean is the sum, over the stages, of the share of the weight at or above each, times its distance from the stage
below. So one mean is above another for any distances if no share is lower, and one is higher.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from maturitykit.definition import Scale
from maturitykit.rules.built_in import Mean
from maturitykit.scoring.answers import LeafAnswers
from maturitykit.scoring.plan import Node

if TYPE_CHECKING:
    from maturitykit.scoring.result import Result

#: For each scale that something is rated on, by id, the share of the weight at or above each of its stages.
Shares: TypeAlias = Mapping[str, Sequence[Fraction]]


def shares_at_or_above(result: Result) -> dict[str, Shares | None]:
    """Return for each dimension the shares of the weight at or above each stage, by id.

    A stage that follows from the order of stages alone, as under the median, has all of the weight. None without a
    likely stage; of a translation; and where it is not known how distances matter, as under a rule of a third
    party, or one that compares means.
    """
    plan, known = result._plan, result._state.known
    found: list[Shares | None] = [None] * len(plan.nodes)
    # Whether a dimension, with all that is below it, follows from the order of stages alone.
    is_ordinal = [True] * len(plan.nodes)
    for node in () if result.is_derived else reversed(plan.nodes):
        i, scale = node.index, node.dimension.scale
        if not node.children or i in result._state.fixed:
            found[i] = _rated(result, node) if known[i] else None
            is_ordinal[i] = not known[i] or _is_one_stage(found[i])
            continue
        is_ordinal[i] = node.scorer.ordinal and all(is_ordinal[child] for child in node.children)
        if known[i] and scale is not None:
            found[i] = _at(scale, [result._state.likely[i]]) if is_ordinal[i] else _mean(result, node, found)
    return {node.dimension.id: found[node.index] for node in plan}


def _rated(result: Result, node: Node) -> Shares | None:
    """Return the shares of the respondents on a dimension that they rate."""
    answers, scale = result._answers.get(node.dimension.id), node.dimension.scale
    assert scale is not None
    if result.consensus == "mean" and isinstance(answers, LeafAnswers):
        return _at(scale, [reading.likely for reading in answers.readings])
    if result.consensus == "mean" and answers is None:
        # A result that was read back does not say of what its mean was taken.
        return None
    return _at(scale, [result._state.likely[node.index]])


def _is_one_stage(shares: Shares | None) -> bool:
    """Tell whether all of the weight is at one stage."""
    return shares is not None and all(share in (0, 1) for of in shares.values() for share in of)


def _at(scale: Scale, stages: Sequence[float]) -> Shares:
    reached = (sum(scale.at_least(stage, one) for stage in stages) for one in range(1, len(scale)))
    return {scale.id: [Fraction(count, len(stages)) for count in reached]}


def _mean(result: Result, node: Node, found: Sequence[Shares | None]) -> Shares | None:
    """Return the shares of a mean, from those of its parts; None of another rule."""
    if type(node.scorer) is not Mean:
        return None
    state, weights = result._state, result._plan.weights[node.index]
    whole = sum(weight for i, weight in zip(node.children, weights, strict=True) if state.known[i])
    mean: dict[str, Sequence[Fraction]] = {}
    for i, child, weight in zip(node.children, node.dimension.children, weights, strict=True):
        assert child.scale is not None
        shares = found[i]
        if shares is None:
            if state.not_applicable[i] or (
                not state.known[i] and (state.low[i], state.high[i]) == (0, child.scale.top)
            ):
                continue
            # An open part with bounds of its own may hold the likely stage within them.
            return None
        for id, of in shares.items():
            before = mean.get(id, [Fraction(0)] * len(of))
            mean[id] = [a + b * weight / whole for a, b in zip(before, of, strict=True)]
    return mean


def differences(before: Shares, after: Shares) -> tuple[Fraction, Fraction]:
    """Return the bounds of the difference of two scores over all distances between stages.

    Distances are above zero, and those of a scale add up to one. Unless both bounds are equal, none reach them.
    """
    lowest = highest = Fraction(0)
    for changes in _changes(before, after):
        lowest, highest = lowest + min(changes), highest + max(changes)
    return lowest, highest


def _changes(before: Shares, after: Shares) -> Iterator[Sequence[Fraction]]:
    for id in before.keys() | after.keys():
        length = len(before.get(id) or after[id])
        none = [Fraction(0)] * length
        yield [b - a for a, b in zip(before.get(id, none), after.get(id, none), strict=True)]
