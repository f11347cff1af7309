"""Drafts of models that are imported from other formats, and ids for their parts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Any, NamedTuple

_LONGEST = 60


class Draft(NamedTuple):
    """A model that was imported from another format.

    Args:
        data: Data of its model file.
        source: Name of the file or folder that it was imported from.
        found: Summary of what was found there, in words.
        left_out: A sentence for each thing that could not be imported.
    """

    data: dict[str, Any]
    source: str
    found: str
    left_out: list[str]


class Ids:
    """Maker of unique ids from names."""

    def __init__(self, reserved: Collection[str] = ()) -> None:
        self._taken = set(reserved)

    def of(self, name: str, fallback: str) -> str:
        """Return a new id for a name; it begins with the fallback word where the name does not give a valid id."""
        base = slug(name)
        if not base or not base[0].isalpha():
            base = f"{fallback}-{base}".strip("-")
        id, number = base, 1
        while id in self._taken or id == fallback:
            number += 1
            id = f"{base}-{number}" if base != fallback else f"{base}-{number - 1}"
        self._taken.add(id)
        return id


def slug(name: str) -> str:
    """Return a name reduced to small letters, digits and single hyphens, as ids allow.

    >>> slug("1. Über das Ganze / The Whole")
    '1-uber-das-ganze-the-whole'
    """
    letters = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", letters)
    while len(words) > 1 and len("-".join(words)) > _LONGEST:
        words.pop()
    return "-".join(words)[:_LONGEST]


def title_of(id: str) -> str:
    """Return an id as a heading."""
    words = re.sub(r"[-_]+", " ", id).strip()
    return words[:1].upper() + words[1:]
