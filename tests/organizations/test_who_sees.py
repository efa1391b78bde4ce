"""Who sees an organization that is in preparation, suspended or dissolved: pages, lists, search, export, API, feed, sitemap."""

import datetime as dt

import pytest
from django.core.cache import cache

from chengyang import clock, extensions
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.web import content
from organizations.models import Organization
from tests import personas
from tests.activities import factories

pytestmark = pytest.mark.django_db
NAME = "夏庄街道望月联谊会"
SINCE = dt.date(2026, 9, 1)
STATES = {
    "preparing": {"state": "preparing", "founded_on": None, "is_published": False},
    "preparing and public": {"state": "preparing", "founded_on": None},
    "suspended": {"state": "suspended", "suspended_on": SINCE},
    "suspended and hidden": {"state": "suspended", "suspended_on": SINCE, "is_published": False},
    "dissolved": {"state": "dissolved", "dissolved_on": SINCE},
    "dissolved and hidden": {"state": "dissolved", "dissolved_on": SINCE, "is_published": False},
}
PUBLIC = {"preparing and public", "suspended", "dissolved"}
PEOPLE = ("visitor", "stranger", "member", "liuting", "xiazhuang", "district")
STAFF = {"xiazhuang", "district"}


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = factories.NINE


@pytest.fixture
def people(reference, client_of):
    personas.organization()
    found = {"visitor": personas.visitor()} | {name: personas.make(name) for name in PEOPLE if name != "visitor"}
    return {name: client_of(account) for name, account in found.items()}


def make(state):
    row = personas.organization(slug="wangyue", name=NAME, **STATES[state])
    cache.clear()
    content.changed()
    return row


def seeing(people, url, what=NAME, **query):
    """Return who gets the page `url` and reads `what` on it."""
    found = set()
    for name, browser in people.items():
        answer = browser.get(url, query)
        if answer.status_code == 200 and what in answer.text:
            found.add(name)
    return found


@pytest.mark.parametrize("state", STATES)
def test_its_page_and_the_list(people, state):
    make(state)
    expected = set(PEOPLE) if state in PUBLIC else STAFF
    assert seeing(people, "/organizations/wangyue/") == expected
    assert seeing(people, "/organizations/", 'href="/organizations/wangyue/"') == expected


@pytest.mark.parametrize("state", STATES)
def test_it_on_the_staff_site(people, state):
    row = make(state)
    assert seeing(people, f"/manage/organizations/organization/{row.pk}/change/") == STAFF
    assert seeing(people, "/manage/organizations/organization/") == STAFF


@pytest.mark.parametrize("state", STATES)
def test_the_search_of_the_staff_site(people, state):
    make(state)
    assert seeing(people, "/manage/search/", q="望月") == STAFF


@pytest.mark.parametrize("state", STATES)
def test_what_an_export_would_read(people, state):
    make(state)
    scope = {name: personas.make(name) for name in PEOPLE if name != "visitor"}
    sees = {
        name
        for name, account in scope.items()
        if Organization.objects.visible_to(account).filter(name=NAME).exists() and (name in STAFF or state in PUBLIC)
    }
    assert sees == ({*scope} if state in PUBLIC else STAFF)


@pytest.mark.parametrize("state", STATES)
def test_the_sitemap(people, state):
    make(state)
    pages = [page.path for source in extensions.apps()["organizations"].public_pages for page in source()]
    assert ("/organizations/wangyue/" in pages) == (state in PUBLIC)


@pytest.mark.parametrize("state", STATES)
def test_nobody_applies(people, state):
    make(state)
    assert seeing(people, "/organizations/wangyue/", "organizations/wangyue/apply/") == set()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("preparing and public", "正在筹建"),
        ("suspended", "起暂停活动，现在不接受入会申请"),
        ("dissolved", "起注销。这里留着它的记录"),
    ],
)
def test_its_page_says_what_it_is(people, state, words):
    make(state)
    assert seeing(people, "/organizations/wangyue/", words) == set(PEOPLE)


@pytest.mark.parametrize("state", ["suspended", "dissolved"])
def test_what_it_did_stays_in_the_feed_and_the_api(people, state):
    row = make(state)
    starts = clock.at(dt.date(2026, 8, 30), dt.time(14))
    past = factories.published(title="望月雅集", organization=row, starts=starts, ends=starts + factories.HOUR)
    assert seeing(people, "/calendar.ics", "望月雅集") == set(PEOPLE)
    assert seeing(people, f"/api/v1/activities/{past.public_id}/", past.public_id) == set(PEOPLE)


def test_what_is_not_public_is_in_no_public_filter(people):
    row = make("preparing")
    parent = personas.organization(slug="parent", name="上级联谊会")
    Organization.objects.filter(pk=row.pk).update(parent=parent)
    assert seeing(people, "/organizations/parent/") == STAFF


def test_staff_of_another_subdistrict_do_not_see_it(people):
    row = make("preparing")
    other = Subdistrict.objects.get(name="流亭街道")
    Organization.objects.filter(pk=row.pk).update(subdistrict=other)
    assert seeing(people, f"/manage/organizations/organization/{row.pk}/change/") == {"liuting", "district"}
