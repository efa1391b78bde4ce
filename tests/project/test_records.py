"""The page of every kind of record × every officer: which tabs there are, what is counted, what is locked, what is read."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import Signup
from chengyang.platform.audit.models import Reading
from members.models import Person
from organizations.models import Membership
from services.models import Request
from tests import personas

OFFICERS = ("district", "xiazhuang", "liuting", "secretary", "base_manager", "leader")
TABS = {  # sample → the tabs of its page, as the issue of the office lists them
    "person": [
        "",
        "memberships",
        "posts",
        "terms",
        "assessments",
        "activities",
        "requests",
        "proposals",
        "outcomes",
        "applications",
        "history",
    ],
    "organization": [
        *("", "members", "posts", "duties", "activities", "bookings", "assessments"),
        *("evaluations", "objectives", "outcomes", "children", "charters", "life", "history"),
    ],
    "base": [
        *("", "posts", "honours", "rooms", "visits", "bookings", "exceptions", "activities", "assessments"),
        *("evaluations", "objectives", "outcomes", "history"),
    ],
    "room": ["", "bookings", "history"],
    "team": [
        *("", "posts", "requests", "shifts", "bookings", "outcomes", "objectives", "assessments"),
        *("evaluations", "history"),
    ],
    "activity": ["", "signups", "waiting", "attendance", "bookings", "messages", "outcomes", "history"],
    "proposal": ["", "referrals", "promises", "cosigners", "history"],
    "department": ["", "referrals", "history"],
    "standard": ["", "versions", "assessments", "history"],
    "version": ["", "again", "history"],
}
# sample → officer → the tabs whose content they may not read, although it has some. An officer that is not named gets 404.
LOCKED = {
    "person": {
        "district": ["requests"],
        "xiazhuang": ["requests", "proposals"],
        "secretary": ["assessments", "requests", "proposals", "applications"],
    },
    "organization": {"district": [], "xiazhuang": [], "secretary": []},
    "base": {"district": [], "xiazhuang": [], "base_manager": []},
    "room": {
        "district": [],
        "xiazhuang": [],
        "liuting": ["bookings"],
        "secretary": [],
        "base_manager": [],
        "leader": ["bookings"],
    },
    "team": {"district": ["requests"], "xiazhuang": ["requests"], "leader": []},
    "proposal": {"district": []},
    "department": {"district": []},
    "activity": {"district": [], "xiazhuang": [], "secretary": [], "base_manager": []},
    "standard": {"district": [], "xiazhuang": [], "liuting": []},
    "version": {"district": [], "xiazhuang": [], "liuting": []},
}


def url_of(dataset, sample, **query):
    row = dataset.objects[sample]
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


@pytest.fixture
def requests_of_member(dataset, db):
    """Leave the member only requests that the office has handed to the team, and none that the office follows."""
    Request.objects.exclude(team=dataset.team).delete()


@pytest.mark.parametrize("name", OFFICERS)
@pytest.mark.parametrize("sample", TABS)
def test_every_officer_sees_the_tabs_of_a_record_and_a_lock_where_they_may_not_read(
    dataset, browser_of, requests_of_member, sample, name
):
    answer = browser_of(name).get(url_of(dataset, sample))
    expected = LOCKED[sample].get(name)
    if expected is None:
        assert answer.status_code == 404
        return
    tabs = answer.context["record"].tabs
    assert [tab.code for tab in tabs] == TABS[sample]
    assert [tab.code for tab in tabs if tab.is_locked] == expected


@pytest.mark.parametrize(("sample", "name"), [(sample, name) for sample in LOCKED for name in LOCKED[sample]])
def test_every_tab_opens_and_a_locked_one_shows_a_number_and_no_row(
    dataset, browser_of, requests_of_member, sample, name
):
    browser, url = browser_of(name), url_of(dataset, sample)
    for code in TABS[sample][1:]:
        answer = browser.get(url, {"tab": code})
        assert answer.status_code == 200
        if code in LOCKED[sample][name]:
            assert "不归你管，内容只有经办的人能看" in answer.content.decode()
            assert answer.context["tables"] == []


def test_a_tab_that_there_is_not_is_404(dataset, browser_of):
    browser = browser_of("district")
    answers = [browser.get(url_of(dataset, "person"), {"tab": code}) for code in ("members", "x", "facts")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


# ---- numbers and cost ------------------------------------------------------------------------------------------------
def statements(browser, url, query):
    browser.get(url, query)  # what the first request of a process prepares
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert browser.get(url, query).status_code == 200
    return len(found)


def many(dataset):
    """Give the member twenty more memberships, and the activity and the organization twenty more people."""
    people = [personas.person(f"来客{number}") for number in range(20)]
    for number, person in enumerate(people):
        organization = personas.organization(slug=f"o{number}", name=f"第{number}联谊会")
        day = {"state": "active", "joined_on": dataset.area and "2026-01-01"}
        Membership.objects.create(person=person, organization=dataset.organization, **day)
        Membership.objects.create(person=dataset.member, organization=organization, **day)
        Signup.objects.create(person=person, activity=dataset.activity, position=100 + number)


# Of each page one statement per kind of to-do, for the numbers beside the sections; an organization reads whether its standard has
# a newer version.
MOST_STATEMENTS = {
    "person": 84,
    "organization": 77,
    "base": 60,
    "room": 53,
    "team": 56,
    "activity": 58,
    "proposal": 70,
    "department": 56,
    "standard": 51,
    "version": 56,
}


@pytest.mark.parametrize("sample", TABS)
def test_the_statements_of_a_page_are_bounded_and_do_not_grow_with_the_rows(dataset, browser_of, sample):
    browser, url = browser_of("district"), url_of(dataset, sample)
    few = {code: statements(browser, url, {"tab": code} if code else {}) for code in TABS[sample]}
    many(dataset)
    assert {code: statements(browser, url, {"tab": code} if code else {}) for code in TABS[sample]} == few
    assert max(few.values()) <= MOST_STATEMENTS[sample]


def test_the_numbers_of_all_tabs_are_counted_by_one_statement(dataset, browser_of):
    browser = browser_of("district")
    with CaptureQueriesContext(connection) as found:
        browser.get(url_of(dataset, "person"))
    counting = [query["sql"] for query in found if "AS counted" in query["sql"]]
    assert len(counting) == 1
    assert counting[0].count("LIMIT 2501") == 2 * 12  # of each table all rows, and those that the officer may read


def test_what_one_may_not_read_is_counted_apart(dataset, browser_of):
    elsewhere = personas.organization(slug="o", name="区级联谊会", level="district", subdistrict=None)
    Membership.objects.create(person=dataset.member, organization=elsewhere, state="active", joined_on="2026-01-01")
    answer = browser_of("xiazhuang").get(url_of(dataset, "person"), {"tab": "memberships"})
    page = answer.content.decode()
    assert (answer.context["record"].open_tab.total_text, "另有 1 条你不能看" in page) == ("2", True)
    assert "区级联谊会" not in page


# ---- readings --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sample", "code", "table", "name"),
    [
        ("person", "memberships", "organizations.Membership", "xiazhuang"),
        ("person", "activities", "activities.Signup", "xiazhuang"),
        ("person", "terms", "members.Representative", "xiazhuang"),
        ("organization", "members", "organizations.Membership", "secretary"),
        ("activity", "signups", "activities.Signup", "secretary"),
        ("past", "attendance", "activities.CheckIn", "xiazhuang"),
    ],
)
def test_who_reads_a_tab_about_people_is_recorded_for_them(dataset, browser_of, sample, code, table, name):
    if code == "terms":
        dataset.member.representations.create(starts="2026-01-01", ends="2027-01-01", state="nominated")
    Reading.objects.all().delete()
    browser_of(name).get(url_of(dataset, sample), {"tab": code})
    read = Reading.objects.filter(subject=table, person=dataset.member.public_id, verb="list.read")
    assert [row.actor_id for row in read] == [dataset.users[name].pk]


def test_the_author_of_a_request_reads_who_saw_it_on_a_tab(dataset, browser_of):
    Reading.objects.all().delete()
    browser_of("leader").get(url_of(dataset, "team"), {"tab": "requests"})
    assert Reading.objects.filter(subject="services.Request", user=dataset.users["member"].public_id).exists()


def test_a_locked_tab_is_no_reading(dataset, browser_of, requests_of_member):
    Reading.objects.all().delete()
    browser_of("xiazhuang").get(url_of(dataset, "person"), {"tab": "requests"})
    assert not Reading.objects.filter(subject="services.Request").exists()


def test_the_page_shows_who_looked_as_the_person_reads_it(dataset, browser_of):
    browser_of("xiazhuang").get(url_of(dataset, "person"), {"tab": "memberships"})
    page = browser_of("district").get(url_of(dataset, "person"), {"tab": "history"}).content.decode()
    own = browser_of("member").get(reverse("members:data")).content.decode()
    assert ["会员名单" in text and "夏庄街道工作人员" in text for text in (page, own)] == [True, True]


def test_who_looked_does_not_say_to_others_what_a_request_is_about(dataset, browser_of):
    browser_of("leader").get(dataset.request.get_absolute_url())
    texts = {}
    for name, url in (("district", url_of(dataset, "person")), ("member", reverse("members:data"))):
        texts[name] = browser_of(name).get(url, {"tab": "history"}).content.decode()
    assert ["队长" in text for text in texts.values()] == [True, True]
    assert [f"诉求“{dataset.request.title}”" in texts[name] for name in ("district", "member")] == [False, True]


def test_a_row_that_is_public_has_no_history_for_who_does_not_manage_it(dataset, browser_of):
    elsewhere = personas.organization(slug="o", name="区级联谊会", level="district", subdistrict=None)
    post = dataset.member.organizations_posts.create(
        organization=elsewhere, kind="director", starts="2026-01-01", is_public=True
    )
    done = browser_of("district").post(
        reverse("admin:organizations_post_do", args=[post.pk, "end"]), {"reason": "换届时搬走了"}
    )
    assert done.status_code == 302
    type(post).objects.filter(pk=post.pk).update(ends="2026-12-31")  # still held, and public
    shown = {}
    for name in ("district", "secretary"):
        shown[name] = browser_of(name).get(url_of(dataset, "person"), {"tab": "history"}).content.decode()
    assert ["换届时搬走了" in text for text in shown.values()] == [True, False]


# ---- rows, search, neighbours ----------------------------------------------------------------------------------------
def test_rows_of_a_tab_are_reached_page_by_page(dataset, browser_of):
    for number in range(30):
        personas.person(f"来客{number}").memberships.create(
            organization=dataset.organization, state="active", joined_on="2026-01-01"
        )
    browser, url = browser_of("secretary"), url_of(dataset, "organization")
    first = browser.get(url, {"tab": "members"}).context["tables"][0]
    second = browser.get(url, {"tab": "members", "after": first.page.after}).context["tables"][0]
    assert (len(first.rows), len(second.rows)) == (25, Membership.objects.count() - 25)
    assert not {row.pk for row in first.page} & {row.pk for row in second.page}


def test_a_cursor_that_means_nothing_is_404(dataset, browser_of):
    browser = browser_of("secretary")
    assert browser.get(url_of(dataset, "organization"), {"tab": "members", "after": "x"}).status_code == 404


def test_a_tab_with_many_rows_has_a_search_of_its_own(dataset, browser_of):
    browser, url = browser_of("secretary"), url_of(dataset, "organization")
    rows = browser.get(url, {"tab": "members", "q": "lzx"}).context["tables"][0].page.rows
    assert [row.person for row in rows] == [dataset.member]


def test_the_tables_of_several_apps_are_one_tab_with_a_page_each(dataset, browser_of):
    person = Person.objects.get(user=dataset.users["secretary"])
    for number in range(26):
        person.services_posts.create(
            team=dataset.team, kind="volunteer", starts=f"20{number:02}-01-01", ends=f"20{number:02}-02-01"
        )
    url = reverse("admin:members_person_change", args=[person.pk])
    answer = browser_of("district").get(url, {"tab": "posts"})
    tables = answer.context["tables"]
    assert [(table.part.part, len(table.rows)) for table in tables] == [("organizations", 1), ("services", 25)]
    rest = browser_of("district").get(f"{url}{tables[1].more_url}").context["tables"]
    assert [(table.part.part, len(table.rows)) for table in rest] == [("services", 1)]


def test_a_row_leads_to_its_page_only_where_the_officer_may_open_it(dataset, browser_of):
    hidden = personas.organization(slug="o", name="流亭联谊会")
    post = dataset.member.organizations_posts.create(
        organization=hidden, kind="director", starts="2026-01-01", is_public=True
    )
    type(hidden).objects.filter(pk=hidden.pk).update(subdistrict=None, level="district")
    own = dataset.member.organizations_posts.exclude(pk=post.pk).get()
    links = {}
    for name in ("district", "secretary"):
        answer = browser_of(name).get(url_of(dataset, "person"), {"tab": "posts"})
        links[name] = [line[0].url for table in answer.context["tables"] for line in table.rows]
    pages = [reverse("admin:organizations_post_change", args=[row.pk]) for row in (post, own)]
    assert links == {"district": pages, "secretary": ["", pages[1]]}


def test_the_neighbours_in_the_list_are_named_and_recorded(dataset, browser_of):
    browser = browser_of("district")
    Reading.objects.all().delete()
    answer = browser.get(url_of(dataset, "person"), {"list": "q=林"})
    assert (answer.context["before"], answer.context["after"]) == (None, None)
    other = personas.person("林之秋")
    answer = browser.get(url_of(dataset, "person"), {"list": "q=林"})
    named = [link.label for link in (answer.context["before"], answer.context["after"]) if link]
    assert named == [other]
    assert re.search(r'rel="(prev|next)"[^>]*aria-label="[^"]*林之秋"', answer.content.decode())
    assert Reading.objects.filter(person=other.public_id, subject="members.Person").exists()


def test_a_record_links_to_its_public_page_and_lists_to_the_record(dataset, browser_of):
    browser = browser_of("secretary")
    page = browser.get(url_of(dataset, "organization")).content.decode()
    assert f'href="{dataset.organization.get_absolute_url()}"' in page
    row = browser.get(reverse("admin:organizations_membership_change", args=[dataset.membership.pk])).content.decode()
    assert f'href="{url_of(dataset, "organization")}"' in row
    assert f'href="{dataset.organization.get_absolute_url()}"' not in row
