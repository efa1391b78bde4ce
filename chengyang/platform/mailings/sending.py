"""The steps of the job that sends a message to many: a hundred copies in one transaction each."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from chengyang.extensions import JobStep
from chengyang.platform.audit.transitions import lock

from . import actions, audience
from .models import Mailing, MailingRecipient
from .states import MailingState, RecipientState

BATCH = 100  # recipients of one step


def step(job: Any, cursor: Mapping[str, Any]) -> JobStep:
    """Write the next BATCH copies of a message. Raises NotAllowed when its author does not have the list any more."""
    mailing = lock(Mailing.objects.get(job=job))
    if mailing.state != MailingState.SENDING:  # stopped meanwhile
        return JobStep(done=job.done, total=job.total, cursor=None, message=_("已停下，没有发的不再发。"))
    rows = audience.recipients_in(mailing, cursor.get("after", -1), BATCH)
    matching = audience.still_match(mailing, [row.object_id for row in rows])
    for row in rows:
        _send(mailing, row, matches=row.object_id in matching)
    MailingRecipient.objects.bulk_update(rows, ["state", "message", "notice"])
    done = job.done + len(rows)
    if len(rows) == BATCH:
        return JobStep(done=done, total=job.total, cursor={"after": rows[-1].place})
    actions.end_mailing(mailing)
    return JobStep(done=done, total=done, cursor=None, message=_result(mailing))


def _send(mailing: Mailing, row: MailingRecipient, *, matches: bool) -> None:
    if not matches:
        row.state, row.message = RecipientState.SKIPPED, _("现在不在名单里了")
    elif row.user is not None and not row.user.is_active:
        row.state, row.message = RecipientState.SKIPPED, _("账号已停用")
    elif row.user is None and not mailing.by_sms:
        row.state, row.message = RecipientState.SKIPPED, _("没有账号，这条消息不发短信")
    elif (notice := actions.write_copy(mailing, row.user or row.person)) is None:
        row.state, row.message = RecipientState.SKIPPED, _("没有账号，也没有手机号")
    else:
        row.state, row.notice = RecipientState.WRITTEN, notice


def _result(mailing: Mailing) -> str:
    written = mailing.recipients.filter(state=RecipientState.WRITTEN).count()
    skipped = mailing.recipients.filter(state=RecipientState.SKIPPED).count()
    text = _("发给 %(n)d 人") % {"n": written}
    return text + (_("，%(n)d 人没有发") % {"n": skipped} if skipped else "") + "。"


def url_of(job: Any) -> str:
    """Return the page of the message; "" when it was deleted."""
    mailing = Mailing.objects.filter(job=job).first()
    return mailing.get_absolute_url() if mailing else ""


def on_end(job: Any) -> None:
    """Stop a message whose job was cancelled by its owner."""
    mailing = Mailing.objects.filter(job=job, state=MailingState.SENDING).first()
    if mailing and job.state == "cancelled":
        actions.stop_mailing(mailing, actor=job.owner)
