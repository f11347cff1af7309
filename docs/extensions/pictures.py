"""Pictures made from the examples by the build: ``{drawing}`` of a result, ``{screenshot}`` of a page."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

import maturitykit as mk
from maturitykit import figures
from maturitykit.figures.svg import css

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
log = logging.getLogger(__name__)


class Figure(SphinxDirective):
    """``{drawing} profile examples/clearhead.csv``: a figure of a result, for a page and for a telephone."""

    required_arguments = 2
    option_spec = {"to": directives.unchanged, "since": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """The nodes in its place."""
        name, file = self.arguments
        result = score(file)
        shown: mk.Result | mk.Comparison = result
        if "to" in self.options:
            shown = mk.translate(result, self.options["to"])
        if "since" in self.options:
            shown = mk.compare(score(self.options["since"]), result)
        draw = getattr(figures, name)
        sizes = (("wide", figures.WIDE), ("narrow", figures.NARROW))
        drawn = "".join(f'<div class="{kind}">{draw(shown, width)}</div>' for kind, width in sizes)
        return [nodes.raw("", f"<figure>{drawn}</figure>", format="html")]


def score(file: str) -> mk.Result:
    """The result of an example."""
    assessment = mk.read(ROOT / file)
    assert isinstance(assessment.model, str)
    return mk.score(assessment.model, assessment)


class Screenshot(SphinxDirective):
    """``{screenshot} form clearhead``: what a command of maturitykit writes as a page, as Chromium shows it.

    Without Chromium a sentence stands in its place.
    """

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"alt": directives.unchanged_required, "height": directives.nonnegative_int}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """The nodes in its place."""
        if CHROMIUM is None:
            log.info("no Chromium here: a screenshot is left out")
            text = "Here is a picture where these pages are built with Chromium."
            return [nodes.paragraph("", "", nodes.emphasis("", text))]
        words = self.arguments[0]
        name = "".join(letter if letter.isalnum() else "-" for letter in words) + ".png"
        folder = Path(self.env.srcdir) / "pictures"
        folder.mkdir(exist_ok=True)
        take(shlex.split(words), folder / name, self.options.get("height", 900))
        return [nodes.image(uri=f"/pictures/{name}", alt=self.options["alt"], classes=["screenshot"])]


def take(command: list[str], picture: Path, height: int) -> None:
    """Have a command write a page, and a browser show it."""
    assert CHROMIUM is not None
    with TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        subprocess.run([sys.executable, "-m", "maturitykit", *command, "-o", page], cwd=ROOT, check=True)
        subprocess.run(
            [
                CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                f"--user-data-dir={folder}/profile", f"--window-size=1000,{height}", "--virtual-time-budget=2000",
                f"--screenshot={picture}", page.as_uri(),
            ],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip


def colour(app: Sphinx, page: str, template: str, context: dict[str, str], tree: object) -> None:
    """Let figures take the colours of the page, in the light and in the dark."""
    context["metatags"] = context.get("metatags", "") + f"<style>{css()}</style>"


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the directives known."""
    app.add_directive("drawing", Figure)
    app.add_directive("screenshot", Screenshot)
    app.connect("html-page-context", colour)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
