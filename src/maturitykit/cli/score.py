"""``maturitykit score``: an assessment to a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from maturitykit.cli.options import Command, language_option, output_options, pairs, score_file, suffix_of, targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maturitykit.cli.page import Page
    from maturitykit.scoring.result import Result
    from maturitykit.scoring.scores import Score


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
@language_option
@output_options(".json", ".csv", ".txt", ".parquet", ".arrow")
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    model: str | None,
    scorer: str | None,
    consensus: str,
    weights: dict[str, str],
    wanted: dict[str, str],
    explain: str | None,
    merged: str | None,
    by: tuple[str, ...],
    tidy: bool,
    problems: str | None,
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
                ("--merged", merged),
                ("--json", json),
            )
            if value
        ]:
            raise click.UsageError(f"{not_for_tables[0]} is for a few assessments, not for large tables")
        score_large(files, output, model, problems, by=by or None, tidy=tidy, **choices)
        return
    if by or tidy or problems:
        options = "--by, --tidy and --problems"
        raise click.UsageError(f"{options} are for large tables: -o must end in .parquet or .arrow")
    choices |= {"targets": wanted, "merged": merged}
    _score_few(ctx, files, model, language, explain, json, output, **choices)


def _score_few(
    ctx: click.Context,
    files: Sequence[str],
    model: str | None,
    language: str,
    explain: str | None,
    json: bool,
    output: str | None,
    **choices: Any,
) -> None:
    """Files of assessments to a page, or to JSON or CSV."""
    from maturitykit.cli.page import Page, as_json, check_not_an_input, put

    if choices["merged"]:
        check_not_an_input(choices["merged"])
    suffix = (output or "").lower()
    if explain and (json or suffix.endswith((".json", ".csv"))):
        raise click.UsageError("--explain gives text: it goes with neither JSON nor CSV")
    results = score_file(files, model, language, **choices)
    if json or suffix.endswith(".json"):
        data = [result.to_dict() for result in results]
        put(as_json(data[0] if len(data) == 1 else data), output)
    elif suffix.endswith(".csv"):
        put(_csv(results), output)
    else:
        page = Page()
        for result in results:
            _explained(page, result, explain) if explain else result_page(page, result)
        page.show(ctx.color) if output is None else put(page.plain(), output)


def result_page(page: Page, result: Result) -> None:
    """A result as a person wants to read it: the outcome, the tree, what is weak, what is next."""
    from maturitykit.scoring.telling import about, capital, depths, headline, how_scored

    page.heading(about(result) or "Result")
    page.paragraph(f"{result.model.title} ({result.model.id} {result.model.version}). {how_scored(result)}")
    page.heading(capital(headline(result)))
    page.table([_row(result[dimension.id], depth) for dimension, depth in depths(result.model)], 2)
    page.paragraph(_legend(result), 2)
    _weakest(page, result)
    _next(page, result)
    _guidance(page, result)
    _issues(page, result)
    _readings(page, result)


def _row(score: Score, depth: int) -> tuple[str, ...]:
    from maturitykit.scoring.telling import bar, found

    covered = f"{score.coverage:.0%}" if score.inputs and not score.dimension.is_leaf else ""
    people = f"n={score.respondents}" if score.respondents > 1 and score.dimension.is_leaf else ""
    return f"{'  ' * depth}{score.dimension.name}", bar(score), found(score), covered or people


def _legend(result: Result) -> str:
    from maturitykit.scoring.telling import bar

    blocks = "█ reached  ▓ likely  ░ possible  · not reached  n: how many rated it"
    return blocks if any(bar(score) for score in result.values()) else ""


def _weakest(page: Page, result: Result) -> None:
    from maturitykit.definition.names import names_of
    from maturitykit.scoring.telling import behind, descriptor

    weakest, names = behind(result), names_of(result.model)
    if weakest:
        page.heading("Weakest")
    if len(weakest) > 3:
        page.paragraph(", ".join(names[score.dimension.id] for score in weakest), 2)
    else:
        for score in weakest:
            stage, text = score.stage and score.stage.likely, descriptor(score)
            page.paragraph(f"{names[score.dimension.id]}: {stage and stage.name}{'. ' + text if text else ''}", 2)


def _next(page: Page, result: Result) -> None:
    """What the next stage takes, or the wanted one."""
    from maturitykit.definition.names import names_of
    from maturitykit.scoring.roadmap import roadmap
    from maturitykit.scoring.telling import change

    target, names = result.outcome.target, names_of(result.model)
    for way in roadmap(result, target.id if target else None):
        if way.raises is None:
            page.heading(f"{way.stage.name} is out of reach: what it requires is not applicable")
        elif way.raises:
            page.heading(f"What is needed for {way.stage.name}")
        for step in way.raises or ():
            text = step.dimension.descriptors.get(step.to.id, "")
            page.paragraph(f"{names[step.dimension.id]}: {change(step)}{'. ' + text if text else ''}", 2)
        if way.alternatives:
            many = f"{len(way.alternatives)} or more" if len(way.alternatives) > 8 else f"{len(way.alternatives)}"
            sets = "other set" if len(way.alternatives) == 1 else "other sets"
            raises = "1 raise" if len(way.raises or ()) == 1 else f"{len(way.raises or ())} raises"
            page.paragraph(f"Instead, {many} {sets} of {raises} would do.", 2)


def _guidance(page: Page, result: Result) -> None:
    stage = result.stage and (result.stage.likely or result.stage.low)
    for topic in result.model.guidance:
        if stage and stage.id in topic.texts:
            page.heading(f"{topic.name} (at {stage.name})")
            page.paragraph(topic.texts[stage.id], 2)


def _issues(page: Page, result: Result) -> None:
    from maturitykit.definition.names import names_of
    from maturitykit.scoring.telling import grave_and_small

    others, small = grave_and_small(result)
    names = names_of(result.model) | {"outcome": "overall"}
    if result.issues:
        page.heading("What to know before using this")
    for issue in others:
        page.paragraph(f"{issue.severity}: {names[issue.where]}: {issue.message}", 2)
    if small:
        where = ", ".join(names[issue.where] for issue in small)
        page.paragraph(f"info: respondents differ somewhat on {where} (--explain shows how)", 2)


def _readings(page: Page, result: Result) -> None:
    """What of all this the source does not state."""
    from maturitykit.scoring.telling import parts_read

    if names := parts_read(result.model):
        page.heading("Our reading, not stated by the source")
        page.paragraph(f"{', '.join(names)}. Why: maturitykit show {result.model.id}", 2)


def _explained(page: Page, result: Result, id: str) -> None:
    from maturitykit.errors import Finding, ScoringError, one_of, quoted
    from maturitykit.scoring.telling import about

    if id not in result:
        finding = Finding("", f"{quoted(id)} is not a dimension of {result.model.id}", one_of(list(result), id))
        raise ScoringError("there is nothing to explain", [finding])
    page.heading(about(result) or "Result")
    page.table([[line] for line in result.explain(id).split("\n")])


def _csv(results: Sequence[Result]) -> str:
    """A row for each dimension of each result."""
    from maturitykit.files.separated import to_csv
    from maturitykit.scoring.rows import COLUMNS, rows_of

    return to_csv([COLUMNS, *(row for result in results for row in rows_of(result))])
