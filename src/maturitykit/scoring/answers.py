"""Answers of several respondents on one dimension, and their consensus in a state."""

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
    """Check whether a respondent answered that the dimension does not apply, and nobody rated it."""
    given = (rating.answer for rating in answers.ratings)
    return not answers.readings and any(isinstance(a, str) and a.strip() == NOT_APPLICABLE for a in given)


def put_answers(plan: Plan, state: State, id: str, answers: LeafAnswers, consensus: Consensus) -> None:
    """Set a dimension in a state to the consensus of its respondents."""
    index = plan.index[id]
    dimension = plan.nodes[index].dimension
    scale, absent = dimension.scale, dimension.stage_of_absence
    assert scale is not None
    if answers.readings:
        state.put(index, combine(scale, answers.readings, consensus))
    elif is_not_applicable(answers):
        state.put(index, None if absent is None else (absent, absent, absent))
