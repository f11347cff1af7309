"""Results: the scores of many assessments as a table, and the function that scores a table of ratings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from maturitykit.assessment.ratings import read_answer
from maturitykit.definition import Dimension, Model, Scorer
from maturitykit.definition.fields import OUTCOME
from maturitykit.errors import AssessmentError, Finding, ScoringError, one_of, quoted
from maturitykit.formula.algebra import (
    REFUSED,
    Condition,
    Formula,
    Term,
    all_of,
    cast,
    column,
    columns_of,
    constant,
    gather,
    greatest,
    if_else,
    least,
    negate,
    null,
    stage_of,
)
from maturitykit.registry import model_of
from maturitykit.rules.consensus import Consensus, check_consensus
from maturitykit.rules.positions import number_at
from maturitykit.rules.roll_up import SpanTerms, open_terms, overruled
from maturitykit.scoring.plan import Node, Plan, plan_for
from maturitykit.scoring.score import Weights, exact_weights
from maturitykit.tables.answer_codes import Counting
from maturitykit.tables.bindings import Bindings, keys_of
from maturitykit.tables.consensus import TOO_MANY, Split, rated_outcome, voices
from maturitykit.tables.engines import frame_of
from maturitykit.tables.frame import Frame
from maturitykit.tables.keys import near_names, with_keys
from maturitykit.tables.responses import ONE_EACH, ONE_OF_BOTH, TWICE, Responses, keys_in, responses_of
from maturitykit.tables.robustness import DECIDERS, RobustnessTerms, robustness_terms, with_deciders

_NONE: Mapping[str, Any] = MappingProxyType({})
ENDS = ("low", "likely", "high")
#: The two readings of a dimension that has parts and links of its own.
READINGS = ("by_parts", "by_links")
#: Columns on the robustness of the outcome, and their kinds.
ROBUSTNESS = {"tie": "truth", "box_low": "text", "box_high": "text", "quorum": "real", "one_decides": "truth"}
#: Most respondents of one assessment that can be counted.
MOST_RESPONDENTS = 2**30 - 1
#: Most findings that are fetched from a table.
MOST_FINDINGS = 1000

#: Choices of what to do about bad ratings.
WAYS = ("raise", "report")
#: Choices of what the robustness of the outcome depends on; the latter includes the former.
DEPENDS_ON = ("weights", "people")


class Results:
    """The scores of the assessments in a table, one in a row.

    Made by `score` and `translate`. A lazy table stays lazy: nothing runs before `frame`, or another table, is
    collected.
    """

    def __init__(
        self,
        plan: Plan,
        by: Sequence[str],
        frame: Frame,
        columns: Iterable[str],
        cells: Mapping[str, SpanTerms],
        bindings: Bindings,
        *,
        splits: Mapping[str, Split] | None = None,
        respondents: Mapping[str, Formula] | None = None,
        inferable: Mapping[str, Formula] | None = None,
        readings: Mapping[str, tuple[SpanTerms, SpanTerms]] | None = None,
        outcome_is_given: Condition = False,
        path: Sequence[str] = (),
        responses: Responses | None = None,
        robustness: Mapping[str, Term] = _NONE,
    ) -> None:
        #: The compiled model by which they were scored.
        self._plan = plan
        #: The columns that tell assessments apart.
        self.by: tuple[str, ...] = tuple(by)
        #: Ids of the models on the route to these results, their own the last; it alone, if they were measured.
        self.path: tuple[str, ...] = tuple(path) or (plan.model.id,)
        self._cells = {id: bindings.keep_cell(cell) for id, cell in cells.items()}
        self._outcome_is_given = bindings.keep(outcome_is_given)
        self._splits = {id: split.kept(bindings) for id, split in (splits or {}).items()}
        self._respondents = dict(respondents or {})
        self._inferable = dict(inferable or {})
        self._readings = {id: tuple(map(bindings.keep_cell, cells)) for id, cells in (readings or {}).items()}
        self._responses = responses
        #: Columns on the robustness of the outcome, by name.
        self._robustness = dict(zip(robustness, bindings.keep_all([*robustness.values()]), strict=True))
        used = columns_of(
            [
                *self._cells.values(),
                *self._splits.values(),
                *self._respondents.values(),
                *self._inferable.values(),
                *(cell for cells in self._readings.values() for cell in cells),
                self._outcome_is_given,
                *self._robustness.values(),
            ]
        )
        self._columns = list(dict.fromkeys([*self._keys, *used]))
        self._frame = bindings.on(frame, self._columns, columns)

    def __repr__(self) -> str:
        kind = "translated" if self.is_derived else "scored"
        return f"<{type(self).__name__} {kind} on {self.model.id}, a row for each {' and '.join(self.by)}>"

    @property
    def model(self) -> Model:
        """The model of the scores."""
        return self._plan.model

    @property
    def scorer(self) -> str:
        """Id of the rule for all dimensions that do not name one."""
        return self._plan.scorer.id

    @property
    def is_derived(self) -> bool:
        """True if they were translated from results of another model, and not measured."""
        return len(self.path) > 1

    @cached_property
    def frame(self) -> Any:
        """A row for each assessment, in no certain order: its keys, and the scores of all dimensions.

        The columns of dimension ``culture`` are those of the outcome, which come first:
        ``culture__stage_low``, ``culture__stage_likely``, ``culture__stage_high`` (ids of stages),
        ``culture__index_low`` and so on (0 to 1), if the model states numbers ``culture__value_low`` and so on,
        ``culture__coverage`` (0 to 1),
        ``culture__respondents``, ``culture__disagreement_low``, ``culture__disagreement_high``,
        ``culture__agreement`` and ``culture__not_applicable``; of a translation, also
        ``culture__inferable`` and, for a dimension that has both parts and links of its own, the
        reading by either: ``culture__by_parts_low`` and so on, ``culture__by_links_low`` and so on.

        With ``robustness="weights"`` the outcome has four more: ``outcome__tie``, true if a little more weight on
        one dimension makes its likely stage another; ``outcome__box_low`` and ``outcome__box_high``, the lowest
        and the highest likely stage over weights that are each up to a quarter lower or higher (null where there
        is none, or a third party's rule combines; a safe bound where ``WeightBounds.is_exact`` is false); and
        ``outcome__quorum``, the share of the weight at or above its likely stage, as a float of 64 bits (0 to 1;
        null where a part has another scale, or no part is known). With ``robustness="people"`` it also has
        ``outcome__one_decides``, true if leaving out some respondent gives another likely stage, or none.
        """
        columns: dict[str, Term] = {name: column(key) for key, name in self._keys.items()}
        has_values = any(node.has_number for node in self._plan)
        for id in self._plan.index:
            columns |= {f"{id}__{what}": term for what, term in self._score(id, has_values).items()}
        return self._frame.select(columns).native()

    def tidy(self) -> Any:
        """Return the table with a row for each dimension of each assessment, whose id is in ``dimension``."""
        about: dict[str, Term] = {"model": self.model.id, "version": self.model.version}
        keys: dict[str, Term] = {name: column(key) for key, name in self._keys.items()}
        # Every row of a tidy table has the same columns.
        none: dict[str, Term] = (
            {f"{name}_{end}": _NO_TEXT for name in READINGS for end in ENDS} if self._readings else {}
        )
        none |= {name: null(ROBUSTNESS[name]) for name in self._robustness}
        rows = [
            {**about, **keys, "dimension": id, **none, **self._score(id, has_values=True)}
            for id in self._plan.index
        ]
        return self._frame.unpivot(rows).native()

    def problems(self) -> Any:
        """Return a row for each problem that a person should look at: keys, column, value, and expected value.

        Problems are answers that could not be read, and names of subjects and respondents that may be the same, as
        they differ in case, spaces or punctuation only.
        """
        assert self._responses is not None, "a translation reads no answers"
        return self._responses.problems().concat(near_names(self._responses)).native()

    def findings(self) -> list[Finding]:
        """Return the answers that could not be read, the first thousand; this runs the engine, lazy or not."""
        return list(findings_of(self._responses)) if self._responses else []

    def explain_error(self, error: Exception) -> AssessmentError | ScoringError | None:
        """Return the error in the ratings that made collecting a lazy table fail; None for any other failure."""
        return failure_of(self.model, self.findings(), error)

    def _computed(self) -> Results:
        """Compute the table now unless it is lazy, and return these results."""
        self._frame = self._frame.collect()
        return self

    @property
    def _keys(self) -> dict[str, str]:
        return keys_of(self.by)

    def _score(self, id: str, has_values: bool) -> dict[str, Term]:
        """Return the columns of one dimension, with or without those for its number."""
        node = self._plan.nodes[self._plan.index[id]]
        cell, dimension = self._cells[id], node.dimension
        split = self._splits.get(id)
        columns: dict[str, Term] = {}
        for end, position, where in _ends(cell):
            columns[f"stage_{end}"] = _stage(dimension, position, where, cell.is_whole)
            columns[f"index_{end}"] = _index(dimension, position, where)
            if has_values:
                columns[f"value_{end}"] = _value(node, position, where, cell.is_whole)
        columns = {
            name: columns[name]
            for what in ("stage", "index", "value")
            for name in columns
            if name.startswith(what)
        }
        differs = split.where if split else False
        columns |= {
            "coverage": cast(cell.coverage, "real"),
            "respondents": cast(self._respondents.get(id, constant(0)), "whole"),
            "disagreement_low": _stage(dimension, split and split.low, differs),
            "disagreement_high": _stage(dimension, split and split.high, differs),
            "agreement": if_else(differs, split.agreement, _NO_NUMBER) if split else _NO_NUMBER,
            "not_applicable": cell.not_applicable
            if isinstance(cell.not_applicable, Formula)
            else constant(cell.not_applicable),
        }
        if self._inferable:
            columns["inferable"] = self._inferable[id]
        for name, reading in zip(READINGS, self._readings.get(id, ()), strict=False):
            for end, position, where in _ends(reading):
                columns[f"{name}_{end}"] = _stage(dimension, position, where, reading.is_whole)
        if id == OUTCOME:
            columns |= self._robustness
        return columns


def _ends(cell: SpanTerms) -> Iterator[tuple[str, Formula, Condition]]:
    """Yield the ends of a cell: the name of each, its position, and the condition that it has one."""
    for end, is_known in zip(ENDS, (True, cell.known, True), strict=True):
        yield end, getattr(cell, end), all_of(is_known, cell.scored, negate(cell.not_applicable))


_NO_TEXT, _NO_NUMBER = null("text"), null("real")


def _stage(dimension: Dimension, position: Formula | None, where: Condition, is_whole: bool = True) -> Formula:
    """Return the id of the stage that a position reaches; null where the condition fails."""
    if position is None or dimension.scale is None:
        return _NO_TEXT
    index = stage_of(dimension.scale.order, position, is_whole)
    return if_else(where, gather(index, dimension.scale.ids), _NO_TEXT)


def _index(dimension: Dimension, position: Formula | None, where: Condition) -> Formula:
    """Return the index of a position, from 0 to 1; null where the condition fails, and on a partial order."""
    scale = dimension.scale
    if position is None or scale is None or not scale.is_chain:
        return _NO_NUMBER
    if scale.order.edges:
        # Numbers may go on beyond the lowest stage's and the highest's.
        position = least(greatest(position, 0), scale.top)
    return if_else(where, position / scale.top, _NO_NUMBER)


def _value(node: Node, position: Formula, where: Condition, is_whole: bool) -> Formula:
    """Return the number of a position; null where the condition fails, and where it is shown with none."""
    scale = node.dimension.scale
    if scale is None or not node.has_number:
        return _NO_NUMBER
    number = number_at(scale, if_else(where, position, 0), is_whole)
    return if_else(where, cast(number, "real"), _NO_NUMBER)


class Attempt(NamedTuple):
    """An attempt to score a table: first as if respondents were few and nobody answered twice.

    Args:
        most: Most respondents of one assessment that can be counted.
        is_once: Whether repeated equal answers of a respondent are left out.
    """

    most: int
    is_once: bool = False

    def after(self, error: Exception) -> Attempt | None:
        """Return the next attempt after an engine failed; None if another would fail likewise."""
        if f"{REFUSED}{TOO_MANY}" in str(error) and self.most < MOST_RESPONDENTS:
            return self._replace(most=MOST_RESPONDENTS)
        if f"{REFUSED}{TWICE}" in str(error) and not self.is_once:
            return self._replace(is_once=True)
        return None


def score(
    model: Model | str,
    frame: Any,
    *,
    scorer: str | Scorer | None = None,
    consensus: Consensus = "median",
    weights: Weights = _NONE,
    by: str | Sequence[str] | None = None,
    on_error: Literal["raise", "report"] = "raise",
    most_respondents: int = 2_047,
    robustness: Literal["weights", "people"] | None = None,
) -> Results:
    """Score a table of ratings, with the same numbers as `maturitykit.score` for each assessment.

    Args:
        model: A model, or the id of an installed one.
        frame: A table of Polars, pandas, PyArrow or Spark, or of another kind that offers the Arrow
            stream interface, such as a relation of DuckDB; that comes back as a table of PyArrow.
            Either long, with a row for each rating (``subject, respondent, dimension, rating``), or
            wide, with a row for each respondent and a column for each dimension. A table without a
            column ``respondent`` has one respondent for each assessment. Null and NaN are blanks. Keys that look
            alike are the same key; for that, the keys of a lazy table are read at once, before it is collected.
        scorer: The rule for the outcome and for all dimensions that do not name one.
        consensus: How the ratings of several respondents are combined.
        weights: Weights above zero in place of the model's, by dimension.
        by: The columns, or the one, that tell assessments apart; by default ``subject`` and ``date``, as far
            as they are there.
        on_error: Whether bad ratings stop everything, or count as blank and are listed by
            `Results.problems`. A lazy table stops when it is collected.
        most_respondents: The most respondents of one assessment in a lazy table, up to 1,073,741,823; more are
            refused. A lower limit is faster. A table that is not lazy may have any number.
        robustness: Which columns on the robustness of the outcome to add: ``weights`` adds ``outcome__tie``,
            ``outcome__box_low``, ``outcome__box_high`` and ``outcome__quorum``; ``people`` also
            ``outcome__one_decides``. See `Results.frame`.

    Raises:
        AssessmentError: If the table does not fit the model, with its findings.
        ScoringError: If the scorer, consensus or weights cannot be used, or there is no such robustness.
        PluginError: If the model or scorer is not installed, or broken.
        TypeError: If the frame is of no known kind.

    >>> import maturitykit as mk, pandas
    >>> level = mk.Scale("level", [mk.Stage("basic"), mk.Stage("good"), mk.Stage("best")])
    >>> parts = [mk.Dimension(name, scale=level) for name in ("people", "process")]
    >>> model = mk.Model("toy", "1", "A toy", parts, ["weakest"], outcome=level)
    >>> table = pandas.DataFrame({"subject": ["acme"], "people": ["good"], "process": ["unknown"]})
    >>> results = mk.tables.score(model, table).frame
    >>> results[["subject", "outcome__stage_low", "outcome__stage_high"]].values.tolist()
    [['acme', 'basic', 'good']]
    """
    model = model_of(model)
    check_consensus(consensus)
    if on_error not in WAYS:
        finding = Finding("on_error", f"{quoted(on_error)} is not known", one_of(WAYS, on_error))
        raise ScoringError("bad ratings cannot be dealt with so", [finding])
    if robustness is not None and robustness not in DEPENDS_ON:
        finding = Finding("robustness", f"{quoted(robustness)} is not known", one_of(DEPENDS_ON, robustness))
        raise ScoringError("there is no such robustness", [finding])
    if not 1 <= most_respondents <= MOST_RESPONDENTS:
        finding = Finding("most_respondents", f"is {most_respondents:,}", f"1 to {MOST_RESPONDENTS:,}")
        raise ScoringError("the respondents cannot be counted", [finding])
    plan = plan_for(model, scorer, exact_weights(model, weights))
    if not isinstance(frame, Frame):
        frame = frame_of(frame, by)
        frame = with_keys(model, frame, keys_in(frame.schema, by))
    responses = responses_of(model, frame, by)
    strict, attempt = on_error == "raise", Attempt(most_respondents)
    if not (strict or frame.is_lazy) and responses.repeated().rows(1):
        responses, attempt = responses.once(), attempt._replace(is_once=True)
    while True:
        try:
            return _scored(plan, responses, consensus, Counting(attempt.most), strict, robustness)._computed()
        except Exception as error:
            if other := attempt.after(error):
                if other.is_once and not attempt.is_once:
                    responses = responses.once()
                attempt = other
                continue
            # Whatever the engine reports, bad ratings are the likely cause, and we report them better.
            failed = failure_of(model, list(findings_of(responses)), error)
            if failed is None:
                raise
        raise failed


def failure_of(
    model: Model, findings: Sequence[Finding], error: Exception
) -> AssessmentError | ScoringError | None:
    """Return the error for some findings on ratings, or for our refusal in an engine's error; else None."""
    if findings:
        return AssessmentError(f"the ratings do not fit model {quoted(model.id)}", findings)
    refused = re.search(f'{REFUSED}([^"\n]*)', str(error))
    if refused is None:
        return None
    return ScoringError(f"the table cannot be scored on model {quoted(model.id)}", [Finding("", refused[1])])


def _scored(
    plan: Plan,
    responses: Responses,
    consensus: Consensus,
    counting: Counting,
    strict: bool,
    robustness: str | None,
) -> Results:
    bindings = Bindings()
    combined = voices(bindings, responses, plan, consensus, counting, strict)
    outcome = rated_outcome(plan.model, combined.cells, strict)
    cells = _scored_cells(plan, bindings, combined.cells, outcome)
    is_given = bindings.keep(outcome[1]) if outcome else False
    frame, columns, added = combined.frame, combined.columns, {}
    if robustness:
        under_weights = robustness_terms(bindings, plan, cells, _overrule(outcome), is_given)
        added = _robustness_columns(plan.model.root, cells[0], under_weights)
    if robustness == "people":

        def without_one(others: Bindings) -> SpanTerms:
            recounted = combined.recount(others)
            return _scored_cells(plan, others, recounted, outcome and (recounted[OUTCOME], is_given))[0]

        frame, columns = with_deciders(
            bindings, plan, combined, list(responses.keys), cells[0], is_given, without_one
        )
        added["one_decides"] = column(DECIDERS) > 0
    return Results(
        plan,
        responses.by,
        frame,
        columns,
        {node.dimension.id: cells[node.index] for node in plan},
        bindings,
        splits=combined.splits,
        respondents=combined.respondents,
        outcome_is_given=is_given,
        responses=responses,
        robustness=added,
    )


def _overrule(outcome: tuple[SpanTerms, Condition] | None) -> Callable[[Node, SpanTerms], SpanTerms]:
    """Return the function that puts the rated outcome in place of what follows from its parts."""
    return lambda node, cell: overruled(cell, *outcome) if outcome and not node.index else cell


def _scored_cells(
    plan: Plan, bindings: Bindings, rated: Mapping[str, SpanTerms], outcome: tuple[SpanTerms, Condition] | None
) -> dict[int, SpanTerms]:
    """Return the cells of all dimensions, by index, from those that are rated."""
    leaves = {
        node.index: rated.get(id) or open_terms(node.dimension.scale)  # type: ignore[arg-type]
        for id, node in plan.leaves.items()
    }
    return plan.formulas(leaves, bindings.keep_cell, _overrule(outcome))


def _robustness_columns(root: Dimension, outcome: SpanTerms, terms: RobustnessTerms) -> dict[str, Term]:
    return {
        "tie": terms.is_tie if isinstance(terms.is_tie, Formula) else constant(terms.is_tie),
        "box_low": _stage(root, terms.lowest, terms.is_bounded, outcome.is_whole),
        "box_high": _stage(root, terms.highest, terms.is_bounded, outcome.is_whole),
        "quorum": if_else(terms.has_quorum, terms.quorum, _NO_NUMBER),
    }


def findings_of(responses: Responses) -> Iterator[Finding]:
    """Yield the findings on the ratings in a table, up to `MOST_FINDINGS`; this runs its engine."""
    scales = {dimension.id: dimension.scale for dimension in responses.rated}
    about = [*responses.by, *responses.who.values()]
    for *keys, column_name, value, expected in responses.problems().rows(MOST_FINDINGS):
        named = zip(about, keys, strict=True)
        where = ", ".join([*(f"{name} {quoted(str(key))}" for name, key in named if key is not None), column_name])
        # Reading a bad answer again by itself gives a better message.
        reading = read_answer(scale, value) if (scale := scales.get(column_name)) else None
        if expected == ONE_EACH:
            yield Finding(where, f"is answered {value} times", "one answer")
        elif isinstance(reading, Finding) and expected != ONE_OF_BOTH:
            yield reading._replace(where=where)
        elif column_name == "dimension":
            problem = f"{quoted(value)} is not a dimension of {responses.model.id} that is rated"
            yield Finding(where, problem, one_of(list(scales), value))
        else:
            yield Finding(where, f"has {quoted(value)}", expected)
