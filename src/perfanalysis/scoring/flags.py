"""What the review of stated scores and targets gives to verify, as flags."""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.flags import flags_frame, quoted
from perfanalysis.data.tables import YearData
from perfanalysis.rules.values import RulesInForce
from perfanalysis.scoring.projects import ProjectScores
from perfanalysis.scoring.review import indicator_codes

RESULTS = ("output", "benefit", "satisfaction")
_COLUMN = {
    "score-above-rule": "self_score",
    "target-unmeasurable": "target_text",
    "money-as-quantity": "target_text",
}


def indicator_flags(year: YearData, rules: RulesInForce) -> pd.DataFrame:
    """Flag stated scores above the rule, and targets that cannot be measured.

    Parameters
    ----------
    year : YearData
        Tables ``projects``, ``indicators``; indicators of self-evaluated projects count.
    rules : RulesInForce

    Returns
    -------
    DataFrame
        Flags of kinds ``score-above-rule``, ``target-unmeasurable``, ``money-as-quantity``, each
        in the order of the table; no money.
    """
    evaluated = year["projects"].query("is_self_evaluated")[["project_id", "unit_id", "name"]]
    table = year["indicators"]
    table = table[table["project_id"].isin(evaluated["project_id"])]
    codes = indicator_codes(table, rules)
    rows = table.drop(columns="unit_id").assign(rule_score=codes["rule_score"])
    rows = rows.rename_axis("row").reset_index().merge(evaluated, on="project_id")
    return flags_frame(
        (kind, row.project_id, row.unit_id, row.name, None, _seen(kind, row), where, "", "")
        for kind, column in _COLUMN.items()
        for row in rows[rows["row"].isin(codes.index[codes[kind]])].itertuples(index=False)
        if (where := _where(year, row, column))
    )


def result_flags(scores: ProjectScores, year: YearData, rules: RulesInForce) -> pd.DataFrame:
    """Flag projects that spent their money and missed much of their output and effect.

    Only indicators with an actual value count: no evidence is not an achieved zero.

    Parameters
    ----------
    scores : ProjectScores
    year : YearData
        The year that was scored: names the cells.
    rules : RulesInForce
        ``effect.spent_floor`` (execution rate) and ``effect.result_floor`` (share of the points
        of output, benefit and satisfaction that was kept), both ratios.

    Returns
    -------
    DataFrame
        Flags of kind ``result-missed``; ``amount_wan`` is what was spent; largest first.
    """
    rule, spent_floor = rules.get("effect.result_floor"), rules.value("effect.spent_floor")
    results = scores.indicators.dropna(subset=["review_score"])
    results = results[results["level1"].isin(RESULTS)]
    results = results[~results["flags"].str.contains("no-actual", regex=False)]
    kept = results.groupby("project_id")[["points", "review_score"]].sum()
    share = (kept["review_score"] / kept["points"]).rename("share")
    first = results.rename_axis("row").reset_index().drop_duplicates("project_id")
    table = scores.projects[scores.projects["execution_rate"] >= spent_floor]
    table = table.join(share, on="project_id").merge(first[["project_id", "row"]], on="project_id")
    missed = table[table["share"] < rule.value]
    missed = missed.sort_values(["executed_wan", "project_id"], ascending=[False, True])
    return flags_frame(
        (
            "result-missed",
            row.project_id,
            row.unit_id,
            row.name,
            row.executed_wan,
            f"执行率{row.execution_rate:.1%}，产出、效益和满意度只得到其分值的{row.share:.1%}",
            str(year.where("indicators", row.row, "actual")),
            rule.key,
            rule.basis,
        )
        for row in missed.itertuples(index=False)
    )


def _seen(kind: str, row: object) -> str:
    indicator, text = quoted(row.level3), row.target_text  # type: ignore[attr-defined]
    if kind == "score-above-rule":
        stated, given = row.self_score, row.rule_score  # type: ignore[attr-defined]
        if pd.isna(given) or stated <= given:
            return f"指标{indicator}完成晚于目标日期，自评仍得{stated:.2f}分"
        return f"指标{indicator}自评{stated:.2f}分，按规则{given:.2f}分"
    if kind == "target-unmeasurable":
        return f"指标{indicator}的目标为“{text}”，无法衡量"
    amount = text if isinstance(text, str) else f"{row.target:,.2f}{row.measure_unit}"  # type: ignore[attr-defined]
    return f"数量指标{indicator}的目标是金额“{amount}”"


def _where(year: YearData, row: object, column: str) -> str:
    stated = row.source_cell  # type: ignore[attr-defined]
    if isinstance(stated, str) and stated:
        return stated
    return str(year.where("indicators", row.row, column))  # type: ignore[attr-defined]


__all__ = ["indicator_flags", "result_flags"]
