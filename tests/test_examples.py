"""The installed models and the examples: everything scores, and every way between models works."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pytest

import maturitykit as mk
from toys import LOW_HIGH, Run, crosswalk, flat

EXAMPLES = Path(__file__).parent.parent / "examples"
FILES = sorted(path.name for path in EXAMPLES.glob("*.*"))
MODELS = sorted(mk.models)
PAIRS = list(permutations(MODELS, 2))


def scored(model: str) -> mk.Result:
    return mk.score(model, mk.read(EXAMPLES / f"{model}.csv"))


def test_the_five_models_and_their_ten_crosswalks_are_there() -> None:
    assert len(MODELS) == 5
    assert len(mk.crosswalks) == 10
    assert {frozenset(id.split("--")) for id in mk.crosswalks} == {frozenset(pair) for pair in PAIRS}


@pytest.mark.parametrize("file", FILES)
def test_every_example_scores(file: str, run: Run) -> None:
    done = run("score", str(EXAMPLES / file))
    assert (done.returncode, done.stderr) == (0, "")
    assert "(made up)" in done.stdout
    data = json.loads(run("score", str(EXAMPLES / file), "--json").stdout)
    model = mk.model(data["model"]["id"])
    assert set(data["dimensions"]) == {leaf.id for leaf in model.root.walk()} - {"outcome"}
    assert (data["outcome"]["stage"] is None) == (model.outcome is None)


@pytest.mark.parametrize("model", MODELS)
def test_an_example_has_what_happens_in_practice(model: str) -> None:
    ratings = mk.read(EXAMPLES / f"{model}.csv").ratings
    said = {str(rating.answer) for rating in ratings}
    assert 4 <= len({rating.respondent for rating in ratings}) <= 6
    assert {"", "unknown", "not_applicable"} <= said
    assert any(rating.comment for rating in ratings)
    assert any(rating.evidence for rating in ratings)
    assert any(score.disagreement and score.disagreement.agreement < 1 for score in scored(model).leaves)


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("model", MODELS)
def test_a_model_is_shown_whole(model: str, language: str, run: Run) -> None:
    done = run("show", model, "--language", language)
    assert (done.returncode, done.stderr) == (0, "")
    found = mk.model(model).in_language(language)
    shown = " ".join(done.stdout.split())
    texts = [text for d in found.root.walk() for text in (d.name, d.summary, d.question, *d.descriptors.values())]
    texts += [note.text for d in found.root.walk() for note in d.notes]
    texts += [reading.why for reading in found.readings]
    texts += [text for topic in found.guidance for text in topic.texts.values()]
    assert [text for text in texts if " ".join(text.split()) not in shown] == []
    assert {"en": "[our reading ", "nl": "[onze lezing "}[language] in shown


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_every_model_is_seen_in_every_other(source: str, target: str, run: Run) -> None:
    found = mk.translate(scored(source), target)
    assert found.route.path == (source, target)
    assert (found.stage is None) == (found.model.outcome is None)
    assert 0 < found.coverage < 1
    for id in found._plan.leaves:
        score = found[id]
        assert isinstance(score, mk.types.DerivedScore)
        assert (score.inferable == "none") == (id in found.not_inferable) == (score.coverage == 0)
    done = run("crosswalk", str(EXAMPLES / f"{source}.csv"), "--to", target)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Derived, not measured" in done.stdout
    data = json.loads(run("crosswalk", str(EXAMPLES / f"{source}.csv"), "--to", target, "--json").stdout)
    assert data == json.loads(json.dumps(found.to_dict()))


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_round_trip_excludes_where_it_started_only_where_links_disagree(source: str, target: str) -> None:
    result = scored(source)
    there = mk.translate(result, target)
    back = mk.translate(there, source)
    disagree = {issue.where for t in (there, back) for issue in t.issues if "exclude" in issue.code}
    for leaf in result.leaves:
        now, then = back[leaf.dimension.id].position, leaf.position
        if now and then and not (now.low <= then.high and then.low <= now.high):
            assert disagree, leaf.dimension.id


def test_who_knows_only_the_overall_stage_is_answered_too(run: Run) -> None:
    done = run("crosswalk", "clearhead", "--stage", "operational", "--to", "four-stage", "--json")
    data = json.loads(done.stdout)
    assert data["outcome"]["stage"]["likely"] == "stage-3"
    assert {score["inferable"] for score in data["dimensions"].values()} == {"none"}


def test_a_third_party_reaches_all_through_the_one_that_it_is_linked_to() -> None:
    own = flat("own", ["mood"], scale=LOW_HIGH)
    phases = mk.model("clearhead").outcome
    assert phases is not None
    stages = {
        "low": ("traditional", "emerging", "operational"),
        "high": ("emerging", "impactful", "transformational"),
    }
    cells = [("low", "emerging"), ("high", "impactful")]
    targets = ("audience-data-supply-chain", "audience-experiences", "outcome")
    links = [mk.Link("mood", target, "intersects", "0.5", stages, "So it is.", cells) for target in targets]
    bridge = crosswalk(own, mk.model("clearhead"), *links)
    result = mk.score(own, {"mood": "high"})
    for target in MODELS:
        found = mk.translate(result, target, crosswalks=[bridge])
        assert found.route.path == (
            ("own", "clearhead") if target == "clearhead" else ("own", "clearhead", target)
        )
        uses = [use for score in found.values() if isinstance(score, mk.types.DerivedScore) for use in score.links]
        assert uses
        assert all(use.link.strength <= min(s.strength for s in use.link.steps or [use.link]) for use in uses)
        if target != "clearhead":
            assert " through " in found.explain()


def test_every_way_is_listed(run: Run) -> None:
    rows = json.loads(run("crosswalk", "--list", "--json").stdout)
    assert [(row["source"], row["target"]) for row in rows] == PAIRS
    assert all(0 < row["coverage"] < 1 and 0 < row["strength"] < 1 for row in rows)


def test_one_result_is_seen_in_every_other_model(run: Run) -> None:
    shown = run("crosswalk", str(EXAMPLES / "clearhead.csv")).stdout
    assert all(model in shown for model in MODELS)
    assert "a profile" in shown


def test_a_wanted_stage_is_said_what_it_takes(run: Run) -> None:
    shown = run("score", str(EXAMPLES / "clearhead.csv"), "--target", "impactful").stdout
    assert "What is needed for impactful" in shown
    assert "Other ways to get there" in shown
    assert "the target impactful is not reached" in shown


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_crosswalk_is_shown_and_goes_to_sssom_and_back(language: str, run: Run, tmp_path: Path) -> None:
    for id in mk.crosswalks:
        shown = " ".join(run("show", id, "--language", language).stdout.split())
        crosswalk = mk.crosswalks.load(id).in_language(language)
        assert crosswalk.language == language
        assert [link.rationale for link in crosswalk.links if " ".join(link.rationale.split()) not in shown] == []
        assert [i.reason for i in crosswalk.not_inferable if " ".join(i.reason.split()) not in shown] == []
    table = tmp_path / "clearhead--four-stage.sssom.tsv"
    assert run("show", "clearhead--four-stage", "-o", str(table)).returncode == 0
    done = run(
        "crosswalk", str(EXAMPLES / "clearhead.csv"), "--to", "four-stage", "--crosswalk", str(table), "--json"
    )
    assert json.loads(done.stdout) == json.loads(
        json.dumps(mk.translate(scored("clearhead"), "four-stage").to_dict())
    )


def test_reasons_are_said_in_dutch(run: Run) -> None:
    arguments = ("crosswalk", str(EXAMPLES / "clearhead.csv"), "--to", "four-stage", "--language", "nl")
    rationale = mk.crosswalks.load("clearhead--four-stage").in_language("nl").links[1].rationale
    shown = " ".join(run(*arguments, "--explain", "capabilities").stdout.split())
    assert " ".join(rationale.split()) in shown
