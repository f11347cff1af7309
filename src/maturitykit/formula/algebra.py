"""Formulas: arithmetic on numbers, conditions and texts, written once for everything that runs it.

A formula is a tree of operations. A *vector* has one value for each child of a dimension (or for each respondent,
or link). Operations on vectors work element by element; `total`, `every`, `least` and the like make one value of
them. A vector is either listed, element by element, or *symbolic*: known by its name, and a list when the formula
is run, however long that is. Writers turn formulas into Python (`maturitykit.formula.python`), expressions of
Polars, SQL and spreadsheets.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any, TypeAlias, TypeVar, cast as typed

from maturitykit.formula.order import TOLERANCE, Order

F = TypeVar("F", bound=Callable[..., Any])


class Formula:
    """An operation on numbers, conditions, texts, or vectors of them.

    Operators build larger ones: arithmetic, ``>=`` and ``>``, and ``&``, ``|``, ``~`` on conditions.

    Args:
        op: Name of the operation.
        args: Its operands: formulas and plain values.
    """

    __slots__ = ("_is_symbolic", "args", "op")

    def __init__(self, op: str, args: tuple[Any, ...]) -> None:
        self.op = op
        self.args = args
        #: True for a symbolic vector.
        self._is_symbolic: bool = op in ("each", "ones") or (
            op not in _REDUCTIONS and any(isinstance(arg, Formula) and arg._is_symbolic for arg in args)
        )

    def __repr__(self) -> str:
        return f"{self.op}{self.args}"

    def __add__(self, other: Term) -> Formula:
        return _operation("+", self, other)

    def __radd__(self, other: float) -> Formula:
        return _operation("+", other, self)

    def __sub__(self, other: Term) -> Formula:
        return _operation("-", self, other)

    def __rsub__(self, other: float) -> Formula:
        return _operation("-", other, self)

    def __mul__(self, other: Term) -> Formula:
        return _operation("*", self, other)

    def __rmul__(self, other: float) -> Formula:
        return _operation("*", other, self)

    def __truediv__(self, other: Term) -> Formula:
        return _operation("/", self, other)

    def __floordiv__(self, other: int) -> Formula:
        return _operation("//", self, other)

    def __mod__(self, other: int) -> Formula:
        return _operation("%", self, other)

    def __ge__(self, other: Term) -> Formula:
        return _operation(">=", self, other)

    def __gt__(self, other: Term) -> Formula:
        return _operation(">", self, other)

    def __and__(self, other: Condition) -> Condition:
        return all_of(self, other)

    def __rand__(self, other: Condition) -> Condition:
        return all_of(other, self)

    def __or__(self, other: Condition) -> Condition:
        return any_of(self, other)

    def __ror__(self, other: Condition) -> Condition:
        return any_of(other, self)

    def __invert__(self) -> Formula:
        negated = negate(self)
        assert isinstance(negated, Formula)
        return negated

    def equals(self, other: Term) -> Formula:
        """Return the condition that both are equal."""
        return _operation("==", self, other)


#: A number or a text, or a formula for one.
Term: TypeAlias = "Formula | float | str"
#: A formula that is true or false; a plain truth value holds everywhere.
Condition: TypeAlias = "Formula | bool"


class Wide(int):
    """A whole number that engines compute with in 64 bits, as sums of it would overflow a smaller column."""


#: Operations that make one value of a symbolic vector.
_REDUCTIONS = frozenset(
    ("sum", "fsum", "every", "some", "least", "greatest", "fold", "weighted_median", "call", "element")
)

#: Prefix that marks our own refusals in an engine's errors.
REFUSED = "maturitykit: "


# ---- vectors


def each(name: str) -> Formula:
    """Return the symbolic vector of this name."""
    return Formula("each", (name,))


def ones(count: Term) -> Formula:
    """Return the symbolic vector of as many ones as `count`, which stands for equal weights."""
    return Formula("ones", (count,))


def vector(terms: Iterable[Any]) -> Formula:
    """Return a vector of these elements."""
    return Formula("vector", tuple(terms))


def elements(terms: Term | bool) -> tuple[Any, ...] | None:
    """Return the elements of a listed vector; None for everything else."""
    return terms.args if isinstance(terms, Formula) and terms.op == "vector" else None


def element(terms: Formula, index: int) -> Any:
    """Return one element of a vector."""
    listed = elements(terms)
    return Formula("element", (terms, index)) if listed is None else listed[index]


def elementwise(operation: F) -> F:
    """Let an operation on single values work on listed vectors, element by element."""

    @wraps(operation)
    def on_vectors(*args: Any) -> Any:
        lists = [elements(arg) for arg in args]
        length = next((len(listed) for listed in lists if listed is not None), None)
        if length is None or any(isinstance(arg, Formula) and arg._is_symbolic for arg in args):
            return operation(*args)
        spread = [(arg,) * length if listed is None else listed for arg, listed in zip(args, lists, strict=True)]
        return vector(operation(*single) for single in zip(*spread, strict=True))

    return typed("F", on_vectors)


@elementwise
def _operation(op: str, *args: Any) -> Formula:
    if op in _ARITHMETIC and not any(isinstance(arg, Formula) for arg in args):
        return constant(_ARITHMETIC[op](*args))
    if op == "*" and isinstance(args[1], Formula) and args[1].op == "ones":
        return _formula(args[0])
    return Formula(op, args)


#: Operations that are done at once on plain numbers.
_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv
}  # fmt: skip


# ---- single values


def column(name: str) -> Formula:
    """Return the column, or the input, of this name."""
    return Formula("column", (name,))


def constant(value: float | str) -> Formula:
    """Return a value as a formula."""
    return Formula("constant", (value,))


def null(kind: str) -> Formula:
    """Return a missing value of this kind: ``"text"``, ``"real"`` or ``"truth"``."""
    return Formula("null", (kind,))


def refuse(condition: Condition, why: str, value: Formula) -> Formula:
    """Return 0 where the condition is false; where it is true, the engine fails with this message and value."""
    return Formula("refuse", (condition, REFUSED + why, value)) if isinstance(condition, Formula) else constant(0)


def cast(term: Formula, kind: str) -> Formula:
    """Return a term as another kind: ``"small"`` or ``"whole"`` numbers, ``"real"`` ones, ``"text"``."""
    return _operation("cast", term, kind)


@elementwise
def negate(condition: Condition) -> Condition:
    """Return the condition that holds where this one does not."""
    if not isinstance(condition, Formula):
        return not condition
    negated = condition.args[0] if condition.op == "not" else Formula("not", (condition,))
    assert isinstance(negated, Formula)
    return negated


@elementwise
def all_of(*conditions: Condition) -> Condition:
    """Return the condition that all of these hold; true if there are none."""
    return _joined("and", conditions, True)


@elementwise
def any_of(*conditions: Condition) -> Condition:
    """Return the condition that one of these holds; false if there are none."""
    return _joined("or", conditions, False)


def _joined(op: str, conditions: Sequence[Condition], neutral: bool) -> Condition:
    undecided = [c for c in conditions if c is not neutral]
    if any(not isinstance(c, Formula) for c in undecided):
        return not neutral
    if len(undecided) < 2:
        return undecided[0] if undecided else neutral
    return Formula(op, tuple(undecided))


def choose(where: Condition, a: Condition, b: Condition) -> Condition:
    """Return the condition that ``a`` holds where ``where`` does, and ``b`` elsewhere."""
    return any_of(all_of(where, a), all_of(negate(where), b))


@elementwise
def if_else(condition: Condition, then: Term, otherwise: Term) -> Formula:
    """Return one term where the condition holds, the other elsewhere."""
    if not isinstance(condition, Formula):
        return _formula(then if condition else otherwise)
    if isinstance(then, Formula) and then.op == "ones" and otherwise == 0:
        return Formula("as_int", (condition,))
    if any(isinstance(term, Formula) and term._is_symbolic for term in (condition, then, otherwise)):
        return Formula("if_else", (condition, then, otherwise))
    return Formula("case", ((condition,), (then,), otherwise))


def first(cases: Iterable[tuple[Condition, Term]], otherwise: Term) -> Formula:
    """Return the value of the first condition that holds."""
    conditions: list[Condition] = []
    values: list[Term] = []
    for condition, value in cases:
        if condition is False:
            continue
        if condition is True:
            otherwise = value
            break
        conditions.append(condition)
        values.append(value)
    if not conditions:
        return _formula(otherwise)
    return Formula("case", (tuple(conditions), tuple(values), otherwise))


@elementwise
def as_int(condition: Condition) -> Formula | int:
    """Return 1 where a condition holds, 0 elsewhere."""
    return Formula("as_int", (condition,)) if isinstance(condition, Formula) else int(condition)


def bits_of(number: Formula, mask: int) -> Formula:
    """Return the number of bits of a mask that are set in a whole number."""
    return Formula("bits", (number, mask))


def look_up(text: Formula, values: Mapping[str, int], otherwise: int, missing: int | None = None) -> Formula:
    """Return the number that belongs to a text.

    Args:
        text: A column of texts.
        values: The number for each text.
        otherwise: The number for any other text.
        missing: The number where there is no text; by default `otherwise`.
    """
    missing = otherwise if missing is None else missing
    return Formula("look_up", (text, tuple(values), tuple(values.values()), otherwise, missing))


def fallback(number: Formula, text: Formula, formula: Formula) -> Formula:
    """Return a number that most rows have; where it is 0, compute it by a slower formula.

    Args:
        number: A whole number, not negative.
        text: A column of texts.
        formula: The slower formula, which reads that column alone.
    """
    return Formula("fallback", (number, text, formula))


@elementwise
def gather(index: Formula, values: Any) -> Formula:
    """Return the value at an index, counted from 0.

    Args:
        index: The index, which the sequence must have.
        values: A sequence; with a vector of indexes, also a vector of sequences.
    """
    return Formula("gather", (index, values))


@elementwise
def floor(term: Formula) -> Formula:
    """Return the whole part of a number that is not negative."""
    return Formula("floor", (term,))


@elementwise
def count_reached(term: Formula, bounds: Any, inclusive: bool) -> Formula:
    """Return how many of some rising bounds a number is above or, if they are inclusive, equal to."""
    return Formula("count_reached", (term, bounds, inclusive))


# ---- from many values to one


def total(terms: Term | Iterable[Term]) -> Formula:
    """Return the sum of whole numbers; 0 if there are none."""
    reduced: Formula = _reduced("sum", terms, _sum)
    return reduced


def real_total(terms: Term | Iterable[Term]) -> Formula:
    """Return the sum of real numbers, which Python rounds only once, so that their order makes no difference."""
    reduced: Formula = _reduced("fsum", terms, _sum)
    return reduced


def every(conditions: Condition) -> Condition:
    """Return the condition that all elements of a vector hold."""
    holds: Condition = _reduced("every", conditions, lambda listed: all_of(*listed))
    return holds


def some(conditions: Condition) -> Condition:
    """Return the condition that an element of a vector holds."""
    holds: Condition = _reduced("some", conditions, lambda listed: any_of(*listed))
    return holds


def least(*terms: Term) -> Formula:
    """Return the least of these, or of the elements of one vector."""
    return _extreme("least", terms)


def greatest(*terms: Term) -> Formula:
    """Return the greatest of these, or of the elements of one vector."""
    return _extreme("greatest", terms)


def count(conditions: Iterable[Condition]) -> Formula:
    """Return the number of conditions that hold."""
    return total([as_int(condition) for condition in conditions])


def meet(order: Order, terms: Formula) -> Formula:
    """Return the meet of the stages in a vector; on a chain, the lowest position."""
    return least(terms) if order.is_chain else _fold(order, "meet", terms)


def join(order: Order, terms: Formula) -> Formula:
    """Return the join of the stages in a vector; on a chain, the highest position."""
    return greatest(terms) if order.is_chain else _fold(order, "join", terms)


def weighted_median(order: Order, positions: Formula, weights: Any, whole: Term, is_whole: bool = True) -> Formula:
    """Return the join of the stages that more than half of a weight is at or above; on a chain, of the positions.

    Args:
        order: The order of the stages.
        positions: A vector; those that do not count are at the lowest stage.
        weights: A vector of whole numbers.
        whole: The total weight of the positions that count.
        is_whole: Whether no position lies between two stages.
    """
    return Formula("weighted_median", (order, positions, weights, whole, is_whole))


def upper_median(order: Order, positions: Formula, weights: Any, whole: Term) -> Formula:
    """Return the meet of the stages that more than half of a weight is at or below: the median upside down.

    Positions that do not count are at the *highest* stage.
    """
    return order.top - weighted_median(order.dual, order.top - positions, weights, whole)


def call(
    function: Callable[..., float], positions: Formula, takes_part: Condition, weights: Any, is_whole: bool
) -> Formula:
    """Return the value of a Python function at the positions of the children that take part.

    Args:
        function: A function of the sequences of positions, of truth values (or True) and of weights; its ``tops``
            are the highest stages that the positions can be at.
        positions: A vector.
        takes_part: A vector of conditions, or True.
        weights: A vector of whole numbers.
        is_whole: Whether no position lies between two stages.
    """
    return Formula("call", (function, positions, takes_part, weights, is_whole))


def _reduced(op: str, terms: Any, listed: Callable[[list[Any]], Any]) -> Any:
    if isinstance(terms, Formula):
        if terms.op == "ones":
            return _formula(terms.args[0])
        if terms._is_symbolic:
            return Formula(op, (terms,))
        terms = terms.args if terms.op == "vector" else (terms,)
    elif isinstance(terms, bool):
        return terms
    return listed(list(terms))


def _sum(terms: Sequence[Term]) -> Formula:
    varying: list[Term] = []
    fixed: Any = 0
    for term in terms:
        plain = term.args[0] if isinstance(term, Formula) and term.op == "constant" else term
        if isinstance(plain, Formula):
            varying.append(plain)
        else:
            fixed += plain
    if fixed or not varying:
        varying.append(fixed)
    return Formula("+", tuple(varying)) if len(varying) > 1 else _formula(varying[0])


def _extreme(op: str, terms: Sequence[Term]) -> Formula:
    if len(terms) == 1:
        (only,) = terms
        listed = elements(only)
        if listed is None:
            return Formula(op, (only,)) if isinstance(only, Formula) and only._is_symbolic else _formula(only)
        terms = listed
    return Formula(op, tuple(terms)) if len(terms) > 1 else _formula(terms[0])


def _fold(order: Order, which: str, terms: Formula) -> Formula:
    listed = elements(terms)
    if listed is not None and len(listed) == 1:
        return _formula(listed[0])
    return Formula("fold", (order, which, terms))


def _formula(term: Term) -> Formula:
    return term if isinstance(term, Formula) else constant(term)


# ---- positions on an order


@elementwise
def at_least(order: Order, position: Formula, stage: int, is_whole: bool = True) -> Condition:
    """Return the condition that a position is at or above a stage."""
    if stage == 0:
        return True
    if order.is_chain:
        if not is_whole and order.edges:
            return position >= order.edges[stage - 1]
        return (position if is_whole else position + TOLERANCE) >= stage
    return gather(position, tuple(int(stage in below) for below in order.below)) > 0


def stage_of(order: Order, position: Formula, is_whole: bool) -> Formula:
    """Return the number of the stage that a position reaches, never by rounding up."""
    if is_whole or not order.is_chain:
        return position
    return count_reached(position, order.edges, True) if order.edges else floor(position + TOLERANCE)


def highest(order: Order, held: Sequence[Condition]) -> Formula:
    """Return the join of the stages whose conditions hold; each condition implies those of all stages below it."""
    if order.is_chain:
        return count(held[1:])
    return join(order, vector(if_else(condition, stage, 0) for stage, condition in enumerate(held)))


def held_within(order: Order, low: Formula, likely: Formula, high: Formula) -> Formula:
    """Return a likely position between its bounds: the join of low with the meet of likely and high."""
    return join(order, vector((low, meet(order, vector((likely, high))))))


def columns_of(terms: object) -> Iterator[str]:
    """Yield the names of the columns in formulas and in nested tuples and lists of them."""
    waiting: list[object] = [terms]
    while waiting:
        term = waiting.pop()
        if isinstance(term, Formula):
            if term.op == "column":
                yield term.args[0]
            elif term.op in ("look_up", "gather", "count_reached"):
                # The other arguments are long sequences of plain values.
                waiting.append(term.args[0])
            else:
                waiting.extend(term.args)
        elif isinstance(term, (tuple, list)):
            waiting.extend(term)
