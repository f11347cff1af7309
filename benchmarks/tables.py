"""Times of whole tables beside those of queries written by hand, as ratios within one run.

``python benchmarks/tables.py`` prints a table, and exits with 1 if a ratio is above its limit. ``--ratings``
says how many ratings there are (10,000,000), ``--large`` how many in the files that do not fit (100,000,000; 0
leaves them out), ``--spark`` how many on Spark (1,000,000; 0 leaves it out).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import peers
import polars as pl

import maturitykit as mk
from maturitykit import tables

SEED = 20260531

#: Run in a process of its own, so that the peak of memory is its own.
MEASURED = """
import json, re, sys, time
from pathlib import Path
import maturitykit as mk
source, target, model = sys.argv[1], sys.argv[2], mk.model("clearhead")
{imports}
start = time.perf_counter()
{work}
peak = int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) / 2**20
print(json.dumps([time.perf_counter() - start, peak]))
"""
SCORE_FILE = MEASURED.format(
    imports="from maturitykit.tables.files import score_files", work="score_files([source], target, model)"
)
BY_HAND = MEASURED.format(
    imports="import peers, polars as pl",
    work="frame = peers.polars_long(pl.scan_parquet(source), model)\n"
    "frame.sink_parquet(target, maintain_order=False, engine='streaming')",
)


class Row(NamedTuple):
    """A time of ours beside that of a peer, in seconds, and the ratio that is allowed."""

    what: str
    ours: float
    peer: str
    theirs: float
    limit: float

    @property
    def ratio(self) -> float:
        """Our time as a share of the peer's."""
        return self.ours / self.theirs

    @property
    def is_met(self) -> bool:
        """Whether it is within its limit."""
        return self.ratio <= self.limit


def compared(
    what: str, ours: Callable[[], Any], peer: str, theirs: Callable[[], Any], limit: float, rounds: int = 5
) -> Row:
    """Both in turn, some rounds over, after one to warm up; the medians."""
    times = [(timed(ours), timed(theirs)) for _ in range(rounds + 1)][1:]
    return Row(what, median(a for a, _ in times), peer, median(b for _, b in times), limit)


def timed(work: Callable[[], Any]) -> float:
    """How long it takes, in seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_memory(folder: Path, ratings: int, dimensions: int) -> Iterator[Row]:
    """Both forms, from Parquet, by Polars; all columns, and plain scores."""
    model = peers.model_of(dimensions)
    survey = peers.generate(folder / f"of-{dimensions}", ratings, dimensions, SEED)
    by_hand = {"long": peers.polars_long, "wide": peers.polars_wide}
    table = pl.read_parquet(survey.long).to_pandas()
    limits = {"long": 1 / 3, "wide": 1 / 8}
    by_hand_limits = {("long", 8): 1.0, ("long", 40): 1.1, ("wide", 8): 1.05, ("wide", 40): 1.1}
    for form in ("long", "wide"):
        frame = pl.scan_parquet(getattr(survey, form))

        def ours(frame: pl.LazyFrame = frame) -> Any:
            return tables.score(model, frame).frame.collect(engine="streaming")

        def theirs(frame: pl.LazyFrame = frame, form: str = form) -> Any:
            return by_hand[form](frame, model).collect(engine="streaming")

        check_alike(ours(), theirs())
        limit = by_hand_limits[form, dimensions]
        yield compared(f"{form}, {dimensions} dimensions", ours, "Polars by hand", theirs, limit)
        for robustness, most in (("weights", 1.5), ("people", 3)):
            added = partial(_robust, model, frame, robustness)
            yield compared(f"… with robustness={robustness!r}, {form}", added, "without it", ours, most)
        plain = [f"{id}__index_likely" for id in model.by_id]

        def scores(frame: pl.LazyFrame = frame, plain: list[str] = plain) -> Any:
            return tables.score(model, frame).frame.select("subject", *plain).collect(engine="streaming")

        idiom = partial(peers.pandas_long, table, model)
        yield compared(f"… plain scores, {form}", scores, "pandas idiom, long", idiom, limits[form], 3)
        if form == "long" and dimensions == 8:
            few = table.iloc[: max(1000, len(table) // 100)]
            applied = timed(partial(peers.pandas_apply_long, few, model)) * len(table) / len(few)
            yield Row("… plain scores, long", timed(scores), "groupby.apply, of a 100th", applied, 1 / 500)
        if form == "wide":
            wide = frame.collect().to_pandas()
            idiom = partial(peers.pandas_wide, wide, model)
            yield compared("… plain scores, wide", scores, "pandas idiom, wide", idiom, 1 / 3, 3)
            del wide
    if dimensions == 8:
        results = tables.score(model, frame.collect())
        carried = lambda: tables.translate(results, "four-stage")  # noqa: E731
        yield compared(
            "carry to another model", carried, "scoring", lambda: tables.score(model, frame.collect()), 1
        )


def check_alike(ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    """See that both say the same, to what a float can tell."""
    from polars.testing import assert_frame_equal

    assert_frame_equal(
        ours.sort("subject"), theirs.select(ours.columns).sort("subject"), check_dtypes=False, abs_tol=1e-9
    )


def on_pandas(folder: Path, ratings: int, dimensions: int) -> Iterator[Row]:
    """A data frame of pandas in and out, beside the same table of Polars."""
    import pandas as pd

    model = peers.model_of(dimensions)
    survey = peers.generate(folder / f"pandas-{dimensions}", ratings, dimensions, SEED)
    for form in ("long", "wide"):
        table = pl.read_parquet(getattr(survey, form))
        theirs = partial(_frame, model, table)
        arrow = table.to_arrow().to_pandas(types_mapper=pd.ArrowDtype)
        for what, frame, limit in (("strings of Arrow", arrow, 1.5), ("objects", arrow.astype(object), 4.5)):
            ours = partial(_frame, model, frame)
            yield compared(
                f"pandas, {what}, {form}, {dimensions} dimensions", ours, "the same on Polars", theirs, limit
            )


def of_large_models() -> Iterator[Row]:
    """Large models on small tables: the time that planning takes, beside the seconds that are allowed."""
    quarters = mk.Scale("quarters", [mk.Stage(f"s{i}", value=v) for i, v in enumerate((0, 0.25, 0.5, 1))])
    numbers = count()

    def tree(*widths: int) -> list[mk.Dimension]:
        if not widths:
            return []
        children = [tree(*widths[1:]) for _ in range(widths[0])]
        rule = "mean" if widths[1:] else None
        return [mk.Dimension(f"d{next(numbers)}", scale=quarters, children=c, scorer=rule) for c in children]

    nested = mk.Model("nested", "1", "Nested means", tree(5, 3, 2, 3), ["mean"], outcome=quarters)
    assert len(nested.by_id) == 141
    stages = mk.Scale("long", [mk.Stage(f"s{i}") for i in range(200)])
    parts = [mk.Dimension(id, scale=stages) for id in "abc"]
    long = mk.Model("long", "1", "200 stages", parts, ["median"], outcome=stages)
    for what, model, rows, allowed in (
        ("141 nodes, 20 rows", nested, 20, 1),
        ("200 stages, 1,000 rows", long, 1_000, 2),
    ):
        leaves = [(leaf.id, leaf.scale.ids) for leaf in model.leaves if leaf.scale]
        answers = {
            id: [ids[(row * 7 + column) % len(ids)] for row in range(rows)]
            for column, (id, ids) in enumerate(leaves)
        }
        table = pl.DataFrame({"subject": [f"s{row}" for row in range(rows)], **answers})
        for kind, frame in (("Polars", table), ("pandas", table.to_pandas()), ("PyArrow", table.to_arrow())):
            work = partial(_frame, model, frame)
            work()
            yield Row(f"{what}, {kind}", median(timed(work) for _ in range(3)), "seconds allowed", allowed, 1)


def _frame(model: mk.Model, table: Any) -> Any:
    return tables.score(model, table).frame


def _robust(model: mk.Model, frame: pl.LazyFrame, robustness: Any) -> Any:
    return tables.score(model, frame, robustness=robustness).frame.collect(engine="streaming")


def larger_than_memory(folder: Path, ratings: int) -> Row:
    """From a Parquet file to another: within 2 GB, beside Polars by hand without a limit."""
    survey = peers.generate(folder / "large", ratings, 8, SEED)
    times: dict[str, list[tuple[float, float]]] = {SCORE_FILE: [], BY_HAND: []}
    for _ in range(2):
        for code, found in times.items():
            arguments = [sys.executable, "-c", code, str(survey.long), str(folder / "out.parquet")]
            done = subprocess.run(
                arguments, capture_output=True, check=True, cwd=Path(__file__).parent, encoding="utf-8"
            )
            found.append(tuple(json.loads(done.stdout)))
    (ours, theirs) = (min(seconds for seconds, _ in found) for found in times.values())
    (peak, other) = (max(gigabytes for _, gigabytes in found) for found in times.values())
    if peak > 2:
        raise SystemExit(f"{peak:.2f} GB of memory are more than 2")
    what = f"{ratings:,} long ratings, {peak:.2f} GB at the most"
    return Row(what, ours, f"Polars by hand, {other:.2f} GB", theirs, 1.2)


def on_spark(folder: Path, ratings: int, dimensions: int) -> Row:
    """On Spark with two workers, planning included."""
    spark_session: Any = import_module("pyspark.sql").SparkSession
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.memory": "4g",
        "spark.sql.shuffle.partitions": "4",
        "spark.log.level": "ERROR",
    }
    builder = spark_session.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    model = peers.model_of(dimensions)
    survey = peers.generate(folder / f"spark-{dimensions}", ratings, dimensions, SEED)
    frame = spark.read.parquet(str(survey.long))

    def write(found: Any) -> None:
        found.write.format("noop").mode("overwrite").save()

    return compared(
        f"Spark, {ratings:,} long ratings, {dimensions} dimensions",
        lambda: write(tables.score(model, frame).frame),
        "Spark by hand",
        lambda: write(peers.spark_long(frame, model)),
        1.3,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratings", type=int, default=10_000_000)
    parser.add_argument("--large", type=int, default=100_000_000)
    parser.add_argument("--spark", type=int, default=1_000_000)
    given = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for row in _rows(folder, given.ratings, given.large, given.spark):
            rows.append(row)
            print(
                f"| {row.what} | {row.ours:.2f} s | {row.peer} | {row.theirs:.2f} s | {row.ratio:.3g} |"
                f" {row.limit:.3g} |{'' if row.is_met else ' above its limit'}",
                flush=True,
            )
    sys.exit(not all(row.is_met for row in rows))


def _rows(folder: Path, ratings: int, large: int, spark: int) -> Iterator[Row]:
    yield from of_large_models()
    for dimensions in (8, 40):
        yield from in_memory(folder, ratings, dimensions)
        yield from on_pandas(folder, ratings, dimensions)
    if spark:
        for dimensions in (8, 40):
            yield on_spark(folder, spark, dimensions)
    if large:
        yield larger_than_memory(folder, large)


if __name__ == "__main__":
    main()
