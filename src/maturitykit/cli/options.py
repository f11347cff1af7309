"""Options that commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from maturitykit.definition.model import Model

F = TypeVar("F", bound=Callable[..., Any])


def output_options(*suffixes: str) -> Callable[[F], F]:
    """``--json`` and ``-o FILE``, whose suffix says the format."""

    def check(ctx: click.Context, parameter: click.Parameter, path: str | None) -> str | None:
        if path and Path(path).suffix.lower() not in suffixes:
            raise click.BadParameter(f"{path!r} must end in {' or '.join(suffixes)}")
        return path

    def add(command: F) -> F:
        name = ", ".join(suffixes)
        command = click.option("-o", "--output", metavar="FILE", callback=check, help=f"Write to FILE ({name}).")(
            command
        )
        return click.option("--json", "json", is_flag=True, help="Print JSON.")(command)

    return add


def language_option(command: F) -> F:
    """``--language``."""
    text = "Language of the model's texts, where it has them (en, nl, …)."
    return click.option("--language", default="en", metavar="TAG", show_default=True, help=text)(command)


def load_model(name: str) -> Model:
    """An installed model by its id, or one in a file or folder by its path."""
    from maturitykit.files.model import read_model
    from maturitykit.registry import models

    path = Path(name)
    if path.suffix == ".toml" or len(path.parts) > 1 or (path.is_dir() and name not in models):
        return read_model(path)
    return models.load(name)


def pairs(ctx: click.Context, parameter: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """Values of the form ``DIMENSION=VALUE``, each dimension once."""
    found: dict[str, str] = {}
    for value in values:
        name, equals, text = (part.strip() for part in value.partition("="))
        if not (name and equals and text):
            raise click.BadParameter(f"{value!r} is not of the form {parameter.metavar}")
        if name in found:
            raise click.BadParameter(f"{name!r} is given twice")
        found[name] = text
    return found
