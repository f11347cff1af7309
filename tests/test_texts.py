"""The texts of models and crosswalks: marked once, and walked by all that reads, checks or translates them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from attrs import AttrsInstance, evolve, field, fields, frozen, has
from hypothesis import given, strategies as st

import hostile
import maturitykit as mk
from maturitykit.definition.fields import SENTENCE
from maturitykit.definition.translation import TextWalk, fields_with_texts
from maturitykit.files.toml import to_toml
from maturitykit.files.translations import Texts, texts_to_dict
from maturitykit.testing import strategies as mks
from toys import LEVEL, flat

#: Texts that nobody reads: ids, tags of languages, versions, and where something was read.
NO_TEXTS = {
    "Crosswalk": {"source", "target", "version", "source_version", "target_version", "language", "location"},
    "Dimension": {"id", "not_applicable", "scorer"},
    "Gate": {"stage", "dimension", "minimum"},
    "Guidance": {"id"},
    "Label": {"id"},
    "Link": {"source", "target", "location"},
    "Model": {"id", "version", "language", "location"},
    "Note": {"id", "kind"},
    "NotInferable": {"model", "dimension"},
    "Reading": {"id"},
    "Scale": {"id", "unit"},
    "Stage": {"id"},
}
#: What the texts of something else are read from.
NO_PARTS = {"Link": {"steps"}, "Model": {"_original"}}


def parts_of(hint: Any) -> Iterator[type[AttrsInstance]]:
    """The classes of ours in a type."""
    if get_origin(hint) is None:
        yield from [hint] if has(hint) else []
    for each in get_args(hint):
        yield from parts_of(each)


def all_parts_of(*kinds: type[AttrsInstance]) -> list[type[AttrsInstance]]:
    """Some classes, and all that they are made of."""
    found = list(kinds)
    for kind in found:
        hints = get_type_hints(kind).values()
        found += {part for hint in hints for part in parts_of(hint) if part not in found}
    return found


CLASSES = sorted(all_parts_of(mk.Model, mk.Crosswalk), key=lambda kind: kind.__name__)


def is_text(hint: Any) -> bool:
    """Whether a value of a type may be a text, or a mapping to texts."""
    kind, inner = get_origin(hint), get_args(hint)
    if kind is Mapping:
        return inner[1] is str
    return hint is str or (kind not in (tuple, frozenset) and str in inner)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_each_field_of_a_model_and_crosswalk_is_marked_as_a_text_or_known_to_be_none(
    kind: type[AttrsInstance],
) -> None:
    hints = get_type_hints(kind)
    texts = {each.name for each in fields(kind) if is_text(hints[each.name])}
    marked = {each.name for each in fields(kind) if "text" in each.metadata}
    assert marked <= texts
    assert texts - marked == NO_TEXTS.get(kind.__name__, set())


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_each_field_with_things_that_have_texts_is_marked(kind: type[AttrsInstance]) -> None:
    hints = get_type_hints(kind)
    holds = {each.name for each in fields(kind) if any(map(fields_with_texts, parts_of(hints[each.name])))}
    marked = {each.name for each in fields(kind) if "part" in each.metadata}
    assert holds - marked == NO_PARTS.get(kind.__name__, set())
    assert marked <= holds


@frozen
class Pledge(mk.Dimension):
    """A dimension with another text."""

    pledge: str = field(default="", metadata=SENTENCE)


def test_a_text_that_is_marked_is_walked_and_translated_without_more() -> None:
    dutch = {"dimensions.people.pledge": "Wij doen mee."}
    people = Pledge("people", scale=LEVEL, pledge="We join.")
    model = flat("toy", [people], "median", translations={"nl": dutch})
    (found,) = (text for text in TextWalk(model).texts if text.path.endswith("pledge"))
    assert (found.path, found.text, found.kind) == ("dimensions.people.pledge", "We join.", "sentence")
    translated = model.in_language("nl").by_id["people"]
    assert isinstance(translated, Pledge)
    assert translated.pledge == "Wij doen mee."


# ---- laws, of all models and crosswalks


def translations_of(thing: Any) -> dict[str, str]:
    """All texts of a model or crosswalk that a translation may have, as one of them."""
    return {text.path: text.text for text in TextWalk(thing).texts if text.text and text.kind != "as published"}


def law_of_texts(thing: Any, folder: Path) -> None:
    """Its own texts give it back, and others others; from Python, and from a file."""
    own = translations_of(thing)
    assert own
    turned = {path: text[::-1] + "!" for path, text in own.items()}
    given = evolve(thing, language="en", translations={"own": own, "turned": turned})
    assert evolve(given.in_language("own"), language="en") == evolve(thing, language="en")
    assert translations_of(given.in_language("turned")) == turned

    (folder / "own.toml").write_text(to_toml(texts_to_dict(thing, "own")), encoding="utf-8")
    read = Texts(folder, "{language}.toml", mk.Model if isinstance(thing, mk.Model) else mk.Crosswalk)
    assert read["own"].items() <= own.items()
    # A label that is but the id is not for translating.
    assert all(own[path] in path.split(".") for path in own.keys() - read["own"].keys())
    stored = evolve(thing, language="en", translations=read)
    assert evolve(stored.in_language("own"), language="en") == evolve(thing, language="en")


@pytest.mark.parametrize("id", sorted(mk.models))
def test_the_own_texts_of_a_model_give_it_back(id: str, tmp_path: Path) -> None:
    law_of_texts(mk.model(id), tmp_path)


@pytest.mark.parametrize("id", sorted(mk.crosswalks))
def test_the_own_texts_of_a_crosswalk_give_it_back(id: str, tmp_path: Path) -> None:
    law_of_texts(mk.crosswalks.load(id), tmp_path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("texts")


@given(st.lists(hostile.TEXTS, min_size=1, max_size=40))
def test_the_own_texts_of_a_model_of_any_texts_give_it_back(folder: Path, texts: list[str]) -> None:
    law_of_texts(hostile.model(texts), folder)


@given(st.data(), mks.models(id="a"), mks.models(id="b"))
def test_the_own_texts_of_any_crosswalk_give_it_back(
    folder: Path, data: st.DataObject, a: mk.Model, b: mk.Model
) -> None:
    law_of_texts(evolve(data.draw(mks.crosswalks(a, b)), summary="What can be carried over."), folder)
