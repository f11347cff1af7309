"""Keys of tables: normalised so that keys that look alike are equal, and refused where some are missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date as Date, datetime, time
from math import isnan
from typing import Any

from maturitykit.assessment.keys import key
from maturitykit.assessment.ratings import Assessment
from maturitykit.definition import Model
from maturitykit.errors import AssessmentError, Finding, quoted
from maturitykit.files.alike import gap, some
from maturitykit.files.strict import WRITTEN_DATE, date_of
from maturitykit.files.table import version_findings
from maturitykit.formula.algebra import (
    Condition,
    Formula,
    Term,
    any_of,
    as_int,
    cast,
    column,
    constant,
    first,
    null,
)
from maturitykit.scoring.score import check_fit
from maturitykit.tables.frame import Frame
from maturitykit.tables.responses import LONG, Responses

#: Expectation where an engine cannot normalise Unicode.
NO_NFC = "keys composed (NFC), without outer, doubled or invisible spaces, which Spark cannot make so"

#: Expectation for names that may be the same.
ONE_SPELLING = "one spelling, if it is one with a name that differs in case, spaces or punctuation only"

#: Columns that have a single value as a rule.
OF_MODEL = ("model", "version", "digest")


def with_keys(model: Model, frame: Frame, by: Sequence[str]) -> Frame:
    """Return a table with normalised keys.

    They are read now, even those of a lazy table, as nothing can be grouped before.

    Args:
        model: The rated model.
        frame: The table.
        by: The columns that identify an assessment.

    Raises:
        AssessmentError: If keys are missing beside others, dates cannot be read, or the table names another model
            or version.
    """
    findings = list(_model_findings(model, frame))
    if "model" in frame.schema:
        texts = [value for (value,) in frame.distinct(["model"]).rows() if isinstance(value, str)]
        frame = frame.replace_texts("model", {text: key(text).partition("@")[0] or model.id for text in texts})
    if "date" in by and "date" in frame.schema:
        findings += _date_findings([value for (value,) in frame.distinct(["date"]).rows()])
    # Ids of dimensions are normalised when ratings are read.
    names = [name for name in dict.fromkeys((*by, "respondent")) if name in frame.schema]
    tests = {name: as_int(_is_odd(frame, name)) for name in names}
    counts = frame.sums([], tests).rows()[0] if tests else ()
    odd = [name for name, count in zip(names, counts, strict=True) if count]
    texts = [name for name in odd if frame.schema[name].is_text]
    if frame.can_normalise_keys:
        frame = frame.normalise_keys(texts)
    else:
        for name in texts:
            frame = _without_odd_keys(frame, name, findings)
    findings += gaps(frame, by, odd)
    if findings:
        raise AssessmentError(f"this is no table of ratings of model {quoted(model.id)}", findings)
    return frame


def _is_odd(frame: Frame, name: str) -> Condition:
    """Return the condition that a key is missing, or may have to be normalised."""
    if not frame.schema[name].is_text:
        return _is_missing(frame, name)
    text = cast(column(name), "text")
    return any_of(Formula("is_null", (column(name),)), ~Formula("is_plain", (text,)))


def _is_missing(frame: Frame, name: str) -> Formula:
    kind, key = frame.schema[name], column(name)
    tests = [Formula("is_null", (key,))]
    if kind.is_float:
        tests.append(Formula("is_nan", (key,)))
    if kind.is_text:
        tests.append(Formula("clean", (cast(key, "text"),)).equals(""))
    # Null has to be tested first, as comparing it with anything gives null.
    return first([(test, 1) for test in tests], 0).equals(1)


def _without_odd_keys(frame: Frame, name: str, findings: list[Finding]) -> Frame:
    """Return a table with null for empty keys; add a finding on other keys that are not normalised."""
    is_odd = ~Formula("is_plain", (cast(column(name), "text"),))
    odd = [value for (value,) in frame.filter(is_odd).distinct([name]).rows() if isinstance(value, str)]
    if bad := [repr(text) for text in sorted(odd) if key(text) not in ("", text)]:
        problem = f"has spaces or characters that other keys may not have: {some(bad)}"
        findings.append(Finding(name, problem, NO_NFC, "MK006"))
    blanks: dict[str, str | None] = {text: None for text in odd if not key(text)}
    return frame.replace_texts(name, blanks) if blanks else frame


def near_names(responses: Responses) -> Frame:
    """Return the names of subjects and respondents that may be the same, as problems for a person to decide."""
    frame, by = responses.frame, responses.by
    problems = responses.problems().filter(constant(0).equals(1))
    # Subjects are compared in the whole table, respondents within an assessment.
    scopes = [*((name, ()) for name in by), *((name, by) for name in responses.who.values())]
    for name, scope in scopes:
        if not responses.schema[name].is_text:
            continue
        keys, text = list(dict.fromkeys((*by, name))), cast(column(name), "text")
        named = frame.distinct(keys).extend(keys, {"~near": Formula("near", (text,))}, only=True)
        spelled = named.distinct([*scope, "~near", name])
        counted = spelled.sums([*scope, "~near"], {"~spelled": constant(1)})
        rows = named.join(counted, [*scope, "~near"]).filter(column("~spelled") > 1)
        about: dict[str, Term] = {key: column(key) for key in by}
        about |= {other: text if other == name else null("text") for other in responses.who.values()}
        problems = problems.concat(rows.select({**about, "column": name, "value": text, "expected": ONE_SPELLING}))
    return problems


def gaps(frame: Frame, by: Sequence[str], odd: Sequence[str]) -> Iterator[Finding]:
    """Yield a finding for each key that is missing beside others; for dates, beside others of the same subject.

    Args:
        frame: The table.
        by: The columns that identify an assessment.
        odd: The columns in which keys may be missing.
    """
    for name in by:
        if name not in odd:
            continue
        others = [other for other in by if other != name]
        is_missing = _is_missing(frame, name)
        without, filled = frame.filter(is_missing), frame.filter(~is_missing)
        if name == "date" and others:
            # Keys may be lists, which cannot be put into a set as they are.
            dated = set(map(repr, filled.distinct(others).rows()))
            for row in without.distinct(others).rows():
                if repr(row) in dated:
                    subject = " ".join(str(value) for value in row if value is not None)
                    yield gap([], name, f"beside other dates of {quoted(subject)}")
        elif without.rows(1):
            for row in filled.select({name: column(name)}).rows(1):
                yield gap([], name, f"beside {quoted(str(row[0]))}")


def _text(value: object) -> str:
    """Return a normalised key; an empty text if it is missing."""
    is_missing = value is None or (isinstance(value, float) and isnan(value))
    return "" if is_missing else key(str(value))


def _date_findings(values: Sequence[Any]) -> Iterator[Finding]:
    for value in values:
        if isinstance(value, datetime):
            if value.time() != time():
                yield Finding("date", f"{quoted(str(value))} has a time of day", "a date alone")
        elif not (isinstance(value, Date) or not _text(value) or date_of(_text(value))):
            yield Finding("date", f"{quoted(str(value))} is not a date", WRITTEN_DATE)


def _model_findings(model: Model, frame: Frame) -> Iterator[Finding]:
    """Yield the findings on the models and versions that the rows name."""
    columns = [name for name in OF_MODEL if name in frame.schema]
    is_long = set(frame.schema) >= LONG
    for row in frame.distinct(columns).rows() if columns else ():
        texts = {name: _text(value) for name, value in zip(columns, row, strict=True)}
        model_id, _, id_version = texts.get("model", "").partition("@")
        if is_long and model_id not in ("", model.id):
            # Such rows are problems of their own, which name their keys.
            continue
        try:
            yield from version_findings("version", id_version, texts.get("version", ""))
            version = texts.get("version") or id_version
            about = Assessment(model_id or model.id, [], version=version, digest=texts.get("digest", ""))
            check_fit(model, about)
        except AssessmentError as error:
            yield from error.findings
