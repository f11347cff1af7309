"""What keeps the project right: ``python -m nox`` runs all of it.

Tests run on what is built and installed, never on the source tree.
"""

from pathlib import Path

import nox

nox.needs_version = ">=2025.2"
nox.options.error_on_missing_interpreters = True
nox.options.reuse_existing_virtualenvs = False

PROJECT = nox.project.load_toml("pyproject.toml")
TEST = nox.project.dependency_groups(PROJECT, "test")
SSSOM = nox.project.dependency_groups(PROJECT, "sssom")
PEOPLE = nox.project.dependency_groups(PROJECT, "people")
DOCS = nox.project.dependency_groups(PROJECT, "docs")
ENGINES = nox.project.dependency_groups(PROJECT, "engines")
EXTRAS = f".[{','.join(PROJECT['project']['optional-dependencies'])}]"
#: A process for each processor; the tests of a file stay together, as they share what is slow to make.
PARALLEL = ("-n", "auto", "--dist", "loadfile")
PLUGINS = sorted(f"./{path.parent}" for path in Path("plugins").glob("*/pyproject.toml"))


@nox.session
def lint(session: nox.Session) -> None:
    """Formatting and lint."""
    session.install(*nox.project.dependency_groups(PROJECT, "lint"))
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types, of the package as its users see it and of everything around it."""
    types = nox.project.dependency_groups(PROJECT, "types")
    session.install(EXTRAS, *PLUGINS, *types, *TEST, *SSSOM, *PEOPLE, *DOCS)
    session.run("mypy", "src", "noxfile.py", "conftest.py")
    session.run("mypy", "docs/conf.py", "docs/extensions")
    # Test modules of plugins may share names, so each folder is a run of its own.
    for folder in ("tests", "benchmarks", *(f"{plugin}/tests" for plugin in PLUGINS)):
        session.run("mypy", folder)


@nox.session
def tests(session: nox.Session) -> None:
    """All tests of the core and of the documentation.

    Those of forms and reports use chromium and LibreOffice, where they are installed.
    """
    session.install(EXTRAS, *PLUGINS, *TEST, *SSSOM, *ENGINES, *PEOPLE)
    session.run("pytest", *PARALLEL, *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The site, in ``build/docs``: every warning is an error, and so is a link to what is not there."""
    session.install(".[tables,testing]", *PLUGINS, *DOCS)
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
    """The same, with what of the code they run."""
    session.install(EXTRAS, *PLUGINS, *TEST, *SSSOM, *ENGINES, *PEOPLE)
    session.run("pytest", "--cov", "--cov-report=term-missing:skip-covered", *session.posargs)


@nox.session
@nox.parametrize("plugin", PLUGINS, ids=[Path(plugin).name for plugin in PLUGINS])
def plugins(session: nox.Session, plugin: str) -> None:
    """A plugin alone, from its wheel, with nothing installed but what it asks for.

    A plugin on other plugins names them in its dependency group ``test``.
    """
    wheels = session.create_tmp()
    project = nox.project.load_toml(f"{plugin}/pyproject.toml")
    others = nox.project.dependency_groups(project, "test") if "dependency-groups" in project else ()
    folders = [".", plugin, *(f"./plugins/{other}" for other in others)]
    session.run("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, *folders)
    session.install("pytest", *map(str, Path(wheels).glob("*.whl")))
    # Without the core's own conftest: nothing of this repository is to help it.
    session.run("pytest", "--confcutdir", plugin, f"{plugin}/tests")


@nox.session
def minimal(session: nox.Session) -> None:
    """The core with the oldest versions of its dependencies, and without its extras.

    The laws are tried on fewer examples here, as it is not they that older versions break.
    """
    oldest = [dependency.replace(">=", "==") for dependency in PROJECT["project"]["dependencies"]]
    session.install(".", *PLUGINS, *oldest, *TEST)
    session.run("pytest", "tests", *PARALLEL, *session.posargs, env={"LAWS": "quick"})
