"""Crosswalks made from other crosswalks: reversed, or composed through a model in the middle."""

from maturitykit.comparison.links import compose, reverse

__all__ = ["compose", "reverse"]
