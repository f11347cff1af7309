"""Respondents and subjects told apart: nobody counts twice, and names that may be one are named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve

from maturitykit.assessment.keys import key, near_key
from maturitykit.assessment.ratings import Assessment, Rating, count_once
from maturitykit.errors import Finding, quoted

#: How many places or names a remark lists.
SHOWN = 5


def some(items: Sequence[str]) -> str:
    """Items in a sentence, no more than a few."""
    more = len(items) - SHOWN
    return ", ".join(items[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def without_doubles(assessment: Assessment) -> Assessment:
    """Count equal ratings of one respondent once, and remark on it; contradictions stay, for scoring to refuse."""
    places: list[str] = []
    odd: list[Rating] = []
    once = count_once(
        assessment.ratings, lambda rating, _: odd.append(rating), lambda rating: places.append(rating.location)
    )
    if len(once) + len(odd) == len(assessment.ratings):
        return assessment
    says, are = ("1 rating says", "is") if len(places) == 1 else (f"{len(places):,} ratings say", "are")
    problem = f"{says} the same as another by the same respondent, and {are} counted once: {some(places)}"
    remarks = [Finding("", problem, code="MK406")] if places else []
    return evolve(assessment, ratings=[*once, *odd], remarks=[*assessment.remarks, *remarks])


def together(parts: Sequence[Assessment]) -> list[Assessment]:
    """Put together the assessments of one model, subject, date, version and digest.

    Where some rows of a subject leave out the version or the digest that others name, it is that of all.
    """
    for name in ("version", "digest"):
        said: dict[tuple[object, ...], set[str]] = {}
        for part in parts:
            said.setdefault(_about(part), set()).add(getattr(part, name))
        filled = {about: max(marks) for about, marks in said.items() if len(marks - {""}) == 1}
        parts = [evolve(part, **{name: filled.get(_about(part), getattr(part, name))}) for part in parts]
    groups: dict[tuple[object, ...], list[Assessment]] = {}
    for part in parts:
        groups.setdefault((*_about(part), part.version, part.digest), []).append(part)
    return [
        evolve(group[0], ratings=[rating for part in group for rating in part.ratings])
        for group in groups.values()
    ]


def _about(part: Assessment) -> tuple[object, ...]:
    return part.model, key(part.subject), part.date


def _places(assessment: Assessment) -> list[str]:
    """Where the ratings of an assessment stand; of one of several files, that file."""
    places = [rating.location for rating in assessment.ratings if rating.location]
    return [assessment.location] if places and places[0].startswith(f"{assessment.location}, ") else places


def subject_gaps(assessments: Sequence[Assessment]) -> Iterator[Finding]:
    """A finding for each assessment without a subject beside others that have one."""
    named = [assessment for assessment in assessments if key(assessment.subject)]
    for assessment in assessments if named else ():
        if not key(assessment.subject):
            yield _gap(assessment, "subject", f"beside {quoted(named[0].subject)}")


def date_gaps(assessments: Sequence[Assessment]) -> Iterator[Finding]:
    """A finding for each assessment without a date beside others of its subject that have one."""
    dated = {(a.model, key(a.subject)): a for a in reversed(assessments) if a.date}
    for assessment in assessments:
        other = dated.get((assessment.model, key(assessment.subject)))
        if other and not assessment.date:
            yield _gap(assessment, "date", f"beside {other.date}")


def _gap(assessment: Assessment, name: str, beside: str) -> Finding:
    return gap(_places(assessment), name, beside)


def gap(places: Sequence[str], name: str, beside: str) -> Finding:
    """A key that is missing in some places, beside others that have it."""
    where = ", ".join(filter(None, (places[0] if places else "", name)))
    lines = f" ({some(places)})" if len(places) > 1 else ""
    return Finding(where, f"is missing {beside}{lines}", f"the {name} on every row, or on none", "MK408")


def remarks_on(assessments: Sequence[Assessment]) -> Iterator[Finding]:
    """Remark on assessments that were read together: names that may be one, and what their files remark on."""
    yield from dict.fromkeys(remark for assessment in assessments for remark in assessment.remarks)
    subjects = [(assessment.subject, _first_place(assessment)) for assessment in assessments]
    yield from _near(subjects, "subject", "assessed apart")
    versions: dict[tuple[object, ...], Assessment] = {}
    for assessment in assessments:
        other = versions.setdefault(_about(assessment), assessment)
        if other is not assessment:
            name = "version" if assessment.version != other.version else "digest"
            here, above = (quoted(getattr(each, name)) for each in (assessment, other))
            problem = f"is {here}, but {above} above: assessed apart"
            where = ", ".join(filter(None, (_first_place(assessment), name)))
            yield Finding(where, problem, "one version of the model on all rows", "MK406")
        people: dict[str, str] = {}
        for rating in assessment.ratings:
            people.setdefault(rating.respondent, rating.location)
        yield from _near(people.items(), "respondent", "counted apart")
        named = next((name for name in people if key(name)), "")
        if named and not all(map(key, people)):
            unnamed = [rating.location for rating in assessment.ratings if not key(rating.respondent)]
            problem = f"is missing beside {quoted(named)}: counted as one more person ({some(unnamed)})"
            where = ", ".join(filter(None, (unnamed[0], "respondent")))
            yield Finding(where, problem, "a respondent on every row", "MK406")


def _first_place(assessment: Assessment) -> str:
    return next((rating.location for rating in assessment.ratings), "")


def _near(named: Iterable[tuple[str, str]], what: str, how: str) -> Iterator[Finding]:
    """Names that differ in case, spaces or punctuation only."""
    groups: dict[str, dict[str, tuple[str, str]]] = {}
    for name, place in named:
        groups.setdefault(near_key(name), {}).setdefault(key(name), (name, place))
    for spellings in groups.values():
        if len(spellings) > 1:
            (first, _), *others = spellings.values()
            names = " and ".join(quoted(name) for name in (first, *(name for name, _ in others)))
            where = ", ".join(filter(None, (others[0][1], what)))
            problem = f"{names} differ in case, spaces or punctuation only, and are {how}"
            yield Finding(where, problem, "one spelling, if they are one", "MK406")
