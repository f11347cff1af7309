"""Files as people really save them: nobody counts twice, nothing is lost or passed over without a word."""

from __future__ import annotations

import csv
import json
import re
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, strategies as st

import maturitykit as mk
from maturitykit.assessment.keys import INVISIBLE, WHITE_SPACE, key, near_key
from maturitykit.files.workbook import read_workbook
from toys import TOY, Run

MODEL = mk.read_model(TOY)
BOOKS = all(find_spec(name) for name in ("python_calamine", "xlsxwriter"))
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


def toml(table: Mapping[str, object]) -> str:
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


def test_a_version_that_some_rows_name_is_that_of_all(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("version,dimension,rating\n,process,best\n1 ,skills,good\n", encoding="utf-8")
    (assessment,) = mk.read_all(path, "toy")
    assert (assessment.version, len(assessment.ratings)) == ("1", 2)


def test_two_versions_of_one_model_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("version,dimension,rating\n1,process,best\n2,skills,good\n,staffing,good\n", encoding="utf-8")
    found = mk.collect(path, "toy")
    assert [assessment.version for assessment in found.assessments] == ["1", "2", ""]
    assert 'line 3, version: is "2", but "1" above: assessed apart' in str(found.notes[0])


def test_two_digests_of_one_version_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("version,digest,dimension,rating\n1,aa,process,best\n1,bb,skills,good\n", encoding="utf-8")
    found = mk.collect(path, "toy")
    assert 'line 3, digest: is "bb", but "aa" above: assessed apart' in str(found.notes[0])


# ---- cells of a workbook


def changed(folder: Path, change: Callable[[Any, Any], object], rows: Sequence[Row] = ()) -> Path:
    """A workbook of ratings, changed by openpyxl as people and programs do."""
    openpyxl = pytest.importorskip("openpyxl", reason="workbooks are changed by openpyxl: group people")
    path = as_xlsx(folder, rows or [("Acme", "Anna", "", id, "good") for id in ("process", "skills", "staffing")])
    book = openpyxl.load_workbook(path)
    change(book, book.worksheets[0])
    book.save(path)
    return path


def ods(path: Path, *tables: str, styles: str = "") -> Path:
    """An OpenDocument spreadsheet of tables, each as its XML."""
    names = {"office": "office:1.0", "table": "table:1.0", "text": "text:1.0", "style": "style:1.0"}
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}"' for short, long in names.items()
    )
    head = f'<office:document-content {spaces} xmlns:calcext="urn:org:documentfoundation:names:calcext:1.0">'
    content = f"{head}<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        end = "</office:spreadsheet></office:body></office:document-content>"
        archive.writestr("content.xml", content + "".join(tables) + end)
    return path


def ods_row(*cells: str, attributes: str = "") -> str:
    texts = (cell if cell.startswith("<") else ods_cell(cell) for cell in cells)
    return f"<table:table-row {attributes}>{''.join(texts)}</table:table-row>"


def ods_cell(text: str, inside: str = "", attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}>{inside}<text:p>{text}</text:p></table:table-cell>"


def ods_table(*rows: str, name: str = "Sheet1", attributes: str = "") -> str:
    return f'<table:table table:name="{name}" {attributes}>{"".join(rows)}</table:table>'


ERROR = ods_cell(
    "#REF!", attributes='office:value-type="string" calcext:value-type="error" table:formula="of:=A0"'
)
UNCOMPUTED = '<table:table-cell table:formula="of:=A1"/>'
NOTE = ods_cell(
    "good", "<office:annotation><text:p>Not true</text:p><text:p>any more</text:p></office:annotation>"
)
HEAD = ods_row("dimension", "rating", "comment")


def findings(path: Path, model: str = "toy") -> list[str]:
    with pytest.raises(mk.FileError) as caught:
        mk.read_all(path, model)
    return list(map(str, caught.value.findings))


def test_an_error_or_a_formula_without_a_value_is_no_blank(tmp_path: Path) -> None:
    def spoil(book: Any, sheet: Any) -> None:
        sheet["E2"], sheet["B3"], sheet["E4"] = "#REF!", "=B2", '="go"&"od"'
        # Where nothing is read, nothing is wrong.
        sheet["H2"] = "#N/A"

    told = "; expected a value: mend the formula, or type the answer"
    assert findings(changed(tmp_path, spoil)) == [
        f"E2: is the error #REF!{told}",
        f"B3: holds a formula without a value{told}",
        f"E4: holds a formula without a value{told}",
    ]
    path = ods(tmp_path / "a.ods", ods_table(HEAD, ods_row("process", ERROR), ods_row("skills", UNCOMPUTED)))
    assert findings(path) == [
        f"B2: is the error #REF!{told}",
        f"B3: holds a formula without a value{told}",
    ]


def test_a_formula_with_a_value_is_its_value(tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter", reason="workbooks need the extra [xlsx]")
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("dimension", "rating"))
        sheet.write_row(1, 0, ("process",))
        sheet.write_formula(1, 1, '="go"&"od"', None, "good")
        sheet.write_row(2, 0, ("skills",))
        sheet.write_formula(2, 1, '=IF(1,"","x")', None, "")
    # Excel gives an empty text its type, which xlsxwriter does not.
    with zipfile.ZipFile(tmp_path / "a.xlsx") as written, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as excel:
        for name in written.namelist():
            excel.writestr(name, written.read(name).replace(b'<c r="B3"', b'<c r="B3" t="str"'))
    assert [r.answer for r in mk.read(tmp_path / "b.xlsx", "toy").ratings] == ["good", ""]


def test_errors_in_a_form_are_no_blanks(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the forms are filled in with openpyxl: group people")
    path = as_forms(tmp_path, [("Acme", "Anna", "", "process", "Good")]) / "0.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Form"]
    rows = {sheet.cell(row, 1).value: row for row in range(1, sheet.max_row + 1)}
    sheet.cell(rows["process"], 5).value = "#REF!"
    sheet.cell(rows["@respondent"], 4).value = "=B1"
    book.save(path)
    assert [text.partition(";")[0] for text in findings(path, "")] == [
        f"Form D{rows['@respondent']}: holds a formula without a value",
        f"Form E{rows['process']}: is the error #REF!",
    ]


def test_notes_on_cells_are_kept_as_comments_or_named(tmp_path: Path) -> None:
    def note(book: Any, sheet: Any) -> None:
        from openpyxl.comments import Comment

        sheet["E2"].comment = Comment("Not true any more", "Zoë")
        sheet["A1"].comment = Comment("Of 2026", "Zoë")

    (assessment,) = mk.read_all(changed(tmp_path, note), "toy")
    assert [rating.comment for rating in assessment.ratings] == ["Not true any more", "", ""]
    assert list(map(str, assessment.remarks)) == [
        'A1: the note "Of 2026" stands beside no rating, and is not read'
    ]
    path = ods(tmp_path / "a.ods", ods_table(HEAD, ods_row("process", NOTE, "Why not")))
    assert [rating.comment for rating in mk.read(path, "toy").ratings] == ["Why not\nNot true\nany more"]


def test_notes_in_a_form_are_kept_as_comments_or_named(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the forms are filled in with openpyxl: group people")
    from openpyxl.comments import Comment

    path = as_forms(tmp_path, [("Acme", "Anna", "", "process", "Good")]) / "0.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Form"]
    rows = {sheet.cell(row, 1).value: row for row in range(1, sheet.max_row + 1)}
    sheet.cell(rows["process"], 4).comment = Comment("Ask Bo", "Zoë")
    sheet["B1"].comment = Comment("Nice", "Zoë")
    sheet.row_dimensions[rows["skills"]].hidden = True
    book.save(path)
    (assessment,) = mk.read_all(path)
    assert {r.dimension: r.comment for r in assessment.ratings if r.comment} == {"process": "Ask Bo"}
    assert [remark.problem for remark in assessment.remarks] == [
        f"hidden rows are counted all the same: Form row {rows['skills']}",
        'the note "Nice" stands beside no answer, and is not read',
    ]


def test_what_is_hidden_counts_and_is_named(tmp_path: Path, run: Run) -> None:
    def hide(book: Any, sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.row_dimensions.group(4, 4, hidden=True)
        sheet.column_dimensions["B"].hidden = True
        other = book.copy_worksheet(sheet)
        other.title, other.sheet_state = "Old", "hidden"
        for row in range(2, 5):
            other.cell(row, 2).value = "Bo"

    path = changed(tmp_path, hide)
    (assessment,) = mk.read_all(path, "toy")
    assert len(assessment.ratings) == 6
    told = [
        'the sheet "Old" is hidden, and counted all the same',
        'hidden columns are read all the same: "respondent"',
        '4 rows are hidden or filtered out, and counted all the same: line 3 of "Sheet1"',
    ]
    scored, checked = run("score", str(path), "--model", TOY), run("check", str(path), "--model", TOY)
    assert (scored.returncode, checked.returncode) == (0, 0)
    for text in told:
        assert text in scored.stderr and text in checked.stdout
    hidden = ods_table(
        '<table:table-column/><table:table-column table:visibility="collapse"/>',
        HEAD,
        ods_row("process", "good", attributes='table:visibility="filter"'),
        attributes='table:style-name="h"',
    )
    style = '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    (assessment,) = mk.read_all(ods(tmp_path / "a.ods", hidden, styles=style), "toy")
    assert [remark.problem for remark in assessment.remarks] == [
        'the sheet "Sheet1" is hidden, and counted all the same',
        'hidden columns are read all the same: "rating"',
        "1 row is hidden or filtered out, and counted all the same: line 2",
    ]


def test_every_sheet_of_ratings_is_read_and_others_are_named(tmp_path: Path) -> None:
    def add(book: Any, sheet: Any) -> None:
        sheets: dict[str, list[tuple[str, ...]]] = {
            "Team B": [("Subject", "Dimension", "RATING"), ("Beta", "process", "best")],
            "Team C": [("Results of team C",), (), ("subject", "dimension", "rating"), ("Ce", "process", "best")],
            "Read me": [("Fill in", "the sheets"), ("by", "Friday")],
            "Empty": [],
        }
        for name, rows in sheets.items():
            other = book.create_sheet(name)
            for row in rows:
                other.append(row)

    found = mk.read_all(changed(tmp_path, add), "toy")
    assert [(each.subject, len(each.ratings)) for each in found] == [("Acme", 3), ("Beta", 1), ("Ce", 1)]
    assert found[1].ratings[0].location == 'line 2 of "Team B"'
    assert list(map(str, found[0].remarks)) == [
        'line 1 of "Team C": "Results of team C" stands above the header, and is not read',
        'the sheet "Read me" holds no ratings, and is not read',
    ]


def test_a_sheet_that_is_nearly_one_of_ratings_is_refused_by_name(tmp_path: Path) -> None:
    def add(book: Any, sheet: Any) -> None:
        other = book.create_sheet("Team B")
        other.append(("dimension", "ratng"))
        other.append(("process", "good"))

    (told,) = findings(changed(tmp_path, add))
    assert told.startswith('line 1 of "Team B": "ratng" is not a column; expected "rating", perhaps')


def test_totals_and_footnotes_are_told_with_their_line(tmp_path: Path) -> None:
    end = "; expected a rating on each row: take out totals, titles and footnotes"
    rows = [("Acme", "Anna", "", "process", "good"), ("Total", "", "", "", "8"), ("See tab 2", "", "", "", "")]
    for way in (as_csv, as_xlsx):
        assert findings(way(tmp_path, rows)) == [
            f'line 3: names no dimension: "Total", "8"{end}',
            f'line 4: names no dimension: "See tab 2"{end}',
        ]


def test_an_opendocument_sheet_is_read_as_a_workbook_is(tmp_path: Path, run: Run) -> None:
    number = (
        '<table:table-cell office:value-type="float" office:value="0.25"><text:p>25%</text:p></table:table-cell>'
    )
    day = ods_cell("1 March", attributes='office:value-type="date" office:date-value="2026-03-01"')
    path = ods(
        tmp_path / "a.ods",
        ods_table(
            ods_row("subject", "date", "dimension", "rating", "comment"),
            ods_row("Acme", day, "reach", number, "a<text:s text:c=\"2\"/>b<text:line-break/>c"),
            '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>',
            ods_row("Acme", day, "process", "good"),
            '<table:table-row table:number-rows-repeated="1048570"><table:table-cell '
            'table:number-columns-repeated="16384"/></table:table-row>',
        ),
    )  # fmt: skip
    (assessment,) = mk.read_all(path, "toy")
    assert (assessment.subject, str(assessment.date)) == ("Acme", "2026-03-01")
    told = [(rating.dimension, rating.answer, rating.comment, rating.location) for rating in assessment.ratings]
    assert told == [("reach", "0.25", "a  b\nc", "line 2"), ("process", "good", "", "line 5")]
    assert run("score", str(path), "--model", TOY).returncode == 0
    merged = '<table:table-cell table:number-rows-spanned="2"><text:p>process</text:p></table:table-cell>'
    assert findings(ods(path, ods_table(HEAD, ods_row(merged, "good"))))[0].startswith("A2:A3: is merged")


MIMETYPE = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"content.xml": "<a/>"}, "is not an OpenDocument spreadsheet"),
        ({**MIMETYPE, "content.xml": "<a>"}, "is not whole"),
        ({**MIMETYPE, "content.xml": "<table-row/>"}, "is not whole"),
        (
            {**MIMETYPE, "content.xml": "x", "META-INF/manifest.xml": "<m:encryption-data/>"},
            "is protected by a password",
        ),
        ({**MIMETYPE, "content.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "declares entities"),
        (
            {
                **MIMETYPE,
                "content.xml": '<table name="a"><table-row number-rows-repeated="9999999"><table-cell><p>x</p>'
                "</table-cell></table-row></table>",
            },
            "more than 2,000,000 cells",
        ),
    ],
)
def test_an_opendocument_file_that_is_none_is_refused(content: dict[str, str], told: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    assert told in findings(path)[0]
    path.write_bytes(b"PK")
    assert "is not whole" in findings(path)[0]


# ---- wide tables, and exports of survey tools

CLEARHEAD = mk.model("clearhead") if "clearhead" in mk.models else None
WIDE: dict[str, tuple[str, dict[str, dict[str, str]]]] = {
    "ids": ("respondent,process,skills\nAnna,good,best\nBo,basic,\n",
            {"Anna": {"process": "good", "skills": "best"}, "Bo": {"process": "basic", "skills": ""}}),
    "names and labels": ("Your name,Process,How are the skills?\nAnna,Good,Best\n",
                         {"Anna": {"process": "good"}}),
    "Google Forms": ('Timestamp,Email Address,"How mature are you? [Process]",Comments\n'
                     "16/03/2026 10:22:31,a@example.org,Good,None\n"
                     "16/03/2026 10:23:31,b@example.org,I don’t know,\n",
                     {"a@example.org": {"process": "good"}, "b@example.org": {"process": "unknown"}}),
    "Microsoft Forms": ("ID,Start time,Completion time,Email,Name,process\n"
                        "1,46082.4,46082.5,anonymous,,Good\n2,46082.4,46082.5,anonymous,,Not applicable\n",
                        {"1": {"process": "good"}, "2": {"process": "not_applicable"}}),
    "LimeSurvey": ('"id. Response ID","submitdate. Date submitted","lastpage. Last page","process. How far?",'
                   '"Q2[skills]. Skills"\n"7","2026-03-01 10:00:00","3","good","BEST"\n',
                   {"7": {"process": "good", "skills": "best"}}),
    "SurveyMonkey": ("Respondent ID,Collector ID,Start Date,How mature are you?,,skills\n"
                     ",,,Process,Reach,Response\n"
                     "118,42,03/01/2026,good,0.5,Weet ik niet\n",
                     {"118": {"process": "good", "reach": "0.5", "skills": "unknown"}}),
    "semicolons and titles": ("Results\n\nrespondent;PROCESS\nAnna;GOOD\n", {"Anna": {"process": "good"}}),
    "short rows": ("respondent,process,skills\nAnna,good\n", {"Anna": {"process": "good", "skills": ""}}),
}  # fmt: skip


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".ods"])
@pytest.mark.parametrize(("text", "expected"), WIDE.values(), ids=WIDE)
def test_a_wide_table_is_read_where_headers_and_labels_fit(
    text: str, expected: dict[str, dict[str, str]], suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"a{suffix}"
    rows = list(csv.reader(text.splitlines(), delimiter=";" if ";" in text else ","))
    if suffix == ".csv":
        path.write_text(text, encoding="utf-8")
    elif suffix == ".ods":
        ods(path, ods_table(*(ods_row(*row) for row in rows)))
    else:
        xlsxwriter = pytest.importorskip("xlsxwriter", reason="workbooks need the extra [xlsx]")
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    (assessment,) = mk.read_all(path, MODEL)
    found: dict[str, dict[str, str]] = {}
    for rating in assessment.ratings:
        found.setdefault(rating.respondent, {})[rating.dimension] = str(rating.answer)
    assert {who: {id: said[id] for id in found[who] if id in said} for who, said in expected.items()} == expected
    assert set(found) == set(expected)
    mk.score(MODEL, assessment)


def test_what_of_a_wide_table_does_not_fit_is_listed(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Timestamp,name,procces,process,Remarks\n1,Anna,good,rather good,\n", encoding="utf-8")
    done = run("score", str(path), "--model", TOY)
    assert done.returncode == 2
    assert 'line 2, column "process", rating: "rather good" is not a stage' in done.stderr
    path.write_text("Timestamp,name,procces,process,Remarks\n1,Anna,good,good,\n", encoding="utf-8")
    done = run("score", str(path), "--model", TOY)
    assert done.returncode == 0
    assert (
        'column "procces" is not read; expected the id, name or question of a dimension: "process"' in done.stderr
    )
    assert '2 columns are not read: "Timestamp", "Remarks"' in done.stderr
    assert 'the column "name" is read as the respondent' in done.stderr


def test_a_wide_table_may_name_its_model(tmp_path: Path) -> None:
    if CLEARHEAD is None:
        pytest.skip("clearhead is not installed")
    path = tmp_path / "a.csv"
    path.write_text("model,respondent,cultuur,WENS\nclearhead,Anna,Operationeel,weet ik niet\n", encoding="utf-8")
    dutch = CLEARHEAD.in_language("nl")
    text = f'model,respondent,"{dutch.by_id["culture"].name}","{dutch.by_id["desire"].question}"\n'
    path.write_text(f"{text}clearhead,Anna,operational,weet ik niet\n", encoding="utf-8")
    answers = {rating.dimension: rating.answer for rating in mk.read(path).ratings}
    assert answers == {"culture": "operational", "desire": "unknown"}


def test_columns_that_mean_the_same_or_several_things_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("respondent,process,Process\nAnna,good,good\n", encoding="utf-8")
    with pytest.raises(mk.FileError, match='the dimension "process" stands twice, in columns 2 and 3'):
        mk.read(path, MODEL)
    level = MODEL.scales["level"]
    groups = [
        mk.Dimension(id, scale=level, children=[mk.Dimension(f"{id}-plan", "Plan it", scale=level)]) for id in "ab"
    ]
    twins = mk.Model("twins", "1", "Twins", groups, ["median"], outcome=level)
    path.write_text("respondent,Plan it\nAnna,good\n", encoding="utf-8")
    with pytest.raises(mk.FileError, match='column 2, "Plan it", may be any of a-plan, b-plan'):
        mk.read(path, twins)


def test_rows_without_a_name_are_called_after_their_file_and_line(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text("process\ngood\nbest\n", encoding="utf-8")
    (assessment,) = mk.collect(tmp_path, MODEL).assessments
    names = [rating.respondent for rating in assessment.ratings]
    assert names == ["a, line 2", "a, line 3", "b, line 2", "b, line 3"]


def test_a_title_that_is_nearly_a_column_is_no_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Ratings\n\ndimension,rating\nprocess,good\n", encoding="utf-8")
    assert [rating.answer for rating in mk.read(path, MODEL).ratings] == ["good"]
    path.write_text("dimnsion,rating\nprocess,good\n", encoding="utf-8")
    with pytest.raises(mk.FileError, match='line 1: "dimnsion" is not a column'):
        mk.read(path, MODEL)


def test_a_form_saved_as_opendocument_is_read(tmp_path: Path) -> None:
    path = as_forms(tmp_path, [("Acme", "Anna", "2026-03-01", "process", "Good")]) / "0.xlsx"
    sheets = read_workbook(path)
    tables = [
        ods_table(*(ods_row(*map(escape, row)) for row in sheet.rows), name=name) for name, sheet in sheets.items()
    ]
    saved = ods(tmp_path / "a.ods", *tables)
    assert mk.read(saved) == mk.read(path)


def test_answers_below_each_other_are_no_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("process,good\nskills,best\n", encoding="utf-8")
    with pytest.raises(mk.FileError, match='line 1: "process,good" is no header'):
        mk.read(path, MODEL)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            "dimension,rating\nprocess,good\n".encode("utf-16"),
            "the file is UTF-16, which Excel calls Unicode text",
        ),
        ("dimension,rating,comment\nprocess,good,één\n".encode("cp1252"), "the file seems to be Windows-1252"),
        (b"PK\x03\x04\xff", "the file is a workbook or another packed file"),
        (b"dimension\0\xff", "the file is no plain text"),
    ],
)
def test_an_encoding_is_hinted_at(data: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    assert told in findings(tmp_path / "a.csv")[0]


def test_a_form_in_another_language_or_with_curly_quotes_is_read(tmp_path: Path) -> None:
    rows = [("Acme", "Anna", "", "process", "I don’t know"), ("Acme", "Anna", "", "skills", "Niet van toepassing"),
            ("Acme", "Anna", "", "staffing", "weet ik niet"), ("Acme", "Anna", "", "reach", "FULLY")]  # fmt: skip
    answers = {r.dimension: r.answer for r in mk.read_all(as_forms(tmp_path, rows) / "0.xlsx")[0].ratings}
    assert answers == {"process": "unknown", "skills": "not_applicable", "staffing": "unknown", "reach": "fully"}


# ---- equal names


@pytest.mark.parametrize("command", ["score", "report"])
def test_equal_names_are_told_apart_wherever_they_are_listed(command: str, tmp_path: Path, run: Run) -> None:
    text = """
format = 1
id = "twins"
version = "1"
title = "Twins"
scorers = ["weakest"]
outcome = "level"
scales = [{ id = "level", stages = [{ id = "low" }, { id = "high" }] }]
"""
    for id in ("build", "run"):
        text += f'[[dimensions]]\nid = "{id}"\nname = "{id.title()}"\n'
        text += f'[[dimensions]]\nid = "{id}-plan"\nname = "Plan it"\nparent = "{id}"\n'
        text += f'[[dimensions]]\nid = "{id}-do"\nname = "Do it"\nparent = "{id}"\n'
    (tmp_path / "model.toml").write_text(text, encoding="utf-8")
    rows = [("", who, "", id, answer) for who, answers in {
        "Ann": {"build-plan": "low", "run-plan": "low", "build-do": "high"},
        "Bo": {"build-plan": "high", "run-plan": "high", "build-do": "high"},
    }.items() for id, answer in answers.items()]  # fmt: skip
    done = run(command, str(as_csv(tmp_path, rows)), "--model", str(tmp_path / "model.toml"))
    assert done.returncode == 0
    # In a tree each stands below its parent.
    tree = ("  Plan it  ", "    ", "| &")
    lines = done.stdout.partition("How every number follows")[0].splitlines()
    listed = [line for line in lines if "Plan it" in line and not line.startswith(tree)]
    assert len(listed) > 3
    for line in listed:
        assert line.count("Plan it") == line.count("Build: Plan it") + line.count("Run: Plan it"), line
