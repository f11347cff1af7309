"""The laws that scores obey, each tried on one random draw.

A law takes a model and a random generator, and gives a finding where it does not hold. The same
laws hold for every model, for every rule on models made for it, and in the tests of this package.
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

#: So many choices of stages at the most stand for what is open, to see what comes of each.
CHOICES = 24


def at_most(scale: Scale, a: Position, b: Position) -> bool:
    """Whether one position is below or at another, as far as floats can tell."""
    return a <= b + TOLERANCE if scale.is_chain else int(a) in scale.below[int(b)]


def spans(result: Result) -> Iterator[tuple[Scale, Span[Position], str]]:
    """The spans of a result, each with its scale and the id of its dimension."""
    for id, found in result.items():
        if found.position is not None and found.dimension.scale is not None:
            yield found.dimension.scale, found.position, id


def in_order(model: Model, random: Random) -> Iterator[Finding]:
    """Low, likely and high are on the scale, and in their order."""
    given = samples.assessment(model, random)
    yield from ordered(score(model, given, consensus=_consensus(random)), given)


def ordered(result: Result, given: Assessment) -> Iterator[Finding]:
    """A finding for every span that is not in order, or not on its scale."""
    for scale, span, id in spans(result):
        if not all(end is None or _is_on(scale, end) for end in span):
            yield _broken(id, f"{_words(span)} is not on its scale", "positions from 0 to the top", given)
            continue
        low, likely, high = span
        middle = low if likely is None else likely
        if not (at_most(scale, low, middle) and at_most(scale, middle, high)):
            yield _broken(id, f"{_words(span)} is not in order", "low, likely, high in their order", given)


def monotone(model: Model, random: Random) -> Iterator[Finding]:
    """Raising ratings lowers nothing."""
    given, how = samples.assessment(model, random), _consensus(random)
    better = raised(model, given, random)
    before, after = score(model, given, consensus=how), score(model, better, consensus=how)
    yield from fallen(before, after, given, better)


def raised(model: Model, given: Assessment, random: Random) -> Assessment:
    """The assessment with one known rating, or all of them, at or above where they were."""
    known = [i for i, rating in enumerate(given.ratings) if is_known(rating)]
    for i in random.sample(known, random.choice((min(1, len(known)), len(known)))):
        scale, reading = _reading(model, given.ratings[i])
        low = random.choice((reading.low, random.randint(reading.low, scale.top)))
        high = max(low, reading.high, random.choice((reading.high, scale.top)))
        given = _replaced(given, i, f"{scale.ids[low]}..{scale.ids[high]}")
    return given


def fallen(before: Result, after: Result, given: Assessment, better: Assessment) -> Iterator[Finding]:
    """A finding for every end of a span that is lower after than before."""
    for scale, span, id in spans(before):
        new = after[id].position
        for name, old_end, new_end in zip(Span._fields, span, new or (None,) * 3, strict=True):
            if old_end is not None and (new_end is None or not at_most(scale, old_end, new_end)):
                problem = f"its {name} falls from {_word(old_end)} to {_word(new_end)} when answers rise"
                yield _broken(id, problem, "a better answer to lower nothing", given, better)


def never_wider(model: Model, random: Random) -> Iterator[Finding]:
    """Rating an open leaf, or narrowing a range, widens no span and loses no coverage."""
    given, how = samples.assessment(model, random), _consensus(random)
    more = told_more(model, given, random)
    before, after = score(model, given, consensus=how), score(model, more, consensus=how)
    yield from widened(before, after, given, more)


def told_more(model: Model, given: Assessment, random: Random) -> Assessment:
    """The assessment with an open leaf rated, or a range narrowed, if there is any."""
    told = {rating.dimension for rating in given.ratings if is_known(rating) or rating.answer == NOT_APPLICABLE}
    still_open = [leaf for leaf in model.leaves if leaf.id not in told]
    known = [i for i, rating in enumerate(given.ratings) if is_known(rating)]
    if still_open and (random.random() < 0.5 or not known):
        leaf = random.choice(still_open)
        assert leaf.scale is not None
        rating = Rating(leaf.id, samples.stage(leaf.scale, random), "another")
        return evolve(given, ratings=[*given.ratings, rating])
    if known:
        i = random.choice(known)
        scale, reading = _reading(model, given.ratings[i])
        low = random.randint(reading.low, reading.high)
        high = random.randint(low, reading.high)
        return _replaced(given, i, f"{scale.ids[low]}..{scale.ids[high]}")
    return given


def widened(before: Result, after: Result, given: Assessment, more: Assessment) -> Iterator[Finding]:
    """A finding for every span after that is not within the one before."""
    for scale, span, id in spans(before):
        new = after[id].position
        if new is None or not (at_most(scale, span.low, new.low) and at_most(scale, new.high, span.high)):
            problem = f"{_words(span)} becomes {_words(new)} when more is known"
            yield _broken(id, problem, "a span within the one before", given, more)
        elif after[id].coverage < before[id].coverage - TOLERANCE:
            yield _broken(id, "its coverage falls when more is known", "at least the one before", given, more)


def exact(model: Model, random: Random) -> Iterator[Finding]:
    """Low and high are what some choice of stages comes to, and no choice lies outside."""
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
        found = [one[id].position for one in scores]
        lows = [position.low for position in found if position is not None]
        if not all(at_most(scale, span.low, p) and at_most(scale, p, span.high) for p in lows):
            yield _broken(id, f"some choice lies outside {_words(span)}", "bounds that hold every choice", answers)
        elif not all(any(_same(end, p) for p in lows) for end in (span.low, span.high)):
            yield _broken(id, f"no choice reaches an end of {_words(span)}", "bounds that can be reached", answers)


def ends(model: Model, random: Random) -> Iterator[Finding]:
    """With everything at the bottom all is at the bottom, and at the top likewise."""
    for name, end in (("bottom", 0), ("top", -1)):
        answers = {leaf.id: leaf.scale.ids[end] for leaf in model.leaves if leaf.scale}
        for scale, span, id in spans(score(model, answers)):
            wanted = 0 if end == 0 else scale.top
            if not all(position is not None and _same(position, wanted) for position in span):
                problem = f"is at {_words(span)} when every answer is the {name}"
                yield Finding(id, problem, f"the {name} of its scale")


def any_order(model: Model, random: Random) -> Iterator[Finding]:
    """The order of children, and of respondents, makes no difference."""
    given, how = samples.assessment(model, random), _consensus(random)
    other = evolve(model, dimensions=_shuffled(model.root, random).children)
    mixed = evolve(given, ratings=random.sample(given.ratings, len(given.ratings)))
    before, after = score(model, given, consensus=how), score(other, mixed, consensus=how)
    yield from differences(before, after, "in another order", given)


def free_weights(model: Model, random: Random) -> Iterator[Finding]:
    """Weights that are all multiplied by one number make no difference."""
    given = samples.assessment(model, random)
    factor = Fraction(random.randint(1, 1000), random.randint(1, 1000))
    other = evolve(model, dimensions=[_reweighted(d, factor) for d in model.dimensions])
    yield from differences(score(model, given), score(other, given), f"with all weights times {factor}", given)


def order_alone(model: Model, random: Random) -> Iterator[Finding]:
    """Rules that claim to be ordinal give the same stages when others are put in between."""
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
    given = samples.assessment(model, random)
    # A share or the middle of a range is a matter of the labels, so they are left out here.
    plain = [r for r in given.ratings if not isinstance(r.answer, float) and ".." not in str(r.answer)]
    given = evolve(given, ratings=plain)
    before, after = _stages(score(model, given)), _stages(score(other, given))
    for id, stages in before.items():
        if after[id] != stages:
            problem = f"{stages} becomes {after[id]} when stages are put in between"
            yield _broken(id, problem, "ordinal = False, or a rule that reads order alone", given)


def tables_alike(model: Model, random: Random) -> Iterator[Finding]:
    """A table of assessments comes to the same as each of them alone. It needs the extra ``tables``."""
    import polars

    from maturitykit import tables

    given = [samples.assessment(model, random) for _ in range(8)]
    rows = [
        # A respondent says nothing by a blank, and is there all the same.
        (f"a{i}", rating.respondent, rating.dimension, None if rating.answer is None else str(rating.answer))
        for i, one in enumerate(given)
        for rating in (*one.ratings, Rating(model.leaves[0].id, None, "nobody"))
    ]
    names = ("subject", "respondent", "dimension", "rating")
    table = polars.DataFrame(rows, schema=dict.fromkeys(names, polars.String), orient="row")
    found = {row["subject"]: row for row in tables.score(model, table).frame.iter_rows(named=True)}
    for i, one in enumerate(given):
        for id, alone in score(model, one).items():
            row = found[f"a{i}"]
            for what, wanted in _columns(alone):
                value = row[f"{id}__{what}"]
                if value != wanted and not (isinstance(wanted, float) and value and _same(value, wanted)):
                    yield _broken(id, f"{what} is {value} in a table, and {wanted} alone", "the same", one)


def _columns(found: Score) -> Iterator[tuple[str, object]]:
    yield "not_applicable", found.not_applicable
    yield "coverage", found.coverage
    for end in Span._fields:
        stage = getattr(found.stage, end) if found.stage else None
        yield f"stage_{end}", stage.id if stage else None
        yield f"index_{end}", getattr(found.index, end) if found.index else None


def _consensus(random: Random) -> Consensus:
    return random.choice(("median", "weakest", "envelope", "mean"))


def _is_on(scale: Scale, position: Any) -> bool:
    if not isinstance(position, (int, float)) or not isfinite(position):
        return False
    if scale.is_chain:
        return -TOLERANCE <= position <= scale.top + TOLERANCE
    return position == int(position) and 0 <= position <= scale.top


def _same(a: Position, b: Position) -> bool:
    return abs(a - b) <= TOLERANCE


def _word(position: Position | None) -> str:
    return "nothing" if position is None else f"{position:g}"


def _words(span: Span[Position] | None) -> str:
    return " ".join(map(_word, span)) if span else "not applicable"


def _broken(id: str, problem: str, expected: str, *given: Assessment | Mapping[str, Any]) -> Finding:
    """A finding with what was answered, so that it can be tried again."""
    told = []
    for one in given:
        ratings = (
            [(f"{r.dimension} ({r.respondent})", r.answer) for r in one.ratings]
            if isinstance(one, Assessment)
            else list(one.items())
        )
        shown = [f"{id}={answer}" for id, answer in ratings[:8]]
        told.append(", ".join(shown) + (f" and {len(ratings) - 8} more" if len(ratings) > 8 else "") or "nothing")
    return Finding(id, f"{problem}; answered: {'; then: '.join(told)}", expected)


def _reading(model: Model, rating: Rating) -> tuple[Scale, ReadAnswer]:
    scale = model.by_id[rating.dimension].scale
    assert scale is not None
    reading = read_answer(scale, rating.answer)
    assert isinstance(reading, ReadAnswer)
    return scale, reading


def _replaced(given: Assessment, place: int, answer: str) -> Assessment:
    ratings = list(given.ratings)
    ratings[place] = evolve(ratings[place], answer=answer)
    return evolve(given, ratings=ratings)


def _shuffled(dimension: Dimension, random: Random) -> Dimension:
    children = [_shuffled(child, random) for child in dimension.children]
    return evolve(dimension, children=random.sample(children, len(children)))


def _reweighted(dimension: Dimension, factor: Fraction) -> Dimension:
    children = [_reweighted(child, factor) for child in dimension.children]
    return evolve(dimension, weight=dimension.weight * factor, children=children)


def differences(before: Result, after: Result, when: str, given: Assessment) -> Iterator[Finding]:
    """A finding for every score that is not exactly the same in both."""
    for id, old in before.items():
        new = after[id]
        alike = old.position == new.position and old.not_applicable == new.not_applicable
        if not (alike and _same(old.coverage, new.coverage)):
            yield _broken(id, f"{_words(old.position)} becomes {_words(new.position)} {when}", "the same", given)


Extra: TypeAlias = Mapping[str, Mapping[str, int]]


def _added(extra: Extra, scale: Scale, stage: str) -> list[str]:
    """The ids of the stages that are put in below a stage."""
    return [f"{stage[:90]}-x{i}" for i in range(extra[scale.id].get(stage, 0))]


def _relabelled(scale: Scale | None, extra: Extra) -> Scale | None:
    """The scale with stages put in below some of its own; bottom and top stay."""
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
        id: " ".join(stage.id if stage else "nothing" for stage in found.stage) if found.stage else ""
        for id, found in result.items()
    }
