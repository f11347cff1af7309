"""Crosswalks as SSSOM tables, the standard for the exchange of mappings between vocabularies.

A row is a link between two dimensions, or a dimension without links. Data for which SSSOM has no
slot, above all the stages, is in extension slots: the strength as a fraction, all else as JSON.
https://mapping-commons.github.io/sssom/spec-formats-tsv
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources.abc import Traversable
from typing import Any, TypeAlias

from attrs import asdict, frozen

from maturitykit.definition.crosswalk import RELATIONS, REST, Coding, Crosswalk, Link, NotInferable
from maturitykit.definition.fields import check_ids, check_model_name
from maturitykit.errors import FileError, Finding, ModelError, coded, one_of, quoted
from maturitykit.files.crosswalk import LinkEntry, crosswalk_findings, link_to_dict, make_link
from maturitykit.files.documents import parse_json
from maturitykit.files.strict import FORMAT, structure
from maturitykit.files.text import LARGEST_DOCUMENT, NESTED, Content, as_readable, as_traversable, read_text

#: The prefix of our identifiers, and its expansion.
PREFIX, NAMESPACE = "maturitykit", "urn:maturitykit:"

_STANDARD = ("subject_id", "predicate_id", "predicate_modifier", "object_id", "mapping_justification", "comment")
_EXTENSIONS = ("cells", "relation", "stages", "steps", "strength")
#: Columns that are written even if they are empty.
_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification", "stages", "strength")
_EXTENSION_SLOTS = ("caveat", "coding", "format", "language", "path")
_SOURCES = ("subject_source", "subject_source_version", "object_source", "object_source_version")
_SLOTS = (*_SOURCES, "mapping_set_version", "mapping_set_description", *_EXTENSION_SLOTS)
#: Slots that SSSOM requires but a crosswalk has no use for: they may hold anything.
_OTHER_SLOTS = ("curie_map", "mapping_set_id", "license", "extension_definitions")

#: Relations as predicates. "disjoint" is the negation of skos:mappingRelation, of which the others are kinds.
_PREDICATES = {
    "equal": "skos:exactMatch",
    "subset": "skos:broadMatch",
    "superset": "skos:narrowMatch",
    "intersects": "skos:relatedMatch",
    "disjoint": "Not skos:mappingRelation",
}
#: Predicates if one of several relations holds: the second one, which claims nothing, if "disjoint" is among them.
_MAPPED, _LINKED = "skos:mappingRelation", "rdfs:seeAlso"
_NOTHING = "sssom:NoTermFound"

#: JSON is YAML except for these characters, which are line breaks in YAML or not allowed.
_NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

_Row: TypeAlias = Mapping[str, str]


@frozen
class SssomEntry:
    """A crosswalk as the slots of an SSSOM file."""

    format: int
    subject_source: str
    object_source: str
    links: tuple[LinkEntry, ...]
    subject_source_version: str = ""
    object_source_version: str = ""
    mapping_set_version: str = ""
    mapping_set_description: str = ""
    language: str = "en"
    caveat: str = ""
    coding: Coding | None = None
    path: tuple[str, ...] = ()


def to_sssom(crosswalk: Crosswalk) -> str:
    """Return a crosswalk as the text of an SSSOM file, usually named ``.sssom.tsv``, without translations.

    Strength is not SSSOM's confidence, which is the probability that a mapping is right.

    Raises:
        ModelError: If SSSOM cannot express something in it.
    """
    rows = _rows(crosswalk)
    if findings := list(_unwritable(crosswalk, rows)):
        raise ModelError(f"{crosswalk.id} cannot be written as SSSOM", findings)
    columns = [
        name for name in (*_STANDARD, *_EXTENSIONS) if name in _REQUIRED or any(row.get(name) for row in rows)
    ]
    lines = [*_head(crosswalk, columns), "\t".join(columns)]
    lines += ["\t".join(_cell(row.get(name, "")) for name in columns) for row in rows]
    return "\n".join(lines) + "\n"


def _head(crosswalk: Crosswalk, columns: Iterable[str]) -> Iterator[str]:
    """Yield the lines above the table, which hold the slots of the whole crosswalk as YAML in comments."""
    standard = {
        "mapping_set_id": NAMESPACE + crosswalk.id,
        "mapping_set_version": crosswalk.version,
        "mapping_set_description": crosswalk.summary,
        "license": "https://w3id.org/sssom/license/unspecified",
        "subject_source": f"{PREFIX}:{crosswalk.source}",
        "subject_source_version": crosswalk.source_version,
        "object_source": f"{PREFIX}:{crosswalk.target}",
        "object_source_version": crosswalk.target_version,
    }
    extensions = {"format": FORMAT, "language": crosswalk.language}
    extensions |= {"caveat": crosswalk.caveat} if crosswalk.caveat else {}
    extensions |= {"coding": _json(asdict(crosswalk.coding))} if crosswalk.coding else {}
    extensions |= {"path": _json(crosswalk.path)} if crosswalk.path else {}
    # Readers take the id of the set, a URN, for a name with the prefix "urn", which has to be declared.
    yield from ("#curie_map:", f'#  {PREFIX}: "{NAMESPACE}"', '#  urn: "urn:"')
    yield from (f"#{name}: {_yaml(value)}" for name, value in standard.items() if value)
    yield "#extension_definitions:"
    for name in sorted({*extensions, *columns}.difference(_STANDARD)):
        yield from (f'#  - slot_name: "{name}"', f'#    property: "{PREFIX}:{name}"')
    yield from (f"#{name}: {_yaml(extensions[name])}" for name in sorted(extensions))


def _rows(crosswalk: Crosswalk) -> list[_Row]:
    """Return the rows of the table: the links, then the dimensions that have none."""
    # In a crosswalk that follows from others, a link without steps was inverted.
    justification = "semapv:MappingInversion" if crosswalk.path else "semapv:ManualMappingCuration"
    rows: list[_Row] = []
    for link in crosswalk.links:
        data = link_to_dict(link)
        predicate = _PREDICATES[min(link.relation)]
        if len(link.relation) == 1:
            # The predicate already expresses a single relation.
            del data["relation"]
        else:
            predicate = _LINKED if "disjoint" in link.relation else _MAPPED
        row = {
            "subject_id": f"{PREFIX}:{crosswalk.source}.{link.source}",
            "predicate_id": predicate.removeprefix("Not "),
            "predicate_modifier": "Not" if predicate.startswith("Not ") else "",
            "object_id": f"{PREFIX}:{crosswalk.target}.{link.target}",
            "mapping_justification": "semapv:MappingChaining" if link.steps else justification,
            "comment": link.rationale,
            "stages": _json(data.get("stages", {})),
            "strength": str(link.strength),
        }
        rows.append(row | {name: _json(data[name]) for name in ("cells", "relation", "steps") if data.get(name)})
    for item in crosswalk.not_inferable:
        ends = [f"{PREFIX}:{item.model}.{item.dimension}", _NOTHING]
        subject, object = ends if item.model == crosswalk.source else ends[::-1]
        row = {"subject_id": subject, "predicate_id": _MAPPED, "object_id": object}
        rows.append(row | {"mapping_justification": justification, "comment": item.reason})
    return rows


def _unwritable(crosswalk: Crosswalk, rows: Iterable[_Row]) -> Iterator[Finding]:
    """Yield a finding for everything that could not be read back."""
    models = [crosswalk.source, crosswalk.target]
    dimensions = [id for link in crosswalk.links for id in (link.source, link.target)]
    dimensions += [item.dimension for item in crosswalk.not_inferable]
    yield from crosswalk_findings(crosswalk)
    yield from check_ids("", dict.fromkeys(dimensions))
    for model in dict.fromkeys(item.model for item in crosswalk.not_inferable):
        if model not in models:
            yield Finding("not_inferable", f"{quoted(model)} is neither source nor target", one_of(models, model))
    longest = csv.field_size_limit()
    for name in sorted({name for row in rows for name, text in row.items() if len(text) > longest}):
        yield Finding("", f"the {name} of a link is too long", f"{longest:,} characters at the most")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _yaml(value: object) -> str:
    return _NOT_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", _json(value))


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if re.search('["\t\n\r]', text) else text


def read_sssom(path: Content) -> Crosswalk:
    """Read a crosswalk from an SSSOM file.

    A file that `to_sssom` wrote gives an equal crosswalk. The mappings of other tools name no stages: their links
    are mere references, which are listed, but from which nothing is inferred.

    Args:
        path: The file: its path, an open file, or its bytes.

    Raises:
        FileError: If it cannot be read, or is not such a file; with all findings.
    """
    file = as_traversable(as_readable(path, "", LARGEST_DOCUMENT, "sssom.tsv"))
    title = f"{file} is not a crosswalk in SSSOM"
    lines = read_text(file).split("\n")
    head_height = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    findings: list[Finding] = []
    columns, rows = _table("\n".join(lines[head_height:]), head_height, findings)
    if not columns:
        raise FileError(title, coded("MK006", findings))
    if not set(_EXTENSIONS) & set(columns):
        return _references(file, lines[:head_height], rows, findings)
    linked = {line: row for line, row in rows.items() if _NOTHING not in (row["subject_id"], row["object_id"])}
    others = {line: row for line, row in rows.items() if line not in linked}
    line_of = {f"links[{i}]": line for i, line in enumerate(linked)}
    data = _slots(lines[:head_height], line_of, findings)
    data["links"] = [_entry(row, line, findings) for line, row in linked.items()]
    try:
        entry = structure(data, SssomEntry, title)
    except FileError as error:
        known = {finding.where for finding in findings}
        located = [_with_line(finding, line_of) for finding in error.findings]
        raise FileError(title, coded("MK006", findings + [f for f in located if f.where not in known])) from None
    except RecursionError:
        raise FileError(title, coded("MK006", [*findings, NESTED])) from None
    source = entry.subject_source.removeprefix(f"{PREFIX}:")
    target = entry.object_source.removeprefix(f"{PREFIX}:")
    findings += check_model_name(f"{line_of['subject_source']}, subject_source", source)
    findings += check_model_name(f"{line_of['object_source']}, object_source", target)
    links = zip(entry.links, linked, strict=True)
    crosswalk = Crosswalk(
        source=source,
        target=target,
        links=[link for link_entry, line in links for link in make_link(link_entry, f"{line}, ", findings)],
        version=entry.mapping_set_version,
        source_version=entry.subject_source_version,
        target_version=entry.object_source_version,
        summary=entry.mapping_set_description,
        caveat=entry.caveat,
        not_inferable=[_not_inferable(row, source, target, line, findings) for line, row in others.items()],
        coding=entry.coding,
        path=entry.path,
        language=entry.language,
        location=str(file),
    )
    # Some cells are redundant: they must be as they would be written for this crosswalk.
    findings = findings or list(_differences(linked | others, _rows(crosswalk)))
    if findings:
        raise FileError(title, coded("MK006", findings))
    return crosswalk


def _references(
    file: Traversable, head: Sequence[str], rows: Mapping[str, _Row], findings: list[Finding]
) -> Crosswalk:
    """Return the mappings of another tool as links that are mere references."""
    slots = dict(line.removeprefix("#").strip().partition(":")[::2] for line in head)
    ends = []
    for side in ("subject", "object"):
        declared = slots.get(f"{side}_source", "").strip().strip("\"'")
        name = declared or next(iter(rows.values()), {}).get(f"{side}_id", "").partition(":")[0]
        ends.append(re.sub("[^A-Za-z0-9_-]+", "-", re.split("[/:#]", name.rstrip("/"))[-1]).strip("-") or side)
    links = []
    for line, row in rows.items():
        if _NOTHING in (row["subject_id"], row["object_id"]):
            continue
        source, target = (row[slot].partition(":")[2] for slot in ("subject_id", "object_id"))
        if not (source and target):
            findings.append(Finding(line, "does not name a subject and an object", "both, as prefix:name"))
            continue
        _, relations = _predicate(row)
        comment = row.get("comment", "")
        # A predicate that is not in the table may mean any relation.
        links.append(Link(source, target, relations or RELATIONS, 1, rationale=comment, location=line))
    if findings:
        raise FileError(f"{file} is not a crosswalk in SSSOM", coded("MK006", findings))
    reason = "The mappings name no stages."
    rest = [NotInferable(end, REST, reason) for end in ends]
    summary = slots.get("mapping_set_description", "").strip().strip("\"'")
    return Crosswalk(ends[0], ends[1], links, summary=summary, not_inferable=rest, location=str(file))


def _table(text: str, head_height: int, findings: list[Finding]) -> tuple[list[str], dict[str, _Row]]:
    """Return the columns, and the rows by their lines."""
    table = csv.reader(io.StringIO(text), delimiter="\t", strict=True)
    columns: list[str] = []
    rows: dict[str, _Row] = {}
    try:
        columns = next(table, [])
        if wrong := list(_wrong_columns(columns, f"line {head_height + 1}")):
            findings += wrong
            return [], {}
        line = f"line {head_height + table.line_num + 1}"
        for cells in table:
            if any(cells) and len(cells) != len(columns):
                findings.append(Finding(line, f"has {len(cells)} cells", f"{len(columns)}, as the header"))
            elif any(cells):
                rows[line] = dict(zip(columns, cells, strict=True))
            line = f"line {head_height + table.line_num + 1}"
    except csv.Error as error:
        where = f"line {head_height + table.line_num}"
        findings.append(Finding(where, f"is not TSV: {error}", "cells in closed quotes"))
    return columns, rows


def _wrong_columns(columns: list[str], line: str) -> Iterator[Finding]:
    """Yield a finding for each column that is missing, unknown or duplicated."""
    is_ours = bool(set(_EXTENSIONS) & set(columns))
    for name in _REQUIRED:
        if name not in columns and (is_ours or name not in _EXTENSIONS):
            ours = "what to_sssom writes; the mappings of others tell no stages"
            expected = ours if name in _EXTENSIONS else f"columns such as {', '.join(_REQUIRED)}"
            yield Finding(line, f"the column {quoted(name)} is missing", expected)
    # A file of another tool may have any other columns.
    for name in columns if is_ours else ():
        if name not in (*_STANDARD, *_EXTENSIONS):
            yield Finding(line, f"{quoted(name)} is not a column here", one_of((*_STANDARD, *_EXTENSIONS), name))
        elif columns.count(name) > 1:
            yield Finding(line, f"the column {quoted(name)} stands twice", "each column once")


def _slots(lines: Iterable[str], line_of: dict[str, str], findings: list[Finding]) -> dict[str, Any]:
    """Return the slots of the whole crosswalk, and add their lines to ``line_of``; indented lines hold none."""
    data: dict[str, Any] = {}
    for number, line in enumerate(lines, 1):
        name, _, text = line.removeprefix("#").partition(":")
        if name in line_of:
            findings.append(Finding(f"line {number}", f"the slot {quoted(name)} stands twice", "each slot once"))
        elif name in _SLOTS:
            line_of[name] = f"line {number}"
            where = f"line {number}, {name}"
            data[name] = _value(text, where, findings)
            if name in ("coding", "path") and isinstance(data[name], str):
                data[name] = _value(data[name], where, findings)
        elif name not in _OTHER_SLOTS and not line.startswith("# "):
            findings.append(Finding(f"line {number}", f"{quoted(name)} is not a slot here", one_of(_SLOTS, name)))
    return data


def _value(text: str, where: str, findings: list[Finding]) -> Any:
    """Return the value of a JSON text, or add a finding and return None."""
    try:
        return parse_json(text)
    except FileError as error:
        (finding,) = error.findings
        findings.append(finding._replace(where=where))
        return None


def _entry(row: _Row, line: str, findings: list[Finding]) -> dict[str, Any]:
    """Return a row as the data of a link in a crosswalk file."""
    data: dict[str, Any] = {
        "source": _dimension(row, "subject_id", line, findings),
        "target": _dimension(row, "object_id", line, findings),
        "rationale": row.get("comment", ""),
        "strength": row["strength"],
    }
    for name in ("cells", "relation", "stages", "steps"):
        if row.get(name):
            data[name] = _value(row[name], f"{line}, {name}", findings)
    if "relation" not in data:
        predicate, relations = _predicate(row)
        # Any relation will do for an unknown predicate, as the file is refused then.
        data["relation"] = relations or ["equal"]
        if not relations:
            expected = one_of(list(_PREDICATES.values()), predicate)
            findings.append(Finding(f"{line}, predicate_id", f"{quoted(predicate)} is no relation", expected))
    return data


def _predicate(row: _Row) -> tuple[str, list[str]]:
    """Return the predicate of a row with its modifier, and the relations that it expresses."""
    predicate = f"{row.get('predicate_modifier', '')} {row['predicate_id']}".strip()
    return predicate, [name for name, other in _PREDICATES.items() if other == predicate]


def _with_line(finding: Finding, line_of: Mapping[str, str]) -> Finding:
    """Return a finding located by the line of the row or slot that its path leads to."""
    step, _, rest = finding.where.partition(".")
    if step.startswith("links["):
        return finding._replace(where=f"{line_of[step]}, {rest}")
    line = line_of.get(step.partition("[")[0])
    return finding._replace(where=f"{line}, {finding.where}") if line else finding


def _not_inferable(row: _Row, source: str, target: str, line: str, findings: list[Finding]) -> NotInferable:
    model, slot = (source, "subject_id") if row["object_id"] == _NOTHING else (target, "object_id")
    return NotInferable(model, _dimension(row, slot, line, findings), row.get("comment", ""))


def _dimension(row: _Row, slot: str, line: str, findings: list[Finding]) -> str:
    id = row[slot].rpartition(".")[2]
    findings += check_ids(f"{line}, {slot}", [id])
    return id


def _differences(read: Mapping[str, _Row], written: Iterable[_Row]) -> Iterator[Finding]:
    """Yield a finding for each cell that is not as it would be written; the order of rows is the same."""
    for (line, row), right in zip(read.items(), written, strict=True):
        for name in _STANDARD if "strength" in right else row:
            if row.get(name, "") != right.get(name, ""):
                expected = quoted(right[name]) if right.get(name) else "nothing"
                yield Finding(f"{line}, {name}", f"is {quoted(row.get(name, ''))}", expected)
