"""Labels of dimensions and answers (ids, names, questions and texts) in every language of a model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from maturitykit.assessment.keys import key
from maturitykit.assessment.ratings import NOT_APPLICABLE, UNKNOWN
from maturitykit.definition import Dimension, Model
from maturitykit.definition.fields import OUTCOME
from maturitykit.errors import PluginError
from maturitykit.registry import models
from maturitykit.words import in_every_language

#: Labels in forms of the answers that are not stages.
NO_STAGES: Mapping[str, str] = MappingProxyType({UNKNOWN: "I don't know", NOT_APPLICABLE: "Not applicable"})

#: Headings that other tools give to our columns of respondents and subjects, in the order of preference.
HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "respondent": (
            "respondent", "name", "your name", "full name", "naam", "uw naam", "email", "email address",
            "e-mailadres", "username", "respondent id", "response id", "id",
        ),
        "subject": ("subject", "organisation", "organization", "organisatie", "company", "bedrijf"),
    }
)  # fmt: skip

_SENTENCE = re.compile(r"(?<=[?.!])\s+")
_IN_BRACKETS = re.compile(r"(.*)\[([^\[\]]+)\]\s*", re.DOTALL)
_NUMBERED = re.compile(r"[^\s.:)]{1,60}[.:)]\s+(.+)", re.DOTALL)


def squashed(text: str) -> str:
    """Return the letters and digits of a text in lower case, so that quotes and hyphens make no difference.

    >>> squashed("I don’t know.") == squashed("I don't know")
    True
    """
    return re.sub(r"[\W_]", "", key(text).casefold())


class Names:
    """Index of ids by their names, as they are written or else by their letters and digits only."""

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        self._exact: dict[str, set[str]] = {}
        self._squashed: dict[str, set[str]] = {}
        for name, id in named:
            self._exact.setdefault(key(name), set()).add(id)
            if squashed(name):
                self._squashed.setdefault(squashed(name), set()).add(id)

    def ids(self, name: str) -> set[str]:
        """Return the ids that a name may stand for: several if it is ambiguous."""
        return set(self._exact.get(key(name)) or self._squashed.get(squashed(name)) or ())

    def nearest(self, name: str) -> str:
        """Return the id whose name is nearest to a text; empty if none is near."""
        text = squashed(name)
        near = get_close_matches(text, self._squashed, 1, 0.6) if 2 < len(text) < 200 else []
        return min(self._squashed[near[0]]) if near else ""


#: Answers that are not stages, by their labels in any language.
OTHER_ANSWERS = Names((say(text), answer) for say in in_every_language() for answer, text in NO_STAGES.items())


class Labels:
    """The labels of a model in all its languages.

    Args:
        model: The model, in any of its languages.
    """

    def __init__(self, model: Model) -> None:
        self._models = [model.in_language(language) for language in model.languages]
        self._leaves = {leaf.id: leaf for leaf in model.leaves}
        self.dimensions = Names(self._dimension_labels())
        self._answers: dict[str, Names] = {}

    def _dimension_labels(self) -> Iterator[tuple[str, str]]:
        """Yield each label of a dimension with its id."""
        if self._models[0].outcome:
            yield OUTCOME, OUTCOME
        for model in self._models:
            for leaf in model.leaves:
                yield from ((name, leaf.id) for name in (leaf.id, leaf.name, leaf.question) if name)
                # Survey tools cut long questions off, and people head columns with the first sentence only.
                yield _SENTENCE.split(leaf.question, maxsplit=1)[0] or leaf.id, leaf.id

    def of_header(self, header: str) -> set[str]:
        """Return the ids of the dimensions that a heading may mean; survey tools add codes and numbers to it."""
        for text in parts_of(header):
            if ids := self.dimensions.ids(text):
                return ids
        return set()

    def answer(self, dimension: str, text: str) -> str:
        """Return the answer that a label stands for; an unknown text stays as it is, and scoring refuses it."""
        leaf = self._leaves.get(dimension)
        if leaf is None or leaf.scale is None or key(text) in leaf.scale.positions:
            return text
        if dimension not in self._answers:
            self._answers[dimension] = Names(self._answer_labels(dimension))
        answers = self._answers[dimension].ids(text) or OTHER_ANSWERS.ids(text)
        return next(iter(answers)) if len(answers) == 1 else text

    def is_answer(self, dimension: str, text: str) -> bool:
        """Tell whether a text is an answer on a dimension."""
        return bool(text) and (self.answer(dimension, text) != text or self._is_id(dimension, text))

    def _is_id(self, dimension: str, text: str) -> bool:
        """Tell whether a text is an answer in our own spelling: the id of a stage, or of no stage."""
        leaf = self._leaves.get(dimension)
        return bool(leaf and leaf.scale and (key(text) in leaf.scale.positions or key(text) in NO_STAGES))

    def _answer_labels(self, dimension: str) -> Iterator[tuple[str, str]]:
        """Yield each label of an answer on a dimension with the id of its stage."""
        for model in self._models:
            leaf: Dimension = model.by_id[dimension]
            for stage in leaf.scale.stages if leaf.scale else ():
                text = leaf.descriptors.get(stage.id) or stage.summary
                for label in (stage.id, stage.name, f"{stage.id} {stage.name}", text):
                    if label:
                        yield label, stage.id


def parts_of(header: str) -> Iterator[str]:
    """Yield a heading, and then the parts of it that may be a name."""
    yield header
    # Survey tools write "Question [row]" for a grid, and "code. Question" or "1. Question".
    if match := _IN_BRACKETS.fullmatch(header):
        yield match[2]
    if match := _NUMBERED.fullmatch(header):
        yield match[1]
        yield header[: match.start(1)].strip(" .:)\t\n")


def labels_of(model: Model | str) -> Labels | None:
    """Return the labels of a model, or of the installed model with an id; None if there is no such model."""
    if isinstance(model, Model):
        return Labels(model)
    try:
        return Labels(models.load(model)) if model else None
    except PluginError:
        return None
