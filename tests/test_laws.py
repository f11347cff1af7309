"""The laws of scoring, over generated models: any tree, scale, lattice, rule and weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given, settings, strategies as st

import maturitykit as mk
from maturitykit.assessment.ratings import Reading, is_known, read_answer
from maturitykit.definition.scale import Position
from maturitykit.testing import strategies as mks

CONSENSUS = st.sampled_from(["median", "weakest", "envelope", "mean"])


def at_most(scale: mk.Scale, a: Position, b: Position) -> bool:
    """Whether one position is below or at another, as far as floats can tell."""
    return a <= b + 1e-9 if scale.is_chain else int(a) in scale.below[int(b)]


def spans(result: mk.Result) -> Iterator[tuple[mk.Scale, mk.Span[Position], str]]:
    for id, score in result.items():
        if score.position is not None:
            assert score.dimension.scale is not None
            yield score.dimension.scale, score.position, id


def positions(result: mk.Result) -> dict[str, Any]:
    return {id: (score.position, score.not_applicable, round(score.coverage, 12)) for id, score in result.items()}


def stages(result: mk.Result) -> dict[str, Any]:
    return {id: score.stage and tuple(s and s.id for s in score.stage) for id, score in result.items()}


@given(st.data(), mks.models(), CONSENSUS)
def test_likely_is_within_bounds(data: st.DataObject, model: mk.Model, consensus: Any) -> None:
    result = mk.score(model, data.draw(mks.assessments(model)), consensus=consensus)
    for scale, span, id in spans(result):
        assert at_most(scale, span.low, span.high), id
        if span.likely is not None:
            assert at_most(scale, span.low, span.likely), id
            assert at_most(scale, span.likely, span.high), id


def readings(model: mk.Model, rating: mk.Rating) -> Reading:
    scale = model.by_id[rating.dimension].scale
    assert scale is not None
    reading = read_answer(scale, rating.answer)
    assert isinstance(reading, Reading)
    return reading


def a_known_rating(data: st.DataObject, model: mk.Model, assessment: mk.Assessment) -> int:
    known = [i for i, rating in enumerate(assessment.ratings) if is_known(rating)]
    assume(known)
    return data.draw(st.sampled_from(known))


def replaced(assessment: mk.Assessment, place: int, answer: str) -> mk.Assessment:
    ratings = list(assessment.ratings)
    ratings[place] = evolve(ratings[place], answer=answer)
    return evolve(assessment, ratings=ratings)


@given(st.data(), mks.models(), CONSENSUS)
def test_raising_a_rating_lowers_nothing(data: st.DataObject, model: mk.Model, consensus: Any) -> None:
    assessment = data.draw(mks.assessments(model))
    place = a_known_rating(data, model, assessment)
    rating = assessment.ratings[place]
    scale = model.by_id[rating.dimension].scale
    assert scale is not None
    reading = readings(model, rating)
    low = data.draw(st.integers(reading.low, scale.top))
    high = data.draw(st.integers(max(low, reading.high), scale.top))
    # The likely stage of a range is its lower middle, which must not fall either.
    assume((low + high) // 2 >= reading.likely)
    raised = replaced(assessment, place, f"{scale.ids[low]}..{scale.ids[high]}")
    before = mk.score(model, assessment, consensus=consensus)
    after = mk.score(model, raised, consensus=consensus)
    for scale, span, id in spans(before):
        new = after[id].position
        assert new is not None
        for old_end, new_end in zip(span, new, strict=True):
            assert (old_end is None) == (new_end is None)
            if old_end is not None and new_end is not None:
                assert at_most(scale, old_end, new_end), id


def never_wider(before: mk.Result, after: mk.Result) -> None:
    for scale, span, id in spans(before):
        new = after[id].position
        assert new is not None
        assert at_most(scale, span.low, new.low), id
        assert at_most(scale, new.high, span.high), id
        assert after[id].coverage >= before[id].coverage - 1e-12, id


@given(st.data(), mks.models(), CONSENSUS)
def test_answering_never_widens(data: st.DataObject, model: mk.Model, consensus: Any) -> None:
    assessment = data.draw(mks.assessments(model))
    before = mk.score(model, assessment, consensus=consensus)
    still_open = [score for score in before.leaves if score.is_open]
    assume(still_open)
    leaf = data.draw(st.sampled_from(still_open)).dimension
    assert leaf.scale is not None
    rating = mk.Rating(leaf.id, data.draw(mks.stages_of(leaf.scale) | mks.ranges(leaf.scale)), "another")
    after = mk.score(model, evolve(assessment, ratings=[*assessment.ratings, rating]), consensus=consensus)
    never_wider(before, after)


@given(st.data(), mks.models(), CONSENSUS)
def test_narrowing_a_range_never_widens(data: st.DataObject, model: mk.Model, consensus: Any) -> None:
    assessment = data.draw(mks.assessments(model))
    place = a_known_rating(data, model, assessment)
    scale = model.by_id[assessment.ratings[place].dimension].scale
    assert scale is not None
    reading = readings(model, assessment.ratings[place])
    low = data.draw(st.integers(reading.low, reading.high))
    high = data.draw(st.integers(low, reading.high))
    narrowed = replaced(assessment, place, f"{scale.ids[low]}..{scale.ids[high]}")
    never_wider(mk.score(model, assessment, consensus=consensus), mk.score(model, narrowed, consensus=consensus))


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


def mean_by_hand(scale: mk.Scale, below: Sequence[tuple[mk.Dimension, Any]]) -> Fraction:
    def value(of: mk.Scale, position: Any) -> Fraction:
        low = min(int(position), of.top - 1)
        a, b = Fraction(of.values[low]), Fraction(of.values[low + 1])
        return a + (b - a) * (Fraction(position) - low)

    total = sum((child.weight for child, _ in below), Fraction(0))
    terms = (child.weight * value(child.scale, p) for child, p in below if child.scale)
    wanted = sum(terms, Fraction(0)) / total
    for low in range(scale.top):
        a, b = Fraction(scale.values[low]), Fraction(scale.values[low + 1])
        if wanted <= b or low == scale.top - 1:
            return low + (wanted - a) / (b - a)
    raise AssertionError


def staged_by_hand(scale: mk.Scale, dimension: mk.Dimension, below: Mapping[str, Any]) -> int:
    def met(stage: int) -> bool:
        gates = [g for g in dimension.gates if g.stage == scale.ids[stage] and g.dimension in below]
        return all(
            at_most(below[g.dimension][0], below[g.dimension][0].positions[g.minimum], below[g.dimension][1])
            for g in gates
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


def shuffled(data: st.DataObject, dimension: mk.Dimension) -> mk.Dimension:
    children = [shuffled(data, child) for child in dimension.children]
    return evolve(dimension, children=data.draw(st.permutations(children)))


@given(st.data(), mks.models(), CONSENSUS)
def test_order_does_not_matter(data: st.DataObject, model: mk.Model, consensus: Any) -> None:
    assessment = data.draw(mks.assessments(model))
    other = evolve(model, dimensions=shuffled(data, model.root).children)
    mixed = evolve(assessment, ratings=data.draw(st.permutations(assessment.ratings)))
    before = mk.score(model, assessment, consensus=consensus)
    after = mk.score(other, mixed, consensus=consensus)
    assert positions(before) == {id: positions(after)[id] for id in before}


def reweighted(dimension: mk.Dimension, factor: Fraction) -> mk.Dimension:
    children = [reweighted(child, factor) for child in dimension.children]
    return evolve(dimension, weight=dimension.weight * factor, children=children)


@given(st.data(), mks.models(), st.fractions(Fraction(1, 1000), 1000))
def test_weights_scale_freely(data: st.DataObject, model: mk.Model, factor: Fraction) -> None:
    assessment = data.draw(mks.assessments(model))
    other = evolve(model, dimensions=[reweighted(d, factor) for d in model.dimensions])
    assert positions(mk.score(other, assessment)) == positions(mk.score(model, assessment))


def relabelled(scale: mk.Scale | None, extra: Mapping[str, int]) -> mk.Scale | None:
    """The scale with stages put in below some of its own; bottom and top stay."""
    if scale is None or not scale.is_chain:
        return scale
    stages = [
        stage
        for old in scale.stages
        for stage in (*(mk.Stage(f"{old.id}-x{i}") for i in range(extra.get(old.id, 0))), mk.Stage(old.id))
    ]
    return mk.Scale(scale.id, stages)


def relabelled_gates(dimension: mk.Dimension, extra: Mapping[str, int]) -> list[mk.Gate]:
    if dimension.scale is None or not dimension.scale.is_chain:
        return list(dimension.gates)
    return [
        gate
        for old in dimension.gates
        for gate in (*(evolve(old, stage=f"{old.stage}-x{i}") for i in range(extra.get(old.stage, 0))), old)
    ]


def relabelled_tree(dimension: mk.Dimension, extra: Mapping[str, int]) -> mk.Dimension:
    return evolve(
        dimension,
        scale=relabelled(dimension.scale, extra),
        gates=relabelled_gates(dimension, extra),
        children=[relabelled_tree(child, extra) for child in dimension.children],
    )


@given(st.data(), mks.models(ordinal=True))
def test_ordinal_rules_commute_with_relabelling(data: st.DataObject, model: mk.Model) -> None:
    extra = data.draw(st.dictionaries(st.sampled_from(["s1", "s2", "s3", "s4"]), st.integers(1, 2)))
    other = evolve(
        model,
        outcome=relabelled(model.outcome, extra),
        gates=relabelled_gates(model.root, extra),
        dimensions=[relabelled_tree(d, extra) for d in model.dimensions],
    )
    assessment = data.draw(mks.assessments(model))
    # A share or the middle of a range is a matter of the labels, so they are left out here.
    plain = [r for r in assessment.ratings if not isinstance(r.answer, float) and ".." not in str(r.answer)]
    assessment = evolve(assessment, ratings=plain)
    assert stages(mk.score(other, assessment)) == stages(mk.score(model, assessment))


@given(st.data(), st.sampled_from(["weakest", "median", "mean"]))
def test_all_children_at_one_stage_score_that_stage(data: st.DataObject, scorer: str) -> None:
    scale = data.draw(mks.chains())
    weights = data.draw(st.lists(st.fractions(Fraction(1, 50), 50), min_size=1, max_size=6))
    parts = [mk.Dimension(f"d{i}", scale=scale, weight=w) for i, w in enumerate(weights)]
    model = mk.Model("flat", "1", "Flat", parts, [scorer], outcome=scale)
    stage = data.draw(mks.stages_of(scale))
    result = mk.score(model, {part.id: stage for part in parts})
    assert result.stage == (result.model.outcome.stages[scale.positions[stage]],) * 3  # type: ignore[union-attr]


@given(mks.models())
def test_bottoms_score_bottom_and_tops_score_top(model: mk.Model) -> None:
    for end in ("bottom", "top"):
        at = {leaf.id: leaf.scale.ids[0 if end == "bottom" else -1] for leaf in model.leaves if leaf.scale}
        for scale, span, id in spans(mk.score(model, at)):
            assert span == ((0, 0, 0) if end == "bottom" else (scale.top,) * 3), id


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
        if step.raises is not None:
            raised = {r.dimension.id for r in step.raises}
            assert raised <= {leaf.id for leaf in model.leaves}
