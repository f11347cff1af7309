"""Reader and writer of separated text (CSV and the like), in which no spreadsheet finds formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from maturitykit.errors import Finding

#: The separator and the line ends are recognised in this number of characters at the start of a text.
HEAD = 100_000

#: Characters that may separate cells.
SEPARATORS = ",;\t"

#: Pattern of a text that a spreadsheet may run as a formula, or take for the start of another cell: a sign of
#: either, of any width, after nothing but quotes and invisible characters. It lists each character, as the
#: character classes of Python, Polars and JavaScript differ.
FORMULA = (
    r"^'*[\x00-\x20\x7f-\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]*"
    r"[\t\n\r=+@\uff0b\uff0d\uff1d\uff20-]"
)
_is_formula = re.compile(FORMULA).match

_DECLARED = re.compile(r'"?sep=([,;\t])"?\s*?(?:\r\n|\r|\n)')


def safe(cell: str) -> str:
    """Return a cell with a quote before it if a spreadsheet may otherwise run it as a formula."""
    return f"'{cell}" if _is_formula(cell) else cell


def plain(cell: str) -> str:
    """Return a cell without the quote that `safe` has added."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell[1:]) else cell


def to_csv(rows: Iterable[Sequence[object]]) -> str:
    """Return rows of texts, numbers, dates and the like as CSV in which texts are not run as formulas.

    Line breaks in a text are kept, within quotes.
    """
    stream = io.StringIO()
    # With any other line ends, the writer would leave a lone carriage return in a cell without quotes.
    csv.writer(stream, lineterminator="\r\n").writerows(map(_formatted, row) for row in rows)
    return stream.getvalue()


def _formatted(cell: object) -> object:
    if isinstance(cell, bool):
        return str(cell).lower()
    return safe(cell) if isinstance(cell, str) else cell


def declared_separator(text: str) -> tuple[str, int]:
    """Return the separator that Excel's ``sep=;`` on the first line declares, and the offset of the next line.

    Without such a line, both are empty: ``("", 0)``.
    """
    match = _DECLARED.match(text)
    return (match[1], match.end()) if match else ("", 0)


def separated(text: str, separator: str = "") -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a text, each with the number of the line that it begins on.

    Args:
        text: Rows of cells, some in quotes.
        separator: By default the one that the text declares, or else ``,``, ``;`` or a tab, whichever
            is the most frequent in the first line that has any of them.

    Raises:
        CellsError: If the quotes of a row are not closed, or the like, with its line.
    """
    _, start = declared_separator(text)
    stream = io.StringIO(text[start:], newline=newline_of(text))
    yield from _rows(stream, separator or separator_in(text), 1 if start else 0)


def separated_in(path: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a file like `separated`, in memory that does not grow with the file.

    Raises:
        CellsError: If the quotes of a row are not closed, or the like, with its line.
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
    """Return the separator of a text: the declared one, or the most frequent in its first lines."""
    declared, start = declared_separator(text)
    first = next((line for line in text[start : start + HEAD].splitlines() if set(SEPARATORS) & set(line)), "")
    return declared or max(SEPARATORS, key=first.count)


def newline_of(text: str) -> str:
    """Return the ``newline`` argument of `open` for a text.

    A carriage return (the line end of old Macs) ends lines only if there are no line feeds: otherwise it is
    part of a cell.
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
    """Text that cannot be split into cells.

    Args:
        where: Location of the row: its line.
        problem: Message of the reader.
    """

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(where, problem)
        self.where, self.problem = where, problem

    @property
    def finding(self) -> Finding:
        """The error as a finding."""
        return Finding(self.where, f"is not CSV: {self.problem}", "cells in closed quotes")
