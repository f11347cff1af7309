"""The texts of models and crosswalks, and what becomes of them in another language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Generic, Literal, NamedTuple, TypeAlias, TypeVar

from attrs import Attribute, AttrsInstance, evolve, fields

from maturitykit.errors import Finding, ModelError, one_of, quoted

_T = TypeVar("_T", bound=AttrsInstance)
_Steps: TypeAlias = tuple[str, ...]

#: What has texts, each with the code of findings on what its translations have beside them.
Translatable: TypeAlias = Literal["model", "crosswalk"]
_CODES: Mapping[Translatable, str] = {"model": "MK111", "crosswalk": "MK311"}


class Text(NamedTuple):
    """A text of a model or crosswalk.

    Args:
        steps: The keys that lead to it in the file of a translation.
        text: What it says; empty where it is left out.
        kind: ``sentence``, ``label`` or ``as published``; the last are in no translation.
    """

    steps: _Steps
    text: str
    kind: str

    @property
    def path(self) -> str:
        """The steps as findings have them: ``dimensions.people.name``."""
        return ".".join(self.steps)


@cache
def fields_with_texts(kind: type) -> tuple[Attribute[Any], ...]:
    """Return the fields of a class that are texts, then those that hold things with texts."""
    marked = [each for each in fields(kind) if {"text", "part"} & each.metadata.keys()]
    return tuple(sorted(marked, key=lambda each: "part" in each.metadata))


def key_of(part: Any) -> Any:
    """Return the key of a thing among its like in a file, None where it stands alone; of a class, likewise."""
    return getattr(part, "id", None) or getattr(part, "name", None)


class TextWalk(Generic[_T]):
    """A walk over all texts of a model or crosswalk, in the layout of its translations.

    Args:
        thing: The model or crosswalk.
        change: What becomes of each text; by default all stay.
    """

    def __init__(self, thing: _T, change: Callable[[Text], str] = lambda text: text.text) -> None:
        self._change = change
        # Many dimensions have the same scale.
        self._met: dict[_Steps, Any] = {}
        #: All texts, also those that are empty.
        self.texts: list[Text] = []
        #: For each path that leads to more than a text, the keys that there may be; the top has the empty path.
        self.keys: dict[str, dict[str, None]] = {}
        #: The model or crosswalk with its texts changed.
        self.changed = self._changed(thing, ())

    def _changed(self, thing: _T, steps: _Steps) -> _T:
        marked = fields_with_texts(type(thing))
        new = {}
        for each in marked:
            value = getattr(thing, each.name)
            # What has but one such field is called by its key alone.
            here = steps if steps and len(marked) == 1 else (*steps, each.name)
            found = self._text(each, value, here) if "text" in each.metadata else self._part(each, value, here)
            if found != value:
                new[each.name] = found
        return evolve(thing, **new) if new else thing  # type: ignore[misc]

    def _text(self, field: Attribute[Any], value: Any, here: _Steps) -> Any:
        kind = field.metadata["text"]
        if isinstance(value, Mapping):
            self._enter(here, is_table=True)
            return {key: self._one(Text((*here, key), text, kind)) for key, text in value.items()}
        return self._one(Text(here, value, kind))

    def _one(self, text: Text) -> str:
        self.texts.append(text)
        if text.kind != "as published":
            self._enter(text.steps)
        return self._change(text)

    def _part(self, field: Attribute[Any], value: Any, here: _Steps) -> Any:
        at = field.metadata["at"]
        here = here if at is None else (at,) if at else ()
        self._enter(here, is_table=True)
        if isinstance(value, tuple):
            return tuple(self._item(item, here) for item in value)
        return value and self._item(value, here)

    def _item(self, item: Any, here: _Steps) -> Any:
        if key := key_of(item):
            here = (*here, key)
            self._enter(here)
        if here not in self._met:
            self._met[here] = self._changed(item, here)
        return self._met[here]

    def _enter(self, steps: _Steps, is_table: bool = False) -> None:
        if steps:
            self.keys.setdefault(".".join(steps[:-1]), {})[steps[-1]] = None
        if is_table:
            self.keys.setdefault(".".join(steps), {})


def language_of(wanted: str, available: Iterable[str]) -> str | None:
    """The available tag that serves the wanted one: itself, or its less specific form."""
    tags = {tag.lower(): tag for tag in available}
    wanted = wanted.lower()
    while wanted:
        if wanted in tags:
            return tags[wanted]
        wanted = wanted.rpartition("-")[0]
    return None


def translated(thing: _T, what: Translatable, texts: Mapping[str, str], language: str) -> _T:
    """Return a model or crosswalk with every text that has a translation replaced by it.

    Args:
        thing: The model or crosswalk.
        what: Which of the two.
        texts: By path.
        language: Their own.

    Raises:
        ModelError: If some of the texts belong to nothing in it.
    """
    if findings := list(check_translation(thing, what, texts)):
        raise ModelError(f"the texts of {what} {quoted(key_of(thing))} in {language} do not fit it", findings)
    return TextWalk(thing, lambda text: texts.get(text.path) or text.text).changed


def check_translation(thing: AttrsInstance, what: Translatable, texts: Mapping[str, str]) -> Iterator[Finding]:
    """Return a finding for each key in the paths of texts that leads to nothing in the model or crosswalk."""
    walk = TextWalk(thing)
    known = {text.path for text in walk.texts if text.kind != "as published"}
    tables: dict[str, tuple[list[str], bool]] = {}
    told: set[str] = set()
    for path in texts:
        if path in known:
            continue
        steps = path.split(".")
        table = next(at for end in range(len(steps))[::-1] if (at := ".".join(steps[:end])) in walk.keys)
        if table not in tables:
            names = list(walk.keys[table])
            tables[table] = names, bool(names) and not any(_joined(table, name) in walk.keys for name in names)
        names, holds_texts = tables[table]
        rest = path.removeprefix(table).lstrip(".")
        # The key of a text may have dots in it.
        key = rest if holds_texts else rest.partition(".")[0]
        if (where := _joined(table, key)) not in told:
            told.add(where)
            yield Finding(where, f"the {what} has no such id", one_of(names, key), _CODES[what])


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
