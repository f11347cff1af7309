"""Reports: one document built from a result, and rendered as HTML, PDF, Markdown or a workbook."""

from maturitykit.report.brand import Brand, read_logo
from maturitykit.report.document import build
from maturitykit.report.nodes import (
    Block,
    Bullet,
    Bullets,
    Cell,
    Details,
    Document,
    Figure,
    Number,
    Paragraph,
    Row,
    Section,
    Table,
)
from maturitykit.report.render import SUFFIXES, render

__all__ = [
    "SUFFIXES",
    "Block",
    "Brand",
    "Bullet",
    "Bullets",
    "Cell",
    "Details",
    "Document",
    "Figure",
    "Number",
    "Paragraph",
    "Row",
    "Section",
    "Table",
    "build",
    "read_logo",
    "render",
]
