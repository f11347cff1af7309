"""Targets of ``maturitykit check``: what its arguments name, and the locations of findings in their files."""

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

#: Keys by which the kind of a TOML file is recognised if its name does not tell it.
_KEYS: dict[str, Kind] = {"links": "crosswalk", "dimensions": "model", "scales": "model", "ratings": "assessment"}


class Target(NamedTuple):
    """Something to check: its kind, and its file or the name that it is registered under."""

    kind: Kind
    name: str
    is_file: bool


class LocatedFinding(NamedTuple):
    """A finding with its file and its location there."""

    file: str
    location: Location | None
    finding: Finding


class Context(NamedTuple):
    """Models and crosswalks that targets are checked against in addition to the installed ones."""

    models: Sequence[Model]
    crosswalks: Sequence[Crosswalk]
    against: Model | None


def targets_of(names: Sequence[str]) -> Iterator[Target | LocatedFinding]:
    """Yield the targets that arguments name, each once, and a finding for each argument that names none."""
    seen: set[Target | LocatedFinding] = set()
    for name in names:
        try:
            targets: Sequence[Target | LocatedFinding] = list(_targets(name))
        except MaturityError as error:
            targets = [LocatedFinding(name, location_in_words(f.where), f) for f in error.findings]
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
    """Yield the model and crosswalks in a folder or the packages of a source tree, or else its ratings."""
    targets = []
    for each in (folder, *sorted(folder.glob("src/*"))):
        if (each / "model.toml").is_file():
            targets.append(Target("model", str(each / "model.toml"), True))
        targets += [Target("crosswalk", str(file), True) for file in sorted(each.glob("*--*.toml"))]
    if not targets and any(file.suffix.lower() in (*READERS, *OTHERS) for file in folder.iterdir()):
        targets.append(Target("assessment", str(folder), True))
    if not targets:
        expected = "model.toml, <source>--<target>.toml, or files of ratings"
        finding = Finding("", "holds no model, no crosswalk and no ratings", expected, "MK001")
        raise FileError("", [finding])
    yield from targets


def _of_file(file: Path) -> Target:
    if finding := why_unreadable(file):
        raise FileError("", [finding])
    suffix, folder = file.suffix.lower(), file.absolute().parent
    if suffix != ".toml":
        return Target("crosswalk" if suffix == ".tsv" else "assessment", str(file), True)
    # Translations and golden cases are checked with the model or crosswalk that they belong to.
    for other in (file.parent / ".." / "model.toml", file.parent / ".." / ".." / file.name):
        if "text" in (folder.name, folder.parent.name) and other.is_file():
            return Target("model" if other.name == "model.toml" else "crosswalk", normpath(other), True)
    if file.name == "model.toml" or "--" in file.stem:
        return Target("model" if file.name == "model.toml" else "crosswalk", str(file), True)
    data = read_toml(file)
    if "cases" in data and (file.parent / "model.toml").is_file():
        return Target("model", str(file.parent / "model.toml"), True)
    for key, kind in _KEYS.items():
        if key in data:
            return Target(kind, str(file), True)
    expected = f"a model, a crosswalk or ratings: one of the keys {', '.join(_KEYS)}"
    raise FileError("", [Finding("", "holds nothing that can be checked", expected, "MK008")])


def load(target: Target) -> Model | Crosswalk | None:
    """Return the model or crosswalk of a target, for others to be checked against; None if it is neither."""
    from maturitykit.cli.options import load_crosswalk
    from maturitykit.files.model import read_model

    if target.kind == "model":
        return read_model(target.name) if target.is_file else models.load(target.name)
    if target.kind == "crosswalk":
        return load_crosswalk(target.name) if target.is_file else crosswalks.load(target.name)
    return None


def check(target: Target, thing: Model | Crosswalk | None, context: Context) -> Report:
    """Run all checks on a target, and on the model or crosswalk that was loaded from it."""
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


def _check_ratings(name: str, models: Sequence[Model]) -> Report:
    """Check every assessment in a file or folder against its model."""
    from maturitykit.errors import AssessmentError
    from maturitykit.files.collect import collect
    from maturitykit.scoring.score import score
    from maturitykit.testing.report import Report

    by_id = {model.id: model for model in models}
    findings: list[Finding] = []
    collected = collect(name, models[0] if len(models) == 1 else "")
    for assessment in collected.assessments:
        try:
            score(by_id.get(assessment.model, assessment.model), assessment)
        except AssessmentError as error:
            findings += error.findings
    return Report(name, [*findings, *collected.notes], len(collected.assessments))


def failed(target: Target, error: MaturityError) -> Report:
    """Return the report on a target that could not be loaded."""
    from maturitykit.testing.report import Report, findings_of

    default = "MK101" if isinstance(error, ModelError) else "MK004" if isinstance(error, FileError) else "MK007"
    findings = [finding if finding.code else finding._replace(code=default) for finding in findings_of(error)]
    return Report(target.name, findings, 1)


def located(
    target: Target, thing: Model | Crosswalk | None, findings: Sequence[Finding]
) -> Iterator[LocatedFinding]:
    """Yield the findings, each with its file and its location there."""
    file = target.name if target.is_file else getattr(thing, "location", "")
    locators = cache(_locator)
    for finding in findings:
        if target.kind == "assessment":
            path, where = _split_file(file, finding.where)
            yield LocatedFinding(path, location_in_words(where), finding._replace(where=where))
        else:
            path, where = _split_part(file or target.name, target.kind, finding.where)
            yield LocatedFinding(path, location_in_words(where) or locators(path)(where), finding)


def _split_file(target: str, where: str) -> tuple[str, str]:
    """Split the path of a file of ratings off the location of a finding."""
    file, _, rest = where.partition(", ")
    return (file, rest) if file.startswith(target) else (target, where)


def _split_part(file: str, kind: Kind, where: str) -> tuple[str, str]:
    """Split the name of a translation or of the golden cases off a location; return the path of that file."""
    match = re.match(r"(text/[^/:]+|cases): ", where)
    if not match:
        return file, where
    path = Path(file)
    name = f"{match[1]}/{path.name}" if kind == "crosswalk" else f"{match[1]}.toml"
    return str(path.parent / name), where[match.end() :]


def _locator(file: str) -> Callable[[str], Location | None]:
    """Return a function that locates a key path in a file; it finds none in a file that cannot be read."""
    try:
        return Located(read_text(file), read_toml(file)).location if file.endswith(".toml") else _nowhere
    except MaturityError:
        return _nowhere


def _nowhere(where: str) -> None:
    return None
