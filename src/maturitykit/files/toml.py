"""Data as TOML, laid out as a person would write it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from maturitykit.files.text import has_deep_key

#: Lists that take more room than this have a line for each item.
WIDEST = 100

_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def to_toml(data: Mapping[str, Any], comments: Mapping[str, str] = {}) -> str:
    """The text of a TOML file that holds this data.

    Args:
        data: Texts, numbers, dates, lists and mappings; a list of mappings becomes an array of tables.
        comments: By dotted path, without positions in lists: what to say where it stands first.
    """
    return "\n".join(_table(data, (), dict(comments))).strip("\n") + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...], comments: dict[str, str]) -> Iterator[str]:
    """The lines of a table: its own keys, and behind them the tables in it."""
    nested = {key: value for key, value in table.items() if _is_nested(value)}
    for key, value in table.items():
        if key not in nested:
            yield from _said(comments, (*path, key))
            yield f"{toml_key(key)} = {toml_value(value)}"
    for key, value in nested.items():
        below = (*path, key)
        name = ".".join(map(toml_key, below))
        if isinstance(value, Mapping):
            if not value or not all(map(_is_nested, value.values())):
                yield ""
                yield from _said(comments, below)
                yield f"[{name}]"
            yield from _table(value, below, comments)
        else:
            for item in value:
                yield ""
                yield from _said(comments, below)
                yield f"[[{name}]]"
                yield from _table(item, below, comments)


def _is_nested(value: object) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list) and value != [] and isinstance(value[0], Mapping)
    )


def _said(comments: dict[str, str], path: tuple[str, ...]) -> Iterator[str]:
    text = comments.pop(".".join(path), "")
    return (f"# {line}".rstrip() for line in text.splitlines())


def toml_key(key: str) -> str:
    """A key as TOML has it, in quotes if it needs them."""
    return key if _BARE.fullmatch(key) else toml_text(key)


def toml_value(value: object) -> str:
    """A text, a number, true or false, a date or a list of such as TOML has them."""
    if isinstance(value, str):
        return _paragraphs(value) if "\n" in value else toml_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        items = [toml_value(item) for item in value]
        line = f"[{', '.join(items)}]"
        return line if len(line) <= WIDEST else "[\n" + "".join(f"    {item},\n" for item in items) + "]"
    # There is no null here, and in lists of ours an empty text stands for it.
    return '""' if value is None else str(value)


def toml_text(text: str) -> str:
    """A text on one line, in quotes."""
    return _not_a_key(f'"{"".join(map(_escaped, text))}"')


def _paragraphs(text: str) -> str:
    """A text of several lines as it reads, with all escaped that a reader would not see or keep."""
    shown = "".join(c if c in '\n"' else _escaped(c) for c in text)
    # Three quotes would be its end; one or two before that are not.
    shown = shown.replace('"""', '""\\"')
    lines = "\n".join(map(_not_a_key, shown.split("\n")))
    return f'"""\n{lines}"""'


def _not_a_key(line: str) -> str:
    """Escape the dots of a line that the reader would take for a key of very many steps."""
    return line.replace(".", "\\u002e") if has_deep_key(line) else line


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    # No escape stands for half a character, which cannot be written either.
    if character.isprintable() or "\ud800" <= character <= "\udfff":
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
