"""The laws of scoring, over generated models: any tree, scale, lattice, rule and weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings, strategies as st

import maturitykit as mk
import oracle
from maturitykit.testing import laws, strategies as mks
from maturitykit.testing.laws import Law, at_most, spans
from maturitykit.testing.models import LAWS
from toys import flat

CONSENSUS = st.sampled_from(["median", "weakest", "envelope", "mean"])


#: The laws that the conformance kit holds models and scorers to, and the rules whose models each is about.
KIT = {law.__name__: law for law in LAWS.values()}


@pytest.mark.parametrize("law", KIT.values(), ids=KIT)
@given(data=st.data(), random=st.randoms(use_true_random=False))
def test_law_of_the_kit(law: Law, data: st.DataObject, random: Random) -> None:
    model = data.draw(mks.models(ordinal=law is laws.order_alone))
    assert list(law(model, random)) == []


@given(st.data(), mks.scales())
def test_spans_are_in_order(data: st.DataObject, scale: mk.Scale) -> None:
    low, likely, high = data.draw(mks.spans(scale))
    for a, b in ((low, likely or low), (likely or low, high)):
        assert at_most(scale, scale.positions[a.id], scale.positions[b.id])


# The rules once more, each as plainly as its definition, to check the spans by brute force.


def by_hand(model: mk.Model, dimension: mk.Dimension, at: Mapping[str, int | None]) -> Any:
    """The position of a dimension when every leaf is at a stage, or None: not applicable."""
    if dimension.is_leaf:
        return at[dimension.id]
    scale, scorer = dimension.scale, dimension.scorer or model.scorers[0]
    below = [(child, by_hand(model, child, at)) for child in dimension.children]
    below = [(child, position) for child, position in below if position is not None]
    if not below or scale is None:
        return "profile" if below else None
    weights = [(child.weight, position) for child, position in below]
    if scorer == "mean":
        return mean_by_hand(scale, below)
    if scorer == "staged":
        return staged_by_hand(scale, dimension, {child.id: (child.scale, p) for child, p in below})
    return (weakest_by_hand if scorer == "weakest" else median_by_hand)(scale, weights)


def weakest_by_hand(scale: mk.Scale, weights: Sequence[tuple[Fraction, Any]]) -> Any:
    if scale.is_chain:
        return min(p for _, p in weights)
    stages = range(len(scale.stages))
    return highest(scale, [s for s in stages if all(at_most(scale, s, p) for _, p in weights)])


def median_by_hand(scale: mk.Scale, weights: Sequence[tuple[Fraction, Any]]) -> Any:
    def held_by_most(stage: Any) -> bool:
        held = sum(w for w, p in weights if at_most(scale, stage, p))
        return 2 * held > sum(w for w, _ in weights)

    if scale.is_chain:
        return max(p for _, p in weights if held_by_most(p))
    stages = range(len(scale.stages))
    held = [s for s in stages if held_by_most(s)]
    return lowest(scale, [s for s in stages if all(at_most(scale, h, s) for h in held)])


def highest(scale: mk.Scale, stages: Sequence[int]) -> int:
    (one,) = [s for s in stages if all(at_most(scale, other, s) for other in stages)]
    return one


def lowest(scale: mk.Scale, stages: Sequence[int]) -> int:
    (one,) = [s for s in stages if all(at_most(scale, s, other) for other in stages)]
    return one


def mean_by_hand(scale: mk.Scale, below: Sequence[tuple[mk.Dimension, Any]]) -> float:
    total = sum((child.weight for child, _ in below), Fraction(0))
    terms = (child.weight * oracle.share_of(child.scale, p) for child, p in below if child.scale)
    return oracle.position_of(scale, sum(terms, Fraction(0)) / total)


def staged_by_hand(scale: mk.Scale, dimension: mk.Dimension, below: Mapping[str, Any]) -> int:
    def met(stage: int) -> bool:
        gates = [g for g in dimension.gates if g.stage == scale.ids[stage] and g.dimension in below]
        return all(
            oracle.is_at_least(on, position, on.positions[g.minimum])
            for g in gates
            for on, position in [below[g.dimension]]
        )

    def itself(stage: int) -> bool:
        gates = [g for g in dimension.gates if g.stage == scale.ids[stage]]
        if not gates:
            return all(itself(lower) for lower in scale.directly_below[stage])
        return any(g.dimension in below for g in gates)

    reached = [s for s in range(len(scale.stages)) if itself(s) and all(met(lower) for lower in scale.below[s])]
    above = [s for s in range(len(scale.stages)) if all(at_most(scale, r, s) for r in reached)]
    return lowest(scale, above)


@given(st.data(), mks.models())
@settings(max_examples=150)
def test_bounds_are_exact(data: st.DataObject, model: mk.Model) -> None:
    """Low and high are reached by some completion, and no completion lies outside."""
    assessment = data.draw(mks.assessments(model, respondents=1))
    result = mk.score(model, assessment)
    choices: list[list[int | None]] = []
    for score in result.leaves:
        whole = range(int(score.position.low), int(score.position.high) + 1) if score.position else [None]
        choices.append(list(whole))
    assume(prod(map(len, choices)) <= 600)
    ids = [leaf.id for leaf in model.leaves]
    completions = [dict(zip(ids, chosen, strict=True)) for chosen in product(*choices)]
    for scale, span, id in spans(result):
        found = [by_hand(model, model.by_id[id], at) for at in completions]
        if scale.is_chain:
            assert min(found) == pytest.approx(span.low, abs=1e-9), id
            assert max(found) == pytest.approx(span.high, abs=1e-9), id
        else:
            assert span.low in found and span.high in found, id
            assert all(at_most(scale, span.low, p) and at_most(scale, p, span.high) for p in found), id


@given(st.data(), st.sampled_from(["weakest", "median", "mean"]))
def test_all_children_at_one_stage_score_that_stage(data: st.DataObject, scorer: str) -> None:
    scale = data.draw(mks.chains())
    weights = data.draw(st.lists(st.fractions(Fraction(1, 50), 50), min_size=1, max_size=6))
    parts = [mk.Dimension(f"d{i}", scale=scale, weight=w) for i, w in enumerate(weights)]
    model = flat("flat", parts, scorer, scale=scale)
    stage = data.draw(mks.stages_of(scale))
    result = mk.score(model, {part.id: stage for part in parts})
    assert result.stage == (result.model.outcome.stages[scale.positions[stage]],) * 3  # type: ignore[union-attr]


@given(st.data(), mks.models())
def test_complete_answers_score_alike_on_both_paths(data: st.DataObject, model: mk.Model) -> None:
    at = {leaf.id: data.draw(mks.stages_of(leaf.scale)) for leaf in model.leaves if leaf.scale}
    quick = mk.score(model, at)
    careful = mk.score(model, mk.Assessment(model.id, [mk.Rating(*answer) for answer in at.items()]))
    assert dict(quick) == dict(careful)
    assert quick.to_dict() == careful.to_dict()


@given(st.data(), mks.models(), CONSENSUS)
def test_scoring_never_raises_on_what_is_valid(data: st.DataObject, model: mk.Model, consensus: Any) -> None:
    result = mk.score(model, data.draw(mks.assessments(model)), consensus=consensus)
    described = result.to_dict()
    assert set(described["dimensions"]) == set(model.by_id) - {"outcome"}
    assert len(result.explain().splitlines()) >= len(model.by_id)
    for step in mk.roadmap(result):
        if step.improvements is not None:
            raised = {r.dimension.id for r in step.improvements}
            assert raised <= {leaf.id for leaf in model.leaves}
