"""Messages to many people: what is said, who gets it, and what became of each copy."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.jobs.models import Job
from chengyang.platform.notices.models import Notice
from chengyang.platform.web.lookups import table

from .states import MailingState, RecipientState


class MailingKind(models.TextChoices):
    """What a message is; the code is the kind of notice for which people choose their channels, but for their own sign-up."""

    INVITATION = "invitations", _("活动和培训邀请")
    ANNOUNCEMENT = "announcements", _("通知和公告")
    OWN_SIGNUP = "signup", _("所报活动的安排")


class MailingQuerySet(models.QuerySet["Mailing"]):
    def visible_to(self, user: Any) -> Self:
        """Return the own messages, and those of the office of the same subdistrict, or all for the district."""
        if not user.is_authenticated:
            return self.none()
        scope = access_scope(user)
        if scope.district:
            return self.all()
        return self.filter(Q(author=user) | Q(subdistrict__in=scope.subdistricts))


class Mailing(models.Model):
    """群发消息: one text to the people of a list. It is held before it is sent, so that it can be stopped.

    `list_name`, `query` and `conditions` say whose people get it: a list of the staff site, its filters as a query string, and in
    words. Who gets it is fixed when the draft is made (`MailingRecipient`); who does not match any more when it is sent, is left out.
    """

    NOT_PERSONAL = {
        *("id", "public_id", "kind", "title", "text", "contact", "by_sms", "list_name", "query", "conditions", "state"),
        *("total", "created_at", "send_at", "sent_at", "due_on", "decided_at", "reason"),
    }
    EDITABLE_FIELDS = ("kind", "title", "text", "contact", "by_sms", "send_at")

    public_id = PublicIdField()
    kind = models.CharField(_("是什么"), max_length=20, choices=MailingKind.choices, default=MailingKind.INVITATION)
    title = models.CharField(_("标题"), max_length=40)
    text = models.TextField(_("正文"), max_length=500)
    contact = models.CharField(_("回复找谁"), max_length=60, help_text=_("姓名或科室，加电话；写在消息末尾"))
    by_sms = models.BooleanField(_("也发短信"), default=False, help_text=_("不勾选时只发站内消息和邮件"))
    send_at = models.DateTimeField(
        _("发送时间"), null=True, blank=True, help_text=_("不填就在放进发件箱十分钟后发；夜里 21:30 到 8:00 不发短信")
    )
    list_name = models.CharField(_("名单"), max_length=80)  # "app.Model"
    query = models.CharField(_("查询串"), max_length=1000, blank=True)
    conditions = models.TextField(_("条件"), blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("拟稿人"))
    subdistrict = models.ForeignKey(Subdistrict, models.PROTECT, null=True, related_name="+", verbose_name=_("街道"))
    state = models.CharField(_("状态"), max_length=10, choices=MailingState.choices, default=MailingState.DRAFT)
    total = models.PositiveIntegerField(_("人数"), default=0)
    created_at = models.DateTimeField(_("拟稿时间"), default=clock.now)
    sent_at = models.DateTimeField(_("发出时间"), null=True)
    due_on = models.DateField(_("时限"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("同意的人")
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)
    job = models.OneToOneField(Job, models.SET_NULL, null=True, related_name="mailing", verbose_name=_("任务"))

    objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("群发消息")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="mailing_latest"),
            models.Index(fields=["author", "-created_at"], name="mailing_author"),
            models.Index(fields=["send_at"], condition=Q(state="held"), name="mailing_in_outbox"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("author")),
                name="mailing_decided_by_a_second_person",
                violation_error_message=_("提出和同意要由两个人来做。"),
            ),
            models.CheckConstraint(condition=~Q(state="held") | Q(send_at__isnull=False), name="mailing_held_until"),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(due_on__isnull=False, decided_by__isnull=True),
                name="mailing_waits_undecided",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("admin:mailings_mailing_change", args=[self.pk])

    @property
    def list_label(self) -> Any:
        """The name of the list whose people get it."""
        return table(self.list_name)._meta.verbose_name_plural


class RecipientQuerySet(models.QuerySet["MailingRecipient"]):
    def visible_to(self, user: Any) -> Self:
        """Return the recipients of the messages that `user` may see."""
        return self.filter(mailing__in=Mailing.objects.visible_to(user).values("pk"))


class MailingRecipient(models.Model):
    """One person who gets a message: an account, or a person without one, and the notice that was written.

    `object_id` is the key of the row of the list by which they were found. Recipients are deleted 90 days after the message; the
    notice stays with whom it was sent to.
    """

    NOT_PERSONAL = {"id", "place", "object_id", "state", "message"}

    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="recipients", verbose_name=_("消息"))
    place = models.PositiveIntegerField()
    object_id = models.PositiveBigIntegerField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="mailing_copies", verbose_name=_("账号")
    )
    person = models.ForeignKey(
        "members.Person", models.CASCADE, null=True, related_name="mailing_copies", verbose_name=_("人士")
    )
    state = models.CharField(_("结果"), max_length=8, choices=RecipientState.choices, default=RecipientState.READY)
    message = models.CharField(_("说明"), max_length=200, blank=True)
    notice = models.OneToOneField(Notice, models.SET_NULL, null=True, related_name="+", verbose_name=_("通知"))

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("收件人")
        default_permissions = ()
        ordering = ["mailing", "place"]
        constraints = [
            models.UniqueConstraint(fields=["mailing", "place"], name="recipient_place_once"),
            models.UniqueConstraint(fields=["mailing", "user"], name="recipient_account_once"),
            models.UniqueConstraint(fields=["mailing", "person"], name="recipient_person_once"),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(person__isnull=False), name="recipient_is_somebody"
            ),
        ]

    def __str__(self) -> str:
        return str(self.person or self.user)
