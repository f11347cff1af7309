"""Checks of crosswalks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from random import Random
from typing import TypeAlias

from attrs import evolve, frozen

from maturitykit.assessment.ratings import NOT_APPLICABLE, Assessment
from maturitykit.comparison.check import check_crosswalk as misfits
from maturitykit.comparison.contradictions import contradictions
from maturitykit.comparison.links import compose, reverse
from maturitykit.comparison.network import Network
from maturitykit.comparison.translation import Translation, translate_by
from maturitykit.definition import Model
from maturitykit.definition.crosswalk import Crosswalk, Link
from maturitykit.definition.translation import Text, TextWalk, check_translation
from maturitykit.errors import Finding
from maturitykit.scoring.score import score
from maturitykit.testing import laws, samples, texts
from maturitykit.testing.report import Check, Report, Skipped, run_checks

#: Number of random assessments that each law of translation is tried on.
DRAWS = 25


@frozen(slots=False)
class CrosswalkSubject:
    """A crosswalk with its models, and the other crosswalks and models that it is checked against."""

    crosswalk: Crosswalk
    network: Network
    source: Model
    target: Model

    @cached_property
    def own_texts(self) -> Sequence[Text]:
        """Texts of the crosswalk, in its original language."""
        return TextWalk(self.crosswalk).texts

    @cached_property
    def translations(self) -> texts.Translations:
        """Translations of the crosswalk."""
        return texts.read_translations(self.crosswalk.translations)

    @cached_property
    def alone(self) -> Network:
        """A network of this crosswalk alone."""
        if misfits(self.crosswalk, self.source, self.target):
            raise Skipped("the crosswalk does not fit its models")
        network = Network([self.crosswalk])
        for name, model in zip(
            (self.crosswalk.source, self.crosswalk.target), (self.source, self.target), strict=True
        ):
            network._add(network._known_as(name), model)
        return network


Law: TypeAlias = Callable[[CrosswalkSubject, Random], Iterator[Finding]]


def check_crosswalk(
    crosswalk: Crosswalk | str, *, others: Iterable[Crosswalk] = (), models: Iterable[Model | str] = ()
) -> Report:
    """Run all checks of crosswalks.

    Args:
        crosswalk: A crosswalk, or the id of an installed one.
        others: Crosswalks to check it against, beside the installed ones.
        models: Its models, if they are not installed.

    Raises:
        PluginError: If the crosswalk or a model of it is not installed, or broken.
    """
    return run_checks(*crosswalk_subject(crosswalk, others, models))


def crosswalk_subject(
    crosswalk: Crosswalk | str, others: Iterable[Crosswalk] = (), models: Iterable[Model | str] = ()
) -> tuple[str, Sequence[Check[CrosswalkSubject]], CrosswalkSubject]:
    """Return the arguments of `run_checks` for a crosswalk."""
    from maturitykit.registry import crosswalks

    one = crosswalks.load(crosswalk) if isinstance(crosswalk, str) else crosswalk
    network = Network([*others, one], models)
    # A model that is not installed raises an error here, as no check can run without it.
    subject = CrosswalkSubject(one, network, network.model(one.source), network.model(one.target))
    return f"crosswalk {one.id} {one.version}", CROSSWALK_CHECKS, subject


def _translated(subject: CrosswalkSubject, assessment: Assessment) -> Translation:
    path = [subject.alone._known_as(name) for name in (subject.crosswalk.source, subject.crosswalk.target)]
    return translate_by(score(subject.source, assessment), subject.alone._route(path))


def _in_order(subject: CrosswalkSubject, random: Random) -> Iterator[Finding]:
    assessment = samples.assessment(subject.source, random)
    return laws.unordered_spans(_translated(subject, assessment), assessment)


def _monotone(subject: CrosswalkSubject, random: Random) -> Iterator[Finding]:
    assessment = samples.assessment(subject.source, random)
    better = laws.with_better_ratings(subject.source, assessment, random)
    before, after = _translated(subject, assessment), _translated(subject, better)
    return _without_exclusions(laws.lowered_spans(before, after, assessment, better), before, after)


def _never_wider(subject: CrosswalkSubject, random: Random) -> Iterator[Finding]:
    assessment = samples.assessment(subject.source, random)
    more = laws.with_more_known(subject.source, assessment, random)
    before, after = _translated(subject, assessment), _translated(subject, more)
    return _without_exclusions(laws.widened_spans(before, after, assessment, more), before, after)


def _without_exclusions(findings: Iterator[Finding], before: Translation, after: Translation) -> Iterator[Finding]:
    """Leave out dimensions at or below which links disagree in only one of the two translations."""
    old, new = ({i.where for i in one.issues if i.code == "link-disagrees"} for one in (before, after))
    changed = old ^ new
    for finding in findings:
        if not changed & {dimension.id for dimension in before.model.by_id[finding.where].walk()}:
            yield finding


def _any_order(subject: CrosswalkSubject, random: Random) -> Iterator[Finding]:
    assessment = samples.assessment(subject.source, random)
    links = random.sample(subject.crosswalk.links, len(subject.crosswalk.links))
    other = evolve(subject, crosswalk=evolve(subject.crosswalk, links=links))
    before, after = _translated(subject, assessment), _translated(other, assessment)
    return laws.differences(before, after, "with links in another order", assessment)


def _first_failure_of(law: Law) -> Callable[[CrosswalkSubject], Iterator[Finding]]:
    def find(subject: CrosswalkSubject) -> Iterator[Finding]:
        random = Random(0)
        findings = (finding for _ in range(DRAWS) for finding in law(subject, random))
        yield from islice(findings, 1)

    return find


def _round_trip(subject: CrosswalkSubject) -> Iterator[Finding]:
    """Yield a finding for each stage that a link, applied forward and then back, does not lead back to."""
    assert subject.alone
    back = reverse(subject.crosswalk, subject.source, subject.target)
    for link, returning in zip(subject.crosswalk.links, back.links, strict=True):
        scale = subject.source.by_id[link.source].scale
        assert scale is not None
        for stage, span in link.stages.items():
            if isinstance(span, str) or stage == NOT_APPLICABLE:
                continue
            low, _, high = span
            ends = scale.positions[returning.stages[low][0]], scale.positions[returning.stages[high][2]]
            here = scale.positions[stage]
            if not (laws.at_most(scale, ends[0], here) and laws.at_most(scale, here, ends[1])):
                back_at = f"{scale.ids[ends[0]]} to {scale.ids[ends[1]]}"
                where = f"links.{link.source}--{link.target}.stages.{stage}"
                yield Finding(where, f"comes back as {back_at}", f"a span that holds {stage}")


def _identity(subject: CrosswalkSubject) -> Iterator[Finding]:
    """Yield a finding for each link that changes when it is composed with an identity, before or after it."""
    assert subject.alone
    links = subject.crosswalk.links
    for model, before in ((subject.source, True), (subject.target, False)):
        name = subject.crosswalk.source if before else subject.crosswalk.target
        same = _identity_of(model, name, [link.source if before else link.target for link in links])
        joined = compose(same, subject.crosswalk) if before else compose(subject.crosswalk, same)
        stages = {(link.source, link.target): link.stages for link in joined.links}
        for link in links:
            if link.speaks and stages.get((link.source, link.target)) != link.stages:
                side = "before" if before else "after"
                problem = f"changes when every stage of {model.id} is given back {side} it"
                yield Finding(f"links.{link.source}--{link.target}", problem, "the same stages")


def _identity_of(model: Model, name: str, ids: Iterable[str]) -> Crosswalk:
    scales = {id: model.by_id[id].scale for id in ids}
    links = [
        Link(id, id, "equal", 1, {stage: (stage, stage, stage) for stage in scale.ids})
        for id, scale in scales.items()
        if scale is not None
    ]
    return Crosswalk(name, name, links)


def _fits(subject: CrosswalkSubject) -> Iterator[Finding]:
    yield from contradictions(subject.crosswalk, subject.network)


def _translations(subject: CrosswalkSubject) -> Iterator[Finding]:
    yield from subject.translations.findings
    for language, text in subject.translations.texts.items():
        yield from texts.in_language(language, check_translation(subject.crosswalk, "crosswalk", text))


def _untranslated(subject: CrosswalkSubject) -> Iterator[Finding]:
    return texts.untranslated(subject.own_texts, subject.translations.texts)


def _alike(subject: CrosswalkSubject) -> Iterator[Finding]:
    return texts.alike(subject.own_texts, subject.translations.texts)


def _all_texts(subject: CrosswalkSubject) -> Iterator[tuple[str, str]]:
    return texts.in_all_languages(subject.own_texts, subject.translations.texts)


def _coding(subject: CrosswalkSubject) -> Iterator[Finding]:
    coding = subject.crosswalk.coding
    if coding is None or not coding.method:
        yield Finding("coding", "does not say how the links were found", "a method, and by how many coders")


def _rationales(subject: CrosswalkSubject) -> Iterator[Finding]:
    for link in subject.crosswalk.links:
        if not (link.rationale or link.steps):
            where = f"links.{link.source}--{link.target}"
            yield Finding(where, "has no rationale", "which claims on both sides it rests on")


#: The first compares a crosswalk with its models and with others; its findings have codes of their own.
CROSSWALK_CHECKS: Sequence[Check[CrosswalkSubject]] = (
    Check("MK301", _fits),
    Check("MK311", _translations),
    Check("MK320", _first_failure_of(_in_order)),
    Check("MK321", _first_failure_of(_monotone)),
    Check("MK323", _first_failure_of(_never_wider)),
    Check("MK324", _round_trip),
    Check("MK325", _first_failure_of(_any_order)),
    Check("MK326", _identity),
    Check("MK340", _untranslated),
    Check("MK341", _coding),
    Check("MK342", _rationales),
    Check("MK344", lambda subject: texts.unfinished(_all_texts(subject))),
    Check("MK345", lambda subject: texts.not_plain(_all_texts(subject))),
    Check("MK346", _alike),
)
