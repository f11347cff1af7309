"""Model files: ``model.toml``, with translations in ``text/<language>.toml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from attrs import field, frozen

from maturitykit.definition import (
    Dimension,
    Gate,
    Guidance,
    Label,
    Model,
    Note,
    Reading,
    Scale,
    Scorer,
    Source,
)
from maturitykit.definition.fields import OUTCOME, check_ids
from maturitykit.errors import FileError, Finding, ModelError, one_of, quoted
from maturitykit.files.documents import read_document
from maturitykit.files.strict import FORMAT, PARTS, Weight, as_data, structure
from maturitykit.files.text import LARGEST_DOCUMENT, Content, Given, as_readable, as_traversable, is_folder
from maturitykit.files.translations import Texts


@frozen
class DimensionEntry:
    """A dimension in a model file; its ``parent`` gives its position in the tree.

    Args:
        id: Id of the dimension, unique in the model.
        name: Label as published; by default the id.
        parent: Id of the dimension that it is a part of; none at the top.
        summary: Description of what is assessed.
        question: Question that respondents answer.
        tags: Ids of tags that the model declares.
        weight: Weight among its siblings: a number, or a text such as "1/3"; 0 for a dimension that is asked and
            shown, but never scored; "parts" for as much as its applicable leaves weigh together.
        scale: Id of the scale that it is rated or scored on. By default, a leaf has the
            ``scale`` of the model, and a dimension with parts that of its parent.
        scorer: Rule for this dimension; by default the first of the model's ``scorers``, or the one
            that the caller chooses.
        gates: Requirements of its stages on its parts, for rules that read gates.
        not_applicable: Stage that it has when it is not applicable: "top" or "bottom". By default it then takes
            no part.
        descriptors: Description of the dimension at each stage, by the stage's id.
        guidance: Advice on what to do while at each stage.
        notes: Other texts of the source, or comments on it.
    """

    id: str
    name: str | None = None
    parent: str | None = None
    summary: str = ""
    question: str = ""
    tags: tuple[str, ...] = ()
    weight: Weight = Fraction(1)
    scale: str | None = None
    scorer: str | None = None
    gates: tuple[Gate, ...] = ()
    not_applicable: str = ""
    descriptors: Mapping[str, str] = field(factory=dict)
    guidance: tuple[Guidance, ...] = ()
    notes: tuple[Note, ...] = ()


@frozen
class ModelEntry:
    """A model file.

    Args:
        format: Number of the file format: 1.
        id: Name in the registry, on the command line and in assessments.
        version: Version of this encoding, in quotes.
        title: Title as published.
        scorers: Rules that it offers, the default first.
        scales: Scales in use.
        dimensions: Dimensions that are assessed, in the order of the framework.
        outcome: Id of the scale of the overall result. Without it there is no overall result: the
            result is a profile.
        scale: Id of the scale that dimensions are rated on unless they name another; by
            default the outcome's.
        gates: Requirements of the stages of the outcome on the dimensions at the top.
        summary: Description of the model.
        source: Publication of the framework.
        readings: Additions of the encoding to the source.
        guidance: Advice on what to do while at each stage of the outcome.
        notes: Texts on the model as a whole.
        tags: Tags that its dimensions may carry.
        kinds: Kinds that its notes may be of.
        language: Language of the texts in this file, as a tag.
    """

    format: int
    id: str
    version: str
    title: str
    scorers: tuple[str, ...]
    scales: tuple[Scale, ...]
    dimensions: tuple[DimensionEntry, ...]
    outcome: str | None = None
    scale: str | None = None
    gates: tuple[Gate, ...] = ()
    summary: str = ""
    source: Source = field(factory=Source)
    readings: tuple[Reading, ...] = ()
    guidance: tuple[Guidance, ...] = ()
    notes: tuple[Note, ...] = ()
    tags: tuple[Label, ...] = ()
    kinds: tuple[Label, ...] = ()
    language: str = "en"


def read_model(path: Content, *, format: str = "") -> Model:
    """Read a model from its ``model.toml``, or from the folder that holds it.

    The translations beside it are read when a language is asked for; an open file, bytes or a mapping have none.

    Args:
        path: The file, TOML or JSON by its suffix: its path, an open file, its bytes, or the mapping in it.
        format: ``"json"`` if no file name shows it.

    Raises:
        FileError: If it cannot be read, or is not a model; with all findings.
    """
    file = as_traversable(as_readable(path, format, LARGEST_DOCUMENT, "toml"))
    folder = file if is_folder(file) else Path(str(file)).parent
    if is_folder(file):
        file = file / "model.toml"
    title = f"{file} is not a model"
    entry = structure(read_document(file), ModelEntry, title)
    if findings := [*_unknown_scales(entry), *_tree_findings(entry)]:
        raise FileError(title, findings)
    scales = {scale.id: scale for scale in entry.scales}
    try:
        return Model(
            id=entry.id,
            version=entry.version,
            title=entry.title,
            dimensions=_tree(entry, scales),
            scorers=entry.scorers,
            outcome=scales[entry.outcome] if entry.outcome else None,
            gates=entry.gates,
            summary=entry.summary,
            source=entry.source,
            readings=entry.readings,
            guidance=entry.guidance,
            notes=entry.notes,
            tags=entry.tags,
            kinds=entry.kinds,
            language=entry.language,
            location=str(file),
            translations={} if isinstance(file, Given) else Texts(folder / "text", "{language}.toml", Model),
        )
    except ModelError as error:
        raise FileError(title, error.findings) from None


def _unknown_scales(entry: ModelEntry) -> Iterator[Finding]:
    """Yield a finding for each id of a scale that is malformed, duplicated or not declared."""
    names = [scale.id for scale in entry.scales]
    yield from check_ids("scales", names, listed=True)
    declared = set(names)
    used = {"outcome": entry.outcome, "scale": entry.scale}
    used |= {f"dimensions.{dimension.id}.scale": dimension.scale for dimension in entry.dimensions}
    for where, name in used.items():
        if name is not None and name not in declared:
            yield Finding(where, f"{quoted(name)} is not declared", one_of(names, name), "MK104")


def _tree_findings(entry: ModelEntry) -> Iterator[Finding]:
    """Yield a finding for each dimension with a bad id, an unknown parent, or itself among its ancestors."""
    parents = {dimension.id: dimension.parent for dimension in entry.dimensions}
    yield from check_ids("dimensions", [dimension.id for dimension in entry.dimensions], (OUTCOME,), listed=True)
    names = list(parents)
    connected: set[str | None] = {None}
    for id, parent in parents.items():
        if parent is not None and parent not in parents:
            expected = one_of(names, parent)
            yield Finding(f"dimensions.{id}.parent", f"{quoted(parent)} is not a dimension", expected, "MK103")
            connected.add(parent)
    for id in parents:
        path: set[str] = set()
        step: str | None = id
        while step not in connected and step not in path:
            assert step is not None
            path.add(step)
            step = parents[step]
        if step in path:
            yield Finding(f"dimensions.{id}.parent", f"leads back to {quoted(step)}", "a tree", "MK103")
        connected.update(path)


def _tree(entry: ModelEntry, scales: Mapping[str, Scale]) -> tuple[Dimension, ...]:
    """Return the dimensions at the top, each with its children.

    A dimension with children takes the scale of its parent, and a leaf that of the model,
    unless it names one.
    """
    children: dict[str | None, list[DimensionEntry]] = {}
    for dimension in entry.dimensions:
        children.setdefault(dimension.parent, []).append(dimension)
    tops = [(top, entry.outcome) for top in children.get(None, ())]
    from_the_top = list(tops)
    for dimension, inherited in from_the_top:
        scale = dimension.scale or inherited
        from_the_top.extend((child, scale) for child in children.get(dimension.id, ()))
    built: dict[str, Dimension] = {}
    for dimension, inherited in reversed(from_the_top):
        parts = tuple(built[child.id] for child in children.get(dimension.id, ()))
        name = dimension.scale or (inherited if parts else entry.scale or entry.outcome)
        built[dimension.id] = _dimension(dimension, scales[name] if name else None, parts)
    return tuple(built[top.id] for top, _ in tops)


def _dimension(entry: DimensionEntry, scale: Scale | None, children: tuple[Dimension, ...]) -> Dimension:
    return Dimension(
        id=entry.id,
        name=entry.name or entry.id,
        summary=entry.summary,
        question=entry.question,
        tags=entry.tags,
        weight=Fraction(1) if entry.weight == PARTS else entry.weight,
        by_parts=entry.weight == PARTS,
        scale=scale,
        scorer=entry.scorer,
        gates=entry.gates,
        not_applicable=entry.not_applicable,
        descriptors=entry.descriptors,
        guidance=entry.guidance,
        notes=entry.notes,
        children=children,
    )


def model_to_dict(model: Model) -> dict[str, Any]:
    """Return a model as the data of a model file, without empty values and translations.

    Rules that are objects are replaced by their ids.
    """
    return {
        "format": FORMAT,
        **as_data(model, "outcome", "dimensions", "scorers"),
        "scorers": [scorer if isinstance(scorer, str) else scorer.id for scorer in model.scorers],
        **({"outcome": model.outcome.id} if model.outcome else {}),
        "scales": [as_data(scale) for scale in model.scales.values()],
        "dimensions": [_entry(dimension, parent) for parent in model.root.walk() for dimension in parent.children],
    }


def _entry(dimension: Dimension, parent: Dimension) -> dict[str, Any]:
    """Return a dimension as the data of its table in a model file."""
    scorer, defaults = dimension.scorer, ["weight"] if dimension.weight == 1 else []
    references = {
        "parent": parent.id if parent.id != OUTCOME else None,
        "scale": dimension.scale.id if dimension.scale else None,
        "scorer": scorer.id if isinstance(scorer, Scorer) else scorer,
    }
    if dimension.by_parts:
        references["weight"] = PARTS
    entry = as_data(dimension, "scale", "scorer", "children", "by_parts", *defaults)
    return entry | {name: value for name, value in references.items() if value is not None}
