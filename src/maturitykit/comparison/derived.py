"""What links say of one dimension: single links, derived scores, and what a conclusion owes to a link."""

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
    """What one link says in a translation.

    Args:
        link: The link, composed where the way leads through other models.
        source: The score that it reads.
        target: What it speaks of.
        stage: The span of the target's stages; None if the source is not applicable.
        source_name: The name of what it reads, told apart from others.
        target_name: The name of what it speaks of, likewise.
    """

    link: Link
    source: Score
    target: Dimension
    stage: Span[Stage] | None
    source_name: str
    target_name: str

    @property
    def name(self) -> str:
        """The names of what it reads and of what it speaks of."""
        if OUTCOME == self.link.source == self.link.target:
            return phrase("between the overall stages")
        return phrase("{one} → {other}", one=self.source_name, other=self.target_name)

    @property
    def says(self) -> str:
        """What it says, in words."""
        return brief_of(self.target, self.stage) or phrase("does not apply")

    @property
    def coverage(self) -> float:
        """How much of the target it speaks to, as far as its source is answered."""
        return (1.0 if self.link.is_full else float(self.link.strength)) * self.source.coverage

    def describe(self) -> str:
        """Return the link in words."""
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
    """A score that follows from links, or from scores that do; never a measured one.

    Args:
        links: What each link says, if links speak of it.
        inferable: Whether they speak to all, to a part or to nothing of it.
        reason: Why they speak to nothing of it, where a crosswalk says so.
        by_parts: What follows from its parts alone, where its own links speak too.
        by_links: What its own links alone say, where its parts speak too.
        is_excluded: Whether these two exclude each other, so that its parts alone count.
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
        """What its stages rule out, and which is likely."""
        return brief_of(self.dimension, self.stage)

    @property
    def sentence(self) -> str:
        """The same with all bounds, and on which condition they hold; or why nothing can be said."""
        if self.inferable == "none" and self.stage:
            return self.why_open
        stage, scale = self.stage, self.dimension.scale
        return describe_bounds(scale, stage) if stage and scale else ""

    @property
    def decided_by(self) -> Use | None:
        """The strongest of the links into it that say its likely stage or, without one, a bound of it.

        None where it follows from its parts.
        """
        stage = self.stage
        if stage is None or self.is_excluded or (self.by_links and self.by_links.likely is None and stage.likely):
            return None
        wanted = {(1, stage.likely)} if stage.likely else {(0, stage.low), (2, stage.high)}
        found = [use for use in self.links if use.stage and not wanted.isdisjoint(enumerate(use.stage))]
        return max(found, key=lambda use: use.link.strength, default=None)

    @property
    def rests_on(self) -> str:
        """How many links speak of it, and which one decides; empty where none does."""
        count, use = len(self.links), self.decided_by
        if count == 1:
            return phrase("1 link, from {source}", source=self.links[0].source_name)
        if count and use:
            return phrase("{count} links, decided by {source}", count=count, source=use.source_name)
        return phrase("{count} links", count=count) if count else ""

    @property
    def remarks(self) -> Sequence[str]:
        """Both readings where there are two, and the link that decides where there are several."""
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
                yield phrase("the two exclude each other, and the first counts")
            elif self.by_links.likely:
                yield phrase("it is what both allow, with the likely stage of the second")
            else:
                yield phrase("it is what both allow, with the likely stage of the first")
        if (use := self.decided_by) and (self.dimension.children or len(self.links) > 1):
            yield phrase("decided by the link from {source}", source=use.source_name)

    @property
    def why_not_inferable(self) -> str:
        """Why no link says anything of it, where none does."""
        return self.reason or phrase("no link speaks of it")

    @property
    def why_open(self) -> str:
        """Why nothing is known of it."""
        if self.inferable == "none":
            return phrase("not inferable: {why}", why=self.why_not_inferable)
        return phrase("what it would follow from is open itself")

    @property
    def _no_stage_reason(self) -> str:
        """In a word, why no stage is told of it."""
        return phrase("not inferable") if self.inferable == "none" and self.position else super()._no_stage_reason

    def to_dict(self) -> ScoreEntry:
        """The score as the contract for JSON has it, with its links."""
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
    """Return the names of dimensions by id, as sentences have them."""
    return {**names_of(model), OUTCOME: phrase("the overall stage")}


def brief_of(dimension: Dimension, stage: Span[Stage] | None) -> str:
    """Return what derived stages rule out, and which is likely; empty where there are none."""
    return brief_bounds(dimension.scale, stage) if dimension.scale and stage else ""


class Contribution(NamedTuple):
    """What a conclusion owes to one link: what is left of it without that link.

    The conclusion is the outcome or, where the model has no overall stages, the dimension that the link speaks of.

    Args:
        use: The link, and what it says.
        left: The conclusion without it.
        carries: Whether the conclusion is then another one.
    """

    use: Use
    left: DerivedScore
    carries: bool

    def describe(self) -> str:
        """What is left, in words."""
        if not self.carries:
            return phrase("no change")
        return phrase("not applicable") if self.left.not_applicable else self.left.brief
