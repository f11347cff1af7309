"""Sheets: columns by name, each a formula of others, computed in the order in which they depend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, product
from typing import Any, NamedTuple

from maturitykit.formula.algebra import Condition, Formula, Term, column, columns_of, constant, elements, if_else
from maturitykit.formula.sharing import bind_shared
from maturitykit.rules.roll_up import SpanTerms
from maturitykit.tables.frame import Frame, Row

#: What the names of our own columns begin with, and no id of a dimension can.
OWN = "~"


def keys_of(by: Sequence[str]) -> dict[str, str]:
    """The columns that make an assessment one, by what they are called while it is scored."""
    return {f"{OWN}key{i}": name for i, name in enumerate(by)}


#: Columns of one bindings may be those that another one starts from.
_numbers = count()

#: So many rows at the most are worked out before it is known which of them occur.
MOST_PROFILES = 10_000


class LookUp(NamedTuple):
    """A column worked out once for each distinct profile of some others, outside the engine.

    Args:
        keys: The columns of the profile, whole numbers as a rule.
        domains: What each can be; none where that is not known.
        function: From a profile to its value.
    """

    keys: tuple[str, ...]
    domains: tuple[range, ...]
    function: Callable[[Row], float]

    def rows(self, frame: Frame) -> list[Row]:
        """Each profile with its value: all that can occur or, if they are too many, that do.

        Only the latter runs the engine.
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
        #: By how they are written, as 1 and 1.0 are equal but not alike.
        self._names: dict[str, str] = {}
        #: What each is made from.
        self._used: dict[str, tuple[str, ...]] = {}

    def let(self, term: Term, name: str = "") -> Formula:
        """A column for what a formula gives; the same one for the same formula."""
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
        """A column for a term, unless it is the same in all rows."""
        return self.let(term) if isinstance(term, Formula) else term

    def keep_all(self, terms: Sequence[Any]) -> list[Any]:
        """Columns for terms, likewise, and for whatever they use more than once."""
        return [self.keep(term) for term in bind_shared(terms, self.let)]

    def keep_cell(self, cell: SpanTerms) -> SpanTerms:
        """A cell with a column for each of its terms."""
        kept = self.keep_all(cell[:7])
        return SpanTerms(*kept, *cell[7:])  # type: ignore[call-arg]

    def _called(
        self, function: Any, positions: Formula, takes_part: Condition, weights: Formula, is_whole: bool
    ) -> Formula:
        listed = elements(positions) or ()
        takes = (elements(takes_part) if isinstance(takes_part, Formula) else None) or (takes_part,) * len(listed)
        keys = [if_else(taken, position, -1) for taken, position in zip(takes, listed, strict=True)]
        numbers = elements(weights)

        def value(row: Row) -> float:
            taken = [position >= 0 for position in row]
            return function(row, taken, numbers) if any(taken) else 0

        return self.look_up(keys, [range(-1, top + 1) for top in function.tops] if is_whole else (), value)

    def look_up(
        self, keys: Sequence[Formula], domains: Sequence[range], function: Callable[[Row], float]
    ) -> Formula:
        """A column worked out once for each distinct profile."""
        terms = [self.let(key) for key in keys]
        # What is the same in each row, as is a dimension without a column, is no key.
        varying = [i for i, term in enumerate(terms) if term.op == "column"]
        everywhere = [term.args[0] for term in terms]

        def value(profile: Row) -> float:
            row = everywhere.copy()
            for i, position in zip(varying, profile, strict=True):
                row[i] = position
            return function(tuple(row))

        if not varying:
            return constant(value(()))
        names = tuple(everywhere[i] for i in varying)
        name = f"{OWN}{next(_numbers)}"
        self._formulas[name] = LookUp(names, tuple(domains[i] for i in varying) if domains else (), value)
        self._used[name] = names
        return column(name)

    def on(self, frame: Frame, wanted: Iterable[str], given: Iterable[str]) -> Frame:
        """A frame with the wanted columns, and whatever they need worked out on the way.

        Args:
            frame: What the formulas are about.
            wanted: Names of formulas, or of columns of the frame.
            given: The columns that the frame has.
        """
        last = dict.fromkeys(wanted, len(self._formulas) + 1)
        levels: dict[str, int] = dict.fromkeys(given, 0)
        order = list(self._ordered(last, levels))
        for name in order:
            # What is looked up is joined to the finished columns of its level.
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
        """All that is needed, each after what it needs, with their levels filled in."""
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
