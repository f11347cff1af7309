"""``maturitykit check``: every finding in files and installed plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from maturitykit.cli.options import Command, load_crosswalk, load_model, output_options
from maturitykit.cli.output import give

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from maturitykit.cli.targets import Context, LocatedFinding, Target
    from maturitykit.definition.crosswalk import Crosswalk
    from maturitykit.definition.model import Model
    from maturitykit.testing.codes import FindingSeverity

#: Most findings that are shown: a file with more repeats one mistake.
MOST = 1_000

#: Codes of findings on names that could not be checked: no such file or plugin, or nothing to check in it.
UNREADABLE = {"MK001", "MK007", "MK008"}


@click.command(name="check", cls=Command)
@click.argument("things", metavar="FILE|FOLDER|ID...", nargs=-1, required=True)
@click.option(
    "--crosswalk", "files", metavar="FILE", multiple=True, help="One to check against, beside the installed."
)
@click.option(
    "--model", "names", metavar="MODEL", multiple=True, help="A model that it is about, if not installed."
)
@click.option("--against", metavar="MODEL", help="The version of a model before, whose ids have to stay.")
@click.option(
    "--fail-on", type=click.Choice(["error", "warning"]), default="error", show_default=True,
    help="From which findings on the exit status is 1.",
)  # fmt: skip
@output_options(".json", ".txt")
@click.pass_context
def command(
    ctx: click.Context,
    things: tuple[str, ...],
    files: tuple[str, ...],
    names: tuple[str, ...],
    against: str | None,
    fail_on: FindingSeverity,
    json: bool,
    output: str | None,
) -> None:
    """Report every finding in models, crosswalks, scorers and assessments.

    They are named by file, folder or the id of what is installed. What each code means is in
    docs/reference/findings.md.
    """
    from maturitykit.cli.targets import Context, Target, targets_of

    old = load_model(against) if against else None
    context = Context([load_model(name) for name in names], [load_crosswalk(name) for name in files], old)
    targets = list(targets_of(things))
    if old and len(targets) > 1:
        raise click.UsageError("--against is for one model at a time")
    findings = [target for target in targets if not isinstance(target, Target)]
    more, checks, skipped = _check_all([t for t in targets if isinstance(t, Target)], context)
    findings += more
    give(
        output,
        lambda: _as_text(findings, things, checks, skipped),
        lambda: {"checks": checks, "skipped": skipped, "findings": [_as_data(each) for each in findings[:MOST]]},
    )
    ctx.exit(_status(findings, fail_on))


def _check_all(targets: Sequence[Target], context: Context) -> tuple[list[LocatedFinding], int, Mapping[str, str]]:
    """Return the findings, the number of checks that were run, and why others were not."""
    from maturitykit.cli.targets import check, failed, load, located
    from maturitykit.definition.model import Model
    from maturitykit.errors import MaturityError

    loaded: dict[Target, Model | Crosswalk | MaturityError | None] = {}
    for target in targets:
        try:
            loaded[target] = load(target)
        except MaturityError as error:
            loaded[target] = error
    # Files that are checked together may refer to each other.
    from_files = [thing for target, thing in loaded.items() if target.is_file]
    models = [thing for thing in from_files if isinstance(thing, Model)]
    crosswalks = [thing for thing in from_files if thing and not isinstance(thing, (Model, MaturityError))]
    context = context._replace(models=[*models, *context.models], crosswalks=[*crosswalks, *context.crosswalks])
    findings: list[LocatedFinding] = []
    checks = 0
    skipped: dict[str, str] = {}
    for target, thing in loaded.items():
        try:
            if isinstance(thing, MaturityError):
                raise thing
            report = check(target, thing, context)
        except MaturityError as error:
            report = failed(target, error)
        findings += located(target, None if isinstance(thing, MaturityError) else thing, report.findings)
        checks += report.checks
        skipped.update(report.skipped)
    return findings, checks, skipped


def _status(findings: Sequence[LocatedFinding], fail_on: FindingSeverity) -> int:
    from maturitykit.testing.report import severity_of

    if any(each.finding.code in UNREADABLE for each in findings):
        return 2
    return int(any(fail_on == "warning" or severity_of(each.finding) == "error" for each in findings))


def _as_data(located: LocatedFinding) -> dict[str, object]:
    from maturitykit.errors import OneOf
    from maturitykit.testing.report import severity_of

    file, location, finding = located
    expected = finding.expected
    return {
        "code": finding.code,
        "severity": severity_of(finding),
        "file": file,
        "line": location and location.line,
        "column": location and location.column,
        "where": finding.where,
        "problem": finding.problem,
        "expected": expected.nearest_first() if isinstance(expected, OneOf) else expected,
    }


def _as_text(
    findings: Sequence[LocatedFinding], things: Sequence[str], checks: int, skipped: Mapping[str, str]
) -> str:
    """Return a line for each finding, in the form that editors parse, and a line with the totals."""
    from maturitykit.errors import escaped
    from maturitykit.testing.report import severity_of

    lines = []
    for file, location, finding in findings[:MOST]:
        numbers = ":".join(str(number) for number in location or () if number is not None)
        where = f"{escaped(file)}:{numbers}" if numbers else escaped(file)
        word = " (warning)" if severity_of(finding) == "warning" else ""
        lines.append(f"{where}: {finding.code}{word} {finding}")
    if len(findings) > MOST:
        lines.append(f"… and {len(findings) - MOST:,} more findings")
    subject = escaped(things[0]) if len(things) == 1 else f"{len(things)} names"
    severities = [severity_of(each.finding) for each in findings]
    counts = [f"{n} {word}{'s' * (n > 1)}" for word in ("error", "warning") if (n := severities.count(word))]
    lines.append(f"{subject}: {' and '.join(counts) or 'nothing to report'}, {checks} checks run")
    lines += [f"not run: {code}, {reason}" for code, reason in skipped.items()]
    return "\n".join(lines) + "\n"
