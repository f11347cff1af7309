"""``maturitykit score``: results of assessments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from maturitykit.cli.options import Command, language_option, output_options, pairs, score_file, suffix_of, targets
from maturitykit.cli.output import give, one_or_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from maturitykit.files.result import Included
    from maturitykit.report.nodes import Document
    from maturitykit.scoring.result import Result


@click.command(name="score", cls=Command)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--model", metavar="MODEL", help="Id, or path of a model.toml, if FILE does not say.")
@click.option("--scorer", metavar="NAME", help="Another rule than the model's default.")
@click.option(
    "--consensus",
    type=click.Choice(["median", "mean", "weakest", "envelope"]),
    default="median",
    show_default=True,
    help="How ratings of several respondents are combined.",
)
@click.option(
    "--weight", "weights", metavar="DIMENSION=NUMBER", multiple=True, callback=pairs,
    help="A weight in place of the model's; may be repeated.",
)  # fmt: skip
@click.option(
    "--target", "wanted", metavar="[DIMENSION=]STAGE", multiple=True, callback=targets,
    help="A wanted stage, of the outcome or a dimension; may be repeated.",
)  # fmt: skip
@click.option(
    "--explain", metavar="[DIMENSION]", is_flag=False, flag_value="outcome",
    help="Show how a score follows from the answers. Goes behind FILE.",
)  # fmt: skip
@click.option(
    "--include", type=click.Choice(["what_holds", "roadmap"]), multiple=True,
    help="In JSON also what the outcome rests on, or roadmaps; may be repeated.",
)  # fmt: skip
@click.option(
    "--merged", metavar="FILE", callback=suffix_of(".csv", ".xlsx", ".json", ".toml"),
    help="Write what all files say to FILE (.csv, .xlsx, .json, .toml), as one assessment to read again.",
)  # fmt: skip
@click.option(
    "--by", metavar="COLUMN", multiple=True,
    help="Of a large table: a column that tells assessments apart, if not subject and date; may be repeated.",
)  # fmt: skip
@click.option("--tidy", is_flag=True, help="Of a large table: a row for each dimension of each assessment.")
@click.option(
    "--problems", metavar="FILE",
    help="Of a large table: count bad ratings as blank, and list them in FILE (.csv, .parquet, .arrow).",
)  # fmt: skip
@click.option(
    "--robustness", type=click.Choice(["weights", "people"]),
    help="Of a large table: add what the outcome rests on: ties and weights, and single respondents too.",
)  # fmt: skip
@language_option
@output_options(".json", ".csv", ".txt", ".parquet", ".arrow")
def command(
    files: tuple[str, ...],
    model: str | None,
    scorer: str | None,
    consensus: str,
    weights: dict[str, str],
    wanted: dict[str, str],
    explain: str | None,
    include: tuple[Included, ...],
    merged: str | None,
    by: tuple[str, ...],
    tidy: bool,
    problems: str | None,
    robustness: str | None,
    language: str,
    json: bool,
    output: str | None,
) -> None:
    """Score the assessments in FILE (.csv, .json, .toml, .xlsx, .ods, or what a form saved).

    Several files, or all in a folder, are merged: one assessment for each subject and date,
    with all respondents.

    Where Parquet or Arrow is read or written, large tables go from files to a file, in memory
    that does not grow with them: FILE is then Parquet, Arrow or CSV, or several of them, a
    folder or a pattern, and -o ends in .parquet, .arrow or .csv.
    """
    from maturitykit.cli.large import is_large, score_large

    choices = {"scorer": scorer, "consensus": consensus, "weights": weights}
    if is_large(files, output):
        if not_for_tables := [
            name
            for name, value in (
                ("--target", wanted),
                ("--explain", explain),
                ("--include", include),
                ("--merged", merged),
                ("--json", json),
            )
            if value
        ]:
            raise click.UsageError(f"{not_for_tables[0]} is for a few assessments, not for large tables")
        score_large(files, output, model, problems, by=by or None, tidy=tidy, robustness=robustness, **choices)
        return
    if by or tidy or problems or robustness:
        options = "--by, --tidy, --problems and --robustness"
        raise click.UsageError(f"{options} are for large tables: -o must end in .parquet or .arrow")
    choices |= {"targets": wanted, "merged": merged}
    _score_few(files, model, language, explain, include, json, output, **choices)


def _score_few(
    files: Sequence[str],
    model: str | None,
    language: str,
    explain: str | None,
    include: tuple[Included, ...],
    json: bool,
    output: str | None,
    **choices: Any,
) -> None:
    """Score files of assessments and print them, or write text, JSON or CSV."""
    kind = ".json" if json else (output or "").lower()[-5:]
    if explain and kind.endswith((".json", ".csv")):
        raise click.UsageError("--explain gives text: it goes with neither JSON nor CSV")
    if include and kind != ".json":
        raise click.UsageError("--include is for JSON: add --json, or an -o that ends in .json")
    results = score_file(files, model, language, **choices)
    give(
        output,
        lambda: _pages(results, explain, language),
        lambda: one_or_list(result.to_dict(include=include) for result in results),
        csv=lambda: _csv(results),
    )


def _pages(results: Sequence[Result], explain: str | None, language: str) -> Iterator[Document]:
    from maturitykit.report.document import IN_SHORT, build, explain_document

    for result in results:
        if explain:
            yield explain_document(result, explain, language)
        else:
            yield build(result, language=language, sections=IN_SHORT)


def _csv(results: Sequence[Result]) -> str:
    """Return a row for each dimension of each result, as CSV."""
    from maturitykit.files.separated import to_csv
    from maturitykit.scoring.records import COLUMNS, rows_of

    return to_csv([COLUMNS, *(row for result in results for row in rows_of(result))])
