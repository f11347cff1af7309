"""Robustness of a result: each question is answered by scoring it again, exactly, with something changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple, get_args

from attrs import frozen

from maturitykit.assessment.ratings import ReadAnswer, read_answer
from maturitykit.definition import Dimension, Scale, Stage
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.scale import Position
from maturitykit.files.result import Omitted, WhatHoldsEntry
from maturitykit.formula.algebra import column, each
from maturitykit.formula.python import compiled
from maturitykit.rules.consensus import Consensus, combine
from maturitykit.rules.weights import quorum
from maturitykit.scoring.answers import LeafAnswers, put_answers
from maturitykit.scoring.plan import Node
from maturitykit.scoring.scores import Span, ids_of
from maturitykit.scoring.weights import Tie, WeightBounds, Within, bounds_under, shares_of, ties_of
from maturitykit.scoring.what_holds import QUARTER, what_holds
from maturitykit.words import Words

if TYPE_CHECKING:
    from maturitykit.scoring.result import Result


class Omission(NamedTuple):
    """Something that alone changes the likely stage of the outcome when it is left out.

    Args:
        kind: ``respondent``, ``question`` or ``link``.
        id: The name of the respondent, the id of the rated dimension, or the link as ``source--target``.
        name: The same as people read it.
        number: Its place among its kind, from 1, to tell of respondents whose names are not to be shown.
        stage: The outcome without it; None where it is not applicable then.
    """

    kind: Omitted
    id: str
    name: str
    number: int
    stage: Span[Stage] | None


class Extremes(NamedTuple):
    """The outcome if those who say the lowest, or the highest, of each dimension are right.

    Args:
        lowest: The outcome if each rated dimension took the lowest that a respondent says.
        highest: If each took the highest.
        differing: The rated dimensions on which respondents name different stages.
    """

    lowest: Span[Stage] | None
    highest: Span[Stage] | None
    differing: tuple[Dimension, ...]


@frozen
class Robustness:
    """All that the likely stage of a result depends on.

    Made by `Result.robustness`; everything is worked out when it is asked for. Of a result that was read back from
    a file it is not known who said what: there is nothing on respondents, and no other consensus. A translation is
    tried under the weights of its own model; what it was derived from is taken as it is, but for respondents,
    questions and consensus.

    Args:
        result: The result.
    """

    result: Result

    @cached_property
    def ties(self) -> tuple[Tie, ...]:
        """The likely stages, of the outcome and of dimensions, that exactly half of the weight decides."""
        return tuple(ties_of(self.result))

    def weights(self, within: Within = 0.25) -> Mapping[str, WeightBounds | None]:
        """Return how far the outcome, and each dimension that is combined from others, moves under other weights.

        Args:
            within: A share from 0 to 1 by which each weight may be lower or higher; ``any`` for all weights from
                zero up; ``order`` for weights that keep their order, equal ones included.

        Returns:
            By id, the outcome first. None where a rule of a third party stands, here or below: it is not known how
            it reads weights.

        Raises:
            ScoringError: If there are no such weights.
        """
        return bounds_under(self.result, within)

    @cached_property
    def shares(self) -> Mapping[str, Mapping[str, Fraction] | None]:
        """The share of all weights under which a dimension is at each stage, by the ids of both.

        Weights are uniform on the simplex. None where it has no closed form: one is known for complete answers on
        a chain under ``median`` and ``weakest``, and where no weights move the stage.
        """
        return shares_of(self.result)

    @cached_property
    def rules(self) -> Mapping[str, Span[Stage] | None]:
        """The outcome under each rule that the model offers, by id."""
        offered = {
            scorer if isinstance(scorer, str) else scorer.id: scorer for scorer in self.result.model.scorers
        }
        return {id: self.result._under(scorer).stage for id, scorer in offered.items()}

    @cached_property
    def consensus(self) -> Mapping[Consensus, Span[Stage] | None]:
        """The outcome under each consensus of the respondents; no mean of stages of a lattice."""
        if self._voices is None:
            return {}
        scales = [answers.scale for answers in self._voices.values()]
        ways = [how for how in get_args(Consensus) if how != "mean" or all(scale.is_chain for scale in scales)]
        return {how: self._rescored(_Voices.everything, how).stage for how in ways}

    @cached_property
    def quorums(self) -> Mapping[str, Span[Fraction]]:
        """For each stage of the outcome the share of the weight at or above it, among the parts of the outcome.

        The likely share is that of the parts with a likely stage; None without any. Empty where the outcome is not
        combined from parts on its own scale.
        """
        state, plan = self.result._state, self.result._plan
        root, scale = plan.nodes[0], plan.nodes[0].dimension.scale
        if scale is None or not root.is_combined or any(c.scale != scale for c in root.scored.children):
            return {}
        applies = [not state.not_applicable[i] for i in root.children]
        known = [state.known[i] for i in root.children]

        inputs = each("position"), each("weight"), each("takes_part"), column("stage")
        names = [str(formula.args[0]) for formula in inputs]
        weigh = plan.compiled("quorum", lambda: compiled(names, *quorum(scale.order, *inputs, is_whole=False)))

        def share(positions: Sequence[Position], takes_part: Sequence[bool], stage: int) -> Fraction:
            below = positions[root.children.start : root.children.stop]
            return Fraction(*weigh(below, plan.weights[0], takes_part, stage))

        return {
            id: Span(
                share(state.low, applies, stage),
                share(state.likely, known, stage) if any(known) else None,
                share(state.high, applies, stage),
            )
            for stage, id in enumerate(scale.ids)
            if any(applies)
        }

    @cached_property
    def without(self) -> tuple[Omission, ...]:
        """The respondents, questions and links of which each alone changes the likely stage when it is left out.

        A question that is left out is open. Where the outcome has no likely stage, it counts whether its bounds
        change.
        """
        return tuple(item for item in self._omissions() if self._differs(item.stage))

    @cached_property
    def extremes(self) -> Extremes:
        """The outcome by the lowest and by the highest that respondents say, and where they differ."""
        differing = tuple(
            leaf.dimension
            for leaf in self.result._measured.leaves
            if leaf.disagreement and leaf.disagreement.low != leaf.disagreement.high
        )
        if self._voices is None:
            return Extremes(None, None, differing)
        lowest, highest = (self._rescored(partial(_Voices.extreme, highest=h)).stage for h in (False, True))
        return Extremes(lowest, highest, differing)

    def sentence(self, language: str = "", *, with_names: bool = True) -> str:
        """Return what the outcome rests on most, in one sentence: of at most two clauses, each true.

        It names the first of these that applies: nobody answered; respondents do not agree; less than half is
        answered; there is one respondent; a tie decides; without one respondent, or one link, the likely stage is
        another; weights a quarter lower or higher make it another; so does leaving out a question; or another rule
        that the model offers; or open questions. If none does, it says under what the likely stage holds.

        Args:
            language: Of our own words (en, nl); by default that of the model's texts.
            with_names: Whether respondents are told by name; else by their number.
        """
        return Words(language or self.result.model.language)(what_holds(self, with_names=with_names))

    def to_dict(self) -> WhatHoldsEntry:
        """Return the sentence and what it can rest on as plain data, without names of respondents."""
        box = self.weights(QUARTER).get(OUTCOME)
        return {
            "sentence": self.sentence("en", with_names=False),
            "ties": [
                {
                    "dimension": tie.dimension.id,
                    "stage": tie.stage.id,
                    "with_more": tie.with_more.id,
                    "children": [child.id for child in tie.children],
                    "outcome": tie.outcome.id if tie.outcome else None,
                }
                for tie in self.ties
            ],
            "within_a_quarter": box.to_dict() if box else None,
            "rules": {id: ids_of(stage) for id, stage in self.rules.items()},
            "without": [
                {
                    "kind": item.kind,
                    "id": None if item.kind == "respondent" else item.id,
                    "number": item.number,
                    "stage": ids_of(item.stage),
                }
                for item in self.without
            ],
        }

    def among(self, names: Collection[str]) -> Result:
        """Return the result of some respondents alone, for what follows from its positions: it has no inputs.

        Args:
            names: Of those who are to count, out of `names`.
        """
        return self._rescored(partial(_Voices.among, names=names), self.result._measured.consensus)

    @property
    def respondents(self) -> int:
        """Number of respondents who gave a known rating."""
        return self.result._measured.outcome.respondents

    def _differs(self, stage: Span[Stage] | None) -> bool:
        """Tell whether an outcome has another likely stage; without one on either side, other bounds."""
        own = self.result.stage
        if own is None or stage is None or own.likely is None or stage.likely is None:
            return own != stage
        return own.likely != stage.likely

    def _omissions(self) -> Iterator[Omission]:
        if self.result.stage is None and not self.result.outcome.not_applicable:
            return
        for number, name in enumerate(self.names, start=1):
            stage = self._rescored(partial(_Voices.without, name=name)).stage
            yield Omission("respondent", name, name, number, stage)
        measured = self.result._measured
        for number, (id, node) in enumerate(measured._plan.leaves.items(), start=1):
            if measured._state.known[node.index]:
                stage = self.result._changed(partial(_reopened, index=node.index)).stage
                yield Omission("question", id, node.dimension.name, number, stage)
        for number, (id, name, stage) in enumerate(self.result._without_links(), start=1):
            yield Omission("link", id, name, number, stage)

    @cached_property
    def _voices(self) -> Mapping[str, _Voices] | None:
        """Answers of the respondents by dimension; None where they are not known."""
        measured = self.result._measured
        if not measured._answers and measured.coverage:
            return None
        nodes, index = measured._plan.nodes, measured._plan.index
        return {id: _Voices(measured, nodes[index[id]]) for id in measured._answers}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all who answer anything, in the order of the answers; empty where it is not known."""
        voices = (self._voices or {}).values()
        return tuple(dict.fromkeys(name for each in voices for name in each.by_name))

    def _rescored(self, said: Callable[[_Voices], LeafAnswers], consensus: Consensus = "median") -> Result:
        """Return the result if respondents said something else of each dimension."""

        def change(measured: Result) -> Result:
            plan, state = measured._plan, measured._plan.open()
            for id, voices in (self._voices or {}).items():
                put_answers(plan, state, id, said(voices), consensus)
            return measured._in_state(state)

        return self.result._changed(change)


class _Voices:
    """Answers of all respondents on one dimension."""

    def __init__(self, result: Result, node: Node) -> None:
        assert node.dimension.scale is not None
        self.scale: Scale = node.dimension.scale
        self._consensus = result.consensus
        ratings = result._ratings_at(node)
        self._said = [(rating, read_answer(self.scale, rating.answer)) for rating in ratings]
        #: What each respondent says.
        self.by_name = {rating.respondent: reading for rating, reading in self._said}
        self._without: dict[object, LeafAnswers] = {}

    @property
    def known(self) -> list[ReadAnswer]:
        """The answers that are stages."""
        return [reading for _, reading in self._said if isinstance(reading, ReadAnswer)]

    def everything(self) -> LeafAnswers:
        """Return what they all say."""
        return LeafAnswers([rating for rating, _ in self._said], self.known)

    def among(self, names: Collection[str]) -> LeafAnswers:
        """Return what some of them say."""
        said = [(rating, reading) for rating, reading in self._said if rating.respondent in names]
        known = [reading for _, reading in said if isinstance(reading, ReadAnswer)]
        return LeafAnswers([rating for rating, _ in said], known)

    def extreme(self, *, highest: bool) -> LeafAnswers:
        """Return the lowest or the highest that one of them says, as if all of them did."""
        answers, fold = self.everything(), self.scale.join if highest else self.scale.meet
        ends = [int(fold(column)) for column in zip(*answers.readings, strict=True)]
        return answers._replace(readings=[ReadAnswer(*ends)] if ends else [])

    def without(self, name: str) -> LeafAnswers:
        """Return what is left without one of them."""
        # Whoever says the same leaves the same.
        left_out = self.by_name.get(name)
        if left_out not in self._without:
            others = list(self._said)
            if name in self.by_name:
                others.remove(next(each for each in others if each[0].respondent == name))
            known = [reading for _, reading in others if isinstance(reading, ReadAnswer)]
            amount = [ReadAnswer(*combine(self.scale, known, self._consensus))] if known else []  # type: ignore[arg-type]
            self._without[left_out] = LeafAnswers([rating for rating, _ in others], amount)
        return self._without[left_out]


def _reopened(result: Result, index: int) -> Result:
    """Return a result without the answers to one question."""
    state, scale = result._state.copy(), result._plan.nodes[index].dimension.scale
    assert scale is not None
    state.put(index, (scale.open_ends[0], None, scale.open_ends[1]), 0.0)
    return result._in_state(state)
