"""Collecting: the files of several respondents, merged; duplicates and conflicts named, nothing lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import maturitykit as mk
from toys import TOY, Run

MODEL = mk.read_model(TOY)
IDS = [leaf.id for leaf in MODEL.leaves]


def filled(name: str = "", *answers: str, subject: str = "Acme", day: date | None = None) -> mk.Assessment:
    """What one respondent says, as a form saves it: blanks too."""
    said = [*answers, *[""] * (len(IDS) - len(answers))]
    ratings = [mk.Rating(id, answer, name) for id, answer in zip(IDS, said, strict=True)]
    return mk.Assessment(MODEL.id, ratings, subject, day, MODEL.version, MODEL.digest)


def put(folder: Path, **files: mk.Assessment) -> Path:
    for name, assessment in files.items():
        stem, _, suffix = name.rpartition("_")
        mk.write(assessment, folder / f"{stem}.{suffix}")
    return folder


def test_respondents_of_any_kind_of_file_become_one_assessment(tmp_path: Path, run: Run) -> None:
    put(
        tmp_path,
        ann_json=filled("Ann", "good", "best"),
        bo_csv=filled("Bo", "best", "unknown"),
        ce_toml=filled("Cé", "good", "not_applicable"),
    )
    (assessment,) = mk.collect(tmp_path).assessments
    assert {rating.respondent for rating in assessment.ratings} == {"Ann", "Bo", "Cé"}
    assert (assessment.subject, assessment.digest) == ("Acme", MODEL.digest)
    done = run("score", str(tmp_path), "--model", TOY)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 respondents" in done.stdout


def test_what_was_merged_can_be_written_and_read_again(tmp_path: Path, run: Run) -> None:
    forms = tmp_path / "forms"
    forms.mkdir()
    put(forms, ann_json=filled("Ann", "good"), bo_csv=filled("Bo", "best"))
    merged = tmp_path / "merged.csv"
    first = run("score", str(forms), "--model", TOY, "--json", "--merged", str(merged))
    assert first.returncode == 0
    assert run("score", str(merged), "--model", TOY, "--json").stdout == first.stdout
    # Beside those that it came from, it adds nothing.
    again = run("score", str(forms), str(merged), "--model", TOY, "--json")
    assert again.stdout == first.stdout


def test_several_files_are_merged_as_a_folder_is(tmp_path: Path, run: Run) -> None:
    put(tmp_path, a_json=filled("Ann", "good"), b_json=filled("Bo", "best"))
    names = [str(tmp_path / "a.json"), str(tmp_path / "b.json")]
    one, other = (
        run("score", *names, "--model", TOY, "--json"),
        run("score", str(tmp_path), "--model", TOY, "--json"),
    )
    assert one.stdout == other.stdout


def test_a_file_that_is_there_twice_counts_once_and_is_said(tmp_path: Path) -> None:
    put(tmp_path, a_json=filled("Ann", "good"), copy_csv=filled("Ann", "good"), b_json=filled("Bo", "best"))
    found = mk.collect([tmp_path, tmp_path / "a.json"])
    assert len(found.assessments[0].ratings) == 2 * len(IDS)
    assert [note.problem for note in found.notes] == [
        "given twice, counted once",
        f"says the same as {tmp_path / 'a.json'}, counted once",
    ]


def test_two_answers_of_one_respondent_are_a_conflict_that_names_both(tmp_path: Path, run: Run) -> None:
    put(tmp_path, a_json=filled("Ann", "good"), b_csv=filled("Ann", "best"))
    done = run("score", str(tmp_path), "--model", TOY)
    assert (done.returncode, done.stdout) == (2, "")
    where = f'{tmp_path / "b.csv"}, line 2: "{IDS[0]}" is answered twice by "Ann": "best" here, "good" at '
    assert where + str(tmp_path / "a.json") in done.stderr


def test_a_comment_is_not_lost_for_an_equal_answer(tmp_path: Path) -> None:
    one = filled("Ann", "good")
    other = mk.Assessment("toy", [mk.Rating(IDS[0], "good", "Ann", "Why not")], "Acme")
    put(tmp_path, a_json=one, b_json=other)
    (assessment,) = mk.collect(tmp_path).assessments
    (rating,) = [rating for rating in assessment.ratings if rating.dimension == IDS[0]]
    assert (rating.answer, rating.comment) == ("good", "Why not")


def test_blanks_give_way_to_what_the_same_respondent_says_elsewhere(tmp_path: Path) -> None:
    put(tmp_path, draft_json=filled("Ann", "good"), final_json=filled("Ann", "good", "best"))
    (assessment,) = mk.collect(tmp_path).assessments
    assert [rating.answer for rating in assessment.ratings][:2] == ["good", "best"]
    assert len(assessment.ratings) == len(IDS)


def test_who_gives_no_name_is_called_after_the_file_and_blank_forms_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, a_json=filled("", "good"), b_json=filled("", "best"), form_csv=filled())
    found = mk.collect(tmp_path)
    assert {rating.respondent for rating in found.assessments[0].ratings} == {"a", "b"}
    assert [note.problem for note in found.notes] == [
        "a blank form, left out",
        'names no respondent, counted as "a"',
        'names no respondent, counted as "b"',
    ]


def test_a_file_alone_stays_as_it_is(tmp_path: Path) -> None:
    put(tmp_path, a_json=filled("", "good"))
    assert mk.collect(tmp_path).assessments == [filled("", "good")]


def test_other_subjects_and_dates_are_other_assessments(tmp_path: Path) -> None:
    put(
        tmp_path,
        a_json=filled("Ann", "good"),
        b_json=filled("Ann", "best", subject="Beta"),
        c_json=filled("Ann", "best", day=date(2026, 5, 31)),
    )
    assert len(mk.collect(tmp_path).assessments) == 3


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    put(tmp_path, a_json=filled("Ann", "good"), b_json=filled("Bo", "good"))
    for name in ("notes.docx", "~$c.xlsx", ".hidden.csv"):
        (tmp_path / name).write_bytes(b"x")
    assert list(map(str, mk.collect(tmp_path).notes)) == [
        f"{tmp_path / 'c.xlsx'}: open in Excel; what is not saved there is not counted",
        f"{tmp_path}: not read: notes.docx",
    ]


def test_findings_are_per_file_and_all_of_them(tmp_path: Path, run: Run) -> None:
    put(tmp_path, a_json=filled("Ann", "good"))
    (tmp_path / "b.json").write_text('{"format": 1, "rat', encoding="utf-8")
    (tmp_path / "c.csv").write_text("dimension\n", encoding="utf-8")
    (tmp_path / "d.xlsm").write_bytes(b"x")
    done = run("score", str(tmp_path), "--model", TOY)
    assert (done.returncode, done.stdout) == (2, "")
    for name in ("b.json", "c.csv", "d.xlsm"):
        assert f"  {tmp_path / name}" in done.stderr
    assert "a.json" not in done.stderr


def test_answers_to_other_questions_are_refused_file_by_file(tmp_path: Path, run: Run) -> None:
    put(tmp_path, a_json=filled("Ann", "good"))
    changes = (("b", MODEL.digest, "0" * 12), ("c", '"version": "', '"version": "9.'), ("d", "toy", "other"))
    for name, old, new in changes:
        text = (tmp_path / "a.json").read_text(encoding="utf-8").replace(old, new).replace("Ann", name)
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    done = run("score", str(tmp_path / "a.json"), str(tmp_path / "b.json"), "--model", TOY)
    assert done.returncode == 2
    assert f'{tmp_path / "b.json"} is no assessment of model "toy"' in done.stderr
    assert "the form asked about other dimensions or stages" in done.stderr
    done = run("score", str(tmp_path), "--model", TOY)
    assert f'{tmp_path / "d.json"}, model: is "other"; expected "toy"' in done.stderr
    (tmp_path / "d.json").unlink()
    done = run("score", str(tmp_path), "--model", TOY)
    assert '"9.1"; expected "1"' in done.stderr
    assert "other dimensions or stages" in done.stderr


def test_files_of_two_versions_are_at_odds(tmp_path: Path) -> None:
    other = mk.Assessment("toy", [mk.Rating(IDS[0], "good", "Bo")], "Acme", version="0.1")
    put(tmp_path, a_json=filled("Ann", "good"), b_json=other)
    with pytest.raises(mk.AssessmentError, match=r'b.json, version: is "0.1", but'):
        mk.collect(tmp_path)


def test_a_folder_without_files_is_said(tmp_path: Path, run: Run) -> None:
    done = run("score", str(tmp_path), "--model", TOY)
    assert (done.returncode, done.stdout) == (2, "")
    assert "holds no file of ratings" in done.stderr


def test_what_is_read_is_not_written_over(tmp_path: Path, run: Run) -> None:
    put(tmp_path, a_csv=filled("Ann", "good"))
    before = (tmp_path / "a.csv").read_bytes()
    done = run("score", str(tmp_path / "a.csv"), "--model", TOY, "--merged", str(tmp_path / "a.csv"))
    assert done.returncode == 2
    assert (tmp_path / "a.csv").read_bytes() == before
    assert run("score", str(tmp_path), "--model", TOY, "--merged", str(tmp_path / "x.pdf")).returncode == 2


# ---- the digest


def test_the_digest_follows_what_ratings_depend_on_and_no_text() -> None:
    from attrs import evolve

    leaf = MODEL.leaves[0]
    assert leaf.scale is not None
    text = [evolve(d, name="Other", question="Other?", summary="Other.") for d in MODEL.dimensions]
    assert evolve(MODEL, dimensions=text, title="Other").digest == MODEL.digest
    assert evolve(MODEL, dimensions=tuple(reversed(MODEL.dimensions))).digest == MODEL.digest
    changes = [
        evolve(MODEL, dimensions=[*MODEL.dimensions, mk.Dimension("more", scale=leaf.scale)]),
        evolve(MODEL, scorers=["median" if MODEL.scorers != ("median",) else "weakest"]),
        evolve(MODEL, id="other"),
    ]
    assert len({MODEL.digest, *(model.digest for model in changes)}) == 4


# ---- forms as tables and pages, as far as they need no browser


def test_a_table_to_fill_in_names_its_model_and_is_read_as_blank(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "form.csv"
    done = run("form", TOY, "-o", str(path), "--subject", "=Acme", "--date", "2026-05-31")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert mk.read(path) == filled(subject="=Acme", day=date(2026, 5, 31))


def test_a_page_holds_its_model_and_lets_nothing_else_in(tmp_path: Path) -> None:
    mk.write_form(MODEL, tmp_path / "form.html")
    text = (tmp_path / "form.html").read_text(encoding="utf-8")
    for mark in (f'"model": "{MODEL.id}"', f'"version": "{MODEL.version}"', f'"digest": "{MODEL.digest}"'):
        assert mark in text
    assert "default-src 'none'" in text
    assert "http" not in text.replace("http-equiv", "")
    assert text == _again(tmp_path)


def _again(folder: Path) -> str:
    mk.write_form(MODEL, folder / "again.html")
    return (folder / "again.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("id", sorted(mk.models))
def test_a_page_is_small(id: str, tmp_path: Path) -> None:
    mk.write_form(mk.model(id), tmp_path / "form.html")
    assert (tmp_path / "form.html").stat().st_size < 100_000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "form.pdf"], ".html, .xlsx, .csv"),
        (["-o", "form.csv", "--date", "31-5-2026"], "is not a date"),
        ([], "Missing option"),
    ],
)
def test_a_form_that_cannot_be_made(arguments: list[str], words: str, run: Run, tmp_path: Path) -> None:
    done = run("form", TOY, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
