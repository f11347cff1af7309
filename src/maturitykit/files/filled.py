"""Filled forms in workbooks: a sheet for people, and a hidden one that says what is where.

The hidden sheet has a row for each fact, its name first:

- ``format``, ``model``, ``version``, ``digest``: a value;
- ``sheet``: the name of the sheet that people fill in;
- ``column``: what is in a column of that sheet, and its place from 0;
- ``dimension``: an id, and the id of its scale;
- ``answer``: the id of a scale, an answer, and the label that people choose it by.

In the sheet for people, the hidden column ``key`` holds what each row is about: the id of a
dimension, or ``@subject`` and the like.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from maturitykit.assessment.ratings import Assessment, Rating
from maturitykit.errors import FileError, Finding, one_of, quoted
from maturitykit.files.strict import check_format, date_of
from maturitykit.files.table import model_findings
from maturitykit.files.workbook import Sheet

#: The hidden sheet.
META = "maturitykit"
#: The columns of the sheet for people, but for those that only they read.
COLUMNS = ("key", "answer", "up to", "comment", "evidence")
#: The facts that its other rows hold, in the column of the answers.
ABOUT = ("respondent", "subject", "date")


def is_form(sheets: Mapping[str, Sheet]) -> bool:
    """Whether a workbook is a form."""
    return META in sheets


def read_form(path: str | os.PathLike[str], sheets: Mapping[str, Sheet], model: str) -> Assessment:
    """What a filled form says; blanks too.

    Raises:
        FileError: If it is not as it was made, with all findings.
    """
    title = f"{path} is not a form as it was made"
    form = _Form(sheets, title)
    findings = list(form.findings())
    findings += model_findings("model", form.value("model"), model)
    if findings:
        raise FileError(title, findings)
    about = {name: form.cell(f"@{name}", "answer").strip() for name in ABOUT}
    day = about["date"]
    date = date_of(day)
    if day and not date:
        problem = f"{quoted(day)} is not a date"
        raise FileError(title, [Finding(form.place("@date"), problem, "year-month-day, as in 2026-05-31")])
    ratings = [form.rating(id, scale, about["respondent"]) for id, scale in form.facts("dimension")]
    marks = form.value("version"), form.value("digest")
    return Assessment(form.value("model"), ratings, about["subject"], date, *marks, place=str(path))


class _Form:
    """The two sheets of a form."""

    def __init__(self, sheets: Mapping[str, Sheet], title: str) -> None:
        self._meta = [row for row in sheets[META].rows if any(row)]
        number = self.value("format")
        check_format({"format": int(number) if number.isdigit() else number}, title)
        self._people = sheets.get(self.value("sheet"))
        self._columns = {name: int(place) for name, place in self.facts("column") if place.isdigit()}
        key = self._columns.get("key", 0)
        rows = self._people.rows if self._people else ()
        self._keys = [row[key] if key < len(row) else "" for row in rows]
        self._row_of = {name: number for number, name in enumerate(self._keys) if name}
        self._answers: dict[str, dict[str, str]] = {}
        for scale, answer, label in self.facts("answer", 3):
            self._answers.setdefault(scale, {})[label] = answer

    def facts(self, name: str, count: int = 2) -> Iterator[Sequence[str]]:
        """What the hidden sheet says under a name."""
        return (row[1 : count + 1] for row in self._meta if row[0] == name and len(row) > count)

    def value(self, name: str) -> str:
        """The one value under a name."""
        return next((row[1] for row in self._meta if row[0] == name), "")

    def findings(self) -> Iterator[Finding]:
        """Where it was taken apart: a row or a sheet that is missing, or stands twice."""
        if self._people is None:
            yield Finding("", f"the sheet {quoted(self.value('sheet'))} is missing", "the form as it was made")
            return
        if missing := [name for name in COLUMNS if name not in self._columns]:
            yield Finding(META, f"the hidden sheet does not say where {', '.join(missing)} is", "it unchanged")
        wanted = [id for id, _ in self.facts("dimension")] + [f"@{name}" for name in ABOUT]
        times = Counter(self._keys)
        for name in wanted:
            if times[name] != 1:
                problem = f"the row of {quoted(name)} {'stands twice' if times[name] else 'is missing'}"
                yield Finding(self._people.name, problem, "each row once, as the form was made")
        for row in set(filter(None, self._keys)) - set(wanted):
            yield Finding(self.place(row), f"{quoted(row)} is not asked about", one_of(wanted, row))

    def place(self, key: str) -> str:
        """Where a row is, for messages."""
        return f"{self._people.name if self._people else ''} row {self._row_of[key] + 1}"

    def cell(self, key: str, column: str) -> str:
        """A cell of the sheet for people."""
        assert self._people is not None
        row, place = self._people.rows[self._row_of[key]], self._columns[column]
        return row[place] if place < len(row) else ""

    def rating(self, id: str, scale: str, respondent: str) -> Rating:
        """What is said of a dimension; what is no label stays as it is, for its scale to refuse."""
        labels = self._answers.get(scale, {})
        said, up_to = (self.cell(id, column) for column in ("answer", "up to"))
        answer, highest = labels.get(said, said.strip()), labels.get(up_to, up_to.strip())
        return Rating(
            id, f"{answer}..{highest}" if highest else answer, respondent,
            self.cell(id, "comment"), self.cell(id, "evidence"), place=self.place(id),
        )  # fmt: skip
