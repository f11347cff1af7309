"""The form in a real browser: filled in by mouse and keyboard, saved, collected and scored."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import maturitykit as mk
from hostile import FORMULAS, PLAIN
from maturitykit.files.separated import safe, separated
from maturitykit.scoring.scores import describe_span
from toys import GRADE, LOW_HIGH, Run, chain, flat

api = pytest.importorskip("playwright.sync_api", reason="the forms are tried with playwright: group people")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is in the group people")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium: apt-get install chromium")

QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run")  # fmt: skip
MODELS = sorted(mk.models)
HOSTILE = '=1+1;"x",\n-2\t\'@é😀 </script><b>'
Page = Any


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def open_form(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Opens a form; what the page then complains of, or fetches, fails the test."""
    contexts, complaints = [], []

    def open_form(
        model: mk.Model, script: str = "", subject: str = "Acme", day: date | None = None, beside: Page = None,
        **settings: Any,
    ) -> Page:  # fmt: skip
        path = tmp_path / f"{model.id}-{model.language}-{subject}-{day}.html"
        mk.write_form(model, path, subject, day)
        context = (
            beside.context
            if beside
            else browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | settings))
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.asked = []
        page.on("dialog", lambda dialog: (page.asked.append(dialog.message), dialog.accept()))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.extend({request.url} - {path.as_uri()}))
        if script:
            page.add_init_script(script)
        page.goto(path.as_uri())
        return page

    yield open_form
    for context in contexts:
        context.close()
    assert complaints == []


def answers_of(model: mk.Model, seed: int) -> dict[str, str]:
    """What a made-up respondent says: stages, ranges, unknown, not applicable, a share, and blanks."""
    chance = random.Random(f"{model.id} {seed}")
    answers = {}
    for number, leaf in enumerate(model.leaves):
        assert leaf.scale is not None
        ids = leaf.scale.ids
        kind = number % 7 if number < 7 else chance.randrange(7)
        low = chance.randrange(len(ids) - 1)
        special = {
            1: "unknown",
            2: f"{ids[low]}..{ids[chance.randrange(low + 1, len(ids))]}",
            3: "0.4" if leaf.scale.has_bands else ids[-1],
            4: "not_applicable",
            5: "",
        }
        answers[leaf.id] = special.get(kind, chance.choice(ids))
    return answers


def question(page: Page, id: str) -> Any:
    return page.locator(f'.question[data-id="{id}"]')


def fill_by_mouse(page: Page, answers: Mapping[str, str]) -> None:
    for id, answer in answers.items():
        box = question(page, id)
        low, _, high = answer.partition("..")
        if answer == "0.4":
            box.locator(".number").fill("40")
            box.locator(".number").blur()
        elif answer:
            box.locator(f'label:has(input[value="{low}"])').click()
        else:
            # Chosen, and then thought better of.
            box.locator("input[type=radio]").first.click()
            box.locator(".clear").click()
        if high:
            box.locator(".up-to").select_option(high)


def fill_by_keyboard(page: Page, answers: Mapping[str, str]) -> None:
    """With tab, arrows, space and typing alone, from the top of the page down."""
    asked = page.evaluate(ASKED, PLACES)
    page.evaluate(WATCH, PLACES)
    for id, answer in answers.items():
        values, places = asked[id]
        low, _, high = answer.partition("..")
        page.keyboard.press("Tab")
        if answer == "0.4":
            low = ""
        if low:
            if low == values[0]:
                page.keyboard.press("Space")
            for _ in range(values.index(low)):
                page.keyboard.press("ArrowDown")
        # Chosen or not, the answers are one stop; then "clear", the range, the share and the texts.
        for place in places:
            page.keyboard.press("Tab")
            # Not by typing the name: a busy machine pauses between two letters, and then a new word begins.
            if place == "up-to" and high:
                for _ in range(page.evaluate(CHOICES).index(high)):
                    page.keyboard.press("ArrowDown")
            if place == "number" and answer == "0.4":
                page.keyboard.type("40")
    assert page.evaluate("stops") == [place for id in answers for place in asked[id][1]]


#: The places of a question after its answers, in the order in which the key tab goes through them.
PLACES = ["clear", "up-to", "number", "comment", "evidence"]
#: Keeps where the focus goes, so that the page need not be asked after each key.
WATCH = """(places) => {
  window.stops = [];
  document.addEventListener("focusin", ({ target }) => {
    if (places.includes(target.className)) stops.push(target.className);
  });
}"""
#: What the list at hand offers, in the order in which the key down goes through it.
CHOICES = "[...document.activeElement.options].filter((each) => !each.disabled).map((each) => each.value)"
#: For each question: the values of its answers, and its places.
ASKED = """(places) => Object.fromEntries([...document.querySelectorAll(".question")].map((box) => [
  box.dataset.id,
  [
    [...box.querySelectorAll("input[type=radio]")].map((radio) => radio.value),
    places.filter((place) => box.querySelector("." + place)),
  ],
]))"""


def save(page: Page, folder: Path, button: str = "save") -> Path:
    with page.expect_download() as download:
        page.locator(f"#{button}").click()
    path: Path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def violations(page: Page) -> list[tuple[str, str]]:
    """What axe finds, as rule and element."""
    found = axe.Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in found]


CUT = """[...document.querySelectorAll("body *")].filter((element) =>
  !["inline", "none"].includes(getComputedStyle(element).display) && element.scrollWidth > element.clientWidth + 1
  && !["SELECT", "INPUT", "TEXTAREA"].includes(element.tagName))
  .map((element) => element.outerHTML.slice(0, 200))"""


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("id", MODELS)
def test_what_respondents_fill_in_is_what_is_scored(
    id: str, language: str, browser: Any, open_form: Callable[..., Page], run: Run, tmp_path: Path
) -> None:
    model = mk.model(id).in_language(language)
    saved, direct = tmp_path / "saved", []
    # The script is one for all languages: another has one person by mouse, and one by keyboard.
    names = ["Ann", "Bo", "Cé", "Dirk-Jan", "Eve"] if language == "en" else ["Ann", "Bo"]
    for number, name in enumerate(names):
        page = open_form(model, color_scheme="dark" if number % 2 or language == "nl" else "light")
        answers = answers_of(model, number)
        page.locator("#respondent").fill(name)
        if number % 2:
            page.locator("#date").focus()
            # A date has a field for each of its parts, and one for its calendar.
            for _ in range(3):
                page.keyboard.press("Tab")
            fill_by_keyboard(page, answers)
        else:
            fill_by_mouse(page, answers)
        question(page, model.leaves[0].id).locator(".comment").fill(HOSTILE)
        done = sum(answer != "" for answer in answers.values())
        assert str(done) in page.locator("#done").inner_text()
        if number == 0 or (number == 1 and language == "en"):
            # In light and dark, and with the longer words.
            assert violations(page) == []
            page.set_viewport_size({"width": 390, "height": 844})
            assert page.evaluate(CUT) == []
        save(page, saved)
        direct += [
            mk.Rating(d, answer, name, HOSTILE if d == model.leaves[0].id else "") for d, answer in answers.items()
        ]
    collected = mk.collect(saved)
    assert collected.notes == []
    (assessment,) = collected.assessments
    wanted = mk.Assessment(id, direct, "Acme", None, model.version, model.digest)
    assert sorted(assessment.ratings, key=repr) == sorted(wanted.ratings, key=repr)
    result = mk.score(model, wanted)
    scored = json.loads(run("score", str(saved), "--json", "--language", language).stdout)
    assert scored == json.loads(json.dumps(result.to_dict()))
    others = [other for other in MODELS if other != id]
    for other in others:
        carried = json.loads(run("crosswalk", str(saved), "--to", other, "--json").stdout)
        assert carried["outcome"] == json.loads(json.dumps(mk.translate(result, other).to_dict()))["outcome"]
    options = [option for other in others for option in ("--to", other)]
    report = tmp_path / "report.html"
    assert run("report", str(saved), *options, "--language", language, "-o", str(report)).returncode == 0
    page = browser.new_page()
    page.goto(report.as_uri())
    # Every number has its derivation, a click away.
    derived = page.evaluate("[...document.querySelectorAll('details')].map(d => d.textContent).join('\\n')")
    spans = [describe_span(score.stage) for score in result.values() if score.stage]
    assert [span for span in spans if language == "en" and span not in derived] == []
    page.close()


def test_cells_that_a_spreadsheet_would_run_are_written_as_in_python(
    open_form: Callable[..., Page], tmp_path: Path
) -> None:
    """Its script has the rule from Python, and applies it to every character as Python does."""
    cells = [*FORMULAS, *PLAIN, *(chr(code) + "=" for code in range(0x3100))]
    model = flat("toy", [f"d{number}" for number in range(len(FORMULAS + PLAIN))], scale=GRADE)
    page = open_form(model, subject="")
    pattern = "JSON.parse(document.getElementById('spec').textContent).formula"
    run_by_it = page.evaluate(f"(cells) => cells.map((cell) => new RegExp({pattern}).test(cell))", cells)
    assert run_by_it == [safe(cell) != cell for cell in cells]
    ratings = [mk.Rating(leaf.id, "good", "Ann", cell) for leaf, cell in zip(model.leaves, cells, strict=False)]
    given = mk.Assessment("toy", ratings, "Acme", date(2026, 5, 31), model.version, model.digest)
    mk.write(given, tmp_path / "given.json")
    page.locator("#file").set_input_files(tmp_path / "given.json")
    page.locator("#status").filter(has_text="given.json").wait_for()
    table = save(page, tmp_path, "save-csv")
    written = [cells[-2] for _, cells in separated(table.read_bytes().decode())][1:]
    assert written == list(map(safe, cells[: len(model.leaves)]))
    assert mk.read(table) == given
    page.locator("#file").set_input_files(table)
    page.locator("#status").filter(has_text=table.name).wait_for()
    assert mk.read(save(page, tmp_path / "again")) == given


def test_it_resumes_from_its_draft_and_from_a_saved_file(open_form: Callable[..., Page], tmp_path: Path) -> None:
    model = mk.model(MODELS[-1])
    answers = answers_of(model, 3)
    page = open_form(model)
    fill_by_mouse(page, answers)
    page.locator("#respondent").fill("Ann")
    page.locator("#date").fill("2026-05-31")
    question(page, model.leaves[1].id).locator(".evidence").fill(HOSTILE)
    document, table = save(page, tmp_path), save(page, tmp_path, "save-csv")
    assert mk.read(document) == mk.read(table)
    assert mk.read(document).ratings[1].evidence == HOSTILE
    page.reload()
    # It is offered, and put back when that is wanted.
    assert page.locator("#respondent").input_value() == ""
    done = sum(answer != "" for answer in answers.values())
    assert page.locator("#offered").inner_text().startswith(f"You answered {done} of {len(answers)} questions")
    assert violations(page) == []
    page.locator("#continue").click()
    assert save(page, tmp_path / "again").read_bytes() == document.read_bytes()
    assert not page.locator("#offer").is_visible()
    for file in (document, table):
        other = open_form(model)
        other.locator("#file").set_input_files(file)
        # What waits by evaluating a text is not for a page that allows none.
        api.expect(other.locator("#respondent")).to_have_value("Ann")
        assert save(other, tmp_path / "opened").read_bytes() == document.read_bytes()


def test_it_opens_no_file_of_another_form_and_none_in_part(open_form: Callable[..., Page], tmp_path: Path) -> None:
    model, other = mk.model(MODELS[0]), mk.model(MODELS[1])
    page = open_form(other)
    strange = save(page, tmp_path)
    page = open_form(model)
    fill_by_mouse(page, answers_of(model, 0))
    before = save(page, tmp_path)
    bad = {
        "half.json": before.read_text(encoding="utf-8")[:200],
        "stage.json": before.read_text(encoding="utf-8").replace('"rating": "', '"rating": "x', 1),
        "old.json": before.read_text(encoding="utf-8").replace(model.digest, "0" * 12),
        "list.json": "[]",
        "empty.csv": "",
    }
    files = [strange, *(tmp_path / name for name in bad)]
    for name, text in bad.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for file in files:
        page.locator("#file").set_input_files(file)
        api.expect(page.locator("#status")).to_contain_text(file.name)
        assert "was not opened" in page.locator("#status").inner_text()
    assert save(page, tmp_path / "after").read_bytes() == before.read_bytes()


def test_two_forms_in_one_browser_keep_their_answers_apart(open_form: Callable[..., Page], tmp_path: Path) -> None:
    model = mk.model(MODELS[0])
    first, day = model.leaves[0].id, date(2026, 3, 1)
    page = open_form(model, day=day)
    question(page, first).locator("input[type=radio]").first.click()
    page.locator("#respondent").fill("Ann")
    saved = mk.read(save(page, tmp_path))
    for about in ({"subject": "Beta", "day": day}, {"subject": "Acme", "day": date(2027, 3, 1)}):
        other = open_form(model, **about, beside=page)
        assert not other.locator("#offer").is_visible()
        told = mk.read(save(other, tmp_path))
        assert (told.subject, told.date) == (about["subject"], about["day"])
        assert {rating.answer for rating in told.ratings} == {""}
        # A saved file brings its answers, and not what it is about.
        other.locator("#file").set_input_files(next(tmp_path.glob("*-ann-*.json")))
        api.expect(other.locator("#respondent")).to_have_value("Ann")
        assert "This form stays about" in other.locator("#status").inner_text()
        told = mk.read(save(other, tmp_path / "again"))
        assert (told.subject, told.date) == (about["subject"], about["day"])
        assert told.ratings == saved.ratings
    # The first one is as it was, whatever was written beside it.
    again = open_form(model, day=day, beside=page)
    assert again.locator("#offered").inner_text().startswith(f"You answered 1 of {len(model.leaves)} ")
    again.locator("#continue").click()
    assert mk.read(save(again, tmp_path / "again")) == saved


def test_a_draft_gives_way_to_what_was_written_since_and_can_be_declined(
    open_form: Callable[..., Page], tmp_path: Path
) -> None:
    model = mk.model(MODELS[0])
    one, two = (leaf.id for leaf in model.leaves[:2])
    page = open_form(model)
    for id in (one, two):
        question(page, id).locator("input[type=radio]").first.click()
    page.reload()
    question(page, one).locator(".others input").first.click()
    page.locator("#respondent").fill("Bo")
    # While it is offered it stays as it is.
    page.reload()
    assert page.locator("#offered").inner_text().startswith("You answered 2 of")
    question(page, one).locator(".others input").first.click()
    page.locator("#respondent").fill("Bo")
    page.locator("#continue").click()
    told = {rating.dimension: rating.answer for rating in mk.read(save(page, tmp_path)).ratings}
    assert (told[one], told[two]) == ("unknown", answer_of_first(model, two))
    page.reload()
    page.locator("#afresh").click()
    assert {rating.answer for rating in mk.read(save(page, tmp_path / "blank")).ratings} == {""}


def answer_of_first(model: mk.Model, id: str) -> str:
    scale = model.by_id[id].scale
    assert scale is not None
    return scale.ids[0]


def test_saving_with_blanks_asks_once_and_names_them(open_form: Callable[..., Page], tmp_path: Path) -> None:
    plans = [mk.Dimension(f"{id}-plan", "Plan it", scale=LOW_HIGH) for id in "ab"]
    parts = [
        mk.Dimension(id, id.upper(), scale=LOW_HIGH, children=[plan]) for id, plan in zip("ab", plans, strict=True)
    ]
    page = open_form(model := flat("toy", parts, "median", scale=LOW_HIGH))
    first = save(page, tmp_path)
    asked = "Not filled in: Your name or role, Date, A: Plan it, B: Plan it. Save the file all the same?"
    assert page.asked == [asked]
    assert save(page, tmp_path / "again").name == first.name
    assert page.asked == [asked]
    page.locator("#respondent").fill("Ann de Vries")
    page.locator("#date").fill("2026-05-31")
    for id in ("a-plan", "b-plan"):
        question(page, id).locator("input[type=radio]").first.click()
    assert save(page, tmp_path).name.startswith("toy-acme-ann-de-vries-2026-05-31-")
    assert len(page.asked) == 1
    # Another person's file has another name, even where both are called the same.
    other = open_form(model)
    assert save(other, tmp_path).name != first.name


def test_it_works_where_nothing_can_be_kept(open_form: Callable[..., Page], tmp_path: Path) -> None:
    forbid = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no'); } });"
    model = mk.model(MODELS[0])
    page = open_form(model, forbid)
    assert "keeps no draft" in page.locator("#status").inner_text()
    answers = answers_of(model, 1)
    fill_by_mouse(page, answers)
    saved = mk.read(save(page, tmp_path))
    assert {rating.dimension: rating.answer for rating in saved.ratings} == answers


def test_a_share_that_is_none_is_not_taken(open_form: Callable[..., Page], tmp_path: Path) -> None:
    scale = chain("goal", "no", "half", "yes", bands=(0.25, 0.75))
    hostile = mk.Dimension("a", name="<b>&\"' " + "lang" * 60, question="<script>alert(1)</script>", scale=scale)
    model = mk.Model("toy", "1", "</title><script>alert(2)</script>", [hostile], ["profile"])
    page = open_form(model)
    share = question(page, "a").locator(".number")
    share.fill("140")
    share.blur()
    assert share.get_attribute("aria-invalid") == "true"
    assert mk.read(save(page, tmp_path)).ratings[0].answer == ""
    share.fill("12,5 %")
    share.blur()
    assert question(page, "a").locator("input:checked").get_attribute("value") == "no"
    assert mk.read(save(page, tmp_path)).ratings[0].answer == "0.125"
    # So little above a cut point is at it.
    share.fill("75.00000000000001")
    share.blur()
    assert question(page, "a").locator("input:checked").get_attribute("value") == "half"
    assert page.locator("script").count() == 2
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(CUT) == []


def test_a_number_is_typed_in_its_unit_and_read_back(open_form: Callable[..., Page], tmp_path: Path) -> None:
    stages = [
        mk.Stage("slow", value=60),
        mk.Stage("fair", value=14, at_most=30),
        mk.Stage("fast", value=1, at_most=7),
    ]
    scale = mk.Scale("lead-time", stages, unit="days", lowest=0, highest=365)
    model = flat("toy", [mk.Dimension("a", "A", question="How long?", scale=scale)], "weakest", scale=scale)
    page = open_form(model)
    number = question(page, "a").locator(".number")
    number.fill("400")
    number.blur()
    assert number.get_attribute("aria-invalid") == "true"
    assert page.locator("#status").inner_text() == "It is a number from 0 to 365."
    for typed, stage in (("31", "slow"), ("30 days", "fair"), ("7,5", "fair"), ("7", "fast"), ("0", "fast")):
        number.fill(typed)
        number.blur()
        assert question(page, "a").locator("input[type=radio]:checked").get_attribute("value") == stage
    number.fill("7,5 days")
    number.blur()
    assessment = mk.read(save(page, tmp_path))
    assert [rating.answer for rating in assessment.ratings] == ["7.5"]
    assert mk.score(model, assessment).span.likely == scale["fair"]
