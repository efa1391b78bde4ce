"""Error pages, elder mode and the common parts of every page."""

import re

import pytest
from django.db import OperationalError, connection
from django.shortcuts import render
from django.test import Client

from chengyang.platform.web import elder, views

pytestmark = [pytest.mark.urls("tests.web.site"), pytest.mark.django_db]
POLICY = "default-src 'none'"


@pytest.fixture
def quiet_client():
    """Return a client that gets the error page instead of the exception."""
    return Client(raise_request_exception=False)


# ---- error pages ----------------------------------------------------------------------------------------------------
ERRORS = [
    ("/nowhere/", 404, "没有这个页面"),
    ("/missing/", 404, "没有这个页面"),
    ("/forbidden/", 403, "这一步不在你的权限里"),
    ("/withdrawn/", 410, "这个页面已经撤下"),
    ("/broken/", 500, "系统出错了"),
    ("/?x=%00", 400, "这个请求读不懂"),
]


@pytest.mark.parametrize(("url", "status", "title"), ERRORS)
def test_an_error_page_says_what_happened_and_has_a_link(quiet_client, url, status, title):
    answer = quiet_client.get(url)
    html = answer.content.decode()
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in html
    assert '<a class="btn btn--main" href="/">' in html


@pytest.mark.parametrize("url", [url for url, _status, _title in ERRORS])
def test_an_error_page_has_the_policy_and_the_styles(quiet_client, url):
    answer = quiet_client.get(url)
    assert POLICY in answer.headers["Content-Security-Policy"]
    assert "css/tokens.css" in answer.content.decode()


@pytest.mark.parametrize("url", [url for url, _status, _title in ERRORS])
def test_an_error_of_the_api_is_json(quiet_client, url):
    answer = quiet_client.get(url, headers={"accept": "application/json"})
    assert set(answer.json()) == {"code", "detail"}


def test_a_withdrawn_page_shows_its_reason(client):
    assert "文件已经废止。" in client.get("/withdrawn/").content.decode()


def test_the_page_of_an_internal_error_shows_the_request_id(quiet_client):
    answer = quiet_client.get("/broken/")
    assert answer.headers["X-Request-ID"] in answer.content.decode()


@pytest.mark.parametrize(("url", "status"), [("/broken/", 500), ("/?x=%00", 400)])
def test_error_pages_have_the_styles_without_a_database(client_of, stranger, url, status):
    browser = client_of(stranger)
    browser.raise_request_exception = False

    def refuse(*args):
        raise OperationalError("the database is gone")

    with connection.execute_wrapper(refuse):
        answer = browser.get(url)
    assert answer.status_code == status
    assert "css/tokens.css" in answer.content.decode()


def test_an_error_in_the_templates_still_has_a_page(rf, monkeypatch):
    monkeypatch.setattr(views, "render_to_string", lambda *args: 1 / 0)
    answer = views.handler500(rf.get("/"))
    assert answer.status_code == 500
    assert "系统出错了" in answer.content.decode()


def test_an_expired_form_explains_what_to_do():
    answer = Client(enforce_csrf_checks=True).post("/sample/", {"name": "甲"})
    assert answer.status_code == 403
    assert "返回" in answer.content.decode()


# ---- elder mode -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("size", "wish", "after"),
    [
        ("", "on", "24"), ("", "toggle", "24"), ("24", "toggle", ""), ("27", "off", ""), ("27", "on", "27"),
        ("24", "larger", "27"), ("27", "larger", "30"), ("30", "larger", "30"), ("27", "smaller", "24"),
        ("24", "smaller", "24"), ("", "larger", "27"), ("27", "nonsense", "27"), ("", "", ""),
    ],
)  # fmt: skip
def test_the_size_follows_the_wish(size, wish, after):
    assert elder.after(size, wish) == after


def test_elder_mode_is_stored_and_redirects_to_the_page(client):
    answer = client.post("/elder/", {"wish": "on", "next": "/calendar/?m=2026-09"})
    assert answer.headers["Location"] == "/calendar/?m=2026-09"
    assert '<html lang="zh-CN" class="elder elder--24"' in client.get("/").content.decode()


def test_elder_mode_can_be_turned_off(client):
    client.post("/elder/", {"wish": "on"})
    client.post("/elder/", {"wish": "off"})
    assert "elder--" not in client.get("/").content.decode()


@pytest.mark.parametrize(
    "next_url", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/a\r\nb: c", ""]
)
def test_elder_mode_never_redirects_to_another_site(client, next_url):
    assert client.post("/elder/", {"wish": "on", "next": next_url}).headers["Location"] == "/"


def test_another_site_cannot_turn_elder_mode_on(client):
    answer = client.post("/elder/", {"wish": "on"}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert "elder" not in answer.cookies


def test_elder_mode_needs_a_post(client):
    assert client.get("/elder/").status_code == 405


@pytest.mark.parametrize("cookie", ["99", "24 ", "<b>", "x" * 4000])
def test_a_cookie_with_another_value_is_ignored(client, cookie):
    client.cookies["elder"] = cookie
    assert "elder--" not in client.get("/").content.decode()


# ---- every page -----------------------------------------------------------------------------------------------------
def test_a_page_has_the_meta_tags_of_a_government_site(client, settings):
    settings.SITE = {**settings.SITE, "name": "某<站>", "id_code": "3702140001"}
    html = client.get("/").content.decode()
    assert '<meta name="SiteName" content="某&lt;站&gt;">' in html
    assert '<meta name="SiteIDCode" content="3702140001">' in html


def test_the_site_is_ours_even_if_a_view_has_another_site(rf, settings):
    html = render(rf.get("/"), "public.html", {"site": {"name": "another site"}}).content.decode()
    assert settings.SITE["name"] in html
    assert "another site" not in html


def test_unset_items_of_the_footer_are_omitted(client, settings):
    settings.SITE = {**settings.SITE, "icp": "", "police": "", "id_code": "", "contact": "", "mistakes_url": ""}
    html = client.get("/").content.decode()
    assert not any(word in html for word in ("SiteIDCode", "网站标识码", "联系：", "找错", "备"))


def test_set_items_of_the_footer_are_shown(client, settings):
    settings.SITE = {**settings.SITE, "icp": "鲁ICP备0号", "contact": "0532-0", "mistakes_url": "/mistakes/"}
    html = client.get("/").content.decode()
    assert all(text in html for text in ("鲁ICP备0号", "联系：0532-0", 'href="/mistakes/"'))


def test_links_without_a_page_are_omitted(client):
    labels = re.findall(r"</svg>([一-鿿]+)</a></li>", client.get("/").content.decode())
    assert labels == ["首页", "日历", "更多"]


def test_the_current_link_is_marked(client):
    html = client.get("/calendar/").content.decode()
    assert re.search(r'<a href="/calendar/" aria-current="page">', html)
    assert html.count('aria-current="page"') == 1


def test_signed_in_person_sees_their_name(client_of, stranger):
    stranger.name = "林知夏"
    stranger.save(update_fields=["name"])
    assert "林知夏" in client_of(stranger).get("/").content.decode()


@pytest.mark.parametrize(("is_demo", "shown"), [(True, True), (False, False)])
def test_demo_note_is_shown_when_demo_rows_are_there(client, stranger, is_demo, shown):
    type(stranger).objects.update(is_demo=is_demo)
    assert ("demo-note" in client.get("/").content.decode()) is shown


def test_a_message_with_undo_has_a_button(client):
    html = client.get("/undone/").content.decode()
    assert re.search(r'<form class="callout__do" method="post" action="/take-back/">', html)
