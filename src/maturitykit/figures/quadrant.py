"""The quadrant: an outcome of four stages, two of which cannot be compared, on its two axes."""

from __future__ import annotations

from typing import NamedTuple

from maturitykit.definition import Dimension, Model
from maturitykit.figures.svg import LEADING, SIZE, Drawing, wrapped
from maturitykit.scoring.result import Result, Score, describe
from maturitykit.words import Words


class Axis(NamedTuple):
    """A dimension, from which position on it counts as high, and what being high alone amounts to."""

    dimension: Dimension
    threshold: int
    stage: str


def axes_of(model: Model) -> tuple[Axis, Axis] | None:
    """The two axes of a model whose outcome is a quadrant; None where it is not."""
    scale = model.outcome
    if scale is None or len(scale.stages) != 4 or scale.is_chain:
        return None
    found = []
    for stage in scale.ids[1:3]:
        gates = [gate for gate in model.gates if gate.stage == stage]
        dimension = model.by_id[gates[0].dimension] if len(gates) == 1 else None
        if dimension is None or dimension.scale is None or not dimension.scale.is_chain:
            return None
        found.append(Axis(dimension, dimension.scale.positions[gates[0].minimum], stage))
    return (found[0], found[1]) if found[0].dimension is not found[1].dimension else None


def quadrant(result: Result, width: float = 760, language: str = "") -> str:
    """The two axes with the four stages, the likely place, and the region where it can be.

    Empty where the outcome of the model is no quadrant.
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
    used = _place(drawing, (result[across.dimension.id], result[up.dimension.id]), left, top, side, say)
    for (right, above), name in names.items():
        x, x2 = (split_x, left + side) if right else (left, split_x)
        first = (top if above else split_y) + 14
        drawing.lines((x + x2) / 2, first, wrapped(name, x2 - x - 12, 3, 11), "text", "middle", 11)
    drawing.path("axis", f"M{left:g} {top:g}v{side:g}h{side:g}")
    drawing.path("line", f"M{split_x:.1f} {top:g}v{side:g}M{left:g} {split_y:.1f}h{side:g}")
    y = _labels(drawing, across, up, left, top, side)
    legend = [("dot", say("likely")), ("derived-dot", say("likely, derived from another model"))]
    legend += [(kind, say("where it can be")) for kind in ("span", "derived-span", "open-span")]
    return drawing.svg(drawing.legend(y + 8, [entry for entry in legend if entry[0] in used]))


def _stages(axis: Axis) -> tuple[object, ...]:
    assert axis.dimension.scale is not None
    return axis.dimension.scale.stages


def _place(
    drawing: Drawing, scores: tuple[Score, Score], left: float, top: float, side: float, say: Words
) -> set[str]:
    """The region and the dot, each stage of an axis being a band of the same width."""
    across, up = scores
    if across.position is None or up.position is None:
        return set()
    assert across.dimension.scale is not None
    assert up.dimension.scale is not None
    wide, high = side / len(across.dimension.scale.stages), side / len(up.dimension.scale.stages)
    derived = "derived-" if across.covered == "covered" else ""
    known = across.position.likely is not None and up.position.likely is not None
    span = f"{derived}span" if known else "open-span"
    x, x2 = left + across.position.low * wide, left + (int(across.position.high) + 1) * wide
    y2, y = top + side - up.position.low * high, top + side - (int(up.position.high) + 1) * high
    hint = "; ".join(f"{score.dimension.name}: {say(describe(score))}" for score in scores)
    drawing.path(
        span, f"M{x + 3:.1f} {y + 3:.1f}H{x2 - 3:.1f}V{y2 - 3:.1f}H{x + 3:.1f}z", hint, fill_opacity="0.55"
    )
    if across.position.likely is None or up.position.likely is None:
        return {span}
    at = left + (across.position.likely + 0.5) * wide, top + side - (up.position.likely + 0.5) * high
    drawing.circle(f"{derived}dot", *at, 8, hint)
    return {span, f"{derived}dot"}


def _labels(drawing: Drawing, across: Axis, up: Axis, left: float, top: float, side: float) -> float:
    """The numbers of the stages along the axes, and below them the names of the axes and their stages."""
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
