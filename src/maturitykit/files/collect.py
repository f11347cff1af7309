"""Collection of the files of several respondents into one assessment for each model, subject and date."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from attrs import evolve

from maturitykit.assessment.keys import key
from maturitykit.assessment.ratings import Assessment, Rating, count_once, says_something
from maturitykit.definition import Model
from maturitykit.errors import AssessmentError, FileError, Finding, MaturityError, quoted
from maturitykit.files.alike import date_gaps, remarks_on, subject_gaps
from maturitykit.files.assessment import READERS, read_all
from maturitykit.files.text import is_folder
from maturitykit.files.workbook import OTHERS

T = TypeVar("T")


class Collection(NamedTuple):
    """Assessments that were collected, with notes on how.

    Args:
        assessments: One for each model, subject and date.
        notes: Findings that stop nothing but that you should know of: answers counted once, respondents
            named after their files, files that were not read, and names that may mean the same.
    """

    assessments: Sequence[Assessment]
    notes: Sequence[Finding]


def collect(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    model: str | Model = "",
    check: Callable[[Assessment], object] | None = None,
) -> Collection:
    """Read the files of several respondents, and merge their answers.

    A file that occurs twice counts once. If there are several files, one that names no respondent
    counts as a respondent with the name of the file. An answer replaces a blank of the same
    respondent in another file.

    Args:
        paths: Files and folders; of each folder, all files that can hold assessments.
        model: The model or its id, needed if a file does not name it.
        check: Called with each assessment before the merge; it may raise.

    Raises:
        FileError: If files cannot be read, with all findings on all of them.
        AssessmentError: If a respondent gives two answers on one dimension, or files were made
            for different versions of a model.
    """
    sources = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    notes: list[Finding] = []
    files = list(_files(sources, notes))
    if len(files) == 1:
        assessments = read_all(files[0], model)
        notes += (in_file(note, files[0]) for note in remarks_on(assessments))
        return Collection(assessments, notes)
    parts = _read(files, model)
    if check:
        each(partial(_check, check), parts)
    named = [_named(part, notes) for part in list(_distinct(parts, notes))]
    if gaps := list(subject_gaps(named)):
        raise FileError(f"cannot collect {len(files)} files", gaps)
    # A file without a date may belong to another round, which only a person can tell.
    notes += (gap._replace(code="MK406") for gap in date_gaps(named))
    merged = _merged(named)
    return Collection(merged, [*notes, *remarks_on(merged)])


def in_file(finding: Finding, file: str | os.PathLike[str]) -> Finding:
    """Return a finding whose location begins with its file."""
    return finding._replace(where=", ".join(filter(None, (str(file), finding.where))))


def _note(where: object, problem: str) -> Finding:
    return Finding(str(where), problem, code="MK407")


def _check(check: Callable[[Assessment], object], part: Assessment) -> None:
    try:
        check(part)
    except AssessmentError as error:
        located = [finding._replace(where=f"{part.location}, {finding.where}") for finding in error.findings]
        raise AssessmentError(error.title, located) from None


def each(do: Callable[[Assessment], T], assessments: Iterable[Assessment]) -> list[T]:
    """Apply a function to each assessment and return the results, after all errors have been gathered.

    Raises:
        AssessmentError: If the function raises it for any, with the findings on all of them.
    """
    results, errors = [], []
    for assessment in assessments:
        try:
            results.append(do(assessment))
        except AssessmentError as error:
            errors.append(error)
    if errors:
        titles = "; ".join(dict.fromkeys(error.title for error in errors))
        raise AssessmentError(titles, [finding for error in errors for finding in error.findings])
    return results


def _files(paths: Iterable[str | os.PathLike[str]], notes: list[Finding]) -> Iterator[Path]:
    """Yield the files to read, each once."""
    seen: set[str] = set()
    for path in map(Path, paths):
        for file in _files_in(path, notes) if is_folder(path) else [path]:
            real = os.path.realpath(file)
            if real in seen:
                notes.append(_note(file, "given twice, counted once"))
            else:
                seen.add(real)
                yield file


def _files_in(folder: Path, notes: list[Finding]) -> Iterator[Path]:
    """Yield the files in a folder that can hold assessments, and note those that are skipped."""
    skipped: list[str] = []
    is_any = False
    for file in sorted(folder.iterdir()):
        if file.name.startswith("~$"):
            problem = "open in Excel; what is not saved there is not counted"
            notes.append(_note(folder / file.name[2:], problem))
        elif file.suffix.lower() in (*READERS, *OTHERS) and not file.name.startswith(".") and not file.is_dir():
            is_any = True
            yield file
        elif not file.name.startswith("."):
            skipped.append(file.name)
    if skipped:
        notes.append(_note(folder, f"not read: {', '.join(skipped)}"))
    if not is_any:
        finding = Finding("", "holds no file of ratings", f"files that end in {' or '.join(READERS)}")
        raise FileError(f"cannot read {folder}", [finding])


def _read(files: Sequence[Path], model: str | Model) -> list[Assessment]:
    """Read all assessments in the files.

    Raises:
        FileError: If any cannot be read, with the findings on all files.
    """
    parts: list[Assessment] = []
    findings: list[Finding] = []
    for file in files:
        try:
            parts += read_all(file, model)
        except MaturityError as error:
            findings += (in_file(finding, file) for finding in error.findings)
    if findings:
        raise FileError(f"cannot collect {len(files)} files", findings)
    return parts


def _distinct(parts: Iterable[Assessment], notes: list[Finding]) -> Iterator[Assessment]:
    """Yield the parts, without those that are equal to an earlier one and without blank forms."""
    kept: list[tuple[Assessment, Assessment]] = []
    for part in parts:
        keys = _normalised(part)
        same = next((other for other, other_keys in kept if other_keys == keys), None)
        if same is not None:
            notes.append(_note(part.location, f"says the same as {same.location}, counted once"))
        elif not any(says_something(rating) or key(rating.respondent) for rating in part.ratings):
            notes.append(_note(part.location, "a blank form, left out"))
        else:
            kept.append((part, keys))
            yield part


def _normalised(part: Assessment) -> Assessment:
    """Return a part with its names of people and subjects as they are compared."""
    ratings = [evolve(rating, respondent=key(rating.respondent)) for rating in part.ratings]
    return evolve(part, subject=key(part.subject), ratings=ratings)


def _named(part: Assessment, notes: list[Finding]) -> Assessment:
    """Return a part in which every rating has a respondent, and a location that begins with the file."""
    stem = Path(part.location).stem
    if any(not key(rating.respondent) for rating in part.ratings):
        notes.append(_note(part.location, f"names no respondent, counted as {quoted(stem)}"))
    locations = (rating.location or f"ratings[{number}]" for number, rating in enumerate(part.ratings))
    ratings = [
        evolve(
            rating,
            respondent=rating.respondent if key(rating.respondent) else stem,
            location=f"{part.location}, {location}",
        )
        for rating, location in zip(part.ratings, locations, strict=True)
    ]
    return evolve(part, ratings=ratings, remarks=[in_file(remark, part.location) for remark in part.remarks])


def _merged(parts: Sequence[Assessment]) -> list[Assessment]:
    """Merge the parts into one assessment for each model, subject and date.

    Raises:
        AssessmentError: If parts contradict each other, with all contradictions.
    """
    groups: dict[tuple[str, str, object], list[Assessment]] = {}
    for part in parts:
        groups.setdefault((part.model, key(part.subject), part.date), []).append(part)
    findings: list[Finding] = []
    merged = [_merge(group, findings) for group in groups.values()]
    if findings:
        raise AssessmentError("the files are at odds", findings)
    return merged


def _merge(parts: Sequence[Assessment], findings: list[Finding]) -> Assessment:
    """Merge the parts of one assessment, and add a finding for each contradiction."""
    first = parts[0]
    marks = {}
    for name in ("version", "digest"):
        by_mark = {getattr(part, name): part for part in reversed(parts) if getattr(part, name)}
        marks[name] = getattr(next(reversed(by_mark.values()), first), name)
        for mark, part in by_mark.items():
            if mark != marks[name]:
                problem = f"is {quoted(mark)}, but {quoted(marks[name])} in {by_mark[marks[name]].location}"
                findings.append(Finding(f"{part.location}, {name}", problem, "one version of the model"))
    ratings = count_once(
        (rating for part in parts for rating in part.ratings),
        lambda rating, other: findings.append(_conflict(rating, other)),
    )
    remarks = [remark for part in parts for remark in part.remarks]
    return evolve(first, ratings=ratings, location="", remarks=remarks, **marks)


def _conflict(rating: Rating, other: Rating) -> Finding:
    duplicate = f"{quoted(rating.dimension)} is answered twice by {quoted(rating.respondent)}"
    problem = f"{duplicate}: {_shown(rating)} here, {_shown(other)} at {other.location}"
    return Finding(
        rating.location,
        problem,
        "one answer; for another round a date in each file, for another person another name",
    )


def _shown(rating: Rating) -> str:
    """Return the answer of a rating as messages show it."""
    return quoted(str(rating.answer)) if rating.answer not in (None, "") else "nothing"
