"""Parts of the summary of a result, which pages, reports and figures share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from maturitykit.assessment.ratings import Rating
from maturitykit.definition import Model
from maturitykit.definition.dimension import Dimension
from maturitykit.definition.issue import Issue
from maturitykit.definition.numbers import number_text, of_best, rounded
from maturitykit.scoring.scores import Score, describe
from maturitykit.words import phrase

if TYPE_CHECKING:
    from maturitykit.scoring.result import Result
    from maturitykit.scoring.roadmap import Improvement

#: Most stages in a bar; the characters of a longer one cannot be counted at a glance.
LONGEST_BAR = 12


def subject_and_date(result: Result) -> str:
    """Return the subject and the date of a result in one line; empty if it has neither."""
    return " · ".join(part for part in (result.subject, str(result.date or "")) if part)


def respondent_names(result: Result) -> tuple[str, ...]:
    """Return the names of all respondents, in the order of their answers."""
    ratings = (item for leaf in result.leaves for item in leaf.inputs if isinstance(item, Rating))
    return tuple(dict.fromkeys(rating.respondent for rating in ratings))


def shortened_list(names: Sequence[str], most: int = 4) -> str:
    """Return names for use in a sentence; after the first few, only the number of the others."""
    shown, more = ", ".join(names[:most]), len(names) - most
    return phrase("{names} and {more} more", names=shown, more=more) if more > 0 else shown


def scored_by(result: Result) -> str:
    """Return a sentence on the rule and, if there are several, the number of respondents and their consensus."""
    rule, people = phrase(result.scorer), len(respondent_names(result))
    if people < 2:
        return phrase("Scored by {rule}.", rule=rule)
    return phrase(
        "Scored by {rule}; {people} respondents, consensus by {consensus}.",
        rule=rule, people=people, consensus=phrase(result.consensus),
    )  # fmt: skip


def headline(result: Result) -> str:
    """Return the outcome in a few words."""
    text = describe(result.outcome)
    if result.stage is None and not result.outcome.not_applicable:
        return phrase("A profile, without an overall stage: {found}", found=text)
    return text


def capitalized(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]


def with_depths(model: Model) -> Iterator[tuple[Dimension, int]]:
    """Yield the dimensions below the outcome, each with its depth, from 0."""
    return ((dimension, depth - 1) for dimension, depth in model.root._walk_with_depth() if depth)


def stage_in_words(score: Score) -> str:
    """Return the stage of a dimension in a few words, or why there is none; empty if nothing is combined."""
    if score.not_applicable:
        return phrase("not applicable")
    return score._no_stage_reason or score.brief


def number_in_words(score: Score) -> str:
    """Return the number of a score in its unit; empty if it has none."""
    scale, value = score.dimension.scale, score.value
    if scale is None or value is None:
        return ""
    if value.low == value.high:
        return of_best(scale, value.low, score.highest_possible)
    # The unit is told once, at the end.
    parts = {"low": rounded(scale, value.low), "high": number_text(scale, value.high)}
    if value.likely is None:
        return phrase("{low:.12g} to {high}", **parts)
    return phrase("{likely:.12g} ({low:.12g} to {high})", likely=rounded(scale, value.likely), **parts)


def bar(score: Score) -> str:
    """Return a character for each stage of a chain: reached, likely, possible, ruled out.

    Blocks stand for measured scores, circles for derived ones. Empty if a bar cannot be drawn.
    """
    scale, position = score.dimension.scale, score.position
    if scale is None or position is None or not scale.is_chain or len(scale.stages) > LONGEST_BAR:
        return ""
    likely = position.low if position.likely is None else position.likely
    cells = tuple(zip("●◐○" if score.is_derived else "█▓░", (position.low, likely, position.high), strict=True))
    return "".join(
        next((cell for cell, reached in cells if scale.at_least(reached, stage)), "·")
        for stage in range(len(scale.stages))
    )


def lagging(result: Result) -> Sequence[Score]:
    """Return the weakest dimensions; none if all are equally weak."""
    weakest = result.weakest
    return () if len(weakest) == len(result.leaves) else weakest


def descriptor_at(score: Score) -> str:
    """Return the model's text on a dimension at its likely stage; empty if there is none."""
    stage = score.stage and score.stage.likely
    return score.dimension.descriptors.get(stage.id, "") if stage else ""


def improvement_in_words(step: Improvement) -> str:
    """Return the present and the needed stage of an improvement: ``basic → good``."""
    return phrase("{start} → {to}", start=step.start.name if step.start else phrase("open"), to=step.to.name)


def split_issues(result: Result) -> tuple[list[Issue], list[Issue]]:
    """Return the issues, and separately the small disagreements, as there may be many."""
    small = [i for i in result.issues if (i.code, i.severity) == ("disagreement", "info")]
    return [i for i in result.issues if i not in small], small
