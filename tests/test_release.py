"""What is published: versions and changelogs in step, bounds that fit, and what is in a wheel and in an sdist."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from release import FOLDERS, ROOT, build, differences, names_in, problems, project

CORE, *PLUGINS = FOLDERS
PYTHON = "Programming Language :: Python :: 3."


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_changelog_begins_with_the_version(folder: str) -> None:
    version = re.escape(project(ROOT / folder)["version"])
    text = (ROOT / folder / "CHANGELOG.md").read_text("utf-8")
    assert re.match(rf"# Changelog\n\n## {version}( \((not yet released|\d{{4}}-\d\d-\d\d)\))?\n\n\S", text)


@pytest.mark.parametrize("folder", PLUGINS)
def test_a_plugin_depends_on_a_core_that_is_this_one(folder: str) -> None:
    (needed,) = (Requirement(text) for text in project(ROOT / folder)["dependencies"])
    assert needed.name == "maturitykit"
    version = project(ROOT)["version"]
    assert version in needed.specifier
    # The next first number may break it.
    assert f"{int(version.partition('.')[0]) + 1}.0.0" not in needed.specifier


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_pythons_are_those_that_are_tested(folder: str) -> None:
    said = project(ROOT / folder)
    pythons = [one for one in said["classifiers"] if one.startswith(PYTHON)]
    assert pythons == [one for one in project(ROOT)["classifiers"] if one.startswith(PYTHON)]
    assert said["requires-python"] == f">={pythons[0].rpartition(' ')[2]}"
    # The session `pythons` takes them from there.
    assert "nox.project.python_versions(PROJECT)" in (ROOT / "noxfile.py").read_text("utf-8")


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_has_the_licence_and_says_that_it_is_typed(folder: str) -> None:
    said = project(ROOT / folder)
    assert (said["license"], said["license-files"]) == ("MIT", ["LICENSE"])
    assert "Typing :: Typed" in said["classifiers"]
    assert (ROOT / folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_citation_is_of_this_version() -> None:
    pairs = re.findall(r"^([\w-]+): (.+)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    said = project(ROOT)
    assert dict(pairs)["version"] == said["version"]
    assert dict(pairs)["title"] == said["name"]
    assert dict(pairs)["license"] == said["license"]
    assert dict(pairs)["cff-version"] == "1.2.0"


def test_the_folders_are_the_core_and_its_plugins() -> None:
    names = {project(ROOT / folder)["name"] for folder in FOLDERS}
    assert len(names) == len(FOLDERS) > 6
    assert names == {"maturitykit", *(Path(folder).name for folder in PLUGINS)}


# ---- what is built


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a plugin, in a folder with others, as in this repository."""
    place = tmp_path_factory.mktemp("release") / "plugin"
    shutil.copytree(ROOT / PLUGINS[0], place, ignore=shutil.ignore_patterns("__pycache__", "dist", "*.egg-info"))
    (place / ".gitignore").write_text("dist/\n", "utf-8")
    return place


def test_a_wheel_and_an_sdist_hold_what_is_expected(plugin: Path, tmp_path: Path) -> None:
    build(plugin, tmp_path)
    assert list(problems(plugin, tmp_path)) == []
    # No tests, in either.
    assert [name for file in tmp_path.iterdir() for name in names_in(file) if "test" in name] == []
    (wheel,) = tmp_path.glob("*.whl")
    said = tomllib.loads((plugin / "pyproject.toml").read_text("utf-8"))["project"]
    with ZipFile(wheel) as held:
        (metadata,) = (held.read(name).decode() for name in held.namelist() if name.endswith("/METADATA"))
    assert f"\nName: {said['name']}\n" in metadata
    assert "\nLicense-Expression: MIT\n" in metadata


def test_what_is_stray_or_missing_is_told(plugin: Path, tmp_path: Path) -> None:
    place = tmp_path / "plugin"
    shutil.copytree(plugin, place)
    (package,) = (path.parent for path in place.glob("src/*/py.typed"))
    (package / "notes.orig").touch()
    (package / "py.typed").unlink()
    with (place / "pyproject.toml").open("a", encoding="utf-8") as stream:
        stream.write('[tool.hatch.build.targets.wheel.force-include]\n"README.md" = "tests/README.md"\n')
    build(place, tmp_path / "built")
    found = list(problems(place, tmp_path / "built"))
    assert [line.partition(": ")[2] for line in found if ".whl" in line] == [
        "tests/README.md should not be in it",
        f"{package.name}/notes.orig is of no known kind",
        "no py.typed",
    ]
    assert len([line for line in found if ".tar.gz" in line]) == 2


def test_what_differs_from_build_to_build_is_told(plugin: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    build(plugin, first, "wheel")
    build(plugin, second, "wheel", zone="Asia/Tokyo")
    assert list(differences(first, second)) == []
    (wheel,) = second.iterdir()
    with ZipFile(wheel, "a") as held:
        held.comment = b"made on a Monday"
    assert list(differences(first, second)) == [f"{wheel.name}: is another when built again (second)"]
    wheel.unlink()
    assert len(list(differences(first, second))) == 1


def test_what_was_not_built_is_told(plugin: Path, tmp_path: Path) -> None:
    assert [line.partition(": ")[2] for line in problems(plugin, tmp_path)] == ["was not built"] * 2
