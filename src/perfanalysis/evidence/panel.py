"""Experts' panels: who scored what, the mean of a panel, and how exact it is.

A sheet is what one expert gave one project. Sheets are typed in twice, blind: where the two
entries differ, or a row is blank or above its points, the sheet does not count until it has been
put right, and a finding says so. Nothing is averaged over an error of typing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
from scipy import stats

from perfanalysis.data.findings import Finding, finding_at
from perfanalysis.data.tables import YearData
from perfanalysis.errors import ParameterError
from perfanalysis.evidence.agreement import (
    Concordance,
    TwoWay,
    kendall_w,
    krippendorff_alpha,
    two_way,
)
from perfanalysis.evidence.arrays import Floats, Ints
from perfanalysis.evidence.reliability import (
    OneWay,
    Severity,
    components,
    one_way,
    severity,
)
from perfanalysis.rules.values import DatedValue, RulesInForce

T = TypeVar("T")
POINTS_TOLERANCE = 0.005
RULES = ("panel.confidence", "panel.outlier", "panel.trim", "panel.least_experts")


@dataclass(frozen=True)
class Panels:
    """The panels of a budget year.

    Attributes
    ----------
    projects : DataFrame
        One row a project with a panel: project_id, experts (sheets that count), refused (sheets
        that do not), mean, sd, standard_error, low, high (points; an interval of Student's t,
        missing under ``panel.least_experts``), trimmed (mean without the highest and the lowest,
        missing under four), used (the mean that the rule ``panel.trim`` names).
    sheets : DataFrame
        One row a sheet: project_id, expert_id, role, score, full, entries, status (``counted``
        or ``refused``), refused_reason, apart (score − mean of the other
        experts, missing with fewer than two of them), outlier.
    indicators : DataFrame
        project_id, indicator, experts, mean, sd, standard_error (points), of counted sheets.
    reliability : OneWay or None
        Of nested panels; None where `why_not` says why.
    crossed : TwoWay or None
        Of the projects that the same experts all scored (anchors).
    concordance : Concordance or None
        Rank order of the same.
    alpha : float or None
        Krippendorff's α of the grades that the same scores would have, ordinal; NaN where all are
        one grade.
    anchors : tuple of str
        These projects.
    severity : Severity or None
        Of `severity_experts`, in the largest connected part of experts and projects.
    severity_experts : tuple of str
    why_not : dict of str to str
        What was refused (``reliability``, ``crossed``, ``concordance``, ``alpha``, ``severity``)
        and why, in Chinese.
    rules : tuple of DatedValue
    findings : tuple of Finding
    """

    projects: pd.DataFrame
    sheets: pd.DataFrame
    indicators: pd.DataFrame
    reliability: OneWay | None
    crossed: TwoWay | None
    concordance: Concordance | None
    alpha: float | None
    anchors: tuple[str, ...]
    severity: Severity | None
    severity_experts: tuple[str, ...]
    why_not: dict[str, str]
    rules: tuple[DatedValue, ...]
    findings: tuple[Finding, ...]


def score_panels(year: YearData, rules: RulesInForce) -> Panels:
    """Means of the experts' panels with their error, and the experts' agreement.

    Parameters
    ----------
    year : YearData
        Table ``panel_scores``.
    rules : RulesInForce
        ``panel.confidence``, ``panel.outlier``, ``panel.trim``, ``panel.least_experts``, and
        ``self.grade_floors`` (points of 100) for the agreement on grades.

    Returns
    -------
    Panels

    Notes
    -----
    The interval of a mean presumes scores fine enough to differ: with 3 experts who score in steps
    of 5 points it held the true score in 0.88 of draws, with 5 who score in whole points in 0.96,
    for a nominal 0.95 (docs/validation.md).
    """
    rows = _checked(year["panel_scores"])
    sheets = _sheets(rows)
    sheets = _with_outliers(sheets, rules)
    counted = sheets[sheets["status"] == "counted"]
    why_not: dict[str, str] = {}
    anchors, table = _crossed(counted)
    bench, experts = _largest_part(counted)
    return Panels(
        projects=_projects(sheets, rules),
        sheets=sheets,
        indicators=_indicators(rows, counted),
        reliability=_attempt("reliability", why_not, lambda: _one_way(counted, rules)),
        crossed=_attempt("crossed", why_not, lambda: two_way(table)),
        concordance=_attempt("concordance", why_not, lambda: kendall_w(table)),
        alpha=_attempt("alpha", why_not, lambda: _alpha(counted, anchors, rules)),
        anchors=anchors,
        severity=_attempt("severity", why_not, lambda: _severity(bench)),
        severity_experts=experts if "severity" not in why_not else (),
        why_not=why_not,
        rules=tuple(rules.get(key) for key in RULES),
        findings=tuple(_findings(year, rows, sheets)),
    )


def _checked(scores: pd.DataFrame) -> pd.DataFrame:
    """First entries with ``again`` (the second, if any) and ``problem`` (why it cannot count)."""
    first = scores[scores["entry"] == 1]
    key = ["project_id", "indicator", "expert_id"]
    second = scores.loc[scores["entry"] == 2, [*key, "score"]].rename(columns={"score": "again"})
    rows = first.reset_index(names="row").merge(second.assign(typed=True), on=key, how="left")
    twice = rows["typed"].eq(True)
    differs = twice & ~np.isclose(rows["score"], rows["again"], equal_nan=True)
    problem = np.select(
        [rows["score"].isna(), rows["score"] > rows["full"] + POINTS_TOLERANCE, differs],
        ["没有得分", "得分高于满分", "两次录入不一致"],
        default="",
    )
    return rows.assign(problem=problem, entries=1 + twice.astype("int64"))


def _sheets(rows: pd.DataFrame) -> pd.DataFrame:
    wrong = rows[rows["problem"] != ""]
    reasons = wrong["indicator"] + wrong["problem"]
    reasons = reasons.groupby([wrong["project_id"], wrong["expert_id"]]).agg("；".join)
    sheets = rows.groupby(["project_id", "expert_id"], as_index=False).agg(
        role=("role", "first"),
        score=("score", "sum"),
        full=("full", "sum"),
        entries=("entries", "min"),
    )
    index = pd.MultiIndex.from_frame(sheets[["project_id", "expert_id"]])
    reason = reasons.reindex(index).fillna("").to_numpy("str")
    refused = reason != ""
    return sheets.assign(
        score=sheets["score"].where(~refused),
        status=np.where(refused, "refused", "counted"),
        refused_reason=reason,
    )


def _with_outliers(sheets: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    """How far each sheet lies from the mean of the project's other experts, two at least."""
    scores = sheets.groupby("project_id")["score"]
    count, total = scores.transform("count"), scores.transform("sum")
    others = (total - sheets["score"]) / (count - 1).where(count > 2)
    apart = sheets["score"] - others
    return sheets.assign(apart=apart, outlier=apart.abs() >= rules.value("panel.outlier"))


def _projects(sheets: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    scores = sheets.groupby("project_id")["score"]
    table = scores.agg(experts="count", mean="mean", sd="std", low="min", high="max", total="sum")
    inner = (table["total"] - table["low"] - table["high"]) / (table["experts"] - 2)
    trimmed = inner.where(table["experts"] >= 4)
    enough = table["experts"] >= rules.value("panel.least_experts")
    error = (table["sd"] / np.sqrt(table["experts"])).where(enough)
    df = (table["experts"] - 1).where(enough)
    half = error * stats.t.ppf((1 + rules.value("panel.confidence")) / 2, df)
    trim = rules.value("panel.trim") == "drop_extremes"
    return pd.DataFrame(
        {
            "project_id": table.index.astype("str"),
            "experts": table["experts"].to_numpy(),
            "refused": sheets["score"].isna().groupby(sheets["project_id"]).sum().to_numpy(),
            "mean": table["mean"].to_numpy(),
            "sd": table["sd"].to_numpy(),
            "standard_error": error.to_numpy(),
            "low": (table["mean"] - half).to_numpy(),
            "high": (table["mean"] + half).to_numpy(),
            "trimmed": trimmed.to_numpy(),
            "used": (trimmed.fillna(table["mean"]) if trim else table["mean"]).to_numpy(),
        }
    )


def _indicators(rows: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    kept = rows.merge(counted[["project_id", "expert_id"]], on=["project_id", "expert_id"])
    scores = kept.groupby(["project_id", "indicator"], sort=False)["score"]
    table = scores.agg(experts="count", mean="mean", sd="std").reset_index()
    return table.assign(standard_error=table["sd"] / np.sqrt(table["experts"]))


def _attempt(name: str, why_not: dict[str, str], estimate: Callable[[], T]) -> T | None:
    try:
        return estimate()
    except ParameterError as error:
        why_not[name] = str(error)
        return None


def _codes(values: pd.Series) -> Ints:
    codes: Ints = pd.factorize(values, sort=True)[0].astype(np.int64)
    return codes


def _one_way(counted: pd.DataFrame, rules: RulesInForce) -> OneWay:
    if counted.empty:
        raise ParameterError("没有专家评分。")
    scores = counted["score"].to_numpy("float64")
    return one_way(
        scores, _codes(counted["project_id"]), confidence=rules.value("panel.confidence")
    )


def _crossed(counted: pd.DataFrame) -> tuple[tuple[str, ...], Floats]:
    """The projects that one set of experts all scored, as many as there are: projects × experts."""
    panels = {
        str(project): tuple(sorted(ids))
        for project, ids in counted.groupby("project_id")["expert_id"]
    }
    shared = Counter(panels.values())
    panel = max(shared, key=lambda ids: (shared[ids] > 1, shared[ids] * len(ids)), default=())
    if shared[panel] < 2:
        return (), np.empty((0, 0))
    anchors = tuple(project for project, ids in panels.items() if ids == panel)
    table = counted.pivot(index="project_id", columns="expert_id", values="score")
    return anchors, table.loc[list(anchors), list(panel)].to_numpy("float64")


def _alpha(counted: pd.DataFrame, anchors: tuple[str, ...], rules: RulesInForce) -> float:
    """Agreement on grades, of the projects that the same experts all scored."""
    if not anchors:
        raise ParameterError("没有两个以上项目由同一组专家全部评过，不计算等级的一致性。")
    floors = sorted(rules.value("self.grade_floors").values())
    share = 100 * counted["score"] / counted["full"]
    grades = counted.assign(grade=np.searchsorted(floors, share, side="right"))
    own = grades[grades["project_id"].isin(anchors)]
    table = own.pivot(index="project_id", columns="expert_id", values="grade")
    return krippendorff_alpha(table.to_numpy("float64"), level="ordinal")


def _largest_part(counted: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The sheets of the largest connected part of experts and projects, and its experts."""
    if counted.empty:
        return counted, ()
    parts = components(_codes(counted["project_id"]), _codes(counted["expert_id"]))
    bench = counted[parts == np.bincount(parts).argmax()]
    return bench, tuple(sorted(bench["expert_id"].unique()))


def _severity(bench: pd.DataFrame) -> Severity:
    if bench["project_id"].nunique() < 2:
        raise ParameterError("没有专家评过两个以上相连的项目，宽严不能与项目好坏区分。")
    scores = bench["score"].to_numpy("float64")
    return severity(scores, _codes(bench["project_id"]), _codes(bench["expert_id"]))


def _findings(year: YearData, rows: pd.DataFrame, sheets: pd.DataFrame) -> Iterator[Finding]:
    codes = {"两次录入不一致": "panel-entry-mismatch", "没有得分": "panel-score-blank"}
    for row in rows[rows["problem"] != ""].itertuples():
        where = year.where("panel_scores", row.row, "score")
        found = f"{row.score:g}／{row.again:g}" if row.problem == "两次录入不一致" else ""
        problem = f"专家{row.expert_id}对“{row.indicator}”{row.problem}，该专家的评分暂不计入"
        code = codes.get(row.problem, "panel-score-above-full")
        remedy = "请对照评分原件更正后重新生成。"
        yield finding_at(code, "error", row.project_id, where, found, problem, remedy)
    for row in sheets[sheets["outlier"]].itertuples():
        first = rows[(rows["project_id"] == row.project_id) & (rows["expert_id"] == row.expert_id)]
        where = year.where("panel_scores", first["row"].iloc[0], "score")
        problem = f"专家{row.expert_id}的总分比其他专家的平均分{row.apart:+.2f}分，请复核"
        remedy = "得分照计；请核对评分依据，并在工作底稿中说明。"
        found = f"{row.score:g}"
        yield finding_at("panel-outlier", "warning", row.project_id, where, found, problem, remedy)


__all__ = ["Panels", "score_panels"]
