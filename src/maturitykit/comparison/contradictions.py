"""Contradictions within a crosswalk, and between a crosswalk and others."""

from __future__ import annotations

from collections.abc import Iterator

from maturitykit.comparison.check import check_cells, check_crosswalk, other_versions
from maturitykit.comparison.network import Network
from maturitykit.comparison.translation import Translation, translate_by
from maturitykit.definition import Model, Scale
from maturitykit.definition.crosswalk import Crosswalk, Link, words_of
from maturitykit.definition.fields import OUTCOME
from maturitykit.errors import ComparisonError, Finding, PluginError, coded
from maturitykit.scoring.roadmap import roadmap
from maturitykit.scoring.score import score


def contradictions(crosswalk: Crosswalk, network: Network) -> list[Finding]:
    """Return all findings on a crosswalk: first on what does not fit, then on contradictions.

    Args:
        crosswalk: The crosswalk as it was written.
        network: The network that holds it, its models, and the crosswalks to check it against.
    """
    source, target = network.model(crosswalk.source), network.model(crosswalk.target)
    versions = list(coded("MK310", other_versions(crosswalk, source, target)))
    if findings := check_crosswalk(crosswalk, source, target):
        return [*versions, *findings]
    return [
        *versions,
        *check_cells(crosswalk, source, target),
        *coded("MK307", _against_outcome(crosswalk, source, target, network)),
        *coded("MK308", _against_others(crosswalk, source, target, network)),
        *coded("MK309", _gaps(crosswalk, source, target)),
        *coded("MK312", _differing_readings(crosswalk, source, target, network)),
        *coded("MK313", _not_at_top(crosswalk, source, target, network)),
    ]


def _against_outcome(crosswalk: Crosswalk, source: Model, target: Model, network: Network) -> Iterator[Finding]:
    """Yield a finding for each stage where the links of the dimensions exclude the link of the outcome."""
    if source.outcome is None or not any(link.source == link.target == OUTCOME for link in crosswalk.links):
        return
    path = [network._name_of(source), network._name_of(target)]
    lowest = score(source, {leaf.id: leaf.scale.ids[0] for leaf in source.leaves if leaf.scale})
    for stage in source.outcome.ids[1:]:
        for option in roadmap(lowest, stage):
            needed = {improvement.dimension.id: improvement.to.id for improvement in option.improvements or ()}
            answers = {leaf.id: needed.get(leaf.id, leaf.scale.ids[0]) for leaf in source.leaves if leaf.scale}
            translation = translate_by(score(source, answers), network._route(path))
            if any(i.code == "link-disagrees" and i.where == OUTCOME for i in translation.issues):
                problem = f"at {stage}, reached by {', '.join(needed)}, the links of the dimensions exclude it"
                yield Finding(f"links.{OUTCOME}--{OUTCOME}", problem, "spans that meet")


def _translation_at(position: int, source: Model, target: Model, network: Network) -> Translation:
    """Return the translation of a source whose rated dimensions are all at one position of their scales."""
    answers = {leaf.id: leaf.scale.ids[position] for leaf in source.leaves if leaf.scale}
    return translate_by(
        score(source, answers), network._route([network._name_of(source), network._name_of(target)])
    )


def _differing_readings(crosswalk: Crosswalk, source: Model, target: Model, network: Network) -> Iterator[Finding]:
    """Yield a finding for each stage that, if it is the answer everywhere, makes two readings differ."""
    scales = {leaf.scale for leaf in source.leaves if leaf.scale}
    if crosswalk.caveat or len(scales) > 1:
        return
    for position, stage in enumerate(scales.pop().ids):
        for issue in _translation_at(position, source, target, network).issues:
            if issue.code == "likely-stages-differ":
                problem = f"with everything at {stage}, {issue.message}"
                yield Finding(
                    f"links.{OUTCOME}--{issue.where}", problem, "readings that agree, or the reason in caveat"
                )


def _not_at_top(crosswalk: Crosswalk, source: Model, target: Model, network: Network) -> Iterator[Finding]:
    """Yield a finding if a source at the top of every dimension is not likely at the top of the target."""
    likely = _translation_at(-1, source, target, network).stage
    if target.outcome is None or likely is None or likely.likely is None or crosswalk.caveat:
        return
    if likely.likely.id != target.outcome.ids[-1]:
        problem = f"with everything at the top, the likely outcome is {likely.likely.id}"
        yield Finding("caveat", problem, f"{target.outcome.ids[-1]}, or the reason in caveat")


def _against_others(crosswalk: Crosswalk, source: Model, target: Model, network: Network) -> Iterator[Finding]:
    """Yield a finding for each link that excludes what follows from two other crosswalks."""
    start, end = network._name_of(source), network._name_of(target)
    for middle in network.between(start, end):
        try:
            composed = network.along([start, middle, end])
        except (ComparisonError, PluginError):
            # Another crosswalk or model that cannot be used is reported by the check of that one.
            continue
        for link in _informative_links(crosswalk):
            scale = target.by_id[link.target].scale
            assert scale is not None
            for other in composed.by_target.get(link.target, ()):
                for stage in link.stages if other.source == link.source else ():
                    if not _meet(scale, link, other, stage):
                        problem = f"excludes what follows through {middle}: {words_of(other.stages[stage])}"
                        yield Finding(
                            f"links.{link.source}--{link.target}.stages.{stage}", problem, "spans that meet"
                        )


def _informative_links(crosswalk: Crosswalk) -> list[Link]:
    """Return the links between dimensions that have something in common."""
    return [link for link in crosswalk.links if link.speaks]


def _meet(scale: Scale, a: Link, b: Link, stage: str) -> bool:
    spans = [span for link in (a, b) if not isinstance(span := link.stages[stage], str)]
    if len(spans) < 2:
        # Not applicable has no position on the scale, so that there is nothing to compare.
        return True
    low = scale.join(scale.positions[span[0]] for span in spans)
    high = scale.meet(scale.positions[span[2]] for span in spans)
    return scale.at_least(high, int(low))


def _gaps(crosswalk: Crosswalk, source: Model, target: Model) -> Iterator[Finding]:
    """Yield a finding for each stage of the target that is compatible with no stage of the source."""
    for link in _informative_links(crosswalk):
        scale, other = source.by_id[link.source].scale, target.by_id[link.target].scale
        assert scale is not None
        assert other is not None
        for id, position in other.positions.items():
            spans = [span for span in link.stages.values() if not isinstance(span, str)]
            ends = ((other.positions[low], other.positions[high]) for low, _, high in spans)
            if not any(other.at_least(position, low) and other.at_least(high, position) for low, high in ends):
                problem = f"no stage of {link.source} is compatible with {id} of {link.target}"
                yield Finding(
                    f"links.{link.source}--{link.target}", problem, "read backwards, a neighbour will stand in"
                )
