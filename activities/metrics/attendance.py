"""Metrics of activities: what took place, who came, and hours of voluntary service (domain.md rule 11)."""

from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import Kept, Metric, Period, Watched

from ..models import Brand, ServiceRecord
from ..signup_status import with_attendance
from .rows import (
    ATTENDANCE,
    ORGANIZERS,
    OWNERS,
    activities_kept,
    checkins,
    checkins_kept,
    completed,
    different_persons,
    service_records,
    total_attendance,
)

XINXIN = "新心行动"  # the brand with metrics of its own
PROGRAMMES = {"xin": _("新心汇"), "qu": _("新趣汇"), "zhi": _("新智汇"), "li": _("新力汇")}  # by their codes


def _in_programmes(subject: Any, period: Period) -> QuerySet:
    return completed(subject, period).filter(programme__isnull=False)


def _xinxin(subject: Any, period: Period) -> QuerySet:
    return completed(subject, period).filter(brand__name=XINXIN)


def _with_brand(subject: Any, period: Period) -> QuerySet:
    return completed(subject, period).filter(brand__isnull=False)


def _brands(subject: Any, period: Period) -> QuerySet:
    rows = Brand.objects.all()
    return rows.filter(Q(since=None) | Q(since__lt=period.ends)) if period.ends else rows


def _xinxin_kept(value: Any = None) -> Kept:
    made = activities_kept(value, brand__name=XINXIN)
    return replace(made, watched={Brand: Watched(("name",), ("activities__starts",))})


def _of_programme(code: str) -> Metric:
    """Return the metric of the activities of one programme."""
    return Metric(
        f"activities_{code}",
        PROGRAMMES[code],
        _("场"),
        _("办的活动里属于这个活动项目的"),
        lambda subject, period: completed(subject, period).filter(programme__code=code),
        kept=activities_kept(programme__code=code),
        part_of="activities_completed",
    )


METRICS = [
    Metric(
        "activities_completed",
        _("办的活动"),
        _("场"),
        _("已发布、已结束、没有取消的活动，按开始日期"),
        completed,
        subjects=(*ORGANIZERS, "subdistrict"),
        step="activities",
        order=10,
        kept=activities_kept(),
    ),
    Metric(
        "activities_in_programmes",
        _("四个活动项目的活动"),
        _("场"),
        _("办的活动里属于新心汇、新趣汇、新智汇、新力汇的"),
        _in_programmes,
        subjects=(*ORGANIZERS, "subdistrict"),
        step="activities",
        order=20,
        kept=activities_kept(programme__isnull=False),
    ),
    Metric(
        "brand_attendances",
        _("品牌活动人次"),
        _("人次"),
        _("属于服务品牌的活动，每场取签到数和现场点数中较大的，相加"),
        lambda subject, period: with_attendance(_with_brand(subject, period)),
        total_attendance,
        step="brands",
        order=25,
        kept=activities_kept(ATTENDANCE, owners=ORGANIZERS, brand__isnull=False),
        boards=ORGANIZERS,
    ),
    Metric(
        "xinxin_sessions",
        _("新心行动"),
        _("场"),
        _("办的活动里属于“新心行动”品牌的"),
        _xinxin,
        step="brands",
        order=30,
        kept=_xinxin_kept(),
    ),
    Metric(
        "xinxin_attendances",
        _("新心行动人次"),
        _("人次"),
        _("“新心行动”每场取签到数和现场点数中较大的，相加"),
        lambda subject, period: with_attendance(_xinxin(subject, period)),
        total_attendance,
        step="brands",
        order=40,
        kept=_xinxin_kept(ATTENDANCE),
        subset_of="attendances",
    ),
    Metric(
        "attendances",
        _("参加人次"),
        _("人次"),
        _("每场取签到数和现场点数中较大的，相加；一个人来两场算两次"),
        lambda subject, period: with_attendance(completed(subject, period)),
        total_attendance,
        subjects=(*ORGANIZERS, "subdistrict"),
        step="activities",
        order=30,
        kept=activities_kept(ATTENDANCE),
    ),
    Metric(
        "distinct_persons",
        _("参加过的人"),
        _("人"),
        _("签到过的人，来几次都算一个；匿名后的来宾分不出是不是同一个人，每次各算一个"),
        checkins,
        different_persons,
        step="activities",
        order=40,
        follows=("activities_completed", "representatives_attending"),
    ),
    Metric(
        "participants",
        _("来参加的人"),
        _("人"),
        _("在这里的活动上签到过的人，来几次都算一个；匿名后的来宾分不出是不是同一个人，每次各算一个"),
        checkins,
        different_persons,
        step="people",
        order=20,
        follows=("activities_completed", "representatives_attending"),
        boards=("base",),
    ),
    Metric(
        "volunteer_hours",
        _("志愿服务时长"),
        _("小时"),
        _("志愿服务活动按签到、签退记下的时长，更正后的算"),
        service_records,
        lambda rows: rows.total(),
        subjects=(*ORGANIZERS, "subdistrict"),
        step="services",
        order=20,
        kept=checkins_kept(
            ServiceRecord.objects.all,
            "checkin__signup__",
            {name: f"checkin__signup__activity__{name}" for name in OWNERS},
            of_people=False,
            value=Sum("hours"),
        ),
        persons="checkin__signup__person",
    ),
    Metric(
        "brands",
        _("服务品牌"),
        _("个"),
        _("期末已有的服务品牌"),
        _brands,
        step="brands",
        order=10,
        kept=Kept(Brand.objects.all, "since", lasts=True, undated=True),
    ),
    Metric(
        "brand_sessions",
        _("品牌活动"),
        _("场"),
        _("办的活动里属于一个服务品牌的"),
        _with_brand,
        subjects=(*ORGANIZERS, "subdistrict"),
        step="brands",
        order=20,
        kept=activities_kept(brand__isnull=False),
    ),
    *(_of_programme(code) for code in PROGRAMMES),
]
