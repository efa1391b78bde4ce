"""Who is notified, and which appointments end, when somebody else works on a request or nobody does any more (domain.md rule 9)."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.platform.notices.models import Notice
from chengyang.platform.workdays import deadlines
from members.actions import leave_registry
from services import actions
from services.models import Post, Request
from tests import personas

pytestmark = pytest.mark.django_db
TITLE = "劳动合同怎么签"


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def notified(kind):
    """Return the accounts that got the notice `kind`."""
    return set(Notice.objects.filter(kind=f"services/{kind}").values_list("user", flat=True))


def leader_of(team, name, account):
    user = personas.user(account)
    Post.objects.create(person=personas.person(name, account=user), team=team, kind="leader", starts=personas.STARTED)
    return user


@pytest.fixture
def law(reference):
    return personas.team(slug="falv", name="法律服务队", field="law")


@pytest.fixture
def lawyer(law):
    return leader_of(law, "钟离迟", "lawyer")


@pytest.fixture
def counsel(law):
    """高晗, a volunteer of the law team who may be asked by name."""
    account = personas.user("expert")
    described = {"skills": "劳动合同", "by_name": True, "kind": "volunteer", "starts": personas.STARTED}
    Post.objects.create(person=personas.person("高晗", account=account), team=law, **described)
    return account


@pytest.fixture
def asked(member, leader):
    """A request of `member` that the team of `leader` has accepted."""
    row = actions.submit_request(actor=member, title=TITLE, text="请看", team=personas.team())
    actions.accept_share(row.shares.get(), actor=leader)
    return fresh(row)


@pytest.fixture
def shared(asked, leader, counsel, law, lawyer):
    """The same request: the expert helps and has an appointment, the law team is asked to help."""
    share = actions.ask_for_help(asked, actor=leader, expert=Post.objects.get(person__user=counsel))
    actions.accept_share(share, actor=counsel)
    meet(asked, counsel)
    actions.ask_for_help(fresh(asked), actor=leader, team=law)
    return fresh(asked)


def meet(row, actor, hours=24):
    starts = clock.now() + dt.timedelta(hours=hours)
    times = {"starts": starts, "ends": starts + dt.timedelta(minutes=30)}
    return actions.make_appointment(fresh(row), actor=actor, place="嗨创天地一楼", text="带合同", **times)


def meeting(row):
    return row.entries.get(kind="appointment")


def withdraw(row, people):
    actions.withdraw_request(row, actor=people["member"])


def divert(row, people):
    Request.objects.filter(pk=row.pk).update(escalated_at=clock.now())
    actions.divert_request(fresh(row), actor=people["district"], to="report")


def be_silent(row, people):
    actions.ask_author(row, actor=people["leader"], text="几号签的？", pauses=True, pause_reason="先弄清")
    assert actions.look_after_pause(fresh(row), deadlines.due_on(clock.today(), 11)) == "closed"


@pytest.mark.parametrize(("end", "state"), [(withdraw, "withdrawn"), (divert, "diverted"), (be_silent, "closed")])
def test_who_worked_on_it_or_was_asked_reads_that_it_is_over(
    shared, member, leader, lawyer, counsel, district, end, state
):
    end(shared, {"member": member, "leader": leader, "district": district})
    assert fresh(shared).state == state
    assert notified("request_ended") == {leader.pk, lawyer.pk, counsel.pk}
    assert not shared.shares.filter(role="help", state__in=("asked", "accepted")).exists()


@pytest.mark.parametrize("end", [withdraw, divert, be_silent])
def test_appointments_end_with_it_and_both_sides_are_notified(
    shared, member, leader, counsel, district, client_of, end
):
    end(shared, {"member": member, "leader": leader, "district": district})
    entry = meeting(shared)
    assert entry.cancelled_at
    assert Notice.objects.get(user=counsel, kind="services/appointment_off").url == entry.ics_url
    assert Notice.objects.filter(user=member, kind="services/appointment_cancelled").exists() == (end is not withdraw)
    answer = client_of(counsel).get(entry.ics_url)
    assert (b"STATUS:CANCELLED" in answer.content, "嗨创" in answer.content.decode()) == (True, False)


def test_the_notice_to_those_who_read_it_no_more_has_no_title_and_no_page(shared, counsel, member, leader, district):
    divert(shared, {"member": member, "leader": leader, "district": district})
    for kind in ("request_ended", "appointment_off"):
        notice = Notice.objects.get(user=counsel, kind=f"services/{kind}")
        assert TITLE not in notice.title + notice.body
        assert shared.number in notice.title + notice.body
        assert notice.url != shared.get_absolute_url()


def test_leaving_the_registry_notifies_them_too(shared, member, leader, lawyer, counsel):
    leave_registry(member.person, actor=member)
    assert notified("request_ended") == {leader.pk, lawyer.pk, counsel.pk}
    assert meeting(shared).cancelled_at


# ---- somebody else leads it -----------------------------------------------------------------------------------------
def test_handing_over_notifies_the_former_team_and_those_who_go_on_helping(
    shared, member, leader, lawyer, counsel, district, xiazhuang
):
    Request.objects.filter(pk=shared.pk).update(escalated_at=clock.now())
    actions.route_request(fresh(shared), actor=district, subdistrict=personas.reference())
    assert notified("request_ended") == {leader.pk}
    assert notified("request_lead_changed") == {lawyer.pk, counsel.pk}
    assert xiazhuang.pk in notified("request_waiting")
    assert "夏庄" in Notice.objects.get(kind="services/request_ended").body


def test_handing_over_ends_the_appointments_of_the_former_team_only(shared, member, leader, counsel):
    own = meet(shared, leader, hours=48)
    actions.route_request(fresh(shared), actor=leader, subdistrict=personas.reference())
    assert fresh(own).cancelled_at
    assert shared.entries.get(kind="appointment", by=counsel).cancelled_at is None
    assert Notice.objects.filter(user=member, kind="services/appointment_cancelled").count() == 1
    assert notified("appointment_off") == set()  # who hands it over knows


def test_an_appointment_that_is_over_is_not_cancelled(asked, leader, settings):
    entry = meet(asked, leader, hours=1)
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(hours=2)
    actions.route_request(fresh(asked), actor=leader, subdistrict=personas.reference())
    assert fresh(entry).cancelled_at is None


def test_declining_notifies_the_author_the_office_and_those_who_help(shared, member, leader, lawyer, counsel, district):
    own = meet(shared, leader, hours=48)
    actions.decline_share(shared.shares.get(role="lead"), actor=leader, reason="排满了")
    assert "区委统战部" in Notice.objects.get(user=member, kind="services/request_routed").body
    assert notified("share_declined") == {district.pk}
    assert notified("request_lead_changed") == {lawyer.pk, counsel.pk}
    assert fresh(own).cancelled_at


def test_who_helps_no_longer_meets_nobody(shared, leader, counsel):
    actions.release_share(shared.shares.get(expert__isnull=False), actor=leader)
    assert meeting(shared).cancelled_at
    assert notified("appointment_off") == {counsel.pk}


def test_a_request_that_was_closed_without_a_reply_is_led_by_the_same_team_when_it_is_reopened(
    shared, member, leader, district
):
    be_silent(shared, {"leader": leader})
    actions.reopen_request(fresh(shared), actor=member, reason="补上了")
    assert actions.answer_request(fresh(shared), actor=leader, answer="好").state == "answered"


def test_after_an_answer_those_who_handle_it_still_meet_the_author(shared, leader, counsel, law, settings):
    actions.release_share(shared.shares.get(team=law, expert__isnull=True), actor=leader)
    own = meet(shared, leader, hours=24 * 9)
    actions.resign(law, actor=counsel)
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=2)
    actions.answer_request(fresh(shared), actor=leader, answer="好，见面再说")
    assert actions.end_shares_of_former_experts() == 1
    assert fresh(own).cancelled_at is None


# ---- while the author is asked --------------------------------------------------------------------------------------
@pytest.fixture
def paused(shared, leader):
    actions.ask_author(shared, actor=leader, text="几号签的？", pauses=True, pause_reason="先弄清")
    return fresh(shared)


def test_a_helping_team_hands_in_while_the_author_is_asked(paused, counsel, client_of):
    share = paused.shares.get(expert__isnull=False)
    assert client_of(counsel).get(paused.get_absolute_url()).context["shares"][1].may_hand_in
    assert actions.hand_in_share(share, actor=counsel, text="试用期最多两个月").state == "done"


def test_a_helping_team_declines_while_the_author_is_asked(paused, lawyer, law):
    share = paused.shares.get(team=law, expert__isnull=True)
    assert actions.decline_share(share, actor=lawyer, reason="排满了").state == "declined"


def test_who_leads_stops_waiting_and_gives_it_back_while_the_author_is_asked(paused, leader, law, member):
    share = paused.shares.get(team=law, expert__isnull=True)
    assert actions.release_share(share, actor=leader).state == "ended"
    actions.decline_share(paused.shares.get(role="lead"), actor=leader, reason="排满了")
    assert (fresh(paused).state, fresh(paused).team) == ("paused", None)
    actions.add_message(fresh(paused), actor=member, text="三号")
    assert fresh(paused).state == "routed"
