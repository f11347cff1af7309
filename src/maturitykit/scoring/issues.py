"""What a result says about itself: open questions, conflicts, assumptions, deviations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from maturitykit.assessment.ratings import NOT_APPLICABLE, Rating, is_known
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.issue import Issue, Severity
from maturitykit.scoring.result import Result, Score

#: Below this ordinal consensus the respondents are closer to a split than to agreement.
SPLIT = 0.5


def issues_of(result: Result, remarks: Sequence[Issue]) -> Iterator[Issue]:
    """Every issue of a result, the gravest first, else in the order of the model."""
    found = [*_choices(result), *remarks, *_rules(result)]
    for score in result.values():
        found += [*_ratings(score), *_target(score)]
    yield from (issue for issue in found if issue.severity == "warning")
    yield from (issue for issue in found if issue.severity == "info")


def _choices(result: Result) -> Iterator[Issue]:
    """Where the caller departs from the model."""
    offered = [scorer if isinstance(scorer, str) else scorer.id for scorer in result.model.scorers]
    if result.scorer not in offered:
        text = f"scored by {result.scorer}, which the model does not offer (it offers {', '.join(offered)})"
        yield Issue("scorer-not-offered", "warning", OUTCOME, text)
    elif result.scorer != offered[0]:
        text = f"scored by {result.scorer}, not by the model's default, {offered[0]}"
        yield Issue("scorer-chosen", "info", OUTCOME, text)
    for id, weight in result.weights.items():
        published = result.model.by_id[id].weight
        if weight != published:
            yield Issue("weight-changed", "warning", id, f"weight {weight}, where the model has {published}")


def _rules(result: Result) -> Iterator[Issue]:
    for node in result.plan.nodes:
        score = result[node.dimension.id]
        if (
            not node.is_combined
            or score.position is None
            or any(isinstance(item, Rating) for item in score.inputs)
        ):
            continue
        positions = {}
        for child in node.dimension.children:
            span = result[child.id].position
            positions[child.id] = span and (span.low if span.likely is None else span.likely)
        yield from node.scorer.remarks(node.dimension, positions)


def _ratings(score: Score) -> Iterator[Issue]:
    id = score.dimension.id
    ratings = [item for item in score.inputs if isinstance(item, Rating)]
    if score.dimension.is_leaf and score.is_open:
        said = "answered by nobody" if not ratings else "known to nobody"
        yield Issue("open", "info", id, f"{said}: it may be at any stage")
    absent = [rating for rating in ratings if _says_not_applicable(rating)]
    known = [rating for rating in ratings if is_known(rating)]
    if absent and known:
        text = f"not applicable says {_names(absent)}, yet {_names(known)} rated it: the ratings count"
        yield Issue("not-applicable-conflict", "warning", id, text)
    split = score.disagreement
    if split and split.low != split.high:
        severity: Severity = "warning" if split.agreement < SPLIT else "info"
        text = (
            f"{score.respondents} respondents say {split.low.name} to {split.high.name}"
            f" (agreement {split.agreement:.2f})"
        )
        yield Issue("disagreement", severity, id, text)


def _says_not_applicable(rating: Rating) -> bool:
    return isinstance(rating.answer, str) and rating.answer.strip() == NOT_APPLICABLE


def _names(ratings: Sequence[Rating]) -> str:
    names = [rating.respondent or "someone" for rating in ratings]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _target(score: Score) -> Iterator[Issue]:
    scale, position, target = score.dimension.scale, score.position, score.target
    if target is None or scale is None or position is None:
        return
    wanted = scale.positions[target.id]
    if scale.at_least(position.low, wanted):
        text = f"the target {target.name} is reached"
    elif scale.at_least(position.high, wanted):
        text = f"the target {target.name} may be reached; what is known does not settle it"
    else:
        text = f"the target {target.name} is not reached"
    yield Issue("target", "info", score.dimension.id, text)
