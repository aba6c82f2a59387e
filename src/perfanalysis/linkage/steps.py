"""From the base to the proposal of every project, one step a rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from perfanalysis.errors import DataError
from perfanalysis.linkage.amounts import to_cents, wan
from perfanalysis.linkage.facts import (
    barred_facts,
    condition_facts,
    recovered_facts,
    request_facts,
    room_facts,
    surplus_facts,
    ungated_facts,
    unrounded_facts,
)
from perfanalysis.linkage.moves import (
    Money,
    State,
    apply_rule,
    barred_rows,
    money_of,
    room_of,
)
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
_WHOSE = ("project_id", "unit_id", "fund_kind")


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

    Raises
    ------
    DataError
        If a rule looks at what the table does not have.
    """
    ordered = link_rules(rules)
    _check_known(ordered, table)
    money = money_of(table)
    status = table["status"].to_numpy("str")
    now = np.zeros(len(table), dtype=np.int64)
    dropped = (status == "not_requested") & (money.base > 0)
    steps = [_start(np.flatnonzero(np.isin(status, ["continued", "not_requested"])), money, rules)]
    steps += [_dropped(np.flatnonzero(dropped), money, rules)]
    steps += [_new(np.flatnonzero(status == "new"), table, money, rules)]
    for step in steps:
        now[step.rows] = step.after
    state = State.start(status, now, money)
    ruled = []
    for rule in ordered:
        rows, amount = apply_rule(rule, table, money, state)
        ruled.append(_step(rule, table, money, rows, amount, state.now[rows], rules))
        if rule.action == "prioritise":
            ruled.append(_barred(rule, table, state, rules))
    now = state.now
    now, last = _rounded(np.flatnonzero(status != "refused"), money, now, rules)
    return Walked(now, state.decide, _frame(table, [*steps, *ruled, last]))


def _check_known(ordered: tuple[LinkRule, ...], table: pd.DataFrame) -> None:
    for rule in ordered:
        wanted = {*rule.values, *rule.numbers, *([rule.of] if rule.of else [])}
        wanted |= {"surplus_growth_wan"} if rule.action == "cut_surplus" else set()
        if missing := sorted(wanted - {*table.columns}):
            raise DataError(
                f"规则 {rule.id} 要看 {'、'.join(missing)}，而没有给出这些情况。"
                "请用 project_circumstances 从各表取得后一并传入（circumstances）。"
            )


def _start(rows: Ints, money: Money, rules: RulesInForce) -> _Step:
    base, dated = money.base[rows], rules.get("link.base")
    return _Step(rows, base, base, dated.key, "base", "工作年度年初预算数", "", dated, "")


def _dropped(rows: Ints, money: Money, rules: RulesInForce) -> _Step:
    dated, zero = rules.get("link.not_requested"), np.zeros(rows.size, dtype=np.int64)
    return _Step(
        rows, -money.base[rows], zero, dated.key, "drop", "未申请，不予安排", "", dated, ""
    )


def _new(rows: Ints, table: pd.DataFrame, money: Money, rules: RulesInForce) -> _Step:
    dated = rules.get("link.new_project")
    given = money.requested[rows] if dated.value == "as_requested" else 0 * rows
    title = "新增，按申请数列示" if dated.value == "as_requested" else "新增，暂不安排"
    gate = table["gate"].iloc[rows] if "gate" in table else pd.Series([None] * rows.size)
    fact = joined(request_facts(wan(money.requested[rows])), ungated_facts(gate))
    return _Step(rows, given, given, dated.key, "new", title, fact, dated, "")


def _step(
    rule: LinkRule,
    table: pd.DataFrame,
    money: Money,
    rows: Ints,
    amount: Ints,
    after: Ints,
    rules: RulesInForce,
) -> _Step:
    fact = condition_facts(rule, table, rows)
    if rule.action == "recover":
        fact = joined(fact, recovered_facts(rule.of, wan(money.known(rule.of)[rows])))
    if rule.action == "cut_surplus":
        fact = joined(fact, surplus_facts(wan(money.known("surplus_growth_wan")[rows])))
    if rule.action in ("cap_request", "prioritise"):
        fact = joined(fact, request_facts(wan(money.requested[rows])))
    if rule.action == "prioritise":
        fact = joined(fact, room_facts(wan(room_of(rule, money, rows, after - amount))))
    direction = rules.get(rule.follows).cite() if rule.follows else ""
    dated = rules.get("link.rules")
    fact = pc.utf8_rtrim(fact, characters="；")
    return _Step(rows, amount, after, rule.id, rule.action, rule.title, fact, dated, direction)


def _barred(rule: LinkRule, table: pd.DataFrame, state: State, rules: RulesInForce) -> _Step:
    """What a rule that gives says of the projects that one before it fixed: nothing, and why."""
    rows = barred_rows(rule, table, state)
    fact = joined(condition_facts(rule, table, rows), barred_facts(state.lowered[rows]))
    direction = rules.get(rule.follows).cite() if rule.follows else ""
    nothing = np.zeros(rows.size, dtype=np.int64)
    return _Step(
        rows, nothing, state.now[rows], rule.id, "barred", rule.title, fact,
        rules.get("link.rules"), direction,
    )  # fmt: skip


def _rounded(rows: Ints, money: Money, now: Ints, rules: RulesInForce) -> tuple[Ints, _Step]:
    result = np.zeros(now.size, dtype=np.int64)
    result[rows] = to_cents(now[rows], money.kind[rows])
    moved = np.flatnonzero(result != now)
    dated = rules.get("link.rounding")
    amount = result[moved] - now[moved]
    title, fact = "取到两位小数", unrounded_facts(wan(now[moved]))
    return result, _Step(moved, amount, result[moved], dated.key, "round", title, fact, dated, "")


def _frame(table: pd.DataFrame, steps: list[_Step]) -> pd.DataFrame:
    """The steps of each project in their order."""
    rows = np.concatenate([step.rows for step in steps])
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    begins = np.r_[True, rows[1:] != rows[:-1]][: rows.size]
    place = np.arange(rows.size)
    facts = pa.concat_arrays([_facts(step) for step in steps])
    which = np.repeat(np.arange(len(steps)), [step.rows.size for step in steps])[order]
    columns = {name: table[name].iloc[rows].array for name in _WHOSE}
    columns |= {name: _repeated(texts, which) for name, texts in _constant(steps).items()}
    return pd.DataFrame(
        {
            **columns,
            "step": place - np.maximum.accumulate(np.where(begins, place, 0)),
            "fact": pd.array(facts.take(pa.array(order)), dtype="str"),
            "amount_wan": wan(np.concatenate([step.amount for step in steps])[order]),
            "after_wan": wan(np.concatenate([step.after for step in steps])[order]),
        }
    )[list(STEP_COLUMNS)]


def _facts(step: _Step) -> Texts:
    if not isinstance(step.fact, str):
        return step.fact
    return pa.repeat(pa.scalar(step.fact, pa.large_string()), step.rows.size)


def _constant(steps: list[_Step]) -> dict[str, list[str]]:
    """What is the same for all projects of a step, step by step."""
    return {
        "rule": [step.name for step in steps],
        "action": [step.action for step in steps],
        "title": [step.title for step in steps],
        "basis": [step.source.basis for step in steps],
        "document": [step.source.cite() for step in steps],
        "direction": [step.direction for step in steps],
    }


def _repeated(texts: list[str], which: Ints) -> pd.api.extensions.ExtensionArray:
    return pd.array(pa.array(texts, pa.large_string()).take(pa.array(which)), dtype="str")


__all__ = ["STEP_COLUMNS", "Walked", "walk"]
