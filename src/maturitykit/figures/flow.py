"""Flow diagram of a translation: the links between dimensions, and their strength."""

from __future__ import annotations

from collections.abc import Sequence

from maturitykit.comparison.translation import Translation
from maturitykit.definition import Dimension, Model
from maturitykit.definition.fields import OUTCOME
from maturitykit.figures.lanes import NAMES_BESIDE
from maturitykit.figures.svg import LEADING, SIZE, Drawing, wrapped
from maturitykit.scoring.summary import with_depths
from maturitykit.words import Words


def flow(translation: Translation, width: float = 760, language: str = "") -> str:
    """Draw the source's dimensions on the left, the target's on the right, and a band for each link.

    The wider a band, the stronger the link; it is dashed if the source judges only a part.
    A dimension of the target that no band reaches cannot be inferred.
    """
    say = Words(language or translation.model.language)
    source, target = translation.origin.model, translation.model
    uses = [use for id in translation for use in translation[id].links]
    names = {"source": source.title, "target": target.title}
    lines = [f"{use.link.source} → {use.link.target} {float(use.link.strength):.2f}" for use in uses]
    drawing = Drawing(width, say("From {source} to {target}", **names), "; ".join(lines[:30]))
    linked = {use.link.source for use in uses}
    lefts = _column(source, linked)
    rights = _column(target, {use.link.target for use in uses}, all_leaves=True)
    column = width * (0.34 if width >= NAMES_BESIDE else 0.38)
    first = _titles(drawing, (source.title, target.title), column)
    at_left = _names(drawing, lefts, first, 0, column, say)
    at_right = _names(drawing, rights, first, width - column, column, say)
    start, end = column + 4, width - column - 4
    middle = (start + end) / 2
    used = set()
    for use in uses:
        style = "flow" if use.link.is_full else "part-flow"
        used.add(style)
        y, y2 = at_left[use.link.source], at_right[use.link.target]
        hint = say("{one} → {other}, strength {strength:.2f}", one=source.by_id[use.link.source].name,
                   other=target.by_id[use.link.target].name, strength=float(use.link.strength))  # fmt: skip
        curve = f"M{start:.1f} {y:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {y2:.1f} {end:.1f} {y2:.1f}"
        drawing.path(style, curve, hint, stroke_width=1 + 11 * float(use.link.strength))
    y = max([first, *at_left.values(), *at_right.values()]) + 26
    legend = [
        ("flow", say("judges all of it; wider is stronger")),
        ("part-flow", say("judges a part of it; wider is stronger")),
        ("before-dot", say("cannot be inferred")),
    ]
    for id in translation.not_inferable:
        used.add("before-dot")
        drawing.circle("before-dot", end, at_right[id], 5)
    return drawing.svg(drawing.legend(y + 8, [entry for entry in legend if entry[0] in used]))


def _column(model: Model, linked: set[str], all_leaves: bool = False) -> list[Dimension]:
    """Return the dimensions of a column: the linked ones, and if asked all that are rated."""
    rows = [d for d, _ in with_depths(model) if d.id in linked or (all_leaves and d.is_leaf)]
    return [model.root, *rows] if OUTCOME in linked else rows


def _titles(drawing: Drawing, titles: Sequence[str], column: float) -> float:
    tallest = 0
    for i, title in enumerate(titles):
        lines = wrapped(title, column - 6, 5, 12)
        x, anchor = (4.0, "start") if i == 0 else (drawing.width - 4, "end")
        drawing.lines(x, 14, lines, "quiet", anchor, 12)
        tallest = max(tallest, len(lines))
    return 14 + tallest * LEADING


def _names(
    drawing: Drawing, dimensions: Sequence[Dimension], y: float, x: float, column: float, say: Words
) -> dict[str, float]:
    """Draw the names of a column, and return the vertical middle of each by its id."""
    middles, is_left, small = {}, x == 0, 12 if drawing.width >= NAMES_BESIDE else 11
    for dimension in dimensions:
        name = say("overall") if dimension.id == OUTCOME else dimension.name
        lines = wrapped(name, column - 14, 5, small)
        height = max(24, LEADING * len(lines) + 8)
        drawing.rect("band", x, y + 1, column, height - 2, 3)
        anchor, text_x = ("end", column - 8) if is_left else ("start", x + 8)
        drawing.lines(text_x, y + (height - LEADING * len(lines)) / 2 + SIZE - 1, lines, "text", anchor, small)
        middles[dimension.id] = y + height / 2
        y += height
    return middles
