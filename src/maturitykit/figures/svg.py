"""Drawings as SVG text: escaped, measured without a font, the same bytes every time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

#: Each colour in light and in dark. Meaning never rests on them alone.
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

#: What each kind of shape looks like: attributes, whose colours are names of the palette.
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

#: Shades on which text is to be light, in the light palette, and dark in the dark one.
DARK_SHADES = (4, 5)

FONT = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif"
SIZE = 13
#: Longer texts are not listened to.
LONGEST = 2_000
#: From one line of text to the next.
LEADING = 16

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def css() -> str:
    """Rules that colour drawings by the variables of a page, so that it can be dark."""
    coloured = (
        (name, {key: f"var(--{value})" for key, value in style.items() if value in PALETTE})
        for name, style in STYLES.items()
    )
    return "".join(
        f".mk-{name}{{{';'.join(f'{key}:{value}' for key, value in style.items())}}}" for name, style in coloured
    )


def variables(dark: bool) -> str:
    """The palette as variables of a page."""
    return "".join(f"--{name}:{pair[dark]};" for name, pair in PALETTE.items())


def clean(text: str) -> str:
    """A text without the characters that XML, HTML and PDF cannot hold."""
    return _NOT_IN_XML.sub("�", text)


def escape(text: object) -> str:
    """Any text as the content or the quoted attribute of an element in XML or HTML."""
    return clean(str(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def width_of(text: str, size: float = SIZE) -> float:
    """How wide a text is at the most, in any common font without serifs."""
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
    """The lines of a text in some room; what is too long for the last of them is cut with an ellipsis."""
    # What nobody could read on so few lines is not looked at.
    words = [piece for word in text[:1_000].split() for piece in _pieces(word, room, size)]
    lines: list[str] = []
    for word in words:
        if lines and width_of(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines if len(lines) <= most else [*lines[: most - 1], _cut(" ".join(lines[most - 1 :]), room, size)]


def is_cut(lines: Sequence[str]) -> bool:
    """Whether a wrapped text was too long for its lines."""
    return bool(lines) and lines[-1].endswith("…")


def _pieces(word: str, room: float, size: float) -> Iterator[str]:
    """A word, in pieces where it is longer than a line; long words break at hyphens first."""
    while (fits := _fitting(word, room, size)) < len(word):
        hyphen = word.rfind("-", 1, fits) + 1
        yield word[: hyphen or fits]
        word = word[hyphen or fits :]
    yield word


def _fitting(text: str, room: float, size: float) -> int:
    """How many characters of a text fit, one at the least."""
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
        width: In pixels at its natural size.
        title: What it shows; read out in place of it.
        text: The same in more words.
    """

    def __init__(self, width: float, title: str, text: str = "") -> None:
        self.width = width
        self.title = title[:LONGEST]
        self.description = text[:LONGEST]
        self._parts: list[str] = []

    def shape(self, kind: str, style: str, hint: str = "", **attributes: float | str) -> None:
        """An element of a style, with a hint that shows when it is pointed at."""
        given = {name.replace("_", "-"): value for name, value in attributes.items()}
        plain = {key: PALETTE[value][0] if value in PALETTE else value for key, value in STYLES[style].items()}
        told = "".join(f' {key}="{_number(value)}"' for key, value in {**plain, **given}.items())
        body = f"><title>{escape(hint[:LONGEST])}</title></{kind}>" if hint else "/>"
        self._parts.append(f'<{kind} class="mk-{style}"{told}{body}')

    def rect(
        self, style: str, x: float, y: float, width: float, height: float, radius: float = 0, hint: str = ""
    ) -> None:
        """A box."""
        rounded = {"rx": radius} if radius else {}
        self.shape("rect", style, hint, x=x, y=y, width=width, height=height, **rounded)

    def line(self, style: str, x1: float, y1: float, x2: float, y2: float) -> None:
        """A straight line."""
        self.shape("line", style, x1=x1, y1=y1, x2=x2, y2=y2)

    def circle(self, style: str, x: float, y: float, radius: float, hint: str = "") -> None:
        """A dot."""
        self.shape("circle", style, hint, cx=x, cy=y, r=radius)

    def path(self, style: str, points: str, hint: str = "", **attributes: float | str) -> None:
        """Any line."""
        self.shape("path", style, hint, d=points, **attributes)

    def text(
        self, x: float, y: float, text: str, style: str = "text", anchor: str = "start", size: float = SIZE
    ) -> None:
        """One line of text, by its base line."""
        colour = PALETTE[STYLES[style]["fill"]][0]
        bold = ' font-weight="bold"' if "font-weight" in STYLES[style] else ""
        at = "" if anchor == "start" else f' text-anchor="{anchor}"'
        scaled = "" if size == SIZE else f' font-size="{_number(size)}"'
        place = f'x="{_number(x)}" y="{_number(y)}"'
        self._parts.append(
            f'<text class="mk-{style}" fill="{colour}" {place}{at}{bold}{scaled}>{escape(text)}</text>'
        )

    def lines(
        self, x: float, y: float, lines: Sequence[str], style: str = "text", anchor: str = "start",
        size: float = SIZE,
    ) -> float:  # fmt: skip
        """Lines of text below each other; gives the base line of the one that would follow."""
        for line in lines:
            self.text(x, y, line, style, anchor, size)
            y += LEADING * size / SIZE
        return y

    def legend(self, y: float, entries: Sequence[tuple[str, str]]) -> float:
        """What the marks mean, each with its sample (see `_sample`); gives where it ends."""
        x, size = 4.0, SIZE - 1
        for kind, text in entries:
            room = width_of(text, size) + 36
            if x > 4 and x + room > self.width:
                x, y = 4.0, y + 20
            _sample(self, kind, x + 10, y - 4)
            for line in wrapped(text, self.width - 34, 2, size):
                self.text(x + 26, y, line, "quiet", size=size)
                y += 0 if room <= self.width else LEADING
            x += room
        return y + 8

    def svg(self, height: float) -> str:
        """The drawing, once its height is known."""
        size = f'width="{_number(self.width)}" height="{_number(height)}"'
        box = f'viewBox="0 0 {_number(self.width)} {_number(height)}"'
        told = f"<desc>{escape(self.description)}</desc>" if self.description else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size} {box} font-family="{FONT}" '
            f'font-size="{SIZE}"><title>{escape(self.title)}</title>{told}'
            f'<rect class="mk-ground" fill="{PALETTE["ground"][0]}" width="100%" height="100%"/>'
            f"{''.join(self._parts)}</svg>"
        )


def _sample(drawing: Drawing, kind: str, x: float, y: float) -> None:
    """The mark that a legend explains, around a point."""
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
        # A text is its own sample: the number or sign in a cell.
        drawing.text(x, y + 4, kind, "strong", "middle", SIZE - 1)


def triangle(drawing: Drawing, x: float, y: float) -> None:
    """The mark of a wanted stage, with its tip at a point."""
    drawing.path("target", f"M{_number(x)} {_number(y)}l-5 -9h10z")


def _number(value: float | str) -> str:
    if isinstance(value, str):
        return escape(value)
    return f"{round(value, 1):g}" if abs(value) < 10_000 else f"{value:.0f}"
