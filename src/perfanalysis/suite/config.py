"""suite.toml: whose work year it is, which budget years its stages read, what may be shown."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Literal

from perfanalysis.errors import ParameterError
from perfanalysis.suite.limits import Limits
from perfanalysis.suite.settings import read_settings

Lang = Literal["zh", "en"]
Edition = Literal["internal", "public"]
Status = Literal["征求意见稿", "定稿"]

FILE_NAME = "suite.toml"
MOST_EARLIER = 6
"""Budget years before the evaluated one that reports may look back on, at most."""
SHEETS = (
    "units", "projects", "indicators", "ledger", "key_scores", "key_indicators", "key_ledger",
    "category_scores", "category_indicators", "category_ledger", "unit_scores", "unit_indicators",
    "unit_ledger", "gap_units", "gap_rules", "gap_on_site", "execution", "flags", "worklist",
    "monitored_worklist", "proposal", "steps", "totals", "trend_years", "trend_moves",
    "trend_units", "unit_costs", "rectification", "publication", "assessment",
    "assessment_ledger", "upward", "sections", "rules", "findings",
)  # fmt: skip
"""Sheets of the workbook, as `Publish.sheets` names them."""
MOST_SCALE = 1e8
"""From 万元 to a ten-thousandth of 元, or the other way to 万亿元; more is a slip."""


@dataclass(frozen=True, slots=True)
class District:
    """Whom the reports are about.

    Attributes
    ----------
    name : str
        As printed.
    sample : bool
        Whether the data is made up; then every page says so.
    """

    name: str
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Stages:
    """Which budget year each stage of a work year reads, as an offset in years."""

    evaluation: int = -1
    monitoring: int = 0
    targets: int = 1
    requests: int = 1


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the evaluation team, as the signature page prints it."""

    name: str
    unit: str = ""
    title: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Engagement:
    """Who asked, who did the work, and the state of the report.

    Attributes
    ----------
    client, agency, lead_evaluator : str
        委托方、评价机构、主评人.
    report_date : date
        Printed as the date of the report; nothing reads a clock.
    status : {"征求意见稿", "定稿"}
    version : str
    reply_due : date or None
        Until when the evaluated units may reply; printed where it is given.
    team : tuple of Member
    """

    client: str
    agency: str
    lead_evaluator: str
    report_date: date
    status: Status = "征求意见稿"
    version: str = "1.0"
    reply_due: date | None = None
    team: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Money:
    """The unit that money is printed in, everywhere.

    Attributes
    ----------
    unit : str
        Its name.
    scale : float
        Printed amount = amount in the tables × scale, > 0: 1 where the columns that end in
        ``_wan`` hold this very unit, 0.0001 to print their 万元 as 亿元.
    """

    unit: str = "万元"
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class LocalRules:
    """Rule files laid over the national ones, in this order.

    Attributes
    ----------
    local : tuple of str
        Paths relative to the folder of suite.toml.
    """

    local: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Linkage:
    """What the page on the next budget sets its proposal beside.

    Attributes
    ----------
    compare : tuple of str
        Rule files, each a set of its own that is laid over the rules in force: for comparison
        only. Paths relative to the folder of suite.toml.
    """

    compare: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Publish:
    """What may leave the bureau.

    Attributes
    ----------
    public : tuple of str
        Glob patterns of the pages of the public edition, e.g. ``60_district``; none by default.
    sheets : tuple of str
        Sheets of its workbook, e.g. ``units``; without any it has no workbook.
    cleared : tuple of str
        Text columns, e.g. ``reason``, that somebody has read and cleared for the public.
    sealed : tuple of str
        Ids of units and projects that it says nothing of.
    allowed : tuple of str
        Numbers that look like a phone, identity or account number and are none.
    """

    public: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """What suite.toml may hold; the fields are its keys.

    Attributes
    ----------
    work_year : int
        The work year where a command is given none.
    district, engagement, stages, money, rules, linkage, publish, run
        Its tables.
    language : {"zh", "en"}
        The language where a command is given none.
    """

    work_year: int
    district: District
    engagement: Engagement
    language: Lang = "zh"
    stages: Stages = Stages()
    money: Money = Money()
    rules: LocalRules = LocalRules()
    linkage: Linkage = Linkage()
    publish: Publish = Publish()
    run: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Suite(Settings):
    """One workspace's settings.

    Attributes
    ----------
    path : Path
        suite.toml itself; its folder is the workspace.
    """

    path: Path = Path(FILE_NAME)

    @property
    def root(self) -> Path:
        """The workspace: the folder that suite.toml stands in."""
        return self.path.parent

    @property
    def rule_files(self) -> tuple[Path, ...]:
        """The local rule files, in the order in which they are laid over."""
        return tuple(self.root / name for name in self.rules.local)

    @property
    def compared_files(self) -> tuple[Path, ...]:
        """The rule files that the proposal is set beside."""
        return tuple(self.root / name for name in self.linkage.compare)


def load_suite(path: Path | str) -> Suite:
    """Read suite.toml, refusing what it does not know.

    Raises
    ------
    ParameterError
        If there is no such file, it is not TOML, or a key or value is not one of those that
        `Suite` documents; the message names the choices.
    """
    path = Path(path)
    try:
        values = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise ParameterError(
            f"找不到设置文件 {path}。请在含有 {FILE_NAME} 的文件夹中运行，或用 --suite 指明。"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ParameterError(
            f"读不了设置文件 {path.name}：{error}。请按 TOML 格式改正（UTF-8 编码）。"
        ) from None
    read = read_settings(Settings, values, file=path.name)
    _check(read, path)
    return Suite(path=path, **{each.name: getattr(read, each.name) for each in fields(read)})


def _check(read: Settings, path: Path) -> None:
    if not 1000 <= read.work_year <= 9999:
        raise ParameterError(
            f"{path.name} 的 work_year 应为四位年份，实际为 {read.work_year}。请改正。"
        )
    if not 1 / MOST_SCALE <= read.money.scale <= MOST_SCALE:
        raise ParameterError(
            f"{path.name} 的 money.scale 应大于 0、在 {1 / MOST_SCALE:g} 至 {MOST_SCALE:g} 之间，"
            f"实际为 {read.money.scale}。不换算时为 1。"
        )
    for each in fields(read.run):
        if (value := getattr(read.run, each.name)) <= 0:
            raise ParameterError(
                f"{path.name} 的 run.{each.name} 应大于 0，实际为 {value}。请改正。"
            )
    if unknown := [each for each in read.publish.sheets if each not in SHEETS]:
        raise ParameterError(
            f"{path.name} 的 publish.sheets 中没有名为 {'、'.join(unknown)} 的工作表。"
            f"可用：{'、'.join(SHEETS)}。请改正或删去。"
        )
    for key, names in (
        ("rules.local", read.rules.local),
        ("linkage.compare", read.linkage.compare),
    ):
        _check_files(names, key, path)
    if len(set(read.linkage.compare)) < len(read.linkage.compare):
        raise ParameterError(f"{path.name} 的 linkage.compare 有重复的文件。请删去重复的。")


def _check_files(names: tuple[str, ...], key: str, path: Path) -> None:
    for name in names:
        if not (path.parent / name).is_file():
            raise ParameterError(
                f"{path.name} 的 {key} 中的 {name} 不存在。"
                "请核对文件名（相对于设置文件），不用的删去。"
            )


__all__ = [
    "FILE_NAME",
    "MOST_EARLIER",
    "District",
    "Edition",
    "Engagement",
    "Lang",
    "Linkage",
    "LocalRules",
    "Member",
    "Money",
    "Publish",
    "Settings",
    "Stages",
    "Status",
    "Suite",
    "load_suite",
]
