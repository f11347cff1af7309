"""Reversal and composition of crosswalks, so that one file serves both directions and longer routes."""

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
    """Return a crosswalk read from its target to its source.

    A stage of the target is compatible with the source stages whose spans contain it; if no
    span does, with the stages between the neighbours of the gap.

    Args:
        crosswalk: The crosswalk as it was written.
        source: Its source model or the id of it, which becomes the target.
        target: Its target model or the id of it, which becomes the source.

    Raises:
        ComparisonError: If it was composed; reverse its parts instead, and compose those.
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
    the neighbours of the gap. A stage is likely only if a coder called it likely.
    """
    written = {a: span for a, stage in enumerate(scale.ids) if not isinstance(span := stages.get(stage, ""), str)}
    lows = {a: other.positions[low] for a, (low, _, _) in written.items()}
    highs = {a: other.positions[high] for a, (_, _, high) in written.items()}
    likelies = {a: other.positions[likely] for a, (_, likely, _) in written.items() if likely is not None}
    spans: dict[str, StageSpan | str] = {}
    for stage, id in enumerate(other.ids if written else ()):
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
    """Return two crosswalks as one, through the model between them.

    Links are joined if the target of the first is the source of the second: low through low,
    likely through likely, high through high. Strengths multiply, and so never grow.

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
        # The second link does not say what follows if its source is not applicable.
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
    """Return what follows by a link from a span of its source; None if nothing does."""
    if isinstance(span, str):
        return link.stages.get(span, NOT_APPLICABLE if link.is_full else None)
    ends = [None if id is None else link.stages[id] for id in span]
    if any(isinstance(end, str) for end in ends):
        # If only some of the stages make the target not applicable, it is unknown whether it applies.
        return NOT_APPLICABLE if all(end == NOT_APPLICABLE for end in ends if end is not None) else None
    low, likely, high = ends
    assert low is not None
    assert high is not None
    return low[0], None if likely is None else likely[1], high[2]
