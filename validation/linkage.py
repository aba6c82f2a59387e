"""Linkage: errors that others published, size of the tests, the planted effect, and real money."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import numpy as np
import pandas as pd

from validation.linkage_coverage import SEEDS, estimates, measure_coverage
from validation.linkage_published import compare_grunfeld, compare_petersen
from validation.linkage_size import DRAWS, RESAMPLES, measure_size
from validation.section import ROOT, Section, Table, shared

TESTS = {
    "cr1_normal": "CR1, normal (the default of statsmodels)",
    "cr1_t": "CR1, t(66)",
    "crv3": "CRV3, t(66)",
    "cr2": "CR2, Satterthwaite",
    "wild": "restricted wild cluster bootstrap",
    "randomisation": "randomisation inference",
}
WORDS = {
    "budget": "next initial budget",
    "request": "request",
    "achievement": "achievement",
    "execution": "execution",
}


def published() -> Iterator[Table]:
    """Make Petersen's table and Grunfeld's fixed effects."""
    petersen = compare_petersen(shared("data", "reference", "sandwich_PetersenCL.csv"))
    grunfeld = compare_grunfeld(shared("data", "reference", "plm_Grunfeld.csv"))
    yield Table(
        petersen.round({"ours": 5}),
        "Petersen (2009), 5,000 rows, 500 firms, 10 years: slope, constant, and standard errors of "
        "the slope; by firm and by year as he prints them, with Stata's correction (CR1). Fama and "
        "MacBeth's errors are no method of this program.",
    )
    yield Table(
        grunfeld.round({"ours": 6}),
        "Grunfeld (1958), 10 firms, 20 years: investment on value and capital, effects of firms.",
    )


def size() -> Iterator[Table]:
    """Make the table of rejection rates."""
    found = measure_size()
    percent = {name: (100 * found[name]).round(1) for name in ("rate", "error", "note")}
    yield Table(
        pd.DataFrame(
            {
                "treated units": found["treated"],
                "test": found["test"].map(TESTS),
                "rejects, %": percent["rate"],
                "± (1 s.e.)": percent["error"],
                "the method note, %": percent["note"],
                "mean CR2 df": found["df"].round(1),
                "the program prints p": np.where(
                    found["printed"], "yes", "no: describes the cases"
                ),
            }
        ),
        f"Share of true null hypotheses rejected at 5%: 67 units × 4 years, {DRAWS:,} panels for "
        f"each number of treated units, {RESAMPLES} resamples each; the treatment is the unit's, "
        "years have effects, two years of a unit correlate by 0.8.",
    )


def planted() -> Iterator[Table]:
    """Make the table of coverage."""
    found = measure_coverage(estimates())
    yield Table(
        found.round({"mean": 5, "sd": 5, "mean_se": 5, "covered": 3, "error": 3, "found": 3}),
        f"{len(SEEDS)} districts of the sample's size (67 units, 2019–2023, requests of 2024) by "
        "the sample's own generator, defects and all; the four tables that linkage reads are "
        "written, loaded and reviewed as any data is. Log points of budget a point of result, and "
        "a percentage point of execution; intervals of 95% (CR2). `error` is the standard error of "
        "`covered` if 95% is right; `found` is the share of intervals without 0.",
    )


def japan() -> Iterator[Table]:
    """Make the tables of Japan's ministries."""
    followed = _example("japan_review", "followed")
    source = shared("data", "japan_review_sheets", followed.FILE)
    found = followed.ask_all(followed.read_panel(source))
    yield Table(
        _effects(found.effects, named=True),
        f"{found.sheets:,} project-years; per percentage point, as % of money: ln of the amount on "
        "ln of this year's initial budget, achievement and execution of the year before, effects "
        "of ministry and year; errors by ministry.",
    )
    lines = found.lines.assign(line=found.lines["line"].str.replace("_", " "))
    yield Table(
        _effects(lines, named=True, first={"way": lines["line"]}, tested=False),
        "The same in other ways; `project`: errors by project instead.",
    )
    each = found.ministries
    for outcome in followed.OUTCOMES:
        own = each[each["outcome"] == outcome]
        table = _effects(own, named=True, first={"ministry": own["ministry"]})
        yield Table(
            table.drop(columns="amount"),
            f"Each ministry by itself, {WORDS[outcome]}; errors by project; adjusted p over all "
            f"{int(each['p'].notna().sum())} tests of both tables.",
        )
    yield Table(
        pd.DataFrame(
            {
                "tests": [int(each["p"].notna().sum())],
                "p ≤ 0.05 as it stands": [int((each["p"] <= 0.05).sum())],
                "p ≤ 0.05 adjusted": [int((each["p_adjusted"] <= 0.05).sum())],
            }
        ),
        "What the tests of single ministries come to.",
    )


def mexico() -> Iterator[Table]:
    """Make the table of Mexico's programmes."""
    example = _example("mexico_cuenta_publica", "next_budget")
    file = shared("data", "mexico_cuenta_publica", "mx_programme_panel.csv")
    found = example.compare(example.read_pairs(file))
    yield Table(
        _effects(
            found,
            first={
                "question": found["what"],
                "errors by": found["by"].replace("ramo", "ministry"),
            },
        ),
        "Per percentage point of execution, as % of the approved budget. Naive: growth from Y to "
        "Y + 1 on execution of Y, which share the budget of Y; right: ln of the budget of Y + 2 on "
        "ln of that of Y + 1 and on execution of Y; both with effects of ministry and year. Below, "
        "the same of programmes whose budgets are drawn so that nothing follows anything.",
    )


def _example(folder: str, module: str) -> ModuleType:
    path = str(ROOT / "examples" / folder)
    sys.path.insert(0, path)
    try:
        return import_module(module)
    finally:
        sys.path.remove(path)


def _effects(
    table: pd.DataFrame,
    *,
    named: bool = False,
    first: dict[str, pd.Series] | None = None,
    tested: bool = True,
) -> pd.DataFrame:
    """Estimates in log points as percent; refused ones without a figure."""
    columns = dict(first or {})
    if named:
        columns["amount"] = table["outcome"].map(WORDS)
        columns["follows"] = table["regressor"].map(WORDS)
    columns |= {"n": table["n"], "clusters": table["clusters"]}
    known = table["low"].notna()
    for name in ("estimate", "low", "high"):
        change = np.expm1(table[name].astype("float64").where(known))
        columns[name + ", %"] = (100 * change).round(3)
    if tested:
        columns["df"] = table["df"].round(1)
        tests = {"p": "p", "wild_p": "bootstrap p", "p_adjusted": "adjusted p"}
        columns |= {said: _p(table[name]) for name, said in tests.items() if name in table}
        columns["least seen, %"] = (100 * np.expm1(table["mde"].astype("float64"))).round(3)
    return pd.DataFrame(columns)


def _p(values: pd.Series) -> pd.Series:
    return values.map("{:.2g}".format, na_action="ignore")


SECTIONS = (
    Section(
        "linkage-published",
        "Clustered errors and fixed effects",
        "Petersen (2009), Review of Financial Studies 22(1), and the table with his test data; "
        "Croissant and Millo (2008), Journal of Statistical Software 27(2). CR2 and its degrees of "
        "freedom are held against clubSandwich in tests/reference.",
        published,
    ),
    Section(
        "linkage-size",
        "Size of the tests with few treated units",
        "an independent simulation made for the method note before this code (1,000 draws).",
        size,
    ),
    Section(
        "linkage-planted",
        "The effect planted in the sample district",
        "data/planted.json: 0.015 log points of budget a point of result, none of execution.",
        planted,
    ),
    Section(
        "linkage-japan",
        "Did the budgets of Japan's ministries follow results?",
        "行政事業レビュー 2015–2020 (judgit/data, CC BY 4.0); no published answer. The page: "
        "examples/japan_review/followed.py.",
        japan,
    ),
    Section(
        "linkage-mexico",
        "Did Mexico's approved budgets follow execution?",
        "Cuenta Pública, Secretaría de Hacienda, 2013–2023; no published answer. "
        "examples/mexico_cuenta_publica/next_budget.py.",
        mexico,
    ),
)
