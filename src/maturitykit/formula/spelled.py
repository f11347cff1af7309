"""Operations written in simpler ones, for engines that lack them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from maturitykit.formula.algebra import (
    Formula,
    Term,
    at_least,
    bits_of,
    cast,
    constant,
    count,
    elements,
    first,
    gather,
    greatest,
    highest,
    if_else,
    null,
    total,
)
from maturitykit.formula.order import Order

#: Largest sum of whole weights, which a column of whole numbers can hold even when it is multiplied by 16.
LARGEST_WHOLE = 2**58
#: Largest number in the smallest columns of whole numbers that engines compute with.
LARGEST_SMALL = 2**15 - 1


def spelled_median(formula: Formula, *, has_bits: bool) -> Formula:
    """Return a `weighted_median` in simpler operations.

    Args:
        formula: The operation, on listed vectors.
        has_bits: Whether the engine counts the bits of a number.
    """
    order, positions, weights, whole, is_whole = formula.args
    weighted = list(zip(elements(weights) or (), elements(positions) or (), strict=True))
    if not order.is_chain:
        return highest(order, [_outweighs(_weight_at(order, weighted, stage), whole) for stage in _stages(order)])
    if not is_whole:
        # Positions may lie between stages, so each of them is tried, and not each stage.
        reached = (
            if_else(
                _outweighs(total(as_weight(w, other >= one) for w, other in weighted), whole), one, order.lowest
            )
            for _, one in weighted
        )
        return greatest(*reached, order.lowest)
    if has_bits and (digits := _as_digits(order.top, weighted, whole)) is not None:
        return digits
    return count(_outweighs(_weight_at(order, weighted, stage), whole) for stage in range(1, order.top + 1))


def _stages(order: Order) -> range:
    return range(order.top + 1)


def as_weight(weight: int, condition: Any) -> Term:
    """Return a weight where a condition holds, 0 elsewhere."""
    if not isinstance(condition, Formula):
        return weight if condition else 0
    one = Formula("as_int", (condition,))
    return one if weight == 1 else one * weight


def _weight_at(order: Order, weighted: Sequence[tuple[int, Formula]], stage: int) -> Formula:
    return total(as_weight(weight, at_least(order, position, stage)) for weight, position in weighted)


def _outweighs(weight: Formula, whole: Term) -> Formula:
    return weight * 2 > whole


def _as_digits(top: int, weighted: Sequence[tuple[int, Formula]], whole: Term) -> Formula | None:
    """Return the median in a few operations on one number, whose digits are the weights at or above each stage.

    None if the digits do not fit into 64 bits.
    """
    # The highest bit of a digit is set if twice its weight is more than the whole.
    high = 1 << (2 * sum(weight for weight, _ in weighted)).bit_length()
    ones = [(2 * high) ** i for i in range(top)]
    if 2 * high * ones[-1] >= 2**63:
        return None
    reached = [sum(ones[:stage]) for stage in range(top + 1)]
    held = total(cast(gather(at, tuple(w * digits for digits in reached)), "whole") for w, at in weighted)
    needed = cast(whole, "whole") if isinstance(whole, Formula) else whole
    numbers = held * 2 - needed * reached[-1] + (high - 1) * reached[-1]
    return cast(bits_of(numbers, high * reached[-1]), "small")


def spelled_fold(formula: Formula) -> Formula:
    """Return a `fold` as look-ups of two stages at a time, in as many rounds as it takes."""
    order, which, terms = formula.args
    table = order.meets if which == "meet" else order.joins
    left = list(elements(terms) or ())
    while len(left) > 1:
        pairs = zip(left[::2], left[1::2], strict=False)
        paired = [gather(a * (order.top + 1) + b, table) for a, b in pairs]
        left = paired + left[2 * len(paired) :]
    return left[0] if isinstance(left[0], Formula) else constant(left[0])


def spelled_cases(formula: Formula) -> Formula:
    """Return `gather` as a case for each value."""
    index, values = formula.args
    absent = null("text" if isinstance(values[-1], str) else "real")
    terms = [absent if value is None else value for value in values]
    return first([(index.equals(i), term) for i, term in enumerate(terms[1:], start=1)], terms[0])


def spelled_bounds(formula: Formula) -> Formula:
    """Return `count_reached` as a comparison for each bound."""
    term, bounds, inclusive = formula.args
    return count((term >= bound) if inclusive else (term > bound) for bound in bounds)
