"""Did the budgets of Japan's ministries follow results? The linkage model on six review years.

Usage: python examples/japan_review/followed.py PATH/TO/japan_review_sheets build/japan

Reads ``panel_2015_2020.csv.gz``, runs ``budgets_followed.ipynb`` through the suite's engine, and
writes the executed notebook and its page ``budgets_followed.html``.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from perfanalysis.errors import DataError
from perfanalysis.linkage.inference import (
    Effect,
    adjusted_p_values,
    effects_frame,
    estimate_effects,
)
from perfanalysis.linkage.realised import BASE, BudgetModel, Realised, follow_budgets
from perfanalysis.linkage.wild import DRAWS

HERE = Path(__file__).parent
FILE = "panel_2015_2020.csv.gz"
SEED = 20210501
MOST_RATE = 200.0
"""Execution rates outside 0 to this are slips of the sheet, not spending."""
OUTCOMES = {"budget": "下一年度当初预算", "request": "下一年度概算要求"}
COMPONENTS = {"achievement": "成果达成率", "execution": "上年度执行率"}
LEFT_OUT = {
    "no_achievement": "没有成果达成率（没有可计算的成果指标）",
    "no_execution": "没有上年度执行率",
    "far_execution": "上年度执行率不在0至200%之间",
    "no_base": "本年度没有当初预算",
}
GONE = {"budget": "没有公布下一年度当初预算，或为零", "request": "没有概算要求，或为零"}
LINES = {
    "crv3": "CRV3（聚类刀切法）",
    "held": "固定基数的系数为1（只解释增长）",
    "without_largest": "去掉三个最大的府省",
    "huber": "Huber 稳健回归",
    "pooled": "府省效应部分合并",
    "small": "基数较小的一半事业",
    "large": "基数较大的一半事业",
    "project": "标准误按事业聚类",
}


@dataclass(frozen=True)
class Followed:
    """What the page shows.

    Attributes
    ----------
    sheets : int
        Project-years of the source.
    rows : dict of str to int
        Project-years in the model, by outcome.
    left_out : DataFrame
        ``reason`` (Chinese), ``projects``: by the first reason that holds.
    effects : DataFrame
        One row an outcome and component: ``outcome``, ``label``, ``Realised.effects``.
    lines : DataFrame
        ``outcome``, ``line``, ``label`` and ``Realised.robust``.
    ministries : DataFrame
        One row an outcome, ministry and component: ``outcome``, ``ministry``, ``regressor``,
        ``label``, `Effect`'s attributes, ``p_adjusted``, ``verdict`` (Chinese).

    Notes
    -----
    Estimates are log points of money for a percentage point.
    """

    sheets: int
    rows: dict[str, int]
    left_out: pd.DataFrame
    effects: pd.DataFrame
    lines: pd.DataFrame
    ministries: pd.DataFrame

    @property
    def shown(self) -> pd.DataFrame:
        """`effects` as relative changes."""
        return _relative(self.effects)

    @property
    def shown_lines(self) -> pd.DataFrame:
        """`lines` as relative changes."""
        return _relative(self.lines)

    def of_ministries(self, outcome: str, component: str = "") -> pd.DataFrame:
        """The rows of `ministries` of an outcome (and component), as relative changes."""
        own = self.ministries[self.ministries["outcome"] == outcome]
        own = own[own["regressor"] == component] if component else own
        return _relative(own.assign(component=own["regressor"].map(COMPONENTS)))


def read_panel(file: Path) -> pd.DataFrame:
    """Return every project-year of the panel, and why it is left out of the model.

    Returns
    -------
    DataFrame
        ``project``, ``ministry``, ``year`` (of the review), ``base`` (initial budget of that
        fiscal year), ``budget`` (of the next), ``request`` (for the next; million yen),
        ``achievement`` (mean of the outcome lines of the year before, capped to 0 to 100, in
        percent, as points are), ``execution`` (executed ÷ budget of the year before, in percent),
        ``reason`` (code of `LEFT_OUT`, empty where none holds).
    """
    source = pd.read_csv(file)
    table = pd.DataFrame(
        {
            "project": source["project_id"],
            "ministry": source["ministry"],
            "year": source["pub_year"],
            "base": source["initial_this_fy"],
            "budget": source["initial_next_fy"],
            "request": source["request_next_fy"],
            "achievement": source["outcome_ach_mean"].clip(0, 100),
            "execution": source["exec_rate_prev_fy"],
        }
    )
    rate = table["execution"]
    cases = {
        "no_achievement": table["achievement"].isna(),
        "no_execution": rate.isna(),
        "far_execution": ~rate.between(0, MOST_RATE),
        "no_base": ~(table["base"] > 0),
    }
    return table.assign(reason=np.select(list(cases.values()), list(cases), ""))


def ask_all(panel: pd.DataFrame, *, draws: int = DRAWS) -> Followed:
    """Ask of all ministries together, and of each, whether money followed results.

    Parameters
    ----------
    panel : DataFrame
        See `read_panel`.
    draws : int
        Of the wild bootstrap.
    """
    usable = panel[panel["reason"] == ""]
    asked = {outcome: usable[usable[outcome] > 0] for outcome in OUTCOMES}
    found = {outcome: _together(rows, outcome, draws) for outcome, rows in asked.items()}
    effects = [each.effects.assign(outcome=outcome) for outcome, each in found.items()]
    lines = [each.robust.assign(outcome=outcome) for outcome, each in found.items()]
    lines += [
        _frame(_by_project(rows, outcome, ["ministry", "year"])).assign(
            outcome=outcome, line="project"
        )
        for outcome, rows in asked.items()
    ]
    table = pd.concat(effects, ignore_index=True)
    return Followed(
        sheets=len(panel),
        rows={outcome: len(rows) for outcome, rows in asked.items()},
        left_out=_left_out(panel, usable, asked),
        effects=_labelled(
            table.assign(p_adjusted=adjusted_p_values(table["p"].to_numpy("float64")))
        ),
        lines=_labelled(pd.concat(lines, ignore_index=True)),
        ministries=_ministries(asked),
    )


def _together(rows: pd.DataFrame, outcome: str, draws: int) -> Realised:
    """The model of the district's page, with ministries for units."""
    model = BudgetModel(
        outcome=outcome, base="base", components=tuple(COMPONENTS), unit="ministry",
        effects=("year",),
    )  # fmt: skip
    return follow_budgets(rows, seed=SEED, model=model, draws=draws, family=outcome)


def _by_project(rows: pd.DataFrame, outcome: str, effects: list[str]) -> tuple[Effect, ...]:
    """The same model with errors clustered by project."""
    table = rows.assign(ln_outcome=np.log(rows[outcome]), **{BASE: np.log(rows["base"])})
    return estimate_effects(
        table, outcome="ln_outcome", regressors=[BASE, *COMPONENTS], cluster="project",
        effects=effects,
    )  # fmt: skip


def _frame(effects: tuple[Effect, ...]) -> pd.DataFrame:
    table = effects_frame(effects)
    return table[table["regressor"] != BASE]


def _ministries(asked: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Each ministry by itself, errors clustered by project; one family of tests."""
    parts = []
    for outcome, rows in asked.items():
        for ministry, own in rows.groupby("ministry", sort=True):
            try:
                found = _frame(_by_project(own, outcome, ["year"]))
            except DataError as error:
                facts = {"n": len(own), "clusters": own["project"].nunique()}
                found = pd.DataFrame(
                    {"regressor": list(COMPONENTS), **facts, "refused": str(error)}
                )
            parts.append(found.assign(outcome=outcome, ministry=ministry))
    table = pd.concat(parts, ignore_index=True)
    table["p_adjusted"] = adjusted_p_values(table["p"].to_numpy("float64"))
    refused = table["p"].isna()
    table.loc[refused, ["estimate", "se"]] = np.nan
    firm = table["p_adjusted"] <= 0.05
    said = np.select(
        [refused, firm & (table["estimate"] > 0), firm, table["p"] <= 0.05],
        ["不推断", "多", "少", "校正后看不出"],
        "看不出",
    )
    return _labelled(table.assign(verdict=said))


def _left_out(
    panel: pd.DataFrame, usable: pd.DataFrame, asked: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    counts = panel["reason"].value_counts().reindex(list(LEFT_OUT), fill_value=0)
    rows = [(LEFT_OUT[code], int(number)) for code, number in counts.items()]
    rows += [
        (f"{GONE[outcome]}（只影响“{label}”）", len(usable) - len(asked[outcome]))
        for outcome, label in OUTCOMES.items()
    ]
    return pd.DataFrame(rows, columns=["reason", "projects"])


def _labelled(table: pd.DataFrame) -> pd.DataFrame:
    words = table["outcome"].map(OUTCOMES) + "：" + table["regressor"].map(COMPONENTS)
    return table.assign(label=words)


def _relative(table: pd.DataFrame) -> pd.DataFrame:
    """Log points as relative changes."""
    columns = [name for name in ("estimate", "low", "high", "mde") if name in table]
    changes = {name: np.expm1(table[name].astype("float64")) for name in columns}
    return table.assign(**changes).reset_index(drop=True)


def conclusions(found: Followed) -> list[str]:
    """One sentence an outcome and component, chosen by the interval; then what ministries show."""
    sentences = []
    for row in found.effects.itertuples():
        what = f"{COMPONENTS[row.regressor]}每高1个百分点，{OUTCOMES[row.outcome]}"
        ends = f"95%区间{_percent(row.low)}至{_percent(row.high)}"
        if row.refused:
            sentences.append(f"{what}是否变动，不作推断：{row.refused}。")
        elif row.low > 0 or row.high < 0:
            adjusted = f"同组四项检验校正后p值{row.p_adjusted:.3f}"
            sentences.append(f"{what}变动{_percent(row.estimate)}（{ends}；{adjusted}）。")
        else:
            mde = f"小于{100 * np.expm1(row.mde):.2f}%的影响本来就看不出"
            sentences.append(f"看不出{what}是否变动：{ends}，包含零；{mde}。")
    own = found.ministries[found.ministries["p"].notna()]
    firm = own[own["p_adjusted"] <= 0.05]
    sentences.append(
        f"逐个府省的{len(own)}项检验经 Benjamini–Hochberg 校正后，{len(firm)}项的区间与零分得开"
        f"（若都没有影响，未校正时预计约{0.05 * len(own):.0f}项会误报）。"
    )
    return sentences


def _percent(change: float) -> str:
    return f"{100 * np.expm1(change):+.2f}%"


def make_page(source: Path, out: Path) -> Path:
    """Run the notebook and write its page.

    Raises
    ------
    SystemExit
        If the notebook fails.
    """
    from perfanalysis.report.site import render_page
    from perfanalysis.report.templating import assets
    from perfanalysis.suite.execute import execute

    out.mkdir(parents=True, exist_ok=True)
    executed = execute(
        HERE / "budgets_followed.ipynb",
        out / "budgets_followed.ipynb",
        {"panel_file": str((source / FILE).resolve())},
        engine="forked",
        cwd=HERE,
    )
    if executed.failure is not None or executed.notebook is None:
        raise SystemExit(f"budgets_followed.ipynb: {executed.failure}")
    for name, content in assets().items():
        (out / name).write_text(content, "utf-8", newline="\n")
    page = out / "budgets_followed.html"
    page.write_text(render_page(executed.notebook), "utf-8", newline="\n")
    return page


def main() -> None:
    """Make the page and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="folder with " + FILE)
    parser.add_argument("out", type=Path, help="folder to write into")
    options = parser.parse_args()
    print(make_page(options.source, options.out))


if __name__ == "__main__":
    main()
