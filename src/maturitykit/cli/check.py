"""``maturitykit check``: everything that is wrong with a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from maturitykit.cli.options import load_crosswalk, load_model, output_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maturitykit.definition.crosswalk import Crosswalk
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
        page.paragraph(
            f"{file}: {len(findings)} finding{'s' * (len(findings) > 1)}"
            if findings
            else f"{file}: nothing to report"
        )
        for finding in findings:
            page.paragraph(str(finding), 2)
        page.show(ctx.color) if output is None else put(page.plain(), output)
    ctx.exit(1 if findings else 0)


def _findings(file: str, others: Sequence[str], models: Sequence[Model]) -> Sequence[Finding]:
    from maturitykit.errors import AssessmentError, FileError, ModelError, ScoringError
    from maturitykit.files.text import is_folder, read_text, read_toml

    # What cannot be read at all is no finding, but a wrong call.
    if not is_folder(Path(file)):
        read_text(file, largest=None)
    try:
        if file.endswith(".tsv") or (file.endswith(".toml") and "links" in read_toml(file)):
            return _check_crosswalk(file, others, models)
        if is_folder(Path(file)) or (file.endswith(".toml") and "dimensions" in read_toml(file)):
            return _check_model(file)
        _check_assessments(file, models)
    except (AssessmentError, FileError, ModelError, ScoringError) as error:
        return error.findings
    return ()


def _check_crosswalk(file: str, others: Sequence[str], models: Sequence[Model]) -> Sequence[Finding]:
    from maturitykit.comparison.contradictions import contradictions
    from maturitykit.comparison.network import Network

    crosswalk = load_crosswalk(file)
    found = contradictions(crosswalk, Network([crosswalk, *map(load_crosswalk, others)], models))
    return [*found, *_check_texts(crosswalk)]


def _check_model(file: str) -> Sequence[Finding]:
    from maturitykit.errors import Finding, PluginError
    from maturitykit.files.model import read_model
    from maturitykit.scoring.plan import plan_for

    model = read_model(file)
    findings = _check_texts(model)
    for scorer in model.scorers:
        try:
            plan_for(model, scorer, {})
        except PluginError as error:
            findings += [Finding("scorers", str(each)) for each in error.findings]
    return findings


def _check_texts(thing: Model | Crosswalk) -> list[Finding]:
    """What is wrong with its translations, each with its language."""
    from maturitykit.errors import MaturityError

    findings: list[Finding] = []
    for language in thing.translations:
        try:
            thing.in_language(language)
        except MaturityError as error:
            findings += [each._replace(where=f"text/{language}: {each.where}") for each in error.findings]
    return findings


def _check_assessments(file: str, models: Sequence[Model]) -> None:
    from maturitykit.errors import AssessmentError
    from maturitykit.files.assessment import read_all
    from maturitykit.scoring.score import score

    given = {model.id: model for model in models}
    findings: list[Finding] = []
    for assessment in read_all(file, models[0].id if len(models) == 1 else ""):
        try:
            score(given.get(assessment.model, assessment.model), assessment)
        except AssessmentError as error:
            findings += error.findings
    if findings:
        raise AssessmentError("the ratings do not fit", findings)
