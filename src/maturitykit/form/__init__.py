"""Forms for respondents to fill in: a page for a browser, a workbook, or a table."""

from __future__ import annotations

import os
from datetime import date as Date
from pathlib import PurePath

from maturitykit.definition import Model
from maturitykit.errors import FileError, Finding, quoted

#: Suffixes of the files that a form can be written to.
SUFFIXES = (".html", ".xlsx", ".csv")


def write_form(
    model: Model | str, path: str | os.PathLike[str], subject: str = "", date: Date | None = None
) -> None:
    """Write a form that asks about every dimension to rate, in the language of the model's texts.

    `maturitykit.read_all` reads the files that it saves. They name the model with its version and
    digest, and are refused by any other.

    Args:
        model: The model to ask about, or the id of an installed one.
        path: ``.html`` for a page that works offline in any browser, ``.xlsx`` for a workbook
            that follows the answers (it needs the extra ``[xlsx]``), ``.csv`` for a table.
        subject: Name of the organisation or team that is assessed, filled in beforehand.
        date: Date of the assessment, filled in beforehand.

    Raises:
        FileError: If the suffix is another one, or the file cannot be written.
        PluginError: If the model is not installed, or broken.
    """
    from maturitykit.assessment.ratings import Assessment, Rating
    from maturitykit.files.text import write_bytes, write_text
    from maturitykit.files.write import write
    from maturitykit.registry import model_of

    model, suffix = model_of(model), PurePath(path).suffix.lower()
    if suffix == ".html":
        from maturitykit.form.page import page

        write_text(path, page(model, subject, date))
    elif suffix == ".xlsx":
        from maturitykit.form.workbook import workbook_form

        write_bytes(path, workbook_form(model, subject, date))
    elif suffix == ".csv":
        blank = [Rating(leaf.id) for leaf in model.leaves]
        write(Assessment(model.id, blank, subject, date, model.version, model.digest), path)
    else:
        finding = Finding("", f"forms of the kind {quoted(suffix)} are not known", ", ".join(SUFFIXES))
        raise FileError(f"cannot write {path}", [finding])
