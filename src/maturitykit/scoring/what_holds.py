"""One sentence on what the outcome of a result rests on most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from maturitykit.definition import Stage
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.names import names_of
from maturitykit.scoring.scores import Span
from maturitykit.scoring.summary import capitalized
from maturitykit.words import Phrase, phrase

if TYPE_CHECKING:
    from maturitykit.scoring.robustness import Omission, Robustness

#: How far each weight may be off in the sentence: a quarter lower or higher.
QUARTER = Fraction(1, 4)

_NUMBERS = (
    phrase("two"), phrase("three"), phrase("four"), phrase("five"), phrase("six"), phrase("seven"),
    phrase("eight"), phrase("nine"), phrase("ten"),
)  # fmt: skip


def what_holds(robustness: Robustness, *, with_names: bool = True) -> Phrase:
    """Return what the outcome rests on most, in one sentence.

    `Robustness.sentence` says what it names, and in which order.

    Args:
        robustness: Of a result.
        with_names: Whether respondents are told by name; else by their number.
    """
    return _without_an_outcome(robustness) or _of_likely(robustness, with_names)


def _without_an_outcome(robustness: Robustness) -> Phrase | None:
    """Return the sentence where the outcome itself is nothing to speak of; None where it is."""
    result, people = robustness.result, robustness.respondents
    measured = result._measured
    if measured.coverage == 0 and not measured.outcome.not_applicable:
        if any(leaf.why_open != phrase("nobody has answered") for leaf in measured.leaves):
            return phrase("Nobody who answered knew: ask others first.")
        return phrase("Nobody has answered: ask first.")
    if (dissent := _dissent(robustness)) is not None:
        return phrase("{count} respondents, no agreement: {how}.", count=people, how=dissent)
    if result.outcome.not_applicable:
        return phrase("Not applicable.")
    if result.stage is None:
        by_one = phrase(", by one respondent") if people == 1 else ""
        return phrase("A profile, without an overall stage{by_one}.", by_one=by_one)
    return None


def _of_likely(robustness: Robustness, with_names: bool) -> Phrase:
    """Return the sentence on the likely stage of the outcome."""
    result = robustness.result
    bounds, likely = result.outcome.sentence, result.span.likely
    finding = None if likely is None else next(_findings(robustness, likely, with_names), None)
    if likely is None or (result.is_derived and finding is None):
        return phrase("Derived: {bounds}." if result.is_derived else "Not told: {bounds}.", bounds=bounds)
    if result.is_derived:
        parts = {"bounds": bounds, "stage": likely.name, "finding": finding}
        return phrase("Derived: {bounds}; {stage} is likely, {finding}.", **parts)
    if finding is None:
        return phrase("{stage}.", stage=capitalized(likely.name))
    return phrase("{stage}, {finding}.", stage=capitalized(likely.name), finding=finding)


class _Spread(NamedTuple):
    """Spread of the known answers to one question.

    Args:
        spans: Number of stages from the lowest to the highest that is named.
        stages: Number of stages of the scale.
        is_split: Whether they span more than half of the scale, and no stage is named by more than half.
    """

    spans: int
    stages: int
    is_split: bool


def _dissent(robustness: Robustness) -> Phrase | None:
    """Return how respondents differ, if they are split on most dimensions."""
    answers = list(_spreads(robustness))
    split = [found for found in answers if found.is_split]
    if 2 * len(split) <= len(answers):
        return None
    if len(split) < len(answers):
        counts = {"count": len(split), "all": len(answers)}
        return phrase("on {count} of {all} dimensions their answers lie far apart, without a majority", **counts)
    spans, stages = {found.spans for found in split}, {found.stages for found in split}
    if len(stages) > 1:
        return phrase("on every dimension their answers lie far apart, without a majority")
    parts = {"some": _number(min(spans)), "all": _number(min(stages))}
    if len(spans) > 1:
        return phrase("their answers span at least {some} of {all} stages on every dimension", **parts)
    return phrase("their answers span {some} of {all} stages on every dimension", **parts)


def _spreads(robustness: Robustness) -> Iterator[_Spread]:
    """Yield the spread of the answers to each question that applies."""
    measured, voices = robustness.result._measured, robustness._voices
    for leaf in measured.leaves:
        scale = leaf.dimension.scale
        if scale is None or leaf.not_applicable:
            continue
        said = (voices or {}).get(leaf.dimension.id)
        known = [reading.likely for reading in said.known] if said else []
        spans = max(known) - min(known) + 1 if known else 0
        most_named = max(Counter(known).values(), default=0)
        is_split = len(known) > 1 and 2 * spans > len(scale) and 2 * most_named <= len(known)
        yield _Spread(spans, len(scale), is_split)


def _number(count: int) -> object:
    """Return a number in words, up to ten."""
    return _NUMBERS[count - 2] if 2 <= count < len(_NUMBERS) + 2 else count


def _findings(robustness: Robustness, likely: Stage, with_names: bool) -> Iterator[Phrase]:
    """Yield what the likely stage of the outcome rests on, the gravest first."""
    result = robustness.result
    is_open = not result.is_derived and result.span.low != result.span.high
    if is_open and 2 * result.coverage < 1:
        could = _span(result.span)
        yield phrase("so far: less than half is answered, and open questions could make it {stages}", stages=could)
    if robustness.respondents == 1:
        yield phrase("by one respondent")
    names = names_of(result.model)
    for tie in robustness.ties:
        if tie.outcome is not None and tie.outcome != likely:
            on = _or([names.get(child.id, child.name) for child in tie.children])
            yield phrase(
                "by a tie: a little more weight on {names} makes it {stage}", names=on, stage=tie.outcome.name
            )
    yield from _omissions(robustness, ("respondent", "link"), with_names)
    box = robustness.weights(QUARTER).get(OUTCOME)
    if box and box.is_exact and not box.holds:
        others = dict.fromkeys(s.name for s in (box.lowest.likely, box.highest.likely) if s and s != likely)
        yield phrase("but weights a quarter lower or higher can make it {stages}", stages=_or(list(others)))
    yield from _omissions(robustness, ("question",), with_names)
    for rule, stage in robustness.rules.items():
        if stage is not None and stage.likely is not None and stage.likely != likely:
            yield phrase("but by {rule} it is {stage}", rule=phrase(rule), stage=stage.likely.name)
    if is_open:
        yield phrase("but open questions could make it {stages}", stages=_span(result.span))
    holds = [clause for clause in (_under(robustness), _without(robustness)) if clause]
    if len(holds) > 1:
        yield phrase("{one}, and {other}", one=holds[0], other=holds[1])
    yield from holds


def _omissions(robustness: Robustness, kinds: Sequence[str], with_names: bool) -> Iterator[Phrase]:
    found = [item for item in robustness.without if item.kind in kinds]
    for item in found[:1]:
        parts: dict[str, object] = {"what": _what(item, with_names), "stage": _likely(item.stage)}
        more = sum(other.kind == item.kind for other in found) - 1
        if more:
            yield phrase(
                "but without {what} it is {stage}; leaving out {more} more, each alone, changes it too",
                more=more, **parts,
            )  # fmt: skip
        else:
            yield phrase("but without {what} it is {stage}", **parts)


def _what(item: Omission, with_names: bool) -> str:
    if item.kind == "link":
        return phrase("the link {name}", name=item.name)
    if item.kind == "question":
        return phrase("the answers on {name}", name=item.name)
    return item.name if with_names and item.name else phrase("respondent {number}", number=item.number)


def _likely(stage: Span[Stage] | None) -> str:
    if stage is None:
        return phrase("not applicable")
    return stage.likely.name if stage.likely else phrase("open")


def _under(robustness: Robustness) -> Phrase | None:
    """Return under which weights and rules the likely stage is the same, knowing that no rule makes another."""
    any_weights, box = (robustness.weights(within).get(OUTCOME) for within in ("any", QUARTER))
    every_rule = phrase("every rule the model offers") if len(robustness.rules) > 1 else None
    weights = None
    if any_weights and any_weights.holds:
        weights = phrase("every weighting")
    elif box and box.holds:
        weights = phrase("weights a quarter lower or higher")
    if weights and every_rule:
        return phrase("under {weights} and {rules}", weights=weights, rules=every_rule)
    under = weights or every_rule
    return phrase("under {what}", what=under) if under else None


def _without(robustness: Robustness) -> Phrase | None:
    """Return that nobody decides alone, knowing that nobody does."""
    if robustness.respondents < 2 or robustness._voices is None:
        return None
    return (
        phrase("without either respondent")
        if robustness.respondents == 2
        else phrase("without any one respondent")
    )


def _or(names: Sequence[str]) -> str:
    """Return names as alternatives: ``a, b or c``."""
    if len(names) < 2:
        return names[0]
    return phrase("{names} or {last}", names=", ".join(names[:-1]), last=names[-1])


def _span(span: Span[Stage]) -> str:
    return phrase("{low} to {high}", low=span.low.name, high=span.high.name)
