"""Results, translations and comparisons as JSON: the keys that `to_dict` gives, and that schemas and readers know.

Readers are to allow keys that they do not know.
"""

# Which keys are needed is known at run time only where annotations are no texts.
from typing import Literal, NotRequired, TypeAlias, TypedDict

from maturitykit.definition.issue import Severity

#: How much of a dimension its links speak to.
Inferable: TypeAlias = Literal["full", "part", "none"]

#: Where something went; ``sideways`` is to a stage that cannot be compared.
Direction: TypeAlias = Literal["up", "down", "sideways", "same", "unknown"]


class Stages(TypedDict):
    """Bounds, and what is likely, as stages.

    Args:
        low: Id of the lowest stage that it can be.
        likely: Id of the likely stage; null where nothing is known.
        high: Id of the highest stage that it can be.
    """

    low: str
    likely: str | None
    high: str


class Indexes(TypedDict):
    """The same as shares of the scale, from 0 to 1.

    Args:
        low: The least that it can be.
        likely: What is likely; null where nothing is known.
        high: The most that it can be.
    """

    low: float
    likely: float | None
    high: float


class DisagreementEntry(TypedDict):
    """How the likely ratings of several respondents differ.

    Args:
        low: Id of the lowest stage that one of them says.
        high: Id of the highest.
        agreement: Leik's ordinal consensus, from 0 to 1.
    """

    low: str
    high: str
    agreement: float


class LinkUse(TypedDict):
    """What one link says in a translation.

    Args:
        source: Id of the dimension that it reads.
        relation: What the source dimension judges, compared with what the target dimension
            judges; several where one of them holds.
        strength: How much of what the target judges the source speaks to.
        stage: What it says; null if the source is not applicable.
        rationale: Which claims it rests on.
        through: The steps that it was composed of, as ``source--target``.
        without: The stages of the outcome without this link or, where there are none, those of the
            dimension that it speaks of.
        carries: Whether these differ from the ones with it.
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
    """What was found at one dimension.

    Args:
        stage: Its stages; null where it has none.
        index: The same as shares of the scale; null on a partial order, or without stages.
        coverage: The weighted share that is answered, or that links speak to, from 0 to 1.
        respondents: How many respondents gave a known rating, here or below.
        disagreement: Of the known ratings of a leaf; null for fewer than two.
        not_applicable: Whether it takes no part.
        links: In a translation, what each link says.
        inferable: In a translation, whether links speak to all of it, to a part or to nothing.
        by_parts: In a translation, what follows from its parts alone; null unless its own links
            speak too.
        by_links: Likewise, what its own links alone say.
    """

    stage: Stages | None
    index: Indexes | None
    coverage: float
    respondents: int
    disagreement: DisagreementEntry | None
    not_applicable: bool
    links: NotRequired[list[LinkUse]]
    inferable: NotRequired[Inferable]
    by_parts: NotRequired[Stages | None]
    by_links: NotRequired[Stages | None]


class IssueEntry(TypedDict):
    """Something a reader of the result should know.

    Args:
        code: Stable, for programs.
        severity: ``warning`` where it bears on what the result can be used for.
        where: Id of the dimension that it concerns, or ``outcome``.
        message: For people.
    """

    code: str
    severity: Severity
    where: str
    message: str


class ModelName(TypedDict):
    """A model at a version.

    Args:
        id: Its id.
        version: Of its encoding.
    """

    id: str
    version: str


class Origin(TypedDict):
    """The measured result that a translation goes back to.

    Args:
        model: Id of its model.
        version: Of that model.
    """

    model: str
    version: str


class CrosswalkName(TypedDict):
    """A crosswalk that a translation used.

    Args:
        id: ``source--target``, as it was written.
        version: Of the crosswalk; empty if it has none.
        reversed: Whether it was read from its target to its source.
    """

    id: str
    version: str
    reversed: bool


# In a class, "from" could not be a key.
class Derived(TypedDict("From", {"from": Origin})):
    """How a translation was derived.

    Args:
        from: The measured result that it goes back to.
        path: The models on the way, the measured one first.
        strength: The product of the mean link strengths along it.
        crosswalks: The crosswalks on the way, in their order.
        without: The links that were left out, each as ``source--target``.
    """

    path: list[str]
    strength: float
    crosswalks: NotRequired[list[CrosswalkName]]
    without: NotRequired[list[str]]


class ResultEntry(TypedDict):
    """A result file.

    Args:
        format: Of the file; the number 1.
        model: The model, and its version.
        subject: Who or what was judged.
        date: When, as year-month-day; null if it was not said.
        scorer: The rule for all dimensions that do not name their own.
        consensus: How the ratings of several respondents were combined.
        weights: Weights in place of the model's, by dimension, each a whole number or a fraction.
        targets: The stages that were wanted, by dimension.
        digest: Of the questions and stages of the model; a form has the same.
        made_by: What made it, by name, and its version.
        outcome: The score of the model as a whole.
        dimensions: The score of each dimension, by its id.
        issues: What to know before you rely on the result, the gravest first.
        derived: In a translation, what it was derived from, and how.
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


class Scored(TypedDict):
    """One of two results that are compared.

    Args:
        subject: Who or what was judged.
        date: When, as year-month-day; null if it was not said.
    """

    subject: str
    date: str | None


class MovementEntry(TypedDict):
    """How one dimension differs between two results.

    Args:
        before: Its stages in the first result; null where it has none.
        after: Its stages in the second.
        direction: Where the likely stage went; ``sideways`` is to a stage that cannot be compared, and ``unknown``
            where one of the two has none.
        certain: Whether no answer to an open question could explain the difference, or make one.
    """

    before: Stages | None
    after: Stages | None
    direction: Direction
    certain: bool


class ComparisonEntry(TypedDict):
    """A comparison of two results of one model.

    Args:
        format: Of the file; the number 1.
        model: The model, and its version.
        before: The first result.
        after: The second.
        dimensions: How each dimension differs, by its id, the ``outcome`` first.
    """

    format: int
    model: ModelName
    before: Scored
    after: Scored
    dimensions: dict[str, MovementEntry]
