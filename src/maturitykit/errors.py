"""Every deliberate error: what is wrong, where, and what was expected instead."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

#: How many findings the text of an error lists; all of them are in its ``findings``.
SHOWN = 20

#: How much of a finding is shown, and how much of its place; and of a title, which may hold a path.
LONGEST = 1_000
LONGEST_PLACE = 200
LONGEST_TITLE = 5_000


class Finding(NamedTuple):
    """One thing that is wrong: where it is, what it is, and what was expected.

    Args:
        where: A path in what is read (``dimensions.culture.weight``), or a line of it.
        problem: What is wrong.
        expected: What would be right.
        code: Stable, for programs ("MK109"); `maturitykit.testing.CODES` says what each means.
    """

    where: str
    problem: str
    expected: str = ""
    code: str = ""

    def __str__(self) -> str:
        where, expected = shown(self.where, LONGEST_PLACE), self.expected
        text = f"{where}: {self.problem}" if where else self.problem
        if isinstance(expected, OneOf):
            expected = expected.nearest_first()
        return shown(f"{text}; expected {expected}" if expected else text, LONGEST)


def coded(code: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, those without a code with this one."""
    for finding in findings:
        yield finding if finding.code else finding._replace(code=code)


class MaturityError(Exception):
    """Base of all errors that maturitykit raises on purpose.

    Args:
        title: What could not be done.
        findings: Everything that stands in the way, in the order of the input.
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
    """Return the message on a package that is not installed, with the command that installs it.

    Args:
        package: Its name.
        extra: The extra of maturitykit that brings it, if one does.
    """
    wanted = f'"maturitykit[{extra}]"' if extra else package
    return f"this needs {package}: python -m pip install {wanted}"


class OneOf(str):
    """Valid names, as words.

    The nearest of them takes long to find, and of very many findings few are ever shown:
    it is looked for when one is.
    """

    names: Sequence[str] = ()
    wrong: str = ""
    rest: str = ""

    def nearest_first(self) -> str:
        """The name that is nearest to the wrong one, if any is near, before all of them."""
        near = nearest(self.names, self.wrong)
        return f"{quoted(near)}, perhaps ({self.removesuffix(self.rest)}){self.rest}" if near else self


def one_of(names: Sequence[str], wrong: object = None, rest: str = "") -> str:
    """What was expected, as words: the names, of which a finding shows the nearest first.

    Args:
        names: All that would be valid.
        wrong: What stands there instead.
        rest: What else would be valid.

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
    """The name that a wrong one was meant for, most likely."""
    from difflib import get_close_matches

    # Comparing with a very long one is slow and tells nobody anything.
    near = get_close_matches(wrong, names, 1, 0.7) if len(wrong) < 100 else []
    return near[0] if near else None


def quoted(value: object) -> str:
    """A value as it is shown in a message: quoted, control characters escaped, cut when long."""
    if isinstance(value, str):
        return f'"{shown(value, 60)}"'
    if isinstance(value, int) and value.bit_length() > 1_000:
        # Python refuses to write very large numbers in decimals.
        return shown(hex(value), 60)
    try:
        return shown(repr(value), 60)
    except Exception:
        # The repr of a stranger's object may fail like anything else of it.
        return f"a {type(value).__name__}"


def message_of(error: BaseException) -> str:
    """The message of a stranger's error on one line; empty, if it cannot even tell that."""
    try:
        return " ".join(str(error).split())
    except Exception:
        return ""


def shown(text: str, longest: int) -> str:
    """A text as it is safe to show: on one line, control characters escaped, cut when long."""
    text = escaped(text[: longest + 1])
    return f"{text[:longest]}…" if len(text) > longest else text


#: Joiners show nothing and steer nothing, and without them words of many languages are misspelled.
JOINERS = "\u200c\u200d"


def escaped(text: str) -> str:
    """A text without what could steer a terminal: control characters are shown, not sent."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in JOINERS else c.encode("unicode_escape").decode() for c in text)
