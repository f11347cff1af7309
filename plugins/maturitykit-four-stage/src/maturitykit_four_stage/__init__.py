"""A four-stage maturity matrix for data-driven marketing, publisher unknown, as a model for maturitykit."""

from importlib.resources import files

import maturitykit


def model() -> maturitykit.Model:
    """The model, read from ``model.toml`` and its translations."""
    return maturitykit.read_model(files(__name__))
