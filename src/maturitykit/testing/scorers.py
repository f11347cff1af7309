"""Checks of scorers, on generated models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from random import Random

from attrs import frozen

from maturitykit.definition import Model, Scorer
from maturitykit.definition.fields import check_ids
from maturitykit.errors import Finding, quoted
from maturitykit.testing.laws import Law
from maturitykit.testing.models import LAWS, try_law, try_tables
from maturitykit.testing.report import Check, Report, run_checks
from maturitykit.testing.samples import parent_model

#: Number of random parents for a rule; those that it cannot score are left out.
PARENTS = 80


@frozen(slots=False)
class ScorerSubject:
    """A scorer, and the models that it is checked on."""

    scorer: Scorer

    @cached_property
    def models(self) -> Sequence[Model]:
        """Small random models with all kinds of scales, weights and gates that the rule can score."""
        random = Random(0)
        drawn = (parent_model(self.scorer, random) for _ in range(PARENTS))
        return [model for model in drawn if model is not None]


def check_scorer(scorer: Scorer | str) -> Report:
    """Run all checks of rules, on generated dimensions of every kind.

    Args:
        scorer: A rule, or the id of an installed one.

    Raises:
        PluginError: If the rule is not installed, or broken.
    """
    return run_checks(*scorer_subject(scorer))


def scorer_subject(scorer: Scorer | str) -> tuple[str, Sequence[Check[ScorerSubject]], ScorerSubject]:
    """Return the arguments of `run_checks` for a scorer."""
    from maturitykit.registry import scorers

    one = scorers.load(scorer) if isinstance(scorer, str) else scorer
    return f"scorer {getattr(one, 'id', type(one).__name__)}", SCORER_CHECKS, ScorerSubject(one)


def _law(digits: str, law: Law) -> Check[ScorerSubject]:
    def find(subject: ScorerSubject) -> Iterator[Finding]:
        if not subject.models:
            return iter(())
        return try_law(law, subject.models, Random(digits), draws=PARENTS)

    return Check(f"MK2{digits}", find)


def _tables(subject: ScorerSubject) -> Iterator[Finding]:
    for model in sorted(subject.models, key=lambda model: len(model.by_id))[::8]:
        yield from try_tables([model], Random(0))


def _declares(subject: ScorerSubject) -> Iterator[Finding]:
    id = getattr(subject.scorer, "id", None)
    if not isinstance(id, str):
        yield Finding("id", f"is {quoted(id)}", "the name that models call it by")
    else:
        yield from (finding._replace(code="MK201") for finding in check_ids("id", [id]))
    for name in ("ordinal", "reads_open_as_low"):
        value = getattr(subject.scorer, name, None)
        if not isinstance(value, bool):
            yield Finding(name, f"is {quoted(value)}", "True or False")


def _serves(subject: ScorerSubject) -> Iterator[Finding]:
    if not subject.models:
        yield Finding("", f"serves none of {PARENTS} generated dimensions, so no law was tried", "fewer problems")


SCORER_CHECKS: Sequence[Check[ScorerSubject]] = (
    Check("MK201", _declares),
    Check("MK202", _serves),
    *(_law(digits, law) for digits, law in LAWS.items()),
    Check("MK228", _tables),
)
