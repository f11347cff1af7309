"""The form as one page for a browser, complete in one file and without network access."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import date as Date
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from itertools import zip_longest

from maturitykit.definition import Dimension, Model, Scale, Stage
from maturitykit.definition.names import names_of
from maturitykit.files.form_workbook import ABOUT, COLUMNS, LEAD
from maturitykit.files.header import COLUMNS as TABLE_COLUMNS, OF_FORMS
from maturitykit.files.labels import NO_STAGES
from maturitykit.files.separated import FORMULA
from maturitykit.files.strict import FORMAT
from maturitykit.scoring.summary import with_depths
from maturitykit.words import Words

#: Buttons beside the offer of a draft and below the page, by their ids.
_OFFER = {"continue": "Continue", "afresh": "Start blank"}
_ACTIONS = {
    "save": "Save file",
    "save-csv": "Save as CSV",
    "load": "Open a saved file",
    "reset": "Start again",
}
#: Messages of the script, by its names for them; the script fills in the braces.
_SCRIPT = {
    "progress": "{done} of {all} answered",
    "reallyReset": "Clear all answers in this browser? Saved files stay as they are.",
    "offer": "You answered {done} of {all} questions in this browser before. Continue where you stopped?",
    "askBlank": "Not filled in: {names}. Save the file all the same?",
    "andMore": "{names} and {more} more",
    "kept": "{name} is about {found}. This form stays about {own}.",
    "noDraft": "This browser keeps no draft: save the file before you close this page.",
    "saved": "Saved as {name}. Send this file back.",
    "opened": "Opened {name}.",
    "notOpened": "{name} was not opened: {why}",
    "notRead": "it is not a file of this form",
    "otherModel": "it belongs to another model or version ({found})",
    "several": "it holds the answers of several people",
    "notAsked": "this form does not know {found}",
    "badNumber": "It is a number from {lowest} to {highest}.",
}


def page(model: Model, subject: str = "", date: Date | None = None) -> str:
    """Return the page, in the language of the model's texts.

    Args:
        model: The model to ask about.
        subject: Name of the organisation or team that is assessed, filled in beforehand.
        date: Date of the assessment, filled in beforehand.
    """
    return "\n".join(_Page(model).lines(subject, date)) + "\n"


class _Page:
    """Builder of the page of a model, which escapes every text of the model where it is inserted."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._words = Words(model.language)
        # Texts of the model are marked with their language if the form's sentences are in another.
        self._lang = "" if self._words.language == model.language else f' lang="{escape(model.language)}"'

    def lines(self, subject: str, date: Date | None) -> Iterator[str]:
        style, script = _file("form.css"), _file("form.js")
        policy = (
            f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
            "base-uri 'none'; form-action 'none'"
        )
        title = escape(self._model.title)
        yield f'<!DOCTYPE html>\n<html lang="{self._words.language}">\n<head>\n<meta charset="utf-8">'
        yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield '<meta name="referrer" content="no-referrer">'
        yield f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>"
        yield f"<header>\n<h1{self._lang}>{title}</h1>"
        yield self._text(self._model.summary, "lead")
        private = self._say(
            "Nothing is sent. Your answers stay in this browser until you save them as a file; "
            "only what is in that file counts."
        )
        yield f"<p>{self._say(LEAD)}</p>\n<p>{private}</p>"
        no_script = self._say("This form needs JavaScript, which is switched off here.")
        yield f'<noscript><p class="alert">{no_script}</p></noscript>'
        yield "</header>\n<main>"
        yield '<div id="offer" class="alert" role="status" hidden><p id="offered"></p>'
        for name, text in _OFFER.items():
            yield f'<button type="button" id="{name}">{self._say(text)}</button>'
        yield '</div>\n<form id="form">'
        yield from self._about(subject, date)
        yield from self._questions()
        yield "</form>\n</main>"
        yield from self._bar()
        yield f'<script type="application/json" id="spec">{self._spec()}</script>'
        yield f"<script>{script}</script>\n</body>\n</html>"

    def _say(self, text: str, **parts: object) -> str:
        return escape(self._words(text, **parts))

    def _text(self, text: str, kind: str) -> str:
        return f'<p class="{kind}"{self._lang}>{escape(text)}</p>' if text else ""

    def _about(self, subject: str, date: Date | None) -> Iterator[str]:
        yield f'<fieldset class="about"><legend><h2>{self._say("About this assessment")}</h2></legend>'
        values = {"subject": subject, "date": date.isoformat() if date else ""}
        for name, text in ABOUT.items():
            kind = "date" if name == "date" else "text"
            extra = ' autocomplete="name"' if name == "respondent" else ""
            field = f'<input id="{name}" type="{kind}" value="{escape(values.get(name, ""))}"{extra}>'
            yield f"<label>{self._say(text)}{field}</label>"
        yield "</fieldset>"

    def _questions(self) -> Iterator[str]:
        """Yield the questions, in a section for each dimension that has parts."""
        opened = 0
        for dimension, depth in with_depths(self._model):
            level = min(depth + 2, 6)
            yield from ["</section>"] * (opened - depth)
            opened = depth
            if dimension.is_leaf:
                yield from self._question(dimension, level)
            else:
                yield f"<section>\n<h{level}{self._lang}>{escape(dimension.name)}</h{level}>"
                yield self._text(dimension.summary, "lead")
                opened += 1
        yield from ["</section>"] * opened

    def _question(self, leaf: Dimension, level: int) -> Iterator[str]:
        assert leaf.scale is not None
        id, name = escape(leaf.id), escape(leaf.name)
        yield f'<fieldset class="question" data-id="{id}">'
        yield f"<legend><h{level}{self._lang}>{name}</h{level}></legend>"
        yield self._text(leaf.question, "ask")
        yield self._text(leaf.summary, "more")
        yield f'<div class="stages"{self._lang}>'
        for stage in leaf.scale.stages:
            text = escape(leaf.descriptors.get(stage.id) or stage.summary)
            yield (
                f'<label><input type="radio" name="{id}" value="{escape(stage.id)}">'
                f"<span><b>{escape(stage.name)}</b> {text}</span></label>"
            )
        yield '</div>\n<div class="others">'
        for answer, label in NO_STAGES.items():
            radio = f'<input type="radio" name="{id}" value="{answer}">'
            yield f"<label>{radio}<span>{self._say(label)}</span></label>"
        clear, clear_of = self._say("Clear answer"), self._say("Clear the answer to {name}", name=leaf.name)
        yield f'<button type="button" class="clear" aria-label="{clear_of}">{clear}</button></div>'
        yield from self._fields(leaf, leaf.scale.stages[1:])
        yield "</fieldset>"

    def _fields(self, leaf: Dimension, higher: tuple[Stage, ...]) -> Iterator[str]:
        assert leaf.scale is not None
        yield f'<div class="fields">\n<label>{self._say(COLUMNS["up to"])}<select class="up-to">'
        yield f'<option value="">{self._say("no higher")}</option>'
        for stage in higher:
            yield f'<option value="{escape(stage.id)}"{self._lang}>{escape(stage.name)}</option>'
        yield "</select></label>"
        if leaf.scale.has_bands:
            number = '<input class="number" type="text" inputmode="decimal" autocomplete="off">'
            label = self._say("Or a percentage") if leaf.scale.has_shares else self._say("Or a number")
            unit = escape(_unit_of(leaf.scale))
            yield f'<label>{label}<span class="unit">{number} {unit}</span></label>'
        for name in ("comment", "evidence"):
            yield f'<label>{self._say(COLUMNS[name])}<textarea class="{name}" rows="2"></textarea></label>'
        yield "</div>"

    def _bar(self) -> Iterator[str]:
        count = len(self._model.leaves)
        yield '<footer class="bar">\n<div class="progress">'
        yield f'<progress id="progress" max="{count}" value="0" aria-labelledby="done"></progress>'
        yield f'<span id="done">{self._say(_SCRIPT["progress"], done=0, all=count)}</span></div>'
        yield '<div class="actions">'
        for name, text in _ACTIONS.items():
            kind = ' class="first"' if name == "save" else ""
            yield f'<button type="button" id="{name}"{kind}>{self._say(text)}</button>'
        load = self._say(_ACTIONS["load"])
        yield f'<input type="file" id="file" accept=".json,.csv" hidden aria-label="{load}"></div>'
        yield '<p id="status" role="status"></p>\n</footer>'

    def _spec(self) -> str:
        """Return the data of the script as JSON, escaped so that it cannot end the element around it."""
        model = self._model
        spec = {
            "format": FORMAT,
            "model": model.id,
            "version": model.version,
            "digest": model.digest,
            "formula": FORMULA,
            "columns": (TABLE_COLUMNS[0], *OF_FORMS, *TABLE_COLUMNS[1:]),
            "names": names_of(model, model.leaves),
            "dimensions": {leaf.id: leaf.scale.id for leaf in model.leaves if leaf.scale},
            "scales": {
                leaf.scale.id: list(zip_longest(leaf.scale.ids, [None, *leaf.scale.thresholds]))
                for leaf in model.leaves
                if leaf.scale
            },
            "numbers": {
                scale.id: {
                    "unit": _unit_of(scale),
                    "factor": 100 if scale.has_shares else 1,
                    "sign": scale.sign,
                    **dict(zip(("lowest", "highest"), scale.typed, strict=True)),
                }
                for leaf in model.leaves
                if (scale := leaf.scale) and scale.has_bands
            },
            "words": {name: self._words(text) for name, text in (*ABOUT.items(), *_SCRIPT.items())},
        }
        return json.dumps(spec, ensure_ascii=False).replace("<", "\\u003c")


def _unit_of(scale: Scale) -> str:
    """Return the unit in which the page shows numbers of a scale."""
    return "%" if scale.has_shares else scale.unit


@cache
def _file(name: str) -> str:
    return files("maturitykit.form").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
