"""What one rule moves: which projects it is open to, how much it takes or gives."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from perfanalysis.linkage.amounts import micro, scaled_down, share_of, sums_by
from perfanalysis.linkage.rules import LinkRule
from perfanalysis.scoring.exact import Bools, Ints

_CUTS = ("cut", "cut_surplus", "recover", "cancel")
_OUTSIDE = ("unspent_wan", "unused_carryover_wan", "surplus_growth_wan")


@dataclass(frozen=True, slots=True)
class Money:
    """What is known of each project before any step, in 10⁻⁶ 万元.

    Attributes
    ----------
    base, requested : ndarray of int64, shape (n,)
    kind, unit : ndarray of int64, shape (n,)
        Number of its fund kind and of its unit.
    kinds : int
        How many fund kinds there are.
    """

    base: Ints
    requested: Ints
    kind: Ints
    kinds: int
    unit: Ints
    _known: dict[str, Ints] = field(repr=False)

    def known(self, name: str) -> Ints:
        """Amounts ≥ 0 of what is recovered or of the unit's surplus growth; 0 where unknown."""
        return self._known[name]


def money_of(table: pd.DataFrame) -> Money:
    """Read the amounts of `joined_projects`."""
    kind, kinds = pd.factorize(table["fund_kind"].fillna(""))
    names = [name for name in _OUTSIDE if name in table]
    return Money(
        base=micro(table["base_wan"]),
        requested=micro(table["requested_wan"]),
        kind=kind.astype(np.int64),
        kinds=len(kinds),
        unit=pd.factorize(table["unit_id"].fillna(""))[0].astype(np.int64),
        _known={name: np.maximum(micro(table[name]), 0) for name in names},
    )


@dataclass(frozen=True, slots=True)
class State:
    """Where every project stands while the rules are applied; its arrays are moved along.

    Attributes
    ----------
    now : ndarray of int64, shape (n,)
    pool : ndarray of int64, shape (kinds,)
        What was cut and not given again, by fund kind.
    cut : ndarray of int64, shape (n,)
        What of each was cut by rules that a floor may give back.
    continued, new : ndarray of bool, shape (n,)
    closed : ndarray of bool, shape (n,)
        Exempt or withheld: no later rule but the request applies.
    fixed : ndarray of bool, shape (n,)
        Gets nothing of the pool.
    lowered : ndarray of bool, shape (n,)
        Fixed because a rule cut it, not because one bars an increase.
    decide : ndarray of bool, shape (n,)
    """

    now: Ints
    pool: Ints
    cut: Ints
    continued: Bools
    new: Bools
    closed: Bools
    fixed: Bools
    lowered: Bools
    decide: Bools

    @classmethod
    def start(cls, status: np.ndarray, now: Ints, money: Money) -> State:
        """Before the first rule."""
        count = now.size
        return cls(
            now=now,
            pool=np.zeros(money.kinds, dtype=np.int64),
            cut=np.zeros(count, dtype=np.int64),
            continued=status == "continued",
            new=status == "new",
            closed=np.zeros(count, dtype=np.bool_),
            fixed=np.zeros(count, dtype=np.bool_),
            lowered=np.zeros(count, dtype=np.bool_),
            decide=np.zeros(count, dtype=np.bool_),
        )


def apply_rule(
    rule: LinkRule, table: pd.DataFrame, money: Money, state: State
) -> tuple[Ints, Ints]:
    """Apply one rule.

    Parameters
    ----------
    rule : LinkRule
    table : DataFrame, n rows
    money : Money
    state : State
        Moved along.

    Returns
    -------
    tuple of ndarray of int64
        Positions of the projects that it applied to, and what it added to each.
    """
    rows = np.flatnonzero(_open(rule, state) & _holds(rule, table))
    amount = _moved(rule, money, state, rows)
    if rule.action in ("cap_request", "floor"):
        rows, amount = rows[amount != 0], amount[amount != 0]
    state.now[rows] += amount
    if rule.action in _CUTS:
        state.fixed[rows[amount < 0]] = True
        state.lowered[rows[amount < 0]] = True
        state.pool[:] += sums_by(-amount, money.kind[rows], money.kinds)
    if rule.action in ("cut", "cut_surplus", "recover"):
        state.cut[rows] -= amount
    if rule.action == "floor":
        state.pool[:] -= sums_by(amount, money.kind[rows], money.kinds)
    state.closed[rows] |= rule.action in ("exempt", "withhold")
    state.fixed[rows] |= rule.action == "no_increase"
    state.decide[rows] |= rule.action == "decide"
    return rows, amount


def barred_rows(rule: LinkRule, table: pd.DataFrame, state: State) -> Ints:
    """Positions of projects that a rule that gives would serve, had no rule fixed them before."""
    return np.flatnonzero(state.continued & ~state.closed & state.fixed & _holds(rule, table))


def _open(rule: LinkRule, state: State) -> Bools:
    """Which projects a rule may apply to at all."""
    if rule.action in ("exempt", "cap_request"):
        return state.continued
    if rule.action in ("withhold", "decide"):
        return (state.continued | state.new) & ~state.closed
    open_ = state.continued & ~state.closed
    return open_ & ~state.fixed if rule.action == "prioritise" else open_


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


def _moved(rule: LinkRule, money: Money, state: State, rows: Ints) -> Ints:
    """What a rule adds to the amounts of its projects; takes what it gives out of the pool."""
    have, base = state.now[rows], money.base[rows]
    taken = np.zeros(rows.size, dtype=np.int64)
    if rule.action == "cut":
        taken = np.minimum(have, share_of(base, rule.share))
    elif rule.action == "cut_surplus":
        wanted = share_of(money.known("surplus_growth_wan")[rows], rule.share)
        taken = _of_units(have, wanted, money.unit[rows])
    elif rule.action == "recover":
        taken = np.minimum(have, share_of(money.known(rule.of)[rows], rule.share))
    elif rule.action in ("cancel", "withhold"):
        taken = have
    elif rule.action == "floor":
        taken = -np.minimum(np.maximum(share_of(base, rule.share) - have, 0), state.cut[rows])
    elif rule.action == "cap_request":
        taken = np.maximum(have - money.requested[rows], 0)
    elif rule.action == "prioritise":
        return _from_pool(room_of(rule, money, rows, have), money.kind[rows], state.pool)
    return -taken


def room_of(rule: LinkRule, money: Money, rows: Ints, have: Ints) -> Ints:
    """What a rule that gives could add at most to projects that have so much."""
    base = money.base[rows]
    most = np.minimum(money.requested[rows], base + share_of(base, rule.share))
    room: Ints = np.maximum(most - have, 0)
    return room


def _of_units(have: Ints, wanted: Ints, unit: Ints) -> Ints:
    """A cut of each unit, borne by its projects in proportion to what they have."""
    taken = np.zeros(have.size, dtype=np.int64)
    order = np.argsort(unit, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(unit[order])) + 1):
        if not rows.size:
            continue
        whole = int(min(wanted[rows[0]], have[rows].sum()))
        taken[rows] = scaled_down(have[rows], whole)
        room = rows[have[rows] > taken[rows]]
        taken[room[: whole - int(taken[rows].sum())]] += 1
    return taken


def _from_pool(wanted: Ints, kind: Ints, pool: Ints) -> Ints:
    """What is given of what was cut in the same fund kind; the pool is drawn down."""
    given = np.zeros(wanted.size, dtype=np.int64)
    for each in range(pool.size):
        inside = kind == each
        given[inside] = scaled_down(wanted[inside], int(pool[each]))
        pool[each] -= given[inside].sum()
    return given


__all__ = ["Money", "State", "apply_rule", "barred_rows", "money_of", "room_of"]
