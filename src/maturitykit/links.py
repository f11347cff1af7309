"""Crosswalks made of crosswalks: read backwards, and joined over a model in the middle."""

from maturitykit.comparison.links import compose, reverse

__all__ = ["compose", "reverse"]
