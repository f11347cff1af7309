"""Consensus on whole columns: what the respondents of each assessment say of each dimension.

Everything follows from how many of them are at or above each stage. Counts are sums, so that
there is nothing to sort, and parts of a table can be counted apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from maturitykit.definition import Model, Scale
from maturitykit.definition.fields import OUTCOME
from maturitykit.formula.algebra import (
    Condition,
    Formula,
    all_of,
    any_of,
    as_int,
    bits_of,
    cast,
    column,
    columns_of,
    constant,
    count,
    first,
    gather,
    greatest,
    highest,
    if_else,
    join,
    least,
    meet,
    negate,
    refuse,
    total,
)
from maturitykit.rules.consensus import LIKELY, Consensus, consensus_of
from maturitykit.rules.roll_up import SpanTerms
from maturitykit.scoring.plan import Plan
from maturitykit.tables.answer_codes import AnswerCodes, Counting, scale_of
from maturitykit.tables.bindings import Bindings
from maturitykit.tables.frame import Frame
from maturitykit.tables.responses import TWICE, AnswerColumns, Responses

#: With more digits than this, a table of all is too long: each end of an answer has one of its own.
MOST_DIGITS = 1_000

#: By what one knows that the respondents are to be counted otherwise.
TOO_MANY = "more respondents than"


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

    def kept(self, bindings: Bindings) -> Split:
        """The same, each as a column of a bindings."""
        return Split(*bindings.keep_all(self))


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
    cells: dict[str, SpanTerms]
    splits: dict[str, Split]
    respondents: dict[str, Formula]


def voices(
    bindings: Bindings, responses: Responses, plan: Plan, consensus: Consensus, counting: Counting, strict: bool
) -> Voices:
    """The consensus of each assessment in a table.

    Args:
        bindings: Where the columns are put that follow from the counts.
        responses: The table.
        plan: The compiled model.
        consensus: How the ratings of several respondents are combined.
        counting: How the respondents are counted.
        strict: Whether a bad answer stops everything; else it counts as blank.
    """
    below = Bindings()
    answers = responses.answers(below, strict)
    tallies = _Tallies(responses.codes, plan, counting)
    frame, columns = _counted(below, answers, responses, tallies.sums(below, answers.digits))
    refused = bindings.let(_refused(responses.model, counting, answers.is_repeated if strict else False))
    cells: dict[str, SpanTerms] = {}
    splits: dict[str, Split] = {}
    respondents = {node.dimension.id: tallies.raters_below(i) for i, node in enumerate(plan.inner)}
    for slot, dimension in enumerate(responses.codes.dimensions):
        counts = _Counts(
            bindings, responses.model, scale_of(dimension), counting, tallies.columns(slot), consensus, refused
        )
        cells[dimension.id] = counts.cell()
        splits[dimension.id] = counts.split()
        respondents.setdefault(dimension.id, counts.raters)
    return Voices(frame, columns, cells, splits, respondents)


def _refused(model: Model, counting: Counting, is_repeated: Condition) -> Formula:
    """What no result may be made of: nothing but 0, or else the engine stops."""
    key = cast(column("~key0"), "text")
    too_many = f"{TOO_MANY} {counting.most:,} (most_respondents= takes more) rate model {model.id} for "
    twice = f"{TWICE} of model {model.id} twice (problems lists all) for "
    return refuse(column("~respondents") > counting.most, too_many, key) + refuse(is_repeated, twice, key)


def given_outcome(
    model: Model, cells: Mapping[str, SpanTerms], strict: bool
) -> tuple[SpanTerms, Condition] | None:
    """Return the overall stage, and where it is rated as such and not beside what it would follow from."""
    if OUTCOME not in cells:
        return None
    parts = [any_of(cell.known, cell.not_applicable) for id, cell in cells.items() if id != OUTCOME]
    cell = cells[OUTCOME]
    said, beside = any_of(cell.known, cell.not_applicable), any_of(*parts)
    if strict:
        why = f"the outcome of model {model.id} is rated beside its parts in one assessment of "
        refused = refuse(all_of(said, beside), why, cast(column("~key0"), "text"))
        return cell._replace(coverage=refused + cell.coverage), said
    return cell, all_of(said, negate(beside))


def _counted(
    bindings: Bindings, answers: AnswerColumns, responses: Responses, tallies: Mapping[str, Formula]
) -> tuple[Frame, list[str]]:
    """A row for each assessment, with how many are at or above each stage, and its columns."""
    sums = {**answers.sums, **tallies}
    keys = list(responses.keys)
    used = columns_of(list(sums.values()))
    frame = bindings.on(answers.frame, dict.fromkeys([*keys, *used, *answers.different.values()]), answers.given)
    if answers.is_by_assessment:
        whole = {name: cast(formula, "whole") for name, formula in sums.items()}
        return frame.select({**{key: column(key) for key in keys}, **whole}), [*keys, *sums]
    return frame.sums(keys, sums, answers.different), [*keys, *sums, *answers.different]


class _Tallies:
    """What is counted, and in which columns.

    Of each dimension these are, in this order: how many have their likely position at or above each stage,
    how many rate it, and how many say that it does not apply; then how many have their lowest, and their
    highest, at or above each stage. So for what is likely alone, an engine leaves out the rest. Of each inner
    node it is how many rate a dimension below it.
    """

    def __init__(self, codes: AnswerCodes, plan: Plan, counting: Counting) -> None:
        self.counting = counting
        self._coding = codes
        slots = {dimension.id: slot for slot, dimension in enumerate(codes.dimensions)}
        self._inner = [[slots[d.id] for d in node.dimension.walk() if d.id in slots] for node in plan.inner]

    def sums(self, bindings: Bindings, digits: Sequence[Formula]) -> dict[str, Formula]:
        """The columns to sum, from the digits of all dimensions."""
        sums: dict[str, Formula] = {}
        scales = {scale_of(dimension) for dimension in self._coding.dimensions}
        is_short = self._coding.base**2 <= MOST_DIGITS
        tables = {scale: [self._packed(rows) for rows in self._tables(scale, is_short)] for scale in scales}
        for slot, dimension in enumerate(self._coding.dimensions):
            digit, scale = digits[slot], scale_of(dimension)
            parts = [digit] if is_short else self._parts(bindings, scale, digit)
            for i, name in enumerate(self.columns(slot)):
                read = zip(parts, tables[scale], strict=True)
                sums[name] = total(gather(part, table[i]) for part, table in read if any(table[i]))
        places = self.counting.places
        for start in range(0, len(self._inner), len(places)):
            rated = (
                any_of(*(digits[slot] > self._coding.not_applicable for slot in slots))
                for slots in self._inner[start:]
            )
            counts = (cast(count([each]), "whole") * place for each, place in zip(rated, places, strict=False))
            sums[f"~raters{start // len(places)}"] = total(counts)
        return sums

    def _tables(self, scale: Scale, is_short: bool) -> list[list[list[int]]]:
        """What each digit, or else each of its `_parts`, adds to the counts of a dimension."""
        base, not_applicable = self._coding.base, self._coding.not_applicable
        stages = range(1, len(scale.stages))
        none = [0] * scale.top
        at = [none, *([int(scale.at_least(end, stage)) for stage in stages] for end in range(len(scale.stages)))]
        if is_short:
            spans = (self._coding.span(digit, scale) or (-1, -1, -1) for digit in range(base**2))
            return [
                [
                    [*at[likely + 1], int(likely >= 0), int(digit == not_applicable), *at[low + 1], *at[high + 1]]
                    for digit, (low, likely, high) in enumerate(spans)
                ]
            ]
        return [
            [[*reached, int(reached is not none), 0, *none, *none] for reached in at],
            [[*none, 0, 0, *reached, *none] for reached in at],
            [[*none, 0, 0, *none, *reached] for reached in at],
            [[*none, 0, is_exempt, *none, *none] for is_exempt in (0, 1)],
        ]

    def _parts(self, bindings: Bindings, scale: Scale, digit: Formula) -> list[Formula]:
        """The likely, lowest and highest stage of an answer, counted from 1, and 1 where it does not apply."""
        is_said = bindings.keep(digit > self._coding.not_applicable)
        low = bindings.let(if_else(is_said, digit // self._coding.base, 0))
        high = bindings.let(if_else(is_said, digit % self._coding.base, 0))
        likely = bindings.let((low + high) // 2) if scale.is_chain else low
        is_exempt = as_int(digit.equals(self._coding.not_applicable))
        assert isinstance(is_exempt, Formula)
        return [likely, low, high, bindings.let(is_exempt)]

    def _packed(self, rows: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
        return list(zip(*map(self.counting.packed, rows), strict=True))

    def columns(self, slot: int) -> list[str]:
        """The names of those with the counts of a dimension."""
        numbers = 3 * scale_of(self._coding.dimensions[slot]).top + 2
        return [f"~count{slot}_{i}" for i in range(-(-numbers // len(self.counting.places)))]

    def raters_below(self, inner: int) -> Formula:
        """How many rate a dimension below an inner node."""
        return self.counting.read([f"~raters{i}" for i in range(len(self._inner))], inner)


class _Counts:
    """The counts of one dimension, and what follows from them."""

    def __init__(
        self,
        bindings: Bindings,
        model: Model,
        scale: Scale,
        counting: Counting,
        columns: Sequence[str],
        consensus: Consensus,
        refused: Formula,
    ) -> None:
        self._sheet = bindings
        self._scale = scale
        self._counting = counting
        self._columns = columns
        self._consensus = consensus
        top = scale.top
        #: Where the counts of each end begin, as `_Tallies` has put them: of stage 1, and those above it.
        self._starts = {"low": top + 2, "likely": 0, "high": 2 * top + 2}
        #: How many give a known rating.
        self.raters = self._read(top)
        if consensus == "mean" and not scale.is_chain:
            why = (
                f"a mean needs a chain, and scale {scale.id} is a partial order: another consensus is needed for "
            )
            refused += refuse(self.raters > 1, why, cast(column("~key0"), "text"))
        self._is_known = bindings.let(self.raters + refused > 0)
        self._is_exempt = bindings.let(all_of(self._read(top + 1) > 0, ~self._is_known))

    def _read(self, number: int) -> Formula:
        """One count, by its number among those of the dimension."""
        count = self._counting.read(self._columns, number)
        # Twice the sum of all is still a small number, and small ones are quicker to work with.
        is_small = 2 * self._counting.base * self._scale.top < 2**15
        return self._sheet.let(cast(count, "small") if is_small else count)

    def _at(self, end: str, stage: int) -> Formula:
        """How many have this end at or above a stage."""
        return self._read(self._starts[end] + stage - 1) if stage else self.raters

    def cell(self) -> SpanTerms:
        """What the respondents amount to."""
        scale, let, known = self._scale, self._sheet.let, self._is_known
        is_mean = self._consensus == "mean" and scale.is_chain
        # A mean on a partial order is refused elsewhere, wherever there is one.
        formulas = consensus_of(scale.order, self._consensus if is_mean or self._consensus != "mean" else "median")
        low, likely, high = map(self._of_counts, formulas)
        return SpanTerms(
            low,
            likely,
            let(first([(known, high), (self._is_exempt, 0)], scale.top)),
            known,
            self._is_exempt,
            let(if_else(any_of(known, self._is_exempt), 1.0, 0.0)),
            is_whole=not is_mean,
            is_masked=True,
        )

    def _of_counts(self, formula: Formula) -> Formula:
        """Write a consensus, which is a formula of all respondents, by how many are at or above each stage."""
        match formula:
            case Formula(op="weighted_median", args=(_, Formula(args=(end,)), *_)):
                return self._held(end, self._counted // 2 + 1)
            case (
                Formula(op="least", args=(Formula(args=(end,)),))
                | Formula(op="fold", args=(_, "meet", Formula(args=(end,))))
            ):
                return self._held(end, greatest(self._counted, 1))
            case (
                Formula(op="greatest", args=(Formula(args=(end,)),))
                | Formula(op="fold", args=(_, "join", Formula(args=(end,))))
            ):
                return self._held(end, constant(1))
            case Formula(op="/", args=(Formula(op="fsum", args=(Formula(args=(end,)),)), _)):
                return self._mean(end)
        raise AssertionError(formula)

    def split(self) -> Split:
        """How they differ."""
        low, high = (
            self._of_counts(meet(self._scale.order, LIKELY)),
            self._of_counts(join(self._scale.order, LIKELY)),
        )
        n = self._sheet.let(greatest(self.raters, 1))
        at = [self._at("likely", stage) for stage in range(1, len(self._scale.stages))]
        agreement = 1 - total(least(c, n - c) for c in at) * 2 / (n * self._scale.top)
        return Split(self._sheet.let(self.raters > 1), low, high, agreement)

    @property
    def _counted(self) -> Formula:
        # Not more than can be counted: that is refused, but not sooner than this is worked out.
        return self._sheet.let(least(self.raters, self._counting.most))

    def _held(self, end: str, needed: Formula) -> Formula:
        """The position that so many reach with this end of what they say; the lowest if nobody says anything."""
        if not self._scale.is_chain:
            held = [self._at(end, stage) >= needed for stage in range(len(self._scale.stages))]
            return self._sheet.let(highest(self._scale.order, held))
        # With the free bit above each count set, it is still there once the needed count is taken away, unless
        # that was more.
        places, free = self._counting.places, self._counting.free
        above = self._sheet.let(cast(needed, "whole") * -sum(places) + free * sum(places))
        masks: dict[str, int] = {}
        for number in range(self._starts[end], self._starts[end] + self._scale.top):
            at, place = divmod(number, len(places))
            masks[self._columns[at]] = masks.get(self._columns[at], 0) + free * places[place]
        reached = total(bits_of(column(name) + above, mask) for name, mask in masks.items())
        return self._sheet.let(cast(reached, "small"))

    def _mean(self, end: str) -> Formula:
        # A position is the number of stages above the lowest that are reached.
        at = (self._at(end, stage) for stage in range(1, len(self._scale.stages)))
        return self._sheet.let(total(at) / greatest(self.raters, 1))
