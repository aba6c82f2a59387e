"""What one unit of the same output cost, across units and years (成本效益分析法、最低成本法).

Costs are compared on the log scale: they are above zero, and a project of twice the usual cost is
as far from it as one of half. All money of a project is put on its main output, the first
quantity that its targets name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from perfanalysis.data.tables import YearData
from perfanalysis.errors import RuleError
from perfanalysis.money.execution import project_funds
from perfanalysis.rules.values import RulesInForce

QUANTITY = "数量指标"
MONEY_UNITS = ("元", "千元", "万元", "亿元", "百万円", "円")
_OUTPUT = ["output", "measure_unit"]
_COSTS = ["project_id", "unit_id", "name", "year", *_OUTPUT, "done", "executed_wan", "reached"]


@dataclass(frozen=True)
class UnitCosts:
    """Unit costs of the projects whose output others have too.

    Attributes
    ----------
    outputs : DataFrame
        One row an output that can be compared, most project-years first: ``output``,
        ``measure_unit``, ``n`` (project-years), ``units``, ``typical_wan`` (geometric mean of the
        units' own geometric means), ``low_wan``, ``high_wan`` (its interval, units as a whole,
        Student's t), ``lowest_wan`` (least cost of those that reached their target, missing where
        none did), ``standard_wan`` (missing where no rule gives one), ``over`` (project-years over
        the standard; missing likewise). Money for one of the output.
    projects : DataFrame
        Their project-years: ``project_id``, ``unit_id``, ``name``, ``year``, ``output``,
        ``measure_unit``, ``done``, ``executed_wan``, ``reached`` (bool), ``cost_wan``,
        ``usual_low_wan``, ``usual_high_wan`` (where the cost would lie by the others of that
        output, itself left out), ``ratio`` (to their geometric mean), ``outside`` (bool),
        ``standard_wan`` (missing where no rule gives one), ``over_share`` (cost over the standard,
        a ratio; negative under it, missing likewise).
    left_out : DataFrame
        ``reason`` (``no_quantity``, ``nothing_done``, ``no_money``, ``too_few``) and ``n``
        (project-years).
    confidence : float
    """

    outputs: pd.DataFrame
    projects: pd.DataFrame
    left_out: pd.DataFrame
    confidence: float


def unit_costs(years: Sequence[YearData], rules: RulesInForce) -> UnitCosts:
    """Compare unit costs of the same output across units and years.

    Parameters
    ----------
    years : sequence of YearData
        Tables ``projects``, ``funds``, ``indicators``; self-evaluated projects count.
    rules : RulesInForce
        ``cost.*``; all conventions unless the district has standards of its own.

    Returns
    -------
    UnitCosts

    Raises
    ------
    RuleError
        If a spending standard is not an output with an amount.

    References
    ----------
    财政部，《项目支出绩效评价管理办法》，财预〔2020〕10号: 成本效益分析法、最低成本法. Prediction
    interval of one more value: Student's t with s·√(1 + 1/n) on logs.
    """
    rows = pd.concat([main_outputs(year) for year in years], ignore_index=True)
    reason = _why_not(rows)
    known = rows[reason.isna()].copy()
    known["cost_wan"] = known["executed_wan"] / known["done"]
    groups = known.groupby(_OUTPUT)
    enough = (groups["done"].transform("size") >= rules.value("cost.least_projects")) & (
        groups["unit_id"].transform("nunique") >= rules.value("cost.least_units")
    )
    reasons = pd.concat([reason.dropna(), pd.Series("too_few", known.index[~enough])])
    counts = reasons.value_counts().sort_index().rename_axis("reason").reset_index(name="n")
    confidence = float(rules.value("cost.confidence"))
    compared = known[enough].reset_index(drop=True)
    standards = _standards(rules)
    projects = compared.join(_expected(compared, confidence))
    standard = projects["output"].map(standards).astype("float64")
    over = projects["cost_wan"].astype("float64") / standard - 1
    projects = projects.assign(standard_wan=standard, over_share=over)
    outputs = _by_output(compared, standards, confidence)
    return UnitCosts(outputs, projects, counts, confidence)


def _standards(rules: RulesInForce) -> dict[str, float]:
    """Spending standard of each output that has one."""
    given = rules.value("cost.standards")
    try:
        return {str(each["output"]): float(each["amount"]) for each in given}
    except (KeyError, TypeError, ValueError):
        raise RuleError(
            f"规则 cost.standards 的取值 {given!r} 不能用。"
            "每项请写 {output: 数量指标名称, amount: 每单位产出的金额}。"
        ) from None


def main_outputs(year: YearData) -> pd.DataFrame:
    """The self-evaluated projects of a year with their main output.

    Returns
    -------
    DataFrame
        ``project_id``, ``unit_id``, ``name``, ``year``, ``output`` (the first quantity indicator
        that is no amount of money; missing without one), ``measure_unit``, ``done`` (its actual
        value), ``executed_wan``, ``reached`` (whether it is at its target).
    """
    indicators = year["indicators"]
    quantity = indicators["level2"].fillna("").str.contains(QUANTITY, regex=False)
    physical = indicators["measure_unit"].notna() & ~indicators["measure_unit"].isin(MONEY_UNITS)
    first = indicators[quantity & physical].drop_duplicates("project_id")
    first = first.assign(
        reached=(first["op"] == "at_least") & (first["actual"] >= first["target"])
    ).rename(columns={"level3": "output", "actual": "done"})
    own = year["projects"][year["projects"]["is_self_evaluated"]]
    rows = own[["project_id", "unit_id", "name"]].merge(
        first[["project_id", *_OUTPUT, "done", "reached"]], on="project_id", how="left"
    )
    rows = rows.join(project_funds(year["funds"])["executed_wan"], on="project_id")
    return rows.assign(year=year.budget_year, reached=rows["reached"].fillna(False).astype("bool"))[
        _COSTS
    ]


def _why_not(rows: pd.DataFrame) -> pd.Series:
    """Why a project-year has no unit cost; missing where it has one."""
    reason = pd.Series(np.nan, rows.index, dtype="object")
    reason = reason.mask(~(rows["executed_wan"] > 0), "no_money")
    reason = reason.mask(~(rows["done"] > 0), "nothing_done")
    return reason.mask(rows["output"].isna(), "no_quantity")


def _expected(rows: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Where each cost would lie by the others of its output."""
    logs = np.log(rows["cost_wan"].astype("float64"))
    groups = [rows[name] for name in _OUTPUT]
    others = logs.groupby(groups).transform("size") - 1
    mean = (logs.groupby(groups).transform("sum") - logs) / others
    squares = (logs**2).groupby(groups).transform("sum") - logs**2
    spread = np.sqrt((squares - others * mean**2).clip(lower=0) / (others - 1))
    reach = stats.t.ppf((1 + confidence) / 2, others - 1) * spread * np.sqrt(1 + 1 / others)
    return pd.DataFrame(
        {
            "usual_low_wan": np.exp(mean - reach),
            "usual_high_wan": np.exp(mean + reach),
            "ratio": np.exp(logs - mean),
            "outside": (logs - mean).abs() > reach,
        }
    )


def _by_output(rows: pd.DataFrame, standards: dict[str, float], confidence: float) -> pd.DataFrame:
    found = [
        {"output": output, "measure_unit": measure}
        | _typical(own, confidence)
        | _against(own, standards.get(output))
        for (output, measure), own in rows.groupby(_OUTPUT)
    ]
    names = ["n", "units", "typical_wan", "low_wan", "high_wan", "lowest_wan", "standard_wan"]
    table = pd.DataFrame(found, columns=[*_OUTPUT, *names, "over"])
    return table.sort_values(["n", *_OUTPUT], ascending=[False, True, True], ignore_index=True)


def _typical(own: pd.DataFrame, confidence: float) -> dict[str, float]:
    """The usual cost, each unit counted once, and its interval."""
    means = np.log(own["cost_wan"].astype("float64")).groupby(own["unit_id"]).mean()
    count, middle = len(means), means.mean()
    reach = stats.t.ppf((1 + confidence) / 2, count - 1) * means.std(ddof=1) / count**0.5
    return {
        "n": len(own),
        "units": count,
        "typical_wan": float(np.exp(middle)),
        "low_wan": float(np.exp(middle - reach)),
        "high_wan": float(np.exp(middle + reach)),
        "lowest_wan": own.loc[own["reached"], "cost_wan"].min(),
    }


def _against(own: pd.DataFrame, standard: float | None) -> dict[str, float]:
    if standard is None:
        return {"standard_wan": np.nan, "over": np.nan}
    return {"standard_wan": float(standard), "over": int((own["cost_wan"] > standard).sum())}


__all__ = ["UnitCosts", "main_outputs", "unit_costs"]
