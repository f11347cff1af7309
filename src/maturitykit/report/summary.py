"""The summary of a result, in sentences for readers in a hurry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from maturitykit.comparison.movement import Comparison
from maturitykit.comparison.sentences import outcome_notes
from maturitykit.comparison.translation import Translation
from maturitykit.definition.model import Model
from maturitykit.definition.names import names_of as distinct_names
from maturitykit.report.nodes import Block, Bullet, Bullets, Paragraph, Section
from maturitykit.scoring.issues import SPLIT
from maturitykit.scoring.result import Result
from maturitykit.scoring.roadmap import Roadmap
from maturitykit.scoring.scores import Score
from maturitykit.scoring.summary import (
    capitalized,
    headline,
    lagging,
    respondent_names,
    shortened_list,
    split_issues,
)
from maturitykit.words import Words


def summary(
    result: Result,
    routes: Sequence[Roadmap],
    translations: Sequence[Translation],
    comparison: Comparison | None,
    say: Words,
) -> Section:
    """Return the section with the outcome, its bounds, and the main points."""
    points = [*_points(result, routes, say)]
    if comparison:
        points.append(_moved(comparison, say))
    for translation in translations:
        found = say(headline(translation))
        texts = [say("In {model}: {found}. Derived, not measured.", model=translation.model.title, found=found)]
        texts += [f"{capitalized(say(text))}." for text in outcome_notes(translation)]
        points.append(" ".join(texts))
    blocks: list[Block] = [*headline_blocks(result, say), Bullets(map(Bullet, points))]
    warnings = [issue for issue in split_issues(result)[0] if issue.severity == "warning"]
    if warnings:
        names = names_of(result, say)
        lines = [Bullet(f"{names[issue.where]}: {say(issue.message)}") for issue in warnings]
        heading = Paragraph(say("Before you rely on this"), "heading")
        return Section(say("Summary"), [*blocks, heading, Bullets(lines)])
    return Section(say("Summary"), blocks)


def names_of(result: Result, say: Words) -> dict[str, str]:
    """Return the names of the dimensions by their ids, made distinct where some are equal."""
    return distinct_names(result.model) | {"outcome": say("overall")}


def headline_blocks(result: Result, say: Words) -> list[Block]:
    """Return what the outcome rests on most, in one sentence, and then its bounds."""
    return [Paragraph(result.robustness().sentence(say.language), "lead"), Paragraph(outcome(result, say))]


def outcome(result: Result, say: Words) -> str:
    """Return the outcome with its bounds, in one or two plain sentences."""
    who, scale, stage = result.subject or say("The organisation"), result.model.outcome, result.stage
    if result.outcome.not_applicable:
        return say("The model does not apply to {who}.", who=who)
    if stage is None or scale is None:
        return _profile(result, who, say)
    low, likely, high = stage.low.name, stage.likely and stage.likely.name, stage.high.name
    parts = {"who": who, "low": low, "likely": likely, "high": high}
    if likely is None:
        first = say("Nothing known so far makes a stage likely for {who}.", **parts)
        return f"{first} {say('It may be anything from “{low}” to “{high}”.', **parts)}"
    if low == high:
        return f"{say('{who} is at “{likely}”.', **parts)} {_why_certain(result, say)}"
    first = say("{who} is most likely at “{likely}”.", **parts)
    if likely == low:
        bounds = say("It cannot be lower; open questions could raise it to “{high}”.", **parts)
    elif likely == high:
        bounds = say("It cannot be higher; open questions could lower it to “{low}”.", **parts)
    else:
        bounds = say("Open questions leave room from “{low}” to “{high}”.", **parts)
    return f"{first} {bounds}"


def _why_certain(result: Result, say: Words) -> str:
    if result.coverage == 1:
        return say("Everything that counts is answered.")
    return say("No answer to an open question can change that.")


def _profile(result: Result, who: str, say: Words) -> str:
    stages = [score.stage.likely for score in result.leaves if score.stage and score.stage.likely]
    order = {stage.id: i for scale in result.model.scales.values() for i, stage in enumerate(scale.stages)}
    counted = Counter(stages)
    counts = ", ".join(
        say("{count} at {stage}", count=counted[stage], stage=stage.name)
        for stage in sorted(counted, key=lambda stage: order[stage.id])
    )
    first = say("The model gives no overall stage; {who} has a profile.", who=who)
    return f"{first} {say('Of {total} dimensions: {listed}.', total=len(result.leaves), listed=counts)}"


def name_of(model: Model) -> str:
    """Return the title of a model with its id and version."""
    return f"{model.title} ({model.id} {model.version})"


def listed(names: Sequence[str], say: Words, most: int = 4) -> str:
    """Return at most so many names in a sentence, and the number of the others."""
    return say(shortened_list(names, most))


def _points(result: Result, routes: Sequence[Roadmap], say: Words) -> Iterator[str]:
    stage = result.stage and result.stage.likely
    if stage and stage.summary:
        yield say("What “{stage}” means: {text}", stage=stage.name, text=stage.summary)
    people = len(respondent_names(result))
    if people > 1:
        yield say("{share:.0%} of the model is answered, by {people} respondents.", share=result.coverage,
                  people=people)  # fmt: skip
    else:
        yield say("{share:.0%} of the model is answered.", share=result.coverage)
    names = names_of(result, say)
    if scores := disputed(result):
        yield say("Respondents differ on {some} of {all} dimensions.", some=len(scores), all=len(result.leaves))
    if still_open := [names[score.dimension.id] for score in result.leaves if score.is_open]:
        yield say("Still open: {names}.", names=listed(still_open, say))
    if weakest := lagging(result):
        likely = weakest[0].stage and weakest[0].stage.likely
        lowest = listed([names[score.dimension.id] for score in weakest], say)
        yield say("Weakest: {names} ({stage}).", names=lowest, stage=likely.name if likely else "")
    for route in routes:
        if route.improvements is None:
            yield say("{stage} is out of reach: what it requires is not applicable.", stage=route.stage.name)
        elif route.improvements:
            steps = listed([names[step.dimension.id] for step in route.improvements], say)
            yield say("To reach “{stage}”, raise: {names}.", stage=route.stage.name, names=steps)
    if split := [names[score.dimension.id] for score in disputed(result) if is_split(score)]:
        yield say("Respondents are split on {names}: talk this through before using the result.",
                  names=listed(split, say))  # fmt: skip


def disputed(result: Result) -> list[Score]:
    """Return the scores of dimensions that respondents rate differently, least agreement first."""
    return sorted(
        (s for s in result.leaves if s.disagreement and s.disagreement.low != s.disagreement.high),
        key=lambda score: score.disagreement.agreement if score.disagreement else 1,
    )


def is_split(score: Score) -> bool:
    """Return whether respondents are closer to a split than to agreement."""
    return score.disagreement is not None and score.disagreement.agreement < SPLIT


def _moved(comparison: Comparison, say: Words) -> str:
    directions = Counter(moved.direction for moved in comparison.values() if moved.dimension.is_leaf)
    counts = ", ".join(
        say("{count} {direction}", count=directions[direction], direction=say(direction))
        for direction in ("up", "down", "sideways", "same", "unknown")
        if directions[direction]
    )
    before = str(comparison.before.date or say("the earlier assessment"))
    return say("Since {before}: {listed}.", before=before, listed=counts)
