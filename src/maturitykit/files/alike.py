"""Duplicates, gaps and near-identical names among the ratings of respondents and subjects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve

from maturitykit.assessment.keys import key, near_key
from maturitykit.assessment.ratings import Assessment, Rating, count_once
from maturitykit.errors import Finding, quoted

#: The most locations or names that a remark lists.
SHOWN = 5


def some(items: Sequence[str]) -> str:
    """Return the first few items as a list in a sentence, with the number of the others."""
    more = len(items) - SHOWN
    return ", ".join(items[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def without_doubles(assessment: Assessment) -> Assessment:
    """Remove equal ratings by one respondent, with a remark; contradictory ones stay, and scoring refuses them."""
    repeated: list[str] = []
    others: list[Rating] = []
    unique = count_once(
        assessment.ratings,
        lambda rating, _: others.append(rating),
        lambda rating: repeated.append(rating.location),
    )
    if len(unique) + len(others) == len(assessment.ratings):
        return assessment
    says, are = ("1 rating says", "is") if len(repeated) == 1 else (f"{len(repeated):,} ratings say", "are")
    problem = f"{says} the same as another by the same respondent, and {are} counted once: {some(repeated)}"
    remarks = [Finding("", problem, code="MK406")] if repeated else []
    return evolve(assessment, ratings=[*unique, *others], remarks=[*assessment.remarks, *remarks])


def together(parts: Sequence[Assessment]) -> list[Assessment]:
    """Join the parts that share a model, subject, date, version and digest into one assessment each.

    If some rows of a subject leave out the version or the digest and all others agree on it, they get it too.
    """
    for name in ("version", "digest"):
        marks_of: dict[tuple[object, ...], set[str]] = {}
        for part in parts:
            marks_of.setdefault(_about(part), set()).add(getattr(part, name))
        only_mark = {about: max(marks) for about, marks in marks_of.items() if len(marks - {""}) == 1}
        parts = [evolve(part, **{name: only_mark.get(_about(part), getattr(part, name))}) for part in parts]
    groups: dict[tuple[object, ...], list[Assessment]] = {}
    for part in parts:
        groups.setdefault((*_about(part), part.version, part.digest), []).append(part)
    return [
        evolve(group[0], ratings=[rating for part in group for rating in part.ratings])
        for group in groups.values()
    ]


def _about(part: Assessment) -> tuple[object, ...]:
    """Return the model, subject and date of an assessment, to compare it with others."""
    return part.model, key(part.subject), part.date


def _locations(assessment: Assessment) -> list[str]:
    """Return the locations of the ratings, or only the file if the assessment is one of several files."""
    locations = [rating.location for rating in assessment.ratings if rating.location]
    is_one_of_several = locations and locations[0].startswith(f"{assessment.location}, ")
    return [assessment.location] if is_one_of_several else locations


def subject_gaps(assessments: Sequence[Assessment]) -> Iterator[Finding]:
    """Yield a finding for each assessment without a subject, if others have one."""
    named = [assessment for assessment in assessments if key(assessment.subject)]
    for assessment in assessments if named else ():
        if not key(assessment.subject):
            yield _gap(assessment, "subject", f"beside {quoted(named[0].subject)}")


def date_gaps(assessments: Sequence[Assessment]) -> Iterator[Finding]:
    """Yield a finding for each assessment without a date, if others of its subject have one."""
    dated = {(a.model, key(a.subject)): a for a in reversed(assessments) if a.date}
    for assessment in assessments:
        other = dated.get((assessment.model, key(assessment.subject)))
        if other and not assessment.date:
            yield _gap(assessment, "date", f"beside {other.date}")


def _gap(assessment: Assessment, name: str, beside: str) -> Finding:
    return gap(_locations(assessment), name, beside)


def gap(locations: Sequence[str], name: str, beside: str) -> Finding:
    """Return the finding that a key is missing at some locations, while others have it."""
    where = ", ".join(filter(None, (locations[0] if locations else "", name)))
    listed = f" ({some(locations)})" if len(locations) > 1 else ""
    return Finding(where, f"is missing {beside}{listed}", f"the {name} on every row, or on none", "MK408")


def remarks_on(assessments: Sequence[Assessment]) -> Iterator[Finding]:
    """Yield the remarks on assessments that were read together: those of their files, and near-identical names."""
    yield from dict.fromkeys(remark for assessment in assessments for remark in assessment.remarks)
    subjects = [(assessment.subject, _first_location(assessment)) for assessment in assessments]
    yield from _near(subjects, "subject", "assessed apart")
    versions: dict[tuple[object, ...], Assessment] = {}
    for assessment in assessments:
        other = versions.setdefault(_about(assessment), assessment)
        if other is not assessment:
            name = "version" if assessment.version != other.version else "digest"
            mark, earlier = (quoted(getattr(each, name)) for each in (assessment, other))
            problem = f"is {mark}, but {earlier} above: assessed apart"
            where = ", ".join(filter(None, (_first_location(assessment), name)))
            yield Finding(where, problem, "one version of the model on all rows", "MK406")
        respondents: dict[str, str] = {}
        for rating in assessment.ratings:
            respondents.setdefault(rating.respondent, rating.location)
        yield from _near(respondents.items(), "respondent", "counted apart")
        named = next((name for name in respondents if key(name)), "")
        if named and not all(map(key, respondents)):
            unnamed = [rating.location for rating in assessment.ratings if not key(rating.respondent)]
            problem = f"is missing beside {quoted(named)}: counted as one more person ({some(unnamed)})"
            where = ", ".join(filter(None, (unnamed[0], "respondent")))
            yield Finding(where, problem, "a respondent on every row", "MK406")


def _first_location(assessment: Assessment) -> str:
    return next((rating.location for rating in assessment.ratings), "")


def _near(named: Iterable[tuple[str, str]], attribute: str, treatment: str) -> Iterator[Finding]:
    """Yield a finding for each group of names that differ in case, spaces or punctuation only."""
    groups: dict[str, dict[str, tuple[str, str]]] = {}
    for name, location in named:
        groups.setdefault(near_key(name), {}).setdefault(key(name), (name, location))
    for spellings in groups.values():
        if len(spellings) > 1:
            (first, _), *others = spellings.values()
            names = " and ".join(quoted(name) for name in (first, *(name for name, _ in others)))
            where = ", ".join(filter(None, (others[0][1], attribute)))
            problem = f"{names} differ in case, spaces or punctuation only, and are {treatment}"
            yield Finding(where, problem, "one spelling, if they are one", "MK406")
