"""Text in cells: what separates them, and where each row begins."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

_DECLARED = re.compile(r'"?sep=([,;\t])"?\s*?(?:\r\n|\r|\n)')


def declared_separator(text: str) -> tuple[str, int]:
    """Excel's own way to say what separates the cells: ``sep=;`` on the first line, and where the next begins."""
    found = _DECLARED.match(text)
    return (found[1], found.end()) if found else ("", 0)


def separator_of(header: str) -> str:
    """Return what separates the names of columns: ``,`` or ``;``."""
    return ";" if header.count(";") > header.count(",") else ","


def separated(text: str, separator: str = "") -> Iterator[tuple[int, list[str]]]:
    """The rows of a text, each with the line that it begins on.

    Args:
        text: Rows of cells, some in quotes.
        separator: By default the one that the text declares, or else ``,`` or ``;``, whichever the
            first line with any of them has more of.

    Raises:
        CellsError: With the line of a row whose quotes are not closed, or the like.
    """
    declared, start = declared_separator(text)
    # Line ends of old Macs are ends only where there are no others: elsewhere one is part of a cell.
    newline = "\n" if "\n" in text else ""
    first = next((line for line in text[start : start + 100_000].splitlines() if {",", ";"} & set(line)), "")
    separator = separator or declared or separator_of(first)
    line = skipped = 1 if start else 0
    try:
        reader = csv.reader(io.StringIO(text[start:], newline=newline), delimiter=separator, strict=True)
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
