"""What the fields of models, dimensions, stages and the rest have in common."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from maturitykit.errors import Finding, quoted

#: The id of the root of every model's tree.
OUTCOME = "outcome"

# Two hyphens join the ids of two models to that of a crosswalk.
_ID = re.compile(r"(?!.*--)[A-Za-z][A-Za-z0-9_-]{0,99}")
_VERSION = re.compile(r"(?!.*--)[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")


def as_tuple(items: Iterable[Any]) -> tuple[Any, ...]:
    """Items as a tuple, so that a list will do where one is made in Python."""
    return tuple(items)


def check_ids(
    where: str, ids: Iterable[str], reserved: Sequence[str] = (), listed: bool = False
) -> Iterable[Finding]:
    """A finding for every id that is malformed, reserved or stands twice.

    Args:
        where: They are.
        ids: To be checked.
        reserved: What none may be.
        listed: Whether they are those of a list, and findings have the number of its item.
    """
    seen: set[str] = set()
    place = where
    for number, name in enumerate(ids):
        where = f"{place}[{number}]" if listed else place
        if not _ID.fullmatch(name):
            expected = "a letter, then letters, digits, _ or single - (100 at most)"
            yield Finding(where, f"{quoted(name)} is not an id", expected, "MK102")
        elif name in reserved:
            yield Finding(where, f"{quoted(name)} has a meaning of its own", "another id", "MK102")
        if name in seen:
            yield Finding(where, f"the id {quoted(name)} stands twice", "each id once", "MK102")
        seen.add(name)


def check_model_name(where: str, name: str) -> Iterable[Finding]:
    """A finding if it is neither the id of a model nor ``id@version``."""
    id, at, version = name.partition("@")
    yield from check_ids(where, [id])
    if at and not _VERSION.fullmatch(version):
        expected = "letters, digits, ., _, + or single - (100 at most)"
        yield Finding(where, f"{quoted(version)} cannot name a version", expected)
