"""Partition of a large table by subject, so that scoring one part at a time stays within memory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import ceil
from operator import add

import polars as pl

from maturitykit.formula.algebra import Formula, cast, column
from maturitykit.tables.polars import expression

#: Ratings that need a megabyte of memory while they are scored.
RATINGS_PER_MEGABYTE = 10_000


def count_parts(table: pl.LazyFrame, rated: int, memory: int) -> int:
    """Return the number of parts of which each fits into memory.

    Args:
        table: Ratings, long or wide.
        rated: The number of its columns that hold ratings, if it is wide.
        memory: Memory to stay within, in megabytes.
    """
    rows: int = table.select(pl.len()).collect(engine="streaming").item()
    return max(1, ceil(rows * max(1, rated) / (memory * RATINGS_PER_MEGABYTE)))


def partition(table: pl.LazyFrame, by: Sequence[str], parts: int, *, keep_near_keys: bool) -> list[pl.LazyFrame]:
    """Divide a table by the hash of the columns that tell assessments apart, so that each is whole in one part.

    Args:
        table: Ratings, long or wide.
        by: The columns that tell assessments apart.
        parts: The number of parts.
        keep_near_keys: Whether keys that differ in case, spaces or punctuation only are in one part too.
    """
    schema = table.collect_schema()
    keys = [key for key in by if key in schema and not schema[key].is_nested()]
    if parts == 1 or not keys:
        return [table]
    hashed = []
    for key in keys:
        # The same category may have different codes in different files.
        text = pl.col(key).cast(pl.String) if schema[key] == pl.Categorical else pl.col(key)
        is_text = keep_near_keys and schema[key] in (pl.String, pl.Categorical)
        hashed.append(expression(Formula("near", (cast(column(key), "text"),))) if is_text else text)
    part = reduce(add, (key.hash(seed) for seed, key in enumerate(hashed))) % parts
    return [table.filter(part == number) for number in range(parts)]
