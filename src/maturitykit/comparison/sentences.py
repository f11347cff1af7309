"""Sentences about what was derived, each written once for the terminal, reports, notebooks and figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from maturitykit.definition import Scale, Stage
from maturitykit.definition.fields import OUTCOME
from maturitykit.scoring.scores import Span
from maturitykit.words import phrase

if TYPE_CHECKING:
    from maturitykit.comparison.derived import Contribution
    from maturitykit.comparison.translation import Translation


def relation_in_words(relation: Iterable[str]) -> str:
    """Return a set relation, or the several of which one holds, in words: ``equal or subset``."""
    first, *others = sorted(relation)
    words: str = phrase(first)
    for other in others:
        words = phrase("{one} or {other}", one=words, other=phrase(other))
    return words


def brief_bounds(scale: Scale, stage: Span[Stage]) -> str:
    """Return what a derived span rules out, and then what is likely: ``not above good: likely basic``."""
    low, likely, high = stage
    if low == high:
        return phrase("only {stage} is possible", stage=low.name)
    ruled_out = [
        # On a partial order more is ruled out than what is below or above.
        *([_lower(scale, low)] if low.id != scale.ids[0] else ()),
        *([_upper(scale, high)] if high.id != scale.ids[-1] else ()),
    ]
    guess = phrase("likely {stage}", stage=likely.name) if likely else phrase("no stage is likely")
    if len(ruled_out) == 2:
        return phrase("{one}, {other}: {guess}", one=ruled_out[0], other=ruled_out[1], guess=guess)
    first = ruled_out[0] if ruled_out else phrase("cannot be told from this")
    return phrase("{first}: {guess}", first=first, guess=guess)


def _lower(scale: Scale, low: Stage) -> str:
    return phrase("not below {stage}" if scale.is_chain else "at least {stage}", stage=low.name)


def _upper(scale: Scale, high: Stage) -> str:
    return phrase("not above {stage}" if scale.is_chain else "at the most {stage}", stage=high.name)


def describe_bounds(scale: Scale, stage: Span[Stage]) -> str:
    """Return the same with the ends that rule nothing out, and on which condition it holds."""
    low, likely, high = stage
    is_lowest, is_highest = low.id == scale.ids[0], high.id == scale.ids[-1]
    brief = brief_bounds(scale, stage)
    if is_lowest and is_highest and likely is None:
        return brief
    is_one = low == high
    return phrase(
        "{brief}{least}{most}, if the links hold",
        brief=brief,
        least=phrase(", at least {stage}", stage=low.name) if is_lowest and not is_one else "",
        most=phrase(", at the most {stage}", stage=high.name) if is_highest and not is_one else "",
    )


def beside_outcome(translation: Translation) -> Iterator[str]:
    """What to tell right beside a derived outcome: what it follows from, and of what nothing can be said."""
    yield from translation.outcome.remarks
    yield from (i.message for i in translation.issues if i.code == "not-inferable" and i.where == OUTCOME)
    if left_out := translation.route.left_out:
        yield phrase("without the links {names}, which were left out", names=", ".join(left_out))


def what_to_know(translation: Translation) -> list[tuple[str, str, str]]:
    """Return the severity, dimension and message of each issue that is told at no other place."""
    told = ("open", "not-inferable")
    return [(i.severity, i.where, i.message) for i in translation.issues if i.code not in told]


def what_carries(contributions: Sequence[Contribution]) -> str:
    """Return which link carries a conclusion: without it the stages of the outcome, or what is likely, change."""
    carrying = [item for item in contributions if item.carries]
    if not carrying:
        return phrase("No single link carries the conclusion: without any one of them it stays as it is.")
    if len(carrying) == 1:
        (one,) = carrying
        return phrase(
            "The conclusion rests on one link, {link}: without it, {left}.", link=one.use.name, left=one.describe()
        )
    names = "; ".join(item.use.name for item in carrying)
    return phrase("Each of these links changes the conclusion if it alone is left out: {names}.", names=names)


def how_reversed(translations: Iterable[Translation]) -> str:
    """Return how crosswalks that were read backwards were read; empty where there are none."""
    used = (item for translation in translations for item in translation.route.crosswalks)
    names = dict.fromkeys(item.id for item in used if item.is_reversed)
    if not names:
        return ""
    return phrase(
        "Read backwards: {names}. A stage then allows every stage that its links call compatible with it, and one "
        "is likely only where a coder called it so.",
        names=", ".join(names),
    )
