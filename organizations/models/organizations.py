"""Liaison organizations, their assessments, posts and memberships."""

from collections import Counter

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.chinese import credit_codes
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.accounts.organizers import DatedPost, DatedPostQuerySet, Organizer, OrganizerQuerySet
from chengyang.platform.audit.history import tracked
from chengyang.platform.standards.models import Assessment as StandardAssessment
from chengyang.platform.standards.models import Evaluation as StandardEvaluation
from chengyang.platform.standards.models import EvaluationQuerySet, OrganizerAssessmentQuerySet
from chengyang.platform.web.lookups import any_of
from members.models import Category, Person

from ..states import MEMBERSHIP_OPEN, STOPPED, MembershipState, OrganizationState
from .code_fields import CreditCodeField
from .kinds import Kind, WorkField

CODE_PART = 6  # characters of a code that find it
REGISTER_LOCK = 0x72656769  # "regi": names, codes and parents are compared with those of all other organizations
_NO_CYCLE = """
IF NEW.parent_id IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(1919248233);  -- REGISTER_LOCK
    IF EXISTS (
        WITH RECURSIVE above(id) AS (
            SELECT NEW.parent_id
            UNION SELECT o.parent_id FROM organizations_organization o JOIN above ON o.id = above.id
                  WHERE o.parent_id IS NOT NULL
        )
        SELECT 1 FROM above WHERE above.id = NEW.id
    ) THEN
        RAISE EXCEPTION 'organization % would be above itself', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_not_above_itself';
    END IF;
END IF;
RETURN NEW;
"""


def state_q(states, day, prefix=""):
    """Return the condition for organizations that are in one of `states` on `day`; `prefix` is the lookup path to them.

    A step that was agreed to for a coming day counts from its midnight on, whether or not a task has run since.
    """
    come = Q(**{f"{prefix}next_on__lte": day})
    return ~come & Q(**{f"{prefix}state__in": states}) | come & Q(**{f"{prefix}next_state__in": states})


class OrganizationQuerySet(OrganizerQuerySet):
    subject = "organization"

    def in_state(self, *states, day=None):
        """Return the organizations that are in one of `states` on `day` (default: today)."""
        return self.filter(state_q(states, day or clock.today()))

    def search(self, text):
        """Return the organizations with `text` in their name or in a former one, and that with the code `text`."""
        text = text.strip()
        if not text:
            return self
        former = self.model.pgh_event_model._base_manager.filter(name__icontains=text).values("pgh_obj_id")
        found = Q(name__icontains=text) | Q(pk__in=former)
        code = credit_codes.normal(text)
        return self.filter(found | Q(credit_code__startswith=code) if len(code) >= CODE_PART else found)

    def founded_by(self, day):
        """Return the organizations that were founded on or before `day` and not dissolved on or before it.

        Where the source gives only the year of the foundation, `founded_on` is 1 January of that year.
        """
        not_dissolved = Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=day)
        return self.exclude(state=OrganizationState.PREPARING, next_state="").filter(not_dissolved, founded_on__lte=day)


@pgtrigger.register(
    pgtrigger.Trigger(
        name="not_above_itself",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id"),
        func=_NO_CYCLE,
    ),
)
@tracked
class Organization(Organizer):
    """联谊组织: a liaison organization of the district or of a subdistrict.

    `state` is the state of today: where a step was agreed to for a day that has come (`next_state`, `next_on`), a row that is
    read has its new state at once. Queries use `in_state`. `LifeStep` has the papers of each step.
    """

    OFFICE_FIELDS = ("name", "kind", "level", "subdistrict", "parent", "credit_code")
    EDITABLE_FIELDS = ("summary", "purpose", "place", "contact")
    COMMON_NAME_PARTS = "新的社会阶层|代表人士|联谊会|联合会|城阳区|街道"

    class Level(models.TextChoices):
        DISTRICT = "district", _("区级")
        SUBDISTRICT = "subdistrict", _("街道级")

    name = models.CharField(_("名称"), max_length=60, unique=True)
    kind = models.ForeignKey(
        Kind, models.PROTECT, null=True, blank=True, related_name="organizations", verbose_name=_("组织类型")
    )
    level = models.CharField(_("级别"), max_length=12, choices=Level.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级组织")
    )
    credit_code = CreditCodeField(_("统一社会信用代码"), help_text=_("在民政部门登记过的才有，照登记证书写"))
    purpose = models.CharField(_("宗旨"), max_length=500, blank=True, help_text=_("章程里怎么写就怎么写"))
    place = models.CharField(_("活动场所"), max_length=120, blank=True, help_text=_("平时在哪里，写到门牌；公开"))
    work_fields = models.ManyToManyField(WorkField, blank=True, verbose_name=_("工作领域"))
    categories = models.ManyToManyField(Category, blank=True, verbose_name=_("面向类别"))
    state = models.CharField(
        _("状态"), max_length=12, choices=OrganizationState.choices, default=OrganizationState.PREPARING
    )
    founded_text = models.CharField(_("成立时间"), max_length=20, blank=True)  # the source may know the year only
    founded_on = models.DateField(_("成立日期"), null=True, blank=True)
    suspended_on = models.DateField(_("暂停日期"), null=True, blank=True)  # of the latest time
    dissolved_on = models.DateField(_("注销日期"), null=True, blank=True)
    # The step that two officers agreed to for a coming day; empty once a task has moved `state`.
    next_state = models.CharField(
        _("下一状态"), max_length=12, choices=OrganizationState.choices, blank=True, editable=False
    )
    next_on = models.DateField(_("下一状态的日期"), null=True, blank=True, editable=False)
    founding_members = models.PositiveIntegerField(_("成立时会员"), null=True, blank=True)
    by_record = models.BooleanField(
        _("按公开报道录入"), default=False
    )  # from published reports; never assessed in the portal

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("联谊组织")
        ordering = ["level", "founded_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level="district", subdistrict__isnull=True)
                | Q(level="subdistrict", subdistrict__isnull=False),
                name="organization_subdistrict_by_level",
                violation_error_message=_("街道级组织要写明街道，区级组织不写。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="founded") | Q(founded_on__isnull=False),
                name="organization_founded_on_a_day",
                violation_error_message=_("已成立的组织要写成立时间。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="dissolved") | Q(dissolved_on__isnull=False), name="organization_dissolved_on_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(state="suspended") | Q(suspended_on__isnull=False), name="organization_suspended_on_a_day"
            ),
            models.CheckConstraint(
                condition=Q(next_state="", next_on__isnull=True) | ~Q(next_state="") & Q(next_on__isnull=False),
                name="organization_next_state_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
                name="organization_not_its_own_parent",
                violation_error_message=_("上级组织不能是它自己。"),
            ),
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~Q(credit_code=""),
                name="organization_credit_code_once",
                violation_error_message=_("别的组织已经是这个统一社会信用代码。"),
            ),
            models.CheckConstraint(
                condition=Q(credit_code="") | ~Q(state="preparing") | ~Q(next_state=""),
                name="organization_registered_when_founded",
                violation_error_message=_("还在筹建，没有登记，不写统一社会信用代码。"),
            ),
        ]

    @classmethod
    def from_db(cls, db, field_names, values):
        row = super().from_db(db, field_names, values)
        loaded = row.__dict__
        if "state" in loaded and loaded.get("next_on") is not None:
            row.state = row.state_on(clock.today())
        return row

    def get_absolute_url(self):
        return reverse("organizations:detail", args=[self.slug])

    def state_on(self, day):
        """Return the state on `day`, today or later, as it is decided now."""
        return self.next_state if self.next_on and self.next_on <= day else self.state

    def is_stopped_on(self, day):
        """Return whether the organization is suspended or dissolved on `day`: nothing of its own takes place then."""
        state = self.state_on(day)
        since = self.dissolved_on if state == OrganizationState.DISSOLVED else self.suspended_on
        return state in STOPPED and (since is None or since <= day)

    @property
    def is_stopped(self):
        return self.is_stopped_on(clock.today())


class AssessmentQuerySet(OrganizerAssessmentQuerySet):
    def passed_on(self, day):
        """Return the assessments that are valid on `day`: not those of an organization that is dissolved by then."""
        return super().passed_on(day).exclude(organization__dissolved_on__lte=day)


@tracked
class Assessment(StandardAssessment):
    """“五好”: an assessment of an organization by the five-goods standard."""

    SUBJECT = "organization"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="assessments", verbose_name=_("组织"))

    objects = AssessmentQuerySet.as_manager()

    class Meta(StandardAssessment.Meta):
        verbose_name = verbose_name_plural = _("“五好”评定")

    def relied_on(self):
        founded = self.organization.founded_on
        return founded is not None and self.assessed_on is not None and founded >= self.assessed_on


@tracked
class Evaluation(StandardEvaluation):
    """年度评价: the evaluation of an organization for a year."""

    SUBJECT = "organization"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="evaluations", verbose_name=_("组织"))

    objects = EvaluationQuerySet.as_manager()

    class Meta(StandardEvaluation.Meta):
        verbose_name = verbose_name_plural = _("组织年度评价")
        constraints = [
            *StandardEvaluation.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "version"], name="organization_evaluated_once_by_a_version"
            ),
        ]


@tracked
class Post(DatedPost):
    """职务: a post in an organization; the secretary may act for the organization."""

    SUBJECT = "organization"

    class Kind(models.TextChoices):
        CHAIR = "chair", _("会长")
        VICE_CHAIR = "vice_chair", _("副会长")
        SECRETARY = "secretary", _("秘书长")
        DIRECTOR = "director", _("理事")

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="posts", verbose_name=_("组织"))
    kind = models.CharField(_("职务"), max_length=12, choices=Kind.choices)

    objects = DatedPostQuerySet.as_manager()

    class Meta(DatedPost.Meta):
        verbose_name = verbose_name_plural = _("组织职务")


class MembershipQuerySet(models.QuerySet):
    def search(self, text):
        """Return the memberships of persons whose name or phone number matches `text` (requirements U02)."""
        return self.filter(any_of("person_id", Person.objects.search(text))) if text.strip() else self

    def open(self):
        return self.filter(state__in=MEMBERSHIP_OPEN)

    def active(self):
        """Return the memberships of today: not those of an organization that a midnight has dissolved."""
        rows = self.filter(state=MembershipState.ACTIVE, person__state="active")
        return rows.exclude(organization__dissolved_on__lte=clock.today())

    def by_organization(self):
        """Return key of the organization → number of its members.

        The memberships are counted by their index alone; the few of persons who are not in the registry are subtracted.
        """
        counts = Counter(dict(self._counted(self.filter(state=MembershipState.ACTIVE))))
        away = self.filter(state=MembershipState.ACTIVE).exclude(person__state="active")
        counts.subtract(dict(self._counted(away)))
        return dict(counts)

    def number(self):
        """Return how many of the memberships are active, counted as in `by_organization`."""
        return sum(self.by_organization().values())

    def _counted(self, rows):
        return rows.order_by().values_list("organization_id").annotate(n=models.Count("pk"))

    def current(self):
        """Return the memberships that are active or applied for, of persons who are in the registry."""
        return self.open().filter(person__state="active")

    def visible_to(self, user):
        """Return the memberships `user` may see: own ones, and those of persons in the registry within the access scope.

        District staff see all, subdistrict staff those in organizations of their subdistricts, former ones included.
        A secretary sees active and applied-for memberships of the own organization. Other people's memberships of
        persons who left the registry are visible to nobody.
        """
        if not user.is_authenticated:
            return self.none()
        scope = access_scope(user)
        managed = Q(organization__subdistrict__in=scope.subdistricts)
        managed |= Q(organization__in=scope.managed("organization"), state__in=MEMBERSHIP_OPEN)
        own = Q(person=models.Subquery(Person.objects.filter(user=user).values("pk")[:1]))
        registered = ~Q(person__in=Person.objects.not_active().values("pk"))
        return self.filter(own | registered & (Q() if scope.district else managed))


@tracked
class Membership(DemoMark):
    """会员: the membership of a person in an organization; ending it needs no approval (domain.md rule 12)."""

    PERSONAL = {"state": "membership", "reason": "membership"}
    NOT_PERSONAL = {"id", "public_id", "applied_at", "joined_on", "left_on", "decided_at", "due_on", "is_demo"}

    public_id = PublicIdField()
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memberships", verbose_name=_("组织"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", verbose_name=_("人士"))
    state = models.CharField(_("状态"), max_length=12, choices=MembershipState.choices, default=MembershipState.APPLIED)
    applied_at = models.DateTimeField(_("申请时间"), default=clock.now)
    due_on = models.DateField(_("时限"), null=True, blank=True)
    joined_on = models.DateField(_("入会日期"), null=True, blank=True)
    left_on = models.DateField(_("退会日期"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经办")
    )
    decided_at = models.DateTimeField(_("经办时间"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("会员")
        ordering = ["organization", "person__name_key", "id"]
        indexes = [
            models.Index(fields=["organization", "state", "person"], name="membership_people"),
            models.Index(fields=["person", "state"]),
            models.Index(fields=["-applied_at", "-id"], name="membership_latest"),
            models.Index(fields=["joined_on"], name="membership_joined_on"),
            models.Index(fields=["left_on"], condition=Q(left_on__isnull=False), name="membership_left_on"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "person"],
                condition=Q(state__in=MEMBERSHIP_OPEN),
                name="membership_once",
                violation_error_message=_("已经是会员，或正在申请。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["active", "left"]) | Q(joined_on__isnull=False),
                name="membership_joined_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")), name="membership_left_after_joining"
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.organization}"

    def get_absolute_url(self):
        return self.organization.get_absolute_url()

    @property
    def is_open(self):
        """Return whether the membership is applied for or active."""
        return self.state in MEMBERSHIP_OPEN
