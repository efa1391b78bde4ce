"""What was typed survives an expired session and an expired token."""

import datetime as dt
import re

import pytest
from django.test import Client

from chengyang import clock
from chengyang.platform.web import kept_forms
from services.models import Request

pytestmark = pytest.mark.django_db
BACKEND = "chengyang.platform.accounts.backends.PortalBackend"
TEXT = "村里的草莓卖不动，\n想请人看看怎么直播。"
FORM = {"title": "草莓滞销", "text": TEXT}
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}
PATH = "/services/requests/new/"


@pytest.fixture
def browser(member):
    """A browser in which the member is signed in, and which checks CSRF tokens as a real one."""
    browser = Client(enforce_csrf_checks=True, headers=SAME_ORIGIN)
    browser.force_login(member, backend=BACKEND)
    return browser


def token(answer):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.content.decode())[1]


def shown(answer):
    """Return {name: value} of the form on the page of a kept form."""
    form = answer.content.decode().partition('<form class="form"')[2].partition("</form>")[0]
    areas = dict(re.findall(r'<textarea class="input" name="(\w+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL))
    fields = dict(re.findall(r'<input [^>]*name="(\w+)" value="([^"]*)"', form))
    return {name: value for name, value in (areas | fields).items() if name != "csrfmiddlewaretoken"}


# ---- expired session -------------------------------------------------------------------------------------------------
def expire(browser):
    """Let the session of `browser` end on the server; the form is still open."""
    form = browser.get(PATH)
    data = {**FORM, "csrfmiddlewaretoken": token(form)}
    browser.session.delete()
    return data


def signed_in_again(browser, user):
    """Sign `user` in as the pages do, which keeps the data of the session."""
    from django.contrib.auth import login
    from django.http import HttpRequest

    request = HttpRequest()
    request.session = browser.session
    login(request, user, backend=BACKEND)
    request.session.save()
    browser.cookies["chengyang"] = request.session.session_key
    return browser.get("/continue/")


def test_form_of_an_expired_session_is_shown_after_signing_in_and_sent(browser, member):
    answer = browser.post(PATH, expire(browser))
    assert answer.url == "/accounts/phone/?next=%2Fcontinue%2F"
    page = signed_in_again(browser, member)
    assert "刚才填的还在" in page.content.decode()
    assert shown(page)["text"] == TEXT
    sent = browser.post(PATH, {**shown(page), "csrfmiddlewaretoken": token(page)})
    assert sent.status_code == 302
    assert Request.objects.get().text == TEXT
    assert browser.get("/continue/").url == "/me/"


def test_codes_of_a_page_are_sent_again_and_not_shown():
    """Signed versions, numbers of forms and choices mean nothing to a reader, however long they are."""
    fields = [("choice", "return"), ("version", "Zm9v" * 60), ("reason", "单位不在城阳区。"), ("text", "a b\nc")]
    assert [control for *_rest, control in kept_forms.rows(fields)] == ["hidden", "hidden", "line", "text"]


def test_form_of_an_idle_officer_returns_to_that_officer_only(district, member, monkeypatch):
    browser = Client(headers=SAME_ORIGIN)
    browser.force_login(district, backend=BACKEND)
    assert browser.get("/manage/").status_code == 200
    later = clock.now() + dt.timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    answer = browser.post("/manage/members/person/add/", {"name": "司徒云长", "unit": TEXT})
    assert answer.url == "/accounts/login/?next=%2Fcontinue%2F"
    assert signed_in_again(browser, member).url == "/me/"


def test_kept_form_is_forgotten_after_half_an_hour(browser, member, monkeypatch):
    browser.post(PATH, expire(browser))
    later = clock.now() + kept_forms.LIFE + dt.timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert signed_in_again(browser, member).url == "/me/"


def test_form_of_another_site_is_not_kept(browser):
    data = expire(browser)
    answer = browser.post(PATH, data, headers={"sec-fetch-site": "cross-site"})
    assert answer.url == "/accounts/phone/?next=%2F"


def test_page_of_a_kept_form_needs_a_sign_in_and_leads_to_me_without_one(client, member):
    assert client.get("/continue/").status_code == 302
    client.force_login(member, backend=BACKEND)
    assert client.get("/continue/").url == "/me/"


# ---- expired token ---------------------------------------------------------------------------------------------------
def test_form_with_an_old_token_is_shown_again_and_one_click_sends_it(browser):
    page = browser.post(PATH, {**FORM, "csrfmiddlewaretoken": "a" * 64})
    assert page.status_code == 403
    assert "刷新" not in page.content.decode()
    assert shown(page)["text"] == TEXT
    assert browser.post(PATH, {**shown(page), "csrfmiddlewaretoken": token(page)}).status_code == 302
    assert Request.objects.get().title == "草莓滞销"


def test_form_of_another_site_with_our_cookies_is_not_shown_with_a_token(browser):
    page = browser.post(PATH, FORM, headers={"sec-fetch-site": "cross-site", "origin": "https://evil.example"})
    assert (page.status_code, shown(page)) == (403, {})


def test_browser_without_fetch_metadata_is_judged_by_its_origin(member):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(member, backend=BACKEND)
    assert shown(browser.post(PATH, FORM, headers={"origin": "http://testserver"}))["title"] == "草莓滞销"
    assert shown(browser.post(PATH, FORM, headers={"origin": "http://other.example"})) == {}
    assert shown(browser.post(PATH, FORM)) == {}


@pytest.mark.parametrize("name", ["password", "new_password1", "code", "csrfmiddlewaretoken", "otp"])
def test_secrets_are_never_kept(rf, name):
    request = rf.post("/x/", {name: "secret", "text": "a"}, headers=SAME_ORIGIN)
    assert kept_forms.typed_fields(request) == [("text", "a")]


def test_values_are_shown_as_text(browser):
    page = browser.post(PATH, {"title": "x", "text": "<script>alert(1)</script> text"})
    assert "<script>alert(1)" not in page.content.decode()


def test_accounts_pages_are_never_kept(rf):
    assert not kept_forms.may_keep(rf.post("/accounts/login/", {"email": "a@demo.invalid"}, headers=SAME_ORIGIN))
