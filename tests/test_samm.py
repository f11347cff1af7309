"""Models from YAML in the format of OWASP SAMM's core: small files of our own, and the published numbers."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import maturitykit as mk
from maturitykit.files.yaml import read_yaml
from maturitykit.template.package import new_model
from maturitykit.template.samm import read_samm
from maturitykit.testing import read_cases
from toys import Run

pytest.importorskip("yaml", reason="YAML is read by an extra, [yaml]")

ANSWERS = (("No", "0"), ("Yes, some", "0.25"), ("Yes, half", "0.5"), ("Yes, most", "1"))

#: Two functions; Care has two practices of two streams, each with an activity at three levels.
PRACTICES = {"C-Tools": "care", "C-Habits": "care", "G-Plans": "grow"}


def write_core(folder: Path) -> Path:
    """Files of a made-up framework; what is not given as text is made."""
    answers = (f"- text: {t}\n  value: {v}\n  weight: 1\n  order: {i}\n" for i, (t, v) in enumerate(ANSWERS))
    files: dict[str, str] = {
        "business_functions/Care": "id: care\nmodel: GARDEN\nname: Care\ndescription: |\n  Looking after.\n\n"
        "  Daily.\norder: 1\ncolor:\n  #228B22\nlogo: https://example.org/care.png\ntype: Function",
        "business_functions/Grow": "id: grow\nmodel: GARDEN\nname: Grow\norder: 2\ncolor:\nlogo:",
        "answer_sets/A": f"id: answers-a\nvalues:\n{''.join(answers)}",
        "answer_sets/B": "id: answers-b\nvalues:\n- text: Yes\n  value: 1\n  weight: 1\n  order: 1\n"
        "- text: No\n  value: 0\n  order: 0\n",
        "answer_sets/C": "id: unused\nvalues:\n- {text: n, value: 0}\n- {text: y, value: 1}\n",
    }
    for n in (1, 2, 3):
        files[f"maturity_levels/{n}"] = f"id: m{n}\nnumber: {n}\ndescription: The level {n}.\ntype: MaturityLevel"
    for order, (stem, function) in enumerate(PRACTICES.items()):
        files[f"security_practices/{stem}"] = (
            f"id: {stem}\nfunction: {function}\nname: {stem[2:]}\nshortName: X\nshortDescription: In short.\n"
            f"longDescription: |\n  At length: {stem}.\norder: {10 - order}\nassignee: Ann\nprogress: 50"
        )
        for n in (1, 2, 3):
            files[f"practice_levels/{stem}-{n}"] = (
                f"id: {stem}-{n}\npractice: {stem}\nmaturityLevel: m{n}\nobjective: To be at {n}."
            )
        for letter in "AB":
            stream = f"{stem[:3]}-{letter}"
            files[f"streams/{stream}"] = (
                f"id: {stream}\npractice: {stem}\nname: Stream {letter}\nletter: {letter}\n"
                f"description: What flows.\norder: {'AB'.index(letter) + 1}"
            )
            for n in (1, 2, 3):
                activity = f"{stem[:3]}-{n}-{letter}"
                files[f"activities/{activity}"] = (
                    f"id: {activity}\nstream: {stream}\nlevel: {stem}-{n}\ntitle: Do {n}{letter}\n"
                    f"benefit: Better.\nshortDescription: Doing.\nlongDescription: Doing at length.\nresults:\n"
                    f"metrics:\ncosts: ~\npersonnel:\n- Ann\n- Bob\nnotes:\nrelatedActivities:\n- C-T-1-A"
                )
                asked = "answers-b" if activity == "G-P-3-B" else "answers-a"
                files[f"questions/{activity}"] = (
                    f"id: q-{activity}\nactivity: {activity}\nanswerSet: {asked}\ntext: Do you do {n}{letter}?\n"
                    f"order: 1\nquality:\n- Well\n- Often"
                )
    for place, text in files.items():
        file = folder / "model" / f"{place}.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\n# A comment\n{text}\n", "utf-8")
    return folder


@pytest.fixture
def core(tmp_path: Path) -> Path:
    return write_core(tmp_path / "core")


def imported(core: Path) -> mk.Model:
    made = new_model("garden", core.parent, draft=read_samm(core, "garden"))
    home = (made.folder / made.main).parent
    model = mk.read_model(home)
    cases = read_cases(home / "cases.toml")
    assert [case.differences(model) for case in cases] == [[]] * 3
    return model


def test_functions_practices_streams_and_activities_become_the_tree(core: Path) -> None:
    model = imported(core)
    assert model.title == "GARDEN"
    assert [d.id for d in model.dimensions] == ["care", "grow"]
    assert model.by_id["care"].summary == "Looking after.\n\nDaily."
    assert [c.id for c in model.by_id["care"].children] == ["c-habits", "c-tools"]
    practice = model.by_id["c-tools"]
    assert (practice.name, practice.summary) == ("Tools", "In short.")
    assert practice.descriptors == {"level-1": "To be at 1.", "level-2": "To be at 2.", "level-3": "To be at 3."}
    assert [c.id for c in practice.children] == ["c-t-a", "c-t-b"]
    assert [c.id for c in model.by_id["c-t-b"].children] == ["c-t-1-b", "c-t-2-b", "c-t-3-b"]
    leaf = model.by_id["c-t-2-b"]
    assert (leaf.name, leaf.summary, leaf.question, leaf.tags) == (
        "Do 2B", "Doing.", "Do you do 2B?", ("level-2",),
    )  # fmt: skip
    assert {note.kind: note.text for note in leaf.notes} == {
        "description": "Doing at length.",
        "benefit": "Better.",
        "criteria": "- Well\n- Often",
        "personnel": "- Ann\n- Bob",
        "related": "- Do 1A",
    }
    assert len(model.leaves) == 18
    assert model.outcome is not None
    assert [(s.id, s.summary) for s in model.outcome.stages][1:] == [
        (f"level-{n}", f"The level {n}.") for n in (1, 2, 3)
    ]


def test_answers_keep_their_words_and_their_values(core: Path) -> None:
    model = imported(core)
    assert set(model.scales) == {"maturity", "answers-a", "answers-b"}
    # In YAML, a No is no word.
    assert [(s.name, s.value) for s in model.scales["answers-a"].stages] == [(t, float(v)) for t, v in ANSWERS]
    assert [(s.name, s.value) for s in model.scales["answers-b"].stages] == [("No", 0), ("Yes", 1)]
    scale = model.by_id["g-p-3-b"].scale
    assert scale is not None
    assert scale.id == "answers-b"


def position(result: mk.Result, id: str = "outcome") -> float:
    """A score on the scale of levels: three times its index."""
    found = result[id].position
    assert found is not None
    assert found.likely is not None
    return found.likely


def rated(**streams: tuple[float | None, ...]) -> dict[str, mk.types.Answer]:
    """Answers of streams, level by level; None where one is not applicable."""
    words = {float(value): f"answer-{i}" for i, (_, value) in enumerate(ANSWERS)}
    return {
        f"{stream[:3].replace('_', '-')}-{n}-{stream[-1]}": mk.NOT_APPLICABLE if value is None else words[value]
        for stream, values in streams.items()
        for n, value in enumerate(values, 1)
    }


def test_a_stream_is_a_sum_and_all_above_are_means(core: Path) -> None:
    model = imported(core)
    answers = rated(
        c_t_a=(1, 0.5, 0), c_t_b=(0.25, 0, 0), c_h_a=(1, 1, 1), c_h_b=(0.5, 0.5, 0.25), g_p_a=(0, 0, 0.5)
    )
    answers |= {"g-p-1-b": "answer-1", "g-p-2-b": "answer-0", "g-p-3-b": "answer-1"}
    result = mk.score(model, answers)
    expected = {
        "c-t-a": 1.5, "c-t-b": 0.25, "c-h-a": 3, "c-h-b": 1.25, "g-p-a": 0.5, "g-p-b": 1.25,
        "c-tools": 0.875, "c-habits": 2.125, "care": 1.5, "g-plans": 0.875, "grow": 0.875, "outcome": 1.1875,
    }  # fmt: skip
    assert {id: position(result, id) for id in expected} == pytest.approx(expected)


# https://owaspsamm.org/blog/2023/02/28/the-not-applicable-question/: of the six questions of a practice one does
# not apply. Sums of what applies, over the two streams.
PUBLISHED = [
    ((0.5, 0, 0), (0.25, 0.25, None), 0.50),
    ((1, 0.5, 0.5), (1, 1, None), 2.00),
    ((1, 1, 1), (1, 1, None), 2.50),
    ((0.5, 0.5, 0.5), (0.5, 0.5, None), 1.25),
]


@pytest.mark.parametrize(("a", "b", "published"), PUBLISHED)
def test_published_example_with_a_question_that_is_not_applicable(
    core: Path, a: tuple[float, ...], b: tuple[float | None, ...], published: float
) -> None:
    result = mk.score(imported(core), rated(c_t_a=a, c_t_b=b))
    # The index of a stream times what applies in it is its sum.
    applies = {"c-t-a": 3, "c-t-b": 2}
    assert sum(position(result, id) / 3 * n for id, n in applies.items()) / 2 == pytest.approx(published)
    # The practice is the mean of its streams, whatever applies in them: of what is possible, 50 % are 50 %, and
    # elsewhere it differs a little from the mean over answers.
    assert position(result, "c-tools") / 3 == pytest.approx(published / 2.5, abs=0.04)
    if published in (1.25, 2.50):
        assert position(result, "c-tools") / 3 == pytest.approx(published / 2.5)


def test_what_cannot_be_taken_over_is_listed(core: Path) -> None:
    model = core / "model"
    (model / "streams" / "README.md").write_text("Read me.")
    (model / "templates").mkdir()
    with (model / "answer_sets" / "A.yml").open("a") as stream:
        stream.write("colour: red\n")
    text = (model / "answer_sets" / "B.yml").read_text("utf-8").replace("weight: 1", "weight: 2")
    (model / "answer_sets" / "B.yml").write_text(text, "utf-8")
    (model / "questions" / "C-T-3-A.yml").unlink()
    (model / "activities" / "C-T-1-B.yml").write_text(
        (model / "activities" / "C-T-1-B.yml").read_text("utf-8").replace("- C-T-1-A", "- nowhere"), "utf-8"
    )
    (model / "questions" / "C-H-1-A-2.yml").write_text(
        (model / "questions" / "C-H-1-A.yml").read_text("utf-8").replace("q-C", "q2-C"), "utf-8"
    )
    draft = read_samm(core, "garden")
    assert draft.left_out == [
        "The rule for the activity in activities/C-H-1-A.yml, as the mean of several questions is ours.",
        "The activity in activities/C-T-3-A.yml, which no question measures.",
        "The rule for the stream in streams/C-T-A.yml, which does not have one activity at each level, so that "
        "its score is no sum of levels.",
        "A related activity in activities/C-T-1-B.yml, which there is not.",
        "The answers in answer_sets/C.yml: no question has them.",
        "The ids in the files, which tell a reader nothing: the names of the files serve as ids.",
        "Comments in the files. A value that begins with # is one too, such as a colour.",
        "What stands under 'colour' in 1 of the 3 answer sets.",
        "What stands under 'values.weight' in 1 of the 3 answer sets.",
        "What stands under 'logo' in 1 of the 2 business functions.",
        "What stands under 'assignee' in 3 of the 3 security practices.",
        "What stands under 'progress' in 3 of the 3 security practices.",
        "What stands under 'shortName' in 3 of the 3 security practices.",
        "What stands under 'letter' in 6 of the 6 streams.",
        "Files that are not of the format: streams/README.md, templates.",
    ]
    readme = (new_model("garden", core.parent, draft=draft).folder / "README.md").read_text("utf-8")
    assert all(re.sub(r"[\\`]", "", line) in re.sub(r"[\\`]", "", readme) for line in draft.left_out)
    several = [d["id"] for d in draft.data["dimensions"] if d.get("parent") == "c-h-1-a"]
    assert several == ["c-h-1-a-q", "c-h-1-a-2-q"]


#: A file, what is written in it, and what the answer must say.
BAD: Mapping[str, tuple[str, str, str]] = {
    "dangling link": ("streams/C-T-A", "id: s\npractice: c-tools\nname: S", 'expected "C-Tools", perhaps'),
    "id twice": ("maturity_levels/1", "id: m2\nnumber: 1", "is also that of"),
    "id missing": ("questions/C-T-1-A", "activity: C-T-1-A\ntext: Q?", "questions/C-T-1-A.yml id: is missing"),
    "no mapping": ("streams/C-T-A", "- a\n- b", "streams/C-T-A.yml: is no mapping"),
    "no text": ("streams/C-T-A", "id: s\npractice: {a: b}\nname: S", "practice: is no text"),
    "no YAML": ("streams/C-T-A", "a: b: c", "streams/C-T-A.yml line 3, column 5: is not YAML"),
    "key twice": ("streams/C-T-A", "id: s\nid: t", 'the key "id" stands twice'),
    "not a number": ("maturity_levels/1", "id: m1\nnumber: one\n", 'is "one"; expected a number'),
    "no answers": ("answer_sets/A", "id: answers-a\nvalues: none", "is no list of answers"),
    "answer without value": ("answer_sets/A", "id: a\nvalues:\n- text: No", "has no number as its value"),
    "values that do not rise": (
        "answer_sets/A", "id: answers-a\nvalues:\n- {text: a, value: 0}\n- {text: b, value: 0}",
        "scales.answers-a: the values of the stages do not rise",
    ),
    "half a character": ("streams/C-T-A", 'id: s\nname: "\\ud800"', "half a character"),
    "code": ("streams/C-T-A", "id: !!python/object/apply:os.system [echo]", "C-T-A.yml id: is missing"),
    "deep": ("streams/C-T-A", "id: " + "[" * 2_000, "is nested too deep"),
    "empty": ("streams/C-T-A", "", "is no mapping"),
    "large": ("streams/C-T-A", "id: " + "x" * 1_000_001, "is larger than 1 MB"),
    "control": ("streams/C-T-A", "id: \x07", "is not YAML"),
}  # fmt: skip


@pytest.mark.parametrize(("place", "text", "says"), BAD.values(), ids=BAD)
def test_what_is_wrong_with_the_files_is_told(core: Path, run: Run, place: str, text: str, says: str) -> None:
    (core / "model" / f"{place}.yml").write_text(f"---\n# A comment\n{text}\n", "utf-8")
    done = run("new", "model", "garden", "--from", str(core), "--into", str(core.parent))
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert os.listdir(core.parent) == ["core"]


def test_a_folder_of_something_else_is_told(tmp_path: Path, run: Run) -> None:
    (tmp_path / "streams").mkdir()
    done = run("new", "model", "garden", "--from", str(tmp_path), "--into", str(tmp_path))
    assert done.returncode == 2
    assert "business_functions: there is no such folder" in done.stderr
    assert "streams: holds 0 YAML files" in done.stderr


def test_a_practice_of_which_nothing_is_measured_is_told(core: Path) -> None:
    for file in (core / "model" / "questions").glob("G-*"):
        file.unlink()
    with pytest.raises(mk.FileError) as caught:
        read_samm(core, "garden")
    assert [f.where for f in caught.value.findings] == [
        "streams/G-P-A.yml",
        "streams/G-P-B.yml",
    ]


def test_yaml_is_read_as_texts(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text("a: no\nb: 1.0\nc: 2026-01-31\nd: ~\ne: &x [Yes, 0x10]\nf: *x\n", "utf-8")
    assert read_yaml(file) == {
        "a": "no", "b": "1.0", "c": "2026-01-31", "d": "~", "e": ["Yes", "0x10"], "f": ["Yes", "0x10"],
    }  # fmt: skip


def test_anchors_that_multiply_take_no_room(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 40)]
    file = tmp_path / "a.yml"
    file.write_text("\n".join(lines), "utf-8")
    assert len(read_yaml(file)) == 40
