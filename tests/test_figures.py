"""Figures: well-formed whatever the texts are, the same numbers as the result, readable by anybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

import hostile
import maturitykit as mk
from maturitykit import figures
from maturitykit.figures import NARROW, WIDE
from maturitykit.figures.svg import PALETTE, STYLES, css, width_of, wrapped
from maturitykit.report.brand import contrast
from toys import MODELS, example, flat, numbered

SVG = "{http://www.w3.org/2000/svg}"
OF_RESULTS = (figures.profile, figures.heatmap, figures.ladder, figures.quadrant, figures.radar)
PLAIN = ["plain"]


@pytest.fixture(autouse=True)
def _in_root(monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> None:
    monkeypatch.chdir(pytestconfig.rootpath)


def drawn(draw: Callable[..., str], of: object, width: float = WIDE) -> ElementTree.Element:
    return ElementTree.fromstring(draw(of, width))


def of_class(root: ElementTree.Element, style: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if element.get("class") == f"mk-{style}"]


def all_of(result: mk.Result) -> Iterator[str]:
    for width in (WIDE, NARROW):
        for draw in OF_RESULTS:
            yield draw(result, width)


# ---- well-formed


@given(hostile.TEXTS, hostile.TEXTS)
@settings(max_examples=15)
def test_no_text_gets_out_of_its_element(one: str, other: str) -> None:
    texts = [one, other]
    result = hostile.result(texts)
    translated = hostile.translation(result, texts)
    moved = hostile.comparison(result)
    both = (WIDE, NARROW)
    drawings = [*all_of(result), *all_of(translated), *(figures.flow(translated, w) for w in both)]
    drawings += [figures.movement(moved, width) for width in both]
    for text in filter(None, drawings):
        root = ElementTree.fromstring(text)
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= {"svg", "title", "desc", "rect", "line", "circle", "path", "text"}
        assert {key for element in root.iter() for key in element.attrib} <= ATTRIBUTES


ATTRIBUTES = {
    *("class", "role", "width", "height", "viewBox", "font-family", "font-size", "font-weight", "text-anchor"),
    *("x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "d", "fill", "stroke", "stroke-width"),
    *("stroke-dasharray", "stroke-opacity", "fill-opacity"),
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_figures_are_told_in_words_and_keep_within_their_width(model: str, language: str) -> None:
    result = example(model, language)
    drawings = list(filter(None, all_of(result)))
    assert len(drawings) >= 4
    assert drawings == list(filter(None, all_of(example(model, language))))
    for text in drawings:
        root = ElementTree.fromstring(text)
        assert root.get("role") == "img"
        assert root[0].tag == f"{SVG}title"
        assert root[0].text
        width, height = float(root.get("width", 0)), float(root.get("height", 0))
        for element in root.iter(f"{SVG}text"):
            within(element, width, height)


def within(element: ElementTree.Element, width: float, height: float) -> None:
    """A text keeps on the page, as wide as it can be."""
    text, size = element.text or "", float(element.get("font-size", 13))
    room, x, y = width_of(text, size), float(element.get("x", 0)), float(element.get("y", 0))
    start = {"start": x, "middle": x - room / 2, "end": x - room}[element.get("text-anchor", "start")]
    assert start >= -1, text
    assert start + room <= width + 1, text
    assert 0 < y <= height, text


@pytest.mark.parametrize("model", MODELS)
def test_lines_of_text_do_not_overlap(model: str) -> None:
    for draw in OF_RESULTS:
        for width in (WIDE, NARROW):
            text = draw(example(model, "nl"), width)
            boxes = [box(e) for e in ElementTree.fromstring(text).iter(f"{SVG}text")] if text else []
            for i, a in enumerate(boxes):
                for b in boxes[:i]:
                    assert not overlap(a, b), (draw.__name__, width, a, b)


Box = tuple[float, float, float, float, str]


def box(element: ElementTree.Element) -> Box:
    # Nine tenths of the height: lines stand close.
    text, size = element.text or "", float(element.get("font-size", 13))
    # What is measured is wider than what is drawn.
    room, x, y = width_of(text, size) * 0.85, float(element.get("x", 0)), float(element.get("y", 0))
    start = {"start": x, "middle": x - room / 2, "end": x - room}[element.get("text-anchor", "start")]
    return start, y - size * 0.75, start + room, y + size * 0.15, text


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_no_name_of_the_frameworks_is_cut(language: str) -> None:
    results = {id: example(id, language) for id in MODELS}
    for id, result in results.items():
        others = [mk.model(other).in_language(language) for other in MODELS if other != id]
        translations = [mk.translate(result, other) for other in others]
        drawings = [text for shown in (result, *translations) for text in all_of(shown)]
        drawings += [figures.flow(translation, width) for translation in translations for width in (WIDE, NARROW)]
        assert [text for drawing in drawings for text in re.findall(r">([^<]*…)</text>", drawing)] == []


def places(model: mk.Model) -> Iterator[mk.Result]:
    """A result for each place of a quadrant, and one of which nothing is known."""
    across, up = (model.by_id[gate.dimension] for gate in (model.gates[0], model.gates[1]))
    for low, high in [(0, 0), (0, 3), (3, 3), (3, 0), (1, 1), (2, 2)]:
        stages = {leaf.id: leaf.scale.ids[low] for leaf in across.children if leaf.scale}
        stages |= {leaf.id: leaf.scale.ids[high] for leaf in up.children if leaf.scale}
        yield mk.score(model, stages)
    yield mk.score(model, {})
    yield mk.translate(example("clearhead"), model)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_nothing_cuts_through_the_names_in_a_quadrant(width: float) -> None:
    model = mk.model("data-driven-quadrant")
    for result in places(model):
        shapes = [e for e in drawn(figures.quadrant, result, width) if e.tag.startswith(SVG)]
        (edge,) = (i for i, e in enumerate(shapes) if e.tag == f"{SVG}path" and "fill-opacity" in e.attrib)
        names = [(i, e) for i, e in enumerate(shapes) if e.get("font-size") == "11"]
        assert len(names) >= 4
        for i, name in names:
            start, top, end, bottom, _ = box(name)
            behind = [e for e in shapes[edge:i] if e.tag == f"{SVG}rect"][-1]
            x, y, w, h = (float(behind.get(key, 0)) for key in ("x", "y", "width", "height"))
            assert x <= start
            assert end <= x + w
            assert y <= top
            assert bottom <= y + h
        for dot in (e for e in shapes[edge:] if e.tag == f"{SVG}circle" and e.get("r") == "8"):
            x, y = float(dot.get("cx", 0)), float(dot.get("cy", 0))
            assert not [e.text for _, e in names if overlap(box(e), (x - 8, y - 8, x + 8, y + 8, ""))]


# ---- the numbers


def test_a_profile_shows_each_span_where_it_is() -> None:
    result = example("clearhead")
    root = drawn(figures.profile, result)
    places = sorted(
        {float(line.get("x1", 0)) for line in of_class(root, "line") if line.get("x1") == line.get("x2")}
    )
    assert len(places) == 5
    shown = [score for id in ("outcome", *[d.id for d, _ in _below(result)]) if (score := result[id]).position]
    dots = [float(dot.get("cx", 0)) for dot in of_class(root, "dot")]
    expected = [places[int(s.position.likely)] for s in shown if s.position and s.position.likely is not None]
    assert dots[: len(expected)] == pytest.approx(expected, abs=0.1)
    spans = [(float(e.get("x", 0)), float(e.get("width", 0))) for e in of_class(root, "span") if e.get("y")]
    wide = [
        s.position
        for s in shown
        if s.position and s.position.likely is not None and s.position.low < s.position.high
    ]
    assert [(x, x + w) for x, w in spans[: len(wide)]] == [
        pytest.approx((places[int(p.low)], places[int(p.high)]), abs=0.2) for p in wide
    ]
    # Of what is open the whole scale is outlined, and there is no dot. One more is in the legend.
    assert len(of_class(root, "open-span")) == 2


def _below(result: mk.Result) -> list[tuple[mk.Dimension, int]]:
    from maturitykit.scoring.summary import with_depths

    return list(with_depths(result.model))


def test_derived_never_looks_like_measured() -> None:
    translated = mk.translate(example("clearhead"), "four-stage")
    for draw in (figures.profile, figures.radar):
        root = drawn(draw, translated)
        assert of_class(root, "derived-dot")
        assert not of_class(root, "dot")
    ladder = drawn(figures.ladder, mk.translate(example("clearhead"), "bluevenn"))
    assert not of_class(ladder, "dot")
    assert "derived" in (ladder[0].text or "")
    assert "derived" in (drawn(figures.profile, translated)[0].text or "")
    for style in ("dot", "span"):
        measured, derived = STYLES[style], STYLES[f"derived-{style}"]
        # Hollow and dashed, whatever the colours are.
        assert derived["fill"] == "ground" != measured["fill"]
    assert "stroke-dasharray" in STYLES["derived-span"]


def test_a_heatmap_shows_every_answer_as_it_was_given() -> None:
    result = example("clearhead")
    root = drawn(figures.heatmap, result)
    cells = [e.text for e in root.iter(f"{SVG}text") if re.fullmatch(r"[1-5](–[1-5])?|\?|n/a|–", e.text or "")]
    signs: dict[object, str] = {"unknown": "?", "not_applicable": "n/a", "": "–", None: "–"}
    expected = []
    for leaf in result.leaves:
        assert leaf.dimension.scale is not None
        number = {stage: str(i) for i, stage in enumerate(leaf.dimension.scale.ids, start=1)}
        for rating in leaf.inputs:
            assert isinstance(rating, mk.Rating)
            ids = str(rating.answer).split("..")
            expected.append(signs.get(rating.answer) or "–".join(number[id] for id in ids))
    assert sorted(filter(None, cells[: len(expected)])) == sorted(expected)


def many(count: int) -> mk.Result:
    model = flat("m", "ab", "median", scale=numbered("s", 3))
    ratings = [mk.Rating("a", f"s{i % 3}", f"p{i}") for i in range(count)]
    return mk.score(model, mk.Assessment("m", [*ratings, mk.Rating("b", "unknown", "p0")]))


def test_of_many_respondents_a_heatmap_counts_the_answers() -> None:
    few, lots = figures.heatmap(many(12)), figures.heatmap(many(600))
    assert len(lots) < len(few)
    assert lots.count(">200<") == 3


def test_a_ladder_tells_what_is_required_and_whether_it_is_there() -> None:
    result = example("bluevenn")
    text = figures.ladder(result)
    assert text.count(": met (") == 4
    assert text.count(": not met (") == 3
    assert figures.ladder(example("clearhead")) == figures.ladder(example("cmotions-4d")) == ""


def test_a_quadrant_covers_every_place_where_it_can_be() -> None:
    model = mk.model("data-driven-quadrant")
    whole = mk.score(model, {})
    root = drawn(figures.quadrant, whole)
    assert of_class(root, "open-span")
    assert not of_class(root, "dot")
    # The region of nothing known is the whole square.
    numbers = [float(n) for n in re.findall(r"[\d.]+", of_class(root, "open-span")[0].get("d", ""))]
    assert numbers[:5] == pytest.approx([43, 11, 477, 445, 43], abs=1)
    lowest = mk.score(model, {leaf.id: "not" for leaf in model.leaves})
    dot = of_class(drawn(figures.quadrant, lowest), "dot")[0]
    assert float(dot.get("cx", 0)) < 150
    assert float(dot.get("cy", 0)) > 350
    assert figures.quadrant(example("four-stage")) == ""


def test_a_flow_has_a_band_for_each_link_and_marks_what_none_reaches() -> None:
    translated = mk.translate(example("bluevenn"), "four-stage")
    links = [use for id in translated for use in translated[id].links]
    root = drawn(figures.flow, translated)
    bands = [e for e in of_class(root, "part-flow") if e.find(f"{SVG}title") is not None]
    assert len(bands) == len(links)
    widths = sorted(float(band.get("stroke-width", 0)) for band in bands)
    assert widths == pytest.approx(sorted(1 + 11 * float(use.link.strength) for use in links), abs=0.06)
    # One more is in the legend.
    assert len(of_class(root, "before-dot")) == len(translated.not_inferable) + 1


def test_movement_points_from_before_to_after() -> None:
    moved = mk.compare(example("clearhead", file="clearhead-2025"), example("clearhead"))
    root = drawn(figures.movement, moved)
    assert len(of_class(root, "arrow")) == sum(m.direction == "up" for m in moved.values())


def test_a_radar_is_not_drawn_where_it_would_mislead() -> None:
    assert figures.radar(example("cmotions-4d")) == ""
    assert "means nothing" in figures.radar(example("clearhead"))


# ---- what they look like


def test_text_can_be_read_in_light_and_in_dark() -> None:
    for dark in (0, 1):
        for colour in ("ink", "quiet"):
            for ground in ("ground", "band"):
                assert contrast(PALETTE[colour][dark], PALETTE[ground][dark]) >= 4.5
        for level in range(1, 6):
            text = "ground" if level in (4, 5) else "ink"
            assert contrast(PALETTE[text][dark], PALETTE[f"shade{level}"][dark]) >= 4.5, (level, dark)
        assert contrast(PALETTE["mark"][dark], PALETTE["ground"][dark]) >= 3


def test_shades_get_darker_step_by_step_also_in_grey() -> None:
    for dark in (0, 1):
        away = [contrast(PALETTE[f"shade{i}"][dark], PALETTE["ground"][dark]) for i in range(1, 6)]
        assert away == sorted(away)


def test_every_style_has_its_rule() -> None:
    assert all(f".mk-{style}{{" in css() for style in STYLES)


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", []), ("a b", ["a b"]), ("a " * 40, ["a a a a a", "a a a a…"]), ("x" * 99, ["xxxxxx", "xxxxx…"])],
)
def test_text_is_wrapped_and_cut(text: str, lines: Sequence[str]) -> None:
    found = wrapped(text, 60)
    assert len(found) == len(lines)
    assert all(width_of(line) <= 60 for line in found)
    assert bool(found and found[-1].endswith("…")) == bool(lines and lines[-1].endswith("…"))
