"""Every reader, on broken files: it returns something usable, or says what is wrong, soon and in little memory.

``nox -s fuzz`` tries many more. What was once found stands as an example, or in ``bad/``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from time import process_time
from typing import Any, TypeVar

import pytest
from attrs import asdict, evolve
from hypothesis import example, given, strategies as st

import hostile
import maturitykit as mk
from fuzzing import VALUES, altered, as_json, as_toml, broken, broken_archives, examples
from maturitykit.files.source_map import Located
from maturitykit.files.text import read_text, read_toml
from maturitykit.files.toml import to_toml
from maturitykit.files.translations import texts_to_dict
from maturitykit.template.grid import read_grid
from maturitykit.testing import read_cases, strategies as mks
from toys import GRADE, SHARE, flat, model_to_dict

T = TypeVar("T")

BOOKS = all(find_spec(name) for name in ("python_calamine", "xlsxwriter"))

#: Seconds of processor time, and MB of memory, that a small file may take; most take a hundredth.
SECONDS, MEGABYTES = 10, 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def most_memory() -> float:
    """The most that this process has taken so far, in MB; 0 where it is not known."""
    if sys.platform != "linux":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tried(read: Callable[[], T]) -> T | None:
    """What was read; None if it was refused, in words that can be shown."""
    began, before = process_time(), most_memory()
    found = said = None
    try:
        found = read()
    except mk.MaturityError as error:
        said = error
    assert process_time() - began < SECONDS
    assert most_memory() - before < MEGABYTES
    assert said is None or (said.findings and all(line.isprintable() for line in str(said).split("\n"))), said
    return found


def kept(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


# Valid files, from which the broken ones are made.

PLAIN = [
    flat("a", ["d0", "d1", "d2"], scale=GRADE),
    flat("b", ["e0", "e1"], "median", scale=SHARE, version="2"),
]
TEXTS = ["One.", "Two\nlines", "Drei – µ", 'He says "so"']
MODELS = st.sampled_from([*PLAIN, hostile.model(TEXTS)]) | mks.models(depth=2)
MODEL_DATA = MODELS.map(model_to_dict)
RATINGS = [
    mk.Rating("d0", "good", "Ann", "why", "https://example.org"),
    mk.Rating("d1", "basic..best", "Ann"),
    mk.Rating("d0", "unknown", "Bob", "=1+1"),
    mk.Rating("d2", None, "Bob", "é, ü; and\nmore"),
]
ASSESSMENT = mk.Assessment("a", RATINGS, "Acme", None, "1", PLAIN[0].digest)
ASSESSMENT_DATA = st.just(
    {"format": 1, "model": "a", "subject": "Acme", "date": "2026-05-31", "ratings": [
        {"dimension": rating.dimension, "rating": rating.answer, "respondent": rating.respondent}
        for rating in RATINGS if rating.answer
    ]}
)  # fmt: skip
CROSSWALK = mk.Crosswalk(
    "a", "b",
    [
        mk.Link("d0", "e0", "intersects", "1/2", dict.fromkeys(GRADE.ids, ("no", "partly", "fully")), "Both.",
                [("basic", "no"), ("good", "partly")]),
        mk.Link("d1", "e0", {"subset", "equal"}, "0.25", dict.fromkeys(GRADE.ids, ("no", "no", "fully")), "Part.",
                [("basic", "no"), ("best", "fully")]),
    ],
    version="1", source_version="1", target_version="2", summary="Some.\nMore.",
    not_inferable=[mk.NotInferable("a", "d2", "Nobody asks."), mk.NotInferable("b", "e1", "Nothing says.")],
    coding=mk.types.Coding("By hand", 2, 3, 2, 9, 8, 0.75),
)  # fmt: skip


def crosswalk_data(crosswalk: mk.Crosswalk) -> dict[str, Any]:
    links = [
        {**asdict(link), "strength": float(link.strength), "relation": sorted(link.relation)}
        for link in crosswalk.links
    ]
    data = {name: getattr(crosswalk, name) for name in ("source", "target", "version", "language", "summary")}
    gaps = [asdict(item) for item in crosswalk.not_inferable]
    coding = {"coding": asdict(crosswalk.coding)} if crosswalk.coding else {}
    for link in links:
        del link["steps"], link["location"]
    # Tuples are lists in files.
    plain: dict[str, Any] = json.loads(
        json.dumps({"format": 1, **data, **coding, "links": links, "not_inferable": gaps})
    )
    return plain


#: Of those that hypothesis makes, the ones that lead from a model called "a" to one called "b".
MADE = st.builds(lambda a, b: (a, b), mks.models(depth=2, id="a"), mks.models(depth=2, id="b")).flatmap(
    lambda pair: mks.crosswalks(*pair)
)
CROSSWALKS = st.just(CROSSWALK) | MADE


@cache
def written(suffix: str) -> bytes:
    """A file of ratings as it is written."""
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / f"x{suffix}"
        mk.write(ASSESSMENT, path)
        return path.read_bytes()


# Models and crosswalks.


def reread_model(model: mk.Model, folder: Path) -> None:
    again = mk.read_model(kept(folder / "again" / "model.toml", to_toml(model_to_dict(model)).encode()))
    assert again == model
    assert again.digest == model.digest
    tried(lambda: mk.score(model, {}))


@examples(25, 0.5)
@given(data=broken(MODEL_DATA.map(lambda data: to_toml(data).encode())))
def test_a_model(data: bytes, folder: Path) -> None:
    path = kept(folder / "model.toml", data)
    if model := tried(lambda: mk.read_model(path)):
        reread_model(model, folder)


@examples(25, 0.5)
@given(data=altered(MODEL_DATA))
def test_the_data_of_a_model(data: dict[str, Any], folder: Path) -> None:
    path = kept(folder / "model.toml", as_toml(data))
    if model := tried(lambda: mk.read_model(path)):
        reread_model(model, folder)


@examples(20, 0.5)
@given(data=broken(MODEL_DATA.map(lambda data: to_toml(data).encode())), where=st.text(max_size=9))
def test_the_places_of_a_model(data: bytes, where: str, folder: Path) -> None:
    path = kept(folder / "located.toml", data)
    found = tried(lambda: (read_text(path), read_toml(path)))
    if not found:
        return
    text, values = found
    located = Located(text, values)
    for path_ in ["", where, *_paths(values)]:
        place = located.location(path_)
        assert place is None or (1 <= place.line <= text.count("\n") + 1 and (place.column or 1) >= 1)
    for key in values:
        assert located.location(key) or not key or "." in key or "," in key


def _paths(data: Any, path: str = "") -> Iterator[str]:
    """Paths as findings have them."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        here = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}".strip(".")
        yield here
        if isinstance(value, (dict, list)):
            yield from _paths(value, here)


@examples(20, 0.5)
@given(data=st.data())
def test_the_texts_of_a_model(data: st.DataObject, folder: Path) -> None:
    original = hostile.model(TEXTS)
    texts = st.just(texts_to_dict(original, "nl"))
    kept(folder / "translated" / "model.toml", to_toml(model_to_dict(original)).encode())
    written = data.draw(broken(texts.map(lambda t: to_toml(t).encode())) | altered(texts).map(as_toml))
    kept(folder / "translated" / "text" / "nl.toml", written)
    model = mk.read_model(folder / "translated")
    tried(lambda: model.in_language("nl"))
    tried(lambda: model.in_language("xx"))


@examples(25, 0.5)
@given(
    data=broken(CROSSWALKS.map(lambda c: to_toml(crosswalk_data(c)).encode()))
    | altered(CROSSWALKS.map(crosswalk_data)).map(as_toml)
)
def test_a_crosswalk(data: bytes, folder: Path) -> None:
    path = kept(folder / "a--b.toml", data)
    if crosswalk := tried(lambda: mk.read_crosswalk(path)):
        text = tried(lambda: mk.sssom.to_sssom(crosswalk))
        if text is not None:
            assert mk.sssom.read_sssom(kept(folder / "again.sssom.tsv", text.encode())) == crosswalk
        tried(lambda: mk.translate(mk.score(PLAIN[0], {}), PLAIN[1], crosswalks=[crosswalk], models=PLAIN))


@examples(15, 0.5)
@given(data=st.data())
def test_the_texts_of_a_crosswalk(data: st.DataObject, folder: Path) -> None:
    texts = st.just({
        "format": 1, "language": "nl", "summary": "Deels", "method": "Met de hand",
        "links": {"d0--e0": "Beide."}, "not_inferable": {"a.d2": "Niemand vraagt het."},
    })  # fmt: skip
    kept(folder / "crosswalk" / "a--b.toml", to_toml(crosswalk_data(CROSSWALK)).encode())
    written = data.draw(broken(texts.map(lambda t: to_toml(t).encode())) | altered(texts).map(as_toml))
    kept(folder / "crosswalk" / "text" / "nl" / "a--b.toml", written)
    crosswalk = mk.read_crosswalk(folder / "crosswalk" / "a--b.toml")
    tried(lambda: crosswalk.in_language("nl"))


@examples(30, 0.5)
@given(data=broken(CROSSWALKS.map(lambda crosswalk: mk.sssom.to_sssom(crosswalk).encode())))
def test_sssom(data: bytes, folder: Path) -> None:
    path = kept(folder / "a--b.sssom.tsv", data)
    if crosswalk := tried(lambda: mk.sssom.read_sssom(path)):
        again = kept(folder / "again.sssom.tsv", mk.sssom.to_sssom(crosswalk).encode())
        assert mk.sssom.read_sssom(again) == crosswalk


CASES = {"format": 1, "cases": [
    {"id": "x", "why": "By hand.", "ratings": {"d0": "good", "d1": ["basic", 0.5]}, "scorer": "weakest",
     "expected": {"outcome": ["basic", "", "best"], "d0": "good"}, "coverage": {"outcome": 0.5}},
]}  # fmt: skip


@examples(15, 0.3)
@given(data=broken(st.just(as_toml(CASES))) | altered(st.just(CASES)).map(as_toml))
def test_golden_cases(data: bytes, folder: Path) -> None:
    path = kept(folder / "cases.toml", data)
    for case in tried(lambda: read_cases(path)) or []:
        tried(lambda case=case: case.differences(PLAIN[0]))  # type: ignore[misc]


def test_a_golden_case_of_a_dimension_that_is_not_there(folder: Path) -> None:
    data = {"format": 1, "cases": [{**CASES["cases"][0], "expected": {"d9": "good"}, "coverage": {"d8": 1.0}}]}  # type: ignore[index]
    (case,) = read_cases(kept(folder / "cases.toml", as_toml(data)))
    case = evolve(case, ratings={"d0": "good"})
    told = case.differences(PLAIN[0])
    assert [text.partition(";")[0] for text in told] == ['"d9" is not a dimension', '"d8" is not a dimension']


# Assessments.


def reread_one(assessment: mk.Assessment, path: Path) -> None:
    try:
        mk.write(assessment, path)
    except mk.FileError:
        # Some formats cannot hold what others can, and say so.
        return
    assert mk.read(path) == assessment


def reread(path: Path, data: bytes, model: str = "") -> None:
    found = tried(lambda: mk.read_all(kept(path, data), model))
    for assessment in found or []:
        reread_one(assessment, path)
        tried(lambda a=assessment: mk.score(PLAIN[0], a))  # type: ignore[misc]
    if found and path.suffix == ".csv":
        mk.write(found, path)
        assert mk.read_all(path) == found


@examples(30, 1)
@given(data=broken(st.just(written(".csv"))), model=st.sampled_from(["", "a"]))
def test_a_table(data: bytes, model: str, folder: Path) -> None:
    reread(folder / "x.csv", data, model)


@examples(30, 1)
@given(data=broken(st.just(written(".json"))) | altered(ASSESSMENT_DATA, [*VALUES, None]).map(as_json))
def test_a_document_of_json(data: bytes, folder: Path) -> None:
    reread(folder / "x.json", data)


@examples(30, 1)
@given(data=broken(st.just(written(".toml"))) | altered(ASSESSMENT_DATA).map(as_toml))
def test_a_document_of_toml(data: bytes, folder: Path) -> None:
    reread(folder / "x.toml", data)


@examples(20, 0.3)
@given(data=st.binary(max_size=200), name=st.sampled_from(["x.csv", "x.json", "x.toml", "x.xlsx", "x.txt", "x"]))
@example(data=b"", name="x.xlsx")
def test_anything_as_an_assessment(data: bytes, name: str, folder: Path) -> None:
    tried(lambda: mk.read_all(kept(folder / name, data)))


@cache
def workbook(kind: str) -> bytes:
    """A table, or a form."""
    if kind == "table":
        return written(".xlsx")
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        form = Path(place) / "form.xlsx"
        mk.write_form(PLAIN[0], form, "Acme")
        return form.read_bytes()


@pytest.mark.skipif(not BOOKS, reason="workbooks need the extra [xlsx]")
@examples(20, 0.2)
@given(data=broken_archives(st.sampled_from(["form", "table"]).map(workbook)))
def test_a_workbook(data: bytes, folder: Path) -> None:
    path = kept(folder / "x.xlsx", data)
    for assessment in tried(lambda: mk.read_all(path)) or []:
        reread_one(assessment, path)
    tried(lambda: read_grid(path, "made"))


# What `maturitykit new` takes models from.

GRID = b"""A model of the garden
,1. Seed,2. Plant,"3. Tree
Is it tall?"
,Is it there?,,
Care,,,
1. Water,dry,"wet, at times",always
2. Light,dark,<b>grey</b>,bright
What to do,wait,water,rest
"""


@examples(30, 0.5)
@given(data=broken(st.just(GRID)))
def test_a_grid(data: bytes, folder: Path) -> None:
    path = kept(folder / "grid.csv", data)
    if draft := tried(lambda: read_grid(path, "made")):
        made = kept(folder / "made" / "model.toml", to_toml(draft.data).encode())
        if model := tried(lambda: mk.read_model(made)):
            reread_model(model, folder)


@examples(12, 0.03)
@given(data=st.data())
def test_a_folder_of_samm(data: st.DataObject, folder: Path) -> None:
    pytest.importorskip("yaml", reason="YAML is read by an extra, [yaml]")
    from maturitykit.template.samm import read_samm
    from test_samm import write_core

    core = folder / "core"
    if not core.exists():
        write_core(core)
    file = data.draw(st.sampled_from(sorted(core.rglob("*.yml"))))
    whole = file.read_bytes()
    try:
        file.write_bytes(data.draw(broken(st.just(whole))))
        draft = tried(lambda: read_samm(core, "made"))
    finally:
        file.write_bytes(whole)
    if draft:
        made = kept(folder / "made" / "model.toml", to_toml(draft.data).encode())
        if model := tried(lambda: mk.read_model(made)):
            reread_model(model, folder)


@examples(25, 1)
@given(
    data=broken(
        st.just(b"- a: 'x'\n  b: \"y\\n\"\n  c: |\n    two\n    lines\n- [1, {d: e}]\n- &f g\n- *f\n# h\n")
    )
)
def test_yaml(data: bytes, folder: Path) -> None:
    pytest.importorskip("yaml", reason="YAML is read by an extra, [yaml]")
    from maturitykit.files.yaml import read_yaml

    path = kept(folder / "x.yml", data)
    tried(lambda: read_yaml(path))


# Large tables.


@st.composite
def columns(draw: st.DrawFn) -> dict[str, list[Any]]:
    """The columns of a table of ratings, some of which are there, and of some type."""
    texts = ["a", "d0", "d1", "good", "best", "basic..best", "unknown", "0.5", "2026-05-31", "", "x\x00", "=1+1"]
    kinds = [st.sampled_from(texts), st.integers(0, 2), st.floats(), st.lists(st.just("good"), max_size=2)]
    names = ["dimension", "rating", "respondent", "subject", "date", "model", "version", "d0", "d1", "x"]
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    return {name: draw(st.lists(st.none() | draw(st.sampled_from([kinds[0], *kinds])), min_size=3, max_size=3))
            for name in chosen}  # fmt: skip


@examples(5, 0.02)
@given(
    columns=columns(),
    suffix=st.sampled_from([".parquet", ".arrow", ".csv"]),
    mistake=st.booleans(),
    data=st.data(),
)
def test_a_large_table(
    columns: dict[str, list[Any]], suffix: str, mistake: bool, data: st.DataObject, folder: Path
) -> None:
    pa = pytest.importorskip("pyarrow", reason="tables need the extra [tables]")
    pytest.importorskip("polars", reason="tables need the extra [tables]")
    from pyarrow import csv, feather, parquet

    from maturitykit.tables.files import score_files

    path, output, problems = folder / f"in{suffix}", folder / "out.parquet", folder / "problems.csv"
    table = pa.table(columns)
    try:
        if suffix == ".parquet":
            parquet.write_table(table, path)
        elif suffix == ".arrow":
            feather.write_feather(table, path, compression="uncompressed")
        else:
            csv.write_csv(table, path)
    except pa.ArrowInvalid:
        return
    if mistake:
        path.write_bytes(data.draw(broken(st.just(path.read_bytes()))))
    output.unlink(missing_ok=True)
    done = tried(lambda: score_files([str(path)], str(output), PLAIN[0], problems=str(problems)))
    assert output.exists() is (done is not None)
    assert list(folder.glob(".*")) == []
