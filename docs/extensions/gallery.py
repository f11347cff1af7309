"""The directives ``{frameworks} en`` and ``{crosswalk-map}``: what is installed, on a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from math import cos, pi, sin
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import maturitykit as mk
from maturitykit import figures
from maturitykit.cli import commands
from maturitykit.figures.svg import Drawing, escape, width_of, wrapped

EXAMPLES = Path(__file__).parents[2] / "examples"

#: What is numbered by its name, as "Stage 1" is.
NUMBERED = re.compile(r"(\w+ )?\d+\b")

#: Words of the gallery that no report has.
DUTCH: Mapping[str, str] = {
    "Stages": "Fasen",
    "What is judged": "Wat beoordeeld wordt",
    "Scored by": "Gescoord met",
    "our reading": "onze lezing",
    "All of our reading": "Alles wat onze lezing is",
    "Not named by the source.": "Niet door de bron genoemd.",
    "or": "of",
    "None: the source has no overall stages, and none were invented.": (
        "Geen: de bron heeft geen fasen voor het geheel, en er zijn er geen verzonnen."
    ),
    "A made-up example": "Een verzonnen voorbeeld",
    "neither above the other": "geen van beide boven de ander",
}


class Frameworks(SphinxDirective):
    """Every installed model beside the others, in one language."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The nodes in its place."""
        language = self.arguments[0]
        cards = "".join(Card(mk.model(id).in_language(language), language).html() for id in mk.models)
        return [nodes.raw("", f'<div class="cards" lang="{language}">{cards}</div>', format="html")]


class Card:
    """One model, as far as it fits on a card."""

    def __init__(self, model: mk.Model, language: str) -> None:
        self.model = model
        self.language = language

    def say(self, text: str) -> str:
        """A word of the card in its language."""
        return DUTCH[text] if self.language == "nl" else text

    def ours(self, *parts: str) -> str:
        """The mark of what the source does not state."""
        return f" <mark>{self.say('our reading')}</mark>" if [*self.model.readings_on(*parts)] else ""

    def html(self) -> str:
        """The card."""
        model, source = self.model, self.model.source
        named = ", ".join(filter(None, (source.author, source.title, source.publisher, source.date)))
        rules = f" {self.say('or')} ".join(f"<code>{escape(rule)}</code>" for rule in model.scorers)
        readings = "".join(f"<li>{escape(reading.why)}</li>" for reading in model.readings)
        parts = (
            f"<h3>{escape(model.title)}{self.ours('title')}</h3>",
            f'<p class="quiet">{escape(named) or self.say("Not named by the source.")}</p>',
            f"<p>{escape(model.summary)}</p>",
            f"<h4>{self.say('Stages')}{self.ours('outcome')}</h4>{self.stages()}",
            f"<h4>{self.say('What is judged')}</h4><ul>{''.join(self.dimensions(model.dimensions))}</ul>",
            f"<p>{self.say('Scored by')} {rules}{self.ours('scorers')}</p>",
            f"<details><summary>{self.say('All of our reading')} ({len(model.readings)})</summary>",
            f"<ul>{readings}</ul></details>",
            self.example(),
        )
        return f'<article class="card" id="{model.id}-{self.language}">{"".join(parts)}</article>'

    def stages(self) -> str:
        """The stages of the outcome, from the lowest up; those that cannot be compared beside each other."""
        scale = self.model.outcome
        if scale is None:
            return f"<p>{self.say('None: the source has no overall stages, and none were invented.')}</p>"
        levels: dict[int, list[str]] = {}
        for stage, below in zip(scale.stages, scale.below, strict=True):
            question = f'<br><span class="quiet">{escape(stage.question)}</span>' if stage.question else ""
            levels.setdefault(len(below), []).append(f"{escape(stage.name)}{question}")
        beside = f' <span class="quiet">({self.say("neither above the other")})</span>'
        items = (f"<li>{' · '.join(names)}{beside * (len(names) > 1)}</li>" for _, names in sorted(levels.items()))
        # Of "2. Stage 1" nobody knows which of the two it is.
        named = ' class="named"' * any(map(NUMBERED.match, (stage.name for stage in scale.stages)))
        return f"<ol{named}>{''.join(items)}</ol>"

    def dimensions(self, dimensions: Iterable[mk.Dimension]) -> Iterator[str]:
        """The tree of what is judged."""
        for dimension in dimensions:
            below = f"<ul>{''.join(self.dimensions(dimension.children))}</ul>" if dimension.children else ""
            path = f"dimensions.{dimension.id}"
            whole = any(path in reading.about for reading in self.model.readings)
            mark = self.ours("dimensions", dimension.id) if whole else ""
            yield f"<li>{escape(dimension.name)}{mark}{below}</li>"

    def example(self) -> str:
        """The result of the example that comes with the model, in the figure that shows its shape."""
        result = mk.score(self.model, mk.read(EXAMPLES / f"{self.model.id}.csv"))
        shapes = (figures.quadrant, figures.ladder, figures.profile)
        drawn = next(filter(None, (shape(result, figures.NARROW, self.language) for shape in shapes)))
        caption = f"{self.say('A made-up example')}: {result.subject}"
        return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>"


class CrosswalkMap(SphinxDirective):
    """What leads from where to where, how strong, and how much of the target it covers."""

    def run(self) -> list[nodes.Node]:
        """The nodes in its place."""
        listed = CliRunner().invoke(commands, ["crosswalk", "--list", "--json"], catch_exceptions=False)
        pairs = {(row["source"], row["target"]): row for row in json.loads(listed.stdout)}
        names = sorted({name for pair in pairs for name in pair})
        drawn = (f'<div class="{kind}">{draw(names, pairs, width)}</div>' for kind, width in SIZES)
        return [nodes.raw("", f"<figure>{''.join(drawn)}</figure>{table(names, pairs)}", format="html")]


SIZES = (("wide", figures.WIDE), ("narrow", figures.NARROW))

Pairs = Mapping[tuple[str, str], Mapping[str, Any]]


def draw(names: list[str], pairs: Pairs, width: float) -> str:
    """Models in a ring, and between them their crosswalks, the wider the stronger."""
    drawing = Drawing(width, "The crosswalks between the models", "The numbers are in the table below.")
    height = width * (0.62 if width > 500 else 0.9)
    across, up = width / 2 - 46, height / 2 - 30
    turns = {name: 2 * pi * i / len(names) - pi / 2 for i, name in enumerate(names)}
    at = {name: (width / 2 + across * cos(turn), height / 2 + up * sin(turn)) for name, turn in turns.items()}
    direct = {tuple(sorted(pair)): row for pair, row in pairs.items() if len(row["path"]) == 2}
    for (a, b), row in direct.items():
        (x1, y1), (x2, y2) = at[a], at[b]
        drawing.path("flow", f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", stroke_width=round(12 * row["strength"], 1))
    for (a, b), row in direct.items():
        (x1, y1), (x2, y2) = at[a], at[b]
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        drawing.rect("ground", x - 15, y - 9, 30, 18, 4)
        drawing.text(x, y + 4, f"{row['strength']:.2f}", "text", "middle", 12)
    for name, (x, y) in at.items():
        lines = wrapped(name, 88, 3, 12)
        room = max(width_of(line, 12) for line in lines) + 4
        left = min(max(x - room / 2, 0), width - room)
        drawing.rect("span", left, y - 8 * len(lines) - 5, room, 16 * len(lines) + 10, 6)
        drawing.lines(left + room / 2, y - 8 * len(lines) + 12, lines, "text", "middle", 12)
    return drawing.svg(height)


def table(names: list[str], pairs: Pairs) -> str:
    """From each model to each: strength, and how much of the target is covered."""
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    rows = ""
    for source in names:
        cells = "".join(f"<td>{_cell(pairs.get((source, target)))}</td>" for target in names)
        rows += f'<tr><th scope="row">{source}</th>{cells}</tr>'
    corner = "<th>from \\ to</th>"
    return (
        f'<div class="table-wrapper"><table class="map"><thead><tr>{corner}{head}</tr></thead>{rows}</table></div>'
    )


def _cell(row: Mapping[str, Any] | None) -> str:
    if row is None or row["strength"] is None:
        return "–"
    way = "" if len(row["path"]) == 2 else f"<br>through {' '.join(row['path'][1:-1])}"
    return f"<b>{row['strength']:.2f}</b><br>{row['coverage']:.0%}{way}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the directives known."""
    app.add_directive("frameworks", Frameworks)
    app.add_directive("crosswalk-map", CrosswalkMap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
