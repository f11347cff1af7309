"""What a crosswalk file says of its two models before anything is linked."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from maturitykit.definition import Dimension, Model, Scale
from maturitykit.files.toml import to_toml, toml_value

#: Of the comments that list what can be linked.
_WIDTH = 110


def crosswalk_words(source: Model, target: Model) -> dict[str, str]:
    """What the template of a crosswalk file is filled with."""
    both = source.outcome and target.outcome
    one = source.root if both else source.leaves[0]
    other = target.root if both else target.leaves[0]
    scale, of = one.scale, other.scale
    assert scale is not None
    assert of is not None
    spans = (f"# {stage} = {toml_value([of.ids[0], of.ids[0], of.ids[-1]])}" for stage in scale.ids)
    unlinked = [
        {"model": model.id, "dimension": leaf.id, "reason": "Not coded yet."}
        for model in (source, target)
        for leaf in model.leaves
    ]
    return {
        "source": source.id,
        "target": target.id,
        "source_version": toml_value(source.version.partition(".")[0]),
        "target_version": toml_value(target.version.partition(".")[0]),
        "stages": "\n".join(line for model in (source, target) for line in _stages(model)),
        "from_dimension": one.id,
        "to_dimension": other.id,
        "cells": toml_value([[scale.ids[0], of.ids[0]], [scale.ids[-1], of.ids[-1]]]).replace("\n", "\n# "),
        "spans": "\n".join(spans),
        "unlinked": to_toml({"not_inferable": unlinked}).rstrip(),
    }


def _stages(model: Model) -> Iterator[str]:
    """What of a model can be linked, by the scale that it is on."""
    on: dict[Scale, list[Dimension]] = {}
    for dimension in model.by_id.values():
        if dimension.scale is not None:
            on.setdefault(dimension.scale, []).append(dimension)
    yield f"# {model.id}"
    for scale, dimensions in on.items():
        ids = ", ".join(dimension.id for dimension in dimensions)
        text = f"{' < '.join(scale.ids) if scale.is_chain else ', '.join(scale.ids)}   for {ids}"
        yield from wrap(text, _WIDTH, initial_indent="#   ", subsequent_indent="#     ", break_on_hyphens=False)
