"""Categories of funds: each with indicators of its own, on the engine of scales.

A project belongs to the category of its special kind (a bond, procurement, a fund …), else to that
of its budget; projects of the general budget without a special kind have none and are evaluated
by the framework of 财预〔2020〕10号 alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfanalysis.data.findings import Finding, finding_at
from perfanalysis.data.tables import YearData
from perfanalysis.errors import ParameterError
from perfanalysis.rules.values import DatedValue, RulesInForce
from perfanalysis.scoring.exact import HUNDREDTHS, hundredths, share_half_up
from perfanalysis.scoring.scaled import TOTALS, Scaled, read_framework, score_scaled

CATEGORIES = (
    "investment_fund",
    "procurement",
    "ppp",
    "special_bond",
    "general_bond",
    "government_fund",
    "state_capital",
    "social_insurance",
)
NONE = ("none", "general")
RULES = ("self.grade_floors", "self.grade_on", "self.rounding")


@dataclass(frozen=True)
class CategoryScores:
    """Projects evaluated by the framework of their category.

    Attributes
    ----------
    projects : DataFrame
        One row a project with figures in ``category_facts``, in the order of the table
        projects: project_id, unit_id, name, category, points, kept, score, grade, status,
        refused_reason (see `Scaled.totals`).
    indicators, ledger : DataFrame
        As `Scaled`, with ``category``; the ledger with ``unit_id``.
    rules : tuple of DatedValue
    findings : tuple of Finding
    """

    projects: pd.DataFrame
    indicators: pd.DataFrame
    ledger: pd.DataFrame
    rules: tuple[DatedValue, ...]
    findings: tuple[Finding, ...]


def score_categories(year: YearData, rules: RulesInForce) -> CategoryScores:
    """Score every project that has figures of its category.

    Parameters
    ----------
    year : YearData
        Tables ``projects`` and ``category_facts``.
    rules : RulesInForce
        ``category.*``.

    Returns
    -------
    CategoryScores
    """
    facts, projects = year["category_facts"], year["projects"]
    category = categories_of(projects)
    with_facts = projects["project_id"].isin(facts["project_id"])
    chosen = projects.assign(category=category)[with_facts & (category != "")]
    table = _facts(year)
    parts = [
        _of_category(name, chosen.loc[chosen["category"] == name, "project_id"], table, rules)
        for name in CATEGORIES
        if (chosen["category"] == name).any()
    ]
    keys = [value.key for value in rules.all() if _used(value.key, set(chosen["category"]))]
    named = chosen[["project_id", "unit_id", "name", "category"]]
    return CategoryScores(
        projects=named.merge(_joined(parts, "totals"), on="project_id", how="left"),
        indicators=_joined(parts, "indicators"),
        ledger=_with_units(_joined(parts, "ledger"), named),
        rules=tuple(rules.get(key) for key in (*RULES, *keys)),
        findings=tuple(_findings(year, projects.assign(category=category), parts)),
    )


def categories_of(projects: pd.DataFrame) -> pd.Series:
    """Category of each project; empty where it has none.

    Parameters
    ----------
    projects : DataFrame
        ``special_kind``, ``fund_kind``.
    """
    special, fund = projects["special_kind"], projects["fund_kind"]
    kind = special.where(special.notna() & ~special.isin(NONE), fund)
    return kind.where(kind.isin(CATEGORIES), "").fillna("").astype("str")


def weighted_total(scores: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Total of components, each out of 100, under weights that add to 100.

    Each component's points are rounded half-up to 0.01 and then added, as published cases do.

    Parameters
    ----------
    scores, weights : mapping of str to float
        By component; points out of 100, and points of the total.

    Returns
    -------
    float
        Points.

    Raises
    ------
    ParameterError
        If the components differ, or a score is no points between 0 and 100.
    """
    if {*scores} != {*weights}:
        raise ParameterError(
            f"得分与权重的项目不一致：{'、'.join(sorted({*scores} ^ {*weights}))}。"
        )
    names = list(weights)
    kept, sound = hundredths(np.array([scores[name] for name in names], dtype=np.float64))
    if not sound.all() or kept.max() > 100 * HUNDREDTHS:
        raise ParameterError("各项得分须在0与100之间，且是0.01的倍数。")
    full = hundredths(np.array([weights[name] for name in names], dtype=np.float64))[0]
    whole = np.full(len(names), 100.0 * HUNDREDTHS)
    return float(share_half_up(full, kept.astype(np.float64), whole).sum() / HUNDREDTHS)


def _used(key: str, categories: set[str]) -> bool:
    part = key.split(".")
    return part[0] == "category" and part[1] in categories


def _facts(year: YearData) -> pd.DataFrame:
    facts = year["category_facts"]
    cells = [str(year.where("category_facts", row, "value")) for row in facts.index]
    table = facts[["project_id", "item", "value"]].assign(source_cell=cells)
    return table.astype({"value": "float64"}).set_index(["project_id", "item"])


def _of_category(
    name: str, ids: pd.Series, facts: pd.DataFrame, rules: RulesInForce
) -> tuple[str, Scaled]:
    framework = read_framework(rules, f"category.{name}.framework")
    return name, score_scaled(ids, framework, facts, rules)


def _joined(parts: list[tuple[str, Scaled]], attribute: str) -> pd.DataFrame:
    frames = [getattr(scaled, attribute).assign(category=name) for name, scaled in parts]
    if not frames:
        nothing = TOTALS if attribute == "totals" else {"project_id": "str"}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in nothing.items()})
    joined = pd.concat(frames, ignore_index=True)
    return joined if attribute == "indicators" else joined.drop(columns="category")


def _with_units(ledger: pd.DataFrame, named: pd.DataFrame) -> pd.DataFrame:
    if "unit_id" not in ledger:
        return ledger
    units = named.set_index("project_id")["unit_id"]
    return ledger.assign(unit_id=ledger["project_id"].map(units).astype("str"))


def _findings(
    year: YearData, projects: pd.DataFrame, parts: list[tuple[str, Scaled]]
) -> Iterator[Finding]:
    """Projects with figures of no category, and figures that are missing."""
    rows = projects.reset_index(names="row").set_index("project_id")["row"]
    facts = year["category_facts"]
    strange = set(projects.loc[projects["category"] == "", "project_id"]) & {*facts["project_id"]}
    for project in sorted(strange):
        where = year.where("projects", rows[project], "special_kind")
        problem = f"项目{project}有分类评价数据，但不属于任何一类，未评分"
        remedy = "请核对项目的专项类别和预算类型。"
        yield finding_at("category-none", "warning", project, where, "", problem, remedy)
    for _, scaled in parts:
        for row in scaled.totals[scaled.totals["status"] == "refused"].itertuples():
            key, reason = row.project_id, row.refused_reason
            where = year.where("projects", rows[key])
            problem = f"项目{key}的分类评价不计总分：{reason}"
            remedy = "请补报表 category_facts 中的相应数据。"
            code = "category-data-missing"
            yield finding_at(code, "warning", key, where, reason, problem, remedy)


__all__ = ["CATEGORIES", "CategoryScores", "categories_of", "score_categories", "weighted_total"]
