"""How a derived stage is told: what is ruled out, both readings, and what each link contributes."""

from __future__ import annotations

import json
from typing import Any

import pytest

import maturitykit as mk
import toys
from maturitykit import report
from maturitykit.comparison.sentences import (
    brief_bounds,
    carrying_links,
    describe_bounds,
    outcome_notes,
    reversal_note,
)
from toys import Run, Words, chain, diamond, flat, group, link, same

LEVEL = chain("level", "low", "mid", "high", name=str.title)
SQUARE = diamond("square", "none", "a", "b", "both", name=str.title)
SAME = same(LEVEL)
OPEN = {id: ("low", id, "high") for id in LEVEL.ids}
VAGUE = dict.fromkeys(LEVEL.ids, ("low", None, "high"))


def named(id: str, parts: str) -> mk.Model:
    return flat(id, [mk.Dimension(part, part.upper(), scale=LEVEL) for part in parts], scale=LEVEL)


ONE, TWO = named("one", "ab"), named("two", "xy")


def crosswalk(*links: mk.Link, target: mk.Model = TWO) -> mk.Crosswalk:
    return toys.crosswalk(ONE, target, *links, version="7", source_version="1", target_version="1")


def translated(answers: dict[str, str], *links: mk.Link, **choices: Any) -> mk.Translation:
    return mk.translate(mk.score(ONE, answers), TWO, crosswalks=[crosswalk(*links)], **choices)


def span(scale: mk.Scale, low: str, likely: str | None, high: str) -> mk.Span[mk.Stage]:
    at = {stage.id: stage for stage in scale.stages}
    return mk.Span(at[low], at[likely] if likely else None, at[high])


@pytest.mark.parametrize(
    ("scale", "stages", "text", "dutch"),
    [
        (LEVEL, ("low", "mid", "high"),
         "cannot be told from this: likely Mid, at least Low, at most High, if the links hold",
         "hieruit niet af te leiden: waarschijnlijk Mid, minstens Low, hoogstens High, als de verbanden kloppen"),
        (LEVEL, ("low", None, "high"), "cannot be told from this: no stage is likely",
         "hieruit niet af te leiden: geen fase is waarschijnlijk"),
        (LEVEL, ("low", "low", "mid"), "not above Mid: likely Low, at least Low, if the links hold",
         "niet boven Mid: waarschijnlijk Low, minstens Low, als de verbanden kloppen"),
        (LEVEL, ("mid", None, "high"), "not below Mid: no stage is likely, at most High, if the links hold",
         "niet onder Mid: geen fase is waarschijnlijk, hoogstens High, als de verbanden kloppen"),
        (LEVEL, ("mid", "mid", "mid"), "only Mid is possible, if the links hold",
         "alleen Mid is mogelijk, als de verbanden kloppen"),
        (LEVEL, ("low", "low", "low"), "only Low is possible, if the links hold",
         "alleen Low is mogelijk, als de verbanden kloppen"),
        # B is neither below A nor above it, and yet ruled out.
        (SQUARE, ("a", "a", "both"), "at least A: likely A, at most Both, if the links hold",
         "minstens A: waarschijnlijk A, hoogstens Both, als de verbanden kloppen"),
        (SQUARE, ("none", "none", "b"), "at most B: likely None, at least None, if the links hold",
         "hoogstens B: waarschijnlijk None, minstens None, als de verbanden kloppen"),
    ],
)  # fmt: skip
def test_what_is_ruled_out_comes_first(
    scale: mk.Scale, stages: tuple[str, str | None, str], text: str, dutch: str
) -> None:
    told = describe_bounds(scale, span(scale, *stages))
    assert (told, Words("nl")(told)) == (text, dutch)


def test_between_both_ends_each_end_is_told_once() -> None:
    scale = chain("four", *"abcd", name=str.upper)
    stages = span(scale, "b", "c", "c")
    assert brief_bounds(scale, stages) == "not below B, not above C: likely C"
    assert describe_bounds(scale, stages) == "not below B, not above C: likely C, if the links hold"


def test_no_derived_stage_is_told_alone() -> None:
    found = translated({"a": "mid", "b": "mid"}, link("a", "x", SAME))
    assert repr(found) == (
        "<Translation on two: not above Mid: likely Mid, at least Low, if the links hold, 25% covered>"
    )
    assert found["x"].sentence == "only Mid is possible, if the links hold"
    assert found["y"].sentence == "not inferable: Nothing is said of y."


def test_both_readings_are_told_and_which_one_counts() -> None:
    parts = link("a", "x", OPEN), link("b", "y", OPEN)
    answers = {"a": "low", "b": "low"}
    narrow = {"low": ("low", "mid", "mid"), "mid": ("mid", "mid", "mid"), "high": ("mid", "high", "high")}
    by_link = translated(answers, *parts, link("outcome", "outcome", narrow))
    assert list(by_link.outcome.remarks) == [
        "through its dimensions: cannot be told from this: likely Low",
        "by the link between the overall stages: not above Mid: likely Mid",
        "the result is what both allow, with the likely stage of the second",
        "decided by the link from the overall stage",
    ]
    by_parts = translated(answers, *parts, link("outcome", "outcome", VAGUE))
    assert list(by_parts.outcome.remarks) == [
        "through its dimensions: cannot be told from this: likely Low",
        "by the link between the overall stages: cannot be told from this: no stage is likely",
        "the result is what both allow, with the likely stage of the first",
    ]
    sure = link("a", "x", SAME), link("b", "y", SAME)
    opposite = {"low": ("high", "high", "high"), "mid": ("high", "high", "high"), "high": ("high", "high", "high")}
    apart = translated(answers, *sure, link("outcome", "outcome", opposite))
    assert apart.outcome.brief == "only Low is possible"
    assert list(apart.outcome.remarks)[2:] == ["the two exclude each other; the first is used"]
    data: Any = apart.to_dict()["outcome"]
    assert (data["by_parts"]["high"], data["by_links"]["low"]) == ("low", "high")
    alone = translated(answers, *sure).to_dict()["outcome"]
    assert (alone["by_parts"], alone["by_links"]) == (None, None)


def test_a_link_whose_source_has_no_score_makes_no_second_reading() -> None:
    parts = link("a", "x", SAME), link("b", "y", SAME)
    measured = mk.score(ONE, {"a": "low", "b": "mid"}, scorer="profile")
    linked = crosswalk(*parts, link("outcome", "outcome", SAME))
    found = mk.translate(measured, TWO, crosswalks=[linked])
    outcome = found["outcome"]
    assert (outcome.by_parts, outcome.by_links, tuple(outcome.remarks)) == (None, None, ())


def test_the_strongest_link_that_says_the_likely_stage_decides() -> None:
    links = link("a", "x", SAME, 0.6), link("b", "x", OPEN, 0.3)
    score = translated({"a": "mid", "b": "high"}, *links)["x"]
    assert score.decided_by is not None
    assert score.decided_by.link.source == "a"
    assert tuple(score.remarks) == ("decided by the link from A",)
    nothing = translated({"a": "unknown"}, link("a", "x", VAGUE))["y"]
    assert nothing.decided_by is None


def test_every_part_of_which_nothing_can_be_said_is_named_beside_the_outcome() -> None:
    parts = [group("inner", "xy", LEVEL, name="Inner"), group("outer", "vw", LEVEL, name="Outer")]
    for rule, outcome in (("weakest", LEVEL), ("profile", None)):
        model = flat("two", parts, rule, outcome=outcome)
        linked = crosswalk(link("a", "x", SAME), target=model)
        found = mk.translate(mk.score(ONE, {"a": "mid", "b": "mid"}), model, crosswalks=[linked])
        # A part stands for all below it.
        assert list(outcome_notes(found)) == ["nothing can be inferred about y, Outer"]


def test_a_contribution_is_what_is_left_without_the_link() -> None:
    links = link("a", "x", SAME), link("b", "x", SAME), link("b", "y", SAME)
    found = translated({"a": "low", "b": "high"}, *links)
    told = {item.use.name: (item.carries, item.describe()) for item in found.contributions()}
    for name, (carries, left) in told.items():
        source, target = name.lower().split(" → ")
        without = translated({"a": "low", "b": "high"}, *links, without=f"{source}--{target}")
        assert without.route.left_out == (f"{source}--{target}",)
        assert carries == (without.stage != found.stage)
        assert left == (without.outcome.brief if carries else "no change")
    assert {name for name, (carries, _) in told.items() if carries} == {"A → X", "B → X"}
    assert carrying_links(found.contributions()).endswith("left out: A → X; B → X.")
    assert [item.use.name for item in found.contributions("y")] == ["B → Y"]
    one = found.contributions("x")[0]
    assert carrying_links([one]) == f"The conclusion rests on one link, A → X: without it, {one.left.brief}."
    assert carrying_links([one._replace(carries=False)]).startswith("No single link carries the conclusion")


def test_without_stages_a_conclusion_is_the_dimension_that_a_link_speaks_of() -> None:
    model = flat("two", "xy", "profile", outcome=None)
    linked = crosswalk(link("a", "x", SAME), link("b", "y", SAME), target=model)
    found = mk.translate(mk.score(ONE, {"a": "low", "b": "high"}), model, crosswalks=[linked])
    assert [(item.left.dimension.id, item.carries) for item in found.contributions()] == [("x", True), ("y", True)]


def test_json_has_crosswalks_and_contributions() -> None:
    links = link("a", "x", SAME), link("b", "y", OPEN)
    data = translated({"a": "low", "b": "high"}, *links).to_dict()
    assert data["derived"]["crosswalks"] == [{"id": "one--two", "version": "7", "reversed": False}]
    (first,), (second,) = data["dimensions"]["x"]["links"], data["dimensions"]["y"]["links"]
    assert first["without"] == {"low": "low", "likely": "high", "high": "high"}
    assert (first["carries"], second["carries"]) == (True, False)
    left = translated({"a": "low", "b": "high"}, *links, without=["a--x"]).to_dict()
    assert left["derived"]["without"] == ["a--x"]
    assert left["outcome"]["stage"] == first["without"]


def test_a_crosswalk_that_is_read_backwards_says_how() -> None:
    linked = crosswalk(link("a", "x", SAME), link("b", "y", SAME))
    forward = mk.translate(mk.score(ONE, {"a": "low"}), TWO, crosswalks=[linked])
    back = mk.translate(mk.score(TWO, {"x": "low"}), ONE, crosswalks=[linked])
    assert reversal_note([forward]) == ""
    assert reversal_note([forward, back]).startswith("Read backwards: one--two. ")
    for suffix in (".html", ".md"):
        text = report.render(report.build(back.origin, translations=[back]), suffix).decode()
        assert "Read backwards: one" in text


@pytest.mark.parametrize(
    ("text", "stage"),
    [("operational", "operational"), ("Operational", "operational"), (" IMPACTFUL ", "impactful"),
     ("1", "traditional"),
     ("stage 3", "operational"), ("Stage 5", "transformational"), ("6", "6"), ("0", "0"), ("none", "none"),
     ("²", "²")],
)  # fmt: skip
def test_a_stage_is_found_by_id_name_or_number(text: str, stage: str) -> None:
    scale = mk.model("clearhead").outcome
    assert scale is not None
    assert scale.find(text) == stage


def test_a_stage_that_is_called_by_a_number_is_not_counted() -> None:
    scale = mk.model("bluevenn").outcome
    assert scale is not None
    assert scale.ids[0] == "below"
    assert [scale.find(text) for text in ("3", "stage 3", "Stage 3", "stage-3")] == ["stage-3"] * 4


# ---- the example that users ask first: "operational" is likely "stage 3", and back


EXAMPLES = [
    ("clearhead", "operational", "four-stage", "stage-3"),
    ("four-stage", "stage-3", "clearhead", "operational"),
]


@pytest.mark.parametrize(("source", "stage", "target", "likely"), EXAMPLES)
def test_the_overall_stage(source: str, stage: str, target: str, likely: str) -> None:
    found = mk.translate(mk.score(source, {"outcome": stage}), target)
    assert found.stage is not None
    assert found.stage.likely is not None
    assert found.stage.likely.id == likely


@pytest.mark.parametrize(("source", "stage", "target", "likely"), EXAMPLES)
def test_every_dimension(source: str, stage: str, target: str, likely: str) -> None:
    answers = {leaf.id: stage for leaf in mk.model(source).leaves}
    found = mk.translate(mk.score(source, answers), target)
    assert found.stage is not None
    assert found.stage.likely is not None
    assert found.stage.likely.id == likely


@pytest.mark.parametrize(("source", "stage", "target", "likely"), EXAMPLES)
def test_a_table(source: str, stage: str, target: str, likely: str) -> None:
    pl = pytest.importorskip("polars", reason="tables come with an extra")
    from maturitykit import tables

    leaves = [leaf.id for leaf in mk.model(source).leaves]
    rows = {"subject": ["Acme"] * len(leaves), "dimension": leaves, "rating": [stage] * len(leaves)}
    frame = tables.translate(tables.score(source, pl.DataFrame(rows)), target).frame
    assert frame["outcome__stage_likely"].to_list() == [likely]
    assert frame["outcome__by_links_likely"].to_list() == [likely]


@pytest.mark.parametrize(("source", "stage", "target", "likely"), EXAMPLES)
def test_the_command_line(source: str, stage: str, target: str, likely: str, run: Run) -> None:
    asked = ("crosswalk", source, "--stage", stage.replace("stage-", ""), "--to", target)
    name = mk.model(target).by_id["outcome"].scale.stages[2].name  # type: ignore[union-attr]
    text = " ".join(run(*asked).stdout.split())
    assert f"likely {name}, at least" in text or f"likely {name}, at most" in text
    assert "if the links hold" in text
    assert "Decided by the link from the overall stage." in text
    assert json.loads(run(*asked, "--json").stdout)["outcome"]["stage"]["likely"] == likely


# ---- the same sentences in a report


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("suffix", [".html", ".md"])
def test_a_report_tells_what_the_terminal_does(language: str, suffix: str) -> None:
    (assessment,) = [mk.read("examples/clearhead.csv")]
    result = mk.score(mk.model("clearhead").in_language(language), assessment)
    found = mk.translate(result, mk.model("four-stage").in_language(language))
    document = report.build(result, translations=[found], language=language)
    (section,) = [part for part in document.sections if part.derived]
    texts = [block.text for block in section.blocks if hasattr(block, "text")]
    texts += [item.text for block in section.blocks if hasattr(block, "items") for item in block.items]
    say = Words(language)
    for sentence in (found.outcome.sentence, *found.outcome.remarks):
        assert any(say(sentence).casefold() in text.casefold() for text in texts)
    assert say(carrying_links(found.contributions())) in texts
    text = report.render(document, suffix).decode()
    assert say("What each link contributes") in text


def test_dimensions_of_one_name_are_told_apart_in_translations() -> None:
    def side(id: str) -> mk.Dimension:
        parts = [mk.Dimension(f"{id}-{what}", f"{what.title()} it", scale=LEVEL) for what in ("plan", "do")]
        return mk.Dimension(id, id.title(), scale=LEVEL, children=parts)

    model = flat("two", [side("left"), side("right")], scale=LEVEL)
    links = [link("a", "left-plan", SAME), link("b", "outcome", SAME), link("a", "right-do", SAME)]
    linked = crosswalk(*links, target=model)
    result = mk.translate(mk.score(ONE, {"a": "mid", "b": "high"}), model, crosswalks=[linked])
    names = {item.use.name for item in result.contributions()}
    assert names == {"A → Left: Plan it", "A → Right: Do it", "B → the overall stage"}
    told = [remark.message for remark in result.issues]
    assert "nothing can be inferred about Left: Do it, Right: Plan it" in told
