"""Workbooks as rows of texts: read whole, and only after a look at what they would take to read.

It needs python-calamine: ``pip install maturitykit[xlsx]``.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date as Date, datetime
from io import BytesIO
from pathlib import PurePath
from typing import Any, NamedTuple
from xml.parsers import expat

from maturitykit.errors import FileError, Finding, quoted
from maturitykit.files.text import LARGEST_DOCUMENT, read_bytes

#: What a workbook may hold when it is unpacked, in bytes; and in characters of its cells, as one text may
#: stand in many.
LARGEST_UNPACKED = 100_000_000
#: How many cells a sheet may span, empty ones among them: each takes memory.
MOST_CELLS = 2_000_000

#: Spreadsheets that are no plain workbook, and what to say of them.
OTHERS = {
    ".xlsm": "is a workbook with macros",
    ".xlsb": "is a binary workbook",
    ".xls": "is a workbook of the old kind",
    ".ods": "is an OpenDocument spreadsheet",
}

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_PLAIN = "a plain workbook: save it as .xlsx"
_AS_SAVED = "a workbook as it was saved"
_HARMFUL = "a workbook that holds no more than answers"


class Sheet(NamedTuple):
    """A sheet: its name, and the texts of its cells from A1 on.

    Of each merged range, ``merged`` has the first and the last cell, as row and column from 0.
    """

    name: str
    rows: Sequence[Sequence[str]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = ()


def read_workbook(path: str | os.PathLike[str]) -> Mapping[str, Sheet]:
    """The sheets of a workbook by their names, hidden ones too, in their order.

    Raises:
        FileError: If it cannot be read, is no plain workbook, or would take too much to read.
    """
    title = f"cannot read {path}"
    if PurePath(path).name.startswith("~$"):
        problem = "is the mark that Excel leaves beside a workbook while it is open there"
        raise FileError(title, [Finding("", problem, f"{PurePath(path).name[2:]}, saved and closed")])
    calamine = _calamine(title)
    data = read_bytes(path, LARGEST_DOCUMENT)
    try:
        _look_through(data)
    except _Stop as stop:
        raise FileError(title, [stop.finding]) from None
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(BytesIO(data))
        return {name: _sheet(workbook.get_sheet_by_name(name)) for name in workbook.sheet_names}
    except Exception as error:
        finding = Finding("", f"is not whole: {error}", _AS_SAVED)
    except BaseException as error:
        # A panic of the reader's engine, which is not an Exception.
        if type(error).__name__ != "PanicException":
            raise
        finding = Finding("", "is not a workbook that can be read", _AS_SAVED)
    raise FileError(title, [finding])


def _calamine(title: str) -> Any:
    try:
        import python_calamine
    except ImportError:
        finding = Finding("", "python-calamine is not installed", "pip install 'maturitykit[xlsx]'")
        raise FileError(title, [finding]) from None
    return python_calamine


def _sheet(sheet: Any) -> Sheet:
    rows = sheet.to_python(skip_empty_area=False)
    return Sheet(sheet.name, [[_text(cell) for cell in row] for row in rows], sheet.merged_cell_ranges or ())


def _text(cell: object) -> str:
    """A cell as its text; what a spreadsheet has made a number or a date of is written out."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, Date) else str(cell)


class _Stop(Exception):  # noqa: N818
    """What speaks against reading a workbook."""

    def __init__(self, problem: str, expected: str = _HARMFUL, where: str = "") -> None:
        super().__init__(problem)
        self.finding = Finding(where, problem, expected)


def _look_through(data: bytes) -> None:
    """Stop before what is no plain workbook, or would take more to read than its size tells."""
    if not data:
        raise _Stop("the file is empty", _AS_SAVED)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise _Stop("is protected by a password", "the workbook without its password")
        raise _Stop(OTHERS[".xls"], _PLAIN)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _look_into(archive)
    except _Stop:
        raise
    except Exception as error:
        # The reader of archives does not say what it raises for broken ones: nearly anything.
        raise _Stop(f"is not whole: {error}", _AS_SAVED) from None


def _look_into(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise _Stop(f"unpacks to more than {LARGEST_UNPACKED // 10**6} MB")
    if any(PurePath(member.filename).name.lower() == "vbaproject.bin" for member in members):
        raise _Stop(OTHERS[".xlsm"], _PLAIN)
    if "[Content_Types].xml" not in archive.namelist():
        raise _Stop("is not a workbook", "a file saved as .xlsx")
    # Texts that cells share come first, as it takes them to know how long a cell is.
    lengths: list[int] = []
    for member in sorted(members, key=lambda m: "sharedstrings" not in m.filename.lower()):
        # No more is read than was claimed and, with that, allowed.
        content = archive.read(member)
        if member.filename.lower().endswith((".xml", ".rels")):
            try:
                _Scan(lengths).parse(content)
            except expat.ExpatError as error:
                raise _Stop(f"is not whole: {expat.ErrorString(error.code)}", _AS_SAVED, member.filename) from None
        elif b"sheetData" in content or b"<sst" in content:
            raise _Stop(f"holds cells in {quoted(member.filename)}")


class _Scan:
    """Counts, without keeping them, the cells that a part spans and the characters they come to."""

    def __init__(self, lengths: list[int]) -> None:
        self._lengths = lengths
        self._row = self._column = self._widest = self._highest = self._characters = 0
        self._shares = self._in_value = self._is_shared = False
        self._value = ""

    def parse(self, data: bytes) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._declares
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(data, True)

    def _declares(self, *_: object) -> None:
        raise _Stop("declares entities")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "row":
            self._row = _number(attributes.get("r", "")) or self._row + 1
            self._column = 0
        elif local == "c":
            column, row = _place(attributes.get("r", ""))
            self._column, self._row = column or self._column + 1, row or self._row
            self._shares = attributes.get("t") == "s"
            self._widest, self._highest = max(self._widest, self._column), max(self._highest, self._row)
            if self._widest * self._highest > MOST_CELLS:
                raise _Stop(f"has a sheet that spans more than {MOST_CELLS:,} cells")
        elif local == "si":
            self._lengths.append(0)
            self._is_shared = True
        self._in_value = local in ("v", "t")
        self._value = ""

    def _text(self, text: str) -> None:
        if self._in_value and self._shares:
            self._value += text[:20]
        elif self._in_value and self._is_shared:
            self._lengths[-1] += len(text)

    def _end(self, name: str) -> None:
        if self._in_value and self._shares:
            index = _number(self._value)
            self._characters += self._lengths[index] if index < len(self._lengths) else 0
            if self._characters > LARGEST_UNPACKED:
                raise _Stop("repeats long texts in very many cells")
        self._in_value = False


def _place(reference: str) -> tuple[int, int]:
    """The column and row of a cell such as ``B7``, from 1; 0 for what is not given."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters[:8].upper():
        column = column * 26 + max(0, ord(letter) - 64)
    return column, _number(reference[len(letters) :])


def _number(text: str) -> int:
    text = text.strip()
    return int(text[:18]) if text.isascii() and text.isdigit() else 0
