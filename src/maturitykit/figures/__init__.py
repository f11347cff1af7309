"""Figures of results as SVG text, without any plotting library.

Each takes a width, so that it can be drawn for a page and for a telephone, and a language for
its own words; the texts of models are in the language of the model. Shape and place carry the
meaning, and colour only repeats it.
"""

from maturitykit.figures.flow import flow
from maturitykit.figures.heatmap import heatmap
from maturitykit.figures.ladder import ladder
from maturitykit.figures.movement import movement
from maturitykit.figures.profile import profile
from maturitykit.figures.quadrant import quadrant
from maturitykit.figures.radar import radar

#: The natural width of a figure, and that on a telephone.
WIDE, NARROW = 760, 350

__all__ = [
    "NARROW",
    "WIDE",
    "flow",
    "heatmap",
    "ladder",
    "movement",
    "profile",
    "quadrant",
    "radar",
]
