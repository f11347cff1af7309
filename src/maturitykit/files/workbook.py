"""Reader of workbooks as rows of texts, with the errors, notes and hidden rows in them.

A workbook is read whole, after a scan of its XML has made sure that it does not take too much memory.
The values come from python-calamine (``pip install maturitykit[xlsx]``); the scan also finds what
python-calamine does not report.
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

#: Problems of the kinds of spreadsheets that cannot be read, by suffix.
OTHERS = {
    ".xlsm": "is a workbook with macros",
    ".xlsb": "is a binary workbook",
    ".xls": "is a workbook of the old kind",
}

_TRUE = ("1", "true")

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_PLAIN = "a plain workbook: save it as .xlsx"


def read_workbook(path: str | os.PathLike[str]) -> Mapping[str, Sheet]:
    """Read the sheets of a workbook by their names, hidden ones too, in their order.

    Raises:
        FileError: If it cannot be read, is not a plain workbook, or would take too much memory.
    """
    title = f"cannot read {path}"
    if PurePath(path).name.startswith("~$"):
        problem = "is the mark that Excel leaves beside a workbook while it is open there"
        raise FileError(title, [Finding("", problem, f"{PurePath(path).name[2:]}, saved and closed")])
    if PurePath(path).suffix.lower() == ".ods":
        with _stop_as_file_error(title):
            return read_opendocument(read_bytes(path, LARGEST_DOCUMENT))
    calamine = _calamine(title)
    data = read_bytes(path, LARGEST_DOCUMENT)
    with _stop_as_file_error(title):
        metadata = _scan(data)
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(BytesIO(data))
        return {
            name: _sheet(workbook.get_sheet_by_name(name), metadata.get(name) or _Metadata())
            for name in workbook.sheet_names
        }
    except Exception as error:
        finding = Finding("", f"is not whole: {error}", AS_SAVED)
    except BaseException as error:
        # A panic in the Rust code of python-calamine is not an Exception.
        if type(error).__name__ != "PanicException":
            raise
        finding = Finding("", "is not a workbook that can be read", AS_SAVED)
    raise FileError(title, [finding])


@contextmanager
def _stop_as_file_error(title: str) -> Iterator[None]:
    """Turn `Stop` within a block into a FileError."""
    try:
        yield
    except Stop as stop:
        raise FileError(title, [stop.finding]) from None


def _calamine(title: str) -> Any:
    """Import python-calamine."""
    try:
        import python_calamine
    except ImportError:
        finding = Finding("", install_hint("python-calamine", "xlsx"))
        raise FileError(title, [finding]) from None
    return python_calamine


def _sheet(sheet: Any, metadata: _Metadata) -> Sheet:
    rows = [[text_of(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    flaws, notes, hidden_rows, hidden_columns, is_hidden = metadata
    merged = sheet.merged_cell_ranges or ()
    return Sheet(sheet.name, rows, merged, flaws, notes, hidden_rows, hidden_columns, is_hidden)


class _Metadata(NamedTuple):
    """Flaws, notes and hidden rows and columns of a sheet, in the form of `Sheet`."""

    flaws: Mapping[tuple[int, int], str] = MappingProxyType({})
    notes: Mapping[tuple[int, int], str] = MappingProxyType({})
    hidden_rows: Collection[int] = ()
    hidden_columns: Collection[int] = ()
    is_hidden: bool = False


def _scan(data: bytes) -> Mapping[str, _Metadata]:
    """Check that a file is a plain workbook of a tolerable size, and return its metadata by sheet.

    Raises:
        Stop: If it is no plain workbook, or would take too much memory to read.
    """
    if not data:
        raise Stop("the file is empty", AS_SAVED)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Stop("is protected by a password", "the workbook without its password")
        raise Stop(OTHERS[".xls"], _PLAIN)
    with opened(data) as archive:
        return _scan_archive(archive)


def _scan_archive(archive: zipfile.ZipFile) -> Mapping[str, _Metadata]:
    members = archive.infolist()
    if any(PurePath(member.filename).name.lower() == "vbaproject.bin" for member in members):
        raise Stop(OTHERS[".xlsm"], _PLAIN)
    if "[Content_Types].xml" not in archive.namelist():
        raise Stop("is not a workbook", "a file saved as .xlsx")
    # Shared texts are scanned first, as the lengths of cells depend on them.
    lengths: list[int] = []
    scans: dict[str, _PartScan] = {}
    for member in sorted(members, key=lambda m: "sharedstrings" not in m.filename.lower()):
        # zipfile reads no more than the declared size of a part, which `opened` has checked.
        content = archive.read(member)
        if member.filename.lower().endswith((".xml", ".rels")):
            scan = scans[member.filename] = _PartScan(lengths)
            scan.parse(content, member.filename)
        elif b"sheetData" in content or b"<sst" in content:
            raise Stop(f"holds cells in {quoted(member.filename)}")
    return dict(_join_metadata(archive, scans))


def _join_metadata(archive: zipfile.ZipFile, scans: Mapping[str, _PartScan]) -> Iterator[tuple[str, _Metadata]]:
    """Yield the name of each sheet, with the results of its scan and the notes from other parts."""
    book = next(iter(_related(archive, "", "/officeDocument").values()), "")
    parts = _related(archive, book)
    for sheet in _elements(archive, book, "sheet"):
        id = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
        scan = scans.get(parts.get(id, ""))
        if scan:
            notes = _notes(archive, _related(archive, parts[id], "omment", "omments").values())
            hidden = sheet.get("state", "visible") != "visible"
            metadata = _Metadata(scan.flaws, notes, scan.hidden_rows, scan.hidden_columns, hidden)
            yield sheet.get("name", ""), metadata


def _related(archive: zipfile.ZipFile, part: str, *kinds: str) -> dict[str, str]:
    """Return the parts that a part refers to, by the ids of the references: all, or those whose types end so."""
    folder, name = posixpath.split(part)
    references = _elements(archive, posixpath.join(folder, "_rels", f"{name}.rels"), "Relationship")
    targets = {
        each.get("Id", ""): posixpath.join("/", folder, each.get("Target", ""))
        for each in references
        if each.get("Type", "").endswith(kinds or "")
    }
    return {id: posixpath.normpath(target).lstrip("/") for id, target in targets.items()}


def _notes(archive: zipfile.ZipFile, parts: Iterable[str]) -> Mapping[tuple[int, int], str]:
    """Return the notes on cells; a thread of comments replaces the note on its cell, which only repeats it."""
    notes: dict[tuple[int, int], str] = {}
    threads: dict[tuple[int, int], list[str]] = {}
    for part in parts:
        for note in _elements(archive, part, "comment"):
            notes[_cell(note)] = "".join(text.text or "" for text in note.iter() if _local(text) == "t").strip()
        for comment in _elements(archive, part, "threadedComment"):
            text = "".join(text.text or "" for text in comment.iter() if _local(text) == "text").strip()
            threads.setdefault(_cell(comment), []).append(text)
    return {**notes, **{cell: "\n".join(texts) for cell, texts in threads.items()}}


def _cell(element: Element) -> tuple[int, int]:
    """Return the row and column that an element refers to, from 0."""
    column, row = _column_and_row(element.get("ref", ""))
    return row - 1, column - 1


def _elements(archive: zipfile.ZipFile, part: str, name: str) -> list[Element]:
    """Return the elements with a name in a part, which was scanned before and so declares no entities."""
    from xml.etree.ElementTree import XML

    if part not in archive.namelist():
        return []
    return [element for element in XML(archive.read(part)).iter() if _local(element) == name]


def _local(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


class _PartScan(XmlReader):
    """Scan of a part, which counts the cells that it spans and their characters without storing them.

    It records what python-calamine does not report: errors, formulas without values, hidden rows and columns.
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
            column, row = _column_and_row(attributes.get("r", ""))
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
                # The type "str" marks a formula whose value is a text, possibly an empty one.
                self.flaws[cell] = UNCOMPUTED


def _column_and_row(reference: str) -> tuple[int, int]:
    """Return the column and row of a cell such as ``B7``, from 1; 0 for a part that is missing."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters[:8].upper():
        column = column * 26 + max(0, ord(letter) - 64)
    return column, _number(reference[len(letters) :])


def _number(text: str) -> int:
    """Return the whole number in a text; 0 if it is anything else."""
    text = text.strip()
    return int(text[:18]) if text.isascii() and text.isdigit() else 0
