"""Translations: results of one model derived from results of another, with bounds and reasons."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from maturitykit.assessment.ratings import NOT_APPLICABLE
from maturitykit.comparison.crossing import Crossing, Derivation, can_be_read
from maturitykit.comparison.derived import (
    Contribution,
    DerivedScore,
    Use,
    names_in_sentences,
)
from maturitykit.comparison.network import CompiledRoute, Network, UsedCrosswalk, find_route
from maturitykit.definition import Dimension, Model, Scorer, Stage
from maturitykit.definition.crosswalk import REST, Crosswalk, Link
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.issue import Issue
from maturitykit.definition.names import names_of
from maturitykit.definition.scale import Position, Scale
from maturitykit.files.result import Derived, Included, Inferable, ResultEntry, ScoreEntry
from maturitykit.scoring.plan import Node, Plan, plan_for
from maturitykit.scoring.result import Result, Setting
from maturitykit.scoring.scores import RolledUp, Score, Span, ids_of, stages_of
from maturitykit.words import phrase


class Route(NamedTuple):
    """The route that a result was carried over by.

    Args:
        path: Ids of the models on the route, from that of the result to the target.
        strength: The product of the mean link strengths along it.
        reasons: Reasons why nothing can be inferred, by dimension, as the crosswalks give them.
        crosswalks: The crosswalks on the route.
        left_out: The links that were left out, each as ``source--target``.
    """

    path: tuple[str, ...]
    strength: float
    reasons: Mapping[str, str]
    crosswalks: tuple[UsedCrosswalk, ...] = ()
    left_out: tuple[str, ...] = ()


class Translation(Result):
    """A result of a model that was derived from a result of another.

    Made by `maturitykit.translate`. Its scores show what they follow from, and how much of
    each dimension that covers.
    """

    __slots__ = ("_compiled_route", "_derivation", "_uses", "origin", "route")

    def __init__(
        self,
        plan: Plan,
        derivation: Derivation,
        setting: Setting,
        *,
        uses: Mapping[str, Sequence[Use]],
        origin: Result,
        compiled: CompiledRoute,
        route: Route,
    ) -> None:
        super().__init__(plan, derivation.state, {}, setting)
        self._derivation = derivation
        self._uses = uses
        #: The result that was translated.
        self.origin = origin
        #: The same route with its compiled links.
        self._compiled_route = compiled
        #: The route that it was carried over by.
        self.route = route

    def __getitem__(self, id: str) -> DerivedScore:
        score = super().__getitem__(id)
        assert isinstance(score, DerivedScore)
        return score

    def _about(self) -> tuple[Any, ...]:
        return *super()._about(), self.route, self.origin

    @property
    def is_derived(self) -> bool:
        """Always True, as a translation is never measured."""
        return True

    @property
    def outcome_is_given(self) -> bool:
        """True if nothing but the overall stage of the target is known."""
        return self._derivation.speaks[0] and not any(
            self._derivation.speaks[i] for node in self._plan.nodes[:1] for i in node.children
        )

    @property
    def measured(self) -> Result:
        """The result of ratings that it goes back to, through any number of translations."""
        return self.origin.measured if isinstance(self.origin, Translation) else self.origin

    @property
    def not_inferable(self) -> tuple[str, ...]:
        """Ids of the rated dimensions of which nothing can be inferred."""
        return tuple(id for id, node in self._plan.leaves.items() if self._inferable(node) == "none")

    def to_dict(self, *, include: Collection[Included] = ()) -> ResultEntry:
        """Return the translation in the form of the JSON contract: a result that is marked as derived.

        Args:
            include: As for `Result.to_dict`.

        Raises:
            ScoringError: If something else is to be included.
        """
        origin = self.measured.model
        derived: Derived = {
            "from": {"model": origin.id, "version": origin.version},
            "path": list(self.route.path),
            "strength": self.route.strength,
            "crosswalks": [
                {"id": used.id, "version": used.version, "reversed": used.is_reversed}
                for used in self.route.crosswalks
            ],
            "without": list(self.route.left_out),
        }
        return {**super().to_dict(include=include), "derived": derived}

    def _entries(self) -> dict[str, ScoreEntry]:
        copy = self._working_copy()
        entries = {id: score.to_dict() for id, score in copy.items()}
        contributions = iter(copy.contributions())
        for dimension in self.model.root.walk():
            for link, item in zip(entries[dimension.id]["links"], contributions, strict=False):
                link["without"], link["carries"] = ids_of(item.left.stage), item.carries
        return entries

    def contributions(self, id: str = OUTCOME) -> tuple[Contribution, ...]:
        """Return what each link to a dimension, or to one below it, contributes to the conclusion.

        Each link is left out once, and the translation is made again.
        """
        below = [dimension.id for dimension in self.model.by_id[id].walk()]
        return tuple(self._contribution(use) for each in below for use in self[each].links)

    def _contribution(self, use: Use) -> Contribution:
        id = use.link.target if self.stage is None else OUTCOME
        without = self._without(use)
        return Contribution(use, without[id], without[id].stage != self[id].stage)

    def _without(self, left_out: Use) -> Translation:
        # A route keeps what it was compiled to, of which one link is then but another step.
        derivation = self._crossing.without(left_out.link).run(self.origin)
        uses = {key: [use for use in of if use is not left_out] for key, of in self._uses.items()}
        return self._rederived(self._plan, derivation, uses, self.origin)

    @property
    def _measured(self) -> Result:
        return self.measured

    @property
    def _crossing(self) -> Crossing:
        return _crossing(self._compiled_route, self.origin._plan, self._plan)

    def _rederived(
        self, plan: Plan, derivation: Derivation, uses: Mapping[str, Sequence[Use]], origin: Result
    ) -> Translation:
        """Return the same with another derivation, for what follows from its positions alone."""
        setting = Setting(subject=self.subject, date=self.date)
        return Translation(
            plan, derivation, setting, uses=uses, origin=origin, compiled=self._compiled_route, route=self.route
        )

    def _roll_up(self, node: Node) -> Callable[..., RolledUp]:
        return self._crossing.rolled_up(node, self._derivation, self.origin)

    def _is_linked(self, node: Node) -> bool:
        return self._crossing.is_linked(node)

    def _under(self, scorer: str | Scorer) -> Result:
        plan = plan_for(self.model, scorer, self.weights)
        derivation = _crossing(self._compiled_route, self.origin._plan, plan).run(self.origin)
        return self._rederived(plan, derivation, {}, self.origin)

    def _changed(self, change: Callable[[Result], Result]) -> Result:
        origin = self.origin._changed(change)
        return self._rederived(self._plan, self._crossing.run(origin), {}, origin)

    def _without_links(self) -> Iterator[tuple[str, str, Span[Stage] | None]]:
        for use in (use for of in self._uses.values() for use in of):
            yield use.link.name, use.name, self._without(use).stage

    def _score(self, node: Node) -> DerivedScore:
        uses = tuple(self._uses.get(node.dimension.id, ()))
        state, i = self._derivation.state, node.index
        parts = () if self._by_links_alone(node) else tuple(self[child.id] for child in node.dimension.children)
        inputs: tuple[Any, ...] = (*uses, *parts)
        by_parts, by_links = self._derivation.readings.get(i, (None, None))
        return DerivedScore(
            dimension=node.dimension,
            position=self._position(i),
            coverage=state.coverage[i],
            respondents=0,
            disagreement=None,
            not_applicable=state.not_applicable[i],
            rule="links" if not parts else node.scorer.id,
            weights=self._plan.weights_shown(node, state.not_applicable) if parts else (),
            has_number=node.has_number,
            inputs=inputs,
            links=uses,
            inferable=self._inferable(node),
            reason=self._reason(node),
            by_parts=stages_of(node.dimension, by_parts),
            by_links=stages_of(node.dimension, by_links),
            is_excluded=self._derivation.excluded[i],
        )

    def _by_links_alone(self, node: Node) -> bool:
        """Check whether a dimension follows from its links alone, as nothing follows from its parts."""
        return not node.children or (
            bool(self._uses.get(node.dimension.id)) and not any(self._derivation.speaks[i] for i in node.children)
        )

    def _reason(self, node: Node) -> str:
        for above in self._plan:
            if (
                above is not node
                and self._uses.get(above.dimension.id)
                and self._by_links_alone(above)
                and node.dimension in above.dimension.walk()
            ):
                if above.dimension.id == OUTCOME:
                    return phrase("only the overall stage is linked")
                return phrase("only {name}, above it, is linked", name=names_of(self.model)[above.dimension.id])
        if uses := self._uses.get(node.dimension.id):
            sources = ", ".join(use.link.source for use in uses)
            return phrase("what it would follow from is not applicable: {sources}", sources=sources)
        rest = "" if REST in self.model.by_id else self.route.reasons.get(REST, "")
        return self.route.reasons.get(node.dimension.id, rest)

    def _inferable(self, node: Node) -> Inferable:
        if not self._derivation.speaks[node.index]:
            return "none"
        return "full" if self._derivation.full[node.index] else "part"


def translate(
    result: Result,
    to: Model | str,
    *,
    via: str | Sequence[str] = (),
    without: str | Sequence[str] = (),
    scorer: str | Scorer | None = None,
    crosswalks: Iterable[Crosswalk] = (),
    models: Iterable[Model | str] = (),
    network: Network | None = None,
) -> Translation:
    """Carry a result over to another model.

    Args:
        result: A result of any model, which may be a translation.
        to: The target model, or its id.
        via: Ids of the models on the route; by default the best route is used.
        without: Links to leave out, each as ``source--target``, to see how the conclusions depend on them.
        scorer: The target's rule; by default the first that it offers.
        crosswalks: Crosswalks to use besides the installed ones.
        models: Models to use besides the installed ones.
        network: Network of these crosswalks and models, to be reused for several translations.

    Raises:
        ComparisonError: If no crosswalks lead there, one does not fit its models, or there is no such link.
        PluginError: If a model or crosswalk is not installed, or broken.
    """
    network = network or Network(crosswalks, models)
    route = find_route(result.model, to, via, network)
    return translate_by(result, route.without(without) if without else route, scorer=scorer)


def translate_by(result: Result, route: CompiledRoute, *, scorer: str | Scorer | None = None) -> Translation:
    """Carry a result over by a compiled route.

    Args:
        result: A result of the model that the route begins with.
        route: The route, from `find_route`.
        scorer: The target's rule; by default the first that it offers.
    """
    return _translate(result, route, plan_for(route.target, scorer, {}))


def _translate(result: Result, route: CompiledRoute, plan: Plan) -> Translation:
    uses = _uses(result, route.crosswalk, plan)
    derivation = _crossing(route, result._plan, plan).run(result)
    remarks = [*route.remarks, *_remarks(plan, derivation, uses)]
    setting = Setting(subject=result.subject, date=result.date, remarks=remarks)
    reasons = {
        item.dimension: item.reason for item in route.crosswalk.not_inferable if item.model == route.path[-1]
    }
    strength, path = float(route.strength), route.path
    used, left_out = route.crosswalks, route.left_out
    if isinstance(result, Translation):
        # A translation of a translation rests on the links of both.
        strength, path = strength * result.route.strength, (*result.route.path[:-1], *path)
        used, left_out = (*result.route.crosswalks, *used), (*result.route.left_out, *left_out)
    whole = Route(path, strength, reasons, used, left_out)
    return Translation(plan, derivation, setting, uses=uses, origin=result, compiled=route, route=whole)


def _crossing(route: CompiledRoute, source: Plan, target: Plan) -> Crossing:
    """Return the compiled links of a route; they are compiled once for each plan of the target."""
    crossing = route.compiled.get(id(target))
    if crossing is None or crossing.plan is not target:
        crossing = route.compiled[id(target)] = Crossing(route.crosswalk, source, target)
    assert isinstance(crossing, Crossing)
    return crossing


def _uses(result: Result, crosswalk: Crosswalk, plan: Plan) -> dict[str, list[Use]]:
    """Return the links with their conclusions, by the id of their target."""
    uses: dict[str, list[Use]] = {}
    source_names, target_names = names_in_sentences(result.model), names_in_sentences(plan.model)
    for link in crosswalk.links:
        if not (link.speaks and can_be_read(result, link.source == OUTCOME)):
            continue
        source = result[link.source]
        if source.stage is None and not source.not_applicable:
            # The chosen rule does not combine it, so that there is nothing to read.
            continue
        target = plan.nodes[plan.index[link.target]].dimension
        assert target.scale is not None
        stages = _stages(link, source, target.scale)
        use = Use(link, source, target, stages, source_names[link.source], target_names[link.target])
        uses.setdefault(link.target, []).append(use)
    return uses


def _stages(link: Link, source: Score, scale: Scale) -> Span[Stage] | None:
    """Return the target's stages that follow by a link; None if it is not applicable, or nothing follows."""
    if source.stage is None:
        span = link.stages.get(NOT_APPLICABLE, NOT_APPLICABLE)
        return None if isinstance(span, str) else _span(scale, *span)
    low, likely, high = source.stage
    first, last = link.stages[low.id], link.stages[high.id]
    if low == high and isinstance(first, str):
        return None
    at_likely = link.stages[likely.id] if likely else ""
    middle = None if isinstance(at_likely, str) else at_likely[1]
    # Not applicable has no position on the scale, so that it sets no bound.
    lowest = scale.ids[0] if isinstance(first, str) else first[0]
    highest = scale.ids[-1] if isinstance(last, str) else last[2]
    return _span(scale, lowest, middle, highest)


def _span(scale: Scale, low: str, likely: str | None, high: str) -> Span[Stage]:
    at = scale.positions
    return Span(
        scale.stages[at[low]], None if likely is None else scale.stages[at[likely]], scale.stages[at[high]]
    )


def _remarks(plan: Plan, derivation: Derivation, uses: Mapping[str, Sequence[Use]]) -> Iterator[Issue]:
    for node in plan:
        id, scale, i = node.dimension.id, node.dimension.scale, node.index
        follows = not i or (derivation.speaks[i] and node.is_combined)
        if (
            follows
            and not derivation.state.not_applicable[i]
            and (parts := list(_not_inferable_parts(plan, derivation, node)))
        ):
            distinct_names = names_of(plan.model)
            names = ", ".join(distinct_names.get(part.id, part.name) for part in parts)
            text = phrase("nothing can be inferred about {names}", names=names)
            yield Issue("not-inferable", "warning", id, text)
        bounding = [use for use in uses.get(id, ()) if use.stage is not None]
        if not bounding or scale is None:
            continue
        for a, b in combinations(bounding, 2):
            if a.stage and b.stage and not _meet(scale, a.stage, b.stage):
                pair = {"one": a.link.source, "other": b.link.source}
                text = phrase("the links from {one} and {other} exclude each other", **pair)
                yield Issue("links-exclude-each-other", "warning", id, text)
        names = ", ".join(use.link.source for use in bounding)
        if derivation.excluded[i]:
            text = phrase(
                "its parts exclude the stages that the link from {names} allows; its parts count", names=names
            )
            yield Issue("link-disagrees", "warning", id, text)
        elif i in derivation.readings and _likely_outside(scale, *derivation.readings[i]):
            text = phrase(
                "the likely stage by its parts lies outside what the link from {names} allows", names=names
            )
            yield Issue("likely-stages-differ", "info", id, text)


def _not_inferable_parts(plan: Plan, derivation: Derivation, node: Node) -> Iterator[Dimension]:
    """Yield the parts of a node of which nothing can be inferred, but not the parts of these."""
    for child in (plan.nodes[c] for c in node.children):
        if derivation.speaks[child.index]:
            yield from _not_inferable_parts(plan, derivation, child)
        else:
            yield child.dimension


def _meet(scale: Scale, a: Span[Stage], b: Span[Stage]) -> bool:
    """Check whether two spans have a stage in common."""
    lows, highs = ([scale.positions[stage.id] for stage in ends] for ends in ((a.low, b.low), (a.high, b.high)))
    return scale.at_least(scale.meet(highs), int(scale.join(lows)))


def _likely_outside(scale: Scale, a: Span[Position], b: Span[Position]) -> bool:
    """Check whether the likely stage of one reading is outside the bounds of the other."""
    return any(
        one.likely is not None and not _is_within(scale, one.likely, other) for one, other in ((a, b), (b, a))
    )


def _is_within(scale: Scale, position: Position, reading: Span[Position]) -> bool:
    low, at, high = (scale.positions[scale.stage(p).id] for p in (reading.low, position, reading.high))
    return scale.at_least(at, low) and scale.at_least(high, at)
