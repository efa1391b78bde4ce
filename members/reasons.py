"""Reasons: codes for the audit, and the texts for the person concerned, who reads them word for word (requirements X12)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DisclosureReason(models.TextChoices):
    """Reasons for which an officer may see a full phone number (requirements P26)."""

    REVIEW = "review", _("核对申请")
    CONTACT = "contact", _("联系本人")
    GATHERING = "gathering", _("活动集合联络")
    SERVICE = "service", _("办理本人提出的事")
    CORRECTION = "correction", _("本人要求更正")


# Why an officer reads without choosing a reason, by the verb of the audit; the person reads it on 我的数据.
READING_REASONS = {
    "application.read": _("审核入册申请"),
    "person.seen": _("办理名册里的事"),
    "list.read": _("查看负责范围内的名单"),
    "list.exported": _("导出负责范围内的名单，用于工作"),
    "paper.printed": _("打印表格，用于工作"),
    "paper.exported": _("填写 Word 表格，用于工作"),
    "row.read": _("办理这一项"),
    "search.read": _("按姓名、号码查找"),
    "alike.read": _("核对是不是重复登记"),
    "signup.read": _("组织活动和签到"),
    "request.read": _("承办你的诉求"),
    "file.read": _("查看你交的材料"),
}

# Prepared reasons: code → (label of the button, sentence). The code is written to the audit, the sentence to the row, where
# the applicant reads it.
RETURN_REASONS = {
    "unit_in_full": (_("单位写全称"), _("单位请写营业执照上的全称。")),
    "category": (_("类别重选"), _("类别请重选，和你现在的工作对不上。")),
    "name_as_on_card": (_("姓名照身份证"), _("姓名请和身份证一致。")),
}
DECLINE_REASONS = {
    "twice": (_("重复登记"), _("名册里已有你的登记，不用再登记一次。")),
    "elsewhere": (_("不在城阳区"), _("工作单位不在城阳区，请向所在区登记。")),
}
CORRECTION_REASONS = {
    "evidence": (_("要材料"), _("请附上能看出新姓名或新工作的材料，再提一次。")),
    "not_clear": (_("说不清"), _("看不出为什么要改，请写清楚再提一次。")),
}
IN_OWN_WORDS = "in_own_words"


def reason_code(text: str) -> str:
    """Return the code of the prepared reason that `text` begins with, `IN_OWN_WORDS` for any other, empty for no text.

    The audit stores codes only, because the text itself may contain personal data.
    """
    for code, (_label, sentence) in (RETURN_REASONS | DECLINE_REASONS).items():
        if text.startswith(str(sentence)):
            return code
    return IN_OWN_WORDS if text else ""
