"""Profile of a result: a dot for each likely stage, and a bar from the lowest to the highest possible one."""

from __future__ import annotations

from collections.abc import Callable

from maturitykit.definition import Dimension
from maturitykit.definition.names import names_of
from maturitykit.figures.lanes import draw_tracks, rows_of
from maturitykit.figures.svg import Drawing, triangle, width_of
from maturitykit.scoring.result import Result
from maturitykit.scoring.scores import Score, describe
from maturitykit.scoring.summary import stage_in_words
from maturitykit.words import Words


def profile(result: Result, width: float = 760, language: str = "") -> str:
    """Draw every dimension on its scale: its likely stage, and its lowest and highest possible ones.

    Args:
        result: A measured result, or a translation, which is drawn hollow.
        width: Width of the figure in pixels; below 520, names are drawn above the tracks.
        language: Language of the figure's title and legend; by default that of the model.
    """
    say = Words(language or result.model.language)
    title = say("Profile: {title}", title=result.model.title)
    if result.is_derived:
        title = say("Profile, derived and not measured: {title}", title=result.model.title)
    drawing = Drawing(width, title, _in_words(result, say))
    used: set[str] = set()

    def marks(dimension: Dimension, at: Callable[[float], float], y: float) -> None:
        used.update(_marks(drawing, result[dimension.id], at, y, say))

    y = draw_tracks(drawing, rows_of(result.model), marks, say("overall"))
    legend = [
        ("dot", say("likely")),
        ("derived-dot", say("likely, derived from another model")),
        ("span", say("from the lowest to the highest possible stage")),
        ("derived-span", say("from the lowest to the highest possible stage")),
        ("open-span", say("open: it may be anywhere here")),
        ("target", say("target")),
    ]
    return drawing.svg(drawing.legend(y + 20, [entry for entry in legend if entry[0] in used]))


def _marks(drawing: Drawing, score: Score, at: Callable[[float], float], y: float, say: Words) -> set[str]:
    """Draw the marks of one score, and return their styles."""
    scale, position, used = score.dimension.scale, score.position, set[str]()
    if scale is None or position is None:
        if score.not_applicable:
            drawing.rect("ground", at(0) - 2, y - 9, width_of(say("not applicable"), 12) + 6, 18)
            drawing.text(at(0), y + 4, say("not applicable"), "quiet", size=12)
        return used
    kind = "derived-" if score.is_derived else ""
    low, likely, high = at(position.low), position.likely, at(position.high)
    hint = f"{score.dimension.name}: {say(describe(score))}"
    if likely is None:
        used.add("open-span")
        drawing.rect("open-span", low - 7, y - 7, high - low + 14, 14, 7, hint)
    elif position.high > position.low:
        used.add(f"{kind}span")
        drawing.rect(f"{kind}span", low, y - 5, high - low, 10, 0, hint)
        drawing.path("cap", f"M{low:.1f} {y - 8:.1f}v16M{high:.1f} {y - 8:.1f}v16")
    if likely is not None:
        used.add(f"{kind}dot")
        drawing.circle(f"{kind}dot", at(likely), y, 7, hint)
    if score.target is not None:
        used.add("target")
        triangle(drawing, at(scale.positions[score.target.id]), y - 8)
    return used


def _in_words(result: Result, say: Words) -> str:
    """Return the likely stages of the first dimensions in words, for screen readers."""
    names = names_of(result.model, result.model.leaves)
    rated = [f"{names[score.dimension.id]}: {say(stage_in_words(score))}" for score in result.leaves]
    return "; ".join(rated[:20]) + (" …" if len(rated) > 20 else "")
