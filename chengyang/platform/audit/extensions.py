"""What the app registers with the rest of the portal; the slots are described in `chengyang.extensions`."""

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import PeriodicTask, extend
from chengyang.platform.web import content

extend(
    "audit",
    schedule={
        "audit-seal": PeriodicTask("audit.seal", 60.0),
        "audit-verify": PeriodicTask("audit.verify", crontab(hour=3, minute=20)),
        "audit-purge": PeriodicTask("audit.purge", crontab(hour=4, minute=20)),
    },
    content=dict.fromkeys(
        (
            "audit.read",
            "list.read",
            "list.exported",
            "row.read",
            "search.read",
            "audit.purged",
        ),
        content.nothing,
    ),
    audit_verbs={
        "settings.changed": _("修改系统设置"),
        "audit.read": _("查看审计记录"),
        "list.read": _("查看名单"),
        "list.exported": _("导出名单"),
        "row.read": _("查看记录"),
        "search.read": _("搜索"),
        "audit.purged": _("清理到期的审计记录"),
    },
)
