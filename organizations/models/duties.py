"""会长轮值: who chairs an organization on which days, swaps of two shares, and handing over (domain.md rule 6)."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.chinese import dates
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account
from members.models import Person

from .. import rota
from ..states import ANSWER_OPEN, AnswerState, OrganizationState
from .organizations import Organization, Post, state_q
from .terms import DAYS, ONE_ORGANIZATION, Term

CHAIRING = (Post.Kind.CHAIR, Post.Kind.VICE_CHAIR)  # the posts whose holders chair in turn
LINES_LENGTH = 1000  # characters of what is handed over beside the records


def chairs_on(day):
    """Return the chairing posts that somebody of the registry holds on `day`, for a subquery with an organization and a person."""
    return Post.objects.on(day).filter(kind__in=CHAIRING, person__state="active")


def own_chairs(user):
    """Return the organizations in which `user` has a chairing post now or later."""
    return Post.objects.own(user).filter(kind__in=CHAIRING).order_by().values("organization")


class DutyFeedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the own address of `user`; nobody else reads it."""
        return self.filter(user=user.pk)


class DutyFeed(models.Model):
    """我的轮值日历: that an account has a secret address for its days on duty; the address is made from `public_id`."""

    NOT_PERSONAL = {"id", "public_id", "made_at"}

    public_id = PublicIdField()
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="duty_feed", verbose_name=_("账号")
    )
    made_at = models.DateTimeField(_("生成时间"), default=clock.now)

    objects = DutyFeedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("轮值日历的地址")

    def __str__(self):
        return str(_("我的轮值日历"))


class DutyQuerySet(models.QuerySet):
    def shares(self):
        """Return the shares of the plan, without the days of substitutes."""
        return self.filter(kind=Duty.Kind.SHARE)

    def substitutes(self):
        """Return the days on which somebody stands in, agreed or not."""
        return self.filter(kind=Duty.Kind.SUBSTITUTE)

    def agreed(self):
        return self.filter(state=AnswerState.AGREED)

    def within(self, starts, ends):
        """Return the rows that have a day of the days from `starts` to `ends` (exclusive)."""
        return self.filter(starts__lt=ends, ends__gt=starts)

    def on_duty(self, day):
        """Return who is on duty on `day`: of each organization at most one row.

        The person must hold a chairing post on that day. The days of a substitute are cut out of the share around them by this
        query alone, so that they are given back when the substitute withdraws or their post ends.  (domain.md rule 6)
        """
        holds = chairs_on(day).filter(organization=OuterRef("organization"), person=OuterRef("person"))
        today = self.agreed().filter(Exists(holds), starts__lte=day, ends__gt=day)
        today = today.filter(state_q([OrganizationState.FOUNDED], day, "organization__"))
        stands_in = (
            Duty.objects.substitutes()
            .agreed()
            .filter(Exists(holds), starts__lte=day, ends__gt=day, organization=OuterRef("organization"))
        )
        return today.exclude(Exists(stands_in), kind=Duty.Kind.SHARE)

    def uncovered(self):
        """Return the shares that no one chairing post of their person covers: those that may have vacant days."""
        covers = Post.objects.filter(kind__in=CHAIRING, person__state="active", starts__lte=OuterRef("starts"))
        covers = covers.filter(Q(ends__isnull=True) | Q(ends__gte=OuterRef("ends")))
        same = covers.filter(organization=OuterRef("organization"), person=OuterRef("person"))
        return self.shares().filter(~Exists(same))

    def named(self, day):
        """Return those of the rows whose person agreed to be named in public and holds the post on `day`."""
        agreed = chairs_on(day).filter(is_public=True, organization=OuterRef("organization"), person=OuterRef("person"))
        return self.filter(Exists(agreed))

    def published(self):
        """Return the agreed days in public organizations of people who agree today to be named."""
        return self.agreed().filter(organization__is_published=True).named(clock.today())

    def of(self, user):
        """Return the rows of the person whose account is `user`."""
        return self.filter(person__user=user.pk, person__state="active")

    def visible_to(self, user):
        """Return the rows of `user`, of those who chair with them in turn, and of the organizations that `user` manages.

        District staff see all. Rows of persons who left the registry are visible to nobody else (requirements P06).
        """
        if not user.is_authenticated:
            return self.none()
        return self.filter(_visible(user, "person"))


def _visible(user, *people):
    """Return the condition for rows of an organization that `user` may read; `people` are their keys to persons."""
    scope = access_scope(user)
    own, left = Q(pk__in=[]), Q(pk__in=[])
    for name in people:
        own |= Q(**{f"{name}__user": user.pk})
        left |= Q(**{f"{name}__state": "left"})
    if scope.district:
        return own | ~left
    managed = Organization.objects.managed_q(scope, prefix="organization__")
    return own | (managed | Q(organization__in=own_chairs(user))) & ~left


@tracked
class Duty(DemoMark):
    """轮值: the days from `starts` (inclusive) to `ends` (exclusive) on which a person chairs an organization.

    A share belongs to the plan of a term. A substitute stands in on days within the share of somebody else, once they agree.
    A share without a person, or on days on which its person holds no chairing post, is vacant.
    """

    class Kind(models.TextChoices):
        SHARE = "share", _("轮值")
        SUBSTITUTE = "substitute", _("代班")

    PERSONAL = {"reason": "membership"}
    NOT_PERSONAL = {
        *("id", "public_id", "kind", "starts", "ends", "state", "answer_by", "announced_at", "began_at", "is_demo"),
    }

    public_id = PublicIdField()
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="duties", verbose_name=_("组织"))
    term = models.ForeignKey(Term, models.PROTECT, related_name="duties", verbose_name=_("届"))
    kind = models.CharField(_("类型"), max_length=12, choices=Kind.choices, default=Kind.SHARE)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="duties", verbose_name=_("值班的人")
    )
    starts = models.DateField(_("起"))
    ends = models.DateField(_("止"))
    state = models.CharField(_("状态"), max_length=10, choices=AnswerState.choices, default=AnswerState.AGREED)
    reason = models.CharField(_("请假的事由"), max_length=REASON_LENGTH, blank=True)
    answer_by = models.DateField(_("等答复到"), null=True, blank=True)
    announced_at = models.DateTimeField(_("提前通知的时间"), null=True, blank=True)
    began_at = models.DateTimeField(_("当天通知的时间"), null=True, blank=True)

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("轮值")
        ordering = ["-starts", "-id"]
        indexes = [
            models.Index(fields=["-starts", "-id"], name="duty_latest"),
            models.Index(fields=["organization", "starts"], name="duty_of_organization"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="duty_ends_after_start",
                violation_error_message=_("最后一天不能早于第一天。"),
            ),
            models.CheckConstraint(
                condition=Q(kind="share", state="agreed") | Q(kind="substitute", person__isnull=False),
                name="duty_share_stands_and_substitute_is_somebody",
            ),
            ExclusionConstraint(
                name="duty_shares_do_not_overlap",
                expressions=[(ONE_ORGANIZATION, RangeOperators.OVERLAPS), (DAYS, RangeOperators.OVERLAPS)],
                condition=Q(kind="share"),
                violation_error_message=_("这几天已经排了轮值。"),
            ),
            ExclusionConstraint(
                name="duty_substitutes_do_not_overlap",
                expressions=[(ONE_ORGANIZATION, RangeOperators.OVERLAPS), (DAYS, RangeOperators.OVERLAPS)],
                condition=Q(kind="substitute", state__in=ANSWER_OPEN),
                violation_error_message=_("这几天已经请了人代班。"),
            ),
        ]

    def __str__(self):
        return f"{self.person or _('空缺')} {dates.days(self.starts, self.ends)}"

    def get_absolute_url(self):
        return reverse("organizations:duties")

    @property
    def last(self):
        """Return the last day."""
        return self.ends - rota.ONE_DAY

    @property
    def days_name(self):
        """Return what the days are called: `2026年10月` for a whole month."""
        return name_of(self.starts, self.ends)

    @property
    def whole_month(self):
        """Return whether the days are exactly one month."""
        return self.starts.day == 1 and self.ends == rota.next_month(self.starts)


def name_of(starts, ends, *, year=None):
    """Return what days are called: `10月`, `10月上半月`, `10月下半月`, else the days; with the year when it is not `year`."""
    month = starts.replace(day=1)
    bounds = (month, month + rota.HALF, rota.next_month(month))
    names = {(0, 2): "%(month)s", (0, 1): _("%(month)s上半月"), (1, 2): _("%(month)s下半月")}
    if starts not in bounds or ends not in bounds or starts == ends:
        return dates.days(starts, ends)
    text = _("%(month)d月") % {"month": month.month} if month.year == year else dates.month_text(month)
    return names[bounds.index(starts), bounds.index(ends)] % {"month": text}


class SwapQuerySet(models.QuerySet):
    def open(self):
        """Return the swaps that wait for an answer; after the day `answer_by` nobody can agree any more."""
        return self.filter(state=AnswerState.ASKED, answer_by__gte=clock.today())

    def of(self, user):
        """Return the swaps of which the person with the account `user` is one of the two."""
        own = Q(giver__user=user.pk, giver__state="active") | Q(taker__user=user.pk, taker__state="active")
        return self.filter(own)

    def visible_to(self, user):
        """Return the swaps that `user` may read: as their duties (see `DutyQuerySet.visible_to`)."""
        return self.filter(_visible(user, "giver", "taker")) if user.is_authenticated else self.none()


@tracked
class DutySwap(DemoMark):
    """换班: `giver` and `taker` exchange their shares once both agree; without an answer in a week the plan stays as it is."""

    PERSONAL = {"reason": "membership"}
    NOT_PERSONAL = {
        *("id", "public_id", "state", "asked_at", "answer_by", "giver_agreed_at", "taker_agreed_at"),
        *("decided_at", "reminded_on", "is_demo"),
    }

    public_id = PublicIdField()
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="swaps", verbose_name=_("组织"))
    given = models.ForeignKey(Duty, models.CASCADE, related_name="swaps_given", verbose_name=_("换出的轮值"))
    taken = models.ForeignKey(Duty, models.CASCADE, related_name="swaps_taken", verbose_name=_("换入的轮值"))
    giver = models.ForeignKey(Person, models.PROTECT, related_name="swaps_given", verbose_name=_("换出的人"))
    taker = models.ForeignKey(Person, models.PROTECT, related_name="swaps_taken", verbose_name=_("换入的人"))
    state = models.CharField(_("状态"), max_length=10, choices=AnswerState.choices, default=AnswerState.ASKED)
    asked_by = acting_account(_("提出的人"))
    asked_at = models.DateTimeField(_("提出时间"), default=clock.now)
    answer_by = models.DateField(_("等答复到"))
    giver_agreed_at = models.DateTimeField(_("换出的人同意的时间"), null=True, blank=True)
    taker_agreed_at = models.DateTimeField(_("换入的人同意的时间"), null=True, blank=True)
    decided_at = models.DateTimeField(_("定下的时间"), null=True, blank=True)
    reminded_on = models.DateField(_("上次提醒"), null=True, blank=True)
    reason = models.CharField(_("为什么换"), max_length=REASON_LENGTH, blank=True)

    objects = SwapQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("换班")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(given=F("taken")) & ~Q(giver=F("taker")), name="swap_of_two_people_and_two_shares"
            ),
            models.UniqueConstraint(fields=["given"], condition=Q(state="asked"), name="swap_asked_once_for_given"),
            models.UniqueConstraint(fields=["taken"], condition=Q(state="asked"), name="swap_asked_once_for_taken"),
            models.CheckConstraint(
                condition=~Q(state="agreed") | Q(giver_agreed_at__isnull=False, taker_agreed_at__isnull=False),
                name="swap_stands_when_both_agree",
            ),
        ]

    def __str__(self):
        return f"{self.giver} ⇄ {self.taker}"


class HandOverQuerySet(models.QuerySet):
    def of(self, user):
        """Return the sheets on which the person with the account `user` gives or takes."""
        own = Q(giver__user=user.pk, giver__state="active") | Q(taker__user=user.pk, taker__state="active")
        return self.filter(own)

    def visible_to(self, user):
        """Return the sheets that `user` gives or takes, and those of the organizations that they manage.

        Those who chair in turn with them read the plan, and not their sheets.
        """
        if not user.is_authenticated:
            return self.none()
        scope = access_scope(user)
        own = Q(giver__user=user.pk) | Q(taker__user=user.pk)
        managed = Q() if scope.district else Organization.objects.managed_q(scope, prefix="organization__")
        return self.filter(own | managed & ~(Q(giver__state="left") | Q(taker__state="left")))


@tracked(exclude=["items"])
class HandOver(DemoMark):
    """交接: the sheet with which `giver` hands over to `taker` when the share `duty` begins, at midnight of `on`.

    What is open is read from the records each time the sheet is shown; `items` is what was open when it was handed over.
    """

    PERSONAL = {"lines": "membership", "question": "membership"}
    NOT_PERSONAL = {"id", "public_id", "on", "given_at", "returned_at", "taken_at", "items", "is_demo"}

    public_id = PublicIdField()
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="hand_overs", verbose_name=_("组织"))
    duty = models.OneToOneField(Duty, models.CASCADE, related_name="hand_over", verbose_name=_("接的轮值"))
    giver = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="hand_overs_given", verbose_name=_("交班")
    )
    taker = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="hand_overs_taken", verbose_name=_("接班")
    )
    on = models.DateField(_("交接日期"))
    lines = models.TextField(_("另外要交代的"), max_length=LINES_LENGTH, blank=True)
    given_at = models.DateTimeField(_("交清的时间"), null=True, blank=True)
    question = models.CharField(_("不清楚的"), max_length=REASON_LENGTH, blank=True)
    returned_at = models.DateTimeField(_("退回的时间"), null=True, blank=True)
    taken_at = models.DateTimeField(_("接清的时间"), null=True, blank=True)
    items = models.JSONField(_("交接时没办完的"), null=True, blank=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("轮值交接单")
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["-on", "-id"], name="hand_over_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(given_at__isnull=False) | Q(giver__isnull=True),
                name="hand_over_taken_after_given",
            ),
        ]

    def __str__(self):
        names = {"giver": self.giver or _("空缺"), "taker": self.taker or _("空缺")}
        return _("轮值交接单：%(giver)s 交 %(taker)s") % names

    def get_absolute_url(self):
        return reverse("organizations:duty-sheet", args=[self.public_id])

    @property
    def line_list(self):
        """Return what is handed over beside the records, one thing a line."""
        return [line.strip() for line in self.lines.splitlines() if line.strip()]
