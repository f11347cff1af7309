"""Tables in their engine, and the operations that scoring needs of every engine."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from maturitykit.formula.algebra import Formula, Term, cast, column, first, null

#: The characters that `str.strip` removes; engines disagree about them.
SPACES = "".join(chr(c) for c in range(sys.maxunicode) if chr(c).isspace())
#: The dots of a range, with the spaces around them.
DOTS = rf"[{SPACES}]*\.\.[{SPACES}]*"
#: A number as text.
NUMBER = r"^-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE]-?[0-9]{1,3})?$"

Row: TypeAlias = tuple[Any, ...]
Selection: TypeAlias = Mapping[str, Term]


class ColumnType(NamedTuple):
    """The type of a column.

    Args:
        name: Its name in the engine.
        kind: Its kind, as far as scoring is concerned: only floats can be NaN.
    """

    name: str
    kind: Literal["text", "number", "float", "other"]

    @property
    def is_text(self) -> bool:
        """True for texts, categories and columns without any value."""
        return self.kind == "text"

    @property
    def is_numeric(self) -> bool:
        """True for numbers of every kind."""
        return self.kind in ("number", "float")

    @property
    def is_float(self) -> bool:
        """True if values may be NaN."""
        return self.kind == "float"

    @property
    def is_single(self) -> bool:
        """True for floats of 32 bits, each of which is read as the shortest decimal that rounds to it."""
        return self.name in ("Float32", "float")


def is_unchanged(name: str, term: Term) -> bool:
    """Tell whether a term is merely the column of that name."""
    return isinstance(term, Formula) and term.op == "column" and term.args[0] == name


class Frame(ABC):
    """A table in its engine. Every operation returns a new plan; nothing runs before rows are asked for."""

    #: True if the caller's table is lazy, so that results have to be lazy too.
    is_lazy: bool
    #: True if the engine can normalise keys; else odd ones are fetched and replaced beforehand.
    can_normalise_keys = False
    #: True if the engine counts different values in a group quickly.
    can_count_different = False

    @property
    @abstractmethod
    def schema(self) -> Mapping[str, ColumnType]:
        """Types of the columns by name."""

    @abstractmethod
    def select(self, columns: Selection) -> Frame:
        """Select these columns in place of all others."""

    def extend(self, kept: Sequence[str], new: Selection, *, only: bool) -> Frame:
        """Add columns to those kept; others may stay too, unless `only` these are wanted."""
        return self.select({**{name: column(name) for name in kept}, **new})

    @abstractmethod
    def sums(self, keys: Sequence[str], columns: Selection, different: Mapping[str, str] = {}) -> Frame:
        """Sum columns in each group of rows with the same keys; over all rows, without keys.

        Args:
            keys: The columns to group by.
            columns: The terms to sum, by the name of the sum.
            different: Columns whose different values to count, by the name of the count; only where
                `can_count_different`.
        """

    @abstractmethod
    def filter(self, condition: Formula) -> Frame:
        """Keep the rows where the condition holds."""

    @abstractmethod
    def look_up(self, keys: Sequence[str], name: str, rows: Sequence[Row]) -> Frame:
        """Add a column from rows of the keys and its value, which hold all keys that occur."""

    @abstractmethod
    def distinct(self, keys: Sequence[str]) -> Frame:
        """Select the distinct values of these columns."""

    def replace_texts(self, name: str, spellings: Mapping[str, str | None]) -> Frame:
        """Replace a few texts of a column by others, or by null."""
        text = cast(column(name), "text")
        cases = ((text.equals(old), null("text") if new is None else new) for old, new in spellings.items())
        return self.extend([each for each in self.schema if each != name], {name: first(cases, text)}, only=True)

    def normalise_keys(self, names: Sequence[str]) -> Frame:
        """Replace keys by their normalised form, and empty ones by null; only if it `can_normalise_keys`."""
        raise NotImplementedError

    @abstractmethod
    def rows(self, most: int | None = None) -> list[Row]:
        """Run the engine and return the rows; at most so many, if `most` is given."""

    @abstractmethod
    def concat(self, other: Frame) -> Frame:
        """Append the rows of another frame of the same source and columns."""

    @abstractmethod
    def unpivot(self, selections: Sequence[Selection]) -> Frame:
        """Turn each row into one row for each selection; all select the same columns."""

    @abstractmethod
    def join(self, other: Frame, keys: Sequence[str]) -> Frame:
        """Add the columns of the row with the same keys of another frame; of its only row, without keys.

        Keys that are null are equal to each other.
        """

    @abstractmethod
    def native(self) -> Any:
        """Return the table in the caller's kind; this runs an eager engine."""

    def collect(self) -> Frame:
        """Compute the plan now, if the caller's table is not lazy."""
        return self
