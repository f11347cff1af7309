"""Formulas worked out for a single row, as plainly as they can be."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from maturitykit.definition.formula import Formula, Term, as_counts, constant

_PLAIN: Mapping[str, Callable[..., Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, ">=": operator.ge, ">": operator.gt, "==": operator.eq, "not": operator.not_,
    "and": lambda a, b: a and b, "or": lambda a, b: a or b, "one": int, "least": min, "greatest": max,
    "constant": lambda value: value, "nothing": lambda kind: None, "is null": lambda value: value is None,
    "either": lambda condition, then, otherwise: then if condition else otherwise,
    "bits": lambda number, mask: (number & mask).bit_count(), "pick": lambda index, values: values[int(index)],
    "cast": lambda value, kind: {"small": int, "whole": int, "real": float, "text": str}[kind](value),
    "rarely": lambda found, text, formula: found or formula,
}  # fmt: skip


def value(term: Any, row: Mapping[str, Any] = {}) -> Any:
    """What a term comes to in a row."""
    if not isinstance(term, Formula):
        return term
    if term.op == "column":
        return row[term.args[0]]
    if term.op == "majority":
        return value(as_counts(term), row)
    args = [value(arg, row) for arg in term.args]
    if term.op == "look up":
        text, keys, values, otherwise, missing = args
        return missing if text is None else dict(zip(keys, values, strict=True)).get(text, otherwise)
    if term.op == "refuse":
        condition, why, about = args
        if condition:
            raise ValueError(f"{why}{about}")
        return 0
    return _PLAIN[term.op](*args)


class Row:
    """A sheet of one row, on which everything is worked out at once."""

    def let(self, term: Term) -> Formula:
        return constant(value(term))

    def look_up(
        self, keys: Sequence[Formula], domains: Sequence[range], function: Callable[[tuple[Any, ...]], float]
    ) -> Formula:
        row = tuple(map(value, keys))
        assert all(at in domain for at, domain in zip(row, domains, strict=False))
        return constant(function(row))
