"""Drawings as SVG text: escaped, measured without a font, and the same bytes every time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

#: Colours in light and in dark mode. Meaning never rests on colour alone.
PALETTE: Mapping[str, tuple[str, str]] = {
    "ink": ("#1b1f24", "#e8eaed"),
    "quiet": ("#59636e", "#a5adb8"),
    "line": ("#c6ccd3", "#49515b"),
    "ground": ("#ffffff", "#15181c"),
    "band": ("#f1f4f7", "#1f242a"),
    "mark": ("#0b5394", "#7db8f0"),
    "span": ("#a9cbe8", "#33597c"),
    "shade1": ("#edf3f8", "#20282f"),
    "shade2": ("#c3d9ec", "#2b4052"),
    "shade3": ("#8db8dc", "#3a6287"),
    "shade4": ("#3874a8", "#86b9e4"),
    "shade5": ("#0d4478", "#cfe5f8"),
}

#: SVG attributes of each style of shape; colours are names of the palette.
STYLES: Mapping[str, Mapping[str, str]] = {
    "text": {"fill": "ink"},
    "quiet": {"fill": "quiet"},
    "strong": {"fill": "ink", "font-weight": "bold"},
    "on-dark": {"fill": "ground"},
    "ground": {"fill": "ground"},
    "band": {"fill": "band"},
    "line": {"stroke": "line", "fill": "none"},
    "axis": {"stroke": "quiet", "fill": "none"},
    "dot": {"fill": "mark", "stroke": "ground"},
    "derived-dot": {"fill": "ground", "stroke": "mark", "stroke-width": "2.5"},
    "before-dot": {"fill": "ground", "stroke": "quiet", "stroke-width": "2"},
    "span": {"fill": "span", "stroke": "mark"},
    "derived-span": {"fill": "ground", "stroke": "mark", "stroke-dasharray": "4 3"},
    "before-span": {"fill": "none", "stroke": "quiet"},
    "open-span": {"fill": "none", "stroke": "quiet", "stroke-dasharray": "2 3"},
    "cap": {"stroke": "mark", "stroke-width": "2.5", "fill": "none"},
    "arrow": {"stroke": "mark", "stroke-width": "2", "fill": "none"},
    "target": {"fill": "none", "stroke": "ink", "stroke-width": "1.5"},
    "flow": {"stroke": "mark", "fill": "none", "stroke-opacity": "0.55"},
    "part-flow": {"stroke": "mark", "fill": "none", "stroke-opacity": "0.55", "stroke-dasharray": "7 3"},
    **{f"shade{i}": {"fill": f"shade{i}"} for i in range(1, 6)},
}

#: Shades on which text takes the colour of the background.
DARK_SHADES = (4, 5)

FONT = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif"
SIZE = 13
#: Most characters of a title or description: nobody listens to a longer one in a screen reader.
LONGEST = 2_000
#: Distance from one line of text to the next, in pixels at the normal size.
LEADING = 16

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def css() -> str:
    """Return CSS rules that colour drawings by variables of the page, so that they can be dark."""
    coloured = (
        (name, {key: f"var(--{value})" for key, value in style.items() if value in PALETTE})
        for name, style in STYLES.items()
    )
    return "".join(
        f".mk-{name}{{{';'.join(f'{key}:{value}' for key, value in style.items())}}}" for name, style in coloured
    )


def variables(dark: bool) -> str:
    """Return the palette as CSS variables, in dark or light mode."""
    return "".join(f"--{name}:{pair[dark]};" for name, pair in PALETTE.items())


def clean(text: str) -> str:
    """Return a text with a replacement for each character that XML, HTML and PDF cannot hold."""
    return _NOT_IN_XML.sub("�", text)


def escape(text: object) -> str:
    """Escape a text for the content or a quoted attribute of an element in XML or HTML."""
    return clean(str(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def width_of(text: str, size: float = SIZE) -> float:
    """Return the greatest width in pixels that a text has in any common sans-serif font."""
    return sum(map(_width, text)) * size


def _width(character: str) -> float:
    if character in "ijl.,:;'|! ·":
        return 0.35
    if character in "tfrI()[]/-":
        return 0.44
    if character in "mwMW@%…—":
        return 1.0
    if character.isascii():
        return 0.76 if character.isupper() else 0.64
    if unicodedata.combining(character):
        return 0
    return 1.05 if unicodedata.east_asian_width(character) in "WF" else 0.76


def wrapped(text: str, room: float, most: int = 2, size: float = SIZE) -> list[str]:
    """Wrap a text to lines of some width in pixels, cut off with an ellipsis if it takes more than ``most``."""
    # The limit keeps very long texts cheap: so few lines hold far fewer characters.
    words = [piece for word in text[:1_000].split() for piece in _pieces(word, room, size)]
    lines: list[str] = []
    for word in words:
        if lines and width_of(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines if len(lines) <= most else [*lines[: most - 1], _cut(" ".join(lines[most - 1 :]), room, size)]


def is_cut(lines: Sequence[str]) -> bool:
    """Return whether a wrapped text was too long for its lines."""
    return bool(lines) and lines[-1].endswith("…")


def _pieces(word: str, room: float, size: float) -> Iterator[str]:
    """Yield a word, in pieces if it is longer than a line; it breaks at hyphens first."""
    while (fits := _fitting(word, room, size)) < len(word):
        hyphen = word.rfind("-", 1, fits) + 1
        yield word[: hyphen or fits]
        word = word[hyphen or fits :]
    yield word


def _fitting(text: str, room: float, size: float) -> int:
    """Return how many characters of a text fit, at least one."""
    used = 0.0
    for i, character in enumerate(text):
        used += _width(character) * size
        if used > room:
            return max(1, i)
    return len(text)


def _cut(text: str, room: float, size: float) -> str:
    return text[: _fitting(text, room - width_of("…", size), size)].rstrip() + "…"


class Drawing:
    """A drawing of some width, made shape by shape from the top down.

    Args:
        width: Width in pixels at its natural size.
        title: Title that screen readers read out.
        text: Longer description for screen readers.
    """

    def __init__(self, width: float, title: str, text: str = "") -> None:
        self.width = width
        self.title = title[:LONGEST]
        self.description = text[:LONGEST]
        self._parts: list[str] = []

    def shape(self, kind: str, style: str, hint: str = "", **attributes: float | str) -> None:
        """Add an element in a style, with a hint that shows on pointing at it."""
        extra = {name.replace("_", "-"): value for name, value in attributes.items()}
        styled = {key: PALETTE[value][0] if value in PALETTE else value for key, value in STYLES[style].items()}
        text = "".join(f' {key}="{_number(value)}"' for key, value in {**styled, **extra}.items())
        body = f"><title>{escape(hint[:LONGEST])}</title></{kind}>" if hint else "/>"
        self._parts.append(f'<{kind} class="mk-{style}"{text}{body}')

    def rect(
        self, style: str, x: float, y: float, width: float, height: float, radius: float = 0, hint: str = ""
    ) -> None:
        """Add a rectangle."""
        rounded = {"rx": radius} if radius else {}
        self.shape("rect", style, hint, x=x, y=y, width=width, height=height, **rounded)

    def line(self, style: str, x1: float, y1: float, x2: float, y2: float) -> None:
        """Add a straight line."""
        self.shape("line", style, x1=x1, y1=y1, x2=x2, y2=y2)

    def circle(self, style: str, x: float, y: float, radius: float, hint: str = "") -> None:
        """Add a circle."""
        self.shape("circle", style, hint, cx=x, cy=y, r=radius)

    def path(self, style: str, points: str, hint: str = "", **attributes: float | str) -> None:
        """Add a path, in the syntax of SVG."""
        self.shape("path", style, hint, d=points, **attributes)

    def text(
        self, x: float, y: float, text: str, style: str = "text", anchor: str = "start", size: float = SIZE
    ) -> None:
        """Add one line of text, at its baseline."""
        colour = PALETTE[STYLES[style]["fill"]][0]
        bold = ' font-weight="bold"' if "font-weight" in STYLES[style] else ""
        aligned = "" if anchor == "start" else f' text-anchor="{anchor}"'
        scaled = "" if size == SIZE else f' font-size="{_number(size)}"'
        position = f'x="{_number(x)}" y="{_number(y)}"'
        self._parts.append(
            f'<text class="mk-{style}" fill="{colour}" {position}{aligned}{bold}{scaled}>{escape(text)}</text>'
        )

    def lines(
        self, x: float, y: float, lines: Sequence[str], style: str = "text", anchor: str = "start",
        size: float = SIZE,
    ) -> float:  # fmt: skip
        """Add lines of text below each other, and return the baseline of the next one."""
        for line in lines:
            self.text(x, y, line, style, anchor, size)
            y += LEADING * size / SIZE
        return y

    def legend(self, y: float, entries: Sequence[tuple[str, str]]) -> float:
        """Add a legend of entries, each a kind of sample (see `_sample`) and a text; return where it ends."""
        x, size = 4.0, SIZE - 1
        for kind, text in entries:
            width = width_of(text, size) + 36
            if x > 4 and x + width > self.width:
                x, y = 4.0, y + 20
            _sample(self, kind, x + 10, y - 4)
            for line in wrapped(text, self.width - 34, 2, size):
                self.text(x + 26, y, line, "quiet", size=size)
                y += 0 if width <= self.width else LEADING
            x += width
        return y + 8

    def svg(self, height: float) -> str:
        """Return the drawing as SVG with a height in pixels."""
        size = f'width="{_number(self.width)}" height="{_number(height)}"'
        box = f'viewBox="0 0 {_number(self.width)} {_number(height)}"'
        description = f"<desc>{escape(self.description)}</desc>" if self.description else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size} {box} font-family="{FONT}" '
            f'font-size="{SIZE}"><title>{escape(self.title)}</title>{description}'
            f'<rect class="mk-ground" fill="{PALETTE["ground"][0]}" width="100%" height="100%"/>'
            f"{''.join(self._parts)}</svg>"
        )


def _sample(drawing: Drawing, kind: str, x: float, y: float) -> None:
    """Draw the mark that a legend explains, around a point."""
    if kind.startswith("box-"):
        drawing.rect(kind.removeprefix("box-"), x - 9, y - 7, 18, 14, 3)
    elif kind.endswith("dot"):
        drawing.circle(kind, x, y, 6)
    elif kind.endswith("span"):
        drawing.rect(kind, x - 10, y - 5, 20, 10, 5)
    elif kind == "target":
        triangle(drawing, x, y + 4)
    elif kind.endswith("flow"):
        drawing.path(kind, f"M{_number(x - 10)} {_number(y)}h20", stroke_width=4)
    elif kind:
        # The sample of a cell is the number or sign in it.
        drawing.text(x, y + 4, kind, "strong", "middle", SIZE - 1)


def triangle(drawing: Drawing, x: float, y: float) -> None:
    """Draw the mark of a target, with its tip at a point."""
    drawing.path("target", f"M{_number(x)} {_number(y)}l-5 -9h10z")


def _number(value: float | str) -> str:
    if isinstance(value, str):
        return escape(value)
    return f"{round(value, 1):g}" if abs(value) < 10_000 else f"{value:.0f}"
