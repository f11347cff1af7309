"""The command line: models, show and score, in this process and as a program of its own."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tomllib
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, get_args

import pytest

import maturitykit as mk
from toys import TOY, Run, install

LOW_MIDDLE_HIGH = ("low", "likely", "high")

#: All that the toy asks, but how many staff there are.
ACME = """subject,date,dimension,rating,comment
Acme,2026-05-31,skills,good,
Acme,2026-05-31,process,good..best,Nearly
Acme,2026-05-31,reach,0.5,
"""
OTHERS = """subject,date,respondent,dimension,rating
Acme,2026-05-31,ann,process,basic
Acme,2026-05-31,bob,process,best
Acme,2026-05-31,eve,process,best
Beta,2026-05-31,ann,process,good
"""
DUTCH = """format = 1
language = "nl"
title = "Een speeltje"

[scales.level.good]
name = "Goed"

[dimensions.process]
name = "Werkwijze"
"""
PLUGIN = """
from pathlib import Path
import maturitykit as mk


def model():
    return mk.read_model(Path(__file__).parent / "toy")


def broken():
    raise RuntimeError("\\x1b[2Jhalf\\nfinished")
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test is at home in a folder of its own, with assessments in it."""
    monkeypatch.chdir(tmp_path)
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    Path("acme.csv").write_text(ACME, encoding="utf-8")
    Path("others.csv").write_text(OTHERS, encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder in which the toy is installed, with its Dutch texts and a broken neighbour."""
    site = tmp_path / "site"
    points = "[maturitykit.models]\ntoy = toy_models:model\ntoy-broken = toy_models:broken\n"
    install(site, "toy-models", points, PLUGIN, version="2.5")
    (site / "toy" / "text").mkdir(parents=True)
    shutil.copy(TOY, site / "toy" / "model.toml")
    (site / "toy" / "text" / "nl.toml").write_text(DUTCH, encoding="utf-8")
    return site


@pytest.fixture
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The same, for this process."""
    monkeypatch.syspath_prepend(site)
    mk.models.refresh()
    yield site
    mk.models.refresh()
    sys.modules.pop("toy_models", None)


def program(*args: str, **environment: str) -> CompletedProcess[bytes]:
    """The command line as a program of its own."""
    command = [sys.executable, "-m", "maturitykit", *args]
    return subprocess.run(command, capture_output=True, env={**os.environ, **environment}, check=False)


def at_terminal(*args: str, **environment: str) -> str:
    """All that the command line, as a program of its own, shows on a terminal."""
    terminal, side = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", **environment}
    command = [sys.executable, "-m", "maturitykit", *args]
    shown = b""
    with subprocess.Popen(command, stdin=side, stdout=side, stderr=side, env=env):
        os.close(side)
        # Linux ends a terminal that nobody writes to any more with an error.
        with suppress(OSError):
            while part := os.read(terminal, 65536):
                shown += part
    os.close(terminal)
    return shown.decode().replace("\r\n", "\n")


def data(result: CompletedProcess[str]) -> Any:
    """What a command that went well wrote to stdout as JSON."""
    assert (result.returncode, result.stderr) == (0, "")
    return json.loads(result.stdout)


def stages(result: Any, *ids: str) -> list[tuple[str, ...]]:
    return [tuple(result["dimensions"][id]["stage"][end] for end in LOW_MIDDLE_HIGH) for id in ids]


# The group.


@pytest.mark.parametrize("args", [["-h"], ["--help"], *([name, "-h"] for name in ("models", "show", "score"))])
def test_help_is_on_stdout(args: list[str], run: Run) -> None:
    result = run(*args)
    assert result.stdout.startswith("Usage: maturitykit")
    assert (result.returncode, result.stderr) == (0, "")


def test_help_lists_the_commands_in_the_order_of_use(run: Run) -> None:
    commands = re.findall(r"^  ([a-z]+) +[A-Z]", run("--help").stdout, re.MULTILINE)
    assert commands[:4] == ["models", "show", "form", "score"]


def test_version(run: Run) -> None:
    assert re.search(r"\d+\.\d+", run("--version").stdout)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["scores"], "No such command 'scores'"),
        (["score"], "Missing argument 'FILE...'"),
        (["show"], "Missing argument 'MODEL'"),
        (["score", "acme.csv", "--modell", TOY], "--modell"),
        (["score", "acme.csv", "--consensus", "mode"], "'mode' is not one of"),
        (["score", "acme.csv", "--weight", "process"], "'process' is not of the form DIMENSION=NUMBER"),
        (["score", "acme.csv", "--weight", "=2"], "'=2' is not of the form DIMENSION=NUMBER"),
        (["score", "acme.csv", "--target", "process="], "'process=' is not of the form [DIMENSION=]STAGE"),
        (["score", "acme.csv", "--target", "a=b", "--target", "a=c"], "'a' is given twice"),
        (["score", "acme.csv", "-o", "acme.xls"], "'acme.xls' must end in .json or .csv or .txt"),
        (["score", "acme.csv", "-o", "acme"], "'acme' must end in .json or .csv or .txt"),
        (["score", "acme.csv", "--model", TOY, "-o", "acme.csv", "--json"], "must end in .json, with --json"),
        (["score", "acme.csv", "--model", TOY, "--explain", "--json"], "--explain gives text"),
        (["score", "acme.csv", "--model", TOY, "--explain", "-o", "a.csv"], "--explain gives text"),
        (["score", "acme.csv", "--model", TOY, "--include", "what_holds"], "--include is for JSON"),
        (["score", "acme.csv", "--model", TOY, "--include", "what_holds", "-o", "a.csv"], "--include is for JSON"),
        (["show", "toy", "-o", "toy.csv"], "'toy.csv' must end in .txt or .json"),
        (["models", "-o", "models.csv"], "'models.csv' must end in .json or .txt"),
    ],
)
def test_wrong_usage_is_said_on_stderr(args: list[str], says: str, run: Run, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    result = run(*args)
    assert says in result.stderr
    assert (result.returncode, result.stdout) == (2, "")
    assert sorted(tmp_path.iterdir()) == before


# models


def test_models_lists_who_brings_what_and_imports_nothing(installed: Path, run: Run) -> None:
    result = run("models")
    rows = [re.split(r"  +", line) for line in result.stdout.splitlines()]
    assert ["toy", "toy-models 2.5"] in rows
    assert ["toy-broken", "toy-models 2.5"] in rows
    assert (result.returncode, result.stderr) == (0, "")
    assert "toy_models" not in sys.modules


def test_models_as_json(installed: Path, run: Run) -> None:
    entries = {entry["id"]: entry for entry in data(run("models", "--json"))}
    assert entries["toy"] == {"id": "toy", "distribution": "toy-models", "version": "2.5", "error": None}


def test_models_to_a_file(installed: Path, run: Run) -> None:
    for name, wanted in {"models.json": run("models", "--json"), "models.TXT": run("models")}.items():
        assert run("models", "-o", name).stdout == ""
        assert Path(name).read_text(encoding="utf-8") == wanted.stdout


def test_models_check_finds_the_broken_ones(installed: Path, run: Run) -> None:
    result = run("models", "--check")
    (row,) = (line for line in result.stdout.splitlines() if line.startswith("toy-broken"))
    assert "RuntimeError on loading toy_models:broken" in row
    assert all(line.isprintable() for line in result.stdout.splitlines())
    assert (result.returncode, result.stderr) == (1, "")
    entries = {entry["id"]: entry["error"] for entry in json.loads(run("models", "--check", "--json").stdout)}
    assert entries["toy"] is None
    assert "RuntimeError" in entries["toy-broken"]


def test_models_without_any_says_so_on_stderr(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maturitykit.cli.models.models", {})
    for arguments, shown in ((), ""), (("--json",), "[]\n"):
        result = run("models", *arguments)
        assert result.stderr.startswith("No models are installed")
        assert (result.returncode, result.stdout) == (0, shown)


# show


def test_show_tells_all_of_a_model(run: Run) -> None:
    result = run("show", TOY)
    assert (result.returncode, result.stderr) == (0, "")
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert lines[0] == "A toy (toy 1)"
    wanted = [
        "Stages",
        "- Basic",
        "Scale: attained",
        "- fully (more than 85%)",
        "People",
        "Skills",
        "- Good: Repeated",
    ]
    assert [line for line in lines if line in wanted] == wanted
    assert "Scored by weakest, mean." in lines


def test_show_takes_an_id_a_file_or_a_folder(installed: Path, run: Run) -> None:
    shown = {run("show", name).stdout for name in ("toy", "site/toy", "site/toy/model.toml", TOY)}
    assert len(shown) == 1
    assert "A toy (toy 1)" in shown.pop()


def test_show_as_json_is_the_model_file(run: Run) -> None:
    shown = data(run("show", TOY, "--json"))
    written = tomllib.loads(Path(TOY).read_text(encoding="utf-8"))
    assert {name: shown[name] for name in ("format", "id", "version", "title", "scorers", "outcome")} == {
        name: written[name] for name in ("format", "id", "version", "title", "scorers", "outcome")
    }
    for dimension in written["dimensions"]:
        (same,) = (other for other in shown["dimensions"] if other["id"] == dimension["id"])
        assert dimension.items() <= same.items()
    assert [scale["id"] for scale in shown["scales"]] == ["level", "attained"]


def test_show_to_a_file(run: Run) -> None:
    for name, wanted in {"toy.json": run("show", TOY, "--json"), "toy.txt": run("show", TOY)}.items():
        assert run("show", TOY, "-o", name).stdout == ""
        assert Path(name).read_text(encoding="utf-8") == wanted.stdout


@pytest.mark.parametrize(("tag", "title"), [("nl", "Een speeltje"), ("nl-BE", "Een speeltje"), ("en", "A toy")])
def test_show_in_a_language(tag: str, title: str, installed: Path, run: Run) -> None:
    assert run("show", "toy", "--language", tag).stdout.startswith(f"{title} (toy 1)\n")


@pytest.mark.parametrize("args", [["show", "toy"], ["score", "others.csv", "--model", "toy"]], ids=" ".join)
def test_a_language_that_there_is_not_is_said_once(args: list[str], installed: Path, run: Run) -> None:
    result = run(*args, "--language", "klingon")
    assert result.stderr == "toy has no texts in 'klingon', only in en, nl: shown in en\n"
    assert "A toy (toy 1)" in result.stdout


def test_an_unknown_model_is_answered_with_the_nearest(installed: Path, run: Run) -> None:
    result = run("show", "toys")
    assert result.stderr.startswith(
        'Error: no model "toys" can be used\n  nothing installed has the name "toys"; '
    )
    assert 'expected "toy", perhaps (' in result.stderr
    assert (result.returncode, result.stdout) == (2, "")


def test_a_broken_model_is_no_traceback(installed: Path, run: Run) -> None:
    result = run("show", "toy-broken")
    assert result.stderr.startswith(
        'Error: no model "toy-broken" can be used\n  toy-models 2.5: RuntimeError on loading'
    )
    assert all(line.isprintable() for line in result.stderr.splitlines())
    assert (result.returncode, result.stdout) == (2, "")


# score


def test_score_tells_a_person_what_came_out(run: Run) -> None:
    result = run("score", "acme.csv", "--model", TOY)
    lines = result.stdout.splitlines()
    assert lines[:4] == ["Acme", "2026-05-31", "A toy (toy 1)", "Scored by weakest."]
    assert lines[lines.index("Gaps and roadmap") + 1].startswith("  What is needed for")
    table = lines[lines.index("Profile") : lines.index("Weakest dimensions")]
    rows = {row[0]: row[1:] for row in (re.split(r"  +", line.strip()) for line in table)}
    assert rows["overall"] == ["█▓·", "Good (from Basic)", "83%", "1"]
    assert (rows["People"][0], rows["People"][-2]) == ("█▓·", "50%")
    assert rows["Staffing"] == ["█░░", "open", "0%", "0"]
    assert (rows["Process"][0], rows["Process"][1].partition(" ")[0]) == ("██░", "Good")
    assert rows["Reach"] == ["██·", "partly", "100%", "1"]
    assert (result.returncode, result.stderr) == (0, "")


def test_a_table_that_lies_about_makes_no_assessment_a_large_table(run: Run) -> None:
    Path("results.parquet").write_bytes(b"")
    done = run("score", "acme.csv", "--model", TOY)
    assert (done.returncode, done.stderr) == (0, "")


def test_score_as_json_keeps_the_contract(run: Run) -> None:
    result = data(run("score", "acme.csv", "--model", TOY, "--json"))
    issues = result.pop("issues")
    assert all(set(issue) == {"code", "severity", "where", "message"} for issue in issues)
    assert {(issue["code"], issue["where"]) for issue in issues} == {
        ("open", "staffing"),
        ("equal-steps", "results"),
    }

    def score(stage: tuple[str, str | None, str], index: tuple[float, float | None, float], **rest: object) -> Any:
        return {
            "stage": dict(zip(LOW_MIDDLE_HIGH, stage, strict=True)),
            "index": dict(zip(LOW_MIDDLE_HIGH, index, strict=True)),
            "value": None,
            "coverage": 1.0,
            "respondents": 1,
            "disagreement": None,
            "not_applicable": False,
            **rest,
        }

    good = score(("good", "good", "good"), (0.5, 0.5, 0.5))
    assert result == {
        "format": 1,
        "model": {"id": "toy", "version": "1"},
        "subject": "Acme",
        "date": "2026-05-31",
        "scorer": "weakest",
        "consensus": "median",
        "weights": {},
        "targets": {},
        "digest": mk.read_model(TOY).digest,
        "made_by": {"maturitykit": mk.__version__},
        "outcome": score(("basic", "good", "good"), (0, 0.5, 0.5), coverage=pytest.approx(5 / 6)),
        "dimensions": {
            # The weakest of good and open: at most good, whatever the other one is.
            "people": score(("basic", "good", "good"), (0, 0.5, 0.5), coverage=0.5),
            "skills": good,
            "staffing": score(("basic", None, "best"), (0, None, 1), coverage=0.0, respondents=0),
            "process": score(("good", "good", "best"), (0.5, 0.5, 1)),
            "results": good,
            "reach": score(("partly", "partly", "partly"), (0.5, 0.5, 0.5)),
        },
    }


def test_score_of_several_respondents_as_json(run: Run) -> None:
    acme, _ = data(run("score", "others.csv", "--model", TOY, "--json"))
    process = acme["dimensions"]["process"]
    split = process.pop("disagreement")
    assert (split["low"], split["high"]) == ("basic", "best")
    assert 0 <= split["agreement"] <= 1
    assert process["respondents"] == 3


def test_not_applicable_as_json(run: Run) -> None:
    Path("acme.csv").write_text("dimension,rating\nreach,not_applicable\n", encoding="utf-8")
    result = data(run("score", "acme.csv", "--model", TOY, "--json"))
    assert (result["subject"], result["date"]) == ("", None)
    for id in ("reach", "results"):
        assert result["dimensions"][id]["not_applicable"]
        assert (result["dimensions"][id]["stage"], result["dimensions"][id]["index"]) == (None, None)


def test_score_to_a_file_in_the_format_of_its_suffix(run: Run) -> None:
    wanted = {
        "a.json": run("score", "acme.csv", "--model", TOY, "--json"),
        "a.TXT": run("score", "acme.csv", "--model", TOY),
    }
    for name, printed in wanted.items():
        result = run("score", "acme.csv", "--model", TOY, "-o", name)
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
        assert Path(name).read_text(encoding="utf-8") == printed.stdout


def test_score_to_csv_has_a_row_for_each_dimension(run: Run) -> None:
    assert run("score", "acme.csv", "--model", TOY, "-o", "a.csv").stdout == ""
    rows = {
        row["dimension"]: row for row in csv.DictReader(io.StringIO(Path("a.csv").read_text(encoding="utf-8")))
    }
    result = data(run("score", "acme.csv", "--model", TOY, "--json"))
    assert list(rows) == ["outcome", *result["dimensions"]]
    for id, score in {"outcome": result["outcome"], **result["dimensions"]}.items():
        row = rows[id]
        assert [row[f"stage_{end}"] for end in LOW_MIDDLE_HIGH] == [
            score["stage"][e] or "" for e in LOW_MIDDLE_HIGH
        ]
        assert float(row["coverage"]) == score["coverage"]
        assert row["not_applicable"] == "false"
        about = [row[name] for name in ("model", "version", "subject", "date", "respondents")]
        assert about == ["toy", "1", "Acme", "2026-05-31", str(score["respondents"])]


def test_what_is_written_replaces_what_was_there_or_leaves_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.json").write_text("old", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        result = run("score", "acme.csv", "--model", TOY, "-o", "a.json")
    where = "No space left on device; expected a place that can be written to"
    assert result.stderr == f"Error: cannot write a.json\n  {where}\n"
    assert (result.returncode, result.stdout) == (2, "")
    assert Path("a.json").read_text(encoding="utf-8") == "old"
    assert run("score", "acme.csv", "--model", TOY, "-o", "a.json").returncode == 0
    assert json.loads(Path("a.json").read_text(encoding="utf-8"))["subject"] == "Acme"


@pytest.mark.parametrize(
    ("path", "why"), [("no/a.json", "No such file or directory"), ("a.json", "Is a directory")]
)
def test_a_file_that_cannot_be_written(path: str, why: str, run: Run) -> None:
    Path("a.json").mkdir()
    result = run("score", "acme.csv", "--model", TOY, "-o", path)
    assert result.stderr == f"Error: cannot write {path}\n  {why}; expected a place that can be written to\n"
    assert (result.returncode, result.stdout) == (2, "")


def test_explain_prints_the_derivation(run: Run) -> None:
    result = run("score", "acme.csv", "--model", TOY, "--explain")
    lines = result.stdout.splitlines()
    assert lines[0] == "Acme · 2026-05-31"
    assert [re.sub(r"^[- │├└─]*", "", line).partition(":")[0] for line in lines[2:]] == [
        "A toy",
        *("People", "Skills", "Good", "Staffing", "Process", "Good to Best (Nearly)", "Results", "Reach", "0.5"),
    ]
    assert (result.returncode, result.stderr) == (0, "")


def test_explain_one_dimension(run: Run) -> None:
    lines = run("score", "acme.csv", "--model", TOY, "--explain", "process").stdout.splitlines()
    assert lines[0] == "Acme · 2026-05-31"
    assert lines[1:] == ["", "- Process: Good (up to Best)", "  └─ Good to Best (Nearly)"]


def test_a_comment_of_several_lines_stays_in_its_place(run: Run) -> None:
    Path("acme.csv").write_text('dimension,rating,comment\nprocess,good,"One\nTwo\n\nThree"\n', encoding="utf-8")
    lines = run("score", "acme.csv", "--model", TOY, "--explain", "process").stdout.splitlines()
    assert lines[-1] == "  └─ Good (One Two Three)"


def test_json_says_what_holds_if_it_is_asked_for(run: Run) -> None:
    args = "score", "acme.csv", "--model", TOY
    shown, plain = run(*args).stdout, data(run(*args, "--json"))
    result = data(run(*args, "--json", "--include", "what_holds"))
    run(*args, "--include", "what_holds", "-o", "a.json")
    assert json.loads(Path("a.json").read_text(encoding="utf-8")) == result
    assert result.pop("what_holds")["sentence"] in " ".join(shown.split())
    assert result == plain
    every = [arg for name in get_args(mk.types.Included) for arg in ("--include", name)]
    assert data(run(*args, "--json", *every)).keys() == {*plain, *get_args(mk.types.Included)}


def test_weights_are_changed_and_said(run: Run) -> None:
    plain = data(run("score", "acme.csv", "--model", TOY, "--json"))
    args = ("--weight", "process=3", "--weight", "staffing = 1/3", "--json")
    weighted = data(run("score", "acme.csv", "--model", TOY, *args))
    assert plain["outcome"]["coverage"] == pytest.approx(2.5 / 3)
    # Of people, skills count 1 and staffing 1/3; of the whole, people 1, process 3 and results 1.
    assert weighted["dimensions"]["people"]["coverage"] == pytest.approx(0.75)
    assert weighted["outcome"]["coverage"] == pytest.approx(4.75 / 5)
    changed = [issue["where"] for issue in weighted["issues"] if issue["code"] == "weight-changed"]
    assert changed == ["process", "staffing"]


@pytest.mark.parametrize(
    ("weight", "problem"),
    [
        ("proces=2", 'weights: "proces" is not a dimension; expected "process", perhaps (one of people, skills,'),
        ("process=0", "weights.process: is 0; expected a number above zero"),
        ("process=-1/2", "weights.process: is -1/2; expected a number above zero"),
        ("process=heavy", 'weights.process: "heavy" is not a number; expected a number above zero'),
        ("process=nan", 'weights.process: "nan" is not a number; expected a number above zero'),
        ("process=1/0", 'weights.process: "1/0" is not a number; expected a number above zero'),
    ],
)
def test_a_wrong_weight(weight: str, problem: str, run: Run) -> None:
    result = run("score", "acme.csv", "--model", TOY, "--weight", weight)
    assert result.stderr.startswith(f'Error: these weights cannot be used with "toy"\n  {problem}')
    assert (result.returncode, result.stdout) == (2, "")


@pytest.mark.parametrize("weight", ["1e400", "1e-400", "1e5000", "1e99999999", "-1e99999999"])
def test_a_weight_beyond_reason_is_refused_at_once(weight: str) -> None:
    command = [
        sys.executable,
        "-m",
        "maturitykit",
        "score",
        "acme.csv",
        "--model",
        TOY,
        "--weight",
        f"process={weight}",
    ]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=10, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith('Error: these weights cannot be used with "toy"\n  weights.process: ')


def test_targets_are_compared(run: Run) -> None:
    args = ("--target", "process=best", "--target", "outcome=best", "--target", "reach = partly", "--json")
    result = data(run("score", "acme.csv", "--model", TOY, *args))
    said = {issue["where"]: issue["message"] for issue in result["issues"] if issue["code"] == "target"}
    assert said == {
        "outcome": "the target Best is not reached",
        "process": "the target Best may be reached; what is known does not settle it",
        "reach": "the target partly is reached",
    }


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("process=bets", 'targets.process: "bets" is not a stage of the scale "level"; expected "best", perhaps'),
        ("proces=best", 'targets: "proces" has no stages; expected "process", perhaps'),
    ],
)
def test_a_wrong_target(target: str, problem: str, run: Run) -> None:
    result = run("score", "acme.csv", "--model", TOY, "--target", target)
    assert result.stderr.startswith(f'Error: these targets cannot be used with "toy"\n  {problem}')
    assert (result.returncode, result.stdout) == (2, "")


def test_another_scorer(run: Run) -> None:
    result = data(run("score", "acme.csv", "--model", TOY, "--scorer", "mean", "--json"))
    assert result["scorer"] == "mean"
    # People are 1/4 to 3/4, likely 1/2; process 1/2 to 1, likely 1/2; results 1/2.
    index = result["outcome"]["index"]
    assert [index[end] for end in LOW_MIDDLE_HIGH] == pytest.approx([5 / 12, 1 / 2, 3 / 4])
    assert "scorer-chosen" in [issue["code"] for issue in result["issues"]]


def test_an_unknown_scorer(run: Run) -> None:
    result = run("score", "acme.csv", "--model", TOY, "--scorer", "weekest")
    assert result.stderr.startswith(
        'Error: no scorer "weekest" can be used\n  nothing installed has the name "weekest";'
    )
    assert 'expected "weakest", perhaps' in result.stderr
    assert (result.returncode, result.stdout) == (2, "")


def test_a_scorer_that_does_not_fit(run: Run) -> None:
    result = run("score", "acme.csv", "--model", TOY, "--scorer", "staged")
    assert result.stderr.startswith(
        'Error: model "toy" cannot be scored by staged\n  outcome: outcome has no gates;'
    )
    assert (result.returncode, result.stdout) == (2, "")


def test_a_dimension_that_cannot_be_explained(run: Run) -> None:
    result = run("score", "acme.csv", "--model", TOY, "--explain", "proces")
    assert result.stderr.startswith('Error: there is nothing to explain\n  "proces" is not a dimension of toy;')
    assert (result.returncode, result.stdout) == (2, "")


@pytest.mark.parametrize(
    ("consensus", "stage"),
    [
        ("median", ("best", "best", "best")),
        ("mean", ("good", "good", "good")),
        ("weakest", ("basic", "basic", "basic")),
        ("envelope", ("basic", "best", "best")),
    ],
)
def test_consensus(consensus: str, stage: tuple[str, ...], run: Run) -> None:
    acme, beta = data(run("score", "others.csv", "--model", TOY, "--consensus", consensus, "--json"))
    assert stages(acme, "process") == [stage]
    assert stages(beta, "process") == [("good", "good", "good")]


def test_several_assessments_in_one_file(run: Run) -> None:
    found = data(run("score", "others.csv", "--model", TOY, "--json"))
    assert [result["subject"] for result in found] == ["Acme", "Beta"]
    shown = run("score", "others.csv", "--model", TOY).stdout
    assert re.findall(r"^(\w+)\n2026-05-31$", shown, re.MULTILINE) == ["Acme", "Beta"]
    run("score", "others.csv", "--model", TOY, "-o", "a.csv")
    rows = list(csv.DictReader(io.StringIO(Path("a.csv").read_text(encoding="utf-8"))))
    assert [row["subject"] for row in rows] == ["Acme"] * 7 + ["Beta"] * 7


def test_one_bad_assessment_among_several_gives_no_result_at_all(run: Run) -> None:
    Path("others.csv").write_text(OTHERS + "Gamma,2026-05-31,ann,process,god\n", encoding="utf-8")
    result = run("score", "others.csv", "--model", TOY, "-o", "a.csv")
    assert "line 6, rating" in result.stderr
    assert (result.returncode, result.stdout, Path("a.csv").exists()) == (2, "", False)


def test_the_file_names_an_installed_model(installed: Path, run: Run) -> None:
    Path("acme.csv").write_text("model,dimension,rating\ntoy,process,good\n", encoding="utf-8")
    result = data(run("score", "acme.csv", "--json"))
    assert result["model"] == {"id": "toy", "version": "1"}
    assert run("score", "acme.csv", "--model", "toy", "--json").stdout == run("score", "acme.csv", "--json").stdout


def test_score_in_a_language(installed: Path, run: Run) -> None:
    lines = run("score", "acme.csv", "--model", "toy", "--language", "nl").stdout.splitlines()
    assert lines[2:4] == ["Een speeltje (toy 1)", "Gescoord volgens zwakste."]
    assert "Samenvatting" in lines
    assert any(line.startswith("  Werkwijze ") for line in lines)


# What comes from outside can steer neither a terminal nor a spreadsheet.

HARM = "\x1b[2J\x1b]0;title\x07\x9b31m\u202e\u2028\x00Acme"


@pytest.mark.parametrize("options", [[], ["--explain"], ["--explain", "process"]], ids=" ".join)
def test_control_characters_are_shown_and_not_sent(options: list[str], run: Run) -> None:
    ratings = [{"dimension": "process", "rating": "good", "respondent": HARM, "comment": HARM, "evidence": HARM}]
    ratings += [{"dimension": "process", "rating": "best", "respondent": f"{HARM}2"}]
    document = {"format": 1, "subject": HARM, "ratings": ratings}
    Path("acme.json").write_text(json.dumps(document), encoding="utf-8")
    result = run("score", "acme.json", "--model", TOY, *options)
    assert (result.returncode, result.stderr) == (0, "")
    assert all(line.isprintable() for line in result.stdout.split("\n"))
    assert "\\x1b[2J" in result.stdout
    run("score", "acme.json", "--model", TOY, *options, "-o", "a.txt")
    assert all(line.isprintable() for line in Path("a.txt").read_text(encoding="utf-8").split("\n"))


def test_control_characters_of_a_model_are_shown_and_not_sent(run: Run) -> None:
    text = Path(TOY).read_text(encoding="utf-8").replace("A toy", "\\u001b[2JA toy").replace("Ad hoc", "\\u009b2J")
    Path("toy.toml").write_text(text, encoding="utf-8")
    result = run("show", "toy.toml")
    assert result.stdout.startswith("\\x1b[2JA toy (toy 1)\n")
    assert all(line.isprintable() for line in result.stdout.split("\n"))


def test_control_characters_in_an_error_are_not_sent_to_a_terminal() -> None:
    document = {"format": 1, "\x1b[2Jkey": 1, "ratings": []}
    Path("a\x1b[2J.json").write_text(json.dumps(document), encoding="utf-8")
    shown = at_terminal("score", "a\x1b[2J.json", "--model", TOY, NO_COLOR="1")
    assert "is not a key here" in shown
    assert "\x1b" not in shown


FORMULAS = ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "Acme\r=cmd()", "Acme\n=cmd()", 'Acme",=cmd()']


def spreadsheet(text: str) -> list[list[str]]:
    """The cells as a spreadsheet has them, which takes a lone CR for the end of a row too."""
    return list(csv.reader(io.StringIO(text, newline=None)))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_subject_is_no_formula_in_a_spreadsheet(text: str, run: Run) -> None:
    document = {"format": 1, "subject": text, "ratings": []}
    Path("acme.json").write_text(json.dumps(document), encoding="utf-8")
    assert run("score", "acme.json", "--model", TOY, "-o", "a.csv").stderr == ""
    assert_no_formula()
    # JSON is for programs, and keeps the text as it is.
    assert data(run("score", "acme.json", "--model", TOY, "--json"))["subject"] == text


@pytest.mark.parametrize("text", FORMULAS)
def test_the_version_of_a_model_is_no_formula_in_a_spreadsheet(text: str, run: Run) -> None:
    model = Path(TOY).read_text(encoding="utf-8").replace('version = "1"', f"version = {json.dumps(text)}")
    Path("toy.toml").write_text(model, encoding="utf-8")
    result = run("score", "acme.csv", "--model", "toy.toml", "-o", "a.csv")
    # A model may well be refused for such a version.
    if result.returncode == 0:
        assert_no_formula()
    else:
        assert "version: " in result.stderr


def assert_no_formula() -> None:
    rows = spreadsheet(Path("a.csv").read_bytes().decode())
    assert [len(row) for row in rows] == [len(rows[0])] * 8
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize(
    "options", [["--json"], ["-o", "a.json"], ["-o", "a.csv"], ["-o", "a.txt"], []], ids=" ".join
)
def test_half_a_character_is_no_traceback(options: list[str], run: Run) -> None:
    Path("acme.json").write_text('{"format": 1, "subject": "\\ud800Acme", "ratings": []}', encoding="utf-8")
    assert run("score", "acme.json", "--model", TOY, *options).returncode in (0, 2)


# As a program of its own: streams, encodings, terminals.


def test_program_writes_results_to_stdout_and_errors_to_stderr() -> None:
    good = program("score", "acme.csv", "--model", TOY, "--json")
    assert (good.returncode, good.stderr) == (0, b"")
    assert json.loads(good.stdout)["subject"] == "Acme"
    bad = program("score", "acme.xls", "--model", TOY)
    assert (bad.returncode, bad.stdout) == (2, b"")
    assert bad.stderr.startswith(b"Error: cannot read acme.xls")
    usage = program("score")
    assert (usage.returncode, usage.stdout) == (2, b"")
    assert usage.stderr.startswith(b"Usage: maturitykit score")


def test_program_finds_what_is_installed(site: Path) -> None:
    listed = program("models", "--json", PYTHONPATH=str(site))
    assert "toy" in [entry["id"] for entry in json.loads(listed.stdout)]
    checked = program("models", "--check", PYTHONPATH=str(site))
    assert (checked.returncode, checked.stderr) == (1, b"")
    assert b"toy-broken" in checked.stdout


@pytest.mark.parametrize(
    "command", [["models"], ["show", TOY], ["score", "acme.csv", "--model", TOY]], ids=" ".join
)
def test_no_escape_codes_where_there_is_no_terminal(command: list[str]) -> None:
    done = program(*command, TERM="xterm-256color", PYTHONIOENCODING="utf-8")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\x1b" not in done.stdout


def test_a_terminal_has_colour_unless_it_is_not_wanted() -> None:
    coloured = at_terminal("score", "acme.csv", "--model", TOY, COLUMNS="100")
    plain = at_terminal("score", "acme.csv", "--model", TOY, COLUMNS="100", NO_COLOR="1")
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain != coloured
    assert "\x1b" not in plain
    assert plain == program("score", "acme.csv", "--model", TOY, PYTHONIOENCODING="utf-8").stdout.decode()


@pytest.mark.parametrize("colour", [{}, {"NO_COLOR": "1"}], ids=["colour", "plain"])
@pytest.mark.parametrize("command", [["show", TOY], ["score", "acme.csv", "--model", TOY]], ids=" ".join)
def test_a_narrow_terminal_is_not_overrun(command: list[str], colour: dict[str, str]) -> None:
    shown = re.sub(r"\x1b\[[0-9;]*m", "", at_terminal(*command, COLUMNS="30", **colour))
    wide = [line for line in shown.splitlines() if len(line) > 30]
    assert "A toy (toy 1)" in shown
    assert wide == []


@pytest.mark.parametrize("width", ["1", "2", "5", "0", "wide", "-3"])
def test_a_terminal_of_an_odd_width(width: str) -> None:
    shown = at_terminal("score", "acme.csv", "--model", TOY, COLUMNS=width, NO_COLOR="1")
    assert "Traceback" not in shown
    assert "█" in shown


def test_columns_are_aligned_where_characters_are_wide(run: Run) -> None:
    text = (
        Path(TOY).read_text(encoding="utf-8").replace('"Skills"', '"能力"').replace('"Staffing"', '"Cafe\u0301"')
    )
    Path("toy.toml").write_text(text, encoding="utf-8")
    lines = run("score", "acme.csv", "--model", "toy.toml").stdout.splitlines()
    starts = {_width(re.split("[█▓░·]", line)[0]) for line in lines if re.search("[█▓░·]{3}", line)}
    assert any("能力" in line for line in lines)
    assert len(starts) == 1


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(c) == "W" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) != 0 for c in text)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_a_poor_encoding_loses_signs_and_not_the_result(encoding: str) -> None:
    Path("acme.csv").write_text(ACME.replace("Acme", "知 Acme"), encoding="utf-8")
    done = program("score", "acme.csv", "--model", TOY, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b" Acme " in done.stdout
    Path("acme.csv").write_text("dimension,rating\nprocess,知\n", encoding="utf-8")
    failed = program("score", "acme.csv", "--model", TOY, PYTHONIOENCODING=encoding)
    assert (failed.returncode, failed.stdout) == (2, b"")
    assert b' is not a stage of the scale "level"' in failed.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_json_is_utf_8_whatever_the_terminal(encoding: str) -> None:
    Path("acme.csv").write_text(ACME.replace("Acme", "Åcme 知"), encoding="utf-8")
    done = program("score", "acme.csv", "--model", TOY, "--json", PYTHONIOENCODING=encoding)
    assert json.loads(done.stdout)["subject"] == "Åcme 知"


def test_files_are_utf_8_whatever_the_terminal() -> None:
    Path("acme.csv").write_text(ACME.replace("Acme", "Åcme 知"), encoding="utf-8")
    for name in ("a.json", "a.csv", "a.txt"):
        assert program("score", "acme.csv", "--model", TOY, "-o", name, PYTHONIOENCODING="ascii").stderr == b""
        assert "Åcme 知" in Path(name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "command", [["models"], ["show", TOY], ["score", "acme.csv", "--model", TOY, "--json"]], ids=" ".join
)
def test_a_broken_pipe_is_no_traceback(command: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    args = [sys.executable, "-m", "maturitykit", *command]
    done = subprocess.run(args, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert done.stderr == b""
    assert done.returncode not in (0, 2)
