"""Writers of tables to files, which are written completely or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import polars as pl

from maturitykit.errors import FileError, Finding
from maturitykit.files.separated import FORMULA, to_csv

#: Kinds of files that hold a table, by suffix.
KINDS = {".parquet": "parquet", ".csv": "csv", ".arrow": "arrow", ".feather": "arrow", ".ipc": "arrow"}

#: Rows in a row group, the smallest part of a file that can be read by itself.
ROW_GROUP = 122_880


class Writer:
    """A file for the tables of the same columns that are written to it.

    Args:
        path: Path of the file; its suffix determines the kind.
        unfinished: Path of the file while it is written.
    """

    def __init__(self, path: Path, unfinished: Path) -> None:
        self._path = path
        self._kind = KINDS[path.suffix.lower()]
        self._file = unfinished.open("wb")
        self._writer: Any = None

    def write(self, table: pl.LazyFrame) -> int:
        """Run a plan, append its rows, and return their number."""
        rows = 0
        if self._kind == "csv":
            table = _without_formulas(table)
        if self._writer is None:
            self._writer = self._open(pl.DataFrame(schema=table.collect_schema()).to_arrow().schema)

        def append(batch: pl.DataFrame) -> None:
            nonlocal rows
            with writing(self._path):
                self._writer.write_table(batch.to_arrow())
            rows += len(batch)

        table.sink_batches(append, chunk_size=ROW_GROUP, maintain_order=False, engine="streaming")
        return rows

    def close(self) -> None:
        """Finish the file; a second call does nothing."""
        writer, self._writer = self._writer, None
        with writing(self._path):
            try:
                if writer is not None:
                    writer.close()
            finally:
                self._file.close()

    def _open(self, schema: Any) -> Any:
        if self._kind == "parquet":
            from pyarrow.parquet import ParquetWriter

            return ParquetWriter(self._file, schema, compression="zstd")
        if self._kind == "arrow":
            from pyarrow.ipc import new_file

            return new_file(self._file, schema)
        from pyarrow.csv import CSVWriter, WriteOptions

        # The header is ours, as PyArrow would put quotes around each name.
        self._file.write(to_csv([schema.names]).encode())
        return CSVWriter(self._file, schema, write_options=WriteOptions(include_header=False))


@contextmanager
def atomic_writer(path: str) -> Iterator[Writer]:
    """Yield a writer to a temporary file, which replaces the target only if all goes well."""
    target = Path(path)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    # A target that cannot be written is reported before the work, not after it.
    with writing(target):
        writer = Writer(target, unfinished)
    try:
        yield writer
        writer.close()
        with writing(target):
            unfinished.replace(target)
    finally:
        # A half-written file cannot always be finished, and need not be.
        with suppress(Exception):
            writer.close()
        unfinished.unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Report that a file cannot be written, if the operating system fails."""
    try:
        yield
    except OSError as error:
        raise FileError(f"cannot write {path}", [Finding("", error.strerror or str(error))]) from error


def _without_formulas(table: pl.LazyFrame) -> pl.LazyFrame:
    """Put a quote before texts that a spreadsheet may run, as `safe` does."""
    texts = pl.col(pl.String, pl.Categorical, pl.Enum).cast(pl.String)
    is_formula = texts.str.contains(FORMULA)
    # The result takes its column names from the first branch.
    return table.with_columns(pl.when(~is_formula).then(texts).otherwise(pl.lit("'") + texts))
