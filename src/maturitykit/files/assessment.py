"""Assessments as files: one document as TOML or JSON, or a table of ratings as CSV."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import date as Date
from pathlib import PurePath
from typing import Any, NamedTuple

from attrs import frozen

from maturitykit.assessment.ratings import Assessment, Rating
from maturitykit.errors import FileError, Finding, coded, nearest, one_of, quoted
from maturitykit.files.strict import date_of, structure
from maturitykit.files.text import NESTED, TOO_MANY_DIGITS, read_text, read_toml, why_unreadable

#: The columns of a table of ratings; only those two without a mark must be there.
COLUMNS = ("model", "subject", "respondent", "date", "dimension", "rating", "comment", "evidence")
REQUIRED = ("dimension", "rating")


@frozen
class AssessmentEntry:
    """An assessment in a document."""

    format: int
    ratings: tuple[Rating, ...]
    model: str = ""
    version: str = ""
    subject: str = ""
    date: Date | None = None


def read(path: str | os.PathLike[str], model: str = "") -> Assessment:
    """Read the one assessment in a file: TOML, JSON or CSV, by its suffix.

    Args:
        path: The file.
        model: Id of the model, where the file does not name it.

    Raises:
        FileError: If it cannot be read or is not one assessment, with all findings. Whether
            the ratings fit the model is found when they are scored.
    """
    found = read_all(path, model)
    if len(found) > 1:
        names = ", ".join(_name(assessment) for assessment in found[:5]) + (", …" if len(found) > 5 else "")
        finding = Finding("", f"it holds {len(found)}: {names}", "one; read_all reads them all", "MK004")
        raise FileError(f"{path} is not one assessment", [finding])
    return found[0]


def read_all(path: str | os.PathLike[str], model: str = "") -> list[Assessment]:
    """Read every assessment in a file; a table holds one for each model, subject and date.

    Raises:
        FileError: As `read` does.
    """
    readers = {".csv": _read_table, ".json": _read_json, ".toml": _read_toml}
    suffix = PurePath(path).suffix.lower()
    if suffix not in readers:
        what = f"files of the kind {quoted(suffix)} are not known" if suffix else "its name has no suffix"
        finding = why_unreadable(path) or Finding("", what, ".csv, .json or .toml", "MK008")
        raise FileError(f"cannot read {path}", [finding])
    return readers[suffix](path, model)


def _name(assessment: Assessment) -> str:
    named = [assessment.model, assessment.subject, str(assessment.date or "")]
    return " ".join(part for part in named if part) or "(no subject)"


def _read_toml(path: str | os.PathLike[str], model: str) -> list[Assessment]:
    return [_assessment(path, read_toml(path), model)]


def _read_json(path: str | os.PathLike[str], model: str) -> list[Assessment]:
    text = read_text(path)
    try:
        data = json.loads(text, object_pairs_hook=_without_doubles, parse_constant=_no_constant)
        if "\\u" in text:
            _check_characters(data)
    except json.JSONDecodeError as error:
        what = "the file is empty" if not text.strip() else f"is not JSON: {error.msg}"
        finding = Finding(f"line {error.lineno}, column {error.colno}", what, code="MK002")
    except RecursionError:
        finding = NESTED
    except FileError as error:
        (finding,) = error.findings
    except ValueError:
        finding = TOO_MANY_DIGITS
    else:
        return [_assessment(path, data, model)]
    raise FileError(f"cannot read {path}", [finding])


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        double, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise _refused(f"is not JSON: the key {quoted(double)} stands twice in one object")
    return table


def _no_constant(name: str) -> object:
    raise _refused(f"is not JSON: {name} is not a number")


def _check_characters(data: object) -> None:
    """Refuse half a character, which JSON can escape, and no file can hold."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise _refused(f"{quoted(error.object[error.start])} is half a character", "whole ones") from None


def _refused(problem: str, expected: str = "") -> FileError:
    return FileError("", [Finding("", problem, expected, "MK002")])


def _assessment(path: str | os.PathLike[str], data: object, model: str) -> Assessment:
    title = f"{path} is not an assessment"
    entry = structure(data, AssessmentEntry, title)
    if bad := list(_model_findings("model", entry.model, model)):
        raise FileError(title, bad)
    return Assessment(
        entry.model or model, entry.ratings, entry.subject, entry.date, entry.version, place=str(path)
    )


#: How to name the model where a file does not, on the command line and in Python.
_BESIDE = "or --model (in Python, read(file, model))"


def _model_findings(where: str, named: str, given: str) -> Iterator[Finding]:
    if not (named or given):
        yield Finding(where, "no model is named", f"the id of a model here, {_BESIDE}", "MK405")
    elif named and given and named != given:
        yield Finding(where, f"is {quoted(named)}", f"{quoted(given)}, the model given beside the file", "MK405")


class _Row(NamedTuple):
    line: int
    cells: dict[str, str]


def _read_table(path: str | os.PathLike[str], model: str) -> list[Assessment]:
    title = f"{path} is not a table of ratings"
    findings: list[Finding] = []
    groups: dict[tuple[str, str, Date | None], list[Rating]] = {}
    for row in _rows(read_text(path, largest=None), model, findings):
        named, place = row.cells.get("model", ""), f"line {row.line}"
        findings += _model_findings(f"{place}, model", named, model)
        day = row.cells.get("date", "").strip()
        date = date_of(day)
        if day and not date:
            problem = f"{quoted(day)} is not a date"
            findings.append(Finding(f"{place}, date", problem, "year-month-day, as in 2026-05-31"))
            continue
        rating = Rating(
            dimension=row.cells["dimension"],
            answer=row.cells["rating"],
            respondent=row.cells.get("respondent", ""),
            comment=row.cells.get("comment", ""),
            evidence=row.cells.get("evidence", ""),
            place=place,
        )
        groups.setdefault((named or model, row.cells.get("subject", ""), date), []).append(rating)
    if not (groups or findings):
        findings.append(Finding("line 2", "there are no rows", "a row for each rating"))
    if findings:
        raise FileError(title, coded("MK006", findings))
    return [Assessment(key[0], ratings, key[1], key[2], place=str(path)) for key, ratings in groups.items()]


def _rows(text: str, model: str, findings: list[Finding]) -> Iterator[_Row]:
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
                yield _Row(line, dict(zip(columns, cells, strict=True)))
            line = reader.line_num + 1
    except csv.Error as error:
        findings.append(Finding(f"line {line}", f"is not CSV: {error}", "cells in closed quotes"))


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
            elif column not in COLUMNS:
                yield Finding("line 1", f"{quoted(column)} is not a column", one_of(COLUMNS, column))
            elif times > 1:
                yield Finding("line 1", f"the column {quoted(column)} stands twice", "each column once")
        for column in REQUIRED:
            if column not in meant:
                yield Finding("line 1", f"the column {quoted(column)} is missing", header)
        if not model and "model" not in meant:
            yield Finding("line 1", "no model is named", f"a column model, {_BESIDE}")
