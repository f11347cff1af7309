"""Links on whole columns: translation of the results of one model to another."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

from maturitykit.comparison.crossing import may_be_between
from maturitykit.comparison.network import Network, find_route
from maturitykit.definition import Model, Scorer
from maturitykit.definition.crosswalk import Crosswalk, Link
from maturitykit.definition.fields import OUTCOME
from maturitykit.formula.algebra import Condition, all_of, any_of, first, negate, vector
from maturitykit.rules.links import (
    Below,
    Inference,
    LinkTerms,
    Sources,
    inner_inference,
    leaf_inference,
    pooled,
    terms_of,
)
from maturitykit.rules.roll_up import SpanTerms
from maturitykit.scoring.plan import Node, plan_for
from maturitykit.tables.bindings import Bindings
from maturitykit.tables.results import Results


def translate(
    results: Results,
    to: Model | str,
    *,
    via: str | Sequence[str] = (),
    without: str | Sequence[str] = (),
    scorer: str | Scorer | None = None,
    crosswalks: Iterable[Crosswalk] = (),
    models: Iterable[Model | str] = (),
    network: Network | None = None,
) -> Results:
    """Translate a table of results to another model, as `maturitykit.translate` does with each result.

    Args:
        results: Results of any model; translated ones will do.
        to: The target model, or its id.
        via: Ids of the models on the route, in place of the best route.
        without: Links to leave out, each as ``source--target``.
        scorer: The target's rule; by default the first that it offers.
        crosswalks: Crosswalks in addition to the installed ones.
        models: Models in addition to the installed ones.
        network: Crosswalks and models together, to be used again and again.

    A crosswalk that was written for another version of a model is used with a `UserWarning`.

    Raises:
        ComparisonError: If no crosswalks lead there, one does not fit its models, or there is no such link.
        PluginError: If a model or crosswalk is not installed, or broken.
    """
    route = find_route(results.model, to, via, network or Network(crosswalks, models))
    route = route.without(without) if without else route
    for remark in route.remarks:
        if remark.severity == "warning":
            warnings.warn(remark.message, stacklevel=2)
    plan, bindings = plan_for(route.target, scorer, {}), Bindings()
    inferences: dict[int, Inference] = {}
    readings: dict[str, tuple[SpanTerms, SpanTerms]] = {}

    def linked(node: Node) -> Inference | None:
        links = [link for link in route.crosswalk.by_target.get(node.dimension.id, ()) if link.speaks]
        return _by_links(results, node, links) if links else None

    def kept(inference: Inference) -> Inference:
        cell = bindings.keep_cell(inference.cell)
        return Inference(cell, *bindings.keep_all(inference[1:]))

    def inferred(node: Node, parts: SpanTerms) -> SpanTerms:
        children = [inferences[child] for child in node.children]
        below = Below(
            *(
                vector(column)
                for column in zip(*((c.speaks, c.full, c.cell.not_applicable) for c in children), strict=True)
            )
        )
        hides = may_be_between(node)
        scale, by_links = node.dimension.scale, linked(node)
        inference = inner_inference(scale.order if scale else None, parts, below, by_links, hides=hides)
        inferences[node.index] = kept(inference)
        if by_links and node.is_combined:
            both = inferences[node.index].both
            readings[node.dimension.id] = (
                parts._replace(scored=both, not_applicable=False),
                by_links.cell._replace(scored=both, not_applicable=False),
            )
        return inferences[node.index].cell

    for node in plan.leaves.values():
        assert node.dimension.scale is not None
        inferences[node.index] = kept(leaf_inference(node.dimension.scale, linked(node)))
    leaves = {node.index: inferences[node.index].cell for node in plan.leaves.values()}
    cells = plan.formulas(leaves, lambda cell: cell, inferred)
    inferable = {
        node.dimension.id: first(
            [(negate(inferences[node.index].speaks), "none"), (inferences[node.index].full, "full")], "part"
        )
        for node in plan
    }
    below_outcome = (inferences[child].speaks for child in plan.nodes[0].children)
    return Results(
        plan,
        results.by,
        results._frame,
        results._columns,
        {node.dimension.id: cells[node.index] for node in plan},
        bindings,
        inferable=inferable,
        readings=readings,
        outcome_is_given=all_of(inferences[0].speaks, negate(any_of(*below_outcome))),
        path=(*results.path[:-1], *route.path),
    )._computed()


def _by_links(results: Results, node: Node, links: Sequence[Link]) -> Inference:
    """Return the score that the links into one dimension infer for it."""
    scale = node.dimension.scale
    assert scale is not None
    cells = [results._cells[link.source] for link in links]
    scales = [s for link in links if (s := results.model.by_id[link.source].scale) is not None]
    low, likely, high, known, not_applicable, coverage = (
        vector(terms) for terms in list(zip(*cells, strict=True))[:6]
    )
    scored = vector(_can_be_read(results, link, cell) for link, cell in zip(links, cells, strict=True))
    is_whole = all(cell.is_whole for cell in cells)
    terms = LinkTerms(*(column and vector(column) for column in terms_of(links, scales, scale)))
    return pooled(
        scale.order, terms, Sources(low, likely, high, known, not_applicable, coverage, scored, is_whole)
    )


def _can_be_read(results: Results, link: Link, cell: SpanTerms) -> Condition:
    """Return the condition that a link applies: if only the overall stage is known, only its links do."""
    is_source_known: Condition = True if link.source == OUTCOME else negate(results._outcome_is_given)
    return all_of(is_source_known, any_of(cell.scored, cell.not_applicable))
