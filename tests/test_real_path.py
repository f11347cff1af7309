"""The real path of a third party: packages that are built, installed in an environment of their own, and used.

A toy that is as it should be, its evil twins, and the packages that ``maturitykit new`` makes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from maturitykit.cli import commands
from toys import ROOT

#: Each builds one of the folders as anybody's installer does, by the hook of its build backend.
BUILD = """
import os, sys
from hatchling.build import build_wheel
wheels, *folders = sys.argv[1:]
for folder in folders:
    os.chdir(folder)
    build_wheel(wheels)
"""

#: Modules of the evil twins.
EVIL: Mapping[str, str] = {
    "raises.py": "raise RuntimeError('no licence')",
    "leaves.py": "raise SystemExit(0)",
    "things.py": """
import sys
from importlib.resources import files

import maturitykit as mk

LEVEL = mk.Scale("level", [mk.Stage("low"), mk.Stage("high")])
text = "a model, I promise"


def model(id):
    return mk.Model(id, "1", "A twin", [mk.Dimension("people", scale=LEVEL)], ["weakest"], outcome=LEVEL)


def toy():
    return model("toy")


def shared():
    return model("shared")


def loud():
    print("a word on stdout")
    return model("loud")


def endless():
    return endless


def huge():
    return mk.read_model(files(__name__.rpartition(".")[0]) / "huge.toml")


class Climbing(mk.Scorer):
    id = "climbing"
    ordinal = True

    def bind(self, parent, children, weights):
        return lambda positions: parent.scale.top - min(positions)
""",
}

MODELS = {
    "raises": "raises:model",
    "leaves": "leaves:model",
    "wrong-type": "things:text",
    "endless": "things:endless",
    "other-name": "things:toy",
    "huge": "things:huge",
    "nowhere": "no_such_module:model",
    "nothing-there": "things:no_such_thing",
    "shared": "things:shared",
    "loud": "things:loud",
}
#: What is said of each that cannot be used.
SAID = {
    "raises": "RuntimeError on loading maturitykit_evil.raises:model: no licence",
    "leaves": "SystemExit",
    "wrong-type": 'gives "a model, I promise"',
    "endless": "a Model, or a function that returns one",
    "other-name": 'registers "toy" under the name "other-name"',
    "huge": "is larger than 20 MB",
    "nowhere": "No module named 'maturitykit_evil.no_such_module'",
    "nothing-there": "no_such_thing",
    "shared": "claimed by",
}


class Environment(NamedTuple):
    """An environment in which everything is installed, and the folders of the new packages."""

    scripts: Path
    made: dict[str, Path]
    work: Path

    def run(self, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run one of its scripts."""
        others = ("PYTHON", "PYTEST", "COV")
        variables = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        return subprocess.run(
            [self.scripts / command[0], *command[1:]], capture_output=True, check=False, encoding="utf-8",
            cwd=cwd or self.work, env={**variables, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"},
        )  # fmt: skip


def needed(name: str, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """A distribution of this environment and all that it needs, without extras."""
    if name not in found:
        found[name] = distribution(name)
        for text in found[name].requires or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                needed(requirement.name, found)
    return found


def borrow(site: Path) -> None:
    """Show an environment what is installed in this one of what the core needs, and of what runs tests."""
    borrowed = needed("pytest", needed("maturitykit", {}))
    for found in (found for name, found in borrowed.items() if name != "maturitykit"):
        tops = {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}
        for top in tops:
            if not (site / top).exists():
                (site / top).symlink_to(Path(str(found.locate_file(top))))


def write_evil(folder: Path, name: str, package: str, models: Mapping[str, str], more: str = "") -> Path:
    """A distribution with the evil twins."""
    home = folder / name / "src" / package
    home.mkdir(parents=True)
    (home / "__init__.py").touch()
    for module, code in EVIL.items():
        (home / module).write_text(code, "utf-8")
    points = [f'{id} = "{package}.{place}"' for id, place in models.items()]
    (folder / name / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n'
        f'[project]\nname = "{name}"\nversion = "6.66"\n\n[project.entry-points."maturitykit.models"]\n'
        + "\n".join([*points, more])
        + f'[tool.hatch.build.targets.wheel]\npackages = ["src/{package}"]\n',
        "utf-8",
    )
    return folder / name


def new(*arguments: str) -> None:
    with pytest.raises(SystemExit) as left:
        commands(["new", *arguments], prog_name="maturitykit")
    assert left.value.code == 0


def make_packages(folder: Path) -> dict[str, Path]:
    """New packages, one of each kind."""
    (folder / "grid.csv").write_text(
        ",Low,Middle,High\nPeople,,,\nSkills,a,b,c\nMood,d,e,f\nTools,g,h,i\n", "utf-8"
    )
    into = ["--into", str(folder)]
    new("model", "ladder", "--language", "nl", *into)
    new("model", "grid", "--from", str(folder / "grid.csv"), "--license", "CC-BY-4.0", *into)
    ladder = str(folder / "maturitykit-ladder/src/maturitykit_ladder/model.toml")
    new("crosswalk", "ladder--clearhead", "--model", ladder, "--language", "nl", *into)
    new("scorer", "all-but-one", "--license", "Apache-2.0", *into)
    names = ("ladder", "grid", "ladder-clearhead", "all-but-one")
    return {name: folder / f"maturitykit-{name}" for name in names}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    root = tmp_path_factory.mktemp("real")
    work, wheels, place = root / "work", root / "wheels", root / "environment"
    work.mkdir()
    wheels.mkdir()
    made = make_packages(work)
    more = (
        '[project.entry-points."maturitykit.crosswalks"]\ntoy--ghost = "maturitykit_evil.raises:crosswalk"\n'
        'ghost--clearhead = "maturitykit_evil.no_such_module:crosswalk"\n\n'
        '[project.entry-points."maturitykit.scorers"]\nclimbing = "maturitykit_evil.things:Climbing"\n'
        'gone = "maturitykit_evil.leaves:Gone"\nweakest = "maturitykit_evil.things:Climbing"\n'
    )
    evil = write_evil(root, "maturitykit-evil", "maturitykit_evil", MODELS, more)
    with (evil / "src" / "maturitykit_evil" / "huge.toml").open("w", encoding="utf-8") as stream:
        stream.write('format = 1\nid = "huge"\n' + "# a comment\n" * 4_200_000)
    twin = write_evil(root, "maturitykit-evil-twin", "maturitykit_evil_twin", {"shared": "things:shared"})
    venv.create(place, symlinks=os.name != "nt")
    paths = sysconfig.get_paths("venv", {"base": str(place), "platbase": str(place)})
    borrow(Path(paths["purelib"]))
    folders = [
        ROOT,
        ROOT / "plugins" / "maturitykit-clearhead",
        ROOT / "tests" / "toy",
        evil,
        twin,
        *made.values(),
    ]
    subprocess.run([sys.executable, "-c", BUILD, wheels, *folders], check=True, capture_output=True)
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(place),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*install, *map(str, wheels.glob("*.whl"))], check=True, capture_output=True)
    return Environment(Path(paths["scripts"]), made, work)


# ---- the toy


@pytest.fixture(scope="module")
def answers(environment: Environment) -> str:
    text = "model,subject,dimension,rating\ntoy,Acme,mood,middle\ntoy,Acme,order,high\ntoy,Acme,luck,unknown\n"
    (environment.work / "toy.csv").write_text(text, "utf-8")
    return "toy.csv"


def test_the_toy_is_discovered(environment: Environment) -> None:
    done = environment.run("maturitykit", "models")
    assert (done.returncode, done.stderr) == (0, "")
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert rows["toy"] == "maturitykit-toy 0.3"
    assert rows["clearhead"] == "maturitykit-clearhead 1.0.0"
    assert set(rows) == {"toy", "clearhead", "ladder", "grid", *MODELS}
    # Each is seen through its metadata: only what these say can be wrong here.
    wrong = {id for id, row in rows.items() if len(row.split()) > 2}
    assert wrong == {"shared"}


def test_the_toy_is_scored(environment: Environment, answers: str) -> None:
    done = environment.run("maturitykit", "score", answers, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert result["model"] == {"id": "toy", "version": "0.3"}
    assert result["outcome"]["stage"] == {"low": "low", "likely": "middle", "high": "middle"}
    done = environment.run("maturitykit", "score", answers, "--json", "--scorer", "best")
    assert json.loads(done.stdout)["outcome"]["stage"] == {"low": "high", "likely": "high", "high": "high"}


def test_the_toy_is_crosswalked(environment: Environment, answers: str) -> None:
    done = environment.run("maturitykit", "crosswalk", answers, "--to", "clearhead", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert result["derived"]["path"] == ["toy", "clearhead"]
    found = {id: score["stage"] for id, score in result["dimensions"].items()}
    assert found["culture"] == {"low": "traditional", "likely": "operational", "high": "impactful"}
    assert found["technology"] == {"low": "traditional", "likely": None, "high": "transformational"}


def test_the_toy_is_shown(environment: Environment) -> None:
    done = environment.run("maturitykit", "show", "toy")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(text in done.stdout for text in ("A toy ladder", "Middle", "How are the people?", "Luck"))
    done = environment.run("maturitykit", "show", "toy--clearhead")
    assert done.returncode == 0
    assert "A toy has no texts to rest on." in done.stdout


def test_the_toy_is_reported(environment: Environment, answers: str) -> None:
    done = environment.run("maturitykit", "report", answers, "--to", "clearhead")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(text in done.stdout for text in ("A toy ladder", "Derived, not measured", "Middle"))


def test_the_toy_is_carried_to_all_that_can_be_reached(environment: Environment, answers: str) -> None:
    done = environment.run("maturitykit", "crosswalk", answers)
    assert done.returncode == 0
    assert "clearhead" in done.stdout
    assert "Traceback" not in done.stderr


# ---- its evil twins


def test_check_finds_each_evil_twin_and_no_other(environment: Environment) -> None:
    done = environment.run("maturitykit", "models", "--check", "--json")
    assert done.returncode == 1
    entries = {entry["id"]: entry["error"] for entry in json.loads(done.stdout)}
    assert {id for id, error in entries.items() if error} == set(SAID)
    assert {id: SAID[id] for id in SAID if SAID[id] not in entries[id]} == {}
    # What a plugin prints is no data.
    assert done.stderr == "a word on stdout\n"


@pytest.mark.parametrize("id", ["raises", "leaves", "huge", "nowhere", "shared"])
def test_asking_for_an_evil_twin_is_answered_in_words(environment: Environment, id: str) -> None:
    done = environment.run("maturitykit", "show", id)
    assert (done.returncode, done.stdout) == (2, "")
    assert f'no model "{id}" can be used' in done.stderr
    assert "Traceback" not in done.stderr
    if id == "shared":
        assert "maturitykit-evil 6.66" in done.stderr
        assert "maturitykit-evil-twin 6.66" in done.stderr


def test_an_evil_rule_disturbs_no_other(environment: Environment, answers: str) -> None:
    done = environment.run("maturitykit", "score", answers, "--scorer", "gone")
    assert (done.returncode, done.stdout) == (2, "")
    assert 'no scorer "gone" can be used' in done.stderr
    done = environment.run("maturitykit", "score", answers, "--scorer", "climbing")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    # No plugin takes the name of a rule of the core.
    done = environment.run("maturitykit", "score", answers, "--scorer", "weakest", "--json")
    assert json.loads(done.stdout)["outcome"]["stage"]["likely"] == "middle"


def test_an_evil_crosswalk_disturbs_no_other(environment: Environment) -> None:
    done = environment.run("maturitykit", "crosswalk", "--list", "--json")
    assert done.returncode == 0
    ways = {(way["source"], way["target"]): way.get("error") for way in json.loads(done.stdout)}
    assert {way: error for way, error in ways.items() if "ghost" not in way and "toy" in way and error} == {}
    assert {("toy", "clearhead"), ("clearhead", "toy")} <= set(ways)
    assert "Traceback" not in done.stderr


# ---- new packages, as they are made


@pytest.mark.parametrize("name", ["ladder", "grid", "ladder-clearhead", "all-but-one"])
def test_a_new_package_passes_what_its_ci_runs(environment: Environment, name: str) -> None:
    folder = environment.made[name]
    text = (folder / ".github" / "workflows" / "tests.yml").read_text("utf-8")
    steps = [step for step in re.findall(r"- run: (.*)", text) if "pip install" not in step]
    assert steps[-1] == "python -m pytest"
    assert len(steps) == (1 if name == "all-but-one" else 2)
    for step in steps:
        done = environment.run(*step.split(), cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\d+ passed", done.stdout)
    # Tables come with an extra; and a text that is still to be translated is a warning.
    assert "failed" not in done.stdout
    assert all("MK128" in line for line in re.findall(r"SKIPPED.*", done.stdout))


def test_new_packages_are_found_under_their_names(environment: Environment) -> None:
    assert environment.run("maturitykit", "show", "grid").stdout.startswith("Grid")
    assert environment.run("maturitykit", "show", "ladder", "--language", "nl").returncode == 0
    assert environment.run("maturitykit", "show", "ladder--clearhead", "--language", "nl").returncode == 0


def test_a_wheel_holds_what_it_should(environment: Environment) -> None:
    wheels = environment.work.parent / "wheels"
    with ZipFile(next(wheels.glob("maturitykit_ladder-0*.whl"))) as wheel:
        names = wheel.namelist()
        metadata = wheel.read("maturitykit_ladder-0.1.0.dist-info/METADATA").decode()
    home = "maturitykit_ladder"
    assert {f"{home}/{name}" for name in ("model.toml", "cases.toml", "text/nl.toml", "py.typed")} <= set(names)
    assert {name.split("/")[0] for name in names} == {home, f"{home}-0.1.0.dist-info"}
    assert "maturitykit_ladder-0.1.0.dist-info/licenses/LICENSE" in names
    assert "License-Expression: MIT" in metadata
    assert "Requires-Dist: maturitykit<2,>=1" in metadata
