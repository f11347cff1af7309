"""The API is frozen: what is there is what tests/api.txt says, and any change of it is a decision."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from importlib import import_module
from importlib.util import find_spec

import pytest

import maturitykit as mk
from api import FILE, INTERNAL, MODULES, Name, api, described, found, public_names

ADVICE = """The API is not what tests/api.txt says (- it says, + there is).

If that is meant: python tests/api.py, and a line in CHANGELOG.md. What goes or changes breaks programs; the page
on versions says how names go.

"""


def test_the_api_is_the_one_that_was_decided() -> None:
    then, now = FILE.read_text("utf-8").splitlines(), api().splitlines()
    difference = "\n".join(unified_diff(then, now, "tests/api.txt", "what there is", lineterm="", n=2))
    assert not difference, ADVICE + difference


def test_what_the_source_says_is_what_there_is() -> None:
    for where in MODULES:
        if where == "maturitykit.tables" and find_spec("polars") is None:
            continue
        there = import_module(where)
        assert {name for name in public_names(where) if not hasattr(there, name)} == set()


def members(cls: type) -> set[str]:
    """The public names of a class that its own package gives it."""
    ours = [each for each in cls.__mro__ if each.__module__.startswith("maturitykit")]
    tuples = set(dir(tuple)) | {"count", "index"}
    named = {name for each in ours for name in (*vars(each), *vars(each).get("__annotations__", ()))}
    return {name for name in named if name[0] != "_"} - tuples - INTERNAL.get(cls.__name__, set())


def written(cls: type) -> Iterator[str]:
    """What the text has of a class and of those that it is made from."""
    for each in cls.__mro__:
        if each.__module__.startswith("maturitykit"):
            yield from described(Name(each.__module__, each.__name__))


@pytest.mark.parametrize("name", [name for name in sorted(mk.__all__) if isinstance(getattr(mk, name), type)])
def test_every_public_member_of_a_class_is_in_the_text(name: str) -> None:
    cls = getattr(mk, name)
    text = "\n".join(written(cls))
    hidden = set().union(*(INTERNAL.get(each.__name__, ()) for each in cls.__mro__))
    assert {one for one in members(cls) - hidden if f" {one}" not in text} == set()


@pytest.mark.parametrize("name", sorted(INTERNAL))
def test_what_is_called_internal_is_there(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = found("maturitykit.tables" if name == "Results" else "maturitykit", name)
    hidden = INTERNAL[name]
    monkeypatch.setitem(INTERNAL, name, set())
    text = "\n".join(described(place))
    assert {one for one in hidden if f" {one}" not in text} == set()
