"""Roadmaps: the smallest sets of improvements that reach a stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice
from typing import TYPE_CHECKING, NamedTuple

from maturitykit.definition import Dimension, Scale, Stage
from maturitykit.definition.fields import OUTCOME
from maturitykit.errors import Finding, ScoringError, one_of, quoted
from maturitykit.files.result import ImprovementEntry, RoadmapEntry
from maturitykit.scoring.summary import lagging
from maturitykit.scoring.weights import bounds_under
from maturitykit.scoring.what_holds import QUARTER

if TYPE_CHECKING:
    from maturitykit.scoring.result import Result

#: Most sets of improvements to try; after these, one without needless improvements will do.
TRIED = 5_000
#: Most of the smallest sets to list.
MOST_SETS = 10


class Improvement(NamedTuple):
    """A dimension that has to reach a stage.

    Args:
        dimension: The dimension to improve, or to answer.
        start: Its likely stage now; None if it is open.
        to: The stage that is needed.
    """

    dimension: Dimension
    start: Stage | None
    to: Stage

    def to_dict(self) -> ImprovementEntry:
        """Return the improvement as plain data, with stages by id."""
        start = self.start.id if self.start else None
        return {"dimension": self.dimension.id, "start": start, "to": self.to.id}


class Spared(NamedTuple):
    """One of the weakest dimensions, which is not among the improvements.

    Args:
        dimension: The dimension.
        stage: Its likely stage, at which it can stay.
        moves_alone: Whether raising it alone, to its top, changes the likely stage of the outcome.
    """

    dimension: Dimension
    stage: Stage
    moves_alone: bool


class Roadmap(NamedTuple):
    """Improvements that reach a stage of the outcome.

    Args:
        stage: The stage that is reached: the wanted one, or a higher one that comes with it.
        improvements: The smallest set of improvements, of equal sets that with the fewest steps; those
            that bring the outcome furthest come first. None if no answer can reach the stage, as
            what it requires is not applicable.
        alternatives: Other sets of the same size.
        guidance: Advice of the model at the present stage, by topic.
        order_is_free: Whether no order of the improvements brings the outcome further on the way than another.
        within_a_quarter: Whether the improvements are enough under all weights up to a quarter lower or higher;
            None if that is not known, as under a rule of a third party.
        spared: The weakest dimensions that are not among the improvements.
    """

    stage: Stage
    improvements: tuple[Improvement, ...] | None
    alternatives: tuple[tuple[Improvement, ...], ...] = ()
    guidance: Mapping[str, str] = {}
    order_is_free: bool = False
    within_a_quarter: bool | None = None
    spared: tuple[Spared, ...] = ()

    def to_dict(self) -> RoadmapEntry:
        """Return the roadmap as plain data, with stages by id, without the guidance."""
        steps = None if self.improvements is None else [step.to_dict() for step in self.improvements]
        return {
            "stage": self.stage.id,
            "improvements": steps,
            "alternatives": [[step.to_dict() for step in others] for others in self.alternatives],
            "order_is_free": self.order_is_free,
            "within_a_quarter": self.within_a_quarter,
            "spared": [
                {"dimension": each.dimension.id, "stage": each.stage.id, "moves_alone": each.moves_alone}
                for each in self.spared
            ],
        }


def roadmap(result: Result, to: str | None = None) -> tuple[Roadmap, ...]:
    """Return roadmaps to a stage of the outcome, by default to each next one.

    On a partial order there may be several next stages. Open dimensions count as lowest, so
    that the improvements are enough whatever the answers turn out to be. There are no roadmaps
    if the model has no outcome, the top is reached, or the overall stage was given. For a
    translation there are none either; ask for those of its origin.

    Args:
        result: A result of ratings.
        to: Id of the wanted stage; by default each next stage.

    Raises:
        ScoringError: If the outcome has no such stage.
    """
    outcome = result.outcome
    scale, position = outcome.dimension.scale, outcome.position
    if to is not None and (scale is None or to not in scale.positions):
        known = scale.ids if scale else ()
        finding = Finding("to", f"{quoted(to)} is not a stage of the outcome", one_of(known, to))
        raise ScoringError("there is no road to it", [finding])
    if scale is None or position is None or result.outcome_is_given or result.is_derived:
        return ()
    likely = scale.stage(position.low if position.likely is None else position.likely)
    now = scale.positions[likely.id]
    guidance = {topic.name: topic.texts[likely.id] for topic in result.model.guidance if likely.id in topic.texts}
    if to is None:
        wanted = [stage for stage, lower in enumerate(scale.directly_below) if now in lower]
    elif scale.at_least(now, scale.positions[to]):
        return (Roadmap(scale.stages[scale.positions[to]], (), (), guidance),)
    else:
        wanted = [scale.positions[to]]
    return tuple(_Search(result, scale, stage).roadmap(guidance) for stage in wanted)


def wanted_roadmaps(result: Result) -> tuple[Roadmap, ...]:
    """Return roadmaps to the target of the outcome, or to each next stage; none before anything is answered."""
    target = result.outcome.target
    return roadmap(result, target.id if target else None) if result.coverage else ()


class _Search:
    """The search for the smallest sets of leaves to improve."""

    def __init__(self, result: Result, scale: Scale, stage: int) -> None:
        self.result, self.scale, self.stage = result, scale, stage
        plan = result._plan
        self.not_applicable = [result[node.dimension.id].not_applicable for node in plan.nodes]
        self.start: dict[int, float] = {}
        self.top: dict[int, int] = {}
        for leaf in result.leaves:
            if leaf.position is not None and leaf.dimension.scale is not None:
                index, span = plan.index[leaf.dimension.id], leaf.position
                self.start[index] = span.low if span.likely is None else span.likely
                self.top[index] = leaf.dimension.scale.top

    def roadmap(self, guidance: Mapping[str, str]) -> Roadmap:
        """Return the smallest sets, or one without needless improvements if there are too many to try."""
        if not self._reaches(self.top):
            return Roadmap(self.scale.stages[self.stage], None)
        sufficient = tuple(self._lowered(self.top))
        smallest = self._smallest(len(sufficient)) or [sufficient]
        sets = [self._lowered({i: self.top[i] for i in chosen}) for chosen in smallest]
        sets.sort(key=lambda positions: sum(positions[i] - self.start[i] for i in positions))
        reached = self.scale.stage(self._outcome(sets[0]))
        first, *others = (self._improvements(positions) for positions in sets)
        is_free, holds = self._order_is_free(sets[0]), self._within_a_quarter(sets[0], reached)
        return Roadmap(reached, first, tuple(others), guidance, is_free, holds, tuple(self._spared(sets[0])))

    def _outcome(self, positions: Mapping[int, float]) -> float:
        return self.result._plan.positions(self.start | dict(positions), self.not_applicable)[0]

    def _reaches(self, positions: Mapping[int, float]) -> bool:
        return self.scale.at_least(self._outcome(positions), self.stage)

    def _smallest(self, bound: int) -> list[tuple[int, ...]]:
        """Return the smallest sets of leaves that reach the stage when they are at their tops."""
        candidates = [i for i in self.start if self.start[i] < self.top[i]]
        tried = ((size, chosen) for size in range(1, bound + 1) for chosen in combinations(candidates, size))
        sets: list[tuple[int, ...]] = []
        for size, chosen in islice(tried, TRIED):
            if sets and (size > len(sets[0]) or len(sets) == MOST_SETS):
                break
            if self._reaches({i: self.top[i] for i in chosen}):
                sets.append(chosen)
        return sets

    def _lowered(self, positions: Mapping[int, float]) -> dict[int, float]:
        """Return the positions that are still needed, each as low as it can be."""
        needed = dict(positions)
        # Leaves that are far from their tops are spared first, so that the improvements are small.
        for index in sorted(positions, key=lambda i: (self.start[i] / self.top[i], -i)):
            for position in (self.start[index], *range(int(self.start[index]) + 1, self.top[index] + 1)):
                needed[index] = position
                if self._reaches(needed):
                    break
        return {i: position for i, position in needed.items() if position > self.start[i]}

    def _improvements(self, positions: Mapping[int, float]) -> tuple[Improvement, ...]:
        nodes = self.result._plan.nodes
        return tuple(self._improvement(nodes[i].dimension, positions[i]) for i in self._in_order(positions))

    def _in_order(self, positions: Mapping[int, float]) -> Iterator[int]:
        """Yield the leaves in order: each time the one that brings the outcome furthest, of equals the first."""
        left: Sequence[int] = sorted(positions)
        done: dict[int, float] = {}
        while left:
            best = max(left, key=lambda i: (self._height({**done, i: positions[i]}), -i))
            done[best] = positions[best]
            left = [i for i in left if i != best]
            yield best

    def _order_is_free(self, positions: Mapping[int, float]) -> bool:
        """Check whether the outcome stays where it is until the last improvement, whichever that is."""
        at_first = self._height({})
        return all(
            self._height({i: positions[i] for i in positions if i != last}) == at_first for last in positions
        )

    def _within_a_quarter(self, positions: Mapping[int, float], reached: Stage) -> bool | None:
        """Check whether positions reach a stage under all weights a quarter lower or higher too."""
        state = self.result._plan.open()
        for i, position in (self.start | dict(positions)).items():
            state.put(i, (position, position, position))
        for node in self.result._plan.leaves.values():
            if self.not_applicable[node.index]:
                state.put(node.index, None)
        bounds = bounds_under(self.result._in_state(state), QUARTER)[OUTCOME]
        if bounds is None or bounds.lowest.likely is None:
            return None
        holds = self.scale.at_least(
            self.scale.positions[bounds.lowest.likely.id], self.scale.positions[reached.id]
        )
        return holds if holds or bounds.is_exact else None

    def _spared(self, positions: Mapping[int, float]) -> Iterator[Spared]:
        """Yield the weakest dimensions that are not raised, with what raising each alone would do."""
        result = self.result
        for weak in lagging(result):
            i, now = result._plan.index[weak.dimension.id], weak.stage and weak.stage.likely
            if now is None or i in positions:
                continue
            state, top = result._state.copy(), self.top[i]
            state.put(i, (top, top, top))
            before, after = result.stage, result._in_state(state).stage
            moves = (before and before.likely) != (after and after.likely)
            yield Spared(weak.dimension, now, moves)

    def _height(self, positions: Mapping[int, float]) -> float:
        outcome = self._outcome(positions)
        return outcome if self.scale.is_chain else len(self.scale.below[int(outcome)])

    def _improvement(self, dimension: Dimension, position: float) -> Improvement:
        stage, scale = self.result[dimension.id].stage, dimension.scale
        assert scale is not None
        return Improvement(dimension, stage.likely if stage else None, scale.stage(position))
