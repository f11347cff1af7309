"""Our own sentences: each that a report or a form says has its Dutch, with the same parts."""

from __future__ import annotations

import ast
import json
import pickle
import re
from collections.abc import Iterable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest
from attrs import evolve

import maturitykit as mk
from maturitykit.definition.translation import TextWalk
from maturitykit.files.labels import NO_STAGES, OTHER_ANSWERS
from maturitykit.form import page
from maturitykit.words import Words, in_every_language, phrase
from maturitykit.words.dutch import DUTCH
from toys import TOY

SOURCE = Path(mk.__file__).parent

#: Names of tables of sentences, and of sentences.
TABLES = {
    *("_RULES", "_CONSENSUS", "_BANDS", "_PARTS", "_SAMPLES", "_CHANGES", "_DIFFERENCES"),
    *("NO_STAGES", "ABOUT", "COLUMNS", "TITLES", "_OFFER", "_ACTIONS", "_SCRIPT"),
}
SENTENCES = {"head", "LEAD"}
#: Words of data that are told: rules, relations, movements, and what a coverage is a share of.
OF_DATA = {
    *("weakest", "median", "mean", "sum", "staged", "profile", "envelope"),
    *("equal", "subset", "superset", "intersects", "disjoint"),
    *("up", "down", "sideways", "same", "unknown"),
    *("answered", "covered"),
}


def texts(node: ast.AST) -> Iterator[str]:
    """The texts that an expression can be, whichever way its condition goes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)
    elif isinstance(node, ast.Tuple | ast.List):
        for item in node.elts:
            yield from texts(item)


@cache
def told() -> frozenset[str]:
    """Every sentence that the package tells."""
    return frozenset(_told())


def _told() -> Iterator[str]:
    for file in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called in ("say", "self._say", "phrase") and node.args:
                    yield from texts(node.args[0])
                elif called == "map" and ast.unparse(node.args[0]) == "say":
                    yield from texts(node.args[1])
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                name = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
                value = node.value
                if isinstance(value, ast.Call) and ast.unparse(value.func) == "MappingProxyType":
                    value = value.args[0]
                if name in TABLES and isinstance(value, ast.Dict):
                    for item in value.keys if name == "_SAMPLES" else value.values:
                        if item is not None:
                            yield from texts(item)
                elif name in SENTENCES and value is not None:
                    yield from texts(value)


def parts(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def needs_no_dutch(sentence: str) -> bool:
    """Whether it has no words of its own."""
    return not any(c.isalpha() for text, *_ in Formatter().parse(sentence) for c in text)


def test_every_sentence_has_its_dutch() -> None:
    sentences = {sentence for sentence in told() if not needs_no_dutch(sentence)} | OF_DATA
    assert len(sentences) > 250
    assert sorted(sentences - set(DUTCH)) == []


def test_no_dutch_is_left_over() -> None:
    assert sorted(set(DUTCH) - told() - OF_DATA) == []


@pytest.mark.parametrize("sentence", DUTCH)
def test_the_dutch_has_the_same_parts(sentence: str) -> None:
    assert parts(DUTCH[sentence]) == parts(sentence)
    assert DUTCH[sentence].strip() != ""
    # A stop, or a comma in front, belongs to both.
    assert (DUTCH[sentence][-1] == ".") == (sentence[-1] == ".")
    assert (DUTCH[sentence][0] in " ,") == (sentence[0] in " ,")


def test_the_script_of_a_form_says_what_it_is_given() -> None:
    script = (SOURCE / "form" / "form.js").read_text(encoding="utf-8")
    assert set(re.findall(r"\bwords\.(\w+)", script)) == set(page._SCRIPT)
    # It fills in names alone, and no formats of numbers.
    for sentence in page._SCRIPT.values():
        assert set(re.findall(r"\{(\w+)\}", sentence)) == parts(sentence)


class Shown(HTMLParser):
    """The texts of a page that people see or hear, and what its script says."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = "spec" if ("id", "spec") in attrs else tag
        self.texts += [value for name, value in attrs if name in ("aria-label", "title", "placeholder") and value]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "spec":
            self.texts += json.loads(data)["words"].values()
        elif self._inside not in ("style", "script"):
            self.texts.append(data)


def not_in_dutch(shown: Iterable[str], model: mk.Model) -> list[str]:
    """The texts of a form that are neither of its model nor sentences in Dutch."""
    known = {*(text.text for text in TextWalk(model).texts), *model.by_id}
    known |= {name for scale in model.scales.values() for stage in scale.stages for name in (stage.id, stage.name)}
    dutch = re.compile("|".join(pattern_of(text) for text in DUTCH.values() if not needs_no_dutch(text)))
    lines = (line.strip() for text in shown for line in text.split("\n"))
    return [line for line in lines if line not in known and re.search(r"\w", line) and not dutch.fullmatch(line)]


def pattern_of(sentence: str) -> str:
    """A regular expression for a sentence with anything filled in."""
    return "".join(re.escape(text) + (".+" if name else "") for text, name, *_ in Formatter().parse(sentence))


def test_a_page_for_a_model_in_dutch_says_nothing_in_english() -> None:
    english = mk.read_model(TOY)
    dutch = evolve(english, language="nl")
    assert not_in_dutch(Shown(page.page(dutch)).texts, dutch) == []
    assert "Save file" in not_in_dutch(Shown(page.page(english)).texts, english)


def test_a_workbook_for_a_model_in_dutch_says_nothing_in_english(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the forms are looked through with openpyxl: group people")
    pytest.importorskip("xlsxwriter", reason="workbooks need the extra [xlsx]")
    model = evolve(mk.read_model(TOY), language="nl")
    mk.write_form(model, tmp_path / "form.xlsx")
    sheets = [sheet for sheet in openpyxl.load_workbook(tmp_path / "form.xlsx") if sheet.sheet_state == "visible"]
    shown = [sheet.title for sheet in sheets]
    for sheet in sheets:
        texts = [str(cell.value) for cells in sheet.iter_rows() for cell in cells if cell.value]
        shown += [text for text in texts if text[0] not in "=@"]
        shown += [told for text in texts if text[0] == "=" for told in re.findall(r'"([^"]*)"', text)]
        for rule in sheet.data_validations.dataValidation:
            shown += filter(None, (rule.error, rule.prompt))
    assert {"Fasen", "zie maturitykit score", "Kies uit de lijst."} <= set(shown)
    assert not_in_dutch(shown, model) == []


def test_answers_that_are_no_stages_are_known_in_every_language() -> None:
    languages = list(in_every_language())
    assert [say.language for say in languages] == ["en", "nl"]
    for say in languages:
        for answer, label in NO_STAGES.items():
            assert OTHER_ANSWERS.ids(say(label)) == {answer}


def test_phrases_are_english_until_they_are_told() -> None:
    inner = phrase("{low} to {high}", low="{basic}", high="best")
    outer = phrase("open ({stages})", stages=inner)
    assert outer == "open ({basic} to best)"
    assert Words("nl")(outer) == "open ({basic} tot best)"
    assert Words("nl-BE").language == "nl"
    assert Words("fr")(outer) == Words("en")(outer) == str(outer)
    assert pickle.loads(pickle.dumps(outer)) == outer
    assert Words("nl")(pickle.loads(pickle.dumps(outer))) == "open ({basic} tot best)"


def test_dutch_decimals_have_a_comma() -> None:
    assert Words("nl")(phrase("{number:.12g}%", number=0.44)) == "0,44%"
    assert Words("nl")("{share:.0%} of the model is answered.", share=0.875) == "88% van het model is beantwoord."


def test_what_is_no_sentence_of_ours_stays_as_it_is() -> None:
    assert Words("nl")("{braces} of a third party's rule") == "{braces} of a third party's rule"
    assert Words("nl")(phrase("a rule of {nobody}")) == "a rule of {nobody}"
