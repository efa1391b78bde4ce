"""Standards with their versions and criteria, and the abstract base of all assessments (domain.md rules 3–5)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark

from .states import AssessmentState


class StandardQuerySet(models.QuerySet):
    def published(self):
        """Return the standards that have a published version."""
        return self.filter(pk__in=Version.objects.published().order_by().values("standard_id"))

    def visible_to(self, user):
        """Return the published standards, and to the district office the drafts too."""
        return self.all() if access_scope(user).district else self.published()


class Standard(models.Model):
    """A published list of criteria: 四有, 五好, 六有."""

    code = models.SlugField(_("代码"), max_length=30, unique=True, allow_unicode=False)
    name = models.CharField(_("名称"), max_length=60)
    subject = models.CharField(_("评定对象"), max_length=20)  # person, organization, base, team
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    objects = StandardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("标准")
        ordering = ["order", "code"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("standards:detail", args=[self.code])

    def current(self):
        """Return the newest published version, or None."""
        return self.versions.published().first()


class VersionQuerySet(models.QuerySet):
    def published(self):
        """Return the published versions, the one in force first."""
        return self.filter(published_on__isnull=False).order_by("-number")


@pgtrigger.register(
    pgtrigger.Protect(
        name="published_version_stays",
        operation=pgtrigger.Update | pgtrigger.Delete,
        condition=pgtrigger.Q(old__published_on__isnull=False),
    ),
)
class Version(models.Model):
    """One version of a standard; a published version is never edited (domain.md rule 5)."""

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="versions", verbose_name=_("标准"))
    number = models.PositiveSmallIntegerField(_("版本"), default=1)
    published_on = models.DateField(_("发布日期"), null=True, blank=True)
    published_text = models.CharField(
        _("发布时间（文字）"), max_length=20, blank=True
    )  # the source may know the year only
    text = models.TextField(_("说明"), blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("标准版本")
        ordering = ["standard", "-number"]
        constraints = [models.UniqueConstraint(fields=["standard", "number"], name="version_number_once")]

    def __str__(self):
        return _("%(standard)s 第 %(number)s 版") % {"standard": self.standard, "number": self.number}

    def since(self):
        """Return the text of the publication date as precise as the source: 2017年, or an ISO date."""
        return self.published_text or (self.published_on.isoformat() if self.published_on else "")


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
    """One criterion of a version: `name` is the condition, `guidance` the evidence to look at."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="criteria", verbose_name=_("版本"))
    code = models.SlugField(_("代码"), max_length=30)
    name = models.CharField(_("名称"), max_length=60)
    guidance = models.CharField(_("看什么"), max_length=200, blank=True)
    metric = models.CharField(
        _("指标"), max_length=60, blank=True
    )  # code of a registered metric, for a criterion that is counted and not typed
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("评定项")
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="criterion_code_once")]

    def __str__(self):
        return self.name


class AssessmentQuerySet(models.QuerySet):
    def public_ids_visible_to(self, user):
        """Return the public ids of the assessments that `user` may see; their files are visible too (slot `file_access`)."""
        return self.visible_to(user).values("public_id")

    def passed_on(self, day):
        """Return the assessments that are valid on `day`: passed, and not expired."""
        return self.filter(state=AssessmentState.PASSED, assessed_on__lte=day).filter(
            Q(expires_on__isnull=True) | Q(expires_on__gt=day)
        )


class OrganizerAssessmentQuerySet(AssessmentQuerySet):
    """Assessments of organizers: passed ones are public, the others are visible to the organizer's managers and staff."""

    def visible_to(self, user):
        """Return the passed assessments of visible organizers, and all of those that `user` manages or is responsible for."""
        scope = access_scope(user)
        if scope.district:
            return self.all()
        subject = self.model.SUBJECT
        organizers = self.model._meta.get_field(subject).related_model.objects.all()
        rows = self.filter(**{f"{subject}__in": organizers.visible_to(user)})
        return rows.filter(Q(state=AssessmentState.PASSED) | organizers.managed_q(scope, prefix=f"{subject}__"))


class Assessment(DemoMark):
    """An assessment of a subject by one version of a standard: a finding with evidence for each criterion.

    `findings` maps the code of a criterion to `{"met": bool, "note": str, "file": public id or ""}`.
    The concrete tables in members, organizations, bases and services add the foreign key to their subject.
    """

    PERSONAL = {"findings": "representation", "note": "representation"}
    NOT_PERSONAL = {"id", "public_id", "state", "assessed_on", "expires_on", "is_demo"}
    SUBJECT: str  # the name of the foreign key to the subject, a value of `Standard.subject`
    LASTS = None  # a timedelta in tables whose passed assessments expire

    public_id = PublicIdField()
    version = models.ForeignKey(Version, models.PROTECT, related_name="+", verbose_name=_("标准版本"))
    state = models.CharField(_("状态"), max_length=12, choices=AssessmentState.choices, default=AssessmentState.OPEN)
    findings = models.JSONField(_("逐项结果"), default=dict, blank=True)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    submitted_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提交人")
    )
    assessed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("评定人")
    )
    assessed_on = models.DateField(_("评定日期"), null=True, blank=True)
    expires_on = models.DateField(_("有效至"), null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-assessed_on", "-id"]
        indexes = [models.Index(fields=["-assessed_on", "-id"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["passed", "failed"]) | Q(assessed_on__isnull=False),
                name="%(app_label)s_%(class)s_assessed_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True)
                | Q(assessed_by__isnull=True)
                | ~Q(submitted_by=F("assessed_by")),
                name="%(app_label)s_%(class)s_by_two_people",
                violation_error_message=_("提交和评定要由两个人来做。"),
            ),
        ]

    def __str__(self):
        return f"{self.version.standard} {self.get_state_display()}"

    @property
    def subject(self):
        """Return the assessed person, organization, base or team."""
        return getattr(self, self.SUBJECT)

    def rows(self):
        """Return the criteria of the version in order, each with its finding: `[(criterion, finding), …]`."""
        return [(criterion, self.findings.get(criterion.code, {})) for criterion in self.version.criteria.all()]

    @cached_property
    def _criterion_names(self):
        return {criterion.code: criterion.name for criterion in self.version.criteria.all()}

    def findings_words(self, value):
        """Return the stored `findings` of this or of a former version of the row as text: which criteria are met."""
        known = [(name, value[code]) for code, name in self._criterion_names.items() if code in value]
        met = [name for name, finding in known if finding.get("met")]
        short = [name for name, finding in known if not finding.get("met")]
        parts = [(_("达到：%(names)s"), met), (_("没有达到：%(names)s"), short)]
        return "；".join(text % {"names": "、".join(names)} for text, names in parts if names)

    def met_count(self):
        """Return how many criteria are met."""
        return sum(bool(finding.get("met")) for finding in self.findings.values())
