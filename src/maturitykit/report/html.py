"""A report as one HTML page: no network, no script, light and dark, for screens and paper."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.resources import files

from maturitykit.figures.svg import css, escape, variables
from maturitykit.report.brand import COLOUR, readable
from maturitykit.report.nodes import (
    Block,
    Bullet,
    Bullets,
    Details,
    Document,
    Figure,
    Number,
    Paragraph,
    Row,
    Section,
    Table,
    cell_text,
    numeric,
)
from maturitykit.words import Words

#: Background of the page in dark mode.
DARK = "#15181c"


def render(document: Document) -> bytes:
    """Return the page as UTF-8."""
    style = style_of(document.brand.colour)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    title = escape(document.title)
    say = Words(document.language)
    body = "".join(_section(section, document.language, 2, f"s{i}") for i, section in enumerate(document.sections))
    links = "".join(f'<li><a href="#s{i}">{escape(s.title)}</a></li>' for i, s in enumerate(document.sections))
    about = "".join(f"<p>{escape(line)}</p>" for line in document.about)
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{title}</title><style>{style}</style>'
    )
    page = (
        f'<!DOCTYPE html>\n<html lang="{escape(document.language)}"><head>{head}</head><body>'
        f"<header>{_logo(document)}<h1>{title}</h1>{about}</header>"
        f'<nav aria-label="{escape(say("Contents"))}"><ol>{links}</ol></nav><main>{body}</main></body></html>\n'
    )
    return page.encode()


def style_of(colour: str = COLOUR) -> str:
    """Return the complete style sheet, with a client's colour."""
    page = files("maturitykit.report").joinpath("page.css").read_text("utf-8")
    light, dark = variables(False) + f"--brand:{colour};", variables(True) + f"--brand:{readable(colour, DARK)};"
    # Dark mode is for screens only: paper is always light.
    return (
        f":root{{color-scheme:light dark;{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}{page}{css()}"
    )


def _logo(document: Document) -> str:
    brand = document.brand
    if not brand.logo:
        return ""
    kind = "svg+xml" if brand.logo_kind == "svg" else "png"
    return f'<img alt="{escape(brand.client)}" src="data:image/{kind};base64,{b64encode(brand.logo).decode()}">'


def _section(section: Section, language: str, level: int, id: str = "") -> str:
    anchor = f' id="{id}"' if id else ""
    kind = ' class="derived"' if section.derived else ""
    inner = blocks(section.blocks, language, level + 1)
    return f"<section{anchor}{kind}><h{level}>{escape(section.title)}</h{level}>{inner}</section>"


def blocks(parts: Sequence[Block], language: str, level: int = 3) -> str:
    """Return blocks one after another, with headings from a level on."""
    return "".join(_block(part, language, level) for part in parts)


def _block(part: Block, language: str, level: int) -> str:
    match part:
        case Paragraph(text=text, style=style):
            return f"<h{level}>{escape(text)}</h{level}>" if style == "heading" else _paragraph(text, style)
        case Bullets(items=items):
            return f"<ul>{''.join(_bullets(items))}</ul>"
        case Table():
            return table(part, language)
        case Figure(wide=wide, narrow=narrow, caption=caption):
            below = f'<figcaption class="quiet">{escape(caption)}</figcaption>' if caption else ""
            return f'<figure><div class="wide">{wide}</div><div class="narrow">{narrow}</div>{below}</figure>'
        case Details(title=title, blocks=inner, id=id):
            # The id is on an element inside, so that a link to it opens the details.
            anchor = f' id="{escape(id)}"' if id else ""
            body = f"<div{anchor}>{blocks(inner, language, level)}</div>"
            return f"<details><summary>{escape(title)}</summary>{body}</details>"
        case Section():
            return _section(part, language, level)


def _paragraph(text: str, style: str) -> str:
    return f'<p class="{style}">{escape(text)}</p>' if style != "plain" else f"<p>{escape(text)}</p>"


def _bullets(items: Sequence[Bullet]) -> Iterator[str]:
    for item in items:
        below = f"<ul>{''.join(_bullets(item.below))}</ul>" if item.below else ""
        yield f"<li>{escape(item.text)}{below}</li>"


def table(part: Table, language: str) -> str:
    """Return a table whose rows become cards on a telephone."""
    # As cards, cells name their columns, and the roles keep it a table for screen readers.
    heads = zip(part.head, numeric(part.rows), strict=True)
    head = "".join(
        f'<th role="columnheader" scope="col"{" class=n" * is_number}>{escape(name)}</th>'
        for name, is_number in heads
    )
    body = "".join(f'<tr role="row">{_cells(row, part.head, language)}</tr>' for row in part.rows)
    top = f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{escape(part.title)}">'
        f'<table role="table">{top}<tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _cells(row: Row, head: Sequence[str], language: str) -> str:
    first, *others = (escape(cell_text(cell, language)) for cell in row.cells)
    if row.why:
        first = f'<a href="#{escape(row.why)}">{first}</a>'
    cells = "".join(
        f'<td role="cell" data-of="{escape(name)}"{" class=n" * isinstance(cell, Number)}>{text}</td>'
        for name, cell, text in zip(head[1:], row.cells[1:], others, strict=True)
    )
    return f'<th role="rowheader" scope="row" class="d{min(row.depth, 4)}">{first}</th>{cells}'
