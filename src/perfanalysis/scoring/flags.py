"""What the review of scores gives to verify, as flags."""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.flags import flags_frame
from perfanalysis.data.tables import YearData
from perfanalysis.scoring.projects import ProjectScores


def score_flags(scores: ProjectScores, year: YearData) -> pd.DataFrame:
    """Flag indicators whose stated score is above what the rule gives.

    Parameters
    ----------
    scores : ProjectScores
    year : YearData
        The year that was scored: names the cells.

    Returns
    -------
    DataFrame
        Flags of kind ``score-above-rule``, largest difference first; no money.
    """
    found = scores.indicators
    above = found[found["flags"].str.split(";").map(lambda codes: "score-above-rule" in codes)]
    above = above.rename_axis("row").reset_index()
    above = above.sort_values(["difference", "indicator_id"], ascending=[False, True])
    names = scores.projects[["project_id", "name"]]
    owners = year["projects"][["project_id", "unit_id"]]
    named = above.drop(columns="unit_id").merge(names, on="project_id").merge(owners)
    return flags_frame(
        (
            "score-above-rule",
            row.project_id,
            row.unit_id,
            row.name,
            None,
            f"指标“{row.level3}”自评{row.self_score:.2f}分，按规则{row.review_score:.2f}分",
            str(year.where("indicators", row.row, "self_score")),
            "",
            "",
        )
        for row in named.itertuples(index=False)
    )


__all__ = ["score_flags"]
