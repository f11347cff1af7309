"""Documents: TOML or JSON, whichever the name of a file says, read as data and written from it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import PurePath
from typing import Any

from maturitykit.errors import FileError, Finding, quoted
from maturitykit.files.text import LARGEST_DOCUMENT, NESTED, TOO_MANY_DIGITS, Given, Readable, read_text, read_toml


def read_document(path: Readable) -> Any:
    """Return the data of a file: of JSON if its name ends in ``.json``, and else of TOML.

    Raises:
        FileError: If it cannot be read, or is not what its name says.
    """
    return read_json(path) if PurePath(str(path)).suffix.lower() == ".json" else read_toml(path)


def read_json(path: Readable, largest: int = LARGEST_DOCUMENT) -> Any:
    """The data of a JSON file.

    Raises:
        FileError: If it cannot be read, or is not JSON.
    """
    if isinstance(path, Given) and path.table is not None:
        # As if it had been in a file: sentences as plain texts, dates as they are written.
        return json.loads(json.dumps(dict(path.table), default=str))
    text = read_text(path, largest)
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


def to_json(data: object) -> str:
    """Write data as JSON for people and programs; dates are texts."""
    return json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n"
