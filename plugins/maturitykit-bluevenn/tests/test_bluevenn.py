"""Customer Data Maturity Model: the whole source is in the model, and the golden cases come out as by hand."""

from collections import Counter
from collections.abc import Iterator

import pytest

import maturitykit as mk
from maturitykit.testing import conformance

MODEL = mk.model("bluevenn")
DUTCH = MODEL.in_language("nl")

CAPABILITIES = (
    "Unified Customer Profile",
    "Actionable Customer Insights",
    "Outbound Media Optimization",
    "Digital Media Optimization",
    "Owned Media Optimization",
    "Cross-Channel Orchestration",
    "Advanced Analytics",
)

#: A word that gives away each claim of each stage, in English and in Dutch.
CLAIMS = (
    (
        ("lasting", "blijvend"),
        ("competitors", "concurrenten"),
        ("central hub", "centrale hub"),
        ("permissions", "toestemmingen"),
        ("right time", "juiste moment"),
    ),
    (("mined", "doorzocht"), ("dashboards", "dashboards")),
    (("triggered", "getriggerd"), ("sensible", "verstandige"), ("engagement", "betrokkenheid")),
    (
        ("available for use", "ontsloten"),
        ("segments", "segmenten"),
        ("paid", "betaalde"),
        ("higher order", "hogere orde"),
    ),
    (("real time", "realtime"), ("ecommerce", "e-commerce"), ("merchandising", "merchandising")),
    (("brought together", "bij elkaar"), ("seamless", "naadloos")),
    (("precision", "precisie"), ("segmentation", "segmentatie"), ("machine learning", "machine learning")),
)


test_model = conformance("bluevenn", fail_on="warning")


def stages(model: mk.Model) -> Iterator[tuple[str, str]]:
    """Name and summary of the seven published stages."""
    assert model.outcome is not None
    return ((stage.name, stage.summary) for stage in model.outcome.stages[1:])


def notes(model: mk.Model) -> dict[str, tuple[str, str]]:
    """Kind and text of every note, by where it stands."""
    on = {dimension.id: dimension.notes for dimension in model.by_id.values()}
    return {f"{where}.{note.id}": (note.kind, note.text) for where, own in on.items() for note in own}


def test_eight_stages_of_which_seven_are_published() -> None:
    assert MODEL.outcome is not None
    assert MODEL.outcome.ids == ("below", *(f"stage-{k}" for k in range(1, 8)))
    published = [f"Stage {k} – {name}" for k, name in enumerate(CAPABILITIES, 1)]
    for model in (MODEL, DUTCH):
        assert [name for name, _ in stages(model)] == published


def test_one_capability_per_stage_rated_for_attainment() -> None:
    assert tuple(leaf.name for leaf in MODEL.leaves) == CAPABILITIES
    assert tuple(leaf.name for leaf in DUTCH.leaves) == CAPABILITIES
    assert {leaf.scale for leaf in MODEL.leaves} == {MODEL.scales["attainment"]}
    assert MODEL.scales["attainment"].ids == ("not", "partially", "largely", "fully")
    assert tuple(band.edge for band in MODEL.scales["attainment"].bands) == (0.15, 0.50, 0.85)


@pytest.mark.parametrize(("model", "language"), [(MODEL, 0), (DUTCH, 1)], ids=["en", "nl"])
def test_every_claim_of_every_stage_is_kept(model: mk.Model, language: int) -> None:
    assert [len(claims) for claims in CLAIMS] == [5, 2, 3, 4, 3, 2, 3]
    for (name, summary), claims in zip(stages(model), CLAIMS, strict=True):
        absent = [claim[language] for claim in claims if claim[language] not in summary]
        assert absent == [], name


def test_each_stage_requires_its_own_capability_at_least_largely() -> None:
    gates = [(gate.stage, gate.dimension, gate.minimum) for gate in MODEL.gates]
    assert gates == [(f"stage-{k}", leaf.id, "largely") for k, leaf in enumerate(MODEL.leaves, 1)]
    assert MODEL.scorers == ("staged",)


def test_insight_and_activation() -> None:
    tags = [leaf.tags for leaf in MODEL.leaves]
    activation = [("activation",)] * 4
    assert tags == [(), ("insight",), *activation, ("insight",)]
    assert {tag.id for tag in MODEL.tags} == {"insight", "activation"}


def test_notes_per_kind() -> None:
    found = notes(MODEL)
    assert Counter(kind for kind, _ in found.values()) == {
        "background": 1,
        "purpose": 4,
        "grouping": 1,
        "order": 3,
        "means": 2,
        "example": 1,
        "finding": 1,
        "overlap": 3,
        "missing": 2,
    }
    assert {kind.id for kind in MODEL.kinds} == {kind for kind, _ in found.values()}


@pytest.mark.parametrize("model", [MODEL, DUTCH], ids=["en", "nl"])
def test_the_finding_has_both_figures(model: mk.Model) -> None:
    kind, text = notes(model)["owned-media-optimization.ecommerce-integration"]
    assert kind == "finding"
    assert "91%" in text
    assert "75%" in text


def test_the_source_has_no_guidance_and_none_is_invented() -> None:
    assert not any(dimension.guidance for dimension in MODEL.by_id.values())


def test_what_the_source_does_not_state_is_marked() -> None:
    marked = {about for reading in MODEL.readings for about in reading.about}
    questions = {f"dimensions.{leaf.id}.question" for leaf in MODEL.leaves}
    assert questions <= marked
    assert {"outcome", "scales.stage.below", "scales.attainment", "scorers", "gates", "dimensions"} <= marked


def test_labels_of_ours_are_in_dutch_too() -> None:
    def labels(model: mk.Model) -> list[str]:
        stages = [*model.scales["attainment"].stages, model.scales["stage"].stages[0]]
        return [s.name for s in stages] + [label.name for label in (*model.tags, *model.kinds)]

    assert [en for en, nl in zip(labels(MODEL), labels(DUTCH), strict=True) if en == nl] == []
    assert all(leaf.question.endswith("?") for model in (MODEL, DUTCH) for leaf in model.leaves)
