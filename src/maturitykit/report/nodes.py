"""Nodes of a report: a tree of a few kinds of blocks, the same for every format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date as Date
from typing import Literal, NamedTuple, TypeAlias

from attrs import field, frozen

from maturitykit.definition.fields import TupleOf
from maturitykit.report.brand import Brand
from maturitykit.scoring.records import ScoreRow
from maturitykit.words import Words

#: Patterns of numbers, by their forms.
_PATTERNS = {"0": "{value:.0f}", "0%": "{value:.0%}", "0.00": "{value:.2f}"}


class Number(NamedTuple):
    """A number and its format: whole, as a percentage, or with two decimals."""

    value: float
    form: Literal["0", "0%", "0.00"] = "0"


Cell: TypeAlias = str | Number

#: Most characters that are shown of a text: a longer one would bury the rest of the report.
LONGEST = 3_000


def shortened(text: str) -> str:
    """Return a text cut off with an ellipsis at `LONGEST` characters."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _short_rows(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(
        row._replace(cells=tuple(shortened(cell) if isinstance(cell, str) else cell for cell in row.cells))
        for row in rows
    )


def _short_lines(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(shortened, lines))


@frozen
class Paragraph:
    """A text, in the style of plain text, a heading, the main message, a remark, a warning or a derived result."""

    text: str = field(converter=shortened)
    style: Literal["plain", "heading", "lead", "quiet", "warning", "derived"] = "plain"


@frozen
class Bullet:
    """A line of a list, with the lines below it."""

    text: str = field(converter=shortened)
    below: tuple[Bullet, ...] = field(default=(), converter=TupleOf["Bullet"])


@frozen
class Bullets:
    """A list."""

    items: tuple[Bullet, ...] = field(converter=TupleOf[Bullet])


class Row(NamedTuple):
    """A row of a table.

    Args:
        cells: The cells, of which the first names the subject of the row.
        depth: Depth of that subject in a tree.
        why: Id of the details on it.
        bar: A bar in characters, for formats without figures.
    """

    cells: tuple[Cell, ...]
    depth: int = 0
    why: str = ""
    bar: str = ""


@frozen
class Table:
    """Rows below a header.

    Args:
        head: Names of the columns.
        rows: The rows.
        title: Name of the table for screen readers.
        legend: Meaning of the characters of the bars.
    """

    head: tuple[str, ...] = field(converter=TupleOf[str])
    rows: tuple[Row, ...] = field(converter=_short_rows)
    title: str = field(converter=shortened)
    legend: str = ""

    @property
    def with_bars(self) -> tuple[tuple[str, ...], tuple[Row, ...]]:
        """The header and rows, with the bars as a second column if there are any."""
        if not any(row.bar for row in self.rows):
            return self.head, self.rows
        rows = (row._replace(cells=(row.cells[0], row.bar, *row.cells[1:])) for row in self.rows)
        return (self.head[0], "", *self.head[1:]), tuple(rows)


@frozen
class Figure:
    """A drawing.

    Args:
        title: Name of the drawing for screen readers.
        wide: SVG for a page.
        narrow: SVG for a telephone.
        caption: Remark on how to read it.
    """

    title: str = field(converter=shortened)
    wide: str
    narrow: str
    caption: str = ""


@frozen
class Details:
    """Blocks that are folded away until the reader opens them, in formats that can do so."""

    title: str = field(converter=shortened)
    blocks: tuple[Block, ...] = field(converter=TupleOf["Block"])
    id: str = ""


def numeric(rows: Sequence[Row]) -> list[bool]:
    """Return for each column whether it holds numbers."""
    return [
        any(isinstance(cell, Number) for cell in column)
        for column in zip(*(row.cells for row in rows), strict=True)
    ]


def is_figure_only(part: Details) -> bool:
    """Return whether details hold only figures, which some formats do not show."""
    return bool(part.blocks) and all(isinstance(block, Figure) for block in part.blocks)


@frozen
class Section:
    """A part of a report with a heading."""

    title: str = field(converter=shortened)
    blocks: tuple[Block, ...] = field(converter=TupleOf["Block"])
    derived: bool = False


Block: TypeAlias = Paragraph | Bullets | Table | Figure | Details | Section


@frozen
class Document:
    """A report, or the output of a command.

    Args:
        title: Title of the document.
        sections: Sections, in order.
        about: Lines below the title.
        language: Language of the headings and sentences.
        brand: The client's name, logo and colour.
        date: Date of the assessment.
        data: Every score as a row, for programs.
    """

    title: str = field(converter=shortened)
    sections: tuple[Section, ...] = field(converter=TupleOf[Section])
    about: tuple[str, ...] = field(default=(), converter=_short_lines)
    language: str = "en"
    brand: Brand = field(factory=Brand)
    date: Date | None = None
    data: tuple[ScoreRow, ...] = field(default=(), converter=TupleOf[ScoreRow], repr=False)


def cell_text(cell: Cell, language: str) -> str:
    """Return a cell as text, with the decimal mark of a language."""
    if isinstance(cell, str):
        return cell
    return Words(language)(_PATTERNS[cell.form], value=cell.value)
