"""Filled forms in workbooks: a sheet for people, and a hidden one that says what is where.

The hidden sheet has a row for each fact, its name first:

- ``format``, ``model``, ``version``, ``digest``: a value;
- ``sheet``: the name of the sheet that people fill in;
- ``column``: what is in a column of that sheet, and its place from 0;
- ``dimension``: an id, and the id of its scale;
- ``answer``: the id of a scale, an answer, and the label that people choose it by.

In the sheet for people, the hidden column ``key`` holds what each row is about: the id of a
dimension, or ``@subject`` and the like. Nothing that people wrote there is passed over: what stands
beside the cells that are read, and other answers on a copy of the sheet, are findings.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

from maturitykit.assessment.keys import key
from maturitykit.assessment.ratings import Assessment, Rating
from maturitykit.definition import Model
from maturitykit.errors import FileError, Finding, one_of, quoted
from maturitykit.files.alike import some
from maturitykit.files.labels import OTHER_ANSWERS, Labels, Names, labels_of
from maturitykit.files.sheets import Sheet
from maturitykit.files.strict import WRITTEN_DATE, check_format, date_of
from maturitykit.files.table import id_of, model_findings, with_notes
from maturitykit.files.workbook_cells import cell_name

#: The hidden sheet.
META = "maturitykit"
#: The columns of the sheet for people that are read beside the hidden one, with their titles.
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "answer": "Answer",
        "up to": "Possibly as high as",
        "comment": "Comment",
        "evidence": "Evidence: where it can be seen",
    }
)
#: The facts that its other rows hold, in the column of the answers, with their titles.
ABOUT: Mapping[str, str] = MappingProxyType(
    {"respondent": "Your name or role", "subject": "What is assessed", "date": "Date"}
)
#: What every form asks for.
LEAD = (
    "Choose what fits best today. “I don’t know” and “not applicable” are answers too; "
    "a question that you leave blank stays open."
)


def is_form(sheets: Mapping[str, Sheet]) -> bool:
    """Whether a workbook is a form."""
    return META in sheets


def read_form(path: str | os.PathLike[str], sheets: Mapping[str, Sheet], model: str | Model) -> Assessment:
    """What a filled form says; blanks too.

    Raises:
        FileError: If it is not as it was made, with all findings.
    """
    title = f"{path} is not a form as it was made"
    form = _Form(sheets, title, model)
    findings = list(form.findings())
    findings += model_findings("model", form.value("model"), id_of(model))
    if findings:
        raise FileError(title, findings)
    about = {name: form.cell(f"@{name}", "answer").strip() for name in ABOUT}
    day = key(about["date"])
    date = date_of(day)
    if day and not date:
        problem = f"{quoted(day)} is not a date"
        raise FileError(title, [Finding(form.location("@date"), problem, WRITTEN_DATE)])
    ratings = [form.rating(id, scale, about["respondent"]) for id, scale in form.facts("dimension")]
    marks = form.value("version"), form.value("digest")
    about_model = form.value("model"), ratings, about["subject"], date
    return Assessment(*about_model, *marks, location=str(path), remarks=list(form.remarks()))


class _Form:
    """The two sheets of a form."""

    def __init__(self, sheets: Mapping[str, Sheet], title: str, model: str | Model) -> None:
        self._model = model
        self._meta = [row for row in sheets[META].rows if any(row)]
        number = self.value("format")
        check_format({"format": int(number) if number.isdigit() else number}, title)
        self._people = sheets.get(self.value("sheet"))
        self._columns = {name: int(place) for name, place in self.facts("column") if place.isdigit()}
        key = self._columns.get("key", 0)
        rows = self._people.rows if self._people else ()
        self._keys = [_cell(row, key) for row in rows]
        self._row_of = {name: number for number, name in enumerate(self._keys) if name}
        self._others = [sheet for name, sheet in sheets.items() if name not in (META, self.value("sheet"))]
        answers: dict[str, list[tuple[str, str]]] = {}
        for scale, answer, label in self.facts("answer", 3):
            answers.setdefault(scale, []).extend([(label, answer), (answer, answer)])
        self._answers = {scale: Names(named) for scale, named in answers.items()}

    def facts(self, name: str, count: int = 2) -> Iterator[Sequence[str]]:
        """What the hidden sheet says under a name."""
        return (row[1 : count + 1] for row in self._meta if row[0] == name and len(row) > count)

    def value(self, name: str) -> str:
        """The one value under a name."""
        return next((row[1] for row in self._meta if row[0] == name), "")

    def findings(self) -> Iterator[Finding]:
        """What is not as it was made; and, where all of it is, what would be left out."""
        taken_apart = list(self._taken_apart())
        yield from taken_apart or [*self._flawed(), *self._merged(), *self._unread(), *self._copies()]

    def _taken_apart(self) -> Iterator[Finding]:
        """Where a row or a sheet is missing, or stands twice."""
        if self._people is None:
            names = [sheet.name for sheet in self._others if not sheet.name.startswith(META)]
            there = f"; there are {', '.join(map(quoted, names[:12]))}" if names else ""
            problem = f"the sheet {quoted(self.value('sheet'))} is missing{there}"
            yield Finding("", problem, "the form as it was made")
            return
        if missing := [name for name in ("key", *COLUMNS) if name not in self._columns]:
            yield Finding(META, f"the hidden sheet does not say where {', '.join(missing)} is", "it unchanged")
        wanted = [id for id, _ in self.facts("dimension")] + [f"@{name}" for name in ABOUT]
        times = Counter(self._keys)
        for name in wanted:
            if times[name] != 1:
                problem = f"the row of {quoted(name)} {'stands twice' if times[name] else 'is missing'}"
                yield Finding(self._people.name, problem, "each row once, as the form was made")
        for row in set(filter(None, self._keys)) - set(wanted):
            yield Finding(self.location(row), f"{quoted(row)} is not asked about", one_of(wanted, row))

    @property
    def _read(self) -> set[tuple[int, int]]:
        """The cells that are read, as row and column."""
        return {(row, self._columns[name]) for key, row in self._row_of.items() for name in _read_of(key)}

    def _flawed(self) -> Iterator[Finding]:
        """Cells that are read and hold an error, or a formula without a value."""
        assert self._people is not None
        for cell, flaw in sorted(self._people.flaws.items()):
            if cell in self._read:
                where = f"{self._people.name} {cell_name(*cell)}"
                yield Finding(where, flaw, "a value: mend the formula, or choose the answer", "MK409")

    def remarks(self) -> Iterator[Finding]:
        """Remark on hidden rows, which count all the same, and on notes that stand beside no answer."""
        assert self._people is not None
        people = self._people
        hidden = [key for key, row in self._row_of.items() if row in people.hidden_rows]
        if hidden:
            places = some([f"{people.name} row {self._row_of[key] + 1}" for key in hidden])
            problem = f"hidden rows are counted all the same: {places}"
            yield Finding(self.location(hidden[0]), problem, "nothing hidden, or only what is to count", "MK407")
        asked = {self._row_of[id] for id, _ in self.facts("dimension")}
        beside = [(people, cell, text) for cell, text in people.notes.items() if cell[0] not in asked]
        beside += [(sheet, cell, text) for sheet in self._others for cell, text in sheet.notes.items()]
        for sheet, cell, text in beside:
            problem = f"the note {quoted(text)} stands beside no answer, and is not read"
            yield Finding(f"{sheet.name} {cell_name(*cell)}", problem, code="MK407")

    def _merged(self) -> Iterator[Finding]:
        """Cells of several answers that have become one: whose it is, nobody knows."""
        assert self._people is not None
        read = self._read
        for first, last in self._people.merged:
            (top, left), (bottom, right) = first, last
            inside = (cell for cell in read if top <= cell[0] <= bottom and left <= cell[1] <= right)
            # What stands in the first of the cells is read.
            if any(cell != first for cell in inside):
                where = f"{self._people.name} {cell_name(*first)}:{cell_name(*last)}"
                yield Finding(where, "is merged to one cell", "a cell for each answer: undo the merge")

    def _unread(self) -> Iterator[Finding]:
        """Texts beside the cells that are read, and below them."""
        assert self._people is not None
        read, last = self._read, max(self._row_of.values())
        own = [place for name, place in self._columns.items() if name != "key"]
        heads = (n for n, row in enumerate(self._people.rows) if all(_cell(row, place).strip() for place in own))
        heading = next((row for row in heads if not self._keys[row]), None)
        for row, cells in enumerate(self._people.rows):
            for place, text in enumerate(cells):
                beside = row != heading and (place >= min(own) or row > last)
                if beside and text.strip() and (row, place) not in read:
                    where = f"{self._people.name} {cell_name(row, place)}"
                    expected = "all texts in the cells for answers, comments and evidence"
                    yield Finding(where, f"{quoted(text.strip())} stands where nothing is read", expected)

    def _copies(self) -> Iterator[Finding]:
        """Sheets that are copies of the form, and say something that it does not."""
        for sheet in self._others:
            rows = {_cell(row, self._columns["key"]): row for row in sheet.rows}
            if not any(f"@{name}" in rows for name in ABOUT):
                continue
            said = ((key, name, _cell(row, self._columns[name]))
                    for key, row in rows.items() if key in self._row_of for name in _read_of(key))  # fmt: skip
            if any(text.strip() not in ("", self.cell(key, name).strip()) for key, name, text in said):
                problem = f"the sheet {quoted(sheet.name)} is a copy of the form with other answers"
                yield Finding("", problem, "one form in a file: save the other as a file of its own")

    def location(self, key: str) -> str:
        """Where a row is, for messages."""
        return f"{self._people.name if self._people else ''} row {self._row_of[key] + 1}"

    def cell(self, key: str, column: str) -> str:
        """A cell of the sheet for people."""
        assert self._people is not None
        return _cell(self._people.rows[self._row_of[key]], self._columns[column])

    def rating(self, id: str, scale: str, respondent: str) -> Rating:
        """What is said of a dimension; what is no label stays as it is, for its scale to refuse."""
        assert self._people is not None
        answer, highest = (self._meant(id, scale, self.cell(id, column)) for column in ("answer", "up to"))
        notes = [text for (row, _), text in self._people.notes.items() if row == self._row_of[id]]
        return Rating(
            id, f"{answer}..{highest}" if highest else answer, respondent,
            with_notes(self.cell(id, "comment"), notes), self.cell(id, "evidence"), location=self.location(id),
        )  # fmt: skip

    def _meant(self, id: str, scale: str, said: str) -> str:
        """The answer of a label, also where someone typed it in another case or language."""
        said = key(said)
        for names in (self._answers.get(scale), OTHER_ANSWERS):
            if said and names and (found := names.ids(said)):
                return found.pop() if len(found) == 1 else said
        return self._labels.answer(id, said) if said and self._labels else said

    @cached_property
    def _labels(self) -> Labels | None:
        """The labels of the model, in all its languages."""
        return labels_of(self._model or self.value("model"))


def _cell(row: Sequence[str], place: int) -> str:
    """A cell of a row, which may be shorter."""
    return row[place] if place < len(row) else ""


def _read_of(key: str) -> Sequence[str]:
    """The columns that are read of a row."""
    return ("answer",) if key.startswith("@") else tuple(COLUMNS)
