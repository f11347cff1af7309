"""Ladder of a staged model: every stage, whether it is reached, and what it requires."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from maturitykit.definition import Gate, Scale
from maturitykit.figures.lanes import NAMES_BESIDE
from maturitykit.figures.svg import LEADING, SIZE, Drawing, wrapped
from maturitykit.scoring.result import Result
from maturitykit.scoring.summary import stage_in_words
from maturitykit.words import Words

#: Degree to which a stage or a requirement is reached: for sure, likely, possibly or not at all.
State: TypeAlias = Literal["reached", "likely", "possible", "not reached"]
STATES: tuple[State, ...] = ("reached", "likely", "possible", "not reached")


def ladder(result: Result, width: float = 760, language: str = "") -> str:
    """Draw the stages of the outcome as steps, the highest first, with what each requires.

    The text is empty if the outcome has no gates, or its stages are only partially ordered.
    """
    root, say = result.model.root, Words(language or result.model.language)
    scale, position = root.scale, result.outcome.position
    if scale is None or position is None or not scale.is_chain or not root.gates:
        return ""
    title = say("Stages reached: {title}", title=result.model.title)
    if result.is_derived:
        title = say("Stages reached, derived and not measured: {title}", title=result.model.title)
    drawing = Drawing(width, title, say(stage_in_words(result.outcome)))
    y = 8.0
    stairs = width * 0.16 if width >= NAMES_BESIDE else 70
    for i in reversed(range(len(scale.stages))):
        state = _state(scale, position.low, position.likely, position.high, i)
        gates = [gate for gate in root.gates if gate.stage == scale.ids[i]]
        y = _step(drawing, result, i, state, gates, y, stairs, say)
    samples = _DERIVED if result.is_derived else _SAMPLES
    return drawing.svg(drawing.legend(y + 18, [(f"box-{samples[state]}", say(state)) for state in STATES]))


#: Styles of the steps.
_SAMPLES: dict[State, str] = {
    "reached": "dot",
    "likely": "span",
    "possible": "open-span",
    "not reached": "before-span",
}
#: Styles of the steps of a translation, which are hollow like everything derived.
_DERIVED: dict[State, str] = {**_SAMPLES, "reached": "derived-dot", "likely": "derived-span"}


def _state(scale: Scale, low: float, likely: float | None, high: float, stage: int) -> State:
    if scale.at_least(low, stage):
        return "reached"
    if likely is not None and scale.at_least(likely, stage):
        return "likely"
    return "possible" if scale.at_least(high, stage) else "not reached"


def _step(
    drawing: Drawing, result: Result, index: int, state: State, gates: Sequence[Gate], y: float, stairs: float,
    say: Words,
) -> float:  # fmt: skip
    """Draw a stage as a step, the longer the higher, with its name and requirements; return where it ends."""
    scale = result.model.outcome
    assert scale is not None
    left, size = stairs + 14, 12
    name = wrapped(scale.stages[index].name, drawing.width - left - 6, 2)
    lines = [
        line
        for gate in gates
        for line in wrapped(_requirement(result, gate, say), drawing.width - left - 6, 5, size)
    ]
    height = LEADING * len(name) + LEADING * size / SIZE * len(lines) + 12
    length = stairs * (index + 1) / len(scale.stages)
    drawing.rect((_DERIVED if result.is_derived else _SAMPLES)[state], 2, y, length, height - 4, 3, say(state))
    below = drawing.lines(left, y + SIZE + 2, name, "strong" if state in ("reached", "likely") else "text")
    drawing.lines(left, below, lines, "quiet", size=size)
    return y + height


def _requirement(result: Result, gate: Gate, say: Words) -> str:
    """Return what a gate requires, and how far the result meets it."""
    dimension = result.model.by_id[gate.dimension]
    assert dimension.scale is not None
    score = result[gate.dimension]
    minimum = dimension.scale.positions[gate.minimum]
    position = score.position
    parts = {
        "name": dimension.name,
        "minimum": dimension.scale.stages[minimum].name,
        "found": say(stage_in_words(score)),
    }
    if position is None:
        return say("requires {name} at {minimum}: not applicable, passed over", **parts)
    state = _state(dimension.scale, position.low, position.likely, position.high, minimum)
    if state == "reached":
        return say("requires {name} at {minimum}: met ({found})", **parts)
    if state == "not reached":
        return say("requires {name} at {minimum}: not met ({found})", **parts)
    return say("requires {name} at {minimum}: not settled ({found})", **parts)
