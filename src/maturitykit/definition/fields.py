"""Checks, converters and metadata for the fields of models, dimensions, stages and crosswalks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date as Date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import (
    Any,
    Generic,
    Literal,
    NoReturn,
    Protocol,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs

from maturitykit.errors import Finding, MaturityError, quoted

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

#: The id of the root of every model's tree.
OUTCOME = "outcome"

# Two hyphens are the separator in the id of a crosswalk, so no other id may have them.
_ID = re.compile(r"(?!.*--)[A-Za-z][A-Za-z0-9_-]{0,99}")
_VERSION = re.compile(r"(?!.*--)[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")


class Items(Protocol[T_co]):
    """A list or a tuple, but not a text, which would be a sequence of its characters."""

    def __contains__(self, item: object, /) -> bool: ...
    def __iter__(self) -> Iterator[T_co]: ...
    def __getitem__(self, index: int, /) -> T_co: ...


class TupleOf(Generic[T]):
    """Converter to a tuple, so that callers may pass a list.

    A text, a mapping and an object that is not iterable are returned unchanged, for the check of types to refuse.
    It is a class because type checkers would take a function with a type variable to accept any items.
    """

    def __new__(cls, items: Items[T] | Iterator[T]) -> tuple[T, ...]:  # type: ignore[misc]
        """Return the items as a tuple."""
        is_list = isinstance(items, Iterable) and not isinstance(items, (str, bytes, Mapping))
        return tuple(items) if is_list else items  # type: ignore[return-value]


class Fixed(dict[K, V]):
    """An immutable mapping."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this mapping cannot be changed: make another one, as with {**this, ...}")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


def _fixed(mapping: Any) -> Any:
    # Copying other kinds of mappings may read a file for each of their values.
    return Fixed(mapping) if type(mapping) is dict else mapping


#: Metadata of fields that hold a text, or texts by a key: sentences have a translation in every language,
#: labels may have one, and texts as published have none.
SENTENCE: Mapping[str, str] = {"text": "sentence"}
LABEL: Mapping[str, str] = {"text": "label"}
AS_PUBLISHED: Mapping[str, str] = {"text": "as published"}


def with_texts(meaning: str = "", *, at: str | None = None) -> Mapping[str, str | None]:
    """Return the metadata of a field that holds something with texts of its own, or a list of such things.

    Args:
        meaning: Description of what a translation file has under its key.
        at: Top-level key of a translation file that holds its texts; an empty text for the top level itself.
            By default the name of the field, within the object that it is a part of.
    """
    return {"part": meaning, "at": at}


#: A field transformer of attrs.
Fields: TypeAlias = "Callable[[type, list[attrs.Attribute[Any]]], list[attrs.Attribute[Any]]]"


def held_to_types(error: type[MaturityError]) -> Fields:
    """Return a field transformer for attrs that checks the types of all fields, and makes mappings immutable.

    Args:
        error: Class of the error that is raised, with a finding for each value of a wrong type.
    """

    def transform(cls: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
        def check(instance: Any, attribute: Any, value: object) -> None:
            # One check is enough: attrs runs validators after it has set all fields.
            if findings := list(_misfits(instance)):
                raise error(f"this {cls.__name__} cannot be made", findings)

        first, *others = fields
        return [
            each.evolve(converter=_fixed) if str(each.type).startswith("Mapping[") else each
            for each in (first.evolve(validator=check), *others)
        ]

    return transform


def _misfits(instance: Any) -> Iterator[Finding]:
    for name, fits, expected, item in _types(instance.__class__):
        value = getattr(instance, name)
        if fits(value):
            continue
        if item is None or not isinstance(value, tuple):
            yield Finding(name, f"is {quoted(value)}", expected)
            continue
        fits_item, words = item
        wrong = [(i, each) for i, each in enumerate(value) if not fits_item(each)]
        yield from (Finding(f"{name}[{i}]", f"is {quoted(each)}", words) for i, each in wrong)


_Test: TypeAlias = Callable[[Any], bool]


@cache
def _types(cls: Any) -> list[tuple[str, _Test, str, tuple[_Test, str] | None]]:
    """Return for each field its name, test and expected type in words, and the latter two for items of a list."""
    hints = get_type_hints(cls)
    types = []
    for each in attrs.fields(cls):
        hint = hints[each.name]
        item = get_args(hint)[0] if get_origin(hint) is tuple else None
        words = None if item is None else (_test(item), _words(item))
        types.append((each.name, _test(hint), _words(hint), words))
    return types


def _test(hint: Any) -> _Test:
    """Return a test for values of a type."""
    kind, parts = get_origin(hint), get_args(hint)
    if kind in _TESTS:
        return _TESTS[kind](parts)
    return _PLAIN.get(hint) or (lambda value: isinstance(value, kind or hint))


def _of_any(parts: Sequence[Any]) -> _Test:
    tests = list(map(_test, parts))
    return lambda value: any(test(value) for test in tests)


def _of_tuple(parts: Sequence[Any]) -> _Test:
    if Ellipsis in parts:
        item = _test(parts[0])
        return lambda value: isinstance(value, tuple) and all(map(item, value))
    tests = list(map(_test, parts))
    return lambda value: isinstance(value, tuple) and len(value) == len(tests) and all(map(_passes, tests, value))


def _passes(test: _Test, value: object) -> bool:
    return test(value)


def _of_set(parts: Sequence[Any]) -> _Test:
    item = _test(parts[0])
    return lambda value: isinstance(value, frozenset) and all(map(item, value))


def _of_mapping(parts: Sequence[Any]) -> _Test:
    key, item = map(_test, parts)
    return lambda value: (
        all(map(key, value)) and all(map(item, value.values()))
        if isinstance(value, Fixed)
        else isinstance(value, Mapping)
    )


_TESTS: Mapping[Any, Callable[[Sequence[Any]], _Test]] = {
    Union: _of_any,
    UnionType: _of_any,
    Literal: lambda parts: parts.__contains__,
    tuple: _of_tuple,
    frozenset: _of_set,
    Mapping: _of_mapping,
}
_PLAIN: Mapping[Any, _Test] = {
    Any: lambda value: True,
    int: lambda value: isinstance(value, int) and not isinstance(value, bool),
    float: lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    # A datetime is a date to Python, but not here.
    Date: lambda value: isinstance(value, Date) and not isinstance(value, datetime),
}


def _words(hint: Any) -> str:
    """Return a type in words."""
    kind, parts = get_origin(hint), get_args(hint)
    if kind in (Union, UnionType):
        return " or ".join(map(_words, parts))
    if kind is Literal:
        return " or ".join(map(quoted, parts))
    if kind in (tuple, frozenset):
        if kind is tuple and Ellipsis not in parts:
            return f"a tuple of {' and '.join(map(_words, parts))}"
        return f"a list, each {_words(parts[0])}"
    if kind is Mapping:
        return f"a mapping from {_words(parts[0])} to {_words(parts[1])}"
    named = {
        str: "a text",
        NoneType: "None",
        int: "a whole number",
        float: "a number",
        Date: "a date without a time",
        bool: "True or False",
    }
    return named.get(hint) or f"a {getattr(hint, '__name__', hint)}"


def check_ids(
    where: str, ids: Iterable[str], reserved: Sequence[str] = (), listed: bool = False
) -> Iterable[Finding]:
    """Yield a finding for every id that is malformed, reserved or used twice.

    Args:
        where: Path of the ids, for findings.
        ids: Ids to check.
        reserved: Names that no id may be.
        listed: Whether the ids are items of a list, so that findings have the number of the item.
    """
    seen: set[str] = set()
    for number, name in enumerate(ids):
        path = f"{where}[{number}]" if listed else where
        if not _ID.fullmatch(name):
            expected = "a letter, then letters, digits, _ or single - (100 at most)"
            yield Finding(path, f"{quoted(name)} is not an id", expected, "MK102")
        elif name in reserved:
            yield Finding(path, f"{quoted(name)} has a meaning of its own", "another id", "MK102")
        if name in seen:
            yield Finding(path, f"the id {quoted(name)} stands twice", "each id once", "MK102")
        seen.add(name)


def check_model_name(where: str, name: str) -> Iterable[Finding]:
    """Yield a finding if a name is neither the id of a model nor ``id@version``."""
    id, at, version = name.partition("@")
    yield from check_ids(where, [id])
    if at and not _VERSION.fullmatch(version):
        expected = "letters, digits, ., _, + or single - (100 at most)"
        yield Finding(where, f"{quoted(version)} cannot name a version", expected)
