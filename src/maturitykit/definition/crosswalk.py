"""Crosswalks: mappings from the stages of one model to those of another, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Literal, TypeAlias, get_args

from attrs import evolve, field, frozen

from maturitykit.definition.dimension import exact_weight
from maturitykit.definition.fields import SENTENCE, TupleOf, held_to_types, with_texts
from maturitykit.definition.translation import language_of, translated
from maturitykit.errors import Finding, ModelError, one_of, quoted

#: Relation of the content that a source dimension judges to that of a target dimension.
Relation: TypeAlias = Literal["equal", "subset", "superset", "intersects", "disjoint"]
RELATIONS: tuple[str, ...] = get_args(Relation)

#: Ids of the target's stages: guaranteed at least, likely (None where coders chose none), compatible at the most.
StageSpan: TypeAlias = tuple[str, str | None, str]


def words_of(span: StageSpan | str) -> str:
    """Return a span as files write it."""
    return span if isinstance(span, str) else " ".join(id or "-" for id in span)


def _relations(relation: str | Iterable[str]) -> frozenset[str]:
    """Return a relation as a set; a composed link may have several."""
    relations = frozenset([relation] if isinstance(relation, str) else relation)
    if not relations or not relations <= set(RELATIONS):
        wrong = sorted(relations - set(RELATIONS))
        expected = one_of(RELATIONS, *wrong[:1])
        finding = Finding("relation", f"{quoted(', '.join(wrong))} is no relation", expected, "MK301")
        raise ModelError("a link cannot be used", [finding])
    return relations


@frozen(field_transformer=held_to_types(ModelError))
class Link:
    """A mapping from the stages of a dimension of the source to those of a dimension of the target.

    Args:
        source: Id of a dimension of the source; ``outcome`` for its overall stage.
        target: Id of a dimension of the target; ``outcome`` for its overall stage.
        relation: Relation of the content that the source dimension judges to that of the target
            dimension: equal, subset, superset, intersects or disjoint. A composed link may have
            several, of which one holds.
        strength: Share of what the target judges that the source covers, in (0, 1].
        stages: Span of the target's stages by the id of each stage of the source, or ``"not_applicable"``.
            ``not_applicable`` may itself be a source. A link without stages is a mere reference: it is listed, and
            nothing is inferred from it.
        rationale: The claims on both sides that it rests on.
        cells: The pairs of source and target stages whose texts correspond, by id.
        steps: The links that it was composed of, in their order; empty for a link from a file.
        location: Line of the table that it was read from ("line 4"), for messages; empty for other files.
    """

    source: str
    target: str
    relation: frozenset[str] = field(converter=_relations)
    strength: Fraction = field(converter=exact_weight)
    stages: Mapping[str, StageSpan | str] = field(factory=dict, hash=False)
    rationale: str = field(default="", metadata=SENTENCE)
    cells: tuple[tuple[str, str], ...] = field(default=(), converter=TupleOf[tuple[str, str]])
    steps: tuple[Link, ...] = field(default=(), converter=TupleOf["Link"], repr=False)
    location: str = field(default="", eq=False, repr=False)

    @property
    def name(self) -> str:
        """Name in files and reports: ``source--target``."""
        return f"{self.source}--{self.target}"

    @property
    def speaks(self) -> bool:
        """True if something can be inferred from it."""
        return bool(self.stages) and self.relation != {"disjoint"}

    @property
    def is_full(self) -> bool:
        """True if the source certainly judges everything that the target does."""
        return self.relation <= {"equal", "superset"}


#: Used instead of a dimension's id for all dimensions that are neither linked nor listed.
REST = "rest"


@frozen(field_transformer=held_to_types(ModelError))
class NotInferable:
    """A dimension of either model that has no link, and the reason.

    Args:
        model: The model of the dimension: the crosswalk's source or its target.
        dimension: Its id; ``rest`` for all that are neither linked nor listed.
        reason: Reason why nothing can be inferred from it, or about it.
    """

    model: str
    dimension: str
    reason: str = field(metadata=SENTENCE)

    @property
    def name(self) -> str:
        """Key in translations: ``model.dimension``."""
        return f"{self.model}.{self.dimension}"


@frozen(field_transformer=held_to_types(ModelError))
class Coding:
    """Method by which the links were found, and agreement of independent coders before they settled.

    Args:
        method: Description of the method by which the links were found.
        coders: Number of people who coded independently.
        links_by_any: Number of links that at least one coder drew.
        links_by_all: Number of links that all of them drew.
        stages_compared: Number of stages of the links that all drew.
        stages_agreed: Number of these with the same low, likely and high.
        kappa: Linear weighted kappa of the likely stages, on the links that all drew.
    """

    method: str = field(metadata=SENTENCE)
    coders: int = 1
    links_by_any: int | None = None
    links_by_all: int | None = None
    stages_compared: int | None = None
    stages_agreed: int | None = None
    kappa: float | None = None


@frozen(field_transformer=held_to_types(ModelError))
class Crosswalk:
    """Links from the dimensions of one model to those of another.

    Args:
        source: The model that results are translated from: its id, or ``id@version`` for a certain
            version of it.
        target: The model that results are translated to, named likewise.
        links: The links, in any order.
        version: Version of the crosswalk.
        source_version: The version of the source that it was written for. A part of a version
            stands for all that begin with it: ``1`` for ``1.0`` and ``1.2``.
        target_version: The version of the target that it was written for, likewise.
        summary: Text on what can be inferred, and what cannot.
        caveat: Text on known limits: where two readings differ, or the highest stages in the source do
            not make the highest likely in the target, and why.
        not_inferable: The dimensions without links, on both sides.
        coding: Method by which the links were found.
        path: Ids of the crosswalks that it was reversed or composed from; empty for one from a file.
        language: Language of its texts.
        location: Path of its file, for messages.
        translations: Texts in other languages, by language tag. Each maps the paths of texts in a file to
            their translations,
            such as ``links.people--culture``.
    """

    source: str
    target: str
    links: tuple[Link, ...] = field(
        converter=TupleOf[Link], metadata=with_texts("Rationales by `source--target`, the ids of the dimensions.")
    )
    version: str = ""
    summary: str = field(default="", metadata=SENTENCE)
    not_inferable: tuple[NotInferable, ...] = field(
        default=(), converter=TupleOf[NotInferable], metadata=with_texts("Reasons by `model.dimension`.")
    )
    coding: Coding | None = field(default=None, metadata=with_texts(at=""))
    path: tuple[str, ...] = field(default=(), converter=TupleOf[str])
    language: str = "en"
    location: str = field(default="", eq=False, repr=False)
    caveat: str = field(default="", kw_only=True, metadata=SENTENCE)
    source_version: str = field(default="", kw_only=True)
    target_version: str = field(default="", kw_only=True)
    translations: Mapping[str, Mapping[str, str]] = field(factory=dict, eq=False, repr=False)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}: {len(self.links)} links>"

    @property
    def id(self) -> str:
        """Name in the registry: ``source--target``."""
        return f"{self.source}--{self.target}"

    @property
    def versions(self) -> tuple[str, str]:
        """Versions of its source and target that it was written for; empty where none is stated."""
        names = (self.source, self.source_version), (self.target, self.target_version)
        source, target = (version or name.partition("@")[2] for name, version in names)
        return source, target

    def in_language(self, language: str) -> Crosswalk:
        """Return this crosswalk with its texts in another language, as far as it has them.

        Raises:
            ModelError: If the texts belong to links or reasons that it does not have.
        """
        tag = language_of(language, self.translations)
        if tag is None or tag == self.language:
            return self
        return evolve(translated(self, "crosswalk", self.translations[tag], tag), language=tag)

    @cached_property
    def strength(self) -> Fraction:
        """Mean strength of its links, without mere references; 0 if there are none."""
        strengths = [link.strength for link in self.links if link.stages]
        return sum(strengths, Fraction(0)) / max(len(strengths), 1)

    @cached_property
    def by_target(self) -> Mapping[str, tuple[Link, ...]]:
        """Links by the id of their target dimension."""
        by_target: dict[str, list[Link]] = {}
        for link in self.links:
            by_target.setdefault(link.target, []).append(link)
        return {target: tuple(links) for target, links in by_target.items()}
