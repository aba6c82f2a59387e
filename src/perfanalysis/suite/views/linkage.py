"""The numbers of the linkage page: from results to the next budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from perfanalysis.data.lookup import numbers_of
from perfanalysis.linkage.amounts import CENT, MICRO, micro
from perfanalysis.linkage.causes import CAUSES, rule_causes
from perfanalysis.linkage.export import proposal_waterfall
from perfanalysis.linkage.shared import shared_pool
from perfanalysis.report.text import Texts
from perfanalysis.suite.views.common import Said, unit_pages, unproposed
from perfanalysis.suite.workyear import WorkYear

WHY = {
    "withhold": "withheld_wan",
    "cap_request": "ceiling_wan",
    "prioritise": "given_wan",
    "floor": "given_wan",
    "drop": "dropped_wan",
    "new": "listed_wan",
    "round": "rounded_wan",
}
"""Column of `LinkageView.moved` for each action that is no cut."""
SHOWN = ("continued", "new", "not_requested", "refused")
"""Status of projects in the order in which the page shows them."""
UNRULED = ("base", "drop", "new", "round")
"""Actions of steps that no rule of linkage takes."""
HALF_CENT = 0.005
"""In 万元: what is less prints as nothing."""
PASSED = {"passed": "准入通过：", "complete": "准入须完善后通过："}


@dataclass(frozen=True)
class LinkageView:
    """What the linkage page shows.

    Attributes
    ----------
    total : Series
        The district's row of ``Proposal.totals``.
    by_fund_kind, by_unit : DataFrame
        Its rows by kind of budget and by unit (with ``unit_name`` and ``page``), most money first.
    rules : DataFrame
        What each rule moved: ``title``, ``projects`` (number), ``amount_wan``, ``basis``,
        ``document``, ``direction`` (empty where a rule follows none), in the order in which rules
        apply.
    pool : DataFrame
        See `shared_pool`.
    cuts : DataFrame
        Every step that took money for results, execution, rectification or the gate: ``status``
        (of the project), ``name``, ``unit_name``, ``page``, ``title``, ``fact``, ``amount_wan``,
        ``causes`` (see `rule_causes`), ``monitored_rate`` (of the project in the monitored year:
        executed ÷ annual budget, or what it expected to execute while the year goes on),
        ``execution_rate`` (of the evaluated year).
    ended : bool
        The monitored year was over on the day of the report.
    bridge : DataFrame
        From base to proposal: ``label``, ``amount``, ``is_total``.
    moved : DataFrame
        One row a unit, largest change first: ``unit_name``, ``page``, ``cut_wan`` (by results,
        execution and rectification), ``withheld_wan`` (by the gate), ``ceiling_wan`` (more than was
        asked), ``given_wan`` (out of what was cut), ``dropped_wan`` (not asked again),
        ``listed_wan`` (new, before the gate), ``rounded_wan``, ``change_wan`` (their sum: proposal
        − base).
    moved_total : dict of str to float
        The same of the district.
    projects : DataFrame
        ``Proposal.projects`` that have a proposal, with ``unit_name``, ``page``, ``gate`` and
        ``gate_reason`` (empty where nothing was asked or no gate was held) and ``approved_wan``
        (empty where not known), ``result_from`` empty without a result; by status, unit (in
        ``unit_group``) and money.
    undecided : DataFrame
        Those whose amount a rule leaves to be decided, with its ``fact``.
    asked : DataFrame
        ``requested_wan`` and ``approved_wan`` by project, as they were asked and approved.
    unproposed : list of dict
        ``project`` and ``reason`` of those that have none.
    steps : DataFrame
        ``Proposal.steps`` with the ``name`` and ``status`` of the project and the ``group`` that
        tells whose they are; the ``fact`` of the base says why there is no result and how the gate
        was passed. By status, projects first whose money a rule moved.
    """

    total: pd.Series
    by_fund_kind: pd.DataFrame
    by_unit: pd.DataFrame
    rules: pd.DataFrame
    pool: pd.DataFrame
    cuts: pd.DataFrame
    ended: bool
    bridge: pd.DataFrame
    moved: pd.DataFrame
    moved_total: dict[str, float]
    projects: pd.DataFrame
    undecided: pd.DataFrame
    asked: pd.DataFrame
    unproposed: list[dict[str, str]]
    steps: pd.DataFrame

    def projects_of(self, status: str) -> pd.DataFrame:
        """The projects of a status."""
        return self.projects[self.projects["status"] == status]

    def total_of(self, status: str) -> dict[str, float]:
        """Sums of the projects of a status: base and proposal by their steps, what was asked."""
        own = self.steps[self.steps["status"] == status]
        amounts = micro(own["amount_wan"])
        base = amounts[(own["action"] == "base").to_numpy()]
        asked = self.asked[self.asked.index.isin(own["project_id"])]
        return {
            "base_wan": int(base.sum()) / MICRO,
            "proposed_wan": int(amounts.sum()) / MICRO,
            **{name: int(micro(asked[name]).sum()) / MICRO for name in asked},
        }

    def steps_of(self, status: str) -> pd.DataFrame:
        """The steps of the projects of a status, but for roundings that print as nothing."""
        return self.steps[~trivial(self.steps) & (self.steps["status"] == status)]


def linkage_view(year: WorkYear) -> LinkageView:
    """Gather the numbers of the proposal.

    Raises
    ------
    DataError
        If nobody requested a budget: everything would seem to be given up.
    """
    proposal = year.requested_proposal
    totals = proposal.totals.sort_values(
        ["proposed_wan", "unit_id", "fund_kind"], ascending=[False, True, True]
    )
    names = year.monitoring["units"][["unit_id", "name"]].rename(columns={"name": "unit_name"})
    asked = year.requests.drop_duplicates("project_id").set_index("project_id")
    projects = _projects(year, names, asked)
    rules = _with_direction(proposal_waterfall(proposal), proposal.steps)
    steps = _steps(proposal.steps, projects)
    shown = projects.dropna(subset=["proposed_wan"])
    sums = _sums_of_moves(proposal.steps.assign(unit_id=""))
    return LinkageView(
        total=totals[totals["level"] == "district"].iloc[0],
        by_fund_kind=totals[totals["level"] == "fund_kind"],
        by_unit=_with_pages(totals[totals["level"] == "unit"], names),
        rules=rules,
        pool=shared_pool(proposal),
        cuts=_cuts(steps[is_cut(steps)], projects, year),
        ended=year.monitored.ended,
        bridge=_bridge(rules),
        moved=_with_pages(_moved_by_unit(proposal.steps), names),
        moved_total=(sums.sum() / MICRO).to_dict(),
        projects=shown,
        undecided=_undecided(shown, steps),
        asked=asked[["requested_wan", "approved_wan"]],
        unproposed=unproposed(proposal.projects),
        steps=steps,
    )


def _with_direction(rules: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """The rules with the national document whose direction each follows."""
    follows = steps.drop_duplicates("rule").set_index("rule")["direction"]
    return rules.assign(direction=rules["rule"].map(follows))


def _projects(year: WorkYear, names: pd.DataFrame, requests: pd.DataFrame) -> pd.DataFrame:
    """The projects of the proposal with their gate and what was approved, as the page has them."""
    table = _with_pages(year.proposal.projects, names)
    ids, gate = table["project_id"], year.circumstances[["gate", "gate_reason"]]
    asked = table["requested_wan"].notna()
    held = {name: gate[name].reindex(ids).array for name in gate}
    approved = requests["approved_wan"]
    source = table["result_from"]
    table = table.assign(
        **held, approved_wan=approved.reindex(ids).array, result_from=source.mask(source == "")
    )
    table[[*held]] = table[[*held]].where(asked)
    unit = table["unit_id"]
    table["unit_group"] = table["unit_name"].fillna(unit) + "（" + unit + "）"
    order = table.assign(place=table["status"].map(SHOWN.index), money=-table["proposed_wan"])
    order = order.sort_values(["place", "unit_id", "money", "project_id"], kind="stable")
    return table.loc[order.index].reset_index(drop=True)


def _cuts(cuts: pd.DataFrame, projects: pd.DataFrame, year: WorkYear) -> pd.DataFrame:
    """The cuts with their causes, and how the project executed in either year."""
    own, ids = year.monitored.projects.set_index("project_id"), cuts["project_id"]
    spent = own["year_end_wan" if year.monitored.ended else "stated_wan"]
    rates = {
        "monitored_rate": spent / own["annual_wan"].where(own["annual_wan"] > 0),
        "execution_rate": projects.set_index("project_id")["execution_rate"],
    }
    causes = rule_causes(year.rules)
    return cuts.assign(
        causes=cuts["rule"].map(causes),
        **{name: numbers_of(ids, values) for name, values in rates.items()},
    )


def _undecided(projects: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """The projects whose amount is open, with the facts of the rules that leave it open."""
    facts = steps[steps["action"] == "decide"].groupby("project_id")["fact"].agg("；".join)
    own = projects[projects["decide"]]
    return own.assign(fact=facts.reindex(own["project_id"]).array)


def _steps(steps: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    """The steps with whose they are, in the order of `projects`; those that moved money first."""
    ruled = ~steps["action"].isin(UNRULED) & (steps["amount_wan"] != 0)
    moved = steps.loc[ruled, "project_id"].unique()
    unit = projects["unit_name"].fillna(projects["unit_id"])
    own = projects[["project_id", "name", "unit_name", "page", "status"]].assign(
        still=~projects["project_id"].isin(moved),
        group=projects["name"] + "（" + projects["project_id"] + "） " + unit,
    )
    own = own.assign(kind=own["status"].map(SHOWN.index), place=range(len(own)))
    table = _with_known(steps, projects).merge(own, on="project_id")
    table = table.sort_values(["kind", "still", "place", "step"], kind="stable", ignore_index=True)
    return table.drop(columns=["kind", "still", "place"])


def _with_known(steps: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    """The steps, what is known of a project beside its rules as the fact of its base."""
    passed = projects["gate"].map(PASSED).fillna("") + projects["gate_reason"].fillna("")
    passed = passed.where(projects["gate"].isin([*PASSED]), "")
    said = projects["reason"].str.cat(passed, sep="；").str.strip("；")
    known = steps["project_id"].map(dict(zip(projects["project_id"], said, strict=True)))
    return steps.assign(fact=steps["fact"].mask(steps["action"] == "base", known))


def with_documents(frame: pd.DataFrame, say: Texts) -> pd.DataFrame:
    """The frame with documents as a table names them: of a convention, that it is one."""
    convention, shown = say.label("basis", "convention"), frame["document"].map(say.said)
    return frame.assign(document=shown.mask(frame["basis"] == "convention", convention))


def linkage_findings(
    view: LinkageView, year: WorkYear, cuts_table: str, open_table: str
) -> list[Said]:
    """The main points, as keys of ``70_linkage`` with their values.

    `cuts_table` and `open_table` are texts that refer to the tables of who was cut, and of the
    projects whose amount is open.
    """
    total = view.total
    years = {"year": year.requests_year, "base_year": year.monitoring_year}
    said: list[Said] = [
        (
            "main-total",
            years
            | {
                "projects": int(total["continued"] + total["new"]),
                "requested": total["requested_wan"],
                "proposed": total["proposed_wan"],
                "base": total["base_wan"],
            },
        ),
        ("main-continued", _continued(view, open_table)),
    ]
    said.append(_cut(view, cuts_table))
    dropped = view.steps[view.steps["action"] == "drop"]
    if len(dropped):
        said.append(("main-dropped", _moved(dropped)))
    said.append(("main-convention", {}))
    return said


def cut_by_results(steps: pd.DataFrame) -> dict[str, Any]:
    """Projects and 万元 of the steps that results, execution and review cut."""
    return _moved(steps[is_cut(steps)])


def is_cut(steps: pd.DataFrame) -> pd.Series:
    """Which steps took money for results, execution, rectification or the gate."""
    return (steps["amount_wan"] < 0) & ~steps["action"].isin(["drop", "round", "cap_request"])


def trivial(steps: pd.DataFrame) -> pd.Series:
    """Which steps are roundings that print as nothing, by themselves and as their unit's sum.

    `steps` are all that is rounded: where the sum of a unit's roundings prints, they all count.
    """
    rounds = steps["action"] == "round"
    amounts = pd.Series(micro(steps["amount_wan"]), steps.index).where(rounds, 0)
    of_unit = amounts.groupby(steps["unit_id"]).transform("sum").abs()
    return rounds & (amounts.abs() < CENT // 2) & (of_unit < CENT // 2)


def _cut(view: LinkageView, table: str) -> Said:
    """Who was cut and by how much: with a base, and new ones that the gate stopped, apart."""
    if view.cuts.empty:
        return "main-cut-none", {}
    new = view.cuts["status"] == "new"
    parts = (("main-cut-based", view.cuts[~new]), ("main-cut-new", view.cuts[new]))
    clauses = [
        (key, _moved(own) | {"causes": _named_causes(own)}) for key, own in parts if len(own)
    ]
    return "main-cut", {**_moved(view.cuts), "clauses": clauses, "table": table}


def _named_causes(cuts: pd.DataFrame) -> list[Said]:
    """The causes of the rules that took money, one after the other."""
    found = {cause for causes in cuts["causes"] for cause in causes}
    return [
        ("main-cause-next" if at else "main-cause", {"cause": cause})
        for at, cause in enumerate(cause for cause in CAUSES if cause in found)
    ]


def _continued(view: LinkageView, table: str) -> dict[str, Any]:
    """The proposal by continued and new projects, and what of it is not settled."""
    total, clauses = view.total, []
    proposed = int(micro(view.projects["proposed_wan"]).sum())
    if len(view.undecided):
        left = int(micro(view.undecided["proposed_wan"]).sum())
        of = {"projects": len(view.undecided), "amount": left / MICRO}
        clauses.append(("main-open", of | {"rest": (proposed - left) / MICRO, "table": table}))
    new = view.projects_of("new")
    waiting = new[new["gate"].isna()]
    if len(waiting):
        amount = int(micro(waiting["proposed_wan"]).sum()) / MICRO
        clauses.append(("main-waiting", {"projects": len(waiting), "amount": amount}))
    continued = total["proposed_wan"] - total["new_wan"]
    return {"continued": continued, "new": total["new_wan"], "clauses": clauses}


def _moved(cuts: pd.DataFrame) -> dict[str, Any]:
    """Projects and money of some steps; a project that was cut twice is one project."""
    amount = int(micro(-cuts["amount_wan"]).sum()) / MICRO
    return {"projects": cuts["project_id"].nunique(), "amount": amount}


def _bridge(rules: pd.DataFrame) -> pd.DataFrame:
    """Base, then what each rule moved, then the proposal."""
    base = rules["action"] == "base"
    moves = rules[~base & (rules["amount_wan"] != 0)]
    rows: list[dict[str, Any]] = [
        {"label": "base", "amount": rules.loc[base, "amount_wan"].sum(), "is_total": True}
    ]
    rows += [
        {"label": row.title, "amount": row.amount_wan, "is_total": False}
        for row in moves.itertuples(index=False)
    ]
    proposed = micro(rules["amount_wan"]).sum() / MICRO
    rows.append({"label": "proposed", "amount": proposed, "is_total": True})
    return pd.DataFrame(rows)


def _moved_by_unit(steps: pd.DataFrame) -> pd.DataFrame:
    """What each unit loses and gains, by why; exact."""
    table = (_sums_of_moves(steps) / MICRO).reset_index()
    return table.iloc[table["change_wan"].abs().argsort(kind="stable")[::-1]]


def _sums_of_moves(steps: pd.DataFrame) -> pd.DataFrame:
    """The same by unit, in 10⁻⁶ 万元."""
    steps = steps.loc[steps["action"] != "base"]
    why = steps["action"].map(WHY).fillna("cut_wan")
    sums = (
        steps.assign(micro=micro(steps["amount_wan"]), why=why)
        .groupby(["unit_id", "why"], observed=True)["micro"]
        .sum()
        .unstack(fill_value=0)
        .reindex(columns=[*dict.fromkeys(["cut_wan", *WHY.values()])], fill_value=0)
    )
    return sums.assign(change_wan=sums.sum(axis=1))


def _with_pages(table: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    return table.assign(page=unit_pages(table["unit_id"])).merge(names, on="unit_id", how="left")


__all__ = [
    "LinkageView",
    "cut_by_results",
    "is_cut",
    "linkage_findings",
    "linkage_view",
    "trivial",
]
