"""Shared parts of formulas, which are computed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from maturitykit.formula.algebra import Formula

#: Operations that cost nothing to repeat.
TRIVIAL = ("column", "constant", "each", "null", "ones")
#: Operations that some engines replace by simpler ones, in which the operands occur many times.
EXPANDED = ("weighted_median", "fold", "gather", "count_reached")


def references(terms: Sequence[Any]) -> Iterator[Formula]:
    """Yield each formula once for every reference to it from another formula or from the terms."""
    seen: set[int] = set()
    waiting: list[Any] = list(terms)
    while waiting:
        term = waiting.pop()
        if isinstance(term, Formula):
            yield term
            if id(term) not in seen:
                seen.add(id(term))
                waiting.extend(term.args)
                if term.op in EXPANDED:
                    yield from _operands(term.args)
        elif _holds_formulas(term):
            waiting.extend(term)


def _operands(args: Sequence[Any]) -> Iterator[Formula]:
    for arg in args:
        if isinstance(arg, Formula):
            yield from _operands(arg.args) if arg.op == "vector" else (arg,)


def uses_of(terms: Sequence[Any]) -> Counter[int]:
    """Return the number of uses of each formula, by its `id()`."""
    return Counter(map(id, references(terms)))


def bind_shared(terms: Sequence[Any], let: Callable[[Formula], Formula]) -> list[Any]:
    """Replace whatever is used more than once, or is a call, by a column, and return the new formulas.

    Args:
        terms: Formulas, and plain values, which stay as they are.
        let: A function that makes a column of a formula, and returns the column.
    """
    uses = uses_of(terms)
    known: dict[int, Any] = {}

    def rewritten(term: Any) -> Any:
        if _holds_formulas(term):
            return tuple(map(rewritten, term))
        if not isinstance(term, Formula) or term.op in TRIVIAL:
            return term
        if id(term) not in known:
            new = Formula(term.op, tuple(map(rewritten, term.args)))
            is_column = term.op == "call" or (uses[id(term)] > 1 and term.op != "vector")
            known[id(term)] = let(new) if is_column else new
        return known[id(term)]

    return [rewritten(term) for term in terms]


def _holds_formulas(term: Any) -> bool:
    return isinstance(term, tuple) and any(isinstance(part, (Formula, tuple)) for part in term)
