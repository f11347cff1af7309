"""Scales: ordered sets of stages, usually a chain, and a lattice if the order is partial."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from math import floor
from typing import TypeAlias

from attrs import Factory, field, frozen

from maturitykit.definition.fields import LABEL, SENTENCE, TupleOf, check_ids, held_to_types, with_texts
from maturitykit.errors import Finding, ModelError, coded, one_of, quoted
from maturitykit.formula.order import TOLERANCE, Order

#: Position of a score on its scale. On a chain of n stages a number in [0, n-1], fractional
#: only under rules that assume equal steps; on a partial order the index of a stage.
Position: TypeAlias = float

#: The lowest and the highest number that counts as a share; rounding may put sums slightly outside 0 to 1.
SHARES = (-TOLERANCE, 1 + TOLERANCE)

#: Enough for a stage for each percent. The order is stored for each pair of stages, so more would fill memory.
MOST_STAGES = 200


@frozen(field_transformer=held_to_types(ModelError))
class Stage:
    """A named step on a scale.

    Args:
        id: Unique on its scale.
        name: The label as published.
        question: The question that the source asks at this stage, if it has one.
        summary: Meaning of being at this stage.
        value: Value of this stage in a mean, in [0, 1]; by default equal steps.
        cut: The share, in [0, 1), that must be *exceeded* to be at this stage.
        above: On a partial order, the ids of the stages directly below this one.
    """

    id: str
    name: str = field(default=Factory(lambda self: self.id, takes_self=True), metadata=LABEL)
    question: str = field(default="", metadata=SENTENCE)
    summary: str = field(default="", metadata=SENTENCE)
    value: float | None = None
    cut: float | None = None
    above: tuple[str, ...] = field(default=(), converter=TupleOf[str])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"


@frozen(field_transformer=held_to_types(ModelError))
class Scale:
    """An ordered set of two or more stages, listed from the lowest up.

    Stages form a chain in the order they are listed, unless a stage lists the others that it
    is ``above``: then they form a partial order, which must be a lattice.

    Args:
        id: Unique in the model.
        stages: The stages, from the lowest up.

    Raises:
        ModelError: If stages share an id, the order is not a lattice, or cut points or values
            do not rise.
    """

    id: str
    stages: tuple[Stage, ...] = field(converter=TupleOf[Stage], metadata=with_texts())

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} {self.id}: {' < '.join(self.ids) if self.is_chain else ', '.join(self.ids)}>"
        )

    def __len__(self) -> int:
        return len(self.stages)

    def __iter__(self) -> Iterator[Stage]:
        return iter(self.stages)

    def __contains__(self, stage: object) -> bool:
        return stage in self.positions if isinstance(stage, str) else stage in self.stages

    def __getitem__(self, stage: str | int) -> Stage:
        """Return the stage with an id, or at a position."""
        if isinstance(stage, int):
            return self.stages[stage]
        if stage not in self.positions:
            raise KeyError(str(Finding("", f"{quoted(stage)} is not a stage", one_of(self.ids, stage))))
        return self.stages[self.positions[stage]]

    def __attrs_post_init__(self) -> None:
        findings = list(coded("MK104", self._findings()))
        if findings:
            raise ModelError(f"scale {quoted(self.id)} cannot be used", findings)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of the stages, from the lowest up."""
        return tuple(stage.id for stage in self.stages)

    @cached_property
    def is_chain(self) -> bool:
        """True if every two stages can be compared."""
        return not any(stage.above for stage in self.stages)

    @property
    def top(self) -> int:
        """The position of the highest stage; the lowest is at 0."""
        return len(self.stages) - 1

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Position of each stage by its id."""
        return {stage: position for position, stage in enumerate(self.ids)}

    @cached_property
    def order(self) -> Order:
        """The order of the stages by their positions."""
        if self.is_chain:
            return Order(self.top)
        sets: list[frozenset[int]] = []
        for i, stage in enumerate(self.stages):
            lower = (sets[self.positions[s]] for s in stage.above)
            sets.append(frozenset({i}).union(*lower))
        return Order(self.top, tuple(sets))

    @property
    def below(self) -> tuple[frozenset[int], ...]:
        """Positions of all stages at or below each stage."""
        return self.order.below

    @cached_property
    def directly_below(self) -> tuple[frozenset[int], ...]:
        """Positions of the highest stages below each stage."""
        strict = [below - {i} for i, below in enumerate(self.below)]
        return tuple(s - frozenset().union(*(strict[i] for i in s)) for s in strict)

    @cached_property
    def values(self) -> tuple[float, ...]:
        """Values of the stages in a mean, from 0 to 1; only on a chain."""
        stated = [stage.value for stage in self.stages]
        return tuple(i / self.top if v is None else v for i, v in enumerate(stated))

    @cached_property
    def has_equal_steps(self) -> bool:
        """True if no stage states a value, so that their values are evenly spaced."""
        return all(stage.value is None for stage in self.stages)

    @cached_property
    def cuts(self) -> tuple[float, ...]:
        """The share that each stage above the lowest must exceed; empty without cut points."""
        return tuple(stage.cut for stage in self.stages if stage.cut is not None)

    @cached_property
    def _edges(self) -> tuple[float, ...]:
        """Cut points plus a tolerance, so that 0.8 + 0.05 does not exceed 0.85 by rounding."""
        return tuple(cut + TOLERANCE for cut in self.cuts)

    def stage(self, position: Position) -> Stage:
        """Return the highest stage that a position reaches; positions between stages are never rounded up."""
        return self.stages[floor(position + TOLERANCE)]

    def find(self, text: str) -> str:
        """Return the id of the stage with this id, name or number, where the lowest stage is 1.

        A text that matches none of them is returned unchanged.
        """
        wanted = " ".join(text.split()).casefold()
        known = {stage.name.casefold(): stage.id for stage in self.stages} | {id.casefold(): id for id in self.ids}
        number = wanted.removeprefix("stage ")
        # Names go first, as a stage that is called "stage 3" need not be the third.
        for name in (wanted, f"stage {number}", f"stage-{number}"):
            if name in known:
                return known[name]
        if number.isdecimal() and 0 < int(number) <= len(self.ids):
            return self.ids[int(number) - 1]
        return text

    def at_least(self, position: Position, other: int) -> bool:
        """Return whether a position is at or above the stage at ``other``."""
        return self.order.at_least(position, other)

    def meet(self, positions: Iterable[Position]) -> Position:
        """Return the highest position that is at or below all of these; on a chain the least."""
        return self.order.meet(positions)

    def join(self, positions: Iterable[Position]) -> Position:
        """Return the lowest position that is at or above all of these; on a chain the greatest."""
        return self.order.join(positions)

    def of_share(self, share: float) -> int:
        """Return the position that a share in [0, 1] reaches by the cut points."""
        return sum(share > edge for edge in self._edges)

    def _findings(self) -> Iterable[Finding]:
        where = f"scales.{self.id}"
        yield from check_ids(where, [self.id])
        yield from check_ids(where, self.ids, reserved=("unknown", "not_applicable"), listed=True)
        if len(self.stages) < 2:
            yield Finding(where, f"has {'1 stage' if self.stages else 'no stages'}", "two or more")
            return
        if len(self.stages) > MOST_STAGES:
            yield Finding(where, f"has {len(self.stages):,} stages", f"{MOST_STAGES} or fewer")
            return
        order = list(self._order_findings(where))
        yield from order
        if not self.is_chain and not order:
            yield from self._lattice_findings(where)
        yield from coded("MK105", self._number_findings(where))

    def _number_findings(self, where: str) -> Iterable[Finding]:
        yield from _rising(where, "value", [stage.value for stage in self.stages], ends=(0, 1))
        cuts = [stage.cut for stage in self.stages]
        if cuts[0] is not None:
            yield Finding(f"{where}.{self.ids[0]}.cut", "the lowest stage has a cut point", "none")
        yield from _rising(where, "cut", cuts[1:])
        if not self.is_chain and any(s.value is not None or s.cut is not None for s in self.stages):
            yield Finding(where, "a partial order has values or cut points", "them on chains only")

    def _order_findings(self, where: str) -> Iterable[Finding]:
        for i, stage in enumerate(self.stages):
            for name in stage.above:
                if name not in self.ids[:i]:
                    expected = one_of(self.ids[:i], name, ", listed before it")
                    yield Finding(f"{where}.{stage.id}.above", f"{quoted(name)} is not below it", expected)
            if i and not self.is_chain and not stage.above:
                yield Finding(f"{where}.{stage.id}", "stands above nothing", "a single lowest stage, the first")

    def _lattice_findings(self, where: str) -> Iterable[Finding]:
        for i, a in enumerate(self.below):
            for j, b in enumerate(self.below[:i]):
                pair = f"{self.ids[j]} and {self.ids[i]}"
                if (a & b) not in self.below:
                    yield Finding(where, f"{pair} have no single highest stage below both", "a lattice")
                above = [k for k, below in enumerate(self.below) if {i, j} <= below]
                if not any(all(k in self.below[m] for m in above) for k in above):
                    yield Finding(where, f"{pair} have no single lowest stage above both", "a lattice")


def _rising(
    where: str, what: str, numbers: Sequence[float | None], ends: tuple[float, float] | None = None
) -> Iterable[Finding]:
    stated = [number for number in numbers if number is not None]
    if not stated:
        return
    texts = [quoted(number) for number in stated]
    listed = f"[{', '.join(texts)}]"
    if len(stated) < len(numbers):
        yield Finding(where, f"some stages have a {what} and some have none", "all or none")
    # Comparisons with NaN are false, so it is refused here.
    elif not all(a < b for a, b in pairwise(stated)):
        yield Finding(where, f"the {what}s of the stages do not rise: {listed}", "each above the one before")
    elif ends and (stated[0], stated[-1]) != ends:
        yield Finding(where, f"the {what}s run from {texts[0]} to {texts[-1]}", f"from {ends[0]} to {ends[1]}")
    elif not (ends or (stated[0] >= 0 and stated[-1] < 1)):
        yield Finding(where, f"the {what}s of the stages leave 0..1: {listed}", "numbers from 0 to below 1")
