"""Where the money went: every check in one frame, what to expect by chance, and a worklist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd
from scipy import stats

from perfanalysis.data.flags import FLAG_COLUMNS, flags_frame
from perfanalysis.data.tables import YearData
from perfanalysis.money.assets import asset_hits
from perfanalysis.money.carry_over import carry_hits
from perfanalysis.money.compliance import compliance_hits
from perfanalysis.money.contracts import contract_hits, paid_against_work
from perfanalysis.money.outturn import outturn_hits
from perfanalysis.money.pace import PaceScreen, project_paces, screen_pace
from perfanalysis.money.payments import payment_hits
from perfanalysis.money.rates import pace_hits, rate_hits
from perfanalysis.rules.values import RulesInForce

FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "pace": ("low-execution", "executed-over-budget", "initial-zero", "year-end-rush"),
        "contract": (
            "payment-ahead-of-work",
            "payment-over-contract",
            "payment-before-acceptance",
            "retention-not-kept",
            "advance-over-terms",
            "retention-over-terms",
            "progress-underpaid",
        ),
        "payment": (
            "payment-split",
            "payment-duplicate",
            "payment-round",
            "payment-outside-year",
            "payment-weekend",
        ),
        "compliance": (
            "payee-out-of-scope",
            "purpose-out-of-scope",
            "purpose-unmatched",
            "budget-line-foreign",
            "budget-line-over",
            "account-mixed",
            "transfer-unapproved",
        ),
        "carry_over": (
            "carry-over-two-years",
            "funds-idle",
            "no-movement",
            "asset-idle",
            "upkeep-missing",
        ),
        "outturn": ("outturn-off", "composition-off"),
    }
)
"""The checks of each family, in the order in which they are printed."""
FAMILY = {check: family for family, checks in FAMILIES.items() for check in checks}
SEVERITIES = ("high", "medium", "low")
COLUMNS = (
    "project_id",
    "unit_id",
    "name",
    "check",
    "family",
    "severity",
    "p",
    "excess",
    "money_wan",
    "seen",
    "rule",
    "basis",
    "rows",
)
MOST = 0.95
HISTORY = ("units", "projects", "funds", "payments", "contracts", "budget_lines")
"""The tables of earlier years that the checks read."""


@dataclass(frozen=True)
class MoneyScreen:
    """What the checks of a budget year found.

    Attributes
    ----------
    flags : DataFrame
        See `money_flags`.
    expected : DataFrame
        One row a check, in the order of `FAMILIES`: ``family``, ``check``, ``looked`` (number of
        cases, missing where all of the table), ``flags``, ``expected_false`` and ``most_false``
        (number of false flags to expect, and not exceeded in 95 of 100 such years, Poisson),
        ``how``: ``bh`` (Benjamini–Hochberg), ``placebo`` (hits beside the threshold) or ``fact``
        (it stands in the tables: false only where these are).
    pace : PaceScreen
    """

    flags: pd.DataFrame
    expected: pd.DataFrame
    pace: PaceScreen


def money_flags(
    year: YearData, rules: RulesInForce, *, history: Sequence[YearData] = ()
) -> pd.DataFrame:
    """Everything about the money of a year that somebody should verify.

    Parameters
    ----------
    year : YearData
        Tables ``projects``, ``funds``, ``payments``, ``contracts``, ``budget_lines``, ``accounts``,
        ``transfers``, ``assets``.
    rules : RulesInForce
        Those of ``rules/money.yaml``.
    history : sequence of YearData
        Earlier years, the latest first: peers and own past of the pace screen, age of carried
        money, two of three years.

    Returns
    -------
    DataFrame
        One row a flag (需核实, never 违规), most severe first, then by p, then by money:
        ``project_id`` (empty where the unit itself is the subject), ``unit_id``, ``name`` of the
        subject, ``check`` and ``family`` (`FAMILIES`), ``severity`` (`SEVERITIES`, by the rule
        ``money.severity``), ``p`` (missing where a check has none), ``excess`` (how far beyond the
        rule, 1 at the rule; missing where it has no measure), ``money_wan`` (万元 at stake),
        ``seen`` (Chinese), ``rule`` (key, empty where none is needed), ``basis``, ``rows`` (source
        cells, joined by ；).
    """
    return screen_money(year, rules, history=history).flags


def screen_money(
    year: YearData, rules: RulesInForce, *, history: Sequence[YearData] = ()
) -> MoneyScreen:
    """Run every check on the money of a year; parameters as of `money_flags`."""
    compared = paid_against_work(year["contracts"], year["payments"])
    paces = project_paces(year, compared=compared)
    pace = screen_pace(paces, rules, history=[project_paces(past) for past in history])
    single = payment_hits(year, rules)
    found = [
        rate_hits(year, rules),
        pace_hits(year, rules, pace),
        contract_hits(year, rules, compared),
        single.hits,
        compliance_hits(year, rules),
        carry_hits(year, rules, history=history),
        asset_hits(year, rules),
        outturn_hits(year, rules, history=history),
    ]
    flags = _ranked(year, rules, pd.concat(found, ignore_index=True))
    looked = single.looked | {"year-end-rush": pace.tests}
    chance = single.expected | {"year-end-rush": pace.expected_false}
    return MoneyScreen(flags, _expected(flags, looked, chance), pace)


def _ranked(year: YearData, rules: RulesInForce, found: pd.DataFrame) -> pd.DataFrame:
    projects = year["projects"].set_index("project_id")[["unit_id", "name"]]
    units = year["units"].set_index("unit_id")["name"]
    of_project = found["project_id"] != ""
    known = projects.reindex(found["project_id"]).set_axis(found.index)
    unit = known["unit_id"].where(of_project, found["unit_id"]).fillna("")
    name = known["name"].where(of_project, units.reindex(unit).set_axis(found.index)).fillna("")
    levels = rules.value("money.severity")
    level = {check: place for place in SEVERITIES for check in levels.get(place, ())}
    table = found.assign(
        unit_id=unit,
        name=name,
        family=found["check"].map(FAMILY),
        severity=found["check"].map(level).fillna(SEVERITIES[1]),
    )
    order = table["severity"].map({each: place for place, each in enumerate(SEVERITIES)})
    table = table.assign(_order=order, _money=-table["money_wan"].fillna(0.0))
    keys = ["_order", "p", "_money", "check", "project_id", "unit_id", "rows"]
    return table.sort_values(keys, kind="stable", ignore_index=True)[list(COLUMNS)]


def _expected(
    flags: pd.DataFrame, looked: Mapping[str, int], chance: Mapping[str, float]
) -> pd.DataFrame:
    counts = flags["check"].value_counts()
    rows = [
        (
            family,
            check,
            looked.get(check),
            int(counts.get(check, 0)),
            chance.get(check, 0.0),
            float(stats.poisson.ppf(MOST, chance[check])) if chance.get(check) else 0.0,
            "bh" if check == "year-end-rush" else "placebo" if check in chance else "fact",
        )
        for check, family in FAMILY.items()
    ]
    columns = ["check", "looked", "flags", "expected_false", "most_false", "how"]
    return pd.DataFrame(rows, columns=["family", *columns]).astype({"looked": "Int64"})


def as_year_flags(flags: pd.DataFrame) -> pd.DataFrame:
    """`money_flags` as rows of `perfanalysis.data.flags`, largest first inside each check."""
    place = {check: number for number, check in enumerate(FAMILY)}
    table = flags.assign(_place=flags["check"].map(place), _money=-flags["money_wan"])
    table = table.sort_values(["_place", "_money", "project_id"], kind="stable")
    columns = {"check": "kind", "money_wan": "amount_wan", "rows": "where"}
    named = table.rename(columns=columns)[list(FLAG_COLUMNS)]
    return flags_frame(named.itertuples(index=False, name=None))


__all__ = [
    "COLUMNS",
    "FAMILIES",
    "FAMILY",
    "HISTORY",
    "SEVERITIES",
    "MoneyScreen",
    "as_year_flags",
    "money_flags",
    "screen_money",
]
