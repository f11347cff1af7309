"""Pages for the terminal: headings, paragraphs and tables, plain or with rich."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap as wrap_at
from typing import Any, NamedTuple, TextIO

import click

from maturitykit.cli.options import say
from maturitykit.errors import JOINERS, escaped

#: Wider lines are hard to read.
WIDEST = 100


#: Narrower columns of a table are hard to read.
NARROWEST = 14

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
        stdout = click.get_current_context().obj
        terminal = get_terminal_size().columns if stdout.isatty() else None
        if not (terminal and color is not False and self._show_rich(stdout, min(terminal, WIDEST))):
            say(self.plain(terminal), nl=False)

    def _show_rich(self, stdout: TextIO, width: int) -> bool:
        try:
            from rich.console import Console
            from rich.padding import Padding
            from rich.table import Table
            from rich.text import Text
        except ImportError:
            return False
        console = Console(file=stdout, width=width, highlight=False)
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
    """Aligned columns; on a narrow terminal folded, and on a very narrow one the cells in a row."""
    columns = max(map(len, block.rows))
    rows = [[*row, *[""] * (columns - len(row))] for row in block.rows]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    indent = " " * block.indent
    room = terminal - len(indent) - 2 * (columns - 1) if terminal else sum(widths)
    while sum(widths) > room and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    if terminal and (sum(widths) > room or columns == 1):
        lines = (indent + "  ".join(filter(None, row)) for row in block.rows)
        return [part for line in lines for part in wrap(line, terminal, subsequent_indent=f"{indent}  ")]
    return [
        (
            indent + "  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(line, widths, strict=True))
        ).rstrip()
        for row in rows
        for line in zip_longest(*map(_folded, row, widths), fillvalue="")
    ]


def _folded(cell: str, width: int) -> list[str]:
    """The lines of a cell in a column; what is indented stays so."""
    if _width(cell) <= width:
        return [cell]
    before = " " * (len(cell) - len(cell.lstrip()))
    return wrap(cell.strip(), width, initial_indent=before, subsequent_indent=f"{before}  ")


def _width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) != 0 or c in JOINERS for c in text)


def printable(text: str) -> str:
    """A text without what could steer a terminal, in its lines."""
    return "\n".join(map(escaped, text.split("\n")))


def put(text: str, path: str | None) -> None:
    """Text to a file, whole or not at all, or else to stdout."""
    if path:
        from maturitykit.files.text import write_text

        check_not_an_input(path)
        write_text(path, text)
    else:
        # For programs, and so in one encoding everywhere.
        say(text.encode(), nl=False)


def check_not_an_input(path: str) -> None:
    """What was read is not to be overwritten by what came of it."""
    for name, value in click.get_current_context().params.items():
        for given in value if isinstance(value, (tuple, list)) else [value]:
            same = (
                isinstance(given, str)
                and name not in ("output", "merged")
                and Path(given).exists()
                and Path(path).exists()
            )
            if same and Path(given).samefile(path):
                raise click.UsageError(f"{path!r} is read, and would be overwritten: give another -o FILE")


def as_json(data: Any) -> str:
    """Data as JSON for people and programs."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
