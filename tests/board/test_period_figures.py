"""Numbers of periods that are no sums over days: counted once for a period, and again when a day of it changes."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.models import CheckIn
from chengyang import clock, extensions
from chengyang.portal.board import board as boards
from chengyang.portal.board import keeping, period_figures, periods
from chengyang.portal.board.models import PeriodFigure
from chengyang.portal.board.owners import kind_of
from tests import personas
from tests.activities import factories as activity_factories
from tests.members import factories as member_factories

from .conftest import take_place

pytestmark = pytest.mark.django_db

LAST_YEAR = periods.Span("2025", dt.date(2025, 1, 1), dt.date(2026, 1, 1))


def attended(day, **owner):
    """Create a check-in at an activity on `day`."""
    activity = take_place(day, **owner)
    signup = activity.signups.create(person=activity_factories.person(day.day), position=1)
    return CheckIn.objects.create(signup=signup, checked_in_at=activity.starts, checked_out_at=activity.ends)


def number(span=LAST_YEAR, version=None):
    metric = extensions.metric("distinct_persons")
    version = keeping.state().version if version is None else version
    return period_figures.numbers([metric], None, [span.so_far], version=version)[0]["distinct_persons"]


def stored(span=LAST_YEAR):
    return PeriodFigure.objects.filter(code="distinct_persons", starts=span.starts, ends=span.so_far.ends).count()


@pytest.mark.parametrize("code", ["2026", "2025", "2025-04", "2018-2023"])
def test_a_board_that_was_made_once_counts_no_records_again(records, code):
    boards.board_of(None, periods.parse(code))
    with CaptureQueriesContext(connection) as queries:
        boards.board_of(None, periods.parse(code))
    assert [query["sql"] for query in queries if "activities_checkin" in query["sql"]] == []


def test_each_number_is_counted_once_for_a_board(records):
    with CaptureQueriesContext(connection) as queries:
        boards.board_of(None, LAST_YEAR)
    counted = [query["sql"] for query in queries if "COUNT(DISTINCT" in query["sql"]]
    assert len(counted) == 2  # the year and the year before


def test_a_change_in_the_period_is_counted(records):
    assert number() == 0
    attended(dt.date(2025, 5, 5))
    keeping.refresh()
    assert (stored(), number(), stored()) == (0, 1, 1)


def test_a_change_of_another_period_leaves_the_number_alone(records):
    number()
    attended(dt.date(2026, 5, 5))
    keeping.refresh()
    assert stored() == 1


def test_a_guest_who_registers_is_the_same_person(records):
    """Only the sign-up changes: its table is watched, too."""
    first = attended(dt.date(2025, 5, 5)).signup
    second = attended(dt.date(2025, 5, 6)).signup
    keeping.refresh()
    assert number() == 2
    type(first).objects.filter(pk=second.pk).update(person=first.person_id)
    keeping.refresh()
    assert number() == 1


def test_the_representatives_who_take_part_follow_their_terms(records):
    checkin = attended(dt.date(2025, 5, 5))
    person = checkin.signup.person
    metric = extensions.metric("representatives_acting")
    term = person.representations.create(
        starts=dt.date(2025, 1, 1),
        ends=dt.date(2027, 1, 1),
        state="named",
        assessment=member_factories.assessed(person, member_factories.four_haves()),
    )
    keeping.refresh()
    read = lambda: period_figures.numbers([metric], None, [LAST_YEAR.so_far], version=keeping.state().version)[0]  # noqa: E731
    assert read() == {"representatives_acting": 1}
    type(term).objects.filter(pk=term.pk).update(starts=dt.date(2026, 1, 1))
    keeping.refresh()
    assert read() == {"representatives_acting": 0}


def test_a_number_that_was_begun_before_the_last_count_is_not_stored(records):
    old = keeping.state().version
    attended(dt.date(2025, 5, 5))
    keeping.refresh()
    assert (number(version=old), stored()) == (1, 0)


def test_the_same_days_of_the_year_before_are_forgotten_on_the_next_day(records, settings):
    boards.board_of(None, periods.parse("2026"))
    ends = dt.date(2025, 9, 17)
    assert PeriodFigure.objects.filter(ends=ends).exists()
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 9, 18), dt.time(9))
    keeping.refresh()
    assert not PeriodFigure.objects.filter(ends=ends).exists()


def test_what_is_counted_otherwise_is_counted_again(records):
    number()
    state = keeping.state()
    state.declared["distinct_persons"] = "otherwise"
    state.save(update_fields=["declared"])
    keeping.refresh()
    assert stored() == 0


def test_every_number_of_a_period_follows_kept_ones():
    kept = {metric.code for metric in keeping.kept_metrics()}
    assert all(metric.follows and set(metric.follows) <= kept for metric in period_figures.followers())


def test_every_table_that_a_number_of_a_period_reads_is_watched_by_those_that_it_follows(reference):
    owners = (None, reference, personas.organization(), personas.base(), personas.team())
    for metric in period_figures.followers():
        followed = [extensions.metric(code).kept for code in metric.follows]
        models = {model for kept in followed for model in (kept.rows().model, *kept.watched)}
        for owner in owners:
            if metric.stands_on(kind_of(owner)):
                rows = metric.records(owner, LAST_YEAR.so_far)
                # Of the rows themselves nothing but their keys is read.
                known = {model._meta.db_table for model in (*models, rows.model)}
                read = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', str(rows.order_by().values("pk").query)))
                assert read <= known, (metric.code, owner)
