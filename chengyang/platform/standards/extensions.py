"""Extensions of the app `standards`; the slots are described in `chengyang.extensions`."""

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import MenuEntry, extend

from .metrics import METRICS

extend(
    "standards",
    menu=[
        MenuEntry("standards:list", _("标准"), order=60, where="wide"),
        MenuEntry("standards:list", _("标准手册"), order=30, place="services"),
    ],
    metrics=METRICS,
    notice_kinds={"standards": _("评定")},
    audit_verbs={
        "assessment.started": _("开始评定"),
        "assessment.recorded": _("填写评定"),
        "assessment.submitted": _("提交评定"),
        "assessment.returned": _("退回评定"),
        "assessment.finished": _("完成评定"),
    },
)
