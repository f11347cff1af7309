"""Engines: recognition of the engine that holds a table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import polars as pl

from maturitykit.tables.frame import Frame
from maturitykit.tables.polars import PolarsFrame
from maturitykit.tables.responses import columns_read, keys_in


def frame_of(native: Any, by: str | Sequence[str] | None) -> Frame:
    """Return a table of ratings as a frame.

    Polars scores all tables but those of Spark. Tables of pandas and PyArrow are converted to Polars and back; any
    other table with the Arrow stream interface comes back as a table of PyArrow.

    Args:
        native: The table.
        by: The columns that tell assessments apart, as in `maturitykit.tables.score`.

    Raises:
        TypeError: If it is not a table of a known kind.
    """
    if isinstance(native, pl.LazyFrame):
        return PolarsFrame(native.select(columns_read(native.collect_schema().names(), by)))
    if isinstance(native, pl.DataFrame):
        return PolarsFrame(native.select(columns_read(native.columns, by)).lazy(), lambda scored: scored)
    # Spark offers the Arrow stream interface too, but that would fetch all rows.
    if _is_instance(native, "pyspark.sql", "DataFrame"):
        from maturitykit.tables.sql import SparkFrame

        return SparkFrame(native.select(*map(_quoted, columns_read(native.columns, by))))
    if _is_instance(native, "pandas", "DataFrame"):
        return _from_pandas(native, by)
    if hasattr(native, "__arrow_c_stream__"):
        return _from_arrow(native, by)
    kinds = "Polars, pandas, PyArrow, Spark, DuckDB or another kind with the Arrow stream interface"
    raise TypeError(f"{type(native).__name__} is no table: expected {kinds}")


def _is_instance(native: object, module: str, name: str) -> bool:
    """Tell whether an object is of a class of a module that may not be installed, without importing it."""
    return module in sys.modules and isinstance(native, getattr(sys.modules[module], name))


def _quoted(name: str) -> str:
    # Without backticks, Spark reads a dot in a name as access to a field of a column.
    return "`" + name.replace("`", "``") + "`"


def _from_pandas(native: Any, by: str | Sequence[str] | None) -> Frame:
    import pyarrow as pa

    names = columns_read(list(native.columns), by)
    originals: dict[str, dict[str, Any]] = {}
    columns = pa.table([_pandas_column(native[name], originals) for name in names], names=names)
    keys = keys_in(native.columns, by)

    def restore(scored: pl.DataFrame) -> Any:
        texts = pl.col(pl.Categorical, pl.Enum).cast(pl.String)
        table = scored.with_columns(texts).to_arrow().to_pandas(date_as_object=True)
        for name in keys:
            if name in originals:
                # A normalised key may be none of the originals.
                table[name] = table[name].map(lambda text, values=originals[name]: values.get(text, text))
            kind = native[name].dtype
            categories = getattr(kind, "categories", None)
            # A normalised key may be none of the categories.
            if categories is None or table[name].dropna().isin(categories).all():
                table[name] = table[name].astype(kind)
        return table

    return PolarsFrame(_of_arrow(columns), restore)


def _pandas_column(column: Any, originals: dict[str, dict[str, Any]]) -> Any:
    """Convert a column to Arrow; one of mixed values becomes text, and its values are added to the originals."""
    import pyarrow as pa

    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        texts = column.map(str, na_action="ignore")
        originals[column.name] = dict(zip(texts[column.notna()], column[column.notna()], strict=True))
        if len(originals[column.name]) < column.nunique():
            raise TypeError(
                f"column {column.name!r} holds different values that read alike, such as 1 and '1'"
            ) from None
        return pa.array(texts, pa.large_string(), from_pandas=True)


def _from_arrow(native: Any, by: str | Sequence[str] | None) -> Frame:
    import pyarrow as pa

    table = pa.table(native)
    table = table.select(columns_read(table.column_names, by))
    keys = keys_in(table.column_names, by)

    def restore(scored: pl.DataFrame) -> Any:
        restored = scored.to_arrow()
        for name in keys:
            key = restored[name].cast(table.schema.field(name).type)
            restored = restored.set_column(restored.schema.get_field_index(name), name, key)
        return restored

    return PolarsFrame(_of_arrow(table), restore)


def _of_arrow(table: Any) -> pl.LazyFrame:
    frame = pl.from_arrow(table, rechunk=False)
    assert isinstance(frame, pl.DataFrame)
    return frame.lazy()
