"""New workbooks: the one way in which the package makes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from maturitykit.errors import FileError, Finding, install_hint


def workbook(data: BytesIO, title: str = "", created: datetime | None = None) -> Any:
    """Return a new workbook of xlsxwriter that holds no formula unasked, and the same bytes for the same content.

    Args:
        data: Where its bytes go when it is closed.
        title: In its properties.
        created: In its properties, in place of the moment at which it is made.

    Raises:
        FileError: If xlsxwriter is not installed.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError:
        finding = Finding("", install_hint("xlsxwriter", "xlsx"))
        raise FileError("cannot write a workbook", [finding]) from None
    book = Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    about = {"title": title} if title else {}
    book.set_properties({**about, "created": created or datetime(1980, 1, 1, tzinfo=UTC)})
    return book


def to_xlsx(rows: Sequence[Sequence[str]], name: str) -> bytes:
    """Write rows of texts, the first of which are headings, as a workbook of one sheet.

    Raises:
        FileError: If xlsxwriter is not installed.
    """
    data = BytesIO()
    with workbook(data) as book:
        sheet = book.add_worksheet(name)
        # As text, a spreadsheet leaves zeros in front and what looks like a date.
        heading, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write_string(row, column, cell, text if row else heading)
        sheet.freeze_panes(1, 0)
    return data.getvalue()
