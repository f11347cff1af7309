"""Reports: one document built from a result, and rendered as HTML, PDF, Markdown or a workbook."""

from maturitykit.report.brand import Brand, read_logo
from maturitykit.report.document import build
from maturitykit.report.nodes import Document
from maturitykit.report.render import SUFFIXES, render

__all__ = ["SUFFIXES", "Brand", "Document", "build", "read_logo", "render"]
