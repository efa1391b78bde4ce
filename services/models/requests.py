"""Requests for help and their answers."""

import datetime as dt
import secrets
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

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

from ..states import REQUEST_OPEN, RequestState
from .teams import Team

OFFICE = _("区委统战部")  # handles what no team and no subdistrict handles
QUERY_CODE_LENGTH = 8  # 40 bits: numbers are counted up, so that only the code keeps a request apart from others


def new_query_code():
    """Return eight random characters; with the number of the request they show its progress without signing in."""
    return "".join(secrets.choice(ALPHABET) for _ in range(QUERY_CODE_LENGTH))


@dataclass(frozen=True)
class ThreadEntry:
    """An answer, or the reason for which the author wants the request dealt with again."""

    title: Any
    text: str
    at: dt.datetime | None


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
        if scope.district:
            handled |= Q(team__isnull=True, subdistrict__isnull=True) | Q(escalated_at__isnull=False)
            handled |= Q(handed_over_at__isnull=False)
        left = Person.objects.filter(state="left", user__isnull=False)
        handled &= Q(state__in=REQUEST_OPEN) | Q(author__isnull=True) | ~Q(author__in=left.values("user"))
        return self.filter(Q(author=user) | handled)


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
        "handed_over_at",
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

    def thread(self):
        """Return the answers and the reason of reopening, oldest first; former answers are in the history of the row."""
        former = self.history.exclude(pgh_label="delete").order_by("pgh_id")
        entries = []
        for before, after in pairwise([None, *former, self]):
            state = before.state if before else ""
            if after.state == RequestState.ANSWERED != state:
                entries.append(ThreadEntry(_("答复"), after.answer, after.answered_at))
            elif state == RequestState.ANSWERED and after.state in REQUEST_OPEN:
                if after.reopened_at == before.reopened_at:  # the answer was withdrawn
                    entries.pop()
                    continue
                entries.append(ThreadEntry(_("请再办"), after.reopen_reason, after.reopened_at))
        if not entries and self.answer:  # an imported row without a history
            entries.append(ThreadEntry(_("答复"), self.answer, self.answered_at))
        return entries

    @property
    def handler(self):
        """Return the name of the team, the subdistrict or the office that handles it."""
        return str(self.team or self.subdistrict or OFFICE)

    @property
    def counted_from(self):
        """Return the date, in the portal's time zone, from which the working days are counted."""
        return timezone.localdate(self.reopened_at or self.at)
