"""Quadrant of an outcome with four stages, of which the middle two are not ordered, on its two axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from maturitykit.definition import Dimension, Model
from maturitykit.figures.svg import LEADING, SIZE, Drawing, width_of, wrapped
from maturitykit.scoring.result import Result
from maturitykit.scoring.scores import Score, describe
from maturitykit.words import Words

#: Font size of the names of stages.
SMALL = 11


class Axis(NamedTuple):
    """A dimension, the lowest position that counts as high, and the stage of being high on it alone."""

    dimension: Dimension
    threshold: int
    stage: str


def axes_of(model: Model) -> tuple[Axis, Axis] | None:
    """Return the two axes of a model whose outcome is a quadrant, or None if it is not one."""
    scale = model.outcome
    if scale is None or len(scale.stages) != 4 or scale.is_chain:
        return None
    axes = []
    for stage in scale.ids[1:3]:
        gates = [gate for gate in model.gates if gate.stage == stage]
        dimension = model.by_id[gates[0].dimension] if len(gates) == 1 else None
        if dimension is None or dimension.scale is None or not dimension.scale.is_chain:
            return None
        axes.append(Axis(dimension, dimension.scale.positions[gates[0].minimum], stage))
    return (axes[0], axes[1]) if axes[0].dimension is not axes[1].dimension else None


def quadrant(result: Result, width: float = 760, language: str = "") -> str:
    """Draw the two axes with the four stages, the likely position, and the region of possible ones.

    The text is empty if the outcome of the model is not a quadrant.
    """
    axes, say = axes_of(result.model), Words(language or result.model.language)
    scale = result.model.outcome
    if axes is None or scale is None:
        return ""
    drawing = Drawing(width, say("Quadrant: {title}", title=result.model.title), say(describe(result.outcome)))
    across, up = axes
    side = min(width - 44, 440)
    left, top = 40.0, 8.0
    split_x = left + side * across.threshold / len(_stages(across))
    split_y = top + side * (1 - up.threshold / len(_stages(up)))
    names = {
        (False, False): scale.stages[0].name,
        (True, False): scale.stages[1].name,
        (False, True): scale.stages[2].name,
        (True, True): scale.stages[3].name,
    }
    for right, above in names:
        x, x2 = (split_x, left + side) if right else (left, split_x)
        y, y2 = (top, split_y) if above else (split_y, top + side)
        drawing.rect("band" if right == above else "ground", x, y, x2 - x, y2 - y)
    scores = result[across.dimension.id], result[up.dimension.id]
    span, dot = _region(drawing, scores, left, top, side, say), _likely(scores, left, top, side)
    for (right, above), name in names.items():
        x, x2 = (split_x, left + side) if right else (left, split_x)
        y, y2 = (top, split_y) if above else (split_y, top + side)
        # The name goes to the bottom of its quarter if the dot could cover it at the top.
        low = dot is not None and x < dot[0] < x2 and y < dot[1] < (y + y2) / 2
        lines = wrapped(name, x2 - x - 12, 3, SMALL)
        _name(drawing, lines, (x + x2) / 2, y2 if low else y, low, "band" if right == above else "ground")
    drawing.path("axis", f"M{left:g} {top:g}v{side:g}h{side:g}")
    drawing.path("line", f"M{split_x:.1f} {top:g}v{side:g}M{left:g} {split_y:.1f}h{side:g}")
    derived = "derived-" if scores[0].is_derived else ""
    if dot is not None:
        drawing.circle(f"{derived}dot", *dot, 8, _in_words(scores, say))
    used = {span, f"{derived}dot" if dot else ""}
    y = _labels(drawing, across, up, left, top, side)
    legend = [("dot", say("likely")), ("derived-dot", say("likely, derived from another model"))]
    legend += [(kind, say("where it can be")) for kind in ("span", "derived-span", "open-span")]
    return drawing.svg(drawing.legend(y + 8, [entry for entry in legend if entry[0] in used]))


def _stages(axis: Axis) -> tuple[object, ...]:
    assert axis.dimension.scale is not None
    return axis.dimension.scale.stages


def _name(drawing: Drawing, lines: Sequence[str], middle: float, y: float, low: bool, ground: str) -> None:
    """Draw the name of a stage below a height or, if low, above it."""
    # The box behind it keeps the edge of the region from cutting through the name.
    box, step = max((width_of(line, SMALL) for line in lines), default=0) + 4, LEADING * SMALL / SIZE
    height = step * len(lines) + 2
    start = y - height - 4 if low else y + 4
    drawing.rect(ground, middle - box / 2, start, box, height, 2)
    drawing.lines(middle, start + 10, lines, "text", "middle", SMALL)


def _bands(scores: tuple[Score, Score], side: float) -> tuple[float, float]:
    """Return the width of a stage on the first axis, and the height of one on the second."""
    across, up = (score.dimension.scale for score in scores)
    assert across is not None
    assert up is not None
    return side / len(across.stages), side / len(up.stages)


def _in_words(scores: tuple[Score, Score], say: Words) -> str:
    return "; ".join(f"{score.dimension.name}: {say(describe(score))}" for score in scores)


def _likely(scores: tuple[Score, Score], left: float, top: float, side: float) -> tuple[float, float] | None:
    """Return the point at which the likely stages of the axes meet, or None if one has none."""
    (wide, high), (across, up) = _bands(scores, side), (score.position for score in scores)
    if across is None or up is None or across.likely is None or up.likely is None:
        return None
    return left + (across.likely + 0.5) * wide, top + side - (up.likely + 0.5) * high


def _region(
    drawing: Drawing, scores: tuple[Score, Score], left: float, top: float, side: float, say: Words
) -> str:
    """Draw the region of possible positions, and return its style."""
    across, up = scores
    if across.position is None or up.position is None:
        return ""
    wide, high = _bands(scores, side)
    derived = "derived-" if across.is_derived else ""
    known = across.position.likely is not None and up.position.likely is not None
    span = f"{derived}span" if known else "open-span"
    x, x2 = left + across.position.low * wide, left + (int(across.position.high) + 1) * wide
    y2, y = top + side - up.position.low * high, top + side - (int(up.position.high) + 1) * high
    edge = f"M{x + 3:.1f} {y + 3:.1f}H{x2 - 3:.1f}V{y2 - 3:.1f}H{x + 3:.1f}z"
    drawing.path(span, edge, _in_words(scores, say), fill_opacity="0.55")
    return span


def _labels(drawing: Drawing, across: Axis, up: Axis, left: float, top: float, side: float) -> float:
    """Draw the numbers of the stages along the axes, and the names of axes and stages below; return the end."""
    small, y = 12, top + side + 38
    for i, axis in enumerate((across, up)):
        scale = axis.dimension.scale
        assert scale is not None
        step = side / len(scale.stages)
        for stage in range(len(scale.stages)):
            if i == 0:
                drawing.text(
                    left + (stage + 0.5) * step, top + side + 16, str(stage + 1), "quiet", "middle", small
                )
            else:
                drawing.text(
                    left - 8, top + side - (stage + 0.5) * step + 4, str(stage + 1), "quiet", "end", small
                )
        name = f"{'→' if i == 0 else '↑'} {axis.dimension.name}"
        y = drawing.lines(left, y, wrapped(name, drawing.width - left - 30, 2), "strong")
        if i == 1 or across.dimension.scale != up.dimension.scale:
            names = " · ".join(f"{n} {stage.name}" for n, stage in enumerate(scale.stages, start=1))
            lines = wrapped(names, drawing.width - left - 4, 4, small)
            y = drawing.lines(left, y, lines, "quiet", size=small)
    return y + LEADING - SIZE
