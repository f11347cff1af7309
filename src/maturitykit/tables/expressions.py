"""Formulas as expressions of data frames: narwhals, and Polars without a layer between."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, reduce
from importlib import import_module
from typing import Any, cast as typed

import narwhals as nw

from maturitykit.definition.formula import (
    Formula,
    Term,
    as_cases,
    as_counts,
    as_digits,
    as_remainders,
    column,
    columns_of,
)
from maturitykit.tables.frame import DOTS, NUMBER, SPACES, Frame, Refused, Row, Selection, is_kept


class ExpressionFrame(Frame):
    """A table of an engine that narwhals drives: Polars, pandas, PyArrow and more."""

    def __init__(self, frame: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> None:
        self._frame = frame
        self.is_lazy = isinstance(frame, nw.LazyFrame)
        self._is_polars = frame.implementation.is_polars()
        self.can_skip = self.can_count_different = self._is_polars

    @property
    def schema(self) -> Mapping[str, nw.dtypes.DType]:
        return self._frame.collect_schema()

    def select(self, columns: Selection) -> ExpressionFrame:
        if not self.is_lazy:
            self._check(columns.values())
        expressions = self._expressions(columns)
        if self._is_polars:
            return ExpressionFrame(nw.from_native(self._frame.to_native().select(expressions)))
        return ExpressionFrame(self._frame.select(expressions))

    def extended(self, kept: Sequence[str], new: Selection, *, only: bool) -> Frame:
        if only or not (self._is_polars and self.is_lazy):
            return super().extended(kept, new, only=only)
        # What is not needed is left out all the same, and an optimizer has fewer columns to look at.
        return ExpressionFrame(nw.from_native(self._frame.to_native().with_columns(self._expressions(new))))

    def sums(self, keys: Sequence[str], columns: Selection, different: Mapping[str, str] = {}) -> ExpressionFrame:
        # Composite aggregations fail on some engines: first the columns, then their sums.
        whole = {name: Formula("cast", (term, "whole")) for name, term in columns.items()}
        as_is = {name: column(name) for name in [*keys, *different.values()]}
        frame = self.select({**as_is, **whole})._frame
        if not keys:
            return ExpressionFrame(frame.select(nw.all().sum()))
        if different:
            # Of 64 bits of hashes the different ones are counted in a third of the time that texts take.
            hashes = import_module("polars").col(list(different.values())).hash()
            frame = nw.from_native(frame.to_native().with_columns(hashes))
        with warnings.catch_warnings():
            # How pandas puts many sums together is not for its user to mend.
            warnings.filterwarnings("ignore", message="DataFrame is highly fragmented")
            sums = [nw.col(name).sum() for name in columns]
            counts = [nw.col(old).n_unique().alias(new) for new, old in different.items()]
            if len(keys) > 1 and self._is_polars and _are_plain(frame, keys):
                same = (nw.col(key).max() for key in keys)
                return ExpressionFrame(_hashed(frame, keys).agg(*same, *sums, *counts).drop(HASH))
            return ExpressionFrame(frame.group_by(*keys).agg(*sums, *counts))

    def where(self, condition: Formula) -> ExpressionFrame:
        return ExpressionFrame(self._frame.filter(_Writer(nw, refuses=False).expression(condition)))

    def look_up(self, keys: Sequence[str], name: str, rows: Sequence[Row]) -> ExpressionFrame:
        columns = dict(zip([*keys, name], map(list, zip(*rows, strict=True)), strict=True))
        schema = self.schema
        table = nw.from_dict(columns, backend=self._eager())
        typed_keys = [nw.col(key).cast(schema[key]) for key in keys]
        table = table.select(*typed_keys, nw.col(name))
        other = table.lazy(self._frame.implementation) if self.is_lazy else table
        return ExpressionFrame(self._frame.join(typed("Any", other), on=list(keys), how="left"))

    def distinct(self, keys: Sequence[str]) -> ExpressionFrame:
        return ExpressionFrame(self._frame.select(*keys).unique())

    def rows(self, most: int | None = None) -> list[Row]:
        found = self._frame if most is None else self._frame.head(most)
        return (found.collect() if isinstance(found, nw.LazyFrame) else found).rows()

    def above(self, other: Frame) -> ExpressionFrame:
        assert isinstance(other, ExpressionFrame)
        return ExpressionFrame(typed("Any", nw.concat(typed("Any", [self._frame, other._frame]))))

    def tall(self, selections: Sequence[Selection]) -> ExpressionFrame:
        parts = [self.select(selection)._frame for selection in selections]
        return ExpressionFrame(typed("Any", nw.concat(typed("Any", parts), how="vertical")))

    def beside(self, other: Frame, keys: Sequence[str]) -> ExpressionFrame:
        assert isinstance(other, ExpressionFrame)
        if not keys:
            return ExpressionFrame(self._frame.join(typed("Any", other._frame), how="cross"))
        return ExpressionFrame(self._frame.join(typed("Any", other._frame), on=list(keys), how="left"))

    def native(self) -> Any:
        # Frames of pandas that were put together repeat the numbers of their rows.
        return nw.maybe_reset_index(self._frame).to_native()

    def planned(self) -> ExpressionFrame:
        if isinstance(self._frame, nw.DataFrame) and self._is_polars:
            return ExpressionFrame(self._frame.lazy())
        return self

    def computed(self) -> ExpressionFrame:
        if isinstance(self._frame, nw.DataFrame):
            return self
        return ExpressionFrame(self._frame.collect("polars", engine="streaming"))

    def _expressions(self, columns: Selection) -> list[Any]:
        # Polars has the same expressions as narwhals. Without a layer between, planning takes a third of the time.
        writer = _Writer(import_module("polars") if self._is_polars else nw, refuses=self.is_lazy)
        return [
            name if is_kept(name, term) else writer.expression(term).alias(name) for name, term in columns.items()
        ]

    def _eager(self) -> Any:
        implementation = self._frame.implementation
        return implementation if not self.is_lazy or implementation.is_polars() else "pandas"

    def _check(self, terms: Iterable[Term]) -> None:
        """See that nothing is refused, where an engine works at once; a lazy one stops when it is run."""
        for condition, why, value in (formula.args for formula in _refusals(terms)):
            first = self.where(condition)._frame.head(1)
            if len(first):  # type: ignore[arg-type]
                raise Refused(why + str(ExpressionFrame(first).select({"value": value}).rows()[0][0]))


#: A column that stands for several keys.
HASH = "~hash"


def _are_plain(frame: Any, keys: Sequence[str]) -> bool:
    """Whether of values with the same hash, which are equal, the greatest is any of them."""
    schema = frame.collect_schema()
    plain = (nw.String, nw.Boolean, nw.Date, nw.Datetime)
    return all(isinstance(schema[key], plain) or schema[key].is_integer() for key in keys)


def _hashed(frame: Any, keys: Sequence[str]) -> Any:
    """A frame of Polars, grouped by 128 bits that stand for several keys, in half the time that these take."""
    pl = import_module("polars")

    def half(seed: int) -> Any:
        parts = (pl.col(key).hash(seed + i) for i, key in enumerate(keys))
        return reduce(operator.add, parts).cast(pl.Int128)

    native = frame.to_native().with_columns((half(1) * pl.lit(2**62, pl.Int128) + half(1001)).alias(HASH))
    return nw.from_native(native).group_by(HASH)


def _refusals(terms: Iterable[Term]) -> Iterable[Formula]:
    waiting: list[Any] = list(terms)
    while waiting:
        term = waiting.pop()
        if isinstance(term, Formula):
            if term.op == "refuse":
                yield term
            waiting.extend(term.args)


@lru_cache(1000)
def _column(module: Any, name: str) -> Any:
    return module.col(name)


@lru_cache(1000, typed=True)
def _literal(module: Any, value: Any, kind: Any = None) -> Any:
    return module.lit(value, kind)


@lru_cache(1000)
def _type(kind: Any) -> Any:
    # Polars takes a while to see what a type is, but not to see what an expression is.
    return kind().to_dtype_expr() if hasattr(kind, "to_dtype_expr") else kind


@lru_cache(1000)
def _enum(module: Any, values: tuple[str, ...]) -> Any:
    return module.Enum(values)


@lru_cache(1000)
def _list(module: Any, values: tuple[Any, ...], of: str, kind: Any) -> Any:
    # By type as well, as 1 and 1.0 are equal but not alike.
    return module.lit(module.Series(values, dtype=kind))


class _Writer:
    """Writes terms as expressions of narwhals, or of Polars: one is made after the other.

    Args:
        module: The module whose expressions they are.
        refuses: Whether what is to be refused has to make the engine fail; else that was seen to before.
    """

    def __init__(self, module: Any, *, refuses: bool) -> None:
        self._module = module
        self._refuses = refuses
        self._is_polars = module is not nw
        self._kinds = {
            "small": module.Int16, "whole": module.Int64, "real": module.Float64, "text": module.String
        }  # fmt: skip

    def expression(self, term: Any) -> Any:
        """A term as an expression."""
        if isinstance(term, Formula):
            return self._write(term)
        if isinstance(term, int) and not isinstance(term, bool):
            # Engines that guess the type of a number may guess twice, and differently.
            return _literal(self._module, term, self._kinds["small" if abs(term) < 2**15 else "whole"])
        return _literal(self._module, term)

    def _write(self, formula: Formula) -> Any:
        operation, args = formula.op, formula.args
        if operation == "%" and self._is_polars:
            # By a power of two it is its last bits, which are quicker to have.
            number, divisor = self._write(args[0]), args[1]
            return number % divisor if divisor & (divisor - 1) else number & self.expression(divisor - 1)
        if operation in _OPERATORS:
            return _OPERATORS[operation](*map(self._operand, args))
        if operation == "column":
            return _column(self._module, *args)
        if operation == "bits":
            if not self._is_polars:
                return self._write(as_remainders(formula))
            return (self._write(args[0]) & self.expression(args[1])).bitwise_count_ones()
        if operation == "majority":
            return self._write(as_digits(formula) if self._is_polars else as_counts(formula))
        if operation == "nothing":
            return _literal(self._module, None, self._kinds[args[0]])
        if operation == "cast":
            return self._cast(self.expression(args[0]), args[1])
        if operation == "either":
            return self._when(formula)
        if operation in ("look up", "pick"):
            return self._listed(formula)
        if operation == "rarely":
            return self._rarely(*args)
        if operation == "refuse":
            return self._fail(*args) if self._refuses else self.expression(0)
        return self._call(operation, *map(self.expression, args))

    def _operand(self, term: Any) -> Any:
        if isinstance(term, Formula):
            return self._write(term)
        return _literal(self._module, term) if self._is_polars else term

    def _cast(self, operand: Any, kind: str) -> Any:
        if self._is_polars:
            # What is to be a small number is one, and need not be seen to be.
            return operand.cast(_type(self._kinds[kind]), wrap_numerical=kind == "small")
        return operand.cast(self._kinds[kind])

    def _listed(self, formula: Formula) -> Any:
        """What Polars has an operation for; others go case by case, unless numbers are picked at once."""
        # What is the same in all rows has to be spread over them, which picking does not.
        if not any(columns_of(formula)):
            return self._write(as_cases(formula))
        operand = self._write(formula.args[0])
        if not self._is_polars:
            is_numbers = formula.op == "pick" and isinstance(formula.args[1][-1], int)
            if is_numbers and not self._refuses:
                return self._taken(operand, formula.args[1])
            return self._write(as_cases(formula))
        if formula.op == "pick":
            return self._series(formula.args[1]).gather(operand)
        _, keys, values, otherwise, missing = formula.args
        place = self._cast(operand.cast(_enum(self._module, keys), strict=False).to_physical(), "small")
        other = self._call("one", operand.is_null())
        return self._series([otherwise, missing, *values]).gather((place + 2).fill_null(other))

    def _taken(self, places: Any, values: Sequence[int]) -> Any:
        """Numbers by their place, where an engine works at once."""
        array = import_module("numpy").array(values, dtype="int64")
        return places.map_batches(lambda batch: array[batch.to_numpy()], return_dtype=self._kinds["whole"])

    def _series(self, values: Sequence[Any]) -> Any:
        kind = self._kinds["small"] if isinstance(values[-1], int) and max(values) < 2**15 else None
        return _list(self._module, tuple(values), type(values[-1]).__name__, kind)

    def _rarely(self, found: Formula, text: Formula, formula: Formula) -> Any:
        """What a batch in which all is found can be spared."""
        (name,) = text.args

        def read(batch: Sequence[Any]) -> Any:
            numbers, texts = batch
            if len(numbers) == 0 or numbers.min() > 0:
                return numbers
            frame = self._module.DataFrame([numbers.alias("found"), texts.alias(name)])
            rest = self._module.when(self._module.col("found") > 0).then(self._module.col("found"))
            every = rest.otherwise(self._write(formula)).cast(self._kinds["small"])
            return frame.select(every.alias(numbers.name)).to_series()

        return self._in_batches([found, text], read)

    def _in_batches(self, formulas: Sequence[Formula], function: Callable[[Sequence[Any]], Any]) -> Any:
        """Polars alone: a small number for each row, by a function of some columns that is called for a batch."""
        operands = [self._write(formula) for formula in formulas]
        return self._module.map_batches(operands, function, return_dtype=self._kinds["small"], is_elementwise=True)

    def _call(self, operation: str, first: Any, *others: Any) -> Any:
        if operation == "constant":
            return first
        if operation == "one":
            return self._cast(first, "small")
        if operation in ("least", "greatest"):
            choose = self._module.min_horizontal if operation == "least" else self._module.max_horizontal
            return choose(first, *others)
        if operation == "filled":
            return first.cast(self._kinds["real"]).fill_null(0.0)
        if operation == "clean":
            return first.str.strip_chars(SPACES).str.replace_all(DOTS, "..")
        if operation == "is number":
            return first.str.contains(NUMBER)
        assert operation == "number", operation
        return first.cast(self._kinds["real"])

    def _when(self, formula: Formula) -> Any:
        cases = []
        rest: Any = formula
        while isinstance(rest, Formula) and rest.op == "either":
            cases.append(rest.args[:2])
            rest = rest.args[2]
        result = self._module
        for condition, then in cases:
            result = result.when(self._write(condition)).then(self.expression(then))
        return result.otherwise(self.expression(rest))

    def _fail(self, condition: Formula, why: str, value: Formula) -> Any:
        lit, text = self._module.lit, self._kinds["text"]
        if self._is_polars:
            zeros, frame, names = self._module.zeros, self._module.DataFrame, sorted(set(columns_of(value)))

            def see(batch: Sequence[Any]) -> Any:
                is_bad = batch[0]
                if is_bad.any():
                    here = frame([each.alias(name) for name, each in zip(["", *names], batch, strict=True)])
                    raise Refused(why + str(here.filter(is_bad).select(self.expression(value)).item(0, 0)))
                return zeros(len(is_bad), dtype=self._kinds["small"], eager=True)

            return self._in_batches([condition, *map(column, names)], see)
        # Expressions have no operation that fails, but engines fail to read a text as a number.
        refused = self._module.when(self._write(condition)).then(self.expression(value)).otherwise(lit(None, text))
        return self._module.concat_str(lit(why), refused).cast(self._kinds["whole"]).fill_null(0)


_OPERATORS: dict[str, Any] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    # Not all engines have a remainder.
    "%": lambda a, b: a - a // b * b,
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
    "and": operator.and_,
    "or": operator.or_,
    "not": operator.invert,
    "is null": lambda a: a.is_null(),
    "is nan": lambda a: a.is_nan(),
    "root": lambda a: a.sqrt(),
}
