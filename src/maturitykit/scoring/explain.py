"""Derivations: how a score follows from its inputs, as a tree of text."""

from __future__ import annotations

from collections.abc import Iterator

from maturitykit.assessment.ratings import Rating
from maturitykit.definition import Stage
from maturitykit.scoring.result import Score, describe

_CONSENSUS = {
    "median": "lower median",
    "mean": "mean",
    "weakest": "lowest",
    "envelope": "envelope",
}


def explain(score: Score) -> str:
    """The derivation of a score, down to what each respondent said."""
    return "\n".join(_lines(score, "", ""))


def _lines(score: Score, head: str, indent: str) -> Iterator[str]:
    yield f"{head}{_in_one_line(score.dimension.name)}: {describe(score)}{_because(score)}"
    last = len(score.inputs) - 1
    for i, item in enumerate(score.inputs):
        branch, below = ("└─ ", "   ") if i == last else ("├─ ", "│  ")
        if isinstance(item, Rating):
            yield f"{indent}{branch}{_in_one_line(_said(item))}"
        elif isinstance(item, Score):
            yield from _lines(item, indent + branch, indent + below)
        else:
            yield f"{indent}{branch}{item.describe()}"
            yield from _lines(item.source, f"{indent}{below}└─ ", f"{indent}{below}   ")


def _because(score: Score) -> str:
    count = len(score.inputs)
    if score.not_applicable or not count:
        return ""
    if isinstance(score.inputs[0], Rating):
        known = score.respondents
        return f", {_CONSENSUS[score.rule]} of {known} ratings" if known > 1 else ""
    if not isinstance(score.inputs[0], Score):
        return f", from {count} links" if count > 1 else ""
    if score.position is None:
        return f", {count} parts, not combined"
    equal = len(set(score.weights)) == 1
    weights = "" if equal else f", weights {' : '.join(map(str, score.weights))}"
    return f", {score.rule} of {count}{weights}{_number(score)}"


def _number(score: Score) -> str:
    """The index, where a rule of numbers made it and so the stage does not say it all."""
    if score.index is None or score.index.likely is None:
        return ""
    position = score.position and score.position.likely
    if position is None or position == int(position):
        return ""
    return f" = {score.index.likely:.2f} of 1"


def _said(rating: Rating) -> str:
    answer = rating.answer
    text = answer.id if isinstance(answer, Stage) else "no answer" if answer in (None, "") else str(answer)
    who = f"{rating.respondent}: " if rating.respondent else ""
    return f"{who}{text}" + (f" ({rating.comment})" if rating.comment else "")


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
