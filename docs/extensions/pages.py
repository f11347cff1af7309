"""Plain Markdown as a site: links make the table of contents, and what is not on the site is named."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]

#: Pages whose links are the contents of the site, in their order; and how the links begin that are.
CONTENTS = {"index": "", "reference/api": "api/"}

_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s:#]+)(#[^)\s]*)?\)")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def read(app: Sphinx, page: str, source: list[str]) -> None:
    """Make a page ready: its links out of the site are texts, and its contents are found."""
    folder = (Path(app.srcdir) / page).parent

    def outside(match: re.Match[str]) -> str:
        target = Path(os.path.normpath(folder / match[2]))
        if target.is_relative_to(app.srcdir):
            return match[0]
        return f"{match[1]} (`{target.relative_to(ROOT).as_posix()}` in the repository)"

    source[0] = _LINK.sub(outside, source[0])
    if page in CONTENTS:
        source[0] += contents(source[0], CONTENTS[page])


def contents(text: str, start: str) -> str:
    """A table of contents for each section of a page that links to pages."""
    first, *sections = _HEADING.split(text)
    parts = [("", first), *zip(sections[::2], sections[1::2], strict=True)]
    told = ""
    for heading, section in parts:
        # Each page once, where it is named first.
        pages = dict.fromkeys(
            link for _, link, _ in _LINK.findall(section) if link.startswith(start) and link.endswith(".md")
        )
        new = [link for link in pages if f"\n{link}\n" not in told]
        if new:
            caption = f":caption: {heading}\n" if heading else ""
            told += f"\n```{{toctree}}\n:hidden:\n{caption}\n" + "\n".join(new) + "\n```\n"
    return told


def setup(app: Sphinx) -> dict[str, bool]:
    """Take part in the build."""
    app.connect("source-read", read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
