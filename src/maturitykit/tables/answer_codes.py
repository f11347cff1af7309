"""The codes of answers and of counts: those of many dimensions are the digits of a few numbers.

So gathering them is a plain sum, which every engine does fast, in any order and partition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log2
from operator import mul
from typing import NamedTuple

from maturitykit.definition import Dimension, Scale
from maturitykit.formula.algebra import Formula, cast, column


class AnswerCodes(NamedTuple):
    """How the answers of a respondent are written as numbers.

    Args:
        dimensions: Those that are rated; the place of each is its slot.
        base: One more than the stages of the longest scale.
        per_word: How many answers a number holds.
    """

    dimensions: tuple[Dimension, ...]
    base: int
    per_word: int

    @classmethod
    def of(cls, dimensions: Sequence[Dimension]) -> AnswerCodes:
        """The codes of these dimensions."""
        base = 1 + max(len(scale_of(dimension).stages) for dimension in dimensions)
        # Room for as many answers as there are dimensions, should a respondent repeat one.
        per_word = int((63 - log2(len(dimensions) + 1)) / log2(base * base))
        return cls(tuple(dimensions), base, per_word)

    @property
    def words(self) -> Mapping[str, range]:
        """The numbers that hold all answers, with the slots that are in each."""
        slots = len(self.dimensions)
        starts = range(0, slots, self.per_word)
        return {f"~word{i}": range(start, min(start + self.per_word, slots)) for i, start in enumerate(starts)}

    @property
    def not_applicable(self) -> int:
        """The digit of a dimension that does not apply; those of stages are higher."""
        return self.base

    @property
    def kind(self) -> str:
        """The kind of number that a digit is; small ones are quicker to work with."""
        return "small" if self.base * self.base < 2**15 else "whole"

    def digit(self, low: int, high: int) -> int:
        """The digit of an answer between two positions."""
        return (low + 1) * self.base + high + 1

    def span(self, digit: int, scale: Scale) -> tuple[int, int, int] | None:
        """The low, likely and high position that a digit stands for; None if it is no answer on that scale."""
        low, high = digit // self.base - 1, digit % self.base - 1
        if low < 0 or not 0 <= high <= scale.top or low not in scale.below[high]:
            return None
        return low, (low + high) // 2 if scale.is_chain else low, high

    def factor(self, slot: int) -> int:
        """Return what a digit counts for in its number."""
        return int((self.base * self.base) ** (slot % self.per_word))

    def read(self, slot: int) -> Formula:
        """The digit of a slot, from the numbers."""
        word = column(f"~word{slot // self.per_word}")
        return cast(word // self.factor(slot) % (self.base * self.base), self.kind)


class Counting:
    """How counts of respondents are written as numbers, several to each.

    Args:
        most: How many respondents can be counted.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        #: The highest bit of a count, which is left free, so that all in a number are compared at once.
        self.free = int(2 ** most.bit_length())
        #: One more than a count can be.
        self.base = 2 * self.free
        #: What each count of a number counts in it.
        self.places = tuple(self.base**i for i in range(63 // (self.base.bit_length() - 1)))

    def packed(self, counts: Sequence[int]) -> Iterator[int]:
        """Some counts as numbers, as many to each as there are places."""
        for start in range(0, len(counts), len(self.places)):
            yield sum(map(mul, counts[start:], self.places))

    def read(self, names: Sequence[str], number: int) -> Formula:
        """A count, by its number among those in the columns of these names."""
        of_column, place = divmod(number, len(self.places))
        above = column(names[of_column])
        return (above // self.places[place] if place else above) % self.base


def scale_of(dimension: Dimension) -> Scale:
    """The scale that a dimension is rated on."""
    assert dimension.scale is not None
    return dimension.scale
