"""The numbers of the page on several years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from perfanalysis.errors import ParameterError
from perfanalysis.evidence.arrays import Bools
from perfanalysis.evidence.change import Change, Retest, change_beyond, retest
from perfanalysis.money.outturn import YEARS, times_off
from perfanalysis.money.unit_cost import UnitCosts
from perfanalysis.report.text import Texts
from perfanalysis.scoring.trends import composition, review_panel, score_pairs, units_of, years_of
from perfanalysis.suite.views.common import Said, with_units
from perfanalysis.suite.workyear import WorkYear

DRAWS, SEED = 9_999, 20210503
"""Of the resampling by unit; printed on the page."""
TENTH = 0.1
LOW = ("fair", "poor")
GROUPS = ("rectified", "lowest", "highest")


@dataclass(frozen=True)
class TrendsView:
    """What the page shows.

    Attributes
    ----------
    years : DataFrame
        `years_of`, latest last; budget years up to the evaluated one, ``year`` as text.
    moved : DataFrame
        `composition`, ``year`` as text; empty with one year.
    units : DataFrame
        `units_of` with ``unit_name`` and ``page``.
    line : Retest or None
        Scores of neighbouring years of projects that were not to be rectified.
    changes : DataFrame
        One row a group of `GROUPS` that can be compared: ``group`` and the fields of `Change`.
    refused : mapping of str to str
        Group to the reason why not.
    off : DataFrame
        Units whose spending left the budget in two of three years: ``unit_name``, ``page``,
        ``kind``, ``seen``, ``basis``.
    low : DataFrame
        Projects under good in two of three years: ``name``, ``unit_name``, ``page``, ``times``,
        ``review_total``, ``grade`` (of the last year).
    costs : UnitCosts
    outside : DataFrame
        Its projects of the evaluated year outside the expected costs, farthest first, with
        ``unit_name`` and ``page``.
    dear : DataFrame
        Its projects of the evaluated year over their spending standard, farthest first, likewise.
    """

    years: pd.DataFrame
    moved: pd.DataFrame
    units: pd.DataFrame
    line: Retest | None
    changes: pd.DataFrame
    refused: Mapping[str, str]
    off: pd.DataFrame
    low: pd.DataFrame
    costs: UnitCosts
    outside: pd.DataFrame
    dear: pd.DataFrame

    @property
    def standards(self) -> bool:
        """Whether any of the outputs has a spending standard."""
        return bool(self.costs.outputs["standard_wan"].notna().any())

    @property
    def columns(self) -> tuple[str, ...]:
        """The years, as columns of `units`."""
        return tuple(self.years["year"])

    @property
    def enough(self) -> bool:
        """Whether there are the years that two of three are counted in."""
        return len(self.years) >= YEARS


def trends_view(year: WorkYear) -> TrendsView:
    """Gather the reviewed years up to the evaluated one."""
    panel = review_panel(year.earlier_scores | {year.evaluation_year: year.scores})
    names = year.evaluation["units"].set_index("unit_id")["name"]
    pairs = score_pairs(panel)
    listed, done = _rectified(pairs, year)
    line, changes, refused = _changes(pairs, listed, done)
    flags = year.money.flags
    off = flags[flags["check"].isin(["outturn-off", "composition-off"])]
    return TrendsView(
        years=years_of(panel).astype({"year": "str"}),
        moved=composition(panel).astype({"year": "str"}),
        units=with_units(units_of(panel), names),
        line=line,
        changes=changes,
        refused=refused,
        off=with_units(off, names).rename(columns={"check": "kind"}),
        low=with_units(_low(panel, year.evaluation_year), names),
        costs=year.unit_costs,
        outside=with_units(_outside(year.unit_costs, year.evaluation_year), names),
        dear=with_units(_dear(year.unit_costs, year.evaluation_year), names),
    )


def _rectified(pairs: pd.DataFrame, year: WorkYear) -> tuple[Bools, Bools]:
    """Which pairs had findings in the earlier year, and which of them closed all of them."""
    found = pd.concat(
        [
            data["rectification"][["project_id", "status"]].assign(year=data.budget_year)
            for data in year.earlier_years
        ]
    )
    closed = found.assign(closed=found["status"] == "closed")
    closed = closed.groupby(["project_id", "year"], as_index=False)["closed"].all()
    known = pairs.merge(closed, on=["project_id", "year"], how="left")["closed"]
    return known.notna().to_numpy(), known.fillna(False).astype(bool).to_numpy()


def _changes(
    pairs: pd.DataFrame, listed: Bools, done: Bools
) -> tuple[Retest | None, pd.DataFrame, dict[str, str]]:
    rows, refused = [], {}
    left = ~listed
    reference = pairs[left]
    low, high = reference["before"].quantile([TENTH, 1 - TENTH])
    groups = {
        "rectified": done,
        "lowest": left & (pairs["before"] <= low).to_numpy(),
        "highest": left & (pairs["before"] >= high).to_numpy(),
    }
    for group in GROUPS:
        try:
            found = change_beyond(pairs, groups[group], left, draws=DRAWS, seed=SEED)
        except ParameterError as error:
            refused[group] = str(error)
        else:
            rows.append({"group": group} | _values(found))
    table = pd.DataFrame(rows, columns=["group", *Change.__slots__])
    try:
        return retest(reference), table, refused
    except ParameterError:
        return None, table, refused


def _low(panel: pd.DataFrame, last: int) -> pd.DataFrame:
    """Projects with a grade in each of the last three years, under good in two of them."""
    graded = panel.dropna(subset=["grade"])
    off = graded.assign(subject=graded["project_id"], off=graded["grade"].isin(LOW))
    times = times_off(off, last=last)
    times = times[times >= YEARS - 1].rename("times")
    now = panel[panel["year"] == last]
    found = now.merge(times, left_on="project_id", right_index=True)
    return found.sort_values(["review_total", "project_id"], ignore_index=True)


def _outside(costs: UnitCosts, last: int) -> pd.DataFrame:
    own = costs.projects[costs.projects["outside"] & (costs.projects["year"] == last)]
    far = np.log(own["ratio"].astype("float64")).abs()
    order = far.sort_values(ascending=False, kind="stable").index
    return own.loc[order].reset_index(drop=True)


def with_measure(rows: pd.DataFrame, say: Texts) -> pd.DataFrame:
    """The rows with the unit of measure behind each output."""
    named = [
        say("cost-output", output=row.output, measure=row.measure_unit)
        for row in rows.itertuples(index=False)
    ]
    return rows.assign(output=named)


def _dear(costs: UnitCosts, last: int) -> pd.DataFrame:
    own = costs.projects[(costs.projects["over_share"] > 0) & (costs.projects["year"] == last)]
    return own.sort_values("over_share", ascending=False, kind="stable", ignore_index=True)


def cost_findings(view: TrendsView, year: WorkYear) -> list[Said]:
    """What the unit costs say, as keys of ``80_trends`` with their values."""
    now = view.costs.projects["year"] == year.evaluation_year
    if view.costs.outputs.empty:
        return [("main-cost-none", cost_rules(year))]
    values = {
        "year": str(year.evaluation_year),
        "outputs": len(view.costs.outputs),
        "projects": int(now.sum()),
        "outside": len(view.outside),
        "chance": float(now.sum()) * (1 - view.costs.confidence),
    }
    said: list[Said] = [("main-cost", values)]
    if view.standards:
        said.append(("main-standard", standard_counts(view, year)))
    return said


def standard_counts(view: TrendsView, year: WorkYear) -> dict[str, Any]:
    """How many outputs have a standard, and projects of the evaluated year are over it."""
    projects = view.costs.projects
    held = projects[(projects["year"] == year.evaluation_year) & projects["standard_wan"].notna()]
    return {
        "year": str(year.evaluation_year),
        "outputs": int(view.costs.outputs["standard_wan"].notna().sum()),
        "projects": len(held),
        "over": len(view.dear),
    }


def cost_notes(view: TrendsView, year: WorkYear, say: Texts) -> list[str]:
    """How unit costs are worked out, what is left out, and the standards."""
    left = view.costs.left_out
    said = [say("cost-reason", reason=row.reason, n=row.n) for row in left.itertuples(index=False)]
    notes = [say("cost-note", confidence=view.costs.confidence)]
    if said:
        notes.append(say("cost-left", reasons=say("format-separator").join(said)))
    rule = year.rules.get("cost.standards")
    key = "cost-standards" if view.standards else "cost-no-standards"
    return [*notes, say(key, cited=say.said(rule.cite()))]


def cost_rules(year: WorkYear) -> dict[str, Any]:
    """From how many projects and units on an output is compared."""
    names = {"projects": "cost.least_projects", "units": "cost.least_units"}
    return {name: year.rules.value(key) for name, key in names.items()}


def trends_findings(view: TrendsView) -> list[Said]:
    """The main points, as keys of ``80_trends`` with their values."""
    if view.moved.empty:
        return [("main-one-year", {"year": view.years["year"].iloc[-1]})]
    last = view.moved.iloc[-1].to_dict()
    said: list[Said] = [("main-moved", last)]
    groups = view.changes.set_index("group")
    if view.line is not None and "lowest" in groups.index:
        lowest = groups.loc["lowest"].to_dict()
        said.append(("main-mean", lowest | {"r": view.line.r, "pairs": view.line.n}))
    if "rectified" in groups.index:
        row = groups.loc["rectified"].to_dict()
        verdict = "more" if row["low"] > 0 else "less" if row["high"] < 0 else "unclear"
        said.append((f"main-rectified-{verdict}", row))
    else:
        said.append(("main-rectified-refused", {"why": view.refused["rectified"]}))
    counts = {"off": view.off["unit_id"].nunique(), "low": len(view.low)}
    said.append(("main-twice", counts) if view.enough else ("main-twice-few", _years(view)))
    return said


def twice_refused(view: TrendsView) -> Said:
    """Why nothing is said of two years in three."""
    return "twice-few", _years(view)


def _years(view: TrendsView) -> dict[str, Any]:
    return {"n": len(view.years), "needed": YEARS}


def _values(change: Change) -> dict[str, Any]:
    return {name: getattr(change, name) for name in Change.__slots__}


__all__ = [
    "DRAWS",
    "SEED",
    "TrendsView",
    "cost_findings",
    "cost_notes",
    "cost_rules",
    "standard_counts",
    "trends_findings",
    "trends_view",
    "twice_refused",
    "with_measure",
]
