"""Reader of YAML that keeps every scalar as text, so that ``No`` does not become false."""

from __future__ import annotations

import re
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from maturitykit.errors import FileError, Finding, install_hint, quoted
from maturitykit.files.text import NESTED, read_text

#: The most bytes of a file; one part of a framework does not take more.
LARGEST = 1_000_000
#: The most nested brackets; PyYAML takes long to refuse more.
DEEPEST = 200


def read_yaml(path: Path) -> Any:
    """Read the data of a YAML file as mappings and lists of texts, without numbers, dates or booleans.

    Raises:
        FileError: If it cannot be read, is not YAML, or the extra ``[yaml]`` is not installed.
    """
    yaml, loader = _yaml()
    text = read_text(path, LARGEST)
    title = f"cannot read {path}"
    if _depth(text) > DEEPEST:
        raise FileError(title, [NESTED])
    try:
        return yaml.load(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        finding = Finding(where, f"is not YAML: {error.problem or error.context}")
    except yaml.YAMLError as error:
        finding = Finding("", f"is not YAML: {' '.join(str(error).split())}")
    except RecursionError:
        finding = NESTED
    raise FileError(title, [finding])


def _depth(text: str) -> int:
    """Return the depth of nested brackets, including those within texts."""
    steps = (1 if bracket in "[{" else -1 for bracket in re.findall(r"[\[\]{}]", text))
    return max(accumulate(steps), default=0)


@cache
def _yaml() -> tuple[Any, Any]:
    """Import PyYAML, and return it with our loader."""
    try:
        import yaml
    except ModuleNotFoundError:
        finding = Finding("", install_hint("PyYAML", "yaml"))
        raise FileError("cannot read YAML", [finding]) from None

    class Loader(yaml.BaseLoader):
        """A loader of texts, lists and mappings that refuses keys that occur twice."""

        def construct_scalar(self, node: Any) -> str:
            text = str(super().construct_scalar(node))
            # YAML can escape half a character (a lone surrogate), which no file can hold.
            if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
                raise yaml.constructor.ConstructorError(None, None, "half a character", node.start_mark)
            return text

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            seen: set[object] = set()
            for key, _ in node.value:
                if key.value.__hash__ is None:
                    raise yaml.constructor.ConstructorError(None, None, "a key is no text", key.start_mark)
                if key.value in seen:
                    problem = f"the key {quoted(key.value)} stands twice"
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
                seen.add(key.value)
            return dict(super().construct_mapping(node, deep))

    return yaml, Loader
