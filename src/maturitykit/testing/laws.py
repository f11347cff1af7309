"""The laws that scores obey, each tried on one random draw.

A law takes a model and a random generator, and yields a finding where it does not hold. The same
laws are checked for every model, for every rule on generated models, and in the tests of this package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import isfinite, prod
from random import Random
from typing import Any, TypeAlias

from attrs import evolve

from maturitykit.assessment.ratings import NOT_APPLICABLE, Assessment, Rating, ReadAnswer, is_known, read_answer
from maturitykit.definition import Dimension, Gate, Model, Scale, Stage
from maturitykit.definition.scale import Position
from maturitykit.errors import Finding
from maturitykit.formula.order import TOLERANCE
from maturitykit.rules.consensus import Consensus
from maturitykit.scoring.plan import plan_for
from maturitykit.scoring.result import Result
from maturitykit.scoring.score import score
from maturitykit.scoring.scores import Score, Span
from maturitykit.testing import samples

Law: TypeAlias = Callable[[Model, Random], Iterator[Finding]]

#: The most combinations of stages that are tried for open answers.
CHOICES = 24


def at_most(scale: Scale, a: Position, b: Position) -> bool:
    """Return whether one position is at or below another, within the tolerance of floats."""
    return a <= b + TOLERANCE if scale.is_chain else int(a) in scale.below[int(b)]


def spans(result: Result) -> Iterator[tuple[Scale, Span[Position], str]]:
    """Yield the spans of a result, each with its scale and the id of its dimension."""
    for id, each in result.items():
        if each.position is not None and each.dimension.scale is not None:
            yield each.dimension.scale, each.position, id


def in_order(model: Model, random: Random) -> Iterator[Finding]:
    """Check that low, likely and high are on the scale, and in this order."""
    assessment = samples.assessment(model, random)
    yield from unordered_spans(score(model, assessment, consensus=_consensus(random)), assessment)


def unordered_spans(result: Result, assessment: Assessment) -> Iterator[Finding]:
    """Yield a finding for every span that is not in order, or not on its scale."""
    for scale, span, id in spans(result):
        if not all(end is None or _is_on(scale, end) for end in span):
            yield _broken(id, f"{_words(span)} is not on its scale", "positions from 0 to the top", assessment)
            continue
        low, likely, high = span
        middle = low if likely is None else likely
        if not (at_most(scale, low, middle) and at_most(scale, middle, high)):
            yield _broken(id, f"{_words(span)} is not in order", "low, likely, high in their order", assessment)


def _before_and_after(
    model: Model, random: Random, change: Callable[[Model, Assessment, Random], Assessment]
) -> tuple[Result, Result, Assessment, Assessment]:
    """Return the results of a random assessment before and after a change, and both assessments."""
    assessment, consensus = samples.assessment(model, random), _consensus(random)
    changed = change(model, assessment, random)
    before, after = (score(model, each, consensus=consensus) for each in (assessment, changed))
    return before, after, assessment, changed


def monotone(model: Model, random: Random) -> Iterator[Finding]:
    """Check that better ratings lower no score."""
    return lowered_spans(*_before_and_after(model, random, with_better_ratings))


def with_better_ratings(model: Model, assessment: Assessment, random: Random) -> Assessment:
    """Return the assessment with one known rating, or all of them, at the same stage or a higher one."""
    known = [i for i, rating in enumerate(assessment.ratings) if is_known(rating)]
    for i in random.sample(known, random.choice((min(1, len(known)), len(known)))):
        scale, reading = _reading(model, assessment.ratings[i])
        low = random.choice((reading.low, random.randint(reading.low, scale.top)))
        high = max(low, reading.high, random.choice((reading.high, scale.top)))
        assessment = _replaced(assessment, i, f"{scale.ids[low]}..{scale.ids[high]}")
    return assessment


def lowered_spans(before: Result, after: Result, assessment: Assessment, better: Assessment) -> Iterator[Finding]:
    """Yield a finding for every low, likely or high that is lower after than before."""
    for scale, span, id in spans(before):
        new = after[id].position
        for name, old_end, new_end in zip(Span._fields, span, new or (None,) * 3, strict=True):
            if old_end is not None and (new_end is None or not at_most(scale, old_end, new_end)):
                problem = f"its {name} falls from {_word(old_end)} to {_word(new_end)} when answers rise"
                yield _broken(id, problem, "a better answer to lower nothing", assessment, better)


def never_wider(model: Model, random: Random) -> Iterator[Finding]:
    """Check that rating an open leaf, or narrowing a range, widens no span and lowers no coverage."""
    return widened_spans(*_before_and_after(model, random, with_more_known))


def with_more_known(model: Model, assessment: Assessment, random: Random) -> Assessment:
    """Return the assessment with an open leaf rated, or a range narrowed, if there is any."""
    answered = {r.dimension for r in assessment.ratings if is_known(r) or r.answer == NOT_APPLICABLE}
    still_open = [leaf for leaf in model.leaves if leaf.id not in answered]
    known = [i for i, rating in enumerate(assessment.ratings) if is_known(rating)]
    if still_open and (random.random() < 0.5 or not known):
        leaf = random.choice(still_open)
        assert leaf.scale is not None
        rating = Rating(leaf.id, samples.stage(leaf.scale, random), "another")
        return evolve(assessment, ratings=[*assessment.ratings, rating])
    if known:
        i = random.choice(known)
        scale, reading = _reading(model, assessment.ratings[i])
        low = random.randint(reading.low, reading.high)
        high = random.randint(low, reading.high)
        return _replaced(assessment, i, f"{scale.ids[low]}..{scale.ids[high]}")
    return assessment


def widened_spans(before: Result, after: Result, assessment: Assessment, more: Assessment) -> Iterator[Finding]:
    """Yield a finding for every span that is not within the one before, or has less coverage."""
    for scale, span, id in spans(before):
        new = after[id].position
        if new is None or not (at_most(scale, span.low, new.low) and at_most(scale, new.high, span.high)):
            problem = f"{_words(span)} becomes {_words(new)} when more is known"
            yield _broken(id, problem, "a span within the one before", assessment, more)
        elif after[id].coverage < before[id].coverage - TOLERANCE:
            problem = "its coverage falls when more is known"
            yield _broken(id, problem, "at least the one before", assessment, more)


def exact(model: Model, random: Random) -> Iterator[Finding]:
    """Check that some choice of stages reaches low and high, and that no choice lies outside."""
    choices: dict[str, list[str]] = {}
    answers: dict[str, str] = {}
    leaves = [leaf for leaf in model.leaves if leaf.scale is not None]
    for leaf in random.sample(leaves, len(leaves)):
        assert leaf.scale is not None
        ids = leaf.scale.ids
        low, high = sorted((random.randrange(len(ids)), random.randrange(len(ids))))
        if random.random() < 0.3:
            low, high = 0, len(ids) - 1
        if prod(map(len, choices.values())) * (high - low + 1) > CHOICES:
            high = low
        choices[leaf.id] = list(ids[low : high + 1])
        answers[leaf.id] = f"{ids[low]}..{ids[high]}"
    result = score(model, answers)
    chosen = [dict(zip(choices, stages, strict=True)) for stages in product(*choices.values())]
    scores = [score(model, stages) for stages in chosen]
    for scale, span, id in spans(result):
        positions = [one[id].position for one in scores]
        lows = [position.low for position in positions if position is not None]
        if not all(at_most(scale, span.low, p) and at_most(scale, p, span.high) for p in lows):
            yield _broken(id, f"some choice lies outside {_words(span)}", "bounds that hold every choice", answers)
        elif not all(any(_same(end, p) for p in lows) for end in (span.low, span.high)):
            yield _broken(id, f"no choice reaches an end of {_words(span)}", "bounds that can be reached", answers)


def ends(model: Model, random: Random) -> Iterator[Finding]:
    """Check that every score is at the bottom if all answers are, and at the top likewise."""
    for name, end in (("bottom", 0), ("top", -1)):
        if any(scale.is_chain and scale.values[end] != scale.ends[end] for scale in model.scales.values()):
            # Its stage is not as far out as its numbers go.
            continue
        answers = {leaf.id: leaf.scale.ids[end] for leaf in model.leaves if leaf.scale}
        for scale, span, id in spans(score(model, answers)):
            wanted = scale.stages[end]
            if not all(position is not None and scale.stage(position) is wanted for position in span):
                problem = f"is at {_words(span)} when every answer is the {name}"
                yield Finding(id, problem, f"the {name} of its scale")


def any_order(model: Model, random: Random) -> Iterator[Finding]:
    """Check that the order of children, and of respondents, makes no difference."""
    assessment, consensus = samples.assessment(model, random), _consensus(random)
    other = evolve(model, dimensions=_shuffled(model.root, random).children)
    mixed = evolve(assessment, ratings=random.sample(assessment.ratings, len(assessment.ratings)))
    before = score(model, assessment, consensus=consensus)
    after = score(other, mixed, consensus=consensus)
    yield from differences(before, after, "in another order", assessment)


def free_weights(model: Model, random: Random) -> Iterator[Finding]:
    """Check that multiplying all weights by one number makes no difference."""
    assessment = samples.assessment(model, random)
    factor = Fraction(random.randint(1, 1000), random.randint(1, 1000))
    other = evolve(model, dimensions=[_reweighted(d, factor) for d in model.dimensions])
    before, after = score(model, assessment), score(other, assessment)
    yield from differences(before, after, f"with all weights times {factor}", assessment)


def order_alone(model: Model, random: Random) -> Iterator[Finding]:
    """Check that rules that claim to be ordinal give the same stages when stages are inserted between."""
    plan = plan_for(model, None, {})
    if not all(node.scorer.ordinal for node in plan.nodes if node.is_combined):
        return
    extra = {
        id: {stage: random.randint(0, 2) for stage in scale.ids[1:]}
        for id, scale in model.scales.items()
        if scale.is_chain
    }
    other = evolve(
        model,
        outcome=_relabelled(model.outcome, extra),
        gates=_relabelled_gates(model.root, extra),
        dimensions=[_relabelled_tree(d, extra) for d in model.dimensions],
        guidance=(),
        readings=(),
    )
    assessment = samples.assessment(model, random)
    # Inserted stages change what a share reaches and the middle of a range, so both are left out.
    plain = [r for r in assessment.ratings if not isinstance(r.answer, float) and ".." not in str(r.answer)]
    assessment = evolve(assessment, ratings=plain)
    before, after = _stages(score(model, assessment)), _stages(score(other, assessment))
    for id, stages in before.items():
        if after[id] != stages:
            problem = f"{stages} becomes {after[id]} when stages are put in between"
            yield _broken(id, problem, "ordinal = False, or a rule that reads order alone", assessment)


def tables_alike(model: Model, random: Random) -> Iterator[Finding]:
    """Check that a table of assessments has the same scores as each of them alone. Needs the extra ``tables``."""
    import polars

    from maturitykit import tables

    assessments = [samples.assessment(model, random) for _ in range(8)]
    rows = [
        # Each assessment gets a respondent whose only answer is blank, which must change nothing.
        (f"a{i}", rating.respondent, rating.dimension, None if rating.answer is None else str(rating.answer))
        for i, one in enumerate(assessments)
        for rating in (*one.ratings, Rating(model.leaves[0].id, None, "nobody"))
    ]
    names = ("subject", "respondent", "dimension", "rating")
    table = polars.DataFrame(rows, schema=dict.fromkeys(names, polars.String), orient="row")
    results = {row["subject"]: row for row in tables.score(model, table).frame.iter_rows(named=True)}
    for i, one in enumerate(assessments):
        for id, alone in score(model, one).items():
            row = results[f"a{i}"]
            for column, wanted in _columns(alone):
                value = row.get(f"{id}__{column}")
                if value != wanted and not (isinstance(wanted, float) and value and _same(value, wanted)):
                    yield _broken(id, f"{column} is {value} in a table, and {wanted} alone", "the same", one)


def _columns(score: Score) -> Iterator[tuple[str, object]]:
    yield "not_applicable", score.not_applicable
    yield "coverage", score.coverage
    for end in Span._fields:
        stage = getattr(score.stage, end) if score.stage else None
        yield f"stage_{end}", stage.id if stage else None
        yield f"index_{end}", getattr(score.index, end) if score.index else None
        yield f"value_{end}", getattr(score.value, end) if score.value else None


def _consensus(random: Random) -> Consensus:
    return random.choice(("median", "weakest", "envelope", "mean"))


def _is_on(scale: Scale, position: Any) -> bool:
    if not isinstance(position, (int, float)) or not isfinite(position):
        return False
    if scale.is_chain:
        return scale.order.lowest - TOLERANCE <= position <= scale.order.highest + TOLERANCE
    return position == int(position) and 0 <= position <= scale.top


def _same(a: Position, b: Position) -> bool:
    return abs(a - b) <= TOLERANCE


def _word(position: Position | None) -> str:
    return "nothing" if position is None else f"{position:g}"


def _words(span: Span[Position] | None) -> str:
    return " ".join(map(_word, span)) if span else "not applicable"


def _broken(id: str, problem: str, expected: str, *inputs: Assessment | Mapping[str, Any]) -> Finding:
    """Return a finding that lists the answers, so that it can be reproduced."""
    texts = []
    for one in inputs:
        ratings = (
            [(f"{r.dimension} ({r.respondent})", r.answer) for r in one.ratings]
            if isinstance(one, Assessment)
            else list(one.items())
        )
        shown = [f"{id}={answer}" for id, answer in ratings[:8]]
        texts.append(", ".join(shown) + (f" and {len(ratings) - 8} more" if len(ratings) > 8 else "") or "nothing")
    return Finding(id, f"{problem}; answered: {'; then: '.join(texts)}", expected)


def _reading(model: Model, rating: Rating) -> tuple[Scale, ReadAnswer]:
    scale = model.by_id[rating.dimension].scale
    assert scale is not None
    reading = read_answer(scale, rating.answer)
    assert isinstance(reading, ReadAnswer)
    return scale, reading


def _replaced(assessment: Assessment, index: int, answer: str) -> Assessment:
    ratings = list(assessment.ratings)
    ratings[index] = evolve(ratings[index], answer=answer)
    return evolve(assessment, ratings=ratings)


def _shuffled(dimension: Dimension, random: Random) -> Dimension:
    children = [_shuffled(child, random) for child in dimension.children]
    return evolve(dimension, children=random.sample(children, len(children)))


def _reweighted(dimension: Dimension, factor: Fraction) -> Dimension:
    children = [_reweighted(child, factor) for child in dimension.children]
    return evolve(dimension, weight=dimension.weight * factor, children=children)


def differences(before: Result, after: Result, when: str, assessment: Assessment) -> Iterator[Finding]:
    """Yield a finding for every score that is not exactly the same in both results."""
    for id, old in before.items():
        new = after[id]
        alike = old.position == new.position and old.not_applicable == new.not_applicable
        if not (alike and _same(old.coverage, new.coverage)):
            problem = f"{_words(old.position)} becomes {_words(new.position)} {when}"
            yield _broken(id, problem, "the same", assessment)


#: How many stages to insert below each stage, by scale and stage.
Extra: TypeAlias = Mapping[str, Mapping[str, int]]


def _added(extra: Extra, scale: Scale, stage: str) -> list[str]:
    """Return the ids of the stages that are inserted below a stage."""
    return [f"{stage[:90]}-x{i}" for i in range(extra[scale.id].get(stage, 0))]


def _relabelled(scale: Scale | None, extra: Extra) -> Scale | None:
    """Return the scale with stages inserted below some of its own; bottom and top stay."""
    if scale is None or not scale.is_chain:
        return scale
    ids = [id for stage in scale.ids for id in (*_added(extra, scale, stage), stage)]
    return Scale(scale.id, [Stage(id) for id in ids])


def _relabelled_gates(dimension: Dimension, extra: Extra) -> Sequence[Gate]:
    scale = dimension.scale
    if scale is None or not scale.is_chain:
        return dimension.gates
    return [
        gate
        for old in dimension.gates
        for gate in (*(evolve(old, stage=id) for id in _added(extra, scale, old.stage)), old)
    ]


def _relabelled_tree(dimension: Dimension, extra: Extra) -> Dimension:
    return evolve(
        dimension,
        scale=_relabelled(dimension.scale, extra),
        gates=_relabelled_gates(dimension, extra),
        children=[_relabelled_tree(child, extra) for child in dimension.children],
    )


def _stages(result: Result) -> dict[str, str]:
    return {
        id: " ".join(stage.id if stage else "nothing" for stage in each.stage) if each.stage else ""
        for id, each in result.items()
    }
