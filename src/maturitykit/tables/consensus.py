"""Consensus on whole columns: what the respondents of each assessment say of each dimension.

Everything follows from how many of them are at or above each stage. Counts are sums, so that
there is nothing to sort, and parts of a table can be counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import mul
from typing import NamedTuple, TypeAlias

from maturitykit.assessment.consensus import Consensus
from maturitykit.definition import Model, Scale
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.formula import (
    Condition,
    Formula,
    all_of,
    any_of,
    bits_of,
    cast,
    column,
    constant,
    count,
    either,
    greatest,
    highest,
    least,
    negate,
    pick,
    refuse,
    total,
)
from maturitykit.scoring.plan import Plan
from maturitykit.scoring.rollup import Cell, Given, keep
from maturitykit.tables.coding import Coding, scale_of
from maturitykit.tables.frame import Frame
from maturitykit.tables.responses import Answers, Responses
from maturitykit.tables.sheet import Sheet

#: Three counts share a number, 21 bits each, of which the highest is left free to compare all three at once.
PLACES = (1, 2**21, 2**42)
FREE = 2**20
#: How many respondents of one assessment can be counted.
MOST = FREE - 1


class Split(NamedTuple):
    """How the respondents differ on a leaf.

    Args:
        where: Where two or more rate it.
        low: The lowest position that one says.
        high: The highest.
        agreement: Leik's ordinal consensus.
    """

    where: Condition
    low: Formula
    high: Formula
    agreement: Formula

    def kept(self, sheet: Sheet) -> Split:
        """The same, each as a column of a sheet."""
        return Split(keep(sheet, self.where), sheet.let(self.low), sheet.let(self.high), sheet.let(self.agreement))


class Voices(NamedTuple):
    """What the respondents say.

    Args:
        frame: A row for each assessment, with their counts.
        columns: The names of its columns.
        cells: The cells of the leaves and, if it can be rated, the outcome, by id.
        splits: How the respondents differ on each.
        respondents: How many rate each dimension, here or below, by id.
    """

    frame: Frame
    columns: list[str]
    cells: dict[str, Cell]
    splits: dict[str, Split]
    respondents: dict[str, Formula]


def voices(sheet: Sheet, responses: Responses, plan: Plan, consensus: Consensus, strict: bool) -> Voices:
    """The consensus of each assessment in a table.

    Args:
        sheet: Where the columns are put that follow from the counts.
        responses: The table.
        plan: The compiled model.
        consensus: How the ratings of several respondents are combined.
        strict: Whether a bad answer stops everything; else it counts as blank.
    """
    counting = Sheet()
    answers = responses.answers(counting, strict)
    frame, columns = _counted(counting, answers, responses, plan)
    refused = sheet.let(_refused(responses.model, answers.is_repeated if strict else False))
    cells: dict[str, Cell] = {}
    splits: dict[str, Split] = {}
    respondents: dict[str, Formula] = {node.dimension.id: column(f"raters{node.index}") for node in plan.inner}
    for slot, dimension in enumerate(responses.coding.dimensions):
        counts = _Counts(sheet, responses.model, scale_of(dimension), slot, consensus, refused)
        cells[dimension.id] = counts.cell()
        splits[dimension.id] = counts.split()
        respondents.setdefault(dimension.id, counts.raters)
    return Voices(frame, columns, cells, splits, respondents)


def _refused(model: Model, is_repeated: Condition) -> Formula:
    """What no result may be made of: nothing but 0, or else the engine stops."""
    key = cast(column("key0"), "text")
    too_many = f"more than {MOST:,} respondents rate model {model.id} for "
    twice = f"a respondent rates a dimension of model {model.id} twice (problems lists all) for "
    return refuse(column("respondents") > MOST, too_many, key) + refuse(is_repeated, twice, key)


def given_outcome(sheet: Sheet, model: Model, cells: Mapping[str, Cell], strict: bool) -> Given | None:
    """The overall stage, where it is rated as such and not beside what it would follow from."""
    if OUTCOME not in cells:
        return None
    parts = [any_of(cell.known, cell.exempt) for id, cell in cells.items() if id != OUTCOME]
    cell = cells[OUTCOME]
    said, beside = any_of(cell.known, cell.exempt), any_of(*parts)
    if strict:
        why = f"the outcome of model {model.id} is rated beside its parts in one assessment of "
        refused = refuse(all_of(said, beside), why, cast(column("key0"), "text"))
        return Given(cell._replace(coverage=cell.coverage + refused), said)
    return Given(cell, all_of(said, negate(beside)))


def _counted(sheet: Sheet, answers: Answers, responses: Responses, plan: Plan) -> tuple[Frame, list[str]]:
    """A row for each assessment, with how many are at or above each stage, and its columns."""
    coding = responses.coding
    sums: dict[str, Formula] = dict(answers.sums)
    for slot, dimension in enumerate(coding.dimensions):
        tallies = _tallies(coding, scale_of(dimension))
        sums |= {f"count{slot}_{i}": pick(answers.digits[slot], tally) for i, tally in enumerate(tallies)}
    known = {d.id: digit > coding.exempt for d, digit in zip(coding.dimensions, answers.digits, strict=True)}
    for node in plan.inner:
        below = (known[d.id] for d in node.dimension.walk() if d.id in known)
        sums[f"raters{node.index}"] = count([any_of(*below)])
    keys = list(responses.keys)
    for name, formula in sums.items():
        sheet.let(cast(formula, "whole"), name)
    frame = sheet.on(answers.frame, [*keys, *sums, *answers.different.values()], answers.given)
    if answers.is_by_assessment:
        return frame, [*keys, *sums]
    frame = frame.sums(keys, {name: column(name) for name in sums}, answers.different)
    return frame, [*keys, *sums, *answers.different]


def _tallies(coding: Coding, scale: Scale) -> Iterator[list[int]]:
    """What each digit adds to the counts of its dimension, three counts to a number.

    These are, in this order: of the likely at or above each stage, of those who rate it, and of those who
    say that it does not apply; then of the lowest, and of the highest, at or above each stage. So what is
    likely is known without the rest.
    """
    stages = range(1, len(scale.stages))
    rows: list[list[int]] = []
    for digit in range(coding.base**2):
        span = coding.span(digit, scale)
        ends = [[0] * len(stages)] * 3 if span is None else [[scale.at_least(p, s) for s in stages] for p in span]
        low, likely, high = ends
        rows.append([*likely, span is not None, digit == coding.exempt, *low, *high])
    counts = list(zip(*rows, strict=True))
    for first_count in range(0, len(counts), len(PLACES)):
        here = counts[first_count : first_count + len(PLACES)]
        yield [sum(map(mul, each, PLACES)) for each in zip(*here, strict=True)]


class _Counts:
    """The counts of one dimension, and what follows from them."""

    def __init__(
        self, sheet: Sheet, model: Model, scale: Scale, slot: int, consensus: Consensus, refused: Formula
    ) -> None:
        self._sheet = sheet
        self._slot = slot
        self._consensus = consensus
        self._scale = scale
        top = scale.top
        #: Where the counts of each end begin, as `_tallies` has put them: of stage 1, and those above it.
        self._starts = {"low": top + 2, "likely": 0, "high": 2 * top + 2}
        #: How many give a known rating.
        self.raters = self._read(top)
        if consensus == "mean" and not scale.is_chain:
            why = (
                f"a mean needs a chain, and scale {scale.id} is a partial order: another consensus is needed for "
            )
            refused += refuse(self.raters > 1, why, cast(column("key0"), "text"))
        self._is_known = sheet.let(self.raters + refused > 0)
        self._is_exempt = sheet.let(all_of(self._read(top + 1) > 0, ~self._is_known))

    def _read(self, number: int) -> Formula:
        """One count, by its number among those of the dimension."""
        word, place = divmod(number, len(PLACES))
        return self._sheet.let(column(f"count{self._slot}_{word}") // PLACES[place] % PLACES[1])

    def _at(self, end: str, stage: int) -> Formula:
        """How many have this end at or above a stage."""
        return self._read(self._starts[end] + stage - 1) if stage else self.raters

    def cell(self) -> Cell:
        """What the respondents amount to."""
        scale, let, known = self._scale, self._sheet.let, self._is_known
        if is_mean := self._consensus == "mean" and scale.is_chain:
            low, likely, high = (self._mean(end) for end in self._starts)
        else:
            needed = _NEEDED.get(self._consensus, _NEEDED["median"])
            low, likely, high = (self._held(end, of(self.raters)) for end, of in needed.items())
        return Cell(
            low,
            likely,
            let(either(known, high, scale.top)),
            known,
            self._is_exempt,
            let(either(any_of(known, self._is_exempt), 1.0, 0.0)),
            is_whole=not is_mean,
            is_open_if_unknown=True,
        )

    def split(self) -> Split:
        """How they differ."""
        low, high = (self._held("likely", needed(self.raters)) for needed in (_all, _one))
        n = greatest(self.raters, 1)
        at = [self._at("likely", stage) for stage in range(1, len(self._scale.stages))]
        agreement = 1 - total(least(c, n - c) for c in at) * 2 / (n * self._scale.top)
        return Split(self._sheet.let(self.raters > 1), low, high, agreement)

    def _held(self, end: str, needed: Formula) -> Formula:
        """The position that so many reach with this end of what they say; the lowest if nobody says anything."""
        if not self._scale.is_chain:
            return self._sheet.let(highest(self._scale, lambda stage: self._at(end, stage) >= needed))
        # With the free bit above each count set, it is still there once the needed count is taken away, unless
        # that was more.
        free, start = needed * -sum(PLACES) + FREE * sum(PLACES), self._starts[end]
        masks: dict[int, int] = {}
        for number in range(start, start + self._scale.top):
            word, place = divmod(number, len(PLACES))
            masks[word] = masks.get(word, 0) + FREE * PLACES[place]
        free = self._sheet.let(free)
        reached = total(bits_of(column(f"count{self._slot}_{w}") + free, mask) for w, mask in masks.items())
        return self._sheet.let(cast(reached, "small"))

    def _mean(self, end: str) -> Formula:
        # A position is the number of stages above the lowest that are reached.
        at = (self._at(end, stage) for stage in range(1, len(self._scale.stages)))
        return self._sheet.let(total(at) / greatest(self.raters, 1))


#: How many have to be at or above a stage for it to be reached, of so many who rate.
Needed: TypeAlias = Callable[[Formula], Formula]


def _all(raters: Formula) -> Formula:
    # Not of more than can be counted: that is refused, but not sooner than this is worked out.
    return least(greatest(raters, 1), MOST)


def _half(raters: Formula) -> Formula:
    return least(raters, MOST) // 2 + 1


def _one(raters: Formula) -> Formula:
    return constant(1)


#: What the low, the likely and the high of a consensus need.
_NEEDED: Mapping[Consensus, Mapping[str, Needed]] = {
    "median": {"low": _half, "likely": _half, "high": _half},
    "weakest": {"low": _all, "likely": _all, "high": _all},
    "envelope": {"low": _all, "likely": _half, "high": _one},
}
