"""How these pages become a site: ``python -m nox -s docs``."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

from maturitykit.figures.svg import FONT, PALETTE

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "extensions"))

project = "maturitykit"
author = "the maintainers of maturitykit"
copyright = author
release = version = installed("maturitykit")
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "commands",
    "gallery",
    "names",
    "pages",
    "pictures",
]
exclude_patterns = ["extensions", "static"]
needs_sphinx = "8.0"

# Pages are plain Markdown, and read well where they are not built too.
source_suffix = {".md": "markdown"}
myst_heading_anchors = 4

# A name in backticks is a link where it is a name of ours.
default_role = "py:obj"
nitpicky = True
nitpick_ignore_regex = [
    # What others document; no other site is asked while these pages are built.
    ("py:.*", r"(collections|datetime|fractions|hypothesis|importlib|os|pytest|typing)\..*"),
    ("py:class", "Date|Fraction"),
    # What stands for any type, and what only maturitykit itself makes.
    ("py:.*", r"(.*\.)?(T|Plan|Frame|Items)"),
]
autodoc_default_options = {"members": True}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False

html_theme = "furo"
html_title = "maturitykit"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False

#: The colours of the theme by those of figures and reports.
COLOURS = {
    "color-brand-primary": "mark",
    "color-brand-content": "mark",
    "color-brand-visited": "mark",
    "color-foreground-primary": "ink",
    "color-foreground-secondary": "quiet",
    "color-foreground-muted": "quiet",
    "color-foreground-border": "line",
    "color-api-name": "mark",
    "color-api-pre-name": "quiet",
    "color-background-primary": "ground",
    "color-background-secondary": "band",
    "color-background-border": "line",
}


def colours(dark: bool) -> dict[str, str]:
    """The palette of figures, by its own names and by those of the theme."""
    palette = {name: pair[dark] for name, pair in PALETTE.items()}
    return palette | {name: palette[ours] for name, ours in COLOURS.items()}


html_theme_options = {
    "light_css_variables": {**colours(False), "font-stack": FONT},
    "dark_css_variables": colours(True),
}
