"""Rules that are written on plain positions alone, as one operation of formulas."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from maturitykit.definition import Dimension, Rule, Scorer
from maturitykit.definition.scale import Position
from maturitykit.errors import Finding, ScoringError, quoted
from maturitykit.formula.order import TOLERANCE


def smallest(weights: Sequence[int]) -> tuple[int, ...]:
    """Return the smallest whole numbers in the same proportion, so that weights scale freely."""
    divisor = gcd(*weights) or 1
    return tuple(weight // divisor for weight in weights)


class PlainRule:
    """The rule of a parent by `Scorer.bind`, bound once for each set of children that take part."""

    def __init__(self, scorer: Scorer, parent: Dimension) -> None:
        self._scorer = scorer
        self._parent = parent
        self._bound: dict[object, Rule | None] = {}

    @property
    def tops(self) -> list[int]:
        """Highest positions of the children."""
        return [child.scale.top for child in self._parent.children if child.scale]

    def __call__(
        self, positions: Sequence[Position], takes_part: Sequence[bool] | bool, weights: Sequence[int]
    ) -> Position:
        """Return the position of the parent; 0 where no child takes part."""
        included = [i for i in range(len(positions)) if takes_part is True or (takes_part and takes_part[i])]
        rule = self.bound(included, weights)
        return 0 if rule is None else self._checked(rule([self._read(i, positions[i]) for i in included]))

    def _read(self, child: int, position: Position) -> Position:
        """Return the position of a child as the rule reads it: of a scale with bands, that of the stage."""
        scale = self._parent.children[child].scale
        return scale.order.stage_of(position) if scale is not None and scale.order.edges else position

    def bound(self, included: Sequence[int], weights: Sequence[int]) -> Rule | None:
        """Return the rule over some of the children, by their indexes; None if nothing is combined."""
        if not included:
            return None
        key = tuple(included), tuple(weights)
        if key not in self._bound:
            children = [self._parent.children[i] for i in included]
            self._bound[key] = self._scorer.bind(self._parent, children, smallest([weights[i] for i in included]))
        return self._bound[key]

    def _checked(self, position: Position) -> Position:
        """Return a position, or refuse it if it is not on the scale: a negative index would count from the top."""
        scale = self._parent.scale
        assert scale is not None
        try:
            if scale.order.lowest - TOLERANCE <= position <= scale.order.highest + TOLERANCE:
                return position
        except TypeError:
            # A value that is not a number is refused below too.
            pass
        problem = f"{self._scorer.id} gives {quoted(position)}, which is not on its scale"
        finding = Finding(
            self._parent.id, problem, f"a position from {scale.order.lowest} to {scale.order.highest}"
        )
        raise ScoringError(f"there is no score by {quoted(self._scorer.id)}", [finding])
