"""Ratings of respondents, and assessments made of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date as Date
from enum import StrEnum
from math import isnan
from typing import Any, NamedTuple, TypeAlias

from attrs import evolve, field, frozen

from maturitykit.assessment.keys import key
from maturitykit.definition import Scale, Stage
from maturitykit.definition.fields import Items, TupleOf, held_to_types
from maturitykit.definition.numbers import typed_text
from maturitykit.errors import AssessmentError, Finding, one_of, quoted

_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?([eE]-?[0-9]{1,3})?")


class NoStage(StrEnum):
    """Answers without a stage, which differ from a blank and from the lowest stage."""

    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


#: The respondent does not know: the dimension may be at any stage.
UNKNOWN = NoStage.UNKNOWN
#: The dimension does not apply to the subject: it takes no part.
NOT_APPLICABLE = NoStage.NOT_APPLICABLE

#: A stage, its id, a range of ids ("a..b"), a number, one of the two above, or blank.
Answer: TypeAlias = str | float | Stage | None


@frozen
class Rating:
    """The answer of one respondent for one dimension.

    Args:
        dimension: Id of the dimension; a leaf, or ``outcome`` for an overall stage that is
            rated directly.
        answer: A stage by its id, a range ``a..b``, a number where the scale has bands (in its unit; a share
            from 0 to 1 where it names none), ``unknown``, ``not_applicable``, or blank, as by default. Files call
            it the rating.
        respondent: Name of the respondent; may stay empty when there is only one.
        comment: Reason for the answer.
        evidence: Proof of it, or where to find it.
        location: Location in its file ("line 4"), for messages.
    """

    dimension: str = field(converter=key)
    answer: Answer = None
    respondent: str = ""
    comment: str = ""
    evidence: str = ""
    location: str = field(default="", eq=False, repr=False)


def _under_first_spelling(ratings: Items[Rating] | Iterator[Rating]) -> tuple[Rating, ...]:
    """Give respondents whose names look alike the first of their spellings."""
    items = TupleOf[Rating](ratings)
    if not isinstance(items, tuple) or not all(isinstance(rating, Rating) for rating in items):
        # The check of types of the field refuses these.
        return items
    first: dict[str, str] = {}
    spellings = {name: first.setdefault(key(name), name) for name in dict.fromkeys(r.respondent for r in items)}
    if len(first) == len(spellings):
        return items
    return tuple(
        rating if spellings[rating.respondent] == rating.respondent
        else evolve(rating, respondent=spellings[rating.respondent])
        for rating in items
    )  # fmt: skip


@frozen(field_transformer=held_to_types(AssessmentError))
class Assessment:
    """Ratings of one subject on one model at one date, by one or more respondents.

    Respondents whose names look alike are one, under the first spelling.

    Args:
        model: Id of the model.
        ratings: The ratings, in any order.
        subject: Person, team or organisation that is assessed.
        date: Date of the assessment.
        version: Version of the model, if the ratings are meant for a certain one.
        digest: The model's `Model.digest`, if the ratings come from a form.
        location: Path of its file ("acme.csv"), for messages.
        remarks: Findings on how it was read that do not prevent its use, such as columns that were
            ignored.
    """

    model: str = field(converter=key)
    ratings: tuple[Rating, ...] = field(converter=_under_first_spelling)
    subject: str = ""
    date: Date | None = None
    version: str = ""
    digest: str = ""
    location: str = field(default="", eq=False, repr=False)
    remarks: tuple[Finding, ...] = field(default=(), converter=TupleOf[Finding], eq=False, repr=False)


class ReadAnswer(NamedTuple):
    """An answer as positions on its scale."""

    low: int
    likely: int
    high: int


def ratings_of(answers: Mapping[str, Answer | Rating | Sequence[Answer | Rating]]) -> list[Rating]:
    """Return answers by dimension as ratings; NaN, which pandas uses for missing values, is a blank.

    In a list, the first answer is that of the respondent "1", the second that of "2", and so on.

    Raises:
        AssessmentError: If a rating is listed under another dimension than its own.
    """
    ratings: list[Rating] = []
    misplaced: list[Finding] = []
    for id, answer in answers.items():
        # A text is a sequence too, but not one of answers.
        several = isinstance(answer, (list, tuple))
        listed: Iterable[tuple[object, Any]] = enumerate(answer, start=1) if several else [("", answer)]  # type: ignore[arg-type]
        for respondent, each in listed:
            rating = (
                each if isinstance(each, Rating) else Rating(id, None if _is_nan(each) else each, str(respondent))
            )
            ratings.append(rating)
            if rating.dimension != id:
                problem = f"holds a rating of {quoted(rating.dimension)}"
                misplaced.append(Finding(id, problem, "a rating of that dimension itself"))
    if misplaced:
        raise AssessmentError("the ratings stand under the wrong dimensions", misplaced)
    return ratings


def _is_nan(answer: object) -> bool:
    return isinstance(answer, float) and isnan(answer)


def is_blank(rating: Rating) -> bool:
    """Return whether a rating has no answer; it may have a comment or evidence."""
    answer = rating.answer
    return answer is None or (isinstance(answer, str) and not key(answer))


def says_something(rating: Rating) -> bool:
    """Return whether a rating has an answer, a comment or evidence."""
    return not is_blank(rating) or bool(rating.comment.strip() or rating.evidence.strip())


def count_once(
    ratings: Iterable[Rating],
    conflict: Callable[[Rating, Rating], object],
    again: Callable[[Rating], object] = lambda rating: None,
) -> list[Rating]:
    """Leave out repeated answers of a respondent, and blanks beside an answer; keep their comments and evidence.

    Ratings without a respondent may come from several people, so only blanks are left out among them.

    Args:
        ratings: Ratings in their order.
        conflict: Called with a rating and an earlier one that has another answer.
        again: Called with a rating that repeats an earlier answer.
    """
    kept: dict[tuple[str, str], Rating] = {}
    for rating in ratings:
        cell = key(rating.respondent), rating.dimension
        other = kept.setdefault(cell, rating)
        if other is rating:
            continue
        if not (is_blank(rating) or is_blank(other)):
            if not cell[0] or _answer(rating) != _answer(other):
                conflict(rating, other)
                continue
            again(rating)
        first, second = (rating, other) if is_blank(other) and not is_blank(rating) else (other, rating)
        more = {name: _joined(getattr(first, name), getattr(second, name)) for name in ("comment", "evidence")}
        kept[cell] = evolve(first, **more)
    return list(kept.values())


def _answer(rating: Rating) -> Answer:
    answer = rating.answer.id if isinstance(rating.answer, Stage) else rating.answer
    return answer.strip() if isinstance(answer, str) else answer


def _joined(*texts: str) -> str:
    return "\n".join(dict.fromkeys(filter(None, map(str.strip, texts))))


def is_known(rating: Rating) -> bool:
    """Return whether a rating has a stage, a range or a number: it is not blank, unknown or not applicable."""
    answer = rating.answer
    if isinstance(answer, str):
        return answer.strip() not in ("", UNKNOWN, NOT_APPLICABLE)
    return answer is not None


def read_answer(scale: Scale, answer: Answer) -> ReadAnswer | NoStage | Finding:
    """Return an answer as positions or as ``NoStage``, ``UNKNOWN`` for a blank; a finding if it is invalid."""
    if isinstance(answer, Stage):
        answer = answer.id
    if isinstance(answer, str):
        return _read_text(scale, answer.strip())
    if answer is None:
        return UNKNOWN
    if isinstance(answer, (float, int)) and not isinstance(answer, bool):
        return _read_number(scale, answer, repr(answer))
    return _wrong(scale, answer)


def _read_text(scale: Scale, text: str) -> ReadAnswer | NoStage | Finding:
    if text in scale.positions:
        position = scale.positions[text]
        return ReadAnswer(position, position, position)
    if not text:
        return UNKNOWN
    if text in (UNKNOWN, NOT_APPLICABLE):
        return NoStage(text)
    low, dots, high = (part.strip() for part in text.partition(".."))
    if dots:
        return _read_range(scale, text, low, high)
    return _read_number(scale, text, text)


def _read_range(scale: Scale, text: str, low: str, high: str) -> ReadAnswer | Finding:
    if not (low and high):
        return Finding("", f"the range {quoted(text)} lacks an end", "the lower and the higher stage, as in a..b")
    for end in (low, high):
        if end not in scale.positions:
            problem = f"{quoted(end)} in the range {quoted(text)} is not a stage of the scale {quoted(scale.id)}"
            return Finding("", problem, one_of(scale.ids, end))
    bottom, top = scale.positions[low], scale.positions[high]
    if not scale.at_least(top, bottom):
        expected = (
            f'the lower stage first, as in "{high}..{low}"' if scale.is_chain else "a stage and one above it"
        )
        return Finding("", f"the range {quoted(text)} does not rise", expected)
    # On a partial order there is no middle between two stages.
    return ReadAnswer(bottom, (bottom + top) // 2 if scale.is_chain else bottom, top)


def _read_number(scale: Scale, answer: str | float, text: str) -> ReadAnswer | Finding:
    """Return a number, which may be followed by the unit of the scale, as a position."""
    number = text.removesuffix(scale.unit).rstrip() if scale.unit else text
    if not (scale.has_bands and _NUMBER.fullmatch(number)):
        return _wrong(scale, answer)
    lowest, highest = scale.typed
    if not lowest <= float(number) <= highest:
        return Finding("", f"the number {text} is out of range", numbers_expected(scale))
    position = scale.order.stage_of(scale.position_of(float(number)))
    return ReadAnswer(position, position, position)


def numbers_expected(scale: Scale) -> str:
    """Return which numbers can be answers on a scale with bands."""
    return typed_text(scale) + (", where 1 is 100 % and no code of a stage" if scale.has_shares else "")


def other_answers(scale: Scale) -> str:
    """Return which answers there are besides the ids of stages, as messages list them."""
    number = "a share such as 0.85" if scale.has_shares else numbers_expected(scale)
    return f"{f', {number}' * scale.has_bands}, a range a..b, unknown, not_applicable or nothing"


def _wrong(scale: Scale, answer: object) -> Finding:
    expected = one_of(scale.ids, answer, other_answers(scale))
    return Finding("", f"{quoted(answer)} is not a stage of the scale {quoted(scale.id)}", expected)
