"""Key projects by the 17-indicator framework: the team's scores, checked, with a ledger.

财预〔2020〕10号附件2 names indicators, check points and formulas, and no points; those are a rule
of convention. A score is the team's judgement and is never changed here: beside it stands what
the rule gives, where the rule can be computed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfanalysis.data.findings import Finding
from perfanalysis.data.tables import YearData
from perfanalysis.money.execution import project_funds
from perfanalysis.rules.values import DatedValue, RulesInForce
from perfanalysis.scoring.exact import HUNDREDTHS, Bools, Ints, hundredths
from perfanalysis.scoring.grades import grades_of
from perfanalysis.scoring.key_findings import key_findings
from perfanalysis.scoring.key_rules import (
    FULL,
    LEVELS,
    MONEY_METHODS,
    formula_scores,
    key_framework,
)
from perfanalysis.scoring.ledger import LEDGER_COLUMNS, source_cells
from perfanalysis.scoring.weights import total_of

KEY_LEDGER_COLUMNS = (*LEDGER_COLUMNS, "standard", "standard_document", "evidence_id")
_USED = ("self.grade_floors", "self.grade_on", "self.rounding")
_NO_REASON = "评价组未写明扣分理由"
_MONEY = ("annual_wan", "received_wan", "executed_wan")


@dataclass(frozen=True)
class KeyEvaluation:
    """Key and special projects of a budget year, as the team scored them.

    Attributes
    ----------
    projects : DataFrame
        One row a key or special project, in the order of the table: project_id, unit_id, name,
        fund_kind, special_kind, is_key, is_special, annual_wan, received_wan, executed_wan (万元),
        execution_rate (executed ÷ annual), spend_rate (executed ÷ received), funding_rate
        (received ÷ annual), points (in all), score, grade (code, read off the printed score),
        status (``scored`` or ``refused``), refused_reason. A refused project has no score and no
        grade.
    levels : DataFrame
        Project by level 1, in the framework's order: project_id, level1, points, score (of the
        rows that have a valid one).
    indicators : DataFrame
        One row an indicator scored, in the order of the table: project_id, unit_id, level1,
        level2, level3, method, standard, points, rule_points, score, rule_score (what the formula
        gives, empty where it cannot be computed), difference (score − rule_score),
        check_points, check_points_met, part, whole (the two sides of the rate), planned, actual,
        measure_unit, reason, evidence_id, reviewer_score, source_cell.
    ledger : DataFrame
        `KEY_LEDGER_COLUMNS`: one line a deduction; ``full − kept = lost``, exactly.
    rules : tuple of DatedValue
    findings : tuple of Finding
    """

    projects: pd.DataFrame
    levels: pd.DataFrame
    indicators: pd.DataFrame
    ledger: pd.DataFrame
    rules: tuple[DatedValue, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Scored:
    """Rows of key_scores in hundredths."""

    points: Ints
    kept: Ints
    valid: Bools
    of: Ints


def evaluate_key_projects(year: YearData, rules: RulesInForce) -> KeyEvaluation:
    """Total the team's scores of key and special projects and hold them against the rule.

    Parameters
    ----------
    year : YearData
        With ``projects``, ``funds`` and ``key_scores``.
    rules : RulesInForce
        Rules of the evaluation date.

    Returns
    -------
    KeyEvaluation

    Raises
    ------
    RuleNotInForceError
        If a rule of key evaluation has no value on the date.
    RuleError
        If framework and points do not match.

    References
    ----------
    财政部，《项目支出绩效评价管理办法》，财预〔2020〕10号，附件2.
    """
    framework = key_framework(rules)
    projects = _chosen(year)
    rows = _rows(year, projects, framework)
    scored = _scored(rows, projects)
    given, known = formula_scores(rows, scored.points, rules.value("key.scoring"))
    indicators = _indicators(rows, scored, given, known)
    table = _projects(projects, rows, scored, rules)
    keys = [value for value in rules.all() if value.key.startswith("key.") or value.key in _USED]
    return KeyEvaluation(
        projects=table.reset_index(drop=True),
        levels=_levels(projects, rows, scored),
        indicators=indicators.reset_index(drop=True),
        ledger=_ledger(rows, scored, rules),
        rules=tuple(keys),
        findings=tuple(key_findings(year, table, indicators, framework, rules)),
    )


def _chosen(year: YearData) -> pd.DataFrame:
    """Key and special projects with their money."""
    projects = year["projects"]
    chosen = projects.loc[projects["is_key"] | projects["is_special"]]
    return chosen.join(project_funds(year["funds"])[list(_MONEY)], on="project_id")


def _rows(year: YearData, projects: pd.DataFrame, framework: pd.DataFrame) -> pd.DataFrame:
    """The scores of the chosen projects beside the framework, with both sides of each rate."""
    scores = year["key_scores"]
    scores = scores.loc[scores["project_id"].isin(projects["project_id"])]
    rows = scores.rename(columns={"indicator": "level3", "check_points": "asked"})
    rows = rows.join(framework, on="level3").rename(columns={"check_points": "framework_asked"})
    rows = rows.join(projects.set_index("project_id")[["unit_id", *_MONEY]], on="project_id")
    asked = rows["asked"].astype("Float64").fillna(rows["framework_asked"].astype("Float64"))
    rows = rows.assign(check_points=asked, part=rows["actual"], whole=rows["planned"])
    for method, (part, whole) in MONEY_METHODS.items():
        of_money = (rows["method"] == method) & rows[part].notna() & (rows[whole] > 0)
        rows["part"] = rows["part"].mask(of_money, rows[part])
        rows["whole"] = rows["whole"].mask(of_money, rows[whole])
    source = year.sources.get("key_scores")
    return rows.assign(source_cell=source_cells(scores, "key_scores", "score", source))


def _scored(rows: pd.DataFrame, projects: pd.DataFrame) -> _Scored:
    points, sound = hundredths(rows["points"].to_numpy("float64"))
    kept, given = hundredths(rows["score"].to_numpy("float64"))
    valid = sound & given & (kept <= points)
    of = pd.Index(projects["project_id"]).get_indexer(rows["project_id"]).astype(np.int64)
    return _Scored(points, np.where(valid, kept, 0), valid, of)


def _indicators(rows: pd.DataFrame, scored: _Scored, given: Ints, known: Bools) -> pd.DataFrame:
    rule_score = np.where(known, given / HUNDREDTHS, np.nan)
    apart = np.where(known & scored.valid, scored.kept - given, 0) / HUNDREDTHS
    table = rows.assign(
        rule_score=rule_score, difference=np.where(known & scored.valid, apart, np.nan)
    )
    order = ["project_id", "unit_id", "level1", "level2", "level3", "method", "standard"]
    order += ["points", "rule_points", "score", "rule_score", "difference"]
    order += ["check_points", "check_points_met", "part", "whole", "planned", "actual"]
    order += ["measure_unit", "reason", "evidence_id", "reviewer_score", "source_cell"]
    return table[order]


def _projects(
    projects: pd.DataFrame, rows: pd.DataFrame, scored: _Scored, rules: RulesInForce
) -> pd.DataFrame:
    count = len(projects)
    total = total_of(scored.kept, scored.of, count)
    points = total_of(scored.points, scored.of, count)
    reasons = _refused_reasons(rows, scored, points)
    refused = np.array([reason != "" for reason in reasons], dtype=np.bool_)
    annual, received = projects["annual_wan"], projects["received_wan"]
    executed = projects["executed_wan"]
    columns = ["project_id", "unit_id", "name", "fund_kind", "special_kind", "is_key", "is_special"]
    return projects[[*columns, *_MONEY]].assign(
        execution_rate=executed / annual.where(annual > 0),
        spend_rate=executed / received.where(received > 0),
        funding_rate=received / annual.where(annual > 0),
        points=points / HUNDREDTHS,
        score=np.where(refused, np.nan, total / HUNDREDTHS),
        grade=grades_of(total, refused, rules.value("self.grade_floors")),
        status=pd.Series(np.where(refused, "refused", "scored"), projects.index, dtype="str"),
        refused_reason=pd.Series(reasons, projects.index, dtype="str"),
    )


def _refused_reasons(rows: pd.DataFrame, scored: _Scored, points: Ints) -> list[str]:
    """Why a project has no total and no grade; empty where it has."""
    scores = rows["score"].to_numpy("float64")
    count = len(points)
    blank = np.bincount(scored.of[np.isnan(scores)], minlength=count)
    wrong = np.bincount(scored.of[~np.isnan(scores) & ~scored.valid], minlength=count)
    strange = np.bincount(scored.of[rows["level1"].isna().to_numpy()], minlength=count)
    there = np.bincount(scored.of, minlength=count)
    reasons = []
    for n, none, bad, unknown, full in zip(there, blank, wrong, strange, points, strict=True):
        causes = [
            "没有评价组得分" if not n else "",
            f"{none}个指标没有得分" if none else "",
            f"{bad}个指标的得分高于分值或不是0.01的倍数" if bad else "",
            f"{unknown}个指标不在指标体系中" if unknown else "",
            f"分值合计为{full / HUNDREDTHS:g}，不是100" if n and full != FULL else "",
        ]
        reasons.append("；".join(filter(None, causes)))
    return reasons


def _levels(projects: pd.DataFrame, rows: pd.DataFrame, scored: _Scored) -> pd.DataFrame:
    count = len(projects)
    level1 = rows["level1"].to_numpy("str", na_value="")
    parts = []
    for level in LEVELS:
        mask = level1 == level
        parts.append(
            pd.DataFrame(
                {
                    "project_id": projects["project_id"].to_numpy(),
                    "level1": level,
                    "points": total_of(scored.points[mask], scored.of[mask], count) / HUNDREDTHS,
                    "score": total_of(scored.kept[mask], scored.of[mask], count) / HUNDREDTHS,
                }
            )
        )
    order = np.arange(count * len(LEVELS)).reshape(len(LEVELS), count).T.ravel()
    return pd.concat(parts, ignore_index=True).iloc[order].reset_index(drop=True)


def _ledger(rows: pd.DataFrame, scored: _Scored, rules: RulesInForce) -> pd.DataFrame:
    """One line a deduction, project by project."""
    lost = np.flatnonzero(scored.valid & (scored.kept < scored.points))
    lost = lost[np.argsort(scored.of[lost], kind="stable")]
    lines, full, kept = rows.iloc[lost], scored.points[lost], scored.kept[lost]
    framework, points = rules.get("key.framework"), rules.get("key.points")
    table = pd.DataFrame(
        {
            "project_id": lines["project_id"],
            "unit_id": lines["unit_id"],
            "indicator_id": "",
            "level1": lines["level1"].fillna("other"),
            "level2": lines["level2"].fillna(""),
            "indicator": lines["level3"],
            "full": full / HUNDREDTHS,
            "kept": kept / HUNDREDTHS,
            "lost": (full - kept) / HUNDREDTHS,
            "reason": lines["reason"].fillna(_NO_REASON),
            "rule": points.key,
            "basis": points.basis,
            "document": points.cite(),
            "source_cell": lines["source_cell"],
            "standard": lines["standard"].fillna(""),
            "standard_document": framework.cite(),
            "evidence_id": lines["evidence_id"].fillna(""),
        },
        columns=list(KEY_LEDGER_COLUMNS),
    )
    texts = table.columns.difference(["full", "kept", "lost"])
    return table.astype(dict.fromkeys(texts, "str")).reset_index(drop=True)


__all__ = ["KEY_LEDGER_COLUMNS", "KeyEvaluation", "evaluate_key_projects"]
