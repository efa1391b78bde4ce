"""What the staff site declares itself; the slots are described in `chengyang.extensions`."""

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import extend
from chengyang.platform.web import content

from .rules_admin import CheckRules

extend(
    "staff",
    todos=[CheckRules()],
    content={
        **dict.fromkeys(
            (
                "rules.proposed",
                "rules.revised",
                "rules.withdrawn",
                "rules.returned",
            ),
            content.unpublished,
        ),
    },
    audit_verbs={
        "rules.proposed": _("拟写个人信息保护规则"),
        "rules.revised": _("修改规则草案"),
        "rules.withdrawn": _("撤回规则草案"),
        "rules.published": _("复核并发布规则"),
        "rules.returned": _("退回规则草案"),
    },
)
