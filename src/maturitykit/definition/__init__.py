"""Parts of a model: scales, dimensions and scorers, and the checks that they fit together."""

from maturitykit.definition.dimension import Dimension, Gate, Guidance, Note
from maturitykit.definition.model import Label, Model, Reading, Source
from maturitykit.definition.scale import Scale, Stage
from maturitykit.definition.scorer import Rule, Scorer

__all__ = [
    "Dimension",
    "Gate",
    "Guidance",
    "Label",
    "Model",
    "Note",
    "Reading",
    "Rule",
    "Scale",
    "Scorer",
    "Source",
    "Stage",
]
