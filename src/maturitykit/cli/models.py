"""``maturitykit models``: what is installed."""

from __future__ import annotations

import click

from maturitykit.cli.options import Command, output_options
from maturitykit.registry import models


@click.command(name="models", cls=Command)
@click.option("--check", is_flag=True, help="Import each model too, and say which are broken.")
@output_options(".json", ".txt")
@click.pass_context
def command(ctx: click.Context, check: bool, json: bool, output: str | None) -> None:
    """List the installed models; none of them is imported."""
    from maturitykit.cli.page import Page, as_json, put

    if check:
        _load_all()
    entries = list(models.values())
    if json or (output or "").lower().endswith(".json"):
        put(as_json([entry._asdict() for entry in entries]), output)
    elif not entries:
        click.echo(
            "No models are installed: a model comes as a package of its own, maturitykit-<its name>.", err=True
        )
    else:
        page = Page()
        page.table([(e.id, f"{e.distribution} {e.version}".strip(), e.error or "") for e in entries])
        page.show(ctx.color) if output is None else put(page.plain(), output)
    ctx.exit(1 if check and any(entry.error for entry in entries) else 0)


def _load_all() -> None:
    from maturitykit.errors import PluginError

    for id in models:
        try:
            models.load(id)
        except PluginError:
            # The registry remembers what was wrong, and lists it.
            continue
