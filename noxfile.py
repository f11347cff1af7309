"""What keeps the project right: ``python -m nox`` runs all of it.

Tests run on what is built and installed, never on the source tree.
"""

import json
import os
from pathlib import Path

import nox

nox.needs_version = ">=2025.2"
# uv installs in seconds what pip takes minutes for.
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = False

# What is imported is compiled once, and not by each of the many processes that tests start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

PROJECT = nox.project.load_toml("pyproject.toml")
TEST = nox.project.dependency_groups(PROJECT, "test")
SSSOM = nox.project.dependency_groups(PROJECT, "sssom")
PEOPLE = nox.project.dependency_groups(PROJECT, "people")
PROGRAMS = nox.project.dependency_groups(PROJECT, "programs")
DOCS = nox.project.dependency_groups(PROJECT, "docs")
ENGINES = nox.project.dependency_groups(PROJECT, "engines")
MUTATION = nox.project.dependency_groups(PROJECT, "mutation")
EXTRA_NAMES = list(PROJECT["project"]["optional-dependencies"])
EXTRAS = f".[{','.join(EXTRA_NAMES)}]"
#: Versions that are known to pass, which most sessions install; and the least that the metadata states.
KNOWN = "constraints.txt"
LEAST = "constraints-oldest.txt"
#: The extras that the tests of each extra need beside it, and these tests.
EXTRA_TESTS = {
    "duckdb": ("notebook", "tests/test_tables.py -k duckdb"),
    "notebook": ("tables", "tests/test_notebook.py"),
    "pdf": ("xlsx", "tests/test_report.py"),
    "spark": ("notebook", "tests/test_tables.py -k spark"),
    "tables": ("notebook", "tests/test_tables.py tests/test_large_tables.py tests/test_formulas.py"),
    "testing": ("", "tests/test_conformance.py tests/test_laws.py"),
    "xlsx": ("", "tests/test_workbook.py tests/test_workbooks.py tests/test_reading.py tests/test_round_trip.py"),
    "yaml": ("", "tests/test_samm.py tests/test_check.py tests/test_round_trip.py"),
}
#: A process for each processor; conftest.py says which tests stay together, as they share what is slow to make.
PARALLEL = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")
WORKERS = ("--num-workers", "auto")
#: What part of the mutants tests have to see.
LEAST_SEEN = 0.9
PLUGINS = sorted(f"./{path.parent}" for path in Path("plugins").glob("*/pyproject.toml"))
NAMES = [Path(plugin).name for plugin in PLUGINS]
#: Those that the metadata names, and the one that is to be next.
PYTHONS = [*nox.project.python_versions(PROJECT), "3.14"]
#: Where a release is built.
DIST = Path("dist")


def install(session: nox.Session, *packages: str, versions: str = KNOWN) -> None:
    """Install packages in certain versions, and build them with these."""
    session.install("--constraint", versions, "--build-constraint", versions, *packages)


@nox.session
def lint(session: nox.Session) -> None:
    """Formatting and lint."""
    install(session, *nox.project.dependency_groups(PROJECT, "lint"))
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types, of the package as its users see it and of everything around it."""
    types = nox.project.dependency_groups(PROJECT, "types")
    install(session, EXTRAS, *PLUGINS, *types, *TEST, *SSSOM, *PEOPLE, *DOCS)
    session.run("mypy", *WORKERS, "src", "noxfile.py", "conftest.py", "docs/conf.py", "docs/extensions")
    # There is another conftest.py among the tests, so these are a run of their own.
    session.run("mypy", *WORKERS, "tests", "benchmarks", *(f"{plugin}/tests" for plugin in PLUGINS))


@nox.session
def tests(session: nox.Session) -> None:
    """All tests of the core and of the documentation.

    Those of forms and reports use chromium and LibreOffice, where they are installed.
    """
    install(session, EXTRAS, *PLUGINS, *TEST, *SSSOM, *ENGINES, *PEOPLE, *PROGRAMS)
    session.run("pytest", *PARALLEL, *session.posargs)


@nox.session(default=False)
def newest(session: nox.Session) -> None:
    """The same with the newest versions of everything, whether or not they are known to pass."""
    session.install("--upgrade", EXTRAS, *PLUGINS, *TEST, *SSSOM, *ENGINES, *PEOPLE, *PROGRAMS)
    session.run("pytest", *PARALLEL, *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The site, in ``build/docs``: every warning is an error, and so is a link to what is not there."""
    install(session, ".[tables,testing]", *PLUGINS, *DOCS)
    session.run(
        "sphinx-build",
        "-W",
        "-n",
        "--keep-going",
        "--fresh-env",
        "--jobs=auto",
        "docs",
        "build/docs",
        *session.posargs,
    )


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """The same, with what of the code they run, in this process and in those that they start."""
    install(session, EXTRAS, *PLUGINS, *TEST, *SSSOM, *ENGINES, *PEOPLE, *PROGRAMS)
    # More examples of the laws reach no other lines.
    report = ("--cov", "--cov-report=term-missing:skip-covered")
    session.run("pytest", "tests", *PARALLEL, *report, *session.posargs, env={"LAWS": "quick"})


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Broken files for every reader, and for both of tables: ``nox -s fuzz -- 20000`` tries so many of each kind.

    What is found is tried first from then on; keep it, as an example in the test or a file in ``tests/bad``.
    """
    examples, *others = session.posargs or ["2000"]
    install(session, EXTRAS, *PLUGINS, *TEST)
    parallel = ("-n", "auto", "--dist", "load")
    both = "tests/test_tables_as_files.py::test_a_file_says_the_same_as_a_table"
    session.run("pytest", "tests/test_fuzz.py", both, *parallel, *others, env={"FUZZ": examples})


@nox.session(default=False)
def mutation(session: nox.Session) -> None:
    """Whether tests see it when scoring, comparison or scales are changed: an hour, but for names of mutants.

    ``nox -s mutation -- "maturitykit.definition.scale*"`` tries one module; ``mutmut show NAME`` shows a mutant.
    """
    install(session, EXTRAS, *PLUGINS, *TEST, *ENGINES, *MUTATION)
    session.run("mutmut", "run", *session.posargs, env={"LAWS": "mutation", "CI": "true"})
    session.run("mutmut", "results")
    seen, tried = 0, 0
    for file in Path("mutants").rglob("*.py.meta"):
        codes = json.loads(file.read_text("utf-8"))["exit_code_by_key"].values()
        # Of those that are tried, 0 is one that lives, and 33 and 5 one that no test reaches.
        tried += sum(code is not None for code in codes)
        seen += sum(code not in (None, 0, 5, 33) for code in codes)
    session.log(f"{seen} of {tried} mutants were seen")
    if seen < LEAST_SEEN * tried:
        session.error(f"that is less than {LEAST_SEEN:.0%}")


@nox.session
@nox.parametrize("plugin", PLUGINS, ids=NAMES)
def plugins(session: nox.Session, plugin: str) -> None:
    """A plugin alone, from its wheel, with nothing installed but what it asks for."""
    alone(session, plugin, ".", plugin, *beside(plugin))


def beside(plugin: str) -> list[str]:
    """The plugins that a plugin on other plugins is tested with: its dependency group ``test``."""
    project = nox.project.load_toml(f"{plugin}/pyproject.toml")
    others = nox.project.dependency_groups(project, "test") if "dependency-groups" in project else ()
    return [f"./plugins/{other}" for other in others]


def alone(session: nox.Session, plugin: str, *packages: str) -> None:
    """Run the tests of a plugin with some packages, and without the core's own conftest: nothing here helps it."""
    install(session, "pytest", *packages)
    session.run("pytest", "--confcutdir", plugin, f"{plugin}/tests")


@nox.session
def minimal(session: nox.Session) -> None:
    """The core with the least versions of its dependencies, and without its extras.

    Without what takes long and is not theirs to break: the laws, hostile models, and the way from the wheels.
    """
    install(session, ".", *PLUGINS, *TEST, versions=LEAST)
    others = ("laws", "comparison_laws", "hostile_models", "real_path")
    without = (f"--ignore=tests/test_{name}.py" for name in others)
    session.run("pytest", "tests", *without, *PARALLEL, *session.posargs, env={"LAWS": "quick"})


@nox.session(default=False)
@nox.parametrize("extra", EXTRA_NAMES, ids=EXTRA_NAMES)
def oldest(session: nox.Session, extra: str) -> None:
    """The tests of an extra with the least versions that it and the core state."""
    beside, tests = EXTRA_TESTS[extra]
    extras = f"{extra},{beside}".removesuffix(",")
    install(session, f".[{extras}]", *PLUGINS, *TEST, versions=LEAST)
    session.run("pytest", *tests.split(), *PARALLEL, *session.posargs, env={"LAWS": "quick"})


@nox.session(default=False)
def constraints(session: nox.Session) -> None:
    """Write both files of versions anew; commit them when all sessions pass."""
    install(session, "uv")
    # Names and versions only: not where they came from, as an index or a folder of this machine.
    compile = ["uv", "pip", "compile", "pyproject.toml", "--all-extras", "--universal", "--upgrade", "--quiet"]
    compile += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    groups = [f"--group={name}" for name in PROJECT["dependency-groups"]]
    session.run(*compile, *groups, "--output-file", KNOWN)
    session.run(*compile, "--group=test", "--resolution=lowest-direct", "--output-file", LEAST)


@nox.session(default=False, python=PYTHONS)
def pythons(session: nox.Session) -> None:
    """The core on each Python that is there; the summary says which are not.

    Without the engines, as not each has wheels for the newest Python, and with fewer examples of the laws.
    """
    install(session, EXTRAS, *PLUGINS, *TEST, *PEOPLE)
    session.run("pytest", "tests", *PARALLEL, *session.posargs, env={"LAWS": "quick"})


@nox.session(default=False)
def release(session: nox.Session) -> None:
    """What is published: built in dist/ of what is committed, held to what is expected, tested from its wheels."""
    install(session, *nox.project.dependency_groups(PROJECT, "release"))
    session.run("python", "tests/release.py", str(DIST))
    session.run("twine", "check", "--strict", *map(str, sorted(DIST.iterdir())))
    for name in ("core", *NAMES):
        session.notify(f"released({name})")


@nox.session(default=False)
@nox.parametrize("folder", [".", *PLUGINS], ids=["core", *NAMES])
def released(session: nox.Session, folder: str) -> None:
    """One wheel of dist/ in an environment of its own, with its tests."""
    if folder != ".":
        alone(session, folder, *map(wheel_of, (".", folder, *beside(folder))))
        return
    extras = EXTRAS.removeprefix(".")
    install(session, wheel_of(".") + extras, *map(wheel_of, PLUGINS), *TEST, *ENGINES, *PEOPLE, *PROGRAMS)
    session.run("pytest", "tests", *PARALLEL, *session.posargs)


def wheel_of(folder: str) -> str:
    """The wheel of a folder in dist/."""
    name = nox.project.load_toml(f"{folder}/pyproject.toml")["project"]["name"]
    (wheel,) = DIST.glob(f"{name.replace('-', '_')}-[0-9]*.whl")
    return str(wheel)
