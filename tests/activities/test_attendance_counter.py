"""`Activity.attended` and `Activity.served`, which triggers keep equal to the check-ins and to the persons with hours."""

import pytest
from django.db import connection

from activities.models import Activity, CheckIn, ServiceRecord, Signup
from chengyang import clock
from tests import personas

from . import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def signups(reference):
    first, second = factories.published(), factories.published()
    people = [personas.person(f"来人{n}") for n in range(3)]
    return [
        Signup.objects.create(activity=activity, person=person, position=place)
        for activity in (first, second)
        for place, person in enumerate(people, 1)
    ]


def counted():
    return list(Activity.objects.order_by("pk").values_list("attended", flat=True))


def test_a_check_in_and_its_deletion_are_counted(signups):
    row = CheckIn.objects.create(signup=signups[0])
    assert counted() == [1, 0]
    row.delete()
    assert counted() == [0, 0]


def test_bulk_writes_are_counted(signups):
    CheckIn.objects.bulk_create([CheckIn(signup=signup) for signup in signups[:5]])
    assert counted() == [3, 2]


def test_raw_deletes_are_counted(signups):
    CheckIn.objects.bulk_create([CheckIn(signup=signup) for signup in signups])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM activities_checkin WHERE signup_id = %s", [signups[3].pk])
    assert counted() == [3, 2]


def test_counting_leaves_no_history_of_the_activity(signups):
    CheckIn.objects.create(signup=signups[0])
    assert not signups[0].activity.history.exists()


# ---- persons with hours ----------------------------------------------------------------------------------------------
@pytest.fixture
def checkins(reference):
    """Three check-ins at each of two volunteer services, of the same three persons."""
    activities = [factories.published(kind="volunteer") for _ in range(2)]
    people = [personas.person(f"来人{n}") for n in range(3)]
    return [
        CheckIn.objects.create(
            signup=Signup.objects.create(activity=activity, person=person, position=place),
            checked_in_at=activity.starts,
            checked_out_at=activity.ends,
        )
        for activity in activities
        for place, person in enumerate(people, 1)
    ]


def served():
    return list(Activity.objects.order_by("pk").values_list("served", flat=True))


def test_persons_with_hours_are_counted_and_their_deletion_too(checkins):
    ServiceRecord.objects.bulk_create([ServiceRecord(checkin=row, hours=1) for row in checkins[:5]])
    assert served() == [3, 2]
    ServiceRecord.objects.filter(checkin=checkins[0]).delete()
    assert served() == [2, 2]


def test_a_guest_is_no_person_of_the_registry(checkins):
    first = checkins[0].signup
    again = Signup.objects.create(activity=first.activity, user=personas.user("guest"), guest_name="王", position=9)
    row = CheckIn.objects.create(signup=again, checked_out_at=clock.now())
    ServiceRecord.objects.bulk_create([ServiceRecord(checkin=one, hours=1) for one in (checkins[0], row)])
    assert served() == [1, 0]


def test_a_guest_with_hours_counts_once_they_are_a_person(checkins):
    guest = Signup.objects.create(
        activity=checkins[0].signup.activity, user=personas.user("guest"), guest_name="王", position=9
    )
    row = CheckIn.objects.create(signup=guest, checked_out_at=clock.now())
    ServiceRecord.objects.create(checkin=row, hours=1)
    assert served() == [0, 0]
    Signup.objects.filter(pk=guest.pk).update(person=personas.person("登记了"), user=None, guest_name="")
    assert served() == [1, 0]


def test_who_has_no_hours_is_not_counted(checkins):
    rows = ServiceRecord.objects.bulk_create([ServiceRecord(checkin=row, hours=0) for row in checkins[:3]])
    assert served() == [0, 0]
    ServiceRecord.objects.filter(pk=rows[0].pk).update(hours=2)
    assert served() == [1, 0]
    ServiceRecord.objects.filter(pk=rows[0].pk).update(hours=0)
    assert served() == [0, 0]
