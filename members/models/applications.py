"""入册申请: applications for registration."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark, User
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account
from chengyang.platform.web.lookups import any_of

from ..states import (
    APPLICATION_OPEN,
    APPLICATION_WITH_APPLICANT,
    APPLICATION_WITH_STAFF,
    OBJECTION_WITHIN,
    ApplicationState,
)
from .persons import Person
from .registration_details import Category, NameSearchMixin, RegistrationDetails


class ApplicationQuerySet(NameSearchMixin, models.QuerySet):
    def _of_phone(self, **lookup):
        return any_of("user_id", User.objects.filter(**lookup))

    def open(self):
        return self.filter(state__in=APPLICATION_OPEN)

    def within(self, scope):
        """Return the applications that staff with the access scope `scope` may read (docs/decisions.md, "Who sees what").

        Staff read an application while they review it, and afterwards as long as its person is in the registry. What is with
        the applicant (a draft, a returned one), withdrawn or declined is closed to them, and so are the applications of
        persons who left (requirements P06, P12).
        """
        return self.filter(_managed_q(scope))

    def visible_to(self, user):
        """Return the applications `user` may see: own, and those that `user` may read as staff."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(user=user) | _managed_q(access_scope(user)))


def _managed_q(scope):
    readable = Q(state__in=APPLICATION_WITH_STAFF)
    registered = Q(person__isnull=False) & ~Q(person__in=Person.objects.not_active().values("pk"))
    readable |= Q(registered, state=ApplicationState.APPROVED)
    return readable if scope.district else readable & Q(subdistrict__in=scope.subdistricts)


@tracked(exclude=["name_search", "unit_search"])
class Application(RegistrationDetails, DemoMark):
    """入册申请: an application for registration, with its two reviews and the decision."""

    PERSONAL = {**RegistrationDetails.PERSONAL, "reason": "registration", "objection": "registration"}
    NOT_PERSONAL = {
        "id",
        "public_id",
        "state",
        "step",
        "created_at",
        "saved_at",
        "submitted_at",
        "first_reviewed_at",
        "decided_at",
        "acted_at",
        "due_on",
        "reminded_at",
        "objected_at",
        "is_demo",
    }

    AUTHORS_STATES = APPLICATION_WITH_APPLICANT  # in which only the applicant reads it, and its history tells nothing
    # Required for submission; a draft may lack them.
    REQUIRED_FIELDS = ("name", "category", "unit", "subdistrict")

    public_id = PublicIdField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="applications", verbose_name=_("申请人账号")
    )
    # A draft is saved while it is being typed, so required fields may still be empty.
    name = models.CharField(_("姓名"), max_length=50, blank=True)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name=_("类别"))
    unit = models.CharField(_("工作单位"), max_length=100, blank=True)
    subdistrict = models.ForeignKey(
        "accounts.Subdistrict", models.PROTECT, null=True, blank=True, verbose_name=_("工作所在街道")
    )
    state = models.CharField(_("状态"), max_length=16, choices=ApplicationState.choices, default=ApplicationState.DRAFT)
    step = models.PositiveSmallIntegerField(_("填到第几步"), default=2)
    created_at = models.DateTimeField(_("开始填写"), default=clock.now, editable=False)
    saved_at = models.DateTimeField(_("保存"), default=clock.now)
    submitted_at = models.DateTimeField(_("提交"), null=True, blank=True)
    first_reviewer = acting_account(_("初审人"))
    first_reviewed_at = models.DateTimeField(_("初审"), null=True, blank=True)
    second_reviewer = acting_account(_("复审人"))
    decided_at = models.DateTimeField(_("办结"), null=True, blank=True)
    due_on = models.DateField(_("时限"), null=True, blank=True)
    # The last step and its reason; earlier steps are in the history of the row.
    acted_by = acting_account(_("经办"))
    acted_at = models.DateTimeField(_("经办时间"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)
    # Declining takes two people, and an objection a third (domain.md rule 2).
    declined_by = acting_account(_("提出不予通过的人"))
    decline_confirmed_by = acting_account(_("复核不予通过的人"))
    objection = models.CharField(_("申请复核的理由"), max_length=REASON_LENGTH, blank=True)
    objected_at = models.DateTimeField(_("申请复核"), null=True, blank=True)
    objection_decided_by = acting_account(_("决定复核的人"))
    reminded_at = models.DateTimeField(_("提醒改好再交"), null=True, blank=True)
    person = models.OneToOneField(
        Person, models.SET_NULL, null=True, blank=True, related_name="application", verbose_name=_("人士")
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("入册申请")
        ordering = ["due_on", "id"]
        indexes = [
            GinIndex(fields=["name_search"], name="application_name_search"),
            GinIndex(fields=["unit_search"], name="application_unit_search"),
            models.Index(fields=["due_on", "id"], name="application_due"),
            models.Index(fields=["state", "due_on", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=APPLICATION_OPEN),
                name="application_one_open",
                violation_error_message=_("你已经有一份正在办理的申请。"),
            ),
            models.CheckConstraint(
                condition=Q(first_reviewer__isnull=True)
                | Q(second_reviewer__isnull=True)
                | ~Q(first_reviewer=F("second_reviewer")),
                name="application_reviews_by_two_people",
                violation_error_message=_("初审和复审要由两个人来做。"),
            ),
            models.CheckConstraint(
                condition=(Q(first_reviewer__isnull=True) | ~Q(first_reviewer=F("user")))
                & (Q(second_reviewer__isnull=True) | ~Q(second_reviewer=F("user"))),
                name="application_nobody_reviews_themself",
                violation_error_message=_("不能审核自己的申请。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(category__isnull=False, subdistrict__isnull=False) & ~Q(name="") & ~Q(unit=""),
                name="application_complete_when_submitted",
            ),
            models.CheckConstraint(
                condition=Q(declined_by__isnull=True)
                | Q(decline_confirmed_by__isnull=True)
                | ~Q(declined_by=F("decline_confirmed_by")),
                name="application_declined_by_two_people",
                violation_error_message=_("不予通过要由两个人来定。"),
            ),
            models.CheckConstraint(
                condition=Q(objection_decided_by__isnull=True)
                | (Q(declined_by__isnull=True) | ~Q(objection_decided_by=F("declined_by")))
                & (Q(decline_confirmed_by__isnull=True) | ~Q(objection_decided_by=F("decline_confirmed_by"))),
                name="application_objection_decided_by_somebody_else",
                violation_error_message=_("复核要由没有参与过的人来定。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(second_reviewer__isnull=False),
                name="application_approved_by_somebody",
            ),
        ]

    def __str__(self):
        return self.name or str(_("未填姓名"))

    def get_absolute_url(self):
        return reverse("members:application", args=[self.public_id])

    @property
    def version(self):
        """Return a text that changes whenever the applicant saves; a form that was opened before is outdated."""
        return f"{self.saved_at.astimezone(dt.UTC):%Y%m%d%H%M%S%f}"

    @property
    def objection_until(self):
        """Return the last day on which the applicant may object, or None if it is not declined or was objected to."""
        if self.state != ApplicationState.DECLINED or self.objected_at or self.decided_at is None:
            return None
        return timezone.localdate(self.decided_at) + OBJECTION_WITHIN

    def missing(self):
        """Return the names of the required fields that are still empty."""
        return [name for name in self.REQUIRED_FIELDS if not getattr(self, name)]
