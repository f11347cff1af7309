"""Engines: which of them holds a table, and how formulas are run there."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from maturitykit.tables.expressions import ExpressionFrame
from maturitykit.tables.frame import Frame
from maturitykit.tables.sql import DuckDBFrame, SparkFrame


def frame_of(native: Any) -> Frame:
    """A table of any kind that narwhals knows.

    Raises:
        TypeError: If it is no table.
    """
    frame = nw.from_native(native)
    if isinstance(frame, nw.LazyFrame):
        if frame.implementation.is_duckdb():
            return DuckDBFrame(native)
        if frame.implementation.is_pyspark() or frame.implementation.is_pyspark_connect():
            return SparkFrame(native)
    return ExpressionFrame(frame)
