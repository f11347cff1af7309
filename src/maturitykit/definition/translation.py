"""Texts of models and crosswalks, and their translations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Generic, Literal, NamedTuple, TypeAlias, TypeVar

from attrs import Attribute, AttrsInstance, evolve, fields

from maturitykit.errors import Finding, ModelError, one_of, quoted

_T = TypeVar("_T", bound=AttrsInstance)
_Steps: TypeAlias = tuple[str, ...]

#: Kinds of objects that have translations.
Translatable: TypeAlias = Literal["model", "crosswalk"]
#: Codes of findings on texts in a translation that belong to nothing.
_CODES: Mapping[Translatable, str] = {"model": "MK111", "crosswalk": "MK311"}


class Text(NamedTuple):
    """A text of a model or crosswalk.

    Args:
        steps: Keys of its path in a translation file.
        text: The text itself; empty if it is left out.
        kind: ``sentence``, ``label`` or ``as published``; the last have no translation.
    """

    steps: _Steps
    text: str
    kind: str

    @property
    def path(self) -> str:
        """The path as findings show it: ``dimensions.people.name``."""
        return ".".join(self.steps)


@cache
def fields_with_texts(kind: type) -> tuple[Attribute[Any], ...]:
    """Return the fields of a class that are texts, then those that hold objects with texts."""
    marked = [each for each in fields(kind) if {"text", "part"} & each.metadata.keys()]
    return tuple(sorted(marked, key=lambda each: "part" in each.metadata))


def key_of(part: Any) -> Any:
    """Return the key of an object among others of its kind, or None; of a class, something true if it has keys."""
    return getattr(part, "id", None) or getattr(part, "name", None)


class TextWalk(Generic[_T]):
    """A walk over all texts of a model or crosswalk, in the layout of its translations.

    Args:
        thing: The model or crosswalk.
        change: Returns the new text for each text; by default all stay.
    """

    def __init__(self, thing: _T, change: Callable[[Text], str] = lambda text: text.text) -> None:
        self._change = change
        # Cached by path, as many dimensions have the same scale.
        self._changed_items: dict[_Steps, Any] = {}
        #: All texts, including empty ones.
        self.texts: list[Text] = []
        #: The valid keys below each path that is a table; the top level has the empty path.
        self.keys: dict[str, dict[str, None]] = {}
        #: The model or crosswalk with its texts changed.
        self.changed = self._changed(thing, ())

    def _changed(self, thing: _T, steps: _Steps) -> _T:
        marked = fields_with_texts(type(thing))
        new = {}
        for each in marked:
            value = getattr(thing, each.name)
            # The text of an object with a single such field is stored under the key of the object.
            here = steps if steps and len(marked) == 1 else (*steps, each.name)
            result = self._text(each, value, here) if "text" in each.metadata else self._part(each, value, here)
            if result != value:
                new[each.name] = result
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
        if here not in self._changed_items:
            self._changed_items[here] = self._changed(item, here)
        return self._changed_items[here]

    def _enter(self, steps: _Steps, is_table: bool = False) -> None:
        if steps:
            self.keys.setdefault(".".join(steps[:-1]), {})[steps[-1]] = None
        if is_table:
            self.keys.setdefault(".".join(steps), {})


def language_of(wanted: str, available: Iterable[str]) -> str | None:
    """Return the available tag that matches the wanted one, or a less specific form of it; None if none does."""
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
        what: Kind of the object.
        texts: Translations by path.
        language: Language of the translations, for messages.

    Raises:
        ModelError: If some of the texts belong to nothing in it.
    """
    if findings := list(check_translation(thing, what, texts)):
        raise ModelError(f"the texts of {what} {quoted(key_of(thing))} in {language} do not fit it", findings)
    return TextWalk(thing, lambda text: texts.get(text.path) or text.text).changed


def check_translation(thing: AttrsInstance, what: Translatable, texts: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding for each key in the paths of texts that leads to nothing in the model or crosswalk."""
    walk = TextWalk(thing)
    known = {text.path for text in walk.texts if text.kind != "as published"}
    tables: dict[str, tuple[list[str], bool]] = {}
    reported: set[str] = set()
    for path in texts:
        if path in known:
            continue
        steps = path.split(".")
        table = next(prefix for end in range(len(steps))[::-1] if (prefix := ".".join(steps[:end])) in walk.keys)
        if table not in tables:
            names = list(walk.keys[table])
            tables[table] = names, bool(names) and not any(_joined(table, name) in walk.keys for name in names)
        names, holds_texts = tables[table]
        rest = path.removeprefix(table).lstrip(".")
        # The key of a text may have dots in it.
        key = rest if holds_texts else rest.partition(".")[0]
        if (where := _joined(table, key)) not in reported:
            reported.add(where)
            yield Finding(where, f"the {what} has no such id", one_of(names, key), _CODES[what])


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
