"""Checks, and the report of what they found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from attrs import field, frozen

from maturitykit.definition.fields import TupleOf
from maturitykit.errors import Finding, MaturityError, coded
from maturitykit.testing.codes import CODES, FindingSeverity

T = TypeVar("T")


class Skipped(Exception):  # noqa: N818 - no error
    """Raised by a check that cannot be run here, with the reason."""


class Check(NamedTuple, Generic[T]):
    """One thing that must hold.

    Args:
        code: Of its findings, where they have none of their own.
        find: Gives a finding for whatever does not hold.
    """

    code: str
    find: Callable[[T], Iterable[Finding]]


@frozen
class Report:
    """What checks found.

    Args:
        subject: What was checked, in words.
        findings: Each with a code, in the order of the checks.
        checks: How many checks were run.
        skipped: Why a check could not be run here, by its code.
    """

    subject: str
    findings: tuple[Finding, ...] = field(converter=TupleOf[Finding])
    checks: int
    skipped: Mapping[str, str] = field(factory=dict)

    def at_least(self, severity: FindingSeverity) -> list[Finding]:
        """The findings that are as grave as this, or graver."""
        return [f for f in self.findings if severity == "warning" or severity_of(f) == "error"]


def severity_of(finding: Finding) -> FindingSeverity:
    """How grave a finding is, by its code."""
    return CODES[finding.code].severity


def run_checks(subject: str, checks: Sequence[Check[T]], thing: T) -> Report:
    """Run every check on a thing; one that fails to run stops no other."""
    findings: list[Finding] = []
    skipped: dict[str, str] = {}
    for check in checks:
        try:
            findings += run_check(check, thing)
        except Skipped as reason:
            skipped[check.code] = str(reason)
        # What is checked may have been written by anyone, and may raise anything.
        except Exception as error:
            findings += coded(check.code, [Finding("", f"raises {type(error).__name__}: {error}")])
    return Report(subject, findings, len(checks) - len(skipped), skipped)


def run_check(check: Check[T], thing: T) -> Iterator[Finding]:
    """The findings of one check; an error that is raised on purpose counts as its findings."""
    try:
        yield from coded(check.code, check.find(thing))
    except MaturityError as error:
        yield from coded(check.code, findings_of(error))


def findings_of(error: MaturityError) -> Sequence[Finding]:
    """The findings of an error; its title, where it has none."""
    return error.findings or [Finding("", error.title)]
