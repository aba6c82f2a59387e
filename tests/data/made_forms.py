"""Made-up self-evaluation forms, laid out in the ways that units lay them out, as files."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass, field
from pathlib import Path

from docx import Document
from openpyxl import Workbook

HEADS = {
    "target": "年度指标值",
    "actual": "实际完成值",
    "points": "分值",
    "score": "得分",
    "reason": "偏差原因分析及改进措施",
    "nature": "指标性质",
    "value": "指标值",
    "unit": "度量单位",
}
NATIONAL = ("target", "actual", "points", "score", "reason")
LEVELS = {"output": "产出指标", "benefit": "效益指标", "satisfaction": "满意度指标"}


@dataclass(frozen=True)
class Row:
    """One indicator as a unit would fill it; `sign`, `number` and `unit` make the target."""

    level1: str
    level2: str
    level3: str
    target: str
    actual: str | float | None
    points: float | None
    score: float | None
    reason: str | None = None
    sign: str = ""
    number: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Made:
    """What a form says: amounts in the money unit, one line of funds for each label."""

    rows: tuple[Row, ...]
    project: str = "示例道路养护"
    unit: str = "示例区交通站"
    dept: str = "示例区交通局"
    year: int | None = 2021
    money_unit: str = "万元"
    total: tuple[float | None, ...] = (100, 100, 90, 10, "90%", 9)
    parts: tuple[tuple, ...] = (("其中：当年财政拨款", 100, 100, 90),)
    total_points: float | None = 100
    total_score: float | None = 98
    grade: str | None = None
    goal: str = "养护道路"
    goal_actual: str = "已养护"


@dataclass(frozen=True)
class Style:
    """How it is laid out.

    `columns` are those after the levels; `merged` merges level labels over their rows, else they
    are written once; `noise` puts blank rows, notes, a repeated head and subtotals between rows.
    """

    columns: tuple[str, ...] = NATIONAL
    merged: bool = True
    noise: bool = False
    tail: tuple[str, ...] = ()
    blank_top: int = 0
    first_column: bool = True
    title: str = "项目支出绩效自评表"


@dataclass
class Sheet:
    """Rows of cells and merges (top, left, bottom, right), from 0."""

    rows: list[list] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    width: int = 0

    def add(self, *cells, merge=()):
        self.rows.append([*cells, *[None] * (self.width - len(cells))])
        number = len(self.rows) - 1
        self.merges += [(number, left, number, right) for left, right in merge]
        return number


def lay_out(made: Made, style: Style = Style()) -> Sheet:
    """The form as a sheet, in the order of blocks that annex 1 of 财预〔2020〕10号 has."""
    start = 1 if style.first_column else 0
    sheet = Sheet(width=start + 3 + len(style.columns))
    last = sheet.width - 1
    for _ in range(style.blank_top):
        sheet.add()
    sheet.add(style.title, merge=[(0, last)])
    if made.year:
        sheet.add(f"（{made.year}年度）", merge=[(0, last)])
    sheet.add("项目名称", None, made.project, merge=[(0, 1), (2, last)])
    sheet.add(
        "主管部门", None, made.dept, None, "实施单位", made.unit, merge=[(0, 1), (2, 3), (5, last)]
    )
    _add_funds(sheet, made)
    half = sheet.width // 2
    wide = [(1, half - 1), (half, last)]
    gap = [None] * (half - 2)
    top = sheet.add("年度总体目标", "预期目标", *gap, "实际完成情况", merge=wide)
    sheet.add(None, made.goal, *gap, made.goal_actual, merge=wide)
    sheet.merges.append((top, 0, top + 1, 0))
    _add_indicators(sheet, made, style, start)
    for text in style.tail:
        sheet.add(text, merge=[(0, last)])
    return sheet


def _add_funds(sheet: Sheet, made: Made) -> None:
    heads = ["年初预算数", "全年预算数（A）", "全年执行数（B）", "分值", "执行率（B/A）", "得分"]
    room = sheet.width - 2
    first = sheet.add(f"项目资金（{made.money_unit}）", None, *heads[:room])
    sheet.add(None, "年度资金总额", *made.total[:room])
    for label, *amounts in made.parts:
        sheet.add(None, label, *amounts, *["—" for _ in range(min(room, 6) - len(amounts))])
    sheet.merges.append((first, 0, len(sheet.rows) - 1, 0))


def _add_indicators(sheet: Sheet, made: Made, style: Style, start: int) -> None:
    lead = ["绩效指标"] if style.first_column else []
    head = [*lead, "一级指标", "二级指标", "三级指标", *(HEADS[c] for c in style.columns)]
    first = sheet.add(*head)
    seen: dict[int, tuple[str, int]] = {}
    for number, row in enumerate(made.rows):
        if style.noise:
            _add_noise(sheet, head, number)
        labels = []
        for depth, label in enumerate((row.level1, row.level2)):
            same = seen.get(depth, ("", 0))[0] == label and (depth == 0 or labels[0] is None)
            labels.append(None if same else label)
            if not same:
                seen[depth] = (label, len(sheet.rows))
                seen.pop(depth + 1, None)
        values = [_value(row, column) for column in style.columns]
        place = sheet.add(*[None] * len(lead), *labels, row.level3, *values)
        if style.merged and not style.noise:
            _grow(sheet, seen, start, place)
    total = [None] * sheet.width
    total[0] = "总分"
    for column, value in (("points", made.total_points), ("score", made.total_score)):
        if column in style.columns:
            total[start + 3 + style.columns.index(column)] = value
    if made.grade:
        total[-1] = f"自评等级：{made.grade}"
    sheet.rows.append(total)
    sheet.merges.append((len(sheet.rows) - 1, 0, len(sheet.rows) - 1, start + 2))
    if style.first_column and style.merged and len(sheet.rows) - 2 > first:
        sheet.merges.append((first, 0, len(sheet.rows) - 2, 0))


def _grow(sheet: Sheet, seen: dict, start: int, place: int) -> None:
    """Let the merge of each level label reach down to this row."""
    for depth, (_, begun) in seen.items():
        column = start + depth
        sheet.merges = [m for m in sheet.merges if m[:2] != (begun, column)]
        if place > begun:
            sheet.merges.append((begun, column, place, column))


def _value(row: Row, column: str):
    if column == "target":
        return row.target
    if column == "nature":
        return row.sign or ("定性" if row.target else None)
    if column == "value":
        return row.number or row.target
    if column == "unit":
        return row.unit
    return {"actual": row.actual, "points": row.points, "score": row.score, "reason": row.reason}[
        column
    ]


def _add_noise(sheet: Sheet, head: list[str], number: int) -> None:
    kind = number % 4
    if kind == 0:
        sheet.add()
    elif kind == 1:
        sheet.add(
            None, "注：以下指标由业务股室填写，数据来自年终统计", merge=[(1, sheet.width - 1)]
        )
    elif kind == 2:
        sheet.add(*head)
    else:
        sheet.add(None, "产出指标小计")


def write_xlsx(path: Path, *sheets: Sheet) -> Path:
    """One sheet of a workbook each, named 表一, 表二 and so on."""
    book = Workbook()
    book.remove(book.active)
    for number, sheet in enumerate(sheets):
        page = book.create_sheet(f"表{'一二三四五'[number]}")
        for r, row in enumerate(sheet.rows, 1):
            for c, value in enumerate(row, 1):
                page.cell(r, c, value)
        for top, left, bottom, right in sheet.merges:
            if (top, left) != (bottom, right):
                page.merge_cells(None, top + 1, left + 1, bottom + 1, right + 1)
    book.save(path)
    return path


def write_docx(path: Path, *sheets: Sheet, before: tuple[str, ...] = ()) -> Path:
    """One table each, under some paragraphs."""
    document = Document()
    for text in before:
        document.add_paragraph(text)
    for sheet in sheets:
        table = document.add_table(len(sheet.rows), sheet.width)
        cells = [row.cells for row in table.rows]
        for r, row in enumerate(sheet.rows):
            for c, value in enumerate(row):
                if value is not None:
                    cells[r][c].text = str(value)
        for top, left, bottom, right in sheet.merges:
            cells[top][left].merge(cells[bottom][right])
        document.add_paragraph("")
    document.save(path)
    return path


def write_xls(path: Path, sheet: Sheet) -> Path:
    """A workbook of the 97-2003 format: BIFF8 records in an OLE file, by hand."""
    cells = b""
    for r, row in enumerate(sheet.rows):
        for c, value in enumerate(row):
            if isinstance(value, (int, float)):
                cells += record(0x0203, struct.pack("<HHHd", r, c, 0, value))
            elif value is not None:
                text = str(value).encode("utf-16-le")
                data = struct.pack("<HHHHB", r, c, 0, len(text) // 2, 1) + text
                cells += record(0x0204, data)
    ranges = [m for m in sheet.merges if m[:2] != m[2:]]
    for begin in range(0, len(ranges), 500):
        some = ranges[begin : begin + 500]
        body = b"".join(struct.pack("<HHHH", t, b, left, r) for t, left, b, r in some)
        cells += record(0x00E5, struct.pack("<H", len(some)) + body)
    name = "表一".encode("utf-16-le")
    bof = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    page_bof = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    end = record(0x000A, b"")
    codepage = record(0x0042, struct.pack("<H", 1200))
    offset = len(bof) + len(codepage) + 4 + 8 + len(name) + len(end)
    bound = record(0x0085, struct.pack("<IHBB", offset, 0, len(name) // 2, 1) + name)
    path.write_bytes(ole_file(bof + codepage + bound + end + page_bof + cells + end, "Workbook"))
    return path


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def ole_file(stream: bytes, name: str) -> bytes:
    """An OLE file with one stream, of at least 4096 bytes so that it needs no small sectors."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    assert len(fat) <= 128, "a bigger stream needs a second sector of the allocation table"
    fat += [0xFFFFFFFF] * (128 - len(fat))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff\xff\xff\xff" * 108
    entries = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1) + _entry(name, 2, 2, len(stream))
    return header + struct.pack("<128I", *fat) + entries.ljust(512, b"\0") + stream


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le")
    none = 0xFFFFFFFF
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2, kind, 1)
    return (
        head + struct.pack("<III", none, none, child) + bytes(36) + struct.pack("<IQ", start, size)
    )


def shuffled(seed: int) -> tuple[str, ...]:
    """The value columns in some other order, the target whole or in three columns."""
    dice = random.Random(seed)
    columns = list(NATIONAL)
    if dice.random() < 0.5:
        columns[0:1] = ["nature", "value", "unit"]
    dice.shuffle(columns)
    return tuple(columns)


ROAD = Made(
    rows=(
        Row(
            "产出指标", "数量指标", "养护里程", "≥50公里", "52公里", 20, 20, None, "≥", "50", "公里"
        ),
        Row("产出指标", "数量指标", "养护桥梁", "＝6座", "6座", 10, 10, None, "＝", "6", "座"),
        Row(
            "产出指标",
            "质量指标",
            "验收合格率",
            "≧100百分比",
            "100%",
            10,
            10,
            None,
            "≧",
            "100",
            "%",
        ),
        Row("产出指标", "时效指标", "完成时间", "2021年12月底前", "2021年11月", 10, 10),
        Row(
            "效益指标",
            "社会效益指标",
            "受益人口",
            "≥1.33万人次",
            "13500人次",
            30,
            30,
            None,
            "≥",
            "1.33",
            "万人次",
        ),
        Row(
            "满意度指标",
            "服务对象满意度指标",
            "群众满意度",
            "≥90%",
            "92%",
            10,
            9,
            "问卷回收率偏低，主动扣1分",
            "≥",
            "90",
            "%",
        ),
    )
)


LAYOUTS = {
    "national": NATIONAL,
    "split": ("nature", "value", "unit", *NATIONAL[1:]),
    "early": ("points", "target", "actual", "score", "reason"),
}
_FUND_LABELS = {
    "fiscal_current_year": "其中：当年财政拨款",
    "fiscal": "其中：财政拨款",
    "fiscal_special_account": "财政专户管理资金",
    "provincial": "其中：省级资金",
    "county": "县级资金",
    "unit_funds": "单位资金",
    "other": "其他资金",
}
_WIDE_SIGNS = {"≥": "≧", "≤": "≤", "=": "＝"}


def sheet_of(facts: dict) -> Sheet:
    """A form of tests/fixtures/forms, in the layout that it names."""
    money = ("initial_budget", "annual_budget", "executed")
    more = ("weight", "rate_pct_stated", "score")
    total = facts["funds"]["total"]
    made = Made(
        rows=tuple(
            Row(
                item["level1"],
                item["level2"],
                item["level3"],
                (item["target_text"] or "").replace("=", "＝"),
                item["actual_text"],
                item["weight"],
                item["score"],
                item["reason_or_note"],
                _WIDE_SIGNS.get(item["op"] or "", ""),
                "" if item["target"] is None else f"{item['target']}",
                item["unit"] or "",
            )
            for item in facts["indicators"]
        ),
        project=facts["project"],
        unit=facts["unit"],
        dept=facts["dept"],
        year=facts["year"],
        money_unit=facts["currency_unit"],
        total=tuple(total.get(key) for key in (*money, *more)),
        parts=tuple(
            (_FUND_LABELS[name], *(line.get(key) for key in (*money, *more)))
            for name, line in facts["funds"].items()
            if name != "total"
        ),
        total_points=facts["total_weight_stated"],
        total_score=facts["total_score_stated"],
        grade=facts["grade_stated"],
    )
    return lay_out(made, Style(columns=LAYOUTS[facts["layout"]]))
