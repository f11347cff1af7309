"""What results say of themselves: one of everything, line by line."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any

import attrs
import pytest

import maturitykit as mk
from maturitykit.report import Paragraph, build
from maturitykit.scoring import summary
from maturitykit.scoring.explain import rating_line
from maturitykit.scoring.records import COLUMNS, rows_of
from toys import DIAMOND, SHARE, Words, chain, crosswalk, flat, group, link, numbered

LEVEL = chain("level", "basic", "good", "better", "best", name=str.title)
WORK = mk.Dimension(
    "work", "Work", scale=LEVEL, scorer="weakest",
    children=[mk.Dimension(name.lower(), name, scale=LEVEL) for name in ("Plans", "Tools")],
)  # fmt: skip
REACH = mk.Dimension("reach", "Reach\nfar", children=[mk.Dimension("goal", "Goal", scale=SHARE, weight="1/2")])
SKILLS = mk.Dimension(
    "skills", "Skills", scale=LEVEL, scorer="mean",
    children=[mk.Dimension("learn", scale=LEVEL, weight=2), mk.Dimension("teach", scale=LEVEL)],
)  # fmt: skip
MODEL = flat("toy", [WORK, SKILLS], "median", "weakest", scale=LEVEL, title="A toy")
PROFILE = flat("profile", [REACH, WORK], "profile", title="A profile", outcome=None)
RATINGS = [
    mk.Rating("plans", "good", "Ann", "we  do"), mk.Rating("plans", "best", "Bob"),
    mk.Rating("plans", "basic..better", "Cy"), mk.Rating("tools", "unknown", "Ann"),
    mk.Rating("tools", None, "Bob"), mk.Rating("learn", "better", "Ann"),
    mk.Rating("learn", "not_applicable", "Bob"), mk.Rating("teach", "good", "Ann"),
]  # fmt: skip


@pytest.fixture
def result() -> mk.Result:
    return mk.score(
        MODEL, mk.Assessment("toy", RATINGS, "Acme", date(2026, 5, 31)), scorer="weakest",
        weights={"skills": "3/2"}, targets={"outcome": "good", "plans": "basic", "skills": "best"},
    )  # fmt: skip


def test_a_derivation(result: mk.Result) -> None:
    assert result.explain().splitlines() == [
        "A toy: Good (from Basic), 80% answered, weakest of 2, weights 2 : 3",
        "├─ Work: Good (Basic to Better), 50% answered, weakest of 2",
        "│  ├─ Plans: Good (up to Better), lower median of 3 ratings",
        "│  │  ├─ Ann: Good (we do)",
        "│  │  ├─ Bob: Best",
        "│  │  └─ Cy: Basic to Better",
        "│  └─ Tools: open (Basic to Best)",
        "│     ├─ Ann: does not know",
        "│     └─ Bob: no answer",
        "└─ Skills: Good, 100% answered, mean of 2, weights 2 : 1 = 1.67 of 3",
        "   ├─ learn: Better",
        "   │  ├─ Ann: Better",
        "   │  └─ Bob: not applicable",
        "   └─ teach: Good",
        "      └─ Ann: Good",
    ]


def test_issues(result: mk.Result) -> None:
    assert [tuple(issue) for issue in result.issues] == [
        ("weight-changed", "warning", "skills", "weight 3/2, where the model has 1"),
        (
            "not-applicable-conflict",
            "warning",
            "learn",
            "not applicable says Bob, yet Ann rated it: the ratings count",
        ),
        ("scorer-chosen", "info", "outcome", "scored by weakest, not by the model's default, median"),
        (
            "equal-steps",
            "info",
            "skills",
            "a mean assumes equal steps between stages; stages are ordered, not measured",
        ),
        ("target", "info", "outcome", "the target Good may be reached; what is known does not settle it"),
        ("disagreement", "info", "plans", "3 respondents say Good to Best (agreement 0.56)"),
        ("target", "info", "plans", "the target Basic is reached"),
        ("open", "info", "tools", "nobody who answered knew; it may be at any stage"),
        ("target", "info", "skills", "the target Best is not reached"),
    ]


def test_a_result_in_short(result: mk.Result) -> None:
    assert repr(result) == "<Result of Acme on toy: Good (from Basic), 80% answered>"
    assert summary.subject_and_date(result) == "Acme · 2026-05-31"
    assert summary.scored_by(result) == "Scored by weakest; 3 respondents, consensus by median."
    assert summary.headline(result) == "Good (from Basic), 80% answered"
    assert [summary.stage_in_words(score) for score in result.values()] == [
        "Good (from Basic)",
        "Good (Basic to Better)",
        "Good (up to Better)",
        "open",
        "Good",
        "Better",
        "Good",
    ]
    assert [summary.bar(score) for score in result.values()] == [
        "█▓··",
        "█▓░·",
        "██░·",
        "█░░░",
        "██··",
        "███·",
        "██··",
    ]
    assert [score.dimension.id for score in summary.lagging(result)] == ["plans", "teach"]
    assert [(d.id, depth) for d, depth in summary.with_depths(MODEL)] == [
        ("work", 0),
        ("plans", 1),
        ("tools", 1),
        ("skills", 0),
        ("learn", 1),
        ("teach", 1),
    ]
    grave, small = summary.split_issues(result)
    assert (len(grave), [issue.where for issue in small]) == (8, ["plans"])
    assert [repr(LEVEL), repr(DIAMOND), repr(LEVEL.stages[0])] == [
        "<Scale level: basic < good < better < best>",
        "<Scale diamond: none, left, right, both>",
        "<Stage basic>",
    ]


def test_a_profile() -> None:
    result = mk.score(PROFILE, {"goal": 0.5, "plans": "not_applicable", "tools": "not_applicable"})
    assert result.explain().splitlines() == [
        "A profile: 100% answered, 2 parts, not combined",
        "├─ Reach far: 100% answered, 1 parts, not combined",
        "│  └─ Goal: partly",
        "│     └─ 0.5",
        "└─ Work: not applicable",
        "   ├─ Plans: not applicable",
        "   │  └─ not applicable",
        "   └─ Tools: not applicable",
        "      └─ not applicable",
    ]
    assert result.issues == ()
    assert summary.headline(result) == "A profile, without an overall stage: 100% answered"
    assert summary.scored_by(result) == "Scored by profile."
    assert summary.subject_and_date(result) == ""
    assert [summary.stage_in_words(score) for score in result.values()] == [
        "",
        "",
        "partly",
        "not applicable",
        "not applicable",
        "not applicable",
    ]
    assert [summary.bar(score) for score in result.values()] == ["", "", "██·", "", "", ""]


def test_rows(result: mk.Result) -> None:
    rows = {row.dimension: row for row in rows_of(result)}
    about = ("toy", "1", "Acme", date(2026, 5, 31))
    assert rows["plans"] == (
        *about, "plans", "good", "good", "better", *(pytest.approx(i / 3) for i in (1, 1, 2)),
        None, None, None, 1.0, 3,
        "good", "best", pytest.approx(5 / 9), False,
    )  # fmt: skip
    assert rows["tools"] == (
        *about, "tools", "basic", None, "best", 0.0, None, 1.0, None, None, None, 0.0, 0, None, None, None, False,
    )  # fmt: skip


@pytest.mark.parametrize("engine", ["pandas", "polars"])
def test_a_frame(result: mk.Result, engine: str) -> None:
    pytest.importorskip(engine, reason=f"{engine} is not installed")
    frame = result.to_frame(engine)
    assert tuple(frame.columns) == COLUMNS
    kinds = {name: str(kind) for name, kind in zip(frame.columns, frame.dtypes, strict=True)}
    assert kinds["stage_low"] in ("object", "String") and kinds["date"].startswith(("datetime64[s]", "Date"))
    assert {kinds[name].lower() for name in ("index_low", "coverage", "agreement")} == {"float64"}
    assert kinds["respondents"].lower() == "int64" and kinds["not_applicable"].lower()[:4] == "bool"
    assert list(frame["dimension"]) == ["outcome", "work", "plans", "tools", "skills", "learn", "teach"]
    assert list(frame["respondents"]) == [3, 3, 3, 0, 1, 1, 1]
    # A column is of its type with no value in it, too.
    empty = mk.score(PROFILE, {"goal": "not_applicable"}).to_frame(engine)
    assert empty["date"].is_null().all() if engine == "polars" else empty["date"].isna().all()
    assert [str(kind) for kind in empty.dtypes] == list(kinds.values())


@pytest.mark.parametrize("engine", ["pandas", "polars"])
def test_a_frame_of_an_engine_that_is_not_installed(
    result: mk.Result, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, engine, None)
    with pytest.raises(mk.MaturityError, match=f"^this needs {engine}: python -m pip install {engine}$"):
        result.to_frame(engine)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("good", "Ann: Good (why)"), (" good .. best ", "Ann: Good to Best (why)"), ("0.25", "Ann: 0.25 (why)"),
        ("unknown", "Ann: does not know (why)"), (mk.NOT_APPLICABLE, "Ann: not applicable (why)"),
        (None, "Ann: no answer (why)"), ("", "Ann: no answer (why)"), ("good..goood", "Ann: good..goood (why)"),
        ("x..best", "Ann: x..best (why)"), (LEVEL.stages[2], "Ann: Better (why)"), (0.5, "Ann: 0.5 (why)"),
    ],
)  # fmt: skip
def test_a_rating_in_the_names_of_its_stages(answer: mk.Stage | float | str | None, words: str) -> None:
    assert rating_line(mk.Rating("plans", answer, "Ann ", " why\n"), LEVEL) == words


def way(*models: mk.Model) -> list[mk.Crosswalk]:
    """From each model to the next, leaf by leaf and stage by stage."""

    def links(a: mk.Model, b: mk.Model) -> list[mk.Link]:
        ends = zip(a.leaves, b.leaves, strict=True)
        return [link(x.id, y.id, strength="4/5", scale=LEVEL) for x, y in ends]

    return [crosswalk(a, b, *links(a, b)) for a, b in pairwise(models)]


def the(id: str, parts: Iterable[str | mk.Dimension]) -> mk.Model:
    return flat(id, parts, scale=LEVEL, title=f"The {id}")


def test_a_translation() -> None:
    models = [the("one", "ab"), the("two", "cd"), the("three", "ef"), the("four", "gh")]
    measured = mk.score(models[0], {"a": "good", "b": "not_applicable"})
    found = mk.translate(measured, models[3], crosswalks=way(*models), models=models)
    assert found.explain().splitlines() == [
        "The four: not above Good: likely Good, at least Basic, if the links hold, 26% covered, weakest of 2",
        "├─ g: only Good is possible, if the links hold, 51% covered",
        "│  └─ a through c, e says only Good is possible "
        "(disjoint or equal or intersects or subset or superset, strength 0.51)",
        "│     └─ a: Good",
        "│        └─ Good",
        "└─ h: not inferable: what it would follow from is not applicable: b",
        "   └─ b through d, f says does not apply "
        "(disjoint or equal or intersects or subset or superset, strength 0.51)",
        "      └─ b: not applicable",
        "         └─ not applicable",
    ]
    assert found["g"].to_dict() == {
        "stage": {"low": "good", "likely": "good", "high": "good"},
        "index": {"low": pytest.approx(1 / 3), "likely": pytest.approx(1 / 3), "high": pytest.approx(1 / 3)},
        "value": None,
        "coverage": 0.512,
        "respondents": 0,
        "disagreement": None,
        "not_applicable": False,
        "links": [
            {
                "source": "a",
                "relation": ["disjoint", "equal", "intersects", "subset", "superset"],
                "strength": 0.512,
                "stage": {"low": "good", "likely": "good", "high": "good"},
                "rationale": "",
                "through": ["a--c", "c--e", "e--g"],
            }
        ],
        "inferable": "part",
        "by_parts": None,
        "by_links": None,
    }
    assert found.to_dict()["derived"] == {
        "from": {"model": "one", "version": "1"},
        "path": ["one", "two", "three", "four"],
        "strength": 0.512,
        "crosswalks": [
            {"id": "one--two", "version": "1", "reversed": False},
            {"id": "two--three", "version": "1", "reversed": False},
            {"id": "three--four", "version": "1", "reversed": False},
        ],
        "without": [],
    }
    assert [issue.code for issue in found.issues] == ["not-inferable", *["version-not-said"] * 3, "open"]


def test_what_is_said_of_parts_and_of_what_is_silent() -> None:
    one = the("one", "ab")
    two = the("two", [group("part", "xy", LEVEL, name="A part"), "z"])

    def carried(answers: dict[str, str], *links: tuple[str, str], relation: str = "equal") -> mk.Translation:
        made = [link(*ends, None, "4/5", relation, LEVEL) for ends in links]
        return mk.translate(mk.score(one, answers), two, crosswalks=[crosswalk(one, two, *made)])

    found = carried({"a": "good", "b": "best"}, ("a", "x"), ("b", "x"))
    assert found.explain("part").splitlines() == [
        "A part: cannot be told from this: likely Good, at least Basic, at most Best, if the links hold, "
        "50% covered, weakest of 2",
        "├─ x: not below Good: likely Good, at most Best, if the links hold, 100% covered, from 2 links",
        "│  ├─ decided by the link from a",
        "│  ├─ a says only Good is possible (equal, strength 0.80). Both say so.",
        "│  │  └─ a: Good",
        "│  │     └─ Good",
        "│  └─ b says only Best is possible (equal, strength 0.80). Both say so.",
        "│     └─ b: Best",
        "│        └─ Best",
        "└─ y: not inferable: Nothing is said of y.",
    ]
    inferable = {id: found[id].inferable for id in ("outcome", "part", "x", "y", "z")}
    assert inferable == {"outcome": "part", "part": "part", "x": "full", "y": "none", "z": "none"}
    assert found["y"].why_open == "not inferable: Nothing is said of y."
    whole = carried({"a": "good"}, ("a", "part"))
    assert whole["x"].why_open == "not inferable: only A part, above it, is linked"
    assert whole["z"].why_open == "not inferable: Nothing is said of z."
    overall = carried({"outcome": "good"}, ("outcome", "outcome"))
    assert overall["z"].why_open == "not inferable: only the overall stage is linked"
    absent = carried({"a": "not_applicable"}, ("a", "x"), relation="intersects")
    assert absent["x"].why_open == "not inferable: what it would follow from is not applicable: a"
    open_itself = carried({"a": "unknown"}, ("a", "x"))
    assert open_itself["x"].why_open == "the dimensions it follows from are open"


def test_a_movement() -> None:
    model = the("one", "abc")
    ratings = [mk.Rating("a", "good"), mk.Rating("b", "best")]
    before = mk.score(model, mk.Assessment("one", ratings, "Acme", date(2025, 1, 2)))
    after = mk.score(model, {"a": "better", "b": "good..better", "c": "not_applicable"})
    found = mk.compare(before, after)
    assert repr(found) == "<Comparison on one: 2 of 4 moved>"
    assert repr(mk.compare(before, before)) == "<Comparison on one: 0 of 4 moved>"
    described: dict[str, Any] = {**found.to_dict()}
    dimensions = described.pop("dimensions")
    assert described == {
        "format": 1,
        "model": {"id": "one", "version": "1"},
        "before": {"subject": "Acme", "date": "2025-01-02"},
        "after": {"subject": "", "date": None},
    }
    keys = ["before", "after", "direction", "certain", "within_a_quarter", "for_any_distances", "among_the_same"]
    assert all(list(row) == keys for row in dimensions.values())
    assert all(
        list(end) == ["low", "likely", "high"]
        for row in dimensions.values()
        for end in list(row.values())[:2]
        if end
    )
    told = {
        id: (*(end and tuple(end.values()) for end in list(row.values())[:2]), row["direction"], row["certain"])
        for id, row in dimensions.items()
    }
    assert told == {
        "outcome": (("basic", "good", "good"), ("good", "good", "better"), "same", False),
        "a": (("good", "good", "good"), ("better", "better", "better"), "up", True),
        "b": (("best", "best", "best"), ("good", "good", "better"), "down", True),
        "c": (("basic", None, "best"), None, "unknown", False),
    }


def test_what_is_told_of_a_score() -> None:
    learn = mk.Dimension("learn", "Learn", scale=LEVEL, descriptors={"good": "Some do.", "best": "All do."})
    model = flat("toy", [learn, "teach"], "mean", scale=LEVEL, title="A toy")
    told = {answer: mk.score(model, {"learn": answer}) for answer in ("unknown", "basic", "good")}
    assert [summary.descriptor_at(each["learn"]) for each in told.values()] == ["", "", "Some do."]
    # Of what is open there is no number.
    assert told["unknown"].explain().splitlines()[0] == "A toy: open (Basic to Best), mean of 2"
    (step,) = mk.roadmap(told["basic"], "best")
    assert [summary.improvement_in_words(raised) for raised in step.improvements or ()] == [
        "Basic → Best",
        "open → Best",
    ]
    equal = mk.score(model, {"learn": "good", "teach": "good"})
    assert summary.lagging(equal) == ()
    situation = flat("toy", [learn], "profile", scale=DIAMOND)
    assert summary.bar(mk.score(situation, {"outcome": "left"}).outcome) == ""
    long = [flat("toy", "a", "profile", scale=numbered("long", count), outcome=None) for count in (12, 13)]
    bars = [mk.score(model, {"a": "s1"}) for model in long]
    assert [summary.bar(result["a"]) for result in bars] == ["██" + "·" * 10, ""]
    two = [mk.Rating("learn", "good", name) for name in ("Ann", "Bob")]
    asked = [summary.scored_by(mk.score(model, mk.Assessment("toy", two[:count]))) for count in (1, 2)]
    assert asked == ["Scored by mean.", "Scored by mean; 2 respondents, consensus by median."]


def test_the_parts_that_are_our_reading() -> None:
    about = [["outcome", "scales.level.good"], ["scorers", "scales.level", "dimensions.a"]]
    readings = [mk.types.Reading(f"r{i}", parts, "Ours.") for i, parts in enumerate(about)]
    model = attrs.evolve(the("one", "a"), readings=readings)
    (section,) = build(mk.score(model, {}), sections=["marks"]).sections
    assert section.blocks[0] == Paragraph(
        "The overall stage, the stages, the rules, the dimensions. Why: maturitykit show one"
    )


def test_in_dutch_one_and_many_respondents_are_told_of_alike() -> None:
    def told(known: str) -> str:
        ratings = [mk.Rating("a", "not_applicable", "Bo"), *(mk.Rating("a", "good", name) for name in known)]
        result = mk.score(the("one", "a"), mk.Assessment("one", ratings))
        (text,) = (issue.message for issue in result.issues if issue.code == "not-applicable-conflict")
        return Words("nl")(text)

    begin, end = "niet van toepassing volgens Bo, maar met een score van ", ": de scores tellen"
    assert told("a") == f"{begin}a{end}"
    assert told("ab") == f"{begin}a, b{end}"
    assert told("abcdef") == f"{begin}a, b, c, d, e en nog 1{end}"


@pytest.mark.parametrize(("count", "names"), [(5, "a, b, c, d, e"), (6, "a, b, c, d, e and 1 more")])
def test_only_some_of_many_respondents_are_named(count: int, names: str) -> None:
    absent = [mk.Rating("a", "not_applicable", name) for name in "abcdef"[:count]]
    result = mk.score(the("one", "a"), mk.Assessment("one", [*absent, mk.Rating("a", "good")]))
    (conflict,) = (issue for issue in result.issues if issue.code == "not-applicable-conflict")
    assert conflict.message == f"not applicable says {names}, yet someone rated it: the ratings count"
