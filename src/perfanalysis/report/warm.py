"""Pay once, before a worker forks, for what the first chart and the first table cost each report.

Fonts are read, their characters listed, tick marks and renderers imported, sentences parsed. A
fork finds all of it; nothing that is drawn here is shown or kept.
"""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

from perfanalysis.report import charts
from perfanalysis.report.canvas import image_of
from perfanalysis.report.catalogue import catalogue
from perfanalysis.report.columns import money_col, rate_col, score_col, text_col
from perfanalysis.report.tables import Table, table_html
from perfanalysis.report.templating import source
from perfanalysis.report.text import Lang, texts


def warm_up(lang: Lang) -> None:
    """Draw and lay out a little of everything that reports in a language have.

    Parameters
    ----------
    lang : {"zh", "en"}
    """
    for path in (files("perfanalysis.report") / "texts").iterdir():
        catalogue(path.name.removesuffix(".yaml"))
    source("content.css")
    say = texts("common", lang)
    rows = pd.DataFrame(
        {"name": ["甲", "乙"], "lost": [2.0, 1.0], "wan": [1.0, None], "share": 0.5}
    )
    months = pd.DataFrame({"name": "甲", "month": range(1, 13), "share": 0.5})
    band = pd.DataFrame({"month": range(1, 13), "low": 0.1, "middle": 0.5, "high": 0.9})
    drawn = (
        charts.points_lost(rows, name="name", lost="lost", caption="图", say=say),
        charts.cumulative(
            months, key="name", month="month", share="share", band=band, caption="图", say=say
        ),
    )
    for chart in drawn:
        image_of(chart)
    columns = {
        "name": text_col("名称"),
        "wan": money_col("金额"),
        "share": rate_col("比例"),
        "lost": score_col("扣分", adds=True),
    }
    table_html(Table(rows, columns, "表"), number="表1", anchor="table-1", say=say)


__all__ = ["warm_up"]
