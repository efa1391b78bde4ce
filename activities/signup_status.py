"""The sign-up status of an activity in a few words, as in a cell of the calendar: places left, full, over, cancelled."""

from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.lib.chinese import dates
from chengyang.platform.web.suppression import FEWEST, suppress_small

from .models import Activity, ServiceRecord
from .states import ActivityState

FEW = 3  # this many places left, or fewer, are shown as a warning


@dataclass(frozen=True)
class SignupStatus:
    """The sign-up status of an activity: a code for programs, a text for people.

    `code` is one of off (cancelled), past, soon (sign-up not open yet), closed, open, few, full, free (no limit). `more` is
    the end of the text, which a narrow cell hides.
    """

    code: str
    text: str
    more: str = ""

    @property
    def whole(self) -> str:
        """Return the text with its end: `已满，可候补`."""
        return self.text + self.more

    @property
    def reason(self) -> str:
        """Return why nobody can sign up, where `is_open` is False and it is not full."""
        return {"past": str(_("活动已经结束")), "off": str(_("活动已取消"))}.get(self.code, self.whole)

    @property
    def css(self) -> str:
        """Return the class name of calendar.css, or an empty string."""
        kind = {"free": "open"}.get(self.code, self.code)
        return f"ev__left--{kind}" if kind in ("open", "few", "full") else ""

    @property
    def is_open(self) -> bool:
        """Whether a sign-up made now gets a place."""
        return self.code in ("open", "few", "free")


def signup_status_of(activity: Activity) -> SignupStatus:
    """Return the sign-up status of `activity` now.

    For an activity that is over, the text says how many attended, if `activity` comes from `with_attendance` and they are
    not too few to be published.
    """
    moment = clock.now()
    if activity.state == ActivityState.CANCELLED:
        return SignupStatus("off", _("已取消"))
    if activity.ends <= moment:
        return _past(activity, getattr(activity, "attendance", 0))
    opens = activity.signup_starts_at()
    if opens is None or moment < opens:
        day = dates.month_day(timezone.localdate(opens)) if opens else ""
        return (
            SignupStatus("soon", _("%(day)s起") % {"day": day}, _("报名"))
            if day
            else SignupStatus("soon", _("未开始报名"))
        )
    if moment >= activity.signup_ends_at():
        return SignupStatus("closed", _("进行中") if activity.has_started() else _("报名截止"))
    return _places(activity.places_left)


def _past(activity: Activity, attendance: int) -> SignupStatus:
    if suppress_small(attendance) is None:
        return SignupStatus("past", _("已结束"))
    if activity.is_several_days:  # the same people may have come on several days: count attendances, not people
        return SignupStatus("past", _("%(count)s 人次") % {"count": f"{attendance:,}"})
    return SignupStatus("past", _("%(count)s 人") % {"count": f"{attendance:,}"}, _("到场"))


def _places(left: int | None) -> SignupStatus:
    if left is None:
        return SignupStatus("free", _("不限名额"))
    if left == 0:
        return SignupStatus("full", _("已满"), _("，可候补"))
    if left <= FEW:
        return SignupStatus("few", _("仅余 %(left)d") % {"left": left})
    return SignupStatus("open", _("余 %(left)d") % {"left": left})


def with_attendance(rows: QuerySet) -> QuerySet:
    """Annotate activities with `attendance`, the larger of check-ins and headcount (decisions.md, "public figures").

    Check-ins alone miss those who were not scanned; the headcount alone is missing where nobody counted.
    """
    return rows.annotate(attendance=_attendance())


def with_public_attendance(rows: QuerySet, prefix: str = "") -> QuerySet:
    """Return the `rows` of activities whose attendance is public: it is not below five (`public_figures`).

    `prefix` is the lookup prefix from a row to its activity, such as "signup__activity__".
    """
    return rows.alias(public_attendance=_attendance(prefix)).filter(public_attendance__gte=FEWEST)


def with_public_hours(rows: QuerySet) -> QuerySet:
    """Return the volunteer hours `rows` of activities whose hours are public: at least five persons have some (`public_figures`)."""
    activity = "checkin__signup__activity__"
    return with_public_attendance(rows, activity).filter(**{f"{activity}served__gte": FEWEST})


def _attendance(prefix: str = "") -> Greatest:
    return Greatest(f"{prefix}attended", Coalesce(f"{prefix}headcount", Value(0)), output_field=IntegerField())


def attendance_of(activity: Activity) -> int:
    """Return the attendance of one activity, counted as in `with_attendance`."""
    return max(activity.attended, activity.headcount or 0)


def public_figures(activity: Activity) -> dict[str, Any]:
    """Return the published figures of an activity that is over: `attendance`, and `hours` of a volunteer service (else 0).

    Empty when too few attended for the number to be published, and no hours where too few have some (domain.md rule 11).
    """
    attendance = attendance_of(activity)
    if suppress_small(attendance) is None:
        return {}
    hours = with_public_hours(ServiceRecord.objects.filter(checkin__signup__activity=activity)).total()
    return {"attendance": attendance, "hours": hours if activity.earns_hours else 0}
