import base64
import datetime as dt
import json
from itertools import chain

import pytest
from django.db import connection
from django.db.models import F
from django.http import Http404
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from chengyang import clock
from chengyang.platform.accounts.models import User
from chengyang.platform.standards.models import Standard, Version
from chengyang.platform.web import paging

ORDER = ("-date_joined", "id")


def get(**query):
    return RequestFactory().get("/", query)


@pytest.fixture
def seven(db):
    """Create seven accounts, two of them with the same time."""
    start = clock.at(dt.date(2026, 9, 1))
    hours = [0, 1, 2, 3, 3, 4, 5]
    return [
        User.objects.create(name=f"u{n}", date_joined=start + dt.timedelta(hours=hour)) for n, hour in enumerate(hours)
    ]


def names(page):
    return [row.name for row in page]


# ---- numbered -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", ["0", "-1", "1.5", "x", "", "٣", "9999999", "1" * 5000, "1\0", "5", "1 ", "0x1", "１"])
def test_a_page_that_does_not_exist_is_a_404(page):
    with pytest.raises(Http404):
        paging.numbered(get(page=page), list(range(60)))


def test_first_page_is_shown_when_none_is_named():
    assert list(paging.numbered(get(), list(range(60)))) == list(range(25))


def test_the_last_page_has_the_rest():
    assert list(paging.numbered(get(page="3"), list(range(60)))) == list(range(50, 60))


def test_empty_list_has_one_empty_page():
    assert list(paging.numbered(get(), [])) == []


@pytest.mark.parametrize(
    ("page", "numbers"),
    [
        ("1", [1, 2, 3, None, 20]),
        ("4", [1, 2, 3, 4, 5, 6, None, 20]),
        ("10", [1, None, 8, 9, 10, 11, 12, None, 20]),
        ("20", [1, None, 18, 19, 20]),
    ],
)
def test_numbers_near_the_page_are_shown(page, numbers):
    assert paging.numbered(get(page=page), list(range(500))).numbers == numbers


def test_rows_are_counted_up_to_a_limit(monkeypatch, seven, django_assert_num_queries):
    monkeypatch.setattr(paging, "LIMIT", 5)
    with django_assert_num_queries(2) as queries:
        page = paging.numbered(get(), User.objects.order_by("id"), per_page=2)
        assert (len(list(page)), page.total_text, page.paginator.num_pages) == (2, "5+", 3)
    assert "LIMIT 6" in queries[0]["sql"]


# ---- keyset ---------------------------------------------------------------------------------------------------------
def collect(per_page, direction="after"):
    pages, query = [], {}
    for _turn in range(20):
        page = paging.keyset(get(**query), User.objects.all(), ORDER, per_page)
        pages.append(names(page))
        if not getattr(page, direction):
            return pages, page
        query = {direction: getattr(page, direction)}
    raise AssertionError("no end")


@pytest.mark.parametrize("per_page", [1, 2, 3, 7, 9])
def test_next_pages_show_each_row_once_in_order(seven, per_page):
    pages, _last = collect(per_page)
    assert list(chain.from_iterable(pages)) == ["u6", "u5", "u3", "u4", "u2", "u1", "u0"]


@pytest.mark.parametrize("per_page", [1, 2, 3])
def test_previous_pages_are_the_same_pages(seven, per_page):
    there, last = collect(per_page)
    back = [names(last)]
    while last.before:
        last = paging.keyset(get(before=last.before), User.objects.all(), ORDER, per_page)
        back.insert(0, names(last))
    assert list(chain.from_iterable(back)) == list(chain.from_iterable(there))


def test_the_first_and_last_page_have_no_link_beyond(seven):
    first = paging.keyset(get(), User.objects.all(), ORDER, 3)
    assert not first.before
    assert first.after
    assert not paging.keyset(get(before=first.after), User.objects.all(), ORDER, 3).before


@pytest.mark.parametrize("order", [("standard", "-number", "pk"), ("-standard", "pk"), ("standard_id", "pk")])
def test_a_relation_is_ordered_as_its_own_table(db, order):
    for place, subject in enumerate(("team", "person", "base")):
        standard = Standard.objects.create(code=subject, name=subject, subject=subject, order=2 - place)
        for number in (1, 2):
            Version.objects.create(standard=standard, number=number, published_on=clock.today())
    wanted, found, query = list(Version.objects.order_by(*order)), [], {}
    while True:
        page = paging.keyset(get(**query), Version.objects.all(), order, 1)
        found += page
        if not page.after:
            break
        query = {"after": page.after}
    assert found == wanted
    rows, _after = paging.following_values(Version.objects.all(), order, "", 9, ["pk"])
    assert [pk for (pk,) in rows] == [row.pk for row in wanted]
    assert paging.beside(Version.objects.all(), order, wanted[1].pk) == (wanted[0], wanted[2])


def test_a_new_row_does_not_shift_the_next_page(seven):
    first = paging.keyset(get(), User.objects.all(), ORDER, 3)
    User.objects.create(name="new", date_joined=clock.at(dt.date(2026, 10, 1)))
    assert names(paging.keyset(get(after=first.after), User.objects.all(), ORDER, 3)) == ["u4", "u2", "u1"]


@pytest.mark.parametrize(
    ("order", "bound"),
    [
        (("date_joined", "id"), '"accounts_user"."date_joined" >= '),
        (("-date_joined", "id"), '"accounts_user"."date_joined" <= '),
        (("-last_login", "id"), '"accounts_user"."last_login" <= '),
        (("last_login", "id"), None),  # rows without one come last, and none of them is reached by a bound
    ],
)
def test_a_later_page_begins_in_the_index_where_the_last_one_ended(seven, order, bound):
    User.objects.update(last_login=F("date_joined"))
    first = paging.keyset(get(), User.objects.all(), order, 3)
    with CaptureQueriesContext(connection) as captured:
        paging.keyset(get(after=first.after), User.objects.all(), order, 3)
    sql = captured.captured_queries[0]["sql"]
    assert bound in sql if bound else ">= " not in sql


def test_keyset_makes_no_count_query(seven, django_assert_num_queries):
    with django_assert_num_queries(1):
        paging.keyset(get(), User.objects.all(), ORDER, 3)


def packed(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


MOMENT = "2026-09-01T00:00:00+08:00"


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "%", "é", "\0", "A" * 5000, packed({}), packed([]), packed([MOMENT]), packed([MOMENT, 5]), packed(None), packed("a"),
        packed([MOMENT, "x"]), packed([MOMENT, "9" * 40]), packed([MOMENT, "1", "1"]), packed(["2026-13-01", "1"]),
        packed(["2026-09-01T00:00:00", "1"]), packed(["\0", "1"]), packed([[], "1"]), packed([["a"] * 40, "1"]),
        base64.urlsafe_b64encode(b"[" * 300).decode(), packed([MOMENT, "1\0"]), packed([MOMENT, "٣x"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("side", ["after", "before"])
def test_an_invalid_cursor_is_a_404(db, cursor, side):
    with pytest.raises(Http404):
        paging.keyset(get(**{side: cursor}), User.objects.all(), ORDER)


def test_nul_in_a_cursor_of_texts_is_a_404(db):
    with pytest.raises(Http404):
        paging.keyset(get(after=packed(["a\0", "1"])), User.objects.all(), ("name", "id"))


def test_ordering_by_an_unknown_column_is_an_error(seven):
    with pytest.raises(ValueError, match="keyset"):
        paging.keyset(get(after=packed(["1"])), User.objects.all(), ("nothing",))


# ---- the links ------------------------------------------------------------------------------------------------------
@pytest.mark.urls("tests.web.site")
@pytest.mark.django_db
def test_links_keep_the_filters(client):
    html = client.get("/numbers/?q=甲&page=2").content.decode()
    assert 'href="?q=%E7%94%B2&amp;page=3"' in html
    assert 'aria-current="page">2</a>' in html


# ---- what the database does -----------------------------------------------------------------------------------------
def test_rows_are_counted_without_their_order(seven, django_assert_num_queries):
    with django_assert_num_queries(1) as captured:
        assert paging.BoundedPaginator(User.objects.order_by("-date_joined", "id"), 25).count == 7
    assert "ORDER BY" not in captured.captured_queries[0]["sql"]


@pytest.mark.parametrize("order", [ORDER, ("name", "id"), ("-name", "-id"), ("password_set_at", "id")])
def test_hits_of_a_search_have_the_pages_of_any_other_rows(seven, order):
    def collected(**options):
        query, pages = {}, []
        while True:
            page = paging.keyset(get(**query), User.objects.all(), order, 2, **options)
            pages.append((names(page), bool(page.before), bool(page.after)))
            if not page.after:
                return pages, names(paging.keyset(get(before=page.before), User.objects.all(), order, 2, **options))
            query = {"after": page.after}

    assert collected(found=True) == collected()


def test_hits_of_a_search_are_not_found_by_the_index_of_their_order(seven, django_assert_num_queries):
    with django_assert_num_queries(2) as captured:
        paging.keyset(get(), User.objects.filter(name__startswith="u"), ("-date_joined", "id"), 2, found=True)
    first, second = (query["sql"] for query in captured.captured_queries)
    assert "COALESCE" in first.partition("ORDER BY")[2]
    assert first.startswith('SELECT "accounts_user"."id"')
    assert "COALESCE" not in second


def test_the_database_estimates_how_many_rows_there_are(seven):
    assert paging.estimated(User.objects.order_by("name")) >= 1
