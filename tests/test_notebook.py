"""What notebooks show, and results as data frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

import hostile
import maturitykit as mk
from maturitykit.scoring.records import COLUMNS, rows_of
from pages import TAGS, Page
from toys import example

ENGINES = ("pandas", "polars")


@pytest.fixture(autouse=True)
def _in_root(monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> None:
    monkeypatch.chdir(pytestconfig.rootpath)


def shown(thing: Any) -> str:
    html = thing._repr_html_()
    assert isinstance(html, str)
    return html


def test_each_shows_a_figure_and_a_table() -> None:
    result = example("clearhead")
    translation, moved = mk.translate(result, "four-stage"), mk.compare(result, result)
    for thing in (result, translation, moved):
        page = Page(shown(thing))
        assert {"svg", "table"} <= page.tags
        assert page.ids == []
        assert page.links == []
    assert "Derived, not measured" in shown(translation)
    assert "most likely at “emerging”" in shown(result)
    model = Page(shown(mk.model("four-stage")))
    assert "table" in model.tags
    assert "Stage 1, Stage 2, Stage 3, Stage 4" in model.text


def test_it_speaks_the_language_of_its_model() -> None:
    assert "staat waarschijnlijk op" in shown(example("clearhead", language="nl"))
    assert "dimensie" in shown(mk.model("clearhead").in_language("nl"))


@given(hostile.TEXTS, hostile.TEXTS)
@settings(max_examples=10)
def test_nothing_in_it_runs(one: str, other: str) -> None:
    result = hostile.result([one, other])
    translated = hostile.translation(result, [one, other])
    for thing in (result.model, result, translated, hostile.comparison(result)):
        page = Page(shown(thing))
        assert page.tags <= TAGS
        assert page.depth == 0
        assert not [name for name in page.attributes if name.startswith("on") or name == "style"]


def test_showing_imports_the_report_only_then() -> None:
    import subprocess
    import sys

    code = (
        "import sys, maturitykit as mk\nmodel = mk.model('clearhead')\n"
        "mk.score(model, {}), mk.compare, mk.translate\n"
        "assert 'maturitykit.report' not in sys.modules\n"
        "model._repr_html_()\nassert 'maturitykit.report.notebook' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("model", ["clearhead", "cmotions-4d", "data-driven-quadrant"])
def test_a_frame_has_a_row_for_each_score(engine: str, model: str) -> None:
    pytest.importorskip(engine, reason=f"{engine} is not installed")
    result = example(model)
    frame = result.to_frame(engine)
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == len(result)
    for column in ("dimension", "stage_likely", "coverage", "respondents", "index_high", "not_applicable"):
        # Where there is no number, pandas has one that is none.
        found = [None if str(value) == "nan" else value for value in frame[column].to_list()]
        assert found == [getattr(row, column) for row in rows_of(result)]
    first = frame["date"].to_list()[0]
    assert (first if engine == "polars" else first.date()) == result.date
    # What there is nothing of has the same kind all the same.
    assert str(frame["index_low"].dtype).lower() == "float64"


def test_a_frame_of_a_result_without_a_date() -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    frame = mk.score(mk.model("four-stage"), {}).to_frame()
    assert str(frame["date"].dtype) == "datetime64[s]"
    assert frame["date"].isna().all()


def test_an_engine_that_is_not_there_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(mk.MaturityError, match=r'"spark" is not known; expected one of pandas, polars'):
        example("clearhead").to_frame("spark")
    monkeypatch.setitem(__import__("sys").modules, "polars", None)
    with pytest.raises(mk.MaturityError, match="this needs polars: python -m pip install polars"):
        example("clearhead").to_frame("polars")


def test_the_notebook_of_the_documentation_is_what_it_gives(pytestconfig: pytest.Config) -> None:
    nbformat = pytest.importorskip("nbformat", reason="reads notebooks")
    nbclient = pytest.importorskip("nbclient", reason="runs notebooks")
    pytest.importorskip("ipykernel", reason="runs notebooks")
    pytest.importorskip("pandas", reason="the notebook uses it")
    path = Path("docs/how-to/notebook.ipynb")
    kept = nbformat.read(path, as_version=4)
    ran = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(ran, kernel_name="python3", resources={"metadata": {"path": "."}}).execute()
    for before, after in zip(kept.cells, ran.cells, strict=True):
        if before.cell_type == "code":
            assert [output["data"]["text/html"] for output in after.outputs] == [
                output["data"]["text/html"] for output in before.outputs
            ]
