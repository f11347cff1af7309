"""Crosswalks turned around and joined: one file serves both directions, and longer ways."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from maturitykit.assessment.ratings import NOT_APPLICABLE
from maturitykit.comparison.relations import composed_relations, reversed_relations
from maturitykit.definition import Model, Scale
from maturitykit.definition.crosswalk import Crosswalk, Link, StageSpan
from maturitykit.errors import ComparisonError, Finding
from maturitykit.registry import model_of


def reverse(crosswalk: Crosswalk, source: Model | str, target: Model | str) -> Crosswalk:
    """A crosswalk read from its target to its source.

    A stage of the target is compatible with the source stages whose span holds it; where no
    span does, with what lies between the neighbours of the gap.

    Args:
        crosswalk: As it was written.
        source: The model that it reads, or its id, which becomes the target.
        target: The model that it speaks of, or its id, which becomes the source.

    Raises:
        ComparisonError: If it was composed: its parts can be reversed, and composed again.
        PluginError: If a model is not installed, or broken.
    """
    if any(link.steps for link in crosswalk.links):
        finding = Finding("", f"{crosswalk.id} was composed", "its parts: reverse its parts, and compose those")
        raise ComparisonError("the crosswalk cannot be reversed", [finding])
    source, target, links = model_of(source), model_of(target), []
    for link in crosswalk.links:
        scale, other = source.by_id[link.source].scale, target.by_id[link.target].scale
        assert scale is not None
        assert other is not None
        links.append(
            evolve(
                link,
                source=link.target,
                target=link.source,
                relation=reversed_relations(link.relation),
                stages=_reversed_stages(link.stages, scale, other),
                cells=[(b, a) for a, b in link.cells],
            )
        )
    path = crosswalk.path or (crosswalk.id,)
    return evolve(
        crosswalk,
        source=crosswalk.target,
        target=crosswalk.source,
        source_version=crosswalk.target_version,
        target_version=crosswalk.source_version,
        links=links,
        path=path[::-1],
    )


def _reversed_stages(
    stages: Mapping[str, StageSpan | str], scale: Scale, other: Scale
) -> dict[str, StageSpan | str]:
    """Return the spans of a link for each stage of its target.

    Low and high lie between the source stages that are compatible with the stage or, where there are none, between
    the neighbours of the gap. Likely is only what a coder said.
    """
    told = {a: span for a, stage in enumerate(scale.ids) if not isinstance(span := stages.get(stage, ""), str)}
    lows = {a: other.positions[low] for a, (low, _, _) in told.items()}
    highs = {a: other.positions[high] for a, (_, _, high) in told.items()}
    likelies = {a: other.positions[likely] for a, (_, likely, _) in told.items() if likely is not None}
    spans: dict[str, StageSpan | str] = {}
    for stage, id in enumerate(other.ids if told else ()):
        lowest = scale.meet([a for a, high in highs.items() if other.at_least(high, stage)] or [scale.top])
        highest = scale.join([a for a, low in lows.items() if other.at_least(stage, low)] or [0])
        low, high = scale.meet([lowest, highest]), scale.join([lowest, highest])
        likely = None
        if same := [a for a, position in likelies.items() if position == stage]:
            chosen = (
                same[(len(same) - 1) // 2]
                if scale.is_chain
                else scale.meet([a for a, position in likelies.items() if other.at_least(position, stage)])
            )
            likely = scale.ids[int(scale.join([low, scale.meet([chosen, high])]))]
        spans[id] = (scale.ids[int(low)], likely, scale.ids[int(high)])
    return spans


def compose(first: Crosswalk, second: Crosswalk) -> Crosswalk:
    """Two crosswalks as one, through the model between them.

    Links join where the first speaks of what the second reads: low through low, likely
    through likely, high through high. Strength multiplies, and so never grows.

    Raises:
        ComparisonError: If the first does not end where the second begins.
    """
    if first.target != second.source:
        finding = Finding("", f"{first.id} does not end where {second.id} begins", "two that meet in a model")
        raise ComparisonError("the crosswalks cannot be composed", [finding])
    pairs = [(a, b) for a in first.links for b in second.links if a.target == b.source and a.speaks and b.speaks]
    links = [joined for a, b in pairs if (joined := _joined(a, b)).stages]
    path = (*(first.path or (first.id,)), *(second.path or (second.id,)))
    reasons = [item for item in second.not_inferable if item.model == second.target]
    return Crosswalk(
        first.source,
        second.target,
        links,
        path=path,
        not_inferable=reasons,
        source_version=first.source_version,
        target_version=second.target_version,
    )


def _joined(a: Link, b: Link) -> Link:
    stages = {stage: _through(span, b) for stage, span in a.stages.items()}
    if any(span is None for span in stages.values()):
        # Of what the middle model calls not applicable, the second link says nothing.
        stages = {}
    return Link(
        source=a.source,
        target=b.target,
        relation=composed_relations(a.relation, b.relation),
        strength=a.strength * b.strength,
        stages={stage: span for stage, span in stages.items() if span is not None},
        steps=[*(a.steps or [a]), *(b.steps or [b])],
    )


def _through(span: StageSpan | str, link: Link) -> StageSpan | str | None:
    """Return what a link says of what another one says of its source; None where it says nothing."""
    if isinstance(span, str):
        return link.stages.get(span, NOT_APPLICABLE if link.is_full else None)
    ends = [None if id is None else link.stages[id] for id in span]
    if any(isinstance(end, str) for end in ends):
        # All of them, or it cannot be told which.
        return NOT_APPLICABLE if all(end == NOT_APPLICABLE for end in ends if end is not None) else None
    low, likely, high = ends
    assert low is not None
    assert high is not None
    return low[0], None if likely is None else likely[1], high[2]
