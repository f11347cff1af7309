"""Headers of tables of ratings: which row it is, and what its columns are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from maturitykit.assessment.keys import key
from maturitykit.definition import Model
from maturitykit.errors import Finding, nearest, one_of, quoted
from maturitykit.files.alike import some
from maturitykit.files.labels import Labels, labels_of, squashed

#: The columns of a table of ratings; only those two without a mark must be there.
COLUMNS = ("model", "subject", "respondent", "date", "dimension", "rating", "comment", "evidence")
REQUIRED = ("dimension", "rating")
#: Columns that forms add, to say what they asked about.
OF_FORMS = ("version", "digest")

#: How to name the model where a file does not, on the command line and in Python.
BESIDE = "or --model (in Python, read(file, model))"
_EXAMPLE = f"a header such as {','.join(COLUMNS)}"
_OURS = {name.casefold(): name for name in (*COLUMNS, *OF_FORMS)}
#: A header is one of the first rows; what is above it are titles.
FIRST_ROWS = 20
#: What survey tools put below the texts of their questions.
_BELOW = {squashed(text) for text in ("", "Response", "Open-Ended Response")}


class Header(NamedTuple):
    """Meaning of the columns of a table, by their place from 0.

    Args:
        row: Its place among the first rows.
        last_row: Likewise, as some tools write two rows.
        names: As they are written.
        columns: Those of ours.
        dimensions: The ids that a column may be of, where each dimension has a column of its own.
        labels: Of the model, where they were needed.
    """

    row: int
    last_row: int
    names: Sequence[str]
    columns: Mapping[int, str]
    dimensions: Mapping[int, Sequence[str]]
    labels: Labels | None = None

    @property
    def is_table(self) -> bool:
        """Tell whether ratings can be read below it."""
        return bool(self.dimensions) or set(REQUIRED) <= set(self.columns.values())

    @property
    def meant(self) -> set[str]:
        """Our columns that are there, or that others are nearly called."""
        near = (nearest(COLUMNS, name.casefold()) for name in self.names[: len(COLUMNS)])
        return {*self.columns.values(), *filter(None, near)}


def find_header(first: Sequence[Sequence[str]], model: str | Model) -> Header | None:
    """The header among the first rows of a table; None if no row says what columns are.

    Args:
        first: The rows.
        model: The model or its id, if it is given beside the file.
    """
    known: dict[str, Labels | None] = {}
    nearly = None
    for index, cells in enumerate(first):
        header = _read(first, index, model, known)
        if header.columns or header.meant:
            if header.is_table:
                return header
            nearly = nearly or header
        elif header.dimensions and not nearly:
            # What stands beside its answer is no name of a column, but of a row.
            of_rows = header.labels and any(
                header.labels.is_answer(id, name)
                for ids in header.dimensions.values()
                for id in ids
                for name in map(key, cells)
            )
            return None if of_rows else header
    return nearly


def plain_header(cells: Sequence[str]) -> Header:
    """A row as a header, whatever it holds."""
    return _read([cells], 0, "", {})


def _read(
    first: Sequence[Sequence[str]], index: int, model: str | Model, known: dict[str, Labels | None]
) -> Header:
    """A row as a header; the labels of models are kept, as it takes time to gather them."""
    names = [key(cell) for cell in first[index]]
    while names and not names[-1]:
        names.pop()
    columns = {place: _OURS[name.casefold()] for place, name in enumerate(names) if name.casefold() in _OURS}
    if not set(REQUIRED).isdisjoint(columns.values()):
        return Header(index, index, names, columns, {})
    below = [key(cell) for cell in first[index + 1]] if index + 1 < len(first) else []
    if not model and "model" in columns.values():
        place = next(place for place, name in columns.items() if name == "model")
        model = below[place].partition("@")[0] if place < len(below) else ""
    labels = None
    if any(name and place not in columns for place, name in enumerate(names)):
        id = model.id if isinstance(model, Model) else model
        if id not in known:
            known[id] = labels_of(model)
        labels = known[id]
    if labels is None:
        return Header(index, index, names, columns, {})
    found = {
        place: sorted(ids)
        for place, name in enumerate(names)
        if place not in columns and name and (ids := labels.of_header(name))
    }
    second = {place: sorted(ids) for place, name in enumerate(below) if name and (ids := labels.of_header(name))}
    generic = all(place in second or squashed(name) in _BELOW for place, name in enumerate(below))
    if not (any(below) and generic):
        return Header(index, index, names, columns, found, labels)
    names += [""] * (len(below) - len(names))
    for place in second:
        names[place] = below[place]
    return Header(index, index + 1, names, columns, {**found, **second}, labels)


def header_findings(where: str, cells: Sequence[str], header: Header, model: str) -> Iterator[Finding]:
    """Find everything wrong with a header.

    Args:
        where: It stands.
        cells: As they stand there.
        header: What they were taken for.
        model: Id of the model that is given beside the file.
    """
    names, columns, dimensions = header.names, header.columns, header.dimensions
    if not (header.meant or dimensions):
        yield Finding(where, f"{quoted(','.join(names))} is no header", _EXAMPLE)
        return
    yield from _doubled(where, header)
    if not dimensions:
        for place, name in enumerate(names):
            # A name that is nearly ours was meant to be; another one is of no concern here.
            if name and place not in columns and nearest(COLUMNS, name.casefold()):
                yield Finding(where, f"{quoted(name)} is not a column", one_of(COLUMNS, name))
        for name in REQUIRED:
            if name not in header.meant:
                yield Finding(where, f"the column {quoted(name)} is missing", _EXAMPLE)
    if not model and "model" not in header.meant:
        yield Finding(where, "no model is named", f"a column model, {BESIDE}")


def _doubled(where: str, header: Header) -> Iterator[Finding]:
    """Columns that mean the same, and columns that may mean several things."""
    names, columns, dimensions = header.names, header.columns, header.dimensions
    places: dict[str, list[int]] = {}
    for place, name in (*columns.items(), *((place, " or ".join(ids)) for place, ids in dimensions.items())):
        places.setdefault(name, []).append(place)
    for name, twice in places.items():
        if len(twice) > 1:
            what = "column" if name in _OURS else "dimension"
            spelled = f" ({some([quoted(names[place]) for place in twice])})" if what == "dimension" else ""
            listed = " and ".join(str(place + 1) for place in twice)
            yield Finding(
                where, f"the {what} {quoted(name)} stands twice, in columns {listed}{spelled}", "each column once"
            )
    for place, ids in dimensions.items():
        if len(ids) > 1:
            problem = f"column {place + 1}, {quoted(names[place])}, may be any of {', '.join(ids)}"
            yield Finding(where, problem, "the id of the dimension as the name of the column")


def unread_columns(where: str, header: Header, read: set[int]) -> Iterator[Finding]:
    """Columns that are not read, each with the dimension whose name or question is nearest."""
    others = []
    for place, name in enumerate(header.names):
        if name and place not in read:
            near = header.labels.dimensions.nearest(name) if header.labels else ""
            if near:
                expected = f'the id, name or question of a dimension: "{near}", perhaps'
                yield Finding(where, f"the column {quoted(name)} is not read", expected, "MK407")
            else:
                others.append(quoted(name))
    if others:
        word = "column is" if len(others) == 1 else "columns are"
        yield Finding(where, f"{len(others)} {word} not read: {', '.join(others[:30])}", code="MK407")
