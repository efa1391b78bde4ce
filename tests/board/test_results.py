"""The public results: everybody reads them, no number below five, the same figures as a table."""

import csv
import datetime as dt
import io

import pytest
from django.urls import reverse

from activities.models import CheckIn, ServiceRecord
from chengyang.portal.board import keeping
from members.models import Person
from tests import personas
from tests.activities import factories
from tests.members import factories as member_factories

from .conftest import take_place

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(records):
    """Three persons of one category, and twenty of the other, in 夏庄."""
    for number in range(3):
        personas.person(f"周予{number}", registered_on=dt.date(2026, 8, 1))
    keeping.refresh()


def page_of(client, **query):
    return client.get(reverse("board:results"), query)


def test_a_visitor_reads_the_results(client, records):
    assert page_of(client).status_code == 200


@pytest.mark.parametrize("code", ["2026-05", "2026H1", "2016", "x"])
def test_a_period_that_is_not_published_is_not_found(client, records, code):
    assert page_of(client, period=code).status_code == 404


def test_a_small_number_of_persons_is_not_published(client, few):
    page = page_of(client)
    figures = {one.code: one.value for part in page.context["results"].parts for one in part.figures}
    assert (figures["persons"], figures["activities_completed"]) == (None, 3)
    assert "收起" in page.content.decode()


def test_a_small_number_of_persons_stands_in_no_cell(client, few):
    rows = page_of(client).context["results"].persons.rows
    values = [cell.value for _label, cells in rows for cell in cells]
    assert 3 not in values
    assert [cell for _label, cells in rows for cell in cells if cell.few]


def test_no_chart_shows_a_small_number(client, few):
    part = next(part for part in page_of(client).context["results"].parts if part.code == "people")
    assert {mark.above for mark in part.chart.marks} == {"0"}


def test_the_table_to_download_has_the_same_figures(client, few):
    answer = client.get(reverse("board:results-sheet", args=["2026"]))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    figures = {row[1]: row[3] for row in rows[1:] if len(row) == 5 and row[4] not in ("", "合计")}
    assert (figures["入册人士"], figures["办的活动"]) == ("收起", "3")


def test_the_published_figures_stand_beside_the_counted_ones(client, records):
    published = page_of(client).context["results"].published
    assert {one.published for one in published} >= {"12 个", "425 人", "150 多 场"}
    assert not any(one.agrees for one in published if one.label.startswith("代表人士"))


# ---- who is behind a number --------------------------------------------------------------------------------------------
def served(count, hours=3):
    """Let `count` representatives serve `hours` each, in May."""
    activity = take_place(dt.date(2026, 5, 5), subdistrict=personas.reference(), kind="volunteer")
    standard = member_factories.four_haves()
    for number in range(1, count + 1):
        person = factories.person(number)
        person.representations.create(
            starts=dt.date(2026, 1, 1),
            ends=dt.date(2027, 1, 1),
            state="named",
            assessment=member_factories.assessed(person, standard),
        )
        signup = activity.signups.create(person=person, position=number)
        checkin = signup_checkin(signup, activity)
        ServiceRecord.objects.create(checkin=checkin, hours=hours)
    keeping.refresh()


def signup_checkin(signup, activity):
    return CheckIn.objects.create(signup=signup, checked_in_at=activity.starts, checked_out_at=activity.ends)


def figures_of(page):
    return {one.code: one.value for part in page.context["results"].parts for one in part.figures}


@pytest.mark.parametrize(("count", "hours"), [(0, 0), (4, None), (5, 15)])
def test_hours_of_few_representatives_are_not_published(client, records, count, hours):
    served(count)
    found = figures_of(page_of(client))
    assert (found["representatives_hours"], found["volunteer_hours"]) == (hours, hours)


def test_what_few_representatives_attended_is_not_published(client, records):
    served(2)
    for day in range(6, 10):
        activity = take_place(dt.date(2026, 5, day), subdistrict=records["area"])
        for number, person in enumerate(Person.objects.filter(representations__isnull=False), 1):
            signup_checkin(activity.signups.create(person=person, position=number), activity)
    keeping.refresh()
    assert figures_of(page_of(client))["representatives_attending"] is None  # ten, by two persons


def test_a_part_of_a_number_is_not_published(client, records):
    assert "requests_in_time" not in figures_of(page_of(client))


def test_the_persons_by_subdistrict_are_those_of_the_end_of_last_month(client, reference, settings):
    for number in range(1, 8):
        factories.person(number, registered_on=dt.date(2026, 8, 31))
    keeping.refresh()
    before = page_of(client).context["results"].persons
    factories.person(8, registered_on=dt.date(2026, 9, 1))
    keeping.refresh()
    after = page_of(client).context["results"].persons
    assert after == before
    assert (after.day, after.rows[-1][1][-1].value) == (dt.date(2026, 8, 31), 7)


def test_the_results_are_only_read(client, records):
    assert client.post(reverse("board:results")).status_code == 405
