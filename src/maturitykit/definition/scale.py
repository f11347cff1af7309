"""Scales: ordered sets of stages, usually a chain, and a lattice if the order is partial."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from math import floor, isfinite
from typing import NamedTuple, TypeAlias

from attrs import Factory, field, frozen

from maturitykit.definition.fields import LABEL, SENTENCE, TupleOf, check_ids, held_to_types, with_texts
from maturitykit.errors import Finding, ModelError, coded, one_of, quoted
from maturitykit.formula.order import TOLERANCE, Order

#: Position of a score on its scale. On a partial order it is the index of a stage. On a chain of n stages it is a
#: number from 0 to n-1, whole at a stage, and fractional between the numbers of two stages. Where numbers go on
#: below that of the lowest stage, or above that of the highest, positions reach down to -1, and up to n.
Position: TypeAlias = float

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
        value: The number that this stage counts as in a mean or a sum, in the unit of the scale.
        at_least: The number from which on one is at this stage.
        more_than: The number that must be *exceeded* to be at this stage.
        at_most: The number up to which one is at this stage, where lower numbers are better.
        less_than: The number that one must be *below* to be at this stage, where lower numbers are better.
        above: On a partial order, the ids of the stages directly below this one.
    """

    id: str
    name: str = field(default=Factory(lambda self: self.id, takes_self=True), metadata=LABEL)
    question: str = field(default="", metadata=SENTENCE)
    summary: str = field(default="", metadata=SENTENCE)
    value: float | None = None
    at_least: float | None = None
    more_than: float | None = None
    at_most: float | None = None
    less_than: float | None = None
    above: tuple[str, ...] = field(default=(), converter=TupleOf[str])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"

    @property
    def band(self) -> Band | None:
        """Beginning of its numbers; None if it states none."""
        stated = [(how, edge) for how in _BANDS if (edge := getattr(self, how)) is not None]
        return Band(*stated[0]) if stated else None


class Band(NamedTuple):
    """Beginning of the numbers of a stage, coming from the stage below.

    Args:
        how: ``at_least`` or ``more_than``; where lower is better ``at_most`` or ``less_than``.
        edge: The number.
    """

    how: str
    edge: float

    @property
    def includes_edge(self) -> bool:
        """True if who has exactly this number is at the stage."""
        return self.how in ("at_least", "at_most")

    @property
    def falls(self) -> bool:
        """True if lower numbers are better."""
        return self.how in ("at_most", "less_than")


_BANDS = ("at_least", "more_than", "at_most", "less_than")


@frozen(field_transformer=held_to_types(ModelError))
class Scale:
    """An ordered set of two or more stages, listed from the lowest up.

    Stages form a chain in the order they are listed, unless a stage lists the others that it
    is ``above``: then they form a partial order, which must be a lattice.

    A chain may have numbers: a value for each stage, by which a mean or a sum counts it, and bands, which give a
    stage to a number that is typed or computed. Values that are not stated are evenly spaced from one end of the
    numbers to the other; without ends they are 0, 1, 2 and so on. Without bands, a number has the highest stage
    whose value it reaches.

    Args:
        id: Unique in the model.
        stages: The stages, from the lowest up.
        unit: The unit of its numbers ("days", "%"). With bands but neither a unit nor ends, numbers are shares
            from 0 to 1.
        lowest: The lowest number that there can be; by default the lowest value of a stage.
        highest: The highest, likewise.

    Raises:
        ModelError: If stages share an id, the order is not a lattice, or the numbers contradict each other.
    """

    id: str
    stages: tuple[Stage, ...] = field(converter=TupleOf[Stage], metadata=with_texts())
    unit: str = ""
    lowest: float | None = None
    highest: float | None = None

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
            if not self.has_bands and len(self.knots) == len(self.stages):
                return Order(self.top)
            first = self.first_knot
            return Order(self.top, edges=self._edges, lowest=first, highest=first + len(self.knots) - 1)
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
    def has_numbers(self) -> bool:
        """True if its stages stand for numbers that the model states: values, a unit or ends."""
        stated = (self.unit or None, self.lowest, self.highest, self.stages[0].value)
        return any(number is not None for number in stated)

    @cached_property
    def bands(self) -> tuple[Band, ...]:
        """The bands of the stages above the lowest; empty if the scale has none."""
        return tuple(band for stage in self.stages if (band := stage.band))

    @property
    def has_shares(self) -> bool:
        """True if its numbers are shares of a whole, from 0 to 1."""
        return self.has_bands and not self.unit and sorted(self.ends) == [0, 1]

    @property
    def has_bands(self) -> bool:
        """True if numbers have a stage by bands, so that they can be answers too."""
        return bool(self.bands)

    @cached_property
    def falls(self) -> bool:
        """True if lower numbers are better."""
        stated = [stage.value for stage in self.stages if stage.value is not None]
        return self.bands[0].falls if self.bands else len(stated) > 1 and stated[0] > stated[-1]

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The number at the end of the lowest stage, and at that of the highest; only on a chain."""
        values = [stage.value for stage in self.stages if stage.value is not None]
        if not values and self.has_bands and not self.unit:
            values = [0.0, 1.0]
        if not values and (self.lowest is None or self.highest is None):
            values = [0 if self.lowest is None else self.lowest]
            values.append(values[0] + self.top)
        low = min(values) if self.lowest is None else self.lowest
        high = max(values) if self.highest is None else self.highest
        return (high, low) if self.falls else (low, high)

    @property
    def open_ends(self) -> tuple[int, int]:
        """The lowest and the highest position that an answer may have."""
        return (self.order.lowest, self.order.highest) if self.has_bands else (0, self.top)

    @cached_property
    def typed(self) -> tuple[float, float]:
        """The lowest and the highest number that an answer can be; rounding may put a number slightly outside."""
        low, high = sorted(self.ends)
        return low - TOLERANCE, high + TOLERANCE

    @property
    def sign(self) -> int:
        """-1 if lower numbers are better, else 1."""
        return -1 if self.falls else 1

    @cached_property
    def thresholds(self) -> tuple[float, ...]:
        """Bounds that a number, times the sign, exceeds at each stage above the lowest; empty without bands."""
        return tuple(
            self.sign * band.edge + (-TOLERANCE if band.includes_edge else TOLERANCE) for band in self.bands
        )

    @cached_property
    def values(self) -> tuple[float, ...]:
        """The numbers that the stages count as; only on a chain."""
        if self.stages[0].value is not None:
            return tuple(stage.value for stage in self.stages if stage.value is not None)
        worst, best = self.ends
        return tuple(worst + (best - worst) * i / self.top for i in range(len(self.stages)))

    @cached_property
    def knots(self) -> tuple[float, ...]:
        """The numbers at whole positions: those of the stages, and of ends beyond them; only on a chain."""
        worst, best = self.ends
        values = self.values
        return ((worst,) if worst != values[0] else ()) + values + ((best,) if best != values[-1] else ())

    @property
    def first_knot(self) -> int:
        """The lowest position: 0, or -1 if numbers go on below the lowest stage's."""
        return 0 if self.knots[0] == self.values[0] else -1

    @cached_property
    def shares(self) -> tuple[float, ...]:
        """Distance of the numbers at whole positions from the worst one, as shares of that to the best."""
        worst, best = self.ends
        return tuple((number - worst) / (best - worst) for number in self.knots)

    @cached_property
    def has_equal_steps(self) -> bool:
        """True if a position is as far along the scale as its number."""
        return all(stage.value is None for stage in self.stages)

    @cached_property
    def _edges(self) -> tuple[float, ...]:
        """The lowest position of each stage above the lowest, so that rounding of numbers makes no difference."""
        if not self.has_bands:
            return tuple(stage - TOLERANCE for stage in range(1, self.top + 1))
        return tuple(
            self.position_of(band.edge) + (-TOLERANCE if band.includes_edge else TOLERANCE) for band in self.bands
        )

    def number_at(self, position: Position) -> float:
        """Return the number at a position, in the unit of the scale; only on a chain."""
        place = position - self.first_knot
        index = min(max(floor(place), 0), len(self.knots) - 2)
        low, high = self.knots[index : index + 2]
        # Twelve digits leave out what rounding added.
        return float(f"{low + (high - low) * (place - index):.12g}")

    def position_of(self, number: float) -> Position:
        """Return the position of a number in the unit of the scale; only on a chain, from one end to the other."""
        # Rounding does not move a number off the edge of a band.
        number = next((band.edge for band in self.bands if abs(number - band.edge) <= TOLERANCE), number)
        rising = [self.sign * knot for knot in self.knots]
        index = min(max(bisect_right(rising, self.sign * number) - 1, 0), len(rising) - 2)
        low, high = rising[index : index + 2]
        return self.first_knot + index + (self.sign * number - low) / (high - low)

    def stage(self, position: Position) -> Stage:
        """Return the highest stage that a position reaches; positions between stages are never rounded up."""
        return self.stages[self.order.stage_of(position)]

    def index(self, position: Position) -> float:
        """Return how far a position is along the stages, from 0 to 1; for display, only on a chain."""
        return min(max(position / self.top, 0), 1)

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
        numbers = [
            self.lowest,
            self.highest,
            *(getattr(s, name) for s in self.stages for name in ("value", *_BANDS)),
        ]
        stated = [number for number in numbers if number is not None]
        if not all(map(isfinite, stated)):
            yield Finding(where, "a number is infinite, or not a number", "a finite one")
            return
        if not self.is_chain:
            if stated or self.unit:
                yield Finding(where, "a partial order has numbers", "them on chains only")
            return
        findings = [*self._band_findings(where), *self._value_findings(where), *self._end_findings(where)]
        yield from findings or self._fit_findings(where)

    def _band_findings(self, where: str) -> Iterable[Finding]:
        for i, stage in enumerate(self.stages):
            stated = [how for how in _BANDS if getattr(stage, how) is not None]
            if stated and not i:
                yield Finding(f"{where}.{stage.id}.{stated[0]}", "the lowest stage has a band of its own", "none")
            elif len(stated) > 1:
                yield Finding(f"{where}.{stage.id}", f"has both {stated[0]} and {stated[1]}", "one of them")
        bands = [stage.band for stage in self.stages[1:]]
        found = [band for band in bands if band is not None]
        if not found:
            return
        if len(found) < len(bands):
            yield Finding(where, "some stages have a band and some have none", "all above the lowest, or none")
        elif len({band.falls for band in found}) > 1:
            expected = "at_least or more_than throughout; or, where lower is better, at_most or less_than"
            yield Finding(where, "some bands rise and some fall", expected)
        else:
            yield from _not_rising(where, "bands", [band.edge for band in found], found[0].falls)

    def _value_findings(self, where: str) -> Iterable[Finding]:
        stated = [stage.value for stage in self.stages if stage.value is not None]
        if not stated:
            return
        if len(stated) < len(self.stages):
            yield Finding(where, "some stages have a value and some have none", "all or none")
        else:
            yield from _not_rising(where, "values", stated, self.falls)

    def _end_findings(self, where: str) -> Iterable[Finding]:
        if self.has_bands and self.unit:
            for name in ("lowest", "highest"):
                if getattr(self, name) is None:
                    problem = f"numbers in {self.unit} have no {name} one"
                    yield Finding(f"{where}.{name}", problem, f"the {name} number that anyone can have")
        if self.lowest is not None and self.highest is not None and self.lowest >= self.highest:
            problem = f"the lowest number, {self.lowest:g}, is not below the highest, {self.highest:g}"
            yield Finding(where, problem, "a lower one")

    def _fit_findings(self, where: str) -> Iterable[Finding]:
        """Yield a finding for each number that lies beyond the ends, or outside of the band of its stage."""
        low, high = sorted(self.ends)
        for stage, value in zip(self.stages, self.values, strict=True):
            for name, number in (("value", value), ("band", stage.band.edge if stage.band else low)):
                if not low <= number <= high:
                    problem = f"the {name} of {stage.id}, {number:g}, is beyond the ends of the scale"
                    unit = "" if self.unit or not self.has_bands else ", or a unit"
                    expected = f"a number from {low:g} to {high:g}{unit}"
                    yield Finding(f"{where}.{stage.id}", problem, expected)
                    return
        for i, (stage, value) in enumerate(zip(self.stages, self.values, strict=True)):
            reached = self.stages[self.order.stage_of(self.position_of(value))]
            if reached is not stage:
                how = "" if stage.value is not None else " (as steps are equal)"
                problem = f"the value of {stage.id}, {value:g}{how}, is in the band of {reached.id}"
                edges = [
                    f"{band.how.replace('_', ' ')} {band.edge:g}" for band in self.bands[max(i - 1, 0) : i + 1]
                ]
                expected = " and ".join(
                    [*edges[: 1 if i else 0], *(f"not {edge}" for edge in edges[1 if i else 0 :])]
                )
                yield Finding(f"{where}.{stage.id}.value", problem, f"a value that is {expected}")

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


def _not_rising(where: str, what: str, numbers: Sequence[float], falls: bool) -> Iterator[Finding]:
    """Yield a finding if numbers do not rise or, where lower is better, fall."""
    if not all(a > b if falls else a < b for a, b in pairwise(numbers)):
        how, side = ("fall", "below") if falls else ("rise", "above")
        listed = ", ".join(f"{number:g}" for number in numbers)
        yield Finding(where, f"the {what} of the stages do not {how}: [{listed}]", f"each {side} the one before")
