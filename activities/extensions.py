"""What this app declares for other apps; `chengyang.extensions` describes the slots."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import (
    CODE_VALUE,
    AccountRows,
    ApiRoute,
    CachedPage,
    Commitments,
    DeadlineRows,
    MenuEntry,
    OpenItem,
    OpenItems,
    OpenSection,
    PeriodicTask,
    PersonRows,
    PublicPage,
    SearchSource,
    TableDescription,
    extend,
)
from chengyang.lib.chinese import dates
from chengyang.platform.staff.links import page_url
from chengyang.platform.web import content
from chengyang.platform.web.prepared import prepared

from . import feed, papers, record_tabs
from .actions import signup_upkeep
from .api import ActivityViewSet
from .filters import FACETS, FLAGS
from .imports import AttendanceImport, PastActivityImport
from .metrics import METRICS
from .models import Activity, CheckIn, ServiceRecord, Signup
from .panels import PANELS
from .states import ActivityState, SignupState
from .todos import ApproveActivity, CompleteAttendance, ReviewSignup
from .windows import SEARCHES, VIEWS

MOST_OPEN = 50  # activities on a sheet


def _find(user: Any, text: str) -> Any:
    return Activity.objects.managed_by(user).search(text).order_by("-starts", "pk")


def _coming(organization: Any, first: dt.date, last: dt.date) -> list[OpenItem]:
    """Return the activities of `organization` on these days; of those that are not published only how many there are.

    A chair reads the sheet, and does not manage the activities (docs/decisions.md, "Who sees what").
    """
    rows = Activity.objects.filter(organization=organization).exclude(state=ActivityState.CANCELLED)
    rows = rows.overlapping(clock.at(first), clock.at(last)).order_by("starts", "pk")
    shown = rows.filter(state=ActivityState.PUBLISHED)[:MOST_OPEN]
    found = [OpenItem(row.title, _open_note(row), row.first_day, row.get_absolute_url()) for row in shown]
    if number := rows.exclude(state=ActivityState.PUBLISHED).count():
        found.append(OpenItem(_t("%(n)d 场活动还没发布") % {"n": number}, _t("草稿、待批准或退回修改，由秘书处经办")))
    return found


def _open_note(row: Activity) -> str:
    return "，".join(filter(None, [row.place, _t("已报 %(n)d 人") % {"n": row.taken}]))


def _unrecorded(organization: Any, first: dt.date, last: dt.date) -> list[OpenItem]:
    """Return the volunteer services of `organization` that are over and whose hours are not recorded."""
    rows = Activity.objects.completed().filter(
        organization=organization, kind=Activity.Kind.VOLUNTEER, recorded_at=None
    )
    note = _t("到场和服务时长还没登记")
    return [OpenItem(row.title, note, row.due_on) for row in rows.order_by("starts", "pk")[:MOST_OPEN]]


def _committed(organization: Any, day: dt.date) -> list[OpenItem]:
    """Return the activities of `organization` that are not over before `day`: published, or on the way there."""
    under_way = (ActivityState.SUBMITTED, ActivityState.APPROVED, ActivityState.PUBLISHED)
    rows = Activity.objects.filter(organization=organization, state__in=under_way, ends__gt=clock.at(day))
    rows = rows.order_by("starts", "pk")[:MOST_OPEN]
    return [OpenItem(row.title, on=timezone.localdate(row.starts), url=page_url(row)) for row in rows]


def _pages() -> Iterator[PublicPage]:
    """Yield the calendar, and the public activities that the feed has: search engines need no page of long ago."""
    yield PublicPage(reverse("activities:calendar"))
    rows = Activity.objects.published().overlapping(*feed.window()).order_by("-starts", "-pk")[: feed.MOST]
    yield from (PublicPage(row.get_absolute_url(), row.changed_at) for row in rows)


# The query of the calendar; a text to search for is answered without the cache, because everybody can invent one.
FILTER_VALUES = {**dict.fromkeys(FACETS, CODE_VALUE), **dict.fromkeys(FLAGS, "1")}
WINDOW_VALUES = {
    "view": "|".join((*VIEWS, *SEARCHES)),
    "month": r"\d{4}-\d{2}",
    "week": r"\d{4}-W\d{2}",
    "since": r"\d{4}-\d{2}-\d{2}",
    "until": r"\d{4}-\d{2}-\d{2}",
}
# What people do with sign-ups changes the places and numbers of one activity, not the rest of the portal.
PLACE_VERBS = (
    "signup.created",
    "signup.confirmed",
    "signup.declined",
    "signup.review_undone",
    "signup.cancelled",
    "signup.offered",
    "signup.expired",
    "signup.moved_up",
    "signup.anonymised",
    "signup.deleted",
    "checkin.created",
    "checkin.entered",
    "checkin.ended",
    "checkin.removed",
    "service.recorded",
    "service.recounted",
    "service.corrected",
)


def _places_of(subject: Any) -> tuple[str, ...]:
    """Return the versions that a change of a sign-up, check-in or service record moves."""
    if isinstance(subject, type):
        return content.PLACES, content.WORK
    checkin = subject.checkin if isinstance(subject, ServiceRecord) else subject
    signup = checkin.signup if isinstance(checkin, CheckIn) else checkin
    return content.PLACES, content.WORK, content.activity_version(signup.activity.public_id)


def _versions_of(path: Mapping[str, str]) -> tuple[str, ...]:
    return (content.activity_version(path["public_id"]),)


def _next_moment(now: dt.datetime) -> dt.datetime | None:
    """Return the next start, end, opening or closing of sign-up of a shown activity."""
    found = _next_of(now)
    return found[0][0] if found else None


@prepared  # asked for on the first request after each change
def _next_of(now):
    rows = Activity.objects.shown()
    names = ("starts", "ends", "signup_opens", "signup_closes")
    first, *others = [rows.filter(**{f"{name}__gt": now}).order_by(name).values_list(name)[:1] for name in names]
    return first.union(*others).order_by("starts")[:1]


extend(
    "activities",
    public_pages=[_pages],
    todos=[ApproveActivity(), ReviewSignup(), CompleteAttendance()],
    search=[
        SearchSource(
            _("活动"),
            _find,
            lambda row: (row.title, f"{dates.span(row.starts, row.ends)}，{row.get_state_display()}"),
            lambda row: reverse("admin:activities_activity_change", args=[row.pk]),
            "activities_activity",
        )
    ],
    imports=[PastActivityImport(), AttendanceImport()],
    commitments=[Commitments(_("活动"), _committed)],
    open_items=[OpenItems(OpenSection.ACTIVITIES, _coming), OpenItems(OpenSection.DUE, _unrecorded)],
    papers=papers.PAPERS,
    record_tabs=record_tabs.TABS,
    record_verbs=record_tabs.VERBS,
    panels=PANELS,
    menu=[
        MenuEntry("activities:calendar", _("日历"), order=20, icon="cal", also=("/activities/",)),
        MenuEntry("activities:calendar", _("活动日历"), order=10, place="visit"),
    ],
    api=[ApiRoute("activities", ActivityViewSet)],
    metrics=METRICS,
    schedule={"activities": PeriodicTask("activities.run_periodic", 60.0)},
    person_rows=[
        PersonRows(
            _("活动"),
            leave=signup_upkeep.cancel_signups_of,
            erase=signup_upkeep.erase_signups,
            summary=_("还没参加的报名全部取消，名额让给别人；参加过的场次和时长留作统计。"),
        )
    ],
    account_rows=[
        AccountRows(
            _("活动"),
            close=signup_upkeep.close_signups_of,
            in_use=signup_upkeep.accounts_in_use,
            summary=_("还没参加的报名全部取消；参加过的只留人次，不留姓名。"),
        )
    ],
    own_data_order=40,
    own_data=[
        TableDescription(
            "activities.Signup",
            hidden={"guest_key", "guest_search", "changed_at", "forgotten_at", "due_on"},
            technical={"position"},
            row_title=lambda row: row.activity.title,
            created_field="at",
        ),
        TableDescription(
            "activities.CheckIn",
            hidden={"signup"},
            technical={"method"},
            row_title=lambda row: row.signup.activity.title,
            created_field="checked_in_at",
        ),
        TableDescription(
            "activities.ServiceRecord",
            hidden={"checkin"},
            row_title=lambda row: row.checkin.signup.activity.title,
            created_field="at",
        ),
    ],
    deadlines=[
        DeadlineRows(lambda: Activity.objects.filter(state__in=(ActivityState.SUBMITTED, ActivityState.PUBLISHED))),
        DeadlineRows(
            lambda: Signup.objects.filter(state=SignupState.PENDING).select_related("activity"),
            latest=lambda signup: signup.activity.first_day,
        ),
    ],
    notice_kinds={"activities": _("报名、活动和服务时长")},
    content={"signup.read": content.nothing, **dict.fromkeys(PLACE_VERBS, _places_of)},
    content_moments=[_next_moment],
    cached_pages=[
        CachedPage("activities:calendar", {**FILTER_VALUES, **WINDOW_VALUES}),
        CachedPage("activities:calendar-share", {**FILTER_VALUES, **WINDOW_VALUES}),
        CachedPage("activities:ics", FILTER_VALUES),
        CachedPage("activities:detail", versions=_versions_of),
        CachedPage("activities:share", versions=_versions_of),
        CachedPage("activities:activity-ics", versions=_versions_of),
    ],
    audit_verbs={
        "activity.created": _("起草活动"),
        "activity.updated": _("修改活动"),
        "activity.submitted": _("提交活动"),
        "activity.returned": _("退回活动"),
        "activity.approved": _("批准活动"),
        "activity.decision_undone": _("撤销活动审批"),
        "activity.published": _("发布活动"),
        "activity.cancelled": _("取消活动"),
        "activity.finished": _("活动结束"),
        "activity.deleted": _("删除补录的活动"),
        "signup.read": _("查看报名名单"),
        "signup.created": _("报名"),
        "signup.confirmed": _("确认报名"),
        "signup.declined": _("不同意报名"),
        "signup.review_undone": _("撤销报名审核"),
        "signup.cancelled": _("取消报名"),
        "signup.offered": _("候补转正"),
        "signup.expired": _("候补逾期"),
        "signup.moved_up": _("候补往前移"),
        "signup.anonymised": _("清除访客报名的个人信息"),
        "signup.deleted": _("删除补录的报名"),
        "checkin.created": _("签到"),
        "checkin.entered": _("补录到场"),
        "checkin.ended": _("签退"),
        "checkin.removed": _("撤销签到"),
        "service.recorded": _("登记服务时长"),
        "service.recounted": _("重算服务时长"),
        "service.corrected": _("更正服务时长"),
    },
)
