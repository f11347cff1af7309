"""Branding of reports, and checks of the client's logo and colour."""

from __future__ import annotations

import os
import re
from base64 import b64decode
from typing import Literal
from urllib.parse import unquote
from xml.etree import ElementTree

from attrs import field, frozen

from maturitykit.errors import FileError, Finding, MaturityError, quoted
from maturitykit.files.text import read_bytes

#: Colour of headings if the client names none.
COLOUR = "#0b5394"
#: Lowest contrast that WCAG 2.2 (AA) allows for text.
LEAST_CONTRAST = 4.5
#: Largest size of a logo in bytes: reports are sent by mail.
LARGEST_LOGO = 200_000
#: Largest number of pixels of a picture: each takes four bytes of memory when it is drawn.
MOST_PIXELS = 25_000_000

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def _colour(value: str) -> str:
    if not _HEX.fullmatch(value):
        finding = Finding("colour", f"{quoted(value)} is not a colour", "six hexadecimal digits such as #0b5394")
        raise MaturityError("the colour cannot be used", [finding])
    if contrast(value, "#ffffff") < LEAST_CONTRAST:
        problem = f"{value} is hard to read on white (contrast {contrast(value, '#ffffff'):.1f})"
        expected = f"{LEAST_CONTRAST} or more; the nearest that will do is {readable(value, '#ffffff')}"
        raise MaturityError("the colour cannot be used", [Finding("colour", problem, expected)])
    return value.lower()


@frozen
class Brand:
    """The client's name, logo and colour, as a report shows them.

    Args:
        client: Name of the client; if empty, the subject of the assessment is shown alone.
        colour: Colour of headings, as ``#rrggbb``; it must be readable on white.
        logo: Bytes of an SVG or PNG, checked by `read_logo`; empty for none.

    Raises:
        MaturityError: If the colour has another form, or is too pale to be read on white.
    """

    client: str = ""
    colour: str = field(default=COLOUR, converter=_colour)
    logo: bytes = field(default=b"", repr=False)

    @property
    def logo_kind(self) -> Literal["png", "svg"]:
        """Format of the logo."""
        return "png" if self.logo.startswith(b"\x89PNG") else "svg"


def read_logo(path: str | os.PathLike[str]) -> bytes:
    """Return the bytes of a logo after checking that it is safe to embed.

    Raises:
        FileError: If it is neither SVG nor PNG, exceeds 200 kB or 25 million pixels, or runs or
            fetches something.
    """
    data = read_bytes(path, LARGEST_LOGO)
    problem = _too_many_pixels(data) if _is_png(data) else _not_svg(data)
    if problem:
        expected = f"an SVG or PNG of 200 kB and {MOST_PIXELS // 10**6} million pixels at most"
        raise FileError(f"cannot use {path} as a logo", [Finding("", problem, expected)])
    return data


def _is_png(data: bytes) -> bool:
    return data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR" and b"IEND" in data[-12:]


def _too_many_pixels(png: bytes) -> str:
    """Return why a PNG would take too much memory to draw, or an empty text."""
    # A small file may unpack to gigabytes.
    width, height = (int.from_bytes(png[start : start + 4]) for start in (16, 20))
    return f"it has {width:,} × {height:,} pixels" if width * height > MOST_PIXELS else ""


def _unsafe_picture(link: str) -> str:
    """Return why a picture embedded in an SVG is not a PNG of moderate size, or an empty text."""
    head, _, data = link.partition(",")
    if head != "data:image/png;base64":
        return f"it embeds {head}, not a PNG"
    try:
        png = b64decode(unquote(data))
    except ValueError:
        return "it embeds a picture that is not whole"
    return _too_many_pixels(png) if _is_png(png) else "it embeds a picture that is no PNG"


def _not_svg(data: bytes) -> str:
    """Return why the bytes are not an SVG that is safe to embed, or an empty text."""
    # Entities can expand to any size, and a document type can fetch them from elsewhere.
    if b"<!ENTITY" in data or b"<!DOCTYPE" in data:
        return "it has a document type of its own"
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError):
        return "it is neither PNG nor well-formed SVG"
    if root.tag != "{http://www.w3.org/2000/svg}svg":
        return "it is neither PNG nor SVG"
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2].lower()
        if name in ("script", "foreignobject"):
            return f"it holds <{name}>"
        for key, value in element.attrib.items():
            if problem := _unsafe_attribute(key.rpartition("}")[2].lower(), value):
                return problem
    return ""


def _unsafe_attribute(name: str, value: str) -> str:
    """Return why an attribute within an SVG runs or fetches something, or an empty text."""
    if name.startswith("on") or (name == "href" and not value.startswith(("#", "data:image/"))):
        return f"its attribute {name} runs or fetches something"
    return _unsafe_picture(value) if name == "href" and not value.startswith("#") else ""


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG defines it, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: str, ground: str) -> str:
    """Return the colour, mixed with as little black or white as makes it readable on a ground."""
    end = 0 if _luminance(ground) > 0.2 else 255
    channels = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    mixed = (
        "#" + "".join(f"{round(channel + (end - channel) * step / 50):02x}" for channel in channels)
        for step in range(51)
    )
    return next(candidate for candidate in mixed if contrast(candidate, ground) >= LEAST_CONTRAST)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
