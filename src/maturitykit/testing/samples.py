"""Random assessments and models, reproducible by the seed of the generator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from random import Random

from attrs import evolve

from maturitykit.assessment.ratings import NOT_APPLICABLE, UNKNOWN, Answer, Assessment, Rating
from maturitykit.definition import Dimension, Gate, Model, Scale, Scorer
from maturitykit.definition.fields import OUTCOME
from maturitykit.testing.scales import CHAINS, LATTICES, is_distributive

#: Weights whose sums are not exact in floats.
WEIGHTS = (Fraction(1), Fraction(1), Fraction(2), Fraction(7), Fraction(1, 3), Fraction(1, 10))


def stage(scale: Scale, random: Random) -> str:
    """Return a random stage, the lowest and the highest more often than others."""
    return random.choice((scale.ids[0], scale.ids[-1], random.choice(scale.ids)))


def answer(scale: Scale, random: Random, applicable: bool = False) -> Answer:
    """Return a random answer on a chain; with ``applicable``, never "not applicable"."""
    kind = random.randrange(8)
    if kind == 0:
        return UNKNOWN
    if kind == 1:
        return UNKNOWN if applicable else NOT_APPLICABLE
    if kind == 2:
        low, high = sorted((random.randrange(len(scale.ids)), random.randrange(len(scale.ids))))
        return f"{scale.ids[low]}..{scale.ids[high]}"
    if kind == 3 and scale.has_bands:
        lowest, highest = sorted(scale.ends)
        return lowest + (highest - lowest) * random.randrange(101) / 100
    return stage(scale, random)


def assessment(model: Model, random: Random, respondents: int = 3, applicable: bool = False) -> Assessment:
    """Return a random assessment by up to so many respondents, each of whom may leave out anything."""
    count = random.randint(1, respondents)
    # Errors with few or with all answers differ from those in between, so each share is drawn.
    share = random.choice((0.3, 0.7, 1.0))
    ratings = [
        Rating(leaf.id, answer(leaf.scale, random, applicable), respondent=f"r{number}")
        for leaf in model.leaves
        if leaf.scale is not None
        for number in range(count)
        if random.random() < share
    ]
    return Assessment(model.id, ratings)


def parts(model: Model, scorer: Scorer | str) -> Iterator[Model]:
    """Yield the model with one rule alone, then each combined dimension as a model of its own.

    An error deep in a large model is found many times faster in the small model of its part.
    """
    whole = evolve(model, scorers=[scorer], dimensions=[_with_scorers(d, scorer) for d in model.dimensions])
    yield whole
    for dimension in whole.root.walk():
        if dimension.id != OUTCOME and dimension.children and dimension.scale is not None:
            yield Model(
                model.id, model.version, model.title, dimension.children, [dimension.scorer or scorer],
                outcome=dimension.scale, gates=dimension.gates, tags=model.tags, kinds=model.kinds,
            )  # fmt: skip


def _with_scorers(dimension: Dimension, scorer: Scorer | str) -> Dimension:
    """Return the dimension with the rule set explicitly on it and on all below it that have none."""
    if not dimension.children:
        return dimension
    children = [_with_scorers(child, scorer) for child in dimension.children]
    return evolve(dimension, scorer=dimension.scorer or scorer, children=children)


def parent_model(scorer: Scorer, random: Random) -> Model | None:
    """Return a small model whose outcome a rule scores, or None if the rule cannot score the parent drawn."""
    scale = random.choice(CHAINS if random.random() < 0.6 else LATTICES)
    on_one_scale = random.random() < 0.6
    children = []
    for number in range(random.randint(1, 4)):
        own = scale if on_one_scale else evolve(random.choice([*CHAINS, *LATTICES]), id=f"scale-{number}")
        children.append(_child(f"d{number}", own, random.choice(WEIGHTS)))
    gates = _gates(scale, children, random) if random.random() < 0.5 else []
    parent = Dimension(OUTCOME, scale=scale, gates=gates, children=children)
    if any(True for _ in scorer.problems(parent)):
        return None
    return Model("tried", "1", "Tried", children, [scorer], outcome=scale, gates=gates)


_TWO = evolve(CHAINS[0], id="two")


def _child(id: str, scale: Scale, weight: Fraction) -> Dimension:
    """Return a leaf; on a partial order, which cannot be rated, a scored dimension that can reach every stage."""
    if scale.is_chain:
        return Dimension(id, scale=scale, weight=weight)
    if is_distributive(scale):
        # A leaf for each stage directly above a single other: together they can reach any stage.
        below = zip(scale.ids, scale.directly_below, strict=True)
        leaves = {stage: f"{id}-{stage}" for stage, lower in below if len(lower) == 1}
    else:
        leaves = dict.fromkeys(scale.ids[1:], f"{id}-all")
    gates = [Gate(stage, leaf, _TWO.ids[1]) for stage, leaf in leaves.items()]
    children = [Dimension(leaf, scale=_TWO) for leaf in dict.fromkeys(leaves.values())]
    return Dimension(id, scale=scale, weight=weight, scorer="staged", gates=gates, children=children)


def _gates(scale: Scale, children: Sequence[Dimension], random: Random) -> list[Gate]:
    """Return gates under which reaching two stages means reaching their join."""
    if not is_distributive(scale):
        one = children[0]
        return [Gate(s, one.id, one.scale.ids[1]) for s in scale.ids[1:] if one.scale]
    gates = []
    for s, below in zip(scale.ids[1:], scale.directly_below[1:], strict=True):
        for child in random.sample(list(children), min(len(children), random.randint(1, 2))):
            if len(below) == 1 and child.scale:
                gates.append(Gate(s, child.id, random.choice(child.scale.ids[1:])))
    return gates
