"""Golden cases: assessments with results worked out by hand, kept beside a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import field, frozen

from maturitykit.assessment.ratings import NOT_APPLICABLE, Assessment, Rating
from maturitykit.definition import Model
from maturitykit.errors import Finding, one_of, quoted
from maturitykit.files.strict import structure
from maturitykit.files.text import Readable, read_toml
from maturitykit.registry import model_of
from maturitykit.scoring.result import Result
from maturitykit.scoring.score import score
from maturitykit.scoring.scores import Score


@frozen
class Case:
    """An assessment and its expected result.

    Args:
        id: Name of the case.
        why: Explanation of how the result is worked out by hand.
        ratings: A rating, or one of each respondent, by dimension; others are blank.
        expected: Expected stage by dimension or ``outcome``: an id, the ids of the lowest, likely
            (``""`` for none) and highest, or ``not_applicable``.
        scorer: Another rule than the model's default.
        coverage: Expected coverage by dimension or ``outcome``, from 0 to 1.
    """

    id: str
    why: str
    ratings: Mapping[str, str | float | tuple[str | float, ...]]
    expected: Mapping[str, str | tuple[str, ...]] = field(factory=dict)
    scorer: str | None = None
    coverage: Mapping[str, float] = field(factory=dict)

    def differences(self, model: Model | str) -> list[str]:
        """Return the differences from the expected result, in words; nothing if the case holds."""
        model = model_of(model)
        ratings = [
            Rating(dimension, answer, respondent=str(number))
            for dimension, answers in self.ratings.items()
            for number, answer in enumerate(answers if isinstance(answers, tuple) else (answers,), start=1)
        ]
        result = score(model, Assessment(model.id, ratings), scorer=self.scorer)
        unknown = list(_unknown_ids(self, result))
        if unknown:
            return unknown
        pairs: list[tuple[str, object, object]] = [
            (id, _actual(result[id]), _span(wanted)) for id, wanted in self.expected.items()
        ]
        pairs += [(id, round(result[id].coverage, 6), round(c, 6)) for id, c in self.coverage.items()]
        return [
            f"{id}: {_written(value)}, expected {_written(wanted)}"
            for id, value, wanted in pairs
            if value != wanted
        ]


@frozen
class CasesEntry:
    """A file of golden cases.

    Args:
        format: Version of the file format; the number 1.
        cases: The cases, in any order.
    """

    format: int
    cases: tuple[Case, ...]


def read_cases(path: Readable) -> list[Case]:
    """Return the golden cases in a file.

    Raises:
        FileError: If it cannot be read or does not hold cases, with all findings.
    """
    return list(structure(read_toml(path), CasesEntry, f"{path} does not hold golden cases").cases)


def _unknown_ids(case: Case, result: Result) -> Iterator[str]:
    """Yield a message for each dimension or stage in a case that the model does not have."""
    for id in {**case.expected, **case.coverage}:
        if id not in result:
            yield str(Finding("", f"{quoted(id)} is not a dimension", one_of(list(result), id)))
            continue
        scale = result[id].dimension.scale
        wanted = case.expected.get(id, ())
        for stage in (wanted,) if isinstance(wanted, str) else wanted:
            if scale is not None and stage not in (*scale.ids, "", NOT_APPLICABLE.value):
                yield str(Finding(id, f"{quoted(stage)} is not a stage", one_of(scale.ids, stage)))


def _actual(score: Score) -> object:
    if score.not_applicable:
        return NOT_APPLICABLE.value
    if score.stage is None:
        return "no stage"
    low, likely, high = score.stage
    return low.id, likely.id if likely else "", high.id


def _span(expected: str | tuple[str, ...]) -> object:
    if expected == NOT_APPLICABLE or isinstance(expected, tuple):
        return expected
    return expected, expected, expected


def _written(value: object) -> object:
    """Return a value as files write it: a stage, or the lowest, likely and highest."""
    if isinstance(value, tuple):
        return quoted(value[0]) if len(set(value)) == 1 else f"[{', '.join(map(quoted, value))}]"
    return value
