"""Crosswalks as files: ``<source>--<target>.toml``, translations in ``text/<language>/``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

from maturitykit.definition.crosswalk import (
    Coding,
    Crosswalk,
    Link,
    NotInferable,
    StageSpan,
)
from maturitykit.definition.dimension import exact_weight
from maturitykit.definition.fields import check_model_name
from maturitykit.errors import FileError, Finding, ModelError
from maturitykit.files.documents import read_document
from maturitykit.files.strict import FORMAT, as_data, structure
from maturitykit.files.text import LARGEST_DOCUMENT, Content, Given, as_traversable, given
from maturitykit.files.translations import Texts


@frozen
class LinkEntry:
    """A link in a crosswalk file.

    Args:
        source: Id of a dimension of the source; ``outcome`` for its overall stage.
        target: Id of a dimension of the target; ``outcome`` for its overall stage.
        relation: What the source dimension judges, compared with what the target dimension
            judges; a list where one of several holds.
        strength: How much of what the target judges the source speaks to, above 0, up to 1: a number, or a
            text such as "1/3".
        stages: For each stage of the source by id, three stages of the target: guaranteed
            at least, likely (an empty text where no coder said any), and compatible with at the most;
            or "not_applicable", which may also be a source. Without any, the link is a mere reference:
            listed, and nothing is inferred from it.
        rationale: Which claims on both sides it rests on.
        cells: Pairs of a source and a target stage whose texts correspond, two or more of them above the
            lowest stage on both sides.
        steps: The links that it was composed of, in their order; none if it was written.
    """

    source: str
    target: str
    relation: str | tuple[str, ...]
    strength: Fraction
    stages: Mapping[str, StageSpan | str] = {}
    rationale: str = ""
    cells: tuple[tuple[str, str], ...] = ()
    steps: tuple[LinkEntry, ...] = ()


@frozen
class CrosswalkEntry:
    """A crosswalk file.

    Args:
        format: Of the file; the number 1.
        source: The model that is read: its id, or ``id@version`` for a certain version of it.
        target: The model that is spoken of, named likewise.
        version: Of the crosswalk, in quotes.
        links: Which dimensions speak of which, and what they say.
        source_version: The version of the source that it was written for; "1" also stands
            for 1.0 and 1.2. Used with another, it warns.
        target_version: Likewise, of the target.
        language: Of the texts in this file, as a tag.
        summary: What can be carried over, and what cannot.
        caveat: Where two readings differ, or all at the top is not likely at the top, and why.
        not_inferable: The dimensions without links, on both sides, and why they have none; or "rest" in place
            of a dimension, for all that are neither linked nor listed.
        coding: How it was made.
        path: Ids of the written crosswalks that it follows from, if it was turned around or composed.
    """

    format: int
    source: str
    target: str
    version: str
    links: tuple[LinkEntry, ...]
    source_version: str = ""
    target_version: str = ""
    language: str = "en"
    summary: str = ""
    caveat: str = ""
    not_inferable: tuple[NotInferable, ...] = ()
    coding: Coding | None = None
    path: tuple[str, ...] = ()


def read_crosswalk(path: Content, *, format: str = "") -> Crosswalk:
    """Read a crosswalk from its file.

    Translations beside it are read when a language is asked for. An open file, the bytes of one, or what one holds
    as a mapping, have none. Whether it fits the models that it joins is found when it is used, or by ``check``.

    Args:
        path: The file, TOML or JSON by its suffix: its path, an open file, its bytes, or the mapping in it.
        format: ``"json"`` where no name says so.

    Raises:
        FileError: If it cannot be read, or is not a crosswalk; with all findings.
    """
    file = as_traversable(given(path, format, LARGEST_DOCUMENT, "toml"))
    title = f"{file} is not a crosswalk"
    entry = structure(read_document(file), CrosswalkEntry, title)
    findings = [*check_model_name("source", entry.source), *check_model_name("target", entry.target)]
    id = f"{entry.source}--{entry.target}"
    if not (findings or isinstance(file, Given)):
        findings += check_file_name(file.name, id)
    links = [
        link for each in entry.links for link in make_link(each, f"links.{each.source}--{each.target}.", findings)
    ]
    if findings:
        raise FileError(title, findings)
    folder = Path(str(file)).parent if isinstance(file, Path) else None
    return Crosswalk(
        source=entry.source,
        target=entry.target,
        links=links,
        version=entry.version,
        source_version=entry.source_version,
        target_version=entry.target_version,
        summary=entry.summary,
        caveat=entry.caveat,
        not_inferable=entry.not_inferable,
        coding=entry.coding,
        path=entry.path,
        language=entry.language,
        location=str(file),
        translations=Texts(folder / "text", f"{{language}}/{id}.toml", Crosswalk) if folder else {},
    )


def check_file_name(name: str, id: str) -> Iterator[Finding]:
    """Yield a finding if the name of a file is not that of the crosswalk that it holds."""
    expected = f"{id}.json" if name.lower().endswith(".json") else f"{id}.toml"
    if name != expected:
        yield Finding("", f"the file is named {name}", expected, "MK005")


def make_link(entry: LinkEntry, where: str, findings: list[Finding]) -> Iterator[Link]:
    """Yield the link of an entry, unless it cannot be made: then add findings, each with its place before it."""
    inner = [(step, f"{where}steps[{number}].") for number, step in enumerate(entry.steps)]
    steps = [link for step, place in inner for link in make_link(step, place, findings)]
    stages = {
        stage: span if isinstance(span, str) else (span[0], span[1] or None, span[2])
        for stage, span in entry.stages.items()
    }
    try:
        yield Link(**(asdict(entry, recurse=False) | {"steps": steps, "stages": stages}))
    except ModelError as error:
        findings += [finding._replace(where=f"{where}{finding.where}") for finding in error.findings]


def crosswalk_findings(crosswalk: Crosswalk) -> Iterator[Finding]:
    """Yield what a reader of its file would refuse: names of models, and strengths that are too exact."""
    for name in dict.fromkeys([crosswalk.source, crosswalk.target]):
        yield from check_model_name("", name)
    for strength in sorted({str(part.strength) for link in crosswalk.links for part in (link, *link.steps)}):
        try:
            exact_weight(strength)
        except ModelError as error:
            yield from (finding._replace(where="strength") for finding in error.findings)


def crosswalk_to_dict(crosswalk: Crosswalk) -> dict[str, Any]:
    """Return a crosswalk as the data of a crosswalk file, without what is empty and without other languages.

    Raises:
        ModelError: If it could not be read back.
    """
    if findings := list(crosswalk_findings(crosswalk)):
        raise ModelError(f"{crosswalk.id} cannot be written", findings)
    links = [link_to_dict(link) for link in crosswalk.links]
    # A file says its version, be it empty: one that follows from others has none.
    version = {"version": crosswalk.version}
    return {"format": FORMAT, **as_data(crosswalk, "links", "version"), **version, "links": links}


def link_to_dict(link: Link) -> dict[str, Any]:
    """Return a link as the data of its table in a crosswalk file."""
    steps = {"steps": [link_to_dict(step) for step in link.steps]} if link.steps else {}
    relation = sorted(link.relation)
    return as_data(link, "steps") | {"relation": relation[0] if len(relation) == 1 else relation} | steps
