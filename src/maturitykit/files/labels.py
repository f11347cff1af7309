"""Labels of dimensions and answers: ids, names and questions, in every language of the model."""

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

#: Answers that are no stages, in the words of forms.
NO_STAGES: Mapping[str, str] = MappingProxyType({UNKNOWN: "I don't know", NOT_APPLICABLE: "Not applicable"})

#: What other tools call the columns that say who rates, and whom; the first that is filled counts.
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
    """Finds ids by names: as they are written, or else by their letters and digits where these are of one id."""

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        self._exact: dict[str, set[str]] = {}
        self._squashed: dict[str, set[str]] = {}
        for name, id in named:
            self._exact.setdefault(key(name), set()).add(id)
            if squashed(name):
                self._squashed.setdefault(squashed(name), set()).add(id)

    def ids(self, name: str) -> set[str]:
        """The ids that a name may stand for; more than one where it does not say which."""
        return set(self._exact.get(key(name)) or self._squashed.get(squashed(name)) or ())

    def nearest(self, name: str) -> str:
        """The id whose name is nearest to another text; empty, if none is near."""
        wrong = squashed(name)
        near = get_close_matches(wrong, self._squashed, 1, 0.6) if 2 < len(wrong) < 200 else []
        return min(self._squashed[near[0]]) if near else ""


#: Answers that are no stages, by their words in any language.
OTHER_ANSWERS = Names((say(text), answer) for say in in_every_language() for answer, text in NO_STAGES.items())


class Labels:
    """The labels of a model in all its languages.

    Args:
        model: In any of them.
    """

    def __init__(self, model: Model) -> None:
        self._models = [model.in_language(language) for language in model.languages]
        self._leaves = {leaf.id: leaf for leaf in model.leaves}
        self.dimensions = Names(self._of_dimensions())
        self._answers: dict[str, Names] = {}

    def _of_dimensions(self) -> Iterator[tuple[str, str]]:
        if self._models[0].outcome:
            yield OUTCOME, OUTCOME
        for model in self._models:
            for leaf in model.leaves:
                yield from ((name, leaf.id) for name in (leaf.id, leaf.name, leaf.question) if name)
                # Survey tools cut long questions, and people take their first sentence.
                yield _SENTENCE.split(leaf.question, maxsplit=1)[0] or leaf.id, leaf.id

    def of_header(self, header: str) -> set[str]:
        """The dimensions that a column may be of; tools put codes, numbers and questions around a name."""
        for text in parts_of(header):
            if found := self.dimensions.ids(text):
                return found
        return set()

    def answer(self, dimension: str, text: str) -> str:
        """The answer that a label stands for; a text that is none stays as it is, for its scale to refuse."""
        leaf = self._leaves.get(dimension)
        if leaf is None or leaf.scale is None or key(text) in leaf.scale.positions:
            return text
        if dimension not in self._answers:
            self._answers[dimension] = Names(self._of_answers(dimension))
        found = self._answers[dimension].ids(text) or OTHER_ANSWERS.ids(text)
        return next(iter(found)) if len(found) == 1 else text

    def is_answer(self, dimension: str, text: str) -> bool:
        """Tell whether a text is an answer on a dimension."""
        return bool(text) and (self.answer(dimension, text) != text or self._is_id(dimension, text))

    def _is_id(self, dimension: str, text: str) -> bool:
        leaf = self._leaves.get(dimension)
        return bool(leaf and leaf.scale and (key(text) in leaf.scale.positions or key(text) in NO_STAGES))

    def _of_answers(self, dimension: str) -> Iterator[tuple[str, str]]:
        for model in self._models:
            leaf: Dimension = model.by_id[dimension]
            for stage in leaf.scale.stages if leaf.scale else ():
                text = leaf.descriptors.get(stage.id) or stage.summary
                for label in (stage.id, stage.name, f"{stage.id} {stage.name}", text):
                    if label:
                        yield label, stage.id


def parts_of(header: str) -> Iterator[str]:
    """A header, and what in it may be a name."""
    yield header
    # "Question [row]" of a grid; "code. Question" and "1. Question".
    if found := _IN_BRACKETS.fullmatch(header):
        yield found[2]
    if found := _NUMBERED.fullmatch(header):
        yield found[1]
        yield header[: found.start(1)].strip(" .:)\t\n")


def labels_of(model: Model | str) -> Labels | None:
    """The labels of a model, or of the installed model of an id; None where there is no such model."""
    if isinstance(model, Model):
        return Labels(model)
    try:
        return Labels(models.load(model)) if model else None
    except PluginError:
        return None
