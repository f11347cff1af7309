"""Assessments to files: what `maturitykit.read_all` reads back equal."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date as Date
from math import isfinite
from pathlib import PurePath
from typing import Any

from maturitykit.assessment.ratings import Assessment, Rating
from maturitykit.definition import Stage
from maturitykit.errors import FileError, Finding, quoted
from maturitykit.files.alike import date_gaps, subject_gaps
from maturitykit.files.header import COLUMNS, OF_FORMS
from maturitykit.files.separated import to_csv
from maturitykit.files.strict import FORMAT
from maturitykit.files.text import write_bytes
from maturitykit.files.xlsx import to_xlsx

#: How many characters, as Excel counts them, a cell may hold.
LONGEST_CELL = 32_767
#: What the format cannot tell from its own escapes, or not hold at all.
_NOT_IN_WORKBOOKS = re.compile("_x005F_|[\ufffe\uffff]", re.IGNORECASE)


def write(assessments: Assessment | Iterable[Assessment], path: str | os.PathLike[str]) -> None:
    """Write assessments to a file: TOML, JSON, CSV or XLSX, by its suffix.

    Tables hold several; a document holds one. A spreadsheet takes no text in them for a formula.

    Args:
        assessments: One or several.
        path: The file; what was there is replaced, once all is written. XLSX needs the extra ``[xlsx]``.

    Raises:
        FileError: If it cannot be written, or cannot hold them.
    """
    listed = [assessments] if isinstance(assessments, Assessment) else list(assessments)
    title = f"cannot write {path}"
    suffix = PurePath(path).suffix.lower()
    writers = {".csv": _csv, ".json": _json, ".toml": _toml, ".xlsx": _xlsx}
    if suffix not in writers:
        raise FileError(title, [Finding("", f"files of the kind {quoted(suffix)} are not known", _SUFFIXES)])
    if suffix in (".json", ".toml") and len(listed) != 1:
        raise FileError(title, [Finding("", f"a document holds one assessment, not {len(listed)}", "a table")])
    # A table without a subject or a date on some rows is refused when it is read.
    gaps = [*subject_gaps(listed), *date_gaps(listed)]
    if findings := [*_findings(listed, suffix), *gaps]:
        raise FileError(title, findings)
    write_bytes(path, writers[suffix](listed))


_SUFFIXES = ".csv, .json, .toml or .xlsx"


def _findings(assessments: Sequence[Assessment], suffix: str) -> Iterator[Finding]:
    """What no file, or no workbook, can hold."""
    checks: list[tuple[Callable[[str], object], str, str]] = [(_is_broken, "holds half a character", "whole ones")]
    if suffix == ".xlsx":
        checks += [
            (_is_long, f"is longer than the {LONGEST_CELL:,} characters of a cell", "a shorter text, or .csv"),
            (_NOT_IN_WORKBOOKS.search, "holds characters that workbooks cannot", ".csv, .json or .toml"),
        ]
    for row in _rows(assessments):
        for name, text in row.items():
            for check, problem, expected in checks:
                if check(text):
                    yield Finding(f"{row['dimension']}, {name}", f"{quoted(text)} {problem}", expected)
    for rating in (rating for assessment in assessments for rating in assessment.ratings):
        if isinstance(rating.answer, float) and not isfinite(rating.answer):
            yield Finding(f"{rating.dimension}, rating", f"is {rating.answer}", "a number from 0 to 1")


def _is_broken(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)


def _is_long(text: str) -> bool:
    return len(text) > LONGEST_CELL // 2 and len(text.encode("utf-16-le")) // 2 > LONGEST_CELL


def _rows(assessments: Iterable[Assessment]) -> Iterator[dict[str, str]]:
    """A row of texts for each rating."""
    for assessment in assessments:
        about = {
            "model": assessment.model,
            "version": assessment.version,
            "digest": assessment.digest,
            "subject": assessment.subject,
            "date": assessment.date.isoformat() if assessment.date else "",
        }
        for rating in assessment.ratings:
            yield about | {
                "respondent": rating.respondent,
                "dimension": rating.dimension,
                "rating": _answer(rating),
                "comment": rating.comment,
                "evidence": rating.evidence,
            }


def _answer(rating: Rating) -> str:
    answer = rating.answer
    if isinstance(answer, Stage):
        return answer.id
    return "" if answer is None else str(answer)


def _table(assessments: Iterable[Assessment]) -> list[list[str]]:
    """The names of the columns, and a row for each rating; columns of forms are left out where they are empty."""
    rows = list(_rows(assessments))
    added = [name for name in OF_FORMS if any(row[name] for row in rows)]
    columns = [COLUMNS[0], *added, *COLUMNS[1:]]
    return [columns, *([row[name] for name in columns] for row in rows)]


def _csv(assessments: Sequence[Assessment]) -> bytes:
    return to_csv(_table(assessments)).encode()


def _json(assessments: Sequence[Assessment]) -> bytes:
    return (json.dumps(_document(assessments[0]), ensure_ascii=False, indent=2, default=str) + "\n").encode()


def _toml(assessments: Sequence[Assessment]) -> bytes:
    document = _document(assessments[0])
    ratings = document.pop("ratings")
    lines = [f"{key} = {_toml_value(value)}" for key, value in document.items()]
    for rating in ratings:
        lines += ["", "[[ratings]]", *(f"{key} = {_toml_value(value)}" for key, value in rating.items())]
    # An empty list is written as such, as there is no table for it.
    return ("\n".join([*lines, *([] if ratings else ["ratings = []"])]) + "\n").encode()


def _toml_value(value: object) -> str:
    if isinstance(value, Date):
        return value.isoformat()
    # A text of JSON is one of TOML, but for one character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _document(assessment: Assessment) -> dict[str, Any]:
    """An assessment as a document has it: what says nothing is left out."""
    about = {
        "model": assessment.model,
        "version": assessment.version,
        "digest": assessment.digest,
        "subject": assessment.subject,
        "date": assessment.date,
    }
    ratings = [
        {
            name: value
            for name, value in (
                ("respondent", rating.respondent),
                ("dimension", rating.dimension),
                ("rating", rating.answer.id if isinstance(rating.answer, Stage) else rating.answer),
                ("comment", rating.comment),
                ("evidence", rating.evidence),
            )
            if name == "dimension" or value not in ("", None) or (name == "rating" and value == "")
        }
        for rating in assessment.ratings
    ]
    return {"format": FORMAT, **{name: value for name, value in about.items() if value}, "ratings": ratings}


def _xlsx(assessments: Sequence[Assessment]) -> bytes:
    return to_xlsx(_table(assessments), "ratings")
