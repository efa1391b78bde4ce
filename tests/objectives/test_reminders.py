"""Figures that are due, and the reminders of them."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.platform.notices.models import Notice
from chengyang.platform.objectives import actions
from chengyang.platform.objectives.due import due_figure
from chengyang.platform.objectives.own import due_of
from chengyang.platform.objectives.tasks import remind
from chengyang.platform.workdays.deadlines import due_on

from .conftest import enter

pytestmark = pytest.mark.django_db
D, DAY = dt.date, dt.timedelta(days=1)


def notices():
    return Notice.objects.filter(kind="objectives/figure_due").count()


def test_the_figure_of_a_period_is_due_on_the_day_after_it(entered):
    found = due_figure(entered, D(2026, 10, 1))
    assert (found.starts, found.ends, found.by) == (
        D(2026, 7, 1),
        D(2026, 10, 1),
        D(2026, 10, 13),
    )  # after the holidays
    assert due_figure(entered, D(2026, 9, 30)).ends == D(2026, 7, 1)
    assert due_figure(entered, D(2026, 3, 31)) is None


@pytest.mark.parametrize(
    ("on", "is_due"), [(D(2026, 6, 30), False), (D(2026, 4, 1), False), (D(2026, 3, 31), True), (D(2026, 7, 1), True)]
)
def test_a_figure_within_the_period_answers_it(entered, secretary, on, is_due):
    enter(entered, 0, actor=secretary, on=on)
    assert (due_figure(entered, D(2026, 9, 16)) is not None) == is_due


def test_the_managers_are_reminded_once_when_it_is_due_and_once_when_it_is_late(entered, secretary, settings):
    seen, by = [], due_on(D(2026, 9, 30), 5)
    for day in (D(2026, 10, 1), D(2026, 10, 1), D(2026, 10, 5), by, by + DAY, by + 7 * DAY):
        settings.PORTAL_CLOCK = clock.at(day, dt.time(8, 20))
        remind()
        seen.append(notices())
    assert seen == [1, 1, 1, 1, 2, 2]


def test_who_has_entered_it_is_not_reminded(entered, secretary, settings):
    enter(entered, actor=secretary)
    settings.PORTAL_CLOCK = clock.at(D(2026, 10, 1), dt.time(8, 20))
    assert actions.remind_of_figure(entered) is False
    assert due_of(secretary) == []


def test_the_page_of_the_manager_lists_what_is_due(entered, secretary, base_manager):
    assert [one.objective for one in due_of(secretary)] == [entered]
    assert due_of(base_manager) == []
