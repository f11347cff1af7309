"""What a result hangs on, against brute force on generated models."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import comb, prod
from random import Random
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given, strategies as st

import maturitykit as mk
import oracle
from maturitykit.assessment.ratings import ReadAnswer, read_answer
from maturitykit.report import build
from maturitykit.report.document import comparison_document
from maturitykit.report.terminal import as_text
from maturitykit.scoring.plan import plan_for
from maturitykit.scoring.weights import tie_shares
from maturitykit.scoring.what_holds import what_holds
from maturitykit.testing import strategies as mks
from maturitykit.types import WeightBounds

#: A weight for each dimension, by id.
Weights = Mapping[str, Fraction]
ENDS = (0, 1, 2)


def flat(count: int, rule: str = "median", stages: int = 4, weights: Sequence[int] = ()) -> mk.Model:
    """A model of some parts on one chain."""
    scale = mk.Scale("level", [mk.Stage(f"s{i}") for i in range(stages)])
    parts = [mk.Dimension(f"d{i}", scale=scale, weight=weight) for i, weight in enumerate(weights or [1] * count)]
    return mk.Model("flat", "1", "Flat", parts, [rule, "weakest"], outcome=scale)


# ---- a score under any weights, of zero too, by hand


class NothingWeighsError(Exception):
    """All that counts at a dimension has weight zero: such weights say nothing."""


def position(result: mk.Result, dimension: mk.Dimension, end: int, weights: Weights) -> float | None:
    """The position of a dimension at one end; None where nothing counts there."""
    if dimension.is_leaf:
        span = result[dimension.id].position
        return None if span is None else span[end]
    rule = dimension.scorer or result.scorer
    assert isinstance(rule, str)
    at: dict[str, float] = {}
    is_known = False
    for child in dimension.children:
        found = position(result, child, end, weights)
        is_known |= found is not None
        if found is None and end == 1 and rule == "staged":
            # There an open child counts as lowest.
            found = position(result, child, 0, weights)
        if found is not None:
            at[child.id] = found
    if not is_known:
        return None
    if rule in ("median", "mean") and not sum(weights[id] for id in at):
        raise NothingWeighsError
    weighed = [evolve(child, weight=weights[child.id]) for child in dimension.children]
    return oracle.rule(evolve(dimension, children=weighed), rule, at)


def stage_under(result: mk.Result, id: str, end: int, weights: Weights) -> mk.Stage | None:
    dimension = result.model.by_id[id]
    try:
        found = position(result, dimension, end, weights)
    except NothingWeighsError:
        return None
    return None if found is None or dimension.scale is None else dimension.scale.stage(found)


def published(model: mk.Model) -> dict[str, Fraction]:
    return {dimension.id: dimension.weight for dimension in model.root.walk()}


def combined(model: mk.Model) -> list[mk.Dimension]:
    return [dimension for dimension in model.root.walk() if dimension.children]


def every_choice(
    model: mk.Model, choices: Callable[[Sequence[Fraction]], list[list[int]]]
) -> Iterator[dict[str, Fraction]]:
    """Every combination of one choice of weights at each parent."""
    parents = combined(model)
    for chosen in product(*(choices([c.weight for c in parent.children]) for parent in parents)):
        yield {
            child.id: Fraction(weight)
            for parent, weights in zip(parents, chosen, strict=True)
            for child, weight in zip(parent.children, weights, strict=True)
        }


def held_against(result: mk.Result, bounds: Mapping[str, WeightBounds | None], tried: Sequence[Weights]) -> None:
    """No weights lead outside of the bounds, and where they are exact, these weights reach them."""
    for id, found in bounds.items():
        scale = result.model.by_id[id].scale
        assert found is not None
        assert scale is not None
        for end in ENDS:
            stages = [s for w in tried if (s := stage_under(result, id, end, w)) is not None]
            at = [scale.positions[stage.id] for stage in stages]
            low, high = found.lowest[end], found.highest[end]
            if low is None or high is None:
                assert not at
                continue
            met, joined = int(oracle.meet(scale, at)), int(oracle.join(scale, at))
            least, most = scale.positions[low.id], scale.positions[high.id]
            assert scale.at_least(met, least), (id, end)
            assert scale.at_least(most, joined), (id, end)
            if found.is_exact:
                assert (least, most) == (met, joined), (id, end)


RULES = ("weakest", "median", "mean", "staged")


def some_result(data: st.DataObject, most: int, rules: Sequence[str] = RULES) -> mk.Result:
    model = data.draw(mks.models(depth=3, applied=rules))
    assume(len(model.by_id) - 1 <= most)
    if data.draw(st.booleans()):
        model = evolve(model, dimensions=[even(dimension) for dimension in model.dimensions])
    if data.draw(st.booleans()):
        return mk.score(
            model, {leaf.id: data.draw(mks.stages_of(leaf.scale)) for leaf in model.leaves if leaf.scale}
        )
    return mk.score(model, data.draw(mks.assessments(model, respondents=1)))


def even(dimension: mk.Dimension) -> mk.Dimension:
    """The dimension, and those below it, with weights that make ties."""
    return evolve(dimension, weight=1, children=[even(child) for child in dimension.children])


@given(st.data(), st.sampled_from(["1/4", "1/10", "1/2", "9/10"]))
def test_bounds_over_a_box_are_those_of_its_corners(data: st.DataObject, share: str) -> None:
    result = some_result(data, 6)
    off = Fraction(share)
    bounds = result.robustness().weights(share)
    weights, random = published(result.model), Random(1)
    corners = [
        {id: weight * (1 + sign * off) for (id, weight), sign in zip(weights.items(), (1, *signs), strict=True)}
        for signs in product((-1, 1), repeat=len(weights) - 1)
    ]
    inside = [
        {id: weight * (1 + off * Fraction(random.randint(-9, 9), 9)) for id, weight in weights.items()}
        for _ in range(10)
    ]
    assert set(bounds) == {d.id for d in combined(result.model) if result[d.id].position}
    held_against(result, bounds, [*corners, *inside])


@given(st.data())
def test_bounds_on_chains_are_always_exact(data: st.DataObject) -> None:
    result = some_result(data, 12)
    assume(all(d.scale is None or d.scale.is_chain for d in result.model.root.walk()))
    for within in (0.25, "any", "order"):
        assert all(found is not None and found.is_exact for found in result.robustness().weights(within).values())


def each_alone(weights: Sequence[Fraction]) -> list[list[int]]:
    return [[int(i == one) for i in range(len(weights))] for one in range(len(weights))]


@given(st.data())
def test_bounds_over_any_weights_hold_all_of_them_and_are_reached(data: st.DataObject) -> None:
    result = some_result(data, 8)
    alone = list(every_choice(result.model, each_alone))
    random = Random(2)
    others = [{id: Fraction(random.choice((0, 0, 1, 2, 3, 7))) for id in result.model.by_id} for _ in range(60)]
    held_against(result, result.robustness().weights("any"), [*alone, *others])


def first_so_many(weights: Sequence[Fraction]) -> list[list[int]]:
    return [[int(w >= least) for w in weights] for least in set(weights)]


@given(st.data())
def test_bounds_over_an_order_hold_all_weights_of_that_order(data: st.DataObject) -> None:
    result = some_result(data, 8)
    firsts = list(every_choice(result.model, first_so_many))
    random = Random(3)

    def in_order() -> dict[str, Fraction]:
        found: dict[str, Fraction] = {}
        for parent in combined(result.model):
            ranks = sorted({child.weight for child in parent.children})
            drawn = sorted(Fraction(random.choice((0, 1, 1, 2, 5, 9))) for _ in ranks)
            found |= {child.id: drawn[ranks.index(child.weight)] for child in parent.children}
        return found

    held_against(result, result.robustness().weights("order"), [*firsts, *(in_order() for _ in range(60))])


def test_what_is_not_a_set_of_weights_is_refused() -> None:
    robustness = mk.score(flat(3), {"d0": "s1"}).robustness()
    for within in (-0.1, 1.1, "most", "1/3000001", float("nan")):
        with pytest.raises(mk.ScoringError, match="there are no such weights"):
            robustness.weights(within)


class Second(mk.Scorer):
    """The second lowest: nothing is known of how it reads weights."""

    id = "second"
    ordinal = True

    def bind(self, parent: mk.Dimension, children: Sequence[mk.Dimension], weights: Sequence[int]) -> Any:
        return lambda positions: sorted(positions)[min(1, len(positions) - 1)]


def test_nothing_is_said_of_weights_under_a_rule_of_a_third_party() -> None:
    model = evolve(flat(3), scorers=[Second(), "median"])
    robustness = mk.score(model, dict.fromkeys(("d0", "d1", "d2"), "s1")).robustness()
    assert robustness.weights() == {"outcome": None}
    assert robustness.shares == {"outcome": None}
    assert robustness.ties == ()
    assert {id: stage.likely.id for id, stage in robustness.rules.items()} == {"second": "s1", "median": "s1"}  # type: ignore[union-attr]


# ---- ties


@given(st.data())
def test_ties_are_where_exactly_half_of_the_weight_decides(data: st.DataObject) -> None:
    result = some_result(data, 10, rules=["median", "median", "staged"])
    weights = published(result.model)
    expected = {}
    for dimension in combined(result.model):
        scale, own = dimension.scale, dimension.scorer or result.scorer
        if own != "median" or scale is None:
            continue
        known = [(c, p) for c in dimension.children if (p := position(result, c, 1, weights)) is not None]
        whole = sum(c.weight for c, _ in known)
        at = position(result, dimension, 1, weights) or 0
        for child, p in known:
            halves = [
                s
                for s in range(len(scale.stages))
                if not scale.at_least(at, s)
                and scale.at_least(p, s)
                and 2 * sum(c.weight for c, other in known if scale.at_least(other, s)) == whole
            ]
            if halves:
                # As soon as this child weighs more, all of these are held.
                expected[dimension.id, child.id] = scale.stages[int(oracle.join(scale, [at, *halves]))]
    found = {
        (tie.dimension.id, child.id): tie.with_more for tie in result.robustness().ties for child in tie.children
    }
    assert found == expected


@given(st.data())
def test_a_tie_says_what_a_little_more_weight_makes_of_the_outcome(data: st.DataObject) -> None:
    result = some_result(data, 10, rules=["median"])
    for tie in result.robustness().ties:
        for child in tie.children:
            weights = {child.id: child.weight * Fraction(100_001, 100_000)}
            other = mk.score(result.model, given_answers(result), weights=weights)
            assert other[tie.dimension.id].span.likely == tie.with_more
            assert other.span.likely == tie.outcome
            assert result[tie.dimension.id].span.likely == tie.stage


@given(mks.models(depth=2, applied=["median", "median", "weakest", "mean", "staged"]), st.booleans())
def test_the_share_of_ties_is_that_of_all_complete_answers(model: mk.Model, is_even: bool) -> None:
    scales = [leaf.scale for leaf in model.leaves if leaf.scale]
    count = prod(len(scale.stages) for scale in scales)
    assume(count <= 300)
    if is_even:
        model = evolve(model, dimensions=[even(dimension) for dimension in model.dimensions])
    ties = Counter[str]()
    for stages in product(*(scale.ids for scale in scales)):
        answers = {leaf.id: stage for leaf, stage in zip(model.leaves, stages, strict=True)}
        ties.update({tie.dimension.id for tie in mk.score(model, answers).robustness().ties})
    shares = tie_shares(plan_for(model, None, {}))
    assert shares == {id: Fraction(ties[id], count) for id in shares}
    counted = {
        dimension.id
        for dimension in combined(model)
        if (dimension.scorer or model.scorers[0]) == "median"
        and all(
            (d.is_leaf or (d.scorer or model.scorers[0]) in ("median", "weakest")) and d.scale and d.scale.is_chain
            for d in dimension.walk()
        )
    }
    assert set(shares) == counted


def test_ties_of_weights_that_are_too_exact_are_not_counted() -> None:
    exact = flat(12, weights=[10**i for i in range(12)])
    assert tie_shares(plan_for(exact, None, {})) == {}


def given_answers(result: mk.Result) -> mk.Assessment:
    """The ratings that a result rests on."""
    ratings = [item for leaf in result.leaves for item in leaf.inputs if isinstance(item, mk.Rating)]
    return mk.Assessment(result.model.id, ratings)


# ---- shares of all weights


def part_above_half(some: int, of: int) -> Fraction:
    """The share of the simplex where ``some`` of ``of`` weights are more than half, by integration."""
    if some in (0, of):
        return Fraction(int(some == of))
    a, b = some, of - some
    # The density of Beta(a, b), its second factor written out.
    terms = [(comb(b - 1, k) * (-1) ** k, a - 1 + k) for k in range(b)]

    def integral(low: Fraction) -> Fraction:
        return sum((c * (1 - low ** (power + 1)) / (power + 1) for c, power in terms), Fraction(0))

    return integral(Fraction(1, 2)) / integral(Fraction(0))


def shares_by_hand(result: mk.Result, dimension: mk.Dimension) -> dict[int, Fraction]:
    """The share of weights for each stage, over all combinations of the stages of the children."""
    if dimension.is_leaf:
        at = result[dimension.id].position
        assert at is not None
        return {int(at.low): Fraction(1)}
    below = [shares_by_hand(result, c) for c in dimension.children if not result[c.id].not_applicable]
    found: dict[int, Fraction] = {}
    for stages in product(*below):
        chance = prod((of[stage] for of, stage in zip(below, stages, strict=True)), start=Fraction(1))
        ladder = sorted(set(stages))
        if (dimension.scorer or result.scorer) == "weakest":
            found[ladder[0]] = found.get(ladder[0], Fraction(0)) + chance
            continue
        reach = [part_above_half(sum(s >= stage for s in stages), len(stages)) for stage in ladder] + [Fraction(0)]
        for stage, a, b in zip(ladder, reach, reach[1:], strict=False):
            found[stage] = found.get(stage, Fraction(0)) + chance * (a - b)
    return {stage: share for stage, share in found.items() if share}


@given(st.data())
def test_shares_of_weights_are_those_of_integration(data: st.DataObject) -> None:
    model = data.draw(mks.models(depth=3, applied=["median", "weakest"]))
    assume(model.root.scale is not None and model.root.scale.is_chain)
    answers = {
        leaf.id: data.draw(mks.stages_of(leaf.scale) | st.just(mk.NOT_APPLICABLE))
        for leaf in model.leaves
        if leaf.scale
    }
    result = mk.score(model, answers)
    assume(not result.outcome.not_applicable)
    for id, shares in result.robustness().shares.items():
        scale = model.by_id[id].scale
        assert scale is not None
        assert shares is not None
        expected = {scale.ids[s]: share for s, share in shares_by_hand(result, model.by_id[id]).items()}
        assert dict(shares) == expected
        assert sum(shares.values()) == 1


def test_three_of_five_equal_parts_reach_a_stage_under_eleven_sixteenths_of_all_weights() -> None:
    result = mk.score(flat(5), {"d0": "s2", "d1": "s2", "d2": "s2", "d3": "s0", "d4": "s0"})
    assert result.robustness().shares["outcome"] == {"s0": Fraction(5, 16), "s2": Fraction(11, 16)}


def test_no_share_is_given_where_there_is_no_closed_form() -> None:
    answers = {"d0": "s0", "d1": "s3", "d2": "s3"}
    assert mk.score(flat(3, "mean"), answers).robustness().shares == {"outcome": None}
    assert mk.score(flat(3), answers | {"d1": mk.UNKNOWN}).robustness().shares == {"outcome": None}


# ---- rules, consensus, quorums, leaving out, extremes


@given(st.data())
def test_rules_and_consensus_are_scored_as_if_they_were_chosen(data: st.DataObject) -> None:
    model = data.draw(mks.models(depth=2, applied=["median"]))
    model = evolve(model, scorers=["median", "weakest"])
    assessment = data.draw(mks.assessments(model))
    consensus: Any = data.draw(st.sampled_from(["median", "mean", "weakest", "envelope"]))
    result = mk.score(model, assessment, consensus=consensus)
    robustness = result.robustness()
    assert robustness.rules == {
        rule: mk.score(model, assessment, scorer=rule, consensus=consensus).stage for rule in ("median", "weakest")
    }
    ways: list[Any] = ["median", "mean", "weakest", "envelope"]
    assert robustness.consensus == {how: mk.score(model, assessment, consensus=how).stage for how in ways}


@given(st.data())
def test_leaving_one_out_is_scored_as_if_it_had_never_been_said(data: st.DataObject) -> None:
    model = data.draw(mks.models(depth=3, applied=RULES))
    assessment = data.draw(mks.assessments(model))
    consensus: Any = data.draw(st.sampled_from(["median", "mean", "weakest", "envelope"]))
    result = mk.score(model, assessment, consensus=consensus)
    found = {(item.kind, item.id): item.stage for item in result.robustness().without}

    def left(leaves_out: Callable[[mk.Rating], bool]) -> Any:
        return mk.score(model, without(assessment, leaves_out), consensus=consensus).stage

    expected: dict[tuple[str, str], Any] = {}
    for name in {rating.respondent for rating in assessment.ratings}:
        expected["respondent", name] = left(lambda rating, name=name: rating.respondent == name)  # type: ignore[misc]
    for leaf in result.leaves:
        if leaf.position and leaf.position.likely is not None:
            id = leaf.dimension.id
            expected["question", id] = left(lambda rating, where=id: rating.dimension == where)  # type: ignore[misc]

    def differs(stage: Any) -> bool:
        own = result.stage
        if own is None or stage is None or own.likely is None or stage.likely is None:
            return bool(own != stage)
        return bool(own.likely != stage.likely)

    assert found == {key: stage for key, stage in expected.items() if differs(stage)}


@given(st.data())
def test_the_quorum_curve_is_the_weight_at_or_above_each_stage(data: st.DataObject) -> None:
    model = data.draw(mks.models(depth=2, applied=["median", "weakest"]))
    result = mk.score(model, data.draw(mks.assessments(model)))
    scale, children = model.root.scale, [result[d.id] for d in model.dimensions]
    assert scale is not None
    quorums = result.robustness().quorums
    assume(not result.outcome.not_applicable)
    assert list(quorums) == list(scale.ids)
    for stage, id in enumerate(scale.ids):
        for end in ENDS:
            parts = [(c.dimension.weight, c.position[end]) for c in children if c.position is not None]
            counted = [(weight, p) for weight, p in parts if p is not None]
            whole = sum(weight for weight, _ in counted)
            share = sum(w for w, p in counted if scale.at_least(p, stage)) / whole if counted else None
            assert quorums[id][end] == share


@given(st.data())
def test_extremes_are_the_outcome_by_the_lowest_and_by_the_highest_answers(data: st.DataObject) -> None:
    model = data.draw(mks.models(depth=3, applied=RULES))
    count = data.draw(st.integers(1, 4))
    answers = {
        leaf.id: [data.draw(mks.stages_of(leaf.scale)) for _ in range(count)]
        for leaf in model.leaves
        if leaf.scale
    }
    extremes = mk.score(model, answers).robustness().extremes
    order = {leaf.id: leaf.scale.positions for leaf in model.leaves if leaf.scale}
    lowest, highest = (
        mk.score(model, {id: pick(said, key=order[id].__getitem__) for id, said in answers.items()}).stage
        for pick in (min, max)
    )
    assert extremes == (lowest, highest, tuple(leaf for leaf in model.leaves if len(set(answers[leaf.id])) > 1))


# ---- the sentence


def likely_of(model: mk.Model, assessment: mk.Assessment, **choices: Any) -> str:
    """The name of the likely stage, as sentences have it."""
    result = mk.score(model, assessment, **choices)
    if result.stage is None:
        return "not applicable"
    return result.stage.likely.name if result.stage.likely else "open"


def without(assessment: mk.Assessment, leaves_out: Callable[[mk.Rating], bool]) -> mk.Assessment:
    return evolve(assessment, ratings=[rating for rating in assessment.ratings if not leaves_out(rating)])


def people(assessment: mk.Assessment) -> set[str]:
    """Who gave a stage for anything."""
    silent = (None, mk.UNKNOWN, mk.NOT_APPLICABLE)
    return {rating.respondent for rating in assessment.ratings if rating.answer not in silent}


def box_corners(model: mk.Model) -> Iterator[dict[str, Fraction]]:
    weights = {id: weight for id, weight in published(model).items() if id != "outcome"}
    for signs in product((3, 5), repeat=len(weights)):
        yield {id: weights[id] * Fraction(sign, 4) for id, sign in zip(weights, signs, strict=True)}


def names_in(text: object) -> list[str]:
    return str(text).replace(" or ", ", ").split(", ")


def assert_true(model: mk.Model, assessment: mk.Assessment, finding: Any) -> None:
    """A finding holds, as scoring again shows."""
    own, parts, result = likely_of(model, assessment), finding.parts, mk.score(model, assessment)
    match finding.pattern:
        case "{one}, and {other}":
            assert_true(model, assessment, parts["one"])
            assert_true(model, assessment, parts["other"])
        case "by one respondent":
            assert len(people(assessment)) == 1
        case "so far: less than half is answered, and open questions could make it {stages}":
            assert result.coverage < 0.5
            assert parts["stages"] == f"{result.span.low.name} to {result.span.high.name}"
        case "but open questions could make it {stages}":
            assert parts["stages"] == f"{result.span.low.name} to {result.span.high.name}"
        case "by a tie: a little more weight on {names} makes it {stage}":
            for id in names_in(parts["names"]):
                more = {id: model.by_id[id].weight * Fraction(100_001, 100_000)}
                assert likely_of(model, assessment, weights=more) == parts["stage"] != own
        case "but weights a quarter lower or higher can make it {stages}":
            reached = {likely_of(model, assessment, weights=weights) for weights in box_corners(model)}
            assert set(names_in(parts["stages"])) <= reached - {own}
        case "but by {rule} it is {stage}":
            assert likely_of(model, assessment, scorer=str(parts["rule"])) == parts["stage"] != own
        case "under {what}" | "under {weights} and {rules}":
            assert all(stays(model, assessment, str(part)) for part in parts.values())
        case "without either respondent" | "without any one respondent":
            names = people(assessment)
            others = [without(assessment, lambda r, who=who: r.respondent == who) for who in names]  # type: ignore[misc]
            assert (len(names) == 2) == ("either" in finding)
            assert {likely_of(model, other) for other in others} == {own}
        case _:
            assert finding.pattern.startswith("but without {what} it is {stage}")
            assert_decides(model, assessment, parts["what"], parts["stage"])


def assert_decides(model: mk.Model, assessment: mk.Assessment, what: Any, stage: str) -> None:
    """Without a respondent, or without the answers to a question, the likely stage is another."""
    if getattr(what, "pattern", "") == "the answers on {name}":
        left = without(assessment, lambda rating: bool(rating.dimension == what.parts["name"]))
    else:
        left = without(assessment, lambda rating: bool(rating.respondent == what))
    assert likely_of(model, left) == stage != likely_of(model, assessment)


def stays(model: mk.Model, assessment: mk.Assessment, under: str) -> bool:
    """Whether the likely stage is the same under something."""
    own, result = likely_of(model, assessment), mk.score(model, assessment)
    if under == "every rule the model offers":
        return len(model.scorers) > 1 and {
            likely_of(model, assessment, scorer=rule) for rule in model.scorers
        } == {own}
    if under == "weights a quarter lower or higher":
        return {likely_of(model, assessment, weights=weights) for weights in box_corners(model)} == {own}
    assert under == "every weighting"
    stages = {stage_under(result, "outcome", 1, weights) for weights in every_choice(model, each_alone)}
    return {stage.name for stage in stages if stage is not None} == {own}


@given(st.data())
def test_every_clause_of_the_sentence_is_true(data: st.DataObject) -> None:
    model = data.draw(mks.models(depth=2, applied=["median", "mean"]))
    assume(len(model.by_id) <= 7)
    others = ["weakest"] if model.scorers == ("median",) else []
    model = evolve(model, scorers=[*model.scorers, *others])
    if data.draw(st.booleans()):
        # Complete answers, that often agree.
        count = data.draw(st.integers(1, 3))
        ratings = [
            mk.Rating(leaf.id, data.draw(mks.stages_of(leaf.scale)), f"r{number}")
            for leaf in model.leaves
            if leaf.scale
            for number in range(count)
        ]
        assessment = mk.Assessment(model.id, ratings)
    else:
        assessment = data.draw(mks.assessments(model, respondents=3))
    result = mk.score(model, assessment)
    sentence: Any = what_holds(result.robustness())
    assert result.robustness().sentence() == sentence
    match sentence.pattern:
        case "Nobody has answered: ask first." | "Nobody who answered knew: ask others first.":
            assert result.coverage == 0
            assert ("knew" in sentence) == any(rating.answer == mk.UNKNOWN for rating in assessment.ratings)
        case "Not applicable.":
            assert result.outcome.not_applicable
        case "{count} respondents, no agreement: {how}.":
            assert sentence.parts["count"] == len(people(assessment))
            assert_dissent(result, sentence.parts["how"])
        case "{stage}.":
            assert sentence == f"{likely_of(model, assessment).capitalize()}."
        case "{stage}, {finding}.":
            assert sentence.parts["stage"] == likely_of(model, assessment).capitalize()
            assert_true(model, assessment, sentence.parts["finding"])
        case other:
            raise AssertionError(other)


def assert_dissent(result: mk.Result, how: Any) -> None:
    """What is said of respondents who do not agree is so, on most dimensions."""
    leaves = [leaf for leaf in result.leaves if not leaf.not_applicable]
    spans = []
    for leaf in leaves:
        scale = leaf.dimension.scale
        assert scale is not None
        said = [read_answer(scale, r.answer) for r in leaf.inputs if isinstance(r, mk.Rating)]
        likely = [reading.likely for reading in said if isinstance(reading, ReadAnswer)]
        far = len(likely) > 1 and max(likely) - min(likely) + 1 > len(scale) / 2
        if far and all(likely.count(stage) <= len(likely) / 2 for stage in likely):
            spans.append((max(likely) - min(likely) + 1, len(scale)))
    assert len(spans) > len(leaves) / 2
    if "{count}" in how.pattern:
        assert (how.parts["count"], how.parts["all"]) == (len(spans), len(leaves))
    else:
        assert len(spans) == len(leaves)
    if "span" in how.pattern:
        words = ["", "one", "two", "three", "four", "five"]
        least = min(span for span, _ in spans)
        assert {(words[least], words[stages]) for _, stages in spans} == {(how.parts["some"], how.parts["all"])}
        assert ("at least" in how) == (len({span for span, _ in spans}) > 1)


def told(model: mk.Model, *ratings: tuple[str, str, str]) -> str:
    answers = [mk.Rating(dimension, answer, who) for who, dimension, answer in ratings]
    return str(mk.score(model, mk.Assessment(model.id, answers)).robustness().sentence())


def everybody(stages: Sequence[str], *names: str) -> list[tuple[str, str, str]]:
    return [(name, f"d{i}", stage) for name in names for i, stage in enumerate(stages)]


def test_the_sentence_names_the_gravest() -> None:
    model = flat(4)
    assert told(model) == "Nobody has answered: ask first."
    assert told(model, ("A", "d0", "unknown")) == "Nobody who answered knew: ask others first."
    assert told(model, *everybody(["s1"] * 4, "A")) == "S1, by one respondent."
    agreed = everybody(["s1"] * 4, "A", "B")
    assert told(model, *agreed) == (
        "S1, under every weighting and every rule the model offers, and without either respondent."
    )
    assert told(model, *everybody(["s1", "s1", "s2", "s2"], "A", "B")) == (
        "S1, by a tie: a little more weight on d2 or d3 makes it s2."
    )
    assert told(model, *everybody(["s0"] * 4, "A"), *everybody(["s3"] * 4, "B")) == (
        "2 respondents, no agreement: their answers span four of four stages on every dimension."
    )
    assert told(flat(5), *everybody(["s1", "s1", "s1", "s2", "s2"], "A", "B")) == (
        "S1, but weights a quarter lower or higher can make it s2."
    )
    assert told(model, *everybody(["s1"] * 4, "A", "B"), *everybody(["s2"] * 4, "C", "D", "E")) == (
        "S2, but without C it is s1; leaving out 2 more, each alone, changes it too."
    )
    assert told(model, *everybody(["s1", "s2", "s2", "s2"], "A", "B")) == "S2, but by weakest it is s1."
    assert told(model, ("A", "d0", "s2"), ("B", "d0", "s2")) == (
        "S2, so far: less than half is answered, and open questions could make it s0 to s3."
    )


def test_names_can_be_hidden_in_the_sentence() -> None:
    answers = {f"d{i}": ["s1", "s1", "s2", "s2", "s2"] for i in range(4)}
    robustness = mk.score(flat(4), answers).robustness()
    assert "without 3 it is" in robustness.sentence()
    assert "without respondent 3 it is" in robustness.sentence(with_names=False)
    assert "zonder respondent 3 is het" in robustness.sentence("nl", with_names=False)


@given(st.data())
def test_the_facts_behind_the_sentence_can_be_included_in_json(data: st.DataObject) -> None:
    model = data.draw(mks.models(depth=2, applied=RULES))
    result = mk.score(model, data.draw(mks.assessments(model, respondents=3)))
    robustness = result.robustness()
    told: Any = json.loads(json.dumps(result.to_dict(include=["what_holds"])))
    what_holds = told.pop("what_holds")
    assert told == json.loads(json.dumps(result.to_dict()))
    assert what_holds["sentence"] == robustness.sentence("en", with_names=False)
    assert [(tie["dimension"], tie["with_more"]) for tie in what_holds["ties"]] == [
        (tie.dimension.id, tie.with_more.id) for tie in robustness.ties
    ]
    box = robustness.weights()["outcome"] if result.stage else None
    assert (what_holds["within_a_quarter"] is None) == (box is None)
    if box:
        likely = box.lowest.likely and box.lowest.likely.id
        assert what_holds["within_a_quarter"]["lowest"]["likely"] == likely
    assert what_holds["rules"].keys() == robustness.rules.keys()
    assert [(each["kind"], each["number"]) for each in what_holds["without"]] == [
        (item.kind, item.number) for item in robustness.without
    ]
    assert mk.read_result({**told, "what_holds": what_holds}, model).outcome.stage == result.outcome.stage


def test_json_names_no_respondent() -> None:
    names = ("Ann", "Bob", "Cas", "Dee", "Eve")
    model = flat(4)
    ratings = [mk.Rating(f"d{i}", "s1" if who < "Cas" else "s2", who) for i in range(4) for who in names]
    result = mk.score(model, mk.Assessment("flat", ratings))
    assert "without Cas" in result.robustness().sentence()
    told = json.dumps(result.to_dict(include=["what_holds"]))
    assert "without respondent 3" in told
    assert not any(name in told for name in names)


def test_nothing_else_can_be_included_in_json() -> None:
    with pytest.raises(mk.ScoringError, match='is "what-holds"; expected "what_holds"'):
        mk.score(flat(3), {}).to_dict(include=["what-holds"])  # type: ignore[list-item]


# ---- translations, results that are read back, comparisons


@given(st.data())
def test_translations_are_held_against_the_weights_of_their_own_model(data: st.DataObject) -> None:
    source = data.draw(mks.models(depth=2, id="source"))
    target = data.draw(mks.models(depth=2, applied=RULES, id="target"))
    assume(len(target.by_id) <= 6)
    crosswalk = data.draw(mks.crosswalks(source, target, inner=data.draw(st.booleans())))
    result = mk.score(source, data.draw(mks.assessments(source)))

    def translated(weights: Weights) -> mk.Translation:
        def weighed(dimension: mk.Dimension) -> mk.Dimension:
            children = [weighed(child) for child in dimension.children]
            return evolve(dimension, children=children, weight=weights.get(dimension.id, dimension.weight))

        model = evolve(target, dimensions=[weighed(dimension) for dimension in target.dimensions])
        return mk.translate(result, model, crosswalks=[crosswalk], models=[source])

    bounds = translated({}).robustness().weights()
    others = [translated(weights) for weights in box_corners(target)]
    for id, found in bounds.items():
        scale = target.by_id[id].scale
        if found is None or scale is None:
            continue
        for end in ENDS:
            at = [scale.positions[s.id] for o in others if (span := o[id].stage) and (s := span[end]) is not None]
            low, high = found.lowest[end], found.highest[end]
            if low is None or high is None:
                assert not at
                continue
            least, most = scale.positions[low.id], scale.positions[high.id]
            met, joined = int(oracle.meet(scale, at)), int(oracle.join(scale, at))
            assert scale.at_least(met, least), (id, end)
            assert scale.at_least(most, joined), (id, end)
            if found.is_exact:
                assert (least, most) == (met, joined), (id, end)


@given(st.data())
def test_a_translation_says_who_and_which_link_decides(data: st.DataObject) -> None:
    source = data.draw(mks.models(depth=2, applied=RULES, id="source"))
    target = data.draw(mks.models(depth=2, applied=RULES, id="target"))
    crosswalk = data.draw(mks.crosswalks(source, target))
    assume(crosswalk.links)
    assessment = data.draw(mks.assessments(source))

    def translated(said: mk.Assessment, **choices: Any) -> mk.Translation:
        return mk.translate(mk.score(source, said), target, crosswalks=[crosswalk], models=[source], **choices)

    found = translated(assessment)
    expected: dict[tuple[str, str], Any] = {
        ("link", link.name): translated(assessment, without=link.name).stage
        for link in crosswalk.links
        if any(use.link.name == link.name for id in found for use in found[id].links)
    }
    for name in {rating.respondent for rating in assessment.ratings}:
        left = without(assessment, lambda rating, who=name: rating.respondent == who)  # type: ignore[misc]
        expected["respondent", name] = translated(left).stage
    own = found.stage
    likely = {key: stage and stage.likely for key, stage in expected.items()}
    deciding = {
        key: stage
        for key, stage in expected.items()
        if (likely[key] != own.likely if own and stage and own.likely and stage.likely else own != stage)
    }
    told = {(item.kind, item.id): item.stage for item in found.robustness().without if item.kind != "question"}
    assert told == deciding
    assert found.robustness().sentence()


def test_a_result_that_is_read_back_does_not_know_who_said_what() -> None:
    answers = {f"d{i}": ["s1", "s2", "s2"] for i in range(4)}
    result = mk.score(flat(4), answers)
    stored = mk.read_result(result.to_dict(), result.model).robustness()
    assert stored.weights() == result.robustness().weights()
    assert stored.rules == result.robustness().rules
    assert stored.consensus == {}
    assert stored.extremes == (None, None, result.robustness().extremes.differing)
    assert stored.sentence() == "S2, under every weighting and every rule the model offers."


@given(st.data())
def test_a_movement_holds_where_no_weights_of_the_box_undo_it(data: st.DataObject) -> None:
    model = data.draw(mks.models(depth=2, applied=["median", "mean", "weakest"]))
    assume(len(model.by_id) <= 6)
    before, after = (mk.score(model, data.draw(mks.assessments(model))) for _ in range(2))
    comparison = mk.compare(before, after)
    some = Random(4).sample(list(box_corners(model)), min(6, 2 ** (len(model.by_id) - 1)))
    olds, news = ([mk.score(model, given_answers(r), weights=w) for w in some] for r in (before, after))
    for id, holds in comparison.holds_within().items():
        moved = {mk.Comparison(old, new)[id].direction for old, new in product(olds, news)}
        if comparison[id].direction == "unknown":
            assert holds is None
        elif holds:
            assert moved == {comparison[id].direction}


def with_values(model: mk.Model, values: Mapping[str, Sequence[float]]) -> mk.Model:
    """The same model with other values of the stages of its chains, by scale."""

    def scale_of(scale: mk.Scale | None) -> mk.Scale | None:
        if scale is None or scale.id not in values:
            return scale
        stages = [mk.Stage(stage.id, value=value) for stage, value in zip(scale, values[scale.id], strict=True)]
        return mk.Scale(scale.id, stages)

    def changed(dimension: mk.Dimension) -> mk.Dimension:
        children = [changed(child) for child in dimension.children]
        return evolve(dimension, scale=scale_of(dimension.scale), children=children)

    dimensions = [changed(dimension) for dimension in model.dimensions]
    return evolve(model, dimensions=dimensions, outcome=scale_of(model.outcome))


def one_great_step(length: int) -> Iterator[list[float]]:
    """Values of stages, nearly all of whose distance is between two of them: the extremes."""
    for great in range(1, length):
        yield [0.0, *(i * 1e-5 + (1 - length * 1e-5) * (i >= great) for i in range(1, length - 1)), 1.0]


def some_values(length: int, random: Random) -> list[float]:
    inner = sorted(random.sample(range(1, 10_000), length - 2))
    return [0.0, *(value / 10_000 for value in inner), 1.0]


def sign(number: float) -> str:
    return "same" if abs(number) < 1e-9 else "up" if number > 0 else "down"


@given(st.data())
def test_a_movement_holds_for_any_distances_if_no_values_of_the_stages_undo_it(data: st.DataObject) -> None:
    nested = mks.models(depth=data.draw(st.integers(2, 3)), applied=["mean", "mean", "weakest", "staged"])
    weights = st.lists(st.integers(1, 4), min_size=3, max_size=3)
    model = data.draw(nested | st.builds(flat, st.just(3), st.just("mean"), st.integers(3, 5), weights))
    # A band would hold the value of its stage.
    model = with_values(model, {id: range(len(s)) for id, s in model.scales.items() if s.is_chain})
    scales = {d.scale.id: d.scale for d in model.root.walk() if d.scale and d.scale.is_chain}
    before, after = (mk.score(model, data.draw(mks.assessments(model, respondents=1))) for _ in range(2))
    random = Random(5)
    tried = [
        dict(zip(scales, v, strict=True)) for v in product(*(one_great_step(len(s)) for s in scales.values()))
    ]
    tried = random.sample(tried, min(30, len(tried)))
    is_every_extreme = len(tried) < 30
    tried += [{id: some_values(len(scale), random) for id, scale in scales.items()} for _ in range(5)]
    comparison = mk.compare(before, after)
    moved: dict[str, set[str]] = {id: set() for id in comparison}
    for values in tried:
        other = with_values(model, values)
        old, new = (mk.score(other, given_answers(result)) for result in (before, after))
        for id in comparison:
            a, b = old[id].index, new[id].index
            if a and b and a.likely is not None and b.likely is not None:
                moved[id].add(sign(b.likely - a.likely))
    for id, holds in comparison.holds_for_any_distances().items():
        direction, scale = comparison[id].direction, comparison[id].dimension.scale
        if direction == "unknown":
            assert holds is None
        elif scale and scale.is_chain and holds:
            assert moved[id] == {direction}
        elif scale and scale.is_chain and holds is False and is_every_extreme:
            assert moved[id] != {direction}


@given(st.data())
def test_what_follows_from_the_order_of_stages_holds_for_any_distances(data: st.DataObject) -> None:
    model = data.draw(mks.models(depth=3, applied=["median", "weakest"]))
    before, after = (mk.score(model, data.draw(mks.assessments(model))) for _ in range(2))
    comparison = mk.compare(before, after)
    for id, holds in comparison.holds_for_any_distances().items():
        assert holds is (None if comparison[id].direction == "unknown" else True)


@given(st.data())
def test_a_mean_of_respondents_depends_on_distances_too(data: st.DataObject) -> None:
    model = flat(2, data.draw(st.sampled_from(["mean", "median"])))
    stages = st.lists(st.integers(0, 3), min_size=1, max_size=3)
    said = [[data.draw(stages) for _ in range(2)] for _ in range(2)]
    results = [
        mk.score(model, {f"d{i}": [f"s{stage}" for stage in of] for i, of in enumerate(each)}, consensus="mean")
        for each in said
    ]
    comparison = mk.compare(*results)
    holds = comparison.holds_for_any_distances()

    def mean(numbers: Sequence[float]) -> float:
        return sum(numbers) / len(numbers)

    for i in range(2):
        moved = {
            sign(mean([v[s] for s in said[1][i]]) - mean([v[s] for s in said[0][i]])) for v in one_great_step(4)
        }
        assert holds[f"d{i}"] == (moved == {comparison[f"d{i}"].direction})
    if results[0].scorer == "mean":
        old, new = ([mean([mean([v[s] for s in of]) for of in each]) for v in one_great_step(4)] for each in said)
        moved = {sign(b - a) for a, b in zip(old, new, strict=True)}
        assert holds["outcome"] == (moved == {comparison.outcome.direction})
    # What was said is not in the file of a result.
    if any(isinstance(of, list) and len(of) > 1 for of in said[0]):
        stored = mk.compare(mk.read_result(results[0].to_dict(), model), results[1])
        assert stored.holds_for_any_distances()["outcome"] is None


def test_a_movement_of_a_mean_may_depend_on_distances() -> None:
    model = flat(2, "mean", stages=5)
    low, apart, high = (
        mk.score(model, dict(zip(("d0", "d1"), said, strict=True)))
        for said in (("s1", "s1"), ("s0", "s4"), ("s4", "s3"))
    )
    for results, direction, holds in (
        ((low, high), "up", True),
        ((high, low), "down", True),
        ((low, low), "same", True),
        ((apart, high), "up", True),
        ((low, apart), "up", False),
    ):
        comparison = mk.compare(*results)
        assert comparison.outcome.direction == direction
        assert comparison.holds_for_any_distances()["outcome"] is holds


def test_distances_are_not_told_where_an_open_part_holds_the_likely_stage_within_bounds() -> None:
    scale = flat(1).outcome
    gates = [mk.Gate("s1", "d1", "s1"), mk.Gate("s2", "d1", "s2"), mk.Gate("s3", "d2", "s1")]
    parts = [mk.Dimension("d1", scale=scale), mk.Dimension("d2", scale=scale)]
    open_part = mk.Dimension("part", scale=scale, scorer="staged", gates=gates, children=parts)
    model = mk.Model("m", "1", "M", [mk.Dimension("d0", scale=scale), open_part], ["mean"], outcome=scale)
    low, high = (mk.score(model, {"d0": stage, "d2": "not_applicable"}) for stage in ("s0", "s3"))
    assert high["part"].span.high.id == "s2"
    assert high.span.likely == high.span.high != high["d0"].span.likely
    assert mk.compare(low, high).holds_for_any_distances() == {"outcome": None, "d0": True} | dict.fromkeys(
        ("part", "d1", "d2")
    )


def test_a_movement_is_told_among_those_who_answered_both_times() -> None:
    model = flat(1)

    def of(**answers: str) -> mk.Result:
        return mk.score(
            model, mk.Assessment("flat", [mk.Rating("d0", stage, who) for who, stage in answers.items()])
        )

    comparison = mk.compare(of(Ann="s1", Bob="s1", Cas="s1"), of(Ann="s1", Dee="s3", Eve="s3"))
    assert comparison.outcome.direction == "up"
    same = comparison.among_the_same()
    assert same is not None
    assert same.outcome.direction == "same"
    assert mk.compare(of(Ann="s1"), of(Dee="s3")).among_the_same() is None
    text = as_text(comparison_document(comparison))
    assert "Among those who answered both times, no movements are the same." in text
    assert comparison.to_dict()["dimensions"]["outcome"]["among_the_same"] == "same"


# ---- roadmaps


@given(st.data())
def test_improvements_hold_within_the_box_if_they_reach_the_stage_at_each_corner(data: st.DataObject) -> None:
    result = some_result(data, 7)
    model, scale = result.model, result.model.outcome
    for route in mk.roadmap(result):
        assert scale is not None
        if route.improvements is None:
            continue
        # Open dimensions count as lowest.
        now = {
            leaf.dimension.id: "not_applicable" if leaf.stage is None else (leaf.stage.likely or leaf.stage.low).id
            for leaf in result.leaves
        }
        now |= {step.dimension.id: step.to.id for step in route.improvements}
        at = [mk.score(model, now, weights=weights).span.low.id for weights in box_corners(model)]
        assert scale.at_least(scale.positions[mk.score(model, now).span.low.id], scale.positions[route.stage.id])
        reached = all(scale.at_least(scale.positions[id], scale.positions[route.stage.id]) for id in at)
        if route.within_a_quarter is None:
            assert not scale.is_chain
        else:
            assert route.within_a_quarter == reached


@given(st.data())
def test_the_weakest_that_is_not_raised_is_told_with_what_raising_it_alone_does(data: st.DataObject) -> None:
    result = some_result(data, 12)
    weakest = [score.dimension.id for score in result.weakest]
    for route in mk.roadmap(result):
        if route.improvements is None:
            continue
        raised = {step.dimension.id for step in route.improvements}
        spared = [id for id in weakest if id not in raised] if len(weakest) < len(result.leaves) else []
        assert [each.dimension.id for each in route.spared] == spared
        for each in route.spared:
            scale = each.dimension.scale
            assert scale is not None
            assert each.stage == result[each.dimension.id].span.likely
            tried = mk.what_if(result, {each.dimension.id: scale.ids[-1]})
            assert each.moves_alone == (tried.span.likely != result.span.likely)


def test_a_roadmap_tells_why_it_spares_the_weakest_and_whether_it_holds_under_other_weights() -> None:
    model = flat(5, weights=[3, 3, 1, 2, 2])

    def texts(**stages: str) -> tuple[str, str]:
        result = mk.score(model, {f"d{i}": stages.get(f"d{i}", "s1") for i in range(5)})
        return tuple(  # type: ignore[return-value]
            " ".join(as_text(build(result, language=it, sections=["roadmap"])).split()) for it in ("en", "nl")
        )

    english, dutch = texts(d2="s0", d3="s2", d4="s2")
    assert (
        "d2 is among the weakest, but can stay at s0: raising it alone does not change the overall stage."
        in english
    )
    assert "It is enough under all weights up to a quarter lower or higher too." in english
    assert "d2 hoort bij de zwakste, maar kan op s0 blijven: alleen dat verbeteren verandert de fase" in dutch
    english, dutch = texts(d0="s2", d3="s0")
    assert "It is not enough under all weights up to a quarter lower or higher." in english
    assert "Het is niet genoeg bij alle gewichten" in dutch


@pytest.mark.parametrize(
    ("weights", "stages", "to", "name", "why"),
    [
        ([2, 1], ("s2", "s0"), "s3", "d1", "raising it alone does not change the overall stage"),
        ([3, 4, 3], ("s0", "s2", "s2"), "s3", "d0", "raising it is part of another way to get there"),
        (
            [2, 4],
            ("s0", "s1"),
            "s2",
            "d0",
            "raising it alone changes the overall stage, but is not needed for this",
        ),
    ],
)
def test_a_roadmap_says_why_the_weakest_is_not_in_it(
    weights: list[int], stages: tuple[str, ...], to: str, name: str, why: str
) -> None:
    model = flat(len(weights), "mean" if "changes" in why else "median", weights=weights)
    said = {f"d{i}": stage for i, stage in enumerate(stages)}
    result = mk.score(model, said, targets={"outcome": to})
    text = " ".join(as_text(build(result, sections=["roadmap"])).split())
    assert f"{name} is among the weakest, but can stay at {said[name]}: {why}." in text


@given(st.data())
def test_roadmaps_can_be_included_in_json(data: st.DataObject) -> None:
    result = some_result(data, 12)
    told = result.to_dict(include=["roadmap"])["roadmap"]
    if not result.coverage:
        assert told == []
        return
    assert told == [route.to_dict() for route in mk.roadmap(result)]
    for entry, route in zip(told, mk.roadmap(result), strict=True):
        assert (entry["stage"], entry["within_a_quarter"]) == (route.stage.id, route.within_a_quarter)
        assert [each["moves_alone"] for each in entry["spared"]] == [each.moves_alone for each in route.spared]
        steps = route.improvements
        assert entry["improvements"] == (
            steps
            if steps is None
            else [{"dimension": s.dimension.id, "start": s.start and s.start.id, "to": s.to.id} for s in steps]
        )


@given(st.data())
def test_json_says_what_each_movement_holds_under(data: st.DataObject) -> None:
    model = data.draw(mks.models(depth=2, applied=RULES))
    comparison = mk.compare(*(mk.score(model, data.draw(mks.assessments(model))) for _ in range(2)))
    same, entries = comparison.among_the_same(), comparison.to_dict()["dimensions"]
    assert {id: e["within_a_quarter"] for id, e in entries.items()} == comparison.holds_within(0.25)
    assert {id: e["for_any_distances"] for id, e in entries.items()} == comparison.holds_for_any_distances()
    for id, entry in entries.items():
        assert entry["among_the_same"] == (same[id].direction if same else None)


def test_a_comparison_tells_what_its_movements_hold_under() -> None:
    model = flat(2, "mean", stages=5)
    before, after = (
        mk.score(model, dict(zip(("d0", "d1"), of, strict=True))) for of in (("s1", "s1"), ("s0", "s4"))
    )
    english, dutch = (
        " ".join(as_text(comparison_document(mk.compare(before, after), it)).split()) for it in ("en", "nl")
    )
    assert "↑ up, whatever the open answers" in english
    assert "different ones for each result, all movements except those of overall are certain" in english
    assert "For any distances between the stages, all movements except those of overall are certain" in english
    assert "Among" not in english
    assert "↑ omhoog, wat de open antwoorden ook zijn" in dutch
    assert (
        "Bij elke afstand tussen de fasen blijven alle veranderingen behalve die van geheel zeker gelijk." in dutch
    )
    unmoved = as_text(comparison_document(mk.compare(before, before)))
    assert "distances" not in unmoved
