"""The clock of a request: pauses, extensions by a second person, silence, and holidays that are announced later."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.notices.models import Notice
from chengyang.platform.staff import actions as staff
from chengyang.platform.workdays import deadlines
from chengyang.seed import loader
from services import actions, clock_drawing, due, tasks
from services.models import Request
from tests import personas

pytestmark = pytest.mark.django_db
NINE = dt.time(9)


def go(settings, *day, time=NINE):
    settings.PORTAL_CLOCK = clock.at(dt.date(*day), time)


@pytest.fixture
def asked(settings, member, leader):
    """A request to the team of `leader` on Monday, 2 March 2026, due on 11 March."""
    loader.workday_exceptions()
    go(settings, 2026, 3, 2)
    return actions.submit_request(actor=member, title="劳务合同", text="请看", team=personas.team())


def ask(request, leader, **options):
    return actions.ask_author(request, actor=leader, text="按条结算吗？", pauses=True, pause_reason="先弄清", **options)


def fresh(request):
    return Request.objects.get(pk=request.pk)


def refusal(act, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        act(*arguments, **options)
    return refused.value.code


# ---- pauses ---------------------------------------------------------------------------------------------------------
def test_a_pause_moves_the_due_date_by_its_working_days(asked, leader, member, settings):
    assert asked.due_on == dt.date(2026, 3, 11)
    go(settings, 2026, 3, 4)
    ask(asked, leader)
    assert fresh(asked).state == "paused"
    go(settings, 2026, 3, 6)
    actions.add_message(fresh(asked), actor=member, text="按条")
    assert (fresh(asked).state, fresh(asked).due_on) == ("routed", dt.date(2026, 3, 13))


def test_a_reply_on_the_same_day_moves_nothing(asked, leader, member):
    ask(asked, leader)
    actions.add_message(fresh(asked), actor=member, text="按条")
    assert fresh(asked).due_on == dt.date(2026, 3, 11)


def test_a_question_without_a_pause_lets_the_clock_run(asked, leader):
    actions.ask_author(asked, actor=leader, text="急吗？")
    assert (fresh(asked).state, fresh(asked).pauses.count()) == ("submitted", 0)


def test_it_is_paused_twice_at_most_and_needs_a_reason(asked, leader, member):
    assert refusal(actions.ask_author, asked, actor=leader, text="？", pauses=True) == "reason"
    for _time in range(2):
        ask(asked, leader)
        assert refusal(ask, asked, leader) == "state"
        actions.add_message(fresh(asked), actor=member, text="按条")
    assert refusal(ask, asked, leader) == "pauses"
    with pytest.raises(IntegrityError), transaction.atomic():
        asked.pauses.create(number=3, reason="再停", asked_on=clock.today())


def test_a_refused_pause_writes_no_question(asked, leader):
    refusal(actions.ask_author, asked, actor=leader, text="？", pauses=True)
    assert not asked.entries.filter(kind="question").exists()


def test_while_it_is_paused_nobody_is_reminded_and_nothing_escalates(asked, leader, settings):
    ask(asked, leader)
    go(settings, 2026, 3, 13)
    tasks.run_periodic()
    assert (fresh(asked).reminders, fresh(asked).escalated_at) == (0, None)


def test_reminders_go_by_the_days_that_count(asked, leader, member, settings):
    ask(asked, leader)
    go(settings, 2026, 3, 9)  # five working days later
    actions.add_message(fresh(asked), actor=member, text="按条")
    assert due.spent(fresh(asked), clock.today()) == (0, 7)
    assert actions.remind_handlers(fresh(asked), clock.today()) == 0
    assert actions.remind_handlers(fresh(asked), dt.date(2026, 3, 13)) == 1


def test_a_handler_goes_on_without_a_reply_and_tells_the_author(asked, leader, member):
    ask(asked, leader)
    actions.resume_request(fresh(asked), actor=leader)
    assert fresh(asked).state == "routed"
    assert Notice.objects.filter(user=member, kind="services/request_resumed").count() == 1
    assert refusal(actions.resume_request, fresh(asked), actor=leader) == "state"


def test_an_answer_ends_the_pause(asked, leader):
    ask(asked, leader)
    actions.answer_request(fresh(asked), actor=leader, answer="看过了")
    assert (fresh(asked).state, fresh(asked).pauses.get().resumed_on) == ("answered", clock.today())


def test_a_silent_author_is_asked_once_more_and_then_it_is_closed(asked, leader, member, settings):
    ask(asked, leader)
    for day, kind in ((6, 0), (9, 1), (10, 1), (16, 1)):
        go(settings, 2026, 3, day)
        tasks.run_periodic()
        assert Notice.objects.filter(user=member, kind="services/request_incomplete").count() == kind
        assert fresh(asked).state == "paused"
    go(settings, 2026, 3, 17)
    tasks.run_periodic()
    assert (fresh(asked).state, fresh(asked).answered_by) == ("closed", None)
    actions.reopen_request(fresh(asked), actor=member, reason="按条结算")
    assert fresh(asked).state == "routed"


def test_no_extension_waits_for_a_request_that_is_closed(asked, leader, district, settings):
    actions.ask_extension(asked, actor=leader, days=5, reason="要问税务")
    ask(fresh(asked), leader)
    go(settings, 2026, 3, 17)
    tasks.run_periodic()
    assert (fresh(asked).state, asked.extensions.get().state) == ("closed", "dropped")
    assert not Request.objects.visible_to(district).exists()


def test_reopening_allows_two_pauses_again(asked, leader, member):
    for _time in range(2):
        ask(asked, leader)
        actions.add_message(fresh(asked), actor=member, text="按条")
    actions.answer_request(fresh(asked), actor=leader, answer="看过了")
    actions.reopen_request(fresh(asked), actor=member, reason="没有")
    ask(fresh(asked), leader)
    assert fresh(asked).state == "paused"


# ---- extensions -----------------------------------------------------------------------------------------------------
def test_a_second_person_grants_an_extension_and_all_are_notified(asked, leader, member, district):
    row = actions.ask_extension(asked, actor=leader, days=5, reason="要问税务")
    assert fresh(asked).due_on == dt.date(2026, 3, 11)
    actions.grant_extension(row, actor=district)
    assert fresh(asked).due_on == dt.date(2026, 3, 18)
    assert Notice.objects.filter(user=member, kind="services/request_extended").count() == 1
    assert Notice.objects.filter(user=leader, kind="services/extension_decided").count() == 1


def test_who_asks_does_not_grant(member, district, district_2):
    asked = actions.submit_request(actor=member, title="场地", text="二十人")
    row = actions.ask_extension(asked, actor=district, days=5, reason="要问")
    with pytest.raises(NotAllowed):
        actions.grant_extension(row, actor=district)
    assert actions.grant_extension(row, actor=district_2).state == "granted"
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(decided_by=district)


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_grants_the_extension_of_a_team(asked, leader, name):
    row = actions.ask_extension(asked, actor=leader, days=5, reason="要问")
    if name in ("district", "district_2"):
        assert actions.grant_extension(row, actor=personas.make(name)).state == "granted"
    else:
        with pytest.raises(NotAllowed):
            actions.grant_extension(row, actor=personas.make(name))


def test_a_refused_extension_leaves_the_date_and_says_why(asked, leader, district):
    row = actions.ask_extension(asked, actor=leader, days=5, reason="要问")
    actions.refuse_extension(row, actor=district, reason="还来得及")
    assert fresh(asked).due_on == dt.date(2026, 3, 11)
    assert "还来得及" in Notice.objects.get(user=leader, kind="services/extension_decided").body
    assert refusal(actions.grant_extension, row, actor=district) == "state"


@pytest.mark.parametrize("days", [0, 16, -1])
def test_an_extension_has_one_to_fifteen_days(asked, leader, days):
    assert refusal(actions.ask_extension, asked, actor=leader, days=days, reason="要问") == "days"


def test_it_is_extended_once_and_asked_for_once_at_a_time(asked, leader, district):
    row = actions.ask_extension(asked, actor=leader, days=5, reason="要问")
    assert refusal(actions.ask_extension, asked, actor=leader, days=5, reason="要问") == "asked"
    actions.grant_extension(row, actor=district)
    assert refusal(actions.ask_extension, fresh(asked), actor=leader, days=5, reason="要问") == "granted"


def test_the_office_reads_a_request_of_a_team_only_while_an_extension_waits(asked, leader, district):
    assert not Request.objects.visible_to(district).exists()
    row = actions.ask_extension(asked, actor=leader, days=5, reason="要问")
    assert Request.objects.visible_to(district).get() == asked
    actions.refuse_extension(row, actor=district, reason="来得及")
    assert not Request.objects.visible_to(district).exists()


# ---- holidays -------------------------------------------------------------------------------------------------------
NOTICE = {"name": "放假", "source": "国办发明电〔2026〕9号"}


def test_a_holiday_announced_later_counts_the_pause_too(asked, leader, member, district, settings):
    go(settings, 2026, 3, 4)
    ask(asked, leader)
    go(settings, 2026, 3, 6)
    actions.add_message(fresh(asked), actor=member, text="按条")  # due on 13 March
    staff.set_exception(actor=district, date=dt.date(2026, 3, 10), is_workday=False, **NOTICE)
    assert fresh(asked).due_on == due.due_of(fresh(asked)) == dt.date(2026, 3, 16)
    notified = Notice.objects.filter(kind="services/request_due_moved")
    assert {notice.user for notice in notified} == {leader, member}


def test_a_worked_saturday_announced_later_keeps_what_was_promised(asked, district):
    staff.set_exception(actor=district, date=dt.date(2026, 3, 7), is_workday=True, **NOTICE)
    row = fresh(asked)
    assert (due.due_of(row), row.due_on) == (dt.date(2026, 3, 10), dt.date(2026, 3, 11))
    sentences = clock_drawing.clock_of(row, clock.today()).sentences
    assert any("3月10日" in one and "3月11日" in one for one in sentences)


def test_a_holiday_during_a_pause_counts_when_the_clock_goes_on(asked, leader, member, district, settings):
    ask(asked, leader)
    staff.set_exception(actor=district, date=dt.date(2026, 3, 10), is_workday=False, **NOTICE)
    assert fresh(asked).due_on == dt.date(2026, 3, 11)
    go(settings, 2026, 3, 3)
    actions.add_message(fresh(asked), actor=member, text="按条")
    assert fresh(asked).due_on == dt.date(2026, 3, 13)


def test_a_year_without_a_table_is_provisional(settings, member):
    loader.workday_exceptions()
    go(settings, 2027, 12, 28)
    asked = actions.submit_request(actor=member, title="劳务合同", text="请看")
    drawn = clock_drawing.clock_of(asked, clock.today())
    assert deadlines.is_provisional(asked.due_on)
    assert (drawn.is_provisional, drawn.ends.startswith("暂定")) == (True, True)


# ---- the drawing ----------------------------------------------------------------------------------------------------
def test_the_clock_shows_how_the_date_was_computed(asked, leader, member, settings):
    go(settings, 2026, 3, 4)
    ask(asked, leader)
    go(settings, 2026, 3, 6)
    actions.add_message(fresh(asked), actor=member, text="按条")
    drawn = clock_drawing.clock_of(fresh(asked), clock.today())
    cells = {cell.date: (cell.words, cell.kind) for week in drawn.weeks for cell in week}
    assert cells[dt.date(2026, 3, 3)] == ("第 1 天", "count")
    assert cells[dt.date(2026, 3, 5)] == ("暂停", "stop")
    assert cells[dt.date(2026, 3, 7)] == ("休", "rest")
    assert cells[dt.date(2026, 3, 13)] == ("到期", "due")
    assert any("2 个工作日不算" in one for one in drawn.sentences)


def test_a_stopped_clock_says_so(asked, leader, settings):
    go(settings, 2026, 3, 4)
    ask(asked, leader)
    go(settings, 2026, 3, 6)
    drawn = clock_drawing.clock_of(fresh(asked), clock.today())
    assert (drawn.waits, drawn.label, drawn.ends) == (True, "停在第 2 天", "暂定 3月13日")


def test_an_answered_clock_stands_where_it_was_answered(asked, leader, settings):
    go(settings, 2026, 3, 5)
    actions.answer_request(asked, actor=leader, answer="看过了")
    go(settings, 2026, 4, 5)
    assert clock_drawing.clock_of(fresh(asked), clock.today()).label == "第 3 天答复"
    assert due.used_days(fresh(asked)) == 3
