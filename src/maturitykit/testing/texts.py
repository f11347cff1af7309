"""What must hold for the texts of models and crosswalks: complete, finished, and plain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from attrs import asdict

from maturitykit.definition import Guidance, Model, ModelText, Note
from maturitykit.definition.crosswalk import Crosswalk, CrosswalkText
from maturitykit.definition.fields import OUTCOME
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
Texts: TypeAlias = Mapping[str, str]
Translation: TypeAlias = ModelText | CrosswalkText


def model_texts(model: Model) -> dict[str, str]:
    """The texts of a model that have to be in each language, as far as they are there.

    Names and titles are not among them: they may stay as published.
    """
    texts = {"summary": model.summary, "source.note": model.source.note}
    for scale in model.scales.values():
        for stage in scale.stages:
            texts[f"scales.{scale.id}.{stage.id}.question"] = stage.question
            texts[f"scales.{scale.id}.{stage.id}.summary"] = stage.summary
    texts |= {f"readings.{reading.id}": reading.why for reading in model.readings}
    for dimension in model.root.walk():
        here = "" if dimension.id == OUTCOME else f"dimensions.{dimension.id}."
        if here:
            texts |= {f"{here}summary": dimension.summary, f"{here}question": dimension.question}
        texts |= {f"{here}descriptors.{stage}": text for stage, text in dimension.descriptors.items()}
        texts |= dict(_guidance(here, dimension.guidance)) | dict(_notes(here, dimension.notes))
    return {where: text for where, text in texts.items() if text}


def model_names(model: Model) -> dict[str, str]:
    """The labels of a model, by the path that leads to them; they may stay as published in every language."""
    names = {"title": model.title}
    names |= {f"source.{name}": value for name, value in asdict(model.source).items() if name != "note"}
    names |= {f"tags.{tag.id}.name": tag.name for tag in model.tags}
    names |= {f"kinds.{kind.id}.name": kind.name for kind in model.kinds}
    for scale in model.scales.values():
        names |= {f"scales.{scale.id}.{stage.id}.name": stage.name for stage in scale.stages}
    for dimension in model.root.walk():
        here = "" if dimension.id == OUTCOME else f"dimensions.{dimension.id}."
        names |= {f"{here}guidance.{topic.id}.name": topic.name for topic in dimension.guidance}
        if here:
            names[f"{here}name"] = dimension.name
    return names


def _guidance(here: str, topics: Iterable[Guidance]) -> Iterator[tuple[str, str]]:
    for topic in topics:
        yield from ((f"{here}guidance.{topic.id}.texts.{stage}", text) for stage, text in topic.texts.items())


def _notes(here: str, notes: Iterable[Note]) -> Iterator[tuple[str, str]]:
    yield from ((f"{here}notes.{note.id}", note.text) for note in notes)


def crosswalk_texts(crosswalk: Crosswalk) -> dict[str, str]:
    """The texts of a crosswalk, as far as they are there."""
    texts = {
        "summary": crosswalk.summary,
        "caveat": crosswalk.caveat,
        "method": crosswalk.coding.method if crosswalk.coding else "",
    }
    texts |= {f"links.{link.source}--{link.target}": link.rationale for link in crosswalk.links}
    texts |= {f"not_inferable.{item.model}.{item.dimension}": item.reason for item in crosswalk.not_inferable}
    return {where: text for where, text in texts.items() if text}


def translated_texts(text: Translation) -> dict[str, str]:
    """All texts of a translation by their paths, names too."""
    return {where: text for where, text in _flat("", asdict(text)) if text}


def _flat(where: str, data: Any) -> Iterator[tuple[str, str]]:
    if isinstance(data, Mapping):
        for name, value in data.items():
            yield from _flat(f"{where}.{name}" if where else name, value)
    elif isinstance(data, str) and where not in ("language", "format"):
        yield where, data


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


def untranslated(texts: Texts, translations: Mapping[str, Translation]) -> Iterator[Finding]:
    """A finding for every text that is there in one language and not in another."""
    labels = re.compile(r"(^|\.)(title|name)$|^(tags|kinds)\.")
    for language in translations:
        found = translated_texts(translations[language])
        for where in texts:
            if where not in found:
                yield Finding(f"text/{language}: {where}", "is not there", f"the text in {language}")
        for where in found:
            if where not in texts and not labels.search(where):
                problem = f"is there in {language} alone"
                yield Finding(f"text/{language}: {where}", problem, "the same texts in every language")


def alike(texts: Texts, translations: Mapping[str, Translation]) -> Iterator[Finding]:
    """A finding for every text of several words that is the same in another language."""
    for language in translations:
        found = translated_texts(translations[language])
        for where, text in texts.items():
            if found.get(where) == text and " " in text:
                yield Finding(f"text/{language}: {where}", "is not translated", f"the text in {language}")


def in_all_languages(texts: Texts, translations: Mapping[str, Translation]) -> Iterator[tuple[str, str]]:
    """Every text in every language, with where it stands."""
    yield from texts.items()
    for language in translations:
        for where, text in translated_texts(translations[language]).items():
            yield f"text/{language}: {where}", text


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
