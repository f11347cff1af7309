"""Derived scores of single dimensions, the links they follow from, and the contribution of each link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

from attrs import field, frozen

from maturitykit.comparison.sentences import brief_bounds, describe_bounds, relation_in_words
from maturitykit.definition import Dimension, Model, Stage
from maturitykit.definition.crosswalk import Link
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.names import names_of
from maturitykit.files.result import Inferable, LinkUse, ScoreEntry
from maturitykit.scoring.scores import Score, Span, ids_of
from maturitykit.words import phrase


class Use(NamedTuple):
    """A link as it is used in a translation.

    Args:
        link: The link; composed of several where the route leads through other models.
        source: The score that it reads.
        target: The dimension that it draws a conclusion about.
        stage: The target's stages that follow; None if it is not applicable, or nothing follows.
        source_name: Name of the source, distinct from the names of other dimensions.
        target_name: Name of the target, likewise.
    """

    link: Link
    source: Score
    target: Dimension
    stage: Span[Stage] | None
    source_name: str
    target_name: str

    @property
    def name(self) -> str:
        """The names of its source and its target."""
        if OUTCOME == self.link.source == self.link.target:
            return phrase("between the overall stages")
        return phrase("{one} → {other}", one=self.source_name, other=self.target_name)

    @property
    def says(self) -> str:
        """The conclusion in words."""
        return brief_of(self.target, self.stage) or phrase("does not apply")

    @property
    def coverage(self) -> float:
        """Share of the target that it covers, as far as its source is answered, from 0 to 1."""
        return (1.0 if self.link.is_full else float(self.link.strength)) * self.source.coverage

    def describe(self) -> str:
        """Return the link in a sentence: its source, conclusion, kind, strength and rationale."""
        middle = ", ".join(step.target for step in self.link.steps[:-1])
        return phrase(
            "{source}{through} says {says} ({kind}, strength {strength:.2f}){rationale}",
            source=self.source_name,
            through=phrase(" through {middle}", middle=middle) if middle else "",
            says=self.says,
            kind=relation_in_words(self.link.relation),
            strength=float(self.link.strength),
            rationale=f". {self.link.rationale}" if self.link.rationale else "",
        )


@frozen(repr=False)
class DerivedScore(Score):
    """A score that follows from links, or from other derived scores; never a measured one.

    Args:
        links: The links to this dimension, with the conclusion of each.
        inferable: Whether all, a part or nothing of it can be inferred.
        reason: The reason why nothing of it can be inferred, if a crosswalk gives one.
        by_parts: Stages that follow from its parts alone, if something follows from its own links too.
        by_links: Stages that follow from its own links alone, if something follows from its parts too.
        is_excluded: Whether these two exclude each other, so that only its parts count.
    """

    links: tuple[Use, ...] = field(default=(), kw_only=True, repr=False)
    inferable: Inferable = field(default="none", kw_only=True)
    reason: str = field(default="", kw_only=True, repr=False)
    by_parts: Span[Stage] | None = field(default=None, kw_only=True, repr=False)
    by_links: Span[Stage] | None = field(default=None, kw_only=True, repr=False)
    is_excluded: bool = field(default=False, kw_only=True, repr=False)

    is_derived: ClassVar[bool] = True

    @property
    def brief(self) -> str:
        """The stages that are ruled out, and the likely one, in words."""
        return brief_of(self.dimension, self.stage)

    @property
    def sentence(self) -> str:
        """The same with all bounds and the condition under which they hold; or why nothing can be said."""
        if self.inferable == "none" and self.stage:
            return self.why_open
        stage, scale = self.stage, self.dimension.scale
        return describe_bounds(scale, stage) if stage and scale else ""

    @property
    def decided_by(self) -> Use | None:
        """The strongest of its links that give its likely stage or, without one, a bound of it.

        None if it follows from its parts.
        """
        stage = self.stage
        if stage is None or self.is_excluded or (self.by_links and self.by_links.likely is None and stage.likely):
            return None
        wanted = {(1, stage.likely)} if stage.likely else {(0, stage.low), (2, stage.high)}
        deciding = [use for use in self.links if use.stage and not wanted.isdisjoint(enumerate(use.stage))]
        return max(deciding, key=lambda use: use.link.strength, default=None)

    @property
    def rests_on(self) -> str:
        """The number of its links, and the one that decides; empty without links."""
        count, use = len(self.links), self.decided_by
        if count == 1:
            return phrase("1 link, from {source}", source=self.links[0].source_name)
        if count and use:
            return phrase("{count} links, decided by {source}", count=count, source=use.source_name)
        return phrase("{count} links", count=count) if count else ""

    @property
    def remarks(self) -> Sequence[str]:
        """Both readings if there are two, and the deciding link if there are several."""
        return tuple(self._remarks())

    def _remarks(self) -> Iterator[str]:
        if self.by_parts and self.by_links:
            yield phrase("through its dimensions: {stages}", stages=brief_of(self.dimension, self.by_parts))
            by_links = brief_of(self.dimension, self.by_links)
            if self.dimension.id == OUTCOME:
                yield phrase("by the link between the overall stages: {stages}", stages=by_links)
            else:
                yield phrase("by its own link: {stages}", stages=by_links)
            if self.is_excluded:
                yield phrase("the two exclude each other; the first is used")
            elif self.by_links.likely:
                yield phrase("the result is what both allow, with the likely stage of the second")
            else:
                yield phrase("the result is what both allow, with the likely stage of the first")
        if (use := self.decided_by) and (self.dimension.children or len(self.links) > 1):
            yield phrase("decided by the link from {source}", source=use.source_name)

    @property
    def why_not_inferable(self) -> str:
        """The reason why no link leads to it, if none does."""
        return self.reason or phrase("no link leads to it")

    @property
    def why_open(self) -> str:
        """The reason why nothing is known of it."""
        if self.inferable == "none":
            return phrase("not inferable: {why}", why=self.why_not_inferable)
        return phrase("the dimensions it follows from are open")

    @property
    def _no_stage_reason(self) -> str:
        """Short reason for showing no stage."""
        return phrase("not inferable") if self.inferable == "none" and self.position else super()._no_stage_reason

    def to_dict(self) -> ScoreEntry:
        """Return the score in the form of the JSON contract, with its links."""
        links: list[LinkUse] = [
            {
                "source": use.link.source,
                "relation": sorted(use.link.relation),
                "strength": float(use.link.strength),
                "stage": ids_of(use.stage),
                "rationale": use.link.rationale,
                "through": [step.name for step in use.link.steps],
            }
            for use in self.links
        ]
        return {
            **super().to_dict(),
            "links": links,
            "inferable": self.inferable,
            "by_parts": ids_of(self.by_parts),
            "by_links": ids_of(self.by_links),
        }


def names_in_sentences(model: Model) -> dict[str, str]:
    """Return the names of dimensions by id, as they are used in sentences."""
    return {**names_of(model), OUTCOME: phrase("the overall stage")}


def brief_of(dimension: Dimension, stage: Span[Stage] | None) -> str:
    """Return the stages that are ruled out, and the likely one, in words; empty without stages."""
    return brief_bounds(dimension.scale, stage) if dimension.scale and stage else ""


class Contribution(NamedTuple):
    """Contribution of one link to a conclusion, seen from the conclusion without that link.

    The conclusion is the outcome or, where the model has no overall stages, the target of the link.

    Args:
        use: The link and its conclusion.
        left: The score without the link.
        carries: Whether the stages are then different.
    """

    use: Use
    left: DerivedScore
    carries: bool

    def describe(self) -> str:
        """Return the remaining conclusion in words."""
        if not self.carries:
            return phrase("no change")
        return phrase("not applicable") if self.left.not_applicable else self.left.brief
