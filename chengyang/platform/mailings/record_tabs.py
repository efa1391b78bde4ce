"""The recipients of a message as a tab on its page."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import RecordTab, TabColumn
from chengyang.platform.notices.models import Delivery

from . import audience
from .models import MailingRecipient

CHANNELS = {"sms": gettext_lazy("短信"), "email": gettext_lazy("邮件")}


def _who(row: MailingRecipient) -> Any:
    return row.person or getattr(row.user, "person", None) or row.user


def _rows(mailing: Any) -> Any:
    """Return the recipients with the states of their text message and their mail."""
    copies = {
        f"{channel}_state": Subquery(
            Delivery.objects.filter(notice=OuterRef("notice"), channel=channel).values("state")[:1]
        )
        for channel in CHANNELS
    }
    return mailing.recipients.annotate(**copies)


def _ways(row: MailingRecipient) -> str:
    """Return what became of each copy: `站内未读，短信已发，邮件未发出`."""
    if row.notice is None:
        return row.message
    inbox = (_("站内已读") if row.notice.read_at else _("站内未读")) if row.user_id else ""
    labels = dict(Delivery.State.choices)
    states = ((label, getattr(row, f"{channel}_state")) for channel, label in CHANNELS.items())
    return "，".join(filter(None, [inbox, *(f"{label}{labels[state]}" for label, state in states if state)]))


def _summary(rows: Any) -> dict[str, Any] | None:
    first = rows.select_related("mailing").first()
    if first is None:
        return None
    counts = audience.results_of(first.mailing)
    lines = []
    for channel, label in CHANNELS.items():
        found = [(text, counts.get(f"{channel}_{state}", 0)) for state, text in Delivery.State.choices]
        if any(number for _text, number in found):
            lines.append((label, [(text, number) for text, number in found if number]))
    return {"lines": lines} if lines else None


TABS = [
    RecordTab(
        "mailings.Mailing",
        "recipients",
        gettext_lazy("收件人"),
        _rows,
        [
            TabColumn(gettext_lazy("姓名"), _who),
            TabColumn(gettext_lazy("结果"), lambda row: row.get_state_display()),
            TabColumn(gettext_lazy("送到哪里"), _ways),
        ],
        ("place", "id"),
        related=("user__person__subdistrict", "user__person__user", "person__subdistrict", "person__user", "notice"),
        concerns=_who,
        summary=_summary,
        template="mailings/_results.html",
    )
]
