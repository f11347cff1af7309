"""Uses that type checkers have to refuse: a comment that ignores no error is one itself."""

from datetime import date

import maturitykit as mk

low, level = mk.Stage("low"), mk.Scale("level", [mk.Stage("low"), mk.Stage("high")])
leaf, rating = mk.Dimension("a", scale=level), mk.Rating("a", "low")
result = mk.score("clearhead", {})


def never_called() -> None:
    mk.Scale("s", ["a", "b"])  # type: ignore[list-item]
    mk.Scale("s", "ab")  # type: ignore[arg-type]
    mk.Scale("s", {"a": low})  # type: ignore[arg-type]
    mk.Scale("s", low)  # type: ignore[arg-type]
    mk.Stage("a", value="much")  # type: ignore[arg-type]
    mk.Stage("a", above="b")  # type: ignore[arg-type]
    mk.Stage("a", names="A")  # type: ignore[call-arg]
    mk.Dimension("d", scale="level")  # type: ignore[arg-type]
    mk.Dimension("d", children=leaf)  # type: ignore[arg-type]
    mk.Dimension("d", children=["a"])  # type: ignore[list-item]
    mk.Dimension("d", tags="long-term")  # type: ignore[arg-type]
    mk.Dimension("d", weight=None)  # type: ignore[arg-type]
    mk.Dimension("d", gates=[("low", "a", "low")])  # type: ignore[list-item]
    mk.Dimension("d", descriptors={"low": 1})  # type: ignore[dict-item]
    mk.Model("m", "1", "M", [leaf], scorers="median")  # type: ignore[arg-type]
    mk.Model("m", "1", "M", [leaf], [mk.Scorer])  # type: ignore[list-item]
    mk.Model("m", "1", "M", ["a"], ["median"])  # type: ignore[list-item]
    mk.Model("m", "1", "M", [leaf], ["median"], "level")  # type: ignore[arg-type]
    mk.Model("m", "1", "M", [leaf], ["median"], source="A book")  # type: ignore[arg-type]
    mk.Model("m", "1", "M", [leaf])  # type: ignore[call-arg]
    mk.Assessment("m", {"a": "low"})  # type: ignore[arg-type, dict-item]
    mk.Assessment("m", rating)  # type: ignore[arg-type]
    mk.Assessment("m", [("a", "low")])  # type: ignore[list-item]
    mk.Assessment("m", [rating], date="2026-01-01")  # type: ignore[arg-type]
    mk.Rating("a", [low])  # type: ignore[arg-type]
    mk.Link("a", "b", "equal", 1, {"low": ["low", "high"]})  # type: ignore[dict-item]
    mk.Link("a", "b", "equal", 1, cells=["ab"])  # type: ignore[list-item]
    mk.Crosswalk("a", "b", "a--b")  # type: ignore[arg-type]
    mk.score(None, {})  # type: ignore[arg-type]
    mk.score("m", "a.csv")  # type: ignore[arg-type]
    mk.score("m", {}, consensus="average")  # type: ignore[arg-type]
    mk.score("m", {}, weights=["a"])  # type: ignore[arg-type]
    mk.score("m", {}, targets={"outcome": low})  # type: ignore[dict-item]
    mk.translate(result, None)  # type: ignore[arg-type]
    mk.compare(result)  # type: ignore[call-arg]
    mk.what_if(result, {"culture": low})  # type: ignore[dict-item]
    mk.write_form("m", "a.csv", date(2026, 1, 1))  # type: ignore[arg-type]
    mk.read(1)  # type: ignore[arg-type]
    print(result.stage.low)  # type: ignore[union-attr]
    result.subject = "Acme"  # type: ignore[misc]
    leaf.name = "A"  # type: ignore[misc]
    print(mk.no_such_name)  # type: ignore[attr-defined]
