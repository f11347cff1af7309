"""Links compiled to functions from the state of a source to the state of a target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from functools import lru_cache, partial
from typing import Any, NamedTuple

from maturitykit.definition.crosswalk import Crosswalk, Link
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.scale import Position, Scale
from maturitykit.formula.algebra import each
from maturitykit.formula.order import Order
from maturitykit.formula.python import compiled
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
from maturitykit.scoring.functions import VECTORS, symbolic_children
from maturitykit.scoring.plan import Node, Plan, State
from maturitykit.scoring.result import Result
from maturitykit.scoring.scores import RolledUp, Span

#: Inputs of the compiled functions: the terms of the links, and the columns of their sources.
_LINKS = tuple(f"link_{name}" for name in LinkTerms._fields)
_SOURCES = tuple(f"source_{name}" for name in Sources._fields[:-1])


class Derivation:
    """Conclusions about each dimension of a target, in lists by its index in the plan.

    Args:
        plan: The plan of the target.
    """

    def __init__(self, plan: Plan) -> None:
        count = len(plan.nodes)
        self.state: State = plan.open()
        #: Whether anything follows for a dimension, whether all of it is covered, and whether its parts and its
        #: links exclude each other.
        self.speaks, self.full, self.excluded = [False] * count, [False] * count, [False] * count
        #: The two readings of a dimension with parts and links: from its parts, and by its links.
        self.readings: dict[int, tuple[Span[Position], Span[Position]]] = {}


class Has(NamedTuple):
    """Terms that some links have, and others do not.

    Args:
        absent: Whether a link maps stages to or from not applicable.
        edges: Whether a source has stages that do not begin at whole positions.
    """

    absent: bool
    edges: bool


def _inference_by_links(order: Order, has: Has) -> Inference:
    """Return what follows for a dimension from its links, with the terms of these as symbolic vectors.

    Args:
        order: The order of its stages.
        has: The terms that the links have.
    """
    terms = LinkTerms(*map(each, _LINKS))
    sources = Sources(*map(each, _SOURCES))  # type: ignore[arg-type]
    left_out = {name: None for name, is_there in has._asdict().items() if not is_there}
    return pooled(order, terms._replace(**left_out), sources)


def _outputs(inference: Inference) -> list[Any]:
    cell = inference.cell.masked()
    return [*cell.positions, cell.known, cell.not_applicable, cell.coverage, inference.speaks, inference.full]


@lru_cache(200)
def _leaf_function(scale: Scale, has: Has) -> Callable[..., tuple[Any, ...]]:
    """Return a function from the links of a leaf, and their sources, to the leaf."""
    inference = leaf_inference(scale, _inference_by_links(scale.order, has))
    return compiled((*_LINKS, *_SOURCES), *_outputs(inference))


def _inner_function(node: Node, linked: bool, has: Has) -> Callable[..., tuple[Any, ...]]:
    """Return a function from the children of a node and, if it is linked, its own links, to the node."""
    scale = node.dimension.scale
    by_links = _inference_by_links(scale.order, has) if linked and scale is not None else None
    below = Below(each("speaks"), each("full"), each("not_applicable"))
    parts = node.combination.roll_up(symbolic_children(each("not_applicable")), each("weight"))
    order = scale.order if scale else None
    inference = inner_inference(order, parts, below, by_links, hides=may_be_between(node))
    outputs = _outputs(inference)
    if by_links is None:
        return compiled((*VECTORS, "speaks", "full"), *outputs)
    readings = [term for cell in (parts, by_links.cell) for term in (*cell.positions, cell.known)]
    inputs = (*VECTORS, "speaks", "full", *_LINKS, *_SOURCES)
    return compiled(inputs, *outputs, inference.both, inference.excluded, *readings)


class Step(NamedTuple):
    """The computation of one dimension of the target.

    Args:
        function: Function of its children, the terms of its links and their sources.
        terms: The terms of its links; None without links.
        sources: For each link, whether it reads the outcome, and the index of the dimension that it reads.
    """

    function: Callable[..., tuple[Any, ...]]
    terms: LinkTerms | None
    sources: Sequence[tuple[bool, int]]


class Crossing:
    """Functions from the state of a source to that of a target, compiled from links and the target's rules."""

    def __init__(self, crosswalk: Crosswalk, source: Plan, plan: Plan) -> None:
        self.plan = plan
        self._source = source
        self._links = {id: [link for link in links if link.speaks] for id, links in crosswalk.by_target.items()}
        self._steps = [self._step(node, self._links.get(node.dimension.id, ())) for node in plan.nodes]

    def without(self, left_out: Link) -> Crossing:
        """Return a copy without one of the links; only the step at its target is another one."""
        node = self.plan.nodes[self.plan.index[left_out.target]]
        links = [link for link in self._links[left_out.target] if link is not left_out]
        other = copy(self)
        other._links = self._links | {left_out.target: links}
        other._steps = [*self._steps]
        other._steps[node.index] = self._step(node, links)
        return other

    def _step(self, node: Node, links: Sequence[Link]) -> Step | None:
        """Return the step at a node; None for a leaf without links, which stays open."""
        scale, terms, sources = node.dimension.scale, None, []
        if links and scale is not None:
            scales = [on for link in links if (on := self._source.model.by_id[link.source].scale) is not None]
            sources = [(link.source == OUTCOME, self._source.index[link.source]) for link in links]
            terms = terms_of(links, scales, scale)
        has = Has(*(terms is not None and getattr(terms, name) is not None for name in Has._fields))
        if node.children:
            key = node.index, bool(links), has
            return Step(self.plan.compiled(key, partial(_inner_function, node, *key[1:])), terms, sources)
        if terms is not None and scale is not None:
            return Step(_leaf_function(scale, has), terms, sources)
        return None

    def run(self, result: Result) -> Derivation:
        """Return the conclusions from a result of the source."""
        derivation = Derivation(self.plan)
        state = derivation.state
        lists = (state.low, state.likely, state.high, state.known, state.not_applicable, state.coverage)
        flags = (derivation.speaks, derivation.full)
        for node in reversed(self.plan.nodes):
            i, step = node.index, self._steps[node.index]
            if step is None:
                continue
            start, stop = node.children.start, node.children.stop
            below: list[Any] = []
            if node.children:
                below = [column[start:stop] for column in lists]
                below += [
                    self.plan.given_weights(node, state.not_applicable),
                    *(column[start:stop] for column in flags),
                ]
            outputs = step.function(*below, *_link_inputs(step, result))
            columns: tuple[list[Any], ...] = (*lists, *flags)
            for column, value in zip(columns, outputs, strict=False):
                column[i] = value
            if len(outputs) > 8:
                has_both, derivation.excluded[i] = outputs[8:10]
                readings = outputs[10:14], outputs[14:18]
                by_parts, by_links = (Span(a, b if known else None, c) for a, b, c, known in readings)
                if has_both and node.is_combined:
                    derivation.readings[i] = by_parts, by_links
                if not node.is_combined and derivation.speaks[i]:
                    state.fixed |= {i}
        return derivation

    def rolled_up(self, node: Node, derivation: Derivation, result: Result) -> Callable[..., RolledUp]:
        """Return a function from the low, likely and high positions of the children, and weights, to a dimension.

        Args:
            node: The dimension, which has children.
            derivation: What follows of all dimensions.
            result: What it follows from.
        """
        step, state, children = (
            self._steps[node.index],
            derivation.state,
            slice(node.children.start, node.children.stop),
        )
        assert step is not None
        rest = state.known[children], state.not_applicable[children], state.coverage[children]
        further = derivation.speaks[children], derivation.full[children], *_link_inputs(step, result)

        def run(*columns: Sequence[Any]) -> RolledUp:
            *positions, weights = columns
            outputs = step.function(*positions, *rest, weights, *further)
            is_linked = len(outputs) > 8
            return RolledUp(outputs[:3], outputs[10:13] if is_linked else outputs[:3], is_linked and outputs[9])

        return run

    def is_linked(self, node: Node) -> bool:
        """Check whether links lead to a dimension as such."""
        step = self._steps[node.index]
        return step is not None and step.terms is not None


def _link_inputs(step: Step, result: Result) -> list[Any]:
    """Return the terms of the links of a step, and the columns of their sources."""
    if step.terms is None:
        return []
    sources = [(can_be_read(result, outcome), index) for outcome, index in step.sources]
    return [*step.terms, *result._sources(sources)]


def can_be_read(result: Result, reads_outcome: bool) -> bool:
    """Check whether a link has something to read; if only the overall stage is known, only its links have."""
    return reads_outcome or not result.outcome_is_given


def may_be_between(node: Node) -> bool:
    """Check whether a mean, here or below, or a band can put a dimension with children between two stages."""
    scale = node.dimension.scale
    if scale is None or not scale.is_chain or not node.children:
        return False
    return scale.has_bands or not node.scorer.ordinal or any(child.children for child in node.dimension.children)
