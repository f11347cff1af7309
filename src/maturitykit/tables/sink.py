"""Files that tables are written to: one after the other, whole or not at all."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maturitykit.errors import FileError, Finding
from maturitykit.tables.sql import DuckDBFrame

if TYPE_CHECKING:
    import duckdb

#: What a table may be kept in, by its suffix.
KINDS = {".parquet": "parquet", ".csv": "csv", ".arrow": "arrow", ".feather": "arrow", ".ipc": "arrow"}

#: As many rows of a file can be read apart from the others.
ROW_GROUP = 122_880


class Sink:
    """A file for the tables of one kind that are written to it.

    Args:
        path: Of the file; its suffix says what it is.
        unfinished: Where it is written meanwhile.
    """

    def __init__(self, path: Path, unfinished: Path) -> None:
        self._path = path
        self._kind = KINDS[path.suffix.lower()]
        self._file = unfinished.open("wb")
        self._writer: Any = None

    def write(self, table: duckdb.DuckDBPyRelation) -> int:
        """Add the rows of a table, and say how many there are."""
        rows = 0
        found = _without_formulas(table) if self._kind == "csv" else table
        with found.to_arrow_reader(ROW_GROUP) as batches:
            if self._writer is None:
                self._writer = self._opened(batches.schema)
            for batch in batches:
                with writing(self._path):
                    self._writer.write_batch(batch)
                rows += len(batch)
        return rows

    def close(self) -> None:
        """Finish the file; done again, this does nothing."""
        writer, self._writer = self._writer, None
        with writing(self._path):
            try:
                if writer is not None:
                    writer.close()
            finally:
                self._file.close()

    def _opened(self, schema: Any) -> Any:
        if self._kind == "parquet":
            from pyarrow.parquet import ParquetWriter

            return ParquetWriter(self._file, schema, compression="zstd")
        if self._kind == "arrow":
            from pyarrow.ipc import new_file

            return new_file(self._file, schema)
        from pyarrow.csv import CSVWriter, WriteOptions

        # By itself, it would put quotes around each name.
        names = StringIO()
        csv.writer(names, lineterminator="\n").writerow(schema.names)
        self._file.write(names.getvalue().encode())
        return CSVWriter(self._file, schema, write_options=WriteOptions(include_header=False))


@contextmanager
def whole(path: str) -> Iterator[Sink]:
    """What is written meanwhile, elsewhere, stands in this file in the end: whole or not at all."""
    target = Path(path)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    # Better known before the work than after it.
    with writing(target):
        sink = Sink(target, unfinished)
    try:
        yield sink
        sink.close()
        with writing(target):
            unfinished.replace(target)
    finally:
        # What is half written cannot always be finished, and need not be.
        with suppress(Exception):
            sink.close()
        unfinished.unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What fails here is that a file cannot be written."""
    try:
        yield
    except OSError as error:
        raise FileError(f"cannot write {path}", [Finding("", error.strerror or str(error))]) from error


def _without_formulas(table: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The same table, with no text that a spreadsheet takes for a formula."""
    cells = []
    for name, kind in zip(table.columns, table.types, strict=True):
        cell = DuckDBFrame.written(name)
        is_formula = f"regexp_matches({cell}, '^[\\s\\pZ]*[-+=@]')"
        safe = f"CASE WHEN {is_formula} THEN '''' || {cell} ELSE {cell} END AS {cell}"
        cells.append(safe if str(kind) == "VARCHAR" else cell)
    return table.project(", ".join(cells))
