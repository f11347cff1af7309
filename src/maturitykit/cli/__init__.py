"""The command line: one module for each command, loaded when it is called."""

from __future__ import annotations

import os
import sys
from errno import EBADF, EPIPE
from importlib import import_module
from io import TextIOBase
from typing import NoReturn

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


class _Closed(TextIOBase):
    """The stdout of a process that has none: what is written is an error, not lost."""

    def write(self, text: str) -> int:
        raise OSError(EBADF, "stdout is closed")


def _open_streams() -> None:
    """See that our output alone reaches stdout, and that what does not reach it is an error.

    What others write to file descriptor 1, as plugins and the libraries below them may, goes to stderr.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # Or else the next file that is opened is taken for it.
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = _Closed()
    elif sys.stdout.fileno() == 1:
        own = os.dup(1)
        os.dup2(2, 1)
        sys.stdout = open(own, "w", encoding=sys.stdout.encoding, closefd=False)  # noqa: SIM115
        # The width of a terminal is asked of this one.
        sys.__stdout__ = sys.stdout  # type: ignore[misc]


def main() -> None:
    """The console script."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character shows a question mark in its place.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        commands(prog_name="maturitykit")
    except OSError as error:
        # Help and versions are written before a command is there to say so.
        _give_up(error)
    finally:
        _finish()


def _give_up(error: OSError) -> NoReturn:
    click.echo(f"Error: cannot write: {error.strerror or error}", err=True)
    sys.exit(BadInput.exit_code)


def _finish() -> None:
    """Write what waits to be written; what cannot be is an error now, and none when Python ends."""
    is_told = isinstance(left := sys.exc_info()[1], SystemExit) and left.code == BadInput.exit_code
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not is_told:
            _give_up(error)
