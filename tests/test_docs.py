"""The documentation is whole: every public name, every command, every link, and the picture as it is drawn now."""

from __future__ import annotations

import os
import re
import runpy
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

import maturitykit as mk
from api import MODULES, public_names
from maturitykit.cli import commands
from toys import ROOT

DOCS = ROOT / "docs"
NOT_OURS = {".git", ".nox", ".venv", "build", "node_modules"}


def pages() -> list[Path]:
    """Every page of the repository, whether it is on the site or not."""
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS)
        found += [Path(folder) / name for name in files if name.endswith(".md")]
    return sorted(found)


@cache
def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, as git hosts and the site make them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"src(?:set)?=\"([^\"]+)\"", text)
    assert [link for link in links if is_dead(page, link)] == []


def test_the_index_names_pages_as_they_name_themselves() -> None:
    listed = re.findall(r"\[([^]]+)\]\(([\w/-]+\.md)\)", Path("docs/index.md").read_text("utf-8"))
    # Those of frameworks have a table, by the ids of the models.
    pages = [(name, page) for name, page in listed if "frameworks/" not in page]
    assert len(pages) > 15
    headings = [Path("docs", page).read_text("utf-8").partition("# ")[2].partition("\n")[0] for _, page in pages]
    assert headings == [name for name, _ in pages]


def is_dead(page: Path, link: str) -> bool:
    """Whether a link to this repository leads nowhere; others are not tried."""
    if re.match(r"[a-z]+:", link):
        return False
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return not target.exists() or bool(anchor and anchor not in anchors(target))


def test_the_reference_has_every_public_name_and_no_other() -> None:
    told = "".join(page.read_text(encoding="utf-8") for page in (DOCS / "reference" / "api").glob("*.md"))
    documented = re.findall(r"^\.\. (?:auto\w+|data|py:type):: ([\w.]+)", told, flags=re.MULTILINE)
    # One module is documented as a whole.
    whole = "maturitykit.testing.strategies"
    names = [f"{module}.{name}" for module in MODULES if module != whole for name in public_names(module)]
    assert sorted(documented) == sorted([*names, whole])


def every_command(group: click.Group, *names: str) -> Iterator[tuple[str, ...]]:
    """The names of every command that does something."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from every_command(command, *names, name)
        else:
            yield (*names, name)


@pytest.mark.parametrize("command", [*every_command(commands)], ids=" ".join)
def test_every_command_has_its_options_and_an_example(command: tuple[str, ...]) -> None:
    text, name = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8"), " ".join(command)
    assert f"```{{command}} {name}\n```" in text
    assert re.search(rf"^\$ maturitykit {name}( |$)", text, flags=re.MULTILINE)


def test_the_gallery_numbers_no_stages_that_are_numbered_by_name() -> None:
    pytest.importorskip("sphinx", reason="the gallery is made by it")
    card = runpy.run_path(str(DOCS / "extensions" / "gallery.py"))["Card"]
    lists = {id: card(mk.model(id), "en").stages().partition(">")[0] for id in mk.models}
    assert lists == {
        "bluevenn": '<ol class="named"',
        "clearhead": "<ol",
        "cmotions-4d": "<p",
        "data-driven-quadrant": "<ol",
        "four-stage": '<ol class="named"',
    }
    assert ".card ol.named { list-style: none;" in (DOCS / "static" / "site.css").read_text(encoding="utf-8")


def test_the_picture_is_what_is_drawn_now() -> None:
    readme = runpy.run_path(str(DOCS / "extensions" / "readme.py"))
    shown = (DOCS / "picture.svg").read_text(encoding="utf-8")
    assert shown == readme["picture"](), "run python docs/extensions/readme.py"
