"""Distinct names of dimensions, for lists in which several have the same name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from maturitykit.definition.dimension import Dimension
from maturitykit.definition.model import Model


def names_of(model: Model, dimensions: Iterable[Dimension] | None = None) -> dict[str, str]:
    """Return distinct names of dimensions by id; equal names get the name of their parent, or their id, added.

    Args:
        model: The model, in the language of the names.
        dimensions: The dimensions that are listed together; by default all of the model.

    >>> from maturitykit.definition import Dimension, Model, Scale, Stage
    >>> scale = Scale("level", [Stage("low"), Stage("high")])
    >>> plans = [[Dimension(f"{id}-plan", "Plan it", scale=scale)] for id in "ab"]
    >>> groups = [Dimension(id, scale=scale, children=plan) for id, plan in zip("ab", plans)]
    >>> names_of(Model("toy", "1", "A toy", groups, ["median"], outcome=scale))
    {'a': 'a', 'a-plan': 'a: Plan it', 'b': 'b', 'b-plan': 'b: Plan it'}
    """
    parents = {child.id: parent for parent in model.by_id.values() for child in parent.children}
    listed = (
        list(dimensions) if dimensions is not None else [d for d in model.by_id.values() if d is not model.root]
    )
    times = Counter(dimension.name for dimension in listed)
    names: dict[str, str] = {}
    for dimension in listed:
        parent = parents.get(dimension.id)
        is_plain = times[dimension.name] == 1 or parent is None or parent is model.root
        names[dimension.id] = dimension.name if is_plain or parent is None else f"{parent.name}: {dimension.name}"
    times = Counter(names.values())
    return {id: name if times[name] == 1 else f"{name} ({id})" for id, name in names.items()}
