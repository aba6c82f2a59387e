"""The made-up district before any table is written: units, projects and who looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from perfanalysis.data.sample.catalogue import COMMON, Template, UnitName
from perfanalysis.data.sample.streams import Stream

Row = dict[str, object]
Tables = dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for.

    Attributes
    ----------
    seed, units : int
    first, last : int
        Budget years, both included; requests run one year further.
    clean : bool
        Nothing is planted.
    """

    seed: int
    units: int
    first: int
    last: int
    clean: bool

    @property
    def years(self) -> range:
        """The budget years."""
        return range(self.first, self.last + 1)

    @property
    def anchor(self) -> int:
        """The year in which the three special projects are evaluated: 2020 where it is covered."""
        return 2020 if 2020 in self.years else min(self.first + 1, self.last)

    def stream(self, *path: str | int) -> Stream:
        """The draws of one topic."""
        return Stream(self.seed, *path)

    def scaled(self, number: float, *, least: int = 0) -> int:
        """A count of the 67-unit district, for as many units as there are."""
        return max(least, int(number * self.units / 67 + 0.5))


@dataclass(frozen=True, slots=True)
class Unit:
    """A budget unit and what the tables do not show of it.

    Attributes
    ----------
    unit_id : str
    name : UnitName
    section : str
        The finance bureau's section in charge.
    ability, leniency, growth, lateness, size : float
        Standard normal quality of management; inclination to score itself high (0 to 1); yearly
        log growth of its budgets; how late in the year it pays (0 to 1); size of its budgets.
    staff_quota, staff_actual : int
    """

    unit_id: str
    name: UnitName
    section: str
    ability: float
    leniency: float
    growth: float
    lateness: float
    size: float
    staff_quota: int
    staff_actual: int


@dataclass(frozen=True, slots=True)
class Project:
    """A project over its whole life.

    Attributes
    ----------
    project_id : str
    unit : Unit
    template : Template
    name : str
    first, last : int
        Budget years it runs, both included.
    fund_kind, special_kind : str
    parent_id : str
        The unit's leading project that it is part of; empty for most.
    size : float
        Relative size of its budget when it starts.
    quality : float
        Standard normal, lasting over its life.
    other_share : float
        Share of money from other sources.
    """

    project_id: str
    unit: Unit
    template: Template
    name: str
    first: int
    last: int
    fund_kind: str
    special_kind: str
    parent_id: str
    size: float
    quality: float
    other_share: float

    @property
    def public(self) -> bool:
        """Whether it serves the sector, and is not one of those that any office has."""
        return self.template.sector != COMMON

    @property
    def style(self) -> str:
        """How its money goes out."""
        return self.template.style

    def runs_in(self, year: int) -> bool:
        """Whether the year is part of its life."""
        return self.first <= year <= self.last


@dataclass(frozen=True, slots=True)
class Roles:
    """Which projects of a year are looked at in which way (project ids)."""

    self_evaluated: frozenset[str]
    monitored: frozenset[str]
    key: frozenset[str]
    special: frozenset[str]

    @property
    def visited(self) -> frozenset[str]:
        """Those that the third party evaluates on site."""
        return self.key | self.special


@dataclass(frozen=True)
class District:
    """Units, projects and roles."""

    plan: Plan
    units: tuple[Unit, ...]
    projects: tuple[Project, ...]
    roles: Mapping[int, Roles]

    def running(self, year: int) -> list[Project]:
        """The projects of a year, by id."""
        return [project for project in self.projects if project.runs_in(year)]


def wan(yuan: int) -> str:
    """Yuan as 万元 text, with two decimals at least and no more than needed.

    >>> wan(1_234_500), wan(70)
    ('123.45', '0.007')
    """
    sign, yuan = ("-", -yuan) if yuan < 0 else ("", yuan)
    decimals = f"{yuan % 10000:04d}"
    return f"{sign}{yuan // 10000}.{decimals[:2]}{decimals[2:].rstrip('0')}"


__all__ = ["District", "Plan", "Project", "Roles", "Row", "Tables", "Unit", "wan"]
