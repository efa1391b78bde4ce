"""“四有” assessments of persons, and representatives, who need a passed one."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.standards.models import Assessment as StandardAssessment
from chengyang.platform.standards.models import AssessmentQuerySet as StandardAssessmentQuerySet
from chengyang.platform.web.fields import acting_account

from ..states import RepresentativeState
from .persons import Person, office_q, staff_q


class OfPersonMixin:
    """QuerySet mixin to search rows by the name or phone number of their `person` (requirements U02)."""

    def search(self, text):
        return self.filter(person__in=Person.objects.search(text).values("pk")) if text.strip() else self


class AssessmentQuerySet(OfPersonMixin, StandardAssessmentQuerySet):
    def visible_to(self, user):
        """Return the user's own assessments, and for staff those of the persons they are responsible for."""
        if not user.is_authenticated:
            return self.none()
        shown = Q(person__user=user)
        if access_scope(user).staff:
            shown |= staff_q(access_scope(user), "person__")
        return self.filter(shown)


@tracked
class Assessment(StandardAssessment):
    """“四有”: an assessment of a person by the four-haves standard."""

    SUBJECT = "person"

    person = models.ForeignKey(Person, models.CASCADE, related_name="assessments", verbose_name=_("人士"))

    objects = AssessmentQuerySet.as_manager()

    class Meta(StandardAssessment.Meta):
        verbose_name = verbose_name_plural = _("“四有”评定")

    def relied_on(self):
        return Representative.objects.filter(assessment=self).exists()


class RepresentativeQuerySet(OfPersonMixin, models.QuerySet):
    def on(self, day):
        """Return the representatives whose term includes `day` (domain.md rule 3).

        ENDED rows count too: on an earlier day their term was running.
        """
        return self.filter(
            starts__lte=day, ends__gt=day, state__in=[RepresentativeState.NAMED, RepresentativeState.ENDED]
        )

    def published(self):
        """Return today's representatives who consented to publication."""
        return self.filter(is_public=True).on(clock.today())

    def visible_to(self, user):
        """Return the rows `user` may see: published and own ones, and those of persons in the scope as staff or secretary."""
        today = clock.today()
        shown = Q(is_public=True, state=RepresentativeState.NAMED, starts__lte=today, ends__gt=today)
        if user.is_authenticated:
            shown |= Q(person__user=user)
            shown |= office_q(access_scope(user), "person__")
        return self.filter(shown)


@tracked
class Representative(DemoMark):
    """代表人士: the nomination of a person as a representative, and the term after a passed “四有” assessment."""

    PERSONAL = {"is_public": "publication", "reason": "representation"}
    NOT_PERSONAL = {"id", "public_id", "state", "starts", "ends", "first_reviewed_at", "named_at", "due_on", "is_demo"}

    public_id = PublicIdField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="representations", verbose_name=_("人士"))
    assessment = models.OneToOneField(
        Assessment, models.PROTECT, null=True, blank=True, related_name="representative", verbose_name=_("“四有”评定")
    )
    state = models.CharField(
        _("状态"), max_length=16, choices=RepresentativeState.choices, default=RepresentativeState.NOMINATED
    )
    starts = models.DateField(_("任期起"))
    ends = models.DateField(_("任期止"))
    is_public = models.BooleanField(_("同意公开"), default=False)
    nominated_by = acting_account(_("提名人"))
    first_reviewer = acting_account(_("初审人"))
    first_reviewed_at = models.DateTimeField(_("初审"), null=True, blank=True)
    second_reviewer = acting_account(_("复审人"))
    declined_by = acting_account(_("提出不予通过"))
    decline_confirmed_by = acting_account(_("复核不予通过"))
    named_at = models.DateTimeField(_("确定时间"), null=True, blank=True)
    due_on = models.DateField(_("时限"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("代表人士")
        ordering = ["-starts", "person__name_key", "id"]
        indexes = [models.Index(fields=["-starts"], name="representative_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")),  # equal: entered by mistake, nobody was in office
                name="representative_ends_not_before_start",
                violation_error_message=_("任期结束不能早于开始。"),
            ),
            models.CheckConstraint(
                condition=Q(first_reviewer__isnull=True)
                | Q(second_reviewer__isnull=True)
                | ~Q(first_reviewer=F("second_reviewer")),
                name="representative_reviews_by_two_people",
                violation_error_message=_("初审和复审要由两个人来做。"),
            ),
            models.CheckConstraint(
                condition=Q(declined_by__isnull=True)
                | Q(decline_confirmed_by__isnull=True)
                | ~Q(declined_by=F("decline_confirmed_by")),
                name="representative_declined_by_two_people",
                violation_error_message=_("不予通过要由两个人来定。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["named", "ended"]) | Q(assessment__isnull=False),
                name="representative_named_after_assessment",
                violation_error_message=_("要先通过“四有”评定。"),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=["nominated", "first_reviewed", "decline_proposed", "named"]),
                name="representative_one_current",
                violation_error_message=_("这个人已经是代表人士，或正在评定。"),
            ),
        ]

    def __str__(self):
        return str(self.person)
