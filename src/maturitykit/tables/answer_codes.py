"""Codes of answers and of counts: those of many dimensions are the digits of a few whole numbers.

Collecting them is therefore a plain sum, which every engine does fast, in any order and partition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log2
from operator import mul
from typing import NamedTuple

from maturitykit.definition import Dimension, Scale
from maturitykit.formula.algebra import Formula, cast, column


class AnswerCodes(NamedTuple):
    """Coding of the answers of a respondent as a few numbers, which are called words.

    Args:
        dimensions: The dimensions that are rated; the index of each is its slot.
        base: One more than the stages of the longest scale.
        per_word: Number of answers in a word.
    """

    dimensions: tuple[Dimension, ...]
    base: int
    per_word: int

    @classmethod
    def of(cls, dimensions: Sequence[Dimension]) -> AnswerCodes:
        """Return the codes of these dimensions."""
        base = 1 + max(len(scale_of(dimension).stages) for dimension in dimensions)
        # The sum must not overflow, even if all answers of a respondent are for the same dimension.
        per_word = int((63 - log2(len(dimensions) + 1)) / log2(base * base))
        return cls(tuple(dimensions), base, per_word)

    @property
    def words(self) -> Mapping[str, range]:
        """Names of the words, with the slots in each."""
        slots = len(self.dimensions)
        starts = range(0, slots, self.per_word)
        return {f"~word{i}": range(start, min(start + self.per_word, slots)) for i, start in enumerate(starts)}

    @property
    def not_applicable(self) -> int:
        """Digit of a dimension that is not applicable; those of stages are higher."""
        return self.base

    @property
    def kind(self) -> str:
        """Kind of number of a digit; small ones are quicker to compute with."""
        return "small" if self.base * self.base < 2**15 else "whole"

    def digit(self, low: int, high: int) -> int:
        """Return the digit of an answer between two positions."""
        return (low + 1) * self.base + high + 1

    def span(self, digit: int, scale: Scale) -> tuple[int, int, int] | None:
        """Return the low, likely and high position of a digit; None if it is no answer on that scale."""
        low, high = digit // self.base - 1, digit % self.base - 1
        if low < 0 or not 0 <= high <= scale.top or low not in scale.below[high]:
            return None
        return low, (low + high) // 2 if scale.is_chain else low, high

    def factor(self, slot: int) -> int:
        """Return the place value of a slot's digit in its word."""
        return int((self.base * self.base) ** (slot % self.per_word))

    def read(self, slot: int) -> Formula:
        """Return the formula that reads the digit of a slot from its word."""
        word = column(f"~word{slot // self.per_word}")
        return cast(word // self.factor(slot) % (self.base * self.base), self.kind)


class Counting:
    """Coding of counts of respondents, several in one number.

    Args:
        most: Largest count.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        #: The highest bit of a digit, which no count sets, so that all counts in a number are compared at once.
        self.free = int(2 ** most.bit_length())
        #: Base of the digits, each of which is a count.
        self.base = 2 * self.free
        #: Place value of each count in a number.
        self.place_values = tuple(self.base**i for i in range(63 // (self.base.bit_length() - 1)))

    def packed(self, counts: Sequence[int]) -> Iterator[int]:
        """Yield the numbers that hold some counts."""
        for start in range(0, len(counts), len(self.place_values)):
            yield sum(map(mul, counts[start:], self.place_values))

    def read(self, names: Sequence[str], number: int) -> Formula:
        """Return the formula that reads a count, by its number among those in these columns."""
        column_index, digit = divmod(number, len(self.place_values))
        packed = column(names[column_index])
        return (packed // self.place_values[digit] if digit else packed) % self.base


def scale_of(dimension: Dimension) -> Scale:
    """Return the scale that a dimension is rated on."""
    assert dimension.scale is not None
    return dimension.scale
