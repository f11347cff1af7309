"""The end of a report: how it was made, what is our reading, and how each number follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from maturitykit.assessment.ratings import Rating
from maturitykit.comparison.derived import Use
from maturitykit.comparison.sentences import how_reversed
from maturitykit.comparison.translation import Translation
from maturitykit.definition import Model, Reading
from maturitykit.report.nodes import Block, Bullet, Bullets, Details, Paragraph, Section
from maturitykit.report.sections import anchor
from maturitykit.report.summary import listed, names_of
from maturitykit.scoring.explain import because, derived, said
from maturitykit.scoring.result import Result
from maturitykit.scoring.scores import Score, describe
from maturitykit.scoring.telling import found, grave_and_small, how_scored
from maturitykit.words import Words

#: Of more respondents than these, a derivation counts what they said.
MOST_RATINGS = 30

_RULES = {
    "weakest": "Rule “weakest”: a dimension is as far as the weakest of its parts.",
    "median": "Rule “median”: a dimension is at the highest stage that over half of its parts, by weight, reach.",
    "mean": "Rule “mean”: a dimension is at the weighted mean of its parts; steps between stages count as equal.",
    "staged": "Rule “staged”: a stage is reached when all that it and all lower stages require is there.",
    "profile": "Rule “profile”: nothing is combined; each dimension speaks for itself.",
}
_CONSENSUS = {
    "median": "Consensus “median”: of several respondents, the lower median of what they say.",
    "mean": "Consensus “mean”: of several respondents, the mean of what they say.",
    "weakest": "Consensus “weakest”: of several respondents, the lowest that one of them says.",
    "envelope": "Consensus “envelope”: of several respondents, from the lowest to the highest that they say.",
}


_PARTS = {
    "outcome": "the overall stage",
    "scorers": "the rules",
    "scales": "the stages",
    "dimensions": "the dimensions",
    "gates": "what stages require",
    "guidance": "the guidance",
    "notes": "the notes",
    "tags": "the tags",
    "kinds": "the kinds of notes",
    "title": "the title",
}


def method(result: Result, translations: Sequence[Translation], say: Words) -> Section:
    """By which rules, from which source, and what else is to know."""
    points = [say(how_scored(result))]
    points += [say(text) for text in (_RULES.get(result.scorer), _CONSENSUS[result.consensus]) if text]
    points += [
        say("Every score is a span. An open question widens it and never counts as the lowest stage. The "
            "bounds are exact."),
        say("Answered is the weighted share of the questions that somebody answered, or called not applicable."),
    ]  # fmt: skip
    if translations:
        points.append(
            say("Covered is how much of a dimension links speak to, as far as what they read is answered.")
        )
    if text := how_reversed(translations):
        points.append(say(text))
    others, small = grave_and_small(result)
    names = names_of(result, say)
    infos = [
        Bullet(f"{names[i.where]}: {say(i.message)}")
        for i in others
        if i.severity == "info" and i.code != "target"
    ]
    if small:
        where = ", ".join(names[issue.where] for issue in small)
        infos.append(Bullet(say("respondents differ somewhat on {where}", where=where)))
    blocks: list[Block] = [Bullets(map(Bullet, points))]
    if infos:
        blocks += [Paragraph(say("Also to know"), "heading"), Bullets(infos)]
    blocks.append(Paragraph(say("Sources"), "heading"))
    models = {model.id: model for model in (result.model, *(t.model for t in translations))}
    blocks.append(Bullets(_source(model, say) for model in models.values()))
    return Section(say("Method and sources"), blocks)


def _source(model: Model, say: Words) -> Bullet:
    source = model.source
    facts = [source.title, source.publisher, source.author, source.date, source.url]
    below = [Bullet(", ".join(fact for fact in facts if fact))] if any(facts) else []
    below += [Bullet(source.note)] if source.note else []
    return Bullet(f"{model.title} ({model.id} {model.version})", below)


def our_reading(result: Result, translations: Sequence[Translation], say: Words) -> Section:
    """What the sources do not state."""
    blocks: list[Block] = [Paragraph(say("What follows was added to the source, so that it can be scored."))]
    for model in {m.id: m for m in (result.model, *(t.model for t in translations))}.values():
        if model.readings:
            blocks.append(Paragraph(model.title, "heading"))
            blocks.append(
                Bullets(Bullet(f"{_parts(model, reading, say)}: {reading.why}") for reading in model.readings)
            )
    if translations:
        blocks.append(Paragraph(say("Crosswalks"), "heading"))
        text = say("Every link, its strength and its stages are our reading; none is stated by either source.")
        blocks.append(Paragraph(text))
    return Section(say("Our reading, not stated by the source"), blocks)


def _parts(model: Model, reading: Reading, say: Words) -> str:
    """What a reading is about, in words."""
    names = dict.fromkeys(_part(model, about.split("."), say) for about in reading.about)
    return listed(list(names), say)


def _part(model: Model, path: Sequence[str], say: Words) -> str:
    kind, id = path[0], path[1] if len(path) > 1 else ""
    if kind == "dimensions" and id in model.by_id:
        return model.by_id[id].name
    return say(_PARTS.get(kind, kind))


def appendix(result: Result, translations: Sequence[Translation], say: Words) -> Section:
    """How every number follows from what was said."""
    blocks: list[Block] = [*_derivations(result, say)]
    for translation in translations:
        title = say("Derived: {title}", title=translation.model.title)
        blocks.append(Section(title, [*_derivations(translation, say)], derived=True))
    return Section(say("How every number follows"), blocks)


def _derivations(result: Result, say: Words) -> Iterator[Details]:
    names = names_of(result, say)
    for id, score in result.items():
        name = names[id]
        stage = say(found(score))
        items = [*(Bullet(say(text)) for text in score.remarks), *_ratings(score, say), *_others(score, say)]
        told: list[Block] = []
        if rule := because(score):
            told.append(Paragraph(say("{found}{because}", found=describe(score), because=rule)))
        yield Details(
            f"{name}: {stage}" if stage else name, [*told, Bullets(items)] if items else told, anchor(result, id)
        )


def _ratings(score: Score, say: Words) -> Iterator[Bullet]:
    ratings, scale = [item for item in score.inputs if isinstance(item, Rating)], score.dimension.scale
    if len(ratings) <= MOST_RATINGS:
        for item in ratings:
            evidence = [Bullet(say("evidence: {what}", what=item.evidence))] if item.evidence else []
            yield Bullet(say(said(item, scale)), evidence)
        return
    for answer, count in Counter(item.answer for item in ratings).most_common():
        told = say(said(Rating(score.dimension.id, answer), scale))
        yield Bullet(say("{count} respondents: {answer}", count=count, answer=told))


def _others(score: Score, say: Words) -> Iterator[Bullet]:
    for item in score.inputs:
        if isinstance(item, Score):
            yield Bullet(say(derived(item)))
        elif isinstance(item, Use):
            yield Bullet(say(item.describe(item.source_name)), [Bullet(say(derived(item.source)))])
        elif not isinstance(item, Rating):
            yield Bullet(say(item.describe()), [Bullet(say(derived(item.source)))])
