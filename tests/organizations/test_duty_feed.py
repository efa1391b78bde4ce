"""The own days on duty as a calendar at a secret address: the same days as the query, renewed, switched off."""

import datetime as dt
import random

import pytest
from django.urls import reverse
from icalendar import Calendar

from chengyang import clock
from chengyang.errors import ActionError
from organizations import actions
from organizations.duty_days import common, own_days, without
from organizations.models import Duty, DutyFeed
from tests import personas

from . import rotation
from .rotation import BEGAN, ENDS, TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = rotation.NOW


@pytest.fixture
def chairs(organization):
    return rotation.people(organization)


@pytest.fixture
def planned(organization, chairs, secretary):
    return rotation.plan(organization, rotation.term(organization), chairs.values(), actor=secretary)


def address_on(browser):
    browser.post(reverse("organizations:duty-feed-change"), {"do": "on"})
    return browser.get(reverse("organizations:duties")).context["feed_url"]


def events(answer):
    calendar = Calendar.from_ical(answer.content)
    return [(str(one["summary"]), one["dtstart"].dt, one["dtend"].dt) for one in calendar.walk("VEVENT")]


# ---- the days -------------------------------------------------------------------------------------------------------
def days_by_query(user, first, last):
    """The slow way: ask of each day who is on duty."""
    days = [first + DAY * n for n in range((last - first).days)]
    return {(row.pk, day) for day in days for row in Duty.objects.on_duty(day).of(user)}


def test_the_days_are_those_of_the_query_also_with_substitutes_and_ended_posts(organization, planned, chairs):
    source, people, term = random.Random(3), list(chairs.values()), organization.terms.get()
    shares = list(organization.duties.shares().order_by("starts"))
    for share in source.sample(shares, 7):
        starts = share.starts + DAY * source.randint(0, 8)
        organization.duties.create(
            term=term,
            kind="substitute",
            person=source.choice([one for one in people if one != share.person]),
            starts=starts,
            ends=min(starts + DAY * source.randint(1, 9), share.ends),
            state=source.choice(["agreed", "agreed", "asked"]),
        )
    organization.posts.filter(person=people[2]).update(ends=dt.date(2026, 12, 10))
    for person in people:
        found = {
            (row.pk, starts + DAY * n)
            for row, starts, ends in own_days(person.user, BEGAN, ENDS)
            for n in range((ends - starts).days)
        }
        assert found == days_by_query(person.user, BEGAN, ENDS)


def test_spans_are_cut_and_joined():
    first = dt.date(2026, 1, 1)
    span = lambda a, b: (first + DAY * a, first + DAY * b)  # noqa: E731
    assert common([span(0, 10)], [span(-5, 2), span(2, 4), span(8, 20)]) == [span(0, 4), span(8, 10)]
    assert without([span(0, 10)], [span(2, 4), span(9, 12)]) == [span(0, 2), span(4, 9)]


def test_the_number_of_statements_does_not_grow(planned, chairs, django_assert_num_queries):
    user = next(iter(chairs.values())).user
    with django_assert_num_queries(3):
        own_days(user, BEGAN, ENDS)


# ---- the address ----------------------------------------------------------------------------------------------------
def test_a_calendar_program_reads_the_days_without_signing_in(organization, planned, chairs, client_of, client):
    person = chairs["江海晴"]
    answer = client.get(address_on(client_of(person.user)))
    expected = own_days(person.user, TODAY - 30 * DAY, TODAY + 550 * DAY)
    assert events(answer) == [(f"轮值会长：{organization}", starts, ends) for _row, starts, ends in expected]
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/calendar; charset=utf-8", "private, no-store")
    assert expected


def test_an_unchanged_calendar_is_304_and_a_changed_one_is_not(
    organization, planned, chairs, client_of, client, settings
):
    url = address_on(client_of(chairs["江海晴"].user))
    etag = client.get(url)["ETag"]
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(minutes=5)
    assert client.get(url, HTTP_IF_NONE_MATCH=etag).status_code == 304
    organization.posts.filter(person=chairs["江海晴"]).update(ends=TODAY + DAY)
    assert client.get(url, HTTP_IF_NONE_MATCH=etag).status_code == 200


def test_a_renewed_address_ends_the_former_one(planned, chairs, client_of, client):
    browser = client_of(chairs["江海晴"].user)
    former = address_on(browser)
    browser.post(reverse("organizations:duty-feed-change"), {"do": "renew"})
    renewed = browser.get(reverse("organizations:duties")).context["feed_url"]
    assert [client.get(url).status_code for url in (former, renewed)] == [404, 200]


def test_an_address_that_is_switched_off_is_404(planned, chairs, client_of, client):
    browser = client_of(chairs["江海晴"].user)
    url = address_on(browser)
    browser.post(reverse("organizations:duty-feed-change"), {"do": "off"})
    assert (client.get(url).status_code, DutyFeed.objects.count()) == (404, 0)


def test_the_number_of_the_address_alone_opens_nothing(planned, chairs, client_of, client):
    url = address_on(client_of(chairs["江海晴"].user))
    number = DutyFeed.objects.get().public_id
    assert client.get(url.replace(url.rpartition("/")[2], f"{'x' * 16}.ics")).status_code == 404
    assert client.get(f"/calendar/duties/{number}/.ics").status_code == 404


def test_switching_on_twice_is_one_address(planned, chairs, client_of):
    browser = client_of(chairs["江海晴"].user)
    assert address_on(browser) == address_on(browser)


def test_without_an_address_there_is_nothing_to_renew(member):
    with pytest.raises(ActionError) as refused:
        actions.renew_feed(actor=member)
    assert refused.value.code == "off"


def test_the_feed_of_a_stopped_account_is_404(planned, chairs, client_of, client):
    user = chairs["江海晴"].user
    url = address_on(client_of(user))
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(url).status_code == 404


def test_an_unknown_wish_is_404(client_of, member):
    assert client_of(member).post(reverse("organizations:duty-feed-change"), {"do": "x"}).status_code == 404


@pytest.mark.parametrize("name", ["member", "secretary"])
def test_who_has_no_days_has_an_empty_calendar(organization, client_of, client, name):
    assert events(client.get(address_on(client_of(personas.make(name))))) == []
