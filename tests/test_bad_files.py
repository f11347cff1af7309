"""Bad files, one for each mistake, and the exact words about it.

A file in ``bad/`` has a transcript beside it, ``<file>.expected``: the command as one types it in that folder,
then all that it writes to stderr. The assessments are meant for ``bad/toy.toml``.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from toys import BAD, Run

#: What the bad files are about, and are no mistakes themselves.
SOUND = {BAD / "toy.toml", BAD / "translations" / "model.toml"}
TRANSCRIPTS = sorted(BAD.rglob("*.expected"))


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_bad_file_is_answered_in_these_words(
    transcript: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, _, expected = transcript.read_text(encoding="utf-8").partition("\n")
    monkeypatch.chdir(transcript.parent)
    result = run(*shlex.split(command.removeprefix("$ maturitykit ")))
    assert result.stderr == expected
    assert result.stdout == ""
    assert result.returncode == 2


@pytest.mark.parametrize("path", sorted(SOUND), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_the_bad_files_are_about_is_sound(path: Path, run: Run) -> None:
    result = run("show", str(path))
    assert result.stdout.startswith("A toy (toy 1)\n")
    assert result.stderr == ""
    assert result.returncode == 0


def test_every_bad_file_is_used() -> None:
    used = {path.parent / word for path in TRANSCRIPTS for word in _words(path)}
    files = {path for path in BAD.rglob("*.*") if path.is_file() and path.suffix != ".expected"}
    assert files - SOUND - used == set()


def _words(transcript: Path) -> list[str]:
    words = shlex.split(transcript.read_text(encoding="utf-8").partition("\n")[0])
    # A translation is named by its language.
    return words + [f"text/{word}.toml" for word in words]
