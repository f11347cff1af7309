"""Crosswalks between five maturity models for data-driven marketing, for maturitykit."""

from functools import partial
from importlib.resources import files

import maturitykit


def _read(id: str) -> maturitykit.Crosswalk:
    """A crosswalk, read from ``<id>.toml`` and its translations."""
    return maturitykit.read_crosswalk(files(__name__) / f"{id}.toml")


clearhead_four_stage = partial(_read, "clearhead--four-stage")
clearhead_bluevenn = partial(_read, "clearhead--bluevenn")
clearhead_cmotions_4d = partial(_read, "clearhead--cmotions-4d")
clearhead_data_driven_quadrant = partial(_read, "clearhead--data-driven-quadrant")
four_stage_bluevenn = partial(_read, "four-stage--bluevenn")
four_stage_cmotions_4d = partial(_read, "four-stage--cmotions-4d")
four_stage_data_driven_quadrant = partial(_read, "four-stage--data-driven-quadrant")
bluevenn_cmotions_4d = partial(_read, "bluevenn--cmotions-4d")
bluevenn_data_driven_quadrant = partial(_read, "bluevenn--data-driven-quadrant")
cmotions_4d_data_driven_quadrant = partial(_read, "cmotions-4d--data-driven-quadrant")
