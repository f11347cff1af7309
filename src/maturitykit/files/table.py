"""Tables of ratings from CSV or a workbook, with a row for each rating or a column for each dimension."""

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

#: Columns that apply to all ratings on a row, in tables with a column for each dimension.
_ROW_COLUMNS = ("model", "subject", "respondent", "date", *OF_FORMS)

#: Number of rows that are searched for the column that names the respondent or the subject.
SEEN_ROWS = 1_000


def model_findings(where: str, named: str, wanted: str) -> Iterator[Finding]:
    """Yield a finding if no model is named, or if the file names another one than the caller."""
    if not (named or wanted):
        yield Finding(where, "no model is named", f"the id of a model here, {BESIDE}", "MK405")
    elif named and wanted and named != wanted:
        yield Finding(where, f"is {quoted(named)}", f"{quoted(wanted)}, the model given beside the file", "MK405")


def version_findings(where: str, wanted: str, version: str) -> Iterator[Finding]:
    """Yield a finding if a version differs from the one in the name of the model: ``my-model@1.0.0``."""
    if wanted and version not in ("", wanted):
        yield Finding(where, f"is {quoted(version)}", f'"{wanted}", as the model says')


def id_of(model: str | Model) -> str:
    """Return the id of a model, which may be an id already."""
    return model.id if isinstance(model, Model) else model


class RawTable(NamedTuple):
    """A table that has not been interpreted yet.

    Args:
        rows: Line and cells of each row.
        sheet: Sheet of the table in a workbook, with its notes, flaws and hidden rows; empty for CSV.
    """

    rows: Iterable[tuple[int, Sequence[str]]]
    sheet: Sheet = Sheet("", ())


def csv_source(text: str) -> RawTable:
    """Return the table in a text."""
    return RawTable((line, [plain(cell) for cell in cells]) for line, cells in separated(text))


def sheet_source(sheet: Sheet) -> RawTable:
    """Return the table in a sheet."""
    return RawTable(enumerate(sheet.rows, start=1), sheet)


def read_table(path: str | os.PathLike[str], model: str | Model, sources: Sequence[RawTable]) -> list[Assessment]:
    """Read the assessments in tables, one for each model, subject and date.

    Args:
        path: Path of the file, for messages.
        model: The model or its id, needed if the tables do not name it.
        sources: The tables. If some hold ratings, those that hold none only get a remark.

    Raises:
        FileError: If they cannot be read, with all findings.
    """
    reader = TableReader(path, model)
    try:
        reader.read(sources)
    except CellsError as error:
        reader.findings.append(error.finding)
    return reader.assessments()


#: Keys of an assessment: model, subject, date, version, digest.
About: TypeAlias = tuple[str, str, Date | None, str, str]


class _Candidate(NamedTuple):
    """A table whose first rows were read, to find out if it holds ratings."""

    source: RawTable
    first: Sequence[tuple[int, Sequence[str]]]
    rest: Iterator[tuple[int, Sequence[str]]]
    header: Header | None

    @property
    def is_table(self) -> bool:
        return self.header is not None and self.header.is_table

    @property
    def is_incomplete(self) -> bool:
        """Tell whether it seems to hold ratings, though its header lacks something."""
        recognised = self.header.recognised if self.header else set()
        return len(recognised) > 1 and not recognised.isdisjoint(REQUIRED)


class _RawRating(NamedTuple):
    """A rating before it is checked: its location, and its cells by the names of our columns."""

    location: str
    cells: Mapping[str, str]


class TableReader:
    """Reader of tables that gathers their ratings by assessment, with all findings and remarks."""

    def __init__(self, path: str | os.PathLike[str], model: str | Model) -> None:
        self.findings: list[Finding] = []
        #: Remarks on how it was read.
        self.remarks: list[Finding] = []
        self.path = path
        #: Id of the model that the caller names; empty if only the tables do.
        self.model_id = id_of(model)
        self._model = model
        #: Subject of each assessment, as it is spelled first, and ratings, by the keys of the assessment.
        self._groups: dict[About, tuple[str, list[Rating]]] = {}
        self._hidden: list[str] = []
        self._days: dict[str, Date | None] = {}
        #: Names of other columns to read.
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
        """Read all tables of ratings, and add a remark on each table that holds none."""
        candidates = []
        for source in sources:
            rows = iter(source.rows)
            first = list(islice(rows, FIRST_ROWS))
            if any(any(map(key, cells)) for _, cells in first):
                header = find_header([cells for _, cells in first], self._model)
                candidates.append(_Candidate(source, first, rows, header))
        if not candidates:
            expected = "a header such as " + ",".join(COLUMNS)
            self.findings.append(Finding("line 1", "the file is empty", expected))
        # If none is a table of ratings, the first one is read for the findings on its header.
        tables = (
            [each for each in candidates if each.is_table or each.is_incomplete]
            if any(each.is_table for each in candidates)
            else candidates[:1]
        )
        for each in candidates:
            if each in tables:
                _Table(self, each, each.source.sheet.name if len(candidates) > 1 else "").read()
            else:
                self._remark("", f"the sheet {quoted(each.source.sheet.name)} holds no ratings, and is not read")

    def take(self, raw: _RawRating) -> None:
        """Check a rating, and add it to the assessment that it belongs to."""
        location, cells = raw
        cell = cells.get
        named, _, version = key(cell("model", "")).partition("@")
        if named != self.model_id or not named:
            self.findings += model_findings(f"{location}, model", named, self.model_id)
        day = key(cell("date", ""))
        if day not in self._days:
            self._days[day] = date_of(day)
        date = self._days[day]
        if day and not date:
            problem = f"{quoted(day)} is not a date"
            self.findings.append(Finding(f"{location}, date", problem, WRITTEN_DATE))
            return
        stated = key(cell("version", ""))
        self.findings += version_findings(f"{location}, version", version, stated)
        subject = cell("subject", "")
        about = named or self.model_id, key(subject), date, stated or version, key(cell("digest", ""))
        rating = Rating(
            cells["dimension"],
            cells["rating"],
            cell("respondent", ""),
            cell("comment", ""),
            cell("evidence", ""),
            location,
        )
        self.put(about, subject, rating, cells)

    def put(self, about: About, subject: str, rating: Rating, cells: Mapping[str, str]) -> None:
        """Add a rating whose cells are valid to the assessment with these keys."""
        self._groups.setdefault(about, (subject, []))[1].append(rating)

    def hide(self, location: str) -> None:
        """Record a hidden row, for a remark."""
        self._hidden.append(location)


class _Table:
    """Reader of one table: finds the meaning of its columns, and turns its rows into ratings."""

    def __init__(self, reader: TableReader, candidate: _Candidate, name: str) -> None:
        self._reader, self._name, self._sheet = reader, name, candidate.source.sheet
        self._first, self._rest = candidate.first, candidate.rest
        top = next(index for index, (_, cells) in enumerate(candidate.first) if any(map(key, cells)))
        self._header = candidate.header or plain_header(candidate.first[top][1])._replace(row=top, last_row=top)

        # If each dimension has a column, a row may be short: answers that are missing at its end are blanks.
        required = [column for column, name in self._header.columns.items() if name in REQUIRED]
        self._last_required = -1 if self._header.dimensions else max(required, default=-1)
        self._nameless = [column for column, name in enumerate(self._header.names) if not name]

    def read(self) -> None:
        """Pass the ratings of the table to the reader, with findings and remarks on it."""
        header, reader = self._header, self._reader
        line, _ = self._first[header.row]
        where = self._line(line)
        if findings := list(header_findings(where, header, reader.model_id)):
            reader.findings += findings
            return
        if self._sheet.is_hidden:
            problem = f"the sheet {quoted(self._sheet.name)} is hidden, and counted all the same"
            reader.remarks.append(Finding("", problem, code="MK407"))
        for above, texts in self._first[: header.row]:
            if text := next(filter(None, map(key, texts)), ""):
                problem = f"{quoted(text)} stands above the header, and is not read"
                reader.remarks.append(Finding(self._line(above), problem, code="MK407"))
        for (top, left), (bottom, right) in self._sheet.merged:
            if bottom > header.row:
                merged = f"{self._cell(top, left)}:{cell_name(bottom, right)}"
                problem = "is merged to one cell"
                reader.findings.append(Finding(merged, problem, "a text in each cell: undo the merge"))
        rows = self._rows(where)
        for rating in self._wide(where, rows) if header.dimensions else self._long(rows):
            reader.take(rating)

    def _line(self, line: int) -> str:
        """Return the location of a row, with its sheet if the file has several."""
        return f"line {line} of {quoted(self._name)}" if self._name else f"line {line}"

    def _cell(self, row: int, column: int) -> str:
        """Return the location of a cell, with its sheet if the file has several."""
        return f"{self._name} {cell_name(row, column)}".strip()

    def _rows(self, where: str) -> Iterator[tuple[int, Sequence[str], dict[int, str]]]:
        """Yield the line and the cells of each row that is not empty or wrong, with its notes by column."""
        header, sheet, findings = self._header, self._sheet, self._reader.findings
        read = self._read_columns()
        self._reader.remarks.extend(unread_columns(where, header, read))
        hidden = sorted(read.intersection(sheet.hidden_columns))
        if hidden:
            names = some([quoted(header.names[column]) for column in hidden])
            problem = f"hidden columns are read all the same: {names}"
            self._reader.remarks.append(Finding(where, problem, code="MK407"))
        flaws, notes = _by_row(sheet.flaws), _by_row(sheet.notes)
        for line, cells in chain(self._first[header.last_row + 1 :], self._rest):
            flawed = {column: flaw for column, flaw in flaws.get(line - 1, {}).items() if column in read}
            if not (flawed or any(map(key, cells))):
                continue
            for column, flaw in flawed.items():
                expected = "a value: mend the formula, or type the answer"
                findings.append(Finding(self._cell(line - 1, column), flaw, expected, "MK409"))
            if line - 1 in sheet.hidden_rows:
                self._reader.hide(self._line(line))
            if self._fits(line, cells) and not flawed:
                yield line, cells, notes.pop(line - 1, {})
        # The notes on rows with ratings have been taken out.
        for row, texts in notes.items():
            self._remark_on_notes(row, texts)

    def _remark_on_notes(self, row: int, notes: Mapping[int, str]) -> None:
        """Add a remark on each of the notes on a row that belongs to no rating."""
        for column, text in notes.items():
            problem = f"the note {quoted(text)} stands beside no rating, and is not read"
            self._reader.remarks.append(Finding(self._cell(row, column), problem, code="MK407"))

    def _read_columns(self) -> set[int]:
        """Return the indices of the columns that are read."""
        header = self._header
        if not header.dimensions:
            return set(header.columns)
        ours = {column for column, name in header.columns.items() if name in _ROW_COLUMNS}
        return {*ours, *header.dimensions, *chain.from_iterable(self._headings().values())}

    def _others(self) -> dict[int, str]:
        """Return the names of the other columns to read, by their index."""
        wanted = {key(name): name for name in self._reader.others}
        return {column: wanted[name] for column, name in enumerate(self._header.names) if name in wanted}

    def _headings(self) -> dict[str, list[int]]:
        """Return the columns in which other tools keep the respondent and the subject, the preferred one first."""
        header = self._header
        columns: dict[str, int] = {}
        for column, name in enumerate(header.names):
            if column not in header.dimensions:
                for part in parts_of(name):
                    columns.setdefault(squashed(part), column)
        return {
            ours: [columns[squashed(name)] for name in theirs if squashed(name) in columns]
            for ours, theirs in HEADINGS.items()
            if ours not in header.columns.values()
        }

    def _fits(self, line: int, cells: Sequence[str]) -> bool:
        """Tell whether a row has enough cells and not too many, and add findings on its cells."""
        names, where = self._header.names, self._line(line)
        if len(cells) <= self._last_required or any(map(key, cells[len(names) :])):
            problem = f"has {len(cells)} cell{'s' * (len(cells) != 1)}"
            self._reader.findings.append(Finding(where, problem, f"{len(names)}, as the header"))
            return False
        for column in self._nameless:
            if column < len(cells) and key(cells[column]):
                problem = f"{quoted(cells[column])} stands in column {column + 1}, which has no name"
                self._reader.findings.append(Finding(where, problem, "a name above it, or nothing in it"))
        return True

    def _long(self, rows: Iterable[tuple[int, Sequence[str], dict[int, str]]]) -> Iterator[_RawRating]:
        """Yield the ratings of a table with a row for each rating."""
        columns = {**self._others(), **self._header.columns}
        for line, row, notes in rows:
            cells = {name: row[column] for column, name in columns.items() if column < len(row)}
            if not key(cells["dimension"]):
                texts = some([quoted(cell) for cell in row if key(cell)])
                expected = "a rating on each row: take out totals, titles and footnotes"
                problem = f"names no dimension: {texts}"
                self._reader.findings.append(Finding(self._line(line), problem, expected))
                continue
            cells["comment"] = with_notes(cells.get("comment", ""), notes.values())
            yield _RawRating(self._line(line), cells)

    def _wide(self, where: str, rows: Iterator[tuple[int, Sequence[str], dict[int, str]]]) -> Iterator[_RawRating]:
        """Yield the ratings of a table with a column for each dimension and a row for each respondent."""
        header = self._header
        assert header.labels
        sources = {name: column for column, name in header.columns.items() if name in _ROW_COLUMNS}
        sources |= {name: column for column, name in self._others().items()}
        first = list(islice(rows, SEEN_ROWS))
        for ours, columns in self._headings().items():
            if chosen := _most_filled(columns, [row for _, row, _ in first]):
                sources[ours] = chosen[0]
                problem = f"the column {quoted(header.names[chosen[0]])} is read as the {ours}"
                self._reader.remarks.append(Finding(where, problem, code="MK407"))
        stem = PurePath(self._reader.path).stem
        unnamed = []
        for line, row, notes in chain(first, rows):
            cells = {name: row[column] if column < len(row) else "" for name, column in sources.items()}
            if not _filled(cells.get("respondent", "")) and len(first) > 1:
                unnamed.append(self._line(line))
                cells["respondent"] = f"{stem}, line {line}"
            for column, ids in header.dimensions.items():
                (id,) = ids
                answer = header.labels.answer(id, row[column]) if column < len(row) else ""
                comment = with_notes("", [notes.pop(column)] if column in notes else [])
                location = f"{self._line(line)}, column {quoted(header.names[column])}"
                yield _RawRating(location, {**cells, "dimension": id, "rating": answer, "comment": comment})
            self._remark_on_notes(line - 1, notes)
        if unnamed:
            problem = f"no respondent is named: each row counts as one, called {quoted(f'{stem}, line …')}"
            self._reader.remarks.append(Finding(unnamed[0], problem, "a column respondent", "MK407"))


def _by_row(cells: Mapping[tuple[int, int], str]) -> dict[int, dict[int, str]]:
    """Return the texts of cells by row and then column."""
    rows: dict[int, dict[int, str]] = {}
    for (row, column), text in cells.items():
        rows.setdefault(row, {})[column] = text
    return rows


def with_notes(comment: str, notes: Iterable[str]) -> str:
    """Return a comment, followed by the notes on the cells of its row."""
    return "\n".join(filter(None, [comment, *notes]))


def _filled(text: str) -> bool:
    # Microsoft Forms writes "anonymous" for people who are not signed in.
    return key(text).casefold() not in ("", "anonymous")


def _most_filled(columns: Sequence[int], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns that are filled on the most rows, in their order."""
    filled = {column: sum(column < len(row) and _filled(row[column]) for row in rows) for column in columns}
    most = max(filled.values(), default=0)
    return [column for column in columns if most and filled[column] == most]
