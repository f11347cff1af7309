"""Scores under other weights: their bounds, ties that a little weight breaks, the share that gives each stage.

For each stage, the weights by which a rule reaches it lie on one side of a line. So a set of weights needs to be
tried only at its extremes, and the rule itself is run there: nothing here knows how a median goes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from math import comb, prod
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from maturitykit.definition import Dimension, Scale, Scorer, Stage
from maturitykit.definition.dimension import exact_weight
from maturitykit.definition.scale import Position
from maturitykit.errors import Finding, MaturityError, ScoringError, quoted
from maturitykit.files.result import WeightBoundsEntry
from maturitykit.rules.built_in import Median, Staged, Weakest
from maturitykit.rules.plain import smallest
from maturitykit.rules.weights import IN_BOX, factors, nudged
from maturitykit.scoring.plan import Node, Plan
from maturitykit.scoring.scores import Ends, Span, ids_of, stages_of

if TYPE_CHECKING:
    from maturitykit.scoring.result import Result

#: Weights to hold a result against: a share by which each may be off, ``any``, or ``order``.
Within: TypeAlias = float | str | Fraction

#: From the weights of some children, and sets of children to favour, to the extremes of the weights to try.
Extremes: TypeAlias = Callable[[Sequence[int], Callable[[], Iterable[frozenset[int]]]], Iterable[Sequence[int]]]

#: Most parts of a dimension times their weights for which the ties of all answers are counted.
_MOST_WEIGHTS = 200_000

#: A longer denominator of a share makes products of weights that a float cannot hold.
_LONGEST = 10**6


class WeightBounds(NamedTuple):
    """Bounds of a score over a set of weights.

    Args:
        lowest: The lowest that each end comes to, and the likely stage.
        highest: The highest, likewise.
        is_exact: Whether some weights of the set reach each of these; otherwise no weights go beyond them.
    """

    lowest: Span[Stage]
    highest: Span[Stage]
    is_exact: bool

    @property
    def holds(self) -> bool:
        """True if the likely stage is the same under all of these weights; without one, if both ends are."""
        if self.lowest.likely is None:
            return self.lowest == self.highest
        return self.lowest.likely == self.highest.likely

    def to_dict(self) -> WeightBoundsEntry:
        """Return the bounds as plain data, with stages by id."""
        lowest, highest = ids_of(self.lowest), ids_of(self.highest)
        assert lowest is not None
        assert highest is not None
        return {"lowest": lowest, "highest": highest, "is_exact": self.is_exact}


class Tie(NamedTuple):
    """A likely stage that is decided by exactly half of the weight, of which the lower one is shown.

    Args:
        dimension: The dimension with the tie.
        stage: The likely stage that it has.
        with_more: The one that it has as soon as any of these children weighs a little more.
        children: These children.
        outcome: The likely stage that the outcome then has; None where it has none.
    """

    dimension: Dimension
    stage: Stage
    with_more: Stage
    children: tuple[Dimension, ...]
    outcome: Stage | None


def extremes_of(within: Within) -> Extremes:
    """Return the extremes of a set of weights.

    Args:
        within: A share from 0 to 1 by which each weight may be lower or higher; ``any``; or ``order``, for weights
            that keep their order, equal ones included.

    Raises:
        ScoringError: If it is none of these.
    """
    if within == "any":
        return lambda weights, _: [_only(len(weights), i) for i in range(len(weights))]
    if within == "order":
        return lambda weights, _: (
            [int(weight >= least) for weight in weights] for least in sorted(set(weights), reverse=True)
        )
    share = _share(within)
    heavy, light = factors(share)

    def box(weights: Sequence[int], favoured: Callable[[], Iterable[frozenset[int]]]) -> Iterator[Sequence[int]]:
        for some in favoured():
            yield smallest([w * (heavy if i in some else light) for i, w in enumerate(weights)])

    return box


def _share(within: Within) -> Fraction:
    try:
        share = exact_weight(within)
    except MaturityError:
        share = Fraction(-1)
    if not (0 <= share <= 1 and share.denominator <= _LONGEST):
        expected = 'a share from 0 to 1 of up to six decimals, "any" or "order"'
        raise ScoringError("there are no such weights", [Finding("within", f"is {quoted(within)}", expected)])
    return share


def _only(count: int, one: int) -> list[int]:
    """Return weights of which only one is above zero."""
    weights = [0] * count
    weights[one] = 1
    return weights


class _Bounds(NamedTuple):
    """The bounds of one dimension in positions: of its low, its likely and its high end.

    Args:
        least: The lowest that each comes to.
        most: The highest.
        is_exact: Whether the ends of a chain are reached; on a lattice, whether they are the meet and the join of
            what is.
        is_reached: Whether some weights reach each of them.
    """

    least: Ends
    most: Ends
    is_exact: bool = True
    is_reached: bool = True

    @property
    def is_fixed(self) -> bool:
        """True if no weights move it."""
        return self.least == self.most

    def spans(self, scale: Scale | None) -> bool:
        """True if it is all of a scale, whatever the weights."""
        low, high = (self.least[0], self.most[0]), (self.least[2], self.most[2])
        if scale is None:
            return False
        lowest, highest = scale.order.lowest, scale.order.highest
        return low == (lowest, lowest) and high == (highest, highest)


def bounds_under(result: Result, within: Within) -> dict[str, WeightBounds | None]:
    """Return the bounds of all dimensions that are combined from others, by id, over a set of weights.

    None where a rule is not known to read weights as the median and the mean do, here or below.

    Raises:
        ScoringError: If there is no such set of weights.
    """
    search = _WeightSearch(result, extremes_of(within))
    found: dict[str, WeightBounds | None] = {}
    for node in result._plan:
        position = result._position(node.index)
        if node.children and position is not None:
            found[node.dimension.id] = _in_stages(node.dimension, position, search.bounds[node.index])
    return found


def _in_stages(dimension: Dimension, at: Span[Position], bounds: _Bounds | None) -> WeightBounds | None:
    if bounds is None:
        return None
    lowest, highest = (
        stages_of(dimension, Span(low, None if at.likely is None else likely, high))
        for low, likely, high in (bounds.least, bounds.most)
    )
    assert lowest is not None
    assert highest is not None
    return WeightBounds(lowest, highest, bounds.is_exact or lowest == highest)


class _WeightSearch:
    """The bounds of each dimension of a result, from the leaves up.

    No weight stands at two dimensions, and every rule is monotone: so those of a parent follow from those of its
    children.
    """

    def __init__(self, result: Result, extremes: Extremes) -> None:
        self._result, self._extremes = result, extremes
        state = result._state
        self.bounds: list[_Bounds | None] = [
            _Bounds(ends, ends) for ends in zip(state.low, state.likely, state.high, strict=True)
        ]
        for node in result._plan.inner:
            if node.is_combined and node.index not in state.fixed and not state.not_applicable[node.index]:
                self.bounds[node.index] = self._of(node)

    def _of(self, node: Node) -> _Bounds | None:
        if node.index in self._result._plan.by_parts:
            return None
        below = [bounds for i in node.children if (bounds := self.bounds[i]) is not None]
        if type(node.scorer) not in IN_BOX or len(below) < len(node.children):
            return None
        reads_weights = IN_BOX[type(node.scorer)] is not None
        if not reads_weights and all(child.is_fixed for child in below):
            return self.bounds[node.index]
        children = _Children(self._result, node, below)
        if not reads_weights:
            return children.bounds(lambda weights, _: [weights])
        scale = node.dimension.scale
        assert scale is not None
        if scale.is_chain:
            return children.bounds(self._extremes)
        # What links say of a lattice as such cannot be told apart from what follows from each stage.
        return None if self._result._is_linked(node) else children.bounds_on_lattice(self._extremes)


class _Children:
    """The children of one dimension, whose rule is run on their bounds under several weights."""

    def __init__(self, result: Result, node: Node, below: Sequence[_Bounds]) -> None:
        scale = node.dimension.scale
        assert scale is not None
        self._order, self._weights = scale.order, result._plan.weights[node.index]
        self._is_exact = all(child.is_exact and child.is_reached for child in below)
        #: Their low, likely and high positions, at the least and at the most.
        self._columns = [
            list(map(list, zip(*column, strict=True)))
            for column in ([child.least for child in below], [child.most for child in below])
        ]
        self._alone: dict[bool, list[Ends]] = {}
        orders = [child.scale.order if child.scale else None for child in node.scored.children]
        self._lowest = [order.lowest if order else 0 for order in orders]
        self._highest = [order.highest if order else 0 for order in orders]
        self._run = result._roll_up(node)
        state, children = result._state, node.children
        self._applies = [not state.not_applicable[i] for i in children]
        self._known = [state.known[i] for i in children]
        #: Whether its likely position may have to be held within bounds that depend on the weights as well. So it
        #: is where a child has no likely position, and yet a narrower span than its scale.
        self._is_held = type(node.scorer) is not Staged and any(
            not known and applies and not bounds.spans(child.scale)
            for known, applies, bounds, child in zip(
                self._known, self._applies, below, node.scored.children, strict=True
            )
        )

    def _supporters(self, highest: bool, end: int) -> Iterator[tuple[int, frozenset[int]]]:
        """Yield each stage with the children that alone would reach it; on a chain, position by position."""
        order, children = self._order, range(len(self._weights))
        if highest not in self._alone:
            columns = self._columns[highest]
            self._alone[highest] = [self._run(*columns, _only(len(children), i)).through_parts for i in children]
        alone = [ends[end] for ends in self._alone[highest]]
        if order.is_chain:
            for position in set(alone):
                yield 0, frozenset(i for i in children if alone[i] >= position)
        else:
            for stage in range(order.top + 1):
                yield stage, frozenset(i for i in children if order.at_least(alone[i], stage))

    def _corners(self, highest: bool, extremes: Extremes) -> list[Sequence[int]]:
        """Return the weights to try: those that favour the children on one side of a stage."""
        everyone = frozenset(range(len(self._weights)))

        def favoured() -> Iterable[frozenset[int]]:
            sets = {some for end in range(3) for _, some in self._supporters(highest, end)}
            return sets if highest else [everyone - some for some in sets]

        return list(dict.fromkeys(map(tuple, extremes(self._weights, favoured))))

    def _counts(self, end: int, weights: Sequence[int]) -> bool:
        """Tell whether anybody who takes part in an end weighs something."""
        takes_part = self._known if end == 1 and any(self._known) else self._applies
        return any(weight for weight, takes in zip(weights, takes_part, strict=True) if takes)

    def _tried(self, columns: Sequence[Sequence[Position]], corners: Sequence[Sequence[int]]) -> _Tried:
        """Return what the rule gives at some weights: the positions of each end, and those of its parts alone."""
        found = _Tried([[], [], []], [[], [], []], [])
        for weights in corners:
            if self._counts(0, weights):
                rolled = self._run(*columns, weights)
                found.excluded.append(rolled.is_excluded)
                for end in range(3):
                    if self._counts(end, weights):
                        found.ends[end].append(rolled.ends[end])
                        found.through_parts[end].append(rolled.through_parts[end])
        return found

    def bounds(self, extremes: Extremes) -> _Bounds:
        """Return the bounds on a chain, or under a rule that reads no weights."""
        meet, join = self._order.meet, self._order.join
        corners = [self._corners(highest, extremes) for highest in (False, True)]
        lows, highs = (self._tried(self._columns[highest], corners[highest]) for highest in (False, True))
        if any(lows.excluded) or any(highs.excluded):
            # Links exclude the parts at some weights, and at others join them: no more is certain than that.
            low, high = meet(lows.through_parts[0]), join(highs.through_parts[2])
            return _Bounds((low, low, low), (high, high, high), low == high, low == high)
        least, most = _each_end(meet, lows.ends), _each_end(join, highs.ends)
        is_exact = self._is_exact
        if self._is_held:
            free_lows, free_highs = (self._tried(self._unheld(h), corners[h]) for h in (False, True))
            found = least, most
            least = self._held(least, meet(free_lows.ends[1]))
            most = self._held(most, join(free_highs.ends[1]))
            is_exact = is_exact and found == (least, most)
        is_exact = is_exact or least == most
        return _Bounds(least, most, is_exact, is_exact)

    def bounds_on_lattice(self, extremes: Extremes) -> _Bounds:
        """Return the bounds on a lattice, where several stages can be held, of which none is above the others.

        A stage holds for certain if it does at the weights that disfavour its supporters; their join is a bound,
        and it is exact where the positions that were found have it as their meet.
        """
        lows, highs = (self._tried(self._columns[h], self._corners(h, extremes)).ends for h in (False, True))
        least = self._certain(0, extremes), self._certain(1, extremes), self._certain(2, extremes)
        most = _each_end(self._order.join, highs)
        if self._is_held:
            free = self._tried(self._unheld(True), self._corners(True, extremes))
            least, most = self._held(least, least[1]), self._held(most, self._order.join(free.ends[1]))
        found = _each_end(self._order.meet, lows), _each_end(self._order.join, highs)
        is_fixed = least == most
        is_exact = is_fixed or (self._is_exact and found == (least, most))
        is_reached = all(least[end] in lows[end] and most[end] in highs[end] for end in range(3))
        return _Bounds(least, most, is_exact, is_fixed or (is_exact and is_reached))

    def _certain(self, end: int, extremes: Extremes) -> Position:
        """Return the join of the stages that an end reaches under all weights."""
        order, everyone = self._order, frozenset(range(len(self._weights)))
        held: list[Position] = [0]
        for stage, supporters in self._supporters(False, end):
            reached = [stage if i in supporters else 0 for i in sorted(everyone)]
            columns: list[list[Position]] = [[0] * len(reached), [0] * len(reached), [order.top] * len(reached)]
            columns[end] = list(reached)
            corners = list(extremes(self._weights, lambda some=everyone - supporters: [some]))  # type: ignore[misc]
            if all(order.at_least(at, stage) for at in self._tried(columns, corners).ends[end]):
                held.append(stage)
        return order.join(held)

    def _unheld(self, highest: bool) -> list[list[Position]]:
        """Return the positions of the children with bounds that hold back no likely position."""
        return [list(self._lowest), self._columns[highest][1], list(self._highest)]

    def _held(self, ends: Ends, likely: Position) -> Ends:
        """Return bounds with the likely one held within the others."""
        low, _, high = ends
        return low, self._order.join((low, self._order.meet((likely, high)))), high


class _Tried(NamedTuple):
    """Results of a rule at several weights, a list for each end."""

    ends: list[list[Position]]
    through_parts: list[list[Position]]
    excluded: list[bool]


def _each_end(fold: Callable[[Iterable[Position]], Position], found: Sequence[Iterable[Position]]) -> Ends:
    low, likely, high = map(fold, found)
    return low, likely, high


def ties_of(result: Result) -> Iterator[Tie]:
    """Yield the ties of a result, in the order of the model."""
    state = result._state
    for node in result._plan:
        i, scale = node.index, node.dimension.scale
        is_own = i not in state.fixed and i not in result._plan.by_parts
        if type(node.scorer) is Median and node.is_combined and state.known[i] and is_own:
            assert scale is not None
            yield from _ties_at(result, node, scale)


def _ties_at(result: Result, node: Node, scale: Scale) -> Iterator[Tie]:
    state, children, run = result._state, node.children, result._roll_up(node)
    columns = [column[children.start : children.stop] for column in (state.low, state.likely, state.high)]
    at = scale.stage(state.likely[node.index])
    found: dict[str, list[int]] = {}
    outcomes: dict[str, Stage | None] = {}
    for number, (child, weights) in enumerate(
        zip(children, nudged(result._plan.weights[node.index]), strict=True)
    ):
        if not state.known[child]:
            continue
        ends = run(*columns, weights).ends
        stage = scale.stage(ends[1])
        if stage != at:
            found.setdefault(stage.id, []).append(number)
            if stage.id not in outcomes:
                outcomes[stage.id] = _outcome_with(result, node, ends)
    for id, some in found.items():
        names = tuple(node.scored.children[i] for i in some)
        yield Tie(node.dimension, at, scale[id], names, outcomes[id])


def _outcome_with(result: Result, node: Node, ends: Ends) -> Stage | None:
    """Return the likely stage of the outcome if a dimension had other positions."""
    state, plan = result._state, result._plan
    columns = [state.low.copy(), state.likely.copy(), state.high.copy()]
    changed = {node.index}
    for column, position in zip(columns, ends, strict=True):
        column[node.index] = position
    for above in plan.inner:
        if changed.isdisjoint(above.children) or not above.is_combined or above.index in state.fixed:
            continue
        start, stop = above.children.start, above.children.stop
        rolled = result._roll_up(above)(*(column[start:stop] for column in columns), plan.given_weights(above))
        for column, position in zip(columns, rolled.ends, strict=True):
            column[above.index] = position
        changed.add(above.index)
    scale = plan.nodes[0].dimension.scale
    return scale.stage(columns[1][0]) if scale and state.known[0] else None


def tie_shares(plan: Plan) -> dict[str, Fraction]:
    """Return for each dimension under the median the share of complete answers by which a tie decides its stage.

    All complete answers are counted, each as likely as any other. It is told of chains whose parts are rated or
    combined by ``median`` and ``weakest``, unless their weights are very exact. By id, in the order of the model.
    """
    # For each dimension, the number of answers by which it is at each stage.
    counts: dict[int, Sequence[int]] = {}
    shares: dict[str, Fraction] = {}
    for node in reversed(plan.nodes):
        scale, weights = node.dimension.scale, plan.weights[node.index]
        below = [counts[child] for child in node.children if child in counts]
        if scale is None or not scale.is_chain or len(below) < len(node.children):
            continue
        stages = range(1, len(scale.stages))
        if not below:
            counts[node.index] = [1] * len(scale.stages)
            continue
        if type(node.scorer) is Weakest:
            tail = [prod(sum(child[stage:]) for child in below) for stage in stages]
        elif type(node.scorer) is Median and len(weights) * sum(weights) <= _MOST_WEIGHTS:
            sums = [_weights_reaching(stage, below, weights) for stage in stages]
            tail = [sum(n for (weight, _), n in each.items() if 2 * weight > sum(weights)) for each in sums]
            ties = sum(each[sum(weights) / 2, True] for each in sums)
            shares[node.dimension.id] = Fraction(ties, prod(map(sum, below)))
        else:
            continue
        counts[node.index] = [a - b for a, b in pairwise([prod(map(sum, below)), *tail, 0])]
    return {id: shares[id] for id in plan.index if id in shares}


def _weights_reaching(
    stage: int, children: Sequence[Sequence[int]], weights: Sequence[int]
) -> Counter[tuple[float, bool]]:
    """Return by how many answers so much weight reaches a stage, and whether any is directly below it.

    Half of the weight at a stage ties it only with the one directly below: each tie is counted once.
    """
    sums = Counter[tuple[float, bool]]({(0, False): 1})
    for counts, own in zip(children, weights, strict=True):
        longer = Counter[tuple[float, bool]]()
        for (weight, is_below), n in sums.items():
            longer[weight + own, is_below] += n * sum(counts[stage:])
            longer[weight, True] += n * counts[stage - 1]
            longer[weight, is_below] += n * sum(counts[: stage - 1])
        sums = longer
    return sums


def shares_of(result: Result) -> dict[str, Mapping[str, Fraction] | None]:
    """Return for each combined dimension the share of all weights under which it is at each stage, by their ids.

    Weights are uniform on the simplex, at each dimension by itself. It is told of complete answers on chains,
    under the median and the weakest, and wherever no weights make a difference; else it is None.
    """
    bounds, state = _WeightSearch(result, extremes_of("any")).bounds, result._state
    #: For each dimension on a chain, the share of the weights by which it is at or above each stage.
    tails: dict[int, Sequence[Fraction]] = {}
    found: dict[str, Mapping[str, Fraction] | None] = {}
    for node in reversed(result._plan.nodes):
        i, scale, its = node.index, node.dimension.scale, bounds[node.index]
        if scale is None or result._position(i) is None:
            continue
        stages = range(len(scale.stages))
        shares: Mapping[str, Fraction] | None = None
        if its is not None and its.is_fixed and its.least[0] == its.least[2]:
            at = scale.stage(its.least[0]).id
            shares = {at: Fraction(1)}
            tails[i] = [Fraction(stage <= scale.positions[at]) for stage in stages]
        elif node.is_combined and scale.is_chain and not result._is_linked(node):
            below = [child for child in node.children if not state.not_applicable[child]]
            reach = _REACH.get(type(node.scorer))
            if reach is not None and all(child in tails for child in below):
                tails[i] = tail = [reach([tails[child][stage] for child in below]) for stage in stages]
                exact = [a - b for a, b in zip(tail, [*tail[1:], Fraction(0)], strict=True)]
                shares = {id: share for id, share in zip(scale.ids, exact, strict=True) if share}
        if node.children:
            found[node.dimension.id] = shares
    return {id: found[id] for id in result._plan.index if id in found}


def _median_reaches(children: Sequence[Fraction]) -> Fraction:
    """Return the share of weights by which a median reaches a stage, from the shares by which its children do.

    The weight of k of n children is distributed as Beta(k, n - k), so that it is above half with the probability
    that fewer than k of n - 1 coins show heads.
    """
    # How likely it is that 0, 1, 2, … of the children reach the stage.
    counts = [Fraction(1)]
    for share in children:
        counts = [
            a * (1 - share) + b * share
            for a, b in zip([*counts, Fraction(0)], [Fraction(0), *counts], strict=True)
        ]
    n = len(children)
    heads = [0, *accumulate(comb(n - 1, k) for k in range(n))]
    return sum(
        (count * Fraction(some, 2 ** (n - 1)) for count, some in zip(counts, heads, strict=True)), Fraction(0)
    )


#: The shares of weights by which children reach a stage, to that by which their parent does.
_REACH: Mapping[type[Scorer], Callable[[Sequence[Fraction]], Fraction]] = {
    Weakest: lambda children: prod(children, start=Fraction(1)),
    Median: _median_reaches,
}
