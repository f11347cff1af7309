"""Positions on a scale, and the numbers that go with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

from maturitykit.definition.scale import Scale
from maturitykit.formula.algebra import Formula, count_reached, elements, floor, gather, vector
from maturitykit.formula.order import TOLERANCE

T = TypeVar("T")


def shares_of(scales: Sequence[Scale], positions: Formula, is_whole: bool) -> Formula:
    """Return how far the numbers of some positions lie from the worst to the best, each on its own scale."""
    if all(scale.has_equal_steps and not scale.first_knot for scale in scales):
        return positions / _each([scale.top for scale in scales])
    return _between(scales, positions, is_whole, lambda scale: scale.shares)


def numbers_of(scales: Sequence[Scale], positions: Formula, is_whole: bool) -> Formula:
    """Return the numbers of some positions, each in the unit of its own scale."""
    if all(scale.has_equal_steps and scale.knots == tuple(range(len(scale.stages))) for scale in scales):
        return positions
    return _between(scales, positions, is_whole, lambda scale: scale.knots)


def number_at(scale: Scale, position: Formula, is_whole: bool) -> Formula:
    """Return the number of a position, in the unit of the scale."""
    (number,) = elements(numbers_of([scale], vector((position,)), is_whole)) or ()
    assert isinstance(number, Formula)
    return number


def _between(
    scales: Sequence[Scale], positions: Formula, is_whole: bool, knots_of: Callable[[Scale], tuple[float, ...]]
) -> Formula:
    """Return what belongs to positions, from what belongs to whole ones; interpolate between these."""
    knots = [knots_of(scale) for scale in scales]
    places = positions - _each([scale.first_knot for scale in scales])
    if is_whole:
        return gather(places, _each(knots))
    steps = _each([(*(b - a for a, b in pairwise(numbers)), 0.0) for numbers in knots])
    index = floor(places + TOLERANCE)
    return gather(index, _each(knots)) + (places - index) * gather(index, steps)


def position_of(scale: Scale, share: Formula) -> Formula:
    """Return the position of a number on a scale, from how far it lies from the worst to the best."""
    if scale.has_equal_steps and not scale.first_knot:
        return share * scale.top
    index = count_reached(share, scale.shares[1:-1], True)
    low, high = scale.shares[:-1], scale.shares[1:]
    return index + (share - gather(index, low)) / (gather(index, high) - gather(index, low)) + scale.first_knot


def _each(values: Sequence[T]) -> T | Formula:
    """Return a vector of one value per child, or the value itself if all have the same."""
    return values[0] if len(set(values)) == 1 else vector(values)
