"""Links between dimensions of two models, pooled, and joined with what follows from the parts of a target."""

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
from maturitykit.rules.roll_up import SpanTerms, open_terms, overruled

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
        both: The condition that its parts and its own links both say something.
        excluded: The condition that these two exclude each other; then its parts count.
    """

    cell: SpanTerms
    speaks: Condition
    full: Condition
    both: Condition = False
    excluded: Condition = False


class Below(NamedTuple):
    """What can be inferred of some children, as vectors of conditions.

    Args:
        speaks: That anything can.
        full: That all of it can.
        not_applicable: That it is not applicable.
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
        coverage: How much of each is answered.
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
        shares: How much of the dimension each speaks to.
        full: Whether each surely judges all of it.
        low: The guaranteed position on the dimension's scale, by the positions on that of the source.
        likely: The likely one, likewise; `NO_STAGE` where there is none.
        high: The highest that is compatible, likewise.
        beyond: One more than the highest position of the source: there the tables say what follows where it is
            not applicable.
        hears: Whether a link says anything of such a source.
        absent: By the same positions, whether a link says that its dimension is not applicable; None where no link
            reads or says so.
    """

    strengths: Any
    shares: Any
    full: Any
    low: Any
    likely: Any
    high: Any
    beyond: Any = None
    hears: Any = None
    absent: Any = None


def terms_of(links: Sequence[Link], sources: Sequence[Scale], target: Scale) -> LinkTerms:
    """Return some links into one dimension as tuples.

    Args:
        links: With stages by id.
        sources: The scales that they read, in the same order.
        target: The scale that they speak of.
    """
    anywhere: StageSpan = target.ids[0], None, target.ids[-1]
    told = [
        [link.stages.get(stage, NOT_APPLICABLE) for stage in (*scale.ids, NOT_APPLICABLE)]
        for link, scale in zip(links, sources, strict=True)
    ]
    places: dict[str | None, int] = {None: NO_STAGE}
    places.update(target.positions)
    spans = [[anywhere if isinstance(span, str) else span for span in of] for of in told]
    low, likely, high = (tuple(tuple(places[span[end]] for span in of) for of in spans) for end in range(3))
    hears = tuple(NOT_APPLICABLE in link.stages for link in links)
    absent = tuple(tuple(int(isinstance(span, str)) for span in of) for of in told)
    multiple = lcm(*(link.strength.denominator for link in links))
    return LinkTerms(
        smallest([int(link.strength * multiple) for link in links]),
        tuple(1.0 if link.is_full else float(link.strength) for link in links),
        tuple(link.is_full for link in links),
        low,
        likely,
        high,
        tuple(len(scale.ids) for scale in sources),
        hears,
        absent if any(hears) or any(any(of[:-1]) for of in absent) else None,
    )


def pooled(order: Order, links: LinkTerms, sources: Sources) -> Inference:
    """Return what links say of one dimension: the medians of their ends, weighted by strength.

    They hold the truth when links of at least half the strength do. (The part that all spans share would be
    narrower, but a single wrong link then excludes the truth.)

    Args:
        order: Of the dimension's stages.
        links: Those that speak of it.
        sources: What they read.
    """
    applies = all_of(sources.scored, negate(sources.not_applicable))
    says_absent = all_of(sources.scored, sources.not_applicable, links.full)
    known = sources.known
    places = [p if sources.is_whole else floor(p + TOLERANCE) for p in (sources.low, sources.likely, sources.high)]
    if links.absent is not None:
        heard = all_of(sources.not_applicable, links.hears)
        places = [if_else(heard, links.beyond, place) for place in places]
        said = gather(places[0], links.absent) > 0
        surely = all_of(
            sources.scored, any_of(negate(sources.not_applicable), links.hears), said, places[0].equals(places[2])
        )
        applies = all_of(sources.scored, any_of(negate(sources.not_applicable), links.hears), negate(surely))
        says_absent = any_of(surely, all_of(says_absent, negate(links.hears)))
        known = any_of(known, heard)
    low, likely, high = (
        gather(place, table) for place, table in zip(places, (links.low, links.likely, links.high), strict=True)
    )
    known = all_of(known, applies, likely > NO_STAGE)
    strengths = links.strengths
    whole = total(if_else(applies, strengths, 0))
    lowest = weighted_median(order, if_else(applies, low, 0), strengths, whole)
    highest = upper_median(order, if_else(applies, high, order.top), strengths, whole)
    some_known = total(if_else(known, strengths, 0))
    middle = weighted_median(order, if_else(known, likely, 0), strengths, some_known)
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


def leaf_inference(order: Order, own: Inference | None) -> Inference:
    """Return what follows of a leaf from its links; it spans its scale where they say nothing."""
    if own is None:
        return Inference(open_terms(order), False, False)
    return own._replace(cell=overruled(open_terms(order), own.cell, own.speaks))


def inner_inference(
    order: Order | None, parts: SpanTerms, below: Below, own: Inference | None, *, hides: bool
) -> Inference:
    """Return what follows of a dimension with children: from its parts by its rule, and from its own links.

    Where both speak, it is what both allow: the join of the lows and the meet of the highs, as either holds the
    truth if all links are right. Its likely position is that of its own links or, if they have none, of its
    parts. Where the two exclude each other, judged on stages, its parts alone count.

    Args:
        order: Of the dimension's stages, if it has any.
        parts: Its cell by its rule over its children.
        below: What is inferred of its children.
        own: What its own links say, if it has any.
        hides: Whether its true position may lie between two stages, of which links see the lower one.
    """
    # Of what does not apply nothing has to be inferred.
    speaks = any_of(some(all_of(below.speaks, negate(below.not_applicable))), parts.not_applicable)
    full = every(below.full)
    if own is None or order is None:
        return Inference(parts, speaks, full)
    cell = _unhidden(order, own.cell) if hides else own.cell
    full = any_of(full, own.full)
    if parts.scored is not True:
        return Inference(overruled(parts, cell, own.speaks), any_of(speaks, own.speaks), full)
    says = all_of(own.speaks, negate(own.cell.not_applicable), negate(parts.not_applicable))
    low, high = join(order, vector((parts.low, cell.low))), meet(order, vector((parts.high, cell.high)))
    is_possible = _meets(order, low, high)
    together = all_of(says, is_possible)
    likely = held_within(order, low, if_else(cell.known, cell.likely, parts.likely), high)
    not_applicable = any_of(parts.not_applicable, all_of(own.cell.not_applicable, negate(speaks)))
    both = SpanTerms(
        if_else(together, low, parts.low),
        if_else(together, likely, parts.likely),
        if_else(together, high, parts.high),
        all_of(negate(not_applicable), choose(together, any_of(cell.known, parts.known), parts.known)),
        not_applicable,
        if_else(not_applicable, 1.0, if_else(says, greatest(parts.coverage, cell.coverage), parts.coverage)),
        is_whole=parts.is_whole and cell.is_whole,
    )
    excluded = all_of(says, negate(is_possible))
    return Inference(both, any_of(speaks, own.speaks), full, all_of(says, speaks), excluded)


def _unhidden(order: Order, cell: SpanTerms) -> SpanTerms:
    """Return a cell whose highest position goes up to the next stage."""
    top = order.top
    return cell._replace(high=if_else(cell.high >= top, float(top), cell.high + HIDDEN), is_whole=False)


def _meets(order: Order, low: Formula, high: Formula) -> Condition:
    """Return the condition that a lowest and a highest position have a stage between them, or at both."""
    if order.is_chain:
        return floor(high + TOLERANCE) >= floor(low + TOLERANCE)
    stages = range(order.top + 1)
    return any_of(*(all_of(low.equals(stage), at_least(order, high, stage)) for stage in stages))
