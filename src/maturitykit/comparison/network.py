"""Routes between models: crosswalks as a graph that is searched by their names alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from attrs import define, evolve, field

from maturitykit.comparison.check import check_links, other_versions
from maturitykit.comparison.links import compose, reverse
from maturitykit.definition import Model
from maturitykit.definition.crosswalk import Crosswalk
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.issue import Issue
from maturitykit.errors import ComparisonError, Finding, PluginError, one_of, quoted
from maturitykit.files.source_map import line_of
from maturitykit.registry import crosswalks, model_of, models
from maturitykit.words import phrase

#: Most crosswalks in a route; longer routes say next to nothing.
LONGEST = 4


class UsedCrosswalk(NamedTuple):
    """A crosswalk on the route from one model to another.

    Args:
        id: ``source--target``, as it was written.
        version: Version of the crosswalk; empty if it has none.
        is_reversed: Whether it was read from its target to its source.
    """

    id: str
    version: str
    is_reversed: bool


@define(eq=False)
class CompiledRoute:
    """Route that results of one model are carried over by, ready for use.

    Args:
        path: Ids of the models on the route, from the source to the target.
        source: The model of the results.
        target: The model that results are carried over to.
        crosswalk: The crosswalks on the route, joined into one.
        strength: The product of their mean link strengths.
        remarks: Issues to report with every translation.
        crosswalks: The crosswalks on the route, with the direction in which each is read.
        left_out: The links that are left out, each as ``source--target``.
        compiled: The compiled links, by the identity of the target's plan.
    """

    path: tuple[str, ...]
    source: Model
    target: Model
    crosswalk: Crosswalk
    strength: Fraction
    remarks: tuple[Issue, ...] = ()
    crosswalks: tuple[UsedCrosswalk, ...] = ()
    left_out: tuple[str, ...] = ()
    compiled: dict[int, Any] = field(factory=dict, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle everything but the compiled links."""
        kept = (self.path, self.source, self.target, self.crosswalk, self.strength)
        return CompiledRoute, (*kept, self.remarks, self.crosswalks, self.left_out)

    def without(self, links: Iterable[str]) -> CompiledRoute:
        """Return the route without some links, each named ``source--target``.

        Raises:
            ComparisonError: If there is no such link.
        """
        left_out = (links,) if isinstance(links, str) else tuple(links)
        names = [link.name for link in self.crosswalk.links]
        if wrong := [
            Finding("without", f"there is no link {quoted(n)}", one_of(names, n))
            for n in left_out
            if n not in names
        ]:
            raise ComparisonError("these links cannot be left out", wrong)
        kept = [link for link in self.crosswalk.links if link.name not in left_out]
        crosswalk, left_out = evolve(self.crosswalk, links=kept), (*self.left_out, *left_out)
        return evolve(self, crosswalk=crosswalk, left_out=left_out, compiled={})


class Network:
    """The installed crosswalks as a graph, with those that the caller adds.

    A path is searched by names; only the crosswalks on the shortest routes are loaded. A model
    is known by its id, and by ``id@version`` where a crosswalk is for that version alone. If
    the id stands for this version, both names mean the same.

    Args:
        own: Crosswalks besides the installed ones; they take precedence.
        own_models: Models besides the installed ones.
        language: Language of the crosswalks' texts, where they are translated.
    """

    def __init__(
        self, own: Iterable[Crosswalk] = (), own_models: Iterable[Model | str] = (), language: str = ""
    ) -> None:
        self._language = language
        self._added = {crosswalk.id: crosswalk for crosswalk in own}
        # Full names distinguish two versions of one model.
        self._models = {name: m for m in map(model_of, own_models) for name in (m.id, f"{m.id}@{m.version}")}
        self._ids = {*self._added, *crosswalks}
        #: Names with a version, with the name that the graph uses for each.
        self._shortened: dict[str, str] = {}
        #: Ids of the crosswalks that name a version, which take precedence over others between the same models.
        self._of_versions: dict[tuple[str, str], str] = {}
        self._neighbours: dict[str, set[str]] = {}
        self._ready: dict[tuple[str, str], Crosswalk] = {}
        self._routes: dict[tuple[str, ...], CompiledRoute] = {}
        #: Links that do not fit, by the crosswalk that is used without them: a location and a finding for each.
        self._set_aside: dict[str, list[tuple[str, Finding]]] = {}
        for id in sorted(self._ids):
            source, _, target = id.partition("--")
            if "@" in id:
                source, target = self._shorten(source), self._shorten(target)
                self._of_versions[source, target] = id
            self._neighbours.setdefault(source, set()).add(target)
            self._neighbours.setdefault(target, set()).add(source)

    @property
    def model_ids(self) -> list[str]:
        """Ids of the models that some crosswalk joins, in order."""
        return sorted(self._neighbours)

    def reachable(self, source: str) -> list[str]:
        """Return the ids of the models that some route leads to, in order."""
        seen, level = {source}, {source}
        for _ in range(LONGEST):
            level = {n for id in level for n in self._neighbours.get(id, ())} - seen
            seen |= level
        return sorted(seen - {source})

    def between(self, source: str, target: str) -> list[str]:
        """Return the ids of the models that have crosswalks with both, in order."""
        return sorted(self._neighbours.get(source, set()) & self._neighbours.get(target, set()))

    def _add(self, name: str, model: Model) -> None:
        """Use a model under this name, also in place of an installed one."""
        if self._models.get(name) is not model:
            self._models[name] = model
            # The crosswalks were checked and reversed for the model that had this name before.
            self._ready.clear()
            self._routes.clear()

    def model(self, id: str) -> Model:
        """Return a model by its id, or by ``id@version``.

        Raises:
            PluginError: If it is neither in the network nor installed, or is broken.
        """
        id = self._known_as(id)
        return self._models[id] if id in self._models else models.load(id)

    def _name_of(self, model: Model, *, exact: bool = False) -> str:
        """Return the name of a model in the graph: ``id@version`` if a crosswalk is for that version, else its id.

        Args:
            model: A model of any version.
            exact: Whether the name must mean this version, even if no crosswalk is for it.
        """
        name = self._known_as(f"{model.id}@{model.version}")
        return name if exact or name in self._neighbours else model.id

    def _known_as(self, name: str) -> str:
        """Return the name that the graph uses for a model, from any of its names."""
        return self._shortened.get(name, name)

    def _shorten(self, name: str) -> str:
        """Return ``id@version``, or the id alone if that stands for this version."""
        if name not in self._shortened:
            id, _, version = name.partition("@")
            self._shortened[name] = name
            # A broken model fails when it is used, not when the graph is built.
            with suppress(PluginError):
                if version and name not in models and self.model(id).version == version:
                    self._shortened[name] = id
        return self._shortened[name]

    def _step(self, source: str, target: str) -> Crosswalk:
        """Return the crosswalk from a model to a neighbour: as written, or else reversed.

        Raises:
            ComparisonError: If none of its links fits its models.
        """
        if (source, target) not in self._ready:
            crosswalk, first, second = self._between(source, target)
            checked = list(check_links(crosswalk, first, second))
            located = [(link.location, finding) for link, of_link in checked for finding in of_link]
            findings = [finding for _, finding in located]
            fitting = [link for link, of_link in checked if not of_link]
            if findings and not any(link.stages for link in fitting):
                others = other_versions(crosswalk, first, second)
                raise ComparisonError(f"the crosswalk {crosswalk.id} cannot be used", [*others, *findings])
            self._set_aside[crosswalk.id] = located
            crosswalk = self._renamed(evolve(crosswalk, links=fitting) if findings else crosswalk)
            forward = crosswalk.source == source
            self._ready[source, target] = crosswalk if forward else reverse(crosswalk, first, second)
        return self._ready[source, target]

    def _between(self, source: str, target: str) -> tuple[Crosswalk, Model, Model]:
        """Return the crosswalk between two neighbours, with its source and target models."""
        crosswalk = self._written(source, target)
        return crosswalk, self.model(crosswalk.source), self.model(crosswalk.target)

    def _written(self, source: str, target: str) -> Crosswalk:
        """Return the crosswalk between two neighbours as it was written, in this direction if there is one."""
        id = self._crosswalk_id(source, target) or self._crosswalk_id(target, source)
        crosswalk = self._added[id] if id in self._added else crosswalks.load(id)
        return crosswalk.in_language(self._language) if self._language else crosswalk

    def _crosswalk_id(self, source: str, target: str) -> str:
        """Return the id of the crosswalk that was written in this direction; empty if none was."""
        plain = f"{source}--{target}"
        return self._of_versions.get((source, target)) or (plain if plain in self._ids else "")

    def _renamed(self, crosswalk: Crosswalk) -> Crosswalk:
        """Return the crosswalk with the names that the graph uses for its models."""
        names = {name: self._known_as(name) for name in (crosswalk.source, crosswalk.target)}
        if all(name == known for name, known in names.items()):
            return crosswalk
        return evolve(
            crosswalk,
            source=names[crosswalk.source],
            target=names[crosswalk.target],
            source_version=crosswalk.versions[0],
            target_version=crosswalk.versions[1],
            not_inferable=[evolve(item, model=names[item.model]) for item in crosswalk.not_inferable],
            path=crosswalk.path or (crosswalk.id,),
        )

    def _remarks(self, path: Sequence[str]) -> Iterator[Issue]:
        """Yield issues on crosswalks written for other versions, or for none, and on links that are set aside."""
        for source, target in pairwise(path):
            crosswalk, first, second = self._between(source, target)
            for finding in other_versions(crosswalk, first, second):
                yield Issue("other-version", "warning", OUTCOME, f"{crosswalk.id}: {finding.problem}")
            for location, finding in self._set_aside.get(crosswalk.id, ()):
                line = location or line_of(crosswalk.location, finding.where)
                where = ", ".join(part for part in (crosswalk.location or crosswalk.id, line) if part)
                text = phrase(
                    "{where}: a link is set aside, as it does not fit: {finding}", where=where, finding=finding
                )
                yield Issue("link-set-aside", "warning", OUTCOME, text)
            models_and_versions = zip((first, second), crosswalk.versions, strict=True)
            unversioned = [model.id for model, version in models_and_versions if not version]
            if unversioned:
                problem = (
                    f"{crosswalk.id} does not say for which version of {' and '.join(unversioned)} it was written"
                )
                yield Issue("version-not-said", "info", OUTCOME, problem)

    def path(self, source: str, target: str) -> list[str]:
        """Return the models on the best route: fewest crosswalks, then strongest, then first by ids.

        Raises:
            ComparisonError: If no route is short enough.
        """
        # Distance of each model from the target; the search ends at the source.
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
        """Return the shortest path with the largest product of mean strengths."""
        best: dict[str, tuple[Fraction, list[str]]] = {source: (Fraction(-1), [source])}
        for left in range(distance[source] - 1, -1, -1):
            further: dict[str, tuple[Fraction, list[str]]] = {}
            for id, (strength, path) in best.items():
                for n in self._neighbours[id]:
                    if distance.get(n) == left:
                        # Negative, so that min() prefers the strongest path, and of equals the first by ids.
                        longer = strength * self._strength(id, n, len(best) == 1 and left == 0), [*path, n]
                        further[n] = min(further.get(n, longer), longer)
            best = further
        return best[target][1]

    def _strength(self, source: str, target: str, is_only: bool) -> Fraction:
        """Return the mean strength of a crosswalk; 1 if it is the only choice, 0 if it cannot be used."""
        if target not in self._models and target not in models:
            return Fraction(0)
        try:
            # Where there is only one choice, its crosswalk need not be loaded.
            return Fraction(1) if is_only else self._written(source, target).strength
        except PluginError:
            # A broken crosswalk does not prevent other routes; it is reported if there are none.
            return Fraction(0)

    def along(self, path: Sequence[str]) -> Crosswalk:
        """Return the crosswalks between the models of a path, joined into one.

        Raises:
            ComparisonError: If two models that follow each other have no crosswalk.
        """
        for source, target in pairwise(path):
            near = sorted(self._neighbours.get(source, ()))
            if target not in near:
                expected = one_of(near, target) if near else f"a crosswalk {source}--{target}"
                problem = f"no crosswalk joins {quoted(source)} and {quoted(target)}"
                raise ComparisonError("nothing can be carried over", [Finding("", problem, expected)])
        joined = self._step(path[0], path[1])
        for source, target in pairwise(path[1:]):
            joined = compose(joined, self._step(source, target))
        return joined

    def _route(self, path: Sequence[str]) -> CompiledRoute:
        """Return the compiled route along a path of models; the same object each time.

        Raises:
            ComparisonError: If two models that follow each other have no crosswalk, or one does not fit.
        """
        key = tuple(path)
        if key not in self._routes:
            self._routes[key] = CompiledRoute(
                key,
                self.model(path[0]),
                self.model(path[-1]),
                self.along(path),
                self.strength(path),
                tuple(self._remarks(path)),
                tuple(self._used(*pair) for pair in pairwise(path)),
            )
        return self._routes[key]

    def _used(self, source: str, target: str) -> UsedCrosswalk:
        crosswalk = self._written(source, target)
        return UsedCrosswalk(crosswalk.id, crosswalk.version, self._known_as(crosswalk.source) != source)

    def strength(self, path: Sequence[str]) -> Fraction:
        """Return the product of the mean link strengths along a path."""
        product = Fraction(1)
        for source, target in pairwise(path):
            product *= self._written(source, target).strength
        return product


def find_route(source: Model, to: Model | str, via: str | Sequence[str], network: Network) -> CompiledRoute:
    """Return the route from one model to another.

    Raises:
        ComparisonError: If no crosswalks lead there, or one does not fit its models.
    """
    start = network._name_of(source)
    target = _target(to, source, network) if isinstance(to, str) else to
    end = network._name_of(target)
    if start == end:
        raise _same_model(source, target)
    network._add(start, source)
    network._add(end, target)
    middle = [network._known_as(id) for id in ([via] if isinstance(via, str) else via)]
    return network._route([start, *middle, end] if middle else network.path(start, end))


def _target(to: str, source: Model, network: Network) -> Model:
    try:
        return network.model(to)
    except PluginError:
        # The model of the result need not be installed.
        if to == source.id:
            return source
        raise


def _same_model(source: Model, target: Model) -> ComparisonError:
    if source.version == target.version:
        finding = Finding("to", f"{quoted(source.id)} is the model of the result", "another model")
        return ComparisonError("nothing has to be carried over", [finding])
    names = [f"{model.id}@{model.version}" for model in (source, target)]
    finding = Finding("to", "equal ids of two versions need not mean the same", f"a crosswalk {'--'.join(names)}")
    return ComparisonError("nothing can be carried over", [finding])
