"""Set relations, reversed and composed by the table of RCC-5."""

from __future__ import annotations

from collections.abc import Iterable

_ALL = frozenset({"equal", "subset", "superset", "intersects", "disjoint"})

_REVERSED = {"subset": "superset", "superset": "subset"}

# Possible relations of a to c, by the relation of a to b and that of b to c. Pairs that are not
# listed allow every relation. A. G. Cohn et al., "Qualitative Spatial Representation and Reasoning with the Region
# Connection Calculus", GeoInformatica 1 (1997), 275-316.
_COMPOSED = {
    ("subset", "subset"): {"subset"},
    ("subset", "intersects"): {"subset", "intersects", "disjoint"},
    ("subset", "disjoint"): {"disjoint"},
    ("superset", "subset"): {"equal", "subset", "superset", "intersects"},
    ("superset", "superset"): {"superset"},
    ("superset", "intersects"): {"superset", "intersects"},
    ("superset", "disjoint"): {"superset", "intersects", "disjoint"},
    ("intersects", "subset"): {"subset", "intersects"},
    ("intersects", "superset"): {"superset", "intersects", "disjoint"},
    ("intersects", "disjoint"): {"superset", "intersects", "disjoint"},
    ("disjoint", "subset"): {"subset", "intersects", "disjoint"},
    ("disjoint", "superset"): {"disjoint"},
    ("disjoint", "intersects"): {"subset", "intersects", "disjoint"},
}


def reversed_relations(relations: Iterable[str]) -> frozenset[str]:
    """Return the relations of the target to the source, from those of the source to the target."""
    return frozenset(_REVERSED.get(relation, relation) for relation in relations)


def composed_relations(first: Iterable[str], second: Iterable[str]) -> frozenset[str]:
    """Return the relations that a may have to c, from those of a to b and of b to c."""
    second = list(second)
    possible: set[str] = set()
    for a in first:
        for b in second:
            if a == "equal" or b == "equal":
                possible.add(b if a == "equal" else a)
            else:
                possible |= _COMPOSED.get((a, b), _ALL)
    return frozenset(possible)
