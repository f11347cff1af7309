"""Limits that hold: endless files, huge pictures, closed streams, links, broken-off runs, odd plugins."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import zlib
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

import maturitykit as mk
from maturitykit.errors import quoted
from maturitykit.files.text import LARGEST_TABLE, UNFINISHED, has_deep_key, lock, write_text
from maturitykit.report import read_logo
from maturitykit.report.markdown import plain
from toys import TOY, install

ZERO, FULL = Path("/dev/zero"), Path("/dev/full")


def command(*arguments: str, redirect: str = "", **more: Any) -> subprocess.CompletedProcess[str]:
    """The command line in a process and a shell of its own."""
    words = " ".join(f"'{word}'" for word in (sys.executable, "-m", "maturitykit", *arguments))
    return subprocess.run(
        f"{words} {redirect}", shell=True, capture_output=True, encoding="utf-8", check=False, timeout=120, **more
    )


def ratings(folder: Path, subject: str = "Acme") -> Path:
    path = folder / "a.json"
    rows = [{"dimension": "process", "rating": "good", "respondent": "Ann", "comment": subject}]
    path.write_text(
        json.dumps({"format": 1, "model": "toy", "subject": subject, "ratings": rows}), encoding="utf-8"
    )
    return path


@pytest.mark.skipif(not ZERO.exists(), reason="there is no file without end")
@pytest.mark.parametrize("suffix", [".csv", ".json", ".toml", ".xlsx", ".ods"])
def test_a_file_without_end_is_refused(suffix: str, tmp_path: Path) -> None:
    if suffix == ".xlsx":
        pytest.importorskip("python_calamine", reason="workbooks need the extra [xlsx]")
    path = tmp_path / f"a{suffix}"
    path.symlink_to(ZERO)
    with pytest.raises(mk.FileError, match="is larger than") as caught:
        mk.read(path, "toy")
    assert ("-o FILE.parquet" in str(caught.value)) == (suffix == ".csv")
    assert LARGEST_TABLE < 10**9


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_a_picture_of_very_many_pixels_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(png(60_000, 60_000))
    with pytest.raises(
        mk.FileError, match="it has 60,000 × 60,000 pixels; expected an SVG or PNG of 200 kB and 25"
    ):
        read_logo(path)
    path.write_bytes(png(5_000, 5_000))
    assert read_logo(path) == path.read_bytes()


@pytest.mark.parametrize(
    ("link", "told"),
    [
        (f"data:image/png;base64,{b64encode(png(60_000, 60_000)).decode()}", "60,000 × 60,000 pixels"),
        ("data:image/jpeg;base64,AAAA", "embeds data:image/jpeg;base64, not a PNG"),
        ("data:image/png;base64,AAAA", "embeds a picture that is no PNG"),
        ("data:image/png;base64,A", "embeds a picture that is not whole"),
    ],
)
def test_a_picture_within_a_logo_is_held_to_the_same(link: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "logo.svg"
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{link}"/></svg>', encoding="utf-8")
    with pytest.raises(mk.FileError, match=told):
        read_logo(path)
    path.write_bytes(path.read_bytes().replace(link.encode(), b"data:image/png;base64," + b64encode(png(9, 9))))
    assert read_logo(path)


@pytest.mark.skipif(os.name == "nt", reason="the shell is another one")
@pytest.mark.parametrize("arguments", [["score", "a.json", "--model", TOY], ["score", "--help"], ["--version"],
                                       ["score", "a.json", "--model", TOY, "--json"], ["models"]])  # fmt: skip
@pytest.mark.parametrize("redirect", [">&-", "> /dev/full"])
def test_a_stdout_that_takes_nothing_is_an_error_without_a_traceback(
    arguments: list[str], redirect: str, tmp_path: Path
) -> None:
    if "full" in redirect and not FULL.exists():
        pytest.skip("there is no device that is full")
    ratings(tmp_path)
    done = command(*arguments, redirect=redirect, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: cannot write: ") and "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(os.name == "nt", reason="the shell is another one")
def test_a_closed_stdout_is_no_trouble_where_nothing_goes_to_it(tmp_path: Path) -> None:
    ratings(tmp_path)
    done = command("score", "a.json", "--model", TOY, "-o", "b.json", redirect=">&- 2>&-", cwd=tmp_path)
    assert done.returncode == 0
    assert json.loads((tmp_path / "b.json").read_text("utf-8"))["subject"] == "Acme"


@pytest.mark.skipif(os.name == "nt", reason="the shell is another one")
def test_a_reader_that_goes_away_is_told_nothing(tmp_path: Path) -> None:
    ratings(tmp_path)
    done = command("score", "a.json", "--model", TOY, redirect="| true", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("", "")


def test_a_link_stays_a_link_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "result.json", tmp_path / "link.json"
    link.symlink_to(target)
    for text in ("new", "newer"):
        write_text(link, text)
        assert link.is_symlink() and target.read_text("utf-8") == text
    assert [path.name for path in (tmp_path / "real").iterdir()] == ["result.json"]


def test_what_a_broken_off_run_left_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="only locks tell what is left from what is being written")
    left, other = tmp_path / f".a.json.x1y2{UNFINISHED}", tmp_path / f".b.json.x1y2{UNFINISHED}"
    written = tmp_path / f".a.json.x3y4{UNFINISHED}"
    for path in (left, other, written):
        path.write_text("{", encoding="utf-8")
    (tmp_path / ".a.json.swp").write_text("not ours", encoding="utf-8")
    with written.open("rb") as stream:
        assert lock(stream.fileno())
        write_text(tmp_path / "a.json", "{}")
    assert {path.name for path in tmp_path.iterdir()} == {"a.json", ".a.json.swp", other.name, written.name}


def test_a_run_that_is_killed_leaves_nothing_for_long(tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="only locks tell what is left from what is being written")
    script = (
        "import os; from maturitykit.files import text; "
        "os.replace = lambda *_: os._exit(9); text.write_text('a.json', '{}')"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False).returncode == 9
    assert len(list(tmp_path.iterdir())) == 1
    write_text(tmp_path / "a.json", "{}")
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


PLUGIN = """
import os, subprocess, sys

os.write(1, b"imported\\n")
print("imported too")
subprocess.run([sys.executable, "-c", "print('from a child')"], check=False)


class Odd:
    def __repr__(self):
        raise RuntimeError("no repr")


class OddError(Exception):
    def __str__(self):
        raise RuntimeError("no message")


odd = Odd()


def broken():
    raise OddError()
"""


def installed(site: Path, name: str, code: str, points: str) -> dict[str, str]:
    """An environment in which a plugin is installed, besides what is."""
    install(site, name, points, code)
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH")]))}


def test_a_plugin_that_writes_to_the_descriptor_or_has_no_repr_disturbs_nothing(tmp_path: Path) -> None:
    ratings(tmp_path)
    site = tmp_path / "site"
    environment = installed(site, "odd", PLUGIN, "[maturitykit.models]\nodd = odd:odd\nbroken = odd:broken\n")
    for id, told in (("odd", "a Odd"), ("broken", "OddError on loading odd:broken")):
        done = command("show", id, "--json", cwd=tmp_path, env=environment)
        assert (done.returncode, done.stdout) == (2, "")
        assert told in done.stderr and "Traceback" not in done.stderr
        assert "imported\n" in done.stderr and "from a child" in done.stderr


CHATTY = """
import maturitykit as mk

print("imported")


class Rule(mk.Scorer):
    id = "chatty"
    ordinal = True

    def bind(self, parent, children, weights):
        print("bound")

        def score(positions):
            print("scored")
            return min(positions)

        return score
"""


def test_what_a_rule_prints_while_scoring_does_not_reach_the_data(tmp_path: Path) -> None:
    ratings(tmp_path)
    environment = installed(tmp_path / "site", "chatty", CHATTY, "[maturitykit.scorers]\nchatty = chatty:Rule\n")
    done = command(
        "score", "a.json", "--model", TOY, "--scorer", "chatty", "--json", cwd=tmp_path, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
    assert {"imported", "bound", "scored"} <= set(done.stderr.splitlines())


class Unspeakable:
    def __repr__(self) -> str:
        raise RuntimeError


def test_what_has_no_repr_is_named_by_its_kind() -> None:
    assert quoted(Unspeakable()) == "a Unspeakable"


def test_joiners_reach_terminal_and_markdown_whole(tmp_path: Path) -> None:
    name = "نمی\u200cدانم क्\u200dष"
    ratings(tmp_path, name)
    done = command("score", "a.json", "--model", TOY, cwd=tmp_path)
    assert done.stdout.startswith(f"{name}\n")
    done = command("report", "a.json", "--model", TOY, cwd=tmp_path)
    assert name in done.stdout and "\\u200" not in done.stdout
    assert plain(name) == name
    # What turns the direction of text stays visible.
    assert quoted("a\u202eb") == '"a\\u202eb"'


@pytest.mark.parametrize(
    ("line", "is_deep"),
    [
        ("a." * 50 + "b = 1", True),
        ('"a b" . ' * 50 + "'c' = 1", True),
        ("a." * 49 + "b = 1", False),
        ('text = "' + "." * 10_000 + '"', False),
        ('text = "' + "One. Two words. " * 1_000 + '"', False),
        ('text = "' + "a" * 1_000_000 + "." * 100 + '"', False),
    ],
)
def test_keys_of_very_many_steps_are_seen(line: str, is_deep: bool) -> None:
    assert has_deep_key(f'format = 1\n{line}\nid = "x"\n') is is_deep
