"""The radar: a familiar shape, whose area means nothing; to be shown beside a profile only."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

from maturitykit.definition.names import names_of
from maturitykit.figures.lanes import BESIDE
from maturitykit.figures.svg import LEADING, SIZE, Drawing, wrapped
from maturitykit.scoring.result import Result
from maturitykit.scoring.scores import Score
from maturitykit.words import Words

#: Fewer axes make no shape, and more cannot be read.
FEWEST, MOST = 3, 16


def radar(result: Result, width: float = 760, language: str = "") -> str:
    """The likely stage of each rated dimension on an axis of its own, with the least and the most.

    The area depends on the order of the axes and so means nothing: show it beside `profile`
    only. Empty where the dimensions do not share a scale, or are too few or too many.
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
    numbered = width < BESIDE
    room = 24.0 if numbered else 150.0
    radius = min((width - 2 * room) / 2, 170)
    centre = width / 2, radius + 44.0
    derived = "derived-" if result.is_derived else ""
    for stage in range(len(scale.stages)):
        ring = [_at(centre, radius, i, len(scores), (stage + 1) / len(scale.stages)) for i in range(len(scores))]
        drawing.path("line", _closed(ring))
    told_apart = names_of(result.model, [score.dimension for score in scores])
    for i, score in enumerate(scores):
        end = _at(centre, radius, i, len(scores), 1)
        drawing.line("line", *centre, *end)
        name = str(i + 1) if numbered else told_apart[score.dimension.id]
        _label(drawing, name, _at(centre, radius + 12, i, len(scores), 1), centre[0], room)
    _band(drawing, scores, centre, radius, len(scale.stages), derived)
    names = " · ".join(f"{i} {stage.name}" for i, stage in enumerate(scale.stages, start=1))
    told = say("from the centre: {names}", names=names)
    y = drawing.lines(4, centre[1] + radius + 60, wrapped(told, width - 8, 4, 12), "quiet", size=12)
    if numbered:
        axes = " · ".join(f"{i} {told_apart[score.dimension.id]}" for i, score in enumerate(scores, start=1))
        y = drawing.lines(4, y + 4, wrapped(axes, width - 8, 16, 12), "text", size=12)
    samples = [(f"{derived}dot", say("likely")), (f"{derived}span", say("from the least to the most it can be"))]
    return drawing.svg(drawing.legend(y + 4, samples))


def _band(
    drawing: Drawing, scores: Sequence[Score], centre: tuple[float, float], radius: float, count: int, derived: str
) -> None:
    likely: list[tuple[float, float] | None] = []
    for i, score in enumerate(scores):
        position = score.position
        assert position is not None
        ends = [_at(centre, radius, i, len(scores), (p + 1) / count) for p in (position.low, position.high)]
        if position.high > position.low:
            (x1, y1), (x2, y2) = ends
            drawing.path("span", f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", stroke_width=6, stroke_opacity="0.45")
        at = position.likely
        likely.append(None if at is None else _at(centre, radius, i, len(scores), (at + 1) / count))
    # Where one is open, the line has a gap.
    sides = [(a, b) for a, b in zip(likely, likely[1:] + likely[:1], strict=True) if a and b]
    line = "".join(f"M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}" for a, b in sides)
    drawing.path("arrow", line, **({"stroke_dasharray": "4 3"} if derived else {}))
    for point in filter(None, likely):
        drawing.circle(f"{derived}dot", *point, 5)


def _at(centre: tuple[float, float], radius: float, i: int, count: int, share: float) -> tuple[float, float]:
    angle = 2 * pi * i / count - pi / 2
    return centre[0] + radius * share * cos(angle), centre[1] + radius * share * sin(angle)


def _closed(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "z"


def _label(drawing: Drawing, name: str, end: tuple[float, float], middle: float, room: float) -> None:
    x, y = end
    anchor = "middle" if abs(x - middle) < 12 else "start" if x > middle else "end"
    space = drawing.width - x if anchor == "start" else x if anchor == "end" else 2 * room
    lines = wrapped(name, space - 4, 3, 12)
    rise = {"middle": LEADING * len(lines) if y < drawing.width / 3 else 0}.get(anchor, LEADING * len(lines) / 2)
    drawing.lines(x, y - rise + SIZE - 2, lines, "text", anchor, 12)
