"""Links compiled: from the state of a source to that of a target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from functools import lru_cache, partial
from typing import Any, NamedTuple

from maturitykit.definition.crosswalk import Crosswalk, Link
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.scale import Position
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
from maturitykit.scoring.functions import VECTORS, below_each
from maturitykit.scoring.plan import Node, Plan, State
from maturitykit.scoring.result import Result
from maturitykit.scoring.scores import RolledUp, Span

#: The inputs of what links are compiled to: what they say, and what they read.
_LINKS = tuple(f"link_{name}" for name in LinkTerms._fields)
_SOURCES = tuple(f"source_{name}" for name in Sources._fields[:-1])


class Derivation:
    """What links say of each dimension of a plan, by its place.

    Args:
        plan: Of the target.
    """

    def __init__(self, plan: Plan) -> None:
        count = len(plan.nodes)
        self.state: State = plan.open()
        self.speaks, self.full, self.excluded = [False] * count, [False] * count, [False] * count
        #: The two readings of dimensions that have parts and links: through the parts, and by the links.
        self.readings: dict[int, tuple[Span[Position], Span[Position]]] = {}


def _own(order: Order, maps_absence: bool) -> Inference:
    """Return what links say of a dimension, with everything about the links as symbolic vectors.

    Args:
        order: Of its stages.
        maps_absence: Whether a link reads, or says, that something is not applicable.
    """
    terms = LinkTerms(*map(each, _LINKS))
    sources = Sources(*map(each, _SOURCES))  # type: ignore[arg-type]
    return pooled(order, terms if maps_absence else terms._replace(absent=None), sources)


def _outputs(found: Inference) -> list[Any]:
    cell = found.cell.masked()
    return [*cell.positions, cell.known, cell.not_applicable, cell.coverage, found.speaks, found.full]


@lru_cache(200)
def _leaf_function(order: Order, maps_absence: bool) -> Callable[..., tuple[Any, ...]]:
    """Return a function from links, and what they read, to a leaf."""
    return compiled((*_LINKS, *_SOURCES), *_outputs(leaf_inference(order, _own(order, maps_absence))))


def _inner_function(node: Node, linked: bool, maps_absence: bool) -> Callable[..., tuple[Any, ...]]:
    """Return a function from the children of a node and, if there are any, its own links, to the node."""
    scale = node.dimension.scale
    own = _own(scale.order, maps_absence) if linked and scale is not None else None
    below = Below(each("speaks"), each("full"), each("not_applicable"))
    parts = node.combination.roll_up(below_each(each("not_applicable")), each("weight"))
    found = inner_inference(scale.order if scale else None, parts, below, own, hides=may_be_between(node))
    outputs = _outputs(found)
    if own is None:
        return compiled((*VECTORS, "speaks", "full"), *outputs)
    both = [term for one in (parts, own.cell) for term in (*one.positions, one.known)]
    return compiled((*VECTORS, "speaks", "full", *_LINKS, *_SOURCES), *outputs, found.both, found.excluded, *both)


class Step(NamedTuple):
    """What is worked out at one dimension of the target.

    Args:
        function: From its children, what its links say and what they read.
        terms: What its links say; None where it has none.
        read: For each link, whether it reads the outcome, and the place of what it reads.
    """

    function: Callable[..., tuple[Any, ...]]
    terms: LinkTerms | None
    read: Sequence[tuple[bool, int]]


class Crossing:
    """Links, and the target's rules, as functions from the state of the source to that of the target."""

    def __init__(self, crosswalk: Crosswalk, source: Plan, plan: Plan) -> None:
        self.plan = plan
        self._source = source
        self._links = {id: [link for link in links if link.speaks] for id, links in crosswalk.by_target.items()}
        self._steps = [self._step(node, self._links.get(node.dimension.id, ())) for node in plan.nodes]

    def without(self, left_out: Link) -> Crossing:
        """Return the same without one of the links; only what is done at its target is another step."""
        node = self.plan.nodes[self.plan.index[left_out.target]]
        links = [link for link in self._links[left_out.target] if link is not left_out]
        found = copy(self)
        found._links = self._links | {left_out.target: links}
        found._steps = [*self._steps]
        found._steps[node.index] = self._step(node, links)
        return found

    def _step(self, node: Node, links: Sequence[Link]) -> Step | None:
        """Return what is done at a node; None where nothing is, and it stays open."""
        scale, terms, read = node.dimension.scale, None, []
        if links and scale is not None:
            scales = [on for link in links if (on := self._source.model.by_id[link.source].scale) is not None]
            read = [(link.source == OUTCOME, self._source.index[link.source]) for link in links]
            terms = terms_of(links, scales, scale)
        maps_absence = terms is not None and terms.absent is not None
        if node.children:
            key = node.index, bool(links), maps_absence
            return Step(self.plan.compiled(key, partial(_inner_function, node, *key[1:])), terms, read)
        if terms is not None and scale is not None:
            return Step(_leaf_function(scale.order, maps_absence), terms, read)
        return None

    def run(self, result: Result) -> Derivation:
        """Return what follows from a result."""
        derivation = Derivation(self.plan)
        state = derivation.state
        lists = (state.low, state.likely, state.high, state.known, state.not_applicable, state.coverage)
        further = (derivation.speaks, derivation.full)
        for node in reversed(self.plan.nodes):
            i, step = node.index, self._steps[node.index]
            if step is None:
                continue
            start, stop = node.children.start, node.children.stop
            below: list[Any] = []
            if node.children:
                below = [column[start:stop] for column in lists]
                below += [self.plan.weights[i], *(column[start:stop] for column in further)]
            found = step.function(*below, *_heard(step, result))
            columns: tuple[list[Any], ...] = (*lists, *further)
            for column, value in zip(columns, found, strict=False):
                column[i] = value
            if len(found) > 8:
                has_both, derivation.excluded[i] = found[8:10]
                by_parts, by_links = (Span(a, b if k else None, c) for a, b, c, k in (found[10:14], found[14:18]))
                if has_both and node.is_combined:
                    derivation.readings[i] = by_parts, by_links
                if not node.is_combined and derivation.speaks[i]:
                    state.given |= {i}
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
        further = derivation.speaks[children], derivation.full[children], *_heard(step, result)

        def run(*columns: Sequence[Any]) -> RolledUp:
            *positions, weights = columns
            found = step.function(*positions, *rest, weights, *further)
            is_linked = len(found) > 8
            return RolledUp(found[:3], found[10:13] if is_linked else found[:3], is_linked and found[9])

        return run

    def is_linked(self, node: Node) -> bool:
        """Tell whether links speak of a dimension as such."""
        step = self._steps[node.index]
        return step is not None and step.terms is not None


def _heard(step: Step, result: Result) -> list[Any]:
    """Return what the links of a step say, and what they read."""
    if step.terms is None:
        return []
    read = [(is_heard(result, outcome), place) for outcome, place in step.read]
    return [*step.terms, *result._sources(read)]


def is_heard(result: Result, reads_outcome: bool) -> bool:
    """Whether a link says anything of a result: if only the overall stage is known, only its links do."""
    return reads_outcome or not result.outcome_is_given


def may_be_between(node: Node) -> bool:
    """Whether a mean, here or below, can put a dimension with children between two stages."""
    scale = node.dimension.scale
    if scale is None or not scale.is_chain or not node.children:
        return False
    return not node.scorer.ordinal or any(child.children for child in node.dimension.children)
