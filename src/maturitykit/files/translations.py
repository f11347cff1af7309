"""Translation files, which lie beside the model or crosswalk that they translate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any, get_args, get_origin, get_type_hints

from attrs import AttrsInstance, field, fields_dict, has, make_class

from maturitykit.definition.translation import TextWalk, fields_with_texts, key_of
from maturitykit.errors import FileError, Finding, quoted
from maturitykit.files.strict import FORMAT, structure
from maturitykit.files.text import read_toml


class Texts(Mapping[str, Mapping[str, str]]):
    """The translations in a folder, by language, each with its texts by path. A translation is read on access.

    Args:
        folder: Folder of the translations, which may be missing.
        pattern: Path of a translation in it, with ``{language}`` in its first part.
        kind: Class that is translated: `Model` or `Crosswalk`.
    """

    def __init__(self, folder: Traversable, pattern: str, kind: type[AttrsInstance]) -> None:
        self._folder = folder
        self._pattern = pattern
        self._kind = kind

    def __getitem__(self, language: str) -> Mapping[str, str]:
        if language not in set(self):
            raise KeyError(language)
        file = self._folder / self._pattern.format(language=language)
        title = f"{file} is not a translation"
        entry = structure(read_toml(file), text_entry(self._kind), title)
        if entry.language != language:
            expected = f'"{language}", as its path says'
            raise FileError(title, [Finding("language", f"is {quoted(entry.language)}", expected, "MK005")])
        return dict(_texts("", entry))

    def __iter__(self) -> Iterator[str]:
        if self._folder.is_dir():
            names = {file.name.removesuffix(".toml") for file in self._folder.iterdir()}
            files = ((name, self._folder / self._pattern.format(language=name)) for name in sorted(names))
            yield from (name for name, file in files if file.is_file())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _texts(path: str, data: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts of an entry that are not empty, each after its path."""
    if isinstance(data, str):
        yield from [(path, data)] if data else ()
        return
    if has(type(data)):
        data = {name: getattr(data, name) for name in fields_dict(type(data)) if name not in _HEADER}
    for key, value in data.items():
        yield from _texts(f"{path}.{key}" if path else key, value)


def texts_to_dict(thing: AttrsInstance, language: str) -> dict[str, Any]:
    """Return the texts of a model or crosswalk as the data of a translation file that is yet to be translated."""
    data: dict[str, Any] = {"format": FORMAT, "language": language}
    for text in TextWalk(thing).texts:
        # A label that equals the id is only a default, and ids are not translated.
        is_id = text.kind == "label" and text.text in text.steps
        if text.text and text.kind != "as published" and not is_id:
            *path, last = text.steps
            table = data
            for step in path:
                table = table.setdefault(step, {})
            table[last] = text.text
    return data


_TABLE: Any = Mapping

#: Keys of a translation file that hold no texts, with their types and descriptions.
_HEADER = {
    "format": (int, "Number of the file format: 1."),
    "language": (str, "Language of the texts in this file, as in its path."),
}


@cache
def text_entry(kind: type[AttrsInstance]) -> Any:
    """Return the class of the translation files of a model or crosswalk."""
    header = {
        name: field(type=of, kw_only=True, metadata={"meaning": meaning})
        for name, (of, meaning) in _HEADER.items()
    }
    docstring = f"A translation file of a {kind.__name__.lower()}."
    return _make(f"{kind.__name__}TextEntry", {**_fields(kind), **header}, docstring)


def _make(name: str, fields: dict[str, Any], docstring: str) -> Any:
    return make_class(name, fields, frozen=True, class_body={"__doc__": docstring})


def _fields(kind: type[AttrsInstance], is_top: bool = True) -> dict[str, Any]:
    """Return the fields of the class for the texts of a class, with the class whose docstring describes them."""
    text_fields: dict[str, Any] = {}
    hints = get_type_hints(kind)
    for each in fields_with_texts(kind):
        hint, metadata = hints[each.name], each.metadata
        if metadata.get("text") == "as published":
            continue
        if metadata.get("text"):
            default: Any = {"default": ""} if hint is str else {"factory": dict}
            meaning = {"meaning": "Its label."} if metadata["text"] == "label" else {"of": kind}
            text_fields[each.name] = field(type=hint, metadata=meaning, **default)
        elif metadata["at"] == "":
            text_fields |= _fields(_class_in(hint))
        elif is_top or metadata["at"] is None:
            part = _class_in(hint)
            type_ = _type(part, metadata["part"])
            text_fields[metadata["at"] or each.name] = field(
                type=_TABLE[str, type_] if key_of(part) else type_,
                factory=dict if key_of(part) else type_,
                metadata={"meaning": metadata["part"]},
            )
    return text_fields


def _type(part: Any, meaning: str) -> Any:
    """Return the type for the texts of a part of a model or crosswalk."""
    marked = fields_with_texts(part)
    if len(marked) > 1:
        docstring = f"Texts of one {part.__name__.lower()}." if key_of(part) else meaning
        return _make(f"{part.__name__}Text", _fields(part, is_top=False), docstring)
    (only,) = marked
    hint = get_type_hints(part)[only.name]
    if "text" in only.metadata:
        return hint
    return _TABLE[str, _type(_class_in(hint), "")]


def _class_in(hint: Any) -> Any:
    """Return the class with fields that the type of a field contains."""
    return hint if get_origin(hint) is None else next(each for each in get_args(hint) if has(each))
