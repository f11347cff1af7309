"""A report as a tagged PDF, set by typst.

Texts reach the template as data and never become part of it, so nothing in them is taken for markup.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from maturitykit.errors import Finding, MaturityError, install_hint
from maturitykit.figures.svg import clean
from maturitykit.report.nodes import (
    Block,
    Bullet,
    Bullets,
    Details,
    Document,
    Figure,
    Paragraph,
    Section,
    Table,
    cell_text,
    numeric,
)
from maturitykit.report.times import moment
from maturitykit.words import Words


def render(document: Document) -> bytes:
    """Return the PDF, as PDF/UA-1 if a font has every character of it.

    Raises:
        MaturityError: If typst is not installed, or cannot read the logo.
    """
    try:
        import typst
    except ImportError:
        raise MaturityError(install_hint("typst", "pdf")) from None
    template = files("maturitykit.report").joinpath("page.typ").read_bytes()
    inputs = {"document": json.dumps(_document(document))}
    try:
        data = typst.compile(template, format="pdf", sys_inputs=inputs, pdf_standards="ua-1")
    except typst.TypstError:
        # No font has one of the characters: the PDF is still tagged, but may not claim the standard.
        try:
            data = typst.compile(template, format="pdf", sys_inputs=inputs)
        except typst.TypstError as error:
            # The texts are data, so only a damaged logo can still cause an error.
            finding = Finding("logo" if document.brand.logo else "", error.message, "an image that is whole")
            raise MaturityError("the PDF cannot be made", [finding]) from None
    assert isinstance(data, bytes)
    return data


def _document(document: Document) -> Mapping[str, Any]:
    made, brand, say = moment(document), document.brand, Words(document.language)
    return {
        "title": clean(document.title),
        "about": [clean(line) for line in document.about],
        "language": document.language,
        "colour": brand.colour,
        "client": clean(brand.client) or say("Logo"),
        "logo_bytes": list(brand.logo),
        "logo_kind": brand.logo_kind,
        "date": [made.year, made.month, made.day] if made else None,
        "contents": say("Contents"),
        "page": say("page"),
        "blocks": [_block(section, document.language) for section in document.sections],
    }


def _block(part: Block, language: str) -> Mapping[str, Any]:
    match part:
        case Section(title=title, blocks=inner, derived=derived):
            below = [_block(block, language) for block in inner]
            return {"kind": "section", "title": clean(title), "derived": derived, "blocks": below}
        case Details(title=title, blocks=inner, id=id):
            below = [_block(block, language) for block in inner]
            return {"kind": "details", "title": clean(title), "id": id, "blocks": below}
        case Paragraph(text=text, style=style):
            return {"kind": "paragraph", "text": clean(text), "style": style}
        case Bullets(items=items):
            return {"kind": "bullets", "items": [_bullet(item) for item in items]}
        case Figure(title=title, wide=wide, caption=caption):
            return {"kind": "figure", "title": clean(title), "svg": wide, "caption": clean(caption)}
        case Table():
            return _table(part, language)


def _table(part: Table, language: str) -> Mapping[str, Any]:
    cells = [[clean(cell_text(cell, language)) for cell in row.cells] for row in part.rows]
    # Columns of text share the width by the length of their texts; 0 makes a column fit its numbers.
    columns = zip(numeric(part.rows), zip(part.head, *cells, strict=True), strict=True)
    weights = [0 if is_number else min(max(10, *map(len, column)), 60) ** 0.7 for is_number, column in columns]
    return {
        "kind": "table",
        "title": clean(part.title),
        "head": [*map(clean, part.head)],
        "numeric": numeric(part.rows),
        "weights": weights,
        "rows": cells,
        "depths": [row.depth for row in part.rows],
        "whys": [row.why for row in part.rows],
    }


def _bullet(item: Bullet) -> Mapping[str, Any]:
    return {"text": clean(item.text), "below": [_bullet(below) for below in item.below]}
