"""Values: what is made is checked, compared, hashed and pickled as a value, by threads and processes alike."""

from __future__ import annotations

import asyncio
import pickle
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import maturitykit as mk
from toys import LEVEL, crosswalk, flat, install, leaves, link


def described(id: str, parts: str, **choices: Any) -> mk.Model:
    return flat(id, leaves(parts, descriptors={"low": "As ever."}), "median", "weakest", **choices)


MODEL, OTHER = described("one", "ab"), described("two", "x")
CROSSWALK = crosswalk(MODEL, OTHER, link("a", "x"), version="7")
RATINGS = [mk.Rating("a", "low", "Ann", "Because."), mk.Rating("a", "mid", "Bo"), mk.Rating("b", "high", "Bo")]


def assessed(subject: str = "Acme", **choices: Any) -> mk.Result:
    return mk.score(MODEL, mk.Assessment("one", RATINGS, subject), **choices)


def translated() -> mk.Translation:
    return mk.translate(assessed(), OTHER, crosswalks=[CROSSWALK])


# ---- pickling

MADE: dict[str, Callable[[], Any]] = {
    "model": lambda: MODEL,
    "scale": lambda: LEVEL,
    "crosswalk": lambda: CROSSWALK,
    "assessment": lambda: mk.Assessment("one", RATINGS),
    "result": assessed,
    "result by other weights": lambda: assessed(weights={"a": 3}),
    "result by another rule": lambda: assessed(scorer="weakest", targets={"outcome": "high"}),
    "result by a rule as such": lambda: assessed(scorer=mk.scorers.load("weakest")),
    "translation": translated,
    "comparison": lambda: mk.compare(assessed(), assessed(scorer="median")),
    "roadmap": lambda: mk.roadmap(assessed()),
    "network": lambda: mk.Network([CROSSWALK], [MODEL, OTHER]).along(["one", "two"]),
}


@pytest.mark.parametrize("kind", MADE)
def test_what_is_made_pickles_before_and_after_it_is_used(kind: str) -> None:
    made = MADE[kind]()
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    for use in ("to_dict", "explain", "contributions"):
        if isinstance(made, mk.Result) and hasattr(made, use):
            assert getattr(again, use)() == getattr(made, use)()
    assert pickle.loads(pickle.dumps(made)) == made


@pytest.mark.parametrize("name", ["models", "scorers", "crosswalks"])
def test_a_registry_is_the_same_wherever_it_is_unpickled(name: str) -> None:
    registry = getattr(mk, name)
    assert pickle.loads(pickle.dumps(registry)) is registry


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_models_and_results_go_to_other_processes_and_come_back(method: str) -> None:
    result, translation = assessed(), translated()
    with ProcessPoolExecutor(1, get_context(method)) as pool:
        assert pool.submit(mk.score, MODEL, mk.Assessment("one", RATINGS, "Acme")).result() == result
        assert pool.submit(mk.translate, result, OTHER, crosswalks=[CROSSWALK]).result() == translation
        assert pool.submit(mk.compare, result, result).result() == mk.compare(result, result)


def test_models_and_results_go_through_joblib() -> None:
    joblib = pytest.importorskip("joblib", reason="joblib is a library of others")
    assessment, result = mk.Assessment("one", RATINGS, "Acme"), assessed()
    calls = [
        joblib.delayed(mk.score)(MODEL, assessment),
        joblib.delayed(mk.translate)(result, OTHER, crosswalks=[CROSSWALK]),
        joblib.delayed(mk.compare)(result, result),
        joblib.delayed(mk.Model.in_language)(MODEL, "nl"),
        joblib.delayed(mk.Translation.contributions)(translated()),
        joblib.delayed(mk.Comparison.to_dict)(mk.compare(result, result)),
    ]
    found = joblib.Parallel(n_jobs=2, backend="loky")(calls)
    assert found[:4] == [result, translated(), mk.compare(result, result), MODEL]
    assert found[4:] == [translated().contributions(), mk.compare(result, result).to_dict()]
    # Processes that nobody waits for would outlive the tests.
    joblib.externals.loky.get_reusable_executor().shutdown(wait=True)


def test_a_function_of_spark_may_hold_a_model() -> None:
    cloudpickle = pytest.importorskip("pyspark.cloudpickle", reason="Spark comes with an extra")
    function = pickle.loads(cloudpickle.dumps(lambda answer: mk.score(MODEL, {"a": answer})["a"]))
    assert function("mid") == mk.score(MODEL, {"a": "mid"})["a"]


# ---- equality


def test_results_of_other_subjects_or_settings_are_not_equal() -> None:
    assert assessed() == assessed()
    assert len({assessed(), assessed(), translated(), translated()}) == 2
    others = [
        assessed("Beta"),
        assessed(scorer="weakest"),
        assessed(weights={"a": 1}),
        assessed(targets={"outcome": "high"}),
        mk.score(evolve(MODEL, version="2"), mk.Assessment("one", RATINGS, "Acme")),
        mk.score(MODEL, mk.Assessment("one", RATINGS, "Acme", datetime(2026, 1, 1).date())),
        mk.score(MODEL, mk.Assessment("one", RATINGS[1:], "Acme")),
        translated(),
    ]
    for other in others:
        assert other != assessed()
    comparison = mk.compare(assessed(), assessed())
    assert comparison == mk.compare(assessed(), assessed()) and hash(comparison) == hash(comparison)
    assert comparison != mk.compare(assessed(), assessed("Beta"))
    assert assessed() != "something else" and comparison != "something else"


# ---- what constructors check

WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "a rule for a list": (
        lambda: mk.Model("m", "1", "M", [mk.Dimension("a", scale=LEVEL)], "median"),  # type: ignore[arg-type]
        'this Model cannot be made\n  scorers: is "median"; expected a list, each a text or a Scorer',
    ),
    "ids for stages": (
        lambda: mk.Scale("s", ["a", mk.Stage("b")]),  # type: ignore[list-item]
        'this Scale cannot be made\n  stages[0]: is "a"; expected a Stage',
    ),
    "an id for a scale": (
        lambda: mk.Dimension("d", scale="level"),  # type: ignore[arg-type]
        'this Dimension cannot be made\n  scale: is "level"; expected a Scale or None',
    ),
    "a mapping for ratings": (
        lambda: mk.Assessment("m", {"a": "low"}),  # type: ignore[arg-type, dict-item]
        "ratings: is {'a': 'low'}; expected a list, each a Rating",
    ),
    "a text for a date": (
        lambda: mk.Assessment("m", [], "Acme", "2026-01-01"),  # type: ignore[arg-type]
        'date: is "2026-01-01"; expected a date without a time or None',
    ),
    "a time for a date": (
        lambda: mk.Assessment("m", [], "Acme", datetime(2026, 1, 1)),
        "expected a date without a time or None",
    ),
    "several at once": (
        lambda: mk.Stage(1, value="much", above=("a", 2)),  # type: ignore[arg-type]
        'id: is 1; expected a text\n  name: is 1; expected a text\n  value: is "much"; expected a number or None\n'
        "  above[1]: is 2; expected a text",
    ),
    "a truth value for a number": (lambda: mk.Stage("a", value=True), "value: is True; expected a number or None"),
    "texts": (
        lambda: mk.Dimension("d", descriptors={"low": 1}),  # type: ignore[dict-item]
        "descriptors: is {'low': 1}; expected a mapping from a text to a text",
    ),
    "a link of no span": (
        lambda: mk.Link("a", "x", "intersects", 0.5, {"low": ("low", "high")}),  # type: ignore[dict-item]
        "expected a mapping from a text to a tuple of a text and a text or None and a text or a text",
    ),
    "another source": (
        lambda: described("m", "a", source="A book"),
        'source: is "A book"; expected a Source',
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_constructors_name_the_field_that_is_wrong(kind: str) -> None:
    make, words = WRONG[kind]
    with pytest.raises(mk.MaturityError) as caught:
        make()
    assert words in str(caught.value)


def test_what_is_handed_out_cannot_be_changed() -> None:
    dimension = MODEL.by_id["a"]
    mappings: list[Any] = [
        dimension.descriptors,
        CROSSWALK.links[0].stages,
        mk.types.Guidance("g", texts={"a": "b"}).texts,
    ]
    for mapping in mappings:
        (key, *_) = mapping
        for name, args in [
            ("__setitem__", (key, "other")), ("__delitem__", (key,)), ("__ior__", ({"other": "other"},)),
            ("update", ({"other": "other"},)), ("setdefault", ("other", "other")), ("pop", (key,)),
            ("popitem", ()), ("clear", ()),
        ]:  # fmt: skip
            with pytest.raises(TypeError, match="cannot be changed"):
                getattr(mapping, name)(*args)
        assert {**mapping, "more": "other"} != mapping == dict(mapping)


def test_a_weight_may_be_written_in_several_ways() -> None:
    weights = [mk.Dimension("a", weight=weight).weight for weight in (1, 0.1, "1/3", Fraction(2, 3))]
    assert weights == [1, Fraction(1, 10), Fraction(1, 3), Fraction(2, 3)]


# ---- threads

PLUGIN = """
import time

import maturitykit as mk

print("imported")
time.sleep(0.1)
level = mk.Scale("level", [mk.Stage("low"), mk.Stage("high")])
loads = []


def model():
    loads.append(1)
    return mk.Model("slow", "1", "Slow", [mk.Dimension("a", scale=level)], ["weakest"], outcome=level)
"""


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(folder, "slow-model", "[maturitykit.models]\nslow = slow_model:model\n", PLUGIN)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "slow_model", raising=False)
    mk.models.refresh()


@pytest.fixture(autouse=True)
def forgotten() -> Any:
    yield
    mk.models.refresh()


def test_a_plugin_is_loaded_once_by_many_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch)
    stdout = sys.stdout
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda answer: mk.score("slow", {"a": answer}), ["low", "high"] * 8))
    assert sys.stdout is stdout
    assert len({id(result.model) for result in results}) == 1
    assert sys.modules["slow_model"].loads == [1]


def test_a_plugin_is_loaded_once_by_many_tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch)

    async def answer(stage: str) -> mk.Result:
        return await asyncio.to_thread(mk.score, "slow", {"a": stage})

    async def all_of_them() -> list[mk.Result]:
        return await asyncio.gather(*map(answer, ["low", "high"] * 4))

    results = asyncio.run(all_of_them())
    assert [str(result.stage and result.stage.low.id) for result in results] == ["low", "high"] * 4
    assert sys.modules["slow_model"].loads == [1]


# ---- what is convenient


def test_a_scale_is_a_sequence_of_its_stages() -> None:
    assert (len(LEVEL), [*LEVEL], LEVEL[1], LEVEL["mid"]) == (3, [*LEVEL.stages], LEVEL.stages[1], LEVEL.stages[1])
    assert "mid" in LEVEL and LEVEL.stages[0] in LEVEL and "top" not in LEVEL and mk.Stage("top") not in LEVEL
    with pytest.raises(KeyError, match='"mit" is not a stage; expected one of low, mid, high'):
        LEVEL["mit"]


def test_a_span_is_there_or_says_why_not() -> None:
    result = mk.score(MODEL, {"a": "mid", "b": mk.NOT_APPLICABLE})
    assert result.span == result.stage and result["a"].span.low.id == "mid"
    with pytest.raises(mk.ScoringError, match="b: is not applicable"):
        result["b"].span  # noqa: B018
    profile = flat("m", "a", "profile", outcome=None)
    with pytest.raises(mk.ScoringError, match="outcome: has no scale"):
        mk.score(profile, {"a": "mid"}).span  # noqa: B018
    by_profile = flat("m", "a", "profile")
    with pytest.raises(mk.ScoringError, match="outcome: is not combined from its parts by this rule"):
        mk.score(by_profile, {"a": "mid"}).span  # noqa: B018
    assert repr(result["a"]) == "<Score a: mid>"


def test_lists_are_the_answers_of_several_respondents() -> None:
    several = mk.score(MODEL, {"a": ["low", "mid", None], "b": ["high", mk.UNKNOWN, "high"]})
    ratings = [
        *(mk.Rating("a", answer, who) for answer, who in (("low", "1"), ("mid", "2"), (None, "3"))),
        *(mk.Rating("b", answer, who) for answer, who in (("high", "1"), ("unknown", "2"), ("high", "3"))),
    ]
    assert several == mk.score(MODEL, mk.Assessment("one", ratings))
    assert several.outcome.respondents == 3
    with pytest.raises(mk.AssessmentError, match="'a', rating: \"lo\" is not a stage"):
        mk.score(MODEL, {"a": ["lo", "mid"]})


def test_an_id_is_taken_wherever_a_model_is(tmp_path: Path) -> None:
    model, crosswalk = mk.model("clearhead"), mk.crosswalks.load("clearhead--four-stage")
    result = mk.score("clearhead", {"culture": "emerging"})
    assert result == mk.score(model, {"culture": "emerging"})
    assert mk.read_result(result.to_dict(), "clearhead").stage == result.stage
    assert mk.translate(result, "four-stage", models=["clearhead"]) == mk.translate(result, mk.model("four-stage"))
    assert mk.links.reverse(crosswalk, "clearhead", "four-stage").target == "clearhead"
    for name, given in (("id", "clearhead"), ("model", model)):
        mk.write_form(given, tmp_path / f"{name}.csv")
    assert (tmp_path / "id.csv").read_text("utf-8") == (tmp_path / "model.csv").read_text("utf-8")
    for read in (mk.read, mk.read_all, mk.collect):
        assert read(tmp_path / "id.csv", "clearhead") == read(tmp_path / "id.csv", model)
    with pytest.raises(mk.PluginError, match='nothing installed has the name "clearhed"'):
        mk.write_form("clearhed", tmp_path / "wrong.csv")


def test_the_version_and_the_tables_are_there() -> None:
    assert mk.__version__.count(".") == 2
    pytest.importorskip("polars", reason="tables come with an extra")
    assert callable(mk.tables.score)
