"""Links between dimensions of two models, pooled, and joined with what follows from the parts of a target."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple

from maturitykit.definition import Scale
from maturitykit.definition.crosswalk import Link
from maturitykit.formula.algebra import (
    Condition,
    Formula,
    all_of,
    any_of,
    at_least,
    choose,
    every,
    floor,
    gather,
    greatest,
    held_within,
    if_else,
    join,
    meet,
    negate,
    some,
    total,
    upper_median,
    vector,
    weighted_median,
)
from maturitykit.formula.order import TOLERANCE, Order
from maturitykit.rules.plain import smallest
from maturitykit.rules.roll_up import Cell, open_cell, overruled

#: Share of the step to the next stage that a stage may hide, where positions come from a mean.
HIDDEN = 1 - 1.001e-9

#: Stands for no likely stage in the table of a link.
NO_STAGE = -1


class Inference(NamedTuple):
    """What can be inferred of a dimension.

    Args:
        cell: Its score, as far as it follows.
        speaks: The condition that anything follows.
        full: The condition that all of it is spoken to.
        excluded: The condition that its own links and its parts exclude each other; then its parts count.
    """

    cell: Cell
    speaks: Condition
    full: Condition
    excluded: Condition = False


class Below(NamedTuple):
    """What can be inferred of some children, as vectors of conditions.

    Args:
        speaks: That anything can.
        full: That all of it can.
        exempt: That it is not applicable.
    """

    speaks: Condition
    full: Condition
    exempt: Condition


class Sources(NamedTuple):
    """The scores that some links read, as vectors with an element for each link.

    Args:
        low: The lowest positions, each on the scale of its source.
        likely: The likely ones, wherever they are known.
        high: The highest.
        known: The conditions that there is a likely one.
        exempt: The conditions that the source is not applicable.
        coverage: How much of each is answered.
        scored: The conditions that the source can be read: it has positions, or is not applicable.
        is_whole: Whether no position lies between two stages.
    """

    low: Formula
    likely: Formula
    high: Formula
    known: Condition
    exempt: Condition
    coverage: Formula
    scored: Condition
    is_whole: bool = False


def pooled(scale: Scale, links: Sequence[Link], tables: Sequence[LinkTable], sources: Sources) -> Inference:
    """Return what links say of one dimension: the medians of their ends, weighted by strength.

    They hold the truth when links of at least half the strength do. (The part that all spans share would be
    narrower, but a single wrong link then excludes the truth.)

    Args:
        scale: Of the dimension.
        links: Those that speak of it.
        tables: Their stages as positions, in the same order.
        sources: What they read.
    """
    order = scale.order
    strengths = vector(_whole([link.strength for link in links]))
    applies = all_of(sources.scored, negate(sources.exempt))
    low, likely, high = (
        gather(position if sources.is_whole else floor(position + TOLERANCE), _tables(tables, end))
        for end, position in enumerate((sources.low, sources.likely, sources.high))
    )
    known = all_of(sources.known, applies)
    if any(NO_STAGE in table.likely for table in tables):
        known = all_of(known, likely >= 0)
    whole = total(if_else(applies, strengths, 0))
    lowest = weighted_median(order, if_else(applies, low, 0), strengths, whole)
    highest = upper_median(order, if_else(applies, high, order.top), strengths, whole)
    some_known = total(if_else(known, strengths, 0))
    middle = weighted_median(order, if_else(known, likely, 0), strengths, some_known)
    full = vector([link.is_full for link in links])
    in_part = some(applies)
    exempt = all_of(negate(in_part), some(all_of(sources.scored, sources.exempt, full)))
    shares = vector([1.0 if link.is_full else float(link.strength) for link in links])
    covered = greatest(if_else(applies, sources.coverage * shares, 0.0))
    cell = Cell(
        lowest,
        held_within(order, lowest, middle, highest),
        highest,
        some(known),
        exempt,
        if_else(exempt, 1.0, covered),
    )
    return Inference(cell, any_of(in_part, exempt), any_of(some(all_of(applies, full)), exempt))


class LinkTable(NamedTuple):
    """The stages of a link as positions on the target's scale, by the positions on that of its source."""

    low: tuple[int, ...]
    likely: tuple[int, ...]
    high: tuple[int, ...]


def table_of(link: Link, source: Scale, target: Scale) -> LinkTable:
    """Return the stages of a link as positions."""
    spans = [link.stages[stage] for stage in source.ids]
    columns = (
        tuple(NO_STAGE if id is None else target.positions[id] for id in ends) for ends in zip(*spans, strict=True)
    )
    return LinkTable(*columns)


def _tables(tables: Sequence[LinkTable], end: int) -> Any:
    return vector([table[end] for table in tables])


def _whole(strengths: Sequence[Fraction]) -> tuple[int, ...]:
    multiple = lcm(*(strength.denominator for strength in strengths))
    return smallest([int(strength * multiple) for strength in strengths])


def leaf_inference(scale: Scale, own: Inference | None) -> Inference:
    """Return what follows of a leaf from its links; it spans its scale where they say nothing."""
    if own is None:
        return Inference(open_cell(scale), False, False)
    return own._replace(cell=overruled(open_cell(scale), own.cell, own.speaks))


def inner_inference(
    scale: Scale | None, parts: Cell, below: Below, own: Inference | None, *, hides: bool
) -> Inference:
    """Return what follows of a dimension with children: from its parts by its rule, and from its own links.

    Where both speak, it is what both allow: the join of the lows and the meet of the highs, as either holds the
    truth if all links are right. Its likely position is that of its own links or, if they have none, of its
    parts. Where the two exclude each other, judged on stages, its parts alone count.

    Args:
        scale: Of the dimension.
        parts: Its cell by its rule over its children.
        below: What is inferred of its children.
        own: What its own links say, if it has any.
        hides: Whether its true position may lie between two stages, of which links see the lower one.
    """
    # Of what does not apply nothing has to be inferred.
    speaks = any_of(some(all_of(below.speaks, negate(below.exempt))), parts.exempt)
    full = every(below.full)
    if own is None or scale is None:
        return Inference(parts, speaks, full)
    cell = _unhidden(scale, own.cell) if hides else own.cell
    full = any_of(full, own.full)
    if parts.scored is not True:
        return Inference(overruled(parts, cell, own.speaks), any_of(speaks, own.speaks), full)
    order = scale.order
    says = all_of(own.speaks, negate(own.cell.exempt), negate(parts.exempt))
    low, high = join(order, vector((parts.low, cell.low))), meet(order, vector((parts.high, cell.high)))
    is_possible = _meets(order, low, high)
    together = all_of(says, is_possible)
    likely = held_within(order, low, if_else(cell.known, cell.likely, parts.likely), high)
    exempt = any_of(parts.exempt, all_of(own.cell.exempt, negate(speaks)))
    both = Cell(
        if_else(together, low, parts.low),
        if_else(together, likely, parts.likely),
        if_else(together, high, parts.high),
        all_of(negate(exempt), choose(together, any_of(cell.known, parts.known), parts.known)),
        exempt,
        if_else(exempt, 1.0, if_else(says, greatest(parts.coverage, cell.coverage), parts.coverage)),
        is_whole=parts.is_whole and cell.is_whole,
    )
    return Inference(both, any_of(speaks, own.speaks), full, all_of(says, negate(is_possible)))


def _unhidden(scale: Scale, cell: Cell) -> Cell:
    """Return a cell whose highest position goes up to the next stage."""
    top = scale.top
    return cell._replace(high=if_else(cell.high >= top, float(top), cell.high + HIDDEN), is_whole=False)


def _meets(order: Order, low: Formula, high: Formula) -> Condition:
    """Return the condition that a lowest and a highest position have a stage between them, or at both."""
    if order.is_chain:
        return floor(high + TOLERANCE) >= floor(low + TOLERANCE)
    stages = range(order.top + 1)
    return any_of(*(all_of(low.equals(stage), at_least(order, high, stage)) for stage in stages))
