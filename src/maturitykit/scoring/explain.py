"""Derivations: how a score follows from its inputs, as a tree of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from maturitykit.assessment.ratings import NOT_APPLICABLE, UNKNOWN, Rating
from maturitykit.definition import Scale, Stage
from maturitykit.definition.numbers import of_best
from maturitykit.scoring.scores import Score, describe
from maturitykit.words import Phrase, phrase

_CONSENSUS = {
    "median": "lower median of {count} ratings",
    "mean": "mean of {count} ratings",
    "weakest": "lowest of {count} ratings",
    "envelope": "envelope of {count} ratings",
}


class DerivationLine(NamedTuple):
    """A line of a derivation, and the lines that it follows from.

    Args:
        text: The line; a phrase if it can be translated.
        below: The lines that it follows from.
    """

    text: str
    below: tuple[DerivationLine, ...] = ()


class Branch(Protocol):
    """A text with more texts below it."""

    @property
    def text(self) -> str:
        """The text itself."""

    @property
    def below(self) -> Sequence[Branch]:
        """The texts below it."""


def explain(score: Score, say: Callable[[str], str] = str) -> str:
    """Return the derivation of a score as a tree of text, down to each respondent's answer.

    Args:
        score: Any score of a result.
        say: Function that puts a phrase into a language; by default into English.
    """
    lines = branched(inputs_of(score, is_deep=True))
    return "\n".join([say(score_line(score)), *(branch + say(text) for branch, text in lines)])


def branched(items: Sequence[Branch], indent: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts of a tree from the top, each after the drawn branch that leads to it."""
    for i, item in enumerate(items, start=1):
        branch, below = ("└─ ", "   ") if i == len(items) else ("├─ ", "│  ")
        yield indent + branch, item.text
        yield from branched(item.below, indent + below)


def inputs_of(score: Score, *, is_deep: bool = False, most: int | None = None) -> tuple[DerivationLine, ...]:
    """Return the lines that a score follows from: the remarks on it, and each of its inputs.

    Args:
        score: Any score of a result.
        is_deep: Whether the inputs of the inputs are listed too, down to the ratings.
        most: Most ratings to list one by one; of more ratings, each answer is listed with its count.
    """
    return tuple(_inputs_of(score, is_deep, most))


def _inputs_of(score: Score, is_deep: bool, most: int | None) -> Iterator[DerivationLine]:
    yield from map(DerivationLine, score.remarks)
    scale = score.dimension.scale
    ratings = [item for item in score.inputs if isinstance(item, Rating)]
    if most is not None and len(ratings) > most:
        for answer, count in Counter(item.answer for item in ratings).most_common():
            named = rating_line(Rating(score.dimension.id, answer), scale)
            yield DerivationLine(phrase("{count} respondents: {answer}", count=count, answer=named))
    for item in score.inputs:
        if isinstance(item, Rating):
            if most is None or len(ratings) <= most:
                evidence = [DerivationLine(phrase("evidence: {what}", what=_in_one_line(item.evidence)))]
                yield DerivationLine(rating_line(item, scale), tuple(evidence if item.evidence else ()))
        elif isinstance(item, Score):
            yield _derivation(item, is_deep, most)
        else:
            yield DerivationLine(item.describe(), (_derivation(item.source, is_deep, most),))


def _derivation(score: Score, is_deep: bool, most: int | None) -> DerivationLine:
    return DerivationLine(score_line(score), tuple(_inputs_of(score, is_deep, most)) if is_deep else ())


def score_line(score: Score) -> str:
    """Return a score in one line, with its rule and the number of its inputs."""
    parts = {"name": _in_one_line(score.dimension.name), "found": describe(score), "because": rule_clause(score)}
    return phrase("{name}: {found}{because}", **parts)


def rating_line(rating: Rating, scale: Scale | None = None) -> str:
    """Return a rating in one line: respondent, answer and comment; with a scale, in the names of its stages."""
    answer = rating.answer
    text = answer.id if isinstance(answer, Stage) else phrase("no answer") if answer in (None, "") else answer
    if scale is not None and isinstance(text, str) and not isinstance(text, Phrase):
        text = _in_stage_names(text.strip(), scale)
    who = f"{_in_one_line(rating.respondent)}: " if rating.respondent else ""
    comment = f" ({_in_one_line(rating.comment)})" if rating.comment else ""
    return phrase("{who}{answer}{comment}", who=who, answer=text, comment=comment)


def _in_stage_names(answer: str, scale: Scale) -> str:
    """Return an answer with the names of stages in place of their ids; a share stays as it is."""
    names = {stage.id: stage.name for stage in scale.stages}
    low, dots, high = (part.strip() for part in answer.partition(".."))
    if dots and low in names and high in names:
        return phrase("{low} to {high}", low=names[low], high=names[high])
    words = {str(UNKNOWN): phrase("does not know"), str(NOT_APPLICABLE): phrase("not applicable")}
    return names.get(answer) or words.get(answer) or answer


def rule_clause(score: Score) -> str:
    """Return the rule of a score and the number of its inputs; empty if it is a single answer."""
    # Parts of weight 0 are shown, but not scored.
    count = sum(map(bool, score.weights)) or len(score.inputs)
    if score.not_applicable or not count:
        return ""
    if isinstance(score.inputs[0], Rating):
        known = score.respondents
        how = phrase(_CONSENSUS[score.rule], count=known)
        return phrase(", {how}", how=how) if known > 1 else ""
    if not isinstance(score.inputs[0], Score):
        count = sum(not isinstance(item, Score) for item in score.inputs)
        return phrase(", from {count} links", count=count) if count > 1 else ""
    if score.position is None:
        return phrase(", {count} parts, not combined", count=count)
    equal = len({*score.weights} - {0}) == 1
    weights = "" if equal else phrase(", weights {weights}", weights=" : ".join(map(str, score.weights)))
    parts = {"rule": phrase(score.rule), "count": count, "weights": weights, "number": _number(score)}
    return phrase(", {rule} of {count}{weights}{number}", **parts)


def _number(score: Score) -> str:
    """Return the number of a score, of as much as there can be; empty if it is a stage without a number."""
    scale, position = score.dimension.scale, score.position
    if scale is None or position is None or position.likely is None or not scale.is_chain:
        return ""
    if score.value is None and position.likely == int(position.likely):
        return ""
    number = of_best(scale, scale.number_at(position.likely), score.highest_possible)
    return phrase(" = {number}", number=number)


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
