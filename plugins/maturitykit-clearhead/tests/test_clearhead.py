"""Clearhead: the whole source is in the model, and the golden cases come out as by hand."""

from collections import Counter

import pytest

import maturitykit as mk
from maturitykit.testing import conformance

MODEL = mk.model("clearhead")
DUTCH = MODEL.in_language("nl")
PHASES = ("traditional", "emerging", "operational", "impactful", "transformational")
GROUPS = {
    "operational-maturity": [
        "audience-discovery",
        "audience-data-supply-chain",
        "audience-experiences",
        "technology",
    ],
    "organizational-maturity": ["culture", "desire", "people", "process"],
}
LEAVES = [leaf for group in GROUPS.values() for leaf in group]


test_model = conformance("clearhead", fail_on="warning")


def test_five_phases_from_the_lowest_up() -> None:
    assert MODEL.outcome is not None
    assert MODEL.outcome.ids == PHASES
    assert MODEL.outcome.is_chain
    assert tuple(stage.name for stage in MODEL.outcome.stages) == PHASES
    assert all(stage.summary for stage in MODEL.outcome.stages)


def test_two_groups_of_four_on_the_phases() -> None:
    assert {group.id: [child.id for child in group.children] for group in MODEL.dimensions} == GROUPS
    assert list(MODEL.scales) == ["phase"]
    assert {dimension.weight for dimension in MODEL.by_id.values()} == {1}


def test_names_stay_as_published() -> None:
    for model in (MODEL, DUTCH):
        assert [dimension.name.replace(" ", "-") for dimension in model.by_id.values()][1:] == list(MODEL.by_id)[
            1:
        ]
        assert model.title == "Clearhead's personalization maturity model"


@pytest.mark.parametrize("model", [MODEL, DUTCH], ids=["en", "nl"])
def test_forty_cells_all_different(model: mk.Model) -> None:
    cells = [text for leaf in model.leaves for text in leaf.descriptors.values()]
    assert len(cells) == len(set(cells)) == 40
    assert all(tuple(leaf.descriptors) == PHASES for leaf in model.leaves)


@pytest.mark.parametrize("leaf", LEAVES)
def test_each_dimension_has_a_question_of_ours(leaf: str) -> None:
    assert MODEL.by_id[leaf].question.endswith("?")
    assert [reading.id for reading in MODEL.readings_on("dimensions", leaf, "question")] == ["questions"]


def test_eight_glosses_of_which_three_are_questions() -> None:
    questions = {
        leaf.id: note.text
        for leaf in MODEL.leaves
        for note in leaf.notes
        if note.kind == "gloss" and "?" in note.text
    }
    assert questions == {
        "audience-discovery": "who are they?",
        "audience-data-supply-chain": "where are they?",
        "audience-experiences": "what am I doing with it?",
    }
    others = {leaf.id: leaf.summary for leaf in MODEL.leaves if leaf.id not in questions}
    assert others == {
        "technology": "Tools.",
        "culture": "Hive mind.",
        "desire": "Want to change.",
        "people": "Skills + accountability.",
        "process": "Mapping of the work.",
    }


def test_both_sides_of_the_contradiction_on_desire_are_kept() -> None:
    assert MODEL.outcome is not None
    assert "desire" in MODEL.outcome.stages[0].summary
    assert "ambivalence" in MODEL.by_id["desire"].descriptors["traditional"]
    assert "at-odds" in [note.kind for note in MODEL.by_id["desire"].notes]


def test_notes_per_kind() -> None:
    kinds = Counter(note.kind for dimension in MODEL.by_id.values() for note in dimension.notes)
    assert kinds == {"gloss": 3, "at-odds": 2, "unclear": 4, "missing": 2, "remark": 2}
    assert {kind.id for kind in MODEL.kinds} == set(kinds)


def test_rule_and_groups_are_marked_as_our_reading() -> None:
    assert MODEL.scorers == ("median", "weakest")
    for part in ("scorers", "outcome"):
        assert MODEL.readings_on(part)
    for group in GROUPS:
        assert MODEL.readings_on("dimensions", group)


def test_contact_lines_are_left_out() -> None:
    texts = [text for model in (MODEL, DUTCH) for text in _texts(model).values()]
    for contact in ("@", ".me", "844"):
        assert not any(contact in text for text in texts)
    assert (MODEL.source.publisher, MODEL.source.author, MODEL.source.date) == ("Clearhead", "", "")


def test_kinds_have_dutch_names() -> None:
    assert MODEL.languages == ("en", "nl")
    assert all(kind.name != dutch.name for kind, dutch in zip(MODEL.kinds, DUTCH.kinds, strict=True))


def _texts(model: mk.Model) -> dict[str, str]:
    """Everything but the labels, by where it stands; empty texts left out."""
    assert model.outcome is not None
    texts = {"source": model.source.note}
    texts |= {f"{stage.id}.summary": stage.summary for stage in model.outcome.stages}
    texts |= {f"readings.{reading.id}": reading.why for reading in model.readings}
    texts |= {f"kinds.{kind.id}": kind.name for kind in model.kinds}
    for id, dimension in model.by_id.items():
        texts |= {f"{id}.summary": dimension.summary, f"{id}.question": dimension.question}
        texts |= {f"{id}.{stage}": text for stage, text in dimension.descriptors.items()}
        texts |= {f"{id}.notes.{note.id}": note.text for note in dimension.notes}
    return {where: text for where, text in texts.items() if text}
