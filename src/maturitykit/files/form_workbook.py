"""Reader of filled-in forms in workbooks: a sheet of questions, and a hidden sheet that describes its layout.

The hidden sheet has a row for each fact, which begins with the name of the fact:

- ``format``, ``model``, ``version``, ``digest``: a value;
- ``sheet``: the name of the sheet of questions;
- ``column``: the content of a column of that sheet, and its index from 0;
- ``dimension``: an id, and the id of its scale;
- ``answer``: the id of a scale, an answer, and the label that people choose it by.

In the sheet of questions, the hidden column ``key`` names the subject of each row: the id of a
dimension, or ``@subject`` and the like. No text that people wrote is ignored: texts outside the
cells that are read, and other answers on a copy of the sheet, are findings.
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

#: Name of the hidden sheet.
META = "maturitykit"
#: The visible columns of the sheet of questions that are read, with their titles.
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "answer": "Answer",
        "up to": "Possibly as high as",
        "comment": "Comment",
        "evidence": "Evidence: where it can be seen",
    }
)
#: The questions that are not about a dimension, with their titles; their answers are in the column of answers.
ABOUT: Mapping[str, str] = MappingProxyType(
    {"respondent": "Your name or role", "subject": "What is assessed", "date": "Date"}
)
#: Instructions at the top of every form.
LEAD = (
    "Choose what fits best today. “I don’t know” and “not applicable” are answers too; "
    "a question that you leave blank stays open."
)


def is_form(sheets: Mapping[str, Sheet]) -> bool:
    """Tell whether a workbook is a form."""
    return META in sheets


def read_form(path: str | os.PathLike[str], sheets: Mapping[str, Sheet], model: str | Model) -> Assessment:
    """Read the assessment in a filled-in form; questions without an answer become blank ratings.

    Raises:
        FileError: If its rows, columns or sheets were changed, or a text in it cannot be read, with all findings.
    """
    title = f"{path} is not a form as it was made"
    form = _Form(sheets, title, model)
    findings = list(form.findings())
    findings += model_findings("model", form.value("model"), id_of(model))
    if findings:
        raise FileError(title, findings)
    details = {name: form.cell(f"@{name}", "answer").strip() for name in ABOUT}
    day = key(details["date"])
    date = date_of(day)
    if day and not date:
        problem = f"{quoted(day)} is not a date"
        raise FileError(title, [Finding(form.location("@date"), problem, WRITTEN_DATE)])
    ratings = [form.rating(id, scale, details["respondent"]) for id, scale in form.facts("dimension")]
    marks = form.value("version"), form.value("digest")
    return Assessment(
        form.value("model"), ratings, details["subject"], date, *marks,
        location=str(path), remarks=list(form.remarks()),
    )  # fmt: skip


class _Form:
    """A form: its sheet of questions, and its hidden sheet."""

    def __init__(self, sheets: Mapping[str, Sheet], title: str, model: str | Model) -> None:
        self._model = model
        self._meta = [row for row in sheets[META].rows if any(row)]
        number = self.value("format")
        check_format({"format": int(number) if number.isdigit() else number}, title)
        self._questions = sheets.get(self.value("sheet"))
        self._columns = {name: int(index) for name, index in self.facts("column") if index.isdigit()}
        key_column = self._columns.get("key", 0)
        rows = self._questions.rows if self._questions else ()
        self._keys = [_cell(row, key_column) for row in rows]
        self._row_of = {name: number for number, name in enumerate(self._keys) if name}
        self._others = [sheet for name, sheet in sheets.items() if name not in (META, self.value("sheet"))]
        answers: dict[str, list[tuple[str, str]]] = {}
        for scale, answer, label in self.facts("answer", 3):
            answers.setdefault(scale, []).extend([(label, answer), (answer, answer)])
        self._answers = {scale: Names(named) for scale, named in answers.items()}

    def facts(self, name: str, count: int = 2) -> Iterator[Sequence[str]]:
        """Return the values of each fact of a name in the hidden sheet."""
        return (row[1 : count + 1] for row in self._meta if row[0] == name and len(row) > count)

    def value(self, name: str) -> str:
        """Return the value of a fact that has only one; empty if it is missing."""
        return next((row[1] for row in self._meta if row[0] == name), "")

    def findings(self) -> Iterator[Finding]:
        """Yield findings on damage to the form or, if there is none, on texts that would not be read."""
        damage = list(self._damage())
        yield from damage or [*self._flawed(), *self._merged(), *self._unread(), *self._copies()]

    def _damage(self) -> Iterator[Finding]:
        """Yield a finding for each row, column or sheet that is missing, unknown or duplicated."""
        if self._questions is None:
            names = [sheet.name for sheet in self._others if not sheet.name.startswith(META)]
            others = f"; there are {', '.join(map(quoted, names[:12]))}" if names else ""
            problem = f"the sheet {quoted(self.value('sheet'))} is missing{others}"
            yield Finding("", problem, "the form as it was made")
            return
        if missing := [name for name in ("key", *COLUMNS) if name not in self._columns]:
            yield Finding(META, f"the hidden sheet does not say where {', '.join(missing)} is", "it unchanged")
        wanted = [id for id, _ in self.facts("dimension")] + [f"@{name}" for name in ABOUT]
        counts = Counter(self._keys)
        for name in wanted:
            if counts[name] != 1:
                problem = f"the row of {quoted(name)} {'stands twice' if counts[name] else 'is missing'}"
                yield Finding(self._questions.name, problem, "each row once, as the form was made")
        for name in set(filter(None, self._keys)) - set(wanted):
            yield Finding(self.location(name), f"{quoted(name)} is not asked about", one_of(wanted, name))

    @property
    def _cells_read(self) -> set[tuple[int, int]]:
        """The cells that are read, each as its row and column."""
        return {(row, self._columns[name]) for key, row in self._row_of.items() for name in _columns_read(key)}

    def _flawed(self) -> Iterator[Finding]:
        """Yield a finding for each cell that is read and holds an error, or a formula without a value."""
        assert self._questions is not None
        for cell, flaw in sorted(self._questions.flaws.items()):
            if cell in self._cells_read:
                where = f"{self._questions.name} {cell_name(*cell)}"
                yield Finding(where, flaw, "a value: mend the formula, or choose the answer", "MK409")

    def remarks(self) -> Iterator[Finding]:
        """Yield remarks on hidden rows, which are read, and on notes outside rows of answers, which are not."""
        assert self._questions is not None
        questions = self._questions
        hidden = [key for key, row in self._row_of.items() if row in questions.hidden_rows]
        if hidden:
            listed = some([f"{questions.name} row {self._row_of[key] + 1}" for key in hidden])
            problem = f"hidden rows are counted all the same: {listed}"
            yield Finding(self.location(hidden[0]), problem, "nothing hidden, or only what is to count", "MK407")
        asked = {self._row_of[id] for id, _ in self.facts("dimension")}
        unread = [(questions, cell, text) for cell, text in questions.notes.items() if cell[0] not in asked]
        unread += [(sheet, cell, text) for sheet in self._others for cell, text in sheet.notes.items()]
        for sheet, cell, text in unread:
            problem = f"the note {quoted(text)} stands beside no answer, and is not read"
            yield Finding(f"{sheet.name} {cell_name(*cell)}", problem, code="MK407")

    def _merged(self) -> Iterator[Finding]:
        """Yield a finding for each merged range over cells of several answers: only one of their texts is left."""
        assert self._questions is not None
        read = self._cells_read
        for first, last in self._questions.merged:
            (top, left), (bottom, right) = first, last
            inside = (cell for cell in read if top <= cell[0] <= bottom and left <= cell[1] <= right)
            # The first cell of a range keeps its text, so a range is harmless if no other cell in it is read.
            if any(cell != first for cell in inside):
                where = f"{self._questions.name} {cell_name(*first)}:{cell_name(*last)}"
                yield Finding(where, "is merged to one cell", "a cell for each answer: undo the merge")

    def _unread(self) -> Iterator[Finding]:
        """Yield a finding for each text beside or below the cells that are read."""
        assert self._questions is not None
        read, last = self._cells_read, max(self._row_of.values())
        columns = [column for name, column in self._columns.items() if name != "key"]
        filled = (n for n, row in enumerate(self._questions.rows) if all(_cell(row, c).strip() for c in columns))
        heading = next((row for row in filled if not self._keys[row]), None)
        for row, cells in enumerate(self._questions.rows):
            for column, text in enumerate(cells):
                is_outside = row != heading and (column >= min(columns) or row > last)
                if is_outside and text.strip() and (row, column) not in read:
                    where = f"{self._questions.name} {cell_name(row, column)}"
                    expected = "all texts in the cells for answers, comments and evidence"
                    yield Finding(where, f"{quoted(text.strip())} stands where nothing is read", expected)

    def _copies(self) -> Iterator[Finding]:
        """Yield a finding for each sheet that is a copy of the form with other answers."""
        for sheet in self._others:
            rows = {_cell(row, self._columns["key"]): row for row in sheet.rows}
            if not any(f"@{name}" in rows for name in ABOUT):
                continue
            copied = (
                (key, name, _cell(row, self._columns[name]))
                for key, row in rows.items()
                if key in self._row_of
                for name in _columns_read(key)
            )
            if any(text.strip() not in ("", self.cell(key, name).strip()) for key, name, text in copied):
                problem = f"the sheet {quoted(sheet.name)} is a copy of the form with other answers"
                yield Finding("", problem, "one form in a file: save the other as a file of its own")

    def location(self, key: str) -> str:
        """Return the location of a row, for messages."""
        return f"{self._questions.name if self._questions else ''} row {self._row_of[key] + 1}"

    def cell(self, key: str, column: str) -> str:
        """Return the text of a cell of the sheet of questions."""
        assert self._questions is not None
        return _cell(self._questions.rows[self._row_of[key]], self._columns[column])

    def rating(self, id: str, scale: str, respondent: str) -> Rating:
        """Return the rating of a dimension; an unknown label stays as it is, and scoring refuses it."""
        assert self._questions is not None
        answer, highest = (self._answer(id, scale, self.cell(id, column)) for column in ("answer", "up to"))
        notes = [text for (row, _), text in self._questions.notes.items() if row == self._row_of[id]]
        return Rating(
            id, f"{answer}..{highest}" if highest else answer, respondent,
            with_notes(self.cell(id, "comment"), notes), self.cell(id, "evidence"), location=self.location(id),
        )  # fmt: skip

    def _answer(self, id: str, scale: str, label: str) -> str:
        """Return the answer of a label, even if someone typed it in another case or language."""
        label = key(label)
        for names in (self._answers.get(scale), OTHER_ANSWERS):
            if label and names and (answers := names.ids(label)):
                return answers.pop() if len(answers) == 1 else label
        return self._labels.answer(id, label) if label and self._labels else label

    @cached_property
    def _labels(self) -> Labels | None:
        """The labels of the model, in all its languages."""
        return labels_of(self._model or self.value("model"))


def _cell(row: Sequence[str], column: int) -> str:
    """Return the cell of a row in a column; empty if the row is shorter."""
    return row[column] if column < len(row) else ""


def _columns_read(key: str) -> Sequence[str]:
    """Return the names of the columns that are read in the row of a key."""
    return ("answer",) if key.startswith("@") else tuple(COLUMNS)
