"""Checks, and the report of their findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from attrs import field, frozen

from maturitykit.definition.fields import TupleOf
from maturitykit.errors import Finding, MaturityError, coded
from maturitykit.testing.codes import CODES, FindingSeverity

T = TypeVar("T")


class Skipped(Exception):  # noqa: N818 - no error
    """Signal that a check cannot be run here, with the reason."""


class Check(NamedTuple, Generic[T]):
    """A check of one rule.

    Args:
        code: Code of its findings, if they have none of their own.
        find: Function that returns a finding for each violation.
    """

    code: str
    find: Callable[[T], Iterable[Finding]]


@frozen
class Report:
    """The findings of checks.

    Args:
        subject: Name of the object that was checked, in words.
        findings: The findings, each with a code, in the order of the checks.
        checks: Number of checks that were run.
        skipped: Reasons why checks could not be run here, by code.
    """

    subject: str
    findings: tuple[Finding, ...] = field(converter=TupleOf[Finding])
    checks: int
    skipped: Mapping[str, str] = field(factory=dict)

    def at_least(self, severity: FindingSeverity) -> list[Finding]:
        """Return the findings of this severity or a higher one."""
        return [f for f in self.findings if severity == "warning" or severity_of(f) == "error"]


def severity_of(finding: Finding) -> FindingSeverity:
    """Return the severity of a finding, by its code."""
    return CODES[finding.code].severity


def run_checks(subject: str, checks: Sequence[Check[T]], thing: T) -> Report:
    """Run every check on an object; a check that raises an error does not stop the others."""
    findings: list[Finding] = []
    skipped: dict[str, str] = {}
    for check in checks:
        try:
            findings += run_check(check, thing)
        except Skipped as reason:
            skipped[check.code] = str(reason)
        # Code of plugins may raise anything.
        except Exception as error:
            findings += coded(check.code, [Finding("", f"raises {type(error).__name__}: {error}")])
    return Report(subject, findings, len(checks) - len(skipped), skipped)


def run_check(check: Check[T], thing: T) -> Iterator[Finding]:
    """Yield the findings of one check, including those of an error that is raised on purpose."""
    try:
        yield from coded(check.code, check.find(thing))
    except MaturityError as error:
        yield from coded(check.code, findings_of(error))


def findings_of(error: MaturityError) -> Sequence[Finding]:
    """Return the findings of an error, or its title as one if it has none."""
    return error.findings or [Finding("", error.title)]
