"""Read single cells of a form, with a finding for each that cannot be taken."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from perfanalysis.data.findings import Finding, Severity, Where
from perfanalysis.data.forms_grid import Cell, Grid
from perfanalysis.data.forms_text import one_line, plain, said
from perfanalysis.data.forms_values import MONEY, read_number

_PROBLEMS = {
    "formula": (
        "formula-uncalculated",
        "是公式，但没有计算结果",
        "请用 Excel 或 WPS 打开、重新计算并保存，或改填数值。",
    ),
    "external": (
        "value-external",
        "取自别的工作簿，没有依据",
        "请粘贴为数值，并附上它的来源。",
    ),
    "error": ("cell-error", "是公式错误", "请改正公式，或改填数值。"),
}


class CellReader:
    """Reads the cells of one grid and collects what could not be taken.

    Attributes
    ----------
    grid : Grid
    findings : list of Finding
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.findings: list[Finding] = []

    def where(self, cell: Cell | None) -> Where:
        """The place of a cell; of the sheet where there is none."""
        return self.grid.where(cell)

    def note(
        self, code: str, severity: Severity, subject: str, where: Where, found: str, *texts: str
    ) -> None:
        """Add a finding; `texts` are what is wrong, after the place, and the remedy."""
        problem, remedy = texts
        message = f"{where} {problem}"
        self.findings.append(Finding(code, severity, subject, where, found, message, remedy))

    def text(self, cell: Cell | None, label: str) -> str:
        """Text on one line; empty where blank."""
        if cell is None:
            return ""
        if cell.problem:
            self._note_problem(cell, label)
            return ""
        return said(cell.text)

    def number(self, cell: Cell | None, label: str) -> Decimal | None:
        """A number ≥ 0 (points, score); None where blank or unreadable."""
        text = self.text(cell, label)
        if cell is None or not text:
            return None
        value = read_number(text)
        if value is None or (value.is_signed() and value < 0):
            problem = "不是数值" if value is None else "是负数"
            self._unread(cell, label, problem)
            return None
        return value

    def money(self, cell: Cell | None, label: str, unit: str) -> Decimal | None:
        """An amount in 万元, exactly; None where blank or unreadable."""
        value = self.number(cell, label)
        if value is None or cell is None:
            return None
        return (value * MONEY[_own_unit(cell.text) or unit]).normalize()

    def _note_problem(self, cell: Cell, label: str) -> None:
        code, problem, remedy = _PROBLEMS[cell.problem]
        self.note(
            code,
            "error",
            label,
            self.where(cell),
            cell.found,
            f"的{label}{problem}（{cell.found}），按空值处理",
            remedy,
        )

    def _unread(self, cell: Cell, label: str, problem: str) -> None:
        self.note(
            "value-unreadable",
            "error",
            label,
            self.where(cell),
            cell.text,
            f"的{label}“{one_line(cell.text)}”{problem}，按空值处理",
            "请向填报单位核实后补正。",
        )


_LONGEST_FIRST = sorted(MONEY, key=len, reverse=True)


@lru_cache(maxsize=4096)
def _own_unit(text: str) -> str:
    """The money unit behind an amount; empty where there is none."""
    return next((unit for unit in _LONGEST_FIRST if plain(text).endswith(unit)), "")


__all__ = ["CellReader"]
