"""The checks as pytest tests: ``test_model = conformance("my-model")`` is all that a plugin needs."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from maturitykit.definition import Model, Scorer
from maturitykit.definition.crosswalk import Crosswalk
from maturitykit.errors import Finding, PluginError, one_of, quoted
from maturitykit.registry import crosswalks, models, scorers
from maturitykit.testing.codes import CODES, FindingSeverity
from maturitykit.testing.crosswalks import CROSSWALK_CHECKS, crosswalk_subject
from maturitykit.testing.models import MODEL_CHECKS, model_subject
from maturitykit.testing.report import Check, Skipped, run_check, severity_of
from maturitykit.testing.scorers import SCORER_CHECKS, scorer_subject

if TYPE_CHECKING:
    from maturitykit.testing.cases import Case


class _Trial(NamedTuple):
    """A check, and a function that loads the subject it runs on."""

    check: Check[Any]
    subject: Callable[[], Any]


def conformance(
    *things: str | Model | Scorer | Crosswalk,
    expected: Mapping[str, str] = {},
    cases: Sequence[Case] | None = None,
    against: Model | str | None = None,
    fail_on: FindingSeverity = "error",
) -> Callable[..., None]:
    """Return a test for each check, parametrized; assign it to a name that pytest collects.

    Args:
        things: Models, scorers and crosswalks, or the ids of installed ones.
        expected: Reasons why checks are expected to fail, by code. The test fails if such a
            check passes.
        cases: Golden cases of a model; by default those in ``cases.toml`` beside it.
        against: The previous version of a model, whose ids have to stay.
        fail_on: ``warning`` to fail on warnings too. Otherwise pytest shows them.

    Raises:
        PluginError: If nothing of this name is installed.
        ValueError: If a reason is empty, or there is no such check.
    """
    import pytest

    trials, ids = [], []
    for thing in things:
        name = f"{thing if isinstance(thing, str) else thing.id}-" if len(things) > 1 else ""
        for trial in _trials(thing, cases, against):
            trials.append(trial)
            ids.append(f"{name}{trial.check.code}-{CODES[trial.check.code].title.replace(' ', '-')}")
    _check_expected(expected, [trial.check.code for trial in trials])

    @pytest.mark.parametrize("trial", trials, ids=ids)
    def test(trial: _Trial) -> None:
        code = trial.check.code
        try:
            findings = list(run_check(trial.check, trial.subject()))
        except Skipped as reason:
            pytest.skip(str(reason))
        text = "\n".join(f"{finding.code} {finding}" for finding in findings)
        if code in expected:
            if not findings:
                pytest.fail(f"{code} is expected to fail ({expected[code]}), and does not: take it out")
            pytest.xfail(f"{expected[code]}\n{text}")
        if any(fail_on == "warning" or severity_of(finding) == "error" for finding in findings):
            pytest.fail(text, pytrace=False)
        if findings:
            warnings.warn(text, stacklevel=1)

    collected: Callable[..., None] = test
    return collected


def _check_expected(expected: Mapping[str, str], codes: Sequence[str]) -> None:
    for code, reason in expected.items():
        if code not in codes:
            raise ValueError(f"no check {quoted(code)} is run here; expected {one_of(codes, code)}")
        if not (isinstance(reason, str) and reason.strip()):
            raise ValueError(f"{code} is expected to fail without a reason")


def _trials(
    thing: str | Model | Scorer | Crosswalk, cases: Sequence[Case] | None, against: Model | str | None
) -> Iterator[_Trial]:
    """Yield the checks of every object with this name, without loading any."""
    kinds: list[tuple[bool, Sequence[Check[Any]], Callable[[], Any]]] = [
        (
            isinstance(thing, Model) or thing in models,
            MODEL_CHECKS if against else MODEL_CHECKS[:-3],
            lambda: model_subject(thing, cases, against)[2],  # type: ignore[arg-type]
        ),
        (
            isinstance(thing, Scorer) or thing in scorers,
            SCORER_CHECKS,
            lambda: scorer_subject(thing)[2],  # type: ignore[arg-type]
        ),
        (
            isinstance(thing, Crosswalk) or thing in crosswalks,
            CROSSWALK_CHECKS,
            lambda: crosswalk_subject(thing)[2],  # type: ignore[arg-type]
        ),
    ]
    chosen = [(checks, cache(subject)) for applies, checks, subject in kinds if applies]
    if not chosen:
        names = [*models, *scorers, *crosswalks]
        problem = "no model, scorer or crosswalk of this name is installed"
        raise PluginError(f"{quoted(thing)} cannot be checked", [Finding("", problem, one_of(names, thing))])
    for checks, subject in chosen:
        yield from (_Trial(check, subject) for check in checks)
