"""Four-stage matrix: the whole source is in the model, and the golden cases come out as by hand."""

from collections import Counter

import pytest

import maturitykit as mk
from maturitykit.testing import conformance

MODEL = mk.model("four-stage")
DUTCH = MODEL.in_language("nl")
STAGES = ("stage-1", "stage-2", "stage-3", "stage-4")


test_model = conformance("four-stage", fail_on="warning")


def test_four_stages_each_with_question_and_summary() -> None:
    assert MODEL.outcome is not None
    assert MODEL.outcome.ids == STAGES
    assert MODEL.outcome.is_chain
    assert [stage.name for stage in MODEL.outcome.stages] == ["Stage 1", "Stage 2", "Stage 3", "Stage 4"]
    assert all(stage.question.endswith("?") for stage in MODEL.outcome.stages)
    assert all(stage.summary for stage in MODEL.outcome.stages)


def test_four_dimensions_directly_under_the_outcome() -> None:
    ids = ["decision-making-process", "way-of-working", "goal-orientation", "capabilities"]
    assert [dimension.id for dimension in MODEL.dimensions] == ids
    assert [leaf.id for leaf in MODEL.leaves] == ids
    assert all(leaf.scale == MODEL.outcome for leaf in MODEL.leaves)


@pytest.mark.parametrize("model", [MODEL, DUTCH], ids=["en", "nl"])
def test_sixteen_cells(model: mk.Model) -> None:
    cells = [text for leaf in model.leaves for text in leaf.descriptors.values()]
    assert len(set(cells)) == 16
    assert all(tuple(leaf.descriptors) == STAGES for leaf in model.leaves)


@pytest.mark.parametrize("model", [MODEL, DUTCH], ids=["en", "nl"])
def test_two_topics_of_guidance_at_every_stage(model: mk.Model) -> None:
    assert [topic.id for topic in model.guidance] == ["what-to-develop", "data-privacy-regulation"]
    assert all(tuple(topic.texts) == STAGES for topic in model.guidance)
    assert len({text for topic in model.guidance for text in topic.texts.values()}) == 8


def test_both_rules_are_offered_and_argued() -> None:
    assert list(MODEL.scorers) == ["median", "weakest"]
    (rule,) = MODEL.readings_on("scorers")
    assert "median" in rule.why
    assert "weakest" in rule.why


def test_corrections_and_gaps_of_the_source_are_noted() -> None:
    notes = [note for dimension in MODEL.root.walk() for note in dimension.notes]
    assert Counter(note.kind for note in notes) == {"missing": 3, "correction": 2, "tension": 1}
    assert {kind.id for kind in MODEL.kinds} == {note.kind for note in notes}
    assert [note.id for note in MODEL.by_id["capabilities"].notes] == ["gaps"]
    assert "gaps" in MODEL.by_id["capabilities"].descriptors["stage-4"]


def test_the_source_names_no_origin() -> None:
    source = MODEL.source
    assert [source.title, source.publisher, source.author, source.date, source.url] == [""] * 5
    assert source.note
    assert [reading.id for reading in MODEL.readings_on("title")] == ["title"]
