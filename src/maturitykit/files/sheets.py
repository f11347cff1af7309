"""Sheets of spreadsheets, whatever format they come from, and what stops reading one."""

from __future__ import annotations

import zipfile
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date as Date, datetime
from io import BytesIO
from types import MappingProxyType
from typing import NamedTuple
from xml.parsers import expat

from maturitykit.errors import Finding

#: What a workbook may hold when it is unpacked, in bytes; and in characters of its cells, as one text may
#: stand in many.
LARGEST_UNPACKED = 100_000_000
#: How many cells a sheet may span, empty ones among them: each takes memory.
MOST_CELLS = 2_000_000

#: What a formula is that no program has worked out yet, or whose value was not stored.
UNCOMPUTED = "holds a formula without a value"

#: More columns than a sheet of Excel has.
MOST_COLUMNS = 16_384

AS_SAVED = "a workbook as it was saved"
_HARMFUL = "a workbook that holds no more than answers"


class Sheet(NamedTuple):
    """A sheet: its name, and the texts of its cells from A1 on. Rows and columns count from 0.

    Args:
        name: On its tab.
        rows: Of texts; an empty cell is "".
        merged: Of each merged range, the first and the last cell.
        flaws: What is wrong with the value of a cell: it is an error, or a formula without one.
        notes: The texts of notes and comments on cells.
        hidden_rows: Hidden, filtered out or collapsed.
        hidden_columns: Likewise.
        is_hidden: The sheet itself.
    """

    name: str
    rows: Sequence[Sequence[str]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = ()
    flaws: Mapping[tuple[int, int], str] = MappingProxyType({})
    notes: Mapping[tuple[int, int], str] = MappingProxyType({})
    hidden_rows: Collection[int] = ()
    hidden_columns: Collection[int] = ()
    is_hidden: bool = False


class Stop(Exception):  # noqa: N818
    """What speaks against reading a workbook."""

    def __init__(self, problem: str, expected: str = _HARMFUL, where: str = "") -> None:
        super().__init__(problem)
        self.finding = Finding(where, problem, expected)


class XmlReader(ABC):
    """Reads XML piece by piece; entities, which can grow without end, stop it."""

    def parse(self, data: bytes, name: str) -> None:
        """Read a part of an archive.

        Raises:
            Stop: If it is not whole, or declares entities.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._declares
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            raise Stop(f"is not whole: {expat.ErrorString(error.code)}", AS_SAVED, name) from None

    def _declares(self, *_: object) -> None:
        raise Stop("declares entities")

    @abstractmethod
    def _start(self, name: str, attributes: dict[str, str]) -> None: ...

    @abstractmethod
    def _end(self, name: str) -> None: ...

    @abstractmethod
    def _text(self, text: str) -> None: ...


@contextmanager
def opened(data: bytes) -> Iterator[zipfile.ZipFile]:
    """An archive that unpacks to no more than it may; what is wrong with it while it is read stops."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED:
                raise Stop(f"unpacks to more than {LARGEST_UNPACKED // 10**6} MB")
            yield archive
    except Stop:
        raise
    except Exception as error:
        # The reader of archives does not say what it raises for broken ones: nearly anything.
        raise Stop(f"is not whole: {error}", AS_SAVED) from None


def text_of(cell: object) -> str:
    """A cell as its text; what a spreadsheet has made a number or a date of is written out."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, Date) else str(cell)
