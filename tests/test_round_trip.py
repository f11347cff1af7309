"""An assessment is the same after any way through files, whatever its texts are."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import example, given, settings, strategies as st

import maturitykit as mk
from toys import key

BOOKS = all(find_spec(name) for name in ("python_calamine", "xlsxwriter"))
SUFFIXES = [".json", ".toml", ".csv", *([".xlsx"] if BOOKS else [])]

#: What has gone wrong somewhere: formulas, zeros in front, line ends, quotes, what looks like a date or an escape.
AWKWARD = st.sampled_from(
    ["=1+1", "'=1+1", "''-", "+31 20", "-", "@x", " =x", "\t", "\r", "\n", "\r\n", "\n=", "007", "1e5", "3-5",
     "TRUE", '"', '""', "'", ",", ";", "_x000D_", "&amp;", "<b>", "{x}", "\\n", "\x00", "\x1f", "\x7f", "\x85",
     "\u2028", "\ufeff", "é", "e\u0301", "😀", "#N/A", "[[ratings]]", "# x", " x ", "NULL"]
)  # fmt: skip
CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXTS = st.lists(AWKWARD | st.text(CHARACTERS, max_size=8), max_size=4).map("".join)
ANSWERS = st.sampled_from(["", "unknown", "not_applicable", "good", "basic..best", "0.25", "007", "=x"]) | TEXTS
RATINGS = st.builds(
    mk.Rating, st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,20}", fullmatch=True), ANSWERS, TEXTS, TEXTS, TEXTS
)
ASSESSMENTS = st.builds(
    mk.Assessment,
    st.sampled_from(["toy", "other-toy"]),
    # What one respondent says twice of one dimension counts once.
    st.lists(RATINGS, min_size=1, max_size=5, unique_by=lambda r: (key(r.respondent), r.dimension)),
    TEXTS.filter(lambda text: not {"\ufffe", "\uffff"} & set(text)),
    st.none() | st.dates(date(1, 1, 1)),
    st.sampled_from(["", "1.0", "=1", "007"]),
    st.sampled_from(["", "0123456789ab", "000000000000"]),
)


# Workbooks write these as "_x000D_", which old readers leave so.
@example(
    first=mk.Assessment("toy", [mk.Rating("a", "", "", "a\rb", "_x000D_")]),
    ways=[".xlsx" if ".xlsx" in SUFFIXES else ".json"],
)
@given(first=ASSESSMENTS, ways=st.lists(st.sampled_from(SUFFIXES), min_size=1, max_size=4))
def test_it_comes_back_from_any_way_through_files(
    first: mk.Assessment, ways: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("route")
    assessment = first
    for number, suffix in enumerate(ways):
        path = folder / f"{number}{suffix}"
        if suffix == ".xlsx" and any(map(_in_no_workbook, first.ratings)):
            with pytest.raises(mk.FileError, match="characters that workbooks cannot"):
                mk.write(assessment, path)
            continue
        mk.write(assessment, path)
        assessment = mk.read(path)
    assert assessment == first


def _in_no_workbook(rating: mk.Rating) -> bool:
    texts = f"{rating.answer}|{rating.respondent}|{rating.comment}|{rating.evidence}"
    return any(odd in texts for odd in ("\ufffe", "\uffff", "_x005F_", "_x005f_"))


@settings(max_examples=20)
@given(
    several=st.lists(ASSESSMENTS, min_size=1, max_size=4, unique_by=lambda a: (a.model, key(a.subject), a.date))
)
def test_a_table_holds_several(several: list[mk.Assessment], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("several") / "all.csv"
    # Where some have a subject or a date and others none, a table cannot tell.
    if len({bool(key(a.subject)) for a in several}) > 1 or len({a.date is None for a in several}) > 1:
        with suppress(mk.FileError):
            mk.write(several, path)
            assert mk.read_all(path) == several
        return
    mk.write(several, path)
    assert mk.read_all(path) == several


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_answers_of_other_types_are_written_as_what_they_mean(suffix: str, tmp_path: Path) -> None:
    model = mk.read_model(Path(__file__).parent / "bad" / "toy.toml")
    stage = model.leaves[0].scale.stages[1] if model.leaves[0].scale else None
    ratings = [mk.Rating(leaf.id, answer) for leaf, answer in zip(model.leaves, (stage, None), strict=False)]
    mk.write(mk.Assessment(model.id, ratings), tmp_path / f"x{suffix}")
    read = mk.read(tmp_path / f"x{suffix}")
    assert mk.score(model, read).to_dict() == mk.score(model, mk.Assessment(model.id, ratings)).to_dict()


@pytest.mark.parametrize(
    ("name", "rating", "words"),
    [
        ("x.json", mk.Rating("a", comment="\ud800"), "half a character"),
        ("x.csv", mk.Rating("a", comment="\udfff"), "half a character"),
        ("x.json", mk.Rating("a", float("nan")), "a, rating: is nan; expected a number from 0 to 1"),
        ("x.toml", mk.Rating("a", float("-inf")), "is -inf"),
        ("x.yaml", mk.Rating("a"), 'an assessment cannot be written as ".yaml"'),
        ("no/such/x.csv", mk.Rating("a"), "No such file"),
    ],
)
def test_what_cannot_be_written_is_said(name: str, rating: mk.Rating, words: str, tmp_path: Path) -> None:
    with pytest.raises(mk.FileError, match=words):
        mk.write(mk.Assessment("toy", [rating]), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_document_holds_one(tmp_path: Path) -> None:
    one = mk.Assessment("toy", [mk.Rating("a")])
    with pytest.raises(mk.FileError, match="a document holds one assessment, not 2"):
        mk.write([one, one], tmp_path / "x.json")


@pytest.mark.skipif(not BOOKS, reason="workbooks need the extra [xlsx]")
def test_a_text_that_is_too_long_for_a_cell_is_refused_not_cut(tmp_path: Path) -> None:
    long = mk.Assessment("toy", [mk.Rating("a", "", comment="😀" * 16_384)])
    with pytest.raises(mk.FileError, match="longer than the 32,767 characters"):
        mk.write(long, tmp_path / "x.xlsx")
    mk.write(long, tmp_path / "x.csv")
    assert mk.read(tmp_path / "x.csv") == long
