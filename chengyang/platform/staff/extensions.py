"""What the staff site declares itself; the slots are described in `chengyang.extensions`."""

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import extend
from chengyang.platform.web import content

from .rules_admin import CheckRules

extend(
    "staff",
    todos=[CheckRules()],
    notice_kinds={"staff": _("待办转交和替班")},
    content={
        **dict.fromkeys(
            (
                "rules.proposed",
                "rules.revised",
                "rules.withdrawn",
                "rules.returned",
                "todo.taken",
                "todo.returned",
                "todo.handed_over",
                "absence.entered",
                "absence.ended",
                "decision.undone",
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
        "todo.taken": _("接办"),
        "todo.returned": _("放回待办"),
        "todo.handed_over": _("转交待办"),
        "absence.entered": _("登记不在岗"),
        "absence.ended": _("结束不在岗"),
        "decision.undone": _("撤销决定"),
    },
)
