"""Consensus on whole columns: the combined ratings of the respondents of each assessment.

Everything is computed from the number of respondents at or above each stage. Counts are sums, so that
nothing has to be sorted, and parts of a table can be counted separately.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from maturitykit.definition import Dimension, Model, Scale
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
from maturitykit.rules.roll_up import SpanTerms, counted_if_absent
from maturitykit.scoring.plan import Plan
from maturitykit.tables.answer_codes import AnswerCodes, Counting, scale_of
from maturitykit.tables.bindings import Bindings
from maturitykit.tables.frame import Frame
from maturitykit.tables.responses import TWICE, AnswerColumns, Responses

#: With more digits than this, one table for all of them is too long, and each end of an answer has its own.
MOST_DIGITS = 1_000

#: Message of the refusal after which respondents are counted again, with room for more.
TOO_MANY = "more respondents than"


class Split(NamedTuple):
    """Disagreement of the respondents on a leaf.

    Args:
        where: The condition that two or more rate it.
        low: The lowest likely position of a respondent.
        high: The highest.
        agreement: Leik's ordinal consensus.
    """

    where: Condition
    low: Formula
    high: Formula
    agreement: Formula

    def kept(self, bindings: Bindings) -> Split:
        """Return the same with each term bound to a column."""
        return Split(*bindings.keep_all(self))


class Voices(NamedTuple):
    """Combined ratings of the respondents.

    Args:
        frame: A row for each assessment, with the counts of its respondents.
        columns: The names of its columns.
        cells: The cells of the leaves and, if it can be rated, the outcome, by id.
        splits: The disagreement on each, by id.
        respondents: The number who rate each dimension, or one below it, by id.
        each: A function to a frame with a row for each respondent: the keys, and the counts of that one alone.
        counts: The names of the columns of counts that the cells are computed from.
        recount: A function that computes the cells from other counts in columns of these names.
    """

    frame: Frame
    columns: list[str]
    cells: dict[str, SpanTerms]
    splits: dict[str, Split]
    respondents: dict[str, Formula]
    each: Callable[[], Frame]
    counts: Sequence[str]
    recount: Callable[[Bindings], dict[str, SpanTerms]]


def voices(
    bindings: Bindings, responses: Responses, plan: Plan, consensus: Consensus, counting: Counting, strict: bool
) -> Voices:
    """Return the consensus of each assessment in a table.

    Args:
        bindings: The bindings to which the formulas of the counts are added.
        responses: The table.
        plan: The compiled model.
        consensus: The kind of consensus.
        counting: The coding of the counts of respondents.
        strict: Whether a bad answer stops everything; else it counts as blank.
    """
    below = Bindings()
    answers = responses.answers(below, strict)
    tallies = _Tallies(responses.codes, plan, counting)
    each, frame, columns = _counted(below, answers, responses, tallies.sums(below, answers.digits))
    dimensions = list(enumerate(responses.codes.dimensions))

    def counted(bindings: Bindings, refused: Formula) -> dict[str, _Counts]:
        return {
            d.id: _Counts(bindings, responses.model, d, counting, tallies.columns(slot), consensus, refused)
            for slot, d in dimensions
        }

    refused = _refused(responses.model, counting, answers.is_repeated if strict else False)
    counts = counted(bindings, bindings.let(refused))
    respondents = {node.dimension.id: tallies.raters_below(i) for i, node in enumerate(plan.inner)}
    return Voices(
        frame,
        columns,
        {id: its.cell() for id, its in counts.items()},
        {id: its.split() for id, its in counts.items()},
        {id: its.raters for id, its in counts.items()} | respondents,
        each,
        [name for slot, _ in dimensions for name in tallies.columns(slot)],
        lambda other: {id: its.cell() for id, its in counted(other, constant(0)).items()},
    )


def _refused(model: Model, counting: Counting, is_repeated: Condition) -> Formula:
    """Return 0, or stop the engine if there are too many respondents or one rates a dimension twice."""
    key = cast(column("~key0"), "text")
    too_many = f"{TOO_MANY} {counting.most:,} (most_respondents= takes more) rate model {model.id} for "
    twice = f"{TWICE} of model {model.id} twice (problems lists all) for "
    return refuse(column("~respondents") > counting.most, too_many, key) + refuse(is_repeated, twice, key)


def rated_outcome(
    model: Model, cells: Mapping[str, SpanTerms], strict: bool
) -> tuple[SpanTerms, Condition] | None:
    """Return the rated overall stage, and the condition that it is rated but no part is; None if it has none."""
    if OUTCOME not in cells:
        return None
    parts = [any_of(cell.known, cell.not_applicable) for id, cell in cells.items() if id != OUTCOME]
    cell = cells[OUTCOME]
    is_rated, has_parts = any_of(cell.known, cell.not_applicable), any_of(*parts)
    if strict:
        why = f"the outcome of model {model.id} is rated beside its parts in one assessment of "
        refused = refuse(all_of(is_rated, has_parts), why, cast(column("~key0"), "text"))
        return cell._replace(coverage=refused + cell.coverage), is_rated
    return cell, all_of(is_rated, negate(has_parts))


def _counted(
    bindings: Bindings, answers: AnswerColumns, responses: Responses, tallies: Mapping[str, Formula]
) -> tuple[Callable[[], Frame], Frame, list[str]]:
    """Count respondents.

    Returns:
        A function to a frame with a row of counts for each respondent; a frame with one for each assessment, and
        the names of its columns.
    """
    sums = {**answers.sums, **tallies}
    keys = list(responses.keys)
    kept = [*keys, *answers.different.values()]
    used = columns_of(list(sums.values()))
    frame = bindings.on(answers.frame, dict.fromkeys([*kept, *used]), answers.columns)

    def each() -> Frame:
        whole = {name: cast(formula, "whole") for name, formula in sums.items()}
        # An engine that sums these columns computes them but once.
        return frame.select({**{name: column(name) for name in kept}, **whole})

    if answers.is_by_assessment:
        return each, each(), [*keys, *sums]
    return each, frame.sums(keys, sums, answers.different), [*keys, *sums, *answers.different]


class _Tallies:
    """Counts of respondents, and their columns.

    For each dimension these are the numbers of respondents, in this order: with their likely position at or above
    each stage, with a rating, and with the answer that it is not applicable; then with their lowest position, and
    with their highest, at or above each stage. (If only the likely stage is wanted, an engine leaves out the last
    columns.) For each inner node it is the number of respondents who rate a dimension below it.
    """

    def __init__(self, codes: AnswerCodes, plan: Plan, counting: Counting) -> None:
        self.counting = counting
        self._codes = codes
        slots = {dimension.id: slot for slot, dimension in enumerate(codes.dimensions)}
        self._inner = [[slots[d.id] for d in node.dimension.walk() if d.id in slots] for node in plan.inner]

    def sums(self, bindings: Bindings, digits: Sequence[Formula]) -> dict[str, Formula]:
        """Return the columns to sum, from the digits of all dimensions."""
        sums: dict[str, Formula] = {}
        scales = {scale_of(dimension) for dimension in self._codes.dimensions}
        is_short = self._codes.base**2 <= MOST_DIGITS
        tables = {scale: [self._packed(rows) for rows in self._tables(scale, is_short)] for scale in scales}
        for slot, dimension in enumerate(self._codes.dimensions):
            digit, scale = digits[slot], scale_of(dimension)
            parts = [digit] if is_short else self._parts(bindings, scale, digit)
            for i, name in enumerate(self.columns(slot)):
                pairs = zip(parts, tables[scale], strict=True)
                sums[name] = total(gather(part, table[i]) for part, table in pairs if any(table[i]))
        place_values = self.counting.place_values
        for start in range(0, len(self._inner), len(place_values)):
            rated = (
                any_of(*(digits[slot] > self._codes.not_applicable for slot in slots))
                for slots in self._inner[start:]
            )
            counts = (
                cast(count([each]), "whole") * place_value
                for each, place_value in zip(rated, place_values, strict=False)
            )
            sums[f"~raters{start // len(place_values)}"] = total(counts)
        return sums

    def _tables(self, scale: Scale, is_short: bool) -> list[list[list[int]]]:
        """Return the counts to which each digit adds or, if not short, each of its `_parts`."""
        base, not_applicable = self._codes.base, self._codes.not_applicable
        stages = range(1, len(scale.stages))
        none = [0] * scale.top
        at = [none, *([int(scale.at_least(end, stage)) for stage in stages] for end in range(len(scale.stages)))]
        if is_short:
            spans = (self._codes.span(digit, scale) or (-1, -1, -1) for digit in range(base**2))
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
            [[*none, 0, is_not_applicable, *none, *none] for is_not_applicable in (0, 1)],
        ]

    def _parts(self, bindings: Bindings, scale: Scale, digit: Formula) -> list[Formula]:
        """Return the likely, lowest and highest stage of an answer, from 1 up, and 1 if it is not applicable."""
        is_rated = bindings.keep(digit > self._codes.not_applicable)
        low = bindings.let(if_else(is_rated, digit // self._codes.base, 0))
        high = bindings.let(if_else(is_rated, digit % self._codes.base, 0))
        likely = bindings.let((low + high) // 2) if scale.is_chain else low
        is_not_applicable = as_int(digit.equals(self._codes.not_applicable))
        assert isinstance(is_not_applicable, Formula)
        return [likely, low, high, bindings.let(is_not_applicable)]

    def _packed(self, rows: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
        return list(zip(*map(self.counting.packed, rows), strict=True))

    def columns(self, slot: int) -> list[str]:
        """Return the names of the columns that hold the counts of a dimension."""
        numbers = 3 * scale_of(self._codes.dimensions[slot]).top + 2
        return [f"~count{slot}_{i}" for i in range(-(-numbers // len(self.counting.place_values)))]

    def raters_below(self, inner: int) -> Formula:
        """Return the number of respondents who rate a dimension below an inner node."""
        return self.counting.read([f"~raters{i}" for i in range(len(self._inner))], inner)


class _Counts:
    """Counts of one dimension, and its consensus and disagreement."""

    def __init__(
        self,
        bindings: Bindings,
        model: Model,
        dimension: Dimension,
        counting: Counting,
        columns: Sequence[str],
        consensus: Consensus,
        refused: Formula,
    ) -> None:
        self._bindings = bindings
        self._dimension = dimension
        self._scale = scale = scale_of(dimension)
        self._counting = counting
        self._columns = columns
        self._consensus = consensus
        top = scale.top
        #: Numbers of the first counts of each end, in the order of `_Tallies`: those of stage 1.
        self._starts = {"low": top + 2, "likely": 0, "high": 2 * top + 2}
        #: Number of known ratings.
        self.raters = self._read(top)
        if consensus == "mean" and not scale.is_chain:
            why = (
                f"a mean needs a chain, and scale {scale.id} is a partial order: another consensus is needed for "
            )
            refused += refuse(self.raters > 1, why, cast(column("~key0"), "text"))
        self._is_known = bindings.let(self.raters + refused > 0)
        self._is_not_applicable = bindings.let(all_of(self._read(top + 1) > 0, ~self._is_known))

    def _read(self, number: int) -> Formula:
        """Return a count, by its number among those of the dimension."""
        count = self._counting.read(self._columns, number)
        # If twice the sum of all counts is small, they all are, and small numbers are quicker to compute with.
        is_small = 2 * self._counting.base * self._scale.top < 2**15
        return self._bindings.let(cast(count, "small") if is_small else count)

    def _at(self, end: str, stage: int) -> Formula:
        """Return the number of respondents with this end at or above a stage."""
        return self._read(self._starts[end] + stage - 1) if stage else self.raters

    def cell(self) -> SpanTerms:
        """Return the consensus of the respondents."""
        scale, let, known = self._scale, self._bindings.let, self._is_known
        is_mean = self._consensus == "mean" and scale.is_chain
        # Where several respondents would need a mean on a partial order, `__init__` refuses it.
        formulas = consensus_of(scale.order, self._consensus if is_mean or self._consensus != "mean" else "median")
        low, likely, high = map(self._of_counts, formulas)
        lowest, highest = scale.open_ends
        if lowest:
            low = let(first([(known, low), (self._is_not_applicable, 0)], lowest))
        cell = SpanTerms(
            low,
            likely,
            let(first([(known, high), (self._is_not_applicable, 0)], highest)),
            known,
            self._is_not_applicable,
            let(if_else(any_of(known, self._is_not_applicable), 1.0, 0.0)),
            is_whole=not is_mean and (lowest, highest) == (0, scale.top),
            is_masked=True,
            is_open=True,
        )
        return counted_if_absent(self._dimension, cell)

    def _of_counts(self, formula: Formula) -> Formula:
        """Return the formula of a consensus, which reads all respondents, as a formula of the counts."""
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
        """Return the disagreement of the respondents."""
        low, high = (
            self._of_counts(meet(self._scale.order, LIKELY)),
            self._of_counts(join(self._scale.order, LIKELY)),
        )
        n = self._bindings.let(greatest(self.raters, 1))
        at = [self._at("likely", stage) for stage in range(1, len(self._scale.stages))]
        agreement = 1 - total(least(c, n - c) for c in at) * 2 / (n * self._scale.top)
        return Split(self._bindings.let(self.raters > 1), low, high, agreement)

    @property
    def _counted(self) -> Formula:
        # More than can be counted are refused, but the engine may compute this before it refuses.
        return self._bindings.let(least(self.raters, self._counting.most))

    def _held(self, end: str, needed: Formula) -> Formula:
        """Return the highest position that enough respondents reach with this end; the lowest without answers."""
        if not self._scale.is_chain:
            held = [self._at(end, stage) >= needed for stage in range(len(self._scale.stages))]
            return self._bindings.let(highest(self._scale.order, held))
        # All counts of a number are compared at once: the free bit above each is set, and the needed count is
        # subtracted. The bit stays set if the count was large enough.
        place_values, free = self._counting.place_values, self._counting.free
        offset = self._bindings.let(cast(needed, "whole") * -sum(place_values) + free * sum(place_values))
        masks: dict[str, int] = {}
        for number in range(self._starts[end], self._starts[end] + self._scale.top):
            index, digit = divmod(number, len(place_values))
            masks[self._columns[index]] = masks.get(self._columns[index], 0) + free * place_values[digit]
        reached = total(bits_of(column(name) + offset, mask) for name, mask in masks.items())
        return self._bindings.let(cast(reached, "small"))

    def _mean(self, end: str) -> Formula:
        # The position of a stage is the number of stages up to it, without the lowest.
        at = (self._at(end, stage) for stage in range(1, len(self._scale.stages)))
        return self._bindings.let(total(at) / greatest(self.raters, 1))
