"""A report as plain Markdown, for a wiki or a repository."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from maturitykit.errors import escaped
from maturitykit.report.nodes import (
    Block,
    Bullet,
    Bullets,
    Details,
    Document,
    Figure,
    Paragraph,
    Row,
    Section,
    Table,
    cell_text,
    is_figure_only,
    numeric,
)

_SPECIAL = re.compile(r"([\\`*_\[\]|~$#])")
#: Start of a line that Markdown takes for a list, a heading or a rule.
_STARTS = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+=]))")


def render(document: Document) -> bytes:
    """Return the report as UTF-8, with bars of characters in place of figures."""
    lines = [f"# {plain(document.title)}", ""]
    lines += ["  \n".join(map(plain, document.about)), ""]
    for section in document.sections:
        lines += _block(section, document.language, 2)
    return (re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip("\n") + "\n").encode()


def plain(text: str) -> str:
    """Return a text on one line, escaped so that nothing in it is taken for Markdown or HTML."""
    one_line = escaped(" ".join(text.split()))
    safe = _SPECIAL.sub(r"\\\1", one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return _STARTS.sub(r"\1\\", safe)


def _block(part: Block, language: str, level: int) -> Iterator[str]:
    match part:
        case Section(title=title, blocks=inner):
            yield from ("", f"{'#' * level} {plain(title)}", "")
            for block in inner:
                yield from _block(block, language, level + 1)
        case Details() if is_figure_only(part):
            pass
        case Details(title=title, blocks=inner):
            yield from (f"**{plain(title)}**", "")
            for block in inner:
                yield from _block(block, language, level)
        case Paragraph(text=text, style="heading"):
            yield from (f"{'#' * level} {plain(text)}", "")
        case Paragraph(text=text, style=style):
            yield from (f"**{plain(text)}**" if style in ("lead", "derived") else plain(text), "")
        case Bullets(items=items):
            yield from (*_bullets(items, ""), "")
        case Table():
            yield from (*_table(part, language), "")
            if part.legend:
                yield from (plain(part.legend), "")
        case Figure():
            pass


def _bullets(items: Sequence[Bullet], indent: str) -> Iterator[str]:
    for item in items:
        yield f"{indent}- {plain(item.text)}"
        yield from _bullets(item.below, indent + "  ")


def _table(part: Table, language: str) -> Iterator[str]:
    head, rows = part.with_bars
    yield f"| {' | '.join(map(plain, head))} |"
    yield f"| {' | '.join('---:' if is_number else '---' for is_number in numeric(rows))} |"
    for row in rows:
        yield f"| {' | '.join(_cells(row, language))} |"


def _cells(row: Row, language: str) -> Iterator[str]:
    first, *others = (plain(cell_text(cell, language)) for cell in row.cells)
    yield "&nbsp;&nbsp;" * row.depth + first
    yield from others
