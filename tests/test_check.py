"""``maturitykit check``: which things it takes, where their findings stand, and files that mean harm."""

from __future__ import annotations

import json
import re
import time
import tomllib
import tracemalloc
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

import maturitykit as mk
from maturitykit.files.source_map import Located, Location, location_in_words
from maturitykit.testing import check_model
from toys import ROOT, Run

MODEL = """\
format = 1
id = "toy"
version = "1"
title = "A toy"
scorers = ["weakest"]
outcome = "level"
source = { note = "Made up." }

[[scales]]
id = "level"
stages = [
  { id = "basic", summary = "As it comes." },
  { id = "good", summary = "As planned." },
]

[[dimensions]]
id = "people"
question = "How are people prepared?"

[[dimensions]]
id = "process"
question = "How is work done?"

[dimensions.descriptors]
basic = "Each does it another way."
good = "All do it one way."
"""
CASES = """\
format = 1
[[cases]]
id = "one"
why = "The lower of the two."
ratings = { people = "good", process = "basic" }
expected = { outcome = "basic" }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "model.toml").write_text(MODEL, encoding="utf-8")
    (tmp_path / "cases.toml").write_text(CASES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def changed(folder: Path, old: str, new: str) -> None:
    assert old in MODEL
    (folder / "model.toml").write_text(MODEL.replace(old, new), encoding="utf-8")


def found(run: Run, *arguments: str) -> list[tuple[Any, ...]]:
    findings = json.loads(run("check", *arguments, "--json").stdout)["findings"]
    return [(f["code"], f["file"], f["line"], f["column"]) for f in findings]


# ---- where it stands


PLACES = """\
# A comment with [brackets] and = signs
"title" = 'It''s'
text = \"\"\"
[not.a.header]
key = "none"
\"\"\"
list = [ # one
  1, "]", [2, 3],
  { id = "third", "a b" = true },
]
when = 2026-05-31 10:00:00
a.b.c = 1

[[dimensions]]
id = "x"

  [[dimensions.gates]]
  stage = "s"

[[dimensions]]
id = "y.z"
weight = 2
[dimensions.descriptors]
low = '''
}'''
"the top" = "t"

[[links]]
source = "p"
target = "q"
strength = 1
""".replace("'It''s'", "'Its'")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("where", "line", "column"),
    [
        ("title", 2, 1),
        ("list", 7, 1),
        ("list[1]", 8, 6),
        ("list[2][1]", 8, 15),
        ("list.third", 9, 3),
        ("list.third.a b", 9, 19),
        ("when", 11, 1),
        ("a.b.c", 12, 1),
        ("dimensions", 14, 1),
        ("dimensions.x.gates[0].stage", 18, 3),
        ("dimensions.y.z", 20, 1),
        ("dimensions[1], weight", 22, 1),
        ("dimensions.y.z.weight", 22, 1),
        ("dimensions.y.z.descriptors.low", 24, 1),
        ("dimensions.y.z.descriptors.the top", 26, 1),
        ("dimensions.y.z.missing", 20, 1),
        ("links.p--q.strength", 31, 1),
    ],
)
def test_a_path_leads_to_its_line(where: str, line: int, column: int, newline: str) -> None:
    text = PLACES.replace("\n", newline)
    assert Located(text, tomllib.loads(text)).location(where) == (line, column)


def test_a_path_that_leads_nowhere_has_no_line() -> None:
    assert Located(PLACES, tomllib.loads(PLACES)).location("version") is None
    assert location_in_words("version") is None
    assert location_in_words("line 3, rating") == Location(3)
    assert location_in_words("line 3, column 5") == Location(3, 5)


def test_every_value_of_the_shipped_files_is_found_at_its_line() -> None:
    """Each key is told in its line, whatever the style of the file."""
    for file in [*ROOT.glob("plugins/*/src/*/*.toml"), *ROOT.glob("plugins/*/src/*/text/*.toml")]:
        text = file.read_text(encoding="utf-8")
        data, lines = tomllib.loads(text), text.splitlines()
        located = Located(text, data)
        items = [
            (f"{key}[{i}]", item)
            for key in data
            if isinstance(data[key], list)
            for i, item in enumerate(data[key])
        ]
        named = [(f"{where}.{key}", key) for where, item in items if isinstance(item, dict) for key in item]
        named += [(key, key) for key in data]
        for where, key in named:
            place = located.location(where)
            assert place is not None, (file.name, where)
            assert key in lines[place.line - 1], (file.name, where)


def test_findings_have_file_line_and_column(folder: Path, run: Run) -> None:
    changed(folder, 'good = "All', 'goood = "All')
    done = run("check", "model.toml")
    assert done.returncode == 1
    line = "model.toml:26:1: MK106 dimensions.process.descriptors.goood: is not a stage of the scale;"
    assert done.stdout.startswith(line)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('id = "process"', 'id = "people"', 20),
        ('id = "process"', 'id = "the process"', 20),
        ('id = "process"', 'id = "outcome"', 20),
        ('{ id = "good",', '{ id = "basic",', 13),
        ("[[scales]]", '[[scales]]\nid = "level"\nstages = [{ id = "a" }, { id = "b" }]\n[[scales]]', 12),
        ("[[scales]]", '[[tags]]\nid = "a"\n[[tags]]\nid = "a"\n[[scales]]', 11),
    ],
)
def test_an_id_that_will_not_do_is_told_where_it_stands(
    folder: Path, run: Run, old: str, new: str, line: int
) -> None:
    changed(folder, old, new)
    assert ("MK102", "model.toml", line) in [each[:3] for each in found(run, "model.toml")]


def test_findings_of_texts_and_cases_are_in_their_files(folder: Path, run: Run) -> None:
    (folder / "text").mkdir()
    text = 'format = 1\nlanguage = "nl"\n[dimensions.people]\nquestoin = "Hoe?"\n'
    (folder / "text" / "nl.toml").write_text(text, encoding="utf-8")
    (folder / "cases.toml").write_text(CASES.replace('outcome = "basic"', 'outcome = "good"'), encoding="utf-8")
    expected = [("MK004", "text/nl.toml", 4, 1), ("MK129", "cases.toml", 2, 1)]
    for name in (".", "model.toml", "text/nl.toml", "cases.toml"):
        assert found(run, name) == expected, name


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("outcome =", "outcom =", "MK129", '"outcom" is not a dimension; expected "outcome", perhaps'),
        ('= "basic" }\n', '= "basik" }\n', "MK129", 'outcome: "basik" is not a stage; expected "basic", perhaps'),
        ('= "basic" }\n', '= "good" }\n', "MK129", 'outcome: "basic", expected "good"'),
        ('= "basic" }\n', '= ["basic", "", "good"] }\n', "MK129", 'expected ["basic", "", "good"]'),
        ('why = "The lower of the two."\n', "", "MK004", "why: is missing"),
    ],
)
def test_a_wrong_case_is_told_once_and_in_its_file(
    folder: Path, run: Run, old: str, new: str, code: str, says: str
) -> None:
    text = CASES.replace('"basic" }\nexpected', '"basic"}\nexpected')
    assert old in text
    (folder / "cases.toml").write_text(text.replace(old, new), encoding="utf-8")
    assert [(each[0], each[1]) for each in found(run, "model.toml")] == [(code, "cases.toml")]
    assert says in run("check", "model.toml").stdout


def test_cases_of_one_id_are_told(folder: Path, run: Run) -> None:
    (folder / "cases.toml").write_text(CASES + CASES.removeprefix("format = 1\n"), encoding="utf-8")
    assert [(each[0], each[1]) for each in found(run, "model.toml")] == [("MK102", "cases.toml")]


# ---- what it takes


def test_a_sound_model_is_told_so(folder: Path, run: Run) -> None:
    done = run("check", "model.toml", "--fail-on", "warning")
    assert done.stdout.startswith("model.toml: nothing to report, 21 checks run\n")
    assert (done.returncode, done.stderr) == (0, "")


def test_warnings_fail_when_they_are_to(folder: Path, run: Run) -> None:
    changed(folder, 'question = "How is work done?"', 'summary = "TODO"')
    assert [code for code, *_ in found(run, "model.toml")] == ["MK142", "MK144"]
    assert run("check", "model.toml").returncode == 0
    assert run("check", "model.toml", "--fail-on", "warning").returncode == 1


def test_several_files_are_checked_at_once_and_each_only_once(folder: Path, run: Run) -> None:
    (folder / "other.toml").write_text(MODEL.replace('"weakest"', '"weakst"'), encoding="utf-8")
    (folder / "half.toml").write_text("format = ", encoding="utf-8")
    got = found(run, "model.toml", "cases.toml", "other.toml", "half.toml", "nowhere.toml", ".")
    assert [(code, file) for code, file, *_ in got] == [
        ("MK002", "half.toml"),
        ("MK001", "nowhere.toml"),
        ("MK110", "other.toml"),
    ]
    assert run("check", "model.toml", "nowhere.toml").returncode == 2
    assert run("check", "model.toml", "half.toml").returncode == 1


def test_a_crosswalk_is_held_against_the_models_that_are_given_with_it(folder: Path, run: Run) -> None:
    for id in ("here", "there"):
        (folder / f"{id}.toml").write_text(MODEL.replace('"toy"', f'"{id}"'), encoding="utf-8")
    link = 'source = "people"\ntarget = "peple"\nrelation = "equal"\nstrength = 1\nrationale = "So."\n'
    spans = 'stages = { basic = ["basic", "basic", "basic"], good = ["good", "good", "good"] }\n'
    text = f'format = 1\nsource = "here"\ntarget = "there"\nversion = "1"\n[[links]]\n{link}{spans}'
    (folder / "here--there.toml").write_text(text, encoding="utf-8")
    got = found(run, "here--there.toml", "here.toml", "there.toml")
    assert ("MK301", "here--there.toml", 7, 1) in got
    assert found(run, "here--there.toml") == [("MK007", "here--there.toml", None, None)]


def test_a_source_tree_is_a_folder_with_packages(folder: Path, run: Run) -> None:
    package = folder / "tree" / "src" / "package"
    package.mkdir(parents=True)
    (package / "model.toml").write_text(MODEL, encoding="utf-8")
    assert found(run, "tree") == [("MK130", "tree/src/package/model.toml", None, None)]
    (folder / "empty").mkdir()
    assert found(run, "empty") == [("MK001", "empty", None, None)]


def test_what_is_installed_goes_by_its_id(run: Run) -> None:
    assert run("check", "weakest", "--help").returncode == 0
    done = run("check", "weakst")
    assert done.returncode == 2
    assert 'expected "weakest", perhaps' in done.stdout


def test_a_version_is_held_against_the_one_before(folder: Path, run: Run) -> None:
    (folder / "old.toml").write_text(MODEL.replace('id = "people"', 'id = "persons"'), encoding="utf-8")
    assert found(run, "model.toml", "--against", "./old.toml") == [
        ("MK150", "model.toml", 16, 1),
        ("MK152", "model.toml", 3, 1),
    ]
    assert run("check", "model.toml", "old.toml", "--against", "./old.toml").returncode == 2
    assert run("check", "model.toml", "--against", "./model.toml").returncode == 0


def test_the_hook_looks_at_the_files_that_check_takes() -> None:
    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    pattern = re.search(r"^  files: (.+)$", text, flags=re.MULTILINE)
    assert pattern is not None
    files = [file.relative_to(ROOT).as_posix() for file in ROOT.glob("plugins/*/**/*.toml")]
    taken = [name for name in files if re.search(pattern[1], name)]
    assert {name for name in files if name not in taken} == {name for name in files if "pyproject" in name}
    assert len(taken) > 30


# ---- files that mean harm


def bounded(run: Run, *arguments: str) -> CompletedProcess[str]:
    """Run in seconds and in little memory."""
    tracemalloc.start()
    start = time.process_time()
    try:
        done = run("check", *arguments)
        assert time.process_time() - start < 30
        assert tracemalloc.get_traced_memory()[1] < 300_000_000
    finally:
        tracemalloc.stop()
    assert len(done.stdout) < 500_000
    assert done.returncode in (1, 2)
    assert done.stderr == ""
    return done


def test_a_file_of_50_megabytes(folder: Path, run: Run) -> None:
    with (folder / "model.toml").open("w", encoding="utf-8") as file:
        file.write(MODEL)
        for _ in range(50):
            file.write("# " + "x" * 1_000_000 + "\n")
    assert "MK001 is larger than 20 MB" in bounded(run, "model.toml").stdout


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 10_000 + "]" * 10_000,
        "x = " + "{ a = " * 10_000 + "1" + " }" * 10_000,
        "x" + ".a" * 10_000 + " = 1",
    ],
    ids=["lists", "tables", "keys"],
)
def test_what_is_nested_10_000_deep(text: str, folder: Path, run: Run) -> None:
    (folder / "model.toml").write_text(text + "\n" + MODEL, encoding="utf-8")
    assert re.search(r"MK00[24]", bounded(run, "model.toml").stdout)


def test_ids_with_path_separators_and_control_characters(folder: Path, run: Run) -> None:
    for id in ("../../etc/passwd", "a/b", "a\\\\b", "a\\u0000b", "a\\u001b[31mb", "a\\nb", ".."):
        changed(folder, 'id = "people"', f'id = "{id}"')
        done = bounded(run, "model.toml")
        assert "MK102" in done.stdout
        assert all(line.isprintable() for line in done.stdout.splitlines())
    assert sorted(path.name for path in folder.iterdir()) == ["cases.toml", "model.toml"]


def test_markup_and_control_characters_in_every_text(folder: Path, run: Run) -> None:
    text = re.sub(r'(summary|question|title|note|basic|good) = "', r'\1 = "<script>alert(1)</script>', MODEL)
    (folder / "model.toml").write_text(text, encoding="utf-8")
    got = found(run, "model.toml", "--fail-on", "warning")
    assert [code for code, *_ in got] == ["MK145"] * 8
    assert all(line for _, _, line, _ in got)
    text = re.sub(r'(summary|question|title|note|basic|good) = "', r'\1 = "\\u001b[2J\\u202e', MODEL)
    (folder / "model.toml").write_text(text, encoding="utf-8")
    done = bounded(run, "model.toml", "--fail-on", "warning")
    assert done.stdout.count("MK145") == 8
    assert all(line.isprintable() for line in done.stdout.splitlines())


def test_very_many_findings_are_cut(folder: Path, run: Run) -> None:
    rows = "dimension,rating,respondent\n" + "".join(f"peple,good,r{i}\n" for i in range(5_000))
    (folder / "acme.csv").write_text(rows, encoding="utf-8")
    done = bounded(run, "acme.csv", "--model", "./model.toml")
    assert "… and 4,000 more findings" in done.stdout


def test_a_large_model_is_checked_in_seconds() -> None:
    """500 dimensions; how long it takes is measured in benchmarks/run.py."""
    level = mk.Scale("level", [mk.Stage(id, summary=id) for id in "abcde"])
    leaves = [[mk.Dimension(f"d{g}-{i}", scale=level, question="How?") for i in range(9)] for g in range(50)]
    groups = [mk.Dimension(f"g{g}", scale=level, children=children) for g, children in enumerate(leaves)]
    model = mk.Model("big", "1", "Big", groups, ["median"], outcome=level, source=mk.types.Source("Ours"))
    start = time.process_time()
    report = check_model(model, cases=[], quick=True)
    assert time.process_time() - start < 15
    assert [finding.code for finding in report.findings] == ["MK130"]
