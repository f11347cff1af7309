"""A report as a workbook: a sheet for each section, numbers as numbers, and no formulas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time
from io import BytesIO
from typing import Any

from maturitykit.figures.svg import clean
from maturitykit.files.xlsx import workbook
from maturitykit.report.nodes import (
    Block,
    Bullet,
    Bullets,
    Cell,
    Details,
    Document,
    Number,
    Paragraph,
    Section,
    Table,
    is_figure_only,
)
from maturitykit.report.times import moment
from maturitykit.scoring.records import COLUMNS
from maturitykit.words import Words

#: Most characters that are written into one cell: Excel allows 32,767.
LONGEST = 32_000
_WIDTHS = (40, 42, 42, 18)
#: Heights of a line of text and of the highest row, in points.
_LINE, _HIGHEST = 15, 409
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\s]+")


def render(document: Document) -> bytes:
    """Return the workbook, without figures: the tables hold their numbers.

    Raises:
        FileError: If xlsxwriter is not installed.
    """
    buffer = BytesIO()
    book = workbook(buffer, clean(document.title)[:255], moment(document))
    say = Words(document.language)
    for number, section in enumerate(document.sections, start=1):
        # Names of sheets are short, so the part after a colon is only in the heading on the sheet.
        name = section.title if section.derived else section.title.partition(":")[0]
        sheet = _Sheet(book, f"{number} {name}", derived=section.derived)
        if number == 1:
            sheet.line(document.title, "title")
            for line in document.about:
                sheet.line(line, "quiet")
            sheet.row += 1
        sheet.line(section.title, "title")
        for block in section.blocks:
            sheet.block(block)
    _data(book, document, say)
    book.close()
    return buffer.getvalue()


def _data(book: Any, document: Document, say: Words) -> None:
    """Write every score as a row, for programs and pivot tables."""
    sheet = _Sheet(book, say("Data"))
    for column, name in enumerate(COLUMNS):
        sheet.cell(0, column, name, "head")
    for row, scores in enumerate(document.data, start=1):
        for column, value in enumerate(scores):
            if isinstance(value, bool):
                sheet.sheet.write_boolean(row, column, value)
            elif isinstance(value, (int, float)):
                sheet.sheet.write_number(row, column, value)
            elif isinstance(value, str):
                sheet.cell(row, column, value)
            elif value is not None:
                sheet.sheet.write_datetime(row, column, datetime.combine(value, time()), sheet.formats["date"])
    sheet.sheet.freeze_panes(1, 0)
    sheet.sheet.set_column(0, len(COLUMNS) - 1, 18)


class _Sheet:
    """A sheet of the workbook, filled from the top down."""

    def __init__(self, book: Any, name: str, derived: bool = False) -> None:
        safe = _NOT_IN_NAMES.sub(" ", clean(name).replace("'", "\N{RIGHT SINGLE QUOTATION MARK}"))
        # Excel counts in UTF-16: at most 31 units of two bytes.
        short = safe.encode("utf-16-le")[:62].decode("utf-16-le", "ignore")
        self.sheet = book.add_worksheet(short.strip())
        # In print all columns go on one page: A4, landscape.
        self.sheet.set_paper(9)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.row = 0
        pattern = {"pattern": 14, "fg_color": "#c6ccd3"} if derived else {"bg_color": "#f1f4f7"}
        top = {"valign": "top", "text_wrap": True}
        self.formats = {
            "text": book.add_format(top),
            "title": book.add_format({"bold": True, "font_size": 14}),
            "heading": book.add_format({"bold": True}),
            "lead": book.add_format({"bold": True, **top}),
            "quiet": book.add_format({"font_color": "#59636e"}),
            "head": book.add_format({"bold": True, "bottom": 1, **pattern}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "0": book.add_format({"num_format": "0", "valign": "top"}),
            "0%": book.add_format({"num_format": "0%", "valign": "top"}),
            "0.00": book.add_format({"num_format": "0.00", "valign": "top"}),
        }
        for column, width in enumerate(_WIDTHS):
            self.sheet.set_column(column, column, width)
        if derived:
            self.sheet.set_tab_color("#c6ccd3")

    def cell(self, row: int, column: int, value: Cell, style: str = "text", depth: int = 0) -> None:
        if isinstance(value, Number):
            self.sheet.write_number(row, column, value.value, self.formats[value.form])
            return
        text = clean(value)
        if len(text) > LONGEST:
            text = f"{text[:LONGEST]}…"
        self.sheet.write_string(row, column, "  " * depth + text, self.formats[style])

    def line(self, text: str, style: str = "text", indent: int = 0) -> None:
        """Write a line of text that runs over the columns."""
        self.cell(
            self.row, 0, "    " * indent + text, style if style != "text" else "quiet" if indent else "heading"
        )
        self.row += 1

    def block(self, part: Block) -> None:
        match part:
            case Paragraph(text=text, style=style):
                styles = {"heading": "heading", "lead": "title", "derived": "heading"}
                self._long(text, styles.get(style, "quiet" if style == "quiet" else "plain"))
            case Bullets(items=items):
                for item in items:
                    self._bullet(item, 0)
            case Table(head=head, rows=rows):
                for column, name in enumerate(head):
                    self.cell(self.row, column, name, "head")
                self.row += 1
                for row in rows:
                    self._heighten(row.cells)
                    for column, value in enumerate(row.cells):
                        self.cell(self.row, column, value, depth=row.depth if column == 0 else 0)
                    self.row += 1
                self.row += 1
            case Details() if is_figure_only(part):
                pass
            case Details(title=title, blocks=inner) | Section(title=title, blocks=inner):
                self.cell(self.row, 0, title, "heading")
                self.row += 1
                for block in inner:
                    self.block(block)
            case _:
                # Figures are left out: the table below each holds its numbers.
                pass

    def _heighten(self, cells: Sequence[Cell]) -> None:
        """Make a row high enough for its longest text."""
        # Not every program does so when it opens the file.
        from textwrap import wrap

        texts = [
            (clean(cell)[:LONGEST], width)
            for cell, width in zip(cells, _WIDTHS, strict=False)
            if isinstance(cell, str)
        ]
        lines = max((len(wrap(text, width)) for text, width in texts), default=1)
        if lines > 1:
            self.sheet.set_row(self.row, min(_LINE * lines, _HIGHEST))

    def _bullet(self, item: Bullet, depth: int) -> None:
        self._long(f"{'    ' * depth}• {item.text}", "plain")
        for below in item.below:
            self._bullet(below, depth + 1)

    def _long(self, text: str, style: str) -> None:
        """Write a text in lines that start in the first column and run over the others."""
        from textwrap import wrap

        for line in wrap(clean(text)[:LONGEST], 130, replace_whitespace=True, drop_whitespace=False) or [""]:
            formats = (self.formats[style],) if style in self.formats else ()
            self.sheet.write_string(self.row, 0, line, *formats)
            self.row += 1
