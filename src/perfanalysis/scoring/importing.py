"""Import official forms: read them, review them, write them into the tables of their year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perfanalysis.data.findings import Finding
from perfanalysis.data.forms import read_forms
from perfanalysis.data.forms_frames import form_frames
from perfanalysis.data.forms_model import Form
from perfanalysis.data.forms_write import write_forms
from perfanalysis.rules.loader import load_rules
from perfanalysis.rules.values import RuleBook
from perfanalysis.scoring.review import review_forms


@dataclass(frozen=True)
class ImportResult:
    """What an import read, found and wrote.

    Attributes
    ----------
    budget_year : int
    forms : tuple of Form
        Every form that was read, also those that were not written.
    findings : tuple of Finding
        First what could not be read, then what was not written, then the review, form by form.
    written : mapping of int to (unit_id, project_id)
        The forms written, by their position in `forms`; `project_id` is empty of a form of the
        unit as a whole.
    tables : tuple of str
        Names of the files that changed; empty where everything stood there already.
    """

    budget_year: int
    forms: tuple[Form, ...]
    findings: tuple[Finding, ...]
    written: Mapping[int, tuple[str, str]]
    tables: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain types only, for ``--json``."""
        forms = []
        for number, form in enumerate(self.forms):
            unit, project = self.written.get(number, ("", ""))
            ids = {"unit_id": unit, "project_id": project, "written": number in self.written}
            forms.append(form.as_dict() | ids)
        return {
            "budget_year": self.budget_year,
            "forms": forms,
            "findings": [finding.as_dict() for finding in self.findings],
            "tables": list(self.tables),
        }


def import_forms(
    paths: Sequence[Path | str],
    *,
    budget_year: int,
    data_dir: Path | str,
    rules: RuleBook | None = None,
) -> ImportResult:
    """Import self-evaluation forms into ``data_dir/<budget_year>``.

    Parameters
    ----------
    paths : sequence of Path or str
        Files (.xlsx, .xls, .docx), or folders that hold them.
    budget_year : int
        A form of another year is reviewed by the rules of its own year and not written.
    data_dir : Path or str
        Holds a folder for each budget year; the folder is made where there is none.
    rules : RuleBook, optional
        The national rules otherwise.

    Returns
    -------
    ImportResult

    Raises
    ------
    DataError
        If the folder cannot be read or written; then no table of it has changed.
    """
    read = read_forms(paths)
    written = write_forms(read.forms, budget_year=budget_year, data_dir=Path(data_dir))
    frames = form_frames(read.forms)
    reviewed = review_forms(
        frames.forms, frames.indicators, rules or load_rules(), budget_year=budget_year
    )
    findings = (*read.findings, *written.findings, *reviewed)
    return ImportResult(budget_year, read.forms, findings, written.forms, written.tables)


__all__ = ["ImportResult", "import_forms"]
