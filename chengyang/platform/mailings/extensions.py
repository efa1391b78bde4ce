"""What the app registers with the rest of the portal; the slots are described in `chengyang.extensions`."""

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import DeadlineRows, JobKind, ListLink, PeriodicTask, TableDescription, extend
from chengyang.platform.web import content

from . import sending
from .links import can_write_to, compose_url
from .models import Mailing
from .record_tabs import TABS
from .states import MailingState
from .todos import AgreeToMailing

VERBS = {
    "mailing.drafted": _("拟写群发消息"),
    "mailing.changed": _("修改群发消息"),
    "mailing.tested": _("把群发消息先发给自己"),
    "mailing.released": _("放进发件箱"),
    "mailing.asked": _("请人同意群发"),
    "mailing.agreed": _("同意群发"),
    "mailing.returned": _("退回群发消息"),
    "mailing.taken_back": _("从发件箱取回"),
    "mailing.stopped": _("停下群发消息"),
    "mailing.begun": _("开始群发"),
    "mailing.sent": _("群发完"),
}

extend(
    "mailings",
    todos=[AgreeToMailing()],
    job_kinds=[
        JobKind("mailing", _("群发消息"), sending.step, unit=_("人"), url=sending.url_of, on_end=sending.on_end)
    ],
    list_links=[ListLink("message", _("发消息"), compose_url, can_write_to, order=80)],
    record_tabs=TABS,
    deadlines=[DeadlineRows(lambda: Mailing.objects.filter(state=MailingState.WAITING))],
    schedule={
        "mailings-send": PeriodicTask("mailings.send_due", 60.0),
        "mailings-tidy": PeriodicTask("mailings.tidy", 3600.0),
    },
    notice_kinds={"invitations": _("活动和培训邀请"), "announcements": _("通知和公告")},
    own_data_order=85,
    own_data=[
        TableDescription(
            "mailings.MailingRecipient",
            hidden={"place", "object_id", "notice", "message"},
            row_title=lambda row: row.mailing.title,
        )
    ],
    content=dict.fromkeys(VERBS, content.unpublished),
    audit_verbs=VERBS,
)
