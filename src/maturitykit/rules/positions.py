"""Positions on a scale, the stages that they reach, and the values of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from maturitykit.definition.scale import Scale
from maturitykit.formula.algebra import Formula, count_reached, floor, gather, vector
from maturitykit.formula.order import TOLERANCE

T = TypeVar("T")


def stage_index(scale: Scale, position: Formula, is_whole: bool) -> Formula:
    """Return the position of the stage that a position reaches, never by rounding up."""
    if is_whole or not scale.is_chain:
        return position
    return floor(position + TOLERANCE)


def values_of(scales: Sequence[Scale], positions: Formula, is_whole: bool) -> Formula:
    """Return the values of a vector of positions, each on its own scale; interpolate them between stages."""
    if all(scale.has_equal_steps for scale in scales):
        return positions / _each([scale.top for scale in scales])
    values = _each([scale.values for scale in scales])
    if is_whole:
        return gather(positions, values)
    steps = _each(
        [tuple(b - a for a, b in zip(s.values, (*s.values[1:], s.values[-1]), strict=True)) for s in scales]
    )
    index = floor(positions + TOLERANCE)
    return gather(index, values) + (positions - index) * gather(index, steps)


def position_of(scale: Scale, value: Formula) -> Formula:
    """Return the position on a scale that has this value."""
    if scale.has_equal_steps:
        return value * scale.top
    index = count_reached(value, scale.values[1:-1], True)
    low, high = scale.values[:-1], scale.values[1:]
    return index + (value - gather(index, low)) / (gather(index, high) - gather(index, low))


def _each(values: Sequence[T]) -> T | Formula:
    """Return a vector of one value per child, or the value itself if all have the same."""
    return values[0] if len(set(values)) == 1 else vector(values)
