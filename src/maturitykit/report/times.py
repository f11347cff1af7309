"""The time stamped on a report: never the clock's, so that the same report has the same bytes."""

from __future__ import annotations

import os
from datetime import UTC, datetime, time

from maturitykit.report.nodes import Document


def moment(document: Document) -> datetime | None:
    """Return ``SOURCE_DATE_EPOCH`` in UTC if it is set, or else the assessment's date; without a time zone."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isascii() and epoch.isdigit() and len(epoch) < 12:
        return datetime.fromtimestamp(int(epoch), UTC).replace(tzinfo=None)
    return datetime.combine(document.date, time()) if document.date else None
