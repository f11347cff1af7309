"""Writer of models, crosswalks, assessments and results to files, from which they are read back equal."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from math import isfinite
from pathlib import PurePath
from typing import IO, Any, Protocol, TypeAlias

from maturitykit.assessment.ratings import Assessment, Rating
from maturitykit.definition import Model, Stage
from maturitykit.definition.crosswalk import Crosswalk
from maturitykit.errors import FileError, Finding, MaturityError, one_of, quoted
from maturitykit.files.alike import date_gaps, subject_gaps
from maturitykit.files.crosswalk import check_file_name, crosswalk_to_dict
from maturitykit.files.documents import to_json
from maturitykit.files.header import COLUMNS, OF_FORMS
from maturitykit.files.model import model_to_dict
from maturitykit.files.separated import to_csv
from maturitykit.files.sssom import to_sssom
from maturitykit.files.strict import FORMAT
from maturitykit.files.text import write_to
from maturitykit.files.toml import to_toml
from maturitykit.files.xlsx import to_xlsx

#: The most characters that a cell may hold, as Excel counts them: in UTF-16.
LONGEST_CELL = 32_767
#: Texts that XLSX takes for its own escapes, and characters that it cannot hold.
_NOT_IN_WORKBOOKS = re.compile("_x005F_|[\ufffe\uffff]", re.IGNORECASE)

#: A function that returns the content of a file.
_Writer: TypeAlias = Callable[[], str | bytes]


class SupportsToDict(Protocol):
    """A result, a translation or a comparison, which can be converted to data."""

    def to_dict(self) -> Mapping[str, object]:
        """Return the object as data for JSON."""


def write(
    thing: Assessment | Iterable[Assessment] | Model | Crosswalk | SupportsToDict,
    path: str | os.PathLike[str] | IO[str] | IO[bytes],
    *,
    format: str = "",
) -> None:
    """Write an object to a file in the format of its suffix, from which it can be read back equal.

    - Assessments: one as TOML or JSON, any number as CSV or XLSX, for `read` and `read_all`.
    - A model as TOML or JSON, for `read_model`.
    - A crosswalk as TOML or JSON in a file called ``<source>--<target>``, for `read_crosswalk`; as SSSOM
      (``.sssom.tsv``), for `maturitykit.sssom.read_sssom`.
    - A result or translation as JSON, for `read_result`, which returns the same scores; a comparison as JSON.

    Translations are not written, as they have their own files; rules that are objects are replaced by their ids.
    Spreadsheets do not run the texts in CSV or XLSX as formulas.

    Args:
        thing: The object to write.
        path: The file, which is replaced once the content is complete; or a file that is open for text or
            bytes, which is not closed. XLSX needs bytes, and the extra ``[xlsx]``.
        format: Suffix of the format (``"json"``), needed if the name of the file does not show it.

    Raises:
        FileError: If it cannot be written, or the format cannot hold it; with all findings.
    """
    is_path = isinstance(path, (str, os.PathLike))
    name = os.fspath(path) if is_path else getattr(path, "name", "")  # type: ignore[arg-type]
    # The name of an unnamed open file may be its descriptor, a number.
    file = PurePath(name if isinstance(name, str) else "")
    suffix = PurePath(f"x.{format.removeprefix('.')}" if format else file).suffix.lower()
    title = f"cannot write {path if is_path else file.name or 'to what is given'}"
    kind, writers = _writers(thing)
    if suffix not in writers:
        problem = f"{kind} cannot be written as {quoted(suffix)}" if suffix else "nothing tells its format"
        raise FileError(title, [Finding("", problem, one_of([*writers], suffix) if writers else _THINGS, "MK008")])
    findings = list(check_file_name(file.name, thing.id)) if is_path and isinstance(thing, Crosswalk) else []
    try:
        if findings and suffix != ".tsv":
            raise FileError(title, findings)
        content = writers[suffix]()
    except MaturityError as error:
        raise FileError(title, error.findings) from None
    write_to(path, content)


_THINGS = "assessments, a model, a crosswalk, a result, a translation or a comparison"


def _writers(thing: object) -> tuple[str, Mapping[str, _Writer]]:
    """Return the name of the kind of an object, and its writers by suffix."""
    if isinstance(thing, Model):
        return "a model", _documents(partial(model_to_dict, thing))
    if isinstance(thing, Crosswalk):
        return "a crosswalk", {**_documents(partial(crosswalk_to_dict, thing)), ".tsv": partial(to_sssom, thing)}
    if hasattr(thing, "to_dict"):
        return "a result", {".json": lambda: to_json(thing.to_dict())}
    items: list[Any] = list(thing) if isinstance(thing, Iterable) else [thing]
    if other := next((each for each in items if not isinstance(each, Assessment)), None):
        return quoted(other), {}
    return "an assessment", _assessment_writers(items)


def _documents(data: Callable[[], Mapping[str, Any]]) -> dict[str, _Writer]:
    """Return the writers of data as TOML and JSON."""
    return {".toml": lambda: to_toml(data()), ".json": lambda: to_json(data())}


def _assessment_writers(assessments: Sequence[Assessment]) -> dict[str, _Writer]:
    """Return the writers of assessments, which refuse what could not be read back."""
    table = partial(_table, assessments)
    writers: dict[str, _Writer] = {
        **_documents(lambda: _document(assessments[0])),
        ".csv": lambda: to_csv(table()),
        ".xlsx": lambda: to_xlsx(table(), "ratings"),
    }

    def checked(suffix: str) -> str | bytes:
        if findings := list(_findings(assessments, suffix)):
            raise FileError("", findings)
        return writers[suffix]()

    return {suffix: partial(checked, suffix) for suffix in (".csv", ".json", ".toml", ".xlsx")}


def _findings(assessments: Sequence[Assessment], suffix: str) -> Iterator[Finding]:
    """Yield a finding for everything that a file of this suffix cannot hold, or that its reader would refuse."""
    if suffix in (".json", ".toml") and len(assessments) != 1:
        yield Finding("", f"a document holds one assessment, not {len(assessments)}", "a table: .csv or .xlsx")
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
    # The reader refuses a table in which only some rows have a subject or a date.
    yield from subject_gaps(assessments)
    yield from date_gaps(assessments)


def _is_broken(text: str) -> bool:
    """Tell whether a text contains half a character (a lone surrogate)."""
    return not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)


def _is_long(text: str) -> bool:
    return len(text) > LONGEST_CELL // 2 and len(text.encode("utf-16-le")) // 2 > LONGEST_CELL


def _rows(assessments: Iterable[Assessment]) -> Iterator[dict[str, str]]:
    """Yield a row of texts for each rating."""
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
    """Return a header and a row for each rating, without those columns of forms that are empty."""
    rows = list(_rows(assessments))
    of_forms = [name for name in OF_FORMS if any(row[name] for row in rows)]
    columns = [COLUMNS[0], *of_forms, *COLUMNS[1:]]
    return [columns, *([row[name] for name in columns] for row in rows)]


def _document(assessment: Assessment) -> dict[str, Any]:
    """Return an assessment as the data of a document, without empty values."""
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
