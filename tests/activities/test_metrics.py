"""The metrics of activities, each from rows created in the test."""

import datetime as dt

import pytest

from activities import actions
from activities.models import Brand, CheckIn, ServiceRecord, Signup
from activities.signup_status import public_figures
from chengyang import clock, extensions
from chengyang.extensions import Period
from chengyang.platform.accounts.models import Subdistrict
from tests import personas
from tests.members import factories as member_factories

from . import factories
from .factories import moment

THIS_YEAR = Period(dt.date(2026, 1, 1), dt.date(2027, 1, 1))
LAST_YEAR = Period(dt.date(2025, 1, 1), dt.date(2026, 1, 1))


def value(code, subject=None, period=extensions.EVER):
    return extensions.metric(code).of(subject, period)


def representative(person, standard):
    """Make `person` a representative of this year."""
    assessment = member_factories.assessed(person, standard)
    person.representations.create(
        starts=dt.date(2026, 1, 1), ends=dt.date(2027, 1, 1), state="named", assessment=assessment
    )


def completed(**fields):
    """Create an activity that took place on 2 September."""
    return factories.published(**{"starts": moment(2), "ends": moment(2, 12), **fields})


def attend(activity, number, hours=None, **holder):
    """Create a sign-up with a check-in; `holder` is a person or the account of a guest."""
    holder = holder or {"person": factories.person(number)}
    position = activity.signups.count() + 1
    signup = Signup.objects.create(activity=activity, position=position, **holder)
    checkin = CheckIn.objects.create(signup=signup, checked_in_at=activity.starts, checked_out_at=activity.ends)
    if hours:
        ServiceRecord.objects.create(checkin=checkin, hours=hours)
    return signup


def test_completed_is_published_and_over(reference):
    completed()
    factories.published()
    factories.draft(starts=moment(2), ends=moment(2, 12))
    completed(state="cancelled", cancelled_at=moment(1), reason="雨")
    assert value("activities_completed") == 1


def test_completed_counts_by_the_first_day(reference):
    new_year = clock.at(dt.date(2025, 12, 31), dt.time(23))
    completed(starts=new_year, ends=new_year + 2 * factories.HOUR)
    assert [value("activities_completed", period=period) for period in (LAST_YEAR, THIS_YEAR)] == [1, 0]


def test_completed_in_the_programmes(reference):
    completed()
    completed(programme=factories.programme())
    assert value("activities_in_programmes") == 1


def test_completed_by_organizer(reference):
    organizers = {
        "organization": personas.organization(),
        "team": personas.team(),
        "base": personas.base(),
        "programme": factories.programme(),
    }
    for name, organizer in organizers.items():
        completed(**{name: organizer})
    assert [value("activities_completed", organizer) for organizer in organizers.values()] == [1, 1, 1, 1]
    assert value("activities_completed", Subdistrict.objects.get(name="流亭街道")) == 0


def test_sessions_of_xinxin_and_their_attendances(reference):
    brand = Brand.objects.create(name="新心行动")
    completed(brand=brand, headcount=120)
    completed(headcount=50)
    assert (value("xinxin_sessions"), value("xinxin_attendances"), value("activities_completed", brand)) == (1, 120, 1)


def test_attendances_are_the_larger_count_of_each(reference):
    first, second = completed(headcount=1), completed(headcount=10)
    for number in (1, 2, 3):
        attend(first, number)
    attend(second, 4)
    assert value("attendances") == 3 + 10


def test_two_check_ins_of_one_person_are_two_attendances(reference):
    somebody = factories.person()
    for _ in range(2):
        attend(completed(), 0, person=somebody)
    assert (value("attendances"), value("distinct_persons")) == (2, 1)


def test_guests_are_persons_and_anonymised_ones_count_one_by_one(reference):
    first, second = completed(), completed()
    guest = factories.guest(9)
    rows = [attend(activity, 0, user=guest, guest_name="王") for activity in (first, second)]
    assert value("distinct_persons") == 1
    Signup.objects.filter(pk__in=[row.pk for row in rows]).update(user=None, guest_name="", forgotten_at=clock.now())
    assert value("distinct_persons") == 2


def test_volunteer_hours_are_those_recorded(reference, xiazhuang):
    service = completed(kind="volunteer", team=personas.team())
    attend(service, 1, hours=3)
    signup = attend(service, 2, hours=2)
    actions.correct_hours(signup.checkin.service, hours=1, reason="早退", actor=xiazhuang)
    assert (value("volunteer_hours"), value("volunteer_hours", personas.team(), LAST_YEAR)) == (4, 0)


def test_brands_by_the_end_of_a_period(db):
    Brand.objects.create(name="新e汇+", since=dt.date(2023, 6, 1))
    Brand.objects.create(name="五彩云")
    assert [value("brands"), value("brands", period=Period(ends=dt.date(2023, 1, 1)))] == [2, 1]


@pytest.mark.parametrize(
    "code", ["activities_completed", "attendances", "distinct_persons", "volunteer_hours", "xinxin_attendances"]
)
def test_without_rows_the_metric_is_zero(db, code):
    assert value(code) == 0


@pytest.mark.parametrize("code", ["activities_completed", "attendances", "distinct_persons", "volunteer_hours"])
def test_a_metric_returns_its_records(reference, code):
    attend(completed(kind="volunteer"), 1, hours=3)
    metric = extensions.metric(code)
    assert metric.records(None, THIS_YEAR).count() == 1


# ---- what the public reads -------------------------------------------------------------------------------------------
def test_the_public_sum_has_only_the_attendances_that_stand_on_their_pages(reference):
    brand = Brand.objects.create(name="新心行动")
    for headcount in (120, 5, 4, 0):
        completed(brand=brand, headcount=headcount)
    found = [value(code) for code in ("attendances", "public_attendances", "public_xinxin_attendances")]
    assert found == [129, 125, 125]


@pytest.mark.parametrize(("people", "headcount", "hours"), [(5, 30, 10), (4, 30, 0), (5, None, 10)])
def test_the_public_sum_has_only_the_hours_of_five_and_more(reference, people, headcount, hours):
    service = completed(kind="volunteer", headcount=headcount)
    for number in range(1, people + 1):
        attend(service, number, hours=2)
    few = completed(kind="volunteer", headcount=30)
    attend(few, 9, hours=8)
    service.refresh_from_db()
    assert value("public_volunteer_hours") == public_figures(service).get("hours") == hours
    assert value("volunteer_hours") == 2 * people + 8


def test_what_representatives_did_counts_for_the_public_where_the_activity_does(reference):
    served, small = completed(kind="volunteer"), completed(kind="volunteer")
    standard = member_factories.four_haves()
    for number in range(1, 8):
        holder = factories.person(number)
        if number <= 5:
            representative(holder, standard)
        attend(served, number, hours=2, person=holder)
        if number <= 2:
            attend(small, number, hours=3, person=holder)
    codes = ("representatives_attending", "representatives_hours")
    assert [value(code) for code in codes] == [7, 16]
    assert [value(f"public_{code}") for code in codes] == [5, 10]


def test_what_the_public_reads_is_counted_as_the_metric_it_replaces(reference):
    for public in (one for one in extensions.metrics() if one.instead_of):
        metric = extensions.metric(public.instead_of)
        assert extensions.public_metric(metric) is public
        assert (public.unit, public.value, public.persons) == (metric.unit, metric.value, metric.persons)
        assert (public.step, public.subjects) == ("", ())


def test_the_hours_of_one_among_five_without_hours_are_not_public(reference):
    service = completed(kind="volunteer", headcount=30)
    for number in range(1, 6):
        signup = attend(service, number)
        ServiceRecord.objects.create(checkin=signup.checkin, hours=3 if number == 1 else 0)
    service.refresh_from_db()
    assert value("public_volunteer_hours") == public_figures(service)["hours"] == 0
