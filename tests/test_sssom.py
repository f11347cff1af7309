"""Crosswalks as SSSOM: read back as they were, and accepted by SSSOM's own tools."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from attrs import asdict, evolve
from hypothesis import HealthCheck, assume, given, settings, strategies as st

import maturitykit as mk
from maturitykit.definition.crosswalk import RELATIONS
from maturitykit.sssom import read_sssom, to_sssom
from maturitykit.testing import strategies as mks

SETTINGS = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)

# SSSOM's own tools.

#: Lists the columns of a table, what stands in them, and the slots of the whole.
Accept = Callable[[str], tuple[list[dict[str, Any]], dict[str, Any]]]


@pytest.fixture(scope="module")
def accept() -> Accept:
    """Parse a text with SSSOM's parser, and have its validators find nothing."""
    pytest.importorskip("sssom", reason="the group sssom is not installed", exc_type=ImportError)

    def accept(text: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        # What sssom imports and calls is deprecated in newer versions of pandas and others.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from sssom.parsers import parse_tsv
            from sssom.validators import validate

            said = Said()
            logging.getLogger("sssom").addHandler(said)
            try:
                parsed = parse_tsv(io.StringIO(text))
                reports = validate(parsed, fail_on_error=True)
            finally:
                logging.getLogger("sssom").removeHandler(said)
        assert [report.results for report in reports.values()] == [[]] * 3
        assert not said.words
        rows: list[dict[str, Any]] = parsed.df.to_dict("records")
        return rows, dict(parsed.metadata)

    return accept


class Said(logging.Handler):
    """What sssom complains of; that it leaves out columns of others, declared or not, it always says."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.getMessage().startswith("No attr for"):
            self.words.append(record.getMessage())


# Crosswalks with any texts.

#: What tables, YAML, spreadsheets and readers of lines stumble over.
AWKWARD = [
    *(
        "a\tb",
        "a\nb",
        "a\r\nb",
        "a\rb",
        '"',
        '""',
        'say "x"',
        "'",
        "=1+1",
        "@x",
        "#",
        "# x: y",
        "\n#x",
        "\\",
        "\\n",
    ),
    *(
        "NA",
        "null",
        "~",
        "yes",
        "1",
        "1.0",
        "a: b",
        "- a",
        "{",
        "[",
        "|",
        ">",
        "%",
        "&a",
        "*a",
        "!a",
        " ",
        " a ",
        "\n",
    ),
    *(
        "\x00",
        "\x1b[2J",
        "\x7f",
        "\x85",
        "\xa0",
        "\u2028",
        "\u2029",
        "\ufeff",
        "\ufffe",
        "\uffff",
        "e\u0301",
        "🚲",
    ),
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.lists(st.sampled_from(AWKWARD)).map("".join)
IDS = st.from_regex(r"[A-Za-z](-?[A-Za-z0-9_]){0,8}", fullmatch=True) | st.just("outcome")
#: Of models, some of a certain version.
OF_MODELS = IDS | st.from_regex(r"[A-Za-z]@[0-9](\.[0-9]){0,2}", fullmatch=True)
STRENGTHS = st.decimals("0.01", 1, places=2).map(str) | st.fractions("1/1000", 1, max_denominator=10**8)
COUNTS = st.none() | st.integers(0)


def links(depth: int = 1) -> st.SearchStrategy[mk.Link]:
    """Links that need not fit any model."""
    return st.builds(
        mk.Link,
        IDS,
        IDS,
        st.sets(st.sampled_from(RELATIONS), min_size=1),
        STRENGTHS,
        st.dictionaries(TEXTS, st.tuples(TEXTS, st.none() | TEXTS.filter(bool), TEXTS), max_size=3),
        TEXTS,
        st.lists(st.tuples(TEXTS, TEXTS), max_size=3),
        st.lists(links(depth - 1), max_size=3) if depth else st.just([]),
    )


CODINGS = st.builds(
    mk.types.Coding,
    TEXTS,
    st.integers(0),
    COUNTS,
    COUNTS,
    COUNTS,
    COUNTS,
    st.none() | st.floats(-1, 1) | st.just(1),
)


@st.composite
def crosswalks(draw: st.DrawFn) -> mk.Crosswalk:
    source, target = draw(OF_MODELS), draw(OF_MODELS)
    gaps = st.builds(mk.NotInferable, st.sampled_from([source, target]), IDS, TEXTS)
    return mk.Crosswalk(
        source,
        target,
        draw(st.lists(links(), max_size=4)),
        version=draw(TEXTS),
        summary=draw(TEXTS),
        not_inferable=draw(st.lists(gaps, max_size=3)),
        coding=draw(st.none() | CODINGS),
        path=draw(st.lists(TEXTS, max_size=3)),
        language=draw(TEXTS),
        source_version=draw(TEXTS),
        target_version=draw(TEXTS),
    )


def reread(text: str, folder: Path) -> mk.Crosswalk:
    path = folder / "a--b.sssom.tsv"
    path.write_bytes(text.encode())
    return read_sssom(path)


@settings(SETTINGS, max_examples=min(50, SETTINGS.max_examples))
@given(crosswalk=crosswalks())
def test_what_is_written_is_read_back(crosswalk: mk.Crosswalk, tmp_path_factory: pytest.TempPathFactory) -> None:
    text = to_sssom(crosswalk)
    found = reread(text, tmp_path_factory.getbasetemp())
    assert found == crosswalk
    assert to_sssom(found) == text


@settings(SETTINGS, max_examples=8)  # a second each
@given(crosswalk=crosswalks())
def test_sssom_accepts_what_is_written(accept: Accept, crosswalk: mk.Crosswalk) -> None:
    # Of a set without mappings, sssom makes one that is not well-formed.
    assume(crosswalk.links or crosswalk.not_inferable)
    rows, slots = accept(to_sssom(crosswalk))
    ends = [(crosswalk.source, link.source, crosswalk.target, link.target) for link in crosswalk.links]
    linked = [(f"maturitykit:{a}.{b}", f"maturitykit:{c}.{d}") for a, b, c, d in ends]
    found = [(row["subject_id"], row["object_id"]) for row in rows]
    assert sorted(pair for pair in found if "sssom:NoTermFound" not in pair) == sorted(linked)
    assert len(found) == len(linked) + len(crosswalk.not_inferable)
    assert slots.get("mapping_set_description", "") == crosswalk.summary
    assert slots.get("mapping_set_version", "") == crosswalk.version


@settings(SETTINGS, max_examples=min(25, SETTINGS.max_examples))
@given(data=st.data())
def test_turned_around_and_composed_crosswalks_are_read_back(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    a, b, c = (data.draw(mks.models(depth=2, id=id)) for id in "abc")
    first, second = data.draw(mks.crosswalks(a, b)), data.draw(mks.crosswalks(b, c))
    composed = mk.links.compose(first, second)
    back = mk.links.compose(mk.links.reverse(second, b, c), mk.links.reverse(first, a, b))
    for crosswalk in (first, mk.links.reverse(first, a, b), composed, back):
        assert reread(to_sssom(crosswalk), tmp_path_factory.getbasetemp()) == crosswalk


def test_translations_are_left_out(tmp_path: Path) -> None:
    translated = evolve(WRITTEN, translations={"nl": {"summary": "Een deel"}})
    found = reread(to_sssom(translated), tmp_path)
    assert found == WRITTEN
    assert not found.translations


# What it looks like.

WRITTEN = mk.Crosswalk(
    "toy",
    "other",
    [
        mk.Link(
            "process",
            "ways",
            "subset",
            0.35,
            {"basic": ("one", "one", "two"), "good": ("one", "two", "two")},
            'Both ask for "a plan".',
            [("basic", "one"), ("good", "two")],
        ),
        mk.Link("skills", "ways", "disjoint", "1/3", {"basic": ("one", "one", "two")}, "Other people."),
    ],
    version="1.0",
    summary="Only a part.",
    not_inferable=[
        mk.NotInferable("toy", "reach", "Nothing answers it."),
        mk.NotInferable("other", "tools", "Nobody asks."),
    ],
    coding=mk.types.Coding("By hand", coders=2, kappa=0.9),
)
TEXT = (
    r"""
#curie_map:
#  maturitykit: "urn:maturitykit:"
#  urn: "urn:"
#mapping_set_id: "urn:maturitykit:toy--other"
#mapping_set_version: "1.0"
#mapping_set_description: "Only a part."
#license: "https://w3id.org/sssom/license/unspecified"
#subject_source: "maturitykit:toy"
#object_source: "maturitykit:other"
#extension_definitions:
#  - slot_name: "cells"
#    property: "maturitykit:cells"
#  - slot_name: "coding"
#    property: "maturitykit:coding"
#  - slot_name: "format"
#    property: "maturitykit:format"
#  - slot_name: "language"
#    property: "maturitykit:language"
#  - slot_name: "stages"
#    property: "maturitykit:stages"
#  - slot_name: "strength"
#    property: "maturitykit:strength"
#coding: "{\"method\": \"By hand\", \"coders\": 2, \"links_by_any\": null, \"links_by_all\": null, \
\"stages_compared\": null, \"stages_agreed\": null, \"kappa\": 0.9}"
#format: 1
#language: "en"
subject_id→predicate_id→predicate_modifier→object_id→mapping_justification→comment→cells→stages→strength
maturitykit:toy.process→skos:broadMatch→→maturitykit:other.ways→semapv:ManualMappingCuration→\
"Both ask for ""a plan""."→"[[""basic"", ""one""], [""good"", ""two""]]"→\
"{""basic"": [""one"", ""one"", ""two""], ""good"": [""one"", ""two"", ""two""]}"→7/20
maturitykit:toy.skills→skos:mappingRelation→Not→maturitykit:other.ways→semapv:ManualMappingCuration→\
Other people.→→"{""basic"": [""one"", ""one"", ""two""]}"→1/3
maturitykit:toy.reach→skos:mappingRelation→→sssom:NoTermFound→semapv:ManualMappingCuration→Nothing answers it.→→→
sssom:NoTermFound→skos:mappingRelation→→maturitykit:other.tools→semapv:ManualMappingCuration→Nobody asks.→→→
""".lstrip()
    .replace("\\\n", "")
    .replace("→", "\t")
)


def test_the_text(accept: Accept) -> None:
    assert to_sssom(WRITTEN) == TEXT
    rows, _ = accept(TEXT)
    assert {row["predicate_id"] for row in rows} == {"skos:broadMatch", "skos:mappingRelation"}
    assert {row["object_source"] for row in rows} == {"maturitykit:other"}
    # Strength is how much of the target is spoken to, not how sure one is: sssom would take it for that.
    assert not any("confidence" in row for row in rows)


def test_sssom_refuses_what_is_wrong(accept: Accept) -> None:
    """The fixture finds mistakes, if there are any."""
    with pytest.raises(Exception, match="validation errors"):
        accept(TEXT.replace("maturitykit:toy.process", "nobody:toy.process"))
    with pytest.raises(AssertionError, match="not a standard SSSOM mapping set metadata field"):
        accept(TEXT.replace('slot_name: "format"', 'slot_name: "formats"'))


PREDICATES = {
    "equal": ("skos:exactMatch", ""),
    "subset": ("skos:broadMatch", ""),
    "superset": ("skos:narrowMatch", ""),
    "intersects": ("skos:relatedMatch", ""),
    "disjoint": ("skos:mappingRelation", "Not"),
}


def row_of(link: mk.Link, path: tuple[str, ...] = ()) -> dict[str, str]:
    lines = to_sssom(mk.Crosswalk("a", "b", [link], path=path)).splitlines()
    return dict(zip(lines[-2].split("\t"), lines[-1].split("\t"), strict=True))


@pytest.mark.parametrize("relations", [r for size in range(1, 6) for r in combinations(RELATIONS, size)], ids=str)
def test_relations_are_predicates(relations: tuple[str, ...]) -> None:
    row = row_of(evolve(WRITTEN.links[0], relation=relations))
    given = (row["predicate_id"], row.get("predicate_modifier", ""))
    if len(relations) == 1:
        assert given == PREDICATES[relations[0]]
        assert "relation" not in row
    else:
        assert given == ("rdfs:seeAlso" if "disjoint" in relations else "skos:mappingRelation", "")
        assert json.loads(row["relation"][1:-1].replace('""', '"')) == sorted(relations)


def test_justifications() -> None:
    link = WRITTEN.links[0]
    composed = evolve(link, steps=[link, link])
    assert row_of(link)["mapping_justification"] == "semapv:ManualMappingCuration"
    assert row_of(link, ("b--a",))["mapping_justification"] == "semapv:MappingInversion"
    assert row_of(composed, ("a--x", "x--b"))["mapping_justification"] == "semapv:MappingChaining"


# Other ways to save it.

SAME = {
    "CRLF": TEXT.replace("\n", "\r\n"),
    "no newline at the end": TEXT.rstrip("\n"),
    "blank lines": TEXT + "\n\n\t\t\t\t\t\t\t\t\n",
    "byte order mark": "\ufeff" + TEXT,
    "another license": TEXT.replace("https://w3id.org/sssom/license/unspecified", "https://example.org/license"),
    "other decimals": TEXT.replace("7/20", "0.350"),
    "a relation beside its predicate": TEXT.replace("\tstrength\n", "\tstrength\trelation\n")
    .replace("7/20\n", '7/20\t["subset"]\n')
    .replace("1/3\n", '1/3\t["disjoint"]\n')
    .replace(".\t\t\t\n", ".\t\t\t\t\n"),
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_it_may_be_saved_in_many_ways(text: str, tmp_path: Path) -> None:
    assert reread(text, tmp_path) == WRITTEN


# Bad files.

FOREIGN = """#curie_map:
#  HP: "http://purl.obolibrary.org/obo/HP_"
#  orcid: "https://orcid.org/"
#mapping_set_id: https://example.org/x.sssom.tsv
#creator_id:
#  - "orcid:0000-0002-7356-1779"
subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence
HP:1\tskos:exactMatch\tHP:2\tsemapv:LexicalMatching\t0.9
"""
OURS = "expected what to_sssom writes; the mappings of others tell no stages"
SUCH = "columns such as subject_id, predicate_id, object_id, mapping_justification, stages, strength"
COLUMNS = (
    "expected one of subject_id, predicate_id, predicate_modifier, object_id, mapping_justification, comment, "
    "cells, relation, stages, steps, strength"
)
NAMES = "a letter, then letters, digits, _ or single - (100 at most)"

#: What is replaced by what, and the findings.
BAD: dict[str, tuple[str, str, list[str]]] = {
    "a column is missing": (
        "\tstrength\n",
        "\tweight\n",
        [
            f'line 26: the column "strength" is missing; {OURS}',
            f'line 26: "weight" is not a column here; {COLUMNS}',
        ],
    ),
    "a column of SSSOM": (
        "mapping_justification\tcomment",
        "mapping_justification\tother",
        [f'line 26: "other" is not a column here; {COLUMNS}'],
    ),
    "a column twice": (
        "\tcomment\t",
        "\tsubject_id\t",
        ['line 26: the column "subject_id" stands twice; expected each column once'] * 2,
    ),
    "a cell too few": ("\t1/3", "", ["line 28: has 8 cells; expected 9, as the header"]),
    "an open quote": ("Other people.", '"Other people.', ["line 28: is not TSV: "]),
    "no JSON": (
        '"{""basic"": [""one"", ""one"", ""two""]}"',
        "{basic: one}",
        ["line 28, stages: is not JSON: Expecting property name enclosed in double quotes"],
    ),
    "a stage twice": (
        '""good"": [',
        '""basic"": [',
        ['line 27, stages: is not JSON: the key "basic" stands twice in one object'],
    ),
    "half a character": (
        '[[""basic""',
        r'[[""\ud800""',
        [r'line 27, cells: "\ud800" is half a character; expected whole ones'],
    ),
    "a span of two": (
        '[""one"", ""two"", ""two""]',
        '[""one"", ""two""]',
        ["line 27, stages.good: is a list; expected a list of 3"],
    ),
    "a stage as number": (
        '[""one"", ""two"", ""two""]',
        '[1, ""two"", ""two""]',
        ["line 27, stages.good[0]: 1 is"],
    ),
    "cells as a table": ('"[[""basic"", ""one""], [""good"", ""two""]]"', "{}", ["line 27, cells: is a table"]),
    "an unknown predicate": (
        "skos:broadMatch",
        "skos:braodMatch",
        ['line 27, predicate_id: "skos:braodMatch" is no relation; expected "skos:broadMatch", perhaps'],
    ),
    "an unknown modifier": (
        "\tNot\t",
        "\tNever\t",
        ['line 28, predicate_id: "Never skos:mappingRelation" is no relation'],
    ),
    "an unknown justification": (
        "ways\tsemapv:ManualMappingCuration\tOther",
        "ways\tsemapv:LexicalMatching\tOther",
        ['line 28, mapping_justification: is "semapv:LexicalMatching"; expected "semapv:ManualMappingCuration"'],
    ),
    "no strength": ("1/3", "", ['line 28, strength: "" is not a number']),
    "an infinite strength": ("1/3", "1/0", ['line 28, strength: "1/0" is not a number']),
    "a strength that fills the memory": ("1/3", "1e-999999999", ['line 28, strength: "1e-999999999" is too']),
    "a dimension of another model": (
        "maturitykit:toy.process",
        "maturitykit:tyo.process",
        ['line 27, subject_id: is "maturitykit:tyo.process"; expected "maturitykit:toy.process"'],
    ),
    "a dimension of another vocabulary": (
        "maturitykit:toy.process",
        "HP:0000411",
        [f'line 27, subject_id: "HP:0000411" is not an id; expected {NAMES}'],
    ),
    "a reason with a strength": (
        "Nobody asks.\t\t\t",
        "Nobody asks.\t\t\t1",
        ['line 30, strength: is "1"; expected nothing'],
    ),
    "nothing on both sides": (
        "maturitykit:other.tools",
        "sssom:NoTermFound",
        [f'line 30, subject_id: "sssom:NoTermFound" is not an id; expected {NAMES}'],
    ),
    "no format": ("#format: 1\n", "", ["format: is missing; expected format = 1"]),
    "another format": ("#format: 1", "#format: 2", ["line 24, format: is 2; expected 1; a newer format needs"]),
    "no source": ('#subject_source: "maturitykit:toy"\n', "", ["subject_source: is missing"]),
    "a source elsewhere": (
        '"maturitykit:toy"',
        '"https://example.org/toy"',
        [f'line 8, subject_source: "https://example.org/toy" is not an id; expected {NAMES}'],
    ),
    "a slot of SSSOM": (
        "#license",
        "#mapping_date: 2026-05-31\n#license",
        [
            'line 7: "mapping_date" is not a slot here; expected one of subject_source, subject_source_version, '
            "object_source, object_source_version, "
            "mapping_set_version, mapping_set_description, caveat, coding, format, language, path"
        ],
    ),
    "a slot twice": (
        "#format: 1",
        "#format: 1\n#format: 1",
        ['line 25: the slot "format" stands twice; expected each slot once'],
    ),
    "YAML that is no JSON": ('"Only a part."', "Only a part.", ["line 6, mapping_set_description: is not JSON: "]),
    "a version as number": ('"1.0"', "1.0", ["line 5, mapping_set_version: 1.0 is a number; expected text"]),
    "a coding as number": (r"\"coders\": 2", r"\"coders\": \"2\"", ['line 23, coding.coders: "2" is text']),
    "a coding of another kind": (r"\"coders\"", r"\"people\"", ["line 23, coding.people: is not a key here"]),
    "several mistakes": (
        "7/20\nmaturitykit:toy.skills\tskos:mappingRelation",
        "much\nmaturitykit:toy.skills\tskos:related",
        ['line 28, predicate_id: "Not skos:related" is no relation', 'line 27, strength: "much" is not a number'],
    ),
}


def complaint(text: str, folder: Path) -> mk.FileError:
    with pytest.raises(mk.FileError) as caught:
        reread(text, folder)
    assert str(caught.value).startswith(f"{folder / 'a--b.sssom.tsv'} is not a crosswalk in SSSOM\n")
    return caught.value


@pytest.mark.parametrize(("old", "new", "expected"), BAD.values(), ids=BAD)
def test_a_bad_file(old: str, new: str, expected: list[str], tmp_path: Path) -> None:
    assert old in TEXT
    findings = [str(finding) for finding in complaint(TEXT.replace(old, new, 1), tmp_path).findings]
    assert len(findings) == len(expected), findings
    for finding, words in zip(findings, expected, strict=True):
        assert finding.startswith(words)


def test_the_mappings_of_others_tell_no_stages(accept: Accept, tmp_path: Path) -> None:
    accept(FOREIGN)
    (link,) = reread(FOREIGN, tmp_path).links
    assert (link.source, link.target, link.stages) == ("1", "2", {})


@pytest.mark.parametrize("text", ["", "\n", "#", "# x", TEXT.partition("subject_id")[0]], ids=repr)
def test_a_file_without_a_table(text: str, tmp_path: Path) -> None:
    assert len(complaint(text, tmp_path).findings) == 4


def test_a_relation_that_is_none(tmp_path: Path) -> None:
    text = to_sssom(mk.Crosswalk("a", "b", [evolve(WRITTEN.links[0], relation=["equal", "subset"])]))
    assert [str(f) for f in complaint(text.replace("subset", "subsets"), tmp_path).findings] == [
        'line 24, relation: "subsets" is no relation; expected "subset", perhaps '
        "(one of equal, subset, superset, intersects, disjoint)"
    ]
    assert [str(f) for f in complaint(text.replace("subset", "disjoint"), tmp_path).findings] == [
        'line 24, predicate_id: is "skos:mappingRelation"; expected "rdfs:seeAlso"'
    ]


def test_a_bad_step_is_named(tmp_path: Path) -> None:
    link = WRITTEN.links[0]
    composed = evolve(link, strength="1/4", steps=[link, evolve(link, strength="1/7", relation="superset")])
    text = to_sssom(mk.Crosswalk("a", "b", [composed], path=["a--x", "x--b"]))
    assert [str(f)[:45] for f in complaint(text.replace("1/7", "1/x"), tmp_path).findings] == [
        'line 27, steps[1].strength: "1/x" is not a nu'
    ]
    assert [f.where for f in complaint(text.replace("superset", "super"), tmp_path).findings] == [
        "line 27, steps[1].relation"
    ]


def test_what_cannot_be_told_is_not_written() -> None:
    link = WRITTEN.links[0]
    wrong = {
        "a b": mk.Crosswalk("a", "b", [evolve(link, source="a b")]),
        "neither source nor target": mk.Crosswalk("a", "b", [], not_inferable=[mk.NotInferable("c", "d", "")]),
        "too large or too exact": mk.Crosswalk("a", "b", [evolve(link, strength=Fraction(1, 10**30))]),
        "the comment of a link is too long": mk.Crosswalk("a", "b", [evolve(link, rationale="x" * 200_000)]),
    }
    for words, crosswalk in wrong.items():
        with pytest.raises(mk.ModelError, match=words) as caught:
            to_sssom(crosswalk)
        assert caught.value.title == "a--b cannot be written as SSSOM"
        assert len(caught.value.findings) == 1


# Files that mean harm, or come of an accident.

HOSTILE = {
    "a very long cell": TEXT.replace("Other people.", "x" * 200_000),
    "a stage that clears the screen": TEXT.replace('""basic"": [""one""', '""\x1b[2J"": [1'),
    "a slot that clears the screen": TEXT.replace("#license", "#\x1b[2J" + "x" * 10_000),
    "a very long subject": TEXT.replace("maturitykit:toy.process", "x" * 100_000),
    "a number of 5,000 digits": TEXT.replace("#format: 1", "#format: " + "1" * 5_000),
    "a format of 4,000 digits": TEXT.replace("#format: 1", "#format: " + "1" * 4_000),
    "a very long strength": TEXT.replace("7/20", "7/" + "2" * 100_000),
    "20,000 columns": TEXT.replace(
        "\tstrength\n", "\tstrength" + "".join(f"\tc{i}" for i in range(20_000)) + "\n"
    ),
    "5,000 rows": TEXT + "x\ty\t\tz\t\t\t\t\t\n" * 5_000,
    "20,000 slots": TEXT.replace("#license", "#x: y\n" * 20_000 + "#license"),
    "only NUL": "\x00" * 100,
    "only #": "#" * 1_000_000,
    "CR alone": TEXT.replace("\n", "\r"),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_in_a_few_printable_words(text: str, tmp_path: Path) -> None:
    message = str(complaint(text, tmp_path))
    assert len(message) < 20_000
    assert all(line.isprintable() for line in message.split("\n"))


@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"steps": [', "]}"), ('{"a": ', "}")])
def test_a_cell_that_is_nested_too_deep(opened: str, closed: str, tmp_path: Path) -> None:
    before, _, after = TEXT.partition('"[[""basic"", ""one""], [""good"", ""two""]]"')
    # Where the stack ends depends on who calls: so every depth near the limit is tried.
    for depth in (100, *range(150, 800, 50), *range(850, 1000), 10_000):
        nested = (opened * depth + "1" + closed * depth).replace('"', '""')
        for column in (f'{before}"{nested}"{after}', TEXT.replace("7/20\n", f'7/20\t"[{nested}]"\n', 1)):
            head = (
                column.replace("\tstrength\n", "\tstrength\tsteps\n") if column.startswith(TEXT[:50]) else column
            )
            assert len(str(complaint(head, tmp_path))) < 2_000


def test_slots_and_fields_are_told_in_full() -> None:
    """Whoever adds a field to a crosswalk has to tell it here, too."""
    assert set(asdict(WRITTEN)) - {"location"} == {
        *(
            "source",
            "target",
            "links",
            "version",
            "summary",
            "not_inferable",
            "coding",
            "path",
            "language",
            "caveat",
        ),
        *("source_version", "target_version", "translations"),
    }
    assert set(asdict(WRITTEN.links[0])) - {"location"} == {
        *("source", "target", "relation", "strength", "stages", "rationale", "cells", "steps"),
    }


PLAIN = """\
#curie_map:
#  a: "https://example.org/a/"
#subject_source: "https://example.org/models/one"
#mapping_set_description: "References."
subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence
a:GV.OC-01\tskos:exactMatch\tb:x\tsemapv:ManualMappingCuration\t0.9
a:GV.OC-02\tskos:broadMatch\tb:y\tsemapv:ManualMappingCuration\t0.5
a:GV.OC-03\trdfs:seeAlso\tb:z\tsemapv:ManualMappingCuration\t0.5
a:GV.OC-04\tskos:exactMatch\tsssom:NoTermFound\tsemapv:ManualMappingCuration\t1
"""


def test_the_mappings_of_others_are_mere_references(tmp_path: Path) -> None:
    found = reread(PLAIN, tmp_path)
    assert (found.source, found.target, found.summary) == ("one", "b", "References.")
    assert [(link.source, link.target, sorted(link.relation), link.location) for link in found.links] == [
        ("GV.OC-01", "x", ["equal"], "line 6"),
        ("GV.OC-02", "y", ["subset"], "line 7"),
        ("GV.OC-03", "z", ["disjoint", "equal", "intersects", "subset", "superset"], "line 8"),
    ]
    assert not any(link.stages or link.speaks for link in found.links)
    assert [(item.model, item.dimension) for item in found.not_inferable] == [("one", "rest"), ("b", "rest")]


def test_mappings_that_name_nothing_are_refused_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.sssom.tsv"
    path.write_text(PLAIN.replace("a:GV.OC-02", "GV"), encoding="utf-8")
    with pytest.raises(
        mk.FileError, match="line 7: does not name a subject and an object; expected both, as prefix:name"
    ):
        mk.sssom.read_sssom(path)
