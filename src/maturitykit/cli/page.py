"""Pages for the terminal: headings, paragraphs and tables, plain or with rich."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence
from functools import partial
from shutil import get_terminal_size
from textwrap import wrap as wrap_at
from typing import Any, NamedTuple

import click

from maturitykit.errors import escaped

#: Wider lines are hard to read.
WIDEST = 100


# Ids and paths are to be copied whole.
wrap = partial(wrap_at, break_on_hyphens=False)


class Block(NamedTuple):
    """A heading, a paragraph or a table of cells."""

    kind: str
    rows: Sequence[Sequence[str]]
    indent: int = 0


class Page:
    """What a command shows, built block by block."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []

    def heading(self, text: str) -> None:
        """A heading, with a blank line above it."""
        self._blocks.append(Block("heading", [[printable(text)]]))

    def paragraph(self, text: str, indent: int = 0) -> None:
        """Text that is wrapped to the width of the page; none where it is empty."""
        for part in printable(text).splitlines():
            self._blocks.append(Block("paragraph", [[part]], indent))

    def table(self, rows: Sequence[Sequence[str]], indent: int = 0) -> None:
        """Cells in aligned columns."""
        if rows:
            cells = [[escaped(cell.replace("\n", " ")) for cell in row] for row in rows]
            self._blocks.append(Block("table", cells, indent))

    def plain(self, terminal: int | None = None) -> str:
        """The page as text without colour; only a terminal, by its width, is too narrow for a table."""
        width = min(terminal or WIDEST, WIDEST)
        lines: list[str] = []
        for block in self._blocks:
            if block.kind == "heading":
                lines += ["", *wrap(block.rows[0][0], width)] if lines else wrap(block.rows[0][0], width)
            elif block.kind == "paragraph":
                indent = " " * block.indent
                lines += wrap(block.rows[0][0], width, initial_indent=indent, subsequent_indent=indent)
            else:
                lines += _aligned(block, terminal)
        return "\n".join(lines) + "\n"

    def show(self, color: bool | None = None) -> None:
        """Print the page, with rich where it is installed and stdout is a terminal."""
        terminal = get_terminal_size().columns if sys.stdout.isatty() else None
        if not (terminal and color is not False and self._show_rich(min(terminal, WIDEST))):
            click.echo(self.plain(terminal), nl=False)

    def _show_rich(self, width: int) -> bool:
        try:
            from rich.console import Console
            from rich.padding import Padding
            from rich.table import Table
            from rich.text import Text
        except ImportError:
            return False
        console = Console(width=width, highlight=False)
        for i, block in enumerate(self._blocks):
            if block.kind == "heading":
                console.print(*([""] if i else []), Text(block.rows[0][0], style="bold"), sep="\n")
            elif block.kind == "paragraph":
                console.print(Padding(Text(block.rows[0][0]), (0, 0, 0, block.indent)))
            else:
                table = Table.grid(padding=(0, 2))
                for row in block.rows:
                    table.add_row(*(Text(cell, style=_style(cell)) for cell in row))
                console.print(Padding(table, (0, 0, 0, block.indent)))
        return True


def _style(cell: str) -> str:
    if cell.strip("█▓░·") == "" and cell:
        return "cyan"
    return {"warning": "yellow", "error": "red"}.get(cell, "")


def _aligned(block: Block, terminal: int | None) -> list[str]:
    """A line for each row; where a terminal is too narrow, the cells one after the other."""
    columns = max(map(len, block.rows))
    rows = [[*row, *[""] * (columns - len(row))] for row in block.rows]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    indent = " " * block.indent
    if terminal and len(indent) + sum(widths) + 2 * (columns - 1) > terminal:
        lines = (indent + "  ".join(filter(None, row)) for row in block.rows)
        return [part for line in lines for part in wrap(line, terminal, subsequent_indent=f"{indent}  ")]
    return [
        (indent + "  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) != 0 for c in text)


def printable(text: str) -> str:
    """A text without what could steer a terminal, in its lines."""
    return "\n".join(map(escaped, text.split("\n")))


def put(text: str, path: str | None) -> None:
    """Text to a file, whole or not at all, or else to stdout."""
    if path:
        from maturitykit.files.text import write_text

        write_text(path, text)
    else:
        # For programs, and so in one encoding everywhere.
        click.echo(text.encode(), nl=False)


def as_json(data: Any) -> str:
    """Data as JSON for people and programs."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
