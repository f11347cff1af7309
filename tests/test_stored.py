"""Results that are read back from their files: the same numbers, and nothing of who said what."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

import maturitykit as mk
from maturitykit.testing import strategies

LEVEL = mk.Scale("level", [mk.Stage("low"), mk.Stage("mid"), mk.Stage("high")])
MODEL = mk.Model("one", "1", "One", [mk.Dimension(id, scale=LEVEL) for id in "ab"], ["median"], outcome=LEVEL)
RATINGS = [mk.Rating("a", "low", "Ann"), mk.Rating("a", "high", "Bo"), mk.Rating("b", "mid..high", "Bo")]


def assessed(**choices: Any) -> mk.Result:
    return mk.score(MODEL, mk.Assessment("one", RATINGS, "Acme", date(2026, 5, 31)), **choices)


def stored(result: mk.Result) -> dict[str, Any]:
    """A result as a program finds it in a file."""
    data: dict[str, Any] = json.loads(json.dumps(result.to_dict()))
    return data


def without_issues(result: mk.Result) -> dict[str, Any]:
    return {name: value for name, value in result.to_dict().items() if name != "issues"}


@given(st.data())
@settings(max_examples=60)
def test_a_stored_result_says_the_same(data: st.DataObject) -> None:
    model = data.draw(strategies.models())
    consensus: Any = data.draw(st.sampled_from(["median", "weakest", "envelope", "mean"]))
    try:
        result = mk.score(model, data.draw(strategies.assessments(model)), consensus=consensus)
    except mk.ScoringError:
        return
    again = mk.read_result(stored(result), model)
    assert without_issues(again) == without_issues(result)
    assert [again[id].stage for id in again] == [result[id].stage for id in result]


def test_it_is_read_from_a_file_and_knows_its_settings(tmp_path: Path) -> None:
    result = assessed(weights={"a": "1/3"}, targets={"outcome": "high"}, consensus="weakest")
    path = tmp_path / "result.json"
    path.write_text(json.dumps(result.to_dict()), encoding="utf-8")
    for content in (path, str(path), path.read_bytes(), io.StringIO(path.read_text("utf-8")), result.to_dict()):
        again = mk.read_result(content, MODEL)
        assert without_issues(again) == without_issues(result)
        assert (again.subject, again.date, again["a"].respondents) == ("Acme", date(2026, 5, 31), 2)
        assert again.outcome.target == LEVEL["high"]


def test_it_is_compared_translated_and_told() -> None:
    before, after = mk.read_result(stored(assessed()), MODEL), assessed(consensus="envelope")
    assert mk.compare(before, after).outcome.direction == mk.compare(assessed(), after).outcome.direction
    same = {id: (id, id, id) for id in LEVEL.ids}
    other = mk.Model("two", "1", "Two", [mk.Dimension("x", scale=LEVEL)], ["median"], outcome=LEVEL)
    crosswalk = mk.Crosswalk("one", "two", [mk.Link("a", "x", "intersects", 0.5, same, "So.", [("low", "low")])])
    assert (
        mk.translate(before, other, crosswalks=[crosswalk]).stage
        == mk.translate(assessed(), other, crosswalks=[crosswalk]).stage
    )
    assert "does not hold what each respondent said" in [issue.message for issue in before.issues][-1]
    assert before.explain().startswith("One: low, 100% answered, median of 2\n├─ a: low\n")
    assert before["a"].disagreement == assessed()["a"].disagreement


def test_an_overall_stage_that_was_given_stays() -> None:
    result = mk.score(MODEL, {"outcome": "mid"})
    again = mk.read_result(stored(result), MODEL)
    assert again.outcome_is_given and again.stage == result.stage


def test_an_installed_model_is_found_by_its_name() -> None:
    result = mk.score("clearhead", {"culture": "emerging"})
    assert mk.read_result(stored(result)).stage == result.stage


CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "another stage": ({"outcome": {"stage": {"low": "high", "likely": "high", "high": "high"}}},
        'outcome.stage: is "high high high"; expected "low'),
    "another version": ({"model": {"id": "one", "version": "2"}}, 'model.version: is "2"; expected "1"'),
    "another digest": ({"digest": "0"}, 'digest: is "0"; expected'),
    "no such date": ({"date": "2026-13-01"}, 'date: "2026-13-01" is not a date'),
    "no format": ({"format": 2}, "format: is 2; expected 1"),
    "a translation": ({"derived": {"from": {"model": "m", "version": "1"}, "path": [], "strength": 1}},
        "derived: is a translation; expected the result that it was made of"),
    "a coverage": ({"outcome": {"coverage": 0.1}}, "outcome.coverage: is 0.1; expected 1.0"),
    "no such word": ({"outcome": {"inferable": "most"}},
        'outcome.inferable: is "most"; expected one of full, part, none'),
    "a list for a word": ({"outcome": {"inferable": []}},
        "outcome.inferable: is a list; expected one of full, part, none"),
    "a list for a table": ({"outcome": {"stage": ["low", "low", "low"]}},
        "outcome.stage: is a list; expected a table"),
    "a text for a list": ({"issues": "none"}, 'issues: "none" is text; expected a list'),
    "a wrong type": ({"subject": 1}, "subject: 1 is a whole number; expected text"),
}  # fmt: skip


@pytest.mark.parametrize("kind", CHANGES)
def test_a_result_that_was_changed_is_found_out(kind: str) -> None:
    change, words = CHANGES[kind]
    data = stored(assessed())
    for name, value in change.items():
        data[name] = data[name] | value if isinstance(value, dict) and name in data else value
    with pytest.raises(mk.FileError) as caught:
        mk.read_result(data, MODEL)
    assert words in str(caught.value)


def test_what_a_later_version_adds_is_passed_over() -> None:
    data = stored(assessed())
    data["outcome"]["value"] = {"low": 1}
    assert mk.read_result(data | {"robustness": {"ties": []}}, MODEL).stage == assessed().stage


def test_what_is_missing_is_named() -> None:
    data = stored(assessed())
    del data["dimensions"]["b"]
    with pytest.raises(mk.FileError, match=r"dimensions\.b: is missing; expected each dimension of the model"):
        mk.read_result(data, MODEL)
    data["dimensions"]["a"]["disagreement"]["low"] = "lowest"
    with pytest.raises(mk.FileError, match=r'dimensions\.a\.disagreement: "lowest" is not a stage of its scale'):
        mk.read_result(data, MODEL)
    with pytest.raises(mk.FileError, match="the mapping is not a result"):
        mk.read_result({}, MODEL)
    with pytest.raises(mk.FileError, match=r"cannot read data.json"):
        mk.read_result(b"{", MODEL)
