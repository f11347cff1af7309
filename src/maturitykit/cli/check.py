"""``maturitykit check``: everything that is wrong with a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from maturitykit.cli.options import load_crosswalk, load_model, output_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maturitykit.definition.model import Model
    from maturitykit.errors import Finding


@click.command(name="check")
@click.argument("file", type=click.Path())
@click.option(
    "--crosswalk", "files", metavar="FILE", multiple=True, help="One to check against, beside the installed."
)
@click.option(
    "--model", "names", metavar="MODEL", multiple=True, help="A model that it is about, if not installed."
)
@output_options(".json", ".txt")
@click.pass_context
def command(
    ctx: click.Context, file: str, files: tuple[str, ...], names: tuple[str, ...], json: bool, output: str | None
) -> None:
    """Report every finding in FILE: a crosswalk, a model, or assessments."""
    from maturitykit.cli.page import Page, as_json, put

    findings = _findings(file, files, [load_model(name) for name in names])
    if json or (output or "").lower().endswith(".json"):
        put(
            as_json([{"where": f.where, "problem": f.problem, "expected": str(f.expected)} for f in findings]),
            output,
        )
    else:
        page = Page()
        page.paragraph(f"{file}: {len(findings)} findings" if findings else f"{file}: nothing to report")
        for finding in findings:
            page.paragraph(str(finding), 2)
        page.show(ctx.color) if output is None else put(page.plain(), output)
    ctx.exit(1 if findings else 0)


def _findings(file: str, others: Sequence[str], models: Sequence[Model]) -> Sequence[Finding]:
    from maturitykit.errors import AssessmentError, FileError, ModelError
    from maturitykit.files.text import read_text

    # What cannot be read at all is no finding, but a wrong call.
    read_text(file, largest=None)
    try:
        if "--" in Path(file).name:
            return _check_crosswalk(file, others, models)
        return _check_other(file, models)
    except (AssessmentError, FileError, ModelError) as error:
        return error.findings


def _check_crosswalk(file: str, others: Sequence[str], models: Sequence[Model]) -> Sequence[Finding]:
    from maturitykit.comparison.contradictions import contradictions
    from maturitykit.comparison.network import Network

    crosswalk = load_crosswalk(file)
    return contradictions(crosswalk, Network([crosswalk, *map(load_crosswalk, others)], models))


def _check_other(file: str, models: Sequence[Model]) -> Sequence[Finding]:
    from maturitykit.files.assessment import read_all
    from maturitykit.files.model import read_model
    from maturitykit.files.text import read_toml
    from maturitykit.scoring.score import score

    if file.endswith(".toml") and "dimensions" in read_toml(file):
        model = read_model(file)
        for language in model.languages:
            model.in_language(language)
    else:
        given = {model.id: model for model in models}
        for assessment in read_all(file, models[0].id if len(models) == 1 else ""):
            score(given.get(assessment.model, assessment.model), assessment)
    return ()
