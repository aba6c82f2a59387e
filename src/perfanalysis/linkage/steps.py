"""From the base to the proposal of every project, one step a rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from perfanalysis.linkage.amounts import micro, scaled_down, share_of, sums_by, to_cents, wan
from perfanalysis.linkage.facts import condition_facts, request_facts, unspent_facts
from perfanalysis.linkage.rules import LinkRule, link_rules
from perfanalysis.rules.values import DatedValue, RulesInForce
from perfanalysis.scoring.exact import Bools, Ints, Texts, joined

STEP_COLUMNS = (
    "project_id",
    "unit_id",
    "fund_kind",
    "step",
    "rule",
    "action",
    "title",
    "fact",
    "amount_wan",
    "after_wan",
    "basis",
    "document",
    "direction",
)
_CUTS = ("cut", "recover", "cancel")


@dataclass(frozen=True)
class Walked:
    """Where every project ended, and how.

    Attributes
    ----------
    proposed : ndarray of int64, shape (n,)
        10⁻⁶ 万元, multiples of 0.01 万元; 0 for a refused project.
    decide : ndarray of bool, shape (n,)
        Whether a rule without a number leaves the amount to be decided.
    steps : DataFrame
        `STEP_COLUMNS`, project by project.
    """

    proposed: Ints
    decide: Bools
    steps: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Money:
    """What is known of each project before any step, in 10⁻⁶ 万元; `kind` is its fund kind."""

    base: Ints
    requested: Ints
    unspent: Ints
    kind: Ints
    kinds: int


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of some projects, by position."""

    rows: Ints
    amount: Ints
    after: Ints
    name: str
    action: str
    title: str
    fact: Texts | str
    source: DatedValue
    direction: str


def walk(table: pd.DataFrame, rules: RulesInForce) -> Walked:
    """Apply the rules in their order.

    Parameters
    ----------
    table : DataFrame, n rows
        From `joined_projects`.
    rules : RulesInForce
    """
    ordered = link_rules(rules)
    money = _money(table)
    status = table["status"].to_numpy("str")
    now = np.zeros(len(table), dtype=np.int64)
    steps = [_start(np.flatnonzero(np.isin(status, ["continued", "not_requested"])), money, rules)]
    steps += [_dropped(np.flatnonzero(status == "not_requested"), money, rules)]
    steps += [_new(np.flatnonzero(status == "new"), money, rules)]
    for step in steps:
        now[step.rows] = step.after
    ruled, decide = _ruled(table, status == "continued", money, now, ordered, rules)
    now, last = _rounded(np.flatnonzero(status != "refused"), money, now, rules)
    return Walked(now, decide, _frame(table, [*steps, *ruled, last]))


def _money(table: pd.DataFrame) -> _Money:
    kind, kinds = pd.factorize(table["fund_kind"].fillna(""))
    return _Money(
        base=micro(table["base_wan"]),
        requested=micro(table["requested_wan"]),
        unspent=micro(table["unspent_wan"]),
        kind=kind.astype(np.int64),
        kinds=len(kinds),
    )


def _start(rows: Ints, money: _Money, rules: RulesInForce) -> _Step:
    base, dated = money.base[rows], rules.get("link.base")
    return _Step(rows, base, base, dated.key, "base", "工作年度年初预算数", "", dated, "")


def _dropped(rows: Ints, money: _Money, rules: RulesInForce) -> _Step:
    dated, zero = rules.get("link.not_requested"), np.zeros(rows.size, dtype=np.int64)
    return _Step(
        rows, -money.base[rows], zero, dated.key, "drop", "未申请，不予安排", "", dated, ""
    )


def _new(rows: Ints, money: _Money, rules: RulesInForce) -> _Step:
    dated = rules.get("link.new_project")
    given = money.requested[rows] if dated.value == "as_requested" else 0 * rows
    title = (
        "新增，按申请数列示，待事前评估和目标审核"
        if dated.value == "as_requested"
        else "新增，暂不安排"
    )
    return _Step(
        rows, given, given, dated.key, "new", title, request_facts(wan(money.requested[rows])),
        dated, "",
    )  # fmt: skip


def _ruled(
    table: pd.DataFrame,
    continued: Bools,
    money: _Money,
    now: Ints,
    ordered: tuple[LinkRule, ...],
    rules: RulesInForce,
) -> tuple[list[_Step], Bools]:
    """The steps of the rules; moves `now` along."""
    pool = np.zeros(money.kinds, dtype=np.int64)
    exempt, fixed, decide = (np.zeros(len(table), dtype=np.bool_) for _ in range(3))
    steps = []
    for rule in ordered:
        open_ = continued if rule.action in ("exempt", "cap_request") else continued & ~exempt
        if rule.action == "prioritise":
            open_ = open_ & ~fixed
        rows = np.flatnonzero(open_ & _holds(rule, table))
        amount = _moved(rule, money, now, rows, pool)
        if rule.action == "cap_request":
            rows, amount = rows[amount < 0], amount[amount < 0]
        now[rows] += amount
        if rule.action in _CUTS:
            fixed[rows[amount < 0]] = True
            pool += sums_by(-amount, money.kind[rows], money.kinds)
        exempt[rows] |= rule.action == "exempt"
        fixed[rows] |= rule.action == "no_increase"
        decide[rows] |= rule.action == "decide"
        steps.append(_step(rule, table, money, rows, amount, now[rows], rules))
    return steps, decide


def _holds(rule: LinkRule, table: pd.DataFrame) -> Bools:
    """Which projects satisfy every condition; a number that is not known satisfies none."""
    holds = np.ones(len(table), dtype=np.bool_)
    for name, values in rule.values.items():
        holds &= table[name].isin(values).to_numpy("bool")
    for name, between in rule.numbers.items():
        number = table[name].to_numpy("float64")
        above = (number >= between.low) if between.low_in else (number > between.low)
        below = (number <= between.high) if between.high_in else (number < between.high)
        holds &= above & below
    return holds


def _moved(rule: LinkRule, money: _Money, now: Ints, rows: Ints, pool: Ints) -> Ints:
    """What a rule adds to the amounts of its projects; takes what it gives out of the pool."""
    have, base = now[rows], money.base[rows]
    taken = np.zeros(rows.size, dtype=np.int64)
    if rule.action == "cut":
        taken = np.minimum(have, share_of(base, rule.share))
    elif rule.action == "recover":
        taken = np.minimum(have, share_of(money.unspent[rows], rule.share))
    elif rule.action == "cancel":
        taken = have
    elif rule.action == "cap_request":
        taken = np.maximum(have - money.requested[rows], 0)
    elif rule.action == "prioritise":
        most = np.minimum(money.requested[rows], base + share_of(base, rule.share))
        return _from_pool(np.maximum(most - have, 0), money.kind[rows], pool)
    return -taken


def _from_pool(wanted: Ints, kind: Ints, pool: Ints) -> Ints:
    """What is given of what was cut in the same fund kind; the pool is drawn down."""
    given = np.zeros(wanted.size, dtype=np.int64)
    for each in range(pool.size):
        inside = kind == each
        given[inside] = scaled_down(wanted[inside], int(pool[each]))
        pool[each] -= given[inside].sum()
    return given


def _step(
    rule: LinkRule,
    table: pd.DataFrame,
    money: _Money,
    rows: Ints,
    amount: Ints,
    after: Ints,
    rules: RulesInForce,
) -> _Step:
    fact = condition_facts(rule, table.iloc[rows])
    if rule.action == "recover":
        fact = joined(fact, unspent_facts(wan(money.unspent[rows])))
    if rule.action in ("cap_request", "prioritise"):
        fact = joined(fact, request_facts(wan(money.requested[rows])))
    direction = rules.get(rule.follows).cite() if rule.follows else ""
    dated = rules.get("link.rules")
    fact = pc.utf8_rtrim(fact, characters="；")
    return _Step(rows, amount, after, rule.id, rule.action, rule.title, fact, dated, direction)


def _rounded(rows: Ints, money: _Money, now: Ints, rules: RulesInForce) -> tuple[Ints, _Step]:
    result = np.zeros(now.size, dtype=np.int64)
    result[rows] = to_cents(now[rows], money.kind[rows])
    moved = np.flatnonzero(result != now)
    dated = rules.get("link.rounding")
    amount = result[moved] - now[moved]
    title = "取到两位小数"
    return result, _Step(moved, amount, result[moved], dated.key, "round", title, "", dated, "")


def _frame(table: pd.DataFrame, steps: list[_Step]) -> pd.DataFrame:
    """The steps of each project in their order."""
    rows = np.concatenate([step.rows for step in steps])
    parts = [_part(table, step) for step in steps if step.rows.size]
    frame = pd.concat(parts or [_part(table, steps[0])], ignore_index=True)
    frame = frame.iloc[np.argsort(rows, kind="stable")]
    number = frame.groupby("project_id", sort=False).cumcount()
    return frame.assign(step=number)[list(STEP_COLUMNS)].reset_index(drop=True)


def _part(table: pd.DataFrame, step: _Step) -> pd.DataFrame:
    whose = table.iloc[step.rows][["project_id", "unit_id", "fund_kind"]]
    fact = pd.array(step.fact, dtype="str") if not isinstance(step.fact, str) else step.fact
    constant = {
        "rule": step.name,
        "action": step.action,
        "title": step.title,
        "basis": step.source.basis,
        "document": step.source.cite(),
        "direction": step.direction,
    }
    money = {"amount_wan": wan(step.amount), "after_wan": wan(step.after)}
    frame = whose.assign(fact=fact, **money, **constant)
    return frame.astype(dict.fromkeys(["fact", *constant], "str"))


__all__ = ["STEP_COLUMNS", "Walked", "walk"]
