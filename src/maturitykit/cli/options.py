"""Options and loading functions that commands share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from maturitykit.errors import escaped

if TYPE_CHECKING:
    from maturitykit.assessment.ratings import Assessment
    from maturitykit.definition.crosswalk import Crosswalk
    from maturitykit.definition.model import Model
    from maturitykit.scoring.result import Result

F = TypeVar("F", bound=Callable[..., Any])

#: Parameters of commands that name a file to write.
_WRITTEN = ("output", "merged", "problems")


class Command(click.Command):
    """A command that overwrites no file that it reads.

    Only `maturitykit.cli.output.say` writes to its stdout; what plugins and rules print goes to stderr.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command after checking that it overwrites none of its inputs."""
        if written := [ctx.params[name] for name in _WRITTEN if ctx.params.get(name)]:
            from maturitykit.files.text import refuse_overwriting

            refuse_overwriting(_read_by(ctx.params), written)
        ctx.obj = sys.stdout
        with redirect_stdout(sys.stderr):
            return super().invoke(ctx)


def _read_by(params: Mapping[str, Any]) -> Iterator[str | Path]:
    """Yield the files that parameters name, and the files of answers in the folders that they name."""
    inputs = [value for name, value in params.items() if name not in _WRITTEN]
    for value in inputs:
        for text in value if isinstance(value, (tuple, list)) else [value]:
            if isinstance(text, str) and os.path.isdir(text):
                from maturitykit.files.assessment import READERS

                yield from (file for file in Path(text).iterdir() if file.suffix.lower() in READERS)
            elif isinstance(text, str) and os.path.exists(text):
                yield text


def output_options(*suffixes: str) -> Callable[[F], F]:
    """Return a decorator that adds ``--json`` and ``-o FILE``, whose suffix names the format."""

    def check(ctx: click.Context, parameter: click.Parameter, path: str | None) -> str | None:
        suffix = Path(path or "").suffix.lower()
        if path and suffix not in suffixes:
            raise click.BadParameter(f"{path!r} must end in {' or '.join(suffixes)}")
        if path and suffix != ".json" and ctx.params["json"]:
            raise click.BadParameter(f"{path!r} must end in .json, with --json")
        return path

    def add(command: F) -> F:
        name = ", ".join(suffixes)
        command = click.option("-o", "--output", metavar="FILE", callback=check, help=f"Write to FILE ({name}).")(
            command
        )
        # Eager options are parsed first, so the check of the file knows this one.
        return click.option("--json", "json", is_flag=True, is_eager=True, help="Print JSON.")(command)

    return add


def suffix_of(*suffixes: str) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """Return a callback that checks the suffix of a file to write other than the output."""

    def check(ctx: click.Context, parameter: click.Parameter, path: str | None) -> str | None:
        if path and Path(path).suffix.lower() not in suffixes:
            raise click.BadParameter(f"{path!r} must end in {' or '.join(suffixes)}")
        return path

    return check


def language_option(command: F) -> F:
    """Add the option ``--language``."""
    text = "Language of the model's texts, where it has them (en, nl, …)."
    return click.option("--language", default="en", metavar="TAG", show_default=True, help=text)(command)


def load_model(name: str, language: str | None = None, version: str = "") -> Model:
    """Return an installed model by its id, or one in a file or folder by its path; in a language, if it has it.

    If several versions are installed, the name or ``version`` chooses one.
    """
    from maturitykit.definition.translation import language_of
    from maturitykit.files.model import read_model
    from maturitykit.files.text import is_folder
    from maturitykit.registry import model_of, models

    path = Path(name)
    is_file = path.suffix in (".toml", ".json") or len(path.parts) > 1 or (is_folder(path) and name not in models)
    model = read_model(path) if is_file else model_of(name, version)
    if language is None:
        return model
    if language_of(language, model.languages) is None:
        available = ", ".join(model.languages)
        click.echo(
            f"{model.id} has no texts in {language!r}, only in {available}: shown in {model.language}", err=True
        )
    return model.in_language(language)


def load_crosswalk(name: str) -> Crosswalk:
    """Return an installed crosswalk by its id, or one in a file by its path: TOML, JSON, or SSSOM as TSV."""
    from maturitykit.files.crosswalk import read_crosswalk
    from maturitykit.files.sssom import read_sssom
    from maturitykit.registry import crosswalks

    path = Path(name)
    if path.suffix == ".tsv":
        return read_sssom(path)
    is_file = path.suffix in (".toml", ".json") or len(path.parts) > 1
    return read_crosswalk(path) if is_file else crosswalks.load(name)


def score_file(
    files: str | Sequence[str], model: str | None, language: str, merged: str | None = None, **choices: Any
) -> list[Result]:
    """Score all assessments in a file, or those that several files and folders hold once merged.

    Args:
        files: One path or several; notes on how they were merged go to stderr.
        model: Id or path of the model, if the files do not name it.
        language: Language of the texts.
        merged: File to write the scored assessments to.
        choices: Arguments for `maturitykit.score`.

    Raises:
        AssessmentError: If any cannot be scored, with the findings on all of them.
    """
    from maturitykit.files.collect import collect, each
    from maturitykit.scoring.score import check_fit, score

    chosen = load_model(model, language) if model else None
    load = cache(lambda name, version: load_model(name, language, version))

    def model_of(assessment: Assessment) -> Model:
        return chosen or load(assessment.model, assessment.version)

    collected = collect(files, chosen or "", lambda part: check_fit(model_of(part), part))
    for note in collected.notes:
        click.echo(escaped(str(note)), err=True)
    results = each(lambda a: score(model_of(a), a, **choices), collected.assessments)
    if merged:
        from maturitykit.files.write import write

        write(collected.assessments, merged)
    return results


def targets(ctx: click.Context, parameter: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """Parse values of the form ``DIMENSION=STAGE``; a stage alone is a target of the outcome."""
    return pairs(ctx, parameter, [value if "=" in value else f"outcome={value}" for value in values])


def pairs(ctx: click.Context, parameter: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """Parse values of the form ``DIMENSION=VALUE``, with each dimension once."""
    parsed: dict[str, str] = {}
    for value in values:
        name, equals, text = (part.strip() for part in value.partition("="))
        if not (name and equals and text):
            raise click.BadParameter(f"{value!r} is not of the form {parameter.metavar}")
        if name in parsed:
            raise click.BadParameter(f"{name!r} is given twice")
        parsed[name] = text
    return parsed
