"""Abstract base class of the rules that score a dimension from its children."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self, TypeAlias

from maturitykit.definition.issue import Issue
from maturitykit.definition.scale import Position
from maturitykit.formula.algebra import Condition, Formula, Term, if_else, total

if TYPE_CHECKING:
    from maturitykit.definition.dimension import Dimension

#: A function from the positions of some children, in their order, to the position of their parent.
Rule: TypeAlias = Callable[[Sequence[Position]], Position]


#: The lowest, likely (None if nothing is known) and highest position of a dimension.
Bounds: TypeAlias = tuple[Position, Position | None, Position]


class Parts(NamedTuple):
    """The children of a dimension as formulas: vectors with an element for each child, in their order.

    Args:
        dimensions: The children.
        positions: Position of each child on its scale; 0 if the child takes no part.
        weights: Weights of the children, as the smallest whole numbers in proportion; as they are, if the
            rule's weights are not relative.
        takes_part: Condition that a child takes part; True if all do.
        is_whole: Whether every position is that of a stage, and none lies between two stages.
    """

    dimensions: Sequence[Dimension]
    positions: Formula
    weights: Formula
    takes_part: Condition
    is_whole: bool

    @property
    def weights_taken(self) -> Formula:
        """Weights of the children that take part; 0 for the others."""
        return if_else(self.takes_part, self.weights, 0)

    @property
    def whole(self) -> Term:
        """Total weight of the children that take part."""
        return total(self.weights_taken)


class Scorer:
    """A monotone rule that combines the scores of children into that of their parent.

    A subclass defines `formula`, or `bind` where its rule cannot be written as a formula. Because raising a
    position may never lower the outcome, the same rule serves for the lowest, the likely and the highest bound.
    """

    #: Its name in models, on the command line and as an entry point.
    id: ClassVar[str]
    #: Whether it uses only the order of stages, never a distance between them.
    ordinal: ClassVar[bool]
    #: Whether a child without a likely stage counts with its lowest one in the parent's
    #: likely stage; otherwise it is left out there.
    reads_open_as_low: ClassVar[bool] = False
    #: Whether only the proportion of the weights counts. Otherwise each is given as it is, as a float.
    relative_weights: ClassVar[bool] = True

    def __new__(cls, *args: object, **named: object) -> Self:
        """Refuse a class that defines neither `formula` nor `bind`, or lacks `id` or `ordinal`."""
        if cls.formula is Scorer.formula and cls.bind is Scorer.bind:
            raise TypeError(f"{cls.__name__} is abstract: it defines neither formula nor bind")
        for name in ("id", "ordinal"):
            if not hasattr(cls, name):
                raise TypeError(f"{cls.__name__} is abstract: it has no {name}")
        return super().__new__(cls)

    def formula(self, parent: Dimension, parts: Parts) -> Formula | None:
        """Return the position of the parent as a formula, or None to leave it to `bind`.

        Args:
            parent: The dimension to score; it has a scale.
            parts: All of its children. The value of the formula is ignored where none of them takes part.
        """
        return None

    def bind(self, parent: Dimension, children: Sequence[Dimension], weights: Sequence[int]) -> Rule | None:
        """Return the rule for one parent and those of its children that take part, as a Python function.

        The function is called for one assessment, and once for each distinct profile of a table; a live
        workbook cannot follow it. If this returns None and there is no formula either, the children are
        not combined: the result is a profile of them.

        Args:
            parent: The dimension to score; it has a scale.
            children: One or more of the parent's children, each with a scale: the others
                are not applicable, or have no likely stage.
            weights: The weight of each of these children, as the smallest whole numbers in
                their proportion.
        """
        return None

    def problems(self, parent: Dimension) -> Iterable[str]:
        """Return the reasons why this rule cannot score the parent; nothing if it can."""
        return ()

    def remarks(self, parent: Dimension, children: Mapping[str, Bounds | None]) -> Iterable[Issue]:
        """Return the issues that readers of the result should know.

        Args:
            parent: The dimension that was scored.
            children: Low, likely and high position of each child, by id; None if it is not applicable.
        """
        return ()
