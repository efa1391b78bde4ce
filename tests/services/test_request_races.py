"""Concurrent work on one request, with real connections to a real database (docs/style.md rule 22)."""

import pytest

from chengyang.errors import NotAllowed
from services import actions
from services.models import Post, Request
from tests import personas
from tests.activities.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def teams(transactional_db):
    """Three teams with their leaders: [(team, leader)]."""
    personas.reference()
    found = [(personas.team(), personas.make("leader"))]
    for n in (2, 3):
        team = personas.team(slug=f"team-{n}", name=f"第{n}服务队")
        leader = personas.user(f"leader-{n}")
        holder = personas.person(name="高晗", account=leader)
        Post.objects.create(person=holder, team=team, kind="leader", starts=personas.STARTED)
        found.append((team, leader))
    return found


@pytest.fixture
def asked(teams):
    return actions.submit_request(actor=personas.make("member"), title="劳务合同", text="请看")


def fresh(request):
    return Request.objects.get(pk=request.pk)


def test_two_teams_accept_at_once_and_one_leads(asked, teams):
    actions.invite_teams(asked, actor=personas.make("district"), teams=[team for team, _leader in teams])
    shares = {row.team_id: row for row in asked.shares.all()}
    calls = [
        lambda row=shares[team.pk], leader=leader: actions.accept_share(row, actor=leader).state
        for team, leader in teams
    ]
    found = at_once(calls, connections=3)
    assert sorted(found) == ["accepted", "taken", "taken"]
    states = sorted(asked.shares.values_list("state", flat=True))
    assert (states, fresh(asked).state) == (["accepted", "ended", "ended"], "routed")
    assert fresh(asked).team == asked.shares.get(state="accepted").team


def test_the_author_withdraws_while_the_team_answers(asked, teams):
    team, leader = teams[0]
    member = personas.make("member")
    actions.route_request(asked, actor=personas.make("district"), team=team)
    calls = [
        lambda: _or_refused(lambda: actions.answer_request(asked, actor=leader, answer="看过了").state),
        lambda: _or_refused(lambda: actions.withdraw_request(asked, actor=member).state),
    ]
    found = at_once(calls * 5, connections=10)
    row = fresh(asked)
    assert row.state in ("answered", "withdrawn")
    assert found.count(row.state) == 1
    assert row.entries.filter(kind="answer").count() == (row.state == "answered")


def test_the_author_closes_while_the_team_withdraws_its_answer(asked, teams):
    team, leader = teams[0]
    member = personas.make("member")
    actions.route_request(asked, actor=personas.make("district"), team=team)
    actions.answer_request(fresh(asked), actor=leader, answer="看过了")
    calls = [
        lambda: _or_refused(lambda: actions.close_own_request(asked, actor=member).state),
        lambda: _or_refused(lambda: actions.withdraw_answer(asked, actor=leader).state),
    ]
    found = at_once(calls * 3, connections=6)
    row = fresh(asked)
    assert row.state in ("closed", "routed")
    assert found.count(row.state) == 1
    assert row.entries.filter(kind="answer").count() == (row.state == "closed")


def test_it_is_paused_once_by_two_at_once(asked):
    district, district_2 = personas.make("district"), personas.make("district_2")
    question = {"text": "按条结算吗？", "pauses": True, "pause_reason": "先弄清"}
    calls = [
        lambda actor=actor: actions.ask_author(asked, actor=actor, **question).kind for actor in (district, district_2)
    ]
    found = at_once(calls * 2, connections=4)
    assert sorted(found) == ["question", "state", "state", "state"]
    assert (asked.pauses.count(), asked.entries.filter(kind="question").count()) == (1, 1)


def test_a_reply_and_going_on_without_it_end_the_pause_once(asked):
    district, member = personas.make("district"), personas.make("member")
    actions.ask_author(asked, actor=district, text="？", pauses=True, pause_reason="先弄清")
    calls = [
        lambda: _or_refused(lambda: actions.resume_request(asked, actor=district).state),
        lambda: actions.add_message(asked, actor=member, text="按条").kind,
    ]
    at_once(calls, connections=2)
    assert fresh(asked).state == "routed"
    assert asked.pauses.get().resumed_on is not None
    assert asked.entries.filter(text__contains="计时继续").count() == 1


def test_an_extension_is_decided_once(asked, teams):
    district, district_2 = personas.make("district"), personas.make("district_2")
    team, leader = teams[0]
    actions.route_request(asked, actor=district, team=team)
    row = actions.ask_extension(fresh(asked), actor=leader, days=5, reason="要问")
    calls = [
        lambda: actions.grant_extension(row, actor=district).state,
        lambda: actions.refuse_extension(row, actor=district_2, reason="来得及").state,
    ]
    found = at_once(calls * 3, connections=6)
    assert found.count("state") == 5


def test_one_call_of_a_number_makes_one_account(teams):
    district = personas.make("district")

    def take(number):
        return actions.take_by_phone(
            actor=district, phone="+8615401234567", consents=True, title=f"第 {number} 件", text="…"
        ).author_id

    found = at_once([lambda n=n: take(n) for n in range(6)], connections=6)
    assert len(set(found)) == 1
    assert len(set(Request.objects.values_list("number", flat=True))) == 6


def _or_refused(call):
    """Return the result of `call`, or `refused` when the state no longer allows it."""
    try:
        return call()
    except NotAllowed:
        return "refused"
