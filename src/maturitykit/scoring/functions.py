"""Functions that the dimensions of a model are compiled to, each when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from maturitykit.formula.algebra import Condition, Formula, each, ones
from maturitykit.formula.python import compiled
from maturitykit.rules.roll_up import Combination, SpanTerms

#: What a function takes and gives.
Kind: TypeAlias = Literal["certain", "exempting", "applicable", "general"]

#: The inputs of the functions that are compiled of a combination.
VECTORS = ("low", "likely", "high", "known", "not_applicable", "coverage", "weight")


class Functions:
    """What the combinations of a plan are compiled to, each when it is needed."""

    def __init__(self) -> None:
        self._known: dict[object, Callable[..., Any]] = {}

    def other(self, key: object, make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
        """Return the function under a key, made when it is first asked for."""
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    def of(self, index: int, combination: Combination, kind: Kind, is_even: bool) -> Callable[..., Any]:
        """Return the function of a dimension.

        Args:
            index: Its place in the plan.
            combination: How it follows from its children.
            kind: ``certain`` takes positions and weights and gives a position; ``exempting`` also takes, after
                the positions, who is not applicable. ``applicable`` and ``general`` take and give all that a
                state holds; in the former nobody is not applicable.
            is_even: Whether all weights are 1.
        """
        weights = ones(len(combination.dimension.children)) if is_even else each("weight")
        return self.other((index, kind, is_even), lambda: _compiled(combination, kind, weights))


def _compiled(combination: Combination, kind: Kind, weights: Formula) -> Callable[..., Any]:
    if kind in ("certain", "exempting"):
        applies: Condition = True if kind == "certain" else ~each("not_applicable")
        inputs = ("low", "weight") if kind == "certain" else ("low", "not_applicable", "weight")
        return compiled(inputs, combination.position(below_each(False), each("low"), weights, applies))
    cell = combination.roll_up(
        below_each(each("not_applicable") if kind == "general" else False), weights
    ).masked()
    return compiled(VECTORS, *cell.positions, cell.known, cell.not_applicable, cell.coverage)


def below_each(not_applicable: Condition) -> SpanTerms:
    """Return the children of a node as symbolic vectors; a mean may put any of them between stages."""
    low, likely, high, known, _, coverage, _ = map(each, VECTORS)
    return SpanTerms(low, likely, high, known, not_applicable, coverage, is_whole=False, is_masked=True)
