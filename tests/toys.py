"""Toys that several test modules play with: small scales and models, links between them, plugins, the examples.

What is private, and yet needed by several test modules, is imported from here, so that it can move.
"""

# Names that are imported "as" themselves are handed on.
# ruff: noqa: PLC0414

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, TypeAlias

from attrs import evolve

import maturitykit as mk
from maturitykit.assessment.keys import key as key
from maturitykit.comparison.check import check_crosswalk as check_crosswalk
from maturitykit.files.model import model_to_dict as model_to_dict
from maturitykit.words import Words as Words

ROOT = Path(__file__).parents[1]
#: Files with one mistake each, and the model that they are meant for, as one types it.
BAD = ROOT / "tests" / "bad"
TOY = str(BAD / "toy.toml")
#: The models of the plugins in this repository; each has an example.
MODELS = ("bluevenn", "clearhead", "cmotions-4d", "data-driven-quadrant", "four-stage")

#: The fixture that runs the command line.
Run: TypeAlias = Callable[..., CompletedProcess[str]]


def chain(
    id: str,
    *stages: str,
    values: Sequence[float] = (),
    bands: Sequence[float] = (),
    name: Callable[[str], str] = str,
) -> mk.Scale:
    """Return a scale of these stages, from the lowest up.

    Args:
        id: The id of the scale.
        stages: The ids of its stages.
        values: What each stage counts in a mean.
        bands: The number that each stage but the lowest must exceed.
        name: Makes the name of a stage from its id.
    """
    made = [mk.Stage(stage, name(stage)) for stage in stages]
    if values:
        made = [evolve(stage, value=value) for stage, value in zip(made, values, strict=True)]
    if bands:
        made[1:] = [evolve(stage, more_than=edge) for stage, edge in zip(made[1:], bands, strict=True)]
    return mk.Scale(id, made)


def numbered(id: str, count: int, **more: Any) -> mk.Scale:
    """Return a chain of so many stages, which are called s0, s1, s2 and so on."""
    return chain(id, *(f"s{i}" for i in range(count)), **more)


def diamond(id: str, bottom: str, left: str, right: str, top: str, name: Callable[[str], str] = str) -> mk.Scale:
    """Return a scale whose two middle stages cannot be compared."""
    above = {bottom: (), left: (bottom,), right: (bottom,), top: (left, right)}
    return mk.Scale(id, [mk.Stage(stage, name(stage), above=lower) for stage, lower in above.items()])


LEVEL = chain("level", "low", "mid", "high")
LOW_HIGH = chain("level", "low", "high")
GRADE = chain("level", "basic", "good", "best")
EXTENT = chain("level", "none", "some", "all")
#: Reached by shares of a whole.
SHARE = chain("share", "no", "partly", "fully", bands=(0.15, 0.85))
DIAMOND = diamond("diamond", "none", "left", "right", "both")


def leaves(ids: Iterable[str], scale: mk.Scale = LEVEL, **more: Any) -> list[mk.Dimension]:
    """Return a dimension to rate for each id."""
    return [mk.Dimension(id, scale=scale, **more) for id in ids]


def group(id: str, parts: Iterable[str], scale: mk.Scale = LEVEL, **more: Any) -> mk.Dimension:
    """Return a dimension above leaves, all on one scale."""
    return mk.Dimension(id, scale=scale, children=leaves(parts, scale), **more)


def flat(
    id: str, parts: Iterable[str | mk.Dimension], *scorers: str | mk.Scorer, scale: mk.Scale = LEVEL, **more: Any
) -> mk.Model:
    """Return a model whose dimensions, and outcome, are on one scale.

    Args:
        id: The id of the model; its title is made from it.
        parts: Its dimensions, or the ids of leaves.
        scorers: Its rules; weakest if there are none.
        scale: The scale of leaves that are named by their id, and of the outcome.
        more: Other fields of the model.
    """
    dimensions = [part if isinstance(part, mk.Dimension) else mk.Dimension(part, scale=scale) for part in parts]
    about = {"version": "1", "title": id.title(), "outcome": scale, **more}
    return mk.Model(id, dimensions=dimensions, scorers=scorers or ("weakest",), **about)


def same(scale: mk.Scale = LEVEL) -> dict[str, tuple[str, str, str]]:
    """Return the spans of a link between equal scales: each stage says the same stage."""
    return {id: (id, id, id) for id in scale.ids}


def link(
    source: str,
    target: str,
    stages: Mapping[str, tuple[str, str | None, str]] | None = None,
    strength: float | str = 0.5,
    relation: str = "intersects",
    scale: mk.Scale = LEVEL,
) -> mk.Link:
    """Return a link whose lowest and highest stages go together; it carries each stage to itself by default."""
    cells = [(scale.ids[i], scale.ids[i]) for i in (0, -1)]
    return mk.Link(source, target, relation, strength, stages or same(scale), "Both say so.", cells)


def crosswalk(source: mk.Model, target: mk.Model, *links: mk.Link, **more: Any) -> mk.Crosswalk:
    """Return a crosswalk of these links, which says of each other leaf that it is not inferable."""
    linked = {(source.id, each.source) for each in links} | {(target.id, each.target) for each in links}
    ends = [(model.id, leaf.id) for model in (source, target) for leaf in model.leaves]
    gaps = [
        mk.NotInferable(model, id, f"Nothing is said of {id}.") for model, id in ends if (model, id) not in linked
    ]
    return mk.Crosswalk(source.id, target.id, links, **{"version": "1", "not_inferable": gaps, **more})


def example(model: str, language: str = "en", file: str = "", **choices: Any) -> mk.Result:
    """Return the result of a file in ``examples/``, by default the one that is named like its model."""
    assessment = mk.read(ROOT / "examples" / f"{file or model}.csv")
    return mk.score(mk.model(model).in_language(language), assessment, **choices)


def install(site: Path, name: str, points: str, code: str | None = None, version: str = "1") -> Path:
    """Write a distribution into a folder as pip would, and return the folder of its metadata.

    Args:
        site: The folder; it is made if it is not there.
        name: The name of the distribution, and of its module.
        points: Its entry points, as text.
        code: The text of its module, if it has one.
        version: The version of the distribution.
    """
    module = name.replace("-", "_")
    info = site / f"{module}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", "utf-8")
    (info / "entry_points.txt").write_text(points, "utf-8")
    if code is not None:
        (site / f"{module}.py").write_text(code, "utf-8")
    return info


def look_again() -> None:
    """Forget what was found installed, so that the next question looks at the path as it is now."""
    importlib.invalidate_caches()
    for registry in (mk.models, mk.scorers, mk.crosswalks):
        registry.refresh()
