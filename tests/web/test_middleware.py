import logging
import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from chengyang.platform.web import addresses, context
from chengyang.platform.web.logs import RequestFilter

pytestmark = [pytest.mark.urls("tests.web.site"), pytest.mark.django_db]
INNER = addresses.networks(["10.0.0.0/8", "2001:db8::/32"])


# ---- client address and request id ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # the header of an untrusted peer is ignored
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # entries of the client itself are at the left
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, rubbish", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("2001:db8::1", "2001:db9::5", "2001:db9::5"),
        ("", "198.51.100.1", None),
        ("unix:", "", None),
    ],
)
def test_forwarded_addresses_count_only_from_own_proxies(remote, forwarded, address):
    assert addresses.client_address(remote, forwarded, INNER) == address


def test_a_bad_proxy_setting_stops_the_start():
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        addresses.networks(["10.0.0.0/8", "proxy.local"])


def test_each_request_has_its_own_id(client):
    first, second = (client.get("/who/") for _ in range(2))
    request_id = first.content.decode().split("|")[0]
    assert re.fullmatch(r"[0-9a-f]{32}", request_id)
    assert first.headers["X-Request-ID"] == request_id != second.headers["X-Request-ID"]


def test_request_info_ends_with_the_request(client):
    client.get("/who/")
    assert context.current() == context.RequestInfo()


def test_agent_is_cut_and_printable(client):
    answer = client.get("/who/", headers={"user-agent": "A\x7f" + "b" * 500})
    assert answer.content.decode().split("|")[2] == "A" + "b" * 199


def test_trusted_proxy_is_read_from_settings(client, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    answer = Client(headers={"x-forwarded-for": "198.51.100.7"}).get("/who/")
    assert answer.content.decode().split("|")[1] == "198.51.100.7"


def test_a_log_record_has_the_request_id():
    record = logging.LogRecord("x", logging.INFO, "", 0, "text", None, None)
    with context.request_context(context.RequestInfo("a" * 32)):
        RequestFilter().filter(record)
    assert record.request_id == "a" * 32


def test_the_log_record_of_a_missing_page_has_the_request_id(client, caplog):
    caplog.handler.addFilter(RequestFilter())
    answer = client.get("/missing/")
    assert [record.request_id for record in caplog.records] == [answer.headers["X-Request-ID"]]


# ---- malformed requests ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("url", ["/%00", "/calendar/%00/", "/?q=a%00b", "/?%00=1"])
def test_nul_in_the_address_is_a_400(client, url):
    answer = client.get(url)
    assert answer.status_code == 400
    assert "这个请求读不懂" in answer.content.decode()


@pytest.mark.parametrize("name", ["chengyang", "csrftoken", "messages", "elder"])
def test_nul_in_a_cookie_is_a_400(client, name):
    assert client.get("/", headers={"cookie": f'{name}="ab\\000cd"'}).status_code == 400


def test_a_percent_sign_that_is_not_nul_is_accepted(client):
    assert client.get("/?q=100%2500").status_code == 200


@pytest.mark.parametrize("url", ["/?q=%ff%fe", "/%ff", "/?q=%F0%9F%98%80", "/" + "x" * 3000])
def test_odd_urls_cause_no_exception(client, url):
    assert client.get(url).status_code in (200, 404)


def test_an_unknown_host_gets_our_error_page(client):
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "这个请求读不懂" in answer.content.decode()


# ---- errors of actions ----------------------------------------------------------------------------------------------
def test_a_refused_button_returns_to_its_page_with_the_message(client):
    answer = client.post("/refused/", headers={"referer": "http://testserver/calendar/?m=2026-09"}, follow=True)
    assert answer.redirect_chain == [("/calendar/?m=2026-09", 302)]
    assert "报名已截止。" in answer.content.decode()


@pytest.mark.parametrize(
    ("url", "referer", "target"),
    [
        ("/sample/", "http://testserver/calendar/", "/sample/"),
        ("https://evil.example/", "http://testserver/calendar/", "/calendar/"),
        ("//evil.example/", "https://evil.example/", "/"),
        ("", "", "/"),
    ],
)
def test_a_refused_button_never_redirects_to_another_site(client, url, referer, target):
    answer = client.post("/refused/", {"url": url}, headers={"referer": referer})
    assert answer.headers["Location"] == target


def test_a_program_gets_a_409_with_a_code(client):
    answer = client.post("/refused/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (409, {"code": "closed", "detail": "报名已截止。"})


def test_the_error_of_a_partial_page_is_put_into_the_messages(client):
    answer = client.post("/refused/", headers={"hx-request": "true"})
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#messages"


def test_an_action_error_of_a_page_is_a_409_page(client):
    answer = client.get("/refused-page/")
    assert answer.status_code == 409
    assert "还没有开始。" in answer.content.decode()


# ---- caching --------------------------------------------------------------------------------------------------------
def test_a_page_for_visitors_may_be_cached(client):
    answer = client.get("/")
    assert "no-store" not in answer.headers.get("Cache-Control", "")
    assert "Cookie" in answer.headers["Vary"]


def test_a_page_for_a_signed_in_person_is_not_cached(client_of, stranger):
    assert client_of(stranger).get("/").headers["Cache-Control"] == "no-store"


def test_pages_may_use_the_camera_but_never_the_location(client):
    permissions = client.get("/").headers["Permissions-Policy"]
    assert "camera=(self)" in permissions
    assert "geolocation=()" in permissions


# ---- large requests ----------------------------------------------------------------------------------------------------
class Unread:
    """The input of a request of which nothing may be read."""

    def read(self, *_):
        raise AssertionError("the form was read")

    readline = read


def post(client, path, length, **more):
    return client.generic("POST", path, b"", **{"CONTENT_LENGTH": str(length), "wsgi.input": Unread(), **more})


def test_a_request_above_the_limit_is_refused_before_it_is_read(client, settings):
    answer = post(client, "/form/", settings.BODY_MAX_BYTES + 1)
    assert answer.status_code == 413
    assert "2 MB" in answer.content.decode()


def test_a_page_with_files_takes_more_from_people_who_are_signed_in(client, settings, member):
    limit = settings.BODY_WITH_FILES_MAX_BYTES
    assert post(client, "/manage/x/", limit).status_code == 413
    client.force_login(member, backend="chengyang.platform.accounts.backends.PortalBackend")
    assert post(client, "/manage/x/", limit + 1).status_code == 413
    assert client.post("/manage/x/", {"text": "a" * settings.BODY_MAX_BYTES}).status_code != 413


def test_a_request_of_unknown_length_is_refused(client):
    assert post(client, "/form/", "", HTTP_TRANSFER_ENCODING="chunked").status_code == 411


def test_a_program_gets_json(client, settings):
    answer = post(client, "/api/v1/x", settings.BODY_MAX_BYTES + 1)
    assert (answer.status_code, answer.json()["code"]) == (413, "413")


# ---- compression ----------------------------------------------------------------------------------------------------
def encoding(client, path="/standards/", **cookies):
    for name, value in cookies.items():
        client.cookies[name] = value
    return client.get(path, headers={"Accept-Encoding": "gzip"}).headers.get("Content-Encoding")


@pytest.mark.urls("chengyang.urls")
@pytest.mark.parametrize("path", ["/standards/", "/calendar/", "/calendar/?q=abc"])
def test_what_a_visitor_reads_is_compressed(client, db, path):
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert (answer.headers["Content-Encoding"], "Accept-Encoding" in answer.headers["Vary"]) == ("gzip", True)
    assert encoding(client, path, elder="24") == "gzip"


@pytest.mark.urls("chengyang.urls")
def test_a_page_that_may_have_a_secret_is_not_compressed(client, client_of, member):
    assert encoding(client, "/accounts/phone/") is None  # it sets the CSRF cookie and contains the token
    assert encoding(client) is None  # the cookie comes with every request from now on
    assert encoding(client_of(member), "/calendar/") is None
    assert encoding(client_of(member), "/me/data/") is None


@pytest.mark.urls("chengyang.urls")
def test_a_page_that_sets_a_message_is_not_compressed(client, reference):
    client.cookies["messages"] = "x"
    assert encoding(client) is None
