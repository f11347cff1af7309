"""Workbooks as rows of texts, with what stands beside the texts: errors, notes, hidden rows.

They are read whole, and only after a look at what they would take to read. XLSX needs
python-calamine: ``pip install maturitykit[xlsx]``. It gives the values; what it does not show, the
same look at the XML finds.
"""

from __future__ import annotations

import os
import posixpath
import zipfile
from collections.abc import Collection, Iterable, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from maturitykit.errors import FileError, Finding, install_hint, quoted
from maturitykit.files.opendocument import read_opendocument
from maturitykit.files.sheets import (
    AS_SAVED,
    LARGEST_UNPACKED,
    MOST_CELLS,
    MOST_COLUMNS,
    UNCOMPUTED,
    Sheet,
    Stop,
    XmlReader,
    opened,
    text_of,
)
from maturitykit.files.text import LARGEST_DOCUMENT, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

#: Spreadsheets that are no plain workbook, and what to say of them.
OTHERS = {
    ".xlsm": "is a workbook with macros",
    ".xlsb": "is a binary workbook",
    ".xls": "is a workbook of the old kind",
}

_TRUE = ("1", "true")

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_PLAIN = "a plain workbook: save it as .xlsx"


def read_workbook(path: str | os.PathLike[str]) -> Mapping[str, Sheet]:
    """The sheets of a workbook by their names, hidden ones too, in their order.

    Raises:
        FileError: If it cannot be read, is no plain workbook, or would take too much to read.
    """
    title = f"cannot read {path}"
    if PurePath(path).name.startswith("~$"):
        problem = "is the mark that Excel leaves beside a workbook while it is open there"
        raise FileError(title, [Finding("", problem, f"{PurePath(path).name[2:]}, saved and closed")])
    if PurePath(path).suffix.lower() == ".ods":
        with _stopped(title):
            return read_opendocument(read_bytes(path, LARGEST_DOCUMENT))
    calamine = _calamine(title)
    data = read_bytes(path, LARGEST_DOCUMENT)
    with _stopped(title):
        beside = _look_through(data)
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(BytesIO(data))
        return {
            name: _sheet(workbook.get_sheet_by_name(name), beside.get(name) or _Beside())
            for name in workbook.sheet_names
        }
    except Exception as error:
        finding = Finding("", f"is not whole: {error}", AS_SAVED)
    except BaseException as error:
        # A panic of the reader's engine, which is not an Exception.
        if type(error).__name__ != "PanicException":
            raise
        finding = Finding("", "is not a workbook that can be read", AS_SAVED)
    raise FileError(title, [finding])


@contextmanager
def _stopped(title: str) -> Iterator[None]:
    try:
        yield
    except Stop as stop:
        raise FileError(title, [stop.finding]) from None


def _calamine(title: str) -> Any:
    try:
        import python_calamine
    except ImportError:
        finding = Finding("", install_hint("python-calamine", "xlsx"))
        raise FileError(title, [finding]) from None
    return python_calamine


def _sheet(sheet: Any, beside: _Beside) -> Sheet:
    rows = [[text_of(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    flaws, notes, hidden_rows, hidden_columns, is_hidden = beside
    merged = sheet.merged_cell_ranges or ()
    return Sheet(sheet.name, rows, merged, flaws, notes, hidden_rows, hidden_columns, is_hidden)


class _Beside(NamedTuple):
    """Facts beside the values of a sheet, as `Sheet` has them."""

    flaws: Mapping[tuple[int, int], str] = MappingProxyType({})
    notes: Mapping[tuple[int, int], str] = MappingProxyType({})
    hidden_rows: Collection[int] = ()
    hidden_columns: Collection[int] = ()
    is_hidden: bool = False


def _look_through(data: bytes) -> Mapping[str, _Beside]:
    """Stop before what is no plain workbook, or would take more to read than its size tells.

    What is found beside the values on the way comes back by the names of the sheets.
    """
    if not data:
        raise Stop("the file is empty", AS_SAVED)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Stop("is protected by a password", "the workbook without its password")
        raise Stop(OTHERS[".xls"], _PLAIN)
    with opened(data) as archive:
        return _look_into(archive)


def _look_into(archive: zipfile.ZipFile) -> Mapping[str, _Beside]:
    members = archive.infolist()
    if any(PurePath(member.filename).name.lower() == "vbaproject.bin" for member in members):
        raise Stop(OTHERS[".xlsm"], _PLAIN)
    if "[Content_Types].xml" not in archive.namelist():
        raise Stop("is not a workbook", "a file saved as .xlsx")
    # Texts that cells share come first, as it takes them to know how long a cell is.
    lengths: list[int] = []
    scans: dict[str, _Scan] = {}
    for member in sorted(members, key=lambda m: "sharedstrings" not in m.filename.lower()):
        # No more is read than was claimed and, with that, allowed.
        content = archive.read(member)
        if member.filename.lower().endswith((".xml", ".rels")):
            scan = scans[member.filename] = _Scan(lengths)
            scan.parse(content, member.filename)
        elif b"sheetData" in content or b"<sst" in content:
            raise Stop(f"holds cells in {quoted(member.filename)}")
    return dict(_beside(archive, scans))


def _beside(archive: zipfile.ZipFile, scans: Mapping[str, _Scan]) -> Iterator[tuple[str, _Beside]]:
    """Join the findings of the scans with the notes that other parts hold, by the names of the sheets."""
    book = next(iter(_related(archive, "", "/officeDocument").values()), "")
    parts = _related(archive, book)
    for sheet in _elements(archive, book, "sheet"):
        id = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
        scan = scans.get(parts.get(id, ""))
        if scan:
            notes = _notes(archive, _related(archive, parts[id], "omment", "omments").values())
            hidden = sheet.get("state", "visible") != "visible"
            beside = _Beside(scan.flaws, notes, scan.hidden_rows, scan.hidden_columns, hidden)
            yield sheet.get("name", ""), beside


def _related(archive: zipfile.ZipFile, part: str, *kinds: str) -> dict[str, str]:
    """The parts that a part refers to, by the ids of the references; of all kinds, or by how these end."""
    folder, name = posixpath.split(part)
    found = _elements(archive, posixpath.join(folder, "_rels", f"{name}.rels"), "Relationship")
    targets = {
        each.get("Id", ""): posixpath.join("/", folder, each.get("Target", ""))
        for each in found
        if each.get("Type", "").endswith(kinds or "")
    }
    return {id: posixpath.normpath(target).lstrip("/") for id, target in targets.items()}


def _notes(archive: zipfile.ZipFile, parts: Iterable[str]) -> Mapping[tuple[int, int], str]:
    """Notes on cells, and the threads of comments in their place where there are some."""
    notes: dict[tuple[int, int], str] = {}
    threads: dict[tuple[int, int], list[str]] = {}
    for part in parts:
        for note in _elements(archive, part, "comment"):
            notes[_cell(note)] = "".join(text.text or "" for text in note.iter() if _local(text) == "t").strip()
        for said in _elements(archive, part, "threadedComment"):
            text = "".join(text.text or "" for text in said.iter() if _local(text) == "text").strip()
            threads.setdefault(_cell(said), []).append(text)
    return {**notes, **{cell: "\n".join(texts) for cell, texts in threads.items()}}


def _cell(element: Element) -> tuple[int, int]:
    column, row = _place(element.get("ref", ""))
    return row - 1, column - 1


def _elements(archive: zipfile.ZipFile, part: str, name: str) -> list[Element]:
    """The elements of a name in a part; it has been looked through, and declares no entities."""
    from xml.etree.ElementTree import XML

    if part not in archive.namelist():
        return []
    return [element for element in XML(archive.read(part)).iter() if _local(element) == name]


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


class _Scan(XmlReader):
    """Counts, without keeping them, the cells that a part spans and the characters they come to.

    It keeps what the reader of values does not show: errors, formulas without values, hidden rows.
    """

    def __init__(self, lengths: list[int]) -> None:
        self.flaws: dict[tuple[int, int], str] = {}
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self._type = ""
        self._is_formula = False
        self._lengths = lengths
        self._row = self._column = self._widest = self._highest = self._characters = 0
        self._shares = self._in_value = self._is_shared = False
        self._value = self._content = ""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "row":
            self._row = _number(attributes.get("r", "")) or self._row + 1
            self._column = 0
            if attributes.get("hidden") in _TRUE:
                self.hidden_rows.add(self._row - 1)
        elif local == "col" and attributes.get("hidden") in _TRUE:
            first, last = _number(attributes.get("min", "")), _number(attributes.get("max", ""))
            self.hidden_columns.update(range(first - 1, min(last, first + MOST_COLUMNS)))
        elif local == "f":
            self._is_formula = True
        elif local == "c":
            column, row = _place(attributes.get("r", ""))
            self._column, self._row = column or self._column + 1, row or self._row
            self._type = attributes.get("t", "n")
            self._shares = self._type == "s"
            self._is_formula, self._content = False, ""
            self._widest, self._highest = max(self._widest, self._column), max(self._highest, self._row)
            if self._widest * self._highest > MOST_CELLS:
                raise Stop(f"has a sheet that spans more than {MOST_CELLS:,} cells")
        elif local == "si":
            self._lengths.append(0)
            self._is_shared = True
        self._in_value = local in ("v", "t")
        self._value = ""

    def _text(self, text: str) -> None:
        if self._in_value and not self._is_shared:
            self._content += text[:20]
        if self._in_value and self._shares:
            self._value += text[:20]
        elif self._in_value and self._is_shared:
            self._lengths[-1] += len(text)

    def _end(self, name: str) -> None:
        if self._in_value and self._shares:
            index = _number(self._value)
            self._characters += self._lengths[index] if index < len(self._lengths) else 0
            if self._characters > LARGEST_UNPACKED:
                raise Stop("repeats long texts in very many cells")
        self._in_value = False
        if name.rpartition(":")[2] == "c":
            cell = self._row - 1, self._column - 1
            if self._type == "e":
                self.flaws[cell] = f"is the error {self._content or '(not named)'}"
            elif self._is_formula and self._type != "str" and not self._content.strip():
                # A formula that gives an empty text says so by its type.
                self.flaws[cell] = UNCOMPUTED


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
