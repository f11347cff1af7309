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
from toys import LEVEL, crosswalk, flat, link

MODEL = flat("one", "ab", "median")
RATINGS = [mk.Rating("a", "low", "Ann"), mk.Rating("a", "high", "Bo"), mk.Rating("b", "mid..high", "Bo")]


def assessed(**choices: Any) -> mk.Result:
    return mk.score(MODEL, mk.Assessment("one", RATINGS, "Acme", date(2026, 5, 31)), **choices)


def stored(result: mk.Result) -> dict[str, Any]:
    """A result as a program finds it in a file."""
    data: dict[str, Any] = json.loads(json.dumps(result.to_dict()))
    return data


def without_issues(result: mk.Result) -> dict[str, Any]:
    return {name: value for name, value in result.to_dict().items() if name != "issues"}


def rounded(data: Any) -> Any:
    """The same with numbers to nine digits, as a number goes to a position and back."""
    if isinstance(data, dict):
        return {key: rounded(value) for key, value in data.items()}
    return round(data, 9) if isinstance(data, float) else data


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
    assert rounded(without_issues(again)) == rounded(without_issues(result))
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
    other = flat("two", "x", "median")
    linked = [crosswalk(MODEL, other, link("a", "x"))]
    first, second = (mk.translate(result, other, crosswalks=linked) for result in (before, assessed()))
    assert first.stage == second.stage
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
    data["outcome"]["percentile"] = {"low": 1}
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


def tables() -> Any:
    pytest.importorskip("polars", reason="tables need it")
    return mk.tables


def test_many_are_read_as_one_table(tmp_path: Path) -> None:
    read_results = tables().read_results
    results = [assessed(), assessed(consensus="envelope"), mk.score(MODEL, {"a": mk.NOT_APPLICABLE})]
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    one.write_text(json.dumps(results[0].to_dict()), encoding="utf-8")
    two.write_text(json.dumps([result.to_dict() for result in results[1:]]), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("nothing")
    rows = [row for result in results for row in result.to_frame("polars").rows()]
    for given_as in (tmp_path, [str(one), two], [one, *(result.to_dict() for result in results[1:])]):
        found = read_results(given_as)
        assert found.rows() == rows and found.schema == results[0].to_frame("polars").schema
    assert read_results(results[0].to_dict()).rows() == results[0].to_frame("polars").rows()
    assert read_results([]).schema == results[0].to_frame("polars").schema


def test_a_table_of_translations_has_the_columns_of_these() -> None:
    read_results, polars = tables().read_results, pytest.importorskip("polars")
    answers = {"subject": ["acme"], "culture": ["emerging"], "process": ["operational"]}
    scored = mk.tables.score("clearhead", polars.DataFrame(answers))
    expected = mk.tables.translate(scored, "four-stage").tidy().to_dicts()
    result = mk.score("clearhead", mk.Assessment("clearhead", [mk.Rating("culture", "emerging"),
        mk.Rating("process", "operational")], "acme"))  # fmt: skip
    other = mk.translate(result, "four-stage")
    found = read_results([result.to_dict(), other.to_dict()])
    assert {*found.columns} == {*expected[0], "date"}
    rows = [{name: row[name] for name in expected[0]} for row in found.to_dicts()]
    assert [row["inferable"] for row in rows[: len(result)]] == [None] * len(result)
    assert sorted(rows[len(result) :], key=str) == sorted(expected, key=str)


def test_all_that_is_no_result_is_told_by_its_file(tmp_path: Path) -> None:
    read_results = tables().read_results
    good = assessed().to_dict()
    for name, data in (("a", good), ("b", [good, 3]), ("c", {"format": 2}), ("d", good | {"date": "2026-13-01"})):
        (tmp_path / f"{name}.json").write_text(json.dumps(data, default=str), encoding="utf-8")
    (tmp_path / "e.json").write_text("{", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    with pytest.raises(mk.FileError) as caught:
        read_results([tmp_path, tmp_path / "empty", tmp_path / "none.json", {}])
    assert [finding.where.removeprefix(str(tmp_path)) for finding in caught.value.findings] == [
        "/b.json, [1]", "/c.json, format", "/d.json, date", "/e.json, line 1, column 2", "/empty", "/none.json",
        "[3], format",
    ]  # fmt: skip
    with pytest.raises(mk.MaturityError, match='"excel" is not known; expected one of pandas, polars'):
        read_results(good, "excel")
