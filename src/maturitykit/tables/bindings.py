"""Bindings: columns by name, each a formula of other columns, computed in the order of their dependencies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, product
from typing import Any, NamedTuple

from maturitykit.formula.algebra import Condition, Formula, Term, column, columns_of, constant, elements, if_else
from maturitykit.formula.sharing import bind_shared
from maturitykit.rules.roll_up import SpanTerms
from maturitykit.tables.frame import Frame, Row

#: Prefix of the names of our own columns; no id of a dimension can begin with it.
OWN = "~"


def keys_of(by: Sequence[str]) -> dict[str, str]:
    """Return the columns that identify an assessment, by the names that they have during scoring."""
    return {f"{OWN}key{i}": name for i, name in enumerate(by)}


#: Numbers of new columns, all different, as the columns of one `Bindings` may be the input of another.
_numbers = count()

#: Most profiles that are computed without asking the engine which of them occur.
MOST_PROFILES = 10_000


class LookUp(NamedTuple):
    """A column that is computed once for each distinct profile of some others, outside the engine.

    Args:
        keys: The columns of the profile, whole numbers as a rule.
        domains: The possible values of each; empty if they are not known.
        function: A function from a profile to its value.
    """

    keys: tuple[str, ...]
    domains: tuple[range, ...]
    function: Callable[[Row], float]

    def rows(self, frame: Frame) -> list[Row]:
        """Return each profile with its value: all possible ones or, if these are too many, those that occur.

        This runs the engine only if it has to find out which occur.
        """
        possible = 1
        for domain in self.domains:
            possible *= len(domain)
        few = self.domains and possible <= MOST_PROFILES
        profiles = product(*self.domains) if few else frame.distinct(self.keys).rows()
        return [(*profile, self.function(profile)) for profile in profiles]


class Bindings:
    """Formulas by the name of their column, on top of the columns of a frame."""

    def __init__(self) -> None:
        self._formulas: dict[str, Formula | LookUp] = {}
        #: Names of columns by the text of their formula, as 1 and 1.0 are equal but not the same formula.
        self._names: dict[str, str] = {}
        #: Names of the columns that each is computed from.
        self._used: dict[str, tuple[str, ...]] = {}

    def let(self, term: Term, name: str = "") -> Formula:
        """Return a column for the value of a formula; the same column for the same formula."""
        formula = term if isinstance(term, Formula) else constant(term)
        if not name and formula.op in ("column", "constant"):
            return formula
        if formula.op == "call":
            return self._called(*formula.args)
        written = repr(formula)
        if not name and written in self._names:
            return column(self._names[written])
        name = name or f"{OWN}{next(_numbers)}"
        self._names.setdefault(written, name)
        self._formulas[name] = formula
        self._used[name] = tuple(columns_of(formula))
        return column(name)

    def keep(self, term: Any) -> Any:
        """Return a column for a term; the term itself if it is the same in all rows."""
        return self.let(term) if isinstance(term, Formula) else term

    def keep_all(self, terms: Sequence[Any]) -> list[Any]:
        """Return columns for terms likewise, and bind whatever they use more than once."""
        return [self.keep(term) for term in bind_shared(terms, self.let)]

    def keep_cell(self, cell: SpanTerms) -> SpanTerms:
        """Return a cell with a column for each of its terms."""
        kept = self.keep_all(cell[:7])
        return SpanTerms(*kept, *cell[7:])  # type: ignore[call-arg]

    def _called(
        self, function: Any, positions: Formula, takes_part: Condition, weights: Formula, is_whole: bool
    ) -> Formula:
        listed = elements(positions) or ()
        takes = (elements(takes_part) if isinstance(takes_part, Formula) else None) or (takes_part,) * len(listed)
        # Positions that are not whole may be a little below the lowest stage's.
        left_out = -1 if is_whole else -9
        keys = [if_else(taken, position, left_out) for taken, position in zip(takes, listed, strict=True)]
        numbers = elements(weights)

        def value(row: Row) -> float:
            taken = [position > left_out for position in row]
            return function(row, taken, numbers) if any(taken) else 0

        return self.look_up(keys, [range(-1, top + 1) for top in function.tops] if is_whole else (), value)

    def look_up(
        self, keys: Sequence[Formula], domains: Sequence[range], function: Callable[[Row], float]
    ) -> Formula:
        """Return a column that is computed once for each distinct profile of the keys."""
        terms = [self.let(key) for key in keys]
        # A term that is the same in all rows, such as a dimension without a column, is no key.
        varying = [i for i, term in enumerate(terms) if term.op == "column"]
        names_or_values = [term.args[0] for term in terms]

        def value(profile: Row) -> float:
            row = names_or_values.copy()
            for i, position in zip(varying, profile, strict=True):
                row[i] = position
            return function(tuple(row))

        if not varying:
            return constant(value(()))
        names = tuple(names_or_values[i] for i in varying)
        name = f"{OWN}{next(_numbers)}"
        self._formulas[name] = LookUp(names, tuple(domains[i] for i in varying) if domains else (), value)
        self._used[name] = names
        return column(name)

    def on(self, frame: Frame, wanted: Iterable[str], existing: Iterable[str]) -> Frame:
        """Return a frame with the wanted columns, computed step by step.

        Args:
            frame: The table whose columns the formulas read.
            wanted: Names of formulas, or of columns of the frame.
            existing: The columns that the frame has.
        """
        last = dict.fromkeys(wanted, len(self._formulas) + 1)
        levels: dict[str, int] = dict.fromkeys(existing, 0)
        order = list(self._ordered(last, levels))
        for name in order:
            # A look-up is joined to the finished columns of its level.
            level = levels[name] + isinstance(self._formulas[name], LookUp)
            for used in self._used[name]:
                last[used] = max(last.get(used, 0), level)
        by_level: dict[int, list[str]] = {}
        for name in order:
            by_level.setdefault(levels[name], []).append(name)
        for level, here in sorted(by_level.items()):
            kept = [n for n, lower in levels.items() if lower < level < last.get(n, 0)]
            new = {n: f for n in here if isinstance(f := self._formulas[n], Formula)}
            frame = frame.extend(kept, new, only=level == len(by_level))
            for name in here:
                formula = self._formulas[name]
                if isinstance(formula, LookUp):
                    frame = frame.look_up(formula.keys, name, formula.rows(frame))
        return frame

    def _ordered(self, wanted: Iterable[str], levels: dict[str, int]) -> Iterator[str]:
        """Yield the names of all needed formulas, each after those that it uses, and set their levels."""
        waiting = [(name, False) for name in reversed(list(wanted))]
        while waiting:
            name, is_ready = waiting.pop()
            if name in levels:
                continue
            used = self._used[name]
            if is_ready:
                levels[name] = 1 + max((levels[other] for other in used), default=0)
                yield name
            else:
                waiting.append((name, True))
                waiting += [(other, False) for other in used]
