"""Translations as files beside what they translate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Protocol, TypeVar

from maturitykit.errors import FileError, Finding, quoted
from maturitykit.files.strict import structure
from maturitykit.files.text import read_toml


class _Text(Protocol):
    @property
    def language(self) -> str: ...


T = TypeVar("T", bound=_Text)


class Texts(Mapping[str, T]):
    """The translations in a folder, by language: listed at once, each read when asked for.

    Args:
        folder: May be missing.
        pattern: The path of a translation in it, with ``{language}`` in its first part.
        kind: What a file holds.
    """

    def __init__(self, folder: Traversable, pattern: str, kind: type[T]) -> None:
        self._folder = folder
        self._pattern = pattern
        self._kind = kind

    def __getitem__(self, language: str) -> T:
        if language not in set(self):
            raise KeyError(language)
        file = self._folder / self._pattern.format(language=language)
        title = f"{file} is not a translation"
        text = structure(read_toml(file), self._kind, title)
        if text.language != language:
            expected = f'"{language}", as its path says'
            raise FileError(title, [Finding("language", f"is {quoted(text.language)}", expected, "MK005")])
        return text

    def __iter__(self) -> Iterator[str]:
        if self._folder.is_dir():
            names = {file.name.removesuffix(".toml") for file in self._folder.iterdir()}
            files = ((name, self._folder / self._pattern.format(language=name)) for name in sorted(names))
            yield from (name for name, file in files if file.is_file())

    def __len__(self) -> int:
        return sum(1 for _ in self)
