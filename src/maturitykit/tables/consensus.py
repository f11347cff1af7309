"""Consensus on whole columns: what the respondents of each assessment say of each dimension.

Everything follows from how many of them are at or above each stage. Counts are sums, so that
there is nothing to sort, and parts of a table can be counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from maturitykit.assessment.consensus import Consensus
from maturitykit.definition import Model, Scale
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.formula import (
    Condition,
    Formula,
    all_of,
    any_of,
    cast,
    column,
    constant,
    count,
    either,
    first,
    greatest,
    highest,
    least,
    negate,
    refuse,
    total,
)
from maturitykit.scoring.plan import Plan
from maturitykit.tables.frame import Frame
from maturitykit.tables.responses import ONE, Coding, Responses, scale_of
from maturitykit.tables.rollup import Cell, Given
from maturitykit.tables.sheet import Sheet, keep

#: How many respondents can be counted, of one dimension in one assessment: three counts share a number.
MOST = 2**21 - 1


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
    cells: dict[str, Cell] = {}
    splits: dict[str, Split] = {}
    respondents: dict[str, Formula] = {node.dimension.id: column(f"raters{node.index}") for node in plan.inner}
    for slot, dimension in enumerate(responses.coding.dimensions):
        counts = _Counts(sheet, responses.model, scale_of(dimension), slot, consensus)
        cells[dimension.id] = counts.cell()
        splits[dimension.id] = counts.split()
        respondents.setdefault(dimension.id, counts.raters)
    frame, columns = _counted(responses, plan, strict)
    return Voices(frame, columns, cells, splits, respondents)


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


def _counted(responses: Responses, plan: Plan, strict: bool) -> tuple[Frame, list[str]]:
    """A row for each assessment, with how many are at or above each stage, and its columns."""
    coding, sheet = responses.coding, Sheet()
    slots = range(len(coding.dimensions))
    digits = [sheet.let(coding.read(slot)) for slot in slots]
    answers = column("answers")
    # A sum of distinct digits is what its digits are; a repeated one leaves fewer, or is carried over.
    is_sound = all_of(
        count(digit > 0 for digit in digits).equals(answers // ONE),
        total(cast(digit, "whole") for digit in digits).equals(answers % ONE),
        ~(answers // ONE > len(slots)),
    )
    refused = constant(0)
    if strict:
        why = f"a respondent rates a dimension of model {responses.model.id} twice (problems lists all) for "
        refused = refuse(negate(is_sound), why, cast(column("key0"), "text"))
    else:
        digits = [sheet.let(either(is_sound, digit, 0)) for digit in digits]
    sums: dict[str, Formula] = {}
    known = {dimension.id: digits[slot] > coding.exempt for slot, dimension in enumerate(coding.dimensions)}
    for slot, (dimension, digit) in enumerate(zip(coding.dimensions, digits, strict=True)):
        said = [(known[dimension.id], 1), (digit.equals(coding.exempt), ONE)]
        sums[f"said{slot}"] = first(said, 0) + refused
        sums |= _at_or_above(sheet, coding, scale_of(dimension), slot, digit)
    for node in plan.inner:
        below = (known[d.id] for d in node.dimension.walk() if d.id in known)
        sums[f"raters{node.index}"] = cast(count([any_of(*below)]), "whole")
    keys = list(responses.keys)
    for name, formula in sums.items():
        sheet.let(cast(formula, "whole"), name)
    given = [*keys, *responses.who, *coding.words, "answers"]
    frame = sheet.on(responses.by_respondent(strict), [*keys, *sums], given)
    if responses.who:
        frame = frame.sums(keys, {name: column(name) for name in sums})
    return frame, [*keys, *sums]


def _at_or_above(sheet: Sheet, coding: Coding, scale: Scale, slot: int, digit: Formula) -> dict[str, Formula]:
    """For each stage, where the lowest, the likely and the highest are at or above it, as counts of one."""
    low, high = sheet.let(digit // coding.base), sheet.let(digit % coding.base)
    likely = sheet.let((low + high) // 2) if scale.is_chain else low
    sums: dict[str, Formula] = {}
    for stage in range(1, len(scale.stages)):
        # Positions count from one here, and whoever is low enough for all three has all three.
        at_low, at_likely, at_high = (_is_at_least(scale, end, stage) for end in (low, likely, high))
        sums[f"at{slot}_{stage}"] = first(
            [(at_low, _LOW + _LIKELY + _HIGH), (at_likely, _LIKELY + _HIGH), (at_high, _HIGH)], 0
        )
    return sums


def _is_at_least(scale: Scale, raised: Formula, stage: int) -> Condition:
    if scale.is_chain:
        return raised > stage
    return any_of(*(raised.equals(other + 1) for other, below in enumerate(scale.below) if stage in below))


#: The places of three counts in one number.
_LOW, _LIKELY, _HIGH = 1, 2**21, 2**42


class _Counts:
    """The counts of one dimension, and what follows from them."""

    def __init__(self, sheet: Sheet, model: Model, scale: Scale, slot: int, consensus: Consensus) -> None:
        self._sheet = sheet
        self._consensus = consensus
        self._scale = scale
        said = column(f"said{slot}")
        #: How many give a known rating.
        self.raters = sheet.let(said % ONE)
        why = f"more than {MOST:,} respondents rate one dimension of model {model.id} for "
        refused = refuse(self.raters > MOST, why, cast(column("key0"), "text"))
        if consensus == "mean" and not scale.is_chain:
            why = (
                f"a mean needs a chain, and scale {scale.id} is a partial order: another consensus is needed for "
            )
            refused += refuse(self.raters > 1, why, cast(column("key0"), "text"))
        self._is_known = sheet.let(self.raters + refused > 0)
        self._is_exempt = sheet.let(all_of(said >= ONE, ~self._is_known))
        at = [column(f"at{slot}_{stage}") for stage in range(1, len(scale.stages))]
        self._low = [self.raters, *(sheet.let(number % _LIKELY) for number in at)]
        self._likely = [self.raters, *(sheet.let(number // _LIKELY % _LIKELY) for number in at)]
        self._high = [self.raters, *(sheet.let(number // _HIGH) for number in at)]

    def cell(self) -> Cell:
        """What the respondents amount to."""
        scale, let, known, consensus = self._scale, self._sheet.let, self._is_known, self._consensus
        if consensus == "mean" and scale.is_chain:
            ends = [self._mean(counts) for counts in (self._low, self._likely, self._high)]
        else:
            held = _HELD.get(consensus, _HELD["median"])
            counts = (self._low, self._likely, self._high)
            ends = [self._held(is_held, count) for is_held, count in zip(held, counts, strict=True)]
        return Cell(
            let(either(known, ends[0], 0)),
            let(ends[1]),
            let(either(known, ends[2], scale.top)),
            known,
            self._is_exempt,
            let(either(any_of(known, self._is_exempt), 1.0, 0.0)),
            is_whole=consensus != "mean" or not scale.is_chain,
        )

    def split(self) -> Split:
        """How they differ."""
        low, high = self._held(_all, self._likely), self._held(_one, self._likely)
        n = greatest(self.raters, 1)
        apart = total(least(c, n - c) for c in self._likely[1:])
        agreement = 1 - apart * 2 / (n * self._scale.top)
        return Split(self._sheet.let(self.raters > 1), low, high, agreement)

    def _held(self, is_held: Held, counts: Sequence[Formula]) -> Formula:
        return highest(self._scale, lambda stage: is_held(counts[stage], self.raters))

    def _mean(self, counts: Sequence[Formula]) -> Formula:
        # A position is the number of stages above the lowest that are reached.
        return total(counts[1:]) / greatest(self.raters, 1)


Held: TypeAlias = Callable[[Formula, Formula], Condition]


def _all(at_or_above: Formula, of: Formula) -> Condition:
    return at_or_above >= of


def _half(at_or_above: Formula, of: Formula) -> Condition:
    return at_or_above * 2 > of


def _one(at_or_above: Formula, of: Formula) -> Condition:
    return at_or_above > 0


#: Which stages the low, the likely and the high of a consensus reach, by how many are at or above them.
_HELD: Mapping[Consensus, tuple[Held, Held, Held]] = {
    "median": (_half, _half, _half),
    "weakest": (_all, _all, _all),
    "envelope": (_all, _half, _one),
}
