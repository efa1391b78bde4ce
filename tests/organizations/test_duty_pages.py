"""The pages of the rotating chair: the plan on the staff site, the own months, the public page and the calendar."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chengyang import clock, extensions
from chengyang.platform.audit.models import Reading
from organizations import actions, roster
from organizations.models import Duty, DutySwap
from tests import personas

from . import rotation
from .test_duties import share

pytestmark = pytest.mark.django_db
OCTOBER, DECEMBER, JANUARY = dt.date(2026, 10, 1), dt.date(2026, 12, 1), dt.date(2027, 1, 1)
MINE = "/me/duties/"


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = rotation.NOW


@pytest.fixture
def chairs(organization):
    return rotation.people(organization)


@pytest.fixture
def term(organization):
    return rotation.term(organization)


@pytest.fixture
def planned(organization, term, chairs, secretary):
    return rotation.plan(organization, term, chairs.values(), actor=secretary)


def page_url(organization):
    return reverse("admin:organizations_organization_duty", args=[organization.pk])


def plan_url(organization):
    return reverse("admin:organizations_organization_plan", args=[organization.pk])


def text(answer):
    return answer.content.decode()


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


# ---- planning --------------------------------------------------------------------------------------------------------
def test_a_year_is_planned_on_the_staff_site(client_of, organization, term, chairs, secretary):
    browser = client_of(secretary)
    assert "排轮值" in text(browser.get(page_url(organization)))
    page = text(browser.get(plan_url(organization)))
    assert page.count("band__who") == 12
    data = {
        "first": "2026-07",
        "months": "12",
        "people": [p.pk for p in chairs.values()],
        "shown": hidden(page, "shown"),
    }
    assert browser.post(plan_url(organization), data, follow=True).status_code == 200
    assert rotation.names(organization) == list(rotation.NAMES * 2)


def test_another_choice_is_proposed_before_it_is_stored(client_of, organization, term, chairs, secretary):
    away = f"{chairs['宋守信'].pk}:2026-07"
    query = {"first": "2026-07", "months": "6", "people": [p.pk for p in chairs.values()], "away": away}
    page = text(client_of(secretary).get(plan_url(organization), query))
    found = re.findall(r'band__who.*?<b class="as-is">(.*?)</b>', page, re.S)
    assert found == ["辛渡朗", "宋守信", *rotation.NAMES[2:]]
    assert not Duty.objects.exists()


def test_what_cannot_be_planned_says_why_and_stores_nothing(client_of, organization, term, chairs, secretary):
    answer = client_of(secretary).post(plan_url(organization), {"first": "2026-07", "months": "99", "people": []})
    assert answer.status_code == 400
    assert not Duty.objects.exists()


def test_an_outdated_proposal_is_shown_anew(client_of, organization, term, chairs, secretary):
    data = {"first": "2026-07", "months": "12", "people": [p.pk for p in chairs.values()], "shown": "x"}
    answer = client_of(secretary).post(plan_url(organization), data)
    assert (answer.status_code, "刚刚有了变化" in text(answer)) == (409, True)


def test_without_a_term_there_is_nothing_to_plan(client_of, organization, xiazhuang):
    browser = client_of(xiazhuang)
    assert "登记届" in text(browser.get(page_url(organization)))
    assert browser.get(plan_url(organization)).status_code == 302


def test_a_term_is_recorded_on_the_staff_site(client_of, organization, xiazhuang):
    data = {"organization": organization.pk, "number": 3, "starts": "2026-07-01", "ends": "2027-07-01"}
    client_of(xiazhuang).post("/manage/organizations/term/add/", data)
    assert organization.terms.get().title == "第 3 届"


# ---- the page of the plan --------------------------------------------------------------------------------------------
STATUS = {
    **dict.fromkeys(["district", "district_2", "xiazhuang", "secretary"], 200),
    **dict.fromkeys(["liuting", "base_manager", "leader", "editor", "member", "stranger", "sysadmin"], 404),
}


@pytest.mark.parametrize("name", STATUS)
def test_who_opens_the_page(client_of, organization, planned, name):
    for url in (page_url(organization), plan_url(organization)):
        assert client_of(personas.make(name)).get(url).status_code == STATUS[name]


def test_who_reads_the_plan_is_recorded(client_of, organization, planned, chairs, xiazhuang):
    client_of(xiazhuang).get(page_url(organization))
    found = Reading.objects.filter(subject="organizations.Duty", person=chairs["马希军"].public_id)
    assert found.exists()


def test_an_order_is_shown_before_it_is_saved(client_of, organization, term, planned, secretary):
    plan = roster.Roster(organization, term)
    browser = client_of(secretary)
    page = text(browser.get(page_url(organization), {"order": plan.moved(plan.coming[0].public_id, 1)}))
    assert ("保存顺序，通知 2 人" in page, page.count("未保存")) == (True, 4)
    assert rotation.names(organization, since=OCTOBER)[:2] == ["马希军", "房青屿"]
    data = {"do": "order", "order": hidden(page, "order"), "shown": hidden(page, "shown")}
    browser.post(page_url(organization), data)
    assert rotation.names(organization, since=OCTOBER)[:2] == ["房青屿", "马希军"]


@pytest.mark.parametrize("order", ["x", "a.b", "........"])
def test_an_order_of_other_shares_is_the_stored_one(client_of, organization, planned, secretary, order):
    page = text(client_of(secretary).get(page_url(organization), {"order": order}))
    assert "未保存" not in page


@pytest.mark.parametrize("number", ["9", "x", "99999"])
def test_an_unknown_term_is_404(client_of, organization, planned, secretary, number):
    assert client_of(secretary).get(page_url(organization), {"term": number}).status_code == 404


def test_a_swap_and_a_substitute_are_asked_for_on_the_page(client_of, organization, planned, chairs, secretary):
    browser = client_of(secretary)
    rows = {"swap-given": share(organization, DECEMBER).public_id, "swap-taken": share(organization, JANUARY).public_id}
    browser.post(page_url(organization), {"do": "swap", **rows})
    days = {"substitute-starts": "2026-10-12", "substitute-last": "2026-10-18"}
    who = {"substitute-person": chairs["房青屿"].public_id}
    browser.post(page_url(organization), {"do": "substitute", **days, **who})
    assert DutySwap.objects.get().giver == chairs["栾若溪"]
    asked = Duty.objects.substitutes().get()
    assert (asked.person, asked.starts, asked.ends) == (chairs["房青屿"], dt.date(2026, 10, 12), dt.date(2026, 10, 19))
    page = text(browser.get(page_url(organization)))
    assert ("待换" in page, "10月12日–18日 请房青屿代，等答复" in page) == (True, True)


def test_a_refused_form_keeps_what_was_typed(client_of, organization, planned, chairs, secretary):
    data = {"do": "substitute", "substitute-starts": "2026-10-30", "substitute-last": "2026-11-02"}
    answer = client_of(secretary).post(
        page_url(organization), {**data, "substitute-person": chairs["房青屿"].public_id}
    )
    assert (answer.status_code, 'value="2026-10-30"' in text(answer)) == (409, True)
    assert "还没过去的日子" in text(answer)


@pytest.mark.parametrize("data", [{"do": "burn"}, {"do": "fill"}, {"do": "remind", "swap": "x"}, {}])
def test_an_unknown_button_does_nothing(client_of, organization, planned, secretary, data):
    assert client_of(secretary).post(page_url(organization), data).status_code in (400, 404)


def test_the_swap_is_reminded_and_withdrawn_on_the_page(client_of, organization, planned, secretary):
    swap = actions.ask_swap(share(organization, DECEMBER), share(organization, JANUARY), actor=secretary)
    browser, url = client_of(secretary), page_url(organization)
    browser.post(url, {"do": "remind", "swap": swap.public_id})
    assert DutySwap.objects.get().reminded_on == rotation.TODAY
    browser.post(url, {"do": "withdraw-swap", "swap": swap.public_id})
    assert DutySwap.objects.get().state == "withdrawn"


def test_a_vacancy_is_named_and_filled_on_the_page(client_of, organization, planned, chairs, secretary):
    organization.posts.filter(person=chairs["房青屿"]).update(ends=dt.date(2027, 5, 1))
    browser, url = client_of(secretary), page_url(organization)
    page = text(browser.get(url))
    assert ("5月 没有人值" in page, "2027年4月17日（提前 14 天通知）" in page) == (True, True)
    row = share(organization, dt.date(2027, 5, 1))
    data = {"do": "fill", "duty": row.public_id, "fill-person": chairs["江海晴"].public_id}
    browser.post(url, data)
    assert share(organization, dt.date(2027, 5, 1)).person == chairs["江海晴"]
    assert "没有人值" not in text(browser.get(url))


def test_the_vacancy_is_halved_on_the_page(client_of, organization, planned, chairs, secretary):
    organization.posts.filter(person=chairs["房青屿"]).update(ends=dt.date(2027, 5, 1))
    row = share(organization, dt.date(2027, 5, 1))
    client_of(secretary).post(page_url(organization), {"do": "halve", "duty": row.public_id})
    assert organization.duties.shares().count() == 13


def test_a_vacancy_stands_among_the_coming_dates(organization, planned, chairs, secretary, liuting):
    organization.posts.filter(person=chairs["房青屿"]).update(ends=dt.date(2026, 11, 1))
    last = rotation.TODAY + dt.timedelta(days=60)
    found = [(one.on, one.title) for one in extensions.upcoming_dates(secretary, rotation.TODAY, last)]
    assert (dt.date(2026, 11, 1), "夏庄街道新的社会阶层代表人士联谊会 2026年11月没有人轮值") in found
    titles = [one.title for one in extensions.upcoming_dates(liuting, rotation.TODAY, last)]
    assert not any("轮值" in title for title in titles)


def statements(browser, url):
    browser.get(url)
    with CaptureQueriesContext(connection) as found:
        assert browser.get(url).status_code == 200
    return len(found)


def test_the_cost_of_the_page_does_not_grow_with_the_shares(client_of, organization, term, chairs, secretary):
    browser, url = client_of(secretary), page_url(organization)
    rotation.plan(organization, term, chairs.values(), months=4, actor=secretary)
    few = statements(browser, url)
    rotation.plan(organization, term, chairs.values(), first=dt.date(2026, 11, 1), months=8, actor=secretary)
    assert statements(browser, url) <= few + 1


# ---- the own page ----------------------------------------------------------------------------------------------------
def test_the_own_months_and_what_waits_for_an_answer(client_of, organization, planned, chairs, secretary):
    actions.ask_swap(share(organization, DECEMBER), share(organization, JANUARY), actor=secretary)
    page = text(client_of(chairs["宋守信"].user).get(MINE))
    assert all(words in page for words in ("等你答复", "同意换", "2027年1月"))
    assert "换班等你答复" in text(client_of(chairs["宋守信"].user).get("/me/"))


def test_who_is_on_duty_reads_it_on_their_page(client_of, planned, chairs):
    page = text(client_of(chairs["江海晴"].user).get("/me/"))
    assert "今天在值" in page
    assert "今天在值" not in text(client_of(chairs["马希军"].user).get("/me/"))


def test_a_swap_is_asked_for_and_answered_by_the_two(client_of, organization, planned, chairs):
    rows = {"swap-given": share(organization, DECEMBER).public_id, "swap-taken": share(organization, JANUARY).public_id}
    client_of(chairs["栾若溪"].user).post(MINE, {"do": "swap", **rows, "swap-reason": "在外地培训"})
    swap = DutySwap.objects.get()
    url = reverse("organizations:swap-answer", args=[swap.public_id])
    client_of(chairs["宋守信"].user).post(url, {"answer": "agree"})
    assert DutySwap.objects.get().state == "agreed"


def test_nobody_gives_the_share_of_somebody_else(client_of, organization, planned, chairs):
    rows = {"swap-given": share(organization, DECEMBER).public_id, "swap-taken": share(organization, JANUARY).public_id}
    answer = client_of(chairs["马希军"].user).post(MINE, {"do": "swap", **rows})
    assert (answer.status_code, DutySwap.objects.exists()) == (400, False)


def test_a_substitute_is_asked_for_and_answers(client_of, organization, planned, chairs):
    data = {"substitute-starts": "2026-10-12", "substitute-last": "2026-10-18"}
    who = {"substitute-person": chairs["房青屿"].public_id}
    client_of(chairs["马希军"].user).post(MINE, {"do": "substitute", **data, **who})
    row = Duty.objects.substitutes().get()
    url = reverse("organizations:substitute-answer", args=[row.public_id])
    browser = client_of(chairs["房青屿"].user)
    assert "同意代班" in text(browser.get(MINE))
    browser.post(url, {"answer": "agree"})
    assert Duty.objects.substitutes().get().state == "agreed"
    assert "由房青屿代班" in text(client_of(chairs["马希军"].user).get(MINE))
    browser.post(url, {"answer": "withdraw"})
    assert Duty.objects.substitutes().get().state == "withdrawn"


@pytest.mark.parametrize(("name", "status"), [("secretary", 404), ("member", 404), ("房青屿", 404)])
def test_the_answer_of_others_is_404(client_of, organization, planned, chairs, secretary, name, status):
    swap = actions.ask_swap(share(organization, DECEMBER), share(organization, JANUARY), actor=secretary)
    user = chairs[name].user if name in chairs else personas.make(name)
    url = reverse("organizations:swap-answer", args=[swap.public_id])
    assert client_of(user).post(url, {"answer": "agree"}).status_code == status


def test_an_unknown_answer_is_404(client_of, organization, planned, chairs, secretary):
    swap = actions.ask_swap(share(organization, DECEMBER), share(organization, JANUARY), actor=secretary)
    url = reverse("organizations:swap-answer", args=[swap.public_id])
    assert client_of(chairs["宋守信"].user).post(url, {"answer": "burn"}).status_code == 404


def test_somebody_without_duties_has_an_empty_page(client_of, member):
    assert "你的月份会在这里" in text(client_of(member).get(MINE))


# ---- in public -------------------------------------------------------------------------------------------------------
def agree_to_be_named(organization, *people):
    organization.posts.filter(person__in=people).update(is_public=True)


def test_the_public_page_names_who_agreed(client, organization, planned, chairs):
    url = organization.get_absolute_url()
    page = text(client.get(url))
    assert ("轮值会长" in page, page.count("没有公开姓名"), "江海晴" in page) == (True, 2, False)
    agree_to_be_named(organization, chairs["江海晴"])
    page = text(client.get(url))
    assert ("江海晴" in page, "马希军" in page, "10月1日 零点接班" in page) == (True, False, True)


def test_the_public_page_changes_at_midnight_by_itself(settings, client, organization, planned, chairs):
    agree_to_be_named(organization, chairs["江海晴"], chairs["马希军"])
    url = organization.get_absolute_url()
    found = []
    for moment in (clock.at(OCTOBER) - dt.timedelta(seconds=1), clock.at(OCTOBER)):
        settings.PORTAL_CLOCK = moment
        found.append(re.search(r'watch__name"><span class="as-is">(.*?)</span>', text(client.get(url)))[1])
    assert found == ["江海晴", "马希军"]


def test_a_substitute_stands_on_the_public_page_on_their_days(settings, client, organization, planned, chairs):
    agree_to_be_named(organization, chairs["房青屿"])
    days = {"starts": dt.date(2026, 9, 20), "ends": dt.date(2026, 9, 22)}
    row = actions.ask_substitute(
        share(organization, rotation.TODAY), person=chairs["房青屿"], actor=chairs["江海晴"].user, **days
    )
    actions.agree_substitute(row, actor=chairs["房青屿"].user)
    settings.PORTAL_CLOCK = clock.at(days["starts"], dt.time(12))
    assert "房青屿" in text(client.get(organization.get_absolute_url()))


def test_without_a_plan_the_public_page_has_no_such_part(client, organization):
    assert "轮值会长" not in text(client.get(organization.get_absolute_url()))


def test_the_calendar_of_an_organization_says_who_chairs_it(client, organization, planned, chairs):
    agree_to_be_named(organization, chairs["江海晴"])
    url = "/calendar/?view=month&month=2026-09&organization=xiazhuang"
    page = text(client.get(url))
    assert ("江海晴" in page, "辛渡朗" in page) == (True, False)
    assert "江海晴" not in text(client.get("/calendar/?view=month&month=2026-09"))
