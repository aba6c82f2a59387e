"""What can be found wrong with targets as filed, with the cell and a better wording.

CONEVAL's idea, taken over: one finding a defect, and beside each an example of a better target.
A finding never changes the points that the sections gave: it stands beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from perfanalysis.data.flags import FLAG_COLUMNS, flags_frame, quoted
from perfanalysis.data.lookup import numbers_of, texts_of
from perfanalysis.data.tables import YearData
from perfanalysis.planning.levels import uncovered, unequal_sums
from perfanalysis.planning.review import criteria
from perfanalysis.planning.similarity import alike, bare, copied_forms
from perfanalysis.planning.targets import (
    filed_rows,
    filed_subjects,
    output_kind,
    target_cell,
    target_flags,
)
from perfanalysis.planning.wording import better_wording
from perfanalysis.rules.values import DatedValue, RulesInForce
from perfanalysis.scoring.review import indicator_codes

LINT_COLUMNS = (*FLAG_COLUMNS, "criterion", "points", "better")
Line = tuple[object, ...]


def lint_targets(
    year: YearData, rules: RulesInForce, *, previous: YearData | None = None
) -> pd.DataFrame:
    """Look for defects in the targets of every project and unit of a budget year.

    Parameters
    ----------
    year : YearData
        The year whose targets were filed: ``projects``, ``units``, ``indicators``.
    rules : RulesInForce
        With the rules of target review (``review.*``).
    previous : YearData, optional
        The budget year before, to hold targets against; without it none is too low.

    Returns
    -------
    DataFrame
        Flags (see `perfanalysis.data.flags`; a unit's own targets have its id as ``project_id``)
        with ``criterion`` (of the review, that the defect bears on), ``points`` (of it, that it
        would cost by ``review.lint_points``; at most the criterion's own in all) and ``better``
        (wording). Ordered by subject, then as found.

    Raises
    ------
    RuleNotInForceError
        If a rule of the review has no value on the date.
    """
    subjects = filed_subjects(year)
    rows = filed_rows(year, subjects)
    lines = [
        *_from_forms(year, rows),
        *_copied_kinds(year, rows, rules),
        *_of_indicators(year, rows, rules),
        *_too_low(year, rows, rules, previous),
        *_copies(year, rows, subjects, rules),
        *_levels(year, rows, subjects, rules),
    ]
    found = flags_frame(line[:-1] for line in lines)
    found = found.assign(better=pd.Series([line[-1] for line in lines], dtype="str"))
    found = _with_points(found, rules)
    order = {subject: place for place, subject in enumerate(subjects.index)}
    found = found.assign(order=numbers_of(found["project_id"], order))
    return found.sort_values("order", kind="stable", ignore_index=True)[list(LINT_COLUMNS)]


def _from_forms(year: YearData, rows: pd.DataFrame) -> Iterator[Line]:
    """Blank targets and kinds that were not set, as everywhere else; near copies come apart."""
    blank = rows[rows["target"].isna() & rows["target_text"].isna()]
    by_cell = {target_cell(year, row, "target"): row for row in blank.itertuples(index=False)}
    found = target_flags(year, filed=True)
    for flag in found[found["kind"] != "indicators-identical"].itertuples(index=False):
        row = by_cell.get(flag.where) if flag.kind == "target-missing" else None
        yield (*flag, better_wording(flag.kind, row._asdict() if row else {}))


def _line(
    year: YearData,
    row: Any,
    kind: str,
    seen: str,
    column: str,
    rule: DatedValue | None = None,
) -> Line:
    """One finding about an indicator, in the cell of `column`."""
    where = target_cell(year, row, column)
    stands = (rule.key, rule.basis) if rule else ("", "")
    better = better_wording(kind, row._asdict())
    return (kind, row.project_id, row.owner, row.name, None, seen, where, *stands, better)


def _copied_kinds(year: YearData, rows: pd.DataFrame, rules: RulesInForce) -> Iterator[Line]:
    """Output indicators of one form that are nearly the same text under two kinds or more."""
    rule = rules.get("review.alike")
    kinds = rows.assign(kind=output_kind(rows["level2"])).dropna(subset=["kind", "level3"])
    for _, form in kinds.groupby("project_id", sort=False):
        if form["kind"].nunique() < 2:
            continue
        near = alike(list(form["level3"]), cutoff=rule.value)
        first = near.argmax(axis=1)
        for place in np.unique(first):
            together = (first == place) & near[place]
            if together.sum() < 2:
                continue
            same = form[together]
            if same["kind"].nunique() >= 2:
                under = "、".join(dict.fromkeys(same["kind"]))
                said = "几乎相同" if same["level3"].map(bare).nunique() > 1 else "完全相同"
                seen = f"{under}指标{said}：“{same['level3'].iloc[0]}”"
                row = next(same.itertuples(index=False))
                yield _line(year, row, "indicators-identical", seen, "level3", rule)


def _of_indicators(year: YearData, rows: pd.DataFrame, rules: RulesInForce) -> Iterator[Line]:
    """Defects that one indicator shows by itself."""
    codes = indicator_codes(rows, None)
    for row in rows[codes["target-unmeasurable"]].itertuples(index=False):
        seen = f"指标{quoted(row.level3)}的目标为“{row.target_text}”，没有量化，无法衡量"
        yield _line(year, row, "target-unmeasurable", seen, "target_text")
    for row in rows[codes["money-as-quantity"]].itertuples(index=False):
        seen = f"数量指标{quoted(row.level3)}以金额作数量"
        yield _line(year, row, "money-as-quantity", seen, "target_text")
    words = rules.get("review.process_words")
    starts = rows["level3"].str.startswith(tuple(words.value), na=False) & rows["target"].isna()
    for row in rows[starts].itertuples(index=False):
        seen = f"指标{quoted(row.level3)}只写做什么，没有写做到什么程度"
        yield _line(year, row, "process-wording", seen, "level3", words)
    classes = rules.get("review.class_words")
    for row in _of_other_class(rows, classes.value).itertuples(index=False):
        seen = f"{row.kind}指标{quoted(row.level3)}像是{row.belongs}指标"
        yield _line(year, row, "wrong-class", seen, "level2", classes)


def _of_other_class(rows: pd.DataFrame, words: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """Indicators whose name has words of another class and none of their own."""
    own = rows.assign(kind=output_kind(rows["level2"]))
    satisfied = rows["level2"].str.contains("满意", na=False)
    own["kind"] = own["kind"].mask(satisfied, "满意度")
    own = own.dropna(subset=["kind", "level3"])
    says = pd.DataFrame(
        {
            kind: own["level3"].str.contains("|".join(listed), regex=True) if listed else False
            for kind, listed in words.items()
        },
        index=own.index,
    ).astype("bool")
    one = says.sum(axis=1) == 1
    belongs = says.idxmax(axis=1)
    return own.assign(belongs=belongs)[one & (belongs != own["kind"])]


def _too_low(
    year: YearData, rows: pd.DataFrame, rules: RulesInForce, previous: YearData | None
) -> Iterator[Line]:
    rule = rules.get("review.low_share")
    for row in lowered(rows, previous, share=rule.value).itertuples(index=False):
        seen = (
            f"指标{quoted(row.level3)}的目标{row.target:.10g}，上年目标{row.last_target:.10g}、"
            f"实际{row.last_actual:.10g}，只有上年水平的{row.target / row.last:.0%}"
        )
        yield _line(year, row, "target-too-low", seen, "target", rule)


def lowered(rows: pd.DataFrame, previous: YearData | None, *, share: float) -> pd.DataFrame:
    """Indicators whose target lies under a share of last year's level.

    Parameters
    ----------
    rows : DataFrame
        From `filed_rows`.
    previous : YearData or None
    share : float
        Ratio. The level is the lower of last year's target and actual, so that a year that was
        out of the ordinary raises nothing. Only counts of at least so many are compared.

    Returns
    -------
    DataFrame
        Those rows, with ``last_target``, ``last_actual`` and ``last`` (the lower of both).
    """
    if previous is None or previous["indicators"].empty:
        return rows.head(0).assign(last_target=np.nan, last_actual=np.nan, last=np.nan)
    before = filed_rows(previous, filed_subjects(previous)).drop_duplicates(
        ["project_id", "level3", "measure_unit"]
    )
    keys = ["project_id", "level3", "measure_unit"]
    joined = rows.merge(
        before[[*keys, "target", "actual"]].rename(
            columns={"target": "last_target", "actual": "last_actual"}
        ),
        on=keys,
    )
    last = joined[["last_target", "last_actual"]].min(axis=1, skipna=False)
    counts = (joined["op"] == "at_least") & (joined["measure_unit"] != "%")
    return joined.assign(last=last)[counts & (joined["target"] < share * last)]


def _copies(
    year: YearData, rows: pd.DataFrame, subjects: pd.DataFrame, rules: RulesInForce
) -> Iterator[Line]:
    share, cutoff = rules.get("review.copied_share"), rules.value("review.alike")
    of_projects = rows[rows["project_id"] != rows["owner"]]
    pairs = copied_forms(of_projects, cutoff=cutoff, share=share.value)
    first = of_projects.drop_duplicates("project_id").set_index("project_id", drop=False)
    for project, found in pairs.groupby("project_id", sort=False):
        others = "、".join(
            f"{subjects.at[other, 'name']}（{other}）" for other in found["other_id"]
        )
        best = found.iloc[0]
        seen = (
            f"{best['of']}个指标中有{found['same'].max()}个与{others}名称和目标值都相同，"
            "需核实是谁照搬"
        )
        row = next(first.loc[[project]].itertuples(index=False))
        yield _line(year, row, "targets-copied", seen, "level3", share)


def _levels(
    year: YearData, rows: pd.DataFrame, subjects: pd.DataFrame, rules: RulesInForce
) -> Iterator[Line]:
    """Level-1 projects whose objective or sums the level-2 projects do not bear out."""
    projects = year["projects"]
    covered, sums = rules.get("review.covered"), rules.get("review.sum_tolerance")
    at = pd.Series(projects.index, index=projects["project_id"])
    for parent, clause in uncovered(projects, rows, cutoff=covered.value):
        seen = f"一级项目总体目标中的“{clause}”，本级和二级项目都没有指标承接"
        where = str(year.where("projects", at[parent], "objective"))
        unit, name = subjects.loc[parent]
        stands = (covered.key, covered.basis, better_wording("parent-not-covered", {}))
        yield ("parent-not-covered", parent, unit, name, None, seen, where, *stands)
    unequal = unequal_sums(projects, rows, cutoff=rules.value("review.alike"), tolerance=sums.value)
    indexed = rows.set_index("row", drop=False)
    for each in unequal.itertuples(index=False):
        seen = (
            f"一级项目{quoted(each.level3)}目标{each.target:.10g}，"
            f"{each.parts}个二级项目合计{each.total:.10g}"
        )
        row = next(indexed.loc[[each.row]].itertuples(index=False))
        yield _line(year, row, "parent-sum", seen, "target", sums)


def _with_points(found: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    """What each finding bears on and would cost: no criterion loses more than its own points."""
    costs = {
        kind: next(iter(cost.items())) for kind, cost in rules.value("review.lint_points").items()
    }
    full = criteria(rules)
    criterion = texts_of(found["kind"], {kind: cost[0] for kind, cost in costs.items()})
    points = numbers_of(found["kind"], {kind: cost[1] for kind, cost in costs.items()})
    before = points.groupby([found["project_id"], criterion]).cumsum() - points
    left = (numbers_of(criterion, full) - before).clip(lower=0)
    return found.assign(criterion=criterion, points=np.minimum(points, left))


__all__ = ["LINT_COLUMNS", "lint_targets", "lowered"]
