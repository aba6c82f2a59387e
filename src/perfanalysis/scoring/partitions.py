"""Review a year whose indicators do not fit into one machine's memory: part by part, with Dask.

Needs the extra ``cluster``. Every part goes through `score_projects` itself, so that a part gives
to the last digit what it gives inside the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.compute as pc

from perfanalysis.data.tables import YearData
from perfanalysis.data.values import arrow_text
from perfanalysis.errors import DataError
from perfanalysis.rules.values import RulesInForce
from perfanalysis.scoring.projects import ProjectScores, score_projects

if TYPE_CHECKING:
    from dask.dataframe import DataFrame as DaskFrame

PARTS = ("projects", "indicators", "ledger")


@dataclass(frozen=True)
class PartitionedScores:
    """The review of a partitioned year; nothing is computed before it is asked for.

    Attributes
    ----------
    projects, indicators, ledger : dask.dataframe.DataFrame
        As in `ProjectScores`, in the order of the parts; a row's index counts within its part.
    """

    projects: DaskFrame
    indicators: DaskFrame
    ledger: DaskFrame


def score_partitions(
    indicators: DaskFrame, year: YearData, rules: RulesInForce
) -> PartitionedScores:
    """Review a year whose table of indicators is partitioned.

    Parameters
    ----------
    indicators : dask.dataframe.DataFrame
        The codebook's columns, as ``dask.dataframe.read_parquet`` gives them. All indicators of a
        project stand in one part; nothing else is asked of the parts or their order.
    year : YearData
        With ``projects`` and ``funds``, which are small beside the indicators: a twelfth of the
        rows. Its own ``indicators`` are not looked at.
    rules : RulesInForce
        Rules of the evaluation date.

    Returns
    -------
    PartitionedScores
        A self-evaluated project without an indicator anywhere stands, refused, in the first part.

    Raises
    ------
    DataError
        If a project has indicators in more than one part: its total would be wrong.
    """
    import dask

    parts = indicators.to_delayed()
    owned = dask.compute(*[dask.delayed(_projects_in)(part) for part in parts])
    of_part = _owners(year["projects"]["project_id"], owned)
    score = dask.delayed(_score_part, pure=True)
    scored = [
        score(part, _share(year, of_part == number), rules) for number, part in enumerate(parts)
    ]
    none = pd.Series(False, index=of_part.index)
    like = _score_part(indicators.partitions[0].head(0, npartitions=-1), _share(year, none), rules)
    return PartitionedScores(*(_frames(scored, like, name) for name in PARTS))


def _projects_in(part: pd.DataFrame) -> list[str]:
    return [str(project) for project in part["project_id"].dropna().unique()]


def _owners(projects: pd.Series, owned: tuple[list[str], ...]) -> pd.Series:
    """Number of the part that each project's indicators stand in; the first where it has none."""
    owner: dict[str, int] = {}
    for number, ids in enumerate(owned):
        for project in ids:
            if owner.setdefault(project, number) != number:
                raise DataError(
                    f"项目 {project} 的指标分在不止一个分区（第 {owner[project] + 1} 个和第 "
                    f"{number + 1} 个），分开计分会出错。请按项目分区后重试。"
                )
    return projects.map(owner).fillna(0).astype("int64")


def _share(year: YearData, chosen: pd.Series) -> YearData:
    """The projects of a part, with their funds."""
    projects = year["projects"].loc[chosen]
    known = arrow_text(projects["project_id"]).combine_chunks()
    own = pc.is_in(arrow_text(year["funds"]["project_id"]), value_set=known).to_numpy()
    tables = {"projects": projects, "funds": year["funds"].loc[own]}
    sources = {name: source for name, source in year.sources.items() if name in tables}
    return YearData(year.budget_year, tables, sources, ())


def _score_part(part: pd.DataFrame, share: YearData, rules: RulesInForce) -> ProjectScores:
    texts = [name for name in part if isinstance(part[name].dtype, pd.StringDtype)]
    tables = {**share.tables, "indicators": part.astype(dict.fromkeys(texts, "str"))}
    return score_projects(YearData(share.budget_year, tables, share.sources, ()), rules)


def _frames(scored: list[Any], like: ProjectScores, name: str) -> DaskFrame:
    import dask
    import dask.dataframe as dd

    take: Callable[..., Any] = dask.delayed(getattr, pure=True)
    frames = [take(one, name) for one in scored]
    result: DaskFrame = dd.from_delayed(frames, meta=getattr(like, name).iloc[:0])
    return result


__all__ = ["PARTS", "PartitionedScores", "score_partitions"]
