"""Notices to people, and their deliveries by text message and mail (architecture.md, "Nothing is sent inside a transaction")."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.lib.vault.fields import EncryptedField
from chengyang.lib.vault.public_ids import PublicIdField


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the notices addressed to `user`."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def unread(self):
        return self.filter(read_at__isnull=True)

    def about(self, subject):
        """Return the notices that were sent about the row `subject`."""
        return self.filter(about=about_text(subject))


def about_text(subject):
    """Return the text by which a notice names the row that it is about: its table and its public id."""
    return f"{subject._meta.label}:{subject.public_id}"


class Notice(models.Model):
    """One message to one account, or to an address that was given for this message only.

    `kind` is the name of the template, `variables` the values that it printed: an SMS provider needs both. They hold nothing
    that `title` and `body` do not, and are deleted with the row.
    """

    PERSONAL = {"title": "notices", "body": "notices", "variables": "notices", "address": "notices"}
    NOT_PERSONAL = {"id", "public_id", "kind", "url", "about", "at", "read_at"}

    public_id = PublicIdField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="notices", verbose_name=_("给谁")
    )
    address = EncryptedField(_("地址"), blank=True, max_plain=254)
    kind = models.CharField(_("类型"), max_length=60)
    title = models.CharField(_("标题"), max_length=120)
    body = models.TextField(_("正文"))
    variables = models.JSONField(_("变量"), default=dict, blank=True)
    url = models.CharField(_("链接"), max_length=300, blank=True)
    about = models.CharField(_("关于"), max_length=60, blank=True, default="")  # see `about_text`; empty for most kinds
    at = models.DateTimeField(_("时间"), default=clock.now)
    read_at = models.DateTimeField(_("已读"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("通知")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["user", "-at", "-id"]),
            # the notices about a row, which are deleted with it
            models.Index(fields=["url"], condition=~Q(url=""), name="notice_url"),
            models.Index(fields=["about", "-at", "-id"], condition=~Q(about=""), name="notice_about"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(user__isnull=False) | ~Q(address=""), name="notice_is_for_somebody"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("notices:detail", args=[self.public_id])

    def target(self, channel):
        """Return the phone number or mail address of the recipient for `channel`; an empty text where there is none."""
        is_mail = channel == Delivery.Channel.EMAIL
        if self.address and ("@" in self.address) == is_mail:
            return self.address
        if self.user is None:
            return ""
        return (self.user.email if is_mail else self.user.phone) or ""


class Delivery(models.Model):
    """The sending of a notice through one channel; claimed by compare-and-swap, so that two workers never send it twice."""

    class Channel(models.TextChoices):
        SMS = "sms", _("短信")
        EMAIL = "email", _("邮件")

    class State(models.TextChoices):
        WAITING = "waiting", _("待发")
        SENDING = "sending", _("在发")
        SENT = "sent", _("已发")
        FAILED = "failed", _("未发出")
        UNCERTAIN = "uncertain", _("不确定")

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries", verbose_name=_("通知"))
    key = PublicIdField()  # gateways with `honours_keys` send each key once
    channel = models.CharField(_("方式"), max_length=10, choices=Channel.choices)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("次数"), default=0)
    at_night = models.BooleanField(_("夜里也发"), default=False)  # it concerns the next 24 hours
    due_at = models.DateTimeField(_("不早于"), default=clock.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("发出"), null=True)
    error = models.CharField(_("原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("发送")
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="delivery_waiting")]
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once_each_way")]

    def __str__(self):
        return f"{self.get_channel_display()} {self.get_state_display()}"


class SwitchedOff(models.Model):
    """A channel that an account does not want for one kind of notice; without a row it is sent."""

    PERSONAL = {"kind": "notices", "channel": "notices"}
    NOT_PERSONAL = {"id"}

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="channels_off", verbose_name=_("账号")
    )
    kind = models.CharField(_("类型"), max_length=30)
    channel = models.CharField(_("方式"), max_length=10, choices=Delivery.Channel.choices)

    class Meta:
        verbose_name = verbose_name_plural = _("不要的通知方式")
        constraints = [models.UniqueConstraint(fields=["user", "kind", "channel"], name="switched_off_once")]

    def __str__(self):
        return f"{self.kind} {self.get_channel_display()}"
