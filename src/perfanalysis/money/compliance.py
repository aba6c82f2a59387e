"""Whether the money stayed inside what was approved: payee, purpose, line, account, project."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from perfanalysis.data.flags import quoted
from perfanalysis.data.tables import YearData
from perfanalysis.money.hits import amount, cells, day, hits
from perfanalysis.rules.values import RulesInForce

_REMARK = r"[（(][^（()）]*[)）]"


def compliance_hits(year: YearData, rules: RulesInForce) -> pd.DataFrame:
    """Compare payments, accounts and transfers with the approved budget.

    Parameters
    ----------
    year : YearData
        Tables ``projects``, ``payments``, ``budget_lines``, ``accounts``, ``transfers``.
    rules : RulesInForce
        ``compliance.*``.

    Returns
    -------
    DataFrame
        Hits (see `hits`) of ``payee-out-of-scope``, ``purpose-out-of-scope``,
        ``purpose-unmatched``, ``budget-line-foreign``, ``budget-line-over`` (专款专用),
        ``account-mixed`` (单独设账), ``transfer-unapproved``.
    """
    paid = with_scope(year)
    strange = words_in(paid["payee"], paid["approved"], rules.value("compliance.payee_words"))
    words: tuple[str, ...] = rules.value("compliance.purpose_words")
    purpose: dict[str, tuple[str, ...]] = {word: (word,) for word in words}
    barred = words_in(paid["purpose"], paid["approved"], purpose)
    return pd.concat(
        [
            _words(year, rules, "payee-out-of-scope", paid.assign(word=strange)),
            _words(year, rules, "purpose-out-of-scope", paid.assign(word=barred)),
            _unmatched(year, rules, paid[barred == ""]),
            _foreign(year, paid),
            _over(year, rules, paid),
            _mixed(year, paid),
            _moved(year),
        ],
        ignore_index=True,
    )


def with_scope(year: YearData) -> pd.DataFrame:
    """Payments with what was approved for them.

    Returns
    -------
    DataFrame
        Table ``payments`` with ``line_project`` and ``line_wan`` (of its budget line, empty where
        it has none), ``scope`` and ``line_purpose``, ``lines`` (number of lines of the project) and
        ``approved``: the text of the line and the project's name; of all its lines where the
        payment names none.
    """
    lines = year["budget_lines"]
    names = year["projects"].set_index("project_id")["name"]
    text = lines["scope"].fillna("") + " " + lines["purpose"].fillna("")
    whole = text.groupby(lines["project_id"]).agg(" ".join)
    columns = {"project_id": "line_project", "amount_wan": "line_wan", "purpose": "line_purpose"}
    detail = lines.assign(text=text).rename(columns=columns).set_index("line_id")
    paid = (
        year["payments"]
        .dropna(subset=["amount_wan"])
        .join(
            detail[["line_project", "line_wan", "scope", "line_purpose", "text"]], on="budget_line"
        )
    )
    every = whole.reindex(paid["project_id"]).set_axis(paid.index)
    name = names.reindex(paid["project_id"]).set_axis(paid.index).fillna("")
    count = lines.groupby("project_id").size()
    number = count.reindex(paid["project_id"]).set_axis(paid.index).fillna(0)
    return paid.assign(
        approved=paid["text"].fillna(every).fillna("") + " " + name, lines=number.astype("int64")
    )


def words_in(texts: pd.Series, approved: pd.Series, words: dict[str, tuple[str, ...]]) -> pd.Series:
    """The first of the words that a text holds and the approved text does not allow.

    Parameters
    ----------
    texts, approved : Series of str
    words : mapping of str to tuple of str
        Word to the words that allow it where the approved text holds one of them.

    Returns
    -------
    Series of str
        Empty where there is none.
    """
    found = pd.Series("", index=texts.index, dtype="str")
    texts, approved = texts.fillna(""), approved.fillna("")
    for word, allowed in words.items():
        has = texts.str.contains(word, regex=False) & (found == "")
        if not has.any():
            continue
        if allowed:
            pattern = "|".join(re.escape(each) for each in allowed)
            has &= ~approved.str.contains(pattern)
        found = found.mask(has, word)
    return found


def _words(year: YearData, rules: RulesInForce, check: str, paid: pd.DataFrame) -> pd.DataFrame:
    column = check.partition("-")[0]
    strange = paid[paid["word"] != ""]
    label = "收款人" if column == "payee" else "用途"
    seen = [
        f"{day(row.date)}支付{row.amount_wan:,.2f}，{label}“{getattr(row, column)}”含“{row.word}”，"
        f"批复内容为“{row.approved.strip()}”"
        for row in strange.itertuples()
    ]
    at = cells(year, "payments", [[row] for row in strange.index], column)
    found = strange.assign(money_wan=strange["amount_wan"], seen=seen)
    return hits(check, found, rows=at, rule=rules.get(f"compliance.{column}_words"))


def _unmatched(year: YearData, rules: RulesInForce, paid: pd.DataFrame) -> pd.DataFrame:
    """Payments whose purpose is unlike what their line was approved for."""
    rule = rules.get("compliance.purpose_match")
    told = paid[paid["purpose"].notna() & paid["line_purpose"].notna()]
    purpose = told["purpose"].str.replace(_REMARK, "", regex=True)
    alike = np.maximum(_likeness(purpose, told["line_purpose"]), _likeness(purpose, told["scope"]))
    odd = told.assign(alike=alike)[alike < rule.value]
    seen = [
        f"{day(row.date)}支付{row.amount_wan:,.2f}，用途“{row.purpose}”，"
        f"批复明细为“{_line(row.scope, row.line_purpose)}”，文字相似度{row.alike:.0%}"
        for row in odd.itertuples()
    ]
    at = cells(year, "payments", [[row] for row in odd.index], "purpose")
    return hits(
        "purpose-unmatched", odd.assign(money_wan=odd["amount_wan"], seen=seen), rows=at, rule=rule
    )


def _line(scope: object, purpose: str) -> str:
    return f"{scope}：{purpose}" if isinstance(scope, str) and scope else purpose


def _likeness(left: pd.Series, right: pd.Series) -> np.ndarray:
    """Similarity of two columns of texts, 0 to 1, worked out once for each pair."""
    pairs = pd.MultiIndex.from_arrays([left, right.fillna("")])
    codes, unique = pairs.factorize()
    if not len(unique):
        return np.zeros(0)
    first, second = (unique.get_level_values(level).tolist() for level in (0, 1))
    likeness: np.ndarray = process.cpdist(first, second, scorer=fuzz.partial_ratio)
    return np.asarray(likeness[codes] / 100)


def _foreign(year: YearData, paid: pd.DataFrame) -> pd.DataFrame:
    """Payments on no line, or on another project's, of a project that has lines."""
    wrong = paid["line_project"].isna() | (paid["line_project"] != paid["project_id"])
    foreign = paid[wrong.fillna(True) & (paid["lines"] > 0)]
    seen = [
        f"{day(row.date)}支付{row.amount_wan:,.2f}，"
        + (
            "没有对应的批复明细"
            if pd.isna(row.line_project)
            else f"列在项目{row.line_project}的明细{row.budget_line}"
        )
        for row in foreign.itertuples()
    ]
    at = cells(year, "payments", [[row] for row in foreign.index], "budget_line")
    found = foreign.assign(money_wan=foreign["amount_wan"], seen=seen)
    return hits("budget-line-foreign", found, rows=at)


def _over(year: YearData, rules: RulesInForce, paid: pd.DataFrame) -> pd.DataFrame:
    rule = rules.get("compliance.line_tolerance")
    on_line = paid[paid["line_project"] == paid["project_id"]]
    lines = (
        on_line.assign(row=on_line.index)
        .groupby("budget_line", as_index=False)
        .agg(
            project_id=("project_id", "first"),
            scope=("scope", "first"),
            line_wan=("line_wan", "first"),
            paid_wan=("amount_wan", "sum"),
            rows=("row", list),
        )
    )
    over = lines[lines["paid_wan"] > lines["line_wan"] * (1 + rule.value)]
    seen = [
        f"明细{row.budget_line}{quoted(row.scope)}批复{row.line_wan:,.2f}，支付{row.paid_wan:,.2f}"
        for row in over.itertuples()
    ]
    found = over.assign(
        money_wan=over["paid_wan"] - over["line_wan"],
        excess=over["paid_wan"] / over["line_wan"].where(over["line_wan"] > 0),
        seen=seen,
    )
    at = cells(year, "payments", over["rows"], "amount_wan")
    return hits("budget-line-over", found, rows=at, rule=rule)


def _mixed(year: YearData, paid: pd.DataFrame) -> pd.DataFrame:
    """Payments of a project with an account of its own from another, or from another's."""
    accounts = year["accounts"]
    owned = accounts[accounts["project_id"].notna() & (accounts["kind"] == "dedicated")]
    owner = owned.set_index("account_id")["project_id"].reindex(paid["account"])
    owner = owner.set_axis(paid.index)
    has_own = paid["project_id"].isin(owned["project_id"])
    own = (owner == paid["project_id"]).fillna(False)
    mixed = paid[paid["account"].notna() & ~own & (has_own | owner.notna())]
    table = (
        mixed.assign(row=mixed.index)
        .groupby(["project_id", "account"], as_index=False)
        .agg(number=("row", "size"), money_wan=("amount_wan", "sum"), rows=("row", list))
    )
    projects = owned.drop_duplicates("project_id").set_index("project_id")["account_id"]
    seen = [
        f"从账户{row.account}付款{row.number}笔共{row.money_wan:,.2f}，"
        + (
            f"本项目专户为{projects[row.project_id]}"
            if row.project_id in projects.index
            else "该账户是别的项目的专户"
        )
        for row in table.itertuples()
    ]
    at = cells(year, "payments", table["rows"], "account")
    return hits("account-mixed", table.assign(seen=seen), rows=at)


def _moved(year: YearData) -> pd.DataFrame:
    moved = year["transfers"]
    moved = moved[moved["approved_document"].isna()]
    seen = [
        f"{day(row.date)}从项目{row.from_project}调剂{amount(row.amount_wan)}到{row.to_project}，"
        "没有批准文件"
        for row in moved.itertuples()
    ]
    found = moved.assign(project_id=moved["from_project"], money_wan=moved["amount_wan"], seen=seen)
    at = cells(year, "transfers", [[row] for row in moved.index], "approved_document")
    return hits("transfer-unapproved", found, rows=at)


__all__ = ["compliance_hits", "with_scope", "words_in"]
