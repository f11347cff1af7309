"""Orders of stages: a chain, or a lattice in which some stages cannot be compared."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from math import floor

from attrs import Factory, field, frozen

#: Slack in a comparison of positions, so that 1.9999999999 reaches stage 2.
TOLERANCE = 1e-9


@frozen(cache_hash=True)
class Order:
    """The order of some stages, which are numbered from the lowest up, each after those below it.

    Args:
        top: Number of the highest stage; the lowest is 0.
        lower: For each stage all stages at or below it; empty for a chain.
        edges: On a chain, the lowest position of each stage above the lowest; by default, its own
            less a tolerance.
        lowest: The lowest position that there is.
        highest: The highest; by default that of the highest stage.
    """

    top: int
    lower: tuple[frozenset[int], ...] = ()
    edges: tuple[float, ...] = ()
    lowest: int = 0
    highest: int = field(default=Factory(lambda self: self.top, takes_self=True))

    @property
    def is_chain(self) -> bool:
        """True if every two stages can be compared."""
        return not self.lower

    @cached_property
    def below(self) -> tuple[frozenset[int], ...]:
        """Sets of the stages at or below each stage."""
        return self.lower or tuple(frozenset(range(i + 1)) for i in range(self.top + 1))

    @cached_property
    def dual(self) -> Order:
        """The same order upside down: stage ``s`` becomes ``top - s``."""
        if self.is_chain:
            return self
        stages = range(self.top + 1)
        above = [frozenset(self.top - t for t in stages if s in self.below[t]) for s in stages]
        return Order(self.top, tuple(reversed(above)))

    def at_least(self, position: float, stage: int) -> bool:
        """Tell whether a position is at or above a stage."""
        if self.is_chain:
            return not stage or position >= (self.edges[stage - 1] if self.edges else stage - TOLERANCE)
        return stage in self.lower[int(position)]

    def stage_of(self, position: float) -> int:
        """Return the number of the highest stage that a position reaches."""
        return bisect_right(self.edges, position) if self.edges else floor(position + TOLERANCE)

    def meet(self, positions: Iterable[float]) -> float:
        """Return the highest position that is at or below all of these; on a chain the lowest of them."""
        if self.is_chain:
            return min(positions)
        return max(frozenset.intersection(*(self.lower[int(p)] for p in positions)))

    def join(self, positions: Iterable[float]) -> float:
        """Return the lowest position that is at or above all of these; on a chain the highest of them."""
        if self.is_chain:
            return max(positions)
        wanted = {int(p) for p in positions}
        return next(i for i, below in enumerate(self.lower) if wanted <= below)

    def weighted_median(self, positions: Sequence[float], weights: Sequence[int], whole: int) -> float:
        """Return the join of the stages (on a chain, positions) that more than half of a weight is at or above.

        Args:
            positions: Positions, of which those that do not count are at the lowest stage.
            weights: The weights of the positions.
            whole: The total weight of the positions that count.
        """
        if self.is_chain:
            return lower_weighted_median(positions, weights, whole)
        held = [0] * (self.top + 1)
        for position, weight in zip(positions, weights, strict=True):
            for stage in self.lower[int(position)]:
                held[stage] += weight
        return self.join({0, *(stage for stage, weight in enumerate(held) if 2 * weight > whole)})

    @cached_property
    def meets(self) -> tuple[int, ...]:
        """Meets of every two stages; that of ``a`` and ``b`` is at index ``a * (top + 1) + b``."""
        stages = range(self.top + 1)
        return tuple(int(self.meet((a, b))) for a in stages for b in stages)

    @cached_property
    def joins(self) -> tuple[int, ...]:
        """Joins of every two stages, at the same indexes."""
        stages = range(self.top + 1)
        return tuple(int(self.join((a, b))) for a in stages for b in stages)


def lower_weighted_median(positions: Sequence[float], weights: Sequence[int], whole: int) -> float:
    """Return the highest position that more than half of a weight is at or above; 0 if there is none."""
    held = 0
    for position, weight in sorted(zip(positions, weights, strict=True), reverse=True):
        held += weight
        if 2 * held > whole:
            return position
    return 0
