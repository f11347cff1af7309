"""A table in files as parts that are scored one after the other, each within memory.

DuckDB can move to disk what does not fit. That takes longer, and some of it stays in memory all the same: more,
the longer the table is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any, cast as typed

from maturitykit.definition import Model
from maturitykit.tables.sql import DuckDBFrame

if TYPE_CHECKING:
    import duckdb

#: So many ratings take a megabyte while they are grouped, where those of a respondent stand far apart.
RATINGS_PER_MEGABYTE = 8_000

#: Of how many rows parts are made alike, more or less.
SAMPLE = 100_000


def parts_of(
    table: duckdb.DuckDBPyRelation, by: Sequence[str], model: Model, memory: int
) -> list[duckdb.DuckDBPyRelation]:
    """The table in as few parts as fit into a memory each; all that is said of a subject is in one of them.

    Parts are ranges of subjects. In most files these stand near each other, so that the rest is passed over.

    Args:
        table: Ratings, long or wide.
        by: The columns that tell assessments apart.
        model: What is rated.
        memory: In megabytes.
    """
    rows = len(table)
    rated = sum(name in model.by_id for name in table.columns)
    count = ceil(rows * max(1, rated) / (memory * RATINGS_PER_MEGABYTE))
    if count <= 1 or not by:
        return [table]
    columns = ", ".join(map(DuckDBFrame.written, by))
    percent = min(100, 100 * SAMPLE / rows)
    query = f"SELECT {columns} FROM ratings USING SAMPLE {percent:.9f} PERCENT (bernoulli, 1)"
    sample = typed("Any", table.query("ratings", query)).fetchall()
    values = {name: sorted(row[i] for row in sample if row[i] is not None) for i, name in enumerate(by)}
    # A year, say, tells less apart than a name does.
    name, found = max(values.items(), key=lambda item: len(set(item[1])))
    bounds = sorted({found[len(found) * i // count] for i in range(1, count)}) if found else []
    return [table.filter(condition) for condition in _between(name, bounds)] if bounds else [table]


def _between(name: str, bounds: Sequence[Any]) -> Iterator[duckdb.Expression]:
    from duckdb import ConstantExpression, SQLExpression

    column, ends = SQLExpression(DuckDBFrame.written(name)), [ConstantExpression(bound) for bound in bounds]
    yield column.isnull() | (column < ends[0])
    for low, high in pairwise(ends):
        yield (column >= low) & (column < high)
    yield column >= ends[-1]
