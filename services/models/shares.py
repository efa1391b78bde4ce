"""Which teams work on a request, and how far each of them is."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account

from ..states import SHARE_ACTIVE, SHARE_TAKEN, SHARE_WAITING, ShareState
from .requests import Request
from .teams import Post, Team


class ShareQuerySet(models.QuerySet):
    def active(self):
        """Return the shares of the teams that read the request."""
        return self.filter(state__in=SHARE_ACTIVE)

    def leading(self):
        """Return the shares of teams that lead, or are asked to."""
        return self.filter(role=Share.Role.LEAD)

    def awaited(self):
        """Return the shares of helping teams and experts for which an answer to the author waits."""
        return self.filter(role=Share.Role.HELP, state__in=SHARE_WAITING).of_people_in_post()

    def of_people_in_post(self):
        """Return the shares of teams, and of experts who are still in their team and agree to be asked by name."""
        return self.filter(Q(expert__isnull=True) | Q(expert__in=Post.objects.experts().values("pk")))

    def of_former_experts(self):
        """Return the waiting shares of experts who have left their team, or are not asked by name any more."""
        rows = self.filter(state__in=SHARE_WAITING, expert__isnull=False)
        return rows.exclude(expert__in=Post.objects.experts().values("pk"))

    def assigned_to(self, user, teams):
        """Return the shares of `teams` (keys), which their leaders work on, and those for which `user` is asked by name."""
        own = Q(expert__person__user=user, expert__in=Post.objects.experts().values("pk"))
        return self.filter(Q(team__in=teams, expert__isnull=True) | own)

    def visible_to(self, user):
        """Return the shares of the requests that `user` may read."""
        return self.filter(request__in=Request.objects.visible_to(user))


@tracked
class Share(DemoMark):
    """承办: a team, or one of its members by name, leads a request or helps with it.

    The state of the request is computed from these (`states.state_of`). What an expert leads is led by their team.
    """

    PERSONAL = {"reason": "requests"}
    NOT_PERSONAL = {"id", "public_id", "role", "state", "asked_at", "decided_at", "is_demo"}

    class Role(models.TextChoices):
        LEAD = "lead", _("主办")
        HELP = "help", _("协办")

    public_id = PublicIdField()
    request = models.ForeignKey(Request, models.CASCADE, related_name="shares", verbose_name=_("诉求"))
    team = models.ForeignKey(Team, models.PROTECT, related_name="shares", verbose_name=_("服务队"))
    expert = models.ForeignKey(
        Post, models.PROTECT, null=True, blank=True, related_name="shares", verbose_name=_("点名请的队员")
    )
    role = models.CharField(_("分工"), max_length=4, choices=Role.choices)
    state = models.CharField(_("状态"), max_length=8, choices=ShareState.choices, default=ShareState.ASKED)
    reason = models.CharField(
        _("说明"), max_length=REASON_LENGTH, blank=True
    )  # what it is asked for, or why it declines
    asked_by = acting_account(_("谁请的"))
    asked_at = models.DateTimeField(_("请办时间"), default=clock.now)
    decided_by = acting_account(_("谁接的"))
    decided_at = models.DateTimeField(_("接办时间"), null=True, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("承办")
        ordering = ["-role", "id"]  # who leads comes first
        constraints = [
            models.UniqueConstraint(
                fields=["request", "team", "expert"],
                condition=Q(state__in=SHARE_ACTIVE),
                nulls_distinct=False,
                name="share_once_for_each_team",
            ),
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(role="lead", state__in=[ShareState.ACCEPTED, ShareState.DONE]),
                name="share_one_team_leads",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""),
                name="share_declined_with_a_reason",
                violation_error_message=_("不接要写理由。"),
            ),
        ]

    def __str__(self):
        return f"{self.who} {self.get_role_display()}"

    @property
    def leads(self):
        """Return whether it is the share by which its team leads the request now."""
        return self.role == self.Role.LEAD and self.team_id == self.request.team_id

    @property
    def who(self):
        """Return the name of the team, or of the expert with their team while they are registered."""
        is_named = self.expert_id and self.expert.person.is_active
        return f"{self.team} {self.expert.person}" if is_named else str(self.team)

    @property
    def accepted_by(self):
        """Return the name of the account that accepted it for the team; empty for none, and for an expert, whom `who` names."""
        is_taken = self.state in SHARE_TAKEN and not self.expert_id
        return self.decided_by.name if is_taken and self.decided_by else ""
