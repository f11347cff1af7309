"""What the arguments of ``maturitykit check`` are, and where in their files the findings stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from maturitykit.errors import FileError, Finding, MaturityError, ModelError, PluginError, one_of
from maturitykit.files.assessment import READERS
from maturitykit.files.source_map import Located, Location, location_in_words
from maturitykit.files.text import is_folder, read_text, read_toml, why_unreadable
from maturitykit.files.workbook import OTHERS
from maturitykit.registry import crosswalks, models, scorers

if TYPE_CHECKING:
    from maturitykit.definition.crosswalk import Crosswalk
    from maturitykit.definition.model import Model
    from maturitykit.testing.report import Report

Kind: TypeAlias = Literal["model", "crosswalk", "scorer", "assessment"]

#: The keys by which a TOML file is known, if its name does not tell.
_KEYS: dict[str, Kind] = {"links": "crosswalk", "dimensions": "model", "scales": "model", "ratings": "assessment"}


class Target(NamedTuple):
    """Something to check: what it is, and its file or the name that it is registered under."""

    kind: Kind
    name: str
    is_file: bool


class Found(NamedTuple):
    """A finding and where it stands."""

    file: str
    location: Location | None
    finding: Finding


class Context(NamedTuple):
    """What targets are held against, beside what is installed."""

    models: Sequence[Model]
    crosswalks: Sequence[Crosswalk]
    against: Model | None


def targets_of(names: Sequence[str]) -> Iterator[Target | Found]:
    """What is to be checked, each once; a finding for what is nothing of the kind."""
    seen: set[Target | Found] = set()
    for name in names:
        try:
            targets: Sequence[Target | Found] = list(_targets(name))
        except MaturityError as error:
            targets = [Found(name, location_in_words(f.where), f) for f in error.findings]
        for target in targets:
            if target not in seen:
                seen.add(target)
                yield target


def _targets(name: str) -> Iterator[Target]:
    path = Path(name)
    is_path = bool(path.suffix) or len(path.parts) > 1 or path.exists()
    kinds: dict[Kind, Any] = {"model": models, "crosswalk": crosswalks, "scorer": scorers}
    registered = [kind for kind, registry in kinds.items() if name in registry]
    if registered:
        yield from (Target(kind, name, False) for kind in registered)
    elif not is_path:
        known = [id for registry in kinds.values() for id in registry]
        problem = "is no file, and nothing installed has this name"
        raise PluginError("", [Finding("", problem, one_of(known, name), "MK007")])
    elif is_folder(path):
        yield from _in_folder(path)
    else:
        yield _of_file(path)


def _in_folder(folder: Path) -> Iterator[Target]:
    """The model in a folder, or the crosswalks, or those in the packages of a source tree."""
    found = []
    for place in (folder, *sorted(folder.glob("src/*"))):
        if (place / "model.toml").is_file():
            found.append(Target("model", str(place / "model.toml"), True))
        found += [Target("crosswalk", str(file), True) for file in sorted(place.glob("*--*.toml"))]
    if not found and any(file.suffix.lower() in (*READERS, *OTHERS) for file in folder.iterdir()):
        found.append(Target("assessment", str(folder), True))
    if not found:
        expected = "model.toml, <source>--<target>.toml, or files of ratings"
        finding = Finding("", "holds no model, no crosswalk and no ratings", expected, "MK001")
        raise FileError("", [finding])
    yield from found


def _of_file(file: Path) -> Target:
    if finding := why_unreadable(file):
        raise FileError("", [finding])
    suffix, folder = file.suffix.lower(), file.absolute().parent
    if suffix != ".toml":
        return Target("crosswalk" if suffix == ".tsv" else "assessment", str(file), True)
    # Translations and golden cases are checked with what they belong to.
    for other in (file.parent / ".." / "model.toml", file.parent / ".." / ".." / file.name):
        if "text" in (folder.name, folder.parent.name) and other.is_file():
            kind: Kind = "model" if other.name == "model.toml" else "crosswalk"
            return Target(kind, normpath(other), True)
    if file.name == "model.toml" or "--" in file.stem:
        return Target("model" if file.name == "model.toml" else "crosswalk", str(file), True)
    data = read_toml(file)
    if "cases" in data and (file.parent / "model.toml").is_file():
        return Target("model", str(file.parent / "model.toml"), True)
    for key, known in _KEYS.items():
        if key in data:
            return Target(known, str(file), True)
    expected = f"a model, a crosswalk or ratings: one of the keys {', '.join(_KEYS)}"
    raise FileError("", [Finding("", "holds nothing that can be checked", expected, "MK008")])


def load(target: Target) -> Model | Crosswalk | None:
    """The model or crosswalk of a target, for others to be held against; None if it is not one."""
    from maturitykit.cli.options import load_crosswalk
    from maturitykit.files.model import read_model

    if target.kind == "model":
        return read_model(target.name) if target.is_file else models.load(target.name)
    if target.kind == "crosswalk":
        return load_crosswalk(target.name) if target.is_file else crosswalks.load(target.name)
    return None


def check(target: Target, thing: Model | Crosswalk | None, context: Context) -> Report:
    """What all checks find; what was loaded is given."""
    from maturitykit.definition.crosswalk import Crosswalk
    from maturitykit.definition.model import Model
    from maturitykit.testing.crosswalks import check_crosswalk
    from maturitykit.testing.models import check_model
    from maturitykit.testing.scorers import check_scorer

    if isinstance(thing, Model):
        return check_model(thing, against=context.against, quick=target.is_file)
    if isinstance(thing, Crosswalk):
        return check_crosswalk(thing, others=context.crosswalks, models=context.models)
    return check_scorer(target.name) if target.kind == "scorer" else _check_ratings(target.name, context.models)


def _check_ratings(name: str, given: Sequence[Model]) -> Report:
    """Every assessment in a file or folder against its model."""
    from maturitykit.errors import AssessmentError
    from maturitykit.files.collect import collect
    from maturitykit.scoring.score import score
    from maturitykit.testing.report import Report

    by_id = {model.id: model for model in given}
    findings: list[Finding] = []
    found = collect(name, given[0] if len(given) == 1 else "")
    for assessment in found.assessments:
        try:
            score(by_id.get(assessment.model, assessment.model), assessment)
        except AssessmentError as error:
            findings += error.findings
    return Report(name, [*findings, *found.notes], len(found.assessments))


def failed(target: Target, error: MaturityError) -> Report:
    """The report on what could not even be loaded."""
    from maturitykit.testing.report import Report, findings_of

    default = "MK101" if isinstance(error, ModelError) else "MK004" if isinstance(error, FileError) else "MK007"
    findings = [finding if finding.code else finding._replace(code=default) for finding in findings_of(error)]
    return Report(target.name, findings, 1)


def located(target: Target, thing: Model | Crosswalk | None, findings: Sequence[Finding]) -> Iterator[Found]:
    """The findings, each with its file and its place there."""
    file = target.name if target.is_file else getattr(thing, "location", "")
    places = cache(_places)
    for finding in findings:
        if target.kind == "assessment":
            of, where = _file_named(file, finding.where)
            yield Found(of, location_in_words(where), finding._replace(where=where))
        else:
            of, where = _beside(file or target.name, target.kind, finding.where)
            yield Found(of, location_in_words(where) or places(of)(where), finding)


def _file_named(target: str, where: str) -> tuple[str, str]:
    """The file of ratings whose path a finding's place begins with, and the rest of the place."""
    file, _, rest = where.partition(", ")
    return (file, rest) if file.startswith(target) else (target, where)


def _beside(file: str, kind: Kind, where: str) -> tuple[str, str]:
    """The file that a finding's path begins with the name of, and the rest of the path."""
    match = re.match(r"(text/[^/:]+|cases): ", where)
    if not match:
        return file, where
    path = Path(file)
    name = f"{match[1]}/{path.name}" if kind == "crosswalk" else f"{match[1]}.toml"
    return str(path.parent / name), where[match.end() :]


def _places(file: str) -> Callable[[str], Location | None]:
    """What finds a path in a file; nothing, in one that cannot be read."""
    try:
        return Located(read_text(file), read_toml(file)).location if file.endswith(".toml") else _nowhere
    except MaturityError:
        return _nowhere


def _nowhere(where: str) -> None:
    return None
