"""The command line: one module for each command, loaded when it is called."""

from __future__ import annotations

import os
import sys
from errno import EPIPE
from importlib import import_module

import click

from maturitykit.errors import MaturityError

COMMANDS = ("models", "show", "form", "score", "crosswalk", "compare", "report", "check", "new")


class BadInput(click.ClickException):
    """Anything that a person can mend: said in words on stderr, never as a traceback."""

    exit_code = 2


class Commands(click.Group):
    """The group of all commands; a call imports its own command only."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"maturitykit.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; a deliberate error becomes a message and exit status 2."""
        try:
            return super().invoke(ctx)
        except MaturityError as error:
            raise BadInput(str(error)) from error
        except OSError as error:
            # A pipe that was closed at its other end is no trouble of ours: click knows it.
            if error.errno == EPIPE:
                raise
            raise BadInput(f"cannot write: {error.strerror or error}") from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="maturitykit")
@click.pass_context
def commands(ctx: click.Context) -> None:
    """Score organisations against maturity models.

    Results go to stdout, all else to stderr. Exit status: 0 done, 1 findings, 2 wrong usage
    or unreadable input.
    """
    if os.environ.get("NO_COLOR"):
        ctx.color = False


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character shows a question mark in its place.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    commands(prog_name="maturitykit")
