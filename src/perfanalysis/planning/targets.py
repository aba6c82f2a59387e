"""What is wrong with the targets that were set: blank, copied, not set for a kind at all.

Whether a target in words can be measured is judged by `perfanalysis.scoring.review`.
"""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.flags import flags_frame, quoted
from perfanalysis.data.tables import YearData

OUTPUT_KINDS = ("数量", "质量", "时效", "成本")


def target_flags(year: YearData, *, filed: bool = False) -> pd.DataFrame:
    """Flag blank targets, indicators copied across kinds, and kinds with no indicator.

    Parameters
    ----------
    year : YearData
        Tables ``projects``, ``indicators``; ``units`` where `filed`.
    filed : bool, default False
        Look at all targets that were filed, of every project and every unit (the unit's id then
        stands as that of the project); otherwise at those of self-evaluated projects.

    Returns
    -------
    DataFrame
        Flags of kinds ``target-missing``, ``indicators-identical``, ``quality-missing``,
        ``cost-missing``, ``satisfaction-missing``; no money.
    """
    subjects = filed_subjects(year) if filed else _evaluated(year)
    named = filed_rows(year, subjects)
    return flags_frame(
        [
            *_blank_targets(year, named),
            *_identical_kinds(year, named),
            *_kinds_missing(year, named, subjects),
        ]
    )


def filed_subjects(year: YearData) -> pd.DataFrame:
    """Whose targets were filed: every project, then every unit, by id.

    Returns
    -------
    DataFrame
        Index ``project_id`` (of a unit: its own id); ``unit_id``, ``name``.
    """
    projects, units = year["projects"], year["units"]
    whole = units.assign(project_id=units["unit_id"])
    columns = ["project_id", "unit_id", "name"]
    return pd.concat([projects[columns], whole[columns]]).set_index("project_id")


def filed_rows(year: YearData, subjects: pd.DataFrame) -> pd.DataFrame:
    """The indicators of some subjects, in the order of the table.

    Returns
    -------
    DataFrame
        The columns of ``indicators`` but ``unit_id``, with ``row`` (index in the table), the
        subject's id as ``project_id``, its unit as ``owner`` and its ``name``.
    """
    table = year["indicators"].rename_axis("row").reset_index()
    table = table.assign(project_id=table["project_id"].fillna(table["unit_id"]))
    table = table[table["project_id"].isin(subjects.index)].drop(columns="unit_id")
    return table.join(subjects.rename(columns={"unit_id": "owner"}), on="project_id")


def _evaluated(year: YearData) -> pd.DataFrame:
    projects = year["projects"].query("is_self_evaluated").set_index("project_id")
    return projects[["unit_id", "name"]]


def output_kind(level2: pd.Series) -> pd.Series:
    """Which of 数量, 质量, 时效, 成本 a level-2 name speaks of; missing where none."""
    return level2.str.extract(f"({'|'.join(OUTPUT_KINDS)})", expand=False)


def _blank_targets(year: YearData, named: pd.DataFrame) -> list[tuple[object, ...]]:
    blank = named[named["target"].isna() & named["target_text"].isna()]
    return [
        (
            "target-missing",
            row.project_id,
            row.owner,
            row.name,
            None,
            f"指标{quoted(row.level3)}没有填目标值，得分无法按规则核对",
            target_cell(year, row, "target"),
            "",
            "",
        )
        for row in blank.itertuples(index=False)
    ]


def _identical_kinds(year: YearData, named: pd.DataFrame) -> list[tuple[object, ...]]:
    """Output indicators of one project that are the same text under two kinds or more."""
    kinds = named.assign(kind=output_kind(named["level2"])).dropna(subset=["kind"])
    text = kinds["level3"].str.replace(r"\s+", "", regex=True)
    kinds = kinds.assign(text=text).sort_values("row")
    same = ["project_id", "text"]
    kinds = kinds[kinds.groupby(same)["kind"].transform("nunique") > 1]
    rows: list[tuple[object, ...]] = []
    for (_, text), group in kinds.groupby(same, sort=False):
        first = next(group.itertuples(index=False))
        under = "、".join(dict.fromkeys(group["kind"]))
        rows.append(
            (
                "indicators-identical",
                first.project_id,
                first.owner,
                first.name,
                None,
                f"{under}指标完全相同：“{text}”",
                target_cell(year, first, "level3"),
                "",
                "",
            )
        )
    return rows


def _kinds_missing(
    year: YearData, named: pd.DataFrame, projects: pd.DataFrame
) -> list[tuple[object, ...]]:
    """Projects that have indicators, but none of quality, cost or satisfaction.

    Satisfaction may be left out where cost is a level-1 indicator (财预〔2021〕101号).
    """
    kind = output_kind(named["level2"])
    has = pd.DataFrame(
        {
            "project_id": named["project_id"],
            "quality-missing": kind == "质量",
            "cost-missing": (kind == "成本") | (named["level1"] == "cost"),
            "satisfaction-missing": named["level1"].isin(["satisfaction", "cost"])
            | named["level2"].str.contains("满意", na=False),
        }
    )
    covered = has.groupby("project_id").any()
    first_row = named.drop_duplicates("project_id").set_index("project_id")
    labels = {"quality-missing": "质量", "cost-missing": "成本", "satisfaction-missing": "满意度"}
    return [
        (
            code,
            project_id,
            projects.at[project_id, "unit_id"],
            projects.at[project_id, "name"],
            None,
            f"没有设置{label}指标",
            str(year.where("indicators", first_row.at[project_id, "row"], "level2")),
            "",
            "",
        )
        for code, label in labels.items()
        for project_id in covered.index[~covered[code]]
    ]


def target_cell(year: YearData, row: object, column: str) -> str:
    """Where the form says it; else the cell of the table itself."""
    stated = getattr(row, "source_cell", None)
    if isinstance(stated, str) and stated:
        return stated
    return str(year.where("indicators", row.row, column))  # type: ignore[attr-defined]


__all__ = [
    "OUTPUT_KINDS",
    "filed_rows",
    "filed_subjects",
    "output_kind",
    "target_cell",
    "target_flags",
]
