"""The pages that visitors get from the page cache: they never differ from those that are made without it.

`test_kept_pages_follow_every_change` runs random histories of actions and of the clock. `PAGE_HISTORIES=300` in the environment
runs as many of them; the default keeps the whole run of the tests short.
"""

import datetime as dt
import os
import random

import pytest
from django.conf import settings as portal
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, transaction
from django.test import TestCase

from activities.actions import activities, attendance, signup_upkeep, signups
from activities.models import Activity, Signup
from bases import actions as bases
from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts import organizing
from chengyang.platform.offices import actions as offices
from chengyang.platform.staff import actions as staff
from chengyang.platform.standards import actions as standards
from chengyang.platform.web import cache as cache_backend
from chengyang.platform.web import content, page_cache
from members.actions import consents, leaving
from members.models import Person
from organizations import actions as organizations
from organizations.models import Post
from services.actions import offers, teams
from services.proposals import actions as proposal_actions
from tests import personas
from tests.wsgi import ask, cookies_of

from . import addresses
from .conftest import undone
from .dataset import DAY, HOUR, NOW

REAL_CACHES = portal.CACHES  # before the dataset replaces them
HISTORIES = int(os.environ.get("PAGE_HISTORIES", "12"))
STEPS = 5  # of one history
FREQUENT = 4 * ("do_wait_until_a_moment", "do_sign_up", "do_cancel_signup", "do_check_in")  # often refused
CACHED = {page.url_name for page in extensions.cached_pages()}
ROWS = [row for row in addresses.rows() if row.partition(" ")[0] in CACHED]
QUERIES = {
    "activities:calendar": ("?view=list", "?view=week", "?view=coming", "?month=2026-09", "?programme=li", "?free=1"),
    "activities:ics": ("?programme=li",),
}


@pytest.fixture
def pages(dataset, db, settings, monkeypatch):
    """The page cache before the portal, with the cache server of the tests."""
    settings.CACHES = REAL_CACHES
    monkeypatch.setattr(cache_backend, "_pause", {"until": 0.0})
    monkeypatch.setattr(content, "PLACES_LIFE", 0.0)  # of up to a second; test_page_cache.py has it
    for signal in (
        request_started,
        request_finished,
    ):  # they would close the connection, and end the transaction of the test
        signal.disconnect(close_old_connections)
    yield committed(page_cache.PageCache, get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def urls_of(dataset):
    """Return every address that may be kept: each sample, and some queries."""
    found = []
    for row in ROWS:
        path = addresses.path_of(row, dataset)
        found += [path, *(path + query for query in QUERIES.get(row, ()))]
    return found


def committed(action, *args, **kwargs):
    """Call an action and do what it does after its commit, although the test commits nothing."""
    connection.content_list = None  # what the action before registered has been done
    with TestCase.captureOnCommitCallbacks(execute=True):
        return action(*args, **kwargs)


def made(pages, url, **request):
    """Return the answer of the portal without the cache, to the request that the cache would make."""
    return ask(pages.application, url, **request)


# ---- what is declared -------------------------------------------------------------------------------------------------
def test_every_declared_page_is_public_and_stored(pages, dataset):
    shown = [url for url in urls_of(dataset) if made(pages, url).status == 200]
    assert len(shown) > 25
    assert [url for url in shown if not (ask(pages, url) and ask(pages, url).was_kept)] == []


def test_private_prefixes_have_no_kept_page():
    private = (
        "me:",
        "admin:",
        "accounts:",
        "members:",
        "notices:",
        "files:",
        "mfa",
        "account",
        "api:",
        "web:",
        "notice",
    )
    private += ("activities:signup", "activities:ticket", "activities:checkin", "services:request", "services:query")
    assert [name for name in CACHED if name.startswith(private)] == []


@pytest.mark.parametrize("row", ROWS)
def test_a_page_of_somebody_signed_in_is_never_kept(pages, dataset, browser_of, row):
    url = addresses.path_of(row, dataset)
    cookies = cookies_of(browser_of("member"))
    assert portal.SESSION_COOKIE_NAME in cookies
    ask(pages, url)
    for _ in range(2):
        answer = ask(pages, url, cookies=cookies)
        assert "cache-status" not in answer.headers
        assert "林知夏" not in ask(pages, url).text


def test_values_that_nobody_offers_are_not_kept(pages):
    wrong = ("/calendar/?programme=zz", "/calendar/?month=2026-13", "/calendar/?month=1990-01", "/bases/?level=zz")
    wrong += ("/organizations/?category=zz", "/calendar/share/?view=list&kind=zz")
    for url in wrong:
        ask(pages, url)
        assert not ask(pages, url).was_kept, url


def test_a_name_is_gone_on_the_next_request(pages, dataset):
    post, user = dataset.organization_post, dataset.users["secretary"]
    committed(consents.decide_purpose, user, "publication", given=True, actor=user)
    url = dataset.organization.get_absolute_url()
    assert post.person.name in ask(pages, url).text
    assert ask(pages, url).was_kept
    committed(consents.decide_purpose, user, "publication", given=False, actor=user)
    assert post.person.name not in ask(pages, url).text


def test_a_proposal_is_gone_with_the_consent(pages, dataset):
    edition, author = dataset.public_edition, dataset.users["member"]
    urls = ("/proposals/", edition.get_absolute_url())
    for url in urls:
        assert edition.title in ask(pages, url).text
        assert ask(pages, url).was_kept
    committed(proposal_actions.decide_openness, edition.proposal, actor=author, openness="closed")
    assert [edition.title in ask(pages, url).text for url in urls] == [False, False]


@pytest.mark.parametrize("verb", sorted(extensions.audit_verbs()))
def test_a_verb_moves_the_site_or_says_why_not(verb):
    """Every verb whose object is shown in public moves a version; these are the ones that may move none."""
    object_, _dot, what = verb.partition(".")
    silent = {
        "session",
        "phone",
        "number_request",
        "password",
        "second_factor",
        "passkey",
        "staff_change",
        "notice",
        "data",
    }
    silent |= {
        "alike",
        "correction",
        "application",
        "request",
        "list",
        "row",
        "search",
        "audit",
        "file",
        "rules",
        "job",
        "report",
        "import",
        "sheet",
        "paper",
        "paper_template",
    }
    unseen = {
        "read",
        "seen",
        "asked_again",
        "applied",
        "declined",
        "withdrawn",
        "nominated",
        "first_reviewed",
        "reported",
    }
    versions = extensions.content().get(verb)
    if versions is content.nothing:
        assert object_ in silent or what in unseen or verb in ("user.created", "person.created"), verb


# ---- random histories ---------------------------------------------------------------------------------------------------
class History:
    """Random actions on one dataset. Whatever an action refuses is no step."""

    def __init__(self, dataset, settings, random):
        self.dataset, self.settings, self.random = dataset, settings, random
        self.district, self.second = dataset.users["district"], dataset.users["district_2"]
        self.log = []

    def step(self):
        kinds = [name for name in dir(self) if name.startswith("do_")]
        kind = self.random.choice([*kinds, *FREQUENT])
        self.log.append(kind)
        try:
            with transaction.atomic():
                getattr(self, kind)()
        except (ActionError, NotAllowed) as refusal:
            self.log[-1] += f" ({refusal})"

    def one(self, rows):
        found = list(rows)
        if not found:
            raise NotAllowed("nothing to choose from")
        return self.random.choice(found)

    def any_activity(self):
        return self.one(Activity.objects.exclude(state="cancelled").order_by("pk"))

    def do_edit(self):
        fields = [{"title": f"活动{self.random.randrange(99)}"}, {"capacity": self.random.choice([1, 3, 30])}]
        fields += [{"summary": "改了的简介"}, {"signup_closes": clock.now() + self.random.randrange(1, 40) * HOUR}]
        committed(activities.edit_activity, self.any_activity(), actor=self.district, **self.random.choice(fields))

    def do_move(self):
        activity, hours = self.any_activity(), self.random.randrange(1, 400)
        starts = clock.now() + hours * HOUR
        committed(
            activities.edit_activity,
            activity,
            actor=self.district,
            starts=starts,
            ends=starts + 2 * HOUR,
            signup_closes=None,
        )

    def do_cancel(self):
        committed(activities.cancel_activity, self.any_activity(), reason="大风", actor=self.district)

    def do_publish(self):
        draft = self.one(Activity.objects.exclude(state__in=("published", "cancelled")).order_by("pk"))
        committed(activities.publish_activity, draft, actor=self.district)

    def do_sign_up(self):
        who = self.dataset.users[self.random.choice(["member", "secretary", "leader", "base_manager"])]
        committed(signups.sign_up, self.any_activity(), actor=who)

    def do_cancel_signup(self):
        signup = self.one(Signup.objects.open().filter(person__isnull=False).order_by("pk"))
        committed(signups.cancel_signup, signup, actor=signup.person.user)

    def do_check_in(self):
        committed(
            attendance.check_in,
            self.one(Signup.objects.order_by("pk")),
            reason="纸质签到表第 3 行",
            actor=self.district,
        )

    def do_expire(self):
        committed(signup_upkeep.expire_offers)

    def do_appoint(self):
        kind = self.random.choice(Post.Kind.values)
        person = self.one(Person.objects.active().exclude(user=None).order_by("pk"))
        starts = clock.today() + self.random.choice([0, 1, 3]) * DAY
        committed(
            organizations.appoint,
            self.dataset.organization,
            person=person,
            kind=kind,
            starts=starts,
            ends=starts + 4 * DAY,
            actor=self.district,
        )

    def do_end_post(self):
        post = self.one(Post.objects.order_by("pk"))
        committed(
            organizations.end_post,
            post,
            actor=self.district,
            reason="换届",
            on=clock.today() + self.random.randrange(3) * DAY,
        )

    def do_publication(self):
        user = self.dataset.users[self.random.choice(["member", "secretary", "leader", "base_manager"])]
        committed(consents.decide_purpose, user, "publication", given=self.random.random() < 0.7, actor=user)

    def do_leave(self):
        person = self.one(Person.objects.active().exclude(user=None).order_by("pk"))
        committed(leaving.leave_registry, person, actor=person.user)

    def do_assess(self):
        row = self.dataset.base_assessment
        short = {"result": "partly", "reason": "不够", "by": clock.today() + 9 * DAY}
        one = short if self.random.random() < 0.5 else {"result": "met", "reason": "看过", "by": None}
        found = {criterion.code: one for criterion in row.version.criteria.all()}
        committed(standards.find_assessment, row, found, actor=self.district)
        expires_on = clock.today() + self.random.randrange(1, 5) * DAY
        committed(standards.confirm_assessment, row, expires_on=expires_on, actor=self.second)

    def do_standard(self):
        committed(standards.publish_version, self.dataset.version_draft, actor=self.second)

    def do_exception(self):
        day = clock.today() + self.random.randrange(30) * DAY
        committed(
            staff.set_exception,
            actor=self.district,
            date=day,
            is_workday=False,
            name="放假",
            source="国办发明电〔2026〕9号",
        )

    def do_rename(self):
        organizer = self.random.choice([self.dataset.organization, self.dataset.base, self.dataset.team])
        committed(organizing.change, organizer, {"name": f"改名{self.random.randrange(99)}"}, actor=self.district)

    def do_hide(self):
        organizer = self.random.choice([self.dataset.organization, self.dataset.base, self.dataset.team])
        committed(self.random.choice([organizing.hide, organizing.publish]), organizer, actor=self.district)

    def do_honour(self):
        committed(bases.add_honour, self.dataset.base, actor=self.district, title="示范基地", level="city", year=2026)

    def do_edit_organizers(self):
        committed(bases.edit_base, self.dataset.base, actor=self.district, summary="改了的介绍")
        committed(teams.edit_team, self.dataset.team, actor=self.district, summary="改了的介绍")
        committed(offers.edit_offer, self.dataset.offer, actor=self.district, price="收成本费")

    def do_office(self):
        committed(
            offices.edit_office,
            self.dataset.window,
            actor=self.district,
            phone=f"0532-8770{self.random.randrange(9999):04}",
        )

    def do_life(self):
        organization, charter = self.dataset.organization, self.dataset.charter
        committed(
            organizations.edit_organization,
            organization,
            {"purpose": f"宗旨{self.random.random()}"},
            actor=self.district,
        )
        if self.random.random() < 0.5:
            committed(organizations.withdraw_charter, charter, reason="传错", actor=self.district)
        else:
            committed(organizations.restore_charter, charter, actor=self.district)

    def do_wait(self):
        self.settings.PORTAL_CLOCK = clock.now() + self.random.choice([HOUR / 2, HOUR, 7 * HOUR, DAY, 6 * DAY])

    def do_wait_until_a_moment(self):
        names = ("starts", "ends", "signup_opens", "signup_closes")
        rows = Activity.objects.values_list(*names)
        moments = sorted(moment for row in rows for moment in row if moment and moment > clock.now())[:1]
        midnight = clock.at(clock.today() + DAY)
        late = dt.timedelta(microseconds=self.random.choice([0, 0, -1]))
        self.settings.PORTAL_CLOCK = self.one([*moments, *moments, midnight]) + late


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_kept_pages_follow_every_change(pages, dataset, settings, seed):
    settings.PORTAL_CLOCK = NOW
    chance = random.Random(seed)
    urls = urls_of(dataset)
    with undone():
        history = History(dataset, settings, chance)
        for url in urls:
            ask(pages, url)
        for _ in range(STEPS):
            history.step()
            for url in urls if HISTORIES > 20 else chance.sample(urls, 9):
                kept, fresh = ask(pages, url), made(pages, url)
                assert (kept.status, kept.text) == (fresh.status, fresh.text), (url, history.log)
    for row in vars(dataset)["objects"].values():
        if hasattr(row, "refresh_from_db"):
            row.refresh_from_db()


def test_the_personas_of_the_histories_exist():
    assert {"secretary", "leader", "base_manager", "member"} <= set(personas.NAMES)
