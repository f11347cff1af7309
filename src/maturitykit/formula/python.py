"""Formulas compiled to Python functions, by which single assessments are scored."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import fsum
from operator import mul
from types import CodeType
from typing import Any

from maturitykit.formula.algebra import Formula
from maturitykit.formula.order import lower_weighted_median
from maturitykit.formula.sharing import TRIVIAL, uses_of

#: Helpers that the code calls by these names.
_HELPERS = {
    "bisect_left": bisect_left, "bisect_right": bisect_right, "fsum": fsum, "mul": mul,
    "weighted_median": lower_weighted_median,
}  # fmt: skip

#: Terms of the longest sum that is written with operators, as these nest and Python limits the depth.
MOST_NESTED = 50

#: Operations that are a simple expression of their operands.
_TEMPLATES = {
    "-": "({}-{})",
    "*": "({}*{})",
    "/": "({}/{})",
    "//": "({}//{})",
    "%": "({}%{})",
    ">=": "({}>={})",
    ">": "({}>{})",
    "==": "({}=={})",
    "not": "(not {})",
    "as_int": "(1 if {} else 0)",
    "floor": "int({})",
    "if_else": "({1} if {0} else {2})",
}
_JOINED = {"+": "+", "and": " and ", "or": " or "}
_REDUCED = {"sum": "sum", "fsum": "fsum", "every": "all", "some": "any", "least": "min", "greatest": "max"}


def compiled(inputs: Sequence[str], *outputs: Any) -> Callable[..., Any]:
    """Return a Python function for one or more formulas.

    Args:
        inputs: Names of its parameters: those of columns, and of symbolic vectors, which are lists.
        outputs: The formulas: the function returns the value of one, or a tuple of several.
    """
    writer = _Writer(outputs)
    values = ",".join([writer.single(output) for output in outputs])
    lines = [f"def formula({','.join([*inputs, *(f'{name}={name}' for name in writer.constants)])}):"]
    lines += [f" {line}" for line in writer.lines]
    lines.append(f" return {values}")
    names = _HELPERS | writer.constants
    exec(_code("\n".join(lines)), names)
    function: Callable[..., Any] = names["formula"]
    return function


@lru_cache(1000)
def _code(source: str) -> CodeType:
    """Compile a source text once, as many dimensions share the same one."""
    return compile(source, "<formula>", "exec")


class _Writer:
    """Writer of formulas as Python, in which terms that are used more than once become variables."""

    def __init__(self, outputs: Sequence[Any]) -> None:
        self.constants: dict[str, Any] = {}
        self.lines: list[str] = []
        self._uses = uses_of(outputs)
        self._variables: dict[int, str] = {}

    def single(self, term: Any) -> str:
        """Write a term that has one value."""
        return self._bound(term, self._single) if self._is_shared(term) else self._single(term)

    def _single(self, term: Any) -> str:
        if not isinstance(term, Formula):
            return repr(term)
        match term.op, term.args:
            case "column", (name,):
                return str(name)
            case "constant", (value,):
                return repr(value)
            case "element", (terms, index):
                return f"{self._list(terms)}[{index}]"
            case ("least" | "greatest") as op, args if len(args) > 1:
                return f"{_REDUCED[op]}({','.join(map(self.single, args))})"
            case "sum", (Formula(op="as_int", args=(conditions,)),):
                # True counts as 1.
                return f"sum({self._iterable(conditions)})"
            case op, (terms,) if op in _REDUCED:
                return f"{_REDUCED[op]}({self._iterable(terms)})"
            case "fold", (order, which, terms):
                return f"{self._constant(getattr(order, which))}({self._list(terms)})"
            case "weighted_median", (order, positions, Formula(op="ones"), whole, _) if order.is_chain:
                return f"sorted({self._list(positions)})[-({self.single(whole)}//2+1)]"
            case "weighted_median", (order, positions, weights, whole, _):
                helper = "weighted_median" if order.is_chain else self._constant(order.weighted_median)
                return f"{helper}({self._list(positions)},{self._list(weights)},{self.single(whole)})"
            case "call", (function, positions, takes_part, weights, _):
                takes = self._list(takes_part) if isinstance(takes_part, Formula) else repr(takes_part)
                return f"{self._constant(function)}({self._list(positions)},{takes},{self._list(weights)})"
        return self._operation(term, self.single)

    def _operation(self, term: Formula, write: Callable[[Any], str]) -> str:
        """Write an operation, with one function for all of its operands."""
        op, args = term.op, term.args
        if op == "+" and len(args) > MOST_NESTED:
            return f"sum([{','.join(map(write, args))}])"
        if op in _JOINED:
            return f"({_JOINED[op].join(map(write, args))})"
        if op == "gather":
            return f"{self._values(args[1], write)}[{write(args[0])}]"
        if op == "count_reached":
            return (
                f"{'bisect_right' if args[2] else 'bisect_left'}({self._values(args[1], write)},{write(args[0])})"
            )
        if op == "case":
            conditions, values, otherwise = args
            cases = [f"{write(v)} if {write(c)} else " for c, v in zip(conditions, values, strict=True)]
            return f"({''.join(cases)}{write(otherwise)})"
        return _TEMPLATES[op].format(*map(write, args))

    def _values(self, values: Any, write: Callable[[Any], str]) -> str:
        return write(values) if isinstance(values, Formula) else self._constant(values)

    def _list(self, term: Formula) -> str:
        """Write a vector as a list."""
        if term.op == "each":
            return str(term.args[0])
        if term.op == "ones":
            return f"[1]*{self.single(*term.args)}"
        return self._bound(term, self._new_list) if self._is_shared(term) else self._new_list(term)

    def _new_list(self, term: Formula) -> str:
        return self._display(term) if term.op == "vector" else f"[{self._comprehension(term)}]"

    def _iterable(self, term: Formula) -> str:
        """Write a vector as an iterable that is read once."""
        if term.op in ("each", "vector") or self._is_shared(term):
            return self._list(term)
        return f"[{self._comprehension(term)}]"

    def _display(self, term: Formula) -> str:
        """Write a listed vector; as a constant, if it holds plain values only."""
        if not any(isinstance(element, Formula) for element in term.args):
            return self._constant(term.args)
        return f"[{','.join(map(self.single, term.args))}]"

    def _comprehension(self, term: Formula) -> str:
        sources: dict[str, str] = {}
        written = self._operation(term, lambda operand: self._element(operand, sources))
        names, lists = ",".join(sources), ",".join(sources.values())
        return f"{written} for {names} in {lists if len(sources) == 1 else f'zip({lists})'}"

    def _element(self, term: Any, sources: dict[str, str]) -> str:
        """Write an element of a vector, and add the lists that it comes from to the sources."""
        if not isinstance(term, Formula) or not (term._is_symbolic or term.op == "vector"):
            return self.single(term)
        if term.op in ("each", "vector") or self._is_shared(term):
            source = self._list(term)
            name = f"{source}_"
            sources[name] = source
            return name
        return self._operation(term, lambda operand: self._element(operand, sources))

    def _is_shared(self, term: Any) -> bool:
        return (
            isinstance(term, Formula)
            and (id(term) in self._variables or self._uses[id(term)] > 1)
            and term.op not in TRIVIAL
        )

    def _bound(self, term: Formula, write: Callable[[Formula], str]) -> str:
        """Return the variable of a formula, and assign it when it is first asked for."""
        if id(term) not in self._variables:
            text = write(term)
            if text.isidentifier():
                # A constant has a name already.
                return text
            name = f"v{len(self.lines)}"
            self.lines.append(f"{name}={text}")
            self._variables[id(term)] = name
        return self._variables[id(term)]

    def _constant(self, value: Any) -> str:
        """Return the parameter for a value that cannot be written as text, or is slow to create on each call."""
        for name, known in self.constants.items():
            if known is value:
                return name
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name
