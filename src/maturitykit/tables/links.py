"""Links on whole columns: the results of one model as results of another."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from maturitykit.comparison.network import Network, find_way
from maturitykit.comparison.translation import HIDDEN, may_be_between
from maturitykit.definition import Model, Scorer
from maturitykit.definition.crosswalk import Crosswalk, Link
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.formula import (
    Condition,
    Formula,
    all_of,
    any_of,
    at_least,
    choose,
    constant,
    either,
    first,
    greatest,
    highest,
    negate,
    pick,
    stage_index,
    weight_of,
)
from maturitykit.definition.scale import Scale
from maturitykit.scoring.plan import Node, Plan, plan_for
from maturitykit.scoring.rollup import Cell, Given, held_within, keep, roll_up
from maturitykit.scoring.rules import LARGEST_WHOLE
from maturitykit.tables.results import Results
from maturitykit.tables.sheet import Sheet


class Use(NamedTuple):
    """What one link says, as columns.

    Args:
        link: The link.
        positions: The lowest, likely and highest position on the target's scale.
        speaks: Where it says anything, if only that its source is not applicable.
        applies: Where its source is applicable.
        known: Where its source has a likely stage.
        coverage: How much of the target it speaks to.
    """

    link: Link
    positions: tuple[Formula, Formula, Formula]
    speaks: Condition
    applies: Condition
    known: Condition
    coverage: Formula


class Said(NamedTuple):
    """What all links say of a node, and where they do.

    Args:
        cell: What they amount to.
        where: Where they say anything.
        is_full: Where one of them judges all of it.
        is_silent: Where nothing can be inferred from them.
    """

    cell: Cell
    where: Condition
    is_full: Condition
    is_silent: Condition


def translate(
    results: Results,
    to: Model | str,
    *,
    via: str | Sequence[str] = (),
    scorer: str | Scorer | None = None,
    crosswalks: Iterable[Crosswalk] = (),
    models: Iterable[Model] = (),
    network: Network | None = None,
) -> Results:
    """Carry a table of results over to another model, as `maturitykit.translate` does with each.

    Args:
        results: Of any model; translated ones will do.
        to: The model to arrive at, or its id.
        via: Ids of the models on the way, if it is not to be the best one.
        scorer: The target's rule; by default the first that it offers.
        crosswalks: Crosswalks beside the installed ones.
        models: Models beside the installed ones.
        network: All of these, if they are used again and again.

    A crosswalk that was written for another version of a model is used with a `UserWarning`.

    Raises:
        ComparisonError: If no crosswalks lead there, or one does not fit its models.
        PluginError: If a model or crosswalk is not installed, or broken.
    """
    network = network or Network(crosswalks, models)
    path, target = find_way(results.model, to, via, network)
    crosswalk = network.along(path)
    for remark in network.remarks(path):
        if remark.severity == "warning":
            warnings.warn(remark.message, stacklevel=2)
    plan, sheet = plan_for(target, scorer, {}), Sheet()
    said = _said(sheet, results, crosswalk, plan)
    placed: dict[int, Condition] = {}
    for node in reversed(plan.nodes):
        below = (said[d.id].where for d in node.dimension.walk() if d is not node.dimension and d.id in said)
        if node.dimension.id in said:
            placed[node.index] = keep(sheet, all_of(said[node.dimension.id].where, negate(any_of(*below))))
    given = {
        node.index: Given(said[node.dimension.id].cell, placed[node.index])
        for node in plan.inner
        if node.index in placed
    }
    leaves = {node.index: _leaf(node, said.get(node.dimension.id)) for node in plan.leaves.values()}
    cells = roll_up(sheet, plan, leaves, given)
    return results.carried(
        sheet,
        plan,
        {node.dimension.id: cells[node.index] for node in plan.nodes},
        inferable=_inferable(sheet, plan, said, placed),
        outcome_is_given=placed.get(0, False),
        path=(*results.path[:-1], *path),
    )


def _said(sheet: Sheet, results: Results, crosswalk: Crosswalk, plan: Plan) -> dict[str, Said]:
    """What the links say, by the dimension that they speak of."""
    uses: dict[str, list[Use]] = {}
    for link in crosswalk.links:
        if link.relation != {"disjoint"}:
            scale = plan.nodes[plan.index[link.target]].dimension.scale
            assert scale is not None
            use = _use(sheet, results, link, scale)
            if use.speaks is not False:
                uses.setdefault(link.target, []).append(use)
    return {id: _pooled(sheet, plan.nodes[plan.index[id]], said) for id, said in uses.items()}


def _use(sheet: Sheet, results: Results, link: Link, target: Scale) -> Use:
    cell, scale = results.cells[link.source], results.model.by_id[link.source].scale
    # Who gives the overall stage as such says nothing of the dimensions.
    heard = True if link.source == OUTCOME else negate(results.outcome_is_given)
    applies = keep(sheet, all_of(heard, cell.scored, negate(cell.exempt)))
    nowhere = constant(0)
    positions = (nowhere, nowhere, nowhere)
    if scale is not None and cell.low is not None:
        spans = [[target.positions[end] for end in link.stages[stage]] for stage in scale.ids]
        low, likely, high = (
            sheet.let(pick(stage_index(scale, position, cell.is_whole), [span[end] for span in spans]))
            for end, position in enumerate(cell.positions)
        )
        positions = (low, likely, high)
    share = 1.0 if link.is_full else float(link.strength)
    return Use(
        link,
        positions,
        keep(sheet, any_of(applies, all_of(heard, cell.exempt))),
        applies,
        keep(sheet, all_of(applies, cell.known)),
        sheet.let(either(applies, cell.coverage * share, 0.0)),
    )


def _pooled(sheet: Sheet, node: Node, uses: Sequence[Use]) -> Said:
    """The links of one dimension as one span; the counterpart of `maturitykit.comparison.pool`."""
    scale = node.dimension.scale
    assert scale is not None
    weights = _weights([use.link.strength for use in uses])
    lows, likelies, highs = zip(*(use.positions for use in uses), strict=True)
    applies = [use.applies for use in uses]
    low = sheet.let(_majority(scale, weights, lows, applies))
    high = sheet.let(_upper_median(scale, weights, highs, applies))
    likely = _majority(scale, weights, likelies, [use.known for use in uses])
    likely = sheet.let(held_within(scale, low, sheet.let(likely), high))
    hides = bool(node.children) and scale.is_chain and may_be_between(node)
    if hides:
        high = sheet.let(either(high >= scale.top, float(scale.top), high + HIDDEN))
    speaks_in_part = keep(sheet, any_of(*applies))
    full = [use for use in uses if use.link.is_full]
    exempt = keep(sheet, all_of(negate(speaks_in_part), any_of(*(use.speaks for use in full))))
    return Said(
        Cell(
            low,
            likely,
            high,
            keep(sheet, any_of(*(use.known for use in uses))),
            exempt,
            sheet.let(either(exempt, 1.0, greatest(*(use.coverage for use in uses)))),
            is_whole=not hides,
        ),
        keep(sheet, any_of(speaks_in_part, exempt)),
        keep(sheet, any_of(*(use.applies for use in full), exempt)),
        negate(any_of(speaks_in_part, exempt)),
    )


def _weights(strengths: Sequence[Fraction]) -> list[float]:
    """Strengths as whole numbers in proportion, or nearly so if these are more than a column holds."""
    multiple = lcm(*(strength.denominator for strength in strengths))
    whole = [int(strength * multiple) for strength in strengths]
    return list(whole) if sum(whole) < LARGEST_WHOLE else [float(strength) for strength in strengths]


def _more_than_half(
    weights: Sequence[float], takes_part: Sequence[Condition], met: Sequence[Condition]
) -> Condition:
    held = weight_of((w, all_of(t, m)) for w, t, m in zip(weights, takes_part, met, strict=True))
    return held * 2 > weight_of(zip(weights, takes_part, strict=True))


def _majority(
    scale: Scale, weights: Sequence[float], positions: Sequence[Formula], takes_part: Sequence[Condition]
) -> Formula:
    """The join of the stages that more than half of the weight is at or above."""

    def held(stage: int) -> Condition:
        return _more_than_half(weights, takes_part, [at_least(scale, p, stage) for p in positions])

    return highest(scale, held)


def _upper_median(
    scale: Scale, weights: Sequence[float], positions: Sequence[Formula], takes_part: Sequence[Condition]
) -> Formula:
    """The meet of the stages that more than half of the weight is at or below."""

    def is_bound(stage: int) -> Condition:
        return _more_than_half(weights, takes_part, [_at_most(scale, p, stage) for p in positions])

    def held(stage: int) -> Condition:
        others = (
            [stage - 1] if scale.is_chain else [t for t, below in enumerate(scale.below) if stage not in below]
        )
        return all_of(*(negate(is_bound(other)) for other in others if other >= 0))

    return highest(scale, held)


def _at_most(scale: Scale, position: Formula, stage: int) -> Condition:
    if scale.is_chain:
        return ~(position > stage)
    return any_of(*(position.equals(other) for other in sorted(scale.below[stage])))


def _leaf(node: Node, said: Said | None) -> Cell:
    """A leaf of the target; it spans its scale where no link speaks of it."""
    scale = node.dimension.scale
    assert scale is not None
    if said is None:
        bottom = constant(0)
        return Cell(bottom, bottom, constant(scale.top), False, False, constant(0.0), passed_over=True)
    low, likely, high = said.cell.positions
    return said.cell._replace(
        low=either(said.where, low, 0),
        likely=likely,
        high=either(said.where, high, scale.top),
        coverage=either(said.where, said.cell.coverage, 0.0),
        passed_over=negate(said.where),
    )


def _inferable(
    sheet: Sheet, plan: Plan, said: Mapping[str, Said], placed: Mapping[int, Condition]
) -> dict[str, Formula]:
    """How much of each dimension can be inferred: all, a part or nothing."""
    full: dict[int, Condition] = {}
    silent: dict[int, Condition] = {}
    for node in reversed(plan.nodes):
        own, here = said.get(node.dimension.id), placed.get(node.index, False)
        full[node.index] = own.is_full if own else False
        silent[node.index] = own.is_silent if own else True
        if node.children:
            for known in (full, silent):
                below = all_of(*(known[child] for child in node.children))
                known[node.index] = keep(sheet, choose(here, known[node.index], below))
    return {
        node.dimension.id: sheet.let(first([(full[node.index], "full"), (silent[node.index], "none")], "part"))
        for node in plan.nodes
    }
