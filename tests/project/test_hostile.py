"""Bad input at every URL: no server error, and no redirect to another site (requirements S15)."""

import itertools
from http.cookies import SimpleCookie

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.test import Client
from django.urls import resolve

from . import addresses, matrix
from .conftest import undone

TABLE = matrix.read()
FORMS = {**addresses.FORMS, **addresses.staff_forms()}
FORMS = {row: form for row, form in FORMS.items() if not row.endswith(" nothing")}
READERS = ("district", "member", "secadmin", "auditor", "xiazhuang", "secretary", "leader", "visitor")
PAGES = [row for row in addresses.rows() if ("GET", row) in TABLE]
EVIL = "evil.example"

# In a URL: NUL, an incomplete character, control characters, an emoji, right-to-left marks, quotes, too large numbers.
IN_STAFF_LISTS = ("9" * 25, "%E2%80%AE'%ff")  # fewer values for the staff site: it has many similar lists
IN_ADDRESS = ("%00", "%ff", "%07%7f", "%F0%9F%98%80", "%E2%80%AEx", "'%22%3E%3Cscript%3E", "9" * 25, "-1", "%25s%25")
TYPED = ("\x00\x07\x1b[31m", "😀‮abc⁦%s%(x)s{0}", "长" * 3000, "9" * 40)
DAYS = {"month", "week", "since", "until"}
PARAMETERS = {
    "activities:calendar": (
        "view",
        "month",
        "week",
        "programme",
        "kind",
        "organization",
        "base",
        "online",
        "free",
        "q",
    ),
    "activities:calendar-share": ("view", "month", "week", "programme", "team", "subdistrict", "q"),
    "activities:ics": ("programme", "organization", "subdistrict", "online", "q"),
    "activities:checkin": ("q", "t", "page"),
    "activities:mine": ("page",),
    "api:activities-list": ("since", "until", "programme", "online", "free", "q", "cursor"),
    "api:schema": ("format", "lang", "version"),
    "bases:list": ("level", "subdistrict", "page"),
    "organizations:list": ("level", "subdistrict", "category", "page"),
    "services:home": ("page",),
    "services:mine": ("page",),
    "services:proposals": ("q", "topic", "department", "stage", "year", "page"),
    "services:my-proposals": ("page",),
    "services:proposal-figures": ("year", "page"),
    "api:proposals-list": ("q", "topic", "cursor"),
    "services:team-request": ("service",),
    "notices:list": ("before", "after"),
    "members:data": ("all",),
    "accounts:phone": ("next", "proof"),
    "accounts:step_up": ("next", "proof"),
    "accounts:login": ("next",),
    "admin:index": ("page", "kind"),
    "admin:staff_search": ("q",),
    "admin:autocomplete": ("term", "page", "app_label", "model_name", "field_name"),
}


def reader_of(row, method="GET"):
    """Return a persona who may use the URL of `row` by the matrix, else `district`."""
    cells = TABLE[method, row]
    return next((name for name in READERS if cells[name] in ("200", "302", "201", "400", "409")), "district")


def parameters_of(row):
    """Return the query parameters of `row`."""
    name = row.partition(" ")[0]
    if not name.endswith("_changelist"):
        return PARAMETERS.get(name, ())
    label = name.removeprefix("admin:").removesuffix("_changelist").replace("_", ".", 1)
    model_admin = next(
        model_admin for model, model_admin in admin.site._registry.items() if model._meta.label_lower == label
    )
    facets = [
        item if isinstance(item, str) else item[0] if isinstance(item, tuple) else ""
        for item in model_admin.list_filter
    ]
    return ("q", "p", "o", *(f"{facet}__exact" for facet in facets if isinstance(facet, str) and facet))


def faults(browser, requests):
    """Send the requests (pairs of a name and a function of the browser); return those that cause a server error."""
    found = []
    for what, request in requests:
        with undone():
            try:
                status = request(browser).status_code
            except Exception as error:
                status = f"500 {type(error).__name__}: {error}"[:200]
        if str(status) >= "500":
            found.append(f"{what}: {status}")
    return found


# ---- bad input in a URL ----------------------------------------------------------------------------------------------
WITH_PARAMETERS = [row for row in PAGES if parameters_of(row) and " " not in row]  # one sample of each URL is enough


@pytest.mark.parametrize("row", WITH_PARAMETERS)
def test_nonsense_in_a_query_is_answered(dataset, browser_of, row):
    path = addresses.path_of(row, dataset)
    values = IN_STAFF_LISTS if row.endswith("_changelist") else IN_ADDRESS
    urls = [f"{path}?{name}={value}" for name, value in itertools.product(parameters_of(row), values)]
    urls += [
        f"{path}?{name}={value}"
        for name in DAYS & set(parameters_of(row))
        for value in ("", "2026-13", "9999-99", "2026-W54")
    ]
    assert faults(browser_of(reader_of(row)), [(url, lambda b, url=url: b.get(url)) for url in urls]) == []


def test_nonsense_in_a_path_is_answered(dataset, browser_of):
    samples = [row for row in PAGES if row in {**addresses.ARGUMENTS, **addresses.staff_arguments()}]
    urls = []
    for row in samples:
        path = addresses.path_of(row, dataset)
        parts = {str(value) for value in resolve(path).kwargs.values()} & set(path.split("/"))
        values = IN_STAFF_LISTS if row.startswith("admin:") else IN_ADDRESS[:4] + IN_STAFF_LISTS
        urls += [(reader_of(row), path.replace(f"/{part}/", f"/{bad}/")) for part in parts for bad in values]
    found = [faults(browser_of(name), [(url, lambda b, url=url: b.get(url))]) for name, url in urls]
    assert len(urls) > 200
    assert list(itertools.chain(*found)) == []


# ---- bad input in a form ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("row", FORMS)
def test_nonsense_in_a_form_is_answered(dataset, browser_of, row):
    cache.clear()
    path, plain = addresses.path_of(row, dataset), FORMS[row](dataset)
    names = {*plain, "reason", "next", "code", "name", "title"}
    kind = {"content_type": "application/json"} if row.startswith("api:") else {}
    forms = [dict.fromkeys(names, value) for value in TYPED]
    forms += [{**plain, name: next(values)} for values in [itertools.cycle(TYPED)] for name in {*plain, "reason"}]
    requests = [(form, lambda b, form=form: b.post(path, form, **kind)) for form in forms]
    assert faults(browser_of(reader_of(row, "POST")), requests) == []


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{", b"[]", b'{"guest_name": 5}', b'{"guest_name": "\\u0000"}'])
def test_nonsense_sent_to_the_api_is_answered(dataset, browser_of, body):
    path = addresses.path_of("api:activities-signup", dataset)
    request = ("signup", lambda b: b.post(path, body, content_type="application/json"))
    assert faults(browser_of("stranger"), [request]) == []


# ---- host and CSRF token ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "host", [EVIL, f"testserver.{EVIL}", f"testserver@{EVIL}", f"{EVIL}:80", "", "te st", "[::1", "a\\b"]
)
@pytest.mark.parametrize(
    "path", ["/", "/calendar.ics", "/accounts/password/reset/", "/manage/", "/api/v1/", "/healthz"]
)
def test_another_host_is_refused(dataset, browser_of, host, path):
    assert browser_of("visitor").get(path, HTTP_HOST=host).status_code == 400


def test_a_forwarded_host_of_an_untrusted_proxy_is_ignored(dataset, browser_of):
    answer = browser_of("visitor").get("/calendar/share/", HTTP_X_FORWARDED_HOST=EVIL)
    assert EVIL not in answer.content.decode()


WITHOUT_TOKEN = {"web:elder": "sets only a cookie for the look of the pages"}


@pytest.fixture(scope="module")
def strict_browser():
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("row", [row for row in FORMS if row not in WITHOUT_TOKEN])
def test_a_form_without_its_token_is_refused(dataset, db, strict_browser, row):
    strict_browser.cookies = SimpleCookie(dataset.sessions[reader_of(row, "POST")])
    kind = {"content_type": "application/json"} if row.startswith("api:") else {}
    assert strict_browser.post(addresses.path_of(row, dataset), FORMS[row](dataset), **kind).status_code == 403


# ---- redirects -------------------------------------------------------------------------------------------------------
OUTSIDE = (
    f"https://{EVIL}/",
    f"//{EVIL}/",
    f"/\\{EVIL}/",
    f"\\\\{EVIL}",
    f"https:{EVIL}",
    f"///{EVIL}",
    "javascript:alert(1)",
)
OUTSIDE += (f"http://testserver@{EVIL}/", f"/\t/{EVIL}/", f"https://testserver.{EVIL}/", "data:text/html,x")


def leaves_site(response):
    url = response.headers.get("Location", "") + response.headers.get("HX-Redirect", "")
    return EVIL in url.partition("?")[0] or url.startswith(("javascript:", "data:"))


def outside(browser, requests):
    """Return the names of the requests that redirect to another site."""
    found = []
    for what, request in requests:
        with undone():
            found += [what] if leaves_site(request(browser)) else []
    return found


WITH_NEXT = ("accounts:phone", "accounts:login", "accounts:logout", "accounts:step_up", "mfa_authenticate")


@pytest.mark.parametrize("target", OUTSIDE)
def test_no_page_redirects_to_another_site(dataset, browser_of, target):
    cache.clear()
    paths = [addresses.path_of(row, dataset) for row in WITH_NEXT]
    gets = [(path, lambda b, path=path: b.get(path, {"next": target}, HTTP_REFERER=target)) for path in paths]
    assert outside(browser_of("visitor"), gets) + outside(browser_of("member"), gets) == []


@pytest.mark.parametrize("row", FORMS)
def test_no_form_redirects_to_another_site(dataset, browser_of, row):
    cache.clear()
    path, data = addresses.path_of(row, dataset), FORMS[row](dataset)
    kind = {"content_type": "application/json"} if row.startswith("api:") else {}
    data = {**data, "next": OUTSIDE[1], "url": OUTSIDE[2]}
    posts = [(path, lambda b: b.post(path, data, HTTP_REFERER=OUTSIDE[0], **kind))]
    assert outside(browser_of(reader_of(row, "POST")), posts) == []


def test_signing_in_redirects_only_within_the_site(dataset, browser_of):
    dataset.users["district"].set_password("Qingdao-2026-portal")
    dataset.users["district"].save()
    form = {"login": "district@demo.invalid", "password": "Qingdao-2026-portal"}
    ways = [(url, lambda b, url=url: b.post("/accounts/login/", {**form, "next": url})) for url in OUTSIDE]
    assert outside(browser_of("visitor"), ways) == []
