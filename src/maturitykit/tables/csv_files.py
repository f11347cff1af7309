"""Files of CSV, copied to Parquet: large ones by PyArrow, and at the first doubt as small ones are read."""

from __future__ import annotations

import codecs
import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions, open_csv
from pyarrow.parquet import ParquetWriter

from maturitykit.assessment.keys import key
from maturitykit.assessment.ratings import Assessment, Rating
from maturitykit.definition import Model
from maturitykit.errors import FileError, Finding, coded
from maturitykit.files.alike import gap
from maturitykit.files.header import COLUMNS, OF_FORMS, Header, find_header, header_findings
from maturitykit.files.separated import (
    HEAD,
    SEPARATORS,
    CellsError,
    declared_separator,
    newline_of,
    plain,
    separated_in,
    separator_in,
)
from maturitykit.files.table import About, RawTable, TableReader, csv_source, read_table
from maturitykit.files.text import encoding_hint, read_text
from maturitykit.scoring.score import read_rating

#: Bytes that are parsed at a time.
BLOCK = 1 << 24
#: Rows that are kept at a time.
ROWS = 100_000
#: So many findings at the most are listed.
MOST_FINDINGS = 1000
#: Files that hold no more bytes are read at once, so that all that is wrong is told by line.
SMALL = 20_000_000

#: The columns of a copy: those of which a scale, a model or nobody else has to know.
_COPIED = (*COLUMNS, *OF_FORMS)
#: Those of which an empty one says nothing.
_NEEDED = ("subject", "dimension", "rating")


def copy_csv(path: str, target: str, model: Model | None, others: Sequence[str] = ()) -> list[Assessment]:
    """Copy a file of CSV to Parquet: cells as text, empty ones as null, as what they mean is for scales to say.

    Args:
        path: The file.
        target: The copy.
        model: The model, if the file need not name it.
        others: Columns that are wanted beside ours.

    Returns:
        The assessments, where the file is so small that they were read at once.

    Raises:
        FileError: With all that is wrong, by line.
        OSError: If it cannot be read.
    """
    if os.path.getsize(path) <= SMALL and not others:
        assessments = read_table(path, model or "", [csv_source(read_text(path))])
        _write(target, assessments)
        return assessments
    if _is_odd(path) or not _copy_fast(path, target, model, others):
        _copy_with_care(path, target, model, others)
    return []


def _write(target: str, assessments: Sequence[Assessment]) -> None:
    rows = [_row((a.model, "", a.date, a.version, a.digest), a.subject, r) for a in assessments for r in a.ratings]
    table = pl.DataFrame(rows, dict.fromkeys(_COPIED, pl.String), orient="row")
    filled = [name for name in _COPIED if name in _NEEDED or table[name].null_count() < len(table)]
    table.select(filled).write_parquet(target, compression="lz4")


def _row(about: About, subject: str, rating: Rating) -> list[str | None]:
    """A rating as a row of a copy."""
    model, _, date, version, digest = about
    answer = rating.answer if isinstance(rating.answer, str) else str(rating.answer)
    said = (rating.respondent, str(date or ""), rating.dimension, answer, rating.comment, rating.evidence)
    return [text or None for text in (model, subject, *said, version, digest)]


def _copy_fast(path: str, target: str, model: Model | None, others: Sequence[str]) -> bool:
    """Copy by PyArrow; false at any doubt of what the file means."""
    header = _plain_header(path, model)
    if header is None:
        return False
    with open(path, encoding="utf-8-sig", newline="") as file:
        separator = separator_in(file.read(HEAD))
    names = list(header.names)
    try:
        with open_csv(
            path,
            ReadOptions(block_size=BLOCK),
            ParseOptions(delimiter=separator, newlines_in_values=True),
            ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=[""],
            ),
        ) as reader:
            if reader.schema.names != names:
                return False
            # All that says of nobody whom it is about is about one.
            nobody = pa.field("subject", pa.string()) if "subject" not in names else None
            schema = reader.schema.append(nobody) if nobody else reader.schema
            with ParquetWriter(target, schema, compression="lz4") as writer:
                for batch in reader:
                    rows = _without_empty_rows(batch)
                    if not _is_plain(rows):
                        return False
                    if nobody:
                        rows = rows.append_column(nobody, pa.nulls(len(rows), pa.string()))
                    writer.write_batch(rows)
    except pa.ArrowInvalid:
        return False
    return True


def _plain_header(path: str, model: Model | None) -> Header | None:
    """The header of a file that begins with it, with the names of our columns and dimensions as they are."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            head = file.read(HEAD)
        first = next(csv.reader([head.splitlines()[0]], delimiter=separator_in(head), strict=True))
    except (UnicodeDecodeError, csv.Error, ValueError, IndexError, StopIteration):
        return None
    header = find_header([first], model or "")
    if header is None or not header.is_table or declared_separator(head)[0] or not newline_of(head):
        return None
    meant = {**header.columns, **{place: ids[0] for place, ids in header.dimensions.items()}}
    is_plain = list(header.names) == first and all(first[place] == name for place, name in meant.items())
    is_plain = is_plain and all(first) and len(set(first)) == len(first)
    # Where each dimension has a column, others are named, and left out; and each row is of somebody.
    is_wide = bool(header.dimensions)
    is_plain = is_plain and not (is_wide and (len(meant) < len(first) or "respondent" not in meant.values()))
    return header if is_plain and not [*header_findings("", first, header, model.id if model else "")] else None


def _is_plain(rows: pa.RecordBatch) -> bool:
    """Tell whether each row of a long table has its dimension, and no cell is written so that it is no formula."""
    names = rows.schema.names
    if "dimension" in names and not all(map(key, pc.unique(pc.fill_null(rows["dimension"], "")).to_pylist())):
        return False
    for column in rows.columns:
        quoted = pc.fill_null(pc.starts_with(column, "'"), False)
        if pc.any(quoted).as_py() and any(plain(cell) != cell for cell in column.filter(quoted).to_pylist()):
            return False
    return True


def _without_empty_rows(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Leave out rows whose cells are all empty, as spreadsheets add them."""
    if not all(column.null_count for column in batch.columns):
        return batch
    return batch.filter(reduce(pc.or_, (column.is_valid() for column in batch.columns)))


def _is_odd(path: str) -> bool:
    """Tell whether a quote, or the end of a line of old, is something else for PyArrow than for Python.

    Every other quote opens a cell: it stands behind a separator, or right behind the quote that closed. Every
    other one closes a cell: before a separator, or right before the quote that opens again.
    """
    ends = pl.Series([*SEPARATORS.encode(), *b"\r\n"], dtype=pl.UInt8)
    is_open = False
    # A byte before and behind each block is seen with it.
    before = b"\n"
    with open(path, "rb") as file:
        block = file.read(BLOCK).removeprefix(codecs.BOM_UTF8)
        while block:
            following = file.read(BLOCK)
            if b"\r" in block and block.count(b"\r") > (block + following[:1]).count(b"\r\n"):
                return True
            if b'"' in block or is_open:
                cells = pl.Series(before + block + (following[:1] or b"\n"), dtype=pl.UInt8)
                at = (cells[1:-1] == ord('"')).arg_true() + 1
                places = pl.DataFrame({"at": at}).with_columns(
                    opens=pl.int_range(pl.len()) % 2 == int(is_open),
                    behind=pl.lit(cells).gather(pl.col("at") - 1),
                    ahead=pl.lit(cells).gather(pl.col("at") + 1),
                )
                beside = pl.when("opens").then("behind").otherwise("ahead")
                if not places.select((beside.is_in(ends.implode()) | (beside == ord('"'))).all()).item():
                    return True
                is_open ^= len(at) % 2 == 1
            before, block = block[-1:], following
    return is_open


class _Copy(TableReader):
    """Ratings on their way to a copy, a part at a time.

    Args:
        path: For messages.
        model: The model, if the file need not name it.
        others: Columns that are wanted beside ours.
        writer: Of the copy.
    """

    def __init__(self, path: str, model: Model | None, others: Sequence[str], writer: ParquetWriter) -> None:
        super().__init__(path, model or "")
        self.others = others
        self._writer = writer
        self._rows: list[list[str | None]] = []

    def put(self, about: About, subject: str, rating: Rating, cells: Mapping[str, str]) -> None:
        """Write a rating, not at once."""
        self._rows.append([*_row(about, subject, rating), *(cells.get(name) or None for name in self.others)])
        if len(self._rows) == ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what is left."""
        schema = self._writer.schema
        columns = [list(column) for column in zip(*self._rows, strict=True)] or [[] for _ in schema]
        self._writer.write_batch(pa.record_batch(columns, schema))
        self._rows.clear()


def _copy_with_care(path: str, target: str, model: Model | None, others: Sequence[str]) -> None:
    others = [name for name in others if name not in _COPIED]
    schema = pa.schema([(name, pa.string()) for name in (*_COPIED, *others)])
    with ParquetWriter(target, schema, compression="lz4") as writer:
        copy = _Copy(path, model, others, writer)
        _read(path, copy)
        copy.flush()
    if copy.findings:
        title = f"{path} is not a table of ratings"
        raise FileError(title, coded("MK006", copy.findings[:MOST_FINDINGS]))


def _read(path: str, reader: TableReader) -> None:
    def rows() -> Iterator[tuple[int, Sequence[str]]]:
        for line, cells in separated_in(path):
            if len(reader.findings) >= MOST_FINDINGS:
                return
            yield line, [plain(cell) for cell in cells]

    try:
        reader.read([RawTable(rows())])
    except CellsError as error:
        reader.findings.append(error.finding)
    except UnicodeDecodeError:
        reader.findings[:] = [_not_utf8(path)]


class _Check(TableReader):
    """Ratings that are read for what is wrong with them, line by line."""

    def __init__(self, path: str, model: Model) -> None:
        super().__init__(path, model)
        self._rated = model
        self._leaves = [leaf.id for leaf in model.leaves]
        self._places: dict[bool, str] = {}

    def put(self, about: About, subject: str, rating: Rating, cells: Mapping[str, str]) -> None:
        """Look at a rating."""
        self._places.setdefault(bool(key(subject)), rating.location)
        if len(self._places) == 2 and (where := self._places.pop(False, "")):
            self.findings.append(gap([where], "subject", "beside others"))
        reading = read_rating(self._rated, rating, rating.location, self._leaves)
        if isinstance(reading, Finding):
            self.findings.append(reading)


def findings_by_line(path: str, model: Model) -> list[Finding]:
    """What is wrong with the ratings in a file of CSV, the first thousand findings."""
    check = _Check(path, model)
    _read(path, check)
    return check.findings[:MOST_FINDINGS]


def _not_utf8(path: str) -> Finding:
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                problem = f"byte 0x{line[error.start]:02x} is not UTF-8{encoding_hint(line)}"
                return Finding(f"line {number}", problem, 'a file saved as UTF-8, in Excel as "CSV UTF-8"')
    return Finding("", "is not UTF-8", "a file saved as UTF-8")
