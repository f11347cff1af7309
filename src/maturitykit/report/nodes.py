"""What a report is made of: a tree of a few kinds of blocks, the same for every format."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as Date
from typing import Literal, NamedTuple, TypeAlias

from attrs import field, frozen

from maturitykit.definition.fields import TupleOf
from maturitykit.report.brand import Brand
from maturitykit.scoring.rows import ScoreRow


class Number(NamedTuple):
    """A number, and how it is written: whole, as a percentage, or with two decimals."""

    value: float
    form: Literal["0", "0%", "0.00"] = "0"


Cell: TypeAlias = str | Number

#: A longer text than this is no answer, and would bury the others.
LONGEST = 3_000


def shortened(text: str) -> str:
    """A text as long as a reader may want it."""
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
    """A text; the styles are a heading of its own, the main message, a remark and a warning."""

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
    """Cells, how deep the first of them stands in a tree, and the id of the details on it."""

    cells: tuple[Cell, ...]
    depth: int = 0
    why: str = ""


@frozen
class Table:
    """Rows below a head; the first column names what a row is about."""

    head: tuple[str, ...] = field(converter=TupleOf[str])
    rows: tuple[Row, ...] = field(converter=_short_rows)
    title: str = field(converter=shortened)


@frozen
class Figure:
    """A drawing as SVG: for a page, and for a telephone; and as plain text, where it has one."""

    title: str = field(converter=shortened)
    wide: str
    narrow: str
    plain: tuple[str, ...] = field(default=(), converter=_short_lines)


@frozen
class Details:
    """What is shown when it is asked for, where a format can do so."""

    title: str = field(converter=shortened)
    blocks: tuple[Block, ...] = field(converter=TupleOf["Block"])
    id: str = ""


def only_draws(part: Details) -> bool:
    """Whether it shows no more than a drawing that has no plain text, and remarks on it."""
    drawn = any(isinstance(block, Figure) and not block.plain for block in part.blocks)
    return drawn and all(
        isinstance(block, Figure) or (isinstance(block, Paragraph) and block.style == "quiet")
        for block in part.blocks
    )


@frozen
class Section:
    """A part of a report with a heading."""

    title: str = field(converter=shortened)
    blocks: tuple[Block, ...] = field(converter=TupleOf["Block"])
    derived: bool = False


Block: TypeAlias = Paragraph | Bullets | Table | Figure | Details | Section


@frozen
class Document:
    """A whole report.

    Args:
        title: What it is of.
        about: The lines below the title.
        sections: In order.
        language: Of its own words.
        brand: The client's name, logo and colour.
        date: Of the assessment.
        data: Every score as a row, for programs.
    """

    title: str = field(converter=shortened)
    about: tuple[str, ...] = field(converter=_short_lines)
    sections: tuple[Section, ...] = field(converter=TupleOf[Section])
    language: str
    brand: Brand
    date: Date | None
    data: tuple[ScoreRow, ...] = field(converter=TupleOf[ScoreRow], repr=False)


def written(cell: Cell, language: str) -> str:
    """A cell as text."""
    if isinstance(cell, str):
        return cell
    text = {"0": "{:.0f}", "0%": "{:.0%}", "0.00": "{:.2f}"}[cell.form].format(cell.value)
    return text.replace(".", ",") if language == "nl" else text
