"""``maturitykit score`` of large tables: from files to a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from maturitykit.cli.options import load_model
from maturitykit.errors import FileError, Finding

#: Files that only engines of tables read or write.
SUFFIXES = {".parquet", ".arrow", ".feather", ".ipc"}


def is_large(files: Sequence[str], output: str | None) -> bool:
    """Whether files are for engines of tables: by what they are, or by what is to come of them."""
    suffixes = {Path(name).suffix.lower() for name in [*files, output or ""]}
    folders = output is not None and any(Path(name).is_dir() or _is_pattern(name) for name in files)
    return bool(suffixes & SUFFIXES) or folders


def _is_pattern(name: str) -> bool:
    return bool(set("*?[") & set(name)) and not Path(name).exists()


def score_large(
    files: Sequence[str], output: str | None, model: str | None, problems: str | None, **choices: Any
) -> None:
    """Score the table that the files hold, into another file; exit with 1 if there are problems."""
    if output is None:
        raise click.UsageError("large tables go to a file: -o FILE that ends in .parquet, .arrow or .csv")
    missing = [name for name in ("duckdb", "narwhals", "pyarrow") if find_spec(name) is None]
    if missing:
        finding = Finding("", f"not installed: {', '.join(missing)}", "pip install maturitykit[tables]")
        raise FileError("large tables need more than the core", [finding])
    from maturitykit.tables.files import score_files

    with _bar() as progress:
        given = load_model(model) if model else None
        found = score_files(files, output, given, problems=problems, load=load_model, progress=progress, **choices)
    if found:
        what = "rating that does" if found == 1 else "ratings that do"
        click.echo(f"{found:,} {what} not fit the model counted as blank: see {problems}", err=True)
        click.get_current_context().exit(1)


@contextmanager
def _bar() -> Iterator[Callable[[float], None] | None]:
    """A bar on stderr, for people only."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1000, label="Scoring", file=sys.stderr) as bar:
        yield lambda share: bar.update(max(0, int(share * 1000) - bar.pos))
        bar.update(1000 - bar.pos)
