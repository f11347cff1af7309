"""The form as one page for a browser: no network, nothing but what is in the file."""

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

from maturitykit.assessment.ratings import NOT_APPLICABLE, UNKNOWN
from maturitykit.definition import Dimension, Model, Stage
from maturitykit.definition.names import names_of
from maturitykit.files.header import COLUMNS, OF_FORMS
from maturitykit.files.strict import FORMAT
from maturitykit.form.words import words_in


def page(model: Model, subject: str = "", date: Date | None = None) -> str:
    """The page, in the language of the model's texts.

    Args:
        model: What it asks about.
        subject: Filled in beforehand.
        date: Filled in beforehand.
    """
    return "\n".join(_Page(model).lines(subject, date)) + "\n"


class _Page:
    """A model's page, piece by piece: all that is not ours is escaped where it is put in."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._language, self._words = words_in(model.language)
        # Texts of a model in a language of which there are no words say so.
        self._lang = "" if self._language == model.language else f' lang="{escape(model.language)}"'

    def lines(self, subject: str, date: Date | None) -> Iterator[str]:
        style, script = _file("form.css"), _file("form.js")
        policy = (
            f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
            "base-uri 'none'; form-action 'none'"
        )
        title = escape(self._model.title)
        yield f'<!DOCTYPE html>\n<html lang="{escape(self._language)}">\n<head>\n<meta charset="utf-8">'
        yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield '<meta name="referrer" content="no-referrer">'
        yield f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>"
        yield f"<header>\n<h1{self._lang}>{title}</h1>"
        yield self._text(self._model.summary, "lead")
        yield f"<p>{self._word('lead')}</p>\n<p>{self._word('private')}</p>"
        yield f'<noscript><p class="alert">{self._word("script")}</p></noscript>'
        yield "</header>\n<main>"
        yield '<div id="offer" class="alert" role="status" hidden><p id="offered"></p>'
        for name in ("continue", "afresh"):
            yield f'<button type="button" id="{name}">{self._word(name)}</button>'
        yield '</div>\n<form id="form">'
        yield from self._about(subject, date)
        yield from self._questions()
        yield "</form>\n</main>"
        yield from self._bar()
        yield f'<script type="application/json" id="spec">{self._spec()}</script>'
        yield f"<script>{script}</script>\n</body>\n</html>"

    def _word(self, key: str, **filled: str) -> str:
        return escape(self._words[key].format(**filled))

    def _text(self, text: str, kind: str) -> str:
        return f'<p class="{kind}"{self._lang}>{escape(text)}</p>' if text else ""

    def _about(self, subject: str, date: Date | None) -> Iterator[str]:
        yield f'<fieldset class="about"><legend><h2>{self._word("about")}</h2></legend>'
        values = {"respondent": "", "subject": subject, "date": date.isoformat() if date else ""}
        for name, value in values.items():
            kind = "date" if name == "date" else "text"
            extra = ' autocomplete="name"' if name == "respondent" else ""
            field = f'<input id="{name}" type="{kind}" value="{escape(value)}"{extra}>'
            yield f"<label>{self._word(name)}{field}</label>"
        yield "</fieldset>"

    def _questions(self) -> Iterator[str]:
        """The questions, in a section for each dimension that has parts."""
        # Without recursion: a model may nest deeper than Python's stack.
        waiting: list[tuple[Dimension | None, int]] = [(d, 2) for d in reversed(self._model.dimensions)]
        while waiting:
            dimension, level = waiting.pop()
            if dimension is None:
                yield "</section>"
            elif dimension.is_leaf:
                yield from self._question(dimension, level)
            else:
                yield f"<section>\n<h{level}{self._lang}>{escape(dimension.name)}</h{level}>"
                yield self._text(dimension.summary, "lead")
                waiting.append((None, 0))
                waiting += [(child, min(level + 1, 6)) for child in reversed(dimension.children)]

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
        for answer in (UNKNOWN, NOT_APPLICABLE):
            radio = f'<input type="radio" name="{id}" value="{answer}">'
            yield f"<label>{radio}<span>{self._word(answer)}</span></label>"
        clear = self._word("clear-of", name=leaf.name)
        yield f'<button type="button" class="clear" aria-label="{clear}">{self._word("clear")}</button></div>'
        yield from self._fields(leaf, leaf.scale.stages[1:])
        yield "</fieldset>"

    def _fields(self, leaf: Dimension, higher: tuple[Stage, ...]) -> Iterator[str]:
        assert leaf.scale is not None
        yield f'<div class="fields">\n<label>{self._word("up-to")}<select class="up-to">'
        yield f'<option value="">{self._word("no-range")}</option>'
        for stage in higher:
            yield f'<option value="{escape(stage.id)}"{self._lang}>{escape(stage.name)}</option>'
        yield "</select></label>"
        if leaf.scale.cuts:
            number = '<input class="share" type="text" inputmode="decimal" autocomplete="off">'
            yield f'<label>{self._word("share")}<span class="unit">{number} %</span></label>'
        yield f'<label>{self._word("comment")}<textarea class="comment" rows="2"></textarea></label>'
        yield f'<label>{self._word("evidence")}<textarea class="evidence" rows="2"></textarea></label>\n</div>'

    def _bar(self) -> Iterator[str]:
        count = len(self._model.leaves)
        yield '<footer class="bar">\n<div class="progress">'
        yield f'<progress id="progress" max="{count}" value="0" aria-labelledby="done"></progress>'
        yield f'<span id="done">{self._word("progress", done="0", all=str(count))}</span></div>'
        yield '<div class="actions">'
        for name in ("save", "save-csv", "load", "reset"):
            kind = ' class="first"' if name == "save" else ""
            yield f'<button type="button" id="{name}"{kind}>{self._word(name)}</button>'
        yield f'<input type="file" id="file" accept=".json,.csv" hidden aria-label="{self._word("load")}"></div>'
        yield '<p id="status" role="status"></p>\n</footer>'

    def _spec(self) -> str:
        """What the script has to know, as JSON that ends no element."""
        model = self._model
        spec = {
            "format": FORMAT,
            "model": model.id,
            "version": model.version,
            "digest": model.digest,
            "columns": (COLUMNS[0], *OF_FORMS, *COLUMNS[1:]),
            "names": names_of(model, model.leaves),
            "dimensions": {leaf.id: leaf.scale.id for leaf in model.leaves if leaf.scale},
            "scales": {
                leaf.scale.id: list(zip_longest(leaf.scale.ids, [None, *leaf.scale._edges]))
                for leaf in model.leaves
                if leaf.scale
            },
            "words": self._words,
        }
        return json.dumps(spec, ensure_ascii=False).replace("<", "\\u003c")


@cache
def _file(name: str) -> str:
    return files("maturitykit.form").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
