"""A model compiled for scoring: one function from the positions of its leaves to those of all dimensions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, TypeAlias

from attrs import define, frozen

from maturitykit.assessment.ratings import NOT_APPLICABLE, UNKNOWN, Rating
from maturitykit.definition import Dimension, Model, Scorer
from maturitykit.definition.scale import Position
from maturitykit.errors import Finding, ScoringError, coded, quoted
from maturitykit.formula.algebra import Formula, Term, Wide, constant, each, if_else, real_total, refuse, vector
from maturitykit.formula.spelled import LARGEST_SMALL, LARGEST_WHOLE
from maturitykit.registry import scorers
from maturitykit.rules.plain import smallest
from maturitykit.rules.roll_up import ByProfile, Combination, SpanTerms, is_below, vectors
from maturitykit.scoring.functions import Functions, Kind, symbolic_children

#: The law that every rule has to obey.
LAW = "a better answer never lowers a score"

#: Largest sum of whole weights; a float still holds its product with any position.
_LARGEST_WEIGHT = 10**300


@frozen
class Node:
    """A dimension in a plan, and the rule that combines its children.

    Args:
        index: Its index in the plan, and in every list of a state.
        dimension: The dimension.
        combination: The combination of its children.
        children: The indexes of its children that are scored, which are consecutive.
        is_combined: Whether it gets a position from its children.
    """

    index: int
    dimension: Dimension
    combination: Combination
    children: range
    is_combined: bool

    @property
    def scored(self) -> Dimension:
        """The dimension with only those children that are scored."""
        return self.combination.dimension

    @property
    def has_number(self) -> bool:
        """True if its scores are shown with a number: the model states some, and nobody can have typed another."""
        scale = self.dimension.scale
        if scale is None or not scale.has_numbers:
            return False
        return not scale.has_bands or (self.is_combined and not self.scorer.ordinal)

    @property
    def scorer(self) -> Scorer:
        """The rule."""
        return self.combination.scorer


@define
class State:
    """Knowledge of each dimension of a plan, in lists by its index.

    Positions are 0 if a dimension is not applicable; the likely one is 0 also if it is unknown.

    Args:
        low: The lowest positions.
        likely: The likely positions.
        high: The highest positions.
        known: Whether the likely position is known.
        not_applicable: Whether the dimension is not applicable.
        coverage: Share of the dimension that is answered, from 0 to 1.
        fixed: Indexes of the dimensions that are set directly, and not computed from their children.
    """

    low: list[Position]
    likely: list[Position]
    high: list[Position]
    known: list[bool]
    not_applicable: list[bool]
    coverage: list[float]
    fixed: AbstractSet[int]

    def put(
        self, index: int, span: tuple[Position, Position | None, Position] | None, coverage: float = 1.0
    ) -> None:
        """Set a dimension directly; None if it is not applicable."""
        low, likely, high = span or (0, None, 0)
        self.low[index], self.likely[index], self.high[index] = low, likely or 0, high
        self.known[index], self.not_applicable[index] = likely is not None, span is None
        self.coverage[index] = coverage
        self.fixed |= {index}

    def copy(self) -> State:
        """Return the same in lists of its own."""
        columns = (self.low, self.likely, self.high, self.known, self.not_applicable, self.coverage)
        return State(*map(list, columns), fixed=self.fixed)  # type: ignore[misc, arg-type]


#: Answers that leave a question open.
_OPEN = frozenset((None, "", UNKNOWN))
#: Stands for a rating that is listed under another dimension than its own.
_MISPLACED = object()
_NONE_FIXED: frozenset[int] = frozenset()

#: An index, the start and the stop of its children's indexes, a function, and their weights.
_Step: TypeAlias = tuple[int, int, int, Callable[..., Any], Sequence[int]]


class Plan:
    """A model with a choice of scorer and weights, ready to be evaluated.

    Raises:
        ScoringError: If a rule cannot be used on its dimension, with all findings.
    """

    def __init__(self, model: Model, chosen: str | Scorer) -> None:
        self.model = model
        self.scorer = scorer = scorer_of(chosen)
        #: The arguments of `plan_for` that compile it again, in another process.
        self._arguments: tuple[Model, str | Scorer, Mapping[str, Fraction]] = model, chosen, {}
        #: The nodes by index, from the outcome down: all dimensions of a depth before the deeper ones.
        self.nodes = list(_nodes(model, scorer))
        indexes = {node.dimension.id: node.index for node in self.nodes}
        #: The index of each dimension by its id, in the order of the model: the outcome first.
        self.index = {dimension.id: indexes[dimension.id] for dimension in model.root.walk()}
        self.leaves = {id: node for id, i in self.index.items() if not (node := self.nodes[i]).children}
        #: The nodes with children, each after all that are below it.
        self.inner = [node for node in reversed(self.nodes) if node.children]
        #: Indexes of the dimensions with children that weigh as much as their applicable leaves.
        self.by_parts = {
            node.index for node in self.inner if any(child.by_parts for child in node.scored.children)
        }
        self.weights = self._weights({})
        self._functions = Functions()
        self._check()
        ends = [(0, 0) if node.children else node.dimension.scale.open_ends for node in self.nodes]  # type: ignore[union-attr]
        self._open_low: list[Position] = [low for low, _ in ends]
        self._open_high: list[Position] = [high for _, high in ends]
        self._positions: dict[str, tuple[int, Mapping[Any, int]]] = {
            id: (node.index, _positions_of(node.dimension)) for id, node in self.leaves.items()
        }
        count = len(self.nodes)
        self._lowest: list[Position] = [0] * count
        self._all_false, self._all_true = [False] * count, [True] * count
        self._covered, self._uncovered = [1.0] * count, [0.0] * count

    def __iter__(self) -> Iterator[Node]:
        """Yield the nodes in the order of the model."""
        return (self.nodes[index] for index in self.index.values())

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the arguments that it was made from, as compiled functions cannot be pickled."""
        return plan_for, self._arguments

    def reweighted(self, weights: Mapping[str, Fraction]) -> Plan:
        """Return the same plan with other weights for some dimensions; nothing is compiled again."""
        # copy() would compile it again, through __reduce__.
        other = Plan.__new__(Plan)
        vars(other).update(vars(self))
        other._arguments = (*self._arguments[:2], weights)
        other.weights = self._weights(weights)
        other._check_weights()
        for name in ("_steps", "_applicable", "_general"):
            vars(other).pop(name, None)
        return other

    def read(self, answers: Mapping[str, Any]) -> State | None:
        """Return the state of the answers of one respondent; None if any is not a plain one.

        Plain answers are ids of stages, blanks, ``UNKNOWN`` and ``NOT_APPLICABLE``, or ratings with such an
        answer, each under its own dimension.
        """
        column = self._lowest.copy()
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
        # The common and fastest case: as all answers are known, low, likely and high are one list.
        for index, start, stop, function, weights in self._steps:
            column[index] = function(column[start:stop], weights)
        return State(column, column, column, self._all_true, self._all_false, self._covered, _NONE_FIXED)

    def _partial(self, answers: Mapping[str, Any]) -> State | None:
        """Return the state of plain answers of which some are blank, unknown or not applicable."""
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
                if answer == NOT_APPLICABLE and answer not in stages:
                    low[index], high[index], state.not_applicable[index] = 0, 0, True
                else:
                    low[index] = likely[index] = high[index] = stages[answer]
                    known[index] = True
        except (AttributeError, KeyError, TypeError):
            return None
        self.evaluate(state)
        return state

    def positions(self, leaves: Mapping[int, Position], not_applicable: Sequence[bool]) -> list[Position]:
        """Return the positions of all dimensions, if those of the leaves are certain.

        Args:
            leaves: The positions of the leaves, by index.
            not_applicable: Whether each dimension of the plan is not applicable.
        """
        column = self._lowest.copy()
        for index, position in leaves.items():
            column[index] = position
        if True not in not_applicable:
            for index, start, stop, function, weights in self._steps:
                column[index] = function(column[start:stop], weights)
        else:
            for index, start, stop, function, weights in self._with_parts(
                self._steps_of("certain_general"), not_applicable
            ):
                column[index] = function(column[start:stop], not_applicable[start:stop], weights) * (
                    not not_applicable[index]
                )
        return column

    def open(self) -> State:
        """Return the state in which every leaf spans its scale and nothing else is known."""
        return State(
            self._open_low.copy(),
            self._lowest.copy(),
            self._open_high.copy(),
            self._all_false.copy(),
            self._all_false.copy(),
            self._uncovered.copy(),
            _NONE_FIXED,
        )

    def rolled_up(self, node: Node, *, all_apply: bool) -> Callable[..., Any]:
        """Return the function from what a state holds of the children of a dimension, and weights, to its own."""
        return self._functions.of(node.index, node.combination, "applicable" if all_apply else "general", False)

    def evaluate(self, state: State) -> None:
        """Compute the dimensions with children, from the leaves up, except for those that are fixed."""
        low, likely, high, known, coverage = state.low, state.likely, state.high, state.known, state.coverage
        not_applicable, fixed = state.not_applicable, state.fixed
        steps: Iterable[_Step] = self._general if True in not_applicable else self._applicable
        if self.by_parts and True in not_applicable:
            steps = self._with_parts(self._general, not_applicable)
        for i, start, stop, function, weights in steps:
            if i in fixed:
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
            if node.combination.plain is not None and node.index not in fixed:
                self._check_monotone(node, low[node.index], high[node.index])

    def compiled(self, key: object, make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
        """Return the function under a key, compiled once for all weights of this plan."""
        return self._functions.once(key, make)

    def formulas(
        self,
        leaves: Mapping[int, SpanTerms],
        keep: Callable[[SpanTerms], SpanTerms],
        overrule: Callable[[Node, SpanTerms], SpanTerms] = lambda _, cell: cell,
    ) -> dict[int, SpanTerms]:
        """Return the cells of all dimensions as formulas, by index.

        Args:
            leaves: The cells of the leaves, by index.
            keep: Function that makes columns of a cell, and returns the cell with these.
            overrule: Function that puts direct knowledge of a dimension with children into its cell.
        """
        cells = dict(leaves)
        for node in self.inner:
            combination, weights = self.in_columns(node, node.combination, self.given_weights(node))
            if node.index in self.by_parts:
                weights = vector(self._weight_terms(node, cells))
            cell = combination.roll_up(vectors([cells[child] for child in node.children]), weights)
            if combination.plain is not None and node.is_combined:
                assert node.dimension.scale is not None
                why = f"{node.scorer.id} puts the highest bound below the lowest; {LAW}: "
                falls = is_below(node.dimension.scale.order, cell.high, cell.low)
                cell = cell._replace(high=cell.high + refuse(falls, why, constant(node.dimension.id)))
            cells[node.index] = keep(overrule(node, cell))
        return cells

    def _weight_terms(self, node: Node, cells: Mapping[int, SpanTerms]) -> Iterator[Term]:
        """Yield the weights of the scored children of a node as terms: which leaves apply depends on the row."""
        changed = self._arguments[2]
        for child in node.scored.children:
            if not child.by_parts or child.id in changed:
                yield float(changed.get(child.id, child.weight))
                continue
            yield real_total(
                if_else(cells[self.index[leaf.id]].not_applicable, 0, float(changed.get(leaf.id, leaf.weight)))
                for leaf in child.scored_leaves()
            )

    def in_columns(
        self, node: Node, combination: Combination, weights: Sequence[int]
    ) -> tuple[Combination, Formula]:
        """Return a combination of the children of a node, and their weights, in numbers that columns can hold.

        Columns hold eight times the sum of the weights.
        """
        if not node.scorer.relative_weights:
            return combination, vector(weights)
        if sum(weights) > LARGEST_WHOLE:
            function = self._functions.of(node.index, combination, "certain_general", set(weights) == {1})
            by_profile = ByProfile(node.dimension, node.scorer, function, weights)
            return by_profile, vector(map(float, weights))
        return combination, vector(weights if 8 * sum(weights) < LARGEST_SMALL else map(Wide, weights))

    def _is_even(self, node: Node) -> bool:
        """Tell whether all weights are 1, and stay so."""
        return node.index not in self.by_parts and set(self.given_weights(node)) == {1}

    @cached_property
    def _steps(self) -> list[_Step]:
        return self._steps_of("certain")

    @cached_property
    def _applicable(self) -> list[_Step]:
        return self._steps_of("applicable")

    @cached_property
    def _general(self) -> list[_Step]:
        return self._steps_of("general")

    def _steps_of(self, kind: Kind) -> list[_Step]:
        """Return the steps that compute the dimensions with children, from the leaves up."""
        return [
            (
                node.index,
                node.children.start,
                node.children.stop,
                self._functions.of(node.index, node.combination, kind, self._is_even(node)),
                weights,
            )
            for node in self.inner
            if node.is_combined or kind in ("applicable", "general")
            for weights in [self.given_weights(node)]
        ]

    def given_weights(self, node: Node, absent: Sequence[bool] = ()) -> Sequence[int]:
        """Return the weights that a rule is given: as they are, if not only their proportion counts.

        Args:
            node: The dimension with the rule.
            absent: Whether each dimension of the plan is not applicable; by default none is.
        """
        if node.scorer.relative_weights and not (absent and node.index in self.by_parts):
            return self.weights[node.index]
        exact = self._exact(node, self._arguments[2], absent)
        return _whole(exact) if node.scorer.relative_weights else list(map(float, exact))  # type: ignore[arg-type]

    def weights_shown(self, node: Node, absent: Sequence[bool]) -> tuple[int, ...]:
        """Return the weights of all children of a node, as the smallest whole numbers in proportion.

        Args:
            node: The dimension.
            absent: Whether each dimension of the plan is not applicable.
        """
        if node.scored is node.dimension and node.index not in self.by_parts:
            return tuple(self.weights[node.index])
        exact = _whole(self._exact(node, self._arguments[2], absent))
        weights = dict(zip((child.id for child in node.scored.children), exact, strict=True))
        return tuple(weights.get(child.id, 0) for child in node.dimension.children)

    def _exact(
        self, node: Node, changed: Mapping[str, Fraction], absent: Sequence[bool] = ()
    ) -> Sequence[Fraction]:
        """Return the weights of the scored children of a node."""

        def weight(dimension: Dimension) -> Fraction:
            if not dimension.by_parts or dimension.id in changed:
                return changed.get(dimension.id, dimension.weight)
            leaves = (leaf for leaf in dimension.scored_leaves() if not (absent and absent[self.index[leaf.id]]))
            return sum((changed.get(leaf.id, leaf.weight) for leaf in leaves), Fraction(0))

        return [weight(child) for child in node.scored.children]

    def _with_parts(self, steps: Sequence[_Step], absent: Sequence[bool]) -> Iterator[_Step]:
        """Yield steps with the weights of children that weigh as much as their applicable leaves."""
        for step in steps:
            node = self.nodes[step[0]]
            yield (*step[:4], self.given_weights(node, absent)) if node.index in self.by_parts else step

    def _weights(self, changed: Mapping[str, Fraction]) -> list[Sequence[int]]:
        """Return the weights of the children of each node, as the smallest whole numbers in proportion."""
        return [_whole(self._exact(node, changed)) for node in self.nodes]

    def _check_monotone(self, node: Node, low: Position, high: Position) -> None:
        """Refuse a rule that lowers a score for a better answer, as every bound would then be wrong."""
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
            for problem in node.scorer.problems(node.scored)
        ]
        self._refuse(findings)
        self._check_weights()
        self._refuse(list(self._unscored()))

    def _check_weights(self) -> None:
        problem = "the weights of its parts are too large or too exact together"
        heavy = (node for node in self if sum(self.weights[node.index]) > _LARGEST_WEIGHT)
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


#: Plans by the identities of model and scorer, oldest first. A plan keeps its model alive, so that no other
#: model can get the same identity.
_PLANS: dict[tuple[int, object], Plan] = {}
#: Most plans that are kept.
_MOST_PLANS = 200


def plan_for(model: Model, scorer: str | Scorer | None, weights: Mapping[str, Fraction]) -> Plan:
    """Return the plan of a model, which is compiled once for each scorer."""
    chosen = scorer or model.scorers[0]
    # Scorer objects are distinguished by identity, as they need not be hashable.
    key = id(model), chosen if isinstance(chosen, str) else id(chosen)
    plan = _PLANS.get(key)
    if plan is None:
        plan = Plan(model, chosen)
        if isinstance(chosen, str) or any(chosen is offered for offered in model.scorers):
            if len(_PLANS) >= _MOST_PLANS:
                _PLANS.pop(next(iter(_PLANS)), None)
            _PLANS[key] = plan
    return plan.reweighted(weights) if weights else plan


def _positions_of(leaf: Dimension) -> Mapping[Any, int]:
    """Return the position of each answer that has one."""
    assert leaf.scale is not None
    absent = leaf.stage_of_absence
    return leaf.scale.positions if absent is None else {**leaf.scale.positions, NOT_APPLICABLE: absent}


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
        # Children that are never scored come last.
        dimensions += sorted(dimension.children, key=lambda child: not child.weight)
    for index, dimension in enumerate(dimensions):
        children = range(starts[index], starts[index] + len(dimension.scored.children))
        combination = Combination(dimension.scored, _scorer_at(dimension, default))
        is_combined = False
        if children and dimension.scale is not None and not any(combination.scorer.problems(dimension.scored)):
            below = symbolic_children(False)
            is_combined = combination.position(below, below.low, each("weight"), True) is not None
        yield Node(index, dimension, combination, children, is_combined)


def _scorer_at(dimension: Dimension, default: Scorer) -> Scorer:
    """Return the rule of a dimension: its own, or else the chosen one; ``profile`` without a scale."""
    if dimension.scale is None:
        return scorer_of("profile")
    return scorer_of(dimension.scorer) if dimension.scorer else default


def _whole(weights: Sequence[Fraction]) -> Sequence[int]:
    multiple = lcm(*(weight.denominator for weight in weights))
    return smallest([int(weight * multiple) for weight in weights])
