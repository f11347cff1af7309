"""Tables against files: the same keys, the same findings, whichever way in."""

from __future__ import annotations

import csv as python_csv
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

import maturitykit as mk
from maturitykit.files.collect import each
from toys import chain, flat, key

pl = pytest.importorskip("polars", reason="tables come with an extra")
pa = pytest.importorskip("pyarrow", reason="tables come with an extra")
pd = pytest.importorskip("pandas")

from maturitykit import tables  # noqa: E402 - it needs Polars
from maturitykit.tables.files import score_files  # noqa: E402

LEVEL = chain("level", "basic", "good", "best", values=(0, 0.6, 1), bands=(0.5, 0.85))
MODEL = flat("toy", ["people", "process"], scale=LEVEL)


def into_spark(table: dict[str, Any]) -> Any:
    from test_tables import spark_session

    return spark_session().createDataFrame(pl.DataFrame(table).to_arrow())


ENGINES: dict[str, Callable[[Any], Any]] = {
    "polars": pl.DataFrame,
    "polars lazy": pl.LazyFrame,
    "pandas": lambda table: pl.DataFrame(table).to_pandas(),
    "pyarrow": lambda table: pl.DataFrame(table).to_arrow(),
    "spark": into_spark,
}
#: Those that Polars works for.
OF_POLARS = [name for name in ENGINES if name != "spark"]


def rows_of(native: Any) -> list[dict[str, Any]]:
    from test_tables import rows_of

    return rows_of(native)


@pytest.mark.parametrize("engine", ENGINES)
def test_numbers_of_32_bits_at_an_edge_are_at_the_edge(engine: str) -> None:
    shares = pl.Series([0.85, 0.8500001, 0.5, None], dtype=pl.Float32)
    table = ENGINES[engine]({"subject": list("abcd"), "people": shares})
    found = {row["subject"]: row["people__stage_likely"] for row in rows_of(tables.score(MODEL, table).frame)}
    assert found == {"a": "good", "b": "best", "c": "basic", "d": None}


#: Numbers a little beside an edge, as sums of decimals are, and what each says.
AT_EDGES = {
    0.8 + 0.05: "good",
    0.85 + 1e-8: "best",
    0.5 + 1e-12: "basic",
    0.1 * 3 + 0.7: "best",
    0.3 - 0.1 - 0.2: "basic",
}


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_sum_of_decimals_at_an_edge_is_at_the_edge_on_every_path(engine: str, as_text: bool) -> None:
    said = [repr(share) for share in AT_EDGES] if as_text else list(AT_EDGES)
    subjects = [f"s{i}" for i in range(len(said))]
    table = ENGINES[engine]({"subject": subjects, "people": said})
    found = {row["subject"]: row["people__stage_likely"] for row in rows_of(tables.score(MODEL, table).frame)}
    assert [found[subject] for subject in subjects] == [*AT_EDGES.values()]
    alone = [mk.score(MODEL, {"people": share})["people"] for share in said]
    assert [score.stage and score.stage.likely and score.stage.likely.id for score in alone] == [
        *AT_EDGES.values()
    ]


# ---- keys

#: Spellings of one person, and of one organisation.
PEOPLE = ["Jos\u00e9 Bo", "Jose\u0301 Bo", "Jos\u00e9  Bo", "Jos\u00e9\xa0Bo ", "Jos\u00e9\u200b Bo"]
ACME = ["acme bv", "acme  bv", " acme bv", "acme\u00a0bv", "acme\u2060 bv\x1f"]


@pytest.mark.parametrize("form", ["long", "wide"])
@pytest.mark.parametrize("engine", OF_POLARS)
def test_keys_that_look_alike_are_alike(engine: str, form: str) -> None:
    rated = ["people", " process\u200b", "people", "process", "people"]
    if form == "long":
        table = {"subject": ACME, "respondent": PEOPLE, "dimension": rated, "rating": ["good"] * 5}
        table = {name: values[:2] for name, values in table.items()}
    else:
        table = {"subject": ACME[:2], "respondent": ["Bo", PEOPLE[0]], "people": ["good"] * 2}
    (row,) = rows_of(tables.score(MODEL, ENGINES[engine](table)).frame)
    assert row["subject"] == "acme bv"
    assert row["people__respondents"] == (1 if form == "long" else 2)


def test_one_person_is_counted_once_however_spelled() -> None:
    model = flat("toy", [f"d{i}" for i in range(5)], scale=LEVEL)
    table = {
        "subject": ACME,
        "respondent": PEOPLE,
        "dimension": [f"d{i}" for i in range(5)],
        "rating": ["good"] * 5,
    }
    (row,) = rows_of(tables.score(model, pl.DataFrame(table)).tidy().filter(pl.col("dimension") == "d0"))
    assert row["respondents"] == 1
    repeated = pl.DataFrame({**table, "dimension": ["d0"] * 5, "rating": ["good", "best"] * 2 + ["basic"]})
    (finding,) = tables.score(model, repeated, on_error="report").findings()
    assert (finding.where, finding.problem) == (
        'subject "acme bv", respondent "Jos\u00e9 Bo", d0',
        # Equal answers count once.
        "is answered 3 times",
    )


#: Rows of one respondent that are no contradiction, in either form.
ONE_ANSWER: dict[str, dict[str, list[Any]]] = {
    "equal": {
        "respondent": ["Bo", "Bo ", "Ann"],
        "dimension": ["people"] * 3,
        "rating": ["good", " good", "best"],
    },
    "blank": {"respondent": ["Bo", "Bo", "Ann"], "dimension": ["people"] * 3, "rating": [None, "good", "best"]},
    "wide, equal": {
        "respondent": ["Bo", "Bo", "Ann"],
        "people": ["good", "good", "best"],
        "process": ["best"] * 3,
    },
    "wide, in parts": {
        "respondent": ["Bo", "Bo", "Ann"],
        "people": ["good", None, "best"],
        "process": [None, "best", "best"],
    },
    "wide, numbers": {"respondent": ["Bo", "Bo", "Ann"], "people": [0.8, float("nan"), 0.9]},
}


@pytest.mark.parametrize("on_error", ["raise", "report"])
@pytest.mark.parametrize("rows", ONE_ANSWER)
@pytest.mark.parametrize("engine", [name for name in OF_POLARS if name != "polars lazy"])
def test_equal_answers_of_one_respondent_count_once(engine: str, rows: str, on_error: Any, tmp_path: Path) -> None:
    table = {"subject": ["acme"] * 3, "respondent": ["Bo", "Bo ", "Ann"], **ONE_ANSWER[rows]}
    results = tables.score(MODEL, ENGINES[engine](table), on_error=on_error)
    (row,) = rows_of(results.frame)
    assert (row["people__respondents"], row["people__stage_likely"]) == (2, "good")
    assert rows_of(results.problems()) == []
    pl.DataFrame(table).write_parquet(tmp_path / "in.parquet")
    wrong = str(tmp_path / "wrong.parquet") if on_error == "report" else None
    found = score_files([str(tmp_path / "in.parquet")], str(tmp_path / "out.parquet"), MODEL, problems=wrong)
    assert rows_of(pl.read_parquet(tmp_path / "out.parquet")) == [row]
    assert found == (0, [])


@pytest.mark.parametrize("engine", ENGINES)
def test_names_that_may_be_one_are_problems(engine: str) -> None:
    table = {
        "subject": ["ACME B.V.", "Acme BV", "Beta 1.1", "Beta 11", "Beta 11"],
        "respondent": ["ann", "ann", "bo", "Bo", "bo"],
        "people": ["good"] * 5,
    }
    results = tables.score(MODEL, ENGINES[engine](table), on_error="report")
    found = sorted(
        (row["subject"], row["respondent"], row["column"], row["value"]) for row in rows_of(results.problems())
    )
    assert found == [
        ("ACME B.V.", None, "subject", "ACME B.V."),
        ("Acme BV", None, "subject", "Acme BV"),
        ("Beta 11", "Bo", "respondent", "Bo"),
        ("Beta 11", "bo", "respondent", "bo"),
    ]
    # They are no mistakes, and stop nothing.
    assert results.findings() == []
    assert len(rows_of(tables.score(MODEL, ENGINES[engine](table)).frame)) == 4


def test_keys_of_pandas_that_are_categories_are_respelled() -> None:
    frame = pd.DataFrame({"subject": pd.Categorical([" acme", "beta"]), "people": ["good", "best"]})
    found = tables.score(MODEL, frame).frame
    assert sorted(found["subject"]) == ["acme", "beta"]


def test_spark_refuses_keys_that_look_like_others() -> None:
    table = into_spark({"subject": ["acme", "acme  bv", "Ze\u0301"], "people": ["good"] * 3})
    with pytest.raises(mk.AssessmentError, match="has spaces or characters that other") as caught:
        tables.score(MODEL, table)
    assert "'acme  bv'" in str(caught.value)
    # What is composed is a key like any other.
    table = into_spark({"subject": ["acme", "Z\u00e9"], "people": ["good"] * 2})
    assert len(rows_of(tables.score(MODEL, table).frame)) == 2


def test_spark_finds_each_kind_of_key_that_needs_normalising() -> None:
    spaces = [chr(c) for c in range(0x3001) if chr(c).isspace()]
    odd = [f"a{space}b" for space in spaces if space != " "] + [f"a{space}" for space in spaces]
    odd += [f"{space}a" for space in spaces] + ["a  b", "a\u200bb", "e\u0301"]
    plain = ["a", "a b", "a\x01b", "a\x7f", "~!", "\u00e9"]
    with pytest.raises(mk.AssessmentError) as caught:
        tables.score(MODEL, into_spark({"subject": [*odd, *plain], "people": ["good"] * len(odd + plain)}))
    assert f"{sorted(odd)[0]!r}" in str(caught.value)
    assert f"and {len(odd) - 5} more" in str(caught.value)


def test_ids_of_dimensions_are_normalised_on_spark_too() -> None:
    ids = ["people", " people", "peo\u200bple\xa0", "people\n", "\tpeople\x1f"]
    table = {"subject": list("abcde"), "dimension": ids, "rating": ["good"] * 5}
    found = rows_of(tables.score(MODEL, into_spark(table)).frame)
    assert [row["people__stage_likely"] for row in found] == ["good"] * 5


#: Keys that are missing on some rows, and what is said.
GAPS: dict[str, tuple[dict[str, list[Any]], str]] = {
    "null": ({"subject": ["acme", None]}, 'subject: is missing beside "acme"; expected the subject on every row'),
    "empty": ({"subject": ["acme", ""]}, 'subject: is missing beside "acme"'),
    "blank": ({"subject": ["acme", "\u200b "]}, 'subject: is missing beside "acme"'),
    "date": (
        {"subject": ["acme", "acme"], "date": ["2026-01-01", None]},
        'date: is missing beside other dates of "acme"; expected the date on every row, or on none',
    ),
    "no date": ({"subject": ["a", "b"], "date": ["2026-01-01", "2026-13-01"]}, 'date: "2026-13-01" is not a date'),
}


@pytest.mark.parametrize("kind", GAPS)
@pytest.mark.parametrize("engine", ENGINES)
def test_keys_that_are_missing_are_told(engine: str, kind: str) -> None:
    keys, words = GAPS[kind]
    with pytest.raises(mk.AssessmentError) as caught:
        tables.score(MODEL, ENGINES[engine]({**keys, "people": ["good", "best"]}))
    assert words in str(caught.value)


def test_keys_that_are_missing_everywhere_are_one_nameless_assessment() -> None:
    table = pl.DataFrame({"subject": [None, ""], "respondent": ["ann", "bob"], "people": ["good", "good"]})
    (row,) = rows_of(tables.score(MODEL, table).frame)
    assert (row["subject"], row["people__respondents"]) == (None, 2)


def test_a_date_is_a_day() -> None:
    days = pl.Series(["2026-01-01T00:00", "2026-01-01T12:30"]).str.to_datetime()
    table = pl.DataFrame({"subject": ["acme", "acme"], "date": days, "people": ["good", "good"]})
    with pytest.raises(mk.AssessmentError, match=r"12:30:00.* has a time of day; expected a date alone"):
        tables.score(MODEL, table)
    assert len(tables.score(MODEL, table[:1]).frame) == 1
    with pytest.raises(mk.AssessmentError, match="is not a date"):
        tables.score(MODEL, table.with_columns(date=pl.lit(2026)))
    spaced = table.with_columns(date=pl.Series([" 2026-01-01 ", "2026-01-01"]), respondent=pl.Series(["a", "b"]))
    assert tables.score(MODEL, spaced).frame["date"].to_list() == ["2026-01-01"]


def told(table: Any) -> str:
    """All that is said of what is wrong with a table, at once or in its rows."""
    try:
        return "\n".join(map(str, tables.score(MODEL, table).findings()))
    except mk.AssessmentError as error:
        return str(error)


#: What a table says of its model, and what is wrong with that.
VERSIONS = {
    "version": ({"version": "2"}, 'version: is "2"; expected "1", the version of the model at hand'),
    "digest": ({"digest": "abc"}, 'digest: is "abc": the form asked about other dimensions or stages'),
    "model@version": ({"model": "toy@2"}, 'version: is "2"; expected "1"'),
    "both": ({"model": "toy@1", "version": "2"}, 'version: is "2"; expected "1", as the model says'),
    "model": ({"model": "clearhead"}, '"clearhead"; expected "toy"'),
}


@pytest.mark.parametrize("form", ["long", "wide"])
@pytest.mark.parametrize("kind", VERSIONS)
@pytest.mark.parametrize("engine", ENGINES)
def test_the_version_of_the_model_is_checked(engine: str, kind: str, form: str) -> None:
    said, words = VERSIONS[kind]
    rating = {"dimension": ["people"], "rating": ["good"]} if form == "long" else {"people": ["good"]}
    table = {"subject": ["acme"], **{name: [value] for name, value in said.items()}, **rating}
    assert words in told(ENGINES[engine](table))
    table |= {"model": ["toy@1"], "version": ["1"], "digest": [MODEL.digest]}
    assert len(rows_of(tables.score(MODEL, ENGINES[engine](table)).frame)) == 1


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("by", "words"),
    [
        (["subject", "subject"], 'by: "subject" stands twice; expected each column once'),
        (["subject", "people__coverage"], 'by: "people__coverage" is what a column of the results is called'),
        (["subject", "value"], 'by: "value" is what a column of the results is called; expected another name'),
    ],
)
def test_keys_that_cannot_be_told_apart_are_refused(engine: str, by: list[str], words: str) -> None:
    table = ENGINES[engine]({**{name: ["x"] for name in by}, "people": ["good"]})
    with pytest.raises(mk.AssessmentError) as caught:
        tables.score(MODEL, table, by=by)
    assert words in str(caught.value)


def test_what_a_person_should_know_of_a_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text(
        "subject,respondent,dimension,rating,why\nAcme,ann,people,good,\nACME,,people,best,x\n", "utf-8"
    )
    wrong, notes = score_files([str(file)], str(tmp_path / "out.parquet"), MODEL)
    assert wrong == 0
    assert [str(note).removeprefix(f"{file}, ") for note in notes] == [
        'line 1: 1 column is not read: "why"',
        'line 3, subject: "Acme" and "ACME" differ in case, spaces or punctuation only, and are assessed apart; '
        "expected one spelling, if they are one",
    ]


# ---- files, one at a time and as tables

#: What cells of each column hold; the first three are right.
LIKELY = {
    "subject": ["acme", "acme", "beta", " acme ", "Acme", ""],
    "respondent": ["ann", "bob", "ann ", "Ann", ""],
    "date": ["2026-01-01", " 2026-01-01 ", "2026-02-01", "2026-13-01", ""],
    "dimension": ["people", "process", "people ", "peple", ""],
    "rating": ["good", "best", "basic..good", "0.85", "unknown", "", "oops", "Good"],
    "comment": ["", "'=x", "é", 'say "so"', "a;b,c"],
    "model": ["toy", "toy@1", " toy", "toy@2", "tou", ""],
    "version": ["1", "1", "1", "2", ""],
    "people": ["good", "best", "", "Best", "oops"],
    "process": ["good", "unknown", "not_applicable"],
    "notes": ["x", ""],
}


@st.composite
def csv_files(draw: st.DrawFn) -> bytes:
    """A file of ratings as people save it: healthy as a rule, or broken in some way."""
    form = draw(st.sampled_from([["dimension", "rating"], ["dimension", "rating"], ["people", "process"]]))
    optional = [name for name in LIKELY if name not in ("dimension", "rating", "people", "process")]
    more = draw(st.lists(st.sampled_from(optional), unique=True, max_size=5))
    names = draw(st.permutations([*form, *more]))
    if draw(st.integers(0, 9)) == 0:
        names = draw(st.permutations([*names, draw(st.sampled_from([*names, ""]))]))
    bad = draw(st.booleans())

    def cell(name: str) -> str:
        likely = LIKELY.get(name, [""])
        return draw(st.sampled_from(likely if bad else likely[:3]))

    rows = [[cell(name) for name in names] for _ in range(draw(st.integers(0, 5)))]
    if bad and rows:
        row = draw(st.sampled_from(rows))
        row[:] = draw(st.sampled_from([row[:-1], [*row, ""], [*row, "x"], [""] * len(row), [], row[:1], row]))
    separator = draw(st.sampled_from(",;\t"))
    spellings: list[Callable[[str], str]] = [str.title, str, str.strip]
    header = [draw(st.sampled_from(spellings))(name) for name in names]
    stream = io.StringIO()
    python_csv.writer(stream, delimiter=separator, lineterminator="\n").writerows([header, *rows])
    text = draw(st.sampled_from(["", "", f"sep={separator}\n", "\n", "Our ratings\n"])) + stream.getvalue()
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16"])), "replace")


def alone(path: Path) -> list[dict[str, Any]] | list[str]:
    """The scores of a file that is read one at a time, or all that is wrong with it."""
    try:
        assessments = mk.read_all(path, MODEL)
        results = each(lambda assessment: mk.score(MODEL, assessment), assessments)
    except mk.MaturityError as error:
        return sorted(map(str, error.findings))
    return [
        {
            "subject": key(result.subject),
            "date": str(result.date or ""),
            **{id: score.stage and [stage and stage.id for stage in score.stage] for id, score in result.items()},
            "respondents": [result[part.id].respondents for part in MODEL.leaves],
        }
        for result in results
    ]


def as_table(path: Path) -> list[dict[str, Any]] | list[str]:
    """The same by way of tables."""
    out = path.with_suffix(".parquet")
    try:
        score_files([str(path)], str(out), MODEL)
    except mk.MaturityError as error:
        return sorted(map(str, error.findings))
    return [
        {
            "subject": row.get("subject") or "",
            "date": str(row.get("date") or ""),
            **{
                id: row[f"{id}__stage_low"] and [row[f"{id}__stage_{end}"] for end in ("low", "likely", "high")]
                for id in ("outcome", "people", "process")
            },
            "respondents": [row[f"{part.id}__respondents"] for part in MODEL.leaves],
        }
        for row in pl.read_parquet(out).to_dicts()
    ]


@settings(max_examples=int(os.environ.get("FUZZ", "200")), deadline=None)
@given(csv_files())
def test_a_file_says_the_same_as_a_table(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("files") / "in.csv"
    path.write_bytes(data)
    one, table = alone(path), as_table(path)
    assert sorted(map(str, table)) == sorted(map(str, one))
    if one == ["line 2: there are no rows; expected a row for each rating"]:
        return
    # What is larger is read otherwise, and not all that is wrong is found in the same order.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("maturitykit.tables.csv_files.SMALL", -1)
        large = as_table(path)
    if isinstance(one[0], str):
        assert isinstance(large[0], str)
    else:
        assert sorted(map(str, large)) == sorted(map(str, one))
