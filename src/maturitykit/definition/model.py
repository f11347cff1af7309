"""Models: published frameworks, each at a version, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from attrs import Factory, evolve, field, frozen

from maturitykit.definition.check import check_model
from maturitykit.definition.dimension import Dimension, Gate, Guidance, Note
from maturitykit.definition.fields import (
    AS_PUBLISHED,
    LABEL,
    OUTCOME,
    SENTENCE,
    TupleOf,
    held_to_types,
    with_texts,
)
from maturitykit.definition.scale import Scale
from maturitykit.definition.scorer import Scorer
from maturitykit.definition.translation import language_of, translated
from maturitykit.errors import ModelError, quoted
from maturitykit.notebook import repr_html


@frozen(field_transformer=held_to_types(ModelError))
class Source:
    """The publication of a model. Details that the source does not name stay empty.

    Args:
        title: Title of the publication.
        publisher: Name of its publisher.
        author: Name of its author.
        date: Date of publication, as the source gives it.
        url: Web address of the publication.
        note: Text on what is missing, or what else to know about the source.
    """

    title: str = field(default="", metadata=AS_PUBLISHED)
    publisher: str = field(default="", metadata=AS_PUBLISHED)
    author: str = field(default="", metadata=AS_PUBLISHED)
    date: str = field(default="", metadata=AS_PUBLISHED)
    url: str = field(default="", metadata=AS_PUBLISHED)
    note: str = field(default="", metadata=SENTENCE)


@frozen(field_transformer=held_to_types(ModelError))
class Reading:
    """*Our reading*: an addition of the encoding that the source does not state.

    Args:
        id: Unique in the model.
        about: The parts that it concerns, as dotted paths: ``outcome``, ``outcome.scorer``,
            ``scales.attainment``, ``dimensions.culture``, ``dimensions.culture.question``; or
            ``scorers.ties``, for the stage that is shown where a tie decides.
        why: Text on what was added, and the reason.
    """

    id: str
    about: tuple[str, ...] = field(converter=TupleOf[str])
    why: str = field(metadata=SENTENCE)


@frozen(field_transformer=held_to_types(ModelError))
class Label:
    """A tag of dimensions, or a kind of notes, that a model declares.

    Args:
        id: Unique among the tags, or among the kinds.
        name: Name for people; by default the id.
    """

    id: str
    name: str = field(default=Factory(lambda self: self.id, takes_self=True), metadata=LABEL)


@frozen(field_transformer=held_to_types(ModelError))
class Model:
    """A published framework at a version: its dimensions, scales, rules and texts.

    Args:
        id: Its name in the registry.
        version: Version of this encoding.
        title: Title as published.
        dimensions: The top-level dimensions.
        scorers: The rules that it offers, or their ids, the default first. A dimension with a
            rule of its own keeps that.
        outcome: The scale of the overall result. None if the source has no overall stages:
            then the result is a profile.
        gates: Requirements of the outcome's stages on the dimensions.
        summary: Description of the model.
        source: Its publication.
        readings: Additions of the encoding that the source does not state.
        guidance: Advice on what to do at each stage of the outcome.
        notes: Texts on the model as a whole.
        tags: The tags its dimensions may carry.
        kinds: The kinds its notes may be of.
        language: Language of its texts.
        location: Path of its file, for messages.
        translations: Texts in other languages, by language tag. Each maps the paths of texts in a file to
            their translations, such as ``dimensions.people.name``.

    Raises:
        ModelError: If its parts do not fit together, with all findings.
    """

    id: str
    version: str
    title: str = field(metadata=LABEL)
    dimensions: tuple[Dimension, ...] = field(
        converter=TupleOf[Dimension], metadata=with_texts("By the id of a dimension.")
    )
    scorers: tuple[str | Scorer, ...] = field(converter=TupleOf[str | Scorer])
    outcome: Scale | None = field(
        default=None, metadata=with_texts("By the ids of a scale and a stage.", at="scales")
    )
    gates: tuple[Gate, ...] = field(default=(), converter=TupleOf[Gate])
    summary: str = field(default="", metadata=SENTENCE)
    source: Source = field(default=Source(), metadata=with_texts("Texts on the source."))
    readings: tuple[Reading, ...] = field(
        default=(),
        converter=TupleOf[Reading],
        metadata=with_texts("Why something was added, by the id of a reading."),
    )
    guidance: tuple[Guidance, ...] = field(
        default=(), converter=TupleOf[Guidance], metadata=with_texts("By the id of a topic of the outcome.")
    )
    notes: tuple[Note, ...] = field(
        default=(), converter=TupleOf[Note], metadata=with_texts("By the id of a note on the model.")
    )
    tags: tuple[Label, ...] = field(
        default=(), converter=TupleOf[Label], metadata=with_texts("The label of a tag, by its id.")
    )
    kinds: tuple[Label, ...] = field(
        default=(), converter=TupleOf[Label], metadata=with_texts("The label of a kind of notes, by its id.")
    )
    language: str = "en"
    location: str = field(default="", eq=False, repr=False)
    translations: Mapping[str, Mapping[str, str]] = field(factory=dict, eq=False, repr=False)
    #: The model that this one was translated from.
    _original: Model | None = field(default=None, eq=False, repr=False)

    _repr_html_ = repr_html

    def __attrs_post_init__(self) -> None:
        findings = list(check_model(self))
        if findings:
            raise ModelError(f"model {quoted(self.id)} cannot be used", findings)

    def __repr__(self) -> str:
        count = sum(dimension.is_leaf for dimension in self.root.walk())
        return f"<{type(self).__name__} {self.id} {self.version}: {self.title}, {count} dimensions to rate>"

    @cached_property
    def root(self) -> Dimension:
        """The outcome as a dimension: the root of the tree."""
        return Dimension(
            OUTCOME,
            name=self.title,
            summary=self.summary,
            scale=self.outcome,
            gates=self.gates,
            guidance=self.guidance,
            notes=self.notes,
            children=self.dimensions,
        )

    @cached_property
    def by_id(self) -> Mapping[str, Dimension]:
        """Every dimension by its id, the outcome first, each before its children."""
        return {dimension.id: dimension for dimension in self.root.walk()}

    @cached_property
    def leaves(self) -> tuple[Dimension, ...]:
        """The dimensions to rate, in order."""
        return tuple(dimension for dimension in self.root.walk() if dimension.is_leaf)

    @cached_property
    def scales(self) -> Mapping[str, Scale]:
        """Every scale in use by its id, the outcome's first."""
        return {d.scale.id: d.scale for d in self.root.walk() if d.scale is not None}

    @cached_property
    def digest(self) -> str:
        """A short hash of everything that ratings depend on: dimensions, scales and rules, but no texts.

        A form carries it, so that answers to other questions are not taken for answers to these.
        """
        import json
        from hashlib import sha256

        scales = {
            id: [
                *((scale.unit, scale.lowest, scale.highest) if scale.has_numbers else ()),
                *((stage.id, stage.value, stage.band, stage.above) for stage in scale.stages),
            ]
            for id, scale in sorted(self.scales.items())
        }
        dimensions = [
            (
                *(d.id, d.scale and d.scale.id, _rule_id(d.scorer), sorted(child.id for child in d.children)),
                *filter(None, [d.not_applicable, d.by_parts and "by parts", not d.weight and "not scored"]),
            )
            for d in sorted(self.root.walk(), key=lambda d: d.id)
        ]
        data = json.dumps([self.id, [_rule_id(scorer) for scorer in self.scorers], scales, dimensions])
        return sha256(data.encode()).hexdigest()[:12]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of its texts, the original first."""
        original = (self._original or self).language
        return (original, *(language for language in self.translations if language != original))

    def in_language(self, language: str) -> Model:
        """Return this model with its texts in another language.

        A regional tag falls back to its language (``nl-BE`` to ``nl``), and a text that is
        not translated stays in the original language.

        Raises:
            ModelError: If the texts belong to parts that the model does not have.
        """
        original = self._original or self
        tag = language_of(language, self.languages)
        if tag is None or tag == original.language:
            return original
        if tag == self.language:
            return self
        texts = self.translations[tag]
        return evolve(translated(original, "model", texts, tag), language=tag, original=original)

    def readings_on(self, *parts: str) -> Iterable[Reading]:
        """Return our readings of a part of the model, or of something within it."""
        path = ".".join(parts)
        return [r for r in self.readings if any((about + ".").startswith(path + ".") for about in r.about)]


def _rule_id(scorer: str | Scorer | None) -> str | None:
    return scorer.id if isinstance(scorer, Scorer) else scorer
