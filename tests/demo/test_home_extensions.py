"""The reminder that the holidays of the next year are not entered, and the figures of the home page."""

import datetime as dt
import re

import pytest

from chengyang.platform.workdays.models import WorkdayException
from chengyang.portal.board import steps
from chengyang.portal.home.extensions import missing_notices
from tests import personas


def reminders(user, first):
    return [(day.on, day.title.split("放假")[0]) for day in missing_notices(user, first, first + dt.timedelta(days=30))]


@pytest.fixture
def known(db):
    """The notice of 2026 is entered."""
    WorkdayException.objects.create(date=dt.date(2026, 10, 1), is_workday=False, name="国庆节", source="通知")


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (dt.date(2026, 11, 30), []),
        (dt.date(2026, 12, 1), [(dt.date(2027, 1, 1), "2027 年")]),
        (dt.date(2027, 1, 9), [(dt.date(2027, 1, 9), "2027 年")]),
    ],
)
def test_the_district_is_reminded_of_the_next_years_notice(known, district, first, expected):
    assert reminders(district, first) == expected


@pytest.mark.parametrize("name", [name for name in personas.NAMES if not name.startswith("district")])
def test_nobody_else_is_reminded(reference, name):
    assert reminders(personas.make(name), dt.date(2026, 12, 1)) == []


def test_each_figure_of_the_home_page_leads_to_how_it_is_counted(client, reference):
    page = client.get("/figures/").content.decode()
    links = re.findall(r'href="/figures/#(\w+)"', client.get("/").content.decode())
    assert links == [step.metric for step in steps.STEPS]
    assert [metric for metric in links if f'<li id="{metric}">' not in page] == []
    assert [figure for figure in steps.figures() if f"<p>{figure.how_counted}</p>" not in page] == []
