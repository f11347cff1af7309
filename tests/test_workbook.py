"""Grids in workbooks: what is merged, what else is in the file, and what no workbook is."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path

import pytest

import maturitykit as mk
from maturitykit.files.workbook_cells import cell_name
from maturitykit.template.grid import read_grid
from maturitykit.template.package import new_model
from toys import Run

pytest.importorskip("python_calamine", reason="workbooks are read by an extra, [xlsx]")

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"

Rows = Sequence[Sequence[object]]


def write_workbook(file: Path, sheets: Mapping[str, Rows], merged: Sequence[str] = (), raw: str = "") -> Path:
    """The least that is a workbook; the ranges are merged in each of its sheets.

    Args:
        file: Where to.
        sheets: Rows of texts and numbers by the name of the sheet.
        merged: Ranges such as "A1:C1".
        raw: In place of the rows of the first sheet.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        numbers = range(1, len(sheets) + 1)
        parts = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{KINDS}.worksheet+xml"/>'
            for n in numbers
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.'
            f'openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
            f'ContentType="{KINDS}.sheet.main+xml"/>{parts}</Types>',
        )
        archive.writestr("_rels/.rels", relations({1: ("officeDocument", "xl/workbook.xml")}))
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            relations({n: ("worksheet", f"worksheets/sheet{n}.xml") for n in numbers}),
        )
        names = "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>'
            for n, name in zip(numbers, sheets, strict=True)
        )
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>'
        )
        for n, rows in zip(numbers, sheets.values(), strict=True):
            data = raw if raw and n == 1 else "".join(row_of(r, row) for r, row in enumerate(rows))
            cells = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged)
            cells = f'<mergeCells count="{len(merged)}">{cells}</mergeCells>' if merged else ""
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml",
                f'<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData>{cells}</worksheet>',
            )
    return file


def relations(targets: Mapping[int, tuple[str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{each}</Relationships>'


def row_of(r: int, row: Sequence[object]) -> str:
    def cell(c: int, value: object) -> str:
        name = cell_name(r, c)
        if isinstance(value, str):
            return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        return f'<c r="{name}"><v>{value}</v></c>'

    return f'<row r="{r + 1}">{"".join(cell(c, v) for c, v in enumerate(row) if v != "")}</row>'


GRID: Rows = [
    ["The whole ladder", "", "", ""],
    ["Theme", 1, 2, 3],
    ["", "Who cares?", "Who acts?", "Who leads?"],
    ["People", "", "", ""],
    ["1. Skills", "none", "some", ""],
    ["2. Attitude", " no\nnever ", "", "yes"],
    ["Process", "", "", ""],
    ["3. Planning", "ad hoc", "", "always"],
]


def test_grid_in_a_workbook(tmp_path: Path) -> None:
    notes: Rows = [["Ask Ann about this."]]
    other: Rows = [["", "x", "y"], ["more", "a", "b"]]
    file = write_workbook(
        tmp_path / "grid.xlsx",
        {"Cover": [["Read me"]], "Grid": GRID, "Notes": notes, "Old": other, "Empty": []},
        ["A1:D1", "A4:D4", "C5:D5", "C5:C6"],
    )
    draft = read_grid(file, "ladder")
    made = new_model("ladder", tmp_path, draft=draft)
    model = mk.read_model(made.folder / made.main)
    assert model.title == "The whole ladder"
    assert model.outcome is not None
    assert [(s.id, s.name, s.question) for s in model.outcome.stages] == [
        ("stage-1", "1", "Who cares?"), ("stage-2", "2", "Who acts?"), ("stage-3", "3", "Who leads?"),
    ]  # fmt: skip
    assert {d.id: [c.id for c in d.children] for d in model.dimensions} == {
        "people": ["skills", "attitude"],
        "process": ["planning"],
    }
    # Merged cells of the grid hold the text of the first; those of names and titles do not.
    assert list(model.by_id["skills"].descriptors.values()) == ["none", "some", "some"]
    assert list(model.by_id["attitude"].descriptors.values()) == ["no\nnever", "some", "yes"]
    assert draft.left_out == [
        "The text of merged cells was taken over into each of them: C5, C5.",
        'A cell is empty, and so there is no text: C8 ("Planning").',
        'The heading of a column of names was left out: "Theme" in A2.',
        'The sheet "Old" was not read.',
        'The sheet "Cover" (it holds no table) was not read.',
        'The sheet "Notes" (it holds no table) was not read.',
        "Formatting, comments and pictures of the workbook are not read, and formulas as their values.",
    ]


def test_groups_in_merged_cells_of_a_first_column(tmp_path: Path) -> None:
    rows: Rows = [["Domain", "Part", "Low", "High"], ["People", "Skills", "a", "b"], ["", "Size", "c", "d"]]
    model = read_grid(write_workbook(tmp_path / "grid.xlsx", {"Grid": rows}, ["A2:A3"]), "toy").data
    assert [(d["id"], d.get("parent")) for d in model["dimensions"]] == [
        ("people", None), ("skills", "people"), ("size", "people"),
    ]  # fmt: skip


def corner(reference: str) -> str:
    return f'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="{reference}"><v>1</v></c></row>'


#: What is no workbook, or too large a one, and what the answer must say.
BAD: Mapping[str, tuple[Callable[[Path], object], str]] = {
    "no zip": (lambda file: file.write_bytes(b"PK no"), "is not whole"),
    "empty": (lambda file: file.write_bytes(b""), "the file is empty"),
    "cut off": (
        lambda file: file.write_bytes(write_workbook(file, {"a": GRID}).read_bytes()[:400]),
        "is not whole",
    ),
    "zip of something else": (lambda file: zipfile.ZipFile(file, "w").writestr("a.txt", "a"), "is not a workbook"),
    "not XML": (lambda file: write_workbook(file, {"a": []}, raw="<row><c>"), "is not whole"),
    "a cell far away": (lambda file: write_workbook(file, {"a": []}, raw=corner("XFD1048576")), "spans more than"),
    "bomb": (lambda file: write_workbook(file, {"a": []}, raw=" " * 200_000_001), "unpacks to more than"),
    "no sheet with texts": (lambda file: write_workbook(file, {"a": []}), "has no row with more than one text"),
    "folder": (lambda file: file.mkdir(), "there is no such folder"),
}


@pytest.mark.parametrize(("write", "says"), BAD.values(), ids=BAD)
def test_what_is_no_workbook_is_told(tmp_path: Path, run: Run, write: Callable[[Path], object], says: str) -> None:
    file = tmp_path / "grid.xlsx"
    write(file)
    done = run("new", "model", "toy", "--from", str(file), "--into", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert os.listdir(tmp_path) == ["grid.xlsx"]


def test_an_archive_that_begins_too_late_is_no_workbook(tmp_path: Path) -> None:
    """Of it, Python's reader of archives raises yet another error."""
    file = write_workbook(tmp_path / "x.xlsx", {"a": [["dimension", "rating"]]})
    file.write_bytes(file.read_bytes()[1:])
    with pytest.raises(mk.FileError, match="is not whole"):
        mk.read_all(file)


def test_a_workbook_without_sheets_is_an_empty_table(tmp_path: Path) -> None:
    with pytest.raises(mk.FileError, match="the file is empty"):
        mk.read_all(write_workbook(tmp_path / "x.xlsx", {}))
