"""The abstract base of all assessments: what a subject says, what officers find, and by whom (domain.md rules 2–5)."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.web.fields import acting_account
from chengyang.platform.workdays import deadlines

from ..findings import Finding
from ..states import APPEAL_DAYS, DECIDED, AssessmentState, EvaluationState
from .versions import Version

NOTE_LENGTH = 500


class AssessmentQuerySet(models.QuerySet):
    def public_ids_visible_to(self, user):
        """Return the public ids of the assessments that `user` may see; their files are visible too (slot `file_access`)."""
        return self.visible_to(user).values("public_id")

    def passed_on(self, day):
        """Return the assessments that are valid on `day`: passed, and not expired."""
        return self.filter(state=AssessmentState.PASSED, assessed_on__lte=day).filter(
            Q(expires_on__isnull=True) | Q(expires_on__gt=day)
        )

    def with_rays(self):
        """Return the assessments, the latest first, with what their rays are drawn from: two statements more for all of them."""
        return self.select_related("version__standard").prefetch_related("version__criteria").order_by("-pk")

    def with_number_in_force(self):
        """Return the assessments with their version, and the number of the version of its standard that is in force now."""
        newest = Version.objects.published().filter(standard=models.OuterRef("version__standard")).values("number")[:1]
        return self.select_related("version").annotate(in_force=models.Subquery(newest))

    def of_former_versions(self, version, day):
        """Return the assessments valid on `day` that were made by a version of the same standard before `version`."""
        return self.passed_on(day).filter(version__standard=version.standard_id, version__number__lt=version.number)


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
        return rows.filter(self.public_q() | organizers.managed_q(scope, prefix=f"{subject}__"))

    def public_q(self):
        """Return the condition for the assessments that everybody sees: the passed ones."""
        return Q(state=AssessmentState.PASSED)


def _two_people(first: str, second: str, name: str, message: Any) -> models.CheckConstraint:
    """Return the constraint that the accounts `first` and `second` of an assessment differ."""
    return models.CheckConstraint(
        condition=Q(**{f"{first}__isnull": True}) | Q(**{f"{second}__isnull": True}) | ~Q(**{first: F(second)}),
        name=f"%(app_label)s_%(class)s_{name}",
        violation_error_message=message,
    )


class Assessment(DemoMark):
    """An assessment of a subject by one version of a standard: what the subject says of each criterion, and what officers find.

    `findings` maps the code of a criterion to a `findings.Finding`. The subject submits, a first officer finds, a second one
    confirms, and a third one decides on an appeal. The concrete tables in members, organizations, bases and services add the
    foreign key to their subject.
    """

    PERSONAL = dict.fromkeys(("findings", "note", "appeal", "decision"), "representation")
    NOT_PERSONAL = {
        *("id", "public_id", "state", "found_on", "assessed_on", "expires_on", "due_on", "appealed_on", "decided_on"),
        *("reminded_on", "is_demo"),
    }
    SUBJECT: str  # the name of the foreign key to the subject, a value of `Standard.subject`
    YEARLY = False  # whether it is an evaluation of an organizer for a year, see `Evaluation`
    LASTS: dt.timedelta | None = None  # in tables whose passed assessments expire

    public_id = PublicIdField()
    version = models.ForeignKey(Version, models.PROTECT, related_name="+", verbose_name=_("标准版本"))
    state = models.CharField(_("状态"), max_length=12, choices=AssessmentState.choices, default=AssessmentState.OPEN)
    findings = models.JSONField(_("逐项结果"), default=dict, blank=True)
    note = models.CharField(_("说明"), max_length=NOTE_LENGTH, blank=True)
    due_on = models.DateField(_("时限"), null=True, blank=True)
    opened_by = acting_account(_("开始的人"))
    submitted_by = acting_account(_("提交人"))
    found_by = acting_account(_("初评人"))
    found_on = models.DateField(_("初评日期"), null=True, blank=True)
    returned_by = acting_account(_("退回人"))
    assessed_by = acting_account(_("复核人"))
    assessed_on = models.DateField(_("评定日期"), null=True, blank=True)
    expires_on = models.DateField(_("有效至"), null=True, blank=True)
    appeal = models.CharField(_("申诉"), max_length=REASON_LENGTH, blank=True)
    appealed_by = acting_account(_("申诉人"))
    appealed_on = models.DateField(_("申诉日期"), null=True, blank=True)
    decision = models.CharField(_("申诉答复"), max_length=REASON_LENGTH, blank=True)
    decided_by = acting_account(_("申诉经办"))
    decided_on = models.DateField(_("答复日期"), null=True, blank=True)
    reminded_on = models.DateField(_("提醒日期"), null=True, blank=True)

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
            _two_people("submitted_by", "assessed_by", "by_two_people", _("提交和评定要由两个人来做。")),
            _two_people("submitted_by", "found_by", "found_by_another", _("提交和初评要由两个人来做。")),
            _two_people("found_by", "assessed_by", "confirmed_by_a_second", _("初评和复核要由两个人来做。")),
            _two_people("submitted_by", "decided_by", "appeal_not_by_author", _("申诉不能由提交人来定。")),
            _two_people("appealed_by", "decided_by", "appeal_by_another", _("申诉不能由申诉人来定。")),
            _two_people("found_by", "decided_by", "appeal_not_by_first", _("申诉要由第三位工作人员来定。")),
            _two_people("assessed_by", "decided_by", "appeal_by_a_third", _("申诉要由第三位工作人员来定。")),
        ]

    def __str__(self):
        return f"{self.version.standard} {self.get_state_display()}"

    @classmethod
    def code(cls):
        """Return the code of the table in addresses: the kind of subject, for evaluations with `-year`."""
        return f"{cls.SUBJECT}-year" if cls.YEARLY else cls.SUBJECT

    @property
    def subject(self):
        """Return the assessed person, organization, base or team."""
        return getattr(self, self.SUBJECT)

    def siblings(self):
        """Return the assessments of the same subject in the same table, this one included."""
        return type(self)._default_manager.filter(**{f"{self.SUBJECT}_id": self.subject.pk})

    def rivals(self):
        """Return those of its siblings of which only one may run at a time: all, of evaluations those of the same scheme."""
        rows = self.siblings()
        return rows.filter(version__standard=self.version.standard_id) if self.YEARLY else rows

    @property
    def is_filled_in(self):
        """Whether its subject fills it in now: before the submission, and what is to be put right; the result of a year stands."""
        return self.state == AssessmentState.OPEN or (self.state == AssessmentState.FAILED and not self.YEARLY)

    @cached_property
    def criteria(self):
        """The criteria of the version in order, read once for all that is computed from this row."""
        return list(self.version.criteria.all())

    def rows(self):
        """Return the criteria of the version in order, each with its finding: `[(criterion, Finding), …]`."""
        return [(criterion, self.finding(criterion.code)) for criterion in self.criteria]

    def finding(self, code):
        """Return the finding on the criterion with `code`, empty where there is none yet."""
        return Finding(self.findings.get(code, {}))

    def findings_words(self, value):
        """Return the stored `findings` of this or of a former version of the row as text: what was found of each criterion."""
        known = [
            (criterion.name, Finding(value[criterion.code])) for criterion in self.criteria if criterion.code in value
        ]
        return "；".join(f"{name}：{finding.words()}" for name, finding in known)

    def met_count(self):
        """Return how many criteria are met."""
        return sum(Finding(finding).met for finding in self.findings.values())

    def rays(self):
        """Return the result of each criterion in order, for the drawing of the sun: met, partly, not_yet, or ""."""
        return [finding.result for _criterion, finding in self.rows()]

    def short(self):
        """Return the criteria that are not met, each with its finding: what is to be put right."""
        return [(criterion, finding) for criterion, finding in self.rows() if finding.result and not finding.met]

    @property
    def note_label(self):
        """Return what `note` is: the reason why it was returned, discarded, or why the second officer changed a finding."""
        if self.state == AssessmentState.DISCARDED:
            return _("不评的理由")
        return _("复核改动的理由") if self.state in DECIDED else _("退回说明")

    @property
    def appeal_until(self):
        """The last day on which the subject may appeal, None where there is no result to appeal against."""
        if self.state != AssessmentState.FAILED or self.assessed_on is None or self.appealed_on:
            return None
        return deadlines.due_on(self.assessed_on, APPEAL_DAYS)

    def is_appealable_on(self, day):
        """Return whether the subject may appeal on `day`."""
        return self.appeal_until is not None and day <= self.appeal_until

    def relied_on(self):
        """Return whether something rests on this result, so that its decision can no longer be taken back."""
        return False


class EvaluationQuerySet(OrganizerAssessmentQuerySet):
    """Evaluations of organizers: final results are public, whatever they are; the others as assessments of organizers."""

    def public_q(self):
        """Return the condition for the final results: nobody can appeal against them any more."""
        return Q(state__in=DECIDED, final_on__lte=clock.today())

    def public_ids_of_staff(self, user):
        """Return the public ids of the evaluations whose files `user` may open: not those of the public (slot `file_access`)."""
        rows, scope = self.visible_to(user), access_scope(user)
        organizers = self.model._meta.get_field(self.model.SUBJECT).related_model.objects.all()
        mine = rows if scope.district else rows.filter(organizers.managed_q(scope, prefix=f"{self.model.SUBJECT}__"))
        return mine.values("public_id")

    def published(self):
        """Return the final evaluations of the organizers that everybody sees."""
        return self.filter(self.public_q(), **{f"{self.model.SUBJECT}__is_published": True})

    def of_year(self, year):
        return self.filter(version__standard__year=year)


class Evaluation(Assessment):
    """年度评价: an assessment of an organizer, never of a person, by the scheme of a year (domain.md rule 15).

    Its numbers are those of the year of the scheme. The result is final once nobody can appeal against it any more, from
    `final_on`; then it is public and stands.
    """

    NOT_PERSONAL = Assessment.NOT_PERSONAL | {"final_on"}
    YEARLY = True

    state = models.CharField(_("状态"), max_length=12, choices=EvaluationState.choices, default=EvaluationState.OPEN)
    final_on = models.DateField(_("结果确定"), null=True, blank=True)

    class Meta(Assessment.Meta):
        abstract = True

    @property
    def year(self):
        return self.version.standard.year

    def is_final(self):
        """Return whether nobody can appeal against the result any more."""
        return self.state in DECIDED and self.final_on is not None and self.final_on <= clock.today()

    def before(self):
        """Return the final evaluation of the same organizer for the year before, or None."""
        rows = self.siblings().of_year(self.year - 1)
        return rows.filter(rows.public_q()).first()
