"""Who took part in an outcome, and pairs of outcomes that may be the same thing."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from activities.models import Activity, Programme
from bases.models import Base
from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account
from members.models import Person
from organizations.models import Organization

from ..states import DoubleState
from .outcomes import Outcome
from .teams import Team

PARTS = ("person", "organization", "base", "team", "programme", "activity")  # the names of the keys to who took part


def _only(name):
    return Q(**{f"{one}__isnull": one != name for one in PARTS})


def _any(conditions):
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found


class PartyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return those of the outcomes whose whole record `user` reads, and those that name the person of `user`.

        The names of persons who left the registry are read by themselves only (requirements P06).
        """
        mine = Q(person__user=user) if user.is_authenticated else Q(pk__in=[])
        known = Q(outcome__in=Outcome.objects.responsible_for(user).values("pk")) & ~Q(person__state="left")
        return self.filter(known | mine)


@tracked
class OutcomeParty(DemoMark):
    """参与方: a person, an organization, a base, a team, a programme or an activity that belongs to an outcome."""

    EDITABLE_FIELDS = PARTS
    NOT_PERSONAL = {"id", "is_demo"}

    outcome = models.ForeignKey(Outcome, models.CASCADE, related_name="parties", verbose_name=_("成果"))
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="outcome_parties", verbose_name=_("人士")
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("组织")
    )
    base = models.ForeignKey(Base, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("基地"))
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("服务队"))
    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("活动项目")
    )
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("活动")
    )

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("成果参与方")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=_any([_only(name) for name in PARTS]),
                name="outcome_party_is_one",
                violation_error_message=_("人士、组织、基地、服务队、活动项目、活动里写一个，只写一个。"),
            ),
            *(
                models.UniqueConstraint(
                    fields=["outcome", name],
                    condition=Q(**{f"{name}__isnull": False}),
                    name=f"outcome_{name}_once",
                    violation_error_message=_("已经列在里面。"),
                )
                for name in PARTS
            ),
        ]

    def __str__(self):
        return str(self.who)

    @property
    def kind_name(self):
        """Return the name of the key that is filled in, such as `team`."""
        return next(name for name in PARTS if getattr(self, f"{name}_id") is not None)

    @property
    def who(self):
        """Return the row that took part."""
        return getattr(self, self.kind_name)


class DoubleQuerySet(models.QuerySet):
    def waiting(self):
        """Return the pairs on which somebody has to decide: of one kind, both count for themselves, neither was refused or corrected."""
        free = Q()
        corrected = Outcome.objects.corrections().values("reverses")
        merged = self.model.objects.filter(state=DoubleState.LINKED).values("merged")
        for side in ("first", "second"):
            free &= ~Q(**{f"{side}__in": merged}) & ~Q(**{f"{side}__state": "refused"})
            free &= ~Q(**{f"{side}__in": corrected})
        return self.filter(free, state=DoubleState.SUSPECTED, first__kind=F("second__kind"))

    def visible_to(self, user):
        """Return the pairs of which `user` is responsible for one: the managers of both see it, and the staff of both."""
        if access_scope(user).district:
            return self.all()
        own = Outcome.objects.responsible_for(user).values("pk")
        return self.filter(Q(first__in=own) | Q(second__in=own))

    def of(self, outcome):
        """Return the pairs in which `outcome` is."""
        return self.filter(Q(first=outcome) | Q(second=outcome))


@tracked
class OutcomeDouble(DemoMark):
    """疑似重复: two outcomes that may be the same thing. Linked, one of them is counted and the other one is not."""

    NOT_PERSONAL = {"id", "public_id", "state", "signs", "at", "decided_at", "reason", "due_on", "is_demo"}

    public_id = PublicIdField()
    first = models.ForeignKey(Outcome, models.CASCADE, related_name="doubles_first", verbose_name=_("先报的"))
    second = models.ForeignKey(Outcome, models.CASCADE, related_name="doubles_second", verbose_name=_("后报的"))
    state = models.CharField(_("认定"), max_length=10, choices=DoubleState.choices, default=DoubleState.SUSPECTED)
    counted = models.ForeignKey(
        Outcome, models.CASCADE, null=True, blank=True, related_name="doubles_counted", verbose_name=_("计入的")
    )
    merged = models.ForeignKey(
        Outcome, models.CASCADE, null=True, blank=True, related_name="doubles_merged", verbose_name=_("不另计的")
    )
    signs = models.CharField(_("像在哪里"), max_length=60, blank=True)
    noted_by = acting_account(_("提出人"))
    at = models.DateTimeField(_("发现时间"), default=clock.now)
    decided_by = acting_account(_("认定人"))
    decided_at = models.DateTimeField(_("认定时间"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)
    due_on = models.DateField(_("时限"), null=True, blank=True)

    objects = DoubleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("疑似重复")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="outcome_double_latest"),
            models.Index(fields=["state", "due_on"], name="outcome_double_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(first__lt=F("second")),
                name="outcome_double_in_order",
                violation_error_message=_("要选两条不同的成果。"),
            ),
            models.UniqueConstraint(fields=["first", "second"], name="outcome_double_once"),
            models.UniqueConstraint(
                fields=["merged"], condition=Q(state="linked"), name="outcome_counted_with_one_other"
            ),
            models.CheckConstraint(
                condition=Q(state="linked")
                & (Q(counted=F("first"), merged=F("second")) | Q(counted=F("second"), merged=F("first")))
                | ~Q(state="linked") & Q(counted__isnull=True, merged__isnull=True),
                name="outcome_double_counts_one",
            ),
            models.CheckConstraint(
                condition=Q(state="suspected") | Q(decided_at__isnull=False), name="outcome_double_has_its_decision"
            ),
        ]

    def __str__(self):
        return _("“%(first)s”和“%(second)s”") % {"first": self.first, "second": self.second}

    def other(self, outcome):
        """Return the one of the pair that `outcome` is not."""
        return self.second if outcome.pk == self.first_id else self.first
