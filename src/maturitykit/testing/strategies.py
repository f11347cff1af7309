"""Hypothesis strategies: any model that is valid, and assessments of it.

They need hypothesis: ``pip install maturitykit[testing]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from maturitykit.assessment.ratings import NOT_APPLICABLE, UNKNOWN, Answer, Assessment, Rating
from maturitykit.definition import Dimension, Gate, Model, Scale, Stage
from maturitykit.definition.fields import OUTCOME

#: Weights that do not add up exactly as floats.
_WEIGHTS = st.sampled_from([Fraction(1), Fraction(2), Fraction(7), Fraction(1, 3), Fraction(1, 10)])


def _chain(count: int, power: float | None, cut: bool) -> Scale:
    top = count - 1
    values = [None if power is None else (i / top) ** power for i in range(count)]
    cuts = [None, *(i / (count + 1) for i in range(count - 1))] if cut else [None] * count
    return Scale("chain", [Stage(f"s{i}", value=values[i], cut=cuts[i]) for i in range(count)])


_CHAINS = [_chain(*shape) for shape in product(range(2, 6), (None, 0.5, 2), (False, True))]


def _lattice(family: Iterable[frozenset[int]]) -> Scale:
    ordered = sorted(family, key=lambda members: (len(members), sorted(members)))
    stages = []
    for i, members in enumerate(ordered):
        lower = [j for j, other in enumerate(ordered) if other < members]
        direct = [j for j in lower if not any(ordered[j] < ordered[k] for k in lower)]
        stages.append(Stage(f"s{i}", above=[f"s{j}" for j in direct]))
    return Scale("lattice", stages)


def _families() -> Iterator[set[frozenset[int]]]:
    """The families of sets that are closed under intersection and no chain: lattices all."""
    universe = frozenset(range(3))
    subsets = [frozenset(c) for size in range(3) for c in combinations(universe, size)]
    for chosen in (c for size in range(2, 8) for c in combinations(subsets, size)):
        family = {universe, *chosen}
        closed = all(a & b in family for a, b in combinations(family, 2))
        if closed and not all(a <= b or b <= a for a, b in combinations(family, 2)):
            yield family


_LATTICES = [_lattice(family) for family in _families()]


def chains(id: str = "chain") -> st.SearchStrategy[Scale]:
    """Scales on which every two stages can be compared, some with values or cut points."""
    return st.sampled_from(_CHAINS).map(lambda scale: evolve(scale, id=id))


def lattices(id: str = "lattice") -> st.SearchStrategy[Scale]:
    """Scales with a partial order, of up to eight stages."""
    return st.sampled_from(_LATTICES).map(lambda scale: evolve(scale, id=id))


def scales(id: str = "scale") -> st.SearchStrategy[Scale]:
    """Chains and lattices."""
    return chains(id) | lattices(id)


@st.composite
def models(draw: st.DrawFn, depth: int = 4, ordinal: bool = False, applied: Sequence[str] = ()) -> Model:
    """Models of any shape: mixed scales, lattices, weights, and every built-in rule.

    Args:
        draw: Given by hypothesis.
        depth: How many levels there are below the outcome, at the most.
        ordinal: Only rules that read the order of stages alone.
        applied: Only these rules.
    """
    maker = _Maker(draw, ordinal, applied)
    root = maker.inner(OUTCOME, None, depth)
    scorer = root.scorer
    assert scorer is not None
    return Model("generated", "1", "Generated", root.children, [scorer], outcome=root.scale, gates=root.gates)


class _Maker:
    """Makes the dimensions of one model, from the top down."""

    def __init__(self, draw: st.DrawFn, ordinal: bool, applied: Sequence[str]) -> None:
        self.draw = draw
        rules = ["weakest", "median", "mean", "staged", "profile"]
        self.rules = [rule for rule in applied or rules if not (ordinal and rule == "mean")]
        self.count = 0

    def inner(self, id: str, scale: Scale | None, depth: int) -> Dimension:
        """A dimension with children, and a rule that fits its scale; any, if none is given."""
        scorer = self.draw(st.sampled_from(self._fitting(id, scale, depth)))
        weight = self.draw(_WEIGHTS)
        if scorer == "profile":
            return Dimension(id, scorer=scorer, weight=weight, children=self._children(None, depth))
        scale = scale or self.draw(chains(id) if scorer == "mean" else scales(id))
        if scorer in ("weakest", "median"):
            children = self._children(scale, depth)
        else:
            flat = scorer == "mean" or depth <= 1
            children = self._children(chains if flat else scales, depth)
        gates = self._gates(scale, children) if scorer == "staged" else ()
        return Dimension(id, scale=scale, scorer=scorer, weight=weight, gates=gates, children=children)

    def _children(self, scale: Any, depth: int) -> list[Dimension]:
        children = []
        for _ in range(self.draw(st.integers(1, 3))):
            self.count += 1
            id = f"d{self.count}"
            own = self.draw(scale(id)) if callable(scale) else scale
            # Leaves are rated on chains: what is on a lattice has to be scored.
            if (own is not None and not own.is_chain) or (depth > 1 and self.draw(st.integers(0, 2)) == 0):
                children.append(self.inner(id, own, depth - 1))
            else:
                children.append(Dimension(id, scale=own or self.draw(chains(id)), weight=self.draw(_WEIGHTS)))
        return children

    def _fitting(self, id: str, scale: Scale | None, depth: int) -> list[str]:
        rules = set(self.rules)
        if scale is not None or (id != OUTCOME and "profile" not in self.rules):
            rules.discard("profile")
        if scale is not None and not scale.is_chain:
            rules.discard("mean")
            if depth <= 1:
                rules = {"staged"}
        return sorted(rules) or ["staged"]

    def _gates(self, scale: Scale, children: Sequence[Dimension]) -> list[Gate]:
        """Gates by which whoever reaches two stages reaches their join."""
        if not _is_distributive(scale):
            one = children[0]
            assert one.scale is not None
            return [Gate(stage, one.id, one.scale.ids[1]) for stage in scale.ids[1:]]
        # On a distributive lattice it is enough that only stages above a single other have gates.
        gates = []
        for stage, below in zip(scale.ids[1:], scale.directly_below[1:], strict=True):
            asked = st.lists(st.sampled_from(children), min_size=1, max_size=2, unique_by=lambda child: child.id)
            for child in self.draw(asked) if len(below) == 1 else ():
                assert child.scale is not None
                gates.append(Gate(stage, child.id, self.draw(stages_of(child.scale, lowest=1))))
        return gates


def _is_distributive(scale: Scale) -> bool:
    meet, join = scale.meet, scale.join
    return all(
        meet([a, join([b, c])]) == join([meet([a, b]), meet([a, c])])
        for a, b, c in product(range(len(scale.stages)), repeat=3)
    )


def stages_of(scale: Scale, lowest: int = 0) -> st.SearchStrategy[str]:
    """Ids of the stages of a scale, from a position up."""
    return st.sampled_from(scale.ids[lowest:])


@st.composite
def ranges(draw: st.DrawFn, scale: Scale) -> str:
    """Ranges of stages of a chain."""
    low, high = sorted(draw(st.tuples(st.integers(0, scale.top), st.integers(0, scale.top))))
    return f"{scale.ids[low]}..{scale.ids[high]}"


def answers(scale: Scale, *, applicable: bool = False) -> st.SearchStrategy[Answer]:
    """Any answer that can be given on a chain; without "not applicable" if so wanted."""
    some: list[st.SearchStrategy[Answer]] = [stages_of(scale), stages_of(scale), ranges(scale)]
    some += [st.just(UNKNOWN), st.none()]
    if scale.cuts:
        some.append(st.floats(0, 1))
    if not applicable:
        some.append(st.just(NOT_APPLICABLE))
    return st.one_of(some)


@st.composite
def assessments(draw: st.DrawFn, model: Model, respondents: int = 4, applicable: bool = False) -> Assessment:
    """Assessments of a model, by several respondents, each of whom may leave out anything.

    Args:
        draw: Given by hypothesis.
        model: What is assessed.
        respondents: How many there are at the most.
        applicable: Whether everything applies.
    """
    count = draw(st.integers(1, respondents))
    ratings = []
    for leaf in model.leaves:
        assert leaf.scale is not None
        for number in range(count):
            if draw(st.booleans()) or count == 1:
                answer = draw(answers(leaf.scale, applicable=applicable))
                ratings.append(Rating(leaf.id, answer, respondent=f"r{number}"))
    return Assessment(model.id, ratings)
