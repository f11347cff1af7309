"""The coding of answers: each a digit, and those of a respondent the digits of a few numbers.

So gathering them is a plain sum, which every engine does fast, in any order and partition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log2
from typing import NamedTuple

from maturitykit.definition import Dimension, Scale
from maturitykit.definition.formula import Formula, cast, column


class Coding(NamedTuple):
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
    def of(cls, dimensions: Sequence[Dimension]) -> Coding:
        """The coding of these dimensions."""
        base = 1 + max(len(scale_of(dimension).stages) for dimension in dimensions)
        # Room for as many answers as there are dimensions, should a respondent repeat one.
        per_word = int((63 - log2(len(dimensions) + 1)) / log2(base * base))
        return cls(tuple(dimensions), base, per_word)

    @property
    def words(self) -> Mapping[str, range]:
        """The numbers that hold all answers, with the slots that are in each."""
        slots = len(self.dimensions)
        starts = range(0, slots, self.per_word)
        return {f"word{i}": range(start, min(start + self.per_word, slots)) for i, start in enumerate(starts)}

    @property
    def exempt(self) -> int:
        """The digit of a dimension that does not apply; those of stages are higher."""
        return self.base

    def digit(self, low: int, high: int) -> int:
        """The digit of an answer between two positions."""
        return (low + 1) * self.base + high + 1

    def span(self, digit: int, scale: Scale) -> tuple[int, int, int] | None:
        """The low, likely and high position that a digit stands for; None if it is no answer on that scale."""
        low, high = digit // self.base - 1, digit % self.base - 1
        if low < 0 or not 0 <= high <= scale.top or low not in scale.below[high]:
            return None
        return low, (low + high) // 2 if scale.is_chain else low, high

    def place(self, slot: int) -> int:
        """What a digit counts in its number."""
        return int((self.base * self.base) ** (slot % self.per_word))

    def read(self, slot: int) -> Formula:
        """The digit of a slot, from the numbers."""
        word = column(f"word{slot // self.per_word}")
        return cast(word // self.place(slot) % (self.base * self.base), "small")


def scale_of(dimension: Dimension) -> Scale:
    """The scale that a dimension is rated on."""
    assert dimension.scale is not None
    return dimension.scale
