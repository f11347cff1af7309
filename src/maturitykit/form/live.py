"""Formulas in a workbook: the rules of a model, as cells that follow the answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from maturitykit.formula.algebra import Formula, Term, column, constant, vector
from maturitykit.formula.sharing import bind_shared
from maturitykit.formula.spelled import spelled_bounds, spelled_cases, spelled_fold, spelled_median
from maturitykit.rules.roll_up import SpanTerms

#: How many characters a formula may have in Excel, and some to spare; and how many parts stand in one.
LONGEST = 8_000
MOST_PARTS = 50
MOST_CASES = 30

#: What spreadsheets have no function for.
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

    def keep_cell(self, cell: SpanTerms) -> SpanTerms:
        """A score with a cell for each of its terms, and for whatever they use more than once."""
        kept = [self.let(t) if isinstance(t, Formula) else t for t in bind_shared(cell[:7], self.let)]
        return SpanTerms(*kept, *cell[7:])  # type: ignore[arg-type, call-arg]

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
        if term.op in _SPELLED:
            # What is spelled out stands there again and again.
            operands = tuple(map(self._operand, term.args))
            return self.text(_SPELLED[term.op](Formula(term.op, operands)))
        if term.op in _JOINED:
            return self._joined(term)
        if term.op == "case":
            return self._cases(*term.args)
        if term.op == "call":
            # A rule that is a Python function cannot be told to a spreadsheet.
            return "NA()"
        return _OPERATIONS[term.op].format(*map(self.text, term.args))

    def _operand(self, arg: Any) -> Any:
        if not isinstance(arg, Formula):
            return arg
        return vector(map(self._operand, arg.args)) if arg.op == "vector" else self.let(arg)

    def _cases(self, conditions: Sequence[Term], values: Sequence[Term], otherwise: Term) -> str:
        """What goes with the first condition that holds; of very many, some in a cell of their own."""
        rest = self.text(otherwise)
        cases = list(zip(map(self.text, conditions), map(self.text, values), strict=True))
        while cases:
            chunk, cases = cases[-MOST_CASES:], cases[:-MOST_CASES]
            for condition, value in reversed(chunk):
                rest = f"IF({condition},{value},{rest})"
            rest = str(self.put(rest).args[0]) if cases else rest
        return rest

    def _joined(self, term: Formula) -> str:
        """A sum, or the like: of very many parts, in several cells."""
        join = _JOINED[term.op]
        parts = [self.text(part) for part in term.args]
        while len(parts) > MOST_PARTS:
            chunks = (parts[i : i + MOST_PARTS] for i in range(0, len(parts), MOST_PARTS))
            parts = [str(self.put(join(chunk)).args[0]) for chunk in chunks]
        return join(parts)


def quote(text: str) -> str:
    """A text in a formula."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
