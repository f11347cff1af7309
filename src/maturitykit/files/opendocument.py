"""Reader of OpenDocument spreadsheets (.ods)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from maturitykit.files.sheets import (
    MOST_CELLS,
    MOST_COLUMNS,
    UNCOMPUTED,
    Sheet,
    Stop,
    XmlReader,
    opened,
    text_of,
)

_MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_HIDDEN = ("collapse", "filter")
Cell: TypeAlias = tuple[int, int]
Range: TypeAlias = tuple[Cell, Cell]


def read_opendocument(data: bytes) -> Mapping[str, Sheet]:
    """Read the sheets of a spreadsheet by their names, hidden ones too, in their order.

    Raises:
        Stop: If it cannot be read, or would take too much memory.
    """
    with opened(data) as archive:
        names = archive.namelist()
        is_plain = "mimetype" in names and archive.read("mimetype").strip() == _MIMETYPE and "content.xml" in names
        if not is_plain:
            raise Stop("is not an OpenDocument spreadsheet", "a file saved as .ods or .xlsx")
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise Stop("is protected by a password", "the spreadsheet without its password")
        reader = _Reader()
        reader.parse(archive.read("content.xml"), "content.xml")
        return {sheet.name: sheet for sheet in reader.sheets}


class _Reader(XmlReader):
    """Streaming reader of ``content.xml``, in which empty cells may be repeated a million times at no cost."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._rows: list[list[str]] = []
        self._cells = 0
        self._about: dict[str, str] = {}
        self._paragraphs: list[str] | None = None
        self._note: list[str] | None = None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        about = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        match local:
            case "style":
                self._style = about.get("name", "")
            case "table-properties" if about.get("display") == "false":
                self._hidden_styles.add(self._style)
            case "table":
                is_hidden = about.get("style-name") in self._hidden_styles
                self._rows, self._row, self._columns = [], 0, 0
                self._merged, self._flaws_found, self._notes_found = (
                    list[Range](),
                    dict[Cell, str](),
                    dict[Cell, str](),
                )
                self._hidden_rows, self._hidden_columns = set[int](), set[int]()
                self.sheets.append(
                    Sheet(
                        about.get("name", ""), self._rows, self._merged, self._flaws_found, self._notes_found,
                        self._hidden_rows, self._hidden_columns, is_hidden,
                    )
                )  # fmt: skip
            case "table-column":
                self._repeat_column(about)
            case "table-row":
                self._about_row, self._cells_of_row, self._empty = about, list[str](), 0
                self._flaws, self._notes_of_row, self._is_filled = dict[int, str](), dict[int, str](), False
            case "table-cell" | "covered-table-cell":
                # LibreOffice marks errors with a second type attribute, which differs in its prefix only.
                is_error = any(value == "error" for key, value in attributes.items() if key.endswith("value-type"))
                self._about, self._is_error = about, is_error
                self._paragraphs, self._notes = [], list[str]()
            case "annotation":
                self._note = []
            case "p" if self._target is not None:
                self._target.append("")
            case "s" | "tab" | "line-break" if self._target:
                count = min(_count(about, "c"), 1000)
                self._target[-1] += {"s": " " * count, "tab": "\t", "line-break": "\n"}[local]

    @property
    def _target(self) -> list[str] | None:
        """List that receives texts: the open note if there is one, else the open cell."""
        return self._paragraphs if self._note is None else self._note

    def _text(self, text: str) -> None:
        if self._target:
            self._target[-1] += text

    def _end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "annotation" if self._note is not None:
                self._notes += self._note
                self._note = None
            case "table-cell" | "covered-table-cell":
                self._end_cell()
            case "table-row":
                self._end_row()

    def _repeat_column(self, about: dict[str, str]) -> None:
        count = min(_count(about, "number-columns-repeated"), MOST_COLUMNS)
        if about.get("visibility") in _HIDDEN:
            self._hidden_columns.update(range(self._columns, self._columns + count))
        self._columns += count

    def _end_cell(self) -> None:
        cell = (self._row, len(self._cells_of_row) + self._empty)
        text, count = self._value(), _count(self._about, "number-columns-repeated")
        is_uncomputed = "formula" in self._about and "value-type" not in self._about and not text
        text = text or (UNCOMPUTED if is_uncomputed else "")
        flaw = f"is the error {text or '(not named)'}" if self._is_error else UNCOMPUTED if is_uncomputed else ""
        rows, columns = (_count(self._about, f"number-{name}-spanned") for name in ("rows", "columns"))
        if rows > 1 or columns > 1:
            self._merged.append((cell, (cell[0] + rows - 1, cell[1] + columns - 1)))
        if text or self._notes:
            self._count_cells(self._empty + count)
            self._cells_of_row += [*[""] * self._empty, *["" if flaw else text] * count]
            self._empty = 0
            self._is_filled = True
            if flaw:
                self._flaws.update(dict.fromkeys(range(cell[1], cell[1] + count), flaw))
            if self._notes:
                self._notes_of_row[cell[1]] = "\n".join(self._notes).strip()
        else:
            self._empty += count
        self._paragraphs = None

    def _value(self) -> str:
        about = self._about
        match about.get("value-type"):
            case "float" | "percentage" | "currency" if not self._is_error:
                return text_of(float(about.get("value") or "nan"))
            case "date":
                day, _, time = about.get("date-value", "").partition("T")
                return day if time.strip("0:.") == "" else f"{day}T{time}"
            case "boolean":
                return about.get("boolean-value", "").upper()
        return about.get("string-value") or "\n".join(self._paragraphs or ())

    def _end_row(self) -> None:
        count = _count(self._about_row, "number-rows-repeated")
        if self._is_filled:
            self._count_cells((self._row - len(self._rows)) + count * len(self._cells_of_row))
            self._rows.extend([] for _ in range(self._row - len(self._rows)))
            self._rows.extend(list(self._cells_of_row) for _ in range(count))
            for row in range(self._row, self._row + count):
                self._flaws_found.update({(row, column): flaw for column, flaw in self._flaws.items()})
                self._notes_found.update({(row, column): note for column, note in self._notes_of_row.items()})
            if self._about_row.get("visibility") in _HIDDEN:
                self._hidden_rows.update(range(self._row, self._row + count))
        self._row += count

    def _count_cells(self, cells: int) -> None:
        """Count cells that are about to be stored.

        Raises:
            Stop: If there are too many of them.
        """
        self._cells += cells
        if self._cells > MOST_CELLS:
            raise Stop(f"has sheets of more than {MOST_CELLS:,} cells")


def _count(about: Mapping[str, str], name: str) -> int:
    """Return the number in an attribute that counts repetitions: 1 if it is missing or wrong."""
    text = about.get(name, "1")
    return max(1, int(text[:18])) if text.isascii() and text.isdigit() else 1
