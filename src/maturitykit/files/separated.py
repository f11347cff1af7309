"""Text in cells: what separates them, and where each row begins."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import TextIO

from maturitykit.errors import Finding

#: So many characters at the start of a text tell how it is written.
HEAD = 100_000

#: What may separate cells.
SEPARATORS = ",;\t"

_DECLARED = re.compile(r'"?sep=([,;\t])"?\s*?(?:\r\n|\r|\n)')


def declared_separator(text: str) -> tuple[str, int]:
    """Excel's own way to say what separates the cells: ``sep=;`` on the first line, and where the next begins."""
    found = _DECLARED.match(text)
    return (found[1], found.end()) if found else ("", 0)


def separator_of(header: str) -> str:
    """Return what separates the names of columns."""
    return max(SEPARATORS, key=header.count)


def separated(text: str, separator: str = "") -> Iterator[tuple[int, list[str]]]:
    """The rows of a text, each with the line that it begins on.

    Args:
        text: Rows of cells, some in quotes.
        separator: By default the one that the text declares, or else ``,``, ``;`` or a tab, whichever
            the first line with any of them has more of.

    Raises:
        CellsError: With the line of a row whose quotes are not closed, or the like.
    """
    _, start = declared_separator(text)
    stream = io.StringIO(text[start:], newline=newline_of(text))
    yield from _rows(stream, separator or separator_in(text), 1 if start else 0)


def separated_in(path: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a file, as `separated` has them, in memory that does not grow with it.

    Raises:
        CellsError: As above.
        OSError: If it cannot be read.
        UnicodeDecodeError: If it is not UTF-8.
    """
    with open(path, encoding="utf-8-sig", newline="") as file:
        head = file.read(HEAD)
    _, start = declared_separator(head)
    with open(path, encoding="utf-8-sig", newline=newline_of(head)) as file:
        if start:
            file.readline()
        yield from _rows(file, separator_in(head), 1 if start else 0)


def separator_in(text: str) -> str:
    """Return what separates the cells of a text, by its beginning."""
    declared, start = declared_separator(text)
    first = next((line for line in text[start : start + HEAD].splitlines() if set(SEPARATORS) & set(line)), "")
    return declared or separator_of(first)


def newline_of(text: str) -> str:
    """Return what ends lines, as `open` takes it.

    Line ends of old Macs are ends only where there are no others: elsewhere one is part of a cell.
    """
    return "\n" if "\n" in text else ""


def _rows(stream: TextIO, separator: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    line = skipped
    try:
        reader = csv.reader(stream, delimiter=separator, strict=True)
        for cells in reader:
            yield line + 1, cells
            line = reader.line_num + skipped
    except csv.Error as error:
        raise CellsError(f"line {line + 1}", str(error)) from None


class CellsError(Exception):
    """Text that cannot be cut into cells.

    Args:
        where: The line.
        problem: What is wrong there.
    """

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(where, problem)
        self.where, self.problem = where, problem

    @property
    def finding(self) -> Finding:
        """The same in words of ours."""
        return Finding(self.where, f"is not CSV: {self.problem}", "cells in closed quotes")
