"""Tables of ratings, a row for each: from CSV, and from a sheet of a workbook."""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date as Date
from typing import NamedTuple

from maturitykit.assessment.keys import key
from maturitykit.assessment.ratings import Assessment, Rating
from maturitykit.errors import FileError, Finding, coded, nearest, one_of, quoted
from maturitykit.files.alike import date_gaps, subject_gaps, without_doubles
from maturitykit.files.strict import date_of

#: The columns of a table of ratings; only those two without a mark must be there.
COLUMNS = ("model", "subject", "respondent", "date", "dimension", "rating", "comment", "evidence")
REQUIRED = ("dimension", "rating")
#: Columns that forms add, to say what they asked about.
OF_FORMS = ("version", "digest")

_OF_RATINGS = ("dimension", "rating", "respondent", "comment", "evidence")

#: What a spreadsheet takes for a formula, or for the start of another cell; quoted or not.
_FORMULA = re.compile(r"'*[ \t\r\n]*[=+\-@\t\r]")


def safe(cell: str) -> str:
    """A cell of CSV that no spreadsheet takes for a formula: behind a quote, where it might."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def plain(cell: str) -> str:
    """A cell as it was before `safe`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell


#: How to name the model where a file does not, on the command line and in Python.
BESIDE = "or --model (in Python, read(file, model))"


def model_findings(where: str, named: str, given: str) -> Iterator[Finding]:
    """What is wrong with the model that a file names, beside the one that is given."""
    if not (named or given):
        yield Finding(where, "no model is named", f"the id of a model here, {BESIDE}", "MK405")
    elif named and given and named != given:
        yield Finding(where, f"is {quoted(named)}", f"{quoted(given)}, the model given beside the file", "MK405")


class Row(NamedTuple):
    """A row of a table: where it is, and its cells by the names of their columns."""

    place: str
    cells: dict[str, str]


def read_table(
    path: str | os.PathLike[str], model: str, read: Callable[[list[Finding]], Iterable[Row]]
) -> list[Assessment]:
    """The assessments in a table, one for each model, subject and date.

    Args:
        path: For messages.
        model: Its id, where the table does not name it.
        read: Gives the rows, and adds what is wrong with them to a list.

    Raises:
        FileError: With all that is wrong.
    """
    title = f"{path} is not a table of ratings"
    findings: list[Finding] = []
    groups: dict[tuple[str, str, Date | None], _Group] = {}
    for row in read(findings):
        cell = {name: row.cells.get(name, "") for name in (*COLUMNS, *OF_FORMS)}
        named, _, version = key(cell["model"]).partition("@")
        findings += model_findings(f"{row.place}, model", named, model)
        day = key(cell["date"])
        date = date_of(day)
        if day and not date:
            problem = f"{quoted(day)} is not a date"
            findings.append(Finding(f"{row.place}, date", problem, "year-month-day, as in 2026-05-31"))
            continue
        if version and key(cell["version"]) not in ("", version):
            expected = f'"{version}", as the model says'
            findings.append(Finding(f"{row.place}, version", f"is {quoted(cell['version'])}", expected))
        about = named or model, key(cell["subject"]), date
        group = groups.setdefault(about, _Group(cell["subject"], [], {}))
        for name, mark in (("version", key(cell["version"]) or version), ("digest", key(cell["digest"]))):
            findings += group.mark(name, mark, row.place)
        dimension, answer, respondent, comment, evidence = (cell[name] for name in _OF_RATINGS)
        group.ratings.append(Rating(dimension, answer, respondent, comment, evidence, place=row.place))
    assessments = [
        without_doubles(
            Assessment(
                id,
                group.ratings,
                group.subject,
                date,
                group.marks.get("version", ""),
                group.marks.get("digest", ""),
                place=str(path),
            )
        )
        for (id, _, date), group in groups.items()
    ]
    if not findings:
        findings += [*subject_gaps(assessments), *date_gaps(assessments)]
    if not (groups or findings):
        findings.append(Finding("line 2", "there are no rows", "a row for each rating"))
    if findings:
        raise FileError(title, coded("MK006", findings))
    return assessments


class _Group(NamedTuple):
    """The rows of one assessment: its subject as first spelled, its ratings, and what forms add."""

    subject: str
    ratings: list[Rating]
    marks: dict[str, str]

    def mark(self, name: str, value: str, place: str) -> Iterator[Finding]:
        """Keep what a row says of the form; a finding where an earlier row says otherwise."""
        if value and self.marks.setdefault(name, value) != value:
            problem = f"is {quoted(value)}, but {quoted(self.marks[name])} above"
            yield Finding(f"{place}, {name}", problem, "one version of the model for an assessment")


def csv_rows(text: str, model: str, findings: list[Finding]) -> Iterator[Row]:
    """The rows of a table whose first line names its columns, separated by ``,`` or ``;``."""
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    line = 1
    try:
        columns = [name.strip() for name in next(reader, [])]
        if bad := list(_header_findings(columns, model)):
            findings += bad
            return
        line = reader.line_num + 1
        for cells in reader:
            if any(cells) and len(cells) != len(columns):
                findings.append(
                    Finding(f"line {line}", f"has {len(cells)} cells", f"{len(columns)}, as the header")
                )
            elif any(cells):
                yield Row(f"line {line}", dict(zip(columns, map(plain, cells), strict=True)))
            line = reader.line_num + 1
    except csv.Error as error:
        findings.append(Finding(f"line {line}", f"is not CSV: {error}", "cells in closed quotes"))


def sheet_rows(rows: Sequence[Sequence[str]], model: str, findings: list[Finding]) -> Iterator[Row]:
    """The rows of a sheet whose first one names its columns."""
    # A sheet is as wide as its widest row, or as some cell that was once used.
    columns = [name.strip() for name in rows[0]] if rows else []
    while columns and not (columns[-1] or any(row[len(columns) - 1] for row in rows)):
        columns.pop()
    if bad := list(_header_findings(columns, model)):
        findings += bad
        return
    for number, cells in enumerate(rows[1:], start=2):
        if any(cells):
            yield Row(f"line {number}", dict(zip(columns, cells, strict=False)))


def _header_findings(columns: list[str], model: str) -> Iterator[Finding]:
    header = f"a header such as {','.join(COLUMNS)}"
    meant = set(columns).union(nearest(COLUMNS, column) or "" for column in columns[: len(COLUMNS)])
    if not columns:
        yield Finding("line 1", "the file is empty", header)
    elif len(columns) == 1 and "\t" in columns[0]:
        yield Finding("line 1", "the columns are separated by tabs", "commas or semicolons")
    elif meant.isdisjoint(COLUMNS):
        yield Finding("line 1", f"{quoted(','.join(columns))} is no header", header)
    else:
        for column, times in Counter(columns).items():
            if not column:
                yield Finding("line 1", f"column {columns.index('') + 1} has no name", one_of(COLUMNS))
            elif column not in (*COLUMNS, *OF_FORMS):
                yield Finding("line 1", f"{quoted(column)} is not a column", one_of(COLUMNS, column))
            elif times > 1:
                yield Finding("line 1", f"the column {quoted(column)} stands twice", "each column once")
        for column in REQUIRED:
            if column not in meant:
                yield Finding("line 1", f"the column {quoted(column)} is missing", header)
        if not model and "model" not in meant:
            yield Finding("line 1", "no model is named", f"a column model, {BESIDE}")
