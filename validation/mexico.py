"""Execution rates of Mexico's federal programmes against those that the ministry prints."""

from __future__ import annotations

import runpy
from collections.abc import Iterator

import pandas as pd

from validation.section import ROOT, Section, Table, shared

FOLDER = ("data", "mexico_cuenta_publica")
RATES = {
    "pct_exec_approved_published": "executed ÷ approved",
    "pct_exec_modified_published": "executed ÷ modified",
}


def execution() -> Iterator[Table]:
    """Make the tables of the panel and of the ministry's own workbook of 2019."""
    example = runpy.run_path(str(ROOT / "examples" / "mexico_cuenta_publica" / "read.py"))
    files = {"panel": "mx_programme_panel.csv", "workbook": "2019.xls"}
    found = {
        name: example["compare"](example["read_panel"](shared(*FOLDER, file)))
        for name, file in files.items()
    }
    yield Table(
        _summed(found["panel"]),
        "All years of the panel: rates over a budget above 0 that are not printed as 0. 2014 is "
        "printed to one decimal, which is where the largest difference comes from.",
    )
    yield Table(
        _summed(found["workbook"]), "The ministry's own workbook of 2019 through the same reader."
    )


def _summed(compared: pd.DataFrame) -> pd.DataFrame:
    summed = compared.groupby("rate", sort=False).agg(
        years=("year", "nunique"), printed=("printed", "sum"), within=("within", "sum"),
        largest=("largest", "max"),
    )  # fmt: skip
    return pd.DataFrame(
        {
            "rate": summed.index.map(RATES),
            "years": summed["years"],
            "printed": summed["printed"],
            "equal within 0.05 points": summed["within"],
            "largest difference, points": summed["largest"].round(3),
        }
    )


SECTIONS = (
    Section(
        "mexico-execution",
        "Execution rates: Mexico's federal programmes",
        "Cuenta Pública, Secretaría de Hacienda; ../shared/data/mexico_cuenta_publica.",
        execution,
    ),
)
