"""Documents: TOML or JSON, whichever the name of a file says, read as data and written from it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from pathlib import PurePath
from typing import Any

from attrs import NOTHING, Attribute, AttrsInstance, fields, has

from maturitykit.errors import FileError, Finding, quoted
from maturitykit.files.text import NESTED, TOO_MANY_DIGITS, Given, Readable, read_text, read_toml


def read_document(path: Readable) -> Any:
    """Return the data of a file: of JSON if its name ends in ``.json``, and else of TOML.

    Raises:
        FileError: If it cannot be read, or is not what its name says.
    """
    return read_json(path) if PurePath(str(path)).suffix.lower() == ".json" else read_toml(path)


def read_json(path: Readable) -> Any:
    """The data of a JSON file.

    Raises:
        FileError: If it cannot be read, or is not JSON.
    """
    if isinstance(path, Given) and path.table is not None:
        # As if it had been in a file: sentences as plain texts, dates as they are written.
        return json.loads(json.dumps(dict(path.table), default=str))
    text = read_text(path)
    try:
        data = json.loads(text, object_pairs_hook=_without_doubles, parse_constant=_no_constant)
        if "\\u" in text:
            _check_characters(data)
    except json.JSONDecodeError as error:
        what = "the file is empty" if not text.strip() else f"is not JSON: {error.msg}"
        finding = Finding(f"line {error.lineno}, column {error.colno}", what, code="MK002")
    except RecursionError:
        finding = NESTED
    except FileError as error:
        (finding,) = error.findings
    except ValueError:
        finding = TOO_MANY_DIGITS
    else:
        return data
    raise FileError(f"cannot read {path}", [finding])


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        double, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise _refused(f"is not JSON: the key {quoted(double)} stands twice in one object")
    return table


def _no_constant(name: str) -> object:
    raise _refused(f"is not JSON: {name} is not a number")


def _check_characters(data: object) -> None:
    """Refuse half a character, which JSON can escape, and no file can hold."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise _refused(f"{quoted(error.object[error.start])} is half a character", "whole ones") from None


def _refused(problem: str, expected: str = "") -> FileError:
    return FileError("", [Finding("", problem, expected, "MK002")])


def as_data(thing: AttrsInstance, *without: str) -> dict[str, Any]:
    """Return an object as the data of a document: its fields, without those that are empty or no part of equality.

    Fractions are numbers where a number says exactly as much, and else texts.

    Args:
        thing: An object of a class of ours; what a subclass adds is left out.
        without: Names of fields to leave out.
    """
    own: Any = next(c for c in type(thing).__mro__ if c.__module__.startswith("maturitykit.") and has(c))
    values = {
        field: _plain(getattr(thing, field.name))
        for field in fields(own)
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
        # As files are read, by its decimal text a float means what its author wrote.
        return number if Fraction(str(number)) == value else str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _is_left_out(field: Attribute[Any], value: object) -> bool:
    # Without a name, it would be called by its id, and without a language, be in English.
    is_implied = field.default is not NOTHING and field.name not in ("name", "language")
    return is_implied and value in ("", None, [], {})


def to_json(data: object) -> str:
    """Write data as JSON for people and programs; dates are texts."""
    return json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n"
