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
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import peers
import polars as pl

from maturitykit import tables
from maturitykit.tables.files import MEMORY

SEED = 20260531

#: More memory, in megabytes, than any table here takes.
ENOUGH = 64_000

#: In a process of its own, so that its peak of memory is its own; what the system tells of all that a process has
#: used counts that of whoever started it.
SCORE_FILE = """
import json, re, sys, time
from pathlib import Path
from maturitykit.tables.files import score_files
import maturitykit as mk
start = time.perf_counter()
score_files([sys.argv[1]], sys.argv[2], mk.model("clearhead"), memory=int(sys.argv[3]))
peak = int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) / 2**20
print(json.dumps([time.perf_counter() - start, peak]))
"""


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
    for form in ("long", "wide"):
        frame = pl.scan_parquet(getattr(survey, form))

        def ours(frame: pl.LazyFrame = frame) -> Any:
            return tables.score(model, frame).frame.collect(engine="streaming")

        def theirs(frame: pl.LazyFrame = frame, form: str = form) -> Any:
            return by_hand[form](frame, model).collect(engine="streaming")

        check_alike(ours(), theirs())
        yield compared(f"{form}, {dimensions} dimensions", ours, "Polars by hand", theirs, 1.3)
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


def larger_than_memory(folder: Path, ratings: int) -> Row:
    """From a Parquet file to another: within 2 GB, beside as much as there is."""
    survey = peers.generate(folder / "large", ratings, 8, SEED)
    times: dict[int, list[tuple[float, float]]] = {MEMORY: [], ENOUGH: []}
    for _ in range(2):
        for memory, found in times.items():
            arguments = [
                sys.executable,
                "-c",
                SCORE_FILE,
                str(survey.long),
                str(folder / "out.parquet"),
                str(memory),
            ]
            done = subprocess.run(arguments, capture_output=True, check=True, encoding="utf-8")
            found.append(tuple(json.loads(done.stdout)))
    (ours, theirs) = (min(seconds for seconds, _ in found) for found in times.values())
    peak = max(gigabytes for _, gigabytes in times[MEMORY])
    if peak > 2:
        raise SystemExit(f"{peak:.2f} GB of memory are more than 2")
    return Row(f"{ratings:,} long ratings, {peak:.2f} GB at the most", ours, "without a limit", theirs, 1.3)


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
        1.5,
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
    for dimensions in (8, 40):
        yield from in_memory(folder, ratings, dimensions)
    if spark:
        for dimensions in (8, 40):
            yield on_spark(folder, spark, dimensions)
    if large:
        yield larger_than_memory(folder, large)


if __name__ == "__main__":
    main()
