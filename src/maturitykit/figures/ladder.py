"""The ladder of a staged model: every stage, whether it is reached, and what it requires."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from maturitykit.definition import Gate, Scale
from maturitykit.figures.lanes import BESIDE
from maturitykit.figures.svg import LEADING, SIZE, Drawing, wrapped
from maturitykit.scoring.result import Result
from maturitykit.scoring.summary import found
from maturitykit.words import Words

#: Whether something holds for sure, is likely, is possible or is ruled out.
State: TypeAlias = Literal["reached", "likely", "possible", "not reached"]
STATES: tuple[State, ...] = ("reached", "likely", "possible", "not reached")


def ladder(result: Result, width: float = 760, language: str = "") -> str:
    """The stages of the outcome as steps, the highest first, with what each requires.

    Empty where the outcome has no gates, or its stages are not in one line.
    """
    root, say = result.model.root, Words(language or result.model.language)
    scale, position = root.scale, result.outcome.position
    if scale is None or position is None or not scale.is_chain or not root.gates:
        return ""
    title = say("Stages reached: {title}", title=result.model.title)
    if result.is_derived:
        title = say("Stages reached, derived and not measured: {title}", title=result.model.title)
    drawing = Drawing(width, title, say(found(result.outcome)))
    y, beside = 8.0, width >= BESIDE
    stairs = width * 0.16 if beside else 70
    for i in reversed(range(len(scale.stages))):
        state = _state(scale, position.low, position.likely, position.high, i)
        needs = [gate for gate in root.gates if gate.stage == scale.ids[i]]
        y = _step(drawing, result, i, state, needs, y, stairs, say)
    samples = _DERIVED if result.is_derived else _SAMPLES
    return drawing.svg(drawing.legend(y + 18, [(f"box-{samples[state]}", say(state)) for state in STATES]))


_SAMPLES: dict[State, str] = {
    "reached": "dot",
    "likely": "span",
    "possible": "open-span",
    "not reached": "before-span",
}


#: The same of a translation: hollow, as all that is derived.
_DERIVED: dict[State, str] = {**_SAMPLES, "reached": "derived-dot", "likely": "derived-span"}


def _state(scale: Scale, low: float, likely: float | None, high: float, stage: int) -> State:
    if scale.at_least(low, stage):
        return "reached"
    if likely is not None and scale.at_least(likely, stage):
        return "likely"
    return "possible" if scale.at_least(high, stage) else "not reached"


def _step(
    drawing: Drawing, result: Result, index: int, state: State, needs: Sequence[Gate], y: float, stairs: float,
    say: Words,
) -> float:  # fmt: skip
    """One stage: a stair whose length grows with it, its name, and its requirements; gives where it ends."""
    scale = result.model.outcome
    assert scale is not None
    left, size = stairs + 14, 12
    name = wrapped(scale.stages[index].name, drawing.width - left - 6, 2)
    told = [
        line
        for gate in needs
        for line in wrapped(_requirement(result, gate, say), drawing.width - left - 6, 5, size)
    ]
    height = LEADING * len(name) + LEADING * size / SIZE * len(told) + 12
    length = stairs * (index + 1) / len(scale.stages)
    drawing.rect((_DERIVED if result.is_derived else _SAMPLES)[state], 2, y, length, height - 4, 3, say(state))
    below = drawing.lines(left, y + SIZE + 2, name, "strong" if state in ("reached", "likely") else "text")
    drawing.lines(left, below, told, "quiet", size=size)
    return y + height


def _requirement(result: Result, gate: Gate, say: Words) -> str:
    """What is required, and what is there."""
    dimension = result.model.by_id[gate.dimension]
    assert dimension.scale is not None
    score = result[gate.dimension]
    minimum = dimension.scale.positions[gate.minimum]
    position = score.position
    parts = {
        "name": dimension.name,
        "minimum": dimension.scale.stages[minimum].name,
        "found": say(found(score)),
    }
    if position is None:
        return say("requires {name} at {minimum}: not applicable, passed over", **parts)
    state = _state(dimension.scale, position.low, position.likely, position.high, minimum)
    if state == "reached":
        return say("requires {name} at {minimum}: met ({found})", **parts)
    if state == "not reached":
        return say("requires {name} at {minimum}: not met ({found})", **parts)
    return say("requires {name} at {minimum}: not settled ({found})", **parts)
