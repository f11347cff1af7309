"""Formulas in a workbook: the rules of a model, as cells that follow the answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from maturitykit.definition.formula import Formula, Term, as_cases, as_counts, column, constant
from maturitykit.scoring.rollup import Row

#: How many characters a formula may have in Excel, and some to spare; and how many parts stand in one.
LONGEST = 8_000
MOST_PARTS = 50

_OPERATIONS = {
    "-": "({}-{})",
    "*": "({}*{})",
    "/": "({}/{})",
    "//": "INT({}/{})",
    "%": "MOD({},{})",
    ">=": "({}>={})",
    ">": "({}>{})",
    "==": "({}={})",
    "not": "NOT({})",
    "one": "IF({},1,0)",
    "either": "IF({},{},{})",
    "refuse": "IF({0},NA(),0)",
}
_JOINED: dict[str, Callable[[Sequence[str]], str]] = {
    "+": lambda parts: f"({'+'.join(parts)})",
    "and": lambda parts: f"AND({','.join(parts)})",
    "or": lambda parts: f"OR({','.join(parts)})",
    "least": lambda parts: f"MIN({','.join(parts)})",
    "greatest": lambda parts: f"MAX({','.join(parts)})",
}


class Live:
    """A hidden sheet in which each column of a calculation is a cell of its own.

    Args:
        sheet: Of xlsxwriter.
        name: Of that sheet; it needs no quotes.
    """

    def __init__(self, sheet: Any, name: str) -> None:
        self._sheet = sheet
        self._name = name
        self._places: dict[str, Formula] = {}

    def let(self, term: Term) -> Formula:
        """A cell for what a formula gives; the same one for the same formula."""
        formula = term if isinstance(term, Formula) else constant(term)
        return formula if formula.op in ("column", "constant") else self.put(self.text(formula))

    def look_up(
        self, keys: Sequence[Formula], domains: Sequence[range], function: Callable[[Row], float]
    ) -> Formula:
        """No value: a rule that knows single assessments only cannot be told to a spreadsheet."""
        return self.put("NA()")

    def put(self, text: str) -> Formula:
        """A cell with a formula as a spreadsheet writes it; without a value, if it is too long for one."""
        if text not in self._places:
            shown = text if len(text) < LONGEST else "NA()"
            # Without a stored value, a spreadsheet works it out when it opens the file.
            self._sheet.write_formula(len(self._places), 0, f"={shown}", None, "")
            self._places[text] = column(f"{self._name}!$A${len(self._places) + 1}")
        return self._places[text]

    def text(self, term: Any) -> str:
        """A formula as a spreadsheet writes it."""
        if isinstance(term, str):
            return quote(term)
        if not isinstance(term, Formula):
            # A truth value, or a number with its exponent in capitals.
            return repr(term).upper()
        if term.op in ("column", "constant"):
            (held,) = term.args
            return held if term.op == "column" else self.text(held)
        if term.op == "majority":
            term = as_counts(term)
        if term.op in _JOINED:
            return self._joined(term)
        term = as_cases(term) if term.op == "pick" else term
        return _OPERATIONS[term.op].format(*map(self.text, term.args))

    def _joined(self, term: Formula) -> str:
        """A sum, or the like: of very many parts, in several cells."""
        join = _JOINED[term.op]
        parts = [self.text(part) for part in _flat(term)]
        while len(parts) > MOST_PARTS:
            chunks = (parts[i : i + MOST_PARTS] for i in range(0, len(parts), MOST_PARTS))
            parts = [str(self.put(join(chunk)).args[0]) for chunk in chunks]
        return join(parts)


def quote(text: str) -> str:
    """A text in a formula."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _flat(term: Formula) -> list[Any]:
    """The parts of nested sums, or the like, in their order."""
    waiting, parts = [term], list[Any]()
    while waiting:
        first, *others = waiting.pop().args
        parts += reversed(others)
        if isinstance(first, Formula) and first.op == term.op:
            waiting.append(first)
        else:
            parts.append(first)
    return parts[::-1]
