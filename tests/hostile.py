"""A model and results whose every text is chosen by others, and what they might choose."""

from __future__ import annotations

from datetime import date
from itertools import cycle

from hypothesis import strategies as st

import maturitykit as mk

#: Texts that some format takes for more than a text.
NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></svg></title>]]><!-- &lt; & ",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    '#panic() #eval("1") $x$ `raw` *bold* _it_ <label> @ref \\ //',
    "| a | b |\n---\n# head\n> quote\n1. one\n- [x](javascript:alert(1)) ![i](http://x)",
    "```\n~~~~\n</details>",
    "nul\x00 bell\x07 esc\x1b[2J \ufffe \u202egnp.exe",
    "{name} {0} %s {{x}}",
    "Volwassenheidsbeoordelingscommissievergaderingsverslagenarchief",
    "漢字 🏴‍☠️ é ß İ",
    "",
    " ",
    "x" * 1_500,
)

#: Cells that a spreadsheet would run, or cut in two, unless they are written with a quote before them.
FORMULAS = (
    "=1+1", "+31 20", "-1", "@SUM(A1)", " =1+1", "\u00a0=1+1", "\u200b=1+1", "\ufeff=1+1", "\x00=1+1",
    "\tplain", "\rplain", "\nplain", "\t=1", " \t =1",
    "'=1+1", "''=1+1", "' =", "'\tplain", "\uff1d1+1", "-", "=",
)  # fmt: skip
#: Cells that no spreadsheet runs, though they look like some of those.
PLAIN = ("", "'", "'plain", "''", " plain", "a\n=1", "a=1+1", "a\r\nb", " '=1+1", 'a "b", c;', "x\t=1", "é", "007")

TEXTS = st.one_of(st.sampled_from(NASTY), st.text(max_size=40))


def model(texts: list[str], id: str = "hostile") -> mk.Model:
    """A model of two groups and four leaves, with texts in every place that has one."""
    given = cycle(texts)

    def text() -> str:
        return next(given)

    stages = [mk.Stage(f"s{i}", text() or f"s{i}", summary=text()) for i in range(4)]
    scale = mk.Scale("level", stages)

    def leaf(name: str) -> mk.Dimension:
        return mk.Dimension(
            name, text() or name, text(), text(), scale=scale,
            descriptors={stage.id: text() for stage in stages},
            guidance=[mk.types.Guidance("do", text(), {stage.id: text() for stage in stages})],
        )  # fmt: skip

    groups = [
        mk.Dimension(f"g{i}", text() or f"g{i}", scale=scale, children=[leaf(f"d{i}{j}") for j in range(2)])
        for i in range(2)
    ]
    return mk.Model(
        id, "1", text() or "t", groups, ["median"], outcome=scale, summary=text(),
        source=mk.types.Source(text(), text(), text(), text(), text(), text()),
        readings=[mk.types.Reading("why", ["outcome"], text())],
        guidance=[mk.types.Guidance("now", text(), {stage.id: text() for stage in stages})],
    )  # fmt: skip


def result(texts: list[str]) -> mk.Result:
    """A result of that model: with a range, an open and a disputed dimension."""
    given = cycle(texts)
    names = [f"{next(given)} {i}" for i in range(3)]
    answers = {
        "d00": ("s0", "s3", "s1..s2"),
        "d01": ("unknown", None, "unknown"),
        "d10": ("s2", "s1", "not_applicable"),
        "d11": ("s3", "s3", "s2"),
    }
    ratings = [
        mk.Rating(id, answer, name, next(given), next(given))
        for id, said in answers.items()
        for name, answer in zip(names, said, strict=True)
    ]
    assessment = mk.Assessment("hostile", ratings, next(given), date(2026, 3, 16))
    return mk.score(model(texts), assessment, targets={"outcome": "s3"})


def translation(measured: mk.Result, texts: list[str]) -> mk.Translation:
    """The same in another such model, with one dimension that cannot be inferred."""
    same = {f"s{i}": (f"s{max(0, i - 1)}", f"s{i}", "s3") for i in range(4)}
    links = [
        mk.Link(
            id, id, "equal" if id == "d00" else "intersects", "1/2", same, texts[0], [("s0", "s0"), ("s1", "s1")]
        )
        for id in ("d00", "d01", "d10")
    ]
    left_out = [mk.NotInferable(side, "d11", texts[-1] or "why") for side in ("other", "hostile")]
    crosswalk = mk.Crosswalk("hostile", "other", links, not_inferable=left_out)
    return mk.translate(measured, model(texts, "other"), crosswalks=[crosswalk])


def comparison(measured: mk.Result) -> mk.Comparison:
    """With what it would be, had two dimensions been elsewhere."""
    return mk.compare(mk.what_if(measured, {"d11": "s0", "d01": "s1"}), measured)
