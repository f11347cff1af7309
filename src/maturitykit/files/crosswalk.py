"""Crosswalks as files: ``<source>--<target>.toml``, translations in ``text/<language>/``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from maturitykit.definition.crosswalk import (
    Coding,
    Crosswalk,
    Link,
    NotInferable,
    StageSpan,
)
from maturitykit.definition.fields import check_model_name
from maturitykit.errors import FileError, Finding, ModelError
from maturitykit.files.strict import structure
from maturitykit.files.text import LARGEST_DOCUMENT, Content, Given, as_traversable, given, read_toml
from maturitykit.files.translations import Texts


@frozen
class LinkEntry:
    """A link in a crosswalk file.

    Args:
        source: Id of a dimension of the source; ``outcome`` for its overall stage.
        target: Id of a dimension of the target; ``outcome`` for its overall stage.
        relation: What the source dimension judges, compared with what the target dimension
            judges; a list where one of several holds.
        strength: How much of what the target judges the source speaks to, above 0, up to 1.
        stages: For each stage of the source by id, three stages of the target: guaranteed
            at least, likely, and compatible with at the most; or "not_applicable", which may also be
            a source. Without any, the link is a mere reference: listed, and nothing is inferred from it.
        rationale: Which claims on both sides it rests on.
        cells: Pairs of a source and a target stage whose texts correspond, two or more of them above the
            lowest stage on both sides.
    """

    source: str
    target: str
    relation: str | tuple[str, ...]
    strength: float
    stages: Mapping[str, StageSpan | str] = {}
    rationale: str = ""
    cells: tuple[tuple[str, str], ...] = ()


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


def read_crosswalk(path: Content) -> Crosswalk:
    """Read a crosswalk from its file.

    Translations beside it are read when a language is asked for. An open file, the bytes of one, or what one holds
    as a mapping, have none. Whether it fits the models
    that it joins is found when it is used, or by ``check``.

    Raises:
        FileError: If it cannot be read, or is not a crosswalk; with all findings.
    """
    file = as_traversable(given(path, "toml", LARGEST_DOCUMENT))
    title = f"{file} is not a crosswalk"
    entry = structure(read_toml(file), CrosswalkEntry, title)
    expected = f"{entry.source}--{entry.target}.toml"
    findings = [*check_model_name("source", entry.source), *check_model_name("target", entry.target)]
    if file.name != expected and not (findings or isinstance(file, Given)):
        findings.append(Finding("", f"the file is named {file.name}", expected, "MK005"))
    links = list(_links(entry, findings))
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
        language=entry.language,
        place=str(file),
        translations=Texts(folder / "text", f"{{language}}/{expected}", Crosswalk) if folder else {},
    )


def _links(entry: CrosswalkEntry, findings: list[Finding]) -> Iterator[Link]:
    for link in entry.links:
        try:
            yield Link(
                source=link.source,
                target=link.target,
                relation=link.relation,
                strength=link.strength,
                stages=link.stages,
                rationale=link.rationale,
                cells=link.cells,
            )
        except ModelError as error:
            where = f"links.{link.source}--{link.target}"
            findings += [f._replace(where=f"{where}.{f.where}") for f in error.findings]
