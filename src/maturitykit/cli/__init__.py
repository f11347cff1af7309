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
    """An error in what the user entered, shown as a message on stderr and never as a traceback."""

    exit_code = 2


class Commands(click.Group):
    """Group of all commands, which imports only the command that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command by its name; return None if there is none."""
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
            # Click handles a pipe whose reader has closed it.
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
    """Stand-in for a closed stdout that raises an error on writing, so that no output is lost."""

    def write(self, text: str) -> int:
        raise OSError(EBADF, "stdout is closed")


def _open_streams() -> None:
    """Reserve stdout for the output of commands, and make failing to write to it an error.

    What plugins and the libraries that they use write to file descriptor 1 goes to stderr.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # Otherwise the next file to be opened would get this descriptor and receive the output.
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = _Closed()
    elif sys.stdout.fileno() == 1:
        descriptor = os.dup(1)
        os.dup2(2, 1)
        sys.stdout = open(descriptor, "w", encoding=sys.stdout.encoding, closefd=False)  # noqa: SIM115
        # The standard library reads the width of the terminal from this one.
        sys.__stdout__ = sys.stdout  # type: ignore[misc]


def main() -> None:
    """Run the command line, as the console script does."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        # Characters that a terminal cannot encode become question marks instead of errors.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        commands(prog_name="maturitykit")
    except OSError as error:
        # Help and version are written before a command runs, so no command has caught the error.
        _give_up(error)
    finally:
        _finish()


def _give_up(error: OSError) -> NoReturn:
    click.echo(f"Error: cannot write: {error.strerror or error}", err=True)
    sys.exit(BadInput.exit_code)


def _finish() -> None:
    """Flush stdout, and report a failure once, now rather than when Python shuts down."""
    is_reported = isinstance(error := sys.exc_info()[1], SystemExit) and error.code == BadInput.exit_code
    try:
        sys.stdout.flush()
    except OSError as failure:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not is_reported:
            _give_up(failure)
