"""Formulas: arithmetic on whole columns, written once for every engine that holds a table.

A formula is a tree of operations. Those that a rule needs are few; `maturitykit.tables` renders
them as expressions of data frames and as SQL.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from attrs import frozen

from maturitykit.definition.scale import TOLERANCE, Scale

if TYPE_CHECKING:
    from maturitykit.definition.dimension import Dimension


@frozen(order=False, repr=False)
class Formula:
    """An operation on columns, numbers and texts, row by row.

    Operators build larger ones: arithmetic, ``>=`` and ``>``, and ``&``, ``|``, ``~`` on
    conditions. Two formulas are equal if they are built alike.
    """

    op: str
    args: tuple[Any, ...]

    def __repr__(self) -> str:
        return f"{self.op}{self.args}"

    def __add__(self, other: Term) -> Formula:
        return Formula("+", (self, other))

    def __radd__(self, other: float) -> Formula:
        return Formula("+", (other, self))

    def __sub__(self, other: Term) -> Formula:
        return Formula("-", (self, other))

    def __rsub__(self, other: float) -> Formula:
        return Formula("-", (other, self))

    def __mul__(self, other: Term) -> Formula:
        return Formula("*", (self, other))

    def __rmul__(self, other: float) -> Formula:
        return Formula("*", (other, self))

    def __truediv__(self, other: Term) -> Formula:
        return Formula("/", (self, other))

    def __floordiv__(self, other: int) -> Formula:
        return Formula("//", (self, other))

    def __mod__(self, other: int) -> Formula:
        return Formula("%", (self, other))

    def __ge__(self, other: Term) -> Formula:
        return Formula(">=", (self, other))

    def __gt__(self, other: Term) -> Formula:
        return Formula(">", (self, other))

    def __and__(self, other: Condition) -> Condition:
        return all_of(self, other)

    def __rand__(self, other: Condition) -> Condition:
        return all_of(other, self)

    def __or__(self, other: Condition) -> Condition:
        return any_of(self, other)

    def __ror__(self, other: Condition) -> Condition:
        return any_of(other, self)

    def __invert__(self) -> Formula:
        return self.args[0] if self.op == "not" else Formula("not", (self,))

    def equals(self, other: Term) -> Formula:
        """Whether both are the same in a row."""
        return Formula("==", (self, other))

    def is_null(self) -> Formula:
        """Whether a row has no value."""
        return Formula("is null", (self,))


#: What stands for a number or a text in each row.
Term: TypeAlias = "Formula | float | str"
#: What is true or false in each row; a plain truth value holds for all rows.
Condition: TypeAlias = "Formula | bool"


#: By what one knows in the words of an engine what was refused, and not a failure of its own.
REFUSED = "maturitykit: "


class Part(NamedTuple):
    """A child as its parent's rule sees it on whole columns.

    Args:
        dimension: The child.
        weight: Among its siblings, as the smallest whole number in proportion.
        position: On its scale; the lowest wherever it takes no part.
        takes_part: Where it does.
        is_whole: Whether its positions are stages only, never between two of them.
    """

    dimension: Dimension
    weight: int
    position: Formula
    takes_part: Condition
    is_whole: bool

    def at_least(self, stage: int) -> Condition:
        """Where its position is at or above a stage of its scale."""
        assert self.dimension.scale is not None
        return at_least(self.dimension.scale, self.position, stage, self.is_whole)


def column(name: str) -> Formula:
    """The column of this name."""
    return Formula("column", (name,))


def constant(value: float | str) -> Formula:
    """The same value in each row."""
    return Formula("constant", (value,))


def nothing(kind: str) -> Formula:
    """No value in any row, of a column of this kind: ``"text"`` or ``"real"``."""
    return Formula("nothing", (kind,))


def refuse(condition: Condition, why: str, value: Formula) -> Formula:
    """Nothing but 0 where the condition fails to hold; where it holds the engine stops, and says why."""
    return Formula("refuse", (condition, REFUSED + why, value)) if isinstance(condition, Formula) else constant(0)


def cast(term: Formula, kind: str) -> Formula:
    """As another kind: ``"small"`` or ``"whole"`` numbers, ``"real"`` ones, ``"text"``."""
    return Formula("cast", (term, kind))


def negate(condition: Condition) -> Condition:
    """Where it does not hold."""
    return ~condition if isinstance(condition, Formula) else not condition


def all_of(*conditions: Condition) -> Condition:
    """Where all of these hold; everywhere, if there are none."""
    parts = [c for c in conditions if c is not True]
    if any(c is False for c in parts):
        return False
    return reduce(lambda a, b: Formula("and", (a, b)), parts) if parts else True


def any_of(*conditions: Condition) -> Condition:
    """Where one of these holds; nowhere, if there are none."""
    parts = [c for c in conditions if c is not False]
    if any(c is True for c in parts):
        return True
    return reduce(lambda a, b: Formula("or", (a, b)), parts) if parts else False


def choose(where: Condition, a: Condition, b: Condition) -> Condition:
    """Where one condition holds as a third does, or the other as it does not."""
    return any_of(all_of(where, a), all_of(negate(where), b))


def either(condition: Condition, then: Term, otherwise: Term) -> Formula:
    """One where the condition holds, the other elsewhere."""
    if not isinstance(condition, Formula):
        chosen = then if condition else otherwise
        return chosen if isinstance(chosen, Formula) else constant(chosen)
    return Formula("either", (condition, then, otherwise))


def first(cases: Iterable[tuple[Condition, Term]], otherwise: Term) -> Formula:
    """What goes with the first condition that holds."""
    result: Term = otherwise
    for condition, then in reversed(list(cases)):
        result = either(condition, then, result)
    return result if isinstance(result, Formula) else constant(result)


def one(condition: Condition) -> Formula | int:
    """1 where it holds, 0 elsewhere."""
    return Formula("one", (condition,)) if isinstance(condition, Formula) else int(condition)


def count(conditions: Iterable[Condition]) -> Formula:
    """How many of these hold."""
    return total(map(one, conditions))


def bits_of(number: Formula, mask: int) -> Formula:
    """How many bits of a mask are set in a whole number."""
    return Formula("bits", (number, mask))


def weight_of(weighted: Iterable[tuple[float, Condition]]) -> Formula:
    """The sum of the weights whose conditions hold."""
    return total(one(condition) if weight == 1 else one(condition) * weight for weight, condition in weighted)


def total(terms: Iterable[Term]) -> Formula:
    """The sum of these; 0 without any."""
    listed: list[Any] = [term for term in terms if isinstance(term, Formula) or term]
    result = reduce(operator.add, listed) if listed else 0
    return result if isinstance(result, Formula) else constant(result)


def least(*terms: Term) -> Formula:
    """The least of these."""
    return Formula("least", terms) if len(terms) > 1 else _one(terms)


def greatest(*terms: Term) -> Formula:
    """The greatest of these."""
    return Formula("greatest", terms) if len(terms) > 1 else _one(terms)


def _one(terms: Sequence[Term]) -> Formula:
    (term,) = terms
    return term if isinstance(term, Formula) else constant(term)


def at_least(scale: Scale, position: Formula, stage: int, is_whole: bool = True) -> Condition:
    """Where a position is at or above a stage; the counterpart of `Scale.at_least`."""
    if stage == 0:
        return True
    if scale.is_chain:
        return (position if is_whole else position + TOLERANCE) >= stage
    return any_of(*(position.equals(other) for other, below in enumerate(scale.below) if stage in below))


def highest(scale: Scale, held: Callable[[int], Condition]) -> Formula:
    """The position of the lowest stage at or above all that are held; the counterpart of `Scale.join`.

    On a chain, whoever holds a stage has to hold all below it.
    """
    stages = range(len(scale.stages))
    if scale.is_chain:
        return count(held(stage) for stage in stages[1:])
    conditions = [held(stage) for stage in stages]
    # Each stage is listed after those below it.
    cases = [
        (all_of(*(negate(conditions[s]) for s in stages if s not in scale.below[stage])), stage)
        for stage in stages[:-1]
    ]
    return first(cases, scale.top)


def majority(top: int, weighted: Sequence[tuple[int, Formula]], whole: Formula) -> Formula:
    """The highest stage of a chain that more than half of a weight is at or above.

    Args:
        top: Of the chain.
        weighted: Weights and their positions, all of them stages.
        whole: The weight of which half is needed; not more than the sum of these.
    """
    return Formula("majority", (top, tuple(weighted), whole))


def look_up(text: Formula, values: Mapping[str, int], otherwise: int, missing: int | None = None) -> Formula:
    """The number that goes with a text; other ones where the text is none of these, and where there is none."""
    missing = otherwise if missing is None else missing
    return Formula("look up", (text, tuple(values), tuple(values.values()), otherwise, missing))


def pick(index: Formula, values: Sequence[float | str | None]) -> Formula:
    """The value at a place, which has to be one of theirs."""
    return Formula("pick", (index, tuple(values)))


def rarely(found: Formula, text: Formula, formula: Formula) -> Formula:
    """A whole number that is found in most rows; where it is 0, what follows from a column of texts alone."""
    return Formula("rarely", (found, text, formula))


def as_counts(formula: Formula) -> Formula:
    """What `majority` is where it has to be spelled out: the weight at or above each stage."""
    top, weighted, whole = formula.args
    stages = range(1, top + 1)
    return count(weight_of((weight, at >= stage) for weight, at in weighted) * 2 > whole for stage in stages)


def as_digits(formula: Formula) -> Formula:
    """What `majority` is in a few operations: the weights at or above all stages are the digits of one number."""
    top, weighted, whole = formula.args
    # Of each digit the highest bit is there if twice its weight is more than the whole.
    high = 1 << (2 * sum(weight for weight, _ in weighted)).bit_length()
    ones = [(2 * high) ** i for i in range(top)]
    if 2 * high * ones[-1] >= 2**63:
        return as_counts(formula)
    reached = [sum(ones[:stage]) for stage in range(top + 1)]
    held = total(cast(pick(at, [weight * digits for digits in reached]), "whole") for weight, at in weighted)
    numbers = held * 2 - cast(whole, "whole") * reached[-1] + (high - 1) * reached[-1]
    return cast(bits_of(numbers, high * reached[-1]), "small")


def as_remainders(formula: Formula) -> Formula:
    """What `bits_of` is for engines without bits: a division for each of them."""
    number, mask = formula.args
    bits = (1 << i for i in range(mask.bit_length()) if mask >> i & 1)
    return total(number // bit % 2 for bit in bits)


def as_cases(formula: Formula) -> Formula:
    """What `look_up` and `pick` are for engines without such operations: a case for each value."""
    if formula.op == "look up":
        text, keys, values, otherwise, missing = formula.args
        cases = [(text.equals(key), value) for key, value in zip(keys, values, strict=True)]
        return first([(text.is_null(), missing), *cases] if missing != otherwise else cases, otherwise)
    index, values = formula.args
    absent = nothing("text" if isinstance(values[-1], str) else "real")
    terms = [absent if value is None else value for value in values]
    picked = ((index.equals(place), term) for place, term in enumerate(terms[1:], start=1))
    return first(picked, terms[0])


def stage_index(scale: Scale, position: Formula, is_whole: bool) -> Formula:
    """The place of the stage that a position reaches; the counterpart of `Scale.stage`."""
    if is_whole or not scale.is_chain:
        return position
    return count(at_least(scale, position, stage, is_whole) for stage in range(1, len(scale.stages)))


def value_of(scale: Scale, position: Formula, is_whole: bool) -> Formula:
    """What a mean counts for a position; the counterpart of `Scale.value`."""
    if scale.has_equal_steps:
        return position / scale.top
    if is_whole:
        return pick(position, scale.values)
    cases: list[tuple[Condition, Term]] = []
    for i in reversed(range(scale.top)):
        low, high = scale.values[i], scale.values[i + 1]
        value = least(high, (position - i) * (high - low) + low)
        cases.append((at_least(scale, position, i, is_whole), value))
    return first(cases, 0.0)


def position_of(scale: Scale, value: Formula) -> Formula:
    """The position of which this is the value; the counterpart of `Scale.of_value`."""
    if scale.has_equal_steps:
        return value * scale.top
    steps: list[tuple[Condition, Term]] = []
    for i in reversed(range(scale.top)):
        low, high = scale.values[i], scale.values[i + 1]
        steps.append((value >= low if i else True, (value - low) / (high - low) + i))
    return first(steps, 0)


def columns_of(thing: object) -> Iterator[str]:
    """The names of the columns in formulas, however deep these are held."""
    waiting: list[object] = [thing]
    while waiting:
        term = waiting.pop()
        if isinstance(term, Formula):
            if term.op == "column":
                yield term.args[0]
            elif term.op in ("look up", "pick"):
                # What is looked up or picked are values, and many.
                waiting.append(term.args[0])
            else:
                waiting.extend(term.args)
        elif isinstance(term, (tuple, list)):
            waiting.extend(term)
