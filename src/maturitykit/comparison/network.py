"""Ways between models: crosswalks as a graph, searched by their names alone."""

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

#: Longer ways say next to nothing.
LONGEST = 4


class UsedCrosswalk(NamedTuple):
    """A crosswalk on the way from one model to another.

    Args:
        id: ``source--target``, as it was written.
        version: Of the crosswalk; empty if it has none.
        is_reversed: Whether it was read from its target to its source.
    """

    id: str
    version: str
    is_reversed: bool


@define(eq=False)
class CompiledRoute:
    """How results of one model become results of another.

    Args:
        path: Ids of the models on the way, from the source to the target.
        source: The model of the results.
        target: The model to arrive at.
        crosswalk: The crosswalks on the way, as one.
        strength: The product of their mean link strengths.
        remarks: What to know about them.
        crosswalks: Which they are, and how they are read.
        left_out: The links that are left out, each as ``source--target``.
        compiled: What the links were compiled to, by the plan of the target.
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
        """Pickle all but what is compiled."""
        kept = (self.path, self.source, self.target, self.crosswalk, self.strength)
        return CompiledRoute, (*kept, self.remarks, self.crosswalks, self.left_out)

    def without(self, links: Iterable[str]) -> CompiledRoute:
        """Return the same without some links, each named ``source--target``.

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
    """The installed crosswalks, and those that the caller brings.

    A path is searched by names; only the crosswalks on the shortest ways are loaded. A model
    is known by its id, and by ``id@version`` where a crosswalk speaks of that version alone.
    Where this version is the one that its id stands for, both names are one.

    Args:
        own: Crosswalks beside the installed ones; they come first.
        own_models: Models beside the installed ones.
        language: Of the texts of the crosswalks, where they have it.
    """

    def __init__(
        self, own: Iterable[Crosswalk] = (), own_models: Iterable[Model | str] = (), language: str = ""
    ) -> None:
        self._language = language
        self._own = {crosswalk.id: crosswalk for crosswalk in own}
        # Two versions of one model are told apart by their full names.
        self._models = {name: m for m in map(model_of, own_models) for name in (m.id, f"{m.id}@{m.version}")}
        self._ids = {*self._own, *crosswalks}
        self._same: dict[str, str] = {}
        #: Where two crosswalks come to join the same models, the one that names a version counts.
        self._of_versions: dict[tuple[str, str], str] = {}
        self._neighbours: dict[str, set[str]] = {}
        self._ready: dict[tuple[str, str], Crosswalk] = {}
        self._routes: dict[tuple[str, ...], CompiledRoute] = {}
        #: What does not fit in the crosswalks that are used all the same.
        self._set_aside: dict[str, list[tuple[str, Finding]]] = {}
        for id in sorted(self._ids):
            source, _, target = id.partition("--")
            if "@" in id:
                source, target = self._name(source), self._name(target)
                self._of_versions[source, target] = id
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

    def _add(self, name: str, model: Model) -> None:
        """Take a model for the one of this name, installed or not."""
        if self._models.get(name) is not model:
            self._models[name] = model
            # What was checked and reversed was so for another one of this name.
            self._ready.clear()
            self._routes.clear()

    def model(self, id: str) -> Model:
        """A model by its id, or by ``id@version``.

        Raises:
            PluginError: If it is not known here and not installed, or broken.
        """
        id = self._known_as(id)
        return self._models[id] if id in self._models else models.load(id)

    def _name_of(self, model: Model, *, exact: bool = False) -> str:
        """What a model is known by: ``id@version`` if a crosswalk speaks of that version, else its id.

        Args:
            model: Of any version.
            exact: Its version matters: never what may be another one.
        """
        name = self._known_as(f"{model.id}@{model.version}")
        return name if exact or name in self._neighbours else model.id

    def _known_as(self, name: str) -> str:
        """The one of the names of a model that crosswalks are found by."""
        return self._same.get(name, name)

    def _name(self, name: str) -> str:
        """What is known as ``id@version``, by its id alone if that stands for this version."""
        if name not in self._same:
            id, _, version = name.partition("@")
            self._same[name] = name
            # A model that cannot be used is for those to hear of who ask for it.
            with suppress(PluginError):
                if version and name not in models and self.model(id).version == version:
                    self._same[name] = id
        return self._same[name]

    def _step(self, source: str, target: str) -> Crosswalk:
        """The crosswalk from a model to a neighbour: as written, or else reversed.

        Raises:
            ComparisonError: If it does not fit its models.
        """
        if (source, target) not in self._ready:
            crosswalk, first, second = self._between(source, target)
            checked = list(check_links(crosswalk, first, second))
            findings = [finding for _, found in checked for finding in found]
            places = [link.location for link, found in checked for _ in found]
            fitting = [link for link, found in checked if not found]
            if findings and not any(link.stages for link in fitting):
                others = other_versions(crosswalk, first, second)
                raise ComparisonError(f"the crosswalk {crosswalk.id} cannot be used", [*others, *findings])
            self._set_aside[crosswalk.id] = list(zip(places, findings, strict=True))
            crosswalk = self._renamed(evolve(crosswalk, links=fitting) if findings else crosswalk)
            forward = crosswalk.source == source
            self._ready[source, target] = crosswalk if forward else reverse(crosswalk, first, second)
        return self._ready[source, target]

    def _between(self, source: str, target: str) -> tuple[Crosswalk, Model, Model]:
        """The crosswalk between two neighbours, and the models that it is used on."""
        crosswalk = self._written(source, target)
        return crosswalk, self.model(crosswalk.source), self.model(crosswalk.target)

    def _written(self, source: str, target: str) -> Crosswalk:
        """The crosswalk between two neighbours; a written direction beats a reversed one."""
        id = self._id(source, target) or self._id(target, source)
        crosswalk = self._own[id] if id in self._own else crosswalks.load(id)
        return crosswalk.in_language(self._language) if self._language else crosswalk

    def _id(self, source: str, target: str) -> str:
        """The id of the crosswalk that was written in this direction; empty if none was."""
        plain = f"{source}--{target}"
        return self._of_versions.get((source, target)) or (plain if plain in self._ids else "")

    def _renamed(self, crosswalk: Crosswalk) -> Crosswalk:
        """The crosswalk with its models as they are known here."""
        new = {name: self._known_as(name) for name in (crosswalk.source, crosswalk.target)}
        if all(name == known for name, known in new.items()):
            return crosswalk
        return evolve(
            crosswalk,
            source=new[crosswalk.source],
            target=new[crosswalk.target],
            source_version=crosswalk.versions[0],
            target_version=crosswalk.versions[1],
            not_inferable=[evolve(item, model=new[item.model]) for item in crosswalk.not_inferable],
            path=crosswalk.path or (crosswalk.id,),
        )

    def _remarks(self, path: Sequence[str]) -> Iterator[Issue]:
        """Where a crosswalk of a path is used on another version of a model than it was written for."""
        for source, target in pairwise(path):
            crosswalk, first, second = self._between(source, target)
            for finding in other_versions(crosswalk, first, second):
                yield Issue("other-version", "warning", OUTCOME, f"{crosswalk.id}: {finding.problem}")
            for place, finding in self._set_aside.get(crosswalk.id, ()):
                line = place or line_of(crosswalk.location, finding.where)
                where = ", ".join(part for part in (crosswalk.location or crosswalk.id, line) if part)
                text = phrase(
                    "{where}: a link is set aside, as it does not fit: {finding}", where=where, finding=finding
                )
                yield Issue("link-set-aside", "warning", OUTCOME, text)
            silent = [m.id for m, written in zip((first, second), crosswalk.versions, strict=True) if not written]
            if silent:
                problem = f"{crosswalk.id} does not say for which version of {' and '.join(silent)} it was written"
                yield Issue("version-not-said", "info", OUTCOME, problem)

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
        """Return a path of models with its crosswalks as one; the same one each time.

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
        """The product of the mean link strengths along a path."""
        product = Fraction(1)
        for source, target in pairwise(path):
            product *= self._written(source, target).strength
        return product


def find_route(source: Model, to: Model | str, via: str | Sequence[str], network: Network) -> CompiledRoute:
    """Return how results of one model become results of another.

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
