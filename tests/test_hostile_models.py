"""Model files that are made to take time or memory: each gets one clear answer, soon."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HEAD = 'format = 1\nid = "toy"\nversion = "1"\ntitle = "A toy"\nscorers = ["staged"]\noutcome = "level"\n'
SCALE = '[[scales]]\nid = "level"\nstages = [{ id = "a" }, { id = "b" }]\n'
ONE = '[[dimensions]]\nid = "d"\n'

#: Seconds of processor time, and MB beyond what a small file takes. Each of these took minutes, or more
#: memory than there is, before it was looked for.
SECONDS, MEGABYTES = 15, 250


def many(count: int, line: str) -> str:
    return "".join(line.replace("#", str(i)) for i in range(count))


HOSTILE: dict[str, tuple[Callable[[], str], str]] = {
    "50 MB": (lambda: HEAD + "#" * 50_000_000, "is larger than 20 MB"),
    "nested lists": (lambda: f"{HEAD}readings = {'[' * 10_000}{']' * 10_000}\n", "is nested too deep"),
    "nested tables": (lambda: f"{HEAD}source = {'{a=' * 10_000}1{'}' * 10_000}\n", "is nested too deep"),
    "long keys": (lambda: HEAD + many(900, f"{'a.' * 10_000}b# = 1\n"), "is nested too deep"),
    "long headers": (lambda: HEAD + many(900, f"[{'a.' * 10_000}b#]\n"), "is nested too deep"),
    "quoted keys": (lambda: HEAD + '"\\"" . ' * 100_000 + "b = 1\n", "is nested too deep"),
    "a deep tree": (
        lambda: HEAD + SCALE + '[[dimensions]]\nid = "d0"\n[[dimensions]]\nid = "d1"\nparent = "d0"\n'
        + "".join(f'[[dimensions]]\nid = "d{i}"\nparent = "d{i - 1}"\n' for i in range(2, 10_000)),
        "dimensions.d32: stands more than 32 levels deep",
    ),
    "many stages": (
        lambda: HEAD + '[[scales]]\nid = "level"\nstages = [' + many(50_000, "{ id = 's#' }, ") + f"]\n{ONE}",
        "scales.level: has 50,000 stages; expected 200 or fewer",
    ),
    "a wide lattice": (
        lambda: HEAD + '[[scales]]\nid = "level"\nstages = [{ id = "a" }, '
        + many(190, "{ id = 's#', above = ['a'] }, ") + f"]\n{ONE}",
        "s0 and s1 have no single lowest stage above both",
    ),
    "tags that are not declared": (
        lambda: HEAD + many(20_000, '[[tags]]\nid = "t#"\n') + SCALE
        + many(20_000, '[[dimensions]]\nid = "d#"\ntags = ["no#"]\n'),
        'dimensions.d0.tags: "no0" is not declared',
    ),
    "readings of nothing": (
        lambda: HEAD + many(20_000, '[[readings]]\nid = "r#"\nabout = ["dimensions.no#"]\nwhy = ""\n') + SCALE
        + many(20_000, '[[dimensions]]\nid = "d#"\n'),
        'readings.r0.about: "dimensions.no0" is no part of the model',
    ),
    "gates on nothing": (
        lambda: HEAD + many(10_000, '[[gates]]\nstage = "b"\ndimension = "no#"\nminimum = "b"\n') + SCALE
        + many(10_000, '[[dimensions]]\nid = "d#"\n'),
        'gates[0].dimension: "no0" is not a child of outcome',
    ),
}  # fmt: skip

READ = """
import resource
import sys
import maturitykit as mk

mk.read_model(sys.argv[1])
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]), int(sys.argv[3])))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    mk.read_model(sys.argv[2])
except mk.MaturityError as error:
    print(error.findings[0])
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, file=sys.stderr)
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="limits of processor time, and memory in kB, as Linux has them"
)
@pytest.mark.parametrize(("text", "words"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_model_is_answered_in_bounded_time_and_memory(
    text: Callable[[], str], words: str, tmp_path: Path
) -> None:
    small, hostile = tmp_path / "small.toml", tmp_path / "model.toml"
    small.write_text(HEAD.replace("staged", "weakest") + SCALE + ONE, "utf-8")
    hostile.write_text(text(), "utf-8")
    command = [sys.executable, "-X", "utf8", "-c", READ, str(small), str(hostile), str(SECONDS)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, f"status {done.returncode}: {done.stderr}"
    assert words in done.stdout
    assert int(done.stderr) < MEGABYTES
