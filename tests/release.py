"""All that is published, built and held to what is expected: ``python tests/release.py FOLDER``.

Of what is committed, the core and each plugin come as sdist and wheel. Each is built twice, from folders of two
names, with files of two ages and modes, in two time zones; and the wheel once more from the sdist. All must be the
same, byte for byte. The date in them is one that hatchling sets, or that of ``SOURCE_DATE_EPOCH``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]
#: The folders of what is published, the core first.
FOLDERS = [".", *sorted(str(path.parent.relative_to(ROOT)) for path in ROOT.glob("plugins/*/pyproject.toml"))]
#: What an sdist has beside the source; hatchling adds what git ignores.
BESIDE = {".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml"}
#: Suffixes of files in a package: ``.in`` are those that new packages are made from.
SUFFIXES = {".css", ".in", ".js", ".py", ".toml", ".txt", ".typ", ".typed"}


def project(folder: Path) -> Mapping[str, Any]:
    """What a distribution says of itself."""
    return tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]  # type: ignore[no-any-return]


# ---- building


def check_out(into: Path, time: float, mode: int) -> None:
    """What is committed, in files of a certain age and mode."""
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        tar.extractall(into, filter="data")
    for path in into.rglob("*"):
        path.chmod(0o700 if path.is_dir() else mode)
        os.utime(path, (time, time))


def build(folder: Path, into: Path, *kinds: str, zone: str = "UTC") -> None:
    """Build the sdist and the wheel of a folder, or certain kinds."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(into)]
    for kind in kinds:
        command += ["-t", kind]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env={**os.environ, "TZ": zone})


def build_all(into: Path, work: Path) -> Iterator[str]:
    """Build everything into a folder; what differs between two builds of it is told."""
    trees, again, rebuilt = (work / "tree", work / "a tree elsewhere"), work / "again", work / "from sdist"
    check_out(trees[0], 1_500_000_000, 0o644)
    check_out(trees[1], 1_700_000_000, 0o600)
    for name in FOLDERS:
        build(trees[0] / name, into)
        build(trees[1] / name, again, zone="Asia/Tokyo")
    for sdist in sorted(into.glob("*.tar.gz")):
        with tarfile.open(sdist) as tar:
            tar.extractall(work, filter="data")
        build(work / sdist.name.removesuffix(".tar.gz"), rebuilt, "wheel")
    yield from differences(into, again)
    yield from differences(into, rebuilt, "*.whl")


def differences(built: Path, other: Path, which: str = "*") -> Iterator[str]:
    """Which files are not the same, or not there, in another folder."""
    for file in sorted(built.glob(which)):
        twin = other / file.name
        if not twin.is_file() or twin.read_bytes() != file.read_bytes():
            yield f"{file.name}: is another when built again ({other.name})"


# ---- what is in it


def names_in(file: Path) -> set[str]:
    """The files in a wheel or an sdist; those of an sdist without its own folder."""
    if file.suffix == ".whl":
        return set(ZipFile(file).namelist())
    with tarfile.open(file) as tar:
        return {name.partition("/")[2] for name in tar.getnames()}


def expected_in(folder: Path, kind: str) -> set[str]:
    """The files that a wheel or an sdist of a folder is to have."""
    source = folder / "src"
    names = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()}
    names = {name for name in names if "__pycache__" not in name}
    if kind == "sdist":
        return {f"src/{name}" for name in names} | BESIDE
    said = project(folder)
    home = f"{said['name'].replace('-', '_')}-{said['version']}.dist-info"
    points = {f"{home}/entry_points.txt"} if "entry-points" in said or "scripts" in said else set()
    return names | points | {f"{home}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "licenses/LICENSE")}


def problems(folder: Path, built: Path) -> Iterator[str]:
    """What is wrong with the sdist and the wheel of a folder."""
    said = project(folder)
    stem = f"{said['name'].replace('-', '_')}-{said['version']}"
    for kind, name in (("sdist", f"{stem}.tar.gz"), ("wheel", f"{stem}-py3-none-any.whl")):
        if not (built / name).is_file():
            yield f"{name}: was not built"
            continue
        found, expected = names_in(built / name), expected_in(folder, kind)
        yield from (f"{name}: {one} is missing" for one in sorted(expected - found))
        yield from (f"{name}: {one} should not be in it" for one in sorted(found - expected))
        package = said["name"].replace("-", "_")
        inside = {one.removeprefix("src/") for one in found if one.removeprefix("src/").startswith(f"{package}/")}
        yield from (f"{name}: {one} is of no known kind" for one in inside if Path(one).suffix not in SUFFIXES)
        if f"{package}/py.typed" not in inside:
            yield f"{name}: no py.typed"


def main(arguments: list[str]) -> int:
    """Build everything into a new folder; what is wrong goes to stderr, and there is a line on each file."""
    if len(arguments) != 1 or Path(arguments[0]).exists():
        print("usage: python tests/release.py FOLDER, which is not there yet", file=sys.stderr)
        return 2
    into = Path(arguments[0]).absolute()
    with TemporaryDirectory() as folder:
        wrong = list(build_all(into, Path(folder)))
        wrong += [line for name in FOLDERS for line in problems(Path(folder) / "tree" / name, into)]
    for file in sorted(into.iterdir()):
        digest = sha256(file.read_bytes()).hexdigest()
        print(f"{digest}  {file.name}  {file.stat().st_size:,} bytes, {len(names_in(file))} files")
    if "not yet released" in (ROOT / "CHANGELOG.md").read_text("utf-8").partition("\n\n-")[0]:
        print("CHANGELOG.md says that this version is not yet released")
    for line in wrong:
        print(line, file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
