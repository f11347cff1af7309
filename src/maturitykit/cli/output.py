"""Output of commands: pages for people, data for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from maturitykit.report.nodes import Document

T = TypeVar("T")


def give(
    output: str | None,
    pages: Callable[[], Iterable[Document] | str],
    data: Callable[[], Any] | None = None,
    **others: Callable[[], str],
) -> None:
    """Print the output of a command, or write it to a file.

    Args:
        output: File to write to, whose suffix names the format; None for stdout.
        pages: Function that makes the documents for people, or a text that is printed as it is.
        data: Function that makes the data for JSON; None if the command has none.
        others: Functions that make the text of other formats, by their suffixes without the dot.

    Raises:
        UsageError: If the command does not have this format.
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


def one_or_list(items: Iterable[T]) -> T | list[T]:
    """Return the only item, or a list of several: JSON of one result is not wrapped in a list."""
    found = list(items)
    return found[0] if len(found) == 1 else found


def _text(pages: Iterable[Document] | str, terminal: int | None = None, *, colour: bool = False) -> str:
    if isinstance(pages, str):
        return pages
    from maturitykit.report.terminal import as_text

    return "\n".join(as_text(page, terminal, colour=colour) for page in pages)


def say(text: str | bytes) -> None:
    """Write to the stdout of the command, without adding a line break."""
    click.echo(text, click.get_current_context().obj, nl=False)


def put(data: bytes, output: str | None) -> None:
    """Write bytes to a file, completely or not at all, or to stdout if there is none."""
    if output:
        from maturitykit.files.text import write_bytes

        write_bytes(output, data)
    else:
        say(data)
