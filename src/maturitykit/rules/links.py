"""Links between dimensions of two models: pooled, and combined with what follows from the parts of a target."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import Any, NamedTuple

from maturitykit.assessment.ratings import NOT_APPLICABLE
from maturitykit.definition import Scale
from maturitykit.definition.crosswalk import Link, StageSpan
from maturitykit.formula.algebra import (
    Condition,
    Formula,
    all_of,
    any_of,
    at_least,
    choose,
    count_reached,
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
    stage_of,
    total,
    upper_median,
    vector,
    weighted_median,
)
from maturitykit.formula.order import TOLERANCE, Order
from maturitykit.rules.plain import smallest
from maturitykit.rules.roll_up import SpanTerms, open_terms, overruled

#: Share of the step to the next stage that a stage may hide, where positions come from a mean.
HIDDEN = 1 - 1.001e-9

#: Entry in the table of a link where it states no likely stage.
NO_STAGE = -1


class Inference(NamedTuple):
    """The inferred score of a dimension.

    Args:
        cell: The score, as far as it can be inferred.
        speaks: The condition that anything can be inferred.
        full: The condition that links cover all of the dimension.
        both: The condition that something follows both from its parts and from the links into it.
        excluded: The condition that these two exclude each other; then its parts count.
    """

    cell: SpanTerms
    speaks: Condition
    full: Condition
    both: Condition = False
    excluded: Condition = False


class Below(NamedTuple):
    """Conditions on the inferred scores of some children, as vectors.

    Args:
        speaks: The conditions that anything can be inferred of the child.
        full: The conditions that links cover all of it.
        not_applicable: The conditions that it is not applicable.
    """

    speaks: Condition
    full: Condition
    not_applicable: Condition


class Sources(NamedTuple):
    """The scores that some links read, as vectors with an element for each link.

    Args:
        low: The lowest positions, each on the scale of its source.
        likely: The likely ones, wherever they are known.
        high: The highest.
        known: The conditions that there is a likely one.
        not_applicable: The conditions that the source is not applicable.
        coverage: The share of each source that is answered.
        scored: The conditions that the source can be read: it has positions, or is not applicable.
        is_whole: Whether no position lies between two stages.
    """

    low: Formula
    likely: Formula
    high: Formula
    known: Condition
    not_applicable: Condition
    coverage: Formula
    scored: Condition
    is_whole: bool = False


class LinkTerms(NamedTuple):
    """Some links into one dimension, as vectors with an element for each link.

    Args:
        strengths: Whole numbers in the proportion of their strengths.
        shares: The share of the dimension that each covers.
        full: Whether each surely covers all of it.
        low: For each position of the source, the guaranteed position on the dimension's scale.
        likely: For each position of the source, the likely one; `NO_STAGE` where there is none.
        high: For each position of the source, the highest compatible one.
        absent_at: Index in these tables for a source that is not applicable: one more than its highest position.
        maps_absence: Whether a link states stages for a source that is not applicable.
        absent: For each position of the source, 1 if the link says that its dimension is not applicable, else 0;
            None if no link reads or says so.
        edges: For each stage of the source above the lowest, the lowest position that is at it; None if these are
            the whole positions, for every link.
    """

    strengths: Any
    shares: Any
    full: Any
    low: Any
    likely: Any
    high: Any
    absent_at: Any = None
    maps_absence: Any = None
    absent: Any = None
    edges: Any = None


def terms_of(links: Sequence[Link], sources: Sequence[Scale], target: Scale) -> LinkTerms:
    """Return the terms of some links into one dimension, as tuples.

    Args:
        links: The links.
        sources: The scales of their sources, in the same order.
        target: The scale of the dimension.
    """
    anywhere: StageSpan = target.ids[0], None, target.ids[-1]
    tables = [
        [link.stages.get(stage, NOT_APPLICABLE) for stage in (*scale.ids, NOT_APPLICABLE)]
        for link, scale in zip(links, sources, strict=True)
    ]
    positions: dict[str | None, int] = {None: NO_STAGE}
    positions.update(target.positions)
    spans = [[anywhere if isinstance(span, str) else span for span in table] for table in tables]
    low, likely, high = (
        tuple(tuple(positions[span[end]] for span in table) for table in spans) for end in range(3)
    )
    maps_absence = tuple(NOT_APPLICABLE in link.stages for link in links)
    absent = tuple(tuple(int(isinstance(span, str)) for span in table) for table in tables)
    multiple = lcm(*(link.strength.denominator for link in links))
    return LinkTerms(
        smallest([int(link.strength * multiple) for link in links]),
        tuple(1.0 if link.is_full else float(link.strength) for link in links),
        tuple(link.is_full for link in links),
        low,
        likely,
        high,
        tuple(len(scale.ids) for scale in sources),
        maps_absence,
        absent if any(maps_absence) or any(any(table[:-1]) for table in absent) else None,
        tuple(_edges_of(scale.order) for scale in sources)
        if any(scale.order.edges for scale in sources)
        else None,
    )


def _edges_of(order: Order) -> tuple[float, ...]:
    return order.edges or tuple(stage - TOLERANCE for stage in range(1, order.top + 1))


def pooled(order: Order, links: LinkTerms, sources: Sources) -> Inference:
    """Return the score that links infer for one dimension: the medians of their ends, weighted by strength.

    The result contains the true stage if links with at least half of the strength do. (The intersection of all
    spans would be narrower, but a single wrong link would then exclude the true stage.)

    Args:
        order: The order of the dimension's stages.
        links: The links into it.
        sources: The scores of their sources.
    """
    applies = all_of(sources.scored, negate(sources.not_applicable))
    says_absent = all_of(sources.scored, sources.not_applicable, links.full)
    known = sources.known
    ends = sources.low, sources.likely, sources.high
    if sources.is_whole:
        indexes = list(ends)
    elif links.edges is None:
        indexes = [floor(end + TOLERANCE) for end in ends]
    else:
        indexes = [count_reached(end, links.edges, True) for end in ends]
    if links.absent is not None:
        reads_absence = all_of(sources.not_applicable, links.maps_absence)
        indexes = [if_else(reads_absence, links.absent_at, index) for index in indexes]
        is_absent = gather(indexes[0], links.absent) > 0
        is_read = all_of(sources.scored, any_of(negate(sources.not_applicable), links.maps_absence))
        surely = all_of(is_read, is_absent, indexes[0].equals(indexes[2]))
        applies = all_of(is_read, negate(surely))
        says_absent = any_of(surely, all_of(says_absent, negate(links.maps_absence)))
        known = any_of(known, reads_absence)
    low, likely, high = (
        gather(index, table) for index, table in zip(indexes, (links.low, links.likely, links.high), strict=True)
    )
    known = all_of(known, applies, likely > NO_STAGE)
    strengths = links.strengths
    whole = total(if_else(applies, strengths, 0))
    lowest = weighted_median(order, if_else(applies, low, 0), strengths, whole)
    highest = upper_median(order, if_else(applies, high, order.top), strengths, whole)
    known_strength = total(if_else(known, strengths, 0))
    middle = weighted_median(order, if_else(known, likely, 0), strengths, known_strength)
    in_part = some(applies)
    not_applicable = all_of(negate(in_part), some(says_absent))
    covered = greatest(if_else(applies, sources.coverage * links.shares, 0.0))
    cell = SpanTerms(
        lowest,
        held_within(order, lowest, middle, highest),
        highest,
        some(known),
        not_applicable,
        if_else(not_applicable, 1.0, covered),
    )
    return Inference(
        cell, any_of(in_part, not_applicable), any_of(some(all_of(applies, links.full)), not_applicable)
    )


def leaf_inference(scale: Scale, by_links: Inference | None) -> Inference:
    """Return the inferred score of a leaf by its links; the whole scale where they say nothing."""
    if by_links is None:
        return Inference(open_terms(scale), False, False)
    # A stage may hide any number of its band.
    cell = _unhidden(scale.order, by_links.cell) if scale.has_bands else by_links.cell
    return by_links._replace(cell=overruled(open_terms(scale), cell, by_links.speaks))


def inner_inference(
    order: Order | None, parts: SpanTerms, below: Below, by_links: Inference | None, *, hides: bool
) -> Inference:
    """Return the inferred score of a dimension with children: by its rule over its parts, and by links into it.

    Where both say something, the result is the stages that both allow, from the join of the lows to the meet of
    the highs: if all links are right, either contains the true stage. The likely position is that of the links
    or, if they have none, of the parts. Where the two exclude each other, judged on stages, the parts alone count.

    Args:
        order: The order of the dimension's stages, if it has any.
        parts: Its cell by its rule over its children.
        below: The conditions on its children.
        by_links: Its inferred score by the links into it, if there are any.
        hides: Whether its true position may lie between two stages, of which links see the lower one.
    """
    # Children that are not applicable need no inference.
    speaks = any_of(some(all_of(below.speaks, negate(below.not_applicable))), parts.not_applicable)
    full = every(below.full)
    if by_links is None or order is None:
        return Inference(parts, speaks, full)
    cell = _unhidden(order, by_links.cell) if hides else by_links.cell
    full = any_of(full, by_links.full)
    if parts.scored is not True:
        return Inference(overruled(parts, cell, by_links.speaks), any_of(speaks, by_links.speaks), full)
    links_apply = all_of(by_links.speaks, negate(by_links.cell.not_applicable), negate(parts.not_applicable))
    low, high = join(order, vector((parts.low, cell.low))), meet(order, vector((parts.high, cell.high)))
    is_possible = _meets(order, low, high)
    together = all_of(links_apply, is_possible)
    likely = held_within(order, low, if_else(cell.known, cell.likely, parts.likely), high)
    not_applicable = any_of(parts.not_applicable, all_of(by_links.cell.not_applicable, negate(speaks)))
    both = SpanTerms(
        if_else(together, low, parts.low),
        if_else(together, likely, parts.likely),
        if_else(together, high, parts.high),
        all_of(negate(not_applicable), choose(together, any_of(cell.known, parts.known), parts.known)),
        not_applicable,
        if_else(
            not_applicable, 1.0, if_else(links_apply, greatest(parts.coverage, cell.coverage), parts.coverage)
        ),
        is_whole=parts.is_whole and cell.is_whole,
    )
    excluded = all_of(links_apply, negate(is_possible))
    return Inference(both, any_of(speaks, by_links.speaks), full, all_of(links_apply, speaks), excluded)


def _unhidden(order: Order, cell: SpanTerms) -> SpanTerms:
    """Return a cell of stages with all positions that are at these: up to just below the next stage."""
    if order.edges:
        low = gather(cell.low, (order.lowest, *order.edges))
        high = gather(cell.high, (*(edge - TOLERANCE for edge in order.edges), order.highest))
        return cell._replace(low=low, high=high, is_whole=False, is_masked=False)
    top = order.top
    return cell._replace(high=if_else(cell.high >= top, float(top), cell.high + HIDDEN), is_whole=False)


def _meets(order: Order, low: Formula, high: Formula) -> Condition:
    """Return the condition that a stage lies between a lowest and a highest position, both included."""
    if order.is_chain:
        return stage_of(order, high, False) >= stage_of(order, low, False)
    stages = range(order.top + 1)
    return any_of(*(all_of(low.equals(stage), at_least(order, high, stage)) for stage in stages))
