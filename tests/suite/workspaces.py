"""A workspace of three units and two notebooks, small enough to run in a test."""

import pandas as pd
from tiny_notebooks import make_notebook

SETTINGS = """\
work_year = 2021
[district]
name = "示例区"
sample = true
[engagement]
client = "示例区财政局"
agency = "示例机构"
lead_evaluator = "甲某"
report_date = 2021-11-30
[publish]
public = ["60_*"]
"""
DECLARED = (
    "work_year = 2021  # 工作年度\ndata_dir = '../data'\nsuite_file = '../suite.toml'\n"
    "lang = 'zh'\nedition = 'internal'\n"
)
UNIT = """\
import sys

from perfanalysis.report.page import Page

page = Page("30_unit", lang=lang, sample=True)
page.header(f"单位 {unit_id}", {"年度": str(work_year)}, listing={"projects": 1})
print("给自己看的", file=sys.stderr)
"""
UNIT_BODY = 'page.findings([f"{unit_id} 有{10 // (3 - int(unit_id))}个项目。"])'
DISTRICT = """\
from perfanalysis.report.page import Page
from perfanalysis.report.public import Public

public = Public() if edition == "public" else None
page = Page("60_district", lang=lang, sample=True, public=public)
page.header("全区")
"""
UNITS = ["001", "002", "004"]


def make_year(folder, units=UNITS):
    """The tables that no report can do without."""
    folder.mkdir(parents=True)
    pd.DataFrame(
        {
            "unit_id": units,
            "name": [f"{unit}局" for unit in units],
            "department_id": units,
            "finance_section": "科",
            "sector": "教育",
            "level": 1,
        }
    ).to_csv(folder / "units.csv", index=False)
    pd.DataFrame(
        {
            "project_id": [f"P{unit}" for unit in units],
            "unit_id": units,
            "name": "项目",
            "fund_kind": "general",
            "special_kind": "none",
            "project_type": "recurring",
            "is_self_evaluated": "是",
            "is_monitored": "是",
            "is_key": "否",
            "is_special": "否",
        }
    ).to_csv(folder / "projects.csv", index=False)
    pd.DataFrame(
        {
            "project_id": [f"P{unit}" for unit in units],
            "fund_source": "total",
            "annual_wan": 10,
            "executed_wan": 8,
        }
    ).to_csv(folder / "funds.csv", index=False)


def make_workspace(root):
    """suite.toml, two budget years, and a notebook each of scope unit and district."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "suite.toml").write_text(SETTINGS, "utf-8")
    for year in (2020, 2021):
        make_year(root / "data" / str(year))
    (root / "notebooks").mkdir()
    make_notebook(
        root / "notebooks" / "30_unit.ipynb",
        DECLARED + "unit_id = ''",
        UNIT,
        UNIT_BODY,
        about={"scope": "unit", "title": {"zh": "单位报告", "en": "Units"}},
        tags={0: ["parameters"]},
    )
    make_notebook(
        root / "notebooks" / "60_district.ipynb",
        DECLARED,
        DISTRICT,
        about={"scope": "district", "title": {"zh": "全区分析", "en": "District"}},
        tags={0: ["parameters"]},
    )
    return root


def tree(folder):
    """Every file below a folder: its path from there to its bytes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
