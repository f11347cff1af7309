"""``maturitykit show``: the whole model, as a person would want to read it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from maturitykit.cli.options import Command, language_option, load_crosswalk, load_model, output_options
from maturitykit.cli.output import give

if TYPE_CHECKING:
    from collections.abc import Iterator

    from maturitykit.definition import Model
    from maturitykit.definition.crosswalk import Crosswalk
    from maturitykit.report.nodes import Document


@click.command(name="show", cls=Command)
@click.argument("name", metavar="MODEL")
@language_option
@output_options(".txt", ".json", ".tsv")
def command(name: str, language: str, json: bool, output: str | None) -> None:
    """Show a model whole: its stages, dimensions, guidance, notes and source.

    MODEL is the id of an installed model, or the path of a model.toml. What the source does
    not state is marked as our reading. A crosswalk is shown in the same way, by its id
    SOURCE--TARGET or its path; as .tsv it is written as SSSOM.
    """
    if "--" in Path(name).name:
        from maturitykit.files.sssom import to_sssom

        crosswalk = load_crosswalk(name).in_language(language)
        give(output, lambda: _pages(crosswalk, language), tsv=lambda: to_sssom(crosswalk))
    else:
        from maturitykit.files.model import model_to_dict

        model = load_model(name, language)
        give(output, lambda: _pages(model, language), lambda: model_to_dict(model))


def _pages(thing: Model | Crosswalk, language: str) -> Iterator[Document]:
    from maturitykit.definition.model import Model
    from maturitykit.report.model import crosswalk_document, model_document

    yield model_document(thing, language) if isinstance(thing, Model) else crosswalk_document(thing, language)
