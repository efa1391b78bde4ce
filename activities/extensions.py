"""What this app declares for other apps; `chengyang.extensions` describes the slots."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import (
    AccountRows,
    ApiRoute,
    DeadlineRows,
    MenuEntry,
    PeriodicTask,
    PersonRows,
    PublicPage,
    SearchSource,
    TableDescription,
    extend,
)
from chengyang.lib.chinese import dates

from . import feed
from .actions import signup_upkeep
from .api import ActivityViewSet
from .metrics import METRICS
from .models import Activity, Signup
from .panels import PANELS
from .states import ActivityState, SignupState
from .todos import ApproveActivity, CompleteAttendance, ReviewSignup


def _find(user: Any, text: str) -> Any:
    return Activity.objects.managed_by(user).search(text).order_by("-starts", "pk")


def _pages() -> Iterator[PublicPage]:
    """Yield the calendar, and the public activities that the feed has: search engines need no page of long ago."""
    yield PublicPage(reverse("activities:calendar"))
    rows = Activity.objects.published().overlapping(*feed.window()).order_by("-starts", "-pk")[: feed.MOST]
    yield from (PublicPage(row.get_absolute_url(), row.changed_at) for row in rows)


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
    audit_verbs={
        "activity.created": _("起草活动"),
        "activity.updated": _("修改活动"),
        "activity.submitted": _("提交活动"),
        "activity.returned": _("退回活动"),
        "activity.approved": _("批准活动"),
        "activity.published": _("发布活动"),
        "activity.cancelled": _("取消活动"),
        "activity.finished": _("活动结束"),
        "signup.read": _("查看报名名单"),
        "signup.created": _("报名"),
        "signup.confirmed": _("确认报名"),
        "signup.declined": _("不同意报名"),
        "signup.cancelled": _("取消报名"),
        "signup.offered": _("候补转正"),
        "signup.expired": _("候补逾期"),
        "signup.moved_up": _("候补往前移"),
        "signup.anonymised": _("清除访客报名的个人信息"),
        "checkin.created": _("签到"),
        "checkin.ended": _("签退"),
        "checkin.removed": _("撤销签到"),
        "service.recorded": _("登记服务时长"),
        "service.recounted": _("重算服务时长"),
        "service.corrected": _("更正服务时长"),
    },
)
