"""Ways between models: which one is taken, and what is loaded to find it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise, permutations, product
from math import prod
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, strategies as st

import maturitykit as mk
import toys
from maturitykit.comparison import network as place
from toys import LEVEL, LOW_HIGH, flat, link

LONGEST = 4

STEADY = {"low": ("low", "low", "mid"), "mid": ("low", "mid", "high"), "high": ("mid", "high", "high")}


def model(id: str) -> mk.Model:
    return flat(id, ["one", "two"])


def crosswalk(id: str, *strengths: str) -> mk.Crosswalk:
    """Between two such models: a link of each strength."""
    source, target = map(model, id.split("--"))
    ends = product(["one", "two"], repeat=2)
    return toys.crosswalk(
        source, target, *(link(a, b, STEADY, each) for (a, b), each in zip(ends, strengths, strict=False))
    )


class Shelf:
    """In place of a registry: it counts what is loaded."""

    def __init__(self, things: Iterable[Any]) -> None:
        self.things = {thing.id: thing for thing in things}
        self.loaded: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return iter(self.things)

    def load(self, id: str) -> Any:
        self.loaded.append(id)
        return self.things[id]


@contextmanager
def installed(crosswalks: Iterable[mk.Crosswalk]) -> Iterator[tuple[Shelf, Shelf]]:
    """These crosswalks, and the models that they join, are all there is."""
    crosswalks = list(crosswalks)
    ids = {id for each in crosswalks for id in (each.source, each.target)}
    shelves = Shelf(crosswalks), Shelf(model(id) for id in sorted(ids))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place, "crosswalks", shelves[0])
        patch.setattr(place, "models", shelves[1])
        yield shelves


def chain(*ids: str) -> list[mk.Crosswalk]:
    return [crosswalk(f"{a}--{b}", "0.5") for a, b in pairwise(ids)]


# The best way, by looking at every one.

STRENGTHS = st.lists(st.sampled_from(["0.2", "0.4", "0.5", "0.8", "1"]), min_size=1, max_size=3)
IDS = "abcdef"


@st.composite
def graphs(draw: st.DrawFn) -> list[mk.Crosswalk]:
    """Crosswalks between up to six models, in one direction or both."""
    count = draw(st.integers(2, len(IDS)))
    pairs = [f"{a}--{b}" for a, b in permutations(IDS[:count], 2)]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=10, unique=True))
    return [crosswalk(id, *draw(STRENGTHS)) for id in chosen]


def all_ways(crosswalks: Collection[mk.Crosswalk], source: str, target: str) -> list[list[str]]:
    """Every way that meets no model twice."""
    joined = {frozenset([each.source, each.target]) for each in crosswalks}
    ids = {id for pair in joined for id in pair} - {source, target}
    ways = (
        [source, *middle, target] for size in range(len(ids) + 1) for middle in permutations(sorted(ids), size)
    )
    return [way for way in ways if all(frozenset(pair) in joined for pair in pairwise(way))]


def written(crosswalks: Collection[mk.Crosswalk], source: str, target: str) -> mk.Crosswalk:
    """The crosswalk from one model to another, rather than the one from the other."""
    by_id = {each.id: each for each in crosswalks}
    return by_id.get(f"{source}--{target}") or by_id[f"{target}--{source}"]


def mean_strength(crosswalk: mk.Crosswalk) -> Fraction:
    return sum((link.strength for link in crosswalk.links), Fraction(0)) / len(crosswalk.links)


def shortest(crosswalks: Collection[mk.Crosswalk], source: str, target: str) -> list[list[str]]:
    ways = all_ways(crosswalks, source, target)
    least = min(map(len, ways), default=0)
    return [way for way in ways if len(way) == least <= LONGEST + 1]


def strength(crosswalks: Collection[mk.Crosswalk], way: Sequence[str]) -> Fraction:
    return prod((mean_strength(written(crosswalks, a, b)) for a, b in pairwise(way)), start=Fraction(1))


def best(crosswalks: Collection[mk.Crosswalk], source: str, target: str) -> list[str] | None:
    ways = shortest(crosswalks, source, target)
    return min(ways, key=lambda way: (-strength(crosswalks, way), way), default=None)


def found(network: mk.Network, source: str, target: str) -> list[str] | None:
    try:
        return network.path(source, target)
    except mk.ComparisonError:
        return None


@given(st.data(), graphs())
def test_the_way_is_the_best_of_all(data: st.DataObject, crosswalks: list[mk.Crosswalk]) -> None:
    source, target = data.draw(st.permutations(IDS))[:2]
    expected = best(crosswalks, source, target)
    with installed(crosswalks) as (loaded_crosswalks, loaded_models):
        assert found(mk.Network(), source, target) == expected
        # Nothing that is off the shortest ways, and nothing where there is no choice to make.
        ways = shortest(crosswalks, source, target)
        steps = {written(crosswalks, *pair).id for way in ways for pair in pairwise(way) if len(way) > 2}
        assert set(loaded_crosswalks.loaded) <= steps
        assert loaded_models.loaded == []
        if expected is not None:
            network = mk.Network()
            assert network.strength(expected) == strength(crosswalks, expected)
            joined = network.along(expected)
            assert (joined.path or (joined.id,)) == tuple(
                written(crosswalks, *pair).id for pair in pairwise(expected)
            )
            assert set(loaded_models.loaded) == set(expected)


@given(st.data(), graphs())
def test_order_of_installation_changes_nothing(data: st.DataObject, crosswalks: list[mk.Crosswalk]) -> None:
    """Nor does it matter which of them the caller brings."""
    source, target = data.draw(st.permutations(IDS))[:2]
    with installed(crosswalks):
        expected = found(mk.Network(), source, target)
    mixed = data.draw(st.permutations(crosswalks))
    with installed(mixed):
        assert found(mk.Network(), source, target) == expected
    own = data.draw(st.integers(0, len(mixed)))
    with installed(mixed[own:]):
        network = mk.Network(mixed[:own], [model(id) for id in IDS])
        assert found(network, source, target) == expected
        if expected is not None:
            joined = network.along(expected)
            assert joined.strength == mk.Network(crosswalks, [model(id) for id in IDS]).along(expected).strength


@given(graphs())
def test_what_can_be_reached_is_where_ways_lead(crosswalks: list[mk.Crosswalk]) -> None:
    with installed(crosswalks) as shelves:
        network = mk.Network()
        touched = {id for each in crosswalks for id in (each.source, each.target)}
        assert network.model_ids == sorted(touched)
        for source in touched:
            assert network.reachable(source) == [
                id for id in sorted(touched - {source}) if best(crosswalks, source, id)
            ]
            for target in touched - {source}:
                ways = all_ways(crosswalks, source, target)
                assert network.between(source, target) == sorted(way[1] for way in ways if len(way) == 3)
        assert [shelf.loaded for shelf in shelves] == [[], []]


# Single cases.


def test_fewer_crosswalks_beat_stronger_ones() -> None:
    weak = crosswalk("a--c", "0.01")
    strong = [crosswalk("a--b", "1"), crosswalk("b--c", "1")]
    with installed([weak, *strong]):
        assert mk.Network().path("a", "c") == ["a", "c"]


def test_the_product_of_mean_strengths_decides_between_ways_of_one_length() -> None:
    # .9 × .2 is less than .5 × .5, and b comes before c.
    ways = [
        crosswalk("a--b", "0.9"),
        crosswalk("b--d", "0.2"),
        crosswalk("a--c", "0.4", "0.6"),
        crosswalk("c--d", "0.5"),
    ]
    with installed(ways):
        network = mk.Network()
        assert network.path("a", "d") == ["a", "c", "d"]
        assert network.strength(["a", "c", "d"]) == Fraction(1, 4)


@pytest.mark.parametrize("order", [1, -1])
def test_ids_decide_between_equals(order: int) -> None:
    ways = [crosswalk(id, "0.5") for id in ("a--b", "b--d", "a--c", "c--d")]
    with installed(ways[::order]):
        assert mk.Network().path("a", "d") == ["a", "b", "d"]


def test_four_crosswalks_are_the_longest_way() -> None:
    with installed(chain(*"abcdef")) as (shelf, _):
        assert mk.Network().path("a", "e") == [*"abcde"]
        assert mk.Network().path("f", "b") == [*"fedcb"]
        shelf.loaded.clear()
        with pytest.raises(mk.ComparisonError, match='4 crosswalks or fewer leads from "a" to "f"'):
            mk.Network().path("a", "f")
        assert shelf.loaded == []


def test_a_model_without_crosswalks_is_named_with_the_nearest_one() -> None:
    with installed(chain("alpha", "beta", "gamma")):
        with pytest.raises(mk.ComparisonError, match='expected "beta", perhaps'):
            mk.Network().path("alpha", "betta")
        assert mk.Network().reachable("betta") == []
        assert mk.Network().between("alpha", "betta") == mk.Network().between("betta", "alpha") == []


def test_a_crosswalk_that_is_broken_is_the_last_way_to_take(monkeypatch: pytest.MonkeyPatch) -> None:
    strengths = {"a--b": "0.1", "a--c": "0.9", "b--d": "0.1", "c--d": "0.9"}
    with installed(crosswalk(id, strength) for id, strength in strengths.items()) as (shelf, _):
        assert mk.Network().path("a", "d") == ["a", "c", "d"]
        load = shelf.load

        def load_all_but_one(id: str) -> Any:
            if id == "a--c":
                raise mk.PluginError("it is broken", [])
            return load(id)

        monkeypatch.setattr(shelf, "load", load_all_but_one)
        assert mk.Network().path("a", "d") == ["a", "b", "d"]


def test_a_model_that_is_not_installed_is_the_last_to_go_through() -> None:
    strengths = {"a--b": "0.1", "a--c": "0.9", "b--d": "0.1", "c--d": "0.9"}
    with installed(crosswalk(id, strength) for id, strength in strengths.items()) as (_, models):
        del models.things["c"]
        assert mk.Network().path("a", "d") == ["a", "b", "d"]
        assert mk.Network(own_models=[model("c")]).path("a", "d") == ["a", "c", "d"]


def test_models_without_a_crosswalk_are_no_steps_of_a_way() -> None:
    with installed(chain(*"abc")), pytest.raises(mk.ComparisonError, match='joins "a" and "c"'):
        mk.Network().along(["a", "c"])


def test_a_model_is_at_itself() -> None:
    assert mk.Network().path("a", "a") == ["a"]


def reads(crosswalk: mk.Crosswalk) -> Mapping[str, tuple[str, str | None, str] | str]:
    return crosswalk.links[0].stages


def one_way(id: str, top: str, strength: str = "0.5") -> mk.Crosswalk:
    stages = dict.fromkeys(LEVEL.ids, ("low", "low", top))
    return evolve(crosswalk(id, strength), links=[link("one", "one", stages, strength, "equal")])


def test_a_written_direction_beats_a_reversed_one() -> None:
    there, back = one_way("a--b", "mid", "0.5"), one_way("b--a", "low", "0.9")
    with installed([there, back]):
        network = mk.Network()
        assert network.along(["a", "b"]) == there
        assert network.along(["b", "a"]) == back
        assert network.strength(["a", "b", "a"]) == Fraction(45, 100)
    with installed([back]):
        step = mk.Network().along(["a", "b"])
        assert step == mk.links.reverse(back, model("b"), model("a"))
        assert reads(step) != reads(there)


def test_an_installed_direction_beats_a_reversed_one_of_the_callers() -> None:
    there, back = one_way("a--b", "mid"), one_way("b--a", "low")
    with installed([there]):
        assert mk.Network([back]).along(["a", "b"]) == there


def test_what_the_caller_brings_comes_before_what_is_installed() -> None:
    own = one_way("a--b", "high", "0.3")
    with installed([one_way("a--b", "mid"), *chain(*"bc")]) as (shelf, _):
        network = mk.Network([own])
        assert network.along(["a", "b"]) == own
        assert shelf.loaded == []
        assert network.strength(["a", "b", "c"]) == Fraction(15, 100)


def test_only_the_way_that_is_taken_is_loaded() -> None:
    elsewhere = [crosswalk(id, "1") for id in ("a--x", "x--y", "y--c", "c--z")]
    with installed([*chain(*"abc"), *elsewhere]) as (crosswalks, models):
        result = mk.score(model("a"), {"one": "mid", "two": "high"})
        translation = mk.translate(result, "c")
        assert translation.route.path == ("a", "b", "c")
        assert set(crosswalks.loaded) == {"a--b", "b--c"}
        assert set(models.loaded) == {"b", "c"}


def test_a_way_can_be_given() -> None:
    ways = [crosswalk("a--c", "1"), crosswalk("a--b", "0.5", "0.5"), crosswalk("b--c", "0.5", "0.5")]
    with installed(ways) as (crosswalks, _):
        result = mk.score(model("a"), {"one": "mid", "two": "high"})
        translation = mk.translate(result, "c", via="b")
        assert translation.route.path == ("a", "b", "c")
        assert translation.route.strength == 0.25
        assert translation.to_dict()["derived"]["path"] == ["a", "b", "c"]
        assert set(crosswalks.loaded) == {"a--b", "b--c"}


def test_a_crosswalk_that_does_not_fit_its_models_is_refused() -> None:
    good = crosswalk("a--b", "1")
    wrong = evolve(good, links=[link("nine", "one", STEADY)])
    with installed([wrong]), pytest.raises(mk.ComparisonError, match="a--b cannot be used") as caught:
        mk.Network().along(["a", "b"])
    assert any('"nine" is no dimension of a' in str(finding) for finding in caught.value.findings)


def test_searching_again_finds_the_same() -> None:
    with installed([crosswalk(id, "0.5") for id in ("a--b", "b--d", "c--a", "d--c")]):
        network = mk.Network()
        assert [network.path("a", "d") for _ in range(3)] == [["a", "b", "d"]] * 3


def test_a_network_serves_one_version_of_a_model_after_another() -> None:
    new = flat("a", ["one"], "profile", scale=LOW_HIGH, version="2", outcome=None)
    with installed([crosswalk("b--a", "1")]):
        network = mk.Network()
        assert mk.translate(mk.score(model("a"), {"one": "mid"}), "b", network=network).model.id == "b"
        # It is no error of the caller's that the crosswalk does not fit: it has to be said.
        with pytest.raises(mk.ComparisonError, match="b--a cannot be used"):
            mk.translate(mk.score(new, {"one": "high"}), "b", network=network)
