"""What programs read: robots.txt, the sitemap, the manifest, canonical addresses, previews and JSON-LD."""

import datetime as dt
import json
import re

import pytest

from activities.models import Activity
from chengyang import clock
from tests import personas


def text(answer):
    return answer.content.decode()


def published(**fields):
    starts = clock.now() + dt.timedelta(days=3)
    defaults = {
        "title": "剪纸",
        "state": "published",
        "published_at": clock.now(),
        "place": "驿站",
        "summary": "学剪窗花。",
    }
    return Activity.objects.create(**{**defaults, "starts": starts, "ends": starts + dt.timedelta(hours=2), **fields})


def data_of(page):
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    return json.loads(found[1]) if found else None


def test_robots_read_what_to_leave_and_where_the_sitemap_is(client, db):
    answer = client.get("/robots.txt")
    lines = text(answer).splitlines()
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert {"Disallow: /me/", "Disallow: /manage/", "Disallow: /calendar/share/"} <= set(lines)
    assert "Sitemap: http://testserver/sitemap.xml" in lines
    assert not {"Disallow: /", "Disallow: /calendar/", "Disallow: /join/"} & set(lines)


def test_the_sitemap_has_the_public_pages_only(client, reference):
    shown, hidden = published(), published(title="会员", audience="members")
    draft = published(title="草稿", state="draft", published_at=None)
    base, other = personas.base(), personas.base(slug="hidden", name="没公开", is_published=False)
    page = text(client.get("/sitemap.xml"))
    found = set(re.findall("<loc>http://testserver([^<]+)</loc>", page))
    assert {
        "/",
        "/calendar/",
        "/contact/",
        "/figures/",
        "/join/",
        shown.get_absolute_url(),
        base.get_absolute_url(),
    } <= found
    assert not {row.get_absolute_url() for row in (hidden, draft, other)} & found


def test_every_page_of_the_sitemap_answers_a_visitor(client, reference):
    published(), personas.base(), personas.organization(), personas.team()
    paths = re.findall("<loc>http://testserver([^<]+)</loc>", text(client.get("/sitemap.xml")))
    assert [path for path in paths if client.get(path).status_code != 200] == []


def test_no_public_page_promises_suggestions_which_nobody_can_make(client, reference):
    published(), personas.base(), personas.organization(), personas.team()
    paths = re.findall("<loc>http://testserver([^<]+)</loc>", text(client.get("/sitemap.xml")))
    assert [path for path in paths if "提建议" in text(client.get(path))] == []


def test_the_manifest_names_icons_that_exist(client, db):
    data = client.get("/manifest.webmanifest").json()
    assert {icon["sizes"] for icon in data["icons"]} == {"192x192", "512x512"}
    assert '<link rel="manifest" href="/manifest.webmanifest">' in text(client.get("/"))
    assert client.get("/favicon.ico").headers["Location"].endswith("favicon.ico")


def test_a_page_has_one_address_and_a_preview(client, reference):
    activity = published(title='剪"纸"<b>')
    page = text(client.get(f"{activity.get_absolute_url()}?from=wechat"))
    assert f'<link rel="canonical" href="http://testserver{activity.get_absolute_url()}">' in page
    assert '<meta property="og:title" content="剪&quot;纸&quot;&lt;b&gt; · ' in page
    assert re.search(r'<meta property="og:description" content="[^"]*学剪窗花。">', page)
    assert re.search(r'<meta property="og:image" content="http://testserver/static/img/share[^"]*png">', page)


@pytest.mark.parametrize(
    ("query", "canonical"), [("q=剪纸", ""), ("view=week", ""), ("month=2030-01&view=list", "?month=2030-01")]
)
def test_the_calendar_has_one_address_for_each_month(client, db, query, canonical):
    page = text(client.get(f"/calendar/?{query}"))
    assert f'<link rel="canonical" href="http://testserver/calendar/{canonical}">' in page


@pytest.mark.parametrize("path", ["/me/", "/manage/"])
def test_pages_that_are_not_public_have_no_preview(client_of, district, path):
    assert "og:title" not in text(client_of(district).get(path))


def test_an_activity_is_an_event_for_search_engines(client, reference):
    activity = published(
        title="</script><b>",
        mode="both",
        online_url="https://meet.example.invalid/x",
        capacity=9,
        base=personas.base(),
        place_subdistrict=reference,
    )
    page = text(client.get(activity.get_absolute_url()))
    data = data_of(page)
    assert (data["@type"], data["name"], data["remainingAttendeeCapacity"]) == ("Event", "</script><b>", 9)
    assert [place["@type"] for place in data["location"]] == ["Place", "VirtualLocation"]
    assert data["location"][0]["address"]["addressLocality"] == "夏庄街道"
    assert "meet.example" not in page


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, "EventScheduled"), ({"state": "cancelled", "cancelled_at": clock.now(), "reason": "雨"}, "EventCancelled")],
)
def test_an_event_says_whether_it_takes_place(client, reference, fields, status):
    data = data_of(text(client.get(published(**fields).get_absolute_url())))
    assert data["eventStatus"] == f"https://schema.org/{status}"


def test_what_is_not_for_everybody_is_no_event(client_of, district):
    page = text(client_of(district).get(published(audience="members").get_absolute_url()))
    assert data_of(page) is None


@pytest.mark.parametrize(("make", "kind"), [(personas.organization, "Organization"), (personas.base, "Place")])
def test_organizations_and_bases_are_data_too(client, reference, make, kind):
    row = make()
    data = data_of(text(client.get(row.get_absolute_url())))
    assert (data["@type"], data["name"], data["url"]) == (kind, row.name, f"http://testserver{row.get_absolute_url()}")
