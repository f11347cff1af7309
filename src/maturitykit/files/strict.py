"""Strict conversion of data from files to our classes: without coercion, and with all findings at once."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from fractions import Fraction
from functools import cache
from types import UnionType
from typing import Any, Literal, TypeAlias, TypeVar, get_args, get_origin, is_typeddict

from attrs import NOTHING, Attribute, AttrsInstance, fields, has
from cattrs import Converter, override
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.errors import (
    AttributeValidationNote,
    ClassValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
)
from cattrs.gen import make_dict_structure_fn
from cattrs.gen.typeddicts import make_dict_structure_fn as make_typed_dict_structure_fn

from maturitykit.assessment.keys import key
from maturitykit.assessment.ratings import Rating
from maturitykit.definition.dimension import exact_weight
from maturitykit.errors import FileError, Finding, MaturityError, ModelError, coded, one_of, quoted

#: The number of the format that this version reads and writes, the same for every kind of file.
FORMAT = 1

T = TypeVar("T")

_WORDS: dict[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "a table",
    Mapping: "a table",
    list: "a list",
    tuple: "a list",
    date: "a date, as in 2026-05-31",
    datetime: "a date and time",
    time: "a time",
    Fraction: "a number or text",
}


#: Weight, in a file, of a dimension that weighs as much as its applicable leaves.
PARTS: Literal["parts"] = "parts"

#: A weight in a file.
Weight: TypeAlias = Fraction | Literal["parts"]


class _ValueRefusedError(Exception):
    """A value that does not fit its type, as a finding without a location."""

    def __init__(self, problem: str, expected: str) -> None:
        self.finding = Finding("", problem, expected)
        super().__init__(problem)


def _wrong_type(expected: str, value: object) -> _ValueRefusedError:
    return _ValueRefusedError(_type_phrase(value), expected)


def structure(data: object, kind: type[T], title: str, *, allows_more: bool = False) -> T:
    """Convert the data of a TOML or JSON file to an instance of a class.

    Args:
        data: Data of the file; anything but a mapping is refused.
        kind: The class.
        title: Title of the error.
        allows_more: Whether unknown keys are ignored instead of refused.

    Raises:
        FileError: If the data does not fit the class, with every finding and its path in the data.
    """
    if not isinstance(data, Mapping):
        raise FileError(title, [Finding("", _type_phrase(data), _WORDS[dict], "MK004")])
    check_format(data, title)
    try:
        return converter(allows_more).structure(data, kind)
    except Exception as error:
        findings = list(coded("MK004", _findings(error, "", data)))
        raise FileError(title, findings) from None


def check_format(data: Mapping[str, object], title: str) -> None:
    """Check the format number, before anything else of a file is read.

    Raises:
        FileError: If it is missing, or not one that this version reads.
    """
    number = data.get("format")
    if type(number) is not int:
        problem = "is missing" if number is None else _type_phrase(number)
        raise FileError(title, [Finding("format", problem, f"format = {FORMAT}", "MK003")])
    if number != FORMAT:
        newer = "; a newer format needs a newer maturitykit (pip install --upgrade maturitykit)"
        advice = f"{FORMAT}{newer if number > FORMAT else ''}"
        raise FileError(title, [Finding("format", f"is {quoted(number)}", advice, "MK003")])


@cache
def converter(allows_more: bool = False) -> Converter:
    """Return the converter for all files, which coerces nothing and refuses unknown keys unless it allows more."""
    strict = Converter(forbid_extra_keys=not allows_more)
    for primitive in (str, int, bool):
        strict.register_structure_hook(primitive, _exactly(primitive))
    strict.register_structure_hook(float, _number)
    strict.register_structure_hook_factory(_is_choice, _choice)
    strict.register_structure_hook_func(_is_literal, _literal)
    strict.register_structure_hook(date, _date)
    strict.register_structure_hook(Fraction, _fraction)
    strict.register_structure_hook(
        Weight, lambda value, _: value if value == PARTS else _fraction(value, Fraction)
    )
    strict.register_structure_hook(Rating, _rating(strict))
    # By default, cattrs takes a string for a list of characters, and a mapping for a list of keys.
    strict.register_structure_hook_factory(_is_list, _list_only)
    strict.register_structure_hook_factory(is_typeddict, _table_only)
    return strict


def _exactly(kind: type) -> Any:
    def hook(value: object, _: object) -> object:
        if type(value) is not kind:
            raise _wrong_type(_WORDS[kind], value)
        return value

    return hook


def _number(value: object, _: object) -> float:
    if type(value) is float or type(value) is int:
        return value
    raise _wrong_type(_WORDS[float], value)


def _is_choice(kind: Any) -> bool:
    # cattrs itself handles unions without texts, such as "a class or None".
    return get_origin(kind) is UnionType and (str in get_args(kind) and len(get_args(kind)) > 1)


def _choice(kind: Any, strict: Converter) -> Any:
    """Return a hook for a union of primitives and lists, which chooses a member by the type of the value alone."""
    members = {get_origin(member) or member: member for member in get_args(kind)}

    def hook(value: object, _: object) -> object:
        if type(value) is int and float in members:
            return value
        member = members.get(tuple if isinstance(value, list) else type(value))
        if member is None:
            raise _wrong_type(_words(kind), value)
        return value if type(value) is member else strict.structure(value, member)

    return hook


def _is_literal(kind: Any) -> bool:
    return get_origin(kind) is Literal


def _literal(value: object, kind: Any) -> object:
    if value not in get_args(kind):
        problem = f"is {quoted(value)}" if isinstance(value, str) else _type_phrase(value)
        raise _ValueRefusedError(problem, one_of(get_args(kind), value))
    return value


def _rating(strict: Converter) -> Any:
    return make_dict_structure_fn(
        Rating,
        strict,
        answer=override(rename="rating"),
        location=override(omit=True),
        _cattrs_forbid_extra_keys=True,
    )


def _date(value: object, _: object) -> date:
    # TOML has a type for dates; in JSON they are texts.
    day = date_of(key(value)) if isinstance(value, str) else value
    if type(day) is date:
        return day
    raise _wrong_type(_WORDS[date], value)


#: Advice on the format of a date.
WRITTEN_DATE = "year-month-day, as in 2026-05-31"


def date_of(text: str) -> date | None:
    """Return the date of a text such as 2026-05-31; None for other ISO forms, which are more often mistakes."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def _fraction(value: object, _: object) -> Fraction:
    if type(value) not in (int, float, str):
        raise _wrong_type(_WORDS[Fraction], value)
    try:
        return exact_weight(value)  # type: ignore[arg-type]
    except ModelError as error:
        (finding,) = error.findings
        raise _ValueRefusedError(finding.problem, finding.expected) from None


def _table_only(kind: Any, strict: Converter) -> Any:
    """Return a hook for dictionaries that drops the keys that their class does not have."""
    hook = make_typed_dict_structure_fn(kind, strict)

    def structured(value: object, _: object) -> object:
        if not isinstance(value, Mapping):
            raise _wrong_type(_WORDS[dict], value)
        return hook({key: value[key] for key in keys_of(kind) if key in value}, kind)

    return structured


def _is_list(kind: Any) -> bool:
    return get_origin(kind) in (tuple, list)


def _list_only(kind: Any, strict: Converter) -> Any:
    """Return a hook for lists and tuples of items of one type; tuples may have a fixed length, and nulls."""
    collection, args = get_origin(kind), get_args(kind)
    is_open = collection is list or args[-1] is Ellipsis
    widest = next((arg for arg in args if type(None) in get_args(arg)), args[0])
    of_widest: Any = tuple.__class_getitem__((widest, ...))
    items = homogenous_tuple_structure_factory(of_widest, strict)

    def hook(value: object, _: object) -> object:
        if not isinstance(value, list):
            raise _wrong_type(_WORDS[list], value)
        if not is_open and len(value) != len(args):
            raise _wrong_type(f"a list of {len(args)}", value)
        if not is_open and any(item is None and arg is not widest for item, arg in zip(value, args, strict=True)):
            raise _wrong_type(_words(args[0]), None)
        return collection(items(value, kind))

    return hook


@cache
def _words(kind: Any) -> str:
    """Return the name of a type in the words of files: "a table or text"."""
    if get_origin(kind) is UnionType:
        return " or ".join(_words(member) for member in get_args(kind) if member in _WORDS)
    return _WORDS.get(get_origin(kind) or kind, _WORDS[dict])


def _type_phrase(value: object) -> str:
    """Return a phrase with the type of a value; tables and lists are not quoted, as they may be large or deep."""
    if value is None or isinstance(value, bool):
        return f"is {'null' if value is None else str(value).lower()}"
    kind = "a date" if type(value) is date else _WORDS.get(type(value), type(value).__name__)
    if isinstance(value, (dict, list)):
        return f"is {kind}"
    return f"{value if isinstance(value, (date, time)) else quoted(value)} is {kind}"


@cache
def keys_of(kind: Any) -> dict[str, str]:
    """Return the fields of a class by name, with their keys in files."""
    if kind is Rating:
        # In files, the answer has the key "rating"; the location is added by the reader.
        return {f.name: f.name for f in fields(Rating) if f.name != "location"} | {"answer": "rating"}
    names = [f.name for f in fields(kind)] if has(kind) else getattr(kind, "__annotations__", ())
    return {name: name for name in names}


def _findings(error: BaseException, where: str, data: object, kind: Any = None) -> Iterator[Finding]:
    """Yield a finding for every leaf of cattrs' tree of errors, with the path of its value."""
    if isinstance(error, (ClassValidationError, IterableValidationError)):
        keys = keys_of(error.cl)
        located, other = error.group_exceptions()
        for cause, note in located:
            key = keys[note.name] if isinstance(note, AttributeValidationNote) else note.index
            inner = _get(data, key)
            name = inner.get("id") if isinstance(inner, Mapping) and isinstance(key, int) else None
            step = name if isinstance(name, str) else key
            yield from _findings(cause, _join(where, step), inner, note.type)
        for cause in other:
            yield from _findings(cause, where, data)
    elif isinstance(error, ForbiddenExtraKeysError):
        names = list(keys_of(error.cl).values())
        for key in sorted(error.extra_fields):
            yield Finding(_join(where, key), "is not a key here", one_of(names, key))
    elif isinstance(error, KeyError):
        yield Finding(where, "is missing", _words(kind))
    elif isinstance(error, _ValueRefusedError):
        yield error.finding._replace(where=where)
    elif isinstance(error, MaturityError):
        yield from error.findings
    elif isinstance(error, (TypeError, AttributeError)) and not isinstance(data, Mapping):
        # cattrs raises these for a value that is not a table, with messages about Python.
        yield Finding(where, _type_phrase(data), _WORDS[dict])
    else:
        raise error


def _join(where: str, step: object) -> str:
    if isinstance(step, int):
        return f"{where}[{step}]"
    return f"{where}.{step}" if where else str(step)


def _get(data: object, key: Any) -> object:
    try:
        return data[key]  # type: ignore[index]
    except (LookupError, TypeError):
        return None


def as_data(thing: AttrsInstance, *without: str) -> dict[str, Any]:
    """Return an object as the data of a document: its fields, without empty ones and those that equality ignores.

    Fractions become numbers if that is exact, and otherwise texts.

    Args:
        thing: An object of a class of maturitykit; fields that a subclass adds are left out.
        without: Names of fields to leave out.
    """
    base: Any = next(c for c in type(thing).__mro__ if c.__module__.startswith("maturitykit.") and has(c))
    values = {
        field: _plain(getattr(thing, field.name))
        for field in fields(base)
        if field.eq is not False and field.name not in without
    }
    return {field.name: value for field, value in values.items() if not _is_left_out(field, value)}


def _plain(value: Any) -> Any:
    if has(type(value)):
        return as_data(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Fraction):
        number = int(value) if value.denominator == 1 else float(value)
        # Readers take a float by its decimal text, so 0.1 is exactly 1/10.
        return number if Fraction(str(number)) == value else str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _is_left_out(field: "Attribute[Any]", value: object) -> bool:
    # An empty name or language is kept, as readers would replace it: by the id, and by English.
    is_implied = field.default is not NOTHING and field.name not in ("name", "language")
    return is_implied and value in ("", None, [], {})
