"""A result in another model: at no place does it look like a measured one."""

from __future__ import annotations

from collections.abc import Iterator

from maturitykit import figures
from maturitykit.comparison.sentences import beside_outcome, what_carries, what_to_know
from maturitykit.comparison.translation import Translation
from maturitykit.report.nodes import Block, Bullet, Bullets, Paragraph, Row, Section, Table
from maturitykit.report.sections import bars, figure, scores_table
from maturitykit.report.summary import names_of
from maturitykit.scoring.telling import capital, headline
from maturitykit.words import Words


def derived(translation: Translation, say: Words) -> Section:
    """What a result says of another model, what it cannot say, and what each link contributes."""
    blocks = [*findings(translation, say), *_contributions(translation, say)]
    return Section(say("Derived: {title}", title=translation.model.title), blocks, derived=True)


def findings(translation: Translation, say: Words) -> list[Block]:
    """What a result says of another model, and what it cannot say."""
    beside = [f"{capital(say(text))}." for text in beside_outcome(translation)]
    blocks: list[Block] = [
        Paragraph(_from(translation, say), "derived"),
        Paragraph(capital(say(headline(translation))), "lead"),
        *([Bullets(map(Bullet, beside))] if beside else ()),
        *figure(figures.flow, translation, say, say("Which dimensions speak of which")),
        *figure(figures.quadrant, translation, say, say("Where it stands, derived")),
        *figure(figures.ladder, translation, say, say("Stages and what they require, derived")),
        *figure(figures.profile, translation, say, say("Profile, derived"), _hollow(translation)),
        scores_table(translation, say),
    ]
    names = names_of(translation, say)
    unknown = [translation[id] for id in translation.not_inferable]
    if unknown:
        blocks.append(Paragraph(say("What cannot be inferred"), "heading"))
        blocks.append(
            Bullets(Bullet(f"{names[score.dimension.id]}: {say(score.why_not_inferable)}") for score in unknown)
        )
    if remarks := what_to_know(translation):
        blocks.append(Paragraph(say("Before you rely on this"), "heading"))
        blocks.append(Bullets(Bullet(f"{names[where]}: {say(message)}") for _, where, message in remarks))
    return blocks


def _contributions(translation: Translation, say: Words) -> Iterator[Block]:
    """A row for each link: what it says, and what is left of the conclusion without it."""
    contributions = translation.contributions()
    if not contributions:
        return
    title = say("What each link contributes")
    yield Paragraph(title, "heading")
    yield Paragraph(say(what_carries(contributions)))
    head = ["link", "says", "the overall stage without it" if translation.stage else "the dimension without it"]
    rows = [Row((say(item.use.name), say(item.use.says), say(item.describe()))) for item in contributions]
    yield Table(map(say, head), rows, title)


def _from(translation: Translation, say: Words) -> str:
    origin, way = translation.origin.model, translation.way
    source = f"{origin.title} ({origin.id} {origin.version})"
    through = say(" through {middle}", middle=", ".join(way.path[1:-1])) if len(way.path) > 2 else ""
    told = say("Derived, not measured: it follows from {source}{through}. Nobody was asked about this model.",
               source=source, through=through)  # fmt: skip
    strength = say("The strength of its links is {strength:.2f}: their mean, multiplied over the steps.",
                   strength=way.strength)  # fmt: skip
    return f"{told} {strength}"


def _hollow(translation: Translation) -> tuple[str, ...]:
    """The profile in characters: circles, where what was measured has blocks."""
    return tuple(line.translate(str.maketrans("█▓░", "●◐○")) for line in bars(translation))
