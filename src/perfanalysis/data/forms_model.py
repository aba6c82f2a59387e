"""A self-evaluation form as read: what stands in it, in 万元 and points, with its cells."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from perfanalysis.data.findings import Where


@dataclass(frozen=True, slots=True)
class FundLine:
    """One row of the funds block.

    Attributes
    ----------
    source : str
        ``total``, ``current_fiscal``, ``carried_in`` or ``other``.
    label : str
        As printed.
    initial_wan, annual_wan, received_wan, executed_wan : Decimal or None
        万元; None where blank or unreadable.
    points, score : Decimal or None
        Points of budget execution, where the row carries any.
    where : Where
        Cell of the label.
    """

    source: str
    label: str
    initial_wan: Decimal | None
    annual_wan: Decimal | None
    received_wan: Decimal | None
    executed_wan: Decimal | None
    points: Decimal | None
    score: Decimal | None
    where: Where

    @property
    def states_money(self) -> bool:
        """Whether any amount of it is filled, zero or not."""
        amounts = (self.initial_wan, self.annual_wan, self.received_wan, self.executed_wan)
        return any(amount is not None for amount in amounts)

    @property
    def carries_money(self) -> bool:
        """Whether any amount of it is above zero."""
        amounts = (self.initial_wan, self.annual_wan, self.received_wan, self.executed_wan)
        return any(amount for amount in amounts)


@dataclass(frozen=True, slots=True)
class FormIndicator:
    """One row of the indicator block.

    Attributes
    ----------
    level1 : str
        Code: output, benefit, satisfaction, cost, decision, process, execution, other.
    level1_text, level2, level3 : str
        As printed.
    op : str or None
        at_least, at_most, equal or qualitative; None where there is no target.
    target, actual : Decimal or None
        In `measure_unit`, both.
    target_text, actual_text, measure_unit, reason : str
        As printed; empty where blank.
    points, score : Decimal or None
    where : Where
        Cell of the level-3 name.
    """

    level1: str
    level1_text: str
    level2: str
    level3: str
    op: str | None
    target: Decimal | None
    target_text: str
    measure_unit: str
    points: Decimal | None
    actual: Decimal | None
    actual_text: str
    score: Decimal | None
    reason: str
    where: Where


@dataclass(frozen=True, slots=True)
class Form:
    """One self-evaluation form.

    Attributes
    ----------
    where : Where
        File and sheet, and the first cell of the form.
    year : int or None
        Budget year that the form names.
    whole_unit : bool
        Of the unit as a whole (部门整体), not of a project.
    project, unit, dept : str
        As printed; empty where blank.
    project_where, unit_where : Where
    objective, objective_result : str
    funds : tuple of FundLine
    indicators : tuple of FormIndicator
    has_total : bool
        Whether there is a total row.
    total_points, total_score : Decimal or None
        Of the total row.
    grade : str
        优, 良, 中, 差; empty where none is stated.
    total_where : Where
    """

    where: Where
    year: int | None
    whole_unit: bool
    project: str
    unit: str
    dept: str
    project_where: Where
    unit_where: Where
    objective: str
    objective_result: str
    funds: tuple[FundLine, ...]
    indicators: tuple[FormIndicator, ...]
    has_total: bool
    total_points: Decimal | None
    total_score: Decimal | None
    grade: str
    total_where: Where

    @property
    def total(self) -> FundLine | None:
        """The row 年度资金总额."""
        return next((line for line in self.funds if line.source == "total"), None)

    @property
    def parts(self) -> tuple[FundLine, ...]:
        """The rows under it."""
        return tuple(line for line in self.funds if line.source != "total")

    def as_dict(self) -> dict[str, Any]:
        """What it is about and its stated totals, in plain types, for JSON."""
        scores = [row.score for row in self.indicators if row.score is not None]
        execution = self.total.score if self.total else None
        return {
            "where": str(self.where),
            "year": self.year,
            "project": self.project,
            "unit": self.unit,
            "department": self.dept,
            "whole_unit": self.whole_unit,
            "indicators": len(self.indicators),
            "execution_score": plain_number(execution),
            "indicator_score_sum": plain_number(sum(scores, Decimal(0)) if scores else None),
            "stated_total": plain_number(self.total_score),
            "stated_grade": self.grade,
        }


def plain_number(value: Decimal | None) -> float | None:
    """A number for JSON or a frame."""
    return None if value is None else float(value)


__all__ = ["Form", "FormIndicator", "FundLine", "plain_number"]
