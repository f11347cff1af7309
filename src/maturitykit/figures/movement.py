"""Movement between two results: the position of each dimension before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from maturitykit.comparison.movement import Comparison
from maturitykit.definition import Dimension, Stage
from maturitykit.definition.names import names_of
from maturitykit.figures.lanes import draw_tracks, rows_of
from maturitykit.figures.svg import Drawing
from maturitykit.scoring.scores import Span
from maturitykit.scoring.summary import subject_and_date
from maturitykit.words import Words


def movement(comparison: Comparison, width: float = 760, language: str = "") -> str:
    """Draw every dimension before and after, with an arrow where the likely stage moved."""
    model = comparison.after.model
    say = Words(language or model.language)
    names = {"before": subject_and_date(comparison.before), "after": subject_and_date(comparison.after)}
    used = {"before-dot", "dot"}
    drawing = Drawing(width, say("Movement: {before} to {after}", **names), _in_words(comparison, say))

    def marks(dimension: Dimension, at: Callable[[float], float], y: float) -> None:
        moved = comparison[dimension.id]
        scale = dimension.scale
        assert scale is not None
        ends = [_coordinates(span, scale.positions, at) for span in (moved.before, moved.after)]
        for xs, style, top in zip(ends, ("before-span", "span"), (y - 8, y + 2), strict=True):
            if xs and xs[2] > xs[0]:
                used.add(style)
                drawing.rect(style, xs[0], top, xs[2] - xs[0], 6)
        before, after = (xs[1] if xs else None for xs in ends)
        if before is not None and after is not None and before != after:
            _arrow(drawing, before, after, y)
        if before is not None:
            # If nothing moved, the dot of before is a ring around that of after.
            drawing.circle("before-dot", before, y, 9 if before == after else 6)
        if after is not None:
            drawing.circle("dot", after, y, 6)

    y = draw_tracks(drawing, rows_of(model), marks, say("overall"))
    legend = [("before-dot", say("before")), ("dot", say("after"))]
    legend += [("before-span", say("could have been")), ("span", say("can be"))]
    return drawing.svg(drawing.legend(y + 20, [entry for entry in legend if entry[0] in used]))


def _coordinates(
    span: Span[Stage] | None, positions: Mapping[str, int], at: Callable[[float], float]
) -> tuple[float, float | None, float] | None:
    """Return the horizontal coordinates of the lowest, likely and highest stage."""
    if span is None:
        return None
    low, likely, high = (None if stage is None else at(positions[stage.id]) for stage in span)
    assert low is not None
    assert high is not None
    return low, likely, high


def _arrow(drawing: Drawing, start: float, end: float, y: float) -> None:
    sign = 1 if end > start else -1
    tip = end - 8 * sign
    drawing.path("arrow", f"M{start + 7 * sign:.1f} {y:.1f}H{tip:.1f}m{-6 * sign} -5l{6 * sign} 5l{-6 * sign} 5")


def _in_words(comparison: Comparison, say: Words) -> str:
    names = names_of(comparison.after.model)
    lines = [
        f"{names[moved.dimension.id]}: {say(moved.direction)}"
        for moved in comparison.values()
        if moved.dimension.is_leaf
    ]
    return "; ".join(lines[:20]) + (" …" if len(lines) > 20 else "")
