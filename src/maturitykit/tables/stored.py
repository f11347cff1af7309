"""Stored results as one table, unchanged."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date as Date
from pathlib import Path
from typing import Any

from maturitykit.definition.fields import OUTCOME
from maturitykit.errors import FileError, Finding, MaturityError
from maturitykit.files.collect import in_file
from maturitykit.files.documents import read_json
from maturitykit.files.result import ResultEntry, ScoreEntry, Stages
from maturitykit.files.strict import structure
from maturitykit.files.text import LARGEST_TABLE, as_readable, is_folder
from maturitykit.scoring.records import COLUMNS, frame_of
from maturitykit.scoring.stored import date_findings
from maturitykit.tables.results import ENDS, READINGS

#: Columns that only translations have.
_DERIVED = ("inferable", *(f"{name}_{end}" for name in READINGS for end in ENDS))


def read_results(
    results: str | os.PathLike[str] | Mapping[str, Any] | Iterable[str | os.PathLike[str] | Mapping[str, Any]],
    engine: str = "polars",
) -> Any:
    """Read stored results as one table, with a row for each dimension of each, in the columns of `Results.tidy`.

    They are neither scored again nor compared with their models, which need not be installed;
    `maturitykit.read_result` does both. If there are translations among them, all rows have the columns of
    translations, of which ``inferable`` is null where a result was measured.

    Args:
        results: A file or folder, or several: files hold the JSON of a result or a list of these, as
            ``maturitykit score --json`` prints it, and in a folder all files that end in ``.json`` are read. A
            dictionary from `Result.to_dict` will do too.
        engine: The kind of table: ``polars`` or ``pandas``.

    Raises:
        FileError: If anything is not a result, with all findings on all files.
        MaturityError: If the engine is unknown or not installed.
    """
    names: tuple[str, ...] = COLUMNS
    entries: list[ResultEntry] = []
    findings: list[Finding] = []
    several = [results] if isinstance(results, (str, os.PathLike, Mapping)) else results
    for location, data in _documents(several, findings):
        try:
            entry = structure(data, ResultEntry, "", allows_more=True)
        except FileError as error:
            findings += (in_file(finding, location) for finding in error.findings)
        else:
            if "derived" in entry:
                names = (*COLUMNS, *_DERIVED)
            findings += (in_file(finding, location) for finding in date_findings(entry))
            entries.append(entry)
    if findings:
        raise FileError("these are not all stored results", findings)
    return frame_of((row[: len(names)] for entry in entries for row in _rows(entry)), engine, names)


def _documents(
    results: Iterable[str | os.PathLike[str] | Mapping[str, Any]], findings: list[Finding]
) -> Iterator[tuple[str, Any]]:
    """Yield everything that should be a result, with its location."""
    for number, stored in enumerate(results):
        if isinstance(stored, Mapping):
            yield f"[{number}]", read_json(as_readable(stored, "json", LARGEST_TABLE))
            continue
        path = Path(stored)
        files = sorted(path.glob("*.json")) if is_folder(path) else [path]
        if not files:
            findings.append(Finding(str(path), "holds no result", "files that end in .json", "MK001"))
        for file in files:
            try:
                data = read_json(file, LARGEST_TABLE)
            except MaturityError as error:
                findings += (in_file(finding, file) for finding in error.findings)
                continue
            if isinstance(data, list):
                yield from ((f"{file}, [{i}]", item) for i, item in enumerate(data))
            else:
                yield str(file), data


def _rows(entry: ResultEntry) -> Iterator[tuple[Any, ...]]:
    date = Date.fromisoformat(entry["date"]) if entry["date"] else None
    about = entry["model"]["id"], entry["model"]["version"], entry["subject"], date
    for id, score in {OUTCOME: entry["outcome"], **entry["dimensions"]}.items():
        yield *about, id, *_columns(score)


def _columns(score: ScoreEntry) -> Iterator[Any]:
    split = score["disagreement"]
    yield from _ends(score["stage"])
    for numbers in (score["index"], score["value"]):
        yield from (numbers["low"], numbers["likely"], numbers["high"]) if numbers else (None, None, None)
    yield from (score["coverage"], score["respondents"])
    yield from (split["low"], split["high"], split["agreement"]) if split else (None, None, None)
    yield from (score["not_applicable"], score.get("inferable"))
    yield from (*_ends(score.get("by_parts")), *_ends(score.get("by_links")))


def _ends(stages: Stages | None) -> tuple[str | None, str | None, str | None]:
    return (stages["low"], stages["likely"], stages["high"]) if stages else (None, None, None)
