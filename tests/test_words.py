"""Our own sentences: each that is told in a language has its Dutch, with the same parts."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import maturitykit
from maturitykit.words import Words, phrase
from maturitykit.words.dutch import DUTCH

SOURCE = Path(maturitykit.__file__).parent

#: Where sentences stand in tables, to be told by the names of these tables.
TABLES = {"_RULES", "_CONSENSUS", "_PARTS", "_SAMPLES", "_CHANGES", "_DIFFERENCES"}
#: Words of data that are told: rules, relations, movements, and what a coverage is a share of.
OF_DATA = {
    *("weakest", "median", "mean", "staged", "profile", "envelope"),
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
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id in ("say", "phrase") and node.args:
                    yield from texts(node.args[0])
                elif node.func.id == "map" and ast.unparse(node.args[0]) == "say":
                    yield from texts(node.args[1])
            elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if ast.unparse(targets[0]) in TABLES:
                    keys = ast.unparse(targets[0]) == "_SAMPLES"
                    for item in node.value.keys if keys else node.value.values:
                        if item is not None:
                            yield from texts(item)
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "head":
                yield from texts(node.value)


def parts(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def needs_no_dutch(sentence: str) -> bool:
    """Whether it has no words of its own."""
    return not any(c.isalpha() for text, *_ in Formatter().parse(sentence) for c in text)


def test_every_sentence_has_its_dutch() -> None:
    sentences = {sentence for sentence in told() if not needs_no_dutch(sentence)} | OF_DATA
    assert len(sentences) > 120
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
    assert Words("nl")(phrase(" = {index:.2f} of 1", index=0.44)) == " = 0,44 van 1"
    assert Words("nl")("{share:.0%} of the model is answered.", share=0.875) == "88% van het model is beantwoord."


def test_what_is_no_sentence_of_ours_stays_as_it_is() -> None:
    assert Words("nl")("{braces} of a third party's rule") == "{braces} of a third party's rule"
    assert Words("nl")(phrase("a rule of {nobody}")) == "a rule of {nobody}"
