"""A result in another model: at no place does it look like a measured one."""

from __future__ import annotations

from maturitykit import figures
from maturitykit.comparison.translation import Translation
from maturitykit.report.nodes import Block, Bullet, Bullets, Paragraph, Section
from maturitykit.report.sections import bars, figure, scores_table
from maturitykit.report.summary import found_in, names_of
from maturitykit.words import Words


def derived(translation: Translation, say: Words) -> Section:
    """What a result says of another model, and what it cannot say."""
    title = translation.model.title
    blocks: list[Block] = [
        Paragraph(_from(translation, say), "derived"),
        Paragraph(found_in(translation, say), "lead"),
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
        blocks.append(Bullets(Bullet(f"{names[s.dimension.id]}: {say(s.why_open)}") for s in unknown))
    issues = [issue for issue in translation.issues if issue.code != "open"]
    if issues:
        blocks.append(Paragraph(say("What to know before using this"), "heading"))
        blocks.append(Bullets(Bullet(f"{names[issue.where]}: {say(issue.message)}") for issue in issues))
    return Section(say("Derived: {title}", title=title), blocks, derived=True)


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
