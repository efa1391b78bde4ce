"""What activities add to the pages of records: a person's activities and hours, an organizer's activities, an activity's people."""

from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import ExtractMonth
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import RecordTab, RecordVerb, TabColumn
from chengyang.lib.chinese import dates, phones
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.mailings.links import compose_url
from chengyang.platform.notices.models import Notice
from chengyang.platform.staff.record_parts import PERSON, STATE

from . import permissions
from .models import Activity, CheckIn, ServiceRecord
from .states import ActivityState, SignupState

ACTIVITIES = _("活动")
ACTIVITY = "activities.Activity"
SIGNUP_STATE = TabColumn(_("状态"), lambda row: row.get_state_display(), badge=lambda row: row.badge)
WHO = TabColumn(_("姓名"), lambda row: row.person or row.display_name, note=lambda row: row.masked_phone)
PLACE = TabColumn(_("序号"), "position", is_number=True)


def _managed(rows: Any, user: Any) -> Any:
    # Not `visible_to`, which includes own rows: these are on the pages of `/me/`.
    return rows.managed_by(user)


def _is_absent(signup: Any) -> bool:
    return signup.state == SignupState.CONFIRMED and not signup.is_checked_in and signup.activity.is_over()


def _outcome(signup: Any) -> str:
    """Return whether somebody came, or else the state of the sign-up."""
    if signup.is_checked_in:
        return _t("到场")
    return _t("没到") if _is_absent(signup) else signup.get_state_display()


def _outcome_badge(signup: Any) -> str:
    if signup.is_checked_in:
        return "is-good"
    return "" if _is_absent(signup) else signup.badge.replace("is-good", "is-info")


def _times(signup: Any) -> str:
    """Return at what time somebody came and left."""
    if not signup.is_checked_in:
        return ""
    times = (signup.checkin.checked_in_at, signup.checkin.checked_out_at)
    return "–".join(f"{timezone.localtime(moment):%H:%M}" for moment in times if moment)


def _hours(signup: Any) -> str:
    return "" if signup.hours is None else dates.hours(signup.hours)


def _correction(signup: Any) -> str:
    """Return that the hours were corrected, and from what; the reason is on the page of the record and in the history."""
    former = None if signup.hours is None else signup.checkin.service.previous_hours
    return "" if former is None else _t("原来%(hours)s，有理由") % {"hours": dates.hours(former)}


def _year(signups: Any) -> dict[str, Any] | None:
    """Return the volunteer hours of this year, month by month, None without any."""
    today = clock.today()
    records = ServiceRecord.objects.filter(checkin__signup__in=signups.values("pk")).in_year(today.year)
    month = ExtractMonth("checkin__signup__activity__starts", tzinfo=timezone.get_current_timezone())
    found = records.order_by().values_list(month).annotate(hours=Sum("hours"), times=Count("pk"))
    months = {number: (hours, times) for number, hours, times in found}
    total = sum(hours for hours, _times_ in months.values())
    if not total:
        return None
    highest = max(hours for hours, _times_ in months.values())
    bars = [_bar(number, months.get(number, (0, 0))[0], highest) for number in range(1, 13)]
    words = "，".join(
        _t("%(month)d 月 %(hours)s") % {"month": number, "hours": dates.hours(hours)}
        for number, (hours, _times_) in sorted(months.items())
    )
    return {
        "year": today.year,
        "total": total,
        "times": sum(t for _h, t in months.values()),
        "bars": bars,
        "words": words,
    }


def _bar(month: int, hours: Any, highest: Any) -> dict[str, Any]:
    """Return the bar of one month in a drawing of 358 × 94, whose bars stand on 74 and are at most 54 high."""
    height = max(2, round(54 * hours / highest)) if hours else 2
    left = 2 + (month - 1) * 30
    return {"month": month, "hours": hours, "x": left, "y": 74 - height, "height": height, "middle": left + 11}


def _activities(
    subject: str, order: int, *, label: Any = ACTIVITIES, code: str = "activities", **lookups: Any
) -> RecordTab:
    return RecordTab(
        subject,
        code,
        label,
        lambda organizer: organizer.activities.filter(**lookups),
        (
            TabColumn(_("活动"), "title", note=lambda row: row.place),
            TabColumn(_("时间"), lambda row: dates.span(row.starts, row.ends)),
            STATE,
            TabColumn(_("报名"), "taken", is_number=True),
            TabColumn(_("到场"), "attended", is_number=True),
        ),
        ("-starts", "-pk"),
        order=order,
        visible=_managed,
        search=lambda rows, text: rows.search(text),
    )


def _signups(code: str, label: Any, order: int, condition: Q, *columns: TabColumn) -> RecordTab:
    return RecordTab(
        ACTIVITY,
        code,
        label,
        lambda activity: activity.signups.filter(condition),
        (WHO, *columns),
        ("position", "pk"),
        order=order,
        visible=_managed,
        search=lambda rows, text: rows.search(text),
        concerns=lambda row: row.recipient,
        related=("person__subdistrict", "user", "checkin"),
    )


def _deliveries(notice: Any) -> str:
    """Return how the notice was sent: each channel with its state."""
    return "、".join(f"{one.get_channel_display()}{one.get_state_display()}" for one in notice.deliveries.all())


def _recipient(notice: Any) -> Any:
    person = getattr(notice.user, "person", None)
    return person or (phones.mask_phone(notice.user.phone) if notice.user and notice.user.phone else _("来宾"))


WAITING = Q(state__in=(SignupState.WAITLISTED, SignupState.OFFERED))
TABS = [
    RecordTab(
        PERSON,
        "activities",
        _("活动与时长"),
        lambda person: person.signups.all(),
        (
            TabColumn(_("活动"), "activity", note=lambda row: row.activity.place),
            TabColumn(_("日期"), lambda row: dates.day(row.activity.first_day)),
            TabColumn(_("情况"), _outcome, badge=_outcome_badge, note=_times),
            TabColumn(_("时长"), _hours, note=_correction, is_number=True),
        ),
        ("-activity__starts", "-pk"),
        order=50,
        visible=_managed,
        search=lambda rows, text: rows.filter(activity__title__icontains=text),
        concerns=lambda row: row.person,
        related=("person", "activity", "checkin__service"),
        in_history=True,
        further=lambda row: [row.checkin.service] if row.hours is not None else [],
        template="activities/_year_of_hours.html",
        summary=_year,
    ),
    _activities("organizations.Organization", 30),
    _activities("bases.Base", 30),
    _activities("services.Team", 30, label=_("服务安排"), code="shifts", kind=Activity.Kind.VOLUNTEER),
    _signups("signups", _("报名"), 10, ~WAITING, PLACE, SIGNUP_STATE, TabColumn(_("报名时间"), "at")),
    _signups(
        "waiting",
        _("候补"),
        20,
        WAITING,
        PLACE,
        SIGNUP_STATE,
        TabColumn(_("须确认"), lambda row: row.until_text or "—"),
    ),
    RecordTab(
        ACTIVITY,
        "attendance",
        _("到场"),
        lambda activity: CheckIn.objects.filter(signup__activity=activity),
        (
            TabColumn(_("姓名"), lambda row: row.signup.person or row.signup.display_name),
            TabColumn(_("签到"), "checked_in_at", note=lambda row: row.get_method_display()),
            TabColumn(_("签退"), "checked_out_at"),
            TabColumn(_("时长"), lambda row: _hours(row.signup), is_number=True),
        ),
        ("-checked_in_at", "-pk"),
        order=30,
        visible=_managed,
        search=lambda rows, text: rows.search(text),
        concerns=lambda row: row.signup.recipient,
        related=("signup__person__subdistrict", "signup__user", "service"),
    ),
    RecordTab(
        ACTIVITY,
        "messages",
        _("通知"),
        lambda activity: Notice.objects.about(activity).prefetch_related("deliveries"),
        (
            TabColumn(_("通知"), "title"),
            TabColumn(_("给谁"), _recipient),
            TabColumn(_("时间"), "at"),
            TabColumn(_("发送"), _deliveries),
        ),
        ("-at", "-pk"),
        order=40,
        # Whoever opens the page manages the activity. What concerns somebody who left is closed to officers (requirements P06).
        visible=lambda rows, user: rows.exclude(user__person__state="left"),
        search=lambda rows, text: rows.filter(title__icontains=text),
        concerns=lambda row: row.user,
        related=("user__person__subdistrict",),
    ),
]


def _can_sign_up(user: Any, activity: Any) -> bool:
    ahead = activity.state == ActivityState.PUBLISHED and activity.ends > clock.now()
    return ahead and permissions.can_manage_activity(user, activity)


def _acts_for(subject: str) -> Any:
    """Return whether a user may draft an activity of the organizer, as its manager or as staff."""

    def can(user: Any, organizer: Any) -> bool:
        scope = access_scope(user)
        return organizer.pk in scope.managed(subject) or scope.covers(organizer.subdistrict_id)

    return can


def _draft(subject: str, organizer: str, label: Any, **options: Any) -> RecordVerb:
    return RecordVerb(subject, "draft", label, "activities_activity", organizer, _acts_for(organizer), **options)


def _manages(user: Any, activity: Activity) -> bool:
    return permissions.can_manage_activity(user, activity)


VERBS = [
    RecordVerb(
        ACTIVITY, "sign-up", _("替人报名"), "activities_signup", "activity", _can_sign_up, tab="signups", order=10
    ),
    RecordVerb(
        ACTIVITY,
        "message",
        _("给报名的人发消息"),
        "",
        "",
        _manages,
        url=lambda activity: compose_url("activities.Signup", f"activity={activity.public_id}"),
        tab="signups",
        order=20,
    ),
    _draft("organizations.Organization", "organization", _("起草活动"), tab="activities", order=40),
    _draft("bases.Base", "base", _("起草活动"), tab="activities", order=40),
    _draft("services.Team", "team", _("安排服务"), tab="shifts", order=20, given={"kind": "volunteer"}),
]
