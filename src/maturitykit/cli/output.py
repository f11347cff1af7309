"""Output of commands: pages for people, data for programs."""

from __future__ import annotations

import json
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
        UsageError: If the command has no such kind, or the file is one that it read.
    """
    kind = Path(output).suffix.lower()[1:] if output else ""
    if click.get_current_context().params.get("json"):
        kind = "json"
    makers = {"txt": lambda: _text(pages()), **others}
    if data is not None:
        makers["json"] = lambda: json.dumps(data(), ensure_ascii=False, indent=2) + "\n"
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
    """Write bytes to a file, whole or not at all, or else to stdout: in one encoding everywhere, for programs.

    Raises:
        UsageError: If the file is one that was read.
    """
    if output:
        from maturitykit.files.text import write_bytes

        check_not_an_input(output)
        write_bytes(output, data)
    else:
        say(data)


def check_not_an_input(path: str) -> None:
    """Refuse to overwrite a file that the command reads.

    Raises:
        UsageError: If the path is that of an argument or option which names a file that is there.
    """
    for name, value in click.get_current_context().params.items():
        for given in value if isinstance(value, (tuple, list)) else [value]:
            if (
                isinstance(given, str)
                and name not in ("output", "merged")
                and Path(given).exists()
                and Path(path).exists()
                and Path(given).samefile(path)
            ):
                raise click.UsageError(f"{path!r} is read, and would be overwritten: give another -o FILE")
