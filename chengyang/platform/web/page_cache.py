"""The page cache: a WSGI application in front of Django that answers visitors from pages made before.

It answers GET and HEAD of the pages that apps declare in the slot `cached_pages`, for browsers without a session: a page is
made without their cookies but that of elder mode, and kept if it sets none. Everything else goes to Django untouched. A page
counts as long as the versions of what it shows have not moved (`content`) and the clock has not reached the next moment that
changes it; while the cache server is away, pages are made as without the cache.

It stands in front of Django and not in its middleware, because most of the time of a small answer is spent there.
"""

import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import parse_cookie
from django.urls import Resolver404, resolve

from chengyang import extensions
from chengyang.extensions import CachedPage

from . import content, elder
from .stored_pages import COMPRESS, SMALLEST, Store, StoredPage, key_of

WAIT = 1.0  # seconds that a request waits for another one that makes the page
STEP = 0.01  # seconds between two looks
UNKEPT = 5.0  # seconds in which an answer that cannot be kept is not tried again
MOST_UNKEPT = 1000  # of such answers that a process knows
LONGEST_QUERY = 300  # characters
MOST_PAIRS = 4  # of a query; longer combinations are rare, and without end
# Answers depend on these headers, or are written for the one who sends them.
PERSONAL_HEADERS = ("HTTP_AUTHORIZATION", "HTTP_HX_REQUEST", "HTTP_RANGE", "HTTP_X_HTTP_METHOD_OVERRIDE")
VARIES = {"cookie", "accept-encoding"}  # what an answer may vary by and still be kept
ENTITY_HEADERS = {"Content-Type", "Content-Length", "Content-Encoding"}  # not of a 304
STATUS_HEADER = "Cache-Status"  # RFC 9211

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class PageCache:
    """A WSGI application that answers from the page cache, or by `application`."""

    def __init__(self, application: Callable[[Environ, StartResponse], Iterable[bytes]]) -> None:
        self.application = application
        self.store = Store()
        self._unkept: dict[str, float] = {}  # key of an answer that cannot be kept → until when it is not tried again
        content.changed()  # this process may run newer code or templates than the one that made what is stored

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        found = _asked(environ)
        if found is None:
            return self.application(environ, start_response)
        key, names = found
        if self._unkept.get(key, 0.0) > time.monotonic():
            return self.application(environ, start_response)
        page, status = self._page(environ, key, names)
        if page is None:
            return self.application(environ, start_response)
        return _answer(environ, start_response, page, status)

    def _page(self, environ: Environ, key: str, names: tuple[str, ...]) -> tuple[StoredPage | None, str]:
        """Return the page and how it was found; None where Django is to answer without the cache."""
        until = time.monotonic() + WAIT
        while True:
            versions = content.tokens(names)
            if versions is None:
                return None, ""
            page, is_ours = self.store.find_or_claim(key, versions)
            if page:
                return page, "chengyang; hit"
            if is_ours:
                try:
                    return self._made(environ, key, versions), "chengyang; fwd=miss"
                except BaseException:
                    self.store.release(key)
                    raise
            if time.monotonic() >= until:
                return None, ""
            time.sleep(STEP)

    def _made(self, environ: Environ, key: str, versions: dict[str, str]) -> StoredPage:
        """Return the answer of Django, keep it if it may be kept, and end the claim."""
        age = content.age_of(versions)
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _info: Any = None) -> Callable[[bytes], None]:
            started[:] = [status, headers]
            return started.append

        result = self.application(_plain(environ), start_response)
        try:
            body = b"".join(result)
        finally:
            if hasattr(result, "close"):
                result.close()
        status, headers = started[:2]
        page = StoredPage(status, _lasting(headers), body, age)
        if len(body) >= SMALLEST:
            page.headers = _with_vary(page.headers)
        if _may_be_kept(status, headers):
            page.headers.append(("ETag", f'W/"{key_of(body)}"'))
            self.store.save(key, page)
        else:
            page.headers += [header for header in headers if header[0].lower() == "set-cookie"]
            self._pass_on(key)
            self.store.release(key)
        return page

    def _pass_on(self, key: str) -> None:
        """Let the next requests for `key` go to Django at once: they would wait for one another, and nothing would be kept."""
        if len(self._unkept) >= MOST_UNKEPT:
            self._unkept.clear()
        self._unkept[key] = time.monotonic() + UNKEPT


# ---- the request ----------------------------------------------------------------------------------------------------
def _asked(environ: Environ) -> tuple[str, tuple[str, ...]] | None:
    """Return the key of the page that is asked for and the versions it depends on, or None where no kept page may answer."""
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or any(name in environ for name in PERSONAL_HEADERS):
        return None
    size = _elder_size(environ.get("HTTP_COOKIE", ""))
    if size is None:
        return None
    in_wechat = "MicroMessenger" in environ.get("HTTP_USER_AGENT", "")  # context_processors.portal
    return _key(_origin(environ), environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""), size, in_wechat)


@lru_cache(maxsize=4096)
def _key(
    origin: tuple[str, str], path: str, query: str, size: str, in_wechat: bool
) -> tuple[str, tuple[str, ...]] | None:
    """Return the key of a page and the versions it depends on, or None where no page is kept for this address."""
    declared = _declared(path)
    if declared is None:
        return None
    page, names = declared
    pairs = _known_pairs(query, page) if query else []
    return None if pairs is None else (key_of(origin, path, pairs, size, in_wechat), names)


def _elder_size(cookies: str) -> str | None:
    """Return the size of elder mode, empty when it is off, or None where the browser has a session or messages."""
    if not cookies:
        return ""
    found = parse_cookie(cookies)
    if settings.SESSION_COOKIE_NAME in found or "messages" in found:
        return None
    size = found.get(elder.COOKIE, "")
    return size if size in elder.SIZES else ""


def _declared(path: str) -> tuple[CachedPage, tuple[str, ...]] | None:
    """Return the declaration of the page at `path` and the versions that it depends on, or None for any other path."""
    try:
        match = resolve(path.encode("latin-1").decode())
    except (Resolver404, UnicodeError):
        return None
    page = _pages().get(match.view_name)
    return page and (page, (content.SITE, content.PLACES, *page.versions(match.kwargs)))


@lru_cache(maxsize=1)
def _pages() -> Mapping[str, CachedPage]:
    return {page.url_name: page for page in extensions.cached_pages()}


def _known_pairs(query: str, page: CachedPage) -> list[tuple[str, str]] | None:
    """Return the pairs of `query`, or None where the page does not read one of them or there are many.

    They stay in their order, which the page may show.
    """
    if len(query) > LONGEST_QUERY or query.count("&") >= MOST_PAIRS:
        return None
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        return None
    is_known = all(name in page.parameters and re.fullmatch(page.parameters[name], value) for name, value in pairs)
    return pairs if is_known else None


def _origin(environ: Environ) -> tuple[str, str]:
    """Return scheme and host, which absolute addresses on the page have."""
    scheme = environ.get("wsgi.url_scheme", "http")
    if header := getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        scheme = "https" if environ.get(header[0], "").split(",")[0].strip() == header[1] else "http"
    return scheme, environ.get("HTTP_HOST", "")


def _plain(environ: Environ) -> Environ:
    """Return the environment of a request for the whole page, without compression and without anything personal."""
    size = _elder_size(environ.get("HTTP_COOKIE", ""))
    whole = environ | {"REQUEST_METHOD": "GET", "HTTP_COOKIE": f"{elder.COOKIE}={size}" if size else ""}
    for name in ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"):
        whole.pop(name, None)
    return whole


# ---- the answer -----------------------------------------------------------------------------------------------------
def _may_be_kept(status: str, headers: list[tuple[str, str]]) -> bool:
    """Return whether the answer is the same for everybody: 200, sets no cookie, forbids no storing, varies by nothing unknown."""
    by_name = {name.lower(): value.lower() for name, value in headers}
    varies = {name.strip() for name in by_name.get("vary", "").split(",") if name.strip()}
    control = by_name.get("cache-control", "")
    is_shared = "set-cookie" not in by_name and "no-store" not in control and "private" not in control
    return status.startswith("200") and is_shared and varies <= VARIES


def _lasting(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers without those that belong to one answer."""
    own = {"x-request-id", "content-length", "etag", "set-cookie", "date"}
    return [(name, value) for name, value in headers if name.lower() not in own]


def _answer(environ: Environ, start_response: StartResponse, page: StoredPage, status: str) -> list[bytes]:
    """Answer with `page`, in the best encoding that the client takes; 304 where it has the page already."""
    accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
    body, headers = page.as_encoded(_encoding(accepted) if accepted and len(page.body) >= SMALLEST else "")
    headers = [*headers, ("X-Request-ID", uuid.uuid4().hex), (STATUS_HEADER, status)]
    if (known := environ.get("HTTP_IF_NONE_MATCH")) and dict(headers).get("ETag", "-") in known:
        start_response("304 Not Modified", [header for header in headers if header[0] not in ENTITY_HEADERS])
        return []
    start_response(page.status, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


@lru_cache(maxsize=256)
def _encoding(accepted: str) -> str:
    """Return the first of COMPRESS that the header Accept-Encoding `accepted` names and does not refuse, or an empty text."""
    offers = {}
    for part in accepted.split(","):
        name, _separator, quality = part.strip().partition(";")
        offers[name.strip().lower()] = quality.replace(" ", "")
    return next((name for name in COMPRESS if name in offers and not re.fullmatch(r"q=0(\.0*)?", offers[name])), "")


def _with_vary(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers with Accept-Encoding in Vary."""
    varies = [value for name, value in headers if name.lower() == "vary"]
    others = [(name, value) for name, value in headers if name.lower() != "vary"]
    names = [name.strip() for value in varies for name in value.split(",") if name.strip()]
    if "Accept-Encoding" not in names:
        names.append("Accept-Encoding")
    return [*others, ("Vary", ", ".join(names))]
