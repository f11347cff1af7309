"""Partition of a large table, so that it is scored a part of the subjects at a time, within memory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import ceil
from operator import add

import polars as pl

from maturitykit.formula.algebra import Formula, cast, column
from maturitykit.tables.polars import expression

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


def partition(
    table: pl.LazyFrame, by: Sequence[str], parts: int, *, are_near_together: bool
) -> list[pl.LazyFrame]:
    """Divide a table by the hash of the columns that tell assessments apart, so that each is whole in one part.

    Args:
        table: Ratings, long or wide.
        by: The columns that tell assessments apart.
        parts: How many there are to be.
        are_near_together: Whether those whose keys may be meant for one another are to be in one part too.
    """
    schema = table.collect_schema()
    keys = [key for key in by if key in schema and not schema[key].is_nested()]
    if parts == 1 or not keys:
        return [table]
    hashed = []
    for key in keys:
        # The same category may have another number in another file.
        text = pl.col(key).cast(pl.String) if schema[key] == pl.Categorical else pl.col(key)
        is_text = are_near_together and schema[key] in (pl.String, pl.Categorical)
        hashed.append(expression(Formula("near", (cast(column(key), "text"),))) if is_text else text)
    part = reduce(add, (key.hash(seed) for seed, key in enumerate(hashed))) % parts
    return [table.filter(part == number) for number in range(parts)]
