"""Crosswalks: what the stages of one model say of another's, as data."""

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

#: What a source dimension judges, compared with what a target dimension judges.
Relation: TypeAlias = Literal["equal", "subset", "superset", "intersects", "disjoint"]
RELATIONS: tuple[str, ...] = get_args(Relation)

#: Ids of the target's stages: guaranteed at least, likely (None where no coder said any), compatible at the most.
StageSpan: TypeAlias = tuple[str, str | None, str]


def words_of(span: StageSpan | str) -> str:
    """Return a span as a file writes it."""
    return span if isinstance(span, str) else " ".join(id or "-" for id in span)


def _relations(relation: str | Iterable[str]) -> frozenset[str]:
    """One relation, or all that a composed link may have."""
    found = frozenset([relation] if isinstance(relation, str) else relation)
    if not found or not found <= set(RELATIONS):
        wrong = sorted(found - set(RELATIONS))
        expected = one_of(RELATIONS, *wrong[:1])
        finding = Finding("relation", f"{quoted(', '.join(wrong))} is no relation", expected, "MK301")
        raise ModelError("a link cannot be used", [finding])
    return found


@frozen(field_transformer=held_to_types(ModelError))
class Link:
    """From one dimension of the source to one of the target.

    Args:
        source: Id of a dimension of the source; ``outcome`` for its overall stage.
        target: Id of a dimension of the target; ``outcome`` for its overall stage.
        relation: What the source dimension judges is equal to, a subset or superset of,
            intersects or is disjoint from what the target dimension judges. A composed
            link may have one of several.
        strength: How much of what the target judges the source speaks to, in (0, 1].
        stages: For each stage of the source by id, the span of the target's stages, or ``"not_applicable"``.
            ``not_applicable`` may itself be a source. A link without any is a mere reference: listed, and nothing
            is inferred from it.
        rationale: Which claims on both sides it rests on.
        cells: The pairs of source and target stages whose texts correspond, by id.
        steps: The links that it was composed of, in their order; empty if it was written.
        location: Where it was read ("line 4"), for messages, if its file does not tell.
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
        """``source--target``, by which a file and its reader know it."""
        return f"{self.source}--{self.target}"

    @property
    def speaks(self) -> bool:
        """Whether anything can be inferred by it."""
        return bool(self.stages) and self.relation != {"disjoint"}

    @property
    def is_full(self) -> bool:
        """Whether the source surely judges all that the target does."""
        return self.relation <= {"equal", "superset"}


#: In place of a dimension: all that are neither linked nor listed.
REST = "rest"


@frozen(field_transformer=held_to_types(ModelError))
class NotInferable:
    """A dimension on either side that no link touches, and why.

    Args:
        model: The model that it is of: the crosswalk's source, or its target.
        dimension: Its id; ``rest`` for all that are neither linked nor listed.
        reason: Why nothing can be inferred from it, or of it.
    """

    model: str
    dimension: str
    reason: str = field(metadata=SENTENCE)

    @property
    def name(self) -> str:
        """``model.dimension``, by which a translation knows it."""
        return f"{self.model}.{self.dimension}"


@frozen(field_transformer=held_to_types(ModelError))
class Coding:
    """How the links were found, and how far independent coders agreed before settling.

    Args:
        method: How the links were found, in words.
        coders: How many coded independently.
        links_by_any: Links that at least one coder drew.
        links_by_all: Links that all of them drew.
        stages_compared: Stages of the links that all drew.
        stages_agreed: Of these, the ones with the same low, likely and high.
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
        source: The model that is read: its id, or ``id@version`` for a certain version of it.
        target: The model that is spoken of, named likewise.
        links: In any order.
        version: Of the crosswalk.
        source_version: The version of the source that it was written for. What it names
            in part stands for all that begin so: ``1`` for ``1.0`` and ``1.2``.
        target_version: Likewise, of the target.
        summary: What can be carried over, and what cannot.
        caveat: Where two readings differ, or all at the top is not likely at the top, and why.
        not_inferable: The dimensions without links, on both sides.
        coding: How it was made.
        path: Ids of the written crosswalks it follows from, if it was reversed or composed.
        language: Of its texts.
        location: Where it was read, for messages.
        translations: The texts in other languages, by language tag. Each has texts by the path that leads to
            them in a file, such as ``links.people--culture``.
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
        """``source--target``, its name in the registry."""
        return f"{self.source}--{self.target}"

    @property
    def versions(self) -> tuple[str, str]:
        """The versions of its source and target that it was written for; empty where it does not say."""
        names = (self.source, self.source_version), (self.target, self.target_version)
        source, target = (version or name.partition("@")[2] for name, version in names)
        return source, target

    def in_language(self, language: str) -> Crosswalk:
        """This crosswalk with its texts in another language, as far as it has them.

        Raises:
            ModelError: If the texts belong to links or reasons that it does not have.
        """
        found = language_of(language, self.translations)
        if found is None or found == self.language:
            return self
        return evolve(translated(self, "crosswalk", self.translations[found], found), language=found)

    @cached_property
    def strength(self) -> Fraction:
        """The mean strength of its links, but for mere references; 0 without any."""
        strengths = [link.strength for link in self.links if link.stages]
        return sum(strengths, Fraction(0)) / max(len(strengths), 1)

    @cached_property
    def by_target(self) -> Mapping[str, tuple[Link, ...]]:
        """Its links by the dimension that they speak of."""
        found: dict[str, list[Link]] = {}
        for link in self.links:
            found.setdefault(link.target, []).append(link)
        return {target: tuple(links) for target, links in found.items()}
