"""Self-evaluated projects reviewed by the rule in force, with the ledger of every lost point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from perfanalysis.data.findings import Finding, Where
from perfanalysis.data.source import Source
from perfanalysis.data.tables import YearData
from perfanalysis.data.values import arrow_text
from perfanalysis.money.execution import counted_funds, project_funds
from perfanalysis.rules.values import DatedValue, RulesInForce
from perfanalysis.scoring.exact import (
    HUNDREDTHS,
    Bools,
    Floats,
    Ints,
    Texts,
    joined,
    points_texts,
    share_half_up,
)
from perfanalysis.scoring.grades import grades_of
from perfanalysis.scoring.indicators import ReviewedIndicators, score_indicators
from perfanalysis.scoring.ledger import (
    as_text,
    execution_ledger,
    indicator_ledger,
    repeated,
    source_cells,
)
from perfanalysis.scoring.weights import (
    deviating,
    level_points,
    split_text,
    standard_points,
    total_of,
)

FULL = 100 * HUNDREDTHS
BLOCK_OF_PROJECTS = 1 << 14
_DENOMINATOR = {"annual": ("annual_wan", "全年预算数"), "initial": ("initial_wan", "年初预算数")}


@dataclass(frozen=True)
class ProjectScores:
    """The self-evaluated projects of a budget year, reviewed.

    Attributes
    ----------
    budget_year : int
    evaluation_date : date
        The day whose rules were used.
    projects : DataFrame
        One row a project, in the order of the table: project_id, unit_id, name, fund_kind,
        annual_wan, executed_wan (万元), execution_rate (executed ÷ annual, uncapped), scored_rate
        (executed ÷ the denominator that the rule names, uncapped), execution_points,
        execution_score (review), stated_execution_score, points_total (execution and indicators),
        stated_total, review_total, difference (stated − review), grade (code, read off
        review_total as printed), stated_grade, status (``scored`` or ``refused``),
        refused_reason. A refused project has no review_total and no grade; its indicators are
        scored all the same.
    indicators : DataFrame
        See `ReviewedIndicators.frame`.
    ledger : DataFrame
        One line a deduction, project by project, execution first; see `LEDGER_COLUMNS`.
    rules : tuple of DatedValue
        Rules of self-evaluation in force.
    findings : tuple of Finding
        Refused projects (error), and level-1 points that differ from the standard (warning).
    """

    budget_year: int
    evaluation_date: date
    projects: pd.DataFrame
    indicators: pd.DataFrame
    ledger: pd.DataFrame
    rules: tuple[DatedValue, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Execution:
    """Budget execution of each project; points in hundredths."""

    frame: pd.DataFrame
    full: Ints
    kept: Ints
    known: Bools


@dataclass(frozen=True)
class _Sums:
    """What the indicators of each project add up to; points in hundredths."""

    count: Ints
    points: Ints
    kept: Ints
    invalid: Ints
    unscored: Ints


def score_projects(year: YearData, rules: RulesInForce) -> ProjectScores:
    """Review the self-evaluated projects of a budget year.

    Parameters
    ----------
    year : YearData
        With ``projects``, ``funds`` and ``indicators``.
    rules : RulesInForce
        Rules of the evaluation date.

    Returns
    -------
    ProjectScores

    Raises
    ------
    RuleNotInForceError
        If a rule of self-evaluation has no value on the date.
    RuleError
        If a rule gives points that are no multiple of 0.01, or grades that do not reach to 0.

    References
    ----------
    财政部，《项目支出绩效评价管理办法》，财预〔2020〕10号。
    """
    projects = year["projects"].loc[year["projects"]["is_self_evaluated"]]
    at = _positions(year["indicators"]["project_id"], projects["project_id"])
    of = at[at >= 0]
    indicators = year["indicators"]
    if of.size < at.size:
        indicators = indicators.iloc[np.flatnonzero(at >= 0)]
    units = projects["unit_id"].array.take(of)
    indicators = indicators.assign(unit_id=pd.Series(units, index=indicators.index))
    reviewed = score_indicators(indicators, rules)
    standard = standard_points(indicators["level1"], of, len(projects), rules)
    own = level_points(indicators["level1"], reviewed.points, of, len(projects))
    spent = _execution(projects, year, standard["execution"], rules)
    sums = _sums(reviewed, of, len(projects))
    scores = _scores(projects, spent, sums, rules)
    whole = (spent.full + sums.points == FULL) & (sums.invalid == 0)
    differ = whole & deviating(standard, own)
    ledger = _by_project(
        execution_ledger(spent.frame, spent.full, spent.kept, rules),
        np.flatnonzero(spent.kept < spent.full),
        indicator_ledger(reviewed, indicators, rules, source=year.sources.get("indicators")),
        of[reviewed.kept < reviewed.points],
    )
    return ProjectScores(
        budget_year=year.budget_year,
        evaluation_date=rules.day,
        projects=scores,
        indicators=reviewed.frame,
        ledger=ledger,
        rules=tuple(value for value in rules.all() if value.key.startswith("self.")),
        findings=(
            *_refusals(scores, projects, year.sources.get("projects")),
            *_deviations(differ, projects, own, standard, year.sources.get("projects")),
        ),
    )


def _positions(ids: pd.Series, known: pd.Series) -> Ints:
    """Where each id stands among those known, which are distinct; -1 where it does not.

    Equal ids mostly follow one another: each run of them is looked up once.
    """
    if ids.empty:
        return np.empty(0, dtype=np.int64)
    runs = pc.run_end_encode(arrow_text(ids).combine_chunks(), run_end_type=pa.int64())
    found = pc.index_in(runs.values, value_set=arrow_text(known).combine_chunks())
    places: Ints = pc.fill_null(found, -1).to_numpy().astype(np.int64)
    return np.repeat(places, np.diff(runs.run_ends.to_numpy(), prepend=0))


def _execution(
    projects: pd.DataFrame, year: YearData, full: Ints, rules: RulesInForce
) -> _Execution:
    """Points of budget execution: the rate, capped at full points."""
    column, _ = _DENOMINATOR[rules.value("self.execution_denominator")]
    money = project_funds(year["funds"]).reindex(projects["project_id"])
    money.index = projects.index
    frame = projects[["project_id", "unit_id"]].assign(
        annual_wan=money["annual_wan"],
        executed_wan=money["executed_wan"],
        base_wan=money[column],
        partial=money["partial"].eq(True),
        source_cell=_fund_cells(projects, year["funds"], year.sources.get("funds")),
    )
    base: Floats = frame["base_wan"].to_numpy("float64")
    executed: Floats = frame["executed_wan"].fillna(0).clip(lower=0).to_numpy("float64")
    known = (base > 0) | (full == 0)
    kept = full.copy()
    rows = np.flatnonzero(known & (executed < base))
    kept[rows] = share_half_up(full[rows], executed[rows], base[rows])
    return _Execution(frame, full, kept, known)


def _fund_cells(projects: pd.DataFrame, funds: pd.DataFrame, source: Source | None) -> pd.Series:
    """The cells of a project's executed amounts, joined by ``、``."""
    counted = counted_funds(funds)
    cells = source_cells(counted, "funds", "executed_wan", source)
    nth = counted.groupby("project_id").cumcount().to_numpy()
    parts = [repeated("", len(projects))]
    for position in range(int(nth.max(initial=-1)) + 1):
        rows = nth == position
        at = _positions(projects["project_id"], counted["project_id"].loc[rows])
        some = joined("、", arrow_text(cells.loc[rows]).combine_chunks())
        parts.append(pc.fill_null(some.take(pa.array(at, mask=at < 0)), ""))
    return as_text(pc.utf8_ltrim(joined(*parts), "、"), projects.index)


def _sums(reviewed: ReviewedIndicators, of: Ints, projects: int) -> _Sums:
    valid = ~reviewed.frame["flags"].str.contains("points-invalid", regex=False).to_numpy()
    scored = reviewed.scored
    return _Sums(
        count=np.bincount(of, minlength=projects),
        points=total_of(reviewed.points, of, projects),
        kept=total_of(reviewed.kept, of, projects),
        invalid=np.bincount(of[~valid], minlength=projects),
        unscored=np.bincount(of[valid & ~scored], minlength=projects),
    )


def _scores(
    projects: pd.DataFrame, spent: _Execution, sums: _Sums, rules: RulesInForce
) -> pd.DataFrame:
    """The table of projects."""
    annual, base = spent.frame["annual_wan"], spent.frame["base_wan"]
    executed = spent.frame["executed_wan"]
    _, label = _DENOMINATOR[rules.value("self.execution_denominator")]
    reasons = _refused_reasons(spent, sums, label)
    refused = (reasons != "").to_numpy("bool")
    total = np.where(refused, np.nan, (spent.kept + sums.kept) / HUNDREDTHS)
    table = projects[["project_id", "unit_id", "name", "fund_kind"]].assign(
        annual_wan=annual,
        executed_wan=executed,
        execution_rate=executed / annual.where(annual > 0),
        scored_rate=executed / base.where(base > 0),
        execution_points=spent.full / HUNDREDTHS,
        execution_score=np.where(spent.known, spent.kept / HUNDREDTHS, np.nan),
        stated_execution_score=projects["stated_execution_score"],
        points_total=(spent.full + sums.points) / HUNDREDTHS,
        stated_total=projects["stated_total"],
        review_total=total,
        difference=np.round((projects["stated_total"] - total) * 1e6) / 1e6,
        grade=grades_of(spent.kept + sums.kept, refused, rules.value("self.grade_floors")),
        stated_grade=projects["stated_grade"],
        status=np.where(refused, "refused", "scored"),
        refused_reason=reasons.array,
    )
    return table.astype({"status": "str"}).reset_index(drop=True)


def _refused_reasons(spent: _Execution, sums: _Sums, denominator: str) -> pd.Series:
    """Why a project has no total and no grade; empty where it has."""
    total = spent.full + sums.points
    judged = (sums.count > 0) & (sums.invalid == 0)
    causes = [
        (sums.count == 0, repeated("没有绩效指标", total.size)),
        (sums.invalid > 0, joined(_counts(sums.invalid), "个指标的分值缺失或不是0.01的倍数")),
        (
            judged & (total != FULL),
            joined("预算执行与指标分值合计", points_texts(total), "分，不是100分"),
        ),
        (~spent.known, repeated(f"{denominator}缺失或为零，执行率无法计算", total.size)),
        (sums.unscored > 0, joined(_counts(sums.unscored), "个指标不能计算且没有自评得分")),
    ]
    nothing = pa.scalar("", pa.large_string())
    parts = [
        pc.if_else(pa.array(mask), joined("；", text), nothing)
        for mask, text in causes
        if mask.any()
    ]
    whole = joined(repeated("", total.size), *parts)
    return as_text(pc.utf8_ltrim(whole, "；"), spent.frame.index)


def _counts(values: Ints) -> Texts:
    return pc.cast(pa.array(values), pa.large_string())


def _by_project(
    execution: pd.DataFrame, first: Ints, indicators: pd.DataFrame, second: Ints
) -> pd.DataFrame:
    """Both ledgers in the order of the projects (their positions), execution first.

    Some projects at a time: rows are then fetched from near by, however long the ledgers are.
    """
    if np.any(second[1:] < second[:-1]):
        order = np.argsort(second, kind="stable")
        indicators, second = indicators.iloc[order], second[order]
    last = max(int(first.max(initial=0)), int(second.max(initial=0)))
    edges = np.arange(0, last + 1 + BLOCK_OF_PROJECTS, BLOCK_OF_PROJECTS)
    pieces = []
    for (a, b), (c, d) in zip(
        pairwise(np.searchsorted(first, edges).tolist()),
        pairwise(np.searchsorted(second, edges).tolist()),
        strict=True,
    ):
        piece = pd.concat([execution.iloc[a:b], indicators.iloc[c:d]], ignore_index=True)
        order = np.argsort(np.concatenate([first[a:b], second[c:d]]), kind="stable")
        pieces.append(piece.iloc[order])
    return pd.concat(pieces, ignore_index=True)


def _located(
    mask: Bools, projects: pd.DataFrame, source: Source | None
) -> Iterator[tuple[int, str, str, Where]]:
    """Position, id, name and place of each project of a mask."""
    rows = np.flatnonzero(mask)
    some = projects.iloc[rows]
    cells = source_cells(some, "projects", "project_id", source)
    for row, project, name, cell in zip(
        rows.tolist(), some["project_id"], some["name"], cells, strict=True
    ):
        file, *sheet, place = cell.split("!") if "!" in cell else (cell, "")
        yield row, project, name, Where(file, "!".join(sheet), place)


def _refusals(scores: pd.DataFrame, projects: pd.DataFrame, source: Source | None) -> list[Finding]:
    refused = (scores["status"] == "refused").to_numpy("bool")
    reasons = scores["refused_reason"].loc[refused]
    return [
        Finding(
            "score-refused",
            "error",
            project,
            where,
            reason,
            f"项目 {project}（{name}）未计总分、不定等级：{reason}",
            "请向单位核实分值、资金和得分后重新计分。",
        )
        for (_, project, name, where), reason in zip(
            _located(refused, projects, source), reasons, strict=True
        )
    ]


def _deviations(
    differ: Bools,
    projects: pd.DataFrame,
    own: Mapping[str, Ints],
    standard: Mapping[str, Ints],
    source: Source | None,
) -> list[Finding]:
    return [
        Finding(
            "weights-level1-differ",
            "warning",
            project,
            where,
            split_text(own, row),
            f"项目 {project}（{name}）的一级指标分值为{split_text(own, row)}，"
            f"规则为{split_text(standard, row)}",
            "特殊情况可以调整；请确认有调整依据，或在本区规则文件中写明。",
        )
        for row, project, name, where in _located(differ, projects, source)
    ]


__all__ = ["ProjectScores", "score_projects"]
