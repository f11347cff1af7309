"""Robustness of the outcomes of a table: ties, the box of weights, the quorum, and who decides alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from maturitykit.formula.algebra import (
    Condition,
    Formula,
    all_of,
    any_of,
    choose,
    column,
    columns_of,
    constant,
    count,
    greatest,
    negate,
    some,
    stage_of,
)
from maturitykit.rules.built_in import Median
from maturitykit.rules.roll_up import SpanTerms, vectors
from maturitykit.rules.weights import IN_BOX, InBox, WeightBox, factors, nudged, quorum
from maturitykit.scoring.plan import Node, Plan
from maturitykit.scoring.what_holds import QUARTER
from maturitykit.tables.bindings import Bindings
from maturitykit.tables.consensus import Voices
from maturitykit.tables.frame import Frame

#: Column for the number of respondents each of whom alone decides the outcome.
DECIDERS = "~deciders"


class RobustnessTerms(NamedTuple):
    """Dependence of the likely stage of the outcome, as formulas.

    Args:
        is_tie: The condition that exactly half of the weight decides it.
        lowest: The lowest position of the outcome over the box of weights.
        highest: The highest.
        is_bounded: The condition that these are known.
        quorum: The share of the weight at or above its stage.
        has_quorum: The condition that there is such a share.
    """

    is_tie: Condition
    lowest: Formula
    highest: Formula
    is_bounded: Condition
    quorum: Formula
    has_quorum: Condition


def robustness_terms(
    bindings: Bindings,
    plan: Plan,
    cells: Mapping[int, SpanTerms],
    overrule: Callable[[Node, SpanTerms], SpanTerms],
    is_given: Condition,
) -> RobustnessTerms:
    """Return how the outcome depends on weights, as columns.

    Args:
        bindings: The bindings to which columns are added.
        plan: The compiled model.
        cells: The cells of all dimensions, by index.
        overrule: The function that puts the rated outcome in place of what follows from its parts.
        is_given: The condition that it is in place.
    """
    outcome = cells[0]
    is_known = all_of(outcome.known, outcome.scored, negate(outcome.not_applicable))
    (lowest, is_bounded), (highest, _) = (
        _at_end(bindings, plan, cells, overrule, highest=h) for h in (False, True)
    )
    share, is_shared = _quorum(plan, cells)
    terms = RobustnessTerms(
        all_of(is_known, _is_tie(plan, cells)),
        lowest.likely,
        highest.likely,
        all_of(is_known, any_of(is_given, is_bounded)),
        share,
        all_of(is_known, is_shared),
    )
    return RobustnessTerms(*bindings.keep_all(terms))


def _at_end(
    bindings: Bindings,
    plan: Plan,
    cells: Mapping[int, SpanTerms],
    overrule: Callable[[Node, SpanTerms], SpanTerms],
    *,
    highest: bool,
) -> tuple[SpanTerms, Condition]:
    """Return the outcome at one end of the box of weights, and the condition that this is known."""
    box = WeightBox(*factors(QUARTER), highest)
    ends = dict(cells)
    is_bounded: dict[int, Condition] = dict.fromkeys(cells, True)
    for node in plan.inner:
        below = [ends[child] for child in node.children]
        if not node.is_combined:
            continue
        is_readable = type(node.scorer) in IN_BOX and node.index not in plan.by_parts
        is_bounded[node.index] = any_of(
            cells[node.index].not_applicable, all_of(is_readable, *(is_bounded[child] for child in node.children))
        )
        if is_readable and (
            IN_BOX[type(node.scorer)] or any(ends[child] is not cells[child] for child in node.children)
        ):
            combination, weights = plan.in_columns(node, InBox(node.combination, box), plan.weights[node.index])
            cell = combination.roll_up(vectors(below), weights)
            ends[node.index] = bindings.keep_cell(overrule(node, cell))
    return ends[0], is_bounded[0]


def _is_tie(plan: Plan, cells: Mapping[int, SpanTerms]) -> Condition:
    """Return the condition that a little more weight on a dimension would make the outcome another stage."""
    parents = {child: node for node in plan.inner for child in node.children}

    def rolled_up(node: Node, weights: Sequence[int], changed: Mapping[int, SpanTerms]) -> SpanTerms:
        combination, in_columns = plan.in_columns(node, node.combination, weights)
        return combination.roll_up(vectors([changed.get(i, cells[i]) for i in node.children]), in_columns)

    def breaks(node: Node, child: int, weights: Sequence[int]) -> Condition:
        cell = rolled_up(node, weights, {})
        conditions = [cells[child].known, _is_other_stage(node, cell, cells[node.index])]
        while node.index:
            above = parents[node.index]
            if not above.is_combined:
                return False
            node, cell = above, rolled_up(above, plan.weights[above.index], {node.index: cell})
        return all_of(*conditions, _is_other_stage(node, cell, cells[0]))

    return any_of(
        *(
            breaks(node, child, weights)
            for node in plan.inner
            if type(node.scorer) is Median and node.is_combined
            for child, weights in zip(node.children, nudged(plan.weights[node.index]), strict=True)
        )
    )


def _is_other_stage(node: Node, cell: SpanTerms, other: SpanTerms, end: str = "likely") -> Condition:
    """Return the condition that two cells of a dimension are not at the same stage."""
    scale = node.dimension.scale
    if scale is None:
        return False
    one, two = (stage_of(scale.order, getattr(each, end), each.is_whole) for each in (cell, other))
    return negate(one.equals(two))


def _quorum(plan: Plan, cells: Mapping[int, SpanTerms]) -> tuple[Formula, Condition]:
    """Return the share of the weight at or above the likely stage of the outcome, and the condition for it."""
    root = plan.nodes[0]
    scale = root.dimension.scale
    if scale is None or not root.is_combined or any(c.scale != scale for c in root.dimension.children):
        return constant(0.0), False
    _, weights = plan.in_columns(root, root.combination, plan.weights[0])
    below = vectors([cells[child] for child in root.children])
    stage = stage_of(scale.order, cells[0].likely, cells[0].is_whole)
    reached, whole = quorum(scale.order, below.likely, weights, below.known, stage, below.is_whole)
    return reached / greatest(whole, 1), some(below.known)


def with_deciders(
    bindings: Bindings,
    plan: Plan,
    combined: Voices,
    keys: Sequence[str],
    own: SpanTerms,
    is_given: Condition,
    without_one: Callable[[Bindings], SpanTerms],
) -> tuple[Frame, list[str]]:
    """Return a frame with a row for each assessment, with `DECIDERS` added, and its columns.

    Counts are sums, so that those without a respondent are the sums less the counts of that one.

    Args:
        bindings: The bindings of the outcome.
        plan: The compiled model.
        combined: The counts, of each respondent and of each assessment.
        keys: The columns that identify an assessment.
        own: The outcome, in columns.
        is_given: The condition that it is rated, likewise.
        without_one: A function to the outcome without a respondent, from the counts without that one.
    """
    used = list(dict.fromkeys(columns_of([*own, is_given])))
    columns = [*combined.columns, *(name for name in used if name not in combined.columns)]
    frame = bindings.on(combined.frame, columns, combined.columns)
    same = {name: column(name) for name in [*keys, *used]}
    totals = {f"~all{name}": column(name) for name in combined.counts}
    each = combined.each().join(frame.select({**same, **totals}), keys)
    rest = {name: column(f"~all{name}") - column(name) for name in combined.counts}
    each = each.select({**same, **rest})
    others = Bindings()
    others.let(count([_is_decided(plan, own, without_one(others))]), DECIDERS)
    each = others.on(each, [*keys, DECIDERS], [*same, *rest])
    return frame.join(each.sums(keys, {DECIDERS: column(DECIDERS)}), keys), [*columns, DECIDERS]


def _is_decided(plan: Plan, own: SpanTerms, other: SpanTerms) -> Condition:
    """Return the condition that an outcome has another likely stage; without one on either side, other bounds.

    Args:
        plan: The compiled model.
        own: The outcome.
        other: The outcome without a respondent.
    """
    root = plan.nodes[0]
    has_other_likely, *has_other_ends = (
        _is_other_stage(root, own, other, end) for end in ("likely", "low", "high")
    )
    has_stages = all_of(own.scored, negate(own.not_applicable)), all_of(other.scored, negate(other.not_applicable))
    compared = choose(
        all_of(own.known, other.known),
        has_other_likely,
        any_of(_differ(own.known, other.known), *has_other_ends),
    )
    return all_of(
        any_of(own.scored, own.not_applicable), any_of(_differ(*has_stages), all_of(has_stages[0], compared))
    )


def _differ(a: Condition, b: Condition) -> Condition:
    return choose(a, negate(b), b)
