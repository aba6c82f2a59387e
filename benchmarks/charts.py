"""How long each kind of chart takes, made and drawn to bytes: milliseconds, and one JSON line.

Usage: python benchmarks/charts.py [--repeats 15]

Beside the time stands its ratio to an empty figure of the size of a chart of 20 rows, taken in
turn with it: what a machine that others use changes least. Everything drawn is made up.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from timing import interleaved, machine, print_last

from perfanalysis.report import charts
from perfanalysis.report.canvas import Chart, axes, figure_of, image_of
from perfanalysis.report.columns import money_col, score_col
from perfanalysis.report.text import texts
from perfanalysis.report.warm import warm_up

MOST_MS = 120.0  # one core, nothing else running
FLOORS = {"excellent": 90.0, "good": 80.0, "fair": 60.0, "poor": 0.0}
SAY = texts("common", "zh")


def empty() -> Chart:
    """Axes without anything, of the size of a chart of 20 rows."""
    panel = axes(5.44, left=1.5, right=1.0, top=0.34, bottom=0.1)
    return Chart(figure_of(panel), "空", "空", pd.DataFrame())


def made(count: int) -> pd.DataFrame:
    """So many units with long names, and numbers for every kind of chart."""
    draw = np.random.default_rng(2021)
    score = np.round(draw.uniform(55, 99, count), 2)
    grade = np.select(
        [score >= 90, score >= 80, score >= 60], ["excellent", "good", "fair"], "poor"
    )
    before = np.round(draw.uniform(60, 99, count), 2)
    return pd.DataFrame(
        {
            "name": [f"示例区城市管理综合行政执法局第{n}执法大队" for n in range(count)],
            "score": score,
            "grade": grade,
            "low": score - 3,
            "high": np.minimum(score + 3, 100),
            "lost": 100 - score,
            "wan": draw.lognormal(6, 1, count),
            "before": before,
            "average": (score + before) / 2,
            "difference": before - score,
            "flagged": draw.random(count) < 0.2,
            "reach": 4.0,
        }
    )


def monthly(count: int) -> pd.DataFrame:
    """Cumulative shares of so many kinds over twelve months."""
    months = np.arange(1, 13)
    parts = [
        pd.DataFrame({"name": f"类别{n}", "month": months, "share": (months / 12) ** (1 + n / 8)})
        for n in range(count)
    ]
    return pd.concat(parts, ignore_index=True).assign(elapsed=lambda rows: rows["month"] / 12)


def steps(count: int) -> pd.DataFrame:
    """Steps between two totals."""
    amounts = [1000.0, *[(-1.0) ** n * (n + 1) for n in range(count - 2)]]
    return pd.DataFrame(
        {
            "name": [f"第{n}步：核减上年结余资金" for n in range(count)],
            "wan": [*amounts, sum(amounts)],
            "total": [True, *[False] * (count - 2), True],
        }
    )


def kinds() -> dict[str, Callable[[], Chart]]:
    """Every kind of chart at the size that pages have at most, or nearly."""
    rows, band = made(20), pd.DataFrame({"month": range(1, 13)})
    band = band.assign(low=band["month"] / 15, high=band["month"] / 11)
    said = {"name": "name", "caption": "图", "say": SAY}
    curves = {"key": "name", "month": "month", "share": "share", "caption": "图", "say": SAY}
    dots = {"score": "score", "grade": "grade", "floors": FLOORS}
    money, score = money_col("金额"), score_col("得分")
    return {
        "empty figure": empty,
        "bars, 20": partial(
            charts.bars, rows, value="wan", column=money, flagged="flagged", **said
        ),
        "points lost, 20": partial(charts.points_lost, rows, lost="lost", **said),
        "grade dots, 20": partial(charts.grade_dots, rows, low="low", high="high", **dots, **said),
        "waterfall, 12": partial(
            charts.waterfall, steps(12), amount="wan", is_total="total", column=money, **said
        ),
        "coefficients, 20": partial(
            charts.coefficients, rows, estimate="score", low="low", high="high",
            detectable="reach", column=score, **said,
        ),
        "slope, 15": partial(
            charts.slope, rows.head(15), before="before", after="score",
            headings=("上年度", "本年度"), column=score, **said,
        ),
        "gap, 200": partial(
            charts.gap, made(200), average="average", difference="difference", mean=1.0,
            limits=(-25.0, 27.0), **said,
        ),
        "one panel": partial(
            charts.cumulative, monthly(1), elapsed="elapsed", band=band, **curves
        ),
        "twelve panels": partial(
            charts.cumulative, monthly(12), elapsed="elapsed", band=band, **curves
        ),
    }  # fmt: skip


def main() -> None:
    """Measure, print the table and the line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    warm_up("zh")
    ways = {
        name: (lambda make=make: image_of(make())) for name, make in kinds().items()
    }  # fmt: skip
    for way in ways.values():
        way()
    wall, busy = interleaved(ways, repeats=repeats)
    base = busy["empty figure"]
    print(f"{'chart':<20}{'ms':>8}{'of processor':>14}{'to empty':>10}")
    for name, seconds in busy.items():
        print(f"{name:<20}{wall[name] * 1e3:>8.0f}{seconds * 1e3:>14.0f}{seconds / base:>10.1f}")
    slow = sorted(name for name, seconds in busy.items() if seconds * 1e3 > MOST_MS)
    print_last(
        {
            "processor_ms": {name: round(each * 1e3, 1) for name, each in busy.items()},
            "ratio_to_empty": {name: round(each / base, 2) for name, each in busy.items()},
            "over_120_ms": slow,
            **machine(),
        }
    )


if __name__ == "__main__":
    main()
