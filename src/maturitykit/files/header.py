"""Search for the header of a table of ratings, and for the meaning of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from maturitykit.assessment.keys import key
from maturitykit.definition import Model
from maturitykit.errors import Finding, nearest, one_of, quoted
from maturitykit.files.alike import some
from maturitykit.files.labels import Labels, labels_of, squashed

#: The columns of a table of ratings, and the two of them that it must have.
COLUMNS = ("model", "subject", "respondent", "date", "dimension", "rating", "comment", "evidence")
REQUIRED = ("dimension", "rating")
#: Columns that forms add, to identify the questions that they asked.
OF_FORMS = ("version", "digest")

#: Advice on naming the model if a file does not, on the command line and in Python.
BESIDE = "or --model (in Python, read(file, model))"
_EXAMPLE = f"a header such as {','.join(COLUMNS)}"
_OURS = {name.casefold(): name for name in (*COLUMNS, *OF_FORMS)}
#: The header is searched for in this number of rows; rows above it are titles.
FIRST_ROWS = 20
#: Texts that survey tools put below their questions, in a second row of the header.
_BELOW = {squashed(text) for text in ("", "Response", "Open-Ended Response")}


class Header(NamedTuple):
    """Meaning of the columns of a table.

    Args:
        row: Index of the row of the header, from 0.
        last_row: Index of its last row, as some tools write two.
        names: Names of the columns, as they are written.
        columns: Our names of those columns that we know, by their index from 0.
        dimensions: Ids of the dimensions that a column may hold answers on, by its index, if each
            dimension has a column of its own.
        labels: Labels of the model, if they were needed.
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
    def recognised(self) -> set[str]:
        """Our columns that the header has, exactly or nearly spelled."""
        near = (nearest(COLUMNS, name.casefold()) for name in self.names[: len(COLUMNS)])
        return {*self.columns.values(), *filter(None, near)}


def find_header(first: Sequence[Sequence[str]], model: str | Model) -> Header | None:
    """Find the header among the first rows of a table, or return None if no row names columns.

    Args:
        first: The rows.
        model: The model or its id; empty if only the file names it.
    """
    known: dict[str, Labels | None] = {}
    nearly = None
    for index, cells in enumerate(first):
        header = _read(first, index, model, known)
        if header.columns or header.recognised:
            if header.is_table:
                return header
            nearly = nearly or header
        elif header.dimensions and not nearly:
            # A row that holds a dimension and an answer on it is a row of data, not a header.
            is_data = header.labels and any(
                header.labels.is_answer(id, name)
                for ids in header.dimensions.values()
                for id in ids
                for name in map(key, cells)
            )
            return None if is_data else header
    return nearly


def plain_header(cells: Sequence[str]) -> Header:
    """Return a row as a header, whatever it holds."""
    return _read([cells], 0, "", {})


def _read(
    first: Sequence[Sequence[str]], index: int, model: str | Model, known: dict[str, Labels | None]
) -> Header:
    """Return a row as a header; ``known`` caches the labels of models, as it takes time to gather them."""
    names = [key(cell) for cell in first[index]]
    while names and not names[-1]:
        names.pop()
    columns = {column: _OURS[name.casefold()] for column, name in enumerate(names) if name.casefold() in _OURS}
    if not set(REQUIRED).isdisjoint(columns.values()):
        return Header(index, index, names, columns, {})
    below = [key(cell) for cell in first[index + 1]] if index + 1 < len(first) else []
    if not model and "model" in columns.values():
        column = next(column for column, name in columns.items() if name == "model")
        model = below[column].partition("@")[0] if column < len(below) else ""
    labels = None
    if any(name and column not in columns for column, name in enumerate(names)):
        id = model.id if isinstance(model, Model) else model
        if id not in known:
            known[id] = labels_of(model)
        labels = known[id]
    if labels is None:
        return Header(index, index, names, columns, {})
    dimensions = {
        column: sorted(ids)
        for column, name in enumerate(names)
        if column not in columns and name and (ids := labels.of_header(name))
    }
    second = {column: sorted(ids) for column, name in enumerate(below) if name and (ids := labels.of_header(name))}
    is_generic = all(column in second or squashed(name) in _BELOW for column, name in enumerate(below))
    if not (any(below) and is_generic):
        return Header(index, index, names, columns, dimensions, labels)
    names += [""] * (len(below) - len(names))
    for column in second:
        names[column] = below[column]
    return Header(index, index + 1, names, columns, {**dimensions, **second}, labels)


def header_findings(where: str, header: Header, model: str) -> Iterator[Finding]:
    """Yield a finding for every mistake in a header.

    Args:
        where: Location of the header, for messages.
        header: Columns that were recognised in it.
        model: Id of the model; empty if only the file names it.
    """
    names, columns, dimensions = header.names, header.columns, header.dimensions
    if not (header.recognised or dimensions):
        yield Finding(where, f"{quoted(','.join(names))} is no header", _EXAMPLE)
        return
    yield from _duplicates(where, header)
    if not dimensions:
        for column, name in enumerate(names):
            # Only a name that is nearly ours is a mistake: other columns are simply not read.
            if name and column not in columns and nearest(COLUMNS, name.casefold()):
                yield Finding(where, f"{quoted(name)} is not a column", one_of(COLUMNS, name))
        for name in REQUIRED:
            if name not in header.recognised:
                yield Finding(where, f"the column {quoted(name)} is missing", _EXAMPLE)
    if not model and "model" not in header.recognised:
        yield Finding(where, "no model is named", f"a column model, {BESIDE}")


def _duplicates(where: str, header: Header) -> Iterator[Finding]:
    """Yield a finding for columns that mean the same, and for each column that may mean several dimensions."""
    names, columns, dimensions = header.names, header.columns, header.dimensions
    by_meaning: dict[str, list[int]] = {}
    for column, name in (*columns.items(), *((column, " or ".join(ids)) for column, ids in dimensions.items())):
        by_meaning.setdefault(name, []).append(column)
    for name, same in by_meaning.items():
        if len(same) > 1:
            kind = "column" if name in _OURS else "dimension"
            spelled = f" ({some([quoted(names[column]) for column in same])})" if kind == "dimension" else ""
            listed = " and ".join(str(column + 1) for column in same)
            yield Finding(
                where, f"the {kind} {quoted(name)} stands twice, in columns {listed}{spelled}", "each column once"
            )
    for column, ids in dimensions.items():
        if len(ids) > 1:
            problem = f"column {column + 1}, {quoted(names[column])}, may be any of {', '.join(ids)}"
            yield Finding(where, problem, "the id of the dimension as the name of the column")


def unread_columns(where: str, header: Header, read: set[int]) -> Iterator[Finding]:
    """Yield remarks on the columns that are not read, with the dimension of the nearest name or question."""
    others = []
    for column, name in enumerate(header.names):
        if name and column not in read:
            near = header.labels.dimensions.nearest(name) if header.labels else ""
            if near:
                expected = f'the id, name or question of a dimension: "{near}", perhaps'
                yield Finding(where, f"the column {quoted(name)} is not read", expected, "MK407")
            else:
                others.append(quoted(name))
    if others:
        word = "column is" if len(others) == 1 else "columns are"
        yield Finding(where, f"{len(others)} {word} not read: {', '.join(others[:30])}", code="MK407")
