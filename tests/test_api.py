"""The API is frozen: what is there is what tests/api.txt says, and any change of it is a decision."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import unified_diff
from importlib import import_module
from importlib.util import find_spec

import pytest

import maturitykit as mk
from api import FILE, MODULES, Name, api, described, is_type, public_names, without_public_name

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
    return {name for name in named if name[0] != "_"} - tuples


def written(cls: type) -> Iterator[str]:
    """What the text has of a class and of those that it is made from."""
    for each in cls.__mro__:
        if each.__module__.startswith("maturitykit"):
            yield from described(Name(each.__module__, each.__name__))


CLASSES = sorted(
    {
        thing
        for where in MODULES
        if where != "maturitykit.tables" or find_spec("polars")
        for name in public_names(where)
        if isinstance(thing := getattr(import_module(where), name), type)
    },
    key=lambda cls: (cls.__module__, cls.__name__),
)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_public_member_of_a_class_is_in_the_text(cls: type) -> None:
    text = "\n".join(written(cls))
    assert {one for one in members(cls) if f" {one}" not in text and f"'{one}'" not in text} == set()


def test_an_object_has_no_public_attribute_that_the_text_lacks() -> None:
    result = mk.score("clearhead", {"culture": "emerging"})
    other = mk.translate(result, "four-stage")
    made = [result, other, mk.compare(result, result), mk.Network(), mk.MaturityError(""), mk.models, mk.scorers]
    made += [result.outcome, other.outcome, result.model, mk.crosswalks.load("clearhead--four-stage")]
    if find_spec("polars"):
        made.append(
            mk.tables.score(
                "clearhead", import_module("polars").DataFrame({"subject": ["x"], "culture": ["emerging"]})
            )
        )
    for thing in made:
        text = "\n".join(written(type(thing)))
        own = {name for name in getattr(thing, "__dict__", ()) if name[0] != "_"}
        assert {name for name in own if f" {name}" not in text} == set()


def test_types_in_signatures_have_public_names() -> None:
    assert [name for name in without_public_name() if is_type(name)] == []


def test_what_takes_a_model_takes_its_id() -> None:
    signatures = [line for line in FILE.read_text("utf-8").splitlines() if line.lstrip().startswith("def ")]
    taken = [each for line in signatures for each in re.findall(r"\w+: [^,()=]*\bModel\b[^,()=]*", line)]
    assert len(taken) > 10
    # What `write` writes is a model itself.
    assert [each for each in taken if not re.search(r"\bstr\b|\bSupportsToDict\b", each)] == []


def test_every_type_in_the_text_is_known() -> None:
    assert [line for line in FILE.read_text("utf-8").splitlines() if "?" in line] == []
