"""Values for the template of a crosswalk file, in which nothing is linked yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap

from maturitykit.definition import Dimension, Model, Scale
from maturitykit.files.toml import to_toml, toml_value

#: Width in characters of the comments that list what can be linked.
_WIDTH = 110


def crosswalk_words(models: Mapping[str, Model]) -> dict[str, str]:
    """Return the values for the template of a crosswalk file, from a source and a target by their names."""
    source, target = models.values()
    have_outcomes = source.outcome and target.outcome
    from_dimension = source.root if have_outcomes else source.leaves[0]
    to_dimension = target.root if have_outcomes else target.leaves[0]
    from_scale, to_scale = from_dimension.scale, to_dimension.scale
    assert from_scale is not None
    assert to_scale is not None
    span = toml_value([to_scale.ids[0], to_scale.ids[0], to_scale.ids[-1]])
    cells = [[from_scale.ids[i], to_scale.ids[i]] for i in (0, -1)]
    unlinked = [
        {"model": name, "dimension": leaf.id, "reason": "Not coded yet."}
        for name, model in models.items()
        for leaf in model.leaves
    ]
    names = dict(zip(("source", "target"), models, strict=True))
    # A name in full, id@version, has its version already.
    versions = [
        f"\n{side}_version = {toml_value(models[name].version.partition('.')[0])}"
        for side, name in names.items()
        if "@" not in name
    ]
    if versions:
        versions[0] += "            # for which versions of them it is written: 1 stands for every 1.x"
    return {
        **names,
        "versions": "".join(versions),
        "stages": "\n".join(line for name, model in models.items() for line in _stages(name, model)),
        "from_dimension": from_dimension.id,
        "to_dimension": to_dimension.id,
        "cells": toml_value(cells).replace("\n", "\n# "),
        "spans": "\n".join(f"# {stage} = {span}" for stage in from_scale.ids),
        "unlinked": to_toml({"not_inferable": unlinked}).rstrip(),
    }


def _stages(name: str, model: Model) -> Iterator[str]:
    """Yield comments that list the dimensions of a model that can be linked, by scale."""
    by_scale: dict[Scale, list[Dimension]] = {}
    for dimension in model.by_id.values():
        if dimension.scale is not None:
            by_scale.setdefault(dimension.scale, []).append(dimension)
    yield f"# {name}"
    for scale, dimensions in by_scale.items():
        ids = ", ".join(dimension.id for dimension in dimensions)
        text = f"{' < '.join(scale.ids) if scale.is_chain else ', '.join(scale.ids)}   for {ids}"
        yield from wrap(text, _WIDTH, initial_indent="#   ", subsequent_indent="#     ", break_on_hyphens=False)
