"""Drafts of the privacy rules, which two officers publish together (requirements P02)."""

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
from chengyang.platform.privacy.models import PolicyVersion


class RulesDraftState(models.TextChoices):
    WAITING = "waiting", _("待复核")
    PUBLISHED = "published", _("已发布")
    RETURNED = "returned", _("已退回")
    WITHDRAWN = "withdrawn", _("已撤回")


RULES_DRAFT_TRANSITIONS = {
    RulesDraftState.WAITING: {RulesDraftState.PUBLISHED, RulesDraftState.RETURNED, RulesDraftState.WITHDRAWN},
    RulesDraftState.PUBLISHED: set(),
    RulesDraftState.RETURNED: set(),
    RulesDraftState.WITHDRAWN: set(),
}


class RulesDraftQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Return all drafts for district staff, who are responsible for the rules; none for others."""
        return self.all() if access_scope(user).district else self.none()


class RulesDraft(models.Model):
    """A proposed text of the privacy rules; another officer than the one who proposed it publishes or returns it."""

    NOT_PERSONAL = {"id", "public_id", "text", "state", "proposed_at", "decided_at", "reason"}

    public_id = PublicIdField()
    text = models.TextField(_("正文"))
    based_on = models.ForeignKey(
        PolicyVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("改自哪一版")
    )
    state = models.CharField(_("状态"), max_length=10, choices=RulesDraftState.choices, default=RulesDraftState.WAITING)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("拟稿人")
    )
    proposed_at = models.DateTimeField(_("拟稿时间"), default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("复核人")
    )
    decided_at = models.DateTimeField(_("复核时间"), null=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)

    objects = RulesDraftQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("规则草案")
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")) | Q(state="withdrawn"),
                name="rules_draft_decided_by_a_second_person",
                violation_error_message=_("拟稿和复核要由两个人来做。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(decided_by__isnull=False), name="rules_draft_published_by_somebody"
            ),
            models.UniqueConstraint(fields=["state"], condition=Q(state="waiting"), name="rules_draft_one_waits"),
        ]

    def __str__(self) -> str:
        return str(_("%(base)s的修改稿") % {"base": self.based_on}) if self.based_on_id else str(_("第一稿"))

    def get_absolute_url(self) -> str:
        return reverse("admin:staff_rulesdraft_change", args=[self.pk])
