"""Consensus: the ratings of several respondents for one dimension combined into one span."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Literal, TypeAlias, get_args

from maturitykit.assessment.ratings import ReadAnswer
from maturitykit.definition.scale import Position, Scale
from maturitykit.errors import Finding, ScoringError, one_of, quoted
from maturitykit.formula.algebra import Formula, column, each, join, meet, ones, real_total, weighted_median
from maturitykit.formula.order import Order
from maturitykit.formula.python import compiled

#: How the known ratings of several respondents become one span.
Consensus: TypeAlias = Literal["median", "mean", "weakest", "envelope"]

#: Inputs of the formula of a consensus: a vector for each end of the ratings, and the number of respondents.
LOW, LIKELY, HIGH, RESPONDENTS = each("low"), each("likely"), each("high"), column("respondents")


def consensus_of(order: Order, how: Consensus) -> tuple[Formula, Formula, Formula]:
    """Return the lowest, likely and highest position of a consensus, as formulas.

    Args:
        order: The order of the stages; a chain for a mean.
        how: The kind. ``median`` is the lower median of each end, which more than half of the respondents are at
            or above; ``envelope`` goes from the lowest to the highest rating.
    """

    def median(ends: Formula) -> Formula:
        return weighted_median(order, ends, ones(RESPONDENTS), RESPONDENTS)

    if how == "envelope":
        return meet(order, LOW), median(LIKELY), join(order, HIGH)
    one: Callable[[Formula], Formula] = {
        "median": median,
        "mean": lambda ends: real_total(ends) / RESPONDENTS,
        "weakest": lambda ends: meet(order, ends),
    }[how]
    return one(LOW), one(LIKELY), one(HIGH)


@lru_cache(200)
def _compiled(order: Order, how: Consensus) -> Callable[..., tuple[Position, Position, Position]]:
    return compiled(("low", "likely", "high", "respondents"), *consensus_of(order, how))


def combine(scale: Scale, readings: Sequence[ReadAnswer], how: Consensus) -> tuple[Position, Position, Position]:
    """Return the lowest, likely and highest position of the consensus of known ratings.

    Raises:
        ScoringError: If a mean is asked for on a partial order.
    """
    if len(readings) == 1:
        return readings[0]
    if how == "mean" and not scale.is_chain:
        problem = f"a mean needs a chain, and {scale.id} is a partial order"
        raise _cannot_combine(Finding("consensus", problem, "another consensus"))
    columns: Any = map(list, zip(*readings, strict=True))
    return _compiled(scale.order, how)(*columns, len(readings))


def check_consensus(how: str) -> None:
    """Refuse an unknown kind of consensus.

    Raises:
        ScoringError: With the known kinds.
    """
    names = get_args(Consensus)
    if how not in names:
        raise _cannot_combine(Finding("consensus", f"{quoted(how)} is not known", one_of(names, how)))


def _cannot_combine(finding: Finding) -> ScoringError:
    return ScoringError("cannot combine the ratings of the respondents", [finding])
