"""``maturitykit form``: a form for respondents to fill in."""

from __future__ import annotations

from datetime import date as Date

import click

from maturitykit.cli.options import Command, language_option, load_model


def _day(ctx: click.Context, parameter: click.Parameter, value: str | None) -> Date | None:
    from maturitykit.files.strict import date_of

    day = date_of(value) if value else None
    if value and not day:
        raise click.BadParameter(f"{value!r} is not a date: year-month-day, as in 2026-05-31")
    return day


@click.command(name="form", cls=Command)
@click.argument("model")
@click.option("-o", "--output", metavar="FILE", required=True, help="Write to FILE (.html, .xlsx, .csv).")
@click.option("--subject", default="", metavar="TEXT", help="Who or what is judged, filled in beforehand.")
@click.option("--date", metavar="DATE", callback=_day, help="The date of the assessment, filled in beforehand.")
@language_option
def command(model: str, output: str, subject: str, date: Date | None, language: str) -> None:
    """Write a form that asks about every dimension of MODEL.

    FILE is a page for any browser (.html) that works offline, a workbook that follows the
    answers (.xlsx), or a table (.csv). What comes back is scored by maturitykit score.
    """
    from maturitykit.form import write_form

    write_form(load_model(model, language), output, subject, date)
