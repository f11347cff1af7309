"""Crosswalks: all ten pairs load, fit their models, give their reasons, and do so in Dutch too."""

from collections.abc import Iterator
from itertools import combinations

import pytest

import maturitykit as mk
from maturitykit.testing import conformance

MODELS = ["clearhead", "four-stage", "bluevenn", "cmotions-4d", "data-driven-quadrant"]
PAIRS = [f"{source}--{target}" for source, target in combinations(MODELS, 2)]

each_pair = pytest.mark.parametrize("id", PAIRS)


test_crosswalk = conformance(*PAIRS, fail_on="warning")


def outcome_link(crosswalk: mk.Crosswalk) -> mk.Link | None:
    found = [link for link in crosswalk.links if (link.source, link.target) == ("outcome", "outcome")]
    return found[0] if found else None


def test_all_pairs_are_registered() -> None:
    registered = [
        id for id, entry in mk.crosswalks.items() if entry.distribution == "maturitykit-marketing-crosswalks"
    ]
    assert sorted(registered) == sorted(PAIRS)


@each_pair
def test_no_link_is_full(id: str) -> None:
    for link in mk.crosswalks.load(id).links:
        assert 0 < link.strength < 1, "no dimension judges all that another model's does"


@each_pair
def test_every_dimension_with_stages_is_linked_or_listed(id: str) -> None:
    """More than the check asks: it takes the overall stage in as well."""
    crosswalk = mk.crosswalks.load(id)
    told = {(crosswalk.source, link.source) for link in crosswalk.links}
    told |= {(crosswalk.target, link.target) for link in crosswalk.links}
    told |= {(item.model, item.dimension) for item in crosswalk.not_inferable}

    def untold(model: str, dimension: mk.Dimension) -> Iterator[str]:
        parts = [part for child in dimension.children for part in untold(model, child)]
        if (model, dimension.id) not in told:
            yield from parts or ([dimension.id] if dimension.is_leaf else [])

    for model in (mk.model(crosswalk.source), mk.model(crosswalk.target)):
        assert [found for top in model.dimensions for found in untold(model.id, top)] == []
        assert model.outcome is None or (model.id, "outcome") in told


@each_pair
def test_says_how_it_was_coded(id: str) -> None:
    coding = mk.crosswalks.load(id).coding
    assert coding is not None
    assert coding.coders == 2
    assert coding.links_by_any is not None and coding.links_by_all is not None
    assert coding.stages_compared is not None and coding.stages_agreed is not None
    assert coding.kappa is not None
    assert 0 < coding.links_by_all <= coding.links_by_any
    assert 0 < coding.stages_agreed <= coding.stages_compared
    assert 0 < coding.kappa <= 1


@each_pair
def test_overall_stages_are_linked_where_both_models_have_one(id: str) -> None:
    assert (outcome_link(mk.crosswalks.load(id)) is None) == ("cmotions-4d" in id)


def test_operational_is_most_likely_stage_3() -> None:
    link = outcome_link(mk.crosswalks.load("clearhead--four-stage"))
    assert link is not None
    assert link.stages["operational"][1] == "stage-3"


def test_a_minority_of_indicators_makes_no_axis_certain() -> None:
    """An axis of the quadrant stands where three of its five indicators stand."""
    links = [link for id in PAIRS if id.endswith("quadrant") for link in mk.crosswalks.load(id).links]
    few = [link for link in links if link.target != "outcome" and link.strength < 0.3]
    assert few
    assert {span[0] for link in few for span in link.stages.values()} == {"not"}
