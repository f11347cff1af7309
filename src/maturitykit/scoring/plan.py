"""A model compiled for scoring: its tree, weights and rules, evaluated on plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from fractions import Fraction
from math import fsum, gcd, lcm
from operator import itemgetter
from typing import Any

from attrs import define, field

from maturitykit.assessment.ratings import Rating
from maturitykit.definition import Dimension, Model, Rule, Scorer
from maturitykit.definition.scale import TOLERANCE, Position
from maturitykit.errors import Finding, ScoringError, coded, quoted
from maturitykit.registry import scorers

#: A sum of whole weights that a float still holds, whatever it is multiplied by.
LARGEST = 10**300

#: Where the rules are that come along.
OURS = "maturitykit.scoring.rules"

#: A position for each node of a plan, in its order; None where there is none.
Column = list[Any]


class Node:
    """A dimension in a plan, and the rule that scores it."""

    __slots__ = ("_rules", "children", "dimension", "index", "scorer", "weights")

    def __init__(self, index: int, dimension: Dimension, scorer: Scorer) -> None:
        self.index = index
        self.dimension = dimension
        self.scorer = scorer
        self.children: tuple[int, ...] = ()
        self.weights: tuple[int, ...] = ()
        self._rules: dict[tuple[int, ...], Rule | None] = {}

    def rule(self, taking: tuple[int, ...]) -> Rule | None:
        """The rule over those of its children, by their indexes, that take part."""
        if taking not in self._rules:
            chosen = [i for i, child in enumerate(self.children) if child in taking]
            children = [self.dimension.children[i] for i in chosen]
            weights = _smallest([self.weights[i] for i in chosen])
            rule = self.scorer.bind(self.dimension, children, weights)
            # Those that come along are held to it by the laws, and are not slowed down by this.
            is_ours = type(self.scorer).__module__ == OURS
            self._rules[taking] = rule if is_ours or rule is None else self._held(rule)
        return self._rules[taking]

    def _held(self, rule: Rule) -> Rule:
        """The rule, refused where it leaves the scale: below its bottom, places count from the top."""
        scale = self.dimension.scale
        assert scale is not None
        least, most = -TOLERANCE, scale.top + TOLERANCE

        def held(positions: Sequence[Position]) -> Position:
            position = rule(positions)
            try:
                if least <= position <= most:
                    return position
            except TypeError:
                # Neither is what is no number.
                pass
            problem = f"{self.scorer.id} gives {quoted(position)}, which is not on its scale"
            finding = Finding(self.dimension.id, problem, f"a position from 0 to {most:.0f}")
            raise ScoringError(f"there is no score by {quoted(self.scorer.id)}", [finding])

        return held

    @property
    def is_combined(self) -> bool:
        """Whether it gets a score from its children."""
        return bool(self.children) and self.rule(self.children) is not None


@define
class Columns:
    """What an evaluation found for each node of a plan, by its index.

    Nodes that are ``given`` keep what they have, whatever is below them. Rules that read
    what is open as lowest leave out those that are ``passed_over`` in what is likely.
    """

    low: Column
    likely: Column
    high: Column
    coverage: list[float]
    not_applicable: set[int] = field(factory=set)
    given: set[int] = field(factory=set)
    passed_over: set[int] = field(factory=set)


class Plan:
    """A model with a choice of scorer and weights, ready to be evaluated.

    Raises:
        ScoringError: If a rule cannot serve where it stands, with all findings.
    """

    def __init__(self, model: Model, scorer: Scorer, weights: Mapping[str, Fraction]) -> None:
        self.model = model
        self.scorer = scorer
        #: The nodes in the order of the tree: the outcome first, each before its children.
        self.nodes = [
            Node(index, dimension, _scorer_at(dimension, scorer))
            for index, dimension in enumerate(model.root.walk())
        ]
        self.index = {node.dimension.id: node.index for node in self.nodes}
        for node in self.nodes:
            children = node.dimension.children
            node.children = tuple(self.index[child.id] for child in children)
            node.weights = _whole([weights.get(child.id, child.weight) for child in children])
        self._check()
        self.leaves = {node.dimension.id: node for node in self.nodes if not node.children}
        #: The nodes with children, each after all that are below it.
        self.inner = [node for node in reversed(self.nodes) if node.children]
        self._positions: dict[str, tuple[int, Mapping[Any, int]]] = {
            id: (node.index, _stages(node)) for id, node in self.leaves.items()
        }
        self._blank: Column = [None] * len(self.nodes)
        self.all_covered = [1.0] * len(self.nodes)
        self._steps = [
            (node.index, _getter(node.children), rule)
            for node in self.inner
            if (rule := node.rule(node.children)) is not None
        ]

    def complete(self, answers: Mapping[str, Any]) -> Column | None:
        """All positions, where every leaf is answered by the id of a stage; None otherwise.

        Answers may be ratings too, each under its own dimension.
        Then the three bounds are one, and this is the common and the quick case.
        """
        column = self._blank.copy()
        positions = self._positions
        try:
            if len(answers) != len(positions):
                return None
            for id, answer in answers.items():
                index, stages = positions[id]
                if type(answer) is Rating:
                    column[index] = stages[answer.answer if answer.dimension == id else None]
                else:
                    column[index] = stages[answer]
        except (AttributeError, KeyError, TypeError):
            return None
        for index, children, rule in self._steps:
            column[index] = rule(children(column))
        return column

    def open(self) -> Columns:
        """Columns in which every leaf spans its scale and nothing else is known."""
        columns = Columns(self._blank.copy(), self._blank.copy(), self._blank.copy(), [0.0] * len(self.nodes))
        for node in self.leaves.values():
            assert node.dimension.scale is not None
            columns.low[node.index], columns.high[node.index] = 0, node.dimension.scale.top
        return columns

    def roll_up(self, column: Column, not_applicable: Container[int], given: Container[int] = ()) -> None:
        """Fill in the nodes with children in one column, from the leaves up."""
        for node in self.inner:
            if node.index in given:
                continue
            taking = tuple(c for c in node.children if c not in not_applicable)
            if taking and (rule := node.rule(taking)) is not None:
                column[node.index] = rule([column[c] for c in taking])

    def evaluate(self, columns: Columns) -> None:
        """Fill in the nodes with children in all columns, from the leaves up."""
        inner = [node for node in self.inner if node.index not in columns.given]
        for node in inner:
            taking = tuple(c for c in node.children if c not in columns.not_applicable)
            columns.coverage[node.index] = self._coverage(node, taking, columns)
            if not taking:
                columns.not_applicable.add(node.index)
        self.roll_up(columns.low, columns.not_applicable, columns.given)
        self.roll_up(columns.high, columns.not_applicable, columns.given)
        for node in inner:
            low, high = columns.low[node.index], columns.high[node.index]
            if low is not None:
                self._check_monotone(node, low, high)
            likely = self._likely(node, columns) if low is not None else None
            if likely is not None:
                scale = node.dimension.scale
                assert scale is not None
                columns.likely[node.index] = scale.join([low, scale.meet([likely, high])])

    def _coverage(self, node: Node, taking: tuple[int, ...], columns: Columns) -> float:
        weights = {c: weight for c, weight in zip(node.children, node.weights, strict=True) if c in taking}
        if not weights:
            return 1.0
        return fsum(weight * columns.coverage[c] for c, weight in weights.items()) / sum(weights.values())

    def _likely(self, node: Node, columns: Columns) -> Position | None:
        """The rule over the children that have a likely position, if any has."""
        taking = tuple(c for c in node.children if c not in columns.not_applicable)
        known = tuple(c for c in taking if columns.likely[c] is not None)
        if not known:
            return None
        if node.scorer.reads_open_as_low:
            known = tuple(c for c in taking if c not in columns.passed_over)
        rule = node.rule(known)
        assert rule is not None
        return rule([columns.low[c] if columns.likely[c] is None else columns.likely[c] for c in known])

    def _check_monotone(self, node: Node, low: Position, high: Position) -> None:
        """A rule that lowers a score for a better answer would make every bound untrue."""
        scale = node.dimension.scale
        if scale is not None and not scale.at_least(high, low if scale.is_chain else int(low)):  # type: ignore[arg-type]
            expected = "a rule by which a better answer never lowers a score"
            finding = Finding(
                node.dimension.id, f"{node.scorer.id} puts the highest bound below the lowest", expected
            )
            raise ScoringError(f"model {quoted(self.model.id)} cannot be scored by {self.scorer.id}", [finding])

    def _check(self) -> None:
        findings = [
            Finding(node.dimension.id, problem, "another rule there")
            for node in self.nodes
            if node.children
            for problem in node.scorer.problems(node.dimension)
        ]
        findings += [
            Finding(
                node.dimension.id, "the weights of its parts are too large or too exact together", "simpler ones"
            )
            for node in self.nodes
            if sum(node.weights) > LARGEST
        ]
        # A rule that has a problem may not be able to bind at all.
        findings = findings or list(self._unscored())
        if findings:
            title = f"model {quoted(self.model.id)} cannot be scored by {self.scorer.id}"
            raise ScoringError(title, coded("MK110", findings))

    def _unscored(self) -> Iterator[Finding]:
        for node in self.nodes:
            if node.is_combined:
                for child in (self.nodes[c] for c in node.children):
                    if child.children and not child.is_combined:
                        problem = f"has no score that {node.scorer.id} could combine"
                        yield Finding(child.dimension.id, problem, "a rule that gives it one")


def plan_for(model: Model, scorer: str | Scorer | None, weights: Mapping[str, Fraction]) -> Plan:
    """The plan of a model; compiled once for each scorer, and anew for changed weights."""
    chosen = scorer or model.scorers[0]
    # A rule object is known by what it is, as it may be neither hashable nor the model's own.
    key = chosen if isinstance(chosen, str) else id(chosen)
    own = isinstance(chosen, str) or any(chosen is offered for offered in model.scorers)
    if weights or not own:
        return Plan(model, scorer_of(chosen), weights)
    if key not in model.compiled:
        model.compiled[key] = Plan(model, scorer_of(chosen), {})
    plan = model.compiled[key]
    assert isinstance(plan, Plan)
    return plan


def scorer_of(scorer: str | Scorer) -> Scorer:
    """A scorer by its registered name, or as it is.

    Raises:
        PluginError: If nothing usable has this name.
    """
    return scorer if isinstance(scorer, Scorer) else scorers.load(scorer)


def _scorer_at(dimension: Dimension, default: Scorer) -> Scorer:
    """A dimension's own rule before the chosen one; without a scale, none applies."""
    if dimension.scale is None:
        return scorer_of("profile")
    return scorer_of(dimension.scorer) if dimension.scorer else default


def _stages(leaf: Node) -> Mapping[str, int]:
    assert leaf.dimension.scale is not None
    return leaf.dimension.scale.positions


def _whole(weights: Sequence[Fraction]) -> tuple[int, ...]:
    multiple = lcm(*(weight.denominator for weight in weights))
    return _smallest([int(weight * multiple) for weight in weights])


def _smallest(weights: Sequence[int]) -> tuple[int, ...]:
    """The smallest whole numbers in the same proportion, so that weights scale freely."""
    divisor = gcd(*weights) or 1
    return tuple(weight // divisor for weight in weights)


def _getter(indexes: tuple[int, ...]) -> Callable[[Column], Sequence[Position]]:
    if len(indexes) == 1:
        (only,) = indexes
        return lambda column: (column[only],)
    return itemgetter(*indexes)
