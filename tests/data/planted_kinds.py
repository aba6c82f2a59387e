"""How each planted kind shows in the tables: detectors by hand, for the tests of the sample only.

Each takes the tables of a year and of the year before it, and returns the ids in which it sees the
defect. They read no rule file and no module of the package, so that they can disagree with it.
"""

import pandas as pd

VAGUE = ("效果显著", "有效提升", "明显改善", "持续改善", "较高")
STRANGE_PURPOSE = "公务接待费|职工福利|公务用车|外出考察|以前年度欠款"
STRANGE_PAYEE = "酒店|旅行社|商贸行|汽车维修厂|餐饮店"
DETECTORS = {}


def detects(kind):
    def register(function):
        DETECTORS[kind] = function
        return function

    return register


def money(t):
    names = ["annual_wan", "received_wan", "executed_wan", "carried_in_wan", "carried_out_wan"]
    return t["funds"].groupby("project_id")[names].sum()


def evaluated(t):
    return t["projects"][t["projects"].is_self_evaluated].set_index("project_id")


def forms(t):
    return t["indicators"][t["indicators"].project_id.isin(evaluated(t).index)]


def rule_score(rows):
    """Points by the national rule, unrounded; NaN where there is nothing to compute."""
    share = rows.actual / rows.target.where(rows.target > 0)
    ceiling = 1 - (rows.actual - rows.target) / rows.target.where(rows.target > 0)
    share = share.where(rows.op != "at_most", ceiling)
    share = share.where(rows.target != 0, (rows.actual <= 0).astype(float))
    return rows.points * share.clip(0, 1)


def lacking(t, text):
    """Self-evaluated projects without an indicator whose level 1 or level 2 is that."""
    rows = forms(t)
    there = rows[(rows.level1 == text) | rows.level2.str.startswith(text)].project_id
    return set(evaluated(t).index) - set(there)


@detects("idle-funds")
def _(t, before):
    m = money(t)
    return set(m.index[(m.executed_wan == 0) & (m.received_wan > 0)])


@detects("low-execution")
def _(t, before):
    m = money(t)
    rate = m.executed_wan / m.annual_wan
    return set(m.index[(rate > 0) & (rate < 0.5)])


@detects("executed-over-budget")
def _(t, before):
    m = money(t)
    return set(m.index[m.executed_wan > m.annual_wan + 1e-6])


@detects("funds-initial-zero")
def _(t, before):
    m = t["funds"].groupby("project_id")[["initial_wan", "executed_wan"]].sum()
    return set(m.index[(m.initial_wan == 0) & (m.executed_wan > 0)])


@detects("carry-over-two-years")
def _(t, before):
    rows = t["funds"][t["funds"].fund_source == "carried_in"]
    return set(rows[rows.carried_out_wan > 0].project_id)


@detects("rush-spending")
def _(t, before):
    """Most of the money after mid-December, and nothing accepted that it would be paid for."""
    paid, year = t["payments"], t["payments"].date.dt.year.mode()[0]
    late = paid[paid.date >= f"{year}-12-15"].groupby("project_id").amount_wan.sum()
    share = late / paid.groupby("project_id").amount_wan.sum()
    accepted = t["contracts"][t["contracts"].acceptance_date.notna()].project_id
    return set(share.index[share > 0.57]) - set(accepted)


def contract_states(t):
    """Each contract payment with what was paid and verified by then."""
    paid = t["payments"].dropna(subset=["contract_id"]).sort_values(["date", "payment_id"])
    paid["so_far"] = paid.groupby("contract_id").amount_wan.cumsum()
    states = t["contracts"].sort_values("date")
    columns = ["contract_id", "date", "signed_wan", "work_done_wan", "advance_wan"]
    return pd.merge_asof(paid, states[columns], on="date", by="contract_id")


@detects("payment-ahead-of-work")
def _(t, before):
    s = contract_states(t)
    ahead = s.so_far - s.advance_wan > s.work_done_wan + 1e-6
    return set(s[ahead].project_id) - DETECTORS["payment-over-contract"](t, before)


@detects("payment-over-contract")
def _(t, before):
    signed = t["contracts"].sort_values("date").groupby("contract_id").last()
    paid = t["payments"].groupby("contract_id").amount_wan.sum()
    over = paid[paid > signed.signed_wan.reindex(paid.index) + 1e-6].index
    return set(signed.loc[over].project_id)


@detects("payment-split")
def _(t, before):
    """Three or more to one payee for one thing within a week, each just under a round limit."""
    free = t["payments"][t["payments"].contract_id.isna() & (t["payments"].date.dt.month < 12)]
    found = set()
    for limit in (5, 10, 20, 30, 50):
        near = free[free.amount_wan.between(0.9 * limit, limit, inclusive="left")]
        groups = near.groupby(["project_id", "payee", "purpose"]).date.agg(["size", "min", "max"])
        close = groups[(groups["size"] >= 3) & ((groups["max"] - groups["min"]).dt.days <= 7)]
        found |= set(close.index.get_level_values("project_id"))
    return found


@detects("payment-duplicate")
def _(t, before):
    same = ["project_id", "payee", "amount_wan", "purpose"]
    rows = t["payments"][t["payments"].duplicated(same, keep=False)]
    return set(rows.project_id)


@detects("payment-round")
def _(t, before):
    rows = t["payments"][t["payments"].contract_id.isna() & (t["payments"].amount_wan > 12)]
    yuan = (rows.amount_wan * 10_000).round().astype("int64")
    alike = rows.groupby(["project_id", "budget_line", "amount_wan"]).payment_id.transform("size")
    return set(rows[(yuan % 50_000 == 0) & (alike < 3)].project_id)


@detects("payment-after-year")
def _(t, before):
    year = t["payments"].date.dt.year.mode()[0]
    return set(t["payments"][t["payments"].date.dt.year != year].project_id)


@detects("payee-out-of-scope")
def _(t, before):
    return set(t["payments"][t["payments"].payee.str.contains(STRANGE_PAYEE)].project_id)


@detects("purpose-out-of-scope")
def _(t, before):
    return set(t["payments"][t["payments"].purpose.str.contains(STRANGE_PURPOSE)].project_id)


@detects("account-mixed")
def _(t, before):
    own = t["accounts"].dropna(subset=["project_id"]).set_index("project_id").account_id
    paid = t["payments"][t["payments"].project_id.isin(own.index)]
    return set(paid[paid.account != paid.project_id.map(own)].project_id)


@detects("transfer-unapproved")
def _(t, before):
    return set(t["transfers"][t["transfers"].approved_document.isna()].transfer_id)


@detects("form-unfilled")
def _(t, before):
    rows = forms(t)
    blank = rows.actual.isna() & rows.actual_text.isna() & rows.self_score.isna()
    return set(blank.groupby(rows.project_id).all().loc[lambda all_blank: all_blank].index)


@detects("indicators-identical")
def _(t, before):
    rows = forms(t)
    rows = rows[rows.level2.isin(["数量指标", "质量指标", "时效指标", "成本指标"])]
    kinds = rows.groupby("project_id").level2.nunique()
    names = rows.groupby("project_id")[["level3", "target"]].nunique()
    return set(names.index[(kinds == 4) & (names.level3 == 1) & (names.target == 1)])


@detects("targets-copied")
def _(t, before):
    rows = forms(t)
    target = rows.target.astype("str").fillna("") + rows.target_text.fillna("")
    cells = rows.level3 + "|" + target + "|" + rows.points.astype("str")
    whole = cells.groupby(rows.project_id).agg("/".join)
    return set(whole.index[whole.duplicated(keep=False)])


@detects("target-missing")
def _(t, before):
    rows = forms(t)
    blank = rows.target.isna() & rows.target_text.isna()
    return set(rows[blank].project_id)


@detects("target-unmeasurable")
def _(t, before):
    rows = forms(t)
    return set(rows[rows.target_text.isin(VAGUE)].project_id)


@detects("satisfaction-missing")
def _(t, before):
    """Also where the split with cost allows to leave it out: those have cost as level 1."""
    rows = forms(t)
    with_cost = set(rows[rows.level1 == "cost"].project_id)
    return lacking(t, "satisfaction") - with_cost


@detects("quality-missing")
def _(t, before):
    return lacking(t, "质量")


@detects("cost-missing")
def _(t, before):
    return lacking(t, "成本") & lacking(t, "cost")


@detects("money-as-quantity")
def _(t, before):
    rows = forms(t)
    return set(rows[(rows.level2 == "数量指标") & (rows.measure_unit == "万元")].project_id)


@detects("target-too-low")
def _(t, before):
    if t is before:
        return set()
    rows = forms(t).merge(
        forms(before)[["project_id", "level3", "actual"]],
        on=["project_id", "level3"],
        suffixes=("", "_before"),
    )
    low = (rows.op == "at_least") & (rows.target < 0.7 * rows.actual_before)
    counted = (rows.level2 == "数量指标") & (rows.measure_unit != "%")
    return set(rows[low & counted].project_id)


@detects("weights-sum")
def _(t, before):
    points = forms(t).groupby("project_id").points.sum()
    return set(points.index[(points - 90).abs() > 1e-6])


@detects("score-above-rule")
def _(t, before):
    rows = forms(t)
    return set(rows[rows.self_score > rule_score(rows) + 0.05].project_id)


@detects("score-below-rule")
def _(t, before):
    rows = forms(t)
    below = (rows.self_score < rule_score(rows) - 0.05) & rows.reason.isna()
    return set(rows[below].project_id)


@detects("overachieved-unexplained")
def _(t, before):
    rows = forms(t)
    beyond = (rows.op == "at_least") & (rows.target > 0) & (rows.actual >= 1.3 * rows.target)
    return set(rows[beyond & rows.reason.isna()].project_id)


@detects("total-mismatch")
def _(t, before):
    own = evaluated(t)
    total = forms(t).groupby("project_id").self_score.sum() + own.stated_execution_score
    return set(own.index[(own.stated_total - total).abs() > 0.05])


@detects("execution-score-differs")
def _(t, before):
    own, m = evaluated(t), money(t)
    by_rate = 10 * (m.executed_wan / m.annual_wan).clip(upper=1)
    return set(own.index[(own.stated_execution_score - by_rate.reindex(own.index)).abs() > 0.05])


@detects("idle-asset")
def _(t, before):
    rows = t["assets"]
    return set(rows[~rows.in_use & (rows.finished.dt.month < 12)].project_id)


@detects("upkeep-missing")
def _(t, before):
    return set(t["assets"][t["assets"].upkeep.isna()].project_id)


@detects("warning-unanswered")
def _(t, before):
    return set(t["warnings"][t["warnings"].answered.isna()].project_id)


@detects("monitoring-misreported")
def _(t, before):
    rows = t["monitoring_funds"].pivot(
        index=["project_id", "month"], columns="source", values="executed_wan"
    )
    more = rows.unit > 1.001 * rows.third_party + 0.01
    return set(rows[more].index.get_level_values(0))


@detects("visit-overreported")
def _(t, before):
    rows = t["site_visits"]
    return set(rows[rows.verified < 0.95 * rows.reported].project_id)


@detects("satisfaction-overstated")
def _(t, before):
    rows = t["survey"][t["survey"].question == "总体满意度"].dropna(subset=["answer"])
    rows = rows.assign(w=rows.weight.fillna(1.0))
    kept = rows[rows.answer >= 4].groupby("project_id").w.sum()
    share = 100 * kept / rows.groupby("project_id").w.sum()
    stated = t["indicators"][t["indicators"].level1 == "satisfaction"]
    stated = stated.dropna(subset=["project_id"]).set_index("project_id").actual
    return set(share.index[stated.reindex(share.index) - share > 10])


@detects("panel-entry-mismatch")
def _(t, before):
    rows = t["panel_scores"].pivot(
        index=["project_id", "indicator", "expert_id"], columns="entry", values="score"
    )
    return set(rows[rows[1] != rows[2]].index.get_level_values(0))


@detects("rectification-overdue")
def _(t, before):
    return set(t["rectification"][t["rectification"].status == "open"].finding_id)


@detects("data-not-received")
def _(t, before):
    return set(t["data_requests"][t["data_requests"].received.isna()].request_id)


@detects("pre-assessment-missing")
def _(t, before):
    requests = t["budget_requests"].set_index("project_id").requested_wan
    year = t["payments"].date.dt.year.mode()[0]
    new = t["projects"][t["projects"].start.dt.year == year].project_id
    large = set(requests.index[requests >= 100]) & set(new)
    return large - set(t["pre_assessment"].project_id)


@detects("approved-without-targets")
def _(t, before):
    return set(t["projects"].project_id) - set(t["target_review"].project_id)


@detects("publication-missing")
def _(t, before):
    return set(t["publication"][t["publication"].date.isna()].unit_id)


def over(t, part, whole, share):
    rows = t["unit_finance"].pivot(index="unit_id", columns="item", values="value")
    return set(rows.index[rows[part] > share * rows[whole]])


@detects("three-public-over-budget")
def _(t, before):
    return over(t, "three_public_actual", "three_public_budget", 1.0)


@detects("office-over-budget")
def _(t, before):
    return over(t, "office_actual", "office_budget", 1.0)


@detects("assets-unused")
def _(t, before):
    units = set(t["units"].unit_id)
    return units - over(t, "assets_in_use", "assets_total", 0.85)
