"""The rows that the metrics of activities count, and how their numbers are kept by day.

`subject` is a subdistrict, an organization, a team, a base, a programme or a brand; None means the whole district.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from chengyang import clock
from chengyang.extensions import Kept, Period, Watched
from chengyang.platform.web.lookups import any_of
from members.models import Person, Representative

from ..models import Activity, CheckIn, ServiceRecord, Signup

ORGANIZERS = ("organization", "base", "team")
AREA = "accounts.subdistrict"
_COLUMNS = {
    AREA: "subdistrict",
    "organizations.organization": "organization",
    "services.team": "team",
    "bases.base": "base",
    "activities.programme": "programme",
    "activities.brand": "brand",
}


def subject_lookup(subject: Any, prefix: str = "") -> dict[str, Any]:
    """Return the lookup for activities of `subject`; `prefix` is the lookup path to the activity.

    Raises KeyError for a model that no activity points at.
    """
    return {} if subject is None else {prefix + _COLUMNS[subject._meta.label_lower]: subject}


def within(period: Period, prefix: str = "") -> dict[str, Any]:
    """Return the lookups for activities that started in `period`."""
    lookups = {f"{prefix}starts__gte": period.starts, f"{prefix}starts__lt": period.ends}
    return {name: clock.at(day) for name, day in lookups.items() if day is not None}


def completed(subject: Any, period: Period) -> QuerySet:
    return Activity.objects.completed().filter(**subject_lookup(subject), **within(period))


def checkins(subject: Any, period: Period) -> QuerySet:
    prefix = "signup__activity__"
    completed = Activity.objects.completed().values("pk")
    return CheckIn.objects.filter(
        signup__activity__in=completed, **subject_lookup(subject, prefix), **within(period, prefix)
    )


def service_records(subject: Any, period: Period) -> QuerySet:
    """Return the records with hours: those of 0 hours have no person behind the sum."""
    prefix, rows = "checkin__signup__activity__", ServiceRecord.objects.filter(hours__gt=0)
    if subject is None:
        return rows.filter(**within(period, prefix))
    own = Activity.objects.filter(**subject_lookup(subject), **within(period))
    checkins = CheckIn.objects.filter(any_of("signup", Signup.objects.filter(any_of("activity", own))))
    return rows.filter(any_of("checkin", checkins))  # step by step each is read by its index


def total_attendance(rows: QuerySet) -> int:
    """Return the sum over `rows`, which `with_attendance` has annotated."""
    return rows.aggregate(total=Sum("attendance"))["total"] or 0


def different_persons(rows: QuerySet) -> int:
    """Return the number of different persons in check-ins; each check-in of an anonymised guest counts as one person."""
    counts = rows.aggregate(
        people=Count("signup__person", distinct=True),
        guests=Count("signup__user", distinct=True),
        anonymised=Count("pk", filter=Q(signup__person=None, signup__user=None)),
    )
    return sum(counts.values())


# ---- how they are kept by day ----------------------------------------------------------------------------------------
OWNERS = {name: name for name in (*ORGANIZERS, "subdistrict")}
ACTIVITY_COLUMNS = ("state", "starts", "ends", "attended", "headcount", "served", "programme", "brand", *OWNERS)
ATTENDANCE = Sum(Greatest(F("attended"), Coalesce("headcount", Value(0))))


def activities_kept(value: Any = None, *, owners: Collection[str] = tuple(OWNERS), **lookups: Any) -> Kept:
    """Return how a number of completed activities with these `lookups` is kept; `value` is its aggregate, None counts them."""
    return Kept(
        lambda: Activity.objects.completed().filter(**lookups),
        "starts",
        {name: OWNERS[name] for name in owners},
        value=value,
        ripe="ends",
        columns=ACTIVITY_COLUMNS,
    )


def checkins_kept(rows: Any, prefix: str, owners: Any, *, of_people: bool, value: Any = None) -> Kept:
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


def completed_checkins() -> QuerySet:
    return CheckIn.objects.filter(signup__activity__in=Activity.objects.completed().values("pk"))
