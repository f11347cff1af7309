"""Responses: a table of ratings, long or wide, as a few whole numbers for each respondent.

An answer is a digit, which states its lowest and highest stage, that it is unknown, or that the dimension is
not applicable.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from maturitykit.assessment.ratings import NOT_APPLICABLE, UNKNOWN, other_answers
from maturitykit.definition import Dimension, Model, Scale
from maturitykit.errors import AssessmentError, Finding, one_of, quoted
from maturitykit.formula.algebra import (
    Condition,
    Formula,
    Term,
    all_of,
    any_of,
    cast,
    column,
    constant,
    count,
    fallback,
    first,
    gather,
    if_else,
    look_up,
    negate,
    null,
    refuse,
    total,
)
from maturitykit.tables.answer_codes import AnswerCodes, scale_of
from maturitykit.tables.bindings import OWN, Bindings, keys_of
from maturitykit.tables.frame import Frame

#: Columns that identify an assessment by default, as far as a table has them.
KEYS = ("subject", "date")
#: Other columns that a table of responses may have.
ABOUT = ("respondent", "comment", "evidence", "model", "version", "digest")

#: Columns that a long table has, and a wide one has not.
LONG = {"dimension", "rating"}

#: Names of columns of results, problems, distributions and ranks, which no key can have.
RESERVED = {
    *("dimension", "rating", "column", "value", "expected", "model", "version"),
    *(f"{what}_{end}" for what in ("stage", "index", "value") for end in ("low", "likely", "high")),
    *("coverage", "respondents", "disagreement_low", "disagreement_high", "agreement", "not_applicable"),
    *("tie", "box_low", "box_high", "quorum", "one_decides"),
    *("stage", "subjects", "known", "share", "others", "percentile", "refused", "inferable"),
}

#: Digits of the answer "unknown", and of an empty cell. The digit of an invalid answer is 0.
UNSURE, BLANK = 1, 2
#: Expectations where each answer is valid by itself, but not together with others.
ONE_EACH = "one answer, not as many as the value says"
ONE_OF_BOTH = "either the overall stage or the dimensions"

#: Message of the refusal after which equal answers of a respondent are removed, and the table is scored again.
TWICE = "a respondent rates a dimension"

#: Place value of the number of answers, in one number with the sum of their digits.
ONE = 2**32


class AnswerColumns(NamedTuple):
    """Answers of the respondents, as columns whose sums are the counts of an assessment.

    Args:
        frame: A row for each respondent of each assessment.
        columns: The names of its columns.
        digits: The digit of each dimension, in the order of the slots.
        sums: Other terms to sum, such as the number of respondents.
        different: Columns whose different values are to be counted, by the name of the count.
        is_repeated: The condition, on the sums, that a respondent answers twice.
        is_by_assessment: Whether each assessment already has only one row.
    """

    frame: Frame
    columns: Sequence[str]
    digits: Sequence[Formula]
    sums: Mapping[str, Formula]
    different: Mapping[str, str]
    is_repeated: Condition
    is_by_assessment: bool


class Responses(ABC):
    """A table of ratings of a model.

    Args:
        model: The rated model.
        frame: The table.
        by: The columns that identify an assessment.
    """

    def __init__(self, model: Model, frame: Frame, by: Sequence[str]) -> None:
        self.model = model
        self.frame = frame
        self.schema = frame.schema
        self.by = by
        self.rated = [*model.leaves, *([model.root] if model.root.scale else [])]
        findings = [*self._key_findings(), *self._findings()]
        if findings:
            raise AssessmentError(f"this is no table of ratings of model {quoted(model.id)}", findings)
        self.codes = AnswerCodes.of(self._coded())

    @property
    def keys(self) -> dict[str, str]:
        """Columns that identify an assessment, by the names that they have during scoring."""
        return keys_of(self.by)

    @property
    def who(self) -> dict[str, str]:
        """Column of respondents, likewise; empty if each assessment has only one respondent."""
        return {"~who": "respondent"} if "respondent" in self.schema and "respondent" not in self.by else {}

    def by_respondent(self, strict: bool) -> Frame:
        """Return a row for each respondent of each assessment, with the numbers that hold their answers.

        Args:
            strict: Whether a bad answer stops everything; else it counts as blank.
        """
        bindings = Bindings()
        keys = self._named(bindings)
        sums = self._numbers(bindings, strict)
        for name, formula in sums.items():
            bindings.let(formula, name)
        return bindings.on(self.frame, [*keys, *sums], self.schema).sums(
            keys, {name: column(name) for name in sums}
        )

    def answers(self, bindings: Bindings, strict: bool) -> AnswerColumns:
        """Return the answers of the respondents, with a row for each of them.

        Args:
            bindings: The bindings to which the formulas of the digits are added.
            strict: Whether a bad answer stops everything; else it counts as blank.
        """
        slots, answers = self._slots(), column("~answers")
        digits = [bindings.let(self.codes.read(slot)) for slot in slots]
        # If an answer is repeated, its digits add up to one other digit, or carry over into the next, so that the
        # number of digits or their sum no longer agrees.
        is_sound = bindings.let(
            count(digit > 0 for digit in digits).equals(answers // ONE)
            & total(cast(digit, "whole") for digit in digits).equals(answers % ONE)
            & ~(answers // ONE > len(slots))
        )
        if not strict:
            digits = [bindings.let(if_else(is_sound, digit, 0)) for digit in digits]
        return AnswerColumns(
            self.by_respondent(strict),
            [*self.keys, *self.who, *self.codes.words, "~answers"],
            digits,
            {"~respondents": constant(1), "~repeated": count([~is_sound])},
            {},
            column("~repeated") > 0,
            is_by_assessment=not self.who,
        )

    def problems(self) -> Frame:
        """Return a row for each problem: its keys, column, value, and the expected value."""
        return self._bad_answers().concat(self.repeated()).concat(self._overruled())

    @abstractmethod
    def once(self) -> Responses:
        """Return a long table without the rows in which a respondent repeats an answer."""

    @abstractmethod
    def _findings(self) -> Iterator[Finding]:
        """Yield the findings on its columns."""

    @abstractmethod
    def _coded(self) -> Sequence[Dimension]:
        """Return the dimensions of which it can hold ratings."""

    @abstractmethod
    def _numbers(self, bindings: Bindings, strict: bool) -> dict[str, Formula]:
        """Return the terms of a row in the sums that are a respondent's words and number of answers."""

    @abstractmethod
    def _bad_answers(self) -> Frame:
        """Return the problems that a single row shows."""

    @abstractmethod
    def repeated(self) -> Frame:
        """Return the dimensions that a respondent answers twice, as problems."""

    def _overruled(self) -> Frame:
        """Return the assessments that rate both the outcome and its parts, as problems."""
        bindings = Bindings()
        answered = [bindings.let(self.codes.read(slot)) >= self.codes.not_applicable for slot in self._slots()]
        parts = [s for s, d in zip(answered, self.codes.dimensions, strict=True) if d is not self.model.root]
        outcome = [s for s in answered if s not in parts]
        keys = list(self.keys)
        bindings.let(count([any_of(*outcome)]), "outcome")
        bindings.let(count([any_of(*parts)]), "parts")
        existing = [*keys, *self.who, *self.codes.words]
        frame = bindings.on(self.by_respondent(strict=False), [*keys, "outcome", "parts"], existing)
        frame = frame.sums(keys, {"outcome": column("outcome"), "parts": column("parts")})
        both = (column("outcome") > 0) & (column("parts") > 0)
        assert isinstance(both, Formula)
        return frame.filter(both).select(self._problem({}, "outcome", "rated beside its parts", ONE_OF_BOTH))

    def _slots(self) -> range:
        return range(len(self.codes.dimensions))

    def _named(self, bindings: Bindings) -> list[str]:
        names = {**self.keys, **self.who}
        for new, old in names.items():
            bindings.let(column(old), new)
        return list(names)

    def _problem(self, who: Mapping[str, str], column_name: Term, value: Term, expected: Term) -> dict[str, Term]:
        """Return the columns of a problem, on a frame with the keys."""
        keys = {old: column(new) for new, old in self.keys.items()}
        no_respondent: Term = null("text")
        about = {old: cast(column(new), "text") if who else no_respondent for new, old in self.who.items()}
        return {**keys, **about, "column": column_name, "value": value, "expected": expected}

    def _key_findings(self) -> Iterator[Finding]:
        names = list(self.schema)
        for key in self.by:
            if key not in self.schema:
                yield Finding("by", f"there is no column {quoted(key)}", one_of(names, key))
            elif key in RESERVED or ("__" in key and key.partition("__")[0] in self.model.by_id):
                yield Finding("by", f"{quoted(key)} is what a column of the results is called", "another name")
        for key, times in Counter(self.by).items():
            if times > 1:
                yield Finding("by", f"{quoted(key)} stands twice", "each column once")
        if not self.by:
            expected = "one of them, or by=[...] with the columns that tell assessments apart"
            yield Finding("columns", f"there is no column {' or '.join(KEYS)}", expected)
        for name in names:
            if name.startswith(OWN):
                problem = f"{quoted(name)} begins with {OWN}, as our own columns do"
                yield Finding("columns", problem, "another name")

    def _read(self, bindings: Bindings, scale: Scale, name: str) -> Formula:
        """Return the digit of an answer in a column; 0 where it is not valid on that scale."""
        if self.schema[name].is_numeric:
            tests = ["is_null", "is_nan"] if self.schema[name].is_float else ["is_null"]
            missing = [(bindings.let(Formula(test, (column(name),))), BLANK) for test in tests]
            filled = "filled_single" if self.schema[name].is_single else "filled"
            number = bindings.let(Formula(filled, (column(name),)))
            return first([*missing, (_can_be(scale, number), self._of_number(scale, number))], 0)
        text = self.text(bindings, name)
        digit = bindings.let(look_up(text, self._digits(scale), 0, BLANK))
        # Few answers are spelled otherwise, so the slow formula is only for these.
        return bindings.let(fallback(digit, text, self._with_care(scale, text)))

    def _with_care(self, scale: Scale, text: Formula) -> Formula:
        """Return the digit of an answer with spaces around its parts, or of a number; 0 where it is not valid."""
        clean = Formula("clean", (text,))
        digit = look_up(clean, self._digits(scale), 0)
        if not scale.has_bands:
            return digit
        is_number = Formula("is_number", (clean,))
        number = Formula("number", (if_else(is_number, clean, "0"),))
        return if_else(all_of(is_number, _can_be(scale, number)), self._of_number(scale, number), digit)

    def _digits(self, scale: Scale) -> dict[str, int]:
        """Return the digit of each usual spelling of an answer, except numbers."""
        digit = self.codes.digit
        return {
            **{stage: digit(i, i) for i, stage in enumerate(scale.ids)},
            "": BLANK,
            UNKNOWN.value: UNSURE,
            NOT_APPLICABLE.value: self.codes.not_applicable,
            **{
                f"{scale.ids[low]}..{scale.ids[high]}": digit(low, high)
                for high, below in enumerate(scale.below)
                for low in sorted(below)
            },
        }

    def _of_stage(self, position: Formula) -> Formula:
        return cast(position, self.codes.kind) * (self.codes.base + 1) + self.codes.digit(0, 0)

    def _of_number(self, scale: Scale, number: Formula) -> Formula:
        return self._of_stage(count(number * scale.sign > threshold for threshold in scale.thresholds))

    def text(self, bindings: Bindings, name: str) -> Formula:
        """Return a column as text."""
        return bindings.let(cast(column(name), "text"))


class LongResponses(Responses):
    """A table with a row for each rating."""

    def _coded(self) -> Sequence[Dimension]:
        return self.rated

    def _findings(self) -> Iterator[Finding]:
        for name in ("dimension", "rating"):
            kind = self.schema[name]
            if not (kind.is_text or (name == "rating" and kind.is_numeric)):
                yield Finding(name, f"holds values of type {kind.name}", "text")

    def _slot(self, bindings: Bindings) -> Formula:
        name = self.text(bindings, "dimension")
        slots = {dimension.id: slot for slot, dimension in enumerate(self.codes.dimensions, start=1)}
        number = bindings.let(look_up(name, slots, 0))
        normalised = look_up(Formula("key", (name,)), slots, 0)
        return bindings.let(bindings.let(fallback(number, name, normalised)) - 1)

    def _digit(self, bindings: Bindings) -> Formula:
        """Return the digit of the rating, on the scale of the dimension in its row."""
        slots: dict[Scale, list[int]] = {}
        for slot, dimension in enumerate(self.codes.dimensions):
            slots.setdefault(scale_of(dimension), []).append(slot)
        digits = {scale: bindings.let(self._read(bindings, scale, "rating")) for scale in slots}
        own_slot = self._slot(bindings)
        *others, last = slots
        cases = ((any_of(*(own_slot.equals(slot) for slot in slots[scale])), digits[scale]) for scale in others)
        return bindings.let(first(cases, digits[last]))

    def _is_foreign(self, bindings: Bindings) -> Condition:
        """Return the condition that the row is about another model."""
        return "model" in self.schema and ~self.text(bindings, "model").equals(self.model.id)

    def _numbers(self, bindings: Bindings, strict: bool) -> dict[str, Formula]:
        slot, digit, foreign = self._slot(bindings), self._digit(bindings), self._is_foreign(bindings)
        if strict:
            digit = if_else(digit.equals(BLANK), 0, digit) + self._refused(bindings, slot, digit, foreign)
        else:
            counts = all_of(slot >= 0, negate(foreign), ~digit.equals(BLANK))
            digit = if_else(counts, if_else(digit > 0, digit, UNSURE), 0)
        digit = bindings.let(cast(digit, "whole"))
        factors = [0, *map(self.codes.factor, self._slots())]
        number = bindings.let(digit * bindings.let(gather(slot + 1, factors)))
        words: dict[str, Formula] = {
            word: if_else(all_of(slot >= slots.start, negate(slot >= slots.stop)), number, 0)
            for word, slots in self.codes.words.items()
        }
        return {**words, "~answers": if_else(digit > 0, digit + ONE, 0)}

    def _refused(self, bindings: Bindings, slot: Formula, digit: Formula, foreign: Condition) -> Formula:
        """Return 0, or stop the engine at a row that is not a rating of the model."""
        wrong = [
            (foreign, self.text(bindings, "model") if foreign is not False else ""),
            (slot.equals(-1), self.text(bindings, "dimension")),
            (digit.equals(0), self.text(bindings, "rating")),
        ]
        return refuse(any_of(*(is_wrong for is_wrong, _ in wrong)), _refusal(self.model, "row"), first(wrong, ""))

    def _bad_answers(self) -> Frame:
        bindings = Bindings()
        keys = self._named(bindings)
        name, text = self.text(bindings, "dimension"), self.text(bindings, "rating")
        slot, digit, foreign = self._slot(bindings), self._digit(bindings), self._is_foreign(bindings)
        model = self.text(bindings, "model") if foreign is not False else ""
        leaves = str(one_of([dimension.id for dimension in self.rated]))
        wrong = [
            (digit.equals(0) & slot.equals(i), _expected(scale_of(d))) for i, d in enumerate(self.codes.dimensions)
        ]
        expected = first([(foreign, quoted(self.model.id)), (slot.equals(-1), leaves), *wrong], "")
        column_name = bindings.let(first([(foreign, "model"), (slot.equals(-1), "dimension")], name), "~column")
        value = bindings.let(first([(foreign, model), (slot.equals(-1), name)], text), "~value")
        expected = bindings.let(expected, "~expected")
        frame = bindings.on(self.frame, [*keys, "~column", "~value", "~expected"], self.schema)
        frame = frame.filter(~expected.equals(""))
        return frame.select(self._problem(self.who, column_name, value, expected))

    def repeated(self) -> Frame:
        """Return the dimensions that a respondent answers twice, as problems."""
        bindings = Bindings()
        keys = [*self._named(bindings), "dimension"]
        answered = ~self._digit(bindings).equals(BLANK)
        name = bindings.let(self.text(bindings, "dimension"), "~name")
        bindings.let(count([all_of(~self._slot(bindings).equals(-1), answered)]), "~answers")
        frame = bindings.on(self.frame, [*keys[:-1], "~name", "~answers"], self.schema)
        frame = frame.sums([*keys[:-1], "~name"], {"~answers": column("~answers")}).filter(column("~answers") > 1)
        return frame.select(self._problem(self.who, name, cast(column("~answers"), "text"), ONE_EACH))

    def once(self) -> Responses:
        """Return the table without the rows in which a respondent repeats an answer."""
        if "respondent" not in self.schema:
            # Without respondents, equal answers may come from several people.
            return self
        respondent = cast(column("respondent"), "text")
        is_named = first([(Formula("is_null", (respondent,)), 0), (respondent.equals(""), 0)], 1).equals(1)
        # The version is left out: it was checked before, and may be missing in some of two equal rows.
        rest = [name for name in self.schema if name in (*self.by, "respondent", "model")]
        answer: dict[str, Term] = {"dimension": Formula("key", (cast(column("dimension"), "text"),))}
        rating = column("rating")
        answer["rating"] = Formula("clean", (cast(rating, "text"),)) if self.schema["rating"].is_text else rating
        named, nameless = (
            each.extend(rest, answer, only=True)
            for each in (self.frame.filter(is_named), self.frame.filter(~is_named))
        )
        frame = named.distinct([*rest, *answer]).concat(nameless)
        return LongResponses(self.model, frame, self.by)


class WideResponses(Responses):
    """A table with a row for each respondent of an assessment, and a column for each dimension."""

    def _coded(self) -> Sequence[Dimension]:
        return [dimension for dimension in self.rated if dimension.id in self.schema]

    def _findings(self) -> Iterator[Finding]:
        known = [dimension.id for dimension in self.rated]
        has_ratings = any(name in known for name in self.schema)
        if not has_ratings and len(half := LONG & self.schema.keys()) == 1:
            (other,) = LONG - half
            problem = f"there is no column {other} beside {half.pop()}"
            yield Finding("columns", problem, "both, or a column for each dimension")
            return
        for name, kind in self.schema.items():
            if name in known and not (kind.is_text or kind.is_numeric):
                expected = "text, or numbers where the scale has bands"
                yield Finding(name, f"holds values of type {kind.name}", expected)
            elif name not in (*known, *self.by, *ABOUT) and not name.startswith(OWN):
                rest = ", or its name in by=[...], or no such column"
                problem = f"{quoted(name)} is not a dimension of {self.model.id} that is rated"
                yield Finding("columns", problem, one_of(known, name, rest))
        if not has_ratings:
            expected = "columns dimension and rating, or one for each dimension"
            yield Finding("columns", "there are no ratings", expected)

    def answers(self, bindings: Bindings, strict: bool) -> AnswerColumns:
        """Return the answers of the respondents, with a row for each of them."""
        if not (strict and self.frame.can_count_different):
            return super().answers(bindings, strict)
        # Each row holds all answers of a respondent, so nothing has to be grouped unless somebody has two rows.
        self._named(bindings)
        repeated = column("~respondents") > (column("~people") if self.who else 1)
        digits = self._digits_of_rows(bindings, strict)
        return AnswerColumns(
            self.frame,
            list(self.schema),
            digits,
            {"~respondents": constant(1) + self._refused(bindings, digits)},
            {"~people": "~who"} if self.who else {},
            repeated,
            is_by_assessment=False,
        )

    def _digits_of_rows(self, bindings: Bindings, strict: bool) -> list[Formula]:
        digits = [bindings.let(self._read(bindings, scale_of(d), d.id)) for d in self.codes.dimensions]
        return digits if strict else [bindings.let(if_else(digit > 0, digit, UNSURE)) for digit in digits]

    def _refused(self, bindings: Bindings, digits: Sequence[Formula]) -> Formula:
        """Return 0, or stop the engine at an answer that is not valid."""
        is_bad = [digit.equals(0) for digit in digits]
        texts = [self.text(bindings, dimension.id) for dimension in self.codes.dimensions]
        return refuse(any_of(*is_bad), _refusal(self.model, "rating"), first(zip(is_bad, texts, strict=True), ""))

    def _numbers(self, bindings: Bindings, strict: bool) -> dict[str, Formula]:
        small = self._digits_of_rows(bindings, strict)
        digits = [bindings.let(cast(if_else(digit.equals(BLANK), 0, digit), "whole")) for digit in small]
        words = {
            word: total(digits[slot] * self.codes.factor(slot) for slot in slots)
            for word, slots in self.codes.words.items()
        }
        refused = self._refused(bindings, small) if strict else 0
        return {**words, "~answers": total(digits) + count(digit > 0 for digit in digits) * ONE + refused}

    def _bad_answers(self) -> Frame:
        bindings = Bindings()
        keys = self._named(bindings)
        selections: list[dict[str, Term]] = []
        for slot, dimension in enumerate(self.codes.dimensions):
            digit = bindings.let(self._read(bindings, scale_of(dimension), dimension.id), f"~digit{slot}")
            text = bindings.let(cast(column(dimension.id), "text"), f"~text{slot}")
            expected = if_else(digit.equals(0), _expected(scale_of(dimension)), "")
            selections.append(self._problem(self.who, dimension.id, text, expected))
        wanted = [f"~{what}{slot}" for slot in self._slots() for what in ("digit", "text")]
        frame = bindings.on(self.frame, [*keys, *wanted], self.schema).unpivot(selections)
        return frame.filter(~column("expected").equals(""))

    def repeated(self) -> Frame:
        """Return the dimensions that a respondent answers twice, as problems."""
        return self._as_long().repeated()

    def once(self) -> Responses:
        """Return a long table without the rows in which a respondent repeats an answer."""
        return self._as_long().once()

    def _as_long(self) -> LongResponses:
        names = [name for name in dict.fromkeys((*self.by, *ABOUT)) if name in self.schema]
        about: dict[str, Term] = {name: column(name) for name in names}
        rows = []
        for dimension in self.codes.dimensions:
            text = cast(column(dimension.id), "text")
            if self.schema[dimension.id].is_float:
                text = if_else(Formula("is_nan", (column(dimension.id),)), "", text)
            rows.append({**about, "dimension": dimension.id, "rating": text})
        return LongResponses(self.model, self.frame.unpivot(rows), self.by)


def responses_of(model: Model, frame: Frame, by: str | Sequence[str] | None) -> Responses:
    """Return the table of ratings that a frame holds: long or wide, as its columns show.

    Args:
        model: The rated model.
        frame: The table.
        by: The columns that identify an assessment; by default `KEYS`, as far as they are there.

    Raises:
        AssessmentError: If its columns are not those of such a table.
    """
    schema = frame.schema
    form = LongResponses if set(schema) >= LONG else WideResponses
    return form(model, frame, keys_in(schema, by))


def keys_in(columns: Collection[str], by: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the columns that identify an assessment."""
    if by is None:
        return tuple(key for key in KEYS if key in columns)
    return (by,) if isinstance(by, str) else tuple(by)


def columns_read(columns: Collection[str], by: str | Sequence[str] | None) -> list[str]:
    """Return the columns to read: of a wide table all of them, as the id of a dimension may be misspelt."""
    keys = keys_in(columns, by)
    if not (set(columns) >= LONG and keys and set(keys) <= set(columns)):
        return list(columns)
    return [name for name in columns if name in (*keys, "respondent", "model", "version", "digest", *LONG)]


def _can_be(scale: Scale, number: Formula) -> Condition:
    """Return the condition that a number can be an answer."""
    if not scale.has_bands:
        return False
    lowest, highest = scale.typed
    return all_of(number >= lowest, ~(number > highest))


def _refusal(model: Model, what: str) -> str:
    return f"this {what} does not fit model {model.id} (problems lists all that do not): "


def _expected(scale: Scale) -> str:
    return str(one_of(scale.ids, rest=other_answers(scale)))
