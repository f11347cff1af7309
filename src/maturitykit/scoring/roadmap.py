"""What is needed for a stage: the smallest sets of raises that reach it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice
from typing import NamedTuple

from maturitykit.assessment.ratings import Assessment, Rating
from maturitykit.definition import Dimension, Scale, Stage
from maturitykit.errors import Finding, ScoringError, one_of, quoted
from maturitykit.scoring.result import Result
from maturitykit.scoring.score import score

#: How many sets of raises are tried before one that is merely free of needless raises will do.
TRIED = 5_000
#: How many of the smallest sets are told.
TOLD = 10
#: Whom changes are put down to that are only tried.
WHAT_IF = "what if"


class Improvement(NamedTuple):
    """A dimension that has to reach a stage.

    Args:
        dimension: To raise, or to answer.
        start: The stage that it is likely at; None if it is open.
        to: The stage that is needed.
    """

    dimension: Dimension
    start: Stage | None
    to: Stage


class Roadmap(NamedTuple):
    """What reaches a stage of the outcome.

    Args:
        stage: The stage that is reached: the wanted one, or the one above it that comes with it.
        improvements: Of the smallest sets the one with the fewest steps, in the order in which they
            bring the outcome furthest. None if no answer can reach the stage, as what it
            requires is not applicable.
        alternatives: Other sets that are as small.
        guidance: What the model says to do at the present stage, by topic.
    """

    stage: Stage
    improvements: tuple[Improvement, ...] | None
    alternatives: tuple[tuple[Improvement, ...], ...] = ()
    guidance: Mapping[str, str] = {}


def roadmap(result: Result, to: str | None = None) -> tuple[Roadmap, ...]:
    """What is needed for a stage of the outcome, by default for the next one.

    On a partial order there may be several next stages. Open dimensions count as lowest, so
    that what the roadmap names is enough whatever they turn out to be. Nothing comes of it
    where the model has no outcome, the top is reached, the overall stage was given, or
    the result is a translation: then the road is that of its origin.

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


def what_if(result: Result, stages: Mapping[str, str]) -> Result:
    """The result, had some dimensions been at other stages.

    Args:
        result: Of ratings; a translation follows from those of its origin.
        stages: LeafAnswers by dimension, in place of all that respondents said of it.

    Raises:
        AssessmentError: If a dimension or stage does not fit the model.
        ScoringError: If the result does not rest on ratings.
    """
    if result.is_derived or result.outcome_is_given:
        problem = "it does not rest on ratings of its dimensions"
        finding = Finding("", problem, "a result that does, as that which a translation was derived from")
        raise ScoringError("there is nothing to change", [finding])
    ratings = [item for leaf in result.leaves for item in leaf.inputs if isinstance(item, Rating)]
    kept = [rating for rating in ratings if rating.dimension not in stages]
    changed = [Rating(id, stage, respondent=WHAT_IF, location=repr(id)) for id, stage in stages.items()]
    return score(
        result.model,
        Assessment(result.model.id, [*kept, *changed], result.subject, result.date),
        scorer=result._plan.scorer,
        consensus=result.consensus,
        weights=result.weights,
        targets={id: stage.id for id, stage in result.targets.items()},
    )


class _Search:
    """The search for the smallest sets of leaves to raise."""

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
        """The smallest sets, or one without needless raises where there are too many to try."""
        if not self._reaches(self.top):
            return Roadmap(self.scale.stages[self.stage], None)
        one = tuple(self._lowered(self.top))
        smallest = self._smallest(len(one)) or [one]
        sets = [self._lowered({i: self.top[i] for i in chosen}) for chosen in smallest]
        sets.sort(key=lambda raised: sum(raised[i] - self.start[i] for i in raised))
        reached = self.scale.stage(self._outcome(sets[0]))
        first, *others = (self._improvements(raised) for raised in sets)
        return Roadmap(reached, first, tuple(others), guidance)

    def _outcome(self, raised: Mapping[int, float]) -> float:
        return self.result._plan.positions(self.start | dict(raised), self.not_applicable)[0]

    def _reaches(self, raised: Mapping[int, float]) -> bool:
        return self.scale.at_least(self._outcome(raised), self.stage)

    def _smallest(self, bound: int) -> list[tuple[int, ...]]:
        """The smallest sets of leaves that reach the stage when they are at their tops."""
        candidates = [i for i in self.start if self.start[i] < self.top[i]]
        tried = ((size, chosen) for size in range(1, bound + 1) for chosen in combinations(candidates, size))
        found: list[tuple[int, ...]] = []
        for size, chosen in islice(tried, TRIED):
            if found and (size > len(found[0]) or len(found) == TOLD):
                break
            if self._reaches({i: self.top[i] for i in chosen}):
                found.append(chosen)
        return found

    def _lowered(self, raised: Mapping[int, float]) -> dict[int, float]:
        """The raises without those, and without the steps, that are not needed."""
        needed = dict(raised)
        # The farthest from their tops are spared first, so that the raises are small ones.
        for index in sorted(raised, key=lambda i: (self.start[i] / self.top[i], -i)):
            for position in (self.start[index], *range(int(self.start[index]) + 1, self.top[index] + 1)):
                needed[index] = position
                if self._reaches(needed):
                    break
        return {i: position for i, position in needed.items() if position > self.start[i]}

    def _improvements(self, raised: Mapping[int, float]) -> tuple[Improvement, ...]:
        nodes = self.result._plan.nodes
        return tuple(self._improvement(nodes[i].dimension, raised[i]) for i in self._in_order(raised))

    def _in_order(self, raised: Mapping[int, float]) -> Iterator[int]:
        """Each time the raise that brings the outcome furthest, then the first of the model."""
        left: Sequence[int] = sorted(raised)
        done: dict[int, float] = {}
        while left:
            best = max(left, key=lambda i: (self._height({**done, i: raised[i]}), -i))
            done[best] = raised[best]
            left = [i for i in left if i != best]
            yield best

    def _height(self, raised: Mapping[int, float]) -> float:
        outcome = self._outcome(raised)
        return outcome if self.scale.is_chain else len(self.scale.below[int(outcome)])

    def _improvement(self, dimension: Dimension, position: float) -> Improvement:
        stage, scale = self.result[dimension.id].stage, dimension.scale
        assert scale is not None
        return Improvement(dimension, stage.likely if stage else None, scale.stage(position))
