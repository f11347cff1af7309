"""Results as they would be with other answers."""

from __future__ import annotations

from collections.abc import Mapping

from maturitykit.assessment.ratings import Assessment, Rating
from maturitykit.errors import Finding, ScoringError
from maturitykit.scoring.result import Result
from maturitykit.scoring.score import score

#: Respondent name used for what-if answers.
WHAT_IF = "what if"


def what_if(result: Result, stages: Mapping[str, str]) -> Result:
    """Return the result as it would be with some dimensions at other stages.

    Args:
        result: A result of ratings; for a translation, use its origin.
        stages: Ids of stages by dimension; each takes the place of all answers on the dimension.

    Raises:
        AssessmentError: If a dimension or stage does not fit the model.
        ScoringError: If the result does not rest on ratings.
    """
    if result.is_derived or result.outcome_is_given:
        problem = "it does not rest on ratings of its dimensions"
        finding = Finding("", problem, "a result that does, as that which a translation was derived from")
        raise ScoringError("there is nothing to change", [finding])
    ratings = [item for leaf in result.leaves for item in leaf.inputs if isinstance(item, Rating)]
    kept = [rating for rating in ratings if rating.dimension not in stages]
    changed = [Rating(id, stage, respondent=WHAT_IF, location=repr(id)) for id, stage in stages.items()]
    return score(
        result.model,
        Assessment(result.model.id, [*kept, *changed], result.subject, result.date),
        scorer=result._plan.scorer,
        consensus=result.consensus,
        weights=result.weights,
        targets={id: stage.id for id, stage in result.targets.items()},
    )
