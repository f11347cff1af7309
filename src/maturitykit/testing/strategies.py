"""Hypothesis strategies for valid models, their assessments, and crosswalks between them.

They need hypothesis: ``pip install maturitykit[testing]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from maturitykit.assessment.ratings import NOT_APPLICABLE, UNKNOWN, Answer, Assessment, Rating
from maturitykit.definition import Dimension, Gate, Model, Scale, Stage
from maturitykit.definition.crosswalk import RELATIONS, Crosswalk, Link, NotInferable, StageSpan
from maturitykit.definition.fields import OUTCOME
from maturitykit.registry import model_of
from maturitykit.scoring.result import Result
from maturitykit.scoring.scores import Span
from maturitykit.testing.samples import WEIGHTS
from maturitykit.testing.scales import CHAINS, LATTICES, is_distributive


def chains(id: str = "chain") -> st.SearchStrategy[Scale]:
    """Return scales on which every two stages can be compared, some with values or bands."""
    return st.sampled_from(CHAINS).map(lambda scale: evolve(scale, id=id))


def lattices(id: str = "lattice") -> st.SearchStrategy[Scale]:
    """Return scales with a partial order, of up to eight stages."""
    return st.sampled_from(LATTICES).map(lambda scale: evolve(scale, id=id))


def scales(id: str = "scale") -> st.SearchStrategy[Scale]:
    """Return chains and lattices."""
    return chains(id) | lattices(id)


@st.composite
def models(
    draw: st.DrawFn,
    depth: int = 4,
    ordinal: bool = False,
    applied: Sequence[str] = (),
    id: str = "generated",
) -> Model:
    """Draw models of any shape: mixed scales, lattices, weights, and every built-in rule.

    Args:
        draw: Passed by hypothesis.
        depth: The most levels below the outcome.
        ordinal: Whether to use only rules that depend on nothing but the order of stages.
        applied: The rules to use; by default all.
        id: Id of the model.
    """
    maker = _Maker(draw, ordinal, applied)
    root = maker.inner(OUTCOME, None, depth)
    scorer = root.scorer
    assert scorer is not None
    return Model(id, "1", "Generated", root.children, [scorer], outcome=root.scale, gates=root.gates)


class _Maker:
    """Builder of the dimensions of one model, from the top down."""

    def __init__(self, draw: st.DrawFn, ordinal: bool, applied: Sequence[str]) -> None:
        self.draw = draw
        rules = ["weakest", "median", "mean", "staged", "profile"]
        self.rules = [rule for rule in applied or rules if not (ordinal and rule == "mean")]
        self.count = 0

    def inner(self, id: str, scale: Scale | None, depth: int) -> Dimension:
        """Return a dimension with children and a rule that fits its scale; without a scale, with any."""
        scorer = self.draw(st.sampled_from(self._fitting(id, scale, depth)))
        weight = self.draw(st.sampled_from(WEIGHTS))
        if scorer == "profile":
            return Dimension(id, scorer=scorer, weight=weight, children=self._children(None, depth))
        scale = scale or self.draw(chains(id) if scorer == "mean" else scales(id))
        if scorer in ("weakest", "median"):
            children = self._children(scale, depth)
        else:
            flat = scorer == "mean" or depth <= 1
            children = self._children(chains if flat else scales, depth)
        gates = self._gates(scale, children) if scorer == "staged" else ()
        return Dimension(id, scale=scale, scorer=scorer, weight=weight, gates=gates, children=children)

    def _children(self, scale: Any, depth: int) -> list[Dimension]:
        children = []
        for _ in range(self.draw(st.integers(1, 3))):
            self.count += 1
            id = f"d{self.count}"
            child_scale = self.draw(scale(id)) if callable(scale) else scale
            # Only chains can be rated, so a child on a lattice is an inner dimension.
            if (child_scale is not None and not child_scale.is_chain) or (
                depth > 1 and self.draw(st.integers(0, 2)) == 0
            ):
                children.append(self.inner(id, child_scale, depth - 1))
            else:
                leaf_scale = child_scale or self.draw(chains(id))
                children.append(Dimension(id, scale=leaf_scale, weight=self.draw(st.sampled_from(WEIGHTS))))
        return children

    def _fitting(self, id: str, scale: Scale | None, depth: int) -> list[str]:
        rules = set(self.rules)
        if scale is not None or (id != OUTCOME and "profile" not in self.rules):
            rules.discard("profile")
        if scale is not None and not scale.is_chain:
            rules.discard("mean")
            if depth <= 1:
                rules = {"staged"}
        return sorted(rules) or ["staged"]

    def _gates(self, scale: Scale, children: Sequence[Dimension]) -> list[Gate]:
        """Return gates under which reaching two stages means reaching their join."""
        if not is_distributive(scale):
            one = children[0]
            assert one.scale is not None
            return [Gate(stage, one.id, one.scale.ids[1]) for stage in scale.ids[1:]]
        # On a distributive lattice, only stages directly above a single other stage need gates.
        gates = []
        for stage, below in zip(scale.ids[1:], scale.directly_below[1:], strict=True):
            required = st.lists(
                st.sampled_from(children), min_size=1, max_size=2, unique_by=lambda child: child.id
            )
            for child in self.draw(required) if len(below) == 1 else ():
                assert child.scale is not None
                gates.append(Gate(stage, child.id, self.draw(stages_of(child.scale, lowest=1))))
        return gates


def stages_of(scale: Scale, lowest: int = 0) -> st.SearchStrategy[str]:
    """Return ids of the stages of a scale, from a position up."""
    return st.sampled_from(scale.ids[lowest:])


@st.composite
def ranges(draw: st.DrawFn, scale: Scale) -> str:
    """Draw ranges of stages of a chain."""
    low, high = sorted(draw(st.tuples(st.integers(0, scale.top), st.integers(0, scale.top))))
    return f"{scale.ids[low]}..{scale.ids[high]}"


@st.composite
def spans(draw: st.DrawFn, scale: Scale) -> Span[Stage]:
    """Draw spans of stages on any scale: low, likely and high in their order; likely may be None.

    Args:
        draw: Passed by hypothesis.
        scale: A chain or a lattice.
    """
    stages = range(len(scale.stages))
    low = draw(st.sampled_from(stages))
    high = draw(st.sampled_from([i for i in stages if scale.at_least(i, low)]))
    between = [i for i in stages if scale.at_least(i, low) and scale.at_least(high, i)]
    likely = draw(st.none() | st.sampled_from(between))
    return Span(scale.stages[low], None if likely is None else scale.stages[likely], scale.stages[high])


def answers(scale: Scale, *, applicable: bool = False) -> st.SearchStrategy[Answer]:
    """Return any answer that is valid on a chain; with ``applicable``, without "not applicable"."""
    kinds: list[st.SearchStrategy[Answer]] = [stages_of(scale), stages_of(scale), ranges(scale)]
    kinds += [st.just(UNKNOWN), st.none()]
    if scale.has_bands:
        kinds.append(st.floats(*sorted(scale.ends)))
    if not applicable:
        kinds.append(st.just(NOT_APPLICABLE))
    return st.one_of(kinds)


@st.composite
def assessments(draw: st.DrawFn, model: Model | str, respondents: int = 4, applicable: bool = False) -> Assessment:
    """Draw assessments of a model, by several respondents, each of whom may leave out anything.

    Args:
        draw: Passed by hypothesis.
        model: The model to assess, or the id of an installed one.
        respondents: The most respondents.
        applicable: Whether to leave out the answer "not applicable".
    """
    model, ratings = model_of(model), []
    count = draw(st.integers(1, respondents))
    for leaf in model.leaves:
        assert leaf.scale is not None
        for number in range(count):
            if draw(st.booleans()) or count == 1:
                answer = draw(answers(leaf.scale, applicable=applicable))
                ratings.append(Rating(leaf.id, answer, respondent=f"r{number}"))
    return Assessment(model.id, ratings)


@st.composite
def stage_spans(draw: st.DrawFn, scale: Scale, other: Scale) -> dict[str, StageSpan]:
    """Draw spans of another scale for each stage of a scale: low, likely and high, none of which falls.

    Args:
        draw: Passed by hypothesis.
        scale: The scale of the source, a chain or a lattice.
        other: The scale of the target.
    """
    stages, others = range(len(scale.stages)), range(len(other.stages))
    above = [[i for i in stages if stage in scale.directly_below[i]] for stage in stages]

    def at_or_above(*least: int) -> int:
        base = int(other.join([0, *least]))
        return draw(st.just(base) | st.sampled_from([i for i in others if other.at_least(i, base)]))

    def at_or_below(*most: int) -> int:
        base = int(other.meet(most))
        return draw(st.just(base) | st.sampled_from([i for i in reversed(others) if other.at_least(base, i)]))

    likely, low, high = [0] * len(stages), [0] * len(stages), [0] * len(stages)
    for stage in stages:
        likely[stage] = at_or_above(*(likely[i] for i in scale.directly_below[stage]))
        high[stage] = at_or_above(likely[stage], *(high[i] for i in scale.directly_below[stage]))
    for stage in reversed(stages):
        low[stage] = at_or_below(likely[stage], *(low[i] for i in above[stage]))
    ids = other.ids
    return {id: (ids[low[i]], ids[likely[i]], ids[high[i]]) for i, id in enumerate(scale.ids)}


@st.composite
def links(draw: st.DrawFn, source: Dimension, target: Dimension) -> Link:
    """Draw links of every relation and strength between two dimensions that have scales."""
    scale, other = source.scale, target.scale
    assert scale is not None
    assert other is not None
    pairs = st.tuples(stages_of(scale), stages_of(other))
    return Link(
        source.id,
        target.id,
        draw(st.sampled_from(RELATIONS)),
        draw(st.decimals("0.01", 1, places=2).map(str)),
        draw(stage_spans(scale, other)),
        rationale="It is generated.",
        cells=draw(st.lists(pairs, min_size=2, max_size=4, unique=True)),
    )


@st.composite
def crosswalks(
    draw: st.DrawFn,
    source: Model | str,
    target: Model | str,
    most: int = 6,
    inner: bool = False,
    subjects: Sequence[tuple[Result, Result]] = (),
) -> Crosswalk:
    """Draw crosswalks between two models with different ids; most links are between leaves.

    Args:
        draw: Passed by hypothesis.
        source: The source model, or its id.
        target: The target model, or its id.
        most: The most links.
        inner: Whether all targets are dimensions with children, if the target model has any with a scale.
        subjects: Complete results of both models for the same subjects. Every link holds for
            all of these: its span for the source's stage includes the target's stage.
    """
    source, target = model_of(source), model_of(target)
    pairs = st.tuples(_linkable(source), _linkable(target, inner))
    chosen = draw(st.lists(pairs, max_size=most, unique_by=lambda pair: (pair[0].id, pair[1].id)))
    drawn = [draw(links(*pair)) for pair in chosen]
    for a, b in subjects:
        drawn = [_widened_to_hold(link, a, b) for link in drawn]
    gaps = [
        *(
            NotInferable(source.id, id, "It is not read.")
            for id in _unlinked(source, [link.source for link in drawn])
        ),
        *(
            NotInferable(target.id, id, "Nothing says.")
            for id in _unlinked(target, [link.target for link in drawn])
        ),
    ]
    return Crosswalk(source.id, target.id, drawn, version="1", not_inferable=gaps)


def _linkable(model: Model, only_inner: bool = False) -> st.SearchStrategy[Dimension]:
    inner = [d for d in model.by_id.values() if d.scale is not None and not d.is_leaf]
    leaves = st.sampled_from(model.leaves)
    if not inner:
        return leaves
    return st.sampled_from(inner) if only_inner else leaves | leaves | st.sampled_from(inner)


def _unlinked(model: Model, linked: Sequence[str]) -> list[str]:
    """Return the ids of the leaves that have no link, nor has any dimension above them."""
    below = {d.id for id in linked if id != OUTCOME for d in model.by_id[id].walk()}
    return [leaf.id for leaf in model.leaves if leaf.id not in below]


def _widened_to_hold(link: Link, a: Result, b: Result) -> Link:
    """Return the link with its spans widened as little as it takes to hold for one subject."""
    scale, other = a.model.by_id[link.source].scale, b.model.by_id[link.target].scale
    at, true = a[link.source].stage, b[link.target].stage
    if scale is None or other is None or at is None or true is None:
        return link
    positions = other.positions
    here, there = scale.positions[at.low.id], positions[true.low.id]

    def spans() -> Iterator[tuple[str, StageSpan]]:
        for position, id in enumerate(scale.ids):
            span = link.stages[id]
            assert not isinstance(span, str)
            low, likely, high = positions[span[0]], span[1], positions[span[2]]
            if scale.at_least(here, position):
                low = int(other.meet([low, there]))
            if scale.at_least(position, here):
                high = int(other.join([high, there]))
            yield id, (other.ids[low], likely, other.ids[high])

    stages: Mapping[str, StageSpan] = dict(spans())
    return evolve(link, stages=stages)
