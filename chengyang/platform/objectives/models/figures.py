"""The figures that are entered for an objective, with evidence, and checked by a second person before they count."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.standards.links import LINK_LENGTH
from chengyang.platform.web.fields import acting_account

from ..amounts import amount_text
from ..states import FIGURE_STANDS, FigureState
from .plans import TARGET, Objective, managed_q

NOTE_LENGTH = 200


class FigureQuerySet(models.QuerySet):
    def checked(self):
        """Return the figures that count: those that a second person checked."""
        return self.filter(state=FigureState.CHECKED)

    def visible_to(self, user):
        """Return the figures of the owners that `user` manages or is responsible for; the public reads their sum."""
        return self.filter(managed_q(access_scope(user), "objective__plan__"))

    def public_ids_visible_to(self, user):
        """Return the public ids of the figures whose evidence `user` may open (slot `file_access`)."""
        return self.visible_to(user).values("public_id")


@tracked
class Figure(DemoMark):
    """进度: a number of an objective on a day, with what shows it. It is never changed: a wrong one is reversed by another.

    A reversal has the amount of the figure that it takes back, with the other sign, and is checked as any figure.
    """

    NOT_PERSONAL = {
        *("id", "public_id", "amount", "on", "note", "link", "state", "entered_at", "checked_at", "reason", "due_on"),
        "is_demo",
    }

    public_id = PublicIdField()
    objective = models.ForeignKey(Objective, models.PROTECT, related_name="figures", verbose_name=_("目标"))
    amount = models.DecimalField(_("数"), **TARGET)
    on = models.DateField(_("哪天"))
    note = models.CharField(_("是什么"), max_length=NOTE_LENGTH)
    link = models.CharField(_("本站记录的网址"), max_length=LINK_LENGTH, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=FigureState.choices, default=FigureState.REPORTED)
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reversals", verbose_name=_("冲回哪一条")
    )
    entered_by = acting_account(_("填报人"))
    entered_at = models.DateTimeField(_("填报时间"), default=clock.now)
    checked_by = acting_account(_("核对人"))
    checked_at = models.DateTimeField(_("核对时间"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)
    due_on = models.DateField(_("时限"), null=True, blank=True)

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("进度")
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["-on", "-id"], name="figure_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, amount__gte=0) | Q(reverses__isnull=False, amount__lt=0),
                name="figure_sign",
                violation_error_message=_("数不能小于 0；填错了请用“冲回”。"),
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(state__in=FIGURE_STANDS),
                name="figure_reversed_once",
                violation_error_message=_("这一条已经冲回。"),
            ),
            models.CheckConstraint(condition=~Q(note=""), name="figure_has_evidence"),
            models.CheckConstraint(
                condition=~Q(state__in=["checked", "refused"]) | Q(checked_at__isnull=False),
                name="figure_checked_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(entered_by__isnull=True) | Q(checked_by__isnull=True) | ~Q(entered_by=F("checked_by")),
                name="figure_checked_by_a_second_person",
                violation_error_message=_("填报和核对要由两个人来做。"),
            ),
        ]

    def __str__(self):
        return _("%(what)s：%(text)s") % {"what": self.objective, "text": self.text}

    @property
    def text(self):
        """The amount with its unit."""
        return amount_text(self.amount, self.objective.unit)

    @property
    def owner(self):
        return self.objective.plan.owner
