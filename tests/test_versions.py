"""Several versions of one model: their names, what is scored by which, and the crosswalks between them."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

import maturitykit as mk
from maturitykit.comparison.contradictions import contradictions
from toys import Run, install, look_again

MODEL = """format = 1
id = "{id}"
version = "{version}"
title = "Version {version} of {id}"
scorers = ["weakest"]
outcome = "level"

[[scales]]
id = "level"
stages = [{{ id = "low" }}, {{ id = "mid" }}, {{ id = "high" }}]

[[dimensions]]
id = "{first}"

[[dimensions]]
id = "{second}"
"""

CROSSWALK = """format = 1
source = "{source}"
target = "{target}"
version = "1.0"
{more}

[coding]
method = "By hand."
coders = 1

[[links]]
source = "{a}"
target = "{b}"
relation = "equal"
rationale = "Both say the same."
strength = 1
cells = [["mid", "mid"], ["high", "high"]]
stages = {{ low = ["low", "low", "low"], mid = ["mid", "mid", "mid"], high = ["high", "high", "high"] }}

[[links]]
source = "{c}"
target = "{d}"
relation = "equal"
rationale = "Both say the same."
strength = 1
cells = [["mid", "mid"], ["high", "high"]]
stages = {{ low = ["low", "low", "low"], mid = ["mid", "mid", "mid"], high = ["high", "high", "high"] }}
"""

CODE = """
from pathlib import Path
import maturitykit as mk

HERE = Path(__file__).parent
READ = []


def of(name, read=mk.read_model):
    def load():
        READ.append(name)
        return read(HERE / name)

    return load


new, old, other = of("new.toml"), of("old.toml"), of("other.toml")
migration = of("toy@1.0--toy@2.0.toml", mk.read_crosswalk)
onward = of("toy--other.toml", mk.read_crosswalk)
"""

POINTS = """
[maturitykit.models]
toy = versions_of_a_toy:new
toy@1.0 = versions_of_a_toy:old
other = versions_of_a_toy:other
toy@9 = versions_of_a_toy:old
[maturitykit.crosswalks]
toy@1.0--toy@2.0 = versions_of_a_toy:migration
toy--other = versions_of_a_toy:onward
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A distribution with two versions of a model, a crosswalk between them, and one on to another model."""
    folder = tmp_path / "site"
    install(folder, "versions-of-a-toy", POINTS, CODE, version="2.0")
    for name, id, version, ids in (
        ("old", "toy", "1.0", "people tools"),
        ("new", "toy", "2.0", "people ways"),
        ("other", "other", "1.3", "x y"),
    ):
        first, second = ids.split()
        (folder / f"{name}.toml").write_text(MODEL.format(id=id, version=version, first=first, second=second))
    write_crosswalk(folder, "toy@1.0", "toy@2.0", "people people tools ways")
    write_crosswalk(folder, "toy", "other", "people x ways y", 'source_version = "2"\ntarget_version = "1"')
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(folder)
    look_again()
    yield folder
    monkeypatch.undo()
    sys.modules.pop("versions_of_a_toy", None)
    look_again()


def write_crosswalk(folder: Path, source: str, target: str, ids: str, more: str = "") -> Path:
    a, b, c, d = ids.split()
    path = folder / f"{source}--{target}.toml"
    path.write_text(CROSSWALK.format(source=source, target=target, a=a, b=b, c=c, d=d, more=more), "utf-8")
    return path


#: What the crosswalk says of the old result.
SPANS = {"people": "high", "ways": "mid"}


def old_result() -> mk.Result:
    return mk.score("toy@1.0", {"people": "high", "tools": "mid"})


# ---- names


def test_each_version_goes_by_its_name(site: Path) -> None:
    assert mk.model("toy").version == "2.0"
    assert mk.model("toy@1.0").version == "1.0"
    assert mk.model("toy@2.0") is mk.model("toy")
    assert [id for id in mk.models if id.startswith("toy")] == ["toy", "toy@1.0", "toy@9"]
    assert mk.score("toy@1.0", {}).to_dict()["model"] == {"id": "toy", "version": "1.0"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("toy@3", "toy is installed, but not this version; expected one of 2.0, 1.0, 9"),
        ("toy@", "toy is installed, but not this version"),
        ("toy@9", 'registers "toy@1.0" under the name "toy@9"; expected one name for both'),
        ("toi@1.0", 'nothing installed has the name "toi@1.0"; expected "toy@1.0", perhaps'),
    ],
)
def test_a_version_that_is_not_there_is_told(name: str, words: str, site: Path) -> None:
    with pytest.raises(mk.PluginError) as caught:
        mk.model(name)
    assert words in str(caught.value)


def test_the_command_line_takes_and_lists_versions(site: Path, run: Run) -> None:
    listed = run("models").stdout
    assert "\ntoy                   versions-of-a-toy 2.0\n" in listed
    assert "\ntoy@1.0               versions-of-a-toy 2.0\n" in listed
    assert run("show", "toy@1.0").stdout.startswith("Version 1.0 of toy (toy 1.0)\n")


# ---- what is scored by which


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "model,dimension,rating\ntoy@1.0,tools,high\n"),
        ("a.toml", 'format = 1\nmodel = "toy@1.0"\nratings = [{ dimension = "tools", rating = "high" }]\n'),
        ("a.toml", 'format = 1\nmodel = "toy"\nversion = "1.0"\nratings = [{ dimension = "tools" }]\n'),
        ("a.json", '{"format": 1, "model": "toy@1.0", "version": "1.0", "ratings": []}'),
    ],
)
def test_an_assessment_is_scored_by_the_version_that_it_names(
    name: str, text: str, site: Path, tmp_path: Path, run: Run
) -> None:
    file = tmp_path / name
    file.write_text(text, "utf-8")
    assessment = mk.read(file)
    assert (assessment.model, assessment.version) == ("toy", "1.0")
    assert mk.score("toy", assessment).model.version == "1.0"
    assert json.loads(run("score", str(file), "--json").stdout)["model"] == {"id": "toy", "version": "1.0"}
    assert run("score", str(file), "--model", "toy@1.0").returncode == 0
    wrong = run("score", str(file), "--model", "toy")
    assert (wrong.returncode, 'version: is "1.0"; expected "2.0"' in wrong.stderr) == (2, True)


def test_a_table_may_hold_several_versions(site: Path, tmp_path: Path, run: Run) -> None:
    file = tmp_path / "a.csv"
    file.write_text("model,dimension,rating\ntoy@1.0,tools,high\ntoy,ways,low\ntoy@2.0,ways,high\n", "utf-8")
    versions = [result["model"]["version"] for result in json.loads(run("score", str(file), "--json").stdout)]
    assert versions == ["1.0", "2.0", "2.0"]


def test_a_version_that_is_named_twice_is_one(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"format": 1, "model": "toy@1.0", "version": "2.0", "ratings": []}', "utf-8")
    with pytest.raises(mk.FileError, match=r'version: is "2.0"; expected "1.0", as the model says'):
        mk.read(file)


def test_a_version_that_is_not_installed_is_not_replaced(site: Path) -> None:
    with pytest.raises(mk.AssessmentError, match=r'version: is "3"; expected "2\.0"'):
        mk.score("toy", mk.Assessment("toy", [], version="3"))


# ---- crosswalks between versions


def test_a_result_is_carried_to_the_new_version_and_on(site: Path) -> None:
    to_new = mk.translate(old_result(), "toy")
    assert to_new.route.path == ("toy@1.0", "toy")
    assert to_new.model.version == "2.0"
    spans = {id: score["stage"] for id, score in to_new.to_dict()["dimensions"].items()}
    assert spans == {id: dict.fromkeys(("low", "likely", "high"), at) for id, at in SPANS.items()}
    on = mk.translate(old_result(), "other")
    assert on.route.path == ("toy@1.0", "toy", "other")
    assert on.to_dict()["derived"]["from"] == {"model": "toy", "version": "1.0"}
    assert [use.link.steps[0].source for use in on["y"].links] == ["tools"]
    assert mk.translate(old_result(), "other", via="toy@2.0").route.path == on.route.path
    assert mk.translate(mk.score("other", {"x": "low"}), "toy@1.0").route.path == ("other", "toy", "toy@1.0")
    assert mk.translate(mk.score("toy", {}), "toy@1.0").model.version == "1.0"
    assert [issue.code for issue in on.issues if "version" in issue.code] == []


def test_why_nothing_can_be_inferred_is_told_of_the_new_version(site: Path) -> None:
    path = write_crosswalk(site, "toy@1.0", "toy@2.0", "people people tools ways")
    text, _, _ = path.read_text("utf-8").rpartition("[[links]]")
    gaps = [
        f'[[not_inferable]]\nmodel = "toy@{v}"\ndimension = "{d}"\nreason = "Dropped."\n'
        for v, d in (("1.0", "tools"), ("2.0", "ways"))
    ]
    path.write_text(text + "".join(gaps), "utf-8")
    assert mk.translate(old_result(), "toy")["ways"].why_open == "not inferable: Dropped."


def test_versions_are_compared_through_their_crosswalk(site: Path) -> None:
    moved = mk.compare(old_result(), mk.score("toy", {"people": "high", "ways": "high"}))
    assert (moved["ways"].direction, moved["people"].direction) == ("up", "same")


def test_equal_ids_are_never_taken_for_the_same(site: Path) -> None:
    with mk_without(site, "toy@1.0--toy@2.0"):
        with pytest.raises(
            mk.ComparisonError, match=r"need not mean the same; expected a crosswalk toy@1\.0--toy@2"
        ):
            mk.translate(old_result(), "toy")
        with pytest.raises(mk.ComparisonError, match="no crosswalk joins"):
            mk.compare(old_result(), mk.score("toy", {}))


class mk_without:  # noqa: N801
    """What is installed, but for one crosswalk."""

    def __init__(self, site: Path, id: str) -> None:
        self.file = next(site.glob("*.dist-info")) / "entry_points.txt"
        self.text = POINTS.replace(f"{id} =", f"{'x--y'} =")

    def __enter__(self) -> None:
        self.file.write_text(self.text, "utf-8")
        look_again()

    def __exit__(self, *error: object) -> None:
        self.file.write_text(POINTS, "utf-8")
        look_again()


@pytest.mark.parametrize("first", ["1.0", "2.0"])
def test_neither_version_has_to_be_installed(first: str, tmp_path: Path, run: Run) -> None:
    files = {}
    for version, ids in (("1.0", "people tools"), ("2.0", "people ways")):
        one, two = ids.split()
        files[version] = tmp_path / f"{version}.toml"
        files[version].write_text(MODEL.format(id="own", version=version, first=one, second=two), "utf-8")
    crosswalk = write_crosswalk(tmp_path, "own@1.0", "own@2.0", "people people tools ways")
    given = [
        arg for version in sorted(files, key=lambda v: v != first) for arg in ("--model", str(files[version]))
    ]
    done = run("check", str(crosswalk), *given)
    assert (done.returncode, "nothing to report" in done.stdout) == (0, True)
    old, new = (mk.read_model(file) for file in files.values())
    network = mk.Network([mk.read_crosswalk(crosswalk)])
    before, after = (
        mk.score(old, {"people": "high", "tools": "mid"}),
        mk.score(new, {"people": "high", "ways": "high"}),
    )
    assert mk.compare(before, after, network=network)["ways"].direction == "up"
    with pytest.raises(mk.ComparisonError, match=r"expected a crosswalk own@1\.0--own@2\.0$"):
        mk.compare(before, after)


def test_the_command_line_shows_results_in_other_versions(site: Path, tmp_path: Path, run: Run) -> None:
    file = tmp_path / "a.csv"
    file.write_text("model,dimension,rating\ntoy@1.0,tools,high\n", "utf-8")
    page = run("crosswalk", str(file)).stdout
    assert [line.split()[0] for line in page.splitlines() if line.startswith(("  other", "  toy"))] == [
        "other",
        "toy",
    ]
    assert "toy@1.0 " in run("crosswalk", "--list").stdout
    assert run("crosswalk", str(file), "--to", "toy").returncode == 0
    assert run("crosswalk", str(file), "--to", "toy@2.0").returncode == 0
    shown = run("show", "toy@1.0--toy@2.0")
    assert shown.stdout.startswith("toy@1.0 → toy@2.0")
    assert run("check", str(site / "toy@1.0--toy@2.0.toml")).returncode == 0


@pytest.mark.parametrize(
    ("asked", "made", "package"),
    [
        ("toy@1.0--toy@2.0", "toy@1.0--toy@2.0", "toy_1_0_toy_2_0"),
        # Two versions of one model are told apart by their full names.
        ("toy@1.0--toy", "toy@1.0--toy@2.0", "toy_1_0_toy_2_0"),
        ("toy@1.0--other", "toy@1.0--other", "toy_1_0_other"),
    ],
)
@pytest.mark.parametrize("installed", [True, False])
def test_a_package_is_made_for_a_crosswalk_of_versions(
    asked: str, made: str, package: str, installed: bool, site: Path, tmp_path: Path, run: Run
) -> None:
    files = [f"--model={site / name}.toml" for name in ("old", "new", "other")]
    given: list[str] = [] if installed else files
    done = run("new", "crosswalk", asked, "--into", str(tmp_path), "--language", "nl", *given)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / f"maturitykit-{package.replace('_', '-')}"
    file = folder / f"src/maturitykit_{package}/{made}.toml"
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    points = project["project"]["entry-points"]["maturitykit.crosswalks"]
    assert points == {made: f"maturitykit_{package}:crosswalk"}
    assert project["dependency-groups"]["test"] == ["pytest>=8", *(["versions-of-a-toy"] if installed else [])]
    assert f'conformance("{made}")' in (folder / "tests/test_crosswalk.py").read_text("utf-8")
    crosswalk = mk.read_crosswalk(file)
    assert crosswalk.versions == ("1.0", "1" if "other" in made else "2.0")
    assert crosswalk.in_language("nl").language == "nl"
    found = json.loads(run("check", str(file), *given, "--json").stdout)["findings"]
    assert {finding["severity"] for finding in found} <= {"warning"}
    assert (f"{made} is a name of versions-of-a-toy too" in done.stderr) == (made == "toy@1.0--toy@2.0")


def test_no_crosswalk_leads_from_a_version_to_itself(site: Path, tmp_path: Path, run: Run) -> None:
    done = run("new", "crosswalk", "toy--toy@2.0", "--into", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "toy@2.0--toy@2.0 leads from a model to itself; expected two models, or two versions" in done.stderr


def test_a_version_that_is_not_the_given_one_is_told(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "own.toml"
    file.write_text(MODEL.format(id="own", version="1.0", first="a", second="b"), "utf-8")
    done = run("new", "crosswalk", "own@1--clearhead", "--model", str(file), "--into", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "'own@1' is not the model that is given, own@1.0" in done.stderr


def test_a_crosswalk_of_versions_goes_to_sssom_and_back(site: Path, tmp_path: Path) -> None:
    crosswalk = mk.crosswalks.load("toy@1.0--toy@2.0")
    path = tmp_path / "toy@1.0--toy@2.0.sssom.tsv"
    path.write_text(mk.sssom.to_sssom(crosswalk), "utf-8")
    assert mk.sssom.read_sssom(path) == evolve(crosswalk, translations={})
    assert '#subject_source: "maturitykit:toy@1.0"' in path.read_text("utf-8")


@pytest.mark.parametrize("name", ["../toy", "toy@", "toy@1--2", "toy@1/2", "toy\u0000", "to--y", "@1"])
def test_what_is_no_name_of_a_model_is_refused(name: str, tmp_path: Path) -> None:
    path = write_crosswalk(tmp_path, "toy", "other", "a b c d")
    path.write_text(path.read_text("utf-8").replace('"toy"', json.dumps(name)), "utf-8")
    with pytest.raises(mk.FileError) as caught:
        mk.read_crosswalk(path)
    assert caught.value.findings[0].where == "source"


# ---- crosswalks that were written for other versions


@pytest.mark.parametrize(
    ("written", "is_told"),
    [("2", False), ("2.0", False), ("1", True), ("2.0.1", True), ("20", True), ("2.", True), ("", None)],
)
def test_a_crosswalk_for_another_version_says_so(written: str, is_told: bool | None, site: Path) -> None:
    crosswalk = evolve(mk.crosswalks.load("toy--other"), source_version=written)
    result = mk.score("toy", {"people": "high"})
    for translation in (
        mk.translate(result, "other", crosswalks=[crosswalk]),
        mk.translate(mk.translate(result, "other", crosswalks=[crosswalk]), "toy@1.0", crosswalks=[crosswalk]),
    ):
        issues = [issue for issue in translation.issues if "version" in issue.code]
        if is_told is None:
            expected = [
                ("version-not-said", "info", "toy--other does not say for which version of toy it was written")
            ]
        elif is_told:
            text = f"toy--other: it was written for toy {written}, not for 2.0"
            expected = [("other-version", "warning", text)]
        else:
            expected = []
        assert [(issue.code, issue.severity, issue.message) for issue in issues] == expected
    found = [finding.where for finding in contradictions(crosswalk, mk.Network([crosswalk]))]
    assert found == (["source_version"] if is_told else [])


def test_where_ids_do_not_fit_the_version_is_named_first(site: Path) -> None:
    crosswalk = evolve(mk.crosswalks.load("toy--other"), source_version="2")
    result = mk.score(evolve(mk.model("toy@1.0"), version="3.0"), {})
    found = mk.translate(result, "other", crosswalks=[crosswalk])
    told = [issue.message for issue in found.issues if issue.code in ("other-version", "link-set-aside")]
    assert "it was written for toy 2, not for 3.0" in told[0]
    assert '"ways" is no dimension of toy' in told[1]

    gone = evolve(crosswalk, links=[link for link in crosswalk.links if link.source == "ways"])
    with pytest.raises(mk.ComparisonError) as caught:
        mk.translate(result, "other", crosswalks=[gone])
    assert str(caught.value.findings[0]).startswith("source_version: it was written for toy 2, not for 3.0")
    assert any('"ways" is no dimension of toy' in finding.problem for finding in caught.value.findings)


def test_tables_warn_of_another_version(site: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="the engines of tables are not installed")
    pytest.importorskip("polars", reason="the extra tables is not installed")
    from maturitykit import tables

    crosswalk = evolve(mk.crosswalks.load("toy--other"), source_version="1")
    results = tables.score("toy", pandas.DataFrame({"subject": ["a"], "people": ["low"], "ways": ["high"]}))
    with pytest.warns(UserWarning, match=r"written for toy 1, not for 2\.0"):
        tables.translate(results, "other", crosswalks=[crosswalk])
    assert tables.translate(results, "other").path == ("toy", "other")


# ---- listing reads nothing


def test_listing_two_hundred_models_parses_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    site = tmp_path / "many"
    (site / "models").mkdir(parents=True)
    text = MODEL.format(id="many-{i}", version="1", first="a", second="b")
    for i in range(200):
        install(site, f"many-{i}", f"[maturitykit.models]\nmany-{i} = many:m{i}\n")
        (site / "models" / f"{i}.toml").write_text(text.replace("{i}", str(i)), "utf-8")
    code = "import maturitykit as mk\nfrom pathlib import Path\n\n\ndef __getattr__(name):\n"
    code += "    return lambda: mk.read_model(Path(__file__).parent / 'models' / f'{name[1:]}.toml')\n"
    (site / "many.py").write_text(code, "utf-8")
    monkeypatch.syspath_prepend(site)
    look_again()
    import tomllib

    parsed: list[str] = []
    loads = tomllib.loads

    def counted(text: str) -> dict[str, object]:
        parsed.append(text)
        return loads(text)

    monkeypatch.setattr(tomllib, "loads", counted)
    try:
        listed = run("models")
        assert sum(line.startswith("many-") for line in listed.stdout.splitlines()) == 200
        assert len([mk.models[id] for id in mk.models if id.startswith("many-")]) == 200
        assert parsed == []
        assert "many" not in sys.modules
        assert mk.model("many-7").id == "many-7"
        assert len(parsed) == 1
    finally:
        monkeypatch.undo()
        sys.modules.pop("many", None)
        look_again()
