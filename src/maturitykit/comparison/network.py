"""Ways between models: crosswalks as a graph, searched by their names alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from maturitykit.comparison.check import check_crosswalk
from maturitykit.comparison.links import compose, reverse
from maturitykit.definition import Model
from maturitykit.definition.crosswalk import Crosswalk
from maturitykit.errors import ComparisonError, Finding, PluginError, one_of, quoted
from maturitykit.registry import crosswalks, models

#: Longer ways say next to nothing.
LONGEST = 4


class Network:
    """The installed crosswalks, and those that the caller brings.

    A path is searched by names; only the crosswalks on the shortest ways are loaded.

    Args:
        own: Crosswalks beside the installed ones; they come first.
        own_models: Models beside the installed ones.
        language: Of the texts of the crosswalks, where they have it.
    """

    def __init__(
        self, own: Iterable[Crosswalk] = (), own_models: Iterable[Model] = (), language: str = ""
    ) -> None:
        self._language = language
        self._own = {crosswalk.id: crosswalk for crosswalk in own}
        self._models = {model.id: model for model in own_models}
        self._ids = {*self._own, *crosswalks}
        self._neighbours: dict[str, set[str]] = {}
        self._ready: dict[tuple[str, str], Crosswalk] = {}
        for id in self._ids:
            source, _, target = id.partition("--")
            self._neighbours.setdefault(source, set()).add(target)
            self._neighbours.setdefault(target, set()).add(source)

    @property
    def model_ids(self) -> list[str]:
        """The models that some crosswalk touches."""
        return sorted(self._neighbours)

    def reachable(self, source: str) -> list[str]:
        """Ids of the models that some way of crosswalks leads to, in order."""
        seen, level = {source}, {source}
        for _ in range(LONGEST):
            level = {n for id in level for n in self._neighbours.get(id, ())} - seen
            seen |= level
        return sorted(seen - {source})

    def between(self, source: str, target: str) -> list[str]:
        """Ids of the models that both have a crosswalk with, in order."""
        return sorted(self._neighbours.get(source, set()) & self._neighbours.get(target, set()))

    def add(self, name: str, model: Model) -> None:
        """Take a model for the one of this name, installed or not."""
        if self._models.get(name) is not model:
            self._models[name] = model
            # What was checked and reversed was so for another one of this name.
            self._ready.clear()

    def model(self, id: str) -> Model:
        """A model by its id.

        Raises:
            PluginError: If it is not known here and not installed, or broken.
        """
        return self._models[id] if id in self._models else models.load(id)

    def step(self, source: str, target: str) -> Crosswalk:
        """The crosswalk from a model to a neighbour: as written, or else reversed.

        Raises:
            ComparisonError: If it does not fit its models.
        """
        crosswalk = self._written(source, target)
        if (source, target) not in self._ready:
            first, second = self.model(crosswalk.source), self.model(crosswalk.target)
            if findings := check_crosswalk(crosswalk, first, second):
                raise ComparisonError(f"the crosswalk {crosswalk.id} cannot be used", findings)
            forward = crosswalk.source == source
            self._ready[source, target] = crosswalk if forward else reverse(crosswalk, first, second)
        return self._ready[source, target]

    def _written(self, source: str, target: str) -> Crosswalk:
        """The crosswalk between two neighbours; a written direction beats a reversed one."""
        id = f"{source}--{target}"
        if id not in self._ids:
            id = f"{target}--{source}"
        crosswalk = self._own[id] if id in self._own else crosswalks.load(id)
        return crosswalk.in_language(self._language) if self._language else crosswalk

    def path(self, source: str, target: str) -> list[str]:
        """The models on the best way: fewest crosswalks, then strongest, then by their ids.

        Raises:
            ComparisonError: If no way is short enough.
        """
        # How far each model is from the target, as far as the source.
        distance, level = {target: 0}, [target]
        while level and source not in distance and distance[level[0]] < LONGEST:
            nearer = distance[level[0]]
            level = sorted({n for id in level for n in self._neighbours.get(id, ())} - distance.keys())
            distance.update(dict.fromkeys(level, nearer + 1))
        if source not in distance:
            known = [id for id in self.model_ids if id != source]
            problem = f"no way of {LONGEST} crosswalks or fewer leads from {quoted(source)} to {quoted(target)}"
            expected = one_of(known, target) if target not in known else "a crosswalk between them"
            raise ComparisonError("nothing can be carried over", [Finding("", problem, expected)])
        return self._strongest(source, target, distance)

    def _strongest(self, source: str, target: str, distance: Mapping[str, int]) -> list[str]:
        """Of the shortest ways, the one with the largest product of mean strengths."""
        best: dict[str, tuple[Fraction, list[str]]] = {source: (Fraction(-1), [source])}
        for left in range(distance[source] - 1, -1, -1):
            further: dict[str, tuple[Fraction, list[str]]] = {}
            for id, (strength, way) in best.items():
                for n in self._neighbours[id]:
                    if distance.get(n) == left:
                        # Negative, so that the least is the strongest, and then the first by ids.
                        found = strength * self._strength(id, n, len(best) == 1 and left == 0), [*way, n]
                        further[n] = min(further.get(n, found), found)
            best = further
        return best[target][1]

    def _strength(self, source: str, target: str, only: bool) -> Fraction:
        # Where there is no choice, nothing has to be loaded to make it.
        if target not in self._models and target not in models:
            return Fraction(0)
        try:
            return Fraction(1) if only else self._written(source, target).strength
        except PluginError:
            # It disturbs no other way, and is said if there is none.
            return Fraction(0)

    def along(self, path: Sequence[str]) -> Crosswalk:
        """The crosswalks between the models of a path, as one.

        Raises:
            ComparisonError: If two models that follow each other have no crosswalk.
        """
        for source, target in pairwise(path):
            if target not in self._neighbours.get(source, ()):
                expected = one_of(sorted(self._neighbours.get(source, ())), target)
                problem = f"no crosswalk joins {quoted(source)} and {quoted(target)}"
                raise ComparisonError("nothing can be carried over", [Finding("", problem, expected)])
        joined = self.step(path[0], path[1])
        for source, target in pairwise(path[1:]):
            joined = compose(joined, self.step(source, target))
        return joined

    def strength(self, path: Sequence[str]) -> Fraction:
        """The product of the mean link strengths along a path."""
        product = Fraction(1)
        for source, target in pairwise(path):
            product *= self._written(source, target).strength
        return product
