"""``maturitykit crosswalk``: a result of one model, seen in others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from maturitykit.cli.options import (
    Command,
    language_option,
    load_crosswalk,
    load_model,
    output_options,
    score_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from maturitykit.cli.page import Page
    from maturitykit.comparison.derived import DerivedScore
    from maturitykit.comparison.network import Network
    from maturitykit.comparison.translation import Translation
    from maturitykit.scoring.result import Result


@click.command(name="crosswalk", cls=Command)
@click.argument("file", required=False)
@click.option("--to", metavar="MODEL", help="The model to arrive at; without it, every other model.")
@click.option("--via", metavar="MODEL", multiple=True, help="A model on the way; may be repeated.")
@click.option(
    "--stage", metavar="STAGE",
    help="With a model in place of FILE: its overall stage, by id, name or number, the lowest being 1.",
)  # fmt: skip
@click.option(
    "--without", metavar="SOURCE--TARGET", multiple=True,
    help="A link to leave out, to see what the rest says; may be repeated.",
)  # fmt: skip
@click.option("--list", "list_all", is_flag=True, help="List what crosswalks lead where.")
@click.option("--crosswalk", "files", metavar="FILE", multiple=True, help="One that is not installed.")
@click.option("--model", metavar="MODEL", help="Id, or path of a model.toml, if FILE does not say.")
@click.option("--scorer", metavar="NAME", help="Another rule for the model to arrive at.")
@click.option(
    "--explain", metavar="[DIMENSION]", is_flag=False, flag_value="outcome",
    help="Show what a derived score follows from, and what each link contributes. Goes behind FILE.",
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
    without: tuple[str, ...],
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

    FILE holds assessments (.csv, .json or .toml). If you know only the overall stage, give a
    model id in its place, and --stage.
    """
    from maturitykit.cli.page import Page, as_json, put
    from maturitykit.comparison.network import Network

    if list_all == bool(file):
        raise click.UsageError("give either --list, or a FILE (or a model and --stage)")
    as_data = json or (output or "").lower().endswith(".json")
    if explain and (as_data or not to):
        raise click.UsageError("--explain gives text, and goes with --to")
    if (via or scorer or without) and not to:
        raise click.UsageError("--via, --scorer and --without go with --to")
    if model and stage:
        raise click.UsageError("with --stage, the model stands in place of FILE")
    own = [load_model(model, language)] if model else []
    network = Network([load_crosswalk(path) for path in files], own, language)
    page = Page()
    if list_all:
        data: Any = list(_all_pairs(network))
        _list(page, data)
    else:
        assert file is not None
        found = []
        for result in _results(file, model, stage, language):
            translations = list(
                _translations(result, network, to, language, via=via, without=without, scorer=scorer)
            )
            found += [translation.to_dict() for translation in translations]
            if not to:
                _everywhere(page, result, translations)
            elif explain:
                _explained(page, translations[0], explain)
            else:
                translation_page(page, translations[0])
        data = found[0] if to and len(found) == 1 else found
    if as_data:
        put(as_json(data), output)
    else:
        page.show(ctx.color) if output is None else put(page.plain(), output)


def _results(file: str, model: str | None, stage: str | None, language: str) -> list[Result]:
    from maturitykit.scoring.score import score

    if stage is None:
        return score_file(file, model, language)
    loaded = load_model(file, language)
    return [score(loaded, {"outcome": loaded.outcome.find(stage) if loaded.outcome else stage})]


def _translations(
    result: Result, network: Network, to: str | None, language: str, **choices: Any
) -> Iterator[Translation]:
    from maturitykit.comparison.translation import translate
    from maturitykit.errors import ComparisonError, PluginError

    if to:
        yield translate(result, load_model(to, language), network=network, **choices)
        return
    left_out: dict[str, list[str]] = {}
    for id in network.reachable(network._name_of(result.model)):
        try:
            yield translate(result, network.model(id).in_language(language), network=network)
        except (ComparisonError, PluginError) as error:
            # One that cannot be used keeps nobody from the others, and may stand in the way to many.
            left_out.setdefault(str(error), []).append(id)
    for why, ids in left_out.items():
        click.echo(f"left out: {', '.join(ids)}: {why}", err=True)


def _explained(page: Page, translation: Translation, id: str) -> None:
    from maturitykit.comparison.sentences import how_reversed, what_carries

    page.heading(_about(translation))
    page.table([[line] for line in translation.explain(_known(translation, id)).splitlines()])
    if contributions := translation.contributions(id):
        page.heading("What each link contributes")
        overall = "the overall stage" if translation.stage else "the dimension"
        rows = [(item.use.name, item.use.says, item.describe()) for item in contributions]
        page.table([("link", "says", f"{overall} without it"), *rows], 2)
        page.paragraph(what_carries(contributions), 2)
    page.paragraph(how_reversed([translation]))


def _about(result: Result) -> str:
    from maturitykit.scoring.telling import about

    return about(result) or "(no subject)"


def _known(result: Result, id: str) -> str:
    from maturitykit.errors import ComparisonError, Finding, one_of, quoted

    if id not in result:
        finding = Finding("", f"{quoted(id)} is not a dimension of {result.model.id}", one_of(list(result), id))
        raise ComparisonError("there is nothing to explain", [finding])
    return id


def translation_page(page: Page, translation: Translation) -> None:
    """A translation as a person wants to read it; at no place does it look like a measured result."""
    from maturitykit.comparison.sentences import beside_outcome, how_reversed, what_to_know
    from maturitykit.scoring.telling import capital, depths, headline

    origin, way = translation.origin, translation.way
    page.heading(_about(translation))
    through = "".join(f", through {id}" for id in way.path[1:-1])
    names = [f"{m.title} ({m.id} {m.version})" for m in (translation.model, origin.model)]
    strength = (
        f"Strength {way.strength:.2f} (the mean of its links{', multiplied over the steps' if through else ''})."
    )
    page.paragraph(f"Derived, not measured: {names[0]} from {names[1]}{through}. {strength}")
    page.heading(capital(headline(translation)))
    for text in beside_outcome(translation):
        page.paragraph(f"{capital(text)}.", 2)
    page.table([_row(translation[dimension.id], depth) for dimension, depth in depths(translation.model)], 2)
    page.paragraph("If the links hold: ● at least  ◐ likely  ○ possible  · ruled out", 2)
    unknown = [translation[id] for id in translation.not_inferable]
    from maturitykit.definition.names import names_of

    told_apart = names_of(translation.model)
    if unknown:
        page.heading("What cannot be inferred")
        for score in unknown:
            page.paragraph(f"{told_apart[score.dimension.id]}: {score.why_not_inferable}", 2)
    if remarks := what_to_know(translation):
        page.heading("What to know before using this")
        for severity, where, message in remarks:
            page.paragraph(f"{severity}: {told_apart.get(where, translation.model.root.name)}: {message}", 2)
    page.heading("Our reading, not stated by either source")
    page.paragraph("Every link, its strength and its stages. What each rests on: --explain DIMENSION", 2)
    page.paragraph(how_reversed([translation]), 2)


def _row(score: DerivedScore, depth: int) -> tuple[str, ...]:
    from maturitykit.scoring.telling import bar, found

    # Circles, where what was measured has blocks.
    cells = bar(score).translate(str.maketrans("█▓░", "●◐○"))
    return f"{'  ' * depth}{score.dimension.name}", cells, found(score), f"{score.coverage:.0%}", score.rests_on


def _everywhere(page: Page, result: Result, translations: Sequence[Translation]) -> None:
    """One result in every other model, a row for each."""
    from maturitykit.scoring.scores import describe
    from maturitykit.scoring.telling import found

    page.heading(_about(result))
    page.paragraph(f"Measured: {result.model.title} ({result.model.id}): {describe(result.outcome)}")
    page.heading("Derived, not measured")
    rows = [("model", "stage, if the links hold", "covered", "strength", "through")]
    for t in translations:
        stage = found(t.outcome) or "a profile"
        rows.append(
            (t.way.path[-1], stage, f"{t.coverage:.0%}", f"{t.way.strength:.2f}", " ".join(t.way.path[1:-1]))
        )
    if len(rows) == 1:
        page.paragraph("No installed crosswalk leads to another installed model.", 2)
        return
    page.table(rows, 2)
    page.paragraph("One in detail: --to MODEL", 2)


def _all_pairs(network: Network) -> Iterator[dict[str, Any]]:
    """Every pair that some way joins: its path, strength, and how much of the target it can cover."""
    from maturitykit.comparison.translation import translate
    from maturitykit.errors import ComparisonError, PluginError
    from maturitykit.scoring.score import score

    for source in network.model_ids:
        for target in network.reachable(source):
            row: dict[str, Any] = {"source": source, "target": target}
            try:
                model = network.model(source)
                lowest = score(model, {leaf.id: leaf.scale.ids[0] for leaf in model.leaves if leaf.scale})
                found = translate(lowest, network.model(target), network=network)
            except (ComparisonError, PluginError) as error:
                yield row | {"path": [], "strength": None, "coverage": None, "error": " ".join(str(error).split())}
            else:
                numbers = {"strength": round(found.way.strength, 4), "coverage": round(found.coverage, 4)}
                yield row | {"path": list(found.way.path)} | numbers


def _list(page: Page, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        page.paragraph("No crosswalks are installed: they come as packages of their own.")
        return
    table = [("from", "to", "way", "strength", "covers")]
    for row in rows:
        pair = row["source"], row["target"]
        if "error" in row:
            table.append((*pair, "cannot be used", "", ""))
        else:
            way = f"through {' '.join(row['path'][1:-1])}" if len(row["path"]) > 2 else "direct"
            table.append((*pair, way, f"{row['strength']:.2f}", f"{row['coverage']:.0%}"))
    page.table(table)
    for error in dict.fromkeys(row["error"] for row in rows if "error" in row):
        page.paragraph(error, 2)
