"""What a crosswalk file says of its two models before anything is linked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap

from maturitykit.definition import Dimension, Model, Scale
from maturitykit.files.toml import to_toml, toml_value

#: Of the comments that list what can be linked.
_WIDTH = 110


def crosswalk_words(models: Mapping[str, Model]) -> dict[str, str]:
    """What the template of a crosswalk file is filled with, for a source and a target by their names."""
    source, target = models.values()
    both = source.outcome and target.outcome
    one = source.root if both else source.leaves[0]
    other = target.root if both else target.leaves[0]
    scale, of = one.scale, other.scale
    assert scale is not None
    assert of is not None
    spans = (f"# {stage} = {toml_value([of.ids[0], of.ids[0], of.ids[-1]])}" for stage in scale.ids)
    unlinked = [
        {"model": name, "dimension": leaf.id, "reason": "Not coded yet."}
        for name, model in models.items()
        for leaf in model.leaves
    ]
    names = dict(zip(("source", "target"), models, strict=True))
    # What is named in full says its version already.
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
        "from_dimension": one.id,
        "to_dimension": other.id,
        "cells": toml_value([[scale.ids[0], of.ids[0]], [scale.ids[-1], of.ids[-1]]]).replace("\n", "\n# "),
        "spans": "\n".join(spans),
        "unlinked": to_toml({"not_inferable": unlinked}).rstrip(),
    }


def _stages(name: str, model: Model) -> Iterator[str]:
    """What of a model can be linked, by the scale that it is on."""
    on: dict[Scale, list[Dimension]] = {}
    for dimension in model.by_id.values():
        if dimension.scale is not None:
            on.setdefault(dimension.scale, []).append(dimension)
    yield f"# {name}"
    for scale, dimensions in on.items():
        ids = ", ".join(dimension.id for dimension in dimensions)
        text = f"{' < '.join(scale.ids) if scale.is_chain else ', '.join(scale.ids)}   for {ids}"
        yield from wrap(text, _WIDTH, initial_indent="#   ", subsequent_indent="#     ", break_on_hyphens=False)
