"""`Activity.attended`, which triggers in the database keep equal to the number of check-ins."""

import pytest
from django.db import connection

from activities.models import Activity, CheckIn, Signup
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
