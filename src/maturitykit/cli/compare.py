"""``maturitykit compare``: comparison of results of one model."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import click

from maturitykit.cli.options import Command, language_option, output_options, score_file
from maturitykit.cli.output import give, one_or_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from maturitykit.comparison.movement import Comparison
    from maturitykit.report.nodes import Document


@click.command(name="compare", cls=Command)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--model", metavar="MODEL", help="Id, or path of a model.toml, if the files do not say.")
@click.option("--scorer", metavar="NAME", help="Another rule than the model's default.")
@language_option
@output_options(".json", ".txt")
def command(
    files: tuple[str, ...],
    model: str | None,
    scorer: str | None,
    language: str,
    json: bool,
    output: str | None,
) -> None:
    """Compare assessments of one model: each with the one before it, in the order given.

    The files hold two assessments or more between them: of one subject at several dates, or
    of several teams or subjects.
    """
    from maturitykit.comparison.movement import compare

    results = [result for file in files for result in score_file(file, model, language, scorer=scorer)]
    if len(results) < 2:
        raise click.UsageError("the files hold one assessment; two or more are needed")
    comparisons = [compare(a, b) for a, b in pairwise(results)]
    give(
        output,
        lambda: _pages(comparisons, language),
        lambda: one_or_list(comparison.to_dict() for comparison in comparisons),
    )


def _pages(comparisons: Sequence[Comparison], language: str) -> Iterator[Document]:
    from maturitykit.report.document import comparison_document

    return (comparison_document(comparison, language) for comparison in comparisons)
