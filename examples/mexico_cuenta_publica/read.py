"""Read Mexico's federal accounts by programme: the panel, or the ministry's own workbook of a year.

Usage: python read.py FILE, where FILE is ``mx_programme_panel.csv`` or a workbook such as
``2019.xls``. Prints how many of the ministry's printed rates the program's own equal.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from perfanalysis.data.codebook import codebook
from perfanalysis.data.tables import YearData
from perfanalysis.data.typed import empty_table
from perfanalysis.money.execution import execution_rates

AMOUNTS = {
    "Aprobado": "approved",
    "Modificado": "modified",
    "Ejercicio": "executed",
    "Porcentaje Ejer/Aprob": "pct_exec_approved_published",
    "Porcentaje Ejer/Modif": "pct_exec_modified_published",
}
BASES = {
    "pct_exec_approved_published": "approved",
    "pct_exec_modified_published": "modified",
}
BRANCH, LABEL, TOTAL = slice(1, 5), 6, 17  # columns of the workbook, from 0
PROGRAMME = 5
THOUSAND = 1000  # the tables are kept in thousand pesos
WITHIN = 0.05  # percentage points


def read_panel(file: Path) -> pd.DataFrame:
    """Return one row a line and year: the columns of `AMOUNTS`, in pesos, ``year``, ``line``."""
    if file.suffix == ".csv":
        table = pd.read_csv(file)
        return table.assign(line=range(len(table)))
    return read_workbook(file, int(file.stem))


def read_workbook(file: Path, year: int) -> pd.DataFrame:
    """Return the lines of the ministry's workbook: a heading, then a row an amount.

    A heading is a row with a name in one of the columns of the branches, or with a programme.
    """
    sheet = pd.read_excel(file, header=None, engine="calamine")
    labels = sheet[LABEL].map(AMOUNTS)
    heading = sheet.iloc[:, BRANCH].notna().any(axis=1) | sheet[PROGRAMME].notna()
    amounts = sheet.assign(line=(heading & labels.isna()).cumsum(), label=labels)
    amounts = amounts[labels.notna()]
    values = pd.to_numeric(amounts[TOTAL], errors="coerce")
    return (
        values.groupby([amounts["line"], amounts["label"]])
        .first()
        .unstack()
        .rename_axis(columns=None)
        .reset_index()
        .assign(year=year)
    )


def year_of(lines: pd.DataFrame, base: str) -> YearData:
    """Return the lines of one year as a budget year; `base` is its annual budget."""
    tables = {name: empty_table(table) for name, table in codebook().items()}
    ids = lines["line"].map("L{:05d}".format)
    text = {"unit_id": "MX", "name": "programa", "fund_kind": "general"}
    projects = pd.DataFrame({"project_id": ids, **text})
    money = {
        "annual_wan": lines[base] / THOUSAND,
        "executed_wan": lines["executed"] / THOUSAND,
    }
    funds = pd.DataFrame({"project_id": ids, "fund_source": "total", **money})
    for name, frame in (("projects", projects), ("funds", funds)):
        tables[name] = frame.reindex(columns=tables[name].columns)
    return YearData(int(lines["year"].iloc[0]), tables, {}, ())


def compare(panel: pd.DataFrame) -> pd.DataFrame:
    """Compare the program's execution rates with the printed ones.

    Returns
    -------
    DataFrame
        One row a year and printed rate: ``year``, ``rate``, ``printed`` (number that are not 0,
        over a budget above 0: where the budget is 0 or grew much the ministry prints 0),
        ``within`` (number within 0.05 percentage points), ``largest`` (difference).
    """
    rows = []
    for year, lines in panel.groupby("year"):
        for column, base in BASES.items():
            printed = lines[lines[column].notna() & (lines[column] != 0) & (lines[base] > 0)]
            rates = execution_rates(year_of(printed, base), by="project")["execution_rate"]
            gap = np.abs(100 * rates.to_numpy() - printed.sort_values("line")[column].to_numpy())
            within = int((gap <= WITHIN + 1e-9).sum())
            rows.append((year, column, len(printed), within, gap.max(initial=0.0)))
    return pd.DataFrame(rows, columns=["year", "rate", "printed", "within", "largest"])


if __name__ == "__main__":
    print(compare(read_panel(Path(sys.argv[1]))).to_string(index=False))
