"""Broken files for hypothesis: valid ones, some of whose parts are gone, doubled, moved, nested or hostile."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date, datetime, time
from typing import Any

from hypothesis import settings, strategies as st

#: How many examples the long session tries of each target that is quick; otherwise a few.
LONG = int(os.environ.get("FUZZ") or 0)

#: What some reader, somewhere, has stumbled over.
HOSTILE = [
    b"", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", "é".encode(), b"e\xcc\x81",
    b"\xe2\x80\xa8", b"\xc2\x85", b"\x1b[2J", b"\x7f", b'"', b"'", b'"""', b"'''", b"[", b"]", b"[[", b"]]",
    b"{", b"}", b"=", b":", b",", b";", b"\t", b"\r", b"\n", b"\r\n", b"#", b"\\", b"\\ud800", b"\\u0000", b"|",
    b"- ", b"~", b"null", b"true", b"No", b"NaN", b"nan", b"-inf", b"Infinity", b"-1", b"0", b"1e999", b"1e-999",
    b"9" * 5_000, b"0x1F", b"1/0", b"1/3", b"1_000", b"2026-13-45", b"0001-01-01", b"9999-12-31",
    b"2026-05-31T00:00:00Z", b"07:32:00", b"format = 2", b'"format": 0', b"..", b"a..b", b"--", b"@", b"a@1",
    b"=cmd|' /C calc'!A0", b"<script>", b"&lt;", b"]]>", b"[" * 500, b"{a=" * 300, b"{a: " * 300, b"a." * 200,
    b"x" * 70_000, b"&a [*a]", b"<<: *a", b"!!python/name:os.system ", b"%YAML 9", b"outcome", b"unknown",
    b"not_applicable", b"_x005F_", b"{name}", b"%s", b"${HOME}", b"../../etc/passwd", b"\r\r\n", b'""', b"=1+1",
]  # fmt: skip

VALUES: list[Any] = [
    "", "x", 0, 1, 2, -1, 10**400, 0.5, -0.0, 1e-300, float("nan"), float("inf"), True, False, [], {}, [[]], [{}],
    {"": ""}, "\x00", "\x1b[2J", "😀", "a..b", "1/3", "0/1", "-1/2", "9" * 400, "outcome", "unknown", "x" * 3_000,
    date(1, 1, 1), datetime(2026, 5, 31), time(7, 32), "a--b", "a@1", "not_applicable", [1, "x"], {"id": "x"},
]  # fmt: skip

_TOKEN = re.compile(rb"\w+|\s|[^\w\s]")


def examples(most: int, weight: float = 1) -> settings:
    """So many examples; in the long session, always new ones, as many as its time is worth."""
    if LONG:
        return settings(max_examples=max(20, round(LONG * weight)), derandomize=False)
    return settings(max_examples=min(most, settings().max_examples))


def broken(whole: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """Texts with mistakes in them, from one token to all of their encoding."""
    return (
        _with_other_tokens(whole) | _with_other_tokens(whole) | st.builds(_as_other, whole, st.sampled_from(OTHER))
    )


@st.composite
def _with_other_tokens(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> bytes:
    tokens = _TOKEN.findall(draw(whole))
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 4]))):
        start = draw(st.integers(0, len(tokens)))
        end = min(len(tokens), start + draw(st.integers(0, 3) | st.sampled_from([1, 1, 30, 200])))
        cut = tokens[start:end]
        match draw(
            st.sampled_from(["hostile", "hostile", "other", "less", "twice", "elsewhere", "nested", "end"])
        ):
            case "hostile":
                tokens[start:end] = [draw(st.sampled_from(HOSTILE))]
            case "other" if tokens:
                tokens[start:end] = [draw(st.sampled_from(tokens))]
            case "less":
                del tokens[start:end]
            case "twice":
                tokens[start:start] = cut
            case "elsewhere":
                del tokens[start:end]
                place = draw(st.integers(0, len(tokens)))
                tokens[place:place] = cut
            case "nested":
                opening, closing = draw(
                    st.sampled_from([(b"[", b"]"), (b"{", b"}"), (b"{a=", b"}"), (b'"', b'"')])
                )
                depth = draw(st.sampled_from([1, 2, 60, 2_000]))
                tokens[start:end] = [opening * depth, *cut, closing * depth]
            case "end":
                del tokens[start:]
    return b"".join(tokens)


def _encoded(name: str) -> Callable[[bytes], bytes]:
    return lambda data: data.decode("utf-8", "replace").encode(name, "replace")


#: Files of other encodings and line ends.
OTHER: list[Callable[[bytes], bytes]] = [
    *map(_encoded, ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "utf-7", "cp037")),
    lambda data: data.replace(b"\n", b"\r\n"),
    lambda data: data.replace(b"\n", b"\r"),
    lambda data: data.replace(b"\n", b"\x0b"),
    lambda data: data.replace(b"\n", b"\r\r\n"),
    lambda data: data.replace(b" ", b"\xc2\xa0"),
    lambda data: data.replace(b",", b";"),
    lambda data: data.replace(b",", b"\t"),
    lambda data: data + data,
    lambda data: data[::-1],
]


def _as_other(data: bytes, other: Callable[[bytes], bytes]) -> bytes:
    return other(data)


@st.composite
def altered(
    draw: st.DrawFn, whole: st.SearchStrategy[dict[str, Any]], values: list[Any] = VALUES
) -> dict[str, Any]:
    """Data as files hold it, in which some values are gone, doubled, moved, nested or of another kind."""
    data = deepcopy(draw(whole))
    for _ in range(draw(st.sampled_from([1, 1, 2, 3]))):
        places = list(_places(data))
        if not places:
            break
        container, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["value", "value", "less", "twice", "elsewhere", "nested", "renamed"])):
            case "value":
                container[key] = deepcopy(draw(st.sampled_from(values)))
            case "less":
                del container[key]
            case "twice" if isinstance(container, list):
                container.insert(key, deepcopy(container[key]))
            case "elsewhere":
                other, place = draw(st.sampled_from(places))
                container[key] = deepcopy(other[place])
            case "nested":
                container[key] = draw(st.sampled_from([[container[key]], {"x": container[key]}]))
            case "renamed" if isinstance(container, dict):
                container[draw(st.sampled_from(["", "x", "id", "outcome", "é", "a.b", "0"]))] = container.pop(key)
    return data


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every value, as what holds it and its key there."""
    for key, value in list(data.items() if isinstance(data, dict) else enumerate(data)):
        yield data, key
        if isinstance(value, (dict, list)):
            yield from _places(value)


def as_toml(data: dict[str, Any]) -> bytes:
    """Any data as a line of TOML for each key."""
    return "".join(f"{json.dumps(key)} = {_inline(value)}\n" for key, value in data.items()).encode()


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{_inline(str(key))} = {_inline(inner)}" for key, inner in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool) or value is None:
        return str(bool(value)).lower()
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def as_json(data: dict[str, Any]) -> bytes:
    """Any data as JSON; dates as texts."""
    return json.dumps(data, default=str).encode()


@st.composite
def broken_archives(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> bytes:
    """Workbooks of which a part is broken, gone, or called otherwise; or the archive itself."""
    data = draw(whole)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    # Most of what matters stands in these.
    cells = [name for name in parts if "sheet" in name.lower() or "sharedStrings" in name]
    name = draw(st.sampled_from(cells) | st.sampled_from(sorted(parts)))
    match draw(st.sampled_from(["part", "part", "part", "less", "renamed", "archive"])):
        case "part":
            parts[name] = draw(broken(st.just(parts[name])))
        case "less":
            del parts[name]
        case "renamed":
            parts[draw(st.sampled_from(["../x", "xl/vbaProject.bin", "xl/worksheets/sheet9.xml"]))] = parts.pop(
                name
            )
        case "archive":
            place = draw(st.integers(0, len(data) - 1))
            return (
                data[:place]
                + draw(st.sampled_from(HOSTILE) | st.binary(max_size=4))
                + data[place + draw(st.integers(0, 9)) :]
            )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()
