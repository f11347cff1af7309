"""Tables in files: scored by Polars in memory that does not grow with the rows."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress
from functools import partial
from itertools import chain, groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import polars as pl

from maturitykit.assessment.ratings import Assessment
from maturitykit.definition import Model
from maturitykit.errors import AssessmentError, FileError, Finding, MaturityError, quoted
from maturitykit.files.alike import remarks_on
from maturitykit.files.collect import each, in_file
from maturitykit.files.text import check_apart
from maturitykit.registry import models
from maturitykit.scoring.score import score as score_one
from maturitykit.tables.csv_files import copy_csv, findings_by_line
from maturitykit.tables.engines import frame_of
from maturitykit.tables.frame import Frame
from maturitykit.tables.keys import near_names, with_keys
from maturitykit.tables.partition import count_parts, partition
from maturitykit.tables.polars import PolarsFrame
from maturitykit.tables.responses import KEYS, LONG, keys_in, responses_of
from maturitykit.tables.results import MOST_FINDINGS, Attempt, Results, failure_of, score
from maturitykit.tables.writers import KINDS, atomic_writer

T = TypeVar("T")

#: The memory to stay within, in megabytes; Python needs some beside.
MEMORY = 1750

#: Respondents of one assessment, at first: fewer are counted sooner, and more are rare.
RESPONDENTS = 2_047

#: Seconds between two looks at whether the user interrupts.
WAIT = 0.2

#: Raised by an engine for a file that it cannot read.
ENGINE_ERRORS = (pl.exceptions.PolarsError, OSError, ValueError)

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
) -> tuple[int, list[Finding]]:
    """Score the table of ratings that some files hold, into another file.

    Args:
        files: Files, folders of files, or patterns such as ``"responses/*.parquet"``: Parquet,
            Arrow or CSV, all of one kind.
        output: The file to write, whole or not at all; its suffix says the kind.
        model: The model; by default the one that a column ``model`` names.
        problems: A file for the bad ratings, which then count as blank.
        tidy: Whether to write a row for each dimension of each assessment.
        memory: How much memory to stay within, in megabytes.
        progress: Called before each part and at the end, with the share that is done, from 0 to 1.
        load: How to load the model that the files name.
        choices: What else `maturitykit.tables.score` takes.

    Returns:
        How many bad ratings there are, 0 unless they have a file; and what a person should know.

    Raises:
        AssessmentError: If the ratings do not fit the model, with the findings.
        FileError: If the files cannot be read, or the output not be written.
    """
    written = [output, *([problems] if problems else [])]
    for path in written:
        _check_target(path)
    paths, kind = _files(files)
    check_apart(paths, written)
    choices |= {"on_error": "report" if problems else "raise"}
    sources: Sequence[str] = ()
    read: list[Assessment] = []
    with ExitStack() as stack:
        try:
            if kind == "csv":
                folder = Path(output).resolve().parent
                scratch = TemporaryDirectory(prefix=".maturitykit-", dir=folder, ignore_cleanup_errors=True)
                by = choices.get("by") or ()
                others = [name for name in ([by] if isinstance(by, str) else by) if name not in KEYS]
                sources = paths
                paths, read = _copies(paths, stack.enter_context(scratch), model, others)
                kind = "parquet"
            table = _scan(paths, kind)
            chosen = model or load(_model_in(table))
            bad, near = _score_table(
                table, chosen, written, tidy, memory, progress or (lambda share: None), choices
            )
        except AssessmentError as error:
            # One at a time, what is wrong is told by line.
            each(lambda assessment: score_one(chosen, assessment), read)
            named = in_file if len(sources) > 1 else lambda finding, _: finding
            by_line = [named(wrong, path) for path in sources for wrong in findings_by_line(path, chosen)]
            if by_line:
                raise AssessmentError(error.title, by_line) from None
            raise
        except ENGINE_ERRORS as error:
            raise _unreadable(paths, error) from error
        # Each file is told of by itself, and read by itself.
        by_file = groupby(read, key=lambda assessment: assessment.location)
        notes = [in_file(note, file) for file, assessments in by_file for note in remarks_on(list(assessments))]
        if near:
            names = "1 name differs from another" if near == 1 else f"{near:,} names differ from others"
            problem = f"{names} in case, spaces or punctuation only"
            notes.append(Finding(str(problems), problem, "one spelling, if they are one", "MK406"))
        return bad, notes


def _score_table(
    table: pl.LazyFrame,
    model: Model,
    written: Sequence[str],
    tidy: bool,
    memory: int,
    progress: Callable[[float], None],
    choices: Mapping[str, Any],
) -> tuple[int, int]:
    """Score a table in as many parts as it takes.

    Returns:
        How many bad ratings there are, and how many names that may be one with another.
    """
    columns = table.collect_schema().names()
    rated = 0 if set(columns) >= LONG else sum(name in model.by_id for name in columns)
    by = keys_in(columns, choices.get("by"))
    keyed = _run(lambda: with_keys(model, frame_of(table, by), by))
    strict = len(written) == 1
    count = count_parts(table, rated, memory)
    divided = partition(keyed.native(), by, count, are_near_together=not strict)
    parts: list[Frame] = list(map(PolarsFrame, divided))
    attempt = Attempt(RESPONDENTS)
    if not strict and any(_run(partial(_repeated, model, part, by)) for part in parts):
        attempt = attempt._replace(is_once=True)
    while True:
        results: list[Results] = []
        try:
            with ExitStack() as stack:
                scores, *listed = [stack.enter_context(atomic_writer(path)) for path in written]
                if attempt.is_once:
                    parts = [responses_of(model, part, by).once().frame for part in parts]
                results += [score(model, part, most_respondents=attempt.most, **choices) for part in parts]
                wrong = near = 0
                for number, (part, found) in enumerate(zip(parts, results, strict=True)):
                    progress(number / len(parts))
                    _run(partial(scores.write, found.tidy() if tidy else found.frame))
                    for writer in listed:
                        wrong += _run(partial(writer.write, found.problems()))
                        near += _run(partial(_count, near_names(responses_of(model, part, by)).native()))
                progress(1)
                return wrong - near, near
        except ENGINE_ERRORS as error:
            if other := attempt.after(error):
                attempt = other
                continue
            failed = None
            # Files that break halfway do so again, whatever is asked of them.
            with suppress(*ENGINE_ERRORS):
                failed = _failure(results, error)
            if failed is None:
                raise
        raise failed


def _repeated(model: Model, part: Frame, by: Sequence[str]) -> bool:
    return bool(responses_of(model, part, by).repeated().rows(1))


def _count(table: pl.LazyFrame) -> int:
    rows: int = table.select(pl.len()).collect(engine="streaming").item()
    return rows


def _copies(
    paths: Sequence[str], folder: str, model: Model | None, others: Sequence[str]
) -> tuple[list[str], list[Assessment]]:
    """Copy files of CSV to a folder, as Parquet; and the assessments in those that are small."""
    copies = [str(Path(folder) / f"{number}.parquet") for number in range(len(paths))]
    read = [copy_csv(path, copy, model, others) for path, copy in zip(paths, copies, strict=True)]
    return copies, list(chain.from_iterable(read))


def _scan(paths: Sequence[str], kind: str) -> pl.LazyFrame:
    """Read files as one table that has the columns of all of them."""
    # Statistics cannot tell which rows belong to a part, and some Polars versions fail on those of empty columns.
    parquet = partial(pl.scan_parquet, use_statistics=False)
    scan: Callable[..., pl.LazyFrame] = parquet if kind == "parquet" else pl.scan_ipc
    by_schema: dict[Any, list[str]] = {}
    for path in paths:
        by_schema.setdefault(tuple(scan(path, glob=False).collect_schema().items()), []).append(path)
    try:
        table = pl.concat([scan(group, glob=False) for group in by_schema.values()], how="diagonal_relaxed")
        table.collect_schema()
    except pl.exceptions.SchemaError as error:
        raise FileError(NOT_ONE_TABLE, [Finding("", _first_line(error))]) from error
    return table


def _failure(parts: Sequence[Results], error: Exception) -> MaturityError | None:
    """Return what is wrong with the ratings in all parts, if it is they that failed."""
    findings = chain.from_iterable(part.findings() for part in parts)
    return failure_of(parts[0].model, list(islice(findings, MOST_FINDINGS)), error) if parts else None


def _model_in(table: pl.LazyFrame) -> str:
    """Return the one model that a table names."""
    found: list[str] = []
    if "model" in table.collect_schema():
        names = table.select(pl.col("model").cast(pl.String)).filter(pl.col("model") != "").unique()
        found = sorted(_run(lambda: names.head(2).collect(engine="streaming"))["model"])
    if len(found) != 1:
        what = f"they name several: {', '.join(map(quoted, found))}, …" if found else "no model is named"
        raise FileError("cannot tell the model of these ratings", [Finding("model", what, "one, or --model")])
    return found[0]


def _run(work: Callable[[], T]) -> T:
    """Work in another thread.

    Polars interrupts the thread that waits for it, and so does Python, a second time while it is cleaning up.
    """
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work)
        while not wait([done], timeout=WAIT).done:
            pass
        return done.result()


def _unreadable(paths: Sequence[str], error: Exception) -> FileError:
    named = paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"
    return FileError(f"cannot score {named}", [Finding("", _first_line(error))])


def _first_line(error: Exception) -> str:
    # What follows is about the engine's plan, which the user did not write.
    return str(error).strip().partition("\n")[0]


def _check_target(path: str) -> None:
    if Path(path).suffix.lower() not in KINDS:
        finding = Finding("", "its name does not say the kind of table", ", ".join(KINDS))
        raise FileError(f"cannot write {path}", [finding])
    if os.path.isdir(path):
        raise FileError(f"cannot write {path}", [Finding("", "is a folder", "a file")])


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
