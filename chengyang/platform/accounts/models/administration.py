"""Changes of staff accounts that take effect when a second administrator has agreed (requirements S08)."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.audit.history import tracked

from ..access import access_scope
from ..roles import RoleKind
from .accounts import Subdistrict, User


class StaffChangeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return all changes to the administrators (docs/decisions.md, "administrators"), none to others."""
        return self.all() if access_scope(user).administrator else self.none()

    def waiting(self):
        return self.filter(state=StaffChange.State.WAITING)


@tracked
class StaffChange(models.Model):
    """A change of the account of an officer that one administrator asked for and another one agrees to or refuses."""

    class Kind(models.TextChoices):
        RESET_PASSWORD = "reset_password", _("重置密码")
        GRANT_ROLE = "grant_role", _("授予角色")
        REMOVE_FACTOR = "remove_factor", _("取消两步验证")

    class State(models.TextChoices):
        WAITING = "waiting", _("待第二人同意")
        DONE = "done", _("已生效")
        REFUSED = "refused", _("未同意")

    PERSONAL = {"reason": "account"}
    NOT_PERSONAL = {
        "id",
        "public_id",
        "kind",
        "role",
        "starts",
        "ends",
        "state",
        "asked_at",
        "due_on",
        "decided_at",
    }

    public_id = PublicIdField()
    kind = models.CharField(_("事项"), max_length=14, choices=Kind.choices)
    user = models.ForeignKey(User, models.CASCADE, related_name="staff_changes", verbose_name=_("账号"))
    role = models.CharField(_("角色"), max_length=20, choices=RoleKind.choices, blank=True)
    subdistrict = models.ForeignKey(Subdistrict, models.PROTECT, null=True, blank=True, verbose_name=_("街道"))
    starts = models.DateField(_("起"), null=True, blank=True)
    ends = models.DateField(_("止"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.WAITING)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("提出人"))
    asked_at = models.DateTimeField(_("提出时间"), default=clock.now)
    due_on = models.DateField(_("时限"))
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("第二人"))
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)

    objects = StaffChangeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("账号变更")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "role", "subdistrict"],
                condition=Q(state="waiting"),
                nulls_distinct=False,
                name="staff_change_asked_once",
                violation_error_message=_("这件事已经有人提出，正等第二个人同意。"),
                violation_error_code="asked",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="staff_change_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("user")),
                name="staff_change_two_people",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}：{self.user}"

    def get_absolute_url(self):
        return reverse("admin:staff_decide", args=["staff-change", self.public_id])
