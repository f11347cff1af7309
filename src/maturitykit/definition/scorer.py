"""The abstract rule by which a dimension's score follows from those of its children."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from maturitykit.definition.issue import Issue
from maturitykit.definition.scale import Position

if TYPE_CHECKING:
    from maturitykit.definition.dimension import Dimension
    from maturitykit.definition.formula import Formula, Part

#: Positions of some children, in their order, to the position of their parent.
Rule: TypeAlias = Callable[[Sequence[Position]], Position]


#: The lowest, likely (None if nothing is known) and highest position of a dimension.
Bounds: TypeAlias = tuple[Position, Position | None, Position]


class Scorer(ABC):
    """A monotone rule that combines the scores of children into that of their parent.

    A subclass says once how positions combine. Because raising a position may never lower
    the outcome, the same rule serves for the lowest, the likely and the highest bound.
    """

    #: Its name in models, on the command line and as an entry point.
    id: ClassVar[str]
    #: Whether it reads the order of stages only, never a distance between them.
    ordinal: ClassVar[bool]
    #: Whether a child without a likely stage counts with its lowest one in the parent's
    #: likely stage; otherwise it is left out there.
    reads_open_as_low: ClassVar[bool] = False
    #: Whether leaving children out never takes a score below what it is with them at the bottom, nor above what
    #: it is with them at the top. Tables need not hold a likely stage within its bounds then.
    stays_within: ClassVar[bool] = False

    @abstractmethod
    def bind(self, parent: Dimension, children: Sequence[Dimension], weights: Sequence[int]) -> Rule | None:
        """The rule for one parent and those of its children that take part.

        None where nothing is combined, and the children speak for themselves.

        Args:
            parent: The dimension to score; it has a scale.
            children: One or more of the parent's children, each with a scale: the others
                are not applicable, or have no likely stage.
            weights: The weight of each of these children, as the smallest whole numbers in
                their proportion.
        """

    def formula(self, parent: Dimension, parts: Sequence[Part]) -> Formula | None:
        """The same rule on whole columns, for tables; None leaves them to `bind`.

        Tables are scored without it too: then each distinct profile of the children is
        scored once, and joined back.

        Args:
            parent: The dimension to score; it has a scale.
            parts: All of its children, each with where it takes part. What the formula gives
                where none does is not read.
        """
        return None

    def problems(self, parent: Dimension) -> Iterable[str]:
        """Why this rule cannot serve the parent; nothing when it can."""
        return ()

    def remarks(self, parent: Dimension, children: Mapping[str, Bounds | None]) -> Iterable[Issue]:
        """What a reader of the result should know.

        Args:
            parent: The dimension that was scored.
            children: Low, likely and high of each child, by id; None if it is not applicable.
        """
        return ()
