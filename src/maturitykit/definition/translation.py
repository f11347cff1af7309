"""The texts of a model in another language, keyed by the ids of what they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from attrs import AttrsInstance, evolve, field, frozen

from maturitykit.definition.fields import held_to_types
from maturitykit.errors import Finding, ModelError, one_of

if TYPE_CHECKING:
    from maturitykit.definition.dimension import Dimension, Guidance, Note
    from maturitykit.definition.model import Model
    from maturitykit.definition.scale import Scale

_T = TypeVar("_T", bound=AttrsInstance)


@frozen(field_transformer=held_to_types(ModelError))
class StageText:
    """Texts of one stage.

    Args:
        name: Its label.
        question: What one asks at it.
        summary: What being at it means.
    """

    name: str = ""
    question: str = ""
    summary: str = ""


@frozen(field_transformer=held_to_types(ModelError))
class GuidanceText:
    """Texts of one guidance topic.

    Args:
        name: The topic.
        texts: By the id of a stage.
    """

    name: str = ""
    texts: Mapping[str, str] = field(factory=dict)


@frozen(field_transformer=held_to_types(ModelError))
class DimensionText:
    """Texts of one dimension; an empty one is not translated.

    Args:
        name: Its label.
        summary: What is judged.
        question: What a respondent is asked.
        descriptors: By the id of a stage.
        guidance: By the id of a topic.
        notes: By the id of a note.
    """

    name: str = ""
    summary: str = ""
    question: str = ""
    descriptors: Mapping[str, str] = field(factory=dict)
    guidance: Mapping[str, GuidanceText] = field(factory=dict)
    notes: Mapping[str, str] = field(factory=dict)


@frozen(field_transformer=held_to_types(ModelError))
class SourceText:
    """Texts on the source.

    Args:
        note: What is missing, or what else to know about it.
    """

    note: str = ""


@frozen(field_transformer=held_to_types(ModelError))
class ModelText:
    """All texts of a model in one language.

    Args:
        title: Of the model.
        summary: What the model is about.
        source: Texts on the source.
        scales: By the ids of a scale and a stage.
        dimensions: By the id of a dimension.
        guidance: By the id of a topic of the outcome.
        notes: By the id of a note on the model.
        readings: Why something was added, by the id of a reading.
        tags: The label of a tag, by its id.
        kinds: The label of a kind of notes, by its id.
    """

    title: str = ""
    summary: str = ""
    source: SourceText = SourceText()
    scales: Mapping[str, Mapping[str, StageText]] = field(factory=dict)
    dimensions: Mapping[str, DimensionText] = field(factory=dict)
    guidance: Mapping[str, GuidanceText] = field(factory=dict)
    notes: Mapping[str, str] = field(factory=dict)
    readings: Mapping[str, str] = field(factory=dict)
    tags: Mapping[str, str] = field(factory=dict)
    kinds: Mapping[str, str] = field(factory=dict)


def language_of(wanted: str, available: Iterable[str]) -> str | None:
    """The available tag that serves the wanted one: itself, or its less specific form."""
    tags = {tag.lower(): tag for tag in available}
    wanted = wanted.lower()
    while wanted:
        if wanted in tags:
            return tags[wanted]
        wanted = wanted.rpartition("-")[0]
    return None


def translated(model: Model, text: ModelText) -> Model:
    """The model with every text that has a translation replaced by it."""
    scales = {id: _scale(scale, text.scales.get(id, {})) for id, scale in model.scales.items()}
    return evolve(
        _reworded(model, title=text.title, summary=text.summary),
        source=_reworded(model.source, note=text.source.note),
        outcome=scales[model.outcome.id] if model.outcome else None,
        dimensions=tuple(_dimension(d, text.dimensions, scales) for d in model.dimensions),
        guidance=_guidance(model.guidance, text.guidance),
        notes=_notes(model.notes, text.notes),
        readings=tuple(_reworded(r, why=text.readings.get(r.id, "")) for r in model.readings),
        tags=tuple(_reworded(tag, name=text.tags.get(tag.id, "")) for tag in model.tags),
        kinds=tuple(_reworded(kind, name=text.kinds.get(kind.id, "")) for kind in model.kinds),
    )


def _reworded(thing: _T, **texts: str) -> _T:
    given = {name: text for name, text in texts.items() if text}
    return evolve(thing, **given)  # type: ignore[misc]


def _scale(scale: Scale, texts: Mapping[str, StageText]) -> Scale:
    def stage(id: str) -> StageText:
        return texts.get(id, StageText())

    return evolve(
        scale,
        stages=tuple(
            _reworded(s, name=stage(s.id).name, question=stage(s.id).question, summary=stage(s.id).summary)
            for s in scale.stages
        ),
    )


def _dimension(dimension: Dimension, texts: Mapping[str, DimensionText], scales: Mapping[str, Scale]) -> Dimension:
    text = texts.get(dimension.id, DimensionText())
    return evolve(
        _reworded(dimension, name=text.name, summary=text.summary, question=text.question),
        scale=scales[dimension.scale.id] if dimension.scale else None,
        descriptors={**dimension.descriptors, **text.descriptors},
        guidance=_guidance(dimension.guidance, text.guidance),
        notes=_notes(dimension.notes, text.notes),
        children=tuple(_dimension(child, texts, scales) for child in dimension.children),
    )


def _guidance(topics: Iterable[Guidance], texts: Mapping[str, GuidanceText]) -> tuple[Guidance, ...]:
    pairs = ((topic, texts.get(topic.id, GuidanceText())) for topic in topics)
    return tuple(evolve(_reworded(g, name=t.name), texts={**g.texts, **t.texts}) for g, t in pairs)


def _notes(notes: Iterable[Note], texts: Mapping[str, str]) -> tuple[Note, ...]:
    return tuple(_reworded(note, text=texts.get(note.id, "")) for note in notes)


def check_translation(model: Model, text: ModelText) -> Iterable[Finding]:
    """A finding for every text whose id the model does not have."""

    def unknown(where: str, given: Iterable[str], known: Iterable[str]) -> Iterable[Finding]:
        names = dict.fromkeys(known)
        return (
            Finding(f"{where}.{name}", "the model has no such id", one_of(tuple(names), name), "MK111")
            for name in given
            if name not in names
        )

    def topics(where: str, texts: Mapping[str, GuidanceText], of: Iterable[Guidance]) -> Iterable[Finding]:
        known = {topic.id: topic.texts for topic in of}
        yield from unknown(f"{where}guidance", texts, known)
        for id in _both(texts, known):
            yield from unknown(f"{where}guidance.{id}.texts", texts[id].texts, known[id])

    yield from unknown("scales", text.scales, model.scales)
    for id in _both(text.scales, model.scales):
        yield from unknown(f"scales.{id}", text.scales[id], model.scales[id].ids)
    yield from unknown("dimensions", text.dimensions, list(model.by_id)[1:])
    for id in _both(text.dimensions, model.by_id):
        dimension, words = model.by_id[id], text.dimensions[id]
        yield from unknown(f"dimensions.{id}.descriptors", words.descriptors, dimension.descriptors)
        yield from topics(f"dimensions.{id}.", words.guidance, dimension.guidance)
        yield from unknown(f"dimensions.{id}.notes", words.notes, [n.id for n in dimension.notes])
    yield from topics("", text.guidance, model.guidance)
    yield from unknown("notes", text.notes, [note.id for note in model.notes])
    yield from unknown("readings", text.readings, [reading.id for reading in model.readings])
    yield from unknown("tags", text.tags, [tag.id for tag in model.tags])
    yield from unknown("kinds", text.kinds, [kind.id for kind in model.kinds])


def _both(texts: Iterable[str], known: Mapping[str, object]) -> Iterable[str]:
    """The ids that there are, in the order of the texts."""
    return (id for id in texts if id in known)
