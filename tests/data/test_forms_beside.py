"""Two forms side by side on a sheet are both read, or the cells that were not are named."""

from dataclasses import replace

import pytest
from made_forms import ROAD, Sheet, Style, lay_out, write_xlsx
from openpyxl import load_workbook

from perfanalysis.data.forms import read_forms

OTHER = replace(ROAD, project="示例桥梁检测", total=(50, 50, 50, 10, "100%", 10))


def beside(first: Sheet, second: Sheet, gap: int) -> Sheet:
    """The second form to the right of the first, `gap` empty columns between."""
    shift = first.width + gap
    height = max(len(first.rows), len(second.rows))
    left, right = (
        [*sheet.rows, *[[None] * sheet.width for _ in range(height - len(sheet.rows))]]
        for sheet in (first, second)
    )
    rows = [[*one, *[None] * gap, *two] for one, two in zip(left, right, strict=True)]
    moved = [(top, a + shift, bottom, b + shift) for top, a, bottom, b in second.merges]
    return Sheet(rows, [*first.merges, *moved], shift + second.width)


@pytest.mark.parametrize("gap", [0, 1, 3])
def test_both_are_read_with_their_own_cells(tmp_path, gap):
    first, second = lay_out(ROAD), lay_out(OTHER, Style(tail=("注：一",)))
    path = write_xlsx(tmp_path / "两张.xlsx", beside(first, second, gap))
    alone = read_forms([write_xlsx(tmp_path / "一张.xlsx", second)]).forms[0]
    read = read_forms([path])
    assert [form.project for form in read.forms] == [ROAD.project, OTHER.project]
    assert [form.total.annual_wan for form in read.forms] == [100, 50]
    assert [row.level3 for row in read.forms[1].indicators] == [r.level3 for r in alone.indicators]
    assert [row.score for row in read.forms[1].indicators] == [r.score for r in alone.indicators]
    sheet = load_workbook(path).active
    for form in read.forms:
        for row in form.indicators:
            assert sheet[row.where.cell].value == row.level3


def test_a_third_is_read_too(tmp_path):
    third = replace(ROAD, project="示例绿化")
    pair = beside(lay_out(ROAD), lay_out(OTHER), 1)
    path = write_xlsx(tmp_path / "三张.xlsx", beside(pair, lay_out(third), 1))
    read = read_forms([path])
    assert [form.project for form in read.forms] == [ROAD.project, OTHER.project, third.project]


def test_where_they_cannot_be_told_apart_the_cells_not_read_are_named(tmp_path):
    first, second = lay_out(ROAD), lay_out(OTHER)
    both = beside(first, second, 0)
    both.merges = [m for m in both.merges if m[0]] + [(0, 0, 0, both.width - 1)]
    read = read_forms([write_xlsx(tmp_path / "共用标题.xlsx", both)])
    assert [form.project for form in read.forms] == [ROAD.project]
    (found,) = [each for each in read.findings if each.code == "form-beside-left-out"]
    assert found.severity == "error"
    head = next(n for n, row in enumerate(both.rows, 1) if "三级指标" in row)
    assert found.where.cell.endswith(str(head))
    assert found.found in found.message
    assert found.found.partition(":")[0] == found.where.cell


def test_a_form_alone_is_left_whole(tmp_path):
    read = read_forms([write_xlsx(tmp_path / "一张.xlsx", lay_out(ROAD))])
    assert len(read.forms) == 1
    assert not [each for each in read.findings if each.code == "form-beside-left-out"]
