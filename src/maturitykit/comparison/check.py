"""Checks of a crosswalk against the two models that it joins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from maturitykit.assessment.ratings import NOT_APPLICABLE
from maturitykit.definition import Dimension, Model, Scale
from maturitykit.definition.crosswalk import REST, Crosswalk, Link, words_of
from maturitykit.errors import Finding, coded, one_of, quoted

_ENDS = ("low", "likely", "high")


def check_crosswalk(crosswalk: Crosswalk, source: Model, target: Model) -> list[Finding]:
    """Return the findings on a crosswalk: where it contradicts itself, and where it does not fit its models."""
    findings = [finding for _, of_link in check_links(crosswalk, source, target) for finding in of_link]
    return [*findings, *coded("MK306", _check_not_inferable(crosswalk, source, target))]


def check_links(crosswalk: Crosswalk, source: Model, target: Model) -> Iterator[tuple[Link, list[Finding]]]:
    """Yield each link with its findings; a link with findings cannot be used, but the others can."""
    seen: set[str] = set()
    for link in crosswalk.links:
        where = f"links.{link.name}"
        findings = list(_check_link(where, link, source, target))
        if link.name in seen:
            findings.insert(0, Finding(where, "stands twice", "one link between two dimensions"))
        seen.add(link.name)
        yield link, list(coded("MK301", findings))


def check_cells(crosswalk: Crosswalk, source: Model, target: Model) -> Iterator[Finding]:
    """Yield findings on cells of unknown stages, and on links with too few cells above the lowest stages."""
    for link in crosswalk.links:
        scale, other = source.by_id[link.source].scale, target.by_id[link.target].scale
        if not link.stages or link.steps or scale is None or other is None:
            continue
        where = f"links.{link.name}.cells"
        for a, b in link.cells:
            if a not in scale.ids or b not in other.ids:
                expected = f"a stage of {scale.id} and one of {other.id}"
                yield Finding(where, f"{quoted(a)} and {quoted(b)} are no such stages", expected, "MK305")
        above = {(a, b) for a, b in link.cells if a != scale.ids[0] and b != other.ids[0]}
        needed = min(2, scale.top * other.top)
        if len(above) < needed:
            problem = f"names {len(above)} pair{'' if len(above) == 1 else 's'} above the lowest stages"
            yield Finding(
                where, problem, f"{needed} or more, or no link: what is absent in both says little", "MK305"
            )


def other_versions(crosswalk: Crosswalk, source: Model, target: Model) -> Iterator[Finding]:
    """Yield a finding for each model that has another version than the crosswalk was written for."""
    for side, written, model in zip(("source", "target"), crosswalk.versions, (source, target), strict=True):
        if written and not f"{model.version}.".startswith(f"{written}."):
            problem = f"it was written for {model.id} {written}, not for {model.version}"
            yield Finding(f"{side}_version", problem, "one for this version")


def _check_link(where: str, link: Link, source: Model, target: Model) -> Iterator[Finding]:
    if not 0 < link.strength <= 1:
        yield Finding(f"{where}.strength", f"is {float(link.strength)}", "a number above 0, up to 1")
    scales = []
    for side, model, id in (("source", source, link.source), ("target", target, link.target)):
        known = [dimension.id for dimension in model.root.walk() if dimension.scale is not None]
        if id in known:
            scales.append(model.by_id[id].scale)
        else:
            problem = f"{quoted(id)} is no dimension of {model.id} with stages"
            yield Finding(f"{where}.{side}", problem, one_of(known, id))
    if len(scales) == 2 and scales[0] is not None and scales[1] is not None:
        yield from coded("MK302", _check_stages(where, link, scales[0], scales[1]))


def _check_stages(where: str, link: Link, scale: Scale, other: Scale) -> Iterator[Finding]:
    sound = True
    for stage in scale.ids if link.stages else ():
        if stage not in link.stages:
            sound = False
            yield Finding(f"{where}.stages.{stage}", "is left out", "every stage of the source")
    for stage, span in link.stages.items():
        if stage not in (*scale.ids, NOT_APPLICABLE):
            sound = False
            problem = f"is no stage of {scale.id}"
            yield Finding(f"{where}.stages.{stage}", problem, one_of(scale.ids, stage, f" or {NOT_APPLICABLE}"))
        if isinstance(span, str):
            if span != NOT_APPLICABLE:
                sound = False
                expected = f"three stages of {other.id}, or {NOT_APPLICABLE}"
                yield Finding(f"{where}.stages.{stage}", f"is {quoted(span)}", expected)
            continue
        for id in span:
            if id is not None and id not in other.ids:
                sound = False
                problem = f"{quoted(id)} is no stage of {other.id}"
                yield Finding(f"{where}.stages.{stage}", problem, one_of(other.ids, id))
    if sound:
        yield from _check_order(where, link, scale, other)


def _check_order(where: str, link: Link, scale: Scale, other: Scale) -> Iterator[Finding]:
    spans = {stage: span for stage, span in link.stages.items() if not isinstance(span, str)}
    ends: Sequence[dict[str, int]] = [
        {stage: other.positions[id] for stage, span in spans.items() if (id := span[end]) is not None}
        for end in range(3)
    ]
    low, likely, high = ends
    for stage in spans:
        middle = likely.get(stage, low[stage])
        if not (other.at_least(middle, low[stage]) and other.at_least(high[stage], middle)):
            problem = f"{words_of(link.stages[stage])} does not rise"
            expected = "low, likely, high in their order"
            yield Finding(f"{where}.stages.{stage}", problem, expected, "MK303")
    for i, below in enumerate(scale.directly_below):
        for lower in below:
            for name, end in zip(_ENDS, ends, strict=True):
                upper_id, lower_id = scale.ids[i], scale.ids[lower]
                if not other.at_least(end.get(upper_id, other.top), end.get(lower_id, 0)):
                    problem = f"its {name} is not at or above that of {lower_id}"
                    yield Finding(f"{where}.stages.{upper_id}", problem, "maps that never fall", "MK304")


def _check_not_inferable(crosswalk: Crosswalk, source: Model, target: Model) -> Iterator[Finding]:
    models = {crosswalk.source: source, crosswalk.target: target}
    linked = {
        crosswalk.source: {link.source for link in crosswalk.links},
        crosswalk.target: {link.target for link in crosswalk.links},
    }
    listed: dict[str, set[str]] = {crosswalk.source: set(), crosswalk.target: set()}
    for item in crosswalk.not_inferable:
        where = f"not_inferable.{item.dimension}"
        if item.model not in models:
            yield Finding(f"{where}.model", f"is {quoted(item.model)}", one_of(list(models), item.model))
            continue
        listed[item.model].add(item.dimension)
        known = list(models[item.model].by_id)
        if item.dimension == REST and REST not in known:
            pass
        elif item.dimension not in known:
            yield Finding(where, f"is no dimension of {item.model}", one_of(known, item.dimension))
        elif item.dimension in linked[item.model]:
            yield Finding(where, f"is linked in {item.model}", "either a link or a reason for none")
        if not item.reason:
            yield Finding(f"{where}.reason", "is empty", "why nothing can be inferred")
    if crosswalk.path:
        return
    for id, model in models.items():
        covered = linked[id] | listed[id]
        if REST in listed[id] and REST not in model.by_id:
            continue
        for top in model.dimensions:
            for leaf in _uncovered(top, covered):
                problem = f"{leaf} of {id} is neither linked nor listed"
                yield Finding("not_inferable", problem, "a link, or the reason why there is none")


def _uncovered(dimension: Dimension, covered: set[str]) -> Iterator[str]:
    """Yield the ids of the leaves that are not covered, neither themselves nor by a dimension above them."""
    if dimension.id in covered:
        return
    if dimension.is_leaf:
        yield dimension.id
    for child in dimension.children:
        yield from _uncovered(child, covered)
