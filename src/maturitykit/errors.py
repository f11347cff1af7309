"""Errors that are raised on purpose, and the findings that they list."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

#: The most findings that the text of an error lists; ``findings`` holds all of them.
SHOWN = 20

#: The most characters that are shown of a finding, of its ``where``, and of a title, which may hold a path.
LONGEST = 1_000
LONGEST_WHERE = 200
LONGEST_TITLE = 5_000


class Finding(NamedTuple):
    """A problem: where it is, what is wrong, and what was expected.

    Args:
        where: Path in the data (``dimensions.culture.weight``), or a line of the file.
        problem: Description of what is wrong.
        expected: Description of what would be right.
        code: Stable identifier for programs ("MK109"); `maturitykit.testing.CODES` explains each.
    """

    where: str
    problem: str
    expected: str = ""
    code: str = ""

    def __str__(self) -> str:
        where, expected = shown(self.where, LONGEST_WHERE), self.expected
        text = f"{where}: {self.problem}" if where else self.problem
        if isinstance(expected, OneOf):
            expected = expected.nearest_first()
        return shown(f"{text}; expected {expected}" if expected else text, LONGEST)


def coded(code: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings, and give this code to those that have none."""
    for finding in findings:
        yield finding if finding.code else finding._replace(code=code)


class MaturityError(Exception):
    """Base of all errors that maturitykit raises on purpose.

    Args:
        title: Sentence on what could not be done.
        findings: Every problem, in the order of the input.
    """

    def __init__(self, title: str, findings: Iterable[Finding] = ()) -> None:
        self.title: str = title
        self.findings: tuple[Finding, ...] = tuple(findings)
        super().__init__(title, self.findings)

    def __str__(self) -> str:
        lines = [f"  {finding}" for finding in self.findings[:SHOWN]]
        hidden = len(self.findings) - SHOWN
        if hidden > 0:
            lines.append(f"  … and {hidden:,} more like these ({len(self.findings):,} findings in all)")
        return "\n".join([shown(self.title, LONGEST_TITLE), *lines])


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


def install_hint(package: str, extra: str = "") -> str:
    """Return a message that a package is not installed, with the command that installs it.

    Args:
        package: Name of the package.
        extra: The extra of maturitykit that includes it, if there is one.
    """
    wanted = f'"maturitykit[{extra}]"' if extra else package
    return f"this needs {package}: python -m pip install {wanted}"


class OneOf(str):
    """A list of valid names as text.

    Finding the nearest name is slow, and few of many findings are ever shown, so it is
    looked up only when a finding is shown.
    """

    names: Sequence[str] = ()
    wrong: str = ""
    rest: str = ""

    def nearest_first(self) -> str:
        """Return the text with the name that is nearest to the wrong one first, if any is near."""
        near = nearest(self.names, self.wrong)
        return f"{quoted(near)}, perhaps ({self.removesuffix(self.rest)}){self.rest}" if near else self


def one_of(names: Sequence[str], wrong: object = None, rest: str = "") -> str:
    """Return the valid names as the text of what was expected; a finding shows the nearest first.

    Args:
        names: All valid names.
        wrong: The value that is there instead.
        rest: Text for what else is valid, put at the end.

    >>> str(Finding("stage", "is unknown", one_of(["emerging", "operational"], "emergin")))
    'stage: is unknown; expected "emerging", perhaps (one of emerging, operational)'
    """
    if len(names) < 2:
        return f"{quoted(names[0]) if names else 'none'}{rest}"
    words = ", ".join(name[:100] for name in names[:12]) + (
        f", … ({len(names)} in all)" if len(names) > 12 else ""
    )
    expected = OneOf(f"one of {words}{rest}")
    if isinstance(wrong, str):
        expected.names, expected.wrong, expected.rest = names, wrong, rest
    return expected


def nearest(names: Sequence[str], wrong: str) -> str | None:
    """Return the name that a wrong one was most likely meant to be, or None."""
    from difflib import get_close_matches

    # Comparing with a very long text is slow, and no name resembles one.
    near = get_close_matches(wrong, names, 1, 0.7) if len(wrong) < 100 else []
    return near[0] if near else None


def quoted(value: object) -> str:
    """Return a value as messages show it: quoted, control characters escaped, cut when long."""
    if isinstance(value, str):
        return f'"{shown(value, 60)}"'
    if isinstance(value, int) and value.bit_length() > 1_000:
        # Python refuses to write very large numbers in decimals.
        return shown(hex(value), 60)
    try:
        return shown(repr(value), 60)
    except Exception:
        # Objects from outside this package may have a repr that fails.
        return f"a {type(value).__name__}"


def message_of(error: BaseException) -> str:
    """Return the message of an error on one line, or an empty text if its ``__str__`` fails."""
    try:
        return " ".join(str(error).split())
    except Exception:
        return ""


def shown(text: str, longest: int) -> str:
    """Return a text that is safe to show: on one line, control characters escaped, cut when long."""
    text = escaped(text[: longest + 1])
    return f"{text[:longest]}…" if len(text) > longest else text


#: Joiners are invisible and harmless to terminals, and many languages need them for correct spelling.
JOINERS = "\u200c\u200d"


def escaped(text: str) -> str:
    """Return a text with its control characters escaped, so that it cannot control a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in JOINERS else c.encode("unicode_escape").decode() for c in text)
