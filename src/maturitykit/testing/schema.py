"""JSON Schemas of all files, and tables of their keys, generated from the classes that files are read as.

``python -m maturitykit.testing.schema FOLDER`` writes the schemas into a folder, for editors and
other tools. They use only what tools for TOML understand: no ``const``, no ``prefixItems``.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints, is_typeddict

from attrs import NOTHING, fields_dict, has

from maturitykit.definition import Guidance, Label, Model, Note, Reading, Scale, Stage
from maturitykit.definition.crosswalk import RELATIONS, Crosswalk, NotInferable
from maturitykit.errors import MaturityError
from maturitykit.files.assessment import AssessmentEntry
from maturitykit.files.crosswalk import CrosswalkEntry, LinkEntry
from maturitykit.files.model import DimensionEntry, ModelEntry
from maturitykit.files.result import ComparisonEntry, ResultEntry
from maturitykit.files.strict import FORMAT, Weight, keys_of
from maturitykit.files.text import read_text, write_text
from maturitykit.files.translations import text_entry
from maturitykit.registry import scorers
from maturitykit.testing.cases import CasesEntry

Schema = dict[str, Any]

#: The class that each kind of file is read as.
FILES: Mapping[str, type] = {
    "model": ModelEntry,
    "model-text": text_entry(Model),
    "crosswalk": CrosswalkEntry,
    "crosswalk-text": text_entry(Crosswalk),
    "assessment": AssessmentEntry,
    "cases": CasesEntry,
    "result": ResultEntry,
    "comparison": ComparisonEntry,
}

#: A number or a fraction as text.
_EXACT = r"^\s*\+?[0-9.][0-9_.]*([eE][+-]?[0-9_]+)?(\s*/\s*[0-9_]+)?\s*$"

#: Types that are not classes of ours, each with its schema and its name in words.
_PLAIN: Mapping[Any, tuple[Schema, str]] = {
    str: ({"type": "string"}, "text"),
    int: ({"type": "integer"}, "whole number"),
    float: ({"type": "number"}, "number"),
    bool: ({"type": "boolean"}, "true or false"),
    NoneType: ({"type": "null"}, "null"),
    date: ({"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}, "date"),
    Fraction: ({"type": ["number", "string"], "pattern": _EXACT}, "number or text"),
    Weight: ({"type": ["number", "string"], "pattern": f"{_EXACT}|^parts$"}, "number or text"),
}

_ID = {"pattern": "^[A-Za-z][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*-?$", "maxLength": 100}
#: The id of a model, or ``id@version``.
_MODEL_NAME = {"pattern": "^[A-Za-z][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*-?(@[A-Za-z0-9][A-Za-z0-9._+-]*)?$"}
_WITH_IDS = (ModelEntry, DimensionEntry, Scale, Stage, Guidance, Note, Reading, Label)
_FILLED = {"minLength": 1}
_RELATION = {"enum": list(RELATIONS)}

#: Constraints on single fields beyond their types, by class and field.
_CHECKED: Mapping[tuple[type, str], Schema] = {
    **{(kind, "format"): {"enum": [FORMAT]} for kind in FILES.values()},
    **{(kind, "id"): _ID for kind in _WITH_IDS},
    (ModelEntry, "version"): _FILLED,
    (ModelEntry, "title"): _FILLED,
    (ModelEntry, "scorers"): {"minItems": 1},
    (ModelEntry, "dimensions"): {"minItems": 1},
    (Scale, "stages"): {"minItems": 2},
    (Reading, "about"): {"minItems": 1},
    (CrosswalkEntry, "source"): _MODEL_NAME,
    (CrosswalkEntry, "target"): _MODEL_NAME,
    (LinkEntry, "relation"): {"anyOf": [_RELATION, {"type": "array", "items": _RELATION, "minItems": 1}]},
    (LinkEntry, "strength"): {"exclusiveMinimum": 0, "maximum": 1},
    (NotInferable, "reason"): _FILLED,
}


class Key(NamedTuple):
    """A key of a table in a file.

    Args:
        name: Name of the key in files.
        kind: The type of its value.
        meaning: Meaning of the key, in words.
        needed: Whether it must be there.
        default: The value if it is left out; None if a file cannot express it.
        checked: Constraints on its value beyond its type.
    """

    name: str
    kind: Any
    meaning: str
    needed: bool
    default: object
    checked: Schema


def keys(kind: type) -> list[Key]:
    """Return the keys that a class is read from, in their order, but required keys first."""
    hints = get_type_hints(kind)
    result = []
    for name, key in keys_of(kind).items():
        default, metadata = _field(kind, name)
        plain = isinstance(default, (str, float, int)) and default != ""
        # Classes of translation files are generated, so meanings come from the classes of models and crosswalks.
        meaning = metadata.get("meaning") or _meanings(metadata.get("of", kind)).get(name, "")
        checked, needed = _CHECKED.get((kind, name), {}), default is NOTHING
        result.append(Key(key, hints[name], meaning, needed, default if plain else None, checked))
    return sorted(result, key=lambda key: not key.needed)


def _field(kind: Any, name: str) -> tuple[object, Mapping[str, Any]]:
    """Return the default of a field, and its metadata."""
    if is_typeddict(kind):
        return NOTHING if name in kind.__required_keys__ else None, {}
    attribute = fields_dict(kind)[name]
    return attribute.default, attribute.metadata


def _is_class(kind: Any) -> bool:
    """Return whether a type is a class of ours, with keys of its own."""
    return has(kind) or is_typeddict(kind)


@cache
def _meanings(kind: type) -> dict[str, str]:
    """Return the meaning of each field, from the docstrings of a class and of its bases."""
    meanings: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        text = inspect.cleandoc(each.__doc__ or "").partition("\nArgs:\n")[2].partition("\n\n")[0]
        for name, meaning in re.findall(r"^    (\w+): (.*(?:\n        .*)*)", text, re.MULTILINE):
            meanings[name] = " ".join(meaning.split()).replace("``", "`")
    return meanings


def _about(kind: type) -> str:
    """Return the first paragraph of a class's docstring, in Markdown."""
    return " ".join(inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0].split()).replace("``", "`")


def _name(kind: type) -> str:
    """Return the name of a class as files call it: ``DimensionEntry`` is a ``dimension``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__.removesuffix("Entry")).lower()


def schema(name: str) -> Schema:
    """Return the JSON Schema of a kind of file, one of `FILES`."""
    parts: dict[str, Schema] = {}
    root = _table(FILES[name], parts)
    if is_typeddict(FILES[name]):
        # Later versions may add keys, which programs must ignore.
        for table in (root, *parts.values()):
            table.pop("additionalProperties")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:maturitykit:schema:{name}:{FORMAT}",
        "title": f"maturitykit: {name}",
        **root,
        "$defs": {part: parts[part] for part in sorted(parts)},
    }


def _table(kind: type, parts: dict[str, Schema]) -> Schema:
    """Return the schema of a class; those of the classes within it are added to ``parts``."""
    known = keys(kind)
    needed = [key.name for key in known if key.needed]
    return {
        "description": _about(kind),
        "type": "object",
        **({"required": needed} if needed else {}),
        "additionalProperties": False,
        "properties": {key.name: _value(key, parts) for key in known},
    }


def _value(key: Key, parts: dict[str, Schema]) -> Schema:
    value = key.checked if "anyOf" in key.checked else _of(key.kind, parts) | key.checked
    if key.name in ("scorer", "scorers"):
        value = _with_rules(value)
    default = {} if key.default is None else {"default": key.default}
    return {"description": key.meaning} | value | default


def _with_rules(schema: Schema) -> Schema:
    """Return a schema that proposes the built-in rules; any other installed rule stays valid."""
    built_in = {"enum": [id for id in scorers if scorers[id].distribution == "maturitykit"]}
    if "items" in schema:
        return schema | {"items": {"anyOf": [built_in, schema["items"]]}}
    return {"anyOf": [built_in, schema]}


def _of(kind: Any, parts: dict[str, Schema]) -> Schema:
    """Return the schema of the type of a field."""
    origin, args = get_origin(kind), get_args(kind)
    if kind in _PLAIN:
        return dict(_PLAIN[kind][0])
    if origin is Literal:
        return {"enum": list(args)}
    if origin in (UnionType, Union):
        return _one_of([_of(member, parts) for member in _members(kind)])
    if origin in (tuple, list):
        many = origin is list or args[-1] is Ellipsis
        size = {} if many else {"minItems": len(args), "maxItems": len(args)}
        return {"type": "array", "items": _of(args[0], parts), **size}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _of(args[1], parts)}
    assert _is_class(kind), kind
    if _name(kind) not in parts:
        parts[_name(kind)] = {}
        parts[_name(kind)] |= _table(kind, parts)
    return {"$ref": f"#/$defs/{_name(kind)}"}


def _one_of(members: Sequence[Schema]) -> Schema:
    if all(set(member) == {"type"} and isinstance(member["type"], str) for member in members):
        return {"type": [member["type"] for member in members]}
    return {"anyOf": list(members)}


def as_json(name: str) -> str:
    """Return the schema of a kind of file as text."""
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"


def page(name: str) -> str:
    """Return the keys of a kind of file as tables in Markdown: its own, then those of the tables within."""
    parts: list[type] = [FILES[name]]
    lines: list[str] = []
    # The loop appends to the list as it finds further parts.
    for kind in parts:
        rows = []
        for key in keys(kind):
            parts += [part for part in _classes(key.kind) if part not in parts]
            default = f" Default: `{json.dumps(key.default)}`." if key.default is not None else ""
            rows.append((f"`{key.name}`", _words(key.kind), "yes" if key.needed else "", key.meaning + default))
        if kind is not FILES[name]:
            lines += [f"**{_name(kind).replace('-', ' ')}.** {_about(kind)}", ""]
        lines += [f"| {' | '.join(row)} |" for row in (("key", "type", "needed", "meaning"), ("---",) * 4, *rows)]
        lines.append("")
    return "\n".join(lines)


def _classes(kind: Any) -> Iterator[type]:
    """Yield the classes of ours within a type."""
    if _is_class(kind):
        yield kind
    for member in _members(kind) if get_origin(kind) in (UnionType, Union) else get_args(kind):
        yield from _classes(member)


def _members(union: Any) -> list[Any]:
    """Return the types that a value in a file may have; files name a stage by its id, not as a Stage."""
    return [member for member in get_args(union) if member is not Stage]


def _words(kind: Any, many: bool = False) -> str:
    """Return a type in words, for the reference."""
    origin, args = get_origin(kind), get_args(kind)
    if kind in _PLAIN:
        return re.sub(r"(?<=text)$|(?<=number)\b", "s" * many, _PLAIN[kind][1])
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in args)
    if origin in (UnionType, Union):
        return " or ".join(dict.fromkeys(_words(m, many) for m in _members(kind) if m is not NoneType))
    if origin in (tuple, list):
        count = "" if args[-1] is Ellipsis or origin is list else f"{len(args)} "
        return f"list{'s' * many} of {count}{_words(args[0], True)}"
    if origin is not None:
        return f"table{'s' * many} of {_words(args[1], True)}"
    return f"*{_name(kind).replace('-', ' ')}*"


def main(arguments: Sequence[str]) -> int:
    """Write the schemas into a folder, and the tables of keys between the markers of a page."""
    if len(arguments) not in (1, 2):
        print("usage: python -m maturitykit.testing.schema FOLDER [PAGE]", file=sys.stderr)
        return 2
    try:
        for name in FILES:
            write_text(Path(arguments[0]) / f"{name}.schema.json", as_json(name))
        for path in arguments[1:]:
            write_text(path, with_tables(read_text(path)))
    except MaturityError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def with_tables(text: str) -> str:
    """Return a page with the tables of keys between ``<!-- keys of NAME -->`` and ``<!-- end -->``."""

    def filled(mark: re.Match[str]) -> str:
        return f"{mark[1]}\n\n{page(mark[2])}\n{mark[3]}"

    return re.sub(r"(<!-- keys of ([\w-]+) -->)\n.*?(<!-- end -->)", filled, text, flags=re.DOTALL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
