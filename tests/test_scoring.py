"""Scoring by example: each point of the rules that is not a law."""

import gc
import json
import math
import tracemalloc
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import permutations
from typing import Any

import attrs
import pytest

import maturitykit as mk
from maturitykit.scoring.plan import _PLANS
from maturitykit.scoring.roadmap import MOST_SETS
from toys import LOW_HIGH, chain, diamond, flat, group, leaves, numbered

LEVELS = chain("level", "basic", "good", "better", "best")
SHARES = chain("attainment", "not", "partially", "largely", "fully", bands=(0.15, 0.5, 0.85))
QUADRANT = diamond("situation", "neither", "integrated", "informed", "both")
RULES = ("median", "weakest", "mean")


def leaf(id: str, scale: mk.Scale = LEVELS, weight: int | str = 1) -> mk.Dimension:
    return mk.Dimension(id, scale=scale, weight=weight)


def toy(*dimensions: str | mk.Dimension, scorers: Sequence[str | mk.Scorer] = RULES) -> mk.Model:
    return flat("toy", dimensions, *scorers, scale=LEVELS)


def three() -> mk.Model:
    return toy("people", "process", "tools")


def ladder() -> mk.Model:
    """Each stage takes its own capability and those of the stages below it."""
    return flat(
        "ladder",
        [f"capability-{i}" for i in (1, 2, 3)],
        "staged",
        scale=SHARES,
        outcome=chain("stage", *(f"stage-{i}" for i in range(4))),
        gates=[mk.Gate(f"stage-{i}", f"capability-{i}", "largely") for i in (1, 2, 3)],
    )


def quadrant() -> mk.Model:
    """Two axes to four situations, of which the middle two cannot be compared."""
    return flat(
        "quadrant",
        ["integration", "data"],
        "staged",
        scale=SHARES,
        outcome=QUADRANT,
        gates=[mk.Gate("integrated", "integration", "largely"), mk.Gate("informed", "data", "largely")],
    )


def profile() -> mk.Model:
    layer = mk.Dimension("layer", children=leaves(["goal-1", "goal-2"], SHARES))
    return flat("profile", [layer, "goal-3"], "profile", scale=SHARES, outcome=None)


def grouped() -> mk.Model:
    """Two groups of three; the first keeps to its weakest part whatever the caller chooses."""
    return toy(group("first", "abc", LEVELS, scorer="weakest"), group("second", "def", LEVELS))


def said(model: mk.Model, **answers: Sequence[mk.Rating | str]) -> mk.Assessment:
    """Answers of respondents r1, r2, … by dimension; ``_`` in a name stands for ``-``."""
    ratings = [
        mk.Rating(id.replace("_", "-"), answer, respondent=f"r{i}")
        for id, given in answers.items()
        for i, answer in enumerate(given, start=1)
        if isinstance(answer, str)
    ]
    return mk.Assessment(model.id, ratings)


def span(score: mk.Score) -> tuple[str, str | None, str]:
    """Ids of the lowest, likely and highest stage."""
    assert score.stage is not None
    low, likely, high = score.stage
    return low.id, likely.id if likely else None, high.id


def same(stage: str) -> tuple[str, str, str]:
    return stage, stage, stage


def positions(score: mk.Score) -> tuple[float, float | None, float]:
    assert score.position is not None
    low, likely, high = score.position
    return low, likely, high


def issues(result: mk.Result, code: str) -> list[mk.types.Issue]:
    return [issue for issue in result.issues if issue.code == code]


# Five shapes of models.


def test_a_ladder_reaches_the_stages_whose_capabilities_are_there_from_the_bottom_up() -> None:
    answers = {"capability-1": "fully", "capability-2": "largely", "capability-3": "partially"}
    result = mk.score(ladder(), answers)
    assert span(result.outcome) == same("stage-2")
    assert result.issues == ()


def test_a_ladder_reports_capabilities_out_of_order() -> None:
    result = mk.score(ladder(), {"capability-1": "fully", "capability-2": "not", "capability-3": "fully"})
    assert span(result.outcome) == same("stage-1")
    (issue,) = result.issues
    assert (issue.code, issue.severity, issue.where) == ("out-of-order", "warning", "outcome")
    assert "stage-3" in issue.message
    assert "stage-2" in issue.message


def test_an_unanswered_capability_is_not_said_to_be_lacking() -> None:
    result = mk.score(ladder(), {"capability-2": "fully", "capability-3": "not"})
    assert span(result.outcome) == ("stage-0", "stage-0", "stage-2")
    assert issues(result, "out-of-order") == []


def test_a_profile_has_no_overall_stage() -> None:
    result = mk.score(profile(), {"goal-1": "fully", "goal-2": "not", "goal-3": "largely"})
    assert result.stage is None
    assert result.outcome.index is None
    assert result["layer"].stage is None
    assert span(result["goal-1"]) == same("fully")
    assert result.coverage == 1
    assert result.to_dict()["outcome"]["stage"] is None
    assert [score.dimension.id for score in result.weakest] == ["goal-2"]


def test_a_profile_still_knows_how_much_is_answered() -> None:
    # Of the layer one half, of the whole the mean of that and a goal without an answer.
    result = mk.score(profile(), {"goal-1": "fully"})
    assert result["layer"].coverage == 0.5
    assert result.coverage == 0.25


@pytest.mark.parametrize(
    ("integration", "data", "expected"),
    [
        ("partially", "partially", "neither"),
        ("largely", "partially", "integrated"),
        ("partially", "fully", "informed"),
        ("fully", "largely", "both"),
    ],
)
def test_a_quadrant_has_four_situations(integration: str, data: str, expected: str) -> None:
    result = mk.score(quadrant(), {"integration": integration, "data": data})
    assert span(result.outcome) == same(expected)
    assert result.outcome.index is None


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, ("neither", None, "both")),
        ({"integration": "fully"}, ("integrated", "integrated", "both")),
        ({"integration": "not"}, ("neither", "neither", "informed")),
        ({"data": "fully"}, ("informed", "informed", "both")),
        ({"data": "not"}, ("neither", "neither", "integrated")),
        ({"integration": "partially..fully", "data": "not"}, ("neither", "integrated", "integrated")),
    ],
)
def test_an_open_axis_of_a_quadrant_spans_what_both_its_ends_give(
    answers: dict[str, str], expected: tuple[str, str | None, str]
) -> None:
    assert span(mk.score(quadrant(), answers).outcome) == expected


def test_a_span_over_situations_that_cannot_be_compared_goes_from_their_meet_to_their_join() -> None:
    assessment = said(quadrant(), outcome=["integrated", "informed", "integrated"])
    result = mk.score(quadrant(), assessment, consensus="envelope")
    assert span(result.outcome) == ("neither", "integrated", "both")


def units_on_a_quadrant(scorer: str) -> mk.Model:
    units = [
        mk.Dimension(
            unit,
            scale=QUADRANT,
            scorer="staged",
            children=leaves([f"{unit}-integration", f"{unit}-data"], SHARES),
            gates=[
                mk.Gate("integrated", f"{unit}-integration", "largely"),
                mk.Gate("informed", f"{unit}-data", "largely"),
            ],
        )
        for unit in ("north", "south", "west")
    ]
    return flat("units", units, scorer, scale=QUADRANT)


@pytest.mark.parametrize(
    ("scorer", "west", "expected"),
    [
        ("weakest", "fully", "neither"),
        ("median", "fully", "both"),
        ("median", "not", "neither"),
    ],
)
def test_meet_and_majority_on_a_partial_order(scorer: str, west: str, expected: str) -> None:
    # North is integrated, south informed, west both or neither: at or above "integrated" are north
    # and perhaps west, at or above "informed" are south and perhaps west.
    answers = {
        "north-integration": "fully",
        "north-data": "not",
        "south-integration": "not",
        "south-data": "fully",
        "west-integration": west,
        "west-data": west,
    }
    result = mk.score(units_on_a_quadrant(scorer), answers)
    assert (span(result["north"]), span(result["south"])) == (same("integrated"), same("informed"))
    assert span(result.outcome) == same(expected)


def test_groups_have_a_score_each() -> None:
    answers = dict(zip("abcdef", ["good", "best", "best", "better", "best", "best"], strict=True))
    result = mk.score(grouped(), answers)
    assert span(result["first"]) == same("good")
    assert span(result["second"]) == same("best")
    assert span(result.outcome) == same("good")
    assert [score.dimension.id for score in result["first"].inputs if isinstance(score, mk.Score)] == [*"abc"]


def test_guidance_is_not_rated() -> None:
    topic = mk.types.Guidance("what-to-develop", texts={"basic": "Begin.", "good": "Go on."})
    model = flat("toy", ["people"], "median", scale=LEVELS, guidance=[topic])
    result = mk.score(model, {"people": "good"})
    assert list(result) == ["outcome", "people"]
    with pytest.raises(mk.AssessmentError, match="what-to-develop"):
        mk.score(model, {"people": "good", "what-to-develop": "good"})


# Blank, unknown, not applicable and the lowest stage are four different things.


def test_blank_unknown_not_applicable_and_the_lowest_stage_differ() -> None:
    known = {"people": "better", "process": "best"}
    blank = mk.score(three(), known)
    unknown = mk.score(three(), known | {"tools": mk.UNKNOWN})
    absent = mk.score(three(), known | {"tools": mk.NOT_APPLICABLE})
    lowest = mk.score(three(), known | {"tools": "basic"})
    assert span(blank["tools"]) == span(unknown["tools"]) == ("basic", None, "best")
    assert absent["tools"].stage is None
    assert span(lowest["tools"]) == same("basic")
    assert span(blank.outcome) == span(unknown.outcome) == ("better", "better", "best")
    assert span(absent.outcome) == span(lowest.outcome) == same("better")
    assert [score.weights for score in (absent.outcome, lowest.outcome)] == [(1, 1, 1)] * 2
    assert [r["tools"].is_open for r in (blank, unknown, absent, lowest)] == [True, True, False, False]
    assert [r["tools"].not_applicable for r in (blank, unknown, absent, lowest)] == [False, False, True, False]
    assert [r["tools"].coverage for r in (blank, unknown, absent, lowest)] == [0, 0, 1, 1]
    assert [r["tools"].respondents for r in (blank, unknown, absent, lowest)] == [0, 0, 0, 1]
    assert blank.coverage == unknown.coverage == pytest.approx(2 / 3)
    assert len({str(r["tools"].inputs) for r in (blank, unknown, absent, lowest)}) == 4


@pytest.mark.parametrize("scorer", RULES)
def test_not_applicable_leaves_with_its_weight_and_the_lowest_stage_stays(scorer: str) -> None:
    model = toy("people", leaf("process", weight=5))
    absent = mk.score(model, {"people": "best", "process": "not_applicable"}, scorer=scorer)
    lowest = mk.score(model, {"people": "best", "process": "basic"}, scorer=scorer)
    assert span(absent.outcome) == same("best")
    assert span(lowest.outcome) == same("basic")


def test_a_blank_that_is_written_down_is_no_answer() -> None:
    left_out = mk.score(three(), {"people": "good"})
    # NaN is what a row of pandas has there.
    for blank in (None, "", " ", math.nan):
        given = mk.score(three(), {"people": "good", "process": blank})
        assert given.to_dict() == left_out.to_dict()


def test_a_model_comes_first() -> None:
    with pytest.raises(TypeError, match="score takes a model or its id, and then an assessment; not dict first"):
        mk.score({"people": "good"}, three())  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["acme.csv", "abc", ["good"], None, 3])
def test_what_is_no_assessment_is_told(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^score takes an assessment, as maturitykit\.read gives one"):
        mk.score(three(), wrong)


def test_unknown_is_told_from_a_blank() -> None:
    (process, tools) = issues(mk.score(three(), {"people": "good", "process": "unknown"}), "open")
    assert (process.where, tools.where) == ("process", "tools")
    assert process.message != tools.message


def test_a_dimension_whose_parts_are_all_not_applicable_is_not_applicable() -> None:
    answers = dict.fromkeys("abc", "not_applicable") | dict.fromkeys("def", "good")
    result = mk.score(grouped(), answers)
    assert result["first"].not_applicable
    assert result["first"].stage is None
    assert span(result.outcome) == same("good")
    nothing = mk.score(grouped(), dict.fromkeys("abcdef", "not_applicable"))
    assert nothing.outcome.not_applicable
    assert nothing.stage is None
    assert repr(nothing) == "<Result on toy: not applicable>"


@pytest.mark.parametrize(
    ("answers", "absent", "is_open"),
    [
        (["not_applicable", "unknown"], True, False),
        (["not_applicable", ""], True, False),
        (["unknown", ""], False, True),
        (["unknown", "good"], False, False),
        (["", "good"], False, False),
        (["not_applicable", "good"], False, False),
    ],
)
def test_what_several_respondents_leave_open(answers: list[str], absent: bool, is_open: bool) -> None:
    score = mk.score(three(), said(three(), people=answers))["people"]
    assert (score.not_applicable, score.is_open) == (absent, is_open)
    if "good" in answers:
        assert span(score) == same("good")
        assert score.respondents == 1


def test_not_applicable_against_a_rating_is_a_conflict_that_is_reported() -> None:
    result = mk.score(three(), said(three(), people=["not_applicable", "good", "better"]))
    assert span(result["people"]) == same("good")
    (issue,) = issues(result, "not-applicable-conflict")
    assert (issue.severity, issue.where) == ("warning", "people")
    assert all(name in issue.message for name in ("r1", "r2", "r3"))


# Ratings: ranges, shares, values.


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("basic..best", ("basic", "good", "best")),
        ("basic..better", ("basic", "good", "better")),
        ("good..better", ("good", "good", "better")),
        ("good..good", same("good")),
        (" good .. best ", ("good", "better", "best")),
    ],
)
def test_likely_in_a_range_is_its_lower_middle(answer: str, expected: tuple[str, str, str]) -> None:
    result = mk.score(three(), {"people": answer})
    assert span(result["people"]) == expected
    assert not result["people"].is_open


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("good", "b"), ("  GOOD ", "b"), ("B", "b"), ("2", "b"), ("stage 2", "b"), ("Stage 3", "c"), ("4", "x"),
        ("Stage  7", "x"), ("stage-8", "stage-8"), ("8", "stage-8"), ("0", "0"), ("6", "6"), ("²", "²"), ("", ""),
    ],
)  # fmt: skip
def test_a_stage_is_found_by_its_id_name_or_number(text: str, expected: str) -> None:
    named = [
        mk.Stage("a", "Basic"),
        mk.Stage("b", "Good"),
        mk.Stage("c"),
        mk.Stage("x", "Stage 7"),
        mk.Stage("stage-8"),
    ]
    assert mk.Scale("s", named).find(text) == expected


@pytest.mark.parametrize(("share", "expected"), [(0, "not"), (0.15, "not"), ("0.5", "partially"), (1, "fully")])
def test_a_share_becomes_its_stage_at_once(share: float | str, expected: str) -> None:
    model = flat("toy", ["goal"], "mean", scale=SHARES)
    result = mk.score(model, {"goal": share})
    assert span(result["goal"]) == same(expected)
    assert result.outcome.position == result["goal"].position


def test_a_stage_object_is_as_good_as_its_id() -> None:
    assert span(mk.score(three(), {"people": LEVELS.stages[2]})["people"]) == same("better")


# Rules.


def test_a_mean_takes_scales_of_other_lengths_and_weights() -> None:
    # By hand: indexes 1/3, 2/2 and 0/1 with weights 1, 2 and 3: (1/3 + 2) / 6 = 7/18, times 3.
    short, yes_no = chain("short", "no", "half", "yes"), chain("yes-no", "no", "yes")
    model = toy("a", leaf("b", short, 2), leaf("c", yes_no, 3), scorers=["mean"])
    result = mk.score(model, {"a": "good", "b": "yes", "c": "no"})
    assert positions(result.outcome) == pytest.approx((7 / 6,) * 3)
    assert span(result.outcome) == same("good")
    assert result.outcome.index is not None
    assert result.outcome.index.likely == pytest.approx(7 / 18)


def test_a_mean_says_what_it_assumes() -> None:
    stated = chain("stated", "no", "half", "yes", values=(0, 0.2, 1))
    for scale, steps in ((LEVELS, "equal steps between stages"), (stated, "the values stated for its stages")):
        model = toy(leaf("a", scale), "b", scorers=["mean"])
        (issue,) = mk.score(model, {"a": scale.ids[1], "b": "good"}).issues
        assert (issue.code, issue.severity, issue.where) == ("equal-steps", "info", "outcome")
        assert issue.message == f"a mean assumes {steps}; stages are ordered, not measured"


def test_a_stage_is_never_reached_by_rounding_up() -> None:
    model = toy("a", leaf("b", weight=1000), scorers=["mean"])
    assert span(mk.score(model, {"a": "good", "b": "better"}).outcome) == same("good")


def test_a_gate_reads_the_stage_of_a_mean_and_not_its_number() -> None:
    gates = [mk.Gate("good", "group", "better"), mk.Gate("better", "group", "best")]
    stages = chain("gated", "basic", "good", "better")
    model = flat("toy", [group("group", "ab", LEVELS, scorer="mean")], "staged", outcome=stages, gates=gates)
    assert span(mk.score(model, {"a": "good", "b": "better"}).outcome) == same("basic")
    assert span(mk.score(model, {"a": "good", "b": "best"}).outcome) == same("good")
    assert span(mk.score(model, {"a": "better", "b": "best"}).outcome) == same("good")
    assert span(mk.score(model, {"a": "best", "b": "best"}).outcome) == same("better")


def test_the_median_of_two_is_the_lower_one_unless_weights_say_otherwise() -> None:
    answers = {"a": "good", "b": "best"}
    assert span(mk.score(toy("a", "b"), answers).outcome) == same("good")
    assert span(mk.score(toy("a", leaf("b", weight=2)), answers).outcome) == same("best")
    assert span(mk.score(toy(leaf("a", weight="1/2"), leaf("b", weight="0.5")), answers).outcome) == same("good")


def test_a_gate_on_what_is_not_applicable_is_passed_over_and_said_so() -> None:
    answers = {"capability-1": "fully", "capability-2": "not_applicable", "capability-3": "fully"}
    result = mk.score(ladder(), answers)
    assert span(result.outcome) == same("stage-3")
    (issue,) = result.issues
    assert (issue.code, issue.severity, issue.where) == ("passed-over", "warning", "outcome")
    assert "capability-2" in issue.message


def test_a_stage_whose_own_gates_are_all_passed_over_is_not_reached_itself() -> None:
    answers = {"capability-1": "fully", "capability-2": "not_applicable", "capability-3": "not"}
    assert span(mk.score(ladder(), answers).outcome) == same("stage-1")
    answers = {"capability-1": "fully", "capability-2": "fully", "capability-3": "not_applicable"}
    assert span(mk.score(ladder(), answers).outcome) == same("stage-2")


def test_likely_leaves_out_what_is_open_and_staged_takes_it_as_lowest() -> None:
    assert span(mk.score(three(), {"people": "best"}).outcome) == ("basic", "best", "best")
    assert span(mk.score(ladder(), {"capability-2": "fully"}).outcome) == ("stage-0", "stage-0", "stage-3")
    assert span(mk.score(three(), {}).outcome) == ("basic", None, "best")


def test_coverage_is_the_weighted_share_of_what_is_answered() -> None:
    group = mk.Dimension("group", scale=LEVELS, weight=3, children=[leaf("a", weight=2), leaf("b")])
    result = mk.score(toy(group, "c"), {"a": "good"})
    assert result["group"].coverage == pytest.approx(2 / 3)
    assert result.coverage == pytest.approx(1 / 2)
    # What is not applicable leaves with its weight.
    assert mk.score(toy(group, "c"), {"a": "good", "b": "not_applicable"})["group"].coverage == 1


# Several respondents.

RANGED = ["basic..best", "better", "good..better"]


@pytest.mark.parametrize(
    ("consensus", "answers", "expected"),
    [
        ("median", ["basic", "better", "best"], (2, 2, 2)),
        ("median", ["basic", "good", "better", "best"], (1, 1, 1)),
        ("mean", ["basic", "better", "best"], (5 / 3, 5 / 3, 5 / 3)),
        ("weakest", ["basic", "better", "best"], (0, 0, 0)),
        ("envelope", ["basic", "better", "best"], (0, 2, 3)),
        ("median", RANGED, (1, 1, 2)),
        ("mean", RANGED, (1, 4 / 3, 7 / 3)),
        ("weakest", RANGED, (0, 1, 2)),
        ("envelope", RANGED, (0, 1, 3)),
    ],
)
def test_consensus(consensus: Any, answers: list[str], expected: tuple[float, float, float]) -> None:
    score = mk.score(three(), said(three(), people=answers), consensus=consensus)["people"]
    assert positions(score) == pytest.approx(expected)
    assert score.rule == consensus
    assert score.respondents == len(answers)


def test_another_respondent_moves_each_end_only_towards_what_they_say() -> None:
    assert span(mk.score(three(), said(three(), people=["good"]))["people"]) == same("good")
    wider = mk.score(three(), said(three(), people=["good", "basic..best"]))["people"]
    assert span(wider) == ("basic", "good", "good")


def test_disagreement_is_a_finding_of_its_own() -> None:
    result = mk.score(three(), said(three(), people=["basic", "best"], process=["good", "good"], tools=["good"]))
    split, agreed = result["people"].disagreement, result["process"].disagreement
    assert split is not None
    assert (split.low.id, split.high.id, split.agreement) == ("basic", "best", 0)
    assert agreed is not None
    assert (agreed.low.id, agreed.high.id, agreed.agreement) == ("good", "good", 1)
    assert result["tools"].disagreement is None
    (issue,) = issues(result, "disagreement")
    assert (issue.where, issue.severity) == ("people", "warning")


def test_a_small_disagreement_is_told_and_no_warning() -> None:
    result = mk.score(three(), said(three(), people=["good", "good", "better"]))
    (issue,) = issues(result, "disagreement")
    assert (issue.where, issue.severity) == ("people", "info")


def test_agreement_on_a_partial_order_is_of_how_many_are_at_or_above_each_stage() -> None:
    # Of three, two are at or above each of the middle ones, and one is at the top.
    ratings = [mk.Rating("outcome", stage, stage) for stage in ("integrated", "informed", "both")]
    found = mk.score(quadrant(), mk.Assessment("quadrant", ratings)).outcome.disagreement
    assert found is not None
    assert found.agreement == pytest.approx(1 / 3)


def test_disagreement_on_a_partial_order_is_not_hidden() -> None:
    result = mk.score(quadrant(), said(quadrant(), outcome=["integrated", "informed"]))
    assert span(result.outcome) == same("neither")
    assert len(issues(result, "disagreement")) == 1


def test_respondents_are_counted_once_however_much_they_rate() -> None:
    assessment = said(grouped(), a=["good", "good"], b=["good", "unknown"], d=["unknown", "", "good"])
    result = mk.score(grouped(), assessment)
    counts = {id: result[id].respondents for id in ("a", "b", "c", "d", "first", "second", "outcome")}
    assert counts == {"a": 2, "b": 1, "c": 0, "d": 1, "first": 2, "second": 1, "outcome": 3}


# What the caller chooses, and how the result says so.


def test_the_default_rule_is_the_first_that_is_offered() -> None:
    result = mk.score(three(), dict.fromkeys(("people", "process", "tools"), "good"))
    assert (result.scorer, result.outcome.rule, result.consensus) == ("median", "median", "median")
    assert result.issues == ()


def test_another_rule_that_is_offered_is_told() -> None:
    result = mk.score(three(), dict.fromkeys(("people", "process", "tools"), "good"), scorer="weakest")
    (issue,) = result.issues
    assert (issue.code, issue.severity, result.scorer) == ("scorer-chosen", "info", "weakest")


def test_a_rule_that_is_not_offered_is_a_warning() -> None:
    model = toy("people", scorers=["median"])
    result = mk.score(model, {"people": "good"}, scorer="weakest")
    (issue,) = result.issues
    text = "scored by weakest, which the model does not offer (it offers median)"
    assert issue == ("scorer-not-offered", "warning", "outcome", text)


def test_a_dimension_keeps_its_own_rule() -> None:
    answers = dict(zip("abcdef", ["basic", "best", "best", "basic", "best", "best"], strict=True))
    result = mk.score(grouped(), answers, scorer="mean")
    assert (result["first"].rule, result["second"].rule, result.outcome.rule) == ("weakest", "mean", "mean")
    assert positions(result["first"]) == (0, 0, 0)
    assert positions(result["second"]) == pytest.approx((2, 2, 2))
    assert positions(result.outcome) == pytest.approx((1, 1, 1))


class Strongest(mk.Scorer):
    """The highest of the children."""

    id = "strongest"
    ordinal = True

    def bind(
        self, parent: mk.Dimension, children: Sequence[mk.Dimension], weights: Sequence[int]
    ) -> mk.types.Rule | None:
        return max


@attrs.define
class Named(Strongest):
    """A rule with a parameter, compared by its value and so without a hash."""

    why: str = ""


@pytest.mark.parametrize("scorer", [Strongest(), Named("as agreed")], ids=["plain", "attrs"])
def test_a_rule_of_the_callers_own(scorer: mk.Scorer) -> None:
    result = mk.score(three(), {"people": "good", "process": "better"}, scorer=scorer)
    assert span(result.outcome) == ("better", "better", "best")
    assert result.scorer == "strongest"
    assert len(issues(result, "scorer-not-offered")) == 1


def test_a_rule_of_the_models_own() -> None:
    result = mk.score(toy("a", "b", scorers=[Strongest()]), {"a": "good", "b": "better"})
    assert span(result.outcome) == same("better")
    assert result.issues == ()


def test_rules_of_one_name_are_told_apart() -> None:
    """As two rules with other parameters are."""

    class Weakest(Strongest):
        def bind(
            self, parent: mk.Dimension, children: Sequence[mk.Dimension], weights: Sequence[int]
        ) -> mk.types.Rule | None:
            return min

    strong, weak = Strongest(), Weakest()
    model, answers = toy("a", "b", scorers=[strong, weak]), {"a": "good", "b": "better"}
    assert span(mk.score(model, answers, scorer=weak).outcome) == same("good")
    assert span(mk.score(model, answers, scorer=strong).outcome) == same("better")
    # What the model does not offer is compiled for each call, and kept nowhere.
    kept = dict(_PLANS)
    assert span(mk.score(model, answers, scorer=Weakest()).outcome) == same("good")
    assert kept == _PLANS
    assert sum(plan.model is model for plan in _PLANS.values()) == 2


class Own(mk.Scorer):
    """A rule of the caller's own, as a function."""

    id = "own"
    ordinal = False

    def __init__(self, rule: mk.types.Rule) -> None:
        self.rule = rule

    def bind(
        self, parent: mk.Dimension, children: Sequence[mk.Dimension], weights: Sequence[int]
    ) -> mk.types.Rule | None:
        return self.rule


def test_a_rule_that_falls_between_two_stages_is_refused_too() -> None:
    with pytest.raises(mk.ScoringError, match="own puts the highest bound below the lowest"):
        mk.score(toy("a", "b"), {"a": "best"}, scorer=Own(lambda positions: 1.7 - min(positions) / 10))


@pytest.mark.parametrize("answer", ["good", "unknown"])
@pytest.mark.parametrize("position", [-1, 4, 3.1, math.nan, None, "best"])
def test_a_rule_that_leaves_its_scale_is_refused(position: Any, answer: str) -> None:
    with pytest.raises(mk.ScoringError) as caught:
        mk.score(toy("a", "b"), {"a": answer, "b": "good"}, scorer=Own(lambda positions: position))
    (finding,) = caught.value.findings
    assert finding.where == "outcome"
    assert finding.problem.startswith("own gives ") and finding.problem.endswith(", which is not on its scale")
    assert finding.expected == "a position from 0 to 3"


@pytest.mark.parametrize(
    ("position", "stage"), [(0, "basic"), (-1e-12, "basic"), (3, "best"), (3 + 1e-12, "best")]
)
def test_a_rule_may_be_at_either_end_of_its_scale_but_for_the_last_digit(position: float, stage: str) -> None:
    assert span(mk.score(toy("a"), {"a": "good"}, scorer=Own(lambda _: position)).outcome) == same(stage)


def test_weights_of_the_caller_count_and_are_told() -> None:
    answers = {"people": "best", "process": "good", "tools": "good"}
    result = mk.score(three(), answers, weights={"people": 3, "process": 1})
    assert span(result.outcome) == same("best")
    assert result.weights == {"people": Fraction(3), "process": Fraction(1)}
    assert result.outcome.weights == (3, 1, 1)
    (issue,) = result.issues
    assert (issue.code, issue.severity, issue.where) == ("weight-changed", "warning", "people")
    assert span(mk.score(three(), answers).outcome) == same("good")


def test_weights_are_exact() -> None:
    model = toy("a", "b", "c", scorers=["mean"])
    weights = {"a": 0.1, "b": 0.2, "c": 0.7}
    result = mk.score(model, dict.fromkeys("abc", "best"), weights=weights)
    assert positions(result.outcome) == (3, 3, 3)
    assert result.outcome.weights == (1, 2, 7)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"people": "best", "process": "best"}, "is reached"),
        ({"people": "best"}, "may be reached"),
        ({"people": "basic", "process": "basic"}, "is not reached"),
    ],
)
def test_a_target_is_told_with_whether_it_is_reached(answers: dict[str, str], expected: str) -> None:
    result = mk.score(three(), answers, targets={"outcome": "better"})
    (issue,) = issues(result, "target")
    assert (issue.where, issue.severity) == ("outcome", "info")
    assert expected in issue.message
    assert result.outcome.target == LEVELS.stages[2]
    assert result["people"].target is None


def test_a_target_of_what_is_not_applicable_is_not_passed_over_in_silence() -> None:
    result = mk.score(three(), {"people": "not_applicable", "process": "good"}, targets={"people": "good"})
    (issue,) = issues(result, "target")
    assert issue == ("target", "info", "people", "the target good cannot be judged, as it is not applicable")


# The overall stage, given as such.


def test_a_target_of_what_is_not_combined_cannot_be_judged() -> None:
    layer = mk.Dimension("layer", scale=LEVELS, scorer="profile", children=[leaf("a")])
    result = mk.score(toy(layer, scorers=["profile"]), {"a": "good"}, targets={"layer": "good"})
    (issue,) = issues(result, "target")
    assert issue == (
        "target", "info", "layer", "the target good cannot be judged, as nothing is combined here",
    )  # fmt: skip


def test_an_outcome_given_as_such_stands_by_itself() -> None:
    result = mk.score(three(), {"outcome": "good..better"})
    assert span(result.outcome) == ("good", "good", "better")
    assert result.coverage == 1
    assert result["people"].is_open
    (issue,) = issues(result, "outcome-given")
    assert (issue.severity, issue.where) == ("warning", "outcome")
    assert mk.roadmap(result) == ()


@pytest.mark.parametrize("part", ["good", "basic..good", "not_applicable"])
def test_an_outcome_beside_dimensions_is_an_error(part: str) -> None:
    with pytest.raises(mk.AssessmentError, match=r"rated beside people; expected either"):
        mk.score(three(), {"outcome": "good", "people": part})


@pytest.mark.parametrize("part", ["unknown", "", None])
def test_an_outcome_beside_dimensions_that_nobody_knows_is_none(part: str | None) -> None:
    assert span(mk.score(three(), {"outcome": "good", "people": part}).outcome) == same("good")


@pytest.mark.parametrize("answer", ["unknown", "", None])
def test_an_outcome_that_nobody_gives_leaves_the_one_that_follows(answer: str | None) -> None:
    known: dict[str, str | None] = {"people": "good", "process": "good", "tools": "better"}
    result, plain = mk.score(three(), known | {"outcome": answer}), mk.score(three(), known)
    assert result.to_dict() == plain.to_dict()
    assert result.explain() == plain.explain()
    assert len(mk.roadmap(result)) == len(mk.roadmap(plain)) == 1


# What a result shows.


def test_weakest_dimensions_are_the_lowest_on_their_scales() -> None:
    model = toy("a", "b", "c", "d", scorers=["mean"])
    result = mk.score(model, {"a": "better", "b": "good", "c": "good"})
    assert [score.dimension.id for score in result.weakest] == ["b", "c"]
    assert mk.score(model, {}).weakest == ()


def assert_lines(text: str, expected: Sequence[tuple[str, ...]]) -> None:
    """Each line starts with the first of what is expected of it, and has the rest in it."""
    lines = text.splitlines()
    assert len(lines) == len(expected), text
    for line, (start, *parts) in zip(lines, expected, strict=True):
        assert line.startswith(start), text
        assert all(part in line for part in parts), line


@pytest.mark.parametrize(
    ("rule", "stages", "target", "is_free"),
    [
        ("weakest", ("basic", "basic", "basic"), "best", True),
        ("mean", ("basic", "basic", "basic"), "best", False),
        # Raising one of two moves the outcome, and raising the other does not.
        ("median", ("basic", "basic", "good"), "better", False),
    ],
)
def test_the_order_of_improvements_is_free_only_if_none_moves_the_outcome_before_the_last(
    rule: str, stages: tuple[str, ...], target: str, is_free: bool
) -> None:
    model, now = flat("toy", leaves("abc", LEVELS), rule, outcome=LEVELS), dict(zip("abc", stages, strict=True))
    (route,) = mk.roadmap(mk.score(model, now), target)
    assert route.improvements is not None
    assert len(route.improvements) > 1
    before_the_last = {
        at.likely
        for order in permutations(route.improvements)
        for count in range(len(order))
        if (at := mk.score(model, now | {s.dimension.id: s.to.id for s in order[:count]}).outcome.position)
    }
    assert (len(before_the_last) == 1) == route.order_is_free == is_free


def test_explain_derives_a_score_down_to_what_each_respondent_said() -> None:
    people = mk.Dimension("people", "People", scale=LEVELS, children=[leaf("skills", weight=2), leaf("culture")])
    model = toy(people, "tools")
    assessment = mk.Assessment(
        "toy",
        [
            mk.Rating("skills", "good", "Ann", comment="two courses"),
            mk.Rating("skills", "better", "Bob"),
            mk.Rating("culture", "unknown", "Ann"),
            mk.Rating("tools", "", "Ann"),
            mk.Rating("tools", "not_applicable", "Bob"),
        ],
    )
    result = mk.score(model, assessment)
    expected = [
        ("Toy: good", "67%", "median of 2"),
        ("├─ People: good", "67%", "median of 2", "2 : 1"),
        ("│  ├─ skills: good", "lower median of 2 ratings"),
        ("│  │  ├─ Ann: good", "two courses"),
        ("│  │  └─ Bob: better",),
        ("│  └─ culture: ", "basic to best"),
        ("│     └─ Ann: does not know",),
        ("└─ tools: not applicable",),
        ("   ├─ Ann: no answer",),
        ("   └─ Bob: not applicable",),
    ]
    assert_lines(result.explain(), expected)
    assert_lines(result.explain("culture"), [("culture: ", "basic to best"), ("└─ Ann: does not know",)])
    with pytest.raises(KeyError, match="culture"):
        result.explain("cultur")


def test_explain_of_a_profile() -> None:
    text = mk.score(profile(), {"goal-1": 0.9, "goal-3": "not..fully"}).explain()
    expected = [
        ("Profile: ", "75%", "2 parts, not combined"),
        ("├─ layer: ", "50%", "2 parts, not combined"),
        ("│  ├─ goal-1: fully",),
        ("│  │  └─ 0.9",),
        ("│  └─ goal-2: ", "not to fully"),
        ("└─ goal-3: partially", "not to fully"),
        ("   └─ not to fully",),
    ]
    assert_lines(text, expected)


def test_explain_shows_the_number_that_a_mean_amounts_to() -> None:
    result = mk.score(three(), {"people": "basic", "process": "good", "tools": "best"}, scorer="mean")
    # By hand: (0 + 1 + 3) / 3 of 3 steps.
    assert "= 1.33 of 3" in result.explain().splitlines()[0]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, "<Result on toy: open (basic to best)>"),
        ({"people": "good"}, "<Result on toy: good (basic to best), 33% answered>"),
        ({"people": "good", "process": "good"}, "<Result on toy: good, 67% answered>"),
        ({"outcome": "good..best"}, "<Result on toy: better (good to best), 100% answered>"),
    ],
)
def test_repr_of_a_result(answers: dict[str, str], expected: str) -> None:
    assert repr(mk.score(three(), answers)) == expected


def test_repr_names_the_subject() -> None:
    assessment = mk.Assessment("toy", [mk.Rating("people", "good")], subject="Acme")
    assert repr(mk.score(toy("people"), assessment)) == "<Result of Acme on toy: good, 100% answered>"


def test_a_result_is_a_mapping_of_scores_with_the_outcome_first() -> None:
    result = mk.score(grouped(), {})
    assert list(result) == ["outcome", "first", "a", "b", "c", "second", "d", "e", "f"]
    assert len(result) == 9
    assert result["first"] is result["first"]
    assert result.outcome.inputs == (result["first"], result["second"])
    assert [score.dimension.id for score in result.leaves] == [*"abcdef"]
    assert "g" not in result
    with pytest.raises(KeyError, match=r"seconds.*second"):
        result["seconds"]


def test_to_dict_is_as_the_contract_has_it() -> None:
    ratings = [
        mk.Rating("people", "good", "Ann"),
        mk.Rating("people", "best", "Bob"),
        mk.Rating("process", "basic..better", "Ann"),
        mk.Rating("tools", "not_applicable", "Ann"),
    ]
    model = toy("people", "process", "tools", "data")
    assessment = mk.Assessment("toy", ratings, subject="Acme", date=date(2026, 5, 31), version="1")
    data: Any = mk.score(model, assessment).to_dict()

    def score(
        stage: tuple[str, str | None, str],
        coverage: object,
        respondents: int,
        disagreement: Mapping[str, object] | None = None,
    ) -> dict[str, object]:
        ends = ("low", "likely", "high")
        place = [None if id is None else LEVELS.positions[id] / 3 for id in stage]
        return {
            "stage": dict(zip(ends, stage, strict=True)),
            "index": dict(zip(ends, place, strict=True)),
            "value": None,
            "coverage": coverage,
            "respondents": respondents,
            "disagreement": disagreement,
            "not_applicable": False,
        }

    # The agreement by hand: half of the shares at or above the upper two steps, 1 - 2 (.5 + .5) / 3.
    split = {"low": "good", "high": "best", "agreement": pytest.approx(1 / 3)}
    absent = {"stage": None, "index": None, "value": None, "coverage": 1.0, "respondents": 0, "disagreement": None}
    messages = {(issue["code"], issue["where"]): issue.pop("message") for issue in data["issues"]}
    assert data == {
        "format": 1,
        "model": {"id": "toy", "version": "1"},
        "subject": "Acme",
        "date": "2026-05-31",
        "scorer": "median",
        "consensus": "median",
        "weights": {},
        "targets": {},
        "digest": model.digest,
        "made_by": {"maturitykit": mk.__version__},
        "outcome": score(("basic", "good", "better"), pytest.approx(2 / 3), 2),
        "dimensions": {
            "people": score(same("good"), 1.0, 2, split),
            "process": score(("basic", "good", "better"), 1.0, 1),
            "tools": absent | {"not_applicable": True},
            "data": score(("basic", None, "best"), 0.0, 0),
        },
        "issues": [
            {"code": "disagreement", "severity": "warning", "where": "people"},
            {"code": "open", "severity": "info", "where": "data"},
        ],
    }
    assert all(messages.values())
    assert json.loads(json.dumps(data)) == data
    other = mk.score(model, assessment, weights={"people": 1.5}, targets={"people": "best"}, consensus="mean")
    told = other.to_dict()
    assert [told[name] for name in ("weights", "targets", "consensus")] == [
        {"people": "3/2"},
        {"people": "best"},
        "mean",
    ]


def test_to_dict_without_subject_and_date() -> None:
    data = mk.score(three(), {}).to_dict()
    assert (data["subject"], data["date"]) == ("", None)
    assert data["outcome"]["stage"] == {"low": "basic", "likely": None, "high": "best"}
    assert data["outcome"]["index"] == {"low": 0, "likely": None, "high": 1}


def test_an_index_is_none_on_a_partial_order() -> None:
    data = mk.score(quadrant(), {"integration": "fully"}).to_dict()
    assert data["outcome"]["index"] is None
    assert data["outcome"]["stage"] == {"low": "integrated", "likely": "integrated", "high": "both"}


@pytest.mark.parametrize("scorer", [*RULES, "profile"])
def test_complete_answers_score_as_the_same_ratings_in_an_assessment(scorer: str) -> None:
    answers = dict(zip("abcdef", ["good", "best", "basic", "better", "best", "good"], strict=True))
    assessment = mk.Assessment("toy", [mk.Rating(id, answer) for id, answer in answers.items()])
    quick, general = (mk.score(grouped(), given, scorer=scorer) for given in (answers, assessment))
    assert quick.to_dict() == general.to_dict()
    assert quick.explain() == general.explain()
    assert dict(quick) == dict(general)


def test_a_result_keeps_its_answers_when_the_callers_change() -> None:
    answers = dict.fromkeys(("people", "process", "tools"), "good")
    result = mk.score(three(), answers)
    answers["people"] = "best"
    assert span(result["people"]) == same("good")
    assert result["people"].inputs == (mk.Rating("people", "good"),)


def test_a_rating_under_the_name_of_another_dimension_is_an_error() -> None:
    with pytest.raises(mk.AssessmentError, match="people"):
        mk.score(three(), {"people": mk.Rating("process", "good")})


# Roadmaps.


def raised(answers: Mapping[str, str], raises: Sequence[mk.types.Improvement]) -> dict[str, str]:
    return dict(answers) | {step.dimension.id: step.to.id for step in raises}


def surely_reaches(model: mk.Model, answers: Mapping[str, str], stage: str) -> bool:
    score = mk.score(model, answers).outcome
    scale = score.dimension.scale
    assert score.position is not None
    assert scale is not None
    return scale.at_least(score.position.low, scale.positions[stage])


def roads() -> Iterator[tuple[str, mk.Model, dict[str, str], str | None]]:
    five = [leaf(f"part-{i}") for i in range(5)]
    levels = dict(zip((part.id for part in five), ["basic", "good", "good", "better", "basic"], strict=True))
    for scorer in RULES:
        yield scorer, toy(*five, scorers=[scorer]), levels, None
        yield f"{scorer} to the top", toy(*five, scorers=[scorer]), levels, "best"
        yield f"{scorer} with open parts", toy(*five, scorers=[scorer]), {"part-1": "good"}, None
    uneven = [leaf(f"part-{i}", weight=weight) for i, weight in enumerate([5, 1, 3, 1, 1])]
    yield "weights", toy(*uneven), levels, "best"
    yield "groups", grouped(), {"a": "basic", "b": "good", "c": "good", "d": "good", "e": "basic"}, "better"
    yield "ladder", ladder(), {"capability-1": "partially", "capability-2": "fully"}, "stage-3"
    yield "quadrant", quadrant(), {"integration": "not", "data": "partially"}, None
    yield "quadrant to the top", quadrant(), {"integration": "not"}, "both"


ROADS = list(roads())


@pytest.mark.parametrize(("model", "answers", "to"), [road[1:] for road in ROADS], ids=[road[0] for road in ROADS])
def test_each_raise_is_needed_and_together_they_are_enough(
    model: mk.Model, answers: dict[str, str], to: str | None
) -> None:
    steps = mk.roadmap(mk.score(model, answers), to)
    assert steps
    for step in steps:
        assert step.improvements
        assert surely_reaches(model, raised(answers, step.improvements), step.stage.id)
        for spared in step.improvements:
            others = [other for other in step.improvements if other is not spared]
            assert not surely_reaches(model, raised(answers, others), step.stage.id)


def test_the_roadmap_of_a_ladder_leads_to_the_next_stage() -> None:
    (step,) = mk.roadmap(mk.score(ladder(), {"capability-1": "fully", "capability-2": "not"}))
    assert step.stage.id == "stage-2"
    assert step.improvements is not None
    ((dimension, start, to),) = step.improvements
    assert dimension.id == "capability-2"
    assert start == SHARES.stages[0]
    assert to == SHARES.stages[2]


def test_a_raise_of_an_open_dimension_has_no_start() -> None:
    (step,) = mk.roadmap(mk.score(ladder(), {}))
    assert step.improvements is not None
    assert [(r.dimension.id, r.start) for r in step.improvements] == [("capability-1", None)]


def test_a_quadrant_has_two_next_situations() -> None:
    steps = mk.roadmap(mk.score(quadrant(), {"integration": "not", "data": "not"}))
    assert [step.stage.id for step in steps] == ["integrated", "informed"]
    assert [[r.dimension.id for r in step.improvements or ()] for step in steps] == [["integration"], ["data"]]
    (last,) = mk.roadmap(mk.score(quadrant(), {"integration": "fully", "data": "not"}))
    assert last.stage.id == "both"
    assert [r.dimension.id for r in last.improvements or ()] == ["data"]


def test_a_stage_is_out_of_reach_when_what_it_requires_is_not_applicable() -> None:
    answers = {"capability-1": "fully", "capability-2": "fully", "capability-3": "not_applicable"}
    (step,) = mk.roadmap(mk.score(ladder(), answers))
    assert (step.stage.id, step.improvements) == ("stage-3", None)
    integrated, informed = mk.roadmap(mk.score(quadrant(), {"integration": "not_applicable", "data": "not"}))
    assert (integrated.stage.id, integrated.improvements) == ("integrated", None)
    assert [r.dimension.id for r in informed.improvements or ()] == ["data"]


def test_a_roadmap_to_where_one_is_has_no_raises() -> None:
    result = mk.score(three(), dict.fromkeys(("people", "process", "tools"), "better"))
    for stage in ("basic", "good", "better"):
        (step,) = mk.roadmap(result, stage)
        assert step == mk.types.Roadmap(LEVELS.stages[LEVELS.positions[stage]], ())


def test_a_roadmap_says_what_the_model_says_of_the_present_stage() -> None:
    topics = [mk.types.Guidance("next", "What now?", {"basic": "Begin.", "good": "Go on."}),
              mk.types.Guidance("later", "And then?", {"basic": "Wait."})]  # fmt: skip
    model = attrs.evolve(three(), guidance=topics)
    for answer, guidance in (
        ("basic", {"What now?": "Begin.", "And then?": "Wait."}), ("good", {"What now?": "Go on."}), ("better", {})
    ):  # fmt: skip
        result = mk.score(model, dict.fromkeys(("people", "process", "tools"), answer))
        for stage in ("basic", "best"):
            (step,) = mk.roadmap(result, stage)
            assert step.guidance == guidance


def test_a_raise_begins_at_what_is_likely() -> None:
    # Of basic to best the lower middle is likely: from there one step leads to the next.
    (step,) = mk.roadmap(mk.score(toy("a", "b"), {"a": "basic..best", "b": "good"}))
    assert step.improvements is not None
    assert [(r.dimension.id, r.start and r.start.id, r.to.id) for r in step.improvements] == [
        ("a", "good", "better"), ("b", "good", "better"),
    ]  # fmt: skip


def test_of_the_smallest_sets_the_one_with_the_fewest_steps_comes_first() -> None:
    model = toy("a", "b", scorers=[Strongest()])
    (step,) = mk.roadmap(mk.score(model, {"a": "basic", "b": "better"}), "best")
    assert step.improvements is not None
    assert [[r.dimension.id for r in raises] for raises in (step.improvements, *step.alternatives)] == [
        ["b"],
        ["a"],
    ]
    # Steps are counted from what is likely: of basic to best the lower middle.
    (step,) = mk.roadmap(mk.score(model, {"a": "basic..best", "b": "good"}))
    assert step.improvements is not None
    assert [[r.dimension.id for r in raises] for raises in (step.improvements, *step.alternatives)] == [
        ["a"],
        ["b"],
    ]


def test_where_there_are_too_many_sets_to_try_no_raise_is_needless() -> None:
    (step,) = mk.roadmap(mk.score(toy(*(leaf(f"part-{i}") for i in range(21))), {}), "good")
    assert step.improvements is not None
    assert {r.to.id for r in step.improvements} == {"good"}
    # More than half.
    assert (len(step.improvements), step.alternatives) == (11, ())


def test_all_of_the_smallest_sets_are_told_up_to_a_number() -> None:
    few, many = ([leaf(f"part-{i}") for i in range(count)] for count in (3, 12))
    (step,) = mk.roadmap(mk.score(toy(*few, scorers=[Strongest()]), {}))
    assert step.improvements is not None
    assert [[r.dimension.id for r in raises] for raises in (step.improvements, *step.alternatives)] == [
        ["part-0"], ["part-1"], ["part-2"],
    ]  # fmt: skip
    (step,) = mk.roadmap(mk.score(toy(*many, scorers=[Strongest()]), {}))
    assert len(step.alternatives) == MOST_SETS - 1


def test_there_is_no_road_beyond_the_top_nor_without_stages() -> None:
    assert mk.roadmap(mk.score(three(), dict.fromkeys(("people", "process", "tools"), "best"))) == ()
    assert mk.roadmap(mk.score(profile(), {"goal-1": "not"})) == ()
    assert mk.roadmap(mk.score(three(), dict.fromkeys(("people", "process", "tools"), "not_applicable"))) == ()


def test_a_road_to_no_stage_is_an_error() -> None:
    with pytest.raises(mk.ScoringError, match='"best", perhaps'):
        mk.roadmap(mk.score(three(), {}), "bestt")


# Languages.

DUTCH = {
    "title": "Speelgoed",
    "scales.level.basic.name": "eenvoudig",
    "dimensions.people.name": "Mensen",
    "dimensions.people.descriptors.basic": "Niemand.",
    "guidance.next.name": "Wat nu?",
    "guidance.next.texts.basic": "Begin.",
}
FLEMISH = {"title": "Speeltuig"}


def bilingual(**translations: Mapping[str, str]) -> mk.Model:
    people = mk.Dimension(
        "people", "People", "Who does it", scale=LEVELS, descriptors={"basic": "Nobody.", "best": "All."}
    )
    topic = mk.types.Guidance("next", "What next?", {"basic": "Start.", "good": "Go on."})
    tagged = {tag.replace("_", "-"): text for tag, text in translations.items()}
    return flat("toy", [people], "median", scale=LEVELS, guidance=[topic], translations=tagged)


@pytest.mark.parametrize(
    ("wanted", "title"),
    [
        ("nl", "Speelgoed"),
        ("nl-BE", "Speelgoed"),
        ("NL-be", "Speelgoed"),
        ("nl-Latn-BE", "Speelgoed"),
        ("en", "Toy"),
        ("en-GB", "Toy"),
        ("fr", "Toy"),
    ],
)
def test_a_regional_language_falls_back_to_its_language_and_then_to_the_models_own(
    wanted: str, title: str
) -> None:
    assert bilingual(nl=DUTCH).in_language(wanted).title == title


def test_a_regional_language_comes_first_where_there_is_one() -> None:
    model = bilingual(nl=DUTCH, nl_BE=FLEMISH)
    assert model.in_language("nl-BE").title == "Speeltuig"
    assert model.in_language("nl-NL").title == "Speelgoed"


def test_a_text_that_is_not_translated_stays() -> None:
    model = bilingual(nl=DUTCH).in_language("nl")
    people = model.by_id["people"]
    assert (people.name, people.summary) == ("Mensen", "Who does it")
    assert people.descriptors == {"basic": "Niemand.", "best": "All."}
    assert model.outcome is not None
    assert [stage.name for stage in model.outcome.stages] == ["eenvoudig", "good", "better", "best"]
    assert model.guidance == (mk.types.Guidance("next", "Wat nu?", {"basic": "Begin.", "good": "Go on."}),)
    assert model.language == "nl"


def test_a_translated_model_scores_alike_and_speaks_its_language() -> None:
    model = bilingual(nl=DUTCH)
    answers = {"people": "basic"}
    english, dutch = mk.score(model, answers), mk.score(model.in_language("nl"), answers)
    assert english.to_dict() == dutch.to_dict()
    assert dutch.explain().startswith("Speelgoed: eenvoudig")


def test_a_translated_model_still_knows_its_languages() -> None:
    dutch = bilingual(nl=DUTCH).in_language("nl")
    assert sorted(dutch.languages) == ["en", "nl"]
    assert dutch.in_language("en").title == "Toy"


def test_a_translation_of_what_the_model_does_not_have_is_an_error() -> None:
    model = bilingual(nl={"dimensions.peple.name": "Mensen"})
    with pytest.raises(mk.ModelError, match='expected "people"'):
        model.in_language("nl")


# ---- where a comparison or a sum is on the edge


def test_exactly_half_of_the_weight_is_not_more_than_half() -> None:
    model = flat("edge", [mk.Dimension("a", scale=LOW_HIGH, weight=2), "b", "c"], "median", scale=LOW_HIGH)
    result = mk.score(model, {"a": "high", "b": "low", "c": "low"})
    assert result.stage is not None
    assert result.stage.low.id == "low"


def test_a_mean_does_not_depend_on_the_order_of_a_sum() -> None:
    # As floats, .1 + .2 + .3 is more than .3 + .2 + .1.
    models = [flat("sum", order, "mean", scale=numbered("tenths", 11)) for order in ("abc", "cba")]
    first, second = (mk.score(model, {"a": "s1", "b": "s2", "c": "s3"}) for model in models)
    assert first.outcome.position == second.outcome.position
    assert first.stage is not None
    assert first.stage.low.id == "s2"


def test_two_stages_that_are_reached_reach_the_one_above_them() -> None:
    level, square = chain("level", "no", "yes"), diamond("square", "o", "a", "b", "ab")
    gates = [mk.Gate(stage, id, "yes") for stage, id in (("a", "c"), ("a", "d"), ("b", "e"), ("ab", "c"))]
    model = flat("m", "cde", "staged", scale=level, outcome=square, gates=gates)
    # All that "ab" itself asks is passed over, and both stages below it are reached.
    result = mk.score(model, {"c": "not_applicable", "d": "yes", "e": "yes"})
    assert result.stage is not None
    assert result.stage.low.id == "ab"


class Fickle(mk.Scorer):
    """Monotone for each number of children, but not from one number to the next."""

    id = "fickle"
    ordinal = True

    def bind(
        self, parent: mk.Dimension, children: Sequence[mk.Dimension], weights: Sequence[int]
    ) -> mk.types.Rule:
        return min if len(children) > 1 else lambda _: parent.scale.top if parent.scale else 0


def test_what_is_likely_is_held_within_the_bounds() -> None:
    result = mk.score(three(), {"people": "good"}, scorer=Fickle())
    assert result.stage is not None
    assert result.stage.likely == result.stage.high
    assert result.stage.high.id == "good"


def test_a_weighted_median_goes_from_the_top_not_by_weight() -> None:
    # 2 of 7 are at best and 4 at better or above: 4 is more than half.
    model = toy(leaf("people", weight=3), leaf("process", weight=2), leaf("tools", weight=2), scorers=["median"])
    result = mk.score(model, {"people": "basic", "process": "best", "tools": "better"})
    assert span(result.outcome) == same("better")


# ---- as data


@pytest.mark.parametrize("kind", ["result", "translation", "comparison"])
def test_what_is_made_for_json_is_not_kept(kind: str) -> None:
    model, network = mk.model("clearhead"), mk.Network()
    answers = {leaf.id: "operational" for leaf in model.leaves}

    def made() -> mk.Result | mk.Comparison:
        result = mk.score(model, answers)
        if kind == "translation":
            return mk.translate(result, "four-stage", network=network)
        return mk.compare(result, mk.score(model, answers)) if kind == "comparison" else result

    things = [made() for _ in range(20)]
    # What all results of a model share is made with the first.
    size = len(json.dumps(things.pop().to_dict()))
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for thing in things:
        thing.to_dict()
    gc.collect()
    kept = (tracemalloc.get_traced_memory()[0] - before) / len(things)
    tracemalloc.stop()
    assert kept < size / 4
