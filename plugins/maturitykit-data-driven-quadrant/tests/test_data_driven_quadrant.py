"""Data driven-marketing model: the whole source is in the model, and the golden cases come out as by hand."""

from collections import Counter

import pytest

import maturitykit as mk
from maturitykit.testing import conformance

MODEL = mk.model("data-driven-quadrant")
DUTCH = MODEL.in_language("nl")
AXES = ("channel-integration", "data-availability")
SITUATIONS = ("single-channel", "omnichannel", "single-channel-data-driven", "omnichannel-data-driven")


test_model = conformance("data-driven-quadrant", fail_on="warning")


def test_four_situations_of_which_the_middle_two_are_incomparable() -> None:
    scale = MODEL.outcome
    assert scale is not None
    assert scale.ids == SITUATIONS
    assert not scale.is_chain
    assert scale.meet([1, 2]) == 0
    assert scale.join([1, 2]) == 3
    assert len({stage.summary for stage in scale.stages}) == 4


def test_labels_stay_as_published() -> None:
    assert DUTCH.title == "Data driven-marketing maturity model"
    assert DUTCH.outcome is not None
    assert [stage.name for stage in DUTCH.outcome.stages] == [
        "Single-channel marketing",
        "Omnichannel marketing",
        "Single-channel data-driven 1-op-1 marketing",
        "Omnichannel data-driven 1-op-1 marketing",
    ]


def test_two_axes_with_five_indicators_each() -> None:
    assert tuple(axis.id for axis in MODEL.dimensions) == AXES
    assert [len(axis.children) for axis in MODEL.dimensions] == [5, 5]
    assert [axis.scorer for axis in MODEL.dimensions] == ["median", "median"]
    for dimension in (*MODEL.dimensions, *MODEL.leaves):
        assert dimension.scale is not None
        assert dimension.scale.id == "attainment"


@pytest.mark.parametrize(("model", "rests"), [(MODEL, "Rests on"), (DUTCH, "Rust op")], ids=["en", "nl"])
def test_every_indicator_has_a_question_and_says_what_it_rests_on(model: mk.Model, rests: str) -> None:
    assert all(leaf.question.endswith("?") for leaf in model.leaves)
    assert all(rests in leaf.summary for leaf in model.leaves)


def test_every_indicator_is_marked_as_our_reading() -> None:
    assert all(list(MODEL.readings_on("dimensions", leaf.id)) for leaf in MODEL.leaves)


def test_the_top_requires_both_axes_and_the_middle_one_each() -> None:
    assert list(MODEL.scorers) == ["staged"]
    assert {(gate.stage, gate.dimension, gate.minimum) for gate in MODEL.gates} == {
        ("omnichannel", "channel-integration", "largely"),
        ("single-channel-data-driven", "data-availability", "largely"),
        ("omnichannel-data-driven", "channel-integration", "largely"),
        ("omnichannel-data-driven", "data-availability", "largely"),
    }


def test_attainment_has_the_cut_points_of_iso_33020() -> None:
    assert tuple(band.edge for band in MODEL.scales["attainment"].bands) == (0.15, 0.50, 0.85)


def test_symptoms_causes_and_what_is_missing_are_noted() -> None:
    notes = [note for dimension in MODEL.root.walk() for note in dimension.notes]
    kinds = Counter(note.kind for note in notes)
    assert kinds["cause"] + kinds["symptom"] == 5
    assert kinds == {
        "context": 1,
        "aim": 1,
        "cause": 1,
        "symptom": 4,
        "remark": 2,
        "unclear": 1,
        "correction": 2,
        "missing": 5,
    }
    assert {kind.id for kind in MODEL.kinds} == set(kinds)


def test_departments_and_the_team_are_remarks_and_no_indicators() -> None:
    remarks = [note.id for note in MODEL.by_id["channel-integration"].notes]
    assert remarks == ["separate-departments", "possible-team"]


def test_the_source_names_no_origin() -> None:
    source = MODEL.source
    assert [source.title, source.publisher, source.author, source.date, source.url] == [""] * 5
    assert source.note
