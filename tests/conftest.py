"""What several test modules need: the command line, run in this process, and the settings of hypothesis."""

from __future__ import annotations

import os
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest
from hypothesis import HealthCheck, Phase, settings

from maturitykit.cli import commands

settings.register_profile(
    "laws",
    max_examples=40,
    deadline=None,
    # A submission is held to the same examples each time; new ones are tried wherever people work.
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("quick", settings.get_profile("laws"), max_examples=10)
settings.register_profile(
    "mutation", settings.get_profile("quick"), max_examples=5, derandomize=True, database=None,
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip
settings.load_profile(os.environ.get("LAWS", "laws"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., CompletedProcess[str]]:
    """Run the command line with some arguments; what is no deliberate error is raised here as it is."""

    def run(*args: str) -> CompletedProcess[str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            commands(args, prog_name="maturitykit")
        written = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return CompletedProcess(args, left.value.code, written.out, written.err)

    return run
