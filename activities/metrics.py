"""Metrics of activities (docs/architecture.md); each metric returns the rows that it counts.

`subject` is a subdistrict, an organization, a team, a base, a programme or a brand; None means the whole district.
"""

from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import Metric, Period
from chengyang.platform.web.lookups import any_of

from .models import Activity, Brand, CheckIn, ServiceRecord, Signup
from .signup_status import with_attendance

XINXIN = "新心行动"  # the brand with metrics of its own
ORGANIZERS = ("organization", "base", "team")
_COLUMNS = {
    "accounts.subdistrict": "subdistrict",
    "organizations.organization": "organization",
    "services.team": "team",
    "bases.base": "base",
    "activities.programme": "programme",
    "activities.brand": "brand",
}


def _subject_lookup(subject: Any, prefix: str = "") -> dict[str, Any]:
    """Return the lookup for activities of `subject`; `prefix` is the lookup path to the activity.

    Raises KeyError for a model that no activity points at.
    """
    return {} if subject is None else {prefix + _COLUMNS[subject._meta.label_lower]: subject}


def _within(period: Period, prefix: str = "") -> dict[str, Any]:
    """Return the lookups for activities that started in `period`."""
    lookups = {f"{prefix}starts__gte": period.starts, f"{prefix}starts__lt": period.ends}
    return {name: clock.at(day) for name, day in lookups.items() if day is not None}


def _completed(subject: Any, period: Period) -> QuerySet:
    return Activity.objects.completed().filter(**_subject_lookup(subject), **_within(period))


def _in_programmes(subject: Any, period: Period) -> QuerySet:
    return _completed(subject, period).filter(programme__isnull=False)


def _xinxin(subject: Any, period: Period) -> QuerySet:
    return _completed(subject, period).filter(brand__name=XINXIN)


def _checkins(subject: Any, period: Period) -> QuerySet:
    prefix = "signup__activity__"
    completed = Activity.objects.completed().values("pk")
    return CheckIn.objects.filter(
        signup__activity__in=completed, **_subject_lookup(subject, prefix), **_within(period, prefix)
    )


def _records(subject: Any, period: Period) -> QuerySet:
    prefix = "checkin__signup__activity__"
    if subject is None:
        return ServiceRecord.objects.filter(**_within(period, prefix))
    own = Activity.objects.filter(**_subject_lookup(subject), **_within(period))
    checkins = CheckIn.objects.filter(any_of("signup", Signup.objects.filter(any_of("activity", own))))
    return ServiceRecord.objects.filter(any_of("checkin", checkins))  # step by step each is read by its index


def _brands(subject: Any, period: Period) -> QuerySet:
    rows = Brand.objects.all()
    return rows.filter(Q(since=None) | Q(since__lt=period.ends)) if period.ends else rows


def _total_attendance(rows: QuerySet) -> int:
    """Return the sum over `rows`, which `with_attendance` has annotated."""
    return rows.aggregate(total=Sum("attendance"))["total"] or 0


def _persons(rows: QuerySet) -> int:
    """Return the number of different persons in check-ins; each check-in of an anonymised guest counts as one person."""
    counts = rows.aggregate(
        people=Count("signup__person", distinct=True),
        guests=Count("signup__user", distinct=True),
        anonymised=Count("pk", filter=Q(signup__person=None, signup__user=None)),
    )
    return sum(counts.values())


METRICS = [
    Metric(
        "activities_completed",
        _("办的活动"),
        _("场"),
        _("已发布、已结束、没有取消的活动，按开始日期"),
        _completed,
        subjects=(*ORGANIZERS, "subdistrict"),
    ),
    Metric(
        "activities_in_programmes",
        _("四个活动项目的活动"),
        _("场"),
        _("办的活动里属于新心汇、新趣汇、新智汇、新力汇的"),
        _in_programmes,
        subjects=(*ORGANIZERS, "subdistrict"),
    ),
    Metric("xinxin_sessions", _("新心行动"), _("场"), _("办的活动里属于“新心行动”品牌的"), _xinxin),
    Metric(
        "xinxin_attendances",
        _("新心行动人次"),
        _("人次"),
        _("“新心行动”每场取签到数和现场点数中较大的，相加"),
        lambda subject, period: with_attendance(_xinxin(subject, period)),
        _total_attendance,
    ),
    Metric(
        "attendances",
        _("参加人次"),
        _("人次"),
        _("每场取签到数和现场点数中较大的，相加；一个人来两场算两次"),
        lambda subject, period: with_attendance(_completed(subject, period)),
        _total_attendance,
        subjects=(*ORGANIZERS, "subdistrict"),
    ),
    Metric(
        "distinct_persons",
        _("参加过的人"),
        _("人"),
        _("签到过的人，来几次都算一个；匿名后的来宾分不出是不是同一个人，每次各算一个"),
        _checkins,
        _persons,
    ),
    Metric(
        "volunteer_hours",
        _("志愿服务时长"),
        _("小时"),
        _("志愿服务活动按签到、签退记下的时长，更正后的算"),
        _records,
        lambda rows: rows.total(),
        subjects=(*ORGANIZERS, "subdistrict"),
    ),
    Metric("brands", _("服务品牌"), _("个"), _("期末已有的服务品牌"), _brands),
]
