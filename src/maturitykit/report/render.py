"""A document as the bytes of a file, by the suffix of its name."""

from __future__ import annotations

from importlib import import_module

from maturitykit.errors import MaturityError, install_hint
from maturitykit.report.nodes import Document

#: The suffixes of the formats, each with the module that renders it.
SUFFIXES = {".html": "html", ".pdf": "pdf", ".md": "markdown", ".txt": "terminal", ".xlsx": "xlsx"}


def render(document: Document, suffix: str) -> bytes:
    """A report in one of the formats; the same bytes for the same document.

    Args:
        document: The report.
        suffix: ``.html``, ``.pdf``, ``.md``, ``.txt`` or ``.xlsx``.

    Raises:
        MaturityError: If the format needs a package that is not installed.
    """
    data = import_module(f"maturitykit.report.{SUFFIXES[suffix]}").render(document)
    assert isinstance(data, bytes)
    return data


def missing(package: str, extra: str) -> MaturityError:
    """Return the error on a package that is not installed."""
    return MaturityError(install_hint(package, extra))
