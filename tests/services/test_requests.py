"""诉求: permissions on requests, due dates, reminders, escalation (domain.md rule 9)."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Delivery, Notice
from chengyang.platform.workdays import deadlines
from services import actions, tasks
from services.models import Request, Team
from services.states import REQUEST_TRANSITIONS, RequestState
from tests import personas

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(member):
    return actions.submit_request(actor=member, title="劳务合同范本审阅", text="请帮忙看看")


@pytest.fixture
def ordered(member):
    team = personas.team(services=["采摘帮扶"])
    return actions.submit_request(actor=member, title="采摘缺人手", text="周六上午", team=team, service="采摘帮扶")


def test_the_number_after_999_is_1000(member):
    Request.objects.create(
        number=f"SQ{clock.today():%Y%m%d}-999", author=member, title="满", text="…", due_on=clock.today()
    )
    asked = [actions.submit_request(actor=member, title=title, text="…") for title in "甲乙丙"]
    assert [row.number.rpartition("-")[2] for row in asked] == ["1000", "1001", "1002"]


def test_a_request_is_due_in_seven_working_days(asked):
    assert asked.due_on == deadlines.due_on(clock.today(), 7)


def test_numbers_of_a_day_follow_each_other(asked, ordered):
    assert int(ordered.number[-3:]) == int(asked.number[-3:]) + 1


def test_the_author_reads_number_and_code_at_once_also_by_text_message(member, client_of):
    member.phone = "+8615400000044"
    member.save()
    asked = actions.submit_request(actor=member, title="劳务合同范本审阅", text="请帮忙看看")
    notice = Notice.objects.get(user=member)
    assert asked.number in notice.title
    assert asked.query_code in notice.body
    assert Delivery.objects.filter(notice=notice, channel="sms").exists()
    page = client_of(member).get(asked.get_absolute_url()).content.decode()
    assert f"查询码 {asked.query_code}" in page


def test_the_same_request_sent_twice_is_one_request_and_both_answers_lead_to_it(client_of, member):
    browser, typed = client_of(member), {"title": "劳务合同", "text": "请看\r\n谢谢"}
    first, second = [browser.post("/services/requests/new/", typed) for _ in range(2)]
    assert first["Location"] == second["Location"] == Request.objects.get().get_absolute_url()


def test_another_text_or_a_later_day_is_another_request(member, settings):
    asked = [actions.submit_request(actor=member, title="劳务合同", text=text) for text in ("一", "二")]
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(minutes=11)
    asked.append(actions.submit_request(actor=member, title="劳务合同", text="一"))
    assert len({row.pk for row in asked}) == 3


def test_a_new_request_notifies_its_handlers(member, leader):
    asked = actions.submit_request(actor=member, title="采摘缺人手", text="周六上午", team=Team.objects.get())
    notice = Notice.objects.get(kind="services/request_waiting")
    assert (notice.user, notice.url) == (leader, asked.get_absolute_url())


def test_a_routed_request_notifies_its_new_handlers(asked, district, leader):
    actions.route_request(asked, team=Team.objects.get(), actor=district)
    assert Notice.objects.filter(kind="services/request_waiting", user=leader).count() == 1


def test_a_reopened_request_notifies_its_handlers(member, leader):
    asked = actions.submit_request(actor=member, title="采摘缺人手", text="周六上午", team=Team.objects.get())
    actions.answer_request(asked, actor=leader, answer="已联系")
    actions.reopen_request(asked, reason="还是没人来", actor=member)
    assert Notice.objects.get(kind="services/request_reopened").user == leader


def test_nobody_is_notified_of_their_own_request(leader):
    actions.submit_request(actor=leader, title="采摘缺人手", text="周六上午", team=Team.objects.get())
    assert not Notice.objects.filter(kind="services/request_waiting").exists()


def test_a_service_that_the_team_does_not_offer_is_refused(member):
    with pytest.raises(ActionError) as refused:
        actions.submit_request(actor=member, title="x", text="y", team=personas.team(), service="造火箭")
    assert refused.value.code == "service"


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_sees_a_request_of_the_office(asked, name):
    assert Request.objects.visible_to(personas.make(name)).exists() == (name in ("member", "district", "district_2"))


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_sees_a_request_routed_to_a_team(ordered, leader, name):
    assert Request.objects.visible_to(personas.make(name)).exists() == (name in ("member", "leader"))


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_answers_a_request_routed_to_a_team(ordered, leader, name):
    somebody = personas.make(name)
    if name == "leader":
        assert actions.answer_request(ordered, actor=somebody, answer="已安排").state == RequestState.ANSWERED
    else:
        with pytest.raises(NotAllowed):
            actions.answer_request(ordered, actor=somebody, answer="已安排")


def test_nobody_answers_their_own(reference):
    leader = personas.make("leader")
    own = actions.submit_request(actor=leader, title="自己的事", text="…", team=personas.team())
    with pytest.raises(NotAllowed):
        actions.answer_request(own, actor=leader, answer="好")


def test_the_office_follows_what_it_handed_over_but_does_not_answer_it(asked, district, district_2, xiazhuang):
    routed = actions.route_request(asked, actor=district, subdistrict=personas.reference())
    assert [Request.objects.visible_to(user).get() for user in (district, district_2, xiazhuang)] == [asked] * 3
    with pytest.raises(NotAllowed):
        actions.answer_request(routed, actor=district, answer="好")


def test_the_office_does_not_see_what_others_hand_over(ordered, leader, district):
    actions.route_request(ordered, actor=leader, subdistrict=personas.reference())
    assert not Request.objects.visible_to(district).exists()


def test_handing_over_to_the_present_handler_is_refused(asked, ordered, district, leader):
    for row, actor, where in ((asked, district, {}), (ordered, leader, {"team": personas.team()})):
        with pytest.raises(ActionError) as refused:
            actions.route_request(row, actor=actor, **where)
        assert (refused.value.code, refused.value.field) == ("same", "handler")
    assert Notice.objects.filter(kind="services/request_routed").count() == 0


def test_a_closed_team_gets_no_request(asked, district):
    team = actions.close_team(personas.team(), actor=district)
    with pytest.raises(ActionError) as refused:
        actions.route_request(asked, actor=district, team=team)
    assert refused.value.code == "handler"


def test_a_team_does_not_find_its_request_complex_itself(ordered, leader):
    with pytest.raises(ActionError) as refused:
        actions.route_request(ordered, actor=leader, subdistrict=personas.reference(), is_complex=True)
    assert refused.value.code == "complex"


def test_a_complex_request_gets_fifteen_working_days(asked, district):
    routed = actions.route_request(asked, actor=district, team=personas.team(), is_complex=True)
    assert routed.due_on == deadlines.due_on(clock.today(), 15)


def test_routing_to_two_handlers_is_refused(asked, district):
    with pytest.raises(ActionError) as refused:
        actions.route_request(asked, actor=district, team=personas.team(), subdistrict=personas.reference())
    assert refused.value.code == "handler"


def test_an_empty_answer_is_refused(asked, district):
    with pytest.raises(ActionError) as refused:
        actions.answer_request(asked, actor=district, answer="  ")
    assert refused.value.code == "answer"


def test_rating_closes_the_request(asked, district, member):
    actions.answer_request(asked, actor=district, answer="看过了")
    assert actions.rate_request(asked, actor=member, solved=3, useful=3).state == RequestState.CLOSED


@pytest.mark.parametrize("number", [0, 4, -1])
def test_a_rating_outside_the_three_steps_is_refused(asked, district, member, number):
    actions.answer_request(asked, actor=district, answer="看过了")
    for rating in ({"solved": number, "useful": 1}, {"solved": 1, "useful": number}):
        with pytest.raises(ActionError):
            actions.rate_request(asked, actor=member, **rating)


def test_only_the_author_rates(asked, district, district_2):
    actions.answer_request(asked, actor=district, answer="看过了")
    with pytest.raises(NotAllowed):
        actions.rate_request(asked, actor=district_2, solved=3, useful=3)


def test_reopening_gives_the_full_time_again(asked, district, member):
    actions.answer_request(asked, actor=district, answer="看过了")
    assert actions.reopen_request(asked, actor=member, reason="还没办").due_on == deadlines.due_on(clock.today(), 7)


def test_reopening_is_recorded(asked, district, member):
    actions.answer_request(asked, answer="看过了", actor=district)
    actions.reopen_request(asked, actor=member, reason="还没办")
    assert Entry.objects.filter(verb="request.reopened", actor=member.public_id).count() == 1


@pytest.fixture
def reopened(ordered, leader, member, settings):
    """A request that was reminded, escalated and answered after 40 days, and then reopened."""
    late = settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=40)
    tasks.run_periodic()
    ordered.refresh_from_db()
    assert (ordered.reminders, ordered.escalated_at) == (3, late)
    actions.answer_request(ordered, actor=leader, answer="看过了")
    return actions.reopen_request(ordered, actor=member, reason="还没办")


def test_reminders_start_anew_after_reopening(reopened):
    first_day, days = clock.today(), (reopened.due_on - clock.today()).days
    sent = [actions.remind_handlers(reopened, first_day + dt.timedelta(days=n)) for n in range(days + 1)]
    assert sent[0] == 0
    assert [step for step in sent if step] == [1, 2, 3]


def test_a_reopened_request_escalates_again(reopened, district):
    assert not Request.objects.visible_to(district).exists()
    assert actions.escalate_due(reopened.due_on + dt.timedelta(days=1)) == 1


@pytest.mark.parametrize(("hour", "minute"), [(0, 0), (6, 0), (23, 59)])
def test_deadlines_count_from_the_local_day(member, district, settings, hour, minute):
    day = dt.date(2026, 9, 16)
    settings.PORTAL_CLOCK = clock.at(day, dt.time(hour, minute))
    pk = actions.submit_request(actor=member, title="x", text="y").pk
    Request.objects.filter(pk=pk).update(due_on=day, is_complex=True)
    routed = actions.route_request(Request.objects.get(pk=pk), actor=district, team=personas.team(), is_complex=True)
    assert (routed.counted_from, routed.due_on) == (day, deadlines.due_on(day, 15))


def test_an_overdue_request_escalates_to_the_district_once(ordered, district):
    late = ordered.due_on + dt.timedelta(days=1)
    assert [actions.escalate_due(late), actions.escalate_due(late)] == [1, 0]
    assert Request.objects.visible_to(district).get() == ordered


def test_the_handlers_are_reminded_three_times_and_never_twice(ordered, leader):
    first_day, days = clock.today(), (ordered.due_on - clock.today()).days
    sent = [actions.remind_handlers(ordered, first_day + dt.timedelta(days=n)) for n in range(days + 1)]
    assert [step for step in sent if step] == [1, 2, 3]
    assert Notice.objects.filter(user=leader).count() == 3


@pytest.mark.parametrize("state", RequestState.values)
@pytest.mark.parametrize("new", RequestState.values)
def test_only_transitions_of_the_table_are_made(asked, state, new):
    from chengyang.platform.audit.transitions import move

    Request.objects.filter(pk=asked.pk).update(state=state, answer="有", diverted_to="report")
    asked.refresh_from_db()
    if new in REQUEST_TRANSITIONS[state]:
        assert move(asked, new, table=REQUEST_TRANSITIONS, actor=None, verb="request.routed").state == new
    else:
        with pytest.raises(ActionError):
            move(asked, new, table=REQUEST_TRANSITIONS, actor=None, verb="request.routed")


def test_number_and_code_open_a_request(asked):
    assert Request.objects.open_with(asked.number.lower(), asked.query_code) == asked


@pytest.mark.parametrize(("number", "code"), [("SQ20200101-001", "000000"), ("", ""), ("x", "")])
def test_a_wrong_number_or_code_opens_nothing(asked, number, code):
    with pytest.raises(ActionError):
        Request.objects.open_with(number, code)
