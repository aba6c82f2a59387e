"""The words by which the parts of a form are known, in the variants that are in use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from perfanalysis.data.forms_text import plain

LONGEST = 40
"""Letters of the longest text that is still a label."""

_NOTES = r"\([^()]*\)"
_LABELS = (
    ("project", r"(?:[一二]级)?(?:项目|专项|政策|资金)(?:支出|资金)?(?:\(政策\))?名称(?:及代码)?"),
    ("dept", r"(?:项目|市级|区级|县级|省级|业务)?主管(?:预算)?(?:部门|单位)(?:名称)?(?:及代码)?"),
    (
        "unit",
        r"(?:项目)?(?:实施|填报|预算|项目|执行|承担|使用|资金使用|自评|评价|申报)(?:责任)?(?:单位|部门)"
        r"(?:名称)?(?:及代码)?|(?:单位|部门)(?:\(单位\))?名称(?:及代码)?|(?:部门|单位)全称",
    ),
    ("year", r"(?:预算|评价|自评|所属|项目)?年度|年份"),
    ("money_unit", r"(?:金额|货币|计量)?单位"),
)
_LABEL = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _LABELS))
_MONEY_COLUMNS = (
    ("rate", r"执行率|完成率|执行进度"),
    ("score", r"得分|自评分"),
    ("points", r"分值|权重|标准分|满分"),
    ("executed", r"执行数|执行金额|执行额|支出数|支出金额|实际支出|全年支出|决算数|实际使用"),
    ("initial", r"年初"),
    ("received", r"到位"),
    ("annual", r"全年预算|调整后?预算|预算数|预算安排|年度预算|预算金额|计划安排|预算总额"),
)
_COLUMNS = (
    ("level1", r"一级指标"),
    ("level2", r"二级指标"),
    ("level3", r"三级指标|指标名称|指标内容|具体指标"),
    ("level4", r"四级指标"),
    ("reason", r"原因|措施|备注|情况说明|偏差"),
    ("other", r"复核|审核|系数|评分标准|计算方法|计分|评分方法|核心|依据|来源|扣分|佐证|评分办法"),
    ("nature", r"指标性质|指标方向|指标类型|运算符|^符号$|^性质$"),
    ("measure_unit", r"度量单位|计量单位|指标单位|^单位$"),
    ("actual", r"完成值|实际值|完成情况|实际完成|完成数|实现值"),
    ("target", r"指标值|目标值|预期值|计划值|年度目标|标准值|目标要求"),
    ("points", r"分值|权重|标准分|满分|权数"),
    ("score", r"得分|自评分|评分"),
)
_TOTAL = re.compile(r"(?:自评|绩效|综合|项目)?(?:总分|总得分|总计|合计|得分合计)(?:得分|分数?)?")
_SUBTOTAL = re.compile(r".{0,12}小计")
_AFTER = re.compile(
    r"(?:注|备注|说明|附注|填[表报](?:说明|人|日期|单位|时间)|联系人|联系电话|电话|审核人|经办人|制表"
    r"|(?:单位|部门|项目)?负责人|日期|自评结论|评价结论|存在(?:的)?问题|改进措施|其他需要说明"
    r"|自评等级|评价等级|等级)(?:[:\d(、]|$)"
)
_TITLE = re.compile(r"绩效.*?(?:自评|评价|目标|监控|运行).*?表|自评表")
_OTHER_TITLE = re.compile(r"申报表|监控|目标表|审核表|评审表")
_LIST_TITLE = re.compile(r"汇总|一览表|统计表|明细表")
_WHOLE_UNIT = re.compile(r"(?:部门|单位)?整体(?:支出)?(?:绩效)?|部门绩效自评")
_GOAL = re.compile(
    r"(?:年度)?(?:总体)?(?:绩效)?(?:预期|总体|设定)?目标\d?(?:\(.*\))?|年初设定(?:绩效)?目标"
)
_GOAL_ACTUAL = re.compile(r"(?:年度|全年|目标)?(?:总体目标)?实际完成情况|(?:全年|目标)完成情况")
_YEAR = re.compile(r"((?:19|20)\d{2})\)?年度|((?:19|20)\d{2})\)?年(?!\d{1,2}月)")
_CHINESE_YEAR = re.compile(r"([二一][〇○零九][〇○零一二三四五六七八九]{2})\)?年")
_DIGITS = {digit: str(i) for i, digit in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}
_MONEY_UNIT = re.compile(r"[(:单位]\s*(亿元|百万元|万元|千元|元)")

RowKind = Literal["", "total", "subtotal", "after", "title", "goal", "goal_actual"]


@dataclass(frozen=True, slots=True)
class Words:
    """What a text may be.

    Attributes
    ----------
    label, value : str
        Label of the head of the form (project, dept, unit, year, money_unit), and what stands
        after its colon in the same cell.
    money : str
        Column of the funds block.
    column : str
        Column of the indicator block.
    row : str
        Kind of row that begins with it.
    """

    label: str = ""
    value: str = ""
    money: str = ""
    column: str = ""
    row: RowKind = ""


NOTHING = Words()
"""Of a text that is no word of a form."""


@lru_cache(maxsize=8192)
def words_of(text: str) -> Words:
    """Classify the text of one cell.

    Examples
    --------
    >>> words_of("项目名称：道路养护").value, words_of("全年预算数（A）").money
    ('道路养护', 'annual')
    >>> words_of("未完成原因及拟采取的改进措施").column, words_of("总 分").row
    ('reason', 'total')
    """
    if not text:
        return NOTHING
    folded = plain(text)
    head, colon, value = folded.partition(":")
    label = _label(head)
    if len(folded) > LONGEST:
        return Words(label, value) if label and colon else NOTHING
    money, column, row = _first(_MONEY_COLUMNS, folded), _column(folded), _row(folded)
    if not (label or money or column or row):
        return NOTHING
    return Words(label, value, money, column, row)


def _label(head: str) -> str:
    bare = re.sub(_NOTES, "", head) or head
    match = _LABEL.fullmatch(bare)
    return (match.lastgroup or "") if match else ""


def _column(folded: str) -> str:
    """Signs and digits make it a value, not the head of a column."""
    bare = re.sub(r"(?:19|20)\d{2}年度?|1-\d{1,2}月|" + _NOTES, "", folded)
    if re.search(r"[≥≤=]|\d", bare):
        return ""
    return _first(_COLUMNS, bare)


def _first(kinds: tuple[tuple[str, str], ...], text: str) -> str:
    return next((kind for kind, pattern in kinds if re.search(pattern, text)), "")


def _row(folded: str) -> RowKind:
    bare = re.sub(_NOTES, "", folded).rstrip(":")
    head = bare.partition(":")[0]
    if _TOTAL.fullmatch(head) or re.fullmatch(r"(?:自评)?(?:总分|总得分)\d.*", bare):
        return "total"
    if _SUBTOTAL.fullmatch(head):
        return "subtotal"
    if _TITLE.search(folded):
        return "title"
    if _AFTER.match(folded):
        return "after"
    if _GOAL.fullmatch(bare):
        return "goal"
    return "goal_actual" if _GOAL_ACTUAL.fullmatch(bare) else ""


@lru_cache(maxsize=512)
def is_other_form(title: str) -> bool:
    """A form of targets, monitoring or approval, or a list, not a form of self-evaluation."""
    folded = plain(title)
    if _LIST_TITLE.search(folded):
        return True
    return bool(_OTHER_TITLE.search(folded)) and "自评" not in folded


@lru_cache(maxsize=4096)
def is_whole_unit(text: str) -> bool:
    """Whether a title or project name means the unit as a whole (部门整体支出)."""
    return bool(_WHOLE_UNIT.search(plain(text)))


@lru_cache(maxsize=4096)
def year_in(text: str) -> int | None:
    """The year that a title names.

    Examples
    --------
    >>> year_in("（2022年度）"), year_in("二〇二一年度"), year_in("自评表")
    (2022, 2021, None)
    """
    folded = plain(text)
    if match := _YEAR.search(folded):
        return int(match[1] or match[2])
    if match := _CHINESE_YEAR.search(folded):
        return int("".join(_DIGITS[digit] for digit in match[1]))
    return None


@lru_cache(maxsize=4096)
def money_unit_in(text: str) -> str:
    """Money unit named in brackets or after 单位; empty where there is none."""
    match = _MONEY_UNIT.search(plain(text))
    return match[1] if match else ""


_FUND_ROWS = (
    ("total", r"总额|合计|总计|^年度资金$|^项目资金$|^资金总"),
    ("carried_in", r"结转|结余"),
    ("other", r"专户|其他|其它|自筹|自有|单位资金|社会|贷款|事业收入|非财政|经营"),
    (
        "current_fiscal",
        r"财政|拨款|中央|地方|[省市县区]级?(?:资金|补助|本级|安排)|本级|公共预算|基金|国有资本|债券|上级",
    ),
)


@lru_cache(maxsize=512)
def fund_source(label: str) -> str:
    """Source of a row of the funds block, ``total``, or empty where the label is not known.

    Examples
    --------
    >>> fund_source("其中：当年财政拨款"), fund_source("年度资金总额"), fund_source("省级资金")
    ('current_fiscal', 'total', 'current_fiscal')
    """
    return _first(_FUND_ROWS, re.sub(r"^其中:?|^\d\.", "", plain(label)))


_LEVELS = (
    ("satisfaction", r"满意"),
    ("execution", r"预算执行|资金执行"),
    ("cost", r"成本"),
    ("output", r"产出"),
    ("benefit", r"效益|效果|可持续"),
    ("decision", r"决策|投入|立项"),
    ("process", r"过程|管理"),
)
_LEVELS_2 = (
    ("satisfaction", r"满意"),
    ("output", r"数量|质量|时效|成本"),
    ("benefit", r"效益|可持续|影响"),
)


@lru_cache(maxsize=512)
def level1_code(level1: str, level2: str) -> str:
    """Code of a level-1 indicator; from level 2 where level 1 is blank.

    Examples
    --------
    >>> level1_code("产出指标（50分）", ""), level1_code("", "社会效益指标")
    ('output', 'benefit')
    """
    if level1:
        return _first(_LEVELS, plain(level1)) or "other"
    return _first(_LEVELS_2, plain(level2)) or "other"


__all__ = [
    "LONGEST",
    "NOTHING",
    "RowKind",
    "Words",
    "fund_source",
    "is_other_form",
    "is_whole_unit",
    "level1_code",
    "money_unit_in",
    "words_of",
    "year_in",
]
