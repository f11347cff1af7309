"""Writer of TOML, in a layout that a person would choose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from maturitykit.files.text import has_deep_key

#: Lists with more characters than this have a line for each item.
WIDEST = 100

_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def to_toml(data: Mapping[str, Any], comments: Mapping[str, str] = {}) -> str:
    """Return data as the text of a TOML file.

    Args:
        data: Texts, numbers, dates, lists and mappings; a list of mappings becomes an array of tables.
        comments: Comments by dotted path, without indices of lists; each is written before the first occurrence.
    """
    return "\n".join(_table(data, (), dict(comments))).strip("\n") + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...], comments: dict[str, str]) -> Iterator[str]:
    """Yield the lines of a table: first its values, then the tables in it."""
    nested = {key: value for key, value in table.items() if _is_nested(value)}
    for key, value in table.items():
        if key not in nested:
            yield from _comment(comments, (*path, key))
            yield f"{toml_key(key)} = {toml_value(value)}"
    for key, value in nested.items():
        inner = (*path, key)
        name = ".".join(map(toml_key, inner))
        if isinstance(value, Mapping):
            if not value or not all(map(_is_nested, value.values())):
                yield ""
                yield from _comment(comments, inner)
                yield f"[{name}]"
            yield from _table(value, inner, comments)
        else:
            for item in value:
                yield ""
                yield from _comment(comments, inner)
                yield f"[[{name}]]"
                yield from _table(item, inner, comments)


def _is_nested(value: object) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list) and value != [] and isinstance(value[0], Mapping)
    )


def _comment(comments: dict[str, str], path: tuple[str, ...]) -> Iterator[str]:
    """Take the comment on a path out, and return its lines."""
    text = comments.pop(".".join(path), "")
    return (f"# {line}".rstrip() for line in text.splitlines())


def toml_key(key: str) -> str:
    """Return a key in the syntax of TOML, in quotes if it needs them."""
    return key if _BARE.fullmatch(key) else toml_text(key)


def toml_value(value: object) -> str:
    """Return a text, number, boolean, date or list of such values in the syntax of TOML."""
    if isinstance(value, str):
        return _paragraphs(value) if "\n" in value else toml_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        items = [toml_value(item) for item in value]
        line = f"[{', '.join(items)}]"
        return line if len(line) <= WIDEST else "[\n" + "".join(f"    {item},\n" for item in items) + "]"
    # TOML has no null; in our lists, an empty text takes its place.
    return '""' if value is None else str(value)


def toml_text(text: str) -> str:
    """Return a text in quotes, on one line."""
    return _without_deep_key(f'"{"".join(map(_escaped, text))}"')


def _paragraphs(text: str) -> str:
    """Return a text in triple quotes, on its own lines, with invisible characters escaped."""
    escaped = "".join(c if c in '\n"' else _escaped(c) for c in text)
    # Only three quotes in a row would end the text.
    escaped = escaped.replace('"""', '""\\"')
    lines = "\n".join(map(_without_deep_key, escaped.split("\n")))
    return f'"""\n{lines}"""'


def _without_deep_key(line: str) -> str:
    """Escape the dots of a line that `has_deep_key` would take for a key, so that the file can be read back."""
    return line.replace(".", "\\u002e") if has_deep_key(line) else line


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    # Half a character (a lone surrogate) has no escape; writing the file refuses it.
    if character.isprintable() or "\ud800" <= character <= "\udfff":
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
