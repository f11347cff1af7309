"""Files as people really save them: nobody counts twice, nothing is lost or passed over without a word."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from hypothesis import given, strategies as st

import maturitykit as mk
from maturitykit.assessment.keys import INVISIBLE, WHITE_SPACE, key, near_key

TOY = str(Path(__file__).parent / "bad" / "toy.toml")
MODEL = mk.read_model(TOY)
BOOKS = all(find_spec(name) for name in ("python_calamine", "xlsxwriter"))
Run = Callable[..., CompletedProcess[str]]
COLUMNS = ("subject", "respondent", "date", "dimension", "rating")
Row = tuple[str, str, str, str, str]


def as_csv(folder: Path, rows: Sequence[Row]) -> Path:
    path = folder / "a.csv"
    lines = [",".join(f'"{cell}"' for cell in row) for row in (COLUMNS, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def as_xlsx(folder: Path, rows: Sequence[Row]) -> Path:
    xlsxwriter = pytest.importorskip("xlsxwriter", reason="workbooks need the extra [xlsx]")
    path = folder / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((COLUMNS, *rows)):
            sheet.write_row(number, 0, row)
    return path


def as_documents(folder: Path, rows: Sequence[Row], suffix: str) -> Path:
    """A folder with a document for each subject, respondent and date as spelled; a file, if there is one."""
    into = folder / "documents"
    into.mkdir()
    for number, about in enumerate(dict.fromkeys(row[:3] for row in rows)):
        ratings = [{"respondent": r, "dimension": d, "rating": a} for s, r, t, d, a in rows if (s, r, t) == about]
        subject, _, day = about
        head = {"format": 1, "subject": subject, **({"date": day} if day else {})}
        if suffix == ".json":
            text = json.dumps({**head, "ratings": ratings})
        else:
            tables = "\n".join("[[ratings]]\n" + toml(rating) for rating in ratings)
            text = f"{toml(head)}\n{tables}"
        (into / f"{number}{suffix}").write_text(text, encoding="utf-8")
    return into


def toml(table: dict[str, object]) -> str:
    return "\n".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in table.items()) + "\n"


def as_forms(folder: Path, rows: Sequence[Row]) -> Path:
    """A folder of filled workbook forms."""
    openpyxl = pytest.importorskip("openpyxl", reason="the forms are filled in with openpyxl: group people")
    into = folder / "forms"
    into.mkdir()
    for number, about in enumerate(dict.fromkeys(row[:3] for row in rows)):
        path = into / f"{number}.xlsx"
        mk.write_form(MODEL, path)
        book = openpyxl.load_workbook(path)
        cells = dict(zip(("@subject", "@respondent", "@date"), about, strict=True))
        cells |= {row[3]: row[4] for row in rows if row[:3] == about}
        sheet = book["Form"]
        for line in range(1, sheet.max_row + 1):
            if text := cells.get(key(str(sheet.cell(line, 1).value))):
                sheet.cell(line, 4).value = text
        book.save(path)
    return into


WAYS: dict[str, Callable[[Path, Sequence[Row]], Path]] = {
    "csv": as_csv,
    "xlsx": as_xlsx,
    "json": lambda folder, rows: as_documents(folder, rows, ".json"),
    "toml": lambda folder, rows: as_documents(folder, rows, ".toml"),
    "forms": as_forms,
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


# ---- who is who


def members(characters: str) -> set[str]:
    found = re.compile(f"[{characters}]")
    return {chr(n) for n in range(sys.maxunicode + 1) if found.match(chr(n))}


def test_white_space_is_what_python_takes_for_it() -> None:
    assert members(WHITE_SPACE) == {chr(n) for n in range(sys.maxunicode + 1) if chr(n).isspace()}


def test_what_shows_nothing_is_listed() -> None:
    listed = members(INVISIBLE)
    turning = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    assert {chr(n) for n in range(sys.maxunicode + 1) if unicodedata.bidirectional(chr(n)) in turning} <= listed
    assert set("\u200b\u200c\u200d\u2060\ufeff\xad\u061c\u200e\u200f\u3164") <= listed
    # Nothing that shows.
    assert {unicodedata.category(character) for character in listed} <= {"Cf", "Mn", "Lo", "Cn"}


ODD = st.sampled_from(
    [*" \t\xa0\u3000\x1f\u200b\u200d\u202e\xad\u034f\u0301\u0327\u1100\u1161\u212b", "e", "A", "é"]
)


@given(st.lists(ODD | st.characters(exclude_categories=["Cs"])).map("".join))
def test_a_key_of_a_key_is_itself(text: str) -> None:
    once = key(text)
    assert key(once) == once
    assert once == unicodedata.normalize("NFC", once)
    assert once == once.strip()
    assert key(unicodedata.normalize("NFD", text)) == key(unicodedata.normalize("NFC", text))


ALIKE = {
    "two spaces": ("Bo de Vries", "Bo  de Vries"),
    "an accent of two characters": ("José", "Jose\u0301"),
    "a space that does not break": ("Bo de Vries", "Bo\xa0de Vries"),
    "a space at the end": ("Anna", "Anna "),
    "a character that shows nothing": ("Anna", "An\u200bna"),
    "a mark of direction": ("Anna", "\u202aAnna\u202c"),
    "something between letter and accent": ("José", "Jose\u034f\u0301"),
}


@pytest.mark.parametrize("names", ALIKE.values(), ids=ALIKE)
@every_way
def test_a_person_counts_once(way: Callable[..., Path], names: tuple[str, str], tmp_path: Path, run: Run) -> None:
    first, second = names
    rows = [("Acme", first, "2026-03-01", "process", "best"), ("Acme", second, "2026-03-01", "process", "best"),
            ("Acme", "Cy", "2026-03-01", "process", "basic")]  # fmt: skip
    path = way(tmp_path, rows)
    (assessment,) = mk.collect(path, "toy").assessments
    assert list(dict.fromkeys(rating.respondent for rating in assessment.ratings)) == [first, "Cy"]
    done = run("score", str(path), "--model", TOY, "--json")
    scored = json.loads(done.stdout)["dimensions"]["process"]
    assert (scored["respondents"], scored["stage"]["likely"]) == (2, "basic")
    assert "counted once" in done.stderr


@pytest.mark.parametrize("names", ALIKE.values(), ids=ALIKE)
@every_way
def test_an_organisation_is_one(way: Callable[..., Path], names: tuple[str, str], tmp_path: Path) -> None:
    rows = [(name, who, "2026-03-01", "process", "best") for name, who in zip(names, ("Anna", "Bo"), strict=True)]
    (assessment,) = mk.collect(way(tmp_path, rows), "toy").assessments
    assert (assessment.subject, len({r.respondent for r in assessment.ratings})) == (names[0], 2)


@every_way
def test_models_dates_and_dimensions_are_keys_too(way: Callable[..., Path], tmp_path: Path, run: Run) -> None:
    rows = [("Acme", "Anna", "2026-03-01", "process", "best"), ("Acme", "Bo", " 2026-03-01\xa0", "skills", "best")]
    path = way(tmp_path, rows)
    (assessment,) = mk.collect(path, "toy").assessments
    assert str(assessment.date) == "2026-03-01"
    assert run("score", str(path), "--model", TOY).returncode == 0


def test_a_dimension_and_a_model_may_have_spaces_around_them(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("model,dimension,rating\ntoy\xa0, pro\u200bcess ,good\n", encoding="utf-8")
    result = mk.score(MODEL, mk.read(path))
    assert result["process"].coverage == 1


@every_way
def test_two_answers_of_names_that_look_alike_are_a_contradiction(
    way: Callable[..., Path], tmp_path: Path, run: Run
) -> None:
    rows = [("Acme", "Anna", "", "process", "best"), ("Acme", "Anna ", "", "process", "good")]
    done = run("score", str(way(tmp_path, rows)), "--model", TOY)
    assert done.returncode == 2
    assert '"process" is answered twice by "Anna' in done.stderr


@every_way
def test_names_that_differ_in_case_are_named(way: Callable[..., Path], tmp_path: Path, run: Run) -> None:
    rows = [("Acme BV", "Anna", "", "process", "best"), ("Acme BV", "anna", "", "process", "best"),
            ("ACME B.V.", "Bo", "", "process", "best")]  # fmt: skip
    path = str(way(tmp_path, rows))
    people = '"Anna" and "anna" differ in case, spaces or punctuation only, and are counted apart'
    subjects = '"Acme BV" and "ACME B.V." differ in case, spaces or punctuation only, and are assessed apart'
    scored = run("score", path, "--model", TOY)
    assert scored.returncode == 0
    assert people in scored.stderr and subjects in scored.stderr
    checked = run("check", path, "--model", TOY)
    assert checked.returncode == 0
    assert "MK406 (warning) " in checked.stdout and people in checked.stdout and subjects in checked.stdout
    assert run("check", path, "--model", TOY, "--fail-on", "warning").returncode == 1


def test_near_names() -> None:
    assert near_key("Bo-Anne d'Arc") == near_key("BO ANNE D’ARC")
    # Numbers with points between them, and signs that tell things apart.
    assert len({near_key(name) for name in ("Team 1.1", "Team 11", "C", "C++", "A+", "A")}) == 5 + 1


@every_way
def test_a_subject_on_some_rows_only_is_a_finding(way: Callable[..., Path], tmp_path: Path, run: Run) -> None:
    rows = [("Acme", "Anna", "", "process", "best"), ("", "Anna", "", "skills", "good")]
    path = str(way(tmp_path, rows))
    for command in ("score", "check"):
        done = run(command, path, "--model", TOY)
        assert done.returncode == (2 if command == "score" else 1)
        told = done.stderr + done.stdout
        assert 'subject: is missing beside "Acme"' in told
        assert "; expected the subject on every row, or on none" in told
    assert "MK408" in run("check", path, "--model", TOY).stdout


def test_a_date_on_the_first_row_only_is_a_finding(tmp_path: Path) -> None:
    rows = [("Acme", "Anna", "2026-03-01", "process", "best"), ("Acme", "Anna", "", "skills", "good"),
            ("Acme", "Anna", "", "staffing", "good")]  # fmt: skip
    with pytest.raises(mk.FileError, match=r"line 3, date: is missing beside 2026-03-01 \(line 3, line 4\)"):
        mk.read_all(as_csv(tmp_path, rows), "toy")


def test_a_respondent_on_the_first_row_only_is_named(tmp_path: Path) -> None:
    rows = [("Acme", "Anna", "", "process", "best"), ("Acme", "", "", "skills", "good")]
    (note,) = mk.collect(as_csv(tmp_path, rows), "toy").notes
    assert (note.code, note.where) == ("MK406", f"{tmp_path / 'a.csv'}, line 3, respondent")
    assert 'is missing beside "Anna": counted as one more person' in note.problem


def test_rows_without_a_name_that_are_equal_may_be_of_two_people(tmp_path: Path) -> None:
    rows = [("Acme", "", "", "process", "best"), ("Acme", " ", "", "process", "best")]
    with pytest.raises(mk.AssessmentError, match="is answered twice"):
        mk.score(MODEL, mk.read(as_csv(tmp_path, rows), "toy"))


def test_one_version_of_the_model_for_an_assessment(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("version,dimension,rating\n1,process,best\n,skills,good\n2,staffing,good\n", encoding="utf-8")
    with pytest.raises(mk.FileError, match='line 4, version: is "2", but "1" above'):
        mk.read(path, "toy")
