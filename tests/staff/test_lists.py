"""Lists of the staff site: every row is reached, totals are honest, filters, and the way back."""

import datetime as dt
import re

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from activities.models import CheckIn, ServiceRecord, Signup
from chengyang import clock
from chengyang.platform.web import paging
from organizations.models import Membership, Post
from services import actions
from services.models import Request
from tests import personas
from tests.activities import factories

pytestmark = pytest.mark.django_db
BASES = "/manage/bases/base/"
REQUESTS, SIGNUPS = "/manage/services/request/", "/manage/activities/signup/"


def rows_of(answer):
    return list(answer.context["cl"].result_list)


def all_pages(browser, url, query=None):
    """Return the rows of all pages, following the link to the next one."""
    found, answer = [], browser.get(url, query)
    while True:
        found.append(rows_of(answer))
        after = answer.context["cl"].page.after
        if not after:
            return found
        answer = browser.get(url, {**(query or {}), "after": after})


@pytest.fixture
def many(reference):
    """60 bases, some opened on the same day and some on none."""
    days = [None, dt.date(2020, 1, 1), dt.date(2021, 1, 1)]
    return [
        personas.base(slug=f"b{n}", name=f"基地{n:02}", state="preparing", opened_on=days[n % 3]) for n in range(60)
    ]


@pytest.mark.parametrize("order", ["", "1", "-1", "5", "-5", "3.-1"])
def test_every_row_is_on_exactly_one_page(client_of, district, many, order):
    browser = client_of(district)
    url = f"{BASES}?o={order}" if order else BASES
    pages, answer = [], browser.get(url)
    while True:
        pages.append(rows_of(answer))
        page = answer.context["cl"].page
        if not page.after:
            break
        answer = browser.get(url + ("&" if "?" in url else "?") + f"after={page.after}")
    assert [len(page) for page in pages] == [25, 25, 10]
    assert sorted(row.pk for page in pages for row in page) == sorted(row.pk for row in many)


@pytest.mark.parametrize("order", ["", "?o=5", "?o=-5"])
def test_the_previous_page_is_the_one_before(client_of, district, many, order):
    browser = client_of(district)
    first = browser.get(BASES + order)
    join = "&" if order else "?"
    second = browser.get(f"{BASES}{order}{join}after={first.context['cl'].page.after}")
    again = browser.get(f"{BASES}{order}{join}before={second.context['cl'].page.before}")
    assert rows_of(again) == rows_of(first)


def test_rows_beyond_the_limit_of_counting_are_reached_and_the_total_says_so(client_of, district, many, monkeypatch):
    monkeypatch.setattr(paging, "LIMIT", 30)
    pages = all_pages(client_of(district), BASES)
    assert sum(map(len, pages)) == 60
    assert re.search(r"[\d,]{2,} 多条", client_of(district).get(BASES).content.decode())


@pytest.mark.parametrize("cursor", ["x", "W10", "WyIxIl0", "bnVsbA"])
def test_a_cursor_that_means_nothing_is_404(client_of, district, many, cursor):
    assert client_of(district).get(BASES, {"after": cursor}).status_code == 404


def test_a_filter_begins_at_the_first_page(client_of, district, many):
    page = client_of(district).get(BASES)
    page = client_of(district).get(BASES, {"after": page.context["cl"].page.after})
    links = re.findall(r'<ul class="pick__list">(.*?)</ul>', page.content.decode(), re.DOTALL)
    assert links
    assert not any("after=" in text for text in links)


# ---- the way back -----------------------------------------------------------------------------------------------
def test_going_back_keeps_filter_search_and_page(client_of, district, many):
    browser = client_of(district)
    after = browser.get(BASES, {"q": "基地"}).context["cl"].page.after
    listed = browser.get(BASES, {"q": "基地", "after": after})
    link = re.search(r'<th scope="row"><a href="([^"]+)"', listed.content.decode()).group(1)
    page = browser.get(link.replace("&amp;", "&"))
    back = page.context["list_url"]
    assert rows_of(browser.get(back)) == rows_of(listed)
    assert f'href="{back}"'.replace("&", "&amp;") in page.content.decode()


def test_a_button_and_a_form_keep_the_way_back(client_of, district, many):
    browser, base = client_of(district), many[0]
    done = browser.post(f"/manage/bases/base/{base.pk}/do/hide/?list=q%3D%E5%9F%BA%E5%9C%B0")
    data = {"name": "改名", "level": "park", "subdistrict": base.subdistrict_id}
    saved = browser.post(f"/manage/bases/base/{base.pk}/change/?list=q%3D%E5%9F%BA%E5%9C%B0", data)
    for answer in (done, saved):
        assert browser.get(answer["Location"]).context["list_url"] == f"{BASES}?q=%E5%9F%BA%E5%9C%B0"


@pytest.mark.parametrize("query", ["", "q=基地", "o=5", "o=-1", "state__exact=preparing&o=3"])
def test_a_row_leads_to_the_next_and_the_previous_one_of_its_list(client_of, district, many, query):
    browser = client_of(district)
    listed = [row.pk for page in all_pages(browser, BASES, QueryDict(query).dict()) for row in page]
    around = [None, *listed, None]
    for place in (0, 1, 24, 25, 58, 59):  # at the ends, and where one page of the list ends
        page = browser.get(f"/manage/bases/base/{listed[place]}/change/?{urlencode({'list': query})}")
        keys = [link and int(link.split("/change/")[0].rpartition("/")[2]) for link in turn_of(page)]
        assert [key or None for key in keys] == [around[place], around[place + 2]]


def turn_of(page):
    links = [re.search(f'href="([^"]+)" rel="{rel}"', page.content.decode()) for rel in ("prev", "next")]
    return ["" if link is None else link[1].replace("&amp;", "&") for link in links]


def test_a_row_that_left_the_list_leads_nowhere(client_of, district, many):
    page = client_of(district).get(f"/manage/bases/base/{many[0].pk}/change/", {"list": "q=别的"})
    assert turn_of(page) == ["", ""]


@pytest.mark.parametrize("kept", ["//evil.example", "https://evil.example/", "%ff", "a" * 5000])
def test_the_way_back_stays_on_the_list(client_of, district, many, kept):
    page = client_of(district).get(f"/manage/bases/base/{many[0].pk}/change/", {"list": kept})
    assert page.context["list_url"].partition("?")[0] == BASES


# ---- filters ----------------------------------------------------------------------------------------------------
@pytest.fixture
def attended(reference):
    """Two volunteer services with one attendance each, in September and in August."""
    found = []
    for number, month in ((1, 9), (2, 8)):
        starts = clock.at(dt.date(2026, month, 10), dt.time(9))
        activity = factories.published(
            title=f"服务{number}", kind="volunteer", starts=starts, ends=starts + factories.HOUR * 2
        )
        signup = Signup.objects.create(
            activity=activity, person=factories.person(number, f"周{number}"), position=1, at=starts
        )
        checkin = CheckIn.objects.create(
            signup=signup, method="list", checked_in_at=starts, checked_out_at=activity.ends
        )
        found.append((activity, signup, checkin, ServiceRecord.objects.create(checkin=checkin, hours=2)))
    return found


LISTS = {"signup": 1, "checkin": 2, "servicerecord": 3}


@pytest.mark.parametrize("name", LISTS)
def test_the_list_of_one_activity(client_of, district, attended, name):
    answer = client_of(district).get(f"/manage/activities/{name}/", {"activity": attended[1][0].public_id})
    assert rows_of(answer) == [attended[1][LISTS[name]]]


@pytest.mark.parametrize(
    ("name", "parameter"),
    [("signup", "held"), ("signup", "period"), ("checkin", "period"), ("servicerecord", "period")],
)
def test_the_list_of_a_period(client_of, district, attended, settings, name, parameter):
    settings.PORTAL_CLOCK = factories.NINE
    answer = client_of(district).get(f"/manage/activities/{name}/", {parameter: "last-month"})
    assert rows_of(answer) == [attended[1][LISTS[name]]]


@pytest.mark.parametrize("name", LISTS)
def test_the_list_is_searched_by_name(client_of, district, attended, name):
    assert rows_of(client_of(district).get(f"/manage/activities/{name}/", {"q": "周2"})) == [attended[1][LISTS[name]]]


def test_a_filter_offers_activities_in_scope_only(client_of, liuting, attended):
    answer = client_of(liuting).get(SIGNUPS, {"activity": attended[0][0].public_id})
    assert "服务1" not in answer.content.decode()
    assert rows_of(answer) == []


@pytest.fixture
def requests(member, district):
    """One request overdue, one open, one answered, one handed over."""
    made = {
        name: actions.submit_request(actor=member, title=name, text="…") for name in ("later", "late", "done", "sent")
    }
    Request.objects.filter(pk=made["late"].pk).update(due_on="2020-01-01")
    actions.answer_request(made["done"], actor=district, answer="好")
    actions.route_request(made["sent"], actor=district, team=personas.team())
    Request.objects.filter(pk=made["done"].pk).update(due_on="2019-01-01")
    return made


def titles(answer):
    return [row.title for row in rows_of(answer)]


def test_open_requests_come_first_by_due_date(client_of, district, requests):
    found = titles(client_of(district).get(REQUESTS))
    assert (found[0], found[-1], set(found[1:3])) == ("late", "done", {"later", "sent"})


@pytest.mark.parametrize(
    ("progress", "found"),
    [("overdue", {"late"}), ("done", {"done"}), ("handed-over", {"sent"}), ("open", {"late", "later", "sent"})],
)
def test_requests_are_filtered_by_what_is_left_to_do(client_of, district, requests, progress, found):
    assert set(titles(client_of(district).get(REQUESTS, {"progress": progress}))) == found


# ---- persons of one name ------------------------------------------------------------------------------------------
LABEL = "陈桂兰（青岛某公司，夏庄，尾号 7001）"


@pytest.fixture
def namesakes(reference):
    first = personas.person("陈桂兰", unit="青岛某公司", phone="+8615400007001")
    return first, personas.person("陈桂兰", unit="青岛另一家公司", phone="+8615400007002")


def test_an_autocomplete_tells_persons_of_one_name_apart(client_of, district, namesakes):
    query = {"app_label": "organizations", "model_name": "post", "field_name": "person", "term": "陈桂兰"}
    found = client_of(district).get(reverse("admin:autocomplete"), query).json()["results"]
    assert sorted(hit["text"] for hit in found) == sorted(person.staff_label for person in namesakes)
    assert LABEL in {hit["text"] for hit in found}


def test_lists_and_pages_tell_persons_of_one_name_apart(client_of, district, namesakes):
    organization, first = personas.organization(), namesakes[0]
    post = Post.objects.create(organization=organization, person=first, kind="director", starts=personas.STARTED)
    member = Membership.objects.create(
        organization=organization, person=first, state="active", joined_on=personas.STARTED
    )
    service = factories.published(kind="volunteer")
    signup = Signup.objects.create(activity=service, person=first, position=1, at=service.starts)
    checkin = CheckIn.objects.create(signup=signup, checked_in_at=service.starts, checked_out_at=service.ends)
    hours = ServiceRecord.objects.create(checkin=checkin, hours=1)
    browser = client_of(district)
    for row in (post, member, signup, checkin, hours):
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        for url in (reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk])):
            assert LABEL in browser.get(url).content.decode(), url


# ---- search -------------------------------------------------------------------------------------------------------
def search(browser, text):
    groups = browser.get("/manage/search/", {"q": text}).context["groups"]
    return {str(label): (hits, more) for label, hits, more in groups}


def test_the_search_finds_work_units(client_of, district, namesakes):
    hits, _more = search(client_of(district), "另一家")["人士"]
    assert [title for _url, title, _detail in hits] == [namesakes[1].staff_label]


def test_surnames_as_typed_come_first(client_of, district, reference):
    for name in ("陈望和", "东方朔", "方圆", "王小明", "汪洋"):
        personas.person(name)
    hits, _more = search(client_of(district), "wang")["人士"]
    assert {title[:2] for _url, title, _detail in hits[:2]} == {"王小", "汪洋"}
    hits, _more = search(client_of(district), "方")["人士"]
    assert hits[0][1].startswith("方圆（")


def test_all_results_are_one_link_away(client_of, district, reference):
    for n in range(12):
        personas.person(f"王小{n}")
    _hits, more = search(client_of(district), "wang")["人士"]
    assert more["total"] == "12"
    assert len(rows_of(client_of(district).get(more["url"]))) == 12


def test_requests_are_found_by_number_and_title_within_the_scope(client_of, district, liuting, requests):
    row = requests["late"]
    assert [hit[1] for hit in search(client_of(district), row.number)["诉求"][0]] == ["late"]
    assert [hit[1] for hit in search(client_of(district), "done")["诉求"][0]] == ["done"]
    assert "诉求" not in search(client_of(liuting), row.number)


def test_the_search_stays_on_the_staff_site(client_of, district, requests):
    personas.organization(slug="xia-xin", name="夏新联谊会"), personas.base(), personas.team()
    factories.published(title="夏新采摘")
    found = search(client_of(district), "夏新")
    urls = [url for hits, _more in found.values() for url, _title, _detail in hits]
    assert {"组织", "基地", "服务队", "活动"} <= set(found)
    assert [url for url in urls if not url.startswith("/manage/")] == []
    assert [url for url in urls if client_of(district).get(url).status_code != 200] == []


def test_the_search_finds_no_organizer_that_the_officer_does_not_manage(client_of, leader, reference):
    personas.base()
    assert "基地" not in search(client_of(leader), "夏新")
