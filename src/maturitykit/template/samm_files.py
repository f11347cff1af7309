"""Reader of the files of OWASP SAMM's core: eight folders of YAML files that refer to each other by ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from maturitykit.errors import FileError, Finding, one_of, quoted
from maturitykit.files.yaml import read_yaml

#: The folders, each with the keys that are imported.
KEYS: Mapping[str, tuple[str, ...]] = {
    "business_functions": ("model", "id", "name", "description", "order"),
    "security_practices": ("function", "id", "name", "shortDescription", "longDescription", "order"),
    "streams": ("practice", "id", "name", "description", "order"),
    "maturity_levels": ("id", "number", "description"),
    "practice_levels": ("practice", "maturityLevel", "id", "objective"),
    "activities": (
        *("stream", "level", "id", "title", "shortDescription", "longDescription", "benefit"),
        *("results", "metrics", "costs", "personnel", "notes", "relatedActivities"),
    ),
    "questions": ("activity", "answerSet", "id", "text", "quality", "order"),
    "answer_sets": ("id", "values"),
}
#: The keys that refer to a part in another folder, with that folder; the first names the parent.
LINKS: Mapping[str, Mapping[str, str]] = {
    "security_practices": {"function": "business_functions"},
    "streams": {"practice": "security_practices"},
    "practice_levels": {"practice": "security_practices", "maturityLevel": "maturity_levels"},
    "activities": {"stream": "streams", "level": "practice_levels"},
    "questions": {"activity": "activities", "answerSet": "answer_sets"},
}
#: Keys whose values must not be empty.
NEEDED = {"id", "name", "title", "text", "number", "values"}
#: Keys of answers that are imported.
ANSWER = ("text", "value", "order")
#: The most files in a folder; one with more is not in this format.
MOST_FILES = 5_000

_EMPTY = ("", "~", "null", "Null", "NULL")


class Part(NamedTuple):
    """The content of a file."""

    location: str
    stem: str
    data: Mapping[str, Any]

    def text(self, key: str) -> str:
        """Return the text under a key; a list has a line for each item."""
        value = self.data.get(key, "")
        if isinstance(value, list):
            return "\n".join(f"- {item.strip()}" for item in value)
        return "" if value in _EMPTY else str(value).strip()

    def number(self, key: str) -> float:
        """Return the number under a key, or 0 if there is none."""
        return float(self.text(key) or 0)


class Core:
    """All parts in a folder of the format, in their order.

    Args:
        root: The folder that holds the eight folders.

    Raises:
        FileError: If anything is missing, cannot be read, or refers to a part that does not exist.
    """

    def __init__(self, root: Path) -> None:
        self._findings: list[Finding] = []
        #: Number of files with a value under a key that is not imported, by folder and key.
        self.unread: Counter[tuple[str, str]] = Counter()
        self.other_files: list[str] = []
        self._parts = {folder: list(self._read(root, folder)) for folder in KEYS}
        if root.is_dir():
            self.other_files += sorted(item.name for item in root.iterdir() if item.name not in KEYS)
        self._by_id = {folder: self._indexed(folder) for folder in KEYS}
        for folder, links in LINKS.items():
            for part in self._parts[folder]:
                self._findings += self._dangling(part, links)
        if self._findings:
            raise FileError(f"no model can be made of {root}", self._findings)

    def __getitem__(self, folder: str) -> list[Part]:
        return self._parts[folder]

    def of(self, folder: str, part: Part) -> list[Part]:
        """Return the parts in a folder whose parent is this part, in their order."""
        key, *_ = LINKS[folder]
        return [each for each in self._parts[folder] if each.text(key) == part.text("id")]

    def linked(self, folder: str, part: Part, key: str) -> Part:
        """Return the part that this one refers to under a key."""
        return self._by_id[LINKS[folder][key]][part.text(key)]

    def title_of_activity(self, id: str) -> str | None:
        """Return the title of the activity with an id, if there is one."""
        activity = self._by_id["activities"].get(id)
        return activity and activity.text("title")

    def _read(self, root: Path, folder: str) -> Iterator[Part]:
        if not (root / folder).is_dir():
            self._findings.append(Finding(folder, "there is no such folder", f"the folders {', '.join(KEYS)}"))
            return
        files = sorted((root / folder).iterdir(), key=lambda file: file.stem)
        yaml = [file for file in files if file.suffix in (".yml", ".yaml")]
        self.other_files += [f"{folder}/{file.name}" for file in files if file not in yaml]
        if not 0 < len(yaml) <= MOST_FILES:
            self._findings.append(Finding(folder, f"holds {len(yaml)} YAML files", f"1 to {MOST_FILES}"))
            return
        parts = []
        for file in yaml:
            location = f"{folder}/{file.name}"
            try:
                data = read_yaml(file)
            except FileError as error:
                self._findings += [f._replace(where=f"{location} {f.where}".strip()) for f in error.findings]
                continue
            wrong = list(_wrong(location, data, KEYS[folder]))
            self._findings += wrong
            if not wrong:
                parts.append(Part(location, file.stem, data))
                self.unread.update((folder, key) for key in _unread(data, KEYS[folder]))
        yield from sorted(parts, key=lambda part: part.number("order") or part.number("number"))

    def _indexed(self, folder: str) -> dict[str, Part]:
        by_id: dict[str, Part] = {}
        for part in self._parts[folder]:
            other = by_id.setdefault(part.text("id"), part)
            if other is not part:
                self._findings.append(
                    Finding(f"{part.location} id", f"is also that of {other.location}", "each id once")
                )
        return by_id

    def _dangling(self, part: Part, links: Mapping[str, str]) -> Iterator[Finding]:
        for key, folder in links.items():
            id, known = part.text(key), self._by_id[folder]
            if id not in known:
                yield Finding(
                    f"{part.location} {key}", f"{quoted(id)} is no id in {folder}", one_of(list(known), id)
                )


def _wrong(location: str, data: object, keys: tuple[str, ...]) -> Iterator[Finding]:
    """Yield a finding for each value in a file that the format does not allow."""
    if not isinstance(data, dict):
        yield Finding(location, "is no mapping", f"the keys {', '.join(keys)}")
        return
    for key in keys:
        value = data.get(key, "")
        if key == "values":
            yield from _wrong_answers(f"{location} values", value)
        elif not (isinstance(value, str) or _is_texts(value)):
            yield Finding(f"{location} {key}", "is no text", "a text, or a list of texts")
        elif key in NEEDED and (value in _EMPTY or not isinstance(value, str)):
            yield Finding(f"{location} {key}", "is missing", "a text")
        elif key in ("order", "number") and value and not _is_number(value):
            yield Finding(f"{location} {key}", f"is {quoted(value)}", "a number")


def _wrong_answers(location: str, values: object) -> Iterator[Finding]:
    if not isinstance(values, list) or not values:
        yield Finding(location, "is no list of answers", "a list with text, value and order of each")
        return
    for i, answer in enumerate(values):
        if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
            yield Finding(f"{location}[{i}]", "has no text", "text, value and order of an answer")
        elif not (_is_number(answer.get("value")) and _is_number(answer.get("order", "0"))):
            yield Finding(f"{location}[{i}]", "has no number as its value or its order", "a value from 0 to 1")


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_number(value: object) -> bool:
    try:
        return abs(float(value)) < 1e9 if isinstance(value, str) else False
    except ValueError:
        return False


def _unread(data: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[str]:
    for key, value in data.items():
        # The type repeats the folder of the file.
        if key not in keys and key != "type" and value not in _EMPTY:
            yield key
        elif key == "values":
            weights = {answer.get("weight", "1") for answer in value}
            yield from {
                f"values.{other}" for answer in value for other in answer if other not in (*ANSWER, "weight")
            }
            yield from ["values.weight"] if not weights <= {"1", "1.0"} else []
