"""Where an activity stands, in the few words of a calendar cell: places left, full, over, cancelled."""

from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.lib.chinese import dates
from chengyang.platform.web.suppression import suppress_small

from .models import Activity, ServiceRecord
from .states import ActivityState

FEW = 3  # places left that are worth a warning


@dataclass(frozen=True)
class SignupStatus:
    """`code`: off, past, soon, closed, open, few, full or free (no limit); `more` is left out where space is short."""

    code: str
    text: str
    more: str = ""

    @property
    def css(self) -> str:
        kind = {"free": "open"}.get(self.code, self.code)
        return f"ev__left--{kind}" if kind in ("open", "few", "full") else ""

    @property
    def is_open(self) -> bool:
        """Whether one can sign up now and gets a place."""
        return self.code in ("open", "few", "free")


def standing(activity: Activity) -> SignupStatus:
    """Return where `activity` stands now; `came`, if it was counted by `with_attendance`, is said of what is over."""
    moment = clock.now()
    if activity.state == ActivityState.CANCELLED:
        return SignupStatus("off", _("已取消"))
    if activity.ends <= moment:
        return _past(activity, getattr(activity, "came", 0))
    opens = activity.signup_starts_at()
    if opens is None or moment < opens:
        day = dates.month_day(timezone.localdate(opens)) if opens else ""
        return SignupStatus("soon", _("未开始报名"), _("，%(day)s 开始") % {"day": day} if day else "")
    if moment >= activity.signup_ends_at():
        return SignupStatus("closed", _("进行中") if activity.has_started() else _("报名截止"))
    return _places(activity.places_left)


def _past(activity: Activity, came: int) -> SignupStatus:
    if suppress_small(came) is None:
        return SignupStatus("past", _("已结束"))
    if activity.last_day > activity.first_day:  # of several days: the same people may have come again
        return SignupStatus("past", _("%(count)s 人次") % {"count": f"{came:,}"})
    return SignupStatus("past", _("%(count)s 人") % {"count": f"{came:,}"}, _("到场"))


def _places(left: int | None) -> SignupStatus:
    if left is None:
        return SignupStatus("free", _("不限名额"))
    if left == 0:
        return SignupStatus("full", _("已满"), _("，可候补"))
    if left <= FEW:
        return SignupStatus("few", _("仅余 %(left)d") % {"left": left})
    return SignupStatus("open", _("余 %(left)d") % {"left": left})


def with_attendance(rows: QuerySet) -> QuerySet:
    """Return `rows` of activities with `came`: check-ins or the count by eye, whichever is more (decisions.md, "public figures")."""
    return rows.annotate(came=Greatest("attended", Coalesce("headcount", Value(0)), output_field=IntegerField()))


def came(activity: Activity) -> int:
    """Return how many came to one activity."""
    return max(activity.attended, activity.headcount or 0)


def numbers(activity: Activity) -> dict[str, Any]:
    """Return what the public is told of what is over: `came`, and `hours` of a volunteer service; too few are not told."""
    people = came(activity)
    if suppress_small(people) is None:
        return {}
    served = ServiceRecord.objects.filter(checkin__signup__activity=activity)
    return {"came": people, "hours": served.total() if activity.earns_hours else 0}
