"""A holiday that is announced later moves the deadlines of what is in progress (domain.md rule 9, requirements U15)."""

import datetime as dt

import pytest
from django.apps import apps

from activities import actions as activities
from chengyang import clock, extensions
from chengyang.platform.notices.models import Notice
from chengyang.platform.staff import actions as staff
from chengyang.platform.workdays import deadlines
from chengyang.seed import loader
from services import actions as services
from services.models import Promise
from tests.activities import factories as activity_factories

pytestmark = pytest.mark.django_db
NOTICE = {"name": "春节", "source": "国办发明电〔2026〕9号"}


@pytest.fixture
def in_progress(settings, district, member):
    """A request of 28 January 2027, when only the statutory days of the year are known."""
    settings.PORTAL_CLOCK = clock.at(dt.date(2027, 1, 28), dt.time(9))
    loader.workday_exceptions()
    return services.submit_request(actor=member, title="劳务合同", text="请看")


def enter(district, *days, is_workday=False):
    for day in days:
        staff.set_exception(actor=district, date=dt.date(2027, 2, day), is_workday=is_workday, **NOTICE)


def test_a_holiday_that_is_announced_later_moves_a_request_in_progress(in_progress, district):
    before = in_progress.due_on
    enter(district, 4, 11, 12)
    in_progress.refresh_from_db()
    assert (before, in_progress.due_on) == (dt.date(2027, 2, 12), dt.date(2027, 2, 17))
    assert deadlines.left(in_progress.due_on) == 7


def test_handler_and_author_are_notified_of_the_moved_date(in_progress, district, member):
    enter(district, 12)
    kinds = Notice.objects.filter(kind="services/request_due_moved")
    assert {notice.user for notice in kinds} == {district, member}
    assert "2月12日顺延到 2月15日" in kinds.first().body


def test_a_new_working_day_moves_nothing_to_an_earlier_day(in_progress, district):
    enter(district, 6, is_workday=True)
    in_progress.refresh_from_db()
    assert in_progress.due_on == dt.date(2027, 2, 12)


def test_an_overdue_or_closed_request_stays(in_progress, district, member, settings):
    services.withdraw_request(in_progress, actor=member)
    enter(district, 12)
    in_progress.refresh_from_db()
    assert in_progress.due_on == dt.date(2027, 2, 12)


def test_the_review_of_a_sign_up_ends_on_the_first_day_of_the_activity(settings, district, member):
    settings.PORTAL_CLOCK = clock.at(dt.date(2027, 1, 28), dt.time(9))
    loader.workday_exceptions()
    starts = clock.at(dt.date(2027, 2, 2), dt.time(9))
    activity = activity_factories.published(
        by_review=True, starts=starts, ends=starts + dt.timedelta(hours=1), subdistrict=None
    )
    signup = activities.sign_up(activity, actor=member)
    assert signup.due_on == dt.date(2027, 2, 2)
    enter(district, 2)
    signup.refresh_from_db()
    assert signup.due_on == dt.date(2027, 2, 2)


def test_every_table_with_a_due_date_is_declared():
    declared = {kind.waiting().model for kind in extensions.deadline_rows()}
    names = {model: {field.name for field in model._meta.fields} for model in apps.get_models()}
    dated = {model for model, fields in names.items() if "due_on" in fields and "pgh_id" not in fields}
    assert declared == dated - {Promise}  # a day that a department has named itself


def test_the_first_entry_of_a_year_leaves_its_statutory_days(settings, district, member):
    settings.PORTAL_CLOCK = clock.at(dt.date(2027, 1, 28), dt.time(9))  # nobody has loaded a table
    request = services.submit_request(actor=member, title="劳务合同", text="请看")
    statutory = deadlines.exceptions([2027])
    enter(district, 12)
    after = deadlines.exceptions([2027])
    assert {day: after[day] for day in statutory} == statutory
    assert deadlines.is_provisional(dt.date(2027, 10, 1))
    request.refresh_from_db()
    assert request.due_on == dt.date(2027, 2, 15)
