"""Reports in a real browser: readable by everybody, at every width, without a script or the network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import maturitykit as mk
from maturitykit import report
from toys import MODELS, example

sync_api = pytest.importorskip("playwright.sync_api", reason="drives the browser")
axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="checks accessibility")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here"),
    # Of the event loop of the driver, at its end.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A report on the example of each model, in Dutch, as its words are the longest."""
    folder, network = tmp_path_factory.mktemp("reports"), mk.Network(language="nl")
    made = {}
    for id in MODELS:
        result = example(id, "nl")
        to = mk.model("four-stage" if id != "four-stage" else "bluevenn").in_language("nl")
        document = report.build(result, translations=[mk.translate(result, to, network=network)], language="nl")
        made[id] = folder / f"{id}.html"
        made[id].write_bytes(report.render(document, ".html"))
    return made


@pytest.mark.parametrize(
    ("model", "width", "scheme"),
    [*((model, 390, "light") for model in MODELS), ("clearhead", 1280, "dark"), ("bluevenn", 390, "dark")],
)
def test_a_report_is_accessible_and_fits(browser, pages, model: str, width: int, scheme: str) -> None:  # type: ignore[no-untyped-def]
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    # What is behind a click counts too.
    page.goto(pages[model].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    # The policy of the page lets nothing in: the checker is brought by the driver.
    results = axe_playwright.Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    page.close()


def test_one_click_leads_from_a_number_to_its_derivation(browser, pages) -> None:  # type: ignore[no-untyped-def]
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.goto(pages["clearhead"].as_uri())
    derivation = page.locator("#why-clearhead-culture")
    assert not derivation.is_visible()
    page.get_by_role("link", name="culture", exact=True).first.click()
    assert derivation.is_visible()
    assert "UX lead: emerging" in derivation.inner_text()
    page.close()
