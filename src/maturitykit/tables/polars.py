"""Formulas as expressions of Polars, and tables that Polars scores."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from typing import Any, TypeAlias

import polars as pl

from maturitykit.assessment.keys import SMALL, key
from maturitykit.formula.algebra import Formula, Term, Wide, column, columns_of
from maturitykit.formula.order import Order
from maturitykit.formula.spelled import spelled_fold, spelled_median
from maturitykit.tables.frame import DOTS, NUMBER, SPACES, ColumnType, Frame, Row, Selection, is_unchanged

#: A function from a table of Polars to one of the caller's kind.
Restore: TypeAlias = Callable[[pl.DataFrame], Any]


class PolarsFrame(Frame):
    """A plan of Polars.

    Args:
        frame: The plan.
        restore: A function from the results to the caller's kind of table; None if the caller's table is lazy.
    """

    can_count_different = True
    can_normalise_keys = True

    def __init__(self, frame: pl.LazyFrame, restore: Restore | None = None) -> None:
        self._frame = frame
        self._restore = restore
        self.is_lazy = restore is None

    def _with(self, frame: pl.LazyFrame) -> PolarsFrame:
        return PolarsFrame(frame, self._restore)

    @property
    def schema(self) -> Mapping[str, ColumnType]:
        return {name: _column_type(kind) for name, kind in self._frame.collect_schema().items()}

    def select(self, columns: Selection) -> PolarsFrame:
        return self._with(self._frame.select(_expressions(columns)))

    def extend(self, kept: Sequence[str], new: Selection, *, only: bool) -> Frame:
        if only:
            return super().extend(kept, new, only=only)
        # The optimizer drops columns that are not needed anyway, and has fewer expressions to look at.
        return self._with(self._frame.with_columns(_expressions(new)))

    def sums(self, keys: Sequence[str], columns: Selection, different: Mapping[str, str] = {}) -> PolarsFrame:
        # Plain columns first: sums of expressions are planned and run more slowly.
        whole = {name: Formula("cast", (term, "whole")) for name, term in columns.items()}
        frame = self.select({**{name: column(name) for name in [*keys, *different.values()]}, **whole})._frame
        if not keys:
            return self._with(frame.select(pl.all().sum()))
        if different:
            # Counting hashes of 64 bits takes a third of the time of counting texts.
            frame = frame.with_columns(pl.col(list(different.values())).hash())
        sums = [pl.col(name).sum() for name in columns]
        counts = [pl.col(old).n_unique().alias(new) for new, old in different.items()]
        if len(keys) > 1 and _can_be_hashed(frame, keys):
            # All keys of a group are equal, so the greatest is any of them.
            same = (pl.col(key).max() for key in keys)
            frame = (
                frame.with_columns(_hash(keys).alias(HASH)).group_by(HASH).agg(*same, *sums, *counts).drop(HASH)
            )
            return self._with(frame)
        return self._with(frame.group_by(*keys).agg(*sums, *counts))

    def filter(self, condition: Formula) -> PolarsFrame:
        return self._with(self._frame.filter(expression(condition)))

    def look_up(self, keys: Sequence[str], name: str, rows: Sequence[Row]) -> PolarsFrame:
        schema = self._frame.collect_schema()
        *profiles, values = zip(*rows, strict=True)
        columns = {key: pl.Series(column).cast(schema[key]) for key, column in zip(keys, profiles, strict=True)}
        # A stage must stay a whole number.
        kind = pl.Float64 if any(isinstance(value, float) for value in values) else pl.Int64
        table = pl.LazyFrame({**columns, name: pl.Series(values, dtype=kind)})
        return self._with(self._frame.join(table, on=list(keys), how="left"))

    def distinct(self, keys: Sequence[str]) -> PolarsFrame:
        return self._with(self._frame.select(*keys).unique())

    def replace_texts(self, name: str, spellings: Mapping[str, str | None]) -> PolarsFrame:
        new = pl.Series(spellings.values(), dtype=pl.String)
        replaced = pl.col(name).cast(pl.String).replace(pl.Series(spellings.keys()), new)
        return self._with(self._frame.with_columns(replaced))

    def normalise_keys(self, names: Sequence[str]) -> PolarsFrame:
        schema = self._frame.collect_schema()
        texts = {name: Formula("cast", (column(name), "text")) for name in names if schema[name] != pl.Null}
        keys = {name: Formula("key", (text,)) for name, text in texts.items()}
        return self._with(self._frame.with_columns(_expressions(keys)))

    def rows(self, most: int | None = None) -> list[Row]:
        return _collect(self._frame if most is None else self._frame.head(most)).rows()

    def concat(self, other: Frame) -> PolarsFrame:
        assert isinstance(other, PolarsFrame)
        return self._with(pl.concat([self._frame, other._frame]))

    def unpivot(self, selections: Sequence[Selection]) -> PolarsFrame:
        return self._with(pl.concat([self.select(selection)._frame for selection in selections]))

    def join(self, other: Frame, keys: Sequence[str]) -> PolarsFrame:
        assert isinstance(other, PolarsFrame)
        if not keys:
            return self._with(self._frame.join(other._frame, how="cross"))
        return self._with(self._frame.join(other._frame, on=list(keys), how="left", nulls_equal=True))

    def native(self) -> Any:
        return self._frame if self._restore is None else self._restore(_collect(self._frame))

    def collect(self) -> PolarsFrame:
        return self if self.is_lazy else self._with(_collect(self._frame).lazy())


#: A key of ASCII characters that needs no normalising.
_PLAIN = r"^[!-~]+(?: [!-~]+)*$"


def _keys(texts: pl.Series) -> pl.Series:
    """Return normalised keys, and null for those that are empty."""
    odd = texts.filter(~texts.str.contains(_PLAIN)).unique()
    if odd.is_empty():
        return texts
    return texts.replace(odd, pl.Series([key(text) or None for text in odd], dtype=pl.String))


def _collect(frame: pl.LazyFrame) -> pl.DataFrame:
    return frame.collect(engine="streaming")


def _column_type(kind: pl.DataType) -> ColumnType:
    if isinstance(kind, (pl.String, pl.Categorical, pl.Enum, pl.Null)):
        return ColumnType(str(kind), "text")
    if kind.is_float():
        return ColumnType(str(kind), "float")
    return ColumnType(str(kind), "number" if kind.is_numeric() else "other")


#: Most terms that are joined by binary operators, which is quicker; more make an expression too deep.
MOST_NESTED = 50

#: Name of the column that stands for several keys.
HASH = "~hash"


def _can_be_hashed(frame: pl.LazyFrame, keys: Sequence[str]) -> bool:
    """Tell whether equal keys have equal hashes, and max() returns one of them unchanged."""
    schema = frame.select(keys).collect_schema()
    plain = (pl.String, pl.Boolean, pl.Date, pl.Datetime)
    return all(isinstance(kind, plain) or kind.is_integer() for kind in schema.values())


def _hash(keys: Sequence[str]) -> pl.Expr:
    """Return 128 bits that stand for several keys: grouping by them takes half the time."""

    def half(seed: int) -> pl.Expr:
        parts = (pl.col(key).hash(seed + i) for i, key in enumerate(keys))
        return reduce(operator.add, parts).cast(pl.Int128)

    return half(1) * pl.lit(2**62, pl.Int128) + half(1001)


# ---- formulas

_KINDS: Mapping[str, Any] = {
    "small": pl.Int16,
    "whole": pl.Int64,
    "real": pl.Float64,
    "text": pl.String,
    "truth": pl.Boolean,
}


def _expressions(columns: Selection) -> list[Any]:
    return [name if is_unchanged(name, term) else expression(term).alias(name) for name, term in columns.items()]


def expression(term: Term) -> pl.Expr:
    """Return a term as an expression."""
    if isinstance(term, Formula):
        return _write(term)
    if isinstance(term, int) and not isinstance(term, bool):
        is_small = abs(term) < 2**15 and not isinstance(term, Wide)
        return _literal(term, _KINDS["small" if is_small else "whole"])
    return _literal(term)


def _write(formula: Formula) -> pl.Expr:
    operation, args = formula.op, formula.args
    if operation in _OPERATORS:
        return _OPERATORS[operation](*map(_operand, args))
    return _WRITERS[operation](*args)


def _operand(term: Any) -> pl.Expr:
    if isinstance(term, Formula):
        return _write(term)
    return _literal(term, _KINDS["whole"] if isinstance(term, Wide) else None)


# Equal expressions are created once: they are immutable, and creating one takes a while.


@lru_cache(1000)
def _column(name: str) -> pl.Expr:
    return pl.col(name)


@lru_cache(1000, typed=True)
def _literal(value: Any, kind: Any = None) -> pl.Expr:
    return pl.lit(value, kind)


@lru_cache(100)
def _type(kind: Any) -> Any:
    # Polars is slow to parse a type, but not an expression of a type.
    return kind().to_dtype_expr()


@lru_cache(1000)
def _enum(values: tuple[str, ...]) -> pl.Enum:
    return pl.Enum(values)


@lru_cache(1000)
def _list(values: tuple[Any, ...], kind: Any) -> pl.Expr:
    return pl.lit(pl.Series(values, dtype=kind))


def _cast(operand: pl.Expr, kind: str) -> pl.Expr:
    # Small numbers fit by construction, so that nothing has to be checked.
    return operand.cast(_type(_KINDS[kind]), wrap_numerical=kind == "small")


def _remainder(number: Formula, divisor: int) -> pl.Expr:
    # The remainder by a power of two is the last bits, which are quicker to compute.
    if divisor & (divisor - 1):
        return _write(number) % divisor
    return _write(number) & expression(divisor - 1)


def _look_up(text: Formula, keys: tuple[str, ...], values: Sequence[int], otherwise: int, missing: int) -> pl.Expr:
    operand = _write(text)
    key_index = _cast(operand.cast(_enum(keys), strict=False).to_physical(), "small")
    index = (key_index + 2).fill_null(_cast(operand.is_null(), "small"))
    return _value_at(index, [otherwise, missing, *values], text)


def _gather(index: Formula, values: Sequence[Any]) -> pl.Expr:
    return _value_at(_write(index), values, index)


def _value_at(index: pl.Expr, values: Sequence[Any], formula: Formula) -> pl.Expr:
    listed = _values(values)
    # Without a column the value is the same in all rows, so that it is a scalar.
    return listed.gather(index) if any(columns_of(formula)) else listed.get(index)


def _values(values: Sequence[Any]) -> pl.Expr:
    numbers = [value for value in values if isinstance(value, (int, float))]
    if not numbers:
        return _list(tuple(values), pl.String)
    if any(isinstance(number, float) for number in numbers):
        return _list(tuple(values), pl.Float64)
    return _list(tuple(values), _number_type(numbers))


def _number_type(numbers: Iterable[float]) -> Any:
    """Return the type of a column of some whole numbers; small ones are quicker to work with."""
    return pl.Int16 if max(map(abs, numbers)) < 2**15 else pl.Int64


def _fallback(number: Formula, text: Formula, formula: Formula) -> pl.Expr:
    """Compute the fallback only for batches in which some row needs it."""
    (name,) = text.args

    def read(batch: Sequence[pl.Series]) -> pl.Series:
        numbers, texts = batch
        if len(numbers) == 0 or numbers.min() > 0:  # type: ignore[operator]
            return numbers
        frame = pl.DataFrame({"~number": numbers, name: texts})
        is_read, kept = pl.col("~number") > 0, pl.col("~number")
        filled = pl.when(is_read).then(kept).otherwise(_write(formula)).cast(numbers.dtype)
        return frame.select(filled.alias(numbers.name)).to_series()

    return _in_batches([number, text], read, _number_type(list(_looked_up(formula))))


def _looked_up(term: Any) -> Iterator[int]:
    """Yield the numbers that are looked up anywhere in a formula."""
    if isinstance(term, Formula) and term.op == "look_up":
        _, _, values, *others = term.args
        yield from (*values, *others)
    elif isinstance(term, (Formula, tuple)):
        for part in term.args if isinstance(term, Formula) else term:
            yield from _looked_up(part)


def _refuse(condition: Formula, why: str, value: Formula) -> pl.Expr:
    """Return 0, or fail with a message of ours, for which Polars has no operation."""
    names = sorted(set(columns_of(value)))

    def check(batch: Sequence[pl.Series]) -> pl.Series:
        is_bad = batch[0]
        if is_bad.any():
            frame = pl.DataFrame([each.alias(name) for name, each in zip(["", *names], batch, strict=True)])
            raise ValueError(why + str(frame.filter(is_bad).select(expression(value)).item(0, 0)))
        return pl.zeros(len(is_bad), dtype=pl.Int16, eager=True)

    return _in_batches([condition, *map(column, names)], check, pl.Int16)


def _in_batches(
    formulas: Sequence[Formula], function: Callable[[Sequence[pl.Series]], pl.Series], kind: Any
) -> pl.Expr:
    """Return a number for each row, computed by a function of a batch of rows."""
    operands = [_write(formula) for formula in formulas]
    return pl.map_batches(operands, function, return_dtype=kind, is_elementwise=True)


def _case(conditions: Sequence[Formula], values: Sequence[Any], otherwise: Any) -> pl.Expr:
    result: Any = pl
    for condition, value in zip(conditions, values, strict=True):
        result = result.when(_write(condition)).then(expression(value))
    return result.otherwise(expression(otherwise))  # type: ignore[no-any-return]


def _sum(*terms: Any) -> pl.Expr:
    """Return a sum; of many terms as one operation, as deep expressions are slow."""
    if len(terms) > MOST_NESTED:
        return pl.sum_horizontal(*map(expression, terms))
    return reduce(operator.add, map(_operand, terms))


def _all(*conditions: Any) -> pl.Expr:
    if len(conditions) > MOST_NESTED:
        return pl.all_horizontal(*map(_write, conditions))
    return reduce(operator.and_, map(_write, conditions))


def _any(*conditions: Any) -> pl.Expr:
    if len(conditions) > MOST_NESTED:
        return pl.any_horizontal(*map(_write, conditions))
    return reduce(operator.or_, map(_write, conditions))


def _weighted_median(order: Order, positions: Formula, weights: Formula, whole: Term, is_whole: bool) -> pl.Expr:
    formula = Formula("weighted_median", (order, positions, weights, whole, is_whole))
    return expression(spelled_median(formula, has_bits=True))


def _count_reached(term: Formula, bounds: Sequence[float], inclusive: bool) -> pl.Expr:
    if not bounds:
        return expression(0)
    operand = _write(term)
    return _sum_of(operand >= bound if inclusive else operand > bound for bound in bounds)


def _sum_of(conditions: Iterable[pl.Expr]) -> pl.Expr:
    counted = [_cast(condition, "small") for condition in conditions]
    return reduce(operator.add, counted) if len(counted) <= MOST_NESTED else pl.sum_horizontal(*counted)


_OPERATORS: Mapping[str, Callable[..., pl.Expr]] = {
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
    "not": operator.invert,
    "is_null": lambda a: a.is_null(),
    "is_nan": lambda a: a.is_nan(),
    "root": lambda a: a.sqrt(),
}

_WRITERS: Mapping[str, Callable[..., pl.Expr]] = {
    "column": _column,
    "constant": expression,
    "null": lambda kind: _literal(None, _KINDS[kind]),
    "cast": lambda term, kind: _cast(expression(term), kind),
    "as_int": lambda condition: _cast(_write(condition), "small"),
    "%": _remainder,
    "bits": lambda number, mask: (_write(number) & expression(mask)).bitwise_count_ones(),
    "+": _sum,
    "and": _all,
    "or": _any,
    "floor": lambda term: _cast(_write(term), "small"),
    "count_reached": _count_reached,
    "weighted_median": _weighted_median,
    "fold": lambda *args: _write(spelled_fold(Formula("fold", args))),
    "case": _case,
    "least": lambda *terms: pl.min_horizontal(*map(expression, terms)),
    "greatest": lambda *terms: pl.max_horizontal(*map(expression, terms)),
    "gather": _gather,
    "look_up": _look_up,
    "fallback": _fallback,
    "refuse": _refuse,
    "filled_single": lambda term: _write(term).cast(pl.String).cast(pl.Float64).fill_null(0.0),
    "filled": lambda term: _write(term).cast(pl.Float64).fill_null(0.0),
    "clean": lambda term: _write(term).str.strip_chars(SPACES).str.replace_all(DOTS, ".."),
    "is_plain": lambda term: _write(term).str.contains(_PLAIN),
    "near": lambda term: reduce(
        lambda text, pattern: text.str.replace_all(pattern, "${1}"), SMALL, _write(term).str.to_lowercase()
    ),
    "is_number": lambda term: _write(term).str.contains(NUMBER),
    "number": lambda term: _write(term).cast(pl.Float64),
    "key": lambda term: _write(term).map_batches(_keys, return_dtype=pl.String, is_elementwise=True),
}
