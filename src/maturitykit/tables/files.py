"""Tables in files, which Polars scores in memory that does not grow with the rows."""

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

#: Memory to stay within, in megabytes, without that of Python itself.
MEMORY = 1750

#: Most respondents of one assessment in the first attempt: a low limit is faster, and more are rare.
RESPONDENTS = 2_047

#: Seconds after which to check again whether the user interrupts.
WAIT = 0.2

#: Exceptions of an engine that cannot read a file.
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
    """Score the table of ratings in some files, and write the results to another file.

    Args:
        files: Files, folders of files, or patterns such as ``"responses/*.parquet"``: Parquet,
            Arrow or CSV, all of one kind.
        output: The file to write, completely or not at all; its suffix determines the kind.
        model: The model; by default the one that a column ``model`` names.
        problems: A file for the bad ratings, which then count as blank.
        tidy: Whether to write a row for each dimension of each assessment.
        memory: Memory to stay within, in megabytes.
        progress: A function to call before each part and at the end, with the share that is done, from 0 to 1.
        load: The function that loads the model that the files name.
        choices: Other arguments of `maturitykit.tables.score`.

    Returns:
        The number of bad ratings, 0 unless they have a file; and remarks for a person to read.

    Raises:
        AssessmentError: If the ratings do not fit the model, with the findings.
        FileError: If the files cannot be read, or the output cannot be written.
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
            # The table is checked again, one rating at a time, so that findings name their lines.
            each(lambda assessment: score_one(chosen, assessment), read)
            locate = in_file if len(sources) > 1 else lambda finding, _: finding
            by_line = [locate(finding, path) for path in sources for finding in findings_by_line(path, chosen)]
            if by_line:
                raise AssessmentError(error.title, by_line) from None
            raise
        except ENGINE_ERRORS as error:
            raise _unreadable(paths, error) from error
        # Remarks are about the names within one file.
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
        The number of bad ratings, and of names that may be the same as another.
    """
    columns = table.collect_schema().names()
    rated = 0 if set(columns) >= LONG else sum(name in model.by_id for name in columns)
    by = keys_in(columns, choices.get("by"))
    keyed = _run(lambda: with_keys(model, frame_of(table, by), by))
    strict = len(written) == 1
    count = count_parts(table, rated, memory)
    divided = partition(keyed.native(), by, count, keep_near_keys=not strict)
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
                for number, (part, scored) in enumerate(zip(parts, results, strict=True)):
                    progress(number / len(parts))
                    _run(partial(scores.write, scored.tidy() if tidy else scored.frame))
                    for writer in listed:
                        wrong += _run(partial(writer.write, scored.problems()))
                        near += _run(partial(_count, near_names(responses_of(model, part, by)).native()))
                progress(1)
                return wrong - near, near
        except ENGINE_ERRORS as error:
            if other := attempt.after(error):
                attempt = other
                continue
            failed = None
            # A file that broke halfway breaks again when it is read for findings.
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
    """Copy CSV files to a folder, as Parquet; return the copies, and the assessments in the small files."""
    copies = [str(Path(folder) / f"{number}.parquet") for number in range(len(paths))]
    read = [copy_csv(path, copy, model, others) for path, copy in zip(paths, copies, strict=True)]
    return copies, list(chain.from_iterable(read))


def _scan(paths: Sequence[str], kind: str) -> pl.LazyFrame:
    """Read files as one table that has the columns of all of them."""
    # Statistics do not help to select the rows of a part, and some Polars versions fail on those of empty columns.
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
    """Return the error in the ratings of all parts; None if they did not cause the failure."""
    findings = chain.from_iterable(part.findings() for part in parts)
    return failure_of(parts[0].model, list(islice(findings, MOST_FINDINGS)), error) if parts else None


def _model_in(table: pl.LazyFrame) -> str:
    """Return the one model that a table names."""
    ids: list[str] = []
    if "model" in table.collect_schema():
        names = table.select(pl.col("model").cast(pl.String)).filter(pl.col("model") != "").unique()
        ids = sorted(_run(lambda: names.head(2).collect(engine="streaming"))["model"])
    if len(ids) != 1:
        problem = f"they name several: {', '.join(map(quoted, ids))}, …" if ids else "no model is named"
        raise FileError("cannot tell the model of these ratings", [Finding("model", problem, "one, or --model")])
    return ids[0]


def _run(work: Callable[[], T]) -> T:
    """Return the result of a function that runs in another thread.

    On an interrupt, Polars raises in the thread that waits for it, and Python raises in the main thread. If both
    were the same thread, the second error would disturb the cleaning up after the first.
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
    # The other lines are about the engine's plan, which the user did not write.
    return str(error).strip().partition("\n")[0]


def _check_target(path: str) -> None:
    if Path(path).suffix.lower() not in KINDS:
        finding = Finding("", "its name does not say the kind of table", ", ".join(KINDS))
        raise FileError(f"cannot write {path}", [finding])
    if os.path.isdir(path):
        raise FileError(f"cannot write {path}", [Finding("", "is a folder", "a file")])


def _files(paths: Sequence[str]) -> tuple[list[str], str]:
    """Return the files that the paths lead to, each once, and their kind."""
    findings: list[Finding] = []
    by_path: dict[Path, str] = {}
    for path in paths:
        files = sorted(_below(path))
        if not files:
            problem = "there is no such file" if not Path(path).is_dir() else "the folder holds no tables"
            findings.append(Finding(path, problem, f"files that end in {', '.join(KINDS)}"))
        for file in files:
            suffix = Path(file).suffix.lower()
            if suffix not in KINDS:
                problem = f"files of the kind {quoted(suffix)} are no tables"
                findings.append(Finding(file, problem, ", ".join(KINDS)))
            elif not Path(file).stat().st_size:
                findings.append(Finding(file, "the file is empty"))
            else:
                by_path.setdefault(Path(file).resolve(), file)
    kinds = sorted({KINDS[Path(file).suffix.lower()] for file in by_path.values()})
    if len(kinds) > 1:
        findings.append(Finding("", f"the files are of several kinds: {' and '.join(kinds)}", "one kind"))
    if findings:
        raise FileError(NOT_ONE_TABLE, findings)
    return list(by_path.values()), kinds[0]


def _below(path: str) -> Iterator[str]:
    """Yield the files that a path leads to: itself, those that match its pattern, or the tables in a folder.

    In folders, hidden files are passed over, as patterns do: unfinished files, and copies that editors keep.
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
