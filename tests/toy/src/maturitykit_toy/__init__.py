"""A toy model with a rule of its own and a crosswalk."""

from collections.abc import Sequence
from importlib.resources import files

import maturitykit as mk


def model() -> mk.Model:
    """The model, read from its file."""
    return mk.read_model(files(__name__))


def toy_clearhead() -> mk.Crosswalk:
    """The crosswalk, read from its file."""
    return mk.read_crosswalk(files(__name__) / "toy--clearhead.toml")


class Best(mk.Scorer):
    """The join of the children: on a chain, the highest of them."""

    id = "best"
    ordinal = True

    def bind(
        self, parent: mk.Dimension, children: Sequence[mk.Dimension], weights: Sequence[int]
    ) -> mk.types.Rule:
        """The rule for those of the children that take part."""
        assert parent.scale is not None
        return parent.scale.join
