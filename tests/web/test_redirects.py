import pytest
from django.test import RequestFactory

from chengyang.platform.web.redirects import came_from, safe_next

OURS = ["/", "/calendar/?m=2026-09", "http://testserver/me/"]
OTHERS = [
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
    "http:evil.example", "data:text/html,x", "ftp://testserver/", "/a\r\nSet-Cookie: x=1", "/a\x00b", "http://testserver@evil.example/",
    " //evil.example", "http://testserver.evil.example/", "",
]  # fmt: skip


@pytest.mark.parametrize("url", OURS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_page_of_this_site_is_followed(url, method):
    assert safe_next(getattr(RequestFactory(), method)("/", {"next": url})) == url


@pytest.mark.parametrize("url", OTHERS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_page_of_another_site_is_not_followed(url, method):
    assert safe_next(getattr(RequestFactory(), method)("/", {"next": url}), "/me/") == "/me/"


def test_next_of_the_form_comes_before_next_of_the_url():
    assert safe_next(RequestFactory().post("/?next=/a/", {"next": "/b/"})) == "/b/"


def test_a_secure_page_does_not_redirect_to_an_insecure_one():
    request = RequestFactory().get("/", {"next": "http://testserver/me/"}, secure=True)
    assert safe_next(request) == "/"


@pytest.mark.parametrize(
    ("referer", "path"),
    [
        ("http://testserver/calendar/?m=1#d2", "/calendar/?m=1"),
        ("http://testserver", "/"),
        ("https://evil.example/calendar/", "/me/"),
        ("http://testserver//evil.example/x", "/me/"),
        ("http://testserver///evil.example/x", "/me/"),
        ("http://testserver/\\evil.example/x", "/me/"),
        ("", "/me/"),
    ],
)
def test_the_previous_page_is_a_path_of_this_site(referer, path):
    assert came_from(RequestFactory().get("/", headers={"referer": referer}), "/me/") == path
