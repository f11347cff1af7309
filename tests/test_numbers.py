"""Numbers in a model's own unit: values, bands, means by shares, sums, and weights of nothing and of parts."""

from __future__ import annotations

from fractions import Fraction

import pytest

import maturitykit as mk
from toys import chain, flat, group, leaves

#: Answers of OWASP SAMM.
ANSWERS = chain("answer", "no", "some", "half", "yes", values=(0, 0.25, 0.5, 1))
#: A maturity level that is a number from 0 to 3.
LEVELS = mk.Scale("level", [mk.Stage(f"level-{i}") for i in range(4)], unit="points", lowest=0, highest=3)
#: Bands that include their edge.
INDEX = mk.Scale(
    "index",
    [
        mk.Stage("d", value=0.0),
        *(mk.Stage(s, value=e, at_least=e) for s, e in zip("cba", (30, 50, 90), strict=True)),
    ],
    unit="points",
    lowest=0,
    highest=100,
)
#: A measure of which lower is better.
LEAD_TIME = mk.Scale(
    "lead-time",
    [
        mk.Stage("low", value=60),
        mk.Stage("medium", value=14, at_most=30),
        mk.Stage("high", value=3, at_most=7),
        mk.Stage("elite", value=0.5, less_than=1),
    ],
    unit="days",
    lowest=0,
    highest=365,
)
NO_YES = chain("no-yes", "no", "yes")


def value(result: mk.Result, id: str = "outcome") -> tuple[float, float | None, float]:
    found = result[id].value
    assert found is not None
    low, likely, high = found
    return low, likely, high


def stage(result: mk.Result) -> str:
    likely = result.span.likely
    assert likely is not None
    return likely.id


def samm(*answers: str | None) -> mk.Result:
    """A practice: two streams of three levels, of which a third is not applicable in the source's example."""
    ids = ("a1", "b1", "a2", "b2", "a3", "b3")
    practice = flat("samm", leaves(ids, ANSWERS, weight="1/2"), "sum", scale=LEVELS)
    return mk.score(practice, dict(zip(ids, answers, strict=True)))


def test_the_example_of_samm_with_a_stream_that_is_not_applicable() -> None:
    # https://owaspsamm.org/blog/: the "not applicable" question.
    now = samm("half", "some", "no", "some", "no", "not_applicable")
    target = samm("yes", "yes", "half", "yes", "half", "not_applicable")
    assert value(now) == (0.5, 0.5, 0.5)
    assert value(target) == (2, 2, 2)
    assert stage(target) == "level-2"


def test_a_sum_says_how_much_is_still_possible() -> None:
    now = samm("half", "some", "no", "some", "no", "not_applicable")
    assert now.outcome.highest_possible == 2.5
    assert now.to_dict()["outcome"]["highest_possible"] == 2.5
    assert "sum of 6 = 0.5 of 2.5 points" in now.explain()
    assert samm(*["no"] * 6).outcome.highest_possible == 3


def test_the_number_of_a_mean_is_told_in_its_unit() -> None:
    # Of three answers 1 to 5.
    level = chain("level", *"abcde", values=(1, 2, 3, 4, 5))
    result = mk.score(flat("five", leaves("xyz", level), "mean", scale=level), {"x": "a", "y": "c", "z": "d"})
    assert "mean of 3 = 2.67 of 5" in result.explain()


def test_an_open_answer_of_a_sum_is_from_nothing_to_all_of_it() -> None:
    assert value(samm("half", "some", "no", "some", "no", None)) == (0.5, 0.5, 1)


def test_the_self_assessment_of_pkimm_as_a_mean_of_modules() -> None:
    # The PKI maturity model's own sheet: levels by weights, not by modules, without what is not applicable.
    levels = [None, 3, 4, 5, 4, 4, 1, 1, 1, 1, 1, 1, 1, 3, 1]
    weights = [1, 4, 2, 3, 4, 4, 2, 3, 4, 2, 2, 2, 4, 3, 3]
    scale = chain("pki", *"abcde", values=(1, 2, 3, 4, 5))
    answers = {f"p{i}": "not_applicable" if at is None else "abcde"[at - 1] for i, at in enumerate(levels)}
    parts = [mk.Dimension(f"p{i}", scale=scale, weight=weight) for i, weight in enumerate(weights)]
    # Whichever modules they stand under.
    for cuts in ((), (3, 7, 12), (1, 2), (14,)):
        ends = zip((0, *cuts), (*cuts, 15), strict=True)
        modules = [
            mk.Dimension(f"m{i}", scale=scale, by_parts=True, children=parts[start:stop])
            for i, (start, stop) in enumerate(ends)
        ]
        result = mk.score(flat("pkimm", modules, "mean", scale=scale), answers)
        assert value(result) == pytest.approx((98 / 42,) * 3)


def test_points_by_weight_with_bands_that_include_their_edge() -> None:
    # devops-maturity: weights 2 and 1, one of the two "yes".
    model = flat("points", [*leaves("a", NO_YES, weight=2), *leaves("b", NO_YES)], "mean", scale=INDEX)
    assert value(mk.score(model, {"a": "yes", "b": "no"})) == pytest.approx((66.67,) * 3, abs=0.01)
    assert stage(mk.score(model, {"a": "yes", "b": "no"})) == "b"
    assert stage(mk.score(model, {"a": "no", "b": "yes"})) == "c"
    assert stage(mk.score(model, {"a": "yes", "b": "yes"})) == "a"


@pytest.mark.parametrize(
    ("days", "at"),
    [
        (365, "low"),
        (31, "low"),
        (30, "medium"),
        (7.5, "medium"),
        (7, "high"),
        (1, "high"),
        (0.99, "elite"),
        (0, "elite"),
    ],
)
def test_of_a_measure_lower_is_better(days: float, at: str) -> None:
    model = flat("dora", leaves("a", LEAD_TIME), "weakest", scale=LEAD_TIME)
    assert stage(mk.score(model, {"a": days})) == stage(mk.score(model, {"a": f"{days} days"})) == at


def test_the_value_of_a_low_stage_is_the_higher_number_where_lower_is_better() -> None:
    model = flat("dora", leaves("ab", LEAD_TIME), "mean", scale=LEAD_TIME)
    assert value(mk.score(model, {"a": "elite", "b": None})) == (182.75, 0.5, 0.25)


def test_no_number_stands_where_a_respondent_may_have_typed_another() -> None:
    # Six days are "high", and the value of that stage is three.
    result = mk.score(flat("dora", leaves("a", LEAD_TIME), "weakest", scale=LEAD_TIME), {"a": 6})
    assert result.outcome.value is None
    assert result["a"].value is None
    assert result.to_dict()["outcome"]["value"] is None
    assert "3" not in result.explain()


def test_a_mean_reads_shares_of_each_scale() -> None:
    children = [*leaves("a", LEAD_TIME), *leaves("b", NO_YES)]
    model = flat("mixed", children, "mean", scale=INDEX)
    # 365 to 0 days: 60 is (365 - 60) / 365 of the way.
    assert value(mk.score(model, {"a": "low", "b": "no"}))[0] == pytest.approx(100 * (305 / 365) / 2)


def test_bands_have_a_say_in_a_mean() -> None:
    bands = [mk.Stage("bronze", value=0.5), mk.Stage("silver", more_than=0.8, value=0.9)]
    model = flat("trap", leaves("ab", NO_YES), "mean", scale=mk.Scale("band", bands, lowest=0, highest=1))
    assert stage(mk.score(model, {"a": "yes", "b": "no"})) == "bronze"


def test_a_dimension_of_weight_zero_is_asked_and_shown_but_never_scored() -> None:
    model = flat("context", [*leaves("ab", INDEX), *leaves("c", INDEX, weight=0)], "weakest", scale=INDEX)
    result = mk.score(model, {"a": "a", "b": "b", "c": "d"})
    assert stage(result) == "b"
    assert result["c"].span.low.id == "d"
    assert mk.score(model, {"a": "a", "b": "b"}).coverage == 1
    assert "weakest of 2" in result.explain()
    with pytest.raises(mk.ScoringError, match="never scored"):
        mk.score(model, {}, weights={"c": 1})


@pytest.mark.parametrize(("as_stage", "at"), [("top", "a"), ("bottom", "d")])
def test_what_is_not_applicable_may_count_as_a_stage(as_stage: str, at: str) -> None:
    inner = group("g", "xy", scale=INDEX, not_applicable=as_stage)
    parts = [*leaves("b", INDEX, not_applicable=as_stage), inner]
    model = flat("absent", parts, "weakest", scale=INDEX)
    result = mk.score(model, dict.fromkeys("bxy", mk.NOT_APPLICABLE))
    assert stage(result) == at
    assert not result.outcome.not_applicable
    assert result.coverage == 1
    by_two = mk.score(model, {id: [mk.NOT_APPLICABLE, None] for id in "bxy"})
    assert by_two.stage == result.stage


def test_weights_of_parts_follow_the_weights_of_the_caller() -> None:
    modules = [
        mk.Dimension("m", scale=LEVELS, by_parts=True, children=leaves("ab", LEVELS)),
        mk.Dimension("n", scale=LEVELS, by_parts=True, children=leaves("c", LEVELS)),
    ]
    model = flat("parts", modules, "mean", scale=LEVELS)
    answers = {"a": "level-3", "b": "level-0", "c": "level-0"}
    assert value(mk.score(model, answers))[0] == 1
    assert value(mk.score(model, answers, weights={"a": 2}))[0] == pytest.approx(1.5)
    assert mk.score(model, answers, weights={"a": Fraction(2)})["outcome"].weights == (3, 1)


@pytest.mark.parametrize("engine", ["polars", "pandas"])
def test_a_table_has_the_numbers_of_single_assessments(engine: str) -> None:
    frames = pytest.importorskip(engine, reason="needs the extra tables")
    from maturitykit import tables

    parts = [
        mk.Dimension("m", scale=LEVELS, by_parts=True, scorer="mean", children=leaves("ab", LEVELS)),
        *leaves("c", LEVELS, weight="1/2", not_applicable="top"),
        *leaves("d", LEVELS, weight=0),
    ]
    scale = mk.Scale("total", [mk.Stage("few"), mk.Stage("many")], unit="points", lowest=0, highest=7.5)
    model = flat("both", parts, "sum", scale=scale)
    answers = [
        dict(zip("abcd", row, strict=True))
        for row in (
            ("level-1", "level-3", "level-2", "level-0"),
            ("level-1", "not_applicable", "not_applicable", None),
            (None, "level-2", "unknown", "level-3"),
        )
    ]
    frame = frames.DataFrame([{"subject": f"s{i}", **row} for i, row in enumerate(answers)])
    rows = tables.score(model, frame).frame
    found = {row["subject"]: row for row in (rows.to_dict("records") if engine == "pandas" else rows.to_dicts())}
    for i, row in enumerate(answers):
        one = mk.score(model, row)
        for id in ("outcome", "m"):
            expected = value(one, id)
            columns = [found[f"s{i}"][f"{id}__value_{end}"] for end in ("low", "likely", "high")]
            assert columns == pytest.approx(expected)
            assert found[f"s{i}"][f"{id}__coverage"] == pytest.approx(one[id].coverage)
    assert value(mk.score(model, answers[0])) == pytest.approx((2 * 2 + 1,) * 3)
