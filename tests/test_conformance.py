"""The conformance kit: for each code a thing that is wrong in this way, and that it is found out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar
from zipfile import ZipFile

import pytest
from attrs import evolve

import maturitykit as mk
from maturitykit.comparison.crossing import _leaf_function
from maturitykit.formula import Formula, Order, element, if_else
from maturitykit.formula.algebra import constant
from maturitykit.rules import links as links_module
from maturitykit.rules.built_in import Median, Weakest
from maturitykit.rules.links import Inference, LinkTerms, Sources
from maturitykit.rules.roll_up import SpanTerms
from maturitykit.testing import CODES, Case, check_crosswalk, check_model, check_scorer, conformance
from maturitykit.testing.models import model_subject
from maturitykit.testing.report import Check, run_checks
from maturitykit.testing.scorers import scorer_subject
from maturitykit.testing.texts import unfinished
from toys import BAD, LOW_HIGH, ROOT, Run

LEVEL = mk.Scale("level", [mk.Stage(id, summary=f"It is {id}.") for id in ("none", "some", "all")])
SOURCE = mk.types.Source(publisher="Made up")


def leaf(id: str, **more: Any) -> mk.Dimension:
    return mk.Dimension(id, **{"scale": LEVEL, "question": "How far?", **more})


def flat(id: str = "one", scorer: str | mk.Scorer = "median", **more: Any) -> mk.Model:
    parts = [leaf("a"), leaf("b", weight=2), leaf("c", weight=2)]
    return mk.Model(
        id, "1", id, **{"dimensions": parts, "scorers": [scorer], "outcome": LEVEL, "source": SOURCE, **more}
    )


GATES = [mk.Gate("some", "a", "some"), mk.Gate("all", "b", "all")]
CASE = Case("some", "All are at some.", dict.fromkeys("abc", "some"), {"outcome": "some"})


# ---- rules that are wrong, each in its way


ZERO = constant(0)


class OffScale(Weakest):
    id = "off-scale"

    def bind(self, parent: Any, children: Any, weights: Any) -> Any:
        return lambda positions: len(parent.scale.stages)


class Falling(Weakest):
    id = "falling"

    def bind(self, parent: Any, children: Any, weights: Any) -> Any:
        return lambda positions: parent.scale.top - min(positions) if parent.scale.is_chain else 0


class Moody(Weakest):
    """Says another thing every second time."""

    id = "moody"

    def bind(self, parent: Any, children: Any, weights: Any) -> Any:
        turn = iter(range(10**9))
        return lambda positions: parent.scale.top if next(turn) % 5 == 4 else 0


class Stuck(Weakest):
    id = "stuck"

    def bind(self, parent: Any, children: Any, weights: Any) -> Any:
        return lambda positions: 0


class FirstOnly(Weakest):
    id = "first-only"

    def bind(self, parent: Any, children: Any, weights: Any) -> Any:
        return lambda positions: positions[0]


class Heavy(Weakest):
    """Reads how large weights are, not their proportion."""

    id = "heavy"

    def bind(self, parent: Any, children: Any, weights: Any) -> Any:
        heaviest = max(child.weight for child in children)
        return parent.scale.meet if heaviest <= 2 else parent.scale.join


class Counting(Weakest):
    """Calls itself ordinal, and counts stages."""

    id = "counting"

    def bind(self, parent: Any, children: Any, weights: Any) -> Any:
        chain = parent.scale.is_chain
        return (lambda positions: sum(positions) // len(positions)) if chain else parent.scale.meet


class OtherInTables(mk.Scorer):
    id = "other-in-tables"
    ordinal = True

    def formula(self, parent: mk.Dimension, parts: mk.types.Parts) -> Formula | None:
        # Of one assessment it is not known beforehand that all positions are stages.
        return Median().formula(parent, parts) if parts.is_whole else None

    def bind(self, parent: Any, children: Any, weights: Any) -> Any:
        return parent.scale.meet

    def problems(self, parent: mk.Dimension) -> Iterable[str]:
        return Weakest().problems(parent)


class Undeclared(mk.Scorer):
    id = "no id at all"
    ordinal: ClassVar[Any] = None

    def bind(self, parent: Any, children: Any, weights: Any) -> Any:
        return parent.scale.meet


class Picky(Weakest):
    id = "picky"

    def problems(self, parent: mk.Dimension) -> Iterable[str]:
        yield "it is Tuesday"


RULES: Mapping[str, mk.Scorer] = {
    "20": OffScale(), "21": Falling(), "22": Moody(), "23": Falling(), "24": Stuck(),
    "25": FirstOnly(), "26": Heavy(), "27": Counting(), "28": OtherInTables(),
}  # fmt: skip


def codes(report: Any) -> set[str]:
    return {finding.code for finding in report.findings}


def only(code: str, subject: tuple[str, Sequence[Check[Any]], Any]) -> set[str]:
    """The codes that one of the checks gives."""
    name, checks, thing = subject
    return codes(run_checks(name, [check for check in checks if check.code == code], thing))


def check(model: mk.Model, **more: Any) -> set[str]:
    return codes(check_model(model, **{"cases": [CASE], "quick": True, **more}))


def gated_group(**more: Any) -> mk.Model:
    group = mk.Dimension(
        "g", scale=LEVEL, weight=2, gates=GATES, children=[leaf("a", weight=2), leaf("b")], **more
    )
    return flat(dimensions=[group, leaf("c")])


def test_gates_are_told_where_no_rule_reads_them() -> None:
    found = check_model(gated_group(), cases=[CASE], quick=True).findings
    assert [(finding.code, finding.where) for finding in found] == [("MK112", "dimensions.g.gates")]


@pytest.mark.parametrize(
    "model",
    [
        flat(gates=GATES, scorers=["median", "staged"]),
        # What a rule of somebody else reads is not known.
        flat(gates=GATES, scorer=Picky()),
        flat(gates=GATES, scorer="weakst"),
        gated_group(scorer="staged"),
    ],
)
def test_gates_that_some_rule_may_read_are_not_told(model: mk.Model) -> None:
    assert not only("MK112", model_subject(model, [], None))


def test_ties_that_are_likely_are_told_with_their_share() -> None:
    group = mk.Dimension("g", scale=LEVEL, weight=2, children=[leaf("a"), leaf("b")])
    model = flat(dimensions=[group, leaf("c")])
    (found,) = check_model(model, cases=[CASE], quick=True).findings
    assert (found.code, found.where) == ("MK113", "dimensions.g")
    # The two tie at the six of nine pairs of answers that differ.
    assert found.problem == "a tie decides g in 67% of all complete answers (each counted)"


@pytest.mark.parametrize(
    "model",
    [
        flat(),
        flat(dimensions=[leaf("a"), leaf("b")], scorers=["weakest", "median"]),
        flat(
            dimensions=[leaf("a"), leaf("b")],
            readings=[mk.types.Reading("ties", ["scorers.ties"], "More than half, we say.")],
        ),
    ],
    ids=["rare", "not the default", "argued"],
)
def test_ties_that_are_rare_or_argued_are_not_told(model: mk.Model) -> None:
    assert not only("MK113", model_subject(model, [], None))


@pytest.mark.parametrize(
    "text", ["todo", "Todo.", "todo: who does it", "It is tbd.", "tbd", "Say here what it is."]
)
def test_what_waits_for_its_author_is_told(text: str) -> None:
    assert [f.where for f in unfinished([("summary", text)])] == ["summary"]


@pytest.mark.parametrize("text", ["Se mide todo el trabajo.", "Todo o nada", "Say what you do.", "A xxx."])
def test_what_only_looks_like_that_is_not(text: str) -> None:
    assert list(unfinished([("summary", text)])) == []


# ---- crosswalks that are wrong

TWO = flat("two", dimensions=[leaf("x"), leaf("y")])


def link(source: str, target: str, spans: str, **more: Any) -> mk.Link:
    """Three spans of three letters: ``nns nsa saa``."""
    names = {"n": "none", "s": "some", "a": "all"}
    pairs = zip(LEVEL.ids, spans.split(), strict=True)
    stages: dict[str, Any] = {stage: tuple(names[end] for end in span) for stage, span in pairs}
    cells = [("some", "some"), ("all", "all")]
    return mk.Link(source, target, **{"relation": "intersects", "strength": "0.5", "stages": stages,
                   "rationale": "Both say so.", "cells": cells, **more})  # fmt: skip


def joined(*links: mk.Link, **more: Any) -> mk.Crosswalk:
    links = links or (link("a", "x", "nns nsa saa"), link("a", "y", "nns nsa saa"), link("b", "x", "nna nsa nsa"))
    told = {("one", each.source) for each in links} | {("two", each.target) for each in links}
    untold = [("one", id) for id in "abc"] + [("two", id) for id in "xy"]
    reasons = [mk.NotInferable(*each, "Nothing is said.") for each in untold if each not in told]
    given = {
        "not_inferable": reasons,
        "coding": mk.types.Coding("By hand."),
        "caveat": "Not all is linked.",
        **more,
    }
    return mk.Crosswalk("one", "two", links, "1", **given)


def check_joined(crosswalk: mk.Crosswalk, *others: mk.Crosswalk, models: Sequence[mk.Model] = ()) -> set[str]:
    return codes(check_crosswalk(crosswalk, others=others, models=[flat(), TWO, *models]))


def test_another_version_is_told_where_the_ids_do_not_fit_too() -> None:
    wrong = joined(link("a", "x", "nnn sss aaa", strength=2), source_version="9")
    assert {"MK301", "MK310"} <= check_joined(wrong)


def outcome_linked() -> mk.Crosswalk:
    """What the dimensions say excludes what the overall stage does."""
    parts = [link(each, other, "nnn sss aaa", relation="equal") for each in "abc" for other in "xy"]
    return joined(*parts, link("outcome", "outcome", "nnn nnn nnn"))


def told_otherwise() -> set[str]:
    three = flat("three", dimensions=[leaf("m")])
    reasons = [mk.NotInferable("one", id, "No.") for id in "bc"], [mk.NotInferable("two", "y", "No.")]
    first = mk.Crosswalk("one", "three", [link("a", "m", "nnn sss aaa")], "1", not_inferable=reasons[0])
    second = mk.Crosswalk("three", "two", [link("m", "x", "nnn sss aaa")], "1", not_inferable=reasons[1])
    return check_joined(joined(link("a", "x", "nnn nnn nns")), first, second, models=[three])


def pooled(wrong: Callable[..., SpanTerms], patch: pytest.MonkeyPatch) -> set[str]:
    """What is found where links pool to another cell than they should."""

    def wrongly(order: Order, links: LinkTerms, sources: Sources) -> Inference:
        right = links_module.pooled(order, links, sources)
        return right._replace(cell=wrong(right.cell, sources))

    patch.setattr("maturitykit.comparison.crossing.pooled", wrongly)
    patch.setattr("maturitykit.comparison.crossing._leaf_function", _leaf_function.__wrapped__)
    return check_joined(joined())


def patched(name: str, wrong: Callable[..., Any], patch: pytest.MonkeyPatch) -> set[str]:
    patch.setattr(f"maturitykit.testing.crosswalks.{name}", wrong)
    return check_joined(joined())


def all_at_the_top(crosswalk: mk.Crosswalk, *models: mk.Model) -> mk.Crosswalk:
    top = ("all", "all", "all")
    return evolve(
        crosswalk, links=[evolve(each, stages=dict.fromkeys(LEVEL.ids, top)) for each in crosswalk.links]
    )


def broken_law(code: str, patch: pytest.MonkeyPatch) -> set[str]:
    """What the check of a law finds in a model by a rule that breaks it, or in the rule."""
    rule = RULES[code[3:]]
    return only(code, model_subject(flat(scorer=rule), [], None) if code < "MK2" else scorer_subject(rule))


#: For each code, what finds it in a thing that is wrong so: the codes that come out.
WRONG: dict[str, Callable[[pytest.MonkeyPatch], set[str]]] = {
    **{f"MK1{n}": partial(broken_law, f"MK1{n}") for n in RULES},
    **{f"MK2{n}": partial(broken_law, f"MK2{n}") for n in RULES},
    "MK110": lambda _: check(flat(scorer="weakst")),
    "MK111": lambda _: check(flat(translations={"nl": {"notes.no": "Nee."}})),
    "MK112": lambda _: check(flat(gates=GATES)),
    "MK113": lambda _: check(flat(dimensions=[leaf("a"), leaf("b")]), cases=[]),
    "MK129": lambda _: check(flat(), cases=[evolve(CASE, expected={"outcome": "all"})]),
    "MK130": lambda _: check(flat(), cases=[]),
    "MK140": lambda _: check(flat(summary="So.", translations={"nl": {}})),
    "MK141": lambda _: check(flat(source=mk.types.Source())),
    "MK142": lambda _: check(flat(dimensions=[leaf("a", question="")]), cases=[]),
    "MK143": lambda _: check(flat(outcome=LOW_HIGH, dimensions=[leaf("a", scale=LOW_HIGH)]), cases=[]),
    "MK144": lambda _: check(flat(summary="TODO: say what it is about.")),
    "MK145": lambda _: check(flat(summary="<script>alert(1)</script>")),
    "MK146": lambda _: check(flat(summary="So it is.", translations={"nl": {"summary": "So it is."}})),
    "MK150": lambda _: check(flat(), against=flat(dimensions=[leaf("a"), leaf("old")])),
    "MK151": lambda _: check(flat(), against=flat(dimensions=[leaf("a", children=[leaf("d")])])),
    "MK152": lambda _: check(flat(), against=flat(summary="It was about this.")),
    "MK201": lambda _: only("MK201", scorer_subject(Undeclared())),
    "MK202": lambda _: codes(check_scorer(Picky())),
    "MK301": lambda _: check_joined(joined(link("a", "x", "nnn sss aaa", strength=2))),
    "MK302": lambda _: check_joined(
        joined(link("a", "x", "nnn sss aaa", stages={"some": ("none", "some", "all")}))
    ),
    "MK303": lambda _: check_joined(joined(link("a", "x", "nnn sns aaa"))),
    "MK304": lambda _: check_joined(joined(link("a", "x", "sss nnn aaa"))),
    "MK305": lambda _: check_joined(joined(link("a", "x", "nnn sss aaa", cells=[]))),
    "MK306": lambda _: check_joined(joined(not_inferable=[])),
    "MK307": lambda _: check_joined(outcome_linked()),
    "MK308": lambda _: told_otherwise(),
    "MK309": lambda _: check_joined(joined(link("a", "x", "nnn nnn aaa"))),
    "MK310": lambda _: check_joined(joined(source_version="9")),
    "MK311": lambda _: check_joined(joined(translations={"nl": {"links.a--z": "Nee."}})),
    "MK312": lambda _: check_joined(
        joined(
            *(link(each, "xy"[i % 2], "nna nna naa") for i, each in enumerate("abc")),
            link("outcome", "outcome", "nnn sss aaa"),
            caveat="",
        )
    ),
    "MK313": lambda _: check_joined(
        joined(link("a", "x", "nns nns nss"), link("b", "y", "nns nns nss"), caveat="")
    ),
    "MK320": lambda patch: pooled(lambda cell, _: cell._replace(low=ZERO, likely=ZERO + 2, high=ZERO + 1), patch),
    "MK321": lambda patch: pooled(lambda cell, _: cell._replace(low=2 - cell.low, known=False), patch),
    "MK323": lambda patch: pooled(
        lambda cell, _: cell._replace(low=ZERO, known=False, high=if_else(cell.low > 0, 2, 1)), patch
    ),
    "MK324": lambda patch: patched("reverse", all_at_the_top, patch),
    "MK325": lambda patch: pooled(lambda cell, sources: cell._replace(high=element(sources.high, 0)), patch),
    "MK326": lambda patch: patched("compose", lambda first, second: all_at_the_top(joined()), patch),
    "MK406": lambda _: remarked("respondent,dimension,rating\nAnn,a,none\nann,a,none\n"),
    "MK409": lambda _: uncomputed(),
    "MK407": lambda _: remarked("dimension,rating\na,none\n"),
    "MK340": lambda _: check_joined(joined(translations={"nl": {"summary": "Zo."}})),
    "MK341": lambda _: check_joined(joined(coding=None)),
    "MK342": lambda _: check_joined(joined(link("a", "x", "nns nsa saa", rationale=""))),
    "MK344": lambda _: check_joined(joined(summary="TBD")),
    "MK345": lambda _: check_joined(joined(summary="A bell: \x07")),
    "MK346": lambda _: check_joined(joined(summary="So it is.", translations={"nl": {"summary": "So it is."}})),
}


def uncomputed() -> set[str]:
    """The codes of what is wrong with a spreadsheet that nobody has worked out."""
    rows = "".join(
        f"<table-row>{cells}</table-row>"
        for cells in (
            "<table-cell><p>dimension</p></table-cell><table-cell><p>rating</p></table-cell>",
            '<table-cell><p>a</p></table-cell><table-cell formula="of:=B1"/>',
        )
    )
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.ods")
        with ZipFile(path, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr("content.xml", f'<table name="a">{rows}</table>')
        with pytest.raises(mk.FileError) as caught:
            mk.read(path, "toy")
        return {finding.code for finding in caught.value.findings}


def remarked(text: str) -> set[str]:
    """The codes of what reading a table remarks on."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.csv")
        path.write_text(text, encoding="utf-8")
        return {note.code for note in mk.collect([path, path], "toy").notes}


#: For each code, the arguments of ``check`` in the folder of bad files.
FILES: dict[str, str] = {
    "MK001": "nowhere.toml",
    "MK002": "models/syntax.toml",
    "MK003": "models/format-newer.toml",
    "MK004": "models/key-unknown.toml",
    "MK005": "translations/model.toml",
    "MK006": "assessments/column-unknown.csv --model ./toy.toml",
    "MK007": "no-such-id",
    "MK008": "models/empty.toml",
    "MK101": "models/texts-empty.toml",
    "MK102": "models/id-twice-dimension.toml",
    "MK103": "models/parent-cycle.toml",
    "MK104": "models/order-not-a-lattice.toml",
    "MK105": "models/bands-nan.toml",
    "MK106": "models/reading-about-nothing.toml",
    "MK107": "models/gate-on-unknown-dimension.toml",
    "MK108": "models/gate-asks-more-above.toml",
    "MK109": "models/weight-below-zero.toml",
    "MK401": "assessments/dimension-unknown.csv --model ./toy.toml",
    "MK402": "assessments/stage-unknown.toml --model ./toy.toml",
    "MK403": "assessments/answered-twice.json --model ./toy.toml",
    "MK404": "assessments/outcome-beside-dimensions.csv --model ./toy.toml",
    "MK405": "assessments/version-other.json --model ./toy.toml",
    "MK408": "assessments/subject-on-first-row.csv --model ./toy.toml",
}


def test_every_code_has_a_wrong_thing() -> None:
    assert WRONG.keys() | FILES.keys() == CODES.keys()
    assert not WRONG.keys() & FILES.keys()


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_is_found(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if code.endswith("28"):
        pytest.importorskip("polars", reason="tables come with an extra")
    assert code in WRONG[code](monkeypatch)


@pytest.mark.parametrize(("code", "arguments"), FILES.items())
def test_what_is_wrong_in_files_is_found(
    code: str, arguments: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    done = run("check", *arguments.split(), "--json")
    assert code in {finding["code"] for finding in json.loads(done.stdout)["findings"]}
    assert done.returncode in (1, 2)
    assert done.stderr == ""


def test_every_bad_file_has_findings_with_known_codes(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    for folder in ("models", "assessments"):
        for file in sorted((BAD / folder).iterdir()):
            # Two name no model, which is well as one is given here.
            named = file.name not in ("model-empty.toml", "model-not-named.csv")
            if file.suffix in (".toml", ".csv", ".json") and named:
                done = run("check", f"{folder}/{file.name}", "--model", "./toy.toml", "--json")
                found = json.loads(done.stdout)["findings"]
                assert done.returncode and found, (file.name, done.stdout)
                assert {finding["code"] for finding in found} <= CODES.keys()


def test_what_is_right_is_left_alone() -> None:
    report = check_model(flat(), cases=[CASE], quick=True)
    assert report.findings == ()
    assert report.checks > 15 and list(report.skipped) == ["MK128"]
    assert check_joined(joined()) == set()


@pytest.mark.parametrize("scorer", ["weakest", "median", "mean", "staged", "profile"])
def test_the_rules_of_the_core_conform(scorer: str) -> None:
    # That tables say the same is tried on many more draws in test_tables.
    name, checks, subject = scorer_subject(scorer)
    report = run_checks(name, [check for check in checks if check.code != "MK228"], subject)
    assert report.findings == ()
    assert report.checks == 10


# ---- the codes and their page


def sections() -> dict[str, str]:
    text = (ROOT / "docs" / "reference" / "findings.md").read_text(encoding="utf-8")
    parts = re.split(r"^### (MK\d{3}): ", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_code_has_its_section_and_every_section_its_code() -> None:
    found = sections()
    assert list(found) == list(CODES)
    for code, section in found.items():
        title, _, body = section.partition("\n")
        assert title == CODES[code].title + (" (warning)" if CODES[code].severity == "warning" else ""), code
        assert "To mend it:" in body, code


def test_every_code_in_the_source_is_known() -> None:
    package = Path(mk.__file__).parent
    used = {
        code for file in package.rglob("*.py") for code in re.findall(r"\"(MK\d{3})\"", file.read_text("utf-8"))
    }
    assert used == set(CODES)


# ---- as tests for pytest


def outcomes(pytester: pytest.Pytester, text: str) -> dict[str, int]:
    pytester.makepyfile(text)
    pytester.makeini("[pytest]\nfilterwarnings = default")
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:cov").parseoutcomes()


PLUGIN = """
import maturitykit as mk
from maturitykit.testing import conformance
LEVEL = mk.Scale("level", [mk.Stage(id, summary="So.") for id in ("none", "all")])
MODEL = mk.Model("one", "1", "One", [mk.Dimension("a", scale=LEVEL)], ["median"], outcome=LEVEL{more})
test_model = conformance(MODEL, {options})
"""
SOUND = 'expected={"MK141": "Ours: it has no source."}'


def written(options: str, more: str = "") -> str:
    return PLUGIN.replace("{options}", options).replace("{more}", more)


pytest_plugins = ["pytester"]


def test_each_check_is_a_test(pytester: pytest.Pytester) -> None:
    found = outcomes(pytester, written(SOUND))
    assert found["xfailed"] == 1
    assert found["warnings"] == 2, "no golden cases, and no question"
    assert found["passed"] + found.get("skipped", 0) == 21
    assert "failed" not in found


def test_warnings_fail_where_they_are_to(pytester: pytest.Pytester) -> None:
    assert outcomes(pytester, written(SOUND + ', fail_on="warning"'))["failed"] == 2


def test_an_expected_failure_that_is_none_fails(pytester: pytest.Pytester) -> None:
    found = outcomes(pytester, written(SOUND, ', source=mk.types.Source("Ours")'))
    assert found["failed"] == 1
    assert "xfailed" not in found


@pytest.mark.parametrize("expected", [{"MK141": " "}, {"MK999": "There is none."}])
def test_an_expected_failure_needs_a_reason_and_a_check(expected: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"reason|no check"):
        conformance(flat(), expected=expected)


def test_an_unknown_name_is_told_at_once() -> None:
    with pytest.raises(mk.PluginError, match='"median"'):
        conformance("medain")
