"""承办: teams accept, decline and help; the state of the request is computed from theirs (domain.md rule 9)."""

import itertools

import pytest
from django.db import IntegrityError, transaction

from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.notices.models import Notice
from services import actions, suggestions
from services.models import Post, Request, Team
from services.states import SHARE_TRANSITIONS, ShareState, state_of
from tests import personas

pytestmark = pytest.mark.django_db


@pytest.fixture
def law(reference):
    return personas.team(slug="falv", name="法律服务队", field="law", services=["合同审阅"])


@pytest.fixture
def lawyer(law):
    """The leader of the second team."""
    account = personas.user("lawyer")
    holder = personas.person(name="高晗", account=account)
    Post.objects.create(person=holder, team=law, kind="leader", starts=personas.STARTED)
    return account


@pytest.fixture
def asked(member):
    return actions.submit_request(actor=member, title="劳务合同审阅", text="请帮忙看看")


@pytest.fixture
def routed(asked, district, leader):
    return actions.route_request(asked, actor=district, team=personas.team())


def fresh(request):
    return Request.objects.get(pk=request.pk)


def share_of(request, team=None):
    return request.shares.get(team=team or personas.team())


def refusal(act, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        act(*arguments, **options)
    return refused.value.code


@pytest.mark.parametrize("leading", list(itertools.combinations_with_replacement(ShareState.values, 2)))
@pytest.mark.parametrize("has_handler", [True, False])
def test_the_state_is_computed_from_the_teams(leading, has_handler):
    is_in_work = has_handler or "accepted" in leading or "done" in leading
    assert state_of(leading, has_handler=has_handler) == ("routed" if is_in_work else "submitted")


@pytest.mark.parametrize("old", ShareState.values)
@pytest.mark.parametrize("new", ShareState.values)
def test_the_table_of_transitions(old, new):
    allowed = {
        ("asked", "accepted"),
        ("asked", "done"),
        ("asked", "declined"),
        ("asked", "ended"),
        ("accepted", "done"),
        ("accepted", "declined"),
        ("accepted", "ended"),
        ("done", "accepted"),
        ("done", "ended"),
    }
    assert (new in SHARE_TRANSITIONS[old]) == ((old, new) in allowed)


def test_a_team_accepts_and_the_author_is_notified(routed, leader, member):
    actions.accept_share(share_of(routed), actor=leader)
    assert (fresh(routed).state, share_of(routed).state) == ("routed", "accepted")
    assert Notice.objects.filter(user=member, kind="services/request_accepted").count() == 1
    assert "接下了" in routed.entries.last().text


def test_accepting_twice_is_once(routed, leader, member):
    for _time in range(2):
        actions.accept_share(share_of(routed), actor=leader)
    assert Notice.objects.filter(user=member, kind="services/request_accepted").count() == 1


def test_a_declined_request_goes_back_to_the_office_with_the_reason(routed, leader, district):
    actions.decline_share(share_of(routed), actor=leader, reason="这周排满")
    row = fresh(routed)
    assert (row.state, row.team) == ("submitted", None)
    assert "这周排满" in Notice.objects.get(user=district, kind="services/share_declined").body
    assert "这周排满" in row.entries.last().text
    assert not Request.objects.visible_to(leader).exists()


def test_declining_needs_a_reason(routed, leader):
    assert refusal(actions.decline_share, share_of(routed), actor=leader, reason=" ") == "reason"
    assert share_of(routed).state == "asked"


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_accepts_for_a_team(routed, name):
    somebody = personas.make(name)
    if name == "leader":
        assert actions.accept_share(share_of(routed), actor=somebody).state == "accepted"
    else:
        with pytest.raises(NotAllowed):
            actions.accept_share(share_of(routed), actor=somebody)


def test_answering_without_accepting_is_accepting(routed, leader):
    actions.answer_request(routed, actor=leader, answer="看过了")
    assert share_of(routed).state == "done"


def test_of_several_teams_the_first_to_accept_leads(asked, district, law, lawyer, leader):
    actions.invite_teams(asked, actor=district, teams=[personas.team(), law])
    assert (fresh(asked).state, fresh(asked).team) == ("submitted", None)
    assert Request.objects.visible_to(lawyer).get() == Request.objects.visible_to(leader).get() == asked
    actions.accept_share(share_of(asked, law), actor=lawyer)
    assert (fresh(asked).state, fresh(asked).team) == ("routed", law)
    assert refusal(actions.accept_share, share_of(asked), actor=leader) == "taken"
    assert not Request.objects.visible_to(leader).exists()


def test_teams_that_are_all_asked_already_are_not_asked_again(asked, district, law, lawyer, leader):
    actions.invite_teams(asked, actor=district, teams=[law])
    steps = asked.entries.count()
    assert refusal(actions.invite_teams, fresh(asked), actor=district, teams=[law]) == "same"
    assert asked.entries.count() == steps
    rows = actions.invite_teams(fresh(asked), actor=district, teams=[law, personas.team()])
    assert [row.team for row in rows] == [personas.team()]
    assert "法律服务队" not in asked.entries.last().text


def test_the_database_keeps_one_leading_team(asked, district, law, lawyer):
    actions.invite_teams(asked, actor=district, teams=[personas.team(), law])
    actions.accept_share(share_of(asked, law), actor=lawyer)
    with pytest.raises(IntegrityError), transaction.atomic():
        asked.shares.filter(team=personas.team()).update(state="accepted")


def test_an_answer_waits_for_the_helping_team(routed, leader, law, lawyer):
    actions.accept_share(share_of(routed), actor=leader)
    actions.ask_for_help(fresh(routed), actor=leader, team=law, reason="个税一条")
    assert refusal(actions.answer_request, fresh(routed), actor=leader, answer="好") == "helpers"
    actions.accept_share(share_of(routed, law), actor=lawyer)
    actions.hand_in_share(share_of(routed, law), actor=lawyer, text="由公司代扣")
    actions.answer_request(fresh(routed), actor=leader, answer="好")
    assert [row.state for row in routed.shares.order_by("pk")] == ["done", "done"]


def test_who_leads_stops_waiting_for_a_helping_team(routed, leader, law, lawyer):
    actions.ask_for_help(routed, actor=leader, team=law)
    actions.release_share(share_of(routed, law), actor=leader)
    assert not Request.objects.visible_to(lawyer).exists()
    assert actions.answer_request(fresh(routed), actor=leader, answer="好").state == "answered"


def test_an_opinion_that_is_withdrawn_is_waited_for_again(routed, leader, law, lawyer):
    actions.accept_share(share_of(routed), actor=leader)
    share = actions.accept_share(actions.ask_for_help(fresh(routed), actor=leader, team=law), actor=lawyer)
    actions.hand_in_share(share, actor=lawyer, text="由公司代扣")
    actions.withdraw_entry(routed.entries.get(text="由公司代扣"), actor=lawyer)
    assert share_of(routed, law).state == "accepted"
    assert Notice.objects.filter(user=leader, kind="services/share_withdrawn").count() == 1
    assert refusal(actions.answer_request, fresh(routed), actor=leader, answer="好") == "helpers"
    assert actions.hand_in_share(share_of(routed, law), actor=lawyer, text="看清了：由公司代扣").state == "done"


def test_another_message_that_is_withdrawn_leaves_the_opinion(routed, leader, law, lawyer):
    share = actions.accept_share(actions.ask_for_help(routed, actor=leader, team=law), actor=lawyer)
    actions.hand_in_share(share, actor=lawyer, text="由公司代扣")
    actions.withdraw_entry(actions.add_message(fresh(routed), actor=lawyer, text="还有"), actor=lawyer)
    assert share_of(routed, law).state == "done"


def test_the_page_says_who_accepted_it_for_the_team(routed, leader, member, client_of):
    actions.accept_share(share_of(routed), actor=leader)
    assert f"{leader.name} 经办" in client_of(member).get(routed.get_absolute_url()).content.decode()
    type(leader).objects.filter(pk=leader.pk).update(name="")
    assert "经办</span>" not in client_of(member).get(routed.get_absolute_url()).content.decode()


def test_a_helping_team_does_not_answer_or_hand_over(routed, leader, law, lawyer):
    actions.ask_for_help(routed, actor=leader, team=law)
    actions.accept_share(share_of(routed, law), actor=lawyer)
    for act in (
        lambda: actions.answer_request(fresh(routed), actor=lawyer, answer="好"),
        lambda: actions.route_request(fresh(routed), actor=lawyer, subdistrict=personas.reference()),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_team_that_is_asked_again_helps_once(routed, leader, law, lawyer):
    actions.ask_for_help(routed, actor=leader, team=law)
    assert refusal(actions.ask_for_help, fresh(routed), actor=leader, team=law) == "same"


def test_handing_over_ends_the_share_of_the_former_team(routed, leader, law, lawyer):
    actions.accept_share(share_of(routed), actor=leader)
    actions.route_request(fresh(routed), actor=leader, team=law, reason="合同的事")
    assert [(row.team, row.state) for row in routed.shares.order_by("pk")] == [
        (personas.team(), "ended"),
        (law, "asked"),
    ]
    assert "合同的事" in routed.entries.last().text


def test_what_is_for_the_office_only_goes_to_no_team(member, district, law):
    asked = actions.submit_request(actor=member, title="合同审阅", text="…", readers="office")
    for act in (
        lambda: actions.route_request(asked, actor=district, team=law),
        lambda: actions.invite_teams(asked, actor=district, teams=[law]),
    ):
        assert refusal(act) == "audience"
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=asked.pk).update(team=law)


def test_a_closed_team_gives_back_what_it_leads(routed, leader, district, law):
    actions.accept_share(share_of(routed), actor=leader)
    actions.close_team(personas.team(), actor=district)
    assert (fresh(routed).team, share_of(routed).state) == (None, "ended")


# ---- suggestions ----------------------------------------------------------------------------------------------------
def test_a_team_is_suggested_with_its_reasons_in_words(member, law, reference):
    personas.team(services=["采摘帮扶"])
    asked = actions.submit_request(actor=member, title="劳务合同审阅", text="请看", category="law")
    found = suggestions.suggest(asked, Team.objects.open())
    assert [one.team for one in found] == [law]
    assert found[0].pros == ["领域对得上：法律", "清单里有“合同审阅”", "在手 0 件"]


def test_the_record_is_the_median_of_three_answers_and_more(member, leader):
    team = personas.team()
    for number in range(3):
        assert suggestions.median_days([team.pk]) == {}
        row = actions.submit_request(actor=member, title=f"第 {number} 件", text="…", team=team)
        actions.answer_request(row, actor=leader, answer="好")
    assert suggestions.median_days([team.pk]) == {team.pk: 0}


def test_what_is_dealt_with_anew_is_not_in_the_record(member, leader):
    team = personas.team()
    for number in range(3):
        row = actions.submit_request(actor=member, title=f"第 {number} 件", text="…", team=team)
        row = actions.answer_request(row, actor=leader, answer="好")
    actions.reopen_request(row, actor=member, reason="没解决")
    assert suggestions.median_days([team.pk]) == {}


def test_a_busy_team_has_that_against_it_and_comes_later(member, law, reference):
    other = personas.team(slug="falv-2", name="第二法律队", field="law", services=["合同审阅"])
    for number in range(suggestions.MUCH):
        actions.submit_request(actor=member, title=f"第 {number} 件", text="…", team=law)
    asked = actions.submit_request(actor=member, title="合同审阅", text="请看", category="law")
    found = suggestions.suggest(asked, Team.objects.open())
    assert [one.team for one in found] == [other, law]
    assert f"在手 {suggestions.MUCH} 件" in found[1].cons


def test_no_number_of_points_is_shown(client_of, asked, district, law):
    page = client_of(district).get(asked.get_absolute_url()).content.decode()
    assert "清单里有“合同审阅”" in page
    assert "分）" not in page
