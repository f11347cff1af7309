"""Checks that the parts of a model fit together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from attrs import fields, has

from maturitykit.definition.dimension import Dimension, Gate, Guidance, Note
from maturitykit.definition.fields import OUTCOME, check_ids
from maturitykit.definition.scale import Scale
from maturitykit.errors import Finding, coded, one_of, quoted

if TYPE_CHECKING:
    from maturitykit.definition.model import Model

#: The most levels of dimensions: deeper trees are a mistake, or an attack on Python's stack.
DEEPEST = 32


def check_model(model: Model) -> Iterator[Finding]:
    """Yield a finding for everything in a model that does not fit the rest of it."""
    yield from check_ids("id", [model.id])
    yield from coded("MK101", _empty(model))
    if not model.dimensions:
        return
    if too_deep := next(_too_deep(model.root), None):
        problem = f"stands more than {DEEPEST} levels deep"
        yield Finding(f"dimensions.{too_deep}", problem, "a flatter tree", "MK103")
        return
    yield from check_ids("dimensions", [d.id for d in model.root.walk()][1:], reserved=(OUTCOME,))
    yield from coded("MK104", _same_scales(model.root))
    tags, kinds = _DeclaredIds(tag.id for tag in model.tags), _DeclaredIds(kind.id for kind in model.kinds)
    for dimension in model.root.walk():
        yield from _check_dimension(dimension, tags, kinds)
    yield from check_ids("tags", tags.listed, listed=True)
    yield from check_ids("kinds", kinds.listed, listed=True)
    yield from coded("MK106", _check_readings(model))


def _empty(model: Model) -> Iterator[Finding]:
    if not model.version:
        yield Finding("version", "is empty", 'a version such as "1.0"')
    if not model.title:
        yield Finding("title", "is empty", "the title as published")
    if not model.language:
        yield Finding("language", "is empty", 'the tag of the language of its texts, such as "en"')
    if not model.scorers:
        yield Finding("scorers", "is empty", "one rule or more, the default first")
    if not model.dimensions:
        yield Finding("dimensions", "is empty", "one dimension or more")


class _DeclaredIds:
    """Ids that a model declares, as a list for messages and as a set, since files may name very many."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.listed = list(ids)
        self._known = frozenset(self.listed)

    def __contains__(self, id: str) -> bool:
        return id in self._known

    def expected(self, what: str, wrong: str) -> str:
        return one_of(self.listed, wrong) if self.listed else f"one of {what} (there are none)"


def _too_deep(root: Dimension) -> Iterator[str]:
    level = [root]
    for _ in range(DEEPEST + 1):
        level = [child for dimension in level for child in dimension.children]
    yield from (dimension.id for dimension in level)


def _same_scales(root: Dimension) -> Iterator[Finding]:
    scales: dict[str, Scale] = {}
    for dimension in root.walk():
        scale = dimension.scale
        if scale is not None and scales.setdefault(scale.id, scale) != scale:
            yield Finding(f"scales.{scale.id}", "two different scales have this id", "an id for each")


def _check_dimension(dimension: Dimension, tags: _DeclaredIds, kinds: _DeclaredIds) -> Iterator[Finding]:
    # In a file, keys of the outcome are at the top level.
    here = f"dimensions.{dimension.id}." if dimension.id != OUTCOME else ""
    scale = dimension.scale
    yield from coded("MK109", _check_weight(here, dimension))
    if dimension.not_applicable not in ("", "top", "bottom"):
        problem = f"is {quoted(dimension.not_applicable)}"
        yield Finding(f"{here}not_applicable", problem, '"top" or "bottom"', "MK104")
    yield from coded("MK104", _check_scale(here, dimension))
    stages = scale.ids if scale else ()
    yield from coded("MK106", _check_stages(f"{here}descriptors", dimension.descriptors, stages))
    yield from coded("MK106", _check_guidance(f"{here}guidance", dimension.guidance, stages))
    yield from coded("MK106", _check_notes(f"{here}notes", dimension.notes, kinds))
    for tag in dimension.tags:
        if tag not in tags:
            yield Finding(f"{here}tags", f"{quoted(tag)} is not declared", tags.expected("tags", tag), "MK106")
    if dimension.gates:
        yield from coded("MK107", _check_gates(f"{here}gates", dimension))


def _check_weight(here: str, dimension: Dimension) -> Iterator[Finding]:
    if dimension.by_parts and dimension.is_leaf:
        yield Finding(f"{here}weight", "is that of its parts, and it has none", "a number")
    if dimension.weight < 0:
        yield Finding(f"{here}weight", f"is {dimension.weight}", "a number from zero up")
    if dimension.children and not dimension.scored.children:
        at = here.removesuffix(".") or OUTCOME
        yield Finding(at, "has only parts of weight 0, which are never scored", "one that has a weight, or more")


def _check_scale(here: str, dimension: Dimension) -> Iterator[Finding]:
    scale = dimension.scale
    if dimension.is_leaf and scale is None:
        yield Finding(f"{here}scale", "is missing", "the scale that the dimension is rated on")
    elif dimension.is_leaf and scale and not scale.is_chain:
        yield Finding(f"{here}scale", f"{scale.id} is a partial order", "a chain, to be rated on")
    if scale is not None:
        for child in dimension.children:
            if child.scale is None:
                yield Finding(f"dimensions.{child.id}.scale", "is missing", f"one, as {dimension.id} has one")


def _check_stages(where: str, texts: Mapping[str, str], stages: tuple[str, ...]) -> Iterator[Finding]:
    for stage in texts:
        if stage not in stages:
            yield Finding(f"{where}.{stage}", "is not a stage of the scale", one_of(stages, stage))


def _check_guidance(where: str, topics: Iterable[Guidance], stages: tuple[str, ...]) -> Iterator[Finding]:
    topics = list(topics)
    yield from check_ids(where, [topic.id for topic in topics], listed=True)
    for topic in topics:
        yield from _check_stages(f"{where}.{topic.id}.texts", topic.texts, stages)


def _check_notes(where: str, notes: Iterable[Note], kinds: _DeclaredIds) -> Iterator[Finding]:
    notes = list(notes)
    yield from check_ids(where, [note.id for note in notes], listed=True)
    for note in notes:
        if note.kind not in kinds:
            expected = kinds.expected("kinds", note.kind)
            yield Finding(f"{where}.{note.id}.kind", f"{quoted(note.kind)} is not declared", expected)


def _check_gates(where: str, parent: Dimension) -> Iterator[Finding]:
    if parent.scale is None or parent.is_leaf:
        yield Finding(where, "nothing here has stages to be gated", "gates where children are combined")
        return
    children = {child.id: child for child in parent.children}
    names = list(children)
    valid = True
    for i, gate in enumerate(parent.gates):
        for finding in _check_gate(f"{where}[{i}]", gate, parent.id, parent.scale, children, names):
            valid = False
            yield finding
    if valid:
        yield from coded("MK108", _check_reachable(where, parent, parent.scale, children))


def _check_gate(
    where: str,
    gate: Gate,
    parent: str,
    parent_scale: Scale,
    children: Mapping[str, Dimension],
    names: Sequence[str],
) -> Iterator[Finding]:
    stage, child, minimum = gate.stage, gate.dimension, gate.minimum
    if stage not in parent_scale.ids[1:]:
        expected = one_of(parent_scale.ids[1:], stage)
        yield Finding(f"{where}.stage", f"{quoted(stage)} cannot be gated", expected)
    if child not in children:
        yield Finding(f"{where}.dimension", f"{quoted(child)} is not a child of {parent}", one_of(names, child))
    elif not children[child].weight:
        yield Finding(f"{where}.dimension", f"{child} is never scored, as its weight is 0", "a child that is")
    elif (scale := children[child].scale) and minimum not in scale.ids[1:]:
        expected = one_of(scale.ids[1:], minimum)
        yield Finding(f"{where}.minimum", f"{quoted(minimum)} asks nothing of {child}", expected)


def _check_reachable(
    where: str, parent: Dimension, scale: Scale, children: Mapping[str, Dimension]
) -> Iterator[Finding]:
    gated = {scale.positions[gate.stage] for gate in parent.gates}
    for i, below in enumerate(scale.directly_below):
        # A join of several stages is reached with them, so it needs no gate.
        if len(below) == 1 and i not in gated:
            (lower,) = below
            who = f"whoever is at {scale.ids[lower]}" if lower else "everyone"
            yield Finding(where, f"stage {scale.ids[i]} requires nothing", f"a gate, or {who} would be there")
    needs = [_needs(parent, below, children) for below in scale.below]
    for a, b in combinations(range(len(scale.stages)), 2):
        both = int(scale.join([a, b]))
        for child, need in needs[both].items():
            child_scale = children[child].scale
            assert child_scale is not None
            if not child_scale.at_least(child_scale.join([needs[a].get(child, 0), needs[b].get(child, 0)]), need):
                yield Finding(
                    where,
                    f"{scale.ids[both]} requires more of {child} than {scale.ids[a]} and {scale.ids[b]} do",
                    "whoever reaches both to reach the stage above them",
                )


def _needs(parent: Dimension, stages: frozenset[int], children: Mapping[str, Dimension]) -> dict[str, int]:
    """Return the position that each child must reach for the parent to be at or above all these stages."""
    assert parent.scale is not None
    needs: dict[str, int] = {}
    for gate in parent.gates:
        if parent.scale.positions[gate.stage] in stages:
            scale = children[gate.dimension].scale
            assert scale is not None
            minimum = scale.positions[gate.minimum]
            needs[gate.dimension] = int(scale.join([needs.get(gate.dimension, 0), minimum]))
    return needs


def _check_readings(model: Model) -> Iterator[Finding]:
    yield from check_ids("readings", [reading.id for reading in model.readings], listed=True)
    parts: dict[str, object] = {
        "outcome": model.root,
        "scorers": {**_parts(model.scorers), "ties": None},
        "scales": model.scales,
        "dimensions": {id: dimension for id, dimension in model.by_id.items() if id != OUTCOME},
        "gates": model.gates,
        "guidance": model.guidance,
        "notes": model.notes,
        "tags": model.tags,
        "kinds": model.kinds,
        "title": model.title,
    }
    names: dict[str, list[str]] = {}
    for reading in model.readings:
        where = f"readings.{reading.id}.about"
        if not reading.about:
            yield Finding(where, "is empty", "the parts of the model that it concerns")
        for path in reading.about:
            if expected := _expected_path(parts, path, names):
                yield Finding(where, f"{quoted(path)} is no part of the model", expected)


def _expected_path(parts: Mapping[str, object], path: str, names: dict[str, list[str]]) -> str:
    """Return the expected paths if a dotted path leads to nothing, else an empty text.

    Args:
        parts: The top-level parts of the model, by name.
        path: Path to check.
        names: Cache of the valid paths by prefix; filled here.
    """
    prefix = ""
    for step in path.split("."):
        if step not in parts:
            if prefix not in names:
                names[prefix] = [prefix + name for name in parts] or [prefix[:-1]]
            return one_of(names[prefix], path)
        prefix, parts = f"{prefix}{step}.", _parts(parts[step])
    return ""


def _parts(thing: object) -> Mapping[str, object]:
    """Return the parts of a part of a model, by their names in paths."""
    if isinstance(thing, Mapping):
        return thing
    if isinstance(thing, Scale):
        return {stage.id: stage for stage in thing.stages}
    if isinstance(thing, tuple):
        return {item.id: item for item in thing if hasattr(item, "id")}
    kind = type(thing)
    return {f.name: getattr(thing, f.name) for f in fields(kind)} if has(kind) else {}
