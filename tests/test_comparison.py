"""Comparison by example: translations, movements and contradictions on small models."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import maturitykit as mk
import toys
from maturitykit.cli.crosswalk import _translations
from maturitykit.comparison.check import check_cells, check_crosswalk
from maturitykit.comparison.contradictions import contradictions
from maturitykit.comparison.movement import respondents_note
from toys import DIAMOND, EXTENT, Run, Words, group, leaves


def link(source: str, target: str, *spans: str, strength: float = 0.5, relation: str = "intersects") -> mk.Link:
    """Spans as three letters for none, some and all, for each source stage: ``nns``."""
    names = {"n": "none", "s": "some", "a": "all"}
    stages: dict[str, Any] = {
        stage: tuple(names[end] for end in span) for stage, span in zip(EXTENT.ids, spans, strict=True)
    }
    cells = [("some", "some"), ("all", "all")]
    return mk.Link(source, target, relation, strength, stages, "Both say so.", cells)


flat = partial(toys.flat, scale=EXTENT)
SAME = ("nnn", "sss", "aaa")
OPEN = ("nna", "nsa", "naa")
ONE = flat("one", "ab")
TWO = flat("two", "xy")


def crosswalk(*links: mk.Link, source: str = "one", target: str = "two", **more: Any) -> mk.Crosswalk:
    return mk.Crosswalk(source, target, links, "1", **more)


def translated(answers: dict[str, str], *links: mk.Link, to: mk.Model = TWO) -> mk.Translation:
    return mk.translate(mk.score(ONE, answers), to, crosswalks=[toys.crosswalk(ONE, to, *links)])


def ids(score: mk.Score) -> tuple[str | None, ...]:
    assert score.stage is not None
    return tuple(None if stage is None else stage.id for stage in score.stage)


def test_a_link_carries_low_through_low_and_high_through_high() -> None:
    found = translated({"a": "some..all", "b": "none"}, link("a", "x", "nns", "nsa", "saa"))
    assert ids(found["x"]) == ("none", "some", "all")


def test_what_no_link_speaks_of_is_not_inferable() -> None:
    found = translated({"a": "all", "b": "all"}, link("a", "x", *SAME))
    assert found.not_inferable == ("y",)
    assert ids(found["y"]) == ("none", None, "all")
    assert ids(found.outcome) == ("none", "all", "all")
    assert found["y"].why_open == "not inferable: Nothing is said of y."
    assert (found["x"].coverage, found["y"].coverage, found.coverage) == (0.5, 0.0, 0.25)


def test_equal_and_superset_cover_in_full() -> None:
    for relation, coverage, inferable in (
        ("superset", 1.0, "full"),
        ("equal", 1.0, "full"),
        ("subset", 0.5, "part"),
    ):
        found = translated({"a": "all", "b": "all"}, link("a", "x", *SAME, relation=relation))
        score = found["x"]
        assert isinstance(score, mk.types.DerivedScore)
        assert (score.coverage, score.inferable) == (coverage, inferable)


def test_links_pool_by_strength_and_disjoint_ones_never() -> None:
    strong, weak = link("a", "x", *SAME, strength=0.6), link("b", "x", *SAME, strength=0.3)
    assert ids(translated({"a": "all", "b": "none"}, strong, weak)["x"]) == ("all", "all", "all")
    disjoint = link("a", "x", *SAME, strength=0.6, relation="disjoint")
    assert ids(translated({"a": "all", "b": "none"}, disjoint, weak)["x"]) == ("none", "none", "none")


def test_links_that_exclude_each_other_are_named() -> None:
    found = translated({"a": "all", "b": "none"}, link("a", "x", *SAME), link("b", "x", *SAME))
    (issue,) = (i for i in found.issues if i.code == "links-exclude-each-other")
    assert (issue.where, issue.message) == ("x", "the links from a and b exclude each other")


def test_a_link_to_the_outcome_checks_what_follows_from_the_parts() -> None:
    links = link("a", "x", *SAME), link("a", "y", *SAME), link("outcome", "outcome", *SAME)
    assert "link-disagrees" not in [i.code for i in translated({"a": "all", "b": "all"}, *links).issues]
    found = translated({"a": "all", "b": "none"}, *links)
    told = [(i.where, i.message) for i in found.issues if i.code == "link-disagrees"]
    assert told == [("outcome", "its parts exclude the stages that the link from outcome allows; its parts count")]
    assert ids(found.outcome) == ("all", "all", "all")


def test_who_gives_the_outcome_alone_hears_the_outcome_links_alone() -> None:
    found = translated({"outcome": "some"}, link("a", "x", *SAME), link("outcome", "outcome", "nns", "nsa", "saa"))
    assert ids(found.outcome) == ("none", "some", "all")
    assert found.not_inferable == ("x", "y")


def test_an_open_source_stays_in_and_one_that_does_not_apply_leaves() -> None:
    links = link("a", "x", *SAME, strength=0.6), link("b", "x", *SAME, strength=0.3)
    assert ids(translated({"a": "unknown", "b": "some"}, *links)["x"]) == ("none", "some", "all")
    assert ids(translated({"a": "not_applicable", "b": "some"}, *links)["x"]) == ("some", "some", "some")


def test_what_is_wholly_judged_by_what_does_not_apply_does_not_apply() -> None:
    for relation, absent in (("superset", True), ("intersects", False)):
        found = translated({"a": "not_applicable", "b": "all"}, link("a", "x", *SAME, relation=relation))
        assert found["x"].not_applicable is absent
        assert ("x" in found.not_inferable) is not absent


def test_a_gate_of_which_nothing_is_known_is_shut_in_what_is_likely() -> None:
    gates = [mk.Gate("some", "x", "some"), mk.Gate("all", "y", "some")]
    ladder = flat("ladder", "xy", "staged", gates=gates)
    found = translated({"a": "all", "b": "all"}, link("a", "x", *SAME), to=ladder)
    assert ids(found.outcome) == ("some", "some", "all")
    told = [(i.where, i.message) for i in found.issues if i.code == "not-inferable"]
    assert told == [("outcome", "nothing can be inferred about y")]
    wide = evolve(ladder, dimensions=leaves("xyz", EXTENT), gates=[*gates, mk.Gate("all", "z", "some")])
    neither = translated({"a": "all", "b": "all"}, link("a", "x", *SAME), to=wide)
    (issue,) = (i for i in neither.issues if i.code == "not-inferable")
    assert issue.message == "nothing can be inferred about y, z"


def test_of_what_does_not_apply_nothing_has_to_be_inferred() -> None:
    gates = [mk.Gate("some", "z", "some"), mk.Gate("all", "group", "all")]
    ladder = flat("ladder", [group("group", "xy", EXTENT, scorer="weakest"), "z"], "staged", gates=gates)
    said = link("b", "z", *SAME)
    absent = [link("a", id, *SAME, relation="superset") for id in "xy"]

    def told_of_outcome(*links: mk.Link) -> list[str]:
        found = translated({"a": "not_applicable", "b": "all"}, said, *links, to=ladder)
        assert found["group"].not_applicable is (len(links) == 2)
        assert found["x"].coverage == (1.0 if links else 0.0)
        return [i.message for i in found.issues if (i.code, i.where) == ("not-inferable", "outcome")]

    # With a part that does not apply, nothing is known of the group where nothing is of the other part.
    told = ["nothing can be inferred about group"]
    assert [told_of_outcome(*absent[:count]) for count in range(3)] == [told, told, []]


def test_a_crosswalk_that_names_no_versions_is_told() -> None:
    found = translated({"a": "all", "b": "all"}, link("a", "x", *SAME))
    (issue,) = (issue for issue in found.issues if issue.code == "version-not-said")
    text = "one--two does not say for which version of one and two it was written"
    assert issue == ("version-not-said", "info", "outcome", text)


def test_a_third_model_is_reached_through_the_second_with_less_strength() -> None:
    three = flat("three", "u")
    first = crosswalk(link("a", "x", *SAME, strength=0.8), link("b", "y", *SAME, strength=0.8))
    second = crosswalk(link("x", "u", *SAME, strength=0.8), source="two", target="three",
                       not_inferable=[mk.NotInferable("two", "y", "Nothing.")])  # fmt: skip
    result = mk.score(ONE, {"a": "all", "b": "some"})
    found = mk.translate(result, three, crosswalks=[second, first], models=[TWO])
    assert found.route.path == ("one", "two", "three")
    assert found.route.strength == pytest.approx(0.64)
    score = found["u"]
    assert isinstance(score, mk.types.DerivedScore)
    assert [float(use.link.strength) for use in score.links] == [pytest.approx(0.64)]
    assert "through x" in found.explain("u")
    with pytest.raises(mk.ComparisonError, match="no crosswalk joins"):
        mk.translate(result, three, via="elsewhere", crosswalks=[second, first], models=[TWO])
    with pytest.raises(mk.PluginError, match='"elsewhere"'):
        mk.translate(result, "elsewhere", crosswalks=[second, first], models=[TWO])


def test_a_translation_is_of_the_same_subject_and_day_and_by_the_rule_asked_for() -> None:
    target = flat("two", "xy", "weakest", "median")
    ratings = [mk.Rating("a", "none"), mk.Rating("b", "all")]
    result = mk.score(ONE, mk.Assessment("one", ratings, "Acme", date(2026, 5, 31)))
    found = mk.translate(result, target, crosswalks=[both()], models=[target], scorer="median")
    assert (found.subject, found.date, found.scorer) == ("Acme", date(2026, 5, 31), "median")
    assert (found["x"].rule, found["y"].rule, found.outcome.rule) == ("links", "links", "median")


def test_a_stage_with_parts_may_hide_a_step_to_the_next_but_none_above_the_highest() -> None:
    part = group("part", "x", EXTENT, scorer="mean")
    target = flat("two", [part])
    just_below = pytest.approx(1, abs=1e-6)
    for answer, high in (("none", (0.5, just_below)), ("some", (1.0, just_below)), ("all", (1.0, 1.0))):
        found = translated({"a": answer}, link("a", "part", *SAME), to=target)["part"]
        assert found.index is not None
        assert ids(found)[2] == answer
        assert found.index.high == pytest.approx(high[0], abs=1e-6)
        assert found.index.high <= high[0]
    flat_part = evolve(part, scorer="weakest")
    found = translated({"a": "none"}, link("a", "part", *SAME), to=evolve(target, dimensions=[flat_part]))["part"]
    assert found.index is not None
    assert found.index.high == 0


def test_turned_around_or_joined_a_crosswalk_keeps_its_versions_its_way_and_its_reasons() -> None:
    gaps = [mk.NotInferable("one", "b", "Nobody asks."), mk.NotInferable("two", "y", "Nobody says.")]
    first = crosswalk(link("a", "x", *SAME), not_inferable=gaps, source_version="1", target_version="1.2")
    ends = {"source": "two", "target": "three", "source_version": "1", "target_version": "3"}
    others = [mk.NotInferable("two", "y", "No."), mk.NotInferable("three", "v", "Why.")]
    second = crosswalk(link("x", "u", *SAME), not_inferable=others, **ends)
    back = mk.links.reverse(first, ONE, TWO)
    assert (back.source, back.target, back.path) == ("two", "one", ("one--two",))
    assert (back.source_version, back.target_version) == ("1.2", "1")
    assert list(back.not_inferable) == gaps
    assert mk.links.reverse(evolve(first, path=("p--q", "q--r")), ONE, TWO).path == ("q--r", "p--q")
    joined = mk.links.compose(first, second)
    assert (joined.source, joined.target, joined.path) == ("one", "three", ("one--two", "two--three"))
    assert (joined.source_version, joined.target_version) == ("1", "3")
    assert list(joined.not_inferable) == [mk.NotInferable("three", "v", "Why.")]
    assert mk.links.compose(joined, crosswalk(source="three", target="four")).path == (
        "one--two", "two--three", "three--four",
    )  # fmt: skip


def test_a_translation_says_what_it_is_in_json() -> None:
    data = translated({"a": "all", "b": "all"}, link("a", "x", *SAME)).to_dict()
    assert data["derived"] == {
        "from": {"model": "one", "version": "1"},
        "path": ["one", "two"],
        "strength": 0.5,
        "crosswalks": [{"id": "one--two", "version": "1", "reversed": False}],
        "without": [],
    }
    assert data["dimensions"]["x"]["inferable"] == "part"
    assert data["dimensions"]["x"]["links"][0]["source"] == "a"
    assert data["dimensions"]["y"]["inferable"] == "none"
    json.dumps(data)


def test_explain_leads_to_the_answers_of_the_source() -> None:
    lines = translated({"a": "all", "b": "some"}, link("a", "x", *SAME)).explain("x").splitlines()
    assert lines[0] == "x: only all is possible, if the links hold, 50% covered"
    assert lines[1].endswith("a says only all is possible (intersects, strength 0.50). Both say so.")
    assert lines[-1].endswith("all")


# What one might expect of crosswalks, and what does not hold: an example each.


def spans_of(link: mk.Link) -> str:
    """The spans of a link as letters, ``-`` where no stage is likely."""
    letters = {"none": "n", "some": "s", "all": "a", None: "-"}
    return " ".join("".join(letters[end] for end in link.stages[stage]) for stage in EXTENT.ids)


def test_what_is_composed_need_not_be_wider_than_its_parts() -> None:
    second = crosswalk(link("x", "u", "sss", "sss", "sss"), source="two", target="three")
    (joined,) = mk.links.compose(crosswalk(link("a", "x", *OPEN)), second).links
    assert spans_of(joined) == "sss sss sss"


def test_the_reverse_of_what_is_composed_need_not_be_the_reverses_composed() -> None:
    three = flat("three", "u")
    first = crosswalk(link("a", "x", "nss", "nsa", "aaa"))
    second = crosswalk(link("x", "u", "sss", "ssa", "aaa"), source="two", target="three")
    (joined,) = mk.links.compose(first, second).links
    as_written = evolve(joined, steps=())
    (one,) = mk.links.reverse(crosswalk(as_written, target="three"), ONE, three).links
    (other,) = mk.links.compose(mk.links.reverse(second, TWO, three), mk.links.reverse(first, ONE, TWO)).links
    assert (spans_of(one), spans_of(other)) == ("n-n nns naa", "n-s n-s naa")


def test_back_and_then_forward_need_not_hold_the_start() -> None:
    there = crosswalk(link("a", "x", "ssa", "ssa", "aaa"))
    (back,) = mk.links.compose(mk.links.reverse(there, ONE, TWO), there).links
    # None of the source is compatible with "none": what comes back lies above it.
    assert back.stages["none"][0] == "some"


def test_a_round_trip_need_not_hold_the_start_where_links_disagree() -> None:
    source = flat("one", "abc")
    gaps = [mk.NotInferable("two", "y", "No.")]
    there = crosswalk(*(link(each, "x", *SAME) for each in "abc"), not_inferable=gaps)
    network = mk.Network([there], [source, TWO])
    start = mk.score(source, {"a": "none", "b": "none", "c": "all"})
    back = mk.translate(mk.translate(start, "two", network=network), "one", network=network)
    assert ids(back["c"]) == ("none", "none", "none")


def test_translating_twice_may_say_more_than_the_composed_links() -> None:
    """The second time the middle model's own rule has been applied; links that are composed know nothing of it."""
    three = flat("three", "u")
    gaps = [mk.NotInferable("one", "b", "No."), mk.NotInferable("two", "y", "No.")]
    first = crosswalk(link("a", "x", *SAME), not_inferable=gaps)
    second = crosswalk(link("outcome", "u", *SAME), source="two", target="three",
                       not_inferable=[mk.NotInferable("two", id, "No.") for id in "xy"])  # fmt: skip
    network = mk.Network([first, second], [ONE, TWO, three])
    start = mk.score(ONE, {"a": "none", "b": "all"})
    assert mk.translate(start, "three", network=network).not_inferable == ("u",)
    twice = mk.translate(mk.translate(start, "two", network=network), "three", network=network)
    assert ids(twice["u"]) == ("none", "none", "none")


WRONG: dict[str, tuple[mk.Crosswalk, str]] = {
    "unknown source": (crosswalk(link("q", "x", *SAME)), '"q" is no dimension of one with stages'),
    "unknown target": (crosswalk(link("a", "q", *SAME)), '"q" is no dimension of two with stages'),
    "low above likely": (crosswalk(link("a", "x", "sns", "sss", "aaa")), "some none some does not rise"),
    "falling": (crosswalk(link("a", "x", "nna", "nns", "nna")), "its high is not at or above that of none"),
    "strength": (crosswalk(link("a", "x", *SAME, strength=2)), "is 2.0"),
    "twice": (crosswalk(link("a", "x", *SAME), link("a", "x", *SAME)), "stands twice"),
    "untold": (crosswalk(link("a", "x", *SAME)), "y of two is neither linked nor listed"),
    "told and linked": (
        crosswalk(link("a", "x", *SAME), not_inferable=[mk.NotInferable("two", "x", "No.")]),
        "is linked in two",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_crosswalk_is_told(name: str) -> None:
    wrong, words = WRONG[name]
    assert any(words in str(finding) for finding in check_crosswalk(wrong, ONE, TWO))
    if name in ("twice", "untold", "told and linked"):
        # There is a link that can be used all the same.
        assert mk.translate(mk.score(ONE, {"a": "all"}), TWO, crosswalks=[wrong])["x"].links
        return
    with pytest.raises(mk.ComparisonError):
        mk.translate(mk.score(ONE, {}), TWO, crosswalks=[wrong])


def test_a_link_that_does_not_fit_is_set_aside_and_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "one--two.toml"
    path.write_text(f"""format = 1
source = "one"
target = "two"
version = "1"
{FILED.format("a", "x")}
{FILED.format("b", "nowhere")}
""")
    found = mk.translate(mk.score(ONE, {"a": "all", "b": "all"}), TWO, crosswalks=[mk.read_crosswalk(path)])
    assert ids(found["x"]) == ("all", "all", "all")
    (issue,) = (issue for issue in found.issues if issue.code == "link-set-aside")
    assert issue.message.startswith(f"{path}, line 17: a link is set aside, as it does not fit: links.b--nowhere")
    assert '"nowhere" is no dimension of two' in issue.message


FILED = """[[links]]
source = "{}"
target = "{}"
relation = "equal"
strength = 1
stages.none = ["none", "none", "none"]
stages.some = ["some", "some", "some"]
stages.all = ["all", "all", "all"]
cells = [["some", "some"], ["all", "all"]]
"""


def test_a_mere_reference_is_listed_and_says_nothing() -> None:
    reference = mk.Link("a", "x", "equal", 1)
    rest = [mk.NotInferable("one", "rest", "Only read."), mk.NotInferable("two", "rest", "Only read.")]
    listed = crosswalk(reference, link("b", "y", *SAME), not_inferable=rest)
    assert check_crosswalk(listed, ONE, TWO) == []
    assert list(check_cells(listed, ONE, TWO)) == []
    found = mk.translate(mk.score(ONE, {"a": "all", "b": "all"}), TWO, crosswalks=[listed])
    assert found["x"].links == () and "x" in found.not_inferable
    (back, _) = mk.links.reverse(listed, ONE, TWO).links
    assert (back.source, back.target, back.stages) == ("x", "a", {})
    assert mk.links.compose(listed, crosswalk(link("x", "u", *SAME), source="two", target="three")).links == ()
    assert listed.strength == Fraction(1, 2)


def test_what_is_not_linked_may_be_listed_as_the_rest() -> None:
    listed = crosswalk(link("a", "x", *SAME), not_inferable=[mk.NotInferable("two", "rest", "Nobody asks.")])
    told = [str(finding) for finding in check_crosswalk(listed, ONE, TWO)]
    assert [line for line in told if "two" in line.split("neither")[0]] == []
    assert any("b of one is neither linked nor listed" in line for line in told)
    found = mk.translate(mk.score(ONE, {"a": "all"}), TWO, crosswalks=[listed])
    assert found["y"].reason == "Nobody asks."


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("none", None), ("some", ("some", "some", "some")), ("not_applicable", ("some", "all", "all")),
     ("none..some", ("none", None, "some")), ("unknown", ("none", None, "all"))],
)  # fmt: skip
def test_what_does_not_apply_may_be_read_and_said(answer: str, expected: Any) -> None:
    told: dict[str, Any] = {
        "none": "not_applicable",
        "some": ("some",) * 3,
        "all": ("all",) * 3,
        "not_applicable": ("some", "all", "all"),
    }
    mapped = mk.Link("a", "x", "intersects", 1, told, "", [("some", "some"), ("all", "all")])
    found = translated({"a": answer, "b": "all"}, mapped)
    assert found["x"].not_applicable is (expected is None)
    if expected is not None:
        assert ids(found["x"]) == expected
        (use,) = found["x"].links
        assert use.stage is not None
        assert tuple(stage and stage.id for stage in use.stage) == expected


def both(*links: mk.Link) -> mk.Crosswalk:
    return crosswalk(link("a", "x", *SAME), link("b", "y", *SAME), *links)


def test_contradictions_within_and_between_crosswalks() -> None:
    three = flat("three", "uv")
    upside = ("aaa", "aaa", "aaa")
    direct = crosswalk(link("a", "u", *upside), link("b", "v", *SAME), target="three")
    second = crosswalk(link("x", "u", *SAME), link("y", "v", *SAME), source="two", target="three")
    network = mk.Network([both(), second, direct], [ONE, TWO, three])
    found = [str(finding) for finding in contradictions(direct, network)]
    assert any("excludes what follows through two" in line for line in found)
    assert any("no stage of a is compatible with none of u" in line for line in found)
    outcome = both(link("outcome", "outcome", "nnn", "nnn", "nnn"))
    found = [str(finding) for finding in contradictions(outcome, mk.Network([outcome], [ONE, TWO]))]
    assert any("at all" in line and "exclude it" in line for line in found)
    assert contradictions(both(), mk.Network([both()], [ONE, TWO])) == []
    # Of what the longer way does not speak, it says nothing.
    untold = [mk.NotInferable("two", "y", "No."), mk.NotInferable("three", "v", "No.")]
    part = crosswalk(link("x", "u", *SAME), source="two", target="three", not_inferable=untold)
    straight = crosswalk(link("a", "u", *SAME), link("b", "v", *SAME), target="three")
    assert contradictions(straight, mk.Network([both(), part, straight], [ONE, TWO, three])) == []


def test_an_outcome_is_held_against_what_its_fewest_raises_imply() -> None:
    source = flat("one", "abc", "median")
    # Two of three reach a stage; the third, which stays at its lowest, is what the links read.
    links = [link("c", "x", *SAME), link("c", "y", *SAME), link("outcome", "outcome", *SAME)]
    gaps = [mk.NotInferable("one", leaf, "Nothing.") for leaf in "ab"]
    found = contradictions(joined := crosswalk(*links, not_inferable=gaps), mk.Network([joined], [source, TWO]))
    assert [(finding.where, finding.problem) for finding in found] == [
        ("links.outcome--outcome", f"at {stage}, reached by a, b, the links of the dimensions exclude it")
        for stage in ("some", "all")
    ]


def test_only_links_that_exclude_each_other_contradict() -> None:
    three = flat("three", "uv")

    def against(direct: mk.Link, *others: mk.Crosswalk, through: mk.Link) -> list[str]:
        untold = [mk.NotInferable("one", "b", "No."), mk.NotInferable("three", "v", "No.")]
        first = crosswalk(direct, target="three", not_inferable=untold)
        other = "y" if through.source == "x" else "x"
        untold = [mk.NotInferable("two", other, "No."), mk.NotInferable("three", "v", "No.")]
        second = crosswalk(through, source="two", target="three", not_inferable=untold)
        assert check_crosswalk(second, TWO, three) == []
        models = [ONE, TWO, three, flat("broken", "z")]
        found = contradictions(first, mk.Network([first, both(), second, *others], models))
        return [str(finding) for finding in found if finding.code == "MK308"]

    high, low = ("aaa", "aaa", "aaa"), ("nnn", "nnn", "nnn")
    assert len(against(link("a", "u", *low), through=link("x", "u", *high))) == 3
    # Another of the first model, things with nothing in common, and spans that meet at their ends.
    assert against(link("a", "u", *low), through=link("y", "u", *high)) == []
    assert against(link("a", "u", *low, relation="disjoint"), through=link("x", "u", *high)) == []
    assert against(link("a", "u", "nns", "nns", "nns"), through=link("x", "u", "naa", "naa", "naa")) == []
    # A way that is broken hides no other one.
    bad = [crosswalk(link("a", "z", *SAME), target="broken"), crosswalk(source="broken", target="three")]
    assert len(against(link("a", "u", *low), *bad, through=link("x", "u", *high))) == 3


def test_movements_are_certain_only_beyond_what_is_open() -> None:
    before = mk.score(ONE, {"a": "none", "b": "none..some"})
    after = mk.score(ONE, {"a": "some", "b": "some..all"})
    moved = mk.compare(before, after)
    assert (moved["a"].direction, moved["a"].certain) == ("up", True)
    assert (moved["b"].direction, moved["b"].certain) == ("up", False)
    assert mk.compare(after, before)["a"].direction == "down"
    assert mk.compare(before, mk.score(ONE, {}))["a"].direction == "unknown"
    absent = mk.score(ONE, {"a": "not_applicable"})
    for old, new in ((absent, before), (before, absent), (absent, absent)):
        movement = mk.compare(old, new)["a"]
        assert movement == (new["a"].dimension, old["a"].stage, new["a"].stage, "unknown", old is new)
    same = mk.compare(before, before)
    assert same["a"].dimension is ONE.by_id["a"]
    assert (same["a"].direction, same["a"].certain, same["b"].certain) == ("same", True, False)


def said_by(*people: str, subject: str = "Acme", model: mk.Model = ONE) -> mk.Result:
    return mk.score(model, mk.Assessment(model.id, [mk.Rating("a", "some", who) for who in people], subject))


def test_other_respondents_than_before_are_named() -> None:
    def told(before: mk.Result, after: mk.Result, language: str = "en") -> str:
        return Words(language)(respondents_note(mk.compare(before, after)))

    text = told(said_by("Ann", "Bo"), said_by("Ann", "Cé"))
    assert text.startswith("Other respondents than before (new: Cé; no longer: Bo). ")
    assert "(new: Bo). " in told(said_by("Ann"), said_by("Ann", "Bo"))
    assert "before (no longer: A, B, C, D and 1 more). " in told(said_by(*"ABCDEF"), said_by("F"))
    assert "eerder (nieuw: B; niet meer: A). " in told(said_by("A"), said_by("B"), "nl")
    # However they are spelled.
    assert told(said_by("Ze\u0301", subject="Acme "), said_by("Z\u00e9 ", subject="Acme")) == ""
    # Through a crosswalk between versions, those who answered the older one.
    renamed = crosswalk(link("a", "a", *SAME), link("b", "b", *SAME), source="one@1", target="one@2")
    later = flat("one", "ab", version="2")
    moved = mk.compare(said_by("Ann"), said_by("Bo", model=later), network=mk.Network([renamed]))
    assert "new: Bo; no longer: Ann" in respondents_note(moved)
    tried = mk.what_if(said_by("Ann"), {"a": "all"})
    assert told(said_by("Ann"), tried) == told(tried, said_by("Ann")) == ""
    # The same people, somebody without a name, or another subject.
    assert told(said_by("Ann", "Bo"), said_by("Bo", "Ann")) == ""
    assert told(said_by(""), said_by("Ann")) == told(said_by("Ann"), said_by("Ann", "")) == ""
    assert told(said_by("Ann"), said_by("Bo", subject="Beta")) == ""


def test_a_movement_between_stages_without_order_is_sideways() -> None:
    model = flat("one", "a", "profile", outcome=DIAMOND)

    def moved(*stages: str) -> tuple[str, bool]:
        movement = mk.compare(*(mk.score(model, {"outcome": stage}) for stage in stages))["outcome"]
        return movement.direction, movement.certain

    assert moved("left", "right") == ("sideways", True)
    assert moved("left", "none..right") == ("down", False)
    assert moved("left", "right..both") == ("sideways", False)
    assert moved("left..both", "right") == ("sideways", False)
    assert moved("none..left", "right") == ("up", False)
    assert moved("both", "none..left") == ("down", True)


def test_results_of_other_models_or_versions_are_not_compared() -> None:
    newer = evolve(flat("one", "ac", version="2"), scorers=["median", "weakest"])
    with pytest.raises(mk.ComparisonError, match="translate one of them first"):
        mk.compare(mk.score(ONE, {}), mk.score(TWO, {}))
    old, new = (
        mk.score(ONE, {"a": "some", "b": "all"}),
        mk.score(newer, {"a": "all", "c": "all"}, scorer="weakest"),
    )
    with pytest.raises(mk.ComparisonError, match="one@1"):
        mk.compare(old, new)
    migration = mk.Crosswalk(
        "one@1", "one@2", [link("a", "a", *SAME, relation="equal"), link("b", "c", *SAME)], "1"
    )
    moved = mk.compare(old, new, network=mk.Network([migration]))
    assert moved.before.scorer == moved.after.scorer == "weakest"
    assert (moved["a"].direction, moved["a"].certain) == ("up", True)


def test_what_if_changes_only_what_is_asked() -> None:
    result = mk.score(ONE, {"a": "none", "b": "all"})
    changed = mk.what_if(result, {"a": "all"})
    assert ids(changed.outcome) == ("all", "all", "all")
    assert ids(result.outcome) == ("none", "none", "none")
    ratings = [mk.Rating("a", "none", "Ann"), mk.Rating("a", "all", "Bo"), mk.Rating("b", "none")]
    model = flat("one", "ab", "median", "weakest")
    settings: Any = {"scorer": "weakest", "consensus": "weakest", "weights": {"a": 2}, "targets": {"a": "all"}}
    chosen = mk.score(model, mk.Assessment("one", ratings, "Acme", date(2026, 5, 31)), **settings)
    other = mk.what_if(chosen, {"b": "some"})
    about = [(r.subject, r.date, r.scorer, r.consensus, r.weights, r.targets) for r in (chosen, other)]
    assert about[0] == about[1]
    assert (ids(other["a"]), ids(other["b"])) == (ids(chosen["a"]), ("some", "some", "some"))
    assert [rating.respondent for rating in other["b"].inputs if isinstance(rating, mk.Rating)] == ["what if"]
    with pytest.raises(mk.AssessmentError, match='"q"'):
        mk.what_if(result, {"q": "all"})
    with pytest.raises(mk.ScoringError, match="does not rest on ratings"):
        mk.what_if(translated({"a": "all", "b": "all"}, link("a", "x", *SAME)), {"x": "all"})


def test_a_roadmap_names_the_smallest_sets_in_the_order_they_count() -> None:
    model = flat("three", "abc", "median")
    (way,) = mk.roadmap(mk.score(model, {"a": "none", "b": "none", "c": "some"}), "all")
    assert way.improvements is not None
    sets = [way.improvements, *way.alternatives]
    assert {frozenset(r.dimension.id for r in raises) for raises in sets} == {
        frozenset(pair) for pair in ("ab", "ac", "bc")
    }
    with pytest.raises(mk.ScoringError, match="is not a stage of the outcome"):
        mk.roadmap(mk.score(model, {}), "al")


# ---- on the command line

CROSSWALK = """format = 1
source = "{source}"
target = "{target}"
version = "1"

[[links]]
source = "people"
target = "people"
relation = "intersects"
strength = 0.5
rationale = "Both =say() so."
cells = [["basic", "basic"], ["best", "best"]]
[links.stages]
basic = ["basic", "basic", "good"]
good = ["basic", "good", "best"]
best = ["good", "best", "best"]
"""

MODEL = """format = 1
source = {{ note = "Made up." }}
id = "{id}"
version = "1"
title = "{id}"
scorers = ["weakest"]
outcome = "level"
scales = [{{ id = "level", stages = [{{ id = "basic" }}, {{ id = "good" }}, {{ id = "best" }}] }}]
dimensions = [{{ id = "people" }}]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for id in ("here", "there"):
        (tmp_path / f"{id}.toml").write_text(MODEL.format(id=id), encoding="utf-8")
    (tmp_path / "here--there.toml").write_text(CROSSWALK.format(source="here", target="there"), encoding="utf-8")
    header = "model,subject,date,dimension,rating"
    then, now = "here,Acme,2025-01-01,people,basic", "here,Acme,2026-01-01,people,good"
    (tmp_path / "acme.csv").write_text("\n".join([header, then, now]), encoding="utf-8")
    (tmp_path / "now.csv").write_text("\n".join([header, now]), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_compare_on_the_command_line(folder: Path, run: Run) -> None:
    done = run("compare", "acme.csv", "--model", "./here.toml")
    assert done.returncode == 0, done.stderr
    assert "Acme · 2025-01-01 → Acme · 2026-01-01" in done.stdout
    assert "↑ up, whatever the open answers" in done.stdout
    data = json.loads(run("compare", "acme.csv", "--model", "./here.toml", "--json").stdout)
    assert data["dimensions"]["people"]["direction"] == "up"
    assert "Other respondents" not in done.stdout
    rows = ["subject,date,respondent,dimension,rating", "Acme,2025-01-01,Ann,people,basic"]
    Path("other.csv").write_text("\n".join([*rows, "Acme,2026-01-01,Bo,people,good"]), encoding="utf-8")
    other = run("compare", "other.csv", "--model", "./here.toml")
    assert "Other respondents than before (new: Bo; no longer: Ann)." in other.stdout
    alone = run("compare", "now.csv", "--model", "./here.toml")
    assert (alone.returncode, alone.stdout) == (2, "")
    assert "two or more" in alone.stderr


def words(text: str) -> str:
    """The words of a page, however it is wrapped."""
    return " ".join(text.lower().split())


def test_crosswalk_on_the_command_line(folder: Path, run: Run) -> None:
    bridge = ("--crosswalk", "here--there.toml", "--to", "./there.toml")
    common = ("crosswalk", "now.csv", "--model", "./here.toml", *bridge)
    done = run(*common)
    assert done.returncode == 0, done.stderr
    assert "Derived, not measured" in done.stdout
    assert "likely good, at least basic, at most best, if the links hold, 50% covered" in words(done.stdout)
    explained = words(run(*common, "--explain", "people").stdout)
    assert "both =say() so." in explained
    assert "the conclusion rests on one link, people → people: without it" in explained
    without = words(run(*common, "--without", "people--people").stdout)
    assert "without the links people--people, which were left out." in without
    assert json.loads(run(*common, "--json").stdout)["derived"]["path"] == ["here", "there"]
    wrong = run(*common, "--explain", "peple")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert '"people"' in wrong.stderr
    for bad in (("crosswalk",), ("crosswalk", "now.csv", "--list"), ("crosswalk", "now.csv", "--explain")):
        assert run(*bad).returncode == 2


def test_what_stands_in_the_way_to_many_models_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    three, four = flat("three", "u"), flat("four", "w")
    untold = [mk.NotInferable("two", "y", "Nothing.")]
    crosswalks = [
        crosswalk(link("r", "x", *SAME), link("q", "y", *SAME)),
        crosswalk(link("x", "u", *SAME), source="two", target="three", not_inferable=untold),
        crosswalk(link("u", "w", *SAME), source="three", target="four"),
    ]
    network = mk.Network(crosswalks, [ONE, TWO, three, four])
    assert list(_translations(mk.score(ONE, {}), network, None, "en")) == []
    first, *findings = capsys.readouterr().err.splitlines()
    assert first == "left out: four, three, two: the crosswalk one--two cannot be used"
    assert len(findings) == 2


def test_check_on_the_command_line(folder: Path, run: Run) -> None:
    broken = CROSSWALK.format(source="here", target="there").replace(
        '"good", "best", "best"', '"best", "good", "best"'
    )
    (folder / "here--there.toml").write_text(broken, encoding="utf-8")
    (folder / "there.toml").write_text(
        MODEL.format(id="there").replace("weakest", 'weakest"]\nfoo = ["'), encoding="utf-8"
    )
    model = run("check", "there.toml")
    assert model.returncode == 1
    assert "foo" in model.stdout
    (found,) = json.loads(run("check", "there.toml", "--json").stdout)["findings"]
    assert (found["code"], found["where"], found["file"]) == ("MK004", "foo", "there.toml")
    assert run("check", "here.toml").returncode == 0
    assert run("check", "nowhere.toml").returncode == 2
    (folder / "there.toml").write_text(MODEL.format(id="there"), encoding="utf-8")
    crosswalk = run("check", "here--there.toml", "--model", "./here.toml", "--model", "./there.toml")
    assert crosswalk.returncode == 1
    assert "links.people--people.stages.best: best good best does not rise" in crosswalk.stdout
    assert run("check", "acme.csv").returncode == 2


# ---- what is derived stays so, and what is wrong is said


def test_a_translation_translated_again_remembers_where_it_began() -> None:
    three = flat("three", "u")
    first = crosswalk(link("a", "x", *SAME, strength=0.5), link("b", "y", *SAME, strength=0.5))
    untold = [mk.NotInferable("two", "y", "Nothing.")]
    second = crosswalk(link("x", "u", *SAME, strength=1), source="two", target="three", not_inferable=untold)
    once = mk.translate(mk.score(ONE, {"a": "all", "b": "all"}), TWO, crosswalks=[first])
    again = mk.translate(once, three, crosswalks=[second])
    derived: Any = again.to_dict()["derived"]
    assert derived.pop("crosswalks") == [
        {"id": "one--two", "version": "1", "reversed": False},
        {"id": "two--three", "version": "1", "reversed": False},
    ]
    assert derived == {
        "from": {"model": "one", "version": "1"},
        "path": ["one", "two", "three"],
        "strength": 0.5,
        "without": [],
    }
    third = crosswalk(link("u", "w", *SAME, strength=0.5), source="three", target="four")
    last = mk.translate(again, flat("four", "w"), crosswalks=[third])
    assert (last.route.path, last.route.strength) == (("one", "two", "three", "four"), 0.25)


def test_what_is_not_rated_is_neither_changed_nor_mapped_out() -> None:
    given = mk.score(ONE, {"outcome": "some"})
    found = translated({"outcome": "some"}, link("outcome", "outcome", *SAME))
    for result in (given, found):
        assert mk.roadmap(result) == ()
        with pytest.raises(mk.ScoringError, match="does not rest on ratings"):
            mk.what_if(result, {})


def test_a_rating_under_another_dimension_is_refused_however_complete() -> None:
    with pytest.raises(mk.AssessmentError, match="wrong dimensions"):
        mk.score(ONE, {"a": mk.Rating("b", "all"), "b": mk.Rating("a", "none")})


class Upside(mk.Scorer):
    """A rule that no bound can be trusted with."""

    id = "upside"
    ordinal = True

    def bind(self, parent: mk.Dimension, children: Any, weights: Any) -> mk.types.Rule:
        return lambda positions: 2 - min(positions)


def test_a_rule_that_falls_when_answers_rise_is_refused() -> None:
    with pytest.raises(mk.ScoringError, match="upside puts the highest bound below the lowest"):
        mk.score(ONE, {"a": "all"}, scorer=Upside())


def test_results_by_other_rules_are_not_compared() -> None:
    model = flat("one", "ab", "median")
    by_median, by_weakest = mk.score(model, {}), mk.score(model, {}, scorer="weakest")
    with pytest.raises(mk.ComparisonError, match="median and weakest"):
        mk.compare(by_median, by_weakest)


@pytest.mark.parametrize(
    "args",
    [
        ["score", "now.csv", "--model", "here.toml", "-o", "now.csv"],
        ["score", "now.csv", "--model", "here.toml", "-o", "link.csv"],
        ["score", "now.csv", "--model", "here.toml", "--merged", "./now.csv"],
        ["score", ".", "--model", "here.toml", "-o", "now.csv"],
        ["score", "then.csv", "--model", "./here.toml", "--merged", "here.toml"],
        ["report", "then.csv", "--since", "now.xlsx", "--model", "here.toml", "-o", "now.xlsx"],
        ["compare", "then.csv", "now.json", "--model", "here.toml", "-o", "now.json"],
        ["form", "./now.csv", "-o", "now.csv"],
    ],
    ids=" ".join,
)
def test_what_is_read_is_not_written_over(args: list[str], folder: Path, run: Run) -> None:
    (folder / "link.csv").symlink_to(folder / "now.csv")
    for name in ("now.xlsx", "now.json"):
        (folder / name).touch()
    before = {file: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    done = run(*args)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is read, and would be overwritten" in done.stderr
    assert {file: file.read_bytes() for file in folder.iterdir() if file.is_file()} == before


def test_two_results_are_not_written_to_one_file(folder: Path, run: Run) -> None:
    done = run("score", "now.csv", "--model", "here.toml", "-o", "x.csv", "--merged", "./x.csv")
    assert done.returncode == 2
    assert "x.csv: would be written twice" in done.stderr
    assert not (folder / "x.csv").exists()


def test_check_reports_every_assessment_rule_and_text(folder: Path, run: Run) -> None:
    rows = "subject,dimension,rating\nA,people,godd\nB,people,bets\n"
    (folder / "two.csv").write_text(rows, encoding="utf-8")
    found = json.loads(run("check", "two.csv", "--model", "./here.toml", "--json").stdout)
    assert [(finding["where"], finding["line"]) for finding in found["findings"]] == [
        ("line 2, rating", 2),
        ("line 3, rating", 3),
    ]
    (folder / "here.toml").write_text(MODEL.format(id="here").replace("weakest", "weakst"), encoding="utf-8")
    assert '"weakest"' in run("check", "here.toml").stdout
    (folder / "text" / "nl").mkdir(parents=True)
    text = 'format = 1\nlanguage = "nl"\n[links]\n"people--peple" = "Zo is het."\n'
    (folder / "text" / "nl" / "here--there.toml").write_text(text, encoding="utf-8")
    (folder / "here.toml").write_text(MODEL.format(id="here"), encoding="utf-8")
    found_texts = run("check", "here--there.toml", "--model", "./here.toml", "--model", "./there.toml").stdout
    assert "text/nl: links.people--peple" in found_texts


def test_a_model_that_is_missing_stops_no_list(folder: Path, run: Run) -> None:
    done = run("crosswalk", "--list", "--crosswalk", "here--there.toml")
    assert done.returncode == 0
    assert "cannot be used" in done.stdout
    assert 'no model "here" can be used' in done.stdout
