"""Cells that a spreadsheet would run: all writers of tables write them alike, and they are read back equal."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

import maturitykit as mk
from hostile import FORMULAS, PLAIN
from maturitykit.files.separated import FORMULA, plain, safe, separated, to_csv
from toys import TOY, Run

CELLS = [*FORMULAS, *PLAIN]
WRITTEN = [*(f"'{cell}" for cell in FORMULAS), *PLAIN]
TEXTS = st.lists(st.sampled_from([*CELLS, "'", "=", " ", "\n", "\r", "\t"]) | st.text(max_size=4)).map("".join)


def column(data: bytes, name: str) -> list[str]:
    """The cells of a column, as the file has them."""
    # As `csv` asks for it: or else it takes other line ends within quotes for its own.
    return [row[name] for row in csv.DictReader(io.StringIO(data.decode(), newline=""))]


def test_a_quote_stands_before_what_a_spreadsheet_would_run_and_before_nothing_else() -> None:
    assert list(map(safe, CELLS)) == WRITTEN


@given(TEXTS)
def test_a_cell_is_read_as_it_was_written(text: str) -> None:
    assert plain(safe(text)) == text
    # Whoever takes the quote off by hand and saves the file again is not run either.
    assert not re.match(FORMULA, safe(text)) or safe(text).startswith("'")


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1))
def test_a_table_is_read_as_it_was_written(rows: list[list[str]]) -> None:
    text = to_csv([["a", "b"], *rows])
    assert [list(map(plain, cells)) for _, cells in separated(text)] == [["a", "b"], *rows]


def test_a_table_of_ratings_is_written_so(tmp_path: Path) -> None:
    ratings = [mk.Rating("people", "good", f"r{number}", comment=cell) for number, cell in enumerate(CELLS)]
    assessment = mk.Assessment("toy", ratings)
    mk.write(assessment, tmp_path / "x.csv")
    assert column((tmp_path / "x.csv").read_bytes(), "comment") == WRITTEN
    assert mk.read(tmp_path / "x.csv") == assessment


def test_a_table_of_scores_is_written_so(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = []
    for cell in CELLS:
        document = {"format": 1, "subject": cell, "ratings": []}
        Path("x.json").write_text(json.dumps(document), encoding="utf-8")
        assert run("score", "x.json", "--model", TOY, "-o", "x.csv").stderr == ""
        found.append(column(Path("x.csv").read_bytes(), "subject")[0])
    assert found == WRITTEN


def test_a_large_table_is_written_so(tmp_path: Path) -> None:
    pl = pytest.importorskip("polars", reason="the extra tables is not installed")
    pytest.importorskip("pyarrow", reason="the extra tables is not installed")
    from maturitykit.tables.writers import atomic_writer

    path = tmp_path / "x.csv"
    table = pl.LazyFrame({"text": CELLS, "kind": CELLS}, schema={"text": pl.String, "kind": pl.Categorical})
    with atomic_writer(str(path)) as writer:
        writer.write(table)
    for name in ("text", "kind"):
        # It is for speed that rows come in any order.
        assert sorted(column(path.read_bytes(), name)) == sorted(WRITTEN)


def test_polars_takes_the_same_cells_for_formulas() -> None:
    pl = pytest.importorskip("polars", reason="the extra tables is not installed")
    characters = [chr(code) for code in range(0x11000) if not 0xD800 <= code < 0xE000]
    cells = [before + sign for before in characters for sign in ("=", "x")]
    ours = [safe(cell) != cell for cell in cells]
    assert pl.Series(cells).str.contains(FORMULA).to_list() == ours
