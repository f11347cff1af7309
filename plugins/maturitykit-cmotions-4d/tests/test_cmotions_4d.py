"""4D model: the whole source is in the model, and the golden cases come out as by hand."""

from collections import Counter
from collections.abc import Iterator

import pytest

import maturitykit as mk
from maturitykit.testing import conformance

MODEL = mk.model("cmotions-4d")
DUTCH = MODEL.in_language("nl")

LAYERS = ("data", "decisions", "design", "delivery")
AREAS = ("timing-and-relevance", "form-and-content")
LONG_TERM = {
    "data-lake",
    "realtime-view",
    "self-service",
    "next-best-action",
    "asset-management",
    "content-hub",
}
both_languages = pytest.mark.parametrize("model", [MODEL, DUTCH], ids=["en", "nl"])


test_model = conformance("cmotions-4d", fail_on="warning")


def notes(model: mk.Model, kind: str) -> dict[str, list[str]]:
    """The texts of all notes of a kind, by the dimension that they stand at."""
    found = {d.id: [n.text for n in d.notes if n.kind == kind] for d in model.root.walk()}
    return {id: texts for id, texts in found.items() if texts}


@both_languages
def test_four_layers_with_their_published_labels(model: mk.Model) -> None:
    assert tuple(layer.id for layer in model.dimensions) == LAYERS
    assert [layer.name for layer in model.dimensions] == ["data (integration)", "decisions", "design", "delivery"]
    assert tuple(area.id for area in model.by_id["design"].children) == AREAS


@both_languages
def test_seventeen_goals_each_with_a_question(model: mk.Model) -> None:
    counts = {id: len(model.by_id[id].children) for id in LAYERS + AREAS}
    assert counts == {
        "data": 4,
        "decisions": 4,
        "design": 2,
        "timing-and-relevance": 3,
        "form-and-content": 3,
        "delivery": 3,
    }
    assert len(model.leaves) == 17
    assert all(goal.summary and goal.question.endswith("?") for goal in model.leaves)
    assert len({goal.question for goal in model.leaves}) == 17


@both_languages
def test_six_ambitions_are_for_the_long_term(model: mk.Model) -> None:
    assert {d.id for d in model.root.walk() if "long-term" in d.tags} == LONG_TERM
    assert len(model.tags) == 1


@both_languages
def test_notes_of_each_kind_where_the_source_has_them(model: mk.Model) -> None:
    counts = {k.id: {where: len(texts) for where, texts in notes(model, k.id).items()} for k in model.kinds}
    assert counts == {
        "consumer": {"data": 2},
        "provider": {"data": 3, "form-and-content": 3},
        "collaboration": {"outcome": 1, "data": 1, "actions": 2, "form-and-content": 1},
        "precondition": {"single-truth": 1, "automate-and-scale": 1},
        "short-term": {"data": 1, "decisions": 1, "content-hub": 1},
        "action-source": {"actions": 3},
        "question": {"timing-and-relevance": 3, "form-and-content": 1},
        "advice": {"data": 1, "decisions": 2, "form-and-content": 1},
        "option": {"timing-and-relevance": 1},
        "set-up": {"delivery": 2},
        "finding": {"decisions": 1, "delivery": 3},
        "missing": {"outcome": 4, "delivery": 1},
    }


def test_questions_of_the_source_are_asked() -> None:
    asked = [text for model in (MODEL, DUTCH) for texts in notes(model, "question").values() for text in texts]
    assert len(asked) == 8
    assert all(text.endswith("?") for text in asked)


@both_languages
def test_goals_are_rated_for_attainment(model: mk.Model) -> None:
    assert {goal.scale for goal in model.leaves} == {model.scales["attainment"]}
    stages = model.scales["attainment"].stages
    assert [(stage.id, stage.more_than) for stage in stages] == [
        ("not", None),
        ("partially", 0.15),
        ("largely", 0.50),
        ("fully", 0.85),
    ]
    assert all("%" in stage.summary for stage in stages)


def test_no_stages_are_invented() -> None:
    assert MODEL.outcome is None
    assert MODEL.scorers == ("profile",)
    assert not MODEL.gates
    assert not MODEL.guidance
    inner = [d for d in MODEL.root.walk() if not d.is_leaf]
    assert len(inner) == 7
    assert all(d.scale is None for d in inner)
    assert not any(d.descriptors or d.guidance for d in MODEL.root.walk())


def test_layers_and_outcome_have_no_stage_when_scored() -> None:
    result = mk.score(MODEL, {goal.id: "largely" for goal in MODEL.leaves}).to_dict()
    for score in [result["outcome"], *(result["dimensions"][id] for id in LAYERS + AREAS)]:
        assert score["stage"] is None
        assert score["index"] is None
        assert score["coverage"] == 1
    for goal in MODEL.leaves:
        stage = result["dimensions"][goal.id]["stage"]
        assert stage == {"low": "largely", "likely": "largely", "high": "largely"}


def test_a_layer_without_an_applicable_goal_is_not_applicable() -> None:
    result = mk.score(MODEL, {goal.id: mk.NOT_APPLICABLE for goal in MODEL.by_id["delivery"].children}).to_dict()
    assert result["dimensions"]["delivery"]["not_applicable"] is True
    assert result["dimensions"]["data"]["not_applicable"] is False


def test_readings_mark_what_is_ours() -> None:
    about = {part for reading in MODEL.readings for part in reading.about}
    assert {"outcome", "scorers", "scales.attainment", "tags", "kinds", "title"} <= about
    for id in LAYERS + AREAS:
        assert f"dimensions.{id}" in about
    for goal in MODEL.leaves:
        assert f"dimensions.{goal.id}" in about
        assert f"dimensions.{goal.id}.question" in about


def test_source_says_what_it_lacks() -> None:
    assert MODEL.source.publisher == "Cmotions"
    assert not (MODEL.source.title or MODEL.source.author or MODEL.source.date or MODEL.source.url)
    assert "stages" in MODEL.source.note


def texts(model: mk.Model) -> Iterator[tuple[str, str]]:
    """Every text that has to be there in each language, with its place. Names may stay as published."""
    yield "source", model.source.note
    for label in (*model.tags, *model.kinds):
        yield label.id, label.name
    for reading in model.readings:
        yield reading.id, reading.why
    for stage in model.scales["attainment"].stages:
        yield f"{stage.id}.name", stage.name
        yield f"{stage.id}.summary", stage.summary
    for dimension in model.root.walk():
        yield f"{dimension.id}.summary", dimension.summary
        if dimension.is_leaf:
            yield f"{dimension.id}.question", dimension.question
        for note in dimension.notes:
            yield f"{dimension.id}.{note.id}", note.text


def test_labels_of_ours_are_in_dutch_too() -> None:
    def labels(model: mk.Model) -> list[str]:
        stages = model.scales["attainment"].stages
        return [stage.name for stage in stages] + [label.name for label in (*model.tags, *model.kinds)]

    assert [en for en, nl in zip(labels(MODEL), labels(DUTCH), strict=True) if en == nl] == []


@both_languages
def test_no_text_stands_twice(model: mk.Model) -> None:
    found = [text for _, text in texts(model)]
    assert [text for text, times in Counter(found).items() if times > 1] == []
