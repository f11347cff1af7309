"""Sentences about derived results, each written once for the terminal, reports, notebooks and figures."""

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
    """Return the set relations of which one holds, in words: ``equal or subset``."""
    first, *others = sorted(relation)
    words: str = phrase(first)
    for other in others:
        words = phrase("{one} or {other}", one=words, other=phrase(other))
    return words


def brief_bounds(scale: Scale, stage: Span[Stage]) -> str:
    """Return the stages that a derived span rules out, then the likely one: ``not above good: likely basic``."""
    low, likely, high = stage
    if low == high:
        return phrase("only {stage} is possible", stage=low.name)
    ruled_out = [
        *([_lower(scale, low)] if low.id != scale.ids[0] else ()),
        *([_upper(scale, high)] if high.id != scale.ids[-1] else ()),
    ]
    guess = phrase("likely {stage}", stage=likely.name) if likely else phrase("no stage is likely")
    if len(ruled_out) == 2:
        return phrase("{one}, {other}: {guess}", one=ruled_out[0], other=ruled_out[1], guess=guess)
    first = ruled_out[0] if ruled_out else phrase("cannot be told from this")
    return phrase("{first}: {guess}", first=first, guess=guess)


def _lower(scale: Scale, low: Stage) -> str:
    # On a partial order, stages that are neither below nor above are ruled out too.
    return phrase("not below {stage}" if scale.is_chain else "at least {stage}", stage=low.name)


def _upper(scale: Scale, high: Stage) -> str:
    return phrase("not above {stage}" if scale.is_chain else "at most {stage}", stage=high.name)


def describe_bounds(scale: Scale, stage: Span[Stage]) -> str:
    """Return the brief bounds with the ends that rule nothing out, and the condition under which they hold."""
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
        most=phrase(", at most {stage}", stage=high.name) if is_highest and not is_one else "",
    )


def outcome_notes(translation: Translation) -> Iterator[str]:
    """Yield what to show beside a derived outcome: what it follows from, and what cannot be inferred."""
    yield from translation.outcome.remarks
    yield from (i.message for i in translation.issues if i.code == "not-inferable" and i.where == OUTCOME)
    if left_out := translation.route.left_out:
        yield phrase("without the links {names}, which were left out", names=", ".join(left_out))


def other_issues(translation: Translation) -> list[tuple[str, str, str]]:
    """Return the severity, dimension and message of each issue that is shown nowhere else."""
    shown_elsewhere = ("open", "not-inferable")
    return [(i.severity, i.where, i.message) for i in translation.issues if i.code not in shown_elsewhere]


def carrying_links(contributions: Sequence[Contribution]) -> str:
    """Return a sentence that names the links without which the stages of a conclusion change."""
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


def reversal_note(translations: Iterable[Translation]) -> str:
    """Return a note on the crosswalks that were read backwards; empty if there are none."""
    used = (item for translation in translations for item in translation.route.crosswalks)
    names = dict.fromkeys(item.id for item in used if item.is_reversed)
    if not names:
        return ""
    return phrase(
        "Read backwards: {names}. A stage then allows every stage that its links call compatible with it, and one "
        "is likely only where a coder called it so.",
        names=", ".join(names),
    )
