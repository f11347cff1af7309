"""Scoring of an assessment by a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any, TypeAlias

from attrs import evolve

from maturitykit.assessment.keys import key
from maturitykit.assessment.ratings import (
    Answer,
    Assessment,
    NoStage,
    Rating,
    ReadAnswer,
    count_once,
    ratings_of,
    read_answer,
)
from maturitykit.definition import Model, Scale, Scorer, Stage
from maturitykit.definition.dimension import exact_weight
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.issue import Issue
from maturitykit.errors import AssessmentError, Finding, MaturityError, ScoringError, coded, one_of, quoted
from maturitykit.registry import model_of
from maturitykit.rules.consensus import Consensus, check_consensus
from maturitykit.scoring.answers import LeafAnswers, is_not_applicable, put_answers
from maturitykit.scoring.plan import plan_for
from maturitykit.scoring.result import Result, Setting
from maturitykit.words import phrase

Weights: TypeAlias = Mapping[str, int | float | str | Fraction]

_PLAIN = Setting()
_NONE: Mapping[str, Any] = MappingProxyType({})


def score(
    model: Model | str,
    assessment: Assessment | Mapping[str, Answer | Rating | Sequence[Answer | Rating]],
    *,
    scorer: str | Scorer | None = None,
    consensus: Consensus = "median",
    weights: Weights = _NONE,
    targets: Mapping[str, str] = _NONE,
) -> Result:
    """Score an assessment, with exact bounds whatever is missing.

    Args:
        model: A model, or the id of an installed one, which is used in the version that the
            assessment names, if that is installed.
        assessment: An assessment, or answers by dimension: a stage's id, a range ``"a..b"``, a number
            where the scale has bands, ``UNKNOWN``, ``NOT_APPLICABLE``, or None or NaN for a
            blank. For several respondents these are lists, in which each keeps the same position.
        scorer: The rule for the outcome and for all dimensions that do not name their own;
            by default the first that the model offers.
        consensus: Consensus that combines the ratings of several respondents.
        weights: Weights above zero in place of the model's, by dimension.
        targets: Ids of wanted stages, by dimension or ``"outcome"``.

    Raises:
        AssessmentError: If the ratings do not fit the model, with all findings. An
            incomplete assessment is no error.
        ScoringError: If the scorer, consensus, weights or targets cannot be used.
        PluginError: If the model or scorer is not installed, or broken.

    >>> import maturitykit as mk
    >>> stage = mk.Scale("level", [mk.Stage("basic"), mk.Stage("good"), mk.Stage("best")])
    >>> parts = [mk.Dimension(name, scale=stage) for name in ("people", "process")]
    >>> model = mk.Model("toy", "1", "A toy", parts, ["weakest"], outcome=stage)
    >>> mk.score(model, {"people": "good", "process": mk.UNKNOWN})
    <Result on toy: good (from basic), 50% answered>
    """
    if isinstance(model, str):
        model = model_of(model, assessment.version if isinstance(assessment, Assessment) else "")
    elif not isinstance(model, Model):
        raise TypeError(f"score takes a model or its id, and then an assessment; not {type(model).__name__} first")
    changed = exact_weights(model, weights) if weights else {}
    plan = plan_for(model, scorer, changed)
    setting = _PLAIN
    if isinstance(assessment, Assessment):
        check_fit(model, assessment)
        setting = Setting(subject=assessment.subject, date=assessment.date)
    if consensus == "median" and not (weights or targets):
        plain = _single_ratings(assessment.ratings) if isinstance(assessment, Assessment) else assessment
        if isinstance(plain, Mapping) and (state := plan.read(plain)) is not None:
            return Result(plan, state, dict(plain), setting)
    check_consensus(consensus)
    setting = setting._replace(consensus=consensus, weights=changed, targets=targets_of(model, targets))
    if isinstance(assessment, Assessment):
        # A rating without a location in a file is located by its index.
        locations = [rating.location or f"ratings[{i}]" for i, rating in enumerate(assessment.ratings)]
        answers = _answers(model, assessment.ratings, locations, assessment.location)
    elif isinstance(assessment, Mapping):
        ratings = ratings_of(assessment)
        answers = _answers(model, ratings, [repr(rating.dimension) for rating in ratings])
    else:
        expected = "an assessment, as maturitykit.read gives one, or answers by dimension"
        raise TypeError(f"score takes {expected}; not {type(assessment).__name__}")
    if OUTCOME in answers and not _has_content(answers[OUTCOME]):
        # Without an answer, the overall stage follows from the dimensions.
        del answers[OUTCOME]
    state = plan.open()
    for id, leaf_answers in answers.items():
        put_answers(plan, state, id, leaf_answers, consensus)
    plan.evaluate(state)
    if OUTCOME in answers:
        text = phrase("the overall stage was given as such, and does not follow from the dimensions")
        setting = setting._replace(remarks=[Issue("outcome-given", "warning", OUTCOME, text)])
    return Result(plan, state, answers, setting)


def _single_ratings(ratings: Sequence[Rating]) -> Mapping[str, Rating] | None:
    """Return the ratings by dimension; None if a dimension has several."""
    by_dimension = {rating.dimension: rating for rating in ratings}
    return by_dimension if len(by_dimension) == len(ratings) else None


def check_fit(model: Model, assessment: Assessment) -> None:
    """Refuse an assessment that names another model, another version of it, or a form of other questions.

    Raises:
        AssessmentError: If it does, with the value that was expected.
    """
    findings = []
    if assessment.model != model.id:
        findings.append(Finding("model", f"is {quoted(assessment.model)}", f'"{model.id}"'))
    elif assessment.version and assessment.version != model.version:
        expected = f'"{model.version}", the version of the model at hand'
        findings.append(Finding("version", f"is {quoted(assessment.version)}", expected))
    elif assessment.digest and assessment.digest != model.digest:
        problem = f"is {quoted(assessment.digest)}: the form asked about other dimensions or stages"
        findings.append(Finding("digest", problem, f'"{model.digest}", that of the model at hand'))
    if findings:
        raise AssessmentError(
            f"{assessment.location or 'this'} is no assessment of model {quoted(model.id)}",
            coded("MK405", findings),
        )


def _answers(
    model: Model, ratings: Sequence[Rating], locations: Sequence[str], file: str = ""
) -> dict[str, LeafAnswers]:
    """Return the ratings by dimension, each read on its scale.

    Raises:
        AssessmentError: If ratings do not fit the model, with all findings.
    """
    findings: list[Finding] = []
    repeated: list[Finding] = []
    answers: dict[str, LeafAnswers] = {}
    leaves = [leaf.id for leaf in model.leaves]
    if len({(key(rating.respondent), rating.dimension) for rating in ratings}) < len(ratings):
        located = [evolve(rating, location=at) for rating, at in zip(ratings, locations, strict=True)]
        ratings = count_once(located, lambda rating, other: repeated.append(_repeated_answer(rating, other)))
        locations = [rating.location for rating in ratings]
    for rating, location in zip(ratings, locations, strict=True):
        reading = read_rating(model, rating, location, leaves)
        if isinstance(reading, Finding):
            findings.append(reading)
            continue
        of_leaf = answers.setdefault(rating.dimension, LeafAnswers([], []))
        of_leaf.ratings.append(rating)
        if isinstance(reading, ReadAnswer):
            of_leaf.readings.append(reading)
    findings += repeated
    findings += coded("MK404", _both_outcome_and_parts(answers))
    if findings:
        where = f" in {file}" if file else ""
        raise AssessmentError(f"the ratings{where} do not fit model {quoted(model.id)}", findings)
    return answers


def read_rating(
    model: Model, rating: Rating, location: str, leaves: Sequence[str]
) -> ReadAnswer | NoStage | Finding:
    """Return a rating as positions on the scale of its dimension, or a finding if it does not fit the model."""
    scale = _scale_of(model, rating.dimension, leaves)
    if isinstance(scale, Finding):
        return scale._replace(where=f"{location}, dimension", code="MK401")
    reading = read_answer(scale, rating.answer)
    if isinstance(reading, Finding):
        return reading._replace(where=f"{location}, rating", code="MK402")
    return reading


def _repeated_answer(rating: Rating, other: Rating) -> Finding:
    who = f" by {quoted(rating.respondent)}" if rating.respondent else ""
    problem = f"{quoted(rating.dimension)} is answered twice{who} (see {other.location})"
    return Finding(f"{rating.location}, dimension", problem, "one answer", "MK403")


def _scale_of(model: Model, id: str, leaves: Sequence[str]) -> Scale | Finding:
    dimension = model.by_id.get(id)
    if dimension is None or (dimension.scale is None and id == OUTCOME):
        return Finding("", f"{quoted(id)} is not a dimension of {model.id}", one_of(leaves, id))
    if dimension.scale is None or not (dimension.is_leaf or id == OUTCOME):
        parts = ", ".join(child.id for child in dimension.children)
        return Finding("", f"{quoted(id)} is scored from its parts", f"ratings of {parts}")
    return dimension.scale


def _both_outcome_and_parts(answers: Mapping[str, LeafAnswers]) -> Iterator[Finding]:
    answered = [id for id, answer in answers.items() if _has_content(answer)]
    if OUTCOME in answered and len(answered) > 1:
        others = ", ".join(sorted(set(answered) - {OUTCOME})[:3])
        yield Finding(OUTCOME, f"is rated beside {others}", "either the overall stage or the dimensions")


def _has_content(answers: LeafAnswers) -> bool:
    """Check whether a respondent rated the dimension, or answered that it does not apply."""
    return bool(answers.readings) or is_not_applicable(answers)


def exact_weights(model: Model, weights: Weights) -> dict[str, Fraction]:
    """Return the weights that a caller sets in place of the model's, as fractions.

    Raises:
        ScoringError: If a weight cannot be used, or the model has no such dimension; with all findings.
    """
    findings: list[Finding] = []
    exact: dict[str, Fraction] = {}
    known = [id for id in model.by_id if id != OUTCOME]
    for id, weight in weights.items():
        if id not in known:
            findings.append(Finding("weights", f"{quoted(id)} is not a dimension", one_of(known, id)))
            continue
        try:
            exact[id] = exact_weight(weight)
        except MaturityError as error:
            findings += [finding._replace(where=f"weights.{id}") for finding in error.findings]
        else:
            if exact[id] <= 0:
                findings.append(Finding(f"weights.{id}", f"is {weight}", "a number above zero"))
            elif not model.by_id[id].weight:
                problem = "has the weight 0 in the model, as it is never scored"
                findings.append(Finding(f"weights.{id}", problem, "no other weight"))
    if findings:
        raise ScoringError(f"these weights cannot be used with {quoted(model.id)}", findings)
    return exact


def targets_of(model: Model, targets: Mapping[str, str]) -> dict[str, Stage]:
    """Return the wanted stages by dimension, from their ids.

    Raises:
        ScoringError: If a dimension or a stage does not exist, with all findings.
    """
    findings: list[Finding] = []
    stages: dict[str, Stage] = {}
    known = {id: dimension.scale for id, dimension in model.by_id.items() if dimension.scale}
    for id, stage in targets.items():
        scale = known.get(id)
        if scale is None:
            findings.append(Finding("targets", f"{quoted(id)} has no stages", one_of(list(known), id)))
        elif stage not in scale.positions:
            problem = f"{quoted(stage)} is not a stage of the scale {quoted(scale.id)}"
            findings.append(Finding(f"targets.{id}", problem, one_of(scale.ids, stage)))
        else:
            stages[id] = scale.stages[scale.positions[stage]]
    if findings:
        raise ScoringError(f"these targets cannot be used with {quoted(model.id)}", findings)
    return stages
