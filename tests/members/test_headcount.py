"""The number of persons in the registry is kept by day and equals their count, whatever is written (domain.md rule 11)."""

import datetime as dt
import random

import pytest

from chengyang import clock
from chengyang.extensions import EVER, Period
from chengyang.platform.accounts.models import Subdistrict
from members.metrics import METRICS
from members.models import Headcount, Person
from tests import personas

DAY = dt.timedelta(days=1)
PERSONS = next(metric for metric in METRICS if metric.code == "persons")


def kept_and_counted():
    """Return the kept number and the count of the rows, for some days, all subdistricts and each of them."""
    periods = [EVER, *(Period(None, clock.today() - days * DAY) for days in (0, 1, 2, 3, 5, 9))]
    subjects = [None, *Subdistrict.objects.all()]
    cases = [(subject, period) for subject in subjects for period in periods]
    return [PERSONS.of(*case) for case in cases], [PERSONS.records(*case).count() for case in cases]


@pytest.mark.parametrize("seed", range(8))
def test_the_kept_number_is_the_count_after_random_writes(reference, seed):
    rng, areas = random.Random(seed), list(Subdistrict.objects.all())
    for number in range(12):
        personas.person(f"周予{number}")
    for _ in range(30):
        rows = Person.objects.filter(pk__in=rng.sample(list(Person.objects.values_list("pk", flat=True)), 3))
        _write(rng, rows, clock.today() - rng.randint(0, 8) * DAY, rng.choice(areas))
    kept, counted = kept_and_counted()
    assert kept == counted
    assert max(counted) > 0


def _write(rng, rows, day, area):
    """Change, add or delete persons in a way drawn from `rng`."""
    changes = [
        {"registered_on": day},
        {"state": "left", "left_on": day},
        {"state": "active", "left_on": None, "confirm_by": None},
        {"state": "unconfirmed", "left_on": None, "confirm_by": day},
        {"subdistrict": area},
    ]
    place = rng.randrange(len(changes) + 2)
    if place < len(changes):
        rows.update(**changes[place])
    elif place == len(changes):
        details = {"category": rows[0].category, "subdistrict": area, "unit": "某公司"}
        Person.objects.bulk_create(Person(name=name, registered_on=day, **details) for name in ("王新", "李新"))
    elif Person.objects.count() > 9:
        rows[0].delete()


def test_a_change_of_another_column_moves_nothing(reference):
    personas.person("周予安")
    before = list(Headcount.objects.values())
    Person.objects.update(job="编导")
    assert list(Headcount.objects.values()) == before


def test_the_figure_reads_no_person(reference, django_assert_num_queries):
    personas.person("周予安")
    with django_assert_num_queries(1) as captured:
        assert PERSONS.of() == 1
    assert "members_person" not in captured.captured_queries[0]["sql"]
