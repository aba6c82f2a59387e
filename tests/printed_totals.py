"""Whether the last row of each table is the sum of the rows over it, as printed."""

from __future__ import annotations

import re
from decimal import Decimal

NUMBER = re.compile(r"[−+]?\d[\d,]*(?:\.\d+)?")
ROUNDED = ("四舍五入", "rounding")
# Columns whose last cell is of the whole and no sum: heads, and why.
NO_SUM = {
    "means": re.compile(
        "平均|自评分|复核分|自评高出|初审分|终审分|[Mm]ean|Self-score|Review|Difference|check"
    ),
    "every project, unit or form once, however often it is named": re.compile(
        "项目数|单位数|涉及份数|Projects|Units|Forms concerned"
    ),
    "documents, beside the number of units that each kind lacks": re.compile(
        "公开单位|publish|did not"
    ),
}


def wrong_totals(page):
    """Caption, column, total as printed and sum as printed, where they differ."""
    wrong = []
    for figure in page.xpath("//figure[@class='table'][.//tfoot]"):
        notes = "".join(each.text_content() for each in figure.iterfind("p"))
        if any(word in notes for word in ROUNDED):
            continue
        heads = [each.text_content() for each in figure.iterfind(".//thead//th")]
        rows = [row for row in figure.iterfind(".//tbody/tr") if row.get("class") != "group"]
        for at, cell in enumerate(figure.find(".//tfoot/tr")):
            printed = cell.text_content().strip()
            if not NUMBER.fullmatch(printed) or any(
                each.search(heads[at]) for each in NO_SUM.values()
            ):
                continue
            total = sum(map(_number, (row[at].text_content().strip() for row in rows)), Decimal(0))
            if total != _number(printed):
                wrong.append((figure.findtext("figcaption"), heads[at], printed, str(total)))
    return wrong


def _number(text):
    if not NUMBER.fullmatch(text):
        return Decimal(0)  # missing, not applicable
    return Decimal(text.replace(",", "").replace("−", "-"))
