"""群发复核: a message to more than 200 people waits for another officer of the office."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope

from . import actions, audience, permissions
from .models import Mailing
from .states import MailingState


class AgreeToMailing(TodoKind):
    """A message to many that a second officer reads before it is sent."""

    code, label, section, model = "mailing", gettext_lazy("群发复核"), Section.CONTENT, Mailing
    related = ("author",)
    reason_words = (gettext_lazy("理由"), gettext_lazy("退回时必填，拟稿人会看到原文"))
    quick_reasons = (gettext_lazy("请缩小范围，只发给用得到的人。"), gettext_lazy("请写清时间、地点和找谁。"))

    def waiting(self, user: Any) -> QuerySet:
        rows = Mailing.objects.visible_to(user).filter(state=MailingState.WAITING).exclude(author=user)
        return rows if access_scope(user).staff else rows.none()

    def awaited_by(self, user: Any) -> QuerySet:
        return Mailing.objects.visible_to(user).filter(author=user, state=MailingState.WAITING)

    def title(self, row: Mailing) -> str:
        return row.title

    def detail(self, row: Mailing) -> str:
        return _("%(who)s，发给 %(n)s 人") % {"who": row.author, "n": f"{row.total:,}"}

    def since(self, row: Mailing) -> Any:
        return row.created_at

    def detail_rows(self, row: Mailing, user: Any) -> list[DetailRow]:
        return detail_rows_of(row)

    def history(self, row: Mailing) -> list[HistoryEntry]:
        return [HistoryEntry(_("拟稿"), row.created_at, row.author)]

    def options(self, row: Mailing, user: Any) -> Sequence[DecisionOption]:
        if row.state != MailingState.WAITING or not permissions.can_decide(user, row):
            return ()
        return (
            DecisionOption("agree", gettext_lazy("同意发出"), done=gettext_lazy("已同意，进了发件箱。")),
            DecisionOption("return", gettext_lazy("退回修改"), needs_reason=True),
        )

    def decide(self, row: Mailing, option: str, reason: str, *, actor: Any) -> Any:
        if option == "agree":
            return actions.agree_to_mailing(row, actor=actor)
        return actions.return_mailing(row, reason=reason, actor=actor)


def detail_rows_of(row: Mailing) -> list[DetailRow]:
    """Return the rows about a message: what is said, who gets it in which way, and what the text messages cost."""
    coverage = audience.coverage_of(row) if row.recipients.exists() else None
    rows = [
        DetailRow(_("是什么"), row.get_kind_display()),
        DetailRow(_("正文"), audience.text_of(row)),
        DetailRow(_("给谁"), row.list_label, row.conditions or _("全部，没有加条件")),
        DetailRow(_("人数"), _("%(n)s 人") % {"n": f"{row.total:,}"}),
    ]
    if coverage:
        rows += coverage_rows(row, coverage)
    send_at = dates.stamp(row.send_at) if row.send_at else _("放进发件箱十分钟后")
    rows += [
        DetailRow(_("发送时间"), dates.stamp(row.sent_at) if row.sent_at else send_at),
        DetailRow(_("拟稿人"), row.author),
    ]
    if row.decided_by:
        rows.append(DetailRow(_("同意人"), row.decided_by, dates.stamp(row.decided_at)))
    if row.reason:
        rows.append(DetailRow(_("理由"), row.reason))
    return rows


def coverage_rows(row: Mailing, coverage: audience.Coverage) -> list[DetailRow]:
    """Return how many people a message reaches in which way."""
    left = [
        _("%(n)s 人不收这类短信") % {"n": f"{coverage.off:,}"} if coverage.off else "",
        _("%(n)s 人没有账号，这样收不到") % {"n": f"{coverage.nowhere:,}"} if coverage.nowhere else "",
    ]
    rows = [
        DetailRow(
            _("站内消息"), _("%(n)s 人") % {"n": f"{coverage.inbox:,}"}, "；".join(filter(None, left)), live=True
        ),
        DetailRow(_("邮件"), _("%(n)s 封") % {"n": f"{coverage.mail:,}"}, live=True),
    ]
    if row.by_sms:
        words = {"people": f"{coverage.sms:,}", "n": f"{coverage.messages:,}", "parts": coverage.parts}
        count = _("%(people)s 人，共 %(n)s 条（每人 %(parts)d 条）") % words
        cost = "" if coverage.cost is None else _("约 %(yuan)s 元") % {"yuan": f"{coverage.cost:,.2f}"}
        rows.append(DetailRow(_("短信"), count, cost, live=True))
        rows.append(DetailRow(_("短信全文"), audience.sms_of(row)))
    return rows
