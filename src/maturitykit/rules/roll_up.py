"""Roll-up of children to their parent: positions, known and not applicable, and coverage, as formulas."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from maturitykit.definition import Dimension, Scale, Scorer
from maturitykit.definition.scorer import Parts
from maturitykit.formula.algebra import (
    Condition,
    Formula,
    all_of,
    any_of,
    as_int,
    at_least,
    call,
    choose,
    constant,
    every,
    floor,
    greatest,
    held_within,
    if_else,
    negate,
    real_total,
    some,
    total,
    vector,
)
from maturitykit.formula.order import TOLERANCE, Order
from maturitykit.rules.built_in import Mean, Median, Weakest
from maturitykit.rules.plain import PlainRule

#: Smaller than any sum of weights above zero.
_LEAST_WEIGHT = 1e-30


class SpanTerms(NamedTuple):
    """A score as formulas: of one dimension or, as vectors, of all children of a dimension.

    Args:
        low: The lowest position.
        likely: The likely one, wherever it is known.
        high: The highest.
        known: The condition that there is a likely position; it fails where the dimension is not applicable.
        not_applicable: The condition that the dimension is not applicable.
        coverage: The share of the dimension that is answered, from 0 to 1.
        scored: The condition that the dimension has positions at all, unless it is not applicable.
        is_whole: Whether positions are stages only, never between two of them.
        is_masked: Whether positions are 0 where the dimension is not applicable, and the likely one also where it
            is not known.
        is_open: Whether the dimension spans its scale wherever it is not known, unless it is not applicable.
    """

    low: Formula
    likely: Formula
    high: Formula
    known: Condition
    not_applicable: Condition
    coverage: Formula
    scored: Condition = True
    is_whole: bool = True
    is_masked: bool = False
    is_open: bool = False

    @property
    def positions(self) -> tuple[Formula, Formula, Formula]:
        """Lowest, likely and highest position."""
        return self.low, self.likely, self.high

    def masked(self) -> SpanTerms:
        """Return the same score with positions that are 0 wherever they do not count."""
        if self.is_masked:
            return self
        low, high = (_only_where(negate(self.not_applicable), end) for end in (self.low, self.high))
        return self._replace(low=low, likely=_only_where(self.known, self.likely), high=high, is_masked=True)


def _only_where(condition: Condition, position: Formula) -> Formula:
    return position if condition is True else position * as_int(condition)


def vectors(cells: Sequence[SpanTerms]) -> SpanTerms:
    """Return the cells of some dimensions as one cell of vectors."""
    masked = [cell.masked() for cell in cells]
    low, likely, high, known, not_applicable, coverage = (
        vector(column) for column in list(zip(*masked, strict=True))[:6]
    )
    return SpanTerms(
        low, likely, high, known, not_applicable, coverage,
        is_whole=all(c.is_whole for c in cells), is_masked=True, is_open=all(c.is_open for c in cells),
    )  # fmt: skip


def open_terms(scale: Scale) -> SpanTerms:
    """Return the cell of a leaf on this scale that nobody rated."""
    low, high = map(constant, scale.open_ends)
    is_whole = scale.open_ends == (0, scale.top)
    return SpanTerms(
        *(low, constant(0), high, False, False, constant(0.0)), is_whole=is_whole, is_masked=True, is_open=True
    )


class Combination:
    """Combination of the children of a dimension by its rule.

    Args:
        dimension: The parent.
        scorer: Its rule.
    """

    #: Distinguishes it from other combinations of the same dimension.
    variant: Hashable = None

    def __init__(self, dimension: Dimension, scorer: Scorer) -> None:
        self.dimension = dimension
        self.scorer = scorer
        #: The rule, where it is written on plain positions alone.
        self.plain: PlainRule | None = None

    def position(
        self, below: SpanTerms, positions: Formula, weights: Formula, takes_part: Condition
    ) -> Formula | None:
        """Return the position by the rule; None if the rule combines nothing."""
        if not _binds(type(self.scorer)):
            parts = Parts(self.dimension.children, positions, weights, takes_part, below.is_whole)
            formula = self.scorer.formula(self.dimension, parts)
            if formula is not None:
                return formula
        if self.plain is None:
            self.plain = PlainRule(self.scorer, self.dimension)
        children = range(len(self.dimension.children))
        if self.plain.bound(children, [1] * len(children)) is None:
            return None
        return self._called(self.plain, below, positions, weights, takes_part)

    def _called(
        self,
        function: Callable[..., float],
        below: SpanTerms,
        positions: Formula,
        weights: Formula,
        takes_part: Condition,
    ) -> Formula:
        called = call(function, positions, takes_part, weights, below.is_whole)
        return floor(called) if self.stays_whole(below) else called

    def stays_whole(self, below: SpanTerms) -> bool:
        """Tell whether the positions of the dimension are stages only."""
        scale = self.dimension.scale
        assert scale is not None
        return not scale.is_chain or (self.scorer.ordinal and below.is_whole and self.plain is None)

    def roll_up(self, below: SpanTerms, weights: Formula) -> SpanTerms:
        """Return the cell of the dimension.

        Args:
            below: The vectors of its children.
            weights: The vector of their weights, in whole numbers.
        """
        applies = negate(below.not_applicable)
        not_applicable = every(below.not_applicable)
        whole = total(if_else(applies, weights, 0))
        covered = real_total(if_else(applies, below.coverage * weights, 0.0))
        # Avoid a division by zero where no child is applicable.
        least = 1 if self.scorer.relative_weights else _LEAST_WEIGHT
        share = covered / (whole if below.not_applicable is False else greatest(whole, least))
        coverage = if_else(not_applicable, 1.0, share)
        low = self.position(below, below.low, weights, applies)
        if low is None or self.dimension.scale is None:
            return SpanTerms(
                constant(0),
                constant(0),
                constant(0),
                False,
                not_applicable,
                coverage,
                scored=False,
                is_masked=True,
            )
        high = self.position(below, below.high, weights, applies)
        assert high is not None
        order = self.dimension.scale.order
        if self.scorer.reads_open_as_low:
            read = if_else(below.known, below.likely, below.low)
            likely = self.position(below, read, weights, applies)
        else:
            likely = self.position(below, below.likely, weights, below.known)
        assert likely is not None
        # What spans its scale where it is not known lowers low and raises high, so that likely is between them.
        is_open = below.is_open and type(self.scorer) in (Weakest, Median, Mean)
        cell = SpanTerms(
            low,
            likely if is_open else held_within(order, low, likely, high),
            high,
            some(below.known),
            not_applicable,
            coverage,
            is_whole=self.stays_whole(below),
            is_open=is_open,
        )
        return counted_if_absent(self.dimension, cell)


def _binds(scorer: type[Scorer]) -> bool:
    """Tell whether a class redefines by `bind` a rule that it inherits as a formula."""
    defines = next(base for base in scorer.__mro__ if {"bind", "formula"} & vars(base).keys())
    return defines is not Scorer and "formula" not in vars(defines)


class ByProfile(Combination):
    """A combination whose weights are too large for columns, so that a Python function runs once for each profile.

    Args:
        dimension: The parent.
        scorer: Its rule.
        function: A function from positions, whether each is not applicable, and weights to the position of the
            parent.
        weights: The weights of the children.
    """

    def __init__(
        self, dimension: Dimension, scorer: Scorer, function: Callable[..., float], weights: Sequence[int]
    ) -> None:
        super().__init__(dimension, scorer)
        self._function = function
        self._weights = weights
        self.tops = [child.scale.top for child in dimension.children if child.scale]

    def position(
        self, below: SpanTerms, positions: Formula, weights: Formula, takes_part: Condition
    ) -> Formula | None:
        """Return the position as a call of the function."""
        if super().position(below, positions, weights, takes_part) is None:
            return None
        return self._called(self, below, positions, weights, takes_part)

    def __call__(self, positions: Sequence[float], takes_part: Sequence[bool] | bool, _: object) -> float:
        """Return the position of the parent."""
        takes = [takes_part] * len(positions) if isinstance(takes_part, bool) else takes_part
        masked = [position if taken else 0 for position, taken in zip(positions, takes, strict=True)]
        return self._function(masked, [not taken for taken in takes], self._weights)


def counted_if_absent(dimension: Dimension, cell: SpanTerms) -> SpanTerms:
    """Return a cell that has a stage where the dimension is not applicable, if its model says which."""
    position, where = dimension.stage_of_absence, cell.not_applicable
    if position is None or where is False:
        return cell
    low, likely, high = (if_else(where, position, end) for end in cell.positions)
    return cell._replace(
        low=low, likely=likely, high=high, known=any_of(where, cell.known), not_applicable=False, is_masked=False
    )


def is_below(order: Order, high: Formula, low: Formula) -> Condition:
    """Return the condition that a highest position is not at or above the lowest one."""
    if order.is_chain:
        return low > high + TOLERANCE
    stages = range(order.top + 1)
    return negate(
        all_of(*(negate(all_of(low.equals(stage), negate(at_least(order, high, stage)))) for stage in stages))
    )


def overruled(cell: SpanTerms, direct: SpanTerms, where: Condition) -> SpanTerms:
    """Return a cell that is replaced by another one where a condition holds.

    Args:
        cell: The score that follows from the parts of the dimension.
        direct: The score of the dimension as such.
        where: The condition that the direct score is known.
    """
    low, likely, high = (if_else(where, a, b) for a, b in zip(direct.positions, cell.positions, strict=True))
    return SpanTerms(
        low,
        likely,
        high,
        choose(where, direct.known, cell.known),
        choose(where, direct.not_applicable, cell.not_applicable),
        if_else(where, direct.coverage, cell.coverage),
        scored=True if where is True or cell.scored is True else where,
        is_whole=direct.is_whole and cell.is_whole,
        is_masked=direct.is_masked and cell.is_masked,
        is_open=direct.is_open and cell.is_open,
    )
