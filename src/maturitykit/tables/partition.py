"""Partition of a large table, so that it is scored a part of the subjects at a time, within memory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import ceil
from operator import add

import polars as pl

#: So many ratings take a megabyte while they are scored.
RATINGS_PER_MEGABYTE = 10_000


def count_parts(table: pl.LazyFrame, rated: int, memory: int) -> int:
    """Return how many parts fit into memory one after the other.

    Args:
        table: Ratings, long or wide.
        rated: How many of its columns hold ratings, if it is wide.
        memory: In megabytes.
    """
    rows: int = table.select(pl.len()).collect(engine="streaming").item()
    return max(1, ceil(rows * max(1, rated) / (memory * RATINGS_PER_MEGABYTE)))


def partition(table: pl.LazyFrame, by: Sequence[str], parts: int) -> list[pl.LazyFrame]:
    """Divide a table by the hash of the columns that tell assessments apart, so that each is whole in one part."""
    schema = table.collect_schema()
    keys = [key for key in by if key in schema and not schema[key].is_nested()]
    if parts == 1 or not keys:
        return [table]
    # The same category may have another number in another file.
    texts = [pl.col(key).cast(pl.String) if schema[key] == pl.Categorical else pl.col(key) for key in keys]
    part = reduce(add, (key.hash(seed) for seed, key in enumerate(texts))) % parts
    return [table.filter(part == number) for number in range(parts)]
