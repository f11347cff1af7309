"""Sentences of reports, forms and messages, in the languages that they can be written in.

A sentence is written in English where it is used, and that text is its key: `maturitykit.words.dutch`
holds the Dutch translation of each. Texts of models are translated in the models themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter


class Phrase(str):
    """A sentence in English that keeps its pattern and parts, so that it can be translated.

    Args:
        pattern: The sentence, with a placeholder in braces for each part.
        parts: Values of the placeholders by name; they may be phrases themselves.
    """

    pattern: str
    parts: Mapping[str, object]

    def __new__(cls, pattern: str, parts: Mapping[str, object]) -> Phrase:
        """Return the sentence in English."""
        self = super().__new__(cls, pattern.format_map(parts) if parts else pattern)
        self.pattern, self.parts = pattern, parts
        return self

    def __getnewargs__(self) -> tuple[str, Mapping[str, object]]:  # type: ignore[override]
        return self.pattern, self.parts


def phrase(pattern: str, **parts: object) -> Phrase:
    """Return a sentence in English that can be translated."""
    return Phrase(pattern, parts)


class Words:
    """Translator of sentences into one language; English, if the language is not known."""

    def __init__(self, language: str = "en") -> None:
        known = _languages()
        tag = language.lower().partition("-")[0]
        #: The language that sentences are translated into.
        self.language = tag if tag in known else "en"
        self._patterns = known[self.language]
        self._formatter = Formatter() if self.language == "en" else _CommaFormatter()

    def __call__(self, text: str, /, **parts: object) -> str:
        """Return the translation of a phrase, or of an English pattern with its parts.

        A text without parts that is not a known sentence is returned unchanged.
        """
        values: Mapping[str, object] = parts
        if isinstance(text, Phrase):
            values = text.parts
            text = text.pattern
        if not values:
            return self._patterns.get(text, text)
        values = {name: self(part) if isinstance(part, Phrase) else part for name, part in values.items()}
        return self._formatter.vformat(self._patterns.get(text, text), (), values)


def in_every_language() -> Iterator[Words]:
    """Return a translator for each language, English first."""
    return map(Words, _languages())


def _languages() -> Mapping[str, Mapping[str, str]]:
    """Return the translations into each language, by the English sentence."""
    from maturitykit.words.dutch import DUTCH

    return {"en": {}, "nl": DUTCH}


class _CommaFormatter(Formatter):
    """Formatter that writes decimals with a comma, as 0,5."""

    def format_field(self, value: object, format_spec: str) -> str:
        text = format(value, format_spec)
        return text.replace(".", ",") if isinstance(value, float) else text
