"""Radar chart: a familiar shape whose area means nothing, for use beside a profile only."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

from maturitykit.definition.names import names_of
from maturitykit.figures.lanes import NAMES_BESIDE
from maturitykit.figures.svg import LEADING, SIZE, Drawing, wrapped
from maturitykit.scoring.result import Result
from maturitykit.scoring.scores import Score
from maturitykit.words import Words

#: Lowest and highest number of axes: fewer make no shape, and more cannot be read.
FEWEST, MOST = 3, 16


def radar(result: Result, width: float = 760, language: str = "") -> str:
    """Draw an axis for each rated dimension, with its likely stage and its lowest and highest possible ones.

    The area depends on the order of the axes and so means nothing: show it beside `profile`
    only. The text is empty if the dimensions do not share a scale, or are fewer than 3 or more than 16.
    """
    say = Words(language or result.model.language)
    scores = [score for score in result.leaves if score.position is not None]
    scales = {score.dimension.scale.id: score.dimension.scale for score in scores if score.dimension.scale}
    if not FEWEST <= len(scores) <= MOST or len(scales) != 1:
        return ""
    (scale,) = scales.values()
    drawing = Drawing(
        width,
        say("Radar: {title}", title=result.model.title),
        say("Its area depends on the order of the axes and means nothing: read each axis by itself."),
    )
    is_numbered = width < NAMES_BESIDE
    margin = 24.0 if is_numbered else 150.0
    radius = min((width - 2 * margin) / 2, 170)
    centre = width / 2, radius + 44.0
    derived = "derived-" if result.is_derived else ""
    for stage in range(len(scale.stages)):
        ring = [_at(centre, radius, i, len(scores), (stage + 1) / len(scale.stages)) for i in range(len(scores))]
        drawing.path("line", _closed(ring))
    names = names_of(result.model, [score.dimension for score in scores])
    for i, score in enumerate(scores):
        end = _at(centre, radius, i, len(scores), 1)
        drawing.line("line", *centre, *end)
        name = str(i + 1) if is_numbered else names[score.dimension.id]
        _label(drawing, name, _at(centre, radius + 12, i, len(scores), 1), centre[0], margin)
    _band(drawing, scores, centre, radius, len(scale.stages), derived)
    stages = " · ".join(f"{i} {stage.name}" for i, stage in enumerate(scale.stages, start=1))
    key = say("from the centre: {names}", names=stages)
    y = drawing.lines(4, centre[1] + radius + 60, wrapped(key, width - 8, 4, 12), "quiet", size=12)
    if is_numbered:
        axes = " · ".join(f"{i} {names[score.dimension.id]}" for i, score in enumerate(scores, start=1))
        y = drawing.lines(4, y + 4, wrapped(axes, width - 8, 16, 12), "text", size=12)
    samples = [
        (f"{derived}dot", say("likely")),
        (f"{derived}span", say("from the lowest to the highest possible stage")),
    ]
    return drawing.svg(drawing.legend(y + 4, samples))


def _band(
    drawing: Drawing, scores: Sequence[Score], centre: tuple[float, float], radius: float, count: int, derived: str
) -> None:
    """Draw the spans, the likely stages and the line that joins these."""
    likely: list[tuple[float, float] | None] = []
    for i, score in enumerate(scores):
        position = score.position
        assert position is not None
        ends = [_at(centre, radius, i, len(scores), (p + 1) / count) for p in (position.low, position.high)]
        if position.high > position.low:
            (x1, y1), (x2, y2) = ends
            drawing.path("span", f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", stroke_width=6, stroke_opacity="0.45")
        p = position.likely
        likely.append(None if p is None else _at(centre, radius, i, len(scores), (p + 1) / count))
    # The line has a gap at dimensions without a likely stage.
    sides = [(a, b) for a, b in zip(likely, likely[1:] + likely[:1], strict=True) if a and b]
    line = "".join(f"M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}" for a, b in sides)
    drawing.path("arrow", line, **({"stroke_dasharray": "4 3"} if derived else {}))
    for point in filter(None, likely):
        drawing.circle(f"{derived}dot", *point, 5)


def _at(centre: tuple[float, float], radius: float, i: int, count: int, share: float) -> tuple[float, float]:
    """Return the point on axis ``i`` of ``count`` at a share of the radius."""
    angle = 2 * pi * i / count - pi / 2
    return centre[0] + radius * share * cos(angle), centre[1] + radius * share * sin(angle)


def _closed(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "z"


def _label(drawing: Drawing, name: str, end: tuple[float, float], middle: float, margin: float) -> None:
    x, y = end
    anchor = "middle" if abs(x - middle) < 12 else "start" if x > middle else "end"
    space = drawing.width - x if anchor == "start" else x if anchor == "end" else 2 * margin
    lines = wrapped(name, space - 4, 3, 12)
    rise = {"middle": LEADING * len(lines) if y < drawing.width / 3 else 0}.get(anchor, LEADING * len(lines) / 2)
    drawing.lines(x, y - rise + SIZE - 2, lines, "text", anchor, 12)
