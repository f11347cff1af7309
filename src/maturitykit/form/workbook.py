"""The form as a workbook: answers chosen from lists, and a sheet with the scores that follow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date
from io import BytesIO
from textwrap import wrap
from typing import Any, NamedTuple

from maturitykit.assessment.ratings import NOT_APPLICABLE
from maturitykit.definition import Dimension, Model, Scale
from maturitykit.definition.numbers import typed_text
from maturitykit.files.form_workbook import ABOUT, COLUMNS, LEAD, META
from maturitykit.files.labels import NO_STAGES
from maturitykit.files.strict import FORMAT
from maturitykit.files.xlsx import workbook
from maturitykit.form.live import Live, quote
from maturitykit.formula.algebra import stage_of
from maturitykit.rules.roll_up import SpanTerms, counted_if_absent
from maturitykit.scoring.plan import plan_for
from maturitykit.scoring.summary import with_depths
from maturitykit.words import Words

#: Titles of the columns of the form, and their indices after the hidden column with keys.
TITLES = {"dimension": "Dimension", "question": "Question", **COLUMNS}
PLACES = {name: index for index, name in enumerate(("key", *TITLES))}
WIDTHS = {"dimension": 26, "question": 46, "answer": 24, "up to": 24, "comment": 40, "evidence": 30}
LIVE = "maturitykit_live"
#: Widths of columns on the other sheets in characters, and the greatest height of a row in points.
STAGE, WIDE, HIGHEST = 36, 24, 409
#: Most characters that are written into a cell: Excel allows 32,767.
LONGEST = 32_000


def workbook_form(model: Model, subject: str = "", date: Date | None = None) -> bytes:
    """Return the workbook, in the language of the model's texts.

    Args:
        model: The model to ask about.
        subject: Name of the organisation or team that is assessed, filled in beforehand.
        date: Date of the assessment, filled in beforehand.

    Raises:
        FileError: If xlsxwriter is not installed.
    """
    data = BytesIO()
    with workbook(data) as book:
        _Workbook(book, model).fill(subject, date)
    return data.getvalue()


class _List(NamedTuple):
    """References to cells of the hidden sheet with the labels and positions of the answers on a scale."""

    stages: str
    positions: str
    unknown: str
    not_applicable: str
    answers: str


class _Workbook:
    """Writer of the sheets of a form."""

    def __init__(self, book: Any, model: Model) -> None:
        self._book, self._model = book, model
        self._say = say = Words(model.language)
        sheets = say("Form"), say("Stages"), say("Result"), META, LIVE
        self._form, self._stages, self._result, self._meta, live = map(book.add_worksheet, sheets)
        self._live = Live(live, LIVE)
        self._facts = 0
        self._names: dict[str, str] = {}
        self._lists: dict[str, _List] = {}
        self._rows: dict[str, int] = {}
        self._styles: dict[str, Any] = {}
        for sheet in (self._meta, live):
            sheet.very_hidden()

    def fill(self, subject: str, date: Date | None) -> None:
        model = self._model
        for name, value in (
            ("format", FORMAT),
            ("model", model.id),
            ("version", model.version),
            ("digest", model.digest),
            ("sheet", self._form.name),
        ):
            self._fact(name, str(value))
        for name in ("key", *COLUMNS):
            self._fact("column", name, str(PLACES[name]))
        for scale in model.scales.values():
            self._names[scale.id] = self._range([["stage", scale.id, s.id, s.name] for s in scale.stages], 3)
        for leaf in model.leaves:
            assert leaf.scale is not None
            self._fact("dimension", leaf.id, leaf.scale.id)
            if leaf.scale.id not in self._lists:
                self._lists[leaf.scale.id] = self._list(leaf.scale)
        self._fill_form(subject, date)
        self._fill_stages()
        self._fill_result()
        for sheet in (self._form, self._stages, self._result):
            sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
            sheet.hide_gridlines(2)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)

    # ---- the hidden sheet

    def _fact(self, *cells: str | int) -> int:
        """Add a row to the hidden sheet, and return its number from 1."""
        for column, cell in enumerate(cells):
            self._put(self._meta, self._facts, column, cell)
        self._facts += 1
        return self._facts

    def _range(self, facts: Sequence[Sequence[str | int]], column: int) -> str:
        """Add rows to the hidden sheet, and return the reference to one of their columns."""
        rows = [self._fact(*fact) for fact in facts]
        letter = "ABCDEFG"[column]
        return f"{META}!${letter}${rows[0]}:${letter}${rows[-1]}"

    def _list(self, scale: Scale) -> _List:
        labels = labels_of(scale, self._say)
        stages = [("answer", scale.id, id, labels[id], position) for position, id in enumerate(scale.ids)]
        others = [("answer", scale.id, answer, labels[answer]) for answer in NO_STAGES]
        stage_labels = self._range(stages, 3)
        first, last = self._facts - len(stages) + 1, self._facts + len(others)
        self._range(others, 3)
        return _List(
            stage_labels,
            stage_labels.replace("$D", "$E"),
            f"{META}!$D${last - 1}",
            f"{META}!$D${last}",
            f"={META}!$D${first}:$D${last}",
        )

    # ---- the sheets for people

    def _style(self, **properties: Any) -> Any:
        key = repr(properties)
        if key not in self._styles:
            base = {"text_wrap": True, "valign": "top"}
            self._styles[key] = self._book.add_format(base | properties)
        return self._styles[key]

    @property
    def _heading(self) -> Any:
        return self._style(bold=True, bg_color="#E3E8EF", border=1, border_color="#9AA3AE")

    @property
    def _group(self) -> Any:
        return self._style(bold=True, font_size=12, text_wrap=False)

    def _input(self, kind: str = "@") -> Any:
        return self._style(locked=False, num_format=kind, border=1, border_color="#6B7480")

    def _put(self, sheet: Any, row: int, column: int, cell: str | int, style: Any = None) -> None:
        if isinstance(cell, int):
            sheet.write_number(row, column, cell, style)
        else:
            # Written as text, so that a text that starts with "=" is not taken for a formula.
            sheet.write_string(row, column, cell[:LONGEST], style)

    def _make_room(self, sheet: Any, row: int, *cells: tuple[str, int]) -> None:
        """Make a row as high as its texts need in columns of these widths."""
        # Not every spreadsheet does so when it opens the file.
        lines = (sum(max(1, len(wrap(part, width - 2))) for part in text.split("\n")) for text, width in cells)
        sheet.set_row(row, min(HIGHEST, 15.5 * max(lines)))

    def _fill_form(self, subject: str, date: Date | None) -> None:
        sheet, say = self._form, self._say
        sheet.set_column(0, 0, None, None, {"hidden": True})
        for name, width in WIDTHS.items():
            sheet.set_column(PLACES[name], PLACES[name], width)
        self._put(sheet, 0, 1, self._model.title, self._style(bold=True, font_size=16, text_wrap=False))
        sheet.set_row(0, 26)
        self._put(sheet, 1, 1, say(LEAD), self._style(text_wrap=False))
        hint = say(
            "Fill in the white cells. The sheet {stages} describes each stage; "
            "the sheet {result} follows your answers.",
            stages=self._stages.name,
            result=self._result.name,
        )
        self._put(sheet, 2, 1, hint, self._style(text_wrap=False))
        for row, (name, text) in enumerate(ABOUT.items(), start=4):
            self._put(sheet, row, 0, f"@{name}")
            self._put(sheet, row, PLACES["question"], say(text), self._style(align="right"))
            style = self._input("yyyy-mm-dd" if name == "date" else "@")
            if name == "subject" and subject:
                self._put(sheet, row, PLACES["answer"], subject, style)
            elif name == "date" and date:
                sheet.write_datetime(row, PLACES["answer"], date, style)
            else:
                sheet.write_blank(row, PLACES["answer"], None, style)
        top = 5 + len(ABOUT)
        for name, title in TITLES.items():
            self._put(sheet, top, PLACES[name], say(title), self._heading)
        sheet.freeze_panes(top + 1, PLACES["question"])
        row = top + 1
        for dimension, depth in with_depths(self._model):
            if dimension.is_leaf:
                self._fill_row(row, dimension)
            else:
                self._put(sheet, row, 1, f"{'  ' * depth}{dimension.name}", self._group)
                sheet.set_row(row, 22)
            row += 1

    def _fill_row(self, row: int, leaf: Dimension) -> None:
        assert leaf.scale is not None
        sheet, say, answers = self._form, self._say, self._lists[leaf.scale.id]
        self._rows[leaf.id] = row
        self._put(sheet, row, 0, leaf.id)
        self._put(sheet, row, PLACES["dimension"], leaf.name, self._style(bold=True))
        question = leaf.question or leaf.summary
        self._put(sheet, row, PLACES["question"], question, self._style())
        # One line more leaves room to write.
        texts = (f"{leaf.name}\n", WIDTHS["dimension"]), (f"{question}\n", WIDTHS["question"])
        self._make_room(sheet, row, *texts)
        for name in COLUMNS:
            # A number that is typed must stay one.
            kind = "General" if name == "answer" and leaf.scale.has_bands else "@"
            sheet.write_blank(row, PLACES[name], None, self._input(kind))
        choose = say("Choose from the list.")
        if leaf.scale.has_bands:
            choose = say("Choose from the list, or type {number}.", number=typed_text(leaf.scale))
        sheet.data_validation(
            row, PLACES["answer"], row, PLACES["answer"],
            {
                "validate": "list",
                "source": answers.answers,
                "error_type": "warning" if leaf.scale.has_bands else "stop",
                "error_message": choose,
            },
        )  # fmt: skip
        sheet.data_validation(
            row, PLACES["up to"], row, PLACES["up to"],
            {
                "validate": "list",
                "source": f"={answers.stages}",
                "input_message": say("Only for a range: the highest stage that it may be."),
                "error_message": choose,
            },
        )  # fmt: skip

    def _fill_stages(self) -> None:
        sheet = self._stages
        sheet.set_column(0, 0, WIDTHS["dimension"])
        sheet.set_column(1, max(len(scale.stages) for scale in self._model.scales.values()), STAGE)
        self._put(sheet, 0, 0, self._say(TITLES["dimension"]), self._heading)
        self._put(sheet, 0, 1, self._stages.name, self._heading)
        sheet.freeze_panes(1, 1)
        for row, leaf in enumerate(self._model.leaves, start=1):
            assert leaf.scale is not None
            self._put(sheet, row, 0, leaf.name, self._style(bold=True))
            labels = labels_of(leaf.scale, self._say)
            texts = [f"{labels[s.id]}\n{leaf.descriptors.get(s.id) or s.summary}" for s in leaf.scale.stages]
            for column, text in enumerate(texts, start=1):
                self._put(sheet, row, column, text, self._style(border=1, border_color="#9AA3AE"))
            self._make_room(sheet, row, (leaf.name, WIDTHS["dimension"]), *((text, STAGE) for text in texts))

    def _fill_result(self) -> None:
        sheet, say = self._result, self._say
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 3, WIDE)
        sheet.set_column(4, 4, 14)
        heads = say(TITLES["dimension"]), say("At least"), say("Likely"), say("At most"), say("Answered")
        for column, head in enumerate(heads):
            self._put(sheet, 0, column, head, self._heading)
        sheet.freeze_panes(1, 1)
        plan = plan_for(self._model, None, {})
        leaves = {plan.index[leaf.id]: self._answer(leaf) for leaf in self._model.leaves}
        cells = plan.formulas(leaves, self._live.keep_cell)
        shown = [(self._model.root, 0), *(item for item in with_depths(self._model) if not item[0].is_leaf)]
        for row, (dimension, depth) in enumerate(shown, start=1):
            name = dimension.name if row > 1 else say("Overall")
            self._put(sheet, row, 0, f"{'  ' * depth}{name}", self._style(bold=not depth, text_wrap=False))
            self._fill_score(row, dimension, cells[plan.index[dimension.id]])

    # ---- scores that follow from the answers

    def _answer(self, leaf: Dimension) -> SpanTerms:
        """Return the cells that turn the answer on a leaf into positions."""
        assert leaf.scale is not None
        answers, (lowest, highest) = self._lists[leaf.scale.id], leaf.scale.open_ends
        row, sheet = self._rows[leaf.id] + 1, self._form.name.replace("'", "''")
        answer, up_to = (f"'{sheet}'!${'ABCDEFG'[PLACES[name]]}${row}" for name in ("answer", "up to"))

        def position(cell: str) -> str:
            matches = f"({answers.stages}={cell})"
            return f"IF(SUMPRODUCT(--{matches})=1,SUMPRODUCT({matches}*{answers.positions}),NA())"

        chosen = position(answer)
        if leaf.scale.has_bands:
            number = f"-{answer}" if leaf.scale.falls else answer
            attained = "+".join(f"({number}>{threshold!r})" for threshold in leaf.scale.thresholds)
            least, most = leaf.scale.typed
            share = f'IF(AND({answer}>={least!r},{answer}<={most!r},{up_to}=""),{attained},NA())'
            chosen = f"IF(ISNUMBER({answer}),{share},{chosen})"
        not_applicable = self._live.put(f'AND({answer}={answers.not_applicable},{up_to}="")')
        open_ = self._live.put(f'OR({answer}="",{answer}={answers.unknown},{answer}={answers.not_applicable})')
        known = ~open_
        is_open = open_.args[0]
        low = self._live.put(f'IF({is_open},IF({up_to}="",{lowest},NA()),{chosen})')
        end = f"IF({position(up_to)}>={low.args[0]},{position(up_to)},NA())"
        high = self._live.put(f'IF({is_open},{highest},IF({up_to}="",{low.args[0]},{end}))')
        likely = self._live.put(f"INT(({low.args[0]}+{high.args[0]})/2)")
        coverage = self._live.put(f"IF({is_open},0,1)")
        is_whole = (lowest, highest) == (0, leaf.scale.top)
        cell = SpanTerms(low, likely, high, known, not_applicable, coverage, is_whole=is_whole)
        return counted_if_absent(leaf, cell)

    def _fill_score(self, row: int, dimension: Dimension, cell: SpanTerms) -> None:
        live, scale = self._live, dimension.scale
        not_applicable = live.text(cell.not_applicable)
        if cell.scored is not False and scale is not None:
            names = self._names[scale.id]
            for column, end in enumerate(cell.positions, start=1):
                stage = live.let(stage_of(scale.order, end, cell.is_whole))
                text = f"INDEX({names},{live.text(stage)}+1)"
                if column == 2:
                    text = f'IF({live.text(cell.known)},{text},"")'
                otherwise = quote(self._say(NO_STAGES[NOT_APPLICABLE]) if column == 1 else "")
                self._write(row, column, f"IF({not_applicable},{otherwise},{text})", self._style())
        self._write(row, 4, live.text(cell.coverage), self._style(num_format="0%"))

    def _write(self, row: int, column: int, text: str, style: Any) -> None:
        shown = f"IFERROR({text},{quote(self._say('see maturitykit score'))})"
        self._result.write_formula(row, column, f"={shown}", style, "")


def labels_of(scale: Scale, say: Words) -> dict[str, str]:
    """Return the label of each answer: its name, with its id if the name is ambiguous or may be misread."""
    others = {answer: say(label) for answer, label in NO_STAGES.items()}
    names = {stage.id: " ".join(stage.name.split())[:200] for stage in scale.stages}
    counts: dict[str, int] = {}
    for name in (*names.values(), *others.values()):
        counts[name.casefold()] = counts.get(name.casefold(), 0) + 1
    # A spreadsheet may take a name that does not start with a letter for a number, a date or a formula.
    plain = {id for id, name in names.items() if counts[name.casefold()] == 1 and name[:1].isalpha()}
    return {id: name if id in plain else f"{id} {name}" for id, name in names.items()} | others
