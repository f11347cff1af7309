"""Everything that can be written to a file is read back equal, by path and through open files."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings, strategies as st

import hostile
import maturitykit as mk
from maturitykit.testing import strategies as mks
from toys import Run

EXAMPLES = Path(__file__).parents[1] / "examples"
MODEL = mk.model(sorted(mk.models)[0])
DOCUMENTS = ["toml", "json"]
TEXTS = hostile.TEXTS | st.lists(st.sampled_from(["a.", "\n", "\r", '"', "\\", "\x7f", "\u2028"])).map("".join)


def again(thing: Any, format: str, read: Callable[..., Any]) -> Any:
    """Write something to an open file, and read that."""
    file = io.BytesIO()
    mk.write(thing, file, format=format)
    file.seek(0)
    return read(file, format=format)


# ---- models


@pytest.mark.parametrize("format", DOCUMENTS)
@given(model=mks.models())
def test_a_model_is_read_back_equal(format: str, model: mk.Model) -> None:
    assert again(model, format, mk.read_model) == model


@pytest.mark.parametrize("format", DOCUMENTS)
@given(texts=st.lists(TEXTS, min_size=1, max_size=20))
def test_the_texts_of_a_model_are_read_back_equal(format: str, texts: list[str]) -> None:
    model = hostile.model(texts)
    assert again(model, format, mk.read_model) == model


@pytest.mark.parametrize("format", DOCUMENTS)
@pytest.mark.parametrize("id", sorted(mk.models))
def test_an_installed_model_is_read_back_equal(id: str, format: str, tmp_path: Path) -> None:
    for model in (mk.model(id), mk.model(id).in_language("nl")):
        mk.write(model, tmp_path / f"x.{format}")
        found = mk.read_model(tmp_path / f"x.{format}")
        assert found == model
        assert found.digest == model.digest
        # Its other texts are in files of their own.
        assert found.languages == (model.language,)


def test_of_a_rule_that_is_an_object_the_id_is_written() -> None:
    model = mk.model(sorted(mk.models)[0])
    rule = mk.scorers.load("weakest")
    found = again(evolve(model, scorers=[rule, *model.scorers], translations={}), "toml", mk.read_model)
    assert found.scorers == ("weakest", *model.scorers)


# ---- crosswalks


@st.composite
def crosswalks(draw: st.DrawFn) -> mk.Crosswalk:
    """Crosswalks as they are written, turned around and composed, some with texts of others."""
    a, b, c = (draw(mks.models(depth=2, id=id)) for id in "abc")
    first, second = draw(mks.crosswalks(a, b)), draw(mks.crosswalks(b, c))
    text = draw(TEXTS)
    coding = mk.types.Coding(text, kappa=draw(st.none() | st.floats(-1, 1)))
    told = evolve(first, summary=text, caveat=text, version=text, coding=coding, source_version="1.0")
    exact = [evolve(link, strength=draw(st.fractions("1/1000", 1))) for link in first.links]
    return draw(
        st.sampled_from(
            [
                told,
                evolve(first, links=[evolve(link, rationale=text) for link in exact]),
                evolve(first, links=[evolve(link, stages={}, cells=[]) for link in first.links]),
                mk.links.reverse(first, a, b),
                mk.links.compose(first, second),
                mk.links.compose(mk.links.reverse(second, b, c), mk.links.reverse(first, a, b)),
            ]
        )
    )


@pytest.mark.parametrize("format", [*DOCUMENTS, "sssom.tsv"])
@settings(max_examples=25)
@given(crosswalk=crosswalks())
def test_a_crosswalk_is_read_back_equal(format: str, crosswalk: mk.Crosswalk) -> None:
    if format == "sssom.tsv":
        file = io.BytesIO()
        mk.write(crosswalk, file, format=format)
        assert mk.sssom.read_sssom(file.getvalue()) == crosswalk
    else:
        assert again(crosswalk, format, mk.read_crosswalk) == crosswalk


@pytest.mark.parametrize("id", sorted(mk.crosswalks))
def test_an_installed_crosswalk_is_read_back_equal(id: str, tmp_path: Path) -> None:
    crosswalk = mk.crosswalks.load(id)
    for suffix in DOCUMENTS:
        mk.write(crosswalk, tmp_path / f"{id}.{suffix}")
        assert mk.read_crosswalk(tmp_path / f"{id}.{suffix}") == crosswalk
    mk.write(crosswalk, tmp_path / "any.sssom.tsv")
    assert mk.sssom.read_sssom(tmp_path / "any.sssom.tsv") == crosswalk


def test_mappings_are_read_from_what_is_given(tmp_path: Path) -> None:
    text = mk.sssom.to_sssom(mk.crosswalks.load(sorted(mk.crosswalks)[0]))
    (tmp_path / "x.tsv").write_text(text, encoding="utf-8")
    expected = mk.sssom.read_sssom(tmp_path / "x.tsv")
    with (tmp_path / "x.tsv").open(encoding="utf-8", newline="") as file:
        for content in (
            str(tmp_path / "x.tsv"),
            text.encode(),
            io.BytesIO(text.encode()),
            io.StringIO(text),
            file,
        ):
            assert mk.sssom.read_sssom(content) == expected
    with pytest.raises(mk.FileError, match=r"data\.sssom\.tsv is not a crosswalk in SSSOM"):
        mk.sssom.read_sssom(b"a")


def test_commands_take_models_and_crosswalks_from_json(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mk.write(MODEL, "x.json")
    id = sorted(mk.crosswalks)[0]
    mk.write(mk.crosswalks.load(id), f"{id}.json")
    for name, file in ((MODEL.id, "x.json"), (id, f"{id}.json")):
        assert run("show", file).stdout == run("show", name).stdout != ""


# ---- results


def test_a_result_is_read_back_with_the_same_scores(tmp_path: Path) -> None:
    one, other = sorted(mk.models)[:2]
    result = mk.score(one, mk.read(EXAMPLES / f"{one}.csv"))
    mk.write(result, tmp_path / "x.json")
    found = mk.read_result(tmp_path / "x.json").to_dict()
    assert [found[key] for key in ("outcome", "dimensions")] == [
        result.to_dict()[key] for key in ("outcome", "dimensions")
    ]
    for other_kind in (mk.translate(result, other), mk.compare(result, result)):
        mk.write(other_kind, tmp_path / "y.json")
        text = (tmp_path / "y.json").read_text("utf-8")
        assert json.loads(text) == json.loads(json.dumps(other_kind.to_dict()))


# ---- files


ANSWERS = mk.Assessment("toy", [mk.Rating("a", "007", "Ann\r\n", "=1+1", "é")], "Acmé")


def test_an_open_file_is_of_text_or_of_bytes(tmp_path: Path) -> None:
    for suffix in ("toml", "json", "csv"):
        text, data = io.StringIO(newline=""), io.BytesIO()
        mk.write(ANSWERS, text, format=suffix)
        mk.write(ANSWERS, data, format=f".{suffix}")
        mk.write(ANSWERS, tmp_path / f"x.{suffix}")
        assert text.getvalue().encode() == data.getvalue() == (tmp_path / f"x.{suffix}").read_bytes()
        assert mk.read(data.getvalue(), format=suffix) == ANSWERS


def test_an_open_file_says_its_format_by_its_name(tmp_path: Path) -> None:
    with (tmp_path / "a.json").open("w", encoding="utf-8") as text, (tmp_path / "b.toml").open("wb") as data:
        mk.write(MODEL, text)
        mk.write(MODEL, data)
    assert mk.read_model(tmp_path / "a.json") == mk.read_model(tmp_path / "b.toml") == MODEL


def test_a_workbook_goes_to_a_file_of_bytes() -> None:
    pytest.importorskip("xlsxwriter", reason="workbooks need the extra [xlsx]")
    pytest.importorskip("python_calamine", reason="workbooks need the extra [xlsx]")
    assert again(ANSWERS, "xlsx", mk.read) == ANSWERS
    with pytest.raises(mk.FileError, match="is open for text; expected a file that is open for bytes"):
        mk.write(ANSWERS, io.StringIO(), format="xlsx")


def closed() -> io.BytesIO:
    file = io.BytesIO()
    file.close()
    return file


@pytest.mark.parametrize(
    ("thing", "path", "format", "words"),
    [
        (MODEL, "x.csv", "", 'a model cannot be written as ".csv"; expected one of .toml, .json'),
        (MODEL, "x", "", "nothing tells its format; expected one of .toml, .json"),
        (MODEL, io.BytesIO(), "", "cannot write to what is given\n  nothing tells its format"),
        (MODEL, closed(), "toml", "cannot write to the open file\n  I/O operation on closed file"),
        (mk.Crosswalk("a", "b", []), "x.toml", "", "the file is named x.toml; expected a--b.toml"),
        (mk.Crosswalk("a", "b", []), "x.json", "", "the file is named x.json; expected a--b.json"),
        (mk.Crosswalk("a b", "b", []), io.BytesIO(), "toml", '"a b" is not an id'),
        (mk.Crosswalk("a", "b", [mk.Link("x", "y", "equal", "1/3", {}, "\ud800")]), "a--b.toml", "", "half a"),
        (evolve(MODEL, summary="\ud800"), "x.toml", "", "half a character"),
        (evolve(MODEL, summary="\ud800"), "x.json", "", "half a character"),
        (5, "x.json", "", '5 cannot be written as ".json"; expected assessments, a model, a crosswalk'),
        ([ANSWERS, "x"], "x.csv", "", '"x" cannot be written'),
    ],
)
def test_what_cannot_be_written_is_told(
    thing: Any, path: Any, format: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(mk.FileError) as caught:
        mk.write(thing, path, format=format)
    assert words in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_text_that_looks_like_a_very_long_key_is_read_back() -> None:
    for text in ("a. " * 80, "x\n" + "1.2" * 60 + "\n..", '"a"."b".' * 40):
        assert again(evolve(MODEL, summary=text), "toml", mk.read_model).summary == text
        assessment = mk.Assessment("toy", [mk.Rating("a", comment=text)])
        assert again(assessment, "toml", mk.read) == assessment
