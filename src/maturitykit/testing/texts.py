"""What must hold for the texts of models and crosswalks: complete, finished, and plain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from maturitykit.definition.translation import Text
from maturitykit.errors import Finding, MaturityError, quoted

#: What waits for its author. All that ``maturitykit new`` writes to be replaced says one of the last two.
#: In small letters, "todo" is a word of Spanish and Portuguese, unless it stands alone or before a colon.
_UNFINISHED = re.compile(
    r"\b(TODO|FIXME|XXX|(?i:TBD|lorem ipsum)|[Tt]odo(?=:)|Say here|Not coded yet)\b|^[Tt]odo(?=\W*$)"
)
#: Control characters but for tabs and newlines, and those that turn the direction of a text.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|<!--|&[a-z]+;|&#\d+;")

#: Texts by the path that leads to them in their file.
Translation: TypeAlias = Mapping[str, str]


class Translations(NamedTuple):
    """The translations of a model or crosswalk, each read once.

    Args:
        texts: Those that can be read, by language.
        findings: Why others cannot.
    """

    texts: Mapping[str, Translation]
    findings: Sequence[Finding]


def read_translations(given: Mapping[str, Translation]) -> Translations:
    """All translations, of which some may be in files that cannot be read."""
    found: dict[str, Translation] = {}
    findings: list[Finding] = []
    for language in given:
        try:
            found[language] = given[language]
        except MaturityError as error:
            findings += in_language(language, error.findings)
    return Translations(found, findings)


def in_language(language: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings on a translation, each with its file."""
    return (each._replace(where=f"text/{language}: {each.where}") for each in findings)


def untranslated(texts: Iterable[Text], translations: Mapping[str, Translation]) -> Iterator[Finding]:
    """A finding for every sentence that is there in one language and not in another."""
    sentences = {text.path: text.text for text in texts if text.kind == "sentence"}
    for language, found in translations.items():
        for where, text in sentences.items():
            if text and where not in found:
                yield Finding(f"text/{language}: {where}", "is not there", f"the text in {language}")
        for where in found:
            if sentences.get(where) == "":
                problem = f"is there in {language} alone"
                yield Finding(f"text/{language}: {where}", problem, "the same texts in every language")


def alike(texts: Iterable[Text], translations: Mapping[str, Translation]) -> Iterator[Finding]:
    """A finding for every sentence of several words that is the same in another language."""
    sentences = [text for text in texts if text.kind == "sentence" and " " in text.text]
    for language, found in translations.items():
        for text in sentences:
            if found.get(text.path) == text.text:
                yield Finding(f"text/{language}: {text.path}", "is not translated", f"the text in {language}")


def in_all_languages(texts: Iterable[Text], translations: Mapping[str, Translation]) -> Iterator[tuple[str, str]]:
    """Every text in every language, with where it stands."""
    yield from ((text.path, text.text) for text in texts)
    for language, found in translations.items():
        yield from ((f"text/{language}: {where}", text) for where, text in found.items())


def unfinished(texts: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """A finding for every text that still waits for its author."""
    for where, text in texts:
        if match := _UNFINISHED.search(text):
            yield Finding(where, f"still says {quoted(match[0])}", "the text itself")


def not_plain(texts: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """A finding for every text with control characters or markup."""
    for where, text in texts:
        if match := _CONTROL.search(text):
            yield Finding(where, f"holds the control character U+{ord(match[0]):04X}", "plain text")
        elif match := _MARKUP.search(text):
            yield Finding(where, f"holds markup, {quoted(match[0])}", "plain text: it is shown as it stands")
