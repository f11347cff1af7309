"""A model on its way into a file: its data, and what else there is to tell its author."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Any, NamedTuple

_LONGEST = 60


class Draft(NamedTuple):
    """A model that was taken over from elsewhere.

    Args:
        data: As its file holds it.
        source: What it was taken from, in words.
        found: What was found there, in words.
        left_out: What could not be taken over, a sentence each.
    """

    data: dict[str, Any]
    source: str
    found: str
    left_out: list[str]


class Ids:
    """Ids made from names, each once."""

    def __init__(self, reserved: Collection[str] = ()) -> None:
        self._taken = set(reserved)

    def of(self, name: str, otherwise: str) -> str:
        """The id for a name; made from another word where nothing of the name can stand in an id."""
        base = slug(name)
        if not base or not base[0].isalpha():
            base = f"{otherwise}-{base}".strip("-")
        id, number = base, 1
        while id in self._taken or id == otherwise:
            number += 1
            id = f"{base}-{number}" if base != otherwise else f"{base}-{number - 1}"
        self._taken.add(id)
        return id


def slug(name: str) -> str:
    """What of a name can stand in an id: small letters, digits, single hyphens.

    >>> slug("1. Über das Ganze / The Whole")
    '1-uber-das-ganze-the-whole'
    """
    letters = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", letters)
    while len(words) > 1 and len("-".join(words)) > _LONGEST:
        words.pop()
    return "-".join(words)[:_LONGEST]


def title_of(id: str) -> str:
    """An id as a heading."""
    words = re.sub(r"[-_]+", " ", id).strip()
    return words[:1].upper() + words[1:]
