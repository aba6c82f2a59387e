"""What was found in the data: one object a finding, for an evaluator to act on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pandas as pd

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Where:
    """The place that a finding or a lost point comes from.

    Attributes
    ----------
    file : str
        Name of the file, without folders of this machine.
    sheet : str
        Name of the sheet; of a table in a Word file, ``表1``; empty for CSV.
    cell : str
        Cell in spreadsheet notation, e.g. ``H12``; empty where the whole file is meant.
    """

    file: str
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        """``file!sheet!cell``, the form that ``source_cell`` columns hold."""
        return "!".join(part for part in (self.file, self.sheet, self.cell) if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or needs a look.

    Attributes
    ----------
    code : str
        Stable English code, e.g. ``score-above-rule``.
    severity : {"error", "warning", "note"}
        ``error``: something was refused, or a figure would be wrong. ``warning``: accepted, but
        somebody must look. ``note``: for information.
    subject : str
        What it is about: an indicator's name, a project or unit id, ``funds``, ``form``.
    where : Where
    found : str
        What stands there.
    message : str
        What is wrong and where; in Chinese.
    remedy : str
        What to do; in Chinese.
    """

    code: str
    severity: Severity
    subject: str
    where: Where
    found: str
    message: str
    remedy: str

    def as_dict(self) -> dict[str, Any]:
        """Plain types only, for JSON."""
        return asdict(self)


def finding_at(
    code: str,
    severity: Severity,
    subject: str,
    where: Where,
    found: str,
    problem: str,
    remedy: str,
) -> Finding:
    """A finding whose message names its place and then the problem."""
    return Finding(code, severity, subject, where, found, f"{where} {problem}", remedy)


FINDING_COLUMNS = ("severity", "code", "subject", "where", "found", "message", "remedy")


def findings_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """One row a finding, in the order given; ``where`` as ``file!sheet!cell``."""
    rows = [
        (f.severity, f.code, f.subject, str(f.where), f.found, f.message, f.remedy)
        for f in findings
    ]
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS), dtype="str")


def dated_findings(findings: Mapping[int, Iterable[Finding]]) -> pd.DataFrame:
    """`findings_frame` of several budget years, one after the other, with ``budget_year`` first."""
    frames = [findings_frame(found).assign(budget_year=year) for year, found in findings.items()]
    if not frames:
        return findings_frame([]).assign(budget_year=pd.Series(dtype="int64"))
    return pd.concat(frames, ignore_index=True)[["budget_year", *FINDING_COLUMNS]]


__all__ = [
    "FINDING_COLUMNS",
    "Finding",
    "Severity",
    "Where",
    "dated_findings",
    "finding_at",
    "findings_frame",
]
