"""Tables against one assessment at a time: the same numbers, whatever the engine, the form or the order."""

from __future__ import annotations

import itertools
import math
import os
import shutil
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given, settings, strategies as st

import maturitykit as mk
from maturitykit.testing import strategies as make
from toys import GRADE, LOW_HIGH, flat, group, numbered

pl = pytest.importorskip("polars", reason="tables come with an extra")
pa = pytest.importorskip("pyarrow", reason="tables come with an extra")
pd = pytest.importorskip("pandas")

from maturitykit import tables  # noqa: E402 - it needs Polars

Table = dict[str, list[Any]]
#: The rows of a result by subject and dimension.
Scores = dict[tuple[str, str], dict[str, Any]]

COLUMNS = [
    *(f"{what}_{end}" for what in ("stage", "index") for end in ("low", "likely", "high")),
    "coverage",
    "respondents",
    "disagreement_low",
    "disagreement_high",
    "agreement",
    "not_applicable",
]


# ---- engines: a table in, and the rows of a table out


def text_columns(table: Table) -> Any:
    """The table for engines that guess types: a column without values is one of texts."""
    fields = [
        pa.field(name, pa.float64() if any(isinstance(v, float) for v in values) else pa.string())
        for name, values in table.items()
    ]
    return pa.table(table, schema=pa.schema(fields))


def into_polars(table: Table) -> Any:
    return pl.from_arrow(text_columns(table))


def into_chunks(table: Table) -> Any:
    """The table in as many chunks as it has rows, or nearly."""
    frame = into_polars(table)
    return pl.concat([frame[i : i + 2] for i in range(0, max(1, len(frame)), 2)], rechunk=False)


def into_large_strings(table: Table) -> Any:
    """Texts whose offsets have 64 bits, as Polars and many others write them."""
    arrow = text_columns(table)
    kinds = {pa.string(): pa.large_string()}
    return arrow.cast(pa.schema([field.with_type(kinds.get(field.type, field.type)) for field in arrow.schema]))


def into_objects(table: Table) -> Any:
    """Objects of pandas, with each kind of missing value."""
    frame = text_columns(table).to_pandas().astype(object)
    missing = [None, math.nan, pd.NA, pd.NaT]
    for column in frame:
        values = [missing[i % 4] if pd.isna(v) else v for i, v in enumerate(frame[column])]
        frame[column] = pd.Series(values, dtype=object)
    return frame


def into_duckdb(table: Table) -> Any:
    duckdb = pytest.importorskip("duckdb", reason="comes with an extra")
    return duckdb.from_arrow(into_large_strings(table))


class Stream:
    """A table of an engine that is known by the Arrow stream interface alone, and read once."""

    def __init__(self, table: Any) -> None:
        self._batches = table.to_batches()
        self._schema = table.schema

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        batches, self._batches = self._batches, None
        return pa.RecordBatchReader.from_batches(self._schema, batches).__arrow_c_stream__(requested_schema)


def rows_of(native: Any) -> list[dict[str, Any]]:
    """The rows of a table of any kind, missing values as None."""
    if isinstance(native, pl.LazyFrame):
        native = native.collect()
    if isinstance(native, pl.DataFrame):
        return list(native.iter_rows(named=True))
    if isinstance(native, pa.Table):
        return list(native.to_pylist())
    if isinstance(native, pd.DataFrame):
        records = native.astype(object).where(native.notna(), None).to_dict("records")
        return [{str(name): value for name, value in record.items()} for record in records]
    return [row.asDict() for row in native.collect()]


def spark_session() -> Any:
    """Spark on this machine, with two workers: a cluster as small as they come."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Spark needs a Java runtime")
    sql = pytest.importorskip("pyspark.sql")
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.memory": "1g",
        "spark.driver.host": "localhost",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.log.level": "ERROR",
        # These tables are tiny: what is compiled for them is never used again.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.adaptive.enabled": "false",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    }
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings():
        # What Spark says of the versions of others is not about these tests.
        warnings.simplefilter("ignore")
        return builder.getOrCreate()


def into_spark(table: Table) -> Any:
    return spark_session().createDataFrame(text_columns(table)).repartition(2)


#: Each engine with the share of the examples that it is worth: the slow ones plan slowly, not wrongly.
ENGINES: Mapping[str, tuple[Callable[[Table], Any], float]] = {
    "polars": (into_polars, 1),
    "polars in chunks": (into_chunks, 0.1),
    "polars lazy": (lambda table: into_polars(table).lazy(), 0.2),
    "pandas": (lambda table: text_columns(table).to_pandas(), 0.1),
    "pandas of objects": (into_objects, 0.1),
    "pandas of arrow": (lambda table: text_columns(table).to_pandas(types_mapper=pd.ArrowDtype), 0.1),
    "pyarrow": (text_columns, 0.1),
    "pyarrow of large strings": (into_large_strings, 0.1),
    "stream": (lambda table: Stream(into_large_strings(table)), 0.1),
    "duckdb": (into_duckdb, 0.1),
    "spark": (into_spark, 0.02),
}


#: Expressions at once and later, and SQL: for what the numbers do not depend on.
KINDS = ["polars", "polars lazy", "spark"]


def examples(engine: str, most: int = 20) -> settings:
    """So many examples as an engine is worth, and never none."""
    share = ENGINES[engine][1] * min(most, settings().max_examples)
    return settings(max_examples=max(1, round(share)))


def into(engine: str, table: Table) -> Any:
    return ENGINES[engine][0](table)


#: A small model: engines plan a rank of each of its dimensions.
FIVE = numbered("level", 5)
PAIR = flat("pair", ["people", "process"], "median", scale=FIVE)


# ---- tables of assessments


def long(subjects: Mapping[str, mk.Assessment]) -> Table:
    rows = [
        (subject, rating.respondent, rating.dimension, None if rating.answer is None else str(rating.answer))
        for subject, assessment in subjects.items()
        for rating in assessment.ratings
    ]
    columns = ("subject", "respondent", "dimension", "rating")
    return {name: [row[i] for row in rows] for i, name in enumerate(columns)}


def wide(model: mk.Model, subjects: Mapping[str, mk.Assessment]) -> Table:
    who = dict.fromkeys((s, r.respondent) for s, assessment in subjects.items() for r in assessment.ratings)
    answers = {
        (s, r.respondent, r.dimension): None if r.answer is None else str(r.answer)
        for s, assessment in subjects.items()
        for r in assessment.ratings
    }
    table: Table = {"subject": [s for s, _ in who], "respondent": [r for _, r in who]}
    used = {dimension for _, _, dimension in answers}
    for dimension in [leaf.id for leaf in model.leaves] + ["outcome"]:
        if dimension in used:
            table[dimension] = [answers.get((*key, dimension)) for key in who]
    return table


def shuffled(table: Table, order: Sequence[int]) -> Table:
    return {name: [values[i] for i in order] for name, values in table.items()}


@st.composite
def many(draw: st.DrawFn, model: mk.Model, most: int = 4) -> dict[str, mk.Assessment]:
    """Assessments of several subjects, a few of which know only their overall stage."""
    subjects = {}
    for number in range(draw(st.integers(1, most))):
        assessment = draw(make.assessments(model))
        if model.root.scale is not None and draw(st.integers(0, 4)) == 0:
            answers = make.stages_of(model.root.scale) | st.sampled_from(["unknown", "not_applicable", None])
            names = draw(st.lists(st.sampled_from("abc"), min_size=1, unique=True))
            assessment = evolve(assessment, ratings=[mk.Rating("outcome", draw(answers), name) for name in names])
        if assessment.ratings:
            subjects[f"s{number}"] = assessment
    return subjects


def one_by_one(model: mk.Model, subjects: Mapping[str, mk.Assessment], **choices: Any) -> Scores:
    """What scoring each assessment by itself gives, as rows of a tidy table."""
    return {
        (subject, id): flattened(score)
        for subject, assessment in subjects.items()
        for id, score in mk.score(model, assessment, **choices).items()
    }


def flattened(score: mk.Score) -> dict[str, Any]:
    """A score as a row of a tidy table."""
    data: Any = score.to_dict()
    split = data["disagreement"] or {}
    ends = [(data[what] or {}).get(end) for what in ("stage", "index") for end in ("low", "likely", "high")]
    rest = [data["coverage"], data["respondents"], *(split.get(part) for part in ("low", "high", "agreement"))]
    return dict(zip(COLUMNS, [*ends, *rest, data["not_applicable"]], strict=True))


def by_place(rows: Iterable[dict[str, Any]]) -> Scores:
    return {(row["subject"], row["dimension"]): row for row in rows}


def differences(found: Scores, expected: Scores) -> list[str]:
    missing = [f"{place} is missing" for place in expected if place not in found]
    more = [f"{place} is too much" for place in found if place not in expected]
    other = [
        f"{place} {name}: {found[place][name]} is not {value}"
        for place in expected
        if place in found
        for name, value in expected[place].items()
        if not alike(found[place][name], value)
    ]
    return missing + more + other


def alike(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, abs_tol=1e-12)
    return bool(a == b)


# ---- the same numbers


@pytest.mark.parametrize("engine", ENGINES)
def test_tables_give_the_numbers_of_single_assessments(engine: str) -> None:
    @examples(engine)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        model = data.draw(make.models())
        subjects = data.draw(many(model))
        assume(subjects)
        is_lattice = model.root.scale is not None and not model.root.scale.is_chain
        consensus: Any = data.draw(
            st.sampled_from(["median", "weakest", "envelope", "mean"][: 3 if is_lattice else 4])
        )
        table = long(subjects) if data.draw(st.booleans()) else wide(model, subjects)
        order = data.draw(st.permutations(range(len(table["subject"]))))
        frame = into(engine, shuffled(table, order))
        # However few or many counts share a number, and whether or not the scale is taken for a long one.
        most = data.draw(st.sampled_from([100, 2_047, 1_048_575, 1_073_741_823]))
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("maturitykit.tables.consensus.MOST_DIGITS", data.draw(st.sampled_from([0, 1_000])))
            results = tables.score(model, frame, consensus=consensus, most_respondents=most)
        expected = one_by_one(model, subjects, consensus=consensus)
        assert differences(by_place(rows_of(results.tidy())), expected) == []
        assert type(results.frame) is (pa.Table if engine in ("stream", "duckdb") else type(frame))

    holds()


def even(dimension: mk.Dimension) -> mk.Dimension:
    """The dimension, and those below it, with weights that make ties."""
    return evolve(dimension, weight=1, children=[even(child) for child in dimension.children])


#: The columns on the robustness of an outcome.
ROBUSTNESS = ("tie", "box_low", "box_high", "quorum", "one_decides")


def robustness_of(result: mk.Result) -> dict[str, Any]:
    """What a table says of the robustness of an outcome, by that of one result."""
    robustness = result.robustness()
    likely = result.stage and result.stage.likely
    ties = [tie for tie in robustness.ties if likely and tie.outcome is not None and tie.outcome != likely]
    box = robustness.weights().get("outcome") if likely else None
    ends = (box.lowest.likely, box.highest.likely) if box else (None, None)
    share = robustness.quorums[likely.id].likely if likely and robustness.quorums else None
    one_decides = any(item.kind == "respondent" for item in robustness.without)
    values = (bool(ties), *(end and end.id for end in ends), None if share is None else float(share), one_decides)
    return dict(zip(ROBUSTNESS, values, strict=True))


def robustness_one_by_one(model: mk.Model, subjects: Mapping[str, mk.Assessment], **choices: Any) -> Scores:
    results = {subject: mk.score(model, assessment, **choices) for subject, assessment in subjects.items()}
    none = dict.fromkeys(ROBUSTNESS)
    return {
        (subject, id): robustness_of(result) if id == "outcome" else none
        for subject, result in results.items()
        for id in result
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_tables_tell_the_robustness_of_single_assessments(engine: str) -> None:
    @examples(engine, most=50)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        model = data.draw(make.models())
        if data.draw(st.booleans()):
            model = evolve(model, dimensions=[even(dimension) for dimension in model.dimensions])
        subjects = data.draw(many(model))
        assume(subjects)
        is_lattice = model.root.scale is not None and not model.root.scale.is_chain
        consensus: Any = data.draw(
            st.sampled_from(["median", "weakest", "envelope", "mean"][: 3 if is_lattice else 4])
        )
        table = long(subjects) if data.draw(st.booleans()) else wide(model, subjects)
        on_error: Any = data.draw(st.sampled_from(["raise", "report"]))
        results = tables.score(
            model, into(engine, table), consensus=consensus, on_error=on_error, robustness="people"
        )
        expected = robustness_one_by_one(model, subjects, consensus=consensus)
        assert differences(by_place(rows_of(results.tidy())), expected) == []

    holds()


def robustness_differs(
    model: mk.Model, subjects: Mapping[str, mk.Assessment], engine: str = "polars", **choices: Any
) -> list[str]:
    results = tables.score(model, into(engine, long(subjects)), robustness="people", **choices)
    return differences(by_place(rows_of(results.tidy())), robustness_one_by_one(model, subjects, **choices))


# The last are too large for a column.
@pytest.mark.parametrize("bits", [15, 31, 58, 80])
@pytest.mark.parametrize("scorer", ["median", "mean"])
def test_other_weights_move_large_weights_exactly(scorer: str, bits: int) -> None:
    def part(id: str, n: int, *children: mk.Dimension) -> mk.Dimension:
        return mk.Dimension(id, scale=FIVE, weight=2**bits // 3 + n, children=children)

    groups = [part(f"g{g}", g, *(part(f"d{g}{i}", i * g) for i in range(4))) for g in range(2)]
    model = flat("heavy", groups, scorer, scale=FIVE)
    assert robustness_differs(model, some_of(model)) == []


def test_how_far_weights_move_the_rule_of_a_third_party_is_not_known() -> None:
    model = flat("nested", ["a", group("b", ["b1", "b2"], FIVE, scorer=Second()), "c"], "median", scale=FIVE)
    subjects = some_of(model)
    assert robustness_of(mk.score(model, subjects["acme"]))["box_low"] is None
    # It is where what that rule combines does not apply.
    answers = {"a": "s1", "b1": "not_applicable", "b2": "not_applicable", "c": "s2"}
    without = mk.Assessment("nested", list(itertools.starmap(mk.Rating, answers.items())))
    assert robustness_of(mk.score(model, without))["box_low"] == "s1"
    assert robustness_differs(model, subjects | {"without": without}) == []


def test_a_likely_stage_is_held_below_what_no_answer_can_reach() -> None:
    # What the highest stage of "b" asks for does not apply, so that it cannot be reached.
    gates = [mk.Gate(stage, "b2" if stage == "s4" else "b1", stage) for stage in FIVE.ids[1:]]
    b = group("b", ["b1", "b2"], FIVE, scorer="staged", gates=gates, weight=3)
    model = flat("held", ["a", b, "c"], "median", scale=FIVE)
    subjects = {
        f"{one} {other}": mk.Assessment(
            "held", [mk.Rating("a", one), mk.Rating("b2", "not_applicable"), mk.Rating("c", other)]
        )
        for one in ("s0", "s4", "unknown")
        for other in ("s3", "s4", "not_applicable")
    }
    held = tables.score(model, into("polars", long(subjects)))
    assert differences(by_place(rows_of(held.tidy())), one_by_one(model, subjects)) == []
    assert mk.score(model, subjects["s4 s4"]).span.likely == FIVE.stages[3]
    assert robustness_differs(model, subjects) == []


@pytest.mark.parametrize("engine", KINDS)
def test_one_respondent_is_left_out_where_the_date_is_not_known(engine: str) -> None:
    table: Table = {
        "subject": ["a", "a", "a", "b"],
        "date": [None] * 4,
        "respondent": ["Ann", "Bob", "Cas", "Ann"],
        **{id: ["s1", "s3", "s3", "s2"] for id in ("people", "process")},
    }
    found = rows_of(tables.score(PAIR, into(engine, table), robustness="people").frame)
    assert {row["subject"]: row["outcome__one_decides"] for row in found} == {"a": True, "b": True}


def test_robustness_adds_the_columns_that_are_asked_for() -> None:
    table = into("polars", {"subject": ["a"], "people": ["s1"], "process": ["s3"]})

    def added(robustness: Any) -> set[str]:
        return {*tables.score(PAIR, table, robustness=robustness).frame.columns} - {*plain}

    plain = tables.score(PAIR, table).frame.columns
    assert added("weights") == {"outcome__tie", "outcome__box_low", "outcome__box_high", "outcome__quorum"}
    assert added("people") == added("weights") | {"outcome__one_decides"}
    # Without a column of respondents, there is one.
    assert tables.score(PAIR, table, robustness="people").frame["outcome__one_decides"].to_list() == [True]
    with pytest.raises(mk.ScoringError, match=r'"weight" is not known; expected .*weights'):
        tables.score(PAIR, table, robustness="weight")  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", ENGINES)
def test_translated_tables_give_the_numbers_of_single_translations(engine: str) -> None:
    @examples(engine, most=10)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        a, b, c = (data.draw(make.models(id=id)) for id in ("first", "second", "third"))
        ways = [data.draw(make.crosswalks(a, b)), data.draw(make.crosswalks(b, c))]
        subjects = data.draw(many(a))
        assume(subjects)
        network = mk.Network(ways, [a, b, c])
        measured = tables.score(a, into(engine, long(subjects)))
        results = {subject: mk.score(a, assessment) for subject, assessment in subjects.items()}
        once = tables.translate(measured, "second", network=network)
        singly = {subject: mk.translate(result, "second", network=network) for subject, result in results.items()}
        assert differences(translated_rows(once), derived(singly)) == []
        if data.draw(st.booleans()):
            twice = tables.translate(once, "third", network=network)
            singly = {
                subject: mk.translate(result, "third", network=network) for subject, result in singly.items()
            }
        else:
            twice = tables.translate(measured, "third", via="second", network=network)
            singly = {
                subject: mk.translate(r, "third", via="second", network=network) for subject, r in results.items()
            }
        assert differences(translated_rows(twice), derived(singly)) == []
        assert twice.path == ("first", "second", "third")

    holds()


#: Stages whose values are whole numbers here and fractions there, as people write them.
MIXED = numbered("v", 3, values=(0, 0.25, 1))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("form", ["long", "wide"])
def test_values_of_stages_may_be_whole_numbers(engine: str, form: str) -> None:
    model = flat("toy", "ab", "mean", scale=MIXED)
    answers = {"x": ("s0", "s1"), "y": ("s1", "s2"), "z": ("s1..s2", None)}
    subjects = {
        subject: mk.Assessment(
            "toy", [mk.Rating(id, answer, "Ann") for id, answer in zip("ab", pair, strict=True)]
        )
        for subject, pair in answers.items()
    }
    table = long(subjects) if form == "long" else wide(model, subjects)
    found = by_place(rows_of(tables.score(model, into(engine, table)).tidy()))
    assert differences(found, one_by_one(model, subjects)) == []


@pytest.mark.parametrize(("engine", "scorer"), [("polars", "median"), ("pandas", "mean"), ("duckdb", "weakest")])
def test_a_scale_may_have_two_hundred_stages(engine: str, scorer: Any) -> None:
    model = flat("m", "abc", scorer, scale=numbered("level", 200, bands=[i / 200 for i in range(1, 200)]))
    answers: dict[str, dict[str, tuple[str | None, ...]]] = {
        "x": {"Ann": ("s0", "s199", "s17..s180"), "Bob": ("s100", None, "s100")},
        "y": {"Ann": ("not_applicable", "s42", "0.999"), "Bob": ("not_applicable", "unknown", "s3 .. s4")},
        "z": {"Ann": ("0.5", "0", "1"), "Bob": ("s1", "s198..s199", "not_applicable")},
    }
    subjects = {
        subject: mk.Assessment(
            "m", [mk.Rating(*pair, who) for who, said in people.items() for pair in zip("abc", said, strict=True)]
        )
        for subject, people in answers.items()
    }
    for consensus in ("median", "mean", "envelope"):
        results = tables.score(model, into(engine, long(subjects)), consensus=consensus)
        expected = one_by_one(model, subjects, consensus=consensus)
        assert differences(by_place(rows_of(results.tidy())), expected) == []


def test_pandas_gets_its_keys_back_as_they_were() -> None:
    days = pd.to_datetime(["2026-05-31", "2026-06-30"])
    frame = pd.DataFrame({
        "subject": ["a", "b"],
        "mixed": [1, "one"],
        "day": days.date,
        "time": days,
        "sector": pd.Categorical(["east", "west"]),
        "number": pd.array([1, 2], dtype="Int64"),
        "people": ["s1", "s2"],
    }, index=[7, 7])  # fmt: skip
    keys = [*frame.columns[:-1]]
    found = tables.score(PAIR, frame, by=keys).frame.sort_values("subject", ignore_index=True)
    pd.testing.assert_frame_equal(found[keys], frame[keys].reset_index(drop=True))
    assert found["people__stage_low"].tolist() == ["s1", "s2"]


def test_keys_of_pandas_that_only_read_alike_are_not_taken_for_each_other() -> None:
    frame = pd.DataFrame({"subject": [1, "1"], "people": ["s1", "s2"]})
    with pytest.raises(TypeError, match="'subject' holds different values that read alike"):
        tables.score(PAIR, frame)


def test_pyarrow_gets_its_keys_back_as_they_were() -> None:
    sector = pa.array(["east", "west"]).dictionary_encode()
    table = pa.table({"subject": pa.array([1, 2], pa.int8()), "sector": sector, "people": ["s1", "s2"]})
    found = tables.score(PAIR, table, by=["subject", "sector"]).frame
    assert found.schema.field("subject").type == pa.int8()
    assert found.schema.field("sector").type == sector.type
    assert sorted(zip(found["subject"].to_pylist(), found["sector"].to_pylist(), strict=True)) == [
        (1, "east"),
        (2, "west"),
    ]


@pytest.mark.parametrize("engine", [engine for engine in ENGINES if engine != "stream"])
def test_other_columns_of_a_long_table_are_left_alone(engine: str) -> None:
    model, subjects = clearhead_and_some()
    table = long(subjects)
    frame = into(engine, table | {"~comment": table["rating"]})
    if engine == "pandas of objects":
        frame["~comment"] = [object() for _ in table["rating"]]
    found = by_place(rows_of(tables.score(model, frame).tidy()))
    assert differences(found, one_by_one(model, subjects)) == []


def test_objects_of_several_types_are_read_one_by_one() -> None:
    model = mk.model("cmotions-4d")
    stage, (leaf, other, *_) = scale_ids(model)[1], model.leaves
    frame = pd.DataFrame(
        {"subject": list("abcd"), leaf.id: [stage, 0.85, math.nan, "unknown"], other.id: [stage] * 4}
    )
    answers: list[str | float | None] = [stage, 0.85, None, "unknown"]
    subjects = {
        s: mk.Assessment(model.id, [mk.Rating(leaf.id, a), mk.Rating(other.id, stage)])
        for s, a in zip("abcd", answers, strict=True)
    }
    found = by_place(rows_of(tables.score(model, frame).tidy()))
    assert differences(found, one_by_one(model, subjects)) == []
    frame.loc[0, leaf.id] = 3
    with pytest.raises(mk.AssessmentError, match="the number 3 is out of range"):
        tables.score(model, frame)


@pytest.mark.parametrize("engine", KINDS)
def test_the_wide_and_the_tidy_form_say_the_same(engine: str) -> None:
    model, subjects = clearhead_and_some()
    results = tables.score(model, into(engine, long(subjects)))
    wide_rows = {row["subject"]: row for row in rows_of(results.frame)}
    for row in rows_of(results.tidy()):
        for name in COLUMNS:
            found = wide_rows[row["subject"]][f"{row['dimension']}__{name}"]
            assert alike(found, row[name]), (row["subject"], row["dimension"], name)
        assert (row["model"], row["version"]) == (model.id, model.version)


def derived(singly: Mapping[str, mk.Translation]) -> Scores:
    """Single translations, as rows of a tidy table."""
    return {
        (subject, id): flattened(result[id]) | {"inferable": result[id].inferable} | readings(result[id])
        for subject, result in singly.items()
        for id in result
    }


#: The columns of both readings, which a table has where some dimension can have both.
READINGS = [f"{name}_{end}" for name in ("by_parts", "by_links") for end in ("low", "likely", "high")]


def readings(score: mk.types.DerivedScore) -> dict[str, Any]:
    """Both readings of a score as columns of a tidy table."""
    data: Any = score.to_dict()
    stages = [
        (data[name] or {}).get(end) for name in ("by_parts", "by_links") for end in ("low", "likely", "high")
    ]
    return dict(zip(READINGS, stages, strict=True))


def translated_rows(results: tables.Results) -> Scores:
    """The rows of a translated table, with all columns that such a table can have."""
    return by_place(dict.fromkeys(READINGS) | row for row in rows_of(results.tidy()))


def clearhead_and_some() -> tuple[mk.Model, dict[str, mk.Assessment]]:
    """The Clearhead model with a few assessments."""
    model = mk.model("clearhead")
    return model, some_of(model)


def some_of(model: mk.Model) -> dict[str, mk.Assessment]:
    """A few assessments: full, by several, with gaps, with what does not apply, and of the outcome alone."""
    ids, stages = [leaf.id for leaf in model.leaves], scale_ids(model)
    acme = [mk.Rating(id, stages[(i + k) % len(stages)], f"r{k}") for i, id in enumerate(ids) for k in range(3)]
    gaps = [
        mk.Rating(id, answer)
        for id, answer in zip(ids, ["unknown", None, f"{stages[1]}..{stages[3]}"], strict=False)
    ]
    none = [mk.Rating(id, "not_applicable" if i < len(ids) // 2 else stages[2]) for i, id in enumerate(ids)]
    given_ = {"acme": acme, "gaps": gaps, "none": none, "overall": [mk.Rating("outcome", stages[3])]}
    return {subject: mk.Assessment(model.id, ratings) for subject, ratings in given_.items()}


def scale_ids(model: mk.Model) -> tuple[str, ...]:
    assert model.leaves[0].scale is not None
    return model.leaves[0].scale.ids


# ---- rules of third parties


class Second(mk.Scorer):
    """The second lowest child, or the only one: a rule that knows one assessment at a time."""

    id = "second"
    ordinal = True

    def bind(
        self, parent: mk.Dimension, children: Sequence[mk.Dimension], weights: Sequence[int]
    ) -> mk.types.Rule:
        return lambda positions: sorted(positions)[min(1, len(positions) - 1)]


class Upside(Second):
    """A rule by which a better answer lowers the score."""

    id = "upside"

    def bind(
        self, parent: mk.Dimension, children: Sequence[mk.Dimension], weights: Sequence[int]
    ) -> mk.types.Rule:
        return lambda positions: 4 - min(positions)


@pytest.mark.parametrize("engine", KINDS)
def test_a_rule_for_single_assessments_serves_tables_too(engine: str) -> None:
    # A small model, as Spark plans long for what is looked up.
    model = mk.model("four-stage")
    subjects = some_of(model)
    results = tables.score(model, into(engine, long(subjects)), scorer=Second())
    assert differences(by_place(rows_of(results.tidy())), one_by_one(model, subjects, scorer=Second())) == []


@pytest.mark.parametrize("engine", KINDS)
@pytest.mark.parametrize("rated", [("people", "process"), ("people",), ("process",)])
def test_a_rule_for_single_assessments_takes_a_column_that_is_not_there_as_open(
    engine: str, rated: tuple[str, ...]
) -> None:
    answers: Table = {"people": ["s1", "s2", "not_applicable"], "process": ["s3", None, "s1"]}
    table: Table = {"subject": list("abc"), "respondent": ["Ann"] * 3} | {id: answers[id] for id in rated}
    subjects = {
        subject: mk.Assessment("pair", [mk.Rating(id, answers[id][i], "Ann") for id in rated])
        for i, subject in enumerate("abc")
    }
    results = tables.score(PAIR, into(engine, table), scorer=Second())
    assert differences(by_place(rows_of(results.tidy())), one_by_one(PAIR, subjects, scorer=Second())) == []


# Nine groups of 15 positions are more than a number holds; Spark plans long for them.
@pytest.mark.parametrize(("engine", "many"), [("polars", 9), ("spark", 3)])
def test_a_rule_for_single_assessments_reads_positions_between_stages(engine: str, many: int) -> None:
    groups = [group(f"g{g}", [f"d{g}{i}" for i in "abc"], FIVE, scorer="mean") for g in range(many)]
    model = flat("groups", groups, "median", scale=FIVE)
    ratings = {
        f"s{n}": [
            mk.Rating(leaf.id, f"s{(n * 7 + i * i) % 5}") for i, leaf in enumerate(model.leaves) if i % 11 != n
        ]
        for n in range(6)
    }
    subjects = {subject: mk.Assessment("groups", given_) for subject, given_ in ratings.items()}
    results = tables.score(model, into(engine, long(subjects)), scorer=Second())
    assert differences(by_place(rows_of(results.tidy())), one_by_one(model, subjects, scorer=Second())) == []


def test_a_rule_that_lowers_a_score_for_a_better_answer_is_refused() -> None:
    model, subjects = clearhead_and_some()
    with pytest.raises(mk.ScoringError, match="upside puts the highest bound below the lowest"):
        tables.score(model, into("polars", long(subjects)), scorer=Upside())


# ---- what is wrong with a table

BAD: Table = {
    "subject": ["acme", "acme", "acme", "beta", "beta", "beta", "beta"],
    "respondent": ["ann", "ann", "bob", "eve", "eve", "eve", "eve"],
    "dimension": ["people", "prosess", "people", "people", "people", "process", "desire"],
    "rating": ["emergin", "emerging", " emerging ", "emerging", "operational", "emerging", None],
}


def good(engine: str) -> Any:
    return into(engine, {name: values[2:3] for name, values in BAD.items()})


@pytest.mark.parametrize("engine", ["polars", "pandas", "pyarrow"])
def test_bad_ratings_stop_a_table_with_all_that_is_wrong(engine: str) -> None:
    with pytest.raises(mk.AssessmentError) as caught:
        tables.score("clearhead", into(engine, BAD))
    findings = sorted(map(str, caught.value.findings))
    assert len(findings) == 3
    assert findings[0].startswith('subject "acme", respondent "ann", dimension: "prosess" is not a dimension')
    assert findings[1].startswith('subject "acme", respondent "ann", people: "emergin" is not a stage')
    assert '"emerging", perhaps' in findings[1]
    assert findings[2].startswith('subject "beta", respondent "eve", people: is answered 2 times')


@pytest.mark.parametrize("engine", KINDS)
@pytest.mark.parametrize("who", [{"respondent": ["ann", "bob", "ann"]}, {}])
def test_who_has_two_rows_of_a_wide_table_is_refused(engine: str, who: Table) -> None:
    table = into(engine, {"subject": ["acme"] * 3, **who, "people": ["emerging", "emerging", "impactful"]})
    with pytest.raises(
        Exception, match=r"is answered . times|a respondent rates a dimension of model clearhead twice"
    ):
        rows_of(tables.score("clearhead", table).frame)
    (problem,) = tables.score("clearhead", table, on_error="report").findings()
    assert problem.problem == f"is answered {2 if who else 3} times"


#: A row that is wrong, and what a lazy engine is made to say of it; the last is wrong beside the one before only.
ONE_BAD_ROW = {
    "rating": (["acme", "ann", "people", "emergin"], "this row does not fit model clearhead"),
    "dimension": (["acme", "ann", "prosess", "emerging"], "this row does not fit model clearhead"),
    "repeated": (
        ["gamma", "ann", "people", "impactful"],
        "a respondent rates a dimension of model clearhead twice",
    ),
}


@pytest.mark.parametrize("engine", ["polars lazy", "spark"])
@pytest.mark.parametrize("mistake", ONE_BAD_ROW)
def test_a_lazy_table_stops_when_it_is_collected(engine: str, mistake: str) -> None:
    row, words = ONE_BAD_ROW[mistake]
    fine = [["gamma", "ann", "people", "emerging"], ["acme", "bob", "people", "emerging"]]
    rows = [fine[0], row, fine[1]]
    results = tables.score("clearhead", into(engine, {name: [r[i] for r in rows] for i, name in enumerate(BAD)}))
    with pytest.raises(Exception, match=f"maturitykit: {words}") as caught:
        rows_of(results.frame)
    (finding,) = results.findings()
    assert 'respondent "ann"' in finding.where
    assert str(results.explain_error(caught.value)).count("\n") == 1


@pytest.mark.parametrize("engine", KINDS)
def test_bad_ratings_can_count_as_blank_and_be_listed(engine: str) -> None:
    results = tables.score("clearhead", into(engine, BAD), on_error="report")
    people = {row["subject"]: row for row in rows_of(results.tidy()) if row["dimension"] == "people"}
    assert people["acme"]["stage_likely"] == "emerging"
    assert people["acme"]["respondents"] == 1
    # Who answers a dimension twice is set aside: which of the answers hold is not for us to say.
    assert people["beta"]["stage_likely"] is None
    problems = sorted((row["subject"], row["column"], row["value"]) for row in rows_of(results.problems()))
    assert problems == [("acme", "dimension", "prosess"), ("acme", "people", "emergin"), ("beta", "people", "2")]
    assert rows_of(tables.score("clearhead", good(engine), on_error="report").problems()) == []


@pytest.mark.parametrize("engine", KINDS)
@pytest.mark.parametrize("on_error", ["raise", "report"])
def test_the_outcome_is_not_rated_beside_its_parts(engine: str, on_error: Any) -> None:
    table = into(engine, {"subject": ["a", "a"], "dimension": ["outcome", "people"], "rating": ["emerging"] * 2})
    if on_error == "raise":
        with pytest.raises(Exception, match="rated beside its parts"):
            rows_of(tables.score("clearhead", table).frame)
        return
    results = tables.score("clearhead", table, on_error=on_error)
    (problem,) = rows_of(results.problems())
    assert (problem["subject"], problem["column"]) == ("a", "outcome")
    (row,) = (row for row in rows_of(results.tidy()) if row["dimension"] == "outcome")
    assert row["coverage"] < 1


def crowd(respondents: int) -> Table:
    """An assessment of so many respondents, half of whom say more than the other half."""
    people = [str(number) for number in range(respondents)]
    said = ["emerging" if number % 2 else "operational..impactful" for number in range(respondents)]
    return {"subject": ["acme"] * respondents, "respondent": people, "culture": said}


@pytest.mark.parametrize("engine", ["polars", "pandas", "pyarrow"])
def test_a_table_in_memory_may_have_any_number_of_respondents(engine: str) -> None:
    (row,) = rows_of(tables.score("clearhead", into(engine, crowd(2_048))).frame)
    assert row["culture__respondents"] == 2_048
    assert (row["culture__stage_low"], row["culture__stage_high"]) == ("emerging", "emerging")
    (row,) = rows_of(tables.score("clearhead", into(engine, crowd(2_047))).frame)
    assert (row["culture__stage_low"], row["culture__stage_high"]) == ("operational", "impactful")


@pytest.mark.parametrize("engine", ["polars lazy", "spark"])
def test_a_lazy_table_is_told_how_many_respondents_there_are(engine: str) -> None:
    with pytest.raises(
        Exception, match=r"more respondents than 2,047 \(most_respondents= takes more\) .* for acme"
    ):
        rows_of(tables.score("clearhead", into(engine, crowd(2_048))).frame)
    (row,) = rows_of(tables.score("clearhead", into(engine, crowd(2_048)), most_respondents=2_048).frame)
    assert row["culture__respondents"] == 2_048


@pytest.mark.parametrize("most", [0, 1_073_741_824])
def test_a_number_of_respondents_that_cannot_be_counted_is_refused(most: int) -> None:
    with pytest.raises(mk.ScoringError, match=r"most_respondents: is .*; expected 1 to 1,073,741,823"):
        tables.score("clearhead", into_polars(crowd(1)), most_respondents=most)


def test_a_table_of_another_model_is_refused() -> None:
    rows: Table = {"subject": ["a"], "model": ["four-stage"], "dimension": ["people"], "rating": ["emerging"]}
    with pytest.raises(mk.AssessmentError, match='model: has "four-stage"; expected "clearhead"'):
        tables.score("clearhead", into("polars", rows))
    rows["model"] = ["clearhead"]
    assert len(rows_of(tables.score("clearhead", into("polars", rows)).frame)) == 1


COLUMN_MISTAKES = {
    "no subject": ({"people": ["emerging"]}, "there is no column subject or date"),
    "no ratings": ({"subject": ["a"]}, "there are no ratings"),
    "no column of ratings": (
        {"subject": ["a"], "dimension": ["people"], "score": [1]},
        "no column rating beside dim",
    ),
    "no column of dimensions": ({"subject": ["a"], "rating": ["x"]}, "no column dimension beside rating"),
    "misspelt": ({"subject": ["a"], "peopel": ["emerging"], "process": ["x"]}, '"people", perhaps'),
    "inner": ({"subject": ["a"], "organizational-maturity": ["emerging"]}, "is not a dimension of clearhead"),
    "truths": ({"subject": ["a"], "people": [True]}, "holds values of type Boolean"),
    "our own": (
        {"subject": ["a"], "people": ["emerging"], "~key0": ["b"]},
        "begins with ~",
    ),
}


@pytest.mark.parametrize("mistake", COLUMN_MISTAKES)
def test_columns_that_are_wrong_are_named(mistake: str) -> None:
    table, words = COLUMN_MISTAKES[mistake]
    with pytest.raises(mk.AssessmentError, match=words) as caught:
        tables.score("clearhead", pl.DataFrame(table))
    assert len(caught.value.findings) == (2 if mistake == "inner" else 1)


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(TypeError):
        tables.score("clearhead", [["people", "emerging"]])


@pytest.mark.parametrize("scorer", ["weakest", "median", "mean"])
def test_what_does_not_apply_raises_no_bound(scorer: str) -> None:
    model, parts = mk.model("four-stage"), [leaf.id for leaf in mk.model("four-stage").leaves]
    answers = ["not_applicable", "not_applicable", *scale_ids(model)[:2]]
    subjects = {"acme": mk.Assessment("four-stage", list(map(mk.Rating, parts, answers)))}
    found = tables.score(model, into("polars", long(subjects)), scorer=scorer)
    assert differences(by_place(rows_of(found.tidy())), one_by_one(model, subjects, scorer=scorer)) == []


@pytest.mark.parametrize("engine", KINDS)
@pytest.mark.parametrize("form", ["long", "wide"])
def test_a_dimension_may_be_called_as_what_a_table_is_made_of(engine: str, form: str) -> None:
    ids = [
        "who",
        "people",
        "respondents",
        "answers",
        "key0",
        "word0",
        "count0_0",
        "raters0",
        "c1",
        "step_1",
        "found",
    ]
    model = flat("m", ids, scale=GRADE)
    ratings = [mk.Rating(id, "good", name) for id in ids for name in ("ann", "bob")]
    subjects = {name: mk.Assessment("m", ratings) for name in ("acme", "zeta")}
    # A long table may have columns that are not read.
    table = wide(model, subjects) if form == "wide" else {**(rows := long(subjects)), "key0": rows["respondent"]}
    found = tables.score(model, into(engine, table))
    assert differences(by_place(rows_of(found.tidy())), one_by_one(model, subjects)) == []


@pytest.mark.parametrize("engine", KINDS)
def test_a_table_without_rows_gives_one_without_rows(engine: str) -> None:
    empty: Table = {"subject": [], "respondent": [], "dimension": [], "rating": []}
    results = tables.score("clearhead", into(engine, empty))
    assert rows_of(results.frame) == []
    assert rows_of(results.tidy()) == []
    assert rows_of(tables.translate(results, "four-stage").frame) == []


@pytest.mark.parametrize("engine", [*KINDS, "pandas", "spark"])
def test_hostile_texts_are_texts(engine: str) -> None:
    subjects = ["=cmd()", "<script>", 'O\'Neil \\ "co"', "{x}", "\u2603", "x" * 10_000]
    table = {"subject": subjects, "people": ["s1"] * len(subjects)}
    found = rows_of(tables.score(PAIR, into(engine, table)).frame)
    assert sorted(row["subject"] for row in found) == sorted(subjects)
    answers = ["a\nb", *subjects[1:]]
    bad = into(engine, table | {"people": answers})
    problems = rows_of(tables.score(PAIR, bad, on_error="report").problems())
    assert sorted(problem["value"] for problem in problems) == sorted(answers)


@pytest.mark.parametrize("engine", KINDS)
def test_spaces_around_an_answer_do_not_count(engine: str) -> None:
    answers = [" emerging", "emerging\t", "\u00a0emerging\u2003", "traditional .. impactful", " unknown ", "  "]
    table = {"subject": list("abcdef"), "people": answers}
    model = mk.model("clearhead")
    subjects = {
        s: mk.Assessment("clearhead", [mk.Rating("people", a)]) for s, a in zip("abcdef", answers, strict=True)
    }
    found = by_place(rows_of(tables.score(model, into(engine, table)).tidy()))
    assert differences(found, one_by_one(model, subjects)) == []


@pytest.mark.parametrize("engine", KINDS)
def test_shares_are_numbers_or_texts(engine: str) -> None:
    model = mk.model("cmotions-4d")
    leaf = model.leaves[0]
    shares = [0.0, 0.15, 0.1500001, 0.5, 0.85, 1.0, None]
    names = [f"s{i}" for i in range(len(shares))]
    subjects = {
        s: mk.Assessment(model.id, [mk.Rating(leaf.id, share)]) for s, share in zip(names, shares, strict=True)
    }
    expected = one_by_one(model, subjects)
    texts = [None if share is None else repr(share) for share in shares]
    # Objects may be anything: only texts are told apart.
    nan = [math.nan if share is None else share for share in shares]
    for values in (texts,) if engine == "pandas of objects" else (texts, shares, nan):
        found = tables.score(model, into(engine, {"subject": names, leaf.id: values}))
        assert differences(by_place(rows_of(found.tidy())), expected) == []
    for wrong in (-0.1, 1.1, math.inf):
        bad = into(engine, {"subject": ["a"], leaf.id: [str(wrong)]})
        assert len(rows_of(tables.score(model, bad, on_error="report").problems())) == 1


def test_the_keys_of_an_assessment_are_for_the_caller_to_say() -> None:
    rows: Table = {
        "organisation": ["a", "a", "b"],
        "year": [2024, 2025, 2024],
        "people": ["emerging", "impactful", "emerging"],
    }
    results = tables.score("clearhead", pl.DataFrame(rows), by=["organisation", "year"])
    found = {(r["organisation"], r["year"]): r["people__stage_likely"] for r in rows_of(results.frame)}
    assert found == {("a", 2024): "emerging", ("a", 2025): "impactful", ("b", 2024): "emerging"}
    with pytest.raises(mk.AssessmentError, match='there is no column "yaer"'):
        tables.score("clearhead", pl.DataFrame(rows), by=["organisation", "yaer"])


def test_weights_of_the_caller_count() -> None:
    model, subjects = clearhead_and_some()
    choices: dict[str, Any] = {"scorer": "mean", "weights": {"people": 7, "process": "1/3"}}
    results = tables.score(model, into("polars", long(subjects)), **choices)
    assert differences(by_place(rows_of(results.tidy())), one_by_one(model, subjects, **choices)) == []


def test_weights_too_large_for_a_column_stay_exact() -> None:
    parts = [mk.Dimension(id, scale=LOW_HIGH, weight=10**23 + n) for id, n in (("a", 0), ("b", 1))]
    model = flat("heavy", [*parts, "c"], "median", scale=LOW_HIGH)
    table = {"subject": ["x", "y"], "a": ["high", "low"], "b": ["low", "high"], "c": ["high", "low"]}
    results = tables.score(model, into("polars", table))
    singly = {s: mk.Assessment("heavy", [mk.Rating(id, table[id][i]) for id in "abc"]) for i, s in enumerate("xy")}
    assert differences(by_place(rows_of(results.tidy())), one_by_one(model, singly)) == []


@pytest.mark.parametrize("bits", [15, 31, 57])
@pytest.mark.parametrize("scorer", ["median", "mean"])
@pytest.mark.parametrize("engine", KINDS)
def test_sums_of_large_weights_do_not_overflow(engine: str, scorer: Any, bits: int) -> None:
    parts = [mk.Dimension(f"d{i}", scale=FIVE, weight=2**bits // 3 + i) for i in range(5)]
    model = flat("heavy", parts, scorer, scale=FIVE)
    answers = [*FIVE.ids, "unknown", "not_applicable"]
    table = {"subject": list("abcdefg"), **{f"d{i}": [*answers[i:], *answers[:i]] for i in range(5)}}
    results = tables.score(model, into(engine, table))
    singly = {
        subject: mk.Assessment("heavy", [mk.Rating(part.id, table[part.id][i]) for part in parts])
        for i, subject in enumerate("abcdefg")
    }
    assert differences(by_place(rows_of(results.tidy())), one_by_one(model, singly)) == []


# ---- peers


def sector(n: int) -> Table:
    """So many subjects, evenly on all stages, in two sectors."""
    return {
        "subject": [f"s{i}" for i in range(n)],
        "sector": ["east" if i % 2 else "west" for i in range(n)],
        **{leaf.id: [FIVE.ids[i % 5] for i in range(n)] for leaf in PAIR.leaves},
    }


@pytest.mark.parametrize("engine", KINDS)
def test_a_subject_has_a_rank_among_the_others(engine: str) -> None:
    results = tables.score(PAIR, into(engine, sector(101)), by=["subject", "sector"])
    found = {(row["subject"], row["dimension"]): row for row in rows_of(tables.peers(results))}
    lowest, middle = found["s0", "outcome"], found["s2", "outcome"]
    # Of the 100 others, 20 are at the lowest stage too, and 20 at each stage above.
    assert (lowest["others"], lowest["percentile"]) == (100, 10)
    # Nobody is below: the interval begins at 0, and not a digit of rounding below it, which prints as "-0".
    assert 0 <= lowest["percentile_low"] < 1e-9
    assert middle["percentile"] == pytest.approx(41 + 19 / 2)
    # Wilson's interval: for 41 of 100 from .3187, for 60 of 100 up to .6906 (E. B. Wilson 1927, by his formula).
    assert middle["percentile_low"] == pytest.approx(31.87, abs=0.01)
    assert middle["percentile_high"] == pytest.approx(69.06, abs=0.01)
    within = {
        row["subject"]: row for row in rows_of(tables.peers(results, ["sector"])) if row["dimension"] == "people"
    }
    assert within["s0"]["others"] == 50
    assert within["s1"]["others"] == 49


@pytest.mark.parametrize("engine", ["polars", "spark"])
def test_a_rank_among_few_is_refused(engine: str) -> None:
    table = sector(30)
    results = tables.score(PAIR, into(engine, table), by=["subject", "sector"])
    ranks = {(row["refused"], row["percentile"]) for row in rows_of(tables.peers(results))}
    assert ranks == {("fewer than 30 others", None)}
    assert {row["refused"] for row in rows_of(tables.peers(results, minimum=29))} == {None}
    table["people"][3] = None
    results = tables.score(PAIR, into(engine, table), by=["subject", "sector"])
    people = {
        r["subject"]: r["refused"] for r in rows_of(tables.peers(results, minimum=5)) if r["dimension"] == "people"
    }
    assert people["s3"] == "its own stage is not known"
    with pytest.raises(mk.ScoringError, match='"region" is no key'):
        tables.peers(results, ["region"])


@pytest.mark.parametrize("engine", KINDS)
def test_subjects_are_counted_at_each_stage(engine: str) -> None:
    results = tables.score(PAIR, into(engine, sector(101)), by=["subject", "sector"])
    found = [row for row in rows_of(tables.distribution(results)) if row["dimension"] == "people"]
    assert [(row["stage"], row["subjects"], row["known"]) for row in found] == [
        (stage, 21 if i == 0 else 20, 101) for i, stage in enumerate(FIVE.ids)
    ]
    assert sum(row["share"] for row in found) == pytest.approx(1)
    within = rows_of(tables.distribution(results, ["sector"]))
    assert {row["known"] for row in within if row["sector"] == "east"} == {50}


def test_no_rank_where_stages_cannot_all_be_compared() -> None:
    model = mk.model("data-driven-quadrant")
    table: Table = {"subject": [f"s{i}" for i in range(40)]}
    table |= {leaf.id: [leaf.scale.ids[i % 2] if leaf.scale else "" for i in range(40)] for leaf in model.leaves}
    results = tables.score(model, into("polars", table))
    outcome = [row for row in rows_of(tables.peers(results)) if row["dimension"] == "outcome"]
    assert {row["refused"] for row in outcome} == {"stages that cannot all be compared"}


# ---- Spark


def test_spark_runs_no_python_for_the_rules_that_come_along() -> None:
    model, subjects = clearhead_and_some()
    results = tables.score(model, into("spark", long(subjects)))
    plan = tables.translate(results, "four-stage").frame._jdf.queryExecution().toString()
    assert "HashAggregate" in plan
    assert not {"Python", "UDF"} & {word for word in ("Python", "UDF") if word in plan}
