"""Results: the score of the outcome and of every dimension, with what it follows from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import copy
from datetime import date as Date
from fractions import Fraction
from math import fsum
from typing import TYPE_CHECKING, Any, NamedTuple, Self, get_args

from maturitykit.assessment.agreement import ordinal_consensus
from maturitykit.assessment.ratings import Rating, is_known
from maturitykit.definition import Model, Scale, Scorer, Stage
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.issue import Issue
from maturitykit.definition.scale import Position
from maturitykit.errors import Finding, ScoringError, one_of, quoted
from maturitykit.files.result import Included, IssueEntry, ResultEntry, ScoreEntry
from maturitykit.notebook import repr_html
from maturitykit.registry import version
from maturitykit.rules.built_in import Sum
from maturitykit.rules.consensus import Consensus
from maturitykit.scoring.answers import LeafAnswers
from maturitykit.scoring.plan import Node, Plan, State, plan_for
from maturitykit.scoring.scores import Disagreement, RolledUp, Score, Span, describe, score_entry, stages_of

if TYPE_CHECKING:
    from maturitykit.scoring.robustness import Robustness


class Setting(NamedTuple):
    """Subject, date and remarks of a result, and the choices of the caller."""

    consensus: Consensus = "median"
    subject: str = ""
    date: Date | None = None
    weights: Mapping[str, Fraction] = {}
    targets: Mapping[str, Stage] = {}
    remarks: Sequence[Issue] = ()


class Result(Mapping[str, Score]):
    """The scores of one assessment, by the id of the dimension, the outcome first.

    Made by `maturitykit.score`. Its scores are made when they are first asked for.
    """

    _repr_html_ = repr_html
    __slots__ = ("_answers", "_counts", "_issues", "_plan", "_scores", "_setting", "_state")

    def __init__(self, plan: Plan, state: State, answers: dict[str, Any], setting: Setting) -> None:
        #: The compiled model.
        self._plan = plan
        self._state = state
        self._answers = answers
        self._setting = setting
        self._scores: dict[str, Score] = {}
        #: Number of respondents who gave a known rating at a node or below it, by index.
        self._counts: tuple[int, ...] | None = None
        self._issues: tuple[Issue, ...] | None = None

    def __getitem__(self, id: str) -> Score:
        if id not in self._scores:
            if id not in self._plan.index:
                raise KeyError(str(Finding("", f"{quoted(id)} is not a dimension", one_of(list(self), id))))
            self._scores[id] = self._score(self._plan.nodes[self._plan.index[id]])
        return self._scores[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._plan.index)

    def __len__(self) -> int:
        return len(self._plan.index)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result):
            return NotImplemented
        return self is other or (self._about() == other._about() and dict(self) == dict(other))

    def __hash__(self) -> int:
        return hash((type(self), self.model.id, self.model.version, self.subject, self.date, self.stage))

    def _about(self) -> tuple[Any, ...]:
        """Return what distinguishes results besides their scores."""
        return type(self), self.scorer, self._setting, self.model

    def __repr__(self) -> str:
        about = f" of {self.subject}" if self.subject else ""
        return f"<{type(self).__name__}{about} on {self.model.id}: {describe(self.outcome)}>"

    @property
    def model(self) -> Model:
        """The model that was scored."""
        return self._plan.model

    @property
    def subject(self) -> str:
        """The person, team or organisation that was assessed."""
        return self._setting.subject

    @property
    def date(self) -> Date | None:
        """The date of the assessment; None if it is unknown."""
        return self._setting.date

    @property
    def scorer(self) -> str:
        """Id of the rule for all dimensions that do not name their own."""
        return self._plan.scorer.id

    @property
    def consensus(self) -> Consensus:
        """The consensus by which the ratings of several respondents were combined."""
        return self._setting.consensus

    @property
    def weights(self) -> Mapping[str, Fraction]:
        """The weights that the caller set in place of the model's."""
        return self._setting.weights

    @property
    def outcome(self) -> Score:
        """The score of the model as a whole."""
        return self[OUTCOME]

    @property
    def targets(self) -> Mapping[str, Stage]:
        """The stages that the caller wants to reach, by dimension."""
        return self._setting.targets

    @property
    def is_derived(self) -> bool:
        """True if it follows from a result of another model, and was not measured."""
        return False

    @property
    def outcome_is_given(self) -> bool:
        """True if the overall stage was given directly, and does not follow from the dimensions."""
        return 0 in self._state.fixed

    @property
    def stage(self) -> Span[Stage] | None:
        """The stages of the outcome; None if it has none."""
        return stages_of(self.model.root, self._position(0))

    @property
    def span(self) -> Span[Stage]:
        """The stages of the outcome.

        Raises:
            ScoringError: If there are none, with the reason.
        """
        return self.outcome.span

    @property
    def coverage(self) -> float:
        """The weighted share of the model that was answered, from 0 to 1."""
        return self._state.coverage[0]

    @property
    def leaves(self) -> tuple[Score, ...]:
        """The scores of the dimensions that are rated, in order."""
        return tuple(self[id] for id in self._plan.leaves)

    @property
    def weakest(self) -> tuple[Score, ...]:
        """The rated dimensions that are lowest on their scales, as far as they are known."""
        known = [(s.index.likely, s) for s in self.leaves if s.index and s.index.likely is not None]
        least = min((index for index, _ in known), default=None)
        return tuple(score for index, score in known if index == least)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Issues to know of before you rely on the result: warnings first, then information."""
        if self._issues is None:
            from maturitykit.scoring.issues import issues_of

            self._issues = tuple(issues_of(self._working_copy(), self._setting.remarks))
        return self._issues

    def explain(self, id: str = OUTCOME, language: str = "") -> str:
        """Return the derivation of a score as a tree, down to each respondent's answer.

        Args:
            id: The dimension; by default the outcome.
            language: Language of the derivation's own words (en, nl); by default that of the model's texts.

        Raises:
            KeyError: If the model has no such dimension.
        """
        from maturitykit.scoring.explain import explain
        from maturitykit.words import Words

        return explain(self[id], Words(language or self.model.language))

    def robustness(self) -> Robustness:
        """Return what the result hangs on: ties, weights, rules, respondents, questions and links."""
        from maturitykit.scoring.robustness import Robustness

        return Robustness(self)

    def to_dict(self, *, include: Collection[Included] = ()) -> ResultEntry:
        """Return the result in the form of the JSON contract (``format = 1``).

        Args:
            include: What to work out besides: ``what_holds`` for what the outcome rests on, and ``roadmap``.

        Raises:
            ScoringError: If something else is to be included.
        """
        entries = self._entries()
        found: ResultEntry = {
            "format": 1,
            "model": {"id": self.model.id, "version": self.model.version},
            "subject": self.subject,
            "date": self.date.isoformat() if self.date else None,
            "scorer": self.scorer,
            "consensus": self.consensus,
            "weights": {id: str(weight) for id, weight in self.weights.items()},
            "targets": {id: stage.id for id, stage in self.targets.items()},
            "digest": self.model.digest,
            "made_by": {"maturitykit": version()},
            "outcome": entries.pop(OUTCOME),
            "dimensions": entries,
            "issues": [_issue_entry(issue) for issue in self.issues],
        }
        if unknown := [name for name in include if name not in get_args(Included)]:
            findings = [Finding("include", f"is {quoted(n)}", one_of(get_args(Included), n)) for n in unknown]
            raise ScoringError("there is no such part of a result", findings)
        if "what_holds" in include:
            found["what_holds"] = self.robustness().to_dict()
        if "roadmap" in include:
            from maturitykit.scoring.roadmap import wanted_roadmaps

            found["roadmap"] = [route.to_dict() for route in wanted_roadmaps(self)]
        return found

    def _entries(self) -> dict[str, ScoreEntry]:
        """Return the scores in the form of the JSON contract, without keeping any of them."""
        coverage, not_applicable, counts = (
            self._state.coverage,
            self._state.not_applicable,
            self._counts_of_respondents(),
        )
        entries = {}
        for node in self._plan:
            i, position = node.index, self._position(node.index)
            disagreement = self._disagreement(node)
            entries[node.dimension.id] = score_entry(
                *(node.dimension, position, coverage[i], counts[i], disagreement, not_applicable[i]),
                self._highest_possible(node) if node.children else None,
                has_number=node.has_number,
            )
        return entries

    def _working_copy(self) -> Self:
        """Return a copy with the scores made so far; scores that the copy makes are not kept here."""
        other = copy(self)
        other._scores = dict(self._scores)
        return other

    def to_frame(self, engine: str = "pandas") -> Any:
        """Return the scores as a data frame: a row for each dimension, the outcome first, stages by id.

        Args:
            engine: ``pandas`` or ``polars``, which has to be installed.

        Raises:
            MaturityError: If the engine is unknown or not installed.
        """
        from maturitykit.scoring.records import frame_of, rows_of

        return frame_of(rows_of(self), engine)

    def _sources(self, links: Sequence[tuple[bool, int]]) -> list[list[Any]]:
        """Return what some links read, as lists in the order of the fields of ``Sources``.

        Args:
            links: For each link, whether it has something to read, and the index of the dimension that it reads.
        """
        state, nodes = self._state, self._plan.nodes
        columns = (state.low, state.likely, state.high, state.known, state.not_applicable, state.coverage)
        sources: list[list[Any]] = [[column[i] for _, i in links] for column in columns]
        sources.append([can_be_read and self._has_position(nodes[i]) for can_be_read, i in links])
        return sources

    def _has_position(self, node: Node) -> bool:
        """Check whether a node has a position, unless it is not applicable."""
        return node.is_combined or not node.children or node.index in self._state.fixed

    def _roll_up(self, node: Node) -> Callable[..., RolledUp]:
        """Return a function from low, likely and high positions of children, and weights, to their parent."""
        state, children = self._state, slice(node.children.start, node.children.stop)
        function = self._plan.rolled_up(node, all_apply=True not in state.not_applicable)
        rest = state.known[children], state.not_applicable[children], state.coverage[children]

        def run(*columns: Sequence[Any]) -> RolledUp:
            *positions, weights = columns
            ends = function(*positions, *rest, weights)[:3]
            return RolledUp(ends, ends)

        return run

    def _is_linked(self, node: Node) -> bool:
        """Tell whether links speak of a dimension as such."""
        return False

    def _under(self, scorer: str | Scorer) -> Result:
        """Return the same under another rule, for what follows from its positions alone."""
        plan, state = plan_for(self.model, scorer, self.weights), self._state.copy()
        plan.evaluate(state)
        return Result(plan, state, {}, self._setting)

    def _in_state(self, state: State) -> Result:
        """Return the same with other positions of what is rated, for what follows from its positions alone."""
        self._plan.evaluate(state)
        return Result(self._plan, state, {}, self._setting)

    def _changed(self, change: Callable[[Result], Result]) -> Result:
        """Return what follows if the measured result were another, for what follows from its positions alone."""
        return change(self)

    def _without_links(self) -> Iterator[tuple[str, str, Span[Stage] | None]]:
        """Yield each link that it follows from, by id and name, and the stages of the outcome without it."""
        yield from ()

    @property
    def _measured(self) -> Result:
        """The result of ratings that it goes back to."""
        return self

    def _score(self, node: Node) -> Score:
        state, i = self._state, node.index
        ratings = self._ratings_at(node)
        rated = self._answers.get(node.dimension.id) is not None or not node.children
        return Score(
            dimension=node.dimension,
            position=self._position(i),
            coverage=state.coverage[i],
            respondents=self._counts_of_respondents()[i],
            disagreement=self._disagreement(node),
            not_applicable=state.not_applicable[i],
            rule=self.consensus if rated else node.scorer.id,
            weights=() if rated else self._plan.weights_shown(node, state.not_applicable),
            inputs=tuple(ratings) if rated else tuple(self[child.id] for child in node.dimension.children),
            target=self._setting.targets.get(node.dimension.id),
            highest_possible=None if rated else self._highest_possible(node),
            has_number=node.has_number,
        )

    def _highest_possible(self, node: Node) -> float | None:
        """Return the number that a sum has if all that is applicable is at its best; None under other rules."""
        if not isinstance(node.scorer, Sum) or self._position(node.index) is None:
            return None
        absent = self._state.not_applicable
        weights = self._plan.given_weights(node, absent)
        total = 0.0
        for child, weight in zip(node.children, weights, strict=True):
            below = self._plan.nodes[child]
            if not absent[child] and below.dimension.scale is not None:
                possible = self._highest_possible(below) if below.children else None
                total += weight * (below.dimension.scale.ends[1] if possible is None else possible)
        return total

    def _position(self, index: int) -> Span[Position] | None:
        state, node = self._state, self._plan.nodes[index]
        if state.not_applicable[index] or not self._has_position(node):
            return None
        likely = state.likely[index] if state.known[index] else None
        return Span(state.low[index], likely, state.high[index])

    def _ratings_at(self, node: Node) -> Sequence[Rating]:
        answers = self._answers.get(node.dimension.id)
        if isinstance(answers, LeafAnswers):
            return answers.ratings
        if answers is None:
            return ()
        # A single answer was kept as it came.
        return (answers if isinstance(answers, Rating) else Rating(node.dimension.id, answers),)

    def _counts_of_respondents(self) -> tuple[int, ...]:
        if self._counts is None:
            nodes = self._plan.nodes
            names: list[set[str]] = [set() for _ in nodes]
            # Children come after their parents, so that this order counts them first.
            for node in reversed(nodes):
                known = {rating.respondent for rating in self._ratings_at(node) if is_known(rating)}
                names[node.index] = known.union(*(names[child] for child in node.children))
            self._counts = tuple(map(len, names))
        return self._counts

    def _disagreement(self, node: Node) -> Disagreement | None:
        answers, scale = self._answers.get(node.dimension.id), node.dimension.scale
        # A single answer was kept as it came, and agrees with itself.
        if not isinstance(answers, LeafAnswers) or len(answers.readings) < 2 or scale is None:
            return None
        likelies = [reading.likely for reading in answers.readings]
        low, high = scale.stage(scale.meet(likelies)), scale.stage(scale.join(likelies))
        return Disagreement(low, high, _agreement(scale, likelies))


def _issue_entry(issue: Issue) -> IssueEntry:
    return {"code": issue.code, "severity": issue.severity, "where": issue.where, "message": issue.message}


def _agreement(scale: Scale, likelies: Sequence[int]) -> float:
    """Return Leik's consensus; on a partial order, the same from the shares at or above each stage."""
    if scale.is_chain:
        return ordinal_consensus(likelies, len(scale.stages))
    above = [sum(scale.at_least(p, stage) for p in likelies) / len(likelies) for stage in range(1, scale.top + 1)]
    return 1 - 2 * fsum(min(share, 1 - share) for share in above) / scale.top
