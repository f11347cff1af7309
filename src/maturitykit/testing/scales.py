"""Scales to try rules on: chains of two to five stages, and small lattices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise, product
from typing import Any

from maturitykit.definition import Scale, Stage


def _chain(count: int, power: float | None, how: str, unit: str) -> Scale:
    """Return a chain whose numbers rise or fall from end to end by a power, with bands halfway between them."""
    falls = how in ("at_most", "less_than")
    shares = [(i / (count - 1)) ** (power or 1) for i in range(count)]
    numbers = [20 * (1 - share if falls else share) if unit else share for share in shares]
    bands: list[dict[str, Any]] = [{}, *({how: (a + b) / 2} if how else {} for a, b in pairwise(numbers))]
    stages = [
        Stage(f"s{i}", value=None if power is None else number, **band)
        for i, (number, band) in enumerate(zip(numbers, bands, strict=True))
    ]
    # Numbers of a unit go on beyond those of the stages where these are stated.
    more = 0 if power is None or not how else 5
    return Scale("chain", stages, unit, -more, 20 + more) if unit else Scale("chain", stages)


#: Scales on which every two stages can be compared, some with values or bands.
CHAINS = [
    *(_chain(*shape, "") for shape in product(range(2, 6), (None, 0.5, 2), ("", "more_than"))),
    *(
        _chain(*shape, "points")
        for shape in product((2, 3, 5), (None, 0.5, 2), ("", "at_least", "more_than", "at_most", "less_than"))
    ),
]


def _lattice(family: Iterable[frozenset[int]]) -> Scale:
    ordered = sorted(family, key=lambda members: (len(members), sorted(members)))
    stages = []
    for i, members in enumerate(ordered):
        lower = [j for j, other in enumerate(ordered) if other < members]
        direct = [j for j in lower if not any(ordered[j] < ordered[k] for k in lower)]
        stages.append(Stage(f"s{i}", above=[f"s{j}" for j in direct]))
    return Scale("lattice", stages)


def _families() -> Iterator[set[frozenset[int]]]:
    """Yield families of sets that are closed under intersection but are no chains; each is a lattice."""
    universe = frozenset(range(3))
    subsets = [frozenset(c) for size in range(3) for c in combinations(universe, size)]
    for chosen in (c for size in range(2, 8) for c in combinations(subsets, size)):
        family = {universe, *chosen}
        closed = all(a & b in family for a, b in combinations(family, 2))
        if closed and not all(a <= b or b <= a for a, b in combinations(family, 2)):
            yield family


#: Scales with a partial order, of up to eight stages.
LATTICES = [_lattice(family) for family in _families()]


def is_distributive(scale: Scale) -> bool:
    """Return whether meet distributes over join; then gates on single stages can be combined freely."""
    meet, join = scale.meet, scale.join
    return all(
        meet([a, join([b, c])]) == join([meet([a, b]), meet([a, c])])
        for a, b, c in product(range(len(scale.stages)), repeat=3)
    )
