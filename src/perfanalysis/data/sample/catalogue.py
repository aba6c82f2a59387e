"""What the made-up district is composed of: invented names, read from ``catalogue.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

DISTRICT = "示例区"
COMMON = "通用"


@dataclass(frozen=True, slots=True)
class IndicatorSpec:
    """A third-level indicator that a project of this template may set.

    Attributes
    ----------
    name, unit : str
    low, high : float
        Between which its target lies.
    op : str
        ``at_least`` or ``at_most``.
    """

    name: str
    unit: str
    low: float
    high: float
    op: str


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of project.

    Attributes
    ----------
    name : str
        May hold ``{place}``.
    sector : str
    project_type : str
        ``recurring``, ``continuing`` or ``one_off``.
    style : str
        How its money goes out: monthly, quarterly, works, purchase, summer, winter, service.
    size : float
        Relative to other projects.
    share : float
        Share of the district's total, of the three special projects; 0 elsewhere.
    served : str
        Whom it serves.
    of : tuple of str
        Units that may have it; empty: any of the sector.
    quantity, quality, benefit : tuple of IndicatorSpec
    fund_kind, special_kind : str
    start, end : int
        Years from the anchor year, of the three special projects.
    """

    name: str
    sector: str
    project_type: str
    style: str
    size: float
    share: float
    served: str
    quantity: tuple[IndicatorSpec, ...]
    quality: tuple[IndicatorSpec, ...]
    benefit: tuple[IndicatorSpec, ...]
    of: tuple[str, ...] = ()
    fund_kind: str = "general"
    special_kind: str = "none"
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class UnitName:
    """A budget unit: its name, its sector, and the names it takes in later years."""

    name: str
    sector: str
    renamed: Mapping[int, str]

    def in_year(self, year: int) -> str:
        """The name in force in a year."""
        since = [first for first in self.renamed if first <= year]
        return DISTRICT + (self.renamed[max(since)] if since else self.name)


@dataclass(frozen=True)
class Catalogue:
    """Everything the district is drawn from."""

    finance_sections: Mapping[str, str]
    places: tuple[str, ...]
    companies: tuple[str, ...]
    units: tuple[UnitName, ...]
    templates: Mapping[str, tuple[Template, ...]]
    special: Mapping[str, Template]


@cache
def catalogue() -> Catalogue:
    """The catalogue, read once."""
    path = files("perfanalysis.data.sample") / "catalogue.yaml"
    raw = yaml.safe_load(path.read_text("utf-8"))
    return Catalogue(
        finance_sections=raw["sectors"],
        places=tuple(raw["places"]),
        companies=tuple(raw["companies"]),
        units=tuple(
            UnitName(name, sector, *(more or [{}])) for name, sector, *more in raw["units"]
        ),
        templates={
            sector: tuple(_template({"sector": sector} | body) for body in bodies)
            for sector, bodies in raw["templates"].items()
        },
        special={key: _template(body) for key, body in raw["special"].items()},
    )


def _template(raw: dict[str, Any]) -> Template:
    fields = {"size": 1.0, "share": 0.0} | raw
    fields["project_type"] = fields.pop("type")
    fields["of"] = tuple(fields.get("of", ()))
    for group in ("quantity", "quality", "benefit"):
        fields[group] = tuple(_indicator(text) for text in fields[group])
    return Template(**fields)


def _indicator(text: str) -> IndicatorSpec:
    name, unit, low, high, *sign = text.split("|")
    return IndicatorSpec(name, unit, float(low), float(high), "at_most" if sign else "at_least")


__all__ = ["COMMON", "DISTRICT", "Catalogue", "IndicatorSpec", "Template", "UnitName", "catalogue"]
