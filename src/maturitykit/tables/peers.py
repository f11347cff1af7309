"""Peers: where each subject stands among the others, and how all are spread over the stages.

Both count stages. No distance between stages is assumed, whatever rule gave them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from maturitykit.definition import Scale
from maturitykit.errors import Finding, ScoringError, one_of, quoted
from maturitykit.formula.algebra import (
    Condition,
    Formula,
    Term,
    all_of,
    column,
    constant,
    count,
    first,
    gather,
    greatest,
    if_else,
    least,
    negate,
    null,
    total,
)
from maturitykit.rules.positions import stage_index
from maturitykit.rules.roll_up import SpanTerms
from maturitykit.tables.bindings import keys_of
from maturitykit.tables.frame import Frame
from maturitykit.tables.results import Results

#: Below this, a percentile says more of the few than of the subject.
MINIMUM = 30

#: Of the standard normal distribution, for an interval of 95 %.
_Z = 1.959963984540054

_NO_TEXT, _NO_NUMBER = null("text"), null("real")


class _Place(NamedTuple):
    """A dimension with stages: where its likely one is known, and which it is."""

    id: str
    number: int
    scale: Scale
    cell: SpanTerms

    @property
    def is_known(self) -> Condition:
        return all_of(self.cell.known, self.cell.scored, negate(self.cell.not_applicable))

    def is_at(self, stage: int) -> Condition:
        """Where the likely stage is this one."""
        _, likely, _ = self.cell.positions
        return all_of(self.is_known, stage_index(self.scale, likely, self.cell.is_whole).equals(stage))

    def counted(self, stage: int) -> Formula:
        """How many are at a stage, as `_counts` has it."""
        return column(f"~count{self.number}_{stage}")


def distribution(results: Results, within: str | Sequence[str] = ()) -> Any:
    """How many subjects are likely at each stage: a row for each stage of each dimension.

    Args:
        results: Of many subjects.
        within: Keys of the results, or one, to count apart by, such as a sector.

    Returns:
        A table of the kind that was scored: the keys, ``dimension``, ``stage`` (its id),
        ``subjects`` (how many), ``known`` (how many have a likely stage) and ``share`` (0 to 1;
        nothing if there are none).

    Raises:
        ScoringError: If these are no keys of the results.
    """
    keys = _keys(results, within)
    named: dict[str, Term] = {name: column(key) for key, name in keys.items()}
    rows: list[dict[str, Term]] = []
    for place in _places(results):
        stages = range(len(place.scale.stages))
        known = total(place.counted(stage) for stage in stages)
        for stage in stages:
            share = if_else(known > 0, place.counted(stage) / greatest(known, 1), _NO_NUMBER)
            about: dict[str, Term] = {"dimension": place.id, "stage": place.scale.ids[stage]}
            rows.append({**named, **about, "subjects": place.counted(stage), "known": known, "share": share})
    return _counts(results, list(keys)).unpivot(rows).native()


def peers(results: Results, within: str | Sequence[str] = (), minimum: int = MINIMUM) -> Any:
    """The percentile rank of each subject among the others, by its likely stages.

    The rank is the share of the others below it, and half of those at the same stage. Its
    interval (95 %) is Wilson's, from its lower end for those below to its upper end for those not
    above: it says what the rank may be among all organisations of which these are a sample.
    E. B. Wilson, Journal of the American Statistical Association 22 (1927), 209-212.

    Args:
        results: Of many subjects.
        within: Keys of the results, or one, whose subjects are to be compared, such as a sector.
        minimum: How many others there must be.

    Returns:
        A table of the kind that was scored: the keys, ``dimension``, ``stage`` (its id),
        ``others`` (how many have a likely stage), ``percentile``, ``percentile_low``,
        ``percentile_high`` (0 to 100) and, where these are missing, ``refused``: why.

    Raises:
        ScoringError: If these are no keys of the results.
    """
    keys = _keys(results, within)
    frame = results._frame.join(_counts(results, list(keys)), list(keys))
    named: dict[str, Term] = {name: column(key) for key, name in keys_of(results.by).items()}
    rows = [{**named, "dimension": place.id, **_standing(place, minimum)} for place in _places(results)]
    return frame.unpivot(rows).native()


def _standing(place: _Place, minimum: int) -> dict[str, Term]:
    """Where a subject stands on one dimension."""
    stages = range(len(place.scale.stages))
    counts = [place.counted(stage) for stage in stages]
    others = total(counts) - count([place.is_known])
    below = first(((place.is_at(stage), total(counts[:stage])) for stage in stages), 0)
    equal = first(((place.is_at(stage), counts[stage] - 1) for stage in stages), 0)
    refused = [
        (not place.scale.is_chain, "stages that cannot all be compared"),
        (negate(place.is_known), "its own stage is not known"),
        (negate(others >= minimum), f"fewer than {minimum} others"),
    ]
    stands = all_of(*(negate(condition) for condition, _ in refused))
    many = greatest(others, 1)
    percentiles = {
        "percentile": (below + equal / 2) / many,
        # Rounding may carry an end past 0 or 1 by the last digit, and "-0" into a report.
        "percentile_low": greatest(_wilson(below / many, many, -1), 0.0),
        "percentile_high": least(_wilson((below + equal) / many, many, 1), 1.0),
    }
    _, likely, _ = place.cell.positions
    index = stage_index(place.scale, likely, place.cell.is_whole)
    return {
        "stage": gather(if_else(place.is_known, index + 1, 0), [None, *place.scale.ids]),
        "others": others,
        **{name: if_else(stands, share * 100, _NO_NUMBER) for name, share in percentiles.items()},
        "refused": first(refused, _NO_TEXT),
    }


def _wilson(share: Formula, n: Formula, side: int) -> Formula:
    """One end of Wilson's interval of a share."""
    spread = Formula("root", (share * (1 - share) / n + constant(_Z * _Z / 4) / (n * n),))
    return (share + constant(_Z * _Z / 2) / n + spread * (side * _Z)) / (constant(_Z * _Z) / n + 1)


def _counts(results: Results, keys: Sequence[str]) -> Frame:
    """How many subjects are at each stage of each dimension."""
    places = list(_places(results))
    counts: dict[str, Term] = {
        f"~count{place.number}_{stage}": count([place.is_at(stage)])
        for place in places
        for stage in range(len(place.scale.stages))
    }
    return results._frame.sums(keys, counts)


def _places(results: Results) -> Iterator[_Place]:
    for id, cell in results._cells.items():
        scale = results.model.by_id[id].scale
        if scale is not None and cell.scored is not False:
            yield _Place(id, results._plan.index[id], scale, cell)


def _keys(results: Results, within: str | Sequence[str]) -> dict[str, str]:
    """The columns of these keys, by what they are called in the results."""
    within = [within] if isinstance(within, str) else within
    wrong = [
        Finding("within", f"{quoted(n)} is no key of the results", one_of(results.by, n))
        for n in within
        if n not in results.by
    ]
    if wrong:
        raise ScoringError("the subjects cannot be grouped", wrong)
    return {key: name for key, name in keys_of(results.by).items() if name in within}
