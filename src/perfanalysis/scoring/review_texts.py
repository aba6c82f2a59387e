"""The codes of a review: how grave each is, what it says, what to do."""

from __future__ import annotations

from perfanalysis.data.findings import Finding, Severity, Where

_FORM: dict[str, tuple[Severity, str, str, str]] = {
    "funds-total-empty": (
        "error",
        "{label}",
        "年度资金总额为空或为零，下面的资金来源却有金额",
        "请补填年度资金总额；补填前按各资金来源计入。",
    ),
    "funds-subrow-scored": (
        "warning",
        "{points}分",
        "“其中”各行填了分值或得分（{points}分），只有年度资金总额一行计分，未重复计入",
        "请删去“其中”各行的分值和得分。",
    ),
    "funds-initial-zero": (
        "warning",
        "0",
        "年初预算数为0，全年执行{executed}万元，无法与年初预算比较",
        "请核实：确为年中追加的，请附追加文件；漏填的请补填。",
    ),
    "executed-over-budget": (
        "warning",
        "{executed} / {annual}",
        "全年执行{executed}万元，超过全年预算{annual}万元（执行率{rate}%）；计分时按100%，执行率如实列示",
        "请核实超出部分的资金来源，或更正数据。",
    ),
    "execution-score-differs": (
        "warning",
        "{score}",
        "预算执行得分填{score}分，按执行率{rate}%应为{rule_score}分（分值{points}分）",
        "请更正预算执行得分，或说明计算方法的依据。",
    ),
    "weights-missing": (
        "error",
        "",
        "有{rows}行指标，都没有分值，无法计分",
        "请填报单位补填各指标分值，合计（含预算执行）100分。",
    ),
    "weights-sum": (
        "error",
        "{printed}",
        "分值合计为{printed}分（预算执行{execution}分、指标{indicators}分），不是100分",
        "请核对各指标分值。",
    ),
    "weights-level1-differ": (
        "warning",
        "{split}",
        "一级指标分值为{split}，与规定的{standard}不同",
        "有本地规定的请在规则文件中登记；没有的请填报单位说明。",
    ),
    "total-mismatch": (
        "error",
        "{total}",
        "总分填{total}分，{against}",
        "请填报单位核对各行得分与总分。",
    ),
    "form-unfilled": (
        "error",
        "",
        "{rows}行指标的实际完成值和得分全部为空：没有自评",
        "请退回填报单位自评。",
    ),
    "form-incomplete": ("error", "{missing}", "缺少：{missing}", "请填报单位补填后重新提交。"),
    "rule-not-in-force": (
        "note",
        "{day}",
        "评价日期{day}没有适用的自评规则：只检查了不需要规则的内容，没有核对得分",
        "有当时的规则文件的，请用 --rules 指定后重新导入。",
    ),
}
_INDICATOR: dict[str, tuple[Severity, str, str, str]] = {
    "zero-target": (
        "warning",
        "{target}",
        "目标值为0（“{target}”），不能按比例计分：实际完成值不大于0才算完成",
        "请核实是否应为“不发生”一类的目标，并提供佐证。",
    ),
    "money-as-quantity": (
        "warning",
        "{target}",
        "数量指标的目标是金额（“{target}”）：花了多少钱不是产出",
        "请改为产出的数量；金额放到成本指标。",
    ),
    "target-unmeasurable": (
        "warning",
        "{target}",
        "目标“{target}”无法衡量",
        "请改为可以核对的数值、期限或成果文件。",
    ),
    "overachieved-unexplained": (
        "warning",
        "{target} / {actual}",
        "目标“{target}”，实际完成“{actual}”，超出三成以上而没有说明原因",
        "请说明原因；目标定得过低的，请调整下年目标。",
    ),
    "score-above-rule": (
        "warning",
        "{self_score}",
        "目标“{target}”，实际完成“{actual}”，自评{self_score}分，高于按规则可得的分数"
        "（分值{points}分{by_rule}）",
        "请核对佐证材料；未完成目标的，不因说明了原因而得满分。",
    ),
    "score-below-rule": (
        "warning",
        "{self_score}",
        "目标“{target}”，实际完成“{actual}”，自评{self_score}分，低于按规则应得的{rule_score}分"
        "（分值{points}分），没有说明扣分原因",
        "请填报单位说明扣分原因，或更正得分。",
    ),
}


def finding(code: str, subject: str, where: Where, **facts: str) -> Finding:
    """The finding of a code, with its facts put into the text."""
    if code in _INDICATOR:
        severity, found, problem, remedy = _INDICATOR[code]
        problem = f"指标「{{subject}}」{problem}"
    else:
        severity, found, problem, remedy = _FORM[code]
    rule_score = facts.get("rule_score", "")
    computed = code == "score-above-rule" and rule_score not in ("", facts.get("self_score"))
    facts["by_rule"] = f"，按规则{rule_score}分" if computed else ""
    message = f"{where} {problem.format(subject=subject, **facts)}"
    return Finding(code, severity, subject, where, found.format(**facts), message, remedy)


CODES = (*_FORM, *_INDICATOR)

__all__ = ["CODES", "finding"]
