"""Concurrent work on one proposal, with real connections to a real database (docs/style.md rule 22)."""

import threading
import time

import pytest
from django.db import connection, transaction

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.transitions import lock
from chengyang.platform.workdays import deadlines
from chengyang.platform.workdays.models import WorkdayException
from services.models import AnswerCorrection, CoSigner, Department, Proposal
from services.proposals import actions
from tests import personas
from tests.activities.test_races import at_once

from .conftest import ANSWER, TEXTS, fresh

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def district(transactional_db):
    personas.reference()
    return personas.make("district")


@pytest.fixture
def district_2(district):
    return personas.make("district_2")


@pytest.fixture
def author(district):
    return personas.make("member")


@pytest.fixture
def draft(author):
    return actions.draft_proposal(actor=author, **TEXTS)


@pytest.fixture
def submitted(draft, author):
    return actions.submit_proposal(draft, actor=author)


@pytest.fixture
def unit(district):
    return Department.objects.create(name="区交通运输部门")


def person(number):
    account = personas.user(f"signer-{number}")
    personas.person(name=f"署名{number}", account=account)
    return account


def outcome(call):
    """Return the result of `call`, or the code with which it was refused."""
    try:
        return call()
    except NotAllowed:
        return "not allowed"
    except ActionError as error:
        return error.code


def test_two_officers_decide_once(submitted, district, district_2):
    calls = [
        lambda: outcome(lambda: actions.decline_proposal(submitted, actor=district, reason="不归本区").state),
        lambda: outcome(lambda: actions.return_proposal(submitted, actor=district_2, advice="写清").state),
    ]
    found = at_once(calls * 3, connections=6)
    state = fresh(submitted).state
    assert found.count(state) == 1
    assert state in ("declined", "returned")
    assert fresh(submitted).steps.count() == 2


def test_two_officers_forward_to_one_department(submitted, district, district_2, unit):
    actions.accept_proposal(submitted, actor=district)
    other = Department.objects.create(name="区园林部门")

    def forward(officer, department):
        referral = actions.forward_proposal(submitted, actor=officer, department=department)
        return referral.department_id

    calls = [
        lambda who=who, where=where: outcome(lambda: forward(who, where))
        for who, where in ((district, unit), (district_2, other))
    ]
    found = at_once(calls * 3, connections=6)
    assert found.count("not allowed") == 5
    assert submitted.referrals.get().links.count() == 1


def test_two_merge_each_into_the_other_without_a_deadlock(submitted, district, district_2):
    friend = person(1)
    other = actions.draft_proposal(actor=friend, **TEXTS)
    other = actions.submit_proposal(other, actor=friend)
    calls = [
        lambda: outcome(lambda: actions.merge_proposal(submitted, actor=district, into=other).state),
        lambda: outcome(lambda: actions.merge_proposal(other, actor=district_2, into=submitted).state),
    ]
    found = at_once(calls * 3, connections=6)
    assert found.count("merged") == 1
    assert sorted(Proposal.objects.values_list("state", flat=True)) == ["merged", "submitted"]


def test_the_last_place_of_signatures_is_given_once(draft):
    for number in range(19):
        actions.cosign_proposal(draft, actor=person(number))
    calls = [
        lambda who=who: outcome(lambda: actions.cosign_proposal(draft, actor=who).state)
        for who in (person(19), person(20))
    ]
    assert sorted(at_once(calls, connections=2)) == ["confirmed", "many"]
    assert CoSigner.objects.count() == 20


def test_one_signs_once_with_two_taps(draft):
    friend = person(1)
    calls = [lambda: actions.cosign_proposal(draft, actor=friend).pk] * 4
    assert len(set(at_once(calls, connections=4))) == 1
    assert draft.steps.count() == 1


def test_a_signature_meets_a_change_of_the_words(draft, author):
    friend = person(1)
    actions.cosign_proposal(draft, actor=friend)
    calls = [
        lambda: actions.edit_proposal(draft, actor=author, wish="改过的").state,
        lambda: actions.withdraw_cosigning(CoSigner.objects.get(), actor=friend).state,
    ]
    at_once(calls, connections=2)
    assert CoSigner.objects.get().state == "withdrawn"


def test_numbers_are_given_once(district):
    people = [person(number) for number in range(5)]
    drafts = [actions.draft_proposal(actor=who, **TEXTS) for who in people]
    calls = [
        lambda row=row, who=who: actions.submit_proposal(row, actor=who).number
        for row, who in zip(drafts, people, strict=True)
    ]
    assert len(set(at_once(calls, connections=5))) == 5


def test_the_answer_meets_a_withdrawal(submitted, author, district, unit):
    actions.accept_proposal(submitted, actor=district)
    link = actions.forward_proposal(fresh(submitted), actor=district, department=unit).links.get()
    calls = [
        lambda: outcome(lambda: actions.answer_by_link(link, answer=ANSWER, result="adopted").state),
        lambda: outcome(lambda: actions.withdraw_proposal(submitted, actor=author).state),
    ]
    found = at_once(calls * 3, connections=6)
    state = fresh(submitted).state
    assert state in ("answered", "withdrawn")
    assert found.count(state) == 1
    assert fresh(link.referral).state == ("answered" if state == "answered" else "recalled")


def test_the_publication_meets_a_withdrawn_consent(submitted, author, district, district_2, unit):
    actions.accept_proposal(submitted, actor=district)
    link = actions.forward_proposal(fresh(submitted), actor=district, department=unit).links.get()
    actions.answer_by_link(link, answer=ANSWER, result="adopted")
    texts = {name: TEXTS[name] for name in ("title", "situation", "wish")}
    edition = actions.clean_proposal(fresh(submitted), actor=district, answer=ANSWER, **texts)
    calls = [
        lambda: outcome(lambda: actions.publish_proposal(edition, actor=district_2).state),
        lambda: outcome(lambda: actions.decide_openness(submitted, actor=author, openness="closed").state),
    ]
    at_once(calls, connections=2)
    assert fresh(edition).state == "down"
    assert not type(edition).objects.published().exists()


def test_a_draft_that_is_sent_twice_at_once_is_one(author):
    calls = [lambda: actions.draft_proposal(actor=author, **TEXTS).pk] * 4
    assert len(set(at_once(calls, connections=4))) == 1
    assert Proposal.objects.count() == 1


@pytest.fixture
def referral(submitted, district, unit):
    """An answered one."""
    actions.accept_proposal(submitted, actor=district)
    link = actions.forward_proposal(fresh(submitted), actor=district, department=unit).links.get()
    return actions.answer_by_link(link, answer=ANSWER, result="adopted")


def test_two_officers_ask_for_one_correction(referral, district, district_2):
    calls = [
        lambda officer=officer: outcome(lambda: actions.reopen_answer(referral, actor=officer, reason="写错了").pk)
        for officer in (district, district_2)
    ]
    assert len(set(at_once(calls, connections=2))) == 1
    assert referral.links.filter(ended_at__isnull=True).count() == 1


def test_a_correction_meets_its_end(referral, district):
    actions.reopen_answer(referral, actor=district, reason="写错了")
    link = referral.links.get(ended_at__isnull=True)
    calls = [
        lambda: outcome(lambda: actions.correct_answer(link, answer="改过的", result="adopted").answer),
        lambda: outcome(lambda: actions.cancel_correction(referral, actor=district).pk),
    ]
    found = set(at_once(calls, connections=2))
    is_corrected = fresh(referral).answer == "改过的"
    assert found == ({"改过的", "state"} if is_corrected else {"link", referral.pk})
    assert AnswerCorrection.objects.count() == is_corrected


# ---- the order of the locks -----------------------------------------------------------------------------------------
def until_somebody_waits():
    """Wait until a connection waits for a lock of this one."""
    for _time in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def new_holiday():
    day = deadlines.due_on(clock.today(), 3)
    with transaction.atomic(), deadlines.moving_with_the_table():
        WorkdayException.objects.create(date=day, is_workday=False, name="新放的假", source="通知")
    return "moved"


@pytest.fixture
def forwarded(submitted, district, unit):
    actions.accept_proposal(submitted, actor=district)
    return actions.forward_proposal(fresh(submitted), actor=district, department=unit)


def meeting(proposal, then, other):
    """Return what came of `then`, which runs when `proposal` is locked and somebody waits, and of `other`, which begins meanwhile."""
    began = threading.Event()

    def act():
        with transaction.atomic():
            lock(proposal)
            began.set()
            until_somebody_waits()
            return then()

    def follow():
        began.wait(timeout=60)
        return other()

    return at_once([act, follow], connections=2)


@pytest.mark.parametrize("part", ["referral", "edition"])
def test_a_new_holiday_locks_a_proposal_before_its_parts(forwarded, part, district):
    row, proposal = forwarded, forwarded.proposal
    if part == "edition":
        actions.answer_by_link(forwarded.links.get(), answer=ANSWER, result="adopted")
        texts = {name: TEXTS[name] for name in ("title", "situation", "wish")}
        row = actions.clean_proposal(fresh(proposal), actor=district, answer=ANSWER, **texts)
    before = row.due_on
    # Every action locks the proposal, and then what belongs to it.
    assert meeting(proposal, lambda: lock(row).pk, new_holiday) == [row.pk, "moved"]
    assert fresh(row).due_on > before


def test_a_new_holiday_meets_a_merging(forwarded, district):
    """The officer has locked the first of two proposals, of which the table would have locked the second one before."""
    friend = person(1)
    other = actions.submit_proposal(actions.draft_proposal(actor=friend, **TEXTS), actor=friend)

    def merge():
        return actions.merge_proposal(other, actor=district, into=forwarded.proposal).state

    assert meeting(forwarded.proposal, merge, new_holiday) == ["merged", "moved"]


def test_who_leaves_locks_all_proposals_before_their_parts(submitted, author):
    """Of the own ones and of those that one signs, the first key first: as the table of holidays does."""
    friend = person(1)
    actions.cosign_proposal(submitted, actor=friend)
    own = actions.submit_proposal(actions.draft_proposal(actor=friend, **TEXTS), actor=friend)

    def leave():
        with transaction.atomic():
            actions.end_proposals_of(friend.person, friend)
        return "left"

    assert meeting(submitted, lambda: lock(own).pk, leave) == [own.pk, "left"]
    assert (fresh(own).state, CoSigner.objects.get().state) == ("withdrawn", "withdrawn")
