"""The page cache with an application of a few lines in the place of Django; tests/project/test_cached_pages.py has the pages."""

import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import zstandard
from django.conf import settings as portal
from django.db import connection, transaction

from chengyang import clock
from chengyang.platform.web import cache as cache_backend
from chengyang.platform.web import content, page_cache, stored_pages
from tests.wsgi import ask

ACTIVITY = "/activities/abcdefghjk/"
OTHER = "/activities/bbbbbbbbbb/"
TEXT = "活动日历" * 100


class Application:
    """Answers with a page that names how often it was asked; `headers` and `status` can be changed."""

    def __init__(self):
        self.asked, self.headers, self.status, self.seconds = [], [], "200 OK", 0.0

    def __call__(self, environ, start_response):
        self.asked.append(environ)
        number = len(self.asked)
        time.sleep(self.seconds)
        start_response(
            self.status, [("Content-Type", "text/html"), ("Vary", "Cookie"), ("X-Request-ID", "one"), *self.headers]
        )
        return [f"{number} {TEXT}".encode()]


@pytest.fixture
def application():
    return Application()


@pytest.fixture(autouse=True)
def own_connections():
    """No connection, and no version read, of another test."""
    content._client.cache_clear()
    content._thread.__dict__.clear()
    yield
    content._client.cache_clear()
    content._thread.__dict__.clear()


@pytest.fixture
def moments(monkeypatch):
    """No moment but midnight changes a page: the application above has no activities."""
    monkeypatch.setattr(content.extensions, "content_moments", list)


@pytest.fixture
def pages(application, moments):
    return page_cache.PageCache(application)


def kept(pages, url, **request):
    """Ask twice and return the second answer."""
    ask(pages, url, **request)
    return ask(pages, url, **request)


# ---- what is kept ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("url", ["/", "/calendar/", "/calendar/?view=list&programme=li", "/calendar.ics", ACTIVITY])
def test_a_declared_page_is_made_once(pages, application, url):
    answer = kept(pages, url)
    assert (answer.was_kept, len(application.asked), answer.text[:2]) == (True, 1, "1 ")


@pytest.mark.parametrize(
    "url",
    [
        "/me/",
        "/join/",
        "/accounts/phone/",
        f"{ACTIVITY}signup/",
        "/tickets/abcdefghjk/",
        "/manage/",
        "/services/requests/new/",
        "/services/query/",
        "/demo/sms/",
        "/healthz",
        "/files/abcdefghjk/",
        "/nothing/",
        "/calendar/?q=草莓",
        "/calendar/?utm_source=x",
        "/calendar/?programme=" + "x" * 80,
        "/calendar/?programme=li&programme=xin&programme=qu&programme=zhi&kind=other",
        "/calendar/?month=2026-11&month",
        "/bases/?page=99999",
    ],
)
def test_every_other_address_is_answered_by_the_application(pages, application, url):
    answer = kept(pages, url)
    assert ("cache-status" in answer.headers, len(application.asked)) == (False, 2)


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "POST"},
        {"cookies": {portal.SESSION_COOKIE_NAME: "x"}},
        {"cookies": {"messages": "x"}},
        {"HTTP_AUTHORIZATION": "Basic x"},
        {"HTTP_HX_REQUEST": "true"},
        {"HTTP_RANGE": "bytes=0-1"},
    ],
)
def test_a_request_that_may_be_personal_is_answered_by_the_application(pages, application, request_):
    ask(pages, "/")
    answer = kept(pages, "/", **request_)
    assert ("cache-status" in answer.headers, len(application.asked)) == (False, 3)


@pytest.mark.parametrize(
    "headers",
    [
        [("Set-Cookie", "a=b")],
        [("Cache-Control", "no-store")],
        [("Cache-Control", "max-age=0, private")],
        [("Vary", "User-Agent")],
        [("Vary", "Accept-Language, Cookie")],
    ],
)
def test_an_answer_that_is_not_for_everybody_is_not_kept(pages, application, headers):
    application.headers = headers
    answer = kept(pages, "/")
    assert (answer.text[:2], len(application.asked)) == ("2 ", 2)
    assert all(answer.headers.get(name.lower()) for name, _value in headers)


@pytest.mark.parametrize("status", ["404 Not Found", "302 Found", "500 Internal Server Error"])
def test_only_answers_with_200_are_kept(pages, application, status):
    application.status = status
    assert (kept(pages, "/").text[:2], len(application.asked)) == ("2 ", 2)


def test_a_page_is_made_without_the_cookies_and_conditions_of_the_one_who_asks_first(pages, application):
    ask(pages, "/", cookies={"csrftoken": "x", "elder": "27"}, HTTP_IF_NONE_MATCH='W/"x"', HTTP_ACCEPT_ENCODING="gzip")
    seen = application.asked[0]
    assert (seen["HTTP_COOKIE"], "HTTP_IF_NONE_MATCH" in seen, "HTTP_ACCEPT_ENCODING" in seen) == (
        "elder=27",
        False,
        False,
    )


@pytest.mark.parametrize(
    "request_",
    [
        {"cookies": {"elder": "24"}},
        {"HTTP_USER_AGENT": "MicroMessenger/8"},
        {"HTTP_HOST": "other"},
        {"wsgi.url_scheme": "https"},
    ],
)
def test_pages_that_look_different_are_kept_apart(pages, application, request_):
    plain = ask(pages, "/")
    other = ask(pages, "/", **request_)
    assert (plain.text[:2], other.text[:2]) == ("1 ", "2 ")
    assert (kept(pages, "/").text[:2], kept(pages, "/", **request_).text[:2]) == ("1 ", "2 ")


def test_an_unknown_size_of_elder_mode_is_the_plain_page(pages, application):
    ask(pages, "/")
    assert ask(pages, "/", cookies={"elder": "999"}).was_kept


def test_behind_a_proxy_the_scheme_is_the_forwarded_one(pages, application, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ask(pages, "/", HTTP_X_FORWARDED_PROTO="https")
    assert not ask(pages, "/").was_kept
    assert ask(pages, "/", HTTP_X_FORWARDED_PROTO="https").was_kept


# ---- the answer -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("accepted", "encoding", "read"),
    [
        ("gzip, deflate, br, zstd", "zstd", lambda body: zstandard.ZstdDecompressor().decompress(body)),
        ("gzip", "gzip", gzip.decompress),
        ("zstd;q=0, gzip;q=0.5", "gzip", gzip.decompress),
        ("br", None, bytes),
        ("", None, bytes),
        ("gzip;q=0.0", None, bytes),
    ],
)
def test_the_body_is_compressed_as_the_browser_takes_it(pages, accepted, encoding, read):
    answer = kept(pages, "/", HTTP_ACCEPT_ENCODING=accepted)
    assert (answer.headers.get("content-encoding"), read(answer.body).decode()) == (encoding, f"1 {TEXT}")
    assert (answer.headers["content-length"], answer.headers["vary"]) == (
        str(len(answer.body)),
        "Cookie, Accept-Encoding",
    )


def test_head_is_answered_without_a_body(pages):
    answer = kept(pages, "/", method="HEAD")
    assert (answer.was_kept, answer.body, int(answer.headers["content-length"])) == (
        True,
        b"",
        len(f"1 {TEXT}".encode()),
    )


def test_a_page_that_the_browser_has_is_not_sent_again(pages):
    etag = kept(pages, "/").headers["etag"]
    answer = ask(pages, "/", HTTP_IF_NONE_MATCH=f'"other", {etag}')
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", etag)
    assert ask(pages, "/", HTTP_IF_NONE_MATCH='"other"').status == 200


def test_every_answer_has_a_request_id_of_its_own(pages):
    numbers = {ask(pages, "/").headers["x-request-id"] for _ in range(3)}
    assert (len(numbers), "one" in numbers) == (3, False)


# ---- versions ---------------------------------------------------------------------------------------------------------
def test_a_change_of_the_site_ends_every_page(pages):
    for url in ("/", ACTIVITY):
        ask(pages, url)
    content.changed()
    assert [ask(pages, url).was_kept for url in ("/", ACTIVITY)] == [False, False]


def test_a_sign_up_ends_the_page_of_its_activity_and_the_others_after_a_second(pages, monkeypatch):
    for url in ("/calendar/", ACTIVITY, OTHER):
        ask(pages, url)
    content.changed(content.PLACES, content.activity_version("abcdefghjk"))
    assert [ask(pages, url).was_kept for url in ("/calendar/", ACTIVITY, OTHER)] == [True, False, True]
    monkeypatch.setattr(content, "PLACES_LIFE", 0.0)
    assert [ask(pages, url).was_kept for url in ("/calendar/", ACTIVITY, OTHER)] == [False, True, False]


def test_a_page_that_was_being_made_while_something_changed_is_not_kept(pages, application):
    application.headers = [("X-Changed", "now")]
    whole = application.__call__

    def change_meanwhile(environ, start_response):
        result = whole(environ, start_response)
        content.changed()
        return result

    pages.application = change_meanwhile
    assert not kept(pages, "/").was_kept


@pytest.mark.parametrize(
    ("clock_moves", "still_counts"), [("2026-11-28T23:59:59", True), ("2026-11-29T00:00:00", False)]
)
def test_midnight_ends_every_page(pages, settings, clock_moves, still_counts):
    settings.PORTAL_CLOCK = clock.at(clock.dt.date(2026, 11, 28), clock.dt.time(9))
    ask(pages, "/")
    settings.PORTAL_CLOCK = clock.dt.datetime.fromisoformat(clock_moves).replace(tzinfo=settings.PORTAL_CLOCK.tzinfo)
    assert ask(pages, "/").was_kept is still_counts


def test_the_next_moment_of_an_app_ends_every_page(pages, settings, monkeypatch):
    nine = clock.at(clock.dt.date(2026, 11, 28), clock.dt.time(9))
    settings.PORTAL_CLOCK = nine
    monkeypatch.setattr(
        content.extensions,
        "content_moments",
        lambda: [lambda now: nine + clock.dt.timedelta(minutes=30), lambda now: None],
    )
    ask(pages, "/")
    settings.PORTAL_CLOCK = nine + clock.dt.timedelta(minutes=29, seconds=59)
    assert ask(pages, "/").was_kept
    settings.PORTAL_CLOCK = nine + clock.dt.timedelta(minutes=30)
    assert not ask(pages, "/").was_kept


def test_a_page_is_not_kept_longer_than_its_life(pages, monkeypatch):
    ask(pages, "/")
    later = time.time() + content.LIFE
    monkeypatch.setattr(content.time, "time", lambda: later)
    assert not ask(pages, "/").was_kept


def test_a_process_that_starts_uses_no_page_of_the_one_before(pages, application):
    ask(pages, "/")
    assert not ask(page_cache.PageCache(application), "/").was_kept


def test_processes_share_their_pages(pages, application):
    ask(pages, "/")
    second = page_cache.PageCache.__new__(page_cache.PageCache)
    second.application, second.store, second._unkept = application, stored_pages.Store(), {}
    assert (ask(second, "/").was_kept, len(application.asked)) == (True, 1)


def test_the_memory_of_a_process_is_bounded(pages, monkeypatch):
    monkeypatch.setattr(pages.store.pages, "most", 5000)
    for month in range(1, 10):
        ask(pages, f"/calendar/?month=2026-0{month}")
    assert (len(pages.store.pages), pages.store.pages.bytes) == (
        2,
        sum(2 * len(p.body) for p in pages.store.pages._items.values()),
    )


def test_the_cache_server_takes_a_bounded_number_of_pages(pages, application, monkeypatch):
    monkeypatch.setattr(stored_pages, "MOST_PER_LIFE", 0)
    ask(pages, "/")
    monkeypatch.setattr(pages, "store", stored_pages.Store())
    assert (ask(pages, "/").was_kept, len(application.asked)) == (False, 2)


# ---- one request makes a page -------------------------------------------------------------------------------------------
def test_of_many_requests_at_once_one_makes_the_page(pages, application):
    application.seconds = 0.15
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _number: ask(pages, "/"), range(8)))
    assert (len(application.asked), {answer.text[:2] for answer in answers}) == (1, {"1 "})


def test_who_claims_after_another_process_kept_the_page_finds_it_and_ends_the_claim(pages):
    versions = content.tokens((content.SITE, content.PLACES))
    page = stored_pages.StoredPage("200 OK", [], b"kept", content.age_of(versions))
    first, second = stored_pages.Store(), stored_pages.Store()
    assert first.find_or_claim("key", versions) == (None, True)
    assert second.find_or_claim("key", versions) == (None, False)
    first.save("key", page)
    found, is_ours = second.find_or_claim("key", versions)
    assert (found.body, is_ours) == (b"kept", False)
    assert content.server().get(stored_pages._claim("key")) is None


def test_who_waits_too_long_makes_the_page(pages, application, monkeypatch):
    monkeypatch.setattr(page_cache, "WAIT", 0.1)
    application.seconds = 0.6
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _number: ask(pages, "/"), range(2)))
    assert sorted(answer.text[:2] for answer in answers) == ["1 ", "2 "]


def test_requests_for_what_cannot_be_kept_do_not_wait_for_one_another(pages, application):
    application.headers, application.seconds = [("Cache-Control", "no-store")], 0.2
    ask(pages, "/")
    begun = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _number: ask(pages, "/"), range(6)))
    assert time.monotonic() - begun < 3 * application.seconds


def test_an_application_that_fails_leaves_no_claim(pages, application):
    def fail(_environ, _start_response):
        raise RuntimeError

    pages.application = fail
    with pytest.raises(RuntimeError):
        ask(pages, "/")
    pages.application = application
    begun = time.monotonic()
    assert (ask(pages, "/").text[:2], time.monotonic() - begun < page_cache.WAIT) == ("1 ", True)


# ---- the cache server -----------------------------------------------------------------------------------------------------
@pytest.fixture
def broken(settings, tmp_path):
    """The cache server cannot be reached."""
    settings.CACHES = {"default": {**portal.CACHES["default"], "LOCATION": f"unix://{tmp_path}/missing.sock"}}


def test_without_the_cache_server_every_page_is_made(pages, application, broken):
    assert [ask(pages, "/").text[:2] for _ in range(3)] == ["1 ", "2 ", "3 "]


def test_a_cache_in_memory_keeps_no_pages(pages, application, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    content.changed()
    assert [ask(pages, "/").text[:2] for _ in range(2)] == ["1 ", "2 "]


def test_a_version_that_could_not_be_moved_is_moved_when_the_server_answers(pages, application, settings, tmp_path):
    ask(pages, "/")
    good = settings.CACHES
    settings.CACHES = {"default": {**good["default"], "LOCATION": f"unix://{tmp_path}/missing.sock"}}
    content.changed()
    settings.CACHES = good
    cache_backend._pause["until"] = 0.0
    assert ask(pages, "/").text[:2] == "2 "
    until = time.monotonic() + 5
    while content._owed and time.monotonic() < until:
        time.sleep(0.02)
    cache_backend._pause["until"] = 0.0
    assert (content._owed, ask(pages, "/").text[:2], ask(pages, "/").was_kept) == (set(), "3 ", True)


def test_data_that_the_server_lost_end_every_page(pages, application):
    ask(pages, "/")
    for key in content.server().scan_iter(content.key("*", "*")):
        content.server().delete(key)
    assert not ask(pages, "/").was_kept


# ---- transactions ---------------------------------------------------------------------------------------------------------
def site():
    return content.tokens([content.SITE])[content.SITE]


@pytest.mark.django_db(transaction=True)
def test_a_version_moves_when_the_transaction_is_committed():
    before = site()
    with transaction.atomic():
        content.changed()
        content.changed()
        assert (site(), len(connection.run_on_commit)) == (before, 1)
    assert site() != before


@pytest.mark.django_db(transaction=True)
def test_a_version_stays_when_the_transaction_is_rolled_back():
    before = site()
    with transaction.atomic():
        content.changed()
        transaction.set_rollback(True)
    assert site() == before
    with transaction.atomic():
        content.changed()
    assert site() != before


@pytest.mark.django_db(transaction=True)
def test_what_a_savepoint_registered_is_registered_again_after_its_rollback():
    before = site()
    with transaction.atomic():
        with transaction.atomic():
            content.changed()
            transaction.set_rollback(True)
        content.changed()
    assert site() != before


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_a_version_moves_at_once():
    moved = {site()}
    for _ in range(3):
        content.changed()
        moved.add(site())
    assert len(moved) == 4


def test_threads_have_connections_of_their_own():
    found = []
    threads = [threading.Thread(target=lambda: found.append(site())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1


def test_threads_that_ended_leave_connections_to_those_that_follow():
    pool = content.server().connection_pool
    found = []
    for _ in range(pool.max_connections + 1):
        thread = threading.Thread(target=lambda: found.append(site()))
        thread.start()
        thread.join()
    assert (len(set(found)), len(found)) == (1, pool.max_connections + 1)


def test_an_answer_that_was_not_read_is_not_taken_for_the_next(monkeypatch):
    name = content.activity_version("abcdefghjk")
    content.changed(name)
    expected = content.tokens([name])
    monkeypatch.setattr(content._thread.connection, "read_response", interrupted)
    with pytest.raises(KeyboardInterrupt):
        site()
    monkeypatch.undo()
    assert content.tokens([name]) == expected


def interrupted(*_, **__):
    raise KeyboardInterrupt
