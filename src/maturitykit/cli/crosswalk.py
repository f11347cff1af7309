"""``maturitykit crosswalk``: translation of a result into other models."""

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
from maturitykit.cli.output import give, one_or_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from maturitykit.comparison.network import Network
    from maturitykit.comparison.translation import Translation
    from maturitykit.files.result import ResultEntry
    from maturitykit.report.nodes import Document
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
def command(
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
    from maturitykit.comparison.network import Network

    if list_all == bool(file):
        raise click.UsageError("give either --list, or a FILE (or a model and --stage)")
    if explain and (json or (output or "").lower().endswith(".json") or not to):
        raise click.UsageError("--explain gives text, and goes with --to")
    if (via or scorer or without) and not to:
        raise click.UsageError("--via, --scorer and --without go with --to")
    if model and stage:
        raise click.UsageError("with --stage, the model stands in place of FILE")
    models = [load_model(model, language)] if model else []
    network = Network([load_crosswalk(path) for path in files], models, language)
    if list_all:
        from maturitykit.report.document import routes_document

        pairs = list(_all_pairs(network))
        give(output, lambda: [routes_document(pairs, language)], lambda: pairs)
        return
    assert file is not None
    choices = {"via": via, "without": without, "scorer": scorer}
    translated = [
        (result, list(_translations(result, network, to, language, **choices)))
        for result in _results(file, model, stage, language)
    ]

    def entries() -> Iterator[ResultEntry]:
        return (translation.to_dict() for _, translations in translated for translation in translations)

    give(
        output,
        lambda: _pages(translated, to, explain, language),
        lambda: one_or_list(entries()) if to else list(entries()),
    )


def _pages(
    translated: Sequence[tuple[Result, Sequence[Translation]]], to: str | None, explain: str | None, language: str
) -> Iterator[Document]:
    from maturitykit.report.document import everywhere_document, explain_document, translation_document

    for result, translations in translated:
        if not to:
            yield everywhere_document(result, translations, language)
        elif explain:
            yield explain_document(translations[0], explain, language)
        else:
            yield translation_document(translations[0], language)


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
            # A broken crosswalk may be on the route to many models, and the others can still be shown.
            left_out.setdefault(str(error), []).append(id)
    for reason, ids in left_out.items():
        click.echo(f"left out: {', '.join(ids)}: {reason}", err=True)


def _all_pairs(network: Network) -> Iterator[dict[str, Any]]:
    """Yield every pair that a route joins: its path, its strength, and the share of the target it can cover."""
    from maturitykit.comparison.translation import translate
    from maturitykit.errors import ComparisonError, PluginError
    from maturitykit.scoring.score import score

    for source in network.model_ids:
        for target in network.reachable(source):
            row: dict[str, Any] = {"source": source, "target": target}
            try:
                model = network.model(source)
                lowest = score(model, {leaf.id: leaf.scale.ids[0] for leaf in model.leaves if leaf.scale})
                translation = translate(lowest, network.model(target), network=network)
            except (ComparisonError, PluginError) as error:
                yield row | {"path": [], "strength": None, "coverage": None, "error": " ".join(str(error).split())}
            else:
                numbers = {
                    "strength": round(translation.route.strength, 4),
                    "coverage": round(translation.coverage, 4),
                }
                yield row | {"path": list(translation.route.path)} | numbers
