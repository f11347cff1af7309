"""``maturitykit show``: the whole model, as a person would want to read it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from maturitykit.cli.options import Command, language_option, load_crosswalk, load_model, output_options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from maturitykit.cli.page import Page
    from maturitykit.definition import Dimension, Guidance, Model, Note, Scale
    from maturitykit.definition.crosswalk import Crosswalk


@click.command(name="show", cls=Command)
@click.argument("name", metavar="MODEL")
@language_option
@output_options(".txt", ".json", ".tsv")
@click.pass_context
def command(ctx: click.Context, name: str, language: str, json: bool, output: str | None) -> None:
    """Show a model whole: its stages, dimensions, guidance, notes and source.

    MODEL is the id of an installed model, or the path of a model.toml. What the source does
    not state is marked as our reading. A crosswalk is shown in the same way, by its id
    SOURCE--TARGET or its path; as .tsv it is written as SSSOM.
    """
    from maturitykit.cli.page import Page, as_json, put

    page = Page()
    suffix = ".json" if json else Path(output or "").suffix.lower()
    if "--" in Path(name).name:
        from maturitykit.files.sssom import to_sssom

        crosswalk = load_crosswalk(name).in_language(language)
        if suffix == ".json":
            raise click.UsageError("a crosswalk goes to .txt or .tsv")
        if suffix == ".tsv":
            put(to_sssom(crosswalk), output)
            return
        crosswalk_page(page, crosswalk)
    else:
        from maturitykit.files.model import model_to_dict

        model = load_model(name, language)
        if suffix == ".tsv":
            raise click.UsageError("a model goes to .txt or .json")
        if suffix == ".json":
            put(as_json(model_to_dict(model)), output)
            return
        model_page(page, model)
    page.show(ctx.color) if output is None else put(page.plain(), output)


def crosswalk_page(page: Page, crosswalk: Crosswalk) -> None:
    """A crosswalk as a page; all of it is our reading."""
    page.heading(f"{crosswalk.source} → {crosswalk.target} ({crosswalk.version}). All of it is our reading.")
    written = zip((crosswalk.source, crosswalk.target), crosswalk.versions, strict=True)
    if said := [f"{name.partition('@')[0]} {version}" for name, version in written if version]:
        page.paragraph(f"Written for {' and '.join(said)}.")
    page.paragraph(crosswalk.summary)
    page.paragraph(crosswalk.caveat)
    for link in crosswalk.links:
        relation = " or ".join(sorted(link.relation))
        page.heading(f"{link.source} → {link.target}: {relation}, strength {float(link.strength):.2f}")
        page.paragraph(link.rationale, 2)
        rows = [
            (stage, span, "", "") if isinstance(span, str) else (stage, *(id or "" for id in span))
            for stage, span in link.stages.items()
        ]
        if rows:
            page.table([("", "at least", "likely", "at the most"), *rows], 4)
        else:
            page.paragraph("A mere reference: it names no stages, so nothing is inferred from it.", 2)
    if crosswalk.not_inferable:
        page.heading("What cannot be inferred")
        for item in crosswalk.not_inferable:
            page.paragraph(f"{item.model}, {item.dimension}: {item.reason}", 2)
    if coding := crosswalk.coding:
        page.heading("How it was coded")
        page.paragraph(coding.method, 2)
        if coding.kappa is not None:
            agreed = f"{coding.stages_agreed} of {coding.stages_compared} stages"
            links = f"{coding.links_by_all} of {coding.links_by_any} links"
            page.paragraph(f"Before settling they agreed on {links} and {agreed}; kappa {coding.kappa:.2f}.", 2)


def model_page(page: Page, model: Model) -> None:
    """A model as a page."""
    page.heading(f"{model.title} ({model.id} {model.version})")
    page.paragraph(model.summary)
    for scale in model.scales.values():
        _scale(page, model, scale)
    for dimension in model.dimensions:
        _dimension(page, model, dimension, 0)
    _gates(page, model.root)
    _guidance(page, model.guidance, model.outcome, 0)
    if model.notes:
        page.heading("Notes")
        _notes(page, model, model.notes, 2)
    _source(page, model)


def _ours(model: Model, *parts: str) -> str:
    """The mark of what the source does not state, with the numbers of the readings on it."""
    numbers = [str(i) for i, r in enumerate(model.readings, 1) if r in model.readings_on(*parts)]
    return f" [our reading {', '.join(numbers)}]" if numbers else ""


def _scale(page: Page, model: Model, scale: Scale) -> None:
    title = "Stages" if scale == model.outcome else f"Scale: {scale.id}"
    mark = _ours(model, "outcome") if scale == model.outcome else ""
    page.heading(f"{title}{mark or _ours(model, 'scales', scale.id)}")
    for stage in scale.stages:
        above = [scale.stages[scale.positions[id]].name for id in stage.above]
        order = f" (above {' and '.join(above)})" if above else ""
        cut = f" (above {stage.cut:.0%})" if stage.cut is not None else ""
        page.paragraph(f"{stage.name}{order}{cut}{': ' + stage.question if stage.question else ''}", 2)
        page.paragraph(stage.summary, 4)


def _dimension(page: Page, model: Model, dimension: Dimension, indent: int) -> None:
    tags = [tag.name for tag in model.tags if tag.id in dimension.tags]
    tags += [f"weight {dimension.weight}"] if dimension.weight != 1 else []
    title = f"{dimension.name}{' (' + ', '.join(tags) + ')' if tags else ''}"
    mark = _ours(model, "dimensions", dimension.id)
    if dimension.children or not indent:
        page.heading(f"{' ' * indent}{title}{mark}")
    else:
        page.paragraph(f"{title}{mark}", indent)
    page.paragraph(dimension.summary, indent + 2)
    page.paragraph(dimension.question, indent + 2)
    for stage in dimension.scale.stages if dimension.scale else ():
        if stage.id in dimension.descriptors:
            page.paragraph(f"{stage.name}: {dimension.descriptors[stage.id]}", indent + 4)
    _guidance(page, dimension.guidance, dimension.scale, indent + 2)
    _notes(page, model, dimension.notes, indent + 2)
    _gates(page, dimension)
    for child in dimension.children:
        _dimension(page, model, child, indent + 2)


def _gates(page: Page, dimension: Dimension) -> None:
    scale = dimension.scale
    if not dimension.gates or scale is None:
        return
    children = {child.id: child for child in dimension.children}
    page.heading(f"What the stages require ({dimension.name})")
    rows = []
    for gate in dimension.gates:
        child = children[gate.dimension]
        assert child.scale is not None
        minimum = child.scale.stages[child.scale.positions[gate.minimum]].name
        rows.append((scale.stages[scale.positions[gate.stage]].name, f"{child.name}: {minimum} or higher"))
    page.table(rows, 2)


def _guidance(page: Page, topics: Iterable[Guidance], scale: Scale | None, indent: int) -> None:
    for topic in topics:
        page.heading(f"{' ' * indent}{topic.name}")
        for stage in scale.stages if scale else ():
            if stage.id in topic.texts:
                page.paragraph(f"At {stage.name}: {topic.texts[stage.id]}", indent + 2)


def _notes(page: Page, model: Model, notes: Iterable[Note], indent: int) -> None:
    kinds = {kind.id: kind.name for kind in model.kinds}
    for note in notes:
        page.paragraph(f"{kinds[note.kind]}: {note.text}", indent)


def _source(page: Page, model: Model) -> None:
    source = model.source
    page.heading("Source")
    named = (source.author, source.title, source.publisher, source.date, source.url)
    page.paragraph(", ".join(part for part in named if part) or "Not named.", 2)
    page.paragraph(source.note, 2)
    page.paragraph(f"Scored by {', '.join(map(str, model.scorers))}{_ours(model, 'scorers')}.", 2)
    if model.readings:
        page.heading("Our reading: what this encoding adds to the source")
        for number, reading in enumerate(model.readings, 1):
            page.paragraph(f"{number}. {', '.join(reading.about)}: {reading.why}", 2)
