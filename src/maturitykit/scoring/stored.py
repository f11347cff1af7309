"""Results that are read back from their files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date as Date
from math import isclose
from typing import Any

from maturitykit.definition import Model
from maturitykit.definition.fields import OUTCOME
from maturitykit.definition.issue import Issue
from maturitykit.errors import FileError, Finding, quoted
from maturitykit.files.documents import read_json
from maturitykit.files.result import ResultEntry, ScoreEntry, Stages
from maturitykit.files.strict import structure
from maturitykit.files.text import LARGEST_DOCUMENT, Content, as_readable
from maturitykit.registry import model_of
from maturitykit.rules.consensus import check_consensus
from maturitykit.scoring.plan import Node, Plan, State, plan_for
from maturitykit.scoring.result import Result, Setting
from maturitykit.scoring.score import exact_weights, targets_of
from maturitykit.scoring.scores import Disagreement, ids_of, stages_of
from maturitykit.words import phrase


class StoredResult(Result):
    """A result that was read back from its file: all scores, but no answers of single respondents."""

    __slots__ = ("_stored",)

    def __init__(self, plan: Plan, state: State, setting: Setting, entries: Mapping[str, ScoreEntry]) -> None:
        super().__init__(plan, state, {}, setting)
        self._counts = tuple(entries[node.dimension.id]["respondents"] for node in plan.nodes)
        self._stored = entries

    def _disagreement(self, node: Node) -> Disagreement | None:
        split, scale = self._stored[node.dimension.id]["disagreement"], node.dimension.scale
        return (
            Disagreement(scale[split["low"]], scale[split["high"]], split["agreement"])
            if split and scale
            else None
        )


def read_result(path: Content, model: Model | str = "") -> Result:
    """Read a result back from the JSON of `Result.to_dict`, to compare, translate or report it.

    It is scored again from the spans of its rated dimensions, so that a file that was changed by hand is
    refused. The file holds no answers of single respondents, only their number and their disagreement.

    Args:
        path: The file: its path, an open file, its bytes, or the value of `Result.to_dict`.
        model: The model or its id; by default the installed one that the file names.

    Raises:
        FileError: If it cannot be read, is a translation, or its scores do not follow from their parts.
        ScoringError: If its rule, weights or targets cannot be used.
        PluginError: If its model or rule is not installed.
    """
    path = as_readable(path, "json", LARGEST_DOCUMENT)
    title = f"{path} is not a result"
    data = read_json(path)
    if isinstance(data, Mapping) and data.get("derived") is not None:
        finding = Finding("derived", "is a translation", "the result that it was made of, to be translated again")
        raise FileError(title, [finding])
    entry = structure(data, ResultEntry, title, allows_more=True)
    model = model_of(model or entry["model"]["id"], entry["model"]["version"])
    entries = {OUTCOME: entry["outcome"], **entry["dimensions"]}
    if findings := list(_misfits(model, entry, entries)):
        raise FileError(title, findings)
    check_consensus(entry["consensus"])
    weights = exact_weights(model, entry["weights"])
    plan = plan_for(model, entry["scorer"], weights)
    state = _state(plan, entry, entries)
    text = phrase("read back from a file, which does not hold what each respondent said")
    setting = Setting(
        entry["consensus"],  # type: ignore[arg-type]
        entry["subject"],
        Date.fromisoformat(entry["date"]) if entry["date"] else None,
        weights,
        targets_of(model, entry["targets"]),
        [Issue("stored", "info", OUTCOME, text)],
    )
    if findings := list(_differences(plan, state, entries)):
        raise FileError(f"{path} does not say what follows from its own parts", findings)
    return StoredResult(plan, state, setting, entries)


def _misfits(model: Model, entry: ResultEntry, entries: Mapping[str, ScoreEntry]) -> Iterator[Finding]:
    """Yield a finding for everything in a stored result that does not fit the model."""
    stored = entry["model"]
    for name, its, wanted in (("id", stored["id"], model.id), ("version", stored["version"], model.version)):
        if its != wanted:
            yield Finding(f"model.{name}", f"is {quoted(its)}", f"{quoted(wanted)}, as the model at hand")
    if (stored["id"], stored["version"]) == (model.id, model.version):
        if entry["digest"] != model.digest:
            expected = f"{quoted(model.digest)}, that of the model at hand: it has other dimensions or stages"
            yield Finding("digest", f"is {quoted(entry['digest'])}", expected)
        else:
            for id, dimension in model.by_id.items():
                if id not in entries:
                    yield Finding(f"dimensions.{id}", "is missing", "each dimension of the model")
                elif split := entries[id]["disagreement"]:
                    wrong = [end for end in (split["low"], split["high"]) if end not in (dimension.scale or ())]
                    for end in wrong:
                        problem = f"{quoted(end)} is not a stage of its scale"
                        yield Finding(f"dimensions.{id}.disagreement", problem, "a stage of its scale")
    yield from date_findings(entry)


def date_findings(entry: ResultEntry) -> Iterator[Finding]:
    """Yield a finding if the date is not a valid one."""
    try:
        if entry["date"]:
            Date.fromisoformat(entry["date"])
    except ValueError:
        yield Finding("date", f"{quoted(entry['date'])} is not a date", "year-month-day, as in 2026-05-31")


def _state(plan: Plan, entry: ResultEntry, entries: Mapping[str, ScoreEntry]) -> State:
    state = plan.open()
    rated = list(plan.leaves.values())
    if any(issue["code"] == "outcome-given" for issue in entry["issues"]):
        rated.append(plan.nodes[0])
    for node in rated:
        stored, scale = entries[node.dimension.id], node.dimension.scale
        coverage = stored["coverage"]
        # An index stops at the stages, where numbers may go on.
        goes_on = bool(stored["value"] and scale and (scale.order.lowest, scale.order.highest) != (0, scale.top))
        numbers = stored["value"] if goes_on else stored["index"]
        if stored["not_applicable"]:
            state.put(node.index, None, coverage)
        elif coverage and numbers and scale:
            low, likely, high = (
                None if number is None else _position(scale.position_of(number) if goes_on else number * scale.top)
                for number in (numbers["low"], numbers["likely"], numbers["high"])
            )
            state.put(node.index, (low or 0, likely, high or 0), coverage)
    plan.evaluate(state)
    return state


def _position(position: float) -> float:
    """Return a position, rounded to a stage if it is as good as there."""
    return round(position) if isclose(position, round(position), abs_tol=1e-9) else position


def _differences(plan: Plan, state: State, entries: Mapping[str, ScoreEntry]) -> Iterator[Finding]:
    result = Result(plan, state, {}, Setting())
    for id, score in result.items():
        where = id if id == OUTCOME else f"dimensions.{id}"
        follows, stored = ids_of(stages_of(score.dimension, score.position)), entries[id]["stage"]
        if follows != stored:
            yield Finding(
                f"{where}.stage", f"is {_words(stored)}", f"{_words(follows)}, as its parts and the rule say"
            )
        elif score.not_applicable != entries[id]["not_applicable"]:
            yield Finding(f"{where}.not_applicable", "does not follow from its parts", "what does")
        elif not isclose(score.coverage, entries[id]["coverage"], abs_tol=1e-9):
            problem = f"is {entries[id]['coverage']}"
            yield Finding(f"{where}.coverage", problem, f"{score.coverage}, as its parts say")


def _words(stage: Stages | None) -> str:
    ends: list[Any] = [] if stage is None else [stage["low"], stage["likely"] or "-", stage["high"]]
    return quoted(" ".join(ends)) if ends else "null"
