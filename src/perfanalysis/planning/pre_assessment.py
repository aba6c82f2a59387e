"""Pre-assessment of new policies and projects (事前绩效评估): points, a result, a ledger.

Need, economy of input, soundness of targets, feasibility, legality of funding; special bonds by
the aspects of 财预〔2021〕61号. The result is an input of the gate to the budget.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfanalysis.data.lookup import texts_of
from perfanalysis.data.tables import YearData
from perfanalysis.planning.points import lost_points, marked_points
from perfanalysis.rules.values import DatedValue, RulesInForce
from perfanalysis.scoring.exact import HUNDREDTHS

RESULTS = ("support", "adjust", "none", "incomplete", "missing", "exempt")
PRE_LEDGER = (
    "project_id",
    "unit_id",
    "name",
    "criterion",
    "full",
    "kept",
    "lost",
    "reason",
    "rule",
    "basis",
    "document",
    "source_cell",
)


@dataclass(frozen=True)
class PreAssessment:
    """The pre-assessment of a budget year's new projects.

    Attributes
    ----------
    projects : DataFrame
        One row a new project, by id: ``project_id``, ``unit_id``, ``name``, ``special_kind``,
        ``requested_wan`` (万元, missing where nobody asked), ``score`` (points, missing where not
        complete), ``result`` (`RESULTS`), ``reason`` (why, Chinese), ``rule`` and ``basis``.
    criteria : DataFrame
        ``criterion``, ``projects`` (number), ``full`` and ``kept`` (mean points), ``weak``
        (projects under ``pre.aspect_floor``).
    ledger : DataFrame
        `PRE_LEDGER`: one line for each criterion that lost points.
    """

    projects: pd.DataFrame
    criteria: pd.DataFrame
    ledger: pd.DataFrame


def assess_new_projects(
    year: YearData, requests: pd.DataFrame, rules: RulesInForce, *, known: pd.Series
) -> PreAssessment:
    """Give each new project its points and its result.

    Parameters
    ----------
    year : YearData
        The budget year that is asked for: ``projects``, ``pre_assessment``.
    requests : DataFrame
        Table ``budget_requests`` of that year.
    rules : RulesInForce
        With the rules of pre-assessment (``pre.*``).
    known : Series of str
        Ids of the projects of the year before: whatever else is asked for is new.

    Returns
    -------
    PreAssessment
        ``exempt`` where the amount is under ``pre.required_from``, ``missing`` where an assessment
        was due and is not there, ``incomplete`` where aspects or points are missing or wrong.

    Raises
    ------
    RuleNotInForceError
        If a rule of pre-assessment has no value on the date.

    References
    ----------
    中发〔2018〕34号; 财政部，《地方政府专项债券项目资金绩效管理办法》，财预〔2021〕61号。
    """
    projects = _new_projects(year, requests, known)
    if "pre.required_from" not in rules:  # before anybody had to assess anything
        projects = projects.head(0)
    rows = _marked(year["pre_assessment"], projects, rules)
    table = _results(projects, rows, rules)
    ledger = _ledger(year, lost_points(rows), projects, rules)
    return PreAssessment(table, _criteria(rows, rules), ledger)


def _new_projects(year: YearData, requests: pd.DataFrame, known: pd.Series) -> pd.DataFrame:
    """What was asked for, or assessed, and was not there the year before."""
    columns = ["project_id", "unit_id", "name"]
    kinds = year["projects"].set_index("project_id")["special_kind"]
    asked = requests[[*columns, "requested_wan"]]
    assessed = year["pre_assessment"][["project_id", "unit_id"]].drop_duplicates("project_id")
    assessed = assessed[~assessed["project_id"].isin(asked["project_id"])]
    own = year["projects"].set_index("project_id")["name"]
    assessed = assessed.assign(
        name=texts_of(assessed["project_id"], own).fillna(assessed["project_id"])
    )
    every = pd.concat([asked, assessed], ignore_index=True)
    new = every[~every["project_id"].isin(known)].sort_values("project_id", ignore_index=True)
    return new.assign(special_kind=texts_of(new["project_id"], kinds, missing="none"))


def _framework(kind: str, rules: RulesInForce) -> DatedValue:
    """The points by which a project is assessed; a bond before its rule existed by the others."""
    bond = kind == "special_bond" and "pre.bond_points" in rules
    return rules.get("pre.bond_points" if bond else "pre.points")


def _marked(table: pd.DataFrame, projects: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    """Rows of new projects with their points in hundredths, and what is wrong with each."""
    kind = projects.set_index("project_id")["special_kind"]
    rows = table[table["project_id"].isin(projects["project_id"])]
    rows = rows.rename_axis("row").reset_index().drop(columns="unit_id")
    full_of = [
        float(_framework(kind[row.project_id], rules).value.get(row.criterion, 0.0))
        for row in rows.itertuples(index=False)
    ]
    full = np.array(full_of, dtype=np.float64)
    return marked_points(rows, full, stranger="不是本类项目的评估内容")


def _results(projects: pd.DataFrame, rows: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    by_project = dict(iter(rows.groupby("project_id")))
    found = [
        _result(project, by_project.get(project.project_id), rules)
        for project in projects.itertuples(index=False)
    ]
    results = pd.DataFrame(found, columns=["score", "result", "reason", "rule", "basis"])
    texts = dict.fromkeys(["result", "reason", "rule", "basis"], "str")
    return pd.concat([projects, results.astype({"score": "float64", **texts})], axis=1)


def _result(project: object, rows: pd.DataFrame | None, rules: RulesInForce) -> tuple[object, ...]:
    """Score, result, reason, rule and basis of one project."""
    floor = rules.get("pre.required_from")
    kind = project.special_kind  # type: ignore[attr-defined]
    if rows is None:
        return _not_assessed(project.requested_wan, floor)  # type: ignore[attr-defined]
    frame = _framework(kind, rules)
    wrong = "；".join(each for each in rows["wrong"] if each)
    missing = [name for name in frame.value if name not in set(rows["criterion"])]
    if missing and kind == "special_bond":
        wrong = f"专项债券项目应按{len(frame.value)}个方面评估，缺少{'、'.join(missing)}"
    elif missing:
        wrong = wrong or f"缺少评估内容：{'、'.join(missing)}"
    if wrong:
        return None, "incomplete", wrong, frame.key, frame.basis
    return _concluded(rows, rules)


def _not_assessed(amount: float, floor: DatedValue) -> tuple[object, ...]:
    """Whether an assessment was due, by the amount asked for: it comes before any approval."""
    due = pd.isna(amount) or amount >= floor.value
    if pd.isna(amount):
        reason = "没有填申请数，不能判断是否应做事前绩效评估"
    elif due:
        reason = f"申请{amount:,.2f}万元，达到{floor.value:g}万元的起点，没有事前绩效评估"
    else:
        reason = f"申请{amount:,.2f}万元，低于{floor.value:g}万元的起点，不要求事前绩效评估"
    return None, "missing" if due else "exempt", reason, floor.key, floor.basis


def _concluded(rows: pd.DataFrame, rules: RulesInForce) -> tuple[object, ...]:
    """The result of a complete assessment, read off its points."""
    floors, weak = rules.get("pre.floors"), rules.get("pre.aspect_floor")
    points = int(rows["kept_points"].sum())
    reached = [name for name, least in floors.value.items() if points >= least * HUNDREDTHS]
    result = max(reached, key=lambda name: float(floors.value[name]))
    score = points / HUNDREDTHS
    reason = f"合计{score:.2f}分"
    if result != "support":
        reason += f"，不到{_next_floor(floors.value, points):g}分"
    short = rows[rows["kept_points"] < weak.value * rows["full_points"]]["criterion"]
    if result == "support" and len(short):
        reason += f"；{'、'.join(short)}低于其分值的{weak.value:.0%}"
        return score, "adjust", reason, weak.key, weak.basis
    return score, result, reason, floors.key, floors.basis


def _next_floor(floors: Mapping[str, float], points: int) -> float:
    """The least points of the next better result."""
    return min(float(least) for least in floors.values() if least * HUNDREDTHS > points)


def _criteria(rows: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    """How the criteria came out over the projects, in the order of the table."""
    good = rows[rows["wrong"] == ""]
    floor = rules.value("pre.aspect_floor") if len(good) else 0.0
    weak = good["kept_points"] < floor * good["full_points"]
    groups = good.assign(weak=weak).groupby("criterion", sort=False)
    table = groups.agg(
        projects=("row", "size"),
        full=("full_points", "mean"),
        kept=("kept_points", "mean"),
        weak=("weak", "sum"),
    ).reset_index()
    return table.assign(full=table["full"] / HUNDREDTHS, kept=table["kept"] / HUNDREDTHS)


def _ledger(
    year: YearData, lost: pd.DataFrame, projects: pd.DataFrame, rules: RulesInForce
) -> pd.DataFrame:
    named = lost.merge(projects, on="project_id", how="left")
    rule = [_framework(kind, rules) for kind in named["special_kind"]]
    return named.assign(
        reason=named["opinion"].fillna("评估没有写明原因"),
        rule=[each.key for each in rule],
        basis=[each.basis for each in rule],
        document=[each.cite() for each in rule],
        source_cell=[str(year.where("pre_assessment", row, "score")) for row in named["row"]],
    )[list(PRE_LEDGER)]


__all__ = ["PRE_LEDGER", "RESULTS", "PreAssessment", "assess_new_projects"]
