"""Documentation is executed: Python and shell in every page, examples in every docstring."""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest
from sybil import Example, Sybil
from sybil.document import PythonDocStringDocument
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser

ROOT = Path(__file__).parent

#: What takes longest is begun first, so that no process waits for another at the end.
LONGEST = [
    "test_form_in_browser.py",
    "test_tables.py",
    "test_real_path.py",
    "test_comparison_laws.py",
    "test_sssom.py",
    "test_files.py",
]


#: What starts Spark, which takes a dozen seconds: one process does so for all of them.
WITH_SPARK = ["test_tables.py", "tables.md", "spark.md"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the files by their time; the tests of a file stay as they are."""
    items.sort(key=lambda item: (*LONGEST, item.path.name).index(item.path.name))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The tests of a file stay in one process, and all of Spark do."""
    from xdist.scheduler import LoadFileScheduling

    def scope_of(test: str) -> str:
        file, *_ = test.split("::", 1)
        return "spark" if Path(file).name in WITH_SPARK else file

    scheduling: Any = LoadFileScheduling(config, log)
    scheduling._split_scope = scope_of
    return scheduling


def run_console(example: Example) -> str | None:
    """Run each ``$`` line of a console block; the lines below it are its output.

    All blocks of a page run in one folder, so that one may go on from another.
    """
    folder = example.namespace.setdefault("place", example.namespace["folder"])
    shown = example.parsed.rstrip() + "\n"
    commands = [line.removeprefix("$ ") for line in shown.splitlines() if line.startswith("$ ")]
    scripts = sysconfig.get_path("scripts")
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "100"}
    printed = ""
    for command in commands:
        done = subprocess.run(
            command, shell=True, cwd=folder, env=environment, text=True,
            capture_output=True, check=False, encoding="utf-8",
        )  # fmt: skip
        printed += f"$ {command}\n{done.stdout}{done.stderr}"
    expected, found = shown.rstrip(), printed.rstrip()
    # An ellipsis on a line of its own stands for any number of lines.
    if not _fits(expected.splitlines(), found.splitlines()):
        return f"expected:\n{expected}\n\nfound:\n{found}"
    return None


def _fits(expected: list[str], found: list[str]) -> bool:
    if not expected:
        return not found
    if expected[0].strip() in ("…", "..."):
        return any(_fits(expected[1:], found[i:]) for i in range(len(found) + 1))
    return bool(found) and expected[0].rstrip() == found[0].rstrip() and _fits(expected[1:], found[1:])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A place with the examples, in which commands may write."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return tmp_path


#: What Spark works on in a page is small: no need to cut it into 200 parts, or to compile much for it.
SPARK = {
    "sql.shuffle.partitions": "2",
    "sql.codegen.wholeStage": "false",
    "sql.codegen.factoryMode": "NO_CODEGEN",
    "sql.adaptive.enabled": "false",
    "driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "ui.enabled": "false",
}


def _in_root(namespace: dict[str, object]) -> None:
    os.chdir(ROOT)
    settings = (f"--conf spark.{name}={value}" for name, value in SPARK.items())
    os.environ.setdefault("PYSPARK_SUBMIT_ARGS", f"{' '.join(settings)} pyspark-shell")
    namespace["no_java"] = shutil.which("java") is None and "JAVA_HOME" not in os.environ


pytest_collect_file = (
    Sybil(
        parsers=[
            SkipParser(),
            PythonCodeBlockParser(),
            CodeBlockParser(language="console", evaluator=run_console),
        ],
        patterns=["README.md", "docs/*.md", "docs/*/*.md", "docs/*/*/*.md"],
        fixtures=["folder"],
        setup=_in_root,
    )
    + Sybil(
        parsers=[DocTestParser()],
        patterns=["src/*/*.py", "src/*/*/*.py"],
        document_types={".py": PythonDocStringDocument},
    )
).pytest()
