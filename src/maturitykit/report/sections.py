"""The middle sections of a report: profile, weakest dimensions, disagreement, roadmap and movement."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import Any

from maturitykit import figures
from maturitykit.assessment.keys import key
from maturitykit.assessment.ratings import Rating, ReadAnswer, is_known, read_answer
from maturitykit.comparison.derived import DerivedScore
from maturitykit.comparison.movement import Comparison, derivation_note, respondents_note
from maturitykit.definition import Scale
from maturitykit.definition.fields import OUTCOME
from maturitykit.figures import NARROW, WIDE
from maturitykit.report.nodes import (
    Block,
    Bullet,
    Bullets,
    Cell,
    Details,
    Figure,
    Number,
    Paragraph,
    Row,
    Section,
    Table,
)
from maturitykit.report.summary import disputed, is_split, listed, names_of
from maturitykit.scoring.explain import rating_line
from maturitykit.scoring.result import Result
from maturitykit.scoring.roadmap import MOST_SETS as SEARCH_LIMIT, Roadmap, Spared
from maturitykit.scoring.scores import Score
from maturitykit.scoring.summary import (
    bar,
    descriptor_at,
    improvement_in_words,
    lagging,
    number_in_words,
    respondent_names,
    stage_in_words,
    subject_and_date,
    with_depths,
)
from maturitykit.words import Words

#: Most disputed dimensions that are listed with their comments, and most comments on each.
MOST_COMMENTS = 8
#: Most alternative routes to a stage that are listed.
MOST_ALTERNATIVES = 3
#: Most of the weakest dimensions of which it is told why they can stay where they are.
MOST_SPARED = 3


def figure(draw: Callable[..., str], thing: Any, say: Words, title: str, caption: str = "") -> Iterator[Figure]:
    """Yield a figure in both widths, or nothing if it does not suit the model."""
    if wide := draw(thing, WIDE, say.language):
        yield Figure(title, wide, draw(thing, NARROW, say.language), caption)


def anchor(result: Result, id: str) -> str:
    """Return the id of the details on a score within a report."""
    return f"why-{result.model.id}-{id}"


def profile(result: Result, say: Words) -> Section:
    """Return the section with every dimension and its span, as figures and as a table."""
    dots = say(
        "A dot is what is likely. A bar runs from the lowest to the highest possible stage, whatever the open "
        "questions turn out to be."
    )
    blocks: list[Block] = [
        *figure(figures.quadrant, result, say, say("Where it stands")),
        *figure(figures.ladder, result, say, say("Stages and what they require")),
        *figure(figures.profile, result, say, say("Profile"), dots),
        scores_table(result, say),
    ]
    area = say("Its area depends on the order of the axes and means nothing: read each axis by itself.")
    if shape := list(figure(figures.radar, result, say, say("Radar"), area)):
        blocks.append(Details(say("The same as a radar"), shape))
    return Section(say("Profile"), blocks)


def scores_table(result: Result, say: Words) -> Table:
    """Return a table with a row for each score: its stage, its basis, and a link to its derivation."""
    head = (
        ["dimension", "stage, if the links hold", "number", "covered", "links"]
        if result.is_derived
        else ["dimension", "stage", "number", "answered", "respondents"]
    )
    scores = [(result.outcome, say("overall"), 0)]
    scores += [(result[dimension.id], dimension.name, depth) for dimension, depth in with_depths(result.model)]
    has_numbers = any(score.value for score, _, _ in scores)
    if not has_numbers:
        head.remove("number")
    rows = [
        Row(_score_cells(score, name, say, has_numbers), depth, anchor(result, score.dimension.id), bar(score))
        for score, name, depth in scores
    ]
    legend = ""
    if any(row.bar for row in rows):
        legend = say(
            "If the links hold: ● at least  ◐ likely  ○ possible  · ruled out"
            if result.is_derived
            else "█ reached  ▓ likely  ░ possible  · not reached"
        )
    return Table(map(say, head), rows, say("Scores: {title}", title=result.model.title), legend)


def _score_cells(score: Score, name: str, say: Words, has_numbers: bool) -> tuple[Cell, ...]:
    last = say(score.rests_on) if isinstance(score, DerivedScore) else Number(score.respondents)
    number = [say(number_in_words(score))] if has_numbers else []
    return name, say(stage_in_words(score)), *number, Number(score.coverage, "0%"), last


def weakest(result: Result, say: Words) -> Iterator[Section]:
    """Yield the section on the weakest dimensions, with the texts of the model on their stages."""
    scores = lagging(result)
    if scores:
        names = names_of(result, say)
        rows = [
            Row(
                (names[s.dimension.id], say(stage_in_words(s)), descriptor_at(s)),
                0,
                anchor(result, s.dimension.id),
            )
            for s in scores
        ]
        head = say("dimension"), say("stage"), say("what that looks like")
        yield Section(say("Weakest dimensions"), [_table(head, rows, say("Weakest dimensions"))])


def _table(head: Sequence[str], rows: Sequence[Row], title: str) -> Table:
    """Return a table without its last column if that is empty because the model has no such texts."""
    if any(row.cells[-1] for row in rows):
        return Table(head, rows, title)
    return Table(head[:-1], [row._replace(cells=row.cells[:-1]) for row in rows], title)


def disagreement(result: Result, say: Words) -> Iterator[Section]:
    """Yield the section on where respondents differ, least agreement first, as the agenda of a workshop."""
    people = respondent_names(result)
    if len(people) < 2:
        return
    scores = disputed(result)
    blocks: list[Block] = [*figure(figures.heatmap, result, say, say("What each respondent said"))]
    if not scores:
        blocks.insert(0, Paragraph(say("Respondents agree on every dimension.")))
        yield Section(say("Where respondents differ"), blocks)
        return
    names = names_of(result, say)
    split = [names[score.dimension.id] for score in scores if is_split(score)]
    lead = say("Respondents differ on {some} of {all} dimensions.", some=len(scores), all=len(result.leaves))
    if split:
        lead += " " + say("They are split on {names}: start there.", names=listed(split, say))
    lead += " " + say(
        "Where they differ they may know different things, or mean different things by the same words."
    )
    head = "dimension", "lowest", "highest", "agreement"
    rows = [
        Row((names[score.dimension.id], *_ends(score, say)), 0, anchor(result, score.dimension.id))
        for score in scores
    ]
    blocks = [Paragraph(lead), Table(map(say, head), rows, say("Agenda for a workshop")), *blocks]
    blocks.append(
        Paragraph(say("Agreement runs from 0 (split between both ends of the scale) to 1 (all alike)."), "quiet")
    )
    for score in scores[:MOST_COMMENTS]:
        comments = [item for item in score.inputs if isinstance(item, Rating) and item.comment]
        if comments:
            lines = [say(rating_line(item, score.dimension.scale)) for item in comments[:MOST_COMMENTS]]
            title = say("What they say about {name}", name=names[score.dimension.id])
            blocks.append(Details(title, [Bullets(map(Bullet, lines))]))
    yield Section(say("Where respondents differ: agenda for a workshop"), blocks)


def _ends(score: Score, say: Words) -> tuple[Cell, ...]:
    split, scale = score.disagreement, score.dimension.scale
    assert split is not None
    assert scale is not None
    who: dict[str, list[str]] = {split.low.id: [], split.high.id: []}
    for item in score.inputs:
        if isinstance(item, Rating) and is_known(item):
            who.setdefault(_likely(scale, item), []).append(item.respondent or say("someone"))
    ends = [f"{stage.name} ({listed(who[stage.id], say)})" for stage in (split.low, split.high)]
    return *ends, Number(split.agreement, "0.00")


def _likely(scale: Scale, rating: Rating) -> str:
    """Return the id of the stage that a known rating holds likely."""
    read = read_answer(scale, rating.answer)
    assert isinstance(read, ReadAnswer)
    return scale.ids[read.likely]


def road(result: Result, routes: Sequence[Roadmap], say: Words) -> Iterator[Section]:
    """Yield the section on what a target or the next stage requires, with the guidance of the model."""
    blocks: list[Block] = []
    names = names_of(result, say)
    for route in routes:
        blocks += _route(route, names, say)
    blocks += _guidance(result, names, say)
    if targets := [issue for issue in result.issues if issue.code == "target"]:
        blocks.append(Paragraph(say("Targets"), "heading"))
        blocks.append(Bullets(Bullet(f"{names[issue.where]}: {say(issue.message)}") for issue in targets))
    if result.stage and result.model.outcome and not blocks:
        blocks.append(Paragraph(say("There is no higher stage to aim for.")))
    if blocks:
        yield Section(say("Gaps and roadmap"), blocks)


def _route(route: Roadmap, names: Mapping[str, str], say: Words) -> Iterator[Block]:
    stage = route.stage.name
    if route.improvements is None:
        yield Paragraph(say("{stage} is out of reach: what it requires is not applicable.", stage=stage))
        return
    if not route.improvements:
        yield Paragraph(say("{stage} is reached.", stage=stage))
        return
    title = say("What is needed for {stage}", stage=stage)
    yield Paragraph(title, "heading")
    head = "dimension", "from → to", "what this looks like"
    rows = [
        Row(
            (
                names[step.dimension.id],
                say(improvement_in_words(step)),
                step.dimension.descriptors.get(step.to.id, ""),
            )
        )
        for step in route.improvements
    ]
    yield _table([*map(say, head)], rows, title)
    yield from _of_the_road(route, names, say)
    if route.alternatives:
        lines = [
            Bullet("; ".join(f"{names[step.dimension.id]}: {say(improvement_in_words(step))}" for step in steps))
            for steps in route.alternatives[:MOST_ALTERNATIVES]
        ]
        if (more := len(route.alternatives) - MOST_ALTERNATIVES) > 0:
            is_complete = len(route.alternatives) + 1 < SEARCH_LIMIT
            lines.append(Bullet(say("and {more} more" if is_complete else "and at least {more} more", more=more)))
        yield Details(say("Other ways to get there"), [Bullets(lines)])


def _of_the_road(route: Roadmap, names: Mapping[str, str], say: Words) -> Iterator[Block]:
    """Yield what is known of a set of improvements: its order, what it holds under, and whom it spares."""
    if route.improvements and len(route.improvements) > 1:
        order = (
            say("The order is free: the outcome moves only when all of them are made.")
            if route.order_is_free
            else say("In this order each step brings the outcome furthest.")
        )
        yield Paragraph(order, "quiet")
    enough = say("Open dimensions count as lowest, so that this is enough whatever they turn out to be.")
    yield Paragraph(enough, "quiet")
    if route.within_a_quarter is not None:
        holds = (
            say("It is enough under all weights up to a quarter lower or higher too.")
            if route.within_a_quarter
            else say("It is not enough under all weights up to a quarter lower or higher.")
        )
        yield Paragraph(holds, "quiet")
    elsewhere = {step.dimension.id for steps in route.alternatives for step in steps}
    lines = [
        say(
            "{name} is among the weakest, but can stay at {stage}: {why}.",
            name=names[each.dimension.id],
            stage=each.stage.name,
            why=_why_spared(each, elsewhere, say),
        )
        for each in route.spared[:MOST_SPARED]
    ]
    if (more := len(route.spared) - MOST_SPARED) > 0:
        lines.append(say("and {more} more", more=more))
    if lines:
        yield Bullets(map(Bullet, lines))


def _why_spared(spared: Spared, elsewhere: Container[str], say: Words) -> str:
    if spared.dimension.id in elsewhere:
        return say("raising it is part of another way to get there")
    if spared.moves_alone:
        return say("raising it alone changes the overall stage, but is not needed for this")
    return say("raising it alone does not change the overall stage")


def _guidance(result: Result, names: Mapping[str, str], say: Words) -> Iterator[Block]:
    """Yield the guidance of the model for the present stages."""
    stage = result.stage and (result.stage.likely or result.stage.low)
    advice = [
        (topic.name, topic.texts[stage.id]) for topic in result.model.guidance if stage and stage.id in topic.texts
    ]
    for score in result.leaves:
        likely = score.stage and score.stage.likely
        advice += [
            (f"{names[score.dimension.id]}: {topic.name}", topic.texts[likely.id])
            for topic in score.dimension.guidance
            if likely and likely.id in topic.texts
        ]
    if advice:
        yield Paragraph(say("What the model says to do now"), "heading")
        lines = (f"{name} {text}" if name.endswith("?") else f"{name}: {text}" for name, text in advice)
        yield Bullets(map(Bullet, lines))


#: Words for a change over time, and for a difference between subjects.
_CHANGES = {"up": "↑ up", "down": "↓ down", "sideways": "↔ sideways", "same": "= same", "unknown": "? unknown"}
_DIFFERENCES = {"up": "↑ higher", "down": "↓ lower", "sideways": "↔ elsewhere"}


def movement(comparison: Comparison, say: Words) -> Section:
    """Return the section on what moved since an earlier result, or differs between two subjects."""
    names = say("before"), say("after")
    before, after = (
        subject_and_date(r) or name for r, name in zip((comparison.before, comparison.after), names, strict=True)
    )
    is_in_time = key(comparison.before.subject) == key(comparison.after.subject)
    words = _CHANGES if is_in_time else _CHANGES | _DIFFERENCES
    rows = [Row(_row_cells(comparison, OUTCOME, say("overall"), words, say))] if comparison.after.stage else []
    for dimension, depth in with_depths(comparison.after.model):
        rows.append(Row(_row_cells(comparison, dimension.id, dimension.name, words, say), depth))
    title = say("Movement: {before} to {after}", before=before, after=after)
    note = say("Likely: open questions could explain it.")
    has_open = any(moved.direction != "unknown" and not moved.certain for moved in comparison.values())
    ends = names if is_in_time else (before, after)
    head = say("dimension"), *ends, say("change" if is_in_time else "difference")
    blocks: list[Block] = [
        *figure(figures.movement, comparison, say, title),
        Table(head, rows, title),
        *([Paragraph(note, "quiet")] if has_open else ()),
        *(Paragraph(say(text)) for text in (derivation_note(comparison), respondents_note(comparison)) if text),
        Bullets(map(Bullet, _what_holds(comparison, say))),
    ]
    heading = (
        say("What moved since {before}", before=str(comparison.before.date or before))
        if is_in_time
        else say("{after}, compared with {before}", before=before, after=after)
    )
    return Section(heading, blocks)


def _what_holds(comparison: Comparison, say: Words) -> Iterator[str]:
    """Yield which movements hold under other weights, for other distances, and among the same respondents."""
    moved = [id for id, movement in comparison.items() if movement.direction in ("up", "down", "sideways")]
    if not moved:
        return
    names = names_of(comparison.after, say)

    def those_of(holds: Mapping[str, bool | None]) -> str:
        others = [names[id] for id in moved if not holds[id]]
        if len(others) == len(moved):
            return say("no movements")
        return (
            say("all movements except those of {names}", names=listed(others, say))
            if others
            else say("all movements")
        )

    yield say(
        "With weights up to a quarter lower or higher, even different ones for each result, {which} are certain "
        "to stay the same.",
        which=those_of(comparison.holds_within()),
    )
    yield say(
        "For any distances between the stages, {which} are certain to stay the same.",
        which=those_of(comparison.holds_for_any_distances()),
    )
    same = comparison.among_the_same()
    if same is not None and respondents_note(comparison):
        yield say(
            "Among those who answered both times, {which} are the same.",
            which=those_of({id: same[id].direction == comparison[id].direction for id in moved}),
        )


def _row_cells(
    comparison: Comparison, id: str, name: str, words: Mapping[str, str], say: Words
) -> tuple[Cell, ...]:
    moved = comparison[id]
    if moved.dimension.scale is None:
        return name, "", "", ""
    ends = (say(result[id].brief or "not applicable") for result in (comparison.before, comparison.after))
    direction = say(words[moved.direction])
    certainty = say("whatever the open answers") if moved.certain else say("likely")
    return name, *ends, direction if moved.direction == "unknown" else f"{direction}, {certainty}"
