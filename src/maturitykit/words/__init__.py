"""Our own sentences in the languages of reports and forms.

A sentence is written in English where it is used, and is its own key: `maturitykit.words.dutch`
holds the same sentences in Dutch. Texts of models come from the models, in their languages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter


class Phrase(str):
    """A sentence in English that knows what it was made of, to be told in another language.

    Args:
        pattern: The sentence with a name in braces for each part.
        parts: The parts by their names; they may be phrases themselves.
    """

    pattern: str
    parts: Mapping[str, object]

    def __new__(cls, pattern: str, parts: Mapping[str, object]) -> Phrase:
        """The sentence, in English."""
        self = super().__new__(cls, pattern.format_map(parts) if parts else pattern)
        self.pattern, self.parts = pattern, parts
        return self

    def __getnewargs__(self) -> tuple[str, Mapping[str, object]]:  # type: ignore[override]
        return self.pattern, self.parts


def phrase(pattern: str, **parts: object) -> Phrase:
    """A sentence in English that can be told in another language."""
    return Phrase(pattern, parts)


class Words:
    """Tells sentences in one language: in English, where it does not know the language."""

    def __init__(self, language: str = "en") -> None:
        known = _languages()
        tag = language.lower().partition("-")[0]
        #: The language that it speaks.
        self.language = tag if tag in known else "en"
        self._patterns = known[self.language]
        self._formatter = Formatter() if self.language == "en" else _WithComma()

    def __call__(self, text: str, /, **parts: object) -> str:
        """A sentence, given as its English pattern and its parts, or as a phrase.

        What is no phrase and has no parts comes back as it is, unless it is known as a sentence.
        """
        given: Mapping[str, object] = parts
        if isinstance(text, Phrase):
            given = text.parts
            text = text.pattern
        if not given:
            return self._patterns.get(text, text)
        told = {name: self(part) if isinstance(part, Phrase) else part for name, part in given.items()}
        return self._formatter.vformat(self._patterns.get(text, text), (), told)


def in_every_language() -> Iterator[Words]:
    """Yield the words of each language, English first."""
    return map(Words, _languages())


def _languages() -> Mapping[str, Mapping[str, str]]:
    """Return the sentences of each language, by the English ones."""
    from maturitykit.words.dutch import DUTCH

    return {"en": {}, "nl": DUTCH}


class _WithComma(Formatter):
    """Writes decimals as 0,5."""

    def format_field(self, value: object, format_spec: str) -> str:
        text = format(value, format_spec)
        return text.replace(".", ",") if isinstance(value, float) else text
