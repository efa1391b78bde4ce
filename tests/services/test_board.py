"""The board of those who work on requests: by state, their own first."""

import datetime as dt

import pytest
from django.urls import reverse

from chengyang import clock
from services import actions, boards
from services.models import Request
from tests import personas

pytestmark = pytest.mark.django_db
URL = "/services/board/"


@pytest.fixture
def team(leader):
    return personas.team()


def order(member, title, **options):
    return actions.submit_request(actor=member, title=title, text="…", team=personas.team(), **options)


def shown(user):
    return {column.code: [row.title for row in column.rows] for column in boards.columns_of(user) if column.rows}


def test_each_state_has_its_column(team, leader, member, district):
    rows = {name: order(member, name) for name in ("等接", "在办", "等补充", "等延期", "答复")}
    for name in ("在办", "等补充", "等延期"):
        actions.accept_share(rows[name].shares.get(), actor=leader)
    actions.ask_author(rows["等补充"], actor=leader, text="？", pauses=True, pause_reason="先弄清")
    actions.ask_extension(rows["等延期"], actor=leader, days=2, reason="要问")
    actions.answer_request(rows["答复"], actor=leader, answer="好")
    assert shown(leader) == {
        "asked": ["等接"],
        "work": ["在办"],
        "paused": ["等补充"],
        "others": ["等延期"],
        "answered": ["答复"],
    }


def test_what_one_accepted_comes_first(team, leader, member):
    first, second = order(member, "早来的"), order(member, "我接的")
    actions.accept_share(second.shares.get(), actor=leader)
    other = personas.user("leader-2")
    personas.TeamPost.objects.create(
        person=personas.person(name="高晗", account=other), team=team, kind="leader", starts=personas.STARTED
    )
    actions.accept_share(first.shares.get(), actor=other)
    assert shown(leader)["work"] == ["我接的", "早来的"]


def test_nobody_finds_their_own_request_on_the_board(leader):
    order(leader, "自己的事")
    assert shown(leader) == {}


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_has_a_board(reference, client_of, name):
    somebody = personas.make(name)
    has_one = name in ("district", "district_2", "xiazhuang", "liuting", "leader")
    assert client_of(somebody).get(URL).status_code == (200 if has_one else 403)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_board_takes_as_many_queries_for_one_request_as_for_three(
    leader, member, client_of, rows, django_assert_max_num_queries
):
    for number in range(rows):
        order(member, f"第 {number} 件")
    with django_assert_max_num_queries(25):
        assert client_of(leader).get(URL).status_code == 200


# ---- nobody else, anywhere ------------------------------------------------------------------------------------------
SECRET = "房东不退押金"


@pytest.fixture
def secret(member, leader, team):
    row = order(member, SECRET)
    actions.add_message(row, actor=member, text=SECRET)
    actions.make_appointment(row, actor=leader, starts=soon(24), ends=soon(25), place="嗨创天地", text=SECRET)
    return row


def soon(hours):
    return clock.now() + dt.timedelta(hours=hours)


def places(row):
    """Return the addresses at which a request, or what belongs to it, can be read."""
    entry = row.entries.get(kind="appointment")
    return [
        row.get_absolute_url(),
        entry.ics_url,
        URL,
        "/me/",
        "/me/requests/",
        f"/manage/decide/request/{row.public_id}/",
        reverse("admin:services_request_changelist"),
        reverse("admin:services_request_change", args=[row.pk]),
        f"/manage/search/?q={row.number}",
        reverse("admin:services_team_change", args=[row.team_id]) + "?tab=requests",
        row.team.get_absolute_url(),
        "/services/",
        "/",
        "/calendar/feed.ics",
    ]


@pytest.mark.parametrize("name", [*personas.NAMES, "visitor"])
def test_a_request_is_read_by_author_and_handlers_alone_on_every_page(secret, client, client_of, name):
    browser = client if name == "visitor" else client_of(personas.make(name))
    read = [url for url in places(secret) if SECRET in browser.get(url, follow=True).content.decode()]
    assert bool(read) == (name in ("member", "leader")), read


@pytest.mark.parametrize("name", personas.NAMES)
def test_entries_and_shares_are_seen_with_their_request(secret, name):
    user = personas.make(name)
    sees = Request.objects.visible_to(user).exists()
    related = (secret.entries.model, secret.shares.model, secret.extensions.model)
    secret.extensions.create(
        days=2, reason="要问", asked_by=personas.make("leader"), state="dropped", decided_at=soon(0)
    )
    assert [model.objects.visible_to(user).exists() for model in related] == [sees] * 3
    assert sees == (name in ("member", "leader"))
