"""The document: all parts of a report in their order, built once for every format."""

from __future__ import annotations

from collections.abc import Sequence

from maturitykit.comparison.movement import Comparison
from maturitykit.comparison.translation import Translation
from maturitykit.report.brand import Brand
from maturitykit.report.derived import derived
from maturitykit.report.method import appendix, method, our_reading
from maturitykit.report.nodes import Document, Section
from maturitykit.report.sections import disagreement, movement, profile, road, weakest
from maturitykit.report.summary import summary
from maturitykit.scoring.result import Result
from maturitykit.scoring.roadmap import roadmap
from maturitykit.scoring.rows import rows_of
from maturitykit.scoring.telling import how_scored
from maturitykit.words import Words


def build(
    result: Result,
    *,
    translations: Sequence[Translation] = (),
    comparison: Comparison | None = None,
    brand: Brand | None = None,
    language: str = "",
) -> Document:
    """A report on a result, to be rendered in any format.

    Args:
        result: What was measured.
        translations: The same in other models.
        comparison: With an earlier result of the same model.
        brand: The client's name, logo and colour.
        language: Of the report's own words (en, nl); by default that of the model's texts.
    """
    say, brand = Words(language or result.model.language), brand or Brand()
    target = result.outcome.target
    ways = roadmap(result, target.id if target else None)
    sections: list[Section] = [
        summary(result, ways, translations, comparison, say),
        profile(result, say),
        *weakest(result, say),
        *disagreement(result, say),
        *road(result, ways, say),
        *(derived(translation, say) for translation in translations),
        *([movement(comparison, say)] if comparison else ()),
        method(result, translations, say),
        our_reading(result, translations, say),
        appendix(result, translations, say),
    ]
    model = result.model
    about = [brand.client if brand.client != result.subject else "", str(result.date or "")]
    about += [f"{model.title} ({model.id} {model.version})", say(how_scored(result))]
    return Document(
        title=result.subject or brand.client or say("Maturity report"),
        about=filter(None, about),
        sections=sections,
        language=say.language,
        brand=brand,
        date=result.date,
        data=[row for found in (result, *translations) for row in rows_of(found)],
    )
