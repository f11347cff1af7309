"""CSV files copied to Parquet: large ones by PyArrow, but with the reader of small files at the first doubt."""

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
#: Most findings that are listed.
MOST_FINDINGS = 1000
#: Most bytes of a file that is read at once, so that findings name their lines.
SMALL = 20_000_000

#: The columns of a copy.
_COPIED = (*COLUMNS, *OF_FORMS)
#: Columns that a copy has even if they are empty.
_NEEDED = ("subject", "dimension", "rating")


def copy_csv(path: str, target: str, model: Model | None, others: Sequence[str] = ()) -> list[Assessment]:
    """Copy a CSV file to Parquet, with cells as text, as only scales can read them, and empty cells as null.

    Args:
        path: The file.
        target: The copy.
        model: The model, if the file need not name it.
        others: Columns to copy in addition to ours.

    Returns:
        The assessments, if the file is small enough to be read at once; else an empty list.

    Raises:
        FileError: If the file is not a table of ratings, with the findings by line.
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
    """Return a rating as a row of a copy."""
    model, _, date, version, digest = about
    answer = rating.answer if isinstance(rating.answer, str) else str(rating.answer)
    rated = (rating.respondent, str(date or ""), rating.dimension, answer, rating.comment, rating.evidence)
    return [text or None for text in (model, subject, *rated, version, digest)]


def _copy_fast(path: str, target: str, model: Model | None, others: Sequence[str]) -> bool:
    """Copy by PyArrow; return False at any doubt about the meaning of the file."""
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
            # Without a column of subjects, all rows are about one subject without a name.
            no_subject = pa.field("subject", pa.string()) if "subject" not in names else None
            schema = reader.schema.append(no_subject) if no_subject else reader.schema
            with ParquetWriter(target, schema, compression="lz4") as writer:
                for batch in reader:
                    rows = _without_empty_rows(batch)
                    if not _is_plain(rows):
                        return False
                    if no_subject:
                        rows = rows.append_column(no_subject, pa.nulls(len(rows), pa.string()))
                    writer.write_batch(rows)
    except pa.ArrowInvalid:
        return False
    return True


def _plain_header(path: str, model: Model | None) -> Header | None:
    """Return the header, if it is the first line and spells the names of our columns and dimensions exactly."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            head = file.read(HEAD)
        first = next(csv.reader([head.splitlines()[0]], delimiter=separator_in(head), strict=True))
    except (UnicodeDecodeError, csv.Error, ValueError, IndexError, StopIteration):
        return None
    header = find_header([first], model or "")
    if header is None or not header.is_table or declared_separator(head)[0] or not newline_of(head):
        return None
    known = {**header.columns, **{index: ids[0] for index, ids in header.dimensions.items()}}
    is_plain = list(header.names) == first and all(first[index] == name for index, name in known.items())
    is_plain = is_plain and all(first) and len(set(first)) == len(first)
    # In a wide table, only the careful reader leaves out unknown columns, and names respondents without a name.
    is_wide = bool(header.dimensions)
    is_plain = is_plain and not (is_wide and (len(known) < len(first) or "respondent" not in known.values()))
    return header if is_plain and not [*header_findings("", header, model.id if model else "")] else None


def _is_plain(rows: pa.RecordBatch) -> bool:
    """Tell whether each row of a long table names its dimension, and no cell is marked as not a formula."""
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
    """Tell whether PyArrow reads a quote, or the line end of an old Mac, differently from Python.

    Quotes alternate. One that opens a cell follows a separator, a line end or the quote that closed; one that
    closes a cell precedes a separator, a line end or the quote that opens again.
    """
    ends = pl.Series([*SEPARATORS.encode(), *b"\r\n"], dtype=pl.UInt8)
    is_open = False
    # Each block is examined together with the byte before and the byte after it.
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
                quotes = pl.DataFrame({"at": at}).with_columns(
                    opens=pl.int_range(pl.len()) % 2 == int(is_open),
                    previous=pl.lit(cells).gather(pl.col("at") - 1),
                    next=pl.lit(cells).gather(pl.col("at") + 1),
                )
                beside = pl.when("opens").then("previous").otherwise("next")
                if not quotes.select((beside.is_in(ends.implode()) | (beside == ord('"'))).all()).item():
                    return True
                is_open ^= len(at) % 2 == 1
            before, block = block[-1:], following
    return is_open


class _Copy(TableReader):
    """Reader of ratings that writes them to a copy, many at a time.

    Args:
        path: The file, for messages.
        model: The model, if the file need not name it.
        others: Columns to copy in addition to ours.
        writer: The writer of the copy.
    """

    def __init__(self, path: str, model: Model | None, others: Sequence[str], writer: ParquetWriter) -> None:
        super().__init__(path, model or "")
        self.others = others
        self._writer = writer
        self._rows: list[list[str | None]] = []

    def put(self, about: About, subject: str, rating: Rating, cells: Mapping[str, str]) -> None:
        """Add a rating to the rows to write, and write them if there are many."""
        self._rows.append([*_row(about, subject, rating), *(cells.get(name) or None for name in self.others)])
        if len(self._rows) == ROWS:
            self.flush()

    def flush(self) -> None:
        """Write the rows that are not written yet."""
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
    def plain_rows() -> Iterator[tuple[int, Sequence[str]]]:
        for line, cells in separated_in(path):
            if len(reader.findings) >= MOST_FINDINGS:
                return
            yield line, [plain(cell) for cell in cells]

    try:
        reader.read([RawTable(plain_rows())])
    except CellsError as error:
        reader.findings.append(error.finding)
    except UnicodeDecodeError:
        reader.findings[:] = [_not_utf8(path)]


class _Check(TableReader):
    """Reader of ratings that checks them line by line."""

    def __init__(self, path: str, model: Model) -> None:
        super().__init__(path, model)
        self._checked_model = model
        self._leaves = [leaf.id for leaf in model.leaves]
        #: Location of the first rating with a subject, and of the first without.
        self._locations: dict[bool, str] = {}

    def put(self, about: About, subject: str, rating: Rating, cells: Mapping[str, str]) -> None:
        """Check a rating."""
        self._locations.setdefault(bool(key(subject)), rating.location)
        if len(self._locations) == 2 and (location := self._locations.pop(False, "")):
            self.findings.append(gap([location], "subject", "beside others"))
        reading = read_rating(self._checked_model, rating, rating.location, self._leaves)
        if isinstance(reading, Finding):
            self.findings.append(reading)


def findings_by_line(path: str, model: Model) -> list[Finding]:
    """Return the first thousand findings on the ratings in a CSV file."""
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
