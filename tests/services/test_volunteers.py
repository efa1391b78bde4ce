"""Members apply to volunteer in a team; its leader takes them in or declines with a reason; they leave and come back."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import todo_kind
from chengyang.platform.notices.models import Notice
from chengyang.platform.staff import actions as staff
from members import erasure
from members.actions import leave_registry
from services import actions, tasks
from services.models import Post, TeamApplication
from services.states import TEAM_APPLICATION_TRANSITIONS, TeamApplicationState
from tests import personas

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(leader):
    return personas.team()


def apply(team, account, **options):
    typed = {"skills": "合同", "times": "周四下午", **options}
    return actions.apply_to_team(team, person=account.person, actor=account, **typed)


@pytest.fixture
def applied(team, member):
    return apply(team, member)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def refusal(act, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        act(*arguments, **options)
    return refused.value.code


@pytest.mark.parametrize("old", TeamApplicationState.values)
@pytest.mark.parametrize("new", TeamApplicationState.values)
def test_the_table_of_transitions(old, new):
    allowed = {("applied", "accepted"), ("applied", "declined"), ("applied", "withdrawn")}
    allowed |= {("accepted", "applied"), ("declined", "applied")}
    assert (new in TEAM_APPLICATION_TRANSITIONS[old]) == ((old, new) in allowed)


# ---- applying -------------------------------------------------------------------------------------------------------
def test_the_leader_is_notified_and_has_five_working_days(applied, leader):
    assert applied.due_on > clock.today()
    assert Notice.objects.filter(user=leader, kind="services/team_applied").count() == 1


def test_applying_twice_is_once(applied, team, member, leader):
    assert apply(team, member) == applied
    assert Notice.objects.filter(user=leader, kind="services/team_applied").count() == 1


def test_the_database_keeps_one_open_application(applied):
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamApplication.objects.create(team=applied.team, person=applied.person, skills="x", times="y")


def test_what_is_missing_is_named(team, member):
    with pytest.raises(ActionError) as refused:
        apply(team, member, skills=" ")
    assert (refused.value.code, refused.value.field) == ("invalid", "skills")


def test_nobody_applies_for_another(team, member, stranger):
    with pytest.raises(NotAllowed):
        actions.apply_to_team(team, person=member.person, actor=stranger, skills="x", times="y")


@pytest.mark.parametrize("change", [{"is_published": False}, {"closed_on": dt.date(2026, 1, 1)}])
def test_a_team_that_takes_nobody_in(team, member, change):
    type(team).objects.filter(pk=team.pk).update(**change)
    assert refusal(apply, team, member) == "closed"


def test_who_is_in_the_team_does_not_apply(team, leader):
    assert refusal(apply, team, leader) == "member"


def test_only_registered_people_apply(team, member):
    type(member.person).objects.filter(user=member).update(state="left", left_on=clock.today())
    assert refusal(apply, team, member) == "not_registered"


# ---- deciding -------------------------------------------------------------------------------------------------------
DECIDE = ("leader", "district", "district_2", "xiazhuang")


@pytest.fixture
def of_xiazhuang(team):
    type(team).objects.filter(pk=team.pk).update(subdistrict=personas.reference())


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_takes_somebody_in(of_xiazhuang, applied, name):
    somebody = personas.make(name)
    if name in DECIDE:
        assert actions.accept_application(fresh(applied), actor=somebody).state == "accepted"
    else:
        with pytest.raises(NotAllowed):
            actions.accept_application(fresh(applied), actor=somebody)


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_sees_an_application(of_xiazhuang, applied, name):
    seen = TeamApplication.objects.visible_to(personas.make(name)).exists()
    assert seen == (name in (*DECIDE, "member"))


def test_a_visitor_sees_none(applied):
    assert not TeamApplication.objects.visible_to(personas.visitor()).exists()


def test_who_is_taken_in_has_a_post_with_what_they_wrote(applied, leader, member):
    row = actions.accept_application(applied, actor=leader)
    post = Post.objects.get(person=member.person)
    assert (post.kind, post.starts, post.skills, post.times) == ("volunteer", clock.today(), "合同", "周四下午")
    assert (row.post, row.due_on, post.by_name) == (post, None, False)
    assert Notice.objects.filter(user=member, kind="accounts/appointed").count() == 1


def test_appointing_settles_an_open_application(applied, team, leader, member):
    post = actions.appoint(team, person=member.person, kind="volunteer", starts=clock.today(), actor=leader)
    row = fresh(applied)
    assert (row.state, row.post, row.decided_by, row.due_on) == ("accepted", post, leader, None)
    assert (fresh(post).skills, fresh(post).times) == ("合同", "周四下午")
    assert not list(todo_kind("team-application").waiting(leader))


def test_accepting_who_is_in_the_team_meanwhile_takes_that_post(applied, team, leader, member):
    post = Post.objects.create(person=member.person, team=team, kind="volunteer", starts=personas.STARTED)
    row = actions.accept_application(applied, actor=leader)
    assert (row.state, row.post) == ("accepted", None)
    assert Post.objects.get(person=member.person) == post
    assert fresh(post).skills == "合同"
    assert refusal(actions.reopen_team_application, row, actor=leader) == "state"  # it would end a post that is older
    assert fresh(post).ends is None


def test_it_is_decided_once(applied, leader, district):
    actions.accept_application(applied, actor=leader)
    assert refusal(actions.decline_application, applied, actor=district, reason="满了") == "state"
    assert refusal(actions.accept_application, applied, actor=district) == "state"


def test_nobody_decides_on_their_own(team, district):
    holder = personas.person("欧阳海若", account=district)
    row = actions.apply_to_team(team, person=holder, actor=district, skills="x", times="y")
    with pytest.raises(NotAllowed):
        actions.accept_application(row, actor=district)


def test_declining_needs_a_reason_that_the_applicant_reads(applied, leader, member):
    assert refusal(actions.decline_application, applied, actor=leader, reason=" ") == "reason"
    actions.decline_application(applied, actor=leader, reason="这季度排满了")
    assert "这季度排满了" in Notice.objects.get(user=member, kind="services/team_declined").body
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamApplication.objects.filter(pk=applied.pk).update(reason="")


@pytest.mark.parametrize("choice", ["accept", "decline"])
def test_a_decision_is_taken_back(applied, leader, member, choice):
    if choice == "accept":
        actions.accept_application(applied, actor=leader)
    else:
        actions.decline_application(applied, actor=leader, reason="满了")
    actions.reopen_team_application(applied, actor=leader)
    assert (fresh(applied).state, fresh(applied).reason) == ("applied", "")
    assert not Post.objects.valid().filter(person=member.person).exists()
    actions.accept_application(fresh(applied), actor=leader)
    assert Post.objects.valid().filter(person=member.person).count() == 1


def test_a_decision_is_not_taken_back_after_the_member_left(applied, leader, member, team):
    actions.accept_application(applied, actor=leader)
    actions.resign(team, actor=member)
    assert refusal(actions.reopen_team_application, applied, actor=leader) == "state"


def test_a_decision_is_not_taken_back_once_the_team_has_stopped(applied, district):
    actions.close_team(applied.team, actor=district)
    assert refusal(actions.reopen_team_application, fresh(applied), actor=district) == "closed"


def test_a_decision_is_not_taken_back_once_the_person_has_left(applied, leader, member):
    actions.decline_application(applied, actor=leader, reason="满了")
    leave_registry(member.person, actor=member)
    assert refusal(actions.reopen_team_application, fresh(applied), actor=leader) == "left"


def test_the_applicant_withdraws_without_approval(applied, member, leader, stranger):
    with pytest.raises(NotAllowed):
        actions.withdraw_application(applied, actor=stranger)
    assert actions.withdraw_application(applied, actor=member).state == "withdrawn"
    assert refusal(actions.accept_application, applied, actor=leader) == "state"


# ---- leaving and coming back ----------------------------------------------------------------------------------------
def test_a_volunteer_leaves_and_comes_back(applied, leader, member, team, settings):
    actions.accept_application(applied, actor=leader)
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=40)
    actions.resign(team, actor=member)
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=1)
    again = apply(team, member, skills="用工")
    actions.accept_application(again, actor=leader)
    posts = Post.objects.filter(person=member.person).order_by("starts")
    assert [(post.skills, post.ends is None) for post in posts] == [("合同", False), ("用工", True)]


def test_who_was_declined_may_apply_again(applied, leader, member, team):
    actions.decline_application(applied, actor=leader, reason="满了")
    assert apply(team, member).pk != applied.pk


def test_leaving_the_registry_withdraws_and_erasing_deletes(applied, member, settings):
    event = TeamApplication._meta.get_field("history").related_model
    leave_registry(member.person, actor=member)
    assert fresh(applied).state == "withdrawn"
    erasure.erase(member.person)
    assert not TeamApplication.objects.exists()
    assert not event.objects.exists()


def test_a_team_that_closes_declines_what_waits(applied, district, member):
    actions.close_team(applied.team, actor=district)
    assert fresh(applied).state == "declined"
    assert Notice.objects.filter(user=member, kind="services/team_declined").count() == 1


@pytest.mark.parametrize(("days", "stays"), [(89, True), (91, False)])
def test_what_led_to_no_post_is_deleted_after_ninety_days(applied, leader, settings, days, stays):
    actions.decline_application(applied, actor=leader, reason="满了")
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=days)
    tasks.run_periodic()
    assert TeamApplication.objects.exists() == stays


def test_what_led_to_a_post_stays(applied, leader, settings):
    actions.accept_application(applied, actor=leader)
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=400)
    tasks.run_periodic()
    assert TeamApplication.objects.exists()


# ---- to-do and pages ------------------------------------------------------------------------------------------------
def waiting(user):
    return list(todo_kind("team-application").waiting(user))


def test_it_waits_for_the_leader_and_when_late_for_the_office(applied, leader, district, settings):
    assert (waiting(leader), waiting(district)) == ([applied], [])
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=20)
    assert waiting(district) == [applied]


def test_without_a_leader_it_waits_for_the_office(reference, member, district):
    applied = apply(personas.team(), member)
    assert waiting(district) == [applied]


def test_a_leader_decides_on_the_staff_site_and_takes_it_back(applied, leader):
    kind = todo_kind("team-application")
    kind.decide(applied, "accept", "", actor=leader)
    kind.undo(fresh(applied), "accept", actor=leader)
    assert fresh(applied).state == "applied"


def test_a_holiday_moves_the_date(applied, district):
    before = applied.due_on
    notice = {"name": "放假", "source": "国办发明电〔2026〕9号"}
    day = clock.today() + dt.timedelta(days=1)
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    staff.set_exception(actor=district, date=day, is_workday=False, **notice)
    assert fresh(applied).due_on > before


def test_a_visitor_reads_how_it_goes_and_a_guest_joins_first(client, client_of, team, stranger):
    url = reverse("services:team-join", args=[team.slug])
    assert "写明会什么、哪天有空" in client.get(url).content.decode()
    assert client_of(stranger).get(url).url == reverse("members:join")


def test_a_member_applies_on_the_page_and_takes_it_back(team, member, client_of):
    browser, url = client_of(member), reverse("services:team-join", args=[team.slug])
    assert browser.post(url, {"skills": "合同"}).status_code == 400
    assert browser.post(url, {"skills": "合同", "times": "周四"}).status_code == 302
    row = TeamApplication.objects.get()
    assert "等队长回话" in browser.get(url).content.decode()
    assert "报名的服务队" in browser.get(reverse("me:home")).content.decode()
    assert browser.post(reverse("services:application-withdraw", args=[row.public_id])).status_code == 302
    assert fresh(row).state == "withdrawn"


def test_somebody_else_does_not_find_the_application(applied, leader, client_of):
    url = reverse("services:application-withdraw", args=[applied.public_id])
    assert client_of(leader).post(url).status_code == 404


def test_the_leader_finds_who_waits_on_the_page_of_the_team(applied, leader, member, client_of):
    url = reverse("services:team-members", args=[applied.team.slug])
    assert "等你回话的报名" in client_of(leader).get(url).content.decode()
    Post.objects.create(
        person=personas.person("钟离迟", account=personas.user("volunteer")),
        team=applied.team,
        kind="volunteer",
        starts=personas.STARTED,
    )
    assert member.person.name not in client_of(personas.user("volunteer")).get(url).content.decode()
