"""The filters of the calendar in the URL query."""

import pytest
from django.http import Http404, QueryDict

from activities import filters
from activities.models import Activity
from chengyang.platform.accounts.models import Subdistrict
from tests import personas

from . import factories
from .factories import moment


def found(query):
    rows = filters.parse(QueryDict(query)).apply(Activity.objects.published())
    return set(rows.values_list("title", flat=True))


@pytest.fixture
def several(reference):
    """One activity for each kind of filter; the title says which."""
    liuting = Subdistrict.objects.get(name="流亭街道")
    factories.published(
        title="组织", organization=personas.organization(), programme=factories.programme("xin", "新心汇")
    )
    factories.published(title="服务队", team=personas.team(), kind="volunteer", programme=factories.programme())
    factories.published(title="基地", base=personas.base(), mode="both")
    factories.published(title="流亭", place="广场", place_subdistrict=liuting, mode="both", capacity=1, taken=1)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"组织", "服务队", "基地", "流亭"}),
        ("programme=xin", {"组织"}),
        ("programme=xin&programme=li", {"组织", "服务队"}),
        ("kind=volunteer", {"服务队"}),
        ("organization=xiazhuang", {"组织"}),
        ("team=xiaxin-lianxin", {"服务队"}),
        ("organization=xiazhuang&team=xiaxin-lianxin", {"组织", "服务队"}),
        ("base=xiaxin", {"基地"}),
        ("subdistrict=370214003", {"流亭"}),
        ("online=1", {"基地", "流亭"}),
        ("free=1", {"组织", "服务队", "基地"}),
        ("online=1&free=1", {"基地"}),
        ("online=0&free=", {"组织", "服务队", "基地", "流亭"}),
        ("programme=xin&kind=volunteer", set()),
        ("q=夏新连心", {"服务队", "基地", "组织"}),
        ("q=夏新连心&team=xiaxin-lianxin", {"服务队"}),
        ("q=联谊会", {"组织"}),
        ("q=没有这个", set()),
        ("month=2026-09&unknown=1", {"组织", "服务队", "基地", "流亭"}),
    ],
)
def test_facets_are_joined_by_and_their_values_by_or(several, query, titles):
    assert found(query) == titles


@pytest.mark.parametrize(
    "query", ["programme=x", "kind=party", "organization=x", "team=x", "base=x", "subdistrict=x", "online=2", "free=yes", "programme=xin&programme=y"]
)  # fmt: skip
def test_an_unknown_value_is_404(several, query):
    with pytest.raises(Http404):
        filters.parse(QueryDict(query))


@pytest.mark.parametrize(
    ("fields", "is_free"),
    [
        ({}, True),
        ({"capacity": 2, "taken": 1}, True),
        ({"capacity": 2, "taken": 2}, False),
        ({"signup_closes": moment(16)}, False),
        ({"signup_opens": moment(17)}, False),
        ({"signup_opens": moment(16)}, True),
        ({"starts": moment(16), "ends": moment(16, 10)}, False),
        ({"state": "cancelled", "cancelled_at": moment(2), "reason": "雨"}, False),
    ],
)
def test_free_means_that_a_signup_made_now_gets_a_place(reference, fields, is_free):
    activity = factories.published(**fields)
    assert Activity.objects.filter(filters.has_places()).exists() == is_free
    assert (activity.accepts_signups() and activity.places_left != 0) == is_free


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" 剪纸 ", "剪纸"), ("a\tb\nc", "a b c"), ("a\u202eb", "a b"), ("长" * 80, "长" * 60), ("\x00", ""), ("🍇", "🍇")],
)
def test_search_text_is_cleaned(typed, kept):
    assert filters.clean_text(typed) == kept


def test_toggling_twice_changes_nothing(several):
    chosen = filters.parse(QueryDict("programme=xin&online=1&q=字"))
    assert chosen.toggled("programme", "li").toggled("programme", "li") == chosen
    assert chosen.toggled("online").toggled("online") == chosen


def test_the_query_is_always_in_the_same_order(several):
    one = filters.parse(QueryDict("q=字&online=1&kind=volunteer&programme=li&programme=xin"))
    two = filters.parse(QueryDict("programme=li&programme=xin&kind=volunteer&online=1&q=字"))
    assert one.query() == two.query() == "?programme=li&programme=xin&kind=volunteer&online=1&q=%E5%AD%97"


def test_a_chip_adds_or_removes_its_value(several):
    chips = filters.Chips(filters.parse(QueryDict("programme=xin")), "/calendar/", [("month", "2026-09")])
    assert {(chip.value, chip.chosen, chip.url) for chip in chips.programmes()} == {
        ("xin", True, "/calendar/?month=2026-09"),
        ("li", False, "/calendar/?programme=xin&programme=li"),
    }


@pytest.mark.parametrize(
    "query", ["", "programme=xin", "organization=xiazhuang", "team=xiaxin-lianxin&kind=volunteer", "online=1", "q=夏新"]
)
def test_a_chip_counts_what_it_leads_to(several, query):
    factories.published(title="取消的", state="cancelled", cancelled_at=moment(2), reason="雨", kind="volunteer")
    chosen, rows = filters.parse(QueryDict(query)), Activity.objects.published()
    counts = filters.count_values(chosen, rows)
    pairs = [(name, value) for name, facet in filters.FACETS.items() for value, _ in facet.choices()]
    for name, value in [*pairs, ("online", "1"), ("free", "1")]:
        others = chosen if chosen.has(name, value) else chosen.toggled(name, value)
        if name in filters.FACETS:  # the number of this value alone, beside the filters of the other facets
            left_out = filters.ORGANIZERS if name in filters.ORGANIZERS else (name,)
            kept = {other: values for other, values in chosen.chosen.items() if other not in left_out}
            others = filters.Filters({**kept, name: (value,)}, chosen.flags, chosen.text)
        assert counts.get((name, value), 0) == others.apply(rows.filter(state="published")).count(), (name, value)


def test_the_filter_by_subdistrict_means_the_place(several):
    factories.published(title="夏庄办在流亭", place_subdistrict=Subdistrict.objects.get(name="流亭街道"))
    factories.published(title="流亭办在别处", subdistrict=Subdistrict.objects.get(name="流亭街道"))
    assert found("subdistrict=370214003") == {"流亭", "夏庄办在流亭"}


def test_an_empty_menu_is_left_out(reference):
    chips = filters.Chips(filters.Filters(), "/calendar/", [])
    assert [str(menu.label) for menu in chips.menus()] == ["类别", "街道"]


def test_the_teams_are_those_that_organise_something_public(several):
    team = personas.team(slug="quiet", name="没有活动的服务队")
    assert team.slug not in {value for value, _ in filters.FACETS["team"].choices()}


def test_hidden_activities_add_no_team(reference):
    factories.draft(team=personas.team())
    factories.published(team=personas.team(), audience="members")
    assert filters.FACETS["team"].choices() == []
