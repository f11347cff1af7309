"""Tables in files: `maturitykit score responses.parquet -o results.parquet`."""

from __future__ import annotations

import math
import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import maturitykit as mk
from toys import Run, key

pytest.importorskip("polars", reason="tables come with an extra")
pa = pytest.importorskip("pyarrow")
csv, feather, parquet = (pytest.importorskip(f"pyarrow.{kind}") for kind in ("csv", "feather", "parquet"))

from maturitykit import tables  # noqa: E402 - it needs Polars
from maturitykit.tables import csv_files, files as large, partition  # noqa: E402

SMALL = Path(__file__).parent / "small.toml"
MODEL = mk.read_model(SMALL)
LEAVES = [leaf.id for leaf in MODEL.leaves]
ANSWERS = ["basic", "good", "better", "best", "basic..better", "unknown", "not_applicable", "", None]
SUFFIXES = [".parquet", ".arrow", ".csv"]
READ = {".parquet": parquet.read_table, ".arrow": feather.read_table, ".csv": csv.read_csv}


def survey(subjects: int = 60, *, is_long: bool, seed: int = 1) -> Any:
    """Made-up responses of up to three respondents for each subject, in no certain order."""
    chance = random.Random(seed)
    who = [(f"s{n:03}", f"r{i}") for n in range(subjects) for i in range(chance.randrange(1, 4))]
    chance.shuffle(who)
    rows = [{"subject": s, "respondent": r, **{id: chance.choice(ANSWERS) for id in LEAVES}} for s, r in who]
    if is_long:
        rows = [
            {"subject": row["subject"], "respondent": row["respondent"], "dimension": id, "rating": row[id]}
            for row in rows
            for id in LEAVES
        ]
    chance.shuffle(rows)
    return pa.Table.from_pylist(rows)


def write(table: Any, path: Path) -> Path:
    if path.suffix == ".parquet":
        parquet.write_table(table, path)
    elif path.suffix == ".arrow":
        feather.write_feather(table, path, compression="uncompressed")
    else:
        csv.write_csv(table, path)
    return path


def rows_of(table: Any) -> list[dict[str, Any]]:
    """The rows, sorted, as numbers and texts that can be compared whatever file they are from."""
    rows = [{name: _plain(value) for name, value in row.items()} for row in table.to_pylist()]
    return sorted(rows, key=repr)


def _plain(value: Any) -> Any:
    # A file of text has no type for numbers, truth and nothing.
    if isinstance(value, float) and not math.isnan(value):
        return round(value, 12)
    return None if value == "" else value


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is small is taken to be large: so few ratings fit into memory."""
    monkeypatch.setattr(partition, "RATINGS_PER_MEGABYTE", 90 / large.MEMORY)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("is_long", [True, False], ids=["long", "wide"])
def test_parts_give_the_numbers_of_the_whole(
    is_long: bool, suffix: str, in_parts: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = survey(is_long=is_long)
    made = counted(monkeypatch)
    output = tmp_path / f"out{suffix}"
    large.score_files([str(write(table, tmp_path / f"in{suffix}"))], str(output), MODEL)
    assert rows_of(READ[suffix](output)) == rows_of(tables.score(MODEL, table).frame)
    assert made == [math.ceil(len(table) * (1 if is_long else len(LEAVES)) / 90)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"in{suffix}", f"out{suffix}"]


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many parts each table is cut into, from now on."""
    made: list[int] = []

    def counting(*args: Any, **choices: Any) -> Any:
        found = partition.partition(*args, **choices)
        made.append(len(found))
        return found

    monkeypatch.setattr(large, "partition", counting)
    return made


KEYS: dict[str, Callable[[int], Any]] = {
    "numbers": lambda n: n - 30,
    "dates": lambda n: date(2020, 1, 1 + n % 28),
    "texts of every kind": lambda n: (
        ["", "'", '"', "é", "\u2603", "=cmd()", "a\nb", "z" * 50][n % 8] + str(n // 8)
    ),
    "all missing": lambda n: None,
    "few": lambda n: n % 2,
}


@pytest.mark.parametrize("kind", KEYS)
def test_subjects_of_any_type_are_parted(kind: str, in_parts: None, tmp_path: Path) -> None:
    ids = range(60)
    rows = [{"team.1": KEYS[kind](n), "respondent": f"r{n}", **dict.fromkeys(LEAVES, ANSWERS[n % 5])} for n in ids]
    table = pa.Table.from_pylist(rows)
    large.score_files(
        [str(write(table, tmp_path / "in.parquet"))], str(tmp_path / "out.parquet"), MODEL, by=["team.1"]
    )
    expected = tables.score(MODEL, table, by=["team.1"]).frame
    assert rows_of(parquet.read_table(tmp_path / "out.parquet")) == rows_of(expected)


def test_names_that_may_be_one_are_found_in_all_parts(in_parts: None, tmp_path: Path) -> None:
    names = [f"Team {letter} {number}" for number in range(40) for letter in "ab"]
    rows = [
        {"subject": name, **dict.fromkeys(LEAVES, ANSWERS[0])} for name in [*names, *map(str.upper, names[:6])]
    ]
    source, problems = write(pa.Table.from_pylist(rows), tmp_path / "in.parquet"), tmp_path / "problems.parquet"
    wrong, (note,) = large.score_files([str(source)], str(tmp_path / "out.parquet"), MODEL, problems=str(problems))
    assert wrong == 0
    problem = "12 names differ from others in case, spaces or punctuation only"
    assert str(note) == f"{problems}: {problem}; expected one spelling, if they are one"
    assert set(parquet.read_table(problems)["value"].to_pylist()) == {*names[:6], *map(str.upper, names[:6])}


def test_what_tells_more_apart_makes_the_parts(
    in_parts: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = survey(is_long=True).append_column("year", pa.array([2026] * len(survey(is_long=True))))
    made = counted(monkeypatch)
    by = ["year", "subject"]
    large.score_files([str(write(table, tmp_path / "in.parquet"))], str(tmp_path / "out.parquet"), MODEL, by=by)
    expected = tables.score(MODEL, table, by=by).frame
    assert rows_of(parquet.read_table(tmp_path / "out.parquet")) == rows_of(expected)
    assert made == [math.ceil(len(table) / 90)]


def test_what_is_wrong_in_any_part_is_told_at_once(in_parts: None, tmp_path: Path) -> None:
    table = survey(is_long=True)
    ratings = table["rating"].to_pylist()
    ratings[3], ratings[120], ratings[-1] = "oops", "ouch", "best..good"
    table = table.set_column(3, "rating", pa.array(ratings))
    path = write(table, tmp_path / "in.parquet")
    with pytest.raises(mk.AssessmentError) as caught:
        large.score_files([str(path)], str(tmp_path / "out.parquet"), MODEL)
    told = str(caught.value)
    assert len(caught.value.findings) == 3
    for row, words in (
        (3, '"oops" is not a stage'),
        (120, '"ouch" is not a stage'),
        (len(ratings) - 1, "does not rise"),
    ):
        subject, respondent, dimension = (
            table[name][row].as_py() for name in ("subject", "respondent", "dimension")
        )
        assert f'subject "{subject}", respondent "{respondent}", {dimension}: ' in told
        assert words in told
    assert [file.name for file in tmp_path.iterdir()] == ["in.parquet"]
    problems = tmp_path / "problems.csv"
    assert large.score_files([str(path)], str(tmp_path / "out.parquet"), MODEL, problems=str(problems)) == (3, [])
    assert sorted(csv.read_csv(problems)["value"].to_pylist()) == ["best..good", "oops", "ouch"]
    blank = [None if number in (3, 120, len(ratings) - 1) else rating for number, rating in enumerate(ratings)]
    expected = tables.score(MODEL, table.set_column(3, "rating", pa.array(blank))).frame
    assert rows_of(parquet.read_table(tmp_path / "out.parquet")) == rows_of(expected)


def test_progress_is_told_of_all_parts(in_parts: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shares: list[float] = []
    made = counted(monkeypatch)
    path = write(survey(is_long=True), tmp_path / "in.parquet")
    large.score_files([str(path)], str(tmp_path / "out.parquet"), MODEL, progress=shares.append)
    assert made[0] > 1
    assert shares == [number / made[0] for number in range(made[0] + 1)]


@pytest.mark.parametrize("old", [None, b"what was there before"])
def test_an_interrupted_run_leaves_what_was_there(
    old: bytes | None, in_parts: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out.parquet"
    if old:
        output.write_bytes(old)
    path = write(survey(is_long=True), tmp_path / "in.parquet")

    def stopping(share: float) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        large.score_files([str(path)], str(output), MODEL, progress=stopping)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir() if file != path} == (
        {"out.parquet": old} if old else {}
    )


def test_a_run_interrupted_at_work_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupting(parquet.ParquetWriter):  # type: ignore[misc, name-defined]
        def write_table(self, *args: Any, **more: Any) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(2 * large.WAIT)

    monkeypatch.setattr(parquet, "ParquetWriter", Interrupting)
    # Polars sees an interrupt between two batches.
    monkeypatch.setattr("maturitykit.tables.writers.ROW_GROUP", 5)
    path = write(survey(is_long=True), tmp_path / "in.parquet")
    with pytest.raises(KeyboardInterrupt):
        large.score_files([str(path)], str(tmp_path / "out.parquet"), MODEL)
    assert [file.name for file in tmp_path.iterdir()] == ["in.parquet"]


def test_what_is_wrong_in_a_large_file_beside_a_small_one_is_told_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, other = tmp_path / "small.csv", tmp_path / "large.csv"
    small.write_text("subject,dimension,rating\nacme,people,good\n", "utf-8")
    other.write_text("subject,dimension,rating\n" + "beta,people,good\n" * 3 + "gamma,people,oops\n", "utf-8")
    monkeypatch.setattr(csv_files, "SMALL", len(small.read_bytes()))
    with pytest.raises(mk.AssessmentError, match=r'large\.csv, line 5, rating: "oops" is not a stage'):
        large.score_files([str(small), str(other)], str(tmp_path / "out.parquet"), MODEL)


def test_many_respondents_are_counted_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "RESPONDENTS", 2)
    path = write(survey(is_long=True), tmp_path / "in.parquet")
    large.score_files([str(path)], str(tmp_path / "out.parquet"), MODEL)
    expected = tables.score(MODEL, survey(is_long=True)).frame
    assert rows_of(parquet.read_table(tmp_path / "out.parquet")) == rows_of(expected)


# ---- CSV

HEADER = "subject,respondent,dimension,rating,comment"
ROW = "acme,ann,people,good,"
#: Files with nothing wrong, however they are written: all say the same.
RIGHT = {
    "plain": f"{HEADER}\n{ROW}\n",
    "no end of the last line": f"{HEADER}\n{ROW}",
    "ends of Windows": f"{HEADER}\r\n{ROW}\r\n",
    "ends of old": f"{HEADER}\r{ROW}\r",
    "a mark at the start": f"\ufeff{HEADER}\n{ROW}\n",
    "semicolons": f"{HEADER}\n{ROW}\n".replace(",", ";"),
    "quotes around all": "".join('"' + line.replace(",", '","') + '"\n' for line in (HEADER, ROW)),
    "empty rows": f"{HEADER}\n,,,,\n{ROW}\n,,,,\n",
    "blank rows": f"{HEADER}\n\n,,,,\n{ROW}\n,,,,,,\n\n",
    "a separator that is declared": f"sep=;\n{HEADER}\n{ROW}\n".replace(",", ";"),
    "a title": f"Our ratings\n\n{HEADER}\n{ROW}\n",
    "names in capitals": f"{HEADER.upper()}\n{ROW}\n",
    "separators at the ends": f"{HEADER},,\n{ROW},,\n",
    "no empty cells at the ends": f"{HEADER}\nacme,ann,people,good\n",
    "a quote before a formula": f"{HEADER}\n{ROW}'=x\n",
    "spaces around names": f"{HEADER}\n{ROW}\n".replace(",rating", ", rating "),
}


@pytest.mark.parametrize("small", [csv_files.SMALL, 0])
@pytest.mark.parametrize("kind", RIGHT)
def test_csv_is_read_however_it_is_written(
    kind: str, small: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_files, "SMALL", small)
    path = tmp_path / "in.csv"
    path.write_bytes(RIGHT[kind].encode())
    large.score_files([str(path)], str(tmp_path / "out.parquet"), MODEL)
    (row,) = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert (row["subject"], row["people__stage_low"], row["people__respondents"]) == ("acme", "good", 1)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in.csv", "out.parquet"]


#: Files that are read wrongly by whoever does not look closely, and what is told of them.
WRONG = {
    "short row": (f"{HEADER}\n{ROW}\nacme,bob,people\n", ["line 3: has 3 cells; expected 5, as the header"]),
    "long rows": (f"{HEADER}\n{ROW},x\n{ROW}\n{ROW},y\n", ["line 2: has 6 cells", "line 4: has 6 cells"]),
    "an open quote": (f'{HEADER}\n{ROW}"fine\n{ROW}\n', ["line 2: is not CSV", "expected cells in closed quotes"]),
    "text after a quote": (f'{HEADER}\n{ROW}"so"so\n', ["line 2: is not CSV"]),
    "text between quotes": (f'{HEADER}\n{ROW}"a,"b\n', ["line 2: is not CSV"]),
    "a name twice": (f"{HEADER},rating\n{ROW},\n", ['line 1: the column "rating" stands twice']),
    "no name": (f",{HEADER}\nx,{ROW}\n", ['line 2: "x" stands in column 1, which has no name']),
    "no UTF-8": (
        f"{HEADER}\n{ROW}\n{ROW}caf\xe9\n",
        ["line 3: byte 0xe9 is not UTF-8", 'in Excel as "CSV UTF-8"'],
    ),
}


@pytest.mark.parametrize("small", [csv_files.SMALL, 0])
@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_with_csv_is_told_by_line(
    kind: str, small: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_files, "SMALL", small)
    text, words = WRONG[kind]
    path = tmp_path / "in.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(mk.FileError) as caught:
        large.score_files([str(path)], str(tmp_path / "out.parquet"), MODEL)
    for each in words:
        assert each in str(caught.value)
    assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize("block", [1 << 24, 64])
def test_csv_is_read_fast_only_where_it_means_the_same(
    block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_files, "BLOCK", block)
    chance = random.Random(7)
    path, copy = tmp_path / "in.csv", tmp_path / "copy.parquet"
    seen = {True: 0, False: 0}
    parts = ["a", "b", "a,b\n", "b,\n", ",a", '"', "\n", "\r\n", "\r", " ", '""', '","', "'=", "'"]
    for _ in range(1_000):
        text = "dimension,rating\n" + "".join(chance.choices(parts, k=chance.randrange(1, 6)))
        path.write_bytes(text.encode())
        is_fast = not csv_files._is_odd(str(path)) and csv_files._copy_fast(str(path), str(copy), MODEL, ())
        if is_fast:
            assert rated_in(copy) == with_care(path, copy), repr(text)
        seen[is_fast] += 1
    assert min(seen.values()) > 100


def with_care(path: Path, copy: Path) -> list[list[str]] | None:
    """The ratings as they are read with care; none if something is wrong."""
    try:
        csv_files._copy_with_care(str(path), str(copy), MODEL, ())
    except mk.FileError:
        return None
    return rated_in(copy)


def rated_in(copy: Path) -> list[list[str]]:
    rows = parquet.read_table(copy).select(["dimension", "rating"]).to_pylist()
    return [[key(cell or "") for cell in row.values()] for row in rows]


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __init__(self, *_: object, **__: object) -> None: ...

        def write_table(self, *_: object) -> None:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(parquet, "ParquetWriter", Full)
    path = write(survey(is_long=True), tmp_path / "in.parquet")
    with pytest.raises(mk.FileError, match=r"cannot write .*out\.parquet\n  No space left on device"):
        large.score_files([str(path)], str(tmp_path / "out.parquet"), MODEL)
    assert [file.name for file in tmp_path.iterdir()] == ["in.parquet"]


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_a_table_without_rows_gives_one(suffix: str, tmp_path: Path) -> None:
    table = survey(is_long=True)
    write(table.slice(0, 0), tmp_path / f"in{suffix}")
    write(table.slice(0, 1), tmp_path / f"one{suffix}")
    for name in ("in", "one"):
        large.score_files([str(tmp_path / f"{name}{suffix}")], str(tmp_path / f"{name}-out{suffix}"), MODEL)
    none, one = (READ[suffix](tmp_path / f"{name}-out{suffix}") for name in ("in", "one"))
    assert none.column_names == one.column_names
    assert (len(none), len(one)) == (0, 1)


def test_a_text_that_a_spreadsheet_would_run_is_a_text_in_csv(tmp_path: Path) -> None:
    subjects = ["=cmd()", "+1", " \u00a0=1+1", 'a "quoted", one', "<script>", "plain"]
    table = pa.table({"subject": subjects, "people": ["good"] * len(subjects)})
    path = write(table, tmp_path / "in.parquet")
    large.score_files([str(path)], str(tmp_path / "out.csv"), MODEL)
    found = csv.read_csv(tmp_path / "out.csv", parse_options=csv.ParseOptions(newlines_in_values=True))
    assert sorted(found["subject"].to_pylist()) == sorted(["'=cmd()", "'+1", "'=1+1", *subjects[3:]])
    assert (tmp_path / "out.csv").read_text("utf-8").startswith("subject,outcome__stage_low,")


def test_a_folder_and_a_pattern_are_all_their_files(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table = survey(is_long=True)
    Path("all/deeper").mkdir(parents=True)
    # The columns of another file may come in another order.
    write(table.slice(0, 70), Path("all/a.parquet"))
    write(table.slice(70).select(["rating", "dimension", "respondent", "subject"]), Path("all/deeper/b.parquet"))
    Path("all/.hidden.parquet").write_bytes(b"half a file")
    expected = rows_of(tables.score(MODEL, table).tidy())
    for given in (["all"], ["all/**/*.parquet"], ["all/a.parquet", "all/deeper"]):
        assert run("score", *given, "--model", str(SMALL), "--tidy", "-o", "out.parquet").returncode == 0
        assert rows_of(parquet.read_table("out.parquet")) == expected


def test_files_tell_what_the_outcomes_rest_on(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table = survey(is_long=True)
    write(table, Path("a.parquet"))
    for robustness in ("weights", "people"):
        args = ("a.parquet", "--model", str(SMALL), "--robustness", robustness, "-o", "out.parquet")
        assert run("score", *args).returncode == 0
        expected = tables.score(MODEL, table, robustness=robustness).frame
        assert "outcome__tie" in expected.column_names
        assert ("outcome__one_decides" in expected.column_names) == (robustness == "people")
        assert rows_of(parquet.read_table("out.parquet")) == rows_of(expected)
    few = run("score", "a.csv", "--robustness", "people")
    assert few.returncode == 2
    assert "--robustness are for large tables" in few.stderr


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["a.parquet"], "large tables go to a file: -o FILE"),
        (["a.parquet", "-o", "a.parquet"], "a.parquet: is read, and would be overwritten; expected another file"),
        (
            ["a.parquet", "-o", "x.parquet", "--problems", "./x.parquet"],
            "./x.parquet: would be written twice; expected a file for each",
        ),
        (["a.parquet", "-o", "x.txt"], "its name does not say the kind of table; expected .parquet, .csv"),
        (["a.parquet", "-o", "no/such/x.parquet"], "cannot write no/such/x.parquet\n  No such file or directory"),
        (["a.parquet", "-o", "folder.csv"], "folder.csv\n  is a folder; expected a file"),
        (
            ["b.parquet", "-o", "x.parquet"],
            "b.parquet: there is no such file; expected files that end in .parquet",
        ),
        (["folder.csv", "-o", "x.parquet"], "folder.csv: the folder holds no tables"),
        (["empty.parquet", "-o", "x.parquet"], "empty.parquet: the file is empty"),
        (["half.parquet", "-o", "x.parquet"], "cannot score half.parquet\n  "),
        (["a.parquet", "c.csv", "-o", "x.parquet"], "the files are of several kinds: csv and parquet"),
        (["a.parquet", "d.xlsx", "-o", "x.parquet"], 'd.xlsx: files of the kind ".xlsx" are no tables'),
        (["other.parquet", "-o", "x.parquet"], "no column subject or date"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_cannot_be_scored_is_told(
    args: Sequence[str], words: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table = survey(3, is_long=True)
    write(table, Path("a.parquet"))
    write(table, Path("c.csv"))
    write(table.select(["rating", "dimension"]), Path("other.parquet"))
    Path("half.parquet").write_bytes(Path("a.parquet").read_bytes()[:-50])
    Path("empty.parquet").touch()
    Path("d.xlsx").write_bytes(b"PK")
    Path("folder.csv").mkdir()
    before = {path.name for path in tmp_path.iterdir()}
    done = run("score", *args, "--model", str(SMALL))
    assert done.returncode == 2
    assert words in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == before


def test_the_model_is_the_one_that_the_table_names(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table = pa.table({"subject": ["a", "b"], "people": ["unknown", "unknown"]})
    named = table.append_column("model", pa.array(["clearhead"] * len(table)))
    write(named, Path("named.parquet"))
    write(table, Path("unnamed.parquet"))
    several = ["clearhead"] * (len(table) - 1) + ["four-stage"]
    write(table.append_column("model", pa.array(several)), Path("several.parquet"))
    assert run("score", "named.parquet", "-o", "x.csv").returncode == 0
    assert "no model is named; expected one, or --model" in run("score", "unnamed.parquet", "-o", "y.csv").stderr
    told = run("score", "several.parquet", "-o", "y.csv").stderr
    assert '"clearhead"' in told
    assert '"four-stage"' in told
    assert not Path("y.csv").exists()


def test_bad_ratings_are_counted_and_kept(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    args = ["score", "a.parquet", "--model", str(SMALL), "-o", "x.parquet", "--problems", "bad.csv"]
    for people, code, told in (
        (["good", "best"], 0, ""),
        (["good", "oops"], 1, "1 rating that does not fit the model counted as blank: see bad.csv\n"),
        (["ouch", "oops"], 1, "2 ratings that do not fit the model counted as blank: see bad.csv\n"),
    ):
        write(pa.table({"subject": ["a", "b"], "people": people}), Path("a.parquet"))
        done = run(*args)
        assert (done.returncode, done.stderr) == (code, told)
        assert len(parquet.read_table("x.parquet")) == 2
        assert len(Path("bad.csv").read_text("utf-8").splitlines()) == 1 + len({"ouch", "oops"} & {*people})
