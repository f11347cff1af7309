"""What respondents say of one dimension, put into a state."""

from __future__ import annotations

from typing import NamedTuple

from maturitykit.assessment.ratings import NOT_APPLICABLE, Rating, ReadAnswer
from maturitykit.rules.consensus import Consensus, combine
from maturitykit.scoring.plan import Plan, State


class LeafAnswers(NamedTuple):
    """The ratings of one dimension, and the readings of those that are known."""

    ratings: list[Rating]
    readings: list[ReadAnswer]


def is_not_applicable(answers: LeafAnswers) -> bool:
    """Whether someone says so and nobody rates it."""
    said = (rating.answer for rating in answers.ratings)
    return not answers.readings and any(isinstance(a, str) and a.strip() == NOT_APPLICABLE for a in said)


def put_answers(plan: Plan, state: State, id: str, answers: LeafAnswers, consensus: Consensus) -> None:
    """Put what the respondents say of a dimension into a state."""
    index = plan.index[id]
    scale = plan.nodes[index].dimension.scale
    assert scale is not None
    if answers.readings:
        state.put(index, combine(scale, answers.readings, consensus))
    elif is_not_applicable(answers):
        state.put(index, None)
