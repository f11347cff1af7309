"""Readers of assessments: documents in TOML or JSON, tables in CSV, XLSX or ODS, and filled-in forms."""

from __future__ import annotations

import os
from datetime import date as Date
from pathlib import PurePath

from attrs import frozen

from maturitykit.assessment.keys import key
from maturitykit.assessment.ratings import Assessment, Rating
from maturitykit.definition import Model
from maturitykit.errors import FileError, Finding, quoted
from maturitykit.files.alike import without_doubles
from maturitykit.files.documents import read_document
from maturitykit.files.form_workbook import is_form, read_form
from maturitykit.files.strict import structure
from maturitykit.files.table import csv_source, id_of, model_findings, read_table, sheet_source, version_findings
from maturitykit.files.text import LARGEST_TABLE, Content, Given, as_readable, read_text, why_unreadable
from maturitykit.files.workbook import OTHERS, read_workbook


@frozen
class AssessmentEntry:
    """An assessment in a document.

    Args:
        format: Number of the file format: 1.
        ratings: Answers of the respondents, one for each dimension that they rate.
        model: Id of the model, or ``id@version``; needed unless the model is named when the file is read.
        version: Version of the model, if the ratings are meant for a certain one.
        digest: Digest of the parts of the model that ratings depend on, as forms store it.
        subject: Organisation, team or other subject that is assessed.
        date: Date of the assessment, as in 2026-05-31.
    """

    format: int
    ratings: tuple[Rating, ...]
    model: str = ""
    version: str = ""
    digest: str = ""
    subject: str = ""
    date: Date | None = None


def read(path: Content, model: str | Model = "", *, format: str = "") -> Assessment:
    """Read the one assessment in a file: TOML, JSON, CSV, XLSX or ODS, by its suffix.

    Args:
        path: The file: its path, an open file, its bytes, or the mapping that a document holds.
        model: The model or its id, needed if the file does not name it.
        format: Suffix of the format (``"csv"``), needed if no file name shows it.

    Raises:
        FileError: If it cannot be read or is not one assessment, with all findings. Ratings are
            compared with the model only when they are scored.
    """
    path = as_readable(path, format, LARGEST_TABLE)
    several = read_all(path, model)
    if len(several) > 1:
        names = ", ".join(_name(assessment) for assessment in several[:5]) + (", …" if len(several) > 5 else "")
        finding = Finding("", f"it holds {len(several)}: {names}", "one; read_all reads them all", "MK004")
        raise FileError(f"{path} is not one assessment", [finding])
    return several[0]


def read_all(path: Content, model: str | Model = "", *, format: str = "") -> list[Assessment]:
    """Read every assessment in a file: a table holds one for each model, subject and date.

    The arguments are those of `read`.

    Raises:
        FileError: If it cannot be read or holds no assessment, with all findings.
    """
    path = as_readable(path, format, LARGEST_TABLE)
    if isinstance(path, Given) and path.table is not None:
        return [_assessment(path, path.table, model)]
    assert isinstance(path, (str, os.PathLike))
    suffix = PurePath(path).suffix.lower()
    if suffix not in READERS:
        problem = f"files of the kind {quoted(suffix)} are not known" if suffix else "its name has no suffix"
        if suffix in (".html", ".htm"):
            problem = "is a page, and holds no answers: a form's are in the file that it saves"
        expected = "a workbook saved as .xlsx" if suffix in OTHERS else ".csv, .json, .toml, .xlsx or .ods"
        finding = why_unreadable(path) or Finding("", OTHERS.get(suffix, problem), expected, "MK008")
        raise FileError(f"cannot read {path}", [finding])
    return READERS[suffix](path, model)


def _name(assessment: Assessment) -> str:
    parts = [assessment.model, assessment.subject, str(assessment.date or "")]
    return " ".join(filter(None, parts)) or "(no subject)"


def _read_document(path: str | os.PathLike[str], model: str | Model) -> list[Assessment]:
    return [_assessment(path, read_document(path), model)]


def _assessment(path: str | os.PathLike[str], data: object, model: str | Model) -> Assessment:
    title = f"{path} is not an assessment"
    entry = structure(data, AssessmentEntry, title)
    named, _, version = key(entry.model).partition("@")
    findings = list(model_findings("model", named, id_of(model)))
    findings += version_findings("version", version, entry.version)
    if findings:
        raise FileError(title, findings)
    about = entry.subject, entry.date, entry.version or version, entry.digest
    # The constructor takes a fifth of the time of attrs.evolve, and files hold very many ratings.
    ratings = [
        Rating(r.dimension, r.answer, r.respondent, r.comment, r.evidence, f"ratings[{i}]")
        for i, r in enumerate(entry.ratings)
    ]
    return without_doubles(Assessment(named or id_of(model), ratings, *about, location=str(path)))


def _read_csv(path: str | os.PathLike[str], model: str | Model) -> list[Assessment]:
    return read_table(path, model, [csv_source(read_text(path, LARGEST_TABLE))])


def _read_book(path: str | os.PathLike[str], model: str | Model) -> list[Assessment]:
    sheets = read_workbook(path)
    if is_form(sheets):
        return [read_form(path, sheets, model)]
    return read_table(path, model, [sheet_source(sheet) for sheet in sheets.values()])


#: Readers of assessments by the suffix of the file.
READERS = {
    ".csv": _read_csv,
    ".json": _read_document,
    ".ods": _read_book,
    ".toml": _read_document,
    ".xlsx": _read_book,
}
