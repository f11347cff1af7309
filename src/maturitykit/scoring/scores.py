"""Scores of single dimensions, and short descriptions of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from attrs import field, frozen

from maturitykit.assessment.ratings import UNKNOWN, Rating
from maturitykit.definition import Dimension, Stage
from maturitykit.definition.scale import Position
from maturitykit.errors import Finding, ScoringError
from maturitykit.files.result import DisagreementEntry, Numbers, ScoreEntry, Stages
from maturitykit.words import phrase

T = TypeVar("T")


class Span(NamedTuple, Generic[T]):
    """Bounds that no answer to an open question can break, and the likely value between them.

    Args:
        low: The lowest possible value.
        likely: The value that the answers so far amount to; None without answers.
        high: The highest possible value.
    """

    low: T
    likely: T | None
    high: T


#: The lowest, the likely and the highest position; the likely one is 0 where it is not known.
Ends: TypeAlias = tuple[Position, Position, Position]


class RolledUp(NamedTuple):
    """A dimension as it follows from its children under some weights.

    Args:
        ends: Its positions.
        through_parts: Those by its rule alone, where links speak of it as such too.
        is_excluded: Whether these links exclude what its rule gives, so that its parts alone count.
    """

    ends: Ends
    through_parts: Ends
    is_excluded: bool = False


class Disagreement(NamedTuple):
    """Disagreement between the likely ratings of several respondents.

    Args:
        low: The lowest stage among them.
        high: The highest stage among them.
        agreement: Leik's ordinal consensus, from 0 (split between both ends of the scale)
            to 1 (all alike); see `maturitykit.agreement.ordinal_consensus`.
    """

    low: Stage
    high: Stage
    agreement: float


class Reason(Protocol):
    """An input of a score that is neither the score of a child nor a rating."""

    @property
    def source(self) -> Score:
        """The score, of another dimension or model, that it reads."""

    def describe(self) -> str:
        """Return its conclusion in words."""


@frozen(repr=False)
class Score:
    """The score of one dimension, with the inputs that it follows from.

    Args:
        dimension: The dimension that is scored.
        position: Positions on the scale of the dimension; None without a scale, or if it is not applicable.
        coverage: The weighted share of the leaves that is answered, from 0 to 1.
        respondents: Number of respondents who gave a known rating, here or below.
        disagreement: Disagreement between the known ratings of a leaf; None for fewer than two.
        not_applicable: Whether the dimension is not applicable.
        rule: Id of the rule by which it follows from its inputs: a scorer, or a consensus of respondents.
        weights: Weights of the inputs that are scores.
        inputs: The scores of the children, or the ratings.
        target: The stage that the caller wants to reach.
        highest_possible: Of a sum, the number that it has if all that is applicable is at its best.
        has_number: Whether it is shown with a number.
    """

    dimension: Dimension
    position: Span[Position] | None
    coverage: float
    respondents: int
    disagreement: Disagreement | None
    not_applicable: bool
    rule: str
    weights: tuple[int, ...] = field(repr=False)
    inputs: tuple[Score | Rating | Reason, ...] = field(repr=False)
    target: Stage | None = None
    highest_possible: float | None = None
    has_number: bool = False

    #: True if it follows from a result of another model, and was not measured.
    is_derived: ClassVar[bool] = False

    @property
    def stage(self) -> Span[Stage] | None:
        """The stages that the positions reach; None without a position."""
        return stages_of(self.dimension, self.position)

    @property
    def span(self) -> Span[Stage]:
        """The stages that the positions reach.

        Raises:
            ScoringError: If there are none, with the reason.
        """
        if (stage := self.stage) is None:
            raise ScoringError("there are no stages", [Finding(self.dimension.id, self._why_no_stage)])
        return stage

    @property
    def _why_no_stage(self) -> str:
        if self.dimension.scale is None:
            return "has no scale"
        return "is not applicable" if self.not_applicable else "is not combined from its parts by this rule"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.dimension.id}: {describe(self)}>"

    @property
    def index(self) -> Span[float] | None:
        """The positions as shares of the scale, from 0 to 1; None on a partial order."""
        scale, position = self.dimension.scale, self.position
        if scale is None or position is None or not scale.is_chain:
            return None
        likely = None if position.likely is None else scale.index(position.likely)
        return Span(scale.index(position.low), likely, scale.index(position.high))

    @property
    def value(self) -> Span[float] | None:
        """The numbers in the unit of the scale; None where it is shown with none."""
        scale, position = self.dimension.scale, self.position
        if scale is None or position is None or not self.has_number:
            return None
        likely = None if position.likely is None else scale.number_at(position.likely)
        return Span(scale.number_at(position.low), likely, scale.number_at(position.high))

    @property
    def brief(self) -> str:
        """The stages in a few words, for a table whose header says the rest; empty without stages."""
        return describe_span(self.stage) if self.stage else ""

    @property
    def sentence(self) -> str:
        """The stages in words that make sense by themselves; empty without stages."""
        return phrase("open ({stages})", stages=self.brief) if self.is_open and self.stage else self.brief

    @property
    def remarks(self) -> Sequence[str]:
        """Remarks on how it follows, a line each."""
        return ()

    @property
    def why_open(self) -> str:
        """The reason why nothing is known of it, if it is open."""
        answers = [item.answer for item in self.inputs if isinstance(item, Rating)]
        unknown = any(isinstance(answer, str) and answer.strip() == UNKNOWN for answer in answers)
        return phrase("nobody who answered knew") if unknown else phrase("nobody has answered")

    @property
    def is_open(self) -> bool:
        """True if it applies and nothing at all is known of it."""
        return self.coverage == 0 and not self.not_applicable

    @property
    def _no_stage_reason(self) -> str:
        """Short reason for showing no stage; empty if one is shown."""
        return phrase("open") if self.is_open and self.dimension.is_leaf else ""

    def to_dict(self) -> ScoreEntry:
        """Return the score in the form of the JSON contract, with stages by id."""
        return score_entry(
            self.dimension,
            self.position,
            self.coverage,
            self.respondents,
            self.disagreement,
            self.not_applicable,
            self.highest_possible,
            has_number=self.has_number,
        )


def score_entry(
    dimension: Dimension,
    position: Span[Position] | None,
    coverage: float,
    respondents: int,
    disagreement: Disagreement | None,
    not_applicable: bool,
    highest_possible: float | None = None,
    *,
    has_number: bool,
) -> ScoreEntry:
    """Return a score in the form of the JSON contract, from the fields of `Score`."""
    scale = dimension.scale
    stage: Stages | None = None
    index: Numbers | None = None
    value: Numbers | None = None
    disagreement_entry: DisagreementEntry | None = None
    if scale is not None and position is not None:
        at, (low, likely, high) = scale.stage, position
        stage = {"low": at(low).id, "likely": None if likely is None else at(likely).id, "high": at(high).id}
        if scale.is_chain:
            index = _numbers(scale.index, position)
        if has_number:
            value = _numbers(scale.number_at, position)
    if disagreement is not None:
        low_end, high_end, agreement = disagreement
        disagreement_entry = {"low": low_end.id, "high": high_end.id, "agreement": agreement}
    entry: ScoreEntry = {
        "stage": stage,
        "index": index,
        "value": value,
        "coverage": coverage,
        "respondents": respondents,
        "disagreement": disagreement_entry,
        "not_applicable": not_applicable,
    }
    if highest_possible is not None:
        entry["highest_possible"] = highest_possible
    return entry


def _numbers(of: Callable[[Position], float], position: Span[Position]) -> Numbers:
    low, likely, high = position
    return {"low": of(low), "likely": None if likely is None else of(likely), "high": of(high)}


def ids_of(stage: Span[Stage] | None) -> Stages | None:
    """Return stages by id, in the form of the JSON contract."""
    if stage is None:
        return None
    low, likely, high = stage
    return {"low": low.id, "likely": likely.id if likely else None, "high": high.id}


def stages_of(dimension: Dimension, position: Span[Position] | None) -> Span[Stage] | None:
    """Return the stages that positions reach; None without a scale or a position."""
    scale = dimension.scale
    if scale is None or position is None:
        return None
    likely = None if position.likely is None else scale.stage(position.likely)
    return Span(scale.stage(position.low), likely, scale.stage(position.high))


def describe(score: Score) -> str:
    """Return a score in a few words: ``emerging (up to operational), 88% answered``."""
    if score.not_applicable:
        return phrase("not applicable")
    stages = score.sentence
    if stages and (score.is_open or (score.dimension.is_leaf and not score.is_derived)):
        return stages
    share = phrase(
        "{share:.0%} {covered}",
        share=score.coverage,
        covered=phrase("covered" if score.is_derived else "answered"),
    )
    return phrase("{stages}, {share}", stages=stages, share=share) if stages else share


def describe_span(stage: Span[Stage]) -> str:
    """Return stages in a few words: ``emerging``, or ``emerging (traditional to operational)``."""
    low, likely, high = stage
    if likely is None:
        return phrase("{low} to {high}", low=low.name, high=high.name)
    if low == high:
        return likely.name
    if likely == low:
        return phrase("{likely} (up to {high})", likely=likely.name, high=high.name)
    if likely == high:
        return phrase("{likely} (from {low})", likely=likely.name, low=low.name)
    return phrase("{likely} ({low} to {high})", likely=likely.name, low=low.name, high=high.name)
