"""Sheets of spreadsheets in any format, and the safe reading of the archives that they come in."""

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

#: The most bytes that a workbook may have when it is unpacked, and the most characters in its cells, as many cells
#: may share one text.
LARGEST_UNPACKED = 100_000_000
#: The most cells that a sheet may span, including empty ones: each takes memory.
MOST_CELLS = 2_000_000

#: Problem of a cell whose formula was never computed, or whose value was not stored.
UNCOMPUTED = "holds a formula without a value"

#: The number of columns of a sheet in Excel.
MOST_COLUMNS = 16_384

AS_SAVED = "a workbook as it was saved"
_HARMFUL = "a workbook that holds no more than answers"


class Sheet(NamedTuple):
    """A sheet: its name, and the texts of its cells from A1 on. Rows and columns count from 0.

    Args:
        name: Name on the tab.
        rows: Texts of the cells, by row; an empty cell is "".
        merged: First and last cell of each merged range.
        flaws: Problems with the values of cells: an error, or a formula without a value.
        notes: Texts of notes and comments on cells.
        hidden_rows: Rows that are hidden, filtered out or collapsed.
        hidden_columns: Columns that are hidden or collapsed.
        is_hidden: Whether the sheet itself is hidden.
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
    """A reason not to read a workbook."""

    def __init__(self, problem: str, expected: str = _HARMFUL, where: str = "") -> None:
        super().__init__(problem)
        self.finding = Finding(where, problem, expected)


class XmlReader(ABC):
    """Streaming reader of XML that refuses entities, as these can grow without end."""

    def parse(self, data: bytes, name: str) -> None:
        """Read a part of an archive.

        Raises:
            Stop: If it is not well-formed, or declares entities.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_entities
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            raise Stop(f"is not whole: {expat.ErrorString(error.code)}", AS_SAVED, name) from None

    def _refuse_entities(self, *_: object) -> None:
        raise Stop("declares entities")

    @abstractmethod
    def _start(self, name: str, attributes: dict[str, str]) -> None: ...

    @abstractmethod
    def _end(self, name: str) -> None: ...

    @abstractmethod
    def _text(self, text: str) -> None: ...


@contextmanager
def opened(data: bytes) -> Iterator[zipfile.ZipFile]:
    """Open an archive, within a block that turns every error of reading it into `Stop`.

    Raises:
        Stop: If it is damaged, or would unpack to more than `LARGEST_UNPACKED` bytes.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED:
                raise Stop(f"unpacks to more than {LARGEST_UNPACKED // 10**6} MB")
            yield archive
    except Stop:
        raise
    except Exception as error:
        # zipfile raises nearly any exception for a damaged archive.
        raise Stop(f"is not whole: {error}", AS_SAVED) from None


def text_of(cell: object) -> str:
    """Return the value of a cell as text; a spreadsheet may have turned it into a number or a date."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, Date) else str(cell)
