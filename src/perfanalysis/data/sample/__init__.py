"""The made-up sample district: lifelike tables with planted defects, and the list of them.

Nothing but tests reads the list, and nothing that looks for defects imports this package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from perfanalysis.data.sample.district import build_district
from perfanalysis.data.sample.model import Plan
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.simulate import Simulation
from perfanalysis.data.sample.write import (
    NOTICE,
    planted_json,
    readme,
    write_tables,
    write_text,
)
from perfanalysis.errors import ParameterError

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
        Folder to write into; made where it does not exist. Files of the same names are replaced.
    seed : int
        Not negative. Every table follows from it.
    units : int
        Number of budget units, 1 to 999.
    years : tuple of int
        First and last budget year; budget requests run one year further.
    clean : bool
        Plant nothing: no defect, no decoy, no effect of results on budgets.

    Raises
    ------
    ParameterError
        If the seed, the number of units or the years cannot be used.
    """
    plan = _checked(Plan(seed, units, years[0], years[1], clean))
    planting = Planting(plan)
    simulation = Simulation(build_district(plan), planting)
    for year, tables in simulation.tables():
        write_tables(out / str(year), tables)
    truth = _head(plan) | {"effects": simulation.truth()}
    write_text(out / "planted.json", planted_json(planting.records, truth))
    write_text(out / "SAMPLE.txt", NOTICE)
    write_text(out / "README.md", readme(plan))


def _checked(plan: Plan) -> Plan:
    if plan.seed < 0:
        raise ParameterError(f"随机种子为 {plan.seed}，应为非负整数。请改正 --seed。")
    if not 1 <= plan.units <= 999:
        raise ParameterError(f"单位数为 {plan.units}，应在 1 至 999 之间。请改正 --units。")
    if not 2000 <= plan.first <= plan.last <= 2099:
        raise ParameterError(
            f"年度为 {plan.first}–{plan.last}，应为先后两个年度，如 2019-2023。请改正 --years。"
        )
    return plan


def _head(plan: Plan) -> dict[str, Any]:
    return {
        "notice": NOTICE.strip(),
        "seed": plan.seed,
        "units": plan.units,
        "years": [plan.first, plan.last],
        "clean": plan.clean,
    }


__all__ = ["DEFAULT_SEED", "write_sample"]
