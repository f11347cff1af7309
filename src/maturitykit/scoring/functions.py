"""Functions that the dimensions of a model are compiled to, each when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from maturitykit.formula.algebra import Condition, Formula, each, every, if_else, negate, ones
from maturitykit.formula.python import compiled
from maturitykit.rules.roll_up import Combination, SpanTerms

#: Kinds of functions, by their inputs and outputs; see `Functions.of`.
Kind: TypeAlias = Literal["certain", "certain_general", "applicable", "general"]

#: Inputs of the functions of the kinds ``applicable`` and ``general``.
VECTORS = ("low", "likely", "high", "known", "not_applicable", "coverage", "weight")


class Functions:
    """The compiled functions of a plan, each made when it is first needed."""

    def __init__(self) -> None:
        self._made: dict[object, Callable[..., Any]] = {}

    def once(self, key: object, make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
        """Return the function under a key, which is made when it is first asked for."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def of(self, index: int, combination: Combination, kind: Kind, is_even: bool) -> Callable[..., Any]:
        """Return the function of a dimension.

        Args:
            index: Index of the dimension in the plan.
            combination: The combination of its children.
            kind: ``certain`` takes positions and weights, and returns a position; ``certain_general`` also takes,
                after the positions, which children are not applicable. ``applicable`` and ``general`` take and
                return all that a state holds; the former assumes that all children are applicable.
            is_even: Whether all weights are 1.
        """
        weights = ones(len(combination.dimension.children)) if is_even else each("weight")
        return self.once(
            (index, combination.variant, kind, is_even), lambda: _compiled(combination, kind, weights)
        )


def _compiled(combination: Combination, kind: Kind, weights: Formula) -> Callable[..., Any]:
    if kind in ("certain", "certain_general"):
        applies: Condition = True if kind == "certain" else ~each("not_applicable")
        inputs = ("low", "weight") if kind == "certain" else ("low", "not_applicable", "weight")
        position = combination.position(symbolic_children(False), each("low"), weights, applies)
        absent = combination.dimension.stage_of_absence
        if absent is not None and position is not None:
            position = if_else(every(negate(applies)), absent, position)
        return compiled(inputs, position)
    cell = combination.roll_up(
        symbolic_children(each("not_applicable") if kind == "general" else False), weights
    ).masked()
    return compiled(VECTORS, *cell.positions, cell.known, cell.not_applicable, cell.coverage)


def symbolic_children(not_applicable: Condition) -> SpanTerms:
    """Return the children of a node as symbolic vectors; a mean may put any of them between stages."""
    low, likely, high, known, _, coverage, _ = map(each, VECTORS)
    return SpanTerms(low, likely, high, known, not_applicable, coverage, is_whole=False, is_masked=True)
