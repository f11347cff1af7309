"""A table in its engine, and what is done to tables here, whatever the engine."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import narwhals as nw

from maturitykit.formula.algebra import Formula, Term, column

#: What `str.strip` takes off, which engines do not agree upon.
SPACES = "".join(chr(c) for c in range(sys.maxunicode) if chr(c).isspace())
#: The dots of a range, with what is around them.
DOTS = rf"[{SPACES}]*\.\.[{SPACES}]*"
#: A number as text.
NUMBER = r"^-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE]-?[0-9]{1,3})?$"

Row: TypeAlias = tuple[Any, ...]
Selection: TypeAlias = Mapping[str, Term]


def is_kept(name: str, term: Term) -> bool:
    """Whether a column is what it was."""
    return isinstance(term, Formula) and term.op == "column" and term.args[0] == name


class Refused(Exception):  # noqa: N818
    """A row holds what no result may be made of."""


class Frame(ABC):
    """A table in its engine, and what is done to tables here."""

    #: Whether nothing is computed before someone asks for it.
    is_lazy: bool
    #: Whether it leaves out what is not needed in a row, or in many rows at once.
    can_skip = True
    #: Whether its engine is quick at counting the different values in a group.
    can_count_different = False

    @property
    @abstractmethod
    def schema(self) -> Mapping[str, nw.dtypes.DType]:
        """The type of each column."""

    @abstractmethod
    def select(self, columns: Selection) -> Frame:
        """These columns instead, row by row."""

    def extended(self, kept: Sequence[str], new: Selection, *, only: bool) -> Frame:
        """With new columns beside those that are kept, and no others if it is to have only these."""
        return self.select({**{name: column(name) for name in kept}, **new})

    @abstractmethod
    def sums(self, keys: Sequence[str], columns: Selection, different: Mapping[str, str] = {}) -> Frame:
        """The sums of these in each group of rows with the same keys; of all rows, without keys.

        Args:
            keys: What tells the groups apart.
            columns: What to sum, by the name of the sum.
            different: Columns whose different values to count, by the name of the count; only where
                `can_count_different`.
        """

    @abstractmethod
    def where(self, condition: Formula) -> Frame:
        """The rows where it holds."""

    @abstractmethod
    def look_up(self, keys: Sequence[str], name: str, rows: Sequence[Row]) -> Frame:
        """With one more column, from rows of all keys and its value; each row finds one."""

    @abstractmethod
    def distinct(self, keys: Sequence[str]) -> Frame:
        """What these are in any row, each once."""

    @abstractmethod
    def rows(self, most: int | None = None) -> list[Row]:
        """The rows, or as many of them at the most. This runs the engine."""

    @abstractmethod
    def above(self, other: Frame) -> Frame:
        """With the rows of another one of the same columns, which came from the same source."""

    @abstractmethod
    def tall(self, selections: Sequence[Selection]) -> Frame:
        """A row for each of the selections, all of the same columns, in place of each row."""

    @abstractmethod
    def beside(self, other: Frame, keys: Sequence[str]) -> Frame:
        """With the columns of the row of another table with the same keys; of its only row, without keys."""

    @abstractmethod
    def native(self) -> Any:
        """The table as its engine knows it."""

    def planned(self) -> Frame:
        """The same, to be computed all at once where the engine is better at that."""
        return self

    def computed(self) -> Frame:
        """What was planned of a table that is not lazy."""
        return self
