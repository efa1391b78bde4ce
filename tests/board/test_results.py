"""The public results: everybody reads them, no number below five, the same figures as a table."""

import csv
import datetime as dt
import io
import re

import pytest
from django.core.management import call_command
from django.urls import reverse

from activities.models import Brand, CheckIn, ServiceRecord
from bases.models import Visit
from chengyang import clock, extensions
from chengyang.platform.audit import actions as audit
from chengyang.portal.board import charts, keeping, results, steps
from chengyang.portal.board.models import PublishedPersons
from chengyang.portal.board.tasks import refresh
from members.models import Person
from services.actions import submit_request
from services.models import Request
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
    values = [number for _label, numbers in rows for number in numbers]
    assert 3 not in values
    assert None in values


def test_no_chart_shows_a_small_number(client, few):
    part = next(part for part in page_of(client).context["results"].parts if part.code == "people")
    assert {mark.above for mark in part.chart.marks} == {"0", "收起"}


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
    """Let `count` representatives serve `hours` each, in May, and return the activity."""
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
    return activity


def signup_checkin(signup, activity):
    return CheckIn.objects.create(signup=signup, checked_in_at=activity.starts, checked_out_at=activity.ends)


def figures_of(page):
    return {one.code: one.value for part in page.context["results"].parts for one in part.figures}


@pytest.mark.parametrize(("count", "hours"), [(0, 0), (4, 0), (5, 15)])
def test_hours_of_few_representatives_are_not_published(client, records, count, hours):
    served(count)
    found = figures_of(page_of(client))
    assert (found["representatives_hours"], found["volunteer_hours"]) == (hours, hours)


def test_hours_of_few_representatives_among_others_are_not_published(client, records):
    service = served(3)
    for number in range(4, 10):
        signup = service.signups.create(person=factories.person(number), position=number)
        ServiceRecord.objects.create(checkin=signup_checkin(signup, service), hours=2)
    keeping.refresh()
    found = figures_of(page_of(client))
    assert (found["representatives_hours"], found["volunteer_hours"]) == (None, 21)


def test_what_few_representatives_attended_is_not_published(client, records):
    served(2)
    for day in range(6, 10):
        activity = take_place(dt.date(2026, 5, day), subdistrict=records["area"])
        for number, person in enumerate(Person.objects.filter(representations__isnull=False), 1):
            signup_checkin(activity.signups.create(person=person, position=number), activity)
    keeping.refresh()
    assert figures_of(page_of(client))["representatives_attending"] is None  # ten, by two persons


@pytest.mark.parametrize(("count", "shown"), [(0, 5), (3, None), (5, 5)])
def test_a_part_is_hidden_where_few_make_up_the_rest_of_its_whole(client, reference, count, shown):
    served(5)
    for number in range(6, 6 + count):
        personas.person(f"周予{number}", registered_on=dt.date(2026, 1, 1))
    keeping.refresh()
    assert figures_of(page_of(client))["representatives"] == shown
    (step,) = [one for one in steps.figures() if one.step.metric == "representatives"]
    assert step.value == shown


@pytest.mark.parametrize(("others", "shown"), [(2, None), (5, 15)])
def test_hours_of_representatives_are_hidden_where_few_others_served(client, records, others, shown):
    service = served(5)
    for number in range(6, 6 + others):
        signup = service.signups.create(person=factories.person(number), position=number)
        ServiceRecord.objects.create(checkin=signup_checkin(signup, service), hours=2)
    keeping.refresh()
    assert figures_of(page_of(client))["representatives_hours"] == shown


def test_a_number_is_published_where_few_attended_something_that_is_in_no_public_sum(client, reference):
    brand = Brand.objects.create(name="新心行动")
    take_place(dt.date(2026, 5, 5), attended=1200, brand=brand)
    take_place(dt.date(2026, 6, 6), attended=3)
    keeping.refresh()
    found = figures_of(page_of(client))
    assert (found["xinxin_attendances"], found["attendances"]) == (1200, 1200)


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
    assert (after.day, after.rows[-1][1][-1]) == (dt.date(2026, 8, 31), 7)


# ---- years and their sums ------------------------------------------------------------------------------------------------
def served_in(years):
    """Return the numbers of 诉求 that the public reads, when `years` (year → number) were received."""
    member = personas.make("member")
    for year, number in years.items():
        for day in range(1, number + 1):
            row = submit_request(actor=member, title="诉求", text="内容")
            Request.objects.filter(pk=row.pk).update(at=clock.at(dt.date(year, 3, day)))
    keeping.refresh()
    return results.public_numbers([extensions.metric("requests_received")])["requests_received"]


@pytest.mark.parametrize(
    ("years", "hidden"),
    [
        ({2019: 6, 2020: 7, 2021: 8}, set()),
        ({2019: 3, 2020: 7, 2021: 8}, {"2019", "2020"}),  # else 2019 = 2018-2023 − the others
        ({2019: 3, 2020: 2, 2021: 8}, {"2019", "2020", "2021"}),
        ({2019: 3}, {"2019", "2018-2023"}),
        ({2019: 3, 2024: 6, 2025: 7}, {"2019", "2018-2023", "2024"}),  # else 2019 = all − 2024 − 2025
        ({2021: 8, 2024: 6, 2025: 3}, {"2024", "2025"}),
        ({2020: 6, 2021: 8, 2025: 3}, {"2025", "2018-2023", "2020"}),  # else 2025 = all − 2018-2023
    ],
)
def test_no_hidden_year_can_be_computed(records, years, hidden):
    assert {code for code, value in served_in(years).items() if value is None} == hidden


def test_a_number_that_lasts_hides_only_its_small_years(reference):
    for number in range(1, 8):
        factories.person(number, registered_on=dt.date(2024 if number > 3 else 2022, 1, 1))
    keeping.refresh()
    found = results.public_numbers([extensions.metric("persons")])["persons"]
    assert {code: value for code, value in found.items() if value != 0} == {
        "2022": None, "2023": None, "2018-2023": None, "2024": 7, "2025": 7, "2026": 7
    }  # fmt: skip


def test_a_hidden_year_is_no_zero_in_the_chart():
    chart = charts.bars([7, None, 0], ["2024", "2025", "2026"], title="诉求")
    assert [mark.above for mark in chart.marks] == ["7", "收起", "0"]
    assert chart.label == "诉求：2024 7，2025 收起，2026 0"


def test_a_line_has_a_gap_at_a_hidden_year():
    drawn = re.findall("[ML][0-9.]+", charts.line([7, None, 8, 9], list("abcd"), title="").path)
    assert drawn == [f"{stroke}{x}" for stroke, x in (("M", 42.0), ("M", 210.0), ("L", 294.0))]


# ---- what the pages of owners leave out --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("came", "hidden"),
    [
        ((20, 30), set()),
        ((20, 3), {"2026", "2018-2023"}),
        ((20, 3, 3), set()),  # 6 together
        ((20, 4, 4), {"2026", "2018-2023"}),  # 8 together are 4 and 4
    ],
)
def test_no_small_number_of_a_base_follows_from_that_of_the_district(reference, came, hidden):
    for number, count in enumerate(came):
        starts = clock.at(dt.date(2026, 5, 5), dt.time(9))
        Visit.objects.create(
            base=personas.base(slug=f"b{number}", name=f"基地{number}"), guest=factories.guest(number), unit="某会",
            contact_name="安知远", people=count, came=count, state="done", starts=starts, ends=starts + factories.HOUR,
        )  # fmt: skip
    keeping.refresh()
    found = results.public_numbers([extensions.metric("visitors")])["visitors"]
    assert {code for code, value in found.items() if value is None} == hidden


def test_the_numbers_that_pages_of_owners_show_are_declared():
    found = {metric.code: metric.shown_by for metric in extensions.metrics() if metric.shown_by}
    assert found == {"visitors": "base", "memberships": "organization", "answered_requests": "team"}


# ---- the published persons -------------------------------------------------------------------------------------------------
@pytest.fixture
def published(reference, settings):
    """Seven persons, published on 1 September; the portal is older."""
    for number in range(1, 8):
        factories.person(number, registered_on=dt.date(2026, 8, 1))
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 8, 20))
    audit.record_alone("report.fetched", actor=None)
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 9, 1), dt.time(0, 1))
    refresh()


def persons_of(client, **query):
    return page_of(client, **query).context["results"].persons


def test_what_is_entered_later_does_not_change_the_published_persons(client, published):
    before = persons_of(client)
    factories.person(8, registered_on=dt.date(2026, 8, 2))
    refresh()
    assert persons_of(client) == before
    assert before.rows[-1][1][-1] == 7


def test_the_next_month_has_its_own(client, published, settings):
    factories.person(8, registered_on=dt.date(2026, 8, 2))
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 10, 1), dt.time(0, 1))
    refresh()
    assert persons_of(client).rows[-1][1][-1] == 8


def test_the_ends_of_earlier_years_are_published_with_the_first_table(client, published):
    before = persons_of(client, period="2025")
    Person.objects.update(registered_on=dt.date(2025, 3, 1))
    refresh()
    assert persons_of(client, period="2025") == before
    assert before.rows[-1][1][-1] == 0


def test_no_table_is_published_from_the_figures_of_the_month_before(published, settings, monkeypatch):
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 10, 1), dt.time(0, 1))
    monkeypatch.setattr(keeping, "refresh", lambda **_options: False)  # another run has the lock
    refresh()
    assert not PublishedPersons.objects.filter(day=dt.date(2026, 9, 30)).exists()


def test_the_persons_of_the_first_month_are_counted(reference):
    factories.person(1, registered_on=dt.date(2026, 8, 1))
    refresh()
    assert not PublishedPersons.objects.exists()


def test_the_published_persons_are_published_anew_by_command(client, published):
    factories.person(8, registered_on=dt.date(2026, 8, 2))
    call_command("board", "publish", stdout=io.StringIO())
    assert persons_of(client).rows[-1][1][-1] == 8


def test_the_results_are_only_read(client, records):
    assert client.post(reverse("board:results")).status_code == 405
