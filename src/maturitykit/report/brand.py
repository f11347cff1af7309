"""The client's name, logo and colour."""

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

#: The colour of headings, where the client has none.
COLOUR = "#0b5394"
#: What WCAG 2.2 asks of text (AA).
LEAST_CONTRAST = 4.5
#: A report is to be sent by mail.
LARGEST_LOGO = 200_000
#: Each takes four bytes when the picture is drawn.
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
    """How a report shows whom it is for.

    Args:
        client: Name of the client; the subject of the assessment, if it is empty.
        colour: Of headings, as ``#rrggbb``; readable on white.
        logo: An SVG or PNG; see `read_logo`.

    Raises:
        MaturityError: If the colour is none, or cannot be read on white.
    """

    client: str = ""
    colour: str = field(default=COLOUR, converter=_colour)
    logo: bytes = field(default=b"", repr=False)

    @property
    def logo_kind(self) -> Literal["png", "svg"]:
        """What the logo is."""
        return "png" if self.logo.startswith(b"\x89PNG") else "svg"


def read_logo(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a logo.

    Raises:
        FileError: If it is neither SVG nor PNG, larger than 200 kB, or reaches outside itself.
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
    """Refuse a picture that is small when packed and would take gigabytes to draw."""
    width, height = (int.from_bytes(png[start : start + 4]) for start in (16, 20))
    return f"it has {width:,} × {height:,} pixels" if width * height > MOST_PIXELS else ""


def _embedded(link: str) -> str:
    """Refuse a picture within an SVG that is no small PNG."""
    head, _, data = link.partition(",")
    if head != "data:image/png;base64":
        return f"it embeds {head}, not a PNG"
    try:
        png = b64decode(unquote(data))
    except ValueError:
        return "it embeds a picture that is not whole"
    return _too_many_pixels(png) if _is_png(png) else "it embeds a picture that is no PNG"


def _not_svg(data: bytes) -> str:
    """Why this is no SVG to be embedded; empty if it is one."""
    # Entities could blow it up, and elements of other kinds could run or fetch something.
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
            if problem := _attribute(key.rpartition("}")[2].lower(), value):
                return problem
    return ""


def _attribute(name: str, value: str) -> str:
    """Refuse an attribute within an SVG that runs or fetches something."""
    if name.startswith("on") or (name == "href" and not value.startswith(("#", "data:image/"))):
        return f"its attribute {name} runs or fetches something"
    return _embedded(value) if name == "href" and not value.startswith("#") else ""


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG has it, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: str, ground: str) -> str:
    """The colour, or the nearest towards black or white that can be read on a ground."""
    end = 0 if _luminance(ground) > 0.2 else 255
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    mixed = (
        "#" + "".join(f"{round(part + (end - part) * step / 50):02x}" for part in parts) for step in range(51)
    )
    return next(found for found in mixed if contrast(found, ground) >= LEAST_CONTRAST)


def _luminance(colour: str) -> float:
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
