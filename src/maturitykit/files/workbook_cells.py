"""Reader of grids of texts: a CSV file, or the first filled sheet of a workbook."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from maturitykit.errors import FileError, Finding, quoted
from maturitykit.files.separated import SEPARATORS, CellsError, declared_separator, separated
from maturitykit.files.text import read_text, why_unreadable
from maturitykit.files.workbook import OTHERS, read_workbook

#: The most cells that a table may have.
LARGEST = 1_000_000
TOO_LARGE = Finding("", "is larger than a sheet of texts can be", "a smaller one")


class Cells(NamedTuple):
    """The texts of a sheet.

    Args:
        rows: Rows of the same width, from the first row and column on; an empty cell is "".
        merged: First and last cell of each merged range, as row and column from 0. Its text is in the
            first cell.
        unread: Phrases that name the other sheets of the file.
    """

    rows: list[list[str]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]]
    unread: list[str]


def read_cells(path: Path) -> Cells:
    """Read the texts of a CSV file, or of the first sheet of a workbook that holds a table.

    Raises:
        FileError: If it cannot be read, or is of another kind.
    """
    suffix = path.suffix.lower()
    if finding := why_unreadable(path):
        raise FileError(f"cannot read {path}", [finding])
    if suffix in (".csv", ".tsv"):
        cells = Cells(_read_csv(path), [], [])
    elif suffix in (".xlsx", ".ods"):
        cells = _read_workbook(path)
    else:
        problem = OTHERS.get(suffix, f"files of the kind {quoted(suffix)} are not known")
        raise FileError(f"cannot read {path}", [Finding("", problem, ".csv, .xlsx or .ods")])
    width = max(map(len, cells.rows), default=0)
    return cells._replace(rows=[row + [""] * (width - len(row)) for row in cells.rows])


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell, as in D4, by its row and column from 0.

    >>> cell_name(3, 3), cell_name(0, 26)
    ('D4', 'AA1')
    """
    return f"{column_name(column)}{row + 1}"


def column_name(column: int) -> str:
    """Return the name of a column, as in D, by its index from 0."""
    name = ""
    while column >= 0:
        name = chr(ord("A") + column % 26) + name
        column = column // 26 - 1
    return name


def _read_csv(path: Path) -> list[list[str]]:
    """Read the rows of a CSV file, with the declared separator or the one that fits best."""
    text = read_text(path)
    declared, _ = declared_separator(text)
    candidates: list[tuple[int, int, list[list[str]]]] = []
    errors = []
    for separator in [declared] if declared else SEPARATORS:
        if text.count(separator) + text.count("\n") > LARGEST:
            errors.append(TOO_LARGE)
            continue
        try:
            rows = [cells for _, cells in separated(text, separator)]
        except CellsError as error:
            problem = f"is not CSV: {error.problem}"
            errors.append(Finding(error.where, problem, "cells apart by , or ; or tabs, in quotes"))
            continue
        # With the right separator, most rows have the same number of cells.
        widths = Counter(len(row) for row in rows if len(row) > 2)
        candidates.append((max(widths.values(), default=0), -len(candidates), rows))
    if not candidates:
        raise FileError(f"cannot read {path}", errors[:1])
    return max(candidates)[2]


def _read_workbook(path: Path) -> Cells:
    """Read the first sheet that has a row of at least two filled cells."""
    sheets = read_workbook(path).values()
    filled = [sheet for sheet in sheets if any(sum(map(bool, row)) > 1 for row in sheet.rows)]
    unread = [f"the sheet {quoted(sheet.name)}" for sheet in filled[1:]]
    unread += [
        f"the sheet {quoted(sheet.name)} (it holds no table)"
        for sheet in sheets
        if sheet not in filled and any(map(any, sheet.rows))
    ]
    chosen = filled[0] if filled else None
    return Cells(list(map(list, chosen.rows)), list(chosen.merged), unread) if chosen else Cells([], [], unread)
