"""Rules as data: read the rule files, lay a district's own over the national ones.

A rule file says what a value was, from when, and on whose authority. Every ``*.yaml`` of this
folder is read: a new subject is one new file.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

import pandas as pd

from perfanalysis.errors import RuleFileError
from perfanalysis.rules.strict import Item, read_strict
from perfanalysis.rules.values import (
    BASES,
    Basis,
    DatedValue,
    Rule,
    RuleBook,
    RulesInForce,
    evaluation_date,
)

SCHEMA = 1
MOST_POINTS = 100
_DOCUMENT = ("title", "number", "issuer", "issued")
_RULE = ("title", "unit", "choices", "values")
SCALE = "scale"
"""Unit of a rule whose local value may score in another way; who reads it checks its parts."""
_VALUE = (
    "value",
    "basis",
    "source",
    "until",
    "verified",
    "verified_by",
    "verified_on",
    "note",
)


@dataclass(frozen=True, slots=True)
class _Document:
    title: str
    number: str | None

    @property
    def citation(self) -> str:
        return self.number or f"《{self.title}》"


@dataclass(frozen=True, slots=True)
class _Read:
    """A rule as it stands in one file, with the place of it."""

    rule: Rule
    item: Item


def load_rules(*local: Path | str) -> RuleBook:
    """Read the national rule files and lay local ones over them.

    Parameters
    ----------
    *local : Path or str
        Rule files of a district (schema 1). For each key and day the value of the last file
        that has one in force wins; otherwise the national one stands. A key that no national
        file knows is an error (nothing would read it), and so is a value of another kind.

    Returns
    -------
    RuleBook

    Raises
    ------
    RuleFileError
        If a file breaks the schema; the message names the file and the line.
    """
    rules: dict[str, Rule] = pickle.loads(_national())
    for path in map(Path, local):
        for key, read in _read_file(path).items():
            rules[key] = _laid_over(rules, read)
    return RuleBook(rules)


@lru_cache(maxsize=1)
def _national() -> bytes:
    """The national rules, read once a process as the code is; packed: each book has its own."""
    rules: dict[str, Rule] = {}
    for path in sorted(Path(__file__).parent.rglob("*.yaml")):
        for key, read in _read_file(path).items():
            if key in rules:
                read.item.wrong("另一个规则文件已有同名规则", "请改名或合并。")
            rules[key] = read.rule
    return pickle.dumps(rules, pickle.HIGHEST_PROTOCOL)


def _laid_over(rules: Mapping[str, Rule], read: _Read) -> Rule:
    """The rule with one more layer on top."""
    rule = read.rule
    if rule.key not in rules:
        near = "、".join(get_close_matches(rule.key, rules, n=3)) or "无"
        read.item.wrong("未知的规则键", f"相近的规则：{near}。请核对拼写。")
    below = rules[rule.key]
    if rule.unit != below.unit:
        read.item.wrong(f"单位为 {rule.unit}，应为 {below.unit}", "请与全国规则的单位一致。")
    if below.choices:
        _check_choices(read.item, rule.layers[0], below.choices)
    models = [layer[0].value for layer in below.layers[:1] if layer]
    for model in models if rule.unit != SCALE else ():
        for dated in rule.layers[0]:
            _check_shape(read.item, dated.since.isoformat(), dated.value, model)
    return replace(below, layers=below.layers + rule.layers)


def _check_shape(item: Item, where: str, value: object, model: object) -> None:
    """A local value must look like the national one: the same kind, no unknown part."""
    if _kind(value) != _kind(model):
        item.wrong(f"{where} 的取值是{_kind(value)}，应为{_kind(model)}", "请对照全国规则的写法。")
    if isinstance(value, dict) and isinstance(model, dict):
        for key, part in value.items():
            if key not in model:
                item.wrong(f"{where} 的取值中有未知的 {key}", f"可用：{'、'.join(model)}。")
            _check_shape(item, f"{where}.{key}", part, model[key])


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "是否"
    if isinstance(value, int | float):
        return "数值"
    kinds: dict[type, str] = {str: "文字", dict: "键值表", tuple: "列表"}
    return kinds.get(type(value), "空值")


def _read_file(path: Path) -> dict[str, _Read]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        line = None
        if isinstance(error, UnicodeDecodeError):
            line = error.object.count(b"\n", 0, error.start) + 1
        problem = f"无法读取（{type(error).__name__}）"
        raise RuleFileError(path.name, line, problem, "请核对路径，并存为 UTF-8。") from None
    fields = ("schema", "documents", "rules")
    top = read_strict(path, text).mapping(allowed=fields, required=fields)
    if top["schema"].plain() != SCHEMA:
        top["schema"].wrong(f"版本为 {top['schema'].plain()!r}", f"只读取 schema: {SCHEMA}。")
    documents = {key: _document(item) for key, item in top["documents"].mapping().items()}
    return {key: _rule(key, item, documents) for key, item in top["rules"].mapping().items()}


def _document(item: Item) -> _Document:
    fields = item.mapping(allowed=_DOCUMENT, required=_DOCUMENT)
    fields["issuer"].text_or_none()
    fields["issued"].day_or_none()
    return _Document(fields["title"].text(), fields["number"].text_or_none())


def _rule(key: str, item: Item, documents: Mapping[str, _Document]) -> _Read:
    fields = item.mapping(allowed=_RULE, required=("title", "unit", "values"))
    title, unit = fields["title"].text(), fields["unit"].text()
    choices = fields["choices"].plain() if "choices" in fields else ()
    if not isinstance(choices, tuple):
        item.wrong("choices 不是列表", "请写成 [甲, 乙]。")
    values = [
        _value(key, title, unit, day, body, documents)
        for day, body in fields["values"].mapping().items()
    ]
    newest_first = tuple(sorted(values, key=lambda value: value.since, reverse=True))
    if choices:
        _check_choices(item, newest_first, choices)
    return _Read(Rule(key, title, unit, choices, (newest_first,)), item)


def _value(
    key: str, title: str, unit: str, day: str, item: Item, documents: Mapping[str, _Document]
) -> DatedValue:
    fields = item.mapping(allowed=_VALUE, required=("value", "basis", "source"))
    since = item.as_day(day)
    until = fields["until"].day_or_none() if "until" in fields else None
    if until is not None and until < since:
        fields["until"].wrong(f"止于 {until}，早于施行日 {since}", "请核对日期。")
    basis = _basis(fields["basis"])
    document, clause = _source(fields["source"], basis, documents)
    verified, by, on = _verified(item, fields, basis)
    value = fields["value"].plain()
    if unit == "points":
        _check_points(fields["value"], value)
    return DatedValue(
        key=key,
        title=title,
        unit=unit,
        since=since,
        until=until,
        value=value,
        basis=basis,
        document=document.citation if document else None,
        document_title=document.title if document else None,
        clause=clause,
        verified=verified,
        verified_by=by,
        verified_on=on,
        note=fields["note"].text() if "note" in fields else "",
        file=item.file,
    )


def _check_points(item: Item, value: object, part: str = "") -> None:
    """Points lie between 0 and 100, in every part of the value."""
    if isinstance(value, dict):
        for key, each in value.items():
            _check_points(item, each, f" {key}")
    elif isinstance(value, tuple):
        for each in value:
            _check_points(item, each, part)
    elif isinstance(value, int | float) and not 0 <= value <= MOST_POINTS:
        item.wrong(f"分值{part} 为 {value}，不在 0 至 {MOST_POINTS} 之间", "请核对文件后改正。")


def _basis(item: Item) -> Basis:
    text = item.plain()
    for basis in BASES:
        if text == basis:
            return basis
    return item.wrong(f"basis 为 {text!r}", f"只能是 {'、'.join(BASES)} 之一。")


def _source(
    item: Item, basis: Basis, documents: Mapping[str, _Document]
) -> tuple[_Document | None, str | None]:
    """The document and the clause; a convention has none, anything else must have one."""
    if item.plain() is None:
        if basis != "convention":
            item.wrong(
                f"basis 为 {basis}，却没有文件依据",
                "请在 documents 中登记文件，并在 source.document 引用；没有文件的写 convention。",
            )
        return None, None
    if basis == "convention":
        item.wrong("约定不应引用文件", "有文件依据的写 national 或 local，否则 source: null。")
    fields = item.mapping(allowed=("document", "clause"), required=("document",))
    name = fields["document"].text()
    if name not in documents:
        fields["document"].wrong(f"文件 {name} 未登记", "请在 documents 中登记它。")
    return documents[name], fields["clause"].text_or_none() if "clause" in fields else None


def _verified(
    item: Item, fields: Mapping[str, Item], basis: Basis
) -> tuple[bool, str | None, date | None]:
    verified = fields["verified"].flag() if "verified" in fields else False
    by = fields["verified_by"].text_or_none() if "verified_by" in fields else None
    on = fields["verified_on"].day_or_none() if "verified_on" in fields else None
    if basis == "convention" and verified:
        fields["verified"].wrong("约定没有可核对的原文", "请写 verified: false。")
    if verified and (by is None or on is None):
        fields["verified"].wrong("已核对，但没有核对人或日期", "请填 verified_by 和 verified_on。")
    if not verified and (by is not None or on is not None):
        item.wrong("有核对人或日期，verified 却不是 true", "请改为 verified: true 或删去。")
    if basis != "convention" and "verified" not in fields:
        item.wrong("缺少字段 verified", "请写明是否与原文核对过：true 或 false。")
    return verified, by, on


def _check_choices(item: Item, values: tuple[DatedValue, ...], choices: tuple[str, ...]) -> None:
    for dated in values:
        if dated.value not in choices:
            item.wrong(f"取值 {dated.value!r} 不可用", f"只能是 {'、'.join(choices)} 之一。")


def rules_frame(rules: RulesInForce, *, unverified: bool = False) -> pd.DataFrame:
    """The rules of a day as a table, for a page or a terminal.

    Parameters
    ----------
    rules : RulesInForce
    unverified : bool, default False
        Only values that cite a document nobody compared them with.

    Returns
    -------
    DataFrame
        One row a rule, sorted by key: key, title, value, unit, since, until, basis, citation,
        document_title, verified, verified_by, verified_on, unverified, note, file. Dates are
        ISO text, `value` is text; empty where there is none.
    """
    return values_frame(v for v in rules.all() if v.unverified or not unverified)


def values_frame(values: Iterable[DatedValue]) -> pd.DataFrame:
    """Dated values as a table, in the order given; the columns of `rules_frame`."""
    return pd.DataFrame([_row(value) for value in values], columns=list(RULE_COLUMNS))


RULE_COLUMNS = (
    "key",
    "title",
    "value",
    "unit",
    "since",
    "until",
    "basis",
    "citation",
    "document_title",
    "verified",
    "verified_by",
    "verified_on",
    "unverified",
    "note",
    "file",
)


def _row(dated: DatedValue) -> dict[str, object]:
    return {
        "key": dated.key,
        "title": dated.title,
        "value": _printed(dated.value),
        "unit": dated.unit,
        "since": dated.since.isoformat(),
        "until": dated.until.isoformat() if dated.until else "",
        "basis": dated.basis,
        "citation": dated.cite(),
        "document_title": dated.document_title or "",
        "verified": dated.verified,
        "verified_by": dated.verified_by or "",
        "verified_on": dated.verified_on.isoformat() if dated.verified_on else "",
        "unverified": dated.unverified,
        "note": dated.note,
        "file": dated.file,
    }


def _printed(value: object) -> str:
    if isinstance(value, dict):
        return "；".join(f"{key}：{_printed(part)}" for key, part in value.items())
    if isinstance(value, tuple):
        return "、".join(_printed(part) for part in value)
    return "" if value is None else str(value)


__all__ = [
    "RULE_COLUMNS",
    "Basis",
    "DatedValue",
    "Rule",
    "RuleBook",
    "RulesInForce",
    "evaluation_date",
    "load_rules",
    "rules_frame",
    "values_frame",
]
