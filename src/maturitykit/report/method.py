"""The last sections of a report: the method, our reading, and how each number follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from maturitykit.comparison.sentences import reversal_note
from maturitykit.comparison.translation import Translation
from maturitykit.definition import Model
from maturitykit.errors import Finding, ScoringError, one_of, quoted
from maturitykit.report.nodes import Block, Bullet, Bullets, Details, Paragraph, Section
from maturitykit.report.sections import anchor
from maturitykit.report.summary import listed, name_of, names_of
from maturitykit.scoring.explain import DerivationLine, inputs_of, rule_clause, score_line
from maturitykit.scoring.result import Result
from maturitykit.scoring.scores import describe
from maturitykit.scoring.summary import capitalized, scored_by, split_issues, stage_in_words
from maturitykit.words import Words, phrase

#: With more ratings than this, a derivation counts the answers instead of listing them.
MOST_RATINGS = 30

_RULES = {
    "weakest": "Rule “weakest”: a dimension is at the stage of its weakest part.",
    "median": "Rule “median”: a dimension is at the highest stage that over half of its parts, by weight, reach.",
    "mean": "Rule “mean”: a dimension is at the weighted mean of its parts; steps between stages count as equal.",
    "staged": "Rule “staged”: a stage is reached when everything that it and all lower stages require is met.",
    "profile": "Rule “profile”: nothing is combined; each dimension speaks for itself.",
}
_CONSENSUS = {
    "median": "Consensus “median”: of several respondents, the lower median of what they say.",
    "mean": "Consensus “mean”: of several respondents, the mean of what they say.",
    "weakest": "Consensus “weakest”: of several respondents, the lowest that one of them says.",
    "envelope": "Consensus “envelope”: of several respondents, from the lowest to the highest that they say.",
}

#: Heading of what no source states, and the sentence on crosswalks.
NOT_STATED = phrase("Our reading, not stated by the source")
LINKS = phrase("Every link, its strength and its stages are our reading; none is stated by either source.")

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
    """Return the section on the rules that were used and the sources of the models."""
    points = [say(scored_by(result))]
    points += [say(text) for text in (_RULES.get(result.scorer), _CONSENSUS[result.consensus]) if text]
    points += [
        say("Every score is a span. An open question widens it and never counts as the lowest stage. The "
            "bounds are exact."),
        say("Answered is the weighted share of the questions that somebody answered, or called not applicable."),
    ]  # fmt: skip
    if translations:
        points.append(say("Coverage is the share of a dimension that links from answered questions reach."))
    if text := reversal_note(translations):
        points.append(say(text))
    models = {model.id: model for model in (result.model, *(t.model for t in translations))}
    sources = [Bullet(name_of(model), map(Bullet, source_of(model))) for model in models.values()]
    blocks: list[Block] = [Bullets(map(Bullet, points)), Paragraph(say("Sources"), "heading"), Bullets(sources)]
    return Section(say("Method and sources"), blocks)


def remarks(result: Result, say: Words) -> Iterator[Section]:
    """Yield a section on issues that are worth knowing but do not limit the use of a result."""
    others, small = split_issues(result)
    names = names_of(result, say)
    lines = [f"{names[i.where]}: {say(i.message)}" for i in others if i.severity == "info" and i.code != "target"]
    if small:
        where = listed([names[issue.where] for issue in small], say, len(small))
        lines.append(say("respondents differ somewhat on {where}", where=where))
    if lines:
        yield Section(say("Good to know"), [Bullets(map(Bullet, lines))])


def source_of(model: Model) -> Iterator[str]:
    """Yield the published source of a model in one line, and then the note on it."""
    source = model.source
    facts = [source.title, source.publisher, source.author, source.date, source.url]
    yield from filter(None, (", ".join(filter(None, facts)), source.note))


def our_reading(result: Result, translations: Sequence[Translation], say: Words) -> Section:
    """Return the section on what the sources do not state."""
    blocks: list[Block] = [Paragraph(say("What follows was added to the source, so that it can be scored."))]
    for model in {m.id: m for m in (result.model, *(t.model for t in translations))}.values():
        if model.readings:
            blocks += [Paragraph(model.title, "heading"), readings_of(model, say)]
    if translations:
        blocks += [Paragraph(say("Crosswalks"), "heading"), Paragraph(say(LINKS))]
    return Section(say(NOT_STATED), blocks)


def marks(result: Result, say: Words) -> Iterator[Section]:
    """Yield a section that names the parts of the model that are our reading, and where to read why."""
    kinds = dict.fromkeys(about.partition(".")[0] for r in result.model.readings for about in r.about)
    if kinds:
        names = capitalized(", ".join(say(_PARTS.get(kind, kind)) for kind in kinds))
        text = say("{names}. Why: maturitykit show {model}", names=names, model=result.model.id)
        yield Section(say(NOT_STATED), [Paragraph(text)])


def readings_of(model: Model, say: Words) -> Bullets:
    """Return a numbered list of what was added to the source of a model, and why."""
    parts = (
        listed(list(dict.fromkeys(_part(model, about, say) for about in reading.about)), say)
        for reading in model.readings
    )
    return Bullets(
        Bullet(f"{number}. {part}: {reading.why}")
        for number, (part, reading) in enumerate(zip(parts, model.readings, strict=True), 1)
    )


def _part(model: Model, about: str, say: Words) -> str:
    """Return the name of the part of a model that a reading is about."""
    kind, id, *_ = (*about.split("."), "")
    if kind == "dimensions" and id in model.by_id:
        return model.by_id[id].name
    return say(_PARTS.get(kind, kind))


def derivations(result: Result, translations: Sequence[Translation], say: Words) -> Section:
    """Return the section on how every number follows from the answers."""
    blocks: list[Block] = [*_derivations(result, say)]
    for translation in translations:
        title = say("Derived: {title}", title=translation.model.title)
        blocks.append(Section(title, [*_derivations(translation, say)], derived=True))
    return Section(say("How every number follows"), blocks)


def derivation(result: Result, id: str, say: Words) -> Section:
    """Return how one score follows, down to each respondent's answer.

    Raises:
        ScoringError: If the model has no such dimension.
    """
    if id not in result:
        finding = Finding("", f"{quoted(id)} is not a dimension of {result.model.id}", one_of(list(result), id))
        raise ScoringError("there is nothing to explain", [finding])
    below = [_bullet(item, say) for item in inputs_of(result[id], is_deep=True)]
    return Section("", [Bullets([Bullet(say(score_line(result[id])), below)])])


def _derivations(result: Result, say: Words) -> Iterator[Details]:
    names = names_of(result, say)
    for id, score in result.items():
        stage, rule, name = say(stage_in_words(score)), rule_clause(score), names[id]
        blocks: list[Block] = []
        if rule:
            blocks.append(Paragraph(say("{found}{because}", found=describe(score), because=rule)))
        if inputs := inputs_of(score, most=MOST_RATINGS):
            blocks.append(Bullets(_bullet(item, say) for item in inputs))
        yield Details(f"{name}: {stage}" if stage else name, blocks, anchor(result, id))


def _bullet(item: DerivationLine, say: Words) -> Bullet:
    return Bullet(say(item.text), [_bullet(below, say) for below in item.below])
