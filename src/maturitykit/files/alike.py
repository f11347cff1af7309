"""Respondents and subjects told apart: nobody counts twice, and names that may be one are named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from attrs import evolve

from maturitykit.assessment.keys import key, near_key
from maturitykit.assessment.ratings import Assessment, Rating, says_something
from maturitykit.errors import Finding, quoted

#: How many places or names a remark lists.
SHOWN = 5


def some(items: Sequence[str]) -> str:
    """Items in a sentence, no more than a few."""
    more = len(items) - SHOWN
    return ", ".join(items[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def count_once(ratings: Iterable[Rating], conflict: Callable[[Rating, Rating], None]) -> list[Rating]:
    """Leave out what a respondent says of a dimension for the second time, and blanks beside an answer.

    Args:
        ratings: In their order.
        conflict: Called with a rating and an earlier one that says something else.
    """
    kept: dict[tuple[str, str], Rating] = {}
    for rating in ratings:
        who = key(rating.respondent), rating.dimension
        other = kept.get(who)
        if other is None or not says_something(other):
            kept[who] = rating
        elif says_something(rating) and _content(rating) != _content(other):
            conflict(rating, other)
    return list(kept.values())


def _content(rating: Rating) -> tuple[object, str, str]:
    answer = rating.answer
    return answer.strip() if isinstance(answer, str) else answer, rating.comment.strip(), rating.evidence.strip()


def without_doubles(assessment: Assessment) -> Assessment:
    """Count equal ratings of one respondent once, and remark on it.

    Ratings without a respondent may be of several people: they stay, and so do contradictions,
    for scoring to refuse.
    """
    named = [rating for rating in assessment.ratings if key(rating.respondent)]
    again: list[Rating] = []
    once = count_once(named, lambda rating, _: again.append(rating))
    if len(once) == len(named):
        return assessment
    # Ratings are told apart by where they stand, as equal ones compare equal.
    kept = {id(rating) for rating in (*once, *again)}
    left = [rating for rating in named if id(rating) not in kept]
    ratings = [rating for rating in assessment.ratings if id(rating) in kept or not key(rating.respondent)]
    places = [rating.place for rating in left if says_something(rating)]
    if not places:
        return evolve(assessment, ratings=ratings)
    says, are = ("1 rating says", "is") if len(places) == 1 else (f"{len(places):,} ratings say", "are")
    problem = f"{says} the same as another by the same respondent, and {are} counted once: {some(places)}"
    return evolve(assessment, ratings=ratings, remarks=[*assessment.remarks, Finding("", problem, code="MK406")])


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
    places = [rating.place for rating in assessment.ratings if rating.place]
    if places and places[0].startswith(f"{assessment.place}, "):
        # One of several files: all of it lacks the subject.
        places = [assessment.place]
    return gap(places, name, beside)


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
        about = assessment.model, key(assessment.subject), assessment.date
        other = versions.setdefault(about, assessment)
        if other is not assessment:
            problem = f"is {quoted(assessment.version)}, but {quoted(other.version)} above: assessed apart"
            where = ", ".join(filter(None, (_first_place(assessment), "version")))
            yield Finding(where, problem, "one version of the model on all rows", "MK406")
        people: dict[str, str] = {}
        for rating in assessment.ratings:
            people.setdefault(rating.respondent, rating.place)
        yield from _near(people.items(), "respondent", "counted apart")
        named = next((name for name in people if key(name)), "")
        if named and not all(map(key, people)):
            unnamed = [rating.place for rating in assessment.ratings if not key(rating.respondent)]
            problem = f"is missing beside {quoted(named)}: counted as one more person ({some(unnamed)})"
            where = ", ".join(filter(None, (unnamed[0], "respondent")))
            yield Finding(where, problem, "a respondent on every row", "MK406")


def _first_place(assessment: Assessment) -> str:
    return next((rating.place for rating in assessment.ratings), "")


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
