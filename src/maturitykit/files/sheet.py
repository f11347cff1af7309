"""Sheets of texts: CSV, or the first filled sheet of a workbook."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from maturitykit.errors import FileError, Finding, quoted
from maturitykit.files.text import LARGEST_DOCUMENT, read_text, why_unreadable

#: What a sheet may be in all, in cells: readers make room for the empty ones too.
LARGEST = 1_000_000
#: What a workbook may be once it is unpacked, in bytes.
LARGEST_UNPACKED = 200_000_000

TOO_LARGE = Finding("", "is larger than a sheet of texts can be", "a smaller one")

_CELL = re.compile(rb'\sr=["\']([A-Z]{1,3})([0-9]{1,7})["\']')


class Sheet(NamedTuple):
    """The texts of a sheet.

    Args:
        rows: All of the same width, from the first row and column on; an empty cell is "".
        merged: Of each merged range its first and its last cell, as row and column from 0.
            Its text stands in the first.
        unread: What else the file holds, in words.
    """

    rows: list[list[str]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]]
    unread: list[str]


def read_sheet(path: Path) -> Sheet:
    """The texts of a CSV file, or of the first sheet of a workbook that has some.

    Raises:
        FileError: If it cannot be read, or is of another kind.
    """
    suffix = path.suffix.lower()
    if finding := why_unreadable(path):
        raise FileError(f"cannot read {path}", [finding])
    if suffix in (".csv", ".tsv"):
        sheet = Sheet(_read_csv(path), [], [])
    elif suffix in (".xlsx", ".xlsm"):
        sheet = _read_workbook(path)
    else:
        finding = Finding("", f"files of the kind {quoted(suffix)} are not known", ".csv or .xlsx")
        raise FileError(f"cannot read {path}", [finding])
    width = max(map(len, sheet.rows), default=0)
    return sheet._replace(rows=[row + [""] * (width - len(row)) for row in sheet.rows])


def cell_name(row: int, column: int) -> str:
    """What a cell is called: D4.

    >>> cell_name(3, 3), cell_name(0, 26)
    ('D4', 'AA1')
    """
    return f"{column_name(column)}{row + 1}"


def column_name(column: int) -> str:
    """What a column is called: D."""
    name = ""
    while column >= 0:
        name = chr(ord("A") + column % 26) + name
        column = column // 26 - 1
    return name


def _read_csv(path: Path) -> list[list[str]]:
    text = read_text(path)
    # Excel's own way to say what separates the cells.
    said = re.match(r"sep=([,;\t])\r?\n", text)
    tried = [said[1]] if said else [",", ";", "\t"]
    text = text[said.end() :] if said else text
    found: list[tuple[int, int, list[list[str]]]] = []
    errors = []
    for separator in tried:
        if text.count(separator) + text.count("\n") > LARGEST:
            errors.append(TOO_LARGE)
            continue
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
        except csv.Error as error:
            errors.append(Finding("", f"is not CSV: {error}", "cells apart by , or ; or tabs, in quotes"))
            continue
        # The right one cuts most rows into as many cells.
        widths = Counter(len(row) for row in rows if len(row) > 2)
        found.append((max(widths.values(), default=0), -len(found), rows))
    if not found:
        raise FileError(f"cannot read {path}", errors[:1])
    return max(found)[2]


def _read_workbook(path: Path) -> Sheet:
    title = f"cannot read {path}"
    try:
        import python_calamine as calamine
    except ModuleNotFoundError:
        finding = Finding("", "python-calamine is not installed", "pip install 'maturitykit[xlsx]'")
        raise FileError(title, [finding]) from None
    if too_large := _too_large(path):
        raise FileError(title, [too_large])
    try:
        with calamine.load_workbook(str(path)) as book:
            sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
            rows = [[[_text(cell) for cell in row] for row in s.to_python(skip_empty_area=False)] for s in sheets]
            filled = [i for i, cells in enumerate(rows) if any(sum(map(bool, row)) > 1 for row in cells)]
            chosen = filled[0] if filled else None
            unread = [f"the sheet {quoted(sheets[i].name)}" for i in filled[1:]]
            unread += [
                f"the sheet {quoted(sheet.name)} (it holds no table)"
                for i, sheet in enumerate(sheets)
                if i not in filled and any(map(any, rows[i]))
            ]
            merged = [] if chosen is None else sheets[chosen].merged_cell_ranges or []
    # A broken workbook may break its reader in any way.
    except Exception as error:
        problem = f"is not a workbook: {' '.join(str(error).split())}"
        raise FileError(title, [Finding("", problem, "a .xlsx file")]) from None
    return Sheet([] if chosen is None else rows[chosen], list(merged), unread)


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell)


def _too_large(path: Path) -> Finding | None:
    """Why a workbook is not to be opened: what it would take in memory is not what it takes on disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if path.stat().st_size > LARGEST_DOCUMENT or sum(m.file_size for m in members) > LARGEST_UNPACKED:
                return TOO_LARGE
            for member in members:
                if member.filename.startswith("xl/worksheets/sheet"):
                    rows, columns = _extent(archive.read(member))
                    if rows * columns > LARGEST:
                        return TOO_LARGE
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        return Finding("", f"is not a workbook: {error}", "a .xlsx file")
    return None


def _extent(sheet: bytes) -> tuple[int, int]:
    """The last row and the last column that a cell of a sheet says it is in."""

    def cells() -> Iterator[tuple[int, int]]:
        for column, row in set(_CELL.findall(sheet)):
            number = 0
            for letter in column:
                number = number * 26 + letter - ord("A") + 1
            yield int(row), number

    found = list(cells())
    return max((row for row, _ in found), default=0), max((column for _, column in found), default=0)
