"""Rendering of documents in the format that the suffix of a file names."""

from __future__ import annotations

from importlib import import_module

from maturitykit.report.nodes import Document

#: Suffixes of the formats, each with the module that renders it.
SUFFIXES = {".html": "html", ".pdf": "pdf", ".md": "markdown", ".txt": "terminal", ".xlsx": "xlsx"}


def render(document: Document, suffix: str) -> bytes:
    """Return a report in one of the formats; the same document always gives the same bytes.

    Args:
        document: The report.
        suffix: ``.html``, ``.pdf``, ``.md``, ``.txt`` or ``.xlsx``.

    Raises:
        MaturityError: If the format needs a package that is not installed.
    """
    data = import_module(f"maturitykit.report.{SUFFIXES[suffix]}").render(document)
    assert isinstance(data, bytes)
    return data
