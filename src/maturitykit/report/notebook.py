"""HTML of models, results, translations and comparisons for notebooks: figures and a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from maturitykit import figures
from maturitykit.comparison.movement import Comparison
from maturitykit.comparison.translation import Translation
from maturitykit.definition import Model
from maturitykit.figures.svg import css, variables
from maturitykit.report.derived import findings
from maturitykit.report.html import blocks
from maturitykit.report.nodes import Block, Figure, Paragraph, Row, Table
from maturitykit.report.sections import figure, movement, scores_table
from maturitykit.report.summary import headline_blocks, name_of
from maturitykit.scoring.result import Result
from maturitykit.scoring.summary import scored_by, subject_and_date, with_depths
from maturitykit.words import Words

#: JupyterLab and VS Code may be light or dark regardless of the system's setting.
_LIGHT = "body[data-jp-theme-light=true] .mk-shown,body.vscode-light .mk-shown"
_DARK = "body[data-jp-theme-light=false] .mk-shown,body.vscode-dark .mk-shown"
_STYLE = (
    ".mk-shown{color:var(--ink);background:var(--ground);max-width:800px;padding:8px;overflow-wrap:break-word}"
    ".mk-shown svg{max-width:100%;height:auto}.mk-shown .narrow{display:none}.mk-shown .lead{font-weight:600}"
    ".mk-shown .quiet{color:var(--quiet)}.mk-shown .table{overflow-x:auto}"
    ".mk-shown p.derived{border:2px dashed var(--quiet);padding:4px 8px}"
    ".mk-shown table{border-collapse:collapse;color:inherit}"
    ".mk-shown th,.mk-shown td{text-align:left;vertical-align:top;padding:3px 12px 3px 0;background:none}"
    ".mk-shown tr{background:none;border-bottom:1px solid var(--line)}.mk-shown .n{text-align:right}"
    ".mk-shown .d1{padding-left:14px}.mk-shown .d2{padding-left:28px}.mk-shown .d3{padding-left:42px}"
)


def shown(thing: object) -> str:
    """Return self-contained HTML of a model, result or comparison, in the language of the model."""
    model = thing.after.model if isinstance(thing, Comparison) else thing if isinstance(thing, Model) else None
    if model is None:
        assert isinstance(thing, Result)
        model = thing.model
    say = Words(model.language)
    parts = [_without_links(part) for part in _blocks(thing, say)]
    light, dark = variables(False), variables(True)
    style = (
        f".mk-shown{{{light}}}@media(prefers-color-scheme:dark){{.mk-shown{{{dark}}}}}"
        f"{_LIGHT}{{{light}}}{_DARK}{{{dark}}}{_STYLE}{css()}"
    )
    return f'<div class="mk-shown"><style>{style}</style>{blocks(parts, say.language, 4)}</div>'


def _blocks(thing: object, say: Words) -> Iterator[Block]:
    if isinstance(thing, Comparison):
        yield Paragraph(f"{subject_and_date(thing.before)} → {subject_and_date(thing.after)}", "heading")
        yield from movement(thing, say).blocks
    elif isinstance(thing, Translation):
        yield Paragraph(subject_and_date(thing) or thing.model.title, "heading")
        yield from findings(thing, say)
    elif isinstance(thing, Result):
        yield Paragraph(subject_and_date(thing) or thing.model.title, "heading")
        yield from headline_blocks(thing, say)
        yield from figure(figures.quadrant, thing, say, say("Where it stands"))
        yield from figure(figures.ladder, thing, say, say("Stages and what they require"))
        yield from figure(figures.profile, thing, say, say("Profile"))
        yield scores_table(thing, say)
        yield Paragraph(f"{name_of(thing.model)}. {say(scored_by(thing))}", "quiet")
    elif isinstance(thing, Model):
        yield from _model(thing, say)


def _model(model: Model, say: Words) -> Iterator[Block]:
    """Yield the dimensions of a model, with their questions and stages."""
    yield Paragraph(name_of(model), "heading")
    yield Paragraph(model.summary)
    if model.outcome:
        names = ", ".join(stage.name for stage in model.outcome.stages)
        yield Paragraph(say("Overall result: {stages}", stages=names), "lead")
    rows = [
        Row(
            (
                d.name,
                d.question or d.summary,
                ", ".join(s.name for s in d.scale.stages) if d.is_leaf and d.scale else "",
            ),
            depth,
        )
        for d, depth in with_depths(model)
    ]
    head: Sequence[str] = [say("dimension"), say("question"), say("stages")]
    yield Table(head, rows, model.title)


def _without_links(part: Block) -> Block:
    """Return a block without links and narrow figures: a notebook shows no details, and one width suffices."""
    if isinstance(part, Table):
        return evolve(part, rows=[row._replace(why="") for row in part.rows])
    return evolve(part, narrow="") if isinstance(part, Figure) else part
