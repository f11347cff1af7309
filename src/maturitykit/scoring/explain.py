"""Derivations: how a score follows from its inputs, as a tree of text."""

from __future__ import annotations

from collections.abc import Iterator

from maturitykit.assessment.ratings import Rating
from maturitykit.definition import Stage
from maturitykit.scoring.result import Score, describe
from maturitykit.words import phrase

_CONSENSUS = {
    "median": "lower median of {count} ratings",
    "mean": "mean of {count} ratings",
    "weakest": "lowest of {count} ratings",
    "envelope": "envelope of {count} ratings",
}


def explain(score: Score) -> str:
    """The derivation of a score, down to what each respondent said."""
    return "\n".join(_lines(score, "", ""))


def _lines(score: Score, head: str, indent: str) -> Iterator[str]:
    yield f"{head}{derived(score)}"
    last = len(score.inputs) - 1
    for i, item in enumerate(score.inputs):
        branch, below = ("└─ ", "   ") if i == last else ("├─ ", "│  ")
        if isinstance(item, Rating):
            yield f"{indent}{branch}{said(item)}"
        elif isinstance(item, Score):
            yield from _lines(item, indent + branch, indent + below)
        else:
            yield f"{indent}{branch}{item.describe()}"
            yield from _lines(item.source, f"{indent}{below}└─ ", f"{indent}{below}   ")


def derived(score: Score) -> str:
    """A score in one line, with the rule and the number of what it follows from."""
    parts = {"name": _in_one_line(score.dimension.name), "found": describe(score), "because": _because(score)}
    return phrase("{name}: {found}{because}", **parts)


def said(rating: Rating) -> str:
    """A rating in one line: who says what, and why."""
    answer = rating.answer
    text = answer.id if isinstance(answer, Stage) else phrase("no answer") if answer in (None, "") else answer
    who = f"{_in_one_line(rating.respondent)}: " if rating.respondent else ""
    comment = f" ({_in_one_line(rating.comment)})" if rating.comment else ""
    return phrase("{who}{answer}{comment}", who=who, answer=text, comment=comment)


def _because(score: Score) -> str:
    count = len(score.inputs)
    if score.not_applicable or not count:
        return ""
    if isinstance(score.inputs[0], Rating):
        known = score.respondents
        how = phrase(_CONSENSUS[score.rule], count=known)
        return phrase(", {how}", how=how) if known > 1 else ""
    if not isinstance(score.inputs[0], Score):
        return phrase(", from {count} links", count=count) if count > 1 else ""
    if score.position is None:
        return phrase(", {count} parts, not combined", count=count)
    equal = len(set(score.weights)) == 1
    weights = "" if equal else phrase(", weights {weights}", weights=" : ".join(map(str, score.weights)))
    parts = {"rule": phrase(score.rule), "count": count, "weights": weights, "number": _number(score)}
    return phrase(", {rule} of {count}{weights}{number}", **parts)


def _number(score: Score) -> str:
    """The index, where a rule of numbers made it and so the stage does not say it all."""
    if score.index is None or score.index.likely is None:
        return ""
    position = score.position and score.position.likely
    if position is None or position == int(position):
        return ""
    return phrase(" = {index:.2f} of 1", index=score.index.likely)


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
