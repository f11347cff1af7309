"""A document as text for a terminal, or for a file of plain text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import dropwhile, zip_longest
from textwrap import wrap as wrap_at
from typing import NamedTuple, TypeAlias

from maturitykit.errors import JOINERS, escaped
from maturitykit.report.nodes import (
    Block,
    Bullets,
    Details,
    Document,
    Figure,
    Paragraph,
    Row,
    Section,
    Table,
    cell_text,
    is_figure_only,
    numeric,
)
from maturitykit.scoring.explain import branched

#: Most columns of a line of text: wider ones are hard to read.
WIDEST = 100
#: Most columns of a table in a file: the cells of wider ones are folded.
WIDEST_TABLE = 160
#: Width below which the columns of a table are not narrowed.
NARROWEST = 14

# Unbroken ids and paths can be copied from the terminal.
wrap = partial(wrap_at, break_on_hyphens=False)

#: ANSI codes of styles: bold, dim, and cyan.
_STYLES = {"title": 1, "heading": 1, "lead": 1, "quiet": 2, "head": 2, "bar": 36}


class Run(NamedTuple):
    """A part of a line in one style."""

    text: str
    style: str = ""


Line: TypeAlias = Sequence[Run]


def render(document: Document) -> bytes:
    """Return the document as UTF-8, without colour."""
    return as_text(document).encode()


def as_text(document: Document, terminal: int | None = None, *, colour: bool = False) -> str:
    """Return the document as text.

    Args:
        document: The document to show.
        terminal: Number of columns of the terminal; None for a file.
        colour: Whether styles are written as ANSI sequences.
    """
    layout = _Layout(terminal, document.language)
    lines = [*layout.document(document)]
    # A document without a title begins with its first section.
    while lines and not lines[0]:
        del lines[0]
    return "".join(_line_text(line, colour) + "\n" for line in lines)


def _line_text(line: Line, colour: bool) -> str:
    remaining = len("".join(run.text for run in line).rstrip(" "))
    result = ""
    for run in line:
        text = run.text[:remaining]
        remaining -= len(text)
        code = _STYLES.get(run.style) if colour and text else None
        result += f"\x1b[{code}m{text}\x1b[0m" if code else text
    return result


class _Layout:
    """Layout of blocks as lines of one width."""

    def __init__(self, terminal: int | None, language: str) -> None:
        self._table_width = terminal or WIDEST_TABLE
        self._width = min(terminal or WIDEST, WIDEST)
        self._language = language

    def document(self, document: Document) -> Iterator[Line]:
        yield from self._text(document.title, "title", 0)
        for line in document.about:
            yield from self._text(line, "", 0)
        for section in document.sections:
            yield from self._block(section, 0)

    def _block(self, part: Block, indent: int) -> Iterator[Line]:
        match part:
            case Section(title=title, blocks=blocks):
                yield from self._headed(title, "heading", indent)
                inner = (line for block in blocks for line in self._block(block, indent + 2 * bool(title)))
                # No blank line separates a heading from the first block of its section.
                yield from dropwhile(lambda line: not line and title, inner)
            case Details() if is_figure_only(part):
                pass
            case Details(title=title, blocks=blocks):
                yield from self._text(title, "", indent)
                for block in blocks:
                    yield from self._block(block, indent + 2)
            case Paragraph(text=text, style="heading"):
                yield from self._headed(text, "heading", indent)
            case Paragraph(text=text, style=name):
                yield from self._text(text, name, indent)
            case Bullets(items=items):
                for item in items:
                    yield from self._text(item.text, "", indent, "- ")
                    for branch, text in branched(item.below, "  "):
                        yield from self._text(text, "", indent, branch)
            case Table():
                yield from self._table(part, indent)
                yield from self._text(part.legend, "quiet", indent)
            case Figure():
                pass

    def _headed(self, title: str, name: str, indent: int) -> Iterator[Line]:
        """Yield a blank line, and the heading unless it is empty."""
        yield ()
        yield from self._text(title, name, indent)

    def _text(self, text: str, name: str, indent: int, before: str = "") -> Iterator[Line]:
        """Yield the lines of a text, the first after a mark and the others aligned with it."""
        first = " " * indent + before
        others = " " * indent + before.replace("├─ ", "│  ").replace("└─ ", "   ").replace("- ", "  ")
        for i, part in enumerate(text.splitlines()):
            start = others if i else first
            lines = wrap(escaped(part), self._width, initial_indent=start, subsequent_indent=others)
            for line in lines:
                yield (Run(line, name),)

    def _table(self, part: Table, indent: int) -> Iterator[Line]:
        head, rows = part.with_bars
        if not rows:
            return
        styles = ["bar" if rows is not part.rows and i == 1 else "" for i in range(len(head))]
        is_number = numeric(rows)
        cells = [self._cells(row) for row in rows]
        if any(head):
            cells.insert(0, [*map(escaped, head)])
        widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
        available = self._table_width - indent - 2 * (len(widths) - 1)
        while sum(widths) > available and max(widths) > NARROWEST:
            widths[widths.index(max(widths))] -= 1
        fits = sum(widths) <= available
        for number, row in enumerate(cells):
            cell_styles = ["head"] * len(row) if any(head) and not number else styles
            if not fits:
                # Even the narrowest columns do not fit, so the cells of a row follow one another.
                line = " " * indent + "  ".join(filter(None, row))
                for text in wrap(line, self._table_width, subsequent_indent=" " * (indent + 2)):
                    yield (Run(text),)
                continue
            for parts in zip_longest(*map(_folded, row, widths), fillvalue=""):
                runs = [Run(" " * indent)]
                for text, width, is_right, name in zip(parts, widths, is_number, cell_styles, strict=True):
                    space = " " * (width - _width(text))
                    runs += [Run(space + text if is_right else text + space, name), Run("  ")]
                yield runs

    def _cells(self, row: Row) -> list[str]:
        first, *others = (escaped(" ".join(cell_text(cell, self._language).split("\n"))) for cell in row.cells)
        return ["  " * row.depth + first, *others]


def _folded(cell: str, width: int) -> list[str]:
    """Return the lines of a cell in a column, with its indent kept."""
    if _width(cell) <= width:
        return [cell]
    before = " " * (len(cell) - len(cell.lstrip()))
    return wrap(cell.strip(), width, initial_indent=before, subsequent_indent=f"{before}  ")


def _width(text: str) -> int:
    """Return the number of columns of a terminal that a text takes."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) != 0 or c in JOINERS for c in text)
