"""Changes of a published plan during the year, each with a reason and agreed to by a second officer."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account

from ..states import RevisionKind, RevisionState
from .plans import TARGET, Objective, managed_q


class RevisionQuerySet(models.QuerySet):
    def agreed(self):
        return self.filter(state=RevisionState.AGREED)

    def waiting(self):
        return self.filter(state=RevisionState.WAITING)

    def visible_to(self, user):
        """Return the revisions of the owners that `user` manages or is responsible for."""
        return self.filter(managed_q(access_scope(user), "objective__plan__"))


@tracked
class Revision(DemoMark):
    """目标调整: a published objective gets another target, is added or dropped; `before` is the target that it had."""

    NOT_PERSONAL = {
        *(
            "id",
            "public_id",
            "kind",
            "before",
            "target",
            "reason",
            "state",
            "asked_at",
            "decided_at",
            "answer",
            "due_on",
        ),
        "is_demo",
    }

    public_id = PublicIdField()
    objective = models.ForeignKey(Objective, models.PROTECT, related_name="revisions", verbose_name=_("目标"))
    kind = models.CharField(_("怎么改"), max_length=10, choices=RevisionKind.choices)
    before = models.DecimalField(_("原来的目标"), null=True, blank=True, editable=False, **TARGET)
    target = models.DecimalField(_("改成"), null=True, blank=True, **TARGET)
    reason = models.CharField(_("为什么"), max_length=REASON_LENGTH)
    state = models.CharField(_("状态"), max_length=10, choices=RevisionState.choices, default=RevisionState.WAITING)
    asked_by = acting_account(_("提出人"))
    asked_at = models.DateTimeField(_("提出时间"), default=clock.now)
    decided_by = acting_account(_("复核人"))
    decided_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    answer = models.CharField(_("没有同意的理由"), max_length=REASON_LENGTH, blank=True)
    due_on = models.DateField(_("时限"), null=True, blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("目标调整")
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["-asked_at", "-id"], name="revision_latest")]
        constraints = [
            models.UniqueConstraint(
                fields=["objective"],
                condition=Q(state="waiting"),
                name="revision_one_waits",
                violation_error_message=_("这一项已经有一个调整在等复核。"),
            ),
            models.CheckConstraint(
                condition=Q(kind="drop", target__isnull=True) | ~Q(kind="drop") & Q(target__isnull=False, target__gt=0),
                name="revision_has_its_target",
                violation_error_message=_("改目标数要写改成多少，大于 0。"),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="revision_has_a_reason"),
            models.CheckConstraint(
                condition=Q(asked_by__isnull=True) | Q(decided_by__isnull=True) | ~Q(asked_by=F("decided_by")),
                name="revision_by_two_people",
                violation_error_message=_("提出和复核要由两个人来做。"),
            ),
        ]

    def __str__(self):
        return f"{self.objective} {self.get_kind_display()}"

    @property
    def owner(self):
        return self.objective.plan.owner
