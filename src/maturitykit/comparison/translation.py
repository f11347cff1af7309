"""Translations: results of one model as results of another, with bounds and reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias

from attrs import field, frozen

from maturitykit.comparison.network import Network, find_way
from maturitykit.comparison.pool import pool
from maturitykit.definition import Model, Scorer, Stage
from maturitykit.definition.crosswalk import Crosswalk, Link
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.issue import Issue
from maturitykit.definition.scale import Position, Scale
from maturitykit.scoring.plan import Columns, Node, Plan, plan_for
from maturitykit.scoring.result import Result, Score, Setting, Span, describe_span
from maturitykit.words import phrase

#: How much of a dimension its links speak to.
Inferable: TypeAlias = Literal["full", "part", "none"]

#: The most that a stage may hide of the step to the next, where positions come from a mean.
HIDDEN = 1 - 1.001e-9


class Use(NamedTuple):
    """What one link says in a translation.

    Args:
        link: The link, composed where the way leads through other models.
        source: The score that it reads.
        stage: The span of the target's stages; None if the source is not applicable.
    """

    link: Link
    source: Score
    stage: Span[Stage] | None

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
            says=describe_span(self.stage) if self.stage else phrase("does not apply"),
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
    """

    links: tuple[Use, ...] = field(default=(), kw_only=True, repr=False)
    inferable: Inferable = field(default="none", kw_only=True)
    reason: str = field(default="", kw_only=True, repr=False)

    covered: ClassVar[str] = "covered"

    @property
    def why_open(self) -> str:
        """Why nothing is known of it."""
        if self.inferable == "none":
            return phrase("not inferable: {why}", why=self.reason or phrase("no link speaks of it"))
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
                "stage": use.stage and {end: s and s.id for end, s in use.stage._asdict().items()},
                "rationale": use.link.rationale,
                "through": [f"{step.source}--{step.target}" for step in use.link.steps],
            }
            for use in self.links
        ]
        return {**super().to_dict(), "links": links, "inferable": self.inferable}


class Way(NamedTuple):
    """How a result was carried over.

    Args:
        path: Ids of the models on the way, from that of the result to the target.
        strength: The product of the mean link strengths along it.
        reasons: Why nothing can be said of a dimension, where a crosswalk gives one.
    """

    path: tuple[str, ...]
    strength: float
    reasons: Mapping[str, str]


class Translation(Result):
    """A result of a model that was derived from a result of another.

    Made by `maturitykit.translate`. Its scores say what they follow from, and how much of
    each dimension that speaks to.
    """

    __slots__ = ("_uses", "origin", "way")

    def __init__(
        self,
        plan: Plan,
        columns: Columns,
        setting: Setting,
        *,
        uses: Mapping[str, Sequence[Use]],
        origin: Result,
        way: Way,
    ) -> None:
        super().__init__(plan, columns, {}, setting)
        self._uses = uses
        #: The result that was translated.
        self.origin = origin
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
    def measured(self) -> Result:
        """The result of ratings that it goes back to, over however many translations."""
        return self.origin.measured if isinstance(self.origin, Translation) else self.origin

    @property
    def not_inferable(self) -> tuple[str, ...]:
        """Ids of the rated dimensions of which nothing can be said."""
        return tuple(
            id for id in self.plan.leaves if self._inferable(self.plan.nodes[self.plan.index[id]]) == "none"
        )

    def to_dict(self) -> dict[str, Any]:
        """The translation as the contract for JSON has it: a result that says it is derived."""
        origin = self.measured.model
        derived = {
            "from": {"model": origin.id, "version": origin.version},
            "path": list(self.way.path),
            "strength": self.way.strength,
        }
        return {**super().to_dict(), "derived": derived}

    def _score(self, node: Node) -> DerivedScore:
        uses = tuple(self._uses.get(node.dimension.id, ()))
        placed = node.index in self._columns.given or not node.children
        inputs = uses if placed else tuple(self[child.id] for child in node.dimension.children)
        return DerivedScore(
            dimension=node.dimension,
            position=self._position(node.index),
            coverage=self._columns.coverage[node.index],
            respondents=0,
            disagreement=None,
            not_applicable=node.index in self._columns.not_applicable,
            rule="links" if placed else node.scorer.id,
            weights=() if placed else node.weights,
            inputs=inputs,
            links=uses,
            inferable=self._inferable(node),
            reason=self._reason(node),
        )

    def _reason(self, node: Node) -> str:
        for above in self.plan.nodes:
            if (
                above is not node
                and above.index in self._columns.given
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
        if node.index in self._columns.given or not node.children:
            uses = self._uses.get(node.dimension.id, ())
            speaking = [use for use in uses if use.stage is not None]
            if any(use.link.is_full for use in speaking or uses):
                return "full"
            return "part" if speaking else "none"
        below = {self._inferable(self.plan.nodes[child]) for child in node.children}
        return below.pop() if len(below) == 1 else "part"


def translate(
    result: Result,
    to: Model | str,
    *,
    via: str | Sequence[str] = (),
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
        scorer: The target's rule; by default the first that it offers.
        crosswalks: Crosswalks beside the installed ones.
        models: Models beside the installed ones.
        network: All of these, if they are used again and again.

    Raises:
        ComparisonError: If no crosswalks lead there, or one does not fit its models.
        PluginError: If a model or crosswalk is not installed, or broken.
    """
    network = network or Network(crosswalks, models)
    path, target = find_way(result.model, to, via, network)
    return translate_by(result, path, target, network, scorer=scorer)


def translate_by(
    result: Result, path: Sequence[str], target: Model, network: Network, *, scorer: str | Scorer | None = None
) -> Translation:
    """Carry a result over along a path of models that the network knows.

    Raises:
        ComparisonError: If two that follow each other have no crosswalk, or one does not fit.
    """
    crosswalk = network.along(path)
    plan = plan_for(target, scorer, {})
    uses = _uses(result, crosswalk, plan)
    columns = plan.open()
    _place(plan, columns, uses)
    plan.evaluate(columns)
    remarks = [*network.remarks(path), *_remarks(plan, columns, uses)]
    setting = Setting(subject=result.subject, date=result.date, remarks=remarks)
    reasons = {item.dimension: item.reason for item in crosswalk.not_inferable if item.model == path[-1]}
    strength = float(network.strength(path))
    before: tuple[str, ...] = ()
    if isinstance(result, Translation):
        # What was derived before is no firmer for being translated again.
        strength, before = strength * result.way.strength, result.way.path[:-1]
    way = Way((*before, *path), strength, reasons)
    return Translation(plan, columns, setting, uses=uses, origin=result, way=way)


def _uses(result: Result, crosswalk: Crosswalk, plan: Plan) -> dict[str, list[Use]]:
    """What each link says, by the dimension that it speaks of."""
    # Who gives the overall stage as such says nothing of the dimensions.
    uses: dict[str, list[Use]] = {}
    for link in crosswalk.links:
        if link.relation == {"disjoint"} or (result.outcome_is_given and link.source != OUTCOME):
            continue
        source = result[link.source]
        if source.stage is None and not source.not_applicable:
            # It is not combined under the chosen rule, and so says nothing.
            continue
        scale = plan.nodes[plan.index[link.target]].dimension.scale
        assert scale is not None
        uses.setdefault(link.target, []).append(Use(link, source, _stages(link, source, scale)))
    return uses


def _stages(link: Link, source: Score, scale: Scale) -> Span[Stage] | None:
    if source.stage is None:
        return None
    low, likely, high = source.stage

    def at(stage: Stage, end: int) -> Stage:
        return scale.stages[scale.positions[link.stages[stage.id][end]]]

    return Span(at(low, 0), None if likely is None else at(likely, 1), at(high, 2))


def _place(plan: Plan, columns: Columns, uses: Mapping[str, Sequence[Use]]) -> None:
    """Put what the links say into the columns, and note of what they say nothing."""
    linked = {plan.index[id] for id, said in uses.items() if any(use.stage or use.link.is_full for use in said)}
    exempt: set[int] = set()
    for node in reversed(plan.nodes):
        below = any(plan.index[d.id] in linked for d in node.dimension.walk() if d is not node.dimension)
        if node.index in linked and not below:
            _place_one(columns, node, uses[node.dimension.id])
        # Of what does not apply nothing has to be inferred.
        parts = set(node.children) - exempt
        if node.index in columns.not_applicable or (
            node.children and not parts and node.index not in columns.given
        ):
            exempt.add(node.index)
        silent = parts <= columns.passed_over and (parts or not node.children)
        if silent and node.index not in columns.given:
            columns.passed_over.add(node.index)


def _place_one(columns: Columns, node: Node, uses: Sequence[Use]) -> None:
    scale, index = node.dimension.scale, node.index
    assert scale is not None
    applicable = [use for use in uses if use.stage is not None]
    if not applicable:
        # Where a link judges all of it and does not apply, neither does this.
        if any(use.link.is_full for use in uses):
            columns.not_applicable.add(index)
            columns.given.add(index)
            columns.coverage[index] = 1.0
        return
    low, likely, high = _pooled(scale, applicable)
    hides = bool(node.children) and scale.is_chain and high < scale.top
    columns.low[index], columns.likely[index] = low, likely
    columns.high[index] = high + HIDDEN if hides and may_be_between(node) else high
    columns.coverage[index] = max(use.coverage for use in applicable)
    columns.given.add(index)


def may_be_between(node: Node) -> bool:
    """Whether a mean, here or below, can put a node between two stages."""
    return not node.scorer.ordinal or any(d.children for d in node.dimension.children)


def _pooled(scale: Scale, uses: Sequence[Use]) -> tuple[Position, Position | None, Position]:
    spans = []
    for use in uses:
        assert use.stage is not None
        low, likely, high = use.stage
        at = scale.positions
        spans.append((use.link.strength, at[low.id], None if likely is None else at[likely.id], at[high.id]))
    return pool(scale, spans)


def _remarks(plan: Plan, columns: Columns, uses: Mapping[str, Sequence[Use]]) -> Iterator[Issue]:
    for node in plan.nodes:
        id, scale = node.dimension.id, node.dimension.scale
        gated = {gate.dimension for gate in node.dimension.gates}
        passed = sorted(plan.index[gate] for gate in gated if plan.index[gate] in columns.passed_over)
        if passed and node.scorer.reads_open_as_low and node.index not in columns.passed_over | columns.given:
            names = ", ".join(plan.nodes[gate].dimension.name for gate in passed)
            text = phrase("nothing can be inferred of {gates}: passed over in what is likely", gates=names)
            yield Issue("gate-not-inferable", "warning", id, text)
        said = [use for use in uses.get(id, ()) if use.stage is not None]
        if not said or scale is None:
            continue
        for a, b in combinations(said, 2):
            if not _meet(scale, _pooled(scale, [a]), _pooled(scale, [b])):
                pair = {"one": a.link.source, "other": b.link.source}
                text = phrase("the links from {one} and {other} exclude each other", **pair)
                yield Issue("links-exclude-each-other", "warning", id, text)
        if node.index not in columns.given and columns.low[node.index] is not None:
            found = columns.low[node.index], None, columns.high[node.index]
            if not _meet(scale, _pooled(scale, said), found):
                names = ", ".join(use.link.source for use in said)
                text = phrase("what follows from its parts excludes what the link from {names} says", names=names)
                yield Issue("link-disagrees", "warning", id, text)


_Bounds: TypeAlias = tuple[Position, Position | None, Position]


def _meet(scale: Scale, a: _Bounds, b: _Bounds) -> bool:
    """Whether two spans have a stage in common."""
    low, high = scale.join([a[0], b[0]]), scale.meet([a[2], b[2]])
    return scale.at_least(high, scale.positions[scale.stage(low).id])
