"""Registries of the installed models, scorers and crosswalks, discovered by their entry points.

Listing them reads metadata only. A plugin is imported when it is first used, and a broken one
does not affect the others. This module imports nothing that a listing does not need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module, invalidate_caches
from threading import RLock
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from maturitykit.errors import Finding, PluginError, message_of, one_of, quoted

if TYPE_CHECKING:
    from importlib_metadata import EntryPoint

    from maturitykit.definition.crosswalk import Crosswalk
    from maturitykit.definition.model import Model
    from maturitykit.definition.scorer import Scorer

T = TypeVar("T")

#: One lock for all registries, as a plugin may load another while it is imported.
_LOADING = RLock()


@cache
def version() -> str:
    """Return the installed version of maturitykit."""
    import importlib_metadata

    return importlib_metadata.version("maturitykit")


class Entry(NamedTuple):
    """A registered name, the distribution that claims it, and the error that is known of it.

    Args:
        id: The registered name.
        distribution: The distribution that claims it; all of them, if several claim it.
        version: Version of the distribution.
        error: Reason why it cannot be used. An error in a plugin shows only when it is first loaded.
    """

    id: str
    distribution: str
    version: str
    error: str | None = None


class Registry(Mapping[str, Entry], Generic[T]):
    """A read-only view of one group of entry points; nothing is imported to list it.

    Made by maturitykit alone.

    Args:
        group: Name of the group of entry points.
        noun: Word for one object in it, such as "model".
        kind: Class of its objects, as ``module:class``.
        builtin: Objects that are part of maturitykit, as ``module:object`` by name. No
            plugin can use these names.
    """

    def __init__(self, group: str, noun: str, kind: str, builtin: Mapping[str, str] = {}) -> None:
        self._group = group
        self._noun = noun
        self._kind = kind
        self._builtin = builtin
        self._loaded: dict[str, T] = {}
        self._errors: dict[str, str] = {}

    def __getitem__(self, id: str) -> Entry:
        claims = self._claims().get(id, [])
        if id in self._builtin:
            return self._builtin_entry(id, claims)
        if not claims:
            raise KeyError(id)
        first = _distribution(claims[0])
        if len(claims) > 1:
            names = " and ".join(" ".join(_distribution(claim)) for claim in claims)
            return Entry(id, names, "", f"claimed by {names}")
        return Entry(id, *first, self._errors.get(id))

    def __iter__(self) -> Iterator[str]:
        yield from self._builtin
        yield from sorted(self._claims().keys() - self._builtin.keys())

    def __len__(self) -> int:
        return len(self._builtin.keys() | self._claims().keys())

    def __repr__(self) -> str:
        return f"<{self._noun}s: {', '.join(self) or 'none installed'}>"

    def __reduce__(self) -> str:
        """Return its name in this module, by which it is pickled."""
        return self._group.rpartition(".")[2]

    def load(self, id: str) -> T:
        """Return the object that is registered under a name; it is imported once, also with several threads.

        Raises:
            PluginError: If nothing or more than one thing has this name, or it is broken.
        """
        if id not in self._loaded:
            with _LOADING:
                if id not in self._loaded:
                    self._load(id)
        return self._loaded[id]

    def _load(self, id: str) -> None:
        try:
            self._loaded[id] = self._import(id)
        except PluginError as error:
            self._errors[id] = " ".join(str(finding) for finding in error.findings)
            raise
        self._errors.pop(id, None)

    def refresh(self) -> None:
        """Read the installed entry points again, and forget the objects that were loaded."""
        invalidate_caches()
        _scan.cache_clear()
        self._loaded.clear()
        self._errors.clear()

    def _claims(self) -> Mapping[str, list[EntryPoint]]:
        return _scan().get(self._group, {})

    def _builtin_entry(self, id: str, claims: list[EntryPoint]) -> Entry:
        names = " and ".join(" ".join(_distribution(claim)) for claim in claims)
        error = f"{names} claims the name, and is not used" if claims else None
        return Entry(id, "maturitykit", version(), error)

    def _import(self, id: str) -> T:
        title = f"no {self._noun} {quoted(id)} can be used"
        if id in self._builtin:
            return self._checked(id, _resolve(self._builtin[id])(), title)
        claims = self._claims().get(id, [])
        if not claims:
            raise PluginError(
                title,
                [Finding("", f"nothing installed has the name {quoted(id)}", one_of(list(self), id), "MK007")],
            )
        entry = self[id]
        if len(claims) > 1:
            advice = "one of them: uninstall the other, or read the file by its path"
            raise PluginError(title, [Finding("", f"{entry.distribution} claim the same name", advice, "MK007")])
        where = f"{entry.distribution} {entry.version}"
        try:
            thing = claims[0].load()
            # A function may return a class.
            for _ in range(2):
                if not isinstance(thing, self._class()) and callable(thing):
                    thing = thing()
        except KeyboardInterrupt:
            raise
        # A plugin may raise anything, even SystemExit.
        except BaseException as error:
            problem = f"{type(error).__name__} on loading {claims[0].value}: {message_of(error)}"
            raise PluginError(title, [Finding(where, problem, "", "MK007")]) from error
        return self._checked(id, thing, title, where)

    def _checked(self, id: str, thing: Any, title: str, where: str = "maturitykit") -> T:
        kind = self._class()
        if not isinstance(thing, kind):
            problem = f"gives {quoted(thing)}"
            expected = f"a {kind.__name__}, or a function that returns one"
            raise PluginError(title, [Finding(where, problem, expected, "MK007")])
        name = self._name_of(thing, id)
        if name != id:
            problem = f"registers {quoted(name)} under the name {quoted(id)}" if name else "has no id"
            raise PluginError(title, [Finding(where, problem, "one name for both", "MK007")])
        return thing  # type: ignore[no-any-return]

    def _name_of(self, thing: Any, registered: str) -> Any:
        """Return the name that an object has to be registered under."""
        return getattr(thing, "id", None)

    def _class(self) -> type[Any]:
        return _resolve(self._kind)  # type: ignore[no-any-return]


class Models(Registry["Model"]):
    """The installed models. An id names one, and ``id@version`` a certain version of it.

    A distribution may register several versions: the default one under the id, and each
    other one as ``id@version``.
    """

    def load(self, id: str) -> Model:
        """Return the model of this name, imported when it is first used.

        A model that is registered under its id alone can also be loaded by ``id@version``.

        Raises:
            PluginError: If nothing or more than one thing has this name, or it is broken.
        """
        name, at, version = id.partition("@")
        if not at or id in self or name not in self:
            return super().load(id)
        model = super().load(name)
        if model.version == version:
            return model
        known = [model.version, *(other.partition("@")[2] for other in self if other.startswith(f"{name}@"))]
        finding = Finding("", f"{name} is installed, but not this version", one_of(known, version))
        raise PluginError(f"no model {quoted(id)} can be used", [finding])

    def _name_of(self, thing: Any, registered: str) -> Any:
        id = super()._name_of(thing, registered)
        return f"{id}@{thing.version}" if id and "@" in registered else id


def _resolve(reference: str) -> Any:
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)


def _distribution(claim: EntryPoint) -> tuple[str, str]:
    """Return name and version, read from the head of the metadata, as parsing all of it is slow."""
    text = ""
    # In a source tree, setuptools writes PKG-INFO.
    for file in ("METADATA", "PKG-INFO"):
        with suppress(ValueError):
            text = text or (claim.dist and claim.dist.read_text(file)) or ""
    head = dict(line.split(": ", 1) for line in text.partition("\n\n")[0].splitlines() if ": " in line)
    return head.get("Name", "?"), head.get("Version", "?")


@cache
def _scan() -> Mapping[str, Mapping[str, list[EntryPoint]]]:
    """Return the entry points of our groups, by group and name."""
    groups: dict[str, dict[str, list[EntryPoint]]] = {}
    for point in _points():
        if point.group.startswith("maturitykit."):
            claims = groups.setdefault(point.group, {}).setdefault(point.name, [])
            # An editable install may show the same distribution twice.
            if (point.value, _distribution(point)) not in [(c.value, _distribution(c)) for c in claims]:
                claims.append(point)
    return groups


def _points() -> list[EntryPoint]:
    """Return all entry points, except those of distributions whose metadata cannot be read."""
    import importlib_metadata

    try:
        return list(importlib_metadata.entry_points())
    except Exception:
        # Some distribution has broken metadata, so each is read alone. The first of a name counts, as on import.
        by_distribution: dict[str, list[EntryPoint]] = {}
        for distribution in importlib_metadata.distributions():
            with suppress(Exception):
                name = re.sub("[-_.]+", "-", distribution.name).lower()
                by_distribution.setdefault(name, list(distribution.entry_points))
        return [point for points in by_distribution.values() for point in points]


_RULES = "maturitykit.rules.built_in"

#: The installed models.
models = Models("maturitykit.models", "model", "maturitykit.definition.model:Model")


def model_of(model: Model | str, version: str = "") -> Model:
    """Return a model, loaded by its id if need be.

    Args:
        model: A model, or the id of an installed one.
        version: The version to load, if it is registered; otherwise the default version of the id.

    Raises:
        PluginError: If it is an id that `Models.load` refuses.
    """
    if not isinstance(model, str):
        return model
    name = f"{model}@{version}"
    return models.load(name if version and name in models else model)


#: The built-in and the installed rules.
scorers: Registry[Scorer] = Registry(
    "maturitykit.scorers",
    "scorer",
    "maturitykit.definition.scorer:Scorer",
    builtin={
        "weakest": f"{_RULES}:Weakest",
        "median": f"{_RULES}:Median",
        "mean": f"{_RULES}:Mean",
        "sum": f"{_RULES}:Sum",
        "staged": f"{_RULES}:Staged",
        "profile": f"{_RULES}:Profile",
    },
)

#: The installed crosswalks, by ``source--target``.
crosswalks: Registry[Crosswalk] = Registry(
    "maturitykit.crosswalks", "crosswalk", "maturitykit.definition.crosswalk:Crosswalk"
)
