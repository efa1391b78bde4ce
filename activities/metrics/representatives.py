"""Metrics of what representatives do: for all of them together, never for one (domain.md rule 11)."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import DISTRICT, Metric, Period
from chengyang.platform.web.lookups import seen_behind, seen_through
from members.models import Person, Representative

from ..models import ServiceRecord
from .rows import AREA, ORGANIZERS, checkins, checkins_kept, completed_checkins, service_records

SIGNUP, SERVED = "signup__", "checkin__signup__"  # lookup prefixes from a check-in and from hours
BOARDS = (DISTRICT, "subdistrict", *ORGANIZERS)


def _by_representatives(rows: QuerySet, signup: str) -> QuerySet:
    """Return the `rows` of persons who were representatives on the day; `signup` is the lookup prefix to the sign-up."""
    terms = Representative.objects.on(OuterRef(f"{signup}activity__starts__date"))
    return rows.filter(Exists(terms.filter(person=OuterRef(f"{signup}person"))))


def _done(rows: Callable[[Any, Period], QuerySet], signup: str, subject: Any, period: Period) -> QuerySet:
    """Return those of `rows` that are of representatives: of the subdistrict `subject`, or at what the organizer `subject` organises."""
    is_area = subject is not None and subject._meta.label_lower == AREA
    found = _by_representatives(rows(None if is_area else subject, period), signup)
    return found.filter(**{f"{signup}person__subdistrict": subject}) if is_area else found


def _attended(subject: Any, period: Period) -> QuerySet:
    return _done(checkins, SIGNUP, subject, period)


def _served(subject: Any, period: Period) -> QuerySet:
    return _done(service_records, SERVED, subject, period)


def _acting(subject: Any, period: Period) -> QuerySet:
    """Return the representatives who attended at least one activity in `period` while they were representatives."""
    attended = _attended(subject, period).filter(signup__person=OuterRef("pk"))
    # First the few who were ever named, so that not every check-in is read.
    return Person.objects.filter(Exists(Representative.objects.filter(person=OuterRef("pk"))), Exists(attended))


def _owners(signup: str) -> dict[str, str]:
    return {
        "subdistrict": f"{signup}person__subdistrict",
        **{name: f"{signup}activity__{name}" for name in ORGANIZERS},
    }


METRICS = [
    Metric(
        "representatives_acting",
        _("参加过活动的代表"),
        _("人"),
        _(
            "在任期内签到过至少一次的代表人士，来几次都算一个；街道算本街道的代表，组织、基地、服务队算来过它的活动的代表"
        ),
        _acting,
        subjects=("subdistrict",),
        step="representatives",
        order=20,
        follows=("activities_completed", "representatives_attending"),
        boards=BOARDS,
        readable=seen_behind(
            _attended,
            f"{SIGNUP}person",
            seen_through(Representative.objects.on, f"{SIGNUP}person", day=f"{SIGNUP}activity__starts__date"),
        ),
    ),
    Metric(
        "representatives_attending",
        _("代表参加活动"),
        _("人次"),
        _(
            "代表人士在任期内的签到，一个人来两场算两次；街道算本街道的代表，组织、基地、服务队算来它的活动的；只数做过的事，不给人打分"
        ),
        _attended,
        step="representatives",
        order=30,
        kept=checkins_kept(
            lambda: _by_representatives(completed_checkins(), SIGNUP), SIGNUP, _owners(SIGNUP), of_people=True
        ),
        persons="signup__person",
        subset_of="attendances",
        readable=seen_through(Representative.objects.on, f"{SIGNUP}person", day=f"{SIGNUP}activity__starts__date"),
    ),
    Metric(
        "representatives_hours",
        _("代表志愿服务"),
        _("小时"),
        _("代表人士在任期内的志愿服务时长，相加；街道算本街道的代表，组织、基地、服务队算在它的活动上的"),
        _served,
        lambda rows: rows.total(),
        step="representatives",
        order=40,
        kept=checkins_kept(
            lambda: _by_representatives(ServiceRecord.objects.all(), SERVED),
            SERVED,
            _owners(SERVED),
            of_people=True,
            value=Sum("hours"),
        ),
        persons="checkin__signup__person",
        subset_of="volunteer_hours",
        readable=seen_through(Representative.objects.on, f"{SERVED}person", day=f"{SERVED}activity__starts__date"),
    ),
]
