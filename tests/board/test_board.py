"""The board: who sees which, what stands on it, and that each number opens its records."""

import contextlib
import datetime as dt

import pytest
from django.db import connection
from django.urls import reverse

from activities.models import Activity, Programme
from chengyang import clock, extensions
from chengyang.platform.objectives import actions as objectives
from chengyang.platform.web import paging
from chengyang.portal.board import board as boards
from chengyang.portal.board import keeping, owners, periods
from tests import personas

from .conftest import take_place

pytestmark = pytest.mark.django_db

OFFICERS = ("district", "xiazhuang", "liuting", "secretary", "base_manager", "leader")
OTHERS = ("editor", "member", "stranger", "sysadmin", "secadmin", "auditor")
SEEN_BY = {
    "district": {"district"},
    "area": {"district", "xiazhuang"},
    "organization": {"district", "xiazhuang", "secretary"},
    "base": {"district", "xiazhuang", "base_manager"},
    "team": {"district", "leader"},
}
PAGES = ("board:board", "board:screen", "board:report-make")


def owner_of(name, reference):
    made = {"organization": personas.organization, "base": personas.base, "team": personas.team}
    if name == "district":
        return None
    return reference if name == "area" else made[name]()


def cells(board):
    return {cell.code: cell for part in board.parts for cell in part.cells}


# ---- who sees which ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", SEEN_BY)
def test_who_opens_the_board_of_an_owner(reference, client_of, name, page):
    accounts = {persona: personas.make(persona) for persona in (*OFFICERS, *OTHERS)}
    url = f"{reverse(page)}?of={owners.code_of(owner_of(name, reference))}"
    opened = {persona for persona, account in accounts.items() if client_of(account).get(url).status_code == 200}
    assert opened == SEEN_BY[name]


@pytest.mark.parametrize("name", SEEN_BY)
def test_who_opens_the_records_of_a_figure(reference, client_of, name):
    accounts = {persona: personas.make(persona) for persona in (*OFFICERS, *OTHERS)}
    url = f"{reverse('board:records', args=['activities_completed'])}?of={owners.code_of(owner_of(name, reference))}"
    opened = {persona for persona, account in accounts.items() if client_of(account).get(url).status_code == 200}
    assert opened == SEEN_BY[name]


@pytest.mark.parametrize(
    ("persona", "first"),
    [
        ("district", "district"),
        ("xiazhuang", "subdistrict"),
        ("secretary", "organization"),
        ("base_manager", "base"),
        ("leader", "team"),
    ],
)
def test_the_own_board_opens_first(reference, persona, first):
    assert owners.kind_of(owners.find(personas.make(persona), "")) == first


@pytest.mark.parametrize("name", SEEN_BY)
def test_the_choice_offers_the_boards_that_one_sees(reference, name):
    owner = owner_of(name, reference)
    if owner is None:
        return
    accounts = {persona: personas.make(persona) for persona in OFFICERS}
    kind = owners.kind_of(owner)
    offered = {persona for persona, user in accounts.items() if owner in owners.seen_by(user, kind)}
    assert offered == SEEN_BY[name]


@pytest.mark.parametrize("code", ["x", "person.1", "team.999999", "team.0", "organization.", "district.1"])
def test_an_unknown_owner_is_not_found(client_of, district, code):
    assert client_of(district).get(reverse("board:board"), {"of": code}).status_code == 404


@pytest.mark.parametrize("name", ["board:board", "board:screen", "board:whose"])
def test_an_unknown_period_is_not_found(client_of, district, name):
    assert client_of(district).get(reverse(name), {"period": "2016"}).status_code == 404


# ---- the numbers ---------------------------------------------------------------------------------------------------------
def test_a_figure_stands_beside_that_of_the_same_days_of_the_year_before(records):
    cell = cells(boards.board_of(records["organization"], periods.parse("2026")))["activities_completed"]
    assert (cell.value, cell.before, cell.change) == (2, 1, "比去年同期多 1")


def test_the_district_has_the_numbers_of_all(records):
    found = cells(boards.board_of(None, periods.parse("2026")))
    assert (found["activities_completed"].value, found["donations"].value) == (3, 5000)


def test_a_team_has_its_own_numbers(records):
    found = cells(boards.board_of(records["team"], periods.parse("2026")))
    assert (found["activities_completed"].value, found["donations"].value) == (1, 5000)


def test_a_month_has_its_days_only(records):
    assert cells(boards.board_of(None, periods.parse("2026-05")))["attendances"].value == 30


def test_the_months_are_drawn_with_the_year_before(records):
    board = boards.board_of(records["organization"], periods.parse("2026"))
    part = next(part for part in board.parts if part.code == "activities")
    assert [value for _month, value, _before in part.months] == [0, 0, 1, 0, 1, 0, 0, 0, 0]
    assert [before for _month, _value, before in part.months] == [0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert len(part.chart.marks) == 9


def test_the_subdistricts_add_up_to_the_district(records):
    table = boards.board_of(None, periods.parse("2026")).table
    for place, total in enumerate(table.sums):
        assert sum(row.values[place] for row in table.rows) == total


def board_of(everything, of):
    return boards.board_of(everything.get(of), periods.parse("2026"))


@pytest.mark.parametrize("of", SEEN_BY)
def test_every_step_has_two_to_four_large_figures_and_loses_none(everything, of):
    board = board_of(everything, of)
    assert [part.code for part in board.parts] == list(boards.STEPS)
    assert all(2 <= len(part.large) <= 4 for part in board.parts)
    shown = {cell.code for part in board.parts for row in part.rows for cell in row}
    kind = owners.kind_of(everything.get(of))
    assert shown == {one.code for one in extensions.metrics() if one.step and one.stands_on(kind)}


def test_steps_of_which_nothing_is_counted_are_named(records, client_of, district, monkeypatch):
    nothing = ("organizations", "bases", "representatives")
    found = {step: metrics for step, metrics in boards.metrics_of("team").items() if step not in nothing}
    monkeypatch.setattr(boards, "metrics_of", lambda kind: found)
    page = client_of(district).get(reverse("board:board"), {"of": owners.code_of(records["team"])}).content.decode()
    assert "七步里的组织建起来、平台搭起来、代表用起来，没有数到它名下的数字。" in page


@pytest.mark.parametrize("of", SEEN_BY)
def test_every_figure_opens_as_many_records_and_says_how_it_is_counted(everything, client_of, district, of):
    owner = everything.get(of)
    query = {"of": owners.code_of(owner), "period": "2026"}
    for code, cell in cells(board_of(everything, of)).items():
        page = client_of(district).get(reverse("board:records", args=[code]), query)
        assert page.status_code == 200
        assert cell.how in page.content.decode()
        metric = extensions.metric(code)
        found = page.context["page"].paginator.count + page.context["hidden"]
        if metric.total is None:  # the value of the rows, often their number
            rows = metric.records(owner, periods.parse("2026").so_far)
            assert (found, metric.value(rows)) == (rows.count(), cell.value), code


def test_the_records_of_a_figure_are_those_of_the_period_and_owner(records, client_of, district):
    query = {"of": owners.code_of(records["organization"]), "period": "2026"}
    page = client_of(district).get(reverse("board:records", args=["activities_completed"]), query)
    assert sorted(str(row) for row, _url in page.context["rows"]) == ["活动 2026-03-02", "活动 2026-05-08"]


def test_a_figure_that_a_board_has_not_opens_nothing(records, client_of, district):
    query = {"of": owners.code_of(records["team"])}
    assert client_of(district).get(reverse("board:records", args=["organizations"]), query).status_code == 404


def test_records_beyond_the_reach_of_pages_are_not_called_hidden(records, client_of, district, monkeypatch):
    monkeypatch.setattr(paging, "LIMIT", 1)
    page = client_of(district).get(reverse("board:records", args=["activities_completed"]))
    assert (page.context["page"].paginator.total_text, page.context["hidden"]) == ("1+", 0)


def test_no_figure_is_about_one_person():
    shown = [metric for metric in extensions.metrics() if metric.step]
    named = {kind for metric in shown for kind in (metric.kept.owners if metric.kept else metric.subjects)}
    assert named | {kind for metric in shown for kind in metric.boards} <= {
        "district",
        "subdistrict",
        "organization",
        "base",
        "team",
    }


def test_an_objective_stands_beside_its_figure(records, secretary, district):
    plan = objectives.draft_plan(records["organization"], year=2026, actor=secretary)
    objectives.add_objective(plan, what="办活动", metric="activities_completed", target=10, actor=secretary)
    objectives.publish_plan(objectives.submit_plan(plan, actor=secretary), actor=district)
    cell = cells(boards.board_of(records["organization"], periods.parse("2026")))["activities_completed"]
    assert (cell.target, cell.light) == ("10 场", "慢了")


def test_the_months_of_a_figure_are_stacked_by_its_parts(records):
    Activity.objects.filter(starts__date=dt.date(2026, 5, 8)).update(programme=Programme.objects.get(code="xin"))
    keeping.refresh()
    part = next(part for part in boards.board_of(None, periods.parse("2026H1")).parts if part.code == "activities")
    assert part.stack == [("新心汇", [0, 0, 0, 0, 1, 0]), ("其余", [0, 0, 1, 1, 0, 0])]
    assert [(one.place, one.height) for one in part.chart.segments] == [(1, 76.0), (1, 76.0), (0, 76.0)]


def test_several_years_are_drawn_by_year(records):
    take_place(dt.date(2021, 4, 4), subdistrict=records["area"])
    keeping.refresh()
    part = next(part for part in boards.board_of(None, periods.published()).parts if part.code == "activities")
    assert part.months == [(f"{year} 年", int(year == 2021), int(year == 2022)) for year in range(2018, 2024)]


def test_organizers_above_the_limit_stand_together_in_one_row(records, monkeypatch):
    monkeypatch.setattr(boards, "MOST_ROWS", 1)
    other = personas.organization(slug="other", name="另一个联谊会")
    take_place(dt.date(2026, 7, 1), organization=other, subdistrict=records["area"])
    keeping.refresh()
    table = boards.board_of(records["area"], periods.parse("2026")).table
    assert [row.label for row in table.rows if not row.code] == ["其余 1 个联谊组织"]
    assert sum(row.values[0] for row in table.rows) == 3
    assert table.sums[0] == 4  # and the one of a team of the district
    assert table.note


def test_an_activity_of_two_organizers_counts_once_for_their_subdistrict(records):
    base = personas.base()
    take_place(dt.date(2026, 7, 1), organization=records["organization"], base=base, subdistrict=records["area"])
    take_place(dt.date(2026, 7, 2), subdistrict=records["area"])
    keeping.refresh()
    table = boards.board_of(records["area"], periods.parse("2026")).table
    assert sum(row.values[0] for row in table.rows) == 4  # the one at the base twice
    assert table.sums[0] == 5  # once; and one of a team of the district, one of the subdistrict itself


def test_each_number_of_the_table_opens_its_records(records, client_of, district):
    page = client_of(district).get(reverse("board:board"), {"of": "district", "period": "2026"}).content.decode()
    area = owners.code_of(records["area"])
    assert f'{reverse("board:records", args=["activities_completed"])}?of={area}&amp;period=2026"' in page


# ---- how old it may be ---------------------------------------------------------------------------------------------------
def test_a_board_is_never_older_than_a_minute(records, settings):
    take_place(dt.date(2026, 9, 1), organization=records["organization"])
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(seconds=59)
    assert cells(boards.board_of(None, periods.parse("2026")))["activities_completed"].value == 4


@pytest.mark.django_db(transaction=True)
def test_a_page_does_not_wait_while_the_figures_are_counted(records, settings):
    """Another run has the lock; the page shows the older figures with their moment."""
    before = keeping.state().at
    take_place(dt.date(2026, 9, 1), organization=records["organization"])
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(minutes=5)
    other = connection.get_new_connection(connection.get_connection_params())
    with connection.cursor() as cursor, contextlib.closing(other):
        other.cursor().execute("SELECT 1 FROM board_keeping FOR UPDATE")
        cursor.execute("SET lock_timeout = '300ms'")  # instead of waiting for ever
        board = boards.board_of(None, periods.parse("2026"))
        assert keeping.refresh(wait=False) is False
        cursor.execute("RESET lock_timeout")
    assert (board.at, cells(board)["activities_completed"].value) == (before, 3)


def test_a_fresh_board_counts_nothing_again(records, django_assert_max_num_queries):
    boards.board_of(None, periods.parse("2026"))
    with django_assert_max_num_queries(40):
        boards.board_of(None, periods.parse("2026"))


@pytest.mark.parametrize("more", [1, 30])
def test_the_queries_of_a_board_do_not_grow_with_the_records(reference, client_of, district, more):
    for day in range(1, more + 1):
        take_place(dt.date(2026, 3, day), subdistrict=reference)
    keeping.refresh()
    browser = client_of(district)
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as queries:
        browser.get(reverse("board:board"))
    assert len(queries) < 60


def test_the_screen_loads_itself_again_within_a_minute(records, client_of, district):
    page = client_of(district).get(reverse("board:screen"))
    assert 0 < int(page["Refresh"]) < 60


def test_the_screen_shows_one_step(records, client_of, district):
    page = client_of(district).get(reverse("board:screen"), {"step": "activities"})
    assert [part.code for part in page.context["shown"]] == ["activities"]
    assert (page.context["before"], page.context["after"]) == ("bases", "brands")


def test_an_unknown_step_of_the_screen_is_not_found(records, client_of, district):
    assert client_of(district).get(reverse("board:screen"), {"step": "x"}).status_code == 404


@pytest.mark.parametrize("name", ["board:board", "board:screen", "board:whose"])
def test_a_page_of_the_board_is_only_read(client_of, district, name):
    assert client_of(district).post(reverse(name)).status_code == 405
