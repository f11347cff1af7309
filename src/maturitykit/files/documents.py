"""Documents in TOML or JSON, by the suffix of the file, as plain data; JSON is also written."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import PurePath
from typing import Any

from maturitykit.errors import FileError, Finding, quoted
from maturitykit.files.text import LARGEST_DOCUMENT, NESTED, TOO_MANY_DIGITS, Given, Readable, read_text, read_toml


def read_document(path: Readable) -> Any:
    """Read the data of a file, as JSON if its name ends in ``.json`` and otherwise as TOML.

    Raises:
        FileError: If it cannot be read, or is not in the format of its name.
    """
    return read_json(path) if PurePath(str(path)).suffix.lower() == ".json" else read_toml(path)


def read_json(path: Readable, largest: int = LARGEST_DOCUMENT) -> Any:
    """Read the data of a JSON file of at most a number of bytes.

    Raises:
        FileError: If it cannot be read, or is not JSON.
    """
    if isinstance(path, Given) and path.table is not None:
        # A mapping is treated as if a file held it, so special texts become plain, and dates texts.
        return json.loads(json.dumps(dict(path.table), default=str))
    try:
        return parse_json(read_text(path, largest))
    except FileError as error:
        raise FileError(f"cannot read {path}", error.findings) from None


def parse_json(text: str) -> Any:
    """Return the data of a JSON text.

    Raises:
        FileError: If it is not JSON, with one finding and without a title.
    """
    try:
        data = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_refuse_constant)
        if "\\u" in text:
            _check_characters(data)
    except json.JSONDecodeError as error:
        problem = "the file is empty" if not text.strip() else f"is not JSON: {error.msg}"
        finding = Finding(f"line {error.lineno}, column {error.colno}", problem, code="MK002")
    except RecursionError:
        finding = NESTED
    except FileError:
        raise
    except ValueError:
        finding = TOO_MANY_DIGITS
    else:
        return data
    raise FileError("", [finding])


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object with a key that occurs twice, of which Python would keep the last."""
    table = dict(pairs)
    if len(table) < len(pairs):
        duplicate, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise _json_error(f"is not JSON: the key {quoted(duplicate)} stands twice in one object")
    return table


def _refuse_constant(name: str) -> object:
    """Refuse NaN and the infinities, which Python reads although JSON does not have them."""
    raise _json_error(f"is not JSON: {name} is not a number")


def _check_characters(data: object) -> None:
    """Refuse half a character (a lone surrogate): JSON can escape it, but no file can hold it."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise _json_error(f"{quoted(error.object[error.start])} is half a character", "whole ones") from None


def _json_error(problem: str, expected: str = "") -> FileError:
    return FileError("", [Finding("", problem, expected, "MK002")])


def to_json(data: object) -> str:
    """Return data as indented JSON; dates become texts."""
    return json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n"
