"""Responses: a table of ratings, in either form, as a few whole numbers for each respondent.

An answer is a digit: its lowest and its highest stage, or that it says nothing, or that the
dimension does not apply.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from maturitykit.assessment.ratings import NOT_APPLICABLE, UNKNOWN
from maturitykit.definition import Dimension, Model, Scale
from maturitykit.definition.scale import SHARES
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

#: What makes an assessment one, as far as a table has it.
KEYS = ("subject", "date")
#: What a table of responses may tell beside that.
ABOUT = ("respondent", "comment", "evidence", "model", "version", "digest")

#: The columns by which a table is long.
LONG = {"dimension", "rating"}

#: Columns of results, problems, distributions and ranks, which no key can be called.
RESERVED = {
    *("dimension", "rating", "column", "value", "expected", "model", "version"),
    *(f"{what}_{end}" for what in ("stage", "index") for end in ("low", "likely", "high")),
    *("coverage", "respondents", "disagreement_low", "disagreement_high", "agreement", "not_applicable"),
    *("stage", "subjects", "known", "share", "others", "percentile", "refused", "inferable"),
}

#: The digits of an answer that says nothing, and of a cell without any. What is no answer is 0.
UNSURE, BLANK = 1, 2
#: What is expected where not an answer is wrong, but that there are others beside it.
ONE_EACH = "one answer, not as many as the value says"
ONE_OF_BOTH = "either the overall stage or the dimensions"

#: By what one knows that the answers of a respondent are to be looked at, and those that are equal to be left out.
TWICE = "a respondent rates a dimension"

#: The place of the number of answers, beside the sum of their digits.
ONE = 2**32


class AnswerColumns(NamedTuple):
    """What the respondents say: rows that add up to those of assessments.

    Args:
        frame: A row for each respondent of each assessment.
        given: The names of its columns.
        digits: The digit of each dimension, in the order of the slots.
        sums: What else is to be summed, ``respondents`` among it.
        different: Columns whose different values are to be counted, by what that is to be called.
        is_repeated: Where a respondent answers twice, as the sums tell it.
        is_by_assessment: Whether each assessment has one row as it is.
    """

    frame: Frame
    given: Sequence[str]
    digits: Sequence[Formula]
    sums: Mapping[str, Formula]
    different: Mapping[str, str]
    is_repeated: Condition
    is_by_assessment: bool


class Responses(ABC):
    """A table of ratings of a model.

    Args:
        model: What is rated.
        frame: The table.
        by: The columns that make an assessment one.
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
        """The columns that make an assessment one, by what they are called while it is scored."""
        return keys_of(self.by)

    @property
    def who(self) -> dict[str, str]:
        """The column of respondents likewise; none if each assessment has only one."""
        return {"~who": "respondent"} if "respondent" in self.schema and "respondent" not in self.by else {}

    def by_respondent(self, strict: bool) -> Frame:
        """A row for each respondent of each assessment, with the numbers that hold their answers.

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
        """What the respondents say, each on a row of their own.

        Args:
            bindings: Where the digits are read, from the columns of the frame.
            strict: Whether a bad answer stops everything; else it counts as blank.
        """
        slots, answers = self._slots(), column("~answers")
        digits = [bindings.let(self.codes.read(slot)) for slot in slots]
        # A sum of distinct digits is what its digits are; a repeated one leaves fewer, or is carried over.
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
        """All that is wrong, a row each: its keys, column, value, and what was expected."""
        return self._bad_answers().concat(self.repeated()).concat(self._overruled())

    @abstractmethod
    def once(self) -> Responses:
        """The same as a long table, in which a respondent gives equal answers once."""

    @abstractmethod
    def _findings(self) -> Iterator[Finding]:
        """What is wrong with its columns."""

    @abstractmethod
    def _coded(self) -> Sequence[Dimension]:
        """The dimensions that it can hold ratings of."""

    @abstractmethod
    def _numbers(self, bindings: Bindings, strict: bool) -> dict[str, Formula]:
        """For each row its part of the numbers of a respondent, and of the number of answers."""

    @abstractmethod
    def _bad_answers(self) -> Frame:
        """The problems that are seen in a row alone."""

    @abstractmethod
    def repeated(self) -> Frame:
        """The dimensions that a respondent answers twice, as problems."""

    def _overruled(self) -> Frame:
        """The assessments that rate the outcome and its parts."""
        bindings = Bindings()
        says = [bindings.let(self.codes.read(slot)) >= self.codes.not_applicable for slot in self._slots()]
        parts = [s for s, d in zip(says, self.codes.dimensions, strict=True) if d is not self.model.root]
        outcome = [s for s in says if s not in parts]
        keys = list(self.keys)
        bindings.let(count([any_of(*outcome)]), "outcome")
        bindings.let(count([any_of(*parts)]), "parts")
        given = [*keys, *self.who, *self.codes.words]
        frame = bindings.on(self.by_respondent(strict=False), [*keys, "outcome", "parts"], given)
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

    def _problem(self, who: Mapping[str, str], where: Term, value: Term, expected: Term) -> dict[str, Term]:
        """The columns of a problem, on a frame with the keys."""
        keys = {old: column(new) for new, old in self.keys.items()}
        nobody: Term = null("text")
        about = {old: cast(column(new), "text") if who else nobody for new, old in self.who.items()}
        return {**keys, **about, "column": where, "value": value, "expected": expected}

    def _key_findings(self) -> Iterator[Finding]:
        here = list(self.schema)
        for key in self.by:
            if key not in self.schema:
                yield Finding("by", f"there is no column {quoted(key)}", one_of(here, key))
            elif key in RESERVED or ("__" in key and key.partition("__")[0] in self.model.by_id):
                yield Finding("by", f"{quoted(key)} is what a column of the results is called", "another name")
        for key, times in Counter(self.by).items():
            if times > 1:
                yield Finding("by", f"{quoted(key)} stands twice", "each column once")
        if not self.by:
            expected = "one of them, or by=[...] with the columns that tell assessments apart"
            yield Finding("columns", f"there is no column {' or '.join(KEYS)}", expected)
        for name in here:
            if name.startswith(OWN):
                problem = f"{quoted(name)} begins with {OWN}, as our own columns do"
                yield Finding("columns", problem, "another name")

    def _read(self, bindings: Bindings, scale: Scale, name: str) -> Formula:
        """The digit of an answer in a column; 0 where it is none on that scale."""
        if self.schema[name].is_numeric:
            tests = ["is_null", "is_nan"] if self.schema[name].is_float else ["is_null"]
            missing = [(bindings.let(Formula(test, (column(name),))), BLANK) for test in tests]
            filled = "filled_single" if self.schema[name].is_single else "filled"
            share = bindings.let(Formula(filled, (column(name),)))
            return first([*missing, (_is_share(scale, share), self._of_share(scale, share))], 0)
        text = self.text(bindings, name)
        found = bindings.let(look_up(text, self._digits(scale), 0, BLANK))
        # Few answers are written otherwise: only these have to be read with care.
        return bindings.let(fallback(found, text, self._with_care(scale, text)))

    def _with_care(self, scale: Scale, text: Formula) -> Formula:
        """The digit of an answer with spaces around its parts, or of a share; 0 where it is none."""
        clean = Formula("clean", (text,))
        digit = look_up(clean, self._digits(scale), 0)
        if not scale.cuts:
            return digit
        is_number = Formula("is_number", (clean,))
        share = Formula("number", (if_else(is_number, clean, "0"),))
        return if_else(all_of(is_number, _is_share(scale, share)), self._of_share(scale, share), digit)

    def _digits(self, scale: Scale) -> dict[str, int]:
        """The digit of each answer but a share, as it is usually written."""
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

    def _of_share(self, scale: Scale, share: Formula) -> Formula:
        return self._of_stage(count(share > edge for edge in scale._edges))

    def text(self, bindings: Bindings, name: str) -> Formula:
        """A column as text."""
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
        found = bindings.let(look_up(name, slots, 0))
        spelled = look_up(Formula("key", (name,)), slots, 0)
        return bindings.let(bindings.let(fallback(found, name, spelled)) - 1)

    def _digit(self, bindings: Bindings) -> Formula:
        """The digit of the rating, on the scale of the dimension in its row."""
        slots: dict[Scale, list[int]] = {}
        for slot, dimension in enumerate(self.codes.dimensions):
            slots.setdefault(scale_of(dimension), []).append(slot)
        digits = {scale: bindings.let(self._read(bindings, scale, "rating")) for scale in slots}
        at = self._slot(bindings)
        *some, last = slots
        cases = ((any_of(*(at.equals(slot) for slot in slots[scale])), digits[scale]) for scale in some)
        return bindings.let(first(cases, digits[last]))

    def _is_foreign(self, bindings: Bindings) -> Condition:
        """Where the row is about another model."""
        return "model" in self.schema and ~self.text(bindings, "model").equals(self.model.id)

    def _numbers(self, bindings: Bindings, strict: bool) -> dict[str, Formula]:
        slot, digit, foreign = self._slot(bindings), self._digit(bindings), self._is_foreign(bindings)
        if strict:
            digit = if_else(digit.equals(BLANK), 0, digit) + self._refused(bindings, slot, digit, foreign)
        else:
            counts = all_of(slot >= 0, negate(foreign), ~digit.equals(BLANK))
            digit = if_else(counts, if_else(digit > 0, digit, UNSURE), 0)
        digit = bindings.let(cast(digit, "whole"))
        places = [0, *map(self.codes.factor, self._slots())]
        number = bindings.let(digit * bindings.let(gather(slot + 1, places)))
        words: dict[str, Formula] = {
            word: if_else(all_of(slot >= slots.start, negate(slot >= slots.stop)), number, 0)
            for word, slots in self.codes.words.items()
        }
        return {**words, "~answers": if_else(digit > 0, digit + ONE, 0)}

    def _refused(self, bindings: Bindings, slot: Formula, digit: Formula, foreign: Condition) -> Formula:
        """Nothing but 0, or else the engine stops as a row is none of a rating of the model."""
        wrong = [
            (foreign, self.text(bindings, "model") if foreign is not False else ""),
            (slot.equals(-1), self.text(bindings, "dimension")),
            (digit.equals(0), self.text(bindings, "rating")),
        ]
        return refuse(any_of(*(where for where, _ in wrong)), _refusal(self.model, "row"), first(wrong, ""))

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
        where = bindings.let(first([(foreign, "model"), (slot.equals(-1), "dimension")], name), "~column")
        value = bindings.let(first([(foreign, model), (slot.equals(-1), name)], text), "~value")
        expected = bindings.let(expected, "~expected")
        frame = bindings.on(self.frame, [*keys, "~column", "~value", "~expected"], self.schema)
        frame = frame.filter(~expected.equals(""))
        return frame.select(self._problem(self.who, where, value, expected))

    def repeated(self) -> Frame:
        """The dimensions that a respondent answers twice, as problems."""
        bindings = Bindings()
        keys = [*self._named(bindings), "dimension"]
        says = ~self._digit(bindings).equals(BLANK)
        name = bindings.let(self.text(bindings, "dimension"), "~name")
        bindings.let(count([all_of(~self._slot(bindings).equals(-1), says)]), "~answers")
        frame = bindings.on(self.frame, [*keys[:-1], "~name", "~answers"], self.schema)
        frame = frame.sums([*keys[:-1], "~name"], {"~answers": column("~answers")}).filter(column("~answers") > 1)
        return frame.select(self._problem(self.who, name, cast(column("~answers"), "text"), ONE_EACH))

    def once(self) -> Responses:
        """The same without the rows in which a respondent gives an answer again."""
        if "respondent" not in self.schema:
            # Equal answers may be of several people.
            return self
        says = cast(column("respondent"), "text")
        is_named = first([(Formula("is_null", (says,)), 0), (says.equals(""), 0)], 1).equals(1)
        # Versions were looked at before, and some rows may name none.
        rest = [name for name in self.schema if name in (*self.by, "respondent", "model")]
        spelled: dict[str, Term] = {"dimension": Formula("key", (cast(column("dimension"), "text"),))}
        rating = column("rating")
        spelled["rating"] = Formula("clean", (cast(rating, "text"),)) if self.schema["rating"].is_text else rating
        named, nameless = (
            each.extend(rest, spelled, only=True)
            for each in (self.frame.filter(is_named), self.frame.filter(~is_named))
        )
        frame = named.distinct([*rest, *spelled]).concat(nameless)
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
                expected = "text, or shares where the scale has cut points"
                yield Finding(name, f"holds values of type {kind.name}", expected)
            elif name not in (*known, *self.by, *ABOUT) and not name.startswith(OWN):
                rest = ", or its name in by=[...], or no such column"
                problem = f"{quoted(name)} is not a dimension of {self.model.id} that is rated"
                yield Finding("columns", problem, one_of(known, name, rest))
        if not has_ratings:
            expected = "columns dimension and rating, or one for each dimension"
            yield Finding("columns", "there are no ratings", expected)

    def answers(self, bindings: Bindings, strict: bool) -> AnswerColumns:
        """What the respondents say, each on a row of their own."""
        if not (strict and self.frame.can_count_different):
            return super().answers(bindings, strict)
        # Each row is a respondent's, so that there is nothing to bring together if nobody has two.
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
        """Nothing but 0, or else the engine stops as an answer is none."""
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
        """The dimensions that a respondent answers twice, as problems."""
        return self._as_long().repeated()

    def once(self) -> Responses:
        """The same as a long table, without the rows in which a respondent gives an answer again."""
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
    """Return the table of ratings that a frame holds, in the form that its columns tell.

    Args:
        model: What is rated.
        frame: The table.
        by: The columns that make an assessment one; by default `KEYS`, as far as they are there.

    Raises:
        AssessmentError: If its columns are not those of such a table.
    """
    schema = frame.schema
    form = LongResponses if set(schema) >= LONG else WideResponses
    return form(model, frame, keys_in(schema, by))


def keys_in(columns: Collection[str], by: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the columns that make an assessment one."""
    if by is None:
        return tuple(key for key in KEYS if key in columns)
    return (by,) if isinstance(by, str) else tuple(by)


def columns_read(columns: Collection[str], by: str | Sequence[str] | None) -> list[str]:
    """Return the columns that matter: of a long table not all; of a wide one all, as each may be misspelt."""
    keys = keys_in(columns, by)
    if not (set(columns) >= LONG and keys and set(keys) <= set(columns)):
        return list(columns)
    return [name for name in columns if name in (*keys, "respondent", "model", "version", "digest", *LONG)]


def _is_share(scale: Scale, share: Formula) -> Condition:
    return all_of(bool(scale.cuts), share >= SHARES[0], ~(share > SHARES[1]))


def _refusal(model: Model, what: str) -> str:
    return f"this {what} does not fit model {model.id} (problems lists all that do not): "


def _expected(scale: Scale) -> str:
    share = ", a share such as 0.85" if scale.cuts else ""
    return str(one_of(scale.ids, rest=f"{share}, a range a..b, unknown, not_applicable or nothing"))
