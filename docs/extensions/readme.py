"""The picture of the README: ``python docs/extensions/readme.py`` writes it to docs/picture.svg."""

from __future__ import annotations

from pathlib import Path

import maturitykit as mk
from maturitykit import figures
from maturitykit.figures.svg import css, variables
from maturitykit.files.text import write_text

ROOT = Path(__file__).parents[2]


def picture() -> str:
    """The profile of an example, which brings its colours for the light and the dark along."""
    result = mk.score("clearhead", mk.read(ROOT / "examples" / "clearhead.csv"))
    head, title, rest = figures.profile(result).partition("<title>")
    dark = f"@media (prefers-color-scheme:dark){{svg{{{variables(True)}}}}}"
    return f"{head}<style>svg{{{variables(False)}}}{dark}{css()}</style>{title}{rest}\n"


if __name__ == "__main__":
    write_text(ROOT / "docs" / "picture.svg", picture())
