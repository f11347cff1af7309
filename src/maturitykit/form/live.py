"""Formulas in a workbook, which apply the rules of a model to the answers in its cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from maturitykit.formula.algebra import Formula, Term, column, constant, vector
from maturitykit.formula.sharing import bind_shared
from maturitykit.formula.spelled import spelled_bounds, spelled_cases, spelled_fold, spelled_median
from maturitykit.rules.roll_up import SpanTerms

#: Most characters of a formula: Excel allows 8,192.
LONGEST = 8_000
#: Most terms of a sum or the like in one cell.
MOST_PARTS = 50
#: Most nested conditions in one cell: Excel allows 64.
MOST_CASES = 30

#: Operations without a function in spreadsheets, each with what spells it out in others.
_SPELLED: dict[str, Callable[[Formula], Formula]] = {
    "weighted_median": lambda term: spelled_median(term, has_bits=False),
    "fold": spelled_fold,
    "gather": spelled_cases,
    "count_reached": spelled_bounds,
}

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
    "as_int": "IF({},1,0)",
    "floor": "INT({})",
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
    """A hidden sheet that holds each intermediate value of a calculation in a separate cell.

    Args:
        sheet: Worksheet of xlsxwriter.
        name: Name of that sheet, which must need no quotes in formulas.
    """

    def __init__(self, sheet: Any, name: str) -> None:
        self._sheet = sheet
        self._name = name
        self._cells: dict[str, Formula] = {}

    def let(self, term: Term) -> Formula:
        """Return the cell that holds the value of a formula; equal formulas share one."""
        formula = term if isinstance(term, Formula) else constant(term)
        return formula if formula.op in ("column", "constant") else self.put(self.text(formula))

    def keep_cell(self, cell: SpanTerms) -> SpanTerms:
        """Return a score with a cell for each of its terms, and for each formula that they use more than once."""
        kept = [self.let(t) if isinstance(t, Formula) else t for t in bind_shared(cell[:7], self.let)]
        return SpanTerms(*kept, *cell[7:])  # type: ignore[arg-type, call-arg]

    def put(self, text: str) -> Formula:
        """Return a cell with a formula in the syntax of spreadsheets, or with ``#N/A`` if that is too long."""
        if text not in self._cells:
            shown = text if len(text) < LONGEST else "NA()"
            # A formula without a stored value is calculated when the file is opened.
            self._sheet.write_formula(len(self._cells), 0, f"={shown}", None, "")
            self._cells[text] = column(f"{self._name}!$A${len(self._cells) + 1}")
        return self._cells[text]

    def text(self, term: Any) -> str:
        """Return a formula in the syntax of spreadsheets."""
        if isinstance(term, str):
            return quote(term)
        if not isinstance(term, Formula):
            # A truth value, or a number with its exponent in capitals.
            return repr(term).upper()
        if term.op in ("column", "constant"):
            (held,) = term.args
            return held if term.op == "column" else self.text(held)
        if term.op in _SPELLED:
            # Spelling out repeats the operands, so each of them gets a cell.
            operands = tuple(map(self._operand, term.args))
            return self.text(_SPELLED[term.op](Formula(term.op, operands)))
        if term.op in _JOINED:
            return self._joined(term)
        if term.op == "case":
            return self._cases(*term.args)
        if term.op == "call":
            # A rule that is a Python function cannot be expressed in a spreadsheet.
            return "NA()"
        return _OPERATIONS[term.op].format(*map(self.text, term.args))

    def _operand(self, arg: Any) -> Any:
        if not isinstance(arg, Formula):
            return arg
        return vector(map(self._operand, arg.args)) if arg.op == "vector" else self.let(arg)

    def _cases(self, conditions: Sequence[Term], values: Sequence[Term], otherwise: Term) -> str:
        """Return nested conditions; if they are many, the later ones are put in separate cells."""
        rest = self.text(otherwise)
        cases = list(zip(map(self.text, conditions), map(self.text, values), strict=True))
        while cases:
            chunk, cases = cases[-MOST_CASES:], cases[:-MOST_CASES]
            for condition, value in reversed(chunk):
                rest = f"IF({condition},{value},{rest})"
            rest = str(self.put(rest).args[0]) if cases else rest
        return rest

    def _joined(self, term: Formula) -> str:
        """Return a sum or the like; if its terms are many, it is split over several cells."""
        join = _JOINED[term.op]
        parts = [self.text(part) for part in term.args]
        while len(parts) > MOST_PARTS:
            chunks = (parts[i : i + MOST_PARTS] for i in range(0, len(parts), MOST_PARTS))
            parts = [str(self.put(join(chunk)).args[0]) for chunk in chunks]
        return join(parts)


def quote(text: str) -> str:
    """Return a text as a literal in a formula."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
