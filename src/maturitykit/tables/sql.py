"""Formulas as SQL of Spark, which plans SQL much faster than expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import count
from typing import Any

from maturitykit.assessment.keys import INVISIBLE, SMALL, WHITE_SPACE
from maturitykit.formula.algebra import Formula, Wide, if_else
from maturitykit.formula.spelled import spelled_fold, spelled_median
from maturitykit.tables.frame import DOTS, NUMBER, SPACES, ColumnType, Frame, Row, Selection, is_unchanged

_numbers = count()


class SparkFrame(Frame):
    """A data frame of Spark, on one machine or a cluster.

    Each query becomes a data frame at once, as Spark takes three times as long to analyse one text of all queries.
    """

    is_lazy = True

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self._name = f"maturitykit_{next(_numbers)}"

    @property
    def schema(self) -> Mapping[str, ColumnType]:
        return {field.name: _column_type(field.dataType) for field in self._frame.schema.fields}

    def select(self, columns: Selection) -> SparkFrame:
        return self._query(f"SELECT {_listed(columns)} FROM {self._name}")

    def sums(self, keys: Sequence[str], columns: Selection, different: Mapping[str, str] = {}) -> SparkFrame:
        assert not different, "Spark counts different values no faster than it groups by them"
        names = list(map(_name, keys))
        sums = [f"coalesce(try_sum({_term(term)}), 0) AS {_name(name)}" for name, term in columns.items()]
        grouped = f" GROUP BY {', '.join(names)}" if names else ""
        return self._query(f"SELECT {', '.join([*names, *sums])} FROM {self._name}{grouped}")

    def filter(self, condition: Formula) -> SparkFrame:
        # A filter that is not deterministic is not pushed down: Spark would replace each column in it by its
        # definition, again and again, so that its size would grow exponentially.
        not_pushed_down = f"CASE WHEN rand() >= 0 THEN {_term(condition)} ELSE FALSE END"
        return self._query(f"SELECT * FROM {self._name} WHERE {not_pushed_down}")

    def look_up(self, keys: Sequence[str], name: str, rows: Sequence[Row]) -> SparkFrame:
        values = ", ".join(f"({', '.join(map(_term, row))})" for row in rows)
        names = ", ".join(map(_name, [*keys, name]))
        using = ", ".join(map(_name, keys))
        return self._query(
            f"SELECT * FROM {self._name} LEFT JOIN (VALUES {values}) AS looked_up({names}) USING ({using})"
        )

    def distinct(self, keys: Sequence[str]) -> SparkFrame:
        return self._query(f"SELECT DISTINCT {', '.join(map(_name, keys))} FROM {self._name}")

    def rows(self, most: int | None = None) -> list[Row]:
        return list(map(tuple, (self._frame if most is None else self._frame.limit(most)).collect()))

    def concat(self, other: Frame) -> SparkFrame:
        assert isinstance(other, SparkFrame)
        return self._query(f"SELECT * FROM {self._name} UNION ALL SELECT * FROM {other._name}", other)

    def unpivot(self, selections: Sequence[Selection]) -> SparkFrame:
        rows = [
            "named_struct(" + ", ".join(f"{_text(name)}, {_term(term)}" for name, term in selection.items()) + ")"
            for selection in selections
        ]
        return self._query(f"SELECT inline(array({', '.join(rows)})) FROM {self._name}")

    def join(self, other: Frame, keys: Sequence[str]) -> SparkFrame:
        assert isinstance(other, SparkFrame)
        # Keys without a value are equal.
        same = (f"{self._name}.{_name(key)} <=> {other._name}.{_name(key)}" for key in keys)
        joined = f"LEFT JOIN {other._name} ON {' AND '.join(same)}" if keys else f"CROSS JOIN {other._name}"
        new = (f"{other._name}.{_name(name)}" for name in other.schema if name not in keys)
        return self._query(f"SELECT {', '.join([f'{self._name}.*', *new])} FROM {self._name} {joined}", other)

    def native(self) -> Any:
        return self._frame

    def _query(self, query: str, *others: SparkFrame) -> SparkFrame:
        """Return the result of a query on this frame and some others."""
        session = self._frame.sparkSession
        for frame in (self, *others):
            frame._frame.createOrReplaceTempView(frame._name)
        try:
            return SparkFrame(session.sql(query))
        finally:
            for frame in (self, *others):
                session.catalog.dropTempView(frame._name)


def _column_type(kind: Any) -> ColumnType:
    from pyspark.sql import types

    if isinstance(kind, (types.StringType, types.VarcharType, types.CharType, types.NullType)):
        return ColumnType(kind.simpleString(), "text")
    if isinstance(kind, (types.FloatType, types.DoubleType)):
        return ColumnType(kind.simpleString(), "float")
    return ColumnType(kind.simpleString(), "number" if isinstance(kind, types.NumericType) else "other")


# ---- formulas

_KINDS = {"small": "SMALLINT", "whole": "BIGINT", "real": "DOUBLE", "text": "STRING", "truth": "BOOLEAN"}


def _name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _listed(columns: Selection) -> str:
    return ",\n".join(
        _name(name) if is_unchanged(name, term) else f"{_term(term)} AS {_name(name)}"
        for name, term in columns.items()
    )


def _term(term: Any) -> str:
    if isinstance(term, str):
        return _text(term)
    if not isinstance(term, Formula):
        if isinstance(term, Wide):
            return f"{term}L"
        return f"CAST({term!r} AS DOUBLE)" if isinstance(term, float) else str(term)
    if write := _WRITERS.get(term.op):
        return write(*term.args)
    return _FUNCTIONS[term.op].format(*map(_term, term.args))


def _look_up(text: Formula, keys: Sequence[str], values: Sequence[int], otherwise: int, missing: int) -> str:
    # An array is searched for the text, as many cases make a program that is too large for Java to compile.
    written = _term(text)
    index = f"coalesce(array_position(array({', '.join(map(_text, keys))}), {written}), 0)"
    value = f"get(array({', '.join(map(str, (otherwise, *values)))}), {index})"
    return value if missing == otherwise else f"CASE WHEN {written} IS NULL THEN {missing} ELSE {value} END"


def _gather(index: Formula, values: Sequence[Any]) -> str:
    # Spark is slow to find the common type of values of two types.
    numbers = [value for value in values if isinstance(value, (int, float))]
    if any(isinstance(number, float) for number in numbers):
        values = [None if value is None else float(value) for value in values]
    long = "L" if numbers and isinstance(values[-1], int) and max(numbers) >= 2**31 else ""
    written = ("NULL" if value is None else _term(value) + long for value in values)
    return f"get(array({', '.join(written)}), {_term(index)})"


def _divide(number: Formula, divisor: int) -> str:
    bits = divisor.bit_length() - 1
    if divisor != 1 << bits:
        return f"({_term(number)} DIV {divisor})"
    return f"shiftright({_term(number)}, {bits})" if bits else _term(number)


def _remainder(number: Formula, divisor: int) -> str:
    # The remainder by a power of two is the last bits of the number.
    if divisor & (divisor - 1):
        return f"({_term(number)} % {divisor})"
    return f"({_term(number)} & {divisor - 1})"


def _case(conditions: Sequence[Formula], values: Sequence[Any], otherwise: Any) -> str:
    cases = (f"WHEN {_term(c)} THEN {_term(v)}" for c, v in zip(conditions, values, strict=True))
    return f"CASE {' '.join(cases)} ELSE {_term(otherwise)} END"


def _count_reached(term: Formula, bounds: Sequence[float], inclusive: bool) -> str:
    written = _term(term)
    reached = (f"CAST({written} {'>=' if inclusive else '>'} {_term(float(bound))} AS INT)" for bound in bounds)
    return f"({' + '.join(reached) or '0'})"


def _is_plain(term: Formula) -> str:
    """Write the condition that a key is ASCII and needs no normalising."""
    # A regular expression takes twice as long.
    text = _term(term)
    inside = ("  ", *(space for space in SPACES if space < " "))
    tests = [
        f"octet_length({text}) = length({text})",
        # No white space, nor anything before it, comes first.
        f"{text} >= '!'",
        f"NOT endswith({text}, ' ')",
        *(f"NOT contains({text}, {_text(space)})" for space in inside),
    ]
    return f"({' AND '.join(tests)})"


def _join(op: str) -> Callable[..., str]:
    return lambda *terms: f"({f' {op} '.join(map(_term, terms))})"


#: Operations that are not written as a function of their arguments.
_WRITERS: Mapping[str, Callable[..., str]] = {
    "column": _name,
    "constant": _term,
    "null": lambda kind: f"CAST(NULL AS {_KINDS[kind]})",
    "cast": lambda term, kind: f"CAST({_term(term)} AS {_KINDS[kind]})",
    "least": lambda *terms: f"least({', '.join(map(_term, terms))})",
    "greatest": lambda *terms: f"greatest({', '.join(map(_term, terms))})",
    "look_up": _look_up,
    "gather": _gather,
    # Spark evaluates a case only for the rows that need it.
    "fallback": lambda number, text, formula: _term(if_else(number > 0, number, formula)),
    "weighted_median": lambda *args: _term(spelled_median(Formula("weighted_median", args), has_bits=True)),
    "fold": lambda *args: _term(spelled_fold(Formula("fold", args))),
    "count_reached": _count_reached,
    "is_plain": _is_plain,
    # Without composing, which Spark cannot do, and ids need not.
    "key": lambda term: (
        f"trim(regexp_replace(regexp_replace({_term(term)}, '[{INVISIBLE}]', ''), '[{WHITE_SPACE}]+', ' '))"
    ),
    "near": lambda term: reduce(
        lambda text, pattern: f'regexp_replace({text}, r"{pattern}", "$1")', SMALL, f"lower({_term(term)})"
    ),
    "floor": lambda term: f"CAST({_term(term)} AS INT)",
    "case": _case,
    "//": _divide,
    "%": _remainder,
    "and": _join("AND"),
    "or": _join("OR"),
    "+": _join("+"),
}

_FUNCTIONS = {
    "-": "({} - {})",
    "*": "({} * {})",
    "/": "({} / {})",
    ">=": "({} >= {})",
    ">": "({} > {})",
    "==": "({} = {})",
    "not": "(NOT {})",
    "as_int": "CAST({} AS INT)",
    "is_null": "({} IS NULL)",
    "is_nan": "isnan({})",
    "root": "sqrt({})",
    "bits": "bit_count({} & {})",
    "filled_single": "coalesce(CAST(CAST({} AS STRING) AS DOUBLE), 0D)",
    "filled": "coalesce(CAST({} AS DOUBLE), 0D)",
    "clean": f"regexp_replace(trim(BOTH '{SPACES}' FROM {{}}), r'{DOTS}', '..')",
    "is_number": f"({{}} RLIKE r'{NUMBER.replace('{', '{{').replace('}', '}}')}')",
    "number": "TRY_CAST({} AS DOUBLE)",
    "refuse": "CASE WHEN {} THEN CAST(raise_error(concat({}, {})) AS INT) ELSE 0 END",
}
