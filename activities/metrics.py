"""Metrics of activities (docs/architecture.md); each metric returns the rows that it counts.

`subject` is a subdistrict, an organization, a team, a base, a programme or a brand; None means the whole district.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import Kept, Metric, Period, Watched
from chengyang.platform.web.lookups import any_of
from members.models import Person, Representative

from .models import Activity, Brand, CheckIn, ServiceRecord, Signup
from .signup_status import with_attendance, with_public_attendance, with_public_hours

XINXIN = "新心行动"  # the brand with metrics of its own
PROGRAMMES = {"xin": _("新心汇"), "qu": _("新趣汇"), "zhi": _("新智汇"), "li": _("新力汇")}  # by their codes
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


def _with_brand(subject: Any, period: Period) -> QuerySet:
    return _completed(subject, period).filter(brand__isnull=False)


def _by_representatives(rows: QuerySet, signup: str) -> QuerySet:
    """Return the `rows` of persons who were representatives on the day; `signup` is the lookup prefix to the sign-up."""
    terms = Representative.objects.on(OuterRef(f"{signup}activity__starts__date"))
    return rows.filter(Exists(terms.filter(person=OuterRef(f"{signup}person"))))


def _of_persons(rows: QuerySet, subject: Any, prefix: str) -> QuerySet:
    """Return the `rows` of persons of the subdistrict `subject` (None: all)."""
    return rows.filter(**{f"{prefix}person__subdistrict": subject}) if subject else rows


def _attended_by_representatives(subject: Any, period: Period) -> QuerySet:
    return _of_persons(_by_representatives(_checkins(None, period), "signup__"), subject, "signup__")


def _served_by_representatives(subject: Any, period: Period) -> QuerySet:
    prefix = "checkin__signup__"
    return _of_persons(_by_representatives(_records(None, period), prefix), subject, prefix)


def _acting(subject: Any, period: Period) -> QuerySet:
    """Return the representatives who attended at least one activity in `period` while they were representatives."""
    attended = _attended_by_representatives(subject, period).filter(signup__person=OuterRef("pk"))
    # First the few who were ever named, so that not every check-in is read.
    return Person.objects.filter(Exists(Representative.objects.filter(person=OuterRef("pk"))), Exists(attended))


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


# ---- how they are kept by day ----------------------------------------------------------------------------------------
OWNERS = {name: name for name in (*ORGANIZERS, "subdistrict")}
ACTIVITY_COLUMNS = ("state", "starts", "ends", "attended", "headcount", "programme", "brand", *OWNERS)
ATTENDANCE = Sum(Greatest(F("attended"), Coalesce("headcount", Value(0))))


def _same(rows: QuerySet) -> QuerySet:
    return rows


def _activities_kept(value: Any = None, only: Callable[[QuerySet], QuerySet] = _same, **lookups: Any) -> Kept:
    """Return how a number of completed activities with these `lookups` is kept; `value` is its aggregate, None counts them."""
    return Kept(
        lambda: only(Activity.objects.completed().filter(**lookups)),
        "starts",
        OWNERS,
        value=value,
        ripe="ends",
        columns=ACTIVITY_COLUMNS,
    )


def _xinxin_kept(value: Any = None, only: Callable[[QuerySet], QuerySet] = _same) -> Kept:
    made = _activities_kept(value, only, brand__name=XINXIN)
    return replace(made, watched={Brand: Watched(("name",), ("activities__starts",))})


def _checkins_kept(rows: Any, prefix: str, owners: Any, *, of_people: bool, value: Any = None) -> Kept:
    """Return how check-ins, or hours, are kept; `prefix` leads to their sign-up. `of_people`: only those of representatives."""
    moved = Watched(("subdistrict",), ("signups__activity__starts",))
    term = Watched(("state", "starts", "ends", "person"), ("person__signups__activity__starts",), rows=True)
    between = {CheckIn: Watched(("signup",), ("signup__activity__starts",))} if prefix.startswith("checkin") else {}
    return Kept(
        rows,
        f"{prefix}activity__starts",
        owners,
        value=value,
        watched={
            Activity: Watched(ACTIVITY_COLUMNS, ("starts",)),
            Signup: Watched(
                ("person", "user", "activity"), ("activity__starts",)
            ),  # a guest who registers, an erased person
            **between,
            **({Person: moved, Representative: term} if of_people else {}),
        },
        ripe="" if value else f"{prefix}activity__ends",  # hours count at once, attendance when the activity is over
    )


def _completed_checkins() -> QuerySet:
    return CheckIn.objects.filter(signup__activity__in=Activity.objects.completed().values("pk"))


BY_PERSON = {"subdistrict": "signup__person__subdistrict"}


def _of_programme(code: str) -> Metric:
    """Return the metric of the activities of one programme."""
    return Metric(
        f"activities_{code}",
        PROGRAMMES[code],
        _("场"),
        _("办的活动里属于这个活动项目的"),
        lambda subject, period: _completed(subject, period).filter(programme__code=code),
        kept=_activities_kept(programme__code=code),
        part_of="activities_completed",
    )


def _hours_kept(rows: Any) -> Kept:
    owners = {name: f"checkin__signup__activity__{name}" for name in OWNERS}
    return _checkins_kept(rows, "checkin__signup__", owners, of_people=False, value=Sum("hours"))


def _public(metric: Metric, only: Callable[[QuerySet], QuerySet], kept: Kept) -> Metric:
    """Return what the public reads in place of `metric`: `only` narrows its rows to the activities whose own pages show the number."""
    return Metric(
        f"public_{metric.code}",
        metric.label,
        metric.unit,
        format_lazy("{}；{}", metric.how_counted, _("不足 5 人的场次不算在公开的数里")),
        lambda subject, period: only(metric.records(subject, period)),
        metric.value,
        kept=kept,
        persons=metric.persons,
        instead_of=metric.code,
        subset_of=metric.subset_of,
    )


METRICS = [
    Metric(
        "activities_completed",
        _("办的活动"),
        _("场"),
        _("已发布、已结束、没有取消的活动，按开始日期"),
        _completed,
        subjects=(*ORGANIZERS, "subdistrict"),
        step="activities",
        order=10,
        kept=_activities_kept(),
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
        kept=_activities_kept(programme__isnull=False),
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
        _total_attendance,
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
        lambda subject, period: with_attendance(_completed(subject, period)),
        _total_attendance,
        subjects=(*ORGANIZERS, "subdistrict"),
        step="activities",
        order=30,
        kept=_activities_kept(ATTENDANCE),
    ),
    Metric(
        "distinct_persons",
        _("参加过的人"),
        _("人"),
        _("签到过的人，来几次都算一个；匿名后的来宾分不出是不是同一个人，每次各算一个"),
        _checkins,
        _persons,
        step="activities",
        order=40,
        follows=("activities_completed", "representatives_attending"),
    ),
    Metric(
        "volunteer_hours",
        _("志愿服务时长"),
        _("小时"),
        _("志愿服务活动按签到、签退记下的时长，更正后的算"),
        _records,
        lambda rows: rows.total(),
        subjects=(*ORGANIZERS, "subdistrict"),
        step="services",
        order=20,
        kept=_hours_kept(ServiceRecord.objects.all),
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
        kept=_activities_kept(brand__isnull=False),
    ),
    Metric(
        "representatives_acting",
        _("参加过活动的代表"),
        _("人"),
        _("在任期内签到过至少一次的代表人士，来几次都算一个"),
        _acting,
        subjects=("subdistrict",),
        step="representatives",
        order=20,
        follows=("activities_completed", "representatives_attending"),
    ),
    Metric(
        "representatives_attending",
        _("代表参加活动"),
        _("人次"),
        _("代表人士在任期内的签到，一个人来两场算两次；只数做过的事，不给人打分"),
        _attended_by_representatives,
        step="representatives",
        order=30,
        kept=_checkins_kept(
            lambda: _by_representatives(_completed_checkins(), "signup__"), "signup__", BY_PERSON, of_people=True
        ),
        persons="signup__person",
        subset_of="attendances",
    ),
    Metric(
        "representatives_hours",
        _("代表志愿服务"),
        _("小时"),
        _("代表人士在任期内的志愿服务时长，相加"),
        _served_by_representatives,
        lambda rows: rows.total(),
        step="representatives",
        order=40,
        kept=_checkins_kept(
            lambda: _by_representatives(ServiceRecord.objects.all(), "checkin__signup__"),
            "checkin__signup__",
            {"subdistrict": "checkin__signup__person__subdistrict"},
            of_people=True,
            value=Sum("hours"),
        ),
        persons="checkin__signup__person",
        subset_of="volunteer_hours",
    ),
    *(_of_programme(code) for code in PROGRAMMES),
]

_BY_CODE = {metric.code: metric for metric in METRICS}
METRICS += [
    _public(_BY_CODE["attendances"], with_public_attendance, _activities_kept(ATTENDANCE, with_public_attendance)),
    _public(_BY_CODE["xinxin_attendances"], with_public_attendance, _xinxin_kept(ATTENDANCE, with_public_attendance)),
    _public(
        _BY_CODE["volunteer_hours"],
        with_public_hours,
        _hours_kept(lambda: with_public_hours(ServiceRecord.objects.all())),
    ),
]
