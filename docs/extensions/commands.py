"""The directive ``{command} score``: what a command takes, as click knows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from maturitykit.cli import commands


class Command(SphinxDirective):
    """The usage, the help and the options of one command."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The nodes in its place."""
        command: click.Command = commands
        context = click.Context(commands, info_name="maturitykit", **commands.context_settings)
        for name in self.arguments:
            assert isinstance(command, click.Group)
            found = command.get_command(context, name)
            if found is None:
                raise self.error(f"there is no command {' '.join(self.arguments)}")
            command, context = found, click.Context(found, info_name=name, parent=context)
        usage = f"{context.command_path} {' '.join(command.collect_usage_pieces(context))}"
        return [
            *paragraphs(command.help or ""),
            nodes.literal_block(usage, usage, language="text"),
            options(command, context),
        ]


def paragraphs(help: str) -> Iterator[nodes.Node]:
    """The help of a command, as click reads it: blank lines part paragraphs."""
    for text in help.replace("\b\n", "").split("\n\n"):
        paragraph = nodes.paragraph()
        # What has two hyphens is typed as it stands, and shown so.
        for i, piece in enumerate(re.split(r"(\S*--[\w-]+)", " ".join(text.split()))):
            paragraph += nodes.literal(piece, piece) if i % 2 else nodes.Text(piece)
        yield paragraph


def options(command: click.Command, context: click.Context) -> nodes.Node:
    """A list of the options, each with what it does."""
    listed = nodes.definition_list(classes=["options"])
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is None:
            continue
        names, help = record
        term = nodes.term("", "", nodes.literal(names, names))
        listed += nodes.definition_list_item("", term, nodes.definition("", nodes.paragraph("", help)))
    return listed


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the directive known."""
    app.add_directive("command", Command)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
