"""Sections on results derived for other models, always marked as derived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from maturitykit import figures
from maturitykit.comparison.sentences import carrying_links, other_issues, outcome_notes, reversal_note
from maturitykit.comparison.translation import Translation
from maturitykit.definition.fields import OUTCOME
from maturitykit.report.method import LINKS, derivation
from maturitykit.report.nodes import Block, Bullet, Bullets, Number, Paragraph, Row, Section, Table
from maturitykit.report.sections import figure, scores_table
from maturitykit.report.summary import names_of
from maturitykit.scoring.result import Result
from maturitykit.scoring.scores import describe
from maturitykit.scoring.summary import capitalized, headline, stage_in_words
from maturitykit.words import Words, phrase

CONTRIBUTIONS = phrase("What each link contributes")
DERIVED = phrase("Derived, not measured")


def derived(translation: Translation, say: Words, *, contributions: bool = True) -> Section:
    """Return the section on a translation: its scores, what cannot be inferred, and each link's contribution."""
    blocks = findings(translation, say)
    if contributions and (details := contributions_of(translation, say)):
        blocks += [Paragraph(say(CONTRIBUTIONS), "heading"), *details]
    return Section(say("Derived: {title}", title=translation.model.title), blocks, derived=True)


def explained(translation: Translation, id: str, say: Words) -> Iterator[Section]:
    """Yield the derivation of a derived score, and what each link contributes."""
    yield derivation(translation, id, say)
    if blocks := contributions_of(translation, say, id):
        yield Section(say(CONTRIBUTIONS), blocks)
    if text := reversal_note([translation]):
        yield Section("", [Paragraph(say(text))])


def everywhere(result: Result, translations: Sequence[Translation], say: Words) -> Section:
    """Return a table of one result in other models, with a row for each."""
    rows = [
        Row((
            translation.route.path[-1],
            say(stage_in_words(translation.outcome) or "a profile"),
            Number(translation.coverage, "0%"),
            Number(translation.route.strength, "0.00"),
            " ".join(translation.route.path[1:-1]),
        ))
        for translation in translations
    ]  # fmt: skip
    head = "model", "stage, if the links hold", "covered", "strength", "through"
    measured = say("Measured: {title} ({id}): {found}", title=result.model.title, id=result.model.id,
                   found=describe(result.outcome))  # fmt: skip
    blocks: list[Block] = [Paragraph(measured), Table(map(say, head), rows, say(DERIVED))]
    note = (
        say("One in detail: --to MODEL")
        if rows
        else say("No installed crosswalk leads to another installed model.")
    )
    return Section(say(DERIVED), [*blocks, Paragraph(note, "quiet")])


def routes(pairs: Sequence[Mapping[str, Any]], say: Words) -> Iterator[Block]:
    """Yield a table of the models that can be translated to others, and why some cannot."""
    if not pairs:
        yield Paragraph(say("No crosswalks are installed: they come as packages of their own."))
        return
    head = "from", "to", "route", "strength", "covers"
    yield Table(map(say, head), [_route(pair, say) for pair in pairs], say("Crosswalks"))
    yield from map(Paragraph, dict.fromkeys(pair["error"] for pair in pairs if "error" in pair))


def _route(pair: Mapping[str, Any], say: Words) -> Row:
    ends = pair["source"], pair["target"]
    if "error" in pair:
        return Row((*ends, say("cannot be used"), "", ""))
    middle = " ".join(pair["path"][1:-1])
    route = say("through {middle}", middle=middle) if middle else say("direct")
    return Row((*ends, route, Number(pair["strength"], "0.00"), Number(pair["coverage"], "0%")))


def link_reading(translation: Translation, say: Words) -> Section:
    """Return the section that marks links as our reading and explains crosswalks read backwards."""
    texts = (LINKS, phrase("What each rests on: --explain DIMENSION"), reversal_note([translation]))
    return Section(say("Our reading, not stated by either source"), [Paragraph(say(t)) for t in texts if t])


def findings(translation: Translation, say: Words) -> list[Block]:
    """Return the derived scores as figures and a table, what cannot be inferred, and issues to know."""
    notes = [f"{capitalized(say(text))}." for text in outcome_notes(translation)]
    blocks: list[Block] = [
        Paragraph(_origin(translation, say), "derived"),
        Paragraph(capitalized(say(headline(translation))), "lead"),
        *([Bullets(map(Bullet, notes))] if notes else ()),
        *figure(figures.flow, translation, say, say("Links between dimensions")),
        *figure(figures.quadrant, translation, say, say("Where it stands, derived")),
        *figure(figures.ladder, translation, say, say("Stages and what they require, derived")),
        *figure(figures.profile, translation, say, say("Profile, derived")),
        scores_table(translation, say),
    ]
    names = names_of(translation, say)
    unknown = [translation[id] for id in translation.not_inferable]
    if unknown:
        blocks.append(Paragraph(say("What cannot be inferred"), "heading"))
        blocks.append(
            Bullets(Bullet(f"{names[score.dimension.id]}: {say(score.why_not_inferable)}") for score in unknown)
        )
    if issues := other_issues(translation):
        blocks.append(Paragraph(say("Before you rely on this"), "heading"))
        blocks.append(Bullets(Bullet(f"{names[where]}: {say(message)}") for _, where, message in issues))
    return blocks


def contributions_of(translation: Translation, say: Words, id: str = OUTCOME) -> list[Block]:
    """Return what each link says and what remains of the conclusion without it; empty if there are no links."""
    contributions = translation.contributions(id)
    if not contributions:
        return []
    head = ["link", "says", "the overall stage without it" if translation.stage else "the dimension without it"]
    rows = [Row((say(item.use.name), say(item.use.says), say(item.describe()))) for item in contributions]
    return [Paragraph(say(carrying_links(contributions))), Table(map(say, head), rows, say(CONTRIBUTIONS))]


def _origin(translation: Translation, say: Words) -> str:
    origin, route = translation.origin.model, translation.route
    source = f"{origin.title} ({origin.id} {origin.version})"
    through = say(" through {middle}", middle=", ".join(route.path[1:-1])) if len(route.path) > 2 else ""
    follows = say("Derived, not measured: it follows from {source}{through}. Nobody was asked about this model.",
                  source=source, through=through)  # fmt: skip
    strength = say("The strength of its links is {strength:.2f}: their mean, multiplied over the steps.",
                   strength=route.strength)  # fmt: skip
    return f"{follows} {strength}"
