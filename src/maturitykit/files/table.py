"""Tables of ratings: a row for each, or a column for each dimension; from CSV, and from sheets of a workbook."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date as Date
from itertools import chain, islice
from pathlib import PurePath
from typing import NamedTuple, TypeAlias

from attrs import evolve

from maturitykit.assessment.keys import key
from maturitykit.assessment.ratings import Assessment, Rating
from maturitykit.definition import Model
from maturitykit.errors import FileError, Finding, coded, quoted
from maturitykit.files.alike import date_gaps, some, subject_gaps, together, without_doubles
from maturitykit.files.header import (
    BESIDE,
    COLUMNS,
    FIRST_ROWS,
    OF_FORMS,
    REQUIRED,
    Header,
    find_header,
    header_findings,
    plain_header,
    unread_columns,
)
from maturitykit.files.labels import HEADINGS, parts_of, squashed
from maturitykit.files.separated import CellsError, plain, separated
from maturitykit.files.sheets import Sheet
from maturitykit.files.strict import WRITTEN_DATE, date_of
from maturitykit.files.workbook_cells import cell_name

#: What a row says of all its ratings, where each dimension has a column.
_OF_ROWS = ("model", "subject", "respondent", "date", *OF_FORMS)

#: So many rows are looked at to see which column says who answered.
SEEN_ROWS = 1_000


def model_findings(where: str, named: str, given: str) -> Iterator[Finding]:
    """What is wrong with the model that a file names, beside the one that is given."""
    if not (named or given):
        yield Finding(where, "no model is named", f"the id of a model here, {BESIDE}", "MK405")
    elif named and given and named != given:
        yield Finding(where, f"is {quoted(named)}", f"{quoted(given)}, the model given beside the file", "MK405")


def version_findings(where: str, wanted: str, said: str) -> Iterator[Finding]:
    """What is wrong with a version, where the model is named together with another: ``my-model@1.0.0``."""
    if wanted and said not in ("", wanted):
        yield Finding(where, f"is {quoted(said)}", f'"{wanted}", as the model says')


def id_of(model: str | Model) -> str:
    """The id of a model that is given as such, or by its id."""
    return model.id if isinstance(model, Model) else model


class RawTable(NamedTuple):
    """A table as it stands in a file.

    Args:
        rows: The line and the cells of each row.
        sheet: What stands beside the cells, in a workbook.
    """

    rows: Iterable[tuple[int, Sequence[str]]]
    sheet: Sheet = Sheet("", ())


def csv_source(text: str) -> RawTable:
    """A table in a text."""
    return RawTable((line, [plain(cell) for cell in cells]) for line, cells in separated(text))


def sheet_source(sheet: Sheet) -> RawTable:
    """A table in a sheet."""
    return RawTable(enumerate(sheet.rows, start=1), sheet)


def read_table(path: str | os.PathLike[str], model: str | Model, sources: Sequence[RawTable]) -> list[Assessment]:
    """The assessments in tables, one for each model, subject and date.

    Args:
        path: For messages.
        model: The model or its id, where the tables do not name it.
        sources: The tables. What is no table of ratings beside others that are some is remarked on.

    Raises:
        FileError: With all that is wrong.
    """
    reading = TableReader(path, model)
    try:
        reading.read(sources)
    except CellsError as error:
        reading.findings.append(error.finding)
    return reading.assessments()


#: Keys of an assessment: model, subject, date, version, digest.
About: TypeAlias = tuple[str, str, Date | None, str, str]


class _Begun(NamedTuple):
    """A table whose first rows were read, to see what it is."""

    source: RawTable
    first: Sequence[tuple[int, Sequence[str]]]
    rest: Iterator[tuple[int, Sequence[str]]]
    header: Header | None

    @property
    def is_table(self) -> bool:
        return self.header is not None and self.header.is_table

    @property
    def is_nearly(self) -> bool:
        """Tell whether it is meant to hold ratings, though something is missing."""
        meant = self.header.meant if self.header else set()
        return len(meant) > 1 and not meant.isdisjoint(REQUIRED)


class _Row(NamedTuple):
    """A rating as a row has it: its place, and its cells by the names of our columns."""

    location: str
    cells: Mapping[str, str]


class TableReader:
    """Tables on their way to assessments, with what is wrong with them and what a person should know."""

    def __init__(self, path: str | os.PathLike[str], model: str | Model) -> None:
        self.findings: list[Finding] = []
        #: What a person should know of how it was read.
        self.remarks: list[Finding] = []
        self.path = path
        #: Id of the model that is given beside it.
        self.given = id_of(model)
        self._model = model
        #: By the keys of each assessment, its subject as first spelled, and its ratings.
        self._groups: dict[About, tuple[str, list[Rating]]] = {}
        self._hidden: list[str] = []
        self._days: dict[str, Date | None] = {}
        #: Other columns that are wanted, by their names.
        self.others: Sequence[str] = ()

    def assessments(self) -> list[Assessment]:
        """Return the assessments that were read.

        Raises:
            FileError: With all findings.
        """
        findings = self.findings
        parts = [
            Assessment(id, ratings, subject, date, version, digest, str(self.path))
            for (id, _, date, version, digest), (subject, ratings) in self._groups.items()
        ]
        assessments = list(map(without_doubles, together(parts)))
        if not findings:
            findings += [*subject_gaps(assessments), *date_gaps(assessments)]
        if not (assessments or findings):
            findings.append(Finding("line 2", "there are no rows", "a row for each rating"))
        if findings:
            raise FileError(f"{self.path} is not a table of ratings", coded("MK006", findings))
        if self._hidden:
            count = "1 row is" if len(self._hidden) == 1 else f"{len(self._hidden):,} rows are"
            problem = f"{count} hidden or filtered out, and counted all the same: {some(self._hidden)}"
            self._remark(self._hidden[0], problem, "nothing hidden, or only what is to count")
        first, *others = assessments
        return [evolve(first, remarks=[*self.remarks, *first.remarks]), *others]

    def _remark(self, where: str, problem: str, expected: str = "") -> None:
        self.remarks.append(Finding(where, problem, expected, "MK407"))

    def read(self, sources: Sequence[RawTable]) -> None:
        """Read all tables of ratings, and name what is none."""
        begun = []
        for source in sources:
            rows = iter(source.rows)
            first = list(islice(rows, FIRST_ROWS))
            if any(any(map(key, cells)) for _, cells in first):
                begun.append(_Begun(source, first, rows, find_header([cells for _, cells in first], self._model)))
        if not begun:
            header = "a header such as " + ",".join(COLUMNS)
            self.findings.append(Finding("line 1", "the file is empty", header))
        # Without any, the first one is told what it lacks.
        tables = (
            [one for one in begun if one.is_table or one.is_nearly]
            if any(b.is_table for b in begun)
            else begun[:1]
        )
        for one in begun:
            if one in tables:
                _Table(self, one, one.source.sheet.name if len(begun) > 1 else "").read()
            else:
                self._remark("", f"the sheet {quoted(one.source.sheet.name)} holds no ratings, and is not read")

    def take(self, row: _Row) -> None:
        """Put a rating to the assessment that it belongs to."""
        place, cells = row
        cell = cells.get
        named, _, version = key(cell("model", "")).partition("@")
        if named != self.given or not named:
            self.findings += model_findings(f"{place}, model", named, self.given)
        day = key(cell("date", ""))
        if day not in self._days:
            self._days[day] = date_of(day)
        date = self._days[day]
        if day and not date:
            problem = f"{quoted(day)} is not a date"
            self.findings.append(Finding(f"{place}, date", problem, WRITTEN_DATE))
            return
        said = key(cell("version", ""))
        self.findings += version_findings(f"{place}, version", version, said)
        subject = cell("subject", "")
        about = named or self.given, key(subject), date, said or version, key(cell("digest", ""))
        rating = Rating(
            cells["dimension"],
            cells["rating"],
            cell("respondent", ""),
            cell("comment", ""),
            cell("evidence", ""),
            place,
        )
        self.put(about, subject, rating, cells)

    def put(self, about: About, subject: str, rating: Rating, cells: Mapping[str, str]) -> None:
        """Keep a rating of the assessment of these keys, whose cells were in order."""
        self._groups.setdefault(about, (subject, []))[1].append(rating)

    def hide(self, place: str) -> None:
        """Note a row that is hidden."""
        self._hidden.append(place)


class _Table:
    """One table: its header, and its rows as ratings."""

    def __init__(self, reading: TableReader, begun: _Begun, name: str) -> None:
        self._reading, self._name, self._sheet = reading, name, begun.source.sheet
        self._first, self._rest = begun.first, begun.rest
        top = next(index for index, (_, cells) in enumerate(begun.first) if any(map(key, cells)))
        self._header = begun.header or plain_header(begun.first[top][1])._replace(row=top, last_row=top)

        # Where each dimension has a column, an answer that is missing at the end of a row is a blank.
        required = [place for place, name in self._header.columns.items() if name in REQUIRED]
        self._last_required = -1 if self._header.dimensions else max(required, default=-1)
        self._nameless = [place for place, name in enumerate(self._header.names) if not name]

    def read(self) -> None:
        """Give the ratings to the reading."""
        header, reading = self._header, self._reading
        line, cells = self._first[header.row]
        where = self._place(line)
        if bad := list(header_findings(where, cells, header, reading.given)):
            reading.findings += bad
            return
        if self._sheet.is_hidden:
            problem = f"the sheet {quoted(self._sheet.name)} is hidden, and counted all the same"
            reading.remarks.append(Finding("", problem, code="MK407"))
        for above, texts in self._first[: header.row]:
            if text := next(filter(None, map(key, texts)), ""):
                problem = f"{quoted(text)} stands above the header, and is not read"
                reading.remarks.append(Finding(self._place(above), problem, code="MK407"))
        for (top, left), (bottom, right) in self._sheet.merged:
            if bottom > header.row:
                cells_merged = f"{self._cell(top, left)}:{cell_name(bottom, right)}"
                problem = "is merged to one cell"
                reading.findings.append(Finding(cells_merged, problem, "a text in each cell: undo the merge"))
        rows = self._rows(where)
        for row in self._wide(where, rows) if header.dimensions else self._long(rows):
            reading.take(row)

    def _place(self, line: int) -> str:
        return f"line {line} of {quoted(self._name)}" if self._name else f"line {line}"

    def _cell(self, row: int, column: int) -> str:
        return f"{self._name} {cell_name(row, column)}".strip()

    def _rows(self, where: str) -> Iterator[tuple[int, Sequence[str], dict[int, str]]]:
        """The rows that say something, with the notes on their cells; all that is wrong with them is a finding."""
        header, sheet, findings = self._header, self._sheet, self._reading.findings
        read = self._read_columns()
        self._reading.remarks.extend(unread_columns(where, header, read))
        hidden = sorted(read.intersection(sheet.hidden_columns))
        if hidden:
            names = some([quoted(header.names[place]) for place in hidden])
            problem = f"hidden columns are read all the same: {names}"
            self._reading.remarks.append(Finding(where, problem, code="MK407"))
        flaws, notes = _by_row(sheet.flaws), _by_row(sheet.notes)
        for line, cells in chain(self._first[header.last_row + 1 :], self._rest):
            flawed = {place: flaw for place, flaw in flaws.get(line - 1, {}).items() if place in read}
            if not (flawed or any(map(key, cells))):
                continue
            for place, flaw in flawed.items():
                expected = "a value: mend the formula, or type the answer"
                findings.append(Finding(self._cell(line - 1, place), flaw, expected, "MK409"))
            if line - 1 in sheet.hidden_rows:
                self._reading.hide(self._place(line))
            if self._fits(line, cells) and not flawed:
                yield line, cells, notes.pop(line - 1, {})
        # What is left stands beside no rating.
        for row, texts in notes.items():
            for place, text in texts.items():
                problem = f"the note {quoted(text)} stands beside no rating, and is not read"
                self._reading.remarks.append(Finding(self._cell(row, place), problem, code="MK407"))

    def _read_columns(self) -> set[int]:
        header = self._header
        if not header.dimensions:
            return set(header.columns)
        ours = {place for place, name in header.columns.items() if name in _OF_ROWS}
        return {*ours, *header.dimensions, *(place for places in self._headings().values() for place in places)}

    def _others(self) -> dict[int, str]:
        """Columns that are wanted beside ours."""
        wanted = {key(name): name for name in self._reading.others}
        return {place: wanted[name] for place, name in enumerate(self._header.names) if name in wanted}

    def _headings(self) -> dict[str, list[int]]:
        """Columns of other tools that say who rates and whom, in the order in which they count."""
        header = self._header
        places: dict[str, int] = {}
        for place, name in enumerate(header.names):
            if place not in header.dimensions:
                for part in parts_of(name):
                    places.setdefault(squashed(part), place)
        return {
            ours: [places[squashed(name)] for name in theirs if squashed(name) in places]
            for ours, theirs in HEADINGS.items()
            if ours not in header.columns.values()
        }

    def _fits(self, line: int, cells: Sequence[str]) -> bool:
        """Check that a row has the cells that the header names; spreadsheets drop empty ones at its end."""
        names, where = self._header.names, self._place(line)
        if len(cells) <= self._last_required or any(map(key, cells[len(names) :])):
            problem = f"has {len(cells)} cell{'s' * (len(cells) != 1)}"
            self._reading.findings.append(Finding(where, problem, f"{len(names)}, as the header"))
            return False
        for place in self._nameless:
            if place < len(cells) and key(cells[place]):
                problem = f"{quoted(cells[place])} stands in column {place + 1}, which has no name"
                self._reading.findings.append(Finding(where, problem, "a name above it, or nothing in it"))
        return True

    def _long(self, rows: Iterable[tuple[int, Sequence[str], dict[int, str]]]) -> Iterator[_Row]:
        """A rating on each row."""
        columns = {**self._others(), **self._header.columns}
        for line, row, notes in rows:
            cells = {name: row[place] for place, name in columns.items() if place < len(row)}
            if not key(cells["dimension"]):
                texts = some([quoted(cell) for cell in row if key(cell)])
                expected = "a rating on each row: take out totals, titles and footnotes"
                problem = f"names no dimension: {texts}"
                self._reading.findings.append(Finding(self._place(line), problem, expected))
                continue
            cells["comment"] = with_notes(cells.get("comment", ""), notes.values())
            yield _Row(self._place(line), cells)

    def _wide(self, where: str, rows: Iterator[tuple[int, Sequence[str], dict[int, str]]]) -> Iterator[_Row]:
        """A column for each dimension, a row for each respondent."""
        header = self._header
        assert header.labels
        about = {name: place for place, name in header.columns.items() if name in _OF_ROWS}
        about |= {name: place for place, name in self._others().items()}
        first = list(islice(rows, SEEN_ROWS))
        for ours, places in self._headings().items():
            if chosen := _first_filled(places, [row for _, row, _ in first]):
                about[ours] = chosen[0]
                problem = f"the column {quoted(header.names[chosen[0]])} is read as the {ours}"
                self._reading.remarks.append(Finding(where, problem, code="MK407"))
        stem = PurePath(self._reading.path).stem
        unnamed = []
        for line, row, notes in chain(first, rows):
            cells = {name: row[place] if place < len(row) else "" for name, place in about.items()}
            if not _filled(cells.get("respondent", "")) and len(first) > 1:
                unnamed.append(self._place(line))
                cells["respondent"] = f"{stem}, line {line}"
            for place, ids in header.dimensions.items():
                (id,) = ids
                answer = header.labels.answer(id, row[place]) if place < len(row) else ""
                comment = with_notes("", [notes.pop(place)] if place in notes else [])
                at = f"{self._place(line)}, column {quoted(header.names[place])}"
                yield _Row(at, {**cells, "dimension": id, "rating": answer, "comment": comment})
            for place, text in notes.items():
                problem = f"the note {quoted(text)} stands beside no rating, and is not read"
                self._reading.remarks.append(Finding(self._cell(line - 1, place), problem, code="MK407"))
        if unnamed:
            problem = f"no respondent is named: each row counts as one, called {quoted(f'{stem}, line …')}"
            self._reading.remarks.append(Finding(unnamed[0], problem, "a column respondent", "MK407"))


def _by_row(cells: Mapping[tuple[int, int], str]) -> dict[int, dict[int, str]]:
    rows: dict[int, dict[int, str]] = {}
    for (row, place), text in cells.items():
        rows.setdefault(row, {})[place] = text
    return rows


def with_notes(comment: str, notes: Iterable[str]) -> str:
    """A comment, and what is said in notes on the cells of its row."""
    return "\n".join(filter(None, [comment, *notes]))


def _filled(text: str) -> bool:
    # Microsoft Forms has this for people who are not signed in.
    return key(text).casefold() not in ("", "anonymous")


def _first_filled(places: Sequence[int], rows: Sequence[Sequence[str]]) -> list[int]:
    """The first of some columns that is filled on every row, or else on most."""
    filled = {place: sum(place < len(row) and _filled(row[place]) for row in rows) for place in places}
    most = max(filled.values(), default=0)
    return [place for place in places if most and filled[place] == most]
