"""Cells as text: where each row and cell begins, and how they are written so that no spreadsheet runs them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from maturitykit.errors import Finding

#: So many characters at the start of a text tell how it is written.
HEAD = 100_000

#: What may separate cells.
SEPARATORS = ",;\t"

#: A text that a spreadsheet may run as a formula, or take for the start of another cell: a sign of either, of any
#: width, behind nothing but quotes and characters that show nothing. Python, Polars and JavaScript read it alike,
#: as it names each character.
FORMULA = (
    r"^'*[\x00-\x20\x7f-\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]*"
    r"[\t\n\r=+@\uff0b\uff0d\uff1d\uff20-]"
)
_is_formula = re.compile(FORMULA).match

_DECLARED = re.compile(r'"?sep=([,;\t])"?\s*?(?:\r\n|\r|\n)')


def safe(cell: str) -> str:
    """Put a quote before a cell that a spreadsheet may run as a formula, so that it shows it as text."""
    return f"'{cell}" if _is_formula(cell) else cell


def plain(cell: str) -> str:
    """Return a cell as it was before `safe`."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell[1:]) else cell


def to_csv(rows: Iterable[Sequence[object]]) -> str:
    """Write rows of texts, numbers, dates and the like as CSV, whose texts no spreadsheet runs.

    Line breaks in a text are kept, within quotes.
    """
    stream = io.StringIO()
    # With the line ends of the standard, a carriage return alone in a cell is quoted too.
    csv.writer(stream, lineterminator="\r\n").writerows(map(_written, row) for row in rows)
    return stream.getvalue()


def _written(cell: object) -> object:
    if isinstance(cell, bool):
        return str(cell).lower()
    return safe(cell) if isinstance(cell, str) else cell


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
