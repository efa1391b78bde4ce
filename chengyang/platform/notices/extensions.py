"""Extensions of the app `notices`; the slots are described in `chengyang.extensions`."""

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import Panel, PeriodicTask, TableDescription, extend, notice_kinds
from chengyang.platform.web import content

from .models import Notice

SHOWN = 4


def _latest(request, subject):
    """Return the context of the panel on /me/: the newest unread notices."""
    unread = Notice.objects.visible_to(request.user).unread().defer("address", "body", "variables")
    return {"notices": list(unread[:SHOWN])}


extend(
    "notices",
    panels=[Panel("me.side", "notices/_latest.html", _latest, order=90)],
    schedule={
        "notices-deliver": PeriodicTask("notices.deliver_all", 60.0),
        "notices-tidy": PeriodicTask("notices.tidy", 3600.0),
    },
    own_data_order=80,
    own_data=[
        TableDescription(
            "notices.Delivery",
            hidden={"key", "notice", "tries", "claimed_at", "at_night"},
            technical={"due_at", "error"},
            row_title=lambda row: row.notice.title,
            created_field="due_at",
        ),
        TableDescription("notices.SwitchedOff", show={"kind": lambda row: str(notice_kinds().get(row.kind, row.kind))}),
        # `variables` repeats parts of the title and the body.
        TableDescription("notices.Notice", hidden={"kind", "url", "variables", "about"}, created_field="at"),
    ],
    content={"notice.sent": content.nothing, "notice.channels_chosen": content.nothing},
    audit_verbs={"notice.sent": _("发送通知"), "notice.channels_chosen": _("选择通知方式")},
)
