"""How fast linkage is at the sizes it may meet: seconds, and one JSON line at the end.

Usage: python benchmarks/linkage.py [--projects 1000000] [--draws 9999]

Everything is made up. Set OPENBLAS_NUM_THREADS=1 for the times of one core.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from timing import interleaved, machine, print_last

from perfanalysis.data.codebook import codebook
from perfanalysis.data.tables import YearData
from perfanalysis.data.typed import empty_table
from perfanalysis.linkage.amounts import micro
from perfanalysis.linkage.circumstances import CIRCUMSTANCES
from perfanalysis.linkage.cr2 import cr2
from perfanalysis.linkage.proposal import Proposal, propose_budget
from perfanalysis.linkage.wild import DRAWS, wild_p_values
from perfanalysis.linkage.within import Within, fit_within
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.projects import ProjectScores

MILLION = 1_000_000
UNITS = 2844
KINDS = ("general", "government_fund", "state_capital", "social_insurance")
JAPAN = {"rows": 31_418, "clusters": 8_000, "regressors": 20}
SEED = 20201


def typed(name: str, columns: dict[str, Any]) -> pd.DataFrame:
    """A table of the codebook with these columns; the others are empty."""
    empty = empty_table(codebook()[name])
    frame = pd.DataFrame(columns).reindex(columns=empty.columns)
    return frame.astype(empty.dtypes.to_dict())


def made(count: int) -> dict[str, Any]:
    """What `propose_budget` takes, of so many projects: results, base, requests, circumstances."""
    draw = np.random.default_rng(SEED)
    ids = pd.Series([f"P{each:07d}" for each in range(count)], dtype="str")
    unit = pd.Series([f"U{each:04d}" for each in range(UNITS)], dtype="str")
    identity = {
        "project_id": ids,
        "unit_id": unit.iloc[draw.integers(0, UNITS, count)].reset_index(drop=True),
        "name": "项目" + ids,
        "fund_kind": draw.choice(KINDS, count, p=[0.7, 0.2, 0.05, 0.05]),
    }
    base = np.round(draw.lognormal(4, 1, count), 2)
    executed = np.round(base * draw.beta(8, 1, count) * (draw.random(count) > 0.01), 2)
    total = np.round(np.clip(draw.normal(88, 9, count), 0, 100), 2)
    floors = [total >= 90, total >= 80, total >= 60]
    grades = np.select(floors, ["excellent", "good", "fair"], "poor")
    kinds = {"special_kind": "none", "project_type": "recurring"}
    projects = typed("projects", {**identity, **kinds})
    money = {"initial_wan": base, "annual_wan": base, "executed_wan": executed}
    funds = typed("funds", {"project_id": ids, "fund_source": "total", **money})
    asked = {**identity, "requested_wan": np.round(base * draw.lognormal(0.05, 0.2, count), 2)}
    scores = pd.DataFrame(
        {"project_id": ids, "grade": grades, "review_total": total, "annual_wan": base}
        | {"executed_wan": executed, "refused_reason": ""}
    ).astype({"grade": "str", "refused_reason": "str"})
    few = dict.fromkeys(CIRCUMSTANCES, 0.0) | {
        "gate": draw.choice(["passed", "revise", "refuse"], count, p=[0.88, 0.06, 0.06]),
        "gate_reason": "绩效目标终审75.00分，中",
        "warnings_unanswered": (draw.random(count) < 0.02) * 1.0,
        "rectification_open": (draw.random(count) < 0.03) * 1.0,
        "review_gap": draw.exponential(3, count),
    }
    return {
        "scores": ProjectScores(2020, date(2021, 3, 31), scores, scores, scores, (), ()),
        "base": YearData(2021, {"projects": projects, "funds": funds}, {}, ()),
        "requests": typed("budget_requests", asked),
        "circumstances": pd.DataFrame(few, index=pd.Index(ids, name="project_id")),
    }


def propose(parts: dict[str, Any]) -> Proposal:
    """The proposal by the rules that ship."""
    rules = load_rules().on(evaluation_date(2020))
    return propose_budget(
        parts["scores"], parts["base"], parts["requests"], rules,
        circumstances=parts["circumstances"],
    )  # fmt: skip


def off_by(proposal: Proposal) -> int:
    """By how many 10⁻⁶ 万元 steps, projects and totals are apart; 0 is a tie."""
    proposed = micro(proposal.projects["proposed_wan"])
    totals = proposal.totals.set_index("level")["proposed_wan"]
    steps = micro(proposal.steps["amount_wan"])
    own = pd.Series(steps).groupby(proposal.steps["project_id"].to_numpy(), sort=False).sum()
    own = own.reindex(proposal.projects["project_id"]).to_numpy()
    whole = [micro(totals.loc[[level]]).sum() - proposed.sum() for level in totals.index.unique()]
    return int(np.abs(own - proposed).max() + max(abs(each) for each in whole))


def panel(rows: int, clusters: int, regressors: int) -> Within:
    """A fit of a made-up panel with year effects; clusters are of equal size, but for the rest."""
    draw = np.random.default_rng(SEED)
    names = [f"x{each}" for each in range(regressors)]
    table = pd.DataFrame(draw.normal(size=(rows, regressors)), columns=names)
    table["unit"] = np.arange(rows) % clusters
    table["year"] = np.arange(rows) // clusters
    table["y"] = draw.normal(size=clusters)[table["unit"]] + draw.normal(size=rows)
    return fit_within(table, outcome="y", regressors=names, cluster="unit", effects=["year"])


def main() -> None:
    """Print the seconds of each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--projects", type=int, default=MILLION)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--peak", action="store_true", help="CR2 alone: prints its peak memory")
    options = parser.parse_args()
    if options.peak:
        cr2(panel(**JAPAN))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps({"peak_mb": round(peak / 1024)}))
        return
    command = [sys.executable, __file__, "--peak"]  # first: a child counts what its parent had
    peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    parts = made(options.projects)
    small, large = panel(67 * 4, 67, 3), panel(**JAPAN)
    ways: dict[str, Callable[[], object]] = {
        f"propose {options.projects}": partial(propose, parts),
        "wild 67x4": partial(wild_p_values, small, seed=1, draws=options.draws),
        "wild japan": partial(wild_p_values, large, seed=1, draws=options.draws),
        "cr2 japan": partial(cr2, large),
    }
    seconds, processor = interleaved(ways, repeats=3)
    for name, value in seconds.items():
        print(f"{name:24} {value:8.2f} s {processor[name]:8.2f} s of processor")
    print_last(
        {
            "seconds": {name: round(value, 3) for name, value in seconds.items()},
            "processor_seconds": {name: round(value, 3) for name, value in processor.items()},
            "proposal_off_by": off_by(propose(parts)),
            "draws": options.draws,
            "cr2_process": json.loads(peak),
            **machine(),
        }
    )


if __name__ == "__main__":
    main()
