"""观摩预约: asked for, answered, moved, received, rated; routes; what lapses and what is erased; who may do what."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from bases import actions, visit_times
from bases.models import Room, Travel, Visit
from bases.states import VISIT_BLOCKS, VISIT_TRANSITIONS, VisitState
from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts.models import User
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from tests import personas
from tests.activities import factories

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MONDAY = dt.date(2026, 9, 21)
MORNING, AFTERNOON = clock.at(MONDAY, dt.time(9, 30)), clock.at(MONDAY, dt.time(14))
RULES = {"takes_visits": True, "visit_times": "9:30、14:00", "hours": "周一至周五 9:00–12:00、13:30–17:00"}


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = factories.NINE


@pytest.fixture
def base(reference, base_manager):
    return actions.edit_base(personas.base(), actor=base_manager, **RULES)


@pytest.fixture
def other(reference, district):
    other = personas.base(slug="other", name="嗨创天地", subdistrict=None)
    return actions.edit_base(other, actor=district, **RULES)


@pytest.fixture
def guest(reference):
    return User.objects.create(phone="+8615400000927", name="安知远")


def ask(base, guest, *, starts=MORNING, **data):
    values = {"unit": "日照市新的社会阶层人士联谊会", "contact_name": "安知远", "people": 24, **data}
    return actions.request_visit(base, actor=guest, starts=starts, **values)


def propose(visit, actor, *, starts=MORNING + HOUR, until=factories.NINE + DAY, reason="展厅在换展"):
    return actions.propose_visit(visit, actor=actor, starts=starts, kept_until=until, reason=reason)


def refusal(call, *args, **options):
    with pytest.raises(ActionError) as refused:
        call(*args, **options)
    return refused.value


def notices():
    return [(notice.title, notice.user.name) for notice in Notice.objects.order_by("pk")]


# ---- the free times -------------------------------------------------------------------------------------------------
def free(base, day=MONDAY):
    return [(f"{time.starts:%H:%M}", is_free) for time, is_free in visit_times.slots(base, day, day)[day]]


def test_free_times_come_from_hours_visits_bookings_and_closed_periods(base, guest, base_manager):
    assert free(base) == [("09:30", True), ("14:00", True)]
    ask(base, guest)
    assert free(base) == [("09:30", False), ("14:00", True)]
    hall = Room.objects.create(base=base, name="展厅", capacity=50, for_visits=True)
    aside = Room.objects.create(base=base, name="陶坊", capacity=8)
    time = {"starts": AFTERNOON, "ends": AFTERNOON + HOUR}
    actions.book_room(aside, actor=base_manager, title="捏泥", people=5, **time)
    assert free(base) == [("09:30", False), ("14:00", True)]
    actions.close_room_for(hall, actor=base_manager, reason="换展", **time)
    assert free(base) == [("09:30", False), ("14:00", False)]
    actions.add_exception(base, actor=base_manager, starts=MONDAY, ends=MONDAY + DAY, reason="停电")
    assert free(base) == []


@pytest.mark.parametrize(
    ("day", "number"),
    [(factories.DAY, 0), (factories.DAY + DAY, 2), (MONDAY + 6 * DAY, 0), (MONDAY + 60 * DAY, 0)],
    ids=["today", "tomorrow", "holiday", "too-far"],
)
def test_days_on_which_nobody_can_ask_have_no_times(base, day, number):
    assert len(free(base, day)) == number


def test_a_room_that_a_visit_needs_is_not_booked_meanwhile(base, guest, base_manager):
    hall = Room.objects.create(base=base, name="展厅", capacity=50, for_visits=True)
    ask(base, guest)
    booking = {"title": "读书会", "people": 5, "starts": MORNING, "ends": MORNING + HOUR}
    error = refusal(actions.book_room, hall, actor=base_manager, **booking)
    assert error.code == "taken"
    assert all(visit_times.taken_by(base, *offer.time) == [] for offer in error.offers)


# ---- asking ---------------------------------------------------------------------------------------------------------
def test_a_delegation_asks_and_both_sides_are_notified(base, guest):
    visit = ask(base, guest, needs=["wheelchair"])
    assert (visit.state, visit.ends, visit.due_on) == (VisitState.REQUESTED, MORNING + 1.5 * HOUR, dt.date(2026, 9, 18))
    assert notices() == [(f"观摩预约收到了：{base}", "安知远"), (f"有人预约观摩{base}", "base_manager")]


def test_the_same_request_twice_is_one(base, guest):
    assert ask(base, guest) == ask(base, guest)
    assert Visit.objects.count() == 1


def test_a_taken_time_is_refused_with_free_ones_near_it(base, guest):
    ask(base, guest)
    error = refusal(ask, base, User.objects.create(phone="+8615400000001"))
    assert (error.code, error.field) == ("taken", "slot")
    assert error.offers[0].starts == AFTERNOON
    other = User.objects.create(phone="+8615400000002")
    assert [ask(base, other, starts=time.starts).pk for time in error.offers[:3]]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"starts": MORNING + HOUR}, "shut"),
        ({"starts": MORNING - 2 * DAY}, "shut"),
        ({"starts": clock.at(factories.DAY, dt.time(14))}, "shut"),
        ({"people": 4}, "people"),
        ({"people": 41}, "people"),
        ({"unit": " "}, "invalid"),
        ({"contact_name": ""}, "invalid"),
        ({"purpose": "x"}, "invalid"),
        ({"needs": ["x"]}, "invalid"),
    ],
    ids=["other-time", "saturday", "today", "too-few", "too-many", "no-unit", "no-contact", "purpose", "needs"],
)
def test_what_cannot_be_asked_for_is_refused(base, guest, data, code):
    assert refusal(ask, base, guest, **data).code == code
    assert not Visit.objects.exists()


def test_one_account_does_not_keep_all_times(base, guest):
    for day in range(4):
        ask(base, guest, starts=MORNING + day * DAY)
    assert refusal(ask, base, guest, starts=AFTERNOON).code == "many"


def test_a_base_that_takes_no_visits_is_not_asked(guest, base, base_manager):
    actions.edit_base(base, actor=base_manager, takes_visits=False)
    with pytest.raises(NotAllowed):
        ask(base, guest)


def test_an_account_without_a_number_is_refused(base, stranger):
    assert refusal(ask, base, stranger).code == "phone"


def test_the_database_keeps_two_visits_of_a_base_apart(base, guest):
    row = {
        "base": base,
        "guest": guest,
        "starts": MORNING,
        "ends": AFTERNOON,
        "unit": "某会",
        "contact_name": "安",
        "people": 9,
    }
    Visit.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.create(**row, state=VisitState.CONFIRMED)


@pytest.mark.parametrize("state", VisitState.values)
def test_a_visit_keeps_its_time_while_it_is_open_or_took_place(base, guest, state):
    visit = ask(base, guest)
    Visit.objects.filter(pk=visit.pk).update(state=state, kept_until=AFTERNOON, asked_starts=MORNING)
    assert (("09:30", False) in free(base)) == (state in VISIT_BLOCKS)


# ---- answers --------------------------------------------------------------------------------------------------------
def test_the_base_confirms_with_host_and_programme(base, guest, base_manager):
    visit = actions.confirm_visit(ask(base, guest), actor=base_manager, host=base.posts.get())
    visit = actions.plan_visit(visit, actor=base_manager, programme="9:30 门口接\n合影，自愿")
    assert (visit.state, visit.due_on, visit.host) == (VisitState.CONFIRMED, dt.date(2026, 9, 24), base.posts.get())
    assert visit.stops == [("9:30", "门口接"), ("", "合影，自愿")]
    assert notices()[-1] == (f"观摩约好了：{base}", "安知远")


def test_a_counter_proposal_stays_reserved_and_is_accepted(base, guest, base_manager):
    visit = propose(ask(base, guest), base_manager)
    assert (visit.state, visit.starts, visit.asked_starts) == (VisitState.PROPOSED, MORNING + HOUR, MORNING)
    assert free(base) == [("09:30", False), ("14:00", True)]  # 10:30 to 12:00 is kept
    accepted = actions.accept_proposal(visit, actor=guest)
    assert (accepted.state, actions.accept_proposal(visit, actor=guest).state) == (VisitState.CONFIRMED,) * 2
    assert notices()[-1] == (f"对方接受了建议的时间：观摩{base}", "base_manager")


def test_a_counter_proposal_lapses_at_its_moment(base, guest, base_manager, settings):
    visit = propose(ask(base, guest), base_manager)
    settings.PORTAL_CLOCK = factories.NINE + DAY - dt.timedelta(seconds=1)
    assert actions.lapse_visits() == 0
    settings.PORTAL_CLOCK = factories.NINE + DAY
    assert refusal(actions.accept_proposal, visit, actor=guest).code == "late"
    assert (actions.lapse_visits(), actions.lapse_visits()) == (1, 0)
    visit.refresh_from_db()
    assert (visit.state, free(base)[0]) == (VisitState.LAPSED, ("09:30", True))


def test_the_guest_declines_a_proposal_by_cancelling(base, guest, base_manager):
    visit = propose(ask(base, guest), base_manager)
    assert actions.cancel_visit(visit, actor=guest).state == VisitState.CANCELLED
    assert notices()[-1] == (f"对方撤回了预约：观摩{base}", "base_manager")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"starts": MORNING}, "same"),
        ({"starts": factories.NINE}, "past"),
        ({"until": factories.NINE + HOUR}, "until"),
        ({"until": MORNING + 2 * HOUR}, "until"),
        ({"reason": " "}, "reason"),
        ({"starts": AFTERNOON}, "taken"),
    ],
    ids=["same", "past", "short", "beyond", "no-reason", "taken"],
)
def test_what_cannot_be_proposed_is_refused(base, guest, base_manager, change, code):
    visit = ask(base, guest)
    ask(base, User.objects.create(phone="+8615400000001"), starts=AFTERNOON)
    assert refusal(propose, visit, base_manager, **change).code == code
    visit.refresh_from_db()
    assert (visit.state, visit.starts) == (VisitState.REQUESTED, MORNING)


def test_a_refusal_has_a_reason_and_frees_the_time(base, guest, base_manager):
    visit = ask(base, guest)
    assert refusal(actions.decline_visit, visit, actor=base_manager, reason="").code == "reason"
    actions.decline_visit(visit, actor=base_manager, reason="那天闭馆")
    assert "那天闭馆" in Notice.objects.order_by("pk").last().body
    assert free(base)[0] == ("09:30", True)


@pytest.mark.parametrize("what", ["confirm", "propose", "decline"])
def test_an_answer_is_taken_back_while_the_time_is_free(base, guest, base_manager, what):
    visit = ask(base, guest)
    before = {name: getattr(visit, name) for name in ("state", "starts", "ends", "due_on", "reason", "kept_until")}
    if what == "confirm":
        actions.confirm_visit(visit, actor=base_manager)
    elif what == "propose":
        propose(visit, base_manager)
    else:
        actions.decline_visit(visit, actor=base_manager, reason="闭馆")
    undone = actions.undo_visit_decision(visit, actor=base_manager)
    assert {name: getattr(undone, name) for name in before} == before


def test_an_answer_is_not_taken_back_after_the_time_went_to_somebody_else(base, guest, base_manager):
    visit = actions.decline_visit(ask(base, guest), actor=base_manager, reason="闭馆")
    ask(base, User.objects.create(phone="+8615400000001"))
    assert refusal(actions.undo_visit_decision, visit, actor=base_manager).code == "taken"


def test_what_was_answered_is_not_answered_again(base, guest, base_manager):
    visit = actions.confirm_visit(ask(base, guest), actor=base_manager)
    assert refusal(actions.confirm_visit, visit, actor=base_manager).code == "state"
    assert refusal(actions.decline_visit, visit, actor=base_manager, reason="晚了").code == "state"


def test_what_no_base_answered_lapses_at_its_start(base, guest, base_manager, settings):
    visit = ask(base, guest)
    settings.PORTAL_CLOCK = MORNING
    assert refusal(actions.confirm_visit, visit, actor=base_manager).code == "begun"
    assert actions.lapse_visits() == 1


# ---- changes --------------------------------------------------------------------------------------------------------
def test_the_number_of_people_changes_until_the_day_before(base, guest, settings):
    visit = ask(base, guest)
    assert actions.change_people(visit, actor=guest, people=30).people == 30
    assert refusal(actions.change_people, visit, actor=guest, people=400).code == "people"
    settings.PORTAL_CLOCK = clock.at(MONDAY)
    assert refusal(actions.change_people, visit, actor=guest, people=20).code == "late"


def test_the_base_cancels_with_a_reason_and_the_guest_without_one(base, guest, base_manager):
    visit = actions.confirm_visit(ask(base, guest), actor=base_manager)
    assert refusal(actions.cancel_visit, visit, actor=base_manager).code == "reason"
    actions.cancel_visit(visit, actor=base_manager, reason="停电")
    assert notices()[-1] == (f"观摩取消了：{base}", "安知远")
    again = ask(base, guest)
    assert actions.cancel_visit(again, actor=guest).state == VisitState.CANCELLED


def test_a_visit_is_received_thanked_and_rated(base, guest, base_manager, settings):
    visit = actions.confirm_visit(ask(base, guest), actor=base_manager)
    assert refusal(actions.receive_visit, visit, actor=base_manager, came=20).code == "early"
    settings.PORTAL_CLOCK = MORNING + HOUR
    visit = actions.receive_visit(visit, actor=base_manager, came=22, record="看了轮值怎么交接")
    assert (visit.state, visit.came, notices()[-1]) == (VisitState.DONE, 22, (f"谢谢来观摩{base}", "安知远"))
    assert refusal(actions.give_feedback, visit, actor=guest, rating=6).code == "rating"
    assert actions.give_feedback(visit, actor=guest, rating=5, feedback="很有收获").rating == 5


# ---- a route --------------------------------------------------------------------------------------------------------
def test_a_route_of_two_bases_leaves_time_to_travel(base, other, guest, district):
    actions.add_travel(other, base, actor=district, minutes=200)
    first = ask(base, guest)  # until 11:00
    assert refusal(ask, other, guest, starts=AFTERNOON, route=first).code == "route"
    actions.edit_travel(Travel.objects.get(), actor=district, minutes=180)
    second = ask(other, guest, starts=AFTERNOON, route=first)
    assert (second.route, list(Visit.objects.of_route(first))) == (first, [first, second])


def test_a_stop_is_on_the_same_day_and_of_the_same_guest(base, other, guest):
    first = ask(base, guest)
    assert refusal(ask, other, guest, starts=AFTERNOON + DAY, route=first).code == "route"
    somebody = User.objects.create(phone="+8615400000001")
    assert refusal(ask, other, somebody, starts=AFTERNOON, route=first).code == "route"


def test_a_proposal_that_breaks_the_route_is_refused(base, other, guest, base_manager, district):
    actions.add_travel(base, other, actor=district, minutes=60)
    first = ask(base, guest)
    ask(other, guest, starts=AFTERNOON, route=first)
    assert refusal(propose, first, base_manager, starts=AFTERNOON - 2 * HOUR).code == "route"
    assert propose(first, base_manager, starts=AFTERNOON - 2.5 * HOUR).state == VisitState.PROPOSED


def test_travel_is_entered_once_for_both_ways(base, other, district, stranger):
    actions.add_travel(other, base, actor=district, minutes=20)
    assert refusal(actions.add_travel, base, other, actor=district, minutes=25).code == "invalid"
    assert refusal(actions.add_travel, base, base, actor=district, minutes=25).code == "same"
    assert Travel.objects.minutes_from(base) == {other.pk: 20}
    with pytest.raises(NotAllowed):
        actions.add_travel(base, other, actor=stranger, minutes=1)


# ---- the data of guests ---------------------------------------------------------------------------------------------
def is_erased(visit):
    visit.refresh_from_db()
    personal = (visit.guest, visit.contact_name, visit.wishes, visit.needs, visit.feedback, visit.rating)
    return personal == (None, "", "", [], "", None) and not visit.history.exists()


def test_the_data_of_a_guest_is_erased_90_days_after_the_visit(base, guest, base_manager, settings):
    visit = ask(base, guest, wishes="轮值制怎么交接", needs=["wheelchair"])
    actions.confirm_visit(visit, actor=base_manager)
    settings.PORTAL_CLOCK = visit.ends + 90 * DAY - dt.timedelta(seconds=1)
    assert actions.erase_visits() == 0
    settings.PORTAL_CLOCK = visit.ends + 90 * DAY
    assert (actions.erase_visits(), actions.erase_visits(), is_erased(visit)) == (1, 0, True)
    assert (visit.unit, visit.people, visit.day) == ("日照市新的社会阶层人士联谊会", 24, MONDAY)
    assert not Notice.objects.filter(url=visit.get_absolute_url()).exists()


def test_a_guest_erases_their_data_themself_after_the_visit(base, guest):
    visit = ask(base, guest)
    assert refusal(actions.erase_own_visit, visit, actor=guest).code == "state"
    actions.cancel_visit(visit, actor=guest)
    actions.erase_own_visit(visit, actor=guest)
    assert is_erased(visit)


def test_closing_the_account_cancels_and_erases(base, guest):
    visit = ask(base, guest)
    assert list(actions.accounts_in_use(clock.now())) == [guest.pk]
    actions.close_visits_of(guest, guest)
    assert (is_erased(visit), visit.state, free(base)[0]) == (True, VisitState.CANCELLED, ("09:30", True))


def test_leaving_the_registry_cancels_and_later_erases(base, member):
    member.phone = "+8615400000044"
    member.save()
    visit = ask(base, member)
    actions.cancel_visits_of(member.person, member)
    visit.refresh_from_db()
    assert visit.state == VisitState.CANCELLED
    actions.erase_visits_of(member.person)
    assert is_erased(visit)


def test_who_opens_it_is_in_the_audit_of_the_guest(base, guest, base_manager):
    visit = ask(base, guest)
    actions.record_opening(visit, actor=base_manager)
    actions.record_opening(visit, actor=guest)
    assert [(entry.verb, entry.user) for entry in Entry.objects.filter(verb="visit.read")] == [
        ("visit.read", guest.public_id)
    ]


# ---- who may --------------------------------------------------------------------------------------------------------
MANAGERS = {"district", "district_2", "xiazhuang", "base_manager"}


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_sees_and_answers_a_visit(base, guest, request, name):
    visit, actor = ask(base, guest), request.getfixturevalue(name)
    assert list(Visit.objects.visible_to(actor)) == ([visit] if name in MANAGERS else [])
    calls = [
        lambda: actions.plan_visit(visit, actor=actor, programme="9:30 门口接"),
        lambda: actions.confirm_visit(visit, actor=actor),
        lambda: propose(visit, actor),
        lambda: actions.cancel_visit(visit, actor=actor, reason="停电"),
    ]
    for call in calls:
        if name in MANAGERS:
            assert call().pk
        else:
            with pytest.raises(NotAllowed):
                call()


@pytest.mark.parametrize("name", ["base_manager", "district", "stranger"])
def test_only_the_guest_answers_a_proposal_rates_and_erases(base, guest, base_manager, request, name):
    visit, actor = propose(ask(base, guest), base_manager), request.getfixturevalue(name)
    for call in (
        lambda: actions.accept_proposal(visit, actor=actor),
        lambda: actions.change_people(visit, actor=actor, people=9),
        lambda: actions.give_feedback(visit, actor=actor, rating=5),
        lambda: actions.erase_own_visit(visit, actor=actor),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_a_manager_does_not_answer_their_own_request(base, base_manager):
    base_manager.phone = "+8615400000055"
    base_manager.save()
    visit = ask(base, base_manager)
    with pytest.raises(NotAllowed):
        actions.confirm_visit(visit, actor=base_manager)


@pytest.mark.parametrize("old", VisitState.values)
@pytest.mark.parametrize("new", VisitState.values)
def test_the_steps_between_states(old, new):
    steps = {
        "requested": {"confirmed", "proposed", "declined", "cancelled", "lapsed"},
        "proposed": {"confirmed", "cancelled", "lapsed"},
        "confirmed": {"proposed", "cancelled", "done", "lapsed"},
    }
    assert (new in VISIT_TRANSITIONS[old]) == (new in steps.get(old, ()))
