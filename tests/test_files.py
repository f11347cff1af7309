"""Files as people really save them, files of very many mistakes, and files that mean harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import maturitykit as mk
from maturitykit.files.text import write_text
from toys import TOY, Run

#: Seconds that reading a bad file of any size here may take; most take less than one.
LONG = 30


def saved(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


# Good files.

PLAIN = "subject,date,dimension,rating,comment\nAcme,2026-05-31,process,good,Well\nAcme,2026-05-31,skills,,\n"
SAME = {
    "plain": PLAIN,
    "byte order mark": b"\xef\xbb\xbf" + PLAIN.encode(),
    "semicolons": PLAIN.replace(",", ";"),
    "semicolons and byte order mark": b"\xef\xbb\xbf" + PLAIN.replace(",", ";").encode(),
    "CR alone, of old Macs": PLAIN.replace("\n", "\r"),
    "a declared separator": "sep=;\r\n" + PLAIN.replace(",", ";"),
    "a declared separator in quotes": '"sep=;"\n' + PLAIN.replace(",", ";"),
    "capitals in the header": PLAIN.replace("subject,date", "Subject,DATE"),
    "empty cells dropped at row ends": PLAIN.replace("skills,,", "skills,"),
    "separators at row ends": PLAIN.replace("\n", ",,\n") + ",,,,,,\n",
    "white space on blank lines": PLAIN + " , \xa0,,,\n",
    "a title above": "Results of the team\n\n" + PLAIN,
    "CRLF": PLAIN.replace("\n", "\r\n"),
    "no newline at the end": PLAIN.rstrip("\n"),
    "blank lines": PLAIN.replace("\n", "\n\n") + "\n\n",
    "blank lines of Excel": PLAIN + ",,,,\n,,,,\n",
    "blank lines with CRLF": PLAIN.replace("\n", "\r\n\r\n"),
    "all quoted": '"' + PLAIN.strip().replace(",", '","').replace("\n", '"\n"') + '"\n',
    "spaces in the header": PLAIN.replace("subject,date", "subject , date ", 1),
    "spaces around a rating": PLAIN.replace(",good,", ", good ,"),
    "columns in another order": "comment,rating,dimension,date,subject\n"
    "Well,good,process,2026-05-31,Acme\n,,skills,2026-05-31,Acme\n",
    "model named": "model," + PLAIN.replace("\nAcme", "\ntoy,Acme"),
    "more columns, all empty": PLAIN.replace("comment\n", "comment,evidence,respondent\n")
    .replace("Well\n", "Well,,\n")
    .replace("skills,,\n", "skills,,,,\n"),
}


@pytest.mark.parametrize("data", SAME.values(), ids=SAME)
def test_a_table_may_be_saved_in_many_ways(data: str | bytes, tmp_path: Path) -> None:
    assessment = mk.read(saved(tmp_path, "acme.csv", data), "toy")
    result = mk.score(mk.read_model(TOY), assessment)
    assert (assessment.model, assessment.subject, assessment.date) == ("toy", "Acme", date(2026, 5, 31))
    assert [(r.dimension, r.comment) for r in assessment.ratings] == [("process", "Well"), ("skills", "")]
    assert result["process"].stage == (LEVELS[1],) * 3
    assert result["skills"].stage == (LEVELS[0], None, LEVELS[2])


LEVELS = mk.read_model(TOY).scales["level"].stages
DOCUMENTS = {
    "toml": (
        "acme.toml",
        'format = 1\nsubject = "Acme"\ndate = 2026-05-31\n'
        '[[ratings]]\ndimension = "process"\nrating = "good"\ncomment = "Well"\n'
        '[[ratings]]\ndimension = "skills"\n',
    ),
    "toml with a date as text": (
        "acme.toml",
        'format = 1\nmodel = "toy"\nsubject = "Acme"\ndate = "2026-05-31"\n'
        'ratings = [{ dimension = "process", rating = "good", comment = "Well" }, { dimension = "skills" }]\n',
    ),
    "json": (
        "acme.json",
        '{"format": 1, "subject": "Acme", "date": "2026-05-31", "ratings": ['
        '{"dimension": "process", "rating": "good", "comment": "Well"}, {"dimension": "skills", "rating": null}]}',
    ),
    "suffix in capitals": (
        "ACME.JSON",
        '{"format": 1, "subject": "Acme", "date": "2026-05-31", "ratings": ['
        '{"dimension": "process", "rating": "good", "comment": "Well"}, {"dimension": "skills", "rating": ""}]}',
    ),
}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(("name", "text"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_may_be_saved_in_many_ways(
    name: str, text: str, newline: str, mark: bytes, tmp_path: Path
) -> None:
    table = mk.read(saved(tmp_path, "acme.csv", PLAIN), "toy")
    document = mk.read(saved(tmp_path, name, mark + text.replace("\n", newline).encode()), "toy")
    model = mk.read_model(TOY)
    assert document.subject == "Acme"
    assert mk.score(model, document).to_dict() == mk.score(model, table).to_dict()


def test_a_comment_may_hold_newlines_quotes_separators_and_any_script(tmp_path: Path) -> None:
    comment = 'First; then,\n"second"\n\nγνῶθι σεαυτόν 知 🚲 e\u0301'
    quoted = comment.replace('"', '""')
    path = saved(tmp_path, "acme.csv", f'subject,dimension,rating,comment\nÅcme,process,good,"{quoted}"\n')
    assessment = mk.read(path, "toy")
    assert assessment.subject == "Åcme"
    assert [rating.comment for rating in assessment.ratings] == [comment]


def test_lines_are_counted_as_an_editor_does(tmp_path: Path) -> None:
    text = 'dimension,rating,comment\nprocess,good,"a\nb\nc"\n\nskills,god,\n'
    assessment = mk.read(saved(tmp_path, "acme.csv", text), "toy")
    with pytest.raises(mk.AssessmentError) as caught:
        mk.score(mk.read_model(TOY), assessment)
    assert [finding.where for finding in caught.value.findings] == ["line 6, rating"]


@pytest.mark.parametrize(
    ("answer", "low", "likely", "high"),
    [
        ("no", 0, 0, 0),
        ("partly..fully", 1, 1, 2),
        ("partly .. fully", 1, 1, 2),
        ("no..no", 0, 0, 0),
        ("0", 0, 0, 0),
        ("0.15", 0, 0, 0),
        ("0.16", 1, 1, 1),
        ("85e-2", 1, 1, 1),
        ("1", 2, 2, 2),
        ("1.0", 2, 2, 2),
        ("unknown", 0, None, 2),
        ("", 0, None, 2),
    ],
)
def test_answers_in_a_table(answer: str, low: int, likely: int | None, high: int, tmp_path: Path) -> None:
    path = saved(tmp_path, "acme.csv", f"dimension,rating\nreach,{answer}\n")
    position = mk.score(mk.read_model(TOY), mk.read(path, "toy"))["reach"].position
    assert position == (low, likely, high)


def test_a_table_holds_an_assessment_for_each_subject_and_date(tmp_path: Path) -> None:
    rows = ["Acme,2025-05-31,good", "Beta,2026-05-31,best", "Acme,2026-05-31,best", "Acme,2025-05-31,"]
    dimensions = ["process", "process", "process", "skills"]
    lines = [f"{row},{dimension}\n" for row, dimension in zip(rows, dimensions, strict=True)]
    path = saved(tmp_path, "acme.csv", "subject,date,rating,dimension\n" + "".join(lines))
    found = [(a.subject, str(a.date), len(a.ratings)) for a in mk.read_all(path, "toy")]
    assert found == [("Acme", "2025-05-31", 2), ("Beta", "2026-05-31", 1), ("Acme", "2026-05-31", 1)]
    with pytest.raises(mk.FileError) as caught:
        mk.read(path, "toy")
    assert str(caught.value) == (
        f"{path} is not one assessment\n"
        "  it holds 3: toy Acme 2025-05-31, toy Beta 2026-05-31, toy Acme 2026-05-31;"
        " expected one; read_all reads them all"
    )


def test_a_model_may_be_saved_with_a_byte_order_mark_and_crlf(tmp_path: Path) -> None:
    text = Path(TOY).read_text(encoding="utf-8").replace("\n", "\r\n")
    assert mk.read_model(saved(tmp_path, "model.toml", b"\xef\xbb\xbf" + text.encode())) == mk.read_model(TOY)


def test_a_model_is_read_from_its_folder_too(tmp_path: Path) -> None:
    saved(tmp_path, "model.toml", Path(TOY).read_bytes())
    assert mk.read_model(tmp_path) == mk.read_model(TOY)


HEAD = 'format = 1\nid = "toy"\nversion = "1"\ntitle = "A toy"\nscorers = ["weakest"]\noutcome = "level"\n'
HEAD += 'scales = [{ id = "level", stages = [{ id = "basic" }, { id = "good" }] }]\n'


def nested(depth: int) -> str:
    """A model of so many levels below the outcome, the deepest first in the file."""
    parents = [f'[[dimensions]]\nid = "d{i}"\nparent = "d{i - 1}"\n' for i in range(depth, 1, -1)]
    return HEAD + "".join(parents) + '[[dimensions]]\nid = "d1"\n'


def test_a_model_may_be_deep(tmp_path: Path) -> None:
    model = mk.read_model(saved(tmp_path, "model.toml", nested(32)))
    assert [leaf.id for leaf in model.leaves] == ["d32"]


@pytest.mark.parametrize("depth", [33, 5_000])
def test_a_model_may_not_be_too_deep(depth: int, tmp_path: Path) -> None:
    path = saved(tmp_path, "model.toml", nested(depth))
    with pytest.raises(mk.FileError) as caught:
        mk.read_model(path)
    where = "dimensions.d33: stands more than 32 levels deep; expected a flatter tree"
    assert str(caught.value) == f"{path} is not a model\n  {where}"


# Very many mistakes.

#: Were the time to grow with the square, these would still take far longer than we wait.
MANY = 20_000


def wide_model() -> str:
    """A model of 200 dimensions to rate."""
    return HEAD + "".join(f'[[dimensions]]\nid = "capability-number-{i}"\n' for i in range(200))


def rows(header: str, row: str, count: int = MANY) -> str:
    return header + "\n" + "".join(row.format(i) + "\n" for i in range(count))


def ratings(rating: dict[str, Any]) -> str:
    return json.dumps({"format": 1, "ratings": [rating] * MANY})


TOY_TEXT = Path(TOY).read_text(encoding="utf-8")
#: Model, name of the file, what is in it, how many findings.
FLOODS: dict[str, tuple[str, str, Callable[[], str], int]] = {
    "stages": (TOY_TEXT, "a.csv", lambda: rows("respondent,dimension,rating", "r{0},process,god{0}"), MANY),
    "dimensions": (TOY_TEXT, "a.csv", lambda: rows("dimension,rating", "proces{0},good"), MANY),
    "answers given again": (TOY_TEXT, "a.csv", lambda: rows("dimension,rating", "process,good"), MANY - 1),
    "dimensions of a wide model": (
        wide_model(),
        "a.csv",
        lambda: rows("respondent,dimension,rating", "r{0},capabilty-numbr-{0},good"),
        MANY,
    ),
    "dates": (TOY_TEXT, "a.csv", lambda: rows("date,dimension,rating", "yesterday,process,good"), MANY),
    "numbers of cells": (TOY_TEXT, "a.csv", lambda: rows("dimension,rating", "process"), MANY),
    "models": (TOY_TEXT, "a.csv", lambda: rows("model,dimension,rating", "toys,process,good"), MANY),
    "columns": (
        TOY_TEXT,
        "a.csv",
        lambda: "dimension,rating," + ",".join(f"comment{i}" for i in range(MANY)) + "\nprocess,good\n",
        MANY,
    ),
    "parents in a model": (
        HEAD + "".join(f'[[dimensions]]\nid = "part-{i}"\nparent = "prat-{i}"\n' for i in range(2_000)),
        "a.csv",
        lambda: rows("dimension,rating", "process,good", 1),
        2_000,
    ),
    "types": (TOY_TEXT, "a.json", lambda: ratings({"dimension": "process", "rating": True}), MANY),
    "keys": (TOY_TEXT, "a.json", lambda: ratings({"dimension": "process", "raitng": "good"}), MANY),
    "keys of one table": (
        TOY_TEXT,
        "a.json",
        lambda: json.dumps({"format": 1, "ratings": [], **{f"key{i}": 1 for i in range(MANY)}}),
        MANY,
    ),
    "a key twice in a wide table": (
        TOY_TEXT,
        "a.json",
        lambda: '{"format": 1, ' + "".join(f'"k{i}": 1, ' for i in range(MANY)) + f'"k{MANY - 1}": 1}}',
        1,
    ),
}


#: Reads the file that is named, scores what is in it, and tells how many findings there were.
SCORE = """
import sys
import maturitykit as mk

try:
    model = mk.read_model("toy.toml")
    for assessment in mk.read_all(sys.argv[1], "toy"):
        mk.score(model, assessment)
except mk.MaturityError as error:
    print(len(error.findings))
    print(error)
"""


@pytest.mark.parametrize(("model", "name", "data", "count"), FLOODS.values(), ids=FLOODS)
def test_a_flood_of_mistakes_takes_seconds_and_is_kept(
    model: str, name: str, data: Callable[[], str], count: int, tmp_path: Path
) -> None:
    saved(tmp_path, "toy.toml", model)
    saved(tmp_path, name, data())
    # A process of its own can be given up on.
    command = [sys.executable, "-X", "utf8", "-c", SCORE, name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=LONG, check=False)
    lines = done.stdout.splitlines()
    assert done.stderr == ""
    assert lines[0] == str(count)
    # The number, the title, twenty findings, and how many more there are.
    assert len(lines) == min(3 + 20, 2 + count)
    assert count <= 20 or lines[-1] == f"  … and {count - 20:,} more like these ({count:,} findings in all)"
    assert len(done.stdout) < 10_000


def test_findings_come_in_the_same_order_every_time(tmp_path: Path) -> None:
    names = ["people", "skills", "staffing", "process", "results", "reach"]
    texts = "".join(f'[dimensions.{name}]\nnotes = {{ gap = "Leeg" }}\n' for name in names)
    saved(tmp_path, "model.toml", Path(TOY).read_bytes())
    (tmp_path / "text").mkdir()
    saved(tmp_path, "text/nl.toml", f'format = 1\nlanguage = "nl"\n{texts}')
    command = [sys.executable, "-m", "maturitykit", "show", "model.toml", "--language", "nl"]
    for seed in "123":
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False
        )
        found = [line.split(".")[1] for line in done.stderr.splitlines()[1:]]
        assert found == names


# Files that mean harm, or come of an accident.

HOSTILE: dict[str, tuple[str, str | bytes]] = {
    "a key that clears the screen": ("a.json", '{"format": 1, "\\u001b[2J\\u202e": 1, "ratings": []}'),
    "a very long key": ("a.json", json.dumps({"format": 1, "k" * 100_000: 1, "ratings": []})),
    "a very long dimension": ("a.csv", f"dimension,rating\n{'d' * 100_000},good\n"),
    "a very long rating": ("a.csv", f"dimension,rating\nprocess,{'good' * 30_000}\n"),
    "a very long range": ("a.csv", f"dimension,rating\nprocess,{'good' * 10_000}..{'best' * 10_000}\n"),
    "a very long respondent": (
        "a.csv",
        "respondent,dimension,rating\n"
        + "".join(f"{'r' * 100_000},process,{answer}\n" for answer in ("good", "best")),
    ),
    "a very long column": ("a.csv", f"name,{'c' * 100_000}\nprocess,good\n"),
    "a very long cell": ("a.csv", f"dimension,rating,comment\nprocess,good,{'c' * 200_000}\n"),
    "a rating that clears the screen": ("a.csv", "dimension,rating\nprocess,\x1b[2Jgood\u202e\x00\n"),
    "a share of 400 digits": (
        "a.toml",
        'format = 1\nratings = [{ dimension = "reach", rating = %s }]' % ("9" * 400),
    ),
    "a number of 5,000 digits in JSON": ("a.json", '{"format": ' + "9" * 5_000 + "}"),
    "a number of 5,000 digits in TOML": ("a.toml", "format = " + "9" * 5_000),
    "a hexadecimal format of 9,000 digits": ("a.toml", "format = 0x" + "f" * 9_000),
    "a format of 4,000 digits": ("a.toml", "format = " + "9" * 4_000),
    "UTF-16": ("a.csv", "dimension,rating\nprocess,good\n".encode("utf-16")),
    "a picture": ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    "a workbook": ("a.csv", b"PK\x03\x04\x14\x00\x06\x00\x08\x00"),
    "only NUL": ("a.csv", b"\x00" * 100),
    "only NUL in JSON": ("a.json", b"\x00" * 100),
    "only NUL in TOML": ("a.toml", b"\x00" * 100),
    "25 MB of TOML": ("a.toml", b"#" * 25_000_000),
}


@pytest.mark.parametrize(("name", "data"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_in_a_few_printable_words(
    name: str, data: str | bytes, tmp_path: Path, run: Run
) -> None:
    path = saved(tmp_path, name, data)
    with pytest.raises(mk.MaturityError) as caught:
        mk.score(mk.read_model(TOY), mk.read(path, "toy"))
    message = str(caught.value)
    assert len(message) < 2_000
    assert all(line.isprintable() for line in message.split("\n"))
    result = run("score", str(path), "--model", TOY)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"Error: {message}\n")


NESTED = {"json": '{{"format": 1, "ratings": {}{}}}', "toml": "format = 1\nratings = {}{}\n"}


@pytest.mark.parametrize("suffix", NESTED)
def test_a_file_that_is_nested_too_deep(suffix: str, tmp_path: Path) -> None:
    # Where the stack ends depends on who calls: so every depth near the limit is tried.
    for depth in (100, *range(800, 1000), 100_000):
        path = saved(tmp_path, f"a.{suffix}", NESTED[suffix].format("[" * depth, "]" * depth))
        with pytest.raises(mk.FileError) as caught:
            mk.read(path, "toy")
        assert len(str(caught.value)) < 1_000


def test_a_name_that_is_too_long_for_a_file(run: Run) -> None:
    result = run("score", "a" * 300 + ".csv", "--model", TOY)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: cannot read aaa")


@pytest.mark.parametrize("name", ["a" * 300, "a" * 300 + ".toml"])
def test_a_name_that_is_too_long_for_a_model(name: str, run: Run) -> None:
    result = run("show", name)
    assert (result.returncode, result.stdout) == (2, "")


def test_a_name_that_no_file_can_have() -> None:
    with pytest.raises(mk.FileError, match="cannot read a"):
        mk.read("a\0.csv", "toy")


@pytest.mark.parametrize("day", ["20260531", "2026-W22-7", "2026-05-31T10:00", "31-05-2026"])
def test_a_date_has_one_form(day: str, tmp_path: Path) -> None:
    document = json.dumps({"format": 1, "date": day, "ratings": []})
    for name, data in {"a.csv": f"date,dimension,rating\n{day},process,good\n", "a.json": document}.items():
        with pytest.raises(mk.FileError, match=f'date: "{day}" is'):
            mk.read(saved(tmp_path, name, data), "toy")


def test_weights_that_no_float_can_hold_are_refused(tmp_path: Path) -> None:
    parts = "".join(f'[[dimensions]]\nid = "d{i}"\nweight = "1/{10**23 + i}"\n' for i in range(1, 40))
    model = mk.read_model(saved(tmp_path, "model.toml", HEAD + parts))
    with pytest.raises(mk.ScoringError, match="too exact together"):
        mk.score(model, {"d1": "good"})


def test_a_missing_file_is_missing_whatever_its_suffix(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("score", "acme", "--model", TOY)
    assert result.stderr == "Error: cannot read acme\n  there is no such file; expected the path of a file\n"
    assert (result.returncode, result.stdout) == (2, "")


# Writing.


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    path = saved(tmp_path, "result.txt", "old")
    write_text(path, "new ✓\r\n\n")
    assert path.read_bytes() == "new ✓\r\n\n".encode()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["replace", "chmod"])
def test_an_interrupted_write_leaves_the_old_file(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, "result.txt", "old")
    monkeypatch.setattr(os, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, "result.txt", "old")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(mk.FileError) as caught:
        write_text(path, "new")
    where = "No space left on device; expected a place that can be written to"
    assert str(caught.value) == f"cannot write {path}\n  {where}"
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_is_as_public_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_text("plain", encoding="utf-8")
    write_text(tmp_path / "result.txt", "new")
    assert (tmp_path / "result.txt").stat().st_mode == (tmp_path / "plain.txt").stat().st_mode


def test_a_private_file_stays_private(tmp_path: Path) -> None:
    path = saved(tmp_path, "result.txt", "old")
    path.chmod(0o600)
    write_text(path, "new")
    assert path.stat().st_mode & 0o777 == 0o600
