"""Translations: results of one model as results of another, with bounds and reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import combinations
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias

from attrs import field, frozen

from maturitykit.comparison.network import Network, Route, UsedCrosswalk, find_route
from maturitykit.comparison.sentences import brief_bounds, describe_bounds
from maturitykit.definition import Dimension, Model, Scorer, Stage
from maturitykit.definition.crosswalk import Crosswalk, Link
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.issue import Issue
from maturitykit.definition.scale import Position, Scale
from maturitykit.formula.algebra import each
from maturitykit.formula.order import Order
from maturitykit.formula.python import compiled
from maturitykit.rules.links import (
    Below,
    Inference,
    LinkTerms,
    Sources,
    inner_inference,
    leaf_inference,
    pooled,
    terms_of,
)
from maturitykit.scoring.plan import VECTORS, Node, Plan, State, below_each, plan_for
from maturitykit.scoring.result import Result, Setting
from maturitykit.scoring.scores import Score, Span
from maturitykit.words import phrase

#: How much of a dimension its links speak to.
Inferable: TypeAlias = Literal["full", "part", "none"]


class Use(NamedTuple):
    """What one link says in a translation.

    Args:
        link: The link, composed where the way leads through other models.
        source: The score that it reads.
        target: What it speaks of.
        stage: The span of the target's stages; None if the source is not applicable.
    """

    link: Link
    source: Score
    target: Dimension
    stage: Span[Stage] | None

    @property
    def source_name(self) -> str:
        """The name of what it reads."""
        return _name(self.source.dimension)

    @property
    def name(self) -> str:
        """The names of what it reads and of what it speaks of."""
        if OUTCOME == self.link.source == self.link.target:
            return phrase("between the overall stages")
        return phrase("{one} → {other}", one=self.source_name, other=_name(self.target))

    @property
    def says(self) -> str:
        """What it says, in words."""
        return _brief(self.target, self.stage) or phrase("does not apply")

    @property
    def coverage(self) -> float:
        """How much of the target it speaks to, as far as its source is answered."""
        return (1.0 if self.link.is_full else float(self.link.strength)) * self.source.coverage

    def describe(self, source: str = "") -> str:
        """The link in words, with the id of its source or another name for it."""
        relation, *others = sorted(self.link.relation)
        kind: str = phrase(relation)
        for other in others:
            kind = phrase("{one} or {other}", one=kind, other=phrase(other))
        middle = ", ".join(step.target for step in self.link.steps[:-1])
        return phrase(
            "{source}{through} says {says} ({kind}, strength {strength:.2f}){rationale}",
            source=source or self.link.source,
            through=phrase(" through {middle}", middle=middle) if middle else "",
            says=self.says,
            kind=kind,
            strength=float(self.link.strength),
            rationale=f". {self.link.rationale}" if self.link.rationale else "",
        )


@frozen
class DerivedScore(Score):
    """A score that follows from links, or from scores that do; never a measured one.

    Args:
        links: What each link says, if links speak of it.
        inferable: Whether they speak to all, to a part or to nothing of it.
        reason: Why they speak to nothing of it, where a crosswalk says so.
        by_parts: What follows from its parts alone, where its own links speak too.
        by_links: What its own links alone say, where its parts speak too.
        is_excluded: Whether these two exclude each other, so that its parts alone count.
    """

    links: tuple[Use, ...] = field(default=(), kw_only=True, repr=False)
    inferable: Inferable = field(default="none", kw_only=True)
    reason: str = field(default="", kw_only=True, repr=False)
    by_parts: Span[Stage] | None = field(default=None, kw_only=True, repr=False)
    by_links: Span[Stage] | None = field(default=None, kw_only=True, repr=False)
    is_excluded: bool = field(default=False, kw_only=True, repr=False)

    covered: ClassVar[str] = "covered"

    @property
    def brief(self) -> str:
        """What its stages rule out, and which is likely."""
        return _brief(self.dimension, self.stage)

    @property
    def sentence(self) -> str:
        """The same with all bounds, and on which condition they hold; or why nothing can be said."""
        if self.inferable == "none" and self.stage:
            return self.why_open
        stage, scale = self.stage, self.dimension.scale
        return describe_bounds(scale, stage) if stage and scale else ""

    @property
    def decided_by(self) -> Use | None:
        """The strongest of the links into it that say its likely stage or, without one, a bound of it.

        None where it follows from its parts.
        """
        stage = self.stage
        if stage is None or self.is_excluded or (self.by_links and self.by_links.likely is None and stage.likely):
            return None
        wanted = {(1, stage.likely)} if stage.likely else {(0, stage.low), (2, stage.high)}
        found = [use for use in self.links if use.stage and not wanted.isdisjoint(enumerate(use.stage))]
        return max(found, key=lambda use: use.link.strength, default=None)

    @property
    def rests_on(self) -> str:
        """How many links speak of it, and which one decides; empty where none does."""
        count, use = len(self.links), self.decided_by
        if count == 1:
            return phrase("1 link, from {source}", source=self.links[0].source_name)
        if count and use:
            return phrase("{count} links, decided by {source}", count=count, source=use.source_name)
        return phrase("{count} links", count=count) if count else ""

    @property
    def remarks(self) -> Sequence[str]:
        """Both readings where there are two, and the link that decides where there are several."""
        return tuple(self._remarks())

    def _remarks(self) -> Iterator[str]:
        if self.by_parts and self.by_links:
            yield phrase("through its dimensions: {stages}", stages=_brief(self.dimension, self.by_parts))
            by_links = _brief(self.dimension, self.by_links)
            if self.dimension.id == OUTCOME:
                yield phrase("by the link between the overall stages: {stages}", stages=by_links)
            else:
                yield phrase("by its own link: {stages}", stages=by_links)
            if self.is_excluded:
                yield phrase("the two exclude each other, and the first counts")
            elif self.by_links.likely:
                yield phrase("it is what both allow, with the likely stage of the second")
            else:
                yield phrase("it is what both allow, with the likely stage of the first")
        if (use := self.decided_by) and (self.dimension.children or len(self.links) > 1):
            yield phrase("decided by the link from {source}", source=use.source_name)

    @property
    def why_not_inferable(self) -> str:
        """Why no link says anything of it, where none does."""
        return self.reason or phrase("no link speaks of it")

    @property
    def why_open(self) -> str:
        """Why nothing is known of it."""
        if self.inferable == "none":
            return phrase("not inferable: {why}", why=self.why_not_inferable)
        return phrase("what it would follow from is open itself")

    @property
    def silence(self) -> str:
        """In a word, why no stage is told of it."""
        return phrase("not inferable") if self.inferable == "none" and self.position else super().silence

    def to_dict(self) -> dict[str, Any]:
        """The score as the contract for JSON has it, with its links."""
        links = [
            {
                "source": use.link.source,
                "relation": sorted(use.link.relation),
                "strength": float(use.link.strength),
                "stage": _ids(use.stage),
                "rationale": use.link.rationale,
                "through": [f"{step.source}--{step.target}" for step in use.link.steps],
            }
            for use in self.links
        ]
        readings = {"by_parts": _ids(self.by_parts), "by_links": _ids(self.by_links)}
        return {**super().to_dict(), "links": links, "inferable": self.inferable, **readings}


def _name(dimension: Dimension) -> str:
    return phrase("the overall stage") if dimension.id == OUTCOME else dimension.name


def _brief(dimension: Dimension, stage: Span[Stage] | None) -> str:
    return brief_bounds(dimension.scale, stage) if dimension.scale and stage else ""


def _ids(stage: Span[Stage] | None) -> dict[str, str | None] | None:
    return stage and {end: at and at.id for end, at in stage._asdict().items()}


class Contribution(NamedTuple):
    """What a conclusion owes to one link: what is left of it without that link.

    The conclusion is the outcome or, where the model has no overall stages, the dimension that the link speaks of.

    Args:
        use: The link, and what it says.
        left: The conclusion without it.
        carries: Whether the conclusion is then another one.
    """

    use: Use
    left: DerivedScore
    carries: bool

    def describe(self) -> str:
        """What is left, in words."""
        if not self.carries:
            return phrase("no change")
        return phrase("not applicable") if self.left.not_applicable else self.left.brief


class Way(NamedTuple):
    """How a result was carried over.

    Args:
        path: Ids of the models on the way, from that of the result to the target.
        strength: The product of the mean link strengths along it.
        reasons: Why nothing can be said of a dimension, where a crosswalk gives one.
        crosswalks: The crosswalks on the way.
        left_out: The links that were left out, each as ``source--target``.
    """

    path: tuple[str, ...]
    strength: float
    reasons: Mapping[str, str]
    crosswalks: tuple[UsedCrosswalk, ...] = ()
    left_out: tuple[str, ...] = ()


class Reading(NamedTuple):
    """What one way of reading the links says of a dimension: through its parts, or directly.

    Args:
        low: The lowest position.
        likely: The likely one; None where there is none.
        high: The highest.
    """

    low: Position
    likely: Position | None
    high: Position


class Derivation:
    """What links say of each dimension of a plan, by its place.

    Args:
        plan: Of the target.
    """

    def __init__(self, plan: Plan) -> None:
        count = len(plan.nodes)
        self.state: State = plan.open()
        self.speaks, self.full, self.excluded = [False] * count, [False] * count, [False] * count
        #: The two readings of dimensions that have parts and links: through the parts, and by the links.
        self.readings: dict[int, tuple[Reading, Reading]] = {}


class Translation(Result):
    """A result of a model that was derived from a result of another.

    Made by `maturitykit.translate`. Its scores say what they follow from, and how much of
    each dimension that speaks to.
    """

    __slots__ = ("_derivation", "_uses", "origin", "route", "way")

    def __init__(
        self,
        plan: Plan,
        derivation: Derivation,
        setting: Setting,
        *,
        uses: Mapping[str, Sequence[Use]],
        origin: Result,
        route: Route,
        way: Way,
    ) -> None:
        super().__init__(plan, derivation.state, {}, setting)
        self._derivation = derivation
        self._uses = uses
        #: The result that was translated.
        self.origin = origin
        #: The crosswalks that it was carried over by.
        self.route = route
        #: How it was carried over.
        self.way = way

    def __getitem__(self, id: str) -> DerivedScore:
        score = super().__getitem__(id)
        assert isinstance(score, DerivedScore)
        return score

    @property
    def is_derived(self) -> bool:
        """Always: a translation is never measured."""
        return True

    @property
    def outcome_is_given(self) -> bool:
        """Whether all that is known of the target is its overall stage."""
        return self._derivation.speaks[0] and not any(
            self._derivation.speaks[i] for node in self.plan.nodes[:1] for i in node.children
        )

    @property
    def measured(self) -> Result:
        """The result of ratings that it goes back to, over however many translations."""
        return self.origin.measured if isinstance(self.origin, Translation) else self.origin

    @property
    def not_inferable(self) -> tuple[str, ...]:
        """Ids of the rated dimensions of which nothing can be said."""
        return tuple(id for id, node in self.plan.leaves.items() if self._inferable(node) == "none")

    def to_dict(self) -> dict[str, Any]:
        """The translation as the contract for JSON has it: a result that says it is derived."""
        origin = self.measured.model
        derived = {
            "from": {"model": origin.id, "version": origin.version},
            "path": list(self.way.path),
            "strength": self.way.strength,
            "crosswalks": [
                {"id": used.id, "version": used.version, "reversed": used.is_reversed}
                for used in self.way.crosswalks
            ],
            "without": list(self.way.left_out),
        }
        found = {**super().to_dict(), "derived": derived}
        contributions = iter(self.contributions())
        for dimension in self.model.root.walk():
            score = found["outcome"] if dimension.id == OUTCOME else found["dimensions"][dimension.id]
            for link, item in zip(score["links"], contributions, strict=False):
                link |= {"without": _ids(item.left.stage), "carries": item.carries}
        return found

    def contributions(self, id: str = OUTCOME) -> tuple[Contribution, ...]:
        """Return what each link into a dimension, or into one below it, adds to the conclusion.

        Each link is left out once, and the translation made again.
        """
        below = [dimension.id for dimension in self.model.by_id[id].walk()]
        return tuple(self._contribution(use) for each in below for use in self[each].links)

    def _contribution(self, use: Use) -> Contribution:
        id = use.link.target if self.stage is None else OUTCOME
        without = _translate(self.origin, self.route.without(use.link.name), self.plan)
        return Contribution(use, without[id], without[id].stage != self[id].stage)

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
            not_applicable=state.exempt[i],
            rule="links" if not parts else node.scorer.id,
            weights=tuple(self.plan.weights[i]) if parts else (),
            inputs=inputs,
            links=uses,
            inferable=self._inferable(node),
            reason=self._reason(node),
            by_parts=_stages_of(node.dimension.scale, by_parts),
            by_links=_stages_of(node.dimension.scale, by_links),
            is_excluded=self._derivation.excluded[i],
        )

    def _by_links_alone(self, node: Node) -> bool:
        """Whether nothing follows from the parts of a dimension that is linked."""
        return not node.children or (
            bool(self._uses.get(node.dimension.id)) and not any(self._derivation.speaks[i] for i in node.children)
        )

    def _reason(self, node: Node) -> str:
        for above in self.plan:
            if (
                above is not node
                and self._uses.get(above.dimension.id)
                and self._by_links_alone(above)
                and node.dimension in above.dimension.walk()
            ):
                if above.dimension.id == OUTCOME:
                    return phrase("only the overall stage is linked")
                return phrase("only {name}, above it, is linked", name=above.dimension.name)
        if uses := self._uses.get(node.dimension.id):
            sources = ", ".join(use.link.source for use in uses)
            return phrase("what it would follow from is not applicable: {sources}", sources=sources)
        return self.way.reasons.get(node.dimension.id, "")

    def _inferable(self, node: Node) -> Inferable:
        if not self._derivation.speaks[node.index]:
            return "none"
        return "full" if self._derivation.full[node.index] else "part"


def _stages_of(scale: Scale | None, reading: Reading | None) -> Span[Stage] | None:
    if scale is None or reading is None:
        return None
    low, likely, high = reading
    return Span(scale.stage(low), None if likely is None else scale.stage(likely), scale.stage(high))


def translate(
    result: Result,
    to: Model | str,
    *,
    via: str | Sequence[str] = (),
    without: str | Sequence[str] = (),
    scorer: str | Scorer | None = None,
    crosswalks: Iterable[Crosswalk] = (),
    models: Iterable[Model] = (),
    network: Network | None = None,
) -> Translation:
    """Carry a result over to another model.

    Args:
        result: Of any model; a translation will do.
        to: The model to arrive at, or its id.
        via: Ids of the models on the way, if it is not to be the best one.
        without: Links to leave out, each as ``source--target``, to see what a conclusion owes to them.
        scorer: The target's rule; by default the first that it offers.
        crosswalks: Crosswalks beside the installed ones.
        models: Models beside the installed ones.
        network: All of these, if they are used again and again.

    Raises:
        ComparisonError: If no crosswalks lead there, one does not fit its models, or there is no such link.
        PluginError: If a model or crosswalk is not installed, or broken.
    """
    network = network or Network(crosswalks, models)
    route = find_route(result.model, to, via, network)
    return translate_by(result, route.without(without) if without else route, scorer=scorer)


def translate_by(result: Result, route: Route, *, scorer: str | Scorer | None = None) -> Translation:
    """Carry a result over by some crosswalks.

    Args:
        result: Of the model that the route begins with.
        route: The crosswalks.
        scorer: The target's rule; by default the first that it offers.
    """
    return _translate(result, route, plan_for(route.target, scorer, {}))


def _translate(result: Result, route: Route, plan: Plan) -> Translation:
    uses = _uses(result, route.crosswalk, plan)
    derivation = _crossing(route, result.plan, plan).run(result)
    remarks = [*route.remarks, *_remarks(plan, derivation, uses)]
    setting = Setting(subject=result.subject, date=result.date, remarks=remarks)
    reasons = {
        item.dimension: item.reason for item in route.crosswalk.not_inferable if item.model == route.path[-1]
    }
    strength, path = float(route.strength), route.path
    if isinstance(result, Translation):
        # What was derived before is no firmer for being translated again.
        strength, path = strength * result.way.strength, (*result.way.path[:-1], *path)
    used, left_out = route.crosswalks, route.left_out
    if isinstance(result, Translation):
        used, left_out = (*result.way.crosswalks, *used), (*result.way.left_out, *left_out)
    way = Way(path, strength, reasons, used, left_out)
    return Translation(plan, derivation, setting, uses=uses, origin=result, route=route, way=way)


def _crossing(route: Route, source: Plan, target: Plan) -> Crossing:
    """Return the links of a route as functions, which are compiled once for each plan of the target."""
    known = route.compiled.get(id(target))
    if known is None or known.plan is not target:
        known = route.compiled[id(target)] = Crossing(route.crosswalk, source, target)
    assert isinstance(known, Crossing)
    return known


#: The inputs of what links are compiled to: what they say, and what they read.
_LINKS = tuple(f"link_{name}" for name in LinkTerms._fields)
_SOURCES = tuple(f"source_{name}" for name in Sources._fields[:-1])


def _own(order: Order) -> Inference:
    """Return what links say of a dimension, with everything about the links as vectors that are known by name."""
    return pooled(order, LinkTerms(*map(each, _LINKS)), Sources(*map(each, _SOURCES)))  # type: ignore[arg-type]


def _outputs(found: Inference) -> list[Any]:
    cell = found.cell.masked()
    return [*cell.positions, cell.known, cell.exempt, cell.coverage, found.speaks, found.full]


@lru_cache(200)
def _leaf_function(order: Order) -> Callable[..., tuple[Any, ...]]:
    """Return a function from links, and what they read, to a leaf."""
    return compiled((*_LINKS, *_SOURCES), *_outputs(leaf_inference(order, _own(order))))


def _inner_function(node: Node, *, linked: bool) -> Callable[..., tuple[Any, ...]]:
    """Return a function from the children of a node and, if there are any, its own links, to the node."""
    scale = node.dimension.scale
    own = _own(scale.order) if linked and scale is not None else None
    below = Below(each("speaks"), each("full"), each("exempt"))
    parts = node.combination.roll_up(below_each(each("exempt")), each("weight"))
    found = inner_inference(scale.order if scale else None, parts, below, own, hides=may_be_between(node))
    outputs = _outputs(found)
    if own is None:
        return compiled((*VECTORS, "speaks", "full"), *outputs)
    both = [term for one in (parts, own.cell) for term in (*one.positions, one.known)]
    return compiled((*VECTORS, "speaks", "full", *_LINKS, *_SOURCES), *outputs, found.both, found.excluded, *both)


class Crossing:
    """Links, and the target's rules, as functions from the state of the source to that of the target."""

    def __init__(self, crosswalk: Crosswalk, source: Plan, plan: Plan) -> None:
        self.plan = plan
        self._links: dict[int, tuple[LinkTerms, list[tuple[bool, int]]]] = {}
        self._functions: dict[int, Callable[..., tuple[Any, ...]]] = {}
        for node in plan.nodes:
            scale = node.dimension.scale
            links = [link for link in crosswalk.by_target.get(node.dimension.id, ()) if speaks(link)]
            if links and scale is not None:
                scales = [on for link in links if (on := source.model.by_id[link.source].scale) is not None]
                read = [(link.source == OUTCOME, source.index[link.source]) for link in links]
                self._links[node.index] = terms_of(links, scales, scale), read
            if node.children:
                make = partial(_inner_function, node, linked=bool(links))
                self._functions[node.index] = plan.compiled((node.index, bool(links)), make)
            elif links and scale is not None:
                self._functions[node.index] = _leaf_function(scale.order)

    def run(self, result: Result) -> Derivation:
        """Return what follows from a result."""
        derivation = Derivation(self.plan)
        state = derivation.state
        lists = (state.low, state.likely, state.high, state.known, state.exempt, state.coverage)
        further = (derivation.speaks, derivation.full)
        for node in reversed(self.plan.nodes):
            i, function = node.index, self._functions.get(node.index)
            if function is None:
                continue
            inputs: list[Any] = []
            if node.children:
                start, stop = node.children.start, node.children.stop
                inputs += [column[start:stop] for column in lists]
                inputs += [self.plan.weights[i], *(column[start:stop] for column in further)]
            if i in self._links:
                terms, read = self._links[i]
                inputs += [*terms, *result.sources([(is_heard(result, o), place) for o, place in read])]
            found = function(*inputs)
            columns: tuple[list[Any], ...] = (*lists, *further)
            for column, value in zip(columns, found, strict=False):
                column[i] = value
            if len(found) > 8:
                has_both, derivation.excluded[i] = found[8:10]
                by_parts, by_links = (
                    Reading(a, b if k else None, c) for a, b, c, k in (found[10:14], found[14:18])
                )
                if has_both and node.is_combined:
                    derivation.readings[i] = by_parts, by_links
                if not node.is_combined and derivation.speaks[i]:
                    state.given |= {i}
        return derivation


def speaks(link: Link) -> bool:
    """Whether anything can be inferred by a link."""
    return link.relation != {"disjoint"}


def is_heard(result: Result, reads_outcome: bool) -> bool:
    """Whether a link says anything of a result: if only the overall stage is known, only its links do."""
    return reads_outcome or not result.outcome_is_given


def _uses(result: Result, crosswalk: Crosswalk, plan: Plan) -> dict[str, list[Use]]:
    """Return what each link says, by the dimension that it speaks of."""
    uses: dict[str, list[Use]] = {}
    for link in crosswalk.links:
        if not (speaks(link) and is_heard(result, link.source == OUTCOME)):
            continue
        source = result[link.source]
        if source.stage is None and not source.not_applicable:
            # It is not combined under the chosen rule, and so says nothing.
            continue
        target = plan.nodes[plan.index[link.target]].dimension
        assert target.scale is not None
        uses.setdefault(link.target, []).append(Use(link, source, target, _stages(link, source, target.scale)))
    return uses


def _stages(link: Link, source: Score, scale: Scale) -> Span[Stage] | None:
    if source.stage is None:
        return None
    low, likely, high = source.stage

    def at(stage: Stage, end: int) -> Stage | None:
        id = link.stages[stage.id][end]
        return None if id is None else scale.stages[scale.positions[id]]

    lowest, highest = at(low, 0), at(high, 2)
    assert lowest is not None
    assert highest is not None
    return Span(lowest, None if likely is None else at(likely, 1), highest)


def may_be_between(node: Node) -> bool:
    """Whether a mean, here or below, can put a dimension with children between two stages."""
    scale = node.dimension.scale
    if scale is None or not scale.is_chain or not node.children:
        return False
    return not node.scorer.ordinal or any(child.children for child in node.dimension.children)


def _remarks(plan: Plan, derivation: Derivation, uses: Mapping[str, Sequence[Use]]) -> Iterator[Issue]:
    for node in plan:
        id, scale, i = node.dimension.id, node.dimension.scale, node.index
        is_told = not i or (derivation.speaks[i] and node.is_combined)
        if is_told and not derivation.state.exempt[i] and (names := ", ".join(_silent(plan, derivation, node))):
            text = phrase("nothing can be inferred about {names}", names=names)
            yield Issue("not-inferable", "warning", id, text)
        said = [use for use in uses.get(id, ()) if use.stage is not None]
        if not said or scale is None:
            continue
        for a, b in combinations(said, 2):
            if a.stage and b.stage and not _meet(scale, a.stage, b.stage):
                pair = {"one": a.link.source, "other": b.link.source}
                text = phrase("the links from {one} and {other} exclude each other", **pair)
                yield Issue("links-exclude-each-other", "warning", id, text)
        names = ", ".join(use.link.source for use in said)
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


def _silent(plan: Plan, derivation: Derivation, node: Node) -> Iterator[str]:
    """Return the names of the parts of a node of which nothing can be inferred, each without its own parts."""
    for child in (plan.nodes[c] for c in node.children):
        if derivation.speaks[child.index]:
            yield from _silent(plan, derivation, child)
        else:
            yield child.dimension.name


def _meet(scale: Scale, a: Span[Stage], b: Span[Stage]) -> bool:
    """Whether two spans have a stage in common."""
    lows, highs = ([scale.positions[stage.id] for stage in ends] for ends in ((a.low, b.low), (a.high, b.high)))
    return scale.at_least(scale.meet(highs), int(scale.join(lows)))


def _likely_outside(scale: Scale, a: Reading, b: Reading) -> bool:
    """Whether the likely stage of one reading is not within the bounds of the other."""
    return any(
        one.likely is not None and not _is_within(scale, one.likely, other) for one, other in ((a, b), (b, a))
    )


def _is_within(scale: Scale, position: Position, reading: Reading) -> bool:
    low, at, high = (scale.positions[scale.stage(p).id] for p in (reading.low, position, reading.high))
    return scale.at_least(at, low) and scale.at_least(high, at)
