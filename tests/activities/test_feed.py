"""The iCalendar feed, read by independent libraries."""

import datetime as dt

import icalendar
import pytest
import recurring_ical_events
from django.utils.http import http_date
from ics import Calendar as IcsCalendar

from activities import actions
from chengyang import clock

from . import factories
from .factories import moment

FEED = "/calendar.ics"


def fetch(client, query="", **headers):
    return client.get(f"{FEED}{query}", headers=headers)


def events(client, query=""):
    calendar = icalendar.Calendar.from_ical(fetch(client, query).content)
    return {str(event["summary"]): event for event in calendar.walk("VEVENT")}


def test_the_feed_is_read_by_an_independent_library(client, activity):
    (event,) = IcsCalendar(fetch(client).content.decode()).events
    assert (event.name, event.uid) == (activity.title, f"{activity.public_id}@127.0.0.1")
    assert (event.begin.datetime, event.end.datetime) == (activity.starts, activity.ends)


def test_times_are_in_the_zone_of_shanghai(client, activity):
    calendar = icalendar.Calendar.from_ical(fetch(client).content)
    (event,) = recurring_ical_events.of(calendar).at((2026, 9, 19))
    assert event["dtstart"].params["tzid"] == "Asia/Shanghai"
    assert event["dtstart"].dt.utcoffset() == dt.timedelta(hours=8)
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]


def test_an_event_has_the_required_properties(client, activity):
    event = events(client)[activity.title]
    assert event["dtstamp"].dt == event["last-modified"].dt == activity.changed_at
    assert (event["sequence"], event["status"], event["location"]) == (0, "CONFIRMED", "夏新连心驿站")
    assert event["url"].endswith(activity.get_absolute_url())


def test_an_edit_raises_the_sequence_and_keeps_the_identity(client, activity, xiazhuang, settings):
    before = events(client)[activity.title]
    settings.PORTAL_CLOCK = factories.NINE + factories.HOUR
    actions.edit_activity(activity, actor=xiazhuang, starts=moment(19, 9))
    after = events(client)[activity.title]
    assert (after["uid"], after["sequence"]) == (before["uid"], 1)
    assert after["dtstamp"].dt > before["dtstamp"].dt


def test_a_cancelled_activity_has_the_status_cancelled(client, activity, xiazhuang):
    actions.cancel_activity(activity, reason="台风", actor=xiazhuang)
    event = events(client)[f"已取消：{activity.title}"]
    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)
    assert "台风" in event["description"]


@pytest.mark.parametrize(
    ("day", "is_in"), [(-31, False), (-30, True), (-29, True), (364, True), (365, False), (366, False)]
)
def test_the_feed_looks_30_days_back_and_365_ahead(client, reference, day, is_in):
    starts = clock.at(factories.DAY + dt.timedelta(days=day), dt.time(9))
    factories.published(starts=starts, ends=starts + factories.HOUR)
    assert bool(events(client)) == is_in


def test_hidden_activities_do_not_leak(client, reference):
    factories.draft(title="草稿")
    factories.published(title="会员", audience="members")
    factories.published(title="公开", online_url="https://meeting.example.invalid/secret", mode="online")
    assert set(events(client)) == {"公开"}
    assert b"secret" not in fetch(client).content


def test_signed_in_users_get_the_same_feed(client_of, district):
    factories.draft(title="草稿")
    assert events(client_of(district)) == {}


def test_the_feed_has_the_filters_of_the_page(client, reference):
    factories.published(title="力", programme=factories.programme())
    factories.published(title="心", programme=factories.programme("xin", "新心汇"))
    assert set(events(client, "?programme=li")) == {"力"}


@pytest.mark.parametrize("query", ["?programme=x", "?online=2"])
def test_bad_filters_are_404(client, reference, query):
    assert fetch(client, query).status_code == 404


def test_an_unchanged_feed_is_304(client, activity):
    first = fetch(client)
    again = fetch(client, **{"If-None-Match": first["ETag"]})
    assert (first["Content-Type"], again.status_code, again.content) == ("text/calendar; charset=utf-8", 304, b"")


def test_a_changed_feed_is_sent_again(client, activity, xiazhuang, settings):
    first = fetch(client)
    settings.PORTAL_CLOCK = factories.NINE + factories.HOUR
    actions.edit_activity(activity, actor=xiazhuang, title="改名")
    assert fetch(client, **{"If-None-Match": first["ETag"]}).status_code == 200


def test_an_activity_that_is_no_longer_public_changes_the_feed(client, reference, xiazhuang):
    activity = factories.published()
    factories.published(title="另一场", changed_at=factories.NINE)
    first = fetch(client)
    actions.edit_activity(activity, actor=xiazhuang, audience="members")
    conditions = {"If-Modified-Since": http_date(factories.NINE.timestamp()), "If-None-Match": first["ETag"]}
    assert [fetch(client, **{name: conditions[name]}).status_code for name in conditions] == [200, 200]


def test_an_empty_feed_is_a_valid_calendar(client, db):
    assert icalendar.Calendar.from_ical(fetch(client).content)["version"] == "2.0"


def test_the_file_of_one_activity_has_the_uid_of_the_feed(client, activity):
    answer = client.get(f"/activities/{activity.public_id}/activity.ics")
    (event,) = IcsCalendar(answer.content.decode()).events
    assert event.uid == f"{activity.public_id}@127.0.0.1"


def of_one(browser, activity):
    return browser.get(f"/activities/{activity.public_id}/activity.ics")


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "approved"])
def test_an_unpublished_activity_is_404_also_for_staff(client_of, reference, xiazhuang, state):
    assert of_one(client_of(xiazhuang), factories.draft(state=state)).status_code == 404


@pytest.mark.parametrize(
    ("audience", "control"),
    [("public", "public, max-age=300"), ("members", "private, no-store"), ("organization", "private, no-store")],
)
def test_a_restricted_activity_is_not_cached(client_of, organization, member, audience, control):
    activity = factories.published(audience=audience, organization=organization)
    assert of_one(client_of(member), activity)["Cache-Control"] == control


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_the_feed_do_not_grow(client, reference, rows, django_assert_num_queries):
    for _ in range(rows):
        factories.published(programme=factories.programme())
    with django_assert_num_queries(1):
        fetch(client)
