"""Type checkers find nothing in a right program, and an error in every wrong use."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import maturitykit as mk
from toys import ROOT

README = (ROOT / "README.md").read_text("utf-8")
#: A program in many right ways, and a line for each of many wrong ones, with a comment that ignores its error.
PROGRAM, WRONG = (ROOT / "tests" / "typed" / name for name in ("program.py", "wrong.py"))
STRICT = {
    "typeCheckingMode": "strict",
    "reportUnnecessaryTypeIgnoreComment": "error",
    # Examples show values.
    "reportUnusedExpression": "none",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files to check, apart from the settings of this repository."""
    for file in (PROGRAM, WRONG):
        shutil.copy(file, tmp_path)
    for number, block in enumerate(re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)):
        code = [line[4:] for line in block.splitlines() if line.startswith((">>> ", "... "))]
        (tmp_path / f"readme_{number}.py").write_text("\n".join([*code, ""]), encoding="utf-8")
    return tmp_path


def findings(folder: Path, *command: str) -> str:
    """What a type checker prints on the files of a folder; nothing if it is content."""
    # What is on this path is taken for installed, and not checked itself.
    variables = {**os.environ, "PYTHONPATH": str(Path(mk.__file__).parents[1])}
    call = [sys.executable, "-m", *command]
    done = subprocess.run(call, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr) if done.returncode else ""


def test_mypy_is_content_with_right_uses_and_with_no_wrong_one(folder: Path) -> None:
    pytest.importorskip("mypy", reason="a type checker is needed")
    files = sorted(path.name for path in folder.glob("*.py"))
    assert {"program.py", "readme_0.py", "wrong.py"} <= {*files}
    assert findings(folder, "mypy", "--strict", "--cache-dir=cache", *files) == ""


def test_pyright_is_content_with_right_uses_and_with_no_wrong_one(folder: Path) -> None:
    if find_spec("pyright") is None or shutil.which("node") is None:
        pytest.skip("pyright is needed, and node to run it")
    (folder / "pyrightconfig.json").write_text(json.dumps(STRICT), encoding="utf-8")
    assert findings(folder, "pyright", "--pythonpath", sys.executable) == ""


def test_every_wrong_use_is_told_as_one() -> None:
    _, _, uses = WRONG.read_text("utf-8").partition("def never_called() -> None:\n")
    assert [line for line in uses.splitlines() if "# type: ignore[" not in line] == []


def test_the_right_program_runs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, PROGRAM, ROOT / "examples" / "clearhead.csv"], cwd=tmp_path, check=False
    )
    assert done.returncode == 0
    assert json.loads((tmp_path / "results.json").read_text("utf-8"))["moved"] == {"people": "up"}
