"""The laws of crosswalks, over generated models and links: sound, monotone, and what follows of that."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache, reduce
from itertools import chain, combinations, product
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given, settings, strategies as st

import maturitykit as mk
import toys
from maturitykit.assessment.ratings import ReadAnswer, is_known, read_answer
from maturitykit.comparison.relations import composed_relations, reversed_relations
from maturitykit.definition.crosswalk import RELATIONS
from maturitykit.definition.fields import OUTCOME
from maturitykit.formula import vector
from maturitykit.formula.algebra import each
from maturitykit.formula.python import compiled
from maturitykit.rules.links import LinkTerms, Sources, pooled, terms_of
from maturitykit.testing import strategies as mks
from toys import LEVEL, LOW_HIGH, check_crosswalk, flat, group

CONSENSUS = st.sampled_from(["median", "weakest", "envelope", "mean"])

A, B, C, D = (mks.models(depth=2, id=id) for id in "abcd")


def model_on(id: str, scale: mk.Scale) -> mk.Model:
    """A model whose outcome has the scale, so that lattices are met as often as chains."""
    gates = [mk.Gate(stage, "part", "high") for stage in scale.ids[1:]]
    return flat(id, ["part"], "staged", scale=LOW_HIGH, outcome=evolve(scale, id="scale"), gates=gates)


def model_strategy(id: str) -> st.SearchStrategy[mk.Model]:
    return mks.scales().map(lambda scale: model_on(id, scale))


ON_A, ON_B, ON_C = (model_strategy(id) for id in "abc")

# With few dimensions, many links speak of each.
B_OR_SMALL = B | ON_B


def at_most(scale: mk.Scale, a: mk.types.Position, b: mk.types.Position) -> bool:
    """Whether one position is below or at another, as far as floats can tell."""
    return a <= b + 1e-9 if scale.is_chain else int(a) in scale.below[int(b)]


def scale_of(model: mk.Model, id: str) -> mk.Scale:
    scale = model.by_id[id].scale
    assert scale is not None
    return scale


def says_something(*links: mk.Link) -> bool:
    """Whether none of them is between what has nothing in common."""
    return all(link.relation != {"disjoint"} for link in links)


def positions(result: mk.Result) -> dict[str, Any]:
    return {id: (score.position, score.not_applicable, round(score.coverage, 12)) for id, score in result.items()}


def within(inner: mk.Result, outer: mk.Result, without: Iterable[str] = ()) -> None:
    """Every span of one result lies in that of the other, but for some dimensions."""
    for id, score in outer.items():
        if id in without:
            continue
        found = inner[id].position
        assert (found is None) == (score.position is None), id
        if score.position is not None and found is not None:
            scale = scale_of(outer.model, id)
            assert at_most(scale, score.position.low, found.low), id
            assert at_most(scale, found.high, score.position.high), id


# Models of one subject: what is true of it in all of them, and what is known in the first.


def complete(model: mk.Model) -> st.SearchStrategy[mk.Result]:
    """Every leaf at some stage."""
    leaves = {leaf.id: mks.stages_of(scale_of(model, leaf.id)) for leaf in model.leaves}
    return st.fixed_dictionaries(leaves).map(lambda at: mk.score(model, at))


Truth = tuple[mk.Result, ...]


def truths(*models: mk.Model) -> st.SearchStrategy[list[Truth]]:
    """The stages of some subjects in each model: those in the others are any function of those in the first."""
    each = st.tuples(*(complete(model) for model in models))
    return st.lists(each, min_size=1, max_size=3, unique_by=lambda truth: str(positions(truth[0])))


def partly_known(data: st.DataObject, truth: mk.Result) -> mk.Result:
    """A result whose spans hold the truth: some stages, some ranges around them, some open."""
    answers: dict[str, str | None] = {}
    for leaf in truth.leaves:
        assert leaf.stage is not None
        scale = scale_of(truth.model, leaf.dimension.id)
        stage = scale.positions[leaf.stage.low.id]
        low, high = data.draw(st.integers(0, stage)), data.draw(st.integers(stage, scale.top))
        about = f"{scale.ids[low]}..{scale.ids[high]}"
        answers[leaf.dimension.id] = data.draw(st.sampled_from([leaf.stage.low.id, about, mk.UNKNOWN, None]))
    return mk.score(truth.model, answers)


def right(
    data: st.DataObject, source: mk.Model, target: mk.Model, known: Sequence[Truth], place: int
) -> mk.Crosswalk:
    """A crosswalk that is right about these subjects, written in one direction or the other."""
    pairs = [(truth[place], truth[place + 1]) for truth in known]
    if data.draw(st.booleans()):
        return data.draw(mks.crosswalks(source, target, subjects=pairs))
    return data.draw(mks.crosswalks(target, source, subjects=[(b, a) for a, b in pairs]))


def holds(found: mk.Translation, truth: mk.Result) -> None:
    """Every span of a translation holds the target's own stage, and nothing in it disagrees."""
    within(truth, found)
    for id, score in found.items():
        stage, true = score.stage, truth[id].stage
        if stage is not None and true is not None:
            scale = scale_of(found.model, id)
            assert at_most(scale, scale.positions[stage.low.id], scale.positions[true.low.id]), id
            assert at_most(scale, scale.positions[true.low.id], scale.positions[stage.high.id]), id
    assert not [i for i in found.issues if i.code in {"links-exclude-each-other", "link-disagrees"}]


@given(st.data(), A, B)
def test_crosswalks_are_valid_and_so_are_their_reversals(data: st.DataObject, a: mk.Model, b: mk.Model) -> None:
    crosswalk = data.draw(mks.crosswalks(a, b, subjects=data.draw(truths(a, b).map(pairs_of))))
    assert check_crosswalk(crosswalk, a, b) == []
    back = mk.links.reverse(crosswalk, a, b)
    assert check_crosswalk(back, b, a) == []
    assert (back.source, back.target, back.path) == ("b", "a", ("a--b",))
    for link, turned in zip(crosswalk.links, back.links, strict=True):
        assert (turned.source, turned.target, turned.strength) == (link.target, link.source, link.strength)
        assert turned.relation == reversed_relations(link.relation)


def pairs_of(known: Iterable[Truth]) -> list[tuple[mk.Result, mk.Result]]:
    return [(truth[0], truth[1]) for truth in known]


@given(st.data(), A, B)
def test_a_translation_holds_the_truth_if_its_links_do(data: st.DataObject, a: mk.Model, b: mk.Model) -> None:
    known = data.draw(truths(a, b))
    crosswalk = right(data, a, b, known, 0)
    for truth in known:
        holds(mk.translate(partly_known(data, truth[0]), b, crosswalks=[crosswalk]), truth[1])


@given(st.data(), ON_A, mks.models(depth=2, applied=["mean", "weakest"], id="b"))
def test_what_a_stage_hides_of_the_step_to_the_next_is_held(data: st.DataObject, a: mk.Model, b: mk.Model) -> None:
    """Where the truth is a mean, it may lie between two stages, and a link only says the lower one."""
    known = data.draw(truths(a, b))
    crosswalk = data.draw(mks.crosswalks(a, b, most=3, inner=True, subjects=pairs_of(known)))
    for truth in known:
        holds(mk.translate(truth[0], b, crosswalks=[crosswalk]), truth[1])


@given(st.data(), A, B, C)
@settings(max_examples=min(60, settings().max_examples))
def test_two_translations_hold_the_truth_if_their_links_do(
    data: st.DataObject, a: mk.Model, b: mk.Model, c: mk.Model
) -> None:
    """Composed on the way, or translated once more after the middle model's own rules."""
    known = data.draw(truths(a, b, c))
    network = mk.Network([right(data, a, b, known, 0), right(data, b, c, known, 1)], [a, b, c])
    for truth in known:
        result = partly_known(data, truth[0])
        holds(mk.translate(result, c, network=network), truth[2])
        holds(mk.translate(mk.translate(result, b, network=network), c, network=network), truth[2])


@given(st.data(), A, B_OR_SMALL, CONSENSUS)
def test_likely_is_within_bounds(data: st.DataObject, a: mk.Model, b: mk.Model, consensus: Any) -> None:
    crosswalk = data.draw(mks.crosswalks(a, b, most=12))
    result = mk.score(a, data.draw(mks.assessments(a)), consensus=consensus)
    for id, score in mk.translate(result, b, crosswalks=[crosswalk]).items():
        assert 0 <= score.coverage <= 1
        if score.position is None:
            continue
        low, likely, high = score.position
        scale = scale_of(b, id)
        lowest, highest = scale.order.lowest, scale.order.highest
        assert at_most(scale, lowest, low) and at_most(scale, low, high) and at_most(scale, high, highest), id
        if likely is not None:
            assert at_most(scale, low, likely) and at_most(scale, likely, high), id


def reading(model: mk.Model, rating: mk.Rating) -> ReadAnswer:
    found = read_answer(scale_of(model, rating.dimension), rating.answer)
    assert isinstance(found, ReadAnswer)
    return found


def a_known_rating(data: st.DataObject, assessment: mk.Assessment) -> int:
    known = [i for i, rating in enumerate(assessment.ratings) if is_known(rating)]
    assume(known)
    return data.draw(st.sampled_from(known))


def replaced(assessment: mk.Assessment, place: int, scale: mk.Scale, low: int, high: int) -> mk.Assessment:
    ratings = list(assessment.ratings)
    ratings[place] = evolve(ratings[place], answer=f"{scale.ids[low]}..{scale.ids[high]}")
    return evolve(assessment, ratings=ratings)


@given(st.data(), A, B_OR_SMALL, CONSENSUS)
def test_raising_a_rating_of_the_source_lowers_nothing(
    data: st.DataObject, a: mk.Model, b: mk.Model, consensus: Any
) -> None:
    assessment = data.draw(mks.assessments(a))
    place = a_known_rating(data, assessment)
    rating = assessment.ratings[place]
    scale, old = scale_of(a, rating.dimension), reading(a, rating)
    low = data.draw(st.integers(old.low, scale.top))
    high = data.draw(st.integers(max(low, old.high), scale.top))
    # The likely stage of a range is its lower middle, which must not fall either.
    assume((low + high) // 2 >= old.likely)
    crosswalk = data.draw(mks.crosswalks(a, b, most=12))

    def translated(assessment: mk.Assessment) -> mk.Translation:
        return mk.translate(mk.score(a, assessment, consensus=consensus), b, crosswalks=[crosswalk])

    before, after = translated(assessment), translated(replaced(assessment, place, scale, low, high))
    changed = excluded_anew(before, after)
    for id, score in before.items():
        if id in changed:
            continue
        found = after[id].position
        assert (found is None) == (score.position is None), id
        if score.position is not None and found is not None:
            for was, now in zip(score.position, found, strict=True):
                assert (was is None) == (now is None), id
                if was is not None and now is not None:
                    assert at_most(scale_of(b, id), was, now), id


def never_wider(before: mk.Translation, after: mk.Translation) -> None:
    within(after, before, without=excluded_anew(before, after))
    for id, score in before.items():
        assert after[id].coverage >= score.coverage - 1e-12, id


def excluded_anew(before: mk.Translation, after: mk.Translation) -> set[str]:
    """The dimensions at or below which two readings come to exclude each other, or no longer do."""
    places = [{i.where for i in found.issues if i.code == "link-disagrees"} for found in (before, after)]
    changed = places[0] ^ places[1]
    return {id for id, d in before.model.by_id.items() if changed & {below.id for below in d.walk()}}


@given(st.data(), A, B_OR_SMALL, CONSENSUS)
def test_answering_the_source_never_widens(data: st.DataObject, a: mk.Model, b: mk.Model, consensus: Any) -> None:
    assessment = data.draw(mks.assessments(a))
    before = mk.score(a, assessment, consensus=consensus)
    still_open = [score.dimension for score in before.leaves if score.is_open]
    assume(still_open)
    leaf = data.draw(st.sampled_from(still_open))
    answer = data.draw(mks.stages_of(scale_of(a, leaf.id)) | mks.ranges(scale_of(a, leaf.id)))
    answered = evolve(assessment, ratings=[*assessment.ratings, mk.Rating(leaf.id, answer, "another")])
    after = mk.score(a, answered, consensus=consensus)
    crosswalks = [data.draw(mks.crosswalks(a, b, most=12))]
    never_wider(mk.translate(before, b, crosswalks=crosswalks), mk.translate(after, b, crosswalks=crosswalks))


@given(st.data(), A, B_OR_SMALL, CONSENSUS)
def test_narrowing_a_range_of_the_source_never_widens(
    data: st.DataObject, a: mk.Model, b: mk.Model, consensus: Any
) -> None:
    assessment = data.draw(mks.assessments(a))
    place = a_known_rating(data, assessment)
    rating = assessment.ratings[place]
    old = reading(a, rating)
    low = data.draw(st.integers(old.low, old.high))
    high = data.draw(st.integers(low, old.high))
    narrowed = replaced(assessment, place, scale_of(a, rating.dimension), low, high)
    crosswalks = [data.draw(mks.crosswalks(a, b, most=12))]
    before, after = (mk.score(a, x, consensus=consensus) for x in (assessment, narrowed))
    never_wider(mk.translate(before, b, crosswalks=crosswalks), mk.translate(after, b, crosswalks=crosswalks))


@given(st.data(), A, B)
def test_order_of_links_does_not_matter(data: st.DataObject, a: mk.Model, b: mk.Model) -> None:
    result = mk.score(a, data.draw(mks.assessments(a)))
    crosswalk = data.draw(mks.crosswalks(a, b))
    mixed = evolve(crosswalk, links=data.draw(st.permutations(crosswalk.links)))
    one, other = (mk.translate(result, b, crosswalks=[each]) for each in (crosswalk, mixed))
    assert positions(one) == positions(other)
    assert inferable(one) == inferable(other)
    assert sorted((i.code, i.where) for i in one.issues) == sorted((i.code, i.where) for i in other.issues)


def inferable(translation: mk.Translation) -> dict[str, str]:
    return {id: derived(translation, id).inferable for id in translation}


def derived(translation: mk.Translation, id: str) -> mk.types.DerivedScore:
    score = translation[id]
    assert isinstance(score, mk.types.DerivedScore)
    return score


def identity(model: mk.Model, ids: Iterable[str]) -> mk.Crosswalk:
    """From a model to its copy, each of these dimensions to itself."""
    ids = list(ids)
    same = {id: {stage: (stage, stage, stage) for stage in scale_of(model, id).ids} for id in ids}
    cells = {id: [(stage, stage) for stage in same[id]] for id in ids}
    links = [mk.Link(id, id, "equal", 1, same[id], cells=cells[id]) for id in ids]
    told = {d.id for id in ids if id != OUTCOME for d in model.by_id[id].walk()}
    gaps = [
        mk.NotInferable(of, leaf.id, "It is left out.")
        for of in (model.id, "copy")
        for leaf in model.leaves
        if leaf.id not in told
    ]
    return mk.Crosswalk(model.id, "copy", links, not_inferable=gaps)


def contains(outer: mk.Score, inner: mk.Score) -> bool:
    scale, wide, narrow = outer.dimension.scale, outer.position, inner.position
    if scale is None or wide is None or narrow is None:
        return wide is None and narrow is None
    return at_most(scale, wide.low, narrow.low) and at_most(scale, narrow.high, wide.high)


@given(st.data(), A, st.sampled_from(["median", "weakest", "envelope"]))
def test_identity_crosswalks_give_every_stage_back(data: st.DataObject, a: mk.Model, consensus: Any) -> None:
    result = mk.score(a, data.draw(mks.assessments(a)), consensus=consensus)
    copy = evolve(a, id="copy")
    leaves = [leaf.id for leaf in a.leaves]
    found = mk.translate(result, copy, crosswalks=[identity(a, leaves)])
    assert set(inferable(found).values()) == {"full"}
    assert found.not_inferable == ()
    if any(scale.has_bands for scale in a.scales.values()):
        # A stage hides which number of its band there was, so that a mean of several is less certain.
        assert [found[id].stage for id in leaves] == [result[id].stage for id in leaves]
        assert all(contains(found[id], result[id]) for id in a.by_id)
        return
    assert positions(found) == positions(result)
    # Links of the inner dimensions beside these say the same stages.
    inner = [id for id, d in a.by_id.items() if d.scale is not None and not d.is_leaf]
    checked = mk.translate(result, copy, crosswalks=[identity(a, [*leaves, *inner])])
    assert [score.stage for score in checked.values()] == [score.stage for score in result.values()]
    assert not [i for i in checked.issues if i.code in {"links-exclude-each-other", "link-disagrees"}]
    # Alone, they give what a stage can tell.
    for id in inner:
        alone = mk.translate(result, copy, crosswalks=[identity(a, [id])])
        assert alone[id].stage == result[id].stage, id
        assert alone[id].not_applicable == result[id].not_applicable, id
        assert set(alone.not_inferable) == set(leaves) - (set(leaves) & {id})


# Scales alone.


def outcome_crosswalk(data: st.DataObject, a: mk.Model, b: mk.Model) -> mk.Crosswalk:
    gaps = [mk.NotInferable(model.id, "part", "It is left out.") for model in (a, b)]
    return mk.Crosswalk(a.id, b.id, [data.draw(mks.links(a.root, b.root))], not_inferable=gaps)


def meet_by_hand(scale: mk.Scale, stages: Iterable[int]) -> int:
    """The stage below all of these that is above every other such stage."""
    stages = list(stages)
    below = [s for s in range(len(scale.stages)) if all(scale.at_least(p, s) for p in stages)]
    (one,) = [s for s in below if all(scale.at_least(s, other) for other in below)]
    return one


def join_by_hand(scale: mk.Scale, stages: Iterable[int]) -> int:
    stages = list(stages)
    above = [s for s in range(len(scale.stages)) if all(scale.at_least(s, p) for p in stages)]
    (one,) = [s for s in above if all(scale.at_least(other, s) for other in above)]
    return one


def maps_of(link: mk.Link, scale: mk.Scale, other: mk.Scale) -> list[list[int]]:
    """Low, likely and high as positions, by the position of the source's stage."""
    return [[other.positions[link.stages[stage][end] or ""] for stage in scale.ids] for end in range(3)]


@given(st.data(), ON_A, ON_B)
def test_reversal_is_as_defined(data: st.DataObject, a: mk.Model, b: mk.Model) -> None:
    crosswalk = outcome_crosswalk(data, a, b)
    scale, other = scale_of(a, OUTCOME), scale_of(b, OUTCOME)
    everything = range(len(scale.stages))
    lows, likelies, highs = maps_of(crosswalk.links[0], scale, other)
    (turned,) = mk.links.reverse(crosswalk, a, b).links
    assert turned.cells == tuple((y, x) for x, y in crosswalk.links[0].cells)
    for stage, id in enumerate(other.ids):
        found = [None if end is None else scale.positions[end] for end in turned.stages[id]]
        p = meet_by_hand(scale, [s for s in everything if other.at_least(highs[s], stage)])
        q = join_by_hand(scale, [s for s in everything if other.at_least(stage, lows[s])])
        low, high = meet_by_hand(scale, [p, q]), join_by_hand(scale, [p, q])
        # Likely is only what a coder said.
        same = [s for s in everything if likelies[s] == stage]
        if not same:
            likely = None
        elif scale.is_chain:
            likely = min(max(low, sorted(same)[(len(same) - 1) // 2]), high)
        else:
            chosen = meet_by_hand(scale, [s for s in everything if other.at_least(likelies[s], stage)])
            likely = join_by_hand(scale, [low, meet_by_hand(scale, [chosen, high])])
        assert found == [low, likely, high]
        if scale.is_chain and other.is_chain:
            compatible = [s for s in everything if lows[s] <= stage <= highs[s]]
            below = max((s for s in everything if highs[s] < stage), default=0)
            above = min((s for s in everything if lows[s] > stage), default=scale.top)
            expected = (compatible[0], compatible[-1]) if compatible else (below, above)
            assert (low, high) == expected
        # What is compatible forward is compatible back, on any scale.
        for s in everything:
            if between(other, lows[s], stage, highs[s]):
                assert between(scale, low, s, high)


@given(st.data(), ON_A, ON_B)
def test_one_link_forward_then_back_contains_the_start(data: st.DataObject, a: mk.Model, b: mk.Model) -> None:
    crosswalk = outcome_crosswalk(data, a, b)
    assume(says_something(*crosswalk.links))
    network = mk.Network([crosswalk], [a, b])
    scale = scale_of(a, OUTCOME)
    low = data.draw(st.integers(0, scale.top))
    high = data.draw(st.sampled_from([s for s in range(len(scale.stages)) if scale.at_least(s, low)]))
    start = mk.score(a, {OUTCOME: f"{scale.ids[low]}..{scale.ids[high]}"})
    back = mk.translate(mk.translate(start, b, network=network), a, network=network)
    assert start.stage is not None and back.stage is not None
    assert at_most(scale, scale.positions[back.stage.low.id], low)
    assert at_most(scale, high, scale.positions[back.stage.high.id])


@given(st.data(), ON_A, ON_B, ON_C)
def test_composed_links_say_the_hull_of_what_the_second_says(
    data: st.DataObject, a: mk.Model, b: mk.Model, c: mk.Model
) -> None:
    first, second = outcome_crosswalk(data, a, b), outcome_crosswalk(data, b, c)
    assume(says_something(*first.links, *second.links))
    (composed,) = mk.links.compose(first, second).links
    middle, last = scale_of(b, OUTCOME), scale_of(c, OUTCOME)
    lows, likelies, highs = maps_of(first.links[0], scale_of(a, OUTCOME), middle)
    second_lows, second_likelies, second_highs = maps_of(second.links[0], middle, last)
    for stage, (low, likely, high) in enumerate(zip(*maps_of(composed, scale_of(a, OUTCOME), last), strict=True)):
        allowed = [m for m in range(len(middle.stages)) if between(middle, lows[stage], m, highs[stage])]
        assert low == meet_by_hand(last, [second_lows[m] for m in allowed])
        assert high == join_by_hand(last, [second_highs[m] for m in allowed])
        assert likely == second_likelies[likelies[stage]]
    assert composed.steps == (first.links[0], second.links[0])
    assert composed.relation == composed_relations(first.links[0].relation, second.links[0].relation)


@given(st.data(), A, B, C, D)
@settings(max_examples=min(60, settings().max_examples))
def test_composing_is_associative(data: st.DataObject, a: mk.Model, b: mk.Model, c: mk.Model, d: mk.Model) -> None:
    first, second, third = (data.draw(mks.crosswalks(*pair)) for pair in ((a, b), (b, c), (c, d)))
    one = mk.links.compose(mk.links.compose(first, second), third)
    other = mk.links.compose(first, mk.links.compose(second, third))
    assert one == other
    assert one.path == ("a--b", "b--c", "c--d")
    joined = [(x, y, z) for x, y, z in product(first.links, second.links, third.links)]
    joined = [(x, y, z) for x, y, z in joined if x.target == y.source and y.target == z.source]
    assert [link.steps for link in one.links if says_something(*link.steps)] == [
        steps for steps in joined if says_something(*steps)
    ]
    # But for the pairs that two ways lead to, what is composed is a crosswalk like any other.
    assert {finding.problem for finding in check_crosswalk(one, a, d)} <= {"stands twice"}


@given(st.data(), A, B, C, D)
@settings(max_examples=min(60, settings().max_examples))
def test_strength_never_grows_along_a_path(
    data: st.DataObject, a: mk.Model, b: mk.Model, c: mk.Model, d: mk.Model
) -> None:
    steps = [data.draw(mks.crosswalks(*pair)) for pair in ((a, b), (b, c), (c, d))]
    for link in reduce(mk.links.compose, steps).links:
        strengths = [step.strength for step in link.steps]
        assert link.strength == strengths[0] * strengths[1] * strengths[2]
        assert 0 < link.strength <= min(strengths)
    network = mk.Network(steps, [a, b, c, d])
    result = mk.score(a, {})
    weakest = Fraction(1)
    for step, target in zip(steps, (b, c, d), strict=True):
        way = mk.translate(result, target, network=network).route
        assert way.strength <= float(weakest)
        weakest = min(weakest, step.strength)
    assert way.strength == pytest.approx(float(steps[0].strength * steps[1].strength * steps[2].strength))


# Set relations, against sets.

SETS = [frozenset(c) for size in range(1, 5) for c in combinations(range(4), size)]


def relation(a: frozenset[int], b: frozenset[int]) -> str:
    """The one strict relation of two sets."""
    if a == b:
        return "equal"
    if a < b:
        return "subset"
    if a > b:
        return "superset"
    return "intersects" if a & b else "disjoint"


def loosely(a: frozenset[int], b: frozenset[int]) -> set[str]:
    """The relations of two sets, where subset and superset are proper or not."""
    return {relation(a, b)} | ({"subset", "superset"} if a == b else set())


@cache
def triples() -> frozenset[tuple[str, str, str]]:
    """The strict relations of a to b, of b to c and of a to c that some sets have."""
    return frozenset((relation(a, b), relation(b, c), relation(a, c)) for a, b, c in product(SETS, repeat=3))


@pytest.mark.parametrize(("first", "second"), [*product(RELATIONS, repeat=2)])
def test_relations_compose_exactly(first: str, second: str) -> None:
    expected = {third for a, b, third in triples() if (a, b) == (first, second)}
    assert composed_relations([first], [second]) == expected


def test_relations_proper_or_not_are_covered() -> None:
    """Whichever of its relations a link names, the composed ones name one that the ends have."""
    ends: dict[tuple[str, str], set[frozenset[str]]] = {}
    for a, b, c in product(SETS, repeat=3):
        for first, second in product(loosely(a, b), loosely(b, c)):
            ends.setdefault((first, second), set()).add(frozenset(loosely(a, c)))
    for (first, second), found in ends.items():
        composed = composed_relations([first], [second])
        assert all(composed & relations for relations in found), (first, second)


SOME_RELATIONS = st.sets(st.sampled_from(RELATIONS), min_size=1)


@given(SOME_RELATIONS, SOME_RELATIONS, SOME_RELATIONS)
def test_relations_compose_as_sets_do(first: set[str], second: set[str], third: set[str]) -> None:
    both = composed_relations(first, second)
    assert both == frozenset().union(*(composed_relations([a], [b]) for a, b in product(first, second)))
    assert composed_relations(both, third) == composed_relations(first, composed_relations(second, third))
    assert reversed_relations(reversed_relations(first)) == first
    assert reversed_relations(both) == composed_relations(reversed_relations(second), reversed_relations(first))


# Pooling.

Weighted = tuple[Fraction, mk.types.Position, mk.types.Position | None, mk.types.Position]


@st.composite
def pooled_spans(draw: st.DrawFn, scale: mk.Scale, truth: int | None = None) -> list[Weighted]:
    """Spans with strengths; with a truth, those that hold it have at least half the strength."""
    everything = range(len(scale.stages))
    found: list[Weighted] = []
    for _ in range(draw(st.integers(1, 5))):
        low = draw(st.sampled_from(everything))
        high = draw(st.sampled_from([s for s in everything if scale.at_least(s, low)]))
        likely = draw(st.none() | st.sampled_from([s for s in everything if between(scale, low, s, high)]))
        found.append((Fraction(draw(st.integers(1, 5)), 10), low, likely, high))
    if truth is not None:
        total = sum((w for w, *_ in found), Fraction(0))
        held = sum((w for w, low, _, high in found if between(scale, low, truth, high)), Fraction(0))
        if 2 * held < total:
            # As much more of what is right as makes the halves equal.
            found.append((total - 2 * held, truth, truth, truth))
    return draw(st.permutations(found))


def between(scale: mk.Scale, low: mk.types.Position, stage: int, high: mk.types.Position) -> bool:
    return scale.at_least(stage, int(low)) and scale.at_least(high, stage)


def of_most(
    weighted: Sequence[tuple[Fraction, mk.types.Position]], combine: Callable[[Iterable[int]], int]
) -> list[int]:
    """What is got of each choice of links that have more than half the strength."""
    total = sum(w for w, _ in weighted)
    choices = chain.from_iterable(combinations(weighted, size) for size in range(1, len(weighted) + 1))
    return [combine(int(p) for _, p in chosen) for chosen in choices if 2 * sum(w for w, _ in chosen) > total]


def lower_median_by_hand(scale: mk.Scale, weighted: Sequence[tuple[Fraction, mk.types.Position]]) -> int:
    """On a chain the lower of the middle two, each as often as its strength; else what all of some half say."""
    if scale.is_chain:
        each = sorted(p for w, p in weighted for _ in range(int(w * 100)))
        return int(each[(len(each) - 1) // 2])
    return join_by_hand(scale, of_most(weighted, lambda stages: meet_by_hand(scale, stages)))


def upper_median_by_hand(scale: mk.Scale, weighted: Sequence[tuple[Fraction, mk.types.Position]]) -> int:
    if scale.is_chain:
        each = sorted(p for w, p in weighted for _ in range(int(w * 100)))
        return int(each[len(each) // 2])
    return meet_by_hand(scale, of_most(weighted, lambda stages: join_by_hand(scale, stages)))


def pool_by_hand(scale: mk.Scale, spans: Sequence[Weighted]) -> tuple[int, int | None, int]:
    low = lower_median_by_hand(scale, [(w, low) for w, low, _, _ in spans])
    high = upper_median_by_hand(scale, [(w, high) for w, _, _, high in spans])
    known = [(w, likely) for w, _, likely, _ in spans if likely is not None]
    if not known:
        return low, None, high
    likely = lower_median_by_hand(scale, known)
    return low, join_by_hand(scale, [low, meet_by_hand(scale, [likely, high])]), high


def pool(
    scale: mk.Scale, spans: Sequence[Weighted]
) -> tuple[mk.types.Position, mk.types.Position | None, mk.types.Position]:
    """What links come to that say so much of a dimension whose scale is that of their sources."""
    same = {stage: (stage, stage, stage) for stage in scale.ids}
    links = [mk.Link(f"d{i}", "d", "intersects", strength, same) for i, (strength, *_) in enumerate(spans)]
    names = Sources._fields[:-1]
    terms = LinkTerms(*(column and vector(column) for column in terms_of(links, [scale] * len(links), scale)))
    pooled_cell = pooled(scale.order, terms, Sources(*map(each, names))).cell  # type: ignore[arg-type]
    function = compiled(names, *pooled_cell.positions, pooled_cell.known)
    ends = [[span[end] or 0 for span in spans] for end in (1, 2, 3)]
    known, here, there = [span[2] is not None for span in spans], [True] * len(spans), [False] * len(spans)
    low, likely, high, is_known = function(*ends, known, there, [1.0] * len(spans), here)
    return low, likely if is_known else None, high


@given(st.data(), mks.scales())
def test_pooling_is_as_defined(data: st.DataObject, scale: mk.Scale) -> None:
    spans = data.draw(pooled_spans(scale))
    low, likely, high = pool(scale, spans)
    assert (low, likely, high) == pool_by_hand(scale, spans)
    assert at_most(scale, low, high)
    assert pool(scale, data.draw(st.permutations(spans))) == (low, likely, high)
    assert pool(scale, [(w * 3, *span) for w, *span in spans]) == (low, likely, high)  # type: ignore[misc]
    ((_, *alone), *_) = spans
    assert pool(scale, spans[:1]) == tuple(alone)


@given(st.data(), mks.scales())
def test_pooling_holds_the_truth_if_half_the_strength_does(data: st.DataObject, scale: mk.Scale) -> None:
    truth = data.draw(st.integers(0, scale.top))
    low, _, high = pool(scale, data.draw(pooled_spans(scale, truth)))
    assert at_most(scale, low, truth) and at_most(scale, truth, high)


def test_pooling_some_links_first_may_come_to_something_else() -> None:
    scale = LEVEL
    spans: list[Weighted] = [(Fraction(1), place, place, place) for place in range(3)]
    assert pool(scale, spans)[0] == 1
    first = pool(scale, spans[:2])
    assert pool(scale, [(Fraction(2), *first), spans[2]])[0] == 0


# What a translation makes of its links, by hand.


@given(st.data(), A, B)
def test_each_dimension_has_what_its_links_pool_to(data: st.DataObject, a: mk.Model, b: mk.Model) -> None:
    """Also where sources are not applicable or links disjoint, and where there is no link at all."""
    result = mk.score(a, data.draw(mks.assessments(a, respondents=1)))
    crosswalk = data.draw(mks.crosswalks(a, b, most=12))
    found = mk.translate(result, b, crosswalks=[crosswalk])
    speaking = [link for link in crosswalk.links if says_something(link)]
    linked = {link.target for link in speaking}
    for id, dimension in b.by_id.items():
        below = any(d.id in linked for d in dimension.walk() if d is not dimension)
        if id in linked and not below:
            placed_by_hand(found, id, [link for link in speaking if link.target == id])
        elif dimension.is_leaf:
            untouched(found, id)
        assert len(derived(found, id).links) == sum(link.target == id for link in speaking)
    assert set(found.not_inferable) == {leaf.id for leaf in b.leaves if inferable(found)[leaf.id] == "none"}


def placed_by_hand(found: mk.Translation, id: str, links: Sequence[mk.Link]) -> None:
    scale, score = scale_of(found.model, id), derived(found, id)
    applying = [link for link in links if found.origin[link.source].stage is not None]
    full = any(link.is_full for link in links)
    if not applying:
        assert score.not_applicable == full
        assert score.inferable == ("full" if full else "none")
        if not full and score.dimension.is_leaf:
            untouched(found, id)
        return
    spans: list[Weighted] = []
    for link in applying:
        stage = found.origin[link.source].stage
        assert stage is not None
        told = None if stage.likely is None else link.stages[stage.likely.id][1]
        likely = None if told is None else scale.positions[told]
        low, high = link.stages[stage.low.id][0], link.stages[stage.high.id][2]
        spans.append((link.strength, scale.positions[low], likely, scale.positions[high]))
    ends = pool_by_hand(scale, spans)
    assert score.stage is not None
    assert [stage and scale.positions[stage.id] for stage in score.stage] == list(ends)
    # What a source speaks to in part, it covers in part, as far as it is answered.
    shares = [
        float(1 if link.is_full else link.strength) * found.origin[link.source].coverage for link in applying
    ]
    assert score.coverage == pytest.approx(max(shares))
    # Who does not apply does not speak, so that a link that judges all of it may be left out.
    assert score.inferable == ("full" if any(link.is_full for link in applying) else "part")
    assert score.rule == "links"


def untouched(found: mk.Translation, id: str) -> None:
    score = derived(found, id)
    lowest, highest = scale_of(found.model, id).open_ends
    assert score.position == (lowest, None, highest)
    assert (score.coverage, score.inferable, score.not_applicable) == (0, "none", False)
    assert id in found.not_inferable


@given(st.data(), A, B)
def test_disjoint_links_never_pool(data: st.DataObject, a: mk.Model, b: mk.Model) -> None:
    result = mk.score(a, data.draw(mks.assessments(a)))
    crosswalk = data.draw(mks.crosswalks(a, b))
    links = [evolve(link, relation="disjoint") for link in crosswalk.links]
    found = mk.translate(result, b, crosswalks=[evolve(crosswalk, links=links)])
    assert positions(found) == positions(mk.score(b, {}))
    assert set(found.not_inferable) == {leaf.id for leaf in b.leaves}


def rated_as_such(data: st.DataObject, model: mk.Model) -> mk.Result:
    """A result of the overall stage alone."""
    assume(model.outcome is not None)
    scale = scale_of(model, OUTCOME)
    low = data.draw(st.integers(0, scale.top))
    high = data.draw(st.sampled_from([s for s in range(len(scale.stages)) if scale.at_least(s, low)]))
    return mk.score(model, {OUTCOME: f"{scale.ids[low]}..{scale.ids[high]}"})


@given(st.data(), A, B)
def test_of_an_outcome_alone_only_outcome_links_speak(data: st.DataObject, a: mk.Model, b: mk.Model) -> None:
    result = rated_as_such(data, a)
    crosswalk = data.draw(mks.crosswalks(a, b))
    if b.outcome is not None and data.draw(st.booleans()):
        link = data.draw(mks.links(a.root, b.root))
        others = [other for other in crosswalk.links if (other.source, other.target) != (OUTCOME, OUTCOME)]
        crosswalk = evolve(crosswalk, links=[*others, link])
    found = mk.translate(result, b, crosswalks=[crosswalk])
    assert {use.link.source for id in found for use in derived(found, id).links} <= {OUTCOME}
    alone = evolve(crosswalk, links=[link for link in crosswalk.links if link.source == OUTCOME], path=["a--b"])
    assert positions(found) == positions(mk.translate(result, b, crosswalks=[alone]))
    speaking = {link.target for link in alone.links if says_something(link)}
    for leaf in b.leaves:
        if leaf.id not in speaking:
            untouched(found, leaf.id)
    if speaking == {OUTCOME}:
        assert found.outcome_is_given
        assert set(found.not_inferable) == {leaf.id for leaf in b.leaves}
        placed_by_hand(found, OUTCOME, [link for link in alone.links if link.target == OUTCOME])


@given(st.data(), A, B)
def test_what_is_translated_can_be_shown(data: st.DataObject, a: mk.Model, b: mk.Model) -> None:
    result = mk.score(a, data.draw(mks.assessments(a)))
    found = mk.translate(result, b, crosswalks=[data.draw(mks.crosswalks(a, b))])
    described = json.loads(json.dumps(found.to_dict()))
    assert set(described["dimensions"]) == set(b.by_id) - {OUTCOME}
    assert described["derived"]["path"] == ["a", "b"]
    for id, score in described["dimensions"].items():
        assert score["inferable"] in {"full", "part", "none"}
        assert len(score["links"]) == len(derived(found, id).links)
        for use in derived(found, id).links if found[id].rule == "links" else ():
            assert use.describe() in found.explain(id)
    assert repr(found)


# Single cases that the laws, or the search for them, brought up.


def plain(id: str) -> mk.Model:
    return flat(id, ["part"], "weakest", "profile")


def plain_crosswalk(id: str, source: str, target: str, relation: str = "equal") -> mk.Crosswalk:
    a, b = map(plain, id.split("--"))
    return toys.crosswalk(a, b, toys.link(source, target, None, 1, relation))


@pytest.mark.parametrize("relations", [("disjoint", "subset"), ("superset", "disjoint")])
def test_disjoint_links_never_pool_on_a_longer_way(relations: tuple[str, str]) -> None:
    a, b, c = map(plain, "abc")
    first, second = relations
    crosswalks = [plain_crosswalk("a--b", "part", "part", first), plain_crosswalk("b--c", "part", "part", second)]
    found = mk.translate(mk.score(a, {"part": "mid"}), c, crosswalks=crosswalks, models=[b])
    assert found.not_inferable == ("part",)
    assert positions(found) == positions(mk.score(c, {}))


@pytest.mark.parametrize("target", [OUTCOME, "part"])
def test_a_source_that_has_no_score_says_nothing(target: str) -> None:
    """A dimension that is not combined has stages, but no position: it may well be applicable."""
    a, b = plain("a"), plain("b")
    result = mk.score(a, {"part": "mid"}, scorer="profile")
    assert result.outcome.stage is None and not result.outcome.not_applicable
    found = mk.translate(result, b, crosswalks=[plain_crosswalk("a--b", OUTCOME, target)])
    assert not found[target].not_applicable
    assert positions(found) == positions(mk.score(b, {}))


def test_a_composed_crosswalk_is_reversed_by_its_parts() -> None:
    a, b, c = map(plain, "abc")
    first, second = plain_crosswalk("a--b", OUTCOME, "part"), plain_crosswalk("b--c", "part", "part")
    with pytest.raises(mk.ComparisonError, match="reverse its parts"):
        mk.links.reverse(mk.links.compose(first, second), a, c)
    (link,) = mk.links.compose(mk.links.reverse(second, b, c), mk.links.reverse(first, a, b)).links
    assert [(step.source, step.target) for step in link.steps] == [("part", "part"), ("part", OUTCOME)]


def test_a_rule_of_order_over_means_hides_as_much_as_a_mean_does() -> None:
    a = plain("a")
    b = flat("b", [group("group", ["one", "two"], scorer="mean")])
    truth = mk.score(b, {"one": "low", "two": "mid"})
    assert truth.outcome.position == (0.5, 0.5, 0.5)
    crosswalk = toys.crosswalk(a, b, toys.link(OUTCOME, OUTCOME, None, 1, "equal"))
    found = mk.translate(mk.score(a, {"part": "low"}), b, crosswalks=[crosswalk])
    holds(found, truth)
