"""What is installed: entry points of small fake distributions, good, broken and at odds with each other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import pytest
from attrs import define, frozen

import maturitykit as mk
from toys import chain, flat, group, look_again, model_to_dict

GOOD = """
import maturitykit as mk

LEVEL = mk.Scale("level", [mk.Stage("low"), mk.Stage("high")])


def model():
    return mk.Model("good", "1", "A good one", [mk.Dimension("people", scale=LEVEL)], ["weakest"], outcome=LEVEL)
"""


class Site:
    """A folder of installed distributions, written by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.modules: set[str] = set()
        folder.mkdir()

    def add(
        self,
        name: str,
        code: str = "",
        *,
        models: Mapping[str, str] = {},
        scorers: Mapping[str, str] = {},
        version: str = "1.0",
        egg: bool = False,
    ) -> Path:
        """Install a distribution with one module, named like it; the folder of its metadata."""
        info = self.folder / (f"{name}.egg-info" if egg else f"{name}-{version}.dist-info")
        info.mkdir()
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nSaid of it.\n"
        (info / ("PKG-INFO" if egg else "METADATA")).write_text(text, encoding="utf-8")
        lines = ["[maturitykit.models]", *(f"{id} = {place}" for id, place in models.items())]
        lines += ["[maturitykit.scorers]", *(f"{id} = {place}" for id, place in scorers.items())]
        (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
        self.write(name, code)
        return info

    def write(self, name: str, code: str) -> None:
        """Write the module of a distribution."""
        module = name.replace("-", "_")
        self.modules.add(module)
        (self.folder / f"{module}.py").write_text(code, encoding="utf-8")


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Site]]:
    """Makes folders of distributions, each before the others on the path."""
    made: list[Site] = []
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(sys, "path", [*sys.path])

    def make(name: str) -> Site:
        made.append(Site(tmp_path / name))
        sys.path.insert(0, str(made[-1].folder))
        look_again()
        return made[-1]

    yield make
    for module in {module for site in made for module in site.modules}:
        sys.modules.pop(module, None)
    look_again()


@pytest.fixture
def site(sites: Callable[[str], Site]) -> Site:
    return sites("site")


def error_of(id: str) -> mk.PluginError:
    with pytest.raises(mk.PluginError) as caught:
        mk.model(id)
    assert f'"{id}"' in str(caught.value)
    return caught.value


def test_listing_tells_who_claims_a_name(site: Site) -> None:
    site.add("good-models", GOOD, models={"good": "good_models:model"}, version="2.5")
    entry = mk.models["good"]
    assert entry == mk.types.Entry(id="good", distribution="good-models", version="2.5", error=None)
    assert "good" in mk.models
    assert dict(mk.models)["good"] == entry
    assert "good" in repr(mk.models)


def test_names_are_sorted_and_counted(site: Site) -> None:
    site.add("many", models={id: f"many:{id}" for id in ("zebra", "ape", "Yak")})
    names = list(mk.models)
    assert {"zebra", "ape", "Yak"} <= set(names)
    assert names == sorted(names)
    assert len(mk.models) == len(names)


def test_listing_imports_no_plugin(site: Site) -> None:
    code = "raise SystemExit('imported')"
    site.add("explosive", code, models={"x": "explosive:x"}, scorers={"y": "explosive:y"})
    assert [mk.models[id].error for id in mk.models if id == "x"] == [None]
    assert [mk.scorers[id].error for id in mk.scorers if id == "y"] == [None]
    assert "x" in repr(mk.models)
    assert "y" in repr(mk.scorers)
    assert "explosive" not in sys.modules


def test_asking_for_one_imports_no_other(site: Site) -> None:
    site.add("good-models", GOOD, models={"good": "good_models:model"})
    site.add("other-models", GOOD, models={"other": "other_models:model"})
    assert mk.model("good").title == "A good one"
    assert "good_models" in sys.modules
    assert "other_models" not in sys.modules


def test_view_is_read_only(site: Site) -> None:
    site.add("good-models", GOOD, models={"good": "good_models:model"})
    assert isinstance(mk.models, Mapping)
    view = cast("dict[str, object]", mk.models)
    with pytest.raises(TypeError):
        view["good"] = "mine"
    with pytest.raises(TypeError):
        del view["good"]
    for change in ("pop", "update", "clear", "setdefault"):
        assert not hasattr(view, change)
    with pytest.raises(AttributeError):
        cast("Any", mk.models["good"]).error = "mine"
    assert mk.models["good"].error is None


def test_unknown_name_is_no_key() -> None:
    assert "no-such-model" not in mk.models
    assert mk.models.get("no-such-model") is None
    with pytest.raises(KeyError, match="no-such-model"):
        mk.models["no-such-model"]


def test_unknown_name_raises_with_the_nearest_one(site: Site) -> None:
    site.add("good-models", GOOD, models={"splendid-ladder": "good_models:model"})
    error = error_of("splendid-lader")
    assert '"splendid-ladder", perhaps' in str(error)
    assert error.__cause__ is None
    with pytest.raises(mk.PluginError, match='"weakest", perhaps'):
        mk.scorers.load("weekest")
    with pytest.raises(mk.PluginError, match='"splendid-ladder", perhaps'):
        mk.score("splendid-lader", {})


def test_a_name_that_is_unknown_is_not_listed_afterwards() -> None:
    error_of("no-such-model")
    assert "no-such-model" not in mk.models


def test_model_is_made_once(site: Site) -> None:
    site.add("good-models", GOOD, models={"good": "good_models:model"})
    first = mk.model("good")
    assert mk.model("good") is first
    assert mk.models.load("good") is first
    assert mk.score("good", {"people": "high"}).model is first
    mk.models.refresh()
    assert mk.model("good") is not first
    assert mk.model("good") == first


def test_refresh_sees_what_was_installed_and_removed(site: Site) -> None:
    assert "good" not in mk.models
    info = site.add("good-models", GOOD, models={"good": "good_models:model"})
    assert "good" not in mk.models
    mk.models.refresh()
    assert mk.model("good").id == "good"
    for file in info.iterdir():
        file.unlink()
    info.rmdir()
    mk.models.refresh()
    assert "good" not in mk.models
    error_of("good")


def test_refresh_sees_what_was_installed_in_the_same_tick_of_the_clock(site: Site) -> None:
    site.add("first-models", GOOD, models={"first": "first_models:model"})
    mk.models.refresh()
    error_of("first")
    before = site.folder.stat()
    site.add("good-models", GOOD, models={"good": "good_models:model"})
    os.utime(site.folder, ns=(before.st_atime_ns, before.st_mtime_ns))
    mk.models.refresh()
    assert "good" in mk.models
    assert mk.model("good").id == "good"


def test_refresh_forgets_an_error_that_was_mended(site: Site) -> None:
    site.add("good-models", "import no_such_module_at_all", models={"good": "good_models:model"})
    error_of("good")
    assert "no_such_module_at_all" in (mk.models["good"].error or "")
    site.write("good-models", GOOD)
    mk.models.refresh()
    assert mk.models["good"].error is None
    assert mk.model("good").id == "good"
    assert mk.models["good"].error is None


def test_a_mended_plugin_is_no_longer_broken_when_asked_again(site: Site) -> None:
    site.add("good-models", "raise RuntimeError('not today')", models={"good": "good_models:model"})
    error_of("good")
    site.write("good-models", GOOD)
    assert mk.model("good").id == "good"
    assert mk.models["good"].error is None


#: Code of a plugin, its entry point, what it raises, and a word that the error must say.
RAISING: dict[str, tuple[str, str, type[BaseException], str]] = {
    "on import": ("raise RuntimeError('no licence')", "broken:model", RuntimeError, "no licence"),
    "leaves on import": ("import sys\nsys.exit('gone')", "broken:model", SystemExit, "gone"),
    "syntax": ("def model(:\n", "broken:model", SyntaxError, "SyntaxError"),
    "no dependency": ("import no_such_module_at_all", "broken:model", ImportError, "no_such_module_at_all"),
    "when called": ("def model():\n    raise ValueError('half done')", "broken:model", ValueError, "half done"),
    "leaves when called": ("def model():\n    raise SystemExit(3)", "broken:model", SystemExit, "SystemExit"),
    "wants arguments": ("def model(path):\n    return path", "broken:model", TypeError, "path"),
    "panics": (
        "class Panic(BaseException):\n    pass\ndef model():\n    raise Panic('native code')",
        "broken:model",
        BaseException,
        "native code",
    ),
    "invalid model": (
        "import maturitykit as mk\ndef model():\n    return mk.Model('', '', '', [], [])",
        "broken:model",
        mk.ModelError,
        "dimensions",
    ),
    "unreadable file": (
        "import maturitykit as mk\ndef model():\n    return mk.read_model('no-such-folder/model.toml')",
        "broken:model",
        mk.FileError,
        "no-such-folder",
    ),
    "no module": ("", "no_such_module_at_all:model", ModuleNotFoundError, "no_such_module_at_all"),
    "no attribute": ("", "broken:no_such_thing", AttributeError, "no_such_thing"),
    "no reference": ("", "not a reference!", Exception, "not a reference!"),
}


@pytest.mark.parametrize(("code", "place", "cause", "says"), RAISING.values(), ids=RAISING)
def test_only_the_plugin_that_raises_is_broken(
    site: Site, code: str, place: str, cause: type[BaseException], says: str
) -> None:
    site.add("broken", code, models={"broken": place}, version="0.9")
    site.add("good-models", GOOD, models={"good": "good_models:model"})
    assert mk.models["broken"].error is None
    error = error_of("broken")
    assert isinstance(error.__cause__, cause)
    assert "broken 0.9" in str(error)
    assert says in str(error)
    entry = mk.models["broken"]
    assert entry[:3] == ("broken", "broken", "0.9")
    assert says in (entry.error or "")
    assert mk.models["good"].error is None
    assert mk.model("good").id == "good"
    assert isinstance(error_of("broken").__cause__, cause)


def test_error_of_an_entry_is_one_line(site: Site) -> None:
    site.add("broken", RAISING["invalid model"][0], models={"broken": "broken:model"})
    assert len(error_of("broken").findings) == 1
    assert (mk.models["broken"].error or "").splitlines() == [mk.models["broken"].error]


#: Code of a plugin that gives something else than a model, and what its error must say.
UNUSABLE = {
    "a text": ("model = 'good'", '"good"'),
    "nothing": ("def model():\n    return None", "None"),
    "a function": ("def model():\n    return model", "function"),
    "a scorer": ("from maturitykit.rules.built_in import Mean as model", "Mean"),
    "a path": ("import pathlib\nmodel = pathlib.PurePosixPath('model.toml')", "model.toml"),
    "another id": (GOOD, '"good" under the name "broken"'),
    "no text to show": ("class model:\n    def __repr__(self):\n        raise RuntimeError('no')", "model"),
}


@pytest.mark.parametrize(("code", "says"), UNUSABLE.values(), ids=UNUSABLE)
def test_only_the_plugin_that_gives_something_else_is_broken(site: Site, code: str, says: str) -> None:
    site.add("broken", code, models={"broken": "broken:model"}, version="0.9")
    site.add("good-models", GOOD, models={"good": "good_models:model"})
    error = error_of("broken")
    (finding,) = error.findings
    assert finding.where == "broken 0.9"
    assert says in finding.problem
    assert finding.expected
    assert mk.models["broken"].error == str(finding)
    assert mk.models["good"].error is None
    assert mk.model("good").id == "good"


def test_a_module_is_no_model(site: Site) -> None:
    site.add("broken", GOOD, models={"good": "broken"})
    assert "a Model, or a function that returns one" in str(error_of("good"))


def test_a_broken_name_does_not_break_the_others_of_its_distribution(site: Site) -> None:
    site.add("half", GOOD, models={"good": "half:model", "bad": "half:no_such_thing"})
    error_of("bad")
    assert mk.model("good").id == "good"
    assert (mk.models["good"].error, mk.models["bad"].error is None) == (None, False)


#: Files of the metadata of a distribution that are not as they should be.
UNREADABLE: dict[str, Mapping[str, bytes]] = {
    "entry without a value": {"entry_points.txt": b"[maturitykit.models]\nnonsense\n"},
    "entries not in UTF-8": {"entry_points.txt": b"[maturitykit.models]\n\xff = bad:model\n"},
    "metadata not in UTF-8": {"METADATA": b"Metadata-Version: 2.1\nName: bad\nVersion: 1.0\nAuthor: \xff\n"},
    "metadata empty": {"METADATA": b""},
}


@pytest.mark.parametrize("files", UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_metadata_harm_no_other(site: Site, files: Mapping[str, bytes]) -> None:
    info = site.add("bad", GOOD, models={"bad": "bad:model"})
    site.add("good-models", GOOD, models={"good": "good_models:model"})
    for name, content in files.items():
        (info / name).write_bytes(content)
    assert mk.models["good"] == ("good", "good-models", "1.0", None)
    assert "good" in dict(mk.models)
    assert mk.model("good").id == "good"


def test_metadata_may_be_in_any_order(site: Site) -> None:
    info = site.add("odd", GOOD, models={"good": "odd:model"})
    lines = ["Metadata-Version: 2.1", "Summary: Name: no", "License: MIT", "Author: A", "Version: 3", "Name: odd"]
    (info / "METADATA").write_text("\r\n".join([*lines, "", "Name: not-this", ""]), encoding="utf-8")
    assert mk.models["good"] == ("good", "odd", "3", None)


def test_two_distributions_that_claim_one_name_are_listed_and_named(site: Site) -> None:
    site.add("one-models", GOOD, models={"good": "one_models:model"})
    site.add("two-models", GOOD, models={"good": "two_models:model"}, version="2.0")
    site.add("other", GOOD.replace('"good"', '"other"'), models={"other": "other:model"})
    entry = mk.models["good"]
    assert entry.id == "good"
    for text in (entry.distribution, entry.error or "", str(error_of("good"))):
        assert "one-models 1.0" in text
        assert "two-models 2.0" in text
    assert list(mk.models).count("good") == 1
    assert not {"one_models", "two_models"} & sys.modules.keys()
    assert mk.models["good"] == entry
    assert mk.model("other").id == "other"


def test_two_distributions_that_claim_one_scorer_are_named(site: Site) -> None:
    site.add("one-rules", RULES, scorers={"best": "one_rules:Best"})
    site.add("two-rules", RULES, scorers={"best": "two_rules:Best"})
    with pytest.raises(mk.PluginError, match=r"one-rules 1\.0.*two-rules 1\.0|two-rules 1\.0.*one-rules 1\.0"):
        mk.score(toy(), {"people": "low"}, scorer="best")
    assert mk.scorers["best"].error


@pytest.mark.parametrize("egg", [False, True], ids=["dist-info", "egg-info"])
def test_one_distribution_that_is_seen_twice_is_one(sites: Callable[[str], Site], egg: bool) -> None:
    sites("regular").add("good-models", GOOD, models={"good": "good_models:model"})
    sites("editable").add("good-models", GOOD, models={"good": "good_models:model"}, egg=egg)
    assert mk.models["good"] == ("good", "good-models", "1.0", None)
    assert mk.model("good").id == "good"


def test_the_first_on_the_path_of_two_versions_is_the_one(sites: Callable[[str], Site]) -> None:
    sites("behind").add("good-models", "raise RuntimeError('old')", models={"good": "good_models:model"})
    sites("before").add("good-models", GOOD, models={"good": "good_models:model"}, version="2.0")
    assert mk.models["good"] == ("good", "good-models", "2.0", None)
    assert mk.model("good").id == "good"


def test_an_old_version_behind_on_the_path_claims_nothing(sites: Callable[[str], Site]) -> None:
    sites("behind").add("good-models", GOOD, models={"former": "good_models:model"})
    sites("before").add("good-models", GOOD, models={"good": "good_models:model"}, version="2.0")
    assert "former" not in mk.models
    assert mk.model("good").id == "good"


# ---- scorers

RULES = """
import maturitykit as mk


class Best(mk.Scorer):
    id = "best"
    ordinal = True

    def bind(self, parent, children, weights):
        return parent.scale.join


BEST = Best()


def make():
    return Best()


def make_class():
    return Best


class Nameless(mk.Scorer):
    ordinal = True

    def bind(self, parent, children, weights):
        return max


class Unfinished(mk.Scorer):
    id = "unfinished"
    ordinal = True


class Silent(mk.Scorer):
    id = "silent"

    def bind(self, parent, children, weights):
        return max
"""

LEVEL = chain("level", "low", "middle", "high")


def toy(scorer: str = "weakest", own: str | None = None) -> mk.Model:
    """A new model, so that nothing of other tests is compiled in it."""
    return flat("toy", ["people", group("work", ["process", "data"], LEVEL, scorer=own)], scorer, scale=LEVEL)


ANSWERS = {"people": "low", "process": "middle", "data": "high"}


def likely(result: mk.Result, id: str = "outcome") -> str:
    stage = result[id].stage
    assert stage is not None
    assert stage.likely is not None
    return stage.likely.id


@pytest.mark.parametrize("name", ["Best", "BEST", "make", "make_class"])
def test_scorer_of_a_third_party_is_used_by_its_name(site: Site, name: str) -> None:
    site.add("acme-rules", RULES, scorers={"best": f"acme_rules:{name}"}, version="4")
    assert mk.scorers["best"] == ("best", "acme-rules", "4", None)
    assert "acme_rules" not in sys.modules
    chosen = mk.score(toy(), ANSWERS, scorer="best")
    assert (chosen.scorer, likely(chosen), likely(chosen, "work")) == ("best", "high", "high")
    offered = mk.score(toy("best"), ANSWERS)
    assert (offered.scorer, likely(offered), likely(offered, "work")) == ("best", "high", "high")
    own = mk.score(toy(own="best"), ANSWERS)
    assert (own.scorer, likely(own), likely(own, "work")) == ("weakest", "low", "high")
    assert mk.scorers.load("best") is mk.scorers.load("best")
    assert isinstance(mk.scorers.load("best"), mk.Scorer)


def test_scorer_of_a_third_party_has_bounds(site: Site) -> None:
    site.add("acme-rules", RULES, scorers={"best": "acme_rules:Best"})
    stage = mk.score(toy("best"), {"people": "middle", "data": mk.UNKNOWN}).stage
    assert stage is not None
    assert (stage.low.id, stage.likely and stage.likely.id, stage.high.id) == ("middle", "middle", "high")


def test_scorers_are_listed_behind_those_of_maturitykit(site: Site) -> None:
    site.add("acme-rules", RULES, scorers={"best": "acme_rules:Best", "another": "acme_rules:Best"})
    names = list(mk.scorers)
    assert names[:6] == ["weakest", "median", "mean", "sum", "staged", "profile"]
    assert names[6:] == sorted(names[6:])
    assert {"best", "another"} <= set(names[6:])
    assert len(mk.scorers) == len(names)
    for id in names[:5]:
        assert mk.scorers[id] == (id, "maturitykit", version("maturitykit"), None)
        assert mk.scorers.load(id).id == id


def test_no_plugin_takes_the_name_of_a_rule_of_maturitykit(site: Site) -> None:
    site.add("rogue", RULES.replace('"best"', '"weakest"'), scorers={"weakest": "rogue:Best"})
    entry = mk.scorers["weakest"]
    assert entry[:2] == ("weakest", "maturitykit")
    assert "rogue 1.0" in (entry.error or "")
    assert list(mk.scorers).count("weakest") == 1
    assert len(mk.scorers) == len(list(mk.scorers))
    assert likely(mk.score(toy(), ANSWERS)) == "low"
    assert "rogue" not in sys.modules
    assert mk.scorers["weakest"] == entry


#: The place of a scorer that cannot be used, and what its error must say.
BROKEN_RULES = {
    "no id": ("acme_rules:Nameless", "id"),
    "abstract": ("acme_rules:Unfinished", "abstract"),
    "nothing said of order": ("acme_rules:Silent", "Silent is abstract: it has no ordinal"),
    "another id": ("acme_rules:Best", "best"),
    "no scorer": ("acme_rules:mk", "a Scorer, or a function that returns one"),
    "not there": ("acme_rules:Worst", "Worst"),
}


@pytest.mark.parametrize(("place", "says"), BROKEN_RULES.values(), ids=BROKEN_RULES)
def test_only_the_broken_scorer_is_broken(site: Site, place: str, says: str) -> None:
    site.add("acme-rules", RULES, scorers={"broken": place, "best": "acme_rules:Best"})
    with pytest.raises(mk.PluginError, match=says):
        mk.score(toy(), ANSWERS, scorer="broken")
    assert says in (mk.scorers["broken"].error or "")
    assert mk.scorers["best"].error is None
    assert likely(mk.score(toy(), ANSWERS, scorer="best")) == "high"


def test_model_that_offers_a_scorer_that_is_not_installed_says_which() -> None:
    with pytest.raises(mk.PluginError, match='no scorer "not-there" can be used'):
        mk.score(toy("not-there"), ANSWERS)
    with pytest.raises(mk.PluginError, match='no scorer "not-there" can be used'):
        mk.score(toy(own="not-there"), ANSWERS)


class Ranked(mk.Scorer):
    """The n-th best of the children; an object that is given, not registered."""

    id = "ranked"
    ordinal = True

    def __init__(self, rank: int) -> None:
        self.rank = rank

    def bind(
        self, parent: mk.Dimension, children: Sequence[mk.Dimension], weights: Sequence[int]
    ) -> mk.types.Rule:
        return lambda positions: sorted(positions, reverse=True)[min(self.rank, len(positions)) - 1]


@define
class RankedValue(Ranked):
    """The same as a class of attrs: it compares by value, and so has no hash."""

    rank: int


@pytest.mark.parametrize("kind", [Ranked, RankedValue])
def test_scorer_may_be_given_as_an_object(kind: type[Ranked]) -> None:
    model = toy()
    found = [likely(mk.score(model, ANSWERS, scorer=kind(rank)), "work") for rank in (1, 2, 1)]
    assert found == ["high", "middle", "high"]


# ---- models that are no files


@frozen
class Step(mk.Stage):
    """A stage that knows more than its texts."""

    badge: str = "none"

    def cheer(self) -> str:
        return f"{self.name} ({self.badge})!"


@frozen
class Area(mk.Dimension):
    """A dimension with an owner."""

    owner: frozenset[str] = frozenset()

    @cached_property
    def who(self) -> str:
        return f"{self.name}: {' and '.join(sorted(self.owner))}"


class Corner(mk.Dimension):
    """A dimension with a method more, and no fields."""

    def greet(self) -> str:
        return f"hello, {self.name}"


@frozen
class Framework(mk.Model):
    """A model that answers for its parts."""

    licence: str = "free"

    @cached_property
    def owners(self) -> tuple[str, ...]:
        return tuple(leaf.who for leaf in self.leaves if isinstance(leaf, Area))


DUTCH = {
    "title": "Voorbeeld",
    "dimensions.people.name": "mensen",
    "dimensions.corner.name": "hoek",
    "scales.steps.first.name": "eerste",
}


def acme() -> Framework:
    """A model with classes of its own for all that has behaviour."""
    steps = mk.Scale("steps", [Step("first", badge="tin"), Step("second", badge="gold"), Step("third")])
    parts = [
        Area("people", scale=steps, owner=frozenset({"Ada", "Bob"}), weight=2),
        mk.Dimension("work", scale=steps, scorer="median", children=[Corner("corner", scale=steps)]),
        Area("tools", scale=steps, owner=frozenset({"Cleo"})),
    ]
    return Framework(
        "acme",
        "1",
        "Example",
        parts,
        ["mean", "weakest"],
        outcome=steps,
        translations={"nl": DUTCH},
        licence="MIT",
    )


def plain() -> mk.Model:
    """The same without classes of its own."""
    steps = chain("steps", "first", "second", "third")
    work = group("work", ["corner"], steps, scorer="median")
    people = mk.Dimension("people", scale=steps, weight=2)
    return flat("acme", [people, work, "tools"], "mean", "weakest", scale=steps, title="Example")


ACME = acme()

PLACES = pytest.mark.parametrize("place", [f"{__name__}:ACME", f"{__name__}:acme"], ids=["object", "function"])


@PLACES
def test_model_built_in_python_is_a_plugin(site: Site, place: str) -> None:
    site.add("acme", models={"acme": place})
    model = mk.model("acme")
    assert model == ACME
    assert isinstance(model, Framework)
    assert model.licence == "MIT"
    assert model.owners == ("people: Ada and Bob", "tools: Cleo")


@pytest.mark.parametrize(
    "answers",
    [
        {"people": "first", "corner": "third", "tools": "second"},
        {"people": "second..third", "corner": None},
        {"tools": mk.NOT_APPLICABLE, "corner": "second"},
        {},
    ],
    ids=["complete", "range and blank", "not applicable", "nothing"],
)
@pytest.mark.parametrize("scorer", [None, "weakest"])
@PLACES
def test_model_of_subclasses_is_scored_like_any_other(
    site: Site, place: str, scorer: str | None, answers: dict[str, str | None]
) -> None:
    site.add("acme", models={"acme": place})
    expected = mk.score(plain(), answers, scorer=scorer)
    found = mk.score("acme", answers, scorer=scorer)
    assert found.to_dict() == expected.to_dict()
    assert found.explain() == expected.explain()
    assert [step.stage.id for step in mk.roadmap(found)] == [step.stage.id for step in mk.roadmap(expected)]


@PLACES
def test_results_hold_the_subclasses(site: Site, place: str) -> None:
    site.add("acme", models={"acme": place})
    result = mk.score("acme", {"people": "second", "corner": "first", "tools": "second"})
    assert isinstance(result.model, Framework)
    area = result["people"].dimension
    assert isinstance(area, Area)
    assert area.who == "people: Ada and Bob"
    corner = result["corner"].dimension
    assert isinstance(corner, Corner)
    assert corner.greet() == "hello, corner"
    assert type(result["work"].dimension) is mk.Dimension
    stage = result["people"].stage
    assert stage is not None
    assert isinstance(stage.likely, Step)
    assert stage.likely.cheer() == "second (gold)!"
    (needed, *_) = mk.roadmap(result)
    assert isinstance(needed.stage, Step)


@PLACES
def test_another_language_keeps_the_subclasses(site: Site, place: str) -> None:
    site.add("acme", models={"acme": place})
    dutch = mk.model("acme").in_language("nl-BE")
    assert isinstance(dutch, Framework)
    assert (dutch.language, dutch.title, dutch.licence) == ("nl", "Voorbeeld", "MIT")
    assert dutch.owners == ("mensen: Ada and Bob", "tools: Cleo")
    result = mk.score(dutch, {"people": "first", "corner": "first", "tools": "first"})
    area, corner = result["people"].dimension, result["corner"].dimension
    assert isinstance(area, Area)
    assert isinstance(corner, Corner)
    assert (area.who, corner.greet()) == ("mensen: Ada and Bob", "hello, hoek")
    assert result.stage is not None
    assert isinstance(result.stage.low, Step)
    assert result.stage.low.cheer() == "eerste (tin)!"
    assert mk.model("acme").title == "Example"


# ---- the command line


def call(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line in an interpreter of its own, where a site is installed."""
    folders = [str(site.folder), str(Path(__file__).parent), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "maturitykit", *arguments],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, folders)), "PYTHONIOENCODING": "utf-8"},
    )


@pytest.fixture
def mixed(site: Site) -> Site:
    """A site with a good plugin among broken ones."""
    site.add("good-models", GOOD, models={"good": "good_models:model"})
    for name in ("on import", "leaves on import", "invalid model", "no module"):
        code, _, _, _ = RAISING[name]
        id = name.replace(" ", "-")
        place = "no_such_module_at_all:model" if name == "no module" else f"{id.replace('-', '_')}:model"
        site.add(id, code, models={id: place})
    site.add("one-models", GOOD, models={"twice": "one_models:model"})
    site.add("two-models", GOOD, models={"twice": "two_models:model"})
    return site


BROKEN = ["on-import", "leaves-on-import", "invalid-model", "no-module", "twice"]


def test_models_are_listed_though_some_are_broken(mixed: Site) -> None:
    done = call(mixed, "models")
    assert (done.returncode, done.stderr) == (0, "")
    rows = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert set(BROKEN) < rows.keys()
    assert rows["good"].split() == ["good", "good-models", "1.0"]
    assert rows["on-import"].split() == ["on-import", "on-import", "1.0"]
    assert "one-models 1.0" in rows["twice"]
    assert "two-models 1.0" in rows["twice"]


def test_check_says_which_models_are_broken(mixed: Site) -> None:
    done = call(mixed, "models", "--check")
    assert (done.returncode, done.stderr) == (1, "")
    rows = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert len(done.stdout.splitlines()) == len(rows)
    assert rows["good"].split() == ["good", "good-models", "1.0"]
    assert "no licence" in rows["on-import"]
    assert "gone" in rows["leaves-on-import"]
    assert "dimensions" in rows["invalid-model"]
    assert "no_such_module_at_all" in rows["no-module"]
    assert "claimed by" in rows["twice"]


def test_models_as_json(mixed: Site) -> None:
    done = call(mixed, "models", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    listed = {entry["id"]: entry for entry in json.loads(done.stdout)}
    assert listed["good"] == {"id": "good", "distribution": "good-models", "version": "1.0", "error": None}
    assert [id for id in BROKEN if listed[id]["error"]] == ["twice"]
    done = call(mixed, "models", "--json", "--check")
    assert (done.returncode, done.stderr) == (1, "")
    checked = {entry["id"]: entry["error"] for entry in json.loads(done.stdout)}
    assert checked.keys() == listed.keys()
    assert checked["good"] is None
    assert all(checked[id] for id in BROKEN)


def test_check_finds_nothing_where_all_is_well(site: Site) -> None:
    site.add("good-models", GOOD, models={"good": "good_models:model"})
    done = call(site, "models", "--check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "good-models 1.0" in done.stdout


def test_what_a_plugin_prints_does_not_reach_the_data(site: Site) -> None:
    site.add("good-models", f"print('hello')\n{GOOD}", models={"good": "good_models:model"})
    done = call(site, "models", "--check", "--json")
    assert done.returncode == 0
    assert "good" in [entry["id"] for entry in json.loads(done.stdout)]


@pytest.mark.parametrize("id", BROKEN)
def test_asking_for_a_broken_model_is_said_in_words(mixed: Site, id: str) -> None:
    done = call(mixed, "show", id)
    assert (done.returncode, done.stdout) == (2, "")
    assert f'no model "{id}" can be used' in done.stderr
    assert "Traceback" not in done.stderr


def test_model_of_subclasses_is_written_as_a_plain_one(site: Site) -> None:
    site.add("acme", models={"acme": f"{Path(__file__).stem}:acme"})
    done = call(site, "show", "acme", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == json.loads(json.dumps(model_to_dict(plain())))


def test_model_of_subclasses_is_shown(site: Site) -> None:
    site.add("acme", models={"acme": f"{Path(__file__).stem}:acme"})
    done = call(site, "show", "acme", "--language", "nl")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Voorbeeld" in done.stdout
    assert "mensen" in done.stdout
