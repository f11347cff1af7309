"""Creation of workbooks, for all parts of the package that write XLSX."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from maturitykit.errors import FileError, Finding, install_hint


def workbook(data: BytesIO, title: str = "", created: datetime | None = None) -> Any:
    """Return a new workbook of xlsxwriter, without formulas from texts, and reproducible byte for byte.

    Args:
        data: Stream that receives its bytes when it is closed.
        title: Title in its properties.
        created: Time of creation in its properties; by default a fixed one.

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
    """Return rows of texts, the first of which is the header, as a workbook of one sheet.

    Raises:
        FileError: If xlsxwriter is not installed.
    """
    data = BytesIO()
    with workbook(data) as book:
        sheet = book.add_worksheet(name)
        # The format for texts keeps spreadsheets from changing leading zeros and texts that look like dates.
        heading, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write_string(row, column, cell, text if row else heading)
        sheet.freeze_panes(1, 0)
    return data.getvalue()
