"""Reasons as codes, for the audit, and as the words that people read (X12: what an officer writes is shown as it is)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DisclosureReason(models.TextChoices):
    """Why an officer looks at a whole telephone number (requirements P26)."""

    REVIEW = "review", _("核对申请")
    CONTACT = "contact", _("联系本人")
    GATHERING = "gathering", _("活动集合联络")
    SERVICE = "service", _("办理本人提出的事")
    CORRECTION = "correction", _("本人要求更正")


# Quick reasons of a decision: the code stands in the audit, the sentence in the row and before the applicant; the short
# words are those of the button.
RETURN = {
    "unit_in_full": (_("单位写全称"), _("单位请写营业执照上的全称。")),
    "category": (_("类别重选"), _("类别请重选，和你现在的工作对不上。")),
    "name_as_on_card": (_("姓名照身份证"), _("姓名请和身份证一致。")),
}
DECLINE = {
    "twice": (_("重复登记"), _("名册里已有你的登记，不用再登记一次。")),
    "elsewhere": (_("不在城阳区"), _("单位和住处都不在城阳区，请向所在区登记。")),
}
IN_OWN_WORDS = "in_own_words"


def code_of(text: str) -> str:
    """Return the code of a reason: that of the quick reason it is, or says first; never the words themselves."""
    for code, (_short, sentence) in (RETURN | DECLINE).items():
        if text.startswith(str(sentence)):
            return code
    return IN_OWN_WORDS if text else ""
