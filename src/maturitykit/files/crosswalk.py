"""Crosswalk files: ``<source>--<target>.toml``, with translations in ``text/<language>/``."""

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
from maturitykit.files.text import LARGEST_DOCUMENT, Content, Given, as_readable, as_traversable
from maturitykit.files.translations import Texts


@frozen
class LinkEntry:
    """A link in a crosswalk file.

    Args:
        source: Id of a dimension of the source; ``outcome`` for its overall stage.
        target: Id of a dimension of the target; ``outcome`` for its overall stage.
        relation: Content of the source dimension compared with that of the target dimension: "equal",
            "subset" and so on; a list if one of several holds.
        strength: Share of the content of the target that the source covers, above 0, up to 1: a number, or a
            text such as "1/3".
        stages: For each stage of the source by id, three stages of the target: the lowest that is
            guaranteed, the likely one (an empty text if no coder gave one), and the highest that is compatible;
            or "not_applicable", which may also take the place of a source stage. A link without stages is a
            mere reference: it is listed, but nothing is inferred from it.
        rationale: Claims on both sides that the link rests on.
        cells: Pairs of a source and a target stage whose texts correspond; at least two of them are above the
            lowest stage on both sides.
        steps: Links that it was composed of, in their order; empty if it was written by hand.
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
        format: Number of the file format: 1.
        source: Model whose results are translated: its id, or ``id@version`` for a certain version of it.
        target: Model that the results are translated to: its id, or ``id@version``.
        version: Version of the crosswalk, in quotes.
        links: Links from dimensions of the source to dimensions of the target.
        source_version: Version of the source that it was written for; "1" also stands
            for 1.0 and 1.2. Its use with another version gives a warning.
        target_version: Version of the target that it was written for, likewise.
        language: Language of the texts in this file, as a tag.
        summary: Summary of what can be translated, and what cannot.
        caveat: Cases in which two readings differ, or in which a source with all at the top is not likely to be
            at the top of the target, with the reason.
        not_inferable: Dimensions on both sides that have no link, with the reason; or "rest" instead
            of a dimension, for all that are neither linked nor listed.
        coding: Procedure by which the links were coded.
        path: Ids of the written crosswalks that it follows from, if it was inverted or composed.
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

    The translations beside it are read when a language is asked for; an open file, bytes or a mapping have none.
    The crosswalk is compared with its models when it is used, or by ``check``.

    Args:
        path: The file, TOML or JSON by its suffix: its path, an open file, its bytes, or the mapping in it.
        format: ``"json"`` if no file name shows it.

    Raises:
        FileError: If it cannot be read, or is not a crosswalk; with all findings.
    """
    file = as_traversable(as_readable(path, format, LARGEST_DOCUMENT, "toml"))
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
    """Yield a finding if a file is not named after the crosswalk that it holds."""
    expected = f"{id}.json" if name.lower().endswith(".json") else f"{id}.toml"
    if name != expected:
        yield Finding("", f"the file is named {name}", expected, "MK005")


def make_link(entry: LinkEntry, where: str, findings: list[Finding]) -> Iterator[Link]:
    """Yield the link of an entry, or add findings, located below ``where``, if it is not valid."""
    steps = [
        link
        for number, step in enumerate(entry.steps)
        for link in make_link(step, f"{where}steps[{number}].", findings)
    ]
    stages = {
        stage: span if isinstance(span, str) else (span[0], span[1] or None, span[2])
        for stage, span in entry.stages.items()
    }
    try:
        yield Link(**(asdict(entry, recurse=False) | {"steps": steps, "stages": stages}))
    except ModelError as error:
        findings += [finding._replace(where=f"{where}{finding.where}") for finding in error.findings]


def crosswalk_findings(crosswalk: Crosswalk) -> Iterator[Finding]:
    """Yield a finding for each name of a model and each strength that a reader of the file would refuse."""
    for name in dict.fromkeys([crosswalk.source, crosswalk.target]):
        yield from check_model_name("", name)
    for strength in sorted({str(part.strength) for link in crosswalk.links for part in (link, *link.steps)}):
        try:
            exact_weight(strength)
        except ModelError as error:
            yield from (finding._replace(where="strength") for finding in error.findings)


def crosswalk_to_dict(crosswalk: Crosswalk) -> dict[str, Any]:
    """Return a crosswalk as the data of a crosswalk file, without empty values and translations.

    Raises:
        ModelError: If the file could not be read back.
    """
    if findings := list(crosswalk_findings(crosswalk)):
        raise ModelError(f"{crosswalk.id} cannot be written", findings)
    links = [link_to_dict(link) for link in crosswalk.links]
    # A file must have a version, even an empty one: crosswalks that follow from others have no version.
    version = {"version": crosswalk.version}
    return {"format": FORMAT, **as_data(crosswalk, "links", "version"), **version, "links": links}


def link_to_dict(link: Link) -> dict[str, Any]:
    """Return a link as the data of its table in a crosswalk file, with its steps."""
    steps = {"steps": [link_to_dict(step) for step in link.steps]} if link.steps else {}
    relation = sorted(link.relation)
    return as_data(link, "steps") | {"relation": relation[0] if len(relation) == 1 else relation} | steps
