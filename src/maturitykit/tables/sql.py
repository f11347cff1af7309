"""Formulas as SQL, which DuckDB and Spark plan far sooner than expressions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, ClassVar, cast as typed

import narwhals as nw

from maturitykit.definition.formula import Formula, as_digits, either
from maturitykit.tables.frame import DOTS, NUMBER, SPACES, Frame, Row, Selection, is_kept

_numbers = count()


def _new_name() -> str:
    """One that no other frame has."""
    return f"maturitykit_{next(_numbers)}"


class SQLFrame(Frame):
    """A table of an engine that speaks SQL: what is done to it are queries, one on top of the other."""

    is_lazy = True
    #: By which queries know it.
    name: str
    #: How the engine writes a type, a name, a failure and so on.
    kinds: ClassVar[Mapping[str, str]]
    quote: ClassVar[str]
    functions: ClassVar[Mapping[str, str]]
    #: Of some values the one at a place, counted from 0, and the place of one of them, counted from 1.
    listed: ClassVar[str]
    placed: ClassVar[str]
    #: A whole number without its last bits, and what is behind one that takes more than 32.
    shifted: ClassVar[str]
    long: ClassVar[str]
    random: ClassVar[str]

    @abstractmethod
    def _then(self, query: str, *others: SQLFrame) -> SQLFrame:
        """What a query comes to that speaks of this frame and some others by name."""

    @property
    def schema(self) -> Mapping[str, nw.dtypes.DType]:
        return typed("Mapping[str, nw.dtypes.DType]", nw.from_native(self.native()).collect_schema())

    def select(self, columns: Selection) -> SQLFrame:
        return self._then(f"SELECT {self._listed(columns)} FROM {self.name}")

    def sums(self, keys: Sequence[str], columns: Selection, different: Mapping[str, str] = {}) -> SQLFrame:
        assert not different, "counting these takes an engine of SQL as long as grouping by them"
        names = [self.written(key) for key in keys]
        sums = [f"{self.sum(self._term(term))} AS {self.written(name)}" for name, term in columns.items()]
        grouped = f" GROUP BY {', '.join(names)}" if names else ""
        return self._then(f"SELECT {', '.join([*names, *sums])} FROM {self.name}{grouped}")

    def where(self, condition: Formula) -> SQLFrame:
        # A filter that may be different each time stays where it is. Pushed down through all that it follows
        # from, it would hold each part as often as that is used, and that of each of these.
        stays = f"CASE WHEN {self.random} >= 0 THEN {self._term(condition)} ELSE FALSE END"
        return self._then(f"SELECT * FROM {self.name} WHERE {stays}")

    def look_up(self, keys: Sequence[str], name: str, rows: Sequence[Row]) -> SQLFrame:
        values = ", ".join(f"({', '.join(map(self._term, row))})" for row in rows)
        names = ", ".join(map(self.written, [*keys, name]))
        using = ", ".join(map(self.written, keys))
        return self._then(
            f"SELECT * FROM {self.name} LEFT JOIN (VALUES {values}) AS looked_up({names}) USING ({using})"
        )

    def distinct(self, keys: Sequence[str]) -> SQLFrame:
        return self._then(f"SELECT DISTINCT {', '.join(map(self.written, keys))} FROM {self.name}")

    def above(self, other: Frame) -> SQLFrame:
        assert isinstance(other, SQLFrame)
        query = f"SELECT * FROM {self.name} UNION ALL SELECT * FROM {other.name}"
        return self._then(query, other)

    def beside(self, other: Frame, keys: Sequence[str]) -> SQLFrame:
        assert isinstance(other, SQLFrame)
        using = f"LEFT JOIN {other.name} USING ({', '.join(map(self.written, keys))})"
        joined = using if keys else f"CROSS JOIN {other.name}"
        return self._then(f"SELECT * FROM {self.name} {joined}", other)

    @abstractmethod
    def sum(self, term: str) -> str:
        """The sum of a term over the rows of a group."""

    def _listed(self, columns: Selection) -> str:
        return ",\n".join(
            self.written(name) if is_kept(name, term) else f"{self._term(term)} AS {self.written(name)}"
            for name, term in columns.items()
        )

    @classmethod
    def written(cls, name: str) -> str:
        """The name of a column as SQL has it."""
        return cls.quote + name.replace(cls.quote, cls.quote * 2) + cls.quote

    @abstractmethod
    def _text(self, text: str) -> str:
        """A literal."""

    def _term(self, term: Any) -> str:
        if isinstance(term, str):
            return self._text(term)
        if not isinstance(term, Formula):
            return f"CAST({term!r} AS {self.kinds['real']})" if isinstance(term, float) else str(term)
        if write := _WRITTEN.get(term.op):
            return write(self, *term.args)
        if term.op == "either":
            return self._case(term)
        if term.op in ("and", "or", "+"):
            return self._chained(term)
        if term.op == "majority":
            return self._term(as_digits(term))
        return self.functions[term.op].format(*map(self._term, term.args))

    def _looked_up(
        self, text: Formula, keys: Sequence[str], values: Sequence[int], otherwise: int, missing: int
    ) -> str:
        """By the place of the text among all keys: many cases make a program that Java does not compile."""
        written = self._term(text)
        place = self.placed.format(", ".join(map(self._text, keys)), written)
        found = self.listed.format(", ".join(map(str, (otherwise, *values))), f"coalesce({place}, 0)")
        return found if missing == otherwise else f"CASE WHEN {written} IS NULL THEN {missing} ELSE {found} END"

    def _picked(self, place: Formula, values: Sequence[Any]) -> str:
        # Values of two types are each cast to the wider one, and that takes an engine long to find out.
        is_long = isinstance(values[-1], int) and max(value or 0 for value in values) >= 2**31
        written = ("NULL" if value is None else self._term(value) + self.long * is_long for value in values)
        return self.listed.format(", ".join(written), self._term(place))

    def _divided(self, number: Formula, divisor: int) -> str:
        bits = divisor.bit_length() - 1
        if divisor != 1 << bits:
            return self.functions["//"].format(self._term(number), divisor)
        return self.shifted.format(self._term(number), bits) if bits else self._term(number)

    def _left(self, number: Formula, divisor: int) -> str:
        """What a division leaves: by a power of two, the last bits of the number."""
        by = "%" if divisor & (divisor - 1) else "&"
        return f"({self._term(number)} {by} {divisor - (by == '&')})"

    def _rare(self, found: Formula, text: Formula, formula: Formula) -> str:
        # A case is worked out for those rows alone that it is about.
        return self._term(either(found > 0, found, formula))

    def _case(self, term: Formula) -> str:
        cases = []
        rest: Any = term
        while isinstance(rest, Formula) and rest.op == "either":
            cases.append(f"WHEN {self._term(rest.args[0])} THEN {self._term(rest.args[1])}")
            rest = rest.args[2]
        return f"CASE {' '.join(cases)} ELSE {self._term(rest)} END"

    def _chained(self, term: Formula) -> str:
        """A long sum or list of conditions in one pair of brackets, as deep ones take parsers long."""
        waiting, parts = [term], list[str]()
        while waiting:
            first, *others = waiting.pop().args
            for part in others:
                parts.append(self._term(part))
            if isinstance(first, Formula) and first.op == term.op:
                waiting.append(first)
            else:
                parts.append(self._term(first))
        return f"({f' {term.op.upper()} '.join(reversed(parts))})"


#: What is not written as a function of its parts.
_WRITTEN: Mapping[str, Callable[..., str]] = {
    "column": lambda frame, name: frame.written(name),
    "constant": SQLFrame._term,
    "nothing": lambda frame, kind: f"CAST(NULL AS {frame.kinds[kind]})",
    "cast": lambda frame, term, kind: f"CAST({frame._term(term)} AS {frame.kinds[kind]})",
    "least": lambda frame, *terms: f"least({', '.join(map(frame._term, terms))})",
    "greatest": lambda frame, *terms: f"greatest({', '.join(map(frame._term, terms))})",
    "look up": SQLFrame._looked_up,
    "pick": SQLFrame._picked,
    "rarely": SQLFrame._rare,
    "//": SQLFrame._divided,
    "%": SQLFrame._left,
}

_COMMON = {
    "-": "({} - {})",
    "*": "({} * {})",
    "/": "({} / {})",
    ">=": "({} >= {})",
    ">": "({} > {})",
    "==": "({} = {})",
    "not": "(NOT {})",
    "one": "CAST({} AS INT)",
    "is null": "({} IS NULL)",
    "is nan": "isnan({})",
    "root": "sqrt({})",
    "bits": "bit_count({} & {})",
}


class DuckDBFrame(SQLFrame):
    """A relation of DuckDB: all queries are steps of one text.

    Args:
        source: The relation that they start from.
        root: Its name.
        steps: The queries, each with its name.
    """

    quote = '"'
    random = "random()"
    listed = "([{}])[{} + 1]"
    placed = "list_position([{}], {})"
    shifted = "({} >> {})"
    long = ""
    kinds: ClassVar = {"small": "SMALLINT", "whole": "BIGINT", "real": "DOUBLE", "text": "VARCHAR"}
    functions: ClassVar = _COMMON | {
        "//": "({} // {})",
        "filled": "coalesce(CAST({} AS DOUBLE), 0)",
        "clean": f"regexp_replace(trim({{}}, '{SPACES}'), '{DOTS}', '..', 'g')",
        "is number": f"regexp_matches({{}}, '{NUMBER.replace('{', '{{').replace('}', '}}')}')",
        "number": "TRY_CAST({} AS DOUBLE)",
        "refuse": "CASE WHEN {} THEN CAST(error(concat({}, {})) AS INT) ELSE 0 END",
    }

    def __init__(self, source: Any, root: str = "", steps: tuple[tuple[str, str], ...] = ()) -> None:
        self._source = source
        self._root = root or _new_name()
        self._steps = steps
        self.name = steps[-1][0] if steps else self._root

    def _then(self, query: str, *others: SQLFrame) -> DuckDBFrame:
        known = {
            step: None for frame in (self, *others) if isinstance(frame, DuckDBFrame) for step in frame._steps
        }
        return DuckDBFrame(self._source, self._root, (*known, (_new_name(), query)))

    def native(self) -> Any:
        if not self._steps:
            return self._source
        steps = ",\n".join(f"{name} AS (\n{query}\n)" for name, query in self._steps)
        return self._source.query(self._root, f"WITH {steps}\nSELECT * FROM {self.name}")

    def _text(self, text: str) -> str:
        doubled = text.replace("'", "''")
        return f"'{doubled}'"

    def rows(self, most: int | None = None) -> list[Row]:
        relation = self.native()
        return typed("list[Row]", (relation if most is None else relation.limit(most)).fetchall())

    def sum(self, term: str) -> str:
        # A sum of whole numbers is wider than they are. One that no longer fits is found out by its count.
        return f"coalesce(TRY_CAST(sum({term}) AS BIGINT), 0)"

    def tall(self, selections: Sequence[Selection]) -> SQLFrame:
        rows = [
            "{" + ", ".join(f"{self.written(n)}: {self._term(t)}" for n, t in selection.items()) + "}"
            for selection in selections
        ]
        return self._then(f"SELECT unnest([{', '.join(rows)}], max_depth := 2) FROM {self.name}")


class SparkFrame(SQLFrame):
    """A data frame of Spark, on one machine or a cluster.

    Each query is made a frame at once: Spark takes thrice as long to look through one text of them all.
    """

    quote = "`"
    random = "rand()"
    listed = "get(array({}), {})"
    placed = "array_position(array({}), {})"
    shifted = "shiftright({}, {})"
    long = "L"
    kinds: ClassVar = {"small": "SMALLINT", "whole": "BIGINT", "real": "DOUBLE", "text": "STRING"}
    functions: ClassVar = _COMMON | {
        "//": "({} DIV {})",
        "filled": "coalesce(CAST({} AS DOUBLE), 0D)",
        "clean": f"regexp_replace(trim(BOTH '{SPACES}' FROM {{}}), r'{DOTS}', '..')",
        "is number": f"({{}} RLIKE r'{NUMBER.replace('{', '{{').replace('}', '}}')}')",
        "number": "TRY_CAST({} AS DOUBLE)",
        "refuse": "CASE WHEN {} THEN CAST(raise_error(concat({}, {})) AS INT) ELSE 0 END",
    }

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self.name = _new_name()

    def _then(self, query: str, *others: SQLFrame) -> SparkFrame:
        frames = [frame for frame in (self, *others) if isinstance(frame, SparkFrame)]
        session = self._frame.sparkSession
        for frame in frames:
            frame._frame.createOrReplaceTempView(frame.name)
        try:
            return SparkFrame(session.sql(query))
        finally:
            for frame in frames:
                session.catalog.dropTempView(frame.name)

    def native(self) -> Any:
        return self._frame

    def _text(self, text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"

    def rows(self, most: int | None = None) -> list[Row]:
        frame = self.native()
        return [tuple(row) for row in (frame if most is None else frame.limit(most)).collect()]

    def sum(self, term: str) -> str:
        return f"coalesce(try_sum({term}), 0)"

    def tall(self, selections: Sequence[Selection]) -> SQLFrame:
        rows = [
            "named_struct(" + ", ".join(f"{self._text(n)}, {self._term(t)}" for n, t in selection.items()) + ")"
            for selection in selections
        ]
        return self._then(f"SELECT inline(array({', '.join(rows)})) FROM {self.name}")
