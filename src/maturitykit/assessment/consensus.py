"""Consensus: what several respondents say of one dimension, as one span."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import fsum
from typing import Literal, TypeAlias, get_args

from maturitykit.assessment.ratings import Reading
from maturitykit.definition.scale import Position, Scale
from maturitykit.errors import Finding, ScoringError, one_of, quoted

#: How the known ratings of several respondents become one span.
Consensus: TypeAlias = Literal["median", "mean", "weakest", "envelope"]


def check_consensus(how: str) -> None:
    """Raise if there is no such consensus.

    Raises:
        ScoringError: With the names that there are.
    """
    names = get_args(Consensus)
    if how not in names:
        finding = Finding("consensus", f"{quoted(how)} is not known", one_of(names, how))
        raise ScoringError("cannot combine the ratings of the respondents", [finding])


def combine(scale: Scale, readings: Sequence[Reading], how: Consensus) -> tuple[Position, Position, Position]:
    """The lowest, likely and highest position that the known ratings amount to.

    By default the lower median of each end, which more than half of the respondents are at
    or above. The envelope keeps all that anyone said.
    """
    if len(readings) == 1:
        return readings[0]
    lows, likelies, highs = zip(*readings, strict=True)
    if how == "envelope":
        return scale.meet(lows), middle(scale, likelies), scale.join(highs)
    one: Callable[[Scale, Sequence[Position]], Position] = {
        "median": middle,
        "mean": _mean,
        "weakest": Scale.meet,
    }[how]
    return one(scale, lows), one(scale, likelies), one(scale, highs)


def middle(scale: Scale, positions: Sequence[Position]) -> Position:
    """The lower median; on a partial order the join of what more than half are at or above."""
    if scale.is_chain:
        return sorted(positions)[(len(positions) - 1) // 2]
    return scale.majority([(1, position) for position in positions])


def _mean(scale: Scale, positions: Sequence[Position]) -> Position:
    if not scale.is_chain:
        finding = Finding(
            "consensus", f"a mean needs a chain, and {scale.id} is a partial order", "another consensus"
        )
        raise ScoringError("cannot combine the ratings of the respondents", [finding])
    return fsum(positions) / len(positions)
