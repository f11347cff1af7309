"""Hand-written queries that score the ratings of many subjects: what our own tables are held against.

They know more than a library may: there is one scale of five stages, weights are equal, nothing is misspelt, no
respondent answers twice, and no subject has more than 511 of them.

``python benchmarks/peers.py`` checks that they say what `maturitykit.score` says.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import chain, combinations, product
from math import isclose
from operator import add, or_
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

import maturitykit as mk

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame as SparkFrame

#: How often a subject has one respondent, two, and so on up to five: three on average.
RESPONDENTS = (0.15, 0.2, 0.3, 0.2, 0.15)

STAGES = 5
#: The ranges that can be given, by the lowest and the highest of their stages.
RANGES = list(combinations(range(STAGES), 2))
#: The codes of what else than a stage or a range can be said. The last two have no text.
KNOWN = STAGES + len(RANGES)
UNKNOWN, INAPPLICABLE, BLANK, ABSENT = range(KNOWN, KNOWN + 4)

#: How many ratings are drawn at a time, so that any number of them takes little memory.
CHUNK = 1_000_000

#: As many rows of a file can be read apart from the others.
ROW_GROUP = 250_000


#: All that some collections hold, one after the other.
flat = chain.from_iterable

Codes: TypeAlias = npt.NDArray[np.int64]


class Survey(NamedTuple):
    """Ratings of many subjects, the same in two files.

    Args:
        long: A row for each rating: ``subject``, ``respondent``, ``dimension``, ``rating``.
        wide: A row for each respondent: ``subject``, ``respondent``, and a column for each dimension.
    """

    long: Path
    wide: Path


def model_of(dimensions: int) -> mk.Model:
    """A model of so many dimensions to rate: Clearhead's for 8, or else groups of eight on its scale.

    Raises:
        ValueError: If they do not make groups of eight.
    """
    clearhead = mk.model("clearhead")
    if dimensions == len(clearhead.leaves):
        return clearhead
    if dimensions < 1 or dimensions % 8:
        raise ValueError(f"{dimensions} dimensions do not make groups of eight")
    scale = clearhead.outcome
    groups = [
        mk.Dimension(
            f"group-{i}", scale=scale, children=[mk.Dimension(f"part-{i}-{j}", scale=scale) for j in range(8)]
        )
        for i in range(dimensions // 8)
    ]
    return mk.Model(f"groups-{dimensions}", "1", "Groups of eight", groups, ["median"], outcome=scale)


def generate(
    folder: Path,
    ratings: int,
    dimensions: int,
    seed: int,
    *,
    missing: float = 0.05,
    not_applicable: float = 0.005,
    ranges: float = 0.02,
    shuffled: bool = True,
) -> Survey:
    """Write ``long.parquet`` and ``wide.parquet`` to a folder, the same for the same seed.

    Ratings of one subject are alike, and more so within a dimension. Of those that are missing, half have no
    row, a quarter are blank, and a quarter are ``unknown``.

    Args:
        folder: Where to; made if it is not there.
        ratings: How many to ask for, more or less, before any are missing.
        dimensions: Of the model, `model_of` them.
        seed: Of all that is drawn.
        missing: The share of ratings that are missing.
        not_applicable: The share of ratings that are ``not_applicable``.
        ranges: The share of ratings that are ranges, of two stages next to each other.
        shuffled: Whether the rows of a subject stand apart from each other, within a chunk.
    """
    random = np.random.default_rng(seed)
    model = model_of(dimensions)
    leaves = [leaf.id for leaf in model.leaves]
    answers = [*_known(model), mk.UNKNOWN.value, mk.NOT_APPLICABLE.value]
    names = [f"r{i + 1}" for i in range(len(RESPONDENTS))]
    subjects = max(1, round(ratings / dimensions / 3))
    at_a_time = max(1, CHUNK // dimensions // 3)

    folder.mkdir(parents=True, exist_ok=True)
    survey = Survey(folder / "long.parquet", folder / "wide.parquet")
    with (
        _writer(survey.long, ["subject", "respondent", "dimension", "rating"]) as long,
        _writer(survey.wide, ["subject", "respondent", *leaves]) as wide,
    ):
        for first in range(0, subjects, at_a_time):
            ids = [f"s{i + 1:07}" for i in range(first, min(first + at_a_time, subjects))]
            counts = random.choice(len(RESPONDENTS), len(ids), p=RESPONDENTS) + 1
            subject = np.repeat(np.arange(len(ids)), counts)
            respondent = np.arange(len(subject)) - np.repeat(counts.cumsum() - counts, counts)
            said = _said(random, subject, dimensions, missing, not_applicable, ranges)

            rows = random.permutation(len(said)) if shuffled else np.arange(len(said))
            columns = [_text(column, answers) for column in said[rows].T]
            _write(wide, [_text(subject[rows], ids), _text(respondent[rows], names), *columns])

            cells = np.flatnonzero(said != ABSENT)
            cells = random.permutation(cells) if shuffled else cells
            row, dimension = np.divmod(cells, dimensions)
            keys = [_text(subject[row], ids), _text(respondent[row], names), _text(dimension, leaves)]
            _write(long, [*keys, _text(said.ravel()[cells], answers)])
    return survey


def _said(
    random: np.random.Generator,
    subject: Codes,
    dimensions: int,
    missing: float,
    not_applicable: float,
    ranges: float,
) -> Codes:
    """The codes of what is said by the respondents to these subjects: a row for each, of all dimensions."""
    subjects = subject[-1] + 1
    truth = random.normal(2, 1, (subjects, 1)) + random.normal(0, 0.6, (subjects, dimensions))
    opinion = truth[subject] + random.normal(0, 0.6, (len(subject), dimensions))
    luck = random.random(opinion.shape)
    # Each in what those after it leave.
    said = opinion.round().clip(0, STAGES - 1).astype(np.int64)
    next_to = np.array([STAGES + RANGES.index((low, low + 1)) for low in range(STAGES - 1)])
    unsure = luck < missing + not_applicable + ranges
    said[unsure] = next_to[said[unsure].clip(0, STAGES - 2)]
    said[luck < missing + not_applicable] = INAPPLICABLE
    said[luck < missing] = ABSENT
    said[luck < missing / 2] = BLANK
    said[luck < missing / 4] = UNKNOWN
    return said


def _writer(path: Path, columns: Sequence[str]) -> pq.ParquetWriter:
    """Text is handed over as codes, and read back as text, as the file does not keep our schema."""
    schema = pa.schema([(name, pa.dictionary(pa.int32(), pa.string())) for name in columns])
    return pq.ParquetWriter(path, schema, store_schema=False)


def _write(writer: pq.ParquetWriter, columns: Sequence[pa.Array]) -> None:
    writer.write_table(pa.Table.from_arrays(columns, schema=writer.schema), row_group_size=ROW_GROUP)


def _text(codes: Codes, texts: Sequence[str]) -> pa.Array:
    """A column of texts, null for codes beyond them."""
    indices = pa.array(codes, pa.int32(), mask=codes >= len(texts))
    return pa.DictionaryArray.from_arrays(indices, pa.array(texts))


# A tally is a whole number, to the base 1024, that says what is known of a dimension: its lowest digit counts the
# ratings at or above the lowest stage, which are all that are known, the next digit those at or above the second,
# and so on; the digit after those of the five stages counts who says that it does not apply. So the tallies of
# many respondents are summed in one go. There is one of what is likely, and one each of the lowest and the highest
# stage that an answer leaves open. A position is a tally of one, 0 if there is none, and those of the children of
# a dimension are summed just the same.

BASE = 1024
#: The tally of each stage, from the lowest up.
POSITIONS = [sum(BASE**digit for digit in range(stage + 1)) for stage in range(STAGES)]
LOWEST, HIGHEST = POSITIONS[0], POSITIONS[-1]
#: The lowest, the likely and the highest position of each answer that is known, in the order of their codes.
ENDS = {
    "low": [*range(STAGES), *(low for low, _ in RANGES)],
    "likely": [*range(STAGES), *((low + high) // 2 for low, high in RANGES)],
    "high": [*range(STAGES), *(high for _, high in RANGES)],
}
#: The tally of each answer: of what is unknown, of what is known, and of what does not apply.
TALLIES = {end: [0, *(POSITIONS[place] for place in places), BASE**STAGES] for end, places in ENDS.items()}
#: The highest bit of each digit. Added to a tally, it is still there after a subtraction where the digit was not
#: below what was taken from it; so all digits are compared at once.
HALF = BASE // 2
GUARDS = HALF * HIGHEST

#: What is said of each dimension, in the order of the columns.
PARTS = (
    *("stage_low", "stage_likely", "stage_high", "index_low", "index_likely", "index_high"),
    *("coverage", "respondents", "disagreement_low", "disagreement_high", "agreement", "not_applicable"),
)

#: How many answers, of five bits each, go into one signed number of 64 bits.
TO_A_WORD = 12


def _stages(model: mk.Model) -> tuple[str, ...]:
    assert model.outcome is not None
    assert len(model.outcome.ids) == STAGES
    return model.outcome.ids


def _known(model: mk.Model) -> list[str]:
    """The stages and ranges."""
    stages = _stages(model)
    return [*stages, *(f"{stages[low]}..{stages[high]}" for low, high in RANGES)]


def _shares(model: mk.Model) -> dict[str, float]:
    """The index of each answer that is known; of a range, of its likely stage."""
    return {answer: place / (STAGES - 1) for answer, place in zip(_known(model), ENDS["likely"], strict=True)}


def _answers(model: mk.Model) -> list[str]:
    """All answers, in the order of their tallies."""
    return [mk.UNKNOWN.value, *_known(model), mk.NOT_APPLICABLE.value]


def _below(dimension: mk.Dimension) -> list[str]:
    return [each.id for each in dimension.walk() if each.is_leaf]


def _levels(model: mk.Model) -> Iterator[list[mk.Dimension]]:
    """The dimensions with children, in groups, each after those that hold its children."""
    waiting = [dimension for dimension in model.by_id.values() if not dimension.is_leaf]
    while waiting:
        parents = {dimension.id for dimension in waiting}
        ready = [d for d in waiting if parents.isdisjoint(child.id for child in d.children)]
        yield ready
        waiting = [dimension for dimension in waiting if dimension not in ready]


def polars_long(frame: pl.LazyFrame, model: mk.Model) -> pl.LazyFrame:
    """Score ratings in long form, a row for each subject; fastest by ``collect(engine="streaming")``."""
    leaves = [leaf.id for leaf in model.leaves]
    place, answer = pl.col("place"), pl.col("answer")
    # All that a respondent says becomes one number, or a few, so that one sum brings it together.
    told = frame.select(
        "subject",
        "respondent",
        place=pl.col("dimension").cast(pl.Enum(leaves)).to_physical(),
        answer=pl.col("rating").cast(pl.Enum(_answers(model))).to_physical().cast(pl.UInt64),
    ).with_columns(answer * _whole(32) ** (place % TO_A_WORD))
    words = range(-(-len(leaves) // TO_A_WORD))
    # A number as the key is grouped in half the time of two texts. 128 bits of two hashes are as good as these.
    first, second = (
        (pl.col("subject").hash(seed) + pl.col("respondent").hash(seed + 1)).cast(pl.Int128) for seed in (1, 3)
    )
    respondents = (
        told.with_columns(who=first * pl.lit(2**62, pl.Int128) + second)
        .group_by("who")
        .agg(
            pl.col("subject").max(),
            *(pl.when(place // TO_A_WORD == word).then(answer).sum().alias(f"{word}") for word in words),
        )
    )
    codes = respondents.select(
        "subject",
        *(
            ((pl.col(f"{i // TO_A_WORD}") // _whole(32 ** (i % TO_A_WORD))) & _whole(31))
            .cast(pl.UInt8)
            .alias(leaf)
            for i, leaf in enumerate(leaves)
        ),
    )
    return _scored(codes, model)


def polars_wide(frame: pl.LazyFrame, model: mk.Model) -> pl.LazyFrame:
    """Score ratings in wide form, a row for each subject; fastest by ``collect(engine="streaming")``."""
    answers = pl.Enum(_answers(model))
    codes = frame.select("subject", *(pl.col(leaf.id).cast(answers).to_physical() for leaf in model.leaves))
    return _scored(codes, model)


def _scored(codes: pl.LazyFrame, model: mk.Model) -> pl.LazyFrame:
    """The scores of each subject, from the places of the answers of each respondent, null where blank."""
    leaves = [leaf.id for leaf in model.leaves]
    levels = list(_levels(model))
    parents = list(flat(levels))
    frame = (
        codes.select(
            "subject", *(_tally(pl.col(leaf), end).alias(f"{leaf}_{end}") for leaf in leaves for end in TALLIES)
        )
        .with_columns(
            (reduce(or_, (pl.col(f"{leaf}_likely") for leaf in _below(parent))) & _whole(LOWEST)).alias(
                f"{parent.id}__respondents"
            )
            for parent in parents
        )
        .group_by("subject")
        .agg(pl.all().sum())
        .rename({f"{leaf}_likely": leaf for leaf in leaves})
        .with_columns(_majority(pl.col(leaf)).alias(f"{leaf}_likely") for leaf in leaves)
        .with_columns((pl.col(leaf) & _whole(BASE - 1)).alias(f"{leaf}__respondents") for leaf in leaves)
        .with_columns(flat(map(_leaf, leaves)))
    )
    for level in levels:
        frame = frame.with_columns(flat(map(_parent, level)))
    stages = pl.lit(pl.Series([None, *_stages(model)]))
    shares = pl.lit(pl.Series([None, *(_shares(model)[stage] for stage in _stages(model))], dtype=pl.Float64))
    return frame.select(
        "subject", *flat(_columns(dimension, stages, shares) for dimension in model.by_id.values())
    )


def _whole(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.UInt64)


def _tally(code: pl.Expr, end: str) -> pl.Expr:
    return pl.lit(pl.Series(TALLIES[end], dtype=pl.UInt64)).gather(code.fill_null(0))


def _majority(tally: pl.Expr) -> pl.Expr:
    """The highest position that more than half are at or above: a one for each digit that is."""
    known = tally & _whole(BASE - 1)
    more = (tally + tally + _whole(GUARDS - HIGHEST)) - known * _whole(HIGHEST)
    return (more & _whole(GUARDS)) // _whole(HALF)


def _leaf(leaf: str) -> Iterator[pl.Expr]:
    """Its bounds and the rest of its score, from its tally, its majority and how many know it."""
    tally, majority, known = pl.col(leaf), pl.col(f"{leaf}_likely"), pl.col(f"{leaf}__respondents")
    is_open = tally == 0
    for end, bound in (("low", LOWEST), ("high", HIGHEST)):
        held = _majority(pl.col(f"{leaf}_{end}"))
        yield pl.when(is_open).then(_whole(bound)).otherwise(held).alias(f"{leaf}_{end}")
    yield (~is_open).cast(pl.Float64).alias(f"{leaf}__coverage")
    all_of_them = known * _whole(HIGHEST)
    several = known > 1
    lowest = (tally + _whole(GUARDS) - all_of_them) & _whole(GUARDS)
    highest = (tally + _whole(GUARDS - HIGHEST)) & _whole(GUARDS)
    yield pl.when(several).then(lowest).otherwise(_whole(0)).alias(f"{leaf}_disagreement_low")
    yield pl.when(several).then(highest).otherwise(_whole(0)).alias(f"{leaf}_disagreement_high")
    # For each stage, how many are on the side of the fewer: below it where most reach it, or else not below.
    above = tally & _whole((BASE - 1) * HIGHEST)
    fewer = above ^ ((above ^ (all_of_them - above)) & (majority * _whole(BASE - 1)))
    # A number leaves the sum of its digits, as it does by nine to the base ten.
    fewer = fewer % _whole(BASE - 1)
    steps = (known * _whole((STAGES - 1) // 2)).cast(pl.Float64)
    yield pl.when(several).then(1 - fewer.cast(pl.Float64) / steps).alias(f"{leaf}__agreement")


def _parent(parent: mk.Dimension) -> Iterator[pl.Expr]:
    """Its positions and coverage, from those of its children.

    Where all is on one scale, the median over the children that are known is always within its bounds.
    """
    ids = [child.id for child in parent.children]
    for bound in ("low", "likely", "high"):
        yield _majority(reduce(add, (pl.col(f"{id}_{bound}") for id in ids))).alias(f"{parent.id}_{bound}")
    applicable = (pl.when(pl.col(f"{id}_low") > 0).then(pl.col(f"{id}__coverage")) for id in ids)
    yield pl.mean_horizontal(*applicable).fill_null(1.0).alias(f"{parent.id}__coverage")


def _columns(dimension: mk.Dimension, stages: pl.Expr, shares: pl.Expr) -> Iterator[pl.Expr]:
    """What is shown of a dimension; a position is at the stage that it has as many ones as."""
    id = dimension.id

    def reached(bound: str) -> pl.Expr:
        return pl.col(f"{id}_{bound}").bitwise_count_ones()

    for bound in ("low", "likely", "high"):
        yield stages.gather(reached(bound)).alias(f"{id}__stage_{bound}")
    for bound in ("low", "likely", "high"):
        yield shares.gather(reached(bound)).alias(f"{id}__index_{bound}")
    yield pl.col(f"{id}__coverage")
    yield pl.col(f"{id}__respondents").cast(pl.UInt32)
    for bound in ("disagreement_low", "disagreement_high"):
        none = pl.lit(None, dtype=pl.String)
        yield (stages.gather(reached(bound)) if dimension.is_leaf else none).alias(f"{id}__{bound}")
    yield pl.col(f"{id}__agreement") if dimension.is_leaf else pl.lit(None, pl.Float64).alias(f"{id}__agreement")
    yield (pl.col(f"{id}_low") == 0).alias(f"{id}__not_applicable")


def pandas_long(frame: pd.DataFrame, model: mk.Model) -> pd.DataFrame:
    """Plain means from long form: over the respondents of each dimension, and over the dimensions."""
    ratings = _numbers(frame["rating"], model)
    means = ratings.groupby([frame["subject"], frame["dimension"]]).mean().unstack()
    return _with_outcome(means, model)


def pandas_wide(frame: pd.DataFrame, model: mk.Model) -> pd.DataFrame:
    """Plain means from wide form: over the respondents of each dimension, and over the dimensions."""
    ratings = frame[[leaf.id for leaf in model.leaves]].apply(_numbers, model=model)
    return _with_outcome(ratings.groupby(frame["subject"]).mean(), model)


def pandas_apply_long(frame: pd.DataFrame, model: mk.Model) -> pd.DataFrame:
    """Plain means from long form, one subject after the other."""
    shares = _shares(model)

    def means(ratings: pd.DataFrame) -> pd.Series[float]:
        return ratings["rating"].map(shares).groupby(ratings["dimension"]).mean()

    return _with_outcome(frame.groupby("subject").apply(means).unstack(), model)


def _numbers(answers: pd.Series[str], model: mk.Model) -> pd.Series[float]:
    """What each text counts; nothing where it does not."""
    return answers.map(_shares(model))


def _with_outcome(means: pd.DataFrame, model: mk.Model) -> pd.DataFrame:
    """The index of the outcome and of each dimension that is rated, a row for each subject."""
    means = means.reindex(columns=[leaf.id for leaf in model.leaves]).rename_axis(columns=None)
    means.insert(0, "outcome", means.mean(axis=1))
    return means.add_suffix("__index").reset_index()


def spark_long(frame: SparkFrame, model: mk.Model) -> SparkFrame:
    """Score ratings in long form, a row for each subject, as `polars_long` does.

    Its expressions are SQL, as column objects take a call to Java for each of their parts.
    """
    from pyspark.sql.functions import expr

    leaves = [leaf.id for leaf in model.leaves]
    levels = list(_levels(model))
    parents = list(flat(levels))
    dimensions, answers = (_array([f"'{id}'" for id in ids]) for ids in (leaves, _answers(model)[1:]))
    told = frame.selectExpr(
        "subject",
        "respondent",
        f"array_position({dimensions}, dimension) - 1 as place",
        f"coalesce(array_position({answers}, rating), 0) as answer",
    )
    shifted = f"shiftleft(answer, int(5 * (place % {TO_A_WORD})))"
    words = range(-(-len(leaves) // TO_A_WORD))
    respondents = told.groupBy("subject", "respondent").agg(
        *(expr(f"sum(if(place div {TO_A_WORD} = {word}, {shifted}, 0)) as `{word}`") for word in words)
    )
    tallies = {end: _array(values) for end, values in TALLIES.items()}
    scored = (
        respondents.selectExpr(
            "subject",
            *(
                f"get({values}, int(shiftright(`{i // TO_A_WORD}`, {5 * (i % TO_A_WORD)}) & 31)) as `{leaf}_{end}`"
                for i, leaf in enumerate(leaves)
                for end, values in tallies.items()
            ),
        )
        .groupBy("subject")
        .agg(
            *(expr(f"sum(`{leaf}_likely`) as `{leaf}`") for leaf in leaves),
            *(expr(f"sum(`{leaf}_{end}`) as `{leaf}_{end}s`") for leaf in leaves for end in ("low", "high")),
            *(
                expr(
                    f"sum(({' | '.join(f'`{leaf}_likely`' for leaf in _below(parent))}) & 1)"
                    f" as `{parent.id}__respondents`"
                )
                for parent in parents
            ),
        )
        .selectExpr(
            "*",
            *(f"{_majority_in_sql(_name(leaf))} as `{leaf}_likely`" for leaf in leaves),
            *(f"`{leaf}` & {BASE - 1} as `{leaf}__respondents`" for leaf in leaves),
        )
        .selectExpr("*", *flat(map(_leaf_in_sql, leaves)))
    )
    for level in levels:
        scored = scored.selectExpr("*", *flat(map(_sums_in_sql, level)))
        scored = scored.selectExpr("*", *flat(map(_parent_in_sql, level)))
    stages = _array(f"'{stage}'" for stage in _stages(model))
    shares = _array(f"{_shares(model)[stage]}D" for stage in _stages(model))
    return scored.selectExpr(
        "subject", *flat(_columns_in_sql(dimension, stages, shares) for dimension in model.by_id.values())
    )


def _array(values: Iterable[object]) -> str:
    return f"array({', '.join(map(str, values))})"


def _name(id: str) -> str:
    return f"`{id}`"


def _majority_in_sql(tally: str) -> str:
    """See `_majority`."""
    more = f"{tally} + {tally} + {GUARDS - HIGHEST} - ({tally} & {BASE - 1}) * {HIGHEST}"
    return f"shiftright(({more}) & {GUARDS}, {HALF.bit_length() - 1})"


def _leaf_in_sql(leaf: str) -> Iterator[str]:
    """See `_leaf`."""
    tally, majority, known = f"`{leaf}`", f"`{leaf}_likely`", f"`{leaf}__respondents`"
    for end, bound in (("low", LOWEST), ("high", HIGHEST)):
        yield f"if({tally} = 0, {bound}, {_majority_in_sql(f'`{leaf}_{end}s`')}) as `{leaf}_{end}`"
    yield f"double(if({tally} = 0, 0, 1)) as `{leaf}__coverage`"
    lowest = f"({tally} + {GUARDS} - {known} * {HIGHEST}) & {GUARDS}"
    highest = f"({tally} + {GUARDS - HIGHEST}) & {GUARDS}"
    yield f"if({known} > 1, {lowest}, 0) as `{leaf}_disagreement_low`"
    yield f"if({known} > 1, {highest}, 0) as `{leaf}_disagreement_high`"
    above = f"({tally} & {(BASE - 1) * HIGHEST})"
    fewer = f"{above} ^ (({above} ^ ({known} * {HIGHEST} - {above})) & ({majority} * {BASE - 1}))"
    share = f"({fewer}) % {BASE - 1} / ({known} * {(STAGES - 1) // 2}D)"
    yield f"if({known} > 1, 1 - {share}, null) as `{leaf}__agreement`"


def _sums_in_sql(parent: mk.Dimension) -> Iterator[str]:
    """The tallies of its children, and what of them is answered."""
    ids = [child.id for child in parent.children]
    for bound in ("low", "likely", "high"):
        yield f"{' + '.join(f'`{id}_{bound}`' for id in ids)} as `{parent.id}_{bound}_tally`"
    covered = " + ".join(f"if(`{id}_low` = 0, 0D, `{id}__coverage`)" for id in ids)
    yield f"{covered} as `{parent.id}_covered`"


def _parent_in_sql(parent: mk.Dimension) -> Iterator[str]:
    """See `_parent`."""
    id = parent.id
    for bound in ("low", "likely", "high"):
        yield f"{_majority_in_sql(f'`{id}_{bound}_tally`')} as `{id}_{bound}`"
    covered = f"`{id}_covered` / (`{id}_low_tally` & {BASE - 1})"
    yield f"if(`{id}_low_tally` = 0, 1D, {covered}) as `{id}__coverage`"


def _columns_in_sql(dimension: mk.Dimension, stages: str, shares: str) -> Iterator[str]:
    """See `_columns`."""
    id = dimension.id
    for bound in ("low", "likely", "high"):
        yield f"get({stages}, bit_count(`{id}_{bound}`) - 1) as `{id}__stage_{bound}`"
    for bound in ("low", "likely", "high"):
        yield f"get({shares}, bit_count(`{id}_{bound}`) - 1) as `{id}__index_{bound}`"
    yield f"`{id}__coverage`"
    yield f"int(`{id}__respondents`) as `{id}__respondents`"
    for bound in ("disagreement_low", "disagreement_high"):
        stage = f"get({stages}, bit_count(`{id}_{bound}`) - 1)" if dimension.is_leaf else "string(null)"
        yield f"{stage} as `{id}__{bound}`"
    yield f"{_name(f'{id}__agreement') if dimension.is_leaf else 'double(null)'} as `{id}__agreement`"
    yield f"`{id}_low` = 0 as `{id}__not_applicable`"


def check(model: mk.Model, result: pl.DataFrame, ratings: pl.DataFrame, sample: int = 200) -> None:
    """Check scored subjects against `maturitykit.score`.

    Args:
        model: What they were scored by.
        result: A row for each subject.
        ratings: What the respondents said, in long form.
        sample: How many subjects to check, at most, always the same ones.

    Raises:
        AssertionError: If a subject is missing or there twice, or a column differs.
    """
    ids = result["subject"].sort()
    assert ids.is_unique().all(), "a subject is there twice"
    missing = set(ratings["subject"]) - set(ids)
    assert not missing, f"{len(missing)} subjects are missing, such as {min(missing)}"
    chosen = ids.sample(min(sample, len(ids)), seed=1)
    rows = {row["subject"]: row for row in result.filter(pl.col("subject").is_in(chosen.implode())).to_dicts()}
    given: dict[str, list[mk.Rating]] = {subject: [] for subject in chosen}
    columns = ["subject", "dimension", "rating", "respondent"]
    for subject, *rating in ratings.filter(pl.col("subject").is_in(chosen.implode())).select(columns).iter_rows():
        given[subject].append(mk.Rating(*rating))
    for subject, said in given.items():
        expected = _row(mk.score(model, mk.Assessment(model.id, said, subject)))
        found = rows[subject]
        assert list(found) == list(expected), f"the columns are {list(found)}, not {list(expected)}"
        for column, value in expected.items():
            assert _is_same(found[column], value), f"{column} of {subject} is {found[column]}, not {value}"


def _row(result: mk.Result) -> dict[str, object]:
    """A result as a row."""
    row: dict[str, object] = {"subject": result.subject}
    for id, score in result.items():
        stages = [stage and stage.id for stage in score.stage or (None, None, None)]
        values = [*stages, *(score.index or (None, None, None)), score.coverage, score.respondents]
        split = score.disagreement
        values += [split.low.id, split.high.id, split.agreement] if split else [None, None, None]
        row |= dict(zip((f"{id}__{part}" for part in PARTS), [*values, score.not_applicable], strict=True))
    return row


def _is_same(found: object, expected: object) -> bool:
    if isinstance(found, float) and isinstance(expected, float):
        return isclose(found, expected, rel_tol=0, abs_tol=1e-9)
    return type(found) is type(expected) and found == expected


def main() -> None:
    """Check the queries on a common survey, and on one where little is known."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.showConsoleProgress", False)
    spark = builder.config("spark.ui.enabled", False).config("spark.sql.shuffle.partitions", 2).getOrCreate()
    for dimensions, (missing, not_applicable) in product((8, 40), ((0.05, 0.005), (0.3, 0.6))):
        model = model_of(dimensions)
        with tempfile.TemporaryDirectory() as name:
            survey = generate(
                Path(name), 20_000, dimensions, seed=1, missing=missing, not_applicable=not_applicable
            )
            long = pl.read_parquet(survey.long)
            found = {
                "polars_long": polars_long(pl.scan_parquet(survey.long), model).collect(engine="streaming"),
                "polars_wide": polars_wide(pl.scan_parquet(survey.wide), model).collect(engine="streaming"),
                "spark_long": pl.DataFrame(spark_long(spark.read.parquet(str(survey.long)), model).toArrow()),
            }
        for query, result in found.items():
            check(model, result, long)
            print(f"{query}, {dimensions} dimensions, {missing:.0%} missing: {len(result)} subjects are right")
    spark.stop()


if __name__ == "__main__":
    main()
