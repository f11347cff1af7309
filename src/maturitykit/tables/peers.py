"""Peers: the rank of each subject among the others, and the distribution of all over the stages.

Both count subjects at stages. No distance between stages is assumed, whatever rule the stages come from.
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
    stage_of,
    total,
)
from maturitykit.rules.roll_up import SpanTerms
from maturitykit.tables.bindings import keys_of
from maturitykit.tables.frame import Frame
from maturitykit.tables.results import Results

#: Least number of others for a percentile, which would depend too much on the few.
MINIMUM = 30

#: Quantile of the standard normal distribution, for an interval of 95 %.
_Z = 1.959963984540054

_NO_TEXT, _NO_NUMBER = null("text"), null("real")


class _Staged(NamedTuple):
    """A dimension that has stages.

    Args:
        id: Its id.
        number: Its index in the plan.
        scale: Its scale.
        cell: Its scores.
    """

    id: str
    number: int
    scale: Scale
    cell: SpanTerms

    @property
    def is_known(self) -> Condition:
        """Condition that the likely stage is known."""
        return all_of(self.cell.known, self.cell.scored, negate(self.cell.not_applicable))

    def is_at(self, stage: int) -> Condition:
        """Return the condition that the likely stage is this one."""
        _, likely, _ = self.cell.positions
        return all_of(self.is_known, stage_of(self.scale.order, likely, self.cell.is_whole).equals(stage))

    def counted(self, stage: int) -> Formula:
        """Return the number of subjects at a stage, a column of `_counts`."""
        return column(f"~count{self.number}_{stage}")


def distribution(results: Results, within: str | Sequence[str] = ()) -> Any:
    """Return the number of subjects at each likely stage: a row for each stage of each dimension.

    Args:
        results: The results of many subjects.
        within: Keys of the results, or one, such as a sector, for whose values to count separately.

    Returns:
        A table of the kind that was scored: the keys, ``dimension``, ``stage`` (its id),
        ``subjects`` (the number at the stage), ``known`` (the number who have a likely stage) and ``share``
        (0 to 1; null if ``known`` is 0).

    Raises:
        ScoringError: If ``within`` names anything but keys of the results.
    """
    keys = _keys(results, within)
    named: dict[str, Term] = {name: column(key) for key, name in keys.items()}
    rows: list[dict[str, Term]] = []
    for staged in _all_staged(results):
        stages = range(len(staged.scale.stages))
        known = total(staged.counted(stage) for stage in stages)
        for stage in stages:
            share = if_else(known > 0, staged.counted(stage) / greatest(known, 1), _NO_NUMBER)
            about: dict[str, Term] = {"dimension": staged.id, "stage": staged.scale.ids[stage]}
            rows.append({**named, **about, "subjects": staged.counted(stage), "known": known, "share": share})
    return _counts(results, list(keys)).unpivot(rows).native()


def peers(results: Results, within: str | Sequence[str] = (), minimum: int = MINIMUM) -> Any:
    """Return the percentile rank of each subject among the others, by its likely stages.

    The rank is the share of the others below it, and half of those at the same stage. Its
    interval (95 %) is Wilson's, from its lower end for those below to its upper end for those not
    above. It is an estimate of the rank among all organisations of which these are a sample.
    E. B. Wilson, Journal of the American Statistical Association 22 (1927), 209-212.

    Args:
        results: The results of many subjects.
        within: Keys of the results, or one, such as a sector, within whose values subjects are compared.
        minimum: Least number of others for a percentile.

    Returns:
        A table of the kind that was scored: the keys, ``dimension``, ``stage`` (its id),
        ``others`` (the number of others who have a likely stage), ``percentile``, ``percentile_low``,
        ``percentile_high`` (0 to 100) and, where these are missing, the reason in ``refused``.

    Raises:
        ScoringError: If ``within`` names anything but keys of the results.
    """
    keys = _keys(results, within)
    frame = results._frame.join(_counts(results, list(keys)), list(keys))
    named: dict[str, Term] = {name: column(key) for key, name in keys_of(results.by).items()}
    rows = [{**named, "dimension": staged.id, **_rank(staged, minimum)} for staged in _all_staged(results)]
    return frame.unpivot(rows).native()


def _rank(staged: _Staged, minimum: int) -> dict[str, Term]:
    """Return the columns of a subject's rank on one dimension."""
    stages = range(len(staged.scale.stages))
    counts = [staged.counted(stage) for stage in stages]
    others = total(counts) - count([staged.is_known])
    below = first(((staged.is_at(stage), total(counts[:stage])) for stage in stages), 0)
    equal = first(((staged.is_at(stage), counts[stage] - 1) for stage in stages), 0)
    refused = [
        (not staged.scale.is_chain, "stages that cannot all be compared"),
        (negate(staged.is_known), "its own stage is not known"),
        (negate(others >= minimum), f"fewer than {minimum} others"),
    ]
    is_ranked = all_of(*(negate(condition) for condition, _ in refused))
    n = greatest(others, 1)
    percentiles = {
        "percentile": (below + equal / 2) / n,
        # Rounding may move an end past 0 or 1 by the last digit, which a report would print as "-0".
        "percentile_low": greatest(_wilson(below / n, n, -1), 0.0),
        "percentile_high": least(_wilson((below + equal) / n, n, 1), 1.0),
    }
    _, likely, _ = staged.cell.positions
    index = stage_of(staged.scale.order, likely, staged.cell.is_whole)
    return {
        "stage": gather(if_else(staged.is_known, index + 1, 0), [None, *staged.scale.ids]),
        "others": others,
        **{name: if_else(is_ranked, share * 100, _NO_NUMBER) for name, share in percentiles.items()},
        "refused": first(refused, _NO_TEXT),
    }


def _wilson(share: Formula, n: Formula, side: int) -> Formula:
    """Return one end of Wilson's interval of a share; the lower if `side` is -1, the upper if it is 1."""
    spread = Formula("root", (share * (1 - share) / n + constant(_Z * _Z / 4) / (n * n),))
    return (share + constant(_Z * _Z / 2) / n + spread * (side * _Z)) / (constant(_Z * _Z) / n + 1)


def _counts(results: Results, keys: Sequence[str]) -> Frame:
    """Return the number of subjects at each stage of each dimension, by group."""
    all_staged = list(_all_staged(results))
    counts: dict[str, Term] = {
        f"~count{staged.number}_{stage}": count([staged.is_at(stage)])
        for staged in all_staged
        for stage in range(len(staged.scale.stages))
    }
    return results._frame.sums(keys, counts)


def _all_staged(results: Results) -> Iterator[_Staged]:
    for id, cell in results._cells.items():
        scale = results.model.by_id[id].scale
        if scale is not None and cell.scored is not False:
            yield _Staged(id, results._plan.index[id], scale, cell)


def _keys(results: Results, within: str | Sequence[str]) -> dict[str, str]:
    """Return these keys of the results, by the names that they have during scoring."""
    within = [within] if isinstance(within, str) else within
    wrong = [
        Finding("within", f"{quoted(n)} is no key of the results", one_of(results.by, n))
        for n in within
        if n not in results.by
    ]
    if wrong:
        raise ScoringError("the subjects cannot be grouped", wrong)
    return {key: name for key, name in keys_of(results.by).items() if name in within}
