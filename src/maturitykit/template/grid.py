"""Importer of models from grids with stages across and dimensions down, as most models are published."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from maturitykit.errors import FileError, Finding, quoted
from maturitykit.files.strict import FORMAT
from maturitykit.files.workbook_cells import Cells, cell_name, column_name, read_cells
from maturitykit.template.draft import Draft, Ids, title_of

#: The most stages and dimensions; a grid with more is not a model.
MOST_STAGES = 30
MOST_DIMENSIONS = 2_000
#: The most cells or rows that a remark names.
SHOWN = 5

_NUMBER = re.compile(r"(\d+(?:\.\d+)*)\.?\s*[):–-]?\s+(?=\S)")
#: A cell with nothing but an id, a number, a weight or a share.
_CODE = re.compile(r"(?:[A-Z]{1,4}[-. ]?)?\d+(?:[.,]\d+)*\s*%?", re.IGNORECASE)
_STAGE = re.compile(r"(?:level|stage|phase|tier|step|niveau|fase|stap|l)\W*\d+\b.*|\d+", re.IGNORECASE | re.DOTALL)
#: Words in the headings of columns that are not stages, in questionnaires and scoring workbooks.
_NO_STAGES = {
    "answer", "answers", "antwoord", "response", "responses", "score", "scores", "rating", "ratings", "weight",
    "weights", "gewicht", "comment", "comments", "opmerking", "opmerkingen", "toelichting", "evidence", "bewijs",
    "id", "nr", "code", "number", "nummer", "current", "target",
}  # fmt: skip
_TAG = re.compile(r"</?(?:p|br|b|strong|i|em|u|ul|ol|li|span|div)\b[^<>]{0,200}>", re.IGNORECASE)
_BREAK = re.compile(r"</?(?:p|br|ul|ol|li|div)\b[^<>]{0,200}>", re.IGNORECASE)

_RULE = (
    "The grid states no rule, so we offer two. By median, the default, the overall stage is the highest that more "
    "than half of the dimensions have reached; by weakest, the lowest dimension decides. "
    "Say here what speaks for each."
)
_OUTCOME = (
    "The grid describes each dimension at each stage. If the source does not say that an organisation as a whole "
    "is at one of the stages, then the overall stage is ours."
)
_GUIDANCE = "The other rows have numbers, and these have none. So they are taken for what to do at each stage."
_TITLE = "The grid has no title. This one is made from the id of the model."


def read_grid(path: Path, id: str) -> Draft:
    """Return the model in a grid, in a CSV file or a workbook.

    The first row has the names of the stages and the first column those of the dimensions. There may be a title
    above; a row of questions or summaries of the stages below the first; rows or a first column that name
    groups; and numbers before the names.

    Raises:
        FileError: If the file has no such grid.
    """
    sheet = read_cells(path)
    grid = _Grid(sheet)
    problem = grid.problem()
    if problem:
        raise FileError(f"no model can be made of {path}", [problem])
    data = grid.model(id)
    leaves = len(data["dimensions"]) - len(grid.groups)
    found = f"{len(grid.stages)} stages, {leaves} dimensions"
    found += f" in {len(grid.groups)} group{'s' * (len(grid.groups) != 1)}" if grid.groups else ""
    left_out = [*grid.left_out(), *(f"{each[0].upper()}{each[1:]} was not read." for each in sheet.unread)]
    if path.suffix.lower() not in (".csv", ".tsv"):
        left_out.append(
            "Formatting, comments and pictures of the workbook are not read, and formulas as their values."
        )
    return Draft(data, path.name, found, left_out)


class _Grid:
    """A sheet that is read as a grid."""

    def __init__(self, sheet: Cells) -> None:
        self.rows = [list(row) for row in sheet.rows]
        self.merged = sheet.merged
        self.remarks: dict[str, list[str]] = {}
        self.groups: dict[str, str] = {}
        self.stages: dict[int, dict[str, Any]] = {}
        self._clean()
        filled = (i for i, row in enumerate(self.rows) if sum(map(bool, row)) > 1)
        self.header = next(filled, len(self.rows))
        self.labels = 0
        self.is_numbered = False
        self.no_stages: list[str] = []
        if self.header < len(self.rows):
            self.labels = 2 if self._has_codes_first() or self._has_two_labels() else 1
            self._fill_merged()
            self.stages = dict(self._read_stages())

    def problem(self) -> Finding | None:
        """Return the reason why this is not a grid, or None."""
        shape = "stages across in the first row, dimensions down in the first column"
        if self.header == len(self.rows):
            return Finding("", "has no row with more than one text", shape)
        if not 2 <= len(self.stages) <= MOST_STAGES:
            where = f"row {self.header + 1}"
            others = f", beside {', '.join(map(quoted, self.no_stages[:10]))}" if self.no_stages else ""
            is_asked = sum(self._label(r).endswith("?") for r in self._body()) > 1
            hint = ", as a questionnaire has" if is_asked and self.no_stages else ""
            return Finding(
                where,
                f"names {len(self.stages)} stage{'s' * (len(self.stages) != 1)}{others}{hint}",
                f"2 to {MOST_STAGES}; {shape}",
            )
        if where := self._where_transposed():
            return Finding(where, "names stages down, where dimensions are expected", f"{shape}: transpose it")
        count = sum(self._kind(row) == "dimension" for row in self._body())
        if not count:
            return Finding("", f"has no dimension below row {self.header + 1}", shape)
        if count > MOST_DIMENSIONS:
            return Finding("", f"has {count:,} dimensions", f"{MOST_DIMENSIONS:,} at the most")
        return None

    def left_out(self) -> list[str]:
        """Return a sentence for each kind of content that was not imported."""
        return [f"{text}: {_first_of(locations)}." for text, locations in self.remarks.items()]

    def model(self, id: str) -> dict[str, Any]:
        """Return the data of the model file."""
        titles = [cell for row in self.rows[: self.header] for cell in row if cell]
        dimensions, guidance = self._dimensions()
        readings = [
            {"id": "rule", "about": ["scorers"], "why": _RULE},
            {"id": "overall-stage", "about": ["outcome"], "why": _OUTCOME},
        ]
        if not titles:
            readings.append({"id": "title", "about": ["title"], "why": _TITLE})
        if guidance:
            readings.append({"id": "guidance", "about": ["guidance"], "why": _GUIDANCE})
        data = {
            "format": FORMAT,
            "id": id,
            "version": "0.1.0",
            "title": " ".join(titles[0].split()) if titles else title_of(id),
            "language": "en",
            "summary": "\n".join(titles[1:]),
            "scorers": ["median", "weakest"],
            "outcome": "stage",
            "source": {
                "note": "Taken over from a grid. Say here who published the framework, and what the source lacks."
            },
            "readings": readings,
            "scales": [{"id": "stage", "stages": list(self.stages.values())}],
            "guidance": guidance,
            "dimensions": dimensions,
        }
        return {name: value for name, value in data.items() if value}

    def _remark(self, text: str, location: str) -> None:
        self.remarks.setdefault(text, []).append(location)

    def _clean(self) -> None:
        """Remove surrounding white space and markup from all cells."""
        for r, row in enumerate(self.rows):
            for c, cell in enumerate(row):
                text = cell.replace("\r\n", "\n").replace("\r", "\n")
                if _TAG.search(text):
                    self._remark("Markup, such as bold type, was taken away", cell_name(r, c))
                    text = html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))
                lines = (line.strip() for line in text.split("\n"))
                row[c] = "\n".join(line for line in lines if line)

    def _column(self, c: int) -> list[str]:
        """Return the texts of a column below the header."""
        return [row[c] for row in self.rows[self.header + 1 :] if row[c]]

    def _has_codes_first(self) -> bool:
        """Clear the first column if it has only ids or numbers before names; return whether it has."""
        codes = self._column(0)
        names = self._column(1) if len(self.rows[self.header]) > 3 else []
        is_named = len(set(names)) == len(names) >= len(codes) > 1 and max(map(len, names)) < 80
        if not (is_named and all(map(_CODE.fullmatch, codes))):
            return False
        self._remark("A column of ids or numbers was left out", "column A")
        for row in self.rows[self.header :]:
            row[0] = ""
        self.rows[self.header][1] = ""
        return True

    def _where_transposed(self) -> str:
        """Return the column that names stages, if they are below each other; otherwise an empty text."""
        names = [self._label(r) for r in self._body()]
        heads = [self.rows[self.header][c] for c in self.stages]
        if len(names) > 1 and all(map(_STAGE.fullmatch, names)) and not any(map(_STAGE.fullmatch, heads)):
            return f"column {column_name(self.labels - 1)}"
        return ""

    def _has_two_labels(self) -> bool:
        """Return whether the first column names groups, and the second the dimensions."""
        head, body = self.rows[self.header], self.rows[self.header + 1 :]
        # The row of questions has no label.
        body = body[1:] if body and not body[0][0] else body
        if len(head) < 4:
            return False
        if not head[0] and not head[1]:
            return any(row[1] for row in body)
        tall = any(
            first[1] == last[1] == 0 and first[0] > self.header and last[0] > first[0]
            for first, last in self.merged
        )
        unnamed = [row for row in body if not row[0] and row[1] and any(row[2:])]
        names = [row[1] for row in body if any(row[2:])]
        return tall or (
            len(unnamed) > 1 and all(names) and len(set(names)) == len(names) and max(map(len, names)) < 80
        )

    def _fill_merged(self) -> None:
        """Copy the text of merged cells into each of them, except for labels and titles."""
        for (top, left), (bottom, right) in self.merged:
            if left < self.labels or top < self.header:
                continue
            text = self.rows[top][left]
            for r in range(top, min(bottom, len(self.rows) - 1) + 1):
                for c in range(left, min(right, len(self.rows[r]) - 1) + 1):
                    self.rows[r][c] = text
            if text:
                self._remark("The text of merged cells was taken over into each of them", cell_name(top, left))

    def _read_stages(self) -> Iterator[tuple[int, dict[str, Any]]]:
        ids = Ids(("unknown", "not_applicable"))
        row = self.rows[self.header]
        heads = {c: cell for c, cell in enumerate(row) if c >= self.labels and cell}
        for c, cell in list(heads.items()):
            texts = self._column(c)
            if set(cell.casefold().split()) <= _NO_STAGES or (texts and all(map(_CODE.fullmatch, texts))):
                del heads[c]
                self.no_stages.append(cell)
                self._remark("A column of answers, ids or numbers is no stage, and was left out", column_name(c))
        numbered = _is_numbering(list(heads.values()))
        below = self._second_header()
        names: set[str] = set()
        for c, cell in heads.items():
            name, _, rest = cell.partition("\n")
            name = _NUMBER.sub("", name, count=1) if numbered else name
            question, summary = _question_and_summary("\n".join(filter(None, [rest, below[c] if below else ""])))
            if name in names:
                self._remark("A stage has the name of another", f"{quoted(name)} in {cell_name(self.header, c)}")
            names.add(name)
            stage = {"id": ids.of(name, "stage"), "name": name, "question": question, "summary": summary}
            yield c, {key: value for key, value in stage.items() if value}

    def _second_header(self) -> list[str] | None:
        """Return the row of questions or summaries of the stages, if there is one."""
        for row in self.rows[self.header + 1 :]:
            if any(row):
                return row if not any(row[: self.labels]) else None
        return None

    def _body(self) -> Iterator[int]:
        """Yield the rows below the header, without empty ones and the second header."""
        rows = [r for r in range(self.header + 1, len(self.rows)) if any(self.rows[r])]
        yield from rows[1:] if self._second_header() else rows

    def _kind(self, r: int) -> str:
        row = self.rows[r]
        if not any(row[: self.labels]):
            return "nameless"
        return "dimension" if any(row[c] for c in self.stages) else "group"

    def _dimensions(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the dimensions, each group before its members, and the rows that are guidance."""
        ids, topics = Ids(("outcome",)), Ids()
        dimensions: list[dict[str, Any]] = []
        guidance: list[dict[str, Any]] = []
        rated = [r for r in self._body() if self._kind(r) == "dimension"]
        labelled = [self._label(r) for r in self._body() if _NUMBER.match(self._label(r))]
        self.is_numbered = _is_numbering(labelled)
        numbered = {r for r in rated if self.is_numbered and _NUMBER.match(self._label(r))}
        is_advice = set(rated) - numbered if len(numbered) > 1 else set()
        parent, group = "", ""
        names: set[tuple[str, str]] = set()
        for r in self._body():
            kind = self._kind(r)
            if group and (kind == "group" or (self.labels == 2 and self.rows[r][0])):
                self._remark("A name has no dimension below it", group)
                group = ""
            if kind == "group":
                parent, group = "", self._label(r)
            elif kind == "nameless":
                self._remark("A row has no name, and was left out", f"row {r + 1}")
            elif r in is_advice:
                name, *_ = self._name(self._label(r))
                guidance.append({"id": topics.of(name, "topic"), "name": name, "texts": self._texts(r, name)})
            else:
                if self.labels == 2 and self.rows[r][0] and self.rows[r][1]:
                    parent, group = "", self.rows[r][0]
                # A group is added with its first dimension, as one without dimensions is left out.
                if group:
                    entry = self._entry(group, ids, "group")
                    dimensions.append(entry)
                    parent, group = entry["id"], ""
                    self.groups[parent] = entry["name"]
                entry = self._entry(self._label(r), ids, "dimension", parent)
                if (parent, entry["name"]) in names:
                    self._remark("A dimension has the name of another", f"{quoted(entry['name'])} in row {r + 1}")
                names.add((parent, entry["name"]))
                dimensions.append({**entry, "descriptors": self._texts(r, entry["name"])})
        if group:
            self._remark("A name has no dimension below it", group)
        self._remark_on_columns()
        return dimensions, guidance

    def _label(self, r: int) -> str:
        row = self.rows[r]
        return (row[1] or row[0]) if self.labels == 2 else row[0]

    def _name(self, label: str) -> tuple[str, str, str]:
        """Return the name in a label, without its number, and the question and the summary in further lines."""
        name, _, rest = label.partition("\n")
        if self.is_numbered and (number := _NUMBER.match(name)):
            name = name[number.end() :]
        return name, *_question_and_summary(rest)

    def _entry(self, label: str, ids: Ids, fallback: str, parent: str = "") -> dict[str, Any]:
        name, question, summary = self._name(label)
        entry = {
            "id": ids.of(name, fallback),
            "name": name,
            "parent": parent,
            "question": question,
            "summary": summary,
        }
        return {key: value for key, value in entry.items() if value}

    def _texts(self, r: int, name: str) -> dict[str, str]:
        for c in self.stages:
            if not self.rows[r][c]:
                self._remark("A cell is empty, and so there is no text", f"{cell_name(r, c)} ({quoted(name)})")
        return {stage["id"]: self.rows[r][c] for c, stage in self.stages.items() if self.rows[r][c]}

    def _remark_on_columns(self) -> None:
        """Add remarks on columns without a stage, and on headings of label columns."""
        rows = [self.rows[r] for r in range(self.header + 1, len(self.rows))]
        for c in range(self.labels, len(self.rows[self.header])):
            if c not in self.stages and any(row[c] for row in rows):
                self._remark("A column has no stage above it, and was left out", f"column {column_name(c)}")
        for c, label in enumerate(self.rows[self.header][: self.labels]):
            if label:
                self._remark(
                    "The heading of a column of names was left out",
                    f"{quoted(label)} in {cell_name(self.header, c)}",
                )


def _first_of(locations: list[str]) -> str:
    more = len(locations) - SHOWN
    return ", ".join(locations[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _is_numbering(labels: list[str]) -> bool:
    """Return whether labels are numbered as in an outline: 1, 1.1, 1.2, 2. Other numbers belong to the names."""
    matches = [_NUMBER.match(label) for label in labels]
    numbers = [tuple(map(int, each[1].split("."))) for each in matches if each]
    rising = all(a < b for a, b in itertools.pairwise(numbers))
    return len(numbers) == len(labels) > 1 and rising and set(numbers[0]) <= {0, 1}


def _question_and_summary(text: str) -> tuple[str, str]:
    """Return the first line that is a question, and the other lines."""
    lines = text.split("\n")
    question = next((line for line in lines if line.endswith("?")), "")
    if question:
        lines.remove(question)
    return question, "\n".join(lines)
