"""The service alliance, its teams, requests for help, and outcomes."""

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from activities.models import Activity
from bases.models import Base
from chengyang import clock
from chengyang.errors import REASON_LENGTH, ActionError
from chengyang.lib.vault.public_ids import ALPHABET, PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.accounts.organizers import DatedPost, DatedPostQuerySet, Organizer, OrganizerQuerySet
from chengyang.platform.audit.history import tracked
from organizations.models import Organization

from .states import OutcomeState, RequestState


class Alliance(models.Model):
    """服务联盟 “城新同行”."""

    name = models.CharField(_("名称"), max_length=30, unique=True)
    summary = models.CharField(_("简介"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("服务联盟")

    def __str__(self):
        return self.name


# Labels of the field codes in the imported data; for another field, staff store its name itself.
FIELDS = {
    "startup": _("创业"),
    "rural": _("乡村"),
    "law": _("法律"),
    "psychology": _("心理"),
    "arts": _("文艺"),
    "environment": _("环保"),
    "media": _("新媒体"),
    "finance": _("财税"),
    "aid": _("助学助困"),
}


class TeamQuerySet(OrganizerQuerySet):
    subject = "team"


@tracked
class Team(Organizer):
    """服务队: a team with a list of services that citizens and members can order."""

    EDITABLE_FIELDS = ("services", "summary", "contact")  # in the order of the form

    name = models.CharField(_("名称"), max_length=40, unique=True)
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="teams", verbose_name=_("联盟"))
    field = models.CharField(_("领域"), max_length=20)
    services = ArrayField(models.CharField(max_length=30), verbose_name=_("能提供的服务"), default=list, blank=True)
    founded_on = models.DateField(_("成立日期"), null=True, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("服务队")
        ordering = ["id"]

    def get_absolute_url(self):
        return reverse("services:team", args=[self.slug])

    @property
    def field_label(self):
        """Return the name of the field of work, for its code or as staff wrote it."""
        return FIELDS.get(self.field, self.field)


@tracked
class Post(DatedPost):
    """A post in a team. A leader acts for the team; a volunteer is a member without rights over it."""

    SUBJECT = "team"

    class Kind(models.TextChoices):
        LEADER = "leader", _("队长")
        VOLUNTEER = "volunteer", _("队员")

    team = models.ForeignKey(Team, models.PROTECT, related_name="posts", verbose_name=_("服务队"))
    kind = models.CharField(_("职务"), max_length=12, choices=Kind.choices)

    objects = DatedPostQuerySet.as_manager()

    class Meta(DatedPost.Meta):
        verbose_name = verbose_name_plural = _("服务队职务")


QUERY_CODE_LENGTH = 8  # 40 bits: numbers are counted up, so that only the code keeps a request apart from others


def new_query_code():
    """Return eight random characters; with the number of the request they show its progress without signing in."""
    return "".join(secrets.choice(ALPHABET) for _ in range(QUERY_CODE_LENGTH))


class RequestQuerySet(models.QuerySet):
    def open_with(self, number, code):
        """Return the request with this `number` and query `code`.

        Raises the same ActionError("unknown") for a wrong number and for a wrong code, so that numbers cannot be guessed.
        """
        rows = self.exclude(query_code="")  # an erased request has no code; an empty one must not match it
        asked = rows.filter(number=number.strip().upper()).select_related("team", "subdistrict").first()
        known = constant_time_compare(
            asked.query_code if asked else "no code", code.strip().lower()
        )  # takes the same time for either mistake
        if asked is None or not known:
            raise ActionError(_("没有这个编号，或者查询码不对。"), code="unknown")
        return asked

    def visible_to(self, user):
        """Return the user's own requests, and those that they handle for a team, subdistrict or the office (domain.md rule 9)."""
        if not user.is_authenticated:
            return self.none()
        scope = access_scope(user)
        shown = Q(author=user)
        if scope.district:
            shown |= Q(team__isnull=True, subdistrict__isnull=True) | Q(escalated_at__isnull=False)
        if scope.subdistricts:
            shown |= Q(subdistrict__in=scope.subdistricts)
        if scope.managed("team"):
            shown |= Q(team__in=scope.managed("team"))
        return self.filter(shown)


@tracked
class Request(DemoMark):
    """诉求: a request for help, handled by a team, a subdistrict or the office, with a due date and an answer."""

    PERSONAL = {
        "service": "requests",
        "title": "requests",
        "text": "requests",
        "answer": "requests",
        "query_code": "requests",
        "rating": "requests",
    }
    NOT_PERSONAL = {
        "id",
        "public_id",
        "number",
        "state",
        "is_complex",
        "at",
        "due_on",
        "answered_at",
        "reopened_at",
        "escalated_at",
        "reminders",
        "is_demo",
    }

    public_id = PublicIdField()
    number = models.CharField(_("编号"), max_length=16, unique=True)
    query_code = models.CharField(_("查询码"), max_length=QUERY_CODE_LENGTH, default=new_query_code)
    author = models.ForeignKey(  # null once erased: the row still counts, without personal data
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="requests", verbose_name=_("提出人")
    )
    service = models.CharField(_("点的服务"), max_length=30, blank=True)
    title = models.CharField(_("标题"), max_length=40)
    text = models.TextField(_("内容"), max_length=2000)
    state = models.CharField(_("状态"), max_length=12, choices=RequestState.choices, default=RequestState.SUBMITTED)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("承办服务队")
    )
    subdistrict = models.ForeignKey(
        "accounts.Subdistrict", models.PROTECT, null=True, blank=True, verbose_name=_("承办街道")
    )
    is_complex = models.BooleanField(_("复杂"), default=False)
    at = models.DateTimeField(_("提出时间"), default=clock.now)
    due_on = models.DateField(_("时限"))
    reopened_at = models.DateTimeField(_("退回再办时间"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("升级时间"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(
        _("已提醒次数"), default=0
    )  # 0 to 3: at half, at four fifths, at the end
    answer = models.TextField(_("答复"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("答复人")
    )
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    rating = models.PositiveSmallIntegerField(_("评价"), null=True, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("诉求")
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["state", "due_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(team__isnull=True) | Q(subdistrict__isnull=True),
                name="request_one_handler",
                violation_error_message=_("只转给一个承办单位。"),
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5),
                name="request_rating_1_to_5",
                violation_error_message=_("评价在 1 到 5 之间。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "closed"]) | ~Q(answer=""),
                name="request_answered_with_words",
                violation_error_message=_("答复不能为空。"),
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("services:request", args=[self.public_id])

    @property
    def counted_from(self):
        """Return the date, in the portal's time zone, from which the working days are counted."""
        return timezone.localdate(self.reopened_at or self.at)


class OutcomeQuerySet(models.QuerySet):
    def checked(self):
        """Return the outcomes that count: those checked by staff."""
        return self.filter(state=OutcomeState.CHECKED)

    published = checked

    def visible_to(self, user):
        """Return the checked outcomes, those of the organizers that `user` manages, and those of the subdistricts of `user`."""
        scope = access_scope(user)
        if scope.district:
            return self.all()
        shown = Q(state=OutcomeState.CHECKED)
        for column, ids in (
            ("organization", scope.managed("organization")),
            ("base", scope.managed("base")),
            ("team", scope.managed("team")),
        ):
            if ids:
                shown |= Q(**{f"{column}__in": ids})
        if scope.subdistricts:
            areas = scope.subdistricts
            shown |= (
                Q(organization__subdistrict__in=areas) | Q(base__subdistrict__in=areas) | Q(team__subdistrict__in=areas)
            )
        return self.filter(shown)


@tracked
class Outcome(DemoMark):
    """成果: a result of the work of an organizer; checked by a second person before it counts."""

    EDITABLE_FIELDS = ("kind", "title", "happened_on", "amount", "quantity")  # when reported, in the order of the form

    class Kind(models.TextChoices):
        MONEY = "money", _("捐款")
        GOODS = "goods", _("捐物")
        FIRM = "firm", _("孵化企业")
        BENEFICIARIES = "beneficiaries", _("受益人数")

    NOT_PERSONAL = {
        "id",
        "public_id",
        "kind",
        "title",
        "happened_on",
        "amount",
        "quantity",
        "state",
        "checked_at",
        "reason",
        "due_on",
        "is_demo",
    }

    public_id = PublicIdField()
    kind = models.CharField(_("类型"), max_length=14, choices=Kind.choices)
    title = models.CharField(_("名称"), max_length=60)
    happened_on = models.DateField(_("日期"))
    amount = models.DecimalField(_("金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    quantity = models.PositiveIntegerField(_("数量"), null=True, blank=True)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="outcomes", verbose_name=_("组织")
    )
    base = models.ForeignKey(
        Base, models.PROTECT, null=True, blank=True, related_name="outcomes", verbose_name=_("基地")
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="outcomes", verbose_name=_("服务队")
    )
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, blank=True, related_name="outcomes", verbose_name=_("活动")
    )
    state = models.CharField(_("状态"), max_length=10, choices=OutcomeState.choices, default=OutcomeState.REPORTED)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("上报人")
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核实人")
    )
    checked_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)
    due_on = models.DateField(_("时限"), null=True, blank=True)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("成果")
        ordering = ["-happened_on", "-id"]
        indexes = [models.Index(fields=["kind", "state", "happened_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["money", "goods"], amount__isnull=False, amount__gt=0)
                | Q(kind="firm", amount__isnull=True)
                | Q(kind="beneficiaries", quantity__isnull=False, quantity__gt=0),
                name="outcome_has_its_number",
                violation_error_message=_("捐赠写金额，受益人数写数量。"),
            ),
            models.CheckConstraint(
                condition=Q(reported_by__isnull=True) | Q(checked_by__isnull=True) | ~Q(reported_by=F("checked_by")),
                name="outcome_checked_by_a_second_person",
                violation_error_message=_("上报和核实要由两个人来做。"),
            ),
        ]

    def __str__(self):
        return self.title
