"""Collecting: the files of several respondents, merged to one assessment for each subject and date."""

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
    """What was collected.

    Args:
        assessments: One for each model, subject and date.
        notes: What a person should know of, as findings that stand in nobody's way: what was
            counted once, named after its file or not read, and names that may be one.
    """

    assessments: Sequence[Assessment]
    notes: Sequence[Finding]


def collect(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    model: str | Model = "",
    check: Callable[[Assessment], object] | None = None,
) -> Collection:
    """Read the files of several respondents, and merge what they say.

    A file that is there twice counts once. Among several files, one that names no respondent
    counts as a respondent of the name of the file. Blanks give way to what the same respondent
    says in another file.

    Args:
        paths: Files and folders. Of a folder, all files that can hold assessments.
        model: The model or its id, where files do not name it.
        check: Called with what each file holds, before it is merged; it may raise.

    Raises:
        FileError: If files cannot be read, with all findings on all of them.
        AssessmentError: If a respondent says two things of one dimension, or files were made
            for different versions of a model.
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    notes: list[Finding] = []
    files = list(_files(given, notes))
    if len(files) == 1:
        assessments = read_all(files[0], model)
        notes += (in_file(note, files[0]) for note in remarks_on(assessments))
        return Collection(assessments, notes)
    parts = _read(files, model)
    if check:
        each(partial(_checked, check), parts)
    named = [_named(part, notes) for part in list(_distinct(parts, notes))]
    if gaps := list(subject_gaps(named)):
        raise FileError(f"cannot collect {len(files)} files", gaps)
    # A file without a date may be of another round: that is for a person to know.
    notes += (gap._replace(code="MK406") for gap in date_gaps(named))
    merged = _merged(named)
    return Collection(merged, [*notes, *remarks_on(merged)])


def in_file(finding: Finding, file: str | os.PathLike[str]) -> Finding:
    """A finding with its file before its place there."""
    return finding._replace(where=", ".join(filter(None, (str(file), finding.where))))


def _note(where: object, problem: str) -> Finding:
    return Finding(str(where), problem, code="MK407")


def _checked(check: Callable[[Assessment], object], part: Assessment) -> None:
    try:
        check(part)
    except AssessmentError as error:
        placed = [finding._replace(where=f"{part.location}, {finding.where}") for finding in error.findings]
        raise AssessmentError(error.title, placed) from None


def each(do: Callable[[Assessment], T], assessments: Iterable[Assessment]) -> list[T]:
    """What comes of each; what is wrong with one does not hide what is wrong with another.

    Raises:
        AssessmentError: With the findings on all of them.
    """
    done, errors = [], []
    for assessment in assessments:
        try:
            done.append(do(assessment))
        except AssessmentError as error:
            errors.append(error)
    if errors:
        titles = "; ".join(dict.fromkeys(error.title for error in errors))
        raise AssessmentError(titles, [finding for error in errors for finding in error.findings])
    return done


def _files(paths: Iterable[str | os.PathLike[str]], notes: list[Finding]) -> Iterator[Path]:
    """The files to read, once each."""
    seen: set[str] = set()
    for path in map(Path, paths):
        for file in _within(path, notes) if is_folder(path) else [path]:
            real = os.path.realpath(file)
            if real in seen:
                notes.append(_note(file, "given twice, counted once"))
            else:
                seen.add(real)
                yield file


def _within(folder: Path, notes: list[Finding]) -> Iterator[Path]:
    skipped: list[str] = []
    found = False
    for file in sorted(folder.iterdir()):
        if file.name.startswith("~$"):
            problem = "open in Excel; what is not saved there is not counted"
            notes.append(_note(folder / file.name[2:], problem))
        elif file.suffix.lower() in (*READERS, *OTHERS) and not file.name.startswith(".") and not file.is_dir():
            found = True
            yield file
        elif not file.name.startswith("."):
            skipped.append(file.name)
    if skipped:
        notes.append(_note(folder, f"not read: {', '.join(skipped)}"))
    if not found:
        finding = Finding("", "holds no file of ratings", f"files that end in {' or '.join(READERS)}")
        raise FileError(f"cannot read {folder}", [finding])


def _read(files: Sequence[Path], model: str | Model) -> list[Assessment]:
    """All assessments in the files; what is wrong with one does not hide what is wrong with another."""
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
    """The parts without those that say the same as an earlier one, and without blank forms."""
    kept: list[tuple[Assessment, Assessment]] = []
    for part in parts:
        by_keys = _by_keys(part)
        same = next((other for other, its_keys in kept if its_keys == by_keys), None)
        if same is not None:
            notes.append(_note(part.location, f"says the same as {same.location}, counted once"))
        elif not any(says_something(rating) or key(rating.respondent) for rating in part.ratings):
            notes.append(_note(part.location, "a blank form, left out"))
        else:
            kept.append((part, by_keys))
            yield part


def _by_keys(part: Assessment) -> Assessment:
    """A part with its names as they are compared."""
    ratings = [evolve(rating, respondent=key(rating.respondent)) for rating in part.ratings]
    return evolve(part, subject=key(part.subject), ratings=ratings)


def _named(part: Assessment, notes: list[Finding]) -> Assessment:
    """A part in which every rating has a respondent, and says which file it is from."""
    stem = Path(part.location).stem
    if any(not key(rating.respondent) for rating in part.ratings):
        notes.append(_note(part.location, f"names no respondent, counted as {quoted(stem)}"))
    places = (rating.location or f"ratings[{number}]" for number, rating in enumerate(part.ratings))
    ratings = [
        evolve(
            rating,
            respondent=rating.respondent if key(rating.respondent) else stem,
            location=f"{part.location}, {place}",
        )
        for rating, place in zip(part.ratings, places, strict=True)
    ]
    return evolve(part, ratings=ratings, remarks=[in_file(remark, part.location) for remark in part.remarks])


def _merged(parts: Sequence[Assessment]) -> list[Assessment]:
    """One assessment for each model, subject and date.

    Raises:
        AssessmentError: With everything in which they are at odds.
    """
    groups: dict[tuple[str, str, object], list[Assessment]] = {}
    for part in parts:
        groups.setdefault((part.model, key(part.subject), part.date), []).append(part)
    findings: list[Finding] = []
    merged = [_one(group, findings) for group in groups.values()]
    if findings:
        raise AssessmentError("the files are at odds", findings)
    return merged


def _one(parts: Sequence[Assessment], findings: list[Finding]) -> Assessment:
    first = parts[0]
    marks = {}
    for name in ("version", "digest"):
        said = {getattr(part, name): part for part in reversed(parts) if getattr(part, name)}
        marks[name] = getattr(next(reversed(said.values()), first), name)
        for mark, part in said.items():
            if mark != marks[name]:
                problem = f"is {quoted(mark)}, but {quoted(marks[name])} in {said[marks[name]].location}"
                findings.append(Finding(f"{part.location}, {name}", problem, "one version of the model"))
    ratings = count_once(
        (rating for part in parts for rating in part.ratings),
        lambda rating, other: findings.append(_conflict(rating, other)),
    )
    remarks = [remark for part in parts for remark in part.remarks]
    return evolve(first, ratings=ratings, location="", remarks=remarks, **marks)


def _conflict(rating: Rating, other: Rating) -> Finding:
    what = f"{quoted(rating.dimension)} is answered twice by {quoted(rating.respondent)}"
    problem = f"{what}: {_said(rating)} here, {_said(other)} at {other.location}"
    return Finding(
        rating.location,
        problem,
        "one answer; for another round a date in each file, for another person another name",
    )


def _said(rating: Rating) -> str:
    return quoted(str(rating.answer)) if rating.answer not in (None, "") else "nothing"
