"""Types of results, translations and comparisons as JSON, for `to_dict`, the schemas and the readers.

Readers should ignore keys that they do not know.
"""

# No `from __future__ import annotations` here: with it, Python would take every key for a required one.
from typing import Literal, NotRequired, TypeAlias, TypedDict

from maturitykit.definition.issue import Severity

#: Part of a dimension about which its links allow an inference.
Inferable: TypeAlias = Literal["full", "part", "none"]

#: Direction of a change; ``sideways`` is a change to a stage that cannot be compared.
Direction: TypeAlias = Literal["up", "down", "sideways", "same", "unknown"]

#: What can be left out.
Omitted: TypeAlias = Literal["respondent", "question", "link"]

#: What can be added to a result as JSON.
Included: TypeAlias = Literal["what_holds", "roadmap"]


class Stages(TypedDict):
    """Lowest possible, likely and highest possible stage.

    Args:
        low: Id of the lowest stage that is possible.
        likely: Id of the likely stage; null if nothing is known.
        high: Id of the highest stage that is possible.
    """

    low: str
    likely: str | None
    high: str


class Numbers(TypedDict):
    """Numbers that go with the lowest possible, the likely and the highest possible stage.

    Args:
        low: Number that goes with the lowest stage; where lower numbers are better, the highest number.
        likely: Likely number; null if nothing is known.
        high: Number that goes with the highest stage.
    """

    low: float
    likely: float | None
    high: float


class DisagreementEntry(TypedDict):
    """Differences between the likely ratings of several respondents.

    Args:
        low: Id of the lowest stage that a respondent chose.
        high: Id of the highest stage that a respondent chose.
        agreement: Leik's ordinal consensus, from 0 to 1.
    """

    low: str
    high: str
    agreement: float


class LinkUse(TypedDict):
    """A link in a translation, and the stages that it implies.

    Args:
        source: Id of the source dimension.
        relation: Content of the source dimension compared with that of the target dimension;
            several if one of them holds.
        strength: Share of the content of the target that the source covers.
        stage: Stages of the target that it implies; null if the source is not applicable.
        rationale: Claims that the link rests on.
        through: Steps that it was composed of, as ``source--target``.
        without: Stages of the outcome without this link or, if there is no outcome, those of the
            target dimension.
        carries: Whether the stages without it differ from those with it.
    """

    source: str
    relation: list[str]
    strength: float
    stage: Stages | None
    rationale: str
    through: list[str]
    without: NotRequired[Stages | None]
    carries: NotRequired[bool]


class ScoreEntry(TypedDict):
    """The score of one dimension.

    Args:
        stage: Stages of the dimension; null if it has none.
        index: The stages as shares of the scale; null on a partial order, or without stages.
        value: Numbers in the unit of the scale; null where the model states none for its stages, and on a
            scale with bands unless a mean or a sum gives the number.
        coverage: Weighted share of the dimension that is answered or that links cover, from 0 to 1.
        respondents: Number of respondents with a known rating, here or below.
        disagreement: Disagreement in the known ratings of a leaf; null for fewer than two.
        not_applicable: Whether the dimension is left out of the score.
        highest_possible: Of a sum, the number that it has if all that is applicable is at its best.
        links: In a translation, the links to the dimension, with the stages that each implies.
        inferable: In a translation, the part of the dimension about which links allow an inference.
        by_parts: In a translation, the stages that follow from its parts alone; null unless its own
            links imply stages too.
        by_links: In a translation, the stages that follow from its own links alone; null unless its
            parts imply stages too.
    """

    stage: Stages | None
    index: Numbers | None
    value: Numbers | None
    coverage: float
    respondents: int
    disagreement: DisagreementEntry | None
    not_applicable: bool
    highest_possible: NotRequired[float]
    links: NotRequired[list[LinkUse]]
    inferable: NotRequired[Inferable]
    by_parts: NotRequired[Stages | None]
    by_links: NotRequired[Stages | None]


class IssueEntry(TypedDict):
    """Something a reader of the result should know.

    Args:
        code: Code that stays the same, for programs.
        severity: ``warning`` if it limits the use of the result.
        where: Id of the dimension that it concerns, or ``outcome``.
        message: Text for people.
    """

    code: str
    severity: Severity
    where: str
    message: str


class ModelName(TypedDict):
    """A model at a version.

    Args:
        id: Id of the model.
        version: Version of its encoding.
    """

    id: str
    version: str


class Origin(TypedDict):
    """The model of the measured result that a translation was derived from.

    Args:
        model: Id of the model.
        version: Version of the model.
    """

    model: str
    version: str


class CrosswalkName(TypedDict):
    """A crosswalk that a translation used.

    Args:
        id: Id of the crosswalk, ``source--target``, as it was written.
        version: Version of the crosswalk; empty if it has none.
        reversed: Whether it was used from its target to its source.
    """

    id: str
    version: str
    reversed: bool


# The functional form, as "from" is a keyword and cannot be a field of a class.
class Derived(TypedDict("From", {"from": Origin})):
    """Derivation of a translation.

    Args:
        from: Model of the measured result.
        path: Ids of the models along the route, the measured one first.
        strength: Product of the mean link strengths along the route.
        crosswalks: Crosswalks along the route, in their order.
        without: Links that were left out, each as ``source--target``.
    """

    path: list[str]
    strength: float
    crosswalks: NotRequired[list[CrosswalkName]]
    without: NotRequired[list[str]]


class TieEntry(TypedDict):
    """A likely stage that is decided by exactly half of the weight, of which the lower one is shown.

    Args:
        dimension: Id of the dimension with the tie.
        stage: Id of the likely stage that it has.
        with_more: Id of the one that it has as soon as any of these children weighs a little more.
        children: Ids of these children.
        outcome: Id of the likely stage that the outcome then has; null if it has none.
    """

    dimension: str
    stage: str
    with_more: str
    children: list[str]
    outcome: str | None


class WeightBoundsEntry(TypedDict):
    """Bounds of the outcome over weights that are each up to a quarter lower or higher.

    Args:
        lowest: Lowest stages that each end, and the likely stage, comes to.
        highest: Highest stages, likewise.
        is_exact: Whether some of these weights reach each of them; otherwise no weights go beyond them.
    """

    lowest: Stages
    highest: Stages
    is_exact: bool


class OmissionEntry(TypedDict):
    """Something that alone changes the likely stage of the outcome when it is left out.

    Args:
        kind: What it is.
        id: Id of the rated dimension, or the link as ``source--target``; null for a respondent.
        number: Its place among its kind, from 1; respondents are in the order of their answers.
        stage: Stages of the outcome without it; null if it is then not applicable.
    """

    kind: Omitted
    id: str | None
    number: int
    stage: Stages | None


class WhatHoldsEntry(TypedDict):
    """Facts that the outcome rests on. They follow from the answers, and are passed over when it is read back.

    Args:
        sentence: What it rests on most, in English; respondents are told by number.
        ties: Likely stages that exactly half of the weight decides.
        within_a_quarter: Bounds of the outcome over weights a quarter lower or higher; null if it has none, or if
            it is not known how a rule reads weights.
        rules: Stages of the outcome under each rule that the model offers.
        without: Respondents, questions and links of which each alone changes the likely stage.
    """

    sentence: str
    ties: list[TieEntry]
    within_a_quarter: WeightBoundsEntry | None
    rules: dict[str, Stages | None]
    without: list[OmissionEntry]


class ImprovementEntry(TypedDict):
    """A dimension that has to reach a stage.

    Args:
        dimension: Id of the dimension.
        start: Id of its likely stage now; null if it is open.
        to: Id of the stage that is needed.
    """

    dimension: str
    start: str | None
    to: str


class SparedEntry(TypedDict):
    """One of the weakest dimensions, which is not among the improvements.

    Args:
        dimension: Id of the dimension.
        stage: Id of its likely stage, at which it can stay.
        moves_alone: Whether raising it alone, to its top, changes the likely stage of the outcome.
    """

    dimension: str
    stage: str
    moves_alone: bool


class RoadmapEntry(TypedDict):
    """Improvements that reach a stage of the outcome.

    Args:
        stage: Id of the stage.
        improvements: The smallest set of improvements; null if nothing can reach the stage.
        alternatives: Other sets of the same size.
        order_is_free: Whether no order of the improvements brings the outcome further on the way than another.
        within_a_quarter: Whether they are enough under all weights a quarter lower or higher; null if that is not
            known.
        spared: The weakest dimensions that are not among the improvements.
    """

    stage: str
    improvements: list[ImprovementEntry] | None
    alternatives: list[list[ImprovementEntry]]
    order_is_free: bool
    within_a_quarter: bool | None
    spared: list[SparedEntry]


class ResultEntry(TypedDict):
    """A result file.

    Args:
        format: Number of the file format: 1.
        model: The model, and its version.
        subject: Organisation, team or other subject that was assessed.
        date: Date of the assessment, as year-month-day; null if it has none.
        scorer: Rule for all dimensions that do not name their own.
        consensus: Method that combined the ratings of several respondents.
        weights: Weights in place of the model's, by dimension, each a whole number or a fraction.
        targets: Target stages, by dimension.
        digest: Digest of the questions and stages of the model; a form has the same.
        made_by: Programs that made it, by name, with their versions.
        outcome: Score of the model as a whole.
        dimensions: Score of each dimension, by its id.
        issues: Issues to know before you rely on the result, the gravest first.
        derived: In a translation, its derivation.
        what_holds: What the outcome rests on, where it was asked for.
        roadmap: Roadmaps to the target of the outcome, or to each next stage, where they were asked for.
    """

    format: int
    model: ModelName
    subject: str
    date: str | None
    scorer: str
    consensus: str
    weights: dict[str, str]
    targets: dict[str, str]
    digest: str
    made_by: dict[str, str]
    outcome: ScoreEntry
    dimensions: dict[str, ScoreEntry]
    issues: list[IssueEntry]
    derived: NotRequired[Derived]
    what_holds: NotRequired[WhatHoldsEntry]
    roadmap: NotRequired[list[RoadmapEntry]]


class Scored(TypedDict):
    """One of two results that are compared.

    Args:
        subject: Organisation, team or other subject that was assessed.
        date: Date of the assessment, as year-month-day; null if it has none.
    """

    subject: str
    date: str | None


class MovementEntry(TypedDict):
    """Difference of one dimension between two results.

    Args:
        before: Stages in the first result; null if it has none.
        after: Stages in the second result; null if it has none.
        direction: Direction in which the likely stage changed; ``sideways`` is a change to a stage that cannot be
            compared, and ``unknown`` means that one of the two results has none.
        certain: Whether the direction would be the same for every answer to the open questions.
        within_a_quarter: Whether it would be the same under all weights a quarter lower or higher, even other ones
            each time; null if that is not known.
        for_any_distances: Whether it would be the same for any distances between the stages; null if that is not
            known.
        among_the_same: Direction among those who answered both times; null if that is not known, or if there is
            nobody.
    """

    before: Stages | None
    after: Stages | None
    direction: Direction
    certain: bool
    within_a_quarter: bool | None
    for_any_distances: bool | None
    among_the_same: Direction | None


class ComparisonEntry(TypedDict):
    """A comparison of two results of one model.

    Args:
        format: Number of the file format: 1.
        model: The model, and its version.
        before: The first result.
        after: The second result.
        dimensions: Difference of each dimension, by its id, the ``outcome`` first.
    """

    format: int
    model: ModelName
    before: Scored
    after: Scored
    dimensions: dict[str, MovementEntry]
