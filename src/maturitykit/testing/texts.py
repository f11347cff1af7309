"""Checks that the texts of models and crosswalks are complete, finished and plain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from maturitykit.definition.translation import Text
from maturitykit.errors import Finding, MaturityError, quoted

#: Placeholders for texts to be written. Those of ``maturitykit new`` contain one of the last two.
#: In small letters, "todo" is a word of Spanish and Portuguese, unless it is alone or before a colon.
_UNFINISHED = re.compile(
    r"\b(TODO|FIXME|XXX|(?i:TBD|lorem ipsum)|[Tt]odo(?=:)|Say here|Not coded yet)\b|^[Tt]odo(?=\W*$)"
)
#: Control characters except tabs and newlines, and those that change the direction of text.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|<!--|&[a-z]+;|&#\d+;")

#: Texts by their paths in a file.
Translation: TypeAlias = Mapping[str, str]


class Translations(NamedTuple):
    """The translations of a model or crosswalk, each read once.

    Args:
        texts: Translations that can be read, by language.
        findings: Problems of those that cannot be read.
    """

    texts: Mapping[str, Translation]
    findings: Sequence[Finding]


def read_translations(translations: Mapping[str, Translation]) -> Translations:
    """Read all translations, some of which may be in files that cannot be read."""
    readable: dict[str, Translation] = {}
    findings: list[Finding] = []
    for language in translations:
        try:
            # Files are read on access.
            readable[language] = translations[language]
        except MaturityError as error:
            findings += in_language(language, error.findings)
    return Translations(readable, findings)


def in_language(language: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings on a translation, each with its file."""
    return (each._replace(where=f"text/{language}: {each.where}") for each in findings)


def untranslated(texts: Iterable[Text], translations: Mapping[str, Translation]) -> Iterator[Finding]:
    """Yield a finding for every sentence that exists in one language but not in another."""
    sentences = {text.path: text.text for text in texts if text.kind == "sentence"}
    for language, translation in translations.items():
        for where, text in sentences.items():
            if text and where not in translation:
                yield Finding(f"text/{language}: {where}", "is not there", f"the text in {language}")
        for where in translation:
            if sentences.get(where) == "":
                problem = f"is there in {language} alone"
                yield Finding(f"text/{language}: {where}", problem, "the same texts in every language")


def alike(texts: Iterable[Text], translations: Mapping[str, Translation]) -> Iterator[Finding]:
    """Yield a finding for every sentence of several words that is the same in another language."""
    sentences = [text for text in texts if text.kind == "sentence" and " " in text.text]
    for language, translation in translations.items():
        for text in sentences:
            if translation.get(text.path) == text.text:
                yield Finding(f"text/{language}: {text.path}", "is not translated", f"the text in {language}")


def in_all_languages(texts: Iterable[Text], translations: Mapping[str, Translation]) -> Iterator[tuple[str, str]]:
    """Yield every text in every language, each after its path."""
    yield from ((text.path, text.text) for text in texts)
    for language, translation in translations.items():
        yield from ((f"text/{language}: {where}", text) for where, text in translation.items())


def unfinished(texts: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """Yield a finding for every text that still has a placeholder."""
    for where, text in texts:
        if match := _UNFINISHED.search(text):
            yield Finding(where, f"still says {quoted(match[0])}", "the text itself")


def not_plain(texts: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """Yield a finding for every text with control characters or markup."""
    for where, text in texts:
        if match := _CONTROL.search(text):
            yield Finding(where, f"holds the control character U+{ord(match[0]):04X}", "plain text")
        elif match := _MARKUP.search(text):
            yield Finding(where, f"holds markup, {quoted(match[0])}", "plain text: it is shown as it stands")
