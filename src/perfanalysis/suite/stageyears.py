"""What a work year reads: each stage's budget year, the rules, and what an edition may show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from perfanalysis.data.tables import YearData, load_year
from perfanalysis.money.flags import HISTORY
from perfanalysis.report.columns import WITHHELD
from perfanalysis.report.public import Public
from perfanalysis.report.text import Lang, Texts, texts
from perfanalysis.rules.loader import RuleBook, RulesInForce, evaluation_date
from perfanalysis.suite.config import MOST_EARLIER, Edition, Suite

if TYPE_CHECKING:
    from perfanalysis.report.page import Page

_KEYS = {"units": "unit_id", "projects": "project_id", "budget_requests": "project_id"}


@dataclass(frozen=True)
class StageYears:
    """The budget years of a work year: which one each stage reads is set in suite.toml.

    Attributes
    ----------
    suite : Suite
    work_year : int
    data_dir : Path
        Holds a folder a budget year.
    book : RuleBook
        National rules with the district's own laid over.
    edition : {"internal", "public"}
        In the public one, sealed units and projects have no names.
    """

    suite: Suite
    work_year: int
    data_dir: Path
    book: RuleBook
    edition: Edition = "internal"

    @property
    def sample(self) -> bool:
        """Whether the data is made up, which every page must say."""
        return self.suite.district.sample

    @property
    def evaluation_year(self) -> int:
        """Budget year that is evaluated (事后)."""
        return self.work_year + self.suite.stages.evaluation

    @property
    def monitoring_year(self) -> int:
        """Budget year that is monitored (事中)."""
        return self.work_year + self.suite.stages.monitoring

    @property
    def targets_year(self) -> int:
        """Budget year whose targets are reviewed (事前)."""
        return self.work_year + self.suite.stages.targets

    @property
    def requests_year(self) -> int:
        """Budget year that results move (结果应用)."""
        return self.work_year + self.suite.stages.requests

    @cached_property
    def public(self) -> Public | None:
        """What the public edition may show; None in the internal one."""
        if self.edition == "internal":
            return None
        publish = self.suite.publish
        return Public(
            people=self.rules.value("publication.minimum_people"),
            items=self.rules.value("publication.minimum_items"),
            cleared=frozenset(publish.cleared),
            pages=publish.public,
        )

    @cached_property
    def sealed(self) -> dict[str, set[str]]:
        """Ids that the public edition says nothing of: those of suite.toml, and their projects."""
        ids = set(self.suite.publish.sealed) if self.edition == "public" else set()
        if not ids:
            return {"unit_id": ids, "project_id": ids}
        years = range(self.evaluation_year - MOST_EARLIER, self.requests_year + 1)
        found = {"unit_id": set(ids), "project_id": set(ids)}
        for year in self._there(years):
            projects = load_year(self.data_dir / str(year), only=["projects"])["projects"]
            own = projects["unit_id"].isin(ids)
            found["project_id"] |= set(projects.loc[own, "project_id"])
        return found

    @cached_property
    def evaluation(self) -> YearData:
        """The budget year that is evaluated."""
        return self._year(self.evaluation_year)

    @cached_property
    def monitoring(self) -> YearData:
        """The budget year that is monitored."""
        return self._year(self.monitoring_year)

    @cached_property
    def targets(self) -> YearData:
        """The budget year whose targets are reviewed."""
        return self._year(self.targets_year)

    @cached_property
    def requests(self) -> pd.DataFrame:
        """Table ``budget_requests`` of the budget year that results move."""
        return self.requested["budget_requests"]

    @cached_property
    def requested(self) -> YearData:
        """The requests for the budget year that results move, with where they stand."""
        return self._read(self.requests_year, ["budget_requests"])

    @cached_property
    def rules(self) -> RulesInForce:
        """The rules in force on the evaluation date of the evaluated budget year."""
        return self.book.on(evaluation_date(self.evaluation_year))

    @property
    def no_requests(self) -> str:
        """What to say where nobody requested a budget."""
        return (
            f"没有{self.requests_year}年度的预算申请，不能提出预算建议。"
            f"请把申请表 budget_requests 放入 {self.requests_year} 文件夹。"
        )

    @cached_property
    def history(self) -> tuple[YearData, ...]:
        """The two budget years before the evaluated one that are there, the latest first."""
        years = (self.evaluation_year - 1, self.evaluation_year - 2)
        return tuple(self._read(year, list(HISTORY)) for year in self._there(years))

    def page(self, notebook: str, lang: Lang) -> tuple[Page, Texts]:
        """Return an empty page and the sentences of a notebook, in the district's money unit."""
        from perfanalysis.report.page import Page  # draws: who only counts need not import it

        unit, scale = self.suite.money.unit, self.suite.money.scale
        page = Page(
            notebook,
            lang=lang,
            sample=self.sample,
            money_unit=unit,
            money_scale=scale,
            public=self.public,
        )
        say = texts(notebook, lang, money_unit=unit, money_scale=scale, public=self.public)
        return page, say

    def _monitored(self) -> pd.Series:
        projects = self.monitoring["projects"]
        return projects.loc[projects["is_monitored"], "project_id"]

    def _there(self, years: Iterable[int]) -> list[int]:
        """Those of the budget years that have a folder, in the order given."""
        return [year for year in years if (self.data_dir / str(year)).is_dir()]

    def _year(self, budget_year: int) -> YearData:
        return self._read(budget_year, None)

    def _read(self, budget_year: int, only: list[str] | None) -> YearData:
        """A budget year, what has no name called by its id; without the names of what is sealed."""
        loaded = load_year(self.data_dir / str(budget_year), only=only)
        read = replace(loaded, tables=MappingProxyType({**loaded.tables, **_named(loaded)}))
        if self.edition == "internal" or not self.suite.publish.sealed:
            return read
        unnamed = {
            name: self._unnamed(read[name], key)
            for name, key in _KEYS.items()
            if name in read.tables
        }
        return replace(read, tables=MappingProxyType({**read.tables, **unnamed}))

    def _unnamed(self, table: pd.DataFrame, key: str) -> pd.DataFrame:
        """The table without the names of what is sealed, which no figure depends on."""
        sealed = table[key].isin(self.sealed[key])
        return table.assign(name=table["name"].mask(sealed, WITHHELD)) if sealed.any() else table


def _named(year: YearData) -> dict[str, pd.DataFrame]:
    """Tables whose rows are not all named, with the id where the name is missing."""
    return {
        table: year[table].assign(name=year[table]["name"].fillna(year[table][key]))
        for table, key in _KEYS.items()
        if table in year.tables and year[table]["name"].isna().any()
    }


__all__ = ["StageYears"]
