"""Heatmap of answers: dimensions by respondents or, if they are many, by the counts of each answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import NamedTuple

from maturitykit.assessment.ratings import NOT_APPLICABLE, UNKNOWN, NoStage, Rating, read_answer
from maturitykit.definition import Scale
from maturitykit.definition.names import names_of
from maturitykit.errors import Finding
from maturitykit.figures.lanes import NAMES_BESIDE
from maturitykit.figures.svg import DARK_SHADES, LEADING, SIZE, Drawing, is_cut, width_of, wrapped
from maturitykit.scoring.result import Result
from maturitykit.scoring.scores import Score
from maturitykit.scoring.summary import respondent_names
from maturitykit.words import Words

#: With more respondents than this, cells count answers instead of showing each respondent's.
MOST_COLUMNS = 12

#: Signs in cells for answers that are not a stage.
SIGNS: Mapping[str, str] = {UNKNOWN: "?", NOT_APPLICABLE: "n/a", "": "–"}


class HeatmapCell(NamedTuple):
    """The text of a cell, its shade from 0 (light) to 1 (dark) or None, and a hint to show on pointing."""

    text: str
    shade: float | None = None
    hint: str = ""


def heatmap(result: Result, width: float = 760, language: str = "") -> str:
    """Draw each respondent's answer on each dimension, or the counts of answers if there are many.

    The number in a cell of an answer is that of the stage, from 1 for the lowest; a list of the stages is below.
    The answers of more than 12 respondents are counted.
    """
    say = Words(language or result.model.language)
    people = respondent_names(result)
    is_counted = len(people) > MOST_COLUMNS
    scales = list({leaf.scale.id: leaf.scale for leaf in result.model.leaves if leaf.scale}.values())
    if is_counted:
        longest = max(len(scale.stages) for scale in scales)
        heads = [*map(str, range(1, longest + 1)), *SIGNS.values()]
        rows = [_counts(score, longest) for score in result.leaves]
        title = say("How many of {people} respondents said each stage", people=len(people))
    else:
        heads = [name[:200] or say("(no name)") for name in people]
        rows = [_answers(score, people, say) for score in result.leaves]
        title = say("What each respondent said")
    drawing = Drawing(width, title, say("The number in a cell is that of the stage, from 1 for the lowest."))
    y = _draw(drawing, list(names_of(result.model, result.model.leaves).values()), heads, rows)
    for scale in scales:
        y = _stages(drawing, scale, y)
    used = {cell.text for row in rows for cell in row} | ({*heads} if is_counted else set())
    signs = [(SIGNS[UNKNOWN], say("does not know")), (SIGNS[NOT_APPLICABLE], say("not applicable"))]
    signs.append((SIGNS[""], say("no answer")))
    return drawing.svg(drawing.legend(y + 16, [sign for sign in signs if sign[0] in used]))


def _answers(score: Score, people: Sequence[str], say: Words) -> list[HeatmapCell]:
    by_respondent = {item.respondent: item for item in score.inputs if isinstance(item, Rating)}
    scale = score.dimension.scale
    assert scale is not None
    return [_cell(scale, by_respondent.get(name), say) for name in people]


def _cell(scale: Scale, rating: Rating | None, say: Words) -> HeatmapCell:
    read = _read(scale, rating)
    if isinstance(read, str):
        return HeatmapCell(SIGNS[read])
    low, likely, high = read
    number = str(low + 1) if low == high else f"{low + 1}–{high + 1}"
    stages = scale.stages[low].name if low == high else f"{scale.stages[low].name} – {scale.stages[high].name}"
    return HeatmapCell(number, likely / scale.top, stages)


def _read(scale: Scale, rating: Rating | None) -> tuple[int, int, int] | str:
    if rating is None or rating.answer in (None, ""):
        return ""
    read = read_answer(scale, rating.answer)
    assert not isinstance(read, Finding)
    if isinstance(read, NoStage):
        blank = isinstance(rating.answer, str) and not rating.answer.strip()
        return "" if blank else str(read)
    return read


def _counts(score: Score, longest: int) -> list[HeatmapCell]:
    scale = score.dimension.scale
    assert scale is not None
    counts: Counter[int | str] = Counter()
    for item in score.inputs:
        if isinstance(item, Rating):
            read = _read(scale, item)
            counts[read if isinstance(read, str) else read[1]] += 1
    most = max(counts.values(), default=1)
    keys: list[int | str] = [*range(longest), *SIGNS]
    return [HeatmapCell(str(counts[key] or ""), counts[key] / most if counts[key] else None) for key in keys]


def _draw(
    drawing: Drawing, names: Sequence[str], heads: Sequence[str], rows: Sequence[Sequence[HeatmapCell]]
) -> float:
    is_wide = drawing.width >= NAMES_BESIDE
    left = drawing.width * 0.3 if is_wide else 0
    step = min((drawing.width - left) / max(len(heads), 1), 120)
    size, y = 11, 0.0
    lines = [wrapped(head, step - 6, 3, size) for head in heads]
    is_broken = any(width_of(word, size) > step - 6 for head in heads for word in head.split())
    if is_broken or any(map(is_cut, lines)):
        # Names that do not fit are listed by letters.
        key = " · ".join(f"{letter} {head}" for letter, head in zip(ascii_uppercase, heads, strict=False))
        y = drawing.lines(4, 14, wrapped(key, drawing.width - 8, 8, size), "quiet", size=size) - 10
        lines = [[letter] for letter, _ in zip(ascii_uppercase, heads, strict=False)]
    tallest = max(map(len, lines), default=0)
    for i, text in enumerate(lines):
        first = y + 14 + (tallest - len(text)) * LEADING * size / SIZE
        drawing.lines(left + (i + 0.5) * step, first, text, "quiet", "middle", size)
    y += 10 + tallest * LEADING * size / SIZE
    for name, row in zip(names, rows, strict=True):
        text = wrapped(name, (left or drawing.width) - 12, 3)
        height = max(26, LEADING * len(text) + 8) if is_wide else 26
        if not is_wide:
            y = drawing.lines(4, y + 16, text) - 8
        else:
            drawing.lines(4, y + (height - LEADING * len(text)) / 2 + SIZE, text)
        for i, cell in enumerate(row):
            _draw_cell(drawing, cell, left + i * step, y, step, height)
        y += height + (0 if is_wide else 4)
    return y


def _draw_cell(drawing: Drawing, cell: HeatmapCell, x: float, y: float, width: float, height: float) -> None:
    level = None if cell.shade is None else 1 + min(4, int(cell.shade * 5))
    if level is not None:
        drawing.rect(f"shade{level}", x + 1, y + 1, width - 2, height - 2, 2, cell.hint)
    if cell.text:
        style = "quiet" if level is None else "on-dark" if level in DARK_SHADES else "text"
        drawing.text(x + width / 2, y + height / 2 + 4.5, cell.text, style, "middle", 12)


def _stages(drawing: Drawing, scale: Scale, y: float) -> float:
    """Draw the names of the stages by their numbers, and return where they end."""
    names = " · ".join(f"{i} {stage.name}" for i, stage in enumerate(scale.stages, start=1))
    return drawing.lines(4, y + 18, wrapped(names, drawing.width - 8, 8, 12), "quiet", size=12) - 12
