"""Tables in files: scored by DuckDB as a stream, in memory that does not grow with the rows."""

from __future__ import annotations

import glob
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar, cast as typed

from maturitykit.definition import Model
from maturitykit.errors import FileError, Finding, quoted
from maturitykit.registry import models
from maturitykit.tables.results import MOST_RESPONDENTS, score

if TYPE_CHECKING:
    import duckdb

T = TypeVar("T")

#: What a table may be kept in, by its suffix.
KINDS = {".parquet": "parquet", ".csv": "csv", ".arrow": "arrow", ".feather": "arrow", ".ipc": "arrow"}

#: How CSV is read: cells as text, for what one means is for its scale to say, and nothing guessed but what
#: separates them. Guesses are made from the first rows, and may take others for comments or titles.
CSV = {
    "all_varchar": True, "header": True, "union_by_name": True,
    "quotechar": '"', "escapechar": '"', "comment": "", "skiprows": 0,
}  # fmt: skip

#: How DuckDB is to keep within a memory; it needs some beside, and so does Python.
MEMORY = "1750MB"

NOT_ONE_TABLE = "these files cannot be read as one table"


def score_files(
    files: Sequence[str],
    output: str,
    model: Model | None = None,
    *,
    problems: str | None = None,
    tidy: bool = False,
    memory: str = MEMORY,
    progress: Callable[[float], None] | None = None,
    load: Callable[[str], Model] = models.load,
    **choices: Any,
) -> int:
    """Score the table of ratings that some files hold, into another file.

    Args:
        files: Files, folders of files, or patterns such as ``"responses/*.parquet"``: Parquet,
            Arrow or CSV, all of one kind.
        output: The file to write, whole or not at all; its suffix says the kind.
        model: The model; by default the one that a column ``model`` names.
        problems: A file for the bad ratings, which then count as blank.
        tidy: Whether to write a row for each dimension of each assessment.
        memory: How much the engine may use before it moves to disk.
        progress: Told now and then how much is done, from 0 to 1.
        load: How to load the model that the files name.
        choices: What else `maturitykit.tables.score` takes.

    Returns:
        How many bad ratings there are; 0 unless they have a file.

    Raises:
        AssessmentError: If the ratings do not fit the model, with the findings.
        FileError: If the files cannot be read, or the output not be written.
    """
    written = [output, *([problems] if problems else [])]
    for path in written:
        _check_target(path)
    paths, kind = _files(files)
    _check_apart(paths, written)
    with ExitStack() as stack:
        targets = [stack.enter_context(_whole(path)) for path in written]
        engine = stack.enter_context(_engine(memory, Path(output).resolve().parent))
        results = None
        try:
            table = _watched(engine, partial(_read, engine, paths, kind))
            chosen = model or load(_watched(engine, partial(_model_in, table)))
            on_error: Literal["raise", "report"] = "report" if problems else "raise"
            scoring = partial(
                score, chosen, table, on_error=on_error, most_respondents=MOST_RESPONDENTS, **choices
            )
            results = _watched(engine, scoring)
            scores = results.tidy() if tidy else results.frame
            _watched(engine, partial(_write, scores, targets[0]), progress)
            if not problems:
                return 0
            return _watched(engine, partial(_write_problems, engine, results.problems(), targets[1]))
        except engine_error() as error:
            failed = None
            # Files that break halfway do so again, whatever is asked of them.
            with suppress(*engine_error()):
                failed = _watched(engine, partial(results.what_failed, error)) if results else None
            raise failed or _unreadable(paths, error) from error


@contextmanager
def _engine(memory: str, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine that keeps on disk, in a folder of its own, what memory does not hold."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix=".maturitykit-", dir=folder, ignore_cleanup_errors=True) as scratch:
        config: dict[str, str | bool | int | float | list[str]]
        config = {"memory_limit": memory, "temp_directory": scratch, "preserve_insertion_order": False}
        with duckdb.connect(config=config) as connection:
            connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
            yield connection


def _read(engine: duckdb.DuckDBPyConnection, paths: list[str], kind: str) -> duckdb.DuckDBPyRelation:
    if kind == "parquet":
        return engine.read_parquet([glob.escape(path) for path in paths], union_by_name=True)
    if kind == "csv":
        return engine.read_csv(typed("Any", [glob.escape(path) for path in paths]), **typed("Any", CSV))
    from pyarrow import ArrowTypeError, dataset, unify_schemas

    schemas = [dataset.dataset(path, format="ipc").schema for path in paths]
    try:
        # By itself, a dataset has the columns of its first file only.
        schema = unify_schemas(schemas, promote_options="permissive")
    except ArrowTypeError as error:
        raise FileError(NOT_ONE_TABLE, [Finding("", str(error))]) from error
    return engine.from_arrow(dataset.dataset(paths, schema, format="ipc"))


def _model_in(table: duckdb.DuckDBPyRelation) -> str:
    """The one model that a table names."""
    found: list[str] = []
    if "model" in table.columns:
        query = "SELECT DISTINCT CAST(model AS VARCHAR) AS name FROM responses WHERE name <> '' LIMIT 2"
        found = [name for (name,) in typed("Any", table.query("responses", query)).fetchall()]
    if len(found) != 1:
        what = f"they name several: {', '.join(map(quoted, found))}, …" if found else "no model is named"
        raise FileError("cannot tell the model of these ratings", [Finding("model", what, "one, or --model")])
    return found[0]


class _Target(NamedTuple):
    """Where to write a table, and as what."""

    path: str
    kind: str


@contextmanager
def _whole(path: str) -> Iterator[_Target]:
    """What is written meanwhile, elsewhere, stands in this file in the end: whole or not at all."""
    target = Path(path)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    with _writing(path):
        # Better known before the work than after it.
        unfinished.touch()
        unfinished.unlink()
    try:
        yield _Target(str(unfinished), KINDS[target.suffix.lower()])
        with _writing(path):
            unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _writing(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileError(f"cannot write {path}", [Finding("", error.strerror or str(error))]) from error


def _write(table: duckdb.DuckDBPyRelation, target: _Target) -> None:
    if target.kind == "parquet":
        table.write_parquet(target.path, compression="zstd")
    elif target.kind == "csv":
        _without_formulas(table).write_csv(target.path, header=True)
    else:
        import pyarrow as pa

        reader = table.to_arrow_reader()
        with pa.OSFile(target.path, "wb") as file, pa.ipc.new_file(file, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)


def _without_formulas(table: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The same table, with no text that a spreadsheet takes for a formula."""
    cells = []
    for name, kind in zip(table.columns, table.types, strict=True):
        cell = '"' + name.replace('"', '""') + '"'
        is_formula = f"regexp_matches({cell}, '^[\\s\\pZ]*[-+=@]')"
        safe = f"CASE WHEN {is_formula} THEN '''' || {cell} ELSE {cell} END AS {cell}"
        cells.append(safe if str(kind) == "VARCHAR" else cell)
    return table.project(", ".join(cells))


def _write_problems(engine: duckdb.DuckDBPyConnection, found: duckdb.DuckDBPyRelation, target: _Target) -> int:
    """Write what is wrong, and count it, at the cost of looking for it once."""
    found.to_table("problems")
    table = engine.table("problems")
    _write(table, target)
    return len(table)


def _watched(
    engine: duckdb.DuckDBPyConnection, work: Callable[[], T], progress: Callable[[float], None] | None = None
) -> T:
    """Work in a thread of its own, so that this one can tell of the progress, and be interrupted."""
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work)
        try:
            while not wait([done], timeout=0.2).done:
                if progress:
                    progress(max(0.0, engine.query_progress()) / 100)
        except BaseException:
            # What has not begun yet cannot be stopped yet.
            while not wait([done], timeout=0.1).done:
                engine.interrupt()
            raise
        return done.result()


def _unreadable(paths: Sequence[str], error: Exception) -> FileError:
    """What an engine says of files, without its advice on options that nobody has here."""
    text = str(error).strip()
    said, *_ = re.split(r"\n\s*(?:Possible |The search space |file = )", text)
    lines = [line for line in said.splitlines() if not line.startswith("Original Line: ")]
    file = re.search(r"^  file = (.*)$", text, re.MULTILINE)
    named = file[1] if file else paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"
    return FileError(f"cannot score {named}", [Finding("", " ".join(lines))])


def engine_error() -> tuple[type[Exception], ...]:
    """What an engine raises for what it cannot read."""
    import duckdb

    return duckdb.Error, OSError, ValueError


def _check_target(path: str) -> None:
    if Path(path).suffix.lower() not in KINDS:
        finding = Finding("", "its name does not say the kind of table", ", ".join(KINDS))
        raise FileError(f"cannot write {path}", [finding])
    if os.path.isdir(path):
        raise FileError(f"cannot write {path}", [Finding("", "is a folder", "a file")])


def _check_apart(files: Sequence[str], written: Sequence[str]) -> None:
    """What is read is not to be overwritten by what comes of it."""
    read = {Path(file).resolve() for file in files}
    findings = [
        Finding(path, "is read, and would be overwritten", "another file")
        for path in written
        if Path(path).resolve() in read
    ]
    if len({Path(path).resolve() for path in written}) < len(written):
        findings.append(Finding(written[0], "is to hold both the results and the problems", "two files"))
    if findings:
        raise FileError("the results cannot be written", findings)


def _files(paths: Sequence[str]) -> tuple[list[str], str]:
    """The files that the paths lead to, each once, and their kind."""
    findings: list[Finding] = []
    found: dict[Path, str] = {}
    for path in paths:
        files = sorted(_below(path))
        if not files:
            what = "there is no such file" if not Path(path).is_dir() else "the folder holds no tables"
            findings.append(Finding(path, what, f"files that end in {', '.join(KINDS)}"))
        for file in files:
            suffix = Path(file).suffix.lower()
            if suffix not in KINDS:
                problem = f"files of the kind {quoted(suffix)} are no tables"
                findings.append(Finding(file, problem, ", ".join(KINDS)))
            elif not Path(file).stat().st_size:
                findings.append(Finding(file, "the file is empty"))
            else:
                found.setdefault(Path(file).resolve(), file)
    kinds = sorted({KINDS[Path(file).suffix.lower()] for file in found.values()})
    if len(kinds) > 1:
        findings.append(Finding("", f"the files are of several kinds: {' and '.join(kinds)}", "one kind"))
    if findings:
        raise FileError(NOT_ONE_TABLE, findings)
    return list(found.values()), kinds[0]


def _below(path: str) -> Iterator[str]:
    """The files that a path leads to: itself, those that its pattern fits, or the tables in a folder.

    As patterns do, folders pass over what is hidden: unfinished files, and copies that editors keep.
    """
    if Path(path).is_dir():
        for file in Path(path).rglob("*"):
            is_hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            if file.suffix.lower() in KINDS and file.is_file() and not is_hidden:
                yield str(file)
    elif Path(path).exists():
        yield path
    else:
        for name in filter(os.path.exists, glob.glob(path, recursive=True)):
            yield from _below(name)
