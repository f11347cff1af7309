"""Large files of CSV, copied to Parquet: by PyArrow, or with care at the first doubt."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import islice

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions, open_csv
from pyarrow.parquet import ParquetWriter

from maturitykit.errors import FileError, Finding, quoted
from maturitykit.files.separated import separator_of

#: Bytes that are parsed at a time.
BLOCK = 1 << 24
#: Rows that are read with care at a time.
ROWS = 100_000
#: So many findings at the most are listed.
MOST_FINDINGS = 1000


def copy_csv(path: str, target: str) -> None:
    """Copy a file of CSV to Parquet: cells as text, empty ones as null, as what they mean is for scales to say.

    Raises:
        FileError: With all that is wrong, by line.
        OSError: If it cannot be read.
    """
    if not (_has_odd_quotes(path) or _copy_fast(path, target)):
        return
    _copy_with_care(path, target)


def _copy_fast(path: str, target: str) -> bool:
    """Copy by PyArrow, and return whether there is any doubt."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            first = next(file, "")
    except UnicodeDecodeError:
        return True
    separator = separator_of(first)
    try:
        (names, *_) = csv.reader([first], delimiter=separator, strict=True)
    except (csv.Error, ValueError):
        return True
    if names != [name.strip() for name in names] or [*_name_findings(names)]:
        return True
    text = pa.string()
    try:
        with open_csv(
            path,
            ReadOptions(block_size=BLOCK),
            ParseOptions(delimiter=separator, newlines_in_values=True),
            ConvertOptions(
                column_types=dict.fromkeys(names, text),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=[""],
            ),
        ) as reader:
            if reader.schema.names != names:
                return True
            with ParquetWriter(target, reader.schema, compression="lz4") as writer:
                for batch in reader:
                    writer.write_batch(_without_empty_rows(batch))
    except pa.ArrowInvalid:
        return True
    return False


def _without_empty_rows(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Leave out rows whose cells are all empty, as spreadsheets add them."""
    if not all(column.null_count for column in batch.columns):
        return batch
    return batch.filter(reduce(pc.or_, (column.is_valid() for column in batch.columns)))


def _has_odd_quotes(path: str) -> bool:
    """Tell whether a quote stands where PyArrow would take it for something else than Python does.

    Every other quote opens a cell: it stands behind a separator, or right behind the quote that closed. Every
    other one closes a cell: before a separator, or right before the quote that opens again.
    """
    ends = pl.Series(list(b",;\r\n"), dtype=pl.UInt8)
    is_open = False
    # A byte before and behind each block is seen with it.
    before = b"\n"
    with open(path, "rb") as file:
        block = file.read(BLOCK).removeprefix(codecs.BOM_UTF8)
        while block:
            following = file.read(BLOCK)
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


def _copy_with_care(path: str, target: str) -> None:
    findings: list[Finding] = []
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            records = _records(file, separator_of(first), findings)
            _, names = next(records, (1, []))
            schema = pa.schema([(name, pa.string()) for name in names])
            with ParquetWriter(target, schema, compression="lz4") as writer:
                for rows in _batches(records):
                    if len(findings) >= MOST_FINDINGS:
                        break
                    columns = ([cell or None for cell in column] for column in zip(*rows, strict=True))
                    writer.write_batch(pa.record_batch(dict(zip(names, columns, strict=True)), schema))
    except UnicodeDecodeError:
        findings = [_not_utf8(path)]
    if findings:
        raise FileError(f"{path} is not a table of ratings", findings[:MOST_FINDINGS])


def _records(lines: Iterable[str], separator: str, findings: list[Finding]) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the cells of each row that is not blank, the header first.

    What is wrong is added to the findings; a row that is wrong is left out.
    """
    reader = csv.reader(lines, delimiter=separator, strict=True)
    line = 1
    try:
        columns = [name.strip() for name in next(reader, [])]
        if bad := list(_name_findings(columns)):
            findings += bad
            return
        yield line, columns
        line = reader.line_num + 1
        for cells in reader:
            if any(cells) and len(cells) != len(columns):
                problem = f"has {len(cells)} cells"
                findings.append(Finding(f"line {line}", problem, f"{len(columns)}, as the header"))
            elif any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        findings.append(Finding(f"line {line}", f"is not CSV: {error}", "cells in closed quotes"))


def _batches(records: Iterator[tuple[int, list[str]]]) -> Iterator[Sequence[list[str]]]:
    while rows := [cells for _, cells in islice(records, ROWS)]:
        yield rows


def _name_findings(names: Sequence[str]) -> Iterator[Finding]:
    for name, times in Counter(names).items():
        if not name:
            yield Finding("line 1", f"column {names.index('') + 1} has no name", "a name for each column")
        elif times > 1:
            yield Finding("line 1", f"the column {quoted(name)} stands twice", "each column once")


def _not_utf8(path: str) -> Finding:
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                problem = f"byte 0x{line[error.start]:02x} is not UTF-8"
                return Finding(f"line {number}", problem, 'a file saved as UTF-8, in Excel as "CSV UTF-8"')
    return Finding("", "is not UTF-8", "a file saved as UTF-8")
