"""Whether each number of a page's main points can be found in the tables of the page.

The block of their values before rounding is made from the sentences, proves nothing, and is
left out.
"""

from __future__ import annotations

import itertools
import re
from decimal import ROUND_HALF_UP, Decimal

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?")
NOTHING = {"0", "0.00", "0.0%"}  # where there is none, there is no table
CELL = re.compile(r"[−+]?(\d[\d,]*(?:\.\d+)?%?)")
QUOTED = 8  # characters from which a cell that a point repeats is words, not a number
NO_FIGURE = re.compile(  # years, days and months; the level of an interval
    r"(?:19|20)\d\d(?!\d)|\d+月|\d+日|\d+(?:\.\d+)?%区间|\d+(?:\.\d+)?% interval"
    r"|\d+ (?=[JFMASOND][a-z]+)"
)

# Numbers of main points that no table has a cell for, and why. Anything else is to be put there.
DERIVED = {
    "a standard of a rule, which the rules table has in words": re.compile(
        r"少于\d+个|fewer than \d+|须有\d+个年度|takes \d+ years|有\d+个项目年度、\d+个单位以上"
        r"|has \d+ project-years of \d+ units|points of 100"
    ),
    "an estimate for the whole, which is no sum of rows": re.compile(
        r"标准差约[\d.]+|standard deviation of about [\d.]+"
        r"|全年预计执行[^）]*）|[\d,.]+ \S+ \S+ yuan is expected by the end of the year \([^)]*\)"
        r"|相关系数为[−\d.]+（\d+对|correlation\D*[\d.]+\D*\d+ pairs"
        r"|约[\d.]+个）|about [\d.]+ "
    ),
    "sizes of differences of either sign, added up": re.compile(
        r"不符，相差[\d,.]+|differ\D*by [\d,.]+"
    ),
    "projects with a comparable output: the table has a row an output": re.compile(
        r"\d+个项目中有\d+个在同样产出|\d+ of \d+ projects"
    ),
    "projects that ask for money: the tables list those that do not, too": re.compile(
        r"\d+个项目申请|\d+ projects (?:request|ask)"
    ),
    "the proposal less the amounts that are open, both in tables": re.compile(
        r"不含这些项目为[\d,.]+|without them it is [\d,.]+"
    ),
    "rows that have a score, of all rows": re.compile(r"\d+项有据可评|\d+ of (?=\d+ items)"),
}


def unfounded(page):
    """Main points of a page, each with its numbers that neither stand in a table nor follow.

    What follows: the number of rows of a table, or of different heads of its rows; the sum, the
    difference or the share of two numbers of the main points that stand in tables.
    """
    tables = page.xpath("//table[not(ancestor::details[@class='numbers'])]")
    cells = {
        found[1].replace(",", "")
        for table in tables
        for cell in table.iter("td", "th")
        if (found := CELL.fullmatch(cell.text_content().strip()))
    }
    cells |= {str(count) for table in tables for count in _counts(table)}
    quoted = {
        text
        for table in tables
        for cell in table.iter("td", "th")
        if len(text := cell.text_content().strip()) >= QUOTED
        and NUMBER.search(text)
        and not CELL.fullmatch(text)
    }
    said = list(map(_said, page.xpath("//li[@class='finding']")))
    points = {each: _numbers(each, quoted) for each in said}
    found = cells.intersection(*[set().union(*points.values())])
    follows = set()
    for one, two in itertools.product(sorted(found), repeat=2):
        follows |= _follow(one, two)
    missing = {point: sorted(numbers - found - follows) for point, numbers in points.items()}
    return {point: numbers for point, numbers in missing.items() if numbers}


def _numbers(point, quoted):
    said = point
    for text in sorted(quoted, key=len, reverse=True):
        said = said.replace(text, "")
    said = NO_FIGURE.sub("", said)
    for pattern in DERIVED.values():
        said = pattern.sub("", said)
    return {each.replace(",", "") for each in NUMBER.findall(said)} - NOTHING


def _said(point):
    for link in point.iterfind(".//a"):
        link.text = ""
    return point.text_content()


def _counts(table):
    """Rows of a table, and different heads of its rows."""
    rows = [row for row in table.iterfind("./tbody/tr") if row.get("class") != "group"]
    heads = [row.findtext("th") or row[0].text_content() for row in rows]
    return {len(rows), len(set(heads))}


def _follow(one, two):
    if "%" in one + two:
        return set()
    first, second = Decimal(one), Decimal(two)
    follows = {str(first + second), str(abs(first - second))} if one != two else set()
    if second:
        share = first / second * 100
        follows |= {f"{share.quantize(Decimal(step), ROUND_HALF_UP)}%" for step in ("1", "0.1")}
    return follows
