"""The demo's records reproduce the figures that the district has published (domain.md, "Published facts")."""

import datetime as dt

import pytest

from activities.models import Brand
from chengyang import extensions
from chengyang.extensions import Period
from chengyang.seed.facts import facts

pytestmark = [pytest.mark.usefixtures("demo"), pytest.mark.django_db]

RESULTS = facts()["results"]
BY_YEAR = [
    (count["year"], code, number)
    for count in facts()["organization_counts"]
    for code, number in count.items()
    if code != "year"
]


def up_to(year):
    return Period(None, dt.date(year + 1, 1, 1))


@pytest.mark.parametrize(("year", "code", "number"), BY_YEAR)
def test_a_yearly_count_is_the_published_one(year, code, number):
    assert extensions.metric(code).of(None, up_to(year)) == number


def test_every_published_count_is_compared():
    assert [(year, code) for year, code, _ in BY_YEAR] == [
        (2017, "organizations"),
        (2019, "organizations"),
        (2019, "bases"),
        (2023, "organizations"),
        (2023, "bases"),
        (2023, "teams"),
        (2023, "representatives"),
        (2023, "brands"),
    ]


@pytest.mark.parametrize("code", ["activities_in_programmes"])
def test_a_number_of_the_published_years_is_reached_in_them(code):
    assert extensions.metric(code).of(None, Period(dt.date(2018, 1, 1), dt.date(2024, 1, 1))) >= RESULTS[code]


@pytest.mark.parametrize(("code", "number"), [("incubated_firms", "incubated_firms"), ("donations", "donations_yuan")])
def test_the_outcomes_of_the_published_years_are_exactly_those_that_were_published(code, number):
    assert extensions.metric(code).of(None, Period(dt.date(2018, 1, 1), dt.date(2024, 1, 1))) == RESULTS[number]


def test_the_sessions_of_xinxin_are_reached():
    assert extensions.metric("xinxin_sessions").of() >= RESULTS["xinxin_sessions"]


def test_the_attendances_of_xinxin_are_reached():
    assert extensions.metric("xinxin_attendances").of() >= RESULTS["xinxin_beneficiaries"]


def test_attendances_stand_beside_fewer_distinct_persons():
    xinxin = Brand.objects.get(name="新心行动")
    assert 1500 < extensions.metric("distinct_persons").of(xinxin) < extensions.metric("xinxin_attendances").of()


def test_representatives_are_as_many_today():
    assert extensions.metric("representatives").of() == RESULTS["representatives"]


@pytest.mark.parametrize(("year", "number"), [(2017, 0), (2018, 85), (2020, 255), (2023, 425), (2025, 425)])
def test_representatives_grew_to_the_published_number(year, number):
    assert extensions.metric("representatives").of(None, up_to(year)) == number


def test_a_number_opens_as_many_records():
    metric = extensions.metric("representatives")
    assert metric.records(None, up_to(2023)).count() == metric.of(None, up_to(2023))
