"""Workbooks: forms that follow the answers as Python scores them, and files that mean harm or are not whole."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import maturitykit as mk
from maturitykit.files.form_workbook import META
from maturitykit.files.workbook import read_workbook
from maturitykit.formula import Formula, total
from toys import TOY, Run, Words, chain, diamond, flat, group, leaves

xlsxwriter = pytest.importorskip("xlsxwriter", reason="workbooks need the extra [xlsx]")
calamine = pytest.importorskip("python_calamine", reason="workbooks need the extra [xlsx]")

from maturitykit.form.live import Live  # noqa: E402
from maturitykit.form.workbook import PLACES, labels_of  # noqa: E402

MODELS = sorted(mk.models)
SOFFICE = shutil.which("soffice")


def book(path: Path, fill: Callable[[Any], object]) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        fill(workbook)
    return path


def table(path: Path, *rows: tuple[object, ...]) -> Path:
    def fill(workbook: Any) -> None:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, cell, day)
                else:
                    sheet.write(number, place, cell)

    return book(path, fill)


# ---- tables


def test_a_table_may_hold_what_a_spreadsheet_makes_of_cells(tmp_path: Path) -> None:
    path = table(
        tmp_path / "x.xlsx",
        ("date", "subject", "dimension", "rating", "comment"),
        (datetime(2026, 5, 31), 2024, "reach", 0.25, datetime(2026, 5, 3)),
        ("2026-05-31", "2024", "process", "good", True),
    )
    (assessment,) = mk.read_all(path, "toy")
    assert (assessment.subject, assessment.date) == ("2024", date(2026, 5, 31))
    assert [(r.answer, r.comment) for r in assessment.ratings] == [("0.25", "2026-05-03"), ("good", "TRUE")]


def test_a_table_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(mk.FileError, match='line 1: "coment" is not a column'):
        mk.read(table(tmp_path / "x.xlsx", ("dimension", "rating", "coment"), ("a", "b", "c")), "toy")
    with pytest.raises(mk.FileError, match="line 1: the file is empty"):
        mk.read(table(tmp_path / "y.xlsx"), "toy")


def test_no_rating_of_a_workbook_is_passed_over(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        for name in ("Ann", "Bo", "Notes"):
            sheet = workbook.add_worksheet(name)
            sheet.write_row(0, 0, ("dimension", "rating") if name != "Notes" else ("ask", "Ann"))
            sheet.write_row(1, 0, ("process", "good"))
            if name == "Ann":
                sheet.merge_range("A3:A4", "skills")

    with pytest.raises(mk.FileError) as caught:
        mk.read(book(tmp_path / "x.xlsx", fill), "toy")
    assert list(map(str, caught.value.findings)) == [
        "Ann A3:A4: is merged to one cell; expected a text in each cell: undo the merge"
    ]


# ---- the form


@pytest.fixture
def form(tmp_path: Path) -> Callable[..., tuple[Path, Any]]:
    """A form, filled in as a person would: by label."""
    openpyxl = pytest.importorskip("openpyxl", reason="the forms are filled in with openpyxl: group people")

    def form(model: mk.Model, answers: Mapping[str, str | float], name: str = "form") -> tuple[Path, Any]:
        path = tmp_path / f"{name}.xlsx"
        mk.write_form(model, path, "=Acme", date(2026, 5, 31))
        workbook = openpyxl.load_workbook(path)
        say = Words(model.language)
        sheet = workbook[say("Form")]
        rows = {sheet.cell(row, 1).value: row for row in range(1, sheet.max_row + 1)}
        for leaf in model.leaves:
            assert leaf.scale is not None
            labels = labels_of(leaf.scale, say)
            answer = answers.get(leaf.id, "")
            low, _, high = answer.partition("..") if isinstance(answer, str) else ("", "", "")
            for place, value in (("answer", labels.get(low, answer)), ("up to", labels.get(high))):
                if value:
                    sheet.cell(rows[leaf.id], PLACES[place] + 1).value = value
        workbook.save(path)
        return path, workbook

    return form


def some_answers(model: mk.Model, chance: random.Random) -> dict[str, str | float]:
    answers: dict[str, str | float] = {}
    for leaf in model.leaves:
        assert leaf.scale is not None
        ids = leaf.scale.ids
        low, high = sorted(chance.sample(range(len(ids)), 2))
        share = round(chance.uniform(0.01, 0.99), 2) if leaf.scale.has_bands else ids[low]
        answers[leaf.id] = chance.choice(
            [ids[low], ids[high], ids[high], f"{ids[low]}..{ids[high]}", share, "", "unknown", "not_applicable"]
        )
    return answers


def as_read(model: mk.Model, answers: Mapping[str, str | float]) -> list[mk.Rating]:
    return [mk.Rating(leaf.id, str(answers[leaf.id])) for leaf in model.leaves]


def odd_model() -> mk.Model:
    """A mean with weights and values, a lattice, and names that a spreadsheet could take for something else."""
    names = {"1": 0, "=1+1": 0.1, "May 1": 0.4, "Unknown": 0.9, "I don't know": 1}
    steps = [mk.Stage(f"s{i}", name, value=value) for i, (name, value) in enumerate(names.items())]
    scale = mk.Scale("steps", steps)
    weights: list[int | str] = [1, 2, "1/3", 7]
    parts = [mk.Dimension(f"p{i}", scale=scale, weight=weight) for i, weight in enumerate(weights)]
    goal = chain("goal", "no", "half", "yes", bands=(0.25, 0.75))
    lattice = diamond("square", "none", "a", "b", "all")
    inner = [
        mk.Dimension("mean", scale=scale, scorer="mean", children=parts),
        mk.Dimension("median", scale=scale, scorer="median", children=[
            group("deep", ["q0"], scale, scorer="mean"),
            mk.Dimension("q1", scale=scale), mk.Dimension("q2", scale=scale, weight=3),
        ]),
        *leaves(["goal-a", "goal-b"], goal),
    ]  # fmt: skip
    gates = [
        mk.Gate("a", "mean", "s2"), mk.Gate("b", "goal-a", "yes"),
        mk.Gate("a", "median", "s1"), mk.Gate("b", "goal-b", "half"),
    ]  # fmt: skip
    return mk.Model("odd", "1", "=Odd", inner, ["staged"], outcome=lattice, gates=gates)


@pytest.mark.skipif(SOFFICE is None, reason="there is no LibreOffice: apt-get install libreoffice-calc")
def test_what_a_workbook_works_out_is_what_python_does(
    form: Callable[..., tuple[Path, Any]], tmp_path: Path
) -> None:
    chance = random.Random(6)
    models = [*map(mk.model, MODELS), mk.model(MODELS[0]).in_language("nl"), odd_model(), odd_model()]
    cases = []
    for number, model in enumerate(models):
        answers = some_answers(model, chance)
        path, _ = form(model, answers, f"{number}")
        cases.append((path, model, answers))
    # Shares at the edge of a band, which is not yet above it, so little above that they are at it, and above.
    for number, (model, more) in enumerate(product(models[:5], (0, 1e-12, 0.01)), start=len(models)):
        if all(leaf.scale and leaf.scale.has_bands for leaf in model.leaves):
            answers = {leaf.id: leaf.scale.bands[1].edge + more for leaf in model.leaves if leaf.scale}
            path, _ = form(model, answers, f"{number}")
            cases.append((path, model, answers))
    # As it is made, before anyone opens it.
    mk.write_form(models[0], tmp_path / "blank.xlsx")
    cases.append((tmp_path / "blank.xlsx", models[0], {leaf.id: "" for leaf in models[0].leaves}))
    out = recalculated([path for path, _, _ in cases], tmp_path)
    for path, model, answers in cases:
        read = mk.read(path)
        assert list(read.ratings) == as_read(model, answers)
        assert mk.read(out / path.name) == read
        result = mk.score(model, read)
        name = Words(model.language)("Result")
        sheet = calamine.CalamineWorkbook.from_path(str(out / path.name)).get_sheet_by_name(name)
        inner = [dimension for dimension in model.root.walk() if not dimension.is_leaf]
        for dimension, row in zip(inner, sheet.to_python()[1:], strict=True):
            assert row[1:4] == shown(result[dimension.id], model), (path, dimension.id)
            assert row[4] == pytest.approx(result[dimension.id].coverage)


def recalculated(paths: list[Path], folder: Path) -> Path:
    """The same workbooks, opened and saved again by LibreOffice."""
    command = [str(SOFFICE), "--headless", "--norestore", f"-env:UserInstallation={(folder / 'office').as_uri()}"]
    convert = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out")]
    subprocess.run([*command, *convert, *map(str, paths)], check=True, capture_output=True, timeout=120)
    return folder / "out"


def shown(score: mk.Score, model: mk.Model) -> list[str]:
    if score.dimension.scale is None:
        return ["", "", ""]
    if score.stage is None:
        return [Words(model.language)("Not applicable") if score.not_applicable else "", "", ""]
    low, likely, high = score.stage
    return [low.name, likely.name if likely else "", high.name]


def test_labels_are_told_apart_and_taken_for_nothing_else() -> None:
    scale = odd_model().leaves[0].scale
    assert scale is not None
    labels = labels_of(scale, Words("en"))
    assert list(labels.values()) == [
        "s0 1", "s1 =1+1", "May 1", "Unknown", "s4 I don't know", "I don't know", "Not applicable",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("id", MODELS)
def test_a_filled_form_is_read_as_filled(
    id: str, language: str, form: Callable[..., tuple[Path, Any]], run: Run
) -> None:
    model = mk.model(id).in_language(language)
    answers = some_answers(model, random.Random(id))
    path, workbook = form(model, answers)
    read = mk.read(path)
    wanted = mk.Assessment(id, as_read(model, answers), "=Acme", date(2026, 5, 31), model.version, model.digest)
    assert read == wanted
    assert run("score", str(path)).returncode == 0
    sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    assert [sheet.sheet_state for sheet in sheets.values()] == ["visible"] * 3 + ["veryHidden"] * 2
    people = next(iter(sheets.values()))
    assert people.protection.sheet
    assert [people.cell(1, 1 + PLACES[name]).protection.locked for name in ("key", "dimension")] == [True, True]


def test_a_form_may_be_sorted_and_its_rows_moved(form: Callable[..., tuple[Path, Any]]) -> None:
    model = mk.read_model(TOY)
    path, workbook = form(model, {"process": "good"})
    workbook["Form"].insert_rows(9, 2)
    workbook.save(path)
    assert {r.dimension: r.answer for r in mk.read(path).ratings if r.answer} == {"process": "good"}


def test_a_form_that_was_taken_apart_is_said(form: Callable[..., tuple[Path, Any]]) -> None:
    model = mk.read_model(TOY)
    path, workbook = form(model, {"process": "good"})
    sheet = workbook["Form"]
    for row in range(1, sheet.max_row + 1):
        if sheet.cell(row, 1).value == "process":
            sheet.cell(row, 1).value = "reach"
    workbook.save(path)
    with pytest.raises(mk.FileError) as caught:
        mk.read(path)
    assert [finding.problem for finding in caught.value.findings] == [
        'the row of "process" is missing',
        'the row of "reach" stands twice',
    ]
    del workbook["Form"]
    workbook.save(path)
    with pytest.raises(mk.FileError, match='the sheet "Form" is missing'):
        mk.read(path)


#: What people do to a form, and what is said of it: the key and the column of a cell stand for its place.
UNKEPT: Mapping[str, tuple[Callable[[Any, Any, Mapping[str, int]], object], list[str]]] = {
    "answers merged": (
        lambda book, sheet, rows: sheet.merge_cells(f"D{rows['skills']}:D{rows['staffing']}"),
        ["Form D{skills}:D{staffing}: is merged to one cell; expected a cell for each answer: undo the merge"],
    ),
    "an answer and its comment merged": (
        lambda book, sheet, rows: sheet.merge_cells(f"D{rows['reach']}:F{rows['reach']}"),
        ["Form D{reach}:F{reach}: is merged to one cell; expected a cell for each answer: undo the merge"],
    ),
    "a column beside it": (
        lambda book, sheet, rows: sheet.cell(rows["reach"], 8, "ask Ann"),
        ['Form H{reach}: "ask Ann" stands where nothing is read; expected all texts in the cells for answers, '
         "comments and evidence"],
    ),
    "beside the name": (
        lambda book, sheet, rows: sheet.cell(rows["@respondent"], 5, "Ann"),
        ['Form E{@respondent}: "Ann" stands where nothing is read; expected all texts in the cells for answers, '
         "comments and evidence"],
    ),
    "rows below it": (
        lambda book, sheet, rows: (sheet.cell(20, 2, "Also"), sheet.cell(20, 4, "good"), sheet.cell(21, 3, " ")),
        [f'Form {cell}: "{text}" stands where nothing is read; expected all texts in the cells for answers, '
         "comments and evidence" for cell, text in (("B20", "Also"), ("D20", "good"))],
    ),
    "a copy with other answers": (
        lambda book, sheet, rows: book.copy_worksheet(sheet).cell(rows["reach"], 4, 0.5),
        ['the sheet "Form Copy" is a copy of the form with other answers; expected one form in a file: save the '
         "other as a file of its own"],
    ),
    "a copy of another person": (
        lambda book, sheet, rows: book.copy_worksheet(sheet).cell(rows["@respondent"], 4, "Bo"),
        ['the sheet "Form Copy" is a copy of the form with other answers; expected one form in a file: save the '
         "other as a file of its own"],
    ),
    "another name": (
        lambda book, sheet, rows: setattr(sheet, "title", "Answers"),
        ['the sheet "Form" is missing; there are "Answers", "Stages", "Result"; expected the form as it was made'],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "told"), UNKEPT.values(), ids=UNKEPT)
def test_what_a_form_does_not_ask_for_is_not_passed_over(
    change: Callable[[Any, Any, Mapping[str, int]], object], told: list[str], form: Callable[..., tuple[Path, Any]]
) -> None:
    path, workbook = form(mk.read_model(TOY), {"process": "good"})
    sheet = workbook["Form"]
    rows = {sheet.cell(row, 1).value: row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value}
    change(workbook, sheet, rows)
    workbook.save(path)
    with pytest.raises(mk.FileError) as caught:
        mk.read(path)
    assert list(map(str, caught.value.findings)) == [text.format_map(rows) for text in told]


def test_what_loses_nothing_in_a_form_may_stand_there(form: Callable[..., tuple[Path, Any]]) -> None:
    path, workbook = form(mk.read_model(TOY), {"process": "good"})
    sheet = workbook["Form"]
    read = mk.read(path)
    # A copy that says the same, a name over several cells, cells in use without a text, and a sheet of notes.
    workbook.copy_worksheet(sheet)
    row = next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == "@respondent")
    sheet.merge_cells(f"D{row}:F{row}")
    sheet.merge_cells("B1:F1")
    sheet.cell(30, 9, "  ")
    workbook.create_sheet("Notes").cell(1, 4, "ask Ann")
    workbook.save(path)
    assert mk.read(path) == read


@pytest.mark.parametrize("typed", ["Good", "good", "GOOD", " Good ", "i don't KNOW"])
def test_a_label_may_be_typed_in_another_case(typed: str, form: Callable[..., tuple[Path, Any]]) -> None:
    path, _ = form(mk.read_model(TOY), {"process": typed})
    (said,) = (rating.answer for rating in mk.read(path).ratings if rating.answer)
    assert said == ("unknown" if "KNOW" in typed else "good")


def test_labels_that_differ_in_case_alone_are_not_guessed(form: Callable[..., tuple[Path, Any]]) -> None:
    path, workbook = form(mk.read_model(TOY), {"process": "GOOD", "skills": "good", "staffing": "gOOD"})
    for row in workbook[META].iter_rows():
        if row[3].value == "Basic":
            row[3].value = "gOOD"
    workbook.save(path)
    said = {rating.dimension: rating.answer for rating in mk.read(path).ratings if rating.answer}
    assert said == {"process": "GOOD", "skills": "good", "staffing": "basic"}


def test_what_is_no_answer_is_kept_for_its_scale_to_refuse(form: Callable[..., tuple[Path, Any]]) -> None:
    model = mk.read_model(TOY)
    path, _ = form(model, {"process": "rather good"})
    said = r'Form row \d+, rating: "rather good" is not a stage of the scale "level"'
    with pytest.raises(mk.AssessmentError, match=said):
        mk.score(model, mk.read(path))


def test_a_form_of_another_model_or_version_is_refused(form: Callable[..., tuple[Path, Any]], run: Run) -> None:
    model = mk.read_model(TOY)
    for name, value, words in (
        ("model", "other", 'is "other"'),
        ("version", "9", 'is "9"; expected "1"'),
        ("digest", "0" * 12, "the form asked about other dimensions or stages"),
        ("format", "2", "a newer format needs a newer maturitykit"),
        ("format", "two", "format"),
    ):
        path, workbook = form(model, {"process": "good"})
        (cell,) = (row[1] for row in workbook[META].iter_rows() if row[0].value == name)
        cell.value = value
        workbook.save(path)
        done = run("score", str(path), "--model", TOY)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr


def test_a_rule_that_no_spreadsheet_knows_is_left_to_python(form: Callable[..., tuple[Path, Any]]) -> None:
    class Best(mk.Scorer):
        id = "best"
        ordinal = True

        def bind(self, parent: Any, children: Any, weights: Any) -> Any:
            return max

    path, _ = form(flat("toy", "pq", Best()), {"p": "high"})
    assert [rating.answer for rating in mk.read(path).ratings] == ["high", ""]


def test_very_many_parts_fit_in_no_formula_and_stand_in_several_cells() -> None:
    class Sheet:
        longest = 0

        def write_formula(self, row: int, place: int, text: str, style: object, value: object) -> None:
            self.longest = max(self.longest, len(text))

    sheet = Sheet()
    live = Live(sheet, "live")
    live.let(total(Formula("column", (f"live!$A${number}",)) for number in range(1, 3000)))
    assert 100 < sheet.longest < 8_192


# ---- files that are not whole, or mean harm

CONTENT = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def changed(path: Path, change: Callable[[str, bytes], bytes], **more: bytes) -> Path:
    """A workbook with its parts changed, and some more."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**parts, **more}.items():
            archive.writestr(name, data)
    return path


def in_sheet(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, data: data.replace(old, new) if "sheet1.xml" in name else data


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for place in range(100, len(data) - 100, 97):
        data[place] ^= 0xFF
    path.write_bytes(data)


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"0" * 110_000_000)


def lying_bomb(path: Path) -> None:
    """One that claims to be small."""
    bomb(path)
    data = path.read_bytes()
    path.write_bytes(data.replace((110_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")))


def repeated(path: Path) -> None:
    """One long text in very many cells."""
    rows = b'<row><c t="s"><v>0</v></c></row>' * 100_000
    long = b"<t>" + b"x" * 30_000 + b"</t>"

    def change(name: str, data: bytes) -> bytes:
        data = data.replace(b"</sheetData>", rows + b"</sheetData>") if "sheet1.xml" in name else data
        return data.replace(b"<t>dimension</t>", long)

    changed(path, change)


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
HARM: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "half": ("x.xlsx", half, "is not whole"),
    "flipped": ("x.xlsx", flipped, "is not whole"),
    "empty": ("x.xlsx", lambda path: path.write_bytes(b""), "the file is empty"),
    "text": ("x.xlsx", lambda path: path.write_bytes(b"dimension,rating\n"), "is not whole"),
    "lock": ("~$x.xlsx", lambda path: path.write_bytes(b"\x05Ann"), "is the mark that Excel leaves"),
    "password": (
        "x.xlsx",
        lambda path: path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le")),
        "is protected by a password",
    ),
    "old": ("x.xlsx", lambda path: path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1")), "of the old kind"),
    "macros": ("x.xlsx", lambda path: changed(path, lambda _, d: d, **{"xl/vbaProject.bin": b"x"}), "with macros"),
    "macros by name": ("x.xlsm", lambda path: None, "with macros"),
    "binary": ("x.xlsb", lambda path: None, "a binary workbook"),
    "bomb": ("x.xlsx", bomb, "unpacks to more than 100 MB"),
    "lying bomb": ("x.xlsx", lying_bomb, "is not whole"),
    "far cell": ("x.xlsx", lambda path: changed(path, in_sheet(b'r="B2"', b'r="XFD1048576"')), "spans more than"),
    "far cell, escaped": (
        "x.xlsx", lambda path: changed(path, in_sheet(b'r="B2"', b"r = '&#88;FD1048576'")), "spans more than",
    ),
    "far row": ("x.xlsx", lambda path: changed(path, in_sheet(b'<row r="2"', b'<row r="999999999999"')), ""),
    "entities": (
        "x.xlsx", lambda path: changed(path, in_sheet(b"<worksheet", ENTITIES + b"<worksheet")), "entities",
    ),
    "repeated": ("x.xlsx", repeated, "repeats long texts"),
    "hidden": (
        "x.xlsx", lambda path: changed(path, lambda _, d: d, **{"xl/a.png": b"<x:sheetData/>"}), "holds cells in",
    ),
    "no workbook": (
        "x.xlsx", lambda path: changed(path, lambda name, d: d if "Content" in name else b"<x/>"), "is not whole",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "harm", "words"), HARM.values(), ids=HARM)
def test_a_workbook_that_is_not_whole_or_means_harm(
    name: str, harm: Callable[[Path], object], words: str, tmp_path: Path, run: Run
) -> None:
    path = table(tmp_path / "made.xlsx", ("dimension", "rating"), ("process", "good"))
    path = path.rename(tmp_path / name)
    harm(path)
    before = path.read_bytes()
    start = time.perf_counter()
    done = run("score", str(path), "--model", TOY)
    assert time.perf_counter() - start < 15
    if words:
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr
    assert path.read_bytes() == before


def test_memory_stays_bounded(tmp_path: Path) -> None:
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for harm in (bomb, repeated):
        path = table(tmp_path / "x.xlsx", ("dimension", "rating"), ("process", "good"))
        harm(path)
        with pytest.raises(mk.FileError):
            read_workbook(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.txt", "b")
    (tmp_path / "x.xlsx").write_bytes(data.getvalue())
    with pytest.raises(mk.FileError, match="is not a workbook"):
        mk.read(tmp_path / "x.xlsx", "toy")
