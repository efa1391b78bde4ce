"""Proposals by themselves: reminders, late ones, the end; leaving and erasure; the table of holidays."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.platform.notices.models import Notice
from chengyang.platform.workdays import deadlines
from members import actions as members
from members.models import Person
from services import tasks
from services.models import CoSigner, Follower, Promise, Proposal, ProposalEdition, Referral
from services.proposals import actions
from services.proposals.actions.upkeep import mark_late, remind_department

from .conftest import fresh

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def at(settings, day):
    settings.PORTAL_CLOCK = clock.at(day, dt.time(9))


def test_contact_and_office_are_reminded_three_times(forwarded, unit, district, settings):
    start = clock.today()
    sent = []
    for days in (0, 7, 8, 12, 15, 15):
        at(settings, deadlines.due_on(start, days))
        sent.append(remind_department(forwarded, clock.today()))
    assert sent == [0, 0, 1, 2, 3, 0]
    assert [row.address for row in Notice.objects.filter(kind="services/proposal_unit_reminder")] == [unit.phone] * 3
    assert Notice.objects.filter(user=district, kind="services/proposal_reminder").count() == 3


def test_a_late_one_is_notified_once(forwarded, member, district, settings):
    at(settings, forwarded.due_on + DAY)
    for _run in range(2):
        tasks.run_periodic()
    assert Notice.objects.filter(user=member, kind="services/proposal_late").count() == 1
    assert forwarded.proposal.steps.filter(text__contains="超过期限").count() == 1
    assert not mark_late(fresh(forwarded), forwarded.due_on)


def test_a_promise_is_reminded_of_five_working_days_before(answered, district, unit, settings):
    due_on = Promise.objects.get().due_on
    day = due_on
    while deadlines.left(due_on, day) < 6:
        day -= DAY
    at(settings, day)
    tasks.run_periodic()
    assert not Notice.objects.filter(kind="services/promise_reminder").exists()
    at(settings, day + 3 * DAY)
    for _run in range(2):
        tasks.run_periodic()
    assert Notice.objects.filter(user=district, kind="services/promise_reminder").count() == 1
    assert Notice.objects.get(kind="services/promise_unit_reminder").address == unit.phone


def test_an_unrated_one_is_closed_after_thirty_days_when_nothing_is_open(answered, settings):
    at(settings, clock.today() + 31 * DAY)
    tasks.run_periodic()
    assert fresh(answered).state == "answered"
    Promise.objects.update(state="dropped", reason="做不到")
    tasks.run_periodic()
    assert fresh(answered).state == "closed"


def test_a_new_holiday_moves_the_due_date(forwarded, member):
    from chengyang.platform.workdays.models import WorkdayException

    before = forwarded.due_on
    day = deadlines.due_on(clock.today(), 3)
    from django.db import transaction

    with transaction.atomic(), deadlines.moving_with_the_table():
        WorkdayException.objects.create(date=day, is_workday=False, name="新放的假", source="通知")
    row = fresh(forwarded)
    assert row.due_on == deadlines.due_on(clock.today(), 15) > before
    assert fresh(row.proposal).due_on == row.due_on
    assert row.proposal.steps.filter(text__contains="放假安排有变").exists()


# ---- leaving --------------------------------------------------------------------------------------------------------
def leave(account):
    person = Person.objects.get(user=account)
    members.leave_registry(person, actor=account)
    return Person.objects.get(pk=person.pk)


def test_who_leaves_takes_everything_back(client, published, friend, member):
    draft = actions.draft_proposal(
        actor=member, title="另一件", topic="city", situation="暗", wish="装灯", openness="named"
    )
    open_ = actions.submit_proposal(draft, actor=member)
    leave(member)
    assert fresh(open_).state == "withdrawn"
    assert client.get(published.get_absolute_url()).status_code == 404


def test_who_leaves_signs_no_more(submitted, friend):
    row = actions.cosign_proposal(submitted, actor=friend, shows_name=True)
    leave(friend)
    assert (fresh(row).state, fresh(row).shows_name) == ("withdrawn", False)


def test_what_a_person_who_left_proposed_is_closed_to_officers(answered, member, district):
    assert Proposal.objects.visible_to(district).filter(pk=answered.pk).exists()
    leave(member)
    assert not Proposal.objects.visible_to(district).filter(pk=answered.pk).exists()
    assert Proposal.objects.visible_to(member).filter(pk=answered.pk).exists()


def test_after_the_erasure_only_the_count_is_left(published, member, stranger):
    actions.follow_proposal(published, actor=stranger)
    person = leave(member)
    actions.erase_proposals(person)
    row = Proposal.objects.get()
    assert (row.author, row.situation, row.wish, row.state) == (None, "", "", "answered")
    assert (ProposalEdition.objects.count(), Follower.objects.count(), row.steps.count()) == (0, 0, 0)
    assert Referral.objects.answered().count() == 1
    kept = str([*row.history.values(), *Referral.objects.values(), *Promise.objects.values()])
    assert "公交" not in kept
    assert "22:00" not in kept


def test_one_without_an_answer_is_deleted(forwarded, member):
    actions.erase_proposals(leave(member))
    assert (Proposal.objects.count(), Referral.objects.count()) == (0, 0)


def test_a_closed_account_leaves_no_signature(submitted, friend):
    actions.cosign_proposal(submitted, actor=friend)
    actions.close_proposals_of(friend, friend)
    assert not CoSigner.objects.exists()
