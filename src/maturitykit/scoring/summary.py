"""What a page or a report tells of a result, in words and in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from maturitykit.assessment.ratings import Rating
from maturitykit.definition import Model
from maturitykit.definition.dimension import Dimension
from maturitykit.definition.issue import Issue
from maturitykit.scoring.scores import Score, describe
from maturitykit.words import phrase

if TYPE_CHECKING:
    from maturitykit.scoring.result import Result
    from maturitykit.scoring.roadmap import Improvement

#: Longer chains make bars that nobody can count.
LONGEST_BAR = 12


def about(result: Result) -> str:
    """Whom or what a result is of, and of when; empty if it does not say."""
    return " · ".join(part for part in (result.subject, str(result.date or "")) if part)


def respondent_names(result: Result) -> tuple[str, ...]:
    """Everybody who said anything, in the order of the answers."""
    ratings = (item for leaf in result.leaves for item in leaf.inputs if isinstance(item, Rating))
    return tuple(dict.fromkeys(rating.respondent for rating in ratings))


def shortened_list(names: Sequence[str], most: int = 4) -> str:
    """Names in a sentence, no more than a few."""
    shown, more = ", ".join(names[:most]), len(names) - most
    return phrase("{names} and {more} more", names=shown, more=more) if more > 0 else shown


def scored_by(result: Result) -> str:
    """By which rule, and from how many respondents."""
    rule, people = phrase(result.scorer), len(respondent_names(result))
    if people < 2:
        return phrase("Scored by {rule}.", rule=rule)
    return phrase(
        "Scored by {rule}; {people} respondents, consensus by {consensus}.",
        rule=rule, people=people, consensus=phrase(result.consensus),
    )  # fmt: skip


def headline(result: Result) -> str:
    """The outcome in a few words."""
    text = describe(result.outcome)
    if result.stage is None and not result.outcome.not_applicable:
        return phrase("A profile, without an overall stage: {found}", found=text)
    return text


def capitalized(text: str) -> str:
    """The text with a capital."""
    return text[:1].upper() + text[1:]


def with_depths(model: Model) -> Iterator[tuple[Dimension, int]]:
    """The dimensions below the outcome, with how deep each stands."""
    waiting = [(dimension, 0) for dimension in reversed(model.dimensions)]
    while waiting:
        dimension, depth = waiting.pop()
        yield dimension, depth
        waiting += [(child, depth + 1) for child in reversed(dimension.children)]


def found(score: Score) -> str:
    """The stage of a dimension in a few words; empty where nothing is combined."""
    if score.not_applicable:
        return phrase("not applicable")
    return score._no_stage_reason or score.brief


def bar(score: Score) -> str:
    """Return a character for each stage of a chain: reached, likely, possible, ruled out.

    Blocks stand for what was measured, circles for what was derived; empty where there is no such bar.
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
    """The weakest dimensions, where there are others that are stronger."""
    weakest = result.weakest
    return () if len(weakest) == len(result.leaves) else weakest


def descriptor_at(score: Score) -> str:
    """What the model says of the dimension at its likely stage."""
    stage = score.stage and score.stage.likely
    return score.dimension.descriptors.get(stage.id, "") if stage else ""


def change(step: Improvement) -> str:
    """From where to where a dimension has to be raised."""
    return phrase("{start} → {to}", start=step.start.name if step.start else phrase("open"), to=step.to.name)


def split_issues(result: Result) -> tuple[list[Issue], list[Issue]]:
    """The issues, and apart from them the small disagreements, as there may be many."""
    small = [i for i in result.issues if (i.code, i.severity) == ("disagreement", "info")]
    return [i for i in result.issues if i not in small], small
