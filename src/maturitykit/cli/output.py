"""Output of commands: pages for people, data for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from maturitykit.report.nodes import Document


def give(
    output: str | None,
    pages: Callable[[], Iterable[Document] | str],
    data: Callable[[], Any] | None = None,
    **others: Callable[[], str],
) -> None:
    """Print what a command found, or write it to a file.

    Args:
        output: The file, whose suffix tells the kind; None for stdout.
        pages: Makes the documents for people; or lines of text that stay as they are.
        data: Makes the data for programs, for JSON.
        others: Make the texts of other kinds of files, by their suffixes without the dot.

    Raises:
        UsageError: If the command has no such kind.
    """
    from maturitykit.files.documents import to_json

    kind = Path(output).suffix.lower()[1:] if output else ""
    if click.get_current_context().params.get("json"):
        kind = "json"
    makers = {"txt": lambda: _text(pages()), **others}
    if data is not None:
        makers["json"] = lambda: to_json(data())
    if kind:
        if kind not in makers:
            raise click.UsageError(
                f"this cannot be written as .{kind}, only as {', '.join(f'.{k}' for k in makers)}"
            )
        put(makers[kind]().encode(), output)
    else:
        context = click.get_current_context()
        terminal = get_terminal_size().columns if context.obj.isatty() else None
        say(_text(pages(), terminal, colour=terminal is not None and context.color is not False))


def _text(pages: Iterable[Document] | str, terminal: int | None = None, *, colour: bool = False) -> str:
    if isinstance(pages, str):
        return pages
    from maturitykit.report.terminal import as_text

    return "\n".join(as_text(page, terminal, colour=colour) for page in pages)


def say(text: str | bytes) -> None:
    """Write to the stdout of the command, which ends its own lines."""
    click.echo(text, click.get_current_context().obj, nl=False)


def put(data: bytes, output: str | None) -> None:
    """Write bytes to a file, whole or not at all, or else to stdout: in one encoding everywhere, for programs."""
    if output:
        from maturitykit.files.text import write_bytes

        write_bytes(output, data)
    else:
        say(data)
