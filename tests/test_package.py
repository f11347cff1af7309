"""The package as a whole: what importing it costs, which names it has, and which way its imports point."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from importlib.util import find_spec, resolve_name
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pytest

import maturitykit as mk
from api import MODULES, find, public_names
from toys import ROOT

SOURCE = ROOT / "src"
PLUGINS = sorted(path.parent for path in (ROOT / "plugins").glob("*/pyproject.toml"))

#: The layers from the bottom up, each with what it may import from outside. A module may import those of its
#: own layer and of the layers before it.
LAYERS: Mapping[str, set[str]] = {
    "errors": set(),
    "words": set(),
    "notebook": set(),
    "formula": {"attrs"},
    "definition": {"attrs"},
    "assessment": {"attrs"},
    "registry": {"importlib_metadata"},
    "files": {"attrs", "cattrs", "python_calamine", "xlsxwriter", "yaml"},
    "rules": set(),
    "scoring": {"attrs"},
    "comparison": {"attrs"},
    "tables": {"polars", "pyarrow", "pyspark"},
    "form": set(),
    "figures": set(),
    "agreement": set(),
    "links": set(),
    "sssom": set(),
    "types": set(),
    "__init__": set(),
    "report": {"attrs", "typst"},
    "testing": {"attrs", "hypothesis", "polars", "pyarrow", "pytest"},
    "template": set(),
    "cli": {"click"},
    "__main__": set(),
}

#: What a notebook asks of a result is made by the report, and imported only then.
ASKS_HIGHER_LAYERS_LATE = {"maturitykit.notebook"}


class Import(NamedTuple):
    """An import: of which module, in which line, and when it happens."""

    target: str
    line: int
    #: Under ``if TYPE_CHECKING``: never at run time.
    typing: bool
    #: Within a function: not when the module is imported.
    late: bool


def name_of(file: Path, source: Path) -> str:
    parts = file.relative_to(source).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> Mapping[str, Path]:
    """The file of each module of the package, by its name."""
    return {name_of(file, SOURCE): file for file in sorted((SOURCE / "maturitykit").rglob("*.py"))}


def imports_of(module: str, file: Path) -> Iterator[Import]:
    """All imports in a file, wherever they stand."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]

    def walk(node: ast.AST, typing: bool, late: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, typing, late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            for target in {part if (part := f"{base}.{a.name}") in modules() else base for a in node.names}:
                yield Import(target, node.lineno, typing, late)
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for statement in node.body:
                yield from walk(statement, True, late)
            for statement in node.orelse:
                yield from walk(statement, typing, late)
        else:
            late = late or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for child in ast.iter_child_nodes(node):
                yield from walk(child, typing, late)

    yield from walk(ast.parse(file.read_text(encoding="utf-8")), typing=False, late=False)


def layer_of(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def is_own(module: str) -> bool:
    return module.partition(".")[0] == "maturitykit"


def fresh(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in an interpreter of its own, where warnings are errors."""
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, check=False, encoding="utf-8")


def imported_by(code: str) -> set[str]:
    """The modules that running some code brings in."""
    before = "import sys\nbefore = set(sys.modules)\n"
    after = "\nprint()\nprint(*sorted(set(sys.modules) - before))"
    done = fresh(before + code + after)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


# ---- what it costs


def test_importing_the_package_imports_nothing_but_the_standard_library() -> None:
    imported = imported_by("import maturitykit")
    assert {name for name in imported if is_own(name)} == {"maturitykit"}
    assert {name.partition(".")[0] for name in imported} <= {*sys.stdlib_module_names, "maturitykit"}
    assert not {"attr", "attrs", "cattr", "cattrs", "click", "importlib_metadata"} & imported


def test_importing_the_package_says_nothing() -> None:
    done = fresh("import maturitykit")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


LIST = "import maturitykit as mk\n[mk.models[id] for id in mk.models], [mk.scorers[id] for id in mk.scorers]"
COMMAND = "from maturitykit.cli import commands\ncommands({}, standalone_mode=False)"


@pytest.mark.parametrize(
    "code",
    [LIST, COMMAND.format(["models"]), COMMAND.format(["models", "--json"]), COMMAND.format(["--help"])],
    ids=["registry", "models", "models --json", "--help"],
)
def test_listing_imports_no_classes_and_no_plugin(code: str) -> None:
    imported = imported_by(code)
    assert "maturitykit.registry" in imported
    assert not {"attr", "attrs", "cattr", "cattrs"} & imported
    assert not {"maturitykit.definition", "maturitykit.scoring"} & imported
    assert not [name for name in imported if name.startswith("maturitykit_")]


def test_scoring_imports_nothing_for_files_or_the_command_line() -> None:
    imported = imported_by("import maturitykit as mk\nmk.score, mk.Model, mk.Assessment")
    assert "maturitykit.scoring.score" in imported
    assert not {"cattrs", "click", "importlib_metadata", "tomllib", "json", "csv"} & imported


def test_scoring_one_assessment_imports_no_engine_of_tables() -> None:
    code = """
import maturitykit as mk
level = mk.Scale("level", [mk.Stage("basic"), mk.Stage("good")])
model = mk.Model("toy", "1", "A toy", [mk.Dimension("people", scale=level)], ["weakest"], outcome=level)
result = mk.score(model, {"people": "good"})
assert result.stage.likely.id == "good"
"""
    assert not {"polars", "pyarrow", "pandas", "numpy", "maturitykit.tables"} & imported_by(code)


# ---- its names


def names_for_type_checkers() -> dict[str, str]:
    """The module of each name that type checkers see in the package."""
    tree = ast.parse((SOURCE / "maturitykit" / "__init__.py").read_text(encoding="utf-8"))
    (block,) = (
        node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    found: dict[str, str] = {}
    for node in block.body:
        assert isinstance(node, ast.ImportFrom)
        assert node.module
        for alias in node.names:
            # Without "as" of the same name, a strict type checker does not take it for public.
            assert alias.asname == alias.name
            assert alias.name not in found
            found[alias.name] = node.module
    return found


def test_every_public_name_resolves() -> None:
    assert len(mk.__all__) == len(set(mk.__all__)) > 30
    for name in mk.__all__:
        assert getattr(mk, name) is not None
    assert set(mk.__all__) <= set(dir(mk))


def test_all_names_come_with_a_star() -> None:
    done = fresh("from maturitykit import *\nprint(*sorted(name for name in globals() if name[0] != '_'))")
    assert done.stdout.split() == sorted(mk.__all__), done.stderr


def test_type_checkers_see_the_names_of_the_run_time() -> None:
    seen = names_for_type_checkers()
    # Modules do not come with a star.
    assert {*seen, "model"} == {*mk.__all__, *mk._MODULES}
    for name, module in seen.items():
        if name not in mk._MODULES:
            assert getattr(mk, name) is getattr(import_module(module), name)
    # Tables need an extra.
    assert all(
        getattr(mk, name) is import_module(f"maturitykit.{name}") for name in mk._MODULES if name != "tables"
    )


def test_few_names_are_at_the_top() -> None:
    assert len(mk.__all__) <= 45


def test_public_names_are_documented() -> None:
    for name in mk.__all__:
        thing = getattr(mk, name)
        if callable(thing) and getattr(thing, "__module__", "").startswith("maturitykit"):
            assert thing.__doc__, name


@pytest.mark.parametrize("name", ["no_such_name", "Maturity", "attrs", "_no_such_name"])
def test_unknown_attribute_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match=f"'maturitykit' has no attribute '{name}'"):
        getattr(mk, name)
    assert not hasattr(mk, name)
    assert name not in dir(mk)


RENAMED = "maturitykit.Grade is now maturitykit.Stage; the old name goes in version 2.0"


def test_a_renamed_name_warns_wherever_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(mk._RENAMED, "Grade", ("Stage", "2.0"))
    for _ in range(2):
        with pytest.warns(DeprecationWarning, match=f"^{re.escape(RENAMED)}$") as caught:
            grade = mk.Grade  # type: ignore[attr-defined]
        assert grade is mk.Stage
        assert [one.filename for one in caught] == [__file__]
    assert "Grade" not in dir(mk)


@pytest.mark.parametrize("use", ["import maturitykit as mk; mk.Grade", "from maturitykit import Grade"])
def test_a_renamed_name_warns_in_a_program(use: str) -> None:
    rename = "import maturitykit\nmaturitykit._RENAMED['Grade'] = ('Stage', '2.0')\n"
    done = fresh(f"import warnings\nwarnings.simplefilter('default')\n{rename}{use}")
    # Once for the line, and with the line of the program, not of ours; newer Pythons show that line, too.
    shown = f"(  {re.escape(use)}\n)?"
    assert done.returncode == 0
    assert re.fullmatch(f"<string>:5: DeprecationWarning: {re.escape(RENAMED)}\n{shown}", done.stderr)


def test_names_that_are_to_go_are_not_those_to_use() -> None:
    assert not set(mk._RENAMED) & set(mk.__all__)
    assert {new for new, _ in mk._RENAMED.values()} <= set(mk.__all__)


@pytest.mark.parametrize("folder", [ROOT, *PLUGINS], ids=lambda folder: folder.name if folder != ROOT else "core")
def test_types_are_published(folder: Path) -> None:
    (package,) = (path.parent for path in (folder / "src").glob("*/__init__.py"))
    assert (package / "py.typed").is_file()


# ---- its layers


def test_every_module_has_a_layer() -> None:
    assert {layer_of(module) for module in modules()} == set(LAYERS)


def test_imports_point_down_only() -> None:
    order = list(LAYERS)
    wrong = [
        f"{file.relative_to(ROOT)}:{found.line} ({layer_of(module)}) imports {found.target}"
        for module, file in modules().items()
        for found in imports_of(module, file)
        if is_own(found.target)
        and order.index(layer_of(found.target)) > order.index(layer_of(module))
        and not (found.late and module in ASKS_HIGHER_LAYERS_LATE)
    ]
    assert wrong == []


def test_the_page_on_the_architecture_has_every_layer_from_the_top() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition("\n`plugins/`")[0]
    folders = [
        name for name in reversed(list(LAYERS)) if (SOURCE / "maturitykit" / name).is_dir() and name != "words"
    ]
    assert re.findall(r"^\| `(\w+)/`", page, re.MULTILINE) == folders
    # The figure shows the same rooms, floor by floor.
    figure = page.partition("```text\n")[2].partition("```")[0]
    assert re.findall(r"│ (\w+)/", figure) == [*folders, "words"]
    assert all(line[0] + line[-1] in ("┌┐", "├┤", "││", "└┘") for line in figure.splitlines())
    assert {len(line) for line in figure.splitlines()} == {88}
    assert all(f"`{name}.py`" in page or f"`{name}/`" in page for name in LAYERS if "__" not in name)


def test_each_layer_imports_from_outside_what_it_may() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{found.line} imports {found.target}"
        for module, file in modules().items()
        for found in imports_of(module, file)
        if (top := found.target.partition(".")[0]) not in sys.stdlib_module_names
        and not is_own(found.target)
        and top not in LAYERS[layer_of(module)]
    ]
    assert wrong == []


def test_what_is_imported_from_outside_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = [needed for group in project["optional-dependencies"].values() for needed in group]
    declared = {needed.partition(">")[0].replace("-", "_") for needed in [*project["dependencies"], *optional]}
    declared |= {"yaml"} & {name.removeprefix("py") for name in declared}
    assert set().union(*LAYERS.values()) <= declared
    imported = {
        found.target.partition(".")[0] for module, file in modules().items() for found in imports_of(module, file)
    }
    needed = {name.partition(">")[0].replace("-", "_") for name in project["dependencies"]}
    assert needed <= imported


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {
        module: {
            found.target
            for found in imports_of(module, file)
            if is_own(found.target)
            and not found.typing
            # Also within functions, where a circle is only put off.
            and not (found.late and module in ASKS_HIGHER_LAYERS_LATE)
        }
        for module, file in modules().items()
    }
    order = list(TopologicalSorter(graph).static_order())
    assert set(order) == set(modules())
    assert order.index("maturitykit.errors") < order.index("maturitykit.scoring.score")


def test_each_layer_can_be_the_first_to_be_imported() -> None:
    # What is in a package is imported after it. Tables come with an extra, and are refused without it.
    without = {"__main__"} if find_spec("polars") else {"__main__", "tables"}
    names = [m for m in modules() if m.count(".") < 2 and layer_of(m) not in without]
    assert len(names) > 10
    done = fresh(f"""
import sys
from importlib import import_module
for name in {names}:
    for known in [known for known in sys.modules if known.partition(".")[0] == "maturitykit"]:
        del sys.modules[known]
    import_module(name)
    print(name)
""")
    assert done.stderr == ""
    assert done.stdout.split() == names


# ---- the core and its plugins


def ids_of(plugin: Path) -> list[str]:
    """The names that a plugin registers."""
    project = tomllib.loads((plugin / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = project["entry-points"].items()
    return [id for group, points in groups if group.startswith("maturitykit.") for id in points]


def test_there_are_five_models_beside_the_core() -> None:
    ids = [id for plugin in PLUGINS for id in ids_of(plugin)]
    assert len(ids) == len(set(ids)) >= 5


def test_the_core_names_no_framework() -> None:
    ids = [id.lower() for plugin in PLUGINS for id in ids_of(plugin)]
    files = [path for path in SOURCE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert len(files) > len(modules())
    named = [
        f"{file.relative_to(ROOT)}:{number} names {id}"
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").lower().splitlines(), start=1)
        for id in ids
        if id in line or id.replace("-", "_") in line
    ]
    assert named == []


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_a_plugin_imports_only_maturitykit(plugin: Path) -> None:
    files = sorted((plugin / "src").rglob("*.py"))
    assert files
    imported = {i.target for file in files for i in imports_of(name_of(file, plugin / "src"), file)}
    outside = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names}
    assert outside == {"maturitykit"}
    project = tomllib.loads((plugin / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [needed.partition(">")[0] for needed in project["dependencies"]] == ["maturitykit"]


# ---- its tests


def test_a_private_module_is_imported_by_few_tests() -> None:
    """So that it can move without changes to many files; what more of them need, they import from toys.py."""
    importers: dict[str, set[str]] = {}
    for file in (ROOT / "tests").glob("test_*.py"):
        for found in imports_of(file.stem, file):
            if is_own(found.target) and found.target not in MODULES:
                importers.setdefault(found.target, set()).add(file.name)
    assert len(importers) > 30
    assert {module: files for module, files in importers.items() if len(files) > 3} == {}


def test_what_is_public_is_imported_by_its_public_name() -> None:
    public = {find(module, name) for module in MODULES for name in public_names(module)} - {None}
    wrong = [
        f"{file.name}:{node.lineno} imports {alias.name} from {node.module}"
        for file in (ROOT / "tests").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module in {*modules()} - {*MODULES}
        for alias in node.names
        if f"{node.module}.{alias.name}" not in modules() and find(node.module, alias.name) in public
    ]
    assert wrong == []


def test_the_command_that_runs_all_tests_is_the_same_everywhere() -> None:
    command = "python -m pip install -c constraints.txt 'nox[uv]' && python -m nox"
    for name in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        assert command in (ROOT / name).read_text("utf-8").replace(" --quiet", "").splitlines(), name


def test_versions_to_install_are_names_and_versions_only() -> None:
    for name in ("constraints.txt", "constraints-oldest.txt"):
        lines = (ROOT / name).read_text("utf-8").splitlines()
        assert len(lines) > 30
        # A marker may follow, but no address or folder does.
        assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; [^/@]+)?", line)] == [], name


def test_the_least_versions_that_are_stated_are_those_that_are_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    stated = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    least = dict(needed.split(">=") for needed in stated if ">=" in needed)
    lines = (ROOT / "constraints-oldest.txt").read_text("utf-8").splitlines()
    tested = dict(line.partition(" ; ")[0].split("==") for line in lines)
    # 8 is also written 8.0.0.
    wrong = [name for name, version in least.items() if not f"{tested[name]}.".startswith(f"{version}.")]
    assert wrong == []
