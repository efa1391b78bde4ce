"""A form that creates something is carried out once, although it is sent twice: two taps, a slow line, the back button."""

import datetime as dt
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse

from chengyang import clock
from chengyang.platform.objectives.actions import draft_plan
from chengyang.platform.objectives.models import Objective
from chengyang.platform.standards.actions import draft_version
from chengyang.platform.standards.models import Criterion
from chengyang.platform.web import sent_forms
from services.models import Outcome, Request
from tests import personas
from tests.standards.conftest import make_standard

pytestmark = pytest.mark.django_db
ADD = "/manage/services/outcome/add/"
NUMBER = re.compile(r'<input type="hidden" name="form_number" value="(\w{16})">')


def outcome(number="a" * 16, **more):
    """Return the data of a form that reports a firm which the team of `leader` has helped."""
    typed = {"kind": "firm", "title": "一家新店", "happened_on": "2026-09-01", "quantity": "3"}
    return {**typed, "team": personas.team().pk, "form_number": number, **more}


@pytest.fixture
def browser(client_of, leader):
    return client_of(leader)


def test_a_form_that_is_sent_twice_is_carried_out_once_and_answered_alike(browser):
    answers = [browser.post(ADD, outcome()) for _ in range(2)]
    page = reverse("admin:services_outcome_change", args=[Outcome.objects.get().pk])
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, page)] * 2


@pytest.mark.parametrize("more", [{"title": "另一家新店"}, {"number": "b" * 16}])
def test_other_content_and_another_showing_of_the_page_are_another_form(browser, more):
    browser.post(ADD, outcome())
    browser.post(ADD, outcome(**more))
    assert Outcome.objects.count() == 2


@pytest.mark.parametrize(("seconds", "outcomes"), [(-1, 1), (1, 2)])
def test_the_answer_counts_for_ten_minutes(browser, settings, seconds, outcomes):
    settings.PORTAL_CLOCK = clock.now()
    browser.post(ADD, outcome())
    settings.PORTAL_CLOCK = clock.now() + sent_forms.LIFE + dt.timedelta(seconds=seconds)
    browser.post(ADD, outcome())
    assert Outcome.objects.count() == outcomes


def test_a_form_with_an_error_may_be_sent_again(browser):
    data = outcome(title="")
    assert [browser.post(ADD, data).status_code for _ in range(2)] == [400, 400]


@pytest.mark.urls("tests.web.site")
def test_a_refusal_is_not_kept_as_the_answer(browser):
    for _ in range(2):
        answer = browser.post("/refused/", {"form_number": "a" * 16}, follow=True)
        assert "报名已截止。" in answer.content.decode()
    assert sent_forms.SESSION_KEY not in browser.session


def test_the_same_number_of_somebody_else_is_another_form(browser, client_of, district):
    browser.post(ADD, outcome())
    client_of(district).post(ADD, outcome())
    assert Outcome.objects.count() == 2


def test_a_visitor_with_a_number_is_asked_to_sign_in(client, leader):
    assert client.post(ADD, outcome())["Location"].startswith("/accounts/login/")


def test_a_session_keeps_the_newest_answers_only(browser):
    for place in range(sent_forms.MOST + 2):
        browser.post("/services/requests/new/", {"title": str(place), "text": "…", "form_number": "a" * 16})
    assert Request.objects.count() == sent_forms.MOST + 2
    assert len(browser.session[sent_forms.SESSION_KEY]) == sent_forms.MOST


@pytest.mark.django_db(transaction=True)
def test_two_sendings_at_the_same_moment_are_carried_out_once():
    personas.reference()
    browser, gate, data = Client(), threading.Barrier(2), outcome()
    browser.force_login(personas.make("leader"), backend="chengyang.platform.accounts.backends.PortalBackend")

    def post(_):
        try:
            connection.ensure_connection()
            mine = Client()
            mine.cookies = browser.cookies
            gate.wait(timeout=60)
            return mine.post(ADD, data)["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(post, range(2)))) == 1
    assert Outcome.objects.count() == 1


# ---- the pages that have a number -----------------------------------------------------------------------------------
CREATING = [model._meta for model, model_admin in admin.site._registry.items() if model_admin.create]


@pytest.mark.parametrize("opts", CREATING, ids=str)
def test_every_form_of_the_staff_site_that_adds_a_row_has_a_number(client_of, reference, opts):
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_add")
    if opts == Criterion._meta:  # it is added to the draft that the address names
        url += f"?version={draft_version(make_standard('six_haves'), actor=personas.make('district')).pk}"
    if opts == Objective._meta:  # it is added to the plan that the address names
        url += (
            f"?plan={draft_plan(personas.organization(), year=clock.today().year, actor=personas.make('xiazhuang')).pk}"
        )
    pages = [client_of(personas.make(name)).get(url) for name in ("district", "secadmin", "sysadmin")]
    shown = [page.content.decode() for page in pages if page.status_code == 200]
    assert shown
    assert [page for page in shown if not NUMBER.search(page)] == []


def test_a_form_that_changes_a_row_has_none(client_of, district):
    url = reverse("admin:services_team_change", args=[personas.team().pk])
    assert not NUMBER.search(client_of(district).get(f"{url}?edit=1").content.decode())


@pytest.mark.parametrize("path", ["/services/requests/new/", "/organizations/other/apply/"])
def test_a_form_of_a_member_has_another_number_each_time(client_of, member, path):
    personas.organization(slug="other", name="另一个联谊会")
    found = {NUMBER.search(client_of(member).get(path).content.decode())[1] for _ in range(2)}
    assert len(found) == 2
