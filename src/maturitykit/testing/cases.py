"""Golden cases: assessments with the result that one gets by hand, kept beside a model."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from maturitykit.assessment.ratings import NOT_APPLICABLE, Assessment, Rating
from maturitykit.definition import Model
from maturitykit.files.strict import structure
from maturitykit.files.text import Readable, read_toml
from maturitykit.scoring.result import Score
from maturitykit.scoring.score import score

#: A rating, or one of each respondent.
Given = str | float | tuple[str | float, ...]
#: A stage, or its lowest, likely ("" for none) and highest.
Expected = str | tuple[str, ...]


@frozen
class Case:
    """An assessment and what comes of it.

    Args:
        id: Names the case.
        why: How the result is got by hand.
        ratings: By dimension, a rating or one of each respondent; others are blank.
        expected: By dimension or ``outcome``, a stage, or the ids of the lowest, likely
            (``""`` for none) and highest, or ``not_applicable``.
        scorer: Another rule than the model's default.
        coverage: By dimension or ``outcome``, from 0 to 1.
    """

    id: str
    why: str
    ratings: Mapping[str, Given]
    expected: Mapping[str, Expected] = field(factory=dict)
    scorer: str | None = None
    coverage: Mapping[str, float] = field(factory=dict)

    def differences(self, model: Model) -> list[str]:
        """What comes out otherwise than expected, in words; nothing if the case holds."""
        ratings = [
            Rating(dimension, answer, respondent=str(number))
            for dimension, given in self.ratings.items()
            for number, answer in enumerate(given if isinstance(given, tuple) else (given,), start=1)
        ]
        result = score(model, Assessment(model.id, ratings), scorer=self.scorer)
        unknown = "no such dimension"
        found: list[tuple[str, object, object]] = [
            (id, _found(result[id]) if id in result else unknown, _span(wanted))
            for id, wanted in self.expected.items()
        ]
        found += [
            (id, round(result[id].coverage, 6) if id in result else unknown, round(c, 6))
            for id, c in self.coverage.items()
        ]
        return [f"{id}: {value}, expected {wanted}" for id, value, wanted in found if value != wanted]


@frozen
class CasesEntry:
    """A file of golden cases.

    Args:
        format: Of the file; the number 1.
        cases: In any order.
    """

    format: int
    cases: tuple[Case, ...]


def read_cases(path: Readable) -> list[Case]:
    """The golden cases in a file.

    Raises:
        FileError: If it cannot be read or does not hold cases, with all findings.
    """
    return list(structure(read_toml(path), CasesEntry, f"{path} does not hold golden cases").cases)


def _found(score: Score) -> object:
    if score.not_applicable:
        return NOT_APPLICABLE.value
    if score.stage is None:
        return "no stage"
    low, likely, high = score.stage
    return low.id, likely.id if likely else "", high.id


def _span(expected: Expected) -> object:
    if expected == NOT_APPLICABLE or isinstance(expected, tuple):
        return expected
    return expected, expected, expected
