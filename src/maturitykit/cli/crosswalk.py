"""``maturitykit crosswalk``: a result of one model, seen in others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from maturitykit.cli.options import language_option, load_crosswalk, load_model, output_options, score_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from maturitykit.cli.page import Page
    from maturitykit.comparison.network import Network
    from maturitykit.comparison.translation import DerivedScore, Translation
    from maturitykit.scoring.result import Result


@click.command(name="crosswalk")
@click.argument("file", required=False)
@click.option("--to", metavar="MODEL", help="The model to arrive at; without it, every other model.")
@click.option("--via", metavar="MODEL", multiple=True, help="A model on the way; may be repeated.")
@click.option("--stage", metavar="STAGE", help="With a model in place of FILE: its overall stage.")
@click.option("--list", "list_all", is_flag=True, help="List what crosswalks lead where.")
@click.option("--crosswalk", "files", metavar="FILE", multiple=True, help="One that is not installed.")
@click.option("--model", metavar="MODEL", help="Id, or path of a model.toml, if FILE does not say.")
@click.option("--scorer", metavar="NAME", help="Another rule for the model to arrive at.")
@click.option(
    "--explain", metavar="[DIMENSION]", is_flag=False, flag_value="outcome",
    help="Show what a derived score follows from. Goes behind FILE.",
)  # fmt: skip
@language_option
@output_options(".json", ".txt")
@click.pass_context
def command(
    ctx: click.Context,
    file: str | None,
    to: str | None,
    via: tuple[str, ...],
    stage: str | None,
    list_all: bool,
    files: tuple[str, ...],
    model: str | None,
    scorer: str | None,
    explain: str | None,
    language: str,
    json: bool,
    output: str | None,
) -> None:
    """Carry results over to another model, with bounds and reasons.

    FILE holds assessments (.csv, .json or .toml). Who knows only the overall stage gives the
    id of a model in its place, and --stage.
    """
    from maturitykit.cli.page import Page, as_json, put
    from maturitykit.comparison.network import Network

    if list_all == bool(file):
        raise click.UsageError("give a FILE, a model and --stage, or --list")
    if explain and not to:
        raise click.UsageError("--explain goes with --to")
    network = Network([load_crosswalk(path).in_language(language) for path in files])
    page = Page()
    if list_all:
        rows = list(_all_pairs(network))
        data: Any = [
            dict(zip(("source", "target", "path", "strength", "coverage"), row, strict=True)) for row in rows
        ]
        _list(page, rows)
    else:
        assert file is not None
        found = []
        for result in _results(file, model, stage, language):
            for translation in _translations(result, network, to, via, scorer, language):
                found.append(translation.to_dict())
                if to and explain:
                    page.table([[line] for line in translation.explain(_known(translation, explain)).splitlines()])
                elif to:
                    translation_page(page, translation)
            if not to:
                _everywhere(page, result, _translations(result, network, to, via, scorer, language))
        data = found[0] if to and len(found) == 1 else found
    if json or (output or "").lower().endswith(".json"):
        put(as_json(data), output)
    else:
        page.show(ctx.color) if output is None else put(page.plain(), output)


def _results(file: str, model: str | None, stage: str | None, language: str) -> list[Result]:
    from maturitykit.scoring.score import score

    if stage is None:
        return score_file(file, model, language)
    return [score(load_model(file, language), {"outcome": stage})]


def _translations(
    result: Result, network: Network, to: str | None, via: Sequence[str], scorer: str | None, language: str
) -> Iterator[Translation]:
    from maturitykit.comparison.translation import translate

    if to:
        yield translate(result, load_model(to, language), via=via, scorer=scorer, network=network)
        return
    for id in network.reachable(result.model.id):
        target = network.model(id).in_language(language)
        yield translate(result, target, scorer=scorer, network=network)


def _known(result: Result, id: str) -> str:
    from maturitykit.errors import ComparisonError, Finding, one_of, quoted

    if id not in result:
        finding = Finding("", f"{quoted(id)} is not a dimension of {result.model.id}", one_of(list(result), id))
        raise ComparisonError("there is nothing to explain", [finding])
    return id


def translation_page(page: Page, translation: Translation) -> None:
    """A translation as a person wants to read it; at no place does it look like a measured result."""
    from maturitykit.scoring.result import describe

    origin, way = translation.origin, translation.way
    page.heading(" · ".join(p for p in (translation.subject, str(translation.date or "")) if p) or "Translation")
    through = "".join(f", through {id}" for id in way.path[1:-1])
    names = [f"{m.title} ({m.id} {m.version})" for m in (translation.model, origin.model)]
    strength = f"Mean strength of the links {way.strength:.2f}."
    page.paragraph(f"Derived, not measured: {names[0]} from {names[1]}{through}. {strength}")
    text = describe(translation.outcome)
    page.heading(text[:1].upper() + text[1:])
    page.table([_row(score, depth) for score, depth in _tree(translation)], 2)
    page.paragraph("● at least  ◐ likely  ○ possible  · ruled out", 2)
    unknown = [translation[id] for id in translation.not_inferable]
    if unknown:
        page.heading("What cannot be inferred")
        for score in unknown:
            page.paragraph(f"{score.dimension.name}: {score.why_open.removeprefix('not inferable: ')}", 2)
    issues = [issue for issue in translation.issues if issue.code != "open"]
    if issues:
        page.heading("What to know before using this")
        for issue in issues:
            page.paragraph(f"{issue.severity}: {translation.model.by_id[issue.where].name}: {issue.message}", 2)
    page.heading("Our reading, not stated by either source")
    page.paragraph("Every link, its strength and its stages. What each rests on: --explain DIMENSION", 2)


def _tree(translation: Translation) -> Iterator[tuple[DerivedScore, int]]:
    from maturitykit.cli.score import depths

    for id, depth in depths(translation):
        score = translation[id]
        yield score, depth  # type: ignore[misc]


def _row(score: DerivedScore, depth: int) -> tuple[str, ...]:
    from maturitykit.cli.score import bar
    from maturitykit.scoring.result import describe_span

    stage = describe_span(score.stage) if score.stage else "not applicable" if score.not_applicable else ""
    if score.inferable == "none":
        stage = "not inferable"
    links = f"{len(score.links)} link{'s' if len(score.links) > 1 else ''}" if score.links else ""
    # Circles, where what was measured has blocks.
    cells = bar(score).translate(str.maketrans("█▓░", "●◐○"))
    return f"{'  ' * depth}{score.dimension.name}", cells, stage, f"{score.coverage:.0%}", links


def _everywhere(page: Page, result: Result, translations: Iterator[Translation]) -> None:
    """One result in every other model, a row for each."""
    from maturitykit.scoring.result import describe, describe_span

    page.heading(" · ".join(p for p in (result.subject, str(result.date or "")) if p) or "Result")
    page.paragraph(f"Measured: {result.model.title} ({result.model.id}): {describe(result.outcome)}")
    page.heading("Derived, not measured")
    rows = [("model", "stage", "covered", "strength", "through")]
    for t in translations:
        stage = describe_span(t.stage) if t.stage else "a profile"
        rows.append((t.model.id, stage, f"{t.coverage:.0%}", f"{t.way.strength:.2f}", " ".join(t.way.path[1:-1])))
    page.table(rows, 2)
    page.paragraph("One in detail: --to MODEL", 2)


def _all_pairs(network: Network) -> Iterator[tuple[str, str, list[str], float, float]]:
    """Every pair that some way joins: its path, strength, and how much of the target it can cover."""
    from maturitykit.comparison.translation import translate
    from maturitykit.scoring.score import score

    for source in network.model_ids:
        model = network.model(source)
        lowest = score(model, {leaf.id: leaf.scale.ids[0] for leaf in model.leaves if leaf.scale})
        for target in network.reachable(source):
            found = translate(lowest, network.model(target), network=network)
            yield source, target, list(found.way.path), round(found.way.strength, 4), round(found.coverage, 4)


def _list(page: Page, rows: Sequence[tuple[str, str, list[str], float, float]]) -> None:
    if not rows:
        page.paragraph("No crosswalks are installed: they come as packages of their own.")
        return
    table = [("from", "to", "way", "strength", "covers")]
    for source, target, path, strength, coverage in rows:
        way = f"through {' '.join(path[1:-1])}" if len(path) > 2 else "direct"
        table.append((source, target, way, f"{strength:.2f}", f"{coverage:.0%}"))
    page.table(table)
