"""From the leaves up: the rules of a plan on whole columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from maturitykit.definition.formula import (
    Condition,
    Formula,
    Part,
    Term,
    all_of,
    any_of,
    at_least,
    choose,
    constant,
    either,
    greatest,
    highest,
    least,
    negate,
    one,
    refuse,
    total,
)
from maturitykit.definition.scale import TOLERANCE, Scale
from maturitykit.definition.scorer import Scorer
from maturitykit.scoring.plan import Node, Plan

#: What is in the columns of a profile.
Row = tuple[Any, ...]


class Sheet(Protocol):
    """Where columns are put as they are found: a table in some engine, or a workbook."""

    def let(self, term: Term) -> Formula:
        """A column for what a formula gives."""

    def look_up(
        self, keys: Sequence[Formula], domains: Sequence[range], function: Callable[[Row], float]
    ) -> Formula:
        """A column worked out once for each distinct profile of others."""


def keep(sheet: Sheet, condition: Condition) -> Condition:
    """A column for a condition, unless it is the same in all rows."""
    return sheet.let(condition) if isinstance(condition, Formula) else condition


class Cell(NamedTuple):
    """What is found at a node, as columns.

    Args:
        low: The lowest position; None where nothing is combined.
        likely: The likely one, wherever it is known.
        high: The highest.
        known: Where there is a likely position.
        exempt: Where it is not applicable.
        coverage: How much of it is answered.
        scored: Where there are positions, unless it is not applicable.
        is_whole: Whether its positions are stages only, never between two of them.
        passed_over: Where rules that read what is open as lowest leave it out.
        is_open_if_unknown: Whether it spans its scale wherever it has no likely position.
        is_lowest_elsewhere: Whether its positions are the lowest wherever they take no part: all of them where
            it is not applicable, and the likely one wherever it is not known, which it is in no such place.
    """

    low: Formula | None
    likely: Formula | None
    high: Formula | None
    known: Condition
    exempt: Condition
    coverage: Formula
    scored: Condition = True
    is_whole: bool = True
    passed_over: Condition = False
    is_open_if_unknown: bool = False
    is_lowest_elsewhere: bool = False

    def kept(self, sheet: Sheet) -> Cell:
        """The same, each as a column of a sheet."""
        low, likely, high = (None if end is None else sheet.let(end) for end in (self.low, self.likely, self.high))
        known, exempt, scored, passed = (
            keep(sheet, condition) for condition in (self.known, self.exempt, self.scored, self.passed_over)
        )
        return self._replace(
            low=low,
            likely=likely,
            high=high,
            known=known,
            exempt=exempt,
            coverage=sheet.let(self.coverage),
            scored=scored,
            passed_over=passed,
        )

    @property
    def positions(self) -> tuple[Formula, Formula, Formula]:
        """Low, likely and high, where there are any."""
        assert self.low is not None
        assert self.likely is not None
        assert self.high is not None
        return self.low, self.likely, self.high


class Given(NamedTuple):
    """What is known of a node as such, and where: there it does not follow from what is below it."""

    cell: Cell
    where: Condition


def open_cell(scale: Scale) -> Cell:
    """A leaf of which nothing is known in any row."""
    bottom, top = constant(0), constant(scale.top)
    return Cell(bottom, bottom, top, False, False, constant(0.0), is_open_if_unknown=True)


def roll_up(sheet: Sheet, plan: Plan, leaves: Mapping[int, Cell], given: Mapping[int, Given]) -> dict[int, Cell]:
    """The cells of all nodes of a plan, by its index.

    Args:
        sheet: Where the columns of the inner nodes are put.
        plan: The compiled model.
        leaves: The cells of its leaves.
        given: Inner nodes that are known as such in some rows.
    """
    cells = dict(leaves)
    for node in plan.inner:
        cells[node.index] = _inner(sheet, node, [cells[child] for child in node.children], given.get(node.index))
    return cells


def _inner(sheet: Sheet, node: Node, below: Sequence[Cell], given: Given | None) -> Cell:
    applies = [negate(cell.exempt) for cell in below]
    weights = [either(a, float(w), 0.0) for a, w in zip(applies, node.weights, strict=True)]
    covered = [
        either(a, cell.coverage * float(w), 0.0) for a, cell, w in zip(applies, below, node.weights, strict=True)
    ]
    exempt = keep(sheet, all_of(*(cell.exempt for cell in below)))
    coverage = sheet.let(either(exempt, 1.0, total(covered) / greatest(total(weights), 1.0)))
    silent = all_of(*(cell.exempt | cell.passed_over for cell in below), negate(exempt))
    if not node.is_combined:
        cell = Cell(None, None, None, False, exempt, coverage, scored=False, passed_over=silent)
    else:
        cell = _combined(sheet, node, below, applies)._replace(
            exempt=exempt, coverage=coverage, passed_over=silent
        )
    return _overruled(sheet, cell, given) if given else cell


def _combined(sheet: Sheet, node: Node, below: Sequence[Cell], applies: Sequence[Condition]) -> Cell:
    scale = node.dimension.scale
    assert scale is not None
    lows, likelies, highs = zip(*(cell.positions for cell in below), strict=True)
    low, is_whole = _rule(sheet, node, below, _lowest(sheet, below, lows, applies), applies)
    high, _ = _rule(sheet, node, below, _lowest(sheet, below, highs, applies), applies)
    if type(node.scorer).formula is Scorer.formula:
        why = f"{node.scorer.id} puts the highest bound below the lowest; a better answer never lowers a score: "
        high = sheet.let(high + refuse(_is_below(scale, high, low), why, constant(node.dimension.id)))
    has_likely = [
        cell.known if cell.is_lowest_elsewhere else keep(sheet, all_of(a, cell.known))
        for a, cell in zip(applies, below, strict=True)
    ]
    known = keep(sheet, any_of(*has_likely))
    if node.scorer.reads_open_as_low:
        takes = [keep(sheet, all_of(a, negate(cell.passed_over))) for a, cell in zip(applies, below, strict=True)]
        read = [either(cell.known, *ends) for cell, *ends in zip(below, likelies, lows, strict=True)]
        positions = [sheet.let(position * one(t)) for position, t in zip(read, takes, strict=True)]
        likely, _ = _rule(sheet, node, below, positions, takes)
    else:
        likely, _ = _rule(sheet, node, below, _lowest(sheet, below, likelies, has_likely), has_likely)
    stays_within = node.scorer.stays_within and all(cell.is_open_if_unknown for cell in below)
    if not stays_within:
        likely = sheet.let(held_within(scale, low, likely, high))
    return Cell(low, likely, high, known, False, low, is_whole=is_whole, is_open_if_unknown=stays_within)


def _is_below(scale: Scale, high: Formula, low: Formula) -> Condition:
    """Where a bound that should be the higher one is not."""
    if scale.is_chain:
        return low > high + TOLERANCE
    stages = range(len(scale.stages))
    return any_of(*(low.equals(stage) & negate(at_least(scale, high, stage)) for stage in stages))


def held_within(scale: Scale, low: Formula, likely: Formula, high: Formula) -> Formula:
    """A likely position between its bounds."""
    if scale.is_chain:
        return greatest(low, least(likely, high))
    return highest(
        scale,
        lambda stage: (
            at_least(scale, low, stage) | (at_least(scale, likely, stage) & at_least(scale, high, stage))
        ),
    )


def _lowest(
    sheet: Sheet, below: Sequence[Cell], positions: Sequence[Formula], takes_part: Sequence[Condition]
) -> list[Formula]:
    """Positions that are the lowest wherever they take no part."""
    return [
        position if takes is True or cell.is_lowest_elsewhere else sheet.let(position * one(takes))
        for cell, position, takes in zip(below, positions, takes_part, strict=True)
    ]


def _rule(
    sheet: Sheet, node: Node, below: Sequence[Cell], positions: Sequence[Formula], takes_part: Sequence[Condition]
) -> tuple[Formula, bool]:
    """The position by a node's rule, and whether it is a stage.

    Positions are those of its parts, the lowest wherever they take no part.
    """
    dimension, scale = node.dimension, node.dimension.scale
    assert scale is not None
    parts = [
        Part(child, weight, position, takes, cell.is_whole)
        for child, weight, position, takes, cell in zip(
            dimension.children, node.weights, positions, takes_part, below, strict=True
        )
    ]
    formula = node.scorer.formula(dimension, parts)
    if formula is not None:
        stays_whole = node.scorer.ordinal and all(part.is_whole for part in parts)
        return sheet.let(formula), stays_whole or not scale.is_chain
    return _by_profile(sheet, node, parts), not scale.is_chain


def _by_profile(sheet: Sheet, node: Node, parts: Sequence[Part]) -> Formula:
    """A rule that knows single assessments only: each distinct profile is scored once."""
    profile = [sheet.let(either(part.takes_part, part.position, -1)) for part in parts]
    domains = [
        range(-1, len(part.dimension.scale.stages)) for part in parts if part.is_whole and part.dimension.scale
    ]

    def score(row: Row) -> float:
        taking = [i for i, position in enumerate(row) if position >= 0]
        rule = node.rule(tuple(node.children[i] for i in taking)) if taking else None
        return float(rule([row[i] for i in taking])) if rule else 0.0

    return sheet.look_up(profile, domains if len(domains) == len(parts) else (), score)


def _overruled(sheet: Sheet, cell: Cell, given: Given) -> Cell:
    """A cell, with what is known as such in its place where it is."""
    other, where = given

    # Where nothing is combined, there is no position but the given one.
    spans = zip(other.positions, cell.positions if cell.low is not None else other.positions, strict=True)
    low, likely, high = (sheet.let(either(where, a, b)) for a, b in spans)
    return Cell(
        low,
        likely,
        high,
        keep(sheet, choose(where, other.known, cell.known)),
        keep(sheet, choose(where, other.exempt, cell.exempt)),
        sheet.let(either(where, other.coverage, cell.coverage)),
        keep(sheet, any_of(where, cell.scored)),
        other.is_whole and cell.is_whole,
        all_of(negate(where), cell.passed_over),
    )
