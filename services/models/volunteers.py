"""入队申请: members apply to volunteer in a team, and its leader takes them in or declines with a reason."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account
from members.models import Person

from ..states import TeamApplicationState
from .teams import Post, Team


class TeamApplicationQuerySet(models.QuerySet):
    def waiting(self):
        """Return the applications that wait for a decision."""
        return self.filter(state=TeamApplicationState.APPLIED, person__state="active")

    def visible_to(self, user):
        """Return the user's own, and those to the teams that `user` leads or is responsible for; for district staff all.

        Those of persons who left the registry are visible to themselves only (requirements P06).
        """
        if not user.is_authenticated:
            return self.none()
        scope = access_scope(user)
        managed = Q() if scope.district else Team.objects.all().managed_q(scope, prefix="team__")
        return self.filter(Q(person__user=user) | managed & ~Q(person__state="left"))


@tracked
class TeamApplication(DemoMark):
    """入队申请: applied → accepted (a post begins) or declined with a reason; withdrawn by the applicant."""

    PERSONAL = {"skills": "membership", "times": "membership", "reason": "membership"}
    NOT_PERSONAL = {"id", "public_id", "state", "applied_at", "due_on", "decided_at", "is_demo"}

    public_id = PublicIdField()
    team = models.ForeignKey(Team, models.PROTECT, related_name="applications", verbose_name=_("服务队"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="team_applications", verbose_name=_("人士"))
    skills = models.CharField(_("会什么"), max_length=80, help_text=_("用顿号分开，如 合同、劳动用工"))
    times = models.CharField(_("哪天有空"), max_length=80, help_text=_("如 周四、周五下午，每月 4 小时"))
    state = models.CharField(
        _("状态"), max_length=10, choices=TeamApplicationState.choices, default=TeamApplicationState.APPLIED
    )
    applied_at = models.DateTimeField(_("申请时间"), default=clock.now)
    due_on = models.DateField(_("时限"), null=True, blank=True)
    post = models.ForeignKey(
        Post, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("收下后的职务")
    )
    decided_by = acting_account(_("经办"))
    decided_at = models.DateTimeField(_("经办时间"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)

    objects = TeamApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("入队申请")
        ordering = ["-applied_at", "-id"]
        indexes = [
            models.Index(fields=["-applied_at", "-id"], name="team_application_latest"),
            models.Index(fields=["state", "due_on"], name="team_application_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "person"],
                condition=Q(state=TeamApplicationState.APPLIED),
                name="team_application_once",
                violation_error_message=_("已经申请过，等队长回话。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""),
                name="team_application_declined_with_a_reason",
                violation_error_message=_("不收要写理由。"),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.team}"

    def get_absolute_url(self):
        return self.team.get_absolute_url()
