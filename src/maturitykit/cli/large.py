"""``maturitykit score`` for large tables, from files to a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from maturitykit.cli.options import load_model
from maturitykit.errors import FileError, Finding, escaped, install_hint
from maturitykit.files.text import is_folder

#: Suffixes of files that only the table engines read and write.
SUFFIXES = {".parquet", ".arrow", ".feather", ".ipc"}


def is_large(files: Sequence[str], output: str | None) -> bool:
    """Return whether Parquet or Arrow is read or written, which only the table engines can do."""
    names = [Path(name) for name in (*files, output) if name]
    return any(name.suffix.lower() in SUFFIXES or _holds_tables(name) for name in names)


def _holds_tables(folder: Path) -> bool:
    return is_folder(folder) and any(file.suffix.lower() in SUFFIXES for file in folder.iterdir())


def score_large(
    files: Sequence[str], output: str | None, model: str | None, problems: str | None, **choices: Any
) -> None:
    """Score the table in some files and write the scores to another; exit with 1 if there are problems."""
    if output is None:
        raise click.UsageError("large tables go to a file: -o FILE that ends in .parquet, .arrow or .csv")
    missing = [name for name in ("polars", "pyarrow") if find_spec(name) is None]
    if missing:
        finding = Finding("", install_hint(" and ".join(missing), "tables"))
        raise FileError("large tables need more than the core", [finding])
    from maturitykit.tables.files import score_files

    with _bar() as progress:
        loaded = load_model(model) if model else None
        wrong, notes = score_files(
            files, output, loaded, problems=problems, load=load_model, progress=progress, **choices
        )
    for note in notes:
        click.echo(escaped(str(note)), err=True)
    if wrong:
        subject = "rating that does" if wrong == 1 else "ratings that do"
        click.echo(f"{wrong:,} {subject} not fit the model counted as blank: see {problems}", err=True)
        click.get_current_context().exit(1)


@contextmanager
def _bar() -> Iterator[Callable[[float], None] | None]:
    """Show a progress bar if stderr is a terminal, and yield a function to set the share done, or None."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1000, label="Scoring", file=sys.stderr) as bar:
        yield lambda share: bar.update(max(0, int(share * 1000) - bar.pos))
        bar.update(1000 - bar.pos)
