"""A model compiled for scoring: one function from the positions of its leaves to those of all dimensions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set as AbstractSet
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, TypeAlias

from attrs import define, frozen

from maturitykit.assessment.ratings import NOT_APPLICABLE, UNKNOWN, Rating
from maturitykit.definition import Dimension, Model, Scorer
from maturitykit.definition.scale import Position
from maturitykit.errors import Finding, ScoringError, coded, quoted
from maturitykit.formula.algebra import constant, each, refuse, vector
from maturitykit.formula.spelled import LARGEST_WHOLE
from maturitykit.registry import scorers
from maturitykit.rules.plain import smallest
from maturitykit.rules.roll_up import ByProfile, Combination, SpanTerms, is_below, vectors
from maturitykit.scoring.functions import Functions, Kind, below_each

#: What every rule has to obey.
LAW = "a better answer never lowers a score"

#: A sum of whole weights that a float still holds, whatever it is multiplied by.
LARGEST = 10**300


@frozen
class Node:
    """A dimension in a plan, and the rule that combines its children.

    Args:
        index: Its place in the plan, and in every list of a state.
        dimension: The dimension.
        combination: How it follows from its children.
        children: The places of its children, which are next to each other.
        is_combined: Whether it gets a position from its children.
    """

    index: int
    dimension: Dimension
    combination: Combination
    children: range
    is_combined: bool

    @property
    def scorer(self) -> Scorer:
        """The rule."""
        return self.combination.scorer


@define
class State:
    """What is known of each dimension of a plan, by its place.

    Positions are 0 where a dimension is not applicable, and the likely one also where it is not known.

    Args:
        low: The lowest positions.
        likely: The likely ones.
        high: The highest.
        known: Whether there is a likely one.
        not_applicable: Whether the dimension is not applicable.
        coverage: How much of it is answered.
        given: The places of those that are known as such, whatever is below them.
    """

    low: list[Position]
    likely: list[Position]
    high: list[Position]
    known: list[bool]
    not_applicable: list[bool]
    coverage: list[float]
    given: AbstractSet[int]

    def put(
        self, index: int, span: tuple[Position, Position | None, Position] | None, coverage: float = 1.0
    ) -> None:
        """Set what is known of a dimension as such; None if it is not applicable."""
        low, likely, high = span or (0, None, 0)
        self.low[index], self.likely[index], self.high[index] = low, likely or 0, high
        self.known[index], self.not_applicable[index] = likely is not None, span is None
        self.coverage[index] = coverage
        self.given |= {index}

    def copy(self) -> State:
        """Return the same in lists of its own."""
        columns = (self.low, self.likely, self.high, self.known, self.not_applicable, self.coverage)
        return State(*map(list, columns), given=self.given)  # type: ignore[misc, arg-type]


#: LeafAnswers that leave a question open.
_OPEN = frozenset((None, "", UNKNOWN))
#: Stands for a rating under another dimension than its own.
_MISPLACED = object()
_NOBODY: frozenset[int] = frozenset()

#: A place, the places of its children from the first to behind the last, a function, and their weights.
_Step: TypeAlias = tuple[int, int, int, Callable[..., Any], Sequence[int]]


class Plan:
    """A model with a choice of scorer and weights, ready to be evaluated.

    Raises:
        ScoringError: If a rule cannot serve where it stands, with all findings.
    """

    def __init__(self, model: Model, chosen: str | Scorer) -> None:
        self.model = model
        self.scorer = scorer = scorer_of(chosen)
        #: What it is compiled of once more, in another process.
        self._made_of: tuple[Model, str | Scorer, Mapping[str, Fraction]] = model, chosen, {}
        #: By place, from the outcome down: all dimensions of a depth before those that are deeper.
        self.nodes = list(_nodes(model, scorer))
        places = {node.dimension.id: node.index for node in self.nodes}
        #: The place of each dimension by its id, in the order of the model: the outcome first.
        self.index = {dimension.id: places[dimension.id] for dimension in model.root.walk()}
        self.leaves = {id: node for id, i in self.index.items() if not (node := self.nodes[i]).children}
        #: The nodes with children, each after all that are below it.
        self.inner = [node for node in reversed(self.nodes) if node.children]
        self.weights = self._weights({})
        self._functions = Functions()
        self._check()
        self._tops = [0 if node.children else node.dimension.scale.top for node in self.nodes]  # type: ignore[union-attr]
        self._positions: dict[str, tuple[int, Mapping[Any, int]]] = {
            id: (node.index, node.dimension.scale.positions)  # type: ignore[union-attr]
            for id, node in self.leaves.items()
        }
        count = len(self.nodes)
        self._blank: list[Position] = [0] * count
        self._nothing, self._everything = [False] * count, [True] * count
        self._covered, self._uncovered = [1.0] * count, [0.0] * count

    def __iter__(self) -> Iterator[Node]:
        """Go through the nodes in the order of the model."""
        return (self.nodes[place] for place in self.index.values())

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what it is made of: functions that are compiled cannot be sent."""
        return plan_for, self._made_of

    def reweighted(self, weights: Mapping[str, Fraction]) -> Plan:
        """Return the same plan with other weights for some dimensions; nothing is compiled again."""
        # By copy(), it would be compiled again.
        other = Plan.__new__(Plan)
        vars(other).update(vars(self))
        other._made_of = (*self._made_of[:2], weights)
        other.weights = self._weights(weights)
        other._check_weights()
        for name in ("_steps", "_applicable", "_general"):
            vars(other).pop(name, None)
        return other

    def read(self, answers: Mapping[str, Any]) -> State | None:
        """Return the state of the answers of one respondent; None where one has to be read with more care.

        LeafAnswers may be ratings too, each under its own dimension.
        """
        column = self._blank.copy()
        positions = self._positions
        try:
            for id, answer in answers.items():
                index, stages = positions[id]
                if type(answer) is Rating:
                    column[index] = stages[answer.answer if answer.dimension == id else _MISPLACED]
                else:
                    column[index] = stages[answer]
            if len(answers) < len(positions):
                return self._partial(answers)
        except (AttributeError, KeyError, TypeError):
            return self._partial(answers)
        # Now the three bounds are one, and this is the common and the quick case.
        for index, start, stop, function, weights in self._steps:
            column[index] = function(column[start:stop], weights)
        return State(column, column, column, self._everything, self._nothing, self._covered, _NOBODY)

    def _partial(self, answers: Mapping[str, Any]) -> State | None:
        """Return the state of answers of which some are blank, unknown or not applicable."""
        state = self.open()
        low, likely, high, known, coverage = state.low, state.likely, state.high, state.known, state.coverage
        try:
            for id, answer in answers.items():
                index, stages = self._positions[id]
                if type(answer) is Rating:
                    answer = answer.answer if answer.dimension == id else _MISPLACED  # noqa: PLW2901
                if answer in _OPEN:
                    continue
                coverage[index] = 1.0
                if answer == NOT_APPLICABLE:
                    high[index], state.not_applicable[index] = 0, True
                else:
                    low[index] = likely[index] = high[index] = stages[answer]
                    known[index] = True
        except (AttributeError, KeyError, TypeError):
            return None
        self.evaluate(state)
        return state

    def positions(self, leaves: Mapping[int, Position], not_applicable: Sequence[bool]) -> list[Position]:
        """Return the positions of all dimensions where those of the leaves are certain.

        Args:
            leaves: Their positions, by place.
            not_applicable: Whether each dimension of the plan is not applicable.
        """
        column = self._blank.copy()
        for index, position in leaves.items():
            column[index] = position
        if True not in not_applicable:
            for index, start, stop, function, weights in self._steps:
                column[index] = function(column[start:stop], weights)
        else:
            for index, start, stop, function, weights in self._stepped("exempting"):
                column[index] = function(column[start:stop], not_applicable[start:stop], weights) * (
                    not not_applicable[index]
                )
        return column

    def open(self) -> State:
        """Return the state in which every leaf spans its scale and nothing else is known."""
        return State(
            self._blank.copy(),
            self._blank.copy(),
            list(self._tops),
            self._nothing.copy(),
            self._nothing.copy(),
            self._uncovered.copy(),
            _NOBODY,
        )

    def rolled_up(self, node: Node, *, all_apply: bool) -> Callable[..., Any]:
        """Return the function from what a state holds of the children of a dimension, and weights, to its own."""
        return self._functions.of(node.index, node.combination, "applicable" if all_apply else "general", False)

    def evaluate(self, state: State) -> None:
        """Fill in the dimensions with children, from the leaves up, but for those that are given."""
        low, likely, high, known, coverage = state.low, state.likely, state.high, state.known, state.coverage
        not_applicable, given = state.not_applicable, state.given
        steps = self._general if True in not_applicable else self._applicable
        for i, start, stop, function, weights in steps:
            if i in given:
                continue
            low[i], likely[i], high[i], known[i], not_applicable[i], coverage[i] = function(
                low[start:stop],
                likely[start:stop],
                high[start:stop],
                known[start:stop],
                not_applicable[start:stop],
                coverage[start:stop],
                weights,
            )
        for node in self.inner:
            if node.combination.plain is not None and node.index not in given:
                self._check_monotone(node, low[node.index], high[node.index])

    def compiled(self, key: object, make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
        """Return what was compiled of this plan under a key, or make it now; no weights are part of it."""
        return self._functions.other(key, make)

    def formulas(
        self,
        leaves: Mapping[int, SpanTerms],
        keep: Callable[[SpanTerms], SpanTerms],
        overrule: Callable[[Node, SpanTerms], SpanTerms] = lambda _, cell: cell,
    ) -> dict[int, SpanTerms]:
        """Return the cells of all dimensions as formulas, by place.

        Args:
            leaves: The cells of the leaves, by place.
            keep: Makes columns of a cell, and returns it with these.
            overrule: Puts what else is known of a dimension with children into its cell.
        """
        cells = dict(leaves)
        for node in self.inner:
            weights, combination = self.weights[node.index], node.combination
            if sum(weights) > LARGEST_WHOLE:
                combination = ByProfile(node.dimension, node.scorer, self._exempting(node), weights)
                weights = tuple(map(float, weights))  # type: ignore[arg-type]
            cell = combination.roll_up(vectors([cells[child] for child in node.children]), vector(weights))
            if combination.plain is not None and node.is_combined:
                assert node.dimension.scale is not None
                why = f"{node.scorer.id} puts the highest bound below the lowest; {LAW}: "
                falls = is_below(node.dimension.scale.order, cell.high, cell.low)
                cell = cell._replace(high=cell.high + refuse(falls, why, constant(node.dimension.id)))
            cells[node.index] = keep(overrule(node, cell))
        return cells

    def _exempting(self, node: Node) -> Callable[..., Position]:
        is_even = set(self.weights[node.index]) == {1}
        return self._functions.of(node.index, node.combination, "exempting", is_even)

    @cached_property
    def _steps(self) -> list[_Step]:
        return self._stepped("certain")

    @cached_property
    def _applicable(self) -> list[_Step]:
        return self._stepped("applicable")

    @cached_property
    def _general(self) -> list[_Step]:
        return self._stepped("general")

    def _stepped(self, kind: Kind) -> list[_Step]:
        """Return how to fill in the dimensions with children: their places, those of their children, functions."""
        return [
            (
                node.index,
                node.children.start,
                node.children.stop,
                self._functions.of(node.index, node.combination, kind, set(self.weights[node.index]) == {1}),
                self.weights[node.index],
            )
            for node in self.inner
            if node.is_combined or kind in ("applicable", "general")
        ]

    def _weights(self, changed: Mapping[str, Fraction]) -> list[Sequence[int]]:
        """Return the weights of the children of each node, as the smallest whole numbers in proportion."""
        return [
            _whole([changed.get(child.id, child.weight) for child in node.dimension.children])
            for node in self.nodes
        ]

    def _check_monotone(self, node: Node, low: Position, high: Position) -> None:
        """Refuse a rule that lowers a score for a better answer, as that makes every bound untrue."""
        scale = node.dimension.scale
        if scale is not None and not scale.at_least(high, low if scale.is_chain else int(low)):  # type: ignore[arg-type]
            expected = f"a rule by which {LAW}"
            finding = Finding(
                node.dimension.id, f"{node.scorer.id} puts the highest bound below the lowest", expected
            )
            raise ScoringError(f"model {quoted(self.model.id)} cannot be scored by {self.scorer.id}", [finding])

    def _check(self) -> None:
        findings = [
            Finding(node.dimension.id, problem, "another rule there")
            for node in self
            if node.children
            for problem in node.scorer.problems(node.dimension)
        ]
        self._refuse(findings)
        self._check_weights()
        self._refuse(list(self._unscored()))

    def _check_weights(self) -> None:
        problem = "the weights of its parts are too large or too exact together"
        heavy = (node for node in self if sum(self.weights[node.index]) > LARGEST)
        self._refuse([Finding(node.dimension.id, problem, "simpler ones") for node in heavy])

    def _refuse(self, findings: Sequence[Finding]) -> None:
        if findings:
            title = f"model {quoted(self.model.id)} cannot be scored by {self.scorer.id}"
            raise ScoringError(title, coded("MK110", findings))

    def _unscored(self) -> Iterator[Finding]:
        for node in self:
            if node.is_combined:
                for child in self.nodes[node.children.start : node.children.stop]:
                    if child.children and not child.is_combined:
                        problem = f"has no score that {node.scorer.id} could combine"
                        yield Finding(child.dimension.id, problem, "a rule that gives it one")


#: Plans by model and scorer, the oldest first. A plan holds its model, so that no other one gets its identity.
_PLANS: dict[tuple[int, object], Plan] = {}
#: So many are kept.
_MOST_PLANS = 200


def plan_for(model: Model, scorer: str | Scorer | None, weights: Mapping[str, Fraction]) -> Plan:
    """Return the plan of a model, which is compiled once for each scorer."""
    chosen = scorer or model.scorers[0]
    # A rule object is known by what it is, as it may not be hashable.
    key = id(model), chosen if isinstance(chosen, str) else id(chosen)
    plan = _PLANS.get(key)
    if plan is None:
        plan = Plan(model, chosen)
        if isinstance(chosen, str) or any(chosen is offered for offered in model.scorers):
            if len(_PLANS) >= _MOST_PLANS:
                _PLANS.pop(next(iter(_PLANS)), None)
            _PLANS[key] = plan
    return plan.reweighted(weights) if weights else plan


def scorer_of(scorer: str | Scorer) -> Scorer:
    """Return a scorer by its registered name, or as it is.

    Raises:
        PluginError: If nothing usable has this name.
    """
    return scorer if isinstance(scorer, Scorer) else scorers.load(scorer)


def _nodes(model: Model, default: Scorer) -> Iterator[Node]:
    """Yield the nodes of a model, depth by depth, so that the children of each are next to each other."""
    dimensions = [model.root]
    starts: list[int] = []
    for dimension in dimensions:
        starts.append(len(dimensions))
        dimensions += dimension.children
    for index, dimension in enumerate(dimensions):
        children = range(starts[index], starts[index] + len(dimension.children))
        combination = Combination(dimension, _scorer_at(dimension, default))
        is_combined = False
        if children and dimension.scale is not None and not any(combination.scorer.problems(dimension)):
            below = below_each(False)
            is_combined = combination.position(below, below.low, each("weight"), True) is not None
        yield Node(index, dimension, combination, children, is_combined)


def _scorer_at(dimension: Dimension, default: Scorer) -> Scorer:
    """Return a dimension's own rule before the chosen one; without a scale, none applies."""
    if dimension.scale is None:
        return scorer_of("profile")
    return scorer_of(dimension.scorer) if dimension.scorer else default


def _whole(weights: Sequence[Fraction]) -> Sequence[int]:
    multiple = lcm(*(weight.denominator for weight in weights))
    return smallest([int(weight * multiple) for weight in weights])
