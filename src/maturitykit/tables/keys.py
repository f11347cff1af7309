"""Keys of tables: made alike where they look alike, and refused where some are missing."""

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
from maturitykit.formula.algebra import Condition, Formula, any_of, cast, column, first, if_else
from maturitykit.scoring.score import check_fit
from maturitykit.tables.frame import Frame
from maturitykit.tables.responses import KEYS, LONG

#: A key in characters of ASCII that stays as it is.
PLAIN = r"^[!-~]+(?: [!-~]+)*$"

#: What is to be done where an engine knows no Unicode.
NO_NFC = "keys composed (NFC), without outer, doubled or invisible spaces, which Spark cannot make so"

#: Columns of which a table of a model holds one value as a rule.
OF_MODEL = ("model", "version", "digest")


def with_keys(model: Model, frame: Frame, by: Sequence[str]) -> Frame:
    """A table whose keys are spelled as they are compared.

    The distinct keys are looked at now, even those of a lazy table: nothing can be grouped before.

    Args:
        model: What is rated.
        frame: The table.
        by: The columns that make an assessment one.

    Raises:
        AssessmentError: With the keys that are missing beside others, or no dates, and the models
            and versions that are not the one at hand.
    """
    # Dates may be missing for all that is known of a subject, which is respelled before.
    names = sorted(dict.fromkeys((*by, "respondent", "dimension", *OF_MODEL)), key=lambda name: name == "date")
    findings = list(_model_findings(model, frame))
    for name in names:
        if name not in frame.schema:
            continue
        is_date = name == "date" and name in by
        values = frame.distinct_where(name, is_date or name == "model" or _is_odd(frame, name))
        texts = [value for value in values if isinstance(value, str)]
        if is_date:
            findings += _date_findings(values)
        if name in KEYS and name in by and not all(map(_text, values)):
            missing = _is_missing(frame, name, [text for text in texts if not key(text)])
            findings += _gaps(frame, name, [other for other in by if other != name], missing)
        if name == "model":
            frame = frame.respelled(name, {text: key(text).partition("@")[0] or model.id for text in texts})
            continue
        changed = {text: key(text) or None for text in texts if (key(text) or None) != text}
        if name == "dimension":
            # What is none is told as it stands.
            changed = {text: id for text, id in changed.items() if id in model.by_id}
        if frame.can_respell or name == "dimension":
            frame = frame.respelled(name, changed) if changed else frame
        elif any(changed.values()):
            spelled = some([repr(text) for text in sorted(changed)])
            problem = f"has spaces or characters that other keys may not have: {spelled}"
            findings.append(Finding(name, problem, NO_NFC, "MK006"))
    if findings:
        raise AssessmentError(f"this is no table of ratings of model {quoted(model.id)}", findings)
    return frame


def _text(value: object) -> str:
    """A key as it is compared; empty, if it is missing."""
    is_missing = value is None or (isinstance(value, float) and isnan(value))
    return "" if is_missing else key(str(value))


def _is_odd(frame: Frame, name: str) -> Condition:
    """Where a key is missing, or may have to be respelled."""
    kind = frame.schema[name]
    if kind.is_text:
        text = cast(column(name), "text")
        return any_of(Formula("is_null", (column(name),)), ~Formula("fits", (text, PLAIN)))
    tests = ["is_null", "is_nan"] if kind.is_float else ["is_null"]
    return any_of(*(Formula(test, (column(name),)) for test in tests))


def _is_missing(frame: Frame, name: str, blanks: Sequence[str]) -> Formula:
    """Where a key is missing.

    Args:
        frame: The table.
        name: The column of the key.
        blanks: The texts that say nothing.
    """
    tests = ["is_null", "is_nan"] if frame.schema[name].is_float else ["is_null"]
    is_blank = (cast(column(name), "text").equals(blank) for blank in blanks)
    # What is null equals nothing, and is looked at first.
    condition = first([(Formula(test, (column(name),)), 1) for test in tests], if_else(any_of(*is_blank), 1, 0))
    return condition.equals(1)


def _gaps(frame: Frame, name: str, others: Sequence[str], missing: Formula) -> Iterator[Finding]:
    """A finding for a key that is missing beside others; of dates, beside others of the same subject."""
    without, filled = frame.filter(missing), frame.filter(~missing)
    if name == "date" and others:
        # Keys may be lists, of which there is no set.
        dated = set(map(repr, filled.distinct(others).rows()))
        for row in without.distinct(others).rows():
            if repr(row) in dated:
                whose = " ".join(str(value) for value in row if value is not None)
                yield gap([], name, f"beside other dates of {quoted(whose)}")
    else:
        for row in filled.select({name: column(name)}).rows(1):
            yield gap([], name, f"beside {quoted(str(row[0]))}")


def _date_findings(values: Sequence[Any]) -> Iterator[Finding]:
    for value in values:
        if isinstance(value, datetime):
            if value.time() != time():
                yield Finding("date", f"{quoted(str(value))} has a time of day", "a date alone")
        elif not (isinstance(value, Date) or not _text(value) or date_of(_text(value))):
            yield Finding("date", f"{quoted(str(value))} is not a date", WRITTEN_DATE)


def _model_findings(model: Model, frame: Frame) -> Iterator[Finding]:
    """What is wrong with the models and versions that the rows say they are of."""
    columns = [name for name in OF_MODEL if name in frame.schema]
    is_long = set(frame.schema) >= LONG
    for row in frame.distinct(columns).rows() if columns else ():
        said = {name: _text(value) for name, value in zip(columns, row, strict=True)}
        named, _, version = said.get("model", "").partition("@")
        if is_long and named not in ("", model.id):
            # This is told of each row, with its keys.
            continue
        try:
            yield from version_findings("version", version, said.get("version", ""))
            said_version = said.get("version") or version
            about = Assessment(named or model.id, [], version=said_version, digest=said.get("digest", ""))
            check_fit(model, about)
        except AssessmentError as error:
            yield from error.findings
