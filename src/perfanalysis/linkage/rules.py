"""The ordered rules that move money, read from rule ``link.rules`` and checked before use.

Rules stand in the order in which they apply. Rules of one group exclude each other: two that could
both hold for one project are a conflict, found here and not when the project turns up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import inf
from types import MappingProxyType
from typing import Any, Literal, NoReturn, get_args

from perfanalysis.data.codebook import codebook
from perfanalysis.errors import RuleFileError
from perfanalysis.rules.values import DatedValue, RulesInForce

Action = Literal[
    "exempt", "withhold", "keep", "no_increase", "cut", "cut_surplus", "recover", "cancel",
    "decide", "floor", "cap_request", "prioritise",
]  # fmt: skip
PHASES: Mapping[str, int] = {
    "exempt": 0, "withhold": 1, "keep": 2, "no_increase": 2, "cut": 2, "cut_surplus": 2,
    "recover": 2, "cancel": 2, "decide": 2, "floor": 3, "cap_request": 4, "prioritise": 5,
}  # fmt: skip
SHARED = ("cut", "cut_surplus", "recover", "floor", "prioritise")
RECOVERED = ("unspent_wan", "unused_carryover_wan")
GRADES = ("excellent", "good", "fair", "poor", "none")
GATES = ("passed", "complete", "revise", "refuse")
_FIELDS = ("id", "title", "group", "when", "action", "share", "of", "follows")
_REQUIRED = ("id", "title", "group", "when", "action")
_BOUNDS = ("from", "above", "to", "below")
_NUMBERS = (
    "execution_rate", "years_poor", "target_share", "assessment_share", "warnings_unanswered",
    "rectification_open", "review_gap", "unused_carryover_wan", "surplus_growth_wan",
)  # fmt: skip
_NAMED = ("category", "unit_id", "project_id")


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers between two bounds, each inside or outside."""

    low: float = -inf
    low_in: bool = False
    high: float = inf
    high_in: bool = False

    @property
    def empty(self) -> bool:
        """Whether no number lies in it."""
        return self.low > self.high or (
            self.low == self.high and not (self.low_in and self.high_in)
        )

    def meets(self, other: Interval) -> bool:
        """Whether some number lies in both."""
        low, low_out = max((self.low, not self.low_in), (other.low, not other.low_in))
        high, high_in = min((self.high, self.high_in), (other.high, other.high_in))
        return not Interval(low, not low_out, high, high_in).empty


@dataclass(frozen=True, slots=True)
class LinkRule:
    """One rule.

    Attributes
    ----------
    id, title, group : str
    values : mapping of str to frozenset of str
        Condition on each of grade, gate, project_type, fund_kind, special_kind, category, unit_id,
        project_id that it names.
    numbers : mapping of str to Interval
        Condition on execution_rate or a column of `CIRCUMSTANCES`.
    action : str
        See rule ``link.rules``.
    share : float
        Of the base (cut, floor, prioritise), of the unit's surplus growth (cut_surplus) or of what
        is recovered (recover); 0 for the others.
    of : str
        What is recovered: one of `RECOVERED`; empty for the others.
    follows : str
        Key of the rule with the national direction; empty where there is none.
    """

    id: str
    title: str
    group: str
    values: Mapping[str, frozenset[str]]
    numbers: Mapping[str, Interval]
    action: Action
    share: float
    of: str
    follows: str

    def meets(self, other: LinkRule) -> bool:
        """Whether some project could satisfy the conditions of both."""
        for name in self.values.keys() & other.values.keys():
            if not self.values[name] & other.values[name]:
                return False
        return all(
            self.numbers[name].meets(other.numbers[name])
            for name in self.numbers.keys() & other.numbers.keys()
        )


def link_rules(rules: RulesInForce) -> tuple[LinkRule, ...]:
    """The rules that move money, in the order in which they apply.

    Raises
    ------
    RuleNotInForceError
        If there are none on the date.
    RuleFileError
        If one is malformed, if two of a group can hold for one project, if one stands where its
        action may not, or if nothing keeps proposals within the requests.
    """
    dated = rules.get("link.rules")
    if not isinstance(dated.value, tuple) or not dated.value:
        _wrong(dated, "应为规则的列表", "请对照 rules/linkage.yaml 的写法。")
    read = tuple(_rule(entry, dated, rules) for entry in dated.value)
    _check_order(read, dated)
    _check_conflicts(read, dated)
    return read


def _wrong(dated: DatedValue, problem: str, remedy: str) -> NoReturn:
    raise RuleFileError(dated.file, None, f"{dated.key}（{dated.since}）{problem}", remedy)


def _rule(entry: Any, dated: DatedValue, rules: RulesInForce) -> LinkRule:
    if not isinstance(entry, dict):
        _wrong(dated, f"有一条不是“键: 值”的形式：{entry!r}", "请对照 rules/linkage.yaml 的写法。")
    name = entry.get("id", "（无 id）")
    strange = [key for key in entry if key not in _FIELDS]
    missing = [key for key in _REQUIRED if key not in entry]
    if strange or missing:
        _wrong(
            dated,
            f"的规则 {name} 字段有误：未知 {'、'.join(strange) or '无'}，"
            f"缺少 {'、'.join(missing) or '无'}",
            f"可用字段：{'、'.join(_FIELDS)}。",
        )
    action = entry["action"]
    if action not in get_args(Action):
        _wrong(dated, f"的规则 {name} 的 action 为 {action!r}", f"可用：{'、'.join(PHASES)}。")
    values, numbers = _conditions(entry["when"], name, dated)
    follows = entry.get("follows", "")
    if follows and follows not in rules:
        _wrong(dated, f"的规则 {name} 依据的 {follows} 当日没有取值", "请核对规则键。")
    return LinkRule(
        id=name,
        title=entry["title"],
        group=entry["group"],
        values=MappingProxyType(values),
        numbers=MappingProxyType(numbers),
        action=action,
        share=_share(entry, name, dated),
        of=_of(entry, name, dated),
        follows=follows,
    )


def _share(entry: dict[str, Any], name: str, dated: DatedValue) -> float:
    share = entry.get("share")
    if entry["action"] not in SHARED:
        if share is not None:
            _wrong(dated, f"的规则 {name} 不用 share", f"只有 {'、'.join(SHARED)} 写 share。")
        return 0.0
    if not isinstance(share, int | float) or not 0 < share <= 1 or share != round(share, 6):
        _wrong(dated, f"的规则 {name} 的 share 为 {share!r}", "应大于0、不大于1，至多六位小数。")
    return float(share)


def _of(entry: dict[str, Any], name: str, dated: DatedValue) -> str:
    of = entry.get("of", RECOVERED[0])
    if entry["action"] != "recover":
        if "of" in entry:
            _wrong(dated, f"的规则 {name} 不用 of", "只有 recover 写 of。")
        return ""
    if of not in RECOVERED:
        _wrong(dated, f"的规则 {name} 的 of 为 {of!r}", f"可用：{'、'.join(RECOVERED)}。")
    return str(of)


def _conditions(
    when: Any, name: str, dated: DatedValue
) -> tuple[dict[str, frozenset[str]], dict[str, Interval]]:
    if not isinstance(when, dict):
        _wrong(dated, f"的规则 {name} 的 when 不是“键: 值”的形式", "没有条件的写 {}。")
    allowed = _choices()
    values: dict[str, frozenset[str]] = {}
    numbers: dict[str, Interval] = {}
    for key, condition in when.items():
        if key in _NUMBERS:
            numbers[key] = _interval(condition, name, dated)
        elif key in _NAMED:
            values[key] = _names(condition, key, name, dated)
        elif key not in allowed:
            known = "、".join((*allowed, *_NAMED, *_NUMBERS))
            _wrong(dated, f"的规则 {name} 有未知条件 {key}", f"可用条件：{known}。")
        elif not isinstance(condition, tuple) or not {*condition} <= {*allowed[key]}:
            choices = "、".join(allowed[key])
            _wrong(
                dated, f"的规则 {name} 的 {key} 为 {condition!r}", f"写成列表，可用：{choices}。"
            )
        else:
            values[key] = frozenset(condition)
    return values, numbers


def _names(condition: Any, key: str, name: str, dated: DatedValue) -> frozenset[str]:
    sound = isinstance(condition, tuple) and condition
    if not sound or not all(isinstance(each, str) and each for each in condition):
        _wrong(dated, f"的规则 {name} 的 {key} 为 {condition!r}", "写成文字的列表。")
    return frozenset(condition)


def _choices() -> dict[str, tuple[str, ...]]:
    projects = codebook()["projects"].columns
    kinds = ("project_type", "fund_kind", "special_kind")
    return {"grade": GRADES, "gate": GATES} | {
        kind: tuple(projects[kind].choices) for kind in kinds
    }


def _interval(condition: Any, name: str, dated: DatedValue) -> Interval:
    sound = isinstance(condition, dict) and condition and {*condition} <= {*_BOUNDS}
    sound = sound and all(isinstance(bound, int | float) for bound in condition.values())
    if not sound or {"from", "above"} <= {*condition} or {"to", "below"} <= {*condition}:
        _wrong(dated, f"的规则 {name} 的界限为 {condition!r}", f"用 {'、'.join(_BOUNDS)} 写数值。")
    low = condition.get("from", condition.get("above", -inf))
    high = condition.get("to", condition.get("below", inf))
    interval = Interval(float(low), "from" in condition, float(high), "to" in condition)
    if interval.empty:
        _wrong(dated, f"的规则 {name} 的界限之间没有数", "请核对上下限。")
    return interval


def _check_order(read: tuple[LinkRule, ...], dated: DatedValue) -> None:
    for before, after in pairwise(read):
        if PHASES[before.action] > PHASES[after.action]:
            _wrong(
                dated,
                f"的规则 {after.id}（{after.action}）排在 {before.id}（{before.action}）之后",
                "次序应为：exempt，withhold，然后 keep、no_increase、cut、cut_surplus、recover、"
                "cancel、decide，然后 floor，cap_request，最后 prioritise。",
            )
    ceilings = [rule for rule in read if rule.action == "cap_request"]
    if len(ceilings) != 1 or ceilings[0].values or ceilings[0].numbers:
        _wrong(dated, "应有一条、且只有一条无条件的 cap_request", "建议数不得超过申请数，请补上。")


def _check_conflicts(read: tuple[LinkRule, ...], dated: DatedValue) -> None:
    for one, other in combinations(read, 2):
        if one.id == other.id:
            _wrong(dated, f"有两条规则都叫 {one.id}", "请改名或合并。")
        if one.group == other.group and one.meets(other):
            _wrong(
                dated,
                f"的规则 {one.id}（{one.action}）与 {other.id}（{other.action}）冲突："
                f"同属 {one.group} 组，有的项目会同时符合",
                "请改窄其中一条的条件，或分到不同的组、依次适用。",
            )


__all__ = ["Action", "Interval", "LinkRule", "link_rules"]
