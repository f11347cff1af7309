"""Documents: the sections of a report in their order, built once for every format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from maturitykit.comparison.movement import Comparison
from maturitykit.comparison.translation import Translation
from maturitykit.report.brand import Brand
from maturitykit.report.derived import derived, everywhere, explained, link_reading, routes
from maturitykit.report.method import derivation, derivations, marks, method, our_reading, remarks
from maturitykit.report.nodes import Document, Section
from maturitykit.report.sections import disagreement, movement, profile, road, weakest
from maturitykit.report.summary import name_of, summary
from maturitykit.scoring.records import rows_of
from maturitykit.scoring.result import Result
from maturitykit.scoring.roadmap import wanted_roadmaps
from maturitykit.scoring.summary import scored_by, subject_and_date
from maturitykit.words import Words

#: Sections of a report, in their order.
REPORT = (
    "summary", "profile", "weakest", "disagreement", "roadmap", "derived", "movement", "remarks", "method",
    "reading", "derivations",
)  # fmt: skip
#: Sections that a terminal shows.
IN_SHORT = ("summary", "profile", "weakest", "roadmap", "remarks", "marks")


def build(
    result: Result,
    *,
    translations: Sequence[Translation] = (),
    comparison: Comparison | None = None,
    brand: Brand | None = None,
    language: str = "",
    sections: Sequence[str] = REPORT,
) -> Document:
    """Return a report on a result, to be rendered in any format.

    Args:
        result: The measured result.
        translations: The same result in other models.
        comparison: Comparison with an earlier result of the same model.
        brand: The client's name, logo and colour.
        language: Language of the report's headings and sentences (en, nl); by default that of the model's
            texts.
        sections: Names of the sections to build, in their order.
    """
    say, brand = Words(language or result.model.language), brand or Brand()
    routes = wanted_roadmaps(result)
    makers: Mapping[str, Callable[[], Iterable[Section]]] = {
        "summary": lambda: [summary(result, routes, translations, comparison, say)],
        "profile": lambda: [profile(result, say)],
        "weakest": lambda: weakest(result, say),
        "disagreement": lambda: disagreement(result, say),
        "roadmap": lambda: road(result, routes, say) if result.coverage else (),
        "derived": lambda: (derived(translation, say) for translation in translations),
        "movement": lambda: [movement(comparison, say)] if comparison else (),
        "method": lambda: [method(result, translations, say)],
        "remarks": lambda: remarks(result, say),
        "reading": lambda: [our_reading(result, translations, say)],
        "marks": lambda: marks(result, say),
        "derivations": lambda: [derivations(result, translations, say)],
    }
    client = brand.client if brand.client != result.subject else ""
    return Document(
        title=result.subject or brand.client or say("Maturity report"),
        about=filter(None, [client, str(result.date or ""), name_of(result.model), say(scored_by(result))]),
        sections=[section for name in sections for section in makers[name]()],
        language=say.language,
        brand=brand,
        date=result.date,
        data=[row for each in (result, *translations) for row in rows_of(each)],
    )


def translation_document(translation: Translation, language: str = "") -> Document:
    """Return a document on one translation, marked as derived throughout."""
    say = Words(language or translation.model.language)
    parts = [derived(translation, say, contributions=False), link_reading(translation, say)]
    return Document(subject_and_date(translation) or say("Result"), parts, language=say.language)


def everywhere_document(result: Result, translations: Sequence[Translation], language: str = "") -> Document:
    """Return a document on a result in other models, with a row for each."""
    say = Words(language or result.model.language)
    return Document(
        subject_and_date(result) or say("Result"), [everywhere(result, translations, say)], language=say.language
    )


def routes_document(pairs: Sequence[Mapping[str, Any]], language: str = "") -> Document:
    """Return which models can be translated to which, as a document.

    Args:
        pairs: For each pair ``source``, ``target``, ``path``, ``strength`` and ``coverage``; or ``error``.
        language: Of the headings (en, nl).
    """
    say = Words(language)
    return Document("", [Section("", routes(pairs, say))], language=say.language)


def comparison_document(comparison: Comparison, language: str = "") -> Document:
    """Return a document on one comparison."""
    say = Words(language or comparison.after.model.language)
    before, after = (
        subject_and_date(result) or say("(no name)") for result in (comparison.before, comparison.after)
    )
    about_model = [name_of(comparison.after.model)]
    return Document(f"{before} → {after}", [movement(comparison, say)], about_model, say.language)


def explain_document(result: Result, id: str, language: str = "") -> Document:
    """Return a document on how one score of a result follows.

    Raises:
        ScoringError: If the model has no such dimension.
    """
    say = Words(language or result.model.language)
    parts = explained(result, id, say) if isinstance(result, Translation) else [derivation(result, id, say)]
    return Document(subject_and_date(result) or say("Result"), parts, language=say.language)
