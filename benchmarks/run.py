"""Times beside the peers they are held against, as ratios within one run.

``python benchmarks/run.py`` prints a table, and exits with 1 if a ratio is above its limit.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import importlib_metadata
import orjson

import maturitykit as mk
from maturitykit.scoring.plan import Plan, scorer_of

#: Seeded, so that every run scores the same assessments.
RANDOM = random.Random(20260531)

#: A command as it is installed for the console.
SCRIPT = "import sys\nfrom {module} import main\nsys.exit(main())\n"

#: The least that a command that lists plugins can be.
BARE_COMMAND = '''\
import click
import importlib_metadata


@click.command()
def main() -> None:
    """List the plugins."""
    for point in importlib_metadata.entry_points():
        if point.group.startswith("maturitykit."):
            click.echo(point.name)
'''

Work = Callable[[], float]


class Figure(NamedTuple):
    """A time of ours and that of its peer, each the median of several, in seconds."""

    what: str
    ours: float
    peer: str
    theirs: float
    #: The median of the ratios of the single rounds, as both sides of a round run next to each other.
    ratio: float
    limit: float | None

    @property
    def is_met(self) -> bool:
        """Whether the ratio is within its limit, if it has one."""
        return self.limit is None or self.ratio <= self.limit


def compared(what: str, ours: Work, peer: str, theirs: Work, *, rounds: int, limit: float | None) -> Figure:
    """Measure both in turn, some rounds over, after one to warm up."""
    times = [(ours(), theirs()) for _ in range(rounds + 1)][1:]
    ratio = median(a / b for a, b in times)
    return Figure(what, median(a for a, _ in times), peer, median(b for _, b in times), ratio, limit)


def child(*arguments: str, path: Sequence[Path] = ()) -> Work:
    """The processor time, user and system, of a new Python that runs to its end."""
    present = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    variables = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [*map(str, path), *present]))}

    def run() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], env=variables, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    return run


def each(inputs: Sequence[Any], job: Callable[[Any], object]) -> Work:
    """The processor time of a job, on average over inputs that all differ."""

    def run() -> float:
        start = time.process_time()
        for item in inputs:
            job(item)
        return (time.process_time() - start) / len(inputs)

    return run


def importing() -> Figure:
    """Importing the package."""
    return compared(
        "import maturitykit",
        child("-c", "import maturitykit"),
        "python -c pass",
        child("-c", "pass"),
        rounds=41,
        limit=1.3,
    )


def listing(folder: Path, installed: int, *, models: bool = False) -> Figure:
    """Listing the models where so many distributions are installed, or so many models beside the others."""
    site = folder / f"site-{installed}"
    present = 0 if models else sum(1 for _ in importlib_metadata.distributions())
    for number in range(installed - present):
        _install(site, number, models)
    bare = folder / "bare"
    bare.mkdir(exist_ok=True)
    (bare / "bare_command.py").write_text(BARE_COMMAND)
    for name, module in (("ours", "maturitykit.cli"), ("theirs", "bare_command")):
        (bare / name).write_text(SCRIPT.format(module=module))
    return compared(
        f"maturitykit models, {installed:,} {'models more' if models else 'distributions'}",
        child(str(bare / "ours"), "models", path=[site]),
        "bare click command, one scan",
        child(str(bare / "theirs"), path=[site]),
        rounds=21,
        limit=1.3,
    )


def _install(site: Path, number: int, models: bool) -> None:
    """A distribution as far as metadata goes; one in three brings two entry points, or each brings a model."""
    info = site / f"placeholder_{number}-1.0.dist-info"
    info.mkdir(parents=True)
    head = f"Metadata-Version: 2.1\nName: placeholder-{number}\nVersion: 1.0\n"
    (info / "METADATA").write_text(head + "Summary: Takes up room\n\n" + "A line of a description.\n" * 100)
    (info / "RECORD").write_text(f"{info.name}/METADATA,,\n{info.name}/RECORD,,\n")
    if models:
        line = f"placeholder-{number} = placeholder_{number}:model\n"
        (info / "entry_points.txt").write_text(f"[maturitykit.models]\n{line}")
    elif number % 3 == 0:
        lines = (f"command-{number}-{i} = placeholder_{number}:main_{i}\n" for i in range(2))
        (info / "entry_points.txt").write_text("[console_scripts]\n" + "".join(lines))


def scoring() -> Iterator[Figure]:
    """Scoring complete assessments that are in memory already."""
    model = mk.model("clearhead")
    profiles = [_random_answers(model) for _ in range(2_000)]
    texts = [orjson.dumps(profile) for profile in profiles]
    peer = "orjson.loads of the answers"

    def scored(answers: Mapping[str, str]) -> object:
        return mk.score(model, answers)

    def stage_read(answers: Mapping[str, str]) -> object:
        return mk.score(model, answers).stage

    def all_touched(answers: Mapping[str, str]) -> object:
        return list(mk.score(model, answers).values())

    for what, job, limit in (
        ("score 8 ratings (clearhead)", scored, 4.2),
        ("… and read the overall stage", stage_read, None),
        ("… and touch every score", all_touched, None),
    ):
        yield compared(what, each(profiles, job), peer, each(texts, orjson.loads), rounds=15, limit=limit)
    partial = [{id: answer if RANDOM.random() > 0.15 else None for id, answer in p.items()} for p in profiles]
    texts = [orjson.dumps(answers) for answers in partial]

    def stage_and_coverage(answers: Mapping[str, str | None]) -> object:
        result = mk.score(model, answers)
        return result.stage, result.coverage

    what = "score 8 ratings, one in seven open; read stage and coverage"
    yield compared(what, each(partial, stage_and_coverage), peer, each(texts, orjson.loads), rounds=15, limit=20)


def compiling() -> Iterator[Figure]:
    """Compiling models, and scoring a dimension with very many parts."""
    for id in mk.models:
        model = mk.model(id)
        rule = scorer_of(model.scorers[0])

        def compiled(_: object, model: mk.Model = model, rule: mk.Scorer = rule) -> object:
            plan = Plan(model, rule)
            answers = {leaf.id: leaf.scale.ids[0] for leaf in model.leaves[1:] if leaf.scale}
            return plan.read(answers)

        ours = median(each([0] * 5, compiled)() for _ in range(5))
        yield Figure(f"compile {id}, and score once", ours, "10 ms", 0.010, ours / 0.010, 1)
    level = mk.Scale("level", [mk.Stage(name) for name in "abcde"])
    parts = [mk.Dimension(f"d{i}", scale=level) for i in range(100_000)]
    wide = mk.Model("wide", "1", "Wide", parts, ["median"], outcome=level)
    answers = {part.id: RANDOM.choice("abcde") for part in parts[1:]}
    start = time.process_time()
    stage = mk.score(wide, answers).stage
    ours = time.process_time() - start
    assert stage is not None
    yield Figure("a node of 100,000 children, compiled and scored", ours, "2 s", 2.0, ours / 2.0, 1)


def reading(folder: Path) -> Iterator[Figure]:
    """Reading assessments from files, and scoring them."""
    model = _model_of_51_nodes()
    files = []
    for number in range(100):
        ratings = [
            {"dimension": leaf, "rating": stage, "comment": f"As seen in interview {number}, on {leaf}."}
            for leaf, stage in _random_answers(model).items()
        ]
        files.append(folder / f"assessment-{number}.json")
        files[-1].write_text(json.dumps({"format": 1, "model": model.id, "ratings": ratings}))
    texts = [file.read_bytes() for file in files]

    def read_and_scored(file: Path) -> object:
        return mk.score(model, mk.read(file))

    def stage_read(file: Path) -> object:
        return mk.score(model, mk.read(file)).stage

    for what, job, limit in (
        ("read and score a file of 40 ratings", read_and_scored, 19.0),
        ("… and read the overall stage", stage_read, None),
        ("… reading alone", mk.read, None),
    ):
        yield compared(
            what, each(files, job), "orjson.loads of its bytes", each(texts, orjson.loads), rounds=15, limit=limit
        )


def loading(folder: Path) -> Iterator[Figure]:
    """Reading a model of 500 dimensions in five languages."""
    stages = "".join(f'[[scales.stages]]\nid = "stage-{i}"\n' for i in range(5))
    head = 'id = "large"\nversion = "1"\ntitle = "Large"\nscorers = ["median"]\noutcome = "level"\n'
    groups = [f'id = "d{i}"\n{_texts(i)}' for i in range(20)]
    parts = [f'id = "d{i}"\nparent = "d{i % 20}"\n{_texts(i)}' for i in range(20, 500)]
    model = f'format = 1\n{head}[[scales]]\nid = "level"\n{stages}'
    model += "".join(f"[[dimensions]]\n{text}\n[dimensions.descriptors]\n{_cells()}" for text in groups + parts)
    (folder / "text").mkdir()
    (folder / "model.toml").write_text(model)
    for language in ("nl", "de", "fr", "es"):
        texts = (f"[dimensions.d{i}]\n{_texts(i)}\n[dimensions.d{i}.descriptors]\n{_cells()}" for i in range(500))
        (folder / "text" / f"{language}.toml").write_text(f'format = 1\nlanguage = "{language}"\n{"".join(texts)}')

    def read(path: Path) -> object:
        found = mk.read_model(path)
        return found, found.languages

    def in_dutch(path: Path) -> object:
        return mk.read_model(path).in_language("nl")

    what, peer = "load a model of 500 dimensions, 5 languages", "tomllib.loads of model.toml"
    figure = compared(what, each([folder], read), peer, each([model], tomllib.loads), rounds=11, limit=2)
    yield figure
    yield Figure("… against its limit in time", figure.ours, "150 ms", 0.150, figure.ours / 0.150, 1)
    yield compared(
        "… and see it in another language", each([folder], in_dutch), peer, each([model], tomllib.loads),
        rounds=11, limit=None,
    )  # fmt: skip


def _texts(number: int) -> str:
    return (
        f'name = "Dimension {number}"\nsummary = "What is judged here, in a sentence."\n'
        'question = "How far has the organisation come with this, as its people see it?"'
    )


def _cells() -> str:
    text = "What one sees of it at this stage, in a sentence that is about as long as they usually are."
    return "".join(f'stage-{i} = "{text}"\n' for i in range(5))


def robustness() -> Figure:
    """All that Clearhead's robustness has to say of five respondents."""
    model = mk.model("clearhead")
    answers = [
        {leaf.id: [RANDOM.choice(leaf.scale.ids) for _ in range(5)] for leaf in model.leaves if leaf.scale}
        for _ in range(40)
    ]

    def all_of_it(said: Mapping[str, Sequence[str]]) -> None:
        found = mk.score(model, said).robustness()
        for name in ("ties", "shares", "rules", "consensus", "quorums", "without", "extremes"):
            getattr(found, name)
        for within in (0.25, "any", "order"):
            found.weights(within)
        found.sentence()

    return compared(
        "robustness of five respondents (clearhead)",
        each(answers, all_of_it),
        "5 ms",
        lambda: 0.005,
        rounds=15,
        limit=1,
    )


def translating() -> Figure:
    """The best way between two of 500 models over 2,000 crosswalks, and a result carried along it."""
    level = mk.Scale("level", [mk.Stage(name) for name in "abcde"])
    parts = [f"d{i}" for i in range(10)]
    models = [
        mk.Model(
            f"m{i}", "1", f"Model {i}", [mk.Dimension(p, scale=level) for p in parts], ["median"], outcome=level
        )
        for i in range(500)
    ]
    pairs: set[tuple[int, ...]] = set()
    while len(pairs) < 2_000:
        pairs.add(tuple(sorted(RANDOM.sample(range(500), 2))))
    crosswalks = [_crosswalk(level, parts, *(f"m{i}" for i in pair)) for pair in sorted(pairs)]
    reachable = mk.Network(crosswalks, models).reachable
    results = [mk.score(model, {part: RANDOM.choice("abcde") for part in parts}) for model in models]
    times = []
    for _ in range(30):
        result = RANDOM.choice(results)
        target = RANDOM.choice(reachable(result.model.id))
        start = time.perf_counter()
        mk.translate(result, target, crosswalks=crosswalks, models=models).to_dict()
        times.append(time.perf_counter() - start)
    ours = median(times)
    return Figure("translate among 500 models, 2,000 crosswalks", ours, "20 ms", 0.020, ours / 0.020, 1)


def checking(folder: Path) -> Figure:
    """``maturitykit check`` of a model of 500 dimensions in 5 languages, as a command."""
    model = folder / "large"
    (model / "text").mkdir(parents=True)
    head = 'format = 1\nid = "large"\nversion = "1"\ntitle = "Large"\nscorers = ["median"]\noutcome = "level"\n'
    stages = "".join(f'[[scales.stages]]\nid = "{s}"\nsummary = "{_words(s)}"\n' for s in "abcde")
    ids = [f"group-{g}" if i == 0 else f"part-{g}-{i}" for g in range(50) for i in range(10)]
    dimensions = "".join(
        f'[[dimensions]]\nid = "{id}"\n'
        + ("" if "group" in id else f'parent = "group-{id.split("-")[1]}"\n{_all_texts("", "dimensions", id)}')
        for id in ids
    )
    (model / "model.toml").write_text(
        f'{head}source.note = "Made up."\n[[scales]]\nid = "level"\n{stages}{dimensions}'
    )
    for language in ("de", "es", "fr", "nl"):
        texts = [f'format = 1\nlanguage = "{language}"\nsource.note = "{_words(language)}"\n']
        texts += [f'[scales.level.{s}]\nsummary = "{_words(language + s)}"\n' for s in "abcde"]
        texts += [
            f"[dimensions.{id}]\n{_all_texts(language, f'dimensions.{id}', id)}" for id in ids if "group" not in id
        ]
        (model / "text" / f"{language}.toml").write_text("".join(texts))
    command = child("-m", "maturitykit", "check", str(model))
    ours = median(command() for _ in range(5))
    return Figure("check 500 dimensions in 5 languages", ours, "3 s", 3.0, ours / 3.0, 1)


def _words(about: str) -> str:
    return f"In {about} it is done in such a way that one can see it, and say so in a sentence."


def _all_texts(language: str, path: str, id: str) -> str:
    """The texts of a dimension: a summary, a question, and a descriptor for each of five stages."""
    about = f"{language} {id}"
    cells = "".join(f'{s} = "{_words(f"{about} {s}")}"\n' for s in "abcde")
    return f'summary = "{_words(about)}"\nquestion = "How far is {about}?"\n[{path}.descriptors]\n{cells}'


def _crosswalk(level: mk.Scale, parts: Sequence[str], source: str, target: str) -> mk.Crosswalk:
    ids = level.ids
    stages = {id: (ids[max(i - 1, 0)], id, ids[min(i + 1, 4)]) for i, id in enumerate(ids)}
    cells = [("a", "a"), ("b", "b")]
    links = [
        mk.Link(part, other, "intersects", f"0.{RANDOM.randint(1, 99):02}", stages, "", cells)
        for part, other in zip(parts, RANDOM.sample(parts, len(parts)), strict=True)
    ]
    return mk.Crosswalk(source, target, links, "1")


def _model_of_51_nodes() -> mk.Model:
    scale = mk.Scale("level", [mk.Stage(f"level-{i}") for i in range(5)])
    groups = [
        mk.Dimension(
            f"group-{i}", scale=scale, children=[mk.Dimension(f"part-{i}-{j}", scale=scale) for j in range(4)]
        )
        for i in range(10)
    ]
    return mk.Model("fifty-one", "1", "Ten groups of four", groups, ["median"], outcome=scale)


def _random_answers(model: mk.Model) -> dict[str, str]:
    return {leaf.id: RANDOM.choice(leaf.scale.ids) for leaf in model.leaves if leaf.scale}


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    rows = [
        (
            figure.what,
            _time(figure.ours),
            figure.peer,
            _time(figure.theirs),
            f"{figure.ratio:.2f}",
            f"{figure.limit:g}" if figure.limit else "–",
            "" if figure.is_met else "above",
        )
        for figure in figures
    ]
    head = ("what", "time", "peer", "its time", "ratio", "limit", "")
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [head, tuple("-" * width for width in widths), *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"


def main() -> int:
    """Measure everything; 1 if a limit is passed."""
    figures = [importing()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures += [listing(folder, installed) for installed in (90, 2_000)]
        figures.append(listing(folder, 200, models=True))
        figures += scoring()
        figures += compiling()
        figures += loading(folder)
        figures += reading(folder)
        figures.append(checking(folder))
    figures.append(robustness())
    figures.append(translating())
    print(table(figures))
    return 0 if all(figure.is_met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
