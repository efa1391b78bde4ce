"""Papers as print pages: the same content as in Word, on A4 (requirements U04)."""

import re

import pytest

from chengyang.platform.audit.models import Reading
from chengyang.platform.papers import admin
from tests.activities import factories

from .conftest import PRINT, with_people

pytestmark = pytest.mark.django_db


def page(browser, code, query):
    answer = browser.get(f"{PRINT.format(code)}?{query}")
    assert answer.status_code == 200
    return answer


def test_the_sheet_stands_in_the_order_of_strokes_and_can_be_changed(client_of, district, activity):
    browser = client_of(district)

    def order(query=""):
        sheet = page(browser, "sign_in", f"record={activity.pk}{query}").context["sheets"][0]
        rows = next(part for part in sheet if part.kind == "table").data["rows"]
        return [line[1]["text"] for line in rows]

    assert order() == ["丁一", "王晓明", "陈桂兰", "周予安", "艾合买提·买买提"]
    assert order("&order=signup")[0] == "周予安"


def test_a_table_has_a_heading_that_browsers_repeat(client_of, district, activity):
    text = page(client_of(district), "sign_in", f"record={activity.pk}").content.decode()
    assert text.count("<thead>") == 1
    assert '<th scope="col">签名</th>' in text


def test_everybody_on_a_page_reads_of_it(client_of, district, activity):
    page(client_of(district), "sign_in", f"record={activity.pk}")
    assert Reading.objects.filter(verb="paper.printed", subject_id=activity.public_id).count() == 5


def test_several_records_begin_a_sheet_each(client_of, district, activity):
    with_people(factories.published(title="别的活动"))
    assert len(page(client_of(district), "sign_in", "").context["sheets"]) == 2


def test_too_many_people_are_not_printed_from_a_page(client_of, district, activity, monkeypatch):
    monkeypatch.setattr(admin, "PEOPLE_ON_SCREEN", 4)
    answer = page(client_of(district), "sign_in", f"record={activity.pk}")
    assert answer.context["sheets"] == []
    assert not Reading.objects.filter(verb="paper.printed").exists()


def test_a_badge_shows_a_number_that_lets_nobody_act(client_of, district, activity, client):
    """Eight a page; the code is the number of the ticket, and not an address: only who manages the activity uses it."""
    sheet = page(client_of(district), "badges", f"record={activity.pk}").context["sheets"][0]
    cards = sheet[0].data["pages"][0]
    signup = activity.signups.get(person__name="丁一")
    assert cards[0]["code"] == signup.public_id
    assert client.get(f"/tickets/{signup.public_id}/").status_code in (302, 404)
    assert client.get(f"/checkin/{activity.public_id}/?t={signup.public_id}").status_code in (302, 404)


def test_badges_are_eight_a_page(client_of, district, reference):
    activity = with_people(factories.published(), [f"王{letter}" for letter in "甲乙丙丁戊己庚辛壬"])
    pages = page(client_of(district), "badges", f"record={activity.pk}").context["sheets"][0][0].data["pages"]
    assert [len(cards) for cards in pages] == [8, 1]


@pytest.mark.parametrize("query", ["record=0", "record=x", "record=" + "9" * 30, "q=没有这样的活动"])
def test_nothing_to_print_is_404(client_of, district, activity, query):
    assert client_of(district).get(f"{PRINT.format('sign_in')}?{query}").status_code == 404
    assert client_of(district).get(f"{PRINT.format('nothing')}?{query}").status_code == 404


def test_a_record_and_a_list_lead_to_their_papers(client_of, district, activity):
    browser = client_of(district)
    record = browser.get(f"/manage/activities/activity/{activity.pk}/change/").content.decode()
    listing = browser.get("/manage/activities/activity/?state=published").content.decode()
    assert f"{PRINT.format('sign_in')}?record={activity.pk}" in record
    assert f"{PRINT.format('sign_in')}?state=published" in listing


def test_every_page_of_the_staff_site_says_who_printed_it(client_of, district, activity):
    text = client_of(district).get("/manage/activities/activity/").content.decode()
    assert re.search(
        rf'<p class="printed" data-printed-by="{district}">{district}　\d{{4}}-\d\d-\d\d \d\d:\d\d</p>', text
    )
