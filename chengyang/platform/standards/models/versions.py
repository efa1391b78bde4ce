"""Standards with their versions and criteria (domain.md rule 5)."""

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account

from ..states import VersionState

MOST_WEIGHT, MOST_MONTHS = 10, 60


class StandardQuerySet(models.QuerySet):
    def published(self):
        """Return the standards that have a published version."""
        return self.filter(pk__in=Version.objects.published().order_by().values("standard_id"))

    def lasting(self):
        """Return the standards that are no scheme of a year."""
        return self.filter(year__isnull=True)

    def yearly(self):
        """Return the schemes of yearly evaluations, the latest year first."""
        return self.filter(year__isnull=False).order_by("-year", "order", "pk")

    def visible_to(self, user):
        """Return the published standards, and to the district office the drafts too."""
        return self.all() if access_scope(user).district else self.published()


class Standard(models.Model):
    """A published list of criteria: 四有, 五好, 六有, and those that officers add. There is one for each kind of subject.

    With a `year` it is the scheme by which organizers are evaluated for that year (管理+评价): one for each kind and year, and
    never for persons (domain.md rule 15).
    """

    EDITABLE_FIELDS = ("name",)  # until its first version is published

    code = models.SlugField(_("代码"), max_length=30, unique=True, allow_unicode=False)
    name = models.CharField(_("名称"), max_length=60)
    subject = models.CharField(_("评定对象"), max_length=20)  # person, organization, base, team
    year = models.PositiveSmallIntegerField(
        _("评价年度"), null=True, blank=True, validators=[MinValueValidator(2017), MaxValueValidator(2100)]
    )
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    objects = StandardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("标准")
        ordering = ["order", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "year"],
                name="standard_once_for_a_subject",
                nulls_distinct=False,
                violation_error_message=_("这一类对象已经有标准，请给它拟新的一版。"),
            ),
            models.CheckConstraint(
                condition=Q(year__isnull=True) | ~Q(subject="person"),
                name="standard_no_yearly_evaluation_of_persons",
                violation_error_message=_("人不做年度评价。"),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("standards:detail", args=[self.code])

    @property
    def kind(self):
        """The code of the table of its assessments, see `Assessment.code`."""
        return f"{self.subject}-year" if self.year else self.subject

    @cached_property
    def is_published(self):
        """Whether a version is published; read once for this instance."""
        return self.versions.published().exists()

    @cached_property
    def draft(self):
        """The version that is not published yet, or None; read once for this instance."""
        return self.versions.drafted().first()

    def current(self):
        """Return the newest published version, or None."""
        return self.versions.published().first()


class VersionQuerySet(models.QuerySet):
    def published(self):
        """Return the published versions, the one in force first."""
        return self.filter(published_on__isnull=False).order_by("-number")

    def drafted(self):
        """Return the versions that are not published yet."""
        return self.filter(published_on__isnull=True)

    def waiting(self):
        """Return the drafts that wait for a second officer."""
        return self.drafted().filter(submitted_by__isnull=False)

    def visible_to(self, user):
        """Return the published versions, and to the district office the drafts too."""
        return self.all() if access_scope(user).district else self.filter(published_on__isnull=False)


class CriterionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the criteria of the versions that `user` may see."""
        return self if access_scope(user).district else self.filter(version__published_on__isnull=False)


@tracked
@pgtrigger.register(
    pgtrigger.Protect(
        name="published_version_stays",
        operation=pgtrigger.Update | pgtrigger.Delete,
        condition=pgtrigger.Q(old__published_on__isnull=False),
    ),
)
class Version(models.Model):
    """One version of a standard; a published version is never edited (domain.md rule 5).

    A draft has no `published_on`; it waits for a second officer while it has a `submitted_by`.
    """

    NOT_PERSONAL = {
        *("id", "public_id", "number", "published_on", "published_text", "text", "submitted_at", "due_on", "reason")
    }
    EDITABLE_FIELDS = ("text",)

    public_id = PublicIdField()
    standard = models.ForeignKey(Standard, models.PROTECT, related_name="versions", verbose_name=_("标准"))
    number = models.PositiveSmallIntegerField(_("版本"), default=1)
    published_on = models.DateField(_("发布日期"), null=True, blank=True)
    published_text = models.CharField(
        _("发布时间（文字）"), max_length=20, blank=True
    )  # the source may know the year only
    text = models.TextField(_("说明"), blank=True)
    drafted_by = acting_account(_("起草人"))
    submitted_by = acting_account(_("提交人"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    published_by = acting_account(_("复核人"))
    due_on = models.DateField(_("时限"), null=True, blank=True)
    reason = models.CharField(_("退回理由"), max_length=REASON_LENGTH, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("标准版本")
        ordering = ["standard", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["standard"], condition=Q(published_on__isnull=True), name="version_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True)
                | Q(submitted_by__isnull=False) & ~Q(published_by=F("submitted_by")),
                name="version_published_by_a_second_person",
                violation_error_message=_("提交和发布要由两个人来做。"),
            ),
        ]

    def __str__(self):
        return _("%(standard)s 第 %(number)s 版") % {"standard": self.standard, "number": self.number}

    @property
    def state(self):
        """Return what the version is: a draft, a draft that waits for a second officer, or published."""
        if self.published_on:
            return VersionState.PUBLISHED
        return VersionState.WAITING if self.submitted_by_id else VersionState.DRAFT

    def get_state_display(self):
        return self.state.label

    def get_absolute_url(self):
        return reverse("standards:version", args=[self.standard.code, self.number])

    def former(self):
        """Return the published version before this one, or None."""
        return self.standard.versions.published().filter(number__lt=self.number).first()

    def since(self):
        """Return the text of the publication date as precise as the source: 2017年, or an ISO date."""
        return self.published_text or (self.published_on.isoformat() if self.published_on else "")


@tracked
@pgtrigger.register(
    pgtrigger.Trigger(
        name="published_criteria_stay",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func="""
            IF EXISTS (SELECT 1 FROM standards_version v WHERE v.published_on IS NOT NULL
                       AND v.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.version_id ELSE NEW.version_id END) THEN
                RAISE EXCEPTION 'criteria of a published version are never changed';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    ),
)
class Criterion(models.Model):
    """One criterion of a version.

    `name` is the condition, `guidance` says what to look at, `evidence` what counts as evidence. `weight` (1 to 10) is shown
    and emphasises; nothing is computed from it, and 1 is no weight. With a `metric`, the code of a registered one, at least `at_least` of it must
    have been counted in the last `months` months.
    """

    EDITABLE_FIELDS = ("name", "guidance", "evidence", "weight", "metric", "at_least", "months")

    version = models.ForeignKey(Version, models.PROTECT, related_name="criteria", verbose_name=_("版本"))
    code = models.SlugField(_("代码"), max_length=30)
    name = models.CharField(_("名称"), max_length=60)
    guidance = models.CharField(_("看什么"), max_length=200, blank=True)
    evidence = models.CharField(_("什么算依据"), max_length=200, blank=True)
    weight = models.PositiveSmallIntegerField(
        _("分量"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_WEIGHT)]
    )
    metric = models.CharField(_("按哪个数"), max_length=60, blank=True)
    at_least = models.PositiveIntegerField(_("至少"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(
        _("近几个月"), default=12, validators=[MinValueValidator(1), MaxValueValidator(MOST_MONTHS)]
    )
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    objects = CriterionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("评定项")
        ordering = ["version", "order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="criterion_code_once"),
            models.CheckConstraint(
                condition=Q(metric="", at_least__isnull=True)
                | ~Q(metric="") & Q(at_least__isnull=False, at_least__gte=1),
                name="criterion_number_with_its_metric",
                violation_error_message=_("选了按哪个数，就要写至少多少；没有选就不写。"),
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=MOST_WEIGHT, months__gte=1, months__lte=MOST_MONTHS),
                name="criterion_weight_and_months",
            ),
        ]

    def __str__(self):
        return self.name

    def metric_words(self, value):
        """Return the name of the metric with the code `value`, for the history of a draft."""
        from ..numbers import label_of  # not at import: the metrics are read when the registry is complete

        return label_of(value)
