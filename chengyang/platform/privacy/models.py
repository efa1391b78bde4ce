"""Purposes, the published privacy rules, and the ledger of consents (requirements P01–P07, P17)."""

import hashlib

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock

from .purposes import BY_CODE


class PurposeQuerySet(models.QuerySet):
    def published(self):
        """Return the purposes that the portal has, in the order of the rules.

        The row of a former purpose stays, because consents refer to it; it is neither shown nor asked for.
        """
        return self.filter(code__in=BY_CODE)


class Purpose(models.Model):
    """A purpose of processing personal data; every personal field names one (requirements P17)."""

    class Basis(models.TextChoices):
        CONSENT = "consent", _("个人同意")
        DUTY = "duty", _("履行法定职责")
        CONTRACT = "contract", _("为你办理你要的服务所必需")

    code = models.SlugField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    text = models.TextField(_("用来做什么"))
    categories = models.CharField(_("涉及的信息"), max_length=200)
    retention = models.CharField(_("保存多久"), max_length=100)
    basis = models.CharField(_("依据"), max_length=20, choices=Basis.choices, default=Basis.CONSENT)
    necessary = models.BooleanField(_("办理入册所必需"), default=False)
    sensitive = models.BooleanField(_("敏感"), default=False)
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    objects = PurposeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("处理目的")
        ordering = ["order", "code"]

    def __str__(self):
        return self.name


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    def published(self):
        """Return the versions whose publication time has passed, the current one first."""
        return self.filter(published_at__lte=clock.now()).order_by("-version")

    def current(self) -> "PolicyVersion | None":
        """Return the current version of the privacy rules, or None."""
        return self.published().first()


@pgtrigger.register(
    pgtrigger.Protect(name="published_policy_stays", operation=pgtrigger.Update | pgtrigger.Delete),
)
class PolicyVersion(models.Model):
    """A published version of the 个人信息保护规则 (privacy rules). It is never edited (requirements P02)."""

    version = models.PositiveIntegerField(_("版本"), unique=True)
    text = models.TextField(_("正文"))
    text_hash = models.CharField(max_length=64, editable=False)
    published_at = models.DateTimeField(_("发布时间"), default=clock.now)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        db_table = "privacy_notice"
        verbose_name = verbose_name_plural = _("个人信息保护规则")
        ordering = ["-version"]

    def __str__(self):
        return _("第 %(version)s 版") % {"version": self.version}

    def get_absolute_url(self):
        return reverse("privacy:version", args=[self.version])

    def save(self, *args, **kwargs):
        self.text_hash = hashlib.sha256(self.text.encode()).hexdigest()
        super().save(*args, **kwargs)


class ConsentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the consents of `user`; nobody sees those of others."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def latest(self):
        """Return the latest row of each account and purpose, which is the decision that applies now."""
        newest = self.model.objects.filter(user=models.OuterRef("user"), purpose=models.OuterRef("purpose"))
        return self.filter(pk=models.Subquery(newest.order_by("-at", "-id").values("pk")[:1]))


@pgtrigger.register(
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
    pgtrigger.Trigger(
        name="append_only_truncate",
        operation=pgtrigger.Truncate,
        when=pgtrigger.Before,
        level=pgtrigger.Statement,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
    ),
)
class Consent(models.Model):
    """A decision on one purpose: consent given, refused or withdrawn. Rows are never changed (requirements P04)."""

    PERSONAL = {"address": "security"}
    NOT_PERSONAL = {"id", "given", "text_hash", "channel", "at", "actor_public_id"}

    class Channel(models.TextChoices):
        WEB = "web", _("网页")
        PAPER = "paper", _("纸质")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="consents", verbose_name=_("账号"))
    purpose = models.ForeignKey(Purpose, models.PROTECT, verbose_name=_("目的"))
    policy = models.ForeignKey(PolicyVersion, models.PROTECT, db_column="notice_id", verbose_name=_("规则版本"))
    given = models.BooleanField(_("同意"))
    text_hash = models.CharField(_("正文摘要"), max_length=64)
    channel = models.CharField(_("方式"), max_length=10, choices=Channel.choices, default=Channel.WEB)
    actor_public_id = models.CharField(_("经办"), max_length=10, blank=True)
    address = models.GenericIPAddressField(_("地址"), null=True)
    at = models.DateTimeField(_("时间"), default=clock.now)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("同意记录")
        indexes = [models.Index(fields=["user", "purpose", "-at", "-id"])]
        constraints = [
            models.CheckConstraint(condition=~Q(text_hash=""), name="consent_names_its_text"),
        ]

    def __str__(self):
        return f"{self.purpose} {_('同意') if self.given else _('不同意')}"
