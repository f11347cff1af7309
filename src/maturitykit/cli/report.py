"""``maturitykit report``: a report on a result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from maturitykit.cli.options import Command, language_option, load_model, score_file, targets
from maturitykit.cli.output import put

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from maturitykit.comparison.movement import Comparison
    from maturitykit.comparison.translation import Translation
    from maturitykit.scoring.result import Result


@click.command(name="report", cls=Command)
@click.argument("file")
@click.option(
    "-o", "--output", metavar="FILE", help="Write to FILE (.html, .pdf, .md, .xlsx), not Markdown to stdout."
)
@click.option(
    "--to", "models", metavar="MODEL", multiple=True, help="Show it in another model too; may be repeated."
)
@click.option("--since", metavar="FILE", help="An earlier assessment, to show what moved.")
@click.option(
    "--target", "wanted", metavar="[DIMENSION=]STAGE", multiple=True, callback=targets,
    help="A wanted stage, of the outcome or a dimension; may be repeated.",
)  # fmt: skip
@click.option("--model", metavar="MODEL", help="Id, or path of a model.toml, if FILE does not say.")
@click.option("--scorer", metavar="NAME", help="Another rule than the model's default.")
@click.option("--client", metavar="NAME", default="", help="Whom the report is for, if not the subject.")
@click.option("--logo", metavar="FILE", help="The client's logo (.svg or .png).")
@click.option("--colour", metavar="#RRGGBB", help="The client's colour, for headings.")
@language_option
def command(
    file: str,
    output: str | None,
    models: tuple[str, ...],
    since: str | None,
    wanted: dict[str, str],
    model: str | None,
    scorer: str | None,
    client: str,
    logo: str | None,
    colour: str | None,
    language: str,
) -> None:
    """Make a report on the assessment in FILE, or in a folder of respondents' files.

    What the report says as data: maturitykit score --json.
    """
    from maturitykit.report import SUFFIXES, Brand, build, read_logo, render
    from maturitykit.report.brand import COLOUR

    suffix = Path(output).suffix.lower() if output else ".md"
    if suffix not in SUFFIXES:
        raise click.BadParameter(f"{output!r} must end in {' or '.join(SUFFIXES)}", param_hint="'-o'")
    brand = Brand(client, colour or COLOUR, read_logo(logo) if logo else b"")
    result = _one(file, score_file(file, model, language, scorer=scorer, targets=wanted), "")
    document = build(
        result,
        translations=list(_translations(result, models, language)),
        comparison=_since(result, since, model, language, scorer) if since else None,
        brand=brand,
        language=language,
    )
    put(render(document, suffix), output)


def _one(file: str, results: Sequence[Result], subject: str) -> Result:
    """Return the only result, or the only one of a subject; refuse several."""
    from maturitykit.assessment.keys import key

    matching = list(results)
    if len(results) > 1 and subject:
        matching = [result for result in results if key(result.subject) == key(subject)]
    if len(matching) == 1:
        return matching[0]
    names = ", ".join(f"{result.subject} {result.date or ''}".strip() for result in results[:5])
    raise click.UsageError(f"{file} holds {len(results)} assessments ({names}): a report is on one")


def _since(result: Result, file: str, model: str | None, language: str, scorer: str | None) -> Comparison:
    from maturitykit.comparison.movement import compare

    return compare(_one(file, score_file(file, model, language, scorer=scorer), result.subject), result)


def _translations(result: Result, models: Sequence[str], language: str) -> Iterator[Translation]:
    from maturitykit.comparison.network import Network
    from maturitykit.comparison.translation import translate

    network = Network(language=language) if models else None
    for name in models:
        yield translate(result, load_model(name, language), network=network)
