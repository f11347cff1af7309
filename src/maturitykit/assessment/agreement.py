"""Agreement between raters: the established indices, each under its own name.

Ratings are positions on a scale of stages (0, 1, 2, …), or any ordered numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from math import fsum
from statistics import median
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["nominal", "ordinal", "interval"]


def ordinal_consensus(positions: Sequence[float], stages: int) -> float:
    """Return Leik's ordinal consensus, from 0 (split between both ends) to 1 (all alike).

    It depends only on how many ratings are at or above each stage, so no distance between
    stages is assumed. R. K. Leik, "A measure of ordinal consensus", Pacific Sociological
    Review 9 (1966), 85-90.

    Args:
        positions: One or more ratings, in [0, stages - 1].
        stages: Number of stages of the scale, two or more.

    >>> ordinal_consensus([2, 2, 2], stages=5), ordinal_consensus([0, 4], stages=5)
    (1.0, 0.0)
    """
    above = [sum(p >= stage for p in positions) / len(positions) for stage in range(1, stages)]
    return 1 - 2 * fsum(min(share, 1 - share) for share in above) / (stages - 1)


def krippendorff_alpha(ratings: Iterable[Sequence[float | None]], level: Level = "ordinal") -> float:
    """Return Krippendorff's alpha: 1 is perfect agreement, 0 is agreement by chance.

    From .800 on it can be relied upon; from .667 conclusions are tentative. K.
    Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011).

    Args:
        ratings: A row for each rater with a rating, or None, for each unit; rows of equal length.
        level: Level of measurement of the ratings. ``ordinal`` is Krippendorff's own metric.

    Raises:
        ValueError: If no unit has two ratings.
    """
    units = [[r for r in unit if r is not None] for unit in zip(*ratings, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    if not units:
        raise ValueError("agreement needs a unit with two ratings or more")
    counts = Counter(rating for unit in units for rating in unit)
    distance = _DISTANCES[level](counts)
    total = counts.total()
    observed = fsum(2 * distance(a, b) / (len(unit) - 1) for unit in units for a, b in combinations(unit, 2))
    expected = fsum(2 * counts[a] * counts[b] * distance(a, b) for a, b in combinations(counts, 2)) / (total - 1)
    return 1 - observed / expected if expected else 1.0


def _ordinal(counts: Counter[float]) -> Callable[[float, float], float]:
    def distance(a: float, b: float) -> float:
        low, high = min(a, b), max(a, b)
        between = sum(n for rating, n in counts.items() if low <= rating <= high)
        return (between - (counts[a] + counts[b]) / 2) ** 2 if a != b else 0.0

    return distance


_DISTANCES: dict[Level, Callable[[Counter[float]], Callable[[float, float], float]]] = {
    "nominal": lambda _: lambda a, b: float(a != b),
    "ordinal": _ordinal,
    "interval": lambda _: lambda a, b: (a - b) ** 2,
}


def weighted_kappa(
    table: Sequence[Sequence[float]], weights: Literal["none", "linear", "quadratic"] = "linear"
) -> float:
    """Return Cohen's kappa of two raters, weighted by how far apart their ratings are.

    J. Cohen, "Weighted kappa", Psychological Bulletin 70 (1968), 213-220.

    Args:
        table: Counts of the cases in which the first rater chose the row's stage and the second
            the column's; square, in the order of the stages.
        weights: Growth of a disagreement with the number of stages between the two ratings.
    """
    power = {"none": 0, "linear": 1, "quadratic": 2}[weights]
    total = fsum(map(fsum, table))
    rows = [fsum(row) for row in table]
    columns = [fsum(column) for column in zip(*table, strict=True)]
    pairs = [(i, j, abs(i - j) ** power) for i in range(len(rows)) for j in range(len(rows)) if i != j]
    observed = fsum(apart * table[i][j] for i, j, apart in pairs) / total
    expected = fsum(apart * rows[i] * columns[j] for i, j, apart in pairs) / total**2
    return 1 - observed / expected if expected else 1.0


def r_wg(positions: Sequence[float], stages: int) -> float:
    """Return the within-group agreement r_WG against a uniform null; at or above .70 is usual.

    It assumes equal steps, and few raters reach .70 by chance: state their number. L. R.
    James, R. G. Demaree, G. Wolf, Journal of Applied Psychology 69 (1984), 85-98.

    Args:
        positions: Two ratings or more.
        stages: Number of stages of the scale.
    """
    center = fsum(positions) / len(positions)
    variance = fsum((p - center) ** 2 for p in positions) / (len(positions) - 1)
    return 1 - variance / ((stages**2 - 1) / 12)


def average_deviation(positions: Sequence[float], around: Literal["mean", "median"] = "median") -> float:
    """Return the mean distance of the ratings from their mean or median, in stages.

    M. J. Burke, L. M. Finkelstein, M. S. Dusig, Organizational Research Methods 2 (1999), 49-68.
    """
    center = median(positions) if around == "median" else fsum(positions) / len(positions)
    return fsum(abs(p - center) for p in positions) / len(positions)
