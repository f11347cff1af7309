"""Importer of models from a folder of YAML files in the format of OWASP SAMM's core.

Business functions hold security practices, these hold streams, and a stream has an activity at each maturity
level, which a question measures. Answers have values from 0 to 1. The score of a stream is the sum of its levels,
that of a practice or a function is the mean of its parts. So on a scale of levels from 0 up, all scores are
means of values.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from maturitykit.errors import FileError, Finding
from maturitykit.files.strict import FORMAT
from maturitykit.template.draft import Draft, Ids, title_of
from maturitykit.template.samm_files import KEYS, Core, Part

#: The kinds of notes: the key of their text in the files, their id and their name.
KINDS = (
    ("longDescription", "description", "Description"),
    ("benefit", "benefit", "Benefit"),
    ("quality", "criteria", "Quality criteria"),
    ("results", "results", "Results"),
    ("metrics", "metrics", "Metrics"),
    ("costs", "costs", "Costs"),
    ("personnel", "personnel", "Personnel"),
    ("notes", "author", "Author's notes"),
    ("relatedActivities", "related", "Related activities"),
)

_READINGS = (
    (
        "rule",
        ["scorers"],
        "The files state no rule. That of the framework whose format this is: answers count by their values, "
        "a stream is the sum of its levels, a practice the mean of its streams, a function the mean of its "
        "practices. A mean of the values gives the same: where all answers count 1, it is the highest level. "
        "Where an activity is not applicable, a practice is still the mean of its streams, so each other answer "
        "in that stream weighs more.",
    ),
    ("overall", ["outcome"], "The files say nothing of the whole. Its score is the mean of its functions."),
    (
        "level-0",
        ["scales.maturity.level-0"],
        "The files have maturity levels from 1 up. Below the first is level 0.",
    ),
    (
        "ids",
        ["dimensions", "scales"],
        "The ids are made from the names of the files, and those of answers from their order.",
    ),
)


def read_samm(folder: Path, id: str) -> Draft:
    """Return the model in a folder of YAML files, or in its folder ``model``.

    Raises:
        FileError: If files are missing, cannot be read or do not fit together, with all findings.
    """
    core = Core(folder / "model" if (folder / "model").is_dir() else folder)
    importer = _Importer(core, id)
    data = importer.model()
    if importer.findings:
        raise FileError(f"no model can be made of {folder}", importer.findings)
    counts = ", ".join(f"{len(core[name])} {name.replace('_', ' ')}" for name in KEYS)
    return Draft(data, folder.resolve().name, counts, [*importer.remarks, *_left_out(core)])


def _left_out(core: Core) -> Iterator[str]:
    yield "The ids in the files, which tell a reader nothing: the names of the files serve as ids."
    yield "Comments in the files. A value that begins with # is one too, such as a colour."
    for (folder, key), count in sorted(core.unread.items()):
        yield f"What stands under {key!r} in {count} of the {len(core[folder])} {folder.replace('_', ' ')}."
    if core.other_files:
        shown = ", ".join(core.other_files[:10])
        yield f"Files that are not of the format: {shown}{', …' if len(core.other_files) > 10 else ''}."


class _Importer:
    """Converter of the parts to the data of a model file."""

    def __init__(self, core: Core, id: str) -> None:
        self.core = core
        self.id = id
        self.ids = Ids(("outcome",))
        self.remarks: list[str] = []
        self.findings: list[Finding] = []
        scales = Ids(("maturity",))
        self.scales = {
            part.text("id"): scales.of(f"answers-{part.stem}", "answers") for part in core["answer_sets"]
        }

    def model(self) -> dict[str, Any]:
        """Return the data of the model file."""
        names = {function.text("model") for function in self.core["business_functions"]} - {""}
        title = names.pop() if len(names) == 1 else title_of(self.id)
        note = "Taken over from YAML files, which name no publisher, date or address. Say here what they are."
        dimensions = list(self._functions())
        used = {scale for dimension in dimensions if (scale := dimension.get("scale"))}
        kinds = {each["kind"] for dimension in dimensions for each in dimension.get("notes", ())}
        levels = [_level(level) for level in self.core["maturity_levels"]]
        return {
            "format": FORMAT,
            "id": self.id,
            "version": "0.1.0",
            "title": title,
            "language": "en",
            "scorers": ["mean"],
            "outcome": "maturity",
            "source": {"note": note},
            "readings": [{"id": id, "about": about, "why": why} for id, about, why in _READINGS],
            "tags": [{"id": id, "name": f"Maturity {id.replace('-', ' ')}"} for id in levels],
            "kinds": [{"id": id, "name": name} for _, id, name in KINDS if id in kinds],
            "scales": [self._maturity(), *self._answers(used)],
            "dimensions": dimensions,
        }

    def _maturity(self) -> dict[str, Any]:
        stages = [{"id": "level-0", "name": "Level 0"}]
        for level in self.core["maturity_levels"]:
            id = _level(level)
            stages.append(
                _non_empty_values(id=id, name=id.capitalize().replace("-", " "), summary=level.text("description"))
            )
        return {"id": "maturity", "stages": stages}

    def _answers(self, used: set[str]) -> Iterator[dict[str, Any]]:
        for part in self.core["answer_sets"]:
            scale = self.scales[part.text("id")]
            if scale not in used:
                self.remarks.append(f"The answers in {part.location}: no question has them.")
                continue
            answers = sorted(part.data["values"], key=lambda answer: float(answer.get("order", 0)))
            stages = [
                {
                    "id": f"answer-{i}",
                    "name": answer["text"].strip() or f"Answer {i}",
                    "value": float(answer["value"]),
                }
                for i, answer in enumerate(answers)
            ]
            yield {"id": scale, "stages": stages}

    def _functions(self) -> Iterator[dict[str, Any]]:
        for function in self.core["business_functions"]:
            id = self.ids.of(function.stem, "function")
            yield _non_empty_values(id=id, name=function.text("name"), summary=function.text("description"))
            yield from self._non_empty(
                function,
                [e for each in self.core.of("security_practices", function) for e in self._practice(each, id)],
            )

    def _practice(self, practice: Part, parent: str) -> Iterator[dict[str, Any]]:
        id = self.ids.of(practice.stem, "practice")
        levels = self.core.of("practice_levels", practice)
        objectives = {
            _level(self.core.linked("practice_levels", level, "maturityLevel")): level.text("objective")
            for level in levels
        }
        yield _non_empty_values(
            id=id,
            name=practice.text("name"),
            parent=parent,
            summary=practice.text("shortDescription"),
            descriptors={level: text for level, text in sorted(objectives.items()) if text},
            notes=self._notes(practice),
        )
        yield from self._non_empty(
            practice, [e for each in self.core.of("streams", practice) for e in self._stream(each, id)]
        )

    def _stream(self, stream: Part, parent: str) -> Iterator[dict[str, Any]]:
        id = self.ids.of(stream.stem, "stream")
        yield _non_empty_values(id=id, name=stream.text("name"), parent=parent, summary=stream.text("description"))
        activities = sorted(self.core.of("activities", stream), key=self._number)
        measured = [(activity, self.core.of("questions", activity)) for activity in activities]
        entries = [entry for activity, questions in measured for entry in self._activity(activity, questions, id)]
        yield from self._non_empty(stream, entries)
        levels = [self._number(activity) for activity, questions in measured if questions]
        if levels != [level.number("number") for level in self.core["maturity_levels"]]:
            problem = "does not have one activity at each level, so that its score is no sum of levels"
            self.remarks.append(f"The rule for the stream in {stream.location}, which {problem}.")

    def _activity(self, activity: Part, questions: list[Part], parent: str) -> Iterator[dict[str, Any]]:
        if not questions:
            self.remarks.append(f"The activity in {activity.location}, which no question measures.")
            return
        id = self.ids.of(activity.stem, "activity")
        entry = _non_empty_values(
            id=id,
            name=activity.text("title"),
            parent=parent,
            summary=activity.text("shortDescription"),
            tags=[_level(self._maturity_level(activity))],
        )
        if len(questions) == 1:
            yield self._rated(entry, questions[0], [*self._notes(activity), *self._notes(questions[0])])
            return
        self.remarks.append(
            f"The rule for the activity in {activity.location}, as the mean of several questions is ours."
        )
        yield {**entry, "notes": self._notes(activity)}
        for question in questions:
            dimension = {
                "id": self.ids.of(f"{question.stem}-q", "question"),
                "name": question.text("text"),
                "parent": id,
            }
            yield self._rated(dimension, question, self._notes(question))

    def _rated(self, entry: dict[str, Any], question: Part, notes: list[dict[str, str]]) -> dict[str, Any]:
        scale = self.scales[question.text("answerSet")]
        return {**entry, **_non_empty_values(question=question.text("text"), scale=scale, notes=notes)}

    def _non_empty(self, part: Part, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the entries below a part, and add a finding if there are none, as it could not be scored."""
        if not entries:
            self.findings.append(
                Finding(part.location, "nothing that is measured belongs to it", "a question below it")
            )
        return entries

    def _notes(self, part: Part) -> list[dict[str, str]]:
        texts = ((id, self._related(part) if id == "related" else part.text(key)) for key, id, _ in KINDS)
        return [{"id": id, "kind": id, "text": text} for id, text in texts if text]

    def _related(self, part: Part) -> str:
        ids = part.data.get("relatedActivities")
        lines = []
        for id in ids if isinstance(ids, list) else []:
            title = self.core.title_of_activity(id.strip())
            if title is None:
                self.remarks.append(f"A related activity in {part.location}, which there is not.")
            else:
                lines.append(f"- {title}")
        return "\n".join(lines)

    def _maturity_level(self, activity: Part) -> Part:
        return self.core.linked(
            "practice_levels", self.core.linked("activities", activity, "level"), "maturityLevel"
        )

    def _number(self, activity: Part) -> float:
        return self._maturity_level(activity).number("number")


def _level(level: Part) -> str:
    return f"level-{level.number('number'):g}".replace(".", "-")


def _non_empty_values(**entry: Any) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value}
