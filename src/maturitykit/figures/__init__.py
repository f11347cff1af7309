"""Figures of results as SVG text, without any plotting library.

Each takes a width in pixels, so that it can be drawn for a page or for a telephone, and a language for
its titles and legends; texts of models are in the language of the model. Shape and position carry the
meaning, and colour only repeats it.
"""

from maturitykit.figures.flow import flow
from maturitykit.figures.heatmap import heatmap
from maturitykit.figures.ladder import ladder
from maturitykit.figures.movement import movement
from maturitykit.figures.profile import profile
from maturitykit.figures.quadrant import quadrant
from maturitykit.figures.radar import radar

#: Natural width of a figure in pixels, and its width on a telephone.
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
