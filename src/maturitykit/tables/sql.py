"""Formulas as SQL: one text for DuckDB and Spark, as these plan it far sooner than expressions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, ClassVar, cast as typed

import narwhals as nw

from maturitykit.definition.formula import Formula, as_cases, as_digits, either
from maturitykit.tables.frame import DOTS, NUMBER, SPACES, Frame, Row, Selection

_names = count()


class SQLFrame(Frame):
    """A table of an engine that speaks SQL: what is done to it is one query, written step by step."""

    is_lazy = True
    #: How the engine writes a type, a name, a failure and so on.
    kinds: ClassVar[Mapping[str, str]]
    quote: ClassVar[str]
    functions: ClassVar[Mapping[str, str]]
    #: Of some values the one at a place, counted from 0.
    listed: ClassVar[str]
    random: ClassVar[str]

    def __init__(self, source: Any, steps: tuple[tuple[str, str], ...] = (), name: str = "") -> None:
        self._source = source
        self._steps = steps
        #: By which the query knows the source, and the last step.
        self._root = name or f"maturitykit_{next(_names)}"
        self._last = steps[-1][0] if steps else self._root

    def _then(self, query: str, *, others: tuple[tuple[str, str], ...] = ()) -> SQLFrame:
        known = dict(self._steps)
        new = tuple(step for step in others if step[0] not in known)
        return type(self)(self._source, (*self._steps, *new, (f"step_{next(_names)}", query)), self._root)

    @property
    def text(self) -> str:
        """The query."""
        steps = ",\n".join(f"{name} AS (\n{query}\n)" for name, query in self._steps)
        return f"WITH {steps}\nSELECT * FROM {self._last}"

    @property
    def schema(self) -> Mapping[str, nw.dtypes.DType]:
        return typed("Mapping[str, nw.dtypes.DType]", nw.from_native(self.native()).collect_schema())

    def select(self, columns: Selection) -> SQLFrame:
        return self._then(f"SELECT {self._listed(columns)} FROM {self._last}")

    def sums(self, keys: Sequence[str], columns: Selection, different: Mapping[str, str] = {}) -> SQLFrame:
        assert not different, "counting these takes an engine of SQL as long as grouping by them"
        names = [self._name(key) for key in keys]
        sums = [f"{self.sum(self._term(term))} AS {self._name(name)}" for name, term in columns.items()]
        grouped = f" GROUP BY {', '.join(names)}" if names else ""
        return self._then(f"SELECT {', '.join([*names, *sums])} FROM {self._last}{grouped}")

    def where(self, condition: Formula) -> SQLFrame:
        # A filter that may be different each time stays where it is. Pushed down through all that it follows
        # from, it would hold each part as often as that is used, and that of each of these.
        stays = f"CASE WHEN {self.random} >= 0 THEN {self._term(condition)} ELSE FALSE END"
        return self._then(f"SELECT * FROM {self._last} WHERE {stays}")

    def look_up(self, keys: Sequence[str], name: str, rows: Sequence[Row]) -> SQLFrame:
        values = ", ".join(f"({', '.join(map(self._term, row))})" for row in rows)
        names = ", ".join(map(self._name, [*keys, name]))
        using = ", ".join(map(self._name, keys))
        return self._then(
            f"SELECT * FROM {self._last} LEFT JOIN (VALUES {values}) AS looked_up({names}) USING ({using})"
        )

    def distinct(self, keys: Sequence[str]) -> SQLFrame:
        return self._then(f"SELECT DISTINCT {', '.join(map(self._name, keys))} FROM {self._last}")

    def above(self, other: Frame) -> SQLFrame:
        assert isinstance(other, SQLFrame)
        query = f"SELECT * FROM {self._last} UNION ALL SELECT * FROM {other._last}"
        return self._then(query, others=other._steps)

    def beside(self, other: Frame, keys: Sequence[str]) -> SQLFrame:
        assert isinstance(other, SQLFrame)
        using = f"LEFT JOIN {other._last} USING ({', '.join(map(self._name, keys))})"
        joined = using if keys else f"CROSS JOIN {other._last}"
        return self._then(f"SELECT * FROM {self._last} {joined}", others=other._steps)

    @abstractmethod
    def sum(self, term: str) -> str:
        """The sum of a term over the rows of a group."""

    def _listed(self, columns: Selection) -> str:
        return ",\n".join(f"{self._term(term)} AS {self._name(name)}" for name, term in columns.items())

    def _name(self, name: str) -> str:
        return self.quote + name.replace(self.quote, self.quote * 2) + self.quote

    @abstractmethod
    def _text(self, text: str) -> str:
        """A literal."""

    def _term(self, term: Any) -> str:
        if isinstance(term, str):
            return self._text(term)
        if not isinstance(term, Formula):
            return f"CAST({term!r} AS {self.kinds['real']})" if isinstance(term, float) else str(term)
        if term.op == "column":
            return self._name(*term.args)
        if term.op == "constant":
            return self._term(term.args[0])
        if term.op == "nothing":
            return f"CAST(NULL AS {self.kinds[term.args[0]]})"
        if term.op == "cast":
            return f"CAST({self._term(term.args[0])} AS {self.kinds[term.args[1]]})"
        if term.op == "either":
            return self._case(term)
        if term.op in ("look up", "majority"):
            return self._term(as_cases(term) if term.op == "look up" else as_digits(term))
        if term.op == "pick":
            place, values = term.args
            return self.listed.format(
                ", ".join("NULL" if v is None else self._term(v) for v in values), self._term(place)
            )
        if term.op == "rarely":
            # A case is worked out for those rows alone that it is about.
            found, _, formula = term.args
            return self._term(either(found > 0, found, formula))
        if term.op in ("and", "or", "+"):
            return self._chained(term)
        if term.op in ("least", "greatest"):
            return f"{term.op}({', '.join(map(self._term, term.args))})"
        return self.functions[term.op].format(*map(self._term, term.args))

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


_COMMON = {
    "-": "({} - {})",
    "*": "({} * {})",
    "/": "({} / {})",
    "%": "({} % {})",
    ">=": "({} >= {})",
    ">": "({} > {})",
    "==": "({} = {})",
    "not": "(NOT {})",
    "one": "CAST({} AS INT)",
    "is null": "({} IS NULL)",
    "root": "sqrt({})",
    "bits": "bit_count({} & {})",
}


class DuckDBFrame(SQLFrame):
    """A relation of DuckDB."""

    quote = '"'
    random = "random()"
    listed = "([{}])[{} + 1]"
    kinds: ClassVar = {"small": "SMALLINT", "whole": "BIGINT", "real": "DOUBLE", "text": "VARCHAR"}
    functions: ClassVar = _COMMON | {
        "//": "({} // {})",
        "filled": "coalesce(CAST({} AS DOUBLE), 0)",
        "clean": f"regexp_replace(trim({{}}, '{SPACES}'), '{DOTS}', '..', 'g')",
        "is number": f"regexp_matches({{}}, '{NUMBER.replace('{', '{{').replace('}', '}}')}')",
        "number": "TRY_CAST({} AS DOUBLE)",
        "refuse": "CASE WHEN {} THEN CAST(error(concat({}, {})) AS INT) ELSE 0 END",
    }

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
            "{" + ", ".join(f"{self._name(n)}: {self._term(t)}" for n, t in selection.items()) + "}"
            for selection in selections
        ]
        return self._then(f"SELECT unnest([{', '.join(rows)}], max_depth := 2) FROM {self._last}")

    def native(self) -> Any:
        return self._source.query(self._root, self.text) if self._steps else self._source


class SparkFrame(SQLFrame):
    """A data frame of Spark, on one machine or a cluster."""

    quote = "`"
    random = "rand()"
    listed = "get(array({}), {})"
    kinds: ClassVar = {"small": "SMALLINT", "whole": "BIGINT", "real": "DOUBLE", "text": "STRING"}
    functions: ClassVar = _COMMON | {
        "//": "({} DIV {})",
        "filled": "coalesce(CAST({} AS DOUBLE), 0D)",
        "clean": f"regexp_replace(trim(BOTH '{SPACES}' FROM {{}}), r'{DOTS}', '..')",
        "is number": f"({{}} RLIKE r'{NUMBER.replace('{', '{{').replace('}', '}}')}')",
        "number": "TRY_CAST({} AS DOUBLE)",
        "refuse": "CASE WHEN {} THEN CAST(raise_error(concat({}, {})) AS INT) ELSE 0 END",
    }

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
            "named_struct(" + ", ".join(f"'{name}', {self._term(term)}" for name, term in selection.items()) + ")"
            for selection in selections
        ]
        return self._then(f"SELECT inline(array({', '.join(rows)})) FROM {self._last}")

    def native(self) -> Any:
        if not self._steps:
            return self._source
        self._source.createOrReplaceTempView(self._root)
        try:
            return self._source.sparkSession.sql(self.text)
        finally:
            self._source.sparkSession.catalog.dropTempView(self._root)
