"""A program of somebody who embeds maturitykit: type checkers have to find nothing in it, and tests run it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

import maturitykit as mk
from maturitykit.types import Direction, Issue, Movement, Position, Rule


class Lenient(mk.Scorer):
    """The second lowest of the children, or the lowest if there is but one."""

    id = "lenient"
    ordinal = True

    def bind(self, parent: mk.Dimension, children: Sequence[mk.Dimension], weights: Sequence[int]) -> Rule | None:
        def second_lowest(positions: Sequence[Position]) -> Position:
            return sorted(positions)[min(1, len(positions) - 1)]

        return second_lowest

    def problems(self, parent: mk.Dimension) -> Iterable[str]:
        scales = {child.scale for child in parent.children}
        if scales != {parent.scale} or (parent.scale and not parent.scale.is_chain):
            yield f"{parent.id} and its parts are on different scales"


def small_model() -> mk.Model:
    levels = mk.Scale("level", [mk.Stage(name, value=at) for name, at in (("low", 0), ("mid", 0.4), ("high", 1))])
    names = ("people", "process")
    parts = tuple(mk.Dimension(id, name=id.title(), scale=levels, weight=Fraction(1, 2)) for id in names)
    return mk.Model("small", "1", "A small model", parts, [Lenient(), "weakest"], outcome=levels)


def answered(model: mk.Model | str, answers: Mapping[str, str | float | None], day: date) -> mk.Result:
    ratings = [mk.Rating(dimension, answer, respondent="Ann") for dimension, answer in answers.items()]
    id = model if isinstance(model, str) else model.id
    return mk.score(model, mk.Assessment(id, ratings, "Acme", day), weights={}, consensus="weakest")


def summary(result: mk.Result) -> list[str]:
    stages = {score.dimension.name: score.span.high.name for score in result.leaves if not score.not_applicable}
    likely = result.span.likely
    issues: list[Issue] = [issue for issue in result.issues if issue.severity == "warning"]
    return [
        f"{result.subject}, {result.date}: {likely.name if likely else 'open'}, {result.coverage:.0%}",
        *(f"{name}: at most {stage}" for name, stage in sorted(stages.items())),
        *(issue.message for issue in issues),
        *result.explain().splitlines(),
    ]


def next_steps(result: mk.Result) -> Iterable[str]:
    for step in mk.roadmap(result):
        for change in step.improvements or ():
            yield f"{step.stage.name}: {change.dimension.name} to {change.to.name}"


def moved(before: mk.Result, after: mk.Result) -> dict[str, Direction]:
    comparison: Mapping[str, Movement] = mk.compare(before, after)
    return {id: movement.direction for id, movement in comparison.items() if movement.certain}


def main(assessments: str, folder: Path) -> int:
    try:
        results = [mk.score(each.model, each) for each in mk.read_all(assessments)]
        other: mk.Translation = mk.translate(results[0], "four-stage")
    except mk.MaturityError as error:
        print(*(finding.problem for finding in error.findings), sep="\n")
        return 1
    own = other["capabilities"]
    lines = [*summary(results[0]), *next_steps(results[0]), *other.not_inferable, f"{own.inferable}: {own.brief}"]
    model = small_model()
    first = answered(model, {"people": "low", "process": mk.UNKNOWN}, date(2025, 1, 1))
    second = mk.what_if(
        answered(model, {"people": "mid", "process": "high"}, date(2026, 1, 1)), {"people": "high"}
    )
    data = {"moved": moved(first, second), "lines": lines, "results": [result.to_dict() for result in results]}
    (folder / "results.json").write_text(json.dumps(data), encoding="utf-8")
    stored: mk.Result = mk.read_result(results[0].to_dict(), model="clearhead")
    mk.write_form("four-stage", folder / "form.csv", subject=stored.subject)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path.cwd()))
