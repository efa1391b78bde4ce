"""The registry: categories, persons, applications, representatives and their four-haves."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.accounts.models import DemoMark
from chengyang.accounts.reach import reach
from chengyang.audit.history import tracked
from chengyang.chinese import search
from chengyang.standards.models import Assessment as StandardAssessment
from chengyang.standards.models import AssessmentQuerySet as StandardAssessmentQuerySet
from chengyang.vault.fields import BlindIndexField, EncryptedField, LastFourField
from chengyang.vault.public_ids import PublicIdField
from chengyang.web.fields import LiteralQuery, NameKeyField, NameSearchField

from .states import APPLICATION_OPEN, ApplicationState, PersonState, RepresentativeState


class Skill(models.TextChoices):
    """能帮上什么, on the registration form."""

    LAW = "law", _("法律")
    FINANCE = "finance", _("财税")
    STARTUP = "startup", _("创业辅导")
    PSYCHOLOGY = "psychology", _("心理")
    ARTS = "arts", _("文艺")
    MEDIA = "media", _("新媒体")
    ENVIRONMENT = "environment", _("环保")
    AID = "aid", _("助学助困")


class Wish(models.TextChoices):
    """希望得到什么, on the registration form."""

    PEERS = "peers", _("认识同行")
    TRAINING = "training", _("参加培训")
    PARTNERS = "partners", _("找项目合作")
    VOLUNTEER = "volunteer", _("做志愿服务")
    PROBLEM = "problem", _("反映问题")
    PROPOSE = "propose", _("提建议")


class Category(models.Model):
    """新阶层四类: an editable code table."""

    code = models.SlugField(_("代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    hint = models.CharField(_("提示"), max_length=60, blank=True)
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("类别")
        ordering = ["order", "code"]

    def __str__(self):
        return self.name


class Particulars(models.Model):
    """What somebody says of themself when they register; the same on the application and in the registry."""

    PARTICULARS = ("name", "category", "unit", "job", "subdistrict", "can", "want")
    PERSONAL = {
        "name": "registration",
        "name_key": "registration",
        "name_search": "registration",
        "unit": "registration",
        "job": "registration",
        "can": "registration",
        "want": "registration",
    }

    name = models.CharField(_("姓名"), max_length=50)
    name_key = NameKeyField("name")
    name_search = NameSearchField("name")
    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("类别"))
    unit = models.CharField(_("工作单位"), max_length=100)
    job = models.CharField(_("做什么工作"), max_length=60, blank=True)
    subdistrict = models.ForeignKey("accounts.Subdistrict", models.PROTECT, verbose_name=_("工作所在街道"))
    can = ArrayField(
        models.CharField(max_length=20, choices=Skill.choices), verbose_name=_("能帮上什么"), default=list, blank=True
    )
    want = ArrayField(
        models.CharField(max_length=20, choices=Wish.choices), verbose_name=_("希望得到什么"), default=list, blank=True
    )

    class Meta:
        abstract = True

    def can_labels(self):
        return [Skill(code).label for code in self.can]

    def want_labels(self):
        return [Wish(code).label for code in self.want]


class NameSearchMixin:
    """Find rows by a name as people type it: characters, part, pinyin, initials, last four digits (U02)."""

    def search(self, text):
        """Return the rows whose name or last four digits `text` could mean; all rows for an empty text."""
        text = (text or "").strip()
        if not text:
            return self
        found = Q(pk__in=[])
        if query := search.name_query(text):
            found |= Q(name_search=LiteralQuery(query))
        if text.isascii() and text.isdigit() and len(text) == 4:
            found |= Q(**{self.last4_lookup: text})
        return self.filter(found)

    last4_lookup = "phone_last4"


class PersonQuerySet(NameSearchMixin, models.QuerySet):
    def active(self):
        """Return whom lists, exports and statistics may count (domain.md rule 1)."""
        return self.filter(state=PersonState.ACTIVE)

    def visible_to(self, user):
        """Return the persons `user` may see (decisions.md, Who sees what)."""
        if not user.is_authenticated:
            return self.none()
        seen = reach(user)
        if seen.administrator:
            return self.filter(user=user)
        shown = Q(user=user)
        if seen.district:
            shown |= Q(state=PersonState.ACTIVE)
        if seen.subdistricts:
            shown |= Q(state=PersonState.ACTIVE, subdistrict__in=seen.subdistricts)
        people = self.model._base_manager.filter(state=PersonState.ACTIVE)
        if seen.organizations:
            members = people.filter(memberships__organization__in=seen.organizations, memberships__state="active")
            shown |= Q(pk__in=members.values("pk"))
        if seen.teams:
            today = clock.today()
            held = Q(services_posts__ends__isnull=True) | Q(services_posts__ends__gt=today)
            members = people.filter(held, services_posts__team__in=seen.teams, services_posts__starts__lte=today)
            shown |= Q(pk__in=members.values("pk"))
        return self.filter(shown)


@tracked(exclude=["name_search"])
class Person(Particulars, DemoMark):
    """人士: somebody in the registry; not the same thing as a sign-in account."""

    PERSONAL = {
        **Particulars.PERSONAL,
        "phone": "registration",
        "phone_index": "registration",
        "phone_last4": "registration",
    }
    NOT_PERSONAL = {"id", "public_id", "state", "registered_on", "confirm_by", "left_on", "is_demo"}

    public_id = PublicIdField()
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="person", verbose_name=_("账号")
    )
    phone = EncryptedField(_("手机"), blank=True, max_plain=20)
    phone_index = BlindIndexField("phone", namespace="phone", unique=False)
    phone_last4 = LastFourField("phone")
    state = models.CharField(_("状态"), max_length=12, choices=PersonState.choices, default=PersonState.ACTIVE)
    registered_on = models.DateField(_("入册日期"), default=clock.today)
    confirm_by = models.DateField(_("须在此前由本人确认"), null=True, blank=True)
    left_on = models.DateField(_("退出日期"), null=True, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("人士")
        ordering = ["name_key", "id"]
        indexes = [
            GinIndex(fields=["name_search"], name="person_name_search"),
            models.Index(fields=["name_key", "id"]),
            models.Index(fields=["subdistrict", "state"]),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(state="left") | Q(left_on__isnull=False), name="person_left_on_a_day"),
            models.CheckConstraint(
                condition=~Q(state="unconfirmed") | Q(confirm_by__isnull=False), name="person_confirms_by_a_day"
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("admin:members_person_change", args=[self.pk])


class ApplicationQuerySet(NameSearchMixin, models.QuerySet):
    last4_lookup = "user__phone_last4"

    def open(self):
        return self.filter(state__in=APPLICATION_OPEN)

    def submitted(self):
        """Return what staff may see: a draft belongs to its author alone."""
        return self.filter(submitted_at__isnull=False)

    def visible_to(self, user):
        """Return the applications `user` may see: own, and the submitted ones of the user's subdistricts."""
        if not user.is_authenticated:
            return self.none()
        seen = reach(user)
        shown = Q(user=user)
        if seen.district:
            shown |= Q(submitted_at__isnull=False)
        elif seen.subdistricts:
            shown |= Q(submitted_at__isnull=False, subdistrict__in=seen.subdistricts)
        return self.filter(shown)


@tracked(exclude=["name_search"])
class Application(Particulars, DemoMark):
    """入册申请: what somebody sends in to be registered, and what was decided on it."""

    PERSONAL = {**Particulars.PERSONAL, "reason": "registration"}
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
        "is_demo",
    }

    public_id = PublicIdField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="applications", verbose_name=_("申请人账号")
    )
    # A draft is saved at every step, so what the form asks for may still be missing.
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
    first_reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("初审人")
    )
    first_reviewed_at = models.DateTimeField(_("初审"), null=True, blank=True)
    second_reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复审人")
    )
    decided_at = models.DateTimeField(_("办结"), null=True, blank=True)
    due_on = models.DateField(_("时限"), null=True, blank=True)
    # The last step and the words that went with it; the steps before are in the row's history.
    acted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经办")
    )
    acted_at = models.DateTimeField(_("经办时间"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    person = models.OneToOneField(
        Person, models.SET_NULL, null=True, blank=True, related_name="application", verbose_name=_("人士")
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("入册申请")
        ordering = ["due_on", "id"]
        indexes = [
            GinIndex(fields=["name_search"], name="application_name_search"),
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
                condition=~Q(state="approved") | Q(second_reviewer__isnull=False),
                name="application_approved_by_somebody",
            ),
        ]

    def __str__(self):
        return self.name or str(_("未填姓名"))

    def get_absolute_url(self):
        return reverse("members:application", args=[self.public_id])


class AssessmentQuerySet(StandardAssessmentQuerySet):
    def visible_to(self, user):
        """Return the assessments of the persons `user` may see."""
        return self.filter(person__in=Person.objects.visible_to(user))


@tracked
class Assessment(StandardAssessment):
    """“四有” of a person."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="assessments", verbose_name=_("人士"))

    objects = AssessmentQuerySet.as_manager()

    class Meta(StandardAssessment.Meta):
        verbose_name = verbose_name_plural = _("“四有”评定")


class RepresentativeQuerySet(models.QuerySet):
    def on(self, day):
        """Return who is a representative on `day`: named, and the term is running (rule 3)."""
        return self.filter(
            starts__lte=day, ends__gt=day, state__in=[RepresentativeState.NAMED, RepresentativeState.ENDED]
        )

    def published(self):
        """Return the representatives of today who agreed to be shown in public."""
        return self.filter(is_public=True).on(clock.today())

    def visible_to(self, user):
        """Return own and published rows, those of the user's subdistricts, and of the user's organizations' members."""
        today = clock.today()
        shown = Q(is_public=True, state=RepresentativeState.NAMED, starts__lte=today, ends__gt=today)
        if user.is_authenticated:
            shown |= Q(person__in=Person.objects.visible_to(user).values("pk"))
        return self.filter(shown)


@tracked
class Representative(DemoMark):
    """代表人士: a person named a representative for a term after the four-haves assessment."""

    PERSONAL = {"is_public": "publication", "reason": "representation"}
    NOT_PERSONAL = {"id", "public_id", "state", "starts", "ends", "first_reviewed_at", "named_at", "is_demo"}

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
    nominated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提名人")
    )
    first_reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("初审人")
    )
    first_reviewed_at = models.DateTimeField(_("初审"), null=True, blank=True)
    second_reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复审人")
    )
    named_at = models.DateTimeField(_("确定时间"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("代表人士")
        ordering = ["-starts", "person__name_key", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="representative_ends_after_start",
                violation_error_message=_("任期结束要晚于开始。"),
            ),
            models.CheckConstraint(
                condition=Q(first_reviewer__isnull=True)
                | Q(second_reviewer__isnull=True)
                | ~Q(first_reviewer=F("second_reviewer")),
                name="representative_reviews_by_two_people",
                violation_error_message=_("初审和复审要由两个人来做。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["named", "ended"]) | Q(assessment__isnull=False),
                name="representative_named_after_assessment",
                violation_error_message=_("要先通过“四有”评定。"),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=["nominated", "first_reviewed", "named"]),
                name="representative_one_current",
                violation_error_message=_("这个人已经是代表人士，或正在评定。"),
            ),
        ]

    def __str__(self):
        return str(self.person)
