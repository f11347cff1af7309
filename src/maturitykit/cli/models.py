"""``maturitykit models``: the installed models."""

from __future__ import annotations

import click

from maturitykit.cli.options import Command, output_options
from maturitykit.cli.output import give
from maturitykit.errors import escaped
from maturitykit.registry import models


@click.command(name="models", cls=Command)
@click.option("--check", is_flag=True, help="Import each model too, and say which are broken.")
@output_options(".json", ".txt")
@click.pass_context
def command(ctx: click.Context, check: bool, json: bool, output: str | None) -> None:
    """List the installed models; none of them is imported."""
    if check:
        _load_all()
    entries = list(models.values())
    if not entries:
        text = "No models are installed: a model comes as a package of its own, maturitykit-<its name>."
        click.echo(text, err=True)
    give(output, _listed, lambda: [entry._asdict() for entry in entries])
    ctx.exit(1 if check and any(entry.error for entry in entries) else 0)


def _listed() -> str:
    """Return a line for each model."""
    # Importing what reports need would make this command slow.
    rows = [(e.id, f"{e.distribution} {e.version}".strip(), escaped(e.error or "")) for e in models.values()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _load_all() -> None:
    from maturitykit.errors import PluginError

    for id in models:
        try:
            models.load(id)
        except PluginError:
            # The registry keeps the error, and the list shows it.
            continue
