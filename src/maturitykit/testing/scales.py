"""Scales to try rules on: chains of two to five stages, and small lattices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, product

from maturitykit.definition import Scale, Stage


def _chain(count: int, power: float | None, cut: bool) -> Scale:
    top = count - 1
    values = [None if power is None else (i / top) ** power for i in range(count)]
    cuts = [None, *(i / (count + 1) for i in range(count - 1))] if cut else [None] * count
    return Scale("chain", [Stage(f"s{i}", value=values[i], cut=cuts[i]) for i in range(count)])


#: Scales on which every two stages can be compared, some with values or cut points.
CHAINS = [_chain(*shape) for shape in product(range(2, 6), (None, 0.5, 2), (False, True))]


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
