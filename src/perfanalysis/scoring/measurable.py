"""Whether a target in words could be measured by anyone.

Measurable: a number or a share, a deadline, a document to be produced, an acceptance passed, a
thing that must not happen, full coverage, last year's figure. Anything else (效果显著, 合规, 高) is
an opinion.
"""

from __future__ import annotations

import re
from functools import lru_cache

from perfanalysis.data.forms_text import plain
from perfanalysis.data.forms_values import LONGEST_TARGET, read_quantity

_DOCUMENT_NUMBER = re.compile(
    r"〔\d+〕第?\d*号?|\[\d+\]第?\d*号?|\(\d{4}\)第?\d+号|第?\d+号(?:文件?|令)?"
)
_YEAR = re.compile(r"(?:19|20)\d{2}年(?:度)?(?!\d{1,2}月)|(?:当|本|全|一)年(?:度)?")
_DEADLINE_WORDS = re.compile(
    r"之?前|以前|之内|[底末内止]|期间|完成|全部|全面|竣工|验收|建成|支付|发放|拨付|到位|使用|实施"
    r"|开展|交付|投入|投用|工作|任务|项目|或|[:,，。、()~-]"
)
_DATED = re.compile(r"\d{1,2}月|季度|\d{4}[-/.]\d|[年月季]度?[底末]|汛期|春节|国庆|开学|学期")
_COUNTED = re.compile(
    r"[一二两三四五六七八九十百千万]+(?:余|多)?(?:个|次|项|人|户|公里|座|场|期|份|台|套|家|名|天|日"
    r"|季度|级|类|等|倍|成|星|亩|吨|处|条|辆|所|间|篇|村|年|月)|百分之|[ⅠⅡⅢⅣⅤ]"
)
_DOCUMENT = re.compile(
    r"(?:有|出具|形成|制定|制订|印发|提交|上报|报送|编制|编写|出台|签订|签署|取得|发布|公布|公开"
    r"|提供|建立|撰写|发表|颁布|备案)"
    r"[^,，。;；、的]{0,10}?"
    r"(?:报告|方案|计划|规划|文件|合同|协议|台账|档案|证书|办法|细则|清单|纪要|批复|名册|手册|图纸"
    r"|公告|公报|目录|数据库|论文|专利|预案|意见书|许可证)(?![地性])"
    r"|完成[^,，。;；、的]{0,10}?(?:报告|图纸|论文|手册|数据库)"
)
_OBEYING = re.compile(r"(?:符合|遵守|执行|按照|按|依据|根据|依照|落实|参照)[^,，。;；]*")
_ACCEPTED = re.compile(
    r"(?:通过|取得|获得|达到)[^,，。;；]{0,10}(?:验收|评审|审计|认定|认证|鉴定|检测|检验|证书|资质|许可)"
    r"|(?:验收|检验|检测|抽检|审计)(?:全部)?(?:合格|通过)"
)
_MUST_NOT = re.compile(
    r"(?:无|零|不发生|未发生|杜绝|不出现|未出现|没有)[^,，。;；]{0,8}"
    r"(?:事故|事件|投诉|差错|违规|违纪|违法|死亡|伤亡|案件|舆情|上访|信访|纠纷|感染|泄露|拖欠)"
)
_COVERED = re.compile(
    r"全覆盖|应.{1,3}尽|全部(?:完成|发放|到位|支付|覆盖|兑现|建成|拨付)|全额(?:发放|支付|拨付)"
)
_COMPARED = re.compile(r"(?:高于|低于|超过|大于|小于|较|比).{0,4}(?:上年|去年|上一年|同期|往年)")
_YES_NO = frozenset(("是", "否", "有", "无"))


@lru_cache(maxsize=4096)
def is_measurable(target: str) -> bool:
    """Whether a target can be measured.

    Parameters
    ----------
    target : str
        As printed.

    Examples
    --------
    >>> [is_measurable(t) for t in ("效果显著", "符合相关文件要求", "在项目计划完成时间内完成")]
    [False, False, False]
    >>> [is_measurable(t) for t in ("≥95%", "12月底前完成", "有年度工作计划或审批报告", "零事故")]
    [True, True, True, True]
    """
    folded = _DOCUMENT_NUMBER.sub("", plain(target[:LONGEST_TARGET]))
    if folded in _YES_NO or read_quantity(folded).kind == "number":
        return True
    if _DATED.search(folded):
        return True
    undated = _YEAR.sub("", folded)
    if undated != folded and not _DEADLINE_WORDS.sub("", undated):
        return True
    if re.search(r"\d", undated) or _COUNTED.search(undated):
        return True
    told = _OBEYING.sub("", undated)
    return any(
        pattern.search(text)
        for pattern, text in (
            (_DOCUMENT, told),
            (_ACCEPTED, undated),
            (_MUST_NOT, undated),
            (_COVERED, undated),
            (_COMPARED, undated),
        )
    )


__all__ = ["is_measurable"]
