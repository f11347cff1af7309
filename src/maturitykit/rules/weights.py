"""Rules under other weights, as formulas: over a box of weights, with a little more weight, and as a quorum."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from maturitykit.definition import Dimension, Scorer
from maturitykit.definition.scorer import Parts
from maturitykit.formula.algebra import (
    Condition,
    Formula,
    Term,
    all_of,
    element,
    elements,
    gather,
    greatest,
    if_else,
    least,
    real_total,
    stage_of,
    total,
    vector,
    weighted_median,
)
from maturitykit.formula.order import TOLERANCE, Order
from maturitykit.rules.built_in import Mean, Median, Staged, Weakest
from maturitykit.rules.positions import position_of, shares_of
from maturitykit.rules.roll_up import Combination, SpanTerms


class WeightBox(NamedTuple):
    """One end of a score over all weights that are a share lower or higher.

    Args:
        heavy: Factor of a weight at its highest; a whole number.
        light: Factor of a weight at its lowest, above zero.
        highest: Whether it is the highest score; else the lowest.
    """

    heavy: int
    light: int
    highest: bool


def factors(share: Fraction) -> tuple[int, int]:
    """Return the factors of a weight that is a share higher or lower, as whole numbers in proportion."""
    return share.denominator + share.numerator, share.denominator - share.numerator


class InBox(Combination):
    """A combination of children at the end of a box of weights.

    Args:
        combination: The combination by the weights themselves.
        box: The end of the box.
    """

    def __init__(self, combination: Combination, box: WeightBox) -> None:
        super().__init__(combination.dimension, combination.scorer)
        self.variant = self._box = box

    def position(
        self, below: SpanTerms, positions: Formula, weights: Formula, takes_part: Condition
    ) -> Formula | None:
        """Return the lowest or the highest position by the rule; None if the rule combines nothing."""
        bound = IN_BOX[type(self.scorer)]
        if bound is None:
            return super().position(below, positions, weights, takes_part)
        children = self.dimension.children
        takes = takes_part if isinstance(takes_part, bool) else _listed(takes_part, len(children))
        at, weigh = _listed(positions, len(children)), _listed(weights, len(children))
        return bound(self.dimension, Parts(children, at, weigh, takes, below.is_whole), self._box)


def _listed(terms: Formula, count: int) -> Formula:
    """Return a vector with its elements listed."""
    return terms if elements(terms) is not None else vector(element(terms, i) for i in range(count))


def _weighted(parts: Parts, factor: int) -> Parts:
    """Return parts with weights that are so many times as large."""
    weights = elements(parts.weights) or ()
    # An engine's kind of number is that of its weights.
    larger = (w * factor if isinstance(w, Formula) else type(w)(w * factor) for w in weights)
    return parts._replace(weights=vector(larger))


def _median_in_box(parent: Dimension, parts: Parts, box: WeightBox) -> Formula:
    # A stage is reached under all weights if it is where those at or above it, of weight w out of W, are light and
    # all others heavy: w * light > (W - w) * heavy, or w * (heavy + light) > W * heavy. It is reached under some
    # weights if it is the other way round.
    assert parent.scale is not None
    whole = _weighted(parts, box.light if box.highest else box.heavy).whole
    weights = _weighted(parts, (box.heavy + box.light) // 2).weights
    return weighted_median(parent.scale.order, parts.positions, weights, whole, parts.is_whole)


def _mean_in_box(parent: Dimension, parts: Parts, box: WeightBox) -> Formula:
    assert parent.scale is not None
    scales = [child.scale for child in parts.dimensions if child.scale is not None]
    values = shares_of(scales, parts.positions, parts.is_whole)
    counted = if_else(parts.takes_part, values * parts.weights, 0.0)
    # All weights above some value are heavy, and those below it light, or the other way round.
    thresholds: Sequence[Term] = elements(values) or ()
    stated = sorted({value for scale in scales for value in scale.shares})
    if parts.is_whole and len(stated) <= len(thresholds):
        thresholds = stated
    above, below = (box.heavy, box.light) if box.highest else (box.light, box.heavy)
    means = []
    for threshold in thresholds:
        factor = if_else(values + TOLERANCE >= threshold, above, below)
        whole = total(parts.weights_taken * factor)
        means.append(real_total(counted * factor) / greatest(whole, 1))
    return position_of(parent.scale, greatest(*means) if box.highest else least(*means))


#: How a rule reads the weights of a box; None if it reads none. Of other rules it is not known.
IN_BOX: Mapping[type[Scorer], Callable[[Dimension, Parts, WeightBox], Formula] | None] = {
    Weakest: None, Staged: None, Median: _median_in_box, Mean: _mean_in_box
}  # fmt: skip


def nudged(weights: Sequence[int]) -> Iterator[list[int]]:
    """Yield weights for each child in turn, which has a little more weight than it should."""
    # Two shares that differ do so by a whole number: against four times that, one more is as little as can be.
    for number in range(len(weights)):
        yield [4 * weight + (i == number) for i, weight in enumerate(weights)]


def quorum(
    order: Order, positions: Formula, weights: Formula, takes_part: Condition, stage: Formula, is_whole: bool
) -> tuple[Formula, Formula]:
    """Return the weight of the children at or above a stage, and that of all who take part.

    Args:
        order: The order of the stages, on which all children are.
        positions: A vector, of the children.
        weights: A vector of whole numbers.
        takes_part: Condition that a child takes part, as a vector or True.
        stage: The stage.
        is_whole: Whether no position lies between two stages.
    """
    if order.is_chain:
        at = stage_of(order, positions, is_whole) if order.edges else positions + (0 if is_whole else TOLERANCE)
        is_reached: Condition = at >= stage
    else:
        pairs = tuple(int(one in below) for below in order.below for one in range(order.top + 1))
        is_reached = gather(positions * (order.top + 1) + stage, pairs) > 0
    return total(if_else(all_of(takes_part, is_reached), weights, 0)), total(if_else(takes_part, weights, 0))
