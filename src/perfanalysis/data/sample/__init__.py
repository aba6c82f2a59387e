"""The made-up sample district: lifelike tables with planted defects, and the list of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from perfanalysis.data.sample.district import build_district
from perfanalysis.data.sample.model import Plan
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.simulate import simulate
from perfanalysis.data.sample.write import NOTICE, planted_json, write_tables, write_text

DEFAULT_SEED = 20210501


def write_sample(
    out: Path,
    *,
    seed: int = DEFAULT_SEED,
    units: int = 67,
    years: tuple[int, int] = (2019, 2023),
    clean: bool = False,
) -> None:
    """Write a made-up district, one folder a budget year; the default is the committed one.

    Parameters
    ----------
    out : Path
        Folder to write into; made where it does not exist.
    seed : int
        Every table follows from it.
    units : int
        Number of budget units.
    years : tuple of int
        First and last budget year; budget requests run one year further.
    clean : bool
        Plant nothing: no defect, no decoy, no effect of results on budgets.
    """
    plan = Plan(seed, units, years[0], years[1], clean)
    planting = Planting(plan)
    for year, tables in simulate(build_district(plan), planting):
        write_tables(out / str(year), tables)
    write_text(out / "planted.json", planted_json(planting.records, _head(plan)))
    write_text(out / "SAMPLE.txt", NOTICE)


def _head(plan: Plan) -> dict[str, Any]:
    return {"notice": NOTICE.strip(), "seed": plan.seed, "units": plan.units, "clean": plan.clean}


__all__ = ["DEFAULT_SEED", "write_sample"]
