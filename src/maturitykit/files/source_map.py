"""Locations of the values in the text of a TOML file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from maturitykit.errors import FileError
from maturitykit.files.text import read_text, read_toml

Step: TypeAlias = str | int

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*""")
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|' r"'''.*?'{3,5}|" r'"(?:[^"\\\n]|\\.)*"|' r"'[^'\n]*'", re.DOTALL)
#: A number, a date, a time, true or false; a date and a time may have a space between them.
_BARE = re.compile(r"\d{4}-\d\d-\d\d \d[^\s,\]}#]*|[^\s,\]}#]+")
#: The most parts of a dotted key that are recorded; no path of a finding has more.
DEEPEST = 50
_LINE = re.compile(r"line (\d+)(?:, column (\d+))?")


class Location(NamedTuple):
    """A line of a file and a column in it, both from 1; the column is None if only the line is known."""

    line: int
    column: int | None = None


class Located:
    """The text of a TOML file with its data, to look up locations.

    Args:
        text: Text of the file; it has to be valid TOML.
        data: Data that it was parsed to.
    """

    def __init__(self, text: str, data: Mapping[str, Any]) -> None:
        # The reader of TOML counts lines and columns in this text.
        self._text = text.replace("\r\n", "\n")
        self._data = data
        self._starts: dict[tuple[Step, ...], int] = {}
        self._lists: dict[tuple[Step, ...], int] = {}
        try:
            self._scan()
        except RecursionError:
            self._starts.clear()

    def location(self, where: str) -> Location | None:
        """Return the location of the value at a finding's path, or of the nearest value above it.

        Items of lists may be named by their number, as in ``gates[0]``, or by their id, as in
        ``dimensions.culture``. The location is None if the path leads to nothing in this file.
        """
        path = self._path(where)
        while path and path not in self._starts:
            path = path[:-1]
        if not path:
            return None
        start = self._starts[path]
        return Location(self._text.count("\n", 0, start) + 1, start - self._text.rfind("\n", 0, start))

    def _path(self, where: str) -> tuple[Step, ...]:
        """Return the steps of a path, as far as the data has them."""
        node: Any = self._data
        path: list[Step] = []
        rest = where.replace(", ", ".")
        while rest:
            match = _next(node, rest)
            if match is None:
                break
            steps, rest = match
            for step in steps:
                node = node[step]
            path += steps
        return tuple(path)

    def _scan(self) -> None:
        """Record the offset of each table, key and item in the text.

        The methods below each read one piece of it from an offset, and return the offset after it.
        """
        at = self._skip_blank(0)
        table: tuple[Step, ...] = ()
        while at < len(self._text):
            if self._text.startswith("[", at):
                table, at = self._header(at)
            else:
                at = self._pair(at, table)
            at = self._skip_blank(at)

    def _header(self, start: int) -> tuple[tuple[Step, ...], int]:
        many = self._text.startswith("[[", start)
        keys, at = self._keys(start + 1 + many)
        path: tuple[Step, ...] = ()
        for key in keys[:-1]:
            self._starts.setdefault((*path, key), start)
            path = self._last((*path, key))
        path = (*path, keys[-1])
        self._starts.setdefault(path, start)
        if many:
            self._lists[path] = self._lists.get(path, -1) + 1
            path = self._last(path)
            self._starts[path] = start
        return path, at + 1 + many

    def _last(self, path: tuple[Step, ...]) -> tuple[Step, ...]:
        return (*path, self._lists[path]) if path in self._lists else path

    def _pair(self, start: int, table: tuple[Step, ...]) -> int:
        keys, at = self._keys(start)
        for i in range(len(keys)):
            self._starts.setdefault((*table, *keys[: i + 1]), start)
        return self._value(self._skip_blank(at + 1), (*table, *keys))

    def _keys(self, at: int) -> tuple[list[str], int]:
        keys = []
        while match := _KEY.match(self._text, at):
            text = match[1]
            keys.append(_unquoted(text) if text[0] in "\"'" else text)
            at = match.end()
            if not self._text.startswith(".", at):
                break
            at += 1
        return keys[:DEEPEST], at

    def _value(self, at: int, path: tuple[Step, ...]) -> int:
        if self._text.startswith("[", at):
            return self._items(at, path)
        if self._text.startswith("{", at):
            at = self._skip_blank(at + 1)
            while not self._text.startswith("}", at):
                at = self._skip_comma(self._pair(at, path))
            return at + 1
        match = _STRING.match(self._text, at) or _BARE.match(self._text, at)
        return match.end() if match else len(self._text)

    def _items(self, at: int, path: tuple[Step, ...]) -> int:
        at = self._skip_blank(at + 1)
        number = 0
        while not self._text.startswith("]", at) and at < len(self._text):
            self._starts[*path, number] = at
            at = self._skip_comma(self._value(at, (*path, number)))
            number += 1
        return at + 1

    def _skip_comma(self, at: int) -> int:
        at = self._skip_blank(at)
        return self._skip_blank(at + 1) if self._text.startswith(",", at) else at

    def _skip_blank(self, at: int) -> int:
        match = _BLANK.match(self._text, at)
        return match.end() if match else at


def location_in_words(where: str) -> Location | None:
    """Return the location that a finding itself names: ``line 3, column 5`` or ``line 3, rating``."""
    match = _LINE.match(where)
    return Location(int(match[1]), int(match[2]) if match[2] else None) if match else None


def _unquoted(text: str) -> str:
    import tomllib

    return next(iter(tomllib.loads(f"{text} = 0")))


def _next(node: Any, rest: str) -> tuple[Sequence[Step], str] | None:
    """Return the steps from a node to the next part of a path, and the rest of the path."""
    if isinstance(node, Mapping):
        keys = [key for key in node if _begins(rest, key)]
        if keys:
            key = max(keys, key=len)
            return [key], _rest_after(rest, key)
        # Paths name a stage right after its scale, without the key of the list between them.
        for key, value in node.items():
            if isinstance(value, list) and (match := _next(value, rest)):
                return [key, *match[0]], match[1]
    if isinstance(node, list):
        if position := re.match(r"\[(\d+)\]", rest):
            number = int(position[1])
            return ([number], rest[position.end() :].removeprefix(".")) if number < len(node) else None
        names = [(name, i) for i, item in enumerate(node) for name in _names(item) if _begins(rest, name)]
        if names:
            name, number = max(names, key=lambda pair: len(pair[0]))
            return [number], _rest_after(rest, name)
    return None


def _names(item: Any) -> list[str]:
    """Return the names that findings use for an item of a list."""
    if not isinstance(item, Mapping):
        return []
    link = [f"{item['source']}--{item['target']}"] if {"source", "target"} <= item.keys() else []
    return [name for name in (item.get("id"), item.get("dimension"), *link) if isinstance(name, str) and name]


def _begins(rest: str, name: str) -> bool:
    return rest.startswith(name) and rest[len(name) : len(name) + 1] in ("", ".", "[")


def _rest_after(rest: str, name: str) -> str:
    return rest[len(name) :].removeprefix(".")


def line_of(file: str, where: str) -> str:
    """Return ``line 12`` for the value at a finding's path in a TOML file; empty if it is not known."""
    try:
        location = Located(read_text(file), read_toml(file)).location(where) if file.endswith(".toml") else None
    except FileError:
        return ""
    return f"line {location.line}" if location else ""
