"""The source as it is read: docstrings, names, and sentences that stand once."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import maturitykit

SOURCE = Path(maturitykit.__file__).parent
#: A docstring begins with a verb or a plain noun, not with a relative clause.
RELATIVE = re.compile(r"(What|Where|Whether|How|Who|Whose|Whom|Which|When|Why|Of|By|That)\b")


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the package by its path."""
    return {str(file.relative_to(SOURCE)): ast.parse(file.read_text("utf-8")) for file in SOURCE.rglob("*.py")}


def documented() -> Iterator[tuple[str, str]]:
    """Every docstring, with where it stands."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if text := ast.get_docstring(node):
                yield f"{path}: {getattr(node, 'name', '')}", text


def test_docstrings_begin_with_a_verb_or_a_noun() -> None:
    found = list(documented())
    assert len(found) > 1000
    assert [where for where, text in found if RELATIVE.match(text)] == []


def test_every_class_name_stands_once() -> None:
    names = Counter(
        node.name for tree in trees().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    )
    assert [name for name, times in names.items() if times > 1] == []


def test_commands_leave_what_they_tell_of_results_to_the_report() -> None:
    called = {
        node.func.id
        for path, tree in trees().items()
        if path.startswith("cli/") and path != "cli/output.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"say", "phrase", "Words", "Section", "Table", "Paragraph", "Bullets"}
