"""Pooling: what several links say of one dimension, as one span.

It holds the truth when links of at least half the strength do. (The part that all spans share
would be narrower, but a single wrong link then excludes the truth.)
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from maturitykit.definition import Scale
from maturitykit.definition.scale import Position

Weighted = Sequence[tuple[Fraction, Position]]


def upper_median(scale: Scale, weighted: Weighted) -> Position:
    """The meet of the stages that more than half of the weight is at or below."""
    total = sum(weight for weight, _ in weighted)
    return scale.meet(
        stage
        for stage in range(len(scale.stages))
        if 2 * sum(weight for weight, p in weighted if scale.at_least(stage, int(p))) > total
    )


def pool(
    scale: Scale, spans: Sequence[tuple[Fraction, Position, Position | None, Position]]
) -> tuple[Position, Position | None, Position]:
    """The lowest, likely and highest position that the links amount to.

    Args:
        scale: Of the dimension that they speak of.
        spans: Of each link its strength, low, likely (None if its source is open) and high.
    """
    low = scale.majority([(strength, low) for strength, low, _, _ in spans])
    high = upper_median(scale, [(strength, high) for strength, _, _, high in spans])
    known = [(strength, likely) for strength, _, likely, _ in spans if likely is not None]
    if not known:
        return low, None, high
    return low, scale.join([low, scale.meet([scale.majority(known), high])]), high
