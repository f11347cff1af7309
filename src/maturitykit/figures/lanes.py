"""Rows of dimensions, each with a track that has a tick for every stage of its scale."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from maturitykit.definition import Dimension, Model, Scale
from maturitykit.figures.svg import LEADING, SIZE, Drawing, is_cut, width_of, wrapped
from maturitykit.scoring.summary import with_depths

#: Width in pixels from which names are drawn beside the tracks; in narrower figures they are above them.
NAMES_BESIDE = 520
#: Font size of the names of stages.
SMALL = 11

#: Function that draws the marks of a dimension, from a function that turns positions on its scale into
#: horizontal coordinates, and the vertical coordinate of its track.
Marks = Callable[[Dimension, Callable[[float], float], float], None]


def rows_of(model: Model) -> Sequence[tuple[Dimension, int]]:
    """Return the dimensions to draw with their depths, and the outcome first if it shares their scale."""
    below = list(with_depths(model))
    scales = [leaf.scale for leaf in model.leaves]
    is_shared = model.outcome is not None and model.outcome.is_chain and model.outcome in scales
    return [(model.root, 0), *((d, depth + 1) for d, depth in below)] if is_shared else below


def draw_tracks(drawing: Drawing, rows: Iterable[tuple[Dimension, int]], marks: Marks, overall: str) -> float:
    """Draw all rows, with a heading wherever the scale changes, and return where they end."""
    is_wide = drawing.width >= NAMES_BESIDE
    left = round(drawing.width * 0.3) if is_wide else 0
    room = drawing.width - left
    y, shown, striped = 0.0, None, False
    for dimension, depth in rows:
        scale = dimension.scale if dimension.scale and dimension.scale.is_chain else None
        if scale is not None and scale.id != shown:
            y = _heading(drawing, scale, left, room, y + (8 if shown else 0))
            shown = scale.id
        indent = 4 + 12 * min(depth, 4)
        name = overall if dimension.id == "outcome" else dimension.name
        style = "text" if dimension.is_leaf else "strong"
        # Bold text is wider.
        names = wrapped(name, ((left or room) - indent - 8) * (1 if dimension.is_leaf else 0.92), 3)
        top, text = y, LEADING * len(names)
        height = max(28, text + 12) if is_wide else text + (30 if scale else 10)
        if striped := not striped:
            drawing.rect("band", 0, top, drawing.width, height)
        first = top + (height - text) / 2 + SIZE if is_wide else top + 18
        drawing.lines(indent, first, names, style)
        if scale is not None:
            middle = top + height / 2 if is_wide else top + height - 13
            count, step = len(scale.stages), room / len(scale.stages)
            ticks = [left + (i + 0.5) * step for i in range(count)]
            drawing.line("line", ticks[0], middle, ticks[-1], middle)
            for x in ticks:
                drawing.line("line", x, middle - 4, x, middle + 4)
            marks(dimension, lambda p, left=left, step=step: left + (p + 0.5) * step, middle)  # type: ignore[misc]
        y = top + height
    return y


def _heading(drawing: Drawing, scale: Scale, left: float, room: float, y: float) -> float:
    """Draw the names of the stages above the tracks, or numbers and a list of them if the names do not fit."""
    step = room / len(scale.stages)
    names = [stage.name[:200] for stage in scale.stages]
    fits = all(width_of(word, SMALL) <= step - 4 for name in names for word in name.split())
    lines = [wrapped(name, step - 4, 3, SMALL) for name in names] if fits else []
    if not fits or any(map(is_cut, lines)):
        key = " · ".join(f"{i} {name}" for i, name in enumerate(names, start=1))
        y = drawing.lines(4, y + 14, wrapped(key, drawing.width - 8, 6, SMALL), "quiet", size=SMALL) - 12
        lines = [[str(i)] for i in range(1, len(names) + 1)]
    tallest = max(1, *map(len, lines))
    for i, text in enumerate(lines):
        first = y + 14 + (tallest - len(text)) * LEADING * SMALL / SIZE
        drawing.lines(left + (i + 0.5) * step, first, text, "quiet", "middle", SMALL)
    return y + 8 + tallest * LEADING * SMALL / SIZE + 4
