"""Numbers that others published, each with its source beside it, through the public interface."""

import pytest

import maturitykit as mk
from oracle import share_of
from toys import chain, flat, numbered

#: Not, partially, largely and fully achieved.
ATTAINMENT = chain("attainment", *"NPLF", bands=(0.15, 0.50, 0.85))


def reached(result: mk.Result) -> tuple[str, str | None, str]:
    assert result.stage is not None
    low, likely, high = result.stage
    return low.id, likely.id if likely else None, high.id


def likely_position(result: mk.Result) -> float:
    assert result.outcome.position is not None
    assert result.outcome.position.likely is not None
    return result.outcome.position.likely


def likely_index(result: mk.Result) -> float:
    assert result.outcome.index is not None
    assert result.outcome.index.likely is not None
    return result.outcome.index.likely


# ISO/IEC 33020, the rating scale of process attributes: N is 0 to 15 %, P above 15 to 50 %, L above
# 50 to 85 %, F above 85 to 100 %.


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        (0, "N"),
        (15, "N"),
        (15.01, "P"),
        (50, "P"),
        (50.01, "L"),
        (85, "L"),
        (85.01, "F"),
        (100, "F"),
    ],
)
def test_iso_33020_rating_scale(percent: float, expected: str) -> None:
    model = flat("iso-33020", ["practice"], scale=ATTAINMENT)
    assert reached(mk.score(model, {"practice": percent / 100})) == (expected,) * 3


# ISO/IEC 33020, the process capability levels: k takes L or F in every attribute of k, F in all below.

PROCESS_ATTRIBUTES = {
    1: ["pa-1-1"],
    2: ["pa-2-1", "pa-2-2"],
    3: ["pa-3-1", "pa-3-2"],
    4: ["pa-4-1", "pa-4-2"],
    5: ["pa-5-1", "pa-5-2"],
}
CAPABILITY = mk.Model(
    "iso-33020",
    "1",
    "ISO/IEC 33020",
    [mk.Dimension(id, scale=ATTAINMENT) for ids in PROCESS_ATTRIBUTES.values() for id in ids],
    ["staged"],
    outcome=chain("capability", "level-0", "level-1", "level-2", "level-3", "level-4", "level-5"),
    gates=[
        mk.Gate(f"level-{level}", id, "L" if own == level else "F")
        for level in PROCESS_ATTRIBUTES
        for own, ids in PROCESS_ATTRIBUTES.items()
        for id in ids
        if own <= level
    ],
)


@pytest.mark.parametrize(
    ("ratings", "expected"),
    [
        ("N NN NN NN NN", "level-0"),
        ("P FF FF FF FF", "level-0"),
        ("L NN NN NN NN", "level-1"),
        ("L FF NN NN NN", "level-1"),
        ("F PL NN NN NN", "level-1"),
        ("F LL NN NN NN", "level-2"),
        ("F LF LL NN NN", "level-2"),
        ("F FF LL NN NN", "level-3"),
        ("F FF FF LF NN", "level-4"),
        ("F FF FF LF FF", "level-4"),
        ("F FF FF FF LL", "level-5"),
        ("F FF FF FF FF", "level-5"),
    ],
)
def test_iso_33020_capability_level(ratings: str, expected: str) -> None:
    ids = [id for ids in PROCESS_ATTRIBUTES.values() for id in ids]
    answers = dict(zip(ids, ratings.replace(" ", ""), strict=True))
    assert reached(mk.score(CAPABILITY, answers)) == (expected,) * 3


# OWASP SAMM 2.0: the four answers count 0, .25, .5 and 1. A stream is the sum of its three
# levels and a practice the mean of its two streams, so that three times an index is its score.

SAMM_ANSWER = chain("answer", "no", "some", "half", "most", values=(0, 0.25, 0.5, 1))
SAMM_WORD = {0.0: "no", 0.25: "some", 0.5: "half", 1.0: "most"}
SAMM_LEVELS = chain("samm", "level-0", "level-1", "level-2", "level-3")


def practice_index(*levels: tuple[float, float | None]) -> float:
    """The index of a practice of one level after the other, each answered for streams A and B."""
    names = [f"{stream}{level}" for level in range(1, len(levels) + 1) for stream in "ab"]
    model = flat("samm", names, "mean", scale=SAMM_ANSWER, outcome=SAMM_LEVELS)
    answers = [answer for level in levels for answer in level]
    words = [mk.NOT_APPLICABLE if answer is None else SAMM_WORD[answer] for answer in answers]
    return likely_index(mk.score(model, dict(zip(names, words, strict=True))))


# https://owaspsamm.org/blog/2023/02/28/the-not-applicable-question/: of six questions one does not
# apply, so the highest score still possible is not 3 but five answers of 1 over two streams: 2.50.
HIGHEST_POSSIBLE = 2.5


def test_samm_practice_with_a_question_that_is_not_applicable() -> None:
    now = practice_index((0.5, 0.25), (0, 0.25), (0, None))
    assert now * HIGHEST_POSSIBLE == pytest.approx(0.50)


def test_samm_target_with_a_question_that_is_not_applicable() -> None:
    target = practice_index((1, 1), (0.5, 1), (0.5, None))
    assert target * HIGHEST_POSSIBLE == pytest.approx(2.00)


def test_samm_half_of_what_is_still_possible_is_half() -> None:
    half = practice_index((0.5, 0.5), (0.5, 0.5), (0.5, None))
    assert half == pytest.approx(0.50)
    assert half * HIGHEST_POSSIBLE == pytest.approx(1.25)


def test_samm_everything_that_applies_is_all_that_is_possible() -> None:
    assert practice_index((1, 1), (1, 1), (1, None)) == 1


def test_samm_function_is_the_mean_of_practices_and_these_of_streams() -> None:
    # By hand: streams (1 + .5 + 0), (.25 + 0 + 0), (1 + 1 + 1), (.5 + .5 + .25); practices .875
    # and 2.125; function 1.5.
    given = {"p-a": (1, 0.5, 0), "p-b": (0.25, 0, 0), "q-a": (1, 1, 1), "q-b": (0.5, 0.5, 0.25)}
    streams = {
        name: mk.Dimension(
            name,
            scale=SAMM_LEVELS,
            children=[mk.Dimension(f"{name}-{level}", scale=SAMM_ANSWER) for level in (1, 2, 3)],
        )
        for name in given
    }
    practices = [
        mk.Dimension(practice, scale=SAMM_LEVELS, children=[streams[f"{practice}-a"], streams[f"{practice}-b"]])
        for practice in ("p", "q")
    ]
    model = mk.Model("samm", "2", "SAMM", practices, ["mean"], outcome=SAMM_LEVELS)
    answers = {f"{name}-{i}": SAMM_WORD[v] for name, row in given.items() for i, v in enumerate(row, 1)}
    result = mk.score(model, answers)
    found = {id: score.position.likely for id, score in result.items() if score.position}
    expected = {"p-a": 1.5, "p-b": 0.25, "q-a": 3, "q-b": 1.25, "p": 0.875, "q": 2.125, "outcome": 1.5}
    assert {id: found[id] for id in expected} == pytest.approx(expected)


# C2M2 2.1, maturity indicator levels: i takes all practices of i and of those below it to be
# implemented largely or fully.

C2M2_PRACTICES = {1: ["1a", "1b"], 2: ["2a", "2b"], 3: ["3a"]}
C2M2 = mk.Model(
    "c2m2",
    "2.1",
    "C2M2",
    [
        mk.Dimension(f"p{practice}", scale=chain("implementation", "not", "partially", "largely", "fully"))
        for practices in C2M2_PRACTICES.values()
        for practice in practices
    ],
    ["staged"],
    outcome=chain("mil", "mil0", "mil1", "mil2", "mil3"),
    gates=[
        mk.Gate(f"mil{level}", f"p{practice}", "largely")
        for level, practices in C2M2_PRACTICES.items()
        for practice in practices
    ],
)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("partially fully fully fully fully", ("mil0", "mil0", "mil0")),
        ("largely fully not not not", ("mil1", "mil1", "mil1")),
        ("fully fully largely partially fully", ("mil1", "mil1", "mil1")),
        ("largely largely largely largely partially", ("mil2", "mil2", "mil2")),
        ("largely largely largely largely largely", ("mil3", "mil3", "mil3")),
        # A practice without an answer blocks its MIL; only the best case counts it as implemented.
        ("unknown fully fully fully fully", ("mil0", "mil0", "mil3")),
        ("fully fully unknown fully fully", ("mil1", "mil1", "mil3")),
        ("fully fully unknown partially fully", ("mil1", "mil1", "mil1")),
        ("fully fully fully fully unknown", ("mil2", "mil2", "mil3")),
    ],
)
def test_c2m2_maturity_indicator_level(answers: str, expected: tuple[str, str, str]) -> None:
    ids = [leaf.id for leaf in C2M2.leaves]
    assert reached(mk.score(C2M2, dict(zip(ids, answers.split(), strict=True)))) == expected


# CMMI for Development 1.3, part one, "equivalent staging": maturity level 2 takes all process
# areas of level 2 at capability level 2; levels 3, 4 and 5 take all areas up to theirs at level 3.

CMMI_AREAS = {
    2: ["REQM", "PP", "PMC", "SAM", "MA", "PPQA", "CM"],
    3: ["RD", "TS", "PI", "VER", "VAL", "OPF", "OPD", "OT", "IPM", "RSKM", "DAR"],
    4: ["OPP", "QPM"],
    5: ["OPM", "CAR"],
}
CMMI = mk.Model(
    "cmmi-dev",
    "1.3",
    "CMMI for Development",
    [
        mk.Dimension(area, scale=chain("capability", "cl0", "cl1", "cl2", "cl3"))
        for areas in CMMI_AREAS.values()
        for area in areas
    ],
    ["staged"],
    outcome=chain("maturity", "ml1", "ml2", "ml3", "ml4", "ml5"),
    gates=[
        mk.Gate(f"ml{level}", area, "cl2" if level == 2 else "cl3")
        for level in CMMI_AREAS
        for own, areas in CMMI_AREAS.items()
        for area in areas
        if own <= level
    ],
)


@pytest.mark.parametrize(
    ("levels", "but", "expected"),
    [
        ((0, 0, 0, 0), {}, "ml1"),
        ((1, 3, 3, 3), {}, "ml1"),
        ((2, 0, 0, 0), {}, "ml2"),
        ((2, 3, 0, 0), {}, "ml2"),
        ((3, 2, 0, 0), {}, "ml2"),
        ((3, 3, 0, 0), {}, "ml3"),
        ((3, 3, 0, 0), {"DAR": "cl2"}, "ml2"),
        ((3, 3, 0, 0), {"CM": "cl1"}, "ml1"),
        ((3, 3, 3, 2), {}, "ml4"),
        ((3, 3, 3, 3), {}, "ml5"),
        # Supplier agreement management may be not applicable, and then takes no part.
        ((2, 0, 0, 0), {"SAM": "not_applicable"}, "ml2"),
    ],
)
def test_cmmi_equivalent_staging(levels: tuple[int, ...], but: dict[str, str], expected: str) -> None:
    answers = {
        area: f"cl{level}" for areas, level in zip(CMMI_AREAS.values(), levels, strict=True) for area in areas
    }
    assert reached(mk.score(CMMI, answers | but)) == (expected,) * 3


# K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011): 4 observers, 12 units.

KRIPPENDORFF = [
    [None if said == "*" else int(said) for said in row.split()]
    for row in (
        "1 2 3 3 2 1 4 1 2 * * *",
        "1 2 3 3 2 2 4 1 2 5 * *",
        "* 3 3 3 2 3 4 2 2 5 1 3",
        "1 2 3 3 2 4 4 1 2 5 1 *",
    )
]


def test_krippendorff_alpha_on_the_reference_data() -> None:
    assert mk.agreement.krippendorff_alpha(KRIPPENDORFF, "nominal") == pytest.approx(0.7434, abs=5e-5)
    assert mk.agreement.krippendorff_alpha(KRIPPENDORFF, "ordinal") == pytest.approx(0.8154, abs=5e-5)
    assert mk.agreement.krippendorff_alpha(KRIPPENDORFF, "interval") == pytest.approx(0.8491, abs=5e-5)
    assert mk.agreement.krippendorff_alpha(KRIPPENDORFF) == mk.agreement.krippendorff_alpha(
        KRIPPENDORFF, "ordinal"
    )


def test_krippendorff_alpha_is_one_where_all_agree_and_an_error_where_none_can() -> None:
    assert mk.agreement.krippendorff_alpha([[0, 1, 2], [0, 1, None]]) == 1
    assert mk.agreement.krippendorff_alpha([[2, 2], [2, 2]]) == 1
    with pytest.raises(ValueError, match="two ratings"):
        mk.agreement.krippendorff_alpha([[0, None], [None, 1]])


# J. Cohen, Weighted kappa (1968), of 100 cases in a table with the margins 13, 27, 60 and 13, 24, 63.
# By hand, without weights: .89 observed, (169 + 648 + 3780) / 10,000 expected, .4303 / .5403.


def test_weighted_kappa() -> None:
    table = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
    assert mk.agreement.weighted_kappa(table, "none") == pytest.approx(0.7964, abs=5e-5)
    assert mk.agreement.weighted_kappa(table, "linear") == pytest.approx(0.8429, abs=5e-5)
    assert mk.agreement.weighted_kappa(table, "quadratic") == pytest.approx(0.8922, abs=5e-5)
    assert mk.agreement.weighted_kappa(table) == mk.agreement.weighted_kappa(table, "linear")


# James, Demaree & Wolf (1984) and Burke, Finkelstein & Dusig (1999): ratings 4, 4, 5, 4, 5 on five
# stages. By hand: mean 4.4, s² = 1.2 / 4 = .3, σ² = 24 / 12 = 2; distances 3 × .4 + 2 × .6, and 2 × 1.


def test_within_group_agreement_and_average_deviations() -> None:
    ratings = [4, 4, 5, 4, 5]
    assert mk.agreement.r_wg(ratings, stages=5) == pytest.approx(0.85)
    assert mk.agreement.average_deviation(ratings, around="mean") == pytest.approx(0.48)
    assert mk.agreement.average_deviation(ratings, around="median") == pytest.approx(0.40)
    assert mk.agreement.average_deviation(ratings) == mk.agreement.average_deviation(ratings, around="median")


# R. K. Leik, A measure of ordinal consensus (1966): 0 at a split between both ends, 1 at unanimity.


def test_ordinal_consensus_at_its_extremes() -> None:
    assert mk.agreement.ordinal_consensus([0, 0, 4, 4], stages=5) == 0
    for stage in range(5):
        assert mk.agreement.ordinal_consensus([stage] * 3, stages=5) == 1


def test_ordinal_consensus_by_hand() -> None:
    # Cumulative shares .2, .6, .8, .8, 1; distances from the nearer end .2, .4, .2, .2, 0; their sum
    # 1.0 over half of the four steps is a dispersion of .5.
    assert mk.agreement.ordinal_consensus([0, 1, 1, 2, 4], stages=5) == pytest.approx(0.5)


def test_result_shows_the_ordinal_consensus_of_its_respondents() -> None:
    model = flat("toy", "d", "median", scale=numbered("five", 5))
    said = [mk.Rating("d", f"s{stage}", respondent=f"r{i}") for i, stage in enumerate([0, 1, 1, 2, 4])]
    disagreement = mk.score(model, mk.Assessment("toy", said))["d"].disagreement
    assert disagreement is not None
    assert (disagreement.low.id, disagreement.high.id) == ("s0", "s4")
    assert disagreement.agreement == pytest.approx(0.5)


# J.-L. Marichal & R. Mesiar, Aggregation on finite ordinal scales by scale independent functions
# (arXiv 0903.2434): the mean of profile (0, 4) is above that of (1, 2), 2.0 > 1.5; with the stages
# called 0, 10, 20, 21, 22 it is below, 11 < 15. What reads the order alone cannot tell the two apart.

EQUAL_STEPS = numbered("equal", 5)
RELABELLED = numbered("relabelled", 5, values=[label / 22 for label in (0, 10, 20, 21, 22)])


def outcome_of(scale: mk.Scale, scorer: str, *stages: int) -> float:
    model = flat("toy", [f"d{i}" for i in range(len(stages))], scorer, scale=scale)
    return likely_position(mk.score(model, {f"d{i}": f"s{stage}" for i, stage in enumerate(stages)}))


def test_a_mean_changes_its_order_with_the_labels_of_the_stages() -> None:
    assert outcome_of(EQUAL_STEPS, "mean", 0, 4) == pytest.approx(2.0)
    assert outcome_of(EQUAL_STEPS, "mean", 1, 2) == pytest.approx(1.5)
    relabelled = [float(share_of(RELABELLED, outcome_of(RELABELLED, "mean", *p)) * 22) for p in ((0, 4), (1, 2))]
    assert relabelled == pytest.approx([11, 15])


@pytest.mark.parametrize("scorer", ["median", "weakest"])
def test_an_ordinal_rule_keeps_its_order_under_any_labels(scorer: str) -> None:
    for scale in (EQUAL_STEPS, RELABELLED):
        assert outcome_of(scale, scorer, 0, 4) == 0
        assert outcome_of(scale, scorer, 1, 2) == 1


# The well-known complaint about averages of maturity levels: 0, 3, 3 gives 2.0, and the zero is gone.


def test_a_mean_hides_a_zero_and_the_result_shows_it() -> None:
    model = flat("toy", ["first", "second", "third"], "mean", "weakest", scale=numbered("four", 4))
    answers = {"first": "s0", "second": "s3", "third": "s3"}
    result = mk.score(model, answers)
    assert likely_position(result) == pytest.approx(2.0)
    assert [score.dimension.id for score in result.weakest] == ["first"]
    assert "equal-steps" in {issue.code for issue in result.issues}
    assert reached(mk.score(model, answers, scorer="weakest")) == ("s0", "s0", "s0")
