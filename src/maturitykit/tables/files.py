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
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast as typed

from maturitykit.definition import Model
from maturitykit.errors import FileError, Finding, MaturityError, quoted
from maturitykit.registry import models
from maturitykit.tables.parts import RATINGS_PER_MEGABYTE, parts_of
from maturitykit.tables.results import MOST_FINDINGS, MOST_RESPONDENTS, Results, failure_of, score
from maturitykit.tables.sink import KINDS, whole

if TYPE_CHECKING:
    import duckdb

T = TypeVar("T")

#: How CSV is read: cells as text, for what one means is for its scale to say, and nothing guessed but what
#: separates them. Guesses are made from the first rows, and may take others for comments or titles.
CSV = {
    "all_varchar": True, "header": True, "union_by_name": True,
    "quotechar": '"', "escapechar": '"', "comment": "", "skiprows": 0,
}  # fmt: skip

#: The memory of the engine, in megabytes; Python needs some beside.
MEMORY = 1750
#: Of what is no Parquet, so many bytes take a megabyte while they are scored.
BYTES_PER_MEGABYTE = 16 * RATINGS_PER_MEGABYTE
#: What newer engines do of themselves to divide a large table. They do it for all parts at once, and take longer.
DIVIDING = "partitioned_execution"

#: How long to wait for an engine before telling of its progress again, in seconds.
WAIT = 0.2

NOT_ONE_TABLE = "these files cannot be read as one table"


def score_files(
    files: Sequence[str],
    output: str,
    model: Model | None = None,
    *,
    problems: str | None = None,
    tidy: bool = False,
    memory: int = MEMORY,
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
        memory: How much the engine may use, in megabytes.
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
        scores, *listed = [stack.enter_context(whole(path)) for path in written]
        engine = stack.enter_context(_engine(memory, Path(output).resolve().parent))
        run = partial(_watched, engine)
        parts: list[Results] = []
        try:
            table = run(partial(_read, engine, paths, kind))
            chosen = model or load(run(partial(_model_in, table)))
            choices |= {"on_error": "report" if problems else "raise", "most_respondents": MOST_RESPONDENTS}
            parts += run(partial(_parts, engine, table, paths, kind, memory, partial(score, chosen, **choices)))
            found = 0
            for number, part in enumerate(parts):
                told = partial(_tell, progress, number, len(parts)) if progress else None
                run(partial(scores.write, part.tidy() if tidy else part.frame), told)
                found += sum(run(partial(sink.write, part.problems())) for sink in listed)
            return found
        except engine_error() as error:
            failed = None
            # Files that break halfway do so again, whatever is asked of them.
            with suppress(*engine_error()):
                failed = run(partial(_failure, parts, error)) if parts else None
            raise failed or _unreadable(paths, error) from error


@contextmanager
def _engine(memory: int, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine that keeps on disk, in a folder of its own, what memory does not hold."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix=".maturitykit-", dir=folder, ignore_cleanup_errors=True) as scratch:
        config: dict[str, str | bool | int | float | list[str]]
        config = {"memory_limit": f"{memory}MB", "temp_directory": scratch, "preserve_insertion_order": False}
        with duckdb.connect(config=config) as connection:
            connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
            if connection.execute("FROM duckdb_optimizers() WHERE name = ?", [DIVIDING]).fetchall():
                connection.execute(f"SET disabled_optimizers = '{DIVIDING}'")
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


def _parts(
    engine: duckdb.DuckDBPyConnection,
    table: duckdb.DuckDBPyRelation,
    paths: Sequence[str],
    kind: str,
    memory: int,
    scored: Callable[[duckdb.DuckDBPyRelation], Results],
) -> list[Results]:
    """The results of a table, in as many parts as it takes."""
    results = scored(table)
    if kind != "parquet" and sum(os.path.getsize(path) for path in paths) > memory * BYTES_PER_MEGABYTE:
        # Of no other kind can a part be read without the rest.
        ((folder,),) = engine.execute("SELECT current_setting('temp_directory')").fetchall()
        path = str(Path(folder) / "responses.parquet")
        table.write_parquet(path)
        table, kind = engine.read_parquet(path), "parquet"
    parts = parts_of(table, results.by, results.model, memory) if kind == "parquet" else [table]
    return [results] if len(parts) == 1 else [scored(part) for part in parts]


def _failure(parts: Sequence[Results], error: Exception) -> MaturityError | None:
    """What is wrong with the ratings in all parts, if it is they that failed."""
    findings = chain.from_iterable(part.findings() for part in parts)
    return failure_of(parts[0].model, list(islice(findings, MOST_FINDINGS)), error)


def _tell(progress: Callable[[float], None], done: int, parts: int, share: float) -> None:
    progress((done + share) / parts)


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


def _watched(
    engine: duckdb.DuckDBPyConnection, work: Callable[[], T], progress: Callable[[float], None] | None = None
) -> T:
    """Work in a thread of its own, so that this one can tell of the progress, and be interrupted."""
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work)
        try:
            while not wait([done], timeout=WAIT).done:
                if progress:
                    progress(max(0.0, engine.query_progress()) / 100)
        except BaseException:
            # What has not begun yet cannot be stopped yet.
            while not wait([done], timeout=WAIT).done:
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
