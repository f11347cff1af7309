"""``maturitykit new``: packages to publish a model, a crosswalk or a rule in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from maturitykit.cli.options import Command
from maturitykit.cli.output import give
from maturitykit.errors import escaped
from maturitykit.template import LICENSES

if TYPE_CHECKING:
    from maturitykit.definition.model import Model
    from maturitykit.registry import Registry
    from maturitykit.template.draft import Draft
    from maturitykit.template.package import Package

F = TypeVar("F", bound=Callable[..., Any])


def options(command: F) -> F:
    """Add the options ``--into``, ``--license`` and ``--json``."""
    for add in (
        click.option("--json", "json", is_flag=True, help="Print JSON."),
        click.option(
            "--license", type=click.Choice(LICENSES), default="MIT", show_default=True, help="Of the package."
        ),
        click.option("--into", metavar="FOLDER", default=".", help="Where to make it; here, if not given."),
    ):
        command = add(command)
    return command


languages_option = click.option(
    "--language", "languages", metavar="TAG", multiple=True, help="Another language to have texts in (nl, …)."
)


@click.group(name="new")
def command() -> None:
    """Make a package to publish a model, a crosswalk or a rule with.

    It can be installed, checked and tested as it is made. Nothing is overwritten, and nothing
    is written outside its folder, maturitykit-NAME.
    """


@command.command(cls=Command)
@click.argument("name")
@click.option(
    "--from", "origin", metavar="FILE", type=click.Path(),
    help="Make the model of a grid (.csv, .xlsx, .ods), or of a folder in the format of OWASP SAMM's core.",
)  # fmt: skip
@languages_option
@options
def model(name: str, origin: str | None, languages: tuple[str, ...], into: str, license: str, json: bool) -> None:
    """A package with the maturity model NAME.

    Its model.toml explains every field. A grid has the names of the stages in its first row and
    those of the dimensions in its first column; what cannot be taken over is listed.
    """
    from maturitykit.registry import models
    from maturitykit.template.package import new_model

    draft = _draft(Path(origin), name) if origin else None
    made = new_model(name, Path(into), license, languages, draft)
    _report(made, json, draft)
    _warn_if_taken(models, name)


@command.command(cls=Command)
@click.argument("name", metavar="SOURCE--TARGET")
@click.option("--model", "names", metavar="MODEL", multiple=True, help="One of the two, if not installed.")
@languages_option
@options
def crosswalk(
    name: str, names: tuple[str, ...], languages: tuple[str, ...], into: str, license: str, json: bool
) -> None:
    """A package with a crosswalk between two models.

    Nothing is linked in it yet: it lists the stages of both, and all that is to be linked. A certain
    version of a model is named in full, as ID@VERSION.
    """
    from maturitykit.cli.options import load_model
    from maturitykit.registry import crosswalks, models
    from maturitykit.template.package import new_crosswalk

    ids = name.split("--")
    if len(ids) != 2 or not all(ids):
        raise click.BadParameter(f"{name!r} is not of the form SOURCE--TARGET")
    loaded: dict[str, Model] = {
        key: model for model in map(load_model, names) for key in (model.id, f"{model.id}@{model.version}")
    }
    for id in ids:
        model = loaded.get(id.partition("@")[0])
        if model and id not in loaded and model.id not in models:
            raise click.BadParameter(f"{id!r} is not the model that is given, {model.id}@{model.version}")
    source, target = (loaded.get(id) or models.load(id) for id in ids)
    # The full name of a model, ID@VERSION, also finds one that is registered under its id alone.
    registered = [id if id in models else id.partition("@")[0] for id in ids if id not in loaded]
    distributions = list(dict.fromkeys(models[id].distribution for id in registered))
    made = new_crosswalk(source, target, Path(into), license, languages, distributions, name)
    _report(made, json)
    _warn_if_taken(crosswalks, Path(made.main).stem)


@command.command(cls=Command)
@click.argument("name")
@options
def scorer(name: str, into: str, license: str, json: bool) -> None:
    """A package with the scoring rule NAME, in Python."""
    from maturitykit.registry import scorers
    from maturitykit.template.package import new_scorer

    if name in scorers and scorers[name].distribution == "maturitykit":
        raise click.BadParameter(f"{name!r} is a rule of maturitykit, and no other can have its name")
    _report(new_scorer(name, Path(into), license), json)
    _warn_if_taken(scorers, name)


def _draft(origin: Path, name: str) -> Draft:
    from maturitykit.files.text import is_folder
    from maturitykit.template.grid import read_grid
    from maturitykit.template.samm import read_samm

    return read_samm(origin, name) if is_folder(origin) else read_grid(origin, name)


def _report(made: Package, json: bool, draft: Draft | None = None) -> None:
    """Print the files on stdout and, on stderr, what was read, what was left out and what to do next."""
    main = made.folder / made.main
    left_out = draft.left_out if draft else []
    give(
        None,
        lambda: "".join(f"{escaped(str(made.folder / file))}\n" for file in made.files),
        lambda: {"folder": str(made.folder), "files": made.files, "main": str(main), "left_out": left_out},
    )
    messages = [f"found: {draft.found}"] if draft else []
    messages += [f"left out: {each}" for each in left_out]
    for line in [*messages, f"next: write {main}"]:
        click.echo(escaped(line), err=True)


def _warn_if_taken(registry: Registry[Any], name: str) -> None:
    if name in registry:
        other = registry[name].distribution
        click.echo(f"{name} is a name of {other} too: where both are installed, neither can be used", err=True)
