"""What the third party knows of a project's results: its form, what was counted, the survey.

The key evaluation and the figures by category of funds both rest on it, so that they, the form,
the site visits and the survey tell one story. Where they differ, the team found something else
than the unit reported, and the tables show both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from perfanalysis.data.sample.model import Row
from perfanalysis.data.sample.streams import half_up
from perfanalysis.data.sample.targets import plain, reached

WEAK_TARGETS = {
    "绩效目标合理性": {
        "targets-copied": "绩效目标照搬其他项目",
        "target-too-low": "目标值明显低于上年实际完成值",
    },
    "绩效指标明确性": {
        "target-missing": "部分指标没有目标值",
        "target-unmeasurable": "部分指标未细化、量化",
        "indicators-identical": "不同类别的指标完全相同",
        "money-as-quantity": "以资金额作为数量指标",
    },
}
PIECES = ("台套", "台", "辆", "件", "套", "件套")
WANTED = 90.0  # satisfied, in per cent, where the form sets no target


@dataclass(frozen=True, slots=True)
class Compared:
    """Plan and result of one indicator of key evaluation.

    Attributes
    ----------
    planned, actual : float or None
        None where there is nothing to compare.
    unit : str or None
    share : float or None
        Of the plan that was reached, 0 to 1.
    reason : str
        Why points are lost; empty where none is.
    """

    planned: float | None
    actual: float | None
    unit: str | None
    share: float | None
    reason: str

    @property
    def facts(self) -> Row:
        """The columns of ``key_scores``."""
        return {"planned": self.planned, "actual": self.actual, "measure_unit": self.unit}


@dataclass(frozen=True)
class Found:
    """What is known of one project.

    Attributes
    ----------
    form : sequence of dict
        Its indicators.
    counted : mapping of str to float
        What was verified on site, by indicator.
    surveyed : float or None
        Satisfied share of its survey, in per cent.
    """

    form: Sequence[Row]
    counted: Mapping[str, float]
    surveyed: float | None

    def outputs(self) -> Compared:
        """How much of the planned output was made: as counted on site, else as reported."""
        rows = {str(row["level3"]): row for row in self._own("quantity")}
        return _compared([row | self._verified(name) for name, row in rows.items()])

    def delivered(self) -> float:
        """Pieces bought, as counted on site, else as reported; 0 where nothing is counted so."""
        pieces = [
            float(str(self.counted.get(str(row["level3"]), row["actual"])))
            for row in self._own("quantity")
            if row["measure_unit"] in PIECES
        ]
        return sum(pieces)

    def quality(self) -> Compared:
        """How much of the quality that was set as a target was reached."""
        return _compared(self._own("quality"))

    def benefit(self) -> Compared:
        """How much of the benefit that was set as a target was reached."""
        judged = [
            row
            for row in self.form
            if row["group"] == "benefit" and row["op"] == "qualitative" and not row.get("plant")
        ]
        return _compared([*self._own("benefit"), *judged])

    def time(self) -> tuple[int, float, str] | None:
        """Months late, the share of tasks done in time against the target, and the reason."""
        rows = [row for row in self.form if row["group"] == "time" and not _foreign(row)]
        if not rows:
            return None
        if months := rows[0].get("months"):
            planned, done = (int(month) for month in str(months).split("-"))
            reason = f"计划{planned}月底前完成，实际{done}月完成" if done > planned else ""
            return done - planned, 1.0, reason
        met = _compared(rows)
        return (0, met.share, met.reason) if met.share else None

    def unit_cost(self, spent: float) -> Compared | None:
        """Cost of a piece against the most it was to cost, by what was counted; in yuan."""
        rows = [row for row in self._own("cost") if row["measure_unit"] == "元"]
        pieces = [row for row in self.form if row["group"] == "quantity"][:1]
        if not rows or not pieces or _foreign(pieces[0]):
            return None
        made = self.counted.get(str(pieces[0]["level3"]), _number(pieces[0].get("actual")))
        if not made:
            return None
        row = rows[0] | {"actual": half_up(spent / made, 2)}
        return _plain(row, _missed(row) if reached(row) < 1 else "")

    def satisfaction(self) -> Compared:
        """Satisfied share, by the survey, else as the unit reported it."""
        rows = [row for row in self.form if row["group"] == "satisfaction"]
        stated = self.stated()
        wanted = (_number(rows[0].get("target")) if rows else None) or WANTED
        if self.surveyed is None:
            return _compared(self._own("satisfaction"))
        reason = f"调查满意率{plain(self.surveyed)}%，低于目标{plain(wanted)}%"
        if stated is not None:
            reason += f"（单位自评{plain(stated)}%）"
        share = min(1.0, self.surveyed / wanted)
        return Compared(wanted, self.surveyed, "%", share, reason if share < 1 else "")

    def stated(self) -> float | None:
        """Satisfied share as the unit reported it, in per cent."""
        values = [_number(row.get("actual")) for row in self.form if row["group"] == "satisfaction"]
        return values[0] if values else None

    def weakness(self, indicator: str) -> str | None:
        """What the form itself shows to be wrong with its targets."""
        known = WEAK_TARGETS.get(indicator, {})
        shown = [known[str(row["plant"])] for row in self.form if row.get("plant") in known]
        return shown[0] if shown else None

    def _verified(self, name: str) -> Row:
        return {"actual": self.counted[name], "seen": "核实"} if name in self.counted else {}

    def _own(self, group: str) -> list[Row]:
        """The project's own numeric indicators of a group."""
        return [
            row
            for row in self.form
            if row["group"] == group
            and not _foreign(row)
            and _number(row.get("target"))
            and _number(row.get("actual")) is not None
        ]


def _foreign(row: Row) -> bool:
    """Whether it says nothing of the project's own results of its group."""
    plant = row.get("plant")
    same = plant == "indicators-identical" and row["group"] != "quantity"
    return same or plant in ("targets-copied", "money-as-quantity")


def _number(value: object) -> float | None:
    return value if isinstance(value, float) else None


def _compared(rows: Sequence[Row]) -> Compared:
    """One indicator with its own numbers; of several, the share reached, weighted by points."""
    if not rows:
        return Compared(None, None, None, None, "")
    missed = [row for row in rows if reached(row) < 1]
    reason = "；".join(_missed(row) for row in missed)
    if len(rows) == 1 and rows[0]["op"] == "at_least":
        return _plain(rows[0], reason)
    points = [float(str(row["points"])) for row in rows]
    whole = sum(p * reached(row) for p, row in zip(points, rows, strict=True)) / sum(points)
    percent = half_up(100 * whole, 1)
    if percent == 100:
        return Compared(100.0, percent, "%", 1.0, "")
    if len(rows) > 1:
        reason = f"{len(rows)}项指标按分值加权达到{plain(percent)}%：{reason}"
    return Compared(100.0, percent, "%", percent / 100, reason)


def _plain(row: Row, reason: str) -> Compared:
    planned, actual = _number(row["target"]), _number(row["actual"])
    return Compared(planned, actual, str(row["measure_unit"]), reached(row), reason)


def _missed(row: Row) -> str:
    """What was planned and what was reached, in words."""
    if row["op"] == "qualitative":
        return f"{row['level3']}：{row.get('actual_text') or '未完成'}"
    unit, seen = row["measure_unit"] or "", row.get("seen", "实际")
    planned, done = plain(float(str(row["target"]))), plain(float(str(row["actual"])))
    most = "不超过" if row["op"] == "at_most" else ""
    return f"{row['level3']}目标{most}{planned}{unit}，{seen}{done}{unit}"


__all__ = ["Compared", "Found"]
