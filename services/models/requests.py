"""Requests for help and their answers."""

import datetime as dt
import secrets

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH, ActionError
from chengyang.lib.vault.public_ids import ALPHABET, PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account
from members.models import Person

from ..states import REQUEST_OPEN, REQUEST_RUNNING, SHARE_ACTIVE, RequestState
from .teams import FIELDS, Team

OFFICE = _("区委统战部")  # handles what no team and no subdistrict handles
QUERY_CODE_LENGTH = 8  # 40 bits: numbers are counted up, so that only the code keeps a request apart from others


def new_query_code():
    """Return eight random characters; with the number of the request they show its progress without signing in."""
    return "".join(secrets.choice(ALPHABET) for _ in range(QUERY_CODE_LENGTH))


DAYS, COMPLEX_DAYS = 7, 15  # working days, as promised on the list of services (domain.md rule 9)
CHANGEABLE_FOR = dt.timedelta(days=30)  # how long a rating can be changed, and a closed request reopened
CATEGORIES = {**FIELDS, "other": _("别的事")}


class Urgency(models.TextChoices):
    NORMAL = "normal", _("不急")
    SOON = "soon", _("有日子要赶")


class Solved(models.IntegerChoices):
    YES = 3, _("解决了")
    PARTLY = 2, _("解决了一部分")
    NO = 1, _("没解决")


class Useful(models.IntegerChoices):
    VERY = 3, _("很有用")
    SOME = 2, _("有些用")
    NO = 1, _("没用")


class Readers(models.TextChoices):
    """Who may read a request besides its author."""

    HANDLERS = "handlers", _("承办的队和办公室")
    TEAM = "team", _("只给我点的这支队和办公室，不请别的队")
    OFFICE = "office", _("只给区委统战部和街道")


class Intake(models.TextChoices):
    ONLINE = "online", _("网上")
    PHONE = "phone", _("电话")


class Diversion(models.TextChoices):
    """What is not dealt with here, and goes to a channel of its own."""

    PETITION = "petition", _("信访事项")
    REPORT = "report", _("检举、举报")
    EMERGENCY = "emergency", _("急事、险情")


# Where to go instead: the words that the author gets, and the address.
CHANNELS = {
    Diversion.PETITION: (
        _("信访事项由信访部门受理，请走国家信访局网上信访，或打 12345。"),
        "https://www.gjxfj.gov.cn/",
    ),
    Diversion.REPORT: (
        _("检举、举报由纪检监察机关受理，请走 12388 举报网站，或打 12388。"),
        "https://www.12388.gov.cn/",
    ),
    Diversion.EMERGENCY: (_("有危险先打 110，着火打 119，要急救打 120；办公室不能代替它们。"), "tel:110"),
}


class RequestQuerySet(models.QuerySet):
    def by_urgency(self):
        """Order the open requests first, by due date, then the others, the latest first; adds `is_done` and `open_until`."""
        is_open = Q(state__in=REQUEST_OPEN)
        done = Case(When(is_open, then=0), default=1, output_field=models.IntegerField())
        until = Case(When(is_open, then=F("due_on")), output_field=models.DateField())
        return self.annotate(is_done=done, open_until=until).order_by("is_done", "open_until", "-at", "-pk")

    def search(self, text):
        """Return the requests whose number or title contains `text`."""
        text = (text or "").strip()
        return self.filter(Q(number__icontains=text) | Q(title__icontains=text)) if text else self

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
        """Return the user's own requests, and those that they handle for a team, subdistrict or the office (domain.md rule 9).

        What a person who left the registry had asked before is closed to its handlers (requirements P06). Leaving withdraws
        the open requests, so that an open one was made afterwards.
        The office also sees what it handed over, so that it can answer whoever asks where the request is.
        """
        if not user.is_authenticated:
            return self.none()
        scope = access_scope(user)
        handled = Q(team__in=scope.managed("team")) | Q(subdistrict__in=scope.subdistricts)
        handled |= Q(pk__in=self._shared_with(user, scope.managed("team")))
        if scope.district:
            handled |= Q(team__isnull=True, subdistrict__isnull=True) | Q(escalated_at__isnull=False)
            handled |= Q(team__isnull=False) & ~Q(team__in=Team.objects.led())
            handled |= Q(handed_over_at__isnull=False) | Q(pk__in=self._waiting_for_more_time())
        left = Person.objects.filter(state="left", user__isnull=False)
        handled &= Q(state__in=REQUEST_OPEN) | Q(author__isnull=True) | ~Q(author__in=left.values("user"))
        # What went to another channel is closed to those who sent it there.
        return self.filter(Q(author=user) | handled & ~Q(state=RequestState.DIVERTED))

    def _waiting_for_more_time(self):
        """Return the keys of the requests with an extension that district staff decide on, for which they read the request."""
        extensions = self.model._meta.get_field("extensions").related_model
        return extensions._base_manager.filter(state="asked").values("request")

    def _shared_with(self, user, teams):
        """Return the keys of the requests on which one of `teams`, or `user` as an expert, works or is asked to."""
        shares = self.model._meta.get_field("shares").related_model
        return shares.objects.assigned_to(user, teams).filter(state__in=SHARE_ACTIVE).values("request")


@tracked
class Request(DemoMark):
    """诉求: a request for help, handled by a team, a subdistrict or the office, with a due date and an answer."""

    PERSONAL = {
        "service": "requests",
        "title": "requests",
        "text": "requests",
        "answer": "requests",
        "reopen_reason": "requests",
        "query_code": "requests",
        "category": "requests",
        "place": "requests",
        "firm": "requests",
        "urgency": "requests",
        "wanted_by": "requests",
        "readers": "requests",
        "diverted_to": "requests",
        "solved": "requests",
        "useful": "requests",
        "rating_words": "requests",
    }
    NOT_PERSONAL = {
        "id",
        "public_id",
        "number",
        "state",
        "is_complex",
        "complex_on",
        "intake",
        "consent_at",
        "at",
        "due_on",
        "answered_at",
        "reopened_at",
        "rated_at",
        "closing_warned_at",
        "escalated_at",
        "handed_over_at",
        "reminders",
        "is_demo",
    }

    DETAIL_FIELDS = (  # what is described besides title and text, and by whom it was taken
        "category",
        "place",
        "firm",
        "urgency",
        "wanted_by",
        "readers",
        "intake",
        "taken_by",
        "consent_at",
    )

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
    category = models.CharField(_("类别"), max_length=20, blank=True, choices=CATEGORIES.items())
    place = models.CharField(_("在哪里"), max_length=60, blank=True)
    firm = models.CharField(_("替哪个单位提"), max_length=60, blank=True)
    urgency = models.CharField(_("急不急"), max_length=6, choices=Urgency.choices, default=Urgency.NORMAL)
    wanted_by = models.DateField(_("最好哪天前"), null=True, blank=True)
    readers = models.CharField(_("给谁看"), max_length=8, choices=Readers.choices, default=Readers.HANDLERS)
    intake = models.CharField(_("怎么提的"), max_length=6, choices=Intake.choices, default=Intake.ONLINE)
    taken_by = acting_account(_("电话里谁记的"))
    consent_at = models.DateTimeField(_("电话里同意的时间"), null=True, blank=True)
    diverted_to = models.CharField(_("转告的渠道"), max_length=10, choices=Diversion.choices, blank=True)
    is_complex = models.BooleanField(_("复杂"), default=False)
    complex_on = models.DateField(_("按复杂算起的日子"), null=True, blank=True)
    at = models.DateTimeField(_("提出时间"), default=clock.now)
    due_on = models.DateField(_("时限"))
    reopened_at = models.DateTimeField(_("退回再办时间"), null=True, blank=True)
    reopen_reason = models.CharField(_("为什么请再办"), max_length=REASON_LENGTH, blank=True)
    escalated_at = models.DateTimeField(_("升级时间"), null=True, blank=True)
    # When the office last gave it to a team or a subdistrict; the office follows it from then on.
    handed_over_at = models.DateTimeField(_("由区委统战部转出的时间"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(
        _("已提醒次数"), default=0
    )  # 0 to 3: at half, at four fifths, at the end
    answer = models.TextField(_("答复"), max_length=2000, blank=True)
    answered_by = acting_account(_("答复人"))
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    solved = models.PositiveSmallIntegerField(_("解决了吗"), null=True, blank=True, choices=Solved.choices)
    useful = models.PositiveSmallIntegerField(_("有用吗"), null=True, blank=True, choices=Useful.choices)
    rating_words = models.CharField(_("想说一句"), max_length=200, blank=True)
    rated_at = models.DateTimeField(_("评价时间"), null=True, blank=True)
    closing_warned_at = models.DateTimeField(_("提醒评价时间"), null=True, blank=True)

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
                condition=(Q(solved__isnull=True) | Q(solved__gte=1, solved__lte=3))
                & (Q(useful__isnull=True) | Q(useful__gte=1, useful__lte=3)),
                name="request_rated_in_three_steps",
                violation_error_message=_("评价请从列出的里面选。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "closed"]) | ~Q(answer=""),
                name="request_answered_with_words",
                violation_error_message=_("答复不能为空。"),
            ),
            models.CheckConstraint(
                condition=Q(intake="online") | Q(consent_at__isnull=False, taken_by__isnull=False),
                name="request_by_phone_with_consent",
                violation_error_message=_("电话里提的，要先得到同意。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="diverted") | ~Q(diverted_to=""),
                name="request_diverted_to_a_channel",
                violation_error_message=_("请选该去的渠道。"),
            ),
            models.CheckConstraint(
                condition=~Q(readers="office") | Q(team__isnull=True),
                name="request_for_the_office_without_a_team",
                violation_error_message=_("本人只给区委统战部和街道看，不能转给服务队。"),
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("services:request", args=[self.public_id])

    def thread(self):
        """Return what was written about it, oldest first: questions, messages, appointments, steps, answers."""
        return self.entries.select_related("by", "share__expert__person").order_by("at", "pk")

    @property
    def handler(self):
        """Return the name of the team, the subdistrict or the office that handles it."""
        return str(self.team or self.subdistrict or OFFICE)

    @property
    def counted_from(self):
        """Return the date, in the portal's time zone, from which the working days are counted."""
        return timezone.localdate(self.reopened_at or self.at)

    @property
    def is_open(self):
        """Return whether it still waits for an answer."""
        return self.state in REQUEST_OPEN

    @property
    def is_running(self):
        """Return whether its clock runs."""
        return self.state in REQUEST_RUNNING

    @property
    def round(self):
        """Return which time it is dealt with: 1, and 2 once it was reopened."""
        return 2 if self.reopened_at else 1

    @property
    def clock_starts(self):
        """Return the day after which its working days are counted: also the one on which it was found to be complex."""
        return max(filter(None, (self.counted_from, self.complex_on)))

    @property
    def working_days(self):
        """Return how many working days it has, without extensions."""
        return COMPLEX_DAYS if self.is_complex else DAYS

    def stops(self, today=None):
        """Return the pauses of its clock in this round (`reckoning.Stop`); an open one lasts until `today`."""
        today = today or clock.today()
        return [pause.stop(today) for pause in self.pauses.all() if pause.round == self.round]

    def extra_days(self):
        """Return the working days that were granted in addition in this round."""
        rows = [row for row in self.extensions.all() if row.round == self.round and row.state == "granted"]
        return sum(row.days for row in rows)

    @property
    def changeable_until(self):
        """Return the moment until which its rating can be changed, None before it is rated."""
        return self.rated_at and self.rated_at + CHANGEABLE_FOR

    @property
    def reopenable_until(self):
        """Return the moment until which it can be reopened, None when it was or has no answer."""
        return None if self.reopened_at or not self.answered_at else self.answered_at + CHANGEABLE_FOR
