"""Documents that show all of a model or a crosswalk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from maturitykit.comparison.sentences import relation_in_words
from maturitykit.definition import Dimension, Guidance, Model, Note, Scale, Stage
from maturitykit.definition.crosswalk import Crosswalk, Link
from maturitykit.definition.numbers import band_text, number_text
from maturitykit.report.method import NOT_STATED, readings_of, source_of
from maturitykit.report.nodes import Block, Bullet, Bullets, Document, Paragraph, Row, Section, Table
from maturitykit.report.summary import name_of
from maturitykit.words import Words, phrase


def model_document(model: Model, language: str = "") -> Document:
    """Return all of a model: its stages, dimensions, guidance, notes and source, with marks on our readings.

    Args:
        model: The model, in the language that its texts should be in.
        language: Language of the headings (en, nl); by default that of the model's texts.
    """
    say = Words(language or model.language)
    return Document(
        title=name_of(model),
        about=[model.summary],
        sections=_ModelSections(model, say).sections(),
        language=say.language,
    )


def crosswalk_document(crosswalk: Crosswalk, language: str = "") -> Document:
    """Return all of a crosswalk: its links with their stages, what cannot be inferred, and how it was coded.

    Args:
        crosswalk: The crosswalk, in the language that its texts should be in.
        language: Language of the headings (en, nl); by default that of the crosswalk's texts.
    """
    say = Words(language or crosswalk.language)
    name = f"{crosswalk.source} → {crosswalk.target} ({crosswalk.version})"
    return Document(
        title=say("{name}. All of it is our reading.", name=name),
        about=filter(None, [_written_for(crosswalk, say), crosswalk.summary, crosswalk.caveat]),
        sections=_crosswalk(crosswalk, say),
        language=say.language,
    )


class _ModelSections:
    """Builder of the sections on one model."""

    def __init__(self, model: Model, say: Words) -> None:
        self._model, self._say = model, say

    def sections(self) -> Iterator[Section]:
        model, say = self._model, self._say
        for scale in model.scales.values():
            is_outcome = scale == model.outcome
            title = say("Stages") if is_outcome else say("Scale: {id}", id=scale.id)
            mark = (is_outcome and self._mark("outcome")) or self._mark("scales", scale.id)
            yield Section(title + mark, [Bullets(self._stage(scale, stage) for stage in scale.stages)])
        for dimension in model.dimensions:
            yield self._dimension(dimension)
        if model.root.gates:
            yield Section(say("What the stages require"), [self._gates(model.root)])
        for topic in model.guidance:
            yield Section(topic.name, [self._texts(topic, model.outcome)])
        if model.notes:
            yield Section(say("Notes"), [self._notes(model.notes)])
        rules = say("Scored by {rules}.", rules=", ".join(say(phrase(str(rule))) for rule in model.scorers))
        source = list(source_of(model)) or [say("Not named.")]
        yield Section(say("Source"), map(Paragraph, [*source, rules + self._mark("scorers")]))
        if model.readings:
            yield Section(say(NOT_STATED), [readings_of(model, say)])

    def _mark(self, *parts: str) -> str:
        """Return a mark with the numbers of the readings on a part of the model; empty if the source states it."""
        readings = self._model.readings_on(*parts)
        numbers = [str(i) for i, reading in enumerate(self._model.readings, 1) if reading in readings]
        say = self._say
        return say(" [our reading {numbers}]", numbers=", ".join(numbers)) if numbers else ""

    def _stage(self, scale: Scale, stage: Stage) -> Bullet:
        say = self._say
        above = [scale.stages[scale.positions[id]].name for id in stage.above]
        order = say(" (above {names})", names=", ".join(above)) if above else ""
        band = say(" ({band})", band=band_text(scale, stage)) if stage.band else ""
        if stage.value is not None:
            band += say(" (worth {number})", number=number_text(scale, stage.value))
        question = f": {stage.question}" if stage.question else ""
        return Bullet(f"{stage.name}{order}{band}{question}", [Bullet(stage.summary)] if stage.summary else ())

    def _dimension(self, dimension: Dimension) -> Section:
        say = self._say
        notes = [tag.name for tag in self._model.tags if tag.id in dimension.tags]
        if dimension.weight != 1:
            notes.append(say("weight {weight}", weight=dimension.weight))
        title = f"{dimension.name} ({', '.join(notes)})" if notes else dimension.name
        return Section(title + self._mark("dimensions", dimension.id), self._blocks(dimension))

    def _blocks(self, dimension: Dimension) -> Iterator[Block]:
        say = self._say
        yield from map(Paragraph, filter(None, (dimension.summary, dimension.question)))
        if descriptions := [
            Bullet(f"{stage.name}: {dimension.descriptors[stage.id]}")
            for stage in (dimension.scale.stages if dimension.scale else ())
            if stage.id in dimension.descriptors
        ]:
            yield Bullets(descriptions)
        for topic in dimension.guidance:
            yield from (Paragraph(topic.name, "heading"), self._texts(topic, dimension.scale))
        if dimension.notes:
            yield self._notes(dimension.notes)
        if dimension.gates:
            yield from (Paragraph(say("What the stages require"), "heading"), self._gates(dimension))
        yield from map(self._dimension, dimension.children)

    def _gates(self, dimension: Dimension) -> Table:
        say, children = self._say, {child.id: child for child in dimension.children}
        rows = []
        for gate in dimension.gates:
            child = children[gate.dimension]
            assert dimension.scale is not None
            assert child.scale is not None
            stage, minimum = (
                scale.stages[scale.positions[id]].name
                for scale, id in ((dimension.scale, gate.stage), (child.scale, gate.minimum))
            )
            rows.append(Row((stage, child.name, say("{stage} or higher", stage=minimum))))
        return Table(map(say, ("stage", "dimension", "requires")), rows, say("What the stages require"))

    def _texts(self, topic: Guidance, scale: Scale | None) -> Bullets:
        say = self._say
        return Bullets(
            Bullet(say("At {stage}: {text}", stage=stage.name, text=topic.texts[stage.id]))
            for stage in (scale.stages if scale else ())
            if stage.id in topic.texts
        )

    def _notes(self, notes: Iterable[Note]) -> Bullets:
        kinds = {kind.id: kind.name for kind in self._model.kinds}
        return Bullets(Bullet(f"{kinds[note.kind]}: {note.text}") for note in notes)


def _written_for(crosswalk: Crosswalk, say: Words) -> str:
    ends = zip((crosswalk.source, crosswalk.target), crosswalk.versions, strict=True)
    versions = [f"{name.partition('@')[0]} {version}" for name, version in ends if version]
    return say("Written for {versions}.", versions=", ".join(versions)) if versions else ""


def _crosswalk(crosswalk: Crosswalk, say: Words) -> Iterator[Section]:
    yield from (_link(link, say) for link in crosswalk.links)
    if crosswalk.not_inferable:
        reasons = [Bullet(f"{item.model}, {item.dimension}: {item.reason}") for item in crosswalk.not_inferable]
        yield Section(say("What cannot be inferred"), [Bullets(reasons)])
    if coding := crosswalk.coding:
        blocks = [Paragraph(coding.method)]
        if coding.kappa is not None:
            links = say("{some} of {all} links", some=coding.links_by_all, all=coding.links_by_any)
            stages = say("{some} of {all} stages", some=coding.stages_agreed, all=coding.stages_compared)
            agreed = say("Before settling they agreed on {links} and {stages}; kappa {kappa:.2f}.",
                         links=links, stages=stages, kappa=coding.kappa)  # fmt: skip
            blocks.append(Paragraph(agreed))
        yield Section(say("How it was coded"), blocks)


def _link(link: Link, say: Words) -> Section:
    relation = say(relation_in_words(link.relation))
    strength = say("strength {strength:.2f}", strength=float(link.strength))
    rows = [
        Row(
            (
                stage,
                *([say(phrase("not applicable")), "", ""] if isinstance(span, str) else [i or "" for i in span]),
            )
        )
        for stage, span in link.stages.items()
    ]
    head = map(say, ("stage", "at least", "likely", "at most"))
    reference = say("A reference only: it names no stages, so nothing is inferred from it.")
    return Section(
        f"{link.source} → {link.target}: {relation}, {strength}",
        [
            *([Paragraph(link.rationale)] if link.rationale else ()),
            Table(head, rows, link.name) if rows else Paragraph(reference),
        ],
    )
