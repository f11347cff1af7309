"""Comparison of two results of one model: over time, or between teams or subjects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from maturitykit.assessment.keys import key
from maturitykit.comparison.network import Network
from maturitykit.comparison.translation import Translation, translate_by
from maturitykit.definition import Dimension, Stage
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.scale import Scale
from maturitykit.errors import ComparisonError, Finding, quoted
from maturitykit.files.result import ComparisonEntry, Direction, Scored
from maturitykit.notebook import repr_html
from maturitykit.scoring.distances import Shares, differences, shares_at_or_above
from maturitykit.scoring.result import Result
from maturitykit.scoring.scores import Score, Span, ids_of
from maturitykit.scoring.summary import respondent_names, shortened_list
from maturitykit.scoring.weights import WeightBounds, Within
from maturitykit.scoring.what_holds import QUARTER
from maturitykit.scoring.what_if import WHAT_IF
from maturitykit.words import phrase


class Movement(NamedTuple):
    """Difference of one dimension between two results.

    Args:
        dimension: The dimension that is compared.
        before: The stages in the first result; None without stages, or if not applicable.
        after: The stages in the second result, likewise.
        direction: Direction in which the likely stage moved; ``unknown`` if one of the results has none.
        certain: Whether the direction is the same whatever the answers to open questions turn out to be.
    """

    dimension: Dimension
    before: Span[Stage] | None
    after: Span[Stage] | None
    direction: Direction
    certain: bool


class Comparison(Mapping[str, Movement]):
    """Movements between two results of one model, by the id of the dimension, the outcome first.

    Made by `maturitykit.compare`.
    """

    _repr_html_ = repr_html

    def __init__(self, before: Result, after: Result) -> None:
        #: The first result.
        self.before: Result = before
        #: The second result.
        self.after: Result = after

    def __getitem__(self, id: str) -> Movement:
        return _movement(self.before[id], self.after[id])

    def __iter__(self) -> Iterator[str]:
        return iter(self.after)

    def __len__(self) -> int:
        return len(self.after)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Comparison):
            return NotImplemented
        return (self.before, self.after) == (other.before, other.after)

    def __hash__(self) -> int:
        return hash((self.before, self.after))

    def __repr__(self) -> str:
        moved = sum(movement.direction not in ("same", "unknown") for movement in self.values())
        return f"<{type(self).__name__} on {self.after.model.id}: {moved} of {len(self)} moved>"

    @property
    def outcome(self) -> Movement:
        """The movement of the outcome."""
        return self[OUTCOME]

    def holds_within(self, within: Within = 0.25) -> Mapping[str, bool | None]:
        """Tell of each movement whether it has the same direction under all weights of a set.

        The weights may even be other ones each time. So where it holds, no weights of the set explain the
        movement; where it does not, some of them do, unless ``WeightBounds.is_exact`` is false.

        Args:
            within: As for `Robustness.weights`.

        Returns:
            By dimension. None where the direction is unknown, or it is not known how a rule reads weights.

        Raises:
            ScoringError: If there are no such weights.
        """
        before, after = (result.robustness().weights(within) for result in (self.before, self.after))
        return {id: _holds(self, id, before, after) for id in self}

    def holds_for_any_distances(self) -> Mapping[str, bool | None]:
        """Tell of each movement whether it has the same direction for any distances between the stages.

        A stage that follows from the order of stages alone, as under the median, does not depend on distances. A
        mean does: its movement holds if the mean itself moves this way for any values of the stages that rise from
        0 to 1. The stage that it reaches may then be the same, but never moves the other way.

        Returns:
            By dimension. None where the direction is unknown, in translations, where a rule of a third party takes
            distances into account, and where a rule compares means.
        """
        before, after = (shares_at_or_above(result) for result in (self.before, self.after))
        return {id: _holds_for_any_distances(self[id].direction, before[id], after[id]) for id in self}

    def among_the_same(self) -> Comparison | None:
        """Return the comparison among the respondents who answered both times.

        None where that cannot be known, as names are missing or results were read back, or where there is nobody.
        """
        results = self.before.robustness(), self.after.robustness()
        old, new = ({key(name): name for name in found.names} for found in results)
        same = old.keys() & new.keys()
        if not same or not (all(old) and all(new)):
            return None
        kept = ([names[who] for who in names if who in same] for names in (old, new))
        return Comparison(*(found.among(names) for found, names in zip(results, kept, strict=True)))

    def to_dict(self) -> ComparisonEntry:
        """Return the comparison as plain data, with stages by id."""
        copy = Comparison(self.before._working_copy(), self.after._working_copy())
        weights, distances, same = (
            copy.holds_within(QUARTER),
            copy.holds_for_any_distances(),
            copy.among_the_same(),
        )
        return {
            "format": 1,
            "model": {"id": self.after.model.id, "version": self.after.model.version},
            "before": _scored(self.before),
            "after": _scored(self.after),
            "dimensions": {
                id: {
                    "before": ids_of(movement.before),
                    "after": ids_of(movement.after),
                    "direction": movement.direction,
                    "certain": movement.certain,
                    "within_a_quarter": weights[id],
                    "for_any_distances": distances[id],
                    "among_the_same": same[id].direction if same else None,
                }
                for id, movement in copy.items()
            },
        }


def compare(before: Result, after: Result, *, network: Network | None = None) -> Comparison:
    """Compare two results of one model.

    Args:
        before: The earlier result, or that of one team or subject.
        after: The later result, or that of another.
        network: Network with the crosswalk between versions of the model, named
            ``<id>@<version>--<id>@<version>``; by default that of the installed crosswalks.

    Raises:
        ComparisonError: If the results are of different models, of versions that no
            crosswalk joins, or scored by different rules or weights.
    """
    old, new = before.model, after.model
    if old.id != new.id:
        problem = f"the results are of {quoted(old.id)} and {quoted(new.id)}"
        finding = Finding("", problem, "one model; translate one of them first")
        raise ComparisonError("the results cannot be compared", [finding])
    if old.version != new.version:
        network = network or Network()
        path = [network._name_of(old, exact=True), network._name_of(new, exact=True)]
        network._add(path[0], old)
        network._add(path[1], new)
        before = translate_by(before, network._route(path), scorer=after._plan.scorer)
    elif before.scorer != after.scorer or before.weights != after.weights:
        problem = f"they were scored by other rules or weights: {before.scorer} and {after.scorer}"
        raise ComparisonError("the results cannot be compared", [Finding("", problem, "one rule and its weights")])
    return Comparison(before, after)


def derivation_note(comparison: Comparison) -> str:
    """Return a sentence on the crosswalks that results were carried over by; empty if none was."""
    results = (comparison.before, comparison.after)
    used = [item for result in results if isinstance(result, Translation) for item in result.route.crosswalks]
    names = ", ".join(dict.fromkeys(item.id for item in used))
    return (
        phrase("Carried over by {names}: what follows from it holds if the links hold.", names=names)
        if names
        else ""
    )


def respondents_note(comparison: Comparison) -> str:
    """Return a warning that other respondents answered than before; empty if they are the same or not named."""
    results = comparison.before, comparison.after
    measured = (result.measured if isinstance(result, Translation) else result for result in results)
    before, after = ({key(name): name for name in respondent_names(result)} for result in measured)
    all_named = all(before) and all(after) and before and after and WHAT_IF not in {*before, *after}
    subjects = {key(result.subject) for result in results}
    if not all_named or len(subjects) > 1 or before.keys() == after.keys():
        return ""
    new = [name for id, name in after.items() if id not in before]
    gone = [name for id, name in before.items() if id not in after]
    joined = phrase("new: {names}", names=shortened_list(new)) if new else ""
    left = phrase("no longer: {names}", names=shortened_list(gone)) if gone else ""
    return phrase(
        "Other respondents than before ({who}). What moved may be who answered: open answers are another matter.",
        who=phrase("{new}; {gone}", new=joined, gone=left) if new and gone else joined or left,
    )


def _movement(before: Score, after: Score) -> Movement:
    scale = after.dimension.scale
    old, new = before.stage, after.stage
    if scale is None or old is None or new is None:
        return Movement(after.dimension, old, new, "unknown", old is new is None)
    if old.likely is None or new.likely is None:
        direction: Direction = "unknown"
    else:
        direction = _direction(scale, old.likely, new.likely)
    return Movement(after.dimension, old, new, direction, _is_certain(scale, old, new, direction))


def _direction(scale: Scale, old: Stage, new: Stage) -> Direction:
    a, b = scale.positions[old.id], scale.positions[new.id]
    if a == b:
        return "same"
    if scale.at_least(b, a):
        return "up"
    return "down" if scale.at_least(a, b) else "sideways"


def _is_certain(scale: Scale, old: Span[Stage], new: Span[Stage], direction: Direction) -> bool:
    """Check whether every stage of the old span has this direction to every stage of the new one."""
    if direction == "same":
        return old.low.id == old.high.id == new.low.id == new.high.id
    if direction == "up":
        return _direction(scale, old.high, new.low) == "up"
    if direction == "down":
        return _direction(scale, old.low, new.high) == "down"
    return direction == "sideways" and old.low.id == old.high.id and new.low.id == new.high.id


def _holds(
    comparison: Comparison,
    id: str,
    before: Mapping[str, WeightBounds | None],
    after: Mapping[str, WeightBounds | None],
) -> bool | None:
    movement = comparison[id]
    scale = movement.dimension.scale
    if scale is None or movement.direction == "unknown":
        return None
    if movement.dimension.is_leaf:
        return True
    old, new = before[id], after[id]
    if old is None or new is None:
        return None
    pairs = [(a.likely, b.likely) for a in (old.lowest, old.highest) for b in (new.lowest, new.highest)]
    return all(a and b and _direction(scale, a, b) == movement.direction for a, b in pairs)


def _holds_for_any_distances(direction: Direction, before: Shares | None, after: Shares | None) -> bool | None:
    if before is None or after is None:
        return None
    lowest, highest = differences(before, after)
    if direction == "up":
        return lowest >= 0 < highest
    if direction == "down":
        return highest <= 0 > lowest
    return lowest < 0 < highest if direction == "sideways" else lowest == highest == 0


def _scored(result: Result) -> Scored:
    return {"subject": result.subject, "date": result.date.isoformat() if result.date else None}
