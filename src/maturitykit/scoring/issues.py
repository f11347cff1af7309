"""Issues of a result: open questions, conflicts, assumptions, deviations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from maturitykit.assessment.ratings import NOT_APPLICABLE, NoStage, Rating, is_known
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.issue import Issue, Severity
from maturitykit.scoring.scores import Score
from maturitykit.scoring.summary import shortened_list
from maturitykit.words import phrase

if TYPE_CHECKING:
    from maturitykit.scoring.result import Result

#: Below this ordinal consensus the respondents are closer to a split than to agreement.
SPLIT = 0.5


def issues_of(result: Result, remarks: Sequence[Issue]) -> Iterator[Issue]:
    """Yield the issues of a result, warnings first, otherwise in the order of the model."""
    issues = [*_choices(result), *remarks, *_rules(result)]
    for score in result.values():
        issues += [*_ratings(score), *_target(score)]
    yield from (issue for issue in issues if issue.severity == "warning")
    yield from (issue for issue in issues if issue.severity == "info")


def _choices(result: Result) -> Iterator[Issue]:
    """Yield issues on the choices of the caller that depart from the model."""
    offered = [scorer if isinstance(scorer, str) else scorer.id for scorer in result.model.scorers]
    if result.scorer not in offered:
        text = phrase(
            "scored by {rule}, which the model does not offer (it offers {offered})",
            rule=phrase(result.scorer), offered=", ".join(offered),
        )  # fmt: skip
        yield Issue("scorer-not-offered", "warning", OUTCOME, text)
    elif result.scorer != offered[0]:
        rules = {"rule": phrase(result.scorer), "default": phrase(offered[0])}
        text = phrase("scored by {rule}, not by the model's default, {default}", **rules)
        yield Issue("scorer-chosen", "info", OUTCOME, text)
    for id, weight in result.weights.items():
        published = result.model.by_id[id].weight
        if weight != published:
            text = phrase("weight {weight}, where the model has {published}", weight=weight, published=published)
            yield Issue("weight-changed", "warning", id, text)


def _rules(result: Result) -> Iterator[Issue]:
    for node in result._plan:
        score = result[node.dimension.id]
        from_children = all(isinstance(item, Score) for item in score.inputs)
        if not (node.is_combined and score.position and from_children):
            continue
        children = {child.id: result[child.id].position for child in node.scored.children}
        yield from node.scorer.remarks(node.scored, children)


def _ratings(score: Score) -> Iterator[Issue]:
    id = score.dimension.id
    ratings = [item for item in score.inputs if isinstance(item, Rating)]
    if score.dimension.is_leaf and score.is_open:
        yield Issue("open", "info", id, phrase("{why}; it may be at any stage", why=score.why_open))
    absent = [rating for rating in ratings if _says(rating, NOT_APPLICABLE)]
    known = [rating for rating in ratings if is_known(rating)]
    if absent and known:
        text = phrase(
            "not applicable says {absent}, yet {known} rated it: the ratings count",
            absent=_names(absent), known=_names(known),
        )  # fmt: skip
        yield Issue("not-applicable-conflict", "warning", id, text)
    split = score.disagreement
    if split and split.low != split.high:
        severity: Severity = "warning" if split.agreement < SPLIT else "info"
        text = phrase(
            "{people} respondents say {low} to {high} (agreement {agreement:.2f})",
            people=score.respondents, low=split.low.name, high=split.high.name, agreement=split.agreement,
        )  # fmt: skip
        yield Issue("disagreement", severity, id, text)


def _says(rating: Rating, answer: NoStage) -> bool:
    return isinstance(rating.answer, str) and rating.answer.strip() == answer


def _names(ratings: Sequence[Rating]) -> str:
    return shortened_list([rating.respondent or phrase("someone") for rating in ratings], 5)


def _target(score: Score) -> Iterator[Issue]:
    scale, position, target = score.dimension.scale, score.position, score.target
    if target is None or scale is None:
        return
    wanted = scale.positions[target.id]
    if position is None:
        why = phrase("it is not applicable") if score.not_applicable else phrase("nothing is combined here")
        text = phrase("the target {stage} cannot be judged, as {why}", stage=target.name, why=why)
    elif scale.at_least(position.low, wanted):
        text = phrase("the target {stage} is reached", stage=target.name)
    elif scale.at_least(position.high, wanted):
        text = phrase("the target {stage} may be reached; what is known does not settle it", stage=target.name)
    else:
        text = phrase("the target {stage} is not reached", stage=target.name)
    yield Issue("target", "info", score.dimension.id, text)
