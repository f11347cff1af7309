"""Files that are given as such: open, as bytes, or as what they hold."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import maturitykit as mk
from toys import TOY

#: The same assessment in each format.
CSV = 'subject,date,dimension,rating,comment\nAcmé,2026-05-31,process,good,"So, yes"\n'
DOCUMENT: dict[str, Any] = {
    "format": 1,
    "model": "toy",
    "subject": "Acmé",
    "date": "2026-05-31",
    "ratings": [{"dimension": "process", "rating": "good", "comment": "So, yes"}],
}
EXPECTED = mk.Assessment("toy", [mk.Rating("process", "good", comment="So, yes")], "Acmé", date(2026, 5, 31))


class Named(io.BytesIO):
    """An open file that knows its name, as a web framework hands it over."""

    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(data)
        self.name = name


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (CSV.encode(), "csv"),
        (CSV.encode("utf-8-sig"), ".csv"),
        (bytearray(CSV.encode()), "csv"),
        (io.StringIO(CSV), "csv"),
        (io.BytesIO(CSV.encode()), "csv"),
        (Named("answers.csv", CSV.encode()), ""),
        (json.dumps(DOCUMENT).encode(), "json"),
        (DOCUMENT, ""),
        (DOCUMENT | {"date": date(2026, 5, 31)}, ""),
    ],
)
def test_an_assessment_is_read_from_what_is_given(content: Any, format: str) -> None:
    assert mk.read(content, "toy", format=format) == EXPECTED


def test_a_file_that_is_open_says_its_format(tmp_path: Path) -> None:
    mk.write(EXPECTED, tmp_path / "a.toml")
    with (tmp_path / "a.toml").open("rb") as file:
        assert mk.read(file) == EXPECTED
    with (tmp_path / "a.toml").open(encoding="utf-8") as text:
        assert mk.read_all(text) == [EXPECTED]


def test_a_workbook_is_read_from_its_bytes(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter", reason="workbooks need the extra [xlsx]")
    mk.write(EXPECTED, tmp_path / "a.xlsx")
    assert mk.read((tmp_path / "a.xlsx").read_bytes(), format="xlsx") == EXPECTED


@pytest.mark.parametrize(
    ("content", "format", "words"),
    [
        (b"x", "", 'cannot read what is given\n  nothing tells its format; expected format="csv", or the like'),
        (io.StringIO(CSV), "", "nothing tells its format"),
        (b"\xff\xfeq", "csv", "cannot read data.csv\n  line 1: byte 0xff is not UTF-8"),
        (b"{", "json", "cannot read data.json\n  line 1, column 2: is not JSON"),
        (b"a,b\n1,2\n", "csv", "data.csv is not a table of ratings"),
        (b"no workbook", "xlsx", "cannot read data.xlsx"),
        (b"x", "docx", 'cannot read data.docx\n  files of the kind ".docx" are not known'),
        (Named("../../etc/passwd", b"x"), "csv", "passwd.csv is not a table of ratings"),
        ({}, "", "the mapping is not an assessment\n  format: is missing"),
        ({"format": 1, "ratings": [{"dimension": 1}]}, "", "the mapping is not an assessment"),
        (DOCUMENT | {"more": 1}, "", "more: is not a key here"),
        (DOCUMENT | {"model": "other"}, "", 'model: is "other"; expected "toy"'),
    ],
)
def test_what_cannot_be_read_is_told(content: Any, format: str, words: str) -> None:
    with pytest.raises(mk.FileError) as caught:
        mk.read(content, "toy", format=format)
    assert words in str(caught.value)


def test_a_file_without_end_is_refused() -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            assert 0 <= size < 10**9, "it would never end"
            return b"x" * size

    with pytest.raises(mk.FileError, match="is larger than"):
        mk.read(Endless(), "toy", format="csv")  # type: ignore[arg-type]


def test_models_and_crosswalks_are_read_from_what_is_given() -> None:
    model = mk.read_model(TOY)
    data = Path(TOY).read_bytes()
    assert (
        mk.read_model(data)
        == mk.read_model(io.BytesIO(data))
        == mk.read_model(io.StringIO(data.decode()))
        == model
    )
    with Path(TOY).open("rb") as file:
        assert mk.read_model(file) == model
    tomllib = pytest.importorskip("tomllib")
    assert mk.read_model(tomllib.loads(data.decode())) == model
    # Texts beside no file are none, whatever there is in the working folder.
    assert mk.read_model(data).languages == (model.language,)
    with pytest.raises(mk.FileError, match="the mapping is not a model\n  format: is missing"):
        mk.read_model({})
    text = (
        'format = 1\nsource = "one"\ntarget = "two"\nversion = "1"\n[[links]]\nsource = "a"\ntarget = "b"\n'
        'relation = "equal"\nstrength = 1\nrationale = "Both say so."\ncells = [["x", "x"]]\n'
        '[links.stages]\nx = "x x x"\n'
    )
    crosswalk = mk.read_crosswalk(text.encode())
    assert crosswalk == mk.read_crosswalk(tomllib.loads(text)) == mk.read_crosswalk(io.StringIO(text))
    assert crosswalk.id == "one--two"
