"""Every deliberate error: what is wrong, where, and what was expected instead."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import NamedTuple

#: How many findings the text of an error lists; all of them are in its ``findings``.
SHOWN = 20


class Finding(NamedTuple):
    """One thing that is wrong: where it is, what it is, and what was expected."""

    where: str
    problem: str
    expected: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.problem}" if self.where else self.problem
        return f"{text}; expected {self.expected}" if self.expected else text


class MaturityError(Exception):
    """Base of all errors that maturitykit raises on purpose.

    Args:
        title: What could not be done.
        findings: Everything that stands in the way, in the order of the input.
    """

    def __init__(self, title: str, findings: Iterable[Finding] = ()) -> None:
        self.title = title
        self.findings = tuple(findings)
        super().__init__(title, self.findings)

    def __str__(self) -> str:
        lines = [f"  {finding}" for finding in self.findings[:SHOWN]]
        hidden = len(self.findings) - SHOWN
        if hidden > 0:
            lines.append(f"  … and {hidden:,} more like these ({len(self.findings):,} findings in all)")
        return "\n".join([self.title, *lines])


class FileError(MaturityError):
    """A file cannot be read, or does not hold what it should."""


class ModelError(MaturityError):
    """The parts of a model do not fit each other."""


class AssessmentError(MaturityError):
    """Ratings do not fit the model that they are meant for."""


class ScoringError(MaturityError):
    """The chosen rule, weights or targets cannot be used with the model."""


class ComparisonError(MaturityError):
    """A result cannot be carried over to another model, or compared with another."""


class PluginError(MaturityError):
    """A name is not registered, is claimed twice, or its plugin is broken."""


def one_of(names: Sequence[str], wrong: object = None) -> str:
    """What was expected, as words: the nearest valid name first, else the names.

    >>> one_of(["emerging", "operational"], "emergin")
    '"emerging", perhaps (one of emerging, operational)'
    """
    shown = ", ".join(names[:12]) + (f", … ({len(names)} in all)" if len(names) > 12 else "")
    # Comparing with a very long or wrong-typed value is slow and tells nobody anything.
    near = get_close_matches(wrong, names, 1, 0.6) if isinstance(wrong, str) and len(wrong) < 100 else []
    if near:
        return f'"{near[0]}", perhaps (one of {shown})'
    return f"one of {shown}" if names else "none"


def quoted(value: object) -> str:
    """A value as it is shown in a message: quoted, control characters escaped, cut when long."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:61])
    text = text[:60] + "…" if len(text) > 60 else text
    return f'"{text}"' if isinstance(value, str) else text
