"""The calendar page and its share page."""

import datetime as dt
import re

import pytest
from django.utils.http import urlencode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import personas

from . import factories
from .factories import moment

DAY = dt.timedelta(days=1)
PAGES = ["/calendar/", "/calendar/share/", "/calendar.ics", "/api/v1/activities/"]


def text(answer):
    return answer.content.decode()


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_everybody_reads_the_calendar(client, activity, view):
    answer = client.get(f"/calendar/?view={view}")
    assert answer.status_code == 200
    assert text(answer).count(activity.title) == 1


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_the_calendar_is_only_read(client, db, path, method):
    assert getattr(client, method)(path).status_code == 405


def test_hidden_activities_are_not_shown(client, reference):
    factories.draft(title="草稿")
    factories.draft(title="放弃", state="cancelled", cancelled_at=factories.NINE, reason="x")
    factories.published(title="会员", audience="members")
    page = text(client.get("/calendar/"))
    assert [title for title in ("草稿", "放弃", "会员") if f">{title}<" in page] == []


def test_drafts_are_on_no_calendar_also_for_staff(client_of, district):
    factories.draft(title="草稿")
    assert "草稿" not in text(client_of(district).get("/calendar/"))


def test_members_see_activities_for_members(client_of, member, stranger):
    factories.published(title="会员场", audience="members")
    assert "会员场" in text(client_of(member).get("/calendar/"))
    assert "会员场" not in text(client_of(stranger).get("/calendar/"))


def test_a_cancelled_activity_is_marked(client, reference):
    factories.published(title="停办", state="cancelled", cancelled_at=factories.NINE, reason="雨")
    page = text(client.get("/calendar/"))
    assert 'class="ev ev--plain ev--off"' in page
    assert "已取消" in page


def test_the_url_of_an_online_meeting_is_on_no_public_page(client, reference):
    activity = factories.published(mode="online", online_url="https://meeting.example.invalid/secret")
    pages = ["/calendar/", activity.get_absolute_url(), f"/api/v1/activities/{activity.public_id}/", "/calendar.ics"]
    assert [page for page in pages if "secret" in text(client.get(page))] == []


def test_the_neighbour_pages_keep_the_filters(client, reference):
    factories.programme()
    context = client.get("/calendar/?month=2026-11&programme=li&online=1").context
    assert context["before"][0] == "/calendar/?month=2026-10&programme=li&online=1"
    assert context["after"][0] == "/calendar/?month=2026-12&programme=li&online=1"
    assert context["today_url"] == "/calendar/?month=2026-09&programme=li&online=1#d16"


def test_the_other_views_keep_the_days_and_the_filters(client, reference):
    factories.programme()
    tabs = client.get("/calendar/?programme=li").context["tabs"]
    assert [(tab.url, tab.on) for tab in tabs] == [
        ("/calendar/?view=coming&programme=li", "all"),
        ("/calendar/?view=month&month=2026-09&programme=li", ""),
        ("/calendar/?view=week&week=2026-W38&programme=li", ""),
        ("/calendar/?view=list&month=2026-09&programme=li", ""),
    ]


def test_the_page_itself_is_the_month_on_a_wide_screen_and_the_list_on_a_phone(client, db):
    assert [tab.on for tab in client.get("/calendar/").context["tabs"]] == ["wide", "", "narrow"]
    assert [tab.on for tab in client.get("/calendar/?view=month").context["tabs"]] == ["all", "", ""]


def test_search_and_filters_find_all_months(client, reference):
    factories.published(title="草莓采摘", starts=moment(30) + 40 * DAY, ends=moment(30, 11) + 40 * DAY)
    factories.published(title="草莓旧事", starts=moment(2), ends=moment(2, 11))
    page = client.get("/calendar/?q=草莓")
    assert ("草莓采摘" in text(page), "草莓旧事" in text(page), page.context["found"]) == (True, False, 1)
    assert (page.context["other_count"], page.context["other_url"]) == (1, "/calendar/?view=past&q=%E8%8D%89%E8%8E%93")
    assert "草莓旧事" in text(client.get(page.context["other_url"]))


def test_the_week_link_of_a_filtered_search_answers_with_these_days_only(client, reference):
    factories.published(title="今天", starts=moment(16, 18), ends=moment(16, 19))
    factories.published(title="下周", starts=moment(24), ends=moment(24, 11))
    page = text(client.get("/calendar/?view=coming&until=2026-09-22"))
    assert ("今天" in page, "下周" in page) == (True, False)


def test_the_calendar_goes_on_below_the_month(client, reference):
    october = moment(30) + 5 * DAY
    factories.published(title="国庆以后", starts=october, ends=october + factories.HOUR)
    page = text(client.get("/calendar/?view=list"))
    assert 'id="later">2026年10月</h2>' in page
    assert page.count("国庆以后") == 1


def test_headings_say_the_whole_date(client, activity):
    page = text(client.get("/calendar/"))
    assert '<span class="day__num" aria-hidden="true">19</span><span class="vh">9月19日</span></time>' in page
    assert '<time datetime="2026-09-19T08:30+0800">08:30' in page


@pytest.mark.parametrize(
    ("query", "robots", "links"),
    [
        ("", "", ("prev nofollow", "next nofollow")),
        ("month=2026-10", "noindex, nofollow", ("prev", "next nofollow")),
        ("month=2099-01", "noindex, nofollow", ("prev", "next nofollow")),
        ("month=2026-08", "noindex, nofollow", ("prev nofollow", "next")),
        ("q=剪纸", "noindex", ()),
    ],
)
def test_search_engines_stop_at_the_first_and_last_activity(client, activity, query, robots, links):
    page = text(client.get(f"/calendar/?{query}"))
    assert re.findall('<meta name="robots" content="([^"]+)">', page) == ([robots] if robots else [])
    assert tuple(re.findall('rel="((?:prev|next)[^"]*)" aria-label', page)) == links


def test_the_marks_are_explained(client, reference):
    factories.programme()
    page = text(client.get("/calendar/"))
    assert re.search(r'<dl class="legend".*#m-li"/></svg>新力汇.*已满.*已取消.*班.*</dl>', page, re.S)


def test_the_search_has_a_button_that_everybody_sees(client, db):
    assert '<button class="btn search__go" type="submit">搜索</button>' in text(client.get("/calendar/"))


def test_the_feed_url_has_the_filters(client, reference):
    factories.programme()
    context = client.get("/calendar/?month=2026-11&programme=li&q=剪纸").context
    assert context["webcal_url"] == "webcal://testserver/calendar.ics?programme=li&q=%E5%89%AA%E7%BA%B8"


def test_an_empty_page_links_to_the_next_activity(client, reference):
    factories.published(starts=moment(30), ends=moment(30, 10))
    page = text(client.get("/calendar/?month=2026-08"))
    assert 'href="?month=2026-09#d30"' in page


def test_a_page_without_results_offers_to_clear_the_filters(client, reference):
    page = text(client.get("/calendar/?q=没有这个"))
    assert "接下来没有符合筛选的活动" in page
    assert '<a class="btn" href="/calendar/">清除筛选</a>' in page
    assert "这段时间没有符合筛选的活动" in text(client.get("/calendar/?month=2026-09&q=没有这个"))


def test_the_share_page_has_a_qr_code_and_the_url_of_the_feed(client, reference):
    factories.programme()
    page = text(client.get("/calendar/share/?programme=li"))
    assert '<svg role="img" aria-label="这一页的二维码"' in page
    assert "http://testserver/calendar.ics?programme=li" in page
    assert "筛选：新力汇" in page


UNKNOWN = ["programme=x", "kind=x", "base=x", "organization=x", "team=x", "subdistrict=x", "online=x"]


@pytest.mark.parametrize("path", PAGES[:2])
@pytest.mark.parametrize(
    "query",
    [
        *UNKNOWN,
        "month=2026-13",
        "month=9999-99",
        "week=2026-W99",
        "view=x",
        "month=-1",
        "month=1e9",
        "view=coming&since=x",
    ],
)
def test_odd_values_show_the_calendar_and_one_sentence(client, activity, path, query):
    page = client.get(f"{path}?{query}")
    assert page.status_code == 200
    assert "已经略过" in text(page) or path.endswith("share/")
    assert activity.title in text(page) or path.endswith("share/")


@pytest.mark.parametrize("path", PAGES[2:])
@pytest.mark.parametrize("query", UNKNOWN)
def test_unknown_filters_are_404_for_programs(client, db, path, query):
    assert client.get(f"{path}?{query}").status_code == 404


def test_the_address_of_the_activities_leads_to_the_calendar(client, db):
    assert client.get("/activities/").headers["Location"] == "/calendar/"


@pytest.mark.parametrize("path", PAGES)
def test_nul_is_400(client, db, path):
    assert client.get(f"{path}?q=%00").status_code == 400


def test_nothing_is_inline_or_from_another_host(client, activity):
    page = text(client.get("/calendar/"))
    assert [mark for mark in (" style=", "<style", "<script>", "onclick=", "//cdn") if mark in page] == []


QUERIES = st.lists(
    st.tuples(
        st.sampled_from(["month", "week", "view", "programme", "kind", "base", "team", "organization", "subdistrict",
                         "online", "free", "q", "page", "since", "until", "cursor"]),
        st.one_of(
            st.text(max_size=30),
            st.from_regex(r"\A[0-9]{1,4}-W?[0-9]{1,2}\Z"),
            st.sampled_from(["2026-13", "9999-99", "0000-00", "2100-12", "2026-W53", "week", "list", "1", "li", "'", "%", "\\", "()", "🍇", "\u202e"]),
        ),
    ),
    max_size=4,
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=QUERIES)
def test_no_query_breaks_a_page(client, activity, path, pairs):
    assert client.get(f"{path}?{urlencode(pairs)}").status_code in (200, 400, 404)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=40))
def test_no_bytes_break_a_page(client, activity, raw):
    query = "".join(f"%{byte:02X}" for byte in raw)
    assert client.get(f"/calendar/?q={query}&month={query}").status_code in (200, 400, 404)


@pytest.mark.parametrize(("view", "queries"), [("month", 13), ("week", 12), ("list", 12), ("coming", 11), ("past", 10)])
@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_the_calendar_do_not_grow(client, reference, view, queries, rows, django_assert_num_queries):
    for number in range(rows):
        team = personas.team(slug=f"t{number}", name=f"第{number}队")
        factories.published(
            team=team, base=personas.base(), programme=factories.programme(), starts=moment(17 + number)
        )
    with django_assert_num_queries(queries):
        client.get(f"/calendar/?view={view}")
