"""Crosswalks as SSSOM tables, in which mappings between vocabularies are exchanged.

A row is a link between two dimensions, or a dimension that has none. What SSSOM has no slot for,
above all the stages, is in extension slots: the strength as a fraction, all else as JSON.
https://mapping-commons.github.io/sssom/spec-formats-tsv
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources.abc import Traversable
from typing import Any, TypeAlias

from attrs import asdict, frozen

from maturitykit.definition.crosswalk import RELATIONS, REST, Coding, Crosswalk, Link, NotInferable
from maturitykit.definition.fields import check_ids, check_model_name
from maturitykit.errors import FileError, Finding, ModelError, coded, one_of, quoted
from maturitykit.files.crosswalk import LinkEntry, crosswalk_findings, link_to_dict, make_link
from maturitykit.files.strict import FORMAT, structure
from maturitykit.files.text import LARGEST_DOCUMENT, NESTED, Content, as_traversable, given, read_text

#: The prefix of our identifiers, and what it stands for.
PREFIX, NAMESPACE = "maturitykit", "urn:maturitykit:"

_STANDARD = ("subject_id", "predicate_id", "predicate_modifier", "object_id", "mapping_justification", "comment")
_OWN = ("cells", "relation", "stages", "steps", "strength")
#: Columns that are there even when they are empty.
_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification", "stages", "strength")
_OWN_SLOTS = ("caveat", "coding", "format", "language", "path")
_SOURCES = ("subject_source", "subject_source_version", "object_source", "object_source_version")
_SLOTS = (*_SOURCES, "mapping_set_version", "mapping_set_description", *_OWN_SLOTS)
#: Slots that SSSOM asks for, and that say nothing of a crosswalk: anything may stand there.
_OTHER_SLOTS = ("curie_map", "mapping_set_id", "license", "extension_definitions")

#: A relation as a predicate; "disjoint" as none of the mapping relations, of which the others are kinds.
_PREDICATES = {
    "equal": "skos:exactMatch",
    "subset": "skos:broadMatch",
    "superset": "skos:narrowMatch",
    "intersects": "skos:relatedMatch",
    "disjoint": "Not skos:mappingRelation",
}
#: Where one of several may hold: some mapping relation, or perhaps "disjoint", which claims nothing.
_MAPPED, _LINKED = "skos:mappingRelation", "rdfs:seeAlso"
_NOTHING = "sssom:NoTermFound"

#: JSON is YAML but for these, which YAML takes for line breaks or does not take at all.
_NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

_Row: TypeAlias = Mapping[str, str]


@frozen
class SssomEntry:
    """What a file says of a crosswalk."""

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
    """The text of an SSSOM file, by custom named ``.sssom.tsv``; translations are left out.

    Strength is not SSSOM's confidence, which is how probable it is that a mapping is right.

    Raises:
        ModelError: If something in it cannot be told in SSSOM.
    """
    rows = _rows(crosswalk)
    if findings := list(_unwritable(crosswalk, rows)):
        raise ModelError(f"{crosswalk.id} cannot be written as SSSOM", findings)
    columns = [name for name in (*_STANDARD, *_OWN) if name in _REQUIRED or any(row.get(name) for row in rows)]
    lines = [*_head(crosswalk, columns), "\t".join(columns)]
    lines += ["\t".join(_cell(row.get(name, "")) for name in columns) for row in rows]
    return "\n".join(lines) + "\n"


def _head(crosswalk: Crosswalk, columns: Iterable[str]) -> Iterator[str]:
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
    own = {"format": FORMAT, "language": crosswalk.language}
    own |= {"caveat": crosswalk.caveat} if crosswalk.caveat else {}
    own |= {"coding": _json(asdict(crosswalk.coding))} if crosswalk.coding else {}
    own |= {"path": _json(crosswalk.path)} if crosswalk.path else {}
    # The id of the set is a URN, which readers take for a name with a prefix.
    yield from ("#curie_map:", f'#  {PREFIX}: "{NAMESPACE}"', '#  urn: "urn:"')
    yield from (f"#{name}: {_yaml(value)}" for name, value in standard.items() if value)
    yield "#extension_definitions:"
    for name in sorted({*own, *columns}.difference(_STANDARD)):
        yield from (f'#  - slot_name: "{name}"', f'#    property: "{PREFIX}:{name}"')
    yield from (f"#{name}: {_yaml(own[name])}" for name in sorted(own))


def _rows(crosswalk: Crosswalk) -> list[_Row]:
    # A link without steps, of a crosswalk that follows from another, was turned around.
    written = "semapv:MappingInversion" if crosswalk.path else "semapv:ManualMappingCuration"
    rows: list[_Row] = []
    for link in crosswalk.links:
        told = link_to_dict(link)
        predicate = _PREDICATES[min(link.relation)]
        if len(link.relation) == 1:
            # The predicate says it.
            del told["relation"]
        else:
            predicate = _LINKED if "disjoint" in link.relation else _MAPPED
        row = {
            "subject_id": f"{PREFIX}:{crosswalk.source}.{link.source}",
            "predicate_id": predicate.removeprefix("Not "),
            "predicate_modifier": "Not" if predicate.startswith("Not ") else "",
            "object_id": f"{PREFIX}:{crosswalk.target}.{link.target}",
            "mapping_justification": "semapv:MappingChaining" if link.steps else written,
            "comment": link.rationale,
            "stages": _json(told.get("stages", {})),
            "strength": str(link.strength),
        }
        rows.append(row | {name: _json(told[name]) for name in ("cells", "relation", "steps") if told.get(name)})
    for item in crosswalk.not_inferable:
        ends = [f"{PREFIX}:{item.model}.{item.dimension}", _NOTHING]
        subject, object = ends if item.model == crosswalk.source else ends[::-1]
        row = {"subject_id": subject, "predicate_id": _MAPPED, "object_id": object}
        rows.append(row | {"mapping_justification": written, "comment": item.reason})
    return rows


def _unwritable(crosswalk: Crosswalk, rows: Iterable[_Row]) -> Iterator[Finding]:
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
    return _NOT_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", _json(value))


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if re.search('["\t\n\r]', text) else text


def read_sssom(path: Content) -> Crosswalk:
    """Read a crosswalk from an SSSOM file.

    One that `to_sssom` wrote comes back whole. The mappings of others name no stages: their links are mere
    references, which are listed, and from which nothing is inferred.

    Args:
        path: The file: its path, an open file, or its bytes.

    Raises:
        FileError: If it cannot be read, or is not such a file; with all findings.
    """
    file = as_traversable(given(path, "", LARGEST_DOCUMENT, "sssom.tsv"))
    title = f"{file} is not a crosswalk in SSSOM"
    lines = read_text(file).split("\n")
    height = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    findings: list[Finding] = []
    columns, rows = _table("\n".join(lines[height:]), height, findings)
    if not columns:
        raise FileError(title, coded("MK006", findings))
    if not set(_OWN) & set(columns):
        return _references(file, lines[:height], rows, findings)
    linked = {place: row for place, row in rows.items() if _NOTHING not in (row["subject_id"], row["object_id"])}
    others = {place: row for place, row in rows.items() if place not in linked}
    places = {f"links[{i}]": place for i, place in enumerate(linked)}
    data = _slots(lines[:height], places, findings)
    data["links"] = [_entry(row, place, findings) for place, row in linked.items()]
    try:
        entry = structure(data, SssomEntry, title)
    except FileError as error:
        known = {finding.where for finding in findings}
        placed = [_placed(finding, places) for finding in error.findings]
        raise FileError(title, coded("MK006", findings + [f for f in placed if f.where not in known])) from None
    except RecursionError:
        raise FileError(title, coded("MK006", [*findings, NESTED])) from None
    source = entry.subject_source.removeprefix(f"{PREFIX}:")
    target = entry.object_source.removeprefix(f"{PREFIX}:")
    findings += check_model_name(f"{places['subject_source']}, subject_source", source)
    findings += check_model_name(f"{places['object_source']}, object_source", target)
    links = zip(entry.links, linked, strict=True)
    crosswalk = Crosswalk(
        source=source,
        target=target,
        links=[link for link_entry, place in links for link in make_link(link_entry, f"{place}, ", findings)],
        version=entry.mapping_set_version,
        source_version=entry.subject_source_version,
        target_version=entry.object_source_version,
        summary=entry.mapping_set_description,
        caveat=entry.caveat,
        not_inferable=[_not_inferable(row, source, target, place, findings) for place, row in others.items()],
        coding=entry.coding,
        path=entry.path,
        language=entry.language,
        location=str(file),
    )
    # What follows from the rest of a file is held against what would be written.
    findings = findings or list(_differences(linked | others, _rows(crosswalk)))
    if findings:
        raise FileError(title, coded("MK006", findings))
    return crosswalk


def _references(
    file: Traversable, head: Sequence[str], rows: Mapping[str, _Row], findings: list[Finding]
) -> Crosswalk:
    """Return the mappings of others as links that are mere references."""
    slots = dict(line.removeprefix("#").strip().partition(":")[::2] for line in head)
    ends = []
    for side in ("subject", "object"):
        said = slots.get(f"{side}_source", "").strip().strip("\"'")
        named = said or next(iter(rows.values()), {}).get(f"{side}_id", "").partition(":")[0]
        ends.append(re.sub("[^A-Za-z0-9_-]+", "-", re.split("[/:#]", named.rstrip("/"))[-1]).strip("-") or side)
    links = []
    for place, row in rows.items():
        predicate = f"{row.get('predicate_modifier', '')} {row['predicate_id']}".strip()
        known = [name for name, words in _PREDICATES.items() if words == predicate]
        if _NOTHING in (row["subject_id"], row["object_id"]):
            continue
        source, target = (row[slot].partition(":")[2] for slot in ("subject_id", "object_id"))
        if not (source and target):
            findings.append(Finding(place, "does not name a subject and an object", "both, as prefix:name"))
            continue
        # A predicate that is none of ours may mean any relation.
        comment = row.get("comment", "")
        links.append(Link(source, target, known or RELATIONS, 1, rationale=comment, location=place))
    if findings:
        raise FileError(f"{file} is not a crosswalk in SSSOM", coded("MK006", findings))
    reason = "The mappings name no stages."
    rest = [NotInferable(end, REST, reason) for end in ends]
    summary = slots.get("mapping_set_description", "").strip().strip("\"'")
    return Crosswalk(ends[0], ends[1], links, summary=summary, not_inferable=rest, location=str(file))


def _table(text: str, height: int, findings: list[Finding]) -> tuple[list[str], dict[str, _Row]]:
    """The columns, and the rows by their places."""
    table = csv.reader(io.StringIO(text), delimiter="\t", strict=True)
    columns: list[str] = []
    rows: dict[str, _Row] = {}
    try:
        columns = next(table, [])
        if bad := list(_wrong_columns(columns, f"line {height + 1}")):
            findings += bad
            return [], {}
        place = f"line {height + table.line_num + 1}"
        for cells in table:
            if any(cells) and len(cells) != len(columns):
                findings.append(Finding(place, f"has {len(cells)} cells", f"{len(columns)}, as the header"))
            elif any(cells):
                rows[place] = dict(zip(columns, cells, strict=True))
            place = f"line {height + table.line_num + 1}"
    except csv.Error as error:
        where = f"line {height + table.line_num}"
        findings.append(Finding(where, f"is not TSV: {error}", "cells in closed quotes"))
    return columns, rows


def _wrong_columns(columns: list[str], place: str) -> Iterator[Finding]:
    is_ours = bool(set(_OWN) & set(columns))
    for name in _REQUIRED:
        if name not in columns and (is_ours or name not in _OWN):
            ours = "what to_sssom writes; the mappings of others tell no stages"
            expected = ours if name in _OWN else f"columns such as {', '.join(_REQUIRED)}"
            yield Finding(place, f"the column {quoted(name)} is missing", expected)
    # Where none is ours, the others are as they should be.
    for name in columns if is_ours else ():
        if name not in (*_STANDARD, *_OWN):
            yield Finding(place, f"{quoted(name)} is not a column here", one_of((*_STANDARD, *_OWN), name))
        elif columns.count(name) > 1:
            yield Finding(place, f"the column {quoted(name)} stands twice", "each column once")


def _slots(lines: Iterable[str], places: dict[str, str], findings: list[Finding]) -> dict[str, Any]:
    """The slots of the whole, of which what is indented says nothing; their places are noted."""
    data: dict[str, Any] = {}
    for number, line in enumerate(lines, 1):
        name, _, text = line.removeprefix("#").partition(":")
        if name in places:
            findings.append(Finding(f"line {number}", f"the slot {quoted(name)} stands twice", "each slot once"))
        elif name in _SLOTS:
            places[name] = f"line {number}"
            where = f"line {number}, {name}"
            data[name] = _value(text, where, findings)
            if name in ("coding", "path") and isinstance(data[name], str):
                data[name] = _value(data[name], where, findings)
        elif name not in _OTHER_SLOTS and not line.startswith("# "):
            findings.append(Finding(f"line {number}", f"{quoted(name)} is not a slot here", one_of(_SLOTS, name)))
    return data


def _value(text: str, where: str, findings: list[Finding]) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=_without_doubles)
        # Half a character, which JSON can escape, can be written to no file.
        _json(value).encode()
    except (ValueError, RecursionError) as error:
        findings.append(Finding(where, f"is not JSON: {error}"))
        return None
    return value


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        double, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(f"the key {quoted(double)} stands twice in one object")
    return table


def _entry(row: _Row, place: str, findings: list[Finding]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "source": _dimension(row, "subject_id", place, findings),
        "target": _dimension(row, "object_id", place, findings),
        "rationale": row.get("comment", ""),
        "strength": row["strength"],
    }
    for name in ("cells", "relation", "stages", "steps"):
        if row.get(name):
            data[name] = _value(row[name], f"{place}, {name}", findings)
    if "relation" not in data:
        predicate = f"{row.get('predicate_modifier', '')} {row['predicate_id']}".strip()
        known = [name for name, words in _PREDICATES.items() if words == predicate]
        # Where none is known, any will do: the file is refused.
        data["relation"] = known or ["equal"]
        if not known:
            expected = one_of(list(_PREDICATES.values()), predicate)
            findings.append(Finding(f"{place}, predicate_id", f"{quoted(predicate)} is no relation", expected))
    return data


def _placed(finding: Finding, places: Mapping[str, str]) -> Finding:
    """A finding with the line of what its path leads to."""
    step, _, rest = finding.where.partition(".")
    if step.startswith("links["):
        return finding._replace(where=f"{places[step]}, {rest}")
    place = places.get(step.partition("[")[0])
    return finding._replace(where=f"{place}, {finding.where}") if place else finding


def _not_inferable(row: _Row, source: str, target: str, place: str, findings: list[Finding]) -> NotInferable:
    model, slot = (source, "subject_id") if row["object_id"] == _NOTHING else (target, "object_id")
    return NotInferable(model, _dimension(row, slot, place, findings), row.get("comment", ""))


def _dimension(row: _Row, slot: str, place: str, findings: list[Finding]) -> str:
    id = row[slot].rpartition(".")[2]
    findings += check_ids(f"{place}, {slot}", [id])
    return id


def _differences(given: Mapping[str, _Row], written: Iterable[_Row]) -> Iterator[Finding]:
    for (place, row), right in zip(given.items(), written, strict=True):
        for name in _STANDARD if "strength" in right else row:
            if row.get(name, "") != right.get(name, ""):
                expected = quoted(right[name]) if right.get(name) else "nothing"
                yield Finding(f"{place}, {name}", f"is {quoted(row.get(name, ''))}", expected)
