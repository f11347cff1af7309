"""``maturitykit show``: all of a model or a crosswalk, as text or in a file format."""

from __future__ import annotations

from pathlib import Path

import click

from maturitykit.cli.options import Command, language_option, load_crosswalk, load_model, output_options
from maturitykit.cli.output import give


@click.command(name="show", cls=Command)
@click.argument("name", metavar="MODEL")
@language_option
@output_options(".txt", ".json", ".toml", ".tsv")
def command(name: str, language: str, json: bool, output: str | None) -> None:
    """Show a model whole: its stages, dimensions, guidance, notes and source.

    MODEL is the id of an installed model, or the path of a model.toml. What the source does
    not state is marked as our reading. A crosswalk is shown in the same way, by its id
    SOURCE--TARGET or its path; as .tsv it is written as SSSOM.
    """
    from maturitykit.files.crosswalk import crosswalk_to_dict
    from maturitykit.files.model import model_to_dict
    from maturitykit.files.toml import to_toml
    from maturitykit.report.model import crosswalk_document, model_document

    if "--" in Path(name).name:
        from maturitykit.files.sssom import to_sssom

        crosswalk = load_crosswalk(name).in_language(language)
        give(
            output,
            lambda: [crosswalk_document(crosswalk, language)],
            lambda: crosswalk_to_dict(crosswalk),
            toml=lambda: to_toml(crosswalk_to_dict(crosswalk)),
            tsv=lambda: to_sssom(crosswalk),
        )
    else:
        model = load_model(name, language)
        give(
            output,
            lambda: [model_document(model, language)],
            lambda: model_to_dict(model),
            toml=lambda: to_toml(model_to_dict(model)),
        )
