"""The time of a report: never that of the clock, so that making it again gives the same bytes."""

from __future__ import annotations

import os
from datetime import UTC, datetime, time

from maturitykit.report.nodes import Document


def moment(document: Document) -> datetime | None:
    """``SOURCE_DATE_EPOCH`` where it is set, or else the date of the assessment; without a time zone."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given.isascii() and given.isdigit() and len(given) < 12:
        return datetime.fromtimestamp(int(given), UTC).replace(tzinfo=None)
    return datetime.combine(document.date, time()) if document.date else None
