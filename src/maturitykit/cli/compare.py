"""``maturitykit compare``: results of one model beside each other."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import click

from maturitykit.cli.options import Command, language_option, output_options, score_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maturitykit.cli.page import Page
    from maturitykit.comparison.movement import Comparison
    from maturitykit.scoring.result import Result


@click.command(name="compare", cls=Command)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--model", metavar="MODEL", help="Id, or path of a model.toml, if the files do not say.")
@click.option("--scorer", metavar="NAME", help="Another rule than the model's default.")
@language_option
@output_options(".json", ".txt")
@click.pass_context
def command(
    ctx: click.Context,
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
    from maturitykit.cli.page import Page, as_json, put
    from maturitykit.comparison.movement import compare

    results = [result for file in files for result in score_file(file, model, language, scorer=scorer)]
    if len(results) < 2:
        raise click.UsageError("the files hold one assessment; two or more are needed")
    comparisons = [compare(a, b) for a, b in pairwise(results)]
    if json or (output or "").lower().endswith(".json"):
        data = [comparison.to_dict() for comparison in comparisons]
        put(as_json(data[0] if len(data) == 1 else data), output)
        return
    page = Page()
    for comparison in comparisons:
        comparison_page(page, comparison)
    page.show(ctx.color) if output is None else put(page.plain(), output)


def comparison_page(page: Page, comparison: Comparison) -> None:
    """A comparison as a person wants to read it."""
    from maturitykit.assessment.keys import key
    from maturitykit.comparison.movement import how_derived, other_respondents
    from maturitykit.definition.fields import OUTCOME
    from maturitykit.scoring.telling import depths

    before, after = _name(comparison.before), _name(comparison.after)
    page.heading(f"{before} → {after}")
    page.paragraph(
        f"{comparison.after.model.title} ({comparison.after.model.id} {comparison.after.model.version})"
    )
    in_time = key(comparison.before.subject) == key(comparison.after.subject)
    rows = [("", "before", "after", "") if in_time else ("", before, after, "")]
    words = _WORDS if in_time else _WORDS | {"up": "↑ higher", "down": "↓ lower", "sideways": "↔ elsewhere"}
    rows += [_row(comparison, OUTCOME, "overall", words)] if comparison.after.stage else []
    for dimension, depth in depths(comparison.after.model):
        rows.append(_row(comparison, dimension.id, f"{'  ' * depth}{dimension.name}", words))
    page.table(rows, 2)
    page.paragraph(
        "for sure: no answer to an open question could change that; likely: open questions could explain it", 2
    )
    page.paragraph(how_derived(comparison), 2)
    if remark := other_respondents(comparison):
        page.paragraph(remark, 2)


def _name(result: Result) -> str:
    from maturitykit.scoring.telling import about

    return about(result) or "(no name)"


_WORDS = {"up": "↑ up", "down": "↓ down", "sideways": "↔ sideways", "same": "= same", "unknown": "? unknown"}


def _row(comparison: Comparison, id: str, name: str, words: Mapping[str, str]) -> tuple[str, str, str, str]:
    movement = comparison[id]
    if movement.dimension.scale is None:
        return name, "", "", ""
    sure = {True: ", for sure", False: ", likely"}[movement.certain]
    change = words[movement.direction] + ("" if movement.direction == "unknown" else sure)
    before, after = (result[id].brief or "not applicable" for result in (comparison.before, comparison.after))
    return name, before, after, change
