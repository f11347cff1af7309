"""``maturitykit new``: whole packages, by themselves and from grids of a model."""

from __future__ import annotations

import csv
import json
import os
import re
import stat
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import fields
from hypothesis import given, strategies as st

import maturitykit as mk
import maturitykit.template
from maturitykit.files.model import DimensionEntry, ModelEntry
from maturitykit.files.toml import to_toml
from maturitykit.files.yaml import _yaml as yaml_once
from maturitykit.template import LICENSES
from maturitykit.template.draft import Ids, slug
from maturitykit.template.grid import read_grid
from maturitykit.template.package import new_crosswalk, new_model, new_scorer
from maturitykit.testing import Case, read_cases
from toys import Run, check_crosswalk

# ---- TOML

PLAIN_VALUES = st.text(max_size=9) | st.integers() | st.booleans() | st.floats(allow_nan=False) | st.dates()
VALUES = PLAIN_VALUES | st.lists(PLAIN_VALUES | st.lists(st.text(max_size=3), max_size=2), max_size=3)
KEYS = st.text(max_size=5)
TABLES = st.recursive(
    st.dictionaries(KEYS, VALUES, max_size=3),
    lambda inner: st.dictionaries(KEYS, inner | st.lists(inner, min_size=1, max_size=2), max_size=2),
    max_leaves=4,
)


@given(TABLES)
def test_toml_reads_back_as_what_was_written(data: dict[str, Any]) -> None:
    assert tomllib.loads(to_toml(data)) == data


QUOTES = st.text(st.sampled_from('"\\\n\r\t \x00\x1f\x7f\u2028aé\U0001f600'))


@given(QUOTES)
def test_texts_of_any_characters_read_back(text: str) -> None:
    assert tomllib.loads(to_toml({"text": text, text: [text]})) == {"text": text, text: [text]}


def test_toml_reads_as_written_by_hand() -> None:
    data = {
        "title": 'A "title"',
        "texts": "One.\n\nTwo.",
        "source": {"note": "\x1b[31m"},
        "scales": [{"id": "s", "stages": [{"id": "a"}, {"id": "b", "value": 1.0}]}],
        "names": {"s": {"a": {"name": "A b"}}},
    }
    assert to_toml(data, {"scales": "What it is\nrated on.", "title": "Said once."}) == (
        '# Said once.\ntitle = "A \\"title\\""\ntexts = """\nOne.\n\nTwo."""\n\n[source]\nnote = "\\u001b[31m"\n\n'
        '# What it is\n# rated on.\n[[scales]]\nid = "s"\n\n[[scales.stages]]\nid = "a"\n\n[[scales.stages]]\n'
        'id = "b"\nvalue = 1.0\n\n[names.s.a]\nname = "A b"\n'
    )


# ---- ids


@given(st.lists(st.text(max_size=100) | st.sampled_from(["Unknown", "Stage", "a", "A"]), max_size=20))
def test_any_names_make_ids(names: list[str]) -> None:
    reserved = ("unknown", "not_applicable")
    ids = Ids(reserved)
    made = [ids.of(name, "stage") for name in names]
    assert len(set(made)) == len(made)
    assert not set(reserved) & set(made)
    scale = [mk.Stage(id) for id in dict.fromkeys(["bottom", "top", *made])]
    assert mk.Scale("scale", scale).ids[0] == "bottom"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Decision-making process", "decision-making-process"),
        ("Größe & Wert", "grosse-wert"),
        ("  --  ", ""),
        ("数据", ""),
        ("a" * 99, "a" * 60),
        (f"{'word ' * 20}end", "word-word-word-word-word-word-word-word-word-word-word-word"),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_slug(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_names_that_make_no_id_are_counted() -> None:
    ids = Ids(("outcome",))
    names = ["数据", "文化", "1", "Outcome", "A", "a", "stage"]
    assert [ids.of(name, "stage") for name in names] == [
        "stage-1", "stage-2", "stage-1-2", "outcome-2", "a", "a-2", "stage-3",
    ]  # fmt: skip


# ---- packages


def made_at(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in folder.rglob("*") if p.is_file()}


def test_model_is_a_whole_package(tmp_path: Path, run: Run) -> None:
    done = run("new", "model", "my-ladder", "--into", str(tmp_path), "--language", "nl", "--language", "pt-BR")
    assert done.returncode == 0
    folder = tmp_path / "maturitykit-my-ladder"
    assert os.listdir(tmp_path) == [folder.name]
    made = made_at(folder)
    assert sorted(done.stdout.splitlines()) == sorted(str(folder / name) for name in made)
    home = "src/maturitykit_my_ladder"
    assert set(made) == {
        ".github/workflows/tests.yml", ".gitignore", ".taplo.toml", "CHANGELOG.md", "LICENSE", "README.md",
        "pyproject.toml", f"{home}/__init__.py", f"{home}/py.typed", f"{home}/model.toml", f"{home}/cases.toml",
        *(f"schema/{kind}.schema.json" for kind in ("model", "model-text", "cases")),
        f"{home}/text/nl.toml", f"{home}/text/pt-BR.toml", "tests/test_model.py",
    }  # fmt: skip
    assert f"next: write {folder / home / 'model.toml'}" in done.stderr
    project = tomllib.loads(made["pyproject.toml"])["project"]
    assert project["name"] == "maturitykit-my-ladder"
    assert project["entry-points"] == {"maturitykit.models": {"my-ladder": "maturitykit_my_ladder:model"}}
    assert project["dependencies"] == ["maturitykit>=1,<2"]
    filled = {name: text for name, text in made.items() if not name.startswith("schema/")}
    assert not [name for name, text in filled.items() if re.search(r"\$[a-z{]|PACKAGE", text)]
    for language in ("nl", "pt-BR"):
        model = mk.read_model(folder / home)
        assert model.in_language(language).title == model.title
    assert run("check", str(folder / home)).returncode == 0


def test_every_text_to_be_replaced_is_told(tmp_path: Path, run: Run) -> None:
    one, other = new_model("one", tmp_path), new_model("other", tmp_path)
    models = [made.folder / made.main for made in (one, other)]
    between = new_crosswalk(mk.read_model(models[0]), mk.read_model(models[1]), tmp_path)
    for made, code in ((one, "MK144"), (between, "MK344")):
        file = made.folder / made.main
        done = run("check", str(file), *(f"--model={model}" for model in models), "--json")
        assert done.returncode == 0
        written = re.sub(r"^#.*", "", file.read_text("utf-8"), flags=re.MULTILINE)
        texts = re.findall(r'"[^"\n]*(?:Say here|Not coded yet)[^"\n]*"', written)
        found = [f["code"] for f in json.loads(done.stdout)["findings"]]
        # Its two parts of equal weight may tie, as the author should know.
        assert [each for each in found if each != "MK113"] == [code] * len(texts)
        assert len(texts) > 5


def test_templates_have_one_way_to_ask_for_a_text() -> None:
    for file in Path(maturitykit.template.__file__).parent.rglob("*"):
        if file.suffix in (".in", ".py"):
            assert not re.search(r"\bSay (?!here\b)", file.read_text("utf-8")), file


def cases_hold(home: Path) -> list[Case]:
    model, cases = mk.read_model(home), read_cases(home / "cases.toml")
    assert {case.id: case.differences(model) for case in cases} == {case.id: [] for case in cases}
    return cases


def test_golden_cases_of_a_new_model_hold(tmp_path: Path) -> None:
    made = new_model("mine", tmp_path)
    assert len(cases_hold((made.folder / made.main).parent)) == 5


def test_model_file_explains_every_field(tmp_path: Path) -> None:
    made = new_model("mine", tmp_path)
    text = (made.folder / made.main).read_text("utf-8")
    kinds = (
        ModelEntry,
        DimensionEntry,
        mk.types.Source,
        mk.types.Reading,
        mk.types.Guidance,
        mk.types.Note,
        mk.Gate,
        mk.Scale,
        mk.Stage,
    )
    names = {field.name for kind in kinds for field in fields(kind)}
    tables = set(re.findall(r"^(?:# )?\[+(?:\w+\.)?(\w+)\]+", text, re.MULTILINE))
    keys = set(re.findall(r"^(?:# )?(\w+) = .", text, re.MULTILINE))
    assert names - keys - tables == set()
    assert {"id", "name"} <= keys
    # Whatever stands behind a comment sign is right as well.
    for line in re.findall(r"^# (\w+ = [^#\n]*)", text, re.MULTILINE):
        tomllib.loads(line)


def test_crosswalk_is_a_whole_package(tmp_path: Path, run: Run) -> None:
    run("new", "model", "my-ladder", "--into", str(tmp_path))
    own = str(tmp_path / "maturitykit-my-ladder/src/maturitykit_my_ladder/model.toml")
    name = "my-ladder--clearhead"
    done = run("new", "crosswalk", name, "--into", str(tmp_path), "--model", own, "--language", "nl")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "maturitykit-my-ladder-clearhead"
    made = made_at(folder)
    home = "src/maturitykit_my_ladder_clearhead"
    assert {f"{home}/{name}.toml", f"{home}/text/nl/{name}.toml", "tests/test_crosswalk.py"} < set(made)
    project = tomllib.loads(made["pyproject.toml"])
    assert project["project"]["entry-points"]["maturitykit.crosswalks"] == {
        name: "maturitykit_my_ladder_clearhead:crosswalk"
    }
    assert project["dependency-groups"]["test"] == ["pytest>=8", "maturitykit-clearhead"]
    crosswalk = mk.read_crosswalk(folder / home / f"{name}.toml")
    assert check_crosswalk(crosswalk, mk.read_model(own), mk.model("clearhead")) == []
    assert crosswalk.in_language("nl").language == "nl"
    assert run("check", str(folder / home / f"{name}.toml"), "--model", own).returncode == 0
    assert {field.name for field in fields(mk.types.Coding)} <= set(
        re.findall(r"^(?:# )?(\w+) = ", made[f"{home}/{name}.toml"], re.MULTILINE)
    )


def test_the_example_link_of_a_new_crosswalk_can_be_used(tmp_path: Path) -> None:
    for source, target in (("clearhead", "four-stage"), ("cmotions-4d", "data-driven-quadrant")):
        made = new_crosswalk(mk.model(source), mk.model(target), tmp_path)
        file = made.folder / made.main
        text = file.read_text("utf-8").replace("links = []", "")
        head, example = text.split("\n# [[links]]")
        link, rest = example.split("\n\n", 1)
        link = "\n".join(line.removeprefix("# ") for line in link.splitlines())
        file.write_text(f"{head}\n[[links]]\n{link}\n\n{rest}", "utf-8")
        crosswalk = mk.read_crosswalk(file)
        (linked,) = crosswalk.links
        findings = check_crosswalk(crosswalk, mk.model(source), mk.model(target))
        # What is linked has to leave the list of what is not.
        assert {f.problem.partition(" in ")[0] for f in findings} <= {"is linked"}
        assert (linked.source == "outcome") == (source == "clearhead")


def test_scorer_is_a_whole_package(tmp_path: Path, run: Run) -> None:
    done = run("new", "scorer", "all_but-one", "--into", str(tmp_path), "--license", "Apache-2.0", "--json")
    told = json.loads(done.stdout)
    folder = tmp_path / "maturitykit-all-but-one"
    assert told["folder"] == str(folder)
    made = made_at(folder)
    assert told["files"] == sorted(made)
    assert "class AllButOneRule(mk.Scorer)" in made["src/maturitykit_all_but_one/__init__.py"]
    assert 'id = "all_but-one"' in made["src/maturitykit_all_but_one/__init__.py"]
    assert "Apache License" in made["LICENSE"]
    assert tomllib.loads(made["pyproject.toml"])["project"]["license"] == "Apache-2.0"


@pytest.mark.parametrize("license", LICENSES)
def test_each_licence_has_its_text(tmp_path: Path, license: str) -> None:
    text = made_at(new_scorer("rule", tmp_path, license).folder)["LICENSE"]
    assert len(text) > 300
    assert "$" not in text
    words = {"MIT": "MIT License", "Apache-2.0": "Version 2.0", "CC0-1.0": "CC0 1.0 Universal"}
    assert words.get(license, f"licenses/{license[3:-4].lower()}/4.0/") in text


#: What cannot be a name, and what the answer must say.
NAMES = {
    "../out": "is not an id",
    "a/b": "is not an id",
    "a\\b": "is not an id",
    "1st": "is not an id",
    "": "is not an id",
    "a" * 101: "is not an id",
    "a\nb": "is not an id",
    "a b": "is not an id",
    "..": "is not an id",
    "ünï": "is not an id",
    "a--b": "is not an id",
    "$HOME": "is not an id",
}


@pytest.mark.parametrize(("name", "says"), NAMES.items())
@pytest.mark.parametrize("kind", ["model", "scorer"])
def test_names_that_are_no_ids_are_refused(tmp_path: Path, run: Run, kind: str, name: str, says: str) -> None:
    into = tmp_path / "here"
    into.mkdir()
    done = run("new", kind, "--into", str(into), "--", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert os.listdir(tmp_path) == ["here"]
    assert os.listdir(into) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["crosswalk", "clearhead"], "SOURCE--TARGET"),
        (["crosswalk", "clearhead--"], "SOURCE--TARGET"),
        (["crosswalk", "a--b--c"], "SOURCE--TARGET"),
        (["crosswalk", "clearhead--../x"], "nothing installed has the name"),
        (["crosswalk", "clearhead--clearhead"], "from a model to itself"),
        (["crosswalk", "clearhead--clearheat"], '"clearhead", perhaps'),
        (["scorer", "median"], "is a rule of maturitykit"),
        (["model", "x", "--language", "../nl"], "is no language"),
        (["model", "x", "--language", "en"], "is that of the file itself"),
        (["model", "x", "--language", "nl", "--language", "nl"], "is given twice"),
        (["model", "x", "--license", "GPL"], "GPL"),
        (["model", "x", "--into", "no-such-folder"], "is no folder"),
        (["model", "x", "--from", "no-such-file.csv"], "there is no such file"),
        (["model", "x", "--from", "pyproject.toml"], ".csv, .xlsx or .ods"),
        (["modell", "x"], "modell"),
    ],
)
def test_wrong_calls_are_answered_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    done = run("new", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert os.listdir(tmp_path) == ["pyproject.toml"]


@pytest.mark.parametrize("there", ["folder", "empty folder", "file", "link to nowhere"])
def test_nothing_is_overwritten(tmp_path: Path, run: Run, there: str) -> None:
    target = tmp_path / "maturitykit-mine"
    if "folder" in there:
        target.mkdir()
        if there == "folder":
            (target / "README.md").write_text("mine")
    elif there == "file":
        target.write_text("mine")
    else:
        target.symlink_to(tmp_path / "nowhere")
    before = sorted(path.name for path in tmp_path.rglob("*"))
    done = run("new", "model", "mine", "--into", str(tmp_path))
    assert done.returncode == 2
    assert "is there already, and nothing is overwritten" in done.stderr
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_a_package_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, *args: object, **kwargs: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(mk.FileError, match="No space left on device"):
        new_model("mine", tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_package_is_as_public_as_any_folder(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    folder = new_scorer("rule", tmp_path).folder
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)


def test_a_name_that_is_taken_is_told(tmp_path: Path, run: Run) -> None:
    done = run("new", "model", "clearhead", "--into", str(tmp_path))
    assert done.returncode == 0
    assert "clearhead is a name of maturitykit-clearhead too" in done.stderr


def test_an_id_may_end_in_what_no_distribution_ends_in(tmp_path: Path) -> None:
    made = new_model("My_Model-", tmp_path)
    assert made.folder.name == "maturitykit-my-model"
    assert mk.read_model(made.folder / made.main).id == "My_Model-"


# ---- grids

PLAIN = '''\
,Starting,Growing,Leading
People,nobody,a few,"all, and ""more"""
Process,none,some,"written
down"
'''


def from_grid(folder: Path, text: str, name: str = "grid.csv") -> tuple[mk.Model, str]:
    """The model made of a grid, and the README of its package."""
    file = folder / name
    file.write_text(text, "utf-8")
    made = new_model("toy", folder, draft=read_grid(file, "toy"))
    cases_hold((made.folder / made.main).parent)
    return mk.read_model(made.folder / made.main), (made.folder / "README.md").read_text("utf-8")


def shape(model: mk.Model) -> dict[str, Any]:
    """What a grid says, without what we add."""

    def tree(dimension: mk.Dimension) -> object:
        return {child.name: tree(child) for child in dimension.children} or list(dimension.descriptors.values())

    assert model.outcome is not None
    return {"stages": [stage.name for stage in model.outcome.stages], "tree": tree(model.root)}


def test_plain_grid(tmp_path: Path) -> None:
    model, readme = from_grid(tmp_path, PLAIN)
    assert shape(model) == {
        "stages": ["Starting", "Growing", "Leading"],
        "tree": {"People": ["nobody", "a few", 'all, and "more"'], "Process": ["none", "some", "written\ndown"]},
    }
    assert [leaf.id for leaf in model.leaves] == ["people", "process"]
    assert "3 stages, 2 dimensions. " in readme
    assert "\nNothing: all of it was.\n" in readme


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("head", ["", "sep={}\n"])
def test_cells_apart_by_anything(tmp_path: Path, separator: str, head: str) -> None:
    rows = [["", "A, b", "C; d"], ["People; all", "x", "y"], ["Tools, too", "x, y; z", "z"]]
    text = "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    model, _ = from_grid(tmp_path, head.format(separator) + text)
    assert shape(model) == {
        "stages": ["A, b", "C; d"],
        "tree": {"People; all": ["x", "y"], "Tools, too": ["x, y; z", "z"]},
    }


def test_numbers_that_belong_to_names_stay(tmp_path: Path) -> None:
    names = [
        "Level 1 Initial", "Industry 4.0 readiness", "ISO 27001 compliance", "Web 2.0 presence", "Tier 1 support",
        "Tier 2 support", "Step 3: deploy", "5S workplace", "24/7 support", "3D printing", "5 whys",
    ]  # fmt: skip
    text = ",Level 1 Initial,Level 2 Managed,1st class\n" + "".join(f'"{name}",a,b,c\n' for name in names)
    model, readme = from_grid(tmp_path, text)
    assert list(shape(model)["tree"]) == names
    assert shape(model)["stages"] == ["Level 1 Initial", "Level 2 Managed", "1st class"]
    assert "guidance" not in readme.lower()


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["1. People", "2. Tools"], ["People", "Tools"]),
        (["1.1 People", "1.2 Tools", "2.1 Law"], ["People", "Tools", "Law"]),
        (["0: People", "1: Tools"], ["People", "Tools"]),
        (["5 whys", "7 habits"], ["5 whys", "7 habits"]),
        (["2 keys", "1 door"], ["2 keys", "1 door"]),
        (["1 goal"], ["1 goal"]),
    ],
)
def test_a_numbering_is_taken_off(labels: list[str], names: list[str], tmp_path: Path) -> None:
    model, _ = from_grid(tmp_path, ",Low,High\n" + "".join(f"{label},a,b\n" for label in labels))
    assert list(shape(model)["tree"]) == names


NO_STAGES = {
    "ids in the first column": (
        "ID,Dimension,Low,High\nD-1,People,a,b\nD-2,Tools,c,d\n",
        "A column of ids or numbers was left out: column A"),
    "weights": (
        ",Low,High,Importance\nPeople,a,b,20%\nTools,c,d,80%\n",
        "A column of answers, ids or numbers is no stage, and was left out: D"),
    "scores and comments": (
        ",Low,High,Current score,Comments\nPeople,a,b,,\nTools,c,d,2,so so\n",
        "A column of answers, ids or numbers is no stage, and was left out: D, E"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), NO_STAGES.values(), ids=NO_STAGES)
def test_columns_of_numbers_are_no_stages(text: str, told: str, tmp_path: Path) -> None:
    model, readme = from_grid(tmp_path, text)
    assert shape(model) == {"stages": ["Low", "High"], "tree": {"People": ["a", "b"], "Tools": ["c", "d"]}}
    assert told in readme


def test_texts_full_of_commas_between_semicolons(tmp_path: Path) -> None:
    text = ";A;B\nPeople, mostly;one, two, three;four, five\nTools;a, b, c, d;e\n"
    model, _ = from_grid(tmp_path, text)
    tree = {"People, mostly": ["one, two, three", "four, five"], "Tools": ["a, b, c, d", "e"]}
    assert shape(model)["tree"] == tree


FULL = """\
The whole ladder;;;
Of our own making;;;
Theme;1. Starting;2. Growing;3. Leading
;What is there? Little.;Does it work?;
;;;
People;;;
1.1 Skills;none;some;many
1.2 Attitude;no;;yes
Process;;;
2.1 Planning;never;now and then;always
What to do?;begin;go on;stay
Tools;;;
"""


def test_title_questions_groups_numbers_and_guidance(tmp_path: Path) -> None:
    model, readme = from_grid(tmp_path, FULL)
    assert (model.title, model.summary) == ("The whole ladder", "Of our own making")
    assert shape(model) == {
        "stages": ["Starting", "Growing", "Leading"],
        "tree": {
            "People": {"Skills": ["none", "some", "many"], "Attitude": ["no", "yes"]},
            "Process": {"Planning": ["never", "now and then", "always"]},
        },
    }
    assert model.outcome is not None
    assert [(s.question, s.summary) for s in model.outcome.stages] == [
        ("", "What is there? Little."), ("Does it work?", ""), ("", ""),
    ]  # fmt: skip
    assert [(topic.name, list(topic.texts.values())) for topic in model.guidance] == [
        ("What to do?", ["begin", "go on", "stay"])
    ]
    assert [reading.id for reading in model.readings] == ["rule", "overall-stage", "guidance"]
    assert "3 stages, 3 dimensions in 2 groups" in readme
    assert 'A cell is empty, and so there is no text: C8 ("Attitude")' in readme
    assert "A name has no dimension below it: Tools" in readme
    assert 'The heading of a column of names was left out: "Theme" in A3' in readme


def test_a_first_column_of_groups(tmp_path: Path) -> None:
    text = "Domain,Dimension,Low,High\nPeople,Skills,a,b\n,Attitude,c,d\n,Size,e,f\nTools,Age,g,h\n"
    model, _ = from_grid(tmp_path, text)
    assert shape(model) == {
        "stages": ["Low", "High"],
        "tree": {
            "People": {"Skills": ["a", "b"], "Attitude": ["c", "d"], "Size": ["e", "f"]},
            "Tools": {"Age": ["g", "h"]},
        },
    }


def test_a_first_column_of_groups_without_headings(tmp_path: Path) -> None:
    model, _ = from_grid(tmp_path, ",,Low,High\nPeople,Skills,a,b\n,Size,c,d\nTools,Age,e,f\n")
    tree = {"People": {"Skills": ["a", "b"], "Size": ["c", "d"]}, "Tools": {"Age": ["e", "f"]}}
    assert shape(model) == {"stages": ["Low", "High"], "tree": tree}


def test_labels_and_headings_of_several_lines(tmp_path: Path) -> None:
    text = ',"Low\nWho cares?\nNobody.",High\n"Skills\nof people\nWho can?","a","b"\n'
    model, _ = from_grid(tmp_path, text)
    (leaf,) = model.leaves
    assert (leaf.name, leaf.question, leaf.summary) == ("Skills", "Who can?", "of people")
    assert model.outcome is not None
    low = model.outcome.stages[0]
    assert (low.name, low.question, low.summary) == ("Low", "Who cares?", "Nobody.")


def test_markup_of_a_page_is_taken_away(tmp_path: Path) -> None:
    text = ',Low,High\nSkills,<p>A <b>bold</b> move &amp; more</p><p>x &lt; y</p>,"a < b & c, <script>"\n'
    model, readme = from_grid(tmp_path, text)
    assert list(model.leaves[0].descriptors.values()) == ["A bold move & more\nx < y", "a < b & c, <script>"]
    assert "- Markup, such as bold type, was taken away: B2." in readme


def test_what_has_no_place_is_listed(tmp_path: Path) -> None:
    text = ",Low,High,,Low\nSkills,a,b,stray,c\n,d,e,,f\nTools,,g,,\n"
    model, readme = from_grid(tmp_path, text)
    assert shape(model)["tree"] == {"Skills": ["a", "b", "c"], "Tools": ["g"]}
    for said in (
        "A column has no stage above it, and was left out: column D.",
        "A row has no name, and was left out: row 3.",
        'A stage has the name of another: "Low" in E1.',
        'A cell is empty, and so there is no text: B4 ("Tools"), E4 ("Tools").',
    ):
        assert said in readme


def test_dimensions_of_one_name_are_told_within_a_group_only(tmp_path: Path) -> None:
    text = ",Low,High\nPeople,,\nSkills,a,b\nSkills,c,d\nTools,,\nSkills,e,f\n"
    model, readme = from_grid(tmp_path, text)
    assert [leaf.id for leaf in model.leaves] == ["skills", "skills-2", "skills-3"]
    assert '- A dimension has the name of another: "Skills" in row 4.' in readme


HOSTILE = '=cmd|"/c calc"!A0 \x1b[31m\x07 </script><script>alert(1)</script> ${oops} $package \u202e'


def test_hostile_texts_stay_texts(tmp_path: Path, run: Run) -> None:
    cell = '"' + HOSTILE.replace('"', '""') + '"'
    file = tmp_path / "grid.csv"
    file.write_text(f"{cell},,\n,{cell},Top\n{cell},{cell},x\n{cell},,y\n", "utf-8")
    done = run("new", "model", "toy", "--from", str(file), "--into", str(tmp_path), "--language", "nl")
    assert done.returncode == 0, done.stderr
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", done.stdout + done.stderr)
    made = made_at(tmp_path / "maturitykit-toy")
    for name, text in made.items():
        assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", text), name
    assert "<script>" not in made["README.md"]
    model = mk.read_model(tmp_path / "maturitykit-toy/src/maturitykit_toy")
    assert model.title == " ".join(HOSTILE.split())
    assert next(iter(model.leaves[0].descriptors.values())) == HOSTILE
    assert model.in_language("nl").leaves[0].descriptors == model.leaves[0].descriptors


#: What is no grid, and what the answer must say.
BAD: Mapping[str, tuple[str | bytes, str]] = {
    "empty": ("", "has no row with more than one text"),
    "one column": ("a\nb\nc\n", "has no row with more than one text"),
    "one stage": (",Low\nSkills,a\n", "names 1 stage;"),
    "no second stage": ("Theme,Low\nSkills,a\n", "names 1 stage;"),
    "header only": (",Low,High\n", "has no dimension below row 1"),
    "transposed": (
        ",People,Tools\nLevel 1,a,b\nLevel 2,c,d\n",
        "column A: names stages down, where dimensions are expected",
    ),
    "a questionnaire": (
        "Nr,Question,Answer,Comment\n1,Do you?,,\n2,Will you?,,\n",
        'names 0 stages, beside "Answer", "Comment", as a questionnaire has',
    ),
    "groups only": (",Low,High\nPeople,,\n", "has no dimension below row 1"),
    "many stages": ("," + ",".join("abcdefghijklmnopqrstuvwxyzABCDEFG") + "\nx,a\n", "names 33 stages"),
    "quote unclosed": (',Low,High\n"a,b,c\n', "is not CSV"),
    "large cell": (",Low,High\na," + "x" * 200_000 + ",c\n", "is not CSV: field larger than field limit"),
    "not utf-8": (b",Low,High\n\xff,a,b\n", "is not UTF-8"),
    "too large": ("x" * 20_000_001, "is larger than 20 MB"),
    "too many cells": ("," * 1_000_001, "is larger than a sheet of texts can be"),
    "too many rows": (",Low,High\n" + "x,a,b\n" * 2_001, "has 2,001 dimensions"),
}


@pytest.mark.parametrize(("text", "says"), BAD.values(), ids=BAD)
def test_what_is_no_grid_is_told(tmp_path: Path, run: Run, text: str | bytes, says: str) -> None:
    file = tmp_path / "grid.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = run("new", "model", "toy", "--from", str(file), "--into", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert os.listdir(tmp_path) == ["grid.csv"]


@pytest.mark.parametrize(
    ("module", "name", "extra"), [("python_calamine", "grid.xlsx", "xlsx"), ("yaml", "core", "yaml")]
)
def test_what_is_read_by_an_extra_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run, module: str, name: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    yaml_once.cache_clear()
    (tmp_path / "core" / "streams").mkdir(parents=True)
    (tmp_path / "core" / "streams" / "a.yml").touch()
    (tmp_path / "grid.xlsx").touch()
    done = run("new", "model", "toy", "--from", str(tmp_path / name), "--into", str(tmp_path))
    yaml_once.cache_clear()
    assert (done.returncode, done.stdout) == (2, "")
    assert f'python -m pip install "maturitykit[{extra}]"' in done.stderr


GRIDS = st.lists(st.lists(st.sampled_from(["", "a", "1. b", "?", "c\nd?", "x" * 90]), max_size=5), max_size=6)


@given(GRIDS)
def test_any_grid_makes_a_model_or_is_told(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    with (folder / "grid.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    try:
        draft = read_grid(folder / "grid.csv", "toy")
    except mk.FileError:
        return
    made = new_model("toy", folder, draft=draft)
    model = mk.read_model(made.folder / made.main)
    assert cases_hold((made.folder / made.main).parent)
    # Nothing vanishes: every text is in the model, or its place is told.
    text = (made.folder / made.main).read_text("utf-8")
    if not draft.left_out:
        for cell in {cell for row in rows for cell in row}:
            assert all(part.removeprefix("1. ") in text for part in cell.split("\n"))
    assert model.leaves
