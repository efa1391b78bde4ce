"""换班 and 请假代班: both agree, nobody is asked twice, what lapses leaves the plan as it is (domain.md rule 6)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from members import actions as members
from organizations import actions, roster
from organizations.models import Duty, DutySwap
from organizations.states import ANSWER_TRANSITIONS, AnswerState
from tests import personas

from . import rotation
from .rotation import TODAY
from .test_duties import PLANNERS, code_of, may, notified, on_duty, share

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
DECEMBER, JANUARY = dt.date(2026, 12, 1), dt.date(2027, 1, 1)
OCTOBER = dt.date(2026, 10, 1)
DAYS = {"starts": dt.date(2026, 10, 12), "ends": dt.date(2026, 10, 19)}


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = rotation.NOW


@pytest.fixture
def chairs(organization):
    return rotation.people(organization)


@pytest.fixture
def planned(organization, chairs, secretary):
    found = rotation.plan(organization, rotation.term(organization), chairs.values(), actor=secretary)
    Notice.objects.all().delete()
    return found


@pytest.fixture
def asked(organization, planned, chairs):
    """栾若溪 (December) asks 宋守信 (January) to swap."""
    return actions.ask_swap(
        share(organization, DECEMBER),
        share(organization, JANUARY),
        reason="12月在外地培训",
        actor=chairs["栾若溪"].user,
    )


def pass_days(settings, days):
    settings.PORTAL_CLOCK = rotation.NOW + days * DAY


def who(organization, *days):
    return [share(organization, day).person.name for day in days]


# ---- asking ----------------------------------------------------------------------------------------------------------
def test_who_asks_has_agreed_and_the_other_one_is_notified(asked):
    assert (asked.state, bool(asked.giver_agreed_at), asked.taker_agreed_at) == ("asked", True, None)
    assert asked.answer_by == dt.date(2026, 9, 23)
    assert notified() == {"宋守信"}
    assert "12月在外地培训" in Notice.objects.get().body


def test_nothing_moves_before_both_agree(organization, asked):
    assert who(organization, DECEMBER, JANUARY) == ["栾若溪", "宋守信"]


def test_the_secretary_asks_both(organization, planned, secretary):
    swap = actions.ask_swap(share(organization, DECEMBER), share(organization, JANUARY), actor=secretary)
    assert (swap.giver_agreed_at, swap.taker_agreed_at) == (None, None)
    assert notified() == {"栾若溪", "宋守信"}


def test_asking_twice_is_one_swap(organization, asked, chairs):
    again = actions.ask_swap(share(organization, DECEMBER), share(organization, JANUARY), actor=chairs["栾若溪"].user)
    assert again == asked


@pytest.mark.parametrize("name", [*personas.NAMES, "栾若溪", "宋守信", "马希军"])
def test_who_asks_for_a_swap(organization, planned, chairs, name):
    user = chairs[name].user if name in chairs else personas.make(name)
    allowed = may(actions.ask_swap, share(organization, DECEMBER), share(organization, JANUARY), actor=user)
    assert allowed == (name in PLANNERS | {"栾若溪"})


@pytest.mark.parametrize(
    ("given", "taken", "code"),
    [
        (dt.date(2026, 9, 1), DECEMBER, "begun"),
        (DECEMBER, dt.date(2026, 8, 1), "begun"),
        (DECEMBER, DECEMBER, "same"),
        (DECEMBER, dt.date(2027, 6, 1), "same"),
    ],
)
def test_shares_that_cannot_be_swapped(organization, planned, secretary, given, taken, code):
    rows = share(organization, given), share(organization, taken)
    assert code_of(actions.ask_swap, *rows, actor=secretary) == code


def test_a_share_waits_for_one_swap_at_a_time(organization, asked, secretary):
    rows = share(organization, dt.date(2027, 2, 1)), share(organization, JANUARY)
    assert code_of(actions.ask_swap, *rows, actor=secretary) == "swap"


def test_nobody_swaps_into_days_without_a_post(organization, planned, chairs, secretary):
    organization.posts.filter(person=chairs["栾若溪"]).update(ends=JANUARY)
    rows = share(organization, DECEMBER), share(organization, JANUARY)
    assert code_of(actions.ask_swap, *rows, actor=secretary) == "post"


# ---- answering -------------------------------------------------------------------------------------------------------
def test_when_both_agree_the_shares_are_exchanged_and_both_are_notified(organization, asked, chairs):
    Notice.objects.all().delete()
    swap = actions.agree_swap(asked, actor=chairs["宋守信"].user)
    assert (swap.state, who(organization, DECEMBER, JANUARY)) == ("agreed", ["宋守信", "栾若溪"])
    assert notified() == {"栾若溪", "宋守信"}
    assert {entry.verb for entry in Entry.objects.filter(person=chairs["宋守信"].public_id)} >= {"duty.swapped"}


def test_of_a_swap_of_the_secretary_one_answer_is_not_enough(organization, planned, chairs, secretary):
    swap = actions.ask_swap(share(organization, DECEMBER), share(organization, JANUARY), actor=secretary)
    assert actions.agree_swap(swap, actor=chairs["宋守信"].user).state == "asked"
    assert who(organization, DECEMBER) == ["栾若溪"]
    assert actions.agree_swap(swap, actor=chairs["栾若溪"].user).state == "agreed"


@pytest.mark.parametrize("call", [actions.agree_swap, actions.decline_swap])
@pytest.mark.parametrize("name", [*personas.NAMES, "宋守信", "马希军"])
def test_only_the_two_answer(asked, chairs, call, name):
    user = chairs[name].user if name in chairs else personas.make(name)
    assert may(call, asked, actor=user) == (name == "宋守信")


def test_declining_leaves_the_plan_and_needs_no_reason(organization, asked, chairs):
    Notice.objects.all().delete()
    assert actions.decline_swap(asked, actor=chairs["宋守信"].user).state == "declined"
    assert (who(organization, DECEMBER), notified()) == (["栾若溪"], {"栾若溪"})


@pytest.mark.parametrize(
    ("name", "allowed"), [("栾若溪", True), ("secretary", True), ("宋守信", False), ("马希军", False)]
)
def test_who_withdraws_a_swap(asked, chairs, secretary, name, allowed):
    user = secretary if name == "secretary" else chairs[name].user
    assert may(actions.withdraw_swap, asked, actor=user) == allowed


def test_what_was_answered_is_not_answered_again(asked, chairs):
    actions.agree_swap(asked, actor=chairs["宋守信"].user)
    for call in (actions.agree_swap, actions.decline_swap):
        assert code_of(call, asked, actor=chairs["宋守信"].user) == "state"


# ---- a week ----------------------------------------------------------------------------------------------------------
def test_after_a_week_nobody_can_agree_even_before_the_task_has_run(settings, organization, asked, chairs):
    pass_days(settings, 8)
    assert code_of(actions.agree_swap, asked, actor=chairs["宋守信"].user) == "state"
    assert not DutySwap.objects.open().exists()


def test_without_an_answer_it_lapses_after_a_week_once(settings, organization, asked):
    pass_days(settings, 7)
    assert actions.lapse_swaps() == 0
    Notice.objects.all().delete()
    pass_days(settings, 8)
    assert (actions.lapse_swaps(), actions.lapse_swaps()) == (1, 0)
    assert (DutySwap.objects.get().state, who(organization, DECEMBER)) == ("lapsed", ["栾若溪"])
    assert notified() == {"栾若溪", "宋守信"}


def test_the_other_one_is_reminded_at_most_once_a_day(settings, asked, secretary):
    Notice.objects.all().delete()
    actions.remind_of_swap(asked, actor=secretary)
    assert notified() == {"宋守信"}
    assert code_of(actions.remind_of_swap, asked, actor=secretary) == "today"
    pass_days(settings, 1)
    assert may(actions.remind_of_swap, asked, actor=secretary)


# ---- beside other changes --------------------------------------------------------------------------------------------
def test_a_new_plan_withdraws_the_swaps_of_its_months(organization, asked, chairs, secretary):
    rotation.plan(organization, organization.terms.get(), chairs.values(), first=DECEMBER, months=7, actor=secretary)
    assert not DutySwap.objects.exists()  # deleted with its shares; the history keeps it
    assert Notice.objects.filter(kind="organizations/swap_withdrawn").count() == 2


def test_who_leaves_the_registry_withdraws_their_swaps(asked, chairs):
    members.leave_registry(chairs["栾若溪"], actor=chairs["栾若溪"].user)
    assert DutySwap.objects.get().state == "withdrawn"


def test_database_refuses_a_swap_that_stands_without_both(asked):
    with pytest.raises(IntegrityError), transaction.atomic():
        DutySwap.objects.update(state="agreed")


# ---- substitutes -----------------------------------------------------------------------------------------------------
@pytest.fixture
def substitute(organization, planned, chairs):
    """房青屿 is asked by 马希军 to stand in from 12 to 18 October."""
    return actions.ask_substitute(
        share(organization, OCTOBER), person=chairs["房青屿"], reason="出差", actor=chairs["马希军"].user, **DAYS
    )


def test_a_substitute_is_on_duty_only_after_agreeing(organization, substitute, chairs):
    assert on_duty(organization, DAYS["starts"]) == ["马希军"]
    actions.agree_substitute(substitute, actor=chairs["房青屿"].user)
    days = [DAYS["starts"] - DAY, DAYS["starts"], DAYS["ends"] - DAY, DAYS["ends"]]
    assert [on_duty(organization, day) for day in days] == [["马希军"], ["房青屿"], ["房青屿"], ["马希军"]]


def test_the_share_stays_whose_it_is(organization, substitute, chairs):
    actions.agree_substitute(substitute, actor=chairs["房青屿"].user)
    assert who(organization, DAYS["starts"]) == ["马希军"]
    assert organization.duties.shares().count() == 12


def test_days_are_given_back(organization, substitute, chairs):
    actions.agree_substitute(substitute, actor=chairs["房青屿"].user)
    actions.withdraw_substitute(substitute, actor=chairs["马希军"].user)
    assert on_duty(organization, DAYS["starts"]) == ["马希军"]


def test_days_that_are_over_stay_theirs(settings, organization, substitute, chairs):
    actions.agree_substitute(substitute, actor=chairs["房青屿"].user)
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 10, 14))
    actions.withdraw_substitute(substitute, actor=chairs["房青屿"].user)
    days = [dt.date(2026, 10, 13), dt.date(2026, 10, 14)]
    assert [on_duty(organization, day) for day in days] == [["房青屿"], ["马希军"]]


def test_when_the_post_of_a_substitute_ends_the_days_go_back_by_themselves(organization, substitute, chairs):
    actions.agree_substitute(substitute, actor=chairs["房青屿"].user)
    organization.posts.filter(person=chairs["房青屿"]).update(ends=DAYS["starts"])
    assert on_duty(organization, DAYS["starts"]) == ["马希军"]


@pytest.mark.parametrize("name", [*personas.NAMES, "马希军", "房青屿", "江海晴"])
def test_who_asks_for_a_substitute(organization, planned, chairs, name):
    user = chairs[name].user if name in chairs else personas.make(name)
    row = share(organization, OCTOBER)
    allowed = may(actions.ask_substitute, row, person=chairs["房青屿"], actor=user, **DAYS)
    assert allowed == (name in PLANNERS | {"马希军"})


@pytest.mark.parametrize("call", [actions.agree_substitute, actions.decline_substitute])
@pytest.mark.parametrize("name", ["secretary", "district", "马希军", "房青屿", "江海晴"])
def test_only_the_substitute_answers(substitute, chairs, call, name):
    user = chairs[name].user if name in chairs else personas.make(name)
    assert may(call, substitute, actor=user) == (name == "房青屿")


def test_days_outside_the_share_are_refused(organization, planned, chairs, secretary):
    options = {"starts": dt.date(2026, 10, 30), "ends": dt.date(2026, 11, 2)}
    row = share(organization, OCTOBER)
    assert code_of(actions.ask_substitute, row, person=chairs["房青屿"], actor=secretary, **options) == "dates"


def test_days_that_are_over_are_refused(organization, planned, chairs, secretary):
    options = {"starts": TODAY - DAY, "ends": TODAY + DAY}
    row = share(organization, TODAY)
    assert code_of(actions.ask_substitute, row, person=chairs["房青屿"], actor=secretary, **options) == "dates"


def test_taken_days_are_refused_and_the_free_ones_are_named(organization, substitute, chairs, secretary):
    options = {"starts": dt.date(2026, 10, 18), "ends": dt.date(2026, 10, 20)}
    with pytest.raises(ActionError) as refused:
        actions.ask_substitute(share(organization, OCTOBER), person=chairs["江海晴"], actor=secretary, **options)
    assert refused.value.code == "taken"
    assert "10月1日–11日、10月19日–31日" in str(refused.value)


def test_only_who_holds_a_post_stands_in(organization, planned, chairs, secretary, member):
    row = share(organization, OCTOBER)
    for person in (member.person, chairs["马希军"]):
        assert code_of(actions.ask_substitute, row, person=person, actor=secretary, **DAYS) == "post"


def test_a_question_without_an_answer_lapses(settings, substitute):
    pass_days(settings, 8)
    assert (actions.lapse_substitutes(), actions.lapse_substitutes()) == (1, 0)
    assert Duty.objects.get(pk=substitute.pk).state == "lapsed"


def test_a_share_that_changes_hands_loses_its_substitutes(organization, substitute, chairs, secretary):
    actions.agree_substitute(substitute, actor=chairs["房青屿"].user)
    swap = actions.ask_swap(share(organization, OCTOBER), share(organization, DECEMBER), actor=chairs["马希军"].user)
    actions.agree_swap(swap, actor=chairs["栾若溪"].user)
    assert Duty.objects.get(pk=substitute.pk).state == "withdrawn"
    assert on_duty(organization, DAYS["starts"]) == ["栾若溪"]


def test_database_refuses_two_substitutes_on_one_day(organization, substitute, chairs):
    with pytest.raises(IntegrityError), transaction.atomic():
        organization.duties.create(
            term=substitute.term, kind="substitute", state="asked", person=chairs["江海晴"], **DAYS
        )


# ---- states and visibility -------------------------------------------------------------------------------------------
ALLOWED = {
    ("asked", "agreed"),
    ("asked", "declined"),
    ("asked", "withdrawn"),
    ("asked", "lapsed"),
    ("agreed", "withdrawn"),
}


@pytest.mark.parametrize("old", AnswerState.values)
@pytest.mark.parametrize("new", AnswerState.values)
def test_a_step_is_allowed_or_not(old, new):
    assert (new in ANSWER_TRANSITIONS[old]) == ((old, new) in ALLOWED)


SEEN = {
    **dict.fromkeys(["district", "xiazhuang", "secretary", "栾若溪", "马希军"], (13, 1)),
    **dict.fromkeys(["liuting", "base_manager", "leader", "member", "editor", "stranger", "sysadmin"], (0, 0)),
}


@pytest.mark.parametrize("name", SEEN)
def test_who_sees_the_plan_and_its_swaps(asked, substitute, chairs, name):
    user = chairs[name].user if name in chairs else personas.make(name)
    found = Duty.objects.visible_to(user).count(), DutySwap.objects.visible_to(user).count()
    assert found == SEEN[name]


def test_a_visitor_sees_none(asked):
    visitor = personas.visitor()
    assert not Duty.objects.visible_to(visitor).exists()
    assert not DutySwap.objects.visible_to(visitor).exists()


def test_rows_of_who_left_are_seen_by_nobody_else(asked, chairs, district, secretary):
    members.leave_registry(chairs["栾若溪"], actor=chairs["栾若溪"].user)
    for user in (district, secretary, chairs["马希军"].user):
        assert not Duty.objects.visible_to(user).filter(person=chairs["栾若溪"]).exists()
        assert not DutySwap.objects.visible_to(user).exists()
    assert Duty.objects.visible_to(chairs["栾若溪"].user).of(chairs["栾若溪"].user).count() == 0


def test_the_name_of_who_left_stands_in_no_plan(organization, planned, chairs):
    members.leave_registry(chairs["栾若溪"], actor=chairs["栾若溪"].user)
    plan = roster.Roster(organization, organization.terms.get())
    assert not any("栾若溪" in (cell.name, *cell.notes) for cell in plan.cells)


def test_refused_for_who_is_not_asked(asked, stranger):
    with pytest.raises(NotAllowed):
        actions.agree_swap(asked, actor=stranger)
