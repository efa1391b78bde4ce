"""The states of a message to many and of its recipients."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailingState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    WAITING = "waiting", _("待同事同意")
    HELD = "held", _("在发件箱")
    SENDING = "sending", _("在发")
    SENT = "sent", _("发完")
    CANCELLED = "cancelled", _("不发了")


MAILING_TRANSITIONS = {
    MailingState.DRAFT: {MailingState.WAITING, MailingState.HELD, MailingState.CANCELLED},
    MailingState.WAITING: {MailingState.DRAFT, MailingState.HELD, MailingState.CANCELLED},
    MailingState.HELD: {MailingState.DRAFT, MailingState.SENDING, MailingState.CANCELLED},
    MailingState.SENDING: {MailingState.SENT, MailingState.CANCELLED},
    MailingState.SENT: set(),
    MailingState.CANCELLED: set(),
}
MAILING_UNSENT = (MailingState.DRAFT, MailingState.WAITING, MailingState.HELD)


class RecipientState(models.TextChoices):
    READY = "ready", _("还没有发")
    WRITTEN = "written", _("已发")
    SKIPPED = "skipped", _("没有发")
