"""Convert Japan's project review sheets (行政事業レビューシート) into a perfanalysis workspace.

Reads the files sheets, budgets, outcomes and outputs (``.csv.gz``, one row a sheet, a sheet and
fiscal year, or an indicator and fiscal year) and writes, for one review year, a folder that
``perfanalysis run --suite OUT/suite.toml`` can run. See README.md for what becomes what.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
NOTEBOOKS = ("00_data_quality", "30_unit", "60_district")
GROUP_POINTS = 50_00  # hundredths: outputs and outcomes weigh the same
LEVELS = {"output": "活動指標", "benefit": "成果指標"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="folder with sheets.csv.gz and the others")
    parser.add_argument("out", type=Path, help="folder of the workspace to write")
    parser.add_argument("--review-year", type=int, default=2019)
    options = parser.parse_args()
    convert(options.source, options.out, review_year=options.review_year)


def convert(source: Path, out: Path, *, review_year: int) -> None:
    """Write the workspace of one review year.

    Parameters
    ----------
    source : Path
        Folder of the four source files.
    out : Path
        Folder to write: suite.toml, link.toml, rules, notebooks, ``data/<fiscal year evaluated>``,
        and for linkage the initial budget of the year after and the request for the one after that.
    review_year : int
        Year the sheets were published; they evaluate the fiscal year before it.
    """
    fiscal_year = review_year - 1
    sheets = read(source, "sheets", review_year)
    if sheets.empty:
        raise SystemExit(f"no sheets of review year {review_year} in {source}")
    tables = {
        "units": units(sheets),
        "projects": projects(sheets, fiscal_year),
        "funds": funds(read(source, "budgets", review_year, fiscal_year)),
        "indicators": indicators(
            read(source, "outputs", review_year, fiscal_year).rename(columns={"planned": "target"}),
            read(source, "outcomes", review_year, fiscal_year),
        ),
    }
    write_year(out, fiscal_year, tables)
    base = read(source, "budgets", review_year, review_year)
    write_year(
        out,
        review_year,
        {
            "units": tables["units"],
            "projects": projects(sheets, review_year).assign(is_self_evaluated="否"),
            "funds": funds(base)[["project_id", "fund_source", "initial_wan"]],
        },
    )
    asked = read(source, "budgets", review_year, review_year + 1)
    write_year(
        out,
        review_year + 1,
        {"budget_requests": requests(asked, tables["projects"])},
    )
    write_settings(out, review_year)


def write_year(out: Path, budget_year: int, tables: dict[str, pd.DataFrame]) -> None:
    """Write the tables of a budget year as CSV."""
    folder = out / "data" / str(budget_year)
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def read(source: Path, name: str, review_year: int, fiscal_year: int | None = None) -> pd.DataFrame:
    """Rows of one review year (and fiscal year) as text, just as they were published."""
    table = pd.read_csv(source / f"{name}.csv.gz", dtype=str, keep_default_na=False)
    table = table[table["pub_year"] == str(review_year)]
    if fiscal_year is not None:
        table = table[table["fiscal_year"] == str(fiscal_year)]
    return table.reset_index(drop=True)


def unit_ids(sheets: pd.DataFrame) -> dict[str, str]:
    """Ministry to id, in the order in which the ministries are published."""
    return {name: f"M{n:02d}" for n, name in enumerate(sheets["ministry"].unique(), 1)}


def units(sheets: pd.DataFrame) -> pd.DataFrame:
    """Ministries: every one is its own department."""
    ids = unit_ids(sheets)
    return pd.DataFrame(
        {
            "unit_id": list(ids.values()),
            "name": list(ids),
            "department_id": list(ids.values()),
            "finance_section": "—",
            "sector": "中央府省",
            "level": 1,
        }
    )


def projects(sheets: pd.DataFrame, fiscal_year: int) -> pd.DataFrame:
    """Sheets: the account is the category, and as near as it goes the kind of fund."""
    start, end = whole_year(sheets["start_year"]), whole_year(sheets["end_year"])
    kind = pd.Series("government_fund", index=sheets.index)
    kind = kind.mask(sheets["account"].str.contains("労働保険|年金"), "social_insurance")
    kind = kind.mask(
        sheets["account"].str.contains("一般会計") | (sheets["account"] == ""), "general"
    )
    lasting = pd.Series("continuing", index=sheets.index)
    lasting = lasting.mask(end.isna(), "recurring").mask((start == end).fillna(False), "one_off")
    return pd.DataFrame(
        {
            "project_id": sheets["sheet_id"],
            "unit_id": sheets["ministry"].map(unit_ids(sheets)),
            "name": sheets["project_name"],
            "category": sheets["account"],
            "fund_kind": kind,
            "special_kind": "none",
            "project_type": lasting,
            "is_self_evaluated": "是",
            "is_monitored": "否",
            "is_key": "否",
            "is_special": "否",
            "start": day(start, "04-01"),
            "end": day(end + 1, "03-31"),
            "source_cell": sheets["path"],
        }
    )


def whole_year(text: pd.Series) -> pd.Series:
    """Years as published; missing where it is not one."""
    years = pd.to_numeric(text, errors="coerce")
    return years.where(years.between(1868, 2100)).astype("Int64")


def day(years: pd.Series, month_and_day: str) -> pd.Series:
    """A day of each year, as ISO text; the fiscal year runs from 1 April to 31 March."""
    return years.astype("string").str.cat([f"-{month_and_day}"] * len(years)).fillna("")


def funds(budgets: pd.DataFrame) -> pd.DataFrame:
    """One line a sheet, in million yen; money carried out is negative in the source."""
    carried_out = pd.to_numeric(budgets["carried_out"])
    return pd.DataFrame(
        {
            "project_id": budgets["sheet_id"],
            "fund_source": "total",
            "initial_wan": budgets["initial"],
            "annual_wan": budgets["budget_total"],
            "executed_wan": budgets["executed"],
            "carried_in_wan": budgets["carried_in"],
            "carried_out_wan": (0 - carried_out).where(carried_out.notna()),
        }
    )


def requests(asked: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """What each sheet asks for; a sheet without an amount asks for nothing."""
    made = asked.loc[asked["request"] != "", ["sheet_id", "request"]]
    made = made.rename(columns={"sheet_id": "project_id", "request": "requested_wan"})
    identity = known[["project_id", "unit_id", "name", "fund_kind"]]
    return identity.merge(made, on="project_id")


def indicators(outputs: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Outputs and outcomes of the year, with equal points inside each group of a project."""
    parts = []
    for level1, lines in (("output", outputs), ("benefit", outcomes)):
        number = pd.to_numeric(lines["k"]) + 1
        parts.append(
            pd.DataFrame(
                {
                    "indicator_id": lines["sheet_id"]
                    + f"-{level1[:1].upper()}"
                    + number.astype(str),
                    "project_id": lines["sheet_id"],
                    "level1": level1,
                    "level2": LEVELS[level1],
                    "level3": LEVELS[level1] + number.astype(str),
                    "op": "at_least",
                    "target": lines["target"],
                    "measure_unit": lines["unit"],
                    "points": equal_points(lines["sheet_id"]),
                    "actual": lines["actual"],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def equal_points(project: pd.Series) -> pd.Series:
    """Share the points of a group in hundredths; what is over goes to its first lines."""
    of = project.groupby(project)
    count, position = of.transform("size"), of.cumcount()
    hundredths = GROUP_POINTS // count + (position < GROUP_POINTS % count)
    return hundredths / 100


def write_settings(out: Path, review_year: int) -> None:
    """Write suite.toml and the rule file, and copy the notebooks that apply."""
    (out / "rules").mkdir(parents=True, exist_ok=True)
    (out / "notebooks").mkdir(exist_ok=True)
    text = (HERE / "suite.toml").read_text("utf-8")
    text = text.replace("2018", str(review_year - 1)).replace("2019", str(review_year))
    (out / "suite.toml").write_text(text, "utf-8")
    (out / "link.toml").write_text(link_settings(text, review_year), "utf-8")
    shutil.copyfile(HERE / "rules.yaml", out / "rules" / "japan.yaml")
    for name in NOTEBOOKS:
        shutil.copyfile(
            HERE.parents[1] / "notebooks" / f"{name}.ipynb", out / "notebooks" / f"{name}.ipynb"
        )


def link_settings(text: str, review_year: int) -> str:
    """The settings of linkage: the work year is the one of the base, results are a year older."""
    values = {"work_year": review_year, "evaluation": -1, "requests": 1}
    lines = [
        f"{name} = {values[name]}" if (name := line.partition(" =")[0]) in values else line
        for line in text.splitlines()
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
